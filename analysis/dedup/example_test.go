package dedup_test

import (
	"fmt"

	"throughline/analysis/dedup"
)

func ExampleWorks() {
	groups, err := dedup.Works([]dedup.Record{
		{ID: "scopus-7", DOI: "10.1000/XYZ", Title: "State capture and its enemies", Year: 2019, FirstAuthor: "Doe, J."},
		{ID: "web-2", DOI: "https://doi.org/10.1000/xyz", Title: "State Capture", Year: 2019, FirstAuthor: "Doe, Jane"},
		{ID: "hand-1", Title: "State Capture & Its Enemies.", Year: 2019, FirstAuthor: "Jane Doe"},
		{ID: "hand-2", Title: "Streets against theft", Year: 2020, FirstAuthor: "Roe, R."},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, g := range groups {
		fmt.Printf("%v %q\n", g.Records, g.Reason)
	}
	// Output:
	// [hand-1 scopus-7 web-2] "same DOI, or same title, year and first author"
	// [hand-2] ""
}

func ExampleNormalize() {
	fmt.Println(dedup.Normalize("L’État, c’est <i>moi</i>?"))
	fmt.Println(dedup.NormalizeDOI("https://doi.org/10.1000/ABC."))
	// Output:
	// letat cest moi
	// 10.1000/abc
}
