package selection

import (
	"context"
	"encoding/csv"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// random is splitmix64: the same numbers each time.
type random uint64

func (r *random) next(n int) int {
	*r += 0x9e3779b97f4a7c15
	z := uint64(*r)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return int((z ^ z>>31) % uint64(n))
}

func (r *random) real() float64 { return float64(r.next(1<<30)) / (1 << 30) }

// universe makes a random question.
func universe(r *random, n int) Question {
	q := Question{K: 1 + r.next(4), Coverage: []Coverage{Lex, Even, Off}[r.next(3)], Objective: []Objective{All, MaxMin, MaxSum}[r.next(3)],
		Attributes: []Attribute{{Name: "x", Kind: Numeric, High: 1}, {Name: "y", Kind: Numeric}, {Name: "n", Kind: Nominal, Weight: 2}, {Name: "s", Kind: Set}}}
	regions, regimes, lands := 1+r.next(4), 1+r.next(3), 1+r.next(n)
	coarse := r.next(2) == 0
	missing := r.next(3) == 0
	judged := r.next(2) == 0
	name := func(prefix string, n int) string {
		if r.next(12) == 0 {
			return ""
		}
		return fmt.Sprint(prefix, r.next(n))
	}
	for i := range n {
		c := Candidate{ID: fmt.Sprintf("c%02d", i), Country: fmt.Sprint("L", r.next(lands)), Region: name("R", regions), Regime: name("G", regimes),
			Outcome: []Outcome{Success, Partial, Failure, Unknown}[r.next(4)], Cost: float64(r.next(4))}
		if judged {
			c.Feasibility = float64(1+r.next(4)) / 4
		}
		if r.next(10) == 0 {
			c.Barred = "no access"
		}
		x, y := r.real(), r.real()
		if coarse {
			x, y = math.Round(x*3)/3, math.Round(y*2)
		}
		c.Values = []Value{{Known: !missing || r.next(4) > 0, Number: x}, {Known: !missing || r.next(4) > 0, Number: y}, {Known: true, Text: fmt.Sprint(r.next(3))}, {Known: true, Set: []string{fmt.Sprint(r.next(3)), fmt.Sprint(r.next(3))}}}
		q.Candidates = append(q.Candidates, c)
	}
	q.MaxPerCountry = r.next(3)
	if r.next(2) == 0 {
		q.MinSuccess, q.MinFailure = r.next(q.K/2+1), r.next(q.K/2+1)
		q.PartialFails = r.next(2) == 0
	}
	if r.next(3) == 0 {
		q.In = []string{fmt.Sprintf("c%02d", r.next(n))}
	}
	if r.next(3) == 0 {
		if id := fmt.Sprintf("c%02d", r.next(n)); !slices.Contains(q.In, id) {
			q.Out = []string{id}
		}
	}
	if r.next(3) == 0 {
		u := Quota{Name: "led by business", Low: r.next(2), High: 1 + r.next(2)}
		for i := range n {
			if r.next(3) == 0 {
				u.IDs = append(u.IDs, fmt.Sprintf("c%02d", i))
			}
		}
		q.Quotas = []Quota{u}
	}
	if r.next(4) == 0 {
		q.Budget = float64(1 + r.next(6))
	}
	return q
}

// brute gives the levels of the best of all subsets, or nil when none keeps the limits.
func brute(q Question) []float64 {
	p := newProblem(q)
	var best []float64
	var who []int
	var try func(from int)
	try = func(from int) {
		if len(who) == q.K {
			if !slices.Equal(p.fixed, slices.DeleteFunc(slices.Clone(who), func(i int) bool { return !slices.Contains(p.fixed, i) })) || !p.allowed(who, free) {
				return
			}
			if v := values(p, who); best == nil || compare(v, best) > 0 {
				best = v
			}
			return
		}
		for i := from; i < len(p.c); i++ {
			who = append(who, i)
			try(i + 1)
			who = who[:len(who)-1]
		}
	}
	try(0)
	return best
}

// values are the levels of a choice, larger being better.
func values(p *problem, who []int) []float64 {
	q := p.q
	s := p.begin()
	least := math.Inf(1)
	for _, i := range who {
		s.add(i)
		least = min(least, p.access[i])
	}
	v := []float64{}
	if q.Coverage == Lex {
		v = append(v, float64(s.regions+s.regimes), float64(s.cells), -s.evenness())
	}
	if q.Objective == All && p.judged() {
		v = append(v, least, s.fit)
	}
	if q.K > 1 {
		if q.Objective != MaxSum {
			v = append(v, p.smallest(who))
		}
		v = append(v, p.sum(who))
	}
	return v
}

func compare(a, b []float64) int {
	for i := range a {
		if d := a[i] - b[i]; math.Abs(d) > 1e-6 {
			if d > 0 {
				return 1
			}
			return -1
		}
	}
	return 0
}

// Whatever the question, the answer is the best of all subsets at each level, is proven, and keeps the limits; there is an
// error exactly when no subset keeps them; and the order of the candidates makes no difference.
func TestSolveAgainstAllSubsets(t *testing.T) {
	r := random(1)
	answered, refused := 0, 0
	for round := range 4000 {
		q := universe(&r, 3+r.next(8))
		if q.check() != nil {
			continue
		}
		want := brute(q)
		a, err := Solve(context.Background(), q)
		if (err == nil) != (want != nil) {
			t.Fatalf("round %d: %v, but the best of all subsets is %v: %+v", round, err, want, q)
		}
		if err != nil {
			refused++
			continue
		}
		answered++
		p := newProblem(q)
		var who []int
		for i, c := range p.c {
			if slices.Contains(a.Selected, c.ID) {
				who = append(who, i)
			}
		}
		if !a.Proven || !p.allowed(who, free) || compare(values(p, who), want) != 0 {
			t.Fatalf("round %d: %+v has %v; the best of all subsets has %v: %+v", round, a, values(p, who), want, q)
		}
		slices.Reverse(q.Candidates)
		if b, err := Solve(context.Background(), q); err != nil || !slices.Equal(a.Selected, b.Selected) {
			t.Fatalf("round %d: in another order %v instead of %v, %v", round, b.Selected, a.Selected, err)
		}
	}
	if answered < 1000 || refused < 300 {
		t.Errorf("%d answered, %d refused", answered, refused)
	}
}

// shared opens a file that lies beside the repository.
func shared(t testing.TB, name string) [][]string {
	t.Helper()
	f, err := os.Open(filepath.Join("..", "..", "..", "shared", "data", "context", name))
	if err != nil {
		t.Skipf("skipped: the shared data are not here: %v", err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// benchmark is the question of selection_benchmark_candidates.csv.
func benchmark(t testing.TB) Question {
	rows := shared(t, "selection_benchmark_candidates.csv")
	q := Question{Attributes: []Attribute{{Name: "region", Kind: Nominal}, {Name: "row_code", Kind: Numeric, High: 3}, {Name: "outcome", Kind: Numeric, High: 1},
		{Name: "year", Kind: Numeric, High: 1}, {Name: "polyarchy", Kind: Numeric, High: 1}, {Name: "civil", Kind: Numeric, High: 1}, {Name: "integrity", Kind: Numeric, High: 1}}}
	for _, r := range rows[1:] {
		c := Candidate{ID: r[0], Country: r[1], Region: r[2], Regime: r[3], Outcome: map[string]Outcome{"1": Success, "0": Failure, "0.5": Partial, "1.0": Success, "0.0": Failure}[r[4]], Values: []Value{{Known: true, Text: r[2]}}}
		for _, x := range r[3:] {
			v, err := strconv.ParseFloat(x, 64)
			if err != nil {
				t.Fatal(err)
			}
			c.Values = append(c.Values, Value{Known: true, Number: v})
		}
		q.Candidates = append(q.Candidates, c)
	}
	return q
}

// The optima of the shared benchmark, each proven.
func TestBenchmarkOptima(t *testing.T) {
	q := benchmark(t)
	for _, r := range shared(t, "selection_benchmark_expected.csv")[1:] {
		k, _ := strconv.Atoi(r[0])
		q.K, q.Coverage, q.MaxPerCountry, q.MinSuccess, q.MinFailure = k, Off, 0, 0, 0
		if r[1] == "1" {
			q.Coverage, q.MaxPerCountry, q.MinSuccess, q.MinFailure = Even, 1, Third(k), Third(k)
		}
		near := func(what, want string, got float64) {
			if w, err := strconv.ParseFloat(want, 64); err == nil && math.Abs(w-got) > 6e-5 {
				t.Errorf("k=%d, coverage %s: %s is %.5f, expected %s", k, r[1], what, got, want)
			}
		}
		start := time.Now()
		q.Objective = MaxMin
		a, err := Solve(context.Background(), q)
		if err != nil || !a.Proven {
			t.Errorf("k=%d, coverage %s: %+v, %v", k, r[1], a, err)
			continue
		}
		far := time.Since(start)
		near("the smallest distance", r[3], a.Value)
		sum, _ := a.Level(LevelSum)
		near("the sum at it", r[4], sum.Value)
		if k == 10 && testing.Short() {
			continue
		}
		start = time.Now()
		q.Objective = MaxSum
		a, err = Solve(context.Background(), q)
		if err != nil || !a.Proven {
			t.Errorf("k=%d, coverage %s: %+v, %v", k, r[1], a, err)
			continue
		}
		near("the sum", r[2], a.Value)
		t.Logf("k=%d, coverage %s: smallest distance in %v, sum %.5f in %v", k, r[1], far, a.Value, time.Since(start))
	}
}

// What is said of alternates, of those not chosen, and of the next best agrees with all subsets.
func TestAfterwards(t *testing.T) {
	r := random(7)
	ctx := context.Background()
	checked := 0
	for range 600 {
		q := universe(&r, 4+r.next(5))
		if q.check() != nil {
			continue
		}
		a, err := Solve(ctx, q)
		if err != nil {
			continue
		}
		checked++
		alternates, err := Alternates(ctx, q, a)
		if err != nil || len(alternates) != len(a.Selected) {
			t.Fatalf("%v, %v", alternates, err)
		}
		for _, x := range alternates {
			again := q
			again.Out = append(slices.Clone(q.Out), x.For)
			again.In = without(q.In, x.For)
			if (x.Instead == "") != (brute(again) == nil) {
				t.Fatalf("%+v: %+v", x, q)
			}
			if x.Instead != "" && (slices.Contains(x.Choice, x.For) || !slices.Contains(x.Choice, x.Instead)) {
				t.Fatalf("%+v", x)
			}
		}
		for _, c := range q.Candidates {
			if slices.Contains(a.Selected, c.ID) {
				continue
			}
			why, err := WhyNot(ctx, q, a, c.ID)
			if err != nil || (why.Rule == "") == (why.Cost == "") {
				t.Fatalf("%+v, %v", why, err)
			}
			forced := q
			forced.In = append(slices.Clone(q.In), c.ID)
			if c.Barred == "" && !slices.Contains(q.Out, c.ID) && (why.Rule == "") != (brute(forced) != nil) {
				t.Fatalf("%+v: %+v", why, forced)
			}
		}
		next, err := Next(ctx, q, a, 3)
		if err != nil {
			t.Fatal(err)
		}
		last := a
		for _, b := range next {
			if slices.Equal(a.Selected, b.Selected) || !b.Proven {
				t.Fatalf("%+v after %+v", b, a)
			}
			for i := range b.Levels { // no better than the one before at the first level that differs
				x, y := last.Levels[i].Value, b.Levels[i].Value
				if b.Levels[i].Name == LevelEvenness {
					x, y = -x, -y
				}
				if math.Abs(x-y) > 1e-6 {
					if y > x {
						t.Fatalf("%+v is better than %+v", b, last)
					}
					break
				}
			}
			last = b
		}
	}
	if checked < 100 {
		t.Errorf("only %d checked", checked)
	}
}

// Mistakes are told in words, all at once.
func TestMistakes(t *testing.T) {
	c := func(id, land, region, regime string, o Outcome) Candidate {
		return Candidate{ID: id, Country: land, Region: region, Regime: regime, Outcome: o}
	}
	four := []Candidate{c("a", "A", "North", "autocracy", Success), c("b", "B", "North", "autocracy", Failure), c("c", "C", "South", "democracy", Failure), c("d", "C", "South", "democracy", Failure)}
	for _, tc := range []struct {
		q    Question
		want string
	}{
		{Question{}, "ask for at least 1"},
		{Question{K: 1}, "there are no candidates"},
		{Question{K: 5, Candidates: four}, "only 4 cases in your universe can be chosen; 5 are asked for"},
		{Question{K: 4, MaxPerCountry: 1, Candidates: four}, "with at most 1 case per country only 3 can be chosen"},
		{Question{K: 3, MinSuccess: 2, Candidates: four}, "only 1 success in your universe can be chosen; 2 are asked for"},
		{Question{K: 2, In: []string{"x"}, Candidates: four}, `"x" is fixed in advance but is not among`},
		{Question{K: 2, In: []string{"a"}, Out: []string{"a"}, Candidates: four}, "decide for one"},
		{Question{K: 2, Candidates: append(four, four[0])}, `the id "a" is that of candidates 1 and 5`},
		{Question{K: 1, MinSuccess: 1, In: []string{"b"}, Candidates: four}, "these limits cannot hold together: at least 1 success; the case b fixed in advance"},
		{Question{K: 2, Coverage: Even, MinSuccess: 1, Candidates: []Candidate{c("a", "A", "North", "autocracy", Success), c("b", "B", "South", "autocracy", Failure), c("d", "D", "North", "democracy", Failure)}}, "no democracy in South"},
		{Question{K: 2, Quotas: []Quota{{Name: "led by business", IDs: []string{"a"}, Low: 2}}, Candidates: four}, "only 1 of “led by business” in your universe can be chosen; 2 are asked for"},
		{Question{K: 2, MinSuccess: -1, Candidates: four}, "below zero"},
	} {
		_, err := Solve(context.Background(), tc.q)
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%+v\ngives %v\nexpected %q", tc.q, err, tc.want)
		}
	}
}

// When time is up, what was found is returned with a bound that holds.
func TestOutOfTime(t *testing.T) {
	r := random(3)
	q := Question{K: 8, Objective: MaxMin, Coverage: Off, Attributes: []Attribute{{Name: "x", Kind: Numeric, High: 1}, {Name: "y", Kind: Numeric, High: 1}, {Name: "z", Kind: Numeric, High: 1}}}
	for i := range 250 {
		q.Candidates = append(q.Candidates, Candidate{ID: fmt.Sprint(i), Values: []Value{{Known: true, Number: r.real()}, {Known: true, Number: r.real()}, {Known: true, Number: r.real()}}})
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	a, err := Solve(ctx, q)
	if err != nil {
		t.Fatal(err)
	}
	if a.Proven || a.Bound < a.Value || len(a.Selected) != 8 {
		t.Errorf("%+v", a)
	}
	whole, err := Solve(context.Background(), q)
	if err != nil || !whole.Proven || whole.Value > a.Bound+proofEps || whole.Value < a.Value-proofEps {
		t.Errorf("%+v, then %+v, %v", a, whole, err)
	}
}
