package selection_test

import (
	"fmt"

	"throughline/analysis/selection"
)

func ExampleGreedy() {
	choice, err := selection.Greedy([]selection.Candidate{
		{ID: "ARM-2018", Country: "ARM", Region: "Western Asia", Regime: "electoral autocracy", Success: true, Feasible: true},
		{ID: "GTM-2015", Country: "GTM", Region: "Latin America", Regime: "electoral democracy", Success: true, Feasible: true},
		{ID: "LBN-2019", Country: "LBN", Region: "Western Asia", Regime: "electoral autocracy", Feasible: true},
		{ID: "RUS-2017", Country: "RUS", Region: "Eastern Europe", Regime: "electoral autocracy", Feasible: false, Why: "informants unsafe"},
	}, selection.Quota{K: 2, MinFailure: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, s := range choice.Steps {
		fmt.Println(s.ID, s.Added)
	}
	fmt.Println("regions", choice.Regions, "of", choice.RegionsOf, "proven", choice.Proven)
	fmt.Println("RUS-2017:", choice.WhyNot["RUS-2017"])
	// Output:
	// ARM-2018 adds the region Western Asia and the regime type electoral autocracy
	// LBN-2019 adds no new region or regime type; failure 1 of the 1 asked for
	// regions 1 of 2 proven false
	// RUS-2017: not feasible: informants unsafe
}
