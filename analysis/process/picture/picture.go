// Package picture draws what package process works out: the timeline of a case, its prerequisites, and what its tests weigh.
package picture

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"throughline/analysis/picture"
	"throughline/analysis/process"
)

// Timeline draws spans in lanes. What is certain is dark, what is only possible is light with a dashed edge: a moment that may
// lie anywhere between two days is a light bar with no dark part, a day is a dot. Open ends fade out to the edge. Numbers are
// those of the list, in the order given, from 1. Lanes stand in the order given; those without spans are left out.
func Timeline(spans []process.Span, lanes []string, width float64, title string) string {
	const top, row, left, right = 30.0, 26.0, 118.0, 18.0
	c := &picture.Canvas{}
	type bar struct{ a, b, d, e float64 } // earliest start, latest start, earliest end, latest end, in years
	bars := make([]bar, len(spans))
	first, last := math.Inf(1), math.Inf(-1)
	for i, s := range spans {
		start, end := s.Start, s.Start
		if s.Lasts() && s.End != ".." {
			end = s.End
		}
		b := bar{year(start.Earliest()), year(start.Latest()), year(end.Earliest()), year(end.Latest())}
		if s.End == ".." {
			b.d, b.e = math.Inf(1), math.Inf(1)
		}
		if s.Start.Earliest() == process.FirstDay {
			b.a = math.Inf(-1)
		}
		if end.Latest() == process.LastDay {
			b.e = math.Inf(1)
		}
		if end.Earliest() == process.FirstDay {
			b.d = b.a
		}
		if s.Start.Latest() == process.LastDay {
			b.b = math.Inf(1)
		}
		bars[i] = b
		for _, x := range []float64{b.a, b.b, b.d, b.e} {
			if !math.IsInf(x, 0) {
				first, last = min(first, x), max(last, x)
			}
		}
	}
	if len(spans) == 0 || math.IsInf(first, 0) {
		first, last = 2000, 2001
	}
	pad := max((last-first)*0.04, 1.0/24)
	first, last = first-pad, last+pad
	x := func(y float64) float64 {
		y = min(max(y, first), last)
		return left + (y-first)/(last-first)*(width-left-right)
	}
	// Rows within each lane, so that no two marks or numbers meet.
	y := top
	type line struct {
		name   string
		y1, y2 float64
	}
	var drawn []line
	place := make([]float64, len(spans))
	for _, lane := range lanes {
		var ends []float64
		used := false
		order := []int{}
		for i, s := range spans {
			if s.Lane == lane {
				order = append(order, i)
			}
		}
		slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(bars[a].a, bars[b].a) })
		for _, i := range order {
			used = true
			from, to := x(bars[i].a)-8, max(x(bars[i].e), x(bars[i].b))+26
			k := slices.IndexFunc(ends, func(e float64) bool { return e <= from })
			if k < 0 {
				k = len(ends)
				ends = append(ends, 0)
			}
			ends[k] = to
			place[i] = y + float64(k)*row + row/2
		}
		if used {
			h := float64(len(ends)) * row
			drawn = append(drawn, line{lane, y, y + h})
			y += h + 6
		}
	}
	bottom := y
	for _, tick := range ticks(first, last, (width-left-right)/72) {
		c.Line(x(tick.at), top-6, x(tick.at), bottom, `stroke="`+picture.Light+`" stroke-width="0.7"`)
		c.Text(x(tick.at), top-12, 12, "middle", `fill="`+picture.Grey+`"`, tick.text)
	}
	for i, l := range drawn {
		if i%2 == 0 {
			c.Rect(0, l.y1-3, width, l.y2-l.y1+6, `fill="#000" fill-opacity="0.035"`)
		}
		lines := picture.Wrap(l.name, 13, left-12)
		for k, t := range lines {
			c.Text(4, (l.y1+l.y2)/2+4.5+(float64(k)-float64(len(lines)-1)/2)*15, 13, "start", "", t)
		}
	}
	for i, s := range spans {
		if place[i] == 0 {
			continue
		}
		b, py := bars[i], place[i]
		c.Add(`<g><title>%d. %s: %s</title>`, i+1, picture.Esc(s.Label), picture.Esc(when(s)))
		from, to := x(b.a), x(b.e)
		if to-from < 7 && !s.Lasts() {
			c.Circle((from+to)/2, py, 5.5, `fill="`+picture.Blue+`"`)
		} else {
			c.Rect(from, py-5, max(4, to-from), 10, `rx="3" fill="`+picture.Blue+`" fill-opacity="0.16" stroke="`+picture.Blue+`" stroke-width="1" stroke-dasharray="3 2"`)
			if s.Lasts() && b.b < b.d { // it certainly lasted from the latest start to the earliest end
				c.Rect(x(b.b), py-5, max(3, x(b.d)-x(b.b)), 10, `rx="2" fill="`+picture.Blue+`"`)
			}
			for _, open := range []struct {
				is bool
				x  float64
				d  float64
			}{{math.IsInf(b.a, -1), from, -1}, {math.IsInf(b.e, 1), to, 1}} {
				if open.is {
					c.Add(`<path d="M%.1f %.1f l%.1f 5 l%.1f 5" fill="none" stroke="%s" stroke-width="1.6"/>`, open.x, py-5, 5*open.d, -5*open.d, picture.Blue)
				}
			}
		}
		at, anchor := max(to, x(b.b))+6, "start"
		if math.IsInf(b.e, 1) {
			at += 6
		}
		if at > width-22 {
			at, anchor = from-8, "end"
		}
		c.Text(at, py+4.5, 12, anchor, "", strconv.Itoa(i+1))
		c.Add(`</g>`)
	}
	desc := fmt.Sprintf("%d events in %d lanes. A dot is a day. A light bar with a dashed edge is a time within which it lies; a dark bar is when it certainly lasted; an arrow is an open end. The numbers are those of the table.", len(spans), len(drawn))
	return c.Done(width, bottom+8, "timeline", title, desc)
}

func when(s process.Span) string {
	switch s.End {
	case "":
		return s.Start.Words()
	case "..":
		return "from " + s.Start.Words() + ", goes on"
	}
	return "from " + s.Start.Words() + " to " + s.End.Words()
}

// year gives a day as a year with a fraction.
func year(day string) float64 {
	t, err := time.Parse("2006-01-02", day)
	if err != nil {
		return 0
	}
	return float64(t.Year()) + float64(t.YearDay()-1)/365.25
}

type tick struct {
	at   float64
	text string
}

// ticks are round years, or months where few years are shown, at most so many.
func ticks(first, last, most float64) []tick {
	var out []tick
	if last-first < 2.2 {
		for _, step := range []int{1, 2, 3, 6} {
			if (last-first)*12/float64(step) > most && step < 6 {
				continue
			}
			for m := int(math.Ceil(first * 12)); float64(m) <= last*12; m++ {
				if m%12%step == 0 {
					t := time.Date(m/12, time.Month(m%12+1), 1, 0, 0, 0, 0, time.UTC)
					out = append(out, tick{float64(m) / 12, t.Format("Jan 2006")})
				}
			}
			return out
		}
	}
	for _, step := range []float64{1, 2, 5, 10, 20, 50, 100, 200} {
		if (last-first)/step <= most || step == 200 {
			for y := math.Ceil(first/step) * step; y <= last; y += step {
				out = append(out, tick{y, strconv.Itoa(int(y))})
			}
			return out
		}
	}
	return out
}

// Graph draws prerequisites: each event below those that it needed, joined by the edges that do not follow from others. Edges
// that are sure are solid, unsure ones dashed; a ring at its end marks an edge with evidence.
func Graph(spans []process.Span, s process.Structure, title string) string {
	const w, gapX, gapY, left, top = 168.0, 22.0, 46.0, 12.0, 14.0
	c := &picture.Canvas{}
	at := map[string]int{}
	linked := map[string]bool{}
	for _, e := range s.Reduced {
		linked[e.Event], linked[e.Needs] = true, true
	}
	for i, x := range spans {
		at[x.ID] = i
	}
	// Below all that an event needed, also where that is unsure; answers in a circle end somewhere.
	depth := map[string]int{}
	for range len(spans) {
		for _, e := range s.Reduced {
			depth[e.Event] = min(len(spans)-1, max(depth[e.Event], depth[e.Needs]+1))
		}
	}
	layers := map[int][]int{}
	deepest := 0
	for i, x := range spans {
		if linked[x.ID] {
			d := depth[x.ID]
			layers[d] = append(layers[d], i)
			deepest = max(deepest, d)
		}
	}
	place := map[int]float64{}
	for d := 0; d <= deepest; d++ { // within a layer near those that an event needs
		order := layers[d]
		key := map[int]float64{}
		for k, i := range order {
			sum, n := 0.0, 0.0
			for _, e := range s.Reduced {
				if e.Event == spans[i].ID {
					sum += place[at[e.Needs]]
					n++
				}
			}
			if key[i] = float64(k); n > 0 {
				key[i] = sum / n
			}
		}
		slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(key[a], key[b]) })
		for k, i := range order {
			place[i] = float64(k) - float64(len(order)-1)/2
		}
	}
	widest := 1
	for _, l := range layers {
		widest = max(widest, len(l))
	}
	full := left*2 + float64(widest)*(w+gapX) - gapX
	type box struct{ x, y, h float64 }
	boxes := map[int]box{}
	y := top
	for d := 0; d <= deepest; d++ {
		tall := 0.0
		for _, i := range layers[d] {
			lines := picture.Wrap(fmt.Sprintf("%d. %s", i+1, spans[i].Label), 12, w-14)
			tall = max(tall, float64(min(len(lines), 4))*15+24)
		}
		for _, i := range layers[d] {
			boxes[i] = box{full/2 + place[i]*(w+gapX) - w/2, y, tall}
		}
		y += tall + gapY
	}
	c.Define(`<marker id="graph-tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0 L8 4 L0 8 z" fill="%s"/></marker>`, picture.Ink)
	for _, e := range s.Reduced {
		a, b := boxes[at[e.Needs]], boxes[at[e.Event]]
		dash := ""
		if !e.Sure {
			dash = ` stroke-dasharray="5 4"`
		}
		x1, y1, x2, y2 := a.x+w/2, a.y+a.h, b.x+w/2, b.y
		if y2 < y1 { // unsure ones may point anywhere
			y1, y2 = a.y, b.y+b.h
		}
		c.Add(`<path d="M%.1f %.1f C%.1f %.1f %.1f %.1f %.1f %.1f" fill="none" stroke="%s" stroke-width="1.4"%s marker-end="url(#graph-tip)"/>`, x1, y1, x1, (y1+y2)/2, x2, (y1+y2)/2, x2, y2, picture.Ink, dash)
		if e.Evidence > 0 {
			c.Circle(x1, y1+5, 4, `fill="#fff" stroke="`+picture.Ink+`" stroke-width="1.4"`)
		}
	}
	for _, i := range slices.Sorted(keys(boxes)) {
		b := boxes[i]
		c.Rect(b.x, b.y, w, b.h, `rx="5" fill="#fff" stroke="`+picture.Grey+`"`)
		lines := picture.Wrap(fmt.Sprintf("%d. %s", i+1, spans[i].Label), 12, w-14)
		if len(lines) > 4 {
			lines = append(lines[:3], picture.Clip(lines[3]+" "+lines[4], 12, w-14))
		}
		for k, t := range lines {
			c.Text(b.x+7, b.y+15+float64(k)*15, 12, "start", "", t)
		}
		c.Text(b.x+7, b.y+b.h-6, 11, "start", `fill="`+picture.Grey+`"`, picture.Clip(when(spans[i]), 11, w-14))
	}
	if len(boxes) == 0 {
		c.Text(left, top+14, 13, "start", "", "No event is said to need another yet.")
		full, y = 320, 40
	}
	desc := fmt.Sprintf("%d events joined by %d prerequisites; an arrow leads from what was needed to what needed it. Dashed: unsure. A ring: there is evidence. What follows from other arrows is left out.", len(boxes), len(s.Reduced))
	return c.Done(full, max(40, y-gapY+14), "prerequisites", title, desc)
}

func keys[V any](m map[int]V) func(func(int) bool) {
	return func(yield func(int) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// Square draws tests by certainty and uniqueness, with the four kinds in the corners. Numbers are those of the tests, from 1;
// found ones stand in a filled disc, absent ones in a ring with a stroke, others in a dashed ring.
func Square(tests []process.Test, title string) string {
	const side, left, top = 320.0, 92.0, 16.0
	c := &picture.Canvas{}
	for i := range 3 {
		for j := range 3 {
			shade := 0.03
			if i == 2 || j == 0 {
				shade = 0.07
			}
			if i == 2 && j == 0 {
				shade = 0.12
			}
			c.Rect(left+float64(i)*side/3, top+float64(j)*side/3, side/3, side/3, fmt.Sprintf(`fill="#000" fill-opacity="%.2f" stroke="#fff" stroke-width="2"`, shade))
		}
	}
	for _, l := range []struct {
		x, y float64
		text string
	}{{0, 0, "smoking gun"}, {2, 0, "doubly decisive"}, {0, 2, "straw in the wind"}, {2, 2, "hoop test"}} {
		c.Text(left+(l.x+0.5)*side/3, top+l.y*side/3+16, 12, "middle", `font-weight="600"`, l.text)
	}
	for i, w := range []string{"low", "middling", "high"} {
		c.Text(left+(float64(i)+0.5)*side/3, top+side+17, 12, "middle", `fill="`+picture.Grey+`"`, w)
		c.Text(left-7, top+(2.5-float64(i))*side/3+4, 12, "end", `fill="`+picture.Grey+`"`, w)
	}
	c.Text(left+side/2, top+side+36, 13, "middle", "", "certain to be there if it is true")
	c.Add(`<g transform="rotate(-90 12 %.1f)">`, top+side/2)
	c.Text(12, top+side/2, 13, "middle", "", "unlikely if a rival is true")
	c.Add(`</g>`)
	grade := map[process.Grade]float64{process.Low: 0, process.Middling: 1, process.High: 2}
	seen := map[[2]float64]int{}
	for i, t := range tests {
		cell := [2]float64{grade[t.Certainty], grade[t.Uniqueness]}
		k := seen[cell]
		seen[cell]++
		x := left + cell[0]*side/3 + 19 + float64(k%4)*23
		y := top + (2-cell[1])*side/3 + 40 + float64(k/4)*25
		fill, text := `fill="#fff" stroke="`+picture.Ink+`" stroke-dasharray="3 2"`, picture.Ink
		switch t.Result {
		case process.Found:
			fill, text = `fill="`+picture.Blue+`"`, "#fff"
		case process.Absent:
			fill = `fill="#fff" stroke="` + picture.Ink + `" stroke-width="1.6"`
		}
		c.Add(`<g><title>%d. %s</title>`, i+1, picture.Esc(t.Trace))
		c.Circle(x, y, 10, fill)
		if t.Result == process.Absent {
			c.Line(x-7, y+7, x+7, y-7, `stroke="`+picture.Ink+`" stroke-width="1.2"`)
		}
		c.Text(x, y+4, 12, "middle", `fill="`+text+`"`, strconv.Itoa(i+1))
		c.Add(`</g>`)
	}
	return c.Done(left+side+12, top+side+48, "tests", title, fmt.Sprintf("%d tests by how certain and how unique their traces are. Filled: found. Struck through: absent. Dashed: without a result. The numbers are those of the table.", len(tests)))
}

// Decibels draws weights of evidence against one rival as bars with their ranges, and their sum.
func Decibels(weights []process.Weight, sum process.Weight, names map[string]string, title string) string {
	const left, width, row, top = 170.0, 560.0, 28.0, 30.0
	c := &picture.Canvas{}
	reach := 10.0
	for _, w := range append(slices.Clone(weights), sum) {
		for _, v := range []float64{w.Low, w.High} {
			if !math.IsInf(v, 0) && !math.IsNaN(v) {
				reach = max(reach, math.Abs(v))
			}
		}
	}
	reach = math.Ceil(reach/10) * 10
	x := func(db float64) float64 {
		return left + (min(max(db, -reach), reach)+reach)/(2*reach)*(width-left-16)
	}
	bottom := top + float64(len(weights)+1)*row + 8
	step := 10.0
	for reach/step > 4 {
		step *= 2
	}
	for v := -math.Floor(reach/step) * step; v <= reach; v += step {
		c.Line(x(v), top-6, x(v), bottom, `stroke="`+picture.Light+`" stroke-width="0.7"`)
		c.Text(x(v), top-12, 12, "middle", `fill="`+picture.Grey+`"`, fmt.Sprintf("%g dB", v))
	}
	c.Line(x(0), top-6, x(0), bottom, `stroke="`+picture.Ink+`"`)
	for i, w := range append(slices.Clone(weights), sum) {
		y := top + float64(i)*row + row/2
		name, bold := names[w.ID], ""
		if i == len(weights) {
			name, bold = "Together", `font-weight="600"`
			y += 6
		}
		c.Text(4, y+4, 12, "start", bold, picture.Clip(cmp.Or(name, w.ID), 12, left-14))
		a, b := min(x(0), x(w.Best)), max(x(0), x(w.Best))
		fill := `fill="` + picture.Blue + `"`
		if w.Best < 0 {
			fill = `fill="` + picture.Amber + `"`
		}
		if !w.Counts {
			fill = `fill="none" stroke="` + picture.Grey + `" stroke-dasharray="3 2"`
		}
		c.Rect(a, y-6, max(1, b-a), 12, fill)
		c.Line(x(w.Low), y, x(w.High), y, `stroke="`+picture.Ink+`" stroke-width="1.4"`)
		for _, v := range []float64{w.Low, w.High} {
			c.Line(x(v), y-4, x(v), y+4, `stroke="`+picture.Ink+`" stroke-width="1.4"`)
		}
	}
	return c.Done(width, bottom+6, "weights", title, fmt.Sprintf("Weights of %d pieces of evidence in decibels, with their ranges; to the right they speak for the hypothesis, to the left for its rival. Together %.1f dB, from %.1f to %.1f. Dashed: not counted, as one of the same origin is.", len(weights), sum.Best, sum.Low, sum.High))
}
