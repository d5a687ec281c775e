package cna

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The definitions, written down a second time as directly as they can be: every
// conjunction, every disjunction, every combination, every part of every formula,
// every configuration. Nothing is shared with the analysis but the types of data
// and options.

type bruteLiteral struct{ factor, value int }
type bruteTerm []bruteLiteral
type bruteAsf struct {
	outcome bruteLiteral
	terms   []bruteTerm
}

type brute struct {
	d      Data
	o      Options
	kind   Kind
	values [][]int // of each factor
	worlds [][]int // every configuration
}

func newBrute(d Data, o Options) *brute {
	b := &brute{d: d, o: o, kind: d.Kind(), worlds: [][]int{{}}}
	for j := range d.Factors {
		own := []int{0, 1}
		if b.kind == MultiValue {
			seen := map[int]bool{}
			for _, row := range d.Values {
				seen[int(row[j])] = true
			}
			own = nil
			for v := range seen {
				own = append(own, v)
			}
			sort.Ints(own)
		}
		b.values = append(b.values, own)
		var next [][]int
		for _, w := range b.worlds {
			for _, v := range own {
				next = append(next, append(slices.Clone(w), v))
			}
		}
		b.worlds = next
	}
	return b
}

func (b *brute) literalIn(l bruteLiteral, row []float64) float64 {
	switch x := row[l.factor]; {
	case b.kind == Fuzzy && l.value == 1:
		return x
	case b.kind == Fuzzy:
		return 1 - x
	case int(x) == l.value:
		return 1
	}
	return 0
}

func (b *brute) termIn(t bruteTerm, row []float64) float64 {
	m := 1.0
	for _, l := range t {
		m = min(m, b.literalIn(l, row))
	}
	return m
}

func (b *brute) termsIn(ts []bruteTerm, row []float64) float64 {
	m := 0.0
	for _, t := range ts {
		m = max(m, b.termIn(t, row))
	}
	return m
}

func (b *brute) fit(ts []bruteTerm, y bruteLiteral) (con, cov float64) {
	var both, x, out float64
	for _, row := range b.d.Values {
		p, q := b.termsIn(ts, row), b.literalIn(y, row)
		both, x, out = both+min(p, q), x+p, out+q
	}
	if x > 0 {
		con = both / x
	}
	if out > 0 {
		cov = both / out
	}
	return con, cov
}

func (b *brute) true(ts []bruteTerm, world []int) bool {
	for _, t := range ts {
		holds := true
		for _, l := range t {
			holds = holds && world[l.factor] == l.value
		}
		if holds {
			return true
		}
	}
	return false
}

// subsets gives all subsets of 0..n-1.
func subsets(n int) [][]int {
	var all [][]int
	for m := range 1 << n {
		var s []int
		for i := range n {
			if m>>i&1 == 1 {
				s = append(s, i)
			}
		}
		all = append(all, s)
	}
	return all
}

func choose[T any](all []T, which []int) []T {
	var out []T
	for _, i := range which {
		out = append(out, all[i])
	}
	return out
}

func (b *brute) msc(y bruteLiteral) []bruteTerm {
	conjunctions := []bruteTerm{{}}
	for j := range b.d.Factors {
		if j == y.factor {
			continue
		}
		for _, c := range slices.Clone(conjunctions) {
			for _, v := range b.values[j] {
				conjunctions = append(conjunctions, append(slices.Clone(c), bruteLiteral{j, v}))
			}
		}
	}
	enough := func(t bruteTerm) bool {
		seen := false
		for _, row := range b.d.Values {
			seen = seen || b.termIn(t, row) > 0 && b.termIn(t, row) >= 0.5-1e-12
		}
		con, _ := b.fit([]bruteTerm{t}, y)
		return seen && con >= b.o.ConSufficient-1e-9
	}
	var out []bruteTerm
	for _, t := range conjunctions {
		if len(t) == 0 || len(t) > b.o.MaxConjuncts || !enough(t) {
			continue
		}
		minimal := true
		for _, s := range subsets(len(t)) {
			if len(s) > 0 && len(s) < len(t) && enough(choose(t, s)) {
				minimal = false
			}
		}
		if minimal {
			out = append(out, t)
		}
	}
	return out
}

func (b *brute) asf(y bruteLiteral, msc []bruteTerm) []bruteAsf {
	good := func(ts []bruteTerm) bool {
		con, cov := b.fit(ts, y)
		return con >= b.o.Con-1e-9 && cov >= b.o.Cov-1e-9
	}
	var out []bruteAsf
	for _, s := range subsets(len(msc)) {
		ts := choose(msc, s)
		literals := 0
		for _, t := range ts {
			literals += len(t)
		}
		if len(ts) == 0 || len(ts) > b.o.MaxDisjuncts || literals > b.o.MaxComplexity || !good(ts) {
			continue
		}
		ok := true
		for _, part := range subsets(len(ts)) {
			if len(part) > 0 && len(part) < len(ts) && good(choose(ts, part)) {
				ok = false
			}
		}
		var low, high bool
		for _, row := range b.d.Values {
			p, q := b.termsIn(ts, row) >= 0.5-1e-12, b.literalIn(y, row) >= 0.5-1e-12
			low, high = low || !p && !q, high || p && q
		}
		always := true
		for _, w := range b.worlds {
			always = always && b.true(ts, w)
		}
		ok = ok && low && high && !always
		for _, part := range parts(ts) {
			same := true
			for _, w := range b.worlds {
				same = same && b.true(ts, w) == b.true(part, w)
			}
			ok = ok && !same
		}
		if ok {
			out = append(out, bruteAsf{y, ts})
		}
	}
	return out
}

// parts gives every proper part of a disjunction: any literals and any terms
// left out, but not all.
func parts(ts []bruteTerm) [][]bruteTerm {
	all := [][]bruteTerm{{}}
	for _, t := range ts {
		var next [][]bruteTerm
		for _, p := range all {
			for _, s := range subsets(len(t)) {
				q := slices.Clone(p)
				if len(s) > 0 {
					q = append(q, choose(t, s))
				}
				next = append(next, q)
			}
		}
		all = next
	}
	whole := fmt.Sprint(ts)
	return slices.DeleteFunc(all, func(p []bruteTerm) bool { return len(p) == 0 || fmt.Sprint(p) == whole })
}

func (b *brute) holds(asf bruteAsf, w []int) bool {
	return b.true(asf.terms, w) == (w[asf.outcome.factor] == asf.outcome.value)
}

func (b *brute) models(csf []bruteAsf) [][]int {
	var out [][]int
	for _, w := range b.worlds {
		ok := true
		for _, asf := range csf {
			ok = ok && b.holds(asf, w)
		}
		if ok {
			out = append(out, w)
		}
	}
	return out
}

func (b *brute) csf(asf [][]bruteAsf) [][]bruteAsf {
	combos := [][]bruteAsf{{}}
	for _, own := range asf {
		if len(own) == 0 {
			continue
		}
		var next [][]bruteAsf
		for _, c := range combos {
			for _, x := range own {
				next = append(next, append(slices.Clone(c), x))
			}
		}
		combos = next
	}
	found := map[string][]bruteAsf{}
	for _, whole := range combos {
		if len(whole) == 0 {
			continue
		}
		same := map[string]bool{} // equivalent subsets
		models := fmt.Sprint(b.models(whole))
		for _, s := range subsets(len(whole)) {
			if fmt.Sprint(b.models(choose(whole, s))) == models {
				same[fmt.Sprint(s)] = true
			}
		}
		for _, s := range subsets(len(whole)) {
			if !same[fmt.Sprint(s)] {
				continue
			}
			minimal := true
			for _, part := range subsets(len(s)) {
				if len(part) < len(s) && same[fmt.Sprint(choose(s, part))] {
					minimal = false
				}
			}
			if c := choose(whole, s); minimal && len(c) > 0 && b.sound(c) {
				found[fmt.Sprint(c)] = c
			}
		}
	}
	var out [][]bruteAsf
	for k, c := range found {
		contained := false
		for l, other := range found {
			contained = contained || k != l && submodel(c, other)
		}
		if !contained {
			out = append(out, c)
		}
	}
	return out
}

func (b *brute) sound(csf []bruteAsf) bool {
	models := b.models(csf)
	for _, asf := range csf {
		for _, t := range append(slices.Clone(asf.terms), bruteTerm{asf.outcome}) {
			for _, l := range t {
				var yes, no bool
				for _, w := range models {
					yes, no = yes || w[l.factor] == l.value, no || w[l.factor] != l.value
				}
				if !yes || !no {
					return false
				}
			}
		}
		for _, part := range parts(asf.terms) {
			implied := true
			for _, w := range models {
				implied = implied && b.holds(bruteAsf{asf.outcome, part}, w)
			}
			if implied {
				return false
			}
		}
	}
	return true
}

// submodel tells whether each explanation in x is found, with at least its
// terms and literals, in y.
func submodel(x, y []bruteAsf) bool {
	for _, p := range x {
		ok := false
		for _, q := range y {
			ok = ok || p.outcome == q.outcome && fits1to1(p.terms, q.terms)
		}
		if !ok {
			return false
		}
	}
	return true
}

func fits1to1(x, y []bruteTerm) bool {
	if len(x) == 0 {
		return true
	}
	for i, t := range y {
		inside := true
		for _, l := range x[0] {
			inside = inside && slices.Contains(t, l)
		}
		if inside && fits1to1(x[1:], slices.Delete(slices.Clone(y), i, i+1)) {
			return true
		}
	}
	return false
}

func (b *brute) formula(ts []bruteTerm, arrow string, y bruteLiteral) string {
	write := func(l bruteLiteral) string {
		name := b.d.Factors[l.factor]
		switch {
		case b.kind == MultiValue:
			return fmt.Sprintf("%s=%d", name, l.value)
		case l.value == 0:
			return "~" + name
		}
		return name
	}
	var terms []string
	for _, t := range ts {
		var ls []string
		for _, l := range t {
			ls = append(ls, write(l))
		}
		terms = append(terms, strings.Join(ls, "*"))
	}
	return strings.Join(terms, "+") + arrow + write(y)
}

// random makes a small data set, or says that it came out constant.
func random(r *rand.Rand) (Data, bool) {
	kind := []Kind{Crisp, MultiValue, Fuzzy}[r.IntN(3)]
	factors, cases := 3+r.IntN(2), 3+r.IntN(8)
	d := Data{}
	for j := range factors {
		d.Factors = append(d.Factors, string(rune('A'+j)))
	}
	for i := range cases {
		d.Cases = append(d.Cases, fmt.Sprint("c", i))
		row := make([]float64, factors)
		for j := range row {
			switch kind {
			case Crisp:
				row[j] = float64(r.IntN(2))
			case MultiValue:
				row[j] = float64(r.IntN(3))
			case Fuzzy:
				row[j] = float64(r.IntN(11)) / 10
			}
		}
		if r.IntN(2) == 0 { // often something to find
			a, b := row[0], row[1]
			row[factors-1] = max(a, b)
			if r.IntN(2) == 0 {
				row[factors-2] = row[0]
			}
		}
		d.Values = append(d.Values, row)
	}
	return d, d.Valid() == nil
}

func TestBruteForce(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 9))
	var runs, mscs, asfs, csfs, several int
	var aside Aside
	for runs < 600 {
		d, ok := random(r)
		if !ok {
			continue
		}
		thresholds := []float64{1, 0.9, 0.8, 0.75, 2. / 3, 0.6}
		o := Options{Con: thresholds[r.IntN(6)], Cov: thresholds[r.IntN(6)], MaxConjuncts: 1 + r.IntN(3), MaxDisjuncts: 1 + r.IntN(4), MaxComplexity: 2 + r.IntN(6)}
		if o.ConSufficient = o.Con; r.IntN(2) == 0 {
			o.ConSufficient = thresholds[r.IntN(6)]
		}
		b := newBrute(d, o)
		var msc, asf, csf []string
		var all [][]bruteAsf
		combos, large := 1, false
		for j := range d.Factors {
			for _, v := range b.values[j] {
				if b.kind != MultiValue && v == 0 {
					continue
				}
				y := bruteLiteral{j, v}
				m := b.msc(y)
				if len(m) > 9 {
					large = true
					break
				}
				for _, x := range m {
					msc = append(msc, canonical(b.formula([]bruteTerm{x}, "->", y)))
				}
				own := b.asf(y, m)
				for _, x := range own {
					asf = append(asf, canonical(b.formula(x.terms, "<->", y)))
				}
				all = append(all, own)
				combos *= max(1, len(own))
			}
		}
		if large || combos > 60 {
			continue
		}
		for _, c := range b.csf(all) {
			var formulas []string
			for _, x := range c {
				formulas = append(formulas, "("+b.formula(x.terms, "<->", x.outcome)+")")
			}
			csf = append(csf, canonical(strings.Join(formulas, "*")))
			if len(c) > 1 {
				several++
			}
		}
		runs++
		mscs, asfs, csfs = mscs+len(msc), asfs+len(asf), csfs+len(csf)
		got, err := Analyze(context.Background(), d, o)
		if err != nil {
			t.Fatal(err)
		}
		aside.Redundant += got.Aside.Redundant
		aside.Unvaried += got.Aside.Unvaried
		aside.ComplexContained += got.Aside.ComplexContained
		gm, ga, gc := fits(got)
		for _, pair := range []struct {
			what string
			want []string
			got  []fit
		}{{"sufficient", msc, gm}, {"atomic", asf, ga}, {"complex", csf, gc}} {
			var have []string
			for _, f := range pair.got {
				have = append(have, canonical(f.formula))
			}
			slices.Sort(have)
			slices.Sort(pair.want)
			if diff := cmp.Diff(pair.want, have); diff != "" {
				t.Fatalf("%s of\n%v\n%v\n%v\nwith %+v (-brute +analysis):\n%s", pair.what, d.Factors, d.Values, b.kind, o, diff)
			}
		}
	}
	if several == 0 || aside.Redundant == 0 || aside.Unvaried == 0 || aside.ComplexContained == 0 {
		t.Errorf("not every rule was at work: %d of several outcomes, aside %+v", several, aside)
	}
	t.Logf("%d data sets, %d sufficient conditions, %d atomic and %d complex solutions, %d of several outcomes; aside %+v", runs, mscs, asfs, csfs, several, aside)
}
