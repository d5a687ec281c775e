package dedup

import (
	"slices"
	"strings"
)

// entry is a record ready for comparing.
type entry struct {
	record        int // place among the records given
	kind          kind
	title         title
	names         []name
	year          int
	journal       uint32 // number of its title among the journals, 0 when not known
	serials       []string
	volume, issue string
	pages         pages
	doi           string
	shared        bool   // texts of other titles have the DOI, too
	abstract      string // as given: it is read when it is needed
}

// comparer compares entries.
type comparer struct {
	words    vocabulary
	journals []journal
	numbers  map[string]uint32    // of journals
	known    map[uint64]agreement // of two journals
	noIssues bool                 // issues are not to be trusted
}

func newComparer() *comparer {
	c := &comparer{words: vocabulary{ids: map[string]uint32{}}, journals: []journal{nil}, numbers: map[string]uint32{}, known: map[uint64]agreement{}}
	c.words.id("")
	return c
}

// So much of a field is read, in bytes: what is longer is no title or page.
const (
	longTitle = 2000
	longName  = 300
	longPlace = 100
)

// entry prepares a record.
func (c *comparer) entry(r Record) entry {
	return entry{
		kind:     newKind(r.Type),
		title:    newTitle(cut(r.Title, longTitle), &c.words),
		names:    newNames(r.Authors, &c.words),
		year:     r.Year,
		journal:  c.journal(cut(r.Journal, longName)),
		serials:  newSerials(cut(r.Serial, longName)),
		volume:   newVolume(cut(r.Volume, longPlace)),
		issue:    newVolume(cut(r.Issue, longPlace)),
		pages:    newPages(cut(r.Pages, longPlace)),
		doi:      NormalizeDOI(cut(r.DOI, longName)),
		abstract: r.Abstract,
	}
}

func (c *comparer) journal(s string) uint32 {
	n, ok := c.numbers[s]
	if !ok {
		if j := newJournal(s); len(j) > 0 {
			n = uint32(len(c.journals))
			c.journals = append(c.journals, j)
		}
		c.numbers[s] = n
	}
	return n
}

// Scores from which two records are one work, and from which a person is asked.
const (
	certain  = 13
	possible = 9
)

// telling is how many words of its own a title needs to outweigh a volume or
// pages that differ, which are often wrong.
const telling = 5

// verdict is what the comparison of two records says.
type verdict struct {
	title    likeness
	authors  company
	year     agreement // weakly: a year apart, as online and in print
	journal  agreement // weakly: one title begins the other
	volume   agreement
	issue    agreement
	pages    agreement // weakly: one lies within the other
	doi      agreement // weakly: the same, but others have it, too
	abstract agreement
	numbers  bool   // of the titles differ
	special  bool   // one is a reply, an erratum or the like
	kind     bool   // one is a conference's or a thesis
	apart    bool   // never one work, whatever the score
	ask      string // why a person must look, whatever the score
	score    int
}

// sure tells whether two records are one work if nothing else speaks against it.
func (v verdict) sure() bool { return v.score >= certain && v.ask == "" && !v.apart }

// compare weighs what two records say of one work, field by field. Points are
// for what agrees and against what differs; what is missing on either side
// says nothing.
func (c *comparer) compare(a, b *entry) verdict {
	v := verdict{
		title:   c.words.compare(a.title, b.title),
		authors: c.words.authors(a.names, b.names),
		year:    compareYears(a.year, b.year),
		journal: c.compareJournals(a, b),
		volume:  equal(a.volume, b.volume),
		issue:   equal(a.issue, b.issue),
		pages:   a.pages.compare(b.pages),
		doi:     compareDOIs(a, b),
	}
	if c.noIssues {
		v.issue = unknown
	}
	generic := a.title.generic || b.title.generic
	// The place is the same.
	placed := v.doi == same || v.pages == same && v.volume != differ && (v.volume == same || v.journal == same)
	// And no other text can be there, as several abstracts can on one page:
	// then a title that differs may be translated.
	alone := v.pages == same && v.volume == same && v.year == same && v.authors == sameAuthors && a.pages.last == b.pages.last && a.pages.length() > 2

	weight := min(a.title.weight, b.title.weight)
	switch v.title {
	case sameTitle:
		v.score += min(4+weight, 12)
		if generic {
			v.score -= 2
		}
	case typoTitle:
		v.score += min(3+weight, 11)
	case partTitle:
		v.score += min(2+weight, 8)
	case closeTitle:
		v.score += min(weight/2, 4)
	case someTitle:
		v.score -= 3
	case otherTitle:
		v.score -= 10
		if alone {
			v.score += 6
		}
	}
	switch v.authors {
	case sameAuthors:
		v.score += 5
		if min(len(a.names), len(b.names)) > 2 {
			v.score += 2
		}
	case someAuthors:
		v.score++
	case namesakes:
		v.score -= 4
	case otherAuthors:
		v.score -= 8
	}
	v.score += points(v.year, 2, -1, -3)
	if v.year == differ && max(a.year-b.year, b.year-a.year) > 2 {
		v.score -= 3
	}
	v.score += points(v.journal, 3, 0, -4)
	v.score += points(v.volume, 3, 0, -4)
	v.score += points(v.pages, 6, 1, -6)
	v.score += points(v.doi, 12, 3, -8)
	if v.volume != same || v.pages != same { // else the place is settled
		v.score += points(v.issue, 1, 0, -2)
	}
	if v.title != sameTitle && v.title != unknownTitle {
		more, less := count(a.title.numbers, b.title.numbers)
		if v.numbers = more+less > 0; v.numbers && !placed {
			v.score -= 4
			v.apart = more > 0 && less > 0
		}
		v.special = !slices.Equal(a.title.special, b.title.special)
		if v.special && v.doi != same && !(placed && v.authors == sameAuthors) {
			v.apart = true
		}
	}
	v.kind = a.kind != otherKind && b.kind != otherKind && a.kind != b.kind && !placed
	if v.kind && v.year != same {
		v.score -= 3
	}
	if v.score > possible-5 && v.score < certain+5 {
		v.abstract = compareAbstracts(a.abstract, b.abstract)
		v.score += points(v.abstract, 4, 0, -3)
	}

	if v.doi != same {
		if v.pages == differ && (v.volume == differ || v.title >= closeTitle) {
			v.apart = true
		}
		if generic && (v.volume == differ || v.issue == differ || v.pages == differ || v.journal == differ || v.doi == differ) {
			v.apart = true
		}
	}
	sameIssue := v.volume == same && v.issue == same
	switch {
	case v.title == unknownTitle && v.doi != same:
		v.ask = "a title is missing"
	case v.title == someTitle && !alone && !(v.doi == same && v.authors == sameAuthors && v.pages != differ && v.volume != differ),
		v.title == otherTitle && !alone:
		v.ask = "the titles differ"
	case v.numbers && !placed:
		v.ask = "a number in the titles differs"
	case v.title >= partTitle && v.authors != sameAuthors && v.authors != someAuthors && !placed:
		v.ask = "the titles differ, and authors do not tell"
	case generic && v.pages != same && v.doi != same && !(sameIssue && v.pages != differ && v.authors == sameAuthors):
		v.ask = "many texts have this title"
	case weight < telling-1 && v.volume == same && v.issue != same && v.pages != same && v.pages != weakly && v.doi != same && v.abstract != same:
		v.ask = "a short title, and the issue is not known"
	case v.kind:
		v.ask = "one is an article, the other a conference paper, a thesis or a book"
	case v.journal == differ && !placed && !(sameIssue && v.year == same):
		v.ask = "the journals differ"
	case v.doi == differ && !(v.pages == same && v.volume == same):
		v.ask = "the DOIs differ"
	case v.doi != same && v.volume == differ && v.pages != same && (weight < telling || v.year != same || v.journal != same || v.issue == differ),
		v.doi != same && v.pages == differ && (weight < telling || v.title != sameTitle || v.issue == differ),
		v.doi != same && v.issue == differ && v.pages != same && weight < telling:
		v.ask = "the places differ"
	case v.year == differ && !placed,
		v.year == weakly && v.volume != same && v.pages != same && v.doi != same && v.abstract != same && (v.journal != same || weight < telling):
		v.ask = "the years differ"
	}
	return v
}

func points(a agreement, whenSame, whenWeakly, whenDiffer int) int {
	switch a {
	case same:
		return whenSame
	case weakly:
		return whenWeakly
	case differ:
		return whenDiffer
	}
	return 0
}

func compareYears(a, b int) agreement {
	switch {
	case a == 0 || b == 0:
		return unknown
	case a == b:
		return same
	case a == b+1 || b == a+1:
		return weakly
	}
	return differ
}

// compareDOIs compares DOIs. JSTOR gives one of its own to texts that have one
// of their publisher: that these differ says nothing.
func compareDOIs(a, b *entry) agreement {
	switch {
	case strings.HasPrefix(a.doi, "10.2307/") != strings.HasPrefix(b.doi, "10.2307/"):
		return unknown
	case a.shared && a.doi == b.doi:
		return weakly
	}
	return equal(a.doi, b.doi)
}

// compareJournals compares ISSNs, then titles. That ISSNs differ says nothing:
// a journal has one in print and one online.
func (c *comparer) compareJournals(a, b *entry) agreement {
	switch {
	case shares(a.serials, b.serials):
		return same
	case a.journal == 0 || b.journal == 0:
		return unknown
	case a.journal == b.journal:
		return same
	}
	key := uint64(min(a.journal, b.journal))<<32 | uint64(max(a.journal, b.journal))
	g, ok := c.known[key]
	if !ok {
		g = c.journals[a.journal].compare(c.journals[b.journal])
		c.known[key] = g
	}
	return g
}

// compareAbstracts compares the beginnings of two abstracts, whose first words
// databases leave out or put in.
func compareAbstracts(a, b string) agreement {
	x, y := beginning(a), beginning(b)
	least := min(len(x), len(y))
	if least < 10 {
		return unknown
	}
	onlyX, onlyY := count(x, y)
	switch shared := len(x) - onlyX; {
	case shared*4 >= least*3:
		return same
	case shared*2 >= least || min(onlyX, onlyY)*2 < least:
		return unknown
	}
	return differ
}

// beginning are the first words of an abstract, sorted.
func beginning(s string) []string {
	words := slices.DeleteFunc(strings.Fields(Normalize(cut(s, 400))), func(w string) bool { return small[w] })
	words = words[:min(len(words), 40)]
	slices.Sort(words)
	return words
}

// count tells how many of each list the other has not; both are sorted.
func count(a, b []string) (onlyA, onlyB int) {
	i, j := 0, 0
	for i < len(a) && j < len(b) {
		switch {
		case a[i] == b[j]:
			i++
			j++
		case a[i] < b[j]:
			onlyA++
			i++
		default:
			onlyB++
			j++
		}
	}
	return onlyA + len(a) - i, onlyB + len(b) - j
}

// reason says in words what agrees, and gives the fields that differ.
func (v verdict) reason() (agrees string, differs []string) {
	var agree []string
	switch v.title {
	case sameTitle:
		agree = append(agree, "title")
	case typoTitle:
		agree = append(agree, "title but for slips")
	case partTitle:
		agree = append(agree, "part of the title")
	case closeTitle:
		agree = append(agree, "nearly all of the title")
	case someTitle, otherTitle:
		differs = append(differs, "title")
	}
	switch v.authors {
	case sameAuthors:
		agree = append(agree, "authors")
	case someAuthors:
		agree = append(agree, "some authors")
	case namesakes, otherAuthors:
		differs = append(differs, "authors")
	}
	for _, f := range []struct {
		a            agreement
		name, weakly string
	}{{v.year, "year", "nearly the year"}, {v.journal, "journal", "part of the journal's title"}, {v.volume, "volume", ""}, {v.issue, "issue", ""},
		{v.pages, "pages", "perhaps the pages"}, {v.doi, "DOI", "a DOI that others share"}, {v.abstract, "abstract", ""}} {
		switch f.a {
		case same:
			agree = append(agree, f.name)
		case weakly:
			agree = append(agree, f.weakly)
		case differ:
			differs = append(differs, f.name)
		}
	}
	if v.numbers {
		differs = append(differs, "numbers in the title")
	}
	if v.special || v.kind {
		differs = append(differs, "kind of text")
	}
	return strings.Join(agree, ", "), differs
}
