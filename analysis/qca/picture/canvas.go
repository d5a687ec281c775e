package picture

import (
	"fmt"
	"hash/fnv"
	"html"
	"math"
	"slices"
	"strings"
	"unicode"

	"throughline/analysis/qca"
)

// Sizes of text. A picture is some 500 wide, so that all can be read when it is shown at 400.
const (
	normal = 13.0
	small  = 12.0
	lead   = 1.25 // from line to line, in sizes
)

const (
	grey  = "#595959" // for text that is not the point; dark enough to be read
	light = "#bbb"    // for lines that guide the eye
)

// canvas collects the marks of a picture and how far they reach.
type canvas struct {
	b             strings.Builder
	right, bottom float64
}

// idMark stands for the prefix of ids until the picture is done: no text can hold it, as esc drops it.
const idMark = "\x00"

// add writes one element.
func (c *canvas) add(format string, args ...any) {
	fmt.Fprintf(&c.b, format+"\n", args...)
}

// reach makes the picture hold a place.
func (c *canvas) reach(x, y float64) {
	c.right, c.bottom = max(c.right, x), max(c.bottom, y)
}

func (c *canvas) line(x1, y1, x2, y2 float64, attributes string) {
	c.reach(max(x1, x2), max(y1, y2))
	c.add(`<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" %s/>`, x1, y1, x2, y2, attributes)
}

func (c *canvas) rect(b box, attributes string) {
	c.reach(b.x2, b.y2)
	c.add(`<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" %s/>`, b.x1, b.y1, b.x2-b.x1, b.y2-b.y1, attributes)
}

func (c *canvas) circle(x, y, r float64, attributes string) {
	c.reach(x+r, y+r)
	c.add(`<circle cx="%.1f" cy="%.1f" r="%.1f" %s/>`, x, y, r, attributes)
}

// style is how text is set. The zero style is black, 13 high, and starts at its place.
type style struct {
	size   float64
	anchor string // "middle" or "end"
	bold   bool
	fill   string
	turned bool // reads from bottom to top
}

func (s style) height() float64 {
	if s.size == 0 {
		return normal
	}
	return s.size
}

func (s style) width(text string) float64 {
	w := width(text, s.height())
	if s.bold {
		w *= 1.08
	}
	return w
}

// text writes one line of text with its base line at y, or at x when it is turned.
func (c *canvas) text(x, y float64, text string, s style) {
	if text == "" {
		return
	}
	b := s.box(x, y, text)
	c.reach(b.x2, b.y2)
	attributes := ""
	if s.size != 0 && s.size != normal {
		attributes += fmt.Sprintf(` font-size="%g"`, s.size)
	}
	if s.anchor != "" {
		attributes += fmt.Sprintf(` text-anchor="%s"`, s.anchor)
	}
	if s.bold {
		attributes += ` font-weight="bold"`
	}
	if s.fill != "" {
		attributes += fmt.Sprintf(` fill="%s"`, s.fill)
	}
	if s.turned {
		attributes += fmt.Sprintf(` transform="rotate(-90 %.1f %.1f)"`, x, y)
	}
	c.add(`<text x="%.1f" y="%.1f"%s>%s</text>`, x, y, attributes, esc(text))
}

// box is where a line of text lies, by estimate.
func (s style) box(x, y float64, text string) box {
	w, h := s.width(text), s.height()
	from := 0.0
	switch s.anchor {
	case "middle":
		from = -w / 2
	case "end":
		from = -w
	}
	if s.turned {
		return box{x - 0.8*h, y - from - w, x + 0.22*h, y - from}
	}
	return box{x + from, y - 0.8*h, x + from + w, y + 0.22*h}
}

// lines writes lines below each other, or beside each other when they are turned, the first with its base line at x, y.
func (c *canvas) lines(x, y float64, lines []string, s style) {
	for i, l := range lines {
		d := float64(i) * s.height() * lead
		if s.turned {
			c.text(x+d, y, l, s)
		} else {
			c.text(x, y+d, l, s)
		}
	}
}

// height of lines of text.
func (s style) lines(n int) float64 { return float64(n) * s.height() * lead }

// widest of lines of text.
func (s style) widest(lines []string) float64 {
	w := 0.0
	for _, l := range lines {
		w = max(w, s.width(l))
	}
	return w
}

// box is a rectangle.
type box struct{ x1, y1, x2, y2 float64 }

func (b box) meets(o box) bool { return b.x1 < o.x2 && o.x1 < b.x2 && b.y1 < o.y2 && o.y1 < b.y2 }

func (b box) wider(by float64) box { return box{b.x1 - by, b.y1 - by, b.x2 + by, b.y2 + by} }

func (b box) within(o box) bool { return b.x1 >= o.x1 && b.x2 <= o.x2 && b.y1 >= o.y1 && b.y2 <= o.y2 }

// segment is a piece of a straight line.
type segment struct{ x1, y1, x2, y2 float64 }

// crosses tells whether some of the line lies in the box (Liang and Barsky 1984).
func (s segment) crosses(b box) bool {
	from, to := 0.0, 1.0
	for _, p := range [4][2]float64{{s.x1 - s.x2, s.x1 - b.x1}, {s.x2 - s.x1, b.x2 - s.x1}, {s.y1 - s.y2, s.y1 - b.y1}, {s.y2 - s.y1, b.y2 - s.y1}} {
		switch {
		case p[0] == 0 && p[1] <= 0:
			return false
		case p[0] < 0:
			from = max(from, p[1]/p[0])
		case p[0] > 0:
			to = min(to, p[1]/p[0])
		}
	}
	return from < to
}

// done gives the picture as SVG. All its ids begin with a sum of what it shows, so that several can stand on one page.
func (c *canvas) done(title, description string) string {
	const margin, narrowest = 10, 440 // so that what is small is not blown up
	w, h := max(narrowest, math.Ceil(c.right)+margin), math.Ceil(c.bottom)+margin
	body := c.b.String()
	sum := fnv.New64a()
	fmt.Fprintf(sum, "%s\n%s\n%s", title, description, body)
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %g %g" role="img" aria-labelledby="%stitle %[3]sdesc" font-family="Helvetica, Arial, sans-serif" font-size="%g" direction="ltr" fill="#000">`+"\n", w, h, idMark, normal)
	fmt.Fprintf(&b, "<title id=\"%stitle\">%s</title>\n<desc id=\"%[1]sdesc\">%[3]s</desc>\n", idMark, esc(title), esc(description))
	fmt.Fprintf(&b, `<rect width="%g" height="%g" fill="#fff"/>`+"\n", w, h)
	b.WriteString(body)
	b.WriteString("</svg>\n")
	return strings.ReplaceAll(b.String(), idMark, fmt.Sprintf("p%016x-", sum.Sum64()))
}

// esc makes text safe in XML and drops what XML cannot hold.
func esc(s string) string {
	return html.EscapeString(strings.Map(func(r rune) rune {
		if r == '\t' || r == '\n' || r == '\r' {
			return ' '
		}
		if r < ' ' || r == 0xFFFE || r == 0xFFFF || r == unicode.ReplacementChar {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "")))
}

// isolate keeps a name that is read from right to left from turning what stands around it (Unicode Standard Annex 9).
func isolate(name string) string {
	if strings.ContainsFunc(name, func(r rune) bool {
		return unicode.In(r, unicode.Arabic, unicode.Hebrew, unicode.Syriac, unicode.Thaana, unicode.Nko)
	}) {
		return "\u2068" + name + "\u2069"
	}
	return name
}

// names joins names for a list.
func names(list []string) string {
	out := make([]string, len(list))
	for i, n := range list {
		out[i] = isolate(n)
	}
	return strings.Join(out, ", ")
}

// width of text is an estimate, after the widths of DejaVu Sans: the widest of the usual fonts, so that in others there is
// only more room.
func width(s string, size float64) float64 {
	w := 0.0
	for _, r := range s {
		w += advance(r)
	}
	return w * size
}

func advance(r rune) float64 {
	switch {
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf, unicode.Cc):
		return 0
	case strings.ContainsRune("ijlI'|", r):
		return 0.3
	case strings.ContainsRune(" .,:;!ft()[]{}/-r\"", r):
		return 0.4
	case strings.ContainsRune("mMwWQ@%+~=<>\u2212", r):
		return 0.93
	case r >= 'A' && r <= 'Z':
		return 0.71
	case r < 0x250:
		return 0.63
	case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul) || r >= 0xFF00 && r <= 0xFF60 || r > 0x1F000:
		return 1
	}
	return 0.75
}

// pieces cuts text where a line may end.
func pieces(s string) []string {
	var out []string
	from := 0
	for i, r := range s {
		if strings.ContainsRune(" *+/-_,\u200b", r) && i+1 < len(s) {
			next := i + len(string(r))
			out = append(out, s[from:next])
			from = next
		}
	}
	return append(out, s[from:])
}

// wrap breaks text into lines no wider than most: where a line may end, otherwise inside a word that is too long, though
// never before a mark that belongs to a letter. Nothing is cut off.
func wrap(s string, size, most float64) []string {
	var out []string
	line := ""
	put := func(piece string) {
		if line != "" && width(strings.TrimRight(line+piece, " "), size) > most {
			out = append(out, strings.TrimRight(line, " "))
			line = ""
		}
		line += piece
	}
	for _, p := range pieces(strings.TrimSpace(s)) {
		if width(strings.TrimRight(p, " "), size) <= most {
			put(p)
			continue
		}
		letter := ""
		for _, r := range p {
			if letter != "" && !unicode.In(r, unicode.Mn, unicode.Mc, unicode.Me, unicode.Cf) {
				put(letter)
				letter = ""
			}
			letter += string(r)
		}
		put(letter)
	}
	return append(out, strings.TrimRight(line, " "))
}

// longest is the width of the longest piece that wrap leaves whole.
func longest(s string, size float64) float64 {
	w := 0.0
	for _, p := range pieces(s) {
		w = max(w, width(strings.TrimRight(p, " "), size))
	}
	return w
}

// heads are the names of columns, all written in the same way.
type heads struct {
	lines  [][]string
	turned bool
	width  float64 // of a column
	height float64
}

// newHeads writes the names across, when they are short, or else upwards in at most two lines.
func newHeads(columns []string, narrowest float64) heads {
	h := heads{width: narrowest}
	word := 0.0
	for _, n := range columns {
		word = max(word, longest(n, small))
	}
	across := max(narrowest, word+8)
	for _, n := range columns {
		l := wrap(n, small, across-8)
		h.lines = append(h.lines, l)
		h.height = max(h.height, style{size: small}.lines(len(l)))
	}
	if across <= 62 && h.height < 50 && (across-narrowest)*float64(len(columns)) < 120 {
		h.width = across
		return h
	}
	h.turned, h.lines, h.height = true, nil, 0
	for _, n := range columns {
		l := []string{n}
		if w := width(n, small); w > 110 {
			for most := max(90, w/2); ; most += 10 {
				if l = wrap(n, small, most); len(l) <= 2 {
					break
				}
			}
		}
		h.lines = append(h.lines, l)
		h.height = max(h.height, style{size: small}.widest(l)+4)
	}
	return h
}

// draw writes the heads so that they stand on y, the first column beginning at x.
func (h heads) draw(c *canvas, x, y float64) {
	for i, l := range h.lines {
		middle := x + (float64(i)+0.5)*h.width
		n := float64(len(l))
		if h.turned {
			c.lines(middle+0.35*small-(n-1)*small*lead/2, y-3, l, style{size: small, turned: true})
		} else {
			c.lines(middle, y-5-(n-1)*small*lead, l, style{size: small, anchor: "middle"})
		}
	}
}

// entry is a line of a key: a short mark and what it stands for.
type entry struct{ mark, text string }

// key writes entries in as many columns as there is room for.
func (c *canvas) key(x, y, most float64, entries []entry) {
	s := style{size: small}
	mark, text := 0.0, 0.0
	for _, e := range entries {
		mark, text = max(mark, style{size: small, bold: true}.width(e.mark)), max(text, s.width(e.text))
	}
	mark += 7
	columns := max(1, int(most/(mark+text+16)))
	columns = min(columns, len(entries))
	each := most / float64(max(1, columns))
	tops := make([]float64, columns)
	for i := range tops {
		tops[i] = y
	}
	perColumn := (len(entries) + max(1, columns) - 1) / max(1, columns)
	for i, e := range entries {
		n := i / perColumn
		l := wrap(e.text, small, each-mark-8)
		at := x + float64(n)*each
		c.text(at+mark-7, tops[n]+small, e.mark, style{size: small, bold: true, anchor: "end"})
		c.lines(at+mark, tops[n]+small, l, s)
		tops[n] += s.lines(len(l)) + 2
	}
	for _, t := range tops {
		c.reach(0, t)
	}
}

// outputs in the order of a key.
var outputs = []qca.Output{qca.Positive, qca.Negative, qca.Contradictory, qca.Remainder}

// word says an output.
func word(o qca.Output) string {
	switch o {
	case qca.Positive:
		return "1: positive"
	case qca.Negative:
		return "0: negative"
	case qca.Contradictory:
		return "C: contradictory"
	}
	return "?: too few cases"
}

// output draws the output of a row; each has a shape of its own.
func (c *canvas) output(x, y float64, o qca.Output) {
	const r = 9.0
	fill := ""
	switch o {
	case qca.Positive:
		c.rect(box{x - r, y - r, x + r, y + r}, `fill="#000" stroke="#000" stroke-width="1.5"`)
		fill = "#fff"
	case qca.Negative:
		c.rect(box{x - r, y - r, x + r, y + r}, `fill="#fff" stroke="#000" stroke-width="1.5"`)
	case qca.Contradictory:
		const d = 12.5
		c.add(`<path d="M%.1f %.1fl%g %gl%g %gl%g %gz" fill="#ddd" stroke="#000" stroke-width="1.5"/>`, x, y-d, d, d, -d, d, -d, -d)
	default:
		c.circle(x, y, r+1, `fill="#fff" stroke="#000" stroke-dasharray="3 2"`)
	}
	c.text(x, y+4, string(o), style{size: small, anchor: "middle", bold: true, fill: fill})
}

// outputKey explains the outputs that occur.
func (c *canvas) outputKey(x, y, most float64, head string, shown []qca.Output) {
	s := style{size: small}
	l := wrap(head, small, most)
	c.lines(x, y+small, l, s)
	y += s.lines(len(l)) + 16
	at := x
	for _, o := range outputs {
		if !slices.Contains(shown, o) {
			continue
		}
		w := 30 + s.width(word(o)) + 14
		if at > x && at+w > x+most {
			at, y = x, y+28
		}
		c.output(at+13, y, o)
		c.text(at+30, y+4, word(o)[len("1: "):], s)
		at += w
	}
	c.reach(0, y+13)
}

// dashed and thin are lines that guide the eye.
const (
	thin   = `stroke="` + light + `" stroke-width="1"`
	dashed = `stroke="#777" stroke-width="1" stroke-dasharray="5 4"`
	solid  = `stroke="#000" stroke-width="1.2"`
)

// number writes a share with three decimals.
func number(x float64) string { return fmt.Sprintf("%.3f", x) }

// counted is "1 case" or "3 cases".
func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// two says that a table has conditions with two levels only.
func two(t qca.Table, picture, instead string) error {
	for j, l := range t.Levels {
		if l != 2 {
			return fmt.Errorf("condition %q has %d levels, and %s shows conditions that are present or absent: %s", t.Conditions[j], l, picture, instead)
		}
	}
	return nil
}
