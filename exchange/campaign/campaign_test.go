package campaign

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"throughline/exchange/tabular"
)

// known stands for the program's look-up of countries.
func known(name string) (string, error) {
	codes := map[string]string{"Armenia": "ARM", "Zaire/DRC": "COD", "Poland": "POL", "Kenya": "KEN", "Peru": "PER", "Ivory Coast": "CIV", "ARM": "ARM", "KEN": "KEN"}
	if c, ok := codes[name]; ok {
		return c, nil
	}
	return "", errors.New("\"" + name + "\" is the name of no country that is known")
}

func load(t testing.TB, path string) tabular.Table {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	table, err := tabular.Read(b, Fits)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// read reads a file of the tests by the preset that it is recognised as.
func read(t *testing.T, file, preset string, country func(string) (string, error)) List {
	t.Helper()
	table := load(t, file)
	p, ok := Recognise(table.Header)
	if !ok || p.Name != preset {
		t.Fatalf("%s is recognised as %q", file, p.Name)
	}
	l, err := Read(table, p.Mapping, p, country)
	if err != nil {
		t.Fatal(err)
	}
	whole(t, table, l)
	return l
}

// whole proves that every row is in an entry, refused, or passed over.
func whole(t *testing.T, table tabular.Table, l List) {
	t.Helper()
	n := len(l.Refused)
	for _, e := range l.Entries {
		n += len(e.Lines)
	}
	for _, p := range l.Passed {
		n += p.Rows
	}
	if want := len(table.Rows) + len(table.Refused); n != want {
		t.Errorf("%d rows were read, %d are accounted for", want, n)
	}
}

func TestNAVCO13(t *testing.T) {
	l := read(t, "testdata/navco13.csv", "navco-1", known)
	want := []Entry{
		{Lines: []int{2}, ID: "1", Name: "Made-up front", Country: "Armenia", ISO3: "ARM", Start: "1988", End: "1991", Goals: []string{"self-determination"}, Target: "A regime", Outcome: IsSuccess, OutcomeRead: IsSuccess, Nonviolent: "yes"},
		{Lines: []int{3}, ID: "2", Name: "Made-up army", Country: "Zaire/DRC", ISO3: "COD", Start: "1996", End: "1997", Goals: []string{"regime change"}, Target: "A regime", Outcome: IsFailure, OutcomeRead: IsFailure, Nonviolent: "no"},
		{Lines: []int{4}, ID: "3", Name: "Made-up union", Country: "Poland", ISO3: "POL", Start: "2016", Ongoing: true, Goals: []string{"other"}, Target: "A law", Nonviolent: "yes"},
	}
	if d := cmp.Diff(want, l.Entries); d != "" {
		t.Error(d)
	}
	if len(l.Refused) != 2 || l.Refused[0].Line != 5 || !strings.Contains(l.Refused[0].Why, "Czechoslovakia") || l.Refused[1].Why != "it ends (1999) before it starts (2001)" {
		t.Errorf("%+v", l.Refused)
	}
	if !slices.Contains(l.Notes, "1 of 3 have no outcome that is known; it was left empty") {
		t.Errorf("%q", l.Notes)
	}
}

func TestNAVCO2(t *testing.T) {
	l := read(t, "testdata/navco2.csv", "navco-2", known)
	if len(l.Entries) != 2 {
		t.Fatalf("%+v", l.Entries)
	}
	e := l.Entries[0]
	if e.Start != "1990" || e.End != "1992" || e.Outcome != IsSuccess || e.Nonviolent != "mostly" || !slices.Equal(e.Lines, []int{2, 3, 4}) || !slices.Equal(e.Goals, []string{"regime change", "significant institutional reform"}) {
		t.Errorf("%+v", e)
	}
	if e := l.Entries[1]; e.Outcome != "" || e.Nonviolent != "no" || e.End != "1991" {
		t.Errorf("%+v", e)
	}
}

func TestMassMobilization(t *testing.T) {
	l := read(t, "testdata/massmob.csv", "mass-mobilization", known)
	if len(l.Entries) != 2 || len(l.Passed) != 1 || l.Passed[0].Rows != 1 {
		t.Fatalf("%+v, %+v", l.Entries, l.Passed)
	}
	e := l.Entries[0]
	if e.Start != "1990-01-15" || e.End != "1990-01-16" || e.Participation != 1000 || e.Nonviolent != "yes" || !slices.Equal(e.Goals, []string{"political behavior, process", "removal of politician"}) || len(e.Extra) == 0 {
		t.Errorf("%+v", e)
	}
}

func TestCarnegie(t *testing.T) {
	l := read(t, "testdata/carnegie.csv", "carnegie", known)
	if len(l.Entries) != 2 || len(l.Refused) != 1 || l.Refused[0].Line != 4 {
		t.Fatalf("%+v", l)
	}
	e := l.Entries[0]
	if e.Start != "2015-06" || e.Participation != 10000 || e.Outcome != "" || e.OutcomeRead == "" || e.Nonviolent != "" || !slices.Equal(e.Goals, []string{"Prices and graft", "economic", "corruption"}) {
		t.Errorf("%+v", e)
	}
	if e := l.Entries[1]; e.Start != "2017-02" || e.Participation != 100 {
		t.Errorf("%+v", e)
	}
	if len(l.Unmapped) != 2 {
		t.Errorf("%+v", l.Unmapped)
	}
	// The user says what an outcome means.
	table := load(t, "testdata/carnegie.csv")
	p, _ := Recognise(table.Header)
	p.Mapping.Outcomes = map[string]string{"The minister resigned.": IsPartial}
	if l, err := Read(table, p.Mapping, p, known); err != nil || l.Entries[1].Outcome != IsPartial || len(l.Unmapped) != 1 {
		t.Errorf("%+v, %v", l, err)
	}
}

// Nothing of an ACLED row but country, date, size and method leaves the reader.
func TestACLED(t *testing.T) {
	l := read(t, "testdata/acled.csv", "acled", known)
	if !l.AggregatesOnly || len(l.Entries) != 4 || len(l.Refused) != 1 || len(l.Passed) != 2 {
		t.Fatalf("%+v", l)
	}
	for _, e := range l.Entries {
		if e.ID != "" || e.Name != "" || len(e.Extra) != 0 || len(e.Sources) != 0 {
			t.Errorf("%+v", e)
		}
	}
	g, err := Aggregate(l, Rule{})
	if err != nil || len(g.Campaigns) != 2 {
		t.Fatalf("%+v, %v", g, err)
	}
	c := g.Campaigns[0]
	if c.Protests != 3 || c.Start != "2020-03-01" || c.End != "2020-03-07" || c.Participation != 2000 || c.Sized != 2 || c.Violent != 1 || c.Nonviolent != "mostly" || c.Days != 7 || len(c.Members) != 0 || !slices.Equal(c.Lines, []int{2, 3, 4}) {
		t.Errorf("%+v", c)
	}
}

func TestGuess(t *testing.T) {
	table, err := tabular.Read([]byte("My list of cases\n\nCase;Country;Begin;End;Result;Peaceful;Links;Remarks\nOne;Armenia;22.06.2015;July 2015;partly successful;yes;https://a.example/x | http://b.example;see note\nTwo;Kenya;03/04/2015;;??;mostly;none;\n"), Fits)
	if err != nil {
		t.Fatal(err)
	}
	m := Guess(table.Header)
	l, err := Read(table, m, Preset{}, known)
	if err != nil {
		t.Fatal(err)
	}
	want := []Entry{
		{Lines: []int{4}, Name: "One", Country: "Armenia", ISO3: "ARM", Start: "2015-06-22", End: "2015-07", Outcome: IsPartial, OutcomeRead: "partly successful", Nonviolent: "yes", Sources: []string{"https://a.example/x", "http://b.example"}, Extra: []Cell{{"Remarks", "see note"}}},
		{Lines: []int{5}, Name: "Two", Country: "Kenya", ISO3: "KEN", Start: "2015", OutcomeRead: "??", Nonviolent: "mostly"},
	}
	if d := cmp.Diff(want, l.Entries); d != "" {
		t.Error(d)
	}
	if len(l.Unmapped) != 1 || l.Unmapped[0].Text != "??" || !slices.ContainsFunc(l.Notes, func(n string) bool { return strings.Contains(n, "03/04/2015") }) {
		t.Errorf("%+v, %q", l.Unmapped, l.Notes)
	}
}

func TestMappingThatDoesNotFit(t *testing.T) {
	table := tabular.Table{Header: []string{"a", "b"}, Rows: []tabular.Row{{Line: 2, Cells: []string{"1", "2"}}}}
	for _, m := range []Mapping{
		{},
		{Unit: Campaigns, Columns: map[Field][]string{Country: {"c"}}},
		{Unit: Campaigns, Columns: map[Field][]string{Country: {"a"}}},
		{Unit: Campaigns, Columns: map[Field][]string{Start: {"a"}}},
		{Unit: "row", Columns: map[Field][]string{Country: {"a"}, Start: {"b"}}},
		{Unit: CampaignYears, Columns: map[Field][]string{Country: {"a"}, Year: {"b"}}},
		{Unit: Campaigns, Columns: map[Field][]string{Country: {"a"}, Start: {"b"}, "colour": {"b"}}},
		{Unit: Campaigns, Columns: map[Field][]string{Country: {"a"}, Start: {"b"}}, Outcomes: map[string]string{"x": "won"}},
		{Unit: Campaigns, Columns: map[Field][]string{Country: {"a"}, Start: {"b"}}, Flags: map[string]string{"c": "x"}},
	} {
		if _, err := Read(table, m, Preset{}, known); err == nil {
			t.Errorf("%+v was taken", m)
		}
	}
}

func TestDates(t *testing.T) {
	for in, want := range map[string]string{"2015": "2015", "2015.0": "2015", "2015-06": "2015-06", "2015-6-2": "2015-06-02", "2015-06-22": "2015-06-22", "2015-06-22T00:00:00Z": "2015-06-22", "2015/06/22": "2015-06-22",
		"22.06.2015": "2015-06-22", "3.4.2015": "2015-04-03", "22/06/2015": "2015-06-22", "06/22/2015": "2015-06-22", "03/04/2015": "2015", "04/04/2015": "2015-04-04", "22 June 2015": "2015-06-22", "June 22, 2015": "2015-06-22", "22nd Jun 2015": "2015-06-22",
		"June 2015": "2015-06", "Jun-15": "2015-06", "Jun '15": "2015-06", "17-Feb": "2017-02", "Sept 2001": "2001-09", "42177": "2015-06-22", "Feb-98": "1998-02",
		"": "", "soon": "", "2015-13": "", "2015-02-30": "", "31.02.2015": "", "99": "", "0000": "", "22 Nonsense 2015": ""} {
		if got, _, _ := date(in); got != want {
			t.Errorf("%q is %q; expected %q", in, got, want)
		}
		if _, _, ok := date(in); ok != (want != "") {
			t.Errorf("%q is taken: %v", in, ok)
		}
	}
}

func TestPeople(t *testing.T) {
	for in, want := range map[string]int{"50000": 50000, "50,000": 50000, "50.000": 50000, "50 000": 50000, "1000s": 1000, "100s": 100, ">10000": 10000, "2000-4999": 2000, "50-99": 50, "Over 10,000": 10000, "about 50 thousand": 50000,
		"1.5 million": 1500000, "10k": 10000, "tens of thousands": 10000, "hundreds of thousands": 100000, "hundreds": 100, "a few dozen": 12, "millions": 1000000, "20 to 30": 20, "120.0": 120, "5 million": 5000000, "50+": 50,
		"": 0, "NA": 0, "-99": 0, "<50": 0, "many": 0, "0": 0, "less than 100": 0} {
		if got := People(in); got != want {
			t.Errorf("%q is %d; expected %d", in, got, want)
		}
	}
}

func protests(rows ...string) List {
	l := List{Unit: Protests}
	for i, r := range rows {
		f := strings.Split(r, "|")
		e := Entry{Lines: []int{i + 2}, ID: f[0], ISO3: f[1], Country: f[1], Start: f[2], End: f[3], Nonviolent: "yes"}
		if f[4] != "" {
			e.Goals = strings.Split(f[4], ";")
		}
		l.Entries = append(l.Entries, e)
	}
	return l
}

// Gathered by hand: 2015-01-01, 2015-01-11 (9 days between), 2015-01-31 (19 days between).
func TestAggregate(t *testing.T) {
	l := protests("c|ARM|2015-01-31||a", "a|ARM|2015-01-01||a;b", "b|ARM|2015-01-11|2015-01-11|b", "d|KEN|2015|2015|", "e|KEN|2016-01||a")
	ids := func(r Rule) string {
		t.Helper()
		g, err := Aggregate(l, r)
		if err != nil {
			t.Fatal(err)
		}
		var s []string
		n := 0
		for _, c := range g.Campaigns {
			s = append(s, c.ID+"="+strings.Join(c.Members, "+"))
			if n += c.Protests; c.Protests != len(c.Lines) || c.Protests != len(c.Members) {
				t.Errorf("%+v", c)
			}
		}
		for _, p := range g.Passed {
			n += p.Rows
		}
		if r.By != ByGoal && n != len(l.Entries) {
			t.Errorf("%+v: %d of %d protests are accounted for", r, n, len(l.Entries))
		}
		return strings.Join(s, " ")
	}
	for _, x := range []struct {
		rule Rule
		want string
	}{
		{Rule{}, "arm-2015-01-01=a+b+c ken-2015-01-01=d+e"},
		{Rule{Gap: 19}, "arm-2015-01-01=a+b+c ken-2015-01-01=d+e"},
		{Rule{Gap: 18}, "arm-2015-01-01=a+b arm-2015-01-31=c ken-2015-01-01=d+e"},
		{Rule{Gap: 9}, "arm-2015-01-01=a+b arm-2015-01-31=c ken-2015-01-01=d+e"},
		{Rule{Gap: 8}, "arm-2015-01-01=a arm-2015-01-11=b arm-2015-01-31=c ken-2015-01-01=d+e"},
		{Rule{Gap: 18, Least: 2}, "arm-2015-01-01=a+b ken-2015-01-01=d+e"},
		{Rule{By: ByGoal}, "arm-2015-01-01-a=a+c arm-2015-01-01-b=a+b ken-2016-01-01-a=e"},
		{Rule{By: ByGoal, Only: []string{"b"}}, "arm-2015-01-01-b=a+b"},
		{Rule{Only: []string{"a"}}, "arm-2015-01-01=a+c ken-2016-01-01=e"},
		{Rule{By: ByTarget}, ""},
	} {
		if got := ids(x.rule); got != x.want {
			t.Errorf("%+v: %s; expected %s", x.rule, got, x.want)
		}
	}
	g, _ := Aggregate(l, Rule{By: ByGoal})
	if len(g.Notes) != 1 || g.Campaigns[0].Name != "ARM, protests: a, 2015" || g.Campaigns[0].Days != 31 {
		t.Errorf("%+v", g)
	}
	for _, bad := range []Rule{{Gap: -1}, {Least: -1}, {By: "mood"}} {
		if _, err := Aggregate(l, bad); err == nil {
			t.Errorf("%+v was taken", bad)
		}
	}
	if _, err := Aggregate(List{Unit: Campaigns}, Rule{}); err == nil {
		t.Error("campaigns were gathered")
	}
}

func sharedFile(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join("..", "..", "..", "shared", "data", "context", name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("skipped: there is no shared/data/context/%s beside the repository", name)
	}
	return path
}

// The shared lists are read whole: counts as their README has them.
func TestSharedLists(t *testing.T) {
	for _, x := range []struct {
		file, preset     string
		entries, without int
		success, failure int
	}{
		{"navco12_campaigns.csv", "navco-1-tidy", 381, 8, 0, 0},
		{"revolutionary_events_2000_2022.csv", "hse", 221, 1, 69, 109}, // the 70th success is in Abkhazia, which has no code,
		{"mass_mobilization_protests.csv", "mass-mobilization-tidy", 15096, 143, 0, 0},
	} {
		t.Run(x.file, func(t *testing.T) {
			l := read(t, sharedFile(t, x.file), x.preset, func(name string) (string, error) {
				if len(name) == 3 && strings.ToUpper(name) == name {
					return name, nil
				}
				return "", errors.New(name + " is dissolved")
			})
			if len(l.Entries) != x.entries || len(l.Refused) != x.without || len(l.Unmapped) != 0 {
				for _, r := range l.Refused {
					if !strings.Contains(r.Why, "dissolved") {
						t.Log(r)
					}
				}
				t.Errorf("%d entries, %d refused, unmapped %v", len(l.Entries), len(l.Refused), l.Unmapped)
			}
			n := map[string]int{}
			for _, e := range l.Entries {
				n[e.Outcome]++
			}
			if x.success > 0 && (n[IsSuccess] != x.success || n[IsFailure] != x.failure) {
				t.Errorf("outcomes: %v", n)
			}
			t.Logf("%d entries, outcomes %v, notes %q", len(l.Entries), n, l.Notes)
		})
	}
}

// The README counts 1,889 protests that demand the removal of a politician.
func TestSharedRemovals(t *testing.T) {
	l := read(t, sharedFile(t, "mass_mobilization_protests.csv"), "mass-mobilization-tidy", func(name string) (string, error) { return strings.ToUpper(name), nil })
	g, err := Aggregate(l, Rule{By: ByGoal, Only: []string{"removal of politician"}, Least: 3})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, c := range g.Campaigns {
		n += c.Protests
	}
	small := 0
	for _, p := range g.Passed {
		if strings.HasPrefix(p.Text, "in a campaign of fewer") {
			small = p.Rows
		}
	}
	if n+small != 1889 {
		t.Errorf("%d and %d protests demand a removal", n, small)
	}
	t.Logf("%d campaigns of three or more protests, %v", len(g.Campaigns), g.Notes)
}

func FuzzRead(f *testing.F) {
	for _, name := range []string{"acled", "carnegie", "navco13", "navco2", "massmob"} {
		b, err := os.ReadFile("testdata/" + name + ".csv")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Add([]byte("country,start,end,size\nARM,1/2/2015,2014,\"1,000\"\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		table, err := tabular.Read(b, Fits)
		if err != nil {
			return
		}
		p, ok := Recognise(table.Header)
		m := p.Mapping
		if !ok {
			m = Guess(table.Header)
		}
		l, err := Read(table, m, p, func(s string) (string, error) {
			if len(s) < 3 {
				return "", errors.New("too short")
			}
			return "ABC", nil
		})
		if err != nil {
			return
		}
		whole(t, table, l)
		for _, e := range l.Entries {
			if e.ISO3 == "" || yearOf(e.Start) < 1000 || e.Participation < 0 || e.End != "" && latest(e.End) < earliest(e.Start) {
				t.Fatalf("%+v", e)
			}
		}
		for _, by := range []Grouping{ByCountry, ByGoal, ByTarget} {
			g, err := Aggregate(l, Rule{By: by})
			if (err != nil) != (l.Unit != Protests) {
				t.Fatal(err)
			}
			seen := map[string]bool{}
			for _, c := range g.Campaigns {
				if c.Days < 1 || c.Protests < 1 || seen[c.ID] {
					t.Fatalf("%+v", c)
				}
				seen[c.ID] = true
			}
		}
	})
}

func BenchmarkRead(b *testing.B) {
	table := tabular.Table{Header: []string{"id", "country", "start_date", "end_date", "protester_violence", "demands"}}
	for i := range 15000 {
		table.Rows = append(table.Rows, tabular.Row{Line: i + 2, Cells: []string{"x", "Kenya", "2015-06-22", "2015-06-23", "0", "removal;process"}})
	}
	p, _ := Recognise(table.Header)
	for b.Loop() {
		l, err := Read(table, p.Mapping, p, known)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := Aggregate(l, Rule{By: ByGoal}); err != nil {
			b.Fatal(err)
		}
	}
}
