// Package technique picks cases by the techniques of the literature, where
// each serves another purpose: typical, deviant, influential, extreme, pathway,
// crucial and diverse cases, and most similar and most different pairs, by
// regression and matching (Seawright and Gerring 2008, Political Research
// Quarterly 61:294-308; Gerring 2007, Comparative Political Studies
// 40:231-253); most similar systems with different outcomes and most different
// systems with the same outcome, by Boolean distance (De Meur and
// Berg-Schlosser 1994, European Journal of Political Research 26:193-219); and
// cases to study after a QCA (Schneider and Rohlfing 2013, Sociological Methods
// & Research 42:559-597; 2016, same journal 45:526-568).
//
// Nothing here is drawn by chance. Cases and pairs that come out equal share a
// rank, so that nobody takes the first of them for the best.
package technique

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
)

// Variable is a column of a table: its name, and a value for each case.
type Variable struct {
	Name string `json:"name"`
	// Values in the order of the cases, in any unit; NaN when missing.
	Values []float64 `json:"values"`
}

// Table is what the techniques that rest on regression and matching look at.
type Table struct {
	// Cases are ids, each of them once.
	Cases []string `json:"cases"`
	// Outcome is what is explained (Y), Condition the cause in which the study
	// is interested (X1), and Controls what else may explain the outcome (Z).
	// A technique says which of them it needs; one without a name is not there.
	Outcome   Variable   `json:"outcome"`
	Condition Variable   `json:"condition"`
	Controls  []Variable `json:"controls,omitempty"`
}

// LeftOut is a case that a technique cannot use.
type LeftOut struct {
	Case string `json:"case"`
	// Missing are the variables that have no value for it.
	Missing []string `json:"missing"`
}

// Ranked is a case with its place in the order of a technique.
type Ranked struct {
	Case string `json:"case"`
	// Rank is 1 for the best; cases that tie share one, and the next has that
	// of its place.
	Rank int `json:"rank"`
	// Score is what the cases are ranked by; each technique says what it is. It
	// may be infinite, which is null in JSON.
	Score float64 `json:"score"`
}

// MarshalJSON writes null for a score that is infinite.
func (r Ranked) MarshalJSON() ([]byte, error) {
	type plain Ranked // without this method
	return json.Marshal(struct {
		plain
		Score *float64 `json:"score"`
	}{plain(r), finite(r.Score)})
}

// finite is nil for what JSON cannot hold.
func finite(x float64) *float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return nil
	}
	return &x
}

// Best are the first n of a ranking, with all that tie with the last of them.
func Best(ranking []Ranked, n int) []Ranked {
	if n <= 0 {
		return nil
	}
	for n < len(ranking) && ranking[n].Rank == ranking[n-1].Rank {
		n++
	}
	return ranking[:min(n, len(ranking))]
}

// tied is how close two scores count as equal, as a share of the largest of all:
// symmetric data give equal scores that differ in the last bits.
const tied = 1e-9

// rank orders cases by score. What is not a number is left out; infinity comes
// where it belongs.
func rank(cases []string, score []float64, largest bool) []Ranked {
	out := make([]Ranked, 0, len(cases))
	most := 0.0
	for i, x := range score {
		if !math.IsNaN(x) {
			out = append(out, Ranked{Case: cases[i], Score: x})
		}
		if !math.IsInf(x, 0) {
			most = max(most, math.Abs(x))
		}
	}
	slices.SortStableFunc(out, func(a, b Ranked) int { return order(a.Score, b.Score, largest) })
	from := 0
	for i := range out {
		if i > 0 && !same(out[from].Score, out[i].Score, most) {
			slices.SortFunc(out[from:i], func(a, b Ranked) int { return strings.Compare(a.Case, b.Case) })
			from = i
		}
		out[i].Rank = from + 1
	}
	slices.SortFunc(out[from:], func(a, b Ranked) int { return strings.Compare(a.Case, b.Case) })
	return out
}

func order(a, b float64, largest bool) int {
	if largest {
		a, b = b, a
	}
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// same tells whether two scores are equal when the largest of all is most.
func same(a, b, most float64) bool { return a == b || math.Abs(a-b) <= tied*most }

// check finds what is wrong with cases and variables: all of it, in one go.
func check(cases []string, variables []Variable) error {
	var wrong []error
	add := func(format string, args ...any) { wrong = append(wrong, fmt.Errorf(format, args...)) }
	seen := map[string]int{}
	for i, c := range cases {
		switch at, twice := seen[c]; {
		case c == "":
			add("case %d has no id", i+1)
		case twice:
			add("id %s is that of case %d and of case %d; give each case its own", c, at+1, i+1)
		default:
			seen[c] = i
		}
	}
	names := map[string]bool{}
	for i, v := range variables {
		switch {
		case v.Name == "":
			add("variable %d has no name", i+1)
		case names[v.Name]:
			add("variable %s is used twice; use each variable once", v.Name)
		case len(v.Values) != len(cases):
			add("variable %s has %d values for %d cases", v.Name, len(v.Values), len(cases))
		}
		names[v.Name] = true
		for j, x := range v.Values {
			if math.IsInf(x, 0) && j < len(cases) {
				add("variable %s is infinite for %s; leave it empty when it is not known", v.Name, cases[j])
			}
		}
	}
	return errors.Join(wrong...)
}

// complete gives the places of the cases that have a value of each variable,
// and names the others.
func complete(cases []string, variables []Variable) (rows []int, left []LeftOut) {
	left = []LeftOut{}
	for i, c := range cases {
		var missing []string
		for _, v := range variables {
			if math.IsNaN(v.Values[i]) {
				missing = append(missing, v.Name)
			}
		}
		if missing == nil {
			rows = append(rows, i)
		} else {
			left = append(left, LeftOut{c, missing})
		}
	}
	return rows, left
}

// at picks values of a variable.
func (v Variable) at(rows []int) []float64 {
	out := make([]float64, len(rows))
	for i, r := range rows {
		out[i] = v.Values[r]
	}
	return out
}

func pick(cases []string, rows []int) []string {
	out := make([]string, len(rows))
	for i, r := range rows {
		out[i] = cases[r]
	}
	return out
}

// moments are the mean and the standard deviation (of a sample) of values.
func moments(x []float64) (mean, sd float64) {
	for _, v := range x {
		mean += v / float64(len(x))
	}
	if len(x) < 2 {
		return mean, 0
	}
	for _, v := range x {
		sd += (v - mean) * (v - mean)
	}
	return mean, math.Sqrt(sd / float64(len(x)-1))
}

// constant tells whether values do not vary.
func constant(x []float64) bool {
	return len(x) == 0 || slices.Min(x) == slices.Max(x)
}

// varied finds a variable that has one value in all cases: nothing can be
// learnt from it, and no distance or coefficient is defined.
func varied(variables []Variable, rows []int) error {
	var wrong []error
	for _, v := range variables {
		if x := v.at(rows); constant(x) {
			wrong = append(wrong, fmt.Errorf("variable %s is %v in all %d cases that have every value; leave it out", v.Name, x[0], len(x)))
		}
	}
	return errors.Join(wrong...)
}
