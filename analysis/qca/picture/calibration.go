package picture

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// Anchor is a threshold or anchor of a calibration.
type Anchor struct {
	Name string  `json:"name"`
	At   float64 `json:"at"` // in the raw value's own unit
}

// Calibrated is a calibration as a picture needs it.
type Calibrated struct {
	// Raw names the raw values, with their unit, and Set the calibrated set.
	Raw, Set string
	// Cases are at their raw value (X) and their membership or level (Y).
	Cases []Point
	// Anchors may be none.
	Anchors []Anchor
	// Membership of a raw value; nil when a method gives memberships to cases only, as by ranks. The cases are then joined.
	Membership func(raw float64) (float64, error)
	// Highest is the highest level of a multi-value condition. Zero means 1, for memberships from 0 to 1.
	Highest int
}

// Calibration draws memberships against the raw values they were made from (Ragin 2008, ch. 5): the curve or the steps, the
// cases as dots, and each threshold or anchor as an upright line with its name. The line at 0.5 parts the cases that are more
// in from those that are more out; cases exactly on it are hollow.
func Calibration(k Calibrated) (string, error) {
	if len(k.Cases) == 0 {
		return "", errors.New("there is no case to draw: give at least one")
	}
	top := float64(max(1, k.Highest))
	low, high := math.Inf(1), math.Inf(-1)
	for _, p := range k.Cases {
		if math.IsNaN(p.X) || math.IsInf(p.X, 0) {
			return "", fmt.Errorf("case %q has no raw value: give a number", p.Case)
		}
		if !(p.Y >= 0 && p.Y <= top) {
			return "", fmt.Errorf("case %q has the membership %v, outside 0 to %v", p.Case, p.Y, top)
		}
		low, high = min(low, p.X), max(high, p.X)
	}
	anchors := slices.Clone(k.Anchors)
	slices.SortStableFunc(anchors, func(a, b Anchor) int {
		switch {
		case a.At < b.At:
			return -1
		case a.At > b.At:
			return 1
		}
		return 0
	})
	for _, a := range anchors {
		if math.IsNaN(a.At) || math.IsInf(a.At, 0) {
			return "", fmt.Errorf("the anchor %q has no value: give a number", a.Name)
		}
		low, high = min(low, a.At), max(high, a.At)
	}
	if high <= low { // one value only
		low, high = low-1, high+1
	}
	low, high = low-0.03*(high-low), high+0.03*(high-low)

	var c canvas
	on, name := 0, "Membership in "+isolate(k.Set)
	if k.Highest > 1 {
		name = "Level of " + isolate(k.Set)
	}
	f := newFrame(&c, k.Raw, name, anchorHead(anchors))
	f.fromX, f.toX, f.toY = low, high, top
	ys := []float64{0, 0.25, 0.5, 0.75, 1}
	if k.Highest > 1 {
		ys = nil
		for l := range k.Highest + 1 {
			ys = append(ys, float64(l))
		}
	}
	f.ticks(&c, round(low, high), ys)
	if k.Highest <= 1 {
		f.guide(&c, segment{f.in.x1, f.y(0.5), f.in.x2, f.y(0.5)}, dashed)
	}
	for _, a := range anchors {
		f.guide(&c, segment{f.x(a.At), f.in.y1, f.x(a.At), f.in.y2}, `stroke="#555" stroke-width="1" stroke-dasharray="2 3"`)
	}
	if err := f.curve(&c, k, low, high, anchors); err != nil {
		return "", err
	}
	if len(anchors) > 1 {
		for i, a := range anchors {
			f.mark(&c, letters(i), a.At)
		}
	}
	entries := f.cases(&c, k.Cases, func(p Point) bool {
		if top == 1 && p.Y == 0.5 {
			on++
			return true
		}
		return false
	})
	f.key(&c, entries)
	words := fmt.Sprintf("%s by %s, from left to right, and by %s, upwards.", counted(len(k.Cases), "case"), k.Raw, name)
	for _, a := range anchors {
		words += fmt.Sprintf(" %s: %.6g.", a.Name, a.At)
	}
	if on > 0 {
		words += fmt.Sprintf(" Exactly at 0.5: %d.", on)
	}
	return c.done("Calibration of "+k.Set, words), nil
}

// anchorHead lists the anchors in rising order, with the letter they have in the drawing.
func anchorHead(anchors []Anchor) string {
	s := ""
	for i, a := range anchors {
		if i > 0 {
			s += ";  "
		}
		if len(anchors) > 1 {
			s += letters(i) + " "
		}
		s += fmt.Sprintf("%s %.6g", isolate(a.Name), a.At)
	}
	return s
}

// mark writes a letter at an upright line.
func (f *frame) mark(c *canvas, letter string, at float64) {
	s := style{size: small, bold: true}
	w := s.width(letter)
	for _, y := range []float64{f.in.y1 + 4, f.in.y1 + 20, f.in.y1 + 36, f.in.y2 - 20} {
		for _, x := range []float64{f.x(at) + 4, f.x(at) - 4 - w} {
			b := box{x, y, x + w, y + small*lead}
			if f.free(b, f.lines) {
				c.text(x, y+0.92*small, letter, s)
				f.taken = append(f.taken, b)
				return
			}
		}
	}
}

// curve draws how membership runs, and lets names keep clear of it.
func (f *frame) curve(c *canvas, k Calibrated, low, high float64, anchors []Anchor) error {
	var places [][2]float64
	if k.Membership == nil {
		for _, p := range k.Cases {
			places = append(places, [2]float64{p.X, p.Y})
		}
	} else {
		var xs []float64
		const steps = 420
		for i := range steps + 1 {
			xs = append(xs, low+(high-low)*float64(i)/steps)
		}
		for _, a := range anchors { // a step is upright
			xs = append(xs, a.At, a.At-(high-low)*1e-6, a.At+(high-low)*1e-6)
		}
		for _, x := range xs {
			y, err := k.Membership(x)
			if err != nil {
				return err
			}
			places = append(places, [2]float64{x, min(max(y, 0), float64(max(1, k.Highest)))})
		}
	}
	slices.SortFunc(places, func(a, b [2]float64) int { return slices.Compare(a[:], b[:]) })
	look := `stroke="#000" stroke-width="1.4"`
	if k.Membership == nil {
		look = `stroke="#777" stroke-width="1"`
	}
	path := ""
	for i, p := range places {
		x, y := f.x(p[0]), f.y(p[1])
		if i == 0 {
			path += fmt.Sprintf("M%.1f %.1f", x, y)
			continue
		}
		path += fmt.Sprintf("L%.1f %.1f", x, y)
		f.lines = append(f.lines, segment{f.x(places[i-1][0]), f.y(places[i-1][1]), x, y})
	}
	c.add(`<path d="%s" fill="none" %s/>`, path, look)
	return nil
}

// round gives round values between two, some five of them.
func round(low, high float64) []float64 {
	step := math.Pow(10, math.Floor(math.Log10((high-low)/4)))
	for _, m := range []float64{5, 2} {
		if (high-low)/(step*m) >= 3 {
			step *= m
			break
		}
	}
	var out []float64
	for v := math.Ceil(low/step) * step; v <= high && len(out) < 20; v += step {
		out = append(out, math.Round(v/step)*step+0) // without the minus that rounding leaves to a zero
	}
	return out
}
