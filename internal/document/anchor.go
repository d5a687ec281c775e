package document

import (
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Moved is where an anchor is in another version of its text.
type Moved struct {
	Anchor  Anchor // in the new version; for an orphan: as it was
	Orphan  bool   // its words, or words that became of them, were not found
	Changed bool   // its words are other ones now: they were corrected
	Nearest string // for an orphan: the passage of the new text that is most like it; empty: none is
	How     string // place, words, likeness
}

// word is a word of a text: letters and digits, or one other character that is no space.
type word struct {
	from, to int // code points
	text     string
}

func wordsOf(r []rune) []word {
	var out []word
	for i := 0; i < len(r); {
		switch {
		case unicode.IsSpace(r[i]) || r[i] == '\u00ad' || r[i] == '\u200b':
			i++
		case lettered(r[i]):
			j := i
			// Scripts without spaces between words are taken in short pieces, so that one changed letter does not make a
			// whole line another word.
			for j < len(r) && lettered(r[j]) && !(unspaced(r[j]) && j > i) {
				j++
			}
			out = append(out, word{i, j, strings.ToLower(string(r[i:j]))})
			i = j
		default:
			out = append(out, word{i, i + 1, string(r[i])})
			i++
		}
	}
	return out
}

func lettered(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)
}

// unspaced tells letters of scripts that are written without spaces between words.
func unspaced(r rune) bool {
	return r >= 0x0e00 && unicode.In(r, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar, unicode.Han, unicode.Hiragana, unicode.Katakana)
}

// Reanchor finds anchors again in another version of their text. The two texts are aligned word by word (the longest
// common subsequence after the words that occur once in both, Bram Cohen's patience diff), so that an anchor keeps its place
// when its words are corrected. Where that fails its words are looked for, with its context to choose between several
// places, and then the passage that shares the most words. What is not found is an orphan: it is never moved silently.
func Reanchor(old, now Text, anchors []Anchor) []Moved {
	a, b := []rune(old.Body), []rune(now.Body)
	wa, wb := wordsOf(a), wordsOf(b)
	pair := align(wa, wb)
	out := make([]Moved, len(anchors))
	folded, back := fold(now.Body)
	count := map[string]int{}
	for _, w := range wb {
		count[w.text]++
	}
	for i, x := range anchors {
		if !x.Area.None() { // stays where it is, whatever the text says
			x.Version = now.Version
			out[i] = Moved{Anchor: x, How: "place"}
			continue
		}
		out[i] = moved(x, now, a, b, wa, wb, pair, folded, back, count)
	}
	return out
}

func moved(x Anchor, now Text, a, b []rune, wa, wb []word, pair []int, folded string, back []int, count map[string]int) Moved {
	at := func(from, to int, how string) (Moved, bool) {
		n, err := now.At(from, to)
		if err != nil {
			return Moved{}, false
		}
		return Moved{Anchor: n, How: how, Changed: n.Quote != x.Quote && foldOf(n.Quote) != foldOf(x.Quote)}, true
	}
	// Words of the passage, and where they went.
	first := sort.Search(len(wa), func(i int) bool { return wa[i].to > x.Start })
	last := sort.Search(len(wa), func(i int) bool { return wa[i].from >= x.End })
	if first < last && x.End <= len(a) {
		kept, lo, hi := 0, -1, -1
		for i := first; i < last; i++ {
			if j := pair[i]; j >= 0 {
				if lo < 0 {
					lo = j
				}
				hi = j
				kept++
			}
		}
		n := last - first
		if kept > 0 && hi-lo+1 <= 2*n+4 && 2*kept >= n {
			// Words at the ends that were replaced belong to it still: up to where its neighbours went.
			if pair[first] < 0 {
				if p := first - 1; p < 0 {
					lo = 0
				} else if pair[p] >= 0 {
					lo = max(pair[p]+1, lo-2*(n-kept)-2)
				}
			}
			if pair[last-1] < 0 {
				if q := last; q >= len(wa) {
					hi = len(wb) - 1
				} else if pair[q] >= 0 {
					hi = min(pair[q]-1, hi+2*(n-kept)+2)
				}
			}
			from, to := wb[lo].from, wb[hi].to
			// An anchor that began or ended within a word does so still.
			if d := x.Start - wa[first].from; d > 0 && pair[first] >= 0 {
				from += d
			}
			if d := wa[last-1].to - x.End; d > 0 && pair[last-1] >= 0 {
				to -= d
			}
			if from < to {
				if m, ok := at(from, to, "place"); ok {
					// Where the same words stand elsewhere too, what is around them must not speak for the other place.
					if !m.Changed {
						here := contextAt(x, foldOf(m.Anchor.Before), foldOf(m.Anchor.After))
						if best, score := byContext(x, folded); best >= 0 && back[best] != from && score > here+6 {
							if w, ok := at(back[best], back[best+len(foldOf(x.Quote))-1]+1, "words"); ok {
								return w
							}
						}
					}
					return m
				}
			}
		}
	}
	// Its words, wherever they are.
	if best, _ := byContext(x, folded); best >= 0 {
		if m, ok := at(back[best], back[best+len(foldOf(x.Quote))-1]+1, "words"); ok {
			return m
		}
	}
	// The passage that shares the most words.
	own := wordsOf([]rune(x.Quote))
	want := map[string]int{}
	for _, w := range own {
		want[w.text]++
	}
	n := len(own)
	bestAt, bestScore := -1, 0.0
	if n > 0 {
		weight := func(s string) float64 { return 1 / (1 + float64(count[s])) } // rare words tell more
		total := 0.0
		for _, w := range own {
			total += weight(w.text)
		}
		have := map[string]int{}
		score := 0.0
		for i := range wb {
			w := wb[i].text
			if have[w]++; have[w] <= want[w] {
				score += weight(w)
			}
			if i >= n {
				g := wb[i-n].text
				if have[g] <= want[g] {
					score -= weight(g)
				}
				have[g]--
			}
			if score/total > bestScore+1e-12 {
				bestAt, bestScore = max(0, i-n+1), score/total
			}
		}
	}
	if bestAt >= 0 {
		end := min(bestAt+n-1, len(wb)-1)
		if bestScore >= 0.75 && n >= 4 {
			if m, ok := at(wb[bestAt].from, wb[end].to, "likeness"); ok {
				return m
			}
		}
		if bestScore >= 0.3 {
			return Moved{Anchor: x, Orphan: true, Nearest: string(b[wb[bestAt].from:wb[end].to])}
		}
	}
	return Moved{Anchor: x, Orphan: true}
}

// byContext finds the words of an anchor in a folded text; of several places the one around which the text is most like it
// was. score is how many bytes on both sides are the same; best is -1 when the words do not stand there.
func byContext(x Anchor, folded string) (best, score int) {
	best, score = -1, -1
	q := foldOf(x.Quote)
	if q == "" {
		return
	}
	for p, n := 0, 0; n < 200; n++ {
		k := strings.Index(folded[p:], q)
		if k < 0 {
			break
		}
		if s := contextAt(x, tail(folded[:p+k], 40), head(folded[p+k+len(q):], 40)); s > score {
			best, score = p+k, s
		}
		p += k + 1
		for p < len(folded) && !utf8.RuneStart(folded[p]) {
			p++
		}
	}
	return
}

func contextAt(x Anchor, before, after string) int {
	return alike(strings.TrimRight(before, " "), foldOf(x.Before), true) + alike(strings.TrimLeft(after, " "), foldOf(x.After), false)
}

// fold makes small letters and one space of each run of white space, and tells for each byte which code point it was.
func fold(s string) (string, []int) {
	var b strings.Builder
	var back []int
	cp, space := 0, false
	for _, r := range s {
		switch {
		case r == '\u00ad' || r == '\u200b':
		case unicode.IsSpace(r):
			if !space {
				b.WriteByte(' ')
				back = append(back, cp)
			}
			space = true
		default:
			space = false
			n, _ := b.WriteRune(unicode.ToLower(quoteMark(r)))
			for range n {
				back = append(back, cp)
			}
		}
		cp++
	}
	return b.String(), back
}

func foldOf(s string) string {
	f, _ := fold(strings.TrimSpace(s))
	return f
}

// quoteMark makes one of the marks that programs put for each other.
func quoteMark(r rune) rune {
	switch r {
	case '‘', '’', '‚', '‛', '`', '´':
		return '\''
	case '“', '”', '„', '«', '»':
		return '"'
	case '‐', '‑', '–', '—', '−':
		return '-'
	}
	return r
}

func tail(s string, n int) string {
	if len(s) > n*4 {
		s = s[len(s)-n*4:]
	}
	return s
}

func head(s string, n int) string {
	if len(s) > n*4 {
		s = s[:n*4]
	}
	return s
}

// alike counts how many bytes two texts share at their ends, or at their beginnings.
func alike(a, b string, ends bool) int {
	n := 0
	for n < len(a) && n < len(b) {
		if ends && a[len(a)-1-n] != b[len(b)-1-n] || !ends && a[n] != b[n] {
			break
		}
		n++
	}
	return n
}

// align pairs the words of two texts: for each of a the index in b, or -1.
func align(a, b []word) []int {
	pair := make([]int, len(a))
	for i := range pair {
		pair[i] = -1
	}
	patience(a, b, 0, 0, pair, 0)
	return pair
}

// smallest is the number of cells up to which two stretches are aligned exactly.
const smallest = 1 << 22

func patience(a, b []word, oa, ob int, pair []int, depth int) {
	for len(a) > 0 && len(b) > 0 && a[0].text == b[0].text {
		pair[oa] = ob
		a, b, oa, ob = a[1:], b[1:], oa+1, ob+1
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1].text == b[len(b)-1].text {
		pair[oa+len(a)-1] = ob + len(b) - 1
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	if len(a) == 0 || len(b) == 0 {
		return
	}
	if len(a)*len(b) <= smallest {
		exact(a, b, oa, ob, pair)
		return
	}
	// Runs of three words that occur once in both, in an order that both keep.
	type seen struct{ n, at int }
	key := func(w []word, i int) string { return w[i].text + "\x00" + w[i+1].text + "\x00" + w[i+2].text }
	once := map[string]seen{}
	for i := 0; i+2 < len(b); i++ {
		s := once[key(b, i)]
		once[key(b, i)] = seen{s.n + 1, i}
	}
	mine := map[string]int{}
	for i := 0; i+2 < len(a); i++ {
		mine[key(a, i)]++
	}
	var list [][2]int
	for i := 0; i+2 < len(a); i++ {
		k := key(a, i)
		if s := once[k]; s.n == 1 && mine[k] == 1 {
			list = append(list, [2]int{i, s.at})
		}
	}
	chain := increasing(list)
	if len(chain) == 0 || depth > 20 {
		return // nothing to hold on to: the words are looked for one passage at a time
	}
	pa, pb := 0, 0
	for _, c := range chain {
		if c[0] < pa || c[1] < pb {
			continue
		}
		patience(a[pa:c[0]], b[pb:c[1]], oa+pa, ob+pb, pair, depth+1)
		pair[oa+c[0]] = ob + c[1]
		pa, pb = c[0]+1, c[1]+1
	}
	patience(a[pa:], b[pb:], oa+pa, ob+pb, pair, depth+1)
}

// increasing gives the longest part of a list, ordered by its first number, in which the second grows too.
func increasing(list [][2]int) [][2]int {
	var ends []int
	prev := make([]int, len(list))
	for i, x := range list {
		k := sort.Search(len(ends), func(j int) bool { return list[ends[j]][1] >= x[1] })
		prev[i] = -1
		if k > 0 {
			prev[i] = ends[k-1]
		}
		if k == len(ends) {
			ends = append(ends, i)
		} else {
			ends[k] = i
		}
	}
	if len(ends) == 0 {
		return nil
	}
	var out [][2]int
	for i := ends[len(ends)-1]; i >= 0; i = prev[i] {
		out = append(out, list[i])
	}
	for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
		out[i], out[j] = out[j], out[i]
	}
	return out
}

// exact is the longest common subsequence by dynamic programming.
func exact(a, b []word, oa, ob int, pair []int) {
	m := len(b) + 1
	t := make([]uint32, (len(a)+1)*m)
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i].text == b[j].text {
				t[i*m+j] = t[(i+1)*m+j+1] + 1
			} else {
				t[i*m+j] = max(t[(i+1)*m+j], t[i*m+j+1])
			}
		}
	}
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i].text == b[j].text && t[i*m+j] == t[(i+1)*m+j+1]+1:
			pair[oa+i] = ob + j
			i, j = i+1, j+1
		case t[(i+1)*m+j] >= t[i*m+j+1]:
			i++
		default:
			j++
		}
	}
}
