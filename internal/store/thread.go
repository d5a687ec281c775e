package store

import (
	"context"

	"throughline/internal/fault"
	"throughline/internal/thread"
)

// The walk is written with cross join because SQLite keeps the order of one: from what was reached to its links, by index,
// and never through all links of the study. To PostgreSQL it is an ordinary join.

// direction is the way a thread is walked.
type direction int

const (
	down direction = iota
	up
)

// Down gives everything an object rests on, with all links between; Up everything that rests on it. Each is one
// recursive statement, not a walk row by row.
func (s *Store) Down(ctx context.Context, study string, id thread.ID) (thread.Graph, error) {
	return graph(ctx, s, study, id, down)
}
func (s *Store) Up(ctx context.Context, study string, id thread.ID) (thread.Graph, error) {
	return graph(ctx, s, study, id, up)
}

func (t *Tx) graph(study string, id thread.ID, d direction) (thread.Graph, error) {
	return graph(t.ctx, t, study, id, d)
}

func graph(ctx context.Context, q querier, study string, id thread.ID, d direction) (thread.Graph, error) {
	near, far := "from_id", "to_id"
	if d == up {
		near, far = far, near
	}
	var root thread.Node
	ok, err := one(ctx, q, nodeFields(&root), `select `+nodeColumns+` from object where study = $1 and id = $2`, study, string(id))
	if err != nil {
		return thread.Graph{}, err
	}
	if !ok {
		return thread.Graph{}, fault.New(fault.NotFound, "There is no object %q in this study.", string(id))
	}
	nodes, edges := []thread.Node{root}, []thread.Edge(nil)
	seen := map[thread.ID]bool{root.ID: true}
	err = each(ctx, q, func(scan func(...any) error) error {
		var e thread.Edge
		var n thread.Node
		if err := scan(append([]any{&e.From, &e.To, &e.Role, &e.Seen}, nodeFields(&n)...)...); err != nil {
			return err
		}
		edges = append(edges, e)
		if !seen[n.ID] {
			seen[n.ID] = true
			nodes = append(nodes, n)
		}
		return nil
	}, `with recursive walk (id) as (
			select cast($2 as text)
			union
			select l.`+far+` from walk w cross join link l where l.study = $1 and l.`+near+` = w.id)
		select l.from_id, l.to_id, l.role, l.seen, `+prefixed("o", nodeColumns)+`
		from walk w cross join link l join object o on o.study = l.study and o.id = l.`+far+`
		where l.study = $1 and l.`+near+` = w.id`, study, string(id))
	if err != nil {
		return thread.Graph{}, err
	}
	return thread.NewGraph(id, nodes, edges), nil
}

// Whole gives the thread of a whole study: for publication and the check.
func (s *Store) Whole(ctx context.Context, study string) (thread.Graph, error) {
	var nodes []thread.Node
	err := each(ctx, s, func(scan func(...any) error) error {
		var n thread.Node
		err := scan(nodeFields(&n)...)
		nodes = append(nodes, n)
		return err
	}, `select `+nodeColumns+` from object where study = $1`, study)
	if err != nil {
		return thread.Graph{}, err
	}
	var edges []thread.Edge
	err = each(ctx, s, func(scan func(...any) error) error {
		var e thread.Edge
		err := scan(&e.From, &e.To, &e.Role, &e.Seen)
		edges = append(edges, e)
		return err
	}, `select from_id, to_id, role, seen from link where study = $1`, study)
	return thread.NewGraph("", nodes, edges), err
}

// NotStanding lists the statements that are stale or were never confirmed.
func (s *Store) NotStanding(ctx context.Context, study string) ([]thread.Node, error) {
	var out []thread.Node
	err := each(ctx, s, func(scan func(...any) error) error {
		var n thread.Node
		if err := scan(nodeFields(&n)...); err != nil {
			return err
		}
		if st := n.State(); st == thread.Stale || st == thread.Unconfirmed {
			out = append(out, n)
		}
		return nil
	}, `select `+nodeColumns+` from object where study = $1 and confirmed <> basis order by id`, study)
	return out, err
}
