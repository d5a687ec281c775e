package dedup

import (
	"html"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"throughline/internal/pattern"
)

// The tags that databases leave in titles; anything else in angle brackets may
// be mathematics.
var tag = pattern.Late(`(?i)</?(i|b|u|em|strong|sub|sup|sc|scp|italic|bold|inf|span|p|br|jats:\w+)(\s[^<>]*)?/?>`)

// plain replaces letters without a canonical decomposition that exports write
// plainly, and the Armenian "yev", which has one letter in lower case, two in
// capitals, and another two in the classical spelling.
var plain = strings.NewReplacer("եվ", "եւ", "ł", "l", "ø", "o", "đ", "d", "ħ", "h", "ŧ", "t", "ı", "i", "æ", "ae", "œ", "oe")

// Normalize is a title for comparing: tags and character references resolved,
// compatibility forms and case folded (Unicode Standard Annex 15, NFKD; full
// case folding), "&" written as "and", accents taken off, everything but letters, digits and the
// vowel signs of a script turned to single spaces.
//
// Accents are the combining marks common to several scripts (é to e, й to и)
// and the optional points of Arabic, Hebrew and Syriac, with hamza and madda
// over a letter. Every other mark is kept, because it is a letter in all but
// name: Thai and Lao vowels and tones, the vowel signs of Indian scripts, the
// Japanese voicing mark. Apostrophes, joiners and the Armenian marks that stand
// inside a word vanish without leaving a space.
func Normalize(title string) string {
	if s, ok := plainASCII(title); ok {
		return s
	}
	s := tag().ReplaceAllString(title, "")
	s = tag().ReplaceAllString(html.UnescapeString(s), "")
	s = strings.ReplaceAll(s, "&", " and ")
	s = norm.NFKD.String(cases.Fold().String(norm.NFKC.String(s)))
	var b strings.Builder
	gap := false
	for _, r := range s {
		switch {
		case accent(r), silent(r):
		case unicode.IsLetter(r), unicode.IsNumber(r), unicode.IsMark(r):
			if gap && b.Len() > 0 {
				b.WriteByte(' ')
			}
			gap = false
			b.WriteRune(r)
		default:
			gap = true
		}
	}
	return norm.NFC.String(plain.Replace(b.String()))
}

// plainASCII is Normalize for the common case: ASCII without tags, character
// references and "&".
func plainASCII(title string) (string, bool) {
	for i := range len(title) {
		if c := title[i]; c >= utf8.RuneSelf || c == '<' || c == '&' {
			return "", false
		}
	}
	b := make([]byte, 0, len(title))
	gap := false
	for i := range len(title) {
		c := title[i]
		switch {
		case c >= 'A' && c <= 'Z':
			c += 'a' - 'A'
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
		case c == '\'', c == '`':
			continue
		default:
			gap = true
			continue
		}
		if gap && len(b) > 0 {
			b = append(b, ' ')
		}
		gap = false
		b = append(b, c)
	}
	return string(b), true
}

func accent(r rune) bool {
	switch {
	case !unicode.IsMark(r):
		return false
	case r >= 0x0300 && r <= 0x036F, r >= 0x1AB0 && r <= 0x1AFF, r >= 0x1DC0 && r <= 0x1DFF,
		r >= 0x20D0 && r <= 0x20FF, r >= 0xFE00 && r <= 0xFE0F, r >= 0xFE20 && r <= 0xFE2F:
		return true // combining diacritical marks, variation selectors
	case r >= 0x064B && r <= 0x065F, r == 0x0670, r >= 0x0610 && r <= 0x061A, r >= 0x06D6 && r <= 0x06ED:
		return true // Arabic
	case r >= 0x0591 && r <= 0x05C7, r >= 0x0711 && r <= 0x074A:
		return true // Hebrew, Syriac
	}
	return false
}

func silent(r rune) bool {
	switch r {
	case '\'', '’', '‘', 'ʼ', 'ʹ', '`', '´', 'ـ': // the last is the Arabic tatweel, which stretches a word
		return true
	}
	return r >= 0x055A && r <= 0x055F || unicode.Is(unicode.Cf, r)
}

var doiForm = pattern.Late(`^10\.[0-9]{4,9}(\.[0-9]+)*/\S+$`)

// NormalizeDOI is a DOI for comparing: without resolver address or "doi:", in
// lower case (DOIs do not distinguish ASCII case: DOI Handbook, section 2.4),
// without what a sentence or a file format leaves behind it. It is empty when
// the text is not a DOI.
func NormalizeDOI(doi string) string {
	s := strings.TrimSpace(html.UnescapeString(doi))
	lower := strings.ToLower(s)
	for _, scheme := range []string{"https://", "http://"} {
		lower = strings.TrimPrefix(lower, scheme)
	}
	lower = strings.TrimPrefix(strings.TrimPrefix(lower, "www."), "dx.")
	if rest, ok := strings.CutPrefix(lower, "doi.org/"); ok {
		lower, _, _ = strings.Cut(rest, "?")
		lower, _, _ = strings.Cut(lower, "#")
		if plain, err := url.PathUnescape(lower); err == nil {
			lower = strings.ToLower(plain)
		}
	}
	lower = strings.TrimSpace(strings.TrimPrefix(strings.TrimPrefix(strings.TrimSpace(lower), "doi"), ":"))
	lower, _, _ = strings.Cut(lower, " ") // "10.1000/xyz [doi]"
	for {
		cut := strings.TrimRight(lower, ".,;:/\"'")
		// A bracket at the end belongs to the DOI only when it was opened in it.
		for _, pair := range []string{"()", "[]", "<>"} {
			if strings.HasSuffix(cut, pair[1:]) && strings.Count(cut, pair[:1]) < strings.Count(cut, pair[1:]) {
				cut = cut[:len(cut)-1]
			}
		}
		if cut == lower {
			break
		}
		lower = cut
	}
	if !doiForm().MatchString(lower) {
		return ""
	}
	return lower
}
