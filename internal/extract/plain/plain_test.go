package plain

import (
	"bytes"
	"compress/zlib"
	"encoding/ascii85"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// file writes a PDF of objects, of which the first is its catalogue.
func file(trailer string, objects ...string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n")
	at := make([]int, len(objects))
	for i, o := range objects {
		at[i] = b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, a := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", a)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, trailer, start)
	return b.Bytes()
}

func streamOf(dict, data string) string {
	return fmt.Sprintf("<< /Length %d %s >>\nstream\n%s\nendstream", len(data), dict, data)
}

// page writes a PDF of one page, on which the fonts F1 (Helvetica), F2 (as given) and the form X are at hand.
func page(contents, font, form string) []byte { return pageWith("", contents, font, form) }

// pageWith is that, and its dictionary tells more.
func pageWith(more, contents, font, form string) []byte {
	if font == "" {
		font = "<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman /Encoding /WinAnsiEncoding >>"
	}
	return file("",
		"<< /Type /Catalog /Pages 2 0 R /Lang (pt-BR) >>",
		"<< /Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [0 0 600 800] /Resources << /Font << /F1 5 0 R /F2 6 0 R >> /XObject << /X 7 0 R >> >> >>",
		"<< /Type /Page /Parent 2 0 R /Contents 4 0 R "+more+" >>",
		streamOf("", contents),
		"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
		font,
		streamOf("/Type /XObject /Subtype /Form /BBox [0 0 600 800] /Matrix [1 0 0 1 0 -100]", form),
		streamOf("", "/CMapName /x def 2 beginbfchar <01> <0041> <02> <05d0> endbfchar 1 beginbfrange <03> <05> <0062> endbfrange 1 beginbfrange <06> <07> [<00660069> <0e01>] endbfrange"),
	)
}

func read(t *testing.T, data []byte) (string, error) {
	t.Helper()
	f, err := Open(data)
	if err != nil {
		return "", err
	}
	var out strings.Builder
	for i := range f.Pages() {
		p, err := f.Page(i)
		if err != nil {
			return "", err
		}
		for _, c := range p.Chars {
			if c.Rune != '\r' {
				out.WriteRune(c.Rune)
			}
		}
	}
	return out.String(), nil
}

func TestPages(t *testing.T) {
	wide := "<< /Type /Font /Subtype /Type0 /BaseFont /A /Encoding /Identity-H /ToUnicode 8 0 R /DescendantFonts [<< /Type /Font /Subtype /CIDFontType2 /BaseFont /A /DW 600 /W [1 [500 400] 3 5 300] >>] >>"
	simple := "<< /Type /Font /Subtype /Type1 /BaseFont /B /FirstChar 1 /LastChar 9 /Widths [500 500 500 500 500 500 500 500 500] /Encoding << /Type /Encoding /Differences [1 /eacute /afii10073 /uni20AC /fi /Scaron /space /period] >> /FontDescriptor << /Type /FontDescriptor /FontName /B /Flags 4 /Ascent 800 /Descent -200 >> >>"
	for name, c := range map[string]struct{ contents, font, form, want string }{
		"lines":             {"BT /F1 12 Tf 14 TL 72 700 Td (Mahali \\(pa) Tj (\\051 hapa) ' (kisha \\\n\\141) ' ET", "", "", "Mahali (pa\n) hapa\nkisha a"},
		"kerned":            {"BT /F1 12 Tf 72 700 Td [(W) 80 (ater) -300 (rose)] TJ ET", "", "", "Water rose"},
		"kerned twice":      {"BT /F1 12 Tf 72 700 Td [(one) -200 -150 (two) -100 90 (s)] TJ ET", "", "", "one twos"},
		"moved":             {"BT /F1 12 Tf 72 700 Td (one) Tj 30 0 Td (two) Tj 14 0 Td (s) Tj ET", "", "", "one twos"},
		"right to left":     {"BT /F1 12 Tf 1 0 0 1 172 700 Tm (second) Tj 1 0 0 1 72 700 Tm (first) Tj ET", "", "", "first second"},
		"spread":            {"BT /F1 12 Tf 3 Tc 72 700 Td (spread) Tj ET", "", "", "spread"},
		"spaces drawn":      {"BT /F1 12 Tf 72 700 Td (one) Tj ( ) Tj 3 0 Td (two) Tj ET", "", "", "onetwo"},
		"twice":             {"BT /F1 12 Tf 72 700 Td (bold) Tj 0.3 0 Td (bold) Tj ET", "", "", "bold"},
		"divided":           {"BT /F1 12 Tf 14 TL 72 700 Td (govern-) Tj T* (ment) Tj ET", "", "", "govern\x02ment"},
		"superscript":       {"BT /F1 12 Tf 72 700 Td (note) Tj 4 Ts /F1 7 Tf (12) Tj 0 Ts /F1 12 Tf ( more) Tj ET", "", "", "note12 more"},
		"turned twice":      {"1 0 0 -1 0 800 cm BT /F1 12 Tf 1 0 0 -1 72 100 Tm (one) Tj 1 0 0 -1 72 114 Tm (two) Tj ET", "", "", "one\ntwo"},
		"kept":              {"q 2 0 0 2 0 0 cm BT /F1 6 Tf 36 350 Td (big) Tj ET Q BT /F1 12 Tf 72 686 Td (small) Tj ET", "", "", "big\nsmall"},
		"form":              {"BT /F1 12 Tf 72 700 Td (page) Tj ET q /X Do Q", "", "BT /F1 12 Tf 72 700 Td (form) Tj ET", "page\nform"},
		"picture inside":    {"BI /W 4 /H 1 /BPC 8 /CS /G ID \x00EI \xffEI EI Q BT /F1 12 Tf 72 700 Td (after) Tj ET", "", "", "after"},
		"marked":            {"/P << /MCID 0 /Lang (en) /A [1 <41>] >> BDC BT /F1 12 Tf 72 700 Td (said) Tj ET EMC", "", "", "said"},
		"unicode":           {"BT /F2 12 Tf 72 700 Td <000100030004> Tj <00050006> Tj ET", wide, "", "Abcdfi"},
		"hebrew":            {"BT /F2 12 Tf 72 700 Td <0002000200010001> Tj ET", wide, "", "אאAA"},
		"differences":       {"BT /F2 12 Tf 72 700 Td <01020304050607> Tj ET", simple, "", "éз€fiŠ ."},
		"a page of nothing": {"0 0 m 9 9 l S", "", "", ""},
	} {
		got, err := read(t, page(c.contents, c.font, c.form))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

// What leaves doubt is left to the engine.
func TestDoubt(t *testing.T) {
	symbol := "<< /Type /Font /Subtype /Type1 /BaseFont /Symbol >>"
	say := "BT /F1 12 Tf 72 700 Td (words) Tj ET"
	for name, data := range map[string][]byte{
		"no PDF":          []byte("words"),
		"cut":             page(say, "", "")[:900],
		"turned letters":  page("BT /F1 12 Tf 0 1 -1 0 72 700 Tm (words) Tj ET", "", ""),
		"unknown letters": page("BT /F2 12 Tf 72 700 Td (words) Tj ET", symbol, ""),
		"control":         page("BT /F1 12 Tf 72 700 Td (\\001\\002) Tj ET", "", ""),
		"thai":            page("BT /F2 12 Tf 72 700 Td <0007> Tj ET", "<< /Type /Font /Subtype /Type0 /BaseFont /A /Encoding /Identity-H /ToUnicode 8 0 R /DescendantFonts [<< /W [] >>] >>", ""),
		"drawn letters":   page("BT /F2 12 Tf 72 700 Td (words) Tj ET", "<< /Type /Font /Subtype /Type3 >>", ""),
		"read otherwise":  page("/Span << /ActualText (said) >> BDC "+say+" EMC", "", ""),
		"within itself":   page("/X Do", "", "/X Do"),
		"few operands":    page("BT /F1 12 Tf 72 Td (words) Tj ET", "", ""),
		"turned":          bytes.Replace(page(say, "", ""), []byte("/Page /Parent 2 0 R"), []byte("/Page /Rotate 90 /A"), 1),
		"locked":          bytes.Replace(page(say, "", ""), []byte("/Root 1 0 R"), []byte("/Root 1 0 R /Encrypt << >>"), 1),
		"other count":     bytes.Replace(page(say, "", ""), []byte("/Count 1"), []byte("/Count 2"), 1),
	} {
		if got, err := read(t, data); err != ErrDoubt {
			t.Errorf("%s: %q %v", name, got, err)
		}
	}
}

// Objects in streams, with a table that is a stream whose rows are told by their differences (7.5.7, 7.5.8).
func TestPacked(t *testing.T) {
	pack := func(s string) string {
		var b bytes.Buffer
		z := zlib.NewWriter(&b)
		z.Write([]byte(s))
		z.Close()
		return b.String()
	}
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n")
	inner := "<< /Type /Catalog /Pages 2 0 R >> << /Type /Pages /Kids [3 0 R] /Count 1 >> << /Type /Page /MediaBox [0 0 600 800] /CropBox [10 20 500 700] /Contents 5 0 R /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>"
	second, third := strings.Index(inner, "<< /Type /Pages"), strings.Index(inner, "<< /Type /Page /")
	head := fmt.Sprintf("1 0 2 %d 3 %d ", second, third)
	four := b.Len()
	fmt.Fprintf(&b, "4 0 obj\n%s\nendobj\n", streamOf(fmt.Sprintf("/Type /ObjStm /N 3 /First %d /Filter /FlateDecode", len(head)), pack(head+inner)))
	five := b.Len()
	fmt.Fprintf(&b, "5 0 obj\n%s\nendobj\n", streamOf("/Filter [/FlateDecode]", pack("BT /F1 12 Tf 72 600 Td (packed) Tj ET")))
	six := b.Len()
	var rows []byte
	above := make([]byte, 4)
	for _, r := range [][4]byte{{0, 0, 0, 0}, {2, 0, 4, 0}, {2, 0, 4, 1}, {2, 0, 4, 2}, {1, byte(four >> 8), byte(four), 0}, {1, byte(five >> 8), byte(five), 0}, {1, byte(six >> 8), byte(six), 0}} {
		rows = append(rows, 2)
		for i, v := range r {
			rows = append(rows, v-above[i])
		}
		copy(above, r[:])
	}
	fmt.Fprintf(&b, "6 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF", streamOf("/Type /XRef /Size 7 /W [1 2 1] /Root 1 0 R /Filter /FlateDecode /DecodeParms << /Predictor 12 /Columns 4 >>", pack(string(rows))), six)
	if got, err := read(t, b.Bytes()); err != nil || got != "packed" {
		t.Errorf("%q %v", got, err)
	}
	f, err := Open(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	p, err := f.Page(0)
	if err != nil || p.Width != 490 || p.Height != 680 || p.Shown != [2]float64{10, 20} || p.Cut != [2]float64{10, 20} {
		t.Errorf("%+v %v", p, err)
	}
	// "p" is 556 thousandths wide in Helvetica.
	if box := p.Chars[0].Box; box[0] != 72 || math.Abs(box[2]-72-12*0.556) > 0.001 || box[1] >= 600 || box[3] <= 608 {
		t.Errorf("%v", box)
	}
}

func TestAbout(t *testing.T) {
	for in, want := range map[string]string{"(Barragem \\(2\\))": "Barragem (2)", "<feff00c1>": "Á", "<efbbbfc381>": "Á"} {
		f, err := Open(file("/Info << /Title "+in+" >>", "<< /Type /Catalog /Pages 2 0 R /Lang (pt) >>", "<< /Type /Pages /Kids [] /Count 0 >>"))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := f.Title(); err != nil || got != want {
			t.Errorf("%s: %q %v", in, got, err)
		}
		if got, err := f.Language(); err != nil || got != "pt" {
			t.Errorf("%q %v", got, err)
		}
	}
}

// Names of glyphs (Adobe Glyph List) and of standard fonts as files have them.
func TestNames(t *testing.T) {
	for n, want := range map[string]string{"A": "A", "eacute": "é", "Scaron": "Š", "fi": "fi", "afii10017": "А", "afii10097": "я", "uni0416": "Ж", "u1F600": "😀", "space": " ", "Tcommaaccent": "Ţ", "onesuperior": "", "g123": "", ".notdef": "", "": ""} {
		if got := letters(n); got != want {
			t.Errorf("%s: %q, want %q", n, got, want)
		}
	}
	for n, want := range map[string]string{"ArialMT": "Helvetica", "Arial,BoldItalic": "Helvetica-BoldOblique", "TimesNewRomanPS-BoldMT": "Times-Bold", "CourierNew": "Courier", "Times-Roman": "Times-Roman", "Arial-Black": "", "Symbol": ""} {
		if got := standardOf(n); got != standards()[want] {
			t.Errorf("%s is not %s", n, want)
		}
	}
}

func FuzzContents(f *testing.F) {
	for _, s := range []string{"BT /F1 12 Tf 72 700 Td [(W) 80 <41>] TJ ET", "q 1 0 0 1 0 0 cm /X Do Q", "/P << /A (b) >> BDC", "BI ID x EI", "BT /F2 9 Tf (\\101) ' 1 2 (x) \" ET"} {
		f.Add(s, "<< /Type /Font /Subtype /Type0 /Encoding /Identity-H /ToUnicode 8 0 R /DescendantFonts [<< /W [1 2 3] >>] >>", "1 beginbfrange <01> <02> <0041> endbfrange")
	}
	f.Fuzz(func(t *testing.T, contents, font, form string) {
		within(t, page(contents, font, form))
	})
}

// TestFilters reads the contents of a page as programs pack them; what is packed otherwise, or wrongly, is left to PDFium.
func TestFilters(t *testing.T) {
	say := "BT /F1 12 Tf 72 700 Td (words) Tj ET"
	var z bytes.Buffer
	w := zlib.NewWriter(&z)
	w.Write([]byte(say))
	w.Close()
	a85 := func(b []byte) string {
		out := make([]byte, ascii85.MaxEncodedLen(len(b)))
		return string(out[:ascii85.Encode(out, b)]) + "~>"
	}
	for name, c := range map[string]struct{ more, data, want string }{
		"as it is":             {"", say, "words"},
		"flate":                {"/Filter /FlateDecode", z.String(), "words"},
		"both":                 {"/Filter [/ASCII85Decode /FlateDecode]", a85(z.Bytes()), "words"},
		"in lines":             {"/Filter [/A85 /Fl]", strings.ReplaceAll(a85(z.Bytes()), "~>", "\n~>\n"), "words"},
		"letters alone":        {"/Filter /ASCII85Decode", a85([]byte(say)), "words"},
		"without an end":       {"/Filter /ASCII85Decode", strings.TrimSuffix(a85([]byte(say)), "~>"), ""},
		"no such letter":       {"/Filter /ASCII85Decode", "abcde\x7fabcde~>", ""},
		"another":              {"/Filter /LZWDecode", say, ""},
		"zeros without an end": {"/Filter /ASCII85Decode", strings.Repeat("z", maxStream/4+1) + "~>", ""},
	} {
		f, err := Open(file("", "<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
			"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Resources << /Font << /F1 5 0 R >> >> /Contents 4 0 R >>", streamOf(c.more, c.data),
			"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"))
		if err != nil {
			t.Fatal(err)
		}
		p, err := f.Page(0)
		got := ""
		for _, c := range p.Chars {
			got += string(c.Rune)
		}
		if got != c.want || (err != nil) != (c.want == "") {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

func FuzzFile(f *testing.F) {
	f.Add(page("BT /F1 12 Tf 72 700 Td (words) Tj ET", "", ""))
	f.Add(filled("<< /Subtype /Widget /Rect [9 9 99 29] /FT /Ch /Opt [[(a) (b)] (c)] /V [(a) (c)] /Parent << /Ff 8192 >> >>"))
	f.Fuzz(within)
}

// within reads a file, of which nothing is asked but that it ends and that what it gives can be told.
// filled is a page with these annotations.
func filled(annotations string) []byte {
	return pageWith("/Annots ["+annotations+"]", "BT /F1 12 Tf 72 700 Td (words) Tj ET", "", "")
}

// TestWritten reads what was written into fields, in all the ways in which text is kept and told by the fields around.
func TestWritten(t *testing.T) {
	widget := func(s string) string { return "<< /Subtype /Widget /Rect [10 20 110 40] " + s + " >>" }
	for annotation, want := range map[string]string{
		widget("/FT /Tx /V (plain \\(text\\))"):                                                  "plain (text)",
		widget("/FT /Tx /V <feff06330644>"):                                                      "سل",
		widget("/FT /Tx /V <fffe33064406>"):                                                      "سل",
		widget("/FT /Tx /V <efbbbfe0b984>"):                                                      "\u0e44",
		widget("/FT /Tx /V <e0b984>"):                                                            "\u0e44",
		widget("/FT /Tx /V <4c8d6f8e20a0e9>"):                                                    "L“o” €é",
		widget("/Parent << /FT /Tx /Parent << /V (from far) >> >>"):                              "from far",
		widget("/FT /Ch /Opt [[(f) (on foot)] [(b) (by bus)] (other)] /V (b)"):                   "by bus",
		widget("/FT /Ch /Opt [[(f) (on foot)] [(b) (by bus)] (other)] /V [(f) (other)]"):         "on foot, other",
		widget("/FT /Ch /Ff 262144 /V (typed)"):                                                  "typed",
		widget("/FT /Btn /AS /On"):                                                               "[x]",
		widget("/FT /Btn /AS /Off /V /On"):                                                       "[ ]",
		widget("/FT /Btn /V /On /AP << /N << /On 7 0 R /Off 7 0 R >> >>"):                        "[x]",
		widget("/FT /Btn /Parent << /V /Two >> /AP << /N << /One 7 0 R >> >>"):                   "[ ]",
		widget("/FT /Btn /Ff 65536 /MK << /CA (Send) >>"):                                        "",
		widget("/FT /Sig /V << /Name (Somebody) >>"):                                             "",
		widget("/FT /Tx /Ff 8192 /V (secret)"):                                                   "",
		widget("/FT /Tx /F 2 /V (hidden)"):                                                       "",
		widget("/FT /Tx /F 32 /V (not viewed)"):                                                  "",
		"<< /Subtype /Widget /Rect [10 20 10 40] /FT /Tx /V (no width) >>":                       "",
		"<< /Subtype /FreeText /Rect [10 20 110 40] /Contents (beside) /AP << /N 7 0 R >> >>":    "beside",
		"<< /Subtype /Highlight /Rect [10 20 110 40] /Contents (a remark) /AP << /N 7 0 R >> >>": "",
		"<< /Subtype /Stamp /Rect [10 20 110 40] /AP << /N 7 0 R >> >>":                          "more",
		"<< /Subtype /FreeText /Rect [10 20 110 40] /Contents ( ) /AP << /N 7 0 R >> >>":         "more",
		"<< /Subtype /Widget /Rect [10 20 110 40] /FT /Tx /V << /Length 5 >> >>":                 "",
		widget("/FT /Tx /V ( )") + widget("/FT /Tx /V (second)"):                                 "second",
	} {
		f, err := Open(filled(annotation))
		if err != nil {
			t.Fatal(err)
		}
		all, _, more, err := f.Written(0)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if more {
			got = "more"
		}
		for _, w := range all {
			if got += w.Text; w.Mark {
				got += map[bool]string{true: "[x]", false: "[ ]"}[w.Ticked]
			}
			if w.Box != [4]float64{10, 20, 110, 40} {
				t.Errorf("%s: %v", annotation, w.Box)
			}
		}
		if got != want {
			t.Errorf("%s: %q, not %q", annotation, got, want)
		}
		if _, err := f.Page(0); (err != nil) != more {
			t.Errorf("%s: %v", annotation, err)
		}
	}
}

func within(t *testing.T, data []byte) {
	f, err := Open(data)
	if err != nil {
		return
	}
	for i := range min(f.Pages(), 10) {
		p, err := f.Page(i)
		if err != nil {
			continue
		}
		size := 0
		for _, w := range p.Written {
			size += len(w.Text)
		}
		if len(p.Written) > maxFields || size > 3*maxWritten { // bytes grow to three as they are read
			t.Errorf("%d fields of %d bytes", len(p.Written), size)
		}
		for _, c := range p.Chars {
			if c.Rune > 0xffff || c.Rune >= 0xd800 && c.Rune < 0xe000 {
				t.Errorf("%x", c.Rune)
			}
		}
	}
}
