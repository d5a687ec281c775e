// Package dedup groups bibliographic records that are the same work.
//
// It groups and never deletes: every record stays in exactly one group, so a
// decision can be undone and the counts per source that PRISMA 2020 asks for
// are kept. The rule is exact and errs on the side of keeping records apart;
// what it could not decide is named for a person to look at.
package dedup

import (
	"cmp"
	"fmt"
	"html"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Record is a bibliographic reference as found.
type Record struct {
	// ID is unique among the records.
	ID string `json:"id"`
	// DOI in any usual spelling, or empty.
	DOI string `json:"doi"`
	// Title in any script, or empty.
	Title string `json:"title"`
	// Year of publication, 0 when not known.
	Year int `json:"year"`
	// FirstAuthor is the name of the first author only: "Family, Given" is
	// best; "Given Family" and "Family G." are understood.
	FirstAuthor string `json:"first_author"`
}

// Reasons for grouping.
const (
	SameDOI   = "same DOI"
	SameTitle = "same title, year and first author"
	SameBoth  = "same DOI, or same title, year and first author"
)

// Group is the records of one work.
type Group struct {
	// Records are ids, sorted.
	Records []string `json:"records"`
	// Reason is SameDOI, SameTitle or SameBoth, and empty for a record alone.
	// SameBoth says that both rules were needed to join them all.
	Reason string `json:"reason"`
	// Review are ids in other groups that one rule would have joined and the
	// other keeps apart; sorted. With the same title, year and first author
	// but different DOIs they may be a preprint and its article, or an
	// editorial series; with the same DOI but other titles and authors they
	// may be abstracts of one conference supplement, or a wrong DOI. A person
	// decides.
	Review []string `json:"review,omitempty"`
}

// Works puts every record in exactly one group, sorted by first id. The order
// of the records makes no difference.
//
// Two records are the same work when their normalised DOIs are equal; or when
// normalised title, year and first author's family name are all known and
// equal. Groups are closed under chains of such pairs, with two limits.
//
// Records with different DOIs are never in one group. There is no exception,
// not even for a preprint and its article: a DOI is a registration of its own,
// the two texts may differ in findings, and series such as "Editorial" share
// title, author and year. A record without a DOI whose title is claimed by
// records with different DOIs belongs to none of them; it is grouped with its
// like.
//
// Records with one DOI are kept apart when both title and first author are
// known and both differ: all abstracts of a conference supplement often carry
// the supplement's DOI.
//
// What a limit keeps apart is named in Review.
//
// A record without an id and an id given twice are errors.
func Works(records []Record) ([]Group, error) {
	seen := make(map[string]bool, len(records))
	for i, r := range records {
		if r.ID == "" {
			return nil, fmt.Errorf("record number %d (%q) has no id: give it one", i+1, r.Title)
		}
		if seen[r.ID] {
			return nil, fmt.Errorf("the id %q is used by more than one record (again by number %d): give each record its own", r.ID, i+1)
		}
		seen[r.ID] = true
	}

	// A record without a DOI has one title key at most, so no chain can lead
	// through it from one DOI to another: it is enough to look at each title.
	dois, homes := make([]string, len(records)), make([]string, len(records))
	sameDOI, titles := map[string][]int{}, map[string][]int{}
	for i, r := range records {
		if dois[i] = NormalizeDOI(r.DOI); dois[i] != "" {
			sameDOI[dois[i]] = append(sameDOI[dois[i]], i)
		}
		if k := titleKey(r); k != "" {
			titles[k] = append(titles[k], i)
		}
	}
	type work struct{ members, review []int }
	works := map[string]*work{} // by DOI and part, by title key, or by id
	place := func(key string, i int) {
		if works[key] == nil {
			works[key] = &work{}
		}
		works[key].members = append(works[key].members, i)
		homes[i] = key
	}
	for doi, same := range sameDOI {
		parts := split(records, same)
		for n, part := range parts {
			key := fmt.Sprintf("doi %d %s", n, doi)
			for _, i := range part {
				place(key, i)
			}
			if len(parts) > 1 {
				works[key].review = append(works[key].review, same...)
			}
		}
	}
	for title, same := range titles {
		claims := map[string]bool{}
		for _, i := range same {
			if homes[i] != "" {
				claims[homes[i]] = true
			}
		}
		own := "title " + title
		home := own
		if len(claims) == 1 {
			for claim := range claims {
				home = claim
			}
		}
		for _, i := range same {
			if homes[i] == "" {
				place(home, i)
			}
		}
		if len(claims) > 1 {
			for claim := range claims {
				works[claim].review = append(works[claim].review, same...)
			}
			if works[own] != nil {
				works[own].review = append(works[own].review, same...)
			}
		}
	}
	for i, r := range records {
		if homes[i] == "" {
			place("id "+r.ID, i)
		}
	}

	groups := make([]Group, 0, len(works))
	for _, w := range works {
		var g Group
		var withDOI, without int
		for _, i := range w.members {
			g.Records = append(g.Records, records[i].ID)
			if dois[i] != "" {
				withDOI++
			} else {
				without++
			}
		}
		switch {
		case withDOI+without == 1:
		case without == 0:
			g.Reason = SameDOI
		case withDOI <= 1:
			g.Reason = SameTitle
		default:
			g.Reason = SameBoth
		}
		for _, i := range w.review {
			if !slices.Contains(w.members, i) {
				g.Review = append(g.Review, records[i].ID)
			}
		}
		slices.Sort(g.Records)
		slices.Sort(g.Review)
		g.Review = slices.Compact(g.Review)
		groups = append(groups, g)
	}
	slices.SortFunc(groups, func(a, b Group) int { return cmp.Compare(a.Records[0], b.Records[0]) })
	return groups, nil
}

// split parts the records of one DOI into works. Records that share a title or
// a first author are one work; so are records that lack either, as long as
// there is only one work they can belong to.
func split(records []Record, same []int) [][]int {
	parent := make([]int, len(same))
	for n := range parent {
		parent[n] = n
	}
	find := func(n int) int {
		for parent[n] != n {
			n = parent[n]
		}
		return n
	}
	first := map[string]int{} // title or author -> a record that has it
	join := func(key string, n int) {
		if m, ok := first[key]; ok {
			parent[find(n)] = find(m)
		} else {
			first[key] = n
		}
	}
	type known struct{ title, author bool }
	knows := make([]known, len(same))
	for n, i := range same {
		if t := squeezed(records[i].Title); t != "" {
			join("title "+t, n)
			knows[n].title = true
		}
		if f := family(records[i].FirstAuthor); f != "" {
			join("author "+f, n)
			knows[n].author = true
		}
	}
	whole := map[int]known{}
	for n := range same {
		w := whole[find(n)]
		whole[find(n)] = known{w.title || knows[n].title, w.author || knows[n].author}
	}
	complete := 0
	for _, w := range whole {
		if w.title && w.author {
			complete++
		}
	}
	parts := map[int][]int{}
	for n, i := range same {
		root := find(n)
		if complete <= 1 {
			root = 0
		}
		parts[root] = append(parts[root], i)
	}
	out := make([][]int, 0, len(parts))
	for _, part := range parts {
		out = append(out, part)
	}
	return out
}

// titleKey is what two records of one work share without a DOI, or empty when
// something of it is not known.
func titleKey(r Record) string {
	title, family := squeezed(r.Title), family(r.FirstAuthor)
	if title == "" || family == "" || r.Year == 0 {
		return ""
	}
	return fmt.Sprintf("%s|%d|%s", title, r.Year, family)
}

// squeezed is a normalised title without spaces, so that "anti-corruption" and
// "anticorruption" agree, and so that scripts written without spaces do not
// depend on where one was put.
func squeezed(title string) string { return strings.ReplaceAll(Normalize(title), " ", "") }

// family is the last word of the family name, normalised. One word is enough
// beside title and year, and it is the same with and without "van der" or a
// first surname in front.
func family(name string) string {
	name, _, comma := strings.Cut(name, ",")
	words := strings.Fields(name)
	if !comma {
		// "Family G. F.", "Family GF": leave the initials out, never the
		// first word.
		for len(words) > 1 && initials.MatchString(words[len(words)-1]) {
			words = words[:len(words)-1]
		}
	}
	for len(words) > 1 && suffix.MatchString(words[len(words)-1]) {
		words = words[:len(words)-1]
	}
	normal := strings.Fields(Normalize(strings.Join(words, " ")))
	if len(normal) == 0 {
		return ""
	}
	return normal[len(normal)-1]
}

var (
	initials = regexp.MustCompile(`^(\p{Lu}\.?-?){1,3}$`)
	suffix   = regexp.MustCompile(`(?i)^(jr|sr|ii|iii|iv)\.?$`)
	// The tags that databases leave in titles; anything else in angle
	// brackets may be mathematics.
	tag = regexp.MustCompile(`(?i)</?(i|b|u|em|strong|sub|sup|sc|scp|italic|bold|inf|span|p|br|jats:\w+)(\s[^<>]*)?/?>`)
)

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
	s := tag.ReplaceAllString(title, "")
	s = tag.ReplaceAllString(html.UnescapeString(s), "")
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

var doiForm = regexp.MustCompile(`^10\.[0-9]{4,9}(\.[0-9]+)*/\S+$`)

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
	if !doiForm.MatchString(lower) {
		return ""
	}
	return lower
}
