package coalition

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
)

// Measure is one figure of a coalition's shape with what uncertain actors and ties leave open.
type Measure struct {
	Name      string  `json:"name"`                // such as decentralised
	Words     string  `json:"words"`               // what it says, for people
	Value     float64 `json:"value"`               // with all that is certain or probable; see Undefined
	Low       float64 `json:"low"`                 // least over what is uncertain
	High      float64 `json:"high"`                // most
	Unit      string  `json:"unit"`                // such as "0 to 1"
	Formula   string  `json:"formula"`             //
	Undefined string  `json:"undefined,omitempty"` // why there is no value
}

// Report holds all measures.
type Report struct {
	Actors    int       `json:"actors"`
	Ties      int       `json:"ties"`
	Uncertain int       `json:"uncertain"` // actors and ties that are not certain
	How       string    `json:"how"`       // how the intervals were found
	Measures  []Measure `json:"measures"`
}

// Get gives a measure by its name.
func (r Report) Get(name string) (Measure, bool) {
	i := slices.IndexFunc(r.Measures, func(m Measure) bool { return m.Name == name })
	if i < 0 {
		return Measure{}, false
	}
	return r.Measures[i], true
}

// Exactly so many uncertain things are tried in all combinations; beyond, so many draws are made.
const (
	exactly = 12
	draws   = 2000
)

// figures are the measures in their order. A NaN is undefined.
var figures = []struct {
	name, words, unit, formula, undefined string
	of                                    func(n Network) float64
}{
	{"decentralised", "How far from hanging on one go-between: 1 less the betweenness centralisation", "0 to 1", "1 - sum(max b' - b') / (g-1)", "fewer than three actors", func(n Network) float64 { return 1 - n.BetweennessCentralisation() }},
	{"effective-sectors", "Sectors in effect: so many equally common ones would be as diverse", "sectors", "1 / sum p^2", "no actor's sector is known", func(n Network) float64 { return known(n, "sector") }},
	{"degree-centralisation", "How far ties gather on one actor", "0 to 1", "sum(max d - d) / ((g-1)(g-2))", "fewer than three actors", Network.DegreeCentralisation},
	{"betweenness-centralisation", "How far paths lead through one actor", "0 to 1", "sum(max b' - b') / (g-1)", "fewer than three actors", Network.BetweennessCentralisation},
	{"top-share", "Share of ties that touch the actor with most", "0 to 1", "max d / ties", "there are no ties", Network.TopShare},
	{"robustness", "What stays connected as the top actors leave, on average", "0 to 1", "mean of largest part / those who stay", "fewer than two actors", func(n Network) float64 {
		if len(n.Actors) < 2 {
			return math.NaN()
		}
		return n.Decapitation().Area
	}},
	{"external-internal", "E-I index: ties between sectors less ties within, over all", "-1 to 1", "(E - I) / (E + I)", "no tie joins actors whose sectors are known", func(n Network) float64 { return n.EI(1, 1).Index }},
	{"connectedness", "Pairs that are connected at all", "0 to 1", "connected pairs / pairs", "fewer than two actors", func(n Network) float64 { return n.Hierarchy().Connectedness }},
	{"hierarchy", "Pairs of which one reaches the other and not the other way round", "0 to 1", "one-way pairs / reaching pairs", "no tie has a direction that leads anywhere", func(n Network) float64 { return n.Hierarchy().Hierarchy }},
	{"sector-evenness", "How evenly actors fall on the sectors", "0 to 1", "H / ln K", "no actor's sector is known", func(n Network) float64 {
		d := n.Diversity("sector")
		if d.Known == 0 {
			return math.NaN()
		}
		return d.Evenness
	}},
	{"effective-genders", "Genders in effect", "values", "1 / sum p^2", "no actor's gender is known", func(n Network) float64 { return known(n, "gender") }},
	{"effective-ages", "Age groups in effect", "values", "1 / sum p^2", "no actor's age is known", func(n Network) float64 { return known(n, "age") }},
	{"effective-classes", "Social classes in effect", "values", "1 / sum p^2", "no actor's class is known", func(n Network) float64 { return known(n, "class") }},
}

// Names lists the measures.
func Names() []string {
	var out []string
	for _, f := range figures {
		out = append(out, f.name)
	}
	return out
}

func known(n Network, attribute string) float64 {
	d := n.Diversity(attribute)
	if d.Known == 0 {
		return math.NaN()
	}
	return d.Effective
}

func sure(s float64) float64 {
	if s == 0 {
		return 1
	}
	return s
}

// Measure works out all measures. Value takes in what is at least as likely as not. Low and High are the least and the most
// over all combinations of the uncertain actors and ties being there or not, for up to 12 of them; beyond, over 2,000 draws,
// each thing being there or not with even chance, and the extremes of all and none.
func (n Network) Measure(seed uint64) (Report, error) {
	if err := n.Check(); err != nil {
		return Report{}, err
	}
	var actors, ties []int
	for i, a := range n.Actors {
		if sure(a.Surety) < 1 {
			actors = append(actors, i)
		}
	}
	for i, t := range n.Ties {
		if sure(t.Surety) < 1 {
			ties = append(ties, i)
		}
	}
	u := len(actors) + len(ties)
	with := func(in func(k int) bool) Network {
		out := map[string]bool{}
		drop := map[int]bool{}
		for k, i := range actors {
			if !in(k) {
				out[n.Actors[i].ID] = true
			}
		}
		for k, i := range ties {
			if !in(len(actors) + k) {
				drop[i] = true
			}
		}
		var m Network
		for _, a := range n.Actors {
			if !out[a.ID] {
				m.Actors = append(m.Actors, a)
			}
		}
		for i, t := range n.Ties {
			if !drop[i] && !out[t.From] && !out[t.To] {
				m.Ties = append(m.Ties, t)
			}
		}
		return m
	}
	best := with(func(k int) bool {
		if k < len(actors) {
			return n.Actors[actors[k]].Surety >= 0.5
		}
		return n.Ties[ties[k-len(actors)]].Surety >= 0.5
	})
	r := Report{Actors: len(best.Actors), Ties: len(best.Ties), Uncertain: u}
	var all []Network
	switch {
	case u == 0:
		r.How = "all actors and ties are certain"
		all = []Network{best}
	case u <= exactly:
		r.How = fmt.Sprintf("all %d combinations of what is uncertain", 1<<u)
		for set := range 1 << u {
			all = append(all, with(func(k int) bool { return set&(1<<k) != 0 }))
		}
	default:
		r.How = fmt.Sprintf("%d draws of what is uncertain (seed %d), and all and none of it: the true extremes may lie a little beyond", draws, seed)
		all = append(all, best, with(func(int) bool { return true }), with(func(int) bool { return false }))
		d := random(seed)
		for range draws {
			pick := make([]bool, u)
			for k := range pick {
				pick[k] = d.next(2) == 0
			}
			all = append(all, with(func(k int) bool { return pick[k] }))
		}
	}
	for _, f := range figures {
		m := Measure{Name: f.name, Words: f.words, Unit: f.unit, Formula: f.formula, Value: math.NaN(), Low: math.Inf(1), High: math.Inf(-1)}
		if len(best.Actors) > 0 {
			m.Value = f.of(best)
		}
		for _, x := range all {
			if len(x.Actors) == 0 {
				continue
			}
			if v := f.of(x); !math.IsNaN(v) {
				m.Low, m.High = min(m.Low, v), max(m.High, v)
			}
		}
		if math.IsNaN(m.Value) {
			m.Undefined, m.Value, m.Low, m.High = f.undefined, 0, 0, 0
		}
		r.Measures = append(r.Measures, m)
	}
	return r, nil
}

// Cell is a count of actors that may be told.
type Cell struct {
	Value string `json:"value"` // empty: other values together
	Count int    `json:"count"`
}

// Summary is what may leave of a coalition whose actors may not be named.
type Summary struct {
	Actors   int       `json:"actors,omitempty"` // 0: too few to be told
	Sectors  []Cell    `json:"sectors,omitempty"`
	Measures []Measure `json:"measures,omitempty"`
	Withheld string    `json:"withheld,omitempty"` // what is not told, and why
}

// Cells gives counts that may be told, the largest first: smaller ones than cell are put together, with a larger one if need
// be, so that none can be found by taking the others from the total. It is empty when all together are fewer than cell.
func Cells(count map[string]int, cell int) []Cell {
	var out []Cell
	total := 0
	for v, n := range count {
		out = append(out, Cell{v, n})
		total += n
	}
	if total < cell {
		return nil
	}
	slices.SortFunc(out, func(a, b Cell) int { return cmp.Or(cmp.Compare(b.Count, a.Count), strings.Compare(a.Value, b.Value)) })
	other := 0
	for i := len(out) - 1; i >= 0 && (out[i].Count < cell || other > 0 && other < cell); i-- {
		other += out[i].Count
		out = out[:i]
	}
	if i := slices.IndexFunc(out, func(c Cell) bool { return c.Value == "" }); i >= 0 { // those without a value are others, too
		other += out[i].Count
		out = slices.Delete(out, i, i+1)
	}
	if other > 0 {
		out = append(out, Cell{"", other})
	}
	return out
}

// Aggregate gives counts by sector of at least cell actors each, smaller ones put together with the next larger until they are
// large enough, so that none can be found by taking the rest from the total, and the measures when there are at least cell
// actors. No id and no label is in it.
func (n Network) Aggregate(cell int, seed uint64) (Summary, error) {
	var s Summary
	if len(n.Actors) < cell {
		s.Withheld = fmt.Sprintf("fewer than %d actors: nothing is told", cell)
		return s, nil
	}
	r, err := n.Measure(seed)
	if err != nil {
		return s, err
	}
	if r.Actors < cell {
		s.Withheld = fmt.Sprintf("fewer than %d actors are sure enough: nothing is told", cell)
		return s, nil
	}
	s.Actors = len(n.Actors)
	count := map[string]int{}
	for _, a := range n.Actors {
		count[a.Sector]++
	}
	s.Sectors = Cells(count, cell)
	if slices.ContainsFunc(s.Sectors, func(c Cell) bool { return c.Value == "" }) {
		s.Withheld = fmt.Sprintf("sectors of fewer than %d actors are put together", cell)
	}
	// Figures that small groups could be worked out of stay back, too.
	for _, m := range r.Measures {
		of := map[string]string{"effective-genders": "gender", "effective-ages": "age", "effective-classes": "class"}[m.Name]
		merged := s.Withheld != "" && slices.Contains([]string{"effective-sectors", "sector-evenness", "external-internal"}, m.Name)
		if !merged && (of == "" || n.Diversity(of).Known >= cell) {
			s.Measures = append(s.Measures, m)
		}
	}
	return s, nil
}

// Pseudonymise gives the network with ids and labels that tell nothing: A01 and so on, in an order drawn by the seed, which
// must be secret. Sectors of fewer than cell actors become "other", compositions are left out.
func (n Network) Pseudonymise(cell int, seed uint64) Network {
	order := make([]int, len(n.Actors))
	for i := range order {
		order[i] = i
	}
	r := random(seed)
	for k := len(order) - 1; k > 0; k-- {
		j := r.next(k + 1)
		order[k], order[j] = order[j], order[k]
	}
	count := map[string]int{}
	for _, a := range n.Actors {
		count[a.Sector]++
	}
	name := map[string]string{}
	told := Cells(count, cell)
	var out Network
	for k, i := range order {
		a := n.Actors[i]
		name[a.ID] = fmt.Sprintf("A%02d", k+1)
		b := Actor{ID: name[a.ID], Label: name[a.ID], Sector: a.Sector, Surety: a.Surety}
		if !slices.ContainsFunc(told, func(c Cell) bool { return c.Value == a.Sector && c.Value != "" }) {
			b.Sector = "other"
		}
		out.Actors = append(out.Actors, b)
	}
	for _, t := range n.Ties {
		t.From, t.To = name[t.From], name[t.To]
		out.Ties = append(out.Ties, t)
	}
	slices.SortFunc(out.Ties, func(a, b Tie) int {
		if a.From != b.From {
			if a.From < b.From {
				return -1
			}
			return 1
		}
		if a.To < b.To {
			return -1
		}
		return 1
	})
	return out
}
