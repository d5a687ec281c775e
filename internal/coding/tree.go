package coding

import (
	"cmp"
	"slices"
	"strings"

	"throughline/internal/thread"
)

// Branch is a code at its place in the tree.
type Branch struct {
	Code  Code
	Above thread.ID // the code below which it stands in the tree; empty: at the root
	Depth int       // how many codes stand above it
}

// Tree puts codes in the order of the tree: each after the one above it, and those beside each other by their places, then
// by name. A code whose parent is missing, or whose parents go round in a circle, stands at the root: nothing is lost from
// sight.
func Tree(codes []Code) []Branch {
	byID := make(map[thread.ID]Code, len(codes))
	for _, c := range codes {
		byID[c.ID] = c
	}
	below := map[thread.ID][]Code{}
	for _, c := range codes {
		up := c.Parent
		if _, ok := byID[up]; !ok || rounds(byID, c) {
			up = ""
		}
		below[up] = append(below[up], c)
	}
	out := make([]Branch, 0, len(codes))
	var walk func(above thread.ID, depth int)
	walk = func(above thread.ID, depth int) {
		slices.SortFunc(below[above], beside)
		for _, c := range below[above] {
			out = append(out, Branch{c, above, depth})
			walk(c.ID, depth+1)
		}
	}
	walk("", 0)
	return out
}

// beside is the order of two codes that stand beside each other.
func beside(a, b Code) int {
	if a.Order != b.Order && (a.Order == 0 || b.Order == 0) {
		return cmp.Compare(b.Order, a.Order)
	}
	return cmp.Or(cmp.Compare(a.Order, b.Order), strings.Compare(a.Name, b.Name), strings.Compare(string(a.ID), string(b.ID)))
}

// rounds tells whether a code is among the codes above itself.
func rounds(byID map[thread.ID]Code, c Code) bool {
	x := c
	for range len(byID) + 1 {
		if x.Parent == "" {
			return false
		}
		if x.Parent == c.ID {
			return true
		}
		x = byID[x.Parent]
	}
	return false // it hangs below a circle, which is cut at its members
}

// Level gives the codes that stand directly below a code, or at the root, in order.
func Level(codes []Code, above thread.ID) []Code {
	var out []Code
	for _, b := range Tree(codes) {
		if b.Above == above {
			out = append(out, b.Code)
		}
	}
	return out
}

// Ordered gives codes that stand beside each other their places in the order in which they come. When that is the order of
// names, they need none and have none.
func Ordered(level []Code) []Code {
	out := slices.Clone(level)
	for i := range out {
		out[i].Order = 0
	}
	if slices.IsSortedFunc(out, beside) {
		return out
	}
	for i := range out {
		out[i].Order = i + 1
	}
	return out
}
