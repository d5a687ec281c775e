package boolean_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"throughline/analysis/qca/boolean"
)

func conditions(levels ...int) (cs []boolean.Condition) {
	for i, l := range levels {
		cs = append(cs, boolean.Condition{Name: string(rune('A' + i)), Levels: l})
	}
	return cs
}

func TestParse(t *testing.T) {
	crisp := conditions(2, 2, 2)
	long := []boolean.Condition{{Name: "ELITE.split"}, {Name: "PRESS"}, {Name: "փողոց"}}
	multi := conditions(3, 2, 4)
	for _, tt := range []struct {
		text string
		cs   []boolean.Condition
		want string
	}{
		{"C*b + A", nil, "A + C*b"},
		{"A*~B + C", crisp, "C + A*~B"},
		{" ~ ~A\n+\tB*B ", crisp, "A + B"},
		{"~(A + B)*C", crisp, "C*~(A + B)"},
		{"((A))*(B*(C))", crisp, "A*B*C"},
		{"AB~C + C(A+B)", crisp, "A*B*~C + C*(A + B)"},
		{"A & !B | ¬C ∨ A·C • B", crisp, "~C + A*~B + A*B*C"},
		{"A + 0", crisp, "A"}, {"A*0", crisp, "0"}, {"A + 1", crisp, "1"}, {"A*1", crisp, "A"}, {"~0", crisp, "1"},
		{"A*~A", crisp, "~A*A"}, // not empty on fuzzy data
		{"A{1}*B[0]", crisp, "A*~B"},
		{"A{0,1}", crisp, "1"},
		{"PRESS*~ELITE.split + փողոց", long, "փողոց + ~ELITE.split*PRESS"},
		{"A[1,2]*~C{0} + ~B", multi, "~B + A{1,2}*C{1,2,3}"},
		{"~A{1}", multi, "A{0,2}"}, {"~A{0,1,2}", multi, "0"}, {"A{ 2 , 1 , 1 }", multi, "A{1,2}"},
		{"~A{1} + B{2}", nil, "~A + B{2}"},
		{"A + A*B", crisp, "A + A*B"}, // nothing is simplified
	} {
		e, err := boolean.Parse(tt.text, tt.cs)
		if err != nil {
			t.Errorf("%q: %v", tt.text, err)
			continue
		}
		if e.String() != tt.want {
			t.Errorf("%q is %q, want %q", tt.text, e, tt.want)
		}
	}
	small := boolean.Notation{SmallIsAbsent: true}
	for text, want := range map[string]string{"A*b + ~c": "C + A*~B", "aBC": "~A*B*C", "~(a + B)": "~(~A + B)"} {
		if e, err := small.Parse(text, crisp); err != nil || e.String() != want {
			t.Errorf("%q is %v (%v), want %q", text, e, err, want)
		}
	}
}

func TestParseErrors(t *testing.T) {
	crisp := []boolean.Condition{{Name: "DEV"}, {Name: "URB"}}
	multi := conditions(3, 2)
	for _, tt := range []struct {
		text string
		cs   []boolean.Condition
		want string
	}{
		{"", crisp, `1:1: expected a condition, "~" or "(", found the end`},
		{"DEV*", crisp, `1:5: expected a condition, "~" or "(", found the end`},
		{"DEV +\n  *URB", crisp, `2:3: expected a condition, "~" or "(", found "*"`},
		{"DEV URB", crisp, `1:5: expected "*", "+" or the end, found "URB"`},
		{"(DEV + URB", crisp, `1:11: expected "*", "+" or the ")" that closes the bracket of 1:1, found the end`},
		{"DEV)", crisp, `1:4: expected "*", "+" or the end, found ")"`},
		{"DEV*LIT", crisp, `1:5: there is no condition "LIT": expected one of DEV, URB`},
		{"Dev", crisp, `1:1: there is no condition "Dev"; did you mean "DEV"?`},
		{"DEV - URB", crisp, `1:5: '-' has no meaning here: write "~" for not`},
		{"é*DEV%", nil, `1:6: '%' has no meaning`},
		{"DEV\xff", crisp, "1:4: the text is not valid UTF-8"},
		{"A", multi, `1:1: the condition "A" has 3 levels: say which, as in A{1}`},
		{"A{3}", multi, `1:3: "A" has no level 3: its levels are 0 to 2`},
		{"A{}", multi, `1:3: expected a level of "A", a number from 0 to 2, found "}"`},
		{"A{1]", multi, `1:4: expected "," or '}', found "]"`},
		{"A{1", multi, `1:4: expected "," or '}', found the end`},
		{"A{99999999999999999999}", nil, `has no level`},
		{"2*A", nil, `1:1: expected a condition, found "2"`},
		{"ABX", conditions(2, 2), `1:3: there is no condition "X": expected one of A, B`},
		{"A", []boolean.Condition{{Name: "A"}, {Name: "A"}}, "more than one condition"},
		{"A", []boolean.Condition{{Name: "A", Levels: 1}}, "1 levels"},
		{"A", []boolean.Condition{{Name: "A b"}}, "cannot be written"},
		{"A", []boolean.Condition{{Name: ""}}, "has no name"},
		{"A", []boolean.Condition{{Name: "12"}}, "told from a number"},
		{strings.Repeat("(", 300) + "A" + strings.Repeat(")", 300), nil, "1:201: more than 200 brackets"},
		{strings.Repeat("A", 1<<17), nil, "too large"},
	} {
		_, err := boolean.Parse(tt.text, tt.cs)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%.40q: error %v, want %q", tt.text, err, tt.want)
		}
	}
	small := boolean.Notation{SmallIsAbsent: true}
	if _, err := small.Parse("Dev", crisp); err == nil || !strings.Contains(err.Error(), "mixes capital and small") {
		t.Errorf("mixed letters: %v", err)
	}
	if _, err := small.Parse("A", []boolean.Condition{{Name: "A"}, {Name: "a"}}); err == nil {
		t.Error("conditions that differ in letters only: no error")
	}
	var syntax *boolean.SyntaxError
	if _, err := boolean.Parse("A +", nil); !errors.As(err, &syntax) || syntax.Line != 1 || syntax.Column != 4 {
		t.Errorf("not a SyntaxError at 1:4: %#v", err)
	}
}

// random writes an expression over the conditions.
func random(r *rand.Rand, cs []boolean.Condition, depth int) string {
	if depth == 0 || r.IntN(4) == 0 {
		c := cs[r.IntN(len(cs))]
		name := c.Name
		if c.Levels > 2 {
			name += fmt.Sprintf("{%d}", r.IntN(c.Levels))
			if r.IntN(3) == 0 {
				name = strings.Replace(name, "}", fmt.Sprintf(",%d}", r.IntN(c.Levels)), 1)
			}
		}
		return strings.Repeat("~", r.IntN(2)) + name
	}
	sep := []string{"*", " + "}[r.IntN(2)]
	var parts []string
	for range 2 + r.IntN(3) {
		parts = append(parts, random(r, cs, depth-1))
	}
	return strings.Repeat("~", r.IntN(2)) + "(" + strings.Join(parts, sep) + ")"
}

// scattered writes a sum of configurations chosen at random, which often has
// several minimal forms.
func scattered(r *rand.Rand, cs []boolean.Condition) string {
	chosen := []string{"0"}
	for _, row := range rows(cs) {
		if r.IntN(2) == 0 {
			var parts []string
			for i, c := range cs {
				parts = append(parts, fmt.Sprintf("%s{%v}", c.Name, row[i]))
			}
			chosen = append(chosen, strings.Join(parts, "*"))
		}
	}
	return strings.Join(chosen, " + ")
}

// TestByTruthTable checks every function on random expressions by evaluating
// each configuration, and that minimal forms are minimal and complete by trying
// every set of prime implicants, found by trying every product.
func TestByTruthTable(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	shapes := [][]int{{2}, {2, 2}, {2, 2, 2}, {2, 2, 2, 2}, {3, 2}, {3, 3}, {4, 2, 3}, {2, 2, 2, 2, 2, 2}}
	several := 0
	for n := range 1600 {
		cs := conditions(shapes[n/2%len(shapes)]...)
		text := random(r, cs, 3)
		if n%2 == 0 {
			text = scattered(r, cs)
		}
		e := parse(t, text, cs)
		o := parse(t, random(r, cs, 2), cs)
		want, other := table(t, e), table(t, o)
		again := parse(t, e.String(), cs)
		if again.String() != e.String() {
			t.Fatalf("%s is written %s the second time", e, again)
		}
		check := func(what, want string, got boolean.Expr, err error) {
			t.Helper()
			if err != nil {
				t.Fatalf("%s of %s: %v", what, e, err)
			}
			if table(t, got) != want {
				t.Fatalf("%s of %s is %s: another set", what, e, got)
			}
		}
		combine := func(f func(a, b byte) bool) string {
			b := []byte(want)
			for i := range b {
				b[i] = '0'
				if f(want[i], other[i]) {
					b[i] = '1'
				}
			}
			return string(b)
		}
		x, err := boolean.Intersect(e, o)
		check("intersect", combine(func(a, b byte) bool { return a == '1' && b == '1' }), x, err)
		x, err = boolean.Union(e, o)
		check("union", combine(func(a, b byte) bool { return a == '1' || b == '1' }), x, err)
		x, err = e.Products()
		check("products", want, x, err)
		x, err = e.Expand()
		check("expand", want, x, err)
		equal, err1 := boolean.Equal(e, o)
		implies, err2 := boolean.Implies(e, o)
		if err1 != nil || err2 != nil || equal != (want == other) || implies != !strings.Contains(combine(func(a, b byte) bool { return a == '1' && b == '0' }), "1") {
			t.Fatalf("%s, %s: equal %v, implies %v (%v, %v)", e, o, equal, implies, err1, err2)
		}
		negations, err := e.Negate()
		check("negate", combine(func(a, b byte) bool { return a == '0' }), negations[0], err)
		if n%8 < 2 { // many configurations have too many factorings
			factorings, err := e.Factor()
			if errors.Is(err, boolean.ErrTooLarge) {
				err = nil
			}
			for _, f := range factorings {
				check("factor", want, f, err)
			}
		}
		minimal, err := e.Simplify()
		for _, m := range minimal {
			check("simplify", want, m, err)
		}
		if len(cs) > 4 {
			continue
		}
		got := texts(minimal)
		slices.Sort(got)
		if brute := minimalByTrying(t, cs, want); brute != nil {
			if len(got) > 1 {
				several++
			}
			if !slices.Equal(got, brute) {
				t.Fatalf("simplify %s: %q, want %q", e, got, brute)
			}
		}
	}
	if several < 20 {
		t.Errorf("only %d expressions with several minimal forms: try others", several)
	}
}

// minimalByTrying lists every smallest sum of prime implicants, sorted; nil
// when there are too many primes to try.
func minimalByTrying(t *testing.T, cs []boolean.Condition, want string) []string {
	t.Helper()
	if !strings.Contains(want, "1") {
		return []string{"0"}
	}
	if !strings.Contains(want, "0") {
		return []string{"1"}
	}
	configurations := rows(cs)
	products := [][]int{{}}
	for _, c := range cs {
		var next [][]int
		for _, p := range products {
			for l := -1; l < c.Levels; l++ {
				next = append(next, append(slices.Clone(p), l))
			}
		}
		products = next
	}
	type prime struct {
		text  string
		holds uint64
	}
	holds := func(p []int) (h uint64) {
		for i, row := range configurations {
			in := true
			for j, l := range p {
				in = in && (l < 0 || float64(l) == row[j])
			}
			if in {
				h |= 1 << i
			}
		}
		return h
	}
	var all uint64
	for i := range want {
		if want[i] == '1' {
			all |= 1 << i
		}
	}
	var primes []prime
	for _, p := range products {
		h := holds(p)
		if h&^all != 0 {
			continue
		}
		shorter := false
		var parts []string
		for j, l := range p {
			if l < 0 {
				continue
			}
			q := slices.Clone(p)
			q[j] = -1
			shorter = shorter || holds(q)&^all == 0
			parts = append(parts, fmt.Sprintf("%s{%d}", cs[j].Name, l))
		}
		if !shorter {
			primes = append(primes, prime{strings.Join(parts, "*"), h})
		}
	}
	if len(primes) > 14 {
		return nil
	}
	var best []string
	fewest := len(primes) + 1
	for choice := range 1 << len(primes) {
		var union uint64
		var parts []string
		for i, p := range primes {
			if choice>>i&1 == 1 {
				union |= p.holds
				parts = append(parts, p.text)
			}
		}
		if union != all || len(parts) > fewest {
			continue
		}
		if len(parts) < fewest {
			best, fewest = nil, len(parts)
		}
		best = append(best, parse(t, strings.Join(parts, " + "), cs).String())
	}
	slices.Sort(best)
	return best
}

// Memberships survive what does not simplify.
func TestFuzzyMembershipsKept(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	cs := conditions(2, 2, 2)
	var scores [][]float64
	for range 50 {
		scores = append(scores, []float64{r.Float64(), r.Float64(), r.Float64()})
	}
	for range 200 {
		text := random(r, cs, 3)
		a, b := parse(t, text, cs), parse(t, random(r, cs, 2), cs)
		both, err := boolean.Intersect(a, b)
		if err != nil {
			t.Fatal(err)
		}
		either, err := boolean.Union(b, a)
		if err != nil {
			t.Fatal(err)
		}
		var ms [5][]float64
		for i, e := range []boolean.Expr{a, b, both, either, parse(t, a.String(), cs)} {
			if ms[i], err = e.Evaluate(scores); err != nil {
				t.Fatal(err)
			}
		}
		for i := range scores {
			if ms[2][i] != min(ms[0][i], ms[1][i]) || ms[3][i] != max(ms[0][i], ms[1][i]) || ms[4][i] != ms[0][i] {
				t.Fatalf("%s, %s: memberships change", a, b)
			}
		}
	}
}

func TestEvaluateErrors(t *testing.T) {
	nan := 0.0
	nan /= nan
	e := parse(t, "A*B{1}", []boolean.Condition{{Name: "A"}, {Name: "B", Levels: 3}, {Name: "C"}})
	for _, tt := range []struct {
		row  []float64
		want string
	}{
		{[]float64{0.2, 1}, "row 2 has 2 scores, but there are 3 conditions"},
		{[]float64{nan, 1, 0}, `row 2 has no score on "A"`},
		{[]float64{1.5, 1, 0}, `row 2 has 1.5 on "A", outside 0 to 1`},
		{[]float64{1, 0.5, 0}, `row 2 has 0.5 on "B", which has the levels 0 to 2`},
		{[]float64{1, 3, 0}, `row 2 has 3 on "B"`},
		{[]float64{1, 1, 99}, ""}, // C is not mentioned
	} {
		_, err := e.Evaluate([][]float64{{0, 0, 0}, tt.row})
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%v: error %v, want %q", tt.row, err, tt.want)
		}
	}
}

func TestAlign(t *testing.T) {
	a, b := parse(t, "X*B", nil), parse(t, "C + ~B", nil)
	if e, err := boolean.Union(a, b); err != nil || e.String() != "~B + C + B*X" {
		t.Errorf("union: %v, %v", e, err)
	}
	if _, err := boolean.Intersect(parse(t, "A{2}", nil), parse(t, "A", nil)); err == nil || !strings.Contains(err.Error(), "3 levels in one") {
		t.Errorf("levels that differ: %v", err)
	}
	var zero boolean.Expr
	if e, err := boolean.Union(zero, a); err != nil || e.String() != "B*X" || zero.String() != "0" {
		t.Errorf("zero value: %v, %v", e, err)
	}
	if f, err := zero.Factor(); err != nil || f[0].String() != "0" {
		t.Errorf("zero value: %v, %v", f, err)
	}
	if s, err := zero.Negate(); err != nil || s[0].String() != "1" {
		t.Errorf("zero value: %v, %v", s, err)
	}
}

// Everything ends, with an answer or with ErrTooLarge.
func TestBounds(t *testing.T) {
	var pairs, parity, chain []string
	var cs []boolean.Condition
	for i := range 32 {
		cs = append(cs, boolean.Condition{Name: fmt.Sprintf("X%02d", i)}, boolean.Condition{Name: fmt.Sprintf("Y%02d", i)})
		pairs = append(pairs, fmt.Sprintf("(X%02d + Y%02d)", i, i))
		chain = append(chain, fmt.Sprintf("X%02d*~Y%02d + ~X%02d*Y%02d", i, (i+1)%32, (i+5)%32, i))
	}
	slices.SortFunc(cs, func(a, b boolean.Condition) int { return strings.Compare(a.Name, b.Name) })
	odd := "X00"
	for i := range 12 {
		odd = fmt.Sprintf("(%s*~Y%02d + ~(%s)*Y%02d)", odd, i, odd, i)
		parity = append(parity, odd)
		if len(odd) > boolean.MaxText/4 {
			break
		}
	}
	for _, text := range []string{strings.Join(pairs, "*"), "~(" + strings.Join(pairs, "*") + ")", parity[len(parity)-1],
		"(" + strings.Join(chain, ")*(") + ")", strings.Join(chain, " + "), strings.Repeat("~(", 200) + "X00" + strings.Repeat(")", 200)} {
		e := parse(t, text, cs)
		for what, f := range map[string]func() error{
			"simplify": func() error { _, err := e.Simplify(); return err },
			"negate":   func() error { _, err := e.Negate(); return err },
			"expand":   func() error { _, err := e.Expand(); return err },
			"factor":   func() error { _, err := e.Factor(); return err },
			"products": func() error { _, err := e.Products(); return err },
			"equal":    func() error { _, err := boolean.Equal(e, e); return err },
		} {
			if err := f(); err != nil && !errors.Is(err, boolean.ErrTooLarge) {
				t.Errorf("%s %.30s: %v", what, text, err)
			}
		}
	}
	if _, err := parse(t, "X00", cs).Expand(); err == nil || !strings.Contains(err.Error(), "9223372036854775808 configurations") {
		t.Errorf("expand 64 conditions: %v", err)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"A*~B + C", "~(A + B)*C", "A{1,2}*B[0]", "AB~C", "a*B", "0", "1", "A{", "((", "~~A", "A\n+B", "\xff", "C{0}+~C{1}"} {
		f.Add(s, uint8(0))
		f.Add(s, uint8(3))
	}
	f.Fuzz(func(t *testing.T, text string, mode uint8) {
		if len(text) > 300 {
			return
		}
		n := boolean.Notation{SmallIsAbsent: mode&1 == 1}
		var cs []boolean.Condition
		if mode&2 == 2 {
			cs = conditions(2, 2, 3)
		}
		e, err := n.Parse(text, cs)
		if err != nil {
			return
		}
		again, err := boolean.Parse(e.String(), e.Conditions())
		if err != nil || again.String() != e.String() {
			t.Fatalf("%q is written %q, read again as %q (%v)", text, e, again, err)
		}
		simple, err := e.Simplify()
		if err != nil {
			if !errors.Is(err, boolean.ErrTooLarge) {
				t.Fatal(err)
			}
			return
		}
		for _, s := range simple {
			if same, err := boolean.Equal(s, e); err == nil && !same {
				t.Fatalf("%q is simplified to %q", e, s)
			}
		}
		if _, err := e.Factor(); err != nil && !errors.Is(err, boolean.ErrTooLarge) {
			t.Fatal(err)
		}
	})
}

const solution = "~MLC*FRB*CP*~WSR + ~MLC*FRB*~WSR*~CS + ~MLC*~FRB*~CP*WSR + MLC*FRB*~CP*WSR*~CS"

func BenchmarkParse(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := boolean.Parse(solution, nil); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSimplify(b *testing.B) {
	for name, text := range map[string]string{
		"solution": solution,
		"cyclic":   "A*~B + ~A*B + B*~C + ~B*C + C*~D + ~C*D + D*~E + ~D*E",
		"wide":     "A*B*C + D*E*F + G*H*I + J*K*L + M*N*O + ~A*~D*~G*~J*~M",
	} {
		b.Run(name, func(b *testing.B) {
			e, err := boolean.Parse(text, nil)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := e.Simplify(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
