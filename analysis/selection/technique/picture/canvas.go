package picture

import (
	"fmt"
	"hash/fnv"
	"html"
	"math"
	"slices"
	"strings"
	"unicode"
)

const (
	normal = 13.0 // sizes of text
	small  = 12.0
	lead   = 1.25 // from line to line, in sizes
	solid  = `stroke="#000" stroke-width="1"`
)

// canvas collects the marks of a picture and how far they reach.
type canvas struct {
	b             strings.Builder
	right, bottom float64
}

// box is a rectangle.
type box struct{ x1, y1, x2, y2 float64 }

func (b box) meets(o box) bool { return b.x1 < o.x2 && o.x1 < b.x2 && b.y1 < o.y2 && o.y1 < b.y2 }

func (b box) within(o box) bool { return b.x1 >= o.x1 && b.x2 <= o.x2 && b.y1 >= o.y1 && b.y2 <= o.y2 }

func (c *canvas) reach(x, y float64) { c.right, c.bottom = max(c.right, x), max(c.bottom, y) }

func (c *canvas) line(x1, y1, x2, y2 float64, attributes string) {
	c.reach(max(x1, x2), max(y1, y2))
	fmt.Fprintf(&c.b, "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" %s/>\n", x1, y1, x2, y2, attributes)
}

func (c *canvas) rect(x, y, w, h float64, attributes string) {
	c.reach(x+w, y+h)
	fmt.Fprintf(&c.b, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" %s/>\n", x, y, w, h, attributes)
}

func (c *canvas) circle(x, y, r float64, attributes, title string) {
	c.reach(x+r, y+r)
	fmt.Fprintf(&c.b, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\" %s><title>%s</title></circle>\n", x, y, r, attributes, esc(title))
}

// shape is the mark of the k-th kind: a dot, a ring, a square, a triangle.
func (c *canvas) shape(k int, x, y, r float64) {
	c.reach(x+r, y+r)
	switch k {
	case 0:
		fmt.Fprintf(&c.b, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\" stroke=\"#fff\" stroke-width=\"0.7\"/>\n", x, y, r)
	case 1:
		fmt.Fprintf(&c.b, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\" fill=\"#fff\" stroke=\"#000\" stroke-width=\"2\"/>\n", x, y, r)
	case 2:
		fmt.Fprintf(&c.b, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"#fff\" stroke=\"#000\" stroke-width=\"2\"/>\n", x-r, y-r, 2*r, 2*r)
	default:
		fmt.Fprintf(&c.b, "<path d=\"M%.1f %.1fL%.1f %.1fL%.1f %.1fZ\" fill=\"#fff\" stroke=\"#000\" stroke-width=\"2\"/>\n", x, y-1.2*r, x+1.1*r, y+0.8*r, x-1.1*r, y+0.8*r)
	}
}

// style is how text is set. The zero style is black, 13 high, and starts at its place.
type style struct {
	size         float64
	anchor       string // "middle" or "end"
	fill         string
	bold, turned bool // turned reads from bottom to top
}

// text writes one line with its base line at y, or at x when it is turned.
func (c *canvas) text(x, y float64, text string, s style) {
	size := normal
	if s.size != 0 {
		size = s.size
	}
	w := width(text, size)
	switch {
	case s.turned:
		c.reach(x+0.25*size, y)
	case s.anchor == "middle":
		c.reach(x+w/2, y+0.25*size)
	case s.anchor == "end":
		c.reach(x, y+0.25*size)
	default:
		c.reach(x+w, y+0.25*size)
	}
	attributes := ""
	for _, a := range []struct {
		use   bool
		value string
	}{
		{size != normal, fmt.Sprintf(`font-size="%g"`, size)}, {s.anchor != "", fmt.Sprintf(`text-anchor="%s"`, s.anchor)},
		{s.bold, `font-weight="bold"`}, {s.fill != "", fmt.Sprintf(`fill="%s"`, s.fill)},
		{s.turned, fmt.Sprintf(`transform="rotate(-90 %.1f %.1f)"`, x, y)},
	} {
		if a.use {
			attributes += " " + a.value
		}
	}
	fmt.Fprintf(&c.b, "<text x=\"%.1f\" y=\"%.1f\"%s>%s</text>\n", x, y, attributes, esc(text))
}

// label writes a name beside a mark where it meets no other and stays inside, if there is such a place.
func (c *canvas) label(name string, x, y, away float64, inside box, taken *[]box) bool {
	w, h := width(name, small), small*lead
	for _, d := range []float64{away, away + 8, away + 20} {
		for _, b := range []box{
			{x + d, y - h/2, x + d + w, y + h/2}, {x - d - w, y - h/2, x - d, y + h/2},
			{x - w/2, y - d - h, x + w/2, y - d}, {x - w/2, y + d, x + w/2, y + d + h},
			{x + d*0.7, y - d*0.7 - h, x + d*0.7 + w, y - d*0.7}, {x - d*0.7 - w, y - d*0.7 - h, x - d*0.7, y - d*0.7},
			{x + d*0.7, y + d*0.7, x + d*0.7 + w, y + d*0.7 + h}, {x - d*0.7 - w, y + d*0.7, x - d*0.7, y + d*0.7 + h},
		} {
			if b.within(inside) && !slices.ContainsFunc(*taken, b.meets) {
				// White behind the letters keeps dots and lines from crossing them.
				fmt.Fprintf(&c.b, "<text x=\"%.1f\" y=\"%.1f\" font-size=\"%g\" stroke=\"#fff\" stroke-width=\"3\" stroke-linejoin=\"round\" paint-order=\"stroke\">%s</text>\n", b.x1, b.y1+0.95*small, small, esc(name))
				*taken = append(*taken, b)
				return true
			}
		}
	}
	return false
}

// done gives the picture as SVG. Its ids begin with a sum of what it shows, so that several can stand on one page.
func (c *canvas) done(title, description string) string {
	const margin, narrowest = 10, 440 // so that what is small is not blown up
	w, h := max(narrowest, math.Ceil(c.right)+margin), math.Ceil(c.bottom)+margin
	body := c.b.String()
	sum := fnv.New64a()
	fmt.Fprintf(sum, "%s\n%s\n%s", title, description, body)
	id := fmt.Sprintf("t%016x", sum.Sum64())
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %g %g" role="img" aria-labelledby="%s-title %[3]s-desc" font-family="Helvetica, Arial, sans-serif" font-size="%g" direction="ltr" fill="#000">
<title id="%[3]s-title">%[5]s</title>
<desc id="%[3]s-desc">%[6]s</desc>
<rect width="%[1]g" height="%[2]g" fill="#fff"/>
%[7]s</svg>
`, w, h, id, normal, esc(title), esc(description), body)
}

// esc makes text safe in XML and drops what XML cannot hold.
func esc(s string) string {
	return html.EscapeString(strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case r < ' ' || r == 0xFFFE || r == 0xFFFF || r == unicode.ReplacementChar:
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

// width of text is an estimate on the wide side.
func width(s string, size float64) float64 {
	w := 0.0
	for _, r := range s {
		switch {
		case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf, unicode.Cc):
		case strings.ContainsRune("ijl.,:;'!|()[] ", r):
			w += 0.38
		case strings.ContainsRune("mMwWQ@%", r):
			w += 0.95
		case r < 0x250:
			w += 0.64
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul) || r > 0x1F000:
			w++
		default:
			w += 0.75
		}
	}
	return w * size
}

// wrap breaks text into lines no wider than most, at blanks, or inside a word that is too long. Nothing is cut off.
func wrap(s string, size, most float64) []string {
	var out []string
	line := ""
	for _, word := range strings.Fields(s) {
		if line != "" && width(line+" "+word, size) > most {
			out, line = append(out, line), ""
		}
		if line != "" {
			line += " "
		}
		for _, r := range word {
			if width(line+string(r), size) > most && !unicode.In(r, unicode.Mn, unicode.Mc, unicode.Me, unicode.Cf) {
				out, line = append(out, line), ""
			}
			line += string(r)
		}
	}
	if line != "" {
		out = append(out, line)
	}
	return out
}
