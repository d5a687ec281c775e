package coalition

import (
	"math"
	"slices"
)

// Diversity of an attribute over actors, each of which counts as one. An actor that is mixed, such as one of 60 women and 40
// men in a hundred, counts with its shares.
type Diversity struct {
	Attribute string
	Shares    map[string]float64 // by value, of those that are known
	Known     int                // actors whose value is known
	Unknown   int
	Richness  float64 // Hill number of order 0: how many values there are
	Effective float64 // Hill number of order 2, 1 / sum p^2: how many equally common values would be as diverse
	Typical   float64 // Hill number of order 1, exp H
	Blau      float64 // 1 - sum p^2
	IQV       float64 // Blau over its maximum (K-1)/K; 0 for one value
	Unbiased  float64 // 1 - sum n(n-1) / N(N-1) for actors that are not mixed; NaN otherwise, or for fewer than two
	Shannon   float64 // H = -sum p ln p
	Evenness  float64 // Pielou's H / ln K; 1 for one value
}

// Hill is the number of order q of shares that sum to one: (sum p^q)^(1/(1-q)), for q = 1 its limit exp(-sum p ln p) (Hill
// 1973, Ecology 54:427-432; as effective numbers, Jost 2006, Oikos 113:363-375).
func Hill(shares []float64, q float64) float64 {
	sum := 0.0
	for _, p := range shares {
		if p <= 0 {
			continue
		}
		if q == 1 {
			sum -= p * math.Log(p)
		} else {
			sum += math.Pow(p, q)
		}
	}
	if q == 1 {
		return math.Exp(sum)
	}
	return math.Pow(sum, 1/(1-q))
}

// Diversity measures an attribute: "sector", or a name of Mix (Blau 1977; Shannon 1948; Pielou 1966, Journal of Theoretical
// Biology 13:131-144; Mueller & Schuessler 1961 for the index of qualitative variation).
func (n Network) Diversity(attribute string) Diversity {
	d := Diversity{Attribute: attribute, Shares: map[string]float64{}, Unbiased: math.NaN()}
	pure := true
	for _, a := range n.Actors {
		mix := a.mix(attribute)
		if mix == nil {
			d.Unknown++
			continue
		}
		d.Known++
		pure = pure && len(mix) == 1
		for v, x := range mix {
			d.Shares[v] += x
		}
	}
	if d.Known == 0 {
		return d
	}
	var p []float64
	same := 0.0
	for _, v := range n.Values(attribute) {
		c := d.Shares[v]
		same += c * (c - 1)
		d.Shares[v] = c / float64(d.Known)
		if c > 0 {
			p = append(p, d.Shares[v])
		}
	}
	slices.Sort(p)
	k := float64(len(p))
	d.Richness, d.Typical, d.Effective = k, Hill(p, 1), Hill(p, 2)
	d.Blau = 1 - 1/d.Effective
	d.Shannon = math.Log(d.Typical)
	if d.Evenness = 1; k > 1 {
		d.IQV = d.Blau * k / (k - 1)
		d.Evenness = d.Shannon / math.Log(k)
	}
	if pure && d.Known > 1 {
		d.Unbiased = 1 - same/float64(d.Known*(d.Known-1))
	}
	return d
}

// EI is the index of Krackhardt & Stern (1988, Social Psychology Quarterly 51:123-140): ties between sectors less ties within,
// over all, from -1 (within only) to +1 (between only), against what it is when sectors fall on actors by chance.
type EI struct {
	External, Internal int
	Index              float64            // NaN without ties
	Group              map[string]float64 // by sector, over the ties that touch it
	Actor              map[string]float64 // by id
	Expected           float64            // mean over the arrangements
	LowerP, UpperP     float64            // share of arrangements with an index at most, and at least, as large
	Arrangements       int
	Exact              bool // all distinct arrangements were tried; else drawn with the seed
}

// EI measures the index. Ties of actors whose sector is not known are left out. Where there are at most most distinct ways to
// place the sectors on the actors all are tried, else so many are drawn.
func (n Network) EI(most int, seed uint64) EI {
	g := n.graph()
	e := EI{Group: map[string]float64{}, Actor: map[string]float64{}, Index: math.NaN(), Expected: math.NaN(), LowerP: math.NaN(), UpperP: math.NaN()}
	var ties [][2]int
	var who []int
	for i := range g.n {
		if g.sector[i] == "" {
			continue
		}
		who = append(who, i)
		for _, j := range g.near[i] {
			if j > i && g.sector[j] != "" {
				ties = append(ties, [2]int{i, j})
			}
		}
	}
	if len(ties) == 0 {
		return e
	}
	type pair struct{ out, in float64 }
	group, actor := map[string]pair{}, map[int]pair{}
	for _, t := range ties {
		a, b := g.sector[t[0]], g.sector[t[1]]
		outside := a != b
		if outside {
			e.External++
		} else {
			e.Internal++
		}
		put := func(p pair) pair {
			if outside {
				p.out++
			} else {
				p.in++
			}
			return p
		}
		group[a] = put(group[a])
		if outside {
			group[b] = put(group[b])
		}
		for _, i := range t {
			actor[i] = put(actor[i])
		}
	}
	e.Index = float64(e.External-e.Internal) / float64(len(ties))
	for s, p := range group {
		e.Group[s] = (p.out - p.in) / (p.out + p.in)
	}
	for i, p := range actor {
		e.Actor[n.Actors[i].ID] = (p.out - p.in) / (p.out + p.in)
	}
	labels := make([]string, g.n)
	index := func() int {
		x := 0
		for _, t := range ties {
			if labels[t[0]] != labels[t[1]] {
				x++
			} else {
				x--
			}
		}
		return x
	}
	seen := e.External - e.Internal
	sum, lower, upper := 0.0, 0, 0
	count := func() {
		x := index()
		sum += float64(x)
		if x <= seen {
			lower++
		}
		if x >= seen {
			upper++
		}
		e.Arrangements++
	}
	words := make([]string, len(who))
	for k, i := range who {
		words[k] = g.sector[i]
	}
	slices.Sort(words)
	if e.Exact = arrangements(words) <= float64(most); e.Exact {
		for {
			for k, i := range who {
				labels[i] = words[k]
			}
			count()
			if !nextArrangement(words) {
				break
			}
		}
	} else {
		r := random(seed)
		for range most {
			for k := len(words) - 1; k > 0; k-- {
				j := r.next(k + 1)
				words[k], words[j] = words[j], words[k]
			}
			for k, i := range who {
				labels[i] = words[k]
			}
			count()
		}
	}
	e.Expected = sum / float64(e.Arrangements) / float64(len(ties))
	e.LowerP, e.UpperP = float64(lower)/float64(e.Arrangements), float64(upper)/float64(e.Arrangements)
	if !e.Exact { // what was seen is an arrangement too (Phipson & Smyth 2010)
		e.LowerP, e.UpperP = float64(lower+1)/float64(e.Arrangements+1), float64(upper+1)/float64(e.Arrangements+1)
	}
	return e
}

// arrangements counts the distinct orders of words.
func arrangements(words []string) float64 {
	total, run := 0.0, 1
	lf := func(k int) float64 { x, _ := math.Lgamma(float64(k + 1)); return x }
	total = lf(len(words))
	for i := 1; i <= len(words); i++ {
		if i < len(words) && words[i] == words[i-1] {
			run++
			continue
		}
		total -= lf(run)
		run = 1
	}
	return math.Exp(total) - 1e-6*math.Exp(total)
}

// nextArrangement steps to the next order of words, and tells whether there is one.
func nextArrangement(words []string) bool {
	i := len(words) - 2
	for i >= 0 && words[i] >= words[i+1] {
		i--
	}
	if i < 0 {
		return false
	}
	j := len(words) - 1
	for words[j] <= words[i] {
		j--
	}
	words[i], words[j] = words[j], words[i]
	slices.Reverse(words[i+1:])
	return true
}

// random is splitmix64: chance as an argument.
type random uint64

func (r *random) next(n int) int {
	*r += 0x9e3779b97f4a7c15
	z := uint64(*r)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return int((z ^ z>>31) % uint64(n))
}

func (r *random) real() float64 { return float64(r.next(1<<53-1)) / (1<<53 - 1) }
