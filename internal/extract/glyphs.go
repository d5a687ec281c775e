package extract

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf16"
)

// glyphs are the characters of a page of a PDF in the order in which the engine gives them, with what it knows of each.
type glyphs struct {
	chars     []rune                              // halves of pairs as they come
	box       func(int) (box [4]float64, ok bool) // in points
	generated func(int) bool                      // not in the file, but put in for a gap
	blanks    func() [][2]float64                 // where spaces were drawn that the engine passes over
	tex       *bool                               // whether TeX made the page, once that is known
	doubtful  int                                 // spaces of which nothing tells whether they are ones
}

// mend gives the characters as they are to be read, and where each stood, appended to what is given. It puts right what the engine gets wrong on pages
// made by TeX, of which some letters come as numbers of its fonts, and on pages printed by browsers: characters outside the
// basic plane come as halves; Arabic and Hebrew words come in the order of sight, brackets and what stands beside numbers as
// they look; Thai letters that are drawn together with marks above them come twice, with a space after them, and so do
// those of Hindi, Tamil, Khmer and Burmese with their vowels.
func (g *glyphs) mend(out []rune, at []int) ([]rune, []int) {
	joined := map[int]bool{} // where the engine ended a line and none ends
	put := func(c rune, i int) { out, at = append(out, c), append(at, i) }
	for i := 0; i < len(g.chars); i++ {
		c := g.chars[i]
		switch {
		case (c < 0x20 || c >= 0x80 && c < 0xa0) && g.typeset(i) != "":
			for _, r := range g.typeset(i) {
				put(r, i)
			}
		case utf16.IsSurrogate(c):
			if i+1 < len(g.chars) {
				if pair := utf16.DecodeRune(c, g.chars[i+1]); pair != unicode.ReplacementChar {
					put(pair, i)
					i++
					continue
				}
			}
			put(unicode.ReplacementChar, i)
		case c == '\r' || c == '\n':
			k := i + 1
			for k < len(g.chars) && (g.chars[k] == '\r' || g.chars[k] == '\n') {
				k++
			}
			if k < len(g.chars) && stacked(g.chars[k]) && g.generated(i) && g.twice(k, out, at) > 0 {
				joined[len(out)] = true
				i = k - 1
				continue
			}
			if len(out) > 0 && k < len(g.chars) && visible(out[len(out)-1]) && g.generated(i) && g.beside(at[len(at)-1], k) {
				if g.spaced(at[len(at)-1], k) {
					put(' ', i)
				}
				joined[len(out)] = true
				i = k - 1
				continue
			}
			put('\n', i)
			i = k - 1
		case stacked(c):
			if n := g.twice(i, out, at); n > 0 {
				i += n - 1
				continue
			}
			put(c, i)
		case c == ' ' && len(out) > 0 && i+1 < len(g.chars) && bound(out[len(out)-1]) && bound(g.chars[i+1]) && g.generated(i) && g.drawnWith(at[len(at)-1], i):
			if len(g.blanks()) == 0 {
				g.doubtful++
				put(c, i)
			} else if g.blank(at[len(at)-1], i+1) {
				put(c, i)
			}
		case c == ' ' && len(out) > 0 && i+1 < len(g.chars) && stacked(out[len(out)-1]) && stacked(g.chars[i+1]) && g.generated(i) && !g.spaced(at[len(at)-1], i+1):
		default:
			put(c, i)
		}
	}
	for i := 0; i < len(out) && len(joined) > 0; i++ {
		k, joins, left := i, 0, 0
		for ; k < len(out) && out[k] != '\n'; k++ {
			if joined[k] {
				joins++
			}
			if leftward(out[k]) {
				left++
			}
		}
		if joins > 2 && left > (k-i)/2 { // it came from left to right
			turn(out[i:k], at[i:k])
		}
		i = k
	}
	for i := 0; i < len(out); i++ {
		k := i
		for k < len(out) && leftward(out[k]) {
			k++
		}
		if k-i == 2 && out[i] == 'ا' && out[i+1] == 'ل' && g.shared(at[i], at[i+1]) { // one drawing of two letters, of which the second comes first
			out[i], out[i+1] = 'ل', 'ا'
		}
		if k-i > 1 && g.reversed(out[i:k], at[i:k]) {
			slices.Reverse(out[i:k])
			slices.Reverse(at[i:k])
		}
		i = max(i, k-1)
	}
	for i := 0; i < len(out); i++ {
		k, left, letters := i, 0, 0
		for ; k < len(out) && out[k] != '\n'; k++ {
			if leftward(out[k]) {
				left++
			} else if unicode.IsLetter(out[k]) {
				letters++
			}
		}
		if left > letters {
			g.closing(out[i:k], at[i:k])
			g.bracketed(out[i:k], at[i:k])
		}
		i = k
	}
	return out, at
}

// closing puts marks where they stand beside a number in a line read from right to left: what stands left of it follows
// it, and a dash on its right comes before it. The engine takes number and marks for one word from left to right.
func (g *glyphs) closing(line []rune, at []int) {
	mark := func(c rune) bool { return strings.ContainsRune(",.;:!?%،؛؟٪", c) }
	dash := func(c rune) bool { return strings.ContainsRune("-–־", c) }
	// move puts the first n of some characters last.
	move := func(line []rune, at []int, n int) {
		copy(line, append(slices.Clone(line[n:]), line[:n]...))
		copy(at, append(slices.Clone(at[n:]), at[:n]...))
	}
	before := func(i, k int) bool { // on the page, from the left
		a, ok1 := g.box(at[i])
		b, ok2 := g.box(at[k])
		return ok1 && ok2 && a[0] < b[0]
	}
	for i := 0; i < len(line); i++ {
		first, k := i, i
		for k < len(line) && mark(line[k]) {
			k++
		}
		digits := k
		for k < len(line) && (unicode.IsDigit(line[k]) || k > digits && mark(line[k]) && (k+1 < len(line) && unicode.IsDigit(line[k+1]) || line[k] == '%')) {
			k++
		}
		if k == digits {
			continue
		}
		end := k
		for end < len(line) && dash(line[end]) {
			end++
		}
		if marks := digits - first; marks > 0 && (first == 0 || line[first-1] == ' ') && (k == len(line) || line[k] == ' ') && before(first, digits) {
			slices.Reverse(line[first:digits])
			slices.Reverse(at[first:digits])
			move(line[first:k], at[first:k], marks)
		} else if end > k && (end == len(line) || !unicode.IsDigit(line[end])) && before(digits, k) {
			move(line[digits:end], at[digits:end], k-digits)
		}
		i = end - 1
	}
}

// mirrored are brackets and what takes their place in a line read from right to left.
var mirrored = map[rune]rune{'(': ')', ')': '(', '[': ']', ']': '[', '{': '}', '}': '{', '«': '»', '»': '«', '‹': '›', '›': '‹'}

// bracketed puts right the brackets of a line read from right to left that a browser printed: the engine gives them as they
// look, and the space beside one on the wrong side of it.
func (g *glyphs) bracketed(line []rune, at []int) {
	for i := 0; i < len(line); i++ {
		turned, ok := mirrored[line[i]]
		if !ok || len(g.blanks()) == 0 || latin(line, i, -1) && latin(line, i, 1) {
			continue
		}
		line[i] = turned
		if i == 0 || i+2 >= len(line) || line[i+1] != ' ' || line[i-1] == ' ' {
			continue
		}
		was, ok1 := g.box(at[i-1])
		own, ok2 := g.box(at[i])
		next, ok3 := g.box(at[i+2])
		within := func(from, to float64) bool {
			return slices.ContainsFunc(g.blanks(), func(p [2]float64) bool {
				return p[0] > from-0.5 && p[0] < to+0.5 && p[1] > own[1]-1 && p[1] < own[3]+1
			})
		}
		if ok1 && ok2 && ok3 && within(own[2], was[0]) && !within(next[2], own[0]) {
			line[i], line[i+1] = line[i+1], line[i]
			at[i], at[i+1] = at[i+1], at[i]
			i++
		}
	}
}

// latin tells whether the next letter of a line, before or after a place, is of a script that is written from left to right.
func latin(line []rune, i, step int) bool {
	for i += step; i >= 0 && i < len(line); i += step {
		if unicode.IsLetter(line[i]) {
			return !leftward(line[i])
		}
	}
	return false
}

// cork are the characters of TeX's fonts in the encodings T1 and OT1 that stand where others have control characters.
var cork = map[rune]string{0x0b: "ff", 0x0c: "fi", 0x0e: "ffi", 0x0f: "ffl", 0x10: "“", 0x11: "”", 0x12: "„", 0x13: "«", 0x14: "»", 0x15: "–", 0x16: "—", 0x1b: "ff", 0x1c: "fi", 0x1d: "fl", 0x1e: "ffi", 0x1f: "ffl"}

// carons are those of T1 alone, from 0x80 on.
var carons = []rune("ĂĄĆČĎĚĘĞĹĽŁŃŇŊŐŔŘŚŠŞŤŢŰŮŸŹŽŻĲİđ§")

// typeset gives what a control character stands for in a text made by TeX, or nothing.
func (g *glyphs) typeset(i int) string {
	if g.tex == nil { // a ligature within a word gives it away
		g.tex = new(bool)
		for k := 1; k+1 < len(g.chars) && !*g.tex; k++ {
			_, ok := cork[g.chars[k]]
			*g.tex = ok && unicode.IsLower(g.chars[k-1]) && unicode.IsLower(g.chars[k+1])
		}
	}
	c := g.chars[i]
	switch {
	case !*g.tex:
		return ""
	case c == 0x88 && (i == 0 || !unicode.IsLetter(g.chars[i-1])) && (i+1 == len(g.chars) || !unicode.IsLetter(g.chars[i+1])): // of another font
		return "•"
	case c >= 0x80 && c < 0xa0:
		return string(carons[c-0x80])
	}
	return cork[c]
}

// stacked tells whether a character is of a script that sets marks upon letters and no spaces between words.
func stacked(c rune) bool {
	return c >= 0xe00 && unicode.In(c, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

// bound tells whether a character is of a script whose letters are drawn together in many ways.
func bound(c rune) bool {
	return c == 0x964 || c == 0x965 || c >= 0x900 && c < 0x1800 && unicode.In(c, unicode.Devanagari, unicode.Bengali, unicode.Gurmukhi, unicode.Gujarati, unicode.Oriya, unicode.Tamil, unicode.Telugu, unicode.Kannada, unicode.Malayalam, unicode.Sinhala, unicode.Khmer, unicode.Myanmar)
}

// leftward tells whether a character is of a script that is written from right to left.
func leftward(c rune) bool {
	return c >= 0x590 && unicode.In(c, unicode.Arabic, unicode.Hebrew, unicode.Syriac, unicode.Thaana, unicode.Nko) && !unicode.IsDigit(c) || c >= 0x64b && c <= 0x65f
}

// split tells how many characters from i on share the box of one drawing, which the engine divides evenly among them.
func (g glyphs) split(i int) (n int, whole [4]float64) {
	whole, ok := g.box(i)
	if !ok {
		return 1, whole
	}
	wide, right := whole[2]-whole[0], whole[2]
	for n = 1; i+n < len(g.chars) && stacked(g.chars[i+n]); n++ {
		b, ok := g.box(i + n)
		if !ok || abs(b[0]-right) > 0.03 || abs(b[2]-b[0]-wide) > 0.03 || b[1] != whole[1] {
			break
		}
		right = b[2]
		whole = union(whole, b)
	}
	return n, whole
}

// beside tells whether a character stands on the line of another and right next to it.
func (g glyphs) beside(i, k int) bool {
	a, ok1 := g.box(i)
	b, ok2 := g.box(k)
	return ok1 && ok2 && level(a, b) && max(b[0]-a[2], a[0]-b[2]) < max(a[3]-a[1], b[3]-b[1])
}

// turn makes a line that was read from left to right one that is read from right to left, but for what is not.
func turn(line []rune, at []int) {
	slices.Reverse(line)
	slices.Reverse(at)
	for i := 0; i < len(line); i++ {
		k := i
		for k < len(line) && line[k] != ' ' && !leftward(line[k]) {
			k++
		}
		slices.Reverse(line[i:k])
		slices.Reverse(at[i:k])
		i = max(i, k-1)
	}
}

func abs(x float64) float64 { return max(x, -x) }

// twice tells how many characters from i on repeat what was drawn with them just before.
func (g glyphs) twice(i int, out []rune, at []int) int {
	n, whole := g.split(i)
	middle := (whole[0] + whole[2]) / 2
	for ; n >= 2; n-- {
		for back := n; back <= min(n+12, len(out)); back++ {
			k := len(out) - back
			if !slices.Equal(out[k:k+n], g.chars[i:i+n]) {
				continue
			}
			first, ok1 := g.box(at[k])
			last, ok2 := g.box(at[k+n-1])
			room := 0.25
			if am(out[k+n-1]) {
				room = 0.5
			}
			if was := union(first, last); ok1 && ok2 && middle > was[0]-1 && middle < was[2]+(was[2]-was[0])*room && was[1] != whole[1] {
				return n
			}
		}
	}
	return 0
}

// shared tells whether two characters share the box of one drawing.
func (g glyphs) shared(i, k int) bool {
	a, ok1 := g.box(i)
	b, ok2 := g.box(k)
	return ok1 && ok2 && abs(a[2]-a[0]-b[2]+b[0]) < 0.03 && min(abs(a[2]-b[0]), abs(b[2]-a[0])) < 0.03
}

// drawnWith tells whether a space that the engine put in stands where the letter before it begins: it was put between two
// parts of one drawing, or after them.
func (g glyphs) drawnWith(i, space int) bool {
	a, ok1 := g.box(i)
	b, ok2 := g.box(space)
	return ok1 && ok2 && b[0] < a[2]-0.5
}

// am tells whether a character is the vowel am of Thai or Lao, of which the second part is drawn apart and has no box.
func am(c rune) bool { return c == 0xe33 || c == 0xeb3 }

// apart tells whether there is room for a space between two characters.
func (g glyphs) apart(i, k int) bool {
	a, ok1 := g.box(i)
	b, ok2 := g.box(k)
	room := 0.15
	if am(g.chars[i]) {
		room = 0.45
	}
	return !ok1 || !ok2 || max(b[0]-a[2], a[0]-b[2]) > room*max(a[3]-a[1], b[3]-b[1])
}

// blank tells whether a space was drawn between two characters of a line.
func (g glyphs) blank(i, k int) bool {
	a, ok1 := g.box(i)
	b, ok2 := g.box(k)
	return ok1 && ok2 && slices.ContainsFunc(g.blanks(), func(p [2]float64) bool {
		return p[0] > a[0]-0.5 && p[0] < b[0]+0.5 && p[1] > min(a[1], b[1])-1 && p[1] < max(a[3], b[3])+1
	})
}

// spaced tells whether a space stands between two characters: one that was drawn, or, on a page where none can be seen, room
// for one.
func (g glyphs) spaced(i, k int) bool {
	if stacked(g.chars[i]) && stacked(g.chars[k]) && len(g.blanks()) > 0 {
		return g.blank(i, k)
	}
	return g.apart(i, k)
}

// reversed tells whether a word that is written from right to left runs from left to right on the page, that is, whether it
// comes in the order of sight. Letters that share one drawing tell nothing: the engine divides their box from the left.
func (g glyphs) reversed(word []rune, at []int) bool {
	if len(word) == 2 && word[0] == 'ل' && slices.Contains([]rune("اأإآ"), word[1]) {
		return false // "no" in one drawing
	}
	first, ok1 := g.box(at[0])
	last, ok2 := g.box(at[len(at)-1])
	if !ok1 || !ok2 || first[0]+first[2] >= last[0]+last[2] {
		return false
	}
	wide, right := first[2]-first[0], first[2]
	for _, i := range at[1:] {
		b, ok := g.box(i)
		if !ok || abs(b[2]-b[0]-wide) > 0.03 || abs(b[0]-right) > 0.03 {
			return true
		}
		right = b[2]
	}
	return false
}
