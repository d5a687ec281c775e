// Package synthesis holds what is said on the strength of the evidence: conditions and scores, analyses, findings and
// takeaways, lessons, recommendations and answers.
package synthesis

import (
	"throughline/internal/fault"
	"throughline/internal/study"
	"throughline/internal/thread"
)

// Takeaway is a factor in one case that led to success or to failure.
type Takeaway struct {
	ID          thread.ID   `json:"id"`                    // "take-…"
	Case        thread.ID   `json:"case"`                  // in which it was seen
	Direction   string      `json:"direction"`             // success, failure
	Title       string      `json:"title"`                 // the factor, in a few words
	Text        string      `json:"text"`                  // how it worked
	Supports    []thread.ID `json:"supports"`              // segments
	Contradicts []thread.ID `json:"contradicts,omitempty"` // segments
}

func (t Takeaway) Ref() thread.ID       { return t.ID }
func (t Takeaway) Label() string        { return t.Title }
func (t Takeaway) Place() thread.Place  { return thread.Place{Case: t.Case} }
func (t Takeaway) Links() []thread.Link { return thread.Evidence(t.Supports, t.Contradicts) }

func (t Takeaway) Valid() error {
	var ps fault.Problems
	thread.CheckID(&ps, "id", t.ID, thread.Takeaway)
	thread.CheckID(&ps, "case", t.Case, thread.Case)
	ps.Require("direction", t.Direction)
	ps.OneOf("direction", t.Direction, "success", "failure")
	ps.Require("title", t.Title)
	ps.Require("text", t.Text)
	checkEvidence(&ps, t.Supports, t.Contradicts, thread.Segment)
	return ps.Err()
}

func checkEvidence(ps *fault.Problems, supports, contradicts []thread.ID, want ...thread.Kind) {
	if len(supports) == 0 {
		ps.Add("supports", "names nothing; a statement rests on at least one %s", want[0].Word())
	}
	thread.CheckIDs(ps, "supports", supports, want...)
	thread.CheckIDs(ps, "contradicts", contradicts, want...)
	for _, s := range supports {
		for _, c := range contradicts {
			if s == c {
				ps.Add("contradicts", "names %s, which also stands under supports", s)
			}
		}
	}
}

// Finding is what an analysis or a comparison of cases shows.
type Finding struct {
	ID           thread.ID   `json:"id"`                      // "find-…"
	Title        string      `json:"title"`                   // in a few words
	Text         string      `json:"text"`                    // what is found
	CasesFor     []thread.ID `json:"cases_for,omitempty"`     // in which it holds
	CasesAgainst []thread.ID `json:"cases_against,omitempty"` // in which it does not
	Supports     []thread.ID `json:"supports"`                // analyses, scores, takeaways, hypotheses, segments, other findings
	Contradicts  []thread.ID `json:"contradicts,omitempty"`   // what speaks against it; of the same kinds
}

func (f Finding) Ref() thread.ID       { return f.ID }
func (f Finding) Label() string        { return f.Title }
func (f Finding) Place() thread.Place  { return thread.Place{} }
func (f Finding) Links() []thread.Link { return thread.Evidence(f.Supports, f.Contradicts) }

func (f Finding) Valid() error {
	var ps fault.Problems
	thread.CheckID(&ps, "id", f.ID, thread.Finding)
	ps.Require("title", f.Title)
	ps.Require("text", f.Text)
	thread.CheckIDs(&ps, "cases_for", f.CasesFor, thread.Case)
	thread.CheckIDs(&ps, "cases_against", f.CasesAgainst, thread.Case)
	checkEvidence(&ps, f.Supports, f.Contradicts, thread.Analysis, thread.Score, thread.Takeaway, thread.Hypothesis, thread.Segment, thread.Finding)
	return ps.Err()
}

// Confidence is the confidence in a lesson by GRADE-CERQual (Lewin et al. 2018, Implementation Science 13 suppl. 1): four
// components, each with how much concern it raises and why, and the level they come to together.
type Confidence struct {
	Limitations Concern `json:"limitations"` // methodological limitations
	Coherence   Concern `json:"coherence"`   // of the findings with the data beneath
	Adequacy    Concern `json:"adequacy"`    // of the data
	Relevance   Concern `json:"relevance"`   // of the cases to the question
	Level       string  `json:"level"`       // high, moderate, low, very low
	Reason      string  `json:"reason"`      // why this level
}

// Concern is the judgement of one component.
type Concern struct {
	Level  string `json:"level"`  // none, minor, moderate, serious
	Reason string `json:"reason"` // why so much
}

// Levels of confidence and of concern, best first.
var (
	ConfidenceLevels = []string{"high", "moderate", "low", "very low"}
	ConcernLevels    = []string{"none", "minor", "moderate", "serious"}
)

// Lesson is a statement across cases.
type Lesson struct {
	ID           thread.ID   `json:"id"`                      // "lesson-…"
	Insight      string      `json:"insight,omitempty"`       // id of the insight of the study that it speaks to
	Title        string      `json:"title"`                   // in a few words
	Statement    string      `json:"statement"`               // the lesson, in full
	Scope        string      `json:"scope"`                   // scope conditions: where it holds, and where not
	Confidence   Confidence  `json:"confidence"`              // how far to trust it
	CasesFor     []thread.ID `json:"cases_for"`               // in which it holds
	CasesAgainst []thread.ID `json:"cases_against,omitempty"` // in which it does not
	Supports     []thread.ID `json:"supports"`                // findings, takeaways, other lessons
	Contradicts  []thread.ID `json:"contradicts,omitempty"`   // what speaks against it; of the same kinds
}

func (l Lesson) Ref() thread.ID       { return l.ID }
func (l Lesson) Label() string        { return l.Title }
func (l Lesson) Place() thread.Place  { return thread.Place{} }
func (l Lesson) Links() []thread.Link { return thread.Evidence(l.Supports, l.Contradicts) }

func (l Lesson) Valid() error {
	var ps fault.Problems
	thread.CheckID(&ps, "id", l.ID, thread.Lesson)
	ps.Require("title", l.Title)
	ps.Require("statement", l.Statement)
	ps.Require("scope", l.Scope)
	for _, c := range []struct {
		name string
		Concern
	}{{"limitations", l.Confidence.Limitations}, {"coherence", l.Confidence.Coherence}, {"adequacy", l.Confidence.Adequacy}, {"relevance", l.Confidence.Relevance}} {
		ps.Require("confidence."+c.name+".level", c.Level)
		ps.OneOf("confidence."+c.name+".level", c.Level, ConcernLevels...)
		ps.Require("confidence."+c.name+".reason", c.Reason)
	}
	ps.Require("confidence.level", l.Confidence.Level)
	ps.OneOf("confidence.level", l.Confidence.Level, ConfidenceLevels...)
	ps.Require("confidence.reason", l.Confidence.Reason)
	thread.CheckIDs(&ps, "cases_for", l.CasesFor, thread.Case)
	thread.CheckIDs(&ps, "cases_against", l.CasesAgainst, thread.Case)
	checkEvidence(&ps, l.Supports, l.Contradicts, thread.Finding, thread.Takeaway, thread.Lesson)
	return ps.Err()
}

// Recommendation is what an audience should do, and the lessons it rests on.
type Recommendation struct {
	ID          thread.ID   `json:"id"`                    // "recom-…"
	Audiences   []string    `json:"audiences"`             // ids of the study's audiences
	Action      string      `json:"action"`                // one sentence that begins with what to do
	Detail      string      `json:"detail"`                // how
	Risks       string      `json:"risks"`                 // what may go wrong, and for whom
	Supports    []thread.ID `json:"supports"`              // lessons
	Contradicts []thread.ID `json:"contradicts,omitempty"` // lessons that speak against it
}

func (r Recommendation) Ref() thread.ID       { return r.ID }
func (r Recommendation) Label() string        { return r.Action }
func (r Recommendation) Place() thread.Place  { return thread.Place{} }
func (r Recommendation) Links() []thread.Link { return thread.Evidence(r.Supports, r.Contradicts) }

func (r Recommendation) Valid() error {
	var ps fault.Problems
	thread.CheckID(&ps, "id", r.ID, thread.Recommendation)
	if len(r.Audiences) == 0 {
		ps.Add("audiences", "names nobody; a recommendation is written for at least one audience")
	}
	ps.Require("action", r.Action)
	ps.Require("detail", r.Detail)
	ps.Require("risks", r.Risks)
	checkEvidence(&ps, r.Supports, r.Contradicts, thread.Lesson)
	return ps.Err()
}

// Answer answers a core question, or the learning question, from lessons.
type Answer struct {
	ID          thread.ID   `json:"id"`                    // "answer-…"
	Question    string      `json:"question"`              // id of a core question, or "learning" for the learning question
	Text        string      `json:"text"`                  // the answer
	Supports    []thread.ID `json:"supports"`              // lessons, findings
	Contradicts []thread.ID `json:"contradicts,omitempty"` // what speaks against it; of the same kinds
}

func (a Answer) Ref() thread.ID       { return a.ID }
func (a Answer) Label() string        { return "Answer to " + a.Question }
func (a Answer) Place() thread.Place  { return thread.Place{} }
func (a Answer) Links() []thread.Link { return thread.Evidence(a.Supports, a.Contradicts) }

func (a Answer) Valid() error {
	var ps fault.Problems
	thread.CheckID(&ps, "id", a.ID, thread.Answer)
	ps.Require("question", a.Question)
	ps.Require("text", a.Text)
	checkEvidence(&ps, a.Supports, a.Contradicts, thread.Lesson, thread.Finding)
	return ps.Err()
}

// Score is what was observed of a condition in a case, with its reason and its evidence. The set membership is not
// stored: it is the raw value seen through the condition's calibration.
type Score struct {
	Case          thread.ID   `json:"case"`                  // that is scored
	Condition     thread.ID   `json:"condition"`             // by which it is scored
	Raw           string      `json:"raw"`                   // a number, or a word of the calibration
	Justification string      `json:"justification"`         // why
	Supports      []thread.ID `json:"supports"`              // segments
	Contradicts   []thread.ID `json:"contradicts,omitempty"` // segments
	AgreedBy      []string    `json:"agreed_by,omitempty"`   // handles of those who agreed on it
}

// ScoreID is the id of the score of a case on a condition.
func ScoreID(c, cond thread.ID) thread.ID {
	return thread.ID(thread.Score.Prefix() + c.Rest() + "." + cond.Rest())
}

func (s Score) Ref() thread.ID      { return ScoreID(s.Case, s.Condition) }
func (s Score) Label() string       { return s.Condition.Rest() + " in " + s.Case.Rest() + ": " + s.Raw }
func (s Score) Place() thread.Place { return thread.Place{Case: s.Case, Owner: s.Condition} }
func (s Score) Links() []thread.Link {
	return append(thread.Evidence(s.Supports, s.Contradicts), thread.Link{To: s.Condition, Role: thread.Uses})
}

func (s Score) Valid() error {
	var ps fault.Problems
	thread.CheckID(&ps, "case", s.Case, thread.Case)
	thread.CheckID(&ps, "condition", s.Condition, thread.Condition)
	ps.Require("raw", s.Raw)
	ps.Require("justification", s.Justification)
	checkEvidence(&ps, s.Supports, s.Contradicts, thread.Segment)
	for _, h := range s.AgreedBy {
		study.CheckHandle(&ps, "agreed_by", h)
	}
	return ps.Err()
}
