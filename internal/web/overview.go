package web

import (
	"fmt"

	"throughline/internal/study"
	"throughline/internal/thread"
)

// overviewPage is the front page of a study.
type overviewPage struct {
	Frame study.Study
	Steps []step
	Stale int // statements that do not stand; -1: not for this role
	Here  string
}

// step is one of the eight steps of a study: what stands and what is next.
type step struct {
	Name   string
	Does   string // what the team does in it
	Stands []string
	Next   string
	Links  []link
}

func (overviewPage) template() string { return "overview" }

func (s *Server) overview() section {
	return section{
		Routes: []Route{{Pattern: "GET /s/{study}", Policy: Of(study.Browse), Nav: "Overview", Handle: showOverview}},
		Pages:  []page{overviewPage{}},
	}
}

func showOverview(v *visit) error {
	n, err := v.store().Counts(v.Ctx, v.Study)
	if err != nil {
		return err
	}
	open, err := v.store().NotStanding(v.Ctx, v.Study)
	if err != nil {
		return err
	}
	p := overviewPage{Frame: v.Frame, Here: v.at(), Steps: steps(n, len(v.Frame.CoreQuestions), len(open)), Stale: -1}
	if v.may(study.Audit, "") {
		p.Stale = len(open)
	}
	for i := range p.Steps {
		p.Steps[i].Links = v.navLinks(stepNav(i)...)
	}
	return v.render(v.Frame.Title, p)
}

// stepNav names the entries of the navigation that belong to a step.
func stepNav(i int) []string {
	return [][]string{{"Literature"}, {"Universe"}, {"Fieldwork"}, {"Documents", "Codebook"}, {"Scores", "Analysis", "Findings"}, {"Lessons", "Recommendations"}, {"Answers"}, {"Journal"}}[i]
}

// navLinks gives the entries of the study's navigation with these words that the member may open.
func (v *visit) navLinks(words ...string) []link {
	var out []link
	for _, rt := range v.s.routes {
		for _, w := range words {
			if rt.Nav == w && v.Member.May(rt.Policy.Action, "") {
				out = append(out, link{rt.Nav, rt.path(v.Study)})
			}
		}
	}
	return out
}

// steps tells how far a study is, from counts alone.
func steps(n map[thread.Kind]int, questions, open int) []step {
	count := func(k thread.Kind, one, many string) string {
		if n[k] == 1 {
			return "1 " + one
		}
		return fmt.Sprintf("%d %s", n[k], many)
	}
	first := func(pairs ...string) string { // of pairs "condition holds" and sentence, the first that holds
		for i := 0; i+1 < len(pairs); i += 2 {
			if pairs[i] != "" {
				return pairs[i+1]
			}
		}
		return ""
	}
	none := func(k thread.Kind) string {
		if n[k] == 0 {
			return "yes"
		}
		return ""
	}
	when := func(b bool) string {
		if b {
			return "yes"
		}
		return ""
	}
	return []step{
		{Name: "Literature", Does: "Search reports and media in many languages, and screen what is found.",
			Stands: []string{count(thread.Search, "search", "searches"), count(thread.Record, "record", "records"), count(thread.Work, "work", "works"), count(thread.Screening, "screening decision", "screening decisions")},
			Next:   first(none(thread.Record), "Add the records that your searches found.", none(thread.Screening), "Screen the records by title and abstract.", "yes", "Screen what was added since, and read what is included.")},
		{Name: "Cases", Does: "Gather candidate cases and select a diverse set of them.",
			Stands: []string{count(thread.Candidate, "candidate", "candidates"), count(thread.Case, "case selected", "cases selected"), count(thread.Event, "event", "events")},
			Next:   first(none(thread.Candidate), "Gather candidate cases.", none(thread.Selection), "Select cases and write the memo that the lead signs.", none(thread.Event), "Put the events of each case in order.", "yes", "Complete the events and the actors of each case.")},
		{Name: "Interviews", Does: "Country teams hold semi-structured interviews, within what each informant agreed to.",
			Stands: []string{count(thread.Informant, "informant", "informants"), count(thread.Interview, "interview", "interviews")},
			Next:   first(none(thread.Guide), "Write the interview guide.", none(thread.Interview), "Hold the first interview and note the consent given.", "yes", "See which categories of informants are still missing in a case.")},
		{Name: "Within a case", Does: "Code passages, and take away what led to success or to failure.",
			Stands: []string{count(thread.Document, "document", "documents"), count(thread.Code, "code", "codes"), count(thread.Segment, "passage", "passages"), count(thread.Coding, "coding", "codings"), count(thread.Takeaway, "takeaway", "takeaways")},
			Next:   first(none(thread.Document), "Add documents to read.", none(thread.Code), "Write the first codes.", none(thread.Coding), "Code the first document.", none(thread.Takeaway), "Write down what each case shows.", "yes", "Code what is not yet coded, and compare coders.")},
		{Name: "Across cases", Does: "Score every case on every condition and see which combinations go with the outcome.",
			Stands: []string{count(thread.Condition, "condition", "conditions"), count(thread.Score, "score", "scores"), count(thread.Analysis, "analysis", "analyses"), count(thread.Finding, "finding", "findings")},
			Next: first(none(thread.Condition), "Define the conditions and the outcome.", when(n[thread.Score] < n[thread.Case]*n[thread.Condition]), fmt.Sprintf("Score what is missing: %d of %d cells are filled.", n[thread.Score], n[thread.Case]*n[thread.Condition]),
				none(thread.Analysis), "Run the first analysis.", none(thread.Finding), "Write down what the analyses show.", "yes", "Look at the cases that contradict a finding.")},
		{Name: "Lessons and recommendations", Does: "Say what holds across cases, how sure it is, and what each audience should do.",
			Stands: []string{count(thread.Lesson, "lesson", "lessons"), count(thread.Recommendation, "recommendation", "recommendations")},
			Next:   first(none(thread.Lesson), "Write the first lesson, with the cases for it and against it.", none(thread.Recommendation), "Write recommendations for each audience.", when(open > 0), "Look again at the statements whose evidence changed.", "yes", "Have a reviewer check each against its evidence.")},
		{Name: "Learning agenda", Does: "Answer the learning question and the core questions from the lessons.",
			Stands: []string{fmt.Sprintf("%d of %d questions answered", n[thread.Answer], questions+1)},
			Next:   first(when(n[thread.Answer] < questions+1), "Answer what is still open.", "yes", "Read the answers again when a lesson changes.")},
		{Name: "Publication", Does: "Sign an edition: what is published is always a dated, frozen state.",
			Stands: []string{count(thread.Edition, "edition", "editions")},
			Next:   first(when(open > 0), "Confirm what is stale before an edition is signed.", none(thread.Edition), "Sign the first edition.", "yes", "Sign a new edition when what stands has changed.")},
	}
}
