// Package docx writes plain Word documents (Office Open XML, ECMA-376): headings, paragraphs, quotations and tables with a
// language for each text. The same content gives the same bytes.
package docx

import (
	"archive/zip"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"
)

// Kinds of blocks.
const (
	Heading   = "Heading"   // Level 1 to 3
	Paragraph = "Paragraph" //
	Quote     = "Quote"     // a quotation, set in
	Table     = "Table"     // Rows
)

// Block is a part of a document.
type Block struct {
	Kind  string
	Level int        // of a heading
	Text  string     // lines ended by LF
	Lang  string     // BCP 47; empty: not said
	RTL   bool       // it is read from right to left
	Rows  [][]string // of a table; the first names its columns, and is written again at the top of each page
}

const rels = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`

const styles = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:styles xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Calibri" w:hAnsi="Calibri" w:cs="Arial"/><w:sz w:val="22"/></w:rPr></w:rPrDefault><w:pPrDefault><w:pPr><w:spacing w:after="120"/></w:pPr></w:pPrDefault></w:docDefaults>` +
	`<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>` +
	`<w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/><w:basedOn w:val="Normal"/><w:next w:val="Normal"/><w:pPr><w:keepNext/><w:outlineLvl w:val="0"/></w:pPr><w:rPr><w:b/><w:sz w:val="34"/></w:rPr></w:style>` +
	`<w:style w:type="paragraph" w:styleId="Heading2"><w:name w:val="heading 2"/><w:basedOn w:val="Normal"/><w:next w:val="Normal"/><w:pPr><w:keepNext/><w:outlineLvl w:val="1"/></w:pPr><w:rPr><w:b/><w:sz w:val="28"/></w:rPr></w:style>` +
	`<w:style w:type="paragraph" w:styleId="Heading3"><w:name w:val="heading 3"/><w:basedOn w:val="Normal"/><w:next w:val="Normal"/><w:pPr><w:keepNext/><w:outlineLvl w:val="2"/></w:pPr><w:rPr><w:b/><w:sz w:val="24"/></w:rPr></w:style>` +
	`<w:style w:type="paragraph" w:styleId="Quote"><w:name w:val="Quote"/><w:basedOn w:val="Normal"/><w:pPr><w:ind w:left="567" w:right="567"/></w:pPr></w:style></w:styles>`

// Write writes a document with a title in its properties; who made it is not said.
func Write(out io.Writer, title, lang string, blocks []Block) error {
	z := zip.NewWriter(out)
	for _, f := range []struct{ name, body string }{
		{"[Content_Types].xml", `<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/><Override PartName="/word/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/><Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>`},
		{"_rels/.rels", rels + `<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties" Target="docProps/core.xml"/></Relationships>`},
		{"word/_rels/document.xml.rels", rels + `<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>`},
		{"word/styles.xml", styles},
		{"docProps/core.xml", `<?xml version="1.0" encoding="UTF-8" standalone="yes"?><cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>` + text(title) + `</dc:title><dc:language>` + text(lang) + `</dc:language></cp:coreProperties>`},
		{"word/document.xml", body(blocks)},
	} {
		w, err := z.CreateHeader(&zip.FileHeader{Name: f.name, Method: zip.Deflate, Modified: time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)})
		if err != nil {
			return err
		}
		if _, err := io.WriteString(w, f.body); err != nil {
			return err
		}
	}
	return z.Close()
}

func text(s string) string {
	var b strings.Builder
	xml.EscapeText(&b, []byte(s)) // what XML cannot hold becomes U+FFFD
	return b.String()
}

func body(blocks []Block) string {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>`)
	for _, x := range blocks {
		if x.Kind == Table {
			table(&b, x)
			continue
		}
		style := ""
		switch x.Kind {
		case Heading:
			style = fmt.Sprintf("Heading%d", min(max(x.Level, 1), 3))
		case Quote:
			style = "Quote"
		}
		b.WriteString("<w:p><w:pPr>")
		if style != "" {
			b.WriteString(`<w:pStyle w:val="` + style + `"/>`)
		}
		run := ""
		if x.RTL {
			b.WriteString("<w:bidi/>")
			run += "<w:rtl/>"
		}
		if x.Lang != "" {
			run += `<w:lang w:val="` + text(x.Lang) + `" w:bidi="` + text(x.Lang) + `"/>`
		}
		b.WriteString("</w:pPr><w:r>")
		if run != "" {
			b.WriteString("<w:rPr>" + run + "</w:rPr>")
		}
		lines(&b, x.Text)
		b.WriteString("</w:r></w:p>")
	}
	b.WriteString(`<w:sectPr/></w:body></w:document>`)
	return b.String()
}

func lines(b *strings.Builder, s string) {
	for i, line := range strings.Split(s, "\n") {
		if i > 0 {
			b.WriteString("<w:br/>")
		}
		b.WriteString(`<w:t xml:space="preserve">` + text(line) + `</w:t>`)
	}
}

// table writes rows as a table that is as wide as the page; a cell in a script that is read from right to left is set so.
func table(b *strings.Builder, x Block) {
	b.WriteString(`<w:tbl><w:tblPr><w:tblW w:w="5000" w:type="pct"/><w:tblBorders>`)
	for _, side := range []string{"top", "left", "bottom", "right", "insideH", "insideV"} {
		b.WriteString(`<w:` + side + ` w:val="single" w:sz="4" w:space="0" w:color="808080"/>`)
	}
	b.WriteString(`</w:tblBorders></w:tblPr><w:tblGrid>`)
	width := 0
	for _, row := range x.Rows {
		width = max(width, len(row))
	}
	for range width {
		fmt.Fprintf(b, `<w:gridCol w:w="%d"/>`, 9000/max(1, width))
	}
	b.WriteString(`</w:tblGrid>`)
	for i, row := range x.Rows {
		b.WriteString("<w:tr>")
		if i == 0 {
			b.WriteString("<w:trPr><w:tblHeader/></w:trPr>")
		}
		for k := range width {
			cell := ""
			if k < len(row) {
				cell = row[k]
			}
			b.WriteString("<w:tc><w:p><w:pPr>")
			run := ""
			if i == 0 {
				run = "<w:b/>"
			}
			if rightToLeft(cell) {
				b.WriteString("<w:bidi/>")
				run += "<w:rtl/>"
			}
			b.WriteString("</w:pPr><w:r>")
			if run != "" {
				b.WriteString("<w:rPr>" + run + "</w:rPr>")
			}
			lines(b, cell)
			b.WriteString("</w:r></w:p></w:tc>")
		}
		b.WriteString("</w:tr>")
	}
	b.WriteString(`</w:tbl><w:p/>`)
}

// rightToLeft tells whether the first letter of a text is of a script that is read from right to left.
func rightToLeft(s string) bool {
	for _, c := range s {
		if unicode.IsLetter(c) {
			return unicode.In(c, unicode.Arabic, unicode.Hebrew, unicode.Syriac, unicode.Thaana, unicode.Nko, unicode.Adlam)
		}
	}
	return false
}
