package publish

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"strings"

	"throughline/exchange/tabular"
	"throughline/internal/synthesis"
	"throughline/internal/thread"
)

// encode writes JSON for people to read: indented, no escapes but those that JSON needs.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(v)
	return b.Bytes(), err
}

// table is a CSV file under way.
type table [][]string

func newTable(head ...string) *table { return &table{head} }

func (t *table) row(cells ...string) { *t = append(*t, cells) }

func (t *table) file(name string) (file, error) {
	var b bytes.Buffer
	err := tabular.WriteCSV(&b, *t)
	return file{name, b.Bytes()}, err
}

// downloads makes the published study as data.
func (s *site) downloads() ([]file, error) {
	all, err := encode(s.Content)
	if err != nil {
		return nil, fmt.Errorf("encode study: %w", err)
	}
	files := []file{{"downloads/study.json", all}}
	list := func(ids []string) string { return strings.Join(ids, " ") }
	evidence := func(st Statement, role thread.Role) string {
		var ids []string
		for _, e := range st.Evidence {
			if e.Role == role {
				ids = append(ids, e.ID)
			}
		}
		return list(ids)
	}
	concern := func(c synthesis.Concern) string { return c.Level + ": " + c.Reason }

	lessons := newTable("id", "title", "statement", "scope", "confidence", "confidence_reason", "limitations", "coherence", "adequacy", "relevance",
		"insight", "cases_for", "cases_against", "supports", "contradicts", "state", "page")
	for _, l := range s.Lessons {
		k := l.Confidence
		lessons.row(l.ID, l.Title, l.Text, l.Scope, k.Level, k.Reason, concern(k.Limitations), concern(k.Coherence), concern(k.Adequacy), concern(k.Relevance),
			l.Insight, list(l.CasesFor), list(l.CasesAgainst), evidence(l.Statement, thread.Supports), evidence(l.Statement, thread.Contradicts), l.State, s.href[l.ID])
	}
	recommendations := newTable("id", "action", "detail", "risks", "audiences", "supports", "contradicts", "state", "page")
	for _, r := range s.Recommendations {
		recommendations.row(r.ID, r.Title, r.Text, r.Risks, list(r.Audiences), evidence(r.Statement, thread.Supports), evidence(r.Statement, thread.Contradicts), r.State, s.href[r.ID])
	}
	scores := newTable("id", "case", "case_name", "condition", "letter", "condition_name", "raw", "membership", "level", "justification", "agreed_by_coders", "supports", "contradicts", "state", "page")
	for _, x := range s.Scores {
		k, m, level := s.condition[x.Condition], "", ""
		if x.Membership != nil {
			m = fmt.Sprintf("%.6g", *x.Membership)
		}
		if x.Level != nil {
			level = fmt.Sprint(*x.Level)
		}
		scores.row(x.ID, x.Case, s.caseName[x.Case], x.Condition, k.Letter, k.Name, x.Raw, m, level, x.Text, fmt.Sprint(x.Agreed),
			evidence(x.Statement, thread.Supports), evidence(x.Statement, thread.Contradicts), x.State, s.href[x.ID])
	}
	links := newTable("statement", "statement_kind", "role", "evidence", "evidence_kind", "source", "language", "quote", "commitment", "work", "link", "notice")
	for _, st := range s.all() {
		for _, e := range st.Evidence {
			p, isPassage := s.passage[e.ID]
			source, address := s.statement[e.ID].Title, ""
			if isPassage {
				source = p.Source
				if k, ok := s.work[p.Work]; ok {
					address = k.address()
				}
			}
			links.row(st.ID, string(st.Kind), string(e.Role), e.ID, string(e.Kind), source, p.Language, p.Quote, p.Commitment, p.Work, address, p.Notice)
		}
	}
	for _, t := range []struct {
		name string
		t    *table
	}{{"lessons", lessons}, {"recommendations", recommendations}, {"scores", scores}, {"evidence", links}} {
		f, err := t.t.file("downloads/" + t.name + ".csv")
		if err != nil {
			return nil, fmt.Errorf("write %s: %w", f.name, err)
		}
		files = append(files, f)
	}
	var b bytes.Buffer
	if err := tabular.WriteCSV(&b, s.Content.Flow.Records()); err != nil {
		return nil, fmt.Errorf("write the flow: %w", err)
	}
	return append(files, file{"downloads/prisma.csv", b.Bytes()}, file{"downloads/prisma.svg", []byte(s.Content.Flow.SVG())}), nil
}

// all lists every published statement, from recommendations down to scores.
func (s *site) all() []Statement {
	var out []Statement
	for _, x := range s.Recommendations {
		out = append(out, x.Statement)
	}
	for _, x := range s.Answers {
		out = append(out, x.Statement)
	}
	for _, x := range s.Lessons {
		out = append(out, x.Statement)
	}
	for _, x := range s.Findings {
		out = append(out, x.Statement)
	}
	for _, x := range s.Analyses {
		out = append(out, x.Statement)
	}
	for _, x := range s.Takeaways {
		out = append(out, x.Statement)
	}
	for _, x := range s.Scores {
		out = append(out, x.Statement)
	}
	return out
}

// The feed (RFC 4287).

type atomFeed struct {
	XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	Lang    string      `xml:"xml:lang,attr"`
	ID      string      `xml:"id"`
	Title   string      `xml:"title"`
	Sub     string      `xml:"subtitle,omitempty"`
	Updated string      `xml:"updated"`
	Author  atomAuthor  `xml:"author"`
	Links   []atomLink  `xml:"link"`
	Rights  string      `xml:"rights,omitempty"`
	Entries []atomEntry `xml:"entry"`
}

type atomAuthor struct {
	Name string `xml:"name"`
}

type atomLink struct {
	Rel  string `xml:"rel,attr"`
	Type string `xml:"type,attr,omitempty"`
	Href string `xml:"href,attr"`
}

type atomEntry struct {
	ID      string     `xml:"id"`
	Title   string     `xml:"title"`
	Updated string     `xml:"updated"`
	Links   []atomLink `xml:"link"`
	Summary string     `xml:"summary"`
}

// urn is a stable id: a UUID of version 8 (RFC 9562) made from the study's name and the thing's.
func (s *site) urn(thing string) string {
	h := sha256.Sum256([]byte("throughline " + s.Slug + " " + thing))
	b := h[:16]
	b[6] = b[6]&0x0f | 0x80
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

func (s *site) feed() (file, error) {
	at := func(day string) string { return day + "T00:00:00Z" }
	e := s.Editions[0]
	page := func(name string) []atomLink {
		return []atomLink{{"alternate", "text/html", s.address + name}}
	}
	f := atomFeed{Lang: "en", ID: s.urn("feed"), Title: s.Title, Sub: s.Notice, Updated: at(e.On), Author: atomAuthor{s.Title}, Links: page("index.html"), Rights: s.Licence}
	if s.address != "" {
		f.Links = append(f.Links, atomLink{"self", "application/atom+xml", s.address + "feed.xml"})
	}
	draft := ""
	if s.Draft != "" {
		draft = "Draft: "
		f.Sub = strings.TrimSpace(s.Draft + " " + s.Notice)
	}
	for _, x := range s.Editions {
		f.Entries = append(f.Entries, atomEntry{s.urn(x.ID), "Edition of " + dayWords(x.On), at(x.On), page("index.html"), x.Note})
	}
	add := func(st Statement) {
		f.Entries = append(f.Entries, atomEntry{s.urn(st.ID), draft + capital(st.Kind.Word()) + ": " + st.Title, at(e.On), page(s.href[st.ID]), strings.TrimSpace(st.Text + " " + stateWords(st.State))})
	}
	for _, x := range s.Lessons {
		add(x.Statement)
	}
	for _, x := range s.Recommendations {
		add(x.Statement)
	}
	b, err := xml.MarshalIndent(f, "", "  ")
	if err != nil {
		return file{}, fmt.Errorf("encode feed: %w", err)
	}
	return file{"feed.xml", append([]byte(xml.Header), append(b, '\n')...)}, nil
}

func (s *site) sitemap() file {
	var b bytes.Buffer
	b.WriteString(xml.Header + "<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n")
	for _, p := range s.pages {
		b.WriteString("  <url><loc>")
		xml.EscapeText(&b, []byte(s.address+p.name))
		b.WriteString("</loc>")
		if len(s.Editions) > 0 {
			b.WriteString("<lastmod>" + s.Editions[0].On + "</lastmod>")
		}
		b.WriteString("</url>\n")
	}
	b.WriteString("</urlset>\n")
	return file{"sitemap.xml", b.Bytes()}
}

// Linked data (schema.org) stands beside each page in a file of its own, to which the page links: so no page has any script
// element, not even one that only holds data.

type ldThing struct {
	Context      string    `json:"@context,omitempty"`
	Type         string    `json:"@type"`
	ID           string    `json:"@id,omitempty"`
	URL          string    `json:"url,omitempty"`
	Identifier   string    `json:"identifier,omitempty"`
	Name         string    `json:"name,omitempty"`
	Headline     string    `json:"headline,omitempty"`
	Text         string    `json:"text,omitempty"`
	Abstract     string    `json:"abstract,omitempty"`
	Disclaimer   string    `json:"disambiguatingDescription,omitempty"`
	Author       []ldThing `json:"author,omitempty"`
	Published    string    `json:"datePublished,omitempty"`
	Modified     string    `json:"dateModified,omitempty"`
	Version      string    `json:"version,omitempty"`
	Status       string    `json:"creativeWorkStatus,omitempty"`
	License      string    `json:"license,omitempty"`
	Funding      string    `json:"funding,omitempty"`
	InLanguage   string    `json:"inLanguage,omitempty"`
	Publication  *ldThing  `json:"isPartOf,omitempty"` // the study
	BasedOn      []ldThing `json:"isBasedOn,omitempty"`
	Citation     []ldThing `json:"citation,omitempty"`
	HasPart      []ldThing `json:"hasPart,omitempty"`
	ContentPlace *ldThing  `json:"contentLocation,omitempty"`
}

// address of a file of the site, as seen from a page.
func (s *site) from(f frame, name string) string {
	if s.address != "" {
		return s.address + name
	}
	return f.Root + name
}

// ldPage describes a page that lists others.
func (s *site) ldPage(f frame, kind string) ldThing {
	t := ldThing{Context: "https://schema.org", Type: kind, ID: s.from(f, f.Name), Name: f.Title, Disclaimer: s.Notice, InLanguage: "en", License: s.Licence, Publication: &ldThing{Type: "Report", ID: s.from(f, "index.html"), Name: s.Title}}
	s.dated(&t)
	return t
}

func (s *site) dated(t *ldThing) {
	t.Status = "Published"
	if s.Draft != "" {
		t.Status = "Draft"
	}
	if len(s.Editions) > 0 {
		t.Modified, t.Version = s.Editions[0].On, s.Editions[0].ID
	}
}

func (s *site) ldStudy(f frame) ldThing {
	t := s.ldPage(f, "Report")
	t.Publication, t.Headline, t.Abstract, t.Identifier = nil, s.Title, s.Purpose, s.urn("study")
	t.Funding = s.Acknowledgement
	if n := len(s.Editions); n > 0 {
		t.Published = s.Editions[n-1].On
	}
	part := func(st Statement) {
		t.HasPart = append(t.HasPart, ldThing{Type: "Claim", ID: s.from(f, s.href[st.ID]), Name: st.Title})
	}
	for _, x := range s.Lessons {
		part(x.Statement)
	}
	for _, x := range s.Recommendations {
		part(x.Statement)
	}
	for _, x := range s.Cases {
		t.HasPart = append(t.HasPart, ldThing{Type: "ScholarlyArticle", ID: s.from(f, s.href[x.ID]), Name: x.Name})
	}
	for _, k := range s.Works {
		t.Citation = append(t.Citation, ldWork(k))
	}
	return t
}

func (s *site) ldCase(f frame, c Case) ldThing {
	t := s.ldPage(f, "ScholarlyArticle")
	t.Headline, t.Abstract, t.Identifier = c.Name, c.Summary, s.urn(c.ID)
	if c.Country != "" {
		t.ContentPlace = &ldThing{Type: "Country", Name: c.Country}
	}
	for _, id := range c.Works {
		t.Citation = append(t.Citation, ldWork(s.work[id]))
	}
	return t
}

// ldClaim describes a statement: what it is based on, and the works cited at the ends of its thread.
func (s *site) ldClaim(f frame, st Statement) ldThing {
	t := s.ldPage(f, "Claim")
	t.Text, t.Identifier = strings.TrimSpace(st.Text), s.urn(st.ID)
	if st.State != thread.Standing {
		t.Status = "Under review"
	}
	for _, e := range st.Evidence {
		if e.Role != thread.Supports {
			continue
		}
		if p, ok := s.passage[e.ID]; ok {
			q := ldThing{Type: "Quotation", Name: p.Source, Text: p.Quote, InLanguage: p.Language}
			if p.Sealed {
				q = ldThing{Type: "CreativeWork", Name: p.Source, Identifier: "sha256:" + p.Commitment}
			}
			t.BasedOn = append(t.BasedOn, q)
		} else {
			t.BasedOn = append(t.BasedOn, ldThing{Type: "Claim", ID: s.from(f, s.href[e.ID]), Name: s.statement[e.ID].Title})
		}
	}
	seen := map[string]bool{}
	cited := map[string]bool{}
	var walk func(Statement)
	walk = func(x Statement) {
		for _, e := range x.Evidence {
			if seen[e.ID] {
				continue
			}
			seen[e.ID] = true
			if p, ok := s.passage[e.ID]; ok {
				cited[p.Work] = true
			} else {
				walk(s.statement[e.ID])
			}
		}
	}
	walk(st)
	for _, k := range s.Works {
		if cited[k.ID] {
			t.Citation = append(t.Citation, ldWork(k))
		}
	}
	return t
}

func ldWork(k Work) ldThing {
	kinds := map[string]string{"article": "ScholarlyArticle", "book": "Book", "chapter": "Chapter", "report": "Report", "news": "NewsArticle", "web": "WebPage", "thesis": "Thesis",
		"dataset": "Dataset", "legal": "Legislation"}
	t := ldThing{Type: kinds[k.Type], Name: k.Title, URL: k.address(), InLanguage: k.Language}
	if t.Type == "" {
		t.Type = "CreativeWork"
	}
	for _, a := range k.Authors {
		kind := "Organization"
		if strings.Contains(a, ",") {
			kind = "Person"
		}
		t.Author = append(t.Author, ldThing{Type: kind, Name: a})
	}
	if k.Year != 0 {
		t.Published = fmt.Sprint(k.Year)
	}
	return t
}
