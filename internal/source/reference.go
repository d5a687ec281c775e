package source

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"throughline/exchange/biblio"
	"throughline/internal/thread"
)

// cslTypes are our types of records as CSL names them; the first of a type is what is written.
var cslTypes = []struct{ ours, csl string }{
	{"article", "article-journal"}, {"article", "article"}, {"article", "paper-conference"}, {"article", "article-magazine"}, {"article", "review"}, {"article", "entry"},
	{"book", "book"}, {"chapter", "chapter"}, {"chapter", "entry-encyclopedia"}, {"report", "report"}, {"report", "standard"}, {"news", "article-newspaper"}, {"news", "broadcast"},
	{"web", "webpage"}, {"web", "post-weblog"}, {"web", "post"}, {"thesis", "thesis"}, {"dataset", "dataset"}, {"legal", "legislation"}, {"legal", "legal_case"}, {"legal", "bill"}, {"legal", "regulation"}, {"legal", "treaty"}, {"legal", "hearing"},
}

// FromReference makes a record of a reference as it was found. What a record has no field for travels along in Other, so
// that nothing is lost. The id and the search are the caller's.
func FromReference(b biblio.Record, id, search thread.ID) Record {
	r := Record{ID: id, Search: search, Type: "article", Title: b.Title, Container: cmp.Or(b.Container, b.Collection), Language: tag(b.Language), DOI: b.DOI, Abstract: b.Abstract,
		Publisher: b.Publisher, PubPlace: b.Place, Volume: b.Volume, Issue: cmp.Or(b.Issue, b.Number), Pages: b.Pages, ISBN: b.ISBN, ISSN: b.ISSN, PMID: b.PMID,
		TitleTranslated: b.TitleTranslated, AbstractTranslated: b.AbstractTranslated, Credibility: b.Credibility, Keywords: slices.Clone(b.Keywords), SourceID: b.ID}
	for _, t := range cslTypes {
		if t.csl == b.Type {
			r.Type = t.ours
			break
		}
	}
	other := func(tag, value string) {
		if value = strings.TrimSpace(value); value != "" {
			r.Other = append(r.Other, tag+": "+strings.ReplaceAll(value, " | ", " ¦ "))
		}
	}
	for _, n := range b.Authors {
		r.Authors = append(r.Authors, clean(n.String()))
	}
	for _, n := range b.Editors {
		r.Editors = append(r.Editors, clean(n.String()))
	}
	if y := b.Issued.Year; y >= 1000 && y <= 2100 {
		r.Year = y
	}
	keep := func(field string, d biblio.Date, to *string) {
		s := d.String()
		switch {
		case s == "":
		case edtf().MatchString(s):
			*to = s
		default:
			other(field, s)
		}
	}
	if b.Issued.Month != 0 || b.Issued.Season != 0 || b.Issued.EndYear != 0 || b.Issued.Circa {
		keep("published", b.Issued, &r.Published)
	} else if r.Year == 0 {
		other("published", b.Issued.String())
	}
	keep("event", b.Event, &r.Event)
	if a := b.Accessed; a.Year != 0 && a.Month != 0 && a.Day != 0 {
		r.Accessed = fmt.Sprintf("%04d-%02d-%02d", a.Year, a.Month, a.Day)
	} else {
		other("accessed", b.Accessed.String())
	}
	if u := first(b.URL); strings.HasPrefix(u, "https://") || strings.HasPrefix(u, "http://") {
		r.URL = u
	} else {
		other("url", b.URL)
	}
	if strings.HasPrefix(b.Archived, "https://") || strings.HasPrefix(b.Archived, "http://") {
		r.Archive = b.Archived
	} else {
		other("archived", b.Archived)
	}
	if h := strings.ToLower(strings.TrimPrefix(b.ArchivedHash, "sha256:")); hash().MatchString(h) {
		r.ArchiveHash = h
	} else {
		other("archived-hash", b.ArchivedHash)
	}
	if r.Language == "" {
		other("language", b.Language)
	}
	if strings.TrimSpace(r.Title) == "" {
		r.Title = cmp.Or(strings.TrimSpace(b.TitleTranslated), strings.TrimSpace(b.TitleShort), strings.TrimSpace(b.Container), "[no title]")
	}
	other("type", b.TypeAs)
	other("edition", b.Edition)
	other("pmcid", b.PMCID)
	for _, c := range b.Contributors {
		other(c.Role, c.Name.String())
	}
	for _, n := range b.Notes {
		other("note", n)
	}
	for _, f := range slices.Concat(b.Labels, b.Other) {
		other(f.Tag, f.Value)
	}
	for i, k := range r.Keywords {
		r.Keywords[i] = strings.ReplaceAll(k, " | ", " ¦ ")
	}
	return r
}

func clean(s string) string { return strings.ReplaceAll(s, " | ", " ¦ ") }

// first is the first of several addresses that some exports put into one field.
func first(urls string) string {
	if fs := strings.FieldsFunc(urls, func(r rune) bool { return r == ';' || r == ' ' || r == '\n' }); len(fs) > 0 {
		return fs[0]
	}
	return ""
}

// tag is a language as a tag, when it is one or is named in English or by a code of three letters that is common in exports.
func tag(s string) string {
	s = strings.TrimSpace(s)
	switch l := strings.ToLower(s); {
	case l == "eng" || l == "english":
		return "en"
	case l == "fre" || l == "fra" || l == "french":
		return "fr"
	case l == "ger" || l == "deu" || l == "german":
		return "de"
	case l == "spa" || l == "spanish":
		return "es"
	case l == "por" || l == "portuguese":
		return "pt"
	case l == "rus" || l == "russian":
		return "ru"
	case l == "ara" || l == "arabic":
		return "ar"
	case l == "chi" || l == "zho" || l == "chinese":
		return "zh"
	case l == "tha" || l == "thai":
		return "th"
	case l == "rum" || l == "ron" || l == "romanian":
		return "ro"
	case l == "arm" || l == "hye" || l == "armenian":
		return "hy"
	case l == "ita" || l == "italian":
		return "it"
	case l == "ukr" || l == "ukrainian":
		return "uk"
	case len(l) == 2 && l[0] >= 'a' && l[0] <= 'z' && l[1] >= 'a' && l[1] <= 'z':
		return l
	case len(l) == 5 && (l[2] == '-' || l[2] == '_') && l[0] >= 'a' && l[0] <= 'z':
		return l[:2] + "-" + strings.ToUpper(l[3:])
	}
	return ""
}

// Reference is a record as a reference to be written for other programs.
func (r Record) Reference() biblio.Record {
	b := biblio.Record{ID: cmp.Or(r.SourceID, string(r.ID)), Type: "article-journal", Title: r.Title, Container: r.Container, Publisher: r.Publisher, Place: r.PubPlace, Volume: r.Volume, Issue: r.Issue, Pages: r.Pages,
		DOI: r.DOI, ISBN: r.ISBN, ISSN: r.ISSN, PMID: r.PMID, URL: r.URL, Language: r.Language, Abstract: r.Abstract, TitleTranslated: r.TitleTranslated, AbstractTranslated: r.AbstractTranslated,
		Archived: r.Archive, Credibility: r.Credibility, Keywords: slices.Clone(r.Keywords), Event: biblio.ParseDate(r.Event), Accessed: biblio.ParseDate(r.Accessed)}
	for _, t := range cslTypes {
		if t.ours == r.Type {
			b.Type = t.csl
			break
		}
	}
	if b.Issued = biblio.ParseDate(r.Published); b.Issued.Year == 0 {
		b.Issued = biblio.Date{Year: r.Year}
	}
	if r.ArchiveHash != "" {
		b.ArchivedHash = "sha256:" + r.ArchiveHash
	}
	for _, a := range r.Authors {
		b.Authors = append(b.Authors, biblio.ParseName(a))
	}
	for _, a := range r.Editors {
		b.Editors = append(b.Editors, biblio.ParseName(a))
	}
	for _, o := range r.Other {
		t, v, ok := strings.Cut(o, ": ")
		if !ok {
			t, v = "note", o
		}
		if t == "note" {
			b.Notes = append(b.Notes, v)
		} else {
			b.Other = append(b.Other, biblio.Field{Tag: t, Value: v})
		}
	}
	return b
}
