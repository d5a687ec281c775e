package biblio

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"throughline/exchange/tabular"
)

// news is a record with what matters to a study of news: outlet, place, dates, the kept copy, a translation beside it.
var news = Record{
	ID: "evn-2015", Type: "article-newspaper", Title: "Հազարավոր մարդիկ ընդդեմ սակագնի", TitleTranslated: "Thousands against the tariff",
	Authors: []Name{{Family: "Petrosyan", Given: "Anna"}, {Literal: "Ministry of Energy, Press Office"}}, Editors: []Name{{Family: "Berg", Given: "Jan", Particle: "van der", Suffix: "Jr."}},
	Contributors: []Contributor{{"translator", Name{Family: "Doe", Given: "J. K."}}, {"interviewer", Name{Literal: "Radio Van"}}},
	Container:    "The Evening Paper", ContainerShort: "Even. Pap.", Collection: "Protest files", Publisher: "Evening House", Place: "Yerevan",
	Volume: "3", Issue: "12", Edition: "2", Pages: "1-4", DOI: "10.1000/a_b%c", ISSN: "1234-567X", ISBN: "978-3-16-148410-0", PMID: "123", PMCID: "PMC9", Number: "N 7",
	URL: "https://news.example/a?b=1&c={d}", Language: "hy", Abstract: "First line.\n=Second; line\\ with {braces}, 50 % & $5.", AbstractTranslated: "In English.",
	Issued: Date{Year: 2015, Month: 6, Day: 23}, Event: Date{Year: 2015, Month: 6, EndYear: 2015, EndMonth: 7}, Accessed: Date{Year: 2026, Month: 1, Day: 2},
	Archived: "https://web.archive.example/x", ArchivedHash: "sha256:00ff", ArchivedOn: Date{Year: 2016}, Credibility: "Known outlet;\nno byline",
	Keywords: []string{"tariff, electricity", "protest"}, Notes: []string{"a note", "=1+1", "TY - NEWS", "@article{x, title = {y}}"},
	Labels: []Field{{"RAYYAN-INCLUSION", `{"Ann"=>"Included"}`}, {"ASReview", "relevant"}, {"included", "1"}},
	Other:  []Field{{"C1", "custom"}, {"X_odd: name", "value"}, {"jabref-groups", "a_b"}, {"C1", "again"}, {"number-of-pages", "4"}, {"UR", "https://other.example"}},
}

func TestEveryFieldComesBack(t *testing.T) {
	plain := Record{ID: "2", Type: "article-journal", Title: "'=x' -- ``y'' <i>z</i> <b>open", Issued: Date{Year: 1999, Season: 2, Circa: true}, Authors: []Name{{Literal: "Plato"}, {Literal: "others"}}}
	strange := Record{ID: "3", Type: "interview", TypeAs: "Oral History", Title: "@comment #1 \\alpha ~ ^ _ { } 100% A--B", Issued: Date{Year: 2014, Literal: "around Easter 2014"}, Contributors: []Contributor{{"guest", Name{Family: "O", Given: "A"}}}}
	for _, format := range written {
		t.Run(string(format), func(t *testing.T) {
			in := []Record{news, plain, strange}
			var b bytes.Buffer
			if err := Write(&b, format, in); err != nil {
				t.Fatal(err)
			}
			f, err := Read(b.Bytes())
			if err != nil {
				t.Fatal(err)
			}
			if f.Format != format {
				t.Fatalf("read as %s\n%s", f.Format, b.String())
			}
			if d := cmp.Diff(held(format, in), held(format, f.Records)); d != "" {
				text := b.String()
				if format == XLSX {
					text = ""
				}
				t.Errorf("(-written +read)\n%s\n%s", d, text)
			}
		})
	}
}

const small = `TY  - JOUR
AU  - Müller, Jörg
TI  - Größe
PY  - 2001
ER  - 
`

func TestEncodingsAndLineEnds(t *testing.T) {
	utf16le := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune(small)) {
		utf16le = append(utf16le, byte(u), byte(u>>8))
	}
	var windows []byte
	for _, r := range small {
		windows = append(windows, byte(r))
	}
	for name, c := range map[string]struct {
		in   []byte
		ends string
	}{
		"UTF-8":                 {[]byte(small), "LF"},
		"UTF-8 with BOM":        {[]byte("\ufeff" + strings.ReplaceAll(small, "\n", "\r\n")), "CRLF"},
		"UTF-16 LE":             {utf16le, "LF"},
		"UTF-16 LE without BOM": {utf16le[2:], "LF"},
		"Windows-1252":          {bytes.ReplaceAll(windows, []byte("\n"), []byte("\r")), "CR"},
	} {
		f, err := Read(c.in)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if name == "Windows-1252" {
			f.Notes = nil // it says that this is a guess
		}
		if f.Encoding != name || f.LineEnds != c.ends || len(f.Records) != 1 || f.Records[0].Title != "Größe" || f.Records[0].Authors[0].Family != "Müller" || len(f.Notes) > 0 {
			t.Errorf("%s: got %+v", name, f)
		}
	}
}

// A cut in the middle of a letter does not turn the whole file into another encoding.
func TestDamagedUTF8(t *testing.T) {
	in := strings.Repeat(strings.ReplaceAll(small, "Größe", "Größe ößöäüßöäüß"), 3)
	f, err := Read([]byte(in[:strings.LastIndex(in, "ß")+1]))
	if err != nil || f.Encoding != tabular.DamagedUTF8 || len(f.Records) != 3 || f.Records[0].Authors[0].Family != "Müller" || len(f.Notes) != 2 {
		t.Errorf("got %+v, %v", f, err)
	}
}

// What the caller gave stays as it is.
func TestWriteChangesNothing(t *testing.T) {
	in := []Record{{Title: "a\nb", Authors: []Name{{}, {Literal: "x"}}, Keywords: []string{"k; l"}}}
	if err := Write(io.Discard, CSV, in); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]Record{{Title: "a\nb", Authors: []Name{{}, {Literal: "x"}}, Keywords: []string{"k; l"}}}, in); d != "" {
		t.Error(d)
	}
}

// Files that are broken, mixed or of another sort: seen is always kept and refused together, and the reason is told.
func TestBadFiles(t *testing.T) {
	deep := strings.Repeat("{", 100_000)
	for _, c := range []struct {
		name, in      string
		kept, refused int
		says          string // in an error, a refusal or a remark
	}{
		{"empty", " \n ", 0, 0, "the file is empty"},
		{"PDF", "%PDF-1.7", 0, 0, "is a PDF"},
		{"zip", "PK\x03\x04rest", 0, 0, "damaged workbook"},
		{"prose", "Dear all,\n\nnothing here.\n", 0, 0, "no format that is known"},
		{"web page", "<!DOCTYPE html><html><head></head></html>", 0, 0, "web page"},
		{"unknown XML", "<a><b/></a>", 0, 0, `root is "a"`},
		{"RefWorks", "RT Journal Article\nT1 x\n", 0, 0, "RefWorks"},
		{"MARC", "01841cam a2200385Ma 450001000700000\x1e005\x1d", 0, 0, "MARC"},
		{"cut RIS", "TY  - JOUR\nTI  - One\nER  - \nTY  - JOUR\nTI  - Tw", 2, 0, "may have been cut short"},
		{"RIS with BibTeX", "TY  - JOUR\nTI  - One\nER  - \n@article{a, title={Two}}\n", 1, 1, "another format (BibTeX)"},
		{"BibTeX with RIS", "@article{a, title={Two}}\nTY  - JOUR\nTI  - One\nER  - \n", 1, 1, "another format (RIS)"},
		{"RIS with nbib", "TY  - JOUR\nTI  - One\nER  - \n\nPMID- 12\nTI  - Two\n", 2, 1, "another format (PubMed (nbib))"},
		{"empty RIS record", "TY  - JOUR\nER  - \n", 0, 1, "says nothing"},
		{"cut BibTeX", "@article{a, title={One}}\n@article{b, title={Two", 1, 1, "is not closed"},
		{"broken BibTeX entry", "@article{a, title={One}, year=}\n@article{b, title={Two\n}\n@article{c, title={Three}}", 2, 1, "not written as name = value on line 4"},
		{"no braces", "@article{a, title Two}\n@article{c, title={Three}}", 1, 1, "says nothing"},
		{"deep braces", "@article{a, title=" + deep + "}\n@article{c, title={Three}}", 1, 1, "not closed"},
		{"cut JSON", `[{"type":"book","title":"One"},{"type":"bo`, 1, 1, "breaks off"},
		{"JSON of numbers", `[{"type":"book","title":"One"}, 3]`, 1, 1, "no item"},
		{"other JSON", `{"a": 1}`, 0, 0, "not CSL-JSON"},
		{"cut XML", `<xml><records><record><ref-type name="Book">6</ref-type><titles><title>One</title></titles></record><record><titles><tit`, 1, 1, "breaks off"},
		{"open quote", "title,year\n\"One,2001\nTwo,2002\n", 1, 1, "never closed"},
		{"too many cells", "title,year\nOne,2001,x\nTwo,2002\n", 1, 1, "3 cells"},
		{"no header", "1,2,3\n4,5,6\n", 0, 0, "no format that is known"},
		{"cut WoS", "FN Clarivate Analytics Web of Science\nVR 1.0\nPT J\nTI One", 1, 0, "may have been cut short"},
		{"too long a field", "TY  - JOUR\nTI  - " + strings.Repeat("x", MaxField+1) + "\nER  - \n", 0, 1, "bytes long"},
		{"too many names", "TY  - JOUR\nTI  - x\n" + strings.Repeat("AU  - A, B\n", MaxNames+1) + "ER  - \n", 0, 1, "names"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, err := Read([]byte(c.in))
			if err != nil {
				if e := (*Error)(nil); !errors.As(err, &e) {
					t.Errorf("%v is not meant for the user", err)
				}
			}
			if len(f.Records) != c.kept || len(f.Refused) != c.refused || f.Seen != c.kept+c.refused {
				t.Errorf("kept %d, refused %v, saw %d", len(f.Records), f.Refused, f.Seen)
			}
			if said := fmt.Sprint(err, f.Refused, f.Notes); !strings.Contains(said, c.says) {
				t.Errorf("says %s, expected %q", said, c.says)
			}
		})
	}
}

func TestPitfalls(t *testing.T) {
	for _, c := range []struct {
		name, in string
		want     Record
	}{
		{"RIS that EndNote wraps", "TY  - JOUR\nKW  - one\ntwo\nN1  - first\nsecond\nSN  - 1932-8494\n1932-8486\nSP  - 1-12\nPY  - 2020/05/12/\nJF  - Full Name\nJO  - F. N.\nUR  - http://a.example; http://b.example\nXX  - odd\nER  -",
			Record{Type: "article-journal", Keywords: []string{"one", "two"}, Notes: []string{"first\nsecond"}, ISSN: "1932-8494", Pages: "1-12", Issued: Date{Year: 2020, Month: 5, Day: 12},
				Container: "Full Name", ContainerShort: "F. N.", URL: "http://a.example", Other: []Field{{"UR", "http://b.example"}, {"XX", "odd"}, {"SN", "1932-8486"}}}},
		{"RIS with one blank and a tab", " TY - NEWS\nT1\t- A\nAU - Berg, Jan van der\nPY - faulty\nER -", Record{Type: "article-newspaper", Title: "A", Authors: []Name{{Family: "Berg", Given: "Jan van der"}}, Issued: Date{Literal: "faulty"}}},
		{"nbib", "PMID- 7\nTI  - [A title\n      that goes on].\nTT  - Ein Titel\nFAU - Doe, Jane A\nAU  - Doe JA\nCN  - The Group\nLID - 10.1/x [doi]\nLID - S1 [pii]\nDP  - 2020 Jan-Feb\nPT  - Journal Article\nPT  - Review\n",
			Record{ID: "7", PMID: "7", Type: "article-journal", Title: "Ein Titel", TitleTranslated: "[A title that goes on].", Authors: []Name{{Family: "Doe", Given: "Jane A"}, {Literal: "The Group"}}, DOI: "10.1/x",
				Issued: Date{Year: 2020, Literal: "2020 Jan-Feb"}, Other: []Field{{"LID", "S1 [pii]"}, {"PT", "Review"}}}},
		{"WoS", "FN Clarivate Analytics Web of Science\nVR 1.0\nPT J\nAU Doe, J\n   Roe, K\nAF Doe, Jane\n   Roe, Kim\nTI A long\n   title\nDE a; b\nPD MAY 12\nPY 2011\nER\n\nEF",
			Record{Type: "article-journal", Title: "A long title", Authors: []Name{{Family: "Doe", Given: "Jane"}, {Family: "Roe", Given: "Kim"}}, Keywords: []string{"a", "b"}, Issued: Date{Year: 2011, Month: 5, Day: 12}}},
		{"Refer", "%0 Newspaper Article\n%A Doe, Jane\n%T A\n%B Paper\n%8 June 23\n%D 2015\n%~ Base\n", Record{Type: "article-newspaper", Title: "A", Authors: []Name{{Family: "Doe", Given: "Jane"}}, Container: "Paper",
			Issued: Date{Year: 2015, Month: 6, Day: 23}, Other: []Field{{"%~", "Base"}}}},
		{"EndNote XML", `<?xml version="1.0"?><xml><records><record><ref-type name="Journal Article">17</ref-type><contributors><authors><author><style face="normal">Doe, Jane</style></author></authors></contributors><titles><title><style>A </style><style face="italic">b</style></title></titles><isbn><style>1932-8494&#xD;1932-8486</style></isbn><label>12</label><custom1>c</custom1></record></records></xml>`,
			Record{Type: "article-journal", Title: "A b", Authors: []Name{{Family: "Doe", Given: "Jane"}}, ISSN: "1932-8494", Labels: []Field{{"label", "12"}}, Other: []Field{{"isbn", "1932-8486"}, {"custom1", "c"}}}},
		{"BibTeX", "@string{jq = \"Journal of \" # \"Squares\"}\n@comment{jabref-meta: x;}\n@Article(k1,\n author = {Ludwig van Beethoven and {World Bank} and others and Smith, Jr., John},\n title = \"On {\\\"O}l, {{CO}}$_2$ and \\emph{more}\",\n journal = jq, month = may # \"~12\", year = 2011, url = {http://a.example/%7Eb_c}, pages = {1--2}, x-y = {z})",
			Record{ID: "k1", Type: "article-journal", Title: "On Öl, CO<sub>2</sub> and <i>more</i>", Authors: []Name{{Family: "Beethoven", Given: "Ludwig", Particle: "van"}, {Literal: "World Bank"}, {Literal: "others"}, {Family: "Smith", Given: "John", Suffix: "Jr."}},
				Container: "Journal of Squares", Issued: Date{Year: 2011, Month: 5, Day: 12}, URL: "http://a.example/%7Eb_c", Pages: "1-2", Other: []Field{{"x-y", "z"}}}},
		{"CSV with semicolons and a CR", "Title;Authors;Year;My mark;included\n\"A\rb\";Doe J, Roe KL;2011;yes;1\n", Record{Type: "document", Title: "A b", Authors: []Name{{Family: "Doe", Given: "J"}, {Family: "Roe", Given: "KL"}}, Issued: Date{Year: 2011},
			Labels: []Field{{"included", "1"}}, Other: []Field{{"My mark", "yes"}}}},
		{"news typed into a table", "Outlet,Title,Translated title,Published,Event date,Language,Place,URL,Archived copy,SHA-256,Archived on,Credibility\nPaper,Ö,O,23/06/2015,2015-06-20,de,Wien,https://a.example,https://b.example,ab,2016-01-01,known\n",
			Record{Type: "document", Title: "Ö", TitleTranslated: "O", Container: "Paper", Issued: Date{Year: 2015, Month: 6, Day: 23}, Event: Date{Year: 2015, Month: 6, Day: 20}, Language: "de", Place: "Wien", URL: "https://a.example",
				Archived: "https://b.example", ArchivedHash: "ab", ArchivedOn: Date{Year: 2016, Month: 1, Day: 1}, Credibility: "known"}},
		{"CSL-JSON", `[{"id":"x","type":"report","title":"A","author":[{"family":"Berg","given":"Jan","non-dropping-particle":"van der"},{"literal":"NGO"}],"issued":{"date-parts":[["2010",3]]},"odd":{"a":[1]}}]`,
			Record{ID: "x", Type: "report", Title: "A", Authors: []Name{{Family: "Berg", Given: "Jan", Particle: "van der"}, {Literal: "NGO"}}, Issued: Date{Year: 2010, Month: 3}, Other: []Field{{"odd", `{"a":[1]}`}}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, err := Read([]byte(c.in))
			if err != nil {
				t.Fatal(err)
			}
			if len(f.Records) != 1 {
				t.Fatalf("got %+v", f)
			}
			got := f.Records[0]
			got.Line = 0
			if d := cmp.Diff(c.want, got); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
		})
	}
}

func TestParseDate(t *testing.T) {
	for in, want := range map[string]string{
		"2020": "2020", "2020/05/12/": "2020-05-12", "2020///": "2020", "2020/05//": "2020-05", "2020-05-12": "2020-05-12", "20200512": "2020-05-12",
		"12 May 2020": "2020-05-12", "May 12, 2020": "2020-05-12", "2020 Sept": "2020-09", "12. März 2020": "2020-03-12", "23 июня 2015": "2015-06-23", "1er août 2011": "1er août 2011",
		"Spring 2011": "2011-21", "2011-23": "2011-23", "2010/2012": "2010/2012", "2010-05/2010-07": "2010-05/2010-07", "2010–2012": "2010/2012", "ca. 1990": "1990~", "[1990]": "1990~",
		"23/06/2015": "2015-06-23", "6/23/2015": "2015-06-23", "4/3/2024": "4/3/2024", "n.d.": "n.d.", "in press": "in press", "2014 Spring break": "2014 Spring break", "": "",
	} {
		d := ParseDate(in)
		if d.String() != want {
			t.Errorf("%q is %q, expected %q", in, d.String(), want)
		}
		if again := ParseDate(d.String()); again != d {
			t.Errorf("%q is read as %+v, and again as %+v", in, d, again)
		}
	}
	if d := ParseDate("4/3/2024"); d.Year != 2024 || d.Month != 0 {
		t.Errorf("a day and a month that cannot be told apart are %+v", d)
	}
}

func TestParseName(t *testing.T) {
	for in, want := range map[string]Name{
		"Doe, Jane": {Family: "Doe", Given: "Jane"}, "van der Berg, Jan": {Family: "Berg", Given: "Jan", Particle: "van der"}, "Van Dijk, Teun": {Family: "Van Dijk", Given: "Teun"},
		"Smith, John, Jr.": {Family: "Smith", Given: "John", Suffix: "Jr."}, "Smith, Jr., John": {Family: "Smith", Given: "John", Suffix: "Jr."}, "World Bank": {Literal: "World Bank"},
		"Smith J.-P.": {Family: "Smith", Given: "J.-P."}, "University of California,, Irvine": {Literal: "University of California, Irvine"}, "Plato,": {Literal: "Plato"}, "Đặng, Thị Ngọc": {Family: "Đặng", Given: "Thị Ngọc"},
	} {
		if got := ParseName(in); got != want {
			t.Errorf("%q is %+v, expected %+v", in, got, want)
		} else if again := ParseName(got.String()); again != got {
			t.Errorf("%q comes back as %+v by %q", in, again, got.String())
		}
	}
}

// A file of 200 MB takes time, not memory: what is kept are slices of it.
func TestLargeFile(t *testing.T) {
	if testing.Short() {
		t.Skip("large files take seconds")
	}
	var b bytes.Buffer
	abstract := strings.Repeat("A sentence of an abstract that says something. ", 40)
	for i := 0; b.Len() < 200<<20; i++ {
		fmt.Fprintf(&b, "TY  - JOUR\nID  - %d\nAU  - Doe, Jane\nAU  - Roe, Richard\nTI  - A title of an article number %d\nJF  - Journal of Squares\nPY  - 2012\nAB  - %s\nKW  - one\nKW  - two\nER  - \n\n", i, i, abstract)
	}
	in := b.Bytes()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	f, err := Read(in)
	if err != nil {
		t.Fatal(err)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if len(f.Records) < 80_000 || len(f.Refused) > 0 {
		t.Errorf("kept %d, refused %d", len(f.Records), len(f.Refused))
	}
	grown := int64(after.HeapAlloc) - int64(before.HeapAlloc)
	t.Logf("%d records of %d MB hold %d MB", len(f.Records), len(in)>>20, grown>>20)
	if grown > 900<<20 {
		t.Errorf("what was read holds %d MB", grown>>20)
	}
	runtime.KeepAlive(f)
	runtime.KeepAlive(in)
}

// Hostile files end soon.
func TestNoQuadraticTime(t *testing.T) {
	for name, in := range map[string]string{
		"open BibTeX entries": strings.Repeat("@a{b, c={\n", 200_000),
		"open comments":       strings.Repeat("@comment{\n", 200_000),
		"open quotes":         "title,year\n" + strings.Repeat("\"a,b\n", 500_000),
		"open RIS records":    strings.Repeat("TY  - JOUR\nTI  - a\n", 300_000),
		"open braces in TeX":  "@a{b, title={" + strings.Repeat("{", 500_000) + strings.Repeat("}", 500_000) + "}}",
		"deep JSON":           "[" + strings.Repeat("[", 100_000),
		"deep XML":            "<xml><records><record>" + strings.Repeat("<a>", 300_000),
		"names":               "@a{b, author={" + strings.Repeat("a and ", 40_000) + "}}",
	} {
		f, err := Read([]byte(in))
		if f.Seen != len(f.Records)+len(f.Refused) {
			t.Errorf("%s: saw %d, kept %d, refused %d, %v", name, f.Seen, len(f.Records), len(f.Refused), err)
		}
	}
}

func TestWriteErrors(t *testing.T) {
	if err := Write(io.Discard, WoS, nil); err == nil || !strings.Contains(err.Error(), "is not written") {
		t.Errorf("got %v", err)
	}
	for _, format := range written {
		if err := Write(failing{}, format, []Record{news}); err == nil {
			t.Errorf("%s: a full disk goes unnoticed", format)
		}
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errors.New("full") }

// A workbook as other programs write it: shared texts in runs, readings, numbers, cells left out, a day as a number.
func TestWorkbook(t *testing.T) {
	zipped := func(parts map[string]string) []byte {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		for name, text := range parts {
			w, err := z.Create(name)
			if err != nil {
				t.Fatal(err)
			}
			io.WriteString(w, text)
		}
		z.Close()
		return b.Bytes()
	}
	parts := map[string]string{
		"xl/workbook.xml":            `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="About" r:id="rId1"/><sheet name="Refs" r:id="rId2"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Target="/xl/worksheets/sheet2.xml"/></Relationships>`,
		"xl/sharedStrings.xml":       `<sst><si><t>Title</t></si><si><r><t>A </t></r><r><t>run_x0041_</t></r><rPh><t>no</t></rPh></si></sst>`,
		"xl/worksheets/sheet1.xml":   `<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>prose</t></is></c></row></sheetData></worksheet>`,
		"xl/worksheets/sheet2.xml": `<worksheet><sheetData><row r="2"><c r="A2" t="s"><v>0</v></c><c r="C2" t="inlineStr"><is><t>Date</t></is></c><c r="D2" t="str"><v>DOI</v></c></row>
<row r="4"><c r="A4" t="s"><v>1</v></c><c r="C4"><v>42178</v></c><c r="D4" t="str"><v>10.1/x</v></c></row><row r="5"><c r="XFD5"><v>1</v></c></row></sheetData></worksheet>`,
	}
	f, err := Read(zipped(parts))
	if err != nil {
		t.Fatal(err)
	}
	want := []Record{{Line: 4, Type: "document", Title: "A runA", Issued: Date{Year: 2015, Month: 6, Day: 23}, DOI: "10.1/x"}}
	if d := cmp.Diff(want, f.Records); d != "" || len(f.Refused) != 1 || f.Refused[0].Line != 5 {
		t.Errorf("refused %v (-want +got)\n%s", f.Refused, d)
	}
	parts["xl/worksheets/sheet1.xml"], parts["xl/worksheets/sheet2.xml"] = "<worksheet><sheetData><row>", "x"
	if _, err := Read(zipped(parts)); err == nil || !strings.Contains(err.Error(), "is damaged") {
		t.Errorf("a damaged sheet: %v", err)
	}
	delete(parts, "xl/workbook.xml")
	if _, err := Read(zipped(parts)); err == nil || !strings.Contains(err.Error(), "no workbook") {
		t.Errorf("an archive that is no workbook: %v", err)
	}
}
