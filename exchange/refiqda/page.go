package refiqda

import (
	"cmp"
	"fmt"
	"math"
	"strings"
	"unicode"
)

// PageWay is how the regions of a PDF are counted. The zero value is the standard's way as ATLAS.ti and MAXQDA write it.
type PageWay struct {
	First int    // number of the first page: 0, or 1
	Top   bool   // from the upper left corner of the page as it is shown; else from the lower left one of its media box, as the standard says
	By    string // what decided
}

func (w PageWay) String() string {
	corner := "lower"
	if w.Top {
		corner = "upper"
	}
	return fmt.Sprintf("the first page is %d, points are counted from the %s left corner", w.First, corner)
}

// ParsePageWay reads what a user says: "0" or "1", the number of the first page, then "+upper" where regions are counted from
// the upper left corner.
func ParsePageWay(s string) (PageWay, error) {
	first, corner, _ := strings.Cut(strings.TrimSpace(s), "+")
	w := PageWay{First: len(strings.Trim(first, "0")), Top: corner == "upper", By: "the user"}
	if first != "0" && first != "1" || corner != "" && corner != "upper" && corner != "lower" {
		return w, fmt.Errorf("%q is no way to count regions; expected 0 or 1, the number of the first page, then +upper or +lower, such as 1+upper", s)
	}
	return w, nil
}

// Sheet is a page of a PDF, in points. Its size is that of the page as it is shown: cut to its crop box, then turned.
type Sheet struct {
	Width, Height float64
	Turn          int     // degrees clockwise by which it is turned
	Left, Bottom  float64 // from the lower left corner of its media box to that of what is shown, not turned
	Lines         []Line
}

// shown gives the place, from the upper left corner of the page as it is shown, of a point of its media box.
func (s Sheet) shown(left, bottom float64) (x, y float64) {
	left, bottom = left-s.Left, bottom-s.Bottom
	switch s.Turn {
	case 90:
		return bottom, left
	case 180:
		return s.Width - left, bottom
	case 270:
		return s.Width - bottom, s.Height - left
	}
	return left, s.Height - bottom
}

// drawn is the other way of shown.
func (s Sheet) drawn(x, y float64) (left, bottom float64) {
	switch s.Turn {
	case 90:
		left, bottom = y, x
	case 180:
		left, bottom = s.Width-x, y
	case 270:
		left, bottom = s.Height-y, s.Width-x
	default:
		left, bottom = x, s.Height-y
	}
	return left + s.Left, bottom + s.Bottom
}

// Line is a line of words on a page.
type Line struct {
	Box  [4]float64 // left, bottom, right, top, from the lower left corner of the page as it is shown
	Text string
}

// slack is how many points or pixels a region may lie outside of its page or picture: programs round.
const slack = 3

// Within cuts a rectangle to a page or picture. ok is false when it lies outside by more than programs round, or nothing of it is left.
func Within(x0, y0, x1, y1, width, height int) (x, y, w, h int, ok bool) {
	x0, x1, y0, y1 = min(x0, x1), max(x0, x1), min(y0, y1), max(y0, y1)
	if x0 < -slack || y0 < -slack || x1 > width+slack || y1 > height+slack {
		return 0, 0, 0, 0, false
	}
	x0, y0, x1, y1 = max(x0, 0), max(y0, 0), min(x1, width), min(y1, height)
	return x0, y0, x1 - x0, y1 - y0, x1 > x0 && y1 > y0
}

// Region gives the page, from 1, and the place on it, from the upper left corner, of a region. ok is false when the pages have
// no such place.
func (p PageWay) Region(s Selection, sheets []Sheet) (page, x, y, w, h int, ok bool) {
	page = s.Page - p.First + 1
	if page < 1 || page > len(sheets) {
		return page, 0, 0, 0, 0, false
	}
	sheet, at := sheets[page-1], s.Box
	if !p.Top {
		x0, y0 := sheet.shown(float64(at[0]), float64(at[1]))
		x1, y1 := sheet.shown(float64(at[2]), float64(at[3]))
		at = [4]int{round(x0), round(y0), round(x1), round(y1)}
	}
	x, y, w, h, ok = Within(at[0], at[1], at[2], at[3], round(sheet.Width), round(sheet.Height))
	return page, x, y, w, h, ok
}

// Box gives what a file says for a place on a page: the number of the page, and the corners, of which the first has the smaller
// numbers.
func (p PageWay) Box(page, x, y, w, h int, sheet Sheet) (int, [4]int) {
	at := [4]int{x, y, x + w, y + h}
	if !p.Top {
		x0, y0 := sheet.drawn(float64(x), float64(y))
		x1, y1 := sheet.drawn(float64(x+w), float64(y+h))
		at = [4]int{round(min(x0, x1)), round(min(y0, y1)), round(max(x0, x1)), round(max(y0, y1))}
	}
	return page - 1 + p.First, at
}

func round(x float64) int { return int(math.Floor(x + 0.5)) }

// PagesOf finds out how the regions of a PDF are counted: by page numbers that one way alone has, corners that stand the other
// way round, and the words that a name quotes; then by the program that wrote it. others are the selections of the
// project's other PDF files, whose page numbers speak for these too.
func PagesOf(origin string, own, others []Selection, sheets []Sheet) PageWay {
	var zero, last, upward bool
	see := func(s Selection, pages int) {
		if s.Kind == RegionSelection {
			zero = zero || s.Page == 0
			last = last || pages > 0 && s.Page == pages
			upward = upward || s.Box[1] > s.Box[3]
		}
	}
	for _, s := range own {
		see(s, len(sheets))
	}
	for _, s := range others {
		see(s, 0)
	}
	var ways []PageWay
	for _, first := range []int{0, 1} {
		for _, top := range []bool{false, true} {
			switch {
			case first == 0 && last && !zero, first == 1 && zero: // a page too many, or one too few
			case top && upward: // from the upper left to the lower right, with smaller numbers below
			default:
				ways = append(ways, PageWay{First: first, Top: top, By: "the numbers"})
			}
		}
	}
	if len(ways) == 1 {
		return ways[0]
	}
	best, list := 0.0, []PageWay(nil)
	for _, w := range ways {
		score := 0.0
		for _, s := range own {
			score += w.fits(s, sheets)
		}
		switch {
		case score > best+1e-9:
			best, list = score, []PageWay{w}
		case score > 0 && score > best-1e-9:
			list = append(list, w)
		}
	}
	if len(list) == 1 {
		list[0].By = "the words there"
		return list[0]
	}
	if len(list) > 0 {
		ways = list
	}
	known := PageWay{By: "the standard, and pages from 0 as programs write them"}
	if strings.Contains(strings.ToLower(origin), "qualcoder") {
		known = PageWay{First: 1, Top: true, By: "what the program that wrote it is known to do"}
	}
	for _, first := range []int{known.First, 1 - known.First} { // what speaks against the program's way is followed as far as it goes
		for _, top := range []bool{known.Top, !known.Top} {
			for _, w := range ways {
				if w.First == first && w.Top == top {
					w.By = known.By
					if first != known.First || top != known.Top {
						w.By = "the numbers, and " + known.By
					}
					return w
				}
			}
		}
	}
	return known
}

// fits tells how many of the words of a selection's name stand in its region, as a share.
func (p PageWay) fits(s Selection, sheets []Sheet) float64 {
	if s.Kind != RegionSelection {
		return 0
	}
	words := wordsIn(cmp.Or(s.Says, s.Name))
	page, x, y, w, h, ok := p.Region(s, sheets)
	if !ok || len(words) == 0 {
		return 0
	}
	height := sheets[page-1].Height
	there := map[string]bool{}
	for _, l := range sheets[page-1].Lines {
		middle := height - (l.Box[1]+l.Box[3])/2
		if middle < float64(y) || middle > float64(y+h) || l.Box[2] < float64(x) || l.Box[0] > float64(x+w) {
			continue
		}
		for _, t := range wordsIn(l.Text) {
			there[t] = true
		}
	}
	n := 0
	for _, t := range words {
		if there[t] {
			n++
		}
	}
	if 2*n < len(words) {
		return 0
	}
	return float64(n) / float64(len(words))
}

func wordsIn(s string) []string {
	return strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) })
}
