package qca

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The exact share must be what counting all data sets gives.
func TestPerfectByChance(t *testing.T) {
	for _, tt := range []struct {
		n      int
		levels []int
	}{{0, []int{2}}, {1, []int{2, 2}}, {3, []int{2}}, {4, []int{2, 2}}, {5, []int{2, 2}}, {4, []int{3}}, {3, []int{2, 3}}} {
		rows := 1
		for _, l := range tt.levels {
			rows *= l
		}
		rows *= 2
		total, free := 0, 0
		at := make([]int, tt.n)
		for {
			seen := map[int]int{}
			ok := true
			for _, v := range at {
				if y, had := seen[v/2]; had && y != v%2 {
					ok = false
				}
				seen[v/2] = v % 2
			}
			total++
			if ok {
				free++
			}
			i := 0
			for i < tt.n {
				if at[i]++; at[i] < rows {
					break
				}
				at[i] = 0
				i++
			}
			if i == tt.n {
				break
			}
		}
		got, err := PerfectByChance(tt.n, even(tt.levels), 0.5)
		if err != nil {
			t.Fatal(err)
		}
		near(t, fmt.Sprint(tt), got, float64(free)/float64(total))
	}
	// With uneven margins, by drawing.
	margins := [][]float64{{0.3, 0.7}, {0.2, 0.5, 0.3}, {0.9, 0.1}}
	want, err := PerfectByChance(9, margins, 0.4)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(7, 8))
	const runs = 200_000
	free := 0
	for range runs {
		var seen [12]int
		ok := true
		for range 9 {
			row := 0
			for _, m := range margins {
				x, v := r.Float64(), 0
				for x -= m[0]; x > 0 && v < len(m)-1; x -= m[v] {
					v++
				}
				row = row*len(m) + v
			}
			y := 1
			if r.Float64() < 0.4 {
				y = 2
			}
			ok = ok && seen[row]|y != 3
			seen[row] |= y
		}
		if ok {
			free++
		}
	}
	if got := float64(free) / runs; math.Abs(got-want) > 5*math.Sqrt(want*(1-want)/runs) {
		t.Errorf("drawn %v, computed %v", got, want)
	}
}

func TestPerfectByChanceErrors(t *testing.T) {
	for _, err := range []error{
		func() error { _, err := PerfectByChance(-1, nil, 0.5); return err }(),
		func() error { _, err := PerfectByChance(mostRandom+1, nil, 0.5); return err }(),
		func() error { _, err := PerfectByChance(5, nil, math.NaN()); return err }(),
		func() error { _, err := PerfectByChance(5, [][]float64{{0.5, 0.6}}, 0.5); return err }(),
		func() error { _, err := PerfectByChance(5, [][]float64{{-0.5, 1.5}}, 0.5); return err }(),
	} {
		if err == nil {
			t.Error("no error")
		}
	}
}

// randomCrisp makes distinct or repeated configurations with any outcome.
func randomCrisp(r *rand.Rand, k, n int) Data {
	d := Data{OutcomeName: "Y"}
	for j := range k {
		d.Conditions = append(d.Conditions, string(rune('A'+j)))
	}
	for i := range n {
		d.Cases = append(d.Cases, fmt.Sprintf("c%d", i+1))
		row := make([]float64, k)
		for j := range row {
			row[j] = float64(r.IntN(2))
		}
		d.Values = append(d.Values, row)
		d.Outcome = append(d.Outcome, float64(r.IntN(2)))
	}
	return d
}

// Of crisp data, the shuffles with a perfect solution are those in which the cases with the outcome fill whole
// configurations: as many as there are ways to choose configurations with so many cases.
func TestPermuteCounts(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	checked := 0
	for checked < 20 {
		d := randomCrisp(r, 3, 8)
		table, err := NewTable(d, Cutoffs{Consistency: 1})
		if err != nil {
			t.Fatal(err)
		}
		a := Analysis{Data: d, Cutoffs: Cutoffs{Consistency: 1}}
		ones := 0
		for _, y := range d.Outcome {
			ones += int(y)
		}
		free := !slices.ContainsFunc(table.Rows, func(r Row) bool { return r.Mixed })
		if !free || ones == 0 || ones == 8 {
			continue
		}
		checked++
		got, err := a.Permute(context.Background(), PermutationOptions{})
		if err != nil {
			t.Fatal(err)
		}
		ways := make([]int, 9)
		ways[0] = 1
		for _, row := range table.Rows {
			for n := 8; n >= row.N; n-- {
				ways[n] += ways[n-row.N]
			}
		}
		if !got.Exact || got.AsGood != ways[ones] {
			t.Errorf("%d of %d as good (exact %v), want %d", got.AsGood, got.Runs, got.Exact, ways[ones])
		}
	}
}

func TestPermuteRepeats(t *testing.T) {
	d := randomFuzzy(rand.New(rand.NewPCG(11, 12)), 3, 15)
	a := Analysis{Data: d, Cutoffs: Cutoffs{Consistency: 0.8}, Options: Options{Solution: Parsimonious}}
	var last Permutation
	for i, procs := range []int{1, 2} {
		old := runtime.GOMAXPROCS(procs)
		p, err := a.Permute(context.Background(), PermutationOptions{Runs: 600, Seed: 5})
		runtime.GOMAXPROCS(old)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(last, p); i > 0 && diff != "" {
			t.Errorf("another result on other processors:\n%s", diff)
		}
		last = p
	}
	if last.Exact || last.Share <= 0 || last.Share > 1 || len(last.Words()) == 0 {
		t.Errorf("%+v", last)
	}
}

func TestDiversityWords(t *testing.T) {
	d := randomCrisp(rand.New(rand.NewPCG(13, 14)), 7, 7)
	table, err := NewTable(d, Cutoffs{})
	if err != nil {
		t.Fatal(err)
	}
	v, err := table.Diversity(0)
	if err != nil {
		t.Fatal(err)
	}
	words := strings.Join(v.Words(), "\n")
	if !strings.Contains(words, "with 7 cases and 7 conditions almost any data give a perfect solution") {
		t.Error(words)
	}
	if !slices.IsSorted(v.Table) {
		t.Errorf("more conditions must not make a contradiction likelier: %v", v.Table)
	}
	t.Log(v.Table, v.Words())
}

func BenchmarkPermute7x7(b *testing.B) {
	r := rand.New(rand.NewPCG(15, 16))
	d := randomCrisp(r, 7, 7)
	for i := range d.Outcome { // fuzzy scores, so that no two shuffles are alike
		d.Outcome[i] = []float64{0.05, 0.9, 0.2, 0.8, 0.35, 0.7, 1}[i]
		for j := range d.Values[i] {
			d.Values[i][j] = 0.1 + 0.7*d.Values[i][j] + 0.01*float64(i)
		}
	}
	for _, bb := range []struct {
		name string
		p    PermutationOptions
	}{{"all", PermutationOptions{}}, {"drawn", PermutationOptions{Runs: 5000}}} {
		b.Run(bb.name, func(b *testing.B) {
			a := Analysis{Data: d, Cutoffs: Cutoffs{Consistency: 0.75}, Options: Options{Solution: Parsimonious}}
			b.ReportAllocs()
			for b.Loop() {
				p, err := a.Permute(context.Background(), bb.p)
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(p.Runs), "shuffles")
			}
		})
	}
}

func BenchmarkSweep8x30(b *testing.B) {
	for _, kind := range []Kind{Conservative, Parsimonious} {
		b.Run(string(kind), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				s := NewSweep(Options{Solution: kind})
				_, err := s.Each(context.Background(), 10_000, func(i int) (Table, error) {
					r := rand.New(rand.NewPCG(1, uint64(i)))
					d := randomCrisp(r, 8, 30)
					for i, row := range d.Values { // an expression with some noise, as in a study
						d.Outcome[i] = max(row[0]*row[1], row[2]*(1-row[3]))
						if r.IntN(10) == 0 {
							d.Outcome[i] = 1 - d.Outcome[i]
						}
					}
					return NewTable(d, Cutoffs{})
				}, nil)
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(s.misses), "minimised")
			}
		})
	}
}

// Drawn shuffles must be as likely as they should be: of four values each of the 24 orders, and with drawing the share must
// come near the exact one.
func TestDraws(t *testing.T) {
	r := newDraws(1, 2)
	counts := map[string]int{}
	const runs = 48_000
	for range runs {
		x := []float64{1, 2, 3, 4}
		r.shuffle(x)
		counts[fmt.Sprint(x)]++
	}
	chi := 0.0
	for _, n := range counts {
		chi += float64((n-runs/24)*(n-runs/24)) / (runs / 24)
	}
	if len(counts) != 24 || chi > 50 { // 23 degrees of freedom: 49.7 is exceeded once in a thousand
		t.Errorf("%d orders, chi-square %.1f", len(counts), chi)
	}
	d := randomFuzzy(rand.New(rand.NewPCG(21, 22)), 3, 7)
	a := Analysis{Data: d, Cutoffs: Cutoffs{Consistency: 0.75}}
	exact, err := a.Permute(context.Background(), PermutationOptions{})
	if err != nil {
		t.Fatal(err)
	}
	drawn, err := a.Permute(context.Background(), PermutationOptions{Runs: exact.Runs - 1, Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	if !exact.Exact || drawn.Exact || math.Abs(exact.Share-drawn.Share) > 0.05 {
		t.Errorf("exact %v (%d), drawn %v (%d)", exact.Share, exact.Runs, drawn.Share, drawn.Runs)
	}
}
