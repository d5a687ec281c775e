package extract

import (
	"bytes"
	"context"
	"testing"
)

// TestPlace puts what was written beside its label, in lines from either side. A letter is 6 wide and 10 high.
func TestPlace(t *testing.T) {
	type label struct {
		x, y float64 // where it begins: on its right in words from right to left
		text string
	}
	field := func(x, y, wide float64, text string) written {
		return written{text: []rune(text), box: [4]float64{x, y, x + wide, y + 14}, mark: text == ticked || text == unticked}
	}
	for name, c := range map[string]struct {
		labels []label
		fields []written
		want   string
	}{
		"label on the left":             {[]label{{10, 700, "Name:"}, {200, 700, "Town:"}, {10, 650, "End"}}, []written{field(50, 698, 100, "A"), field(240, 698, 100, "B")}, "Name: A \nTown: B \nEnd"},
		"label above":                   {[]label{{10, 700, "Why?"}, {10, 650, "End"}}, []written{field(10, 680, 100, "A")}, "Why?\nA\nEnd"},
		"label above, words far beside": {[]label{{10, 700, "One column"}, {300, 716, "Why?"}}, []written{field(300, 698, 100, "A")}, "One column\nWhy?\nA"},
		"label on the right":            {[]label{{100, 700, "people came"}}, []written{field(50, 698, 48, "40")}, " 40 people came"},
		"boxes before their words":      {[]label{{30, 700, "Yes"}, {100, 700, "No"}}, []written{field(12, 698, 14, ticked), field(82, 698, 14, unticked)}, " ☒ Yes\n ☐ No"},
		"boxes after their words":       {[]label{{10, 700, "Yes"}, {100, 700, "No"}}, []written{field(32, 698, 14, ticked), field(116, 698, 14, unticked)}, "Yes ☒ \nNo ☐ "},
		"a line to write on":            {[]label{{10, 700, "Town ____________"}}, []written{field(40, 698, 60, "A")}, "Town A  ____________"},
		"several lines":                 {[]label{{10, 700, "Why?"}}, []written{{text: []rune("A\nB"), box: [4]float64{10, 600, 300, 690}}}, "Why?\nA\nB"},
		"right to left":                 {[]label{{500, 700, "الاسم:"}, {500, 650, "النهاية"}}, []written{field(300, 698, 150, "سلمى")}, "الاسم: سلمى \nالنهاية"},
		"a box in a line right to left": {[]label{{460, 700, "نعم"}}, []written{field(464, 698, 14, ticked)}, " ☒ نعم"},
		"no words at all":               {nil, []written{field(10, 650, 50, "B"), field(10, 698, 50, "A")}, "A\nB"},
		"below all words, out of reach": {[]label{{10, 700, "Title"}}, []written{field(300, 100, 50, "A")}, "Title\nA"},
	} {
		t.Run(name, func(t *testing.T) {
			var chars []rune
			var boxes [][4]float64
			for i, l := range c.labels {
				if i > 0 {
					chars, boxes = append(chars, '\n'), append(boxes, [4]float64{})
				}
				x := l.x
				for _, r := range l.text {
					if leftward([]rune(l.text)[0]) {
						x -= 6
					}
					chars, boxes = append(chars, r), append(boxes, [4]float64{x, l.y, x + 6, l.y + 10})
					if !leftward([]rune(l.text)[0]) {
						x += 6
					}
				}
			}
			at := make([]int, len(chars))
			for i := range at {
				at[i] = i
			}
			read, where := place(chars, at, func(i int) ([4]float64, bool) { return boxes[i], true }, c.fields, len(chars), 0)
			if string(read) != c.want || len(where) != len(read) {
				t.Errorf("%q, not %q", string(read), c.want)
			}
		})
	}
}

// TestFormIsDrawn: who looks at a page sees what was written on it.
func TestFormIsDrawn(t *testing.T) {
	page := func(annotations string) []byte {
		draw := streamOf("0 0 200 20 re f", "/Type /XObject /Subtype /Form /BBox [0 0 200 20]")
		data := pdfFrom("<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [5 0 R] >> >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
			"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 400] /Contents 4 0 R /Annots ["+annotations+"] >>", streamOf(""),
			"<< /Type /Annot /Subtype /Widget /FT /Tx /T (a) /V (A neighbour) /F 4 /Rect [20 300 220 320] /P 3 0 R /AP << /N 6 0 R >> >>", draw)
		b, err := Picture(context.Background(), data, 0, 50, Options{Cache: cache()})
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	if bytes.Equal(page("5 0 R"), page("")) {
		t.Error("the field is not drawn")
	}
}
