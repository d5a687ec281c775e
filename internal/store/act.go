package store

import (
	"cmp"
	"context"
	"encoding/json"

	"throughline/internal/fault"
	"throughline/internal/thread"
)

// change is an object before and after an act, as canonical JSON; empty where it was not there.
type change struct {
	ID     thread.ID `json:"id"`
	Was    string    `json:"was,omitempty"`
	Became string    `json:"became,omitempty"`
}

// mostActs is how many acts of a person are remembered for a scope.
const mostActs = 200

// Act runs fn and remembers all that it puts and drops under a title, for who writes and for a scope such as a document's
// id, so that Undo can take it back. What was undone before cannot be done again after it.
func (t *Tx) Act(study string, scope thread.ID, title string, fn func() error) error {
	if t.record != nil { // a part of an act
		return fn()
	}
	t.record = &[]change{}
	defer func() { t.record = nil }()
	if err := fn(); err != nil {
		return err
	}
	changes := *t.record
	if len(changes) == 0 {
		return nil
	}
	body, err := json.Marshal(changes)
	if err != nil {
		return err
	}
	var last int64
	if _, err := one(t.ctx, t, []any{&last}, `select coalesce(max(seq), 0) from act where study = $1 and who = $2 and scope = $3 and undone = 0`, study, t.who, string(scope)); err != nil {
		return err
	}
	if err := t.exec(`delete from act where study = $1 and who = $2 and scope = $3 and (undone = 1 or seq <= $4)`, study, t.who, string(scope), last-mostActs); err != nil {
		return err
	}
	return t.exec(`insert into act (study, who, scope, seq, at, title, changes, undone) values ($1,$2,$3,$4,$5,$6,$7,0)`, study, t.who, string(scope), last+1, t.now, title, string(body))
}

// Undo takes back the last act of who writes in a scope, and gives its title. What somebody else changed since is a
// Conflict: nothing of theirs is lost. NotFound: there is nothing to undo.
func (t *Tx) Undo(study string, scope thread.ID) (string, error) {
	return t.again(study, scope, lastDone, true)
}

// Redo does again what was undone last.
func (t *Tx) Redo(study string, scope thread.ID) (string, error) {
	return t.again(study, scope, lastUndone, false)
}

// Acted gives the objects that Undo, or Redo, would change next, each as it was when it was last there.
func (t *Tx) Acted(study string, scope thread.ID, redo bool) ([]thread.Object, error) {
	q := lastDone
	if redo {
		q = lastUndone
	}
	_, _, changes, err := t.act(study, scope, q)
	if err != nil {
		return nil, err
	}
	out := make([]thread.Object, len(changes))
	for i, c := range changes {
		if out[i], err = decode(c.ID.Kind(), cmp.Or(c.Became, c.Was)); err != nil {
			return nil, err
		}
	}
	return out, nil
}

const (
	lastDone   = `select seq, title, changes from act where study = $1 and who = $2 and scope = $3 and undone = 0 order by seq desc limit 1`
	lastUndone = `select seq, title, changes from act where study = $1 and who = $2 and scope = $3 and undone = 1 order by seq limit 1`
)

// act reads the act that a query finds.
func (t *Tx) act(study string, scope thread.ID, q string) (seq int64, title string, changes []change, err error) {
	var body string
	ok, err := one(t.ctx, t, []any{&seq, &title, &body}, q, study, t.who, string(scope))
	if err != nil {
		return 0, "", nil, err
	}
	if !ok {
		return 0, "", nil, fault.New(fault.NotFound, "There is nothing left that could be undone, or done again.")
	}
	if err := json.Unmarshal([]byte(body), &changes); err != nil {
		return 0, "", nil, fault.Wrap(fault.Damaged, err, "What was done cannot be read from the database. Run the check.")
	}
	return seq, title, changes, nil
}

func (t *Tx) again(study string, scope thread.ID, q string, back bool) (string, error) {
	seq, title, changes, err := t.act(study, scope, q)
	if err != nil {
		return "", err
	}
	for i := range changes {
		c := changes[i]
		if back {
			c = changes[len(changes)-1-i]
			c.Was, c.Became = c.Became, c.Was
		}
		if err := t.turn(study, c); err != nil {
			return "", err
		}
	}
	return title, t.exec(`update act set undone = $1 where study = $2 and who = $3 and scope = $4 and seq = $5`, flag(back), study, t.who, string(scope), seq)
}

// turn makes an object that stands as it was into what it became.
func (t *Tx) turn(study string, c change) error {
	now, exists, err := t.row(study, c.ID)
	if err != nil {
		return err
	}
	if exists && now.body != c.Was || !exists && c.Was != "" {
		return fault.New(fault.Conflict, "This %s was changed in the meantime, so it was left as it is. Load the page again and look at it.", c.ID.Kind().Word())
	}
	if c.Became == "" {
		return t.Drop(study, c.ID, Any)
	}
	o, err := decode(c.ID.Kind(), c.Became)
	if err != nil {
		return err
	}
	put := t.Put
	if c.ID.Kind().IsStatement() { // who takes a change back has not looked at the evidence again
		put = t.PutComputed
	}
	if !exists {
		return put(study, o, 0)
	}
	return put(study, o, Any)
}

// Acts gives the titles of what Undo and Redo would do next; empty: nothing.
func Acts(ctx context.Context, q querier, study, who string, scope thread.ID) (undo, redo string, err error) {
	if _, err = one(ctx, q, []any{&undo}, `select title from act where study = $1 and who = $2 and scope = $3 and undone = 0 order by seq desc limit 1`, study, who, string(scope)); err != nil {
		return
	}
	_, err = one(ctx, q, []any{&redo}, `select title from act where study = $1 and who = $2 and scope = $3 and undone = 1 order by seq limit 1`, study, who, string(scope))
	return
}
