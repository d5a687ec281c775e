package thread

import (
	"cmp"
	"slices"
	"sort"
)

// Node is what the thread knows of an object: enough to show and to judge it, never its text.
type Node struct {
	ID          ID     `json:"id"`
	Kind        Kind   `json:"kind"`
	Label       string `json:"label"`
	Case        ID     `json:"case,omitempty"`
	Protected   bool   `json:"protected,omitempty"`
	Print       string `json:"-"` // fingerprint of it and all below
	Basis       string `json:"-"` // fingerprint of what it rests on
	Confirmed   string `json:"-"` // the basis when it was last confirmed; empty: never
	ConfirmedBy string `json:"confirmed_by,omitempty"`
	ConfirmedAt string `json:"confirmed_at,omitempty"` // UTC
	ChangedBy   string `json:"changed_by,omitempty"`
	ChangedAt   string `json:"changed_at,omitempty"` // UTC
}

// States of a node.
const (
	Standing    = "confirmed"   // rests on what it rested on when a person last confirmed it
	Stale       = "stale"       // something below changed since
	Unconfirmed = "unconfirmed" // no person has confirmed it yet
)

// State is how a statement stands; empty for what is not a statement.
func (n Node) State() string {
	switch {
	case !n.Kind.IsStatement():
		return ""
	case n.Confirmed == "":
		return Unconfirmed
	case n.Confirmed != n.Basis:
		return Stale
	}
	return Standing
}

// Edge is a link with what its upper end last saw of the lower one.
type Edge struct {
	From ID     `json:"from"`
	To   ID     `json:"to"`
	Role Role   `json:"role"`
	Seen string `json:"-"` // print of To when From was last confirmed
}

// Graph is a part of the thread: all that lies below, or above, one object.
type Graph struct {
	Root  ID
	Nodes map[ID]Node
	at    map[ID]int // of each node in the lists
	down  edgeLists
	up    edgeLists
}

// NewGraph makes a graph. Edges whose ends are not among the nodes are left out.
func NewGraph(root ID, nodes []Node, edges []Edge) Graph {
	g := Graph{Root: root, Nodes: make(map[ID]Node, len(nodes)), at: make(map[ID]int, len(nodes))}
	for i, n := range nodes {
		g.Nodes[n.ID], g.at[n.ID] = n, i
	}
	// Each node's edges lie together: how many it has is counted first, so that a walk of thousands of objects makes two lists
	// and not two for each.
	ends := make([][2]int, len(edges)) // of each edge, where it is from and where it leads; -1: nowhere
	g.down.first, g.up.first = make([]int, len(nodes)+1), make([]int, len(nodes)+1)
	kept := 0
	for i, e := range edges {
		from, ok1 := g.at[e.From]
		to, ok2 := g.at[e.To]
		if !ok1 || !ok2 {
			ends[i][0] = -1
			continue
		}
		ends[i] = [2]int{from, to}
		g.down.first[from+1]++
		g.up.first[to+1]++
		kept++
	}
	for side, l := range []*edgeLists{&g.down, &g.up} {
		for i := range nodes {
			l.first[i+1] += l.first[i]
		}
		l.edges = make([]Edge, kept)
		next := slices.Clone(l.first)
		for i, e := range edges {
			if ends[i][0] >= 0 {
				at := &next[ends[i][side]]
				l.edges[*at] = e
				*at++
			}
		}
		for i := range nodes {
			slices.SortFunc(l.of(i), func(a, b Edge) int {
				return cmp.Or(a.Role.order()-b.Role.order(), cmp.Compare(a.To, b.To), cmp.Compare(a.From, b.From))
			})
		}
	}
	return g
}

// edgeLists are the edges of nodes on one side, each node's beginning at its first and ending at that of the next.
type edgeLists struct {
	first []int
	edges []Edge
}

func (l *edgeLists) of(i int) []Edge { return l.edges[l.first[i]:l.first[i+1]:l.first[i+1]] }

// order puts evidence before structure and tools.
func (r Role) order() int { return slices.Index([]Role{Supports, Contradicts, PartOf, Uses}, r) }

// Down lists the edges to what an object rests on; Up those from what rests on it.
func (g Graph) Down(id ID) []Edge { return g.edges(&g.down, id) }
func (g Graph) Up(id ID) []Edge   { return g.edges(&g.up, id) }

func (g Graph) edges(l *edgeLists, id ID) []Edge {
	if i, ok := g.at[id]; ok {
		return l.of(i)
	}
	return nil
}

// Grounded tells whether at least one unbroken path of supporting links leads from the object to a document, or to an
// interview. Without one, a statement may not be published (rule 1 of the thread).
func (g Graph) Grounded(id ID) bool {
	seen := map[ID]bool{}
	var walk func(ID) bool
	walk = func(id ID) bool {
		if seen[id] {
			return false
		}
		seen[id] = true
		if k := id.Kind(); k == Document || k == Interview {
			return true
		}
		for _, e := range g.Down(id) {
			if (e.Role == Supports || e.Role == PartOf) && walk(e.To) {
				return true
			}
		}
		return false
	}
	return walk(id)
}

// Reason is why a statement is stale: the way down to the thing that changed.
type Reason struct {
	Path []ID `json:"path"` // from the statement to what changed, both included
	// Settled is true when what changed at the end of the path was itself confirmed again or edited by a person since,
	// so that there is nothing further down left to look at.
	Settled bool `json:"settled"`
}

// Reasons lists why a statement is stale, one path for each thing below that changed since its last confirmation. It
// follows the edges whose lower end no longer has the print that the upper end saw.
func (g Graph) Reasons(id ID) []Reason {
	var out []Reason
	seen := map[ID]bool{}
	var walk func(id ID, path []ID)
	walk = func(id ID, path []ID) {
		path = append(append([]ID{}, path...), id)
		deeper := false
		for _, e := range g.Down(id) {
			if e.Seen == g.Nodes[e.To].Print {
				continue
			}
			deeper = true
			if !seen[e.To] {
				seen[e.To] = true
				walk(e.To, path)
			}
		}
		if !deeper && len(path) > 1 {
			out = append(out, Reason{Path: path, Settled: g.Nodes[id].State() == Standing})
		}
	}
	walk(id, nil)
	return out
}

// Steps lists nodes so that everything a node rests on comes before it, or the ids of a cycle when there is one.
func Steps(links map[ID][]Link) (order, cycle []ID) {
	const (
		open = 1
		done = 2
	)
	ids := make([]ID, 0, len(links))
	for id := range links {
		ids = append(ids, id)
	}
	sort.Slice(ids, func(i, j int) bool { return ids[i] < ids[j] })
	state := make(map[ID]int, len(links))
	var stack []ID
	var walk func(ID) bool
	walk = func(id ID) bool {
		switch state[id] {
		case done:
			return true
		case open:
			for i, s := range stack {
				if s == id {
					cycle = append(append([]ID{}, stack[i:]...), id)
				}
			}
			return false
		}
		state[id] = open
		stack = append(stack, id)
		for _, l := range links[id] {
			if _, ok := links[l.To]; ok && !walk(l.To) {
				return false
			}
		}
		stack = stack[:len(stack)-1]
		state[id] = done
		order = append(order, id)
		return true
	}
	for _, id := range ids {
		if !walk(id) {
			return nil, cycle
		}
	}
	return order, nil
}
