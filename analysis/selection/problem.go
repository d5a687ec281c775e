package selection

import (
	"math"
	"slices"
)

// group is a set of candidates of which at least lo and at most hi are chosen.
type group struct {
	name    string // in the user's words
	members set
	lo, hi  int
	quota   bool // of the user's own: its name is quoted, not counted
}

// problem is a question made ready: only candidates that can be chosen, in the order of their ids.
type problem struct {
	q        Question
	c        []Candidate
	d        [][]float64
	missing  int
	access   []float64 // feasibility, 1 where it is not judged
	region   []int     // index into regions; -1: not known
	regime   []int
	country  []int
	regions  []string
	regimes  []string
	inRegion []set
	inRegime []set
	inLand   []set
	groups   []group
	families [][]int   // groups that share no candidate: what they need adds up
	qr, qg   []float64 // even counts of regions and regime types
	fixed    []int     // chosen in advance
	not      [][]int   // forbidden sets, sorted
	floor    float64   // those of less feasibility stay out, unless they are fixed
}

// limits are the levels that a search has to hold.
type limits struct {
	cover, cells int
	even         float64
	access       float64
}

var free = limits{even: math.Inf(1), access: math.Inf(-1)}

// newProblem makes a question ready; check must have passed.
func newProblem(q Question) *problem {
	p := &problem{q: q}
	out := map[string]bool{}
	for _, id := range q.Out {
		out[id] = true
	}
	all := byID(q.Candidates)
	q.Attributes = observed(q.Attributes, all)
	for _, c := range all {
		if c.Barred == "" && !out[c.ID] {
			p.c = append(p.c, c)
		}
	}
	p.d, p.missing = Distances(p.c, q.Attributes)
	p.ready()
	return p
}

// observed fills in the ranges of numbers as they are among all candidates, also those that cannot be chosen.
func observed(as []Attribute, all []Candidate) []Attribute {
	as = slices.Clone(as)
	for v := range as {
		if a := &as[v]; a.Low == a.High && a.Kind != Nominal && a.Kind != Set {
			low, high := math.Inf(1), math.Inf(-1)
			for _, c := range all {
				if c.Values[v].Known {
					low, high = min(low, c.Values[v].Number), max(high, c.Values[v].Number)
				}
			}
			if low < high {
				a.Low, a.High = low, high
			}
		}
	}
	return as
}

// ready computes all that follows from the candidates.
func (p *problem) ready() {
	n, q := len(p.c), p.q
	index := func(of func(Candidate) string) (names []string, at []int, members []set) {
		for _, c := range p.c {
			if s := of(c); s != "" && !slices.Contains(names, s) {
				names = append(names, s)
			}
		}
		slices.Sort(names)
		place := map[string]int{}
		for i, s := range names {
			place[s] = i
			members = append(members, newSet(n))
		}
		at = make([]int, n)
		for i, c := range p.c {
			k, known := place[of(c)]
			if !known {
				at[i] = -1
				continue
			}
			at[i] = k
			members[k].add(i)
		}
		return names, at, members
	}
	p.regions, p.region, p.inRegion = index(func(c Candidate) string { return c.Region })
	p.regimes, p.regime, p.inRegime = index(func(c Candidate) string { return c.Regime })
	_, p.country, p.inLand = index(func(c Candidate) string { return c.Country })
	p.access = make([]float64, n)
	for i, c := range p.c {
		if p.access[i] = c.Feasibility; c.Feasibility == 0 {
			p.access[i] = 1
		}
	}
	place := map[string]int{}
	for i, c := range p.c {
		place[c.ID] = i
	}
	p.fixed, p.groups, p.families, p.not = nil, nil, nil, nil
	for _, id := range q.In {
		if i, ok := place[id]; ok && !slices.Contains(p.fixed, i) {
			p.fixed = append(p.fixed, i)
		}
	}
	slices.Sort(p.fixed)
	who := func(is func(Candidate) bool) set {
		s := newSet(n)
		for i, c := range p.c {
			if is(c) {
				s.add(i)
			}
		}
		return s
	}
	family := func(gs ...group) {
		var f []int
		for _, g := range gs {
			f = append(f, len(p.groups))
			p.groups = append(p.groups, g)
		}
		p.families = append(p.families, f)
	}
	var outcomes []group
	if q.MinSuccess > 0 {
		outcomes = append(outcomes, group{"success", who(func(c Candidate) bool { return c.Outcome == Success }), q.MinSuccess, q.K, false})
	}
	if q.MinFailure > 0 {
		outcomes = append(outcomes, group{"failure", who(func(c Candidate) bool {
			return c.Outcome == Failure || q.PartialFails && c.Outcome == Partial
		}), q.MinFailure, q.K, false})
	}
	if len(outcomes) > 0 {
		family(outcomes...)
	}
	if q.Coverage == Even {
		for _, x := range []struct {
			names   []string
			members []set
		}{{p.regions, p.inRegion}, {p.regimes, p.inRegime}} {
			if len(x.names) == 0 {
				continue
			}
			lo, hi := q.K/len(x.names), (q.K+len(x.names)-1)/len(x.names)
			var gs []group
			for i, name := range x.names {
				gs = append(gs, group{name, x.members[i], lo, hi, false})
			}
			family(gs...)
		}
	}
	for _, u := range q.Quotas {
		hi := u.High
		if hi == 0 {
			hi = q.K
		}
		family(group{u.Name, who(func(c Candidate) bool { return slices.Contains(u.IDs, c.ID) }), u.Low, hi, true})
	}
	p.qr, p.qg = p.fill(p.inRegion), p.fill(p.inRegime)
	for _, ids := range q.Not {
		var s []int
		for _, id := range ids {
			if i, ok := place[id]; ok {
				s = append(s, i)
			}
		}
		if len(s) == len(ids) {
			slices.Sort(s)
			p.not = append(p.not, s)
		}
	}
}

// fill gives the even counts of classes: k shared out like water, but to no class more than it has room for.
func (p *problem) fill(members []set) []float64 {
	q := make([]float64, len(members))
	room := make([]float64, len(members))
	for i, m := range members {
		room[i] = float64(min(p.q.K, p.room(m)))
	}
	left := float64(p.q.K)
	open := len(q)
	for done := make([]bool, len(q)); open > 0; {
		level, closed := left/float64(open), false
		for i := range q {
			if !done[i] && room[i] <= level {
				q[i], done[i], closed = room[i], true, true
				left -= room[i]
				open--
			}
		}
		if !closed {
			for i := range q {
				if !done[i] {
					q[i] = level
				}
			}
			break
		}
	}
	return q
}

// room is how many of a set can be chosen within the limit per country.
func (p *problem) room(m set) int {
	if p.q.MaxPerCountry == 0 {
		return m.count()
	}
	n := 0
	for _, land := range p.inLand {
		n += min(p.q.MaxPerCountry, m.common(land))
	}
	return n
}

// choice is a partial choice with its counts.
type choice struct {
	p         *problem
	who       []int
	nr, ng    []int
	cell      []int
	in        []int // of each group
	land      []int
	regions   int // covered
	regimes   int
	cells     int
	cost, fit float64
}

func (p *problem) begin() *choice {
	return &choice{p: p, nr: make([]int, len(p.regions)), ng: make([]int, len(p.regimes)), cell: make([]int, len(p.regions)*len(p.regimes)),
		in: make([]int, len(p.groups)), land: make([]int, len(p.inLand))}
}

func (s *choice) count(i, by int) {
	p := s.p
	if r := p.region[i]; r >= 0 {
		if s.nr[r] += by; s.nr[r] == max(by, 0) {
			s.regions += by
		}
		if g := p.regime[i]; g >= 0 {
			x := r*len(p.regimes) + g
			if s.cell[x] += by; s.cell[x] == max(by, 0) {
				s.cells += by
			}
		}
	}
	if g := p.regime[i]; g >= 0 {
		if s.ng[g] += by; s.ng[g] == max(by, 0) {
			s.regimes += by
		}
	}
	for x, g := range p.groups {
		if g.members.has(i) {
			s.in[x] += by
		}
	}
	if l := p.country[i]; l >= 0 {
		s.land[l] += by
	}
	s.cost += float64(by) * p.c[i].Cost
	s.fit += float64(by) * p.access[i]
}

func (s *choice) add(i int) {
	s.who = append(s.who, i)
	s.count(i, 1)
}

func (s *choice) drop() {
	s.count(s.who[len(s.who)-1], -1)
	s.who = s.who[:len(s.who)-1]
}

// evenness is the sum of squared deviations from even counts.
func (s *choice) evenness() float64 {
	return deviation(s.nr, s.p.qr) + deviation(s.ng, s.p.qg)
}

func deviation(n []int, q []float64) float64 {
	e := 0.0
	for i, x := range n {
		e += (float64(x) - q[i]) * (float64(x) - q[i])
	}
	return e
}

// evenBound is the least deviation that r more can lead to, where each class has room for some: always adding where it costs
// least is best, as the deviation is convex in each count. Those of no known class take up places, too.
func evenBound(n, room []int, q []float64, r, outside int) float64 {
	var more [64]int
	extra := more[:]
	if len(n) > len(extra) {
		extra = make([]int, len(n))
	}
	e := deviation(n, q)
	for ; r > 0; r-- {
		best, at := math.Inf(1), -1
		for i := range n {
			if extra[i] < room[i] {
				if c := 2*(float64(n[i]+extra[i])-q[i]) + 1; c < best {
					best, at = c, i
				}
			}
		}
		if best > 0 && outside > 0 {
			outside--
			continue
		}
		if at < 0 {
			break
		}
		extra[at]++
		e += best
	}
	return e
}

// narrow takes out of the open candidates those that can no longer be chosen beside a partial choice, and tells whether it
// can still be completed as far as counts tell.
func (p *problem) narrow(s *choice, open set, lim limits) bool {
	r := p.q.K - len(s.who)
	if r < 0 {
		return false
	}
	for again := true; again; {
		again = false
		if open.count() < r {
			return false
		}
		for _, f := range p.families {
			need := 0
			for _, x := range f {
				g := &p.groups[x]
				if s.in[x] > g.hi {
					return false
				}
				if s.in[x] == g.hi {
					open.without(g.members)
				}
				if w := g.lo - s.in[x]; w > 0 {
					if open.common(g.members) < w {
						return false
					}
					need += w
				}
			}
			if need > r {
				return false
			}
			if need == r && need > 0 {
				only := newSet(len(p.c))
				for _, x := range f {
					if g := &p.groups[x]; g.lo > s.in[x] {
						for i, w := range g.members {
							only[i] |= w
						}
					}
				}
				if !open.within(only) {
					open.keep(only)
					again = true
				}
			}
		}
		if p.q.Budget > 0 {
			if !p.afford(s, open, r) {
				return false
			}
		}
		if !math.IsInf(lim.access, -1) {
			best := 0.0
			open.each(func(i int) bool { best = max(best, p.access[i]); return best < 1 })
			if s.fit+float64(r)*best < lim.access-proofEps {
				return false
			}
		}
		if lim.cover == 0 && lim.cells == 0 && math.IsInf(lim.even, 1) || r == 0 {
			continue
		}
		shrunk, ok := p.cover(s, open, lim, r)
		if !ok {
			return false
		}
		again = again || shrunk
	}
	return open.count() >= r
}

// afford tells whether the cheapest that are open can be paid, and takes out what is too dear.
func (p *problem) afford(s *choice, open set, r int) bool {
	var costs []float64
	open.each(func(i int) bool { costs = append(costs, p.c[i].Cost); return true })
	slices.Sort(costs)
	sum := s.cost
	for _, x := range costs[:min(r, len(costs))] {
		sum += x
	}
	if sum > p.q.Budget+proofEps {
		return false
	}
	if r > 0 && len(costs) >= r {
		rest := sum - costs[r-1]
		open.each(func(i int) bool {
			if rest+p.c[i].Cost > p.q.Budget+proofEps {
				open.drop(i)
			}
			return true
		})
	}
	return true
}

// cover holds the levels of coverage, cells and evenness.
func (p *problem) cover(s *choice, open set, lim limits, r int) (shrunk, ok bool) {
	var bufR, bufG [64]int
	roomR, roomG := bufR[:0], bufG[:0]
	newR, newG, knownR, knownG := 0, 0, 0, 0
	for i, m := range p.inRegion {
		n := open.common(m)
		roomR = append(roomR, n)
		knownR += n
		if n > 0 && s.nr[i] == 0 {
			newR++
		}
	}
	for i, m := range p.inRegime {
		n := open.common(m)
		roomG = append(roomG, n)
		knownG += n
		if n > 0 && s.ng[i] == 0 {
			newG++
		}
	}
	all := open.count()
	mostR, mostG := s.regions+min(r, newR), s.regimes+min(r, newG)
	if mostR+mostG < lim.cover {
		return false, false
	}
	drop := func(classes []set, n []int, which func(i int) bool) {
		for i, m := range classes {
			if n[i] > 0 && which(i) {
				open.without(m)
				shrunk = true
			}
		}
	}
	// Where only new regions, or new regime types, still lead to the coverage asked for, the others are out.
	if lim.cover-mostG-s.regions == r {
		if knownR < all {
			p.unknown(open, p.region)
			shrunk = true
		}
		drop(p.inRegion, roomR, func(i int) bool { return s.nr[i] > 0 })
	}
	if lim.cover-mostR-s.regimes == r {
		if knownG < all {
			p.unknown(open, p.regime)
			shrunk = true
		}
		drop(p.inRegime, roomG, func(i int) bool { return s.ng[i] > 0 })
	}
	if s.cells+r < lim.cells {
		return false, false
	}
	if s.cells+r == lim.cells {
		open.each(func(i int) bool {
			a, b := p.region[i], p.regime[i]
			if a < 0 || b < 0 || s.cell[a*len(p.regimes)+b] > 0 {
				open.drop(i)
				shrunk = true
			}
			return true
		})
	}
	if math.IsInf(lim.even, 1) || shrunk {
		return shrunk, true
	}
	eR := evenBound(s.nr, roomR, p.qr, r, all-knownR)
	eG := evenBound(s.ng, roomG, p.qg, r, all-knownG)
	if eR+eG > lim.even+proofEps {
		return false, false
	}
	try := func(n, room []int, q []float64, outside int, other float64) func(i int) bool {
		return func(i int) bool {
			n[i]++
			e := evenBound(n, room, q, r-1, outside)
			n[i]--
			return e+other > lim.even+proofEps
		}
	}
	drop(p.inRegion, roomR, try(s.nr, roomR, p.qr, all-knownR, eG))
	drop(p.inRegime, roomG, try(s.ng, roomG, p.qg, all-knownG, eR))
	return shrunk, true
}

func (p *problem) unknown(open set, class []int) {
	open.each(func(i int) bool {
		if class[i] < 0 {
			open.drop(i)
		}
		return true
	})
}

// holds tells whether a whole choice keeps all limits.
func (p *problem) holds(s *choice, lim limits) bool {
	if len(s.who) != p.q.K || s.regions+s.regimes < lim.cover || s.cells < lim.cells || s.evenness() > lim.even+proofEps || s.fit < lim.access-proofEps {
		return false
	}
	if p.q.Budget > 0 && s.cost > p.q.Budget+proofEps {
		return false
	}
	for x, g := range p.groups {
		if s.in[x] < g.lo || s.in[x] > g.hi {
			return false
		}
	}
	if m := p.q.MaxPerCountry; m > 0 {
		for _, n := range s.land {
			if n > m {
				return false
			}
		}
	}
	for _, i := range p.fixed {
		if !slices.Contains(s.who, i) {
			return false
		}
	}
	if p.floor > 0 {
		for _, i := range s.who {
			if p.access[i] < p.floor && !slices.Contains(p.fixed, i) {
				return false
			}
		}
	}
	if len(p.not) > 0 {
		who := slices.Clone(s.who)
		slices.Sort(who)
		for _, f := range p.not {
			if slices.Equal(f, who) {
				return false
			}
		}
	}
	return true
}

// start puts what is fixed in advance into a choice, and gives what is open beside it.
func (p *problem) start(graph []set) (*choice, set) {
	s, open := p.begin(), newSet(len(p.c))
	for i := range p.c {
		if p.access[i] >= p.floor || slices.Contains(p.fixed, i) {
			open.add(i)
		}
	}
	for _, i := range p.fixed {
		p.take(s, open, i, graph)
	}
	return s, open
}

// take adds a candidate and takes out of open what cannot stand beside it.
func (p *problem) take(s *choice, open set, i int, graph []set) {
	s.add(i)
	open.drop(i)
	if graph != nil {
		open.keep(graph[i])
	}
	if l, m := p.country[i], p.q.MaxPerCountry; m > 0 && l >= 0 && s.land[l] >= m {
		open.without(p.inLand[l])
	}
}

// apart tells whether what is fixed in advance can stand together in a graph.
func (p *problem) apart(graph []set) bool {
	for a, i := range p.fixed {
		for _, j := range p.fixed[a+1:] {
			if graph != nil && !graph[i].has(j) {
				return false
			}
		}
	}
	if m := p.q.MaxPerCountry; m > 0 {
		n := map[int]int{}
		for _, i := range p.fixed {
			if l := p.country[i]; l >= 0 {
				if n[l]++; n[l] > m {
					return false
				}
			}
		}
	}
	return true
}
