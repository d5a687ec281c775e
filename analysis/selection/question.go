// Package selection chooses k of N candidate cases: diverse in region and regime type, with successes and failures, within
// limits, and as far from each other as can be. The choice is exact: the answer says that it is optimal and proven, or how
// good any other choice could still be.
//
// Diverse case selection is one of the types of Seawright and Gerring (2008, Political Research Quarterly 61:294-308).
// Distances are those of Gower (1971, Biometrics 27:857-871). The largest smallest distance is the p-dispersion problem
// (Kuby 1987, Geographical Analysis 19:315-329), the largest sum the maximum diversity problem.
package selection

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
)

// Outcome of a candidate, as coded to a date.
type Outcome string

const (
	Success Outcome = "success"
	Partial Outcome = "partial"
	Failure Outcome = "failure"
	Unknown Outcome = "" // not coded: counts neither as a success nor as a failure
)

// Candidate is a case that could be studied.
type Candidate struct {
	ID          string  // unique
	Country     string  // needed when the number per country is limited
	Region      string  // in one scheme for all; empty: not known, and covers nothing
	Regime      string  // best of the year before onset, so that the case itself has not changed it; empty: not known
	Outcome     Outcome //
	Barred      string  // why it cannot be chosen at all: no access, informants unsafe, too few sources; empty: it can
	Feasibility float64 // above 0 to 1, how good access is; 0: not judged, which counts as 1
	Cost        float64 // in the unit of Budget
	Values      []Value // one for each attribute of the question
}

// Value of an attribute.
type Value struct {
	Known  bool
	Number float64  // of a numeric or ordinal attribute
	Text   string   // of a nominal attribute
	Set    []string // of a set
}

// Kind of an attribute says how two of its values differ: numbers and ranks by their difference over the range, names by
// being the same or not, sets by 1 minus what they share over what they have together (Jaccard).
type Kind string

const (
	Numeric Kind = "numeric"
	Ordinal Kind = "ordinal"
	Nominal Kind = "nominal"
	Set     Kind = "set"
)

// Attribute is something by which two cases differ.
type Attribute struct {
	Name      string
	Kind      Kind
	Weight    float64 // above 0; 0 counts as 1
	Low, High float64 // range of a number or rank; where they are equal, the range observed among all candidates
}

// Quota limits how many of a group of candidates are chosen.
type Quota struct {
	Name      string   // in the user's words, such as "led by business"
	IDs       []string // who belongs to the group
	Low, High int      // High 0: no upper limit
}

// Coverage says how regions and regime types steer the choice.
type Coverage string

const (
	Lex  Coverage = "lex"  // first as many regions and regime types as can be, then cells of the two, then evenness
	Even Coverage = "even" // of every region with candidates between floor(k/R) and ceil(k/R), and so for regime types
	Off  Coverage = "off"  // not at all
)

// Objective says what is made as large as can be once coverage is settled.
type Objective string

const (
	All    Objective = "lex"    // the smallest feasibility, its sum, the smallest distance, the sum of distances
	MaxMin Objective = "maxmin" // the smallest distance, then the sum of distances
	MaxSum Objective = "maxsum" // the sum of distances
)

// Question is what is to be chosen from what, within which limits.
type Question struct {
	Candidates    []Candidate
	Attributes    []Attribute // none: cases are not told apart by distance
	K             int
	In, Out       []string // ids that must be chosen, and that must not
	MaxPerCountry int      // 0: no limit
	MinSuccess    int
	MinFailure    int
	PartialFails  bool // a partial success counts as a failure in MinFailure
	Quotas        []Quota
	Budget        float64 // most that the chosen may cost together; 0: no limit
	Coverage      Coverage
	Objective     Objective
	Not           [][]string // sets that must not be chosen: to find the next best
}

// Third is the default of MinSuccess and MinFailure: floor(k/3).
func Third(k int) int { return max(0, k/3) }

// Level is one level of the objective.
type Level struct {
	Name   string  `json:"name"`
	Value  float64 `json:"value"`  // reached by the chosen
	Bound  float64 `json:"bound"`  // no choice that is as good at the levels before passes it
	Proven bool    `json:"proven"` // Value is the best possible
}

// Names of levels.
const (
	LevelCoverage = "coverage"           // regions and regime types covered
	LevelCells    = "cells"              // region-by-regime cells covered
	LevelEvenness = "evenness"           // squared deviations of counts from even counts; smaller is better
	LevelWorst    = "least feasibility"  // of the chosen
	LevelAccess   = "sum of feasibility" // of the chosen
	LevelDistance = "smallest distance"  // between two of the chosen
	LevelSum      = "sum of distances"   // over pairs of the chosen
	proofEps      = 1e-9                 // values closer than this are equal
)

// Answer is the choice and what is known of it.
type Answer struct {
	Selected []string `json:"selected"` // ids, sorted
	Value    float64  `json:"value"`    // sum of distances for MaxSum, else the smallest distance; without attributes, what is covered
	Proven   bool     `json:"proven"`   // every level is the best possible; with MaxMin every level but the sum, which decides among equals
	Bound    float64  `json:"bound"`    // no choice has a better Value at its level
	Levels   []Level  `json:"levels"`   // in their order
	Missing  int      `json:"missing"`  // pairs of values that could not be compared because one was not known
}

// Level gives a level by its name.
func (a Answer) Level(name string) (Level, bool) {
	i := slices.IndexFunc(a.Levels, func(l Level) bool { return l.Name == name })
	if i < 0 {
		return Level{}, false
	}
	return a.Levels[i], true
}

// check lists what is wrong with the question itself.
func (q Question) check() error {
	var bad []string
	add := func(format string, args ...any) { bad = append(bad, fmt.Sprintf(format, args...)) }
	at := map[string]int{}
	for i, c := range q.Candidates {
		if c.ID == "" {
			add("candidate %d has no id", i+1)
			continue
		}
		if j, twice := at[c.ID]; twice {
			add("the id %q is that of candidates %d and %d: each needs its own", c.ID, j+1, i+1)
		}
		at[c.ID] = i
		if c.Country == "" && q.MaxPerCountry > 0 {
			add("candidate %q has no country, and the cases per country are limited: fill it in or lift the limit", c.ID)
		}
		if !(c.Feasibility >= 0 && c.Feasibility <= 1) {
			add("the feasibility of %q is %g: expected 0 to 1", c.ID, c.Feasibility)
		}
		if !(c.Cost >= 0) || math.IsInf(c.Cost, 0) {
			add("the cost of %q is %g: expected a number from 0", c.ID, c.Cost)
		}
		if len(c.Values) != len(q.Attributes) {
			add("candidate %q has %d values for %d attributes", c.ID, len(c.Values), len(q.Attributes))
		} else {
			for j, v := range c.Values {
				if v.Known && (math.IsNaN(v.Number) || math.IsInf(v.Number, 0)) {
					add("%s of %q is no finite number", q.Attributes[j].Name, c.ID)
				}
			}
		}
		switch c.Outcome {
		case Success, Partial, Failure, Unknown:
		default:
			add("the outcome of %q is %q: expected success, partial or failure", c.ID, c.Outcome)
		}
	}
	if q.K < 1 {
		add("%d cases are asked for: ask for at least 1", q.K)
	}
	if q.MinSuccess < 0 || q.MinFailure < 0 || q.MaxPerCountry < 0 || q.Budget < 0 {
		add("a limit is below zero: use 0 for no limit")
	}
	if q.K >= 1 && q.MinSuccess+q.MinFailure > q.K {
		add("%s and %s do not fit into %s: ask for more cases or fewer of these", count(q.MinSuccess, "success"), count(q.MinFailure, "failure"), count(q.K, "case"))
	}
	for _, a := range q.Attributes {
		switch a.Kind {
		case Numeric, Ordinal, Nominal, Set:
		default:
			add("attribute %q is of the kind %q: expected numeric, ordinal, nominal or set", a.Name, a.Kind)
		}
		if !(a.Weight >= 0) || math.IsInf(a.Weight, 0) || a.Low > a.High {
			add("attribute %q has the weight %g and the range %g to %g: expected a positive weight and a range from low to high", a.Name, a.Weight, a.Low, a.High)
		}
	}
	out := map[string]bool{}
	for _, id := range q.Out {
		if _, ok := at[id]; !ok {
			add("%q is set aside but is not among the candidates", id)
		}
		out[id] = true
	}
	for _, id := range q.In {
		i, ok := at[id]
		switch {
		case !ok:
			add("%q is fixed in advance but is not among the candidates", id)
		case out[id]:
			add("%q is both fixed in advance and set aside: decide for one", id)
		case q.Candidates[i].Barred != "":
			add("%q is fixed in advance but cannot be chosen: %s", id, q.Candidates[i].Barred)
		}
	}
	for _, u := range q.Quotas {
		if u.Low < 0 || u.High < 0 || u.High > 0 && u.Low > u.High {
			add("the quota %q asks for %d to %d: expected a smaller and a larger number", u.Name, u.Low, u.High)
		}
		for _, id := range u.IDs {
			if _, ok := at[id]; !ok {
				add("the quota %q names %q, which is not among the candidates", u.Name, id)
			}
		}
	}
	switch q.Coverage {
	case "", Lex, Even, Off:
	default:
		add("the coverage is %q: expected lex, even or off", q.Coverage)
	}
	switch q.Objective {
	case "", All, MaxMin, MaxSum:
	default:
		add("the objective is %q: expected lex, maxmin or maxsum", q.Objective)
	}
	if len(bad) > 0 {
		return errors.New(strings.Join(bad, "; "))
	}
	return nil
}

// count writes "1 case", "2 cases".
func count(n int, noun string) string {
	switch {
	case n == 1:
		return "1 " + noun
	case strings.HasSuffix(noun, "s"):
		return fmt.Sprintf("%d %ses", n, noun)
	case strings.HasSuffix(noun, "y"):
		return fmt.Sprintf("%d %sies", n, strings.TrimSuffix(noun, "y"))
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// byID gives the candidates in the order of their ids, so that no answer depends on the order in which they were given.
func byID(c []Candidate) []Candidate {
	out := slices.Clone(c)
	slices.SortFunc(out, func(a, b Candidate) int { return cmp.Compare(a.ID, b.ID) })
	return out
}
