package thread

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"throughline/internal/fault"
)

func TestIDTellsItsKind(t *testing.T) {
	for _, k := range Kinds() {
		id := ID(k.Prefix() + "x")
		if k.Prefix()[len(k.Prefix())-1] != '-' {
			id = ID(k.Prefix())
		}
		if id.Kind() != k {
			t.Errorf("%s is taken for a %s", id, id.Kind())
		}
		if k.Word() == "" {
			t.Errorf("%s has no word", k)
		}
	}
	for _, none := range []ID{"", "x", "lesson", "study-x", "Lesson-x"} {
		if none.Kind() != "" {
			t.Errorf("%q is taken for a %s", none, none.Kind())
		}
	}
	var ps fault.Problems
	for _, bad := range []ID{"", "lesson-Å", "lesson-a/b", "lesson-a b", "ref-1"} {
		CheckID(&ps, "id", bad, Lesson)
	}
	if len(ps) != 5 {
		t.Errorf("%d of 5 malformed ids were refused: %v", len(ps), ps)
	}
}

func TestBasisIsOfASet(t *testing.T) {
	a, b := Below{Link{"seg-1", Supports}, "p1"}, Below{Link{"seg-2", Supports}, "p2"}
	if Basis([]Below{a, b}) != Basis([]Below{b, a}) {
		t.Error("the order in which evidence is listed matters")
	}
	against := Below{Link{"seg-2", Contradicts}, "p2"}
	for _, other := range [][]Below{{a}, {a, against}, {a, {Link{"seg-2", Supports}, "p3"}}, nil} {
		if Basis([]Below{a, b}) == Basis(other) {
			t.Errorf("%v has the basis of something else", other)
		}
	}
}

func TestStepsFindsTheCircle(t *testing.T) {
	link := func(ids ...ID) []Link {
		var out []Link
		for _, id := range ids {
			out = append(out, Link{id, Supports})
		}
		return out
	}
	order, cycle := Steps(map[ID][]Link{"c": link("b", "a"), "b": link("a"), "a": nil})
	if diff := cmp.Diff([]ID{"a", "b", "c"}, order); diff != "" || cycle != nil {
		t.Errorf("order %v, cycle %v", order, cycle)
	}
	_, cycle = Steps(map[ID][]Link{"d": link("c"), "c": link("b"), "b": link("a"), "a": link("c")})
	if diff := cmp.Diff([]ID{"a", "c", "b", "a"}, cycle); diff != "" {
		t.Errorf("cycle %v", cycle)
	}
}

func TestGrounded(t *testing.T) {
	nodes := []Node{{ID: "recom-1"}, {ID: "lesson-1"}, {ID: "take-1"}, {ID: "seg-1"}, {ID: "doc-1"}, {ID: "lesson-2"}, {ID: "take-2"}}
	g := NewGraph("", nodes, []Edge{{From: "recom-1", To: "lesson-1", Role: Supports}, {From: "lesson-1", To: "take-1", Role: Supports}, {From: "take-1", To: "seg-1", Role: Supports},
		{From: "seg-1", To: "doc-1", Role: PartOf}, {From: "lesson-2", To: "take-2", Role: Supports}, {From: "take-2", To: "seg-1", Role: Contradicts}})
	if !g.Grounded("recom-1") {
		t.Error("an unbroken path is not seen")
	}
	if g.Grounded("lesson-2") {
		t.Error("what speaks against a statement is taken for its ground")
	}
}
