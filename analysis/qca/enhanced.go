package qca

import (
	"context"
	"errors"
	"slices"
)

// Exclusions are the configurations of which an enhanced standard analysis assumes nothing, by why not.
type Exclusions struct {
	// Untenable remainders contradict a claim of necessity or are impossible.
	Untenable []uint64 `json:"untenable"`
	// Contradictory remainders would be assumed for the outcome and for its absence.
	Contradictory []uint64 `json:"contradictory"`
	// Simultaneous rows are coded positive for the outcome and for its absence.
	Simultaneous []uint64 `json:"simultaneous"`
}

// All gives the Numbers of all of them, rising and each once: for Options.Exclude.
func (x Exclusions) All() []uint64 {
	out := slices.Concat(x.Untenable, x.Contradictory, x.Simultaneous)
	slices.Sort(out)
	return slices.Compact(out)
}

// Enhanced finds what an enhanced standard analysis excludes (Schneider and Wagemann 2012, ch. 8): first untenable
// assumptions, then rows that are subsets of the outcome and of its absence, and then, with these excluded, the
// contradictory assumptions that the parsimonious models for the outcome and for its absence would make.
func (a Analysis) Enhanced(ctx context.Context, necessary []Expression, impossible Expression) (Exclusions, error) {
	x := Exclusions{Contradictory: []uint64{}}
	outcome, err := NewTable(a.Data, a.Cutoffs)
	if err != nil {
		return x, err
	}
	absence, err := NewTable(a.Data.Negate(), a.Cutoffs)
	if err != nil {
		return x, err
	}
	if x.Untenable, err = outcome.Untenable(necessary, impossible); err != nil {
		return x, err
	}
	x.Simultaneous = SimultaneousSubsets(outcome, absence)
	o := a.Options
	o.Exclude = slices.Concat(o.Exclude, x.All())
	x.Contradictory, err = ContradictoryAssumptions(ctx, outcome, absence, o)
	if none := (unsolved{}); errors.As(err, &none) { // one side explains nothing, and so assumes nothing
		x.Contradictory, err = []uint64{}, nil
	}
	return x, err
}

// ContradictoryAssumptions gives the Numbers of the remainders that some parsimonious model assumes for the outcome and
// some parsimonious model assumes for its absence: the two explanations cannot both hold (Yamasaki and Rihoux 2009;
// Schneider and Wagemann 2012, ch. 8). The tables are those of the same data and of its negation.
func ContradictoryAssumptions(ctx context.Context, outcome, absence Table, o Options) ([]uint64, error) {
	o.Solution = Parsimonious
	assumed := map[uint64]bool{}
	out := []uint64{}
	for i, t := range []Table{outcome, absence} {
		s, err := t.Minimize(ctx, o)
		if err != nil {
			return nil, err
		}
		for _, m := range s[0].Models {
			for _, n := range m.Assumptions {
				if i == 0 {
					assumed[n] = true
				} else if assumed[n] && !slices.Contains(out, n) {
					out = append(out, n)
				}
			}
		}
	}
	slices.Sort(out)
	return out, nil
}

// SimultaneousSubsets gives the Numbers of the observed rows that are coded positive for the outcome and for its absence:
// fuzzy sets allow a configuration to be a subset of both (Schneider and Wagemann 2012, ch. 9).
func SimultaneousSubsets(outcome, absence Table) []uint64 {
	positive := map[uint64]bool{}
	for _, r := range outcome.Rows {
		positive[r.Number] = r.Output == Positive
	}
	out := []uint64{}
	for _, r := range absence.Rows {
		if r.Output == Positive && positive[r.Number] {
			out = append(out, r.Number)
		}
	}
	return out
}
