// Package study holds what a study is: its frame, its protocol, the people on it and what each may do, and its editions.
package study

import (
	"throughline/internal/fault"
	"throughline/internal/pattern"
	"throughline/internal/thread"
)

// Study is the frame of a comparative study: why it is made, how, and what it has to answer.
type Study struct {
	ID              thread.ID    `json:"id"`                    // always "study": a study has one frame
	Slug            string       `json:"slug"`                  // its name in addresses and on disk: letters, digits, hyphens
	Title           string       `json:"title"`                 // as on the cover
	Notice          string       `json:"notice,omitempty"`      // shown on every page, such as "illustration, not findings"
	Purpose         string       `json:"purpose"`               // why the study is made
	Approach        string       `json:"approach"`              // how it is made
	Theme           string       `json:"theme"`                 // of the learning agenda it aligns to
	QuestionCode    string       `json:"question_code"`         // code of the learning question in that agenda
	Question        string       `json:"question"`              // the learning question
	CoreQuestions   []Question   `json:"core_questions"`        // what the study has to answer
	Insights        []Insight    `json:"insights"`              // what it should be able to show with evidence
	Audiences       []Audience   `json:"audiences"`             // for whom recommendations are written
	Definitions     []Definition `json:"definitions,omitempty"` // words the study uses in a sense of its own
	RegionScheme    string       `json:"region_scheme"`         // which grouping of countries counts as regions
	Languages       []string     `json:"languages"`             // BCP 47 tags of the languages read and spoken
	Acknowledgement string       `json:"acknowledgement"`       // of the funder, as agreed with it
	Licence         string       `json:"licence,omitempty"`     // of what is published
	Cell            int          `json:"cell,omitempty"`        // smallest number of people or groups that is told of those who may not be named; 0: 5
}

// SmallestCell is the smallest number that may be told of people or groups that may not be named.
func (s Study) SmallestCell() int {
	if s.Cell == 0 {
		return 5
	}
	return s.Cell
}

// Question is something the study has to answer.
type Question struct {
	ID   string `json:"id"`   // short code, such as "cq-1"
	Text string `json:"text"` // as asked
}

// Insight is a proposition that the study should be able to show with its evidence.
type Insight struct {
	ID   string `json:"id"`   // short code, such as "insight-coalitions"
	Text string `json:"text"` // one sentence
}

// Audience is a group of readers for whom recommendations are written.
type Audience struct {
	ID   string `json:"id"`   // short code, such as "activist"
	Name string `json:"name"` // as read on the page
}

// Definition fixes the sense of a word.
type Definition struct {
	Term string `json:"term"` // the word
	Text string `json:"text"` // what it means in this study
}

var (
	slug = pattern.Late(`^[a-z0-9][a-z0-9-]{0,60}$`)
	code = pattern.Late(`^[a-z0-9][a-z0-9-]{0,60}$`)
)

func (s Study) Ref() thread.ID       { return s.ID }
func (s Study) Label() string        { return s.Title }
func (s Study) Place() thread.Place  { return thread.Place{} }
func (s Study) Links() []thread.Link { return nil }

func (s Study) Valid() error {
	var ps fault.Problems
	thread.CheckID(&ps, "id", s.ID, thread.Study)
	if !slug().MatchString(s.Slug) {
		ps.Add("slug", "is %q; expected lower-case letters, digits and hyphens, such as \"kleptocracy\"", s.Slug)
	}
	ps.Require("title", s.Title)
	ps.Require("purpose", s.Purpose)
	ps.Require("question", s.Question)
	ps.Require("region_scheme", s.RegionScheme)
	if s.Cell != 0 && (s.Cell < 3 || s.Cell > 100) {
		ps.Add("cell", "is %d; expected 3 to 100: of fewer than three, each knows who the others are", s.Cell)
	}
	seen := map[string]bool{}
	check := func(field, id string) {
		if !code().MatchString(id) {
			ps.Add(field, "is %q; expected lower-case letters, digits and hyphens", id)
		}
		if seen[id] {
			ps.Add(field, "%q is used twice", id)
		}
		seen[id] = true
	}
	for _, q := range s.CoreQuestions {
		check("core_questions.id", q.ID)
		ps.Require("core_questions.text", q.Text)
	}
	for _, i := range s.Insights {
		check("insights.id", i.ID)
		ps.Require("insights.text", i.Text)
	}
	for _, a := range s.Audiences {
		check("audiences.id", a.ID)
		ps.Require("audiences.name", a.Name)
	}
	return ps.Err()
}

// Protocol says beforehand what counts and what will be done. Amendments keep what stood before.
type Protocol struct {
	ID         thread.ID   `json:"id"`                   // always "protocol"
	Unit       string      `json:"unit"`                 // unit of analysis
	Outcome    string      `json:"outcome"`              // definition of the outcome
	Include    []Criterion `json:"include"`              // criteria for inclusion
	Exclude    []Criterion `json:"exclude"`              // reasons for exclusion; screening decisions name them
	Conditions []string    `json:"conditions"`           // what will be scored, in words
	Amendments []Amendment `json:"amendments,omitempty"` // what was changed since, and why
	Screeners  int         `json:"screeners,omitempty"`  // how many reviewers decide on each work, blind to each other; two when it says nothing
	Highlight  []string    `json:"highlight,omitempty"`  // words that are highlighted while screening

	BlindCoding bool `json:"blind_coding,omitempty"` // coders see their own codings alone, so that agreement can be measured; lead and reviewers see all
}

// Reviewers is how many reviewers decide on each work.
func (p Protocol) Reviewers() int {
	if p.Screeners == 0 {
		return 2
	}
	return p.Screeners
}

// Criterion is a rule of what counts.
type Criterion struct {
	ID   string `json:"id"`   // short code
	Text string `json:"text"` // the rule, as reviewers read it
}

// Amendment is a dated change of the protocol.
type Amendment struct {
	On     string `json:"on"`     // date, YYYY-MM-DD
	Before string `json:"before"` // what stood before
	After  string `json:"after"`  // what stands now
	Reason string `json:"reason"` // why it was changed
}

func (p Protocol) Ref() thread.ID       { return p.ID }
func (p Protocol) Label() string        { return "Protocol" }
func (p Protocol) Place() thread.Place  { return thread.Place{} }
func (p Protocol) Links() []thread.Link { return nil }

func (p Protocol) Valid() error {
	var ps fault.Problems
	thread.CheckID(&ps, "id", p.ID, thread.Protocol)
	ps.Require("unit", p.Unit)
	ps.Require("outcome", p.Outcome)
	if p.Screeners < 0 || p.Screeners > 5 {
		ps.Add("screeners", "is %d; expected 1 to 5 reviewers for each work", p.Screeners)
	}
	seen := map[string]bool{}
	for _, c := range append(append([]Criterion{}, p.Include...), p.Exclude...) {
		if !code().MatchString(c.ID) || seen[c.ID] {
			ps.Add("criterion", "id %q is malformed or used twice", c.ID)
		}
		seen[c.ID] = true
	}
	for _, a := range p.Amendments {
		CheckDate(&ps, "amendments.on", a.On)
		ps.Require("amendments.reason", a.Reason)
	}
	return ps.Err()
}

var date = pattern.Late(`^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$`)

// CheckDate notes a date that is not a full calendar date. An empty date is accepted: use Require when it must be there.
func CheckDate(ps *fault.Problems, field, d string) {
	if d != "" && !date().MatchString(d) {
		ps.Add(field, "is %q; expected a date such as 2026-03-31", d)
	}
}

// Edition is a frozen, dated and signed state of a study; what is published is always an edition.
type Edition struct {
	ID       thread.ID `json:"id"`              // "edition-2026-1"
	On       string    `json:"on"`              // date of signing, YYYY-MM-DD
	SignedBy string    `json:"signed_by"`       // handle of the member who answers for it
	Note     string    `json:"note"`            // what is new in it, in a sentence or two
	State    string    `json:"state,omitempty"` // fingerprint of the whole study when it was signed; empty: as imported
}

func (e Edition) Ref() thread.ID       { return e.ID }
func (e Edition) Label() string        { return "Edition of " + e.On }
func (e Edition) Place() thread.Place  { return thread.Place{} }
func (e Edition) Links() []thread.Link { return nil }

func (e Edition) Valid() error {
	var ps fault.Problems
	thread.CheckID(&ps, "id", e.ID, thread.Edition)
	ps.Require("on", e.On)
	CheckDate(&ps, "on", e.On)
	ps.Require("signed_by", e.SignedBy)
	ps.Require("note", e.Note)
	return ps.Err()
}
