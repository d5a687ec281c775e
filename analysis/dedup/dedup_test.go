package dedup

import (
	"compress/gzip"
	"encoding/csv"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestNormalize(t *testing.T) {
	for _, tt := range []struct{ name, a, b string }{
		{"case and punctuation", "Anti-Corruption: A Review!", "anti corruption a review"},
		{"accents", "Démocratie à l’épreuve", "democratie a l'epreuve"},
		{"decomposed", "Re\u0301sume\u0301", "Résumé"},
		{"compatibility", "ﬁnancial ① Ｘ", "financial 1 x"},
		{"sharp s", "STRASSE", "Straße"},
		{"Polish, Nordic", "Łódź Øresund", "lodz oresund"},
		{"Turkish capital", "İSTANBUL", "istanbul"},
		{"Greek final sigma", "ΛΟΓΟΣ", "λόγος"},
		{"tags and references", "The <i>E. coli</i> &amp; me <sub>2</sub>", "the e coli and me 2"},
		{"Armenian case and ligature", "ԱՐԵՎ և ԿՅԱՆՔ", "արև եւ կյանք"},
		{"Armenian marks inside a word", "Ինչո՞ւ", "ինչու"},
		{"Arabic points and tatweel", "الفَسَادُ في الدّولـــة", "الفساد في الدولة"},
		{"Arabic hamza", "أزمة", "ازمة"},
		{"Hebrew points", "שָׁלוֹם", "שלום"},
		{"Hangul stays whole", "부패 방지", "부패 방지"},
		{"joiners", "می\u200cخواهم", "میخواهم"},
		{"soft hyphen", "anti\u00adcorruption", "anticorruption"},
	} {
		if a, b := Normalize(tt.a), Normalize(tt.b); a != b || a == "" {
			t.Errorf("%s: %q and %q differ", tt.name, a, b)
		}
	}
	for _, tt := range []struct{ name, a, b string }{
		{"Thai vowels", "การทุจริต", "การทจรต"},
		{"Thai tones", "ไม่", "ไม"},
		{"Japanese voicing", "が", "か"},
		{"Hindi vowels", "की", "का"},
		{"digits", "part 1", "part 2"},
		{"less than is not a tag", "p < i and b > c", "p c"},
	} {
		if a, b := Normalize(tt.a), Normalize(tt.b); a == b {
			t.Errorf("%s: %q and %q are the same", tt.name, tt.a, tt.b)
		}
	}
	if got, want := Normalize("การทุจริต"), "การทุจริต"; got != want {
		t.Errorf("Thai: %q, want %q", got, want)
	}
	if got := Normalize(" … ?! "); got != "" {
		t.Errorf("only punctuation: %q", got)
	}
	for _, s := range []string{"İSTANBUL", "ǅ ﬃ ΐ", "การทุจริต", "가각", "ＡＢ", "e\u0301ŵ"} {
		if once := Normalize(s); Normalize(once) != once {
			t.Errorf("%q: twice is %q, once %q", s, Normalize(once), once)
		}
	}
}

func TestNormalizeDOI(t *testing.T) {
	for _, tt := range []struct{ doi, want string }{
		{"10.1000/ABC", "10.1000/abc"},
		{"https://doi.org/10.1000/abc", "10.1000/abc"},
		{"http://dx.doi.org/10.1000/ABC", "10.1000/abc"},
		{"HTTPS://DOI.ORG/10.1000/abc?utm=x#y", "10.1000/abc"},
		{"doi:10.1000/abc", "10.1000/abc"},
		{"DOI: 10.1000/abc", "10.1000/abc"},
		{"doi 10.1000/abc.", "10.1000/abc"},
		{"10.1000/abc [doi]", "10.1000/abc"},
		{"https://doi.org/10.1016%2FS0140-6736(05)12345", "10.1016/s0140-6736(05)12345"},
		{"10.1016/S0140-6736(05)1", "10.1016/s0140-6736(05)1"},
		{"(10.1000/abc)", ""},
		{"10.1000/abc).", "10.1000/abc"},
		{"10.1016/0001(90)", "10.1016/0001(90)"},
		{"10.1002/(SICI)1&lt;1::AID&gt;3.0.CO;2-#", "10.1002/(sici)1<1::aid>3.0.co;2-#"},
		{"", ""}, {"n/a", ""}, {"10.1000", ""}, {"https://example.org/10.1000/abc", ""}, {"1234-5678", ""},
	} {
		if got := NormalizeDOI(tt.doi); got != tt.want {
			t.Errorf("NormalizeDOI(%q) = %q, want %q", tt.doi, got, tt.want)
		}
	}
}

func TestFamily(t *testing.T) {
	for _, tt := range []struct{ name, want string }{
		{"Liu, Diana", "liu"}, {"Diana Liu", "liu"}, {"Liu D.", "liu"}, {"LIU DX", "liu"}, {"D. Liu", "liu"},
		{"van der Berg, J.", "berg"}, {"J. van der Berg", "berg"}, {"García Márquez, Gabriel", "marquez"},
		{"King, Jr., Martin", "king"}, {"Martin King Jr.", "king"}, {"O’Neill, T.", "oneill"}, {"", ""}, {", X", ""},
		{"Transparency International", "international"}, {"Սարգսյան, Ա.", "սարգսյան"}, {"ผาสุก พงษ์ไพจิตร", "พงษ์ไพจิตร"},
	} {
		want := Normalize(tt.want)
		if got := family(tt.name); got != want {
			t.Errorf("family(%q) = %q, want %q", tt.name, got, want)
		}
	}
}

func TestWorks(t *testing.T) {
	const title, author = "State capture", "Doe, J."
	r := func(id, doi, title string, year int, author string) Record {
		return Record{id, doi, title, year, author}
	}
	for _, tt := range []struct {
		name    string
		records []Record
		want    []Group
	}{
		{"none", nil, []Group{}},
		{"same DOI", []Record{r("b", "10.1000/x", "One", 0, ""), r("a", "doi:10.1000/X", "Another", 0, "")},
			[]Group{{Records: []string{"a", "b"}, Reason: SameDOI}}},
		{"same title", []Record{r("a", "", title, 2001, author), r("b", "", "STATE-CAPTURE.", 2001, "Jane Doe")},
			[]Group{{Records: []string{"a", "b"}, Reason: SameTitle}}},
		{"one with a DOI", []Record{r("a", "10.1000/x", title, 2001, author), r("b", "", title, 2001, author)},
			[]Group{{Records: []string{"a", "b"}, Reason: SameTitle}}},
		{"a chain", []Record{r("a", "10.1000/x", "Working title", 2000, author), r("b", "10.1000/x", title, 2001, author), r("c", "", title, 2001, author), r("d", "", "Working title", 2000, author)},
			[]Group{{Records: []string{"a", "b", "c", "d"}, Reason: SameBoth}}},
		{"other year", []Record{r("a", "", title, 2001, author), r("b", "", title, 2002, author)},
			[]Group{{Records: []string{"a"}}, {Records: []string{"b"}}}},
		{"other author", []Record{r("a", "", title, 2001, author), r("b", "", title, 2001, "Roe, J.")},
			[]Group{{Records: []string{"a"}}, {Records: []string{"b"}}}},
		{"empty titles", []Record{r("a", "", "", 2001, author), r("b", "", "?", 2001, author)},
			[]Group{{Records: []string{"a"}}, {Records: []string{"b"}}}},
		{"year not known", []Record{r("a", "", title, 0, author), r("b", "", title, 0, author)},
			[]Group{{Records: []string{"a"}}, {Records: []string{"b"}}}},
		{"author not known", []Record{r("a", "", title, 2001, ""), r("b", "", title, 2001, "")},
			[]Group{{Records: []string{"a"}}, {Records: []string{"b"}}}},
		{"preprint and article", []Record{r("a", "10.31235/osf.io/x", title, 2001, author), r("b", "10.1000/x", title, 2001, author)},
			[]Group{{Records: []string{"a"}, Review: []string{"b"}}, {Records: []string{"b"}, Review: []string{"a"}}}},
		{"supplement", []Record{r("a", "10.1000/s", "One", 2001, "X, A."), r("b", "10.1000/s", "Two", 2001, "Y, B."), r("c", "10.1000/s", "", 2001, ""), r("d", "", "Two", 2001, "Y, B.")},
			[]Group{{Records: []string{"a"}, Review: []string{"b", "c"}}, {Records: []string{"b", "d"}, Reason: SameTitle, Review: []string{"a", "c"}}, {Records: []string{"c"}, Review: []string{"a", "b"}}}},
		{"one DOI, other title", []Record{r("a", "10.1000/s", "One", 2001, "X, A."), r("b", "10.1000/s", "Eins", 2001, "X, A."), r("c", "10.1000/s", "", 2001, "")},
			[]Group{{Records: []string{"a", "b", "c"}, Reason: SameDOI}}},
		{"claimed by two", []Record{r("a", "10.1000/1", title, 2001, author), r("b", "10.1000/2", title, 2001, author), r("c", "", title, 2001, author), r("d", "not a DOI", title, 2001, author)},
			[]Group{{Records: []string{"a"}, Review: []string{"b", "c", "d"}}, {Records: []string{"b"}, Review: []string{"a", "c", "d"}},
				{Records: []string{"c", "d"}, Reason: SameTitle, Review: []string{"a", "b"}}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			before := slices.Clone(tt.records)
			got, err := Works(tt.records)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(before, tt.records); diff != "" {
				t.Errorf("input changed:\n%s", diff)
			}
		})
	}
	if _, err := Works([]Record{{ID: "a"}, {ID: "a"}}); err == nil || !strings.Contains(err.Error(), `"a"`) {
		t.Errorf("id twice: %v", err)
	}
	if _, err := Works([]Record{{ID: "a"}, {Title: "T"}}); err == nil || !strings.Contains(err.Error(), "number 2") {
		t.Errorf("no id: %v", err)
	}
}

// Whatever the records: each in one group, no two DOIs together, and the order
// of the records does not matter.
func TestWorksProperties(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 5))
	pick := func(s ...string) string { return s[rnd.IntN(len(s))] }
	for range 300 {
		var records []Record
		for i := range rnd.IntN(14) {
			records = append(records, Record{strconv.Itoa(i), pick("", "10.1000/a", "10.1000/b", "10.1000/c"),
				pick("", "T", "U", "V"), 2000 + rnd.IntN(2), pick("", "X", "Y")})
		}
		groups, err := Works(records)
		if err != nil {
			t.Fatal(err)
		}
		byID := map[string]Record{}
		for _, r := range records {
			byID[r.ID] = r
		}
		in := map[string]int{}
		for _, g := range groups {
			dois := map[string]bool{}
			for _, id := range g.Records {
				in[id]++
				if d := byID[id].DOI; d != "" {
					dois[d] = true
				}
			}
			if len(dois) > 1 {
				t.Fatalf("two DOIs in %v of %v", g, records)
			}
			if (g.Reason == "") != (len(g.Records) == 1) {
				t.Fatalf("reason of %v", g)
			}
		}
		for _, r := range records {
			if in[r.ID] != 1 {
				t.Fatalf("record %v is in %d groups", r, in[r.ID])
			}
		}
		rnd.Shuffle(len(records), func(i, j int) { records[i], records[j] = records[j], records[i] })
		again, err := Works(records)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(groups, again); diff != "" {
			t.Fatalf("order matters:\n%s", diff)
		}
	}
}

// TestLabelled measures the rule on labelled sets; it fails when it
// finds fewer or groups more of them wrongly than when it was written.
func TestLabelled(t *testing.T) {
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		if filepath.Dir(dir) == dir {
			t.Fatal("no go.mod above the test")
		}
		dir = filepath.Dir(dir)
	}
	dir = filepath.Join(filepath.Dir(dir), "shared", "data", "dedup")
	if _, err := os.Stat(dir); errors.Is(err, os.ErrNotExist) {
		t.Skip("the labelled sets (shared/data/dedup beside the repository) are not here")
	}
	for _, sets := range []struct {
		name  string
		least int // records found, at least; as measured when the rule was written
		most  int // wrongly grouped, at most
	}{{"cytology_screening", 677, 6}, {"haematology", 104, 7}, {"respiratory", 384, 5}, {"diabetes_asysd", 1254, 1}} {
		set := sets.name
		f, err := os.Open(filepath.Join(dir, set+".csv.gz"))
		if err != nil {
			t.Fatal(err)
		}
		z, err := gzip.NewReader(f)
		if err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(z).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		f.Close()
		column := func(row []string, name string) string { return row[slices.Index(rows[0], name)] }
		truth, at := map[string]string{}, map[string]int{}
		var records []Record
		for i, row := range rows[1:] {
			first, _, _ := strings.Cut(column(row, "author"), " and ")
			if set == "diabetes_asysd" { // authors run together: "Adeli K.Lewis G. F."
				first, _, _ = strings.Cut(first, ".")
				first += "."
			}
			year, _ := strconv.Atoi(column(row, "year"))
			id := column(row, "record_id")
			truth[id], at[id] = column(row, "cluster"), i
			records = append(records, Record{id, column(row, "doi"), column(row, "title"), year, first})
		}
		groups, err := Works(records)
		if err != nil {
			t.Fatal(err)
		}
		// As the benchmark counts: the first record in file order of each
		// group stays; each other is removed, rightly when its true cluster
		// has an earlier record that was in the same group.
		var tp, fp int
		for _, g := range groups {
			ids := slices.Clone(g.Records)
			slices.SortFunc(ids, func(a, b string) int { return at[a] - at[b] })
			kept := map[string]bool{}
			for i, id := range ids {
				switch {
				case i == 0:
				case kept[truth[id]]:
					tp++
				default:
					fp++
					t.Logf("%s: %q grouped with %q (%s)", set, records[at[id]].Title, records[at[ids[0]]].Title, g.Reason)
				}
				kept[truth[id]] = true
			}
		}
		removable := len(records)
		clusters := map[string]bool{}
		for _, c := range truth {
			clusters[c] = true
		}
		removable -= len(clusters)
		t.Logf("%s: %d records, %d removable, %d found, %d wrongly, recall %.3f", set, len(records), removable, tp, fp, float64(tp)/float64(removable))
		if tp < sets.least || fp > sets.most {
			t.Errorf("%s: %d found and %d wrongly grouped, want at least %d and at most %d", set, tp, fp, sets.least, sets.most)
		}
	}
}
