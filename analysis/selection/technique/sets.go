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
	// Score is smallest for the case to study first, among those that are equal
	// in what comes before it: Unique, Group, Within. Best is true for the first
	// of a list and all that tie with it.
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
	A string `json:"a"`
	B string `json:"b"`
	// Score is smallest for the pair to study first, among those that are equal
	// in what comes before it: Group, Within. Best is true for the first of a
	// list and all that tie with it.
	Score float64 `json:"score"`
	Best  bool    `json:"best"`
	// Group orders pairs of a typical and an irrelevant case, 1 to 6; see
	// Sufficiency.
	Group int `json:"group,omitempty"`
	// Within says of such a pair that neither case has more of the focal conjunct
	// than of the outcome; and of a pair from one row that the deviant case has
	// no more of the row than of the outcome.
	Within bool `json:"within,omitempty"`
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
//	deviant in coverage          solution < .5, y > .5    1-w, in each row, those with w <= y first
//	individually irrelevant      solution < .5, y < .5
//	typical, deviant consistency                          |xi-xj| + 1-(yi-yj) + (1-xi) + (1-xj)
//	deviant coverage, irrelevant of one row               |wi-wj| + 1-(yi-yj) + (1-wi) + (1-wj), those with wi <= yi first
//	typical, irrelevant for a conjunct, with fj < .5      1-(fi-fj) + 1-(yi-yj) + |ci-cj| + 2|yi-fi| + |yj-fj|
//	typical, typical for a conjunct                       .5-(fi-fj) + .5-(yi-yj) + |ci-cj| + 2|yi-fi| + 2|yj-fj|
//
// Pairs of a typical and an irrelevant case are grouped by how cleanly they show
// the focal conjunct: 1 to 3 when fi < ci, so that it makes the membership of
// the typical case, and 4 to 6 when not; within each, first when the irrelevant
// case lacks the focal conjunct alone (cj > .5), second when it lacks it most
// (fj < cj), third when not; and within these, first when fi <= yi and fj <= yj.
// The groups beyond the first are ours.
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
					c.DeviantIrrelevant = append(c.DeviantIrrelevant, SetPair{A: a.ID, B: b.ID, Within: a.InRow <= a.Outcome,
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
			p := SetPair{A: a.ID, B: b.ID, Score: 1 - (fi - fj) + 1 - (a.Outcome - b.Outcome) + math.Abs(ci-cj) + away + math.Abs(b.Outcome-fj), Group: 3*group - 2,
				Within: fi <= a.Outcome && fj <= b.Outcome}
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
			wrong = append(wrong, fmt.Errorf("case %s has memberships in %d terms, and the solution has %d", m.ID, len(m.Conjuncts), len(s.Terms)))
			continue
		}
		for t, x := range m.Conjuncts {
			if len(x) != len(s.Terms[t].Conjuncts) {
				wrong = append(wrong, fmt.Errorf("case %s has memberships in %d conjuncts of %s, which has %d", m.ID, len(x), s.Terms[t].Name, len(s.Terms[t].Conjuncts)))
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
	return fmt.Errorf("case %s has a membership of %v in %s; expected 0 to 1", id, x, set)
}

// firstCases puts those first that are uniquely covered, then the lower group,
// then those within the outcome, then the lower score.
func firstCases(list []SetCase, most int) []SetCase {
	equal := func(a, b SetCase) int {
		return cmp.Or(before(a.Unique, b.Unique), cmp.Compare(a.Group, b.Group), before(a.Within, b.Within), scores(a.Score, b.Score))
	}
	return first(list, most, equal, func(a, b SetCase) int { return cmp.Compare(a.Case, b.Case) }, func(a *SetCase) { a.Best = true })
}

// firstPairs does the same for pairs.
func firstPairs(list []SetPair, most int) []SetPair {
	equal := func(a, b SetPair) int {
		return cmp.Or(cmp.Compare(a.Group, b.Group), before(a.Within, b.Within), scores(a.Score, b.Score))
	}
	return first(list, most, equal, func(a, b SetPair) int { return cmp.Or(cmp.Compare(a.A, b.A), cmp.Compare(a.B, b.B)) }, func(p *SetPair) { p.Best = true })
}

// before puts what is true first.
func before(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

// scores compares scores, which lie between 0 and 8; what differs in the tenth
// digit is equal.
func scores(a, b float64) int { return cmp.Compare(math.Round(a*1e9), math.Round(b*1e9)) }

// first orders a list, marks its best, and keeps most of it, with what ties with
// the last. equal is 0 for those that tie, which name puts in an order.
func first[T any](list []T, most int, equal, name func(a, b T) int, best func(*T)) []T {
	slices.SortFunc(list, func(a, b T) int { return cmp.Or(equal(a, b), name(a, b)) })
	for i := range list {
		if equal(list[i], list[0]) == 0 {
			best(&list[i])
		}
	}
	if most <= 0 {
		return list
	}
	n := min(most, len(list))
	for n < len(list) && equal(list[n], list[n-1]) == 0 {
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
