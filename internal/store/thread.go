package store

import (
	"context"
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

// graph reads every object with its links as one row: handing a row over costs more than finding it, and one statement sees
// one moment. The links come as one text of role, id and print, none of which has a space.
func graph(ctx context.Context, q querier, study string, id thread.ID, d direction) (thread.Graph, error) {
	near, far := "from_id", "to_id"
	if d == up {
		near, far = far, near
	}
	var nodes []thread.Node
	var edges []thread.Edge
	found := false
	var n thread.Node
	var links string
	fields := append(nodeFields(&n), &links)
	err := each(ctx, q, func(scan func(...any) error) error {
		if err := scan(fields...); err != nil {
			return err
		}
		nodes = append(nodes, n)
		found = found || n.ID == id
		for links != "" {
			var role, other, seen string
			role, links, _ = strings.Cut(links, " ")
			other, links, _ = strings.Cut(links, " ")
			seen, links, _ = strings.Cut(links, " ")
			e := thread.Edge{From: n.ID, To: thread.ID(other), Role: thread.Role(role), Seen: seen}
			if d == up {
				e.From, e.To = e.To, e.From
			}
			edges = append(edges, e)
		}
		return nil
	}, `with recursive walk (id) as (
			select id from object where study = $1 and id = $2
			union
			select l.`+far+` from walk w cross join link l where l.study = $1 and l.`+near+` = w.id)
		select `+prefixed("o", nodeColumns)+`,
			coalesce((select string_agg(l.role || ' ' || l.`+far+` || ' ' || l.seen, ' ') from link l where l.study = $1 and l.`+near+` = w.id), '')
		from walk w cross join object o where o.study = $1 and o.id = w.id`, study, string(id))
	if err != nil {
		return thread.Graph{}, err
	}
	if !found {
		return thread.Graph{}, fault.New(fault.NotFound, "There is no object %q in this study.", string(id))
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
		err := scan((*string)(&e.From), (*string)(&e.To), (*string)(&e.Role), &e.Seen)
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
