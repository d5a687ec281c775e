package technique

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// solution is A*B + C; every number that the test expects was worked out by hand.
func solution() Solution {
	m := func(id string, a, b, c, y float64, row string, w float64) Member {
		return Member{ID: id, Conjuncts: [][]float64{{a, b}, {c}}, Outcome: y, Row: row, InRow: w}
	}
	return Solution{
		Terms: []Term{{"A*B", []string{"A", "B"}}, {"C", []string{"C"}}},
		Cases: []Member{
			m("t1", .8, .9, .1, .9, "A*B*~C", .8),
			m("t2", .9, .7, .6, .7, "A*B*C", .6),
			m("dc", .8, .8, .2, .3, "A*B*~C", .8),
			m("dg", .9, .9, 0, .6, "A*B*~C", .9),
			m("v1", .6, .2, .3, .8, "A*~B*~C", .6),
			m("v2", .9, .1, .1, .6, "A*~B*~C", .9),
			m("i1", .7, .3, .2, .2, "A*~B*~C", .7),
			m("i2", .2, .4, .1, .1, "~A*~B*~C", .6),
			m("u", .5, .9, .1, .7, "", 0),
			m("h", .9, .9, .1, .5, "A*B*~C", .9),
		},
	}
}

var rounding = cmpopts.EquateApprox(0, 1e-12)

func TestSufficiencyByHand(t *testing.T) {
	got, err := solution().Sufficiency(0)
	if err != nil {
		t.Fatal(err)
	}
	want := Sufficiency{
		Terms: []TermChoice{
			{Term: "A*B",
				Typical:            []SetCase{{Case: "t1", Score: .4, Best: true, Set: .8, Outcome: .9, Unique: true}, {Case: "t2", Score: .3, Set: .7, Outcome: .7}},
				DeviantConsistency: []SetCase{{Case: "dc", Score: .7, Best: true, Set: .8, Outcome: .3}},
				InDegree:           []string{"dg"},
				TypicalDeviant:     []SetPair{{A: "t1", B: "dc", Score: .8, Best: true}, {A: "t2", B: "dc", Score: 1.2}},
				Conjuncts: []ConjunctChoice{
					{Conjunct: "A",
						Typical:           []SetCase{{Case: "t1", Score: .4, Best: true, Set: .8, Outcome: .9, Group: 1}, {Case: "t2", Score: .7, Set: .9, Outcome: .7, Group: 2}},
						TypicalIrrelevant: []SetPair{{A: "t1", B: "i2", Score: 1.4, Best: true, Group: 2}, {A: "t2", B: "i2", Score: 1.5, Group: 5}},
						TypicalTypical:    []SetPair{{A: "t1", B: "t2", Score: 1.7, Best: true}, {A: "t2", B: "t1", Score: 1.9}}},
					{Conjunct: "B",
						Typical: []SetCase{{Case: "t2", Score: .3, Best: true, Set: .7, Outcome: .7, Group: 1}, {Case: "t1", Score: .2, Set: .9, Outcome: .9, Group: 2}},
						TypicalIrrelevant: []SetPair{{A: "t2", B: "i1", Score: 1.4, Best: true, Group: 1}, {A: "t2", B: "i2", Score: 2.1, Group: 3},
							{A: "t1", B: "i1", Score: .9, Group: 4}, {A: "t1", B: "i2", Score: 1.6, Group: 6}},
						TypicalTypical: []SetPair{{A: "t1", B: "t2", Score: .5 - .2 + .5 - .2 + .1, Best: true}, {A: "t2", B: "t1", Score: .5 + .2 + .5 + .2 + .1}}},
				}},
			{Term: "C",
				Typical:            []SetCase{{Case: "t2", Score: .6, Best: true, Set: .6, Outcome: .7}},
				DeviantConsistency: []SetCase{}, InDegree: []string{}, TypicalDeviant: []SetPair{},
				Conjuncts: []ConjunctChoice{{Conjunct: "C",
					Typical:           []SetCase{{Case: "t2", Score: .6, Best: true, Set: .6, Outcome: .7, Group: 1}},
					TypicalIrrelevant: []SetPair{{A: "t2", B: "i2", Score: 1.1, Best: true, Group: 1, Within: true}, {A: "t2", B: "i1", Score: 1.3, Group: 1, Within: true}},
					TypicalTypical:    []SetPair{}}}},
		},
		Rows: []RowChoice{{Row: "A*~B*~C",
			DeviantCoverage:   []SetCase{{Case: "v1", Score: .4, Best: true, Set: .6, Outcome: .8, Within: true}, {Case: "v2", Score: .1, Set: .9, Outcome: .6}},
			DeviantIrrelevant: []SetPair{{A: "v1", B: "i1", Score: 1.2, Best: true, Within: true}, {A: "v2", B: "i1", Score: 1.2}}}},
		Irrelevant: []string{"i1", "i2"},
		Undecided:  []Undecided{{"u", "solution"}, {"u", "A*B"}, {"h", "outcome"}},
	}
	if d := cmp.Diff(want, got, rounding); d != "" {
		t.Error(d)
	}
	if got, err = solution().Sufficiency(1); err != nil || len(got.Rows[0].DeviantIrrelevant) != 1 || len(got.Terms[0].TypicalDeviant) != 1 || got.Terms[0].TypicalDeviant[0].A != "t1" {
		t.Errorf("%+v %v", got, err)
	}
}

func TestNecessityByHand(t *testing.T) {
	cases := []NecessityCase{{"a", .9, .8, "r"}, {"b", .7, .7, "q"}, {"c", .2, .9, "r"}, {"d", .8, .1, ""}, {"e", .6, .7, "r"}, {"f", .1, .2, ""}, {"g", .5, .9, ""}}
	got, err := NewNecessity("X", cases, 0)
	if err != nil {
		t.Fatal(err)
	}
	want := Necessity{
		Typical:            []SetCase{{Case: "a", Score: .3, Best: true, Set: .9, Outcome: .8}, {Case: "b", Score: .3, Best: true, Set: .7, Outcome: .7}},
		DeviantConsistency: []SetCase{{Case: "c", Score: .3, Best: true, Set: .2, Outcome: .9}},
		DeviantRelevance:   []SetCase{{Case: "d", Score: .5, Best: true, Set: .8, Outcome: .1}},
		InDegree:           []string{"e"}, Irrelevant: []string{"f"},
		TypicalRelevance:   []SetPair{{A: "a", B: "d", Score: .7, Best: true}, {A: "b", B: "d", Score: 1}},
		TypicalConsistency: []SetPair{{A: "a", B: "c", Score: .4, Best: true}},
		Undecided:          []Undecided{{"g", "X"}},
	}
	if d := cmp.Diff(want, got, rounding); d != "" {
		t.Error(d)
	}
}

func TestTiesAreListed(t *testing.T) {
	got, err := NewNecessity("X", []NecessityCase{{"a", .9, .8, ""}, {"b", .7, .7, ""}, {"c", .6, .6, ""}}, 1)
	if err != nil || len(got.Typical) != 2 || !got.Typical[1].Best {
		t.Errorf("%+v %v; a and b are asked for, as both have 0.3", got.Typical, err)
	}
}

// TestKinds sorts random cases: each has one kind in each view, or is undecided.
func TestKinds(t *testing.T) {
	r := drawn(3)
	for range 200 {
		s := Solution{Terms: []Term{{"A*B", []string{"A", "B"}}, {"C", []string{"C"}}}}
		var nec []NecessityCase
		for i := range 12 {
			x := func() float64 { return float64(r.n(11)) / 10 }
			m := Member{ID: string(rune('a' + i)), Conjuncts: [][]float64{{x(), x()}, {x()}}, Outcome: x(), Row: "r", InRow: x()}
			s.Cases = append(s.Cases, m)
			nec = append(nec, NecessityCase{ID: m.ID, Condition: m.Conjuncts[0][0], Outcome: m.Outcome})
		}
		got, err := s.Sufficiency(0)
		if err != nil {
			t.Fatal(err)
		}
		outside := map[string]bool{} // of the solution and of doubt
		for _, id := range got.Irrelevant {
			outside[id] = true
		}
		for _, row := range got.Rows {
			for _, c := range row.DeviantCoverage {
				if outside[c.Case] {
					t.Errorf("%s is irrelevant and deviant", c.Case)
				}
				outside[c.Case] = true
			}
		}
		for _, term := range got.Terms {
			for _, list := range [][]SetCase{term.Typical, term.DeviantConsistency} {
				for _, c := range list {
					if outside[c.Case] {
						t.Errorf("%s is in %s and outside of the solution", c.Case, term.Term)
					}
				}
			}
		}
		inside := map[string]bool{}
		doubt := map[string]bool{}
		for _, term := range got.Terms {
			for _, id := range term.InDegree {
				inside[id] = true
			}
			for _, c := range append(term.Typical, term.DeviantConsistency...) {
				inside[c.Case] = true
			}
		}
		for _, u := range got.Undecided {
			if u.Set == OutcomeSet || u.Set == SolutionSet {
				doubt[u.Case] = true
			}
		}
		for _, m := range s.Cases {
			n := 0
			for _, in := range []map[string]bool{inside, outside, doubt} {
				if in[m.ID] {
					n++
				}
			}
			if n != 1 {
				t.Errorf("%+v has %d kinds", m, n)
			}
		}
		necessity, err := NewNecessity("A", nec, 0)
		if err != nil {
			t.Fatal(err)
		}
		doubt = map[string]bool{}
		for _, u := range necessity.Undecided {
			doubt[u.Case] = true
		}
		if n := len(necessity.Typical) + len(necessity.DeviantConsistency) + len(necessity.DeviantRelevance) + len(necessity.InDegree) + len(necessity.Irrelevant) + len(doubt); n != len(nec) {
			t.Errorf("%d of %d cases have a kind", n, len(nec))
		}
	}
}

func TestSetErrors(t *testing.T) {
	for want, change := range map[string]func(*Solution){
		"t1 has a membership of 1.2 in outcome":             func(s *Solution) { s.Cases[0].Outcome = 1.2 },
		"t2 has a membership of NaN in B":                   func(s *Solution) { s.Cases[1].Conjuncts[0][1] = math.NaN() },
		"dc has memberships in 1 terms":                     func(s *Solution) { s.Cases[2].Conjuncts = s.Cases[2].Conjuncts[:1] },
		"dg has memberships in 3 conjuncts of A*B":          func(s *Solution) { s.Cases[3].Conjuncts[0] = []float64{1, 1, 1} },
		"id t1 is that of case 1 and of case 5":             func(s *Solution) { s.Cases[4].ID = "t1" },
		"the solution has no terms":                         func(s *Solution) { s.Terms = nil },
		`term "C" has no name or no conjuncts`:              func(s *Solution) { s.Terms[1].Conjuncts = nil },
		"v2 has a membership of -1 in its row of the truth": func(s *Solution) { s.Cases[5].InRow = -1 },
	} {
		s := solution()
		change(&s)
		if _, err := s.Sufficiency(0); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	if _, err := NewNecessity("X", []NecessityCase{{"a", 2, .8, "r"}, {"a", .1, .1, ""}}, 0); err == nil || !strings.Contains(err.Error(), "a has a membership of 2 in X\n") && !strings.Contains(err.Error(), "id a is that of") {
		t.Error(err)
	}
}
