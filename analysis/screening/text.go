package screening

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Text is what is read of one record.
type Text struct {
	ID       string // unique; ties in the ranking are broken by it
	Title    string
	Abstract string
	Language string // BCP 47 tag; empty: Language finds it
}

// words calls yield for each word of a text, in order.
//
// A word is two or more letters, numbers or underscores in lower case, which is what scikit-learn's (?u)\b\w\w+\b takes;
// beyond it, a mark (a Thai vowel, an Indian vowel sign, an accent written apart) belongs to the letter before it. Scripts that
// put no spaces between words (Thai, Lao, Khmer, Burmese, Han, kana) give each pair of neighbouring letters instead: pairs of
// characters serve retrieval in these scripts about as well as a dictionary does (Nie, Gao, Zhang and Zhou 2000 for Chinese).
func words(text string, yield func(string)) {
	if !norm.NFC.IsNormalString(text) {
		text = norm.NFC.String(text)
	}
	text = strings.ToLower(text)
	start, letters := -1, 0 // of the word that is being read
	dense := false          // the word is of a script without spaces
	var last, here int      // of such a word: where the letter before this one starts, and this one
	end := func(i int) {
		if start >= 0 {
			switch {
			case dense && letters == 1:
				yield(text[start:i])
			case dense:
				yield(text[last:i])
			case letters > 1:
				yield(text[start:i])
			}
		}
		start, letters = -1, 0
	}
	for i, r := range text {
		switch {
		case r < 0x80 && ('a' <= r && r <= 'z' || '0' <= r && r <= '9' || r == '_'), r >= 0x80 && (unicode.IsLetter(r) || unicode.IsNumber(r)):
			d := r >= 0x0e00 && unicode.In(r, spaceless...)
			if start >= 0 && d != dense {
				end(i)
			}
			if start < 0 {
				start, dense = i, d
			}
			if d {
				if letters > 1 {
					yield(text[last:i])
				}
				last, here = here, i
				if letters == 0 {
					last = i
				}
			}
			letters++
		case r >= 0x300 && unicode.IsMark(r) && start >= 0:
		default:
			end(i)
		}
	}
	end(len(text))
}

// spaceless are the scripts that put no spaces between words.
var spaceless = []*unicode.RangeTable{unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar, unicode.Han, unicode.Hiragana, unicode.Katakana}

// stem takes a plural s off (the S-stemmer of Harman 1991 in its shortest form) and cuts after eight letters, which conflates
// word forms in many languages without a dictionary of any.
func stem(w string) string {
	if len(w) > 3 && w[len(w)-1] == 's' && w[len(w)-2] != 's' {
		w = w[:len(w)-1]
	}
	if len(w) <= 8 {
		return w
	}
	n := 0
	for i := range w {
		if n == 8 {
			return w[:i]
		}
		n++
	}
	return w
}

// Language finds the language of a text by its script and its commonest words: a BCP 47 tag, or "und" when it cannot tell. It
// tells apart the languages of large bodies of literature, not all there are, and needs about a sentence.
func Language(text string) string {
	var latin, letters int
	best, most := "", 0
	counts := make([]int, len(scripts))
	for _, r := range text {
		if !unicode.IsLetter(r) {
			continue
		}
		letters++
		if unicode.Is(unicode.Latin, r) {
			latin++
			continue
		}
		for k, s := range scripts {
			if unicode.Is(s.table, r) {
				counts[k]++
				break
			}
		}
	}
	for k, s := range scripts {
		n := counts[k]
		if s.tag == "ja" && n*20 >= letters { // kana among Han
			n = letters
		}
		if n > most {
			best, most = s.tag, n
		}
	}
	if letters == 0 {
		return "und"
	}
	if most > latin {
		return best
	}
	hits := make([]int, len(common))
	words(text, func(w string) {
		for k, c := range common {
			if strings.Contains(c.words, " "+w+" ") {
				hits[k]++
			}
		}
	})
	best, most = "und", 0
	for k, c := range common {
		if hits[k] > most {
			best, most = c.tag, hits[k]
		}
	}
	return best
}

var scripts = []struct {
	tag   string
	table *unicode.RangeTable
}{
	{"ja", unicode.Hiragana}, {"ja", unicode.Katakana}, {"zh", unicode.Han}, {"ko", unicode.Hangul}, {"th", unicode.Thai}, {"lo", unicode.Lao},
	{"km", unicode.Khmer}, {"my", unicode.Myanmar}, {"ru", unicode.Cyrillic}, {"el", unicode.Greek}, {"ar", unicode.Arabic}, {"he", unicode.Hebrew},
	{"hi", unicode.Devanagari}, {"bn", unicode.Bengali}, {"ta", unicode.Tamil}, {"hy", unicode.Armenian}, {"ka", unicode.Georgian}, {"am", unicode.Ethiopic},
}

// common are words of two letters or more that few other languages share, and that every text has.
var common = []struct{ tag, words string }{
	{"en", " the of and to in is for that with by this are was from which were we "},
	{"es", " el los las del una por con para que en como se su entre más "},
	{"pt", " os da do das dos uma por com para que em não no na ao são mais "},
	{"fr", " le les des du une et est dans pour que par sur avec au aux cette "},
	{"it", " il di che della dei delle un una per con nel sono gli del alla "},
	{"ro", " și în din pe cu care pentru este la sau al ale "},
	{"de", " der die das und den von zu mit ist des im für auf eine ein nicht "},
	{"nl", " de het een van en dat op te voor met zijn is door aan niet "},
	{"sv", " och att det som en på är av för med den till inte ett "},
	{"pl", " się na jest do nie że oraz przez od dla jako po "},
	{"cs", " se na je že do pro by jako jsou nebo při ve "},
	{"tr", " ve bir bu ile için olarak olan da de daha gibi "},
	{"id", " yang dan di dengan untuk dari pada ini dalam adalah tidak "},
	{"vi", " và của các là trong được có cho những một không với "},
}
