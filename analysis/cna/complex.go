package cna

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
)

// part is an atomic solution as a part of complex ones.
type part struct {
	outcome *outcome
	solution
}

// structure is a complex solution at work: numbers of parts, ascending.
type structure []int

// search looks for complex solutions.
type search struct {
	*analysis
	*world
	parts   []part
	choices [][]int // for each outcome with solutions, their numbers among the parts
	known   []logic // of the parts; nil when they are too large to keep
	found   []structure
}

// logic is what a part says.
type logic struct {
	// holds are the configurations in which it is true.
	holds column
	// needs has, for each way in which the part could not be read causally, the
	// configurations that speak against it: for each literal those where it is true
	// and those where it is not, for each term and literal of the explanation those where
	// it makes a difference. With other parts, some of each must stay possible.
	needs []column
}

// complex finds the complex solutions: sets of atomic solutions of different
// outcomes, none following from the others, that can be read causally and are
// all there is to say, because for every other outcome with atomic solutions one
// of these follows. They are what is left of the combinations of one
// atomic solution for each outcome when all that follows from the rest is taken
// away, in every way there is.
func (a *analysis) complex() ([]Complex, error) {
	a.steps = 0
	s := search{analysis: a}
	var literals conjunction
	combinations := 1.0
	for _, y := range a.outcomes {
		if len(y.solutions) == 0 {
			continue
		}
		var own []int
		literals = append(literals, y.literal)
		for _, x := range y.solutions {
			own = append(own, len(s.parts))
			s.parts = append(s.parts, part{y, x})
			literals = append(literals, slices.Concat(x.terms...)...)
		}
		s.choices = append(s.choices, own)
		combinations *= float64(len(own))
	}
	tooMuch := func(found int) error {
		return &TooMuch{Stage: ComplexStage, Count: combinations, Limit: a.o.MaxSolutions,
			advice: fmt.Sprintf("the atomic solutions of %d outcomes combine in %.15g ways, which was too much after %d complex solutions: name the outcomes you study, give an ordering, ask for a higher consistency or coverage, or allow more solutions and steps", len(s.choices), combinations, found)}
	}
	switch {
	case len(s.choices) == 1 || len(s.choices) > 0 && a.o.Redundant: // nothing can follow, or it may
		if combinations > float64(a.o.MaxSolutions) {
			return nil, tooMuch(0)
		}
		s.all(nil)
	case len(s.choices) > 1:
		var err error
		if s.world, err = a.world(ComplexStage, literals); err != nil {
			return nil, err
		}
		// A part has some thirty columns; they are kept when all take less than 256 MB.
		if len(s.parts)*30*len(s.world.all) < 32<<20 {
			s.known = make([]logic, len(s.parts))
		}
		full, err := s.extend(0, nil, s.world.all)
		if err != nil {
			return nil, err
		}
		if full {
			return nil, tooMuch(len(s.found))
		}
	}
	a.tell(ComplexStage, 1, 1)
	if a.o.Acyclic {
		before := len(s.found)
		s.found = slices.DeleteFunc(s.found, s.cyclic)
		a.aside.ComplexCyclic = before - len(s.found)
	}
	before := len(s.found)
	s.found = outermost(s.found, len(s.parts))
	a.aside.ComplexContained = before - len(s.found)
	out := []Complex{}
	for _, x := range s.found {
		out = append(out, s.report(x))
	}
	slices.SortStableFunc(out, func(p, q Complex) int {
		return cmp.Or(cmp.Compare(p.Complexity, q.Complexity), cmp.Compare(q.Consistency*q.Coverage, p.Consistency*p.Coverage),
			slices.Compare(p.Parts, q.Parts))
	})
	return out, nil
}

// all lists every combination.
func (s *search) all(chosen structure) {
	if len(chosen) == len(s.choices) {
		s.found = append(s.found, slices.Clone(chosen))
		return
	}
	for _, n := range s.choices[len(chosen)] {
		s.all(append(chosen, n))
	}
}

// extend goes on from a sound set of parts, which hold together in the given
// configurations, to the outcome with the number next: one of its solutions is
// added, or none. A larger set says more, so what follows from a set, and what
// keeps it from being read causally, is true of every larger one: the search
// turns back there. It tells whether it came to a bound.
func (s *search) extend(next int, chosen structure, given column) (full bool, err error) {
	if err := s.ctx.Err(); err != nil {
		return false, fmt.Errorf("find %s: %w", ComplexStage, err)
	}
	if s.steps += 100; s.steps > s.o.MaxWork || len(s.found) > s.o.MaxSolutions {
		return true, nil
	}
	if next == len(s.choices) {
		if len(chosen) > 0 && s.complete(chosen, given) {
			s.found = append(s.found, slices.Clone(chosen))
		}
		return false, nil
	}
	options := append([]int{-1}, s.choices[next]...)
	for i, n := range options {
		if next == 0 {
			s.tell(ComplexStage, i, len(options))
		}
		with, less := chosen, given
		if n >= 0 {
			x := s.logic(n).holds
			if within(given, x) {
				continue
			}
			with = append(slices.Clip(chosen), n)
			less = slices.Clone(given)
			crispColumns{}.and(less, less, x)
			if s.follows(with) || !s.sound(with, less) {
				continue
			}
		}
		if full, err := s.extend(next+1, with, less); full || err != nil {
			return full, err
		}
	}
	return false, nil
}

// logic gives what a part says.
func (s *search) logic(n int) logic {
	if s.known != nil && s.known[n].holds != nil {
		return s.known[n]
	}
	p, all := s.parts[n], s.world.all
	y := s.world.literal(p.outcome.literal)
	x := s.world.terms(p.terms, -1)
	for k := range x {
		x[k] = ^(x[k] ^ y[k]) & all[k]
	}
	l := logic{holds: x, needs: s.world.differences(p.terms)}
	for _, i := range append(slices.Concat(p.terms...), p.outcome.literal) {
		z := s.world.literal(i)
		l.needs = append(l.needs, z, minus(slices.Clone(all), z))
	}
	if s.known != nil {
		s.known[n] = l
	}
	return l
}

// follows tells whether one of the parts follows from the others.
func (s *search) follows(chosen structure) bool {
	rest := make(column, len(s.world.all))
	for _, n := range chosen {
		copy(rest, s.world.all)
		for _, m := range chosen {
			if m != n {
				crispColumns{}.and(rest, rest, s.logic(m).holds)
			}
		}
		if within(rest, s.logic(n).holds) {
			return true
		}
	}
	return false
}

// sound tells whether parts can be read causally together: each of their
// literals can be true and can be false, and they imply no solution
// of the same outcomes with less in its explanations.
func (s *search) sound(chosen structure, given column) bool {
	for _, n := range chosen {
		if slices.ContainsFunc(s.logic(n).needs, func(x column) bool { return !meet(x, given) }) {
			return false
		}
	}
	return true
}

// complete tells whether a solution of every outcome is chosen or follows.
func (s *search) complete(chosen structure, given column) bool {
	follows := func(n int) bool {
		s.steps++
		return within(given, s.logic(n).holds)
	}
	for _, own := range s.choices {
		isChosen := func(n int) bool { return own[0] <= n && n <= own[len(own)-1] }
		if !slices.ContainsFunc(chosen, isChosen) && !slices.ContainsFunc(own, follows) {
			return false
		}
	}
	return true
}

// cyclic tells whether a factor is, over one or more steps, a cause of itself.
func (s *search) cyclic(x structure) bool {
	effects := map[int][]int{}
	for _, n := range x {
		for _, t := range s.parts[n].terms {
			for _, l := range t {
				f := s.literals[l].factor
				effects[f] = append(effects[f], s.literals[s.parts[n].outcome.literal].factor)
			}
		}
	}
	const open, closed = 1, 2
	state := map[int]int{}
	var visit func(f int) bool
	visit = func(f int) bool {
		state[f] = open
		for _, g := range effects[f] {
			if state[g] == open || state[g] == 0 && visit(g) {
				return true
			}
		}
		state[f] = closed
		return false
	}
	for f := range effects {
		if state[f] == 0 && visit(f) {
			return true
		}
	}
	return false
}

// outermost leaves out structures that are a part of another. Two different
// atomic solutions of an outcome are never parts of each other, because both
// are minimal, so a structure is part of another only when all its parts are.
func outermost(all []structure, parts int) []structure {
	with := make([]column, parts) // for each part the structures that have it
	words := (len(all) + 63) / 64
	for i := range with {
		with[i] = make(column, words)
	}
	for n, s := range all {
		for _, p := range s {
			with[p][n/64] |= 1 << (n % 64)
		}
	}
	var out []structure
	common := make(column, words)
	for _, s := range all {
		copy(common, with[s[0]])
		for _, p := range s[1:] {
			crispColumns{}.and(common, common, with[p])
		}
		if (crispColumns{}).size(common) == 1 {
			out = append(out, s)
		}
	}
	return out
}

func (s *search) report(x structure) Complex {
	c := Complex{Parts: x, Consistency: math.Inf(1), Coverage: math.Inf(1), Cyclic: s.cyclic(x)}
	var formulas []string
	for _, n := range x {
		p := s.parts[n]
		c.Outcomes = append(c.Outcomes, s.name(p.outcome.literal))
		c.Consistency, c.Coverage = min(c.Consistency, p.con), min(c.Coverage, p.cov)
		c.Complexity += p.complexity
		formulas = append(formulas, s.formula(p.outcome, p.solution))
	}
	c.Formula = formulas[0]
	if len(x) > 1 {
		c.Formula = "(" + strings.Join(formulas, ")*(") + ")"
	}
	return c
}
