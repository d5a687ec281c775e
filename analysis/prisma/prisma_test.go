package prisma_test

import (
	"encoding/csv"
	"encoding/xml"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"throughline/analysis/prisma"
)

var flow = prisma.Flow{
	Databases: []prisma.Count{{"Scopus", 120}, {"Web of Science, Core; all", 80}}, Registers: []prisma.Count{{"Campaign register", 10}},
	Websites: []prisma.Count{{"news archives", 30}}, Citations: []prisma.Count{{"citation searching", 5}},
	Duplicates: 40, Automation: 20, NotKept: 10, Screened: 140, Excluded: 90,
	Main:  prisma.Reading{Sought: 50, NotRetrieved: 5, Assessed: 45, Excluded: []prisma.Count{{"Not about kleptocracy <& others>", 20}, {"أخرى", 5}}},
	Other: prisma.Reading{Sought: 35, NotRetrieved: 2, Assessed: 33, Excluded: []prisma.Count{{"No collective action", 30}}}, Included: 23,
}

// The table has the lines, identifiers and boxes of the tool that reads it.
func TestRecords(t *testing.T) {
	got := flow.Records()
	n := map[string]string{}
	for _, r := range got[1:] {
		if len(r) != len(got[0]) {
			t.Fatalf("%q has %d cells", r[0], len(r))
		}
		n[r[0]] = r[7]
	}
	for k, want := range map[string]string{"database_results": "200", "database_specific_results": "Scopus, 120; Web of Science  Core  all, 80", "register_results": "10", "website_results": "30", "organisation_results": "0",
		"citations_results": "5", "duplicates": "40", "excluded_automatic": "20", "excluded_other": "10", "records_screened": "140", "records_excluded": "90", "dbr_sought_reports": "50", "dbr_notretrieved_reports": "5",
		"dbr_assessed": "45", "other_assessed": "33", "other_excluded": "No collective action, 30", "new_studies": "23", "total_reports": "23"} {
		if n[k] != want {
			t.Errorf("%s is %q, expected %q", k, n[k], want)
		}
	}
	path := filepath.Join("..", "..", "..", "shared", "data", "screening", "prisma", "PRISMA.csv")
	f, err := os.Open(path)
	if os.IsNotExist(err) {
		t.Skip("the list of boxes is not beside the repository (../shared/data/screening/prisma)")
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	theirs, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(theirs) != len(got) {
		t.Fatalf("%d lines, the tool's file has %d", len(got), len(theirs))
	}
	for i := range theirs {
		if i == 0 && strings.Join(theirs[0], ",") != strings.Join(got[0], ",") || i > 0 && strings.Join(theirs[i][:3], ",") != strings.Join(got[i][:3], ",") {
			t.Errorf("line %d is %q, in the tool's file %q", i+1, got[i][:3], theirs[i][:3])
		}
	}
}

func TestSVG(t *testing.T) {
	for _, f := range []prisma.Flow{{}, flow, {Databases: flow.Databases, Waiting: 3, Undecided: 2, Unread: 1}, {Websites: flow.Websites, Previous: 4}} {
		svg := f.SVG()
		d := xml.NewDecoder(strings.NewReader(svg))
		text := ""
		for {
			tok, err := d.Token()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatalf("not well-formed: %v\n%s", err, svg)
			}
			if c, ok := tok.(xml.CharData); ok {
				text += string(c) + " "
			}
		}
		text = strings.Join(strings.Fields(text), " ")
		if !strings.Contains(text, fmt.Sprintf("New studies included in review (n = %d)", f.Included)) {
			t.Errorf("the included are missing in %s", text)
		}
		if f.Waiting > 0 && !strings.Contains(text, "Still open: 3 not screened yet, 2 undecided, 1 full text not read yet.") {
			t.Errorf("what is open is missing in %s", text)
		}
		_, other := f.Identified()
		if (other > 0) != strings.Contains(text, "via other methods") {
			t.Errorf("other methods: %d, and the drawing says otherwise", other)
		}
		for _, bad := range []string{"<script", "<style", " style=", "<& others>"} {
			if strings.Contains(svg, bad) {
				t.Errorf("%q in the drawing", bad)
			}
		}
	}
}

func ExampleFlow_String() {
	fmt.Println(prisma.Flow{Databases: []prisma.Count{{"Scopus", 12}}, Duplicates: 2, Screened: 10, Excluded: 7, Main: prisma.Reading{Sought: 3, Assessed: 3, Excluded: []prisma.Count{{"No text", 1}}}, Included: 2})
	// Output:
	// 12 records identified from databases and registers; 2 duplicates, 0 set aside by tools and 0 for other reasons removed; 10 works screened, 7 excluded; 3 sought for retrieval, 0 not retrieved, 3 assessed, 1 excluded. 2 included.
}
