package publish

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"throughline/internal/cases"
	"throughline/internal/thread"
)

// classOf is the class of source by which an interview is cited: what kind of person, in which country, and nothing more.
func classOf(category, country string) string {
	switch category {
	case "", "other":
		category = "informant"
	}
	article := "a"
	if strings.ContainsRune("aeiou", rune(category[0])) {
		article = "an"
	}
	c := "interview with " + article + " " + category
	if country != "" {
		c += ", " + country
	}
	return c
}

var months = []string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"}

// dayWords gives a date of one of the forms 2018, 2018-04 and 2018-04-23 in words.
func dayWords(d string) string {
	p := strings.Split(d, "-")
	if len(p) == 1 {
		return d
	}
	m, err := strconv.Atoi(p[1])
	if err != nil || m < 1 || m > 12 {
		return d
	}
	if len(p) == 2 {
		return months[m-1] + " " + p[0]
	}
	return strings.TrimPrefix(p[2], "0") + " " + months[m-1] + " " + p[0]
}

// machineDate is a date for the datetime attribute; empty when it is uncertain.
func machineDate(e cases.EDTF) string {
	if strings.ContainsAny(string(e), "/~?%X[") {
		return ""
	}
	return string(e)
}

func years(start, end int) string {
	switch {
	case start == 0:
		return ""
	case end == 0:
		return fmt.Sprintf("since %d", start)
	case end == start:
		return strconv.Itoa(start)
	}
	return fmt.Sprintf("%d to %d", start, end)
}

func thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func capital(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	if n == 0 {
		return s
	}
	return string(unicode.ToUpper(r)) + s[n:]
}

// number writes a number with up to three decimals.
func number(x float64) string {
	s := strconv.FormatFloat(x, 'f', 3, 64)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

// and joins a list as people do.
func and(words []string) string {
	switch n := len(words); n {
	case 0:
		return ""
	case 1:
		return words[0]
	default:
		return strings.Join(words[:n-1], ", ") + " and " + words[n-1]
	}
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

var languages = map[string]string{"ar": "Arabic", "bg": "Bulgarian", "bn": "Bengali", "cs": "Czech", "de": "German", "el": "Greek", "en": "English", "es": "Spanish",
	"fa": "Persian", "fr": "French", "he": "Hebrew", "hi": "Hindi", "hu": "Hungarian", "hy": "Armenian", "id": "Indonesian", "it": "Italian", "ja": "Japanese",
	"ka": "Georgian", "km": "Khmer", "ko": "Korean", "lo": "Lao", "ms": "Malay", "my": "Burmese", "nl": "Dutch", "pl": "Polish", "ps": "Pashto", "pt": "Portuguese",
	"ro": "Romanian", "ru": "Russian", "sk": "Slovak", "sr": "Serbian", "sw": "Swahili", "th": "Thai", "tr": "Turkish", "uk": "Ukrainian", "ur": "Urdu",
	"vi": "Vietnamese", "zh": "Chinese"}

// languageName is a language's name in English, or its tag.
func languageName(tag string) string {
	base, _, _ := strings.Cut(tag, "-")
	if n, ok := languages[base]; ok {
		return n
	}
	return tag
}

// direction is the direction of a text in a language: rtl, ltr, or auto when the language is not known.
func direction(tag string) string {
	base, rest, _ := strings.Cut(tag, "-")
	switch {
	case tag == "":
		return "auto"
	case strings.Contains(rest, "Latn") || strings.Contains(rest, "Cyrl"):
		return "ltr"
	case strings.Contains(rest, "Arab") || strings.Contains(rest, "Hebr") || strings.Contains(rest, "Thaa") || strings.Contains(rest, "Syrc"):
		return "rtl"
	}
	switch base {
	case "ar", "fa", "he", "ur", "ps", "sd", "ug", "yi", "dv", "ckb", "arc", "syr", "prs", "arz", "ary", "azb", "lrc", "mzn", "pnb", "ks":
		return "rtl"
	}
	return "ltr"
}

// paragraphs splits a text at its empty lines.
func paragraphs(s string) []string {
	var out []string
	for _, p := range strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n\n") {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}

func (w Work) sortKey() string {
	if len(w.Authors) > 0 {
		return strings.ToLower(w.Authors[0])
	}
	return strings.ToLower(w.Title)
}

// by is the start of a work's citation: authors and year.
func (w Work) by() string {
	names := w.Authors
	if len(names) > 6 {
		names = append(append([]string{}, names[:6]...), "et al.")
	}
	by := strings.Join(names, "; ")
	year := "n.d."
	if w.Year != 0 {
		year = strconv.Itoa(w.Year)
	}
	if by == "" {
		return "(" + year + ")"
	}
	return by + " (" + year + ")"
}

// address is where a work is found: its DOI before its URL.
func (w Work) address() string {
	if w.DOI != "" {
		doi := w.DOI
		for _, p := range []string{"https://doi.org/", "http://doi.org/", "https://dx.doi.org/", "http://dx.doi.org/", "doi:"} {
			doi = strings.TrimPrefix(doi, p)
		}
		return "https://doi.org/" + strings.ReplaceAll(url.PathEscape(doi), "%2F", "/")
	}
	return w.URL
}

// plain is a work's citation as one line of text.
func (w Work) plain() string {
	s := w.by() + ". " + w.Title + "."
	if w.Container != "" {
		s += " " + w.Container + "."
	}
	return s
}

// host names the site of an address.
func host(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return "source"
	}
	return strings.TrimPrefix(u.Hostname(), "www.")
}

// stateWords tells a reader how a statement stands; empty when it is settled.
func stateWords(state string) string {
	switch state {
	case thread.Stale:
		return "Being re-examined: what it rests on changed since a person last confirmed it."
	case thread.Unconfirmed:
		return "Not settled: no person has confirmed it against its evidence yet."
	}
	return ""
}

// stateMark is the short form, for lists.
func stateMark(state string) string {
	switch state {
	case thread.Stale:
		return "being re-examined"
	case thread.Unconfirmed:
		return "not yet confirmed"
	}
	return ""
}

// formulaWords tells a term such as COAL*~VIOL, or SIZE{2}*~VIOL with a level, in words, by the names of its conditions.
func formulaWords(term string, names map[string]string) string {
	var parts []string
	for _, l := range strings.Split(term, "*") {
		l = strings.TrimSpace(l)
		bare, absent := strings.CutPrefix(l, "~")
		letter, level, leveled := strings.Cut(strings.TrimSuffix(bare, "}"), "{")
		name, ok := names[letter]
		if !ok {
			return term
		}
		name = "“" + name + "”"
		if absent {
			name = "no " + name
		}
		if leveled {
			name += " at level " + level
		}
		parts = append(parts, name)
	}
	return and(parts)
}
