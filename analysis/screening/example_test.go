package screening_test

import (
	"fmt"

	"throughline/analysis/screening"
)

func ExampleModel() {
	c, err := screening.NewCorpus([]screening.Text{
		{ID: "1", Title: "Mass protest and the fall of a kleptocrat"},
		{ID: "2", Title: "Wheat prices in dry years"},
		{ID: "3", Title: "Protest, boycott and the courts"},
		{ID: "4", Title: "Irrigation of wheat in the plains"},
		{ID: "5", Title: "A boycott of state firms"},
	}, screening.Stems)
	if err != nil {
		fmt.Println(err)
		return
	}
	m := screening.NewModel(c, screening.Options{})
	m.ColdStart("Which protest or boycott brings a kleptocrat down?")
	for range 3 {
		i, _ := m.Best()
		fmt.Println("read", c.ID(i))
		m.Learn(i, i != 1 && i != 3)
	}
	var left []string
	for _, i := range m.Rank(nil) {
		left = append(left, c.ID(i))
	}
	fmt.Println("left", left)
	// Output:
	// read 3
	// read 1
	// read 5
	// left [4 2]
}
