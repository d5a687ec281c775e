package extract

import (
	"archive/zip"
	"bytes"
	"context"
	"testing"
	"unicode/utf8"

	"throughline/internal/fault"
)

// fuzz reads what make makes of changed seeds: a text whose places lie in it, or a refusal in words.
func fuzz(f *testing.F, ext string, pack func([]byte) []byte, seeds ...string) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	l := Standard()
	l.Output, l.Entry = 1<<20, 1<<20
	f.Fuzz(func(t *testing.T, d []byte) {
		if pack != nil {
			d = pack(d)
		}
		if format, err := Detect("a."+ext, d); err != nil || format == "pdf" {
			return // the engine of PDFs is not ours, and too slow for this
		}
		x, err := Read(context.Background(), "a."+ext, d, l, Options{})
		if err != nil {
			if fault.Of(err) != fault.Invalid {
				t.Error(err)
			}
			return
		}
		if !utf8.ValidString(x.Body) || !utf8.ValidString(x.Title) || !utf8.ValidString(x.Language) {
			t.Error("no UTF-8")
		}
		last, long := 0, utf8.RuneCountInString(x.Body)
		for _, st := range x.Stamps {
			if st.Start < last || st.End < st.Start || st.End > long || st.To < st.From {
				t.Errorf("%+v after %d of %d", st, last, long)
			}
			last = st.End
		}
	})
}

// stored packs files as they are, so that what is fuzzed is the reader and not the unpacking.
func stored(files ...string) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i+1 < len(files); i += 2 {
		w, err := z.CreateHeader(&zip.FileHeader{Name: files[i], Method: zip.Store})
		if err != nil {
			panic(err)
		}
		w.Write([]byte(files[i+1]))
	}
	z.Close()
	return b.Bytes()
}

func FuzzDocx(f *testing.F) {
	fuzz(f, "docx", func(d []byte) []byte { return stored("word/document.xml", string(d), "word/footnotes.xml", string(d)) },
		wordXML(paragraphs("one", "two")), wordXML(`<w:tbl><w:tr><w:tc>`+paragraphs("a", "b")+`</w:tc><w:tc><w:tbl><w:tr><w:tc>`+paragraphs("c")+`</w:tc></w:tr></w:tbl></w:tc></w:tr></w:tbl><w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr><w:ins><w:r><w:t>x</w:t><w:tab/><w:br/></w:r></w:ins></w:p>`))
}

func FuzzOdt(f *testing.F) {
	fuzz(f, "odt", func(d []byte) []byte { return stored("content.xml", string(d)) },
		`<d><text:p>a<text:s text:c="3"/>b<text:tab/>c<text:note><text:note-body><text:p>n</text:p></text:note-body></text:note></text:p></d>`,
		`<d><table:table><table:table-row><table:table-cell><text:p>a</text:p></table:table-cell></table:table-row></table:table><text:p><draw:text-box><text:p>b</text:p></draw:text-box></text:p></d>`)
}

func FuzzEpub(f *testing.F) {
	fuzz(f, "epub", func(d []byte) []byte {
		return stored("META-INF/container.xml", `<container><rootfiles><rootfile full-path="a/b.opf"/></rootfiles></container>`, "a/b.opf", string(d), "a/c.xhtml", string(d))
	}, `<package><metadata><dc:title>B</dc:title></metadata><manifest><item id="c" href="c.xhtml"/></manifest><spine><itemref idref="c"/></spine><p>words<script/></p></package>`)
}

func FuzzRtf(f *testing.F) {
	fuzz(f, "rtf", nil, rtf, `{\rtf1\ansi\ansicpg932{\fonttbl{\f0\fcharset128 A;}}\f0 \'83A\u-10178?\u-8825?{\footnote n}{\*\shpinst{\shptxt b}}\bin2 }}\v h\v0\cell\row}`)
}

func FuzzHtml(f *testing.F) {
	fuzz(f, "html", nil, page, `<html><table><tr><td>a<td><pre> b </pre></table><svg><p>c<select><option>d<textarea><template><p>e`)
}

func FuzzMail(f *testing.F) {
	fuzz(f, "eml", nil, letter, "Content-Type: text/html; charset=iso-2022-jp\r\nContent-Transfer-Encoding: base64\r\n\r\nGyRCIzAbKEI=\r\n")
}

func FuzzSubtitles(f *testing.F) {
	fuzz(f, "srt", nil, srt, vtt, "1:02:03,4 --> 999:59:59,999\n<v A>b\n\n00:01.0 --> 00:00.0\nc")
}

func FuzzText(f *testing.F) {
	fuzz(f, "txt", nil, "[00:01] a [00:02] b", "#00:00:05-3# a #00:00:09-0#", "\xff\xfea\x00", "caf\xe9", "\xe0\xb8\xa0\xe0\xb8")
}
