package cna

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
)

// MaxLevels is the largest number of different values a multi-value factor may
// take. More than that are measurements, which have to be calibrated first.
const MaxLevels = 64

// Kind says what the values of a data set are.
type Kind string

const (
	Crisp      Kind = "crisp"       // every value is 0 or 1
	MultiValue Kind = "multi-value" // whole numbers from 0, some above 1: categories without a natural order
	Fuzzy      Kind = "fuzzy"       // memberships from 0 to 1, some between
)

// Data is a calibrated data set. Any factor can be a cause, an outcome, or
// both: which it is, the analysis finds out.
type Data struct {
	// Cases holds the names of the cases, unique.
	Cases []string `json:"cases"`
	// Factors holds the names of the factors, unique, without any of the signs
	// that formulas are written with: + * ~ = < > ( ) and the comma.
	Factors []string `json:"factors"`
	// Values is [case][factor]: all 0 or 1 (crisp), whole numbers from 0
	// (multi-value), or memberships from 0 to 1 (fuzzy). Memberships count to
	// twelve decimals.
	Values [][]float64 `json:"values"`
}

// Kind tells what d's values are; it means nothing while Valid finds fault.
func (d Data) Kind() Kind {
	k := Crisp
	for _, row := range d.Values {
		for _, x := range row {
			if x != math.Trunc(x) {
				return Fuzzy
			}
			if x > 1 {
				k = MultiValue
			}
		}
	}
	return k
}

// Valid reports what is wrong with d, by case and factor, the first ten
// problems in full: missing and impossible values, names that are empty, used
// twice or unreadable in a formula, and factors that never vary, since what
// never varies makes no difference to anything.
func (d Data) Valid() error {
	var bad problems
	if len(d.Cases) == 0 {
		bad.add("there are no cases: add at least two")
	}
	if len(d.Factors) < 2 {
		bad.add("there are %d factors: add at least a cause and an outcome", len(d.Factors))
	}
	unique(&bad, "case", d.Cases)
	unique(&bad, "factor", d.Factors)
	for _, name := range d.Factors {
		if strings.ContainsAny(name, signs) || name != strings.TrimSpace(name) {
			bad.add("the factor %q has one of %s or a space at its edge in its name, which would make a formula unreadable: rename it", name, strings.Join(strings.Split(signs, ""), " "))
		}
	}
	if len(d.Values) != len(d.Cases) {
		bad.add("there are %d cases but %d rows of values: give one row for each case", len(d.Cases), len(d.Values))
	}
	shaped := len(bad.list) == 0
	kind := d.Kind()
	for i := 0; i < min(len(d.Values), len(d.Cases)); i++ {
		row := d.Values[i]
		if len(row) != len(d.Factors) {
			bad.add("case %q has %d values but there are %d factors: give one for each factor", d.Cases[i], len(row), len(d.Factors))
			shaped = false
			continue
		}
		for j, x := range row {
			switch {
			case math.IsNaN(x):
				bad.add("case %q has no value in the factor %q: give one or leave the case out", d.Cases[i], d.Factors[j])
			case x < 0:
				bad.add("case %q has %v in the factor %q, below 0: calibrate it first", d.Cases[i], x, d.Factors[j])
			case x > 1 && kind == Fuzzy:
				bad.add("case %q has %v in the factor %q, outside 0 to 1: calibrate it first; categories and memberships cannot be mixed", d.Cases[i], x, d.Factors[j])
			case x > math.MaxInt32:
				bad.add("case %q has %v in the factor %q, which is no category: calibrate it first", d.Cases[i], x, d.Factors[j])
			}
		}
	}
	if !shaped || len(d.Cases) == 0 {
		return bad.err()
	}
	for j, name := range d.Factors {
		levels := d.levels(j)
		switch {
		case len(levels) == 1:
			bad.add("the factor %q is %v in every case, so it can make no difference: leave it out, or add cases where it differs", name, levels[0])
		case kind == MultiValue && len(levels) > MaxLevels:
			bad.add("the factor %q has %d different values and at most %d can be categories: calibrate it first", name, len(levels), MaxLevels)
		}
	}
	return bad.err()
}

// levels lists the different values of a factor, ascending.
func (d Data) levels(factor int) []float64 {
	var all []float64
	for _, row := range d.Values {
		all = append(all, row[factor])
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// problems collects what is wrong, so that a researcher sees it all at once.
type problems struct{ list []string }

func (p *problems) add(format string, args ...any) {
	p.list = append(p.list, fmt.Sprintf(format, args...))
}

// err joins at most ten problems; a broken import can have thousands.
func (p *problems) err() error {
	const most = 10
	switch n := len(p.list); {
	case n == 0:
		return nil
	case n > most:
		return fmt.Errorf("%s; and %d more problems", strings.Join(p.list[:most], "; "), n-most)
	}
	return errors.New(strings.Join(p.list, "; "))
}

func unique(bad *problems, what string, names []string) {
	seen := make(map[string]bool, len(names))
	for i, name := range names {
		switch {
		case strings.TrimSpace(name) == "":
			bad.add("%s number %d has no name: name it", what, i+1)
		case seen[name]:
			bad.add("there is more than one %s named %q: give each its own name", what, name)
		}
		seen[name] = true
	}
}
