package biblio

import (
	"bytes"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// sound checks what holds for whatever is read: seen is kept and refused, and what was written once and read does not
// change when it is written and read again.
func sound(t *testing.T, f File, err error) {
	t.Helper()
	if f.Seen != len(f.Records)+len(f.Refused) {
		t.Fatalf("saw %d records, kept %d and refused %d", f.Seen, len(f.Records), len(f.Refused))
	}
	if err != nil || len(f.Records) == 0 || len(f.Records) > 50 {
		return
	}
	for _, style := range []Style{APA, Chicago, Harvard, Vancouver} {
		if _, err := Cite(style, f.Records); err != nil {
			t.Fatal(err)
		}
	}
	for _, format := range written {
		once := again(t, format, f.Records)
		if once == nil {
			continue
		}
		twice := again(t, format, once)
		if a, b := held(format, once), held(format, twice); !reflect.DeepEqual(a, b) {
			t.Fatalf("%s moves on: %s", format, cmp.Diff(a, b))
		}
	}
}

// again writes and reads records; nil: they do not fit into the format.
func again(t *testing.T, format Format, records []Record) []Record {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, format, records); err != nil {
		return nil
	}
	f, err := ReadAs(b.Bytes(), format)
	if err != nil {
		t.Fatalf("%s cannot be read again: %v\n%q", format, err, b.String())
	}
	if len(f.Records) != len(records) || len(f.Refused) > 0 {
		t.Fatalf("%s: wrote %d records, read %d, refused %v\n%q", format, len(records), len(f.Records), f.Refused, b.String())
	}
	return f.Records
}

func fuzz(f *testing.F, format Format, seeds ...string) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	var b bytes.Buffer
	if Write(&b, format, []Record{news}) == nil {
		f.Add(b.Bytes())
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		if len(in) > 1<<16 {
			return
		}
		got, err := ReadAs(in, format)
		sound(t, got, err)
	})
}

func FuzzRIS(f *testing.F) {
	fuzz(f, RIS, small, "1.\nTY  - NEWS\nT1  - a\nN1  - b\nc\nSP  - 1-2\nEP  - 3\nER  -\nC1  - x\n", "TI  - a\nER  - \n")
}

func FuzzBibTeX(f *testing.F) {
	fuzz(f, BibTeX, "@string{a = \"b\" # c}\n@article(k, author = {A and {B C} and D, Jr, E}, title = \"x {\\\"o} $a_1$\", month = jan # \"1\", crossref = {m})\n@book{m, title={T}, year=2000}",
		"@comment{x}\n@preamble{y}\n@misc{z,\n note = {\\emph{a}, {\\it b} \\'{\\i} --- \\foo{b}},\n}", "@online{a, url={\\url{http://x}}, date={2001-02/2002}}")
}

func FuzzNbib(f *testing.F) {
	fuzz(f, NBIB, "PMID- 1\nTI  - a\n      b\nFAU - A, B\nAU  - A B\nLID - 10.1/x [doi]\nIS  - 1234-5678 (Print)\nPT  - Book\n\nOWN - ERIC\nTI  - c\n")
}

func FuzzWoS(f *testing.F) {
	fuzz(f, WoS, "FN x\nVR 1.0\nPT J\nAU A, B\n   C, D (c@d.e)\nTI a\n   b\nCY JUN 1-3, 2010\nPD MAY 12\nPY 2011\nER\n\nEF", "PT P\nAU YANG Y\nER\n")
}

func FuzzEndNote(f *testing.F) {
	fuzz(f, EndNoteXML, `<xml><records><record><ref-type name="Report">27</ref-type><contributors><authors><author><style>A, B</style></author></authors></contributors><titles><title><style>x</style></title><secondary-title>y</secondary-title></titles><dates><year>2001</year><pub-dates><date>May 1</date></pub-dates></dates><custom1>z</custom1></record></records></xml>`)
}

func FuzzRefer(f *testing.F) {
	fuzz(f, Refer, "%0 Report\n%A A, B\n%T x\n%D 2001\n%8 May 1\n%K a\nb\n%~ z\n\n%0 Book\n%T y\n", "%A A B\n%T x\n%J y\n\n%T z\n%I p\n")
}

func FuzzCSV(f *testing.F) {
	fuzz(f, CSV, "title;authors;year\n\"a\rb\";\"X, Y; Z\";2001\n", "SEARCH,\"x\"\n---\nTitle,DOI,Label\na,10.1/x,=\"1\"\n\"open,b\nc,d\n", "title\tyear\tmonth\na\t2001\t5\n")
}

func FuzzCSL(f *testing.F) {
	fuzz(f, CSL, `[{"id":1,"type":"book","title":"x","author":[{"family":"a","given":"b","suffix":"c"},{"literal":"d, e"}],"issued":{"date-parts":[["2001",13],[2002,14]],"circa":true},"z":[1,{}]},3]`,
		`{"items":[{"type":"x","note":"a\nb","custom":{"throughline":[["note","q"],["other:a: b","c"]]}}]}`)
}

func FuzzXLSX(f *testing.F) { fuzz(f, XLSX) }

func FuzzRead(f *testing.F) {
	f.Add([]byte(small))
	for _, format := range written {
		var b bytes.Buffer
		if err := Write(&b, format, []Record{news}); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes())
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		if len(in) > 1<<16 {
			return
		}
		got, err := Read(in)
		sound(t, got, err)
	})
}
