package words

import (
	"math"
	"unicode"
)

// The ways of cutting follow ICU's DictionaryBreakEngine (dictbe.cpp, ICU 72; see dict/LICENSE).

// engine is how a script of South-East Asia is cut.
type engine struct {
	words        func() *dictionary
	root, prefix int               // up to how many letters what is no word is joined to the word before it
	begins, ends func(r rune) bool // letters with which words can begin, and end
	suffixes     bool              // Thai: paiyannoi and maiyamok belong to the word before them
}

func between(from, to rune) func(rune) bool { return func(r rune) bool { return r >= from && r <= to } }

var engines = []struct {
	script *unicode.RangeTable
	engine
}{
	{unicode.Thai, engine{words: thai, root: 3, prefix: 3, suffixes: true,
		begins: func(r rune) bool { return r >= 0x0e01 && r <= 0x0e2e || r >= 0x0e40 && r <= 0x0e44 },
		ends:   func(r rune) bool { return r != 0x0e31 && (r < 0x0e40 || r > 0x0e44) }}},
	{unicode.Lao, engine{words: lao, root: 3, prefix: 3,
		begins: func(r rune) bool {
			return r >= 0x0e81 && r <= 0x0eae || r == 0x0edc || r == 0x0edd || r >= 0x0ec0 && r <= 0x0ec4
		},
		ends: func(r rune) bool { return r < 0x0ec0 || r > 0x0ec4 }}},
	{unicode.Khmer, engine{words: khmer, root: 10, prefix: 5, begins: between(0x1780, 0x17b3), ends: func(r rune) bool { return r != 0x17d2 }}},
	{unicode.Myanmar, engine{words: burmese, root: 3, prefix: 3, begins: between(0x1000, 0x102a), ends: func(rune) bool { return true }}},
}

// possible is the words that may stand at a place, the longest of them first.
type possible struct {
	at          int
	words       []match
	looked      int
	now, marked int
}

func (p *possible) backUp() bool {
	if p.now > 0 {
		p.now--
		return true
	}
	return false
}

// end is where the word that is looked at ends.
func (p *possible) end() int { return p.at + p.words[p.now].length }

// cut gives where the words of a run of letters of one script end. A word of the dictionary is taken for one when two more
// can follow it, the longest such first; what is no word is passed over up to where a word begins.
func (e engine) cut(r []rune) []int {
	if len(r) < 4 {
		return []int{len(r)}
	}
	d := e.words()
	at := func(i int) *possible {
		p := &possible{at: i}
		if i < len(r) {
			p.words, p.looked = d.matches(r[i:])
		}
		p.now = len(p.words) - 1
		p.marked = p.now
		return p
	}
	var out []int
	for from := 0; from < len(r); {
		length := 0
		if first := at(from); len(first.words) > 0 {
			e.choose(first, at, len(r))
			length = first.words[first.marked].length
		}
		end := from + length
		if end < len(r) && length < e.root {
			next := at(end)
			if len(next.words) == 0 && (length == 0 || next.looked < e.prefix) {
				// What follows is no word: to where one may begin.
				for i := end + 1; ; i++ {
					if i >= len(r) {
						end = len(r)
						break
					}
					if e.ends(r[i-1]) && e.begins(r[i]) && len(at(i).words) > 0 {
						end = i
						break
					}
				}
			}
		}
		for end < len(r) && unicode.IsMark(r[end]) {
			end++
		}
		if e.suffixes && end > from && end < len(r) && len(at(end).words) == 0 {
			const paiyannoi, maiyamok = 0x0e2f, 0x0e46
			if r[end] == paiyannoi && r[end-1] != paiyannoi && r[end-1] != maiyamok {
				end++
			}
			if end < len(r) && r[end] == maiyamok && r[end-1] != maiyamok {
				end++
			}
		}
		out = append(out, end)
		from = end
	}
	return out
}

// choose marks, of the words that may stand first, the one that is taken.
func (e engine) choose(first *possible, at func(int) *possible, end int) {
	if len(first.words) == 1 || first.end() >= end {
		return
	}
	for {
		if second := at(first.end()); len(second.words) > 0 {
			first.marked = first.now
			if second.end() >= end {
				return
			}
			for {
				if third := at(second.end()); len(third.words) > 0 {
					return
				}
				if !second.backUp() {
					break
				}
			}
		}
		if !first.backUp() {
			return
		}
	}
}

// katakana is what a run of so many letters of Katakana costs, that is, how unlikely it is to be a word.
var katakana = [...]int{8192, 984, 408, 240, 204, 252, 300, 372, 480}

func isKatakana(r rune) bool {
	return r >= 0x30a1 && r <= 0x30fe && r != 0x30fb || r >= 0xff66 && r <= 0xff9f
}

// cutCJ gives where the words of a run of Han and Kana end: the row of words that is least unlikely (Viterbi).
func cutCJ(r []rune) []int {
	const longest, longestKatakana, unknown = 20, 20, 255
	d := cj()
	best, before := make([]int, len(r)+1), make([]int, len(r)+1)
	for i := range best[1:] {
		best[i+1] = math.MaxInt
	}
	was := false
	for i, c := range r {
		is := isKatakana(c)
		if best[i] < math.MaxInt {
			reach := func(length, cost int) {
				if to := i + length; best[i]+cost < best[to] {
					best[to], before[to] = best[i]+cost, i
				}
			}
			found, _ := d.matches(r[i:min(len(r), i+longest)])
			for _, m := range found {
				reach(m.length, m.cost)
			}
			if len(found) == 0 || found[0].length != 1 {
				reach(1, unknown)
			}
			if is && !was {
				n := 1
				for i+n < len(r) && n < longestKatakana && isKatakana(r[i+n]) {
					n++
				}
				if n < longestKatakana {
					cost := katakana[0]
					if n < len(katakana) {
						cost = katakana[n]
					}
					reach(n, cost)
				}
			}
		}
		was = is
	}
	var back, out []int
	for at := len(r); at > 0; at = before[at] {
		back = append(back, at)
	}
	for i := range back {
		out = append(out, back[len(back)-1-i])
	}
	return out
}
