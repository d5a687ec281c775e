package dedup_test

import (
	"fmt"

	"throughline/analysis/dedup"
)

func ExampleWorks() {
	records := []dedup.Record{
		{ID: "scopus-7", Source: "Scopus", DOI: "10.1000/XYZ", Title: "State capture and its enemies in six republics", Year: 2019, Authors: []string{"Doe, J."}},
		{ID: "wos-2", Source: "Web of Science", DOI: "https://doi.org/10.1000/xyz", Title: "STATE CAPTURE AND ITS ENEMIES IN SIX REPUBLICS", Year: 2020, Authors: []string{"DOE, JANE"}},
		{ID: "hand-1", Title: "State Capture & Its Enemies in Six Republics, Part II", Year: 2019, Authors: []string{"Jane Doe"}},
	}
	found, err := dedup.Works(records, dedup.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, g := range found.Groups {
		fmt.Printf("%v %q\n", g.Records, g.Reason())
	}
	for _, d := range found.Doubtful {
		fmt.Printf("%s, %s? %s\n", d.A, d.B, d.Doubt)
	}
	// A person who looked at them may say that they are not one work.
	found, err = dedup.Works(records, dedup.Options{Never: [][2]string{{"scopus-7", "wos-2"}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(found.Groups), "works")
	// Output:
	// [hand-1] ""
	// [scopus-7 wos-2] "title, authors, nearly the year, DOI"
	// hand-1, scopus-7? a number in the titles differs
	// 3 works
}

func ExampleNormalize() {
	fmt.Println(dedup.Normalize("L’État, c’est <i>moi</i>?"))
	fmt.Println(dedup.NormalizeDOI("https://doi.org/10.1000/ABC."))
	// Output:
	// letat cest moi
	// 10.1000/abc
}
