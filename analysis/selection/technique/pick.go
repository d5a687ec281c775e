package technique

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
)

// Influence is a measure of how much a case sways a model.
type Influence string

const (
	// Cook's D: on all coefficients together.
	Cook Influence = "cook"
	// DFBeta: on the coefficient of the condition.
	DFBeta Influence = "dfbeta"
	// Leverage: by its unusual condition and controls, whatever its outcome.
	Leverage Influence = "leverage"
)

func (f Fit) cases() []string {
	out := make([]string, len(f.Cases))
	for i, d := range f.Cases {
		out[i] = d.Case
	}
	return out
}

func (f Fit) by(largest bool, score func(Diagnostic) float64) []Ranked {
	s := make([]float64, len(f.Cases))
	for i, d := range f.Cases {
		s[i] = score(d)
	}
	return rank(f.cases(), s, largest)
}

// Typical ranks cases by how close they lie to the model: the score is the
// distance |Y - Yhat|, smallest first (Seawright and Gerring 2008).
func (f Fit) Typical() []Ranked {
	return f.by(false, func(d Diagnostic) float64 { return math.Abs(d.Residual) })
}

// Deviant ranks cases by how badly the model explains them: the score is the
// externally studentised residual without its sign, largest first (Seawright
// and Gerring 2008). A case of leverage 1 cannot be deviant and has no rank.
// It is an error when the model fits perfectly.
func (f Fit) Deviant() ([]Ranked, error) {
	if f.Perfect {
		return nil, fmt.Errorf("no case is deviant: %s follows from %s in every case", f.Outcome, strings.Join(append([]string{f.Condition}, f.Controls...), ", "))
	}
	return f.by(true, func(d Diagnostic) float64 { return math.Abs(d.Studentised) }), nil
}

// Influential ranks cases by a measure of influence without its sign, largest
// first (Seawright and Gerring 2008). It is an error when the measure is not
// known, or needs residuals and the model fits perfectly.
func (f Fit) Influential(measure Influence) ([]Ranked, error) {
	if f.Perfect && measure != Leverage {
		return nil, errors.New("no case is influential: the model fits every case perfectly, and would without any of them; leverage can still be asked for")
	}
	switch measure {
	case Cook:
		return f.by(true, func(d Diagnostic) float64 { return d.Cook }), nil
	case DFBeta:
		return f.by(true, func(d Diagnostic) float64 { return math.Abs(d.DFBeta) }), nil
	case Leverage:
		return f.by(true, func(d Diagnostic) float64 { return d.Leverage }), nil
	}
	return nil, fmt.Errorf("the measure of influence is %q; expected cook, dfbeta or leverage", measure)
}

// Pathway ranks cases by how much the condition is needed to explain them: the
// score is |residual without it| - |residual with it|, largest first. Only
// cases with a score above zero are listed (Gerring 2007: the condition brings
// the case closer to the model).
func (f Fit) Pathway() []Ranked {
	return positive(f.by(true, func(d Diagnostic) float64 { return math.Abs(d.Reduced) - math.Abs(d.Residual) }))
}

// LeastLikely ranks cases in which the outcome came though all but the
// condition spoke against it, and MostLikely those in which it did not come
// though all but the condition spoke for it (Gerring 2007 on crucial cases).
// What spoke is the model of the controls alone. The score is how far the
// outcome lies above (least likely) or below (most likely) what that model
// expects, largest first; only cases are listed that are expected on one side
// of the mean of the outcome and found on the other. It is an error when there
// are no controls, as then nothing is expected.
func (f Fit) LeastLikely() ([]Ranked, error) { return f.crucial(1) }

// MostLikely is explained with LeastLikely.
func (f Fit) MostLikely() ([]Ranked, error) { return f.crucial(-1) }

func (f Fit) crucial(sign float64) ([]Ranked, error) {
	if len(f.Controls) == 0 {
		return nil, errors.New("a crucial case needs controls: what but the condition speaks for the outcome or against it")
	}
	mean := 0.0
	for _, d := range f.Cases {
		mean += d.Outcome / float64(len(f.Cases))
	}
	return positive(f.by(true, func(d Diagnostic) float64 {
		if expected := d.Outcome - d.Reduced; sign*(d.Outcome-mean) > 0 && sign*(expected-mean) < 0 {
			return sign * d.Reduced
		}
		return math.NaN()
	})), nil
}

// positive are those with a score above zero, and above what is rounding.
func positive(r []Ranked) []Ranked {
	if len(r) == 0 {
		return r
	}
	most := max(math.Abs(r[0].Score), math.Abs(r[len(r)-1].Score))
	n := slices.IndexFunc(r, func(x Ranked) bool { return x.Score <= tied*most })
	if n < 0 {
		return r
	}
	return r[:n]
}

// Extreme ranks cases by how far a variable lies from its mean, in standard
// deviations (of a sample) and without the sign, largest first (Seawright and
// Gerring 2008). Cases without a value are left out. It is an error when there
// are not two values.
func Extreme(cases []string, v Variable) ([]Ranked, []LeftOut, error) {
	if err := check(cases, []Variable{v}); err != nil {
		return nil, nil, err
	}
	rows, left := complete(cases, []Variable{v})
	if len(rows) < 2 {
		return nil, left, fmt.Errorf("variable %s is known for %d cases: none can be extreme", v.Name, len(rows))
	}
	if err := varied([]Variable{v}, rows); err != nil {
		return nil, left, err
	}
	x := v.at(rows)
	mean, sd := moments(x)
	for i := range x {
		x[i] = math.Abs(x[i]-mean) / sd
	}
	return rank(pick(cases, rows), x, true), left, nil
}

// Bin is a range of a variable, with both ends.
type Bin struct {
	Variable string  `json:"variable"`
	Low      float64 `json:"low"`
	High     float64 `json:"high"`
}

// Cell is a combination of bins that cases show.
type Cell struct {
	Bins []Bin `json:"bins"`
	// Cases of the cell, those nearest to its middle first.
	Cases []Ranked `json:"cases"`
}

// Diverse sorts cases into the cells that bins of all variables make, so that
// one from each cell shows the whole variety (Seawright and Gerring 2008). A
// variable with at most that many different values has a bin for each of them;
// others are cut at quantiles, equal values staying together, so that there may
// be fewer bins. The score of a case is its distance from the mean of its cell,
// with each variable in standard deviations of all cases. Cells are in order of
// the bins. It is an error when there are fewer than two bins, no variables or
// no cases.
func Diverse(cases []string, variables []Variable, bins int) ([]Cell, []LeftOut, error) {
	if bins < 2 {
		return nil, nil, fmt.Errorf("%d bins make no variety; choose 2 or more", bins)
	}
	if len(variables) == 0 {
		return nil, nil, errors.New("diverse cases need at least one variable in which they differ")
	}
	if err := check(cases, variables); err != nil {
		return nil, nil, err
	}
	rows, left := complete(cases, variables)
	if len(rows) == 0 {
		return nil, left, errors.New("no case has a value of every variable")
	}
	place := make([][]int, len(rows)) // by case and variable: the bin
	scaled := make([][]float64, len(rows))
	ranges := make([][]Bin, len(variables))
	for j, v := range variables {
		x := v.at(rows)
		_, sd := moments(x)
		tops := cuts(x, bins)
		ranges[j] = make([]Bin, len(tops))
		for b := range tops {
			ranges[j][b] = Bin{v.Name, math.Inf(1), tops[b]}
		}
		for i := range x {
			b, _ := slices.BinarySearch(tops, x[i])
			place[i] = append(place[i], b)
			ranges[j][b].Low = min(ranges[j][b].Low, x[i])
			if sd > 0 {
				x[i] /= sd
			}
			scaled[i] = append(scaled[i], x[i])
		}
	}
	members := make([]int, len(rows))
	for i := range members {
		members[i] = i
	}
	slices.SortStableFunc(members, func(a, b int) int { return slices.Compare(place[a], place[b]) })
	var out []Cell
	for len(members) > 0 {
		n := 1
		for n < len(members) && slices.Equal(place[members[n]], place[members[0]]) {
			n++
		}
		var c Cell
		for j := range variables {
			c.Bins = append(c.Bins, ranges[j][place[members[0]][j]])
		}
		middle := make([]float64, len(variables))
		for _, i := range members[:n] {
			for j, x := range scaled[i] {
				middle[j] += x / float64(n)
			}
		}
		names, away := make([]string, n), make([]float64, n)
		for k, i := range members[:n] {
			names[k] = cases[rows[i]]
			for j, x := range scaled[i] {
				away[k] = math.Hypot(away[k], x-middle[j])
			}
		}
		c.Cases = rank(names, away, false)
		out = append(out, c)
		members = members[n:]
	}
	return out, left, nil
}

// cuts are the highest values of bins: of each different value when there are
// few, or else of equal shares of the cases, with equal values together.
func cuts(x []float64, bins int) []float64 {
	s := slices.Clone(x)
	slices.SortFunc(s, cmp.Compare[float64])
	if u := slices.Compact(slices.Clone(s)); len(u) <= bins {
		return u
	}
	var tops []float64
	for b := 1; b <= bins; b++ {
		tops = append(tops, s[(b*len(s)+bins-1)/bins-1])
	}
	return slices.Compact(tops)
}
