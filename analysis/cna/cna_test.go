package cna

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// table makes data of rows of digits, as "101".
func table(factors string, rows ...string) Data {
	d := Data{Factors: strings.Split(factors, "")}
	for i, row := range rows {
		d.Cases = append(d.Cases, fmt.Sprint("case ", i+1))
		var values []float64
		for _, r := range row {
			values = append(values, float64(r-'0'))
		}
		d.Values = append(d.Values, values)
	}
	return d
}

func formulas(fs []fit) []string {
	out := []string{}
	for _, f := range fs {
		out = append(out, f.formula)
	}
	return out
}

// chain is A or B giving C, and C with not D giving E, in every configuration.
func chain() Data {
	var rows []string
	for n := range 8 {
		a, b, d := n>>2&1, n>>1&1, n&1
		c := a | b
		rows = append(rows, fmt.Sprint(a, b, c, d, c&(1-d)))
	}
	return table("ABCDE", strings.Split(strings.ReplaceAll(strings.Join(rows, ","), " ", ""), ",")...)
}

func TestChain(t *testing.T) {
	for _, test := range []struct {
		name string
		o    Options
		asf  []string
		csf  []string
	}{
		{"all", Options{}, []string{"A + B <-> C", "A*~D + B*~D <-> E", "C*~D <-> E"}, []string{"(A + B <-> C)*(C*~D <-> E)"}},
		{"one outcome", Options{Outcomes: []string{"E"}}, []string{"C*~D <-> E", "A*~D + B*~D <-> E"}, []string{"C*~D <-> E", "A*~D + B*~D <-> E"}},
		{"absence", Options{Outcomes: []string{"~E"}, Exclude: []string{"A*, B* -> ~E"}}, []string{"~C + D <-> ~E"}, []string{"~C + D <-> ~E"}},
		{"excluded", Options{Outcomes: []string{"E"}, Exclude: []string{"C -> E"}}, []string{"A*~D + B*~D <-> E"}, []string{"A*~D + B*~D <-> E"}},
		{"excluded from all", Options{Outcomes: []string{"E"}, Exclude: []string{"A, B -> E*"}}, []string{"C*~D <-> E"}, []string{"C*~D <-> E"}},
		{"ordering", Options{Ordering: [][]string{{"A", "B", "D"}, {"E"}, {"C"}}, Outcomes: []string{"E"}}, []string{"A*~D + B*~D <-> E"}, []string{"A*~D + B*~D <-> E"}},
		{"strict", Options{Ordering: [][]string{{"C", "E"}}, Strict: true, Outcomes: []string{"E"}}, []string{"A*~D + B*~D <-> E"}, []string{"A*~D + B*~D <-> E"}},
		{"one term", Options{MaxDisjuncts: 1}, []string{"C*~D <-> E"}, []string{"C*~D <-> E"}},
		{"simple", Options{MaxComplexity: 2}, []string{"A + B <-> C", "C*~D <-> E"}, []string{"(A + B <-> C)*(C*~D <-> E)"}},
		{"single literals", Options{MaxConjuncts: 1}, []string{"A + B <-> C"}, []string{"A + B <-> C"}},
		{"last", Options{Last: AtomicStage, MaxComplexity: 2}, []string{"A + B <-> C", "C*~D <-> E"}, []string{}},
	} {
		r, err := Analyze(context.Background(), chain(), test.o)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		_, asf, csf := fits(r)
		a, c := formulas(asf), formulas(csf)
		slices.Sort(a)
		slices.Sort(test.asf)
		if diff := cmp.Diff(test.asf, a); diff != "" {
			t.Errorf("%s: atomic (-want +got):\n%s", test.name, diff)
		}
		if diff := cmp.Diff(test.csf, c); test.name != "all" && diff != "" {
			t.Errorf("%s: complex (-want +got):\n%s", test.name, diff)
		}
		if test.name == "all" && !slices.Contains(c, test.csf[0]) {
			t.Errorf("the chain is not among %v", c)
		}
	}
}

// Each factor is the other's only explanation, which is a circle.
func TestAcyclic(t *testing.T) {
	d := table("ABC", "110", "111", "000", "001")
	r, err := Analyze(context.Background(), d, Options{})
	if err != nil {
		t.Fatal(err)
	}
	// A <-> B says all that B <-> A says, so each is a solution without the other.
	if _, _, csf := fits(r); !slices.Equal(formulas(csf), []string{"B <-> A", "A <-> B"}) || r.Complex[0].Cyclic {
		t.Errorf("%v", csf)
	}
	if !slices.Contains(r.Notes, "A and B have the same value in every case: each can stand for the other.") {
		t.Errorf("%q", r.Notes)
	}
	r, err = Analyze(context.Background(), d, Options{Redundant: true})
	if err != nil || len(r.Complex) != 1 || !r.Complex[0].Cyclic {
		t.Errorf("%+v %v", r.Complex, err)
	}
	r, err = Analyze(context.Background(), d, Options{Redundant: true, Acyclic: true})
	if err != nil || len(r.Complex) != 0 || r.Aside.ComplexCyclic != 1 {
		t.Errorf("%+v %v", r, err)
	}
}

// The reference manual's example: the only case that differs in Y contradicts
// both formulas, so that neither may be drawn from the data.
func TestVariation(t *testing.T) {
	d := table("XZY")
	for i := range 21 {
		row := [][]float64{{1, 0, 1}, {0, 1, 1}, {1, 0, 0}}[i/10]
		d.Cases, d.Values = append(d.Cases, fmt.Sprint(i)), append(d.Values, row)
	}
	o := Options{Outcomes: []string{"Y"}, Con: 0.9, Cov: 1}
	r, err := Analyze(context.Background(), d, o)
	if err != nil || len(r.Atomic) != 0 || r.Aside.Unvaried == 0 {
		t.Errorf("%+v %v", r, err)
	}
	o.Variation = NotAsked
	r, err = Analyze(context.Background(), d, o)
	if err != nil {
		t.Fatal(err)
	}
	if _, asf, _ := fits(r); !slices.Contains(formulas(asf), "X + Z <-> Y") {
		t.Errorf("%v", asf)
	}
}

func TestCutoff(t *testing.T) {
	d := Data{Cases: []string{"a", "b", "c"}, Factors: []string{"A", "B", "Y"}, Values: [][]float64{{0.5, 0, 1}, {0.25, 1, 0.5}, {0, 0.5, 0}}}
	for _, test := range []struct {
		o    Options
		want bool
	}{{Options{}, true}, {Options{AboveCutoff: true}, false}, {Options{Cutoff: 0.6}, false}, {Options{Cutoff: 0.4, AboveCutoff: true}, true}} {
		test.o.Outcomes, test.o.Last = []string{"Y"}, SufficientStage
		r, err := Analyze(context.Background(), d, test.o)
		if err != nil {
			t.Fatal(err)
		}
		msc, _, _ := fits(r)
		if slices.Contains(formulas(msc), "A -> Y") != test.want {
			t.Errorf("%+v: %v", test.o, msc)
		}
	}
}

// What is called a condition or a solution is one, whatever the data.
func TestProperties(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 150 {
		d, ok := random(r)
		if !ok {
			continue
		}
		before := fmt.Sprint(d)
		o := Options{Con: 0.8, Cov: 0.7, Last: AtomicStage}
		res, err := Analyze(context.Background(), d, o)
		if err != nil {
			t.Fatal(err)
		}
		if fmt.Sprint(d) != before {
			t.Fatal("the data were changed")
		}
		b := newBrute(d, o)
		con := func(y Literal, ts ...Term) (float64, float64) {
			var all []bruteTerm
			for _, term := range ts {
				var one bruteTerm
				for _, l := range term {
					one = append(one, bruteLiteral{slices.Index(d.Factors, l.Factor), l.Value})
				}
				all = append(all, one)
			}
			return b.fit(all, bruteLiteral{slices.Index(d.Factors, y.Factor), y.Value})
		}
		near := func(x, y float64) bool { return math.Abs(x-y) < 1e-9 }
		for _, s := range res.Sufficient {
			c, v := con(s.Outcome, s.Term)
			if !near(c, s.Consistency) || !near(v, s.Coverage) || c < o.Con-1e-9 {
				t.Errorf("%s has %v %v, not %v %v", s.Formula, c, v, s.Consistency, s.Coverage)
			}
			for i := range s.Term {
				if part := slices.Delete(slices.Clone(s.Term), i, i+1); len(part) > 0 {
					if c, _ := con(s.Outcome, part); c >= o.Con-1e-9 {
						t.Errorf("%s: a part of it is enough", s.Formula)
					}
				}
			}
		}
		for _, s := range res.Atomic {
			c, v := con(s.Outcome, s.Terms...)
			if !near(c, s.Consistency) || !near(v, s.Coverage) || c < o.Con-1e-9 || v < o.Cov-1e-9 {
				t.Errorf("%s has %v %v, not %v %v", s.Formula, c, v, s.Consistency, s.Coverage)
			}
			for i := range s.Terms {
				if part := slices.Delete(slices.Clone(s.Terms), i, i+1); len(part) > 0 {
					if c, v := con(s.Outcome, part...); c >= o.Con-1e-9 && v >= o.Cov-1e-9 {
						t.Errorf("%s: a term can go", s.Formula)
					}
				}
			}
		}
	}
}

// Neither the order of cases and factors nor their names make a difference.
func TestInvariance(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 100 {
		d, ok := random(r)
		if !ok {
			continue
		}
		o := Options{Con: 0.75, Cov: 0.7, MaxDisjuncts: 3}
		e := Data{}
		rows, columns := r.Perm(len(d.Cases)), r.Perm(len(d.Factors))
		rename := map[string]string{}
		for _, j := range columns {
			rename[d.Factors[j]] = fmt.Sprint("n", j)
			e.Factors = append(e.Factors, rename[d.Factors[j]])
		}
		for _, i := range rows {
			e.Cases = append(e.Cases, d.Cases[i])
			var row []float64
			for _, j := range columns {
				row = append(row, d.Values[i][j])
			}
			e.Values = append(e.Values, row)
		}
		one, err1 := Analyze(context.Background(), d, o)
		two, err2 := Analyze(context.Background(), e, o)
		if err1 != nil || err2 != nil {
			if fmt.Sprint(reflect.TypeOf(err1)) != fmt.Sprint(reflect.TypeOf(err2)) {
				t.Fatal(err1, err2)
			}
			continue
		}
		words := strings.NewReplacer(pairs(rename)...)
		a, b, c := fits(one)
		p, q, s := fits(two)
		for _, pair := range [][2][]fit{{a, p}, {b, q}, {c, s}} {
			var x, y []string
			for _, f := range pair[0] {
				x = append(x, fmt.Sprintln(canonical(words.Replace(f.formula)), f.con, f.cov, f.complexity))
			}
			for _, f := range pair[1] {
				y = append(y, fmt.Sprintln(canonical(f.formula), f.con, f.cov, f.complexity))
			}
			slices.Sort(x)
			slices.Sort(y)
			if diff := cmp.Diff(x, y); diff != "" {
				t.Fatalf("%v\n%s", d, diff)
			}
		}
		again, _ := Analyze(context.Background(), d, o)
		if diff := cmp.Diff(one, again); diff != "" {
			t.Fatal(diff)
		}
	}
}

func pairs(m map[string]string) (out []string) {
	for k, v := range m {
		out = append(out, k, v)
	}
	return out
}

func TestErrors(t *testing.T) {
	good := func() Data { return table("ABY", "111", "100", "010", "001") }
	with := func(change func(*Data)) Data { d := good(); change(&d); return d }
	for _, test := range []struct {
		d    Data
		o    Options
		want string
	}{
		{Data{}, Options{}, "there are no cases"},
		{with(func(d *Data) { d.Values[1][2] = math.NaN() }), Options{}, `case "case 2" has no value in the factor "Y"`},
		{with(func(d *Data) { d.Values[1][2] = -0.1 }), Options{}, `case "case 2" has -0.1 in the factor "Y", below 0`},
		{with(func(d *Data) { d.Values[1][2], d.Values[0][0] = 1.5, 0.2 }), Options{}, `has 1.5 in the factor "Y", outside 0 to 1`},
		{with(func(d *Data) { d.Values[0][0] = math.Inf(1) }), Options{}, "which is no category"},
		{with(func(d *Data) { d.Factors[1] = "A" }), Options{}, `more than one factor named "A"`},
		{with(func(d *Data) { d.Factors[1] = "A*B" }), Options{}, `the factor "A*B" has one of`},
		{with(func(d *Data) { d.Factors[1] = "" }), Options{}, "factor number 2 has no name"},
		{with(func(d *Data) { d.Cases[1] = d.Cases[0] }), Options{}, `more than one case named "case 1"`},
		{with(func(d *Data) { d.Values[3] = d.Values[3][:2] }), Options{}, `case "case 4" has 2 values but there are 3 factors`},
		{with(func(d *Data) { d.Values = d.Values[:3] }), Options{}, "4 cases but 3 rows"},
		{table("AB", "10", "11"), Options{}, `the factor "A" is 1 in every case, so it can make no difference`},
		{table("A", "1", "0"), Options{}, "there are 1 factors"},
		{good(), Options{Outcomes: []string{"Z"}}, `the outcomes: there is no factor "Z"; there are: A, B, Y`},
		{good(), Options{Outcomes: []string{"Y=2"}}, `no case has the value 2 in the factor "Y"`},
		{good(), Options{Outcomes: []string{"Y=x"}}, `gives the value "x"`},
		{good(), Options{Ordering: [][]string{{"A"}, {"A"}}}, `names the factor "A" twice`},
		{good(), Options{Ordering: [][]string{{"Q"}}}, `the ordering: there is no factor "Q"`},
		{good(), Options{Exclude: []string{"A"}}, `the exclusion "A" has no ->`},
		{good(), Options{Exclude: []string{"Q -> A"}}, `there is no factor "Q"`},
		{good(), Options{Con: 1.2}, "the least consistency is 1.2"},
		{good(), Options{Cov: math.NaN()}, "the least coverage is NaN"},
		{good(), Options{MaxDisjuncts: -1}, "the largest number of disjuncts is -1"},
		{good(), Options{Variation: "much"}, `the variation is "much"`},
		{good(), Options{Last: "end"}, `the last stage is "end"`},
	} {
		_, err := Analyze(context.Background(), test.d, test.o)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("want %q, got %v", test.want, err)
		}
	}
	many := Data{Cases: []string{"x", "y"}, Factors: []string{"A", "B"}}
	for i := range MaxLevels + 2 {
		many.Cases = append(many.Cases, fmt.Sprint(i))
	}
	for i := range many.Cases {
		many.Values = append(many.Values, []float64{float64(i), float64(i % 2)})
	}
	if err := many.Valid(); err == nil || !strings.Contains(err.Error(), `"A" has 68 different values and at most 64`) {
		t.Error(err)
	}
	if _, err := ParseOrdering("A,,B<C"); err == nil {
		t.Error("a missing name was accepted")
	}
}

// noise is data without a pattern.
func noise(factors, cases int) Data {
	r := rand.New(rand.NewPCG(7, uint64(factors)))
	d := Data{}
	for j := range factors {
		d.Factors = append(d.Factors, fmt.Sprint("F", j))
	}
	for i := range cases {
		d.Cases = append(d.Cases, fmt.Sprint(i))
		row := make([]float64, factors)
		for j := range row {
			row[j] = float64(r.IntN(2))
		}
		d.Values = append(d.Values, row)
	}
	return d
}

// What would be too much ends with the count and with what was found before.
func TestTooMuch(t *testing.T) {
	d := noise(12, 60)
	for _, test := range []struct {
		o     Options
		stage Stage
		want  string
	}{
		{Options{MaxWork: 100}, SufficientStage, "the outcome F0 has about 1.56e+03 conjunctions to examine and 100 were not enough"},
		{Options{Con: 0.7, Cov: 0.7, MaxSolutions: 5}, SufficientStage, "the outcome F0 has at least 6 sufficient conditions and at most 5 are listed"},
		{Options{Con: 0.8, Cov: 0.8, MaxWork: 5000}, AtomicStage, "disjunctions to examine and 5000 were not enough"},
		{Options{Con: 0.75, Cov: 0.75, MaxWork: 1_000_000, MaxComplexity: 6}, ComplexStage, "of 7 outcomes combine in 94248000 ways"},
	} {
		r, err := Analyze(context.Background(), d, test.o)
		var much *TooMuch
		if !errors.As(err, &much) || much.Stage != test.stage || much.Count == 0 || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%+v: %v", test.o, err)
		}
		if test.stage != SufficientStage && len(r.Sufficient) == 0 || test.stage == ComplexStage && len(r.Atomic) == 0 {
			t.Errorf("%+v: finished stages were lost", test.o)
		}
	}
}

func TestCancel(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	told := 0
	_, err := Analyze(ctx, noise(20, 80), Options{Con: 0.7, Cov: 0.9, Progress: func(s Stage, done, total int) {
		if told++; s == AtomicStage {
			stop()
		}
		if done > total || total != 20 {
			t.Errorf("%s: %d of %d", s, done, total)
		}
	}})
	if !errors.Is(err, context.Canceled) || told < 20 {
		t.Errorf("%v after %d", err, told)
	}
}

// No text of a researcher breaks the reading of outcomes, orderings and exclusions.
func FuzzWords(f *testing.F) {
	for _, s := range []string{"A", "~Y", "Y=1", "A, B < Y", "A*, ~B -> Y*", "=", "~", "->", "A=99999999999999999999", "é"} {
		f.Add(s)
	}
	d := table("ABY", "111", "100", "010", "001")
	m := table("ABY", "211", "100", "012", "001")
	f.Fuzz(func(t *testing.T, s string) {
		ordering, _ := ParseOrdering(s)
		for _, d := range []Data{d, m} {
			for _, o := range []Options{{Outcomes: []string{s}}, {Exclude: []string{s}}, {Ordering: ordering}} {
				if _, err := Analyze(context.Background(), d, o); err != nil && err.Error() == "" {
					t.Error("an error without words")
				}
			}
		}
	})
}
