package picture

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"throughline/analysis/qca"
)

// Matrix draws a truth table (Ragin 1987; Rihoux and Ragin 2009, ch. 3): a line for each observed configuration with its
// number; a filled circle where a condition is present, an empty one where it is absent, the number of the level where there
// are more than two; the output, each with its own shape; the number of cases, consistency, PRI and the cases. Cases that
// contradict the output of their line are marked by an asterisk.
func Matrix(t qca.Table) (string, error) {
	if len(t.Rows) == 0 {
		return "", noRows(t)
	}
	var c canvas
	const left = 10.0
	s := style{size: small}
	h := newHeads(t.Conditions, 30)
	marks := left + max(30, s.width(fmt.Sprint(t.Rows[len(t.Rows)-1].Number))+8)
	out := marks + float64(len(t.Conditions))*h.width + 8
	const outWidth, nWidth, fitWidth = 48.0, 30.0, 46.0
	n := out + outWidth
	fit := n + nWidth
	cases := fit + 2*fitWidth + 14
	room := min(240, max(150, 530-cases))

	outcome := newHeads([]string{t.Outcome}, outWidth)
	if !outcome.turned && outcome.width > outWidth+6 {
		outcome = heads{lines: [][]string{wrap(t.Outcome, small, outWidth)}, width: outWidth}
	}
	outcome.width = outWidth
	outcome.height = max(outcome.height, s.lines(len(outcome.lines[0])))
	y := 10 + max(h.height, outcome.height, 2*small*lead) + 8
	h.draw(&c, marks, y)
	outcome.draw(&c, out, y)
	c.text(marks-6, y-5, "Row", style{size: small, anchor: "end"})
	c.text(n+nWidth-6, y-5, "n", style{size: small, anchor: "end"})
	c.lines(fit+fitWidth, y-5-small*lead, []string{"Con-", "sistency"}, style{size: 10, anchor: "end"})
	c.text(fit+2*fitWidth, y-5, "PRI", style{size: small, anchor: "end"})
	c.text(cases, y-5, "Cases", s)
	right := cases + room
	c.line(left, y, right, y, solid)

	var shown []qca.Output
	deviant, several := false, false
	for i, r := range t.Rows {
		var list []string
		for _, name := range r.Cases {
			mark := ""
			if slices.Contains(r.Deviant, name) {
				mark, deviant = "*", true
			}
			list = append(list, isolate(name)+mark)
		}
		l := wrap(strings.Join(list, ", "), small, room)
		height := max(28, s.lines(len(l))+8)
		if i > 0 {
			c.line(left, y, right, y, thin)
		}
		middle := y + height/2
		c.text(marks-6, middle+4, fmt.Sprint(r.Number), style{size: small, anchor: "end", fill: grey})
		for j, v := range r.Values {
			x := marks + (float64(j)+0.5)*h.width
			switch {
			case t.Levels[j] > 2:
				several = true
				c.circle(x, middle, 9, `fill="#fff" stroke="#777"`)
				c.text(x, middle+4.3, fmt.Sprint(v), style{size: small, anchor: "middle", bold: true})
			case v == 1:
				c.circle(x, middle, 6.5, `fill="#000" stroke="#000" stroke-width="1.3"`)
			default:
				c.circle(x, middle, 6.5, `fill="#fff" stroke="#000" stroke-width="1.3"`)
			}
		}
		c.output(out+outWidth/2, middle, r.Output)
		c.text(n+nWidth-6, middle+4, fmt.Sprint(r.N), style{size: small, anchor: "end"})
		c.text(fit+fitWidth, middle+4, number(r.Consistency), style{size: small, anchor: "end"})
		c.text(fit+2*fitWidth, middle+4, number(r.PRI), style{size: small, anchor: "end"})
		c.lines(cases, middle-s.lines(len(l))/2+small, l, s)
		y += height
		shown = append(shown, r.Output)
	}
	c.line(left, y, right, y, solid)
	y += 8
	c.circle(left+8, y+9, 6, `fill="#000" stroke="#000" stroke-width="1.3"`)
	c.text(left+20, y+13, "present", s)
	c.circle(left+88, y+9, 6, `fill="#fff" stroke="#000" stroke-width="1.3"`)
	c.text(left+100, y+13, "absent", s)
	at := left + 165
	if several {
		c.circle(at, y+9, 8.5, `fill="#fff" stroke="#777"`)
		c.text(at, y+13, "2", style{size: small, anchor: "middle", bold: true})
		c.text(at+14, y+13, "level", s)
		at += 65
	}
	if deviant {
		c.text(at, y+13, "* contradicts the output", s)
	}
	y += 24
	c.outputKey(left, y, right-left, "Output for "+isolate(t.Outcome)+":", shown)
	return c.done("Truth table of "+t.Outcome, tableWords(t)), nil
}

func noRows(t qca.Table) error {
	if len(t.Ambiguous) > 0 {
		return fmt.Errorf("no case is in any configuration, as scores are exactly 0.5, such as that of %q in %s: decide on which side they are", t.Ambiguous[0].Case, t.Ambiguous[0].Set)
	}
	return errors.New("the truth table has no rows: make it of data with at least one case")
}

// tableWords say what a truth table shows.
func tableWords(t qca.Table) string {
	cases, count := 0, map[qca.Output]int{}
	for _, r := range t.Rows {
		cases += r.N
		count[r.Output]++
	}
	return fmt.Sprintf("%s by %s: %s in %d of %d possible configurations; %d positive, %d negative, %d contradictory, %d with too few cases.",
		counted(cases, "case"), counted(len(t.Conditions), "condition"), counted(cases, "case"), len(t.Rows), t.Possible, count[qca.Positive], count[qca.Negative], count[qca.Contradictory], count[qca.Remainder])
}
