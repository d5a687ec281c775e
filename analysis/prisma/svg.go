package prisma

import (
	"fmt"
	"html"
	"slices"
	"strings"
	"unicode/utf8"
)

// box is a box of the diagram under way.
type box struct {
	x, y, w, h float64
	lines      []string
	title      bool
}

const (
	lineHeight = 17.0
	inside     = 9.0 // between a box and its text
	wide       = 256.0
	gap        = 26.0
	perLine    = 36 // characters, about
)

// SVG draws the flow as the PRISMA 2020 statement does: what databases and registers gave on the left, other methods, when
// there are any, on the right. It is readable in print and without colour, and holds neither script nor style. What is
// still open stands below, since a diagram of an unfinished review would not add up without it.
func (f Flow) SVG() string {
	main, other := f.Identified()
	hasOther := other > 0 || f.Other.Sought > 0
	var boxes []box
	var arrows [][4]float64
	column := func(i int) float64 { return 44 + float64(i)*(wide+gap) }
	place := func(x, y float64, lines ...string) box {
		b := box{x: x, y: y, w: wide, lines: wrapped(lines)}
		b.h = float64(len(b.lines))*lineHeight + 2*inside
		return b
	}
	add := func(b box) box {
		boxes = append(boxes, b)
		return b
	}
	down := func(a, b box) {
		arrows = append(arrows, [4]float64{a.x + a.w/2, a.y + a.h, b.x + b.w/2, b.y})
	}
	right := func(a, b box) {
		y := max(a.y, b.y) + min(a.h, b.h)/2
		arrows = append(arrows, [4]float64{a.x + a.w, y, b.x, y})
	}
	// level puts boxes side by side, all as high as the highest, and gives the height.
	level := func(y float64, bs ...*box) float64 {
		high := 0.0
		for _, b := range bs {
			high = max(high, b.h)
		}
		for _, b := range bs {
			b.y = y
		}
		return y + high + gap
	}
	counted := func(text string, n int) string { return fmt.Sprintf("%s (n\u00a0=\u00a0%d)", text, n) }
	sources := func(head string, counts []Count) []string {
		if len(counts) == 0 {
			return nil
		}
		out := []string{counted(head, sum(counts))}
		if len(counts) > 1 {
			for _, c := range counts {
				out = append(out, "  "+counted(c.Name, c.N))
			}
		}
		return out
	}
	some := func(lines []string, none string) []string {
		if len(lines) == 0 {
			return []string{none}
		}
		return lines
	}
	heads := []box{{x: column(0), y: 14, w: 2*wide + gap, h: 30, lines: []string{"Identification of new studies via databases and registers"}, title: true}}
	if hasOther {
		heads = append(heads, box{x: column(2), y: 14, w: 2*wide + gap, h: 30, lines: []string{"Identification of new studies via other methods"}, title: true})
	}
	boxes = append(boxes, heads...)
	y := 14 + 30 + gap

	identified := place(column(0), y, append([]string{"Records identified from:"}, some(slices.Concat(sources("Databases", f.Databases), sources("Registers", f.Registers)), counted("Databases", main))...)...)
	removed := place(column(1), y, "Records removed before screening:", counted("Duplicate records removed", f.Duplicates),
		counted("Records marked as ineligible by automation tools", f.Automation), counted("Records removed for other reasons", f.NotKept))
	row := []*box{&identified, &removed}
	var found, gone box
	if hasOther {
		lines := append([]string{"Records identified from:"}, some(slices.Concat(sources("Websites", f.Websites), sources("Organisations", f.Organisations), sources("Citation searching", f.Citations)), counted("Other methods", other))...)
		found = place(column(2), y, lines...)
		row = append(row, &found)
		if f.OtherDuplicates+f.OtherAutomation+f.OtherNotKept > 0 {
			gone = place(column(3), y, "Records removed before reading:", counted("Duplicate records removed", f.OtherDuplicates),
				counted("Records marked as ineligible by automation tools", f.OtherAutomation), counted("Records removed for other reasons", f.OtherNotKept))
			row = append(row, &gone)
		}
	}
	stages := []float64{y}
	y = level(y, row...)
	add(identified)
	add(removed)
	right(identified, removed)
	if hasOther {
		add(found)
		if gone.w > 0 {
			add(gone)
			right(found, gone)
		}
	}
	stages = append(stages, y)
	screened, excluded := place(column(0), y, counted("Records screened", f.Screened)), place(column(1), y, counted("Records excluded", f.Excluded))
	y = level(y, &screened, &excluded)
	add(screened)
	add(excluded)
	down(identified, screened)
	right(screened, excluded)

	sought, missing := place(column(0), y, counted("Reports sought for retrieval", f.Main.Sought)), place(column(1), y, counted("Reports not retrieved", f.Main.NotRetrieved))
	row = []*box{&sought, &missing}
	var otherSought, otherMissing box
	if hasOther {
		otherSought, otherMissing = place(column(2), y, counted("Reports sought for retrieval", f.Other.Sought)), place(column(3), y, counted("Reports not retrieved", f.Other.NotRetrieved))
		row = append(row, &otherSought, &otherMissing)
	}
	y = level(y, row...)
	add(sought)
	add(missing)
	down(screened, sought)
	right(sought, missing)

	reasons := func(r Reading) []string {
		if len(r.Excluded) == 0 {
			return []string{counted("Reports excluded", 0)}
		}
		out := []string{"Reports excluded:"}
		for _, c := range r.Excluded {
			out = append(out, counted(c.Name, c.N))
		}
		return out
	}
	assessed, left := place(column(0), y, counted("Reports assessed for eligibility", f.Main.Assessed)), place(column(1), y, reasons(f.Main)...)
	row = []*box{&assessed, &left}
	var otherAssessed, otherLeft box
	if hasOther {
		otherAssessed, otherLeft = place(column(2), y, counted("Reports assessed for eligibility", f.Other.Assessed)), place(column(3), y, reasons(f.Other)...)
		row = append(row, &otherAssessed, &otherLeft)
	}
	y = level(y, row...)
	add(assessed)
	add(left)
	down(sought, assessed)
	right(assessed, left)
	if hasOther {
		add(otherSought)
		add(otherMissing)
		add(otherAssessed)
		add(otherLeft)
		down(found, otherSought)
		right(otherSought, otherMissing)
		down(otherSought, otherAssessed)
		right(otherAssessed, otherLeft)
	}
	stages = append(stages, y)
	lines := []string{counted("New studies included in review", f.Included), counted("Reports of new included studies", f.Included)}
	if f.Previous > 0 {
		lines = append(lines, counted("Studies of the previous version", f.Previous), counted("Total studies included in review", f.Previous+f.Included))
	}
	included := add(place(column(0), y, lines...))
	down(assessed, included)
	if hasOther { // around the corner into the included ones
		middle := included.y + included.h/2
		arrows = append(arrows, [4]float64{otherAssessed.x + otherAssessed.w/2, otherAssessed.y + otherAssessed.h, included.x + included.w, middle})
	}
	y = included.y + included.h + gap
	width := column(2) - gap + 14
	if hasOther {
		width = column(4) - gap + 14
	}
	var open []string
	for _, c := range []Count{{"not screened yet", f.Waiting}, {"undecided", f.Undecided}, {"full text not read yet", f.Unread}} {
		if c.N > 0 {
			open = append(open, fmt.Sprintf("%d %s", c.N, c.Name))
		}
	}
	height := y
	if len(open) > 0 {
		height += lineHeight
	}

	var b strings.Builder
	esc := html.EscapeString
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" role="img" aria-labelledby="prisma-title prisma-desc" font-family="Helvetica, Arial, sans-serif" font-size="13" fill="#000">`+"\n", width, height)
	b.WriteString("<title id=\"prisma-title\">PRISMA 2020 flow diagram</title>\n")
	fmt.Fprintf(&b, "<desc id=\"prisma-desc\">%s</desc>\n", esc(f.String()))
	fmt.Fprintf(&b, `<rect width="%.0f" height="%.0f" fill="#fff"/>`+"\n", width, height)
	b.WriteString(`<defs><marker id="prisma-head" markerWidth="8" markerHeight="8" refX="7" refY="4" orient="auto"><path d="M0 0L8 4L0 8z"/></marker></defs>` + "\n")
	for i, name := range []string{"Identification", "Screening", "Included"} {
		end := y - gap
		if i+1 < len(stages) {
			end = stages[i+1] - gap/2
		}
		top := stages[i]
		fmt.Fprintf(&b, `<rect x="10" y="%.1f" width="22" height="%.1f" rx="3" fill="#e4e4e4" stroke="#000"/><text x="21" y="%.1f" text-anchor="middle" font-weight="bold" transform="rotate(-90 21 %.1f)" dy="4">%s</text>`+"\n",
			top, end-top, (top+end)/2, (top+end)/2, name)
	}
	for _, a := range arrows {
		if a[0] == a[2] || a[1] == a[3] {
			fmt.Fprintf(&b, `<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" stroke="#000" marker-end="url(#prisma-head)"/>`+"\n", a[0], a[1], a[2], a[3])
		} else {
			fmt.Fprintf(&b, `<polyline points="%.1f,%.1f %.1f,%.1f %.1f,%.1f" fill="none" stroke="#000" marker-end="url(#prisma-head)"/>`+"\n", a[0], a[1], a[0], a[3], a[2], a[3])
		}
	}
	for _, x := range boxes {
		fill, weight, anchor, tx := "#fff", "", "", x.x+inside
		if x.title {
			fill, weight, anchor, tx = "#e4e4e4", ` font-weight="bold"`, ` text-anchor="middle"`, x.x+x.w/2
		}
		fmt.Fprintf(&b, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s" stroke="#000"/>`+"\n", x.x, x.y, x.w, x.h, fill)
		for i, l := range x.lines {
			fmt.Fprintf(&b, `<text x="%.1f" y="%.1f"%s%s xml:space="preserve">%s</text>`+"\n", tx, x.y+inside+12.5+float64(i)*lineHeight, weight, anchor, esc(l))
		}
	}
	if len(open) > 0 {
		fmt.Fprintf(&b, `<text x="%.1f" y="%.1f" font-style="italic">Still open: %s.</text>`+"\n", column(0), y+4, esc(strings.Join(open, ", ")))
	}
	b.WriteString("</svg>\n")
	return b.String()
}

// String says the flow in words.
func (f Flow) String() string {
	main, other := f.Identified()
	s := fmt.Sprintf("%d records identified from databases and registers; %d duplicates, %d set aside by tools and %d for other reasons removed; %d works screened, %d excluded; %d sought for retrieval, %d not retrieved, %d assessed, %d excluded.",
		main, f.Duplicates, f.Automation, f.NotKept, f.Screened, f.Excluded, f.Main.Sought, f.Main.NotRetrieved, f.Main.Assessed, f.Main.Left())
	if other > 0 || f.Other.Sought > 0 {
		s += fmt.Sprintf(" %d records identified by other methods; %d sought for retrieval, %d not retrieved, %d assessed, %d excluded.", other, f.Other.Sought, f.Other.NotRetrieved, f.Other.Assessed, f.Other.Left())
	}
	return s + fmt.Sprintf(" %d included.", f.Included)
}

// wrapped breaks lines that do not fit into a box at spaces, and words that do not anywhere.
func wrapped(lines []string) []string {
	var out []string
	for _, l := range lines {
		indent := l[:len(l)-len(strings.TrimLeft(l, " "))]
		line := ""
		for _, w := range strings.Split(strings.TrimLeft(l, " "), " ") { // a number stays with its n
			for utf8.RuneCountInString(w) > perLine-len(indent) {
				r := []rune(w)
				if line != "" {
					out = append(out, indent+line)
					line = ""
				}
				out = append(out, indent+string(r[:perLine-len(indent)]))
				w = string(r[perLine-len(indent):])
			}
			if line != "" && utf8.RuneCountInString(indent+line+" "+w) > perLine {
				out = append(out, indent+line)
				line = ""
			}
			line = strings.TrimSpace(line + " " + w)
		}
		out = append(out, indent+line)
	}
	return out
}
