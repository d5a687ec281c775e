package selection

import (
	"context"
	"fmt"
	"math"
)

// settled are the levels of coverage with what is known of them.
type settled struct {
	lim    limits
	levels []Level
	who    []int // a choice that reaches them
}

// coverage finds the best coverage, then the most cells, then the least deviation from even counts. They depend on counts
// alone, so they are first found for classes of candidates without their countries, which is quick and bounds what is
// possible; a choice that reaches the bound proves it.
func (p *problem) coverage(ctx context.Context) (settled, error) {
	top := limits{cover: len(p.regions) + len(p.regimes), cells: p.q.K, even: 0, access: math.Inf(-1)}
	rough := p.classes().climb(ctx, top)
	if rough.who != nil {
		lim := rough.lim
		if who, _ := p.find(ctx, nil, lim); who != nil {
			rough.who = who
			return rough, nil
		}
	}
	if rough.who == nil && rough.levels == nil {
		rough.lim = top
	}
	got := p.climb(ctx, rough.lim)
	if got.who == nil {
		if ctx.Err() != nil {
			return got, fmt.Errorf("no choice was found in time: %w", ctx.Err())
		}
		return got, p.conflict(ctx)
	}
	return got, nil
}

// climb finds the best levels that are not better than top.
func (p *problem) climb(ctx context.Context, top limits) settled {
	lim := limits{even: math.Inf(1), access: math.Inf(-1)}
	var out settled
	level := func(name string, value, bound float64, proven bool) {
		if proven {
			bound = value
		}
		out.levels = append(out.levels, Level{name, value, bound, proven})
	}
	seen := func(who []int) *choice {
		s := p.begin()
		for _, i := range who {
			s.add(i)
		}
		return s
	}
	// As much as counts at the start allow.
	s, open := p.start(nil)
	if !p.narrow(s, open, lim) {
		return out
	}
	who, _ := p.find(ctx, nil, lim)
	if who == nil {
		return out
	}
	best := seen(who)
	r := p.q.K - len(s.who)
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
	// From the top down: most often the first try succeeds.
	bound := min(top.cover, s.regions+min(r, newR)+s.regimes+min(r, newG))
	for c := bound; c > best.regions+best.regimes; c-- {
		lim.cover = c
		w, ok := p.find(ctx, nil, lim)
		if w != nil {
			best = seen(w)
			break
		}
		if ok {
			bound = c - 1
		}
	}
	lim.cover = best.regions + best.regimes
	level(LevelCoverage, float64(lim.cover), float64(bound), bound == lim.cover)
	bound = p.q.K
	if lim.cover == top.cover {
		bound = min(bound, top.cells)
	}
	for c := bound; c > best.cells; c-- {
		lim.cells = c
		w, ok := p.find(ctx, nil, lim)
		if w != nil {
			best = seen(w)
			break
		}
		if ok {
			bound = c - 1
		}
	}
	lim.cells = best.cells
	level(LevelCells, float64(lim.cells), float64(bound), bound == lim.cells)
	e, floor := best.evenness(), 0.0
	if lim.cover == top.cover && lim.cells == top.cells {
		floor = top.even
	}
	// The bound of counts alone is most often reached: it is tried first.
	proven := false
	if low := p.least(lim); low > floor {
		floor = low
	}
	if e > floor+proofEps {
		lim.even = floor
		if w, _ := p.find(ctx, nil, lim); w != nil {
			best = seen(w)
			e = best.evenness()
		}
	}
	for e > floor+proofEps {
		lim.even = e - 1e-6
		w, ok := p.find(ctx, nil, lim)
		if w == nil {
			proven = ok
			break
		}
		best = seen(w)
		e = best.evenness()
	}
	if e <= floor+proofEps {
		proven = true
	}
	lim.even = e
	level(LevelEvenness, e, floor, proven)
	out.lim, out.who = lim, best.who
	return out
}

// least is a bound of evenness from the counts at the start.
func (p *problem) least(lim limits) float64 {
	s, open := p.start(nil)
	if !p.narrow(s, open, lim) {
		return math.Inf(1)
	}
	r := p.q.K - len(s.who)
	side := func(members []set, n []int, q []float64) float64 {
		room, known := make([]int, len(members)), 0
		for i, m := range members {
			room[i] = open.common(m)
			known += room[i]
		}
		return evenBound(n, room, q, r, open.count()-known)
	}
	return side(p.inRegion, s.nr, p.qr) + side(p.inRegime, s.ng, p.qg)
}

// classes is the problem with countries, budget and forbidden sets left out: of candidates that are counted alike, no more
// are kept than can be chosen. What it cannot reach the problem itself cannot either.
func (p *problem) classes() *problem {
	fixed := map[int]bool{}
	for _, i := range p.fixed {
		fixed[i] = true
	}
	q := p.q
	q.MaxPerCountry, q.Budget, q.Not = 0, 0, nil
	byClass := map[string]set{}
	for i := range p.c {
		k := p.sign(i, false)
		if byClass[k] == nil {
			byClass[k] = newSet(len(p.c))
		}
		byClass[k].add(i)
	}
	room := map[string]int{}
	for k, m := range byClass {
		room[k] = min(p.q.K, p.room(m))
	}
	out := &problem{q: q}
	kept := map[string]int{}
	for i, c := range p.c {
		k := p.sign(i, false)
		if fixed[i] || kept[k] < room[k] {
			c.Cost, c.Feasibility = 0, 0
			out.c = append(out.c, c)
			if !fixed[i] {
				kept[k]++
			}
		}
	}
	out.d = make([][]float64, len(out.c))
	out.ready()
	out.qr, out.qg = p.qr, p.qg
	return out
}
