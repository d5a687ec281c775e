package qca

import (
	"context"
	"slices"
)

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
