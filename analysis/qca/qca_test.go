package qca

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// lipset reads the published scores kept in testdata.
func lipset(t *testing.T, file string) Data {
	t.Helper()
	return readData(t, filepath.Join("testdata", file), "SURV", []string{"DEV", "URB", "LIT", "IND", "STB"})
}

func TestLipset(t *testing.T) {
	type term struct {
		name                  string
		cons, pri, covS, covU float64
		cases                 string
	}
	for _, tt := range []struct {
		file        string
		kind        Kind
		want        string
		cons, pri   float64
		cov         float64
		terms       []term
		assumptions int
	}{
		{file: "lipset_crisp.csv", kind: Conservative, want: "DEV*~URB*LIT*STB + DEV*LIT*IND*STB", cons: 1, pri: 1, cov: 1,
			terms: []term{{"DEV*~URB*LIT*STB", 1, 1, 0.5, 0.25, "FI FR IE SE"}, {"DEV*LIT*IND*STB", 1, 1, 0.75, 0.5, "BE CZ FR NL SE UK"}}},
		{file: "lipset_crisp.csv", kind: Parsimonious, want: "DEV*STB", cons: 1, pri: 1, cov: 1, assumptions: 5,
			terms: []term{{"DEV*STB", 1, 1, 1, 1, "BE CZ FI FR IE NL SE UK"}}},
		{file: "lipset_fuzzy.csv", kind: Conservative, want: "DEV*URB*LIT*IND*STB + DEV*~URB*LIT*~IND*STB", cons: 0.8697674418605, pri: 0.8429906542056, cov: 0.6584507042254,
			terms: []term{{"DEV*URB*LIT*IND*STB", 0.9042056074766, 0.8857938718663, 0.4542253521127, 0.3931924882629, "BE CZ NL UK"},
				{"DEV*~URB*LIT*~IND*STB", 0.8042704626335, 0.719387755102, 0.2652582159624, 0.2042253521127, "FI IE"}}},
		{file: "lipset_fuzzy.csv", kind: Parsimonious, want: "DEV*~IND + URB*STB", cons: 0.8503496503497, pri: 0.8186440677966, cov: 0.7136150234742, assumptions: 12,
			terms: []term{{"DEV*~IND", 0.8148148148148, 0.7208121827411, 0.2840375586854, 0.193661971831, "FI IE"},
				{"URB*STB", 0.8737672583826, 0.8454106280193, 0.5199530516432, 0.4295774647887, "BE CZ NL UK"}}},
	} {
		t.Run(fmt.Sprint(tt.file, " ", tt.kind), func(t *testing.T) {
			table, err := NewTable(lipset(t, tt.file), Cutoffs{})
			if err != nil {
				t.Fatal(err)
			}
			s, err := table.Minimize(tt.kind)
			if err != nil {
				t.Fatal(err)
			}
			if len(s.Models) != 1 || s.Models[0].String() != tt.want {
				t.Fatalf("models %v, want %s", s.Models, tt.want)
			}
			m := s.Models[0]
			near(t, "consistency", m.Consistency, tt.cons)
			near(t, "PRI", m.PRI, tt.pri)
			near(t, "coverage", m.Coverage, tt.cov)
			if len(m.Assumptions) != tt.assumptions {
				t.Errorf("assumptions %v, want %d", m.Assumptions, tt.assumptions)
			}
			for i, w := range tt.terms {
				g := m.Terms[i]
				if g.String() != w.name || strings.Join(g.Cases, " ") != w.cases {
					t.Errorf("term %v of %v, want %s of %s", g, g.Cases, w.name, w.cases)
				}
				near(t, w.name+" consistency", g.Consistency, w.cons)
				near(t, w.name+" PRI", g.PRI, w.pri)
				near(t, w.name+" raw coverage", g.RawCoverage, w.covS)
				near(t, w.name+" unique coverage", g.UniqueCoverage, w.covU)
			}
		})
	}
}

// The absence of survival has its own explanation (Rihoux and Ragin 2009, ch. 3).
func TestNegate(t *testing.T) {
	d := lipset(t, "lipset_crisp.csv")
	n := d.Negate()
	if n.OutcomeName != "~SURV" || n.Negate().OutcomeName != "SURV" {
		t.Errorf("names %q and %q", n.OutcomeName, n.Negate().OutcomeName)
	}
	if diff := cmp.Diff(d.Outcome, n.Negate().Outcome); diff != "" {
		t.Error(diff)
	}
	table, err := NewTable(n, Cutoffs{})
	if err != nil {
		t.Fatal(err)
	}
	s, err := table.Minimize(Conservative)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := s.Models[0].String(), "DEV*LIT*IND*~STB + ~DEV*~URB*~IND"; got != want {
		t.Errorf("model %s, want %s", got, want)
	}
}

func small(scores ...string) Data {
	d := Data{Conditions: []string{"A", "B"}, OutcomeName: "Y"}
	for i, s := range scores {
		var a, b, y float64
		if _, err := fmt.Sscan(s, &a, &b, &y); err != nil {
			panic(err)
		}
		d.Cases = append(d.Cases, fmt.Sprintf("c%d", i+1))
		d.Membership = append(d.Membership, []float64{a, b})
		d.Outcome = append(d.Outcome, y)
	}
	return d
}

func TestTableCoding(t *testing.T) {
	// Row 11: 3 of 4 have the outcome. Row 10: one of two. Row 00: one case.
	d := small("1 1 1", "1 1 1", "1 1 1", "1 1 0", "1 0 1", "1 0 0", "0 0 1")
	for _, tt := range []struct {
		name       string
		c          Cutoffs
		want       []string
		remainders int
	}{
		{"defaults", Cutoffs{}, []string{
			"00 positive n=1 consistency=1.000 PRI=1.000 [c7]",
			"10 negative n=2 consistency=0.500 PRI=0.500 [c5 c6] deviant [c5]",
			"11 negative n=4 consistency=0.750 PRI=0.750 [c1 c2 c3 c4] deviant [c1 c2 c3]"}, 1},
		{"lower consistency, met exactly", Cutoffs{Consistency: 0.75}, []string{
			"00 positive n=1 consistency=1.000 PRI=1.000 [c7]",
			"10 negative n=2 consistency=0.500 PRI=0.500 [c5 c6] deviant [c5]",
			"11 positive n=4 consistency=0.750 PRI=0.750 [c1 c2 c3 c4] deviant [c4]"}, 1},
		{"frequency", Cutoffs{Frequency: 2}, []string{
			"00 remainder n=1 consistency=1.000 PRI=1.000 [c7]",
			"10 negative n=2 consistency=0.500 PRI=0.500 [c5 c6] deviant [c5]",
			"11 negative n=4 consistency=0.750 PRI=0.750 [c1 c2 c3 c4] deviant [c1 c2 c3]"}, 2},
		{"contradictions", Cutoffs{Contradiction: 0.5}, []string{
			"00 positive n=1 consistency=1.000 PRI=1.000 [c7]",
			"10 contradictory n=2 consistency=0.500 PRI=0.500 [c5 c6]",
			"11 contradictory n=4 consistency=0.750 PRI=0.750 [c1 c2 c3 c4]"}, 1},
		{"PRI", Cutoffs{Consistency: 0.75, PRI: 0.8}, []string{
			"00 positive n=1 consistency=1.000 PRI=1.000 [c7]",
			"10 negative n=2 consistency=0.500 PRI=0.500 [c5 c6] deviant [c5]",
			"11 negative n=4 consistency=0.750 PRI=0.750 [c1 c2 c3 c4] deviant [c1 c2 c3]"}, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			table, err := NewTable(d, tt.c)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, r := range table.Rows {
				s := r.String()
				if len(r.Deviant) > 0 {
					s += fmt.Sprint(" deviant ", r.Deviant)
				}
				if mixed := r.Number > 1; r.Mixed != mixed {
					t.Errorf("row %d mixed = %v", r.Number, r.Mixed)
				}
				got = append(got, s)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if table.Unobserved != 1 || table.Remainders != tt.remainders {
				t.Errorf("unobserved %d, remainders %d; want 1, %d", table.Unobserved, table.Remainders, tt.remainders)
			}
		})
	}
}

func TestAmbiguous(t *testing.T) {
	table, err := NewTable(small("0.5 1 1", "1 1 1", "0 0.2 0.5"), Cutoffs{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]Ambiguity{{"c1", "A"}, {"c3", "Y"}}, table.Ambiguous); diff != "" {
		t.Error(diff)
	}
	n := 0
	for _, r := range table.Rows {
		n += r.N
	}
	if n != 2 {
		t.Errorf("%d cases in rows, want 2: the case at 0.5 belongs to none", n)
	}
}

func TestErrors(t *testing.T) {
	good := func() Data { return small("1 1 1", "0 0 0") }
	many := make([]string, 13)
	for i := range many {
		many[i] = fmt.Sprintf("K%d", i)
	}
	for _, tt := range []struct {
		name string
		d    func() Data
		c    Cutoffs
		kind Kind
		want []string
	}{
		{name: "empty", d: func() Data { return Data{} }, want: []string{"no cases", "no conditions", "outcome has no name"}},
		{name: "missing score", d: func() Data { d := good(); d.Membership[1][0] = math.NaN(); return d }, want: []string{`case "c2" has no score in the condition "A"`}},
		{name: "range", d: func() Data { d := good(); d.Membership[0][1] = 1.5; return d }, want: []string{`case "c1" has 1.5 in the condition "B"`, "calibrate"}},
		{name: "outcome range", d: func() Data { d := good(); d.Outcome[0] = -1; return d }, want: []string{`case "c1" has -1 in the outcome "Y"`}},
		{name: "infinite", d: func() Data { d := good(); d.Membership[0][0] = math.Inf(1); return d }, want: []string{`case "c1"`, `"A"`}},
		{name: "short row", d: func() Data { d := good(); d.Membership[1] = d.Membership[1][:1]; return d }, want: []string{`case "c2" has 1 scores but there are 2 conditions`}},
		{name: "few rows", d: func() Data { d := good(); d.Membership = d.Membership[:1]; return d }, want: []string{"2 cases but 1 rows"}},
		{name: "few outcomes", d: func() Data { d := good(); d.Outcome = nil; return d }, want: []string{"2 cases but 0 outcome scores"}},
		{name: "same case", d: func() Data { d := good(); d.Cases[1] = "c1"; return d }, want: []string{`more than one case named "c1"`}},
		{name: "blank condition", d: func() Data { d := good(); d.Conditions[1] = " "; return d }, want: []string{"condition number 2 has no name"}},
		{name: "sign in name", d: func() Data { d := good(); d.Conditions[1] = "press + radio"; return d }, want: []string{"press + radio", "rename"}},
		{name: "outcome among conditions", d: func() Data { d := good(); d.OutcomeName = "A"; return d }, want: []string{`"A" is both`}},
		{name: "too many", d: func() Data { d := good(); d.Conditions = many; return d }, want: []string{"13 conditions", "at most 12"}},
		{name: "cut-offs", d: good, c: Cutoffs{Frequency: -1, Consistency: 1.2, PRI: math.NaN(), Contradiction: -1}, want: []string{"frequency", "consistency", "PRI", "contradiction"}},
		{name: "contradiction above", d: good, c: Cutoffs{Consistency: 0.8, Contradiction: 0.9}, want: []string{"contradiction cut-off is 0.9"}},
		{name: "kind", d: good, kind: "intermediate", want: []string{`"intermediate"`, "conservative"}},
		{name: "nothing positive", d: func() Data { return small("1 1 0", "0 0 0") }, kind: Conservative, want: []string{"no row", "positive"}},
		{name: "nothing negative", d: func() Data { return small("1 1 1", "0 0 1") }, kind: Parsimonious, want: []string{"no row", "negative", "conservative solution"}},
		{name: "all positive", d: func() Data { return small("1 1 1", "0 0 1", "1 0 1", "0 1 1") }, kind: Conservative, want: []string{"every possible configuration"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			table, err := NewTable(tt.d(), tt.c)
			if err == nil {
				_, err = table.Minimize(tt.kind)
			}
			if err == nil {
				t.Fatal("no error")
			}
			for _, w := range tt.want {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("error %q does not say %q", err, w)
				}
			}
		})
	}
	if _, err := (Table{}).Minimize(Conservative); err == nil || !strings.Contains(err.Error(), "NewTable") {
		t.Errorf("empty table: %v", err)
	}
	many200 := Data{Conditions: []string{"A"}, OutcomeName: "Y"}
	for i := range 200 {
		many200.Cases = append(many200.Cases, fmt.Sprint(i))
		many200.Membership = append(many200.Membership, []float64{2})
		many200.Outcome = append(many200.Outcome, 1)
	}
	if err := many200.Valid(); err == nil || !strings.Contains(err.Error(), "190 more problems") {
		t.Errorf("many problems: %v", err)
	}
}

// The smallest covers are compared with trying every set of columns.
func TestSmallestCoversByBruteForce(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 11))
	for range 400 {
		rows, columns := 1+r.IntN(7), 1+r.IntN(10)
		covers := make([][]int, columns)
		for c := range covers {
			for row := range rows {
				if r.IntN(3) == 0 {
					covers[c] = append(covers[c], row)
				}
			}
		}
		for row := range rows { // every row can be covered
			if !slices.ContainsFunc(covers, func(c []int) bool { return slices.Contains(c, row) }) {
				c := r.IntN(columns)
				covers[c] = append(covers[c], row)
			}
		}
		var want [][]int
		best := columns + 1
		for set := range 1 << columns {
			var chosen []int
			seen := map[int]bool{}
			for c := range columns {
				if set>>c&1 == 1 {
					chosen = append(chosen, c)
					for _, row := range covers[c] {
						seen[row] = true
					}
				}
			}
			if len(seen) < rows || len(chosen) > best {
				continue
			}
			if len(chosen) < best {
				best, want = len(chosen), nil
			}
			want = append(want, chosen)
		}
		slices.SortFunc(want, slices.Compare)
		got, more, err := smallestCovers(covers, rows, 10_000)
		if err != nil || more {
			t.Fatalf("%v: %v, more %v", covers, err, more)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%v (-want +got):\n%s", covers, diff)
		}
		if len(want) > 1 {
			got, more, err = smallestCovers(covers, rows, len(want)-1)
			if err != nil || !more || len(got) != len(want)-1 {
				t.Fatalf("capped: %d of %d, more %v, %v", len(got), len(want), more, err)
			}
			_, more, _ = smallestCovers(covers, rows, len(want))
			if more {
				t.Fatalf("%v: exactly the cap is not more than the cap", covers)
			}
		}
	}
}

// Input stays as it was, and the same input gives the same answer.
func TestPure(t *testing.T) {
	d, same := lipset(t, "lipset_fuzzy.csv"), lipset(t, "lipset_fuzzy.csv")
	var first []byte
	for range 5 {
		table, err := NewTable(d, Cutoffs{Consistency: 0.7})
		if err != nil {
			t.Fatal(err)
		}
		s, err := table.Minimize(Parsimonious)
		if err != nil {
			t.Fatal(err)
		}
		b, err := json.Marshal([]any{table, s})
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = b
		}
		if string(first) != string(b) {
			t.Errorf("another answer:\n%s\n%s", first, b)
		}
	}
	if diff := cmp.Diff(same, d); diff != "" {
		t.Errorf("input changed (-before +after):\n%s", diff)
	}
	table, err := NewTable(d, Cutoffs{})
	if err != nil {
		t.Fatal(err)
	}
	before, err := table.Minimize(Conservative)
	if err != nil {
		t.Fatal(err)
	}
	d.Membership[0][0], d.Outcome[0], d.Cases[0] = 0.5, 0.5, "changed"
	after, err := table.Minimize(Conservative)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, after); diff != "" {
		t.Errorf("a table follows its data (-before +after):\n%s", diff)
	}
}

func TestCalibrate(t *testing.T) {
	for _, tt := range []struct {
		raw, want float64
	}{{549, 0}, {550, 1}, {1098, 1}} {
		got, err := Crisp(tt.raw, 550)
		if err != nil || got != tt.want {
			t.Errorf("Crisp(%v, 550) = %v, %v; want %v", tt.raw, got, err, tt.want)
		}
	}
	up, down := Anchors{400, 550, 900}, Anchors{15, 9.5, 5}
	for _, tt := range []struct {
		raw  float64
		a    Anchors
		want float64
	}{
		{400, up, 0.05}, {550, up, 0.5}, {900, up, 0.95}, {720, up, 0.8069256329874}, {468, up, 0.1666404558837},
		{15, down, 0.05}, {9.5, down, 0.5}, {5, down, 0.95}, {10, down, 0.4334776558542}, {4, down, 0.973370852135},
		{1e300, up, 1}, {-1e300, up, 0},
	} {
		got, err := Fuzzy(tt.raw, tt.a)
		if err != nil {
			t.Fatal(err)
		}
		near(t, fmt.Sprint("Fuzzy ", tt.raw), got, tt.want)
	}
	for _, tt := range []struct {
		raw  float64
		a    Anchors
		want string
	}{
		{math.NaN(), up, "missing"}, {math.Inf(1), up, "infinite"},
		{1, Anchors{}, "neither rise nor fall"}, {1, Anchors{1, 1, 2}, "neither"}, {1, Anchors{1, 3, 2}, "neither"},
		{1, Anchors{1, math.NaN(), 2}, "crossover is missing"},
	} {
		if _, err := Fuzzy(tt.raw, tt.a); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("Fuzzy(%v, %v): error %v, want %q", tt.raw, tt.a, err, tt.want)
		}
	}
	if _, err := Crisp(math.NaN(), 1); err == nil {
		t.Error("Crisp of a missing value: no error")
	}
	if _, err := Crisp(1, math.NaN()); err == nil {
		t.Error("Crisp with a missing threshold: no error")
	}
}

// TestCalibrateOracle compares with R's calibrate, for the crisp threshold and
// the direct method with three anchors and 0.95 as degree of membership.
func TestCalibrateOracle(t *testing.T) {
	b, err := os.ReadFile(filepath.Join(shared(t), "tools", "calibration.json"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Calibrate []struct {
			ID     string
			X      []*float64
			Result []*float64
			Args   map[string]json.RawMessage
		}
	}
	if err := json.Unmarshal(b, &file); err != nil {
		t.Fatal(err)
	}
	vectors, values := 0, 0
	for _, v := range file.Calibrate {
		arg := func(name string) string { return strings.Trim(string(v.Args[name]), `"`) }
		if m := arg("method"); m != "" && m != "direct" || arg("logistic") == "false" || v.Args["idm"] != nil && arg("idm") != "0.95" {
			continue
		}
		var named struct{ E, C, I *float64 }
		var list numbers
		if json.Unmarshal(v.Args["thresholds"], &named) == nil && named.E != nil {
			list = numbers{*named.E, *named.C, *named.I}
		} else if json.Unmarshal(v.Args["thresholds"], &list) != nil {
			continue
		}
		crisp := arg("type") == "crisp"
		if crisp && len(list) != 1 || !crisp && len(list) != 3 {
			continue
		}
		if v.ID == "err-crossover-outside" { // R takes impossible anchors; we refuse
			if (Anchors{list[0], list[1], list[2]}).Valid() == nil {
				t.Errorf("%s: no error", v.ID)
			}
			continue
		}
		if len(v.Result) != len(v.X) {
			continue // R refused as well
		}
		vectors++
		for i, x := range v.X {
			if x == nil || v.Result[i] == nil {
				continue
			}
			values++
			var got float64
			if crisp {
				got, err = Crisp(*x, list[0])
			} else {
				got, err = Fuzzy(*x, Anchors{list[0], list[1], list[2]})
			}
			if err != nil {
				t.Fatalf("%s: %v", v.ID, err)
			}
			if r := *v.Result[i]; (r == 0 || r == 1) && math.Abs(got-r) < 1e-4 {
				continue // R rounds to 0 and 1 from about here on; the formula never reaches them
			}
			near(t, fmt.Sprintf("%s value %d (%v)", v.ID, i+1, *x), got, *v.Result[i])
		}
	}
	t.Logf("checked %d vectors, %d values", vectors, values)
	if vectors == 0 {
		t.Error("no vector was checked")
	}
}
