package cna

import (
	"fmt"
	"slices"
)

// MaxConfigurations is the largest number of combinations of factor values that
// is looked through to see what follows from a formula: 22 factors of two values.
const MaxConfigurations = 1 << 22

// space holds every logically possible configuration of a few factors, whether
// or not a case shows it: for each factor and value the set of configurations.
// Only the number of values of each factor matters, so formulas share spaces.
type space struct {
	values [][]column
	all    column
}

// world reads formulas in a space. Values of a factor that no formula mentions
// are alike for logic, so they are one value in the space.
type world struct {
	*space
	place map[int]int   // factor to its number in the space
	value map[int][]int // factor to the values mentioned, ascending
	a     *analysis
}

// world makes room for the literals given.
func (a *analysis) world(literals conjunction) (*world, error) {
	w := &world{place: map[int]int{}, value: map[int][]int{}, a: a}
	var shape []int
	var factors []int
	for _, i := range literals {
		l := a.literals[i]
		if _, ok := w.place[l.factor]; !ok {
			w.place[l.factor] = len(factors)
			factors = append(factors, l.factor)
		}
		if !slices.Contains(w.value[l.factor], l.value) {
			w.value[l.factor] = append(w.value[l.factor], l.value)
		}
	}
	size := 1
	for _, f := range factors {
		n := len(w.value[f])
		if n < a.levels(f) {
			n++ // all the others
		}
		shape = append(shape, n)
		if size *= n; size > MaxConfigurations {
			return nil, &TooMuch{Stage: ComplexStage, Count: float64(size), Limit: MaxConfigurations,
				advice: fmt.Sprintf("a solution of %d factors needs more than %d configurations to check: ask for a lower complexity, name fewer outcomes, or end with atomic solutions that may have redundant parts", len(factors), MaxConfigurations)}
		}
	}
	key := fmt.Sprint(shape)
	if a.spaces[key] == nil {
		a.spaces[key] = newSpace(shape, size)
	}
	w.space = a.spaces[key]
	return w, nil
}

// levels counts the values of a factor.
func (a *analysis) levels(factor int) int {
	n := 0
	for _, l := range a.literals {
		if l.factor == factor {
			n++
		}
	}
	return n
}

func newSpace(shape []int, size int) *space {
	words := (size + 63) / 64
	s := &space{all: make(column, words)}
	for i := range size {
		s.all[i/64] |= 1 << (i % 64)
	}
	run := 1 // configurations in a row with the same value
	for _, n := range shape {
		values := make([]column, n)
		for v := range values {
			values[v] = make(column, words)
		}
		for i := range size {
			values[i/run%n][i/64] |= 1 << (i % 64)
		}
		s.values = append(s.values, values)
		run *= n
	}
	return s
}

// literal gives the configurations in which a literal holds.
func (w *world) literal(i int) column {
	l := w.a.literals[i]
	return w.values[w.place[l.factor]][slices.Index(w.value[l.factor], l.value)]
}

// term gives the configurations in which a conjunction holds, but for one of
// its literals (-1: none is left out).
func (w *world) term(c conjunction, but int) column {
	x := slices.Clone(w.all)
	for _, i := range c {
		if i != but {
			crispColumns{}.and(x, x, w.literal(i))
		}
	}
	return x
}

// terms gives the configurations in which a disjunction holds, but for one of
// its terms (-1: none is left out).
func (w *world) terms(terms []conjunction, but int) column {
	x := make(column, len(w.all))
	for n, c := range terms {
		if n != but {
			crispColumns{}.or(x, x, w.term(c, -1))
		}
	}
	return x
}

// within tells whether x and y together lie in z; a nil y is everything.
func within(x, y, z column) bool {
	for i, v := range x {
		if y != nil {
			v &= y[i]
		}
		if v&^z[i] != 0 {
			return false
		}
	}
	return true
}

// surplus tells whether a disjunction has a term or a literal that can go
// without changing in which of the given configurations it holds (nil: all
// that are possible).
//
// One thing at a time is enough. Let some smaller disjunction be equivalent. If
// it has a term shortened to t', a term between the old one and t' that
// lacks one literal only holds nowhere but where the whole does, so that literal can
// go. If it only lacks terms, each of them holds nowhere but where the rest does.
func (w *world) surplus(terms []conjunction, given column) bool {
	whole := w.terms(terms, -1)
	for n, c := range terms {
		if within(w.term(c, -1), given, w.terms(terms, n)) {
			return true
		}
		for _, i := range c {
			if len(c) > 1 && within(w.term(c, i), given, whole) {
				return true
			}
		}
	}
	return false
}

// redundant tells whether a disjunction has parts that by logic alone make no
// difference, or is always true.
func (a *analysis) redundant(terms []conjunction) (bool, error) {
	w, err := a.world(slices.Concat(terms...))
	if err != nil {
		return false, err
	}
	return within(w.all, nil, w.terms(terms, -1)) || w.surplus(terms, nil), nil
}
