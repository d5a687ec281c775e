package coding

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"throughline/internal/document"
	"throughline/internal/thread"
)

func TestAskAndCross(t *testing.T) {
	codes := []Code{{ID: "code-a"}, {ID: "code-a1", Parent: "code-a"}, {ID: "code-b"}, {ID: "code-c", Parent: "code-d"}, {ID: "code-d", Parent: "code-c"}}
	none := document.Area{}
	all := []Placed{
		{"seg-1", "code-a1", "ana", "case-x", "doc-1", 0, 10, none}, {"seg-1", "code-a1", "bo", "case-x", "doc-1", 0, 10, none}, {"seg-2", "code-b", "ana", "case-x", "doc-1", 5, 20, none}, {"seg-3", "code-a", "ana", "case-y", "doc-2", 0, 5, none}, {"seg-4", "code-b", "bo", "case-y", "doc-2", 15, 20, none}, {"seg-5", "code-c", "bo", "", "doc-3", 1, 2, none},
	}
	ask := func(a Ask) []thread.ID {
		var out []thread.ID
		for _, ps := range a.Answer(all, codes) {
			out = append(out, ps[0].Segment)
		}
		return out
	}
	for name, x := range map[string]struct {
		ask  Ask
		want []thread.ID
	}{
		"all": {Ask{}, []thread.ID{"seg-1", "seg-2", "seg-3", "seg-4", "seg-5"}}, "with those below": {Ask{Code: "code-a"}, []thread.ID{"seg-1", "seg-3"}}, "overlap": {Ask{Code: "code-a", With: "code-b"}, []thread.ID{"seg-1"}}, "without": {Ask{Code: "code-a", Without: "code-b"}, []thread.ID{"seg-3"}},
		"near": {Ask{Code: "code-a", With: "code-b", Near: 11}, []thread.ID{"seg-1", "seg-3"}}, "near by one coder": {Ask{Code: "code-a", With: "code-b", Near: 11, Coder: "ana"}, []thread.ID{"seg-1"}}, "case": {Ask{Code: "code-b", Case: "case-y"}, []thread.ID{"seg-4"}}, "document": {Ask{Document: "doc-3"}, []thread.ID{"seg-5"}}, "coder": {Ask{Coder: "bo", Code: "code-a"}, []thread.ID{"seg-1"}},
	} {
		if diff := cmp.Diff(x.want, ask(x.ask)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	by := Cross(all, codes, []string{"case-x", "case-y"}, func(p Placed) []string { return []string{string(p.Case)} })
	if diff := cmp.Diff([][]int{{1, 1}, {1, 0}, {1, 1}, {0, 0}, {0, 0}}, by.Cells); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]int{2, 1, 2, 1, 1}, by.Total); diff != "" {
		t.Error(diff)
	}
	co := Cross(all, codes, []string{"code-a", "code-a1", "code-b"}, Together(all))
	if diff := cmp.Diff([][]int{{0, 0, 1}, {0, 0, 1}, {0, 1, 0}, {0, 0, 0}, {0, 0, 0}}, co.Cells); diff != "" {
		t.Error(diff)
	}
}

func TestPartsMeetWhereTheyOverlap(t *testing.T) {
	at := func(s string) Placed {
		if s == "" {
			return Placed{Start: 0, End: 9}
		}
		a, err := document.ParseArea(s)
		if err != nil {
			t.Fatal(err)
		}
		return Placed{Area: a}
	}
	for _, x := range []struct {
		a, b string
		want bool
	}{
		{"xywh=0,0,10,10", "xywh=9,9,10,10", true}, {"xywh=0,0,10,10", "xywh=10,0,10,10", false}, {"xywh=0,0,10,10", "xywh=0,11,10,10", false},
		{"page=1&xywh=0,0,10,10", "page=2&xywh=0,0,10,10", false}, {"t=0,5", "t=4.9,6", true}, {"t=0,5", "t=5,6", false}, {"t=0,5", "xywh=0,0,1,1", false}, {"", "t=0,5", false}, {"", "xywh=0,0,10,10", false}, {"", "", true},
	} {
		if got := at(x.a).meets(at(x.b), 0); got != x.want {
			t.Errorf("%q and %q: %v", x.a, x.b, got)
		}
		if got := at(x.b).meets(at(x.a), 0); got != x.want {
			t.Errorf("%q and %q: %v", x.b, x.a, got)
		}
	}
}
