package search

import "testing"

func TestAround(t *testing.T) {
	for _, c := range []struct {
		body             string
		from, to, n      int
		left, key, right string
	}{
		{"They came to the square at noon and stayed.", 17, 23, 12, "came to the", "square", "at noon and"},
		{"They came.", 5, 9, 50, "They", "came", "."},
		{"one\ntwo three", 4, 7, 50, "one", "two", "three"},
		{"ประชาชนออกมาบนท้องถนน", 7, 12, 5, "ะชาชน", "ออกมา", "บนท้อ"},
		{"whole", 0, 5, 3, "", "whole", ""},
	} {
		l, k, r := Around([]rune(c.body), Span{From: c.from, To: c.to}, c.n)
		if l != c.left || k != c.key || r != c.right {
			t.Errorf("%q: %q [%q] %q", c.body, l, k, r)
		}
	}
}
