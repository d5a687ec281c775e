package document

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"throughline/internal/fault"
	"throughline/internal/pattern"
)

// Area is a part of what a document shows or plays, where a passage is no run of letters: a rectangle of a picture or of a
// page, or a stretch of a recording. The zero Area is none.
type Area struct {
	Page   int `json:"page,omitempty"`  // of a PDF, from 1; 0: the picture or the film itself
	X      int `json:"x,omitempty"`     // left edge, from the left: in pixels of the picture, in points (1/72 inch) of a page
	Y      int `json:"y,omitempty"`     // upper edge, from the top
	Width  int `json:"w,omitempty"`     //
	Height int `json:"h,omitempty"`     //
	From   int `json:"from,omitempty"`  // milliseconds from the beginning of the recording
	To     int `json:"until,omitempty"` // end, exclusive
}

// None tells that a passage is one of the text.
func (a Area) None() bool { return a == Area{} }

// String writes an area as W3C Media Fragments 1.0 does: xywh=X,Y,WIDTH,HEIGHT in pixels, t=FROM,TO in seconds, and for
// pages of a PDF page=N in front (RFC 8118). The empty text is none.
func (a Area) String() string {
	var out []string
	if a.Page > 0 {
		out = append(out, "page="+strconv.Itoa(a.Page))
	}
	if a.Width > 0 || a.Height > 0 {
		out = append(out, fmt.Sprintf("xywh=%d,%d,%d,%d", a.X, a.Y, a.Width, a.Height))
	}
	if a.To > 0 {
		out = append(out, "t="+seconds(a.From)+","+seconds(a.To))
	}
	return strings.Join(out, "&")
}

func seconds(ms int) string {
	s := strconv.Itoa(ms / 1000)
	if ms %= 1000; ms > 0 {
		s += "." + strings.TrimRight(fmt.Sprintf("%03d", ms), "0")
	}
	return s
}

var fragment = pattern.Late(`^(?:page=(\d{1,6}))?(?:&?xywh=(?:pixel:)?(\d{1,7}),(\d{1,7}),(\d{1,7}),(\d{1,7}))?(?:&?t=(?:npt:)?(\d{1,6}(?:\.\d{1,3})?),(\d{1,6}(?:\.\d{1,3})?))?$`)

// ParseArea reads what String writes.
func ParseArea(s string) (Area, error) {
	m := fragment().FindStringSubmatch(s)
	if m == nil || s == "" || strings.HasPrefix(s, "&") {
		return Area{}, fault.New(fault.Invalid, "is %q; expected a part such as xywh=10,20,300,200 or page=2&xywh=72,90,200,40 or t=12.5,20", s)
	}
	n := func(i int) int {
		x, _ := strconv.Atoi(m[i])
		return x
	}
	ms := func(i int) int {
		x, _ := strconv.ParseFloat(m[i], 64)
		return int(x*1000 + 0.5)
	}
	a := Area{n(1), n(2), n(3), n(4), n(5), ms(6), ms(7)}
	var ps fault.Problems
	a.Check(&ps)
	if len(ps) > 0 {
		return Area{}, fault.New(fault.Invalid, "%s", ps[0].Message)
	}
	return a, nil
}

// Check notes what is wrong with an area.
func (a Area) Check(ps *fault.Problems) {
	switch region, time := a.Width > 0 && a.Height > 0, a.To > 0; {
	case region && time:
		ps.Add("area", "is a rectangle and a time at once; take the one or the other")
	case time && (a.From < 0 || a.To <= a.From):
		ps.Add("area", "ends at %s s, which is not after its beginning at %s s", seconds(a.To), seconds(a.From))
	case !time && !region:
		ps.Add("area", "is empty; a rectangle has a width and a height, a time an end after its beginning")
	case region && (a.X < 0 || a.Y < 0 || a.Page < 0):
		ps.Add("area", "lies outside of the picture")
	case time && a.Page > 0:
		ps.Add("area", "is a time on a page")
	}
}

// Shows tells whether a document has the part: the picture or page is as large, the recording as long.
func (d Document) Shows(a Area) bool {
	var ps fault.Problems
	if a.Check(&ps); len(ps) > 0 {
		return false
	}
	switch {
	case a.Page > 0:
		return a.Page <= d.Pages
	case a.To > 0:
		return d.Timed() && (d.Length == 0 || a.To <= d.Length+1000) // players round
	}
	return d.Pictured() && a.X+a.Width <= d.Width && a.Y+a.Height <= d.Height
}

// Pictured tells whether the document shows a picture, and Timed whether it plays a recording.
func (d Document) Pictured() bool { return d.Media != "" && strings.HasPrefix(d.MediaType, "image/") }
func (d Document) Timed() bool    { return d.Media != "" && !d.Pictured() }

// Mark ties a place of a transcript to a time of its recording.
type Mark struct {
	At   int // code points
	Time int // milliseconds
}

// Clock writes a time for people: 1:02:03.5, without hours when there are none.
func Clock(ms int) string {
	s := fmt.Sprintf("%d:%02d", ms/60000, ms/1000%60)
	if ms >= 3600000 {
		s = fmt.Sprintf("%d:%02d:%02d", ms/3600000, ms/60000%60, ms/1000%60)
	}
	if ms %= 1000; ms > 0 {
		s += "." + strings.TrimRight(fmt.Sprintf("%03d", ms), "0")
	}
	return s
}

var clock = pattern.Late(`^(?:(\d{1,3}):)?(\d{1,4}):(\d{1,2})(?:[.,](\d{1,3}))?$|^(\d{1,6})(?:[.,](\d{1,3}))?$`)

// ParseClock reads a time as people write it: 1:02:03.5, 62:03, 93.5 (seconds).
func ParseClock(s string) (int, error) {
	m := clock().FindStringSubmatch(strings.TrimSpace(s))
	if m == nil {
		return 0, fault.New(fault.Invalid, "is %q; expected a time such as 1:02:03 or 12:30.5", s)
	}
	n := func(s string) int {
		x, _ := strconv.Atoi(s)
		return x
	}
	frac := func(s string) int { return n((s + "000")[:3]) }
	if m[5] != "" {
		return n(m[5])*1000 + frac(m[6]), nil
	}
	if n(m[3]) > 59 || m[1] != "" && n(m[2]) > 59 {
		return 0, fault.New(fault.Invalid, "is %q; seconds and minutes end at 59", s)
	}
	return n(m[1])*3600000 + n(m[2])*60000 + n(m[3])*1000 + frac(m[4]), nil
}

// Marks gives the times of a transcript, in the order of its text. What cannot be read is left out; Valid tells of it.
func (d Document) Marks() []Mark {
	out := make([]Mark, 0, len(d.Times))
	for _, s := range d.Times {
		if m, ok := parseMark(s); ok {
			out = append(out, m)
		}
	}
	slices.SortStableFunc(out, func(a, b Mark) int { return a.At - b.At })
	return out
}

// SetMarks keeps times.
func (d *Document) SetMarks(ms []Mark) {
	d.Times = nil
	for _, m := range ms {
		d.Times = append(d.Times, strconv.Itoa(m.At)+" "+Clock(m.Time))
	}
}

func parseMark(s string) (Mark, bool) {
	at, time, ok := strings.Cut(s, " ")
	n, err := strconv.Atoi(at)
	ms, err2 := ParseClock(time)
	return Mark{n, ms}, ok && err == nil && err2 == nil && n >= 0
}

// TimeAt gives the time at which the words at a place are said: that of the last mark before it. ok is false before the
// first.
func TimeAt(ms []Mark, at int) (time int, ok bool) {
	i, found := slices.BinarySearchFunc(ms, at, func(m Mark, at int) int { return m.At - at })
	if found {
		return ms[i].Time, true
	}
	if i == 0 {
		return 0, false
	}
	return ms[i-1].Time, true
}

// Remark finds the times of a transcript again in another version of its text.
func Remark(old, now Text, ms []Mark) []Mark {
	anchors := make([]Anchor, 0, len(ms))
	r := []rune(old.Body)
	var kept []Mark
	for _, m := range ms {
		end := min(m.At+40, len(r))
		a, err := old.At(m.At, end)
		if err != nil {
			continue
		}
		anchors, kept = append(anchors, a), append(kept, m)
	}
	var out []Mark
	for i, x := range Reanchor(old, now, anchors) {
		if !x.Orphan && (len(out) == 0 || x.Anchor.Start > out[len(out)-1].At) {
			out = append(out, Mark{x.Anchor.Start, kept[i].Time})
		}
	}
	return out
}
