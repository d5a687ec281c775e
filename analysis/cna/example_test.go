package cna_test

import (
	"context"
	"fmt"

	"throughline/analysis/cna"
)

// The artificial data on education by which Baumgartner (2009) introduced the
// method: strong unions (U), disparity (D), strong left parties (L), high GNP
// (G) and high education (E).
var education = cna.Data{
	Cases:   []string{"1", "2", "3", "4", "5", "6", "7", "8"},
	Factors: []string{"U", "D", "L", "G", "E"},
	Values: [][]float64{
		{1, 1, 1, 1, 1}, {1, 1, 1, 0, 1}, {1, 0, 1, 1, 1}, {1, 0, 1, 0, 1},
		{0, 1, 1, 1, 1}, {0, 1, 1, 0, 1}, {0, 0, 0, 1, 1}, {0, 0, 0, 0, 0},
	},
}

// Two structures explain the data equally well: a chain over L, and a common
// cause. The data do not choose.
func ExampleAnalyze() {
	r, err := cna.Analyze(context.Background(), education, cna.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, s := range r.Complex {
		fmt.Printf("%s  consistency %.2f, coverage %.2f\n", s.Formula, s.Consistency, s.Coverage)
	}
	// Output:
	// (U + D <-> L)*(L + G <-> E)  consistency 1.00, coverage 1.00
	// (U + D <-> L)*(U + D + G <-> E)  consistency 1.00, coverage 1.00
}

// Knowing what comes first rules structures out.
func ExampleOptions() {
	ordering, err := cna.ParseOrdering("U, D, G < E < L")
	if err != nil {
		fmt.Println(err)
		return
	}
	r, err := cna.Analyze(context.Background(), education, cna.Options{Ordering: ordering})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, s := range r.Atomic {
		fmt.Println(s.Formula)
	}
	// Output:
	// U + D <-> L
	// U + D + G <-> E
}
