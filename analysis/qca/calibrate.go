package qca

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Crisp calibrates a raw value to 1 when it is at or above the threshold, and
// to 0 below it (Rihoux and Ragin 2009, ch. 3). Both are in the raw value's
// own unit. Choose a threshold with no raw value on it.
func Crisp(raw, threshold float64) (float64, error) {
	level, err := Level(raw, []float64{threshold})
	return float64(level), err
}

// Level calibrates a raw value to a level of a multi-value condition: the
// number of thresholds it reaches, 0 to len(thresholds) (Cronqvist and
// Berg-Schlosser 2009, in Rihoux and Ragin, ch. 4). Thresholds rise, in the raw
// value's own unit; a value on a threshold has reached it.
func Level(raw float64, thresholds []float64) (int, error) {
	if err := known("the raw value", raw); err != nil {
		return 0, err
	}
	if err := rising(thresholds); err != nil {
		return 0, err
	}
	level := 0
	for level < len(thresholds) && raw >= thresholds[level] {
		level++
	}
	return level, nil
}

// rising says whether thresholds can part raw values.
func rising(thresholds []float64) error {
	if len(thresholds) == 0 {
		return fmt.Errorf("there is no threshold: give at least one")
	}
	for i, t := range thresholds {
		name := "the threshold"
		if len(thresholds) > 1 {
			name = fmt.Sprintf("threshold number %d", i+1)
		}
		if err := known(name, t); err != nil {
			return err
		}
		if i > 0 && t <= thresholds[i-1] {
			return fmt.Errorf("threshold number %d (%v) is not above the one before it (%v): give the thresholds in rising order, each once", i+1, t, thresholds[i-1])
		}
	}
	return nil
}

// Anchors are the three qualitative anchors of a fuzzy set, in the raw value's
// own unit. They rise or fall: with Inclusion below Exclusion a smaller raw
// value means more membership.
type Anchors struct {
	// Exclusion is the raw value from which a case is fully out (0.05).
	Exclusion float64 `json:"exclusion"`
	// Crossover is the raw value of greatest doubt (0.5).
	Crossover float64 `json:"crossover"`
	// Inclusion is the raw value from which a case is fully in (0.95).
	Inclusion float64 `json:"inclusion"`
}

// Valid says what is wrong with the anchors.
func (a Anchors) Valid() error {
	for _, v := range []struct {
		name string
		x    float64
	}{{"the anchor for fully out", a.Exclusion}, {"the crossover", a.Crossover}, {"the anchor for fully in", a.Inclusion}} {
		if err := known(v.name, v.x); err != nil {
			return err
		}
	}
	if a.rise() || a.Exclusion > a.Crossover && a.Crossover > a.Inclusion {
		return nil
	}
	return fmt.Errorf("the anchors %v (fully out), %v (crossover), %v (fully in) neither rise nor fall: put the crossover strictly between the other two",
		a.Exclusion, a.Crossover, a.Inclusion)
}

func (a Anchors) rise() bool { return a.Exclusion < a.Crossover && a.Crossover < a.Inclusion }

// Fuzzy calibrates a raw value by the direct method (Ragin 2008, ch. 5) with
// the zero Curve: the log-odds of membership are 0 at the crossover and run in a
// straight line on each side to -L at exclusion and +L at inclusion,
//
//	m = 1 / (1 + exp(-L t)),  L = ln(0.95/0.05)
//	t = (raw - crossover) / (inclusion - crossover)   towards inclusion
//	t = (raw - crossover) / (crossover - exclusion)   towards exclusion
//
// so that membership is exactly 0.05, 0.5 and 0.95 at the anchors. Ragin's
// text rounds L to 3, which gives 0.047 and 0.953 there.
func Fuzzy(raw float64, a Anchors) (float64, error) {
	return Curve{}.Membership(raw, a)
}

// Curve is the way membership runs between the anchors. The zero value is the
// logistic curve of the direct method.
type Curve struct {
	// Degree, of the logistic curve, is the membership at inclusion, between
	// 0.5 and 1; at exclusion it is 1 - Degree. Zero means 0.95.
	Degree float64 `json:"degree,omitempty"`
	// Linear asks for straight lines instead: membership is exactly 0 from
	// exclusion outwards and 1 from inclusion outwards (Dusa 2019, ch. 4).
	Linear bool `json:"linear,omitempty"`
	// Below and Above bend the lines on the side of exclusion and on the side of
	// inclusion: with an exponent above 1 membership changes fastest at the
	// crossover, below 1 at the anchor. Zero means 1, straight.
	Below float64 `json:"below,omitempty"`
	Above float64 `json:"above,omitempty"`
}

// Valid says what is wrong with the curve.
func (c Curve) Valid() error {
	switch {
	case !c.Linear && (c.Below != 0 || c.Above != 0):
		return fmt.Errorf("exponents bend straight lines only: ask for the linear curve, or leave them out")
	case c.Linear && c.Degree != 0:
		return fmt.Errorf("a degree of membership at inclusion belongs to the logistic curve: the linear one has 1 there")
	case c.Degree != 0 && !(c.Degree > 0.5 && c.Degree < 1):
		return fmt.Errorf("the degree of membership at inclusion is %v: choose a value above 0.5 and below 1, usually 0.95", c.Degree)
	}
	for _, p := range []float64{c.Below, c.Above} {
		if !(p >= 0) || math.IsInf(p, 0) {
			return fmt.Errorf("the exponent %v bends nothing: choose a number above 0", p)
		}
	}
	return nil
}

// Membership calibrates a raw value by the direct method. The logistic curve
// is that of Fuzzy, with L = ln(Degree/(1-Degree)). The linear one is, with t
// as there,
//
//	m = (1+t)^Below / 2      from exclusion (t = -1) to the crossover
//	m = 1 - (1-t)^Above / 2  from the crossover to inclusion (t = 1)
func (c Curve) Membership(raw float64, a Anchors) (float64, error) {
	if err := a.Valid(); err != nil {
		return 0, err
	}
	if err := c.Valid(); err != nil {
		return 0, err
	}
	if err := known("the raw value", raw); err != nil {
		return 0, err
	}
	return c.at(raw, a), nil
}

func (c Curve) at(raw float64, a Anchors) float64 {
	t := (raw - a.Crossover) / (a.Inclusion - a.Crossover)
	if t < 0 {
		t = (raw - a.Crossover) / (a.Crossover - a.Exclusion)
	}
	or := func(x, zero float64) float64 {
		if x == 0 {
			return zero
		}
		return x
	}
	switch {
	case !c.Linear:
		degree := or(c.Degree, 0.95)
		return 1 / (1 + math.Exp(-math.Log(degree/(1-degree))*t))
	case t <= -1:
		return 0
	case t >= 1:
		return 1
	case t < 0:
		return math.Pow(1+t, or(c.Below, 1)) / 2
	}
	return 1 - math.Pow(1-t, or(c.Above, 1))/2
}

// Bell holds the six anchors of a set whose members lie in the middle of the
// raw values (or, inverted, at both ends), in the raw value's own unit. Low are
// the anchors of the lower side, High those of the upper:
//
//	bell      Low rises to its inclusion, High falls from its inclusion on
//	inverted  Low falls to its exclusion, High rises from its exclusion on
type Bell struct {
	Low  Anchors `json:"low"`
	High Anchors `json:"high"`
}

// Valid says what is wrong with the anchors.
func (b Bell) Valid() error {
	if err := b.Low.Valid(); err != nil {
		return fmt.Errorf("on the lower side: %w", err)
	}
	if err := b.High.Valid(); err != nil {
		return fmt.Errorf("on the upper side: %w", err)
	}
	switch {
	case b.Low.rise() == b.High.rise():
		return fmt.Errorf("both sides rise or both fall, which three anchors say: let one rise and the other fall")
	case b.Low.rise() && b.Low.Inclusion > b.High.Inclusion:
		return fmt.Errorf("the lower side is fully in from %v only, above the %v where the upper side begins to fall: the sides overlap", b.Low.Inclusion, b.High.Inclusion)
	case !b.Low.rise() && b.Low.Exclusion > b.High.Exclusion:
		return fmt.Errorf("the lower side is fully out from %v only, above the %v where the upper side begins to rise: the sides overlap", b.Low.Exclusion, b.High.Exclusion)
	}
	return nil
}

// MembershipIn calibrates a raw value with six anchors: the smaller of the
// memberships by the two sides, for the inverted shape the larger. A bell is a
// set of what is neither too little nor too much (Dusa 2019, ch. 4).
func (c Curve) MembershipIn(raw float64, b Bell) (float64, error) {
	if err := b.Valid(); err != nil {
		return 0, err
	}
	if err := c.Valid(); err != nil {
		return 0, err
	}
	if err := known("the raw value", raw); err != nil {
		return 0, err
	}
	if b.Low.rise() {
		return min(c.at(raw, b.Low), c.at(raw, b.High)), nil
	}
	return max(c.at(raw, b.Low), c.at(raw, b.High)), nil
}

// Words are anchors in words: what each answer of a qualitative scale is worth
// as a membership (Ragin 2000, ch. 6).
type Words []Word

// Word is one step of a scale.
type Word struct {
	Word       string  `json:"word"`
	Membership float64 `json:"membership"` // 0 to 1
}

// FourWords and SixWords are Ragin's (2000, ch. 6) four- and six-value scales.
var (
	FourWords = Words{{"fully in", 1}, {"more in than out", 0.67}, {"more out than in", 0.33}, {"fully out", 0}}
	SixWords  = Words{{"fully in", 1}, {"mostly but not fully in", 0.8}, {"more or less in", 0.6},
		{"more or less out", 0.4}, {"mostly but not fully out", 0.2}, {"fully out", 0}}
)

// Valid says everything that is wrong with the scale.
func (ws Words) Valid() error {
	var bad problems
	if len(ws) < 2 {
		bad.add("a scale needs at least two words")
	}
	var names []string
	for _, w := range ws {
		names = append(names, strings.ToLower(strings.TrimSpace(w.Word)))
		if !(w.Membership >= 0 && w.Membership <= 1) {
			bad.add("the word %q has the membership %v, outside 0 to 1", w.Word, w.Membership)
		}
	}
	unique(&bad, "word", names)
	return bad.err()
}

// Membership is what a word is worth; capital and small letters and spaces
// around it make no difference.
func (ws Words) Membership(word string) (float64, error) {
	if err := ws.Valid(); err != nil {
		return 0, err
	}
	i := slices.IndexFunc(ws, func(w Word) bool { return strings.EqualFold(strings.TrimSpace(w.Word), strings.TrimSpace(word)) })
	if i < 0 {
		var names []string
		for _, w := range ws {
			names = append(names, fmt.Sprintf("%q", w.Word))
		}
		return 0, fmt.Errorf("%q is not a word of the scale: expected one of %s", word, strings.Join(names, ", "))
	}
	return ws[i].Membership, nil
}

func known(name string, x float64) error {
	switch {
	case math.IsNaN(x):
		return fmt.Errorf("%s is missing: give a number", name)
	case math.IsInf(x, 0):
		return fmt.Errorf("%s is infinite: give a number", name)
	}
	return nil
}
