package biblio

import (
	"bufio"
	"io"
	"slices"
	"strings"
	"unicode"

	"throughline/internal/pattern"
)

var (
	nbibTag   = pattern.Late(`^([A-Z][A-Z0-9]{1,3}) {0,2}- ?(.*)$`)
	nbibFree  = pattern.Late(`^[A-Z][A-Z0-9]{1,3}$`)
	nbibKnown = strings.Fields("PMID OWN TI TT BTI FAU AU CN FED ED JT TA VI IP PG DP AB LA PL PB CTI PT LID AID IS ISBN OT PMC GN ER TY")
)

// nbibTypes give the CSL type of publication types of PubMed and ERIC; the first of several is how the CSL type is written.
var nbibTypes = []struct{ nbib, csl string }{
	{"Journal Article", "article-journal"}, {"Journal Articles", "article-journal"}, {"Newspaper Article", "article-newspaper"}, {"News", "article-newspaper"},
	{"Book", "book"}, {"Books", "book"}, {"Monograph", "book"}, {"Book Chapter", "chapter"}, {"Technical Report", "report"}, {"Government Publication", "report"},
	{"Academic Dissertation", "thesis"}, {"Dissertations/Theses", "thesis"}, {"Preprint", "article"}, {"Dataset", "dataset"},
	{"Webcast", "motion_picture"}, {"Legislation", "legislation"}, {"Legal Case", "legal_case"}, {"Interview", "interview"}, {"Periodical", "periodical"},
	{"Blog", "post-weblog"}, {"Web Page", "webpage"}, {"Magazine Article", "article-magazine"}, {"Congress", "paper-conference"},
	{"Speeches/Meeting Papers", "paper-conference"},
}

func nbibName(csl string) string {
	for _, t := range nbibTypes {
		if t.csl == csl {
			return t.nbib
		}
	}
	return ""
}

func (f *File) readNBIB(s string) {
	var fields []tagged
	var x stray
	end := func() {
		if len(fields) > 0 {
			f.keep(nbibRecord(fields))
		}
		fields = nil
	}
	sc := &scanner{rest: s}
	blank := false
	for sc.next() {
		l := strings.TrimPrefix(sc.text, "\ufeff")
		m := nbibTag().FindStringSubmatch(l)
		switch {
		case strings.TrimSpace(l) == "":
			blank = true
			continue
		case m != nil:
			if m[1] == "PMID" || m[1] == "OWN" && (blank || len(fields) == 0) {
				end()
			}
			fields = append(fields, tagged{m[1], []string{strings.TrimSpace(m[2])}, sc.line})
		case len(fields) > 0 && strings.HasPrefix(l, "  "):
			last := &fields[len(fields)-1]
			last.text = append(last.text, strings.TrimSpace(l))
		default:
			if _, is := foreign(l, NBIB); is {
				end()
			}
			x.take(f, l, sc.line)
		}
		blank = false
	}
	end()
	x.tell(f)
}

var qualified = pattern.Late(`^(\S+) \((.*)\)$`)

func nbibRecord(fields []tagged) Record {
	r := Record{Line: fields[0].line}
	var types []string
	var published []Field
	full := slices.ContainsFunc(fields, func(t tagged) bool { return t.tag == "FAU" })
	fullEditors := slices.ContainsFunc(fields, func(t tagged) bool { return t.tag == "FED" })
	vernacular, bookTitle := "", ""
	for _, t := range fields {
		one := t.one()
		switch t.tag {
		case "PMID":
			r.first(&r.PMID, t.tag, one)
		case "TI":
			r.first(&r.Title, t.tag, one)
		case "TT":
			r.first(&vernacular, t.tag, one)
		case "BTI", "CTI":
			if t.tag == "CTI" {
				r.first(&r.Collection, t.tag, one)
			} else {
				r.first(&bookTitle, t.tag, one)
			}
		case "FAU":
			r.Authors = append(r.Authors, ParseName(one))
		case "AU":
			if !full {
				r.Authors = append(r.Authors, shortAuthor(one))
			}
		case "CN":
			r.Authors = append(r.Authors, Name{Literal: line(one)})
		case "FED":
			r.Editors = append(r.Editors, ParseName(one))
		case "ED":
			if !fullEditors {
				r.Editors = append(r.Editors, shortAuthor(one))
			}
		case "JT":
			r.first(&r.Container, t.tag, one)
		case "TA":
			r.first(&r.ContainerShort, t.tag, one)
		case "VI":
			r.first(&r.Volume, t.tag, one)
		case "IP":
			r.first(&r.Issue, t.tag, one)
		case "PG":
			r.first(&r.Pages, t.tag, one)
		case "DP":
			published = append(published, Field{t.tag, one})
		case "AB":
			r.first(&r.Abstract, t.tag, one)
		case "LA":
			r.first(&r.Language, t.tag, one)
		case "PL":
			r.first(&r.Place, t.tag, one)
		case "PB":
			r.first(&r.Publisher, t.tag, one)
		case "ISBN":
			r.first(&r.ISBN, t.tag, one)
		case "PMC":
			r.first(&r.PMCID, t.tag, one)
		case "OT":
			r.Keywords = append(r.Keywords, one)
		case "GN":
			r.note(t.many())
		case "PT":
			types = append(types, one)
		case "IS":
			if m := qualified().FindStringSubmatch(one); m != nil {
				if r.ISSN == "" {
					r.ISSN = m[1]
				}
				r.other(t.tag, one)
			} else {
				r.first(&r.ISSN, t.tag, one)
			}
		case "LID", "AID":
			switch id, isDOI := strings.CutSuffix(one, " [doi]"); {
			case isDOI && (r.DOI == "" || strings.EqualFold(r.DOI, id)):
				r.DOI = id
			case t.tag == "LID" && r.URL == "" && strings.Contains(one, "://"):
				r.URL = one
			default:
				r.other(t.tag, one)
			}
		default:
			r.other(t.tag, one)
		}
	}
	if vernacular != "" { // TI is then the translation
		r.Title, r.TitleTranslated = vernacular, r.Title
	}
	if r.Title == "" {
		r.Title = bookTitle
	} else {
		r.first(&r.Container, "BTI", bookTitle)
	}
	if r.Type == "" { // or it was carried by a note
		for _, t := range nbibTypes {
			if slices.Contains(types, t.nbib) {
				r.Type = t.csl
				break
			}
		}
	}
	said := false
	for _, t := range types {
		if !said && t == nbibName(r.Type) {
			said = true
		} else {
			r.other("PT", t)
		}
	}
	if r.Type == "" && r.Container != "" && r.Volume != "" {
		r.Type = "article-journal"
	}
	r.issue(published)
	return r
}

// shortAuthor reads "van Berg JA" and "Berg JA Jr".
func shortAuthor(s string) Name {
	s = line(s)
	if strings.Contains(s, ",") {
		return ParseName(s)
	}
	words := strings.Fields(s)
	n := len(words)
	end := ""
	if n > 2 && suffix().MatchString(words[n-1]) {
		end, n = words[n-1], n-1
	}
	if n > 1 && len([]rune(words[n-1])) <= 4 && strings.ToUpper(words[n-1]) == words[n-1] {
		return makeName(strings.Join(words[:n-1], " "), words[n-1], end)
	}
	return Name{Literal: s}
}

// short is a name as shortAuthor reads it: the family name and initials.
func (n Name) short() string {
	s := n.Family
	if n.Particle != "" {
		s = n.Particle + " " + s
	}
	in := ""
	for _, w := range strings.FieldsFunc(n.Given, func(r rune) bool { return r == ' ' || r == '.' || r == '-' }) {
		if c := []rune(w)[0]; unicode.IsUpper(c) {
			in += string(c)
		}
	}
	return strings.TrimSpace(s + " " + in + " " + n.Suffix)
}

// nbibText are the fields that nbib has a tag for.
var nbibText = map[string]string{
	"pmid": "PMID", "collection": "CTI", "container": "JT", "container-short": "TA", "volume": "VI", "issue": "IP", "pages": "PG", "abstract": "AB",
	"language": "LA", "place": "PL", "publisher": "PB", "isbn": "ISBN", "issn": "IS", "pmcid": "PMC", "keyword": "OT", "note": "GN", "issued": "DP",
}

func writeNBIB(out io.Writer, records []Record) error {
	w := bufio.NewWriter(out)
	put := func(tag, value string) {
		w.WriteString(tag + strings.Repeat(" ", 4-len(tag)) + "- " + strings.ReplaceAll(value, "\n", "\r\n      ") + "\r\n")
	}
	for _, r := range records {
		put("PMID", r.PMID)
		said := nbibName(r.Type)
		if said != "" && r.readsAs(said) {
			put("PT", said)
		} else {
			said = ""
		}
		for _, f := range r.fields() {
			tag, known := nbibText[f.Tag]
			switch {
			case f.Tag == "pmid", f.Tag == "type" && said != "", f.Tag == "id" && f.Value == r.PMID:
			case f.Tag == "title" && r.TitleTranslated != "":
				put("TT", f.Value)
			case f.Tag == "title", f.Tag == "title-translated" && r.Title != "":
				put("TI", f.Value)
			case f.Tag == "author" || f.Tag == "editor":
				n := ParseName(f.Value)
				tag := map[string]string{"author": "AU", "editor": "ED"}[f.Tag]
				switch {
				case n.Literal == "":
					put("F"+tag, f.Value)
					put(tag, n.short())
				case f.Tag == "author":
					put("CN", n.Literal)
				default:
					put("FED", f.Value)
				}
			case f.Tag == "doi" && strings.HasPrefix(f.Value, "10."):
				put("LID", f.Value+" [doi]")
			case f.Tag == "url" && strings.Contains(f.Value, "://") && !strings.HasSuffix(f.Value, "[doi]"):
				put("LID", f.Value)
			case f.Tag == "issn" && qualified().MatchString(f.Value):
				put("GN", carry(f))
			case known:
				put(tag, f.Value)
			case strings.HasPrefix(f.Tag, "label:"):
				put("GN", labelNote(Field{strings.TrimPrefix(f.Tag, "label:"), f.Value}))
			case strings.HasPrefix(f.Tag, "other:"):
				tag := strings.TrimPrefix(f.Tag, "other:")
				switch {
				case nbibFree().MatchString(tag) && !slices.Contains(nbibKnown, tag), tag == "PT" && said != "", tag == "IS" && qualified().MatchString(f.Value) && r.ISSN != "":
					put(tag, f.Value)
				default:
					put("GN", carry(f))
				}
			default:
				put("GN", carry(f))
			}
		}
		w.WriteString("\r\n")
	}
	return w.Flush()
}

// readsAs tells whether the publication types of a record, with the one said, are read as its type.
func (r Record) readsAs(said string) bool {
	for _, t := range nbibTypes {
		if t.nbib == said || slices.Contains(r.Other, Field{"PT", t.nbib}) {
			return t.csl == r.Type
		}
	}
	return false
}
