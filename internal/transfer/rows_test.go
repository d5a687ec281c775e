package transfer

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"throughline/exchange/webannotation"
	"throughline/internal/coding"
	"throughline/internal/document"
	"throughline/internal/source"
	"throughline/internal/store"
	"throughline/internal/study"
	"throughline/internal/thread"
)

// TestRows brings a table in: rows at their places, by words, by context, with codes found and made; the rest is told.
func TestRows(t *testing.T) {
	body := "The square filled. The square emptied. ประชาชน came.\n"
	b := store.Bundle{Slug: "s", Objects: []thread.Object{study.Member{ID: "member-lead", Handle: "lead", Role: study.Lead}, document.Document{ID: "doc-one", Title: "Notes of Friday", Version: 1}, document.Document{ID: "doc-two", Title: "Twice", Version: 1}, document.Document{ID: "doc-three", Title: "Twice", Version: 1},
		coding.Code{ID: "code-a", Name: "Tactics", Define: "d"}, coding.Code{ID: "code-b", Parent: "code-a", Name: "Street", Define: "d"}}, Texts: []document.Text{{Document: "doc-one", Version: 1, Body: body}}}
	rows, losses, err := ReadTable([]byte("Document,Code,Quote,Start,End,Coder,Memo,Prefix\nNotes of Friday.txt,Tactics.Street,The square filled.,0,18,Ana,why,\ndoc-one,Street;New > One,ประชาชน,,,Ana,,\nnotes of friday,Tactics,The square,,,,,\nnotes of friday,Tactics,The square,,,,,\"filled. \"\nNowhere,Tactics,x,,,,,\nTwice,Tactics,x,,,,,\ndoc-one,Tactics,not there,,,,,\ndoc-one,Tactics,,900,910,,,\ndoc-one,Tactics,,x,y,,,\ndoc-one,,a,,,,,\ndoc-one,Street,The square filled.,,,Ana,,\n"))
	if err != nil {
		t.Fatal(err)
	}
	in := FromRows(b, rows, Options{By: "lead"})
	for _, o := range in.Objects {
		if err := o.Valid(); err != nil {
			t.Errorf("%s: %v", o.Ref(), err)
		}
		if s, ok := o.(coding.Segment); ok && !b.Texts[0].Holds(s.Anchor) {
			t.Errorf("%+v does not hold", s.Anchor)
		}
		if k, ok := o.(coding.Coding); ok && k.Memo == "why" && (k.Code != "code-b" || k.Coder != "ana") {
			t.Errorf("%+v", k)
		}
	}
	if c := in.Counts; c["codings"] != 4 || c["passages"] != 3 || c["codes"] != 2 || c["members"] != 1 {
		t.Errorf("%v", c)
	}
	var told []string
	for _, l := range append(losses, in.Losses...) {
		told = append(told, l.Name+" "+l.What)
	}
	for _, want := range []string{"stand 2 times", "has not", "several have", "do not stand", "outside", "no places", "names no code", "before"} {
		if !strings.Contains(strings.Join(told, "\n"), want) {
			t.Errorf("nothing says %q: %q", want, told)
		}
	}
	if _, _, err := ReadTable([]byte("a,b\n1,2\n")); err == nil || !strings.Contains(err.Error(), "expected the columns") {
		t.Errorf("no such columns: %v", err)
	}
	// Out as annotations, and in again.
	b.Objects = append(b.Objects, in.Objects...)
	for i, o := range b.Objects {
		if d, ok := o.(document.Document); ok {
			d.Kind = document.Report
			b.Objects[i] = d
		}
	}
	p, _ := ToProject(b, GiveOptions{Coders: true})
	var w bytes.Buffer
	if err := webannotation.Write(&w, "urn:x", "", ToAnnotations(p)); err != nil {
		t.Fatal(err)
	}
	back, lost, err := ReadAnnotations(&w)
	if err != nil || len(lost) > 0 || len(back) != 4 {
		t.Fatalf("%v %v %v", back, lost, err)
	}
	again := FromRows(b, back, Options{By: "lead"})
	if len(again.Objects) != 0 || len(again.Losses) != 4 || !strings.Contains(again.Losses[0].What, "before") {
		t.Errorf("what stands is brought in again: %+v", again)
	}
}

// Tables and annotations as other programs write them.
func TestRowsOfOthers(t *testing.T) {
	body := "- The “square” filled —\nslowly. They came. Then, much later that same evening, they came. They came. - Yes, e\u0301tat.\n"
	b := store.Bundle{Slug: "s", Objects: []thread.Object{study.Member{ID: "member-lead", Handle: "lead", Role: study.Lead}, document.Document{ID: "doc-one", Title: "Caf\u00e9", Version: 1},
		coding.Code{ID: "code-a", Name: "Tactics", Define: "d"}, coding.Code{ID: "code-b", Parent: "code-a", Name: "Street", Define: "d"}, coding.Code{ID: "code-c", Name: "Space", Define: "d"}, coding.Code{ID: "code-d", Parent: "code-c", Name: "Street", Define: "d"}}, Texts: []document.Text{{Document: "doc-one", Version: 1, Body: body}}}
	twice := strings.LastIndex(body, "They came")
	twice = len([]rune(body[:twice]))
	for _, c := range []struct{ what, table, quote, code, lost string }{
		{"straight marks, white space in one", "Dokument;Kode;Zitat\nCafé;Space;\"The \"\"square\"\" filled - slowly.\"\n", "The “square” filled —\nslowly.", "code-c", ""},
		{"decomposed names and words", "document,code,quote\nCafe\u0301,Space,état\n", "e\u0301tat", "code-c", ""},
		{"an apostrophe against formulas", "document,code,quote\nCafé,Space,\"'- Yes, état\"\n", "- Yes, e\u0301tat", "code-c", ""},
		{"off by one", fmt.Sprintf("document,code,quote,start,end\nCafé,Space,They came,%d,%d\n", twice+1, twice+10), "They came", "code-c", ""},
		{"numbers of a spreadsheet", "document,code,start,end\nCafé,Space,3.0,6.0\n", "he ", "code-c", ""},
		{"no places, but words", "document,code,quote,start,end\nCafé,Space,evening,p. 1,p. 2\n", "evening", "code-c", ""},
		{"the first name that fits best", "Title,Document,Code,Comment,Quote\nnone,Café,Space,m,evening\n", "evening", "code-c", ""},
		{"codes in lines", "document,code,quote\nCafé,\"Space\nTactics\",evening\n", "evening", "code-a", ""},
		{"a number is no tree", "document,code,quote\nCafé,Art. 5.2,evening\n", "evening", "code-art-5-2", ""},
		{"a name of two codes", "document,code,quote\nCafé,Street,evening\n", "", "", "2 codes are called so; write the names above it too, such as \"Tactics > Street\""},
		{"words that stand often", "document,code,quote\nCafé,Space,They came\n", "", "", "stand 2 times"},
	} {
		rows, losses, err := ReadTable([]byte(c.table))
		if err != nil {
			t.Errorf("%s: %v", c.what, err)
			continue
		}
		in := FromRows(b, rows, Options{By: "lead"})
		in.Losses = append(losses, in.Losses...)
		var quote string
		var code thread.ID
		for _, o := range in.Objects {
			switch v := o.(type) {
			case coding.Segment:
				quote = v.Anchor.Quote
				if !b.Texts[0].Holds(v.Anchor) {
					t.Errorf("%s: %+v does not hold", c.what, v.Anchor)
				}
				if c.what == "off by one" && v.Anchor.Start != twice {
					t.Errorf("%s: begins at %d; expected %d", c.what, v.Anchor.Start, twice)
				}
			case coding.Coding:
				code = v.Code
			}
		}
		if quote != c.quote || string(code) != c.code || c.lost == "" && len(in.Losses) > 0 || c.lost != "" && (len(in.Losses) != 1 || !strings.Contains(in.Losses[0].What, c.lost)) {
			t.Errorf("%s: %q, %s, %+v", c.what, quote, code, in.Losses)
		}
	}
	if _, _, err := ReadTable([]byte("document,code,Code,quote\na,b,c,d\n")); err == nil || !strings.Contains(err.Error(), `columns 2 and 3 in row 1 are both called "Code"`) && !strings.Contains(err.Error(), `columns 2 and 3 in row 1 are both called "code"`) {
		t.Errorf("a name twice: %v", err)
	}
	rows, losses, err := ReadAnnotations(strings.NewReader("\ufeff" + `[{"type":"Annotation","motivation":["tagging"],"body":{"type":"TextualBody","value":"Space"},"target":{"source":"http://x.org/files/Café.txt","selector":{"type":"TextQuoteSelector","exact":"They came","prefix":"evening, they came. "}}}]`))
	if err != nil || len(losses) > 0 {
		t.Fatal(err, losses)
	}
	in := FromRows(b, rows, Options{By: "lead"})
	if in.Counts["codings"] != 1 || len(in.Losses) > 0 {
		t.Errorf("%v %v", in.Counts, in.Losses)
	}
	for _, o := range in.Objects {
		if g, ok := o.(coding.Segment); ok && g.Anchor.Start != twice {
			t.Errorf("by what stands before: %d; expected %d", g.Anchor.Start, twice)
		}
	}
}

// A reader of web pages names a page by its address and title: the document that was read from there is meant, or the one
// called so.
func TestAnnotationsOfWebPages(t *testing.T) {
	b := store.Bundle{Slug: "s", Objects: []thread.Object{study.Member{ID: "member-lead", Handle: "lead", Role: study.Lead},
		source.Record{ID: "ref-one", URL: "https://www.example.org/a/report/"},
		document.Document{ID: "doc-one", Title: "What we call it", Record: "ref-one", Version: 1}, document.Document{ID: "doc-two", Title: "Another page", Version: 1}},
		Texts: []document.Text{{Document: "doc-one", Version: 1, Body: "They came at noon."}, {Document: "doc-two", Version: 1, Body: "They left at noon."}}}
	item := `{"user":"acct:ana@example.org","uri":"%s","text":"","tags":["Time"],"document":{"title":["%s"]},"target":[{"source":"%[1]s","selector":[{"type":"TextPositionSelector","start":900,"end":904},{"type":"TextQuoteSelector","exact":"noon"}]}]}`
	rows, losses, err := ReadAnnotations(strings.NewReader(`{"annotations":[` + fmt.Sprintf(item, "http://example.org/a/report#top", "Report") + "," + fmt.Sprintf(item, "https://example.org/b", "Another page") + "," + fmt.Sprintf(item, "https://example.org/c", "Unknown") + `]}`))
	if err != nil || len(losses) > 0 {
		t.Fatal(err, losses)
	}
	in := FromRows(b, rows, Options{By: "lead"})
	var on []string
	for _, o := range in.Objects {
		if s, ok := o.(coding.Segment); ok {
			on = append(on, fmt.Sprint(s.Anchor.Document, " ", s.Anchor.Start))
		}
	}
	if strings.Join(on, ", ") != "doc-one 13, doc-two 13" || len(in.Losses) != 1 {
		t.Errorf("%v, %v", on, in.Losses)
	}
}

// TestHighlightsAsAPage codes what Taguette's page of highlights names, by its words.
func TestHighlightsAsAPage(t *testing.T) {
	page := `<h1>Taguette highlights</h1><p>words stand</p><p><strong>Document:</strong> One <strong>Tags:</strong> A,
	B</p><hr><p>Where</p><p><strong>Document:</strong> One <strong>Tags:</strong></p>`
	rows, losses, err := ReadCodings("highlights.HTML", []byte(page))
	if err != nil || len(losses) != 1 || losses[0].Name != "2" {
		t.Fatalf("%v %v", losses, err)
	}
	text := document.Text{Document: "doc-one", Version: 1, Body: "Where words\nstand once."}
	in := FromRows(store.Bundle{Objects: []thread.Object{document.Document{ID: "doc-one", Title: "One", Version: 1}}, Texts: []document.Text{text}}, rows, Options{By: "lead"})
	if in.Counts["codings"] != 2 || in.Counts["passages"] != 1 || len(in.Losses) > 0 {
		t.Errorf("%v %v", in.Counts, in.Losses)
	}
	if _, _, err := ReadCodings("page.html", []byte("<p>Nothing.</p>")); err == nil {
		t.Error("a page without highlights is read")
	}
}
