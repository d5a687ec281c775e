package qca

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// DefaultConsistency is used when Cutoffs.Consistency is zero. Ragin (2008, ch. 7) wants at least 0.75; 0.8 is what most
// published studies use. It is a start, not an answer: look for a gap in the rows' consistency values.
const DefaultConsistency = 0.8

// tolerance keeps rounding from deciding a coding: a row whose consistency is 0.8 up to the last bits of a float meets a
// cut-off of 0.8.
const tolerance = 1e-9

// Cutoffs decide how the rows of a truth table are coded.
type Cutoffs struct {
	// Frequency is the number of cases a row needs to be coded at all; rows with fewer are remainders. Zero means 1.
	Frequency int `json:"frequency"`
	// Consistency is what a row needs to be positive, above 0 and up to 1. Zero means DefaultConsistency.
	Consistency float64 `json:"consistency"`
	// PRI is the proportional reduction in inconsistency a row needs as well to be positive, 0 to 1. Zero asks for
	// nothing.
	PRI float64 `json:"pri"`
	// Contradiction is an optional lower cut-off of consistency: a row below Consistency but not below this is
	// contradictory, neither positive nor negative. Zero means that there are no such rows.
	Contradiction float64 `json:"contradiction,omitempty"`
}

func (c Cutoffs) filled() (Cutoffs, error) {
	if c.Frequency == 0 {
		c.Frequency = 1
	}
	if c.Consistency == 0 {
		c.Consistency = DefaultConsistency
	}
	var bad problems
	if c.Frequency < 1 {
		bad.add("the frequency cut-off is %d: it is a number of cases, at least 1", c.Frequency)
	}
	if !(c.Consistency > 0 && c.Consistency <= 1) {
		bad.add("the consistency cut-off is %v: choose a value above 0 and up to 1, usually 0.75 or more", c.Consistency)
	}
	if !(c.PRI >= 0 && c.PRI <= 1) {
		bad.add("the PRI cut-off is %v: choose a value from 0 to 1", c.PRI)
	}
	if !(c.Contradiction >= 0 && c.Contradiction <= c.Consistency) {
		bad.add("the contradiction cut-off is %v: choose a value from 0 up to the consistency cut-off, %v", c.Contradiction, c.Consistency)
	}
	return c, bad.err()
}

// Output is how a row of the truth table is coded, in the letters of the field.
type Output string

const (
	// Positive rows are consistent enough with the outcome.
	Positive Output = "1"
	// Negative rows are not.
	Negative Output = "0"
	// Contradictory rows lie between the two consistency cut-offs; they take part in no solution, and may be assumed only
	// when that is asked for.
	Contradictory Output = "C"
	// Remainder rows have fewer cases than the frequency cut-off.
	Remainder Output = "?"
)

// Row is one observed configuration of the truth table.
type Row struct {
	// Number is 1 plus the configuration read as a number, the first condition most significant, each condition a digit
	// with as many values as it has levels.
	Number uint64 `json:"number"`
	// Values is the level of each condition: 0 absent and 1 present where there are two.
	Values []int `json:"values"`
	// Output is the coding under the table's cut-offs.
	Output Output `json:"out"`
	// N is the number of Cases.
	N int `json:"n"`
	// Consistency of the row as a subset of the outcome, over all cases.
	Consistency float64 `json:"incl"`
	// PRI is its proportional reduction in inconsistency.
	PRI float64 `json:"pri"`
	// Cases have a membership above 0.5 in the configuration.
	Cases []string `json:"cases"`
	// Deviant cases contradict the coding: below 0.5 in the outcome in a positive row, above 0.5 in a negative one.
	Deviant []string `json:"deviant"`
	// Mixed says that Cases lie on both sides of 0.5 in the outcome: with crisp data this is a contradictory
	// configuration, whatever the cut-offs made of it (Rihoux and Ragin 2009, ch. 3).
	Mixed bool `json:"mixed,omitempty"`
}

// Ambiguity is a case at exactly 0.5 in a condition or in the outcome.
type Ambiguity struct {
	Case string `json:"case"`
	// Set is the name of the condition or of the outcome.
	Set string `json:"set"`
}

// Table is a truth table. Only a table from NewTable can be minimised: one read back from JSON has lost the memberships.
type Table struct {
	Conditions []string `json:"conditions"`
	Levels     []int    `json:"levels"`
	Outcome    string   `json:"outcome"`
	// Cutoffs as they were used, defaults filled in.
	Cutoffs Cutoffs `json:"cutoffs"`
	// Rows are the observed configurations by Number.
	Rows []Row `json:"rows"`
	// Possible counts the configurations there are.
	Possible uint64 `json:"possible"`
	// Unobserved counts the configurations with no case.
	Unobserved uint64 `json:"unobserved"`
	// Remainders counts all configurations with fewer cases than the frequency cut-off: the unobserved ones and the rows
	// coded Remainder.
	Remainders uint64 `json:"remainders"`
	// Ambiguous names every score of exactly 0.5. Such a score in a condition leaves the case in no row, though it still
	// counts in every consistency; in the outcome it keeps the case from ever being deviant.
	//
	// It is a warning and not an error because published data have such scores and the formulas are defined for them; but
	// "neither in nor out" is rarely what the evidence says, and a case that silently belongs nowhere is worse than a
	// message.
	Ambiguous []Ambiguity `json:"ambiguous"`

	data Data
}

// NewTable makes the truth table of d.
//
// A case's membership in a configuration is the minimum of its memberships in the conditions, or 1 minus them where the
// configuration has them absent; in a multi-value condition it is 1 at the case's level and 0 elsewhere. The case belongs
// to the one configuration where this is above 0.5 (Ragin 2008, ch. 7). With x that membership and y the outcome, over
// all cases,
//
//	consistency = sum min(x,y) / sum x
//	PRI = (sum min(x,y) - sum min(x,y,1-y)) / (sum x - sum min(x,y,1-y))
//
// (Ragin 2006, Political Analysis 14:291-310; PRI: Schneider and Wagemann 2012.) A row with enough cases is positive when
// both reach their cut-offs, contradictory when consistency lies between its two cut-offs, otherwise negative.
func NewTable(d Data, c Cutoffs) (Table, error) {
	if err := d.Valid(); err != nil {
		return Table{}, err
	}
	c, err := c.filled()
	if err != nil {
		return Table{}, err
	}
	d = d.clone()
	t := Table{Conditions: slices.Clone(d.Conditions), Levels: slices.Clone(d.Levels), Outcome: d.OutcomeName, Cutoffs: c,
		Rows: []Row{}, Possible: product(d.Levels).Uint64(), Ambiguous: []Ambiguity{}, data: d}

	members := map[string][]int{} // configuration -> cases
	var order []cube
	for i, scores := range d.Values {
		at, ambiguous := make(cube, len(scores)), false
		for j, x := range scores {
			switch {
			case d.Levels[j] > 2:
				at[j] = int8(x)
			case x > 0.5:
				at[j] = 1
			case x == 0.5:
				ambiguous = true
				t.Ambiguous = append(t.Ambiguous, Ambiguity{d.Cases[i], d.Conditions[j]})
			}
		}
		if d.Outcome[i] == 0.5 {
			t.Ambiguous = append(t.Ambiguous, Ambiguity{d.Cases[i], d.OutcomeName})
		}
		if ambiguous {
			continue
		}
		k := at.key()
		if members[k] == nil {
			order = append(order, at)
		}
		members[k] = append(members[k], i)
	}
	crisp := !slices.Contains(d.fuzzy(), true)
	for _, at := range order {
		t.Rows = append(t.Rows, t.row(at, members[at.key()], crisp))
	}
	slices.SortFunc(t.Rows, func(a, b Row) int { return cmp.Compare(a.Number, b.Number) })
	t.Unobserved = t.Possible - uint64(len(t.Rows))
	t.countRemainders()
	return t, nil
}

func (t *Table) countRemainders() {
	t.Remainders = t.Unobserved
	for _, r := range t.Rows {
		if r.Output == Remainder {
			t.Remainders++
		}
	}
}

func (t Table) row(at cube, members []int, crisp bool) Row {
	var f fit
	if crisp { // only its members are in the row, and they wholly
		x, y := make([]float64, len(members)), make([]float64, len(members))
		for n, i := range members {
			x[n], y[n] = 1, t.data.Outcome[i]
		}
		f = measure(x, y)
	} else {
		f = measure(t.data.membership(at), t.data.Outcome)
	}
	r := Row{Number: t.number(at), Values: make([]int, len(at)), Cases: []string{}, N: len(members),
		Consistency: f.consistency, PRI: f.pri, Deviant: []string{}}
	for j, v := range at {
		r.Values[j] = int(v)
	}
	r.Output = t.Cutoffs.code(r.N, r.Consistency, r.PRI)
	var above, below bool
	for _, i := range members {
		name, y := t.data.Cases[i], t.data.Outcome[i]
		r.Cases = append(r.Cases, name)
		above, below = above || y > 0.5, below || y < 0.5
		if r.Output == Positive && y < 0.5 || r.Output == Negative && y > 0.5 {
			r.Deviant = append(r.Deviant, name)
		}
	}
	r.Mixed = above && below
	return r
}

// code gives the output of a row.
func (c Cutoffs) code(n int, consistency, pri float64) Output {
	switch {
	case n < c.Frequency:
		return Remainder
	case reaches(consistency, c.Consistency) && reaches(pri, c.PRI):
		return Positive
	case reaches(consistency, c.Consistency):
		// A consistent row with a low PRI is as much a subset of the outcome's absence; it is not evidence for the outcome.
		return Negative
	case c.Contradiction > 0 && reaches(consistency, c.Contradiction):
		return Contradictory
	}
	return Negative
}

func reaches(value, cutoff float64) bool { return value >= cutoff-tolerance }

// number is the Number of a configuration.
func (t Table) number(at cube) uint64 {
	var n uint64
	for j, v := range at {
		n = n*uint64(t.Levels[j]) + uint64(v)
	}
	return n + 1
}

// configuration is the one with a Number.
func (t Table) configuration(number uint64) (cube, bool) {
	if number < 1 || number > t.Possible {
		return nil, false
	}
	n := number - 1
	at := make(cube, len(t.Levels))
	for j := len(at) - 1; j >= 0; j-- {
		l := uint64(t.Levels[j])
		at[j], n = int8(n%l), n/l
	}
	return at, true
}

// Missing gives the Numbers of the first most configurations that no case shows, or too few cases.
func (t Table) Missing(most int) []uint64 {
	seen := t.find(Positive, Negative, Contradictory)
	out := []uint64{}
	if most > 0 {
		each(complement(seen, t.Levels), t.Levels, func(c cube) bool {
			out = append(out, t.number(c))
			return len(out) < most
		})
	}
	return out
}

// Expression writes the configuration with this number as "A*~B*C", or nothing when there is no such configuration.
func (t Table) Expression(number uint64) string {
	at, ok := t.configuration(number)
	if !ok {
		return ""
	}
	return t.expression(at)
}

// expression writes a conjunction: "A" and "~A" where there are two levels, "A{2}" where there are more.
func (t Table) expression(c cube) string {
	var parts []string
	for j, v := range c {
		switch {
		case v == absent:
		case t.Levels[j] > 2:
			parts = append(parts, fmt.Sprintf("%s{%d}", t.Conditions[j], v))
		case v == 1:
			parts = append(parts, t.Conditions[j])
		default:
			parts = append(parts, "~"+t.Conditions[j])
		}
	}
	return strings.Join(parts, "*")
}

// membership is each case's membership in a conjunction.
func (d Data) membership(c cube) []float64 {
	xs := make([]float64, len(d.Cases))
	for i, scores := range d.Values {
		x := 1.0
		for j, v := range c {
			switch {
			case v == absent:
			case d.Levels[j] > 2:
				if scores[j] != float64(v) {
					x = 0
				}
			case v == 1:
				x = min(x, scores[j])
			default:
				x = min(x, 1-scores[j])
			}
		}
		xs[i] = x
	}
	return xs
}

// find gives the rows with an output, as configurations.
func (t Table) find(outputs ...Output) []cube {
	var out []cube
	for _, r := range t.Rows {
		if slices.Contains(outputs, r.Output) {
			c := make(cube, len(r.Values))
			for j, v := range r.Values {
				c[j] = int8(v)
			}
			out = append(out, c)
		}
	}
	return out
}

// String is for messages and examples: one line per row.
func (r Row) String() string {
	s := ""
	for _, v := range r.Values {
		s += fmt.Sprint(v)
	}
	return fmt.Sprintf("%s %s n=%d consistency=%.3f PRI=%.3f %v", s, r.Output, r.N, r.Consistency, r.PRI, r.Cases)
}
