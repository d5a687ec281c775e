package refiqda

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"
)

// TestAwkwardPackages reads one coded text as programs pack it: counted in every way that is known of one, with byte order marks,
// line ends and encodings of several kinds, names of entries in any case, GUIDs in braces, and files that belong to no project.
func TestAwkwardPackages(t *testing.T) {
	g := func(s string) string { return NewGUID("awkward", s) }
	words := []string{"protest", "ประชาชน", "strike", "the assembly", "vote", "Ե՞րբ", "resigned", "square", "🟦🟦 flags"}
	var text string
	for i := range 27 {
		text += fmt.Sprintf("Line %d %s and more 🟦 words follow.\n", i, words[i%len(words)])
	}
	type place struct{ from, to int }
	var want []place
	runes := []rune(text)
	for i := range 27 {
		line := fmt.Sprintf("Line %d ", i)
		from := len([]rune(text[:strings.Index(text, line)+len(line)]))
		want = append(want, place{from, from + len([]rune(words[i%len(words)]))})
	}
	utf16of := func(s string) int { return len(utf16.Encode([]rune(s))) }
	lines := func(s string) int { return strings.Count(s, "\n") }
	points := func(s string) int { return len([]rune(s)) }
	crlf := strings.ReplaceAll(text, "\n", "\r\n")
	wide := func(s string) string {
		var b bytes.Buffer
		for _, u := range utf16.Encode([]rune("\ufeff" + s)) {
			b.Write([]byte{byte(u), byte(u >> 8)})
		}
		return b.String()
	}
	for _, c := range []struct {
		name, qde, folder, origin, body string
		count                           func(before string) int
		quoted                          bool // selections are called what stands there
		by                              string
	}{
		{"as the standard says", "project.qde", "sources", "Other", text, points, true, "quotes"},
		{"as NVivo for Windows, without names", "project.qde", "Sources", "NVivo 12", "\ufeff" + crlf, func(s string) int { return utf16of(s) + lines(s) }, false, "word edges"},
		{"as ATLAS.ti for Mac", "Trial.qde", "sources", "ATLAS.ti 26", crlf, points, true, "quotes"},
		{"a byte order mark that counts", "Project.QDE", "SOURCES", "Other", "\ufeff" + text, func(s string) int { return 1 + points(s) }, true, "quotes"},
		{"a byte order mark that does not", "project.qde", "sources", "QualCoder 4.0", "\ufeff" + text, points, true, "quotes"},
		{"a file in UTF-16", "project.qde", "sources", "Other", wide(crlf), func(s string) int { return points(s) + lines(s) }, true, "quotes"},
		{"bytes", "project.qde", "sources", "Other", text, func(s string) int { return len(s) }, true, "quotes"},
	} {
		var s strings.Builder
		for i, w := range want {
			name := ""
			if c.quoted {
				name = string(runes[w.from:w.to])
			}
			fmt.Fprintf(&s, `<PlainTextSelection guid="{%s}" name="%s" startPosition="%d" endPosition="%d"/>`, strings.ToUpper(g(fmt.Sprint(i))), name, c.count(string(runes[:w.from])), c.count(string(runes[:w.to])))
		}
		guid := strings.ToUpper(g("text"))
		b := packed(t, map[string]string{c.qde: `<?xml version="1.0"?><Project xmlns="urn:QDA-XML:project:0:4" name="P" origin="` + c.origin + `" basePath=""><Sources><TextSource guid="{` + guid + `}" name="" plainTextPath="internal://` + guid + `.TXT">` + s.String() + `</TextSource></Sources></Project>`,
			c.folder + "/" + strings.ToLower(guid) + ".txt": c.body, c.folder + "/.root": "", "__MACOSX/._project": "junk"})
		p, err := Open(bytes.NewReader(b), int64(len(b)), ReadOptions{})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		got := p.Project.Sources[0]
		if got.Text != text || got.Convention.By != c.by {
			t.Errorf("%s: decided by %s: %s", c.name, got.Convention.By, got.Convention)
		}
		for i, x := range got.Selections {
			if x.Start != want[i].from || x.End != want[i].to {
				t.Errorf("%s: %d to %d (%q); expected %v", c.name, x.Start, x.End, x.Quote, want[i])
				break
			}
		}
	}
}

// TestEvenly: words have one space between them, whatever was there, and are told apart as strings.Fields does it.
func TestEvenly(t *testing.T) {
	for _, s := range []string{"", " ", "a", "a b", " a b", "a b ", "a b  ", "a  b", "a\tb", "a\n", "\u00a0a", "a\u2003b", "a\u0085", "ก ข", "ก\u3000ข", "a \xff b", "\xff\xa0", " \n "} {
		if want := strings.Join(strings.Fields(s), " "); evenly(s) != want {
			t.Errorf("%q became %q, not %q", s, evenly(s), want)
		}
	}
}

// TestWordsOfRegions reads the words that regions of pages bring with them, and gives what is coded in these to the region.
func TestWordsOfRegions(t *testing.T) {
	g := func(s string) string { return NewGUID("region", s) }
	coding := func(n string) string {
		return fmt.Sprintf(`<Coding guid="%s"><CodeRef targetGUID="%s"/></Coding>`, g(n), g("code"))
	}
	region := func(n, words string) string {
		return fmt.Sprintf(`<PDFSelection guid="%s" page="0" firstX="1" firstY="9" secondX="8" secondY="2">%s%s</PDFSelection>`, g(n), words, coding(n+"c"))
	}
	body := `<Project name="P"><CodeBook><Codes><Code guid="` + g("code") + `" name="C" isCodable="true"/></Codes></CodeBook><Sources><PDFSource guid="` + g("pdf") + `" name="p.pdf" path="internal://p.pdf">` +
		region("inline", `<Representation guid="`+g("r1")+`"><PlainTextContent>Three &amp; four</PlainTextContent><PlainTextSelection guid="`+g("in")+`" startPosition="0" endPosition="5"><Description>why</Description>`+coding("nested")+`</PlainTextSelection></Representation>`) +
		region("file", `<Representation guid="`+g("r2")+`" plainTextPath="internal://r2.txt"/>`) + region("none", "") +
		`<Representation guid="` + g("rep") + `"><PlainTextContent>All of it.</PlainTextContent></Representation></PDFSource></Sources></Project>`
	b := packed(t, map[string]string{"project.qde": body, "sources/p.pdf": "x", "sources/r2.txt": "\ufeffFive\r\nsix"})
	p, err := Open(bytes.NewReader(b), int64(len(b)), ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	s := p.Project.Sources[0]
	if len(s.Selections) != 3 || s.Text != "All of it." || len(p.Losses) != 1 || p.Losses[0].GUID != g("in") {
		t.Fatalf("%+v, %+v", s, p.Losses)
	}
	for i, want := range []struct {
		says    string
		codings int
	}{{"Three & four", 2}, {"Five\nsix", 1}, {"", 1}} {
		if x := s.Selections[i]; x.Says != want.says || len(x.Codings) != want.codings {
			t.Errorf("%q with %d codings; expected %q with %d", x.Says, len(x.Codings), want.says, want.codings)
		}
	}
	if s.Selections[0].Description != "why" {
		t.Errorf("the description is %q", s.Selections[0].Description)
	}
	// They tell how regions are counted, as names do.
	sheets := []Sheet{{Width: 100, Height: 100, Lines: []Line{{Box: [4]float64{1, 2, 8, 9}, Text: "three & four"}}}, {Width: 100, Height: 100}}
	if way := PagesOf("", []Selection{{Kind: RegionSelection, Says: "Three & four", Page: 1, Box: [4]int{1, 2, 8, 9}}}, nil, sheets); way != (PageWay{First: 1, By: "the words there"}) {
		t.Errorf("%+v", way)
	}
}

// TestOddlyPacked reads one coded word however the package is put together: XML in UTF-16 as any XML may be, packed again with
// its folder, a path that says that the text lies outside though it was packed, and a Mac's files beside them.
func TestOddlyPacked(t *testing.T) {
	project := func(declaration, at string) string {
		return declaration + `<Project xmlns="urn:QDA-XML:project:1.0" name="P"><Sources><TextSource guid="` + NewGUID("odd", "t") + `" name="T" plainTextPath="` + at + `"><PlainTextSelection guid="` + NewGUID("odd", "s") + `" name="second" startPosition="4" endPosition="10"/></TextSource></Sources></Project>`
	}
	wide := func(s string, big bool) string {
		var b bytes.Buffer
		for _, u := range utf16.Encode([]rune(s)) {
			if big {
				u = u<<8 | u>>8
			}
			b.Write([]byte{byte(u), byte(u >> 8)})
		}
		return b.String()
	}
	const declared, text = `<?xml version="1.0" encoding="UTF-16"?>`, "The second line.\n"
	for name, files := range map[string]map[string]string{
		"UTF-16":                {"project.qde": wide("\ufeff"+project(declared, "internal://a.txt"), false), "sources/a.txt": text},
		"UTF-16, the other way": {"project.qde": wide("\ufeff"+project(declared, "internal://a.txt"), true), "sources/a.txt": text},
		"UTF-16 without a mark": {"project.qde": wide(project("", "internal://a.txt"), true), "sources/a.txt": text},
		"with its folder":       {"Study/project.qde": project("", "internal://a.txt"), "Study/sources/a.txt": text, "__MACOSX/Study/._project.qde": "junk"},
		"said to be outside":    {"project.qde": project("", "relative:///../a.txt"), "sources/a.txt": text},
		"of a disk":             {"project.qde": project("", `absolute://C:\Users\x\a.txt`), "Sources/A.txt": text},
		"a project in a folder": {"project.qde": project("", "internal://a.txt"), "sources/a.txt": text, "sources/old.qde": "<junk/>"},
	} {
		b := packed(t, files)
		p, err := Open(bytes.NewReader(b), int64(len(b)), ReadOptions{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		s := p.Project.Sources[0]
		if len(p.Losses) > 0 || s.Text != text || len(s.Selections) != 1 || s.Selections[0].Start != 4 || s.Selections[0].End != 10 {
			t.Errorf("%s: %+v, %v", name, s, p.Losses)
		}
	}
	for name, files := range map[string]map[string]string{
		"two folders deep": {"a/b/project.qde": project("", "internal://a.txt")},
		"two folders":      {"a/project.qde": project("", ""), "b/project.qde": project("", "")},
	} {
		b := packed(t, files)
		if _, err := Open(bytes.NewReader(b), int64(len(b)), ReadOptions{}); !errors.Is(err, ErrFormat) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
