package coding

import (
	"slices"
	"strings"
	"testing"

	"throughline/internal/thread"
)

// order writes a tree on one line: a code's depth in dots, its name, and its place.
func order(codes []Code) string {
	var out []string
	for _, b := range Tree(codes) {
		out = append(out, strings.Repeat(".", b.Depth)+b.Code.Name)
	}
	return strings.Join(out, " ")
}

func TestTreeIsInOrder(t *testing.T) {
	codes := func(of ...Code) []Code {
		for i := range of {
			of[i].ID = thread.ID("code-" + of[i].Name)
			if of[i].Parent != "" {
				of[i].Parent = "code-" + of[i].Parent
			}
		}
		return of
	}
	for _, x := range []struct {
		what  string
		codes []Code
		want  string
	}{
		{"by name", codes(Code{Name: "b"}, Code{Name: "c", Parent: "b"}, Code{Name: "a"}), "a b .c"},
		{"by place", codes(Code{Name: "a", Order: 3}, Code{Name: "b", Order: 1}, Code{Name: "c", Order: 2}), "b c a"},
		{"those without a place last, by name", codes(Code{Name: "d"}, Code{Name: "a"}, Code{Name: "z", Order: 7}), "z a d"},
		{"one place twice", codes(Code{Name: "b", Order: 1}, Code{Name: "a", Order: 1}), "a b"},
		{"places count within a level", codes(Code{Name: "a", Order: 2}, Code{Name: "x", Parent: "a", Order: 1}, Code{Name: "b", Order: 1}), "b a .x"},
		{"a missing code above", codes(Code{Name: "a", Parent: "gone"}, Code{Name: "b"}), "a b"},
		{"a circle", codes(Code{Name: "a", Parent: "b"}, Code{Name: "b", Parent: "a"}, Code{Name: "c", Parent: "b"}), "a b .c"},
	} {
		if got := order(x.codes); got != x.want {
			t.Errorf("%s: %s; expected %s", x.what, got, x.want)
		}
	}
}

func TestPlacesAreGivenOnlyWhereNamesDoNotSay(t *testing.T) {
	level := []Code{{ID: "code-b", Name: "b", Order: 9}, {ID: "code-a", Name: "a"}}
	if got := Ordered(level); got[0].Order != 1 || got[1].Order != 2 {
		t.Errorf("b before a: %+v", got)
	}
	if level[0].Order != 9 {
		t.Error("what was given is changed")
	}
	if got := Ordered([]Code{level[1], level[0]}); got[0].Order != 0 || got[1].Order != 0 {
		t.Errorf("a before b: %+v", got)
	}
	if (Code{ID: "code-a", Name: "a", Define: "d", Order: -1}).Valid() == nil {
		t.Error("a place below zero is taken")
	}
}

// The codes of a template stand in the order in which it gives them.
func TestTemplatesKeepTheirOrder(t *testing.T) {
	for _, x := range Templates {
		var level, given []thread.ID
		for _, c := range Level(x.Codes, "") {
			level = append(level, c.ID)
		}
		for _, c := range x.Codes {
			if c.Parent == "" {
				given = append(given, c.ID)
			}
		}
		if !slices.Equal(level, given) {
			t.Errorf("%s: %v, given as %v", x.ID, level, given)
		}
	}
}
