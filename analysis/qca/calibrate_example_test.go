package qca_test

import (
	"fmt"

	"throughline/analysis/qca"
)

// Income per head in Lipset's study, Europe between the wars (Rihoux and Ragin
// 2009).
var income = []float64{720, 1098, 586, 468, 590, 983, 795, 390, 424, 662, 517, 1008, 350, 320, 331, 367, 897, 1038}

func ExampleCurve_Membership() {
	a := qca.Anchors{Exclusion: 350, Crossover: 600, Inclusion: 1000}
	for _, c := range []qca.Curve{{}, {Degree: 0.99}, {Linear: true}, {Linear: true, Above: 2}} {
		m, err := c.Membership(720, a)
		fmt.Printf("%.3f %v\n", m, err)
	}
	// Output:
	// 0.708 <nil>
	// 0.799 <nil>
	// 0.650 <nil>
	// 0.755 <nil>
}

func ExampleCurve_MembershipIn() {
	middling := qca.Bell{
		Low:  qca.Anchors{Exclusion: 350, Crossover: 450, Inclusion: 550},
		High: qca.Anchors{Exclusion: 1000, Crossover: 850, Inclusion: 700},
	}
	for _, raw := range []float64{340, 468, 590, 983} {
		m, err := qca.Curve{Linear: true}.MembershipIn(raw, middling)
		fmt.Printf("%.2f %v\n", m, err)
	}
	// Output:
	// 0.00 <nil>
	// 0.59 <nil>
	// 1.00 <nil>
	// 0.06 <nil>
}

func ExampleGaps() {
	fmt.Println(qca.Gaps(income, 2))
	// Output: [626 940] <nil>
}

func ExampleIndirect() {
	ms, err := qca.Indirect(income, []float64{350, 500, 650, 800})
	fmt.Printf("%.2f %v\n", ms[:5], err)
	// Output: [0.72 1.00 0.52 0.39 0.53] <nil>
}

func ExampleTotallyFuzzy() {
	ms, err := qca.TotallyFuzzy([]float64{1, 2, 2, 3, 5})
	fmt.Println(ms, err)
	// Output: [0 0.5 0.5 0.75 1] <nil>
}

func ExampleWords_Membership() {
	m, err := qca.SixWords.Membership("more or less in")
	fmt.Println(m, err)
	// Output: 0.6 <nil>
}

func ExampleSpread_Warnings() {
	s, err := qca.NewSpread([]float64{0.9, 0.8, 0.95, 0.5, 0.7, 0.9, 1, 0.85, 0.9, 0.8, 0.1, 0.2})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, w := range s.Warnings([]string{"A", "B", "C", "D"}) {
		fmt.Println(w)
	}
	// Output:
	// a membership of exactly 0.5 says neither in nor out, and such cases are in no row of the truth table: decide from the evidence for D
}
