package qca

import (
	"cmp"
	"slices"
)

// Candidate is a case to look at closely after the comparison.
type Candidate struct {
	Case string `json:"case"`
	// Term is the term it stands for; none for cases outside the solution.
	Term string `json:"term,omitempty"`
	// Row is, for cases outside the solution, the configuration it belongs to.
	Row []int `json:"row,omitempty"`
	// Membership is its membership in the term or in the row, Outcome that in the outcome.
	Membership float64 `json:"membership"`
	Outcome    float64 `json:"outcome"`
	// Unique says that it is in no other term.
	Unique bool `json:"unique,omitempty"`
	// Consistent says, of cases that deviate in coverage, that the row's membership does not exceed the outcome's.
	Consistent bool `json:"consistent,omitempty"`
	// Distance says how far it is from the ideal case, the smaller the better; see CaseChoice.
	Distance float64 `json:"distance"`
	// Best marks the nearest for each term or row; with equal distances there are several.
	Best bool `json:"best,omitempty"`
}

// CaseChoice lists cases for within-case study by what they can teach, in the principles of Schneider and Rohlfing (2013,
// Sociological Methods & Research 42:559-597) and Oana and Schneider (2018, R Journal 10:507-533). With x the membership
// in a term, r that in the case's own configuration and y the outcome:
//
//   - Typical: x > 0.5 and x <= y, to find the mechanism; distance 2(y-x) + (1-x).
//   - DeviantConsistency: x > 0.5 and y < 0.5, to find what is missing from the term; distance (1-(x-y)) + (1-x).
//   - DeviantCoverage: y > 0.5 and in no term, to find a missing term; distance 1-r, in its configuration.
//   - Irrelevant: y < 0.5 and in no term, useful only beside another case of the same configuration.
//
// They are in the order of terms or of configurations; then uniquely covered (consistent) ones first; then by distance.
type CaseChoice struct {
	Typical            []Candidate `json:"typical"`
	DeviantConsistency []Candidate `json:"deviant_consistency"`
	DeviantCoverage    []Candidate `json:"deviant_coverage"`
	Irrelevant         []Candidate `json:"irrelevant"`
}

// ChooseCases sorts the cases by what a closer look at them can teach about a solution. Cases at exactly 0.5 in a
// condition belong to no configuration; where they are in no term either they are left out, like those at 0.5 in the
// outcome.
func (d Data) ChooseCases(solution Expression) (CaseChoice, error) {
	if err := d.Valid(); err != nil {
		return CaseChoice{}, err
	}
	cubes, err := d.cubes(solution)
	if err != nil {
		return CaseChoice{}, err
	}
	d = d.clone()
	out := CaseChoice{[]Candidate{}, []Candidate{}, []Candidate{}, []Candidate{}}
	var xs [][]float64
	for _, c := range cubes {
		xs = append(xs, d.membership(c))
	}
	sol := d.union(cubes)
	for k, c := range cubes {
		name := d.write([]cube{c})
		var typical, deviant []Candidate
		for i, x := range xs[k] {
			y := d.Outcome[i]
			one := Candidate{Case: d.Cases[i], Term: name, Membership: x, Outcome: y, Unique: true}
			for o := range xs {
				one.Unique = one.Unique && (o == k || xs[o][i] <= 0.5)
			}
			switch {
			case x > 0.5 && y > 0.5 && x <= y+tolerance:
				one.Distance = 2*(y-x) + 1 - x
				typical = append(typical, one)
			case x > 0.5 && y < 0.5:
				one.Distance = 1 - (x - y) + 1 - x
				deviant = append(deviant, one)
			}
		}
		out.Typical = append(out.Typical, nearest(typical, true)...)
		out.DeviantConsistency = append(out.DeviantConsistency, nearest(deviant, false)...)
	}
	type place struct {
		at               []int
		coverage, beside []Candidate
	}
	places := map[string]*place{}
	for i, row := range d.Values {
		y := d.Outcome[i]
		if sol[i] >= 0.5 || y == 0.5 {
			continue
		}
		c := make(cube, len(row))
		undecided := false
		for j, x := range row {
			switch {
			case d.Levels[j] > 2:
				c[j] = int8(x)
			case x > 0.5:
				c[j] = 1
			default:
				undecided = undecided || x == 0.5
			}
		}
		if undecided {
			continue
		}
		p := places[c.key()]
		if p == nil {
			p = &place{}
			for _, v := range c {
				p.at = append(p.at, int(v))
			}
			places[c.key()] = p
		}
		one := Data{Cases: d.Cases[i : i+1], Levels: d.Levels, Values: d.Values[i : i+1]}
		r := one.membership(c)[0]
		cand := Candidate{Case: d.Cases[i], Row: p.at, Membership: r, Outcome: y, Consistent: r <= y+tolerance, Distance: 1 - r}
		if y > 0.5 {
			p.coverage = append(p.coverage, cand)
		} else {
			p.beside = append(p.beside, cand)
		}
	}
	var order []*place
	for _, p := range places {
		order = append(order, p)
	}
	slices.SortFunc(order, func(a, b *place) int { return slices.Compare(a.at, b.at) })
	for _, p := range order {
		out.DeviantCoverage = append(out.DeviantCoverage, nearest(p.coverage, true)...)
		out.Irrelevant = append(out.Irrelevant, nearest(p.beside, false)...)
	}
	return out, nil
}

// nearest puts candidates in order and marks the best; with preferred, unique and consistent ones go first.
func nearest(list []Candidate, preferred bool) []Candidate {
	rank := func(c Candidate) int {
		if preferred && !c.Unique && !c.Consistent {
			return 1
		}
		return 0
	}
	slices.SortStableFunc(list, func(a, b Candidate) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.Distance, b.Distance))
	})
	least := 0.0
	for i, c := range list {
		if i == 0 || c.Distance < least {
			least = c.Distance
		}
	}
	for i := range list {
		list[i].Best = list[i].Distance <= least+tolerance
	}
	return list
}
