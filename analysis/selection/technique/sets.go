package technique

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
)

// Term of a solution, such as A*~B.
type Term struct {
	Name string `json:"name"`
	// Conjuncts are its conditions, such as A and ~B.
	Conjuncts []string `json:"conjuncts"`
}

// Member is a case with its memberships, each from 0 to 1.
type Member struct {
	ID string `json:"id"`
	// Conjuncts are, for each term, the memberships in its conjuncts; the
	// membership in the term is the smallest of them.
	Conjuncts [][]float64 `json:"conjuncts"`
	Outcome   float64     `json:"outcome"`
	// Row names the row of the truth table to which the case belongs, InRow is
	// its membership in it. Row is empty when it belongs to none.
	Row   string  `json:"row"`
	InRow float64 `json:"inRow"`
}

// Solution is a sufficient solution with the cases that it is to be studied in.
type Solution struct {
	Terms []Term   `json:"terms"`
	Cases []Member `json:"cases"`
}

// SetCase is a case of a kind.
type SetCase struct {
	Case string `json:"case"`
	// Score is smallest for the case to study first; Best says that it is the
	// smallest of its list (of its group, where there are groups).
	Score float64 `json:"score"`
	Best  bool    `json:"best"`
	// Set and Outcome are its memberships in the term, the solution, the row or
	// the condition that the list is about, and in the outcome.
	Set     float64 `json:"set"`
	Outcome float64 `json:"outcome"`
	// Unique says of a typical case that no other term covers it.
	Unique bool `json:"unique,omitempty"`
	// Group is of use in lists by conjunct: 1 when membership in the focal
	// conjunct is below that in the others, so that it alone makes that in the
	// term, and otherwise 2.
	Group int `json:"group,omitempty"`
	// Within says of a case in a row of the truth table that its membership in
	// the row is not above that in the outcome.
	Within bool `json:"within,omitempty"`
}

// SetPair is a pair of cases of two kinds, or of two typical cases.
type SetPair struct {
	A     string  `json:"a"`
	B     string  `json:"b"`
	Score float64 `json:"score"`
	// Best says that the score is the smallest of its list, or of its group.
	Best bool `json:"best"`
	// Group orders pairs of a typical and an irrelevant case, 1 to 6; see
	// Sufficiency.
	Group int `json:"group,omitempty"`
}

// TermChoice are the choices that concern one term.
type TermChoice struct {
	Term    string    `json:"term"`
	Typical []SetCase `json:"typical"`
	// DeviantConsistency are in the term without the outcome.
	DeviantConsistency []SetCase `json:"deviantConsistency"`
	// InDegree have the term and the outcome, but more of the term: they
	// contradict it in degree, not in kind, and are nobody's choice.
	InDegree []string `json:"inDegree"`
	// TypicalDeviant pairs a typical case (A) with a deviant one (B).
	TypicalDeviant []SetPair        `json:"typicalDeviant"`
	Conjuncts      []ConjunctChoice `json:"conjuncts"`
}

// ConjunctChoice are the choices that concern one conjunct of a term, the focal one.
type ConjunctChoice struct {
	Conjunct string    `json:"conjunct"`
	Typical  []SetCase `json:"typical"`
	// TypicalIrrelevant pairs a typical case (A) with an irrelevant one without
	// the focal conjunct (B).
	TypicalIrrelevant []SetPair `json:"typicalIrrelevant"`
	// TypicalTypical pairs typical cases, each two in both orders: the score is
	// smaller where A has more of the focal conjunct and of the outcome.
	TypicalTypical []SetPair `json:"typicalTypical"`
}

// RowChoice are the choices that concern one row of the truth table.
type RowChoice struct {
	Row             string    `json:"row"`
	DeviantCoverage []SetCase `json:"deviantCoverage"`
	// DeviantIrrelevant pairs a deviant case (A) with an irrelevant one (B) of
	// the same row.
	DeviantIrrelevant []SetPair `json:"deviantIrrelevant"`
}

// Undecided is a case with a membership of exactly 0.5, which is neither in nor
// out, so that it belongs to none of the kinds that the set defines.
type Undecided struct {
	Case string `json:"case"`
	Set  string `json:"set"`
}

// Sufficiency are the choices after a sufficient solution.
type Sufficiency struct {
	Terms []TermChoice `json:"terms"`
	Rows  []RowChoice  `json:"rows"`
	// Irrelevant are in neither the solution nor the outcome.
	Irrelevant []string    `json:"irrelevant"`
	Undecided  []Undecided `json:"undecided"`
}

// OutcomeSet is what Undecided calls the outcome, SolutionSet the solution.
const (
	OutcomeSet  = "outcome"
	SolutionSet = "solution"
)

// Sufficiency sorts cases into the kinds that a sufficient solution makes and
// ranks cases and pairs for study, those with the smallest score first
// (Schneider and Rohlfing 2013, 2016). In and out mean above and below 0.5. x is
// the membership in the term, y in the outcome, w in the case's row of the truth
// table, f in the focal conjunct, c in the others (the smallest; 1 without any).
// i and j are the cases of a pair.
//
//	typical                      x > .5, y > .5, x <= y   2(y-x) + (1-x), uniquely covered cases first
//	typical for a conjunct       the same                 2|y-f| + (1-x), those with f < c first
//	deviant in consistency       x > .5, y < .5           1-(x-y) + (1-x)
//	deviant in coverage          solution < .5, y > .5    1-w, within the row
//	individually irrelevant      solution < .5, y < .5
//	typical, deviant consistency                          |xi-xj| + 1-(yi-yj) + (1-xi) + (1-xj)
//	deviant coverage, irrelevant of one row               |wi-wj| + 1-(yi-yj) + (1-wi) + (1-wj)
//	typical, irrelevant for a conjunct, with fj < .5      1-(fi-fj) + 1-(yi-yj) + |ci-cj| + 2|yi-fi| + |yj-fj|
//	typical, typical for a conjunct                       .5-(fi-fj) + .5-(yi-yj) + |ci-cj| + 2|yi-fi| + 2|yj-fj|
//
// Pairs of a typical and an irrelevant case are grouped by how cleanly they show
// the focal conjunct: 1 to 3 when fi < ci, so that it makes the membership of
// the typical case, and 4 to 6 when not; within each, first when the irrelevant
// case lacks the focal conjunct alone (cj > .5), second when it lacks it most
// (fj < cj), third when not. These groups are ours.
//
// Of each list the first most are given, 0 for all, and all that tie with the
// last of them. It is an error, which names the case, when memberships lie
// outside 0 to 1 or are missing.
func (s Solution) Sufficiency(most int) (Sufficiency, error) {
	out := Sufficiency{Terms: []TermChoice{}, Rows: []RowChoice{}, Irrelevant: []string{}, Undecided: []Undecided{}}
	if err := s.valid(); err != nil {
		return out, err
	}
	solution := make([]float64, len(s.Cases))
	terms := make([][]float64, len(s.Terms)) // term, case
	for t := range s.Terms {
		terms[t] = make([]float64, len(s.Cases))
		for i, m := range s.Cases {
			terms[t][i] = slices.Min(m.Conjuncts[t])
			solution[i] = max(solution[i], terms[t][i])
		}
	}
	var coverage, irrelevant []int
	for i, m := range s.Cases {
		undecided := func(x float64, set string) {
			if x == half {
				out.Undecided = append(out.Undecided, Undecided{m.ID, set})
			}
		}
		undecided(m.Outcome, OutcomeSet)
		undecided(solution[i], SolutionSet)
		for t := range terms {
			undecided(terms[t][i], s.Terms[t].Name)
		}
		switch {
		case solution[i] >= half || m.Outcome == half:
		case m.Outcome > half:
			coverage = append(coverage, i)
		default:
			irrelevant = append(irrelevant, i)
			out.Irrelevant = append(out.Irrelevant, m.ID)
		}
	}
	for t := range s.Terms {
		out.Terms = append(out.Terms, s.term(t, terms, irrelevant, most))
	}
	var rows []string
	for _, i := range coverage {
		rows = append(rows, s.Cases[i].Row)
	}
	slices.Sort(rows)
	for _, r := range slices.Compact(rows) {
		c := RowChoice{Row: r, DeviantCoverage: []SetCase{}, DeviantIrrelevant: []SetPair{}}
		for _, i := range coverage {
			a := s.Cases[i]
			if a.Row != r {
				continue
			}
			c.DeviantCoverage = append(c.DeviantCoverage, SetCase{Case: a.ID, Score: 1 - a.InRow, Set: a.InRow, Outcome: a.Outcome, Within: a.InRow <= a.Outcome})
			for _, j := range irrelevant {
				if b := s.Cases[j]; b.Row == r && r != "" {
					c.DeviantIrrelevant = append(c.DeviantIrrelevant, SetPair{A: a.ID, B: b.ID,
						Score: math.Abs(a.InRow-b.InRow) + 1 - (a.Outcome - b.Outcome) + (1 - a.InRow) + (1 - b.InRow)})
				}
			}
		}
		c.DeviantCoverage, c.DeviantIrrelevant = firstCases(c.DeviantCoverage, most), firstPairs(c.DeviantIrrelevant, most)
		out.Rows = append(out.Rows, c)
	}
	return out, nil
}

// half is the membership that is neither in nor out.
const half = 0.5

func (s Solution) term(t int, terms [][]float64, irrelevant []int, most int) TermChoice {
	c := TermChoice{Term: s.Terms[t].Name, Typical: []SetCase{}, DeviantConsistency: []SetCase{}, InDegree: []string{}, TypicalDeviant: []SetPair{}, Conjuncts: []ConjunctChoice{}}
	var typical, deviant []int
	for i, m := range s.Cases {
		x, y := terms[t][i], m.Outcome
		switch {
		case x <= half || y == half:
		case y < half:
			deviant = append(deviant, i)
			c.DeviantConsistency = append(c.DeviantConsistency, SetCase{Case: m.ID, Score: 1 - (x - y) + (1 - x), Set: x, Outcome: y})
		case x > y:
			c.InDegree = append(c.InDegree, m.ID)
		default:
			typical = append(typical, i)
			unique := true
			for u := range terms {
				unique = unique && (u == t || terms[u][i] < half)
			}
			c.Typical = append(c.Typical, SetCase{Case: m.ID, Score: 2*(y-x) + (1 - x), Set: x, Outcome: y, Unique: unique})
		}
	}
	for _, i := range typical {
		for _, j := range deviant {
			xi, xj, a, b := terms[t][i], terms[t][j], s.Cases[i], s.Cases[j]
			c.TypicalDeviant = append(c.TypicalDeviant, SetPair{A: a.ID, B: b.ID, Score: math.Abs(xi-xj) + 1 - (a.Outcome - b.Outcome) + (1 - xi) + (1 - xj)})
		}
	}
	c.Typical, c.DeviantConsistency, c.TypicalDeviant = firstCases(c.Typical, most), firstCases(c.DeviantConsistency, most), firstPairs(c.TypicalDeviant, most)
	for k, name := range s.Terms[t].Conjuncts {
		c.Conjuncts = append(c.Conjuncts, s.conjunct(t, k, name, terms[t], typical, irrelevant, most))
	}
	return c
}

func (s Solution) conjunct(t, k int, name string, term []float64, typical, irrelevant []int, most int) ConjunctChoice {
	c := ConjunctChoice{Conjunct: name, Typical: []SetCase{}, TypicalIrrelevant: []SetPair{}, TypicalTypical: []SetPair{}}
	split := func(i int) (focal, others float64) {
		others = 1
		for l, x := range s.Cases[i].Conjuncts[t] {
			if l != k {
				others = min(others, x)
			}
		}
		return s.Cases[i].Conjuncts[t][k], others
	}
	for _, i := range typical {
		a := s.Cases[i]
		fi, ci := split(i)
		away := 2 * math.Abs(a.Outcome-fi)
		group := 2
		if fi < ci {
			group = 1
		}
		c.Typical = append(c.Typical, SetCase{Case: a.ID, Score: away + (1 - term[i]), Set: fi, Outcome: a.Outcome, Group: group})
		for _, j := range irrelevant {
			b := s.Cases[j]
			fj, cj := split(j)
			if fj >= half {
				continue
			}
			p := SetPair{A: a.ID, B: b.ID, Score: 1 - (fi - fj) + 1 - (a.Outcome - b.Outcome) + math.Abs(ci-cj) + away + math.Abs(b.Outcome-fj), Group: 3*group - 2}
			switch {
			case cj > half:
			case fj < cj:
				p.Group++
			default:
				p.Group += 2
			}
			c.TypicalIrrelevant = append(c.TypicalIrrelevant, p)
		}
		for _, j := range typical {
			if b := s.Cases[j]; i != j {
				fj, cj := split(j)
				c.TypicalTypical = append(c.TypicalTypical, SetPair{A: a.ID, B: b.ID,
					Score: half - (fi - fj) + half - (a.Outcome - b.Outcome) + math.Abs(ci-cj) + away + 2*math.Abs(b.Outcome-fj)})
			}
		}
	}
	c.Typical, c.TypicalIrrelevant, c.TypicalTypical = firstCases(c.Typical, most), firstPairs(c.TypicalIrrelevant, most), firstPairs(c.TypicalTypical, most)
	return c
}

func (s Solution) valid() error {
	if len(s.Terms) == 0 {
		return errors.New("the solution has no terms")
	}
	var wrong []error
	for _, t := range s.Terms {
		if t.Name == "" || len(t.Conjuncts) == 0 {
			wrong = append(wrong, fmt.Errorf("term %q has no name or no conjuncts", t.Name))
		}
	}
	ids := make([]string, len(s.Cases))
	for i, m := range s.Cases {
		ids[i] = m.ID
		wrong = append(wrong, membership(m.ID, OutcomeSet, m.Outcome))
		wrong = append(wrong, membership(m.ID, "its row of the truth table", m.InRow))
		if len(m.Conjuncts) != len(s.Terms) {
			wrong = append(wrong, fmt.Errorf("%s has memberships in %d terms, and the solution has %d", m.ID, len(m.Conjuncts), len(s.Terms)))
			continue
		}
		for t, x := range m.Conjuncts {
			if len(x) != len(s.Terms[t].Conjuncts) {
				wrong = append(wrong, fmt.Errorf("%s has memberships in %d conjuncts of %s, which has %d", m.ID, len(x), s.Terms[t].Name, len(s.Terms[t].Conjuncts)))
				continue
			}
			for k, f := range x {
				wrong = append(wrong, membership(m.ID, s.Terms[t].Conjuncts[k], f))
			}
		}
	}
	return errors.Join(append(wrong, check(ids, nil))...)
}

func membership(id, set string, x float64) error {
	if x >= 0 && x <= 1 {
		return nil
	}
	return fmt.Errorf("%s has a membership of %v in %s; expected 0 to 1", id, x, set)
}

// firstCases orders cases: those that are uniquely covered first, then by group
// and score.
func firstCases(list []SetCase, most int) []SetCase {
	group := func(a SetCase) int {
		if a.Unique {
			return -1
		}
		return a.Group
	}
	return first(list, most, group, func(a SetCase) float64 { return a.Score }, func(a, b SetCase) int { return cmp.Compare(a.Case, b.Case) },
		func(a *SetCase) { a.Best = true })
}

func firstPairs(list []SetPair, most int) []SetPair {
	return first(list, most, func(p SetPair) int { return p.Group }, func(p SetPair) float64 { return p.Score },
		func(a, b SetPair) int { return cmp.Or(cmp.Compare(a.A, b.A), cmp.Compare(a.B, b.B)) }, func(p *SetPair) { p.Best = true })
}

// first orders a list by group, score and name, marks the best of each group,
// and keeps most of it, with what ties with the last.
func first[T any](list []T, most int, group func(T) int, score func(T) float64, name func(a, b T) int, best func(*T)) []T {
	rounded := func(a T) float64 { return math.Round(score(a) * 1e9) }
	slices.SortFunc(list, func(a, b T) int {
		return cmp.Or(cmp.Compare(group(a), group(b)), cmp.Compare(rounded(a), rounded(b)), name(a, b))
	})
	from := 0
	for i := range list {
		if group(list[i]) != group(list[from]) {
			from = i
		}
		if rounded(list[i]) == rounded(list[from]) {
			best(&list[i])
		}
	}
	if most <= 0 {
		return list
	}
	n := min(most, len(list))
	for n > 0 && n < len(list) && group(list[n]) == group(list[n-1]) && rounded(list[n]) == rounded(list[n-1]) {
		n++
	}
	return list[:n]
}

// NecessityCase is a case with its memberships, each from 0 to 1.
type NecessityCase struct {
	ID        string  `json:"id"`
	Condition float64 `json:"condition"`
	Outcome   float64 `json:"outcome"`
	// Row names the row of the truth table of the other conditions, without the
	// necessary one, to which the case belongs; empty when it belongs to none.
	Row string `json:"row"`
}

// Necessity are the choices after a condition was found necessary.
type Necessity struct {
	Typical []SetCase `json:"typical"`
	// DeviantConsistency have the outcome without the condition,
	// DeviantRelevance the condition without the outcome.
	DeviantConsistency []SetCase `json:"deviantConsistency"`
	DeviantRelevance   []SetCase `json:"deviantRelevance"`
	// InDegree have both, but more of the outcome; Irrelevant have neither.
	InDegree   []string `json:"inDegree"`
	Irrelevant []string `json:"irrelevant"`
	// TypicalRelevance and TypicalConsistency pair a typical case (A) with a
	// deviant one (B).
	TypicalRelevance   []SetPair   `json:"typicalRelevance"`
	TypicalConsistency []SetPair   `json:"typicalConsistency"`
	Undecided          []Undecided `json:"undecided"`
}

// NewNecessity sorts and ranks cases as Sufficiency does, for a necessary
// condition (or a union or conjunction of conditions) of that name, in which x
// is the membership (Rohlfing and Schneider 2013, Political Research Quarterly
// 66:220-235; Schneider and Rohlfing 2016). t is the typical and d the deviant
// case of a pair.
//
//	typical                          x > .5, y > .5, x >= y   2|x-y| + (1-x)
//	deviant in consistency           x < .5, y > .5           1-(y-x)
//	deviant in relevance             x > .5, y < .5           1-(x-y) + (1-x)
//	typical, deviant in relevance                             (1-xt) + (1-xd) + |1-(yt-yd)| + |xt-xd|
//	typical, deviant in consistency  of one row               1-(xt-xd) + |yt-yd|
func NewNecessity(condition string, cases []NecessityCase, most int) (Necessity, error) {
	n := Necessity{Typical: []SetCase{}, DeviantConsistency: []SetCase{}, DeviantRelevance: []SetCase{}, InDegree: []string{}, Irrelevant: []string{},
		TypicalRelevance: []SetPair{}, TypicalConsistency: []SetPair{}, Undecided: []Undecided{}}
	var wrong []error
	ids := make([]string, len(cases))
	for i, m := range cases {
		ids[i] = m.ID
		wrong = append(wrong, membership(m.ID, OutcomeSet, m.Outcome), membership(m.ID, condition, m.Condition))
	}
	if err := errors.Join(append(wrong, check(ids, nil))...); err != nil {
		return n, err
	}
	var typical, consistency, relevance []NecessityCase
	for _, m := range cases {
		x, y := m.Condition, m.Outcome
		if y == half {
			n.Undecided = append(n.Undecided, Undecided{m.ID, OutcomeSet})
		}
		if x == half {
			n.Undecided = append(n.Undecided, Undecided{m.ID, condition})
		}
		c := SetCase{Case: m.ID, Set: x, Outcome: y}
		switch {
		case x == half || y == half:
		case x > half && y > half && x >= y:
			typical = append(typical, m)
			c.Score = 2*math.Abs(x-y) + (1 - x)
			n.Typical = append(n.Typical, c)
		case x > half && y > half:
			n.InDegree = append(n.InDegree, m.ID)
		case y > half:
			consistency = append(consistency, m)
			c.Score = 1 - (y - x)
			n.DeviantConsistency = append(n.DeviantConsistency, c)
		case x > half:
			relevance = append(relevance, m)
			c.Score = 1 - (x - y) + (1 - x)
			n.DeviantRelevance = append(n.DeviantRelevance, c)
		default:
			n.Irrelevant = append(n.Irrelevant, m.ID)
		}
	}
	for _, t := range typical {
		for _, d := range relevance {
			n.TypicalRelevance = append(n.TypicalRelevance, SetPair{A: t.ID, B: d.ID,
				Score: (1 - t.Condition) + (1 - d.Condition) + math.Abs(1-(t.Outcome-d.Outcome)) + math.Abs(t.Condition-d.Condition)})
		}
		for _, d := range consistency {
			if t.Row == d.Row && t.Row != "" {
				n.TypicalConsistency = append(n.TypicalConsistency, SetPair{A: t.ID, B: d.ID, Score: 1 - (t.Condition - d.Condition) + math.Abs(t.Outcome-d.Outcome)})
			}
		}
	}
	n.Typical, n.DeviantConsistency, n.DeviantRelevance = firstCases(n.Typical, most), firstCases(n.DeviantConsistency, most), firstCases(n.DeviantRelevance, most)
	n.TypicalRelevance, n.TypicalConsistency = firstPairs(n.TypicalRelevance, most), firstPairs(n.TypicalConsistency, most)
	return n, nil
}
