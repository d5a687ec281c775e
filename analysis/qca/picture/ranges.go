package picture

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"throughline/analysis/qca"
)

// Ranges draws, for each cut-off and each calibration anchor, the value that was chosen, as a dot, and the range within which
// the solution stays the same, as a bar (Oana and Schneider 2021, Sociological Methods & Research). Each has a scale of its
// own that runs as far as was tried. A filled end still gives the same solution, a hollow one no longer; an arrow says
// that no other solution was found up to there.
func Ranges(ranges []qca.Range) (string, error) {
	if len(ranges) == 0 {
		return "", errors.New("there is no range to draw: find those of the cut-offs or anchors first")
	}
	for _, r := range ranges {
		for _, v := range []float64{r.Low.At, r.Value, r.High.At} {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return "", fmt.Errorf("the range of %s has an end that is no number: find it again", rangeName(r))
			}
		}
	}
	var c canvas
	const left, right = 10.0, 520.0
	const from, to = left + 14, right - 14
	s := style{size: small}
	y := 10.0
	var words []string
	for i, r := range ranges {
		low, high := tried(r)
		x := func(v float64) float64 {
			if high <= low {
				return (from + to) / 2
			}
			return from + (min(high, max(low, v))-low)/(high-low)*(to-from)
		}
		if i > 0 {
			c.line(left, y, right, y, thin)
			y += 8
		}
		name := wrap(fmt.Sprintf("%s: %.6g", rangeName(r), r.Value), normal, right-left)
		c.lines(left, y+normal, name, style{bold: true})
		y += style{}.lines(len(name))
		said := wrap(extent(r), small, right-left)
		c.lines(left, y+small, said, s)
		y += s.lines(len(said)) + 16
		// The scale.
		c.line(x(low), y, x(high), y, `stroke="#999" stroke-width="1"`)
		c.line(x(low), y-5, x(low), y+5, `stroke="#999" stroke-width="1"`)
		c.line(x(high), y-5, x(high), y+5, `stroke="#999" stroke-width="1"`)
		c.text(x(low), y+19, fmt.Sprintf("%.4g", low), style{size: 11, fill: grey})
		if high > low {
			c.text(x(high), y+19, fmt.Sprintf("%.4g", high), style{size: 11, fill: grey, anchor: "end"})
		}
		// The range.
		a, b := x(r.Low.At), x(r.High.At)
		c.line(a, y, max(b, a+1), y, `stroke="#000" stroke-width="5"`)
		c.end(a, y, -1, r.Low)
		c.end(b, y, 1, r.High)
		v := x(r.Value)
		c.add(`<path d="M%.1f %.1fl-6 -9h12z" fill="#000"/>`, v, y-4)
		c.reach(v+6, y)
		y += 32
		words = append(words, sentence(r))
	}
	c.line(left, y, right, y, thin)
	y += 8
	key := wrap("▼ the value chosen. ● the solution is still the same at this end, ○ no longer. An arrow: nothing else was found up to there. The thin line runs as far as was tried.", small, right-left)
	c.lines(left, y+small, key, s)
	c.reach(right, 0)
	return c.done("How far each choice could have been different", strings.Join(words, " ")), nil
}

// rangeName says which choice.
func rangeName(r qca.Range) string {
	if r.Anchor != "" {
		return fmt.Sprintf("%s of %s", r.Anchor, isolate(r.Choice))
	}
	return strings.ToUpper(r.Choice[:1]) + r.Choice[1:] + " cut-off"
}

// extent says the range in words.
func extent(r qca.Range) string {
	if r.Low.Limit && r.High.Limit {
		return fmt.Sprintf("same solution from %.6g to %.6g, all that was tried", r.Low.At, r.High.At)
	}
	low, high := fmt.Sprintf("from %.6g", r.Low.At), fmt.Sprintf("up to %.6g", r.High.At)
	switch {
	case r.Low.Limit:
		low = fmt.Sprintf("from %.6g, the least that was tried,", r.Low.At)
	case !r.Low.Included:
		low = fmt.Sprintf("above %.6g", r.Low.At)
	}
	switch {
	case r.High.Limit:
		high += ", the most that was tried"
	case !r.High.Included:
		high = fmt.Sprintf("to below %.6g", r.High.At)
	}
	return fmt.Sprintf("same solution %s %s", low, high)
}

func sentence(r qca.Range) string {
	return fmt.Sprintf("%s, %.6g: %s.", rangeName(r), r.Value, extent(r))
}

// tried is how far a choice was tried; where another solution was found first, how far it would have been: a consistency to
// 0 or 1, a frequency from 1 on, an anchor by the spread of the raw values, which is a hundred steps.
func tried(r qca.Range) (low, high float64) {
	low, high = 0, 1
	switch {
	case r.Anchor != "":
		low, high = r.Value-100*r.Step, r.Value+100*r.Step
	case r.Choice == "frequency":
		low, high = 1, r.High.At+1
	}
	if r.Low.Limit {
		low = r.Low.At
	}
	if r.High.Limit {
		high = r.High.At
	}
	return min(low, r.Low.At, r.Value), max(high, r.High.At, r.Value)
}

// end draws an end of a range; side is -1 for the lower one and 1 for the upper.
func (c *canvas) end(x, y, side float64, e qca.Edge) {
	switch {
	case e.Limit:
		c.add(`<path d="M%.1f %.1fl%g -7v14z" fill="#000"/>`, x+side*11, y, -side*11)
		c.reach(x+11, y+7)
	case e.Included:
		c.circle(x, y, 5.5, `fill="#000"`)
	default:
		c.circle(x, y, 5, `fill="#fff" stroke="#000" stroke-width="2"`)
	}
}
