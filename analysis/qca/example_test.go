package qca_test

import (
	"context"
	"fmt"

	"throughline/analysis/qca"
)

// Six campaigns, each with or without an elite split (SPLIT), an independent
// press (PRESS) and a broad coalition (BROAD).
var campaigns = qca.Data{
	Cases:      []string{"a", "b", "c", "d", "e", "f"},
	Conditions: []string{"SPLIT", "PRESS", "BROAD"},
	Values:     [][]float64{{1, 1, 1}, {1, 0, 1}, {0, 1, 1}, {0, 0, 1}, {1, 1, 0}, {0, 0, 0}},
	Outcome:    []float64{1, 1, 1, 0, 0, 0}, OutcomeName: "SUCCESS",
}

func ExampleNewTable() {
	t, err := qca.NewTable(campaigns, qca.Cutoffs{Consistency: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, r := range t.Rows {
		fmt.Println(r)
	}
	fmt.Println("remainders:", t.Remainders)
	// Output:
	// 000 0 n=1 consistency=0.000 PRI=0.000 [f]
	// 001 0 n=1 consistency=0.000 PRI=0.000 [d]
	// 011 1 n=1 consistency=1.000 PRI=1.000 [c]
	// 101 1 n=1 consistency=1.000 PRI=1.000 [b]
	// 110 0 n=1 consistency=0.000 PRI=0.000 [e]
	// 111 1 n=1 consistency=1.000 PRI=1.000 [a]
	// remainders: 2
}

func ExampleTable_Minimize() {
	t, err := qca.NewTable(campaigns, qca.Cutoffs{Consistency: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	solutions, err := t.Minimize(context.Background(), qca.Options{Solution: qca.Conservative})
	if err != nil {
		fmt.Println(err)
		return
	}
	s := solutions[0]
	for _, m := range s.Models {
		fit := m.Fit.Solution
		fmt.Printf("%s -> %s (consistency %.2f, coverage %.2f)\n", m.Expr, s.Outcome, fit.Consistency, fit.Coverage)
		for i, term := range m.Terms {
			fmt.Println(s.PrimeImplicants[term].Expr, m.Fit.Terms[i].Cases)
		}
	}
	// Output:
	// SPLIT*BROAD + PRESS*BROAD -> SUCCESS (consistency 1.00, coverage 1.00)
	// SPLIT*BROAD [a b]
	// PRESS*BROAD [a c]
}

func ExampleFuzzy() {
	// Income per head: fully out of "developed" at 400, fully in at 900.
	for _, raw := range []float64{400, 550, 720, 900} {
		m, err := qca.Fuzzy(raw, qca.Anchors{Exclusion: 400, Crossover: 550, Inclusion: 900})
		fmt.Printf("%v %.2f %v\n", raw, m, err)
	}
	// Output:
	// 400 0.05 <nil>
	// 550 0.50 <nil>
	// 720 0.81 <nil>
	// 900 0.95 <nil>
}
