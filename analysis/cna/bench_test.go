package cna

import (
	"context"
	"testing"
)

func bench(b *testing.B, d Data, o Options) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Analyze(context.Background(), d, o); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSufficient(b *testing.B) {
	bench(b, noise(40, 200), Options{Con: 0.9, Outcomes: []string{"F0"}, Last: SufficientStage})
}

func BenchmarkAtomic(b *testing.B) {
	bench(b, noise(14, 60), Options{Con: 0.85, Cov: 0.85, Outcomes: []string{"F0"}, Last: AtomicStage})
}

func BenchmarkComplex(b *testing.B) {
	dir := shared(b)
	bench(b, named(b, dir, "cna_d.irrigate.csv"), Options{Con: 0.75, Cov: 0.75}) // the reference took 2.3 s
}

func BenchmarkFuzzy(b *testing.B) {
	dir := shared(b)
	bench(b, named(b, dir, "cna_d.jobsecurity.csv"), Options{Con: 0.8, Cov: 0.8, Outcomes: []string{"JSR"}}) // the reference took 6.7 s
}

func BenchmarkMultiValue(b *testing.B) {
	dir := shared(b)
	bench(b, named(b, dir, "cna_d.pban.csv"), Options{Con: 0.93, Cov: 0.79, Ordering: [][]string{{"C", "F", "T", "V"}, {"PB"}}}) // the reference took 3.4 s
}
