package qca

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// DefaultConsistency is used when Cutoffs.Consistency is zero. Ragin (2008,
// ch. 7) wants at least 0.75; 0.8 is what most published studies use. It is a
// start, not an answer: look for a gap in the rows' consistency values.
const DefaultConsistency = 0.8

// tolerance keeps rounding from deciding a coding: a row whose consistency is
// 0.8 up to the last bits of a float meets a cut-off of 0.8.
const tolerance = 1e-9

// Cutoffs decide how the rows of a truth table are coded.
type Cutoffs struct {
	// Frequency is the number of cases a row needs to be coded at all; rows
	// with fewer are remainders. Zero means 1.
	Frequency int `json:"frequency"`
	// Consistency is what a row needs to be positive, above 0 and up to 1.
	// Zero means DefaultConsistency.
	Consistency float64 `json:"consistency"`
	// PRI is the proportional reduction in inconsistency a row needs as well
	// to be positive, 0 to 1. Zero asks for nothing.
	PRI float64 `json:"pri"`
	// Contradiction is an optional lower cut-off of consistency: a row below
	// Consistency but not below this is contradictory, neither positive nor
	// negative. Zero means that there are no such rows.
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

// Output is how a row of the truth table is coded.
type Output string

const (
	// Positive rows are consistent enough with the outcome.
	Positive Output = "positive"
	// Negative rows are not.
	Negative Output = "negative"
	// Contradictory rows lie between the two consistency cut-offs; they take
	// part in no solution and may not be assumed either.
	Contradictory Output = "contradictory"
	// Remainder rows have fewer cases than the frequency cut-off.
	Remainder Output = "remainder"
)

// Row is one observed configuration of the truth table.
type Row struct {
	// Number is 1 plus the configuration read as a binary number, the first
	// condition most significant.
	Number int `json:"number"`
	// Configuration says, per condition of the table, present or absent.
	Configuration []bool `json:"configuration"`
	// Cases have a membership above 0.5 in the configuration.
	Cases []string `json:"cases"`
	// N is the number of Cases.
	N int `json:"n"`
	// Consistency of the row as a subset of the outcome, over all cases.
	Consistency float64 `json:"consistency"`
	// PRI is its proportional reduction in inconsistency.
	PRI float64 `json:"pri"`
	// Output is the coding under the table's cut-offs.
	Output Output `json:"output"`
	// Mixed says that Cases lie on both sides of 0.5 in the outcome: with
	// crisp data this is a contradictory configuration, whatever the cut-offs
	// made of it (Rihoux and Ragin 2009, ch. 3).
	Mixed bool `json:"mixed"`
	// Deviant cases contradict the coding: below 0.5 in the outcome in a
	// positive row, above 0.5 in a negative one.
	Deviant []string `json:"deviant"`
}

// Ambiguity is a case at exactly 0.5 in a condition or in the outcome.
type Ambiguity struct {
	Case string `json:"case"`
	// Set is the name of the condition or of the outcome.
	Set string `json:"set"`
}

// Table is a truth table. Only a table from NewTable can be minimised: one
// read back from JSON has lost the memberships.
type Table struct {
	Conditions []string `json:"conditions"`
	Outcome    string   `json:"outcome"`
	// Cutoffs as they were used, defaults filled in.
	Cutoffs Cutoffs `json:"cutoffs"`
	// Rows are the observed configurations by Number.
	Rows []Row `json:"rows"`
	// Unobserved counts the configurations with no case.
	Unobserved int `json:"unobserved"`
	// Remainders counts all configurations with fewer cases than the
	// frequency cut-off: the unobserved ones and the rows coded Remainder.
	Remainders int `json:"remainders"`
	// Ambiguous names every score of exactly 0.5. Such a score in a condition
	// leaves the case in no row, though it still counts in every consistency;
	// in the outcome it keeps the case from ever being deviant.
	//
	// It is a warning and not an error because published data have such
	// scores and the formulas are defined for them; but "neither in nor out"
	// is rarely what the evidence says, and a case that silently belongs
	// nowhere is worse than a message.
	Ambiguous []Ambiguity `json:"ambiguous"`

	data Data
}

// NewTable makes the truth table of d.
//
// A case's membership in a configuration is the minimum of its memberships in
// the conditions, or 1 minus them where the configuration has them absent; it
// belongs to the one configuration where this is above 0.5 (Ragin 2008,
// ch. 7). With x that membership and y the outcome, over all cases,
//
//	consistency = sum min(x,y) / sum x
//	PRI = (sum min(x,y) - sum min(x,y,1-y)) / (sum x - sum min(x,y,1-y))
//
// (Ragin 2006, Political Analysis 14:291-310; PRI: Schneider and Wagemann
// 2012, Set-Theoretic Methods for the Social Sciences.) A row with
// enough cases is positive when both reach their cut-offs, contradictory when
// consistency lies between its two cut-offs, otherwise negative.
func NewTable(d Data, c Cutoffs) (Table, error) {
	if err := d.Valid(); err != nil {
		return Table{}, err
	}
	c, err := c.filled()
	if err != nil {
		return Table{}, err
	}
	d = d.clone()
	t := Table{Conditions: slices.Clone(d.Conditions), Outcome: d.OutcomeName, Cutoffs: c,
		Rows: []Row{}, Ambiguous: []Ambiguity{}, data: d}

	members := map[int][]int{} // configuration code -> cases
	for i, scores := range d.Membership {
		code, ambiguous := 0, false
		for j, x := range scores {
			code <<= 1
			switch {
			case x > 0.5:
				code |= 1
			case x == 0.5:
				ambiguous = true
				t.Ambiguous = append(t.Ambiguous, Ambiguity{d.Cases[i], d.Conditions[j]})
			}
		}
		if d.Outcome[i] == 0.5 {
			t.Ambiguous = append(t.Ambiguous, Ambiguity{d.Cases[i], d.OutcomeName})
		}
		if !ambiguous {
			members[code] = append(members[code], i)
		}
	}
	for code, cases := range members {
		t.Rows = append(t.Rows, t.row(code, cases))
	}
	slices.SortFunc(t.Rows, func(a, b Row) int { return cmp.Compare(a.Number, b.Number) })
	t.Unobserved = 1<<len(d.Conditions) - len(t.Rows)
	t.Remainders = t.Unobserved
	for _, r := range t.Rows {
		if r.Output == Remainder {
			t.Remainders++
		}
	}
	return t, nil
}

func (t Table) row(code int, members []int) Row {
	conf := configuration(code, len(t.Conditions))
	literals := make([]literal, len(conf))
	for j, present := range conf {
		literals[j] = literal{column: j, negated: !present}
	}
	f := measure(t.data.membership(literals), t.data.Outcome)
	r := Row{Number: code + 1, Configuration: conf, Cases: []string{}, N: len(members),
		Consistency: f.consistency, PRI: f.pri, Deviant: []string{}}
	switch {
	case r.N < t.Cutoffs.Frequency:
		r.Output = Remainder
	case reaches(r.Consistency, t.Cutoffs.Consistency):
		// A consistent row with a low PRI is as much a subset of the outcome's
		// absence; it is not evidence for the outcome.
		r.Output = Negative
		if reaches(r.PRI, t.Cutoffs.PRI) {
			r.Output = Positive
		}
	case t.Cutoffs.Contradiction > 0 && reaches(r.Consistency, t.Cutoffs.Contradiction):
		r.Output = Contradictory
	default:
		r.Output = Negative
	}
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

func reaches(value, cutoff float64) bool { return value >= cutoff-tolerance }

func configuration(code, k int) []bool {
	conf := make([]bool, k)
	for j := range conf {
		conf[j] = code>>(k-1-j)&1 == 1
	}
	return conf
}

// Expression writes the configuration with this number as "A*~B*C", or
// nothing when there is no such configuration.
func (t Table) Expression(number int) string {
	if number < 1 || number > 1<<len(t.Conditions) {
		return ""
	}
	var ls []Literal
	for j, present := range configuration(number-1, len(t.Conditions)) {
		ls = append(ls, Literal{t.Conditions[j], !present})
	}
	return conjunction(ls)
}

// literal is a condition by its column, present or absent.
type literal struct {
	column  int
	negated bool
}

// membership is each case's membership in the conjunction of the literals.
func (d Data) membership(literals []literal) []float64 {
	xs := make([]float64, len(d.Cases))
	for i, scores := range d.Membership {
		x := 1.0
		for _, l := range literals {
			if l.negated {
				x = min(x, 1-scores[l.column])
			} else {
				x = min(x, scores[l.column])
			}
		}
		xs[i] = x
	}
	return xs
}

type fit struct{ consistency, pri, coverage float64 }

// measure computes the fit of x as a sufficient condition for y; see NewTable
// for the formulas, and coverage = sum min(x,y) / sum y. Where a sum in a
// denominator is zero the measure has no meaning and is given as 0, so that a
// result can always be written as JSON; a coded row or a term of a solution
// has a member, so there it cannot happen.
func measure(x, y []float64) fit {
	var sx, sy, both, doubt float64
	for i := range x {
		sx += x[i]
		sy += y[i]
		both += min(x[i], y[i])
		doubt += min(x[i], y[i], 1-y[i])
	}
	return fit{ratio(both, sx), ratio(both-doubt, sx-doubt), ratio(both, sy)}
}

func ratio(a, b float64) float64 {
	// Sums of the same numbers in another order may differ in the last bits.
	if math.Abs(b) < tolerance*tolerance {
		return 0
	}
	return a / b
}

// find gives the rows with an output, as configuration codes.
func (t Table) find(outputs ...Output) []int {
	var codes []int
	for _, r := range t.Rows {
		if slices.Contains(outputs, r.Output) {
			codes = append(codes, r.Number-1)
		}
	}
	return codes
}

// String is for messages and examples: one line per row.
func (r Row) String() string {
	s := ""
	for _, present := range r.Configuration {
		if present {
			s += "1"
		} else {
			s += "0"
		}
	}
	return fmt.Sprintf("%s %s n=%d consistency=%.3f PRI=%.3f %v", s, r.Output, r.N, r.Consistency, r.PRI, r.Cases)
}
