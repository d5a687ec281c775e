package qca

import (
	"fmt"
	"slices"
)

// CaseGroup is the cases with more than half membership in an intersection, on one side of the outcome.
type CaseGroup struct {
	// Name is the field's name for the group, such as "robust typical".
	Name string `json:"name"`
	// Set says which intersection it is, such as "initial * smallest, with the outcome".
	Set string `json:"set"`
	// Cases in the data's order.
	Cases []string `json:"cases"`
	// Share of all cases, and of those on the same side of 0.5 in the outcome; 0 when there are none.
	Share        float64 `json:"share"`
	ShareOutcome float64 `json:"share_outcome"`
}

// TestRank orders what a test does to the cases of the initial solution (Oana and Schneider 2021).
type TestRank int

const (
	// AllRobust: every case in the initial or in a test solution is in all of them.
	AllRobust TestRank = 1
	// SomePossible: test solutions reach further cases, but none of the initial solution is lost.
	SomePossible TestRank = 2
	// SomeShaky: some cases of the initial solution are lost in a test solution, and none are won.
	SomeShaky TestRank = 3
	// ShakyAndPossible: both.
	ShakyAndPossible TestRank = 4
)

// RobustFit compares an initial solution with test solutions. Of the test solutions, the smallest set is their
// intersection (minTS) and the largest their union (maxTS); the robust core is the intersection of the initial solution
// with the smallest set.
type RobustFit struct {
	// Consistency is RF_cons, the initial solution's consistency over the core's; 1 when the tests change nothing.
	Consistency float64 `json:"rf_cons"`
	// Coverage is RF_cov, the core's coverage over the initial solution's.
	Coverage float64 `json:"rf_cov"`
	// Smallest is RF_SC_minTS, the coincidence of the initial solution x with the smallest set s, and Largest is
	// RF_SC_maxTS, that with the largest: sum min(x,s) / sum max(x,s).
	Smallest float64 `json:"rf_sc_min"`
	Largest  float64 `json:"rf_sc_max"`
	// Core is the fit of the robust core.
	Core ModelFit `json:"core"`
	// Typical is RCR_typ: of the cases with the outcome in the initial solution or in the largest set, the share that is
	// robust. Deviant is RCR_dev, the same of the cases without the outcome. They are 0 when there are no such cases.
	Typical float64 `json:"rcr_typ"`
	Deviant float64 `json:"rcr_dev"`
	// Rank is RCC_Rank.
	Rank TestRank `json:"rcc_rank"`
	// Groups are the robust, shaky, possible and uncovered cases, each with and without the outcome.
	Groups []CaseGroup `json:"groups"`
	// Undecided are cases at exactly 0.5 in the outcome or in an intersection, and so in none of the groups.
	Undecided []string `json:"undecided"`
}

// TestSets compares the initial solution with plausible alternatives to it, from other cut-offs or calibrations: the
// fit-oriented and the case-oriented tests of Oana and Schneider (2021, Sociological Methods & Research). The
// order of the tests makes no difference. With one test at a time it gives the parameters of a single test.
func (d Data) TestSets(initial Expression, tests []Expression) (RobustFit, error) {
	if err := d.Valid(); err != nil {
		return RobustFit{}, err
	}
	if len(tests) == 0 {
		return RobustFit{}, fmt.Errorf("there are no test solutions: give at least one")
	}
	x, err := d.Membership(initial)
	if err != nil {
		return RobustFit{}, fmt.Errorf("the initial solution: %w", err)
	}
	var smallest, largest []float64
	for n, e := range tests {
		m, err := d.Membership(e)
		if err != nil {
			return RobustFit{}, fmt.Errorf("test solution %d: %w", n+1, err)
		}
		if n == 0 {
			smallest, largest = m, slices.Clone(m)
			continue
		}
		for i := range m {
			smallest[i], largest[i] = min(smallest[i], m[i]), max(largest[i], m[i])
		}
	}
	y := d.Outcome
	core := meet(x, smallest)
	whole, kept := measure(x, y), measure(core, y)
	out := RobustFit{
		Consistency: ratio(whole.consistency, kept.consistency), Coverage: ratio(kept.coverage, whole.coverage),
		Smallest: coincidence(x, smallest), Largest: coincidence(x, largest),
		Core: ModelFit{kept.consistency, kept.pri, kept.coverage},
	}
	notX := without(x)
	out.Groups, out.Undecided = d.groups([]section{
		{"robust typical", "robust deviant", "initial * smallest", core},
		{"shaky typical", "shaky deviant", "initial * ~smallest", meet(x, without(smallest))},
		{"possible typical", "possible deviant", "~initial * largest", meet(notX, largest)},
		{"extreme deviant coverage", "irrelevant", "~initial * ~largest", meet(notX, without(largest))},
	})
	var n [8]int
	for i, g := range out.Groups {
		n[i] = len(g.Cases)
	}
	out.Typical = ratio(float64(n[0]), float64(n[0]+n[2]+n[4]))
	out.Deviant = ratio(float64(n[1]), float64(n[1]+n[3]+n[5]))
	shaky, possible := n[2]+n[3] > 0, n[4]+n[5] > 0
	switch {
	case shaky && possible:
		out.Rank = ShakyAndPossible
	case shaky:
		out.Rank = SomeShaky
	case possible:
		out.Rank = SomePossible
	default:
		out.Rank = AllRobust
	}
	return out, nil
}

// String says the result in words.
func (f RobustFit) String() string {
	verdict := map[TestRank]string{
		AllRobust:        "every case of the solution stays in it, and none is added",
		SomePossible:     "no case of the solution is lost, but test solutions reach further cases",
		SomeShaky:        "some cases of the solution are lost in a test solution",
		ShakyAndPossible: "some cases of the solution are lost in a test solution, and others are won",
	}[f.Rank]
	return fmt.Sprintf("%s; of the typical cases %.0f %% are robust; the robust core keeps %.0f %% of the coverage", verdict, 100*f.Typical, 100*f.Coverage)
}

// section is an intersection of sets with a name for its cases with and without the outcome.
type section struct {
	with, without, set string
	x                  []float64
}

// groups sorts the cases into sections, each with the outcome and then without it.
func (d Data) groups(sections []section) (groups []CaseGroup, undecided []string) {
	var above, below float64
	for _, y := range d.Outcome {
		if y > 0.5 {
			above++
		} else if y < 0.5 {
			below++
		}
	}
	placed := make([]bool, len(d.Cases))
	for _, s := range sections {
		with := CaseGroup{Name: s.with, Set: s.set + ", with the outcome", Cases: []string{}}
		without := CaseGroup{Name: s.without, Set: s.set + ", without the outcome", Cases: []string{}}
		for i, x := range s.x {
			switch y := d.Outcome[i]; {
			case x > 0.5 && y > 0.5:
				with.Cases = append(with.Cases, d.Cases[i])
				placed[i] = true
			case x > 0.5 && y < 0.5:
				without.Cases = append(without.Cases, d.Cases[i])
				placed[i] = true
			}
		}
		all := float64(len(d.Cases))
		with.Share, with.ShareOutcome = ratio(float64(len(with.Cases)), all), ratio(float64(len(with.Cases)), above)
		without.Share, without.ShareOutcome = ratio(float64(len(without.Cases)), all), ratio(float64(len(without.Cases)), below)
		groups = append(groups, with, without)
	}
	undecided = []string{}
	for i, ok := range placed {
		if !ok {
			undecided = append(undecided, d.Cases[i])
		}
	}
	return groups, undecided
}

// coincidence is how far two sets are the same.
func coincidence(a, b []float64) float64 {
	var both, either float64
	for i := range a {
		both += min(a[i], b[i])
		either += max(a[i], b[i])
	}
	return ratio(both, either)
}

// meet is the intersection of two sets.
func meet(a, b []float64) []float64 {
	out := make([]float64, len(a))
	for i := range a {
		out[i] = min(a[i], b[i])
	}
	return out
}

// without is the complement of a set.
func without(a []float64) []float64 {
	out := make([]float64, len(a))
	for i := range a {
		out[i] = 1 - a[i]
	}
	return out
}
