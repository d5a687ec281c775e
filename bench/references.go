package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
)

// seedOfReferences is that of the reference figures of the peers.
const seedOfReferences = 20261123

// paper is one work of the generator.
type paper struct {
	cluster             string
	authors             []writer
	title, subtitle     string
	year, volume, issue int
	first, last         int
	journal             magazine
	doi, abstract       string
}

type writer struct{ family, given, middle string }

type magazine struct {
	title, short, issn string
	began              int
}

// makeReferences writes n records of made-up works as CSV, in the columns of the labelled sets, with the true cluster of
// each. A quarter of the works have copies, as other databases write them, with slips; and some are hard to tell apart:
// parts and sequels by the same authors, titles that many have, and the paper that was read at a conference first.
func makeReferences(w io.Writer, n int, seed uint64) error {
	g := &press{Rand: rand.New(rand.NewPCG(seed, 7))}
	g.words = g.vocabulary(9000, 2, 4)
	sum := 0.0
	for i := range g.words {
		sum += math.Pow(float64(i+1), -0.85)
		g.zipf = append(g.zipf, sum)
	}
	g.families = g.vocabulary(20000, 2, 3)
	for i, f := range g.families {
		if g.IntN(100) < 15 {
			f = strings.Replace(f, []string{"a", "e", "o", "u"}[i%4], []string{"á", "é", "ö", "ü"}[i%4], 1)
		}
		g.families[i] = capital(f)
	}
	for _, f := range g.vocabulary(3000, 2, 3) {
		g.givens = append(g.givens, capital(f))
	}
	for i := range 600 {
		words := []string{[]string{"Journal of", "Annals of", "International Review of", "Archives of"}[i%4]}
		for range 1 + g.IntN(3) {
			words = append(words, capital(g.word()))
		}
		title := strings.Join(words, " ")
		var short []string
		for _, s := range strings.Fields(title) {
			if s != "of" {
				short = append(short, s[:min(len(s), 3+g.IntN(3))])
			}
		}
		g.magazines = append(g.magazines, magazine{title, strings.Join(short, " "), fmt.Sprintf("%04d-%03d%d", 1000+i, g.IntN(1000), g.IntN(10)), 1900 + g.IntN(85)})
	}
	// The rows are drawn before they are shuffled; only their seeds and places are kept, for a million rows are a gigabyte.
	type row struct{ fields []string }
	rows := make([]row, 0, n)
	for work := 0; len(rows) < n; work++ {
		p := g.paper(work)
		family := []paper{p}
		switch x := g.IntN(100); {
		case x < 2: // siblings
			s := p
			s.cluster += "s"
			s.title += []string{" part ii", " part iii", " 2 year results"}[g.IntN(3)]
			s.year, s.volume = p.year+1, p.volume+1
			if g.IntN(2) == 0 {
				s.year, s.volume = p.year, p.volume
			}
			s.first, s.last = p.last+1, p.last+1+(p.last-p.first)
			s.doi = g.doi()
			s.abstract = g.abstract()
			family = append(family, s)
		case x < 3: // a title that many have
			p.title, p.subtitle = []string{"Editorial", "Book review"}[g.IntN(2)], ""
			family[0] = p
		case x < 4: // read at a conference first
			s := p
			s.cluster += "c"
			s.year--
			s.journal = g.magazines[g.IntN(len(g.magazines))]
			s.journal.title = "Proceedings of the " + strconv.Itoa(2+g.IntN(40)) + "th Conference on " + capital(g.word())
			s.volume, s.issue = 0, 0
			s.first = 1 + g.IntN(900)
			s.last = s.first + 3 + g.IntN(8)
			s.doi = g.doi()
			family = append(family, s)
		}
		for _, p := range family {
			style := g.IntN(5)
			rows = append(rows, row{g.write(p, style, false)})
			if g.IntN(100) >= 25 {
				continue
			}
			copies := 1
			switch x := g.IntN(100); {
			case x >= 97:
				copies = 4
			case x >= 87:
				copies = 3
			case x >= 65:
				copies = 2
			}
			styles := g.Perm(5)
			styles = slices.DeleteFunc(styles, func(s int) bool { return s == style })
			for _, s := range styles[:copies] {
				rows = append(rows, row{g.write(p, s, true)})
			}
		}
	}
	rows = rows[:n]
	g.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	out := csv.NewWriter(w)
	if err := out.Write([]string{"record_id", "type", "author", "title", "year", "journal", "volume", "number", "pages", "doi", "isbn", "abstract", "cluster"}); err != nil {
		return err
	}
	for i, r := range rows {
		if err := out.Write(append([]string{fmt.Sprintf("r%07d", i+1)}, r.fields...)); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

type press struct {
	*rand.Rand
	words, families, givens []string
	zipf                    []float64
	magazines               []magazine
}

// vocabulary makes n different pseudo-words of so many syllables.
func (g *press) vocabulary(n, least, most int) []string {
	syllables := strings.Fields("ba be bi bo ca ce co da de di do fa fe ga ge ha he la le li lo ma me mi mo na ne ni no pa pe po ra re ri ro sa se si so ta te ti to va ve vi tion ment ter ser nal ric tor lis men pro tra ver dis con per mis pol sub")
	seen := map[string]bool{}
	var out []string
	for len(out) < n {
		var w strings.Builder
		for range least + g.IntN(most-least+1) {
			w.WriteString(syllables[g.IntN(len(syllables))])
		}
		if !seen[w.String()] {
			seen[w.String()] = true
			out = append(out, w.String())
		}
	}
	return out
}

func (g *press) word() string {
	i, _ := slices.BinarySearch(g.zipf, g.Float64()*g.zipf[len(g.zipf)-1])
	return g.words[min(i, len(g.words)-1)]
}

func (g *press) text(n int) string {
	w := make([]string, n)
	for i := range w {
		w[i] = g.word()
	}
	return strings.Join(w, " ")
}

func (g *press) doi() string {
	return fmt.Sprintf("10.%d/%s.%d", 1000+g.IntN(9000), g.words[g.IntN(len(g.words))], 100000+g.IntN(900000000))
}

func (g *press) abstract() string { return capital(g.text(60+g.IntN(121))) + "." }

func (g *press) paper(work int) paper {
	p := paper{cluster: "w" + strconv.Itoa(work), title: g.text(6 + g.IntN(11)), year: 1990 + g.IntN(36), issue: 1 + g.IntN(12), first: 1 + g.IntN(1800), journal: g.magazines[g.IntN(len(g.magazines))]}
	for {
		w := writer{family: g.families[g.IntN(len(g.families))], given: g.givens[g.IntN(len(g.givens))]}
		if g.IntN(100) < 40 {
			w.middle = string(rune('A' + g.IntN(26)))
		}
		p.authors = append(p.authors, w)
		if len(p.authors) == 12 || g.Float64() >= 0.62 {
			break
		}
	}
	if g.IntN(100) < 30 {
		p.subtitle = g.text(3 + g.IntN(5))
	}
	p.volume = p.year - p.journal.began
	p.last = p.first + 1 + g.IntN(29)
	if g.IntN(100) < 85 {
		p.doi = g.doi()
	}
	if g.IntN(100) < 70 {
		p.abstract = g.abstract()
	}
	return p
}

// Styles of databases.
const (
	wos = iota
	pubmed
	scopus
	embase
	scholar
)

var plainLetters = strings.NewReplacer("á", "a", "é", "e", "ö", "o", "ü", "u")

// write gives the fields of a record, from type to cluster.
func (g *press) write(p paper, style int, noisy bool) []string {
	chance := func(percent int) bool { return noisy && g.IntN(100) < percent }
	title := capital(p.title)
	if p.subtitle != "" && !chance(5) {
		title += ": " + p.subtitle
	}
	if chance(10) {
		title = g.typo(title)
	}
	if chance(4) {
		words := strings.Fields(title)
		i := g.IntN(len(words))
		words[i] = "<i>" + words[i] + "</i>"
		title = strings.Join(words, " ")
	}
	journal, issn, doi, abstract := p.journal.title, p.journal.issn, p.doi, p.abstract
	year := p.year
	if chance(7) {
		year += 1 - 2*g.IntN(2)
	}
	volume, issue, pages := strconv.Itoa(p.volume), strconv.Itoa(p.issue), fmt.Sprintf("%d-%d", p.first, p.last)
	if p.volume == 0 {
		volume, issue = "", ""
	}
	var authors []string
	for _, w := range p.authors {
		initials := w.given[:1]
		dots := w.given[:1] + "."
		full := w.given
		if w.middle != "" {
			initials += w.middle
			dots += w.middle + "."
			full += " " + w.middle + "."
		}
		switch style {
		case wos:
			authors = append(authors, strings.ToUpper(w.family)+", "+initials)
		case pubmed:
			authors = append(authors, w.family+", "+full)
		case scopus:
			authors = append(authors, w.family+", "+dots)
		case embase:
			authors = append(authors, w.family+" "+dots)
		case scholar:
			authors = append(authors, w.family+", "+initials)
		}
	}
	switch style {
	case wos:
		if g.IntN(2) == 0 {
			title = strings.ToUpper(title)
		} else {
			title = capitals(title)
		}
	case pubmed:
		journal = p.journal.short
		if strings.HasPrefix(p.journal.title, "Proceedings") {
			journal = p.journal.title
		}
		title += "."
		a, b := strconv.Itoa(p.first), strconv.Itoa(p.last)
		if len(a) == len(b) {
			i := 0
			for i < len(a)-1 && a[i] == b[i] {
				i++
			}
			pages = a + "-" + b[i:]
		}
	case embase:
		issn = ""
		if g.IntN(100) < 40 {
			doi = ""
		}
		if g.IntN(100) < 5 {
			title = "[" + title + "]"
		}
	case scholar:
		authors = authors[:min(len(authors), 3)]
		doi, issn = "", ""
		if g.IntN(2) == 0 {
			pages = ""
		}
		if len(abstract) > 150 {
			abstract = abstract[:150] + "…"
		}
	}
	if chance(6) {
		switch g.IntN(3) {
		case 0:
			volume = ""
		case 1:
			issue = ""
		default:
			pages = ""
		}
	}
	if chance(30) && doi != "" {
		doi = []string{"https://doi.org/" + doi, strings.ToUpper(doi), "doi:" + doi}[g.IntN(3)]
	}
	if chance(4) && len(authors) > 1 {
		authors = append(authors[:1], "et al.")
	}
	if chance(3) {
		journal = g.typo(journal)
	}
	all := strings.Join(authors, " and ")
	if chance(50) {
		all = plainLetters.Replace(all)
	}
	return []string{"article", all, title, strconv.Itoa(year), journal, volume, issue, pages, doi, issn, abstract, p.cluster}
}

// typo changes one letter, leaves one out, or exchanges two.
func (g *press) typo(s string) string {
	b := []byte(s)
	i := 1 + g.IntN(max(1, len(b)-3))
	if b[i] >= 0x80 || b[i+1] >= 0x80 || i+1 >= len(b) {
		return s
	}
	switch g.IntN(3) {
	case 0:
		b[i] = byte('a' + g.IntN(26))
	case 1:
		return string(b[:i]) + string(b[i+1:])
	default:
		b[i], b[i+1] = b[i+1], b[i]
	}
	return string(b)
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

func capitals(s string) string {
	words := strings.Fields(s)
	for i, w := range words {
		words[i] = capital(w)
	}
	return strings.Join(words, " ")
}
