package coding

import (
	"throughline/internal/fault"
	"throughline/internal/study"
	"throughline/internal/thread"
)

// Memo is what somebody thought about a thing and wrote down beside it. A memo on a protected thing is protected.
type Memo struct {
	ID   thread.ID `json:"id"`             // "memo-…"
	On   thread.ID `json:"on"`             // what it is about: a document, a passage, a code, a case, the study, …
	Case thread.ID `json:"case,omitempty"` // that of the thing
	Text string    `json:"text"`           //
	By   string    `json:"by"`             // handle of the member
	At   string    `json:"at,omitempty"`   // date on which it was written, YYYY-MM-DD
	Code thread.ID `json:"code,omitempty"` // of a summary in the framework grid: what the passages of a case with this code come to
}

func (m Memo) Ref() thread.ID { return m.ID }

// Label never shows the words: they may be about what few may see.
func (m Memo) Label() string        { return "Memo on " + m.On.Kind().Word() + " " + m.On.Rest() }
func (m Memo) Place() thread.Place  { return thread.Place{Case: m.Case, Owner: m.On} }
func (m Memo) Links() []thread.Link { return nil }

func (m Memo) Valid() error {
	var ps fault.Problems
	thread.CheckID(&ps, "id", m.ID, thread.Memo)
	thread.CheckID(&ps, "on", m.On, Memorable...)
	if m.Case != "" {
		thread.CheckID(&ps, "case", m.Case, thread.Case)
	}
	if m.Code != "" {
		thread.CheckID(&ps, "code", m.Code, thread.Code)
		thread.CheckID(&ps, "on", m.On, thread.Case)
	}
	ps.Require("text", m.Text)
	study.CheckHandle(&ps, "by", m.By)
	study.CheckDate(&ps, "at", m.At)
	return ps.Err()
}

// Memorable are the kinds of things that a memo can be on.
var Memorable = []thread.Kind{thread.Study, thread.Document, thread.Segment, thread.Code, thread.Case, thread.Condition, thread.Score, thread.Finding, thread.Takeaway, thread.Lesson, thread.Recommendation, thread.Record}

// Group is a set of codes across the tree, such as all codes about the state.
type Group struct {
	ID     thread.ID   `json:"id"`               // "group-…"
	Name   string      `json:"name"`             //
	Define string      `json:"define,omitempty"` // what belongs to it
	Codes  []thread.ID `json:"codes,omitempty"`  //
	GUID   string      `json:"guid,omitempty"`   // that other programs know it by
}

func (g Group) Ref() thread.ID      { return g.ID }
func (g Group) Label() string       { return g.Name }
func (g Group) Place() thread.Place { return thread.Place{} }
func (g Group) Links() []thread.Link {
	var ls []thread.Link
	for _, c := range g.Codes {
		ls = append(ls, thread.Link{To: c, Role: thread.Uses})
	}
	return ls
}

func (g Group) Valid() error {
	var ps fault.Problems
	thread.CheckID(&ps, "id", g.ID, thread.Group)
	ps.Require("name", g.Name)
	thread.CheckIDs(&ps, "codes", g.Codes, thread.Code)
	return ps.Err()
}
