package search

import "strings"

// Around gives a find in a paragraph with up to n letters on each side, in one line each. A side that is cut begins or ends
// with a whole word, where spaces tell words apart.
func Around(body []rune, s Span, n int) (left, key, right string) {
	l, r := body[max(0, s.From-n):s.From], body[s.To:min(len(body), s.To+n)]
	blank := func(c rune) bool { return c == ' ' || c == '\n' }
	if cut := s.From - len(l); cut > 0 && !blank(body[cut-1]) {
		for i, c := range l {
			if blank(c) {
				l = l[i:]
				break
			}
		}
	}
	if cut := s.To + len(r); cut < len(body) && !blank(body[cut]) {
		for i := len(r) - 1; i >= 0; i-- {
			if blank(r[i]) {
				r = r[:i]
				break
			}
		}
	}
	flat := func(r []rune) string { return strings.Join(strings.Fields(string(r)), " ") }
	return flat(l), string(body[s.From:s.To]), flat(r)
}
