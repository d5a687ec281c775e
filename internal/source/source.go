// Package source holds what is known of the literature: searches, records, works and screening decisions.
package source

import (
	"slices"
	"strings"

	"throughline/internal/document"
	"throughline/internal/fault"
	"throughline/internal/pattern"
	"throughline/internal/study"
	"throughline/internal/thread"
)

// Search is one look into one place.
type Search struct {
	ID     thread.ID `json:"id"`                            // "search-…"
	Source string    `json:"source"`                        // database or site
	On     string    `json:"on"`                            // date, YYYY-MM-DD
	Query  string    `json:"query"`                         // as typed
	Hits   int       `json:"hits"`                          // how many records it gave
	Note   string    `json:"note,omitempty"`                // such as limits that were set, or why the search was made
	Route  string    `json:"route,omitempty" column:"used"` // of identification, for the PRISMA flow: database, register, website, organisation, citations; empty: database
}

// Routes are the routes of identification that the PRISMA flow keeps apart.
var Routes = []string{"database", "register", "website", "organisation", "citations"}

func (s Search) Ref() thread.ID       { return s.ID }
func (s Search) Label() string        { return s.Source + ": " + s.Query }
func (s Search) Place() thread.Place  { return thread.Place{} }
func (s Search) Links() []thread.Link { return nil }

func (s Search) Valid() error {
	var ps fault.Problems
	thread.CheckID(&ps, "id", s.ID, thread.Search)
	ps.Require("source", s.Source)
	study.CheckDate(&ps, "on", s.On)
	ps.Require("query", s.Query)
	if s.Hits < 0 {
		ps.Add("hits", "is negative")
	}
	if s.Route != "" {
		ps.OneOf("route", s.Route, Routes...)
	}
	return ps.Err()
}

// RecordTypes are the sorts of references a record can be.
var RecordTypes = []string{"article", "book", "chapter", "report", "news", "web", "thesis", "dataset", "legal"}

// Record is one bibliographic reference as found. Records of the same thing are grouped in a Work, never deleted.
type Record struct {
	ID        thread.ID `json:"id"`                  // "ref-…"
	Search    thread.ID `json:"search,omitempty"`    // the search that found it
	Case      thread.ID `json:"case,omitempty"`      // the case it is about; empty: several or none
	Type      string    `json:"type"`                // one of RecordTypes
	Authors   []string  `json:"authors,omitempty"`   // "Family, Given", or the name of an organisation
	Year      int       `json:"year,omitempty"`      // of publication; 0: not known
	Title     string    `json:"title"`               // in its own language
	Container string    `json:"container,omitempty"` // journal, outlet, site or publisher
	Language  string    `json:"language,omitempty"`  // BCP 47 tag
	DOI       string    `json:"doi,omitempty"`       // such as 10.1000/182
	URL       string    `json:"url,omitempty"`       // where it was read
	Abstract  string    `json:"abstract,omitempty"`  // as published

	Editors            []string `json:"editors,omitempty" column:"used"`             // as authors
	Publisher          string   `json:"publisher,omitempty" column:"used"`           //
	PubPlace           string   `json:"place,omitempty" column:"used"`               // of publication
	Volume             string   `json:"volume,omitempty" column:"used"`              //
	Issue              string   `json:"issue,omitempty" column:"used"`               //
	Pages              string   `json:"pages,omitempty" column:"used"`               //
	ISBN               string   `json:"isbn,omitempty" column:"used"`                //
	ISSN               string   `json:"issn,omitempty" column:"used"`                //
	PMID               string   `json:"pmid,omitempty" column:"used"`                // number in PubMed
	Published          string   `json:"published,omitempty" column:"used"`           // date of publication in EDTF, such as 2018-04-23, 2018-04 or 2018-04~
	Event              string   `json:"event,omitempty" column:"used"`               // date of what it reports, in EDTF
	Accessed           string   `json:"accessed,omitempty" column:"used"`            // date on which it was read, YYYY-MM-DD
	Archive            string   `json:"archive,omitempty" column:"used"`             // address of an archived copy
	ArchiveHash        string   `json:"archive_sha256,omitempty" column:"used"`      // SHA-256 of that copy, in hexadecimal
	TitleTranslated    string   `json:"title_translated,omitempty" column:"used"`    // shown beside the original
	AbstractTranslated string   `json:"abstract_translated,omitempty" column:"used"` // shown beside the original
	TranslatedBy       string   `json:"translated_by,omitempty" column:"used"`       // person or machine
	Credibility        string   `json:"credibility,omitempty" column:"used"`         // note on how far the source can be trusted
	Keywords           []string `json:"keywords,omitempty" column:"used"`            //
	SourceID           string   `json:"source_id,omitempty" column:"used"`           // its id where it was found
	Other              []string `json:"other,omitempty" column:"used"`               // further fields as found, as TAG: value
}

func (r Record) Ref() thread.ID       { return r.ID }
func (r Record) Label() string        { return r.Title }
func (r Record) Place() thread.Place  { return thread.Place{Case: r.Case} }
func (r Record) Links() []thread.Link { return nil }

func (r Record) Valid() error {
	var ps fault.Problems
	thread.CheckID(&ps, "id", r.ID, thread.Record)
	if r.Search != "" {
		thread.CheckID(&ps, "search", r.Search, thread.Search)
	}
	if r.Case != "" {
		thread.CheckID(&ps, "case", r.Case, thread.Case)
	}
	ps.Require("type", r.Type)
	ps.OneOf("type", r.Type, RecordTypes...)
	ps.Require("title", r.Title)
	if r.Year != 0 && (r.Year < 1000 || r.Year > 2100) {
		ps.Add("year", "is %d; expected a year of four digits", r.Year)
	}
	if r.Language != "" {
		document.CheckLanguage(&ps, "language", r.Language)
	}
	CheckURL(&ps, "url", r.URL)
	CheckURL(&ps, "archive", r.Archive)
	if r.ArchiveHash != "" && !hash().MatchString(r.ArchiveHash) {
		ps.Add("archive_sha256", "is no SHA-256: 64 hexadecimal digits")
	}
	for field, d := range map[string]string{"published": r.Published, "event": r.Event} {
		if d != "" && !edtf().MatchString(d) {
			ps.Add(field, "is %q; expected a date such as 2018-04-23, 2018-04, 2018, or with ~ for about and ? for uncertain; two with / between for a span", d)
		}
	}
	study.CheckDate(&ps, "accessed", r.Accessed)
	ps.Sort()
	return ps.Err()
}

var (
	hash = pattern.Late(`^[0-9a-f]{64}$`)
	// edtf is a date or a span as users write it: level 0 and the marks of level 1 of the Extended Date/Time Format.
	edtf = pattern.Late(`^(\d{4}(-(0[1-9]|1[0-2]|2[1-4])(-(0[1-9]|[12]\d|3[01]))?)?[~?%]?|\.\.)(/(\d{4}(-(0[1-9]|1[0-2]|2[1-4])(-(0[1-9]|[12]\d|3[01]))?)?[~?%]?|\.\.)?)?$`)
)

// CheckURL notes an address that is not http or https, so that no page ever links to anything else. Empty is accepted.
func CheckURL(ps *fault.Problems, field, u string) {
	if u != "" && !strings.HasPrefix(u, "https://") && !strings.HasPrefix(u, "http://") {
		ps.Add(field, "is %q; expected an address that starts with https:// or http://", u)
	}
}

// FirstAuthor is the family name of the first author, or the organisation's name.
func (r Record) FirstAuthor() string {
	if len(r.Authors) == 0 {
		return ""
	}
	family, _, _ := strings.Cut(r.Authors[0], ",")
	return strings.TrimSpace(family)
}

// Work is records judged to be the same thing. It can be undone: the records stay as found.
type Work struct {
	ID      thread.ID   `json:"id"`                            // "work-…"
	Records []thread.ID `json:"records"`                       // at least one
	Reason  string      `json:"reason,omitempty"`              // why they are the same; empty when there is one
	Apart   []thread.ID `json:"apart,omitempty" column:"used"` // records that look like it, of which a person said that they are not
}

func (w Work) Ref() thread.ID      { return w.ID }
func (w Work) Label() string       { return string(w.ID) }
func (w Work) Place() thread.Place { return thread.Place{} }

func (w Work) Links() []thread.Link {
	var ls []thread.Link
	for _, r := range w.Records {
		ls = append(ls, thread.Link{To: r, Role: thread.PartOf})
	}
	return ls
}

func (w Work) Valid() error {
	var ps fault.Problems
	thread.CheckID(&ps, "id", w.ID, thread.Work)
	if len(w.Records) == 0 {
		ps.Add("records", "a work needs at least one record")
	}
	thread.CheckIDs(&ps, "records", w.Records, thread.Record)
	if len(w.Records) > 1 {
		ps.Require("reason", w.Reason)
	}
	thread.CheckIDs(&ps, "apart", w.Apart, thread.Record)
	for _, r := range w.Apart {
		if slices.Contains(w.Records, r) {
			ps.Add("apart", "names %s, which is a record of the work", r)
		}
	}
	return ps.Err()
}

// Stages and decisions of screening.
const (
	TitleAbstract = "title-abstract"
	FullText      = "full-text"
	Include       = "include"
	Exclude       = "exclude"
	Unsure        = "unsure"
	NotRetrieved  = "not-retrieved" // at full text: the report could not be had
)

// Screening is one reviewer's decision on one record at one stage.
type Screening struct {
	Record   thread.ID `json:"record"`                          // the record that is decided on
	Stage    string    `json:"stage"`                           // title-abstract, full-text
	Reviewer string    `json:"reviewer"`                        // handle of the member
	Decision string    `json:"decision"`                        // include, exclude, unsure, at full text also not-retrieved
	Reason   string    `json:"reason,omitempty"`                // id of an exclusion criterion of the protocol; needed for exclude, unless a tool decided
	On       string    `json:"on,omitempty"`                    // date, YYYY-MM-DD
	Settles  bool      `json:"settles,omitempty" column:"used"` // it settles what others differed on, and stands for the work
	Tool     string    `json:"tool,omitempty" column:"used"`    // what decided for the reviewer, such as the stopping rule; empty: a person did
}

func (s Screening) Ref() thread.ID {
	return thread.ID(thread.Screening.Prefix() + s.Record.Rest() + "." + s.Stage + "." + s.Reviewer)
}
func (s Screening) Label() string        { return s.Decision + " (" + s.Stage + ")" }
func (s Screening) Place() thread.Place  { return thread.Place{Owner: s.Record} }
func (s Screening) Links() []thread.Link { return nil }

func (s Screening) Valid() error {
	var ps fault.Problems
	thread.CheckID(&ps, "record", s.Record, thread.Record)
	ps.Require("stage", s.Stage)
	ps.OneOf("stage", s.Stage, TitleAbstract, FullText)
	study.CheckHandle(&ps, "reviewer", s.Reviewer)
	ps.Require("decision", s.Decision)
	ps.OneOf("decision", s.Decision, Include, Exclude, Unsure, NotRetrieved)
	if s.Decision == NotRetrieved && s.Stage == TitleAbstract {
		ps.Add("decision", "is %s, which can be said at full text only", NotRetrieved)
	}
	if s.Decision == Exclude && s.Tool == "" {
		ps.Require("reason", s.Reason)
	}
	study.CheckDate(&ps, "on", s.On)
	return ps.Err()
}

// Agreed is what reviewers decided together at a stage: what settles it, or the decision of all of them, unsure when they
// differ, and nothing when there is none.
func Agreed(decisions []Screening) string {
	if len(decisions) == 0 {
		return ""
	}
	for _, d := range decisions {
		if d.Settles {
			return d.Decision
		}
	}
	for _, d := range decisions {
		if d.Decision != decisions[0].Decision {
			return Unsure
		}
	}
	return decisions[0].Decision
}
