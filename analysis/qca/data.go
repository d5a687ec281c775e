// Package qca compares cases as configurations of conditions: crisp, multi-value and fuzzy truth tables, their exact and
// complete minimisation, the measures of fit, and how far a result holds.
//
// It is Qualitative Comparative Analysis as in Ragin, Redesigning Social Inquiry (University of Chicago Press, 2008),
// Rihoux and Ragin (eds.), Configurational Comparative Methods (Sage, 2009), and Schneider and Wagemann, Set-Theoretic
// Methods for the Social Sciences (Cambridge University Press, 2012). Functions take values and return values; they never
// change what they are given, and the same input gives the same output in the same order. Every error is a sentence that
// a researcher can act on.
package qca

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
)

// MaxConditions is the largest number of conditions of a table. Comparative case studies rarely have cases for more than
// five or six; forty are far more than any data can carry, and keep the number of every configuration a whole number that
// JSON can hold.
const MaxConditions = 40

// maxConfigurations is the largest number of possible configurations: 2^53, up to which JSON numbers are exact.
const maxConfigurations = 1 << 53

// maxLevels is the largest number of levels of a multi-value condition.
const maxLevels = 100

// Data is a calibrated data set: where each case stands on each condition and on the outcome.
type Data struct {
	// Cases holds the names of the cases, unique.
	Cases []string `json:"cases"`
	// Conditions holds the names of the conditions, unique.
	Conditions []string `json:"conditions"`
	// Levels says how many levels each condition has: 2 for crisp and fuzzy ones, more for multi-value ones. None at all
	// means that every condition has two.
	Levels []int `json:"levels,omitempty"`
	// Values is [case][condition]. With two levels it is the membership, from 0 (fully out) to 1 (fully in); with more
	// it is the level, a whole number from 0.
	Values [][]float64 `json:"values"`
	// Outcome is [case], membership in the outcome from 0 to 1.
	Outcome []float64 `json:"outcome"`
	// OutcomeName is the name of the outcome.
	OutcomeName string `json:"outcome_name"`
}

// Negate returns the same data with the absence of the outcome as outcome: membership 1-y (Ragin 2008, ch. 2), and a name
// with "~" put in front, or taken away when it was there. What explains an outcome's absence is a question of its own,
// not the mirror image of what explains its presence.
func (d Data) Negate() Data {
	n := d.clone()
	for i, y := range n.Outcome {
		n.Outcome[i] = 1 - y
	}
	if bare, negated := strings.CutPrefix(d.OutcomeName, "~"); negated {
		n.OutcomeName = bare
	} else {
		n.OutcomeName = "~" + d.OutcomeName
	}
	return n
}

// clone copies d so deeply that no slice is shared, with the levels filled in.
func (d Data) clone() Data {
	c := d
	c.Cases = slices.Clone(d.Cases)
	c.Conditions = slices.Clone(d.Conditions)
	c.Levels = d.levels()
	c.Outcome = slices.Clone(d.Outcome)
	c.Values = make([][]float64, len(d.Values))
	for i, row := range d.Values {
		c.Values[i] = slices.Clone(row)
	}
	return c
}

func (d Data) levels() []int {
	if d.Levels != nil {
		return slices.Clone(d.Levels)
	}
	out := make([]int, len(d.Conditions))
	for j := range out {
		out[j] = 2
	}
	return out
}

// Only gives the same data with some of the conditions, in the order given.
func (d Data) Only(conditions ...string) (Data, error) {
	out := d.clone()
	out.Conditions, out.Levels = nil, nil
	var at []int
	for _, name := range conditions {
		j := slices.Index(d.Conditions, name)
		if j < 0 {
			return Data{}, fmt.Errorf("there is no condition %q; the data has %s", name, strings.Join(d.Conditions, ", "))
		}
		at = append(at, j)
		out.Conditions = append(out.Conditions, name)
		out.Levels = append(out.Levels, d.levels()[j])
	}
	for i, row := range d.Values {
		out.Values[i] = make([]float64, len(at))
		for n, j := range at {
			out.Values[i][n] = row[j]
		}
	}
	return out, nil
}

// without leaves out one case.
func (d Data) without(i int) Data {
	out := d.clone()
	out.Cases = slices.Delete(out.Cases, i, i+1)
	out.Values = slices.Delete(out.Values, i, i+1)
	out.Outcome = slices.Delete(out.Outcome, i, i+1)
	return out
}

// fuzzy tells for each condition whether any case is neither fully in nor fully out.
func (d Data) fuzzy() []bool {
	out := make([]bool, len(d.Conditions))
	for j, l := range d.levels() {
		if l == 2 {
			for _, row := range d.Values {
				out[j] = out[j] || row[j] != 0 && row[j] != 1
			}
		}
	}
	return out
}

// Valid reports everything that is wrong with d, by case and condition, the first ten problems in full.
func (d Data) Valid() error {
	var bad problems
	if len(d.Cases) == 0 {
		bad.add("there are no cases: add at least one")
	}
	if len(d.Conditions) == 0 {
		bad.add("there are no conditions: add at least one")
	}
	levels := d.levels()
	if len(levels) != len(d.Conditions) {
		bad.add("there are %d conditions but the levels of %d: give one number for each", len(d.Conditions), len(levels))
		return bad.err()
	}
	if n := len(d.Conditions); n > MaxConditions {
		bad.add("there are %d conditions and at most %d can be compared: keep those your theory needs, or join some into one", n, MaxConditions)
	} else if all := product(levels); all.IsUint64() && all.Uint64() > maxConfigurations || !all.IsUint64() {
		bad.add("the conditions allow %v configurations, and at most %d can be numbered: use fewer conditions or levels", all, uint64(maxConfigurations))
	}
	unique(&bad, "case", d.Cases)
	unique(&bad, "condition", d.Conditions)
	for j, name := range d.Conditions {
		if strings.ContainsAny(name, "*+~{}") {
			bad.add("the condition %q has *, +, ~ or braces in its name, which would make a solution unreadable: rename it", name)
		}
		if levels[j] < 2 || levels[j] > maxLevels {
			bad.add("the condition %q has %d levels: it needs at least 2, and can have %d", name, levels[j], maxLevels)
		}
	}
	switch {
	case strings.TrimSpace(d.OutcomeName) == "":
		bad.add("the outcome has no name: name it")
	case slices.Contains(d.Conditions, d.OutcomeName):
		bad.add("%q is both a condition and the outcome: leave it out of the conditions", d.OutcomeName)
	}
	if len(d.Values) != len(d.Cases) {
		bad.add("there are %d cases but %d rows of scores: give one row for each case", len(d.Cases), len(d.Values))
	}
	if len(d.Outcome) != len(d.Cases) {
		bad.add("there are %d cases but %d outcome scores: give one for each case", len(d.Cases), len(d.Outcome))
	}
	for i, name := range d.Cases {
		if i < len(d.Values) {
			row := d.Values[i]
			if len(row) != len(d.Conditions) {
				bad.add("case %q has %d scores but there are %d conditions: give one for each condition", name, len(row), len(d.Conditions))
			} else {
				for j, x := range row {
					bad.score(name, "condition", d.Conditions[j], x, levels[j])
				}
			}
		}
		if i < len(d.Outcome) {
			bad.score(name, "outcome", d.OutcomeName, d.Outcome[i], 2)
		}
	}
	return bad.err()
}

// problems collects what is wrong, so that a researcher sees it all at once.
type problems struct{ list []string }

func (p *problems) add(format string, args ...any) {
	p.list = append(p.list, fmt.Sprintf(format, args...))
}

func (p *problems) score(name, what, column string, x float64, levels int) {
	switch {
	case math.IsNaN(x):
		p.add("case %q has no score in the %s %q: score it or leave the case out", name, what, column)
	case levels > 2 && (x != math.Trunc(x) || x < 0 || int(x) >= levels):
		p.add("case %q has %v in the %s %q, which is none of its levels 0 to %d", name, x, what, column, levels-1)
	case x < 0 || x > 1 && levels <= 2:
		p.add("case %q has %v in the %s %q, outside 0 to 1: calibrate it first", name, x, what, column)
	}
}

// err joins at most ten problems; a broken import can have thousands.
func (p *problems) err() error {
	const most = 10
	switch n := len(p.list); {
	case n == 0:
		return nil
	case n > most:
		return fmt.Errorf("%s; and %d more problems", strings.Join(p.list[:most], "; "), n-most)
	}
	return errors.New(strings.Join(p.list, "; "))
}

func unique(bad *problems, what string, names []string) {
	seen := make(map[string]bool, len(names))
	for i, name := range names {
		switch {
		case strings.TrimSpace(name) == "":
			bad.add("%s number %d has no name: name it", what, i+1)
		case seen[name]:
			bad.add("there is more than one %s named %q: give each its own name", what, name)
		}
		seen[name] = true
	}
}
