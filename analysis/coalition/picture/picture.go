// Package picture draws a coalition: its network, what remains when its top actors leave, and its measures with their intervals.
package picture

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"throughline/analysis/coalition"
	"throughline/analysis/picture"
)

// Network draws actors and ties. The sector is told by the shape and a letter, what is uncertain by a dashed edge, the number
// of ties by the size. Places are found by stress majorisation (Gansner, Koren & North 2005) from a circle, so that the same
// network is always drawn in the same way. Names are shown when labels is set; else the numbers of the table, from 1.
func Network(n coalition.Network, labels bool, width float64, title string) string {
	c := &picture.Canvas{}
	k := len(n.Actors)
	at := map[string]int{}
	for i, a := range n.Actors {
		at[a.ID] = i
	}
	near := make([][]int, k)
	for _, t := range n.Ties {
		i, j := at[t.From], at[t.To]
		near[i], near[j] = append(near[i], j), append(near[j], i)
	}
	x, y := layout(near)
	height := max(220.0, min(width*0.72, 120+float64(k)*26))
	left, top := 64.0, 34.0
	fit(x, left, width-left)
	fit(y, top, height-top)
	sectors := n.Values("sector")
	degrees := n.Degrees()
	most := max(1, slices.Max(append(degrees, 1)))
	for _, t := range n.Ties {
		i, j := at[t.From], at[t.To]
		dash := ""
		if t.Surety > 0 && t.Surety < 1 {
			dash = ` stroke-dasharray="5 4"`
		}
		c.Line(x[i], y[i], x[j], y[j], `stroke="`+picture.Grey+`" stroke-width="1.3"`+dash)
		if t.Directed {
			dx, dy := x[j]-x[i], y[j]-y[i]
			if l := math.Hypot(dx, dy); l > 1 {
				dx, dy = dx/l, dy/l
				px, py := x[i]+(x[j]-x[i])*0.62, y[i]+(y[j]-y[i])*0.62
				c.Add(`<path d="M%.1f %.1f L%.1f %.1f L%.1f %.1f z" fill="%s"/>`, px+dx*7, py+dy*7, px-dy*4, py+dx*4, px+dy*4, py-dx*4, picture.Grey)
			}
		}
	}
	type area struct{ x1, y1, x2, y2 float64 }
	var taken []area
	for i := range n.Actors {
		taken = append(taken, area{x[i] - 14, y[i] - 14, x[i] + 14, y[i] + 14})
	}
	for i, a := range n.Actors {
		r := 8 + 6*math.Sqrt(float64(degrees[i])/float64(most))
		edge := `stroke="` + picture.Ink + `" stroke-width="1.5"`
		if a.Surety > 0 && a.Surety < 1 {
			edge += ` stroke-dasharray="3 2"`
		}
		s := slices.Index(sectors, a.Sector)
		c.Add(`<g><title>%s</title>`, picture.Esc(fmt.Sprintf("%d. %s%s", i+1, shown(a, labels), sectorWords(a))))
		shape(c, x[i], y[i], r, s, `fill="#fff" `+edge)
		c.Text(x[i], y[i]+4, 11, "middle", "", letter(s))
		c.Add(`</g>`)
	}
	for i, a := range n.Actors {
		text := fmt.Sprint(i + 1)
		if labels {
			text = picture.Clip(shown(a, true), 12, 130)
		}
		w := picture.Width(text, 12)
		best, bx, by := math.Inf(1), x[i], y[i]+28
		for _, p := range []struct{ dx, dy float64 }{{0, 27}, {0, -19}, {w/2 + 18, 4}, {-w/2 - 18, 4}, {w/2 + 10, 22}, {-w/2 - 10, 22}, {w/2 + 10, -14}, {-w/2 - 10, -14}} {
			b := area{x[i] + p.dx - w/2, y[i] + p.dy - 11, x[i] + p.dx + w/2, y[i] + p.dy + 3}
			cost := 0.0
			for _, o := range taken {
				cost += max(0, min(b.x2, o.x2)-max(b.x1, o.x1)) * max(0, min(b.y2, o.y2)-max(b.y1, o.y1))
			}
			if b.x1 < 2 || b.x2 > width-2 || b.y1 < 2 || b.y2 > height-2 {
				cost += 500
			}
			if cost < best-1e-9 {
				best, bx, by = cost, x[i]+p.dx, y[i]+p.dy
			}
		}
		taken = append(taken, area{bx - w/2, by - 11, bx + w/2, by + 3})
		c.Text(bx, by, 12, "middle", `stroke="#fff" stroke-width="3" paint-order="stroke" stroke-linejoin="round"`, text)
	}
	// The key of sectors.
	kx, ky := 16.0, height+14
	for s, name := range sectors {
		w := 30 + picture.Width(name, 12)
		if kx+w > width && kx > 16 {
			kx, ky = 16, ky+24
		}
		shape(c, kx, ky, 9, s, `fill="#fff" stroke="`+picture.Ink+`" stroke-width="1.3"`)
		c.Text(kx, ky+4, 10, "middle", "", letter(s))
		c.Text(kx+14, ky+4, 12, "start", "", name)
		kx += w
	}
	return c.Done(width, ky+20, "network", title, fmt.Sprintf("%d actors and %d ties. Shape and letter tell the sector (%s); size the number of ties; dashed is uncertain. The table lists them.", k, len(n.Ties), strings.Join(sectors, ", ")))
}

func shown(a coalition.Actor, labels bool) string {
	if labels {
		return cmp.Or(a.Label, a.ID)
	}
	return a.ID
}

func sectorWords(a coalition.Actor) string {
	if a.Sector == "" {
		return ", sector not known"
	}
	return ", " + a.Sector
}

func letter(s int) string {
	if s < 0 {
		return "?"
	}
	if s < 26 {
		return string(rune('A' + s))
	}
	return string(rune('a' + s%26))
}

// shape draws one of six shapes.
func shape(c *picture.Canvas, x, y, r float64, s int, attributes string) {
	polygon := func(n int, turn float64) {
		var p []string
		for i := range n {
			a := turn + 2*math.Pi*float64(i)/float64(n)
			p = append(p, fmt.Sprintf("%.1f,%.1f", x+r*1.12*math.Cos(a), y+r*1.12*math.Sin(a)))
		}
		c.Add(`<polygon points="%s" %s/>`, strings.Join(p, " "), attributes)
	}
	switch max(s, 0) % 6 {
	case 0:
		c.Circle(x, y, r, attributes)
	case 1:
		c.Rect(x-r*0.95, y-r*0.95, r*1.9, r*1.9, attributes)
	case 2:
		polygon(4, 0)
	case 3:
		polygon(6, 0)
	case 4:
		polygon(5, -math.Pi/2)
	default:
		polygon(8, math.Pi/8)
	}
}

// layout places actors so that distances on paper are those along ties.
func layout(near [][]int) (x, y []float64) {
	n := len(near)
	x, y = make([]float64, n), make([]float64, n)
	for i := range n {
		a := 2 * math.Pi * float64(i) / float64(max(n, 1))
		x[i], y[i] = math.Cos(a)+0.01*float64(i%3), math.Sin(a)
	}
	if n < 2 {
		return x, y
	}
	d := make([][]float64, n)
	for i := range n {
		d[i] = make([]float64, n)
		for j := range d[i] {
			d[i][j] = math.Inf(1)
		}
		d[i][i] = 0
		for queue := []int{i}; len(queue) > 0; {
			v := queue[0]
			queue = queue[1:]
			for _, w := range near[v] {
				if math.IsInf(d[i][w], 1) {
					d[i][w] = d[i][v] + 1
					queue = append(queue, w)
				}
			}
		}
	}
	most := 1.0
	for i := range d {
		for _, v := range d[i] {
			if !math.IsInf(v, 1) {
				most = max(most, v)
			}
		}
	}
	for i := range d {
		for j := range d[i] {
			if math.IsInf(d[i][j], 1) { // parts that are not connected keep apart, and near
				d[i][j] = max(2, most/2+1)
			}
		}
	}
	for range 300 {
		for i := range n {
			sx, sy, sw := 0.0, 0.0, 0.0
			for j := range n {
				if i == j {
					continue
				}
				w := 1 / (d[i][j] * d[i][j])
				dx, dy := x[i]-x[j], y[i]-y[j]
				l := math.Hypot(dx, dy)
				if l < 1e-9 {
					dx, dy, l = 1e-3*float64(i-j), 1e-3, 1e-3*math.Hypot(float64(i-j), 1)
				}
				sx += w * (x[j] + d[i][j]*dx/l)
				sy += w * (y[j] + d[i][j]*dy/l)
				sw += w
			}
			x[i], y[i] = sx/sw, sy/sw
		}
	}
	return x, y
}

func fit(v []float64, low, high float64) {
	if len(v) == 0 {
		return
	}
	a, b := slices.Min(v), slices.Max(v)
	for i := range v {
		if b-a < 1e-9 {
			v[i] = (low + high) / 2
		} else {
			v[i] = low + (v[i]-a)/(b-a)*(high-low)
		}
	}
}

// Decapitation draws what remains connected as the top actors leave, with the worst that can happen.
func Decapitation(d coalition.Decapitation, title string) string {
	const width, height, left, top = 480.0, 260.0, 52.0, 14.0
	c := &picture.Canvas{}
	n := len(d.Remain)
	x := func(m int) float64 { return left + float64(m)/float64(max(1, n-1))*(width-left-20) }
	y := func(v float64) float64 { return top + (1-v)*(height-top-46) }
	for _, v := range []float64{0, 0.25, 0.5, 0.75, 1} {
		c.Line(left, y(v), width-20, y(v), `stroke="`+picture.Light+`" stroke-width="0.7"`)
		c.Text(left-6, y(v)+4, 12, "end", `fill="`+picture.Grey+`"`, fmt.Sprintf("%.0f%%", v*100))
	}
	step := max(1, (n+7)/8)
	for m := 0; m < n; m += step {
		c.Text(x(m), height-28, 12, "middle", `fill="`+picture.Grey+`"`, fmt.Sprint(m))
	}
	c.Text((left+width)/2, height-8, 12, "middle", "", "actors that have left, those with most ties first")
	draw := func(v []float64, attributes string) {
		var p []string
		for m, s := range v {
			p = append(p, fmt.Sprintf("%.1f,%.1f", x(m), y(s)))
		}
		c.Add(`<polyline points="%s" fill="none" %s/>`, strings.Join(p, " "), attributes)
	}
	draw(d.Worst, `stroke="`+picture.Amber+`" stroke-width="1.8" stroke-dasharray="6 4"`)
	draw(d.Remain, `stroke="`+picture.Blue+`" stroke-width="2.4"`)
	for m, s := range d.Remain {
		c.Circle(x(m), y(s), 3.4, `fill="`+picture.Blue+`"`)
	}
	return c.Done(width, height, "decapitation", title, fmt.Sprintf("Share of those who stay that is still connected after 0 to %d actors have left. Solid: those with most ties leave first. Dashed: the worst that can happen. On average %.0f%% stay connected.", n-1, d.Area*100))
}

// Whiskers draws measures from 0 to 1 with their intervals.
func Whiskers(ms []coalition.Measure, title string) string {
	const left, width, row, top = 210.0, 560.0, 28.0, 28.0
	c := &picture.Canvas{}
	ms = slices.DeleteFunc(slices.Clone(ms), func(m coalition.Measure) bool { return m.Undefined != "" || m.Unit != "0 to 1" })
	x := func(v float64) float64 { return left + min(max(v, 0), 1)*(width-left-20) }
	bottom := top + float64(len(ms))*row
	for _, v := range []float64{0, 0.5, 1} {
		c.Line(x(v), top-6, x(v), bottom, `stroke="`+picture.Light+`" stroke-width="0.7"`)
		c.Text(x(v), top-12, 12, "middle", `fill="`+picture.Grey+`"`, fmt.Sprint(v))
	}
	for i, m := range ms {
		y := top + float64(i)*row + row/2
		c.Text(4, y+4, 13, "start", "", strings.ReplaceAll(m.Name, "-", " "))
		c.Line(x(m.Low), y, x(m.High), y, `stroke="`+picture.Ink+`" stroke-width="2"`)
		for _, v := range []float64{m.Low, m.High} {
			c.Line(x(v), y-4, x(v), y+4, `stroke="`+picture.Ink+`" stroke-width="1.4"`)
		}
		c.Circle(x(m.Value), y, 4.6, `fill="`+picture.Blue+`" stroke="#fff"`)
	}
	return c.Done(width, bottom+8, "measures", title, fmt.Sprintf("%d measures from 0 to 1; the dot is the value, the bar what uncertain actors and ties leave open.", len(ms)))
}

// Shares draws the composition of attributes as bars of one length, with the shares in words.
func Shares(ds []coalition.Diversity, title string) string {
	const width, row, top, left = 560.0, 46.0, 8.0, 96.0
	c := &picture.Canvas{}
	patterns := []string{"#1f5a96", "#d9d9d9", "#7a9cc0", "#595959", "#b9cfe6", "#8c8c8c"}
	y := top
	for _, d := range ds {
		if d.Known == 0 {
			continue
		}
		c.Text(4, y+18, 13, "start", "", d.Attribute)
		x := left
		names := make([]string, 0, len(d.Shares))
		for v := range d.Shares {
			names = append(names, v)
		}
		slices.SortFunc(names, func(a, b string) int { return cmp.Or(cmp.Compare(d.Shares[b], d.Shares[a]), cmp.Compare(a, b)) })
		for i, v := range names {
			w := d.Shares[v] * (width - left - 12)
			c.Rect(x, y+4, w, 20, `fill="`+patterns[i%len(patterns)]+`" stroke="#fff" stroke-width="1.5"`)
			label := fmt.Sprintf("%s %.0f%%", v, d.Shares[v]*100)
			if w > 30 {
				c.Text(x+2, y+38, 11, "start", "", picture.Clip(label, 11, w-2))
			}
			x += w
		}
		y += row
	}
	return c.Done(width, y+4, "shares", title, "Composition of the coalition by attribute; each actor counts as one. The table gives the numbers.")
}
