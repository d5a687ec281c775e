package qca

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
)

// Kind is what a solution assumes about the remainders.
type Kind string

const (
	// Conservative (also called complex) solutions assume nothing about remainders: every configuration covered is a
	// positive row.
	Conservative Kind = "conservative"
	// Parsimonious solutions may assume the outcome for any remainder that makes a term shorter. Those assumptions are
	// listed with each model.
	Parsimonious Kind = "parsimonious"
	// Intermediate solutions may assume it only for easy counterfactuals: remainders that differ from what was seen in
	// the direction in which theory expects a condition to help (Ragin and Sonnett 2005; Ragin 2008, ch. 9).
	Intermediate Kind = "intermediate"
)

// Models says which models of a solution are wanted.
type Models string

const (
	// Minimal models have the smallest number of terms. All of them are counted, and the first listed.
	Minimal Models = "minimal"
	// Irredundant models have no term that could be dropped; some have more terms than the minimal ones.
	Irredundant Models = "irredundant"
	// First is one minimal model, proven to be minimal; the others are neither looked for nor counted.
	First Models = "first"
)

// Options say what to minimise and how.
type Options struct {
	// Solution is what is assumed of remainders. Empty means Conservative.
	Solution Kind
	// Expect holds the directional expectations of an intermediate solution: for each condition the levels that are
	// expected to help the outcome; none says that theory is silent. See also Together.
	Expect [][]int
	// Together holds conjunctural expectations: per condition the level that is expected to help in conjunction with the
	// others named, or -1.
	Together [][]int
	// Exclude holds the Numbers of configurations that may never be assumed, such as impossible or untenable ones.
	Exclude []uint64
	// Assume, unless it is nil, holds the only remainders of which something may be assumed: the choice of remainders is
	// guided by theory (Schneider and Wagemann 2012, ch. 8, who call the solution theory-guided). It matters for
	// parsimonious and intermediate solutions.
	Assume Expression
	// Contradictions may be assumed, as if they were remainders.
	Contradictions bool
	// Models that are wanted. Empty means Minimal.
	Models Models
	// MaxModels is how many models are listed. Zero means DefaultModels.
	MaxModels int
	// Work bounds the search for models, in machine words looked at. Zero means DefaultWork. It counts work and not
	// time, so that the same table gives the same answer everywhere.
	Work int
}

const (
	// DefaultModels is how many models a solution lists when Options say nothing.
	DefaultModels = 2000
	// DefaultWork is a few seconds on a machine of 2026.
	DefaultWork = 3_000_000_000

	mostModels     = 100_000 // that may be asked for
	maxImplicants  = 3_000_000
	maxPairs       = 64      // of conservative and parsimonious models, for intermediate solutions
	maxAssumptions = 10_000  // of a model that are listed by number; the rest is only counted
	maxListed      = 500_000 // in all models together
)

// Implicant is a prime implicant: a conjunction that covers no configuration it must not cover and would cover one if any
// of its literals were dropped.
type Implicant struct {
	// Values is the level of each condition, or -1 where the implicant does not mention it.
	Values []int `json:"values"`
	// Expr writes it as "A*~B", with levels in braces where a condition has more than two: "A*C{2}".
	Expr string `json:"expr"`
	// Rows are the Numbers of the positive rows it covers.
	Rows []uint64 `json:"rows"`
}

// TermFit is how well a term of a model goes with the outcome.
type TermFit struct {
	// Consistency of the term as a subset of the outcome, and its PRI, 0 to 1.
	Consistency float64 `json:"inclS"`
	PRI         float64 `json:"pri"`
	// RawCoverage is the share of the outcome the term accounts for.
	RawCoverage float64 `json:"covS"`
	// UniqueCoverage is the coverage its model would lose without it.
	UniqueCoverage float64 `json:"covU"`
	// Cases have a membership above 0.5 in the term, in the data's order.
	Cases []string `json:"cases"`
}

// ModelFit is the fit of a model: a case's membership in it is its highest in any term.
type ModelFit struct {
	Consistency float64 `json:"inclS"`
	PRI         float64 `json:"pri"`
	Coverage    float64 `json:"covS"`
}

// Model is a set of prime implicants that together cover every positive row.
type Model struct {
	// Terms are positions in the solution's PrimeImplicants, rising.
	Terms []int `json:"terms"`
	// Expr writes the model as "A*~B + C".
	Expr string `json:"expr"`
	Fit  struct {
		Terms    []TermFit `json:"terms"`
		Solution ModelFit  `json:"solution"`
	} `json:"fit"`
	// Assumptions are the simplifying assumptions: the Numbers of the remainders that the model covers. For these it
	// claims the outcome without having seen a case, or enough cases. The first 10,000 are listed, and
	// fewer of the later of very many models.
	// In JSON they stand in the solution's SimplifyingAssumptions.
	Assumptions []uint64 `json:"-"`
	// AssumptionCount counts them all.
	AssumptionCount uint64 `json:"assumptionCount"`
}

// Solution is a minimised truth table.
type Solution struct {
	Kind    Kind   `json:"type"`
	Outcome string `json:"outcome"`
	// Negated says that the outcome is the absence of something.
	Negated bool `json:"negated"`
	// PrimeImplicants are all that cover at least one positive row. They and the models are ordered condition by
	// condition: present before absent before not mentioned.
	PrimeImplicants []Implicant `json:"primeImplicants"`
	// Essential are the positions of the implicants that are in every model; when the models could not all be found, of
	// those that alone cover some row.
	Essential []int `json:"essential"`
	// ModelCount counts the models there are; when Exact is false there are at least so many, and perhaps more.
	ModelCount *big.Int `json:"modelCount"`
	Exact      bool     `json:"modelsExact"`
	// Size is the number of terms of the smallest models; Bound is a number of terms below which there provably is none.
	Size  int `json:"size"`
	Bound int `json:"bound"`
	// Models are the models, ordered by their terms; the first of them when there are more than asked for. More than one
	// means that the data do not choose between them: report them all.
	Models []Model `json:"models"`
	// SimplifyingAssumptions are the Assumptions of each model, under the names M1, M2 and so on.
	SimplifyingAssumptions map[string][]uint64 `json:"simplifyingAssumptions"`
	// From names the conservative and the parsimonious model from which an intermediate solution was made, from 1.
	From *Pair `json:"from,omitempty"`
	// Easy and Difficult are, of the assumptions of that parsimonious model, the Numbers of those that agree with the
	// expectations and of those that do not.
	Easy      []uint64 `json:"easy"`
	Difficult []uint64 `json:"difficult"`
}

// Pair is a conservative and a parsimonious model, by their place in their solutions, from 1.
type Pair struct {
	Conservative int `json:"conservative"`
	Parsimonious int `json:"parsimonious"`
}

// Minimize finds the prime implicants and the models of a truth table. There is one solution, but an intermediate one for
// each pair of a conservative and a parsimonious model.
//
// The prime implicants are those of Quine (1952, 1955) and McCluskey (1956), found as minimal transversals (see primes).
// What they must not cover is, for the conservative solution, all but the positive rows; for the parsimonious one the
// negative and contradictory rows. The models are all smallest covers of the positive rows, found and counted by exact
// search, or all irredundant ones.
//
// An error says when there is nothing to minimise, or when there are too many prime implicants. When only the search for
// models has to end early, the solution says so: Exact is false.
func (t Table) Minimize(ctx context.Context, o Options) ([]Solution, error) {
	if o.Solution == "" {
		o.Solution = Conservative
	}
	m, err := t.minimizer(ctx, o)
	if err != nil {
		return nil, err
	}
	if o.Solution == Intermediate {
		return m.intermediate()
	}
	s, err := m.solve(o.Solution, m.avoid(o.Solution))
	if err != nil {
		return nil, err
	}
	return []Solution{s}, nil
}

// minimizer is a truth table on its way to solutions.
type minimizer struct {
	ctx      context.Context
	t        Table
	o        Options
	positive []cube
	against  []cube // negative and contradictory rows, and what is excluded
	assume   []cube // Options.Assume
	xs       map[string][]float64
	listed   int  // assumptions listed so far
	lean     bool // only the terms of models are wanted, neither fit nor assumptions
}

// unsolved is why a sound truth table has no solution under its cut-offs, as opposed to a fault in what was asked.
type unsolved struct{ error }

func (t Table) minimizer(ctx context.Context, o Options) (*minimizer, error) {
	if len(t.data.Cases) == 0 {
		return nil, fmt.Errorf("the truth table holds no case data: make it again with NewTable before minimising")
	}
	if o.Models == "" {
		o.Models = Minimal
	}
	if o.MaxModels == 0 {
		o.MaxModels = DefaultModels
	}
	if o.Work == 0 {
		o.Work = DefaultWork
	}
	var bad problems
	switch o.Solution {
	case Conservative, Parsimonious, Intermediate:
	default:
		bad.add("there is no solution of the kind %q: choose %q, %q or %q", o.Solution, Conservative, Parsimonious, Intermediate)
	}
	switch o.Models {
	case Minimal, Irredundant, First:
	default:
		bad.add("there are no models of the kind %q: choose %q, %q or %q", o.Models, Minimal, Irredundant, First)
	}
	if o.MaxModels < 1 || o.MaxModels > mostModels {
		bad.add("the number of models to list is %d: list from 1 to %d; all are counted", o.MaxModels, mostModels)
	}
	if o.Solution == Intermediate {
		if len(o.Expect) != 0 && len(o.Expect) != len(t.Conditions) {
			bad.add("there are expectations for %d conditions, but the table has %d: give one for each", len(o.Expect), len(t.Conditions))
		}
		for j, levels := range o.Expect {
			for _, v := range levels {
				if j < len(t.Levels) && (v < 0 || v >= t.Levels[j]) {
					bad.add("the expectation for %q names the level %d; it has the levels 0 to %d", t.Conditions[j], v, t.Levels[j]-1)
				}
			}
		}
		for _, c := range o.Together {
			for j, v := range c {
				if len(c) != len(t.Conditions) || v >= t.Levels[j] {
					bad.add("a conjunctural expectation does not fit the conditions of the table")
					break
				}
			}
		}
	}
	m := &minimizer{ctx: ctx, t: t, o: o, positive: t.find(Positive), xs: map[string][]float64{}}
	m.against = t.find(Negative)
	if !o.Contradictions {
		m.against = append(m.against, t.find(Contradictory)...)
	}
	assume, err := Data{Conditions: t.Conditions, Levels: t.Levels}.cubes(o.Assume)
	if err != nil {
		bad.add("what may be assumed: %v", err)
	}
	m.assume = assume
	excluded := map[string]bool{}
	for _, n := range o.Exclude {
		c, ok := t.configuration(n)
		if !ok {
			bad.add("there is no row %d to exclude: the rows are numbered from 1 to %d", n, t.Possible)
			continue
		}
		excluded[c.key()] = true
		if !slices.ContainsFunc(m.against, func(a cube) bool { return slices.Equal(a, c) }) {
			m.against = append(m.against, c)
		}
	}
	if err := bad.err(); err != nil {
		return nil, err
	}
	// A positive row that may not be claimed is claimed no more.
	m.positive = slices.DeleteFunc(m.positive, func(c cube) bool { return excluded[c.key()] })
	if len(m.positive) == 0 {
		return nil, unsolved{fmt.Errorf("no row of the truth table for %q is coded positive, so there is nothing to minimise: look at the cut-offs (frequency %d, consistency %v, PRI %v) and at the rows just below them",
			t.Outcome, t.Cutoffs.Frequency, t.Cutoffs.Consistency, t.Cutoffs.PRI)}
	}
	return m, nil
}

// avoid gives the cubes that no implicant may meet.
func (m *minimizer) avoid(k Kind) []cube {
	if k == Conservative {
		return complement(m.allowed(), m.t.Levels)
	}
	if m.o.Assume == nil {
		return m.against
	}
	return append(complement(append(m.allowed(), m.assume...), m.t.Levels), m.against...)
}

// allowed is what a conservative solution may cover.
func (m *minimizer) allowed() []cube {
	out := slices.Clone(m.positive)
	if m.o.Contradictions {
		for _, c := range m.t.find(Contradictory) {
			if !slices.ContainsFunc(m.against, func(a cube) bool { return slices.Equal(a, c) }) {
				out = append(out, c)
			}
		}
	}
	return out
}

// solve finds implicants and models of the positive rows, given what to avoid.
func (m *minimizer) solve(k Kind, avoid []cube) (Solution, error) {
	t := m.t
	if len(avoid) == 0 {
		if k == Conservative {
			return Solution{}, unsolved{fmt.Errorf("every possible configuration is coded positive for %q, so no condition makes a difference: look at the cut-offs, or at whether the outcome varies", t.Outcome)}
		}
		return Solution{}, unsolved{fmt.Errorf("no row of the truth table for %q is coded negative, so with every remainder allowed no condition would be left: use the conservative solution, or add cases without the outcome", t.Outcome)}
	}
	cubes, err := primes(m.ctx, m.positive, avoid, maxImplicants)
	if errors.Is(err, errTooMany) {
		return Solution{}, unsolved{fmt.Errorf("minimise %q (%s): there are more than %d prime implicants, more than can be compared: use fewer conditions, or the conservative solution", t.Outcome, k, maxImplicants)}
	}
	if err != nil {
		return Solution{}, fmt.Errorf("minimise %q (%s): %w", t.Outcome, k, err)
	}
	s := Solution{Kind: k, Outcome: t.Outcome, Negated: strings.HasPrefix(t.Outcome, "~"), Easy: []uint64{}, Difficult: []uint64{}, Models: []Model{}, SimplifyingAssumptions: map[string][]uint64{}}
	c := chart{rows: len(m.positive)}
	numbers := make([]uint64, len(m.positive))
	for i, p := range m.positive {
		numbers[i] = t.number(p)
	}
	for _, p := range cubes {
		im := Implicant{Values: make([]int, len(p)), Expr: t.expression(p)}
		for j, v := range p {
			im.Values[j] = int(v)
		}
		rows := newBitset(len(m.positive))
		for i, q := range m.positive {
			if p.has(q) {
				rows.add(i)
				im.Rows = append(im.Rows, numbers[i])
			}
		}
		c.columns = append(c.columns, rows)
		s.PrimeImplicants = append(s.PrimeImplicants, im)
	}
	work := m.o.Work
	var found covers
	if m.o.Models == Irredundant {
		found, err = c.irredundant(m.ctx, m.o.MaxModels, &work)
	} else {
		most := m.o.MaxModels
		if m.o.Models == First {
			most = 1
		}
		found, err = c.smallest(m.ctx, m.o.Models == First, most, &work)
	}
	if err != nil {
		return Solution{}, fmt.Errorf("minimise %q (%s): %w", t.Outcome, k, err)
	}
	s.ModelCount, s.Exact, s.Size, s.Bound = found.count, found.exact, found.size, found.bound
	s.Essential = found.always
	if s.Essential == nil {
		s.Essential = []int{}
	}
	s.Models = slices.Grow(s.Models, len(found.models))
	for _, terms := range found.models {
		if m.lean {
			s.Models = append(s.Models, Model{Terms: terms})
			continue
		}
		model := m.model(terms, cubes)
		if k != Conservative {
			m.assumptions(&model, terms, cubes)
		}
		s.SimplifyingAssumptions[fmt.Sprintf("M%d", len(s.Models)+1)] = model.Assumptions
		s.Models = append(s.Models, model)
	}
	return s, nil
}

// model computes the fit of the chosen implicants.
func (m *minimizer) model(chosen []int, cubes []cube) Model {
	d := m.t.data
	y := d.Outcome
	// Per case the highest membership, whose it is, and the next highest, which is what remains when that term is taken
	// away.
	first, next, whose := make([]float64, len(y)), make([]float64, len(y)), make([]int, len(y))
	xs := make([][]float64, len(chosen))
	var parts []string
	for n, i := range chosen {
		key := cubes[i].key()
		if m.xs[key] == nil {
			m.xs[key] = d.membership(cubes[i])
		}
		xs[n] = m.xs[key]
		parts = append(parts, m.t.expression(cubes[i]))
		for c, x := range xs[n] {
			if x > first[c] {
				first[c], next[c], whose[c] = x, first[c], n
			} else {
				next[c] = max(next[c], x)
			}
		}
	}
	whole := measure(first, y)
	out := Model{Terms: slices.Clone(chosen), Expr: strings.Join(parts, " + "), Assumptions: []uint64{}}
	out.Fit.Solution = ModelFit{whole.consistency, whole.pri, whole.coverage}
	for n := range chosen {
		without := slices.Clone(first)
		for c := range without {
			if whose[c] == n {
				without[c] = next[c]
			}
		}
		f := measure(xs[n], y)
		term := TermFit{Consistency: f.consistency, PRI: f.pri, RawCoverage: f.coverage,
			UniqueCoverage: whole.coverage - measure(without, y).coverage, Cases: []string{}}
		for c, x := range xs[n] {
			if x > 0.5 {
				term.Cases = append(term.Cases, d.Cases[c])
			}
		}
		out.Fit.Terms = append(out.Fit.Terms, term)
	}
	return out
}

// assumptions lists what a model covers beyond the positive rows, which can only be remainders.
func (m *minimizer) assumptions(model *Model, chosen []int, cubes []cube) {
	terms := make([]cube, len(chosen))
	for n, i := range chosen {
		terms[n] = cubes[i]
	}
	model.AssumptionCount = new(big.Int).Sub(size(terms, m.t.Levels), big.NewInt(int64(len(m.positive)))).Uint64()
	if room := min(maxAssumptions, maxListed-m.listed); room > 0 {
		model.Assumptions = m.remaindersIn(terms, room)
		m.listed += len(model.Assumptions)
	}
}

// remaindersIn lists the Numbers of the configurations in the cubes that are no positive rows, the first most of them.
func (m *minimizer) remaindersIn(terms []cube, most int) []uint64 {
	isPositive := map[uint64]bool{}
	for _, p := range m.positive {
		isPositive[m.t.number(p)] = true
	}
	out := []uint64{}
	each(terms, m.t.Levels, func(c cube) bool {
		if n := m.t.number(c); !isPositive[n] {
			out = append(out, n)
		}
		return len(out) < most
	})
	return out
}

// intermediate makes a solution for each pair of a conservative and a parsimonious model.
//
// For a term c of the one that lies within a term p of the other, a remainder within p is an easy counterfactual when it
// differs from c only in conditions that p does not mention and in which c has a level that is not expected to help:
// where the outcome came about in spite of it, it comes about without it. The positive rows are then minimised with these remainders, and no others, allowed (Ragin and Sonnett 2005; Ragin 2008,
// ch. 9).
func (m *minimizer) intermediate() ([]Solution, error) {
	con, err := m.solve(Conservative, m.avoid(Conservative))
	if err != nil {
		return nil, err
	}
	par, err := m.solve(Parsimonious, m.avoid(Parsimonious))
	if err != nil {
		return nil, err
	}
	if n := len(con.Models) * len(par.Models); n > maxPairs {
		return nil, unsolved{fmt.Errorf("minimise %q: there are %d conservative and %d parsimonious models, so %d intermediate solutions, more than %d: with so many the data decide nothing; use fewer conditions", m.t.Outcome, len(con.Models), len(par.Models), n, maxPairs)}
	}
	var out []Solution
	for i, c := range con.Models {
		for j, p := range par.Models {
			easy := m.easy(con, c, par, p)
			s, err := m.solve(Intermediate, complement(append(m.allowed(), easy...), m.t.Levels))
			if err != nil {
				return nil, err
			}
			s.From = &Pair{i + 1, j + 1}
			if m.lean {
				out = append(out, s)
				continue
			}
			isEasy := map[uint64]bool{}
			s.Easy = m.remaindersIn(easy, maxAssumptions)
			for _, n := range s.Easy {
				isEasy[n] = true
			}
			for _, n := range p.Assumptions {
				if !isEasy[n] {
					s.Difficult = append(s.Difficult, n)
				}
			}
			out = append(out, s)
		}
	}
	return out, nil
}

// easy gives the cubes of the easy counterfactuals of a pair of models.
func (m *minimizer) easy(con Solution, c Model, par Solution, p Model) []cube {
	var out []cube
	for _, ci := range c.Terms {
		ct := con.PrimeImplicants[ci].Values
		for _, pi := range p.Terms {
			pt := par.PrimeImplicants[pi].Values
			inside := true
			for j, v := range pt {
				inside = inside && (v == absent || v == ct[j])
			}
			if !inside {
				continue
			}
			// Per condition the levels that an easy counterfactual may have.
			may := make([][]int, len(ct))
			for j, v := range ct {
				switch {
				case pt[j] != absent:
					may[j] = []int{pt[j]}
				case v == absent:
					may[j] = nil // any
				case j < len(m.o.Expect) && len(m.o.Expect[j]) > 0 && !slices.Contains(m.o.Expect[j], v):
					may[j] = nil // what is not expected to help is not needed
				default:
					may[j] = []int{v}
				}
			}
			out = append(out, m.spread(may)...)
			for _, together := range m.o.Together {
				both, possible := slices.Clone(may), true
				for j, e := range together {
					switch {
					case e == absent:
					case pt[j] == absent: // whatever c says of it: the conjunction helps only as a whole
						both[j] = []int{e}
					default:
						possible = possible && pt[j] == e
					}
				}
				if possible {
					out = append(out, m.spread(both)...)
				}
			}
		}
	}
	return out
}

// spread gives the cubes of all combinations of levels; nil stands for any level.
func (m *minimizer) spread(may [][]int) []cube {
	out := []cube{whole(len(may))}
	for j, levels := range may {
		if levels == nil || len(levels) == m.t.Levels[j] {
			continue
		}
		var next []cube
		for _, c := range out {
			for _, v := range levels {
				d := c.clone()
				d[j] = int8(v)
				next = append(next, d)
			}
		}
		out = next
	}
	return out
}
