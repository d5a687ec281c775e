package qca

import (
	"context"
	"fmt"
	"strings"
)

// Robustness is how far a solution holds: what is to be read beside every result.
type Robustness struct {
	// Words say it in plain sentences, the most important first.
	Words     []string    `json:"words"`
	Diversity Diversity   `json:"diversity"`
	Open      OpenChoice  `json:"open"`
	Cutoffs   []Range     `json:"cutoffs"`
	Tests     TestSet     `json:"testSet"`
	Cases     []LeftOut   `json:"withoutCases"`
	Chance    Permutation `json:"chance"`
	// Conditions is empty when there is only one.
	Conditions []LeftOut `json:"withoutConditions"`
}

// Robustness checks a solution in all ways that need nothing but the data and the choices made: how much of what is
// possible was seen and how easily chance gives such a result, how many models there are, how far each cut-off could have
// been different, what is left of it under other usual cut-offs, what each case and each condition decides. An intermediate solution is checked pair by pair, and the
// open choice between models is that of the first.
func (a Analysis) Robustness(ctx context.Context, p PermutationOptions) (Robustness, error) {
	var r Robustness
	t, err := NewTable(a.Data, a.Cutoffs)
	if err != nil {
		return r, err
	}
	solutions, err := t.Minimize(ctx, a.Options)
	if err != nil {
		return r, err
	}
	if r.Diversity, err = t.Diversity(0); err != nil {
		return r, err
	}
	r.Open = a.Data.OpenChoice(solutions[0])
	if r.Cutoffs, err = a.CutoffRanges(ctx); err != nil {
		return r, err
	}
	if r.Tests, err = a.Tests(ctx, a.UsualTests()); err != nil {
		return r, err
	}
	r.Cases, r.Conditions = []LeftOut{}, []LeftOut{}
	if len(a.Data.Cases) > 1 {
		if r.Cases, err = a.WithoutCases(ctx, p.Progress); err != nil {
			return r, err
		}
	}
	if len(a.Data.Conditions) > 1 {
		if r.Conditions, err = a.WithoutConditions(ctx, p.Progress); err != nil {
			return r, err
		}
	}
	if r.Chance, err = a.Permute(ctx, p); err != nil {
		return r, err
	}
	r.Words = append(r.Words, r.Diversity.Words()...)
	r.Words = append(r.Words, r.Chance.Words()...)
	r.Words = append(r.Words, r.Open.Words()...)
	r.Words = append(r.Words, r.Tests.Words()...)
	r.Words = append(r.Words, decides("case", r.Cases), decides("condition", r.Conditions))
	for i, w := range r.Words {
		if w != "" {
			r.Words[i] = strings.ToUpper(w[:1]) + w[1:] + "."
		}
	}
	return r, nil
}

// decides says how many of the things left out change the solution.
func decides(what string, all []LeftOut) string {
	if len(all) == 0 {
		return fmt.Sprintf("there is only one %s, so none can be left out", what)
	}
	var names []string
	for _, l := range all {
		if !l.Same {
			names = append(names, l.Name)
		}
	}
	switch {
	case len(names) == 0:
		return fmt.Sprintf("whichever %s is left out, the solution stays the same", what)
	case len(names) == len(all):
		return fmt.Sprintf("whichever %s is left out, the solution changes", what)
	}
	return fmt.Sprintf("leaving out one %s changes the solution for %d of %d: %s", what, len(names), len(all), strings.Join(names, ", "))
}
