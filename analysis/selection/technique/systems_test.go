package technique

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// five are worked out by hand in docs/methods/techniques.md.
func five() Systems {
	v := func(name string, x ...float64) Variable { return Variable{name, x} }
	return Systems{
		Cases:   []string{"A", "B", "C", "D", "E"},
		Outcome: v("Y", 1, 1, 1, 0, 0),
		Clusters: []Cluster{
			{"economy", []Variable{v("e1", 1, 0, 1, 1, 0), v("e2", 1, 0, 0, 1, 1), v("e3", 0, 1, 0, 0, 1)}},
			{"civil society", []Variable{v("c1", 1, 0, 1, 1, 0), v("c2", 0, 1, 1, 1, 0)}},
		},
	}
}

func TestSystemsByHand(t *testing.T) {
	c, err := five().Compare(2)
	if err != nil || len(c.Zones) != 3 || len(c.Notes)+len(c.LeftOut) > 0 {
		t.Fatal(c, err)
	}
	want := []Zone{
		{Design: MDSO, Outcomes: [2]int{1, 1}, Of: 3, Extremes: []int{3, 2},
			Levels: []Level{
				{0, []int{2, 0, 1}, 2, [][2]string{{"A", "B"}}},
				{1, []int{0, 1, 2}, 2, [][2]string{{"A", "B"}, {"B", "C"}}},
				{2, []int{0, 0, 3}, 2, [][2]string{{"A", "B"}, {"A", "C"}, {"B", "C"}}},
			},
			Pairs: []SystemPair{
				{"A", "B", 1, []int{3, 2}, []int{2, 2, 2}, []string{"e1", "e2", "~e3", "c1", "~c2"}, []string{}},
				{"B", "C", 2, []int{2, 1}, []int{0, 2, 2}, []string{"~e1", "e3", "~c1"}, []string{"~e2", "c2"}},
			}},
		{Design: MDSO, Outcomes: [2]int{0, 0}, Of: 1, Extremes: []int{2, 2},
			Levels: []Level{{0, []int{0, 0, 1}, 2, [][2]string{{"D", "E"}}}},
			Pairs:  []SystemPair{{"D", "E", 1, []int{2, 2}, []int{2}, []string{"e1", "~e3", "c1", "c2"}, []string{"e2"}}}},
		{Design: MSDO, Outcomes: [2]int{1, 0}, Of: 6, Extremes: []int{0, 0},
			Levels: []Level{
				{0, []int{4, 2, 0}, 1, [][2]string{{"A", "D"}, {"C", "D"}}},
				{1, []int{1, 2, 3}, 2, [][2]string{{"A", "D"}, {"B", "E"}, {"C", "D"}}},
				{2, []int{1, 1, 4}, 2, [][2]string{{"A", "D"}, {"A", "E"}, {"B", "E"}, {"C", "D"}}},
				{3, []int{1, 1, 4}, 2, [][2]string{{"A", "D"}, {"A", "E"}, {"B", "E"}, {"C", "D"}}},
			},
			Pairs: []SystemPair{
				{"A", "D", 1, []int{0, 1}, []int{1, 2, 2, 2}, []string{"~c2"}, []string{"e1", "e2", "~e3", "c1"}},
				{"C", "D", 1, []int{1, 0}, []int{1, 2, 2, 2}, []string{"~e2"}, []string{"e1", "~e3", "c1", "c2"}},
			}},
	}
	if d := cmp.Diff(want, c.Zones); d != "" {
		t.Error(d)
	}
	names, d, err := five().Distances(1)
	if err != nil || !slices.Equal(names, five().Cases) || !slices.Equal(d[0], []int{0, 2, 1, 1, 1}) {
		t.Error(names, d, err)
	}
}

// drawn gives numbers that look random, the same each time (SplitMix64).
type drawn uint64

func (r *drawn) n(n int) int {
	*r += 0x9e3779b97f4a7c15
	z := uint64(*r)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return int((z ^ z>>31) % uint64(n))
}

// TestSystemsByDefinition works out each level of random systems from the definition.
func TestSystemsByDefinition(t *testing.T) {
	r := drawn(1)
	for run := range 300 {
		s := Systems{Outcome: Variable{Name: "Y"}}
		n := 2 + r.n(8)
		for i := range n {
			s.Cases = append(s.Cases, fmt.Sprintf("c%02d", i))
			s.Outcome.Values = append(s.Outcome.Values, float64(r.n(2)))
		}
		for c := range 1 + r.n(4) {
			cluster := Cluster{Name: fmt.Sprint("k", c)}
			size := 1 + r.n(5)
			if run%50 == 0 {
				size = 70 // more than a word
			}
			for k := range size {
				v := Variable{Name: fmt.Sprintf("v%d.%d", c, k)}
				for range n {
					v.Values = append(v.Values, float64(r.n(2)))
				}
				cluster.Conditions = append(cluster.Conditions, v)
			}
			s.Clusters = append(s.Clusters, cluster)
		}
		got, err := s.Compare(1000)
		if err != nil {
			t.Fatal(err)
		}
		pairs := 0
		for _, z := range got.Zones {
			pairs += z.Of
			if len(z.Pairs) != z.Of {
				t.Fatalf("%d of %d pairs", len(z.Pairs), z.Of)
			}
			for c := range s.Clusters {
				var d []int
				for _, p := range z.Pairs {
					d = append(d, p.Distances[c])
				}
				if e := slices.Max(d); z.Design == MDSO && e != z.Extremes[c] {
					t.Errorf("extreme %d, want %d", z.Extremes[c], e)
				}
				if e := slices.Min(d); z.Design == MSDO && e != z.Extremes[c] {
					t.Errorf("extreme %d, want %d", z.Extremes[c], e)
				}
			}
			for k, p := range z.Pairs {
				a, b := slices.Index(s.Cases, p.A), slices.Index(s.Cases, p.B)
				if o := [2]int{int(s.Outcome.Values[a]), int(s.Outcome.Values[b])}; o != z.Outcomes {
					t.Errorf("outcomes %v in zone %v", o, z.Outcomes)
				}
				differ := 0
				for c, cl := range s.Clusters {
					d := 0
					for _, v := range cl.Conditions {
						d += int(math.Abs(v.Values[a] - v.Values[b]))
					}
					if differ += d; d != p.Distances[c] {
						t.Errorf("distance %d, want %d", p.Distances[c], d)
					}
				}
				if len(p.Differ) != differ || len(p.Differ)+len(p.Agree) != len(slices.Concat(conditions(s)...)) {
					t.Errorf("%v differ, %v agree, want %d to differ", p.Differ, p.Agree, differ)
				}
				for step, l := range z.Levels {
					reached := 0
					for c, d := range p.Distances {
						if z.Design == MDSO && d >= z.Extremes[c]-step && d > 0 || z.Design == MSDO && d <= z.Extremes[c]+step && d < len(s.Clusters[c].Conditions) {
							reached++
						}
					}
					if p.Reached[step] != reached || reached > l.Clusters || slices.Contains(l.Pairs, [2]string{p.A, p.B}) != (reached == l.Clusters && reached > 0) {
						t.Errorf("%s %s reaches step %d in %d clusters, want %d: %+v", p.A, p.B, step, p.Reached[step], reached, l)
					}
				}
				if k > 0 {
					before := z.Pairs[k-1]
					if o := slices.Compare(before.Reached, p.Reached); o < 0 || (o == 0) != (before.Rank == p.Rank) {
						t.Errorf("%v with rank %d before %v with rank %d", before.Reached, before.Rank, p.Reached, p.Rank)
					}
				}
			}
			for _, l := range z.Levels {
				if sum := sum(l.Counts); sum != z.Of {
					t.Errorf("counts of %d pairs, %d expected", sum, z.Of)
				}
			}
		}
		if pairs != n*(n-1)/2 {
			t.Errorf("%d pairs of %d cases", pairs, n)
		}
	}
}

func conditions(s Systems) (out [][]Variable) {
	for _, c := range s.Clusters {
		out = append(out, c.Conditions)
	}
	return out
}

func sum(x []int) (s int) {
	for _, v := range x {
		s += v
	}
	return s
}

func TestSystemsErrors(t *testing.T) {
	for want, change := range map[string]func(*Systems){
		"e2 is 0.4 for C; expected 0 or 1":        func(s *Systems) { s.Clusters[0].Conditions[1].Values[2] = 0.4 },
		"Y is 2 for A; expected 0 or 1":           func(s *Systems) { s.Outcome.Values[0] = 2 },
		"c1 is used twice":                        func(s *Systems) { s.Clusters[1].Conditions[1].Name = "c1" },
		"two clusters are called economy":         func(s *Systems) { s.Clusters[1].Name = "economy" },
		"cluster civil society has no conditions": func(s *Systems) { s.Clusters[1].Conditions = nil },
		"there are no clusters":                   func(s *Systems) { s.Clusters = nil },
		"1 cases have a value of every variable":  func(s *Systems) { s.Outcome.Values = []float64{math.NaN(), math.NaN(), math.NaN(), math.NaN(), 1} },
		"id A is that of case 1 and of case 2":    func(s *Systems) { s.Cases[1] = "A" },
		"e1 has 1 values for 5 cases":             func(s *Systems) { s.Clusters[0].Conditions[0].Values = []float64{1} },
	} {
		s := five()
		change(&s)
		if _, err := s.Compare(3); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	if _, err := five().Compare(0); err == nil {
		t.Error("no pairs can be asked for")
	}
	s := five()
	s.Outcome.Values = []float64{1, 1, 1, 1, math.NaN()}
	s.Clusters[0].Conditions[2].Values = []float64{0, 0, 0, 0, 1}
	c, err := s.Compare(3)
	if err != nil || len(c.Zones) != 1 || len(c.LeftOut) != 1 || !slices.Equal(c.Notes, []string{"e3 is 0 in every case: it can tell none of them apart", "no pair has Y 0 and 0", "no pair has Y 1 and 0"}) {
		t.Errorf("%+v %v", c, err)
	}
}
