package qca

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
)

// Tested is a plausible other way to do the analysis, and what it gives.
type Tested struct {
	// Name says what is different, such as "consistency cut-off 0.85".
	Name    string  `json:"name"`
	Cutoffs Cutoffs `json:"cutoffs"`
	Found   Found   `json:"solution"`
}

// TestSet is a solution beside those of plausible other cut-offs.
type TestSet struct {
	Tests []Tested `json:"tests"`
	// Fit compares the first model with them; nil when no test has a solution. Of several models of a test it is the one
	// that the initial solution has too, and otherwise the first, that counts.
	Fit *RobustFit `json:"fit,omitempty"`
}

// UsualTests are the cut-offs that a reader will ask about: a consistency higher and lower by 0.05, one case more in a
// row, and a PRI of 0.5 where none was asked for. Oana and Schneider (2021) leave the choice of tests to the researcher;
// these are ours.
func (a Analysis) UsualTests() []Cutoffs {
	c, err := a.Cutoffs.filled()
	if err != nil {
		return nil
	}
	var out []Cutoffs
	for _, by := range []float64{-0.05, 0.05} {
		t := c
		if t.Consistency = math.Round((c.Consistency+by)*1e6) / 1e6; t.Consistency > max(0.5, c.Contradiction) && t.Consistency <= 1 {
			out = append(out, t)
		}
	}
	t := c
	t.Frequency++
	out = append(out, t)
	if c.PRI == 0 {
		t = c
		t.PRI = 0.5
		out = append(out, t)
	}
	return out
}

// differs names the cut-offs in which c is not d.
func (c Cutoffs) differs(d Cutoffs) string {
	var parts []string
	if c.Consistency != d.Consistency {
		parts = append(parts, fmt.Sprintf("consistency cut-off %v", c.Consistency))
	}
	if c.Frequency != d.Frequency {
		parts = append(parts, fmt.Sprintf("frequency cut-off %d", c.Frequency))
	}
	if c.PRI != d.PRI {
		parts = append(parts, fmt.Sprintf("PRI cut-off %v", c.PRI))
	}
	if c.Contradiction != d.Contradiction {
		parts = append(parts, fmt.Sprintf("contradiction cut-off %v", c.Contradiction))
	}
	if len(parts) == 0 {
		return "the same cut-offs"
	}
	return strings.Join(parts, ", ")
}

// Tests repeats the analysis with each of the cut-offs, and compares the first model of its solution with what comes of
// it; see Data.TestSets.
func (a Analysis) Tests(ctx context.Context, cutoffs []Cutoffs) (TestSet, error) {
	out := TestSet{Tests: []Tested{}}
	base, err := NewTable(a.Data, a.Cutoffs)
	if err != nil {
		return out, err
	}
	s := NewSweep(a.Options)
	initial, err := s.Solve(ctx, base)
	if err != nil {
		return out, err
	}
	var sets []Expression
	for _, c := range cutoffs {
		if c, err = c.filled(); err != nil {
			return out, err
		}
		t, err := base.Recode(c)
		if err != nil {
			return out, err
		}
		f, err := s.Solve(ctx, t)
		if err != nil {
			return out, err
		}
		out.Tests = append(out.Tests, Tested{c.differs(base.Cutoffs), c, f})
		if len(f.terms) > 0 && len(initial.terms) > 0 {
			sets = append(sets, f.terms[max(0, slices.Index(f.Models, initial.Models[0]))])
		}
	}
	if len(sets) > 0 {
		fit, err := a.Data.TestSets(initial.terms[0], sets)
		if err != nil {
			return out, err
		}
		out.Fit = &fit
	}
	return out, nil
}

// Words say it in plain words, without a stop.
func (s TestSet) Words() []string {
	none := 0
	for _, t := range s.Tests {
		if len(t.Found.Models) == 0 {
			none++
		}
	}
	switch {
	case s.Fit == nil && none > 0:
		return []string{"with other usual cut-offs there is no solution at all"}
	case s.Fit == nil:
		return nil
	}
	w := fmt.Sprintf("compared with the solutions of %s: %v", plural(len(s.Tests)-none, "one other usual choice of cut-offs", "%d other usual choices of cut-offs"), *s.Fit)
	if none > 0 {
		w += fmt.Sprintf("; with %s there is no solution at all", plural(none, "one more such choice", "%d more such choices"))
	}
	return []string{w}
}

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
