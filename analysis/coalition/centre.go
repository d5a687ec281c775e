package coalition

import (
	"math"
	"math/bits"
	"slices"
)

// DegreeCentralisation is 1 for a star and 0 where all have the same degree: sum(max - d) / ((g-1)(g-2)) (Freeman 1979, Social
// Networks 1:215-239). NaN for fewer than three actors.
func (n Network) DegreeCentralisation() float64 {
	d := n.Degrees()
	if len(d) < 3 {
		return math.NaN()
	}
	most, sum := slices.Max(d), 0
	for _, x := range d {
		sum += most - x
	}
	return float64(sum) / float64((len(d)-1)*(len(d)-2))
}

// BetweennessCentralisation is 1 for a star and 0 where all lie between equally often: sum(max - b') / (g-1) with b' =
// 2b / ((g-1)(g-2)) (Freeman 1979). NaN for fewer than three actors.
func (n Network) BetweennessCentralisation() float64 { return betweenCentral(n.graph()) }

func betweenCentral(g graph) float64 {
	if g.n < 3 {
		return math.NaN()
	}
	b := g.betweenness()
	most, sum := slices.Max(b), 0.0
	for _, x := range b {
		sum += most - x
	}
	k := float64(g.n - 1)
	return sum * 2 / (k * (k - 1)) / k
}

// TopShare is the share of ties that touch the actor with most. NaN without ties.
func (n Network) TopShare() float64 {
	d := n.Degrees()
	all := 0
	for _, x := range d {
		all += x
	}
	if all == 0 {
		return math.NaN()
	}
	return float64(slices.Max(d)) / (float64(all) / 2)
}

// Cutpoints are the ids of actors without whom the rest falls into more parts than before, sorted.
func (n Network) Cutpoints() []string {
	g := n.graph()
	parts := func(gone []bool) int {
		seen, k := slices.Clone(gone), 0
		for i := range g.n {
			if seen[i] {
				continue
			}
			k++
			seen[i] = true
			for stack := []int{i}; len(stack) > 0; {
				v := stack[len(stack)-1]
				stack = stack[:len(stack)-1]
				for _, w := range g.near[v] {
					if !seen[w] {
						seen[w] = true
						stack = append(stack, w)
					}
				}
			}
		}
		return k
	}
	whole := parts(make([]bool, g.n))
	var out []string
	for i := range g.n {
		gone := make([]bool, g.n)
		gone[i] = true
		if parts(gone) > whole {
			out = append(out, n.Actors[i].ID)
		}
	}
	slices.Sort(out)
	return out
}

// Hierarchy are the four dimensions of Krackhardt (1994, in Carley & Prietula, Computational Organization Theory, ch. 5), each
// 1 for an outtree. NaN where a dimension has no meaning.
type Hierarchy struct {
	Connectedness float64 // pairs that are connected, direction aside
	Hierarchy     float64 // pairs that reach each other in one direction alone, of those that reach
	Efficiency    float64 // no more ties than needed to connect each part
	Boundedness   float64 // pairs with a common superior below which there is no other (least upper bound)
}

// Hierarchy measures the ties along their direction, from above to below. A tie without direction goes both ways.
func (n Network) Hierarchy() Hierarchy {
	g := n.graph()
	h := Hierarchy{math.NaN(), math.NaN(), math.NaN(), math.NaN()}
	if g.n < 2 {
		return h
	}
	part := make([]int, g.n)
	for i := range part {
		part[i] = -1
	}
	var sizes []int
	for i := range g.n {
		if part[i] >= 0 {
			continue
		}
		part[i] = len(sizes)
		size := 0
		for stack := []int{i}; len(stack) > 0; {
			v := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			size++
			for _, w := range g.near[v] {
				if part[w] < 0 {
					part[w] = len(sizes)
					stack = append(stack, w)
				}
			}
		}
		sizes = append(sizes, size)
	}
	pairs, joined := g.n*(g.n-1)/2, 0
	needed, most := 0, 0
	for _, s := range sizes {
		joined += s * (s - 1) / 2
		needed += s - 1
		most += s * (s - 1)
	}
	h.Connectedness = float64(joined) / float64(pairs)
	ties := 0
	for i := range g.n {
		ties += len(g.next[i])
	}
	if most > needed {
		h.Efficiency = 1 - float64(ties-needed)/float64(most-needed)
	}
	r := g.reach()
	one, both := 0, 0
	for i := range g.n {
		for j := i + 1; j < g.n; j++ {
			switch {
			case r[i][j] && r[j][i]:
				both++
			case r[i][j] || r[j][i]:
				one++
			}
		}
	}
	if one+both > 0 {
		h.Hierarchy = float64(one) / float64(one+both)
	}
	// A pair has a least upper bound when some actor reaches both, and is reached by each other actor that does.
	violations, allowed := 0, 0
	up := func(a, i int) bool { return a == i || r[a][i] }
	for k, s := range sizes {
		allowed += (s - 1) * (s - 2) / 2
		for i := range g.n {
			for j := i + 1; j < g.n; j++ {
				if part[i] != k || part[j] != k {
					continue
				}
				var bounds []int
				for a := range g.n {
					if up(a, i) && up(a, j) {
						bounds = append(bounds, a)
					}
				}
				least := false
				for _, b := range bounds {
					ok := true
					for _, a := range bounds {
						ok = ok && up(a, b)
					}
					least = least || ok
				}
				if !least {
					violations++
				}
			}
		}
	}
	if allowed > 0 {
		h.Boundedness = 1 - float64(violations)/float64(allowed)
	}
	return h
}

// Brokerage counts the roles of Gould & Fernandez (1989, Sociological Methodology 19:89-126): for each pair a, c of actors that
// are not tied and each b tied to both, along the direction of ties, b is a broker; its role depends on who is of which sector.
type Brokerage struct {
	ID             string
	Sector         string
	Coordinator    int // all of one sector
	Consultant     int // a and c of one sector, b of another
	Gatekeeper     int // b lets what comes from outside into its own sector
	Representative int // b takes what its own sector has outside
	Liaison        int // three sectors
	Total          int
}

// Brokerage gives the roles of each actor, in their order. A tie without direction goes both ways, so a pair counts in both.
func (n Network) Brokerage() []Brokerage {
	g := n.graph()
	tied := make([]map[int]bool, g.n)
	for i := range g.n {
		tied[i] = map[int]bool{}
		for _, j := range g.next[i] {
			tied[i][j] = true
		}
	}
	out := make([]Brokerage, g.n)
	for b := range g.n {
		out[b] = Brokerage{ID: n.Actors[b].ID, Sector: g.sector[b]}
		for a := range g.n {
			if a == b || !tied[a][b] || g.sector[a] == "" || g.sector[b] == "" {
				continue
			}
			for _, c := range g.next[b] {
				if c == a || tied[a][c] || g.sector[c] == "" {
					continue
				}
				x, y, z := g.sector[a], g.sector[b], g.sector[c]
				out[b].Total++
				switch {
				case x == y && y == z:
					out[b].Coordinator++
				case x == z:
					out[b].Consultant++
				case y == z:
					out[b].Gatekeeper++
				case x == y:
					out[b].Representative++
				default:
					out[b].Liaison++
				}
			}
		}
	}
	return out
}

// Decapitation is what remains connected when the top m actors leave.
type Decapitation struct {
	Leave  []string  // ids in the order in which they leave: each time the one with most ties among those left
	Remain []float64 // Remain[m]: the largest connected part after m have left, as a share of those who stay
	Worst  []float64 // the same when the m leave without whom the least remains connected
	Exact  bool      // Worst was found over all subsets; false: by taking one after the other
	Area   float64   // mean of Remain over m = 0 to g-2
}

// Decapitation removes actors until one is left. The worst is found over all subsets up to 14 actors (2^14), beyond by taking
// each time who hurts most. The area is a robustness after Schneider et al. (2011, PNAS 108:3838-3841), here over those who stay.
func (n Network) Decapitation() Decapitation {
	g := n.graph()
	var d Decapitation
	if g.n == 0 {
		return d
	}
	share := func(gone []bool, m int) float64 { return float64(g.largest(gone)) / float64(g.n-m) }
	gone := make([]bool, g.n)
	for m := 0; m < g.n; m++ {
		d.Remain = append(d.Remain, share(gone, m))
		best, at := -1, -1
		for i := range g.n {
			if gone[i] {
				continue
			}
			k := 0
			for _, j := range g.near[i] {
				if !gone[j] {
					k++
				}
			}
			if k > best || k == best && n.Actors[i].ID < n.Actors[at].ID {
				best, at = k, i
			}
		}
		gone[at] = true
		d.Leave = append(d.Leave, n.Actors[at].ID)
	}
	d.Leave = d.Leave[:len(d.Leave)-1]
	if last := max(1, len(d.Remain)-1); true {
		for _, x := range d.Remain[:last] {
			d.Area += x / float64(last)
		}
	}
	d.Worst = make([]float64, g.n)
	for m := range d.Worst {
		d.Worst[m] = 1
	}
	if d.Exact = g.n <= 14; d.Exact {
		for set := range uint(1) << g.n {
			m := bits.OnesCount(set)
			if m == g.n {
				continue
			}
			for i := range g.n {
				gone[i] = set&(1<<i) != 0
			}
			d.Worst[m] = min(d.Worst[m], share(gone, m))
		}
		return d
	}
	clear(gone)
	d.Worst[0] = d.Remain[0]
	for m := 1; m < g.n; m++ {
		least, at := math.Inf(1), -1
		for i := range g.n {
			if gone[i] {
				continue
			}
			gone[i] = true
			if x := share(gone, m); x < least {
				least, at = x, i
			}
			gone[i] = false
		}
		gone[at] = true
		d.Worst[m] = min(least, d.Remain[m])
	}
	return d
}
