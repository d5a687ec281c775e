package selection

import (
	"context"
	"math"
	"math/bits"
	"slices"
)

// finder looks for any choice within limits whose members are pairwise joined in a graph. It is a search for a clique with
// side constraints: what counts forbid is taken out at each step, a set that must contribute is branched on, and else those
// candidates that a colouring with too few colours leaves over (Tomita and Seki 2003, DMTCS 2731:278-289).
type finder struct {
	p     *problem
	graph []set // nil: all are joined
	lim   limits
	twins []set // of each candidate those that are the same as it; nil: unknown
	ctx   context.Context
	nodes int
	late  bool // time ran out
	found []int
	pool  []set
}

// find gives a choice, or nil. Whole tells that the search was not cut short: then nil means that there is none.
func (p *problem) find(ctx context.Context, graph []set, lim limits) (who []int, whole bool) {
	if !p.apart(graph) {
		return nil, true
	}
	f := &finder{p: p, graph: graph, lim: lim, ctx: ctx}
	s, open := p.start(graph)
	if !p.narrow(s, open, lim) {
		return nil, true
	}
	if len(p.not) == 0 {
		f.reduce(s, open)
	}
	f.search(s, open)
	return f.found, !f.late
}

func (f *finder) take() set {
	if n := len(f.pool); n > 0 {
		s := f.pool[n-1]
		f.pool = f.pool[:n-1]
		return s
	}
	return newSet(len(f.p.c))
}

// reduce takes out candidates in whose place another can always stand: counted alike, and joined to all that they are joined
// to. It also takes out those with too few neighbours, and notes who is the same as whom, which need not be tried twice.
func (f *finder) reduce(s *choice, open set) {
	p := f.p
	r := p.q.K - len(s.who)
	near := make([]set, len(p.c))
	if f.graph != nil {
		open.each(func(i int) bool {
			near[i] = slices.Clone(f.graph[i])
			near[i].keep(open)
			return true
		})
		for again := true; again; {
			again = false
			open.each(func(i int) bool {
				if near[i].common(open) < r-1 {
					open.drop(i)
					again = true
				}
				return true
			})
		}
		open.each(func(i int) bool { near[i].keep(open); return true })
	}
	// Where one of a country may be chosen, a graph holds that limit itself: those of a country are not joined in it.
	land := p.q.MaxPerCountry > 0 && !(f.graph != nil && p.q.MaxPerCountry == 1)
	sign := map[string][]int{}
	var signs []string
	open.each(func(i int) bool {
		k := p.sign(i, land)
		if sign[k] == nil {
			signs = append(signs, k)
		}
		sign[k] = append(sign[k], i)
		return true
	})
	better := func(i, j int) bool { // i is no worse than j in what is not counted
		return (p.q.Budget == 0 || p.c[i].Cost <= p.c[j].Cost) && (math.IsInf(f.lim.access, -1) || p.access[i] >= p.access[j])
	}
	f.twins = make([]set, len(p.c))
	for _, k := range signs {
		for _, i := range sign[k] {
			for _, j := range sign[k] {
				if i == j || !open.has(i) || !open.has(j) || !better(i, j) {
					continue
				}
				if f.graph != nil {
					if !f.graph[i].has(j) && near[j].within(near[i]) {
						open.drop(j)
					}
					continue
				}
				if p.q.MaxPerCountry == 1 && p.country[i] >= 0 {
					open.drop(j) // both are of one country
				} else if better(j, i) {
					if f.twins[i] == nil {
						f.twins[i] = newSet(len(p.c))
					}
					f.twins[i].add(j)
				}
			}
		}
	}
}

// sign names all by which two candidates are counted, so that those of one sign are counted alike.
func (p *problem) sign(i int, land bool) string {
	b := make([]byte, 0, 16+len(p.groups))
	put := func(n int) { b = append(b, byte(n), byte(n>>8), byte(n>>16)) }
	put(p.region[i])
	put(p.regime[i])
	if land && p.q.MaxPerCountry > 0 {
		put(p.country[i])
	}
	for _, g := range p.groups {
		if g.members.has(i) {
			b = append(b, 1)
		} else {
			b = append(b, 0)
		}
	}
	return string(b)
}

// search tries what is open beside s, and keeps the first whole choice.
func (f *finder) search(s *choice, open set) bool {
	p := f.p
	if len(s.who) == p.q.K {
		if p.holds(s, f.lim) {
			f.found = slices.Clone(s.who)
			slices.Sort(f.found)
			return true
		}
		return false
	}
	if f.nodes++; f.nodes&255 == 0 && f.ctx.Err() != nil {
		f.late = true
		return true
	}
	branch := f.take()
	defer func() { f.pool = append(f.pool, branch) }()
	if !f.branch(s, open, branch) {
		return false
	}
	for i := branch.first(); i >= 0; i = branch.first() {
		next := f.take()
		copy(next, open)
		p.take(s, next, i, f.graph)
		done := p.narrow(s, next, f.lim) && f.search(s, next)
		s.drop()
		f.pool = append(f.pool, next)
		if done {
			return true
		}
		branch.drop(i)
		open.drop(i)
		if f.twins != nil && f.twins[i] != nil {
			branch.without(f.twins[i])
			open.without(f.twins[i])
		}
		if open.count() < p.q.K-len(s.who) {
			return false
		}
	}
	return false
}

// branch fills in a set of which every whole choice has at least one member, as small as can be seen at once. It is false
// when a colouring shows that there is no whole choice.
func (f *finder) branch(s *choice, open, out set) bool {
	p := f.p
	r := p.q.K - len(s.who)
	least := math.MaxInt
	consider := func(m set) {
		if n := open.common(m); n < least {
			least = n
			copy(out, m)
			out.keep(open)
		}
	}
	for x, g := range p.groups {
		if g.lo > s.in[x] {
			consider(g.members)
		}
	}
	if f.lim.cover > 0 {
		newR, newG := 0, 0
		for i, m := range p.inRegion {
			if s.nr[i] == 0 && m.common(open) > 0 {
				newR++
			}
		}
		for i, m := range p.inRegime {
			if s.ng[i] == 0 && m.common(open) > 0 {
				newG++
			}
		}
		if newR <= r && s.regions+newR+s.regimes+min(r, newG) == f.lim.cover {
			for i, m := range p.inRegion {
				if s.nr[i] == 0 && m.common(open) > 0 {
					consider(m)
				}
			}
		}
		if newG <= r && s.regimes+newG+s.regions+min(r, newR) == f.lim.cover {
			for i, m := range p.inRegime {
				if s.ng[i] == 0 && m.common(open) > 0 {
					consider(m)
				}
			}
		}
	}
	if f.graph == nil {
		if least == math.MaxInt {
			copy(out, open)
		}
		return true
	}
	// Coloured with r-1 colours, what is left over must contribute.
	left, class := f.take(), f.take()
	defer func() { f.pool = append(f.pool, left, class) }()
	copy(left, open)
	colour(f.graph, left, class, r-1)
	if n := left.count(); n == 0 {
		return false
	} else if n < least {
		copy(out, left)
	}
	return true
}

// colour takes out of left what so many colours can colour: each colour goes to candidates of which no two are joined, so no
// choice has two of them (greedy colouring). Class is scratch.
func colour(graph []set, left, class set, colours int) {
	for range colours {
		copy(class, left)
		for w := range class {
			for class[w] != 0 {
				i := w<<6 + bits.TrailingZeros64(class[w])
				left.drop(i)
				class.drop(i)
				g := graph[i]
				for x := w; x < len(class); x++ {
					class[x] &^= g[x]
				}
			}
		}
	}
}
