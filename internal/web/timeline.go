package web

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"throughline/internal/cases"
)

// timelineView is the drawing of a case's events. It says nothing that the table beside it does not.
type timelineView struct {
	Desc   string
	Width  int
	Height int
	Lanes  []timelineLane
	Years  []timelineYear
	Marks  []timelineMark
}

type timelineLane struct {
	Name string
	Y    int // middle of the lane
	Line int // where its lower rule runs
}

type timelineYear struct {
	Text string
	X    int
}

// timelineMark is one event: a dot for a day, a bar for as long as it may have been.
type timelineMark struct {
	Number int
	Title  string
	X      int
	Y      int
	Width  int // of the bar; 0: a dot
	BarX   int
	BarY   int
	Lane   string
	TextX  int
	TextY  int
}

// eventOrder puts events in the order in which they may have begun.
func eventOrder(a, b cases.Event) int {
	if c := strings.Compare(a.Date.Earliest(), b.Date.Earliest()); c != 0 {
		// What has an open beginning is placed by its end.
		ea, eb := orderOf(a.Date), orderOf(b.Date)
		if ea != eb {
			return strings.Compare(ea, eb)
		}
	}
	if c := strings.Compare(a.Date.Latest(), b.Date.Latest()); c != 0 {
		return c
	}
	return strings.Compare(string(a.ID), string(b.ID))
}

// orderOf is the day by which a date is put in order: the first it can mean, or for "before" the last.
func orderOf(d cases.EDTF) string {
	if e := d.Earliest(); e > "0001" {
		return e
	}
	return d.Latest()
}

// drawTimeline draws events that are in order. Fewer than two are not drawn.
func drawTimeline(events []cases.Event) *timelineView {
	if len(events) < 2 {
		return nil
	}
	const left, right, top, lane, width = 110, 20, 14, 44, 760
	first, last := 9999.0, 0.0
	type span struct{ from, to float64 }
	spans := make([]span, len(events))
	for i, e := range events { // open ends reach as far as the other events do
		s := span{yearOf(e.Date.Earliest()), yearOf(e.Date.Latest())}
		if s.from >= 1 {
			first = min(first, s.from)
		} else {
			first = min(first, s.to)
		}
		if s.to < 9999 {
			last = max(last, s.to)
		} else {
			last = max(last, s.from)
		}
		spans[i] = s
	}
	from, to := int(first), int(last)+1
	x := func(y float64) int {
		y = min(max(y, float64(from)), float64(to))
		return left + int((y-float64(from))/float64(to-from)*float64(width-left-right))
	}
	t := &timelineView{Width: width}
	laneY := map[string]int{}
	for _, name := range cases.Lanes {
		if !slices.ContainsFunc(events, func(e cases.Event) bool { return e.Lane == name }) {
			continue
		}
		y := top + len(t.Lanes)*lane + lane/2
		laneY[name] = y
		t.Lanes = append(t.Lanes, timelineLane{name, y, y + lane/2})
	}
	t.Height = top + len(t.Lanes)*lane + 28
	step := max(1, (to-from+9)/10)
	for y := from; y <= to; y += step {
		if x(float64(y)) > width-right-24 && y > from {
			break // its number would run off the drawing
		}
		t.Years = append(t.Years, timelineYear{strconv.Itoa(y), x(float64(y))})
	}
	near := map[string]int{} // where the last number stands in each lane, so that numbers do not cover each other
	for i, e := range events {
		a, b := x(spans[i].from), x(spans[i].to)
		m := timelineMark{Number: i + 1, Title: dateWords(e.Date) + ": " + e.Title, X: (a + b) / 2, Y: laneY[e.Lane] + 5, Lane: e.Lane}
		if b-a > 8 {
			m.BarX, m.BarY, m.Width = a, m.Y-4, b-a
		}
		m.TextX, m.TextY = m.X, m.Y-9
		if prev, ok := near[e.Lane]; ok && m.TextX-prev < 16 {
			m.TextX = prev + 16
		}
		near[e.Lane] = m.TextX
		t.Marks = append(t.Marks, m)
	}
	t.Desc = fmt.Sprintf("%d events from %d to %d, in %s by who acted. A dot is a day, a bar a time that is only known roughly. The numbers are those of the table below, which says the same in words.", len(events), from, int(last), plural(len(t.Lanes), "lane"))
	return t
}

// yearOf gives a day as a year with a fraction.
func yearOf(d string) float64 {
	y, _ := strconv.Atoi(d[:4])
	m, _ := strconv.Atoi(d[5:7])
	n, _ := strconv.Atoi(d[8:10])
	return float64(y) + (float64(m-1)+float64(n-1)/31)/12
}

// dateWords is a date as people say it, with what is not certain about it.
func dateWords(d cases.EDTF) string {
	if d.Valid() != nil {
		return string(d)
	}
	a, b, interval := strings.Cut(string(d), "/")
	switch {
	case !interval:
		return partWords(a)
	case a == "..":
		return "before the end of " + partWords(b)
	case b == "..":
		return partWords(a) + " or after"
	}
	return "between " + partWords(a) + " and " + partWords(b)
}

func partWords(p string) string {
	bare := strings.TrimRight(p, "~?")
	out := bare
	switch len(bare) {
	case 7:
		if t, err := time.Parse("2006-01", bare); err == nil {
			out = t.Format("January 2006")
		}
	case 10:
		out = day(bare)
	}
	switch {
	case strings.HasSuffix(p, "~"):
		return "about " + out
	case strings.HasSuffix(p, "?"):
		return "perhaps " + out
	}
	return out
}
