package picture

import (
	"cmp"
	"fmt"
	"slices"

	"throughline/analysis/qca"
)

// UpSet draws the observed configurations of any number of conditions as intersections of sets (Lex and others 2014, IEEE
// Transactions on Visualization and Computer Graphics 20:1983-1992): a line for each, most cases first; full dots, joined by
// a line, for the conditions that are present; its output; a bar for its cases. Bars over the conditions count the cases in
// which each is present. It is for conditions with two levels.
func UpSet(t qca.Table) (string, error) {
	if err := two(t, "an UpSet plot", "draw the truth table as a matrix"); err != nil {
		return "", err
	}
	if len(t.Rows) == 0 {
		return "", noRows(t)
	}
	rows := slices.Clone(t.Rows)
	slices.SortStableFunc(rows, func(a, b qca.Row) int { return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.Number, b.Number)) })
	sizes := make([]int, len(t.Conditions))
	widest := 0.0
	for _, r := range rows {
		for j, v := range r.Values {
			sizes[j] += v * r.N
		}
		widest = max(widest, width(fmt.Sprint(r.Number), small))
	}

	var c canvas
	s := style{size: small}
	const left, tall, outWidth, barWidth = 10.0, 70.0, 52.0, 110.0
	h := newHeads(t.Conditions, 28)
	x0 := left + max(30, widest+8)
	out := x0 + h.width*float64(len(t.Conditions)) + 6
	bar := out + outWidth
	cases := bar + barWidth + 34
	room := min(220, max(130, 530-cases))
	right := cases + room

	base := 10 + small*lead + tall
	scale := tall / float64(max(1, slices.Max(sizes)))
	for j, n := range sizes {
		x := x0 + (float64(j)+0.5)*h.width
		top := base - float64(n)*scale
		c.rect(box{x - 8, top, x + 8, base}, `fill="#777"`)
		c.text(x, top-4, fmt.Sprint(n), style{size: small, anchor: "middle"})
	}
	c.line(x0, base, x0+h.width*float64(len(sizes)), base, solid)
	note := wrap("cases in which a condition is present", 11, right-bar)
	c.lines(bar, base-tall+11, note, style{size: 11, fill: grey})

	head := newHeads([]string{t.Outcome}, outWidth)
	head.width = outWidth
	y := base + max(h.height, head.height) + 12
	h.draw(&c, x0, y)
	head.draw(&c, out, y)
	c.text(x0-6, y-5, "Row", style{size: small, anchor: "end"})
	c.text(bar, y-5, "n", s)
	c.text(cases, y-5, "Cases", s)
	c.line(left, y, right, y, solid)

	perCase := barWidth / float64(rows[0].N)
	var shown []qca.Output
	for i, r := range rows {
		l := wrap(names(r.Cases), small, room)
		height := max(26, s.lines(len(l))+6)
		if i%2 == 1 {
			c.rect(box{left, y, right, y + height}, `fill="#f2f2f2"`)
		}
		middle := y + height/2
		from, to := -1, -1
		for j, v := range r.Values {
			if v == 1 {
				if from < 0 {
					from = j
				}
				to = j
			}
		}
		at := func(j int) float64 { return x0 + (float64(j)+0.5)*h.width }
		for j, v := range r.Values {
			if v == 0 {
				c.circle(at(j), middle, 5.5, `fill="#fff" stroke="#999"`)
			}
		}
		if to > from {
			c.line(at(from), middle, at(to), middle, `stroke="#000" stroke-width="2.5"`)
			for j, v := range r.Values { // the line passes behind what is absent
				if v == 0 && j > from && j < to {
					c.circle(at(j), middle, 5.5, `fill="#fff" stroke="#999"`)
				}
			}
		}
		for j, v := range r.Values {
			if v == 1 {
				c.circle(at(j), middle, 6.5, `fill="#000"`)
			}
		}
		c.text(x0-6, middle+4, fmt.Sprint(r.Number), style{size: small, anchor: "end", fill: grey})
		c.output(out+outWidth/2, middle, r.Output)
		end := bar + float64(r.N)*perCase
		c.rect(box{bar, middle - 7, end, middle + 7}, `fill="#777"`)
		c.text(end+5, middle+4, fmt.Sprint(r.N), s)
		c.lines(cases, middle-s.lines(len(l))/2+small, l, s)
		y += height
		shown = append(shown, r.Output)
	}
	c.line(left, y, right, y, solid)
	c.outputKey(left, y+6, right-left, "Output for "+isolate(t.Outcome)+":", shown)
	return c.done("Configurations of "+t.Outcome+" by number of cases", tableWords(t)), nil
}
