package technique_test

import (
	"fmt"
	"log"

	"throughline/analysis/selection/technique"
)

// Seven campaigns: turnout goes with the breadth of the coalition, but for one.
func ExampleTable_Fit() {
	t := technique.Table{
		Cases:     []string{"a", "b", "c", "d", "e", "f", "g"},
		Outcome:   technique.Variable{Name: "turnout", Values: []float64{2, 4, 5, 4, 9, 7, 1}},
		Condition: technique.Variable{Name: "breadth", Values: []float64{1, 2, 3, 2, 3, 4, 1}},
	}
	f, err := t.Fit()
	if err != nil {
		log.Fatal(err)
	}
	deviant, err := f.Deviant()
	if err != nil {
		log.Fatal(err)
	}
	for _, r := range technique.Best(deviant, 1) {
		fmt.Printf("deviant: %s, studentised residual %.1f\n", r.Case, r.Score)
	}
	// Output: deviant: e, studentised residual 6.0
}

func ExampleSystems_Compare() {
	v := func(name string, x ...float64) technique.Variable { return technique.Variable{Name: name, Values: x} }
	s := technique.Systems{
		Cases:   []string{"A", "B", "C"},
		Outcome: v("success", 1, 1, 0),
		Clusters: []technique.Cluster{
			{Name: "movement", Conditions: []technique.Variable{v("broad", 1, 1, 0), v("led", 0, 1, 0)}},
			{Name: "state", Conditions: []technique.Variable{v("courts", 1, 0, 1), v("press", 1, 0, 1)}},
		},
	}
	c, err := s.Compare(1)
	if err != nil {
		log.Fatal(err)
	}
	for _, z := range c.Zones {
		p := z.Pairs[0]
		fmt.Println(z.Design, p.A, p.B, "differ in", p.Differ, "agree in", p.Agree)
	}
	// Output:
	// MDSO A B differ in [~led courts press] agree in [broad]
	// MSDO A C differ in [broad] agree in [~led courts press]
}
