// Package qca compares cases as configurations of conditions: crisp and fuzzy
// truth tables, their exact minimisation, and the measures of fit.
//
// It is Qualitative Comparative Analysis as in Ragin, Redesigning Social
// Inquiry (University of Chicago Press, 2008) and Rihoux and Ragin (eds.),
// Configurational Comparative Methods (Sage, 2009). Functions take values and
// return values; they never change what they are given, and the same input
// gives the same output in the same order. Every error is a sentence a
// researcher can act on.
//
// Multi-value conditions and intermediate solutions are not here yet.
package qca

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
)

// MaxConditions is the largest number of conditions a table may have. Twelve
// conditions make 4,096 configurations and 531,441 possible terms, which are
// still examined one by one; comparative case studies rarely have cases for
// more than five or six.
const MaxConditions = 12

// Data is a calibrated data set: how far each case belongs to each condition
// and to the outcome.
type Data struct {
	// Cases holds the names of the cases, unique.
	Cases []string `json:"cases"`
	// Conditions holds the names of the conditions, unique.
	Conditions []string `json:"conditions"`
	// Membership is [case][condition], from 0 (fully out) to 1 (fully in);
	// crisp data uses 0 and 1 only.
	Membership [][]float64 `json:"membership"`
	// Outcome is [case], membership in the outcome from 0 to 1.
	Outcome []float64 `json:"outcome"`
	// OutcomeName is the name of the outcome.
	OutcomeName string `json:"outcome_name"`
}

// Negate returns the same data with the absence of the outcome as outcome:
// membership 1-y (Ragin 2008, ch. 2), and a name with "~" put in front, or
// taken away when it was there. What explains an outcome's absence is a
// question of its own, not the mirror image of what explains its presence.
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

// clone copies d so deeply that no slice is shared.
func (d Data) clone() Data {
	c := d
	c.Cases = slices.Clone(d.Cases)
	c.Conditions = slices.Clone(d.Conditions)
	c.Outcome = slices.Clone(d.Outcome)
	c.Membership = make([][]float64, len(d.Membership))
	for i, row := range d.Membership {
		c.Membership[i] = slices.Clone(row)
	}
	return c
}

// Valid reports everything that is wrong with d, by case and condition, the
// first ten problems in full.
func (d Data) Valid() error {
	var bad problems
	if len(d.Cases) == 0 {
		bad.add("there are no cases: add at least one")
	}
	if len(d.Conditions) == 0 {
		bad.add("there are no conditions: add at least one")
	}
	if n := len(d.Conditions); n > MaxConditions {
		bad.add("there are %d conditions and at most %d can be compared: keep those your theory needs, or join some into one", n, MaxConditions)
	}
	unique(&bad, "case", d.Cases)
	unique(&bad, "condition", d.Conditions)
	for _, name := range d.Conditions {
		if strings.ContainsAny(name, "*+~") {
			bad.add("the condition %q has *, + or ~ in its name, which would make a solution unreadable: rename it", name)
		}
	}
	switch {
	case strings.TrimSpace(d.OutcomeName) == "":
		bad.add("the outcome has no name: name it")
	case slices.Contains(d.Conditions, d.OutcomeName):
		bad.add("%q is both a condition and the outcome: leave it out of the conditions", d.OutcomeName)
	}
	if len(d.Membership) != len(d.Cases) {
		bad.add("there are %d cases but %d rows of scores: give one row for each case", len(d.Cases), len(d.Membership))
	}
	if len(d.Outcome) != len(d.Cases) {
		bad.add("there are %d cases but %d outcome scores: give one for each case", len(d.Cases), len(d.Outcome))
	}
	for i, name := range d.Cases {
		if i < len(d.Membership) {
			row := d.Membership[i]
			if len(row) != len(d.Conditions) {
				bad.add("case %q has %d scores but there are %d conditions: give one for each condition", name, len(row), len(d.Conditions))
			} else {
				for j, x := range row {
					bad.score(name, "condition", d.Conditions[j], x)
				}
			}
		}
		if i < len(d.Outcome) {
			bad.score(name, "outcome", d.OutcomeName, d.Outcome[i])
		}
	}
	return bad.err()
}

// problems collects what is wrong, so that a researcher sees it all at once.
type problems struct{ list []string }

func (p *problems) add(format string, args ...any) {
	p.list = append(p.list, fmt.Sprintf(format, args...))
}

func (p *problems) score(name, what, column string, x float64) {
	switch {
	case math.IsNaN(x):
		p.add("case %q has no score in the %s %q: score it or leave the case out", name, what, column)
	case x < 0 || x > 1:
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
