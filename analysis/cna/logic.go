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

// world makes room for the literals given, for a stage.
func (a *analysis) world(stage Stage, literals conjunction) (*world, error) {
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
	size := 1.0
	for _, f := range factors {
		n := len(w.value[f])
		if n < a.levels(f) {
			n++ // all the others
		}
		shape = append(shape, n)
		size *= float64(n)
	}
	if size > MaxConfigurations {
		return nil, &TooMuch{Stage: stage, Count: size, Limit: MaxConfigurations,
			advice: fmt.Sprintf("the %s are about %d factors with %.15g configurations, and what follows from what can be found out for %d: name the outcomes you study, leave factors out, ask for a lower complexity, or keep redundant solutions", stage, len(factors), size, MaxConfigurations)}
	}
	key := fmt.Sprint(shape)
	if a.spaces[key] == nil {
		a.spaces[key] = newSpace(shape, int(size))
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

// within tells whether x lies in y.
func within(x, y column) bool {
	for i, v := range x {
		if v&^y[i] != 0 {
			return false
		}
	}
	return true
}

// differences gives, for each term and each literal of a disjunction, the
// configurations in which the disjunction would be wrong without it. Where one is
// empty, or holds nothing of what is possible, that part can go.
//
// One part at a time is enough. Let some smaller disjunction be equivalent. If
// it has a term shortened to t', a term between the old one and t' that lacks one
// literal only holds nowhere but where the whole does, so that literal can go.
// If it only lacks terms, each of them holds nowhere but where the rest does.
func (w *world) differences(terms []conjunction) []column {
	whole := w.terms(terms, -1)
	var out []column
	for n, c := range terms {
		out = append(out, minus(w.term(c, -1), w.terms(terms, n)))
		for _, i := range c {
			if len(c) > 1 {
				out = append(out, minus(w.term(c, i), whole))
			}
		}
	}
	return out
}

// minus takes y from x.
func minus(x, y column) column {
	for i := range x {
		x[i] &^= y[i]
	}
	return x
}

// meet tells whether x and y have something in common.
func meet(x, y column) bool {
	for i, v := range x {
		if v&y[i] != 0 {
			return true
		}
	}
	return false
}

// redundant tells whether a disjunction has parts that by logic alone make no
// difference, or is always true.
func (a *analysis) redundant(terms []conjunction) (bool, error) {
	w, err := a.world(AtomicStage, slices.Concat(terms...))
	if err != nil {
		return false, err
	}
	idle := func(x column) bool { return !meet(x, w.all) }
	return within(w.all, w.terms(terms, -1)) || slices.ContainsFunc(w.differences(terms), idle), nil
}
