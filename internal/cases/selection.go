package cases

import (
	"fmt"
	"slices"

	"throughline/internal/fault"
	"throughline/internal/study"
	"throughline/internal/thread"
)

// Selection is how the cases were chosen, and the memo by which the lead answers for it.
type Selection struct {
	ID            thread.ID   `json:"id"`                        // always "selection"
	Method        string      `json:"method"`                    // in words; what the choice was made by
	K             int         `json:"k"`                         // how many cases
	MinSuccess    int         `json:"min_success,omitempty"`     // at least so many successes
	MinFailure    int         `json:"min_failure,omitempty"`     // at least so many that failed
	MaxPerCountry int         `json:"max_per_country,omitempty"` // 0: no limit
	In            []thread.ID `json:"in,omitempty"`              // candidates that must be in
	Out           []thread.ID `json:"out,omitempty"`             // candidates that must stay out
	Partial       string      `json:"partial,omitempty"`         // what a partial success counts as in the limits: failure, or nothing when empty
	Coverage      string      `json:"coverage,omitempty"`        // lex, even, off; empty: lex
	Objective     string      `json:"objective,omitempty"`       // lex, maxmin, maxsum; empty: lex
	Attributes    []Attribute `json:"attributes,omitempty"`      // by which two cases differ; empty: region, regime type and year of onset
	Quotas        []Quota     `json:"quotas,omitempty"`          // limits on named groups of candidates
	Seconds       int         `json:"seconds,omitempty"`         // time limit of the search; 0: 30
	Chosen        []thread.ID `json:"chosen,omitempty"`          // by the method; frozen
	Proven        bool        `json:"proven,omitempty"`          // no choice under the same rules is better
	Levels        []Level     `json:"levels,omitempty"`          // what the choice reached at each level of the objective; frozen
	Alternates    []Alternate `json:"alternates,omitempty"`      // who takes a case's place when access fails; frozen
	Inputs        string      `json:"inputs,omitempty"`          // fingerprint of the universe and rules that the choice was made from
	Memo          string      `json:"memo,omitempty"`            // why these, in the lead's words
	SignedBy      string      `json:"signed_by,omitempty"`       // handle
	SignedOn      string      `json:"signed_on,omitempty"`       // date, YYYY-MM-DD
}

// Attribute is something by which two cases differ, in the distance of Gower (1971).
type Attribute struct {
	Name   string  `json:"name"`             // region, regime, start, participation, nonviolent, leadership, sectors, or a country fact of the year before onset
	Kind   string  `json:"kind"`             // numeric, ordinal, nominal, set
	Weight float64 `json:"weight,omitempty"` // 0: 1
	Low    float64 `json:"low,omitempty"`    // with high: range of a number; 0 and 0: as observed
	High   float64 `json:"high,omitempty"`   //
}

// Kinds of attributes.
var AttributeKinds = []string{"numeric", "ordinal", "nominal", "set"}

// Quota limits how many of a group of candidates are chosen.
type Quota struct {
	Name       string      `json:"name"`           // such as "led by business"
	Candidates []thread.ID `json:"candidates"`     // who belongs to it
	Low        int         `json:"low,omitempty"`  // at least so many
	High       int         `json:"high,omitempty"` // at most so many; 0: no limit
}

// Level is one level of a choice's objective.
type Level struct {
	Name   string  `json:"name"`             // such as coverage
	Value  float64 `json:"value"`            // reached
	Bound  float64 `json:"bound,omitempty"`  // no choice passes it; of use when the level is not proven
	Proven bool    `json:"proven,omitempty"` // nothing better is possible
}

// Alternate is a candidate that would take the place of a chosen one.
type Alternate struct {
	For     thread.ID `json:"for"`            // the chosen candidate
	Instead thread.ID `json:"instead"`        // who would take its place
	Cost    string    `json:"cost,omitempty"` // what that loses, in words
}

func (s Selection) Ref() thread.ID       { return s.ID }
func (s Selection) Label() string        { return "Selection of cases" }
func (s Selection) Place() thread.Place  { return thread.Place{} }
func (s Selection) Links() []thread.Link { return nil }

func (s Selection) Valid() error {
	var ps fault.Problems
	thread.CheckID(&ps, "id", s.ID, thread.Selection)
	if s.K < 1 {
		ps.Add("k", "is %d; expected how many cases to choose", s.K)
	}
	if s.MinSuccess < 0 || s.MinFailure < 0 || s.MaxPerCountry < 0 || s.MinSuccess+s.MinFailure > s.K {
		ps.Add("min_success", "quotas must not be negative, and min_success and min_failure must fit into k")
	}
	thread.CheckIDs(&ps, "in", s.In, thread.Candidate)
	thread.CheckIDs(&ps, "out", s.Out, thread.Candidate)
	thread.CheckIDs(&ps, "chosen", s.Chosen, thread.Candidate)
	for _, id := range s.In {
		if slices.Contains(s.Out, id) {
			ps.Add("out", "names %s, which must also be in: decide for one", id)
		}
	}
	ps.OneOf("partial", s.Partial, "failure")
	ps.OneOf("coverage", s.Coverage, "lex", "even", "off")
	ps.OneOf("objective", s.Objective, "lex", "maxmin", "maxsum")
	if s.Seconds < 0 || s.Seconds > 3600 {
		ps.Add("seconds", "is %d; expected a time limit of 1 to 3600 seconds", s.Seconds)
	}
	seen := map[string]bool{}
	for i, a := range s.Attributes {
		at := fmt.Sprintf("attributes.%d.", i)
		if !attribute().MatchString(a.Name) {
			ps.Add(at+"name", "is %q; expected lower-case letters, digits and hyphens", a.Name)
		}
		if seen[a.Name] {
			ps.Add(at+"name", "%q stands twice", a.Name)
		}
		seen[a.Name] = true
		ps.Require(at+"kind", a.Kind)
		ps.OneOf(at+"kind", a.Kind, AttributeKinds...)
		if !(a.Weight >= 0) || a.Weight > 1e6 {
			ps.Add(at+"weight", "is %g; expected a positive number", a.Weight)
		}
		if a.Low > a.High {
			ps.Add(at+"low", "is %g, above high, which is %g", a.Low, a.High)
		}
	}
	for i, q := range s.Quotas {
		at := fmt.Sprintf("quotas.%d.", i)
		ps.Require(at+"name", q.Name)
		thread.CheckIDs(&ps, at+"candidates", q.Candidates, thread.Candidate)
		if q.Low < 0 || q.High < 0 || q.High > 0 && q.Low > q.High {
			ps.Add(at+"low", "asks for %d to %d; expected a smaller and a larger number", q.Low, q.High)
		}
	}
	for i, a := range s.Alternates {
		thread.CheckID(&ps, fmt.Sprintf("alternates.%d.for", i), a.For, thread.Candidate)
		thread.CheckID(&ps, fmt.Sprintf("alternates.%d.instead", i), a.Instead, thread.Candidate)
	}
	study.CheckDate(&ps, "signed_on", s.SignedOn)
	return ps.Err()
}
