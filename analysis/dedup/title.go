package dedup

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"throughline/internal/pattern"
)

// title is a title ready for comparing.
type title struct {
	whole   string   // normalised, without spaces
	words   []uint32 // numbers of the words that carry meaning, sorted; pairs of letters for scripts without spaces
	weight  int      // how many of them tell titles apart
	numbers []string // numbers in it, Roman and spelled ones as digits, sorted
	special []string // "reply", "erratum" and their like, sorted
	generic bool     // such as "Editorial": many works have it
}

// Notes that databases put behind a title, in parentheses.
var note = pattern.Late(`(?i)\s*\((provisional abstract|structured abstract|brief record|project record|cochrane review|review|multiple letters|letter|abstract|english|[a-z]+ language|author's transl|transl|retracted article[^()]*|reprinted[^()]*)\)[\s.]*$`)

// bare is a title without the brackets around a translated title and without
// notes behind it: "[A study of x] LA: Chi", "A study of x. [Review] [34 refs]".
func bare(s string) string {
	s = strings.TrimSpace(s)
	if strings.HasPrefix(s, "[") {
		depth := 0
		for i, r := range s {
			switch r {
			case '[':
				depth++
			case ']':
				depth--
			}
			if depth == 0 {
				// What follows is a note unless it is longer than the title.
				if i > len(s)/2 {
					s = s[1:i]
				}
				break
			}
		}
		s = strings.TrimPrefix(s, "[")
	}
	for {
		cut := strings.TrimRight(s, " .\t")
		if strings.HasSuffix(cut, "]") {
			if i := strings.LastIndexByte(cut, '['); i > 0 {
				cut = cut[:i]
			}
		} else if strings.HasSuffix(cut, ")") {
			if at := note().FindStringIndex(cut); at != nil && at[0] > 0 {
				cut = cut[:at[0]]
			}
		}
		if cut = strings.TrimRight(cut, " .\t"); cut == s {
			return s
		}
		s = cut
	}
}

// Words that are left out when words are compared.
var small = set("a an the d l of in and for on to with by from at as is are or de la le les des du et el los las y en der die das und den del di da e do dos o os")

// Words of a title that many works have.
var common = set(`editorial editorials editor editors comment comments note notes letter letters introduction preface foreword
	afterword contents index news book books review reviews reviewer reviewers reviewed abstract abstracts issue special message
	president presidents chair word words welcome acknowledgment acknowledgement acknowledgments acknowledgements obituary erratum errata corrigendum
	correction corrections announcement announcements calendar commentary discussion response reply rejoinder conclusion conclusions summary
	overview background perspective perspectives viewpoint opinion column correspondence guest this our new year annual report
	volume number part untitled title no none proceedings conference symposium workshop table front matter back cover masthead about authors author
	chairs executive overviews opinions opinion issues minitrack remarks opening closing greetings statement publisher publishers
	contributors in memoriam highlights research briefs brief communication communications information call papers paper section from desk corner
	january february march april may june july august september october november december spring summer autumn winter list
	editorialnotes leitartikel rezension rezensionen buchbesprechung vorwort einleitung editoriale editorialul recensioni recension compte rendu comptes rendus prologo presentacion`)

// Words that make a text another than the one it is about.
var special = set("reply replies response responds comment comments commentary commentaries rejoinder erratum errata corrigendum corrigenda correction corrections addendum retraction retracted withdrawn re letter discussion editorial protocol preface")

var parts = set("part parts teil partie parte phase stage study book chapter volume section type grade level class case report paper")

var spelled = map[string]string{"one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9", "ten": "10",
	"first": "1", "second": "2", "third": "3", "fourth": "4", "fifth": "5", "1st": "1", "2nd": "2", "3rd": "3", "4th": "4", "5th": "5"}

func set(words string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}

// newTitle prepares a title.
func newTitle(s string, v *vocabulary) title {
	normal := Normalize(bare(s))
	if normal == "" {
		normal = Normalize(s)
	}
	t := title{whole: strings.ReplaceAll(normal, " ", "")}
	known, all := 0, 0
	words := strings.Fields(normal)
	for i, w := range words {
		all++
		// "I" is a number behind "part" and at the end; else a word of many languages.
		if n := numeral(w); n != "" && (w != "i" || i == len(words)-1 || i > 0 && parts[words[i-1]]) {
			t.numbers = append(t.numbers, n)
			known++
		} else {
			t.numbers = append(t.numbers, digits(w)...)
		}
		if special[w] {
			t.special = append(t.special, w)
		}
		if common[w] || small[w] {
			known++
		}
		if small[w] {
			continue
		}
		if letters := unspaced(w); letters != nil {
			for i := 0; i+1 < len(letters); i++ {
				t.words = append(t.words, v.id(string(letters[i:i+2])))
			}
			t.weight += (len(letters) + 1) / 2
			all += len(letters) / 2
			continue
		}
		t.words = append(t.words, v.id(w))
		if len(w) > 2 && !common[w] {
			t.weight++
		}
	}
	slices.Sort(t.words)
	slices.Sort(t.numbers)
	slices.Sort(t.special)
	t.generic = all > 0 && (known == all || all-known == 1 && all <= 3) && t.weight <= 1
	return t
}

// unspaced are the letters of a word in a script that puts no space between
// words, or nil.
func unspaced(w string) []rune {
	if w[0] < utf8.RuneSelf {
		return nil
	}
	letters := []rune(w)
	if len(letters) > 1 && unicode.In(letters[0], unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar) {
		return letters
	}
	return nil
}

// numeral is the number that a word stands for, in digits, or empty.
func numeral(w string) string {
	if s := spelled[w]; s != "" {
		return s
	}
	if w != "i" && (len(w) < 2 || len(w) > 5) || strings.Trim(w, "ivx") != "" {
		return ""
	}
	n := roman(w)
	if n == 0 || n > 39 {
		return ""
	}
	return strconv.Itoa(n)
}

// roman reads a Roman number in lower case; 0 when it is none.
func roman(w string) int {
	value := map[byte]int{'i': 1, 'v': 5, 'x': 10, 'l': 50, 'c': 100, 'd': 500, 'm': 1000}
	n := 0
	for i := range len(w) {
		d := value[w[i]]
		if d == 0 {
			return 0
		}
		if i+1 < len(w) && d < value[w[i+1]] {
			n -= d
		} else {
			n += d
		}
	}
	return n
}

// digits are the numbers inside a word.
func digits(w string) []string {
	var out []string
	for i := 0; i < len(w); i++ {
		start := i
		for i < len(w) && w[i] >= '0' && w[i] <= '9' {
			i++
		}
		if i > start {
			out = append(out, w[start:i])
		}
	}
	return out
}

// How two titles agree, from best to worst.
type likeness int

const (
	unknownTitle likeness = iota // one is missing
	sameTitle                    // letter by letter
	typoTitle                    // but for slips of the pen
	partTitle                    // one is the other and more: a subtitle lost, a title cut short
	closeTitle                   // nearly all words
	someTitle                    // half of the words or more
	otherTitle
)

// compare tells how alike two titles are.
func (v *vocabulary) compare(a, b title) likeness {
	if a.whole == "" || b.whole == "" {
		return unknownTitle
	}
	if a.whole == b.whole {
		return sameTitle
	}
	onlyA, onlyB := apart(a.words, b.words)
	same := len(a.words) - len(onlyA)
	most := max(len(a.words), len(b.words))
	if same*5 < min(len(a.words), len(b.words))*2 {
		return otherTitle
	}
	// Slips: words that differ in a letter or two. Numbers never do.
	slips := 0
	for i, x := range onlyA {
		for j, y := range onlyB {
			if y != gone && v.slip(x, y) {
				onlyA[i], onlyB[j] = gone, gone
				slips++
				break
			}
		}
	}
	onlyA, onlyB = without(onlyA), without(onlyB)
	if len(onlyA) == 0 && len(onlyB) == 0 {
		return typoTitle
	}
	// Words written together or apart, and a slip beside; one word that stands
	// for one other is not a slip.
	if (len(onlyA) != 1 || len(onlyB) != 1) && near(a.whole, b.whole, 2) {
		return typoTitle
	}
	same += slips
	short, long := a, b
	if len(short.whole) > len(long.whole) {
		short, long = b, a
	}
	if strings.HasPrefix(long.whole, short.whole) && short.weight >= 3 {
		return partTitle
	}
	if len(onlyA) == 0 || len(onlyB) == 0 {
		if short.weight >= 4 {
			return partTitle
		}
	}
	switch {
	case same*5 >= most*4:
		return closeTitle
	case same*2 >= most:
		return someTitle
	}
	return otherTitle
}

// gone marks a word that is accounted for.
const gone = ^uint32(0)

func without(ids []uint32) []uint32 {
	return slices.DeleteFunc(ids, func(x uint32) bool { return x == gone })
}

// apart are the words that only one side has; both are sorted.
func apart(a, b []uint32) (onlyA, onlyB []uint32) {
	i, j := 0, 0
	for i < len(a) && j < len(b) {
		switch {
		case a[i] == b[j]:
			i++
			j++
		case a[i] < b[j]:
			onlyA = append(onlyA, a[i])
			i++
		default:
			onlyB = append(onlyB, b[j])
			j++
		}
	}
	return append(onlyA, a[i:]...), append(onlyB, b[j:]...)
}

// slip tells that two words are one but for a letter: a slip of the pen, a
// plural, a British or an American spelling. Numbers are never, nor is a word
// with a letter put in front, as in "atypical".
func (v *vocabulary) slip(x, y uint32) bool {
	a, b := v.words[x], v.words[y]
	if len(a) > len(b) {
		a, b = b, a
	}
	return len(a) > 3 && a != b[1:] && near(a, b, 1) && !strings.ContainsAny(a, "0123456789") && !strings.ContainsAny(b, "0123456789")
}

// near tells whether at most k letters must be put in, taken out, changed or
// exchanged with their neighbour to make b of a (optimal string alignment, in
// a band of k on each side of the diagonal).
func near(a, b string, k int) bool {
	if a == b {
		return true
	}
	if max(len(a)-len(b), len(b)-len(a)) > k {
		return false
	}
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	if len(a) == 0 || len(b) == 0 {
		return true // the difference in length is at most k
	}
	width := 2*k + 3
	var fixed [3 * 64]int16
	var cells []int16
	if 3*width <= len(fixed) {
		cells = fixed[:3*width]
	} else {
		cells = make([]int16, 3*width)
	}
	before, last, row := cells[:width], cells[width:2*width], cells[2*width:]
	const far = 1 << 14
	for d := range width { // row 0: j = d-k-1
		j := d - k - 1
		last[d], before[d] = far, far
		if j >= 0 && j <= k {
			last[d] = int16(j)
		}
	}
	for i := 1; i <= len(a); i++ {
		least := int16(far)
		row[0], row[width-1] = far, far
		for d := 1; d < width-1; d++ {
			j := i + d - k - 1
			if j < 0 || j > len(b) {
				row[d] = far
				continue
			}
			if j == 0 {
				row[d] = int16(i)
				least = min(least, row[d])
				continue
			}
			c := last[d]
			if a[i-1] != b[j-1] {
				c++
				c = min(c, last[d+1]+1, row[d-1]+1)
				if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
					c = min(c, before[d]+1)
				}
			}
			row[d] = c
			least = min(least, c)
		}
		if least > int16(k) {
			return false
		}
		before, last, row = last, row, before
	}
	return last[len(b)-len(a)+k+1] <= int16(k)
}

// vocabulary numbers words.
type vocabulary struct {
	ids   map[string]uint32
	words []string
}

func (v *vocabulary) id(w string) uint32 {
	if n, ok := v.ids[w]; ok {
		return n
	}
	n := uint32(len(v.words))
	w = strings.Clone(w)
	v.ids[w] = n
	v.words = append(v.words, w)
	return n
}
