// Package picture is the canvas that pictures of the analyses are drawn on: SVG with a title and a description, readable in
// print and without colour, with every text escaped.
package picture

import (
	"fmt"
	"html"
	"strings"
	"unicode"
)

// Greys that can be read and that guide the eye.
const (
	Ink   = "#1a1a1a"
	Grey  = "#595959"
	Light = "#bbbbbb"
	Blue  = "#1f5a96"
	Amber = "#b06000"
)

// Canvas collects the marks of a picture.
type Canvas struct {
	b    strings.Builder
	defs strings.Builder
}

// Add writes an element. Texts must go through Text or Esc.
func (c *Canvas) Add(format string, args ...any) { fmt.Fprintf(&c.b, format+"\n", args...) }

// Define writes an element into the definitions, such as a pattern.
func (c *Canvas) Define(format string, args ...any) { fmt.Fprintf(&c.defs, format+"\n", args...) }

// Line draws a line; attributes are such as stroke="…".
func (c *Canvas) Line(x1, y1, x2, y2 float64, attributes string) {
	c.Add(`<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" %s/>`, x1, y1, x2, y2, attributes)
}

// Rect draws a rectangle.
func (c *Canvas) Rect(x, y, w, h float64, attributes string) {
	c.Add(`<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" %s/>`, x, y, w, h, attributes)
}

// Circle draws a circle.
func (c *Canvas) Circle(x, y, r float64, attributes string) {
	c.Add(`<circle cx="%.1f" cy="%.1f" r="%.1f" %s/>`, x, y, r, attributes)
}

// Text writes a text; anchor is start, middle or end, attributes may be empty. Each text runs in its own direction.
func (c *Canvas) Text(x, y, size float64, anchor, attributes, text string) {
	if attributes != "" {
		attributes = " " + attributes
	}
	c.Add(`<text x="%.1f" y="%.1f" font-size="%.0f" text-anchor="%s"%s>%s</text>`, x, y, size, anchor, attributes, "\u2068"+Esc(text)+"\u2069")
}

// Done gives the picture. Name makes its ids different from those of other pictures on a page: letters, digits and hyphens.
func (c *Canvas) Done(width, height float64, name, title, description string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" role="img" aria-labelledby="%s-title %s-desc" font-family="system-ui, 'Noto Sans', sans-serif" fill="%s">`+"\n", width, height, name, name, Ink)
	fmt.Fprintf(&b, "<title id=\"%s-title\">%s</title>\n<desc id=\"%s-desc\">%s</desc>\n", name, Esc(title), name, Esc(description))
	if c.defs.Len() > 0 {
		b.WriteString("<defs>\n" + c.defs.String() + "</defs>\n")
	}
	b.WriteString(c.b.String())
	b.WriteString("</svg>\n")
	return b.String()
}

// Esc escapes a text and drops what no XML may hold.
func Esc(s string) string {
	return html.EscapeString(strings.Map(func(r rune) rune {
		if r == '\t' || r == '\n' || r == '\r' {
			return ' '
		}
		if unicode.IsControl(r) || r == '\uFFFE' || r == '\uFFFF' || r >= 0xD800 && r <= 0xDFFF {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD")))
}

// Width is about how wide a text is.
func Width(s string, size float64) float64 {
	w := 0.0
	for _, r := range s {
		switch {
		case unicode.Is(unicode.Mn, r):
		case unicode.Is(unicode.Han, r) || unicode.Is(unicode.Hiragana, r) || unicode.Is(unicode.Katakana, r) || unicode.Is(unicode.Hangul, r):
			w += 1
		case strings.ContainsRune("iljtfI.,:;'|!()[] ", r):
			w += 0.32
		case strings.ContainsRune("mwMW@%", r):
			w += 0.86
		case unicode.IsUpper(r):
			w += 0.66
		default:
			w += 0.55
		}
	}
	return w * size
}

// Wrap breaks a text into lines of at most so much width, at spaces where there are any.
func Wrap(s string, size, most float64) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(s) {
		for Width(word, size) > most && len([]rune(word)) > 4 { // no space for it: it is cut
			r := []rune(word)
			n := max(2, int(float64(len(r))*most/Width(word, size))-1)
			if line != "" {
				lines = append(lines, line)
				line = ""
			}
			lines = append(lines, string(r[:n])+"-")
			word = string(r[n:])
		}
		switch {
		case line == "":
			line = word
		case Width(line+" "+word, size) <= most:
			line += " " + word
		default:
			lines = append(lines, line)
			line = word
		}
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}

// Clip shortens a text to at most so much width.
func Clip(s string, size, most float64) string {
	if Width(s, size) <= most {
		return s
	}
	r := []rune(s)
	for len(r) > 1 && Width(string(r)+"…", size) > most {
		r = r[:len(r)-1]
	}
	return strings.TrimSpace(string(r)) + "…"
}
