package plain

import (
	"math"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/bidi"
	"golang.org/x/text/unicode/norm"
)

// item is a glyph of a shown string, or, without one, how far what follows is moved to the right beyond that.
type item struct {
	*glyph
	code int
	at   float64
}

// object is a string that is shown, in points of the page.
type object struct {
	font     *font
	items    []item
	x, y     float64    // where it begins
	em, size float64    // of its letters: for widths, and for heights
	letters  float64    // put between characters
	rect     [4]float64 // around it
}

func (o *object) last() item { return o.items[len(o.items)-1] }

// drawn gathers the text of a page. Strings that stand beside each other are put in order from left to right; then between
// each and the one before comes a space, the end of a line, or nothing.
type drawn struct {
	file     *File
	chars    []Char
	codes    []code   // of chars
	items    []item   // of all objects
	beside   []object // on the line that is being drawn
	recent   []object // the last objects, for finding those drawn twice
	before   *object  // that was put last; its copy is in was
	was      object
	begun    int // of chars: where the line begins that is being put
	pictures bool
	paths    int
	work     int // that was done, about as many bytes as were read
}

// code tells what drew a character.
type code struct {
	font *font
	code int
	x, y float64
}

func (d *drawn) reset(f *File) {
	*d = drawn{file: f, chars: d.chars[:0], codes: d.codes[:0], items: d.items[:0], beside: d.beside[:0], recent: d.recent[:0]}
}

// spend counts work, of which no page may cost more than any that is made for being read.
func (d *drawn) spend(n int) {
	if d.work += n; d.work > maxWork {
		panic(ErrDoubt)
	}
}

// show adds strings, which numbers between them move apart (9.4.3, 9.4.4).
func (d *drawn) show(s *state, tm *matrix, parts []part) {
	if s.font == nil || s.size <= 0 || s.stretch <= 0 {
		if s.font != nil && s.size == 0 {
			return
		}
		panic(ErrDoubt)
	}
	m := matrix{s.stretch, 0, 0, 1, 0, s.rise}.after(*tm).after(s.ctm)
	scale := math.Hypot(m[0], m[1])
	o := object{font: s.font, em: s.size * scale, size: s.size * math.Hypot(m[2], m[3]), letters: s.letters * scale}
	start := len(d.items)
	at, end := 0., 0. // in units of text
	bottom, top := math.Inf(1), math.Inf(-1)
	for i, p := range parts {
		if p.s == nil {
			moved := -p.n / 1000 * s.size
			at += moved
			switch n := len(d.items); {
			case n == start || i+1 == len(parts):
			case d.items[n-1].glyph == nil:
				d.items[n-1].at += moved * scale
			default:
				d.items = append(d.items, item{at: moved * scale})
			}
			continue
		}
		step := 1
		if s.font.wide {
			step = 2
		}
		for k := 0; k+step <= len(p.s); k += step {
			c := int(p.s[k])
			if step == 2 {
				c = c<<8 | int(p.s[k+1])
			}
			g := s.font.glyph(c)
			if g.text == "" {
				panic(ErrDoubt)
			}
			if len(d.items) == start {
				o.x, o.y = m[4]+at*m[0], m[5]+at*m[1]
			}
			d.items = append(d.items, item{g, c, m[4] + at*m[0]})
			end = at + g.width/1000*s.size
			at = end + s.letters
			if c == ' ' && step == 1 {
				at += s.words
			}
			if g.first != ' ' {
				bottom, top = min(bottom, g.bottom), max(top, g.top)
			}
		}
	}
	*tm = matrix{1, 0, 0, 1, at * s.stretch, 0}.after(*tm)
	for len(d.items) > start && d.items[len(d.items)-1].glyph == nil {
		d.items = d.items[:len(d.items)-1]
	}
	if len(d.items) == start {
		return
	}
	if !m.upright() || len(d.items) > 2*maxChars {
		panic(ErrDoubt)
	}
	if top < bottom { // spaces alone: the gap tells of them
		return
	}
	o.items = d.items[start:len(d.items):len(d.items)]
	o.rect = [4]float64{o.x, o.y + bottom*o.size, m[4] + end*m[0], o.y + top*o.size}
	d.add(o)
}

// add puts a string into the line that is being drawn, or ends that line and begins another.
func (d *drawn) add(o object) {
	if len(d.beside) > 0 {
		if d.twice(&o) {
			return
		}
		p := &d.beside[len(d.beside)-1]
		near := max(p.last().width*p.em, o.items[0].width*o.em) / 1000 / 4
		if math.Abs(o.y-p.y) > near*2 {
			d.end()
		}
	}
	i := len(d.beside)
	if i > maxBeside {
		panic(ErrDoubt)
	}
	for i > 0 && o.x < d.beside[i-1].x {
		i--
	}
	d.beside = slices.Insert(d.beside, i, o)
	if d.recent = append(d.recent, o); len(d.recent) > 64 {
		d.recent = append(d.recent[:0], d.recent[54:]...)
	}
}

// twice tells whether the same was drawn at the same place before, as is done for bold letters and shadows.
func (d *drawn) twice(o *object) bool {
	for _, p := range d.recent[max(0, len(d.recent)-10):] {
		if p.font == o.font && len(p.items) == len(o.items) && math.Abs(p.x-o.x) < o.em*0.07 && math.Abs(p.y-o.y) < o.em*0.07 && slices.EqualFunc(p.items, o.items, func(a, b item) bool { return a.code == b.code }) {
			return true
		}
	}
	return false
}

// end puts the strings of a line into the text.
func (d *drawn) end() {
	for i := range d.beside {
		d.put(&d.beside[i])
	}
	d.beside = d.beside[:0]
}

// close gives the text of the page.
func (d *drawn) close() []Char {
	d.end()
	d.order()
	return d.chars
}

// order puts the line that ends into the order in which it is read: it was drawn from left to right.
func (d *drawn) order() {
	line := d.chars[d.begun:]
	if !slices.ContainsFunc(line, func(c Char) bool { return direction(c.Rune) == right }) {
		return
	}
	var out []Char // spaces beside each other are one
	for i, c := range line {
		if c.Rune != ' ' || i == 0 || line[i-1].Rune != ' ' {
			out = append(out, c)
		}
	}
	var runs []run
	for i, c := range out {
		if t := direction(c.Rune); len(runs) == 0 || t != runs[len(runs)-1].to {
			runs = append(runs, run{i, i, t})
		}
		runs[len(runs)-1].end++
	}
	lefts, rights := 0, 0
	for _, r := range runs {
		switch r.to {
		case left:
			lefts++
		case right:
			rights++
		}
	}
	now := left
	if rights > lefts {
		slices.Reverse(runs)
		now = right
	}
	d.chars, d.codes = d.chars[:d.begun], d.codes[:d.begun]
	for _, r := range runs {
		if r.to == right || r.to == neutral && now == right {
			now = right
			for i := r.end; i > r.start; i-- {
				c := out[i-1]
				for _, k := range mirrored(c.Rune) {
					c.Rune = k
					d.char(c, code{})
				}
			}
			continue
		}
		if r.to != weak {
			now = left
		}
		for _, c := range out[r.start:r.end] {
			d.char(c, code{})
		}
	}
}

// run is a part of a line whose characters are read in one direction.
type run struct{ start, end, to int }

// Directions of characters.
const (
	neutral = iota
	left
	right
	weak // numbers, and the marks in them
)

func direction(c rune) int {
	p, _ := bidi.LookupRune(c)
	switch p.Class() {
	case bidi.L:
		return left
	case bidi.R, bidi.AL:
		return right
	case bidi.EN, bidi.AN, bidi.NSM, bidi.CS, bidi.ES, bidi.ET, bidi.BN:
		return weak
	}
	return neutral
}

// mirrored gives what a character that was drawn from right to left stands for: brackets look the other way, and forms of
// letters are those letters.
func mirrored(c rune) string {
	switch {
	case c >= 0xfb1d && c <= 0xfefc:
		return norm.NFKC.String(string(c))
	case c < 0x80:
		if i := strings.IndexRune("()[]{}<>", c); i >= 0 {
			return "()[]{}<>"[i^1 : i^1+1]
		}
	case c == '«':
		return "»"
	case c == '»':
		return "«"
	}
	return string(c)
}

// What comes between two strings.
const (
	nothing = iota
	blank
	newLine
	divided // a new line within a word
)

// put adds a string to the text.
func (d *drawn) put(o *object) {
	if d.before != nil {
		switch d.between(o) {
		case blank:
			if n := len(d.chars); n > 0 && d.chars[n-1].Rune != ' ' {
				d.char(Char{Rune: ' ', Box: d.chars[n-1].Box, Generated: true}, code{})
			}
		case newLine:
			if d.order(); len(d.chars) > 0 {
				d.char(Char{Rune: '\r', Generated: true}, code{})
				d.char(Char{Rune: '\n', Generated: true}, code{})
				d.begun = len(d.chars)
			}
		case divided:
			if len(o.items) == 1 && hyphen(o.items[0].first) {
				return
			}
			for n := len(d.chars); n > 0 && d.chars[n-1].Rune == ' '; n-- {
				d.chars, d.codes = d.chars[:n-1], d.codes[:n-1]
			}
			d.chars[len(d.chars)-1].Rune = 2
		}
	}
	d.was = *o
	d.before = &d.was
	least := o.least()
	apart := 0.
	for i, it := range o.items {
		if it.glyph == nil {
			if n := len(d.chars); n > 0 && d.chars[n-1].Rune != ' ' {
				apart = it.at
			}
			continue
		}
		apart += o.letters - least
		if apart != 0 && i > 0 {
			near := 0.
			if o.font.space > 0 {
				near = o.em * o.font.space / 1000
			}
			if near > o.em/3 {
				near = 0
			} else {
				near /= 2
			}
			if near == 0 {
				near = o.em * fraction(it.width, 300, 500, 700) / 1000
			}
			if near > 0 && apart >= near {
				d.char(Char{Rune: ' ', Box: d.box(o, it), Generated: true}, code{})
			}
		}
		apart = 0
		c := code{o.font, it.code, it.at, o.y}
		if d.again(c, o.em*0.07) {
			if n := len(d.chars); i == 0 && n > 0 && d.chars[n-1].Rune == ' ' {
				d.chars, d.codes = d.chars[:n-1], d.codes[:n-1]
			}
			continue
		}
		box := d.box(o, it)
		for _, r := range it.text {
			switch {
			case r >= 0xfb00 && r <= 0xfb06:
				for _, r := range ligatures[r-0xfb00] {
					d.char(Char{Rune: r, Box: box}, c)
				}
			default:
				d.char(Char{Rune: r, Box: box}, c)
			}
		}
	}
}

var ligatures = [...]string{"ff", "fi", "fl", "ffi", "ffl", "st", "st"}

func (d *drawn) char(c Char, k code) {
	if len(d.chars) > maxChars {
		panic(ErrDoubt)
	}
	d.chars, d.codes = append(d.chars, c), append(d.codes, k)
}

// box gives the box of a glyph.
func (d *drawn) box(o *object, it item) [4]float64 {
	return [4]float64{it.at, o.y + o.font.below*o.size, it.at + it.width*o.em/1000, o.y + o.font.above*o.size}
}

// again tells whether a glyph was drawn at the same place just before.
func (d *drawn) again(c code, near float64) bool {
	for _, p := range d.codes[max(0, len(d.codes)-7):] {
		if p.code == c.code && p.font == c.font && math.Abs(p.x-c.x) < near && math.Abs(p.y-c.y) < near {
			return true
		}
	}
	return false
}

// least gives what all letters of a string are moved apart by, so that it makes no spaces.
func (o *object) least() float64 {
	if o.letters == 0 || len(o.items) < 3 {
		return 0
	}
	least, moved := o.letters, false
	for _, it := range o.items {
		if it.glyph == nil {
			least, moved = min(least, it.at+o.letters), true
		}
	}
	if least < 0 || len(o.items) == 3 && moved {
		return 0
	}
	return least
}

// fraction gives the part of a width that makes a space.
func fraction(width, a, b, c float64) float64 {
	switch {
	case width < a:
		return width / 2
	case width < b:
		return width / 4
	case width < c:
		return width / 5
	}
	return width / 6
}

// between tells what comes between the string that was put last and another.
func (d *drawn) between(o *object) int {
	p := d.before
	last, first := p.last(), o.items[0]
	if high, was := o.rect[3]-o.rect[1], p.rect[3]-p.rect[1]; high > 4.5 && was > 4.5 && max(o.rect[1], p.rect[1]) >= min(o.rect[3], p.rect[3]) {
		return d.broken(first.first)
	}
	lastWidth, width := last.width*p.em/1000, first.width*o.em/1000
	near := max(lastWidth, width) / 4
	dx, dy := o.x-p.x, o.y-p.y
	if (dy > near*2 || dy < -near*3) && (math.Abs(dy) >= 1 || math.Abs(dy) > math.Abs(dx)) {
		within := func(r [4]float64, y float64) bool { return y >= r[1] && y <= r[3] }
		if len(p.items) < 2 || last.at <= p.items[0].at || !within(p.rect, o.y) && !within(o.rect, p.y) {
			return d.broken(first.first)
		}
	}
	if first.first == ' ' || last.last == ' ' {
		return nothing
	}
	gap := fraction(max(last.width, first.width), 400, 700, 800) / 1000
	if last.width >= first.width {
		gap *= p.em
	} else {
		gap *= o.em
	}
	if apart := o.x - last.at - lastWidth; apart > gap || o.x < p.x && apart < -gap {
		return blank
	}
	return nothing
}

// broken tells whether a line that ends before a character ends within a word.
func (d *drawn) broken(next rune) int {
	n := len(d.chars)
	for n > 1 && d.chars[n-1].Rune == ' ' {
		n--
	}
	if n > 1 && hyphen(d.chars[n-1].Rune) && unicode.IsLetter(d.chars[n-2].Rune) && (unicode.IsLetter(next) || unicode.IsDigit(next)) {
		return divided
	}
	return newLine
}

func hyphen(c rune) bool { return c == '-' || c == 0xad }
