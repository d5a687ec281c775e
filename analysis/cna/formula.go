package cna

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// signs are what formulas and orderings are written with.
const signs = "+*~=<>(),"

// Literal is a factor taking a value.
type Literal struct {
	// Factor is the factor's name.
	Factor string `json:"factor"`
	// Value is the value it takes: 1 for present and 0 for absent in crisp and
	// fuzzy data, the category in multi-value data.
	Value int `json:"value"`
}

// Term is a conjunction of literals in the order of the factors in the data,
// each of another factor.
type Term []Literal

// Sufficient is a minimally sufficient condition: a conjunction that is enough
// for the outcome, no part of which is.
type Sufficient struct {
	// Outcome is what the condition is enough for.
	Outcome Literal `json:"outcome"`
	// Term is the conjunction.
	Term Term `json:"term"`
	// Formula writes it, as A*~B -> C, or A=1*B=0 -> C=2 in multi-value data.
	Formula string `json:"formula"`
	// Consistency is sum min(x,y) / sum x, from 0 to 1.
	Consistency float64 `json:"consistency"`
	// Coverage is sum min(x,y) / sum y, from 0 to 1.
	Coverage float64 `json:"coverage"`
	// Complexity is the number of literals.
	Complexity int `json:"complexity"`
	// Cases are those with a membership of at least 0.5 in both the condition
	// and the outcome.
	Cases []string `json:"cases"`
}

// Atomic is an atomic solution formula: a disjunction of minimally sufficient
// conditions of one outcome that is necessary for it, no part of which is.
type Atomic struct {
	// Outcome is what the formula explains.
	Outcome Literal `json:"outcome"`
	// Terms are the alternatives, the shortest first.
	Terms []Term `json:"terms"`
	// Formula writes it, as A + ~B*C <-> D.
	Formula string `json:"formula"`
	// Consistency and Coverage are those of the whole disjunction; a case's
	// membership in it is the largest of those in its terms.
	Consistency float64 `json:"consistency"`
	Coverage    float64 `json:"coverage"`
	// Complexity is the number of literals in all terms.
	Complexity int `json:"complexity"`
}

// Complex is a complex solution formula: atomic solutions of different outcomes
// that hold together, none of which follows from the others.
type Complex struct {
	// Outcomes are those of the parts, in the order of the factors in the data.
	Outcomes []Literal `json:"outcomes"`
	// Parts are the indexes of its atomic solutions in Result.Atomic.
	Parts []int `json:"parts"`
	// Formula writes it, as (A + B <-> C)*(C + ~D <-> E).
	Formula string `json:"formula"`
	// Consistency and Coverage are the least of the parts.
	Consistency float64 `json:"consistency"`
	Coverage    float64 `json:"coverage"`
	// Complexity is the sum over the parts.
	Complexity int `json:"complexity"`
	// Cyclic tells that some factor is, over one or more steps, among its own
	// causes.
	Cyclic bool `json:"cyclic"`
}

// ParseOrdering reads levels of factors as "A, B < C < D", causes first, for
// Options.Ordering. Names are checked against the data by Analyze.
func ParseOrdering(text string) ([][]string, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	var levels [][]string
	for _, level := range strings.Split(text, "<") {
		var names []string
		for _, name := range strings.Split(level, ",") {
			if name = strings.TrimSpace(name); name == "" {
				return nil, fmt.Errorf("the ordering %q lacks a name beside a comma or a <: write it as \"A, B < C\"", text)
			}
			names = append(names, name)
		}
		levels = append(levels, names)
	}
	return levels, nil
}

// literal is one column of the analysis: a value of a factor.
type literal struct {
	factor int // index in Data.Factors
	value  int
}

// conjunction holds literals by index, ascending, which is in factor order.
type conjunction []int

// compareTerms orders shorter terms first, then by their factors, then by
// their literals.
func (a *analysis) compareTerms(x, y conjunction) int {
	byFactor := func(i, j int) int { return cmp.Compare(a.literals[i].factor, a.literals[j].factor) }
	return cmp.Or(cmp.Compare(len(x), len(y)), slices.CompareFunc(x, y, byFactor), slices.Compare(x, y))
}

// name gives a literal to the reader.
func (a *analysis) name(i int) Literal {
	return Literal{Factor: a.data.Factors[a.literals[i].factor], Value: a.literals[i].value}
}

func (a *analysis) term(c conjunction) Term {
	t := make(Term, len(c))
	for i, l := range c {
		t[i] = a.name(l)
	}
	return t
}

// write writes a literal: A, ~A, or A=2 where factors have more than two values.
func (a *analysis) write(i int) string {
	l := a.name(i)
	switch {
	case a.kind == MultiValue:
		return l.Factor + "=" + strconv.Itoa(l.Value)
	case l.Value == 0:
		return "~" + l.Factor
	}
	return l.Factor
}

func (a *analysis) writeTerm(c conjunction) string {
	parts := make([]string, len(c))
	for i, l := range c {
		parts[i] = a.write(l)
	}
	return strings.Join(parts, "*")
}

func (a *analysis) writeTerms(terms []conjunction) string {
	parts := make([]string, len(terms))
	for i, c := range terms {
		parts[i] = a.writeTerm(c)
	}
	return strings.Join(parts, " + ")
}

// read finds the literals that a word of the researcher means: A, ~A, A=2, or
// with every also A*, which stands for all values of A.
func (a *analysis) read(word string, every bool) ([]int, error) {
	word = strings.TrimSpace(word)
	name, value := word, 1
	if bare, ok := strings.CutPrefix(name, "~"); ok && a.kind != MultiValue {
		name, value = strings.TrimSpace(bare), 0
	}
	all := false
	if bare, ok := strings.CutSuffix(name, "*"); ok && every {
		name, all = strings.TrimSpace(bare), true
	}
	if before, after, ok := strings.Cut(name, "="); ok {
		n, err := strconv.Atoi(strings.TrimSpace(after))
		if err != nil {
			return nil, fmt.Errorf("%q gives the value %q, which is no whole number: write it as %s=1", word, after, strings.TrimSpace(before))
		}
		name, value = strings.TrimSpace(before), n
	} else if a.kind == MultiValue {
		all = true // a factor of several values is named without one: all of them
	}
	j := slices.Index(a.data.Factors, name)
	if j < 0 {
		return nil, fmt.Errorf("there is no factor %q; there are: %s", name, strings.Join(a.data.Factors, ", "))
	}
	var found []int
	for i, l := range a.literals {
		if l.factor == j && (all || l.value == value) {
			found = append(found, i)
		}
	}
	if found == nil {
		return nil, fmt.Errorf("no case has the value %d in the factor %q: name a value that occurs", value, name)
	}
	return found, nil
}
