package document

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/abadojack/whatlanggo"
)

// NoLanguage is the tag of a text whose language is not known.
const NoLanguage = "und"

// scripts tells, of scripts that belong to one language before all others, which, and what else is written in them.
var scripts = []struct {
	table    *unicode.RangeTable
	language string
	others   string
}{
	{unicode.Thai, "th", ""}, {unicode.Armenian, "hy", ""}, {unicode.Georgian, "ka", ""}, {unicode.Arabic, "ar", "fa ur ps ckb ku ug sd"}, {unicode.Hebrew, "he", "yi"}, {unicode.Hangul, "ko", ""},
	{unicode.Hiragana, "ja", ""}, {unicode.Katakana, "ja", ""}, {unicode.Han, "zh", "yue"}, {unicode.Greek, "el", ""}, {unicode.Khmer, "km", ""}, {unicode.Lao, "lo", ""}, {unicode.Myanmar, "my", ""},
	{unicode.Devanagari, "hi", "mr ne mai bho sa"}, {unicode.Bengali, "bn", "as"}, {unicode.Tamil, "ta", ""}, {unicode.Ethiopic, "am", "ti"}, {unicode.Sinhala, "si", ""},
}

// scriptLanguage tells the language to which the script of a text belongs, and what else is written in it; nothing of scripts
// of many languages, as Latin and Cyrillic are.
func scriptLanguage(body string) (language, others string) {
	count := make([]int, len(scripts))
	letters := 0
	for _, r := range body {
		if letters >= 20000 {
			break
		}
		if !unicode.IsLetter(r) {
			continue
		}
		letters++
		if r < 0x370 {
			continue
		}
		for k, s := range scripts {
			if unicode.Is(s.table, r) {
				count[k]++
				break
			}
		}
	}
	sum := map[string]int{}
	for k, s := range scripts {
		sum[s.language] += count[k]
	}
	if sum["ja"] > 0 { // which is written with Han characters for the most part
		sum["ja"] += sum["zh"]
	}
	for _, s := range scripts {
		if sum[s.language]*2 > letters {
			return s.language, s.others
		}
	}
	return "", ""
}

// near are languages that read so much alike that one is taken for the other.
var near = []string{"sr hr bs me sh", "no nb nn da", "id ms", "cs sk", "hi mr ne", "bg mk", "pt gl"}

// told are the languages that letters tell.
var told = sync.OnceValue(func() map[string]bool {
	out := map[string]bool{"fa": true}
	for l := range whatlanggo.Langs {
		out[l.Iso6391()] = true
	}
	return out
})

// ScriptLanguage tells the language of a text by its script where that belongs to one language, and otherwise what is said of it.
func ScriptLanguage(body, said string) string {
	script, others := scriptLanguage(body)
	if script == "" || said != NoLanguage && written(said, script, others) {
		return said
	}
	return script
}

// written tells whether a language is written in a script: one that belongs to a language and some others, or, without one, any
// of many languages.
func written(tag, script, others string) bool {
	base, _, _ := strings.Cut(tag, "-")
	if script != "" {
		return base == script || slices.Contains(strings.Fields(others), base)
	}
	for _, s := range scripts {
		if base == s.language || slices.Contains(strings.Fields(s.others), base) {
			return false
		}
	}
	return true
}

// GuessLanguage tells the language of a text (BCP 47), or "und": by its script where that belongs to one language, otherwise by
// the letters that follow each other in it (whatlanggo, after Cavnar and Trenkle 1994), of which it needs about a sentence.
// said is what a file says of it, or "und". That is often only how the program was set that wrote it, so what the text shows
// is believed before it, but of languages that read alike or that cannot be told. It is a guess that people can change.
func GuessLanguage(body, said string) string {
	base, _, _ := strings.Cut(said, "-")
	script, others := scriptLanguage(body)
	fits := said != NoLanguage && written(said, script, others)
	switch {
	case fits && (script != "" && others == "" || !told()[base]):
		return said
	case script != "" && others == "":
		return script
	}
	shown := NoLanguage
	if s := pieces(body); utf8.RuneCountInString(s) >= 60 {
		if i := whatlanggo.Detect(s); i.IsReliable() {
			if shown = i.Lang.Iso6391(); i.Lang == whatlanggo.Pes {
				shown = "fa"
			}
		}
	}
	if !written(shown, script, others) {
		shown = NoLanguage
	}
	if fits && (shown == NoLanguage || shown == base || slices.ContainsFunc(near, func(s string) bool {
		return slices.Contains(strings.Fields(s), base) && slices.Contains(strings.Fields(s), shown)
	})) {
		return said
	}
	if shown == NoLanguage {
		shown = cmp.Or(script, NoLanguage)
	}
	return shown
}

// pieces takes three pieces out of a long text, whose beginning and end are often in another language than the rest.
func pieces(body string) string {
	const piece = 200 // bytes
	if len(body) <= 3*piece {
		return body
	}
	var out strings.Builder
	for _, at := range []int{len(body) / 4, len(body) / 2, len(body) / 4 * 3} {
		for at > 0 && !utf8.RuneStart(body[at]) {
			at--
		}
		end := at + piece
		for end < len(body) && !utf8.RuneStart(body[end]) {
			end++
		}
		out.WriteString(body[at:min(end, len(body))] + " ")
	}
	return out.String()
}
