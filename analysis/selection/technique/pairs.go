package technique

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// Distance says how unlike two cases are in the controls.
type Distance string

const (
	// Standardised is Euclidean, each control in standard deviations.
	Standardised Distance = "standardised"
	// Mahalanobis also discounts what controls have in common:
	// sqrt((zi-zj)' S^-1 (zi-zj)), with S their covariance in the sample
	// (Mahalanobis 1936). When S is singular the controls are standardised and
	// its pseudo-inverse taken, and a note says so.
	Mahalanobis Distance = "mahalanobis"
	// Exact is the number of controls that differ.
	Exact Distance = "exact"
)

// Matching says which pairs are looked for.
type Matching struct {
	// Distance of the controls; empty for Standardised.
	Distance Distance
	// OnOutcome looks for similar pairs that differ in the outcome, where the
	// cause is sought; otherwise they differ in the condition, whose effect is
	// sought. It does not matter to different pairs.
	OnOutcome bool
	// Apart is how far two values must lie from each other to be different, and
	// Close how near to be the same, in standard deviations: 0 for 1 and for
	// 0.25. A variable of two values is different when they are, and the same
	// otherwise.
	Apart, Close float64
	// N is how many pairs are wanted: 0 for 10. All that tie with the last of
	// them are given too, though no more than MostTied.
	N int
}

// MostTied is how many pairs are listed beyond those asked for because they tie
// with the last.
const MostTied = 1000

// Pair of cases.
type Pair struct {
	A string `json:"a"`
	B string `json:"b"`
	// Rank is 1 for the best; pairs that tie share one.
	Rank int `json:"rank"`
	// Distance in the controls.
	Distance float64 `json:"distance"`
	// Outcomes and Conditions of A and of B; Conditions are absent without one.
	Outcomes   []float64 `json:"outcomes,omitempty"`
	Conditions []float64 `json:"conditions,omitempty"`
}

// Pairs are the best of those that qualify.
type Pairs struct {
	Pairs []Pair `json:"pairs"`
	// Qualify is how many pairs are different and the same where they should be.
	Qualify int `json:"qualify"`
	// Unlisted is how many more tie with the last of the pairs.
	Unlisted int       `json:"unlisted"`
	LeftOut  []LeftOut `json:"leftOut"`
	Notes    []string  `json:"notes"`
}

// MostSimilar finds pairs that differ in the condition (or the outcome) and are
// as like each other as possible in the controls; A has the higher value. The
// other of condition and outcome is not looked at, and its absence from the
// table does no harm (Seawright and Gerring 2008). It is an error when nothing
// varies, when there are no controls, and when no pair is different.
func (t Table) MostSimilar(m Matching) (Pairs, error) {
	v, other := t.Condition, t.Outcome
	if m.OnOutcome {
		v, other = other, v
	}
	if v.Name == "" {
		return Pairs{}, errors.New("similar pairs differ in the condition, or in the outcome: say in which")
	}
	p, err := t.match(m, []Variable{v}, other, false)
	if err == nil && p.Qualify == 0 {
		err = fmt.Errorf("no two cases are different in %s: let less count as different", v.Name)
	}
	return p, err
}

// MostDifferent finds pairs that are the same in the outcome, and in the
// condition if there is one, and as unlike each other as possible in the
// controls (Seawright and Gerring 2008). Errors are as for MostSimilar.
func (t Table) MostDifferent(m Matching) (Pairs, error) {
	if t.Outcome.Name == "" {
		return Pairs{}, errors.New("different pairs are the same in the outcome: say which it is")
	}
	on := []Variable{t.Outcome}
	if t.Condition.Name != "" {
		on = append(on, t.Condition)
	}
	p, err := t.match(m, on, Variable{}, true)
	if err == nil && p.Qualify == 0 {
		err = errors.New("no two cases are the same in outcome and condition: let more count as the same")
	}
	return p, err
}

// match finds pairs that are the same in all the variables, or different.
func (t Table) match(m Matching, on []Variable, beside Variable, alike bool) (Pairs, error) {
	out := Pairs{Pairs: []Pair{}, Notes: []string{}}
	if len(t.Controls) == 0 {
		return out, errors.New("pairs are compared by controls: say which")
	}
	if m.Apart < 0 || m.Close < 0 || math.IsNaN(m.Apart+m.Close) || m.N < 0 {
		return out, errors.New("neither how far apart, nor how close, nor how many can be below 0")
	}
	m.Apart, m.Close, m.N = cmp.Or(m.Apart, 1), cmp.Or(m.Close, 0.25), cmp.Or(m.N, 10)
	variables := slices.Concat(on, t.Controls)
	all := variables
	if beside.Name != "" {
		all = append(slices.Clone(variables), beside)
	}
	if err := check(t.Cases, all); err != nil {
		return out, err
	}
	rows, left := complete(t.Cases, variables)
	out.LeftOut = left
	if len(rows) < 3 {
		return out, fmt.Errorf("%d cases have a value of every variable, and three are needed to tell near from far (%s)", len(rows), told(left))
	}
	if err := varied(variables, rows); err != nil {
		return out, err
	}
	qualifies := make([]func(i, j int) bool, len(on))
	for k, v := range on {
		qualifies[k] = m.judge(v.at(rows), alike)
	}
	distance, notes, err := m.distance(t.Controls, rows)
	if err != nil {
		return out, err
	}
	out.Notes = append(out.Notes, notes...)
	type found struct {
		i, j int
		d    float64
	}
	each := func(do func(found)) {
		for i := range rows {
		next:
			for j := i + 1; j < len(rows); j++ {
				for _, q := range qualifies {
					if !q(i, j) {
						continue next
					}
				}
				do(found{i, j, distance(i, j)})
			}
		}
	}
	better := func(a, b float64) bool { return order(a, b, alike) < 0 }
	var best []float64 // of the pairs wanted, the best first
	most := 0.0
	each(func(f found) {
		out.Qualify++
		most = max(most, f.d)
		if len(best) < m.N || better(f.d, best[len(best)-1]) {
			at, _ := slices.BinarySearchFunc(best, f.d, func(a, b float64) int { return order(a, b, alike) })
			best = slices.Insert(best, at, f.d)
			best = best[:min(len(best), m.N)]
		}
	})
	if len(best) == 0 {
		return out, nil
	}
	last := best[len(best)-1]
	var list []found
	ties := 0
	each(func(f found) {
		switch {
		case same(f.d, last, most):
			if ties++; ties <= MostTied+m.N {
				list = append(list, f)
			}
		case better(f.d, last):
			list = append(list, f)
		}
	})
	slices.SortStableFunc(list, func(a, b found) int { return order(a.d, b.d, alike) })
	out.Unlisted = max(0, ties-MostTied-m.N)
	from := 0
	for k, f := range list {
		if !same(list[from].d, f.d, most) {
			from = k
		}
		a, b := rows[f.i], rows[f.j]
		if !alike && on[0].Values[a] < on[0].Values[b] {
			a, b = b, a
		}
		p := Pair{A: t.Cases[a], B: t.Cases[b], Rank: from + 1, Distance: f.d}
		if t.Outcome.Name != "" && !math.IsNaN(t.Outcome.Values[a]+t.Outcome.Values[b]) {
			p.Outcomes = []float64{t.Outcome.Values[a], t.Outcome.Values[b]}
		}
		if t.Condition.Name != "" && !math.IsNaN(t.Condition.Values[a]+t.Condition.Values[b]) {
			p.Conditions = []float64{t.Condition.Values[a], t.Condition.Values[b]}
		}
		out.Pairs = append(out.Pairs, p)
	}
	slices.SortFunc(out.Pairs, func(a, b Pair) int {
		return cmp.Or(cmp.Compare(a.Rank, b.Rank), cmp.Compare(a.A, b.A), cmp.Compare(a.B, b.B))
	})
	return out, nil
}

// judge tells of which cases the values are the same, or different.
func (m Matching) judge(x []float64, alike bool) func(i, j int) bool {
	two := slices.Clone(x)
	slices.Sort(two)
	if len(slices.Compact(two)) == 2 {
		return func(i, j int) bool { return (x[i] == x[j]) == alike }
	}
	_, sd := moments(x)
	if alike {
		return func(i, j int) bool { return math.Abs(x[i]-x[j]) <= m.Close*sd }
	}
	return func(i, j int) bool { return math.Abs(x[i]-x[j]) >= m.Apart*sd }
}

// distance gives the distance of two cases by their places in rows. The
// controls vary.
func (m Matching) distance(controls []Variable, rows []int) (func(i, j int) float64, []string, error) {
	k := len(controls)
	z := make([][]float64, len(rows)) // by case, so that what is compared lies together
	for i, r := range rows {
		for _, c := range controls {
			z[i] = append(z[i], c.Values[r])
		}
	}
	if m.Distance == Exact {
		return func(i, j int) float64 {
			d := 0.0
			for c := range k {
				if z[i][c] != z[j][c] {
					d++
				}
			}
			return d
		}, nil, nil
	}
	if m.Distance != "" && m.Distance != Standardised && m.Distance != Mahalanobis {
		return nil, nil, fmt.Errorf("the distance is %q; expected standardised, mahalanobis or exact", m.Distance)
	}
	for c, v := range controls {
		mean, sd := moments(v.at(rows))
		for i := range z {
			z[i][c] = (z[i][c] - mean) / sd
		}
	}
	var notes []string
	if m.Distance == Mahalanobis {
		var err error
		if z, notes, err = whiten(z); err != nil {
			return nil, nil, err
		}
	}
	return func(i, j int) float64 {
		d := 0.0
		for c := range z[i] {
			d += (z[i][c] - z[j][c]) * (z[i][c] - z[j][c])
		}
		return math.Sqrt(d)
	}, notes, nil
}

// whiten turns standardised values so that Euclidean distance is that of
// Mahalanobis: Z = U S V' has the covariance V S^2 V' / (n-1), and the rows of U
// sqrt(n-1) have the unit one. Directions in which nothing varies are dropped,
// which is the pseudo-inverse.
func whiten(z [][]float64) ([][]float64, []string, error) {
	n, k := len(z), len(z[0])
	all := mat.NewDense(n, k, nil)
	for i := range z {
		all.SetRow(i, z[i])
	}
	var svd mat.SVD
	if !svd.Factorize(all, mat.SVDThin) {
		return nil, nil, errors.New("the covariance of the controls cannot be worked out: the values are too far apart in size")
	}
	var u mat.Dense
	svd.UTo(&u)
	s := svd.Values(nil)
	kept := 0
	for kept < len(s) && s[kept] > collinear*s[0] {
		kept++
	}
	var notes []string
	if kept < k {
		notes = append(notes, fmt.Sprintf("the %d controls vary in %d directions only: their covariance is singular, and its pseudo-inverse was taken", k, kept))
	}
	out := make([][]float64, n)
	for i := range out {
		for c := range kept {
			out[i] = append(out[i], u.At(i, c)*math.Sqrt(float64(n-1)))
		}
	}
	return out, notes, nil
}
