package process

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestDate(t *testing.T) {
	for _, tc := range []struct {
		d                       Date
		earliest, latest, words string
	}{
		{"2018-04-23", "2018-04-23", "2018-04-23", "23 April 2018"},
		{"2018-04", "2018-04-01", "2018-04-30", "April 2018"},
		{"2018", "2018-01-01", "2018-12-31", "2018"},
		{"2016-02", "2016-02-01", "2016-02-29", "February 2016"},
		{"2018~", "2018-01-01", "2018-12-31", "about 2018"},
		{"2018-04?", "2018-04-01", "2018-04-30", "perhaps April 2018"},
		{"2018%", "2018-01-01", "2018-12-31", "perhaps about 2018"},
		{"201X", "2010-01-01", "2019-12-31", "2010s"},
		{"19XX", "1900-01-01", "1999-12-31", "1900s"},
		{"2018-XX", "2018-01-01", "2018-12-31", "2018"},
		{"2018-04-XX", "2018-04-01", "2018-04-30", "April 2018"},
		{"2018-XX-XX", "2018-01-01", "2018-12-31", "2018"},
		{"2018-21", "2018-03-01", "2018-05-31", "spring 2018"},
		{"2018-24", "2018-12-01", "2019-02-28", "winter 2018"},
		{"2018-04/2018-05", "2018-04-01", "2018-05-31", "between April 2018 and May 2018"},
		{"../2018", FirstDay, "2018-12-31", "before the end of 2018"},
		{"2018/..", "2018-01-01", LastDay, "2018 or after"},
		{"2018/", "2018-01-01", LastDay, ""},
		{"[2018-04-21,2018-04-23]", "2018-04-21", "2018-04-23", "21 April 2018 or 23 April 2018"},
		{"[..2018-04-23]", FirstDay, "2018-04-23", "23 April 2018 or before"},
		{"[2018-04..2018-06]", "2018-04-01", "2018-06-30", "between April 2018 and June 2018"},
	} {
		if tc.d == "2018/" {
			if tc.d.Valid() == nil {
				t.Error("an interval without an end is taken for a date")
			}
			continue
		}
		if err := tc.d.Valid(); err != nil {
			t.Errorf("%s: %v", tc.d, err)
			continue
		}
		if a, b := tc.d.Earliest(), tc.d.Latest(); a != tc.earliest || b != tc.latest || tc.d.Words() != tc.words {
			t.Errorf("%s runs from %s to %s, %q; want %s, %s, %q", tc.d, a, b, tc.d.Words(), tc.earliest, tc.latest, tc.words)
		}
	}
	for _, bad := range []Date{"", "April 2018", "2018-13", "2018-00-01", "2018-4", "18", "../..", "2018/2017", "2018-04-23T10:00", "2018-04-31", "2019-02-29", "[]", "[2018", "2018-XX-03", "201X-04", "2018-25", "/", "[2018,]", "[..]"} {
		if bad.Valid() == nil {
			t.Errorf("%q is taken for a date", bad)
		}
	}
}

func FuzzDate(f *testing.F) {
	for _, s := range []string{"2018-04-23", "201X", "../2018", "[2018,2019]", "2018-24~", "[..2018-01..]"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d := Date(s)
		a, b := d.Earliest(), d.Latest()
		if d.Valid() == nil {
			if a > b {
				t.Errorf("%q runs from %s to %s", s, a, b)
			}
			if d.Words() == "" {
				t.Errorf("%q has no words", s)
			}
		}
		for _, x := range []string{a, b} {
			if x != FirstDay && x != LastDay {
				if _, err := time.Parse("2006-01-02", x); err != nil {
					t.Errorf("%q: %v", s, err)
				}
			}
		}
	})
}

// asDate writes a window of days of January 2000 as a date.
func asDate(low, high int) Date {
	if low == high {
		return Date(fmt.Sprintf("2000-01-%02d", low))
	}
	return Date(fmt.Sprintf("2000-01-%02d/2000-01-%02d", low, high))
}

// Verdicts and Allen's relations are those of all days that the dates can mean.
func TestOrderAgainstAllDays(t *testing.T) {
	r := uint64(9)
	next := func(n int) int {
		r = r*6364136223846793005 + 1442695040888963407
		return int(r >> 33 % uint64(n))
	}
	for range 3000 {
		make1 := func(id string) (Span, [][2]int) {
			a := 1 + next(5)
			b := a + next(3)
			s := Span{ID: id, Start: asDate(a, b)}
			var all [][2]int
			if next(2) == 0 {
				for x := a; x <= b; x++ {
					all = append(all, [2]int{x, x})
				}
				return s, all
			}
			c := a + next(4)
			d := max(c, a) + next(3)
			s.End = asDate(c, d)
			for x := a; x <= b; x++ {
				for y := max(c, x); y <= d; y++ {
					all = append(all, [2]int{x, y})
				}
			}
			return s, all
		}
		a, as := make1("a")
		b, bs := make1("b")
		if len(as) == 0 || len(bs) == 0 {
			continue
		}
		before, not := 0, 0
		seen := map[string]bool{}
		for _, x := range as {
			for _, y := range bs {
				if x[0] < y[0] {
					before++
				} else {
					not++
				}
				seen[relation(x[0], x[1], y[0], y[1])] = true
			}
		}
		want := Possible
		if not == 0 {
			want = Certain
		} else if before == 0 {
			want = Impossible
		}
		if got := Before(a, b); got != want {
			t.Fatalf("%+v before %+v: %s, want %s", a, b, got, want)
		}
		var all []string
		for _, x := range Allen {
			if seen[x] {
				all = append(all, x)
			}
		}
		if got := Relations(a, b); !slices.Equal(got, all) {
			t.Fatalf("%+v, %+v: %v, want %v", a, b, got, all)
		}
	}
}

func TestOrder(t *testing.T) {
	spans := []Span{{ID: "a", Label: "A", Start: "2018"}, {ID: "b", Label: "B", Start: "2018-03/2018-06"}, {ID: "c", Label: "C", Start: "2018-04-23"}}
	m, wrong, err := Order(spans, []Pair{{"a", "b", "the paper says so"}})
	if err != nil || len(wrong) > 0 {
		t.Fatal(wrong, err)
	}
	// A lies before B, which lies in June at the latest; whether B lies before C is open.
	if m.Verdicts[0][1] != Certain || m.Verdicts[1][0] != Impossible || m.Verdicts[1][2] != Possible || m.Verdicts[0][2] != Possible {
		t.Errorf("%v", m.Verdicts)
	}
	_, wrong, err = Order(spans, []Pair{{"c", "b", ""}, {"b", "a", ""}, {"a", "c", "says one"}})
	if err != nil || len(wrong) != 1 || !strings.Contains(wrong[0].Words, "circle") || !strings.Contains(wrong[0].Words, "(says one)") {
		t.Errorf("%+v, %v", wrong, err)
	}
	late := []Span{{ID: "x", Label: "X", Start: "2019"}, {ID: "y", Label: "Y", Start: "2018"}}
	_, wrong, err = Order(late, []Pair{{"x", "y", ""}})
	if err != nil || len(wrong) != 1 || !strings.Contains(wrong[0].Words, "but X is dated 2019 and Y 2018") {
		t.Errorf("%+v, %v", wrong, err)
	}
	for _, bad := range [][]Span{{{ID: "a", Start: "soon"}}, {{ID: "a", Start: "2018", End: "2017"}}, {{ID: "a", Start: "2018"}, {ID: "a", Start: "2018"}}} {
		if _, _, err := Order(bad, nil); err == nil {
			t.Errorf("%+v is taken", bad)
		}
	}
}

func TestSequence(t *testing.T) {
	spans := []Span{{ID: "a", Label: "A", Start: "2015"}, {ID: "b", Label: "B", Start: "2016"}, {ID: "c", Label: "C", Start: "2017"}, {ID: "d", Label: "D", Start: "2018"}}
	s, err := Sequence(spans, []Prerequisite{{"b", "a", Yes, "", 1}, {"c", "b", Yes, "", 0}, {"c", "a", Yes, "", 0}})
	if err != nil || len(s.Wrong) > 0 {
		t.Fatal(s.Wrong, err)
	}
	if len(s.Reduced) != 2 || s.Layer["c"] != 2 || s.Layer["d"] != 0 {
		t.Errorf("%+v", s)
	}
	if s.Next == nil || *s.Next != (Question{"d", "c"}) || s.Open != 3 {
		t.Errorf("next %+v, %d open", s.Next, s.Open)
	}
	s, err = Sequence(spans, []Prerequisite{{"b", "a", Yes, "", 0}, {"c", "b", Yes, "", 0}, {"c", "a", No, "", 0}})
	if err != nil || len(s.Wrong) != 1 || !strings.Contains(s.Wrong[0].Words, "C is said not to need A, but that follows: C needs B, B needs A") {
		t.Errorf("%+v, %v", s.Wrong, err)
	}
	s, err = Sequence(spans, []Prerequisite{{"a", "c", Yes, "", 0}, {"c", "b", Yes, "", 0}, {"b", "a", Yes, "", 0}})
	if err != nil || !slices.ContainsFunc(s.Wrong, func(c Contradiction) bool { return strings.Contains(c.Words, "in a circle") }) || !slices.ContainsFunc(s.Wrong, func(c Contradiction) bool { return strings.Contains(c.Words, "cannot have begun before") }) {
		t.Errorf("%+v, %v", s.Wrong, err)
	}
	for _, bad := range [][]Prerequisite{{{"a", "x", Yes, "", 0}}, {{"a", "a", Yes, "", 0}}, {{"b", "a", "maybe", "", 0}}, {{"b", "a", Yes, "", 0}, {"b", "a", No, "", 0}}} {
		if _, err := Sequence(spans, bad); err == nil {
			t.Errorf("%+v is taken", bad)
		}
	}
}

// Reduction keeps exactly what follows from the answers: the closure of the reduced structure is that of the whole.
func TestReductionKeepsTheClosure(t *testing.T) {
	r := uint64(5)
	next := func(n int) int {
		r = r*6364136223846793005 + 1442695040888963407
		return int(r >> 33 % uint64(n))
	}
	for range 500 {
		n := 3 + next(5)
		var spans []Span
		var answers []Prerequisite
		for i := range n {
			spans = append(spans, Span{ID: fmt.Sprint(i), Start: Date(fmt.Sprint(2000 + i))})
			for j := range i {
				if next(3) == 0 {
					answers = append(answers, Prerequisite{Event: fmt.Sprint(i), Needs: fmt.Sprint(j), Answer: Yes})
				}
			}
		}
		s, err := Sequence(spans, answers)
		if err != nil || len(s.Wrong) > 0 {
			t.Fatal(s.Wrong, err)
		}
		closure := func(es []Edge) map[string]bool {
			out := map[string]bool{}
			for _, e := range es {
				out[e.Event+" "+e.Needs] = true
			}
			for range n {
				for a := range out {
					for b := range out {
						x, y := strings.Fields(a), strings.Fields(b)
						if x[1] == y[0] {
							out[x[0]+" "+y[1]] = true
						}
					}
				}
			}
			return out
		}
		a, b := closure(s.Edges), closure(s.Reduced)
		if len(a) != len(b) {
			t.Fatalf("%v reduced to %v", s.Edges, s.Reduced)
		}
		for _, e := range s.Reduced { // none of them follows from the others
			rest := closure(slices.DeleteFunc(slices.Clone(s.Reduced), func(x Edge) bool { return x == e }))
			if rest[e.Event+" "+e.Needs] {
				t.Fatalf("%v follows from the rest of %v", e, s.Reduced)
			}
		}
	}
}

func TestSparked(t *testing.T) {
	w, m := Span{ID: "w", Label: "the price rise", Start: "2015-06"}, Span{ID: "m", Label: "the movement", Start: "2015-07"}
	s, err := Sparked(w, m, nil, nil, nil, nil)
	if err != nil || s.Forward != Certain || !strings.Contains(s.Words, "came first") || len(s.Missing) != 1 {
		t.Errorf("%+v, %v", s, err)
	}
	s, err = Sparked(w, m, nil, []Prerequisite{{"m", "w", Yes, "", 1}}, nil, nil)
	if err != nil || !strings.Contains(s.Words, "the price rise sparked the movement, as the answers stand") || len(s.Missing) != 0 {
		t.Errorf("%+v, %v", s, err)
	}
	m.Start = "2014/2016"
	if s, err = Sparked(w, m, nil, nil, nil, nil); err != nil || s.Forward != Possible || len(s.Missing) != 3 {
		t.Errorf("%+v, %v", s, err)
	}
	mid := Span{ID: "x", Label: "a petition", Start: "2015-03"}
	if s, err = Sparked(w, Span{ID: "m", Label: "the movement", Start: "2015-01"}, []Span{mid}, []Prerequisite{{"w", "x", Yes, "", 1}, {"x", "m", Yes, "", 1}}, nil, nil); err != nil || !slices.Equal(s.BackPath, []string{"the movement", "a petition", "the price rise"}) || !strings.Contains(s.Words, "the movement opened the price rise") {
		t.Errorf("%+v, %v", s, err)
	}
}

func TestJudge(t *testing.T) {
	kind := map[[2]Grade]Kind{{High, High}: Doubly, {High, Low}: Hoop, {High, Middling}: Hoop, {Low, High}: Gun, {Middling, High}: Gun, {Low, Low}: Straw, {Middling, Middling}: Straw}
	for g, want := range kind {
		if got := (Test{Certainty: g[0], Uniqueness: g[1]}).Kind(); got != want {
			t.Errorf("%v: %s", g, got)
		}
	}
	test := func(id string, c, u Grade, r Result, origin string) Test {
		return Test{ID: id, Trace: "trace", Certainty: c, Uniqueness: u, Result: r, Origin: origin, Written: "2026-01-01T00:00:00Z", Seen: "2026-02-01T00:00:00Z"}
	}
	for _, tc := range []struct {
		tests []Test
		want  string
	}{
		{nil, "nothing was expected yet"},
		{[]Test{test("a", High, Low, Unsought, "")}, "open: nothing"},
		{[]Test{test("a", High, Low, Found, "")}, "survives: it passed 1 hoop test"},
		{[]Test{test("a", High, Low, Absent, "")}, "all but eliminated: it failed 1 hoop test"},
		{[]Test{test("a", Low, High, Found, ""), test("b", High, Low, Found, "")}, "strongly supported: 1 smoking gun was found"},
		{[]Test{test("a", Low, High, Found, ""), test("b", High, Low, Absent, "")}, "contested"},
		{[]Test{test("a", Low, Low, Found, ""), test("b", Low, Low, Found, "")}, "leaning towards it"},
		{[]Test{test("a", High, Low, NotObservable, "")}, "undecided"},
	} {
		s, err := Judge(tc.tests)
		if err != nil || !strings.HasPrefix(s.Words, tc.want) {
			t.Errorf("%q, %v; want %q", s.Words, err, tc.want)
		}
	}
	// Of one origin the strongest counts.
	s, err := Judge([]Test{test("a", Low, Low, Found, "agency"), test("b", Low, High, Found, "agency"), test("c", Low, Low, Found, "agency")})
	if err != nil || s.Guns != 1 || s.Straws != 0 || !slices.Equal(s.Uncounted, []string{"a", "c"}) {
		t.Errorf("%+v, %v", s, err)
	}
	// An expectation written after the result is marked; a weak search does not eliminate.
	late := test("a", High, Low, Found, "")
	late.Written = "2026-03-01T00:00:00Z"
	if s, _ := Judge([]Test{late}); s.Late != 1 || !s.Readings[0].Late {
		t.Errorf("%+v", s)
	}
	weak := test("a", High, Low, Absent, "")
	weak.Power = 0.5
	if s, _ := Judge([]Test{weak}); s.Failed != 0 || s.Readings[0].Effect != Weakens {
		t.Errorf("%+v", s)
	}
	for _, bad := range []Test{{}, {ID: "a", Trace: "x"}, {ID: "a", Trace: "x", Certainty: High, Uniqueness: Low, Result: "seen"}, {ID: "a", Trace: "x", Certainty: High, Uniqueness: Low, Power: 2}} {
		if _, err := Judge([]Test{bad}); err == nil {
			t.Errorf("%+v is taken", bad)
		}
	}
}

// Two hypotheses with even priors: a likelihood ratio of 10 is 10 dB and a posterior of 10/11; absence of a trace that is
// there in 90 of 100 cases under the one and 50 under the other is 10 log10(0.1/0.5) = -6.99 dB.
func TestWeigh(t *testing.T) {
	p := func(x float64) Chance { return Chance{x, x, x} }
	w, err := Weigh([]string{"h", "r"}, []float64{0.5, 0.5}, []Evidence{{ID: "e", Found: true, If: map[string]Chance{"h": p(0.5), "r": p(0.05)}}})
	if err != nil || math.Abs(w.Sum["r"].Best-10) > 1e-9 || math.Abs(w.Posteriors[0].Best-10.0/11) > 1e-12 {
		t.Errorf("%+v, %v", w, err)
	}
	w, err = Weigh([]string{"h", "r"}, []float64{0.5, 0.5}, []Evidence{{ID: "e", If: map[string]Chance{"h": p(0.9), "r": p(0.5)}}})
	if err != nil || math.Abs(w.Sum["r"].Best-10*math.Log10(0.2)) > 1e-9 {
		t.Errorf("%+v, %v", w, err)
	}
	// One origin counts once.
	e := Evidence{ID: "e", Found: true, Origin: "agency", If: map[string]Chance{"h": p(0.5), "r": p(0.05)}}
	w, err = Weigh([]string{"h", "r"}, []float64{0.5, 0.5}, []Evidence{e, e})
	if err != nil || math.Abs(w.Sum["r"].Best-10) > 1e-9 || w.Weights["r"][1].Counts {
		t.Errorf("%+v, %v", w, err)
	}
	for _, bad := range []struct {
		h []string
		p []float64
		e []Evidence
	}{{[]string{"h"}, []float64{1}, nil}, {[]string{"h", "r"}, []float64{0.5, 0.6}, nil}, {[]string{"h", "r"}, []float64{0.5}, nil}, {[]string{"h", "h"}, []float64{0.5, 0.5}, nil},
		{[]string{"h", "r"}, []float64{0.5, 0.5}, []Evidence{{ID: "e", If: map[string]Chance{"h": p(0.5)}}}}, {[]string{"h", "r"}, []float64{0.5, 0.5}, []Evidence{{ID: "e", If: map[string]Chance{"h": p(0.5), "r": p(1)}}}}} {
		if _, err := Weigh(bad.h, bad.p, bad.e); err == nil {
			t.Errorf("%+v is taken", bad)
		}
	}
}

// The bands hold for every choice of likelihoods within their ranges, and are reached by some.
func TestBandsAreExact(t *testing.T) {
	c := map[string]Chance{"h": {0.4, 0.5, 0.7}, "r": {0.1, 0.2, 0.3}, "s": {0.2, 0.3, 0.35}}
	hs, priors := []string{"h", "r", "s"}, []float64{0.2, 0.3, 0.5}
	for _, found := range []bool{true, false} {
		w, err := Weigh(hs, priors, []Evidence{{ID: "e", Found: found, Power: 0.8, If: c}})
		if err != nil {
			t.Fatal(err)
		}
		low, high := []float64{1, 1, 1}, []float64{0, 0, 0}
		for x := range 27 {
			l := make([]float64, 3)
			total := 0.0
			for i, h := range hs {
				pick := []float64{c[h].Low, c[h].Best, c[h].High}[x/[]int{1, 3, 9}[i]%3]
				if l[i] = priors[i] * pick * 0.8; !found {
					l[i] = priors[i] * (1 - pick*0.8)
				}
				total += l[i]
			}
			for i := range l {
				low[i], high[i] = min(low[i], l[i]/total), max(high[i], l[i]/total)
			}
		}
		for i, p := range w.Posteriors {
			if math.Abs(p.Low-low[i]) > 1e-12 || math.Abs(p.High-high[i]) > 1e-12 || !(p.Low <= p.Best && p.Best <= p.High) {
				t.Errorf("%+v; want %g to %g", p, low[i], high[i])
			}
		}
	}
}

// What the review of real use found: each of these once said something else.
func TestSubtleCases(t *testing.T) {
	mark := func(id string, c, u Grade, r Result) Test {
		return Test{ID: id, Trace: "trace", Certainty: c, Uniqueness: u, Result: r, Origin: "agency"}
	}
	// Equally strong for and against, of one origin: contested in either order.
	gun, hoop := mark("gun", Low, High, Found), mark("hoop", High, Low, Absent)
	for _, tests := range [][]Test{{gun, hoop}, {hoop, gun}} {
		if s, err := Judge(tests); err != nil || !strings.HasPrefix(s.Words, "contested") {
			t.Errorf("%q, %v", s.Words, err)
		}
	}
	// The piece of an origin that says most counts, in either order.
	p := func(x float64) Chance { return Chance{x, x, x} }
	a := Evidence{ID: "a", Found: true, Origin: "o", If: map[string]Chance{"h": p(0.5), "r": p(0.4)}}
	b := Evidence{ID: "b", Found: true, Origin: "o", If: map[string]Chance{"h": p(0.9), "r": p(0.01)}}
	for _, es := range [][]Evidence{{a, b}, {b, a}} {
		w, err := Weigh([]string{"h", "r"}, []float64{0.5, 0.5}, es)
		if err != nil || math.Abs(w.Sum["r"].Best-Decibels(0.9, 0.01)) > 1e-9 {
			t.Errorf("%+v, %v", w.Sum, err)
		}
	}
	// A longer chain binds although a shorter one does not.
	spans := []Span{{ID: "a", Label: "A", Start: "2018-04-01"}, {ID: "b", Label: "B", Start: "2018-03/2018-05"}, {ID: "c", Label: "C", Start: "2018-03/2018-05"}, {ID: "d", Label: "D", Start: "2018-04-02"}}
	_, wrong, err := Order(spans, []Pair{{"a", "d", ""}, {"a", "b", ""}, {"b", "c", ""}, {"c", "d", ""}})
	if err != nil || len(wrong) != 1 || wrong[0].Words != "A before B, B before C, C before D; but A is dated 1 April 2018 and D 2 April 2018" {
		t.Errorf("%+v, %v", wrong, err)
	}
	// Answers that the dates exclude do not tell who sparked whom.
	s, err := Sparked(Span{ID: "w", Label: "the window", Start: "2019"}, Span{ID: "m", Label: "the movement", Start: "2015", End: "2018"}, nil, []Prerequisite{{"m", "w", Yes, "", 1}}, nil, nil)
	if err != nil || strings.Contains(s.Words, "as the answers stand") || !strings.Contains(strings.Join(s.Missing, "; "), "which the dates exclude") {
		t.Errorf("%+v, %v", s, err)
	}
	// Two things that go on need not end together.
	if r := Relations(Span{ID: "x", Start: "2015", End: ".."}, Span{ID: "y", Start: "2017", End: ".."}); !slices.Contains(r, "overlaps") || !slices.Contains(r, "contains") {
		t.Errorf("%v", r)
	}
}

// Whatever is not named as a contradiction can be: some days keep all pairs, and the verdicts are those of all such days.
func TestOrderAgainstEnumeration(t *testing.T) {
	r := uint64(11)
	next := func(n int) int {
		r = r*6364136223846793005 + 1442695040888963407
		return int(r >> 33 % uint64(n))
	}
	for range 1500 {
		n := 3 + next(2)
		var spans []Span
		var low, high []int
		for i := range n {
			a := 1 + next(4)
			b := a + next(3)
			low, high = append(low, a), append(high, b)
			spans = append(spans, Span{ID: fmt.Sprint(i), Start: asDate(a, b)})
		}
		var pairs []Pair
		for i := range n {
			for j := range n {
				if i != j && next(5) == 0 {
					pairs = append(pairs, Pair{fmt.Sprint(i), fmt.Sprint(j), ""})
				}
			}
		}
		m, wrong, err := Order(spans, pairs)
		if err != nil {
			t.Fatal(err)
		}
		days := make([]int, n)
		total := 0
		before := make([][]int, n)
		for i := range before {
			before[i] = make([]int, n)
		}
		var try func(i int)
		try = func(i int) {
			if i < n {
				for d := low[i]; d <= high[i]; d++ {
					days[i] = d
					try(i + 1)
				}
				return
			}
			for _, p := range pairs {
				if days[p.First[0]-'0'] >= days[p.Second[0]-'0'] {
					return
				}
			}
			total++
			for i := range n {
				for j := range n {
					if days[i] < days[j] {
						before[i][j]++
					}
				}
			}
		}
		try(0)
		if (total == 0) != (len(wrong) > 0) {
			t.Fatalf("%v with %v: %d ways, but %v", spans, pairs, total, wrong)
		}
		for i := range n {
			for j := range n {
				if total == 0 || i == j {
					continue
				}
				want := Possible
				switch before[i][j] {
				case total:
					want = Certain
				case 0:
					want = Impossible
				}
				// Bounds of single events do not see that two that are both pushed keep their distance: what is certain or
				// impossible by such a combination may be told as possible, and nothing else may differ.
				if got := m.Verdicts[i][j]; got != want && got != Possible {
					t.Fatalf("%v with %v: %d before %d is %s, want %s", spans, pairs, i, j, got, want)
				}
			}
		}
	}
}

func ExampleBefore() {
	window := Span{Label: "price rise", Start: "2015-06"}
	movement := Span{Label: "movement", Start: "2015-06-22~/2015-07"}
	fmt.Println(Before(window, movement), Relations(window, movement))
	// Output: possible [before equals after]
}
