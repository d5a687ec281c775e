package extract

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode"

	"throughline/internal/extract/plain"
)

// written is what somebody wrote into a field of a form, or beside the text of a page.
type written struct {
	text []rune
	box  [4]float64 // of the field, in points
	mark bool       // a box to be ticked: it stands beside what it means
}

// Boxes to be ticked, as they are read.
const (
	ticked   = "☒"
	unticked = "☐"
)

// answers gives what was written on a page, and which of its annotations that is. more tells that others may draw words: all
// of them, where a document leaves too much doubt for its fields to be read (one with a password, as a rule).
func answers(f *plain.File, index int) (all []written, which []int, more bool) {
	if f == nil {
		return nil, nil, true
	}
	said, which, more, err := f.Written(index)
	if err != nil {
		return nil, nil, true
	}
	return ready(said), which, more
}

// ready makes what was written ready to be placed.
func ready(all []plain.Written) (out []written) {
	for _, w := range all {
		x := written{box: w.Box, mark: w.Mark}
		for i := range x.box {
			x.box[i] = point(x.box[i])
		}
		switch {
		case w.Mark && w.Ticked:
			x.text = []rune(ticked)
		case w.Mark:
			x.text = []rune(unticked)
		default:
			x.text = []rune(strings.Map(func(c rune) rune {
				if c == '\n' {
					return c
				}
				return printable(c)
			}, strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(strings.TrimSpace(w.Text))))
		}
		if len(x.text) > 0 {
			out = append(out, x)
		}
	}
	return out
}

// place puts what was written among the characters of a page as they are read: beside the words that stand on its line, as a
// label does; else below those above it. at tells where each character stood, box of which place on the page, which is turned by
// so many degrees to be shown; what was written stands at first and after it.
func place(read []rune, at []int, box func(int) ([4]float64, bool), all []written, first, turn int) ([]rune, []int) {
	type letter struct {
		i   int // in read
		box [4]float64
	}
	var letters []letter
	var heights []float64
	for i, c := range read {
		if visible(c) && c != '_' && c != '…' && !(c == '.' && (i > 0 && read[i-1] == '.' || i+1 < len(read) && read[i+1] == '.')) { // lines to write on are no words
			if b, ok := box(at[i]); ok && b[2] > b[0] && b[3] > b[1] {
				b = shown(b, turn)
				letters = append(letters, letter{i, b})
				heights = append(heights, b[3]-b[1])
			}
		}
	}
	high := 12.0
	if len(heights) > 0 {
		slices.Sort(heights)
		high = heights[len(heights)/2]
	}
	endOf := func(i int) int { // of the line that a character is in
		for i < len(read) && read[i] != '\n' {
			i++
		}
		return i
	}
	toLeft := func(i int) bool { // whether it is in words from right to left
		for ; i >= 0 && read[i] != '\n'; i-- {
			if unicode.IsLetter(read[i]) {
				return leftward(read[i])
			}
		}
		return false
	}
	type put struct {
		at    int  // before which character
		line  bool // on a line of its own
		which int
	}
	var puts []put
	all = slices.Clone(all)
	for k := range all {
		all[k].box = shown(all[k].box, turn)
	}
	for k, w := range all {
		p := put{at: len(read), line: true, which: k}
		strip := w.box // its first line
		if strip[3]-strip[1] > 2*high {
			strip[1] = strip[3] - 1.5*high
		}
		none := math.Inf(1)
		before, after, above, over := -1, -1, -1, -1 // letters beside it, above it, and on the last line that is higher
		left, right, up, upOver := none, none, none, none
		for n, l := range letters {
			b := l.box
			switch {
			case level(b, strip) && b[2] <= strip[0]+2:
				if d := strip[0] - b[2]; d < left {
					before, left = n, d
				}
			case level(b, strip) && b[0] >= strip[2]-2:
				if d := b[0] - strip[2]; d < right {
					after, right = n, d
				}
			case (b[1]+b[3])/2 > w.box[3]-high/2:
				d := max(0, b[1]-w.box[3])
				if d <= up && b[2] > w.box[0]-5 && b[0] < w.box[2]+5 {
					above, up = n, d
				}
				if d <= upOver {
					over, upOver = n, d
				}
			}
		}
		beside := func(n int, onLeft bool) { // what is left of it comes before it, but in words from right to left
			p.at, p.line = letters[n].i, false
			if onLeft != toLeft(p.at) {
				p.at++
			}
		}
		if after >= 0 && toLeft(letters[after].i) && !w.mark { // the label is on the right
			before, left, after, right = after, right, before, left
			beside(before, false)
		}
		switch {
		case w.mark && (before >= 0 || after >= 0):
			beside(map[bool]int{true: before, false: after}[left < right], left < right)
		case before >= 0 && p.line && (left < 8*high || above < 0 || up > high):
			beside(before, true)
		case !p.line:
		case after >= 0 && right < 1.5*high:
			beside(after, false)
		case above >= 0 && up < 4*high:
			p.at = endOf(letters[above].i)
		case over >= 0:
			p.at = endOf(letters[over].i)
		}
		puts = append(puts, p)
	}
	slices.SortStableFunc(puts, func(a, b put) int {
		x, y := all[a.which].box, all[b.which].box
		switch {
		case a.at != b.at:
			return cmp.Compare(a.at, b.at)
		case level(x, y):
			return cmp.Compare(x[0], y[0])
		}
		return cmp.Compare(y[3], x[3])
	})
	var out []rune
	var outAt []int
	done := 0
	for _, p := range puts {
		out, outAt = append(out, read[done:p.at]...), append(outAt, at[done:p.at]...)
		done = p.at
		text := slices.Clone(all[p.which].text)
		switch {
		case !p.line:
			text = slices.Concat([]rune{' '}, text, []rune{' '})
		case len(out) > 0:
			text = slices.Insert(text, 0, '\n')
		}
		out = append(out, text...)
		for range text {
			outAt = append(outAt, first+p.which)
		}
	}
	return append(out, read[done:]...), append(outAt, at[done:]...)
}

// shown turns a box as its page is turned to be shown. Where on the page it is then does not matter.
func shown(b [4]float64, turn int) [4]float64 {
	switch turn {
	case 90:
		return [4]float64{b[1], -b[2], b[3], -b[0]}
	case 180:
		return [4]float64{-b[2], -b[3], -b[0], -b[1]}
	case 270:
		return [4]float64{-b[3], b[0], -b[1], b[2]}
	}
	return b
}
