// Package coding holds the codebook, the segments of documents, and who gave which code to which segment.
package coding

import (
	"strings"

	"throughline/internal/document"
	"throughline/internal/fault"
	"throughline/internal/study"
	"throughline/internal/thread"
)

// Code is a label for passages, with its rule of use.
type Code struct {
	ID      thread.ID `json:"id"`                // "code-…"
	Parent  thread.ID `json:"parent,omitempty"`  // the code above it in the tree
	Name    string    `json:"name"`              // as read in the margin
	Define  string    `json:"define"`            // what it means
	Use     string    `json:"use,omitempty"`     // when to use it
	Avoid   string    `json:"avoid,omitempty"`   // when not to
	Example string    `json:"example,omitempty"` // a passage made up or public, never an informant's words
	Colour  string    `json:"colour,omitempty"`  // one of Colours
	GUID    string    `json:"guid,omitempty"`    // that other programs know it by
	Order   int       `json:"order,omitempty"`   // place among the codes beside it, from 1; codes without one follow by name
}

// Colours are the marks a code can have. They are names: the page gives each a tone that passes contrast in light and dark.
var Colours = []string{"amber", "blue", "green", "grey", "lilac", "pink", "red", "teal"}

func (c Code) Ref() thread.ID       { return c.ID }
func (c Code) Label() string        { return c.Name }
func (c Code) Place() thread.Place  { return thread.Place{Owner: c.Parent} }
func (c Code) Links() []thread.Link { return nil }

func (c Code) Valid() error {
	var ps fault.Problems
	thread.CheckID(&ps, "id", c.ID, thread.Code)
	if c.Parent != "" {
		thread.CheckID(&ps, "parent", c.Parent, thread.Code)
		if c.Parent == c.ID {
			ps.Add("parent", "is the code itself")
		}
	}
	ps.Require("name", c.Name)
	ps.Require("define", c.Define)
	ps.OneOf("colour", c.Colour, Colours...)
	if c.Order < 0 {
		ps.Add("order", "is %d; expected a place from 1, or nothing for the order of names", c.Order)
	}
	return ps.Err()
}

// Segment is a passage of a document that something is said about.
type Segment struct {
	ID     thread.ID       `json:"id"`             // "seg-…"
	Case   thread.ID       `json:"case,omitempty"` // that of its document
	Anchor document.Anchor `json:"anchor"`
}

func (s Segment) Ref() thread.ID { return s.ID }

// Label names the place, never the words: a label may be shown where the passage may not.
func (s Segment) Label() string {
	if !s.Anchor.Area.None() {
		return "Part " + s.ID.Rest()
	}
	return "Passage " + s.ID.Rest()
}
func (s Segment) Place() thread.Place {
	return thread.Place{Case: s.Case, Owner: s.Anchor.Document}
}
func (s Segment) Links() []thread.Link {
	return []thread.Link{{To: s.Anchor.Document, Role: thread.PartOf}}
}

func (s Segment) Valid() error {
	var ps fault.Problems
	thread.CheckID(&ps, "id", s.ID, thread.Segment)
	thread.CheckID(&ps, "document", s.Anchor.Document, thread.Document)
	if !s.Anchor.Area.None() {
		s.Anchor.Area.Check(&ps)
		if s.Anchor.Start != 0 || s.Anchor.End != 0 {
			ps.Add("end", "a part of a picture, a page or a recording has no place in the text")
		}
		ps.Require("quote", strings.TrimSpace(s.Anchor.Quote))
		return ps.Err()
	}
	if s.Anchor.Start < 0 || s.Anchor.End <= s.Anchor.Start {
		ps.Add("end", "is %d; expected a place after the start at %d", s.Anchor.End, s.Anchor.Start)
	}
	if n := len([]rune(s.Anchor.Quote)); n != s.Anchor.End-s.Anchor.Start {
		ps.Add("quote", "has %d characters, but start and end are %d apart", n, s.Anchor.End-s.Anchor.Start)
	}
	return ps.Err()
}

// Coding is one coder's use of one code on one segment. Overlapping is normal.
type Coding struct {
	Segment thread.ID `json:"segment"`        // the passage
	Code    thread.ID `json:"code"`           // what it was coded with
	Coder   string    `json:"coder"`          // handle of the member
	Case    thread.ID `json:"case,omitempty"` // that of the segment
	Memo    string    `json:"memo,omitempty"` // what the coder thought
}

// CodingID is the id of the coding of a segment with a code by a coder: there can be only one.
func CodingID(segment, code thread.ID, coder string) thread.ID {
	return thread.ID(thread.Coding.Prefix() + segment.Rest() + "." + code.Rest() + "." + coder)
}

func (c Coding) Ref() thread.ID      { return CodingID(c.Segment, c.Code, c.Coder) }
func (c Coding) Label() string       { return c.Code.Rest() + " by " + c.Coder }
func (c Coding) Place() thread.Place { return thread.Place{Case: c.Case, Owner: c.Segment} }
func (c Coding) Links() []thread.Link {
	return []thread.Link{{To: c.Segment, Role: thread.PartOf}, {To: c.Code, Role: thread.Uses}}
}

func (c Coding) Valid() error {
	var ps fault.Problems
	thread.CheckID(&ps, "segment", c.Segment, thread.Segment)
	thread.CheckID(&ps, "code", c.Code, thread.Code)
	study.CheckHandle(&ps, "coder", c.Coder)
	return ps.Err()
}
