package transfer

import (
	"bytes"
	"strings"
	"testing"

	"throughline/exchange/webannotation"
	"throughline/internal/coding"
	"throughline/internal/document"
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
