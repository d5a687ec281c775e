package extract_test

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"fmt"
	"hash/crc32"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"
)

// words holds letters of several scripts, some outside the basic plane, and marks that stand on letters.
const words = "ภาษาไทยง่ายนิดเดียว, العربية: لا يوجد نص, Հայերեն խոսք, 中文讲话, 𐌰𐌱 🦉 naïve cafe\u0301"

// file is one file of a packed file.
type file struct{ name, data string }

func packed(t testing.TB, files ...file) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range files {
		method := zip.Deflate
		if f.name == "mimetype" {
			method = zip.Store
		}
		w, err := z.CreateHeader(&zip.FileHeader{Name: f.name, Method: method})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(f.data)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const (
	xmlHead = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>`
	wordNS  = `xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"`
	odfNS   = `xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" xmlns:dc="http://purl.org/dc/elements/1.1/"`
)

// docx makes a Word document of what its body holds; more files follow.
func docx(t testing.TB, body string, more ...file) []byte {
	return packed(t, append([]file{
		{"[Content_Types].xml", xmlHead + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`},
		{"_rels/.rels", xmlHead + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>`},
		{"word/document.xml", xmlHead + `<w:document ` + wordNS + `><w:body>` + body + `</w:body></w:document>`},
		{"docProps/core.xml", xmlHead + `<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>The  dam</dc:title><dc:creator>A. Person</dc:creator><dc:language>th-TH</dc:language></cp:coreProperties>`},
	}, more...)...)
}

// para makes a paragraph of Word of one run.
func para(s string) string {
	return `<w:p><w:r><w:t xml:space="preserve">` + s + `</w:t></w:r></w:p>`
}

func odt(t testing.TB, body string, more ...file) []byte {
	return packed(t, append([]file{
		{"mimetype", "application/vnd.oasis.opendocument.text"},
		{"META-INF/manifest.xml", xmlHead + `<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>`},
		{"content.xml", xmlHead + `<office:document-content ` + odfNS + `><office:body><office:text>` + body + `</office:text></office:body></office:document-content>`},
		{"meta.xml", xmlHead + `<office:document-meta ` + odfNS + `><office:meta><dc:title>The dam</dc:title><dc:language>hy</dc:language></office:meta></office:document-meta>`},
	}, more...)...)
}

// epub makes a book of chapters in XHTML, listed in the order in which they are given, and packed the other way round.
func epub(t testing.TB, chapters ...string) []byte {
	var items, spine strings.Builder
	files := []file{{"mimetype", "application/epub+zip"}, {"META-INF/container.xml", xmlHead + `<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>`}}
	for i := range chapters {
		fmt.Fprintf(&items, `<item id="c%d" href="text/chapter%%20%d.xhtml" media-type="application/xhtml+xml"/>`, i, i)
		fmt.Fprintf(&spine, `<itemref idref="c%d"/>`, i)
	}
	for i := len(chapters) - 1; i >= 0; i-- {
		files = append(files, file{fmt.Sprintf("OEBPS/text/chapter %d.xhtml", i), xmlHead + `<html xmlns="http://www.w3.org/1999/xhtml"><head><title/><script src="x.js"/><style>p{}</style></head><body>` + chapters[i] + `</body></html>`})
	}
	files = append(files, file{"OEBPS/book.opf", xmlHead + `<package xmlns="http://www.idpf.org/2007/opf" version="3.0"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>A book</dc:title><dc:language>en</dc:language></metadata><manifest>` + items.String() + `</manifest><spine>` + spine.String() + `</spine></package>`})
	return packed(t, files...)
}

// rtf makes Rich Text of a text, every character beyond ASCII as \u with a question mark for old readers.
func rtf(s string) []byte {
	var b strings.Builder
	b.WriteString(`{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0 Times;}}{\info{\title The dam}{\author A. Person}}\uc1\pard `)
	for _, r := range s {
		switch {
		case r == '\n':
			b.WriteString("\\par\n")
		case strings.ContainsRune(`\{}`, r):
			b.WriteString(`\` + string(r))
		case r < 0x80:
			b.WriteRune(r)
		default:
			for _, u := range utf16.Encode([]rune{r}) {
				b.WriteString(`\u` + strconv.Itoa(int(int16(u))) + `?`)
			}
		}
	}
	b.WriteString("}")
	return []byte(b.String())
}

func html(body string) []byte {
	return []byte(`<!DOCTYPE html><html lang="hy"><head><meta charset="utf-8"><title>The dam</title><style>p{color:red}</style><script>alert("no")</script></head><body>` + body + `</body></html>`)
}

func eml(body string) []byte {
	return []byte(strings.ReplaceAll("From: A. Person <a@example.org>\nTo: b@example.org\nSubject: =?utf-8?B?"+base64.StdEncoding.EncodeToString([]byte("The dam ไทย"))+"?=\nDate: Mon, 2 Nov 2026 10:00:00 +0000\nMIME-Version: 1.0\n"+body, "\n", "\r\n"))
}

// pdf makes a PDF of pages, each a stream of drawing operators, with Helvetica as F1. It has a table of cross-references.
func pdf(pages ...string) []byte {
	objects := []string{"<< /Type /Catalog /Pages 2 0 R /Lang (en-GB) >>", "", "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"}
	var kids strings.Builder
	for _, p := range pages {
		n := len(objects) + 1
		fmt.Fprintf(&kids, "%d 0 R ", n)
		objects = append(objects,
			fmt.Sprintf("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> /Contents %d 0 R >>", n+1),
			fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(p), p))
	}
	objects[1] = fmt.Sprintf("<< /Type /Pages /Kids [%s] /Count %d >>", kids.String(), len(pages))
	objects = append(objects, "<< /Title (The dam) /Author (A. Person) >>")
	return pdfOf(fmt.Sprintf("/Info %d 0 R", len(objects)), objects...)
}

// pdfOf makes a PDF of its objects, the first of which is the catalogue.
func pdfOf(trailer string, objects ...string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
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

// lying makes a packed file whose directory tells other sizes than are true.
func lying(name string, compressed []byte, says uint64) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.CreateRaw(&zip.FileHeader{Name: name, Method: zip.Deflate, CRC32: crc32.ChecksumIEEE(nil), CompressedSize64: uint64(len(compressed)), UncompressedSize64: says})
	if err != nil {
		panic(err)
	}
	w.Write(compressed)
	z.Close()
	return b.Bytes()
}
