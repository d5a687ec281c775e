// Package words counts the words of texts, in every script: words between spaces, and in scripts without spaces (Thai, Lao,
// Khmer, Burmese, Chinese, Japanese) words cut by the dictionaries and the ways of ICU. It tells which scripts it cannot cut.
package words

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Word is a word of a text.
type Word struct {
	Text     string // in small letters, composed (NFC); the signs of vowels and accents stay
	From, To int    // code points
}

// uncut are scripts without spaces between words for which there is no dictionary here: what stands between two spaces counts
// as one word.
var uncut = map[string]*unicode.RangeTable{"Tibetan": unicode.Tibetan, "Tai Le": unicode.Tai_Le, "New Tai Lue": unicode.New_Tai_Lue, "Tai Tham": unicode.Tai_Tham, "Tai Viet": unicode.Tai_Viet, "Ahom": unicode.Ahom, "Balinese": unicode.Balinese, "Javanese": unicode.Javanese, "Cham": unicode.Cham, "Yi": unicode.Yi}

// Uncut names the scripts of a text that Split cannot cut into words.
func Uncut(text string) []string {
	var out []string
	for name, script := range uncut {
		if strings.ContainsFunc(text, func(r rune) bool { return r >= 0x0f00 && unicode.Is(script, r) }) {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// Split gives the words of a text. Numbers are no words.
func Split(text string) []Word {
	var out []Word
	r := []rune(text)
	add := func(from, to int) {
		if slices.ContainsFunc(r[from:to], unicode.IsLetter) {
			out = append(out, Word{norm.NFC.String(strings.ToLower(plain(r[from:to]))), from, to})
		}
	}
	for i := 0; i < len(r); {
		switch in := scriptOf(r[i]); {
		case in == spaced && !unicode.IsLetter(r[i]) && !unicode.IsNumber(r[i]):
			i++
		case in == spaced:
			j := i
			for j < len(r) && scriptOf(r[j]) == spaced && (unicode.IsLetter(r[j]) || unicode.IsNumber(r[j]) || unicode.IsMark(r[j]) || joins(r, j)) {
				j++
			}
			add(i, j)
			i = j
		default:
			j := i
			for j < len(r) && (scriptOf(r[j]) == in || j > i && (r[j] == 0x200c || r[j] == 0x200d)) {
				j++
			}
			ends := []int(nil)
			if in == hanKana {
				ends = cutCJ(r[i:j])
			} else {
				ends = engines[in].cut(r[i:j])
			}
			from := i
			for _, n := range ends {
				add(from, i+n)
				from = i + n
			}
			i = j
		}
	}
	return out
}

// plain takes soft hyphens out.
func plain(r []rune) string {
	return strings.ReplaceAll(string(r), "\u00ad", "")
}

const (
	hanKana = -1
	spaced  = -2
)

// scriptOf tells how a letter's script is cut: by which of the engines, as Han and Kana, or at spaces.
func scriptOf(r rune) int {
	if r < 0x0e00 {
		return spaced
	}
	if !unicode.IsLetter(r) && !unicode.IsMark(r) {
		return spaced
	}
	for i, e := range engines {
		if unicode.Is(e.script, r) {
			return i
		}
	}
	if unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) || r == 0x30fc || r == 0xff70 {
		return hanKana
	}
	return spaced
}

// joins tells an apostrophe, a soft hyphen or a joiner within a word.
func joins(r []rune, i int) bool {
	return (r[i] == '\'' || r[i] == '’' || r[i] == '\u00ad' || r[i] == '\u200d' || r[i] == '\u200c') && i > 0 && i+1 < len(r) && unicode.IsLetter(r[i-1]) && unicode.IsLetter(r[i+1])
}

// Text is a text whose words are counted, and the group it belongs to, such as a case.
type Text struct {
	Group string
	Body  string
}

// Options say which words are listed. All are counted for the totals.
type Options struct {
	Longer  int             // words of more letters than this; marks are no letters
	Without map[string]bool // stop words, in small letters
	Key     string          // the group that is compared with all others; "": none
}

// Row is a word of a list.
type Row struct {
	Word  string
	N     int     // times in all
	Texts int     // in how many texts
	By    []int   // times in each group
	Key   float64 // log-likelihood of the group that is compared, negative where the word is rarer in it than in the others
}

// Group is a group of texts.
type Group struct {
	Name  string
	Words int // in all
	Texts int
}

// Table is a list of words.
type Table struct {
	Words  int // in all texts, listed or not
	Texts  int
	Groups []Group
	Rows   []Row    // the most frequent first; or, when a group is compared, what sets it apart first
	Uncut  []string // scripts that could not be cut into words
}

// Compares tells whether a group and at least one other have words, so that they can be compared.
func (t Table) Compares(key string) bool {
	i := slices.IndexFunc(t.Groups, func(g Group) bool { return g.Name == key })
	return i >= 0 && t.Groups[i].Words > 0 && t.Groups[i].Words < t.Words
}

// PerThousand gives a number of times as times in a thousand words.
func PerThousand(n, words int) float64 {
	if words == 0 {
		return 0
	}
	return 1000 * float64(n) / float64(words)
}

// Count counts words.
func Count(texts []Text, o Options) Table {
	t := Table{Texts: len(texts)}
	at := map[string]int{}
	for _, x := range texts {
		at[x.Group] = 0
	}
	for i, g := range slices.Sorted(maps.Keys(at)) {
		at[g] = i
		t.Groups = append(t.Groups, Group{Name: g})
	}
	rows := map[string]*Row{}
	in := map[string]int{} // the text, from 1, in which a word was met last
	scripts := map[string]bool{}
	for i, x := range texts {
		g := at[x.Group]
		t.Groups[g].Texts++
		for _, s := range Uncut(x.Body) {
			scripts[s] = true
		}
		for _, w := range Split(x.Body) {
			t.Words++
			t.Groups[g].Words++
			r := rows[w.Text]
			if r == nil {
				r = &Row{Word: w.Text, By: make([]int, len(t.Groups))}
				rows[w.Text] = r
			}
			r.N++
			r.By[g]++
			if in[w.Text] != i+1 {
				in[w.Text] = i + 1
				r.Texts++
			}
		}
	}
	t.Uncut = slices.Sorted(maps.Keys(scripts))
	key, compared := at[o.Key]
	compared = compared && o.Key != ""
	for _, r := range rows {
		if o.Without[r.Word] || letters(r.Word) <= o.Longer {
			continue
		}
		if compared {
			r.Key = LogLikelihood(r.By[key], r.N-r.By[key], t.Groups[key].Words, t.Words-t.Groups[key].Words)
		}
		t.Rows = append(t.Rows, *r)
	}
	slices.SortFunc(t.Rows, func(a, b Row) int {
		return cmp.Or(cmp.Compare(b.Key, a.Key), cmp.Compare(b.N, a.N), cmp.Compare(a.Word, b.Word))
	})
	return t
}

func letters(s string) int {
	n := 0
	for _, r := range s {
		if unicode.IsLetter(r) || unicode.IsNumber(r) {
			n++
		}
	}
	return min(n, utf8.RuneCountInString(s))
}

// List reads a list of words, between spaces, commas or lines, in small letters: stop words as people have them.
func List(s string) map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.FieldsFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || r == ',' || r == ';' || r == '、' || r == '，' || r == '،'
	}) {
		out[norm.NFC.String(strings.ToLower(w))] = true
	}
	return out
}

// LogLikelihood tells how far the frequency of a word in one corpus, a times in c words, is from that in another, b times in d
// words: G2 = 2 (a ln(a/E1) + b ln(b/E2)) with E1 = c (a+b)/(c+d) and E2 = d (a+b)/(c+d) (Rayson and Garside 2000). It is
// negative when the word is rarer in the first. Where one of them is empty there is nothing to compare: 0.
func LogLikelihood(a, b, c, d int) float64 {
	if c == 0 || d == 0 || a+b == 0 {
		return 0
	}
	part := func(n, of int) float64 {
		if n == 0 {
			return 0
		}
		return float64(n) * math.Log(float64(n)*float64(c+d)/(float64(of)*float64(a+b)))
	}
	g := max(0, 2*(part(a, c)+part(b, d)))
	if float64(a)*float64(d) < float64(b)*float64(c) {
		return -g
	}
	return g
}
