// Package cna finds out which factors of a data set can be causes, which of
// them effects, and how they hang together: Coincidence Analysis of crisp,
// multi-value and fuzzy data.
//
// It follows Baumgartner, "Inferring Causal Complexity" (Sociological Methods &
// Research 38, 2009), Baumgartner and Ambühl, "Causal modeling with multi-value
// and fuzzy-set Coincidence Analysis" (Political Science Research and Methods
// 8, 2020) and, for redundancies in structures of several outcomes, Baumgartner
// and Falk, "Boolean Difference-Making" (British Journal for the Philosophy of
// Science 74, 2023). Unlike Qualitative Comparative Analysis it needs neither a
// chosen outcome nor assumptions about configurations that no case shows.
//
// Everything within the stated bounds is found, or the analysis ends with an
// error that says what was too much: nothing is left out silently. The same
// data give the same result in the same order, and neither the order of the
// cases nor the names of the factors change what is found. What is given is
// never changed.
package cna

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
)

// tolerance keeps rounding from deciding whether a threshold is reached.
const tolerance = 1e-9

// Stage is a part of an analysis.
type Stage string

const (
	SufficientStage Stage = "sufficient conditions"
	AtomicStage     Stage = "atomic solutions"
	ComplexStage    Stage = "complex solutions"
)

// Variation says how an outcome has to vary among the cases that fit an atomic
// solution exactly; a solution that is contradicted by every case in which
// its outcome differs explains nothing.
type Variation string

const (
	AcrossHalf Variation = "across 0.5" // at 0.5 or above in one such case and below in another; a case fits when it is on the same side in both
	AnyValue   Variation = "any value"  // two different values; a case fits when solution and outcome are equal
	NotAsked   Variation = "not asked"
)

// Options are the choices of an analysis. The zero value is the strictest:
// every factor a possible outcome, every threshold 1.
type Options struct {
	// Outcomes are the values to explain, as A, ~A (absence) or A=2; a
	// multi-value factor without a value means all its values. Empty: the
	// presence of every factor, in multi-value data every value.
	Outcomes []string
	// Ordering lists levels of factors, causes before effects: a factor is
	// no cause of one on an earlier level. Factors that it does not name come
	// before all levels.
	Ordering [][]string
	// Strict means that factors of the same level do not cause each other.
	Strict bool
	// Exclude lists what is known to be no cause of what, as "A, ~C -> B";
	// A* stands for every value of A.
	Exclude []string
	// Con is the least consistency of sufficient conditions and solutions,
	// above 0 and up to 1; 0 means 1.
	Con float64
	// Cov is the least coverage of solutions, likewise.
	Cov float64
	// ConSufficient is the least consistency of sufficient conditions
	// where it is not that of the solutions; 0 means Con.
	ConSufficient float64
	// MaxConjuncts is the largest number of literals in a term; 0 means 3.
	MaxConjuncts int
	// MaxDisjuncts is the largest number of terms in an atomic solution; 0 means 4.
	MaxDisjuncts int
	// MaxComplexity is the largest number of literals in an atomic solution; 0 means 10.
	MaxComplexity int
	// Cutoff is the membership that some case must reach in a combination of
	// fuzzy factors before the combination is examined; 0 means 0.5.
	Cutoff float64
	// AboveCutoff means that the cut-off has to be exceeded, not only reached.
	AboveCutoff bool
	// Variation is asked of the outcome of an atomic solution; empty means AcrossHalf.
	Variation Variation
	// Redundant keeps solutions with parts that make no difference.
	Redundant bool
	// Acyclic leaves out complex solutions with a cycle.
	Acyclic bool
	// Last is the stage to end with; empty means ComplexStage.
	Last Stage
	// MaxSolutions is the largest number of conditions or atomic solutions of
	// one outcome, and of complex solutions; 0 means 100,000.
	MaxSolutions int
	// MaxWork is the largest number of steps: one for each conjunction and each
	// disjunction examined for an outcome, and a hundred for each set of atomic
	// solutions, which takes that much longer; 0 means 200 million, which is
	// a matter of seconds, rarely of minutes.
	MaxWork int
	// Progress is told how many of the outcomes of a stage, or of the choices
	// complex solutions start with, are done; nil is fine. It is called from
	// the same goroutine.
	Progress func(stage Stage, done, total int)
}

// Result is what an analysis found.
type Result struct {
	// Kind is what the data are.
	Kind Kind `json:"kind"`
	// Sufficient lists all minimally sufficient conditions: by outcome, then
	// the simplest, then the largest consistency times coverage, first.
	Sufficient []Sufficient `json:"sufficient"`
	// Atomic lists all atomic solutions in the same order.
	Atomic []Atomic `json:"atomic"`
	// Complex lists all complex solutions, the simplest first. With one
	// explained outcome they are its atomic solutions.
	Complex []Complex `json:"complex"`
	// Aside counts what reached the thresholds and was left out nevertheless.
	Aside Aside `json:"aside"`
	// Notes say in words what a reader should know about the data.
	Notes []string `json:"notes"`
}

// Aside counts what reached the thresholds and is no solution nevertheless.
type Aside struct {
	// Redundant atomic solutions have parts that make no difference by logic
	// alone, as A + ~A*B, or are always true.
	Redundant int `json:"redundant"`
	// Unvaried atomic solutions have an outcome that does not vary among the
	// cases that fit them.
	Unvaried int `json:"unvaried"`
	// ComplexCyclic are complex solutions left out because of a cycle.
	ComplexCyclic int `json:"complex_cyclic"`
	// ComplexContained are complex solutions that are part of another.
	ComplexContained int `json:"complex_contained"`
}

// TooMuch is the error of an analysis that would go beyond a bound.
type TooMuch struct {
	Stage   Stage
	Outcome string  // for which outcome, where it is one
	Count   float64 // how many there are, or would have to be examined; a whole number, rounded when it is huge
	Limit   int
	advice  string
}

func (t *TooMuch) Error() string { return t.advice }

// Analyze finds the minimally sufficient conditions of each outcome, the
// atomic solutions among their disjunctions, and the complex solutions among
// the combinations of these.
//
// With a *TooMuch error, and when ctx ends, the result holds the stages that
// were finished; with any other error it is empty.
func Analyze(ctx context.Context, d Data, o Options) (Result, error) {
	if err := d.Valid(); err != nil {
		return Result{}, fmt.Errorf("the data: %w", err)
	}
	a, err := prepare(d, o)
	if err != nil {
		return Result{}, err
	}
	a.ctx = ctx
	r := Result{Kind: a.kind, Sufficient: []Sufficient{}, Atomic: []Atomic{}, Complex: []Complex{}, Notes: a.notes()}
	for n, outcome := range a.outcomes {
		a.tell(SufficientStage, n, len(a.outcomes))
		if err := a.sufficient(outcome); err != nil {
			return r, err
		}
	}
	a.tell(SufficientStage, len(a.outcomes), len(a.outcomes))
	for _, outcome := range a.outcomes {
		r.Sufficient = append(r.Sufficient, a.reportSufficient(outcome)...)
	}
	if a.o.Last == SufficientStage {
		return r, nil
	}
	for n, outcome := range a.outcomes {
		a.tell(AtomicStage, n, len(a.outcomes))
		if err := a.atomic(outcome); err != nil {
			return r, err
		}
	}
	a.tell(AtomicStage, len(a.outcomes), len(a.outcomes))
	for _, outcome := range a.outcomes {
		r.Atomic = append(r.Atomic, a.reportAtomic(outcome)...)
	}
	r.Aside = a.aside
	if a.o.Last == AtomicStage {
		return r, nil
	}
	found, err := a.complex()
	if err != nil {
		return r, err
	}
	r.Complex, r.Aside = found, a.aside
	return r, nil
}

// analysis is the work on one data set.
type analysis struct {
	ctx      context.Context
	data     Data
	kind     Kind
	o        Options // with the defaults filled in
	sets     memberships
	literals []literal
	columns  []column // of the literals
	outcomes []*outcome
	steps    int // work done for the outcome at hand
	aside    Aside
	spaces   map[string]*space
}

// outcome is a literal to explain with what was found for it.
type outcome struct {
	literal    int
	size       uint64
	causes     []int // literals that may cause it, ascending
	conditions []condition
	solutions  []solution
}

// condition is a minimally sufficient condition at work.
type condition struct {
	term     conjunction
	column   column
	con, cov float64
	shared   uint64
}

// solution is an atomic solution at work.
type solution struct {
	terms      []conjunction
	con, cov   float64
	complexity int
}

func prepare(d Data, o Options) (*analysis, error) {
	a := &analysis{data: d, kind: d.Kind(), spaces: map[string]*space{}}
	if err := o.fill(); err != nil {
		return nil, err
	}
	a.o = o
	for j := range d.Factors {
		values := []int{1, 0}
		if a.kind == MultiValue {
			values = nil
			for _, v := range d.levels(j) {
				values = append(values, int(v))
			}
		}
		for _, v := range values {
			a.literals = append(a.literals, literal{j, v})
			a.columns = append(a.columns, a.column(j, v))
		}
	}
	a.sets = crispColumns{}
	if a.kind == Fuzzy {
		cutoff := units(o.Cutoff)
		if o.AboveCutoff {
			cutoff++
		}
		a.sets = fuzzyColumns{cutoff}
	}
	return a, a.choose()
}

// fill puts the defaults in and checks the rest.
func (o *Options) fill() error {
	var bad problems
	share := func(name string, x *float64, otherwise float64) {
		if *x == 0 {
			*x = otherwise
		}
		if !(*x > 0 && *x <= 1) {
			bad.add("the %s is %v: choose one above 0 and up to 1", name, *x)
		}
	}
	count := func(name string, x *int, otherwise int) {
		if *x == 0 {
			*x = otherwise
		}
		if *x < 0 {
			bad.add("the %s is %d: choose at least 1", name, *x)
		}
	}
	share("least consistency", &o.Con, 1)
	share("least coverage", &o.Cov, 1)
	share("least consistency of sufficient conditions", &o.ConSufficient, o.Con)
	share("cut-off", &o.Cutoff, 0.5)
	count("largest number of conjuncts", &o.MaxConjuncts, 3)
	count("largest number of disjuncts", &o.MaxDisjuncts, 4)
	count("largest complexity", &o.MaxComplexity, 10)
	count("largest number of solutions", &o.MaxSolutions, 100_000)
	count("largest number of steps", &o.MaxWork, 200_000_000)
	o.Variation = cmp.Or(o.Variation, AcrossHalf)
	if !slices.Contains([]Variation{AcrossHalf, AnyValue, NotAsked}, o.Variation) {
		bad.add("the variation is %q: choose %q, %q or %q", o.Variation, AcrossHalf, AnyValue, NotAsked)
	}
	o.Last = cmp.Or(o.Last, ComplexStage)
	if !slices.Contains([]Stage{SufficientStage, AtomicStage, ComplexStage}, o.Last) {
		bad.add("the last stage is %q: choose %q, %q or %q", o.Last, SufficientStage, AtomicStage, ComplexStage)
	}
	return bad.err()
}

func units(x float64) uint64 { return uint64(math.Round(x * unit)) }

// column computes the memberships in a factor's value.
func (a *analysis) column(factor, value int) column {
	if a.kind == Fuzzy {
		c := make(column, len(a.data.Values))
		for i, row := range a.data.Values {
			if c[i] = units(row[factor]); value == 0 {
				c[i] = unit - c[i]
			}
		}
		return c
	}
	c := make(column, (len(a.data.Values)+63)/64)
	for i, row := range a.data.Values {
		if int(row[factor]) == value {
			c[i/64] |= 1 << (i % 64)
		}
	}
	return c
}

// choose settles the outcomes and what may cause each.
func (a *analysis) choose() error {
	var bad problems
	wanted := map[int]bool{}
	for _, word := range a.o.Outcomes {
		found, err := a.read(word, false)
		if err != nil {
			bad.add("the outcomes: %v", err)
		}
		for _, l := range found {
			wanted[l] = true
		}
	}
	level := make([]int, len(a.data.Factors)) // 0 for those that the ordering does not name
	for n, names := range a.o.Ordering {
		for _, name := range names {
			j := slices.Index(a.data.Factors, strings.TrimSpace(name))
			switch {
			case j < 0:
				bad.add("the ordering: there is no factor %q; there are: %s", name, strings.Join(a.data.Factors, ", "))
			case level[j] > 0:
				bad.add("the ordering names the factor %q twice: give it one level", a.data.Factors[j])
			default:
				level[j] = n + 1
			}
		}
	}
	excluded := map[[2]int]bool{} // {cause, outcome}
	for _, rule := range a.o.Exclude {
		causes, effects, ok := strings.Cut(rule, "->")
		if !ok {
			bad.add("the exclusion %q has no ->: write it as \"A, ~C -> B\"", rule)
			continue
		}
		var sides [2][]int
		for n, side := range []string{causes, effects} {
			for _, word := range strings.Split(side, ",") {
				found, err := a.read(word, true)
				if err != nil {
					bad.add("the exclusion %q: %v", rule, err)
				}
				sides[n] = append(sides[n], found...)
			}
		}
		for _, c := range sides[0] {
			for _, e := range sides[1] {
				excluded[[2]int{c, e}] = true
			}
		}
	}
	if err := bad.err(); err != nil {
		return err
	}
	for i, l := range a.literals {
		if len(wanted) > 0 && !wanted[i] || len(wanted) == 0 && a.kind != MultiValue && l.value == 0 {
			continue
		}
		y := &outcome{literal: i, size: a.sets.size(a.columns[i])}
		for c, k := range a.literals {
			before, here := level[k.factor], level[l.factor]
			if k.factor != l.factor && !excluded[[2]int{c, i}] && (before < here || before == here && !a.o.Strict) {
				y.causes = append(y.causes, c)
			}
		}
		a.outcomes = append(a.outcomes, y)
	}
	return nil
}

// notes tells what to know about the data before reading solutions.
func (a *analysis) notes() []string {
	notes := []string{}
	for j, name := range a.data.Factors {
		if a.kind != Fuzzy {
			break
		}
		var half, above int
		for _, row := range a.data.Values {
			switch x := units(row[j]); {
			case x == unit/2:
				half++
			case x > unit/2:
				above++
			}
		}
		switch n := len(a.data.Values); {
		case above == n:
			notes = append(notes, fmt.Sprintf("%s is above 0.5 in every case.", name))
		case above+half == 0:
			notes = append(notes, fmt.Sprintf("%s is below 0.5 in every case.", name))
		}
		if half > 0 {
			notes = append(notes, fmt.Sprintf("%s is exactly 0.5 in %d of %d cases.", name, half, len(a.data.Values)))
		}
	}
	for i, name := range a.data.Factors {
		for j := range i {
			if slices.EqualFunc(a.data.Values, a.data.Values, func(r, _ []float64) bool { return r[i] == r[j] }) {
				notes = append(notes, fmt.Sprintf("%s and %s have the same value in every case: each can stand for the other.", a.data.Factors[j], name))
			}
		}
	}
	return notes
}

func (a *analysis) tell(stage Stage, done, total int) {
	if a.o.Progress != nil {
		a.o.Progress(stage, done, total)
	}
}

// step counts work for an outcome and stops when it is too much or no longer wanted.
func (a *analysis) step(stage Stage, y *outcome) error {
	a.steps++
	if a.steps%1024 == 0 {
		if err := a.ctx.Err(); err != nil {
			return fmt.Errorf("find %s: %w", stage, err)
		}
	}
	if a.steps <= a.o.MaxWork {
		return nil
	}
	what, count, less := "conjunctions", 0.0, "fewer conjuncts or factors"
	if stage == SufficientStage {
		count = combinations(len(a.data.Factors)-1, a.o.MaxConjuncts, float64(len(a.literals))/float64(len(a.data.Factors)))
	} else {
		what, less = "disjunctions", "fewer disjuncts, a lower complexity, fewer factors or a higher consistency of sufficient conditions"
		count = combinations(len(y.conditions), a.o.MaxDisjuncts, 1)
	}
	return &TooMuch{Stage: stage, Outcome: a.write(y.literal), Count: count, Limit: a.o.MaxWork,
		advice: fmt.Sprintf("the outcome %s has about %.3g %s to examine and %d were not enough: allow %s, or more steps", a.write(y.literal), count, what, a.o.MaxWork, less)}
}

// many is the error of a stage that finds more than it may list.
func (a *analysis) many(stage Stage, y *outcome, count int) error {
	return &TooMuch{Stage: stage, Outcome: a.write(y.literal), Count: float64(count), Limit: a.o.MaxSolutions,
		advice: fmt.Sprintf("the outcome %s has at least %d %s and at most %d are listed: ask for a higher consistency or coverage, a lower complexity, or a larger number of solutions", a.write(y.literal), count, stage, a.o.MaxSolutions)}
}

// combinations counts the choices of 1 to k things out of n, each in ways versions.
func combinations(n, k int, ways float64) float64 {
	sum, c := 0.0, 1.0
	for i := 1; i <= min(n, k); i++ {
		c *= float64(n-i+1) / float64(i) * ways
		sum += c
	}
	return math.Round(sum)
}

func (a *analysis) reaches(x, threshold float64) bool { return x >= threshold-tolerance }

// sufficient finds the minimally sufficient conditions of y: conjunctions of
// one literal, then of two, and so on. A conjunction is left out when it
// contains a shorter one that is sufficient, or when no case shows it; then no
// longer one needs to be looked at either.
func (a *analysis) sufficient(y *outcome) error {
	a.steps = 0
	target := a.columns[y.literal]
	ending := make([][]conjunction, len(a.literals)) // conditions by their last literal
	depth := min(a.o.MaxConjuncts, len(a.data.Factors)-1)
	path := make(conjunction, 0, depth)
	held := make([]column, depth) // memberships along the path
	for i := range held {
		held[i] = make(column, len(target))
	}
	var extend func(from, size int) error
	extend = func(from, size int) error {
		n := len(path)
		for k := from; k < len(y.causes); k++ {
			l := y.causes[k]
			if n > 0 && a.literals[l].factor == a.literals[path[n-1]].factor {
				continue
			}
			if err := a.step(SufficientStage, y); err != nil {
				return err
			}
			path = append(path[:n], l)
			if slices.ContainsFunc(ending[l], func(c conjunction) bool { return contains(path, c) }) {
				continue
			}
			x := a.columns[l]
			if n > 0 {
				a.sets.and(held[n], held[n-1], x)
			} else {
				copy(held[n], x)
			}
			x = held[n]
			shared := a.sets.shared(x, target)
			if shared == 0 || !a.sets.seen(x) {
				continue
			}
			if n+1 < size {
				if err := extend(k+1, size); err != nil {
					return err
				}
				continue
			}
			if con := ratio(shared, a.sets.size(x)); a.reaches(con, a.o.ConSufficient) {
				y.conditions = append(y.conditions, condition{term: slices.Clone(path), column: slices.Clone(x),
					con: con, cov: ratio(shared, y.size), shared: shared})
				if len(y.conditions) > a.o.MaxSolutions {
					return a.many(SufficientStage, y, len(y.conditions))
				}
			}
		}
		path = path[:n]
		return nil
	}
	for size := 1; size <= depth; size++ {
		known := len(y.conditions)
		if err := extend(0, size); err != nil {
			return err
		}
		for _, c := range y.conditions[known:] {
			last := c.term[size-1]
			ending[last] = append(ending[last], c.term)
		}
	}
	slices.SortFunc(y.conditions, func(p, q condition) int {
		return cmp.Or(cmp.Compare(len(p.term), len(q.term)), cmp.Compare(q.con*q.cov, p.con*p.cov), a.compareTerms(p.term, q.term))
	})
	return nil
}

// contains tells whether every literal of part is in whole; both ascend.
func contains(whole, part conjunction) bool {
	for _, l := range part {
		if _, ok := slices.BinarySearch(whole, l); !ok {
			return false
		}
	}
	return true
}

func (a *analysis) reportSufficient(y *outcome) []Sufficient {
	out := make([]Sufficient, 0, len(y.conditions))
	for _, c := range y.conditions {
		s := Sufficient{Outcome: a.name(y.literal), Term: a.term(c.term), Formula: a.writeTerm(c.term) + " -> " + a.write(y.literal),
			Consistency: c.con, Coverage: c.cov, Complexity: len(c.term), Cases: []string{}}
		for i, name := range a.data.Cases {
			if a.belongs(c.column, i) && a.belongs(a.columns[y.literal], i) {
				s.Cases = append(s.Cases, name)
			}
		}
		out = append(out, s)
	}
	return out
}

// belongs tells whether a case is in a set more than out of it, or exactly between.
func (a *analysis) belongs(x column, i int) bool { return a.sets.of(x, i) >= unit/2 }

// atomic finds the atomic solutions of y: disjunctions of its conditions that
// reach both thresholds, no part of which reaches both.
//
// The conditions are taken by falling coverage, and three facts turn the search
// back. What a disjunction covers is at most what its terms cover together, so
// the next ones, the best that are left, must be able to make up for what is
// missing. A disjunction only grows with more terms while what it shares with
// the outcome stays within the outcome, so one that is too large to be
// consistent stays so. And a term that adds nothing to what the others cover
// can always go: without it the coverage is the same and the consistency no less.
func (a *analysis) atomic(y *outcome) error {
	a.steps = 0
	target := a.columns[y.literal]
	order := slices.Clone(y.conditions)
	slices.SortStableFunc(order, func(p, q condition) int { return cmp.Compare(q.shared, p.shared) })
	below := make([]uint64, len(order)+1) // below[i] is what the first i conditions cover, each counted for itself
	for i, c := range order {
		below[i+1] = below[i] + c.shared
	}
	depth := min(a.o.MaxDisjuncts, len(order))
	path := make([]int, 0, depth)
	held := make([]column, depth+1)
	for i := range held {
		held[i] = make(column, len(target))
	}
	spare := make(column, len(target))
	minimal := func() bool {
		for part := 1; part < 1<<len(path)-1; part++ {
			clear(spare)
			for i, k := range path {
				if part>>i&1 == 1 {
					a.sets.or(spare, spare, order[k].column)
				}
			}
			shared := a.sets.shared(spare, target)
			if a.reaches(ratio(shared, y.size), a.o.Cov) && a.reaches(ratio(shared, a.sets.size(spare)), a.o.Con) {
				return false
			}
		}
		return true
	}
	var extend func(from int, covered uint64, complexity int) error
	extend = func(from int, covered uint64, complexity int) error {
		n := len(path)
		for k := from; k < len(order); k++ {
			best := below[min(k+depth-n, len(order))] - below[k]
			if !a.reaches(ratio(covered+best, y.size), a.o.Cov) {
				break
			}
			c := order[k]
			if complexity+len(c.term) > a.o.MaxComplexity {
				continue
			}
			if err := a.step(AtomicStage, y); err != nil {
				return err
			}
			whole := held[n+1]
			a.sets.or(whole, held[n], c.column)
			shared, size := a.sets.shared(whole, target), a.sets.size(whole)
			if shared == covered || !a.reaches(ratio(y.size, size), a.o.Con) {
				continue
			}
			path = append(path[:n], k)
			con := ratio(shared, size)
			if !a.reaches(ratio(shared, y.size), a.o.Cov) || !a.reaches(con, a.o.Con) {
				if n+1 < depth {
					if err := extend(k+1, shared, complexity+len(c.term)); err != nil {
						return err
					}
				}
				continue
			}
			if !minimal() {
				continue
			}
			s := solution{con: con, cov: ratio(shared, y.size), complexity: complexity + len(c.term)}
			for _, i := range path {
				s.terms = append(s.terms, order[i].term)
			}
			slices.SortFunc(s.terms, a.compareTerms)
			redundant := false
			if !a.o.Redundant {
				var err error
				if redundant, err = a.redundant(s.terms); err != nil {
					return err
				}
			}
			switch {
			case !a.varies(whole, target):
				a.aside.Unvaried++
			case redundant:
				a.aside.Redundant++
			default:
				y.solutions = append(y.solutions, s)
			}
			if len(y.solutions) > a.o.MaxSolutions {
				return a.many(AtomicStage, y, len(y.solutions))
			}
		}
		path = path[:n]
		return nil
	}
	if err := extend(0, 0, 0); err != nil {
		return err
	}
	slices.SortFunc(y.solutions, func(p, q solution) int {
		return cmp.Or(cmp.Compare(p.complexity, q.complexity), cmp.Compare(q.con*q.cov, p.con*p.cov), slices.CompareFunc(p.terms, q.terms, a.compareTerms))
	})
	return nil
}

// varies tells whether the outcome varies among the cases that fit the solution.
func (a *analysis) varies(x, y column) bool {
	var fit []uint64
	for i := range a.data.Cases {
		p, q := a.sets.of(x, i), a.sets.of(y, i)
		if a.o.Variation == AcrossHalf {
			p, q = p/(unit/2), q/(unit/2)
			p, q = min(p, 1), min(q, 1)
		}
		if p == q {
			fit = append(fit, q)
		}
	}
	return a.o.Variation == NotAsked || len(fit) > 0 && slices.Min(fit) < slices.Max(fit)
}

func (a *analysis) reportAtomic(y *outcome) []Atomic {
	out := make([]Atomic, 0, len(y.solutions))
	for _, s := range y.solutions {
		r := Atomic{Outcome: a.name(y.literal), Formula: a.formula(y, s), Consistency: s.con, Coverage: s.cov, Complexity: s.complexity}
		for _, t := range s.terms {
			r.Terms = append(r.Terms, a.term(t))
		}
		out = append(out, r)
	}
	return out
}

func (a *analysis) formula(y *outcome, s solution) string {
	return a.writeTerms(s.terms) + " <-> " + a.write(y.literal)
}
