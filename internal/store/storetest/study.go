package storetest

import (
	"throughline/internal/cases"
	"throughline/internal/coding"
	"throughline/internal/document"
	"throughline/internal/fieldwork"
	"throughline/internal/source"
	"throughline/internal/store"
	"throughline/internal/study"
	"throughline/internal/synthesis"
	"throughline/internal/thread"
)

// Slug is the study of Study.
const Slug = "small"

// Secret stands in the protected interview of Study and nowhere else.
const Secret = "we met behind the bakery at night"

// Study is a small study with one complete thread: two cases, a report and a protected interview, scores, lessons and a
// recommendation.
func Study() store.Bundle {
	report := "The price of power rose in June.\n\nStudents sat down in the avenue and stayed.\n\nThe government took the price back.\n"
	talk := "Composed for demonstration.\n\nQ: How did it begin?\n\nA: I will say it plainly: " + Secret + ", and then there were hundreds.\n"
	rt := document.Text{Document: "doc-report", Version: 1, Body: report}
	it := document.Text{Document: "doc-talk", Version: 1, Body: talk}
	find := func(t document.Text, q string) document.Anchor {
		a, err := t.Find(q)
		if err != nil {
			panic(err)
		}
		return a
	}
	concern := synthesis.Concern{Level: "minor", Reason: "Two sources."}
	words := synthesis.Calibration{Method: "words", Reason: "As the protocol says.", Words: []synthesis.Anchor{{Word: "absent", Value: 0}, {Word: "weak", Value: 0.33}, {Word: "clear", Value: 0.67}, {Word: "strong", Value: 1}}}
	candidate := func(id thread.ID, iso, outcome, region, regime string) cases.Candidate {
		return cases.Candidate{ID: id, Name: "Protest in " + iso, Country: "Land " + iso, ISO3: iso, Start: 2015, Outcome: outcome, RegimeBefore: regime, Region: region, Feasible: true}
	}
	b := store.Bundle{Slug: Slug, SealKey: "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff", Texts: []document.Text{rt, it}, Objects: []thread.Object{
		study.Study{ID: "study", Slug: Slug, Title: "A small study", Notice: "composed for tests", Purpose: "To test.", Approach: "By example.", Theme: "Accountability", QuestionCode: "Q1",
			Question: "What works?", CoreQuestions: []study.Question{{ID: "cq-1", Text: "What counts?"}}, Insights: []study.Insight{{ID: "insight-one", Text: "Small issues open windows."}},
			Audiences: []study.Audience{{ID: "activist", Name: "Activists"}}, RegionScheme: "test", Languages: []string{"en"}, Acknowledgement: "Nobody paid."},
		study.Protocol{ID: "protocol", Unit: "campaign", Outcome: "demand met", Include: []study.Criterion{{ID: "in-collective", Text: "collective"}}, Exclude: []study.Criterion{{ID: "ex-other", Text: "other"}}},
		study.Member{ID: "member-lead", Handle: "lead", Role: study.Lead},
		study.Member{ID: "member-coder-a", Handle: "coder-a", Role: study.Coder},
		study.Member{ID: "member-team-a", Handle: "team-a", Role: study.CountryTeam, Cases: []thread.ID{"case-a"}},
		source.Search{ID: "search-1", Source: "news archive", On: "2026-01-02", Query: "power price", Hits: 12},
		source.Record{ID: "ref-1", Search: "search-1", Case: "case-a", Type: "news", Title: "Power prices rise", Year: 2015, Authors: []string{"Daily Paper"}, Language: "en"},
		source.Screening{Record: "ref-1", Stage: source.TitleAbstract, Reviewer: "lead", Decision: source.Include},
		candidate("cand-a", "AAA", "success", "North", "electoral autocracy"),
		candidate("cand-b", "BBB", "failure", "South", "electoral democracy"),
		cases.Selection{ID: "selection", Method: "greedy coverage of region and regime", K: 2},
		cases.Case{ID: "case-a", Candidate: "cand-a", Name: "A", Summary: "It worked."},
		cases.Case{ID: "case-b", Candidate: "cand-b", Name: "B", Summary: "It did not."},
		cases.Event{ID: "ev-a-1", Case: "case-a", Date: "2015-06", Title: "Price rises", Lane: "window"},
		fieldwork.Guide{ID: "guide", Title: "Guide", Questions: []fieldwork.Question{{ID: "g-1", Text: "How did it begin?", Answers: []string{"cq-1"}}}},
		fieldwork.Informant{ID: "inf-a1", Case: "case-a", Category: "activist"},
		fieldwork.Interview{ID: "int-a1", Case: "case-a", Informant: "inf-a1", Interviewer: "team-a", On: "2026-03-01", Language: "en", Mode: "call", Where: "capital",
			Consent: fieldwork.Consent{Version: "1", Language: "en", Mode: "oral", Code: true, Paraphrase: true, KeepUntil: "2031-01-01"}},
		document.Document{ID: "doc-report", Title: "Chronicle", Case: "case-a", Kind: document.Report, Language: "en", Record: "ref-1", Version: 1, SHA256: thread.Content([]byte(report))},
		document.Document{ID: "doc-talk", Title: "Interview with an activist", Case: "case-a", Kind: document.Transcript, Language: "en", Interview: "int-a1", Version: 1, SHA256: thread.Content([]byte(talk))},
		coding.Code{ID: "code-window", Name: "Window", Define: "An opening.", Colour: "amber"},
		coding.Segment{ID: "seg-report-1", Case: "case-a", Anchor: find(rt, "The price of power rose in June.")},
		coding.Segment{ID: "seg-report-2", Case: "case-a", Anchor: find(rt, "Students sat down in the avenue and stayed.")},
		coding.Segment{ID: "seg-talk-1", Case: "case-a", Anchor: find(it, Secret)},
		coding.Coding{Segment: "seg-report-1", Code: "code-window", Coder: "coder-a", Case: "case-a"},
		coding.Coding{Segment: "seg-talk-1", Code: "code-window", Coder: "coder-a", Case: "case-a", Memo: "Night work."},
		synthesis.Condition{ID: "cond-window", Letter: "WIND", Name: "Window", Define: "A small issue opened a window.", Calibration: words},
		synthesis.Condition{ID: "cond-success", Letter: "SUCC", Name: "Success", Outcome: true, Define: "The demand was met.", Calibration: words},
		synthesis.Score{Case: "case-a", Condition: "cond-window", Raw: "strong", Justification: "Price.", Supports: []thread.ID{"seg-report-1", "seg-talk-1"}},
		synthesis.Score{Case: "case-a", Condition: "cond-success", Raw: "strong", Justification: "Taken back.", Supports: []thread.ID{"seg-report-2"}},
		synthesis.Score{Case: "case-b", Condition: "cond-window", Raw: "absent", Justification: "None.", Supports: []thread.ID{"seg-report-2"}},
		synthesis.Score{Case: "case-b", Condition: "cond-success", Raw: "absent", Justification: "None.", Supports: []thread.ID{"seg-report-2"}},
		synthesis.Analysis{ID: "ana-1", Title: "Window and success", Mode: "crisp", Outcome: "cond-success", Conditions: []thread.ID{"cond-window"}, Cases: []thread.ID{"case-a", "case-b"}, Frequency: 1, Consistency: 1},
		synthesis.Takeaway{ID: "take-a", Case: "case-a", Direction: "success", Title: "A small issue", Text: "It opened a window.", Supports: []thread.ID{"seg-report-1"}, Contradicts: []thread.ID{"seg-report-2"}},
		synthesis.Finding{ID: "find-1", Title: "Windows go with success", Text: "In both cases.", CasesFor: []thread.ID{"case-a"}, Supports: []thread.ID{"ana-1", "take-a"}},
		synthesis.Lesson{ID: "lesson-1", Insight: "insight-one", Title: "Watch small issues", Statement: "Small issues open windows.", Scope: "Two cases.", CasesFor: []thread.ID{"case-a"}, CasesAgainst: []thread.ID{"case-b"},
			Confidence: synthesis.Confidence{Limitations: concern, Coherence: concern, Adequacy: concern, Relevance: concern, Level: "low", Reason: "Two cases."}, Supports: []thread.ID{"find-1"}, Contradicts: []thread.ID{"take-a"}},
		synthesis.Recommendation{ID: "recom-1", Audiences: []string{"activist"}, Action: "Watch prices.", Detail: "Every month.", Risks: "None known.", Supports: []thread.ID{"lesson-1"}},
		synthesis.Answer{ID: "answer-cq-1", Question: "cq-1", Text: "This counts.", Supports: []thread.ID{"lesson-1"}},
		study.Edition{ID: "edition-1", On: "2026-10-15", SignedBy: "lead", Note: "First."},
	}}
	for _, o := range b.Objects {
		if id := o.Ref(); id.Kind().IsStatement() {
			b.Confirmations = append(b.Confirmations, store.Confirmation{Statement: id, By: "lead", At: "2026-10-01T12:00:00.000000Z"})
		}
	}
	return b
}
