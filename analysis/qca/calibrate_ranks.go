package qca

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// allKnown checks raw values, which belong to the cases in order.
func allKnown(raw []float64) error {
	for i, x := range raw {
		if err := known(fmt.Sprintf("the raw value of case number %d", i+1), x); err != nil {
			return err
		}
	}
	return nil
}

// reached counts the values that are at most x. Counts are divided last, so
// that a membership of one half is exactly 0.5.
func reached(sorted []float64, x float64) float64 {
	n, _ := slices.BinarySearchFunc(sorted, x, func(v, x float64) int {
		if v <= x {
			return -1
		}
		return 1
	})
	return float64(n)
}

// TotallyFuzzy calibrates ordered raw values, such as answers on a scale of 1
// to 7, by the totally fuzzy and relative method (Cheli and Lemmi 1995):
//
//	m(x) = max(0, (F(x) - F(lowest)) / (1 - F(lowest)))
//
// with F(x) the share of cases at or below x. The lowest value gets 0, the
// highest 1. Memberships depend on which cases were studied, not on what the
// values mean: use it when no anchors can be argued for.
func TotallyFuzzy(raw []float64) ([]float64, error) {
	if err := allKnown(raw); err != nil {
		return nil, err
	}
	sorted := slices.Sorted(slices.Values(raw))
	if len(raw) == 0 || sorted[0] == sorted[len(sorted)-1] {
		return nil, fmt.Errorf("the %d raw values do not differ: there is nothing to calibrate", len(raw))
	}
	lowest, all := reached(sorted, sorted[0]), float64(len(raw))
	out := make([]float64, len(raw))
	for i, x := range raw {
		out[i] = (reached(sorted, x) - lowest) / (all - lowest)
	}
	return out, nil
}

// Ranked calibrates raw values by their ranks between the anchors: membership
// is 0 from exclusion outwards and 1 from inclusion outwards; from exclusion to the
// crossover, half the share of the values there that x has reached, and from
// the crossover to inclusion one half and half that share (Dusa 2019, ch. 4,
// the empirical distribution in place of a curve). With falling anchors it is 1
// less the membership with the anchors turned about.
func Ranked(raw []float64, a Anchors) ([]float64, error) {
	if err := a.Valid(); err != nil {
		return nil, err
	}
	if err := allKnown(raw); err != nil {
		return nil, err
	}
	falls := !a.rise()
	if falls {
		a.Exclusion, a.Inclusion = a.Inclusion, a.Exclusion
	}
	var below, above []float64
	for _, x := range raw {
		switch {
		case x >= a.Exclusion && x <= a.Crossover:
			below = append(below, x)
		case x > a.Crossover && x <= a.Inclusion:
			above = append(above, x)
		}
	}
	slices.Sort(below)
	slices.Sort(above)
	out := make([]float64, len(raw))
	for i, x := range raw {
		switch {
		case x <= a.Exclusion:
		case x >= a.Inclusion:
			out[i] = 1
		case x <= a.Crossover:
			out[i] = reached(below, x) / float64(2*len(below))
		default:
			out[i] = 0.5 + reached(above, x)/float64(2*len(above))
		}
		if falls {
			out[i] = 1 - out[i]
		}
	}
	return out, nil
}

// Indirect calibrates raw values, all above zero, by the indirect method
// (Ragin 2008, ch. 5): thresholds part the cases into ordered groups, each
// group stands for a rough membership, and a smooth curve through these gives the
// fine ones. The rough memberships run in equal steps from 0 to 1, rounded to
// three decimals as usual (four groups: 0, 0.333, 0.667, 1); a value on a threshold
// is in the lower group. The curve is a fractional logit with the fractional
// polynomial that R's QCA fits,
//
//	logit m = b0 + b1 ln x + b2 sqrt x + b3 x + b4 x^2
//
// by maximum quasi-likelihood (Papke and Wooldridge 1996; McCullagh and Nelder
// 1989, ch. 2: iteratively reweighted least squares). It can bend where few
// cases are: look at it before use.
func Indirect(raw, thresholds []float64) ([]float64, error) {
	if err := rising(thresholds); err != nil {
		return nil, err
	}
	if err := allKnown(raw); err != nil {
		return nil, err
	}
	groups := make([]bool, len(thresholds)+1)
	y := make([]float64, len(raw))
	columns := [indirectTerms][]float64{}
	for i, x := range raw {
		if x <= 0 {
			return nil, fmt.Errorf("the raw value of case number %d is %v, and the curve needs values above zero: shift or rescale the values", i+1, x)
		}
		g := 0
		for g < len(thresholds) && x > thresholds[g] {
			g++
		}
		groups[g] = true
		y[i] = math.Round(float64(g)/float64(len(thresholds))*1000) / 1000
		for j, v := range [...]float64{1, math.Log(x), math.Sqrt(x), x, x * x} {
			columns[j] = append(columns[j], v)
		}
	}
	if n := len(slices.Compact(slices.Sorted(slices.Values(raw)))); n <= indirectTerms {
		return nil, fmt.Errorf("there are %d different raw values, and the curve has %d coefficients: use the direct method", n, indirectTerms)
	}
	filled := 0
	for _, in := range groups {
		if in {
			filled++
		}
	}
	if filled < 2 {
		return nil, fmt.Errorf("all cases are in one group: choose thresholds that part them")
	}
	return fractionalLogit(columns[:], y)
}

const indirectTerms = 5

// fractionalLogit fits y, 0 to 1, by iteratively reweighted least squares and
// gives the fitted values.
func fractionalLogit(columns [][]float64, y []float64) ([]float64, error) {
	const (
		most  = 25   // rounds, as is usual
		close = 1e-8 // relative change of the deviance that ends them
	)
	q := orthogonal(columns)
	n := len(y)
	eta, mu := make([]float64, n), make([]float64, n)
	for i := range y {
		// Start near the data, away from 0 and 1 where the logit has no value.
		mu[i] = (y[i] + 0.5) / 2
		eta[i] = math.Log(mu[i] / (1 - mu[i]))
	}
	deviance := math.Inf(1)
	for range most {
		root, z := make([]float64, n), make([]float64, n)
		for i := range y {
			v := mu[i] * (1 - mu[i])
			root[i] = math.Sqrt(v)
			z[i] = root[i] * (eta[i] + (y[i]-mu[i])/v)
		}
		weighted := make([][]float64, len(q))
		for j, c := range q {
			weighted[j] = make([]float64, n)
			for i := range c {
				weighted[j][i] = c[i] * root[i]
			}
		}
		fitted := project(weighted, z)
		last := deviance
		deviance = 0
		for i := range y {
			eta[i] = fitted[i] / root[i]
			// Beyond this a membership is 0 or 1 to every printed digit; it
			// keeps the weights from vanishing.
			eta[i] = max(-30, min(30, eta[i]))
			mu[i] = 1 / (1 + math.Exp(-eta[i]))
			deviance += 2 * (xlogy(y[i], y[i]/mu[i]) + xlogy(1-y[i], (1-y[i])/(1-mu[i])))
		}
		if math.IsNaN(deviance) {
			break
		}
		if math.Abs(deviance-last) < close*(math.Abs(deviance)+0.1) {
			return mu, nil
		}
	}
	return nil, fmt.Errorf("no curve fits the groups after %d rounds: choose other thresholds, or the direct method", most)
}

func xlogy(x, y float64) float64 {
	if x == 0 {
		return 0
	}
	return x * math.Log(y)
}

// orthogonal makes the columns orthogonal and of length one (modified Gram and
// Schmidt, twice, so that the powers of large raw values lose no digits). Their
// span, and so the fitted curve, stays the same.
func orthogonal(columns [][]float64) [][]float64 {
	q := make([][]float64, 0, len(columns))
	for _, c := range columns {
		v := scaled(c)
		for range 2 {
			for _, u := range q {
				d := dot(u, v)
				for i := range v {
					v[i] -= d * u[i]
				}
			}
			v = scaled(v)
		}
		q = append(q, v)
	}
	return q
}

// project gives the least squares fit of z by the columns.
func project(columns [][]float64, z []float64) []float64 {
	fit := make([]float64, len(z))
	for _, u := range orthogonal(columns) {
		d := dot(u, z)
		for i := range fit {
			fit[i] += d * u[i]
		}
	}
	return fit
}

func scaled(v []float64) []float64 {
	length := math.Sqrt(dot(v, v))
	out := make([]float64, len(v))
	for i := range v {
		if length > 0 {
			out[i] = v[i] / length
		}
	}
	return out
}

func dot(a, b []float64) (sum float64) {
	for i := range a {
		sum += a[i] * b[i]
	}
	return sum
}

// Gaps proposes n thresholds where the raw values leave the largest gaps: the
// values are put together, the two groups that span least first (complete
// linkage, of equals the lowest), until n+1 groups are left; a threshold is the
// middle between the neighbouring values of two groups. A proposal to be argued
// for, not a finding: a threshold must mean something for the concept.
func Gaps(raw []float64, n int) ([]float64, error) {
	if err := allKnown(raw); err != nil {
		return nil, err
	}
	values := slices.Compact(slices.Sorted(slices.Values(raw)))
	if n < 1 || n >= len(values) {
		return nil, fmt.Errorf("%d thresholds are asked for and there are %d different raw values: at least one threshold, and more values than thresholds, are needed", n, len(values))
	}
	type span struct{ low, high float64 }
	groups := make([]span, len(values))
	for i, v := range values {
		groups[i] = span{v, v}
	}
	for len(groups) > n+1 {
		best := 0
		for i := range groups[1:] {
			if cmp.Less(groups[i+1].high-groups[i].low, groups[best+1].high-groups[best].low) {
				best = i
			}
		}
		groups[best].high = groups[best+1].high
		groups = slices.Delete(groups, best+1, best+2)
	}
	thresholds := make([]float64, n)
	for i := range thresholds {
		// Half the gap above the lower value, so that large values do not overflow.
		thresholds[i] = groups[i].high + (groups[i+1].low-groups[i].high)/2
	}
	return thresholds, nil
}
