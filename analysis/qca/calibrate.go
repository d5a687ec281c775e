package qca

import (
	"fmt"
	"math"
)

// Crisp calibrates a raw value to 1 when it is at or above the threshold, and
// to 0 below it (Rihoux and Ragin 2009, ch. 3). Both are in the raw value's
// own unit. Choose a threshold with no raw value on it.
func Crisp(raw, threshold float64) (float64, error) {
	if err := known("the raw value", raw); err != nil {
		return 0, err
	}
	if err := known("the threshold", threshold); err != nil {
		return 0, err
	}
	if raw >= threshold {
		return 1, nil
	}
	return 0, nil
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
	if a.Exclusion < a.Crossover && a.Crossover < a.Inclusion || a.Exclusion > a.Crossover && a.Crossover > a.Inclusion {
		return nil
	}
	return fmt.Errorf("the anchors %v (fully out), %v (crossover), %v (fully in) neither rise nor fall: put the crossover strictly between the other two",
		a.Exclusion, a.Crossover, a.Inclusion)
}

// Fuzzy calibrates a raw value by the direct method (Ragin 2008, ch. 5): the
// log-odds of membership are 0 at the crossover and run in a straight line on
// each side to -L at exclusion and +L at inclusion,
//
//	m = 1 / (1 + exp(-L t)),  L = ln(0.95/0.05)
//	t = (raw - crossover) / (inclusion - crossover)   towards inclusion
//	t = (raw - crossover) / (crossover - exclusion)   towards exclusion
//
// so that membership is exactly 0.05, 0.5 and 0.95 at the anchors. Ragin's
// text rounds L to 3, which gives 0.047 and 0.953 there.
func Fuzzy(raw float64, a Anchors) (float64, error) {
	if err := a.Valid(); err != nil {
		return 0, err
	}
	if err := known("the raw value", raw); err != nil {
		return 0, err
	}
	t := (raw - a.Crossover) / (a.Inclusion - a.Crossover)
	if t < 0 {
		t = (raw - a.Crossover) / (a.Crossover - a.Exclusion)
	}
	return 1 / (1 + math.Exp(-math.Log(0.95/0.05)*t)), nil
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
