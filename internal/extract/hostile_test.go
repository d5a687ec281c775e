package extract

import (
	"archive/zip"
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
)

// zipOf packs files in the order given.
func zipOf(t testing.TB, files ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i+1 < len(files); i += 2 {
		w, err := z.Create(files[i])
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(w, files[i+1])
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func wordXML(inner string) string {
	return `<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>` + inner + `</w:body></w:document>`
}

func paragraphs(words ...string) string {
	var b strings.Builder
	for _, w := range words {
		b.WriteString(`<w:p><w:pPr><w:t>never</w:t></w:pPr><w:r><w:t xml:space="preserve">` + w + `</w:t></w:r></w:p>`)
	}
	return b.String()
}

const contentTypes = `<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`

func docxOf(t testing.TB, body string, more ...string) []byte {
	return zipOf(t, append([]string{"[Content_Types].xml", contentTypes, "word/document.xml", wordXML(body)}, more...)...)
}

func odtOf(t testing.TB, body string) []byte {
	return zipOf(t, "mimetype", "application/vnd.oasis.opendocument.text", "META-INF/manifest.xml", "<manifest/>", "content.xml", `<office:document-content xmlns:office="o" xmlns:text="t" xmlns:table="tb"><office:body><office:text>`+body+`</office:text></office:body></office:document-content>`)
}

func epubOf(t testing.TB, chapter string) []byte {
	return zipOf(t, "mimetype", "application/epub+zip", "META-INF/container.xml", `<container><rootfiles><rootfile full-path="OEBPS/content.opf"/></rootfiles></container>`,
		"OEBPS/content.opf", `<package><metadata><dc:title xmlns:dc="d">Book</dc:title><dc:language xmlns:dc="d">th</dc:language></metadata><manifest><item id="b" href="two%20b.xhtml"/><item id="a" href="one.xhtml"/></manifest><spine><itemref idref="a"/><itemref idref="b"/></spine></package>`,
		"OEBPS/one.xhtml", chapter, "OEBPS/two b.xhtml", `<html><body><p>Second chapter.</p></body></html>`)
}

// pdfOf writes a small PDF with one text on one page. objects are added as they are.
func pdfOf(text string, extra ...string) []byte {
	return pdfFrom(append([]string{
		"<< /Type /Catalog /Pages 2 0 R >>",
		"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
		streamOf("BT /F1 12 Tf 72 700 Td (" + text + ") Tj ET"),
		"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
	}, extra...)...)
}

// streamOf writes a stream; more is what its dictionary tells besides.
func streamOf(s string, more ...string) string {
	return fmt.Sprintf("<< /Length %d %s >>\nstream\n%s\nendstream", len(s), strings.Join(more, " "), s)
}

// pdfFrom writes a PDF of its objects, of which the first is its catalogue.
func pdfFrom(objects ...string) []byte {
	var b bytes.Buffer
	var at []int
	b.WriteString("%PDF-1.4\n")
	for i, o := range objects {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	x := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(at)+1)
	for _, o := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(at)+1, x)
	return b.Bytes()
}

const (
	srt    = "1\n00:00:01,000 --> 00:00:02,500\nWho kept it?\n\n2\n00:00:03,000 --> 00:00:04,000\n<i>We did.</i>\n"
	vtt    = "WEBVTT\n\nNOTE a comment\n\n00:01.000 --> 00:02.000 align:start\nสวัสดี\n"
	letter = "From: somebody@example.org\r\nTo: other@example.org\r\nSubject: =?utf-8?B?4LiX4LiU4Liq4Lit4Lia?=\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=b1\r\n\r\n--b1\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nThe ministry =E2=80=94 at last =\r\nanswered.\r\n--b1\r\nContent-Type: text/html\r\n\r\n<p>no</p>\r\n--b1--\r\n"
	rtf    = `{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}{\*\generator x;}\f0 The caf\'e9 \u1055?\u1088?\u1080?\u1074?\u1077?\u1090? said \{so\}.\par Second \uc0\u3626\u3623\u3633 .\par {\pict 010203}}`
	page   = `<!doctype html><html lang="ro"><head><title>Știri</title><script>alert(1)</script></head><body><nav><a href="/">Acasă</a></nav><article><h1>Protest</h1><p>Mii de oameni au ieșit în stradă seara, cerând retragerea ordonanței și demisia guvernului care a adoptat-o.</p><p>A doua zi au fost mai mulți, iar piața s-a umplut din nou până noaptea târziu, spun martorii.</p></article><footer>Contact</footer></body></html>`
)

// goods are small files of each format with words that must come out.
func goods(t testing.TB) map[string]struct {
	data  []byte
	words []string
	never []string
} {
	type good = struct {
		data  []byte
		words []string
		never []string
	}
	return map[string]good{
		"a.docx": {docxOf(t, paragraphs("First ประชาชน 🟦.", "Second &amp; last.")+`<w:p><w:del><w:r><w:delText>gone</w:delText></w:r></w:del><w:ins><w:r><w:t>kept</w:t></w:r></w:ins></w:p><w:tbl><w:tr><w:tc><w:p><w:r><w:t>cell one</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>cell two</w:t></w:r></w:p></w:tc></w:tr></w:tbl>`,
			"word/footnotes.xml", `<w:footnotes xmlns:w="w"><w:footnote w:type="separator"><w:p><w:r><w:t>line</w:t></w:r></w:p></w:footnote><w:footnote><w:p><w:r><w:t>A note.</w:t></w:r></w:p></w:footnote></w:footnotes>`, "docProps/core.xml", `<cp:coreProperties xmlns:cp="c" xmlns:dc="d"><dc:title>Title</dc:title><dc:creator>Somebody Real</dc:creator></cp:coreProperties>`),
			[]string{"First ประชาชน 🟦.\n\nSecond & last.", "kept", "cell one", "cell two", "A note."}, []string{"gone", "never", "Somebody", "line"}},
		"a.odt":  {odtOf(t, `<text:tracked-changes><text:p>gone</text:p></text:tracked-changes><text:h>Head</text:h><text:p>Այո <text:s text:c="2"/>and<text:tab/>more<office:annotation><text:p>remark</text:p></office:annotation></text:p><text:p>Last.</text:p>`), []string{"Head\n\nԱյո   and\tmore\n\nLast."}, []string{"gone", "remark"}},
		"a.epub": {epubOf(t, `<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head><style>p{}</style></head><body><h1>One</h1><p>ข้อความ</p></body></html>`), []string{"One\n\nข้อความ\n\nSecond chapter."}, []string{"p{}"}},
		"a.rtf":  {[]byte(rtf), []string{"The café Привет said {so}.\n\nSecond สวั."}, []string{"Arial", "generator", "0102"}},
		"a.html": {[]byte(page), []string{"Protest", "Mii de oameni au ieșit în stradă", "târziu"}, []string{"alert"}},
		"a.md":   {[]byte("# Head\n\nText *here*.\n"), []string{"# Head\n\nText *here*."}, nil},
		"a.txt":  {[]byte("\ufeffOne\r\n\r\n\r\n\r\nTwo\r\nthree"), []string{"One\n\nTwo\nthree"}, nil},
		"b.txt":  {[]byte{0xff, 0xfe, 'H', 0, 'i', 0}, []string{"Hi"}, nil},
		"c.txt":  {[]byte("caf\xe9"), []string{"café"}, nil},
		"a.srt":  {[]byte(srt), []string{"Who kept it?", "We did."}, []string{"-->", "<i>"}},
		"a.vtt":  {[]byte(vtt), []string{"สวัสดี"}, []string{"comment", "align"}},
		"a.eml":  {[]byte(letter), []string{"The ministry — at last answered."}, []string{"somebody@", "<p>"}},
		"a.pdf":  {pdfOf("The square filled before noon."), []string{"The square filled before noon."}, nil},
	}
}

// hostile makes 500 files that nobody should have to open.
func hostile(t testing.TB) map[string][]byte {
	r := rand.New(rand.NewPCG(1, 2))
	out := map[string][]byte{}
	add := func(name string, data []byte) { out[fmt.Sprintf("%03d-%s", len(out), name)] = data }
	zeros := strings.Repeat(" ", 40<<20)
	// Bombs.
	add("bomb.docx", docxOf(t, paragraphs(zeros)))
	add("bomb.odt", odtOf(t, "<text:p>"+zeros+"</text:p>"))
	add("bomb.epub", epubOf(t, "<p>"+zeros+"</p>"))
	inner := docxOf(t, paragraphs(zeros))
	add("nested.docx", docxOf(t, paragraphs("x"), "word/embeddings/a.docx", string(inner), "word/embeddings/b.docx", string(inner)))
	many := []string{"[Content_Types].xml", contentTypes, "word/document.xml", wordXML("")}
	for i := range 25000 {
		many = append(many, fmt.Sprintf("word/%d.xml", i), "x")
	}
	add("many.docx", zipOf(t, many...))
	// Sizes that lie.
	for _, n := range []uint32{0, 1, 0xfffffff0, 1 << 30} {
		b := docxOf(t, paragraphs("hello"))
		i := bytes.LastIndex(b, []byte("word/document.xml")) - 46
		binary.LittleEndian.PutUint32(b[i+24:], n)
		add("lies.docx", b)
		c := docxOf(t, paragraphs(strings.Repeat("hello ", 100000)))
		i = bytes.LastIndex(c, []byte("word/document.xml")) - 46
		binary.LittleEndian.PutUint32(c[i+24:], n)
		add("lies-large.docx", c)
	}
	// Names that lead out, and twice the same.
	for _, n := range []string{"../../etc/passwd", "/etc/passwd", `..\..\x`, "word/../../x"} {
		add("slip.docx", docxOf(t, paragraphs("x"), n, "y"))
		add("slip.epub", zipOf(t, "META-INF/container.xml", `<container><rootfiles><rootfile full-path="`+n+`"/></rootfiles></container>`, n, "<package/>"))
	}
	add("twice.docx", docxOf(t, paragraphs("x"), "word/document.xml", wordXML(paragraphs("y"))))
	// Entities.
	lol := `<!DOCTYPE l [<!ENTITY a "` + strings.Repeat("ha", 100) + `">`
	for i := range 9 {
		lol += fmt.Sprintf(`<!ENTITY %c "%s">`, 'b'+i, strings.Repeat(fmt.Sprintf("&%c;", 'a'+i), 10))
	}
	lol += `]>`
	for _, e := range []string{lol + "<w:document><w:t>&j;</w:t></w:document>", `<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><w:document><w:p><w:r><w:t>&x;</w:t></w:r></w:p></w:document>`, `<!DOCTYPE a SYSTEM "http://127.0.0.1/x.dtd"><w:document/>`, `<!DOCTYPE a [<!ENTITY % p SYSTEM "http://127.0.0.1/">%p;]><a/>`} {
		add("entity.docx", zipOf(t, "word/document.xml", e))
		add("entity.odt", zipOf(t, "content.xml", e))
		add("entity.epub", zipOf(t, "META-INF/container.xml", e))
		add("entity.html", []byte(e))
	}
	// Floods and depths.
	for _, n := range []int{1000, 50_000, 400_000} {
		add("deep.docx", docxOf(t, strings.Repeat("<w:p>", n)))
		add("deep.odt", odtOf(t, strings.Repeat("<text:p>", n)))
		add("deep.html", []byte("<html>"+strings.Repeat("<div>", n)+"x"))
		add("deep-b.html", []byte("<html>"+strings.Repeat("<b><i>", n)+"x"))
		add("deep-table.html", []byte("<html>"+strings.Repeat("<table><tr><td>", n)+"x"))
		add("deep.epub", epubOf(t, strings.Repeat("<blockquote>", n)))
		add("deep.rtf", []byte(`{\rtf1 `+strings.Repeat("{", n)+"x"))
		add("attributes.docx", docxOf(t, "<w:p "+strings.Repeat(`a="b" `, n)+"/>"))
		add("attributes.html", []byte("<html><p "+strings.Repeat(`a="b" `, n)+">x"))
		add("controls.rtf", []byte(`{\rtf1 `+strings.Repeat(`\par\tab\u1234?`, n)+"}"))
		add("cues.srt", []byte(strings.Repeat("1\n99:99:99,999 --> 00:00:00,000\nx\n\n", n/10)))
		add("parts.eml", []byte("Content-Type: multipart/mixed; boundary=b\r\n\r\n"+strings.Repeat("--b\r\nContent-Type: text/plain\r\n\r\nx\r\n", n/10)))
		add("headers.eml", []byte(strings.Repeat("X-Y: z\r\n", n)+"\r\nx"))
		add("cells.html", []byte("<html><table>"+strings.Repeat("<td>", n)))
	}
	add("lines.txt", []byte(strings.Repeat("a line\n", 1_000_000)))
	add("one-line.txt", []byte(strings.Repeat("x", 40<<20)))
	add("bin.rtf", []byte(`{\rtf1 \bin2147483647 x}`))
	add("bin-minus.rtf", []byte(`{\rtf1 \bin-5 x \uc99999999 \u99999999999?}`))
	b := "Content-Type: multipart/mixed; boundary=b0\r\n\r\n"
	for i := range 200 {
		b += fmt.Sprintf("--b%d\r\nContent-Type: multipart/mixed; boundary=b%d\r\n\r\n", i, i+1)
	}
	add("russian.eml", []byte(b))
	add("base64.eml", []byte("Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n"+strings.Repeat("QUFB!!", 1<<20)))
	// PDF.
	deflate := func(n int) string {
		var b bytes.Buffer
		z := zlib.NewWriter(&b)
		z.Write(bytes.Repeat([]byte("BT (x) Tj ET "), n))
		z.Close()
		return streamOf(b.String(), "/Filter /FlateDecode")
	}
	whole := string(pdfOf("words"))
	add("circle.pdf", []byte(strings.Replace(whole, "/Kids [3 0 R]", "/Kids [2 0 R]", 1)))
	add("itself.pdf", []byte(strings.Replace(whole, "/Contents 4 0 R", "/Contents 3 0 R", 1)))
	// Those that are as they should be but for one thing, which asks for work without end.
	endless := func(name, kids, resources, contents string, extra ...string) {
		add(name, pdfFrom(append([]string{
			"<< /Type /Catalog /Pages 2 0 R >>",
			"<< /Type /Pages /Kids [" + kids + "] /Count 1 >>",
			"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << " + resources + " >> >>",
			streamOf(contents),
			"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
		}, extra...)...))
	}
	say := "BT /F1 12 Tf 72 700 Td (words) Tj ET "
	endless("tree.pdf", strings.Repeat("2 0 R ", 50), "/Font << /F1 5 0 R >>", say)
	var forms []string // each draws the next ten times
	for i := range 12 {
		forms = append(forms, streamOf(strings.Repeat("/X Do ", 10), fmt.Sprintf("/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X %d 0 R >> >>", 7+i)))
	}
	endless("forms.pdf", "3 0 R", "/Font << /F1 5 0 R >> /XObject << /X 6 0 R >>", say+"/X Do", forms...)
	endless("ranges.pdf", "3 0 R", "/Font << /F1 6 0 R >>", say, "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode 7 0 R >>", streamOf(strings.Repeat("1 beginbfrange <0000> <ffff> <0041> endbfrange ", 20000)))
	endless("widths.pdf", "3 0 R", "/Font << /F1 6 0 R >>", say, "<< /Type /Font /Subtype /Type0 /BaseFont /A /Encoding /Identity-H /ToUnicode 7 0 R /DescendantFonts [<< /Type /Font /Subtype /CIDFontType2 /W ["+strings.Repeat("0 65535 500 ", 20000)+"] >>] >>", streamOf("1 beginbfrange <0000> <ffff> <0041> endbfrange"))
	endless("fonts.pdf", "3 0 R", "/Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode 6 0 R >> >>", strings.Repeat("/F1 9 Tf ", 100000)+say, streamOf(strings.Repeat("1 beginbfrange <00> <ff> <0041> endbfrange ", 2000)))
	endless("beside.pdf", "3 0 R", "/Font << /F1 5 0 R >>", "BT /F1 1 Tf 600 700 Td "+strings.Repeat("-0.001 0 Td (x) Tj ", 150000)+"ET")
	endless("again.pdf", "3 0 R", "/Font << /F1 5 0 R >>", "BT /F1 1 Tf 60 700 Td "+strings.Repeat("("+strings.Repeat("word ", 20)+") Tj 0 0 Td ", 1900)+"ET")
	fields := func(name string, n int, parent, kid string) { // one field, shown so often
		kids := ""
		widgets := []string{""}
		for i := range n {
			kids += fmt.Sprintf("%d 0 R ", 7+i)
			widgets = append(widgets, fmt.Sprintf("<< /Type /Annot /Subtype /Widget /P 3 0 R /Parent 6 0 R /F 4 /Rect [9 %d 99 %d] %s >>", i, i+9, kid))
		}
		widgets[0] = "<< /T (f) " + parent + " /Kids [" + kids + "] >>"
		add(name, pdfFrom(append([]string{
			"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [6 0 R] /NeedAppearances true >> >>",
			"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
			"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> /Annots [" + kids + "] >>",
			streamOf("BT /F1 1 Tf 60 700 Td " + strings.Repeat("("+strings.Repeat("word ", 20)+") Tj 0 -0.3 Td ", 1900) + "ET"),
			"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
		}, widgets...)...))
	}
	fields("fields.pdf", 20000, "/FT /Tx /V ("+strings.Repeat("words ", 100000)+")", "")
	fields("choices.pdf", 3000, "/FT /Ch /Ff 131072 /V (x) /Opt ["+strings.Repeat("(x) ", 100000)+"]", "")
	fields("kin.pdf", 20, "/FT /Tx /Parent 7 0 R /V (words)", "/Kids [6 0 R]")
	add("objects.pdf", []byte(strings.Replace(whole, "\ntrailer", "\n900000000 1\n0000000009 00000 n \ntrailer", 1)))
	add("count.pdf", []byte(strings.Replace(whole, "/Count 1", "/Count 999999999", 1)))
	add("box.pdf", []byte(strings.Replace(whole, "[0 0 612 792]", "[0 0 9e30 9e30]", 1)))
	add("stream.pdf", []byte(strings.Replace(string(pdfOf("words", deflate(4<<20))), "/Contents 4 0 R", "/Contents 6 0 R", 1)))
	add("encrypt.pdf", []byte(strings.Replace(whole, "/Root 1 0 R", "/Root 1 0 R /Encrypt << /Filter /Standard /V 2 /R 3 /Length 128 /P -4 /O <"+strings.Repeat("41", 32)+"> /U <"+strings.Repeat("42", 32)+"> >> /ID [<41><41>]", 1)))
	add("parens.pdf", pdfOf(strings.Repeat("(", 100000)))
	add("script.pdf", pdfOf("words", "<< /S /JavaScript /JS (app.alert(1)) >>"))
	// Polyglots: a file that is two.
	g := goods(t)
	add("pdf-in-zip.docx", append(pdfOf("words"), docxOf(t, paragraphs("x"))...))
	add("zip-in-html.html", append([]byte(page), docxOf(t, paragraphs("x"))...))
	add("rtf-html.rtf", []byte(rtf+page))
	add("html.docx", []byte(page))
	add("xlsx.docx", zipOf(t, "xl/workbook.xml", "<x/>"))
	add("jar.docx", zipOf(t, "META-INF/MANIFEST.MF", "x", "A.class", "\xca\xfe\xba\xbe"))
	add("ole.doc", append([]byte{0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1}, make([]byte, 2048)...))
	add("ole.docx", append([]byte{0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1}, make([]byte, 2048)...))
	add("elf.txt", append([]byte("\x7fELF"), make([]byte, 100)...))
	add("png.pdf", append([]byte("\x89PNG\r\n\x1a\n"), make([]byte, 100)...))
	add("empty.txt", nil)
	add("empty.pdf", []byte("%PDF-1.7"))
	add("nul.txt", make([]byte, 1<<20))
	noise := make([]byte, 1<<16)
	for i := range noise {
		noise[i] = byte(r.UintN(256))
	}
	for _, ext := range Formats {
		add("noise."+ext, noise)
	}
	// Cut and flipped files of every format, until there are 500.
	var names []string
	for _, ext := range Formats {
		names = append(names, "a."+ext)
	}
	for i := 0; len(out) < 500; i++ {
		name := names[i%len(names)]
		data := bytes.Clone(g[name].data)
		if i/len(names)%2 == 0 {
			data = data[:1+r.IntN(len(data)-1)]
		} else {
			for range 1 + r.IntN(20) {
				data[r.IntN(len(data))] ^= byte(1 << r.IntN(8))
			}
		}
		add("broken"+name[1:], data)
	}
	return out
}
