package dedup

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"throughline/internal/pattern"
)

// name is the name of an author: numbers of its parts in the vocabulary.
type name struct {
	family uint32 // normalised, without spaces
	given  uint32 // normalised given names or initials; those of one letter run together count each
}

// most authors that are kept: more tell nothing new.
const mostAuthors = 10

var (
	initials = pattern.Late(`^(\p{Lu}\.?-?){1,3}$`)
	suffix   = pattern.Late(`(?i)^(jr|sr|ii|iii|iv)\.?$`)
	between  = pattern.Late(`\s+and\s+|\s*;\s*|\s+&\s+`)
	// "Adeli K.Lewis G. F.": authors that an export has run together.
	joined = pattern.Late(`\.(\p{Lu}[\p{Ll}'’]|(?:van|von|de|del|den|der|la|le|el|al|da|di|dos|ten) )`)
	nobody = set("anon anonymous anonymus noauthorslisted noauthor noauthors unknown na none author authors null")
)

// SplitAuthors gives the authors that one text names: "Doe, J. and Roe, R.",
// "Doe J; Roe R", "Doe J, Roe R", and "Doe J.Roe R. M.", where an export ran
// them together.
func SplitAuthors(s string) []string {
	var out []string
	for _, part := range between().Split(s, -1) {
		if list := strings.Split(part, ","); len(list) > 1 && !slices.ContainsFunc(list, func(one string) bool { return !isWhole(one) }) {
			part = strings.Join(list, "\x00")
		}
		if strings.Count(part, ".") > 1 && !strings.Contains(part, ",") {
			part = joined().ReplaceAllString(part, ".\x00$1")
		}
		for one := range strings.SplitSeq(part, "\x00") {
			if one = strings.TrimSpace(one); one != "" {
				out = append(out, one)
			}
		}
	}
	return out
}

// isWhole tells whether a text is a family name with initials, "Doe J" or "J Doe".
func isWhole(s string) bool {
	words := strings.Fields(s)
	return len(words) > 1 && isInitials(words[0]) != isInitials(words[len(words)-1])
}

// newNames prepares the first authors.
func newNames(authors []string, v *vocabulary) (names []name) {
	for _, s := range authors {
		parts := []string{s}
		if strings.ContainsAny(s, ";&.,") || strings.Contains(s, " and ") {
			parts = SplitAuthors(s)
		}
		for _, one := range parts[:min(len(parts), mostAuthors)] {
			family, given := splitName(cut(one, longName))
			if family == "" || nobody[family] || family == "al" || family == "etal" || family == "others" {
				continue
			}
			if names = append(names, name{v.id(family), v.id(given)}); len(names) == mostAuthors {
				return names
			}
		}
	}
	return names
}

// splitName gives the family name, normalised and without spaces, and the
// given names or initials, normalised. "Family, Given", "Family G. F.",
// "G. F. Family" and "Given Family" are understood.
func splitName(s string) (family, given string) {
	s = strings.Trim(s, "[] \t.,")
	if family, given, ok := strings.Cut(s, ","); ok {
		first, rest, more := strings.Cut(given, ",")
		if more && suffix().MatchString(strings.TrimSpace(first)) { // King, Jr., Martin
			given = rest
		}
		if given = Normalize(spread(given)); given == "" {
			return splitName(family)
		}
		return squeeze(trimSuffix(family)), given
	}
	words := strings.Fields(trimSuffix(s))
	first, last := 0, len(words)
	for last-first > 1 && isInitials(words[last-1]) {
		last--
	}
	if last == len(words) {
		for last-first > 1 && isInitials(words[first]) {
			first++
		}
	}
	switch {
	case last < len(words): // Family G. F.
		return squeeze(strings.Join(words[:last], " ")), Normalize(spread(strings.Join(words[last:], " ")))
	case first > 0: // G. F. Family
		return squeeze(strings.Join(words[first:], " ")), Normalize(spread(strings.Join(words[:first], " ")))
	case len(words) > 3: // most likely an organisation
		return squeeze(s), ""
	case len(words) > 1:
		return squeeze(words[len(words)-1]), Normalize(strings.Join(words[:len(words)-1], " "))
	}
	return squeeze(s), ""
}

func isInitials(w string) bool {
	if len(w) > 6 || w[0] >= 'a' && w[0] <= 'z' {
		return false
	}
	return initials().MatchString(w)
}

// spread puts a space between initials that are written together: "JL", "J.-L.".
func spread(given string) string {
	given = strings.TrimSpace(given)
	if n := utf8.RuneCountInString(given); n > 4 || n < 2 || strings.ToUpper(given) != given || strings.Contains(given, " ") {
		return given
	}
	return strings.Join(strings.Split(given, ""), " ")
}

func trimSuffix(s string) string {
	words := strings.Fields(s)
	for len(words) > 1 && suffix().MatchString(words[len(words)-1]) {
		words = words[:len(words)-1]
	}
	return strings.Join(words, " ")
}

func squeeze(s string) string { return strings.ReplaceAll(Normalize(s), " ", "") }

// How the authors of two records agree.
type company int

const (
	unknownAuthors company = iota
	sameAuthors            // the first and most of the others
	someAuthors            // the first alone, or others
	namesakes              // one author each, family names agree, given names do not
	otherAuthors
)

// authors compares two lists.
func (v *vocabulary) authors(a, b []name) company {
	if len(a) == 0 || len(b) == 0 {
		return unknownAuthors
	}
	if len(a) > len(b) {
		a, b = b, a
	}
	same, clash := 0, 0
	var taken [mostAuthors]bool
	first := false
	for i, x := range a {
		for j, y := range b {
			if taken[j] {
				continue
			}
			family, given := v.person(x, y)
			if family {
				taken[j] = true
				if same++; !given {
					clash++
				}
				first = first || i == 0 && j == 0
				break
			}
		}
	}
	switch {
	case same == 0:
		return otherAuthors
	case clash == same && same == 1:
		return namesakes
	case first && same*5 >= len(a)*3 && clash*2 <= same, same == len(a) && same > 1 && clash == 0:
		return sameAuthors
	}
	return someAuthors
}

// person tells whether family names agree, and whether given names can.
func (v *vocabulary) person(x, y name) (family, given bool) {
	if x == y {
		return true, true
	}
	given = x.given == y.given || v.forenames(x.given, y.given)
	if x.family == y.family {
		return true, given
	}
	a, b := v.words[x.family], v.words[y.family]
	if len(a) > 4 && len(b) > 4 && near(a, b, 1) {
		return true, given
	}
	// "García Márquez" and "Márquez", "de Schipper" and "Schipper".
	if len(a) > 3 && len(b) > 3 && (strings.HasSuffix(a, b) || strings.HasSuffix(b, a) || strings.HasPrefix(a, b) || strings.HasPrefix(b, a)) && given {
		return true, true
	}
	// Family and given name changed places.
	if len(a) > 1 && len(b) > 1 && (squeezed(v.words[x.given]) == b || squeezed(v.words[y.given]) == a) {
		return true, true
	}
	return false, false
}

func squeezed(normal string) string { return strings.ReplaceAll(normal, " ", "") }

// forenames tells whether two sets of given names can be of one person: as far
// as both go, each is the other's beginning.
func (v *vocabulary) forenames(x, y uint32) bool {
	a, b := v.words[x], v.words[y]
	if a == "" || b == "" {
		return true
	}
	if a[0] != b[0] {
		return false
	}
	aw, bw := strings.Fields(a), strings.Fields(b)
	for i := range min(len(aw), len(bw)) {
		if !strings.HasPrefix(aw[i], bw[i]) && !strings.HasPrefix(bw[i], aw[i]) && !near(aw[i], bw[i], len(aw[i])/4) {
			return i > 0
		}
	}
	return true
}

// pages are where a text stands.
type pages struct {
	first, last string   // lower case; "123-8" is 123 and 128
	more        []string // first pages of further parts
}

var pageForm = pattern.Late(`^([a-z]*)([0-9]+)([a-z]?)$`)

// "01-Sep": a spreadsheet took pages for a date.
var spoiled = pattern.Late(`^([0-9]+-(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)|(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)-[0-9]+)$`)

// newPages reads pages: "123-8", "S12-S18", "pp. 91–2", "e0123", "iii-viii".
func newPages(s string) pages {
	s = strings.ToLower(strings.TrimSpace(s))
	if s == "" {
		return pages{}
	}
	s, _, _ = strings.Cut(s, "(")
	s, _, _ = strings.Cut(s, "[")
	if i := strings.IndexAny(s, ",;+"); i > 0 {
		p := newPages(s[:i])
		if q := newPages(s[i+1:]); q.first != "" && p.first != "" {
			p.more = append(append(p.more, q.first), q.more...)
		}
		return p
	}
	if spoiled().MatchString(s) {
		return pages{}
	}
	s = strings.NewReplacer("pages", "", "pp.", "", "pp ", "", "p.", "", "–", "-", "—", "-", "‐", "-", "‑", "-", "−", "-", "--", "-", " ", "").Replace(s)
	first, last, _ := strings.Cut(s, "-")
	last, _, _ = strings.Cut(last, "-")
	first, last = strings.Trim(first, ".:+"), strings.Trim(last, ".:+")
	f, l := pageForm().FindStringSubmatch(first), pageForm().FindStringSubmatch(last)
	if f != nil {
		f[2] = strings.TrimLeft(f[2], "0")
		first = f[1] + f[2] + f[3]
	} else if n := roman(first); n > 0 {
		first = first + "."
	} else if !strings.ContainsFunc(first, unicode.IsDigit) {
		return pages{} // "n/a", "in press"
	}
	if f != nil && l != nil {
		l[2] = strings.TrimLeft(l[2], "0")
		if len(l[2]) < len(f[2]) && (l[1] == "" || l[1] == f[1]) {
			l[2] = f[2][:len(f[2])-len(l[2])] + l[2]
		}
		last = l[2]
	} else if last == "" && f != nil {
		last = ""
	}
	return pages{first: first, last: last}
}

// length is how many pages there are, 0 when not known.
func (p pages) length() int {
	first, err1 := strconv.Atoi(p.first)
	last, err2 := strconv.Atoi(p.last)
	if err1 != nil || err2 != nil || last < first {
		return 0
	}
	return last - first + 1
}

// Agreement of a field.
type agreement int

const (
	unknown agreement = iota // missing on one side, or telling nothing
	same
	weakly // agrees in what many records share
	differ
)

// compare tells whether two texts stand in one place. First pages decide: last
// ones are often wrong or missing. That a text starts on page 1 tells little,
// for journals without paper number each article anew; and it is no
// contradiction to an article's number.
func (a pages) compare(b pages) agreement {
	switch {
	case a.first == "" || b.first == "":
		return unknown
	case a.first == b.first:
		if a.first == "1" {
			if a.last != "" && a.last == b.last {
				return weakly
			}
			if a.last == "" || b.last == "" {
				return unknown
			}
			return differ
		}
		if strings.HasSuffix(a.first, ".") && a.last != b.last && a.last != "" && b.last != "" {
			return differ // Roman: each issue may have its page iii
		}
		if strings.HasSuffix(a.first, ".") {
			return weakly
		}
		return same
	case slices.Contains(a.more, b.first), slices.Contains(b.more, a.first):
		return same
	case a.last != "" && a.last == b.last && a.first != "1" && b.first != "1" && near(a.first, b.first, 1):
		return same // a slip in the first page
	}
	// Letters before the number: "s12", "e12", "12".
	x, y := strings.TrimLeftFunc(a.first, unicode.IsLetter), strings.TrimLeftFunc(b.first, unicode.IsLetter)
	if x != "" && x == y && (x == a.first || y == b.first) {
		return same
	}
	if (a.first == "1") != (b.first == "1") && (a.last == "" || b.last == "") {
		return unknown
	}
	// One counts within the other: "943-945" and "944".
	p, err1 := strconv.Atoi(a.first)
	q, err2 := strconv.Atoi(b.first)
	m, _ := strconv.Atoi(a.last)
	n, _ := strconv.Atoi(b.last)
	if err1 == nil && err2 == nil && (p < q && q <= m && (n == 0 || n <= m) && q-p < 3 || q < p && p <= n && (m == 0 || m <= n) && p-q < 3) {
		return weakly
	}
	return differ
}

// newVolume reads a volume or an issue: the first number in it, "s" in front
// for a supplement without one.
func newVolume(s string) string {
	s = strings.ToLower(strings.TrimSpace(s))
	if s == "" {
		return ""
	}
	if d := digits(s); len(d) > 0 {
		n := strings.TrimLeft(d[0], "0")
		if strings.HasPrefix(s, "s") {
			return "s" + n
		}
		return n
	}
	if n := roman(s); n > 0 {
		return strconv.Itoa(n)
	}
	return squeeze(s)
}

func equal(a, b string) agreement {
	switch {
	case a == "" || b == "":
		return unknown
	case a == b:
		return same
	}
	return differ
}

// kind is the sort of text, as far as it tells versions apart.
type kind int

const (
	otherKind kind = iota
	articleKind
	meetingKind
	thesisKind
	bookKind
)

func newKind(s string) kind {
	s = strings.ToLower(s)
	switch {
	case strings.Contains(s, "proceed"), strings.Contains(s, "conf"), s == "cpaper":
		return meetingKind
	case strings.Contains(s, "thes"), strings.Contains(s, "dissert"):
		return thesisKind
	case s == "book":
		return bookKind
	case s == "article", s == "journal article", s == "article-journal", s == "jour":
		return articleKind
	}
	return otherKind
}

// journal is the title of a journal ready for comparing: the words of each of
// its variants ("Ai zheng = Chinese journal of cancer").
type journal [][]string

var venue = pattern.Late(`(?i)[.,:;]?\s*\b(conference|annual meeting|proceedings of the \d+\S* )\b.*$`)

func newJournal(s string) journal {
	if cut := venue().ReplaceAllString(s, ""); strings.Trim(cut, " .") != "" {
		s = cut
	}
	s = strings.NewReplacer("[Electronic Resource]", "", "(Online)", "", "(Print)", "").Replace(s)
	var j journal
	for v := range strings.SplitSeq(s, "=") {
		for _, w := range append(strings.SplitN(v, ": ", 2), v) {
			if w, _, ok := strings.Cut(w, "("); ok {
				j = j.add(w)
			}
			j = j.add(w)
		}
	}
	return j
}

func (j journal) add(s string) journal {
	words := slices.DeleteFunc(strings.Fields(Normalize(s)), func(w string) bool { return small[w] || strings.HasPrefix(w, "supplement") })
	if len(words) == 0 || slices.ContainsFunc(j, func(x []string) bool { return slices.Equal(x, words) }) {
		return j
	}
	return append(j, words)
}

// compare tells whether two titles can be of one journal, in full or abbreviated.
func (j journal) compare(k journal) agreement {
	if len(j) == 0 || len(k) == 0 {
		return unknown
	}
	part := false
	if more, less := count(j.numbers(), k.numbers()); more > 0 && less > 0 {
		return differ // "42nd Hawaii conference", "43rd"
	}
	for _, a := range j {
		for _, b := range k {
			switch {
			case slices.Equal(a, b), abbreviates(a, b), abbreviates(b, a):
				return same
			case near(strings.Join(a, ""), strings.Join(b, ""), 1+len(b)/2):
				return same
			case begins(a, b), begins(b, a):
				part = true
			}
		}
	}
	if part {
		return weakly
	}
	return differ
}

// numbers are the numbers in a title, sorted.
func (j journal) numbers() []string {
	var out []string
	for _, w := range j[len(j)-1] {
		out = append(out, digits(w)...)
	}
	slices.Sort(out)
	return out
}

// abbreviates tells whether each word of a is short for the word of b in its
// place ("j clin oncol", "natl"), or a is one word of the first letters.
func abbreviates(a, b []string) bool {
	if len(a) == 1 && len(b) > 2 && len(a[0]) >= len(b) {
		var letters strings.Builder
		for _, w := range b {
			letters.WriteString(w[:1])
		}
		if strings.HasPrefix(a[0], letters.String()) {
			return true
		}
	}
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !short(a[i], b[i]) {
			return false
		}
	}
	return true
}

// short tells whether the letters of a come in b in their order, from the first one on.
func short(a, b string) bool {
	if a[0] != b[0] {
		return false
	}
	j := 1
	for i := 1; i < len(a); i++ {
		for j < len(b) && b[j] != a[i] {
			j++
		}
		if j == len(b) {
			return false
		}
		j++
	}
	return true
}

// begins tells whether a is the beginning of b, word by word.
func begins(a, b []string) bool {
	if len(a) > len(b) || len(a) < 2 {
		return false
	}
	for i := range a {
		if !short(a[i], b[i]) && !short(b[i], a[i]) {
			return false
		}
	}
	return true
}

var serial = pattern.Late(`[0-9]{4}-?[0-9]{3}[0-9xX]|97[89][0-9-]{10,14}`)

// newSerials reads ISSNs and ISBNs out of "0957-9672 (Print) 0957-9672".
func newSerials(s string) []string {
	var out []string
	for _, n := range serial().FindAllString(s, -1) {
		if n = strings.ToLower(strings.ReplaceAll(n, "-", "")); !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	return out
}

func shares(a, b []string) bool {
	return slices.ContainsFunc(a, func(x string) bool { return slices.Contains(b, x) })
}
