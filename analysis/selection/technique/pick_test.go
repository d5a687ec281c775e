package technique

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRankTellsTies(t *testing.T) {
	got := rank([]string{"d", "b", "c", "a", "x"}, []float64{0.1 + 0.2, 1, 0.3, 1, math.NaN()}, true)
	want := []Ranked{{"a", 1, 1}, {"b", 1, 1}, {"c", 3, 0.3}, {"d", 3, 0.1 + 0.2}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	for n, want := range []int{0, 2, 2, 4, 4, 4} {
		if b := Best(got, n); len(b) != want {
			t.Errorf("the first %d are %v", n, b)
		}
	}
}

// TestPicks looks at mtcars, whose values are R's.
func TestPicks(t *testing.T) {
	tb := study(t, "mtcars")
	f, err := tb.Fit()
	if err != nil {
		t.Fatal(err)
	}
	by := map[string]Diagnostic{}
	mean := 0.0
	for _, d := range f.Cases {
		by[d.Case] = d
		mean += d.Outcome / float64(len(f.Cases))
	}
	falling := func(name string, r []Ranked, want int, score func(Diagnostic) float64) {
		t.Helper()
		if len(r) != want {
			t.Errorf("%s: %d cases, want %d", name, len(r), want)
		}
		last := math.Inf(1)
		for _, x := range r {
			if s := score(by[x.Case]); s != x.Score && !near(s, x.Score) || s > last+1e-9 {
				t.Errorf("%s: %s has %v, want %v after %v", name, x.Case, x.Score, s, last)
			}
			last = x.Score
		}
	}
	deviant, _ := f.Deviant()
	falling("deviant", deviant, 32, func(d Diagnostic) float64 { return math.Abs(d.Studentised) })
	for m, score := range map[Influence]func(Diagnostic) float64{Cook: func(d Diagnostic) float64 { return d.Cook }, DFBeta: func(d Diagnostic) float64 { return math.Abs(d.DFBeta) },
		Leverage: func(d Diagnostic) float64 { return d.Leverage }} {
		r, err := f.Influential(m)
		if err != nil {
			t.Fatal(err)
		}
		falling(string(m), r, 32, score)
	}
	typical := f.Typical()
	slices.Reverse(typical)
	falling("typical", typical, 32, func(d Diagnostic) float64 { return math.Abs(d.Residual) })
	pathway, least, most := 0, 0, 0
	for _, d := range f.Cases {
		expected := d.Outcome - d.Reduced
		if math.Abs(d.Reduced) > math.Abs(d.Residual) {
			pathway++
		}
		if d.Outcome > mean && expected < mean {
			least++
		}
		if d.Outcome < mean && expected > mean {
			most++
		}
	}
	if pathway == 0 || least == 0 || most == 0 {
		t.Fatal("nothing is tested")
	}
	falling("pathway", f.Pathway(), pathway, func(d Diagnostic) float64 { return math.Abs(d.Reduced) - math.Abs(d.Residual) })
	l, err := f.LeastLikely()
	if err != nil {
		t.Fatal(err)
	}
	falling("least likely", l, least, func(d Diagnostic) float64 { return d.Reduced })
	m, err := f.MostLikely()
	if err != nil {
		t.Fatal(err)
	}
	falling("most likely", m, most, func(d Diagnostic) float64 { return -d.Reduced })
	if _, err := f.Influential("size"); err == nil || !strings.Contains(err.Error(), "expected cook, dfbeta or leverage") {
		t.Error(err)
	}
	tb.Controls = nil
	if f, err = tb.Fit(); err != nil {
		t.Fatal(err)
	}
	if _, err := f.LeastLikely(); err == nil || !strings.Contains(err.Error(), "needs controls") {
		t.Error(err)
	}
}

func TestExtreme(t *testing.T) {
	// Mean 3, sample variance (4+1+0+9+4)/4... of 1, 2, 3, 6, 3: deviations -2, -1, 0, 3, 0, sum of squares 14, sd sqrt(3.5).
	got, left, err := Extreme([]string{"a", "b", "c", "d", "e", "f"}, Variable{"X", []float64{1, 2, 3, 6, 3, math.NaN()}})
	sd := math.Sqrt(3.5)
	want := []Ranked{{"d", 1, 3 / sd}, {"a", 2, 2 / sd}, {"b", 3, 1 / sd}, {"c", 4, 0}, {"e", 4, 0}}
	if err != nil || len(left) != 1 || left[0].Case != "f" || len(got) != 5 {
		t.Fatal(got, left, err)
	}
	for i := range want {
		if got[i].Case != want[i].Case || got[i].Rank != want[i].Rank || !near(got[i].Score, want[i].Score) {
			t.Errorf("%v, want %v", got[i], want[i])
		}
	}
	if _, _, err := Extreme([]string{"a", "b"}, Variable{"X", []float64{1, 1}}); err == nil || !strings.Contains(err.Error(), "X is 1 in all 2 cases") {
		t.Error(err)
	}
}

func TestDiverse(t *testing.T) {
	ids := []string{"a", "b", "c", "d", "e", "f", "g"}
	x := Variable{"X", []float64{1, 2, 3, 4, 5, 6, math.NaN()}}
	y := Variable{"Y", []float64{0, 0, 1, 1, 0, 0, 1}}
	cells, left, err := Diverse(ids, []Variable{x, y}, 3)
	if err != nil || len(left) != 1 || left[0].Case != "g" {
		t.Fatal(left, err)
	}
	var got []string
	for _, c := range cells {
		s := ""
		for _, b := range c.Bins {
			s += fmt.Sprintf("%s %v-%v ", b.Variable, b.Low, b.High)
		}
		for _, r := range c.Cases {
			s += fmt.Sprint(r.Case, r.Rank)
		}
		got = append(got, s)
	}
	want := []string{"X 1-2 Y 0-0 a1b1", "X 3-4 Y 1-1 c1d1", "X 5-6 Y 0-0 e1f1"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	// Equal values are not torn apart: five of six are 2.
	if c := cuts([]float64{2, 2, 1, 2, 2, 3, 4}, 3); !slices.Equal(c, []float64{2, 4}) {
		t.Errorf("cuts %v", c)
	}
	if _, _, err := Diverse(ids, []Variable{x}, 1); err == nil {
		t.Error("one bin is no variety")
	}
	if _, _, err := Diverse(ids, nil, 2); err == nil {
		t.Error("no variables have no variety")
	}
}

// TestPairsByDefinition goes through all pairs of random tables.
func TestPairsByDefinition(t *testing.T) {
	r := drawn(7)
	for range 200 {
		n := 4 + r.n(8)
		tb := Table{Outcome: Variable{Name: "Y"}, Condition: Variable{Name: "X"}, Controls: []Variable{{Name: "A"}, {Name: "B"}}}
		two := r.n(2) == 0
		for i := range n {
			tb.Cases = append(tb.Cases, fmt.Sprintf("c%02d", i))
			x := float64(r.n(12))
			if two {
				x = float64(r.n(2))
			}
			tb.Condition.Values = append(tb.Condition.Values, x)
			tb.Outcome.Values = append(tb.Outcome.Values, float64(r.n(2)))
			for k := range tb.Controls {
				tb.Controls[k].Values = append(tb.Controls[k].Values, float64(r.n(4)))
			}
		}
		rows, _ := complete(tb.Cases, tb.Controls)
		for _, d := range []Distance{Standardised, Mahalanobis, Exact} {
			for _, similar := range []bool{true, false} {
				m := Matching{Distance: d, N: 3}
				got, err := tb.MostDifferent(m)
				if similar {
					got, err = tb.MostSimilar(m)
				}
				if err != nil {
					if !strings.Contains(err.Error(), "in all") && !strings.Contains(err.Error(), "no two cases") {
						t.Fatal(err)
					}
					continue
				}
				distance, _, err := m.distance(tb.Controls, rows)
				if err != nil {
					t.Fatal(err)
				}
				_, sd := moments(tb.Condition.Values)
				levels := slices.Clone(tb.Condition.Values)
				slices.Sort(levels)
				binary := len(slices.Compact(levels)) == 2
				var all []float64
				for i := range n {
					for j := i + 1; j < n; j++ {
						gap := math.Abs(tb.Condition.Values[i] - tb.Condition.Values[j])
						qualifies := binary && gap > 0 || !binary && gap >= sd
						if !similar {
							qualifies = (binary && gap == 0 || !binary && gap <= sd/4) && tb.Outcome.Values[i] == tb.Outcome.Values[j]
						}
						if qualifies {
							all = append(all, distance(i, j))
						}
					}
				}
				slices.Sort(all)
				if !similar {
					slices.Reverse(all)
				}
				if got.Qualify != len(all) {
					t.Fatalf("%d pairs qualify, want %d", got.Qualify, len(all))
				}
				want := min(3, len(all))
				for want < len(all) && math.Abs(all[want]-all[want-1]) < 1e-9 {
					want++
				}
				if len(got.Pairs) != want {
					t.Fatalf("%s: %d pairs, want %d of %v: %+v", d, len(got.Pairs), want, all, got.Pairs)
				}
				for k, p := range got.Pairs {
					if math.Abs(p.Distance-all[k]) > 1e-9 || similar && p.Conditions[0] <= p.Conditions[1] {
						t.Errorf("%s: pair %d is %+v, want distance %v", d, k, p, all[k])
					}
				}
			}
		}
	}
}

func TestPairs(t *testing.T) {
	tb := Table{Cases: []string{"a", "b", "c", "d"}, Outcome: Variable{"Y", []float64{1, 0, 1, 0}}, Condition: Variable{"X", []float64{1, 1, 0, math.NaN()}},
		Controls: []Variable{{"A", []float64{0, 1, 2, 5}}, {"B", []float64{0, 2, 4, 10}}}}
	// B is twice A, so that they vary in one direction: what is left of Mahalanobis distance is that of A alone.
	got, err := tb.MostSimilar(Matching{Distance: Mahalanobis, OnOutcome: true, N: 1})
	if err != nil || len(got.Notes) != 1 || !strings.Contains(got.Notes[0], "singular") {
		t.Fatal(got, err)
	}
	_, sd := moments(tb.Controls[0].Values)
	if p := got.Pairs[0]; len(got.Pairs) != 2 || p.A != "a" || p.B != "b" || !near(p.Distance, 1/sd) || got.Pairs[1].A != "c" || got.Pairs[1].Rank != 1 {
		t.Errorf("%+v; a and b, c and b are equally near", got.Pairs)
	}
	if got.Pairs[1].Conditions == nil || len(got.LeftOut) != 0 {
		t.Errorf("%+v: the condition does not matter here", got)
	}
	if got, err = tb.MostSimilar(Matching{}); err != nil || len(got.LeftOut) != 1 || got.LeftOut[0].Case != "d" {
		t.Errorf("%+v %v", got, err)
	}
	for want, err := range map[string]error{
		"expected standardised, mahalanobis or exact": second(tb.MostSimilar(Matching{Distance: "far"})),
		"pairs are compared by controls":              second(Table{Cases: tb.Cases, Condition: tb.Condition}.MostSimilar(Matching{})),
		"say in which":                                second(Table{Cases: tb.Cases, Outcome: tb.Outcome}.MostSimilar(Matching{})),
		"can be below 0":                              second(tb.MostSimilar(Matching{Apart: -1})),
		"B is 1 in all 4 cases":                       second(Table{Cases: tb.Cases, Outcome: tb.Outcome, Controls: []Variable{{"B", []float64{1, 1, 1, 1}}}}.MostDifferent(Matching{})),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

func second(_ Pairs, err error) error { return err }
