package boolean_test

import (
	"fmt"

	"throughline/analysis/qca/boolean"
)

// The solution for the survival of democracy between the wars (Lipset's
// conditions: developed, urban, literate, industrial, stable) in Rihoux and
// Ragin (2009), with crisp sets.
var survival, _ = boolean.Parse("DEV*~URB*LIT*STB + DEV*LIT*IND*STB", nil)

func ExampleParse() {
	e, err := boolean.Parse("STB*DEV + ~(URB + LIT)", nil)
	fmt.Println(e, err)
	_, err = boolean.Parse("DEV*(URB + ", nil)
	fmt.Println(err)
	_, err = boolean.Parse("GNP{3}", []boolean.Condition{{Name: "GNP", Levels: 3}})
	fmt.Println(err)
	// Output:
	// DEV*STB + ~(LIT + URB) <nil>
	// 1:12: expected a condition, "~" or "(", found the end
	// 1:5: "GNP" has no level 3: its levels are 0 to 2
}

func ExampleNotation() {
	e, err := boolean.Notation{SmallIsAbsent: true}.Parse("A*b + aC", []boolean.Condition{{Name: "A"}, {Name: "B"}, {Name: "C"}})
	fmt.Println(e, err)
	// Output: ~A*C + A*~B <nil>
}

func ExampleExpr_Simplify() {
	e, err := boolean.Parse("~B*D*E + A*B + ~A*~B*D + ~B*F", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	forms, err := e.Simplify()
	for _, f := range forms {
		fmt.Println(f, err)
	}
	// Output:
	// A*B + ~B*F + ~A*~B*D + A*D*E <nil>
	// A*B + ~B*F + ~A*~B*D + ~B*D*E <nil>
}

func ExampleExpr_Negate() {
	forms, err := survival.Negate()
	fmt.Println(forms, err)
	// Output: [~DEV + ~LIT + ~STB + ~IND*URB] <nil>
}

func ExampleExpr_Factor() {
	forms, err := survival.Factor()
	fmt.Println(forms, err)
	// Output: [DEV*LIT*STB*(IND + ~URB)] <nil>
}

func ExampleExpr_Evaluate() {
	e, err := boolean.Parse("DEV*~IND + STB", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(e.Conditions())
	ms, err := e.Evaluate([][]float64{{0.8, 0.3, 0.4}, {0.2, 0.9, 0.1}})
	fmt.Println(ms, err)
	// Output:
	// [{DEV 2} {IND 2} {STB 2}]
	// [0.7 0.1] <nil>
}

func ExampleImplies() {
	theory, err := boolean.Parse("DEV*STB", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(boolean.Implies(survival, theory))
	fmt.Println(boolean.Implies(theory, survival))
	// Output:
	// true <nil>
	// false <nil>
}
