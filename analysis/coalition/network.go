// Package coalition measures the shape of a coalition: how many sectors it has in effect, whether ties stay within them, how
// much hangs on few actors, and what remains when these leave. Each measure comes with the interval that uncertain actors and
// ties leave open.
package coalition

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Actor of a coalition.
type Actor struct {
	ID     string
	Label  string
	Sector string                        // empty: not known
	Mix    map[string]map[string]float64 // of gender, age, class and so on: shares, counts or percentages by value; empty: not known
	Surety float64                       // that it belongs to the coalition: 0 counts as 1, certain
}

// Tie between two actors.
type Tie struct {
	From, To string
	Directed bool    // From commands, funds or belongs to To; else the two are on one level
	Surety   float64 // that there is such a tie: 0 counts as 1, certain
}

// Network of a coalition.
type Network struct {
	Actors []Actor
	Ties   []Tie
}

// Check lists what is wrong with a network.
func (n Network) Check() error {
	var bad []string
	add := func(format string, args ...any) { bad = append(bad, fmt.Sprintf(format, args...)) }
	if len(n.Actors) == 0 {
		add("there are no actors")
	}
	seen := map[string]bool{}
	sure := func(what string, s float64) {
		if !(s >= 0 && s <= 1) {
			add("the surety of %s is %g; expected above 0 up to 1", what, s)
		}
	}
	for i, a := range n.Actors {
		switch {
		case a.ID == "":
			add("actor %d has no id", i+1)
		case seen[a.ID]:
			add("the actor %q stands twice", a.ID)
		}
		seen[a.ID] = true
		sure(fmt.Sprintf("the actor %q", a.ID), a.Surety)
		for name, mix := range a.Mix {
			for value, x := range mix {
				if !(x >= 0) || x > 1e15 {
					add("the %s of %q has %g of %q; expected a share from 0", name, a.ID, x, value)
				}
			}
		}
	}
	for i, t := range n.Ties {
		for _, id := range []string{t.From, t.To} {
			if !seen[id] {
				add("tie %d names the actor %q, which is not among the actors", i+1, id)
			}
		}
		if t.From == t.To {
			add("tie %d joins %q with itself", i+1, t.From)
		}
		sure(fmt.Sprintf("tie %d", i+1), t.Surety)
	}
	if len(bad) > 0 {
		return errors.New(strings.Join(bad, "; "))
	}
	return nil
}

// graph is a network as numbers: undirected neighbours, each once, and directed ties.
type graph struct {
	n      int
	near   [][]int
	next   [][]int
	sector []string
}

func (n Network) graph() graph {
	g := graph{n: len(n.Actors), near: make([][]int, len(n.Actors)), next: make([][]int, len(n.Actors))}
	at := map[string]int{}
	for i, a := range n.Actors {
		at[a.ID] = i
		g.sector = append(g.sector, a.Sector)
	}
	put := func(list *[]int, j int) {
		if !slices.Contains(*list, j) {
			*list = append(*list, j)
		}
	}
	for _, t := range n.Ties {
		i, j := at[t.From], at[t.To]
		put(&g.near[i], j)
		put(&g.near[j], i)
		put(&g.next[i], j)
		if !t.Directed {
			put(&g.next[j], i)
		}
	}
	for i := range g.near {
		slices.Sort(g.near[i])
		slices.Sort(g.next[i])
	}
	return g
}

// without gives the graph after some have left.
func (g graph) without(gone []bool) graph {
	out := graph{n: g.n, near: make([][]int, g.n), next: make([][]int, g.n), sector: g.sector}
	for i := range g.n {
		if gone[i] {
			continue
		}
		for _, j := range g.near[i] {
			if !gone[j] {
				out.near[i] = append(out.near[i], j)
			}
		}
		for _, j := range g.next[i] {
			if !gone[j] {
				out.next[i] = append(out.next[i], j)
			}
		}
	}
	return out
}

// Degrees are the numbers of actors that each actor is tied to, in their order.
func (n Network) Degrees() []int {
	g := n.graph()
	out := make([]int, g.n)
	for i := range out {
		out[i] = len(g.near[i])
	}
	return out
}

// Betweenness counts for each actor, over all pairs of others, the share of shortest paths between them that lead through it
// (Freeman 1977, Sociometry 40:35-41; Brandes 2001, Journal of Mathematical Sociology 25:163-177). Ties are taken without
// direction and each pair counts once.
func (n Network) Betweenness() []float64 { return n.graph().betweenness() }

func (g graph) betweenness() []float64 {
	out := make([]float64, g.n)
	for s := range g.n {
		dist, paths := make([]int, g.n), make([]float64, g.n)
		for i := range dist {
			dist[i] = -1
		}
		dist[s], paths[s] = 0, 1
		var order []int
		before := make([][]int, g.n)
		for queue := []int{s}; len(queue) > 0; {
			v := queue[0]
			queue = queue[1:]
			order = append(order, v)
			for _, w := range g.near[v] {
				if dist[w] < 0 {
					dist[w] = dist[v] + 1
					queue = append(queue, w)
				}
				if dist[w] == dist[v]+1 {
					paths[w] += paths[v]
					before[w] = append(before[w], v)
				}
			}
		}
		share := make([]float64, g.n)
		for k := len(order) - 1; k > 0; k-- {
			w := order[k]
			for _, v := range before[w] {
				share[v] += paths[v] / paths[w] * (1 + share[w])
			}
			out[w] += share[w] / 2 // each pair is met from both its ends
		}
	}
	return out
}

// largest is the size of the largest part whose members are all connected.
func (g graph) largest(gone []bool) int {
	seen := slices.Clone(gone)
	best := 0
	for i := range g.n {
		if seen[i] {
			continue
		}
		size := 0
		seen[i] = true
		for stack := []int{i}; len(stack) > 0; {
			v := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			size++
			for _, w := range g.near[v] {
				if !seen[w] {
					seen[w] = true
					stack = append(stack, w)
				}
			}
		}
		best = max(best, size)
	}
	return best
}

// reach tells who can be reached from whom along the direction of ties.
func (g graph) reach() [][]bool {
	out := make([][]bool, g.n)
	for i := range g.n {
		out[i] = make([]bool, g.n)
		for stack := []int{i}; len(stack) > 0; {
			v := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			for _, w := range g.next[v] {
				if !out[i][w] {
					out[i][w] = true
					stack = append(stack, w)
				}
			}
		}
	}
	return out
}

// Values lists the values of an attribute in a network, sorted: "sector", or a name of Mix.
func (n Network) Values(attribute string) []string {
	all := map[string]bool{}
	for _, a := range n.Actors {
		for v := range a.mix(attribute) {
			all[v] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// mix is an actor's composition of an attribute, summing to one; nil when it is not known.
func (a Actor) mix(attribute string) map[string]float64 {
	if attribute == "sector" {
		if a.Sector == "" {
			return nil
		}
		return map[string]float64{a.Sector: 1}
	}
	total := 0.0
	for _, x := range a.Mix[attribute] {
		total += x
	}
	if total == 0 {
		return nil
	}
	out := map[string]float64{}
	for v, x := range a.Mix[attribute] {
		out[v] = x / total
	}
	return out
}
