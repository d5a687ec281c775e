package web

import (
	"slices"
	"strings"

	"throughline/internal/fault"
	"throughline/internal/store"
	"throughline/internal/thread"
)

// acts is what the member can take back, and do again, where it was done.
type acts struct {
	Undo  string // what would be undone; empty: nothing
	Redo  string
	To    string // addresses for that
	Again string
}

// acts gives what can be undone in a scope; the addresses are those of its undo and redo below the parts given.
func (v *visit) acts(scope thread.ID, at ...string) (a acts, err error) {
	a.To, a.Again = v.at(append(slices.Clone(at), "undo")...), v.at(append(slices.Clone(at), "redo")...)
	a.Undo, a.Redo, err = store.Acts(v.Ctx, v.store(), v.Study, v.Account.Name, scope)
	return a, err
}

// undo takes back what the member did last in a scope, or does it again where the address says so. Twice pressed is once
// undone. allowed tells whether the member may still change an object; nil: the policy of the route says so.
func (v *visit) undo(scope thread.ID, allowed func(thread.Object) bool) error {
	redo := strings.HasSuffix(v.route.Pattern, "/redo")
	err := v.write(func(tx *store.Tx) error {
		if allowed != nil {
			objects, err := tx.Acted(v.Study, scope, redo)
			if err != nil {
				return err
			}
			if slices.ContainsFunc(objects, func(o thread.Object) bool { return !allowed(o) }) {
				return fault.New(fault.Forbidden, "What you did there is not yours to change any more.")
			}
		}
		turn := tx.Undo
		if redo {
			turn = tx.Redo
		}
		_, err := turn(v.Study, scope)
		return err
	})
	if fault.Of(err) == fault.NotFound {
		return nil
	}
	return err
}
