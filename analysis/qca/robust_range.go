package qca

import (
	"context"
	"fmt"
	"math"
	"slices"
)

// Edge is one end of a Range.
type Edge struct {
	// At is the last value with the same models or, when it is not Included, the value before which they end.
	At       float64 `json:"at"`
	Included bool    `json:"included"`
	// Limit says that no change was found: At is as far as the choice can go, or as far as was looked.
	Limit bool `json:"limit,omitempty"`
	// Beyond is the solution just outside the range, unless this is a Limit.
	Beyond Found `json:"beyond"`
}

// Range tells how far one choice could have been different, all others as they are, without another solution: the
// sensitivity range of Oana and Schneider (2021, Sociological Methods & Research). The solution is the same when
// the set of all its models is the same.
type Range struct {
	// Choice is "consistency", "frequency", "PRI", "contradiction", or for an anchor the name of the calibrated set.
	Choice string `json:"choice"`
	// Anchor names the anchor, such as "crossover".
	Anchor string `json:"anchor,omitempty"`
	// Value is what was chosen, in cases for the frequency and in the raw value's own unit for an anchor.
	Value float64 `json:"value"`
	Low   Edge    `json:"low"`
	High  Edge    `json:"high"`
	// Step is, for an anchor, the distance of the values that were tried; the ends were then narrowed down to a ten
	// thousandth of it. A change that is undone within less than a step can escape. For cut-offs it is 0: only the values
	// that rows have matter, all of them were tried, and the ends are exact.
	Step float64 `json:"step,omitempty"`
}

// String says the range in words.
func (r Range) String() string {
	name := r.Choice + " cut-off"
	if r.Anchor != "" {
		name = fmt.Sprintf("%s of %s", r.Anchor, r.Choice)
	}
	from := "from "
	if !r.Low.Included {
		from = "above "
	}
	to := " up to "
	if !r.High.Included {
		to = " to below "
	}
	s := fmt.Sprintf("%s %.6g: the solution is the same %s%.6g%s%.6g", name, r.Value, from, r.Low.At, to, r.High.At)
	if r.Low.Limit && r.High.Limit {
		return s + ", which is all that was tried"
	}
	if !r.Low.Limit {
		s += fmt.Sprintf("; below that: %v", r.Low.Beyond)
	}
	if !r.High.Limit {
		s += fmt.Sprintf("; above that: %v", r.High.Beyond)
	}
	return s
}

// CutoffRanges gives the range of each cut-off: consistency, frequency, PRI and, when there is one, contradiction.
//
// A cut-off matters only in comparison with the values that rows have, so that between two neighbouring values nothing
// changes: the ends of the ranges are such values and exact (up to the 1e-9 that is allowed for rounding when a row is
// coded). At the lower end of a consistency or PRI range the value itself is outside, since a row reaches a cut-off that
// equals its value.
func (a Analysis) CutoffRanges(ctx context.Context) ([]Range, error) {
	t, err := NewTable(a.Data, a.Cutoffs)
	if err != nil {
		return nil, err
	}
	s := NewSweep(a.Options)
	base, err := s.Solve(ctx, t)
	if err != nil {
		return nil, err
	}
	c := t.Cutoffs
	var incl, pri, n []float64
	for _, r := range t.Rows {
		incl, pri, n = append(incl, r.Consistency), append(pri, r.PRI), append(n, float64(r.N))
	}
	lowest := Edge{Limit: true}
	if c.Contradiction > 0 {
		lowest = Edge{At: c.Contradiction, Included: true, Limit: true}
	}
	type choice struct {
		name   string
		value  float64
		breaks []float64
		low    Edge
		high   float64
		set    func(c *Cutoffs, v float64)
	}
	choices := []choice{
		{"consistency", c.Consistency, incl, lowest, 1, func(c *Cutoffs, v float64) { c.Consistency = v }},
		{"frequency", float64(c.Frequency), n, Edge{Limit: true}, math.Inf(1), func(c *Cutoffs, v float64) { c.Frequency = int(v) }},
		{"PRI", c.PRI, pri, Edge{Included: true, Limit: true}, 1, func(c *Cutoffs, v float64) { c.PRI = v }},
	}
	if c.Contradiction > 0 {
		choices = append(choices, choice{"contradiction", c.Contradiction, incl, Edge{Limit: true}, c.Consistency, func(c *Cutoffs, v float64) { c.Contradiction = v }})
	}
	var out []Range
	for _, ch := range choices {
		solve := func(v float64) (Found, error) {
			c := c
			ch.set(&c, v)
			t, err := t.Recode(c)
			if err != nil {
				return Found{}, err
			}
			return s.Solve(ctx, t)
		}
		slices.Sort(ch.breaks)
		var tops []float64 // each the highest value of an interval in which nothing changes
		for _, v := range ch.breaks {
			if v > ch.low.At+tolerance && v < ch.high-tolerance && (len(tops) == 0 || v > tops[len(tops)-1]+tolerance) {
				tops = append(tops, v)
			}
		}
		if math.IsInf(ch.high, 1) {
			ch.high = max(ch.value, slices.Max(ch.breaks)+1)
		}
		if len(tops) == 0 || ch.high > tops[len(tops)-1] {
			tops = append(tops, ch.high)
		}
		at := 0
		for at < len(tops)-1 && tops[at] < ch.value-tolerance {
			at++
		}
		r := Range{Choice: ch.name, Value: ch.value, Low: ch.low, High: Edge{At: ch.high, Included: true, Limit: true}}
		for i := at - 1; i >= 0; i-- {
			f, err := solve(tops[i])
			if err != nil {
				return nil, err
			}
			if !f.Same(base) {
				r.Low = Edge{At: tops[i], Beyond: f}
				break
			}
		}
		if r.Low.Limit && ch.low.Included && ch.name == "consistency" {
			// The lowest value a consistency cut-off can have turns rows with that very consistency positive.
			f, err := solve(ch.low.At)
			if err != nil {
				return nil, err
			}
			if !f.Same(base) {
				r.Low = Edge{At: ch.low.At, Beyond: f}
			}
		}
		for i := at + 1; i < len(tops); i++ {
			f, err := solve(tops[i])
			if err != nil {
				return nil, err
			}
			if !f.Same(base) {
				r.High = Edge{At: tops[i-1], Included: true, Beyond: f}
				break
			}
		}
		if ch.name == "frequency" { // whole numbers
			r.Low.At, r.Low.Included = r.Low.At+1, true
		}
		out = append(out, r)
	}
	return out, nil
}

// Calibration is how a condition or the outcome got its scores, so that its anchors can be moved.
type Calibration struct {
	// Set is the name of the condition or of the outcome.
	Set string
	// Raw is [case], in the raw value's own unit.
	Raw []float64
	// Anchors are the anchors or thresholds that were used, and Names what they are called.
	Anchors []float64
	Names   []string
	// Score calibrates a raw value with any anchors. It refuses anchors that make no sense, such as a crossover above
	// full inclusion; the search for a range ends there.
	Score func(raw float64, anchors []float64) (float64, error)
}

// FuzzyCalibration is a calibration by the direct method; see Fuzzy.
func FuzzyCalibration(set string, raw []float64, a Anchors) Calibration {
	return Calibration{Set: set, Raw: raw, Anchors: []float64{a.Exclusion, a.Crossover, a.Inclusion},
		Names: []string{"exclusion", "crossover", "inclusion"},
		Score: func(x float64, a []float64) (float64, error) {
			return Fuzzy(x, Anchors{Exclusion: a[0], Crossover: a[1], Inclusion: a[2]})
		}}
}

// CrispCalibration is a calibration with one threshold; see Crisp.
func CrispCalibration(set string, raw []float64, threshold float64) Calibration {
	return Calibration{Set: set, Raw: raw, Anchors: []float64{threshold}, Names: []string{"threshold"},
		Score: func(x float64, a []float64) (float64, error) { return Crisp(x, a[0]) }}
}

// anchorSteps is how many values are tried on each side of an anchor, over the whole spread of the raw values.
const anchorSteps = 100

// AnchorRanges gives the range of each anchor of each calibration. The scores of the calibrated sets are made anew from
// the raw values, so that a score rounded or changed by hand in the data does not show as a change of the solution; a
// calibration that does not give the data's scores, within 0.02 for raw values and scores that were rounded, is an error.
//
// On each side an anchor moves in steps of a hundredth of the spread of the raw values, until the models change, the
// anchors make no sense any more, or it has moved by the whole spread; the end is then found by bisection. Where a raw value
// equals the crossover exactly its case belongs to no row: single such values inside a range are passed over.
func (a Analysis) AnchorRanges(ctx context.Context, calibrations []Calibration, progress Progress) ([]Range, error) {
	if err := a.Data.Valid(); err != nil {
		return nil, err
	}
	d := a.Data.clone()
	var bad problems
	type anchor struct{ calibration, anchor int }
	var anchors []anchor
	for n, c := range calibrations {
		if len(c.Raw) != len(d.Cases) {
			bad.add("the calibration of %q has %d raw values for %d cases: give one for each", c.Set, len(c.Raw), len(d.Cases))
			continue
		}
		if len(c.Names) != len(c.Anchors) || c.Score == nil {
			bad.add("the calibration of %q needs a name for each anchor and a function that scores", c.Set)
			continue
		}
		column, err := c.scores(c.Anchors)
		if err != nil {
			bad.add("the calibration of %q: %v", c.Set, err)
			continue
		}
		old, err := d.column(c.Set)
		if err != nil {
			bad.add("%v", err)
			continue
		}
		for i, x := range column {
			if math.Abs(x-old[i]) > 0.02 {
				bad.add("the calibration of %q gives case %q %.4f, but its score is %v: give the anchors and the method that were used", c.Set, d.Cases[i], x, old[i])
				break
			}
		}
		d.setColumn(c.Set, column)
		for i := range c.Anchors {
			anchors = append(anchors, anchor{n, i})
		}
	}
	if err := bad.err(); err != nil {
		return nil, err
	}
	s := NewSweep(a.Options)
	t, err := NewTable(d, a.Cutoffs)
	if err != nil {
		return nil, err
	}
	base, err := s.Solve(ctx, t)
	if err != nil {
		return nil, err
	}
	out := make([]Range, len(anchors))
	err = parallel(ctx, len(anchors), progress, func(n int) error {
		c, i := calibrations[anchors[n].calibration], anchors[n].anchor
		spread := slices.Max(c.Raw) - slices.Min(c.Raw)
		r := Range{Choice: c.Set, Anchor: c.Names[i], Value: c.Anchors[i], Step: spread / anchorSteps}
		d := d.clone()
		// solve gives no solution and no error where the anchors make no sense.
		solve := func(v float64) (f Found, sense bool, err error) {
			moved := slices.Clone(c.Anchors)
			moved[i] = v
			column, err := c.scores(moved)
			if err != nil {
				return Found{}, false, nil
			}
			d.setColumn(c.Set, column)
			t, err := NewTable(d, a.Cutoffs)
			if err != nil {
				return Found{}, false, err
			}
			f, err = s.Solve(ctx, t)
			return f, true, err
		}
		edge := func(direction float64) (Edge, error) {
			same := r.Value
			for k := range anchorSteps {
				// Steps that are no round numbers stay clear of raw values, which often are.
				next := r.Value + direction*r.Step*(float64(k)+0.618)
				f, sense, err := solve(next)
				if err != nil {
					return Edge{}, err
				}
				if sense && f.Same(base) {
					same = next
					continue
				}
				for math.Abs(next-same) > r.Step*1e-4 {
					middle := (same + next) / 2
					g, ok, err := solve(middle)
					if err != nil {
						return Edge{}, err
					}
					if ok && g.Same(base) {
						same = middle
					} else {
						next, f, sense = middle, g, ok
					}
				}
				return Edge{At: same, Included: true, Limit: !sense, Beyond: f}, nil
			}
			return Edge{At: same, Included: true, Limit: true}, nil
		}
		var err error
		if r.Low, err = edge(-1); err != nil {
			return err
		}
		r.High, err = edge(1)
		out[n] = r
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

func (c Calibration) scores(anchors []float64) ([]float64, error) {
	out := make([]float64, len(c.Raw))
	for i, x := range c.Raw {
		y, err := c.Score(x, anchors)
		if err != nil {
			return nil, err
		}
		out[i] = y
	}
	return out, nil
}

// column copies the scores of a condition or of the outcome.
func (d Data) column(name string) ([]float64, error) {
	if name == d.OutcomeName {
		return slices.Clone(d.Outcome), nil
	}
	j := slices.Index(d.Conditions, name)
	if j < 0 {
		return nil, fmt.Errorf("there is no condition and no outcome %q", name)
	}
	out := make([]float64, len(d.Values))
	for i, row := range d.Values {
		out[i] = row[j]
	}
	return out, nil
}

func (d Data) setColumn(name string, column []float64) {
	if name == d.OutcomeName {
		copy(d.Outcome, column)
		return
	}
	j := slices.Index(d.Conditions, name)
	for i, row := range d.Values {
		row[j] = column[i]
	}
}
