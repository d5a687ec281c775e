package dedup

import (
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// readCSV reads records in the columns of the labelled sets; extra are the
// values of a further column.
func readCSV(t *testing.T, rows [][]string, extra string) (records []Record, values []string) {
	t.Helper()
	column := func(row []string, name string) string {
		if i := slices.Index(rows[0], name); i >= 0 {
			return row[i]
		}
		return ""
	}
	for i, row := range rows[1:] {
		year, _ := strconv.Atoi(column(row, "year"))
		id := column(row, "record_id")
		if id == "" {
			id = fmt.Sprintf("r%03d", i)
		}
		records = append(records, Record{ID: id, Type: column(row, "type"), Authors: SplitAuthors(column(row, "author")), Title: column(row, "title"), Year: year,
			Journal: column(row, "journal"), Volume: column(row, "volume"), Issue: column(row, "number"), Pages: column(row, "pages"), DOI: column(row, "doi"),
			Serial: column(row, "isbn"), Abstract: column(row, "abstract")})
		values = append(values, column(row, extra))
	}
	return records, values
}

func works1(t *testing.T, records []Record, o Options) Result {
	t.Helper()
	res, err := Works(records, o)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

// Pairs that are easily taken for one work, or for two.
func TestPairs(t *testing.T) {
	f, err := os.Open("testdata/pairs.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	records, cases := readCSV(t, rows, "case")
	_, wants := readCSV(t, rows, "want")
	for i := 0; i < len(records); i += 2 {
		t.Run(cases[i], func(t *testing.T) {
			if cases[i] != cases[i+1] || wants[i] != wants[i+1] {
				t.Fatalf("row %d and the next are not of one case", i+2)
			}
			res := works1(t, records[i:i+2], Options{})
			got := "apart"
			switch {
			case len(res.Groups) == 1:
				got = "same"
			case len(res.Doubtful) == 1:
				got = "doubtful"
			}
			if got != wants[i] {
				entries, c, _ := prepare(records[i : i+2])
				v := c.compare(&entries[0], &entries[1])
				agrees, differs := v.reason()
				t.Errorf("got %s, want %s: score %d, apart %t, ask %q; agrees %s; differs %v", got, wants[i], v.score, v.apart, v.ask, agrees, differs)
			}
		})
	}
	// All together, nothing is joined that is not alone.
	res := works1(t, records, Options{})
	caseOf := map[string]string{}
	for i, r := range records {
		caseOf[r.ID] = cases[i] + " " + wants[i]
	}
	for _, g := range res.Groups {
		for _, m := range g.Merges {
			if strings.HasSuffix(caseOf[m.A], "apart") && caseOf[m.A] == caseOf[m.B] {
				t.Errorf("together with others, %q is joined", caseOf[m.A])
			}
		}
	}
}

func TestReasons(t *testing.T) {
	a := Record{ID: "a", Source: "Scopus", Title: "State capture in six republics", Year: 2019, Authors: []string{"Doe, J."}, DOI: "10.1000/x", Journal: "Governance"}
	b := a
	b.ID, b.Source, b.Year, b.DOI, b.Volume = "b", "Web of Science", 2020, "https://doi.org/10.1000/X", "32"
	res := works1(t, []Record{b, a}, Options{})
	want := Result{Groups: []Group{{Records: []string{"a", "b"}, Sources: []string{"Scopus", "Web of Science"},
		Merges: []Pair{{A: "a", B: "b", Score: 27, Reason: "title, authors, nearly the year, journal, DOI"}}}}, Doubtful: []Pair{}}
	if diff := cmp.Diff(want, res); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := res.Groups[0].Reason(); got != "title, authors, nearly the year, journal, DOI" {
		t.Errorf("reason %q", got)
	}
}

// A record that says little fits the preprint as well as the article, and must
// not make them one.
func TestTwoClaims(t *testing.T) {
	rec := func(id, doi string) Record {
		return Record{ID: id, Title: "State capture in six republics", Authors: []string{"Doe, Jane", "Roe, R."}, Year: 2019, DOI: doi}
	}
	res := works1(t, []Record{rec("article", "10.1000/x"), rec("preprint", "10.31235/osf.io/x"), rec("scholar", "")}, Options{})
	if len(res.Groups) != 3 || len(res.Doubtful) != 2 {
		t.Fatalf("%+v", res)
	}
	if d := res.Doubtful[0]; d.Doubt == "" || d.B != "scholar" {
		t.Errorf("first in the queue: %+v", d)
	}
	// A chain over a record that says little does not lead from part I to part II.
	one, two, poor := rec("one", ""), rec("two", ""), rec("x", "")
	one.Title, one.Pages, one.Volume = "State capture in six republics: part I", "1-20", "7"
	two.Title, two.Pages, two.Volume = "State capture in six republics: part II", "21-40", "7"
	res = works1(t, []Record{one, two, poor}, Options{})
	for _, g := range res.Groups {
		if slices.Contains(g.Records, "one") && slices.Contains(g.Records, "two") {
			t.Errorf("joined: %+v", g)
		}
	}
}

func TestDecisions(t *testing.T) {
	rec := func(id, title string) Record {
		return Record{ID: id, Title: title, Authors: []string{"Doe, Jane"}, Year: 2019, DOI: "10.1000/x"}
	}
	records := []Record{rec("a", "State capture"), rec("b", "State capture"), rec("c", "State capture"), {ID: "d", Title: "Quite another text"}}
	res := works1(t, records, Options{Never: [][2]string{{"a", "b"}, {"zz", "a"}}})
	for _, g := range res.Groups {
		if slices.Contains(g.Records, "a") && slices.Contains(g.Records, "b") {
			t.Errorf("never is not kept: %+v", g)
		}
	}
	for _, d := range res.Doubtful {
		if d.A == "a" && d.B == "b" {
			t.Errorf("asked again about %+v", d)
		}
	}
	res = works1(t, records, Options{Always: [][2]string{{"d", "a"}}})
	if len(res.Groups) != 1 || !strings.Contains(res.Groups[0].Reason(), "decided by a person") {
		t.Errorf("always: %+v", res.Groups)
	}
	for _, o := range []Options{
		{Never: [][2]string{{"a", "a"}}},
		{Never: [][2]string{{"a", "d"}}, Always: [][2]string{{"d", "a"}}},
		{Never: [][2]string{{"a", "d"}}, Always: [][2]string{{"d", "b"}, {"b", "a"}}},
	} {
		if _, err := Works(records, o); err == nil || !strings.Contains(err.Error(), "take") {
			t.Errorf("%+v: %v", o, err)
		}
	}
	if _, err := Works([]Record{{ID: "a"}, {ID: "a"}}, Options{}); err == nil || !strings.Contains(err.Error(), `"a"`) {
		t.Errorf("id twice: %v", err)
	}
	if _, err := Works([]Record{{ID: "a"}, {Title: "T"}}, Options{}); err == nil || !strings.Contains(err.Error(), "number 2") {
		t.Errorf("no id: %v", err)
	}
}

// Exports put numbers of their own into the issue.
func TestIssuesOfTheirOwn(t *testing.T) {
	var records []Record
	for i := range 12 {
		for _, db := range []string{"a", "b"} {
			n := len(records)
			records = append(records, Record{ID: fmt.Sprint(db, i), Title: fmt.Sprintf("Distinct findings %c%c across councils, mayors and courts %d", 'k'+i, 'q'-i, i*7+100), Authors: []string{"Doe, J."},
				Year: 2000 + i, Journal: "Governance", Volume: strconv.Itoa(10 + i), Issue: strconv.Itoa(700 + n), Pages: fmt.Sprint(100+i, "-", 110+i)})
		}
	}
	// Pages that differ beside issues that differ are another place only when issues can be trusted.
	records[1].Pages = "101-111"
	res := works1(t, records, Options{})
	if len(res.Groups) != 12 {
		t.Errorf("%d groups: %+v", len(res.Groups), res.Doubtful)
	}
}

// Whatever the records and decisions: each record in one group, a merge fewer
// than records, never-pairs apart, the order without effect, the input as it
// was, and works that were found found again.
func TestProperties(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 5))
	pick := func(s ...string) string { return s[rnd.IntN(len(s))] }
	for range 400 {
		var records []Record
		for i := range rnd.IntN(16) {
			records = append(records, Record{ID: strconv.Itoa(i), DOI: pick("", "", "10.1000/a", "10.1000/b"),
				Title: pick("", "Editorial", "State capture in six republics", "State capture in six republics: part II", "State captured in six republics", "Voting in small towns of the north"),
				Year:  pick2(rnd, 0, 2000, 2001), Authors: SplitAuthors(pick("", "Doe, J.", "Doe, Jane and Roe, R.", "Roe, R.")), Journal: pick("", "Governance", "Democratization"),
				Volume: pick("", "1", "2"), Issue: pick("", "1", "2"), Pages: pick("", "10-20", "31-40", "10")})
		}
		var o Options
		for range rnd.IntN(4) {
			if len(records) > 1 {
				p := rnd.Perm(len(records))
				o.Never = append(o.Never, [2]string{records[p[0]].ID, records[p[1]].ID})
			}
		}
		before := slices.Clone(records)
		res := works1(t, records, o)
		if diff := cmp.Diff(before, records); diff != "" {
			t.Fatalf("input changed:\n%s", diff)
		}
		home := map[string]int{}
		for i, g := range res.Groups {
			if len(g.Merges) != len(g.Records)-1 {
				t.Fatalf("%d merges in %+v", len(g.Merges), g)
			}
			for _, id := range g.Records {
				if _, ok := home[id]; ok {
					t.Fatalf("%s is in two groups", id)
				}
				home[id] = i
			}
			for _, m := range g.Merges {
				if m.Reason == "" || home[m.A] != i || home[m.B] != i {
					t.Fatalf("merge %+v of %+v", m, g)
				}
			}
		}
		if len(home) != len(records) {
			t.Fatalf("%d of %d records are in groups", len(home), len(records))
		}
		for _, p := range o.Never {
			if home[p[0]] == home[p[1]] {
				t.Fatalf("%v are together", p)
			}
		}
		for i, d := range res.Doubtful {
			if home[d.A] == home[d.B] || d.Doubt == "" || i > 0 && d.Score > res.Doubtful[i-1].Score {
				t.Fatalf("in the queue: %+v", res.Doubtful)
			}
		}
		rnd.Shuffle(len(records), func(i, j int) { records[i], records[j] = records[j], records[i] })
		if diff := cmp.Diff(res, works1(t, records, o)); diff != "" {
			t.Fatalf("order matters:\n%s", diff)
		}
		// What was found, said as a decision, is found again.
		for _, g := range res.Groups {
			for _, m := range g.Merges {
				o.Always = append(o.Always, [2]string{m.A, m.B})
			}
		}
		again := works1(t, records, o)
		if len(again.Groups) > len(res.Groups) {
			t.Fatalf("%d groups became %d", len(res.Groups), len(again.Groups))
		}
	}
}

func pick2(rnd *rand.Rand, n ...int) int { return n[rnd.IntN(len(n))] }

// Thousands of records alike must not cost their square.
func TestAlike(t *testing.T) {
	var same, empty []Record
	for i := range 5000 {
		id := strconv.Itoa(i)
		same = append(same, Record{ID: id, Title: "State capture in six republics", Year: 2001, Authors: []string{"Doe, J."}, DOI: "10.1000/x", Journal: "Governance", Volume: "3", Pages: "5-9"})
		empty = append(empty, Record{ID: id, Title: "Editorial", Year: 2001})
	}
	if res := works1(t, same, Options{}); len(res.Groups) != 1 {
		t.Errorf("%d groups of one record 5,000 times", len(res.Groups))
	}
	if res := works1(t, empty, Options{}); len(res.Groups) != 5000 || len(res.Doubtful) > 150 {
		t.Errorf("%d groups, %d doubtful of 5,000 editorials", len(res.Groups), len(res.Doubtful))
	}
}
