package qca

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
)

// Expression is a disjunction: its terms are conjunctions, each with the level of every condition, or -1 for a condition
// it does not mention. Theories, models and claims about rows are given as expressions; the order of terms has no meaning.
type Expression [][]int

// Analysis is data together with every choice that leads from them to a solution. A check of robustness repeats it with
// one of these changed.
type Analysis struct {
	Data    Data
	Cutoffs Cutoffs
	Options Options
}

// Progress is told how many of the steps of a long computation are done. It is never called by two goroutines at once,
// and may be nil.
type Progress func(done, of int)

// Found is a solution as far as robustness needs it: which models there are.
type Found struct {
	// Models are the models, written as "A*~B + C" and sorted: two solutions are the same when these are. An intermediate
	// solution has those of every pair of a conservative and a parsimonious model.
	Models []string `json:"models"`
	// Exact is false when there are more models than are listed, or when the search for them ended early.
	Exact bool `json:"modelsExact"`
	// Problem says why there is no solution, when there is none.
	Problem string `json:"problem,omitempty"`

	terms []Expression // of the models, in their order
}

// Same tells whether both have the same models.
func (f Found) Same(o Found) bool { return slices.Equal(f.Models, o.Models) }

// String joins the models for messages.
func (f Found) String() string {
	if len(f.Models) == 0 {
		return "no solution"
	}
	return strings.Join(f.Models, "; or ")
}

// maxKnown bounds what a sweep remembers.
const maxKnown = 1 << 17

// Sweep minimises again and again with the same options, and remembers: most changes of a cut-off, an anchor or a case
// leave the coding of the rows, and so the solution, as it was. It may be used by many goroutines.
type Sweep struct {
	o     Options
	mu    sync.Mutex
	known map[string]Found
	// hits and misses count how often a solution was remembered, and computed.
	hits, misses int
}

// NewSweep makes an empty sweep.
func NewSweep(o Options) *Sweep {
	return &Sweep{o: o, known: map[string]Found{}}
}

// Solve finds the models of a truth table. That there are none is no error: Found.Problem then says why.
func (s *Sweep) Solve(ctx context.Context, t Table) (Found, error) {
	if err := ctx.Err(); err != nil {
		return Found{}, err
	}
	key := t.codingKey()
	s.mu.Lock()
	f, ok := s.known[key]
	if ok {
		s.hits++
	} else {
		s.misses++
	}
	s.mu.Unlock()
	if ok {
		return f, nil
	}
	f, err := t.found(ctx, s.o)
	if err != nil {
		return Found{}, err
	}
	s.mu.Lock()
	if len(s.known) < maxKnown {
		s.known[key] = f
	}
	s.mu.Unlock()
	return f, nil
}

// Each solves the n tables that at makes, on all processors, and gives the solutions in their order. The function at is
// called by several goroutines at once. The first error ends it.
func (s *Sweep) Each(ctx context.Context, n int, at func(i int) (Table, error), progress Progress) ([]Found, error) {
	out := make([]Found, n)
	err := parallel(ctx, n, progress, func(i int) error {
		t, err := at(i)
		if err != nil {
			return err
		}
		out[i], err = s.Solve(ctx, t)
		return err
	})
	return out, err
}

// parallel calls do for 0 to n-1 on all processors, and gives the error of the smallest number that has one among those
// tried before it ended.
func parallel(ctx context.Context, n int, progress Progress, do func(i int) error) error {
	var mu sync.Mutex
	var wg sync.WaitGroup
	next, done, failed := 0, 0, n
	var first error
	for range min(n, runtime.GOMAXPROCS(0)) {
		wg.Go(func() {
			for {
				mu.Lock()
				i := next
				next++
				stop := first != nil
				mu.Unlock()
				if stop || i >= n {
					return
				}
				err := ctx.Err()
				if err == nil {
					err = do(i)
				}
				mu.Lock()
				if err != nil && i < failed {
					first, failed = err, i
				}
				done++
				if progress != nil && err == nil {
					progress(done, n)
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return first
}

// codingKey names what the models depend on: the conditions, and which rows are coded how.
func (t Table) codingKey() string {
	var b []byte
	for j, name := range t.Conditions {
		b = append(append(b, name...), 0, byte(t.Levels[j]))
	}
	for _, r := range t.Rows {
		if r.Output != Remainder {
			b = append(b, r.Output[0], byte(r.Number), byte(r.Number>>8), byte(r.Number>>16), byte(r.Number>>24), byte(r.Number>>32), byte(r.Number>>40), byte(r.Number>>48))
		}
	}
	return string(b)
}

// found minimises for the models alone.
func (t Table) found(ctx context.Context, o Options) (Found, error) {
	if o.Solution == "" {
		o.Solution = Conservative
	}
	f := Found{Models: []string{}, Exact: true}
	var solutions []Solution
	m, err := t.minimizer(ctx, o)
	if err == nil {
		m.lean = true
		if o.Solution == Intermediate {
			solutions, err = m.intermediate()
		} else {
			solutions = make([]Solution, 1)
			solutions[0], err = m.solve(o.Solution, m.avoid(o.Solution))
		}
	}
	var none unsolved
	if errors.As(err, &none) {
		f.Problem = none.Error()
		return f, nil
	}
	if err != nil {
		return Found{}, err
	}
	type model struct {
		expr  string
		terms Expression
	}
	var models []model
	for _, s := range solutions {
		f.Exact = f.Exact && s.Exact && s.ModelCount.IsInt64() && s.ModelCount.Int64() == int64(len(s.Models))
		models = slices.Grow(models, len(s.Models))
		for i := range s.Models {
			parts, terms := make([]string, len(s.Models[i].Terms)), make(Expression, len(s.Models[i].Terms))
			for k, n := range s.Models[i].Terms { // models share their terms: there can be many
				parts[k], terms[k] = s.PrimeImplicants[n].Expr, s.PrimeImplicants[n].Values
			}
			models = append(models, model{strings.Join(parts, " + "), terms})
		}
	}
	slices.SortFunc(models, func(a, b model) int { return cmp.Compare(a.expr, b.expr) })
	models = slices.CompactFunc(models, func(a, b model) bool { return a.expr == b.expr })
	f.Models, f.terms = slices.Grow(f.Models, len(models)), slices.Grow(f.terms, len(models))
	for _, m := range models {
		f.Models = append(f.Models, m.expr)
		f.terms = append(f.terms, m.terms)
	}
	return f, nil
}

// Terms gives one of the Models as an expression, by its place from 0.
func (s Solution) Terms(model int) Expression {
	var e Expression
	for _, i := range s.Models[model].Terms {
		e = append(e, slices.Clone(s.PrimeImplicants[i].Values))
	}
	return e
}

// Recode gives the same truth table under other cut-offs. The rows' numbers of cases, consistency and PRI do not depend
// on cut-offs, so this costs much less than NewTable.
func (t Table) Recode(c Cutoffs) (Table, error) {
	c, err := c.filled()
	if err != nil {
		return Table{}, err
	}
	y := make(map[string]float64, len(t.data.Cases))
	for i, name := range t.data.Cases {
		y[name] = t.data.Outcome[i]
	}
	t.Cutoffs = c
	t.Rows = slices.Clone(t.Rows)
	for i := range t.Rows {
		r := &t.Rows[i]
		r.Output = c.code(r.N, r.Consistency, r.PRI)
		r.Deviant = []string{}
		for _, name := range r.Cases {
			if y := y[name]; r.Output == Positive && y < 0.5 || r.Output == Negative && y > 0.5 {
				r.Deviant = append(r.Deviant, name)
			}
		}
	}
	t.countRemainders()
	return t, nil
}

// Membership is each case's membership in an expression: the highest it has in any term, where its membership in a term
// is the lowest it has in any of the term's conditions (Ragin 2008, ch. 2). An expression without terms holds nothing.
func (d Data) Membership(e Expression) ([]float64, error) {
	cubes, err := d.cubes(e)
	if err != nil {
		return nil, err
	}
	return d.clone().union(cubes), nil
}

// union is Membership for data whose levels are filled in.
func (d Data) union(cubes []cube) []float64 {
	out := make([]float64, len(d.Cases))
	for _, c := range cubes {
		for i, x := range d.membership(c) {
			out[i] = max(out[i], x)
		}
	}
	return out
}

// cubes checks an expression against the conditions.
func (d Data) cubes(e Expression) ([]cube, error) {
	levels := d.levels()
	var out []cube
	for n, term := range e {
		if len(term) != len(levels) {
			return nil, fmt.Errorf("term %d of the expression has %d levels, but there are %d conditions: give one for each, and -1 for those it does not mention", n+1, len(term), len(levels))
		}
		c := make(cube, len(term))
		for j, v := range term {
			if v < absent || v >= levels[j] {
				return nil, fmt.Errorf("term %d of the expression has %q at level %d; its levels are 0 to %d", n+1, d.Conditions[j], v, levels[j]-1)
			}
			c[j] = int8(v)
		}
		out = append(out, c)
	}
	return out, nil
}

// Write writes an expression in the names of the conditions, as "A*~B + C{2}".
func (d Data) Write(e Expression) (string, error) {
	cubes, err := d.cubes(e)
	if err != nil {
		return "", err
	}
	return d.write(cubes), nil
}

func (d Data) write(cubes []cube) string {
	t := Table{Conditions: d.Conditions, Levels: d.levels()}
	var parts []string
	for _, c := range cubes {
		if c.universal() {
			return "everything"
		}
		parts = append(parts, t.expression(c))
	}
	if len(parts) == 0 {
		return "nothing"
	}
	return strings.Join(parts, " + ")
}
