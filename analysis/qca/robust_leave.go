package qca

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// LeftOut is what leaving out one case or one condition does to the solution.
type LeftOut struct {
	// Name of the case or condition.
	Name string `json:"name"`
	// Same says that all models stay and none are new.
	Same bool `json:"same"`
	// Kept, Lost and New are models: those that stay, those that are models no more, and those that were none before.
	Kept []string `json:"kept"`
	Lost []string `json:"lost"`
	New  []string `json:"new"`
	// Mixed counts the rows whose cases lie on both sides of 0.5 in the outcome, with it left out. Without a condition,
	// cases that it told apart fall together.
	Mixed int `json:"mixed"`
	// Fit is that of the first model of what remains.
	Fit ModelFit `json:"fit"`
	// Problem says why there is no solution without it, when there is none.
	Problem string `json:"problem,omitempty"`
}

// String says the change in words.
func (l LeftOut) String() string {
	switch {
	case l.Problem != "":
		return fmt.Sprintf("without %s there is no solution: %s", l.Name, l.Problem)
	case l.Same:
		return fmt.Sprintf("without %s the solution stays the same", l.Name)
	case len(l.Kept) == 0:
		return fmt.Sprintf("without %s the solution changes to %s", l.Name, strings.Join(l.New, "; or "))
	case len(l.Lost) == 0:
		return fmt.Sprintf("without %s there are more models: also %s", l.Name, strings.Join(l.New, "; or "))
	case len(l.New) == 0:
		return fmt.Sprintf("without %s there are fewer models: no more %s", l.Name, strings.Join(l.Lost, "; or "))
	}
	return fmt.Sprintf("without %s some models stay (%s), some are lost (%s) and some are new (%s)", l.Name,
		strings.Join(l.Kept, "; or "), strings.Join(l.Lost, "; or "), strings.Join(l.New, "; or "))
}

// WithoutCases repeats the analysis without each case in turn.
func (a Analysis) WithoutCases(ctx context.Context, progress Progress) ([]LeftOut, error) {
	if err := a.Data.Valid(); err != nil {
		return nil, err
	}
	if len(a.Data.Cases) < 2 {
		return nil, fmt.Errorf("there is only one case, so none can be left out")
	}
	s := NewSweep(a.Options)
	return a.leaveOut(ctx, s, a.Data.Cases, progress, func(i int) (Analysis, *Sweep, error) {
		b := a
		b.Data = a.Data.without(i)
		return b, s, nil
	})
}

// WithoutConditions repeats the analysis without each condition in turn. A model that mentions the condition cannot stay;
// whether what becomes of it still fits the outcome shows in Fit and Mixed. Of the configurations excluded from being
// assumed, those remain excluded that were so at every level of the condition.
func (a Analysis) WithoutConditions(ctx context.Context, progress Progress) ([]LeftOut, error) {
	if err := a.Data.Valid(); err != nil {
		return nil, err
	}
	if len(a.Data.Conditions) < 2 {
		return nil, fmt.Errorf("there is only one condition, so none can be left out")
	}
	return a.leaveOut(ctx, NewSweep(a.Options), a.Data.Conditions, progress, func(j int) (Analysis, *Sweep, error) {
		b := a
		var err error
		if b.Data, err = a.Data.Only(slices.Delete(slices.Clone(a.Data.Conditions), j, j+1)...); err != nil {
			return b, nil, err
		}
		if len(a.Options.Expect) == len(a.Data.Conditions) {
			b.Options.Expect = slices.Delete(slices.Clone(a.Options.Expect), j, j+1)
		}
		b.Options.Together = nil
		for _, c := range a.Options.Together {
			if len(c) == len(a.Data.Conditions) && c[j] == absent {
				b.Options.Together = append(b.Options.Together, slices.Delete(slices.Clone(c), j, j+1))
			}
		}
		if a.Options.Assume != nil {
			b.Options.Assume = Expression{}
			for _, c := range a.Options.Assume {
				if len(c) == len(a.Data.Conditions) {
					b.Options.Assume = append(b.Options.Assume, slices.Delete(slices.Clone(c), j, j+1))
				}
			}
		}
		// Numbers of configurations change with the conditions.
		b.Options.Exclude = nil
		whole, part := Table{Levels: a.Data.levels(), Possible: product(a.Data.levels()).Uint64()}, Table{Levels: b.Data.levels()}
		fibres := map[uint64]map[int8]bool{}
		for _, n := range a.Options.Exclude {
			if c, ok := whole.configuration(n); ok {
				p := part.number(slices.Delete(c.clone(), j, j+1))
				if fibres[p] == nil {
					fibres[p] = map[int8]bool{}
				}
				fibres[p][c[j]] = true
				if len(fibres[p]) == whole.Levels[j] {
					b.Options.Exclude = append(b.Options.Exclude, p)
				}
			}
		}
		slices.Sort(b.Options.Exclude)
		b.Options.Exclude = slices.Compact(b.Options.Exclude)
		return b, NewSweep(b.Options), nil
	})
}

func (a Analysis) leaveOut(ctx context.Context, s *Sweep, names []string, progress Progress, at func(i int) (Analysis, *Sweep, error)) ([]LeftOut, error) {
	t, err := NewTable(a.Data, a.Cutoffs)
	if err != nil {
		return nil, err
	}
	base, err := s.Solve(ctx, t)
	if err != nil {
		return nil, err
	}
	out := make([]LeftOut, len(names))
	err = parallel(ctx, len(names), progress, func(i int) error {
		b, s, err := at(i)
		if err != nil {
			return err
		}
		t, err := NewTable(b.Data, b.Cutoffs)
		if err != nil {
			return err
		}
		f, err := s.Solve(ctx, t)
		if err != nil {
			return err
		}
		l := LeftOut{Name: names[i], Same: f.Same(base), Problem: f.Problem, Kept: []string{}, Lost: []string{}, New: []string{}}
		for _, m := range base.Models {
			if slices.Contains(f.Models, m) {
				l.Kept = append(l.Kept, m)
			} else {
				l.Lost = append(l.Lost, m)
			}
		}
		for _, m := range f.Models {
			if !slices.Contains(base.Models, m) {
				l.New = append(l.New, m)
			}
		}
		for _, r := range t.Rows {
			if r.Mixed {
				l.Mixed++
			}
		}
		if len(f.terms) > 0 {
			cubes, err := t.data.cubes(f.terms[0])
			if err != nil {
				return err
			}
			w := measure(t.data.union(cubes), t.data.Outcome)
			l.Fit = ModelFit{w.consistency, w.pri, w.coverage}
		}
		out[i] = l
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}
