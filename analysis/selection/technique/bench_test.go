package technique

import (
	"fmt"
	"testing"
)

// table of n cases with four controls.
func large(n int) Table {
	r := drawn(5)
	t := Table{Outcome: Variable{Name: "Y"}, Condition: Variable{Name: "X"}}
	for k := range 4 {
		t.Controls = append(t.Controls, Variable{Name: fmt.Sprint("Z", k)})
	}
	for i := range n {
		t.Cases = append(t.Cases, fmt.Sprint("c", i))
		t.Outcome.Values = append(t.Outcome.Values, float64(r.n(1000)))
		t.Condition.Values = append(t.Condition.Values, float64(r.n(1000)))
		for k := range t.Controls {
			t.Controls[k].Values = append(t.Controls[k].Values, float64(r.n(1000)))
		}
	}
	return t
}

func BenchmarkFit(b *testing.B) {
	t := large(2900)
	for b.Loop() {
		if _, err := t.Fit(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkMostSimilar(b *testing.B) {
	t := large(2900)
	for b.Loop() {
		if _, err := t.MostSimilar(Matching{Distance: Mahalanobis}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkSystems has the size of the largest study of the method, 61 conditions in 8 clusters, with more cases.
func BenchmarkSystems(b *testing.B) {
	r := drawn(9)
	s := Systems{Outcome: Variable{Name: "Y"}}
	for i := range 300 {
		s.Cases, s.Outcome.Values = append(s.Cases, fmt.Sprint("c", i)), append(s.Outcome.Values, float64(r.n(2)))
	}
	for c := range 8 {
		cluster := Cluster{Name: fmt.Sprint("k", c)}
		for k := range 8 {
			v := Variable{Name: fmt.Sprint("v", c, ".", k)}
			for range s.Cases {
				v.Values = append(v.Values, float64(r.n(2)))
			}
			cluster.Conditions = append(cluster.Conditions, v)
		}
		s.Clusters = append(s.Clusters, cluster)
	}
	for b.Loop() {
		if _, err := s.Compare(10); err != nil {
			b.Fatal(err)
		}
	}
}
