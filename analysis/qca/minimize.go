package qca

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Kind is what a solution assumes about the remainders.
type Kind string

const (
	// Conservative (also called complex) solutions assume nothing about
	// remainders: every configuration covered is a positive row.
	Conservative Kind = "conservative"
	// Parsimonious solutions may assume the outcome for any remainder that
	// makes a term shorter. Those assumptions are listed with each model.
	Parsimonious Kind = "parsimonious"
)

// Literal is a condition, present or absent.
type Literal struct {
	Condition string `json:"condition"`
	Negated   bool   `json:"negated"`
}

// String writes "A" or "~A".
func (l Literal) String() string {
	if l.Negated {
		return "~" + l.Condition
	}
	return l.Condition
}

// Implicant is a prime implicant: a conjunction that covers no configuration
// it must not cover and would cover one if any of its literals were dropped.
type Implicant struct {
	Literals []Literal `json:"literals"`
	// Rows are the Numbers of the positive rows it covers.
	Rows []int `json:"rows"`
	// Essential: it alone covers one of the positive rows, so it is in every
	// model.
	Essential bool `json:"essential"`
}

// String writes "A*~B".
func (p Implicant) String() string { return conjunction(p.Literals) }

// Term is a prime implicant within a model, with its fit.
type Term struct {
	Literals []Literal `json:"literals"`
	// Consistency of the term as a subset of the outcome, 0 to 1.
	Consistency float64 `json:"consistency"`
	// PRI is its proportional reduction in inconsistency, 0 to 1.
	PRI float64 `json:"pri"`
	// RawCoverage is the share of the outcome the term accounts for.
	RawCoverage float64 `json:"raw_coverage"`
	// UniqueCoverage is the coverage its model would lose without it.
	UniqueCoverage float64 `json:"unique_coverage"`
	// Cases have a membership above 0.5 in the term, in the data's order.
	Cases []string `json:"cases"`
}

// String writes "A*~B".
func (t Term) String() string { return conjunction(t.Literals) }

// Model is one of the shortest sets of prime implicants that together cover
// every positive row.
type Model struct {
	Terms []Term `json:"terms"`
	// Consistency, PRI and Coverage of the whole model: a case's membership
	// is its highest in any term.
	Consistency float64 `json:"consistency"`
	PRI         float64 `json:"pri"`
	Coverage    float64 `json:"coverage"`
	// Assumptions are the simplifying assumptions: the remainders the model
	// covers, by number (see Row.Number and Table.Expression). For these it
	// claims the outcome without having seen a case, or enough cases.
	Assumptions []int `json:"assumptions"`
}

// String writes "A*~B + C".
func (m Model) String() string {
	terms := make([]string, len(m.Terms))
	for i, t := range m.Terms {
		terms[i] = t.String()
	}
	return strings.Join(terms, " + ")
}

func conjunction(literals []Literal) string {
	s := make([]string, len(literals))
	for i, l := range literals {
		s[i] = l.String()
	}
	return strings.Join(s, "*")
}

// Solution is a minimised truth table.
type Solution struct {
	Kind    Kind   `json:"kind"`
	Outcome string `json:"outcome"`
	// PrimeImplicants are all that cover at least one positive row. They and
	// the terms of a model are ordered condition by condition: present before
	// absent before not mentioned.
	PrimeImplicants []Implicant `json:"prime_implicants"`
	// Models are all with the smallest number of terms, ordered by their
	// terms. More than one means that the data do not choose between them:
	// report them all.
	Models []Model `json:"models"`
	// Capped says that there are more than MaxModels smallest models and that
	// Models holds only the first MaxModels found.
	Capped bool `json:"capped"`
}

// MaxModels is the largest number of models a solution lists.
const MaxModels = 2000

// Minimize finds every model of the smallest number of terms.
//
// The prime implicants are those of Quine (1952, 1955) and McCluskey (1956),
// found by deciding for each of the 3^k conjunctions of k conditions whether it
// covers a forbidden configuration. Forbidden are, for the conservative
// solution, all but the positive rows; for the parsimonious one the negative
// and contradictory rows. The models are all smallest covers of the positive
// rows, found by exact search.
//
// An error says when there is nothing to minimise, or when the search would
// be too long to finish.
func (t Table) Minimize(k Kind) (Solution, error) {
	n := len(t.Conditions)
	if len(t.data.Cases) == 0 {
		return Solution{}, fmt.Errorf("the truth table holds no case data: make it again with NewTable before minimising")
	}
	positive := t.find(Positive)
	if len(positive) == 0 {
		return Solution{}, fmt.Errorf("no row of the truth table for %q is coded positive, so there is nothing to minimise: look at the cut-offs (frequency %d, consistency %v, PRI %v) and at the rows just below them",
			t.Outcome, t.Cutoffs.Frequency, t.Cutoffs.Consistency, t.Cutoffs.PRI)
	}
	forbidden := make([]bool, 1<<n)
	switch k {
	case Conservative:
		for i := range forbidden {
			forbidden[i] = true
		}
		for _, code := range positive {
			forbidden[code] = false
		}
		if len(positive) == len(forbidden) {
			return Solution{}, fmt.Errorf("every possible configuration is coded positive for %q, so no condition makes a difference: look at the cut-offs, or at whether the outcome varies", t.Outcome)
		}
	case Parsimonious:
		against := t.find(Negative, Contradictory)
		for _, code := range against {
			forbidden[code] = true
		}
		if len(against) == 0 {
			return Solution{}, fmt.Errorf("no row of the truth table for %q is coded negative, so with every remainder allowed no condition would be left: use the conservative solution, or add cases without the outcome", t.Outcome)
		}
	default:
		return Solution{}, fmt.Errorf("there is no solution kind %q: choose %q or %q", k, Conservative, Parsimonious)
	}

	cubes := primes(n, positive, forbidden)
	covers := make([][]int, len(cubes)) // implicant -> indices into positive
	times := make([]int, len(positive)) // how many implicants cover a row
	for i, c := range cubes {
		for r, code := range positive {
			if c.has(code) {
				covers[i] = append(covers[i], r)
				times[r]++
			}
		}
	}
	s := Solution{Kind: k, Outcome: t.Outcome}
	for i, c := range cubes {
		p := Implicant{Literals: t.named(c.literals(n))}
		for _, r := range covers[i] {
			p.Rows = append(p.Rows, positive[r]+1)
			p.Essential = p.Essential || times[r] == 1
		}
		s.PrimeImplicants = append(s.PrimeImplicants, p)
	}
	models, capped, err := smallestCovers(covers, len(positive), MaxModels)
	if err != nil {
		return Solution{}, fmt.Errorf("minimise %q (%s): %w", t.Outcome, k, err)
	}
	s.Capped = capped

	isPositive := make([]bool, 1<<n)
	for _, code := range positive {
		isPositive[code] = true
	}
	xs := make([][]float64, len(cubes)) // memberships, made once per implicant
	for _, model := range models {
		for _, i := range model {
			if xs[i] == nil {
				xs[i] = t.data.membership(cubes[i].literals(n))
			}
		}
		m := t.model(model, cubes, xs)
		if k == Parsimonious { // a conservative model assumes nothing
			m.Assumptions = assumptions(model, cubes, isPositive)
		}
		s.Models = append(s.Models, m)
	}
	return s, nil
}

// model computes the fit of the chosen implicants.
func (t Table) model(chosen []int, cubes []cube, xs [][]float64) Model {
	y, n := t.data.Outcome, len(t.Conditions)
	// Per case the highest membership, whose it is, and the next highest,
	// which is what remains when that term is taken away.
	first, next, whose := make([]float64, len(y)), make([]float64, len(y)), make([]int, len(y))
	for _, i := range chosen {
		for c, x := range xs[i] {
			if x > first[c] {
				first[c], next[c], whose[c] = x, first[c], i
			} else {
				next[c] = max(next[c], x)
			}
		}
	}
	whole := measure(first, y)
	m := Model{Consistency: whole.consistency, PRI: whole.pri, Coverage: whole.coverage, Assumptions: []int{}}
	for _, i := range chosen {
		without := slices.Clone(first)
		for c := range without {
			if whose[c] == i {
				without[c] = next[c]
			}
		}
		f := measure(xs[i], y)
		term := Term{Literals: t.named(cubes[i].literals(n)), Consistency: f.consistency, PRI: f.pri, RawCoverage: f.coverage,
			UniqueCoverage: whole.coverage - measure(without, y).coverage, Cases: []string{}}
		for c, x := range xs[i] {
			if x > 0.5 {
				term.Cases = append(term.Cases, t.data.Cases[c])
			}
		}
		m.Terms = append(m.Terms, term)
	}
	return m
}

// assumptions numbers what the implicants cover beyond the positive rows,
// which can only be remainders.
func assumptions(chosen []int, cubes []cube, positive []bool) []int {
	found := []int{}
	for code, known := range positive {
		if !known && slices.ContainsFunc(chosen, func(i int) bool { return cubes[i].has(code) }) {
			found = append(found, code+1)
		}
	}
	return found
}

func (t Table) named(literals []literal) []Literal {
	out := make([]Literal, len(literals))
	for i, l := range literals {
		out[i] = Literal{t.Conditions[l.column], l.negated}
	}
	return out
}

// cube is a conjunction: the conditions it mentions, and which of those are
// present, in the bits of a configuration code.
type cube struct{ mention, value int }

func (c cube) has(code int) bool { return code&c.mention == c.value }

func (c cube) literals(n int) []literal {
	var ls []literal
	for j := range n {
		if bit := 1 << (n - 1 - j); c.mention&bit != 0 {
			ls = append(ls, literal{j, c.value&bit == 0})
		}
	}
	return ls
}

// primes lists the prime implicants that cover a positive configuration.
//
// A conjunction is numbered in base 3, one digit per condition: 0 absent,
// 1 present, 2 not mentioned. It covers a forbidden configuration exactly when
// one of the two conjunctions that spell out its first unmentioned condition
// does, and those have smaller numbers, so one pass in order decides them all.
func primes(n int, positive []int, forbidden []bool) []cube {
	power := make([]int, n+1)
	power[0] = 1
	for i := range n {
		power[i+1] = power[i] * 3
	}
	bad := make([]bool, power[n])
	digits := make([]byte, n) // digits[i] has weight power[i] and is bit i of a code
	decode := func(number int) (c cube) {
		for i := range n {
			digits[i] = byte(number % 3)
			number /= 3
			if digits[i] < 2 {
				c.mention |= 1 << i
				c.value |= int(digits[i]) << i
			}
		}
		return c
	}
	for number := range bad {
		c := decode(number)
		if i := slices.Index(digits, 2); i >= 0 {
			bad[number] = bad[number-power[i]] || bad[number-2*power[i]]
		} else {
			bad[number] = forbidden[c.value]
		}
	}
	var found []cube
	for number, b := range bad {
		if b {
			continue
		}
		c := decode(number)
		prime := true
		for i, digit := range digits {
			if digit < 2 && !bad[number+(2-int(digit))*power[i]] {
				prime = false
				break
			}
		}
		if prime && slices.ContainsFunc(positive, c.has) {
			found = append(found, c)
		}
	}
	slices.SortFunc(found, func(a, b cube) int {
		for i := n - 1; i >= 0; i-- {
			if d := cmp.Compare(a.rank(i), b.rank(i)); d != 0 {
				return d
			}
		}
		return 0
	})
	return found
}

// rank orders a condition's places in a conjunction: present, absent, not
// mentioned.
func (c cube) rank(i int) int {
	switch {
	case c.mention>>i&1 == 0:
		return 2
	case c.value>>i&1 == 0:
		return 1
	}
	return 0
}
