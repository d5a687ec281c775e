package qca

import (
	"context"
	"fmt"
	"slices"
)

// SetFit is a set of cases given by an expression, with its fit as a sufficient condition.
type SetFit struct {
	Name string `json:"name"`
	// Expr is the expression; it is short when that was quick to find, and may hold terms that could be joined otherwise.
	Expr string `json:"expr"`
	ModelFit
}

// Evaluation is what a theory and a solution say together.
type Evaluation struct {
	// Sets are the solution, the theory, and their four intersections: theory*solution, ~theory*solution,
	// theory*~solution and ~theory*~solution.
	Sets []SetFit `json:"sets"`
	// Groups are the cases of the intersections, each with the outcome and then without it, in the names of Schneider and
	// Wagemann.
	Groups []CaseGroup `json:"groups"`
	// Undecided are cases at exactly 0.5 in the outcome or in an intersection, and so in none of the groups.
	Undecided []string `json:"undecided"`
}

// Evaluate compares a theory with a solution (Ragin 1987, ch. 7; Schneider and Wagemann 2012, ch. 11.3). The
// intersection of both is where the theory is supported; cases with the outcome in the solution but not in the theory say
// how it could be widened, those in the theory but not in the solution how it could be narrowed. Most likely cases are
// those in the theory, least likely those that are not.
//
// Memberships are computed from those in the theory and the solution, as minimum and 1 minus membership, and not from the
// shortened expressions of the intersections: with fuzzy sets, where a case can be a little in A and in ~A, dropping A*~A
// from an expression would change them.
func (d Data) Evaluate(ctx context.Context, theory, solution Expression) (Evaluation, error) {
	if err := d.Valid(); err != nil {
		return Evaluation{}, err
	}
	d = d.clone()
	th, err := d.cubes(theory)
	if err != nil {
		return Evaluation{}, fmt.Errorf("the theory: %w", err)
	}
	so, err := d.cubes(solution)
	if err != nil {
		return Evaluation{}, fmt.Errorf("the solution: %w", err)
	}
	t, s := d.union(th), d.union(so)
	notT, notS := without(t), without(s)
	noTheory, noSolution := complement(th, d.Levels), complement(so, d.Levels)
	var out Evaluation
	for _, set := range []struct {
		name  string
		x     []float64
		cubes []cube
	}{
		{"solution", s, so},
		{"theory", t, th},
		{"theory*solution", meet(t, s), intersect(th, so)},
		{"~theory*solution", meet(notT, s), intersect(noTheory, so)},
		{"theory*~solution", meet(t, notS), intersect(th, noSolution)},
		{"~theory*~solution", meet(notT, notS), intersect(noTheory, noSolution)},
	} {
		short, err := shorten(ctx, set.cubes, d.Levels)
		if err != nil {
			return Evaluation{}, err
		}
		f := measure(set.x, d.Outcome)
		out.Sets = append(out.Sets, SetFit{set.name, d.write(short), ModelFit{f.consistency, f.pri, f.coverage}})
	}
	out.Groups, out.Undecided = d.groups([]section{
		{"covered most likely", "inconsistent most likely", "theory*solution", meet(t, s)},
		{"covered least likely", "inconsistent least likely", "~theory*solution", meet(notT, s)},
		{"uncovered most likely", "consistent most likely", "theory*~solution", meet(t, notS)},
		{"uncovered least likely", "consistent least likely", "~theory*~solution", meet(notT, notS)},
	})
	return out, nil
}

// Words says in plain sentences what the evaluation means for the theory.
func (e Evaluation) Words() []string {
	what := map[string]string{
		"covered most likely":       "expected by the theory and found by the solution",
		"covered least likely":      "found by the solution though not expected by the theory, which could be widened",
		"uncovered most likely":     "expected by the theory but not found by the solution: a condition or path may be missing",
		"uncovered least likely":    "with the outcome, which neither theory nor solution explains",
		"inconsistent most likely":  "without the outcome although theory and solution expect it: the strongest challenge to both",
		"inconsistent least likely": "without the outcome, as the theory says, although the solution expects it",
		"consistent most likely":    "without the outcome, as the solution says, although the theory expects it: the theory could be narrowed",
		"consistent least likely":   "without the outcome, as both say",
	}
	out := []string{}
	for _, g := range e.Groups {
		if n := len(g.Cases); n > 0 {
			out = append(out, fmt.Sprintf("%s %s", plural(n, "one case is", "%d cases are"), what[g.Name]))
		}
	}
	return out
}

// intersect gives the cubes of what is in both, without those that lie within another.
func intersect(a, b []cube) []cube {
	var out []cube
	for _, c := range a {
		for _, d := range b {
			if !c.meets(d) {
				continue
			}
			both := c.clone()
			for j, v := range d {
				if v != absent {
					both[j] = v
				}
			}
			out = append(out, both)
		}
	}
	return absorbed(out)
}

func absorbed(cubes []cube) []cube {
	slices.SortFunc(cubes, cube.order)
	cubes = slices.CompactFunc(cubes, func(a, b cube) bool { return slices.Equal(a, b) })
	var out []cube
	for i, c := range cubes {
		inside := false
		for j, o := range cubes {
			inside = inside || i != j && o.has(c)
		}
		if !inside {
			out = append(out, c)
		}
	}
	return out
}

// mostShortened bounds the configurations for which the shortest expression is looked for.
const mostShortened = 4096

// shorten gives a smallest set of prime implicants for what the cubes hold, when there are few configurations.
func shorten(ctx context.Context, cubes []cube, levels []int) ([]cube, error) {
	if n := product(levels); !n.IsInt64() || n.Int64() > mostShortened {
		return absorbed(slices.Clone(cubes)), nil
	}
	outside := complement(cubes, levels)
	if len(cubes) == 0 || len(outside) == 0 {
		if len(outside) == 0 {
			return []cube{whole(len(levels))}, nil
		}
		return nil, nil
	}
	var inside []cube
	each(cubes, levels, func(c cube) bool {
		inside = append(inside, c)
		return true
	})
	found, err := primes(ctx, inside, outside, maxImplicants)
	if err != nil {
		return nil, err
	}
	c := chart{rows: len(inside)}
	for _, p := range found {
		rows := newBitset(len(inside))
		for i, q := range inside {
			if p.has(q) {
				rows.add(i)
			}
		}
		c.columns = append(c.columns, rows)
	}
	work := 20_000_000
	best, err := c.smallest(ctx, true, 1, &work)
	if err != nil {
		return nil, err
	}
	var out []cube
	for _, i := range best.models[0] {
		out = append(out, found[i])
	}
	return out, nil
}

// Untenable gives the Numbers of the remainders that no assumption should be made about: those within one of the
// impossible conjunctions, such as pregnant men, and those that a necessity claim rules out, because what is necessary for
// the outcome is absent from them. A claim is a condition or a disjunction: when EMP + MA is necessary, remainders with
// ~EMP*~MA are untenable. Pass them as Options.Exclude; with ContradictoryAssumptions this is the Enhanced Standard
// Analysis (Schneider and Wagemann 2012, ch. 8).
//
// Rows with enough cases are left alone, whatever they say: what was observed is not impossible.
func (t Table) Untenable(necessary []Expression, impossible Expression) ([]uint64, error) {
	d := Data{Conditions: t.Conditions, Levels: t.Levels}
	out, err := d.cubes(impossible)
	if err != nil {
		return nil, fmt.Errorf("the impossible conjunctions: %w", err)
	}
	for n, e := range necessary {
		cubes, err := d.cubes(e)
		if err != nil {
			return nil, fmt.Errorf("necessity claim %d: %w", n+1, err)
		}
		if len(cubes) == 0 {
			return nil, fmt.Errorf("necessity claim %d has no terms: nothing cannot be necessary", n+1)
		}
		out = append(out, complement(cubes, t.Levels)...)
	}
	if n := size(out, t.Levels); !n.IsInt64() || n.Int64() > maxUntenable {
		return nil, fmt.Errorf("%v configurations are untenable, and at most %d can be excluded one by one: use fewer conditions", n, maxUntenable)
	}
	observed := map[uint64]bool{}
	for _, r := range t.Rows {
		if r.Output != Remainder {
			observed[r.Number] = true
		}
	}
	numbers := []uint64{}
	each(out, t.Levels, func(c cube) bool {
		if n := t.number(c); !observed[n] {
			numbers = append(numbers, n)
		}
		return true
	})
	return numbers, nil
}

// maxUntenable bounds the list of rows to exclude.
const maxUntenable = 1 << 20
