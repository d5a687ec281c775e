package biblio

import (
	"encoding/json"
	"os"
	"testing"
)

// TestCite compares with what citeproc-js renders of the same items, recorded by testdata/cite/make.mjs.
func TestCite(t *testing.T) {
	items, err := os.ReadFile("testdata/cite/items.json")
	if err != nil {
		t.Fatal(err)
	}
	f, err := Read(items)
	if err != nil || len(f.Refused) > 0 {
		t.Fatal(err, f.Refused)
	}
	b, err := os.ReadFile("testdata/cite/expected.json")
	if err != nil {
		t.Fatal(err)
	}
	var expected map[Style]map[string]struct{ Entry, InText string }
	if err := json.Unmarshal(b, &expected); err != nil {
		t.Fatal(err)
	}
	for _, style := range []Style{APA, Chicago, Harvard, Vancouver} {
		for _, r := range f.Records {
			got, err := Cite(style, []Record{r})
			if err != nil {
				t.Fatal(err)
			}
			want, ok := expected[style][r.ID]
			if !ok {
				t.Errorf("%s: nothing is recorded for %s", style, r.ID)
			}
			if got[0].Entry != want.Entry {
				t.Errorf("%s, %s:\n got %s\nwant %s", style, r.ID, got[0].Entry, want.Entry)
			}
			if got[0].InText != want.InText {
				t.Errorf("%s, %s in the text:\n got %s\nwant %s", style, r.ID, got[0].InText, want.InText)
			}
		}
	}
}

// Works of one author and year are told apart; long lists of authors are cut as each style has it.
func TestCiteSeveral(t *testing.T) {
	doe := []Name{{Family: "Doe", Given: "Jane"}}
	many := make([]Name, 25)
	for i := range many {
		many[i] = Name{Family: string(rune('A' + i)), Given: "X"}
	}
	in := []Record{{ID: "1", Type: "book", Title: "Zeal", Authors: doe, Issued: Date{Year: 2001}}, {ID: "2", Type: "book", Title: "Awe", Authors: doe, Issued: Date{Year: 2001}},
		{ID: "3", Type: "book", Title: "Many", Authors: many}, {ID: "4", Type: "book", Title: "Some", Authors: append([]Name{doe[0]}, Name{Literal: "others"})}}
	for style, want := range map[Style][4]string{
		APA:       {"(Doe, 2001b)", "(Doe, 2001a)", "(A et al., n.d.)", "(Doe et al., n.d.)"},
		Chicago:   {"(Doe 2001b)", "(Doe 2001a)", "(A et al. n.d.)", "(Doe et al. n.d.)"},
		Harvard:   {"(Doe, 2001b)", "(Doe, 2001a)", "(A <i>et al.</i>, no date)", "(Doe <i>et al.</i>, no date)"},
		Vancouver: {"(1)", "(2)", "(3)", "(4)"},
	} {
		cs, err := Cite(style, in)
		if err != nil {
			t.Fatal(err)
		}
		for i := range cs {
			if cs[i].InText != want[i] {
				t.Errorf("%s, %d: got %s, expected %s", style, i+1, cs[i].InText, want[i])
			}
		}
		if style == APA && cs[2].Entry != "A, X., B, X., C, X., D, X., E, X., F, X., G, X., H, X., I, X., J, X., K, X., L, X., M, X., N, X., O, X., P, X., Q, X., R, X., S, X., … Y, X. (n.d.). <i>Many</i>." {
			t.Errorf("APA: %s", cs[2].Entry)
		}
	}
	if _, err := Cite("mla", in); err == nil {
		t.Error("a style that is not known is taken")
	}
}
