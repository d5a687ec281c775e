package synthesis

import (
	"fmt"
	"slices"

	"throughline/internal/thread"
)

// Change is one thing in which a result differs from the one before. What it names is of the later analysis when Gone is
// false, and of the earlier one when it is true.
type Change struct {
	What          string    // row, output, case, model, fit
	Gone          bool      // it was there before and is there no more
	Configuration string    // of row, output and case: where it stands now, or stood
	Case          thread.ID // of case
	Kind          string    // of model and fit: of the solution
	Formula       string    // of model and fit
	Was, Is       string    // of output: 1, 0, C or ?; of case: the configuration before and now; of fit: the measures
}

// Changes tells in what the result differs from an earlier one: combinations seen or seen no more, what they go with, cases
// that have moved, models, and the fit of those that stayed. When the conditions themselves are others, only models are
// compared. Without two results there is nothing to tell.
func (a Analysis) Changes(before Analysis) []Change {
	if a.Result == nil || before.Result == nil {
		return nil
	}
	var out []Change
	if slices.Equal(a.Conditions, before.Conditions) {
		out = append(out, rowChanges(before.Result.Rows, a.Result.Rows)...)
	}
	models := func(r *Result, kind string) (all []Model) {
		for _, s := range r.Solutions {
			if s.Kind == kind {
				all = append(all, s.Models...)
			}
		}
		return all
	}
	var kinds []string
	for _, s := range slices.Concat(before.Result.Solutions, a.Result.Solutions) {
		if !slices.Contains(kinds, s.Kind) {
			kinds = append(kinds, s.Kind)
		}
	}
	for _, k := range kinds {
		old, now := models(before.Result, k), models(a.Result, k)
		at := func(ms []Model, formula string) int {
			return slices.IndexFunc(ms, func(m Model) bool { return m.Formula == formula })
		}
		for _, m := range old {
			if at(now, m.Formula) < 0 {
				out = append(out, Change{What: "model", Gone: true, Kind: k, Formula: m.Formula})
			}
		}
		for _, m := range now {
			i := at(old, m.Formula)
			if i < 0 {
				out = append(out, Change{What: "model", Kind: k, Formula: m.Formula})
				continue
			}
			was, is := old[i].measures(), m.measures()
			if was != is {
				out = append(out, Change{What: "fit", Kind: k, Formula: m.Formula, Was: was, Is: is})
			}
		}
	}
	return out
}

func (m Model) measures() string {
	return fmt.Sprintf("consistency %.2f, PRI %.2f, coverage %.2f", m.Consistency, m.PRI, m.Coverage)
}

func rowChanges(before, now []Row) []Change {
	var out []Change
	row := func(rows []Row, configuration string) *Row {
		for i := range rows {
			if rows[i].Configuration == configuration {
				return &rows[i]
			}
		}
		return nil
	}
	where := func(rows []Row) (cases []thread.ID, at map[thread.ID]string) {
		at = map[thread.ID]string{}
		for _, r := range rows {
			for _, c := range r.Cases {
				cases, at[c] = append(cases, c), r.Configuration
			}
		}
		return cases, at
	}
	for _, r := range before {
		if row(now, r.Configuration) == nil {
			out = append(out, Change{What: "row", Gone: true, Configuration: r.Configuration})
		}
	}
	for _, r := range now {
		old := row(before, r.Configuration)
		switch {
		case old == nil:
			out = append(out, Change{What: "row", Configuration: r.Configuration, Is: r.Output})
		case old.Output != r.Output:
			out = append(out, Change{What: "output", Configuration: r.Configuration, Was: old.Output, Is: r.Output})
		}
	}
	oldCases, was := where(before)
	newCases, is := where(now)
	for _, c := range oldCases {
		if _, ok := is[c]; !ok {
			out = append(out, Change{What: "case", Gone: true, Case: c, Was: was[c]})
		}
	}
	for _, c := range newCases {
		if w, ok := was[c]; !ok || w != is[c] {
			out = append(out, Change{What: "case", Case: c, Was: w, Is: is[c]})
		}
	}
	return out
}

// ComputedFrom tells whether two analyses ask the same of the same scores: a result of the one is then one of the other.
func (a Analysis) ComputedFrom(b Analysis) bool {
	return a.Mode == b.Mode && a.Outcome == b.Outcome && slices.Equal(a.Conditions, b.Conditions) && slices.Equal(a.Cases, b.Cases) &&
		a.Frequency == b.Frequency && a.Consistency == b.Consistency && a.PRI == b.PRI && slices.Equal(a.Expect, b.Expect) &&
		slices.EqualFunc(a.Together, b.Together, func(x, y Conjunction) bool { return x.Why == y.Why && slices.Equal(x.Of, y.Of) })
}
