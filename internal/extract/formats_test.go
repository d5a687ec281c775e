package extract_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"throughline/internal/extract"
	"throughline/internal/fault"
)

// cache keeps what is compiled of PDFium between tests and runs.
var cache = filepath.Join(os.TempDir(), "throughline-test-pdf")

func read(t testing.TB, name string, data []byte) extract.Text {
	t.Helper()
	got, err := extract.Read(context.Background(), name, data, extract.Standard(), extract.Options{Cache: cache})
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return got
}

func TestBodies(t *testing.T) {
	spread := "First " + words + "\n\nSecond paragraph\n"
	for _, c := range []struct {
		name string
		data []byte
		want string
	}{
		{"a.txt", []byte("\ufeffFirst " + words + "\r\n\r\n\r\nSecond paragraph\r\n"), spread},
		{"utf16.txt", utf16le("\ufeffFirst " + words + "\r\n\r\nSecond paragraph"), spread},
		{"a.md", []byte("# First " + words + "\n\n* Second\n* Third"), "# First " + words + "\n\n* Second\n* Third\n"},
		{"a.docx", docx(t, para("First "+words)+para("Second paragraph")), spread},
		{"a.odt", odt(t, `<text:h>First `+words+`</text:h><text:p>Second paragraph</text:p>`), spread},
		{"a.rtf", rtf("First " + words + "\nSecond paragraph"), spread},
		{"a.html", html(`<p>First ` + words + `</p><p>Second <b>para</b>graph<script>no()</script></p>`), spread},
		{"a.epub", epub(t, `<p>First `+words+`</p>`, `<p>Second paragraph</p>`), spread},
		{"a.eml", eml("Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\nFirst " + words + "\n\nSecond paragraph\n"), spread},
		{"a.srt", []byte("1\n00:00:01,000 --> 00:00:02,000\nFirst " + words + "\n\n2\n00:00:03,000 --> 00:00:04,000\n<i>Second</i> paragraph\n"), spread},
		{"a.vtt", []byte("WEBVTT\n\nNOTE no\n\n00:01.000 --> 00:02.000 align:start\nFirst " + words + "\n\n00:03.000 --> 00:04.000\nSecond paragraph\n"), spread},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := read(t, c.name, c.data)
			if d := cmp.Diff(c.want, got.Body); d != "" {
				t.Error(d)
			}
			format := strings.TrimPrefix(filepath.Ext(c.name), ".")
			if got.Format != format {
				t.Errorf("format %q", got.Format)
			}
			if titled := map[string]string{"docx": "The dam", "odt": "The dam", "html": "The dam", "epub": "A book", "eml": "The dam ไทย", "rtf": "The dam"}[format]; got.Title != titled {
				t.Errorf("title %q; want %q", got.Title, titled)
			}
			if spoken := map[string]string{"docx": "th-TH", "odt": "hy", "html": "hy", "epub": "en"}[format]; got.Language != spoken {
				t.Errorf("language %q; want %q", got.Language, spoken)
			}
			places(t, got)
		})
	}
}

// places checks that all places of a text lie in it, in order.
func places(t testing.TB, x extract.Text) {
	t.Helper()
	n, last := len([]rune(x.Body)), 0
	for _, s := range x.Stamps {
		if s.Start < last || s.End < s.Start || s.End > n || s.From < 0 || s.To < s.From {
			t.Fatalf("stamp %+v after %d of %d", s, last, n)
		}
		last = s.End
	}
	last = 0
	for _, p := range x.Pages {
		if p.Start < last || p.End < p.Start || p.End > n {
			t.Fatalf("page %d-%d after %d of %d", p.Start, p.End, last, n)
		}
		at := p.Start
		for _, l := range p.Lines {
			if l.Start < at || l.End < l.Start || l.End > p.End {
				t.Fatalf("line %+v after %d on a page to %d", l, at, p.End)
			}
			at = l.End
		}
		last = p.End
	}
}

func utf16le(s string) []byte {
	var b []byte
	for _, r := range s {
		for _, u := range utf16.Encode([]rune{r}) {
			b = append(b, byte(u), byte(u>>8))
		}
	}
	return b
}

func TestWord(t *testing.T) {
	for _, c := range []struct{ what, body, want string }{
		{"tab and break", `<w:p><w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t></w:r></w:p>`, "a\tb\nc\n"},
		{"tab stops are no tabs", `<w:p><w:pPr><w:tabs><w:tab w:val="left"/></w:tabs></w:pPr><w:r><w:t>a</w:t></w:r></w:p>`, "a\n"},
		{"tracked changes", `<w:p><w:r><w:t xml:space="preserve">kept </w:t></w:r><w:del><w:r><w:delText>gone</w:delText></w:r></w:del><w:ins><w:r><w:t>new</w:t></w:r></w:ins></w:p>`, "kept new\n"},
		{"deleted end of a paragraph", `<w:p><w:pPr><w:rPr><w:del w:id="1"/></w:rPr></w:pPr><w:r><w:t>a</w:t></w:r></w:p><w:p><w:r><w:t>b</w:t></w:r></w:p>`, "ab\n"},
		{"moved", `<w:p><w:moveFrom><w:r><w:t>old</w:t></w:r></w:moveFrom><w:moveTo><w:r><w:t>new</w:t></w:r></w:moveTo></w:p>`, "new\n"},
		{"soft hyphen", `<w:p><w:r><w:t>demo&#xAD;cracy</w:t><w:softHyphen/><w:t>!</w:t></w:r></w:p>`, "democracy!\n"},
		{"table", `<w:tbl><w:tr><w:tc>` + para("a") + `</w:tc><w:tc>` + para("b") + para("c") + `</w:tc></w:tr><w:tr><w:tc>` + para("d") + `</w:tc><w:tc>` + para("") + `</w:tc></w:tr></w:tbl>` + para("after"), "a\tb c\nd\n\nafter\n"},
		{"text box once", `<w:p><w:r><w:t>before</w:t></w:r><w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wps:txbx><w:txbxContent>` + para("box") + `</w:txbxContent></wps:txbx></w:drawing></mc:Choice><mc:Fallback><w:pict><w:txbxContent>` + para("box") + `</w:txbxContent></w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>`, "before\n\nbox\n"},
		{"field code", `<w:p><w:r><w:instrText>HYPERLINK x</w:instrText></w:r><w:hyperlink><w:r><w:t>link</w:t></w:r></w:hyperlink></w:p>`, "link\n"},
		{"hidden", `<w:p><w:r><w:t>a</w:t></w:r><w:r><w:rPr><w:b/><w:vanish/></w:rPr><w:t>no</w:t></w:r><w:r><w:rPr><w:vanish w:val="0"/></w:rPr><w:t>b</w:t></w:r></w:p><w:p><w:pPr><w:rPr><w:vanish/></w:rPr></w:pPr><w:r><w:t>c</w:t></w:r></w:p>`, "ab\n\nc\n"},
		{"signs", `<w:p><w:r><w:sym w:font="Wingdings" w:char="F0FC"/><w:t> a </w:t><w:sym w:font="Symbol" w:char="F0AE"/></w:r></w:p>`, "✓ a →\n"},
		{"reading beside words", `<w:p><w:r><w:ruby><w:rt><w:r><w:t>とうきょう</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>東京</w:t></w:r></w:rubyBase></w:ruby></w:r></w:p>`, "東京\n"},
	} {
		t.Run(c.what, func(t *testing.T) {
			if d := cmp.Diff(c.want, read(t, "a.docx", docx(t, c.body)).Body); d != "" {
				t.Error(d)
			}
		})
	}
	style := func(id, more string) string {
		return `<w:style w:type="character" w:styleId="` + id + `">` + more + `</w:style>`
	}
	styles := file{"word/styles.xml", xmlHead + `<w:styles ` + wordNS + `>` + style("Hid", `<w:rPr><w:vanish/></w:rPr>`) + style("Below", `<w:basedOn w:val="Hid"/>`) + style("Shown", `<w:basedOn w:val="Hid"/><w:rPr><w:vanish w:val="0"/></w:rPr>`) + style("Round", `<w:basedOn w:val="Trip"/>`) + style("Trip", `<w:basedOn w:val="Round"/>`) +
		style("Table", `<w:tblStylePr w:type="firstRow"><w:rPr><w:vanish/></w:rPr></w:tblStylePr>`) + style("HidP", `<w:pPr><w:jc w:val="left"/></w:pPr><w:rPr><w:vanish/></w:rPr>`) + `</w:styles>`}
	run := func(style, more, words string) string {
		return `<w:r><w:rPr><w:rStyle w:val="` + style + `"/>` + more + `</w:rPr><w:t>` + words + `</w:t></w:r>`
	}
	styled := docx(t, `<w:p>`+run("Shown", "", "a")+run("Hid", "", "NO")+run("Below", "", "NO")+run("Hid", `<w:vanish w:val="0"/>`, "b")+run("Round", "", "c")+run("Table", "", "d")+`<w:r><w:rPr><w:rPrChange><w:rPr><w:rStyle w:val="Hid"/></w:rPr></w:rPrChange></w:rPr><w:t>e</w:t></w:r></w:p>`+
		`<w:p><w:pPr><w:pStyle w:val="HidP"/></w:pPr><w:r><w:t>NO</w:t></w:r>`+run("Hid", "", "f")+`</w:p><w:p><w:pPr><w:jc w:val="left"/><w:pPrChange><w:pPr><w:pStyle w:val="HidP"/></w:pPr></w:pPrChange></w:pPr><w:r><w:t>g</w:t></w:r></w:p>`, styles)
	if got := read(t, "a.docx", styled); got.Body != "abcde\n\nf\n\ng\n" || !strings.Contains(strings.Join(got.Notes, " "), "Hidden text was left out") {
		t.Errorf("hidden by style: %q %q", got.Body, got.Notes)
	}
	got := read(t, "a.docx", docx(t, para("Body"), file{"word/footnotes.xml", xmlHead + `<w:footnotes ` + wordNS + `><w:footnote w:type="separator" w:id="0">` + para("----") + `</w:footnote><w:footnote w:id="1">` + para("A note") + `</w:footnote></w:footnotes>`},
		file{"word/comments.xml", xmlHead + `<w:comments ` + wordNS + `><w:comment w:id="1">` + para("secret") + `</w:comment></w:comments>`}))
	if got.Body != "Body\n\nA note\n" {
		t.Errorf("%q", got.Body)
	}
	if !strings.Contains(strings.Join(got.Notes, " "), "omment") {
		t.Errorf("the notes do not tell of the comments: %q", got.Notes)
	}
}

func TestOpenDocument(t *testing.T) {
	for _, c := range []struct{ what, body, want string }{
		{"spaces, tab, break", `<text:p>a<text:s text:c="3"/>b<text:tab/>c<text:line-break/>d</text:p>`, "a   b\tc\nd\n"},
		{"deleted text", `<text:tracked-changes><text:changed-region><text:deletion><text:p>gone</text:p></text:deletion></text:changed-region></text:tracked-changes><text:p>kept</text:p>`, "kept\n"},
		{"comment", `<text:p>a<office:annotation><text:p>secret</text:p><text:tab/></office:annotation>b</text:p>`, "ab\n"},
		{"box", `<text:p>before<draw:frame><draw:text-box><text:p>one</text:p><text:p>two</text:p></draw:text-box></draw:frame>after</text:p>`, "before\none\ntwo\nafter\n"},
		{"list", `<text:list><text:list-item><text:p>one</text:p></text:list-item><text:list-item><text:p>two</text:p></text:list-item></text:list>`, "one\n\ntwo\n"},
		{"table", `<table:table><table:table-row><table:table-cell><text:p>a</text:p></table:table-cell><table:table-cell><text:p>b</text:p></table:table-cell></table:table-row></table:table>`, "a\tb\n"},
		{"note", `<text:p>said<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>where</text:p></text:note-body></text:note> so</text:p>`, "said [where] so\n"},
		{"hidden", `<office:automatic-styles><style:style style:name="H"><style:text-properties text:display="none"/></style:style></office:automatic-styles><text:p>a<text:span text:style-name="H">no</text:span><text:span text:style-name="B">b</text:span></text:p><text:p text:style-name="H">no</text:p><text:section text:display="none"><text:p>no</text:p></text:section><text:p>c</text:p>`, "ab\n\nc\n"},
		{"what a picture is called", `<text:p>a<draw:frame><draw:image><office:binary-data>QUJD</office:binary-data></draw:image><svg:title>no</svg:title><svg:desc>no</svg:desc></draw:frame>b</text:p>`, "ab\n"},
		{"reading beside words", `<text:p><text:ruby><text:ruby-base>東京</text:ruby-base><text:ruby-text>とうきょう</text:ruby-text></text:ruby></text:p>`, "東京\n"},
		{"lines of the file", "<text:p>one\n      <text:span>two </text:span> three</text:p>", "one two three\n"},
	} {
		t.Run(c.what, func(t *testing.T) {
			if d := cmp.Diff(c.want, read(t, "a.odt", odt(t, c.body)).Body); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestRichText(t *testing.T) {
	for _, c := range []struct{ what, in, want string }{
		{"code page", `{\rtf1\ansi\ansicpg1251 \'cf\'f0\'e8\'e2\'e5\'f2}`, "Привет\n"},
		{"code page of a font", `{\rtf1\ansi\ansicpg1252{\fonttbl{\f0\fcharset0 A;}{\f1\fcharset204 B;}{\f2\fcharset222 C;}}\f0 caf\'e9 \f1 \'cf\'f0 {\f2 \'e4\'b7\'c2} \'e8}`, "café Пр ไทย и\n"},
		{"two bytes", `{\rtf1\ansi\ansicpg936 \'d6\'d0\'ce\'c4}`, "中文\n"},
		{"skip of two", `{\rtf1\ansi\uc2 a\u3652\'3f\'3fb{\uc0\u3652}c}`, "aไbไc\n"},
		{"pair", `{\rtf1\ansi\uc1 \u-10178?\u-8825?}`, "🦇\n"},
		{"lone half", `{\rtf1\ansi\uc1 a\u-10179?b}`, "a\ufffdb\n"},
		{"destinations", `{\rtf1{\*\generator X;}{\header no}{\footer no}{\pict 89504e47}{\*\unknown no}yes{\field{\*\fldinst HYPERLINK x}{\fldrslt link}}}`, "yeslink\n"},
		{"table", `{\rtf1 \trowd\intbl a\cell b\cell\row\trowd\intbl c\cell d\cell\row\pard after\par}`, "a\tb\nc\td\nafter\n"},
		{"binary", `{\rtf1 a{\*\objdata\bin4 }}}}b}c}`, "ac\n"},
		{"escapes", `{\rtf1 \{a\}\\b\~c\_d\-e\emdash f\line g}`, "{a}\\b\u00a0c\u2011de—f\ng\n"},
		{"deleted", `{\rtf1 kept {\deleted gone}{\revised new}{\v hidden}}`, "kept new\n"},
		{"signs", `{\rtf1\ansi{\fonttbl{\f0\fcharset0 Times New Roman;}{\f3\fnil\fcharset2 Symbol;}{\f4\fcharset2{\*\panose 05}Wingdings{\*\falt Arial};}}\f0{\pntext\f3\'b7\tab}one\par{\f4\'a7\tab}two\par{\f3\u-3913 ?\tab}three\par{\f4\u-3844\'fc}{\f4 o} a {\f3 a\'a3b}\f4\'d8\pard\plain b\u-3913 ?\par}`, "•\tone\n\n▪\ttwo\n\n•\tthree\n\n✓□ a α≤β➢b•\n"},
		{"footnote", `{\rtf1 said{\footnote where} so\par}`, "said so\n\nwhere\n"},
	} {
		t.Run(c.what, func(t *testing.T) {
			if d := cmp.Diff(c.want, read(t, "a.rtf", []byte(c.in)).Body); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestWebPages(t *testing.T) {
	for _, c := range []struct{ what, in, want string }{
		{"declared late", `<html><head>` + strings.Repeat("<!-- -->", 10) + `<meta http-equiv="Content-Type" content="text/html; charset=windows-874"></head><body><p>` + "\xe4\xb7\xc2" + `</p></body></html>`, "ไทย\n"},
		{"UTF-8 that nobody declared, after a long head", `<html><head><title>x</title>` + strings.Repeat("<!-- -->", 200) + `</head><body><p>ไทย</p></body></html>`, "ไทย\n"},
		{"UTF-8 declared as Latin", `<html><head><meta charset="iso-8859-1"></head><body><p>ไทย</p></body></html>`, "ไทย\n"},
		{"list and table", `<html><body><ul><li>one<li>two</ul><table><tr><td>a<td>b<tr><td>c<td>d</table></body></html>`, "one\ntwo\n\na\tb\nc\td\n"},
		{"lines that are kept", "<html><body><pre>a\n  b\n\nc</pre></body></html>", "a\n  b\n\nc\n"},
		{"hidden", `<html><body><p hidden>no</p><noscript>no</noscript><template>no</template><p>yes</p></body></html>`, "yes\n"},
		{"hidden by its style", `<html><body><p style="color:red; display : none">no</p><p style="visibility:hidden">no</p><p style="display:block">yes</p></body></html>`, "yes\n"},
		{"Latin declared as UTF-8", `<html><head><meta charset="utf-8"></head><body><p>Caf` + "\xe9 cr\xe8me" + `</p></body></html>`, "Café crème\n"},
		{"line break", `<html><body><p>a<br>b</p></body></html>`, "a\nb\n"},
	} {
		t.Run(c.what, func(t *testing.T) {
			if d := cmp.Diff(c.want, read(t, "a.html", []byte(c.in)).Body); d != "" {
				t.Error(d)
			}
		})
	}
	if got := read(t, "a.html", []byte("<html><body><p>Caf\xe9</p></body></html>")); got.Body != "Café\n" || !strings.Contains(strings.Join(got.Notes, " "), "read as Windows-1252") {
		t.Errorf("%q %q", got.Body, got.Notes)
	}
	if got := read(t, "whole.html", html(`<h1>The dam</h1><p>The commission was set up in spring, and the government answered its letters late, as everybody there remembers well.</p>`)); len(got.Notes) > 0 {
		t.Errorf("of a page without menus is told: %q", got.Notes)
	}
	article := strings.Repeat("<p>The commission was set up in spring, and the government answered its letters late, as everybody there remembers well.</p>", 12)
	got := read(t, "a.html", html(`<nav><ul>`+strings.Repeat(`<li><a href="/x">Menu entry</a></li>`, 20)+`</ul></nav><article><h1>The dam</h1>`+article+`</article><footer>Cookies</footer>`))
	if strings.Contains(got.Body, "Menu entry") || !strings.Contains(got.Body, "commission") || len(got.Notes) == 0 {
		t.Errorf("%.300q %q", got.Body, got.Notes)
	}
}

func TestMails(t *testing.T) {
	for _, c := range []struct{ what, in, want string }{
		{"quoted-printable in an old encoding", "Content-Type: text/plain; charset=windows-874\nContent-Transfer-Encoding: quoted-printable\n\n=E4=B7=C2 a=\nb\n", "ไทย ab\n"},
		{"base64", "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n4LmE4LiX4Lii\n", "ไทย\n"},
		{"alternatives", "Content-Type: multipart/alternative; boundary=x\n\n--x\nContent-Type: text/plain; charset=utf-8\n\nplain ไทย\n--x\nContent-Type: text/html\n\n<p>page</p>\n--x--\n", "plain ไทย\n"},
		{"page only", "Content-Type: text/html; charset=utf-8\n\n<p>page <b>ไทย</b></p><script>no</script>\n", "page ไทย\n"},
		{"UTF-8 said to be ASCII", "Content-Type: text/plain; charset=us-ascii\n\nไทย\n", "ไทย\n"},
		{"two parts and an attachment", "Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/plain\n\none\n--x\nContent-Type: application/pdf\nContent-Disposition: attachment; filename=secret.pdf\n\nno\n--x\nContent-Type: text/plain\n\ntwo\n--x--\n", "one\n\ntwo\n"},
		{"nested", "Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: multipart/related; boundary=y\n\n--y\nContent-Type: text/html\n\n<p>in</p>\n--y--\n--x--\n", "in\n"},
		{"a boundary without its quotes", "Content-Type: multipart/mixed; boundary=----=_Part_1=2\n\n------=_Part_1=2\nContent-Type: text/plain; charset=utf-8\n\none\n------=_Part_1=2--\n", "one\n"},
		{"a parameter given twice", "Content-Type: text/html; charset=utf-8; charset=utf-8\n\n<p>page</p><script>no</script>\n", "page\n"},
		{"flowing", "Content-Type: text/plain; charset=utf-8; format=flowed\n\nA long \nline.\nNext\n> said \n> so\nI.\n-- \nme\n", "A long line.\nNext\n> said so\nI.\n--\nme\n"},
		{"flowing without spaces", "Content-Type: text/plain; charset=utf-8; format=flowed; delsp=yes\n\n東 \n京\n", "東京\n"},
	} {
		t.Run(c.what, func(t *testing.T) {
			got := read(t, "a.eml", eml(c.in))
			if d := cmp.Diff(c.want, got.Body); d != "" {
				t.Error(d)
			}
			if got.Title != "The dam ไทย" {
				t.Errorf("title %q", got.Title)
			}
			if all := got.Body + strings.Join(got.Notes, ""); strings.Contains(all, "Person") || strings.Contains(all, "secret") {
				t.Errorf("names of people or files are told: %q", all)
			}
		})
	}
}

func TestTimes(t *testing.T) {
	for _, c := range []struct {
		name, in, body string
		want           []extract.Stamp
	}{
		{"a.srt", "1\r\n00:00:01,000 --> 00:00:02,500\r\nไทย 🦉\r\n- two\r\n\r\n2\r\n01:00:03,000 --> 01:00:04,000\r\n{\\an8}three\r\n", "ไทย 🦉\n- two\n\nthree\n", []extract.Stamp{{Start: 0, End: 11, From: 1000, To: 2500}, {Start: 13, End: 18, From: 3603000, To: 3604000}}},
		{"a.vtt", "WEBVTT - x\n\nSTYLE\n::cue{}\n\nid\n00:01.5 --> 00:02.000\n<v.loud Ana M>Yes &amp; <b>no</b> &lt;x&gt;</v>\n", "Ana M: Yes & no <x>\n", []extract.Stamp{{Start: 0, End: 19, From: 1500, To: 2000}}},
		{"a.txt", "[00:00:05] A: yes\n[00:01:02.500] B: no\n", "[00:00:05] A: yes\n[00:01:02.500] B: no\n", []extract.Stamp{{Start: 0, End: 18, From: 5000, To: 62500}, {Start: 18, End: 39, From: 62500, To: 62500}}},
		{"b.txt", "#00:00:05-3# yes #00:00:09-0#", "#00:00:05-3# yes #00:00:09-0#\n", []extract.Stamp{{Start: 0, End: 17, From: 5300, To: 9000}, {Start: 17, End: 30, From: 9000, To: 9000}}},
		{"c.txt", "At [1:30] we ate.\n", "At [1:30] we ate.\n", nil},
		{"blank.srt", "1\n00:00:01,000 --> 00:00:02,000\none\n\ntwo\n\n2\n00:00:03 --> 00:00:04\n1984\n", "one\ntwo\n\n1984\n", []extract.Stamp{{Start: 0, End: 7, From: 1000, To: 2000}, {Start: 9, End: 13, From: 3000, To: 4000}}},
		{"note.vtt", "WEBVTT\n\n00:01.000 --> 00:02.000\none\n\nNOTE no\n\n00:03.000 --> 00:04.000\ntwo\n", "one\n\ntwo\n", []extract.Stamp{{Start: 0, End: 3, From: 1000, To: 2000}, {Start: 5, End: 8, From: 3000, To: 4000}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := read(t, c.name, []byte(c.in))
			if d := cmp.Diff(c.body, got.Body); d != "" {
				t.Error(d)
			}
			if d := cmp.Diff(c.want, got.Stamps); d != "" {
				t.Error(d)
			}
			places(t, got)
		})
	}
	got := read(t, "old.srt", []byte("1\n00:00:01,000 --> 00:00:02,000\nCaf\xe9\n"))
	if got.Body != "Café\n" || !strings.Contains(strings.Join(got.Notes, " "), "read as Windows-1252") {
		t.Errorf("%q %q", got.Body, got.Notes)
	}
}

// TestWordsOfRefusals checks that a researcher is told what is wrong and what to do.
func TestWordsOfRefusals(t *testing.T) {
	ole := "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 600)
	for _, c := range []struct {
		what, name string
		data       []byte
		want       string
	}{
		{"empty", "a.docx", nil, "empty"},
		{"blank", "a.txt", []byte(" \n \n"), "no text"},
		{"old Word", "a.doc", []byte(ole), "save it as .docx"},
		{"protected Word", "a.docx", []byte(ole + "E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e\x00"), "password"},
		{"old Word that is called new", "a.docx", []byte(ole + "W\x00o\x00r\x00d\x00D\x00o\x00c\x00u\x00m\x00e\x00n\x00t\x00"), "save it as .docx"},
		{"mail of Outlook", "a.msg", []byte(ole), ".eml"},
		{"packed file of something else", "a.docx", packed(t, file{"x.txt", "x"}), "something else"},
		{"spreadsheet", "a.docx", packed(t, file{"xl/workbook.xml", "x"}), "spreadsheet"},
		{"spreadsheet of OpenDocument", "a.odt", packed(t, file{"mimetype", "application/vnd.oasis.opendocument.spreadsheet"}, file{"content.xml", "<x/>"}), "spreadsheet"},
		{"cut off", "a.docx", docx(t, para("x"))[:400], "broken"},
		{"PDF in name", "a.pdf", []byte("hello"), "called .pdf"},
		{"broken PDF", "a.pdf", []byte("%PDF-1.7\nhello"), "broken"},
		{"picture", "a.txt", []byte("\x89PNG\r\n\x1a\n123"), "picture"},
		{"protected ODT", "a.odt", odt(t, `x`, file{"META-INF/x", ""})[:0], "empty"},
		{"entities", "a.docx", packed(t, file{"word/document.xml", `<!DOCTYPE x [<!ENTITY a "b">]><w:document xmlns:w="w"><w:p><w:t>&a;</w:t></w:p></w:document>`}), "entities"},
		{"twice", "a.docx", packed(t, file{"word/document.xml", "<a/>"}, file{"word/document.xml", "<b/>"}), "twice"},
		{"way out", "a.docx", packed(t, file{"word/document.xml", "<a/>"}, file{"../../etc/passwd", "x"}), "lead out"},
		{"binary", "a.txt", []byte("abc\x00\x01\x02\x00\x00"), "no text"},
		{"no times", "a.srt", []byte("hello\n"), "no times"},
	} {
		t.Run(c.what, func(t *testing.T) {
			_, err := extract.Read(context.Background(), c.name, c.data, extract.Standard(), extract.Options{Cache: cache})
			if fault.Of(err) != fault.Invalid || !strings.Contains(strings.ToLower(fault.Message(err)), strings.ToLower(c.want)) {
				t.Errorf("%v; want %q", err, c.want)
			}
		})
	}
	small := extract.Standard()
	small.File, small.Output = 100, 10
	for _, data := range []string{strings.Repeat("x", 101), strings.Repeat("x", 50)} {
		if _, err := extract.Read(context.Background(), "a.txt", []byte(data), small, extract.Options{}); fault.Of(err) != fault.Invalid {
			t.Errorf("%d bytes: %v", len(data), err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := extract.Read(ctx, "a.docx", docx(t, para("x")), extract.Standard(), extract.Options{}); err == nil {
		t.Error("nothing stops what nobody waits for")
	}
}

func TestPortableDocument(t *testing.T) {
	page := "BT /F1 24 Tf 72 720 Td (Heading) Tj ET BT /F1 12 Tf 14 TL 72 690 Td (First line of a) Tj T* (paragraph that goes on.) Tj ET BT /F1 12 Tf 14 TL 72 640 Td (Second paragraph) Tj ET BT /F1 12 Tf 400 640 Td (far away) Tj ET"
	got := read(t, "a.pdf", pdf(page, "", "BT /F1 12 Tf 72 700 Td (Last page, caf\\351.) Tj ET"))
	if d := cmp.Diff("Heading\n\nFirst line of a\nparagraph that goes on.\n\nSecond paragraph far away\n\nLast page, café.\n", got.Body); d != "" {
		t.Error(d)
	}
	if got.Title != "The dam" || got.Language != "en-GB" || got.Scanned || len(got.Notes) > 0 {
		t.Errorf("title %q, language %q, scanned %t, %q", got.Title, got.Language, got.Scanned, got.Notes)
	}
	places(t, got)
	if len(got.Pages) != 3 || got.Pages[1].Start != got.Pages[1].End {
		t.Fatalf("pages %+v", got.Pages)
	}
	var runs []string
	runes := []rune(got.Body)
	for _, l := range got.Pages[0].Lines {
		runs = append(runs, string(runes[l.Start:l.End]))
	}
	if d := cmp.Diff([]string{"Heading", "First line of a", "paragraph that goes on.", "Second paragraph", "far away"}, runs); d != "" {
		t.Error(d)
	}
	if b := got.Pages[0].Lines[4].Box; b[0] < 395 || b[0] > 405 || b[1] < 630 || b[3] > 655 {
		t.Errorf("box %v", b)
	}
	// A picture of a page, and letters that mean nothing.
	scanned := "q 600 0 0 780 0 0 cm BI /W 1 /H 1 /BPC 8 /CS /G ID x EI Q"
	for _, p := range []string{scanned, "BT /F1 12 Tf 72 700 Td (\\001\\003\\004\\005\\006\\016\\017\\020\\021\\022\\023\\024\\025) Tj ET"} {
		if got := read(t, "a.pdf", pdf(p, page)); !got.Scanned || len(got.Notes) == 0 || !strings.HasPrefix(got.Body, "Heading") {
			t.Errorf("%.40q: %q %+v", p, got.Body, got.Notes)
		}
	}
	if got := read(t, "a.pdf", pdf("0 0 m 100 100 l S", page)); got.Scanned {
		t.Error("a drawn line is taken for a scanned page")
	}
}

// What was written into the fields of a form, or beside a text, is read after the words of the page itself.
func TestFilledForm(t *testing.T) {
	streamOf := func(s, more string) string {
		return fmt.Sprintf("<< /Length %d %s >>\nstream\n%s\nendstream", len(s), more, s)
	}
	look := func(s string) string {
		return streamOf("/Tx BMC q BT /F1 12 Tf 2 4 Td ("+s+") Tj ET Q EMC", "/Type /XObject /Subtype /Form /BBox [0 0 200 20] /Resources << /Font << /F1 3 0 R >> >>")
	}
	var objects, widgets, fields []string
	next := 7 // after those below
	object := func(s string) string {
		objects = append(objects, s)
		next++
		return fmt.Sprint(next-1, " 0 R")
	}
	widget := func(x, y, wide, high int, s string) string {
		w := object(fmt.Sprintf("<< /Type /Annot /Subtype /Widget /P 4 0 R /Rect [%d %d %d %d] %s >>", x, y, x+wide, y+high, s))
		widgets = append(widgets, w)
		return w
	}
	field := func(x, y, wide, high int, s string) {
		fields = append(fields, widget(x, y, wide, high, s))
	}
	say := "BT /F1 12 Tf 72 700 Td (Who kept the square?) Tj 0 -60 Td (The end.) Tj"
	at := func(x, y int, s string) { say += fmt.Sprintf(" 1 0 0 1 %d %d Tm (%s) Tj", x, y, s) }
	field(72, 665, 200, 20, "/FT /Tx /F 4 /T (answer) /V (The neighbours did) /AP << /N "+object(look("The neighbours did"))+" >>")
	widgets = append(widgets, object("<< /Type /Annot /Subtype /FreeText /Contents (See page 9) /F 4 /Rect [350 665 550 685] /DA (/F1 12 Tf) /AP << /N "+object(look("See page 9"))+" >> >>"),
		object("<< /Type /Annot /Subtype /Stamp /F 4 /Rect [350 725 550 745] /AP << /N "+object(look("Seen"))+" >> >>"))
	at(72, 600, "Name:")
	field(120, 596, 100, 18, "/FT /Tx /F 4 /T (name) /V (A neighbour)") // nothing draws it
	at(240, 600, "Town:")
	fields = append(fields, object("<< /FT /Tx /T (town) /V (Gyumri) /Kids ["+widget(280, 596, 100, 18, fmt.Sprintf("/F 4 /Parent %d 0 R", next+1))+"] >>"))
	at(72, 570, "Did they come?")
	field(200, 568, 14, 14, "/FT /Btn /F 4 /T (yes) /V /On /AS /On /AP << /N << /On "+object(look(""))+" >> >>")
	at(220, 570, "Yes")
	field(270, 568, 14, 14, "/FT /Btn /F 4 /T (no) /V /Off /AS /Off /AP << /N << /On "+object(look(""))+" >> >>")
	at(290, 570, "No")
	at(72, 540, "By")
	field(120, 536, 100, 18, "/FT /Ch /Ff 131072 /F 4 /T (by) /Opt [[(b) (bus)] [(f) (on foot)]] /V (f)")
	at(230, 540, "in")
	field(260, 536, 40, 18, "/FT /Tx /F 4 /T (in) /V (40)")
	at(310, 540, "minutes")
	at(72, 500, "Secret:")
	field(120, 496, 100, 18, "/FT /Tx /Ff 8192 /F 4 /T (secret) /V (swordfish)")
	field(72, 470, 100, 18, "/FT /Tx /F 2 /T (hidden) /V (unseen)")
	at(72, 440, "Why?")
	field(72, 380, 300, 56, "/FT /Tx /Ff 4096 /F 4 /T (why) /V (It rained.\\rThe ministry gave in.)")
	at(72, 350, "Region ........................")
	field(115, 346, 100, 18, "/FT /Tx /F 4 /T (region) /V (North)")
	file := func(page string) []byte {
		return pdfOf("", append([]string{"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [" + strings.Join(fields, " ") + "] /NeedAppearances true >> >>",
			"<< /Type /Pages /Kids [4 0 R] /Count 1 >>",
			"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
			"<< /Type /Page /Parent 2 0 R " + page + " /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> /Contents 5 0 R /Annots [" + strings.Join(widgets, " ") + "] >>",
			streamOf(say+" ET", ""), "null"}, objects...)...)
	}
	got := read(t, "a.pdf", file(""))
	for _, w := range []string{"Who kept the square?\n", "The neighbours did", "See page 9", "Seen", "The end.", "Name: A neighbour Town: Gyumri\n", "Did they come? ☒ Yes ☐ No\n", "By on foot in 40 minutes\n", "Secret:\n", "Why?\n", "It rained.\nThe ministry gave in.\n", "Region North ....."} {
		if !strings.Contains(got.Body, w) {
			t.Errorf("%q is not in %q", w, got.Body)
		}
	}
	order := -1
	for _, w := range []string{"Who kept the square?", "The neighbours did", "The end.", "Name:", "Why?", "It rained.", "Region"} {
		if i := strings.Index(got.Body, w); i < order {
			t.Errorf("%q comes too early in %q", w, got.Body)
		} else {
			order = i
		}
	}
	for _, w := range []string{"swordfish", "unseen", "bus"} {
		if strings.Contains(got.Body, w) {
			t.Errorf("%q is in %q", w, got.Body)
		}
	}
	places(t, got)
	// A page that lies on its side, and is turned to be read.
	words := "BT /F1 12 Tf 0 1 -1 0 100 72 Tm (Name:) Tj 0 1 -1 0 130 72 Tm (The end.) Tj ET"
	turned := read(t, "a.pdf", pdfOf("", "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [6 0 R] >> >>", "<< /Type /Pages /Kids [4 0 R] /Count 1 >>", "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
		"<< /Type /Page /Parent 2 0 R /Rotate 90 /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> /Contents 5 0 R /Annots [6 0 R] >>", streamOf(words, ""),
		"<< /Type /Annot /Subtype /Widget /P 4 0 R /FT /Tx /F 4 /T (name) /V (A neighbour) /Rect [86 120 104 220] >>"))
	if want := "Name: A neighbour\nThe end.\n"; turned.Body != want {
		t.Errorf("turned: %q, not %q", turned.Body, want)
	}
	places(t, turned)
}

// TestPrinted prints pages with a browser and compares the words of the PDF with those that were printed. Poppler's pdftotext
// is told beside it where it is there.
func TestPrinted(t *testing.T) {
	browser, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("skipped: chromium is not installed, so there is nothing to print with")
	}
	tool, _ := exec.LookPath("pdftotext")
	t.Parallel() // it waits for the browser most of the time
	for _, c := range []struct {
		script, dir, text string
		least             float64
	}{
		{"latin", "ltr", "The commission was set up in the spring of 2014 and the government answered its letters late; naïve café, fluffy office affairs.", 0.99},
		{"armenian", "ltr", "Հանձնաժողովը ստեղծվել է գարնանը, և կառավարությունը ուշ պատասխանեց նամակներին։", 0.99},
		{"russian", "ltr", "Комиссия была создана весной 2014 года, и правительство ответило поздно.", 0.99},
		{"georgian", "ltr", "კომისია შეიქმნა გაზაფხულზე და მთავრობამ გვიან უპასუხა წერილებს.", 0.99},
		{"thai", "ltr", "ภาษาไทยเป็นภาษาราชการของประเทศไทย คณะกรรมการตั้งขึ้นในฤดูใบไม้ผลิ และรัฐบาลตอบจดหมายช้า ทุกคนจำได้", 0.95},
		{"arabic", "rtl", "اللغة العربية هي أكثر اللغات السامية تحدثا. تأسست اللجنة في الربيع وأجابت الحكومة متأخرة عام 2014 كما يتذكر الجميع.", 0.95},
		{"hebrew", "rtl", "הוועדה הוקמה באביב של 2014 והממשלה ענתה באיחור, כך זוכרים כולם.", 0.95},
		{"thai am", "ltr", "ผู้นำชุมชนกล่าวว่า “เราจะไม่ยอมแพ้” น้ำท่วมครั้งใหญ่ ปี พ.ศ. ๒๕๕๔ ทำให้ผู้คน จำนวนมาก ต้องอพยพ", 0.90},
		{"hindi", "ltr", "किसानों ने दिल्ली की सीमाओं पर आंदोलन किया और सरकार से कानून वापस लेने की मांग की। क्षेत्रीय नेताओं ने कहा कि वे पीछे नहीं हटेंगे।", 0.99},
		{"arabic marks", "rtl", "للمطالبة بالعدالة، وقالت الحكومة (انظر التقرير رقم 12). قال «لا» ثم ذهب 50% و [ملاحظة] UNESCO ثم عاد.", 0.99},
		{"hebrew marks", "rtl", "הוועדה (שהוקמה ב-2014) ענתה: \"לא\". ראו [הערה] וגם UNESCO ו-50% מהאנשים, עד 14 ביולי 2011, כך.", 0.98},
		{"soft hyphens", "ltr", "The com\u00admis\u00adsion in\u00advesti\u00adgated inter\u00adnation\u00adal or\u00adgan\u00adi\u00adsa\u00adtions and ad\u00admin\u00adis\u00adtra\u00adtive re\u00adspon\u00adsi\u00adbil\u00adi\u00adties.", 0.99},
		{"astral", "ltr", "𐌰𐌱𐌲 𐍃𐍄𐌰 𝐀𝐁 words that follow", 0.95},
	} {
		t.Run(c.script, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			source := strings.Repeat("<p>"+strings.Repeat(c.text+" ", 5)+"</p>", 40)
			data, err := extract.Printed(browser, dir, "", c.dir, `<body style="font:12pt serif">`+source)
			if err != nil {
				t.Skipf("skipped: %v", err)
			}
			start := time.Now()
			got := read(t, "a.pdf", data)
			took := time.Since(start)
			places(t, got)
			want := strings.ReplaceAll(strings.Repeat(c.text+" ", 200), "\u00ad", "")
			if right := overlap(got.Body, want); right < c.least {
				t.Errorf("%.4f of the words are right; expected %.2f: %.300q", right, c.least, got.Body)
			} else {
				t.Logf("%d pages, %s; words right: %.4f", len(got.Pages), took.Round(time.Millisecond), right)
			}
			if tool != "" {
				if theirs, err := exec.Command(tool, filepath.Join(dir, "a.pdf"), "-").Output(); err == nil {
					t.Logf("pdftotext: %.4f", overlap(string(theirs), want))
				}
			}
		})
	}
}

// overlap gives F1 of the words of two texts, however often each stands there.
func overlap(a, b string) float64 {
	x, y := map[string]int{}, map[string]int{}
	marks := strings.NewReplacer("\u202a", "", "\u202b", "", "\u202c", "", "\u200e", "", "\u200f", "") // of direction, which pdftotext puts in
	for _, w := range strings.Fields(marks.Replace(a)) {
		x[w]++
	}
	for _, w := range strings.Fields(b) {
		y[w]++
	}
	both, all := 0, 0
	for w, n := range x {
		both += min(n, y[w])
		all += n
	}
	for _, n := range y {
		all += n
	}
	return 2 * float64(both) / float64(max(all, 1))
}

// TestTypeset reads what PDFium gives of text set by TeX without tables of letters: ligatures as numbers of its fonts, and
// words that are divided at the ends of lines.
func TestTypeset(t *testing.T) {
	text := func(s string) string { return "BT /F1 12 Tf 14 TL 72 700 Td " + s + " ET" }
	got := read(t, "a.pdf", pdf(text("(The o\\036ce de\\034nes an e\\033ect and re\\035ects on a\\037uence of all.) Tj")))
	if d := cmp.Diff("The office defines an effect and reflects on affluence of all.\n", got.Body); d != "" {
		t.Error(d)
	}
	got = read(t, "a.pdf", pdf(text("(The govern-) Tj T* (ment of the post-) Tj T* (Soviet years, in case C-) Tj T* (one and more of it.) Tj")))
	if d := cmp.Diff("The government of the post-Soviet years, in case C-one and more of it.\n", got.Body); d != "" {
		t.Error(d)
	}
	places(t, got)
	if n := len(got.Pages[0].Lines); n != 4 {
		t.Errorf("%d lines: %+v", n, got.Pages[0].Lines)
	}
}

// An OpenDocument text that is not packed is read like one that is, without what stands at the top of each page.
func TestFlatOpenDocument(t *testing.T) {
	got := read(t, "a.fodt", []byte(`<?xml version="1.0" encoding="UTF-8"?>
<office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" `+strings.Repeat(`xmlns:a="urn:of:no:use" `, 80)+`office:mimetype="application/vnd.oasis.opendocument.text">
<office:meta/><office:master-styles><style:header><text:p>Page</text:p></style:header></office:master-styles>
<office:body><office:text><text:h>Նոթեր</text:h><text:p>Two  lines<text:line-break/>here.</text:p></office:text></office:body></office:document>`))
	if want := "Նոթեր\n\nTwo lines\nhere.\n"; got.Body != want || got.Format != "odt" {
		t.Errorf("%s: %q, want %q", got.Format, got.Body, want)
	}
}
