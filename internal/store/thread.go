package store

import (
	"context"
	"slices"
	"strings"

	"throughline/internal/fault"
	"throughline/internal/thread"
)

// Down gives everything an object rests on, with all links between; Up everything that rests on it. Both see the study as it is
// at one moment.
func (s *Store) Down(ctx context.Context, study string, id thread.ID) (thread.Graph, error) {
	var g thread.Graph
	err := s.view(ctx, func(q querier) (err error) {
		g, err = below(ctx, q, study, id)
		return err
	})
	return g, err
}

func (s *Store) Up(ctx context.Context, study string, id thread.ID) (thread.Graph, error) {
	var g gathered
	if err := g.read(ctx, s, s.d.above+`select o.seen, `+prefixed("o", nodeColumns)+` from above w cross join object o where o.study = $1 and o.id = w.id`, study, string(id)); err != nil {
		return thread.Graph{}, err
	}
	return g.graph(id)
}

// below walks down level by level: each object brings along what it rests on, so no table of links is searched, which took
// more than a quarter of the time.
func below(ctx context.Context, q querier, study string, id thread.ID) (thread.Graph, error) {
	var g gathered
	known := map[thread.ID]bool{id: true}
	for level, told := []thread.ID{id}, 0; len(level) > 0; {
		for some := range slices.Chunk(level, q.engine().atOnce) {
			in, args := oneOf(q, "id", some, study)
			if err := g.read(ctx, q, `select seen, `+nodeColumns+` from object where study = $1 and `+in, args...); err != nil {
				return thread.Graph{}, err
			}
		}
		level = level[:0]
		for _, e := range g.edges[told:] {
			if !known[e.To] {
				known[e.To] = true
				level = append(level, e.To)
			}
		}
		told = len(g.edges)
		slices.Sort(level) // as the table is
	}
	return g.graph(id)
}

// Whole gives the thread of a whole study: for publication and the check.
func (s *Store) Whole(ctx context.Context, study string) (thread.Graph, error) {
	var g gathered
	err := g.read(ctx, s, `select seen, `+nodeColumns+` from object where study = $1`, study)
	return thread.NewGraph("", g.nodes, g.edges), err
}

// gathered is objects with the links that they bring along.
type gathered struct {
	nodes []thread.Node
	edges []thread.Edge
}

func (g *gathered) read(ctx context.Context, q querier, text string, args ...any) error {
	var n thread.Node
	var seen string
	fields := append([]any{&seen}, nodeFields(&n)...)
	return each(ctx, q, func(scan func(...any) error) error {
		if err := scan(fields...); err != nil {
			return err
		}
		g.nodes = append(g.nodes, n)
		eachSeen(seen, func(b thread.Below) {
			g.edges = append(g.edges, thread.Edge{From: n.ID, To: b.To, Role: b.Role, Seen: b.Print})
		})
		return nil
	}, text, args...)
}

// graph makes a graph of an object and what was reached from it, with the links as far as these lead to one another.
func (g *gathered) graph(root thread.ID) (thread.Graph, error) {
	if !slices.ContainsFunc(g.nodes, func(n thread.Node) bool { return n.ID == root }) {
		return thread.Graph{}, fault.New(fault.NotFound, "There is no object %q in this study.", string(root))
	}
	return thread.NewGraph(root, g.nodes, g.edges), nil
}

// statements and parts list kinds as SQL does, so that an index keeps the rest out.
var statements, parts = listed(thread.Statements()), listed(thread.Parts())

func listed(kinds []thread.Kind) string {
	var in []string
	for _, k := range kinds {
		in = append(in, "'"+string(k)+"'")
	}
	return strings.Join(in, ",")
}

// kept gives of an object's links those that the table of links holds: all but that of a part to its owner, which stands in its
// row and would be the larger part of that table.
func kept(o thread.Object, links []thread.Link) []thread.Link {
	if !slices.Contains(thread.Parts(), o.Ref().Kind()) {
		return links
	}
	owner := thread.Link{To: o.Place().Owner, Role: thread.PartOf}
	return slices.DeleteFunc(slices.Clone(links), func(l thread.Link) bool { return l == owner })
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
	}, `select `+nodeColumns+` from object where study = $1 and kind in (`+statements+`) and confirmed <> basis`, study)
	slices.SortFunc(out, func(a, b thread.Node) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return out, err
}
