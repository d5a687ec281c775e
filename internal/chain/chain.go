// Package chain runs what can be computed of a study, from records to solutions: it groups records into works, chooses
// cases, and runs analyses that have no result yet. It never computes anew what a person may have built on: frozen
// results stay, and what has changed below them shows as stale.
package chain

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"throughline/analysis/selection"
	"throughline/internal/cases"
	"throughline/internal/fault"
	"throughline/internal/source"
	"throughline/internal/store"
	"throughline/internal/synthesis"
	"throughline/internal/thread"
)

// Who signs what the chain writes in the journal.
const Who = "chain"

// Step is one part of the chain.
type Step struct {
	Name string
	Run  func(ctx context.Context, s *store.Store, study string) (changed int, err error)
}

// Steps are the parts of the chain in their order.
var Steps = []Step{
	{"works", works},
	{"selection", choose},
	{"analyses", analyses},
}

// works puts every record that is in no work yet into one.
func works(ctx context.Context, s *store.Store, study string) (int, error) {
	changed := 0
	err := s.Write(ctx, Who, func(t *store.Tx) error {
		changed = 0
		records, err := store.All[source.Record](ctx, t, study, store.Filter{})
		if err != nil {
			return err
		}
		standing, err := store.All[source.Work](ctx, t, study, store.Filter{})
		if err != nil {
			return err
		}
		workOf := map[thread.ID]int{}
		for i, w := range standing {
			for _, r := range w.Object.Records {
				workOf[r] = i
			}
		}
		found, err := source.Same(store.Objects(records), store.Objects(standing))
		if err != nil {
			return fault.Wrap(fault.Invalid, err, "The records cannot be compared: %s.", err)
		}
		for _, g := range found.Groups {
			var fresh []thread.ID
			old := -1
			for _, id := range g.Records {
				if i, ok := workOf[thread.ID(id)]; ok {
					if old < 0 {
						old = i
					}
				} else {
					fresh = append(fresh, thread.ID(id))
				}
			}
			if len(fresh) == 0 {
				continue
			}
			w, from := source.Work{ID: thread.ID("work-" + fresh[0].Rest()), Records: fresh, Reason: g.Reason()}, int64(0)
			if old >= 0 {
				w, from = standing[old].Object, standing[old].Version
				w.Records = append(slices.Clone(w.Records), fresh...)
				slices.Sort(w.Records)
				w.Reason = cmp.Or(w.Reason, g.Reason())
			}
			if err := t.PutComputed(study, w, from); err != nil {
				return err
			}
			changed++
		}
		return nil
	})
	return changed, err
}

// Choice computes the choice of cases from the universe as it stands.
func Choice(sel cases.Selection, universe []cases.Candidate) (selection.Choice, string, error) {
	q := selection.Quota{K: sel.K, MinSuccess: sel.MinSuccess, MinFailure: sel.MinFailure, MaxPerCountry: sel.MaxPerCountry}
	for _, id := range sel.In {
		q.In = append(q.In, string(id))
	}
	for _, id := range sel.Out {
		q.Out = append(q.Out, string(id))
	}
	var in []selection.Candidate
	for _, c := range universe {
		in = append(in, selection.Candidate{ID: string(c.ID), Country: c.ISO3, Region: c.Region, Regime: c.RegimeBefore,
			Success: c.Outcome == "success", Feasible: c.Feasible, Why: c.Access})
	}
	choice, err := selection.Greedy(in, q)
	if err != nil {
		return choice, "", fault.Wrap(fault.Invalid, err, "The cases cannot be chosen: %s.", err)
	}
	b, err := json.Marshal([]any{in, q})
	if err != nil {
		return choice, "", fmt.Errorf("fingerprint of the universe: %w", err)
	}
	return choice, thread.Content(b), nil
}

// choose makes the selection when there is none yet.
func choose(ctx context.Context, s *store.Store, study string) (int, error) {
	changed := 0
	err := s.Write(ctx, Who, func(t *store.Tx) error {
		changed = 0
		sel, err := store.Get[cases.Selection](ctx, t, study, "selection")
		if fault.Of(err) == fault.NotFound {
			return nil
		}
		if err != nil || len(sel.Object.Chosen) > 0 {
			return err
		}
		universe, err := store.All[cases.Candidate](ctx, t, study, store.Filter{})
		if err != nil {
			return err
		}
		choice, inputs, err := Choice(sel.Object, store.Objects(universe))
		if err != nil {
			return err
		}
		o := sel.Object
		o.Chosen, o.Proven, o.Inputs = nil, choice.Proven, inputs
		for _, id := range choice.Chosen {
			o.Chosen = append(o.Chosen, thread.ID(id))
		}
		changed = 1
		return t.PutComputed(study, o, sel.Version)
	})
	return changed, err
}

// analyses runs the analyses that have no result yet.
func analyses(ctx context.Context, s *store.Store, study string) (int, error) {
	all, err := store.All[synthesis.Analysis](ctx, s, study, store.Filter{})
	if err != nil {
		return 0, err
	}
	changed := 0
	for _, a := range all {
		if a.Object.Result != nil {
			continue
		}
		if err := Analyse(ctx, s, study, Who, a.Object.ID, a.Version); err != nil {
			return changed, err
		}
		changed++
	}
	return changed, nil
}

// Analyse runs one analysis on the scores as they stand and freezes the result, for the person who asked for it. A result
// that nobody has read yet is not confirmed by that.
func Analyse(ctx context.Context, s *store.Store, study, who string, id thread.ID, from int64) error {
	return s.Write(ctx, who, func(t *store.Tx) error {
		a, err := store.Get[synthesis.Analysis](ctx, t, study, id)
		if err != nil {
			return err
		}
		conditions, err := store.All[synthesis.Condition](ctx, t, study, store.Filter{})
		if err != nil {
			return err
		}
		scores, err := store.All[synthesis.Score](ctx, t, study, store.Filter{})
		if err != nil {
			return err
		}
		run, err := a.Object.Run(ctx, store.Objects(conditions), store.Objects(scores))
		if err != nil {
			return err
		}
		return t.PutComputed(study, run, from)
	})
}
