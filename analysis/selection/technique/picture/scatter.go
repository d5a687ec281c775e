// Package picture draws what techniques of case selection find as SVG: readable in print and without colour, with a title and
// a description, and without script or anything from elsewhere.
package picture

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"throughline/analysis/selection/technique"
)

// Mark is a case that a technique picked.
type Mark struct {
	Case string
	// As is the technique, such as "typical": at most MostKinds different ones.
	As string
}

// MostKinds is how many kinds of marks can be told apart without colour.
const MostKinds = 4

// Sizes of the scatter.
const (
	side    = 420.0 // of the square
	padding = 22.0  // from its sides to where the axes begin and end
)

// Scatter draws the cases of a model. A model without controls shows the condition from left to right, the outcome upwards, and the
// line; one with controls shows what the model expects from left to right, so that the line is where the outcome is as
// expected. The distance from the line, upwards, is the residual in both. Marked cases have a shape for each kind and their
// name, the others are small dots. It is an error when there are no cases, a mark names none of them, or there are more than
// MostKinds kinds.
func Scatter(f technique.Fit, marks []Mark) (string, error) {
	if len(f.Cases) == 0 {
		return "", errors.New("there is no case to draw")
	}
	var kinds []string
	as := map[string][]string{} // kinds of a case
	for _, m := range marks {
		if !slices.ContainsFunc(f.Cases, func(d technique.Diagnostic) bool { return d.Case == m.Case }) {
			return "", fmt.Errorf("the mark names case %q, which is not in the model", m.Case)
		}
		if !slices.Contains(kinds, m.As) {
			kinds = append(kinds, m.As)
		}
		if !slices.Contains(as[m.Case], m.As) {
			as[m.Case] = append(as[m.Case], m.As)
		}
	}
	if len(kinds) > MostKinds {
		return "", fmt.Errorf("there are %d kinds of marks, and %d can be told apart", len(kinds), MostKinds)
	}
	across, what := func(d technique.Diagnostic) float64 { return d.Condition }, f.Condition
	intercept, slope := f.Coefficients[0].Estimate, f.Coefficients[1].Estimate
	if len(f.Controls) > 0 {
		across, what = func(d technique.Diagnostic) float64 { return d.Fitted }, f.Outcome+" as the model expects it"
		intercept, slope = 0, 1
	}
	x, y := newAxis(), newAxis()
	for _, d := range f.Cases {
		x.hold(across(d))
		y.hold(d.Outcome)
	}
	x.settle()
	y.hold(intercept + slope*x.low) // the line is seen from end to end where that does not squeeze the cases
	y.hold(intercept + slope*x.high)
	y.settle()

	var c canvas
	up := wrap(f.Outcome, normal, side)
	left := 10 + float64(len(up))*normal*lead + y.widest() + 14
	top := 10.0
	for i, k := range kinds { // the key
		c.shape(i, 10+6, top+6, 5.5)
		for _, l := range wrap(k, small, left+side-40) {
			c.text(28, top+10, l, style{size: small})
			top += small * lead
		}
		top += 3
	}
	top += 6
	x.from, x.to = left+padding, left+side-padding
	y.from, y.to = top+side-padding, top+padding
	c.rect(left, top, side, side, `fill="none" stroke="#000" stroke-width="1.2"`)
	for _, v := range x.ticks() {
		c.line(x.at(v), top+side, x.at(v), top+side+4, solid)
		c.text(x.at(v), top+side+17, x.label(v), style{size: small, anchor: "middle"})
	}
	for _, v := range y.ticks() {
		c.line(left-4, y.at(v), left, y.at(v), solid)
		c.text(left-7, y.at(v)+4, y.label(v), style{size: small, anchor: "end"})
	}
	for i, l := range up {
		c.text(10+0.8*normal+float64(i)*normal*lead, top+side/2, l, style{anchor: "middle", turned: true})
	}
	for i, l := range wrap(what, normal, side) {
		c.text(left+side/2, top+side+24+normal+float64(i)*normal*lead, l, style{anchor: "middle"})
	}
	c.line(x.at(x.low), y.at(intercept+slope*x.low), x.at(x.high), y.at(intercept+slope*x.high), `stroke="#000" stroke-width="1.2"`)

	inside := box{left, top, left + side, top + side}
	around := func(d technique.Diagnostic) float64 { return 5.5 + 3*float64(len(as[d.Case])-1) } // of several kinds: one shape around the other
	var marked []technique.Diagnostic
	var taken []box
	for _, d := range f.Cases {
		px, py := x.at(across(d)), y.at(d.Outcome)
		if as[d.Case] == nil {
			c.circle(px, py, 2.2, `fill="#999" stroke="#fff" stroke-width="0.5"`, isolate(d.Case))
			continue
		}
		marked = append(marked, d)
		r := around(d)
		taken = append(taken, box{px - r, py - r, px + r, py + r})
		c.line(px, py, px, y.at(d.Outcome-d.Residual), `stroke="#777" stroke-width="0.8" stroke-dasharray="3 2"`)
	}
	for _, d := range marked {
		for k, a := range as[d.Case] {
			c.shape(slices.Index(kinds, a), x.at(across(d)), y.at(d.Outcome), around(d)-3*float64(k))
		}
	}
	var unplaced []string
	for _, d := range marked {
		px, py := x.at(across(d)), y.at(d.Outcome)
		if !c.label(isolate(d.Case), px, py, around(d)+3, inside, &taken) {
			number := fmt.Sprint(len(unplaced) + 1)
			c.text(px+around(d)+1, py-5, number, style{size: small, bold: true})
			unplaced = append(unplaced, number+" "+isolate(d.Case))
		}
	}
	below := top + side + 24 + normal*lead*float64(len(wrap(what, normal, side))) + normal
	for i, l := range wrap(strings.Join(unplaced, ", "), small, left+side-20) {
		c.text(10, below+float64(i)*small*lead, l, style{size: small})
	}
	var told []string
	for _, k := range kinds {
		var cases []string
		for _, m := range marks {
			if m.As == k && !slices.Contains(cases, isolate(m.Case)) {
				cases = append(cases, isolate(m.Case))
			}
		}
		told = append(told, k+": "+strings.Join(cases, ", "))
	}
	description := fmt.Sprintf("%d cases by %s, from left to right, and %s, upwards, with the line of a linear model that explains %.0f %% of the variance.", len(f.Cases), what, f.Outcome, 100*f.RSquared)
	if len(told) > 0 {
		description += " Marked: " + strings.Join(told, "; ") + "."
	}
	return c.done(f.Outcome+" and its model", description), nil
}

// axis goes from the lowest to the highest value.
type axis struct {
	low, high float64 // values
	from, to  float64 // places
}

func newAxis() *axis { return &axis{low: math.Inf(1), high: math.Inf(-1)} }

func (a *axis) hold(v float64) { a.low, a.high = min(a.low, v), max(a.high, v) }

// settle gives an axis of one value some length.
func (a *axis) settle() {
	if a.low == a.high {
		a.low, a.high = a.low-0.5, a.high+0.5
	}
}

func (a *axis) at(v float64) float64 { return a.from + (v-a.low)/(a.high-a.low)*(a.to-a.from) }

// step between ticks is 1, 2 or 5 times a power of ten, so that there are four to eight of them.
func (a *axis) step() float64 {
	s := math.Pow(10, math.Floor(math.Log10((a.high-a.low)/4)))
	for _, m := range []float64{5, 2} {
		if (a.high-a.low)/(m*s) >= 4 {
			return m * s
		}
	}
	return s
}

func (a *axis) ticks() []float64 {
	var out []float64
	for k := math.Ceil(a.low / a.step()); k*a.step() <= a.high+1e-9*a.step(); k++ {
		out = append(out, k*a.step())
	}
	return out
}

func (a *axis) label(v float64) string {
	if decimals := max(0, int(-math.Floor(math.Log10(a.step())+1e-9))); math.Abs(v) < 1e6 && decimals < 6 {
		return fmt.Sprintf("%.*f", decimals, v+0) // no minus before nought
	}
	return fmt.Sprintf("%.4g", v)
}

func (a *axis) widest() float64 {
	w := 0.0
	for _, v := range a.ticks() {
		w = max(w, width(a.label(v), small))
	}
	return w
}
