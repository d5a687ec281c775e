package main

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"throughline/internal/cases"
	"throughline/internal/coding"
	"throughline/internal/document"
	"throughline/internal/source"
	"throughline/internal/store"
	"throughline/internal/study"
	"throughline/internal/synthesis"
	"throughline/internal/thread"
)

// Sizes of the generated study.
const (
	documents  = 1000
	codings    = 50000
	statements = 2000
	links      = 20000 // from statements down
	heavyDoc   = thread.ID("doc-0000")
	heavy      = 500 // codings in heavyDoc
	nCases     = 20
	nCodes     = 100
)

// generate makes a study of the stated sizes from a seed. Statements stand in four layers: takeaways rest on passages,
// findings on takeaways, lessons on findings, recommendations on lessons. A takeaway names fourteen passages, every statement
// above four things, which makes 20,000 links.
func generate(seed uint64) store.Bundle {
	r := rand.New(rand.NewPCG(seed, 1))
	words := strings.Fields("power price street student judge party vote court office contract bank minister village union letter square night paper road school market fund film list law")
	sentence := func() string {
		n := 8 + r.IntN(10)
		out := make([]string, n)
		for i := range out {
			out[i] = words[r.IntN(len(words))]
		}
		return strings.ToUpper(out[0][:1]) + out[0][1:] + " " + strings.Join(out[1:], " ") + "."
	}
	b := store.Bundle{Slug: "generated", SealKey: strings.Repeat("5e", 32)}
	add := func(o thread.Object) { b.Objects = append(b.Objects, o) }
	id := func(prefix string, n int) thread.ID { return thread.ID(fmt.Sprintf("%s%04d", prefix, n)) }
	add(study.Study{ID: "study", Slug: b.Slug, Title: "A generated study", Notice: "generated for measurement", Purpose: "Measurement.", Approach: "Chance.", Theme: "None", QuestionCode: "Q", Question: "How fast?",
		Audiences: []study.Audience{{ID: "activist", Name: "Activists"}}, RegionScheme: "none", Languages: []string{"en"}, Acknowledgement: "None."})
	add(study.Protocol{ID: "protocol", Unit: "case", Outcome: "none"})
	for _, h := range []string{"lead", "coder-a", "coder-b"} {
		role := study.Coder
		if h == "lead" {
			role = study.Lead
		}
		add(study.Member{ID: study.MemberID(h), Handle: h, Role: role})
	}
	for i := range nCases {
		add(cases.Candidate{ID: id("cand-", i), Name: "Campaign", Country: "Land", ISO3: "AAA", Start: 2000 + i, Outcome: "success", RegimeBefore: cases.Regimes[i%4], Region: fmt.Sprint("R", i%5), Feasible: true})
		add(cases.Case{ID: id("case-", i), Candidate: id("cand-", i), Name: fmt.Sprint("Case ", i), Summary: sentence()})
	}
	for i := range nCodes {
		add(coding.Code{ID: id("code-", i), Name: fmt.Sprint("Code ", i), Define: sentence(), Colour: coding.Colours[i%len(coding.Colours)]})
	}
	var segments [nCases][]thread.ID
	left := codings - heavy
	for d := range documents {
		doc, inCase := id("doc-", d), id("case-", d%nCases)
		add(source.Record{ID: id("ref-", d), Case: inCase, Type: "report", Title: sentence(), Year: 2000 + d%25, Authors: []string{"Office " + fmt.Sprint(d)}})
		n := heavy
		if d > 0 {
			n = left / (documents - d)
			left -= n
		}
		paragraphs := max(20, n/2)
		var text strings.Builder
		var spans [][2]int
		at := 0
		for range paragraphs {
			s := sentence()
			spans = append(spans, [2]int{at, at + len(s)})
			text.WriteString(s + "\n\n")
			at += len(s) + 2
		}
		t := document.Text{Document: doc, Version: 1, Body: text.String()}
		b.Texts = append(b.Texts, t)
		add(document.Document{ID: doc, Title: "Report " + fmt.Sprint(d), Case: inCase, Kind: document.Report, Language: "en", Record: id("ref-", d), Version: 1, SHA256: thread.Content([]byte(t.Body))})
		for c := 0; c < n; c++ {
			// Two coders code the same passage, so a segment carries two codings.
			span := spans[(c/2)%len(spans)]
			seg := thread.ID(fmt.Sprintf("seg-%04d-%03d", d, c/2))
			if c%2 == 0 {
				cut := r.IntN(span[1] - span[0] - 8)
				a, err := t.At(span[0]+cut/2, span[1]-cut/3)
				if err != nil {
					panic(err)
				}
				add(coding.Segment{ID: seg, Case: inCase, Anchor: a})
				segments[d%nCases] = append(segments[d%nCases], seg)
			}
			add(coding.Coding{Segment: seg, Code: id("code-", r.IntN(nCodes)), Coder: []string{"coder-a", "coder-b"}[c%2], Case: inCase})
		}
	}
	pick := func(from []thread.ID, n int) []thread.ID {
		var out []thread.ID
		for _, i := range r.Perm(len(from))[:min(n, len(from))] {
			out = append(out, from[i])
		}
		return out
	}
	layer := func(n int, prefix string, make func(id thread.ID, i int) thread.Object) []thread.ID {
		var out []thread.ID
		for i := range n {
			out = append(out, id(prefix, i))
			add(make(id(prefix, i), i))
		}
		return out
	}
	takeaways := layer(1200, "take-", func(x thread.ID, i int) thread.Object {
		return synthesis.Takeaway{ID: x, Case: id("case-", i%nCases), Direction: "success", Title: "Takeaway " + fmt.Sprint(i), Text: sentence(), Supports: pick(segments[i%nCases], 14)}
	})
	findings := layer(400, "find-", func(x thread.ID, i int) thread.Object {
		return synthesis.Finding{ID: x, Title: "Finding " + fmt.Sprint(i), Text: sentence(), Supports: pick(takeaways, 4)}
	})
	concern := synthesis.Concern{Level: "minor", Reason: "Chance."}
	lessons := layer(200, "lesson-", func(x thread.ID, i int) thread.Object {
		return synthesis.Lesson{ID: x, Title: "Lesson " + fmt.Sprint(i), Statement: sentence(), Scope: "None.", Supports: pick(findings, 4),
			Confidence: synthesis.Confidence{Limitations: concern, Coherence: concern, Adequacy: concern, Relevance: concern, Level: "low", Reason: "Chance."}}
	})
	layer(200, "recom-", func(x thread.ID, i int) thread.Object {
		return synthesis.Recommendation{ID: x, Audiences: []string{"activist"}, Action: "Do " + fmt.Sprint(i), Detail: sentence(), Risks: "None.", Supports: pick(lessons, 4)}
	})
	for _, o := range b.Objects {
		if o.Ref().Kind().IsStatement() {
			b.Confirmations = append(b.Confirmations, store.Confirmation{Statement: o.Ref(), By: "lead", At: "2026-10-01T12:00:00.000000Z"})
		}
	}
	return b
}
