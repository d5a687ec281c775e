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

// complex combines the atomic solutions, one of each outcome, leaves out of each
// combination what follows from the rest (in every way there is), and sets aside
// what cannot be read causally.
func (a *analysis) complex() ([]Complex, error) {
	a.steps = 0
	var parts []part
	var choices [][]int // for each outcome with solutions, their numbers
	count := 1.0
	for _, y := range a.outcomes {
		if len(y.solutions) == 0 {
			continue
		}
		var own []int
		for _, s := range y.solutions {
			own = append(own, len(parts))
			parts = append(parts, part{y, s})
		}
		choices = append(choices, own)
		count *= float64(len(own))
	}
	found := []Complex{}
	if len(choices) == 0 {
		return found, nil
	}
	if count > float64(a.o.MaxSolutions) {
		return nil, &TooMuch{Stage: ComplexStage, Count: count, Limit: a.o.MaxSolutions,
			advice: fmt.Sprintf("the atomic solutions of %d outcomes combine in %.15g ways and at most %d are tried: name the outcomes you study, give an ordering, ask for a higher consistency or coverage, or a larger number of solutions", len(choices), count, a.o.MaxSolutions)}
	}
	var kept []structure
	seen := map[string]bool{}
	total := int(count)
	for n := range total {
		if n%256 == 0 {
			if err := a.ctx.Err(); err != nil {
				return nil, fmt.Errorf("find %s: %w", ComplexStage, err)
			}
			if a.o.Progress != nil {
				a.o.Progress(ComplexStage, n, total)
			}
		}
		whole := make(structure, len(choices))
		for i, rest := len(choices)-1, n; i >= 0; i-- {
			whole[i] = choices[i][rest%len(choices[i])]
			rest /= len(choices[i])
		}
		if a.o.Redundant {
			kept = append(kept, whole)
			continue
		}
		minimal, err := a.reduce(parts, whole)
		if err != nil {
			return nil, err
		}
		for _, s := range minimal {
			if key := fmt.Sprint(s); !seen[key] {
				seen[key] = true
				sound, err := a.sound(parts, s)
				if err != nil {
					return nil, err
				}
				if sound {
					kept = append(kept, s)
				} else {
					a.aside.ComplexRedundant++
				}
			}
		}
	}
	if a.o.Progress != nil {
		a.o.Progress(ComplexStage, total, total)
	}
	if a.o.Acyclic {
		before := len(kept)
		kept = slices.DeleteFunc(kept, func(s structure) bool { return a.cyclic(parts, s) })
		a.aside.ComplexCyclic = before - len(kept)
	}
	before := len(kept)
	kept = outermost(kept, len(parts))
	a.aside.ComplexContained = before - len(kept)
	for _, s := range kept {
		found = append(found, a.reportComplex(parts, s))
	}
	slices.SortStableFunc(found, func(p, q Complex) int {
		return cmp.Or(cmp.Compare(p.Complexity, q.Complexity), cmp.Compare(q.Consistency*q.Coverage, p.Consistency*p.Coverage),
			slices.Compare(p.Parts, q.Parts))
	})
	return found, nil
}

// worldOf makes room for the formulas of some parts, and gives the configurations
// in which each holds.
func (a *analysis) worldOf(parts []part, s structure) (*world, []column, error) {
	var literals conjunction
	for _, n := range s {
		literals = append(literals, parts[n].outcome.literal)
		for _, t := range parts[n].terms {
			literals = append(literals, t...)
		}
	}
	w, err := a.world(literals)
	if err != nil {
		return nil, nil, err
	}
	holds := make([]column, len(s))
	for i, n := range s {
		x, y := w.terms(parts[n].terms, -1), w.literal(parts[n].outcome.literal)
		for k := range x {
			x[k] = ^(x[k] ^ y[k]) & w.all[k]
		}
		holds[i] = x
	}
	return w, holds, nil
}

// reduce finds every smallest set of parts from which the whole follows: it
// takes away one part that follows from the rest after the other, in every
// order. What follows from a set follows from a larger one, so no such set is
// missed.
func (a *analysis) reduce(parts []part, whole structure) ([]structure, error) {
	w, holds, err := a.worldOf(parts, whole)
	if err != nil {
		return nil, err
	}
	var minimal []structure
	seen := map[string]bool{}
	in := make([]bool, len(whole))
	for i := range in {
		in[i] = true
	}
	var take func() error
	take = func() error {
		key := fmt.Sprint(in)
		if seen[key] {
			return nil
		}
		seen[key] = true
		if a.steps++; a.steps > a.o.MaxWork {
			return &TooMuch{Stage: ComplexStage, Count: float64(a.steps), Limit: a.o.MaxWork,
				advice: fmt.Sprintf("more than %d parts of complex solutions had to be examined: name the outcomes you study, or allow more steps", a.o.MaxWork)}
		}
		irreducible := true
		for i := range in {
			if !in[i] {
				continue
			}
			rest := slices.Clone(w.all)
			for k := range in {
				if in[k] && k != i {
					crispColumns{}.and(rest, rest, holds[k])
				}
			}
			if within(rest, nil, holds[i]) {
				irreducible = false
				in[i] = false
				if err := take(); err != nil {
					return err
				}
				in[i] = true
			}
		}
		if irreducible {
			var s structure
			for i, n := range whole {
				if in[i] {
					s = append(s, n)
				}
			}
			minimal = append(minimal, s)
		}
		return nil
	}
	return minimal, take()
}

// sound tells whether a structure can be read causally: it can be true, each of
// its literals can be true and can be false with it, and it implies no
// solution that has the same outcomes and less in their explanations.
func (a *analysis) sound(parts []part, s structure) (bool, error) {
	w, holds, err := a.worldOf(parts, s)
	if err != nil {
		return false, err
	}
	given := slices.Clone(w.all)
	for _, x := range holds {
		crispColumns{}.and(given, given, x)
	}
	for f := range w.place {
		for _, v := range w.value[f] {
			x := w.values[w.place[f]][slices.Index(w.value[f], v)]
			if both := (crispColumns{}).shared(x, given); both == 0 || both == (crispColumns{}).size(given) {
				return false, nil
			}
		}
	}
	for _, n := range s {
		if w.surplus(parts[n].terms, given) {
			return false, nil
		}
	}
	return true, nil
}

// cyclic tells whether a factor is, over one or more steps, a cause of itself.
func (a *analysis) cyclic(parts []part, s structure) bool {
	effects := map[int][]int{}
	for _, n := range s {
		for _, t := range parts[n].terms {
			for _, l := range t {
				f := a.literals[l].factor
				effects[f] = append(effects[f], a.literals[parts[n].outcome.literal].factor)
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

func (a *analysis) reportComplex(parts []part, s structure) Complex {
	c := Complex{Parts: s, Consistency: math.Inf(1), Coverage: math.Inf(1), Cyclic: a.cyclic(parts, s)}
	var formulas []string
	for _, n := range s {
		p := parts[n]
		c.Outcomes = append(c.Outcomes, a.name(p.outcome.literal))
		c.Consistency, c.Coverage = min(c.Consistency, p.con), min(c.Coverage, p.cov)
		c.Complexity += p.complexity
		formulas = append(formulas, a.formula(p.outcome, p.solution))
	}
	c.Formula = formulas[0]
	if len(s) > 1 {
		c.Formula = "(" + strings.Join(formulas, ")*(") + ")"
	}
	return c
}
