package country

import (
	"fmt"
	"hash/fnv"
	"html"
	"strings"
	"unicode"
)

// drawing collects the marks of a picture.
type drawing struct {
	b    strings.Builder
	defs string
}

func (d *drawing) add(format string, args ...any) { fmt.Fprintf(&d.b, format+"\n", args...) }

func (d *drawing) text(x, y float64, anchor, attributes, text string) {
	if anchor != "" {
		attributes = ` text-anchor="` + anchor + `" ` + attributes
	}
	d.add(`<text x="%.1f" y="%.1f"%s>%s</text>`, x, y, attributes, esc(text))
}

// idMark stands for the prefix of ids until the picture is done: no text can hold it, as esc drops it.
const idMark = "\x00"

// done gives the picture as SVG. All its ids begin with a sum of what it shows, so that several can stand on one page.
func (d *drawing) done(w, h float64, title, description string) string {
	sum := fnv.New64a()
	fmt.Fprintf(sum, "%s\n%s\n%s\n%s", title, description, d.defs, d.b.String())
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %g %g" role="img" aria-labelledby="%stitle %[3]sdesc" font-family="Helvetica, Arial, sans-serif" font-size="13" direction="ltr" fill="#000">`+"\n", w, h, idMark)
	fmt.Fprintf(&b, "<title id=\"%stitle\">%s</title>\n<desc id=\"%[1]sdesc\">%[3]s</desc>\n", idMark, esc(title), esc(description))
	if d.defs != "" {
		b.WriteString("<defs>\n" + d.defs + "</defs>\n")
	}
	fmt.Fprintf(&b, `<rect width="%g" height="%g" fill="#fff"/>`+"\n", w, h)
	b.WriteString(d.b.String())
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

// fills are the patterns of the three classes, told apart without colour: hatched, hatched twice, black.
const (
	noneFill     = `fill="#f4f4f4"`
	universeFill = `fill="url(#` + idMark + `u)"`
	feasibleFill = `fill="url(#` + idMark + `f)"`
	selectedFill = `fill="#3a3a3a"`
	patterns     = `<pattern id="` + idMark + `u" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="5" height="5" fill="#fff"/><path d="M0 0V5" stroke="#666" stroke-width="1.4"/></pattern>
<pattern id="` + idMark + `f" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)"><rect width="5" height="5" fill="#b5b5b5"/><path d="M0 0V5M0 0H5" stroke="#666" stroke-width="1"/></pattern>
`
)

// Count is how many candidates there are, may be chosen, and are chosen. Each is a part of the one before.
type Count struct {
	Universe int `json:"universe"`
	Feasible int `json:"feasible"`
	Selected int `json:"selected"`
}

func (c Count) valid() bool {
	return c.Selected >= 0 && c.Feasible >= c.Selected && c.Universe >= c.Feasible
}

// fill is the pattern of the highest class that is not empty.
func (c Count) fill() string {
	switch {
	case c.Selected > 0:
		return selectedFill
	case c.Feasible > 0:
		return feasibleFill
	case c.Universe > 0:
		return universeFill
	}
	return noneFill
}

func (c Count) String() string {
	return fmt.Sprintf("%d in the universe, %d feasible, %d selected", c.Universe, c.Feasible, c.Selected)
}

func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// textWidth is an estimate on the safe side.
func textWidth(s string, size float64) float64 {
	n := 0.0
	for _, r := range s {
		switch {
		case unicode.Is(unicode.Mn, r):
		case strings.ContainsRune("ijlI'|.,:; ft()r", r):
			n += 0.36
		case unicode.IsUpper(r) || r == 'm' || r == 'w':
			n += 0.78
		case r > 0x2E80:
			n++
		default:
			n += 0.6
		}
	}
	return n * size
}

// wrapped breaks a text into lines no wider than most, between words.
func wrapped(s string, size, most float64) []string {
	var out []string
	line := ""
	for _, w := range strings.Fields(s) {
		if line != "" && textWidth(line+" "+w, size) > most {
			out = append(out, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += w
	}
	if line != "" {
		out = append(out, line)
	}
	return out
}
