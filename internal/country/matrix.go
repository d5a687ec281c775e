package country

import (
	"fmt"
	"math"
	"strings"

	"throughline/internal/fault"
)

// Matrix draws how candidates are spread over regions and regime types, as SVG: in each cell a square for the candidates, within
// it one for those that are feasible, within that one for those selected, with areas in proportion, and the three numbers.
// counts has a row for each of rows and a column for each of columns; sums stand at the ends.
func Matrix(title string, rows, columns []string, counts [][]Count) (string, error) {
	if len(rows) == 0 || len(columns) == 0 || len(counts) != len(rows) {
		return "", fault.New(fault.Invalid, "The matrix has %d rows of numbers for %d regions and %d regime types; expected a row for each region.", len(counts), len(rows), len(columns))
	}
	byRow, byColumn, total := make([]Count, len(rows)), make([]Count, len(columns)), Count{}
	add := func(c *Count, n Count) {
		c.Universe, c.Feasible, c.Selected = c.Universe+n.Universe, c.Feasible+n.Feasible, c.Selected+n.Selected
	}
	largest := 1
	var told []string
	for i, r := range counts {
		if len(r) != len(columns) {
			return "", fault.New(fault.Invalid, "%s: there are %d numbers for %d regime types.", rows[i], len(r), len(columns))
		}
		for j, n := range r {
			if !n.valid() {
				return "", fault.New(fault.Invalid, "%s, %s: %s; expected each number to be part of the one before.", rows[i], columns[j], n)
			}
			add(&byRow[i], n)
			add(&byColumn[j], n)
			add(&total, n)
			largest = max(largest, n.Universe)
			if n.Universe > 0 {
				told = append(told, fmt.Sprintf("%s, %s: %d, %d, %d", rows[i], columns[j], n.Universe, n.Feasible, n.Selected))
			}
		}
	}
	const cell, high, side, sumWidth = 104.0, 76.0, 46.0, 92.0
	left := 60.0
	var names [][]string
	for _, r := range rows {
		l := wrapped(r, 12, 150)
		for _, x := range l {
			left = max(left, textWidth(x, 12)+16)
		}
		names = append(names, l)
	}
	d := &drawing{defs: patterns}
	top := 0.0
	var heads [][]string
	for _, c := range columns {
		l := wrapped(c, 12, cell-10)
		top = max(top, float64(len(l))*15+10)
		heads = append(heads, l)
	}
	for j, l := range heads {
		for k, x := range l {
			d.text(left+(float64(j)+0.5)*cell, top-8-float64(len(l)-1-k)*15, "middle", ` font-size="12" font-weight="bold"`, x)
		}
	}
	right := left + cell*float64(len(columns))
	d.text(right+sumWidth/2, top-8, "middle", ` font-size="12" font-weight="bold"`, "all")
	numbers := func(n Count) string { return fmt.Sprintf("%d · %d · %d", n.Universe, n.Feasible, n.Selected) }
	for i := range rows {
		y := top + float64(i)*high
		for k, x := range names[i] {
			d.text(left-8, y+high/2+4+(float64(k)-float64(len(names[i])-1)/2)*15, "end", ` font-size="12"`, x)
		}
		for j, n := range counts[i] {
			x := left + float64(j)*cell
			d.add(`<rect x="%.1f" y="%.1f" width="%g" height="%g" fill="none" stroke="#999" stroke-width=".8"/>`, x, y, cell, high)
			if n.Universe == 0 {
				d.text(x+cell/2, y+high/2+4, "middle", ` fill="#595959"`, "–")
				continue
			}
			for _, q := range []struct {
				n    int
				fill string
			}{{n.Universe, universeFill}, {n.Feasible, feasibleFill}, {n.Selected, selectedFill}} {
				if q.n > 0 {
					s := side * math.Sqrt(float64(q.n)/float64(largest))
					d.add(`<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" %s stroke="#222" stroke-width=".8"/>`, x+cell/2-s/2, y+6+side-s, s, s, q.fill)
				}
			}
			d.text(x+cell/2, y+high-8, "middle", ` font-size="12"`, numbers(n))
		}
		d.text(right+sumWidth/2, y+high/2+4, "middle", ` font-size="12"`, numbers(byRow[i]))
	}
	y := top + high*float64(len(rows))
	d.text(left-8, y+20, "end", ` font-size="12" font-weight="bold"`, "all")
	for j, n := range byColumn {
		d.text(left+(float64(j)+0.5)*cell, y+20, "middle", ` font-size="12"`, numbers(n))
	}
	d.text(right+sumWidth/2, y+20, "middle", ` font-size="12" font-weight="bold"`, numbers(total))
	y += 36
	const areas = "numbers in this order; areas in proportion"
	x := 8.0
	for _, k := range []struct{ fill, words string }{{universeFill, "universe"}, {feasibleFill, "of these feasible"}, {selectedFill, "of these selected"}} {
		d.add(`<rect x="%.1f" y="%.1f" width="13" height="13" %s stroke="#222" stroke-width=".8"/>`, x, y, k.fill)
		d.text(x+19, y+11, "", ` font-size="12"`, k.words)
		x += 19 + textWidth(k.words, 12) + 16
	}
	d.text(x, y+11, "", ` font-size="12"`, areas)
	description := fmt.Sprintf("Regions by regime types: %s.", total)
	if len(told) > 0 {
		description += " By cell, candidates, feasible and selected: " + strings.Join(told, "; ") + "."
	}
	return d.done(max(right+sumWidth+8, x+textWidth(areas, 12)+8), y+24, title, description), nil
}
