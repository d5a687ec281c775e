package qca

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// lipset reads the published scores kept in testdata.
func lipset(t *testing.T, file string) Data {
	t.Helper()
	return readData(t, filepath.Join("testdata", file), "SURV", []string{"DEV", "URB", "LIT", "IND", "STB"}, nil)
}

// solve gives the one solution of a table.
func solve(t *testing.T, table Table, o Options) Solution {
	t.Helper()
	s, err := table.Minimize(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	return s[0]
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
			s := solve(t, table, Options{Solution: tt.kind})
			if len(s.Models) != 1 || s.Models[0].Expr != tt.want {
				t.Fatalf("models %v, want %s", s.Models, tt.want)
			}
			m := s.Models[0]
			near(t, "consistency", m.Fit.Solution.Consistency, tt.cons)
			near(t, "PRI", m.Fit.Solution.PRI, tt.pri)
			near(t, "coverage", m.Fit.Solution.Coverage, tt.cov)
			if len(m.Assumptions) != tt.assumptions {
				t.Errorf("assumptions %v, want %d", m.Assumptions, tt.assumptions)
			}
			for i, w := range tt.terms {
				g, name := m.Fit.Terms[i], s.PrimeImplicants[m.Terms[i]].Expr
				if name != w.name || strings.Join(g.Cases, " ") != w.cases {
					t.Errorf("term %s of %v, want %s of %s", name, g.Cases, w.name, w.cases)
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
	s := solve(t, table, Options{Solution: Conservative})
	if !s.Negated {
		t.Error("the solution does not say that the outcome is negated")
	}
	if got, want := s.Models[0].Expr, "DEV*LIT*IND*~STB + ~DEV*~URB*~IND"; got != want {
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
		d.Values = append(d.Values, []float64{a, b})
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
		remainders uint64
	}{
		{"defaults", Cutoffs{}, []string{
			"00 1 n=1 consistency=1.000 PRI=1.000 [c7]",
			"10 0 n=2 consistency=0.500 PRI=0.500 [c5 c6] deviant [c5]",
			"11 0 n=4 consistency=0.750 PRI=0.750 [c1 c2 c3 c4] deviant [c1 c2 c3]"}, 1},
		{"lower consistency, met exactly", Cutoffs{Consistency: 0.75}, []string{
			"00 1 n=1 consistency=1.000 PRI=1.000 [c7]",
			"10 0 n=2 consistency=0.500 PRI=0.500 [c5 c6] deviant [c5]",
			"11 1 n=4 consistency=0.750 PRI=0.750 [c1 c2 c3 c4] deviant [c4]"}, 1},
		{"frequency", Cutoffs{Frequency: 2}, []string{
			"00 ? n=1 consistency=1.000 PRI=1.000 [c7]",
			"10 0 n=2 consistency=0.500 PRI=0.500 [c5 c6] deviant [c5]",
			"11 0 n=4 consistency=0.750 PRI=0.750 [c1 c2 c3 c4] deviant [c1 c2 c3]"}, 2},
		{"contradictions", Cutoffs{Contradiction: 0.5}, []string{
			"00 1 n=1 consistency=1.000 PRI=1.000 [c7]",
			"10 C n=2 consistency=0.500 PRI=0.500 [c5 c6]",
			"11 C n=4 consistency=0.750 PRI=0.750 [c1 c2 c3 c4]"}, 1},
		{"PRI", Cutoffs{Consistency: 0.75, PRI: 0.8}, []string{
			"00 1 n=1 consistency=1.000 PRI=1.000 [c7]",
			"10 0 n=2 consistency=0.500 PRI=0.500 [c5 c6] deviant [c5]",
			"11 0 n=4 consistency=0.750 PRI=0.750 [c1 c2 c3 c4] deviant [c1 c2 c3]"}, 1},
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
	many := make([]string, 41)
	for i := range many {
		many[i] = fmt.Sprintf("K%d", i)
	}
	for _, tt := range []struct {
		name   string
		d      func() Data
		c      Cutoffs
		kind   Kind
		models int
		want   []string
	}{
		{name: "empty", d: func() Data { return Data{} }, want: []string{"no cases", "no conditions", "outcome has no name"}},
		{name: "missing score", d: func() Data { d := good(); d.Values[1][0] = math.NaN(); return d }, want: []string{`case "c2" has no score in the condition "A"`}},
		{name: "range", d: func() Data { d := good(); d.Values[0][1] = 1.5; return d }, want: []string{`case "c1" has 1.5 in the condition "B"`, "calibrate"}},
		{name: "outcome range", d: func() Data { d := good(); d.Outcome[0] = -1; return d }, want: []string{`case "c1" has -1 in the outcome "Y"`}},
		{name: "infinite", d: func() Data { d := good(); d.Values[0][0] = math.Inf(1); return d }, want: []string{`case "c1"`, `"A"`}},
		{name: "short row", d: func() Data { d := good(); d.Values[1] = d.Values[1][:1]; return d }, want: []string{`case "c2" has 1 scores but there are 2 conditions`}},
		{name: "few rows", d: func() Data { d := good(); d.Values = d.Values[:1]; return d }, want: []string{"2 cases but 1 rows"}},
		{name: "few outcomes", d: func() Data { d := good(); d.Outcome = nil; return d }, want: []string{"2 cases but 0 outcome scores"}},
		{name: "same case", d: func() Data { d := good(); d.Cases[1] = "c1"; return d }, want: []string{`more than one case named "c1"`}},
		{name: "blank condition", d: func() Data { d := good(); d.Conditions[1] = " "; return d }, want: []string{"condition number 2 has no name"}},
		{name: "sign in name", d: func() Data { d := good(); d.Conditions[1] = "press + radio"; return d }, want: []string{"press + radio", "rename"}},
		{name: "outcome among conditions", d: func() Data { d := good(); d.OutcomeName = "A"; return d }, want: []string{`"A" is both`}},
		{name: "too many", d: func() Data { d := good(); d.Conditions = many; return d }, want: []string{"41 conditions", "at most 40"}},
		{name: "cut-offs", d: good, c: Cutoffs{Frequency: -1, Consistency: 1.2, PRI: math.NaN(), Contradiction: -1}, want: []string{"frequency", "consistency", "PRI", "contradiction"}},
		{name: "contradiction above", d: good, c: Cutoffs{Consistency: 0.8, Contradiction: 0.9}, want: []string{"contradiction cut-off is 0.9"}},
		{name: "kind", d: good, kind: "best", want: []string{`"best"`, "conservative"}},
		{name: "too many models", d: good, models: 1_000_000_000, want: []string{"1000000000", "from 1 to 100000"}},
		{name: "too many configurations", d: func() Data {
			d := good()
			d.Levels = []int{100, 100}
			for range 10 {
				d.Conditions, d.Levels = append(d.Conditions, fmt.Sprint("L", len(d.Levels))), append(d.Levels, 100)
			}
			return d
		}, want: []string{"configurations, and at most"}},
		{name: "nothing positive", d: func() Data { return small("1 1 0", "0 0 0") }, kind: Conservative, want: []string{"no row", "positive"}},
		{name: "nothing negative", d: func() Data { return small("1 1 1", "0 0 1") }, kind: Parsimonious, want: []string{"no row", "negative", "conservative solution"}},
		{name: "all positive", d: func() Data { return small("1 1 1", "0 0 1", "1 0 1", "0 1 1") }, kind: Conservative, want: []string{"every possible configuration"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			table, err := NewTable(tt.d(), tt.c)
			if err == nil {
				_, err = table.Minimize(context.Background(), Options{Solution: tt.kind, MaxModels: tt.models})
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
	if _, err := (Table{}).Minimize(context.Background(), Options{}); err == nil || !strings.Contains(err.Error(), "NewTable") {
		t.Errorf("empty table: %v", err)
	}
	many200 := Data{Conditions: []string{"A"}, OutcomeName: "Y"}
	for i := range 200 {
		many200.Cases = append(many200.Cases, fmt.Sprint(i))
		many200.Values = append(many200.Values, []float64{-2})
		many200.Outcome = append(many200.Outcome, 1)
	}
	if err := many200.Valid(); err == nil || !strings.Contains(err.Error(), "190 more problems") {
		t.Errorf("many problems: %v", err)
	}
}

// The smallest and the irredundant covers are compared with trying every set of columns.
func TestCoversByBruteForce(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 11))
	ctx := context.Background()
	for range 400 {
		rows, columns := 1+r.IntN(7), 1+r.IntN(10)
		c := chart{rows: rows}
		for range columns {
			set := newBitset(rows)
			for row := range rows {
				if r.IntN(3) == 0 {
					set.add(row)
				}
			}
			c.columns = append(c.columns, set)
		}
		for row := range rows { // every row can be covered
			if !slices.ContainsFunc(c.columns, func(s bitset) bool { return s.has(row) }) {
				c.columns[r.IntN(columns)].add(row)
			}
		}
		covered := func(set int) bool {
			all := newBitset(rows)
			for i := range columns {
				if set>>i&1 == 1 {
					all.or(c.columns[i])
				}
			}
			return all.count() == rows
		}
		var smallest, irredundant [][]int
		best := columns + 1
		for set := range 1 << columns {
			if !covered(set) {
				continue
			}
			var chosen []int
			needed := true
			for i := range columns {
				if set>>i&1 == 1 {
					chosen = append(chosen, i)
					needed = needed && !covered(set&^(1<<i))
				}
			}
			if needed {
				irredundant = append(irredundant, chosen)
			}
			if len(chosen) < best {
				best, smallest = len(chosen), nil
			}
			if len(chosen) == best {
				smallest = append(smallest, chosen)
			}
		}
		slices.SortFunc(smallest, slices.Compare)
		slices.SortFunc(irredundant, slices.Compare)
		always := func(covers [][]int) []int {
			out := []int{}
			for i := range columns {
				if !slices.ContainsFunc(covers, func(c []int) bool { return !slices.Contains(c, i) }) {
					out = append(out, i)
				}
			}
			return out
		}
		for _, want := range [][][]int{smallest, irredundant} {
			work := 1_000_000
			got, err := c.smallest(ctx, false, 10_000, &work)
			if len(want) == len(irredundant) && &want[0] == &irredundant[0] {
				got, err = c.irredundant(ctx, 10_000, &work)
			}
			if err != nil || !got.exact || got.count.Int64() != int64(len(want)) || got.size != best {
				t.Fatalf("%v: %v, %d of size %d, exact %v; want %d of %d", c.columns, err, got.count, got.size, got.exact, len(want), best)
			}
			if diff := cmp.Diff(want, got.models); diff != "" {
				t.Fatalf("%v (-want +got):\n%s", c.columns, diff)
			}
			if diff := cmp.Diff(always(want), append([]int{}, got.always...)); diff != "" {
				t.Fatalf("%v: in every cover (-want +got):\n%s", c.columns, diff)
			}
		}
		work := 1_000_000
		one, err := c.smallest(ctx, true, 1, &work)
		if err != nil || one.size != best || one.bound != best || len(one.models) != 1 || len(one.models[0]) != best {
			t.Fatalf("%v: first %+v, %v; want a cover of %d", c.columns, one, err, best)
		}
		few, err := c.smallest(ctx, false, 1, &work)
		if err != nil || len(few.models) != 1 || few.count.Int64() != int64(len(smallest)) {
			t.Fatalf("%v: listing one: %+v, %v", c.columns, few, err)
		}
	}
}

// The prime implicants are compared with trying every conjunction, for binary and multi-value conditions and for all
// that may be avoided.
func TestPrimesByBruteForce(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 5))
	for range 300 {
		k := 1 + r.IntN(5)
		levels := make([]int, k)
		for j := range levels {
			levels[j] = 2 + r.IntN(2)
		}
		var all []cube
		each([]cube{whole(k)}, levels, func(c cube) bool { all = append(all, c); return true })
		var positive, avoid []cube
		for _, c := range all {
			switch r.IntN(4) {
			case 0:
				positive = append(positive, c)
			case 1, 2:
				avoid = append(avoid, c)
			}
		}
		if len(positive) == 0 || len(avoid) == 0 {
			continue
		}
		// The complement holds what is in none, and its size is right.
		rest := complement(avoid, levels)
		for _, c := range all {
			in := slices.ContainsFunc(rest, func(q cube) bool { return q.has(c) })
			if in == slices.ContainsFunc(avoid, func(q cube) bool { return slices.Equal(q, c) }) {
				t.Fatalf("complement of %v: %v", avoid, c)
			}
		}
		if n := size(rest, levels); n.Int64() != int64(len(all)-len(avoid)) {
			t.Fatalf("size %v, want %d", n, len(all)-len(avoid))
		}
		var want []cube
		wide := make([]int, k)
		for j := range wide {
			wide[j] = levels[j] + 1
		}
		ok := func(c cube) bool { return !slices.ContainsFunc(avoid, c.has) }
		each([]cube{whole(k)}, wide, func(c cube) bool {
			for j := range c {
				c[j]-- // from -1
			}
			if !ok(c) || !slices.ContainsFunc(positive, c.has) {
				return true
			}
			for j, v := range c {
				c[j] = absent
				shorter := v != absent && ok(c)
				c[j] = v
				if shorter {
					return true
				}
			}
			want = append(want, c)
			return true
		})
		slices.SortFunc(want, cube.order)
		got, err := primes(context.Background(), positive, avoid, 1000)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("positive %v avoid %v (-want +got):\n%s", positive, avoid, diff)
		}
		if len(want) > 1 {
			if _, err := primes(context.Background(), positive, avoid, len(want)-1); err != errTooMany {
				t.Fatalf("more than asked for: %v", err)
			}
		}
	}
}

// A solution covers exactly what it must, no term can be shortened or dropped, and neither the names nor the order of
// conditions and cases change anything.
func TestProperties(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 17))
	ctx := context.Background()
	for range 150 {
		k, n := 2+r.IntN(4), 5+r.IntN(20)
		d := Data{OutcomeName: "Y"}
		for j := range k {
			d.Conditions = append(d.Conditions, fmt.Sprintf("C%d", j))
			d.Levels = append(d.Levels, 2+r.IntN(2))
		}
		crisp := r.IntN(2) == 0
		for i := range n {
			d.Cases = append(d.Cases, fmt.Sprint("case", i))
			var row []float64
			for j := range k {
				if crisp || d.Levels[j] > 2 {
					row = append(row, float64(r.IntN(d.Levels[j])))
				} else {
					row = append(row, float64(r.IntN(11))/10)
				}
			}
			d.Values = append(d.Values, row)
			d.Outcome = append(d.Outcome, float64(r.IntN(11))/10)
		}
		// The same, the other way round and with other names.
		m := Data{OutcomeName: "Z"}
		for j := range slices.Backward(d.Conditions) {
			m.Conditions = append(m.Conditions, "renamed "+d.Conditions[j])
			m.Levels = append(m.Levels, d.Levels[j])
		}
		for i := range slices.Backward(d.Cases) {
			m.Cases = append(m.Cases, d.Cases[i])
			row := slices.Clone(d.Values[i])
			slices.Reverse(row)
			m.Values = append(m.Values, row)
			m.Outcome = append(m.Outcome, d.Outcome[i])
		}
		for _, o := range []Options{{Solution: Conservative}, {Solution: Parsimonious}, {Solution: Conservative, Models: Irredundant}, {Solution: Parsimonious, Models: First}} {
			table, err := NewTable(d, Cutoffs{Consistency: 0.7})
			if err != nil {
				t.Fatal(err)
			}
			mirror, err := NewTable(m, Cutoffs{Consistency: 0.7})
			if err != nil {
				t.Fatal(err)
			}
			got, err := table.Minimize(ctx, o)
			other, err2 := mirror.Minimize(ctx, o)
			if (err == nil) != (err2 == nil) {
				t.Fatalf("%v but mirrored %v", err, err2)
			}
			if err != nil {
				continue
			}
			s, q := got[0], other[0]
			if s.ModelCount.Cmp(q.ModelCount) != 0 || len(s.PrimeImplicants) != len(q.PrimeImplicants) || s.Size != q.Size || len(s.Essential) != len(q.Essential) {
				t.Fatalf("%v: %v models of %d from %d implicants; mirrored %v of %d from %d", o, s.ModelCount, s.Size, len(s.PrimeImplicants), q.ModelCount, q.Size, len(q.PrimeImplicants))
			}
			positive, negative := table.find(Positive), table.find(Negative)
			if o.Solution == Conservative {
				negative = complement(positive, d.Levels)
			}
			for _, model := range s.Models {
				var terms []cube
				for _, i := range model.Terms {
					c := make(cube, k)
					for j, v := range s.PrimeImplicants[i].Values {
						c[j] = int8(v)
					}
					terms = append(terms, c)
					for j, v := range c {
						if v == absent {
							continue
						}
						c[j] = absent
						if !slices.ContainsFunc(negative, c.meets) {
							t.Fatalf("%s can be shortened", s.PrimeImplicants[i].Expr)
						}
						c[j] = v
					}
				}
				for i, c := range terms {
					if slices.ContainsFunc(negative, c.meets) {
						t.Fatalf("%s covers what it must not", model.Expr)
					}
					rest := slices.Delete(slices.Clone(terms), i, i+1)
					if !slices.ContainsFunc(positive, func(p cube) bool { return !slices.ContainsFunc(rest, func(c cube) bool { return c.has(p) }) }) {
						t.Fatalf("a term of %s can be dropped", model.Expr)
					}
				}
				for _, p := range positive {
					if !slices.ContainsFunc(terms, func(c cube) bool { return c.has(p) }) {
						t.Fatalf("%s leaves out %s", model.Expr, table.expression(p))
					}
				}
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
		s := solve(t, table, Options{Solution: Parsimonious})
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
	before := solve(t, table, Options{})
	d.Values[0][0], d.Outcome[0], d.Cases[0] = 0.5, 0.5, "changed"
	after := solve(t, table, Options{})
	if diff := cmp.Diff(before, after, cmp.Comparer(func(a, b *big.Int) bool { return a.Cmp(b) == 0 })); diff != "" {
		t.Errorf("a table follows its data (-before +after):\n%s", diff)
	}
}
