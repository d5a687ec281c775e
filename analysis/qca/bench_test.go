package qca

import (
	"context"
	"encoding/csv"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
)

// BenchmarkMinimize minimises the reference tables: the parsimonious solution with all models, or with one where the
// name says so. docs/methods/qca.md has R's times beside ours.
func BenchmarkMinimize(b *testing.B) {
	dir := filepath.Join(shared(b), "bench")
	for _, c := range []struct {
		name   string
		models Models
	}{
		{"b-k08-n0120-dnf", Minimal}, {"b-k08-n0060-rnd", Minimal}, {"b-k10-n0060-dnf", Minimal}, {"b-k12-n0120-dnf", Minimal}, {"b-k12-n0500-dnf", Minimal},
		{"b-k16-n0060-lat", Minimal}, {"b-k16-n0250-dnf", Minimal}, {"b-k16-n0250-dnf", First}, {"b-k20-n0250-dnf", First}, {"b-k20-n0250-lat", First},
		{"b-k12-n0120-rnd", First}, {"b-k12-n0120-rnd", Minimal}, {"b-k16-n0060-rnd", Minimal}, {"b-k12-n0250-rnd", First}, {"b-k16-n0250-rnd", First},
	} {
		b.Run(c.name+"/"+string(c.models), func(b *testing.B) {
			t, err := NewTable(benchData(b, filepath.Join(dir, c.name+".csv")), Cutoffs{Consistency: 1})
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				s, err := t.Minimize(context.Background(), Options{Solution: Parsimonious, Models: c.models})
				if err != nil {
					b.Fatal(err)
				}
				if s[0].Bound != s[0].Size {
					b.Fatalf("%d terms, proven are %d", s[0].Size, s[0].Bound)
				}
			}
		})
	}
}

// BenchmarkStage measures each stage of an analysis on its own, on random data of 12 conditions: 120 cases, without a
// pattern, which is the hard case for minimisation.
func BenchmarkStage(b *testing.B) {
	ctx := context.Background()
	r := rand.New(rand.NewPCG(61, 67))
	fuzzy := randomFuzzy(r, 12, 120)
	d := randomCrisp(r, 12, 120)
	t, err := NewTable(d, Cutoffs{})
	if err != nil {
		b.Fatal(err)
	}
	m, err := t.minimizer(ctx, Options{Solution: Parsimonious})
	if err != nil {
		b.Fatal(err)
	}
	cubes, err := primes(ctx, m.positive, m.avoid(Parsimonious), maxImplicants)
	if err != nil {
		b.Fatal(err)
	}
	c := chart{rows: len(m.positive)}
	for _, p := range cubes {
		rows := newBitset(c.rows)
		for i, q := range m.positive {
			if p.has(q) {
				rows.add(i)
			}
		}
		c.columns = append(c.columns, rows)
	}
	work := DefaultWork
	found, err := c.smallest(ctx, true, 1, &work)
	if err != nil {
		b.Fatal(err)
	}
	small := randomCrisp(r, 5, 30)
	for i, row := range small.Values {
		small.Outcome[i] = max(row[0]*row[1], row[2])
	}
	raw := make([]float64, 1000)
	for i := range raw {
		raw[i] = 100 * r.Float64()
	}
	for _, stage := range []struct {
		name string
		do   func() error
	}{
		{"calibrate", func() error { // 1,000 raw values
			for _, x := range raw {
				if _, err := Fuzzy(x, Anchors{Exclusion: 20, Crossover: 45, Inclusion: 80}); err != nil {
					return err
				}
			}
			return nil
		}},
		{"table", func() error { _, err := NewTable(fuzzy, Cutoffs{}); return err }},
		{"implicants", func() error {
			_, err := primes(ctx, m.positive, m.avoid(Parsimonious), maxImplicants)
			return err
		}},
		{"cover/first", func() error { work := DefaultWork; _, err := c.smallest(ctx, true, 1, &work); return err }},
		{"cover/all", func() error { work := DefaultWork; _, err := c.smallest(ctx, false, 2000, &work); return err }},
		{"fit", func() error {
			clear(m.xs) // what the fit of another model would have left behind
			m.model(found.models[0], cubes)
			return nil
		}},
		{"robustness", func() error { // 5 conditions, 30 cases
			_, err := Analysis{Data: small, Options: Options{Solution: Parsimonious}}.Robustness(ctx, PermutationOptions{Runs: 1000})
			return err
		}},
	} {
		b.Run(stage.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := stage.do(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func benchData(b *testing.B, file string) Data {
	b.Helper()
	f, err := os.Open(file)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		b.Fatal(err)
	}
	y := slices.Index(rows[0], "OUT1")
	d := Data{OutcomeName: "OUT1", Conditions: rows[0][1:y]}
	for _, row := range rows[1:] {
		var xs []float64
		for _, cell := range row[1 : y+1] {
			x, err := strconv.ParseFloat(cell, 64)
			if err != nil {
				b.Fatal(err)
			}
			xs = append(xs, x)
		}
		d.Cases = append(d.Cases, row[0])
		d.Values = append(d.Values, xs[:y-1])
		d.Outcome = append(d.Outcome, xs[y-1])
	}
	return d
}
