package store

import (
	"context"
	"slices"
	"strings"

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
	g, err := read(ctx, q, id, `with recursive walk (id) as (
			select id from object where study = $1 and id = $2
			union
			select l.`+far+` from walk w cross join link l where l.study = $1 and l.`+near+` = w.id)
		select o.seen, `+prefixed("o", nodeColumns)+` from walk w cross join object o where o.study = $1 and o.id = w.id`, study, string(id))
	if err != nil {
		return thread.Graph{}, err
	}
	if _, ok := g.Nodes[id]; !ok {
		return thread.Graph{}, fault.New(fault.NotFound, "There is no object %q in this study.", string(id))
	}
	return g, nil
}

// Whole gives the thread of a whole study: for publication and the check.
func (s *Store) Whole(ctx context.Context, study string) (thread.Graph, error) {
	return read(ctx, s, "", `select seen, `+nodeColumns+` from object where study = $1`, study)
}

// read makes a graph of objects with the links that they bring along, as far as these lead to one another.
func read(ctx context.Context, q querier, root thread.ID, text string, args ...any) (thread.Graph, error) {
	var nodes []thread.Node
	var edges []thread.Edge
	var n thread.Node
	var seen string
	fields := append([]any{&seen}, nodeFields(&n)...)
	err := each(ctx, q, func(scan func(...any) error) error {
		if err := scan(fields...); err != nil {
			return err
		}
		nodes = append(nodes, n)
		eachSeen(seen, func(b thread.Below) {
			edges = append(edges, thread.Edge{From: n.ID, To: b.To, Role: b.Role, Seen: b.Print})
		})
		return nil
	}, text, args...)
	return thread.NewGraph(root, nodes, edges), err
}

// statements lists the kinds of statements as SQL does, so that the index of kinds keeps the rest out.
var statements = func() string {
	var in []string
	for _, k := range thread.Statements() {
		in = append(in, "'"+string(k)+"'")
	}
	return strings.Join(in, ",")
}()

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
	}, `select `+nodeColumns+` from object where study = $1 and kind in (`+statements+`) and confirmed <> basis`, study)
	slices.SortFunc(out, func(a, b thread.Node) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return out, err
}
