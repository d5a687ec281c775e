// Package picture draws what a comparison shows as SVG: readable in print and without colour, with a title and a
// description, and without script, style or anything from elsewhere.
package picture

import (
	"fmt"
	"html"
	"math"
	"slices"
	"strings"
)

// Point is a case: its membership in a set and in the outcome, from 0 to 1.
type Point struct {
	Case string
	X, Y float64
}

// XY draws the cases of a set against the outcome (Ragin 2000; Schneider and Wagemann 2012, ch. 3): on and above the
// diagonal a case speaks for the set being sufficient, on and below it for its being necessary. The lines at 0.5 part the
// cases that are more in from those that are more out; deviant for sufficiency are those on the right that lie below. Cases
// at one place share a dot, and their names a label.
func XY(set, outcome string, points []Point) (string, error) {
	for _, p := range points {
		if !(p.X >= 0 && p.X <= 1 && p.Y >= 0 && p.Y <= 1) {
			return "", fmt.Errorf("case %q is at %v, %v: memberships go from 0 to 1", p.Case, p.X, p.Y)
		}
	}
	const left, top, size, width, height = 60.0, 30.0, 440.0, 720, 540
	x := func(v float64) float64 { return left + v*size }
	y := func(v float64) float64 { return top + (1-v)*size }
	esc := html.EscapeString
	var b strings.Builder
	deviant := 0
	for _, p := range points {
		if p.X > 0.5 && p.Y < 0.5 {
			deviant++
		}
	}
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" aria-labelledby="xy-title xy-desc" font-family="sans-serif" font-size="12" fill="#000">`+"\n", width, height)
	fmt.Fprintf(&b, "<title id=\"xy-title\">%s against %s</title>\n", esc(set), esc(outcome))
	fmt.Fprintf(&b, "<desc id=\"xy-desc\">%d cases by their membership in %s, from left to right, and in %s, upwards. %d of them are more in than out of the set and more out than in of the outcome.</desc>\n", len(points), esc(set), esc(outcome), deviant)
	fmt.Fprintf(&b, `<rect width="%d" height="%d" fill="#fff"/>`+"\n", width, height)
	line := func(x1, y1, x2, y2 float64, dash string) {
		fmt.Fprintf(&b, `<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" stroke="#777"%s/>`+"\n", x1, y1, x2, y2, dash)
	}
	fmt.Fprintf(&b, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="none" stroke="#000"/>`+"\n", left, top, size, size)
	line(x(0), y(0), x(1), y(1), "")
	line(x(0.5), y(0), x(0.5), y(1), ` stroke-dasharray="5 4"`)
	line(x(0), y(0.5), x(1), y(0.5), ` stroke-dasharray="5 4"`)
	for _, v := range []float64{0, 0.25, 0.5, 0.75, 1} {
		fmt.Fprintf(&b, `<text x="%.1f" y="%.1f" text-anchor="middle">%g</text><text x="%.1f" y="%.1f" text-anchor="end">%g</text>`+"\n", x(v), y(0)+16, v, left-6, y(v)+4, v)
	}
	fmt.Fprintf(&b, `<text x="%.1f" y="%.1f" text-anchor="middle" font-size="14">%s</text>`+"\n", x(0.5), y(0)+40, esc(set))
	fmt.Fprintf(&b, `<text x="16" y="%.1f" text-anchor="middle" font-size="14" transform="rotate(-90 16 %.1f)">%s</text>`+"\n", y(0.5), y(0.5), esc(outcome))

	type dot struct {
		x, y  float64
		names []string
	}
	var dots []dot
	for _, p := range points {
		i := slices.IndexFunc(dots, func(d dot) bool { return math.Abs(d.x-p.X) < 1e-9 && math.Abs(d.y-p.Y) < 1e-9 })
		if i < 0 {
			dots = append(dots, dot{x: p.X, y: p.Y})
			i = len(dots) - 1
		}
		dots[i].names = append(dots[i].names, p.Case)
	}
	slices.SortStableFunc(dots, func(a, c dot) int { // from the top, so that labels are moved downwards alone
		if a.y != c.y {
			if a.y > c.y {
				return -1
			}
			return 1
		}
		return int(math.Copysign(1, a.x-c.x))
	})
	type box struct{ x1, y1, x2, y2 float64 }
	var taken []box // by dots and labels
	for _, d := range dots {
		taken = append(taken, box{x(d.x) - 5, y(d.y) - 5, x(d.x) + 5, y(d.y) + 5})
	}
	for _, d := range dots {
		shape := `<circle cx="%.1f" cy="%.1f" r="4.5" fill="#000"/>`
		if d.x > 0.5 && d.y < 0.5 { // seen in print: what speaks against is hollow
			shape = `<circle cx="%.1f" cy="%.1f" r="4.5" fill="#fff" stroke="#000" stroke-width="2"/>`
		}
		fmt.Fprintf(&b, shape+"\n", x(d.x), y(d.y))
		label := strings.Join(d.names, ", ")
		w := 7 * float64(len([]rune(label)))
		lx, ly := x(d.x)+8, y(d.y)+4
		end := lx+w > width-4
		at := func() box {
			if end {
				return box{x(d.x) - 8 - w, ly - 11, x(d.x) - 8, ly + 2}
			}
			return box{lx, ly - 11, lx + w, ly + 2}
		}
		for slices.ContainsFunc(taken, func(o box) bool {
			c := at()
			return c.x1 < o.x2 && o.x1 < c.x2 && c.y1 < o.y2 && o.y1 < c.y2
		}) && ly < height-6 {
			ly += 13
		}
		taken = append(taken, at())
		anchor, tx := "", lx
		if end {
			anchor, tx = ` text-anchor="end"`, x(d.x)-8
		}
		if ly > y(d.y)+10 {
			line(x(d.x), y(d.y), tx, ly-4, ` stroke-width="0.5"`)
		}
		fmt.Fprintf(&b, `<text x="%.1f" y="%.1f"%s>%s</text>`+"\n", tx, ly, anchor, esc(label))
	}
	b.WriteString("</svg>\n")
	return b.String(), nil
}
