package selection

import (
	"cmp"
	"context"
	"math"
	"slices"
)

// Steps of the Frank-Wolfe method: many at the root, whose bound all else begins with, few below, where the parent's point is
// near: a search over 2,823 candidates took 6 s with 3
// steps, 7 s with 6 and 26 s with 30.
const (
	rootSteps = 400
	deepSteps = 4
)

// summer finds the choice within limits and a graph with the largest sum
//
//	f(x) = lin'x + x'Dx / 2.
//
// Gower's distances over numbers, names and sets are of negative type: on choices of one size f is concave. So at any point y
// the tangent bounds f everywhere, f(x) <= f(y) + (Dy + lin)'(x - y), and its maximum over choices is a matter of sorting. The
// points come from the Frank-Wolfe method on the continuous problem; each node of a branch and bound takes the best of its
// bounds, and with the gradient fixes candidates that cannot be in, or cannot be out of, a better choice (Spiers, Bui and
// Loxton 2023, European Journal of Operational Research 311:444-454, cut by the same tangents).
type summer struct {
	p     *problem
	graph []set
	lim   limits
	lin   []float64 // nil: none
	d     [][]float64
	shift float64 // taken off the diagonal, so that f is concave where values are missing
	main  []int   // groups of the family that bounds are sorted by
	class []int   // of each candidate its place in main, or len(main)
	land  bool    // countries lie within these groups, so that their limit can be held in bounds
	best  float64
	who   []int
	bound float64 // of the whole problem
	ctx   context.Context
	late  bool
	nodes int

	scratch []scratch // of each depth
}

// scratch is what a node works with.
type scratch struct {
	score, grad, base, x, y []float64
	buf                     [][]pick
	picked                  []bool
}

// largest finds the best sum, beginning with a choice that holds the limits. With lin the distances are left out and the sum
// of lin is made as large as can be. No choice is better than bound.
func (p *problem) largest(ctx context.Context, graph []set, lim limits, lin []float64, begin []int) (who []int, value, bound float64) {
	p = p.tighten(lim)
	m := &summer{p: p, graph: graph, lim: lim, lin: lin, ctx: ctx, best: math.Inf(-1), bound: math.Inf(1)}
	if lin == nil {
		m.d = p.d
		m.shift = p.concave()
		begin = slices.Clone(begin)
		if graph == nil {
			begin = p.improve(begin, lim, false)
		}
	}
	m.who, m.best = begin, m.value(begin)
	m.prepare()
	s, open := p.start(graph)
	if p.apart(graph) {
		m.node(s, open, nil, 0)
	}
	slices.Sort(m.who)
	if !m.late {
		m.bound = m.best
	}
	return m.who, m.best, max(m.best, m.bound)
}

func (m *summer) value(who []int) float64 {
	if m.lin == nil {
		return m.p.sum(who)
	}
	v := 0.0
	for _, i := range who {
		v += m.lin[i]
	}
	return v
}

// prepare takes as main family the one whose groups leave least room.
func (m *summer) prepare() {
	p := m.p
	m.class = make([]int, len(p.c))
	most := 0
	for _, f := range p.families {
		need, cap := 0, 0
		for _, x := range f {
			need += p.groups[x].lo
			cap += max(0, p.q.K-p.groups[x].hi)
		}
		if need+cap > most {
			most = need + cap
			m.main = f
		}
	}
	for i := range m.class {
		m.class[i] = len(m.main)
		for k, x := range m.main {
			if p.groups[x].members.has(i) {
				m.class[i] = k
			}
		}
	}
	m.land = p.q.MaxPerCountry > 0
	of := map[int]int{}
	for i, l := range p.country {
		if l < 0 {
			continue
		}
		if c, seen := of[l]; seen && c != m.class[i] {
			m.land = false
		}
		of[l] = m.class[i]
	}
}

// tighten gives the problem with the least and most of each region and regime type that the levels allow as groups of their
// own, which bounds can use.
func (p *problem) tighten(lim limits) *problem {
	if lim.cover == 0 && math.IsInf(lim.even, 1) {
		return p
	}
	s, open := p.start(nil)
	if !p.narrow(s, open, lim) {
		return p
	}
	r := p.q.K - len(s.who)
	t := *p
	t.groups, t.families = slices.Clone(p.groups), slices.Clone(p.families)
	type side struct {
		names   []string
		members []set
		n, room []int
		q       []float64
		outside int
	}
	make1 := func(names []string, members []set, n []int, q []float64) side {
		x := side{names: names, members: members, n: n, q: q, room: make([]int, len(members))}
		known := 0
		for i, m := range members {
			x.room[i] = open.common(m)
			known += x.room[i]
		}
		x.outside = open.count() - known
		return x
	}
	a, b := make1(p.regions, p.inRegion, s.nr, p.qr), make1(p.regimes, p.inRegime, s.ng, p.qg)
	most := func(x side) int {
		fresh, covered := 0, 0
		for i := range x.n {
			if x.n[i] > 0 {
				covered++
			} else if x.room[i] > 0 {
				fresh++
			}
		}
		return covered + min(r, fresh)
	}
	add := func(x, y side) {
		other := evenBound(y.n, y.room, y.q, r, y.outside)
		cover := most(y)
		var f []int
		for i, name := range x.names {
			lo, hi := -1, -1
			for n := x.n[i]; n <= min(p.q.K, x.n[i]+min(r, x.room[i])); n++ {
				more := n - x.n[i]
				m, room := slices.Clone(x.n), slices.Clone(x.room)
				m[i], room[i] = n, 0
				fresh, covered := 0, 0
				for j := range m {
					if m[j] > 0 {
						covered++
					} else if room[j] > 0 {
						fresh++
					}
				}
				if covered+min(r-more, fresh)+cover < lim.cover || evenBound(m, room, x.q, r-more, x.outside)+other > lim.even+proofEps {
					continue
				}
				if lo < 0 {
					lo = n
				}
				hi = n
			}
			if lo < 0 {
				return // nothing fits: the search will say so
			}
			f = append(f, len(t.groups))
			t.groups = append(t.groups, group{name, x.members[i], lo, hi, false})
		}
		t.families = append(t.families, f)
	}
	add(a, b)
	add(b, a)
	return &t
}

// pick is a candidate that a bound takes, with its score.
type pick struct {
	i     int
	score float64
}

// oracle gives the r open candidates with the largest scores that the main family and the countries allow, best first within
// their classes. It is nil when there are too few.
func (m *summer) oracle(s *choice, list []int, score []float64, r int, buf [][]pick) []pick {
	p := m.p
	for k := range buf {
		buf[k] = buf[k][:0]
	}
	limit := func(k int) int {
		if k == len(m.main) {
			return r
		}
		return min(r, p.groups[m.main[k]].hi-s.in[m.main[k]])
	}
	for _, i := range list {
		k := m.class[i]
		cap := limit(k)
		if cap <= 0 {
			continue
		}
		b := buf[k]
		c := score[i]
		if len(b) == cap && b[cap-1].score >= c {
			continue
		}
		if m.land && p.country[i] >= 0 {
			mine, least := 0, -1
			for x := range b {
				if p.country[b[x].i] == p.country[i] {
					mine++
					least = x
				}
			}
			if mine >= p.q.MaxPerCountry-s.land[p.country[i]] {
				if least < 0 || b[least].score >= c {
					continue
				}
				b = slices.Delete(b, least, least+1)
			}
		}
		at := len(b)
		for at > 0 && b[at-1].score < c {
			at--
		}
		if len(b) < cap {
			b = append(b, pick{})
		}
		copy(b[at+1:], b[at:])
		b[at] = pick{i, c}
		buf[k] = b
	}
	out := make([]pick, 0, r)
	used := make([]int, len(buf))
	for k := range m.main {
		need := p.groups[m.main[k]].lo - s.in[m.main[k]]
		if need > len(buf[k]) {
			return nil
		}
		for ; used[k] < need; used[k]++ {
			out = append(out, buf[k][used[k]])
		}
	}
	for len(out) < r {
		at := -1
		for k := range buf {
			if used[k] < len(buf[k]) && (at < 0 || buf[k][used[k]].score > buf[at][used[at]].score) {
				at = k
			}
		}
		if at < 0 {
			return nil
		}
		out = append(out, buf[at][used[at]])
		used[at]++
	}
	if len(out) > r {
		return nil
	}
	return out
}

// offer takes a whole choice when it is better than the best and holds everything.
func (m *summer) offer(who []int) {
	v := m.value(who)
	if v <= m.best+proofEps {
		return
	}
	if m.graph != nil {
		for a, i := range who {
			for _, j := range who[a+1:] {
				if !m.graph[i].has(j) {
					return
				}
			}
		}
	}
	if m.p.allowed(who, m.lim) {
		m.best, m.who = v, slices.Clone(who)
	}
}

// node bounds what can be chosen beside s, fixes what can be fixed, and branches. at is a point to begin with, over all
// candidates, or nil.
func (m *summer) node(s *choice, open set, at []float64, depth int) {
	p := m.p
	for len(m.scratch) <= depth {
		n := len(p.c)
		m.scratch = append(m.scratch, scratch{make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n), make([][]pick, len(m.main)+1), make([]bool, n)})
	}
	// Of these only what stands for open candidates is ever read, so they need not be cleared.
	w := m.scratch[depth]
	buf, score, grad, base, x := w.buf, w.score, w.grad, w.base, w.x // base: lin and the distances to those chosen
	parent := at
	steps := deepSteps
	if depth == 0 {
		steps = rootSteps
	}
	taken := 0 // how many were added here
	defer func() {
		for range taken {
			s.drop()
		}
	}()
	top := depth == 0
	for {
		if m.nodes++; m.nodes&63 == 0 && m.ctx.Err() != nil {
			m.late = true
		}
		if m.late || !p.narrow(s, open, m.lim) {
			return
		}
		r := p.q.K - len(s.who)
		if r == 0 {
			m.offer(s.who)
			return
		}
		if m.graph != nil && r > 1 && !m.joined(open, r) {
			return
		}
		var list []int
		open.each(func(i int) bool { list = append(list, i); return true })
		fixed := 0.0
		for a, i := range s.who {
			if m.lin != nil {
				fixed += m.lin[i]
			} else {
				for _, j := range s.who[a+1:] {
					fixed += m.d[i][j]
				}
			}
		}
		for _, i := range list {
			b := 0.0
			if m.lin != nil {
				b = m.lin[i]
			} else {
				row := m.d[i]
				for _, j := range s.who {
					b += row[j]
				}
			}
			base[i] = b
		}
		if len(list) == r {
			m.offer(append(slices.Clone(s.who), list...))
			return
		}
		if r == 1 {
			slices.SortFunc(list, func(a, b int) int { return cmp.Or(cmp.Compare(base[b], base[a]), cmp.Compare(a, b)) })
			for _, i := range list {
				if fixed+base[i] <= m.best+proofEps {
					return
				}
				m.offer(append(slices.Clone(s.who), i))
			}
			return
		}
		// A point to begin with: what the parent had, as far as it is still open.
		total := 0.0
		if parent != nil {
			for _, i := range list {
				total += parent[i]
			}
		}
		y := w.y
		if total > 1e-9 {
			over := 0.0
			for _, i := range list {
				y[i] = parent[i] * float64(r) / total
				if y[i] > 1 {
					over += y[i] - 1
					y[i] = 1
				}
			}
			for over > 1e-12 {
				room := 0.0
				for _, i := range list {
					room += 1 - y[i]
				}
				part := min(1, over/room)
				for _, i := range list {
					y[i] += (1 - y[i]) * part
				}
				over = 0
			}
		} else { // or the best by what they add to those chosen, at first by how far they lie from all
			for _, i := range list {
				y[i], score[i] = 0, base[i]
				if len(s.who) == 0 && m.lin == nil {
					for _, d := range m.d[i] {
						score[i] += d
					}
				}
			}
			for _, q := range m.oracle(s, list, score, r, buf) {
				y[q.i] = 1
			}
		}
		for _, i := range list {
			x[i] = y[i]
		}
		parent = x
		copyGrad := func() {
			for _, i := range list {
				grad[i] = base[i]
			}
			if m.lin != nil {
				return
			}
			for _, j := range list {
				if w := x[j]; w != 0 {
					row := m.d[j]
					for _, i := range list {
						grad[i] += w * row[i]
					}
					grad[j] -= m.shift * w
				}
			}
		}
		copyGrad()
		least := math.Inf(1)
		var kept []pick
		for step := 0; ; step++ {
			// f at x, with the diagonal's share given back: binary choices lose shift/2 for each member.
			f, gx := fixed, 0.0
			for _, i := range list {
				if x[i] != 0 {
					f += x[i] * (base[i] + grad[i]) / 2
					gx += x[i] * grad[i]
				}
			}
			picks := m.oracle(s, list, grad, r, buf)
			if picks == nil {
				return
			}
			gs := 0.0
			for _, q := range picks {
				gs += q.score
			}
			up := f + gs - gx + m.shift*float64(r)/2
			if up < least {
				least = up
				kept = append(kept[:0], picks...)
				for _, i := range list {
					score[i] = grad[i]
				}
			}
			if top {
				m.bound = min(m.bound, least)
			}
			if least <= m.best+proofEps {
				return
			}
			if gs-gx < 1e-9 || step >= steps || m.lin != nil {
				break
			}
			if step%8 == 0 {
				who := slices.Clone(s.who)
				for _, q := range picks {
					who = append(who, q.i)
				}
				m.offer(who)
				if least <= m.best+proofEps {
					return
				}
			}
			// The best step from x towards the picks.
			gp := gs - gx
			curve := 0.0 // p'Dp with p = picks - x
			for a, q := range picks {
				for _, o := range picks[a+1:] {
					curve += 2 * m.d[q.i][o.i]
				}
				curve -= m.shift
				curve -= 2 * (grad[q.i] - base[q.i])
			}
			for _, i := range list {
				if x[i] != 0 {
					curve += x[i] * (grad[i] - base[i])
				}
			}
			gamma := 1.0
			if curve < 0 {
				gamma = min(1, -gp/curve)
			}
			for _, i := range list {
				x[i] *= 1 - gamma
				grad[i] = (1-gamma)*(grad[i]-base[i]) + base[i]
			}
			for _, q := range picks {
				x[q.i] += gamma
				row := m.d[q.i]
				for _, i := range list {
					grad[i] += gamma * row[i]
				}
				grad[q.i] -= gamma * m.shift
			}
		}
		// Fix by the gradient of the best bound.
		classes := len(m.main) + 1
		worst, bestIn, inClass := make([]float64, classes), make([]float64, classes), make([]int, classes)
		for k := range classes {
			worst[k], bestIn[k] = math.Inf(1), math.Inf(-1)
		}
		worstAll, best := math.Inf(1), math.Inf(-1)
		for _, q := range kept {
			w.picked[q.i] = true
			k := m.class[q.i]
			inClass[k]++
			worst[k], worstAll = min(worst[k], q.score), min(worstAll, q.score)
		}
		changed := false
		for _, i := range list {
			if w.picked[i] {
				continue
			}
			k := m.class[i]
			out := worstAll
			if k < len(m.main) && inClass[k] > 0 && inClass[k] == p.groups[m.main[k]].hi-s.in[m.main[k]] {
				out = worst[k]
			}
			if least+score[i]-out <= m.best+proofEps {
				open.drop(i)
				changed = true
				continue
			}
			best, bestIn[k] = max(best, score[i]), max(bestIn[k], score[i])
		}
		for _, q := range kept {
			w.picked[q.i] = false
		}
		var force []int
		for _, q := range kept {
			k := m.class[q.i]
			in := best
			if k < len(m.main) && inClass[k] == p.groups[m.main[k]].lo-s.in[m.main[k]] {
				in = bestIn[k]
			}
			if least+in-q.score <= m.best+proofEps {
				force = append(force, q.i)
			}
		}
		for _, i := range force {
			if !open.has(i) { // taken out by one forced before it: nothing better is here
				return
			}
			p.take(s, open, i, m.graph)
			taken++
			changed = true
		}
		if changed && (len(force) > 0 || open.count() < len(list)*7/8) {
			continue
		}
		// Branch on the candidate that the point takes most of.
		pick, most := -1, -1.0
		for _, i := range list {
			if open.has(i) && x[i] > most {
				pick, most = i, x[i]
			}
		}
		if pick < 0 {
			return
		}
		next := slices.Clone(open)
		p.take(s, next, pick, m.graph)
		m.node(s, next, x, depth+1)
		s.drop()
		open.drop(pick)
		top, steps = false, deepSteps
	}
}

// joined takes out candidates with too few neighbours for r that are all joined, and tells whether a colouring allows so many.
func (m *summer) joined(open set, r int) bool {
	for again := true; again; {
		again = false
		open.each(func(i int) bool {
			if m.graph[i].common(open) < r-1 {
				open.drop(i)
				again = true
			}
			return true
		})
	}
	left := slices.Clone(open)
	colour(m.graph, left, newSet(len(m.p.c)), r-1)
	return left.count() > 0
}

// concave gives what has to be taken off the diagonal so that the sum is concave on choices of one size. Distances over
// complete values need nothing. With missing values it is bounded by Gershgorin's theorem for what the missing ones change.
func (p *problem) concave() float64 {
	if p.missing == 0 {
		return 0
	}
	return largestEigenvalue(p.d)
}
