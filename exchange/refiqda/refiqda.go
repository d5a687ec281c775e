// Package refiqda reads and writes REFI-QDA, the exchange of qualitative data analysis programs: codebooks (QDC) and
// projects (QDPX). Source: REFI-QDA Standard 1.5 (Rotterdam Exchange Format Initiative, 2019) and its schemas of March 2019.
//
// A project holds what its file holds, in one convention: positions in a text are Unicode code points from 0, the end
// exclusive, over text whose lines end in LF, without byte order mark. Programs count differently, so the reader finds out
// how each source counts, and says so; the writer counts as the program wants it that the file is for.
//
// Reading and writing both give a list of losses, item by item, as the standard demands.
package refiqda

import (
	"crypto/sha1"
	"encoding/hex"
	"slices"
	"strings"
)

// Project is what a QDPX holds, or a QDC (then it has codes and sets alone). GUIDs are in lower case without braces.
type Project struct {
	Name        string
	Origin      string // program that wrote it
	Description string
	Created     string // xsd:dateTime, as found
	Modified    string
	CreatedBy   string // GUID of a user
	Users       []User
	Codes       []Code // in the order of the tree: a code stands before those under it
	Variables   []Variable
	Cases       []Case
	Sources     []Source
	Memos       []string // GUIDs of notes on the project as a whole
	Notes       []Source // memos: texts, which can have selections of their own
	Links       []Link
	Sets        []Set
	Graphs      []Graph
	Codebook    bool // it is a QDC
}

// User is a coder.
type User struct{ GUID, Name, ID string }

// Code is a code of the codebook.
type Code struct {
	GUID        string
	Parent      string // GUID of the code above it; empty: at the top
	Name        string
	Description string
	Color       string // #RRGGBB; empty: none
	Codable     bool   // false: a folder
	Notes       []string
}

// Variable is an attribute of cases and sources.
type Variable struct{ GUID, Name, Type, Description string }

// Value is the value of a variable, as text.
type Value struct{ Variable, Value string }

// Case is a case in the sense of other programs: a unit of analysis.
type Case struct {
	GUID, Name, Description string
	Codes                   []string // GUIDs
	Values                  []Value
	Sources                 []string
	Selections              []string
}

// Kinds of sources.
const (
	TextSource    = "text"
	PDFSource     = "pdf"
	PictureSource = "picture"
	AudioSource   = "audio"
	VideoSource   = "video"
)

// Source is a document, a picture, a recording, or a note.
type Source struct {
	GUID        string
	Kind        string
	Name        string
	Description string
	Text        string // of a text or a note, or the representation of a PDF or the description of a picture
	HasText     bool
	TextGUID    string // of the representation, when it has one of its own
	File        string // entry of the package with the original; empty: none. For a text, a rich one
	Missing     bool   // its file is not in the package
	Convention  Convention
	Selections  []Selection
	Codings     []Coding // of the source as a whole
	Notes       []string // GUIDs
	Values      []Value
	Transcripts []Transcript
	Width       int    // of a picture, in pixels; 0: not known
	Height      int    //
	Length      int    // of a recording, in milliseconds; 0: not known
	User        string // GUID of who made it
	Created     string
	Modified    string

	plain    string // path of its plain text
	rich     bool   // File is a rich form of the text
	external bool
	inner    bool  // of a PDF: what is said of it is written with its text
	timed    []int // of a transcript: positions of its sync points, as found
}

// Transcript is a text of a recording.
type Transcript struct {
	Source
	Sync []SyncPoint
}

// SyncPoint ties a place in a transcript to a time.
type SyncPoint struct {
	GUID     string
	Time     int // milliseconds; -1: not said
	Position int // code points; -1: not said
}

// Kinds of selections.
const (
	TextSelection    = "text"
	RegionSelection  = "region" // of a picture or a page
	TimeSelection    = "time"
	SpanOfTranscript = "transcript"
)

// Selection is a part of a source.
type Selection struct {
	GUID        string
	Kind        string
	Name        string // often its words
	Description string
	Start, End  int    // code points; -1: not known
	Quote       string // the words there; empty: the text is not known
	Says        string // of a region of a page: the words that the file gives with it
	Page        int    // of a PDF, as found: programs count from 0 or from 1
	Box         [4]int // firstX, firstY, secondX, secondY, as found
	Begin, Stop int    // milliseconds
	Codings     []Coding
	Notes       []string
	User        string
	Created     string
	Modified    string

	raw      [2]int // positions as found
	moved    string // why it does not lie where they say
	from, to string // sync points
	plain    string // path of the words of a region
}

// Coding is the use of a code by a coder.
type Coding struct {
	GUID    string
	Code    string // GUID
	User    string // GUID
	Created string
	Notes   []string
}

// Link joins two items.
type Link struct {
	GUID, Name, Direction, Color, From, To string
	Notes                                  []string
}

// Set is a group of codes, sources or notes.
type Set struct {
	GUID, Name, Description string
	Codes, Sources, Notes   []string
}

// Graph is a drawn network; it is kept as counts, for no program of ours draws it.
type Graph struct {
	GUID, Name      string
	Vertices, Edges int
}

// Loss is one thing that does not come along, or not as it was.
type Loss struct {
	Item string `json:"item"`           // sort of thing: source, selection, coding, …
	GUID string `json:"guid,omitempty"` // of the thing, when it has one
	Name string `json:"name,omitempty"` // of the thing, or of what it is a part of; never words of a text
	What string `json:"what"`           // what happens to it
}

// Paths gives each code its names from the top down, by GUID.
func (p Project) Paths() map[string][]string {
	at := make(map[string]int, len(p.Codes))
	for i, c := range p.Codes {
		at[c.GUID] = i
	}
	out := make(map[string][]string, len(p.Codes))
	var path func(guid string, deep int) []string
	path = func(guid string, deep int) []string {
		if have, ok := out[guid]; ok {
			return have
		}
		i, ok := at[guid]
		if !ok || deep > len(p.Codes) {
			return nil
		}
		c := p.Codes[i]
		var names []string
		if c.Parent != "" {
			names = append(names, path(c.Parent, deep+1)...)
		}
		names = append(names, c.Name)
		out[guid] = names
		return names
	}
	for _, c := range p.Codes {
		path(c.GUID, 0)
	}
	return out
}

// IsGUID tells whether s is a GUID in the form in which this package keeps them.
func IsGUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		switch c := s[i]; {
		case i == 8 || i == 13 || i == 18 || i == 23:
			if c != '-' {
				return false
			}
		case (c < '0' || c > '9') && (c < 'a' || c > 'f'):
			return false
		}
	}
	return true
}

// plainGUID takes braces away and makes the letters small.
func plainGUID(s string) string {
	if IsGUID(s) {
		return s
	}
	return strings.ToLower(strings.Trim(strings.TrimSpace(s), "{}"))
}

// NewGUID makes the GUID that a name always has within a space of names: version 5 of RFC 9562, section 5.5.
func NewGUID(space string, name ...string) string {
	text := append(make([]byte, 0, 256), "throughline\x00"...)
	text = append(text, space...)
	for _, n := range name {
		text = append(append(text, 0), n...)
	}
	sum := sha1.Sum(text)
	b := sum[:16]
	b[6] = b[6]&0x0f | 0x50
	b[8] = b[8]&0x3f | 0x80
	out := make([]byte, 0, 36)
	for i, part := range [][]byte{b[:4], b[4:6], b[6:8], b[8:10], b[10:]} {
		if i > 0 {
			out = append(out, '-')
		}
		out = hex.AppendEncode(out, part)
	}
	return string(out)
}

// Counts tells how many there are of what, in a fixed order, for people.
func (p Project) Counts() []struct {
	What string
	N    int
} {
	selections, codings := 0, 0
	var count func(s Source)
	count = func(s Source) {
		selections += len(s.Selections)
		codings += len(s.Codings)
		for _, x := range s.Selections {
			codings += len(x.Codings)
		}
		for _, t := range s.Transcripts {
			count(t.Source)
		}
	}
	for _, s := range slices.Concat(p.Sources, p.Notes) {
		count(s)
	}
	return []struct {
		What string
		N    int
	}{
		{"users", len(p.Users)}, {"codes", len(p.Codes)}, {"variables", len(p.Variables)}, {"cases", len(p.Cases)}, {"sources", len(p.Sources)},
		{"selections", selections}, {"codings", codings}, {"notes", len(p.Notes)}, {"links", len(p.Links)}, {"sets", len(p.Sets)}, {"graphs", len(p.Graphs)},
	}
}
