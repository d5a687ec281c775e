// Package picture draws what a comparison shows as SVG: readable in print and without colour, with a title and a
// description, and without script, style or anything from elsewhere. Pictures grow with what they show; no name is cut off.
package picture

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
)

// Point is a case at a place.
type Point struct {
	Case string  `json:"case"`
	X    float64 `json:"x"`
	Y    float64 `json:"y"`
}

// XY draws the cases of a set against the outcome, memberships from 0 to 1 (Ragin 2000; Schneider and Wagemann 2012, ch. 3
// and 11): on and above the diagonal a case speaks for the set being sufficient, on and below it for its being necessary. The
// lines at 0.5 part the cases that are more in from those that are more out; what the parts mean for sufficiency is written
// into them where there is room. Deviant in consistency are those on the right that lie below; they are hollow. Cases at one
// place share a dot, the larger the more there are. Names that find no place beside their dot stand under the
// drawing, with a number at the dot; dots that touch may share one.
func XY(set, outcome string, points []Point) (string, error) {
	if len(points) == 0 {
		return "", errors.New("there is no case to draw: give at least one")
	}
	deviant := 0
	var sx, sy, both float64
	for _, p := range points {
		if !(p.X >= 0 && p.X <= 1 && p.Y >= 0 && p.Y <= 1) {
			return "", fmt.Errorf("case %q is at %v, %v: memberships go from 0 to 1", p.Case, p.X, p.Y)
		}
		sx, sy, both = sx+p.X, sy+p.Y, both+min(p.X, p.Y)
		if p.X > 0.5 && p.Y < 0.5 {
			deviant++
		}
	}
	var c canvas
	fits := "Nothing is in the set."
	if sx > 0 && sy > 0 {
		fits = fmt.Sprintf("As sufficient: consistency %.3f, coverage %.3f", both/sx, both/sy)
	}
	f := newFrame(&c, set, outcome, fits)
	f.ticks(&c, []float64{0, 0.25, 0.5, 0.75, 1}, []float64{0, 0.25, 0.5, 0.75, 1})
	f.guide(&c, segment{f.x(0), f.y(0), f.x(1), f.y(1)}, `stroke="#777" stroke-width="1"`)
	f.guide(&c, segment{f.x(0.5), f.in.y1, f.x(0.5), f.in.y2}, dashed)
	f.guide(&c, segment{f.in.x1, f.y(0.5), f.in.x2, f.y(0.5)}, dashed)
	entries := f.cases(&c, points, func(p Point) bool { return p.X > 0.5 && p.Y < 0.5 })
	f.part(&c, "typical", box{f.x(0.5), f.in.y1, f.in.x2, f.y(0.5)})
	f.part(&c, "deviant in consistency", box{f.x(0.5), f.y(0.5), f.in.x2, f.in.y2})
	f.part(&c, "deviant in coverage", box{f.in.x1, f.in.y1, f.x(0.5), f.y(0.5)})
	f.part(&c, "individually irrelevant", box{f.in.x1, f.y(0.5), f.x(0.5), f.in.y2})
	f.key(&c, entries)
	return c.done(set+" against "+outcome, fmt.Sprintf("%s by membership in %s, from left to right, and in %s, upwards. %d of them are more in than out of the set and more out than in of the outcome. %s.",
		counted(len(points), "case"), set, outcome, deviant, strings.TrimSuffix(fits, "."))), nil
}

// frame is a square with two axes in which cases are dots.
type frame struct {
	in         box     // the square
	x0, y0     float64 // where the axes begin
	x1, y1     float64 // and end
	fromX, toX float64 // values there
	fromY, toY float64
	lines      []segment // that names keep clear of
	taken      []box     // by dots and names
	below      float64   // where the names of the axes end
}

const (
	side    = 420.0 // of the square
	padding = 24.0  // from the square to where the axes begin and end, so that no dot lies on its side
)

// newFrame draws the square with the names of its axes and a line above it; axes go from 0 to 1.
func newFrame(c *canvas, horizontal, upward, above string) *frame {
	s := style{}
	up := wrap(upward, normal, side)
	left := 10 + s.lines(len(up)) + 36
	head := wrap(above, small, side)
	top := 10 + style{size: small}.lines(len(head)) + 6
	f := &frame{in: box{left, top, left + side, top + side}, toX: 1, toY: 1}
	f.x0, f.x1, f.y0, f.y1 = left+padding, left+side-padding, top+side-padding, top+padding
	c.lines(left, 10+small, head, style{size: small, fill: grey})
	c.lines(10+0.8*normal, (f.y0+f.y1)/2, up, style{anchor: "middle", turned: true})
	across := wrap(horizontal, normal, side)
	c.lines((f.x0+f.x1)/2, f.in.y2+18+6+normal, across, style{anchor: "middle"})
	f.below = f.in.y2 + 18 + 8 + s.lines(len(across))
	c.rect(f.in, `fill="none" stroke="#000" stroke-width="1.2"`)
	return f
}

func (f *frame) x(v float64) float64 { return f.x0 + (v-f.fromX)/(f.toX-f.fromX)*(f.x1-f.x0) }
func (f *frame) y(v float64) float64 { return f.y0 - (v-f.fromY)/(f.toY-f.fromY)*(f.y0-f.y1) }

// ticks draws marks with their values at the axes, leaving out values there is no room for.
func (f *frame) ticks(c *canvas, xs, ys []float64) {
	end := math.Inf(-1)
	for _, v := range xs {
		s := style{size: small, anchor: "middle"}
		c.line(f.x(v), f.in.y2, f.x(v), f.in.y2+4, solid)
		b := s.box(f.x(v), f.in.y2+17, fmt.Sprintf("%.6g", v))
		if b.x1 > end {
			c.text(f.x(v), f.in.y2+17, fmt.Sprintf("%.6g", v), s)
			end = b.x2 + 4
		}
	}
	for _, v := range ys {
		c.line(f.in.x1-4, f.y(v), f.in.x1, f.y(v), solid)
		c.text(f.in.x1-7, f.y(v)+4, fmt.Sprintf("%.6g", v), style{size: small, anchor: "end"})
	}
}

// guide draws a line that names keep clear of.
func (f *frame) guide(c *canvas, s segment, attributes string) {
	c.line(s.x1, s.y1, s.x2, s.y2, attributes)
	f.lines = append(f.lines, s)
}

// dot is a place with its cases.
type dot struct {
	x, y, r float64
	cases   []string
	hollow  bool
}

// cases draws the dots and their names, and gives those names that found no place, for a key.
func (f *frame) cases(c *canvas, points []Point, hollow func(Point) bool) []entry {
	var dots []dot
	for _, p := range points {
		x, y := f.x(p.X), f.y(p.Y)
		i := slices.IndexFunc(dots, func(d dot) bool { return math.Abs(d.x-x) < 1e-3 && math.Abs(d.y-y) < 1e-3 })
		if i < 0 {
			i = len(dots)
			dots = append(dots, dot{x: x, y: y, hollow: hollow(p)})
		}
		dots[i].cases = append(dots[i].cases, p.Case)
		dots[i].r = min(10, 3.5+1.3*math.Sqrt(float64(len(dots[i].cases))))
	}
	slices.SortStableFunc(dots, func(a, b dot) int { return cmp.Or(cmp.Compare(a.y, b.y), cmp.Compare(a.x, b.x)) })
	for _, d := range dots {
		f.taken = append(f.taken, box{d.x - d.r, d.y - d.r, d.x + d.r, d.y + d.r})
		look := `fill="#000" stroke="#fff" stroke-width="1"`
		if d.hollow { // seen in print: what speaks against is hollow
			look = `fill="#fff" stroke="#000" stroke-width="2"`
		}
		c.reach(d.x+d.r, d.y+d.r)
		c.add(`<circle cx="%.1f" cy="%.1f" r="%.1f" %s><title>%s</title></circle>`, d.x, d.y, d.r, look, esc(names(d.cases)))
	}
	var left [][]dot
	for _, d := range dots {
		// A long list of names would hide the drawing.
		if l := wrap(names(d.cases), small, 130); len(l) <= 4 && f.label(c, d, l, 60, f.lines) {
			continue
		}
		touches := func(o dot) bool { return math.Hypot(d.x-o.x, d.y-o.y) < d.r+o.r }
		if i := slices.IndexFunc(left, func(g []dot) bool { return slices.ContainsFunc(g, touches) }); i >= 0 {
			left[i] = append(left[i], d)
		} else {
			left = append(left, []dot{d})
		}
	}
	var entries []entry
	for i, g := range left {
		mark := []string{fmt.Sprint(i + 1)}
		place := func(lines []segment) bool {
			return slices.ContainsFunc(g, func(d dot) bool { return f.label(c, d, mark, 150, lines) })
		}
		if !place(f.lines) && !place(nil) { // rather over a line than nowhere
			mark[0] = "–"
		}
		var cases []string
		for _, d := range g {
			cases = append(cases, d.cases...)
		}
		entries = append(entries, entry{mark[0], names(cases)})
	}
	return entries
}

// label writes lines beside a dot, where they meet no dot, no name and none of the lines to avoid; farther away with a line to
// the dot.
func (f *frame) label(c *canvas, d dot, lines []string, farthest float64, avoid []segment) bool {
	s := style{size: small}
	w, h := s.widest(lines), s.lines(len(lines))
	for far := 0.0; far <= farthest; far += 6 {
		for k := range 16 {
			// To the right first, then to the left, above, below, and between.
			angle := float64([]int{0, 8, 4, 12, 2, 14, 6, 10, 1, 15, 7, 9, 3, 13, 5, 11}[k]) * math.Pi / 8
			dx, dy := math.Cos(angle), -math.Sin(angle)
			gap := d.r + 4 + far
			// The nearest point of the box lies in this direction.
			x, y := d.x+dx*gap, d.y+dy*gap
			b := box{x - w/2*(1-sign(dx)), y - h/2*(1-sign(dy)), 0, 0}
			b.x2, b.y2 = b.x1+w, b.y1+h
			if !f.free(b, avoid) {
				continue
			}
			arrow := segment{d.x + dx*d.r, d.y + dy*d.r, x, y}
			if far > 6 {
				if slices.ContainsFunc(f.taken, func(o box) bool {
					return arrow.crosses(o) && !o.meets(box{d.x - 1, d.y - 1, d.x + 1, d.y + 1})
				}) {
					continue
				}
				c.line(arrow.x1, arrow.y1, arrow.x2, arrow.y2, `stroke="#777" stroke-width="0.7"`)
				f.lines = append(f.lines, arrow)
			}
			anchor, at := "", b.x1
			switch sign(dx) {
			case 0:
				anchor, at = "middle", d.x
			case -1:
				anchor, at = "end", b.x2
			}
			c.lines(at, b.y1+0.92*small, lines, style{size: small, anchor: anchor})
			f.taken = append(f.taken, b)
			return true
		}
	}
	return false
}

// sign of a part of a direction; what is nearly upright or level counts as such.
func sign(v float64) float64 {
	switch {
	case v > 0.3:
		return 1
	case v < -0.3:
		return -1
	}
	return 0
}

// free tells whether a box lies in the square and meets no dot, no name and none of the lines to avoid.
func (f *frame) free(b box, avoid []segment) bool {
	return b.wider(2).within(f.in) &&
		!slices.ContainsFunc(f.taken, box{b.x1 - 3.5, b.y1 - 1, b.x2 + 3.5, b.y2 + 1}.meets) &&
		!slices.ContainsFunc(avoid, func(l segment) bool { return l.crosses(b.wider(1)) })
}

// part names a part of the square in grey, when it has room left.
func (f *frame) part(c *canvas, name string, in box) {
	s := style{size: 11, fill: grey}
	w, h := s.width(name), s.height()*lead
	for _, y := range []float64{in.y1 + 5, in.y2 - h - 5} {
		for _, x := range []float64{in.x2 - w - 6, in.x1 + 6, (in.x1 + in.x2 - w) / 2} {
			b := box{x, y, x + w, y + h}
			if f.free(b, f.lines) {
				c.text(x, y+0.92*s.height(), name, s)
				f.taken = append(f.taken, b)
				return
			}
		}
	}
}

// key writes the names that stand under the drawing.
func (f *frame) key(c *canvas, entries []entry) {
	c.reach(f.in.x2, f.below)
	if len(entries) > 0 {
		c.key(10, f.below+6, f.in.x2-10, entries)
	}
}
