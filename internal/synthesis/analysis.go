package synthesis

import (
	"slices"
	"strings"

	"throughline/internal/fault"
	"throughline/internal/thread"
)

// Analysis is a run of a method over scores. Its result is frozen: it changes only when a person has it run again.
type Analysis struct {
	ID          thread.ID     `json:"id"`                 // "ana-…"
	Title       string        `json:"title"`              // as read on pages
	Mode        string        `json:"mode"`               // crisp, multi-value (levels where conditions have them, crisp otherwise), fuzzy (memberships as they are, with levels where conditions have them)
	Outcome     thread.ID     `json:"outcome"`            // condition to be explained
	Conditions  []thread.ID   `json:"conditions"`         // conditions to explain it by
	Cases       []thread.ID   `json:"cases"`              // cases compared
	Frequency   int           `json:"frequency"`          // a configuration needs at least so many cases
	Consistency float64       `json:"consistency"`        // and at least this consistency to count as sufficient
	PRI         float64       `json:"pri,omitempty"`      // and at least this proportional reduction in inconsistency
	Expect      []Expectation `json:"expect,omitempty"`   // of theory; with any there is an intermediate solution too
	Together    []Conjunction `json:"together,omitempty"` // of theory: conditions that help when they meet
	Reading     string        `json:"reading,omitempty"`  // what it shows, in plain words of a person
	Inputs      string        `json:"inputs,omitempty"`   // fingerprint of the data the result was computed from
	Result      *Result       `json:"result,omitempty"`   // nil: not run yet
}

// AnalysisModes are the modes of an analysis.
var AnalysisModes = []string{"crisp", "multi-value", "fuzzy"}

// Expectation is a directional expectation: whether theory holds that a condition helps the outcome by being there or by
// not being there, or by which of its levels. For a condition without one, theory is silent.
type Expectation struct {
	Condition thread.ID `json:"condition"` // one of the analysis
	Helps     string    `json:"helps"`     // present, absent; of a multi-value condition its level or levels, such as 2 or 1,2
	Why       string    `json:"why"`       // what makes one expect it
}

// Conjunction is a conjunctural expectation: theory holds that conditions help the outcome when they meet, and says
// nothing of each alone.
type Conjunction struct {
	Of  []Part `json:"of"`  // at least two
	Why string `json:"why"` // what makes one expect it
}

// Part is a condition of a conjunction.
type Part struct {
	Condition thread.ID `json:"condition"` // one of the analysis
	Helps     string    `json:"helps"`     // present, absent; of a multi-value condition one level, such as 2
}

// levelsOf gives the levels that an expectation names; nil when it names none that can be read.
func levelsOf(helps string) []int {
	switch helps {
	case "absent":
		return []int{0}
	case "present":
		return []int{1}
	}
	var out []int
	for _, s := range strings.Split(helps, ",") {
		s = strings.TrimSpace(s)
		if len(s) != 1 || s[0] < '0' || s[0] > '9' || slices.Contains(out, int(s[0]-'0')) {
			return nil
		}
		out = append(out, int(s[0]-'0'))
	}
	return out
}

// Result is what a qualitative comparative analysis gave. Numbers are rounded to six decimals, so that every machine
// writes the same text.
type Result struct {
	Rows       []Row      `json:"rows"`       // observed configurations
	Remainders int        `json:"remainders"` // configurations without a case
	Solutions  []Solution `json:"solutions"`  // conservative, parsimonious, and with expectations intermediate
}

// Row is one observed configuration of the truth table.
type Row struct {
	Configuration string      `json:"configuration"`     // one digit per condition, in their order: 1 present, 0 absent, or the level of a multi-value condition
	Cases         []thread.ID `json:"cases"`             // that have it
	Consistency   float64     `json:"consistency"`       // with which it is sufficient for the outcome
	PRI           float64     `json:"pri"`               // its proportional reduction in inconsistency
	Output        string      `json:"output"`            // 1 sufficient, 0 not sufficient, C contradiction, ? fewer cases than the cut-off
	Deviant       []thread.ID `json:"deviant,omitempty"` // cases whose outcome speaks against the output
}

// Solution is one way of minimising the truth table.
type Solution struct {
	Kind   string  `json:"kind"`   // conservative, parsimonious, and with expectations intermediate
	Models []Model `json:"models"` // every minimal model; more than one: the data cannot tell them apart
}

// Model is a sum of terms that accounts for every sufficient configuration.
type Model struct {
	Formula     string  `json:"formula"`     // such as COAL*~VIOL + BUS
	Consistency float64 `json:"consistency"` // with which it is sufficient for the outcome
	PRI         float64 `json:"pri"`         // its proportional reduction in inconsistency
	Coverage    float64 `json:"coverage"`    // how much of the outcome it accounts for
	Terms       []Term  `json:"terms"`       // the paths it is made of
}

// Term is one path to the outcome.
type Term struct {
	Formula        string      `json:"formula"`         // such as COAL*~VIOL
	Consistency    float64     `json:"consistency"`     // with which it is sufficient for the outcome
	RawCoverage    float64     `json:"raw_coverage"`    // how much of the outcome it accounts for
	UniqueCoverage float64     `json:"unique_coverage"` // how much of it no other term accounts for
	Cases          []thread.ID `json:"cases"`           // cases that are more in than out
}

func (a Analysis) Ref() thread.ID      { return a.ID }
func (a Analysis) Label() string       { return a.Title }
func (a Analysis) Place() thread.Place { return thread.Place{} }

// Links names every score the analysis reads, and its conditions.
func (a Analysis) Links() []thread.Link {
	var ls []thread.Link
	conditions := append([]thread.ID{a.Outcome}, a.Conditions...)
	for _, cond := range conditions {
		ls = append(ls, thread.Link{To: cond, Role: thread.Uses})
	}
	for _, c := range a.Cases {
		for _, cond := range conditions {
			ls = append(ls, thread.Link{To: ScoreID(c, cond), Role: thread.Supports})
		}
	}
	return ls
}

func (a Analysis) Valid() error {
	var ps fault.Problems
	thread.CheckID(&ps, "id", a.ID, thread.Analysis)
	ps.Require("title", a.Title)
	ps.Require("mode", a.Mode)
	ps.OneOf("mode", a.Mode, AnalysisModes...)
	thread.CheckID(&ps, "outcome", a.Outcome, thread.Condition)
	if len(a.Conditions) == 0 {
		ps.Add("conditions", "names nothing; an analysis needs at least one condition")
	}
	thread.CheckIDs(&ps, "conditions", a.Conditions, thread.Condition)
	for _, c := range a.Conditions {
		if c == a.Outcome {
			ps.Add("conditions", "names the outcome %s", c)
		}
	}
	if len(a.Cases) < 2 {
		ps.Add("cases", "needs at least two cases to compare")
	}
	thread.CheckIDs(&ps, "cases", a.Cases, thread.Case)
	if a.Frequency < 1 {
		ps.Add("frequency", "is %d; expected 1 or more", a.Frequency)
	}
	if a.Consistency <= 0 || a.Consistency > 1 {
		ps.Add("consistency", "is %g; expected a number above 0 and up to 1", a.Consistency)
	}
	if a.PRI < 0 || a.PRI > 1 {
		ps.Add("pri", "is %g; expected a number from 0 to 1", a.PRI)
	}
	for i, e := range a.Expect {
		a.expects(&ps, "expect", e.Condition, e.Helps)
		if slices.ContainsFunc(a.Expect[:i], func(b Expectation) bool { return b.Condition == e.Condition }) {
			ps.Add("expect.condition", "names %s twice", e.Condition)
		}
		ps.Require("expect.why", e.Why)
	}
	for _, t := range a.Together {
		if len(t.Of) < 2 {
			ps.Add("together.of", "names %d conditions; expected at least two that help when they meet (one alone stands under expect)", len(t.Of))
		}
		for i, p := range t.Of {
			a.expects(&ps, "together.of", p.Condition, p.Helps)
			if len(levelsOf(p.Helps)) > 1 {
				ps.Add("together.of.helps", "is %q; in a conjunction a condition has one level", p.Helps)
			}
			if slices.ContainsFunc(t.Of[:i], func(b Part) bool { return b.Condition == p.Condition }) {
				ps.Add("together.of.condition", "names %s twice", p.Condition)
			}
		}
		ps.Require("together.why", t.Why)
	}
	return ps.Err()
}

// expects notes what is wrong with the condition and the level of an expectation.
func (a Analysis) expects(ps *fault.Problems, field string, condition thread.ID, helps string) {
	if !slices.Contains(a.Conditions, condition) {
		ps.Add(field+".condition", "is %q, which is no condition of this analysis", condition)
	}
	ps.Require(field+".helps", helps)
	if helps != "" && levelsOf(helps) == nil {
		ps.Add(field+".helps", "is %q; expected present or absent, or of a multi-value condition its level or levels, such as 2 or 1,2", helps)
	}
}
