// Package fieldwork holds the interview guide, informants by pseudonym, interviews, and what each informant agreed to.
package fieldwork

import (
	"throughline/internal/document"
	"throughline/internal/fault"
	"throughline/internal/study"
	"throughline/internal/thread"
)

// Guide is the questions of a semi-structured interview.
type Guide struct {
	ID        thread.ID  `json:"id"`              // always "guide"
	Title     string     `json:"title"`           // as the interviewer reads it
	Intro     string     `json:"intro,omitempty"` // what the interviewer says first
	Questions []Question `json:"questions"`       // in the order of asking
}

// Question is one question of a guide, tied to the core questions that it helps to answer.
type Question struct {
	ID      string   `json:"id"`               // short code, such as "g-1"
	Text    string   `json:"text"`             // as asked
	Probes  []string `json:"probes,omitempty"` // what to ask further
	Answers []string `json:"answers"`          // ids of core questions
}

func (g Guide) Ref() thread.ID       { return g.ID }
func (g Guide) Label() string        { return g.Title }
func (g Guide) Place() thread.Place  { return thread.Place{} }
func (g Guide) Links() []thread.Link { return nil }

func (g Guide) Valid() error {
	var ps fault.Problems
	thread.CheckID(&ps, "id", g.ID, thread.Guide)
	ps.Require("title", g.Title)
	for _, q := range g.Questions {
		ps.Require("questions.id", q.ID)
		ps.Require("questions.text", q.Text)
		if len(q.Answers) == 0 {
			ps.Add("questions.answers", "question %s is tied to no core question", q.ID)
		}
	}
	return ps.Err()
}

// Categories of informants.
var Categories = []string{"activist", "journalist", "anti-corruption expert", "private-sector leader", "government official", "other"}

// Informant is a person interviewed: a pseudonym and a category, and nothing that leads to the name.
type Informant struct {
	ID       thread.ID `json:"id"`       // "inf-…"; the pseudonym, never derived from the name
	Case     thread.ID `json:"case"`     // that the informant knows of
	Category string    `json:"category"` // one of Categories
}

func (i Informant) Ref() thread.ID       { return i.ID }
func (i Informant) Label() string        { return i.ID.Rest() + " (" + i.Category + ")" }
func (i Informant) Place() thread.Place  { return thread.Place{Case: i.Case} }
func (i Informant) Links() []thread.Link { return nil }

func (i Informant) Valid() error {
	var ps fault.Problems
	thread.CheckID(&ps, "id", i.ID, thread.Informant)
	thread.CheckID(&ps, "case", i.Case, thread.Case)
	ps.Require("category", i.Category)
	ps.OneOf("category", i.Category, Categories...)
	return ps.Err()
}

// Consent is what an informant agreed to. Nothing may be done beyond it.
type Consent struct {
	Version    string `json:"version"`             // of the consent text
	Language   string `json:"language"`            // it was given in
	Mode       string `json:"mode"`                // written, oral
	Record     bool   `json:"record"`              // sound may be recorded
	Code       bool   `json:"code"`                // the transcript may be coded
	Quote      bool   `json:"quote"`               // words may be quoted, without name
	Paraphrase bool   `json:"paraphrase"`          // what was said may be told in other words
	Background bool   `json:"background"`          // background only: nothing published may rest on it
	Archive    bool   `json:"archive"`             // may be kept in an archive after the study
	Recontact  bool   `json:"recontact"`           // may be asked again
	KeepUntil  string `json:"keep_until"`          // retention date, YYYY-MM-DD
	Withdrawn  string `json:"withdrawn,omitempty"` // date of withdrawal; from then on nothing is allowed
}

// MayCode tells whether passages of the interview may be coded.
func (c Consent) MayCode() bool { return c.Withdrawn == "" && c.Code }

// MayQuote tells whether words of the interview may be shown to readers.
func (c Consent) MayQuote() bool { return c.Withdrawn == "" && c.Quote && !c.Background }

// MayRest tells whether something published may rest on the interview, quoted or sealed.
func (c Consent) MayRest() bool {
	return c.Withdrawn == "" && !c.Background && (c.Quote || c.Paraphrase)
}

// Interview is one conversation with an informant.
type Interview struct {
	ID          thread.ID `json:"id"`               // "int-…"
	Case        thread.ID `json:"case"`             // that it is about
	Informant   thread.ID `json:"informant"`        // who was spoken with
	Interviewer string    `json:"interviewer"`      // handle of the member
	On          string    `json:"on"`               // date, YYYY-MM-DD
	Language    string    `json:"language"`         // BCP 47 tag
	Mode        string    `json:"mode"`             // in person, call, written
	Where       string    `json:"where"`            // as coarse as is safe
	Notice      string    `json:"notice,omitempty"` // such as "composed for demonstration"
	Consent     Consent   `json:"consent"`          // what the informant agreed to
}

func (i Interview) Ref() thread.ID      { return i.ID }
func (i Interview) Label() string       { return "Interview " + i.ID.Rest() }
func (i Interview) Place() thread.Place { return thread.Place{Case: i.Case, Owner: i.Informant} }
func (i Interview) Links() []thread.Link {
	return []thread.Link{{To: i.Informant, Role: thread.PartOf}}
}

func (i Interview) Valid() error {
	var ps fault.Problems
	thread.CheckID(&ps, "id", i.ID, thread.Interview)
	thread.CheckID(&ps, "case", i.Case, thread.Case)
	thread.CheckID(&ps, "informant", i.Informant, thread.Informant)
	study.CheckHandle(&ps, "interviewer", i.Interviewer)
	ps.Require("on", i.On)
	study.CheckDate(&ps, "on", i.On)
	document.CheckLanguage(&ps, "language", i.Language)
	ps.Require("mode", i.Mode)
	ps.OneOf("mode", i.Mode, "in person", "call", "written")
	c := i.Consent
	ps.Require("consent.version", c.Version)
	document.CheckLanguage(&ps, "consent.language", c.Language)
	ps.OneOf("consent.mode", c.Mode, "written", "oral")
	ps.Require("consent.mode", c.Mode)
	ps.Require("consent.keep_until", c.KeepUntil)
	study.CheckDate(&ps, "consent.keep_until", c.KeepUntil)
	study.CheckDate(&ps, "consent.withdrawn", c.Withdrawn)
	if c.Background && c.Quote {
		ps.Add("consent.background", "background only and leave to quote exclude each other")
	}
	return ps.Err()
}
