package biblio

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/charset"

	"throughline/exchange/tabular"
)

// MaxPage is the largest web page that is read, in bytes.
const MaxPage = 32 << 20

// page is what a web page says of itself.
type page struct {
	meta            map[string][]string // by name or property, in small letters
	title, language string
	canonical       string
	things          []map[string]any // of schema.org, in JSON-LD
}

// FromHTML makes a record of a saved web page from what the page says of itself: citation_ tags (Highwire, as Google
// Scholar reads them), schema.org in JSON-LD, Dublin Core, OpenGraph, its language and its canonical address; where they
// differ, the first of these that speaks is taken. The address is that under which the page was got; it may be empty. The
// record carries the hash of the page as it was saved.
func FromHTML(b []byte, address string) (Record, error) {
	if len(b) > MaxPage {
		return Record{}, wrong("the page has %d bytes; at most %d are read", len(b), MaxPage)
	}
	encoding, _, _ := charset.DetermineEncoding(b[:min(len(b), 1024)], "")
	if _, err := tabular.Decode(b); err != nil {
		return Record{}, err
	}
	decoded, err := encoding.NewDecoder().Bytes(b)
	if err != nil {
		decoded = b
	}
	p := readPage(decoded)
	r := p.record(address)
	sum := sha256.Sum256(b)
	r.ArchivedHash = "sha256:" + hex.EncodeToString(sum[:])
	r.finish()
	if r.Title == "" {
		return Record{}, wrong("the page has no title; it may be no web page, or one that only a browser can show")
	}
	return r, nil
}

func readPage(b []byte) page {
	p := page{meta: map[string][]string{}}
	z := html.NewTokenizer(bytes.NewReader(b))
	z.SetMaxBuf(MaxPage)
	inTitle, inData := false, false
	for {
		switch z.Next() {
		case html.ErrorToken:
			return p
		case html.StartTagToken, html.SelfClosingTagToken:
			t := z.Token()
			a := map[string]string{}
			for _, at := range t.Attr {
				a[strings.ToLower(at.Key)] = at.Val
			}
			switch t.Data {
			case "html":
				p.language = or(p.language, or(a["lang"], a["xml:lang"]))
			case "meta":
				if name := strings.ToLower(or(a["name"], or(a["property"], a["itemprop"]))); name != "" && strings.TrimSpace(a["content"]) != "" && len(p.meta[name]) < MaxNames {
					p.meta[name] = append(p.meta[name], line(a["content"]))
				}
			case "link":
				if strings.EqualFold(a["rel"], "canonical") {
					p.canonical = or(p.canonical, a["href"])
				}
			case "title":
				inTitle = p.title == ""
			case "script":
				inData = strings.Contains(strings.ToLower(a["type"]), "ld+json")
			}
		case html.TextToken:
			switch {
			case inTitle:
				p.title += string(z.Text())
			case inData:
				var v any
				if json.Unmarshal(z.Text(), &v) == nil {
					p.collect(v, 0)
				}
			}
		case html.EndTagToken:
			inTitle, inData = false, false
		}
	}
}

// kinds are the types of schema.org that are works, and what they are in CSL.
var kinds = map[string]string{"NewsArticle": "article-newspaper", "ReportageNewsArticle": "article-newspaper", "AnalysisNewsArticle": "article-newspaper", "OpinionNewsArticle": "article-newspaper",
	"BackgroundNewsArticle": "article-newspaper", "LiveBlogPosting": "article-newspaper", "ScholarlyArticle": "article-journal", "MedicalScholarlyArticle": "article-journal", "BlogPosting": "post-weblog",
	"Report": "report", "Article": "webpage", "TechArticle": "webpage", "WebPage": "webpage", "Book": "book", "Thesis": "thesis", "Dataset": "dataset", "SocialMediaPosting": "post", "Legislation": "legislation"}

// collect takes the works out of JSON-LD, whose graph may be nested.
func (p *page) collect(v any, depth int) {
	if depth > 20 {
		return
	}
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			p.collect(x, depth+1)
		}
	case map[string]any:
		if kindOf(v) != "" {
			p.things = append(p.things, v)
		}
		for _, key := range []string{"@graph", "mainEntity", "mainEntityOfPage"} {
			p.collect(v[key], depth+1)
		}
	}
}

func kindOf(thing map[string]any) string {
	switch t := thing["@type"].(type) {
	case string:
		return kinds[t]
	case []any:
		for _, x := range t {
			if s, ok := x.(string); ok && kinds[s] != "" {
				return kinds[s]
			}
		}
	}
	return ""
}

// ldTexts are the words of a value of JSON-LD: a text, or the name of a thing, or those of a list.
func ldTexts(v any) []string {
	switch v := v.(type) {
	case string:
		return []string{line(v)}
	case []any:
		var all []string
		for _, x := range v {
			all = append(all, ldTexts(x)...)
		}
		return all
	case map[string]any:
		return ldTexts(or2(v["name"], v["@value"]))
	}
	return nil
}

func or2(a, b any) any {
	if a != nil {
		return a
	}
	return b
}

func (p page) record(address string) Record {
	var thing map[string]any
	for _, t := range p.things { // a work on the page says more than the page
		if thing == nil || kindOf(thing) == "webpage" && kindOf(t) != "webpage" {
			thing = t
		}
	}
	ld := func(key string) string { return strings.Join(ldTexts(thing[key]), ", ") }
	first := func(names ...string) string {
		for _, n := range names {
			if len(p.meta[n]) > 0 {
				return p.meta[n][0]
			}
		}
		return ""
	}
	r := Record{Line: 1}
	r.Title = or(first("citation_title"), or(ld("headline"), or(first("dc.title", "dcterms.title", "og:title", "twitter:title"), line(p.title))))
	r.Abstract = or(first("citation_abstract"), or(first("dcterms.abstract", "dc.description", "dcterms.description"), or(ld("description"), first("og:description", "description", "twitter:description"))))
	r.DOI = or(first("citation_doi"), first("prism.doi", "bepress_citation_doi"))
	if id := first("dc.identifier", "dcterms.identifier"); r.DOI == "" && doi().MatchString(id) {
		r.DOI = id
	}
	r.Volume, r.Issue = first("citation_volume"), first("citation_issue")
	if r.Pages = first("citation_firstpage"); r.Pages != "" && first("citation_lastpage") != "" && first("citation_lastpage") != r.Pages {
		r.Pages += "-" + first("citation_lastpage")
	}
	r.serial("citation_issn", first("citation_issn"))
	r.serial("citation_isbn", first("citation_isbn"))
	r.PMID = first("citation_pmid")
	r.Language = or(first("citation_language"), or(ld("inLanguage"), or(first("dc.language", "dcterms.language"), or(p.language, strings.ReplaceAll(first("og:locale"), "_", "-")))))
	r.Publisher = first("citation_publisher", "citation_technical_report_institution", "citation_dissertation_institution", "dc.publisher", "dcterms.publisher")
	r.Issued = ParseDate(or(first("citation_publication_date", "citation_date", "citation_online_date"), dayOf(or(ld("datePublished"), first("dcterms.issued", "dcterms.date", "dc.date.issued", "dc.date", "article:published_time", "date", "pubdate")))))
	r.URL = p.address(address, or(first("og:url"), ld("url")))
	for _, k := range append(slices.Clone(p.meta["citation_keywords"]), or(strings.Join(ldTexts(thing["keywords"]), ";"), or(strings.Join(p.meta["article:tag"], ";"), first("keywords", "news_keywords")))) {
		r.Keywords = append(r.Keywords, splitKeywords(k)...)
	}
	switch {
	case len(p.meta["citation_author"]) > 0:
		for _, a := range p.meta["citation_author"] {
			r.Authors = append(r.Authors, person(a))
		}
	case thing != nil && thing["author"] != nil:
		r.Authors = ldPeople(thing["author"])
	default:
		all := p.meta["dc.creator"]
		if len(all) == 0 {
			all = p.meta["dcterms.creator"]
		}
		if len(all) == 0 {
			all = append(slices.Clone(p.meta["author"]), p.meta["article:author"]...)
		}
		for _, a := range all {
			if !strings.Contains(a, "://") {
				r.Authors = append(r.Authors, person(a))
			}
		}
	}
	site := or(ld("publisher"), or(first("og:site_name"), first("application-name")))
	switch {
	case first("citation_journal_title", "citation_journal_abbrev") != "":
		r.Type, r.Container = "article-journal", first("citation_journal_title", "citation_journal_abbrev")
	case first("citation_inbook_title") != "":
		r.Type, r.Container = "chapter", first("citation_inbook_title")
	case first("citation_conference_title", "citation_conference") != "":
		r.Type, r.Container = "paper-conference", first("citation_conference_title", "citation_conference")
	case first("citation_dissertation_institution") != "":
		r.Type = "thesis"
	case first("citation_technical_report_institution", "citation_technical_report_number") != "":
		r.Type, r.Number = "report", first("citation_technical_report_number")
	default:
		r.Type = or(kindOf(thing), "webpage")
		r.Container = site
		if part, ok := thing["isPartOf"].(map[string]any); ok && r.Type == "article-journal" {
			r.Container = or(strings.Join(ldTexts(part), ", "), site)
		}
		if r.Type == "report" || r.Type == "book" {
			r.Publisher, r.Container = or(r.Publisher, site), ""
		}
	}
	return r
}

// address is that of the page: what it calls canonical, if that is an address on the web, else where it was got.
func (p page) address(got, other string) string {
	base, err := url.Parse(got)
	for _, a := range []string{p.canonical, other} {
		u, errU := url.Parse(strings.TrimSpace(a))
		if a == "" || errU != nil {
			continue
		}
		if err == nil && base.IsAbs() {
			u = base.ResolveReference(u)
		}
		if u.Scheme == "https" || u.Scheme == "http" {
			return u.String()
		}
	}
	return got
}

// dayOf cuts the time off a date: the day is the one that the page itself names, in its own time.
func dayOf(s string) string {
	if len(s) > 10 && s[4] == '-' && s[7] == '-' && (s[10] == 'T' || s[10] == ' ') {
		return s[:10]
	}
	return s
}

func ldPeople(v any) []Name {
	var ns []Name
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			ns = append(ns, ldPeople(x)...)
		}
	case string:
		ns = append(ns, person(v))
	case map[string]any:
		family, given := strings.Join(ldTexts(v["familyName"]), " "), strings.Join(ldTexts(v["givenName"]), " ")
		name := strings.Join(ldTexts(v["name"]), ", ")
		switch {
		case family != "":
			ns = append(ns, makeName(family, given, ""))
		case v["@type"] == "Person":
			ns = append(ns, person(name))
		case name != "":
			ns = append(ns, Name{Literal: name})
		}
	}
	return ns
}

// person reads the name of a person, who may be called by given name first.
func person(s string) Name {
	s = line(strings.TrimPrefix(strings.TrimPrefix(line(s), "By "), "by "))
	if strings.Contains(s, ",") {
		return ParseName(s)
	}
	return bibPerson(s)
}
