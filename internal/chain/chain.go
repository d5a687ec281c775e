// Package chain runs what can be computed of a study, from records to solutions: it groups records into works, chooses
// cases, and runs analyses that have no result yet. It never computes anew what a person may have built on: frozen
// results stay, and what has changed below them shows as stale.
package chain

import (
	"cmp"
	"context"
	"slices"

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

// choose makes the selection when there is none yet. The search runs outside of any write, so that nobody waits for it.
func choose(ctx context.Context, s *store.Store, study string) (int, error) {
	sel, err := store.Get[cases.Selection](ctx, s, study, "selection")
	if fault.Of(err) == fault.NotFound {
		return 0, nil
	}
	if err != nil || len(sel.Object.Chosen) > 0 {
		return 0, err
	}
	return 1, Choose(ctx, s, study, Who, sel.Version)
}

// Choose makes the selection from the candidates as they stand and keeps what was found, for the person who asked for it. A
// memo that was signed for another choice is no longer signed.
func Choose(ctx context.Context, s *store.Store, study, who string, from int64) error {
	sel, err := store.Get[cases.Selection](ctx, s, study, "selection")
	if err != nil {
		return err
	}
	universe, facts, err := Universe(ctx, s, study)
	if err != nil {
		return err
	}
	o, err := sel.Object.Choose(ctx, universe, facts)
	if err != nil {
		return err
	}
	if !slices.Equal(o.Chosen, sel.Object.Chosen) {
		o.SignedBy, o.SignedOn = "", ""
	}
	return s.Write(ctx, who, func(t *store.Tx) error { return t.PutComputed(study, o, from) })
}

// Universe gives the candidates that belong to the universe, and the country facts that they are compared by.
func Universe(ctx context.Context, s *store.Store, study string) ([]cases.Candidate, []cases.Fact, error) {
	universe, err := store.All[cases.Candidate](ctx, s, study, store.Filter{})
	if err != nil {
		return nil, nil, err
	}
	decisions, err := store.All[cases.Inclusion](ctx, s, study, store.Filter{})
	if err != nil {
		return nil, nil, err
	}
	facts, err := store.All[cases.Fact](ctx, s, study, store.Filter{})
	if err != nil {
		return nil, nil, err
	}
	return cases.Included(store.Objects(universe), store.Objects(decisions)), store.Objects(facts), nil
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
