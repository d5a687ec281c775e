package agreement

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
)

// letter is one character of text as one coder saw it.
type letter struct {
	doc, coder, unit int
	code             string // empty: φ
}

// letters writes units out character by character. Units of one coder must not overlap.
func letters(docs []Document, units []Unit, coders []string) [][][]letter {
	var out [][][]letter // by document, coder and place
	for d, doc := range docs {
		var rows [][]letter
		for c, coder := range coders {
			row := make([]letter, doc.Length)
			for i := range row {
				row[i] = letter{d, c, -1, ""}
			}
			for u, x := range units {
				if x.Document == doc.Name && x.Coder == coder {
					for i := x.Start; i < x.End; i++ {
						row[i] = letter{d, c, u, x.Code}
					}
				}
			}
			rows = append(rows, row)
		}
		out = append(out, rows)
	}
	return out
}

// slow computes the family character by character: what is expected comes from pairing each character of each coder with each
// other that is not of its own unit.
type slow struct {
	u, binary, cu float64
	ku            map[string]float64
}

func slowly(docs []Document, units []Unit, coders []string) slow {
	text := letters(docs, units, coders)
	m := float64(len(coders))
	l, e := map[[2]string]float64{}, map[[2]string]float64{}
	total, pairs := 0.0, 0.0
	var all []letter
	codes := map[string]bool{}
	for _, rows := range text {
		for i, a := range rows {
			all = append(all, a...)
			for j, b := range rows {
				for x := range a {
					if i != j {
						l[[2]string{a[x].code, b[x].code}] += 1 / (m - 1)
						total += 1 / (m - 1)
					}
				}
			}
		}
	}
	for i, a := range all {
		codes[a.code] = true
		for j, b := range all {
			if i != j && (a.unit < 0 || a.unit != b.unit) {
				e[[2]string{a.code, b.code}]++
				pairs++
			}
		}
	}
	for k := range e {
		e[k] *= total / pairs
	}
	differ := func(f map[[2]string]float64, same func(a, b string) bool) float64 {
		sum := 0.0
		for k, v := range f {
			if !same(k[0], k[1]) {
				sum += v
			}
		}
		return sum
	}
	equal := func(a, b string) bool { return a == b }
	both := func(a, b string) bool { return (a == "") == (b == "") }
	out := slow{u: 1 - differ(l, equal)/differ(e, equal), binary: 1 - differ(l, both)/differ(e, both), ku: map[string]float64{}}
	// Of text that both of a pair coded: each unit counts as it appears to each other coder.
	star, own := 0.0, map[string]float64{}
	margin := map[string]float64{}
	ownAll := 0.0
	for k, v := range l {
		if k[0] != "" && k[1] != "" {
			star += v
			margin[k[0]] += v
		}
	}
	for _, rows := range text {
		for i, a := range rows {
			for j, b := range rows {
				if i == j {
					continue
				}
				n := map[int]float64{}
				for x := range a {
					if a[x].unit >= 0 && b[x].unit >= 0 {
						n[a[x].unit]++
					}
				}
				for u, k := range n {
					own[units[u].Code] += k * k / (m - 1)
					ownAll += k * k / (m - 1)
				}
			}
		}
	}
	expected := func(a, b string) float64 {
		f := margin[a] * margin[b]
		if a == b {
			f -= own[a]
		}
		return f / (star - ownAll/star)
	}
	do, de := 0.0, 0.0
	for a := range codes {
		column := 0.0
		for b := range codes {
			if a == "" || b == "" {
				continue
			}
			column += expected(a, b)
			if a != b {
				do += l[[2]string{a, b}]
				de += expected(a, b)
			}
		}
		if a != "" {
			out.ku[a] = 1 - column/margin[a]*(margin[a]-l[[2]string{a, a}])/(column-expected(a, a))
		}
	}
	out.cu = 1 - do/de
	return out
}

// text is random text that coders cut up, with some sense.
func text(r *random, coders, docs, length, codes int) ([]Document, []Unit, []string) {
	var ds []Document
	var us []Unit
	var names []string
	for c := range coders {
		names = append(names, fmt.Sprintf("c%d", c))
	}
	for d := range docs {
		n := length/2 + int(r.next()%uint64(length))
		name := fmt.Sprintf("d%d", d)
		ds = append(ds, Document{Name: name, Length: n})
		for _, c := range names {
			for at := int(r.next() % 8); at < n; {
				end := min(n, at+1+int(r.next()%12))
				code := string(rune('a' + (at/9+d)%codes))
				if r.unit() < 0.3 {
					code = string(rune('a' + r.next()%uint64(codes)))
				}
				us = append(us, Unit{name, c, code, at, end, len(us) + 2})
				if at = end; r.unit() < 0.6 {
					at += int(r.next() % 9)
				}
			}
		}
	}
	return ds, us, names
}

func TestUnitisedCharacterByCharacter(t *testing.T) {
	r := random(21)
	for round := range 60 {
		coders := 2 + round%3
		docs, units, names := text(&r, coders, 1+round%3, 20+int(r.next()%60), 1+int(r.next()%4))
		c, err := NewContinuum(docs, units)
		if err != nil {
			t.Fatal(err)
		}
		if len(c.Coders()) != coders {
			continue
		}
		want := slowly(docs, units, names)
		got, err := c.Coefficients(UnitMetrics())
		if err != nil {
			t.Fatal(err)
		}
		near := func(what string, f Coefficient, value float64) {
			t.Helper()
			if !f.Defined() {
				if !math.IsNaN(value) {
					t.Errorf("round %d, %s is not defined (%s), want %v", round, what, f.Why, value)
				}
			} else if !(math.Abs(f.Value-value) < 1e-9) {
				t.Errorf("round %d, %s is %v, want %v", round, what, f.Value, value)
			}
		}
		near("u-alpha", got[0], want.u)
		near("u-alpha-binary", got[1], want.binary)
		near("cu-alpha", got[2], want.cu)
		for _, a := range c.CodeAgreements() {
			near("ku-alpha of "+a.Code, a.Coding, want.ku[a.Code])
			var only []Unit
			for _, u := range units {
				if u.Code == a.Code {
					only = append(only, u)
				}
			}
			near("binary alpha of "+a.Code, a.Binary, slowly(docs, only, names).binary)
		}
		// Neither order nor names change anything.
		mixed := slices.Clone(units)
		for i := range mixed {
			j := i + int(r.next()%uint64(len(mixed)-i))
			mixed[i], mixed[j] = mixed[j], mixed[i]
		}
		for i := range mixed {
			mixed[i].Coder = "x" + strings.Repeat("y", 9-int(mixed[i].Coder[1]-'0'))
			mixed[i].Code = string(rune('z' - (mixed[i].Code[0] - 'a')))
		}
		d, err := NewContinuum(docs, mixed)
		if err != nil {
			t.Fatal(err)
		}
		again, _ := d.Coefficients(UnitMetrics())
		for i := range got {
			if got[i].Defined() != again[i].Defined() || got[i].Defined() && math.Abs(got[i].Value-again[i].Value) > 1e-12 {
				t.Errorf("%s: %v, in another order and by other names %v", got[i].Metric, got[i].Value, again[i].Value)
			}
		}
	}
}

// By hand: two coders of 10 characters; A codes 0 to 4 as p, B codes 2 to 6 as p.
//
//	l = 20, l_φ = 12, l_p = 8, l_φφ = 8 (from 6 to 10, both ways), l_pp = 4, S_p = 16 + 16, S_φ = 12
//	D_o = 2 (12 - 8) = 8    D_e = 2 * 12 * 8 / (20 - 44/20) = 192 / 17.8
func TestUnitisedByHand(t *testing.T) {
	docs := []Document{{Name: "d", Length: 10}}
	units := []Unit{{"d", "A", "p", 0, 4, 2}, {"d", "B", "p", 2, 6, 3}}
	c, err := NewContinuum(docs, units)
	if err != nil {
		t.Fatal(err)
	}
	fs, _ := c.Coefficients(UnitMetrics())
	for _, f := range fs[:2] {
		if value := 1 - 8*17.8/192; math.Abs(f.Value-value) > 1e-12 || math.Abs(f.Observed-0.4) > 1e-12 || math.Abs(f.Expected-192/17.8/20) > 1e-12 {
			t.Errorf("%s: %+v, want %v", f.Metric, f, value)
		}
	}
	if fs[2].Defined() || !strings.Contains(fs[2].Why, "one sort") {
		t.Errorf("one code alone leaves nothing to disagree about: %+v", fs[2])
	}
	// The same text a million times as long costs the same and gives nearly the same.
	for i := range units {
		units[i].Start *= 1e6
		units[i].End *= 1e6
	}
	c, err = NewContinuum([]Document{{Name: "d", Length: 10e6}}, units)
	if err != nil {
		t.Fatal(err)
	}
	if fs, _ = c.Coefficients(UnitMetrics()); math.Abs(fs[0].Value-(1-8*(20-32.0/20)/192)) > 1e-6 {
		t.Errorf("%v", fs[0].Value)
	}
	// A unit cut in two is not the same: fewer squared lengths.
	cut, _ := NewContinuum(docs, []Unit{{"d", "A", "p", 0, 2, 0}, {"d", "A", "p", 2, 4, 0}, {"d", "B", "p", 2, 6, 0}})
	if f, _ := cut.Coefficients([]Metric{UAlpha}); math.Abs(f[0].Value-(1-8*(20-(4+4+16+12)/20.0)/192)) > 1e-12 {
		t.Errorf("cut in two: %v", f[0].Value)
	}
}

func TestUnitisedUndefined(t *testing.T) {
	docs := []Document{{Name: "d", Length: 10}, {Name: "e", Length: 5}}
	c, err := NewContinuum(docs, []Unit{{"d", "A", "", 0, 0, 2}, {"e", "B", "", 0, 0, 3}})
	if err != nil {
		t.Fatal(err)
	}
	fs, _ := c.Coefficients(UnitMetrics())
	for _, f := range fs {
		if f.Defined() || !math.IsNaN(f.Value) {
			t.Errorf("%s of text that nobody coded is %v", f.Metric, f.Value)
		}
	}
	// Codes that overlap.
	c, err = NewContinuum(docs, []Unit{{"d", "A", "p", 0, 4, 2}, {"d", "A", "q", 2, 6, 3}, {"d", "B", "p", 0, 4, 4}, {"e", "B", "q", 1, 2, 5}})
	if err != nil {
		t.Fatal(err)
	}
	fs, _ = c.Coefficients(UnitMetrics())
	if fs[0].Defined() || !strings.Contains(fs[0].Why, `coder "A" gave the codes "p" and "q" to the same text of document "d"`) || fs[2].Defined() || !fs[1].Defined() {
		t.Errorf("%+v", fs)
	}
	// As one stretch from 0 to 6.
	joined, _ := NewContinuum(docs, []Unit{{"d", "A", "x", 0, 6, 2}, {"d", "B", "x", 0, 4, 4}, {"e", "B", "x", 1, 2, 5}})
	if one, _ := joined.Coefficients([]Metric{UAlphaBinary}); one[0].Value != fs[1].Value {
		t.Errorf("joined %v, overlapping %v", one[0].Value, fs[1].Value)
	}
	as := c.CodeAgreements()
	if as[0].Binary.Value != 1 || as[0].Units != 2 || as[0].Length != 8 || as[1].Coding.Defined() || !math.IsNaN(as[1].Coverage) {
		t.Errorf("%+v", as)
	}
	// Documents that one coder read say nothing.
	docs[1].Coders = []string{"B"}
	c, err = NewContinuum(docs, []Unit{{"d", "A", "p", 0, 4, 2}, {"d", "B", "p", 2, 6, 4}, {"e", "B", "q", 1, 2, 5}})
	if err != nil {
		t.Fatal(err)
	}
	fs, _ = c.Coefficients([]Metric{UAlpha})
	if c.Documents() != 1 || c.Length() != 10 || math.Abs(fs[0].Value-(1-8*17.8/192)) > 1e-12 {
		t.Errorf("%d documents of %d, %+v", c.Documents(), c.Length(), fs[0])
	}
	boot, err := c.Bootstrap(context.Background(), UnitMetrics(), Resampling{Rounds: 100, Confidence: 0.9})
	if err != nil || boot[0].Interval.Why == "" {
		t.Errorf("%+v, %v", boot, err)
	}
}

func TestUnitisedWrong(t *testing.T) {
	docs := []Document{{Name: "d", Length: 10}}
	for _, c := range []struct {
		units []Unit
		want  string
	}{
		{[]Unit{{"d", "A", "p", 4, 8, 2}, {"d", "A", "p", 0, 5, 3}, {"d", "B", "p", 0, 1, 4}}, `row 2, start: the unit 4 to 8 of code "p" by coder "A" overlaps the one from 0 to 5 in row 3`},
		{[]Unit{{"d", "A", "p", 4, 4, 2}, {"d", "B", "p", 0, 1, 4}}, "row 2, end: is 4, and the unit starts at 4"},
		{[]Unit{{"d", "A", "p", -1, 4, 2}, {"d", "B", "p", 0, 1, 4}}, "row 2, start: is -1"},
		{[]Unit{{"d", "A", "p", 1, 11, 2}, {"d", "B", "p", 0, 1, 4}}, `row 2, end: is 11; document "d" has length 10`},
		{[]Unit{{"e", "A", "p", 1, 2, 2}, {"d", "B", "p", 0, 1, 4}}, `row 2, document: there is no document "e"`},
		{[]Unit{{"d", "", "p", 1, 2, 2}, {"d", "B", "p", 0, 1, 4}}, "row 2, coder: is empty"},
		{[]Unit{{"d", "A", "p", 1, 2, 2}}, ErrOneCoder.Error()},
	} {
		if _, err := NewContinuum(docs, c.units); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v, want %s", c.units, err, c.want)
		}
	}
	for _, ds := range [][]Document{nil, {{Name: "d"}}, {{Name: "d", Length: 1}, {Name: "d", Length: 1}}, {{Name: "d", Length: 9, Coders: []string{"A"}}, {Name: "e", Length: 9, Coders: []string{"B"}}}} {
		if _, err := NewContinuum(ds, nil); err == nil {
			t.Errorf("%+v is accepted", ds)
		}
	}
}

func TestUnitisedBootstrap(t *testing.T) {
	r := random(5)
	docs, units, _ := text(&r, 3, 40, 200, 3)
	before := slices.Clone(units)
	c, err := NewContinuum(docs, units)
	if err != nil {
		t.Fatal(err)
	}
	fs, err := c.Bootstrap(context.Background(), UnitMetrics(), Resampling{Rounds: 1000, Seed: 1, Confidence: 0.95})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range fs {
		if in := f.Interval; !(in.Low < f.Value && f.Value < in.High) || in.Rounds != 1000 {
			t.Errorf("%s: %v in %+v", f.Metric, f.Value, in)
		}
	}
	if !slices.Equal(before, units) {
		t.Error("the units were changed")
	}
	pairs, err := c.Pairs([]Metric{UAlpha})
	if err != nil || len(pairs) != 3 || pairs[0].Units != 40 {
		t.Errorf("%+v, %v", pairs, err)
	}
	two, _ := NewContinuum(docs, slices.DeleteFunc(units, func(u Unit) bool { return u.Coder == "c1" }))
	if f, _ := two.Coefficients([]Metric{UAlpha}); pairs[1].Coders != [2]string{"c0", "c2"} || math.Abs(f[0].Value-pairs[1].Coefficients[0].Value) > 1e-12 {
		t.Errorf("%+v, want %v", pairs[1], f[0].Value)
	}
}

// 100,000 units of 4 coders in a text of 100 million characters.
func BenchmarkUnitised(b *testing.B) {
	r := random(1)
	var units []Unit
	for c := range 4 {
		at := 0
		for range 25_000 {
			at += int(r.next() % 3000)
			end := at + 1 + int(r.next()%900)
			units = append(units, Unit{"d", string(rune('A' + c)), string(rune('a' + r.next()%20)), at, end, 0})
			at = end
		}
	}
	for b.Loop() {
		c, err := NewContinuum([]Document{{Name: "d", Length: 100_000_000}}, units)
		if err != nil {
			b.Fatal(err)
		}
		c.Coefficients(UnitMetrics())
		c.CodeAgreements()
	}
}
