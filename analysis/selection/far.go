package selection

import (
	"context"
	"math"
	"slices"
)

// graph joins candidates that may be chosen together as far as distance goes: those at least t apart, and, where only one of
// a country may be chosen, of different countries.
func (p *problem) graph(t float64) []set {
	g := make([]set, len(p.c))
	words := (len(p.c) + 63) / 64
	flat := make(set, words*len(p.c))
	for i := range g {
		g[i] = flat[i*words : (i+1)*words]
	}
	for i := range p.c {
		row := p.d[i]
		for j := i + 1; j < len(p.c); j++ {
			if row[j] >= t && (p.q.MaxPerCountry != 1 || p.country[i] != p.country[j] || p.country[i] < 0) {
				g[i].add(j)
				g[j].add(i)
			}
		}
	}
	return g
}

// smallest is the smallest distance between two of a choice, 0 for fewer than two.
func (p *problem) smallest(who []int) float64 {
	if len(who) < 2 {
		return 0
	}
	out := math.Inf(1)
	for a, i := range who {
		for _, j := range who[a+1:] {
			out = min(out, p.d[i][j])
		}
	}
	return out
}

// sum is the sum of distances over the pairs of a choice.
func (p *problem) sum(who []int) float64 {
	out := 0.0
	for a, i := range who {
		for _, j := range who[a+1:] {
			out += p.d[i][j]
		}
	}
	return out
}

// farthest finds a choice whose smallest distance is as large as can be: a search by halves over the distances that there
// are, each asking for a choice in the graph of pairs at least so far apart (Sayyady and Fathi 2016, Computers & Operations
// Research 70:71-79). It begins with a choice that holds the limits. No choice is better than bound.
func (p *problem) farthest(ctx context.Context, lim limits, begin []int) (who []int, value, bound float64) {
	who = p.improve(begin, lim, true)
	value = p.smallest(who)
	var steps []float64
	for i := range p.c {
		for _, x := range p.d[i][i+1:] {
			if x > value {
				steps = append(steps, x)
			}
		}
	}
	slices.Sort(steps)
	steps = slices.Compact(steps)
	low, high := -1, len(steps) // low is reached, high is out of reach
	// Near the beginning first: what a good start has not reached is most often just beyond it.
	stride := max(1, len(steps)/64)
	galloping := true
	for low+1 < high {
		mid := (low + high) / 2
		if galloping {
			mid = min(low+stride, high-1)
			stride *= 4
		}
		found, whole := p.find(ctx, p.graph(steps[mid]), lim)
		switch {
		case found != nil:
			who = p.improve(found, lim, true)
			value = p.smallest(who)
			low, _ = slices.BinarySearch(steps, value)
		case whole:
			high = mid
			galloping = false
		default:
			return who, value, steps[high-1]
		}
	}
	return who, value, value
}

// improve exchanges one case at a time while that makes a choice better: its smallest distance and then the sum, or the sum
// alone. It starts over from several disturbed choices, the same ones each time.
func (p *problem) improve(who []int, lim limits, far bool) []int {
	value := func(w []int) (float64, float64) {
		if !far {
			return p.sum(w), 0
		}
		return p.smallest(w), p.sum(w)
	}
	climb := func(w []int) []int {
		a, b := value(w)
		for better := true; better; {
			better = false
			for x := range w {
				if slices.Contains(p.fixed, w[x]) {
					continue
				}
				old, at := w[x], w[x]
				rest, restMin := 0.0, math.Inf(1)
				for y, j := range w {
					for z, l := range w[y+1:] {
						if y != x && y+1+z != x {
							rest += p.d[j][l]
							restMin = min(restMin, p.d[j][l])
						}
					}
				}
				for i := range p.c {
					if slices.Contains(w, i) && i != old {
						continue
					}
					s, m := rest, restMin
					row := p.d[i]
					for y, j := range w {
						if y != x {
							s += row[j]
							m = min(m, row[j])
						}
					}
					na, nb := s, 0.0
					if far {
						na, nb = m, s
					}
					if na > a+proofEps || na > a-proofEps && nb > b+proofEps {
						w[x] = i
						if p.allowed(w, lim) {
							a, b, at = na, nb, i
							better = true
						}
					}
				}
				w[x] = at
			}
		}
		return w
	}
	best := climb(slices.Clone(who))
	bestA, bestB := value(best)
	random := uint64(1)
	next := func(n int) int { // splitmix64
		random += 0x9e3779b97f4a7c15
		z := random
		z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
		z = (z ^ z>>27) * 0x94d049bb133111eb
		return int((z ^ z>>31) % uint64(n))
	}
	tries := max(4, min(24, 20000/(len(p.c)+1)))
	for range tries {
		w := slices.Clone(best)
		for range 1 + len(w)/3 { // disturb
			x := next(len(w))
			if slices.Contains(p.fixed, w[x]) {
				continue
			}
			for range 40 {
				i := next(len(p.c))
				if slices.Contains(w, i) {
					continue
				}
				old := w[x]
				if w[x] = i; p.allowed(w, lim) {
					break
				}
				w[x] = old
			}
		}
		w = climb(w)
		if a, b := value(w); a > bestA+proofEps || a > bestA-proofEps && b > bestB+proofEps {
			best, bestA, bestB = w, a, b
		}
	}
	slices.Sort(best)
	return best
}

// allowed tells whether a whole choice keeps all limits.
func (p *problem) allowed(who []int, lim limits) bool {
	s := p.begin()
	for _, i := range who {
		s.add(i)
	}
	return p.holds(s, lim)
}
