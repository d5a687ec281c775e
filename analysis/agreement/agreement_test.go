package agreement

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// wide makes data of rows of coders: each row one coder, its values by unit, parted by blanks; a point is missing.
func wide(t testing.TB, scale Scale, rows ...string) *Data {
	t.Helper()
	d, err := New(scale, ratingsOf(rows...))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func ratingsOf(rows ...string) []Rating {
	var rs []Rating
	for c, row := range rows {
		for u, v := range strings.Fields(row) {
			if v == "." {
				v = ""
			}
			rs = append(rs, Rating{Unit: fmt.Sprintf("u%03d", u), Coder: fmt.Sprintf("c%02d", c), Value: v, Row: len(rs) + 1})
		}
	}
	return rs
}

// transposed makes columns of coders of rows of units.
func transposed(rows string) []string {
	var out []string
	for _, row := range strings.Split(strings.TrimSpace(rows), "\n") {
		for c, v := range strings.Fields(row) {
			if c == len(out) {
				out = append(out, "")
			}
			out[c] += " " + v
		}
	}
	return out
}

// of makes two coders of a contingency table.
func contingency(rows ...[]int) []string {
	var a, b strings.Builder
	for i, row := range rows {
		for j, n := range row {
			for range n {
				fmt.Fprintf(&a, " %d", i+1)
				fmt.Fprintf(&b, " %d", j+1)
			}
		}
	}
	return []string{a.String(), b.String()}
}

func want(t *testing.T, d *Data, m Metric, w Weights, value, within float64) {
	t.Helper()
	c, err := d.Coefficient(m, w)
	if err != nil {
		t.Fatal(err)
	}
	if !c.Defined() || math.Abs(c.Value-value) > within {
		t.Errorf("%s (%s, %s) is %.7f (%s), want %v", m, d.Level(), w, c.Value, c.Why, value)
	}
}

var fourObservers = []string{
	"1 2 3 3 2 1 4 1 2 . . .",
	"1 2 3 3 2 2 4 1 2 5 . 3",
	". 3 3 3 2 3 4 2 2 5 1 .",
	"1 2 3 3 2 4 4 1 2 5 1 .",
}

var gwet = []string{fourObservers[0], "1 2 3 3 2 2 4 1 2 5 . .", ". 3 3 3 2 3 4 2 2 5 1 3", fourObservers[3]}

const fleiss1971 = `
4 4 4 4 4 4
2 2 2 5 5 5
2 3 3 3 3 5
5 5 5 5 5 5
2 2 2 4 4 4
1 1 3 3 3 3
3 3 3 3 5 5
1 1 3 3 3 4
1 1 4 4 4 4
5 5 5 5 5 5
1 4 4 4 4 4
1 2 4 4 4 4
2 2 2 3 3 3
1 4 4 4 4 4
2 2 4 4 4 5
3 3 3 3 3 5
1 1 1 4 5 5
1 1 1 1 1 2
2 2 4 4 4 4
1 3 3 5 5 5
5 5 5 5 5 5
2 4 4 4 4 4
2 2 4 5 5 5
1 1 4 4 4 4
1 4 4 4 4 5
2 2 2 2 2 4
1 1 1 1 5 5
2 2 4 4 4 4
1 3 3 3 3 3
5 5 5 5 5 5`

// The examples of the papers.
func TestPublished(t *testing.T) {
	nominal := Scale{Level: Nominal}
	// Krippendorff 2011, parts A to E.
	want(t, wide(t, nominal, "0 1 0 0 0 0 0 0 1 0", "1 1 1 0 0 1 0 0 0 0"), Alpha, Default, 0.095, 5e-4)
	want(t, wide(t, nominal, "a a b b d c c c e d d a", "b a b b b c c c e d d d"), Alpha, Default, 0.692, 5e-4)
	for level, value := range map[Level]float64{Nominal: 0.743, Ordinal: 0.815, Interval: 0.849, Ratio: 0.797} {
		want(t, wide(t, Scale{Level: level}, fourObservers...), Alpha, Default, value, 5e-4)
	}

	// Gwet 2014, whose data differ in who gave unit 12 its only rating: as irrCAC 1.0 prints them, and as its Python edition
	// tests them with weights.
	four := wide(t, nominal, gwet...)
	for m, value := range map[Metric]float64{Percent: 0.81818, AC1: 0.77544, AC2: 0.77544, Fleiss: 0.76117, BrennanPrediger: 0.77273, Alpha: 0.74342, Conger: 0.76282} {
		want(t, four, m, Default, value, 5.1e-6)
	}
	ordered := wide(t, Scale{Level: Ordinal}, gwet...)
	for w, values := range map[Weights][3]float64{Linear: {0.939, 0.859, 0.818}, Quadratic: {0.975, 0.914, 0.865}, Ranks: {0.968, 0.899, 0.850}, Ratios: {0.954, 0.857, 0.821}} {
		for i, m := range []Metric{Percent, AC2, Fleiss} {
			want(t, ordered, m, w, values[i], 5.1e-4)
		}
	}
	want(t, ordered, AC2, Default, 0.899, 5.1e-4)
	want(t, wide(t, Scale{Level: Interval}, fourObservers...), AC2, Default, 0.914, 5.1e-4)
	want(t, wide(t, Scale{Level: Ratio}, fourObservers...), AC2, Default, 0.857, 5.1e-4)
	// kongered: quadratic weights, units 2 to 9.
	middle := wide(t, Scale{Level: Ordinal}, "2 3 3 2 1 4 1 2", "2 3 3 2 2 4 1 2", "3 3 3 2 3 4 2 2", "2 3 3 2 4 4 1 2")
	want(t, middle, Fleiss, Quadratic, 0.6666667, 5.1e-8)
	want(t, middle, Conger, Quadratic, 0.6719243, 5.1e-8)

	// Fleiss 1971; per category and Conger's as irr prints them.
	diagnoses := wide(t, nominal, transposed(fleiss1971)...)
	want(t, diagnoses, Fleiss, Default, 0.43024452006, 1e-11)
	want(t, diagnoses, BrennanPrediger, Default, 4.0/9, 1e-12)
	want(t, diagnoses, Conger, Default, 0.442, 5e-4)
	want(t, wide(t, Scale{Level: Ordinal}, transposed(fleiss1971)...), Fleiss, Quadratic, 0.284072249589491, 1e-12)
	cs, err := diagnoses.Categories([]Metric{Fleiss})
	if err != nil {
		t.Fatal(err)
	}
	for i, k := range []float64{0.244755244755245, 0.244755244755245, 0.52, 0.471127272727273, 0.566117806823969} {
		if c := cs[i]; math.Abs(c.Coefficients[0].Value-k) > 1e-12 || c.Ratings != []int{26, 26, 30, 55, 43}[i] {
			t.Errorf("category %s: %+v, want kappa %v", c.Category, c, k)
		}
	}

	// Cohen 1960, table 2; SAS's example of statsmodels; irr's anxiety, raters 2 and 3; Gwet's abstractors.
	cohen := wide(t, nominal, contingency([]int{88, 14, 18}, []int{10, 40, 10}, []int{2, 6, 12})...)
	want(t, cohen, Cohen, Default, 0.492, 5e-4)
	want(t, cohen, Percent, Default, 0.70, 1e-12)
	sas := wide(t, Scale{Level: Ordinal, Categories: []string{"1", "2", "3"}}, contingency([]int{0, 4, 1}, []int{0, 8, 0}, []int{0, 1, 5})...)
	want(t, sas, Cohen, Default, 0.4842, 5e-5)
	want(t, sas, Cohen, Linear, 0.4701, 5e-5)
	anxiety := wide(t, Scale{Level: Ordinal}, "3 6 4 6 2 4 2 4 3 3 2 3 3 3 2 2 1 3 3 4", "2 1 4 4 3 2 1 6 1 1 1 2 3 3 1 1 3 3 2 2")
	want(t, anxiety, Cohen, Default, -0.006289308, 5e-10)
	want(t, anxiety, Cohen, Linear, 0.1459075, 5e-8)
	want(t, anxiety, Cohen, Quadratic, 0.2520325, 5e-8)
	abstractors := wide(t, nominal, contingency([]int{13, 0, 0}, []int{0, 20, 7}, []int{0, 4, 56})...)
	for m, value := range map[Metric]float64{Cohen: 0.7964094, Conger: 0.7964094, Light: 0.7964094, Fleiss: 0.7962397, AC1: 0.8493305, BrennanPrediger: 0.835, Alpha: 0.7972585, Percent: 0.89} {
		want(t, abstractors, m, Default, value, 5.1e-8)
	}
	// Fleiss' table of the encyclopedias: 10 subjects, 14 raters.
	var rows []string
	for _, counts := range [][]int{{0, 0, 0, 0, 14}, {0, 2, 6, 4, 2}, {0, 0, 3, 5, 6}, {0, 3, 9, 2, 0}, {2, 2, 8, 1, 1}, {7, 7, 0, 0, 0}, {3, 2, 6, 3, 0}, {2, 5, 3, 2, 2}, {6, 5, 2, 1, 0}, {0, 2, 2, 3, 7}} {
		row := ""
		for k, n := range counts {
			row += strings.Repeat(fmt.Sprintf(" %d", k), n)
		}
		rows = append(rows, row)
	}
	want(t, wide(t, nominal, transposed(strings.Join(rows, "\n"))...), Fleiss, Default, 0.210, 5e-4)
}

// some are random ratings: rows of coders, some missing.
func some(r *random, coders, units, values int, missing float64) []string {
	rows := make([]string, coders)
	truth := make([]int, units)
	for u := range truth {
		truth[u] = int(r.next() % uint64(values))
	}
	for c := range rows {
		for u := range units {
			v := truth[u]
			if r.unit() < 0.4 {
				v = int(r.next() % uint64(values))
			}
			if r.unit() < missing {
				rows[c] += " ."
			} else {
				rows[c] += fmt.Sprintf(" %d", v*v+1)
			}
		}
	}
	return rows
}

// plain computes coefficients from a matrix of coders by units of values (0: missing), straight from their definitions.
type plain struct {
	x      [][]float64
	values []float64
	w      func(a, b float64) float64 // of values
}

func newPlain(rows []string) plain {
	var p plain
	for _, row := range rows {
		var line []float64
		for _, v := range strings.Fields(row) {
			f, _ := strconv.ParseFloat(v, 64)
			line = append(line, f)
			if f != 0 && !slices.Contains(p.values, f) {
				p.values = append(p.values, f)
			}
		}
		p.x = append(p.x, line)
	}
	slices.Sort(p.values)
	return p
}

func (p plain) position(v float64) float64 { return float64(slices.Index(p.values, v) + 1) }

func (p plain) weighted(w Weights, level Level) plain {
	place := func(v float64) float64 {
		if level == Ordinal {
			return p.position(v)
		}
		return v
	}
	low, high := place(p.values[0]), place(p.values[len(p.values)-1])
	choose := func(n float64) float64 { return n * (n - 1) / 2 }
	p.w = func(a, b float64) float64 {
		if a == b {
			return 1
		}
		x, y := place(a), place(b)
		switch w {
		case Linear:
			return 1 - math.Abs(x-y)/(high-low)
		case Quadratic:
			return 1 - math.Pow((x-y)/(high-low), 2)
		case Ranks:
			return 1 - choose(math.Abs(p.position(a)-p.position(b))+1)/choose(float64(len(p.values)))
		case Ratios:
			return 1 - math.Pow((x-y)/(x+y), 2)/math.Pow((high-low)/(high+low), 2)
		}
		return 0
	}
	return p
}

func (p plain) unit(u int) []float64 {
	var out []float64
	for c := range p.x {
		if v := p.x[c][u]; v != 0 {
			out = append(out, v)
		}
	}
	return out
}

func (p plain) share(v float64) float64 {
	sum, n := 0.0, 0.0
	for u := range p.x[0] {
		if vs := p.unit(u); len(vs) > 0 {
			n++
			for _, x := range vs {
				if x == v {
					sum += 1 / float64(len(vs))
				}
			}
		}
	}
	return sum / n
}

func (p plain) observed() float64 {
	sum, n := 0.0, 0.0
	for u := range p.x[0] {
		vs := p.unit(u)
		if len(vs) < 2 {
			continue
		}
		n++
		agree, pairs := 0.0, 0.0
		for i := range vs {
			for j := range vs {
				if i != j {
					agree += p.w(vs[i], vs[j])
					pairs++
				}
			}
		}
		sum += agree / pairs
	}
	return sum / n
}

func (p plain) cohen(a, b int) float64 {
	var xs, ys []float64
	for u := range p.x[a] {
		if p.x[a][u] != 0 && p.x[b][u] != 0 {
			xs, ys = append(xs, p.x[a][u]), append(ys, p.x[b][u])
		}
	}
	po, pe := 0.0, 0.0
	for i := range xs {
		po += p.w(xs[i], ys[i])
		for j := range ys {
			pe += p.w(xs[i], ys[j])
		}
	}
	n := float64(len(xs))
	po, pe = po/n, pe/(n*n)
	return (po - pe) / (1 - pe)
}

func (p plain) kappa(m Metric) float64 {
	po, pe, q := p.observed(), 0.0, float64(len(p.values))
	switch m {
	case Percent:
		return po
	case Cohen:
		return p.cohen(0, 1)
	case Light:
		sum, n := 0.0, 0.0
		for a := range p.x {
			for b := range a {
				sum += p.cohen(a, b)
				n++
			}
		}
		return sum / n
	case Fleiss:
		for _, a := range p.values {
			for _, b := range p.values {
				pe += p.w(a, b) * p.share(a) * p.share(b)
			}
		}
	case BrennanPrediger:
		for _, a := range p.values {
			for _, b := range p.values {
				pe += p.w(a, b) / (q * q)
			}
		}
	case AC1, AC2:
		total := 0.0
		for _, a := range p.values {
			for _, b := range p.values {
				total += p.w(a, b)
			}
			pe += p.share(a) * (1 - p.share(a))
		}
		pe *= total / (q * (q - 1))
	case Conger:
		n := 0.0
		for g := range p.x {
			for h := range p.x {
				if g == h {
					continue
				}
				one, all := 0.0, 0.0
				for _, a := range p.x[g] {
					for _, b := range p.x[h] {
						if a != 0 && b != 0 {
							one += p.w(a, b)
							all++
						}
					}
				}
				pe += one / all
				n++
			}
		}
		pe /= n
	}
	return (po - pe) / (1 - pe)
}

// alpha pairs each rating with each other one, within units and in all.
func (p plain) alpha(level Level) float64 {
	type rating struct {
		unit  int
		value float64
		of    float64
	}
	var all []rating
	for u := range p.x[0] {
		if vs := p.unit(u); len(vs) > 1 {
			for _, v := range vs {
				all = append(all, rating{u, v, float64(len(vs))})
			}
		}
	}
	distance := func(a, b float64) float64 {
		switch {
		case a == b:
			return 0
		case level == Nominal:
			return 1
		case level == Interval:
			return (a - b) * (a - b)
		case level == Ratio:
			return math.Pow((a-b)/(a+b), 2)
		}
		sum := 0.0
		for _, g := range p.values {
			n := 0.0
			for _, r := range all {
				if r.value == g {
					n++
				}
			}
			switch {
			case g == a || g == b:
				sum += n / 2
			case g > min(a, b) && g < max(a, b):
				sum += n
			}
		}
		return sum * sum
	}
	memo := map[[2]float64]float64{}
	do, de := 0.0, 0.0
	for i, x := range all {
		for j, y := range all {
			if i == j {
				continue
			}
			key := [2]float64{x.value, y.value}
			d, ok := memo[key]
			if !ok {
				d = distance(x.value, y.value)
				memo[key] = d
			}
			de += d
			if x.unit == y.unit {
				do += d / (x.of - 1)
			}
		}
	}
	n := float64(len(all))
	return 1 - do/n/(de/(n*(n-1)))
}

func TestAgainstDefinitions(t *testing.T) {
	r := random(7)
	for round := range 60 {
		coders := 2 + int(r.next()%4)
		rows := some(&r, coders, 8+int(r.next()%40), 2+int(r.next()%6), []float64{0, 0.1, 0.3}[round%3])
		p := newPlain(rows)
		if len(p.values) < 2 {
			continue
		}
		for _, level := range Levels() {
			d, err := New(Scale{Level: level}, ratingsOf(rows...))
			if err != nil {
				t.Fatal(err)
			}
			near := func(m Metric, w Weights, value float64) {
				t.Helper()
				c, err := d.Coefficient(m, w)
				if err != nil {
					t.Fatal(err)
				}
				if !c.Defined() && (math.IsNaN(value) || math.IsInf(value, 0)) {
					return
				}
				if math.Abs(c.Value-value) > 1e-9 {
					t.Errorf("round %d, %s, %s, %s: %v (%s), want %v\n%s", round, m, level, w, c.Value, c.Why, value, strings.Join(rows, "\n"))
				}
			}
			near(Alpha, Default, p.alpha(level))
			weights := AllWeights()
			if level == Nominal {
				weights = []Weights{Identity}
			}
			for _, w := range weights {
				x := p.weighted(w, level)
				for _, m := range Metrics() {
					switch {
					case m == Alpha, m == Cohen && coders != 2, m == AC1 && w != Identity:
					default:
						near(m, w, x.kappa(m))
					}
				}
			}
			pairs, err := d.Pairs([]Metric{Cohen, Alpha}, Default)
			if err != nil {
				t.Fatal(err)
			}
			i := 0
			for a := range rows {
				for b := a + 1; b < len(rows); b++ {
					two := newPlain([]string{rows[a], rows[b]})
					two = two.weighted(Identity, level)
					for x, value := range []float64{two.cohen(0, 1), two.alpha(level)} {
						c := pairs[i].Coefficients[x]
						if c.Defined() && math.Abs(c.Value-value) > 1e-9 {
							t.Errorf("pair %v, %s: %v, want %v", pairs[i].Coders, c.Metric, c.Value, value)
						}
					}
					i++
				}
			}
		}
		// Each category against all others is what comes of writing so.
		d := wide(t, Scale{Level: Nominal}, rows...)
		cs, err := d.Categories([]Metric{Alpha, Fleiss, Conger, AC1})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range cs {
			binary := make([]string, len(rows))
			for i, row := range rows {
				for _, v := range strings.Fields(row) {
					switch v {
					case ".":
					case c.Category:
						v = "y"
					default:
						v = "n"
					}
					binary[i] += " " + v
				}
			}
			e := wide(t, Scale{Level: Nominal, Categories: []string{"n", "y"}}, binary...)
			for _, x := range c.Coefficients {
				y, _ := e.Coefficient(x.Metric, Default)
				if x.Defined() != y.Defined() || x.Defined() && math.Abs(x.Value-y.Value) > 1e-9 {
					t.Errorf("category %s, %s: %v, want %v", c.Category, x.Metric, x.Value, y.Value)
				}
			}
		}
	}
}

// Neither the order of ratings nor the names of units and coders change anything, and what was given stays as it was.
func TestOrderIsNothing(t *testing.T) {
	r := random(11)
	for range 20 {
		ratings := ratingsOf(some(&r, 4, 30, 4, 0.2)...)
		before := slices.Clone(ratings)
		mixed := slices.Clone(ratings)
		for i := range mixed {
			j := i + int(r.next()%uint64(len(mixed)-i))
			mixed[i], mixed[j] = mixed[j], mixed[i]
		}
		unit := map[string]string{}
		for i := range mixed {
			u := mixed[i].Unit
			if unit[u] == "" {
				unit[u] = fmt.Sprint(r.next())
			}
			mixed[i].Unit = unit[u]
			mixed[i].Coder = map[string]string{"c00": "z", "c01": "b", "c02": "q", "c03": "a"}[mixed[i].Coder]
		}
		for _, level := range Levels() {
			a, err := New(Scale{Level: level}, ratings)
			if err != nil {
				t.Fatal(err)
			}
			b, err := New(Scale{Level: level}, mixed)
			if err != nil {
				t.Fatal(err)
			}
			x, err := a.Coefficients(Metrics(), Default)
			if err != nil {
				t.Fatal(err)
			}
			y, err := b.Coefficients(Metrics(), Default)
			if err != nil {
				t.Fatal(err)
			}
			for i := range x {
				if x[i].Defined() != y[i].Defined() || x[i].Defined() && math.Abs(x[i].Value-y[i].Value) > 1e-12 {
					t.Errorf("%s: %v and, in another order, %v", x[i].Metric, x[i].Value, y[i].Value)
				}
			}
		}
		if !slices.Equal(before, ratings) {
			t.Fatal("the ratings were changed")
		}
	}
}

func TestUndefined(t *testing.T) {
	same := wide(t, Scale{Level: Nominal}, "a a a", "a a a")
	for _, m := range Metrics() {
		c, err := same.Coefficient(m, Default)
		if err != nil {
			t.Fatal(err)
		}
		if m == Percent {
			if c.Value != 1 {
				t.Errorf("percent is %v", c.Value)
			}
		} else if c.Defined() || c.Why == "" || !math.IsNaN(c.Value) {
			t.Errorf("%s of ratings that are all the same is %v", m, c.Value)
		}
	}
	for _, level := range []Level{Ordinal, Interval, Ratio} {
		c, _ := wide(t, Scale{Level: level}, "3 3 0.1", "3 3 .").Coefficient(Alpha, Default)
		if c.Defined() {
			t.Errorf("alpha, %s, of paired ratings that are all the same is %v", level, c.Value)
		}
	}
	// With the categories that could have been chosen, the expected is known.
	known := wide(t, Scale{Level: Nominal, Categories: []string{"a", "b"}}, "a a a", "a a a")
	want(t, known, AC1, Default, 1, 0)
	want(t, known, BrennanPrediger, Default, 1, 0)
	if c, _ := known.Coefficient(Fleiss, Default); c.Defined() {
		t.Errorf("Fleiss' kappa without variation is %v", c.Value)
	}
	three := wide(t, Scale{Level: Nominal}, "a b a .", "a b . a", ". . b .")
	if c, _ := three.Coefficient(Cohen, Default); !strings.Contains(c.Why, "two coders") {
		t.Errorf("Cohen's kappa of three coders: %+v", c)
	}
	if c, _ := three.Coefficient(Light, Default); !strings.Contains(c.Why, `"c01" and "c02"`) {
		t.Errorf("Light's kappa without units of a pair: %+v", c)
	}
	// A coder whose ratings are all missing has no agreement with anyone.
	silent := wide(t, Scale{Level: Nominal}, "a b", "a a", ". .", ". .")
	pairs, err := silent.Pairs(Metrics(), Default)
	if err != nil || len(pairs) != 6 {
		t.Fatal(pairs, err)
	}
	for _, c := range pairs[5].Coefficients {
		if c.Defined() {
			t.Errorf("%s of coders without ratings is %v", c.Metric, c.Value)
		}
	}
	// Zeros at the ratio level are no division by zero.
	want(t, wide(t, Scale{Level: Ratio}, "0 0 1 2", "0 0 1 2"), Alpha, Default, 1, 0)
	// Far from zero nothing is lost.
	want(t, wide(t, Scale{Level: Interval}, "1000000001 1000000002 1000000003 1000000004", "1000000001 1000000002 1000000004 1000000003"), Alpha, Default, newPlain([]string{"1 2 3 4", "1 2 4 3"}).alpha(Interval), 1e-9)
}

func TestWrongData(t *testing.T) {
	for _, c := range []struct {
		level   Level
		ratings []Rating
		want    string
	}{
		{Interval, []Rating{{"u", "a", "1", 2}, {"u", "b", "high", 3}}, `row 3, value: is "high"; expected a number at the interval level`},
		{Ordinal, []Rating{{"u", "a", "low", 2}, {"u", "b", "1", 3}}, `row 2, value: is "low"; expected a number at the ordinal level, or a list`},
		{Ratio, []Rating{{"u", "a", "1", 2}, {"u", "b", "-0.5", 3}}, `row 3, value: is "-0.5"; at the ratio level no value is below 0`},
		{Interval, []Rating{{"u", "a", "NaN", 2}, {"u", "b", "1", 3}}, "row 2, value"},
		{Nominal, []Rating{{"u", "a", "1", 2}, {"u", "b", "1", 3}, {"u", "a", "2", 4}}, `row 4, unit: coder "a" has rated unit "u" already in row 2`},
		{Nominal, []Rating{{"u", "", "1", 2}, {"u", "b", "1", 3}}, "row 2, coder: is empty"},
		{Nominal, []Rating{{"", "a", "1", 2}, {"u", "b", "1", 3}}, "row 2, unit: is empty"},
		{Nominal, []Rating{{"u", "a", "1", 2}, {"v", "a", "1", 3}}, ErrOneCoder.Error()},
		{Nominal, []Rating{{"u", "a", "1", 2}, {"v", "b", "1", 3}}, ErrNoPair.Error()},
		{Nominal, []Rating{{"u", "a", "1", 2}, {"u", "b", "", 3}}, ErrNoPair.Error()},
		{"other", nil, "no level of measurement"},
	} {
		_, err := New(Scale{Level: c.level}, c.ratings)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v, want %s", c.ratings, err, c.want)
		}
	}
	if _, err := New(Scale{Level: Nominal, Categories: []string{"a", "b"}}, ratingsOf("a c", "a b")); err == nil || !strings.Contains(err.Error(), `is "c"; expected one of: a, b`) {
		t.Error(err)
	}
	var ps Problems
	if _, err := New(Scale{Level: Interval}, ratingsOf("x y", "1 2")); !errors.As(err, &ps) || len(ps) != 2 || ps[1].Coder != "c00" {
		t.Error(err)
	}
	d := wide(t, Scale{Level: Nominal}, "a b", "a b")
	if _, err := d.Coefficient(Fleiss, Linear); err == nil {
		t.Error("names have no linear weights")
	}
	if _, err := d.Coefficient("kappa", Default); err == nil {
		t.Error("there is no metric kappa")
	}
	if _, err := d.Bootstrap(context.Background(), []Metric{Alpha}, Default, Resampling{Rounds: 10, Confidence: 0.95}); err == nil {
		t.Error("10 rounds are too few")
	}
}

// Words in their order, numbers written in several ways, and counts.
func TestData(t *testing.T) {
	words := wide(t, Scale{Level: Ordinal, Categories: []string{"low", "middle", "high"}}, "low middle high high .", "low high high middle low")
	numbers := wide(t, Scale{Level: Ordinal}, "1 2 3.0 3 .", "1.0 3 3 2 1e0")
	for _, m := range Metrics() {
		a, _ := words.Coefficient(m, Default)
		b, _ := numbers.Coefficient(m, Default)
		if a.Value != b.Value {
			t.Errorf("%s: words %v, numbers %v", m, a.Value, b.Value)
		}
	}
	if numbers.Units() != 5 || numbers.Paired() != 4 || numbers.Ratings() != 9 || numbers.Missing() != 1 || len(numbers.Values()) != 3 || len(numbers.Coders()) != 2 {
		t.Errorf("%d units, %d paired, %d ratings, %d missing, %v, %v", numbers.Units(), numbers.Paired(), numbers.Ratings(), numbers.Missing(), numbers.Values(), numbers.Coders())
	}
}

// The draws follow the multinomial distribution either way, and intervals cover as often as they should.
func TestDraws(t *testing.T) {
	for name, count := range map[string][]float64{"few patterns": {900, 60, 39, 1}, "many patterns": {5, 3, 1, 1}} {
		var of []int32
		n := 0.0
		for p, c := range count {
			n += c
			for range int(c) {
				of = append(of, int32(p))
			}
		}
		const draws = 40000
		sum, square := make([]float64, len(count)), make([]float64, len(count))
		into := make([]float64, len(count))
		for i := range draws {
			r := stream(5, i)
			r.multinomial(into, count, of)
			all := 0.0
			for p, k := range into {
				sum[p] += k
				square[p] += k * k
				all += k
			}
			if all != n {
				t.Fatalf("%s: %v drawn, want %v", name, all, n)
			}
		}
		for p, c := range count {
			mean := sum[p] / draws
			variance := square[p]/draws - mean*mean
			expected := c * (1 - c/n)
			if math.Abs(mean-c) > 5*math.Sqrt(expected/draws) || math.Abs(variance/expected-1) > 0.05 {
				t.Errorf("%s, pattern %d of %v: mean %v, variance %v, want %v", name, p, c, mean, variance, expected)
			}
		}
	}
	// Binomials below and above where the method changes, against their probabilities.
	for _, c := range []struct {
		n int
		p float64
	}{{30, 0.2}, {40, 0.4}, {100, 0.3}, {1000, 0.98}, {50, 0.5}} {
		const draws = 200000
		r := random(99)
		got := make([]float64, c.n+1)
		for range draws {
			got[r.binomial(c.n, c.p)]++
		}
		chi, cells := 0.0, 0.0
		for k := range got {
			e := draws * math.Exp(stirling(float64(c.n))-stirling(float64(k))-stirling(float64(c.n-k))+float64(k)*math.Log(c.p)+float64(c.n-k)*math.Log1p(-c.p))
			if e >= 20 {
				chi += (got[k] - e) * (got[k] - e) / e
				cells++
			}
		}
		if chi > cells+5*math.Sqrt(2*cells) {
			t.Errorf("binomial %d, %v: chi square %v of %v cells", c.n, c.p, chi, cells)
		}
	}
}

func TestBootstrap(t *testing.T) {
	r := random(3)
	rows := some(&r, 3, 300, 3, 0.1)
	d := wide(t, Scale{Level: Nominal}, rows...)
	ctx := context.Background()
	how := Resampling{Rounds: 2000, Seed: 1, Confidence: 0.95}
	a, err := d.Bootstrap(ctx, Metrics(), Default, how)
	if err != nil {
		t.Fatal(err)
	}
	// The same on one core.
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	b, err := d.Bootstrap(ctx, Metrics(), Default, how)
	if err != nil {
		t.Fatal(err)
	}
	for i := range a {
		if *a[i].Interval != *b[i].Interval && a[i].Defined() {
			t.Errorf("%s: %+v, on one core %+v", a[i].Metric, a[i].Interval, b[i].Interval)
		}
		if a[i].Defined() && !(a[i].Interval.Low < a[i].Value && a[i].Value < a[i].Interval.High) {
			t.Errorf("%s: %v lies outside of %+v", a[i].Metric, a[i].Value, a[i].Interval)
		}
	}
	// Against drawing units one by one and computing anew by the definitions.
	p := newPlain(rows)
	var values []float64
	for range 1000 {
		q := plain{x: make([][]float64, len(p.x)), values: p.values}
		for range p.x[0] {
			u := int(r.next() % uint64(len(p.x[0])))
			for c := range p.x {
				q.x[c] = append(q.x[c], p.x[c][u])
			}
		}
		values = append(values, q.weighted(Identity, Nominal).kappa(AC1))
	}
	slices.Sort(values)
	ac1 := a[slices.Index(Metrics(), AC1)].Interval
	if low, high := quantile(values, 0.025), quantile(values, 0.975); math.Abs(low-ac1.Low) > 0.012 || math.Abs(high-ac1.High) > 0.012 {
		t.Errorf("AC1 from %v to %v, one by one from %v to %v", ac1.Low, ac1.High, low, high)
	}
	// Rounds without variation are left out and counted.
	c, err := wide(t, Scale{Level: Nominal}, "a a a a b", "a a a a b").Bootstrap(ctx, []Metric{Alpha, Percent}, Default, how)
	if err != nil {
		t.Fatal(err)
	}
	if in := c[0].Interval; in.Undefined < 500 || in.Rounds+in.Undefined != 2000 || in.Low != 1 || in.High != 1 {
		t.Errorf("%+v", in)
	}
	if c[1].Interval.Low != 1 {
		t.Errorf("%+v", c[1].Interval)
	}
	same, _ := wide(t, Scale{Level: Nominal}, "a a", "a a").Bootstrap(ctx, []Metric{Alpha}, Default, how)
	if same[0].Interval.Why == "" || !math.IsNaN(same[0].Interval.Low) {
		t.Errorf("%+v", same[0].Interval)
	}
	stopped, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := d.Bootstrap(stopped, []Metric{Alpha}, Default, how); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
}

// million is a million ratings: of coders, of so many values.
func million(coders, values int) []Rating {
	r := random(1)
	units := 1_000_000 / coders
	out := make([]Rating, 0, units*coders)
	for u := range units {
		truth := r.next() % uint64(values)
		unit := strconv.Itoa(u)
		for c := range coders {
			v := truth
			if r.unit() < 0.3 {
				v = r.next() % uint64(values)
			}
			out = append(out, Rating{unit, string(rune('a' + c)), strconv.FormatUint(v, 10), 0})
		}
	}
	return out
}

// 1,000 rounds over 1,000,000 ratings: few patterns, as many as units, and numbers that hardly recur.
func BenchmarkBootstrapMillion(b *testing.B) {
	for _, c := range []struct {
		name           string
		coders, values int
		level          Level
		metrics        []Metric
	}{
		{"3coders5names", 3, 5, Nominal, []Metric{Percent, Fleiss, Conger, BrennanPrediger, AC1, Alpha}},
		{"2coders5names", 2, 5, Nominal, []Metric{Percent, Cohen, Fleiss, BrennanPrediger, AC1, Alpha}},
		{"10coders5names", 10, 5, Nominal, []Metric{Percent, Fleiss, BrennanPrediger, AC1, Alpha}},
		{"10coders5namesConger", 10, 5, Nominal, []Metric{Percent, Conger, Alpha}},
		{"2coders100000numbers", 2, 100_000, Interval, []Metric{Alpha}},
		{"2coders100000ranks", 2, 100_000, Ordinal, []Metric{Alpha}},
	} {
		b.Run(c.name, func(b *testing.B) {
			d, err := New(Scale{Level: c.level}, million(c.coders, c.values))
			if err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(d.pat.len()), "patterns")
			for b.Loop() {
				if _, err := d.Bootstrap(context.Background(), c.metrics, Default, Resampling{Rounds: 1000, Seed: 1, Confidence: 0.95}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
