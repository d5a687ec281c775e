package picture

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"throughline/analysis/qca"
)

// MostVenn is the largest number of conditions of a Venn diagram.
const MostVenn = 5

// Venn draws a truth table of up to five conditions as a Venn diagram, as Tosmana and the R package venn do: circles for one
// to three conditions, ellipses for four, and for five the congruent ellipses of Grünbaum (1975, Mathematics Magazine
// 48:12-23), so that every configuration has one region. Hatching says the output. A region holds its cases; where these find
// no room it holds the number of its row, and they stand below. It is for conditions with two levels.
func Venn(t qca.Table) (string, error) {
	k := len(t.Conditions)
	if k > MostVenn {
		return "", fmt.Errorf("there are %d conditions, and a Venn diagram of more than %d cannot be read: draw an UpSet plot", k, MostVenn)
	}
	if err := two(t, "a Venn diagram", "draw the truth table as a matrix"); err != nil {
		return "", err
	}
	if len(t.Rows) == 0 {
		return "", noRows(t)
	}
	const left, top = 10.0, 10.0
	s := style{size: small}
	var c canvas
	radius := []float64{0, 120, 165, 185, 205, 225}[k]
	unit := ellipses(k)

	// The names stand outside at the tips; the field is as large as they need.
	type title struct {
		lines  []string
		anchor string
		x, y   float64 // base line of the first, from the middle
	}
	st := style{bold: true}
	field := box{-radius - 30, -radius - 16, radius + 30, radius + 16}
	var titles []title
	for j, n := range t.Conditions {
		x, y := tip(unit, j)
		x, y = x*radius, y*radius
		far := math.Hypot(x, y)
		ux, uy := x/far, y/far
		ti := title{lines: wrap(n, normal, 120)}
		w, h := st.widest(ti.lines)*1.08, st.lines(len(ti.lines))
		b := box{x + ux*6 - w/2*(1-sign(ux)), y + uy*6 - h/2*(1-sign(uy)), 0, 0}
		b.x2, b.y2 = b.x1+w, b.y1+h
		ti.y = b.y1 + 0.92*normal
		switch sign(ux) {
		case 0:
			ti.anchor, ti.x = "middle", (b.x1+b.x2)/2
		case -1:
			ti.anchor, ti.x = "end", b.x2
		default:
			ti.x = b.x1
		}
		titles = append(titles, ti)
		b = b.wider(8)
		field = box{min(field.x1, b.x1), min(field.y1, b.y1), max(field.x2, b.x2), max(field.y2, b.y2)}
	}
	if spare := (480 - (field.x2 - field.x1)) / 2; spare > 0 {
		field.x1, field.x2 = field.x1-spare, field.x2+spare
	}
	mx, my := left-field.x1, top-field.y1
	shapes := make([]ellipse, k)
	for j, e := range unit {
		shapes[j] = ellipse{mx + e.x*radius, my + e.y*radius, e.a * radius, e.b * radius, e.turn}
	}
	field = box{left, top, field.x2 + mx, field.y2 + my}

	// Each region, from those in the fewest sets on: what lies in more is drawn over it.
	patterns(&c)
	for j, e := range shapes {
		c.add(`<clipPath id="%sset%d">%s</clipPath>`, idMark, j, e.svg(""))
	}
	rows := map[int]qca.Row{}
	for _, r := range t.Rows {
		code := 0
		for j, v := range r.Values {
			code |= v << j
		}
		rows[code] = r
	}
	var codes []int
	for code := range 1 << k {
		codes = append(codes, code)
	}
	slices.SortStableFunc(codes, func(a, b int) int { return ones(a) - ones(b) })
	output := func(code int) qca.Output {
		if r, ok := rows[code]; ok {
			return r.Output
		}
		return qca.Remainder
	}
	c.rect(field, fill(output(0))+` stroke="#000" stroke-width="1"`)
	for _, code := range codes[1:] {
		open, last := 0, -1
		for j := range k {
			if code>>j&1 == 0 {
				continue
			}
			if last >= 0 {
				c.add(`<g clip-path="url(#%sset%d)">`, idMark, last)
				open++
			}
			last = j
		}
		c.add("%s", shapes[last].svg(fill(output(code))))
		for range open {
			c.add("</g>")
		}
	}
	for _, e := range shapes {
		c.add("%s", e.svg(`fill="none" stroke="#000" stroke-width="1.6"`))
	}

	var taken []box
	for j, ti := range titles {
		x, y := mx+ti.x, my+ti.y
		st := style{bold: true, anchor: ti.anchor}
		for i, l := range ti.lines {
			b := st.box(x, y+st.lines(i), l).wider(2)
			taken = append(taken, b)
			c.rect(b, `fill="#fff"`)
		}
		c.lines(x, y, titles[j].lines, st)
	}

	places := regions(shapes, field, taken)
	var entries []entry
	for _, code := range codes {
		r, ok := rows[code]
		if !ok {
			continue
		}
		p := places[code]
		var l []string
		if lines, at, ok := p.fit(names(r.Cases)); ok {
			l, p = lines, at
		} else {
			l = []string{fmt.Sprint(r.Number)}
			entries = append(entries, entry{l[0], fmt.Sprintf("%s: %s", counted(r.N, "case"), names(r.Cases))})
		}
		h := s.lines(len(l))
		for i, line := range l {
			y, w := p.y-h/2+s.lines(i), s.width(line)
			c.rect(box{p.x - w/2, y, p.x + w/2, y + s.lines(1)}, `fill="#fff"`)
			c.text(p.x, y+0.92*small, line, style{size: small, anchor: "middle"})
		}
	}

	y := field.y2 + 6
	c.lines(left, y+small, wrap("Output for "+isolate(t.Outcome)+":", small, field.x2-left), s)
	y += s.lines(len(wrap("Output for "+isolate(t.Outcome)+":", small, field.x2-left))) + 4
	x := left
	for _, o := range outputs {
		if o == qca.Contradictory && !slices.ContainsFunc(t.Rows, func(r qca.Row) bool { return r.Output == o }) {
			continue
		}
		text := word(o)[len("1: "):]
		if o == qca.Remainder {
			text = "no or too few cases"
		}
		w := 34 + s.width(text) + 14
		if x+w > field.x2 && x > left {
			x, y = left, y+24
		}
		c.rect(box{x, y, x + 26, y + 17}, fill(o)+` stroke="#000"`)
		c.text(x+32, y+13, text, s)
		x += w
	}
	y += 24
	c.reach(field.x2, y)
	if len(entries) > 0 {
		slices.SortFunc(entries, func(a, b entry) int { return cmp.Or(len(a.mark)-len(b.mark), strings.Compare(a.mark, b.mark)) })
		l := wrap("Numbers are rows of the truth table.", small, field.x2-left)
		c.lines(left, y+small+4, l, s)
		c.key(left, y+s.lines(len(l))+8, field.x2-left, entries)
	}
	return c.done("Venn diagram of "+t.Outcome, tableWords(t)), nil
}

func ones(code int) int {
	n := 0
	for ; code > 0; code &= code - 1 {
		n++
	}
	return n
}

// patterns defines the hatching of each output.
func patterns(c *canvas) {
	c.add(`<defs>`)
	c.add(`<pattern id="%spositive" patternUnits="userSpaceOnUse" width="6" height="6" patternTransform="rotate(45)"><rect width="6" height="6" fill="#fff"/><rect width="2.6" height="6" fill="#666"/></pattern>`, idMark)
	c.add(`<pattern id="%scontradictory" patternUnits="userSpaceOnUse" width="8" height="8" patternTransform="rotate(45)"><rect width="8" height="8" fill="#fff"/><path d="M0 4h8M4 0v8" stroke="#333" stroke-width="1.2"/></pattern>`, idMark)
	c.add(`<pattern id="%sremainder" patternUnits="userSpaceOnUse" width="9" height="9"><rect width="9" height="9" fill="#fff"/><circle cx="2.5" cy="2.5" r="0.9" fill="#888"/><circle cx="7" cy="7" r="0.9" fill="#888"/></pattern>`, idMark)
	c.add(`</defs>`)
}

func fill(o qca.Output) string {
	switch o {
	case qca.Positive:
		return `fill="url(#` + idMark + `positive)"`
	case qca.Negative:
		return `fill="#fff"`
	case qca.Contradictory:
		return `fill="url(#` + idMark + `contradictory)"`
	}
	return `fill="url(#` + idMark + `remainder)"`
}

// ellipse has its longer half axis, a, turned by an angle from the right downwards, as SVG turns.
type ellipse struct{ x, y, a, b, turn float64 }

// svg draws it as two arcs; an ellipse turned by a transform would turn its hatching as well.
func (e ellipse) svg(attributes string) string {
	x1, y1 := e.at(0)
	x2, y2 := e.at(math.Pi)
	arc := fmt.Sprintf("A%.2f %.2f %.2f 0 1", e.a, e.b, e.turn*180/math.Pi)
	return fmt.Sprintf(`<path d="M%.2f %.2f%s %.2f %.2f%s %.2f %.2fZ" %s/>`, x1, y1, arc, x2, y2, arc, x1, y1, attributes)
}

// distance from its line, below 0 inside; what is given is never more than the true one, and that of a circle.
func (e ellipse) distance(x, y float64) float64 {
	sin, cos := math.Sincos(e.turn)
	u, v := (x-e.x)*cos+(y-e.y)*sin, (y-e.y)*cos-(x-e.x)*sin
	return (math.Hypot(u/e.a, v/e.b) - 1) * e.b
}

// at is a place on the line.
func (e ellipse) at(angle float64) (x, y float64) {
	sin, cos := math.Sincos(e.turn)
	u, v := e.a*math.Cos(angle), e.b*math.Sin(angle)
	return e.x + u*cos - v*sin, e.y + u*sin + v*cos
}

// ellipses of k sets in a square from -1 to 1, with the first set above or on the left. Their measures were searched for so
// that every region is in one piece and the smallest as wide as can be.
func ellipses(k int) []ellipse {
	var out []ellipse
	switch k {
	case 1:
		out = []ellipse{{0, 0, 1, 1, 0}}
	case 2:
		out = []ellipse{{-0.55, 0, 1, 1, 0}, {0.55, 0, 1, 1, 0}}
	case 3:
		for i := range 3 {
			sin, cos := math.Sincos(-math.Pi/2 + 2*math.Pi*float64(i)/3)
			out = append(out, ellipse{0.62 * cos, 0.62 * sin, 1, 1, 0})
		}
	case 4:
		const turn = math.Pi/4 - 0.041
		out = []ellipse{{-0.35, 0.041, 1, 0.702, turn}, {-0.025, -0.351, 1.155, 0.543, turn}, {0.025, -0.351, 1.155, 0.543, -turn}, {0.35, 0.041, 1, 0.702, -turn}}
	case 5:
		for i := range 5 {
			angle := -math.Pi/2 + 2*math.Pi*float64(i)/5
			sin, cos := math.Sincos(angle)
			out = append(out, ellipse{0.2207 * cos, 0.2207 * sin, 1, 0.6039, angle + 2.767})
		}
	}
	var from, to = [2]float64{1, 1}, [2]float64{-1, -1}
	for _, e := range out {
		for i := range 360 {
			x, y := e.at(float64(i) * math.Pi / 180)
			from[0], from[1], to[0], to[1] = min(from[0], x), min(from[1], y), max(to[0], x), max(to[1], y)
		}
	}
	mx, my := (from[0]+to[0])/2, (from[1]+to[1])/2
	scale := 2 / max(to[0]-from[0], to[1]-from[1])
	for i := range out {
		out[i].x, out[i].y = (out[i].x-mx)*scale, (out[i].y-my)*scale
		out[i].a, out[i].b = out[i].a*scale, out[i].b*scale
	}
	return out
}

// tip is the place on the line of a set that is farthest from all others and from the middle.
func tip(es []ellipse, of int) (x, y float64) {
	best := math.Inf(-1)
	for i := range 360 {
		px, py := es[of].at((float64(i) - 90) * math.Pi / 180)
		far := math.Hypot(px, py)
		for j, e := range es {
			if j != of {
				far = min(far, e.distance(px, py))
			}
		}
		far += math.Hypot(px, py)
		if len(es) == 1 {
			far = -py
		}
		if far > best+1e-9 {
			best, x, y = far, px, py
		}
	}
	return x, y
}

// region is one of the 2^k parts of a diagram, and its place with most room around.
type region struct {
	x, y   float64
	code   int
	spots  [][2]float64 // places in it, those with most room first
	shapes []ellipse
	field  box
	taken  []box // by names of sets
}

// regions finds all regions by looking at the field in small steps. The code of a region has a bit for each set it lies in.
func regions(shapes []ellipse, field box, taken []box) map[int]region {
	const step = 3.0
	type spot struct{ x, y, room float64 }
	found := map[int][]spot{}
	for y := field.y1 + step; y < field.y2; y += step {
		for x := field.x1 + step; x < field.x2; x += step {
			code, room := 0, min(x-field.x1, field.x2-x, y-field.y1, field.y2-y)
			for j, e := range shapes {
				d := e.distance(x, y)
				if d < 0 {
					code |= 1 << j
				}
				room = min(room, math.Abs(d))
			}
			for _, b := range taken {
				room = min(room, max(b.x1-x, x-b.x2, b.y1-y, y-b.y2))
			}
			found[code] = append(found[code], spot{x, y, room})
		}
	}
	out := map[int]region{}
	for code, spots := range found {
		slices.SortStableFunc(spots, func(a, b spot) int { return cmp.Compare(b.room, a.room) })
		r := region{x: spots[0].x, y: spots[0].y, code: code, shapes: shapes, field: field, taken: taken}
		for i, s := range spots {
			if i%(1+len(spots)/60) == 0 {
				r.spots = append(r.spots, [2]float64{s.x, s.y})
			}
		}
		out[code] = r
	}
	return out
}

// holds tells whether lines find room around the place of a region.
func (r region) holds(lines []string) bool {
	s := style{size: small}
	w, h := s.widest(lines)/2+2, s.lines(len(lines))/2
	b := box{r.x - w, r.y - h, r.x + w, r.y + h}
	if !b.within(r.field) || slices.ContainsFunc(r.taken, b.meets) {
		return false
	}
	const steps = 8
	for i := range steps + 1 {
		for j := range steps + 1 {
			x, y := b.x1+2*w*float64(i)/steps, b.y1+2*h*float64(j)/steps
			for k, e := range r.shapes {
				if (e.distance(x, y) < 0) != (r.code>>k&1 == 1) {
					return false
				}
			}
		}
	}
	return true
}

// fit breaks names into lines that find room in the region, and says where.
func (r region) fit(names string) ([]string, region, bool) {
	for _, at := range r.spots {
		r.x, r.y = at[0], at[1]
		for _, most := range []float64{60, 90, 40, 130, 170} {
			if longest(names, small) > most {
				continue
			}
			if l := wrap(names, small, most); r.holds(l) {
				return l, r, true
			}
		}
	}
	return nil, r, false
}
