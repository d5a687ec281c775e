package qca

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
)

// Necessary is a set that may be necessary for the outcome, with its fit.
type Necessary struct {
	// Expr writes it: "A", "A*~B" for a conjunction, "A+~B" for a disjunction.
	Expr string `json:"expr"`
	// Values is the level of each condition in it, or -1.
	Values []int `json:"values"`
	// Disjunction says that its literals are joined by or.
	Disjunction bool `json:"disjunction"`
	// Consistency is sum min(x,y) / sum y: how far the outcome is a subset of it (Ragin 2006).
	Consistency float64 `json:"inclN"`
	// RoN is the relevance of necessity, sum (1-x) / sum (1 - min(x,y)): near 0 the set is so large that being necessary
	// says little (Schneider and Wagemann 2012, ch. 9).
	RoN float64 `json:"RoN"`
	// Coverage is sum min(x,y) / sum x.
	Coverage float64 `json:"covN"`
}

// Sufficient is a conjunction that may be sufficient for the outcome, with its fit.
type Sufficient struct {
	Expr        string  `json:"expr"`
	Values      []int   `json:"values"`
	Consistency float64 `json:"inclS"`
	PRI         float64 `json:"pri"`
	Coverage    float64 `json:"covS"`
}

// SingleFit gives each condition and its negation, or each level of a multi-value condition, seen as necessary and as
// sufficient for the outcome.
func SingleFit(d Data) ([]Necessary, []Sufficient, error) {
	if err := d.Valid(); err != nil {
		return nil, nil, err
	}
	d = d.clone()
	t := Table{Conditions: d.Conditions, Levels: d.Levels, data: d}
	var n []Necessary
	var s []Sufficient
	for j := range d.Conditions {
		for v := range d.Levels[j] {
			c := whole(len(d.Conditions))
			c[j] = int8(v)
			x := d.membership(c)
			n = append(n, t.necessary(c, x, false))
			s = append(s, t.sufficient(c, x))
		}
	}
	return n, s, nil
}

func ints(c cube) []int {
	out := make([]int, len(c))
	for j, v := range c {
		out[j] = int(v)
	}
	return out
}

func (t Table) necessary(c cube, x []float64, or bool) Necessary {
	y := t.data.Outcome
	var sx, sy, both, notX, notBoth float64
	for i := range x {
		b := min(x[i], y[i])
		sx, sy, both = sx+x[i], sy+y[i], both+b
		notX, notBoth = notX+1-x[i], notBoth+1-b
	}
	expr := t.expression(c)
	if or {
		expr = strings.ReplaceAll(expr, "*", "+")
	}
	return Necessary{Expr: expr, Values: ints(c), Disjunction: or, Consistency: ratio(both, sy), RoN: ratio(notX, notBoth), Coverage: ratio(both, sx)}
}

func (t Table) sufficient(c cube, x []float64) Sufficient {
	f := measure(x, t.data.Outcome)
	return Sufficient{Expr: t.expression(c), Values: ints(c), Consistency: f.consistency, PRI: f.pri, Coverage: f.coverage}
}

// NecessityCutoffs decide what is listed as necessary.
type NecessityCutoffs struct {
	// Consistency that a set needs, above 0 and up to 1. Zero means 0.9.
	Consistency float64
	// RoN that it needs as well, 0 to 1.
	RoN float64
	// Depth is the largest number of conditions that are joined. Zero means all of them.
	Depth int
}

// maxNecessary bounds how many combinations Necessities looks at.
const maxNecessary = 20_000_000

// Necessities lists the single conditions and the conjunctions that reach both cut-offs, and the disjunctions that do and
// of which no part does: a disjunction is easily necessary, so that only the smallest say something. They are ordered by
// the number of conditions, conjunctions first.
func Necessities(ctx context.Context, d Data, c NecessityCutoffs) ([]Necessary, error) {
	if err := d.Valid(); err != nil {
		return nil, err
	}
	if c.Consistency == 0 {
		c.Consistency = 0.9
	}
	var bad problems
	if !(c.Consistency > 0 && c.Consistency <= 1) {
		bad.add("the consistency cut-off for necessity is %v: choose a value above 0 and up to 1, usually 0.9 or more", c.Consistency)
	}
	if !(c.RoN >= 0 && c.RoN <= 1) {
		bad.add("the cut-off for the relevance of necessity is %v: choose a value from 0 to 1", c.RoN)
	}
	if c.Depth < 0 {
		bad.add("the depth is %d: it is a number of conditions", c.Depth)
	}
	if err := bad.err(); err != nil {
		return nil, err
	}
	d = d.clone()
	t := Table{Conditions: d.Conditions, Levels: d.Levels, data: d}
	var out []Necessary
	looked := 0
	single := t.literals()
	for depth := 1; depth <= t.depth(c.Depth); depth++ {
		for _, or := range []bool{false, true} {
			if or && depth == 1 {
				continue
			}
			found := len(out)
			err := t.combine(ctx, single, depth, or, &looked, func(q cube, x []float64) {
				n := t.necessary(q, x, or)
				if reaches(n.Consistency, c.Consistency) && reaches(n.RoN, c.RoN) {
					small := !or || !slices.ContainsFunc(out[:found], func(p Necessary) bool {
						return (p.Disjunction || mentions(p.Values) == 1) && contains(p.Values, q)
					})
					if small {
						out = append(out, n)
					}
				}
			})
			if err != nil {
				return nil, err
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Necessary) int {
		return cmp.Or(boolean(a.Disjunction)-boolean(b.Disjunction), mentions(a.Values)-mentions(b.Values))
	})
	return out, nil
}

// SufficiencyCutoffs decide what is listed as sufficient.
type SufficiencyCutoffs struct {
	// Consistency that a conjunction needs, above 0 and up to 1. Zero means DefaultConsistency.
	Consistency float64
	// PRI that it needs as well, 0 to 1.
	PRI float64
	// Depth is the largest number of conditions that are joined. Zero means all of them.
	Depth int
}

// Sufficiencies lists the conjunctions that reach both cut-offs and of which no part does.
func Sufficiencies(ctx context.Context, d Data, c SufficiencyCutoffs) ([]Sufficient, error) {
	if err := d.Valid(); err != nil {
		return nil, err
	}
	k, err := Cutoffs{Consistency: c.Consistency, PRI: c.PRI}.filled()
	if err != nil {
		return nil, err
	}
	d = d.clone()
	t := Table{Conditions: d.Conditions, Levels: d.Levels, data: d}
	var out []Sufficient
	looked := 0
	single := t.literals()
	for depth := 1; depth <= t.depth(c.Depth); depth++ {
		found := len(out)
		err := t.combine(ctx, single, depth, false, &looked, func(q cube, x []float64) {
			if slices.ContainsFunc(out[:found], func(p Sufficient) bool { return contains(p.Values, q) }) {
				return
			}
			s := t.sufficient(q, x)
			if reaches(s.Consistency, k.Consistency) && reaches(s.PRI, k.PRI) && s.Coverage > 0 {
				out = append(out, s)
			}
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (t Table) depth(n int) int {
	if n == 0 || n > len(t.Conditions) {
		return len(t.Conditions)
	}
	return n
}

// literals gives the membership in each level of each condition.
func (t Table) literals() [][][]float64 {
	out := make([][][]float64, len(t.Conditions))
	for j := range t.Conditions {
		for v := range t.Levels[j] {
			c := whole(len(t.Conditions))
			c[j] = int8(v)
			out[j] = append(out[j], t.data.membership(c))
		}
	}
	return out
}

// combine visits every combination of literals of so many conditions, with its memberships.
func (t Table) combine(ctx context.Context, single [][][]float64, depth int, or bool, looked *int, visit func(cube, []float64)) error {
	c := whole(len(t.Conditions))
	n := len(t.data.Cases)
	xs := make([][]float64, depth+1)
	for i := range xs {
		xs[i] = make([]float64, n)
		if i == 0 && !or {
			for j := range xs[0] {
				xs[0][j] = 1
			}
		}
	}
	var down func(from, at int) error
	down = func(from, at int) error {
		if *looked++; *looked > maxNecessary {
			return fmt.Errorf("there are more than %d combinations of conditions to look at: ask for a smaller depth, or use fewer conditions", maxNecessary)
		}
		if *looked&0xfff == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		if at == depth {
			visit(c, xs[at])
			return nil
		}
		for j := from; j <= len(single)-(depth-at); j++ {
			for v := range single[j] {
				for i, x := range single[j][v] {
					if or {
						xs[at+1][i] = max(xs[at][i], x)
					} else {
						xs[at+1][i] = min(xs[at][i], x)
					}
				}
				c[j] = int8(v)
				if err := down(j+1, at+1); err != nil {
					return err
				}
			}
			c[j] = absent
		}
		return nil
	}
	return down(0, 0)
}

// contains tells whether all literals of p are in q.
func contains(p []int, q cube) bool {
	for j, v := range p {
		if v != absent && v != int(q[j]) {
			return false
		}
	}
	return true
}

func mentions(values []int) int {
	n := 0
	for _, v := range values {
		if v != absent {
			n++
		}
	}
	return n
}

func boolean(b bool) int {
	if b {
		return 1
	}
	return 0
}
