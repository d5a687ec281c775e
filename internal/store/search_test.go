package store_test

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"throughline/internal/coding"
	"throughline/internal/document"
	"throughline/internal/fault"
	"throughline/internal/fieldwork"
	"throughline/internal/search"
	"throughline/internal/store"
	"throughline/internal/store/storetest"
	"throughline/internal/thread"
)

var searched = map[thread.ID]string{
	"doc-s1": "The police came to the square at noon.\n\nProtesters sang until the evening; the police watched.\n\n\nNobody was hurt.",
	"doc-s2": "ประชาชนออกมาบนท้องถนนด้วยกัน\n\nตำรวจมองดู",
	"doc-s3": "民众走上街头，要求公开合同。\n\nThe café stayed open. The Protestors' square was full.",
	"doc-s4": "خرج الناس إلى الشارع.\n\nԺողովուրդը դուրս եկավ փողոց։ " + strings.Repeat("police square ", 900),
}

// TestSearch finds on both engines what reading every paragraph finds, for every sort of query.
func TestSearch(t *testing.T) {
	storetest.Each(t, func(t *testing.T, c store.Config) {
		s := small(t, c)
		b, err := s.Bundle(ctx, storetest.Slug)
		if err != nil {
			t.Fatal(err)
		}
		var record thread.ID
		for _, o := range b.Objects {
			if o.Ref().Kind() == thread.Record {
				record = o.Ref()
			}
		}
		var objects []thread.Object
		var texts []document.Text
		for _, id := range slices.Sorted(maps.Keys(searched)) {
			body := searched[id]
			objects = append(objects, document.Document{ID: id, Title: "T", Kind: document.Report, Record: record, Language: map[thread.ID]string{"doc-s2": "th", "doc-s3": "zh"}[id] + map[bool]string{true: "en"}[id == "doc-s1" || id == "doc-s4"], Version: 1, SHA256: document.Sum(body)})
			texts = append(texts, document.Text{Document: id, Version: 1, Body: body})
		}
		a, err := texts[0].At(0, 5)
		if err != nil {
			t.Fatal(err)
		}
		objects = append(objects, coding.Code{ID: "code-up", Name: "Up", Define: "d"}, coding.Code{ID: "code-down", Parent: "code-up", Name: "Down", Define: "d"}, coding.Segment{ID: "seg-s", Anchor: a}, coding.Coding{Segment: "seg-s", Code: "code-down", Coder: "ana"})
		if _, err := s.Add(ctx, "ana", storetest.Slug, objects, texts, nil); err != nil {
			t.Fatal(err)
		}
		if n, err := s.Index(ctx, storetest.Slug, nil); err != nil || n < 4 {
			t.Fatalf("%d documents read, %v", n, err)
		}
		if n, err := s.Index(ctx, storetest.Slug, nil); err != nil || n != 0 {
			t.Errorf("%d documents read again, %v", n, err)
		}
		only := store.Scope{Documents: []thread.ID{"doc-s1", "doc-s2", "doc-s3", "doc-s4"}}
		find := func(q string) []string {
			t.Helper()
			asked, err := search.Parse(q)
			if err != nil {
				t.Fatalf("%s: %v", q, err)
			}
			f, err := s.Search(ctx, storetest.Slug, asked, only, 0, 100)
			if err != nil {
				t.Fatalf("%s: %v", q, err)
			}
			if f.N != len(f.Hits) {
				t.Errorf("%s: %d counted, %d given", q, f.N, len(f.Hits))
			}
			var out []string
			for _, h := range f.Hits {
				out = append(out, fmt.Sprintf("%s:%d", h.Document, h.Start))
			}
			slices.Sort(out)
			return out
		}
		for _, q := range []string{"police", "the police", "police square", "police OR ประชาชน", "police NOT noon", "police -noon -evening", `"police came"`, `"came police"`, "protest*", "protestor~", "protesters~2", "sqare~", "police NEAR/3 square", "police NEAR/8 noon", `"to the" NEAR/4 police`, "protest* NEAR/4 sang", "pol* NEAR/3 s*", "(police OR protesters) NEAR/4 (sang OR watched)",
			"ประชาชน", "ตำรวจ", "ถนน", "民众", "街", "头", "公开合同", "الشارع", "Ժողովուրդը", "cafe", "CAFÉ", "(police OR protesters) (square OR evening)", "nowhere", "hurt*", "ท้องถนน OR 街头", "police (NOT evening)", `"the police watched"`} {
			asked, err := search.Parse(q)
			if err != nil {
				t.Fatal(err)
			}
			var want []string
			for id, body := range searched {
				at := 0
				for _, p := range strings.SplitAfter(body, "\n\n") {
					text := strings.TrimRight(p, "\n")
					if ok, _ := asked.Query.Find(text); ok && strings.TrimSpace(text) != "" {
						want = append(want, fmt.Sprintf("%s:%d", id, at))
					}
					at += len([]rune(p))
				}
			}
			got := find(q)
			// The long paragraph is cut; its further pieces are no paragraphs of their own here.
			got = slices.DeleteFunc(got, func(x string) bool {
				var n int
				fmt.Sscanf(strings.TrimPrefix(x, "doc-s4:"), "%d", &n)
				return strings.HasPrefix(x, "doc-s4:") && n > 100
			})
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Errorf("%s: %v; reading finds %v", q, got, want)
			}
		}
		for q, want := range map[string]string{"police lang:xx": "lang:xx. There are: ", "case:nowhere police": "No text has case:nowhere", "source:nothing": "No text has source:nothing.", "police lang:th": ""} {
			asked, err := search.Parse(q)
			if err != nil {
				t.Fatal(err)
			}
			f, err := s.Search(ctx, storetest.Slug, asked, store.Scope{}, 0, 10)
			if err != nil || f.N != 0 || !strings.Contains(f.Hint, want) || (f.Hint == "") != (want == "") {
				t.Errorf("%s: %d found, %q, %v", q, f.N, f.Hint, err)
			}
		}
		for q, n := range map[string]int{"police lang:th": 0, "lang:th": 2, "ตำรวจ source:s2": 1, "source:doc-s1": 3, "kind:report police": 4, "code:up": 1, "code:down source:" + string(texts[0].Document): 1, "police kind:transcript": 0} {
			if got := len(find(q)); got < min(n, 1) || n < 4 && got != n {
				t.Errorf("%s: %d; expected %d", q, got, n)
			}
		}
		asked, _ := search.Parse("code:nowhere")
		if _, err := s.Search(ctx, storetest.Slug, asked, only, 0, 10); fault.Of(err) != fault.Invalid {
			t.Errorf("a code that is not there: %v", err)
		}
		// Another text: the old words are gone, the new ones found.
		if err := s.Write(ctx, "ana", func(tx *store.Tx) error {
			it, err := store.Get[document.Document](ctx, tx, storetest.Slug, "doc-s1")
			if err != nil {
				return err
			}
			d := it.Object
			d.Version, d.SHA256 = 2, document.Sum("Quite another text.")
			if err := tx.Put(storetest.Slug, d, store.Any); err != nil {
				return err
			}
			return tx.PutText(storetest.Slug, document.Text{Document: d.ID, Version: 2, Body: "Quite another text."})
		}); err != nil {
			t.Fatal(err)
		}
		for _, id := range []thread.ID{"doc-s1", "doc-s10"} { // each something to undo, in a place of its own and in one for all
			err := s.Write(ctx, "ana", func(tx *store.Tx) error {
				it, err := store.Get[document.Document](ctx, tx, storetest.Slug, "doc-s1")
				if err != nil {
					return err
				}
				d := it.Object
				d.ID = id
				if id != "doc-s1" {
					if err := errors.Join(tx.Put(storetest.Slug, d, 0), tx.PutText(storetest.Slug, document.Text{Document: id, Version: 2, Body: "Quite another text."})); err != nil {
						return err
					}
				}
				anchor := document.Anchor{Document: id, Version: 2, Start: 0, End: 5, Quote: "Quite", After: " another text."}
				for _, scope := range []thread.ID{id, "for-all-" + id} {
					seg := coding.Segment{ID: "seg-undo-" + scope, Anchor: anchor}
					if err := tx.Act(storetest.Slug, scope, "a passage", func() error { return tx.Put(storetest.Slug, seg, 0) }); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		// Its earlier text goes from wherever it is, also when nobody searched since.
		if err := s.Write(ctx, "ana", func(tx *store.Tx) error { return tx.ForgetTexts(storetest.Slug, "doc-s1", 2) }); err != nil {
			t.Fatal(err)
		}
		for scope, left := range map[thread.ID]string{"doc-s1": "", "for-all-doc-s1": "", "doc-s10": "a passage", "for-all-doc-s10": "a passage"} {
			if undo, _, err := store.Acts(ctx, s, storetest.Slug, "ana", scope); err != nil || undo != left {
				t.Errorf("what can be undone in %s: %q, %v", scope, undo, err)
			}
		}
		for _, table := range []string{"paragraph", "document_text"} {
			var n int
			if err := raw(t, c).QueryRow(`select count(*) from ` + table + ` where body like '%noon%'`).Scan(&n); err != nil || n != 0 {
				t.Errorf("%s has %d rows with words of an earlier text, %v", table, n, err)
			}
		}
		for _, file := range []string{c.Database, c.Database + "-wal"} {
			if b, err := os.ReadFile(file); !strings.HasPrefix(c.Database, "postgres") && (err != nil || bytes.Contains(b, []byte("Nobody was hurt"))) {
				t.Errorf("%s has words of an earlier text, or cannot be read: %v", filepath.Base(file), err)
			}
		}
		if err := s.Write(ctx, "ana", func(tx *store.Tx) error { return tx.ForgetTexts(storetest.Slug, "doc-s1", 1) }); fault.Of(err) != fault.Conflict {
			t.Errorf("earlier texts removed by somebody who saw another: %v", err)
		}
		if n, err := s.Index(ctx, storetest.Slug, nil); err != nil || n == 0 {
			t.Fatalf("%d documents read, %v", n, err)
		}
		// A document that goes takes its words, its original and what could be undone with it.
		name, err := s.StageFile(ctx, storetest.Slug, strings.NewReader("original"))
		if err != nil {
			t.Fatal(err)
		}
		err = s.Write(ctx, "ana", func(tx *store.Tx) error {
			it, err := store.Get[document.Document](ctx, tx, storetest.Slug, "doc-s2")
			if err != nil {
				return err
			}
			d := it.Object
			if err := tx.KeepFile(storetest.Slug, name); err != nil {
				return err
			}
			d.File = name
			if err := tx.Act(storetest.Slug, "doc-s2", "a change", func() error { return tx.Put(storetest.Slug, d, store.Any) }); err != nil {
				return err
			}
			if b, err := store.File(ctx, tx, storetest.Slug, d.File); err != nil || string(b) != "original" {
				t.Errorf("the original is %q, %v", b, err)
			}
			if err := tx.Drop(storetest.Slug, "doc-s2", store.Any); err != nil {
				return err
			}
			if _, err := store.File(ctx, tx, storetest.Slug, d.File); fault.Of(err) != fault.NotFound {
				t.Errorf("the original of a document that is gone: %v", err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if u, _, err := store.Acts(ctx, s, storetest.Slug, "ana", "doc-s2"); u != "" || err != nil {
			t.Errorf("what was done in a document that is gone is kept: %q, %v", u, err)
		}
		if _, err := s.Index(ctx, storetest.Slug, nil); err != nil {
			t.Fatal(err)
		}
		if got := append(find("ตำรวจ"), find("ตำ~")...); len(got) != 0 {
			t.Errorf("words of a document that is gone: %v", got)
		}
		searched := find("another text")
		if len(searched) != 1 || len(find("noon")) != 0 {
			t.Errorf("after a change: %v, %v", searched, find("noon"))
		}
	})
}

// TestSearchOverGroups looks through more paragraphs than are kept together, by pages of results, filters and codes, and
// after texts were changed and removed.
func TestSearchOverGroups(t *testing.T) {
	storetest.Each(t, func(t *testing.T, c store.Config) {
		s := small(t, c)
		report, err := store.Get[document.Document](ctx, s, storetest.Slug, "doc-report")
		if err != nil {
			t.Fatal(err)
		}
		body := func(name string, n int) string {
			var b strings.Builder
			for i := range n {
				fmt.Fprintf(&b, "Paragraph %d of %s.%s\n\n", i, name, []string{"", " Drums."}[min(i%7, 1)])
			}
			return b.String()
		}
		bodies := map[thread.ID]string{"doc-a": body("alpha", 3000), "doc-b": body("beta", 3000), "doc-c": body("gamma", 3000)}
		at := func(id thread.ID, quote string) document.Anchor {
			a, err := document.Text{Document: id, Version: 1, Body: bodies[id]}.Find(quote)
			if err != nil {
				t.Fatal(err)
			}
			return a
		}
		objects := []thread.Object{coding.Code{ID: "code-up", Name: "Up", Define: "d"}}
		var texts []document.Text
		for i, id := range slices.Sorted(maps.Keys(bodies)) {
			objects = append(objects, document.Document{ID: id, Title: "T", Kind: document.Report, Record: report.Object.Record, Language: []string{"en", "fr"}[i%2], Version: 1, SHA256: document.Sum(bodies[id])})
			texts = append(texts, document.Text{Document: id, Version: 1, Body: bodies[id]})
		}
		for i, a := range []document.Anchor{at("doc-a", "Paragraph 7 of"), at("doc-b", "Paragraph 1500 of"), at("doc-b", "Paragraph 2999 of")} {
			id := thread.ID(fmt.Sprint("seg-", i))
			objects = append(objects, coding.Segment{ID: id, Anchor: a}, coding.Coding{Segment: id, Code: "code-up", Coder: "ana"})
		}
		if _, err := s.Add(ctx, "ana", storetest.Slug, objects, texts, nil); err != nil {
			t.Fatal(err)
		}
		find := func(q string, scope store.Scope, from, limit int) store.Found {
			t.Helper()
			if _, err := s.Index(ctx, storetest.Slug, nil); err != nil {
				t.Fatal(err)
			}
			asked, err := search.Parse(q)
			if err != nil {
				t.Fatal(err)
			}
			f, err := s.Search(ctx, storetest.Slug, asked, scope, from, limit)
			if err != nil {
				t.Fatalf("%s: %v", q, err)
			}
			return f
		}
		expect := func(q string, n int, more bool) {
			t.Helper()
			if f := find(q, store.Scope{}, 0, 2000); f.N != n || f.More != more || !more && len(f.Hits) != n || more && len(f.Hits) != 2000 {
				t.Errorf("%s: %d found, more is %v, %d given; expected %d", q, f.N, f.More, len(f.Hits), n)
			}
		}
		expect("paragraph", 1000, true)
		expect("lang:fr", 1000, true)
		expect("paragraph -drums lang:fr", 429, false)
		expect("1234", 3, false)
		expect("123*", 33, false)
		expect(`"paragraph 2999 of"`, 3, false)
		expect("1234 source:b", 1, false)
		expect("bta~ 12", 1, false)
		expect("code:up", 3, false)
		expect("code:up beta", 2, false)
		expect("code:up drums", 2, false)
		expect("2999 NEAR/2 gamma -alpha", 1, false)
		if f := find("paragraph", store.Scope{}, 2995, 10); len(f.Hits) != 10 || f.Hits[4].Document != "doc-a" || f.Hits[5].Document != "doc-b" || f.Hits[5].Start != 0 {
			t.Errorf("the page over the end of a text: %+v", f.Hits)
		}
		if f := find("paragraph", store.Scope{}, 8998, 10); len(f.Hits) != 2 || !f.More {
			t.Errorf("the last page has %d", len(f.Hits))
		}
		if f := find("1234", store.Scope{Documents: []thread.ID{"doc-c"}}, 0, 10); f.N != 1 || f.Hits[0].Document != "doc-c" {
			t.Errorf("one document alone: %+v", f)
		}
		if f := find("1234", store.Scope{Cases: []thread.ID{"case-nowhere"}}, 0, 10); f.N != 3 {
			t.Errorf("what belongs to no case: %+v", f)
		}
		// Another text stands last, and its words that were there alone go; then a text goes altogether.
		err = s.Write(ctx, "ana", func(tx *store.Tx) error {
			it, err := store.Get[document.Document](ctx, tx, storetest.Slug, "doc-a")
			if err != nil {
				return err
			}
			d := it.Object
			d.Version, d.SHA256 = 2, document.Sum("Drums and alpha, once.")
			if err := tx.Put(storetest.Slug, d, store.Any); err != nil {
				return err
			}
			if err := tx.PutText(storetest.Slug, document.Text{Document: d.ID, Version: 2, Body: "Drums and alpha, once."}); err != nil {
				return err
			}
			return tx.Drop(storetest.Slug, "doc-c", store.Any)
		})
		if err != nil {
			t.Fatal(err)
		}
		expect("1234", 1, false)
		expect("gamma", 0, false)
		expect("gama~", 0, false)
		expect("alpha", 1, false)
		expect("alpa~", 1, false)
		if f := find("drums", store.Scope{}, 2571, 10); len(f.Hits) != 1 || f.Hits[0].Document != "doc-a" {
			t.Errorf("the last with drums: %+v", f.Hits)
		}
	})
}

// TestPartsAreFound finds descriptions of parts and memos on them on both engines, by words and by every filter, and not what
// an informant took back.
func TestPartsAreFound(t *testing.T) {
	storetest.Each(t, func(t *testing.T, c store.Config) {
		s := small(t, c)
		area := func(id, doc thread.ID, kase thread.ID, says string, a document.Area) coding.Segment {
			return coding.Segment{ID: id, Case: kase, Anchor: document.Anchor{Document: doc, Version: 1, Quote: says, Area: a}}
		}
		objects := []thread.Object{
			document.Document{ID: "doc-pictures", Title: "T", Kind: document.Report, Record: "ref-1", Language: "th", Version: 1, SHA256: document.Sum("A text about a banner.")},
			area("seg-two", "doc-pictures", "", "Ein weißes Transparent über der Straße.", document.Area{Page: 2, X: 1, Y: 1, Width: 9, Height: 9}),
			area("seg-one", "doc-pictures", "", "A white banner, torn.", document.Area{Page: 1, X: 1, Y: 1, Width: 9, Height: 9}),
			area("seg-talk", "doc-talk", "case-a", "A banner is unrolled.", document.Area{From: 1000, To: 2000}),
			coding.Code{ID: "code-window-small", Parent: "code-window", Name: "Small", Define: "d"},
			coding.Coding{Segment: "seg-one", Code: "code-window-small", Coder: "ana", Memo: "The banner again."},
			coding.Coding{Segment: "seg-talk", Code: "code-window", Coder: "ana", Case: "case-a"},
			coding.Memo{ID: "memo-1", On: "seg-two", Text: "Banners everywhere.", By: "ana"},
			coding.Memo{ID: "memo-2", On: "seg-report-1", Case: "case-a", Text: "A banner in a memo on a passage.", By: "ana"},
		}
		if _, err := s.Add(ctx, "ana", storetest.Slug, objects, []document.Text{{Document: "doc-pictures", Version: 1, Body: "A text about a banner."}}, nil); err != nil {
			t.Fatal(err)
		}
		find := func(q string, scope store.Scope) (out []string) {
			t.Helper()
			asked, err := search.Parse(q)
			if err != nil {
				t.Fatal(err)
			}
			hits, err := s.SearchParts(ctx, storetest.Slug, asked, scope)
			if err != nil {
				t.Fatal(err)
			}
			for _, h := range hits {
				r := []rune(h.Text)
				for _, x := range h.Spans {
					out = append(out, string(h.Segment.Object.ID)+" "+h.By+" "+string(r[x.From:x.To]))
				}
			}
			return out
		}
		own := store.Scope{Cases: []thread.ID{"case-b"}}
		for _, x := range []struct {
			q     string
			scope store.Scope
			want  []string
		}{
			{"banner", store.Scope{}, []string{"seg-one  banner", "seg-one ana banner", "seg-talk  banner"}},
			{"banner*", own, []string{"seg-one  banner", "seg-one ana banner", "seg-two ana Banners"}},
			{"baner~ torn", store.Scope{}, []string{"seg-one  banner", "seg-one  torn"}},
			{"strasse", store.Scope{}, []string{"seg-two  Straße"}},
			{`"white banner" -paper`, store.Scope{}, []string{"seg-one  white banner"}},
			{"banner case:a", store.Scope{}, []string{"seg-talk  banner"}},
			{"banner source:doc-talk", store.Scope{}, []string{"seg-talk  banner"}},
			{"banner lang:th", store.Scope{}, []string{"seg-one  banner", "seg-one ana banner"}},
			{"banner kind:transcript", store.Scope{}, []string{"seg-talk  banner"}},
			{"banner code:window-small", store.Scope{}, []string{"seg-one  banner", "seg-one ana banner"}},
			{"banner code:window", store.Scope{}, []string{"seg-one  banner", "seg-one ana banner", "seg-talk  banner"}},
			{"banner", store.Scope{Documents: []thread.ID{"doc-talk"}}, []string{"seg-talk  banner"}},
			{"nothing", store.Scope{}, nil},
		} {
			if got := find(x.q, x.scope); !slices.Equal(got, x.want) {
				t.Errorf("%s: %q; expected %q", x.q, got, x.want)
			}
		}
		err := s.Write(ctx, "lead", func(tx *store.Tx) error {
			it, err := store.Get[fieldwork.Interview](ctx, tx, storetest.Slug, "int-a1")
			if err != nil {
				return err
			}
			it.Object.Consent.Withdrawn = "2026-06-01"
			return tx.Put(storetest.Slug, it.Object, store.Any)
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := find("unrolled", store.Scope{}); got != nil {
			t.Errorf("withdrawn: %q", got)
		}
	})
}
