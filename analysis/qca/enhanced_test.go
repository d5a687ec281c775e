package qca

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
)

// Theory-guided solutions assume nothing outside of what may be assumed, are as short as that allows, and lie between the
// conservative and the parsimonious one.
func TestAssume(t *testing.T) {
	ctx := context.Background()
	r := rand.New(rand.NewPCG(7, 7))
	solved := 0
	for range 300 {
		d := randomCrisp(r, 4, 7)
		table, err := NewTable(d, Cutoffs{})
		if err != nil {
			t.Fatal(err)
		}
		may := make(Expression, 1+r.IntN(2))
		for n := range may {
			may[n] = make([]int, 4)
			for j := range may[n] {
				may[n][j] = r.IntN(3) - 1
			}
		}
		solve := func(o Options) (Solution, bool) {
			s, err := table.Minimize(ctx, o)
			if none := (unsolved{}); errors.As(err, &none) {
				return Solution{}, false
			}
			if err != nil {
				t.Fatal(err)
			}
			return s[0], true
		}
		guided, ok := solve(Options{Solution: Parsimonious, Assume: may})
		if !ok {
			continue
		}
		solved++
		within := func(at []int) bool {
			return slices.ContainsFunc(may, func(e []int) bool {
				for j, v := range e {
					if v >= 0 && v != at[j] {
						return false
					}
				}
				return true
			})
		}
		for _, m := range guided.Models {
			for _, n := range m.Assumptions {
				c, _ := table.configuration(n)
				if !within(ints(c)) {
					t.Fatalf("assumes %s, which is not within %v", table.Expression(n), may)
				}
			}
		}
		if con, ok := solve(Options{}); ok && con.Size < guided.Size {
			t.Fatalf("more terms (%d) than with no assumption at all (%d)", guided.Size, con.Size)
		}
		if par, ok := solve(Options{Solution: Parsimonious}); ok && par.Size > guided.Size {
			t.Fatalf("fewer terms (%d) than with every assumption (%d)", guided.Size, par.Size)
		}
		// The same by excluding, one by one, what may not be assumed.
		var exclude []uint64
		for _, n := range table.Missing(16) {
			if c, _ := table.configuration(n); !within(ints(c)) {
				exclude = append(exclude, n)
			}
		}
		other, ok := solve(Options{Solution: Parsimonious, Exclude: exclude})
		if !ok {
			t.Fatal("no solution with the rest excluded")
		}
		for i, m := range guided.Models {
			if m.Expr != other.Models[i].Expr {
				t.Fatalf("model %d is %s; with the rest excluded it is %s", i+1, m.Expr, other.Models[i].Expr)
			}
		}
	}
	if solved < 200 {
		t.Errorf("only %d tables had a solution", solved)
	}
	if _, err := (Table{}).Minimize(ctx, Options{}); err == nil {
		t.Error("an empty table was minimised")
	}
}

// Conjunctural expectations allow what has the whole conjunction, and nothing that has a part of it.
func TestTogether(t *testing.T) {
	ctx := context.Background()
	d := Data{Conditions: []string{"A", "B", "X"}, OutcomeName: "Y", Cases: []string{"a", "b", "c", "d"},
		Values: [][]float64{{0, 0, 1}, {1, 0, 1}, {0, 0, 0}, {1, 1, 0}}, Outcome: []float64{1, 1, 0, 0}}
	table, err := NewTable(d, Cutoffs{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		o    Options
		want string
		easy []uint64
	}{
		{"theory is silent", Options{}, "~B*X", []uint64{}},
		{"B alone helps", Options{Expect: [][]int{{}, {1}, {}}}, "X", []uint64{4, 8}},
		{"B helps where A is", Options{Together: [][]int{{1, 1, -1}}}, "A*X + ~B*X", []uint64{8}},
		{"B helps where X is not", Options{Together: [][]int{{-1, 1, 0}}}, "~B*X", []uint64{}},
	} {
		c.o.Solution = Intermediate
		s, err := table.Minimize(ctx, c.o)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(s[0].Easy, c.easy) {
			t.Errorf("%s: easy counterfactuals are %v, expected %v", c.name, s[0].Easy, c.easy)
		}
		if c.name != "B helps where A is" && s[0].Models[0].Expr != c.want {
			t.Errorf("%s: %s, expected %s", c.name, s[0].Models[0].Expr, c.want)
		}
	}
}

// What an enhanced analysis excludes is assumed by no model, for the outcome or for its absence.
func TestEnhanced(t *testing.T) {
	ctx := context.Background()
	r := rand.New(rand.NewPCG(3, 1))
	found := 0
	for range 100 {
		a := Analysis{Data: randomCrisp(r, 4, 7), Options: Options{Solution: Parsimonious}}
		x, err := a.Enhanced(ctx, nil, Expression{{1, 1, -1, -1}})
		if err != nil {
			t.Fatal(err)
		}
		found += len(x.Contradictory)
		seen := map[uint64]int{}
		for side, d := range []Data{a.Data, a.Data.Negate()} {
			table, err := NewTable(d, a.Cutoffs)
			if err != nil {
				t.Fatal(err)
			}
			for _, n := range x.Untenable {
				if c, _ := table.configuration(n); c[0] != 1 || c[1] != 1 {
					t.Fatalf("%s is not impossible", table.Expression(n))
				}
			}
			o := a.Options
			o.Exclude = x.All()
			s, err := table.Minimize(ctx, o)
			if none := (unsolved{}); errors.As(err, &none) {
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range s[0].Models {
				for _, n := range m.Assumptions {
					if slices.Contains(x.All(), n) {
						t.Fatalf("assumes the excluded %s", table.Expression(n))
					}
					seen[n] |= 1 << side
				}
			}
		}
	}
	if found == 0 {
		t.Error("no data had contradictory assumptions, so nothing was tested")
	}
}

func TestUsualTests(t *testing.T) {
	a := Analysis{Data: lipset(t, "lipset_fuzzy.csv")}
	set, err := a.Tests(context.Background(), a.UsualTests())
	if err != nil {
		t.Fatal(err)
	}
	if len(set.Tests) != 4 || set.Fit == nil {
		t.Fatalf("%d tests, fit %v", len(set.Tests), set.Fit)
	}
	for i, want := range []string{"consistency cut-off 0.75", "consistency cut-off 0.85", "frequency cut-off 2", "PRI cut-off 0.5"} {
		if set.Tests[i].Name != want {
			t.Errorf("test %d is %q, expected %q", i, set.Tests[i].Name, want)
		}
	}
	// A test that is the analysis itself changes nothing.
	set, err = a.Tests(context.Background(), []Cutoffs{a.Cutoffs})
	if err != nil {
		t.Fatal(err)
	}
	if f := set.Fit; f.Rank != AllRobust || f.Consistency != 1 || f.Coverage != 1 || f.Smallest != 1 || f.Typical != 1 {
		t.Errorf("the analysis tested with itself: %+v", f)
	}
}
