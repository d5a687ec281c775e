package transfer

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"throughline/exchange/refiqda"
	"throughline/internal/cases"
	"throughline/internal/coding"
	"throughline/internal/document"
	"throughline/internal/fieldwork"
	"throughline/internal/store"
	"throughline/internal/study"
	"throughline/internal/thread"
)

func project() refiqda.Project {
	g := func(s string) string { return refiqda.NewGUID("test", s) }
	return refiqda.Project{Name: "Other", Users: []refiqda.User{{GUID: g("u1"), Name: "Ana Example"}, {GUID: g("u2"), Name: "ก"}, {GUID: g("u3"), Name: "Ana Example"}},
		Codes: []refiqda.Code{{GUID: g("a"), Name: "Tactics", Color: "#22aa22", Description: "What is done\n" + useLabel + "always\n" + avoidLabel + "never", Notes: []string{g("n1")}, Codable: true}, {GUID: g("b"), Parent: g("a"), Name: "Other", Codable: true}, {GUID: g("c"), Name: "Other", Codable: false}},
		Sets:  []refiqda.Set{{GUID: g("set"), Name: "Both", Codes: []string{g("a"), g("b"), g("gone")}}},
		Sources: []refiqda.Source{{GUID: g("s1"), Kind: refiqda.TextSource, Name: "One.txt", Text: "ประชาชน said 🟦 so.\nAgain.\n", HasText: true, Description: "on the whole", Selections: []refiqda.Selection{
			{GUID: g("x1"), Kind: refiqda.TextSelection, Start: 0, End: 7, Codings: []refiqda.Coding{{GUID: g("k1"), Code: g("a"), User: g("u1"), Notes: []string{g("n2")}}, {GUID: g("k2"), Code: g("b"), User: g("u2")}}},
			{GUID: g("x2"), Kind: refiqda.TextSelection, Start: 0, End: 7, Codings: []refiqda.Coding{{GUID: g("k3"), Code: g("a"), User: g("u1")}, {GUID: g("k4"), Code: g("b"), User: g("u3")}}},
			{GUID: g("x3"), Kind: refiqda.TextSelection, Start: 13, End: 17, Description: "why", Codings: nil},
			{GUID: g("x4"), Kind: refiqda.TextSelection, Start: -1, End: -1}}},
			{GUID: g("s2"), Kind: refiqda.PictureSource, Name: "p.png", File: "p.png", Selections: []refiqda.Selection{{GUID: g("x5"), Kind: refiqda.RegionSelection, Box: [4]int{1, 2, 30, 40}, Codings: []refiqda.Coding{{GUID: g("k5"), Code: g("a"), User: g("u1")}}}}},
			{GUID: g("s3"), Kind: refiqda.TextSource, Name: "Lost", Missing: true}},
		Notes:     []refiqda.Source{{GUID: g("n1"), Text: "a memo", HasText: true, User: g("u2"), Created: "2026-02-03T00:00:00Z"}, {GUID: g("n2"), Text: "on the coding", HasText: true}, {GUID: g("n3"), Text: "loose", HasText: true}},
		Variables: []refiqda.Variable{{GUID: g("v"), Name: "regime"}}, Cases: []refiqda.Case{{GUID: g("case"), Name: "A", Sources: []string{g("s1")}, Values: []refiqda.Value{{Variable: g("v"), Value: "hybrid"}}}},
		Links: []refiqda.Link{{GUID: g("l")}}, Graphs: []refiqda.Graph{{GUID: g("g")}}}
}

func TestFromProject(t *testing.T) {
	in := FromProject(project(), nil, Options{By: "lead", Members: []study.Member{{Handle: "lead"}, {Handle: "ana-example"}}, Taken: map[thread.ID]bool{"code-tactics": true, "doc-one": true}})
	in.Settle(nil)
	var all []string
	byID := map[thread.ID]thread.Object{}
	for _, o := range in.Objects {
		if err := o.Valid(); err != nil {
			t.Errorf("%s: %v", o.Ref(), err)
		}
		if byID[o.Ref()] != nil {
			t.Errorf("%s is there twice", o.Ref())
		}
		byID[o.Ref()] = o
		all = append(all, string(o.Ref()))
	}
	if c, ok := byID["code-tactics-2"].(coding.Code); !ok || c.Define != "What is done" || c.Use != "always" || c.Avoid != "never" || c.Colour != "green" {
		t.Errorf("the code is %+v among %v", c, all)
	}
	if c, ok := byID["code-other"].(coding.Code); !ok || c.Parent != "code-tactics-2" || c.Define == "" {
		t.Errorf("the code below is %+v", c)
	}
	d, ok := byID["doc-one-2"].(document.Document)
	if !ok || !d.Protected() || d.Attribute("regime") != "hybrid" || d.Attribute("case") != "A" || d.Language != "und" {
		t.Errorf("the document is %+v", d)
	}
	want := map[string]int{"members": 1, "codes": 3, "groups": 1, "documents": 1, "passages": 2, "codings": 3, "memos": 4}
	for k, n := range want {
		if in.Counts[k] != n {
			t.Errorf("%d %s; expected %d", in.Counts[k], k, n)
		}
	}
	text := document.Text{Document: d.ID, Version: 1, Body: in.Texts[0].Body}
	for _, o := range in.Objects {
		if s, ok := o.(coding.Segment); ok && !text.Holds(s.Anchor) {
			t.Errorf("%+v does not hold", s.Anchor)
		}
	}
	var told []string
	for _, l := range in.Losses {
		told = append(told, l.Item+": "+l.What)
	}
	for _, w := range []string{"source: has no text", "selection: has the place of another", "selection: is a part of a file", "code: was a folder", "link:", "graph:", "source: its file (picture)", "source: has no text, and without its file", "selection: has no place"} {
		if !slices.ContainsFunc(told, func(s string) bool { return strings.HasPrefix(s, w) }) {
			t.Errorf("nothing tells %q: %v", w, told)
		}
	}
}

// TestThereAndBack writes what came in, reads it, and finds every coding at its place, with the GUIDs it came with.
func TestThereAndBack(t *testing.T) {
	in := FromProject(project(), nil, Options{By: "lead", Members: []study.Member{{Handle: "lead"}}})
	in.Settle(nil)
	b := store.Bundle{Slug: "s", Objects: append(in.Objects, study.Study{ID: "study", Slug: "s", Title: "T"}, study.Member{ID: "member-lead", Handle: "lead", Role: study.Lead}), Texts: in.Texts}
	if p, losses := ToProject(b, GiveOptions{}); len(p.Sources) != 0 || !strings.Contains(losses[0].What, "protected") {
		t.Errorf("material left unasked: %d sources, %v", len(p.Sources), losses)
	}
	if p, losses := ToProject(b, GiveOptions{Interviews: true}); len(p.Notes) != 0 || len(losses) != 1 || losses[0].Item != "memos" || !strings.HasPrefix(losses[0].What, "5 memos stay behind") {
		t.Errorf("memos left unasked: %d, %+v", len(p.Notes), losses)
	}
	p, losses := ToProject(b, GiveOptions{Interviews: true, Memos: true})
	if len(losses) > 0 {
		t.Errorf("losses: %+v", losses)
	}
	for _, u := range p.Users {
		if strings.Contains(u.Name, "ana") {
			t.Error("a handle left")
		}
	}
	var out, again bytes.Buffer
	if _, err := refiqda.Write(&out, p, refiqda.WriteOptions{Users: true}); err != nil {
		t.Fatal(err)
	}
	p2, _ := ToProject(b, GiveOptions{Interviews: true, Memos: true})
	refiqda.Write(&again, p2, refiqda.WriteOptions{Users: true})
	if !bytes.Equal(out.Bytes(), again.Bytes()) {
		t.Error("the second time other bytes come out")
	}
	pk, err := refiqda.Open(bytes.NewReader(out.Bytes()), int64(out.Len()), refiqda.ReadOptions{})
	if err != nil || len(pk.Losses) > 0 {
		t.Fatalf("%v, %v", err, pk.Losses)
	}
	back := FromProject(pk.Project, nil, Options{By: "lead"})
	for _, k := range []string{"codes", "documents", "passages", "codings", "memos", "groups"} {
		if back.Counts[k] != in.Counts[k]+map[string]int{"memos": 0}[k] {
			t.Errorf("%d %s come back; there were %d", back.Counts[k], k, in.Counts[k])
		}
	}
	for i, c := range project().Codes {
		if pk.Project.Codes[i].GUID != c.GUID {
			t.Errorf("code %d comes back with another GUID, or at another place: %+v", i, pk.Project.Codes[i])
		}
	}
}

// TestNothingUnagreedLeaves keeps back interviews without consent, and refuses when a person's name stands in one.
func TestNothingUnagreedLeaves(t *testing.T) {
	text := "Anahit Canary said so."
	b := store.Bundle{Slug: "s", Objects: []thread.Object{study.Study{ID: "study", Slug: "s", Title: "T"},
		fieldwork.Interview{ID: "int-a", Case: "case-a", Consent: fieldwork.Consent{Code: true, Withdrawn: "2026-01-01"}}, fieldwork.Interview{ID: "int-b", Case: "case-a", Consent: fieldwork.Consent{Code: true}},
		document.Document{ID: "doc-a", Title: "A", Kind: document.Transcript, Interview: "int-a", Case: "case-a", Version: 1}, document.Document{ID: "doc-b", Title: "B", Kind: document.Transcript, Interview: "int-b", Case: "case-a", Version: 1},
		cases.Actor{ID: "actor-1", Case: "case-a", Name: "Anahit Canary", Person: true}},
		Texts: []document.Text{{Document: "doc-a", Version: 1, Body: text}, {Document: "doc-b", Version: 1, Body: text}}}
	p, losses := ToProject(b, GiveOptions{Interviews: true})
	if len(p.Sources) != 1 || p.Sources[0].Name != "B" || len(losses) == 0 {
		t.Errorf("%+v, %+v", p.Sources, losses)
	}
	if found := Check(b, p); len(found) != 1 || strings.Contains(found[0], "Anahit") {
		t.Errorf("found %v", found)
	}
}

// TestSamples brings every sample in, and every object of it is one that a study can keep.
func TestSamples(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join("..", "..", "..", "shared", "data", "refi-qda", "samples", "*", "*.q*"))
	if len(files) == 0 {
		t.Skip("skipped: no samples beside the project")
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		p, err := refiqda.Open(bytes.NewReader(b), int64(len(b)), refiqda.ReadOptions{})
		if err != nil {
			t.Errorf("%s: %v", f, err)
			continue
		}
		in := FromProject(p.Project, p.Losses, Options{By: "lead"})
		in.Settle(nil) // every file lacks, and every coding of words is there
		codings := map[string]int{}
		where := map[thread.ID]string{}
		for _, o := range in.Objects {
			switch o := o.(type) {
			case coding.Segment:
				where[o.ID] = fmt.Sprint(o.Anchor.Start, o.Anchor.End, o.Anchor.Quote)
			case coding.Coding:
				codings[where[o.Segment]]++
			}
		}
		var look func(s refiqda.Source)
		look = func(s refiqda.Source) {
			for _, x := range s.Selections {
				if x.Start >= 0 && x.Start < x.End && s.HasText && len(x.Codings) > 0 && codings[fmt.Sprint(x.Start, x.End, x.Quote)] == 0 {
					t.Errorf("%s: the codings of %s from %d to %d are lost", f, s.Name, x.Start, x.End)
				}
			}
			for _, tr := range s.Transcripts {
				look(tr.Source)
			}
		}
		for _, s := range p.Project.Sources {
			look(s)
		}
		for _, o := range in.Objects {
			if err := o.Valid(); err != nil {
				t.Errorf("%s: %s: %v", f, o.Ref(), err)
			}
		}
	}
}

// TestAwkward brings in what other programs write and a study knows otherwise: points, annotations that are links, sets of
// documents, parts of transcripts that have a time alone; and keeps what is said of what has no place.
func TestAwkward(t *testing.T) {
	g := func(s string) string { return refiqda.NewGUID("test", s) }
	coded := func(s refiqda.Selection) refiqda.Selection {
		s.Codings = []refiqda.Coding{{GUID: g(s.GUID + "c"), Code: g("a"), User: g("u")}}
		s.GUID = g(s.GUID)
		return s
	}
	note := func(n string) refiqda.Source { return refiqda.Source{GUID: g(n), Text: "note " + n, HasText: true} }
	text := func(guid string, start, end int, says string) refiqda.Selection {
		return coded(refiqda.Selection{GUID: guid, Kind: refiqda.TextSelection, Start: start, End: end, Description: says})
	}
	silent := text("silent", 4, 4, "")
	silent.Codings = nil
	p := refiqda.Project{Name: "P", Users: []refiqda.User{{GUID: g("u"), Name: "uma"}}, Codes: []refiqda.Code{{GUID: g("a"), Name: "A", Codable: true}},
		Notes: []refiqda.Source{note("on selection"), note("on source"), note("on code"), note("on nothing")},
		Links: []refiqda.Link{{GUID: g("l1"), From: g("on selection"), To: g("word")}, {GUID: g("l2"), From: g("doc"), To: g("on source")}, {GUID: g("l3"), From: g("on code"), To: g("a")}, {GUID: g("l4"), From: g("a"), To: g("doc")}},
		Sets:  []refiqda.Set{{GUID: g("set"), Name: "Region: north", Description: "which is the north", Sources: []string{g("doc"), g("talk")}}},
		Sources: []refiqda.Source{
			{GUID: g("doc"), Kind: refiqda.TextSource, Name: "doc", Text: "One ประชาชน, 🟦.", HasText: true, Selections: []refiqda.Selection{text("word", 6, 6, "at a word"), text("end", 15, 15, ""), text("letter", 13, 13, ""), silent, text("lost", -1, -1, "of nowhere")}},
			{GUID: g("empty"), Kind: refiqda.TextSource, Name: "empty", HasText: true, Description: "why it is empty"},
			{GUID: g("talk"), Kind: refiqda.AudioSource, Name: "talk", File: "a.wav", Selections: []refiqda.Selection{coded(refiqda.Selection{GUID: "point", Kind: refiqda.TimeSelection, Begin: 2000, Stop: 2000, Description: "a cough"})},
				Transcripts: []refiqda.Transcript{
					{Source: refiqda.Source{GUID: g("t1"), Name: "t1", Text: "Q: When?\n", HasText: true, Selections: []refiqda.Selection{coded(refiqda.Selection{GUID: "timed", Kind: refiqda.SpanOfTranscript, Name: "laughter", Start: -1, End: -1, Begin: 100, Stop: 900})}}},
					{Source: refiqda.Source{GUID: g("t2"), Name: "t2", Selections: []refiqda.Selection{coded(refiqda.Selection{GUID: "untexted", Kind: refiqda.SpanOfTranscript, Name: "silence", Start: -1, End: -1, Begin: 1000, Stop: 1500}), coded(refiqda.Selection{GUID: "timeless", Kind: refiqda.SpanOfTranscript, Start: -1, End: -1, Description: "of no time"})}}}}}}}
	in := FromProject(p, nil, Options{By: "lead"})
	in.Settle([]File{{SHA256: strings.Repeat("a", 64), Type: "audio/wav", Length: 9000}})
	title := map[thread.ID]string{"study": "study", "code-a": "A"}
	var got []string
	for _, o := range in.Objects {
		if err := o.Valid(); err != nil {
			t.Errorf("%s: %v", o.Ref(), err)
		}
		switch o := o.(type) {
		case document.Document:
			title[o.ID] = o.Title
			got = append(got, o.Title+" is "+strings.Join(o.Attributes, ", "))
		case coding.Segment:
			title[o.ID] = o.Anchor.Quote
		case coding.Coding:
			got = append(got, "coded "+title[o.Segment])
		case coding.Memo:
			got = append(got, "on "+title[o.On]+": "+o.Text)
		}
	}
	slices.Sort(got)
	want := []string{"coded 🟦", "coded a cough", "coded laughter", "coded silence", "coded ประชาชน", "doc is Region north: yes", "on A: note on code", "on doc: note on source", "on doc: of nowhere",
		"on study: Region: north\n\nwhich is the north", "on study: empty\n\nwhy it is empty", "on study: note on nothing", "on study: of no time", "on ประชาชน: at a word", "on ประชาชน: note on selection", "talk is Region north: yes"}
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	var told []string
	for _, l := range in.Losses {
		told = append(told, l.Item+" "+l.GUID[:4]+": "+l.What)
	}
	if n := len(told); n != 8 {
		t.Errorf("%d losses: %q", n, told)
	}
	for _, w := range []string{"selection " + g("word")[:4] + ": is a point in the text", "selection " + g("end")[:4] + ": has no place in the text, so its 1", "selection " + g("point")[:4] + ": is a point in time", "selection " + g("timeless")[:4] + ": is a part of a transcript that has no text", "link " + g("l4")[:4]} {
		if !slices.ContainsFunc(told, func(s string) bool { return strings.HasPrefix(s, w) }) {
			t.Errorf("nothing tells %q: %q", w, told)
		}
	}
	if p.Sources[0].Selections[0].End != 6 || len(p.Sources[2].Selections) != 1 {
		t.Error("the project was changed")
	}
}

// TestOrderOfCodesIsKept takes a codebook out in its order and in again, and after the codes that are there.
func TestOrderOfCodesIsKept(t *testing.T) {
	book := []coding.Code{
		{ID: "code-z", Name: "Z", Define: "d", Order: 1}, {ID: "code-a", Name: "A", Define: "d", Order: 2}, {ID: "code-m", Name: "M", Define: "d"},
		{ID: "code-z-2", Parent: "code-z", Name: "Two", Define: "d", Order: 1}, {ID: "code-z-1", Parent: "code-z", Name: "One", Define: "d", Order: 2},
		{ID: "code-a-1", Parent: "code-a", Name: "First", Define: "d"}, {ID: "code-a-2", Parent: "code-a", Name: "Second", Define: "d"},
	}
	b := store.Bundle{Slug: "s", Objects: []thread.Object{study.Study{ID: "study", Slug: "s", Title: "T"}}}
	for _, c := range book {
		b.Objects = append(b.Objects, c)
	}
	names := func(codes []coding.Code) (out []string) {
		for _, x := range coding.Tree(codes) {
			out = append(out, x.Code.Name)
		}
		return out
	}
	want := []string{"Z", "Two", "One", "A", "First", "Second", "M"}
	p, _ := ToProject(b, GiveOptions{})
	for _, file := range []string{"qdpx", "qdc"} {
		var out bytes.Buffer
		var err error
		if file == "qdc" {
			_, err = refiqda.WriteCodebook(&out, p, refiqda.WriteOptions{})
		} else {
			_, err = refiqda.Write(&out, p, refiqda.WriteOptions{})
		}
		if err != nil {
			t.Fatal(err)
		}
		pk, err := refiqda.Open(bytes.NewReader(out.Bytes()), int64(out.Len()), refiqda.ReadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		for what, there := range map[string][]coding.Code{"into an empty study": nil, "after two that have places": {{ID: "code-x", Name: "X", Order: 1}, {ID: "code-b", Name: "B", Order: 2}}} {
			var got []coding.Code
			for _, o := range FromProject(pk.Project, nil, Options{By: "lead", Codes: there}).Objects {
				if c, ok := o.(coding.Code); ok {
					got = append(got, c)
					if (c.Name == "First" || c.Name == "Second") && c.Order != 0 {
						t.Errorf("%s: %s has the place %d, and its name says it", file, c.Name, c.Order)
					}
				}
			}
			expected := want
			if there != nil {
				expected = append([]string{"X", "B"}, want...)
			}
			if now := names(append(there, got...)); !slices.Equal(now, expected) {
				t.Errorf("%s, %s: %v; expected %v", file, what, now, expected)
			}
		}
	}
}

// TestCodersComeBack tells coders apart by what they are known by: called Coder 1, they are who they were, and nobody else.
func TestCodersComeBack(t *testing.T) {
	b := store.Bundle{Slug: "one", SealKey: "0a1b", Objects: []thread.Object{study.Member{ID: "member-anna", Handle: "anna", Role: study.Coder}, study.Member{ID: "member-ben", Handle: "ben", Role: study.Coder}, coding.Code{ID: "code-a", Name: "A", Define: "d"}}}
	for i, who := range []string{"anna", "ben"} {
		d := thread.ID("doc-" + who)
		text := document.Text{Document: d, Version: 1, Body: "Some words."}
		a, err := text.At(0, 4)
		if err != nil {
			t.Fatal(err)
		}
		seg := thread.ID(fmt.Sprintf("seg-%d", i))
		b.Texts = append(b.Texts, text)
		b.Objects = append(b.Objects, document.Document{ID: d, Title: who, Kind: document.Report, Record: "ref-x", Language: "en", Version: 1, SHA256: document.Sum(text.Body)},
			coding.Segment{ID: seg, Anchor: a}, coding.Coding{Segment: seg, Code: "code-a", Coder: who})
	}
	of := func(who string) refiqda.Project {
		p, _ := ToProject(b, GiveOptions{Document: func(id thread.ID) bool { return id == thread.ID("doc-"+who) }})
		if len(p.Users) != 1 || p.Users[0].Name != "Coder 1" {
			t.Fatalf("users are %+v", p.Users)
		}
		return p
	}
	coder := func(p refiqda.Project, o Options) (handle string, fresh []study.Member) {
		for _, x := range FromProject(p, nil, o).Objects {
			switch x := x.(type) {
			case study.Member:
				fresh = append(fresh, x)
			case coding.Coding:
				handle = x.Coder
			}
		}
		return handle, fresh
	}
	other := b
	other.SealKey = "2c3d"
	mine, _ := ToProject(b, GiveOptions{})
	theirs, _ := ToProject(other, GiveOptions{})
	for i := range mine.Users {
		if mine.Users[i].GUID == theirs.Users[i].GUID {
			t.Error("who knows a study's name and a handle can tell whose pseudonym it is")
		}
	}
	members := []study.Member{{Handle: "anna"}, {Handle: "ben"}}
	if h, fresh := coder(of("ben"), Options{SealKey: "0a1b", Members: members}); h != "ben" || len(fresh) > 0 {
		t.Errorf("back in their study Coder 1 is %q, with new members %+v", h, fresh)
	}
	var elsewhere []study.Member
	for _, x := range []struct {
		who, want string
		fresh     int
	}{{"ben", "coder-1", 1}, {"anna", "coder-1-2", 1}, {"ben", "coder-1", 0}, {"anna", "coder-1-2", 0}} {
		h, fresh := coder(of(x.who), Options{SealKey: "2c3d", Members: elsewhere})
		if h != x.want || len(fresh) != x.fresh {
			t.Errorf("elsewhere %s is %q with %d new members; expected %q with %d", x.who, h, len(fresh), x.want, x.fresh)
		}
		elsewhere = append(elsewhere, fresh...)
	}
}

// TestCasesAndNotesThatAreCoded keeps the passages of a case, with a code of its name, and the codings of a memo, on a
// document of its text.
func TestCasesAndNotesThatAreCoded(t *testing.T) {
	g := func(s string) string { return refiqda.NewGUID("test", s) }
	words := func(guid string, from, to int, codings ...refiqda.Coding) refiqda.Selection {
		return refiqda.Selection{GUID: g(guid), Kind: refiqda.TextSelection, Start: from, End: to, Codings: codings}
	}
	p := refiqda.Project{Name: "P", Codes: []refiqda.Code{{GUID: g("a"), Name: "A", Codable: true}},
		Sources: []refiqda.Source{{GUID: g("s"), Kind: refiqda.TextSource, Name: "Talk", Text: "Ana: yes. Ben: no.", HasText: true, Selections: []refiqda.Selection{words("x1", 0, 9), words("x2", 10, 18, refiqda.Coding{Code: g("a")})}}},
		Notes:   []refiqda.Source{{GUID: g("n1"), Kind: refiqda.TextSource, Name: "Diary", Text: "I was tired.", HasText: true, Selections: []refiqda.Selection{words("x3", 6, 11, refiqda.Coding{Code: g("a")})}}, {GUID: g("n2"), Kind: refiqda.TextSource, Name: "Plain", Text: "Nothing coded.", HasText: true}},
		Cases:   []refiqda.Case{{GUID: g("k"), Name: "Speaker Ben", Selections: []string{g("x2"), g("nowhere")}}, {GUID: g("l"), Name: "Nobody", Selections: []string{g("nowhere")}}}}
	before := len(p.Sources[0].Selections[1].Codings)
	in := FromProject(p, nil, Options{By: "lead"})
	quote, name, got := map[thread.ID]string{}, map[thread.ID]string{}, []string(nil)
	for _, o := range in.Objects {
		switch o := o.(type) {
		case coding.Segment:
			quote[o.ID] = o.Anchor.Quote
		case coding.Code:
			name[o.ID] = o.Name
		}
	}
	for _, o := range in.Objects {
		if c, ok := o.(coding.Coding); ok {
			got = append(got, quote[c.Segment]+" = "+name[c.Code])
		}
	}
	slices.Sort(got)
	if want := []string{"Ben: no. = A", "Ben: no. = Speaker Ben", "tired = A"}; !slices.Equal(got, want) {
		t.Errorf("codings are %q", got)
	}
	if in.Counts["codes"] != 2 || in.Counts["documents"] != 2 || in.Counts["memos"] != 2 {
		t.Errorf("%v", in.Counts)
	}
	if len(p.Sources) != 1 || len(p.Codes) != 1 || len(p.Sources[0].Selections[1].Codings) != before {
		t.Error("what came in was changed")
	}
	told := fmt.Sprint(in.Losses)
	for _, w := range []string{"its passages have a code of its name", "is coded, so that it is a document here too"} {
		if strings.Count(told, w) != 1 {
			t.Errorf("%q is not told once: %v", w, in.Losses)
		}
	}
}
