package qca_test

import (
	"context"
	"fmt"

	"throughline/analysis/qca"
)

func ExampleAnalysis_CutoffRanges() {
	a := qca.Analysis{Data: campaigns, Cutoffs: qca.Cutoffs{Consistency: 0.8}}
	ranges, err := a.CutoffRanges(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, r := range ranges {
		fmt.Println(r)
	}
	// Output:
	// consistency cut-off 0.8: the solution is the same above 0 up to 1, which is all that was tried
	// frequency cut-off 1: the solution is the same from 1 up to 1; above that: no solution
	// PRI cut-off 0: the solution is the same from 0 up to 1, which is all that was tried
}

func ExampleAnalysis_WithoutCases() {
	a := qca.Analysis{Data: campaigns}
	left, err := a.WithoutCases(context.Background(), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, l := range left[:4] {
		fmt.Println(l)
	}
	// Output:
	// without a the solution changes to SPLIT*~PRESS*BROAD + ~SPLIT*PRESS*BROAD
	// without b the solution changes to PRESS*BROAD
	// without c the solution changes to SPLIT*BROAD
	// without d the solution stays the same
}

func ExampleData_TestSets() {
	// SPLIT*BROAD + PRESS*BROAD, tested with SPLIT*BROAD alone.
	fit, err := campaigns.TestSets(qca.Expression{{1, -1, 1}, {-1, 1, 1}}, []qca.Expression{{{1, -1, 1}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(fit)
	for _, g := range fit.Groups[:4] {
		fmt.Println(g.Name, g.Cases)
	}
	// Output:
	// some cases of the solution are lost in a test solution; of the typical cases 67 % are robust; the robust core keeps 67 % of the coverage
	// robust typical [a b]
	// robust deviant []
	// shaky typical [c]
	// shaky deviant []
}

func ExampleAnalysis_Permute() {
	a := qca.Analysis{Data: campaigns}
	p, err := a.Permute(context.Background(), qca.PermutationOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(p.Words()[0])
	// Output:
	// of all 20 ways to distribute the outcome over the cases, 100 % give a solution at least as consistent and covering: such a solution is what data without any pattern give too
}

func ExampleTable_Diversity() {
	t, err := qca.NewTable(campaigns, qca.Cutoffs{})
	if err != nil {
		fmt.Println(err)
		return
	}
	v, err := t.Diversity(0)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, s := range v.Words() {
		fmt.Println(s)
	}
	// Output:
	// 6 of 8 possible configurations were seen in 6 cases
	// with 6 cases and 3 conditions a perfect solution proves little: 39 % of random data have one; use fewer conditions; so many cases carry 1 at most
}

func ExampleData_Evaluate() {
	// The theory says that a broad coalition and an independent press bring success.
	e, err := campaigns.Evaluate(context.Background(), qca.Expression{{-1, 1, 1}}, qca.Expression{{1, -1, 1}, {-1, 1, 1}})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, s := range e.Sets[2:] {
		fmt.Println(s.Name, "=", s.Expr)
	}
	for _, s := range e.Words() {
		fmt.Println(s)
	}
	// Output:
	// theory*solution = PRESS*BROAD
	// ~theory*solution = SPLIT*~PRESS*BROAD
	// theory*~solution = nothing
	// ~theory*~solution = ~SPLIT*~PRESS + ~BROAD
	// 2 cases are expected by the theory and found by the solution
	// one case is found by the solution though not expected by the theory, which could be widened
	// 3 cases are without the outcome, as both say
}
