package cases

import (
	"fmt"
	"slices"

	"throughline/internal/fault"
	"throughline/internal/study"
	"throughline/internal/thread"
)

// Hypothesis says how something came about in a case. It rests on the passages that its tests found (process tracing:
// Van Evera 1997; Bennett 2010; Collier 2011; Beach & Pedersen 2013).
type Hypothesis struct {
	ID     thread.ID   `json:"id"`               // "hyp-…"
	Case   thread.ID   `json:"case"`             //
	Title  string      `json:"title"`            // in a few words
	Text   string      `json:"text"`             // the mechanism: what led to what, step by step
	Rivals []thread.ID `json:"rivals,omitempty"` // hypotheses of the same case that exclude it
	Prior  float64     `json:"prior,omitempty"`  // for weights of evidence: probability among its rivals before any test; 0: not given
	Tests  []Test      `json:"tests,omitempty"`  // what should be seen if it were so
}

// Test is one trace that a hypothesis leads to expect, and what looking for it brought.
type Test struct {
	ID          string      `json:"id"`                    // short code within the hypothesis
	Trace       string      `json:"trace"`                 // what should be seen if the hypothesis is true
	Certainty   string      `json:"certainty"`             // how sure it is to be there if the hypothesis is true: low, middling, high
	Uniqueness  string      `json:"uniqueness"`            // how unlikely it is if a rival is true: low, middling, high
	Search      string      `json:"search,omitempty"`      // where and how it is looked for
	Written     string      `json:"written"`               // when the expectation was written down, UTC
	By          string      `json:"by,omitempty"`          // handle of who wrote it down
	Result      string      `json:"result,omitempty"`      // found, absent, not-searched, not-observable; empty: not yet looked for
	Reading     string      `json:"reading,omitempty"`     // what was seen, in words
	Seen        string      `json:"seen,omitempty"`        // when the result was written down, UTC
	SeenBy      string      `json:"seen_by,omitempty"`     // handle of who did
	Origin      string      `json:"origin,omitempty"`      // where the evidence comes from in the end: tests of one origin count once
	Power       float64     `json:"power,omitempty"`       // probability that the search finds the trace if it is there; 0: not judged
	Supports    []thread.ID `json:"supports,omitempty"`    // passages that show it
	Contradicts []thread.ID `json:"contradicts,omitempty"` // passages that speak against it
	Likelihood  []Odds      `json:"likelihood,omitempty"`  // for weights of evidence: how likely the trace is under each hypothesis
}

// Odds is how likely a trace is if a hypothesis is true, as a range: 0 < low <= best <= high < 1.
type Odds struct {
	If   thread.ID `json:"if"`   // the hypothesis of the test, or one of its rivals
	Low  float64   `json:"low"`  //
	Best float64   `json:"best"` //
	High float64   `json:"high"` //
}

// Words of tests.
var (
	TestLevels  = []string{"low", "middling", "high"}
	TestResults = []string{"found", "absent", "not-searched", "not-observable"}
)

func (h Hypothesis) Ref() thread.ID      { return h.ID }
func (h Hypothesis) Label() string       { return h.Title }
func (h Hypothesis) Place() thread.Place { return thread.Place{Case: h.Case} }

// Links lead to the passages of all tests, each once in each role.
func (h Hypothesis) Links() []thread.Link {
	var out []thread.Link
	for _, t := range h.Tests {
		for _, l := range thread.Evidence(t.Supports, t.Contradicts) {
			if !slices.Contains(out, l) {
				out = append(out, l)
			}
		}
	}
	return out
}

func (h Hypothesis) Valid() error {
	var ps fault.Problems
	thread.CheckID(&ps, "id", h.ID, thread.Hypothesis)
	thread.CheckID(&ps, "case", h.Case, thread.Case)
	ps.Require("title", h.Title)
	ps.Require("text", h.Text)
	thread.CheckIDs(&ps, "rivals", h.Rivals, thread.Hypothesis)
	if slices.Contains(h.Rivals, h.ID) {
		ps.Add("rivals", "names the hypothesis itself")
	}
	if h.Prior != 0 && !(h.Prior > 0 && h.Prior < 1) {
		ps.Add("prior", "is %g; expected a probability between 0 and 1", h.Prior)
	}
	seen := map[string]bool{}
	for i, t := range h.Tests {
		at := func(field string) string { return fmt.Sprintf("tests.%d.%s", i, field) }
		ps.Require(at("id"), t.ID)
		if seen[t.ID] {
			ps.Add(at("id"), "%q stands twice", t.ID)
		}
		seen[t.ID] = true
		t.check(&ps, at, append([]thread.ID{h.ID}, h.Rivals...))
	}
	return ps.Err()
}

func (t Test) check(ps *fault.Problems, at func(string) string, among []thread.ID) {
	ps.Require(at("trace"), t.Trace)
	ps.Require(at("certainty"), t.Certainty)
	ps.OneOf(at("certainty"), t.Certainty, TestLevels...)
	ps.Require(at("uniqueness"), t.Uniqueness)
	ps.OneOf(at("uniqueness"), t.Uniqueness, TestLevels...)
	ps.Require(at("written"), t.Written)
	checkTime(ps, at("written"), t.Written)
	checkTime(ps, at("seen"), t.Seen)
	for field, h := range map[string]string{"by": t.By, "seen_by": t.SeenBy} {
		if h != "" {
			study.CheckHandle(ps, at(field), h)
		}
	}
	ps.OneOf(at("result"), t.Result, TestResults...)
	if t.Result == "found" || t.Result == "absent" {
		ps.Require(at("reading"), t.Reading)
		ps.Require(at("seen"), t.Seen)
	}
	if t.Result == "found" && len(t.Supports) == 0 {
		ps.Add(at("supports"), "names nothing; what was found is shown by at least one passage")
	}
	if t.Power != 0 && !(t.Power > 0 && t.Power <= 1) {
		ps.Add(at("power"), "is %g; expected a probability above 0 up to 1", t.Power)
	}
	thread.CheckIDs(ps, at("supports"), t.Supports, thread.Segment)
	thread.CheckIDs(ps, at("contradicts"), t.Contradicts, thread.Segment)
	twice := map[thread.ID]bool{}
	for _, o := range t.Likelihood {
		switch {
		case !slices.Contains(among, o.If):
			ps.Add(at("likelihood"), "is of %q, which is neither the hypothesis nor one of its rivals", o.If)
		case twice[o.If]:
			ps.Add(at("likelihood"), "is given twice for %s", o.If)
		case !(0 < o.Low && o.Low <= o.Best && o.Best <= o.High && o.High < 1):
			ps.Add(at("likelihood"), "of %s is %g, %g, %g; expected three probabilities between 0 and 1, smallest first", o.If, o.Low, o.Best, o.High)
		}
		twice[o.If] = true
	}
}

// Prerequisite answers whether one event of a case could have happened without another (event structure analysis: Heise
// 1989; Griffin 1993).
type Prerequisite struct {
	Case     thread.ID   `json:"case"`               // of both events
	Event    thread.ID   `json:"event"`              // the later one
	Needs    thread.ID   `json:"needs"`              // the one that it may have needed
	Answer   string      `json:"answer"`             // yes: it could not have happened without; no; unsure
	Why      string      `json:"why"`                // the reason
	By       string      `json:"by,omitempty"`       // handle of who answered
	Supports []thread.ID `json:"supports,omitempty"` // passages or records that say so
}

// PrerequisiteID is the id of the answer on two events.
func PrerequisiteID(event, needs thread.ID) thread.ID {
	return thread.ID(thread.Prerequisite.Prefix() + event.Rest() + "." + needs.Rest())
}

func (p Prerequisite) Ref() thread.ID { return PrerequisiteID(p.Event, p.Needs) }
func (p Prerequisite) Label() string {
	return p.Event.Rest() + " needs " + p.Needs.Rest() + ": " + p.Answer
}
func (p Prerequisite) Place() thread.Place { return thread.Place{Case: p.Case, Owner: p.Case} }
func (p Prerequisite) Links() []thread.Link {
	return append([]thread.Link{{To: p.Event, Role: thread.PartOf}, {To: p.Needs, Role: thread.PartOf}}, thread.Evidence(p.Supports, nil)...)
}

func (p Prerequisite) Valid() error {
	var ps fault.Problems
	thread.CheckID(&ps, "case", p.Case, thread.Case)
	thread.CheckID(&ps, "event", p.Event, thread.Event)
	thread.CheckID(&ps, "needs", p.Needs, thread.Event)
	if p.Event == p.Needs {
		ps.Add("needs", "is the event itself")
	}
	ps.Require("answer", p.Answer)
	ps.OneOf("answer", p.Answer, "yes", "no", "unsure")
	ps.Require("why", p.Why)
	if p.By != "" {
		study.CheckHandle(&ps, "by", p.By)
	}
	thread.CheckIDs(&ps, "supports", p.Supports, thread.Segment, thread.Record)
	return ps.Err()
}
