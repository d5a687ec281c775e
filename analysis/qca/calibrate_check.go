package qca

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// SkewLow and SkewHigh bound the share of cases above 0.5 beyond which a set
// is called skewed (Schneider and Wagemann 2012, ch. 9, warn of skewed sets;
// SetMethods and Oana, Schneider and Thomann 2021 use 20 and 80 percent).
const (
	SkewLow  = 0.2
	SkewHigh = 0.8
)

// Spread says how the cases lie in a calibrated set.
type Spread struct {
	// Cases is their number.
	Cases int `json:"cases"`
	// Above is how many have a membership above 0.5.
	Above int `json:"above"`
	// Half are the cases at exactly 0.5, by index from 0. They belong to no
	// row of a truth table: decide them from the evidence.
	Half []int `json:"half"`
	// Lowest and Highest membership, and how many different ones there are.
	Lowest    float64 `json:"lowest"`
	Highest   float64 `json:"highest"`
	Different int     `json:"different"`
}

// NewSpread looks at the memberships, 0 to 1, of a set.
func NewSpread(memberships []float64) (Spread, error) {
	if len(memberships) == 0 {
		return Spread{}, fmt.Errorf("there are no cases: add at least one")
	}
	s := Spread{Cases: len(memberships), Half: []int{}, Lowest: math.Inf(1), Highest: math.Inf(-1)}
	for i, m := range memberships {
		if !(m >= 0 && m <= 1) {
			return Spread{}, fmt.Errorf("case number %d has the membership %v, outside 0 to 1: calibrate it first", i+1, m)
		}
		switch {
		case m > 0.5:
			s.Above++
		case m == 0.5:
			s.Half = append(s.Half, i)
		}
		s.Lowest, s.Highest = min(s.Lowest, m), max(s.Highest, m)
	}
	s.Different = len(slices.Compact(slices.Sorted(slices.Values(memberships))))
	return s, nil
}

// Share is the share of cases above 0.5, 0 to 1.
func (s Spread) Share() float64 { return float64(s.Above) / float64(max(s.Cases, 1)) }

// Skewed says whether fewer than 20 or more than 80 percent of the cases are
// above 0.5. A skewed condition is consistent with almost any outcome, and with
// its absence too.
func (s Spread) Skewed() bool { return s.Share() < SkewLow || s.Share() > SkewHigh }

// BarelyVaries says whether at most one case lies on the other side of 0.5 than
// the rest, or all memberships lie within a tenth of each other: what one case
// decides is no comparison.
func (s Spread) BarelyVaries() bool {
	out := s.Cases - s.Above - len(s.Half)
	return min(s.Above, out) <= 1 || s.Highest-s.Lowest < 0.1
}

// Warnings says in words what to look at before the set is used; cases are
// their names, in the order of the memberships.
func (s Spread) Warnings(cases []string) []string {
	var all []string
	if len(s.Half) > 0 {
		var names []string
		for _, i := range s.Half {
			if i < len(cases) {
				names = append(names, cases[i])
			} else {
				names = append(names, fmt.Sprintf("case number %d", i+1))
			}
		}
		all = append(all, fmt.Sprintf("a membership of exactly 0.5 says neither in nor out, and such cases are in no row of the truth table: decide from the evidence for %s", strings.Join(names, ", ")))
	}
	share := fmt.Sprintf("%d of %d cases (%.2f %%) are more in than out", s.Above, s.Cases, 100*s.Share())
	switch {
	case s.Lowest == s.Highest:
		all = append(all, fmt.Sprintf("every case has the membership %.4g: what does not vary explains nothing", s.Lowest))
	case s.BarelyVaries():
		all = append(all, share+fmt.Sprintf(", with memberships from %.4g to %.4g: the set barely varies, so that one case decides what it explains", s.Lowest, s.Highest))
	case s.Skewed():
		all = append(all, share+": the set is skewed, so that consistency comes too easily; look at PRI and at the absence of the outcome too")
	}
	return all
}

// LevelWarnings says in words what to look at before a multi-value condition is used; levels are those of the cases, from
// 0 to n-1: that it does not vary, that it varies by one case, which is the rule of BarelyVaries, or that a level is empty.
func LevelWarnings(levels []int, n int) []string {
	if len(levels) == 0 {
		return nil
	}
	at := make([]int, max(n, slices.Max(levels)+1))
	for _, l := range levels {
		at[max(l, 0)]++
	}
	most := 0
	var empty []string
	for l, cases := range at {
		if cases > at[most] {
			most = l
		}
		if cases == 0 {
			empty = append(empty, fmt.Sprint(l))
		}
	}
	var all []string
	switch len(levels) - at[most] {
	case 0:
		all = append(all, fmt.Sprintf("every case is at level %d: what does not vary explains nothing", most))
	case 1:
		all = append(all, fmt.Sprintf("all cases but one are at level %d: the condition barely varies, so that one case decides what it explains", most))
	}
	if len(empty) > 0 {
		all = append(all, fmt.Sprintf("no case is at level %s, so that every configuration with it is unseen: place the thresholds between cases, or use fewer", strings.Join(empty, " or ")))
	}
	return all
}
