package qca

import (
	"context"
	"encoding/csv"
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
