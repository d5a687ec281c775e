package qca

import "math"

// fit is how well a set goes together with the outcome; see NewTable for consistency and PRI, and
//
//	coverage = sum min(x,y) / sum y
type fit struct{ consistency, pri, coverage float64 }

// measure computes the fit of x as a sufficient condition for y. Where a sum in a denominator is zero the measure has no
// meaning and is given as 0, so that a result can always be written as JSON; a coded row or a term of a solution has a
// member, so there it cannot happen.
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
