// Package thread is the graph from a source to a recommendation: what kinds of objects a study is made of, how a
// statement rests on others, and the fingerprints by which a change below is noticed above.
//
// Links run from a statement down to what supports or contradicts it:
// recommendation -> lesson -> finding or takeaway -> analysis -> score -> segment -> document -> record.
package thread

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"sort"
	"strings"

	"throughline/internal/fault"
)

// ID names an object within its study. Its prefix tells the kind, so an id alone is enough to find a thing:
// "lesson-coalitions", "seg-doc-arm-2018-01", "ref-0007".
type ID string

// Kind is the sort of an object.
type Kind string

const (
	Study          Kind = "study"
	Protocol       Kind = "protocol"
	Member         Kind = "member"
	Search         Kind = "search"
	Record         Kind = "record"
	Work           Kind = "work"
	Screening      Kind = "screening"
	Document       Kind = "document"
	Candidate      Kind = "candidate"
	Fact           Kind = "fact"
	Selection      Kind = "selection"
	Case           Kind = "case"
	Event          Kind = "event"
	Actor          Kind = "actor"
	Tie            Kind = "tie"
	Inclusion      Kind = "inclusion"
	Prerequisite   Kind = "prerequisite"
	Hypothesis     Kind = "hypothesis"
	Guide          Kind = "guide"
	Informant      Kind = "informant"
	Interview      Kind = "interview"
	Code           Kind = "code"
	Segment        Kind = "segment"
	Coding         Kind = "coding"
	Group          Kind = "group"
	Memo           Kind = "memo"
	Ruling         Kind = "ruling"
	Condition      Kind = "condition"
	Score          Kind = "score"
	Analysis       Kind = "analysis"
	Finding        Kind = "finding"
	Takeaway       Kind = "takeaway"
	Lesson         Kind = "lesson"
	Recommendation Kind = "recommendation"
	Answer         Kind = "answer"
	Edition        Kind = "edition"
)

// kinds gives each kind its id prefix, the word people read, and whether it is a statement: something that a person
// asserts on the strength of what it rests on, and so must confirm again when that changes.
var kinds = []struct {
	kind      Kind
	prefix    string
	word      string
	statement bool
}{
	{Study, "study", "study", false},
	{Protocol, "protocol", "protocol", false},
	{Member, "member-", "member", false},
	{Search, "search-", "search", false},
	{Record, "ref-", "record", false},
	{Work, "work-", "work", false},
	{Screening, "screen-", "screening decision", false},
	{Document, "doc-", "document", false},
	{Candidate, "cand-", "candidate", false},
	{Inclusion, "incl-", "decision on a candidate", false},
	{Fact, "fact-", "country fact", false},
	{Selection, "selection", "selection", false},
	{Case, "case-", "case", false},
	{Event, "ev-", "event", false},
	{Actor, "actor-", "actor", false},
	{Tie, "tie-", "tie", false},
	{Prerequisite, "req-", "prerequisite", false},
	{Guide, "guide", "interview guide", false},
	{Informant, "inf-", "informant", false},
	{Interview, "int-", "interview", false},
	{Code, "code-", "code", false},
	{Segment, "seg-", "segment", false},
	{Coding, "coding-", "coding", false},
	{Group, "group-", "group of codes", false},
	{Memo, "memo-", "memo", false},
	{Ruling, "ruling-", "ruling on a code", false},
	{Hypothesis, "hyp-", "hypothesis", true},
	{Condition, "cond-", "condition", false},
	{Score, "score-", "score", true},
	{Analysis, "ana-", "analysis", true},
	{Finding, "find-", "finding", true},
	{Takeaway, "take-", "takeaway", true},
	{Lesson, "lesson-", "lesson", true},
	{Recommendation, "recom-", "recommendation", true},
	{Answer, "answer-", "answer", true},
	{Edition, "edition-", "edition", false},
}

// Kinds lists all kinds in the order in which a study is built up: sources first, editions last.
func Kinds() []Kind {
	out := make([]Kind, len(kinds))
	for i, k := range kinds {
		out[i] = k.kind
	}
	return out
}

// Statements lists the kinds that a person confirms.
func Statements() []Kind {
	var out []Kind
	for _, k := range kinds {
		if k.statement {
			out = append(out, k.kind)
		}
	}
	return out
}

// Parts lists the kinds whose objects each rest on their owner as a part of it: [Place].Owner is among their links.
func Parts() []Kind { return []Kind{Inclusion, Interview, Segment, Coding, Ruling} }

// IsStatement tells whether objects of this kind are asserted by a person on the strength of what they rest on.
func (k Kind) IsStatement() bool {
	for _, x := range kinds {
		if x.kind == k {
			return x.statement
		}
	}
	return false
}

// Word is what people read for the kind, in lower case.
func (k Kind) Word() string {
	for _, x := range kinds {
		if x.kind == k {
			return x.word
		}
	}
	return string(k)
}

// Prefix is how ids of the kind begin. Kinds of which a study has one ("study", "protocol", "guide", "selection") have
// their prefix as the whole id.
func (k Kind) Prefix() string {
	for _, x := range kinds {
		if x.kind == k {
			return x.prefix
		}
	}
	return ""
}

// Kind tells an id's kind by its prefix, and the empty kind when no kind has that prefix.
func (id ID) Kind() Kind {
	for _, x := range kinds {
		if strings.HasSuffix(x.prefix, "-") {
			if strings.HasPrefix(string(id), x.prefix) {
				return x.kind
			}
		} else if string(id) == x.prefix {
			return x.kind
		}
	}
	return ""
}

// Rest is the id without the prefix of its kind: the part that ids derived from it are made of.
func (id ID) Rest() string { return strings.TrimPrefix(string(id), id.Kind().Prefix()) }

// CheckID notes a problem when an id is not a well-formed id of the wanted kind. Ids are lower-case ASCII letters,
// digits, hyphens and dots, so that they can stand in a URL, a file name and a CSV cell without any escaping.
func CheckID(ps *fault.Problems, field string, id ID, want ...Kind) {
	if id == "" {
		ps.Add(field, "must not be empty; expected an id such as %q", want[0].Prefix()+"example")
		return
	}
	if len(id) > 160 {
		ps.Add(field, "is longer than 160 letters")
		return
	}
	for _, r := range id {
		if !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' || r == '.') {
			ps.Add(field, "is %q; ids are lower-case letters a-z, digits, hyphens and dots", string(id))
			return
		}
	}
	k := id.Kind()
	for _, w := range want {
		if k == w {
			return
		}
	}
	var starts []string
	for _, w := range want {
		starts = append(starts, fmt.Sprintf("%q", w.Prefix()))
	}
	ps.Add(field, "is %q; expected an id that starts with %s", string(id), strings.Join(starts, " or "))
}

// CheckIDs does what CheckID does for a list, and notes an id that stands in it twice.
func CheckIDs(ps *fault.Problems, field string, ids []ID, want ...Kind) {
	seen := map[ID]bool{}
	for _, id := range ids {
		CheckID(ps, field, id, want...)
		if seen[id] {
			ps.Add(field, "names %s twice", id)
		}
		seen[id] = true
	}
}

// Role says how one object rests on another.
type Role string

const (
	Supports    Role = "supports"    // the target is evidence for the statement
	Contradicts Role = "contradicts" // the target is evidence against it; it travels with the statement
	PartOf      Role = "part-of"     // structure: a segment is part of a document, a document comes from a record
	Uses        Role = "uses"        // the target is a tool of the statement: a condition, a code
)

// Link is one edge of the thread, from a statement to what it rests on.
type Link struct {
	To   ID   `json:"to"`
	Role Role `json:"role"`
}

// Object is anything that a study keeps under an id.
type Object interface {
	Ref() ID       // the id, which tells the kind
	Label() string // a short text by which people know the thing; never protected text
	Place() Place  // whose case it belongs to and what it is a part of
	Links() []Link // what it rests on, in the order in which it says so
	Valid() error  // every problem at once, as fault.Problems
}

// Place says where an object belongs.
type Place struct {
	Case      ID   // the case whose team may see it; empty: it belongs to the study as a whole
	Owner     ID   // the object it is a part of, such as the document of a segment; empty: none
	Protected bool // it holds text of a protected interview; what it owns is then protected too
}

// Links from two lists, as statements keep them.
func Evidence(supports, contradicts []ID) []Link {
	out := make([]Link, 0, len(supports)+len(contradicts))
	for _, id := range supports {
		out = append(out, Link{id, Supports})
	}
	for _, id := range contradicts {
		out = append(out, Link{id, Contradicts})
	}
	return out
}

// Canonical gives the one JSON text of an object: fields in the order of their type, no white space, no HTML escaping.
func Canonical(o Object) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(o); err != nil {
		return nil, fmt.Errorf("encode %s: %w", o.Ref(), err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// Content is the fingerprint of an object's own content: SHA-256, in hex, over its canonical JSON.
func Content(canonical []byte) string {
	sum := sha256.Sum256(canonical)
	return string(hex.AppendEncode(make([]byte, 0, 2*sha256.Size), sum[:]))
}

// Below is one thing an object rests on, with that thing's fingerprint.
type Below struct {
	Link
	Print string // the fingerprint of the target, as Print gives it
}

// Basis is the fingerprint of all that an object rests on: SHA-256 over its links and the prints of their targets, in an
// order of its own, so that the order in which a person lists the evidence does not matter.
func Basis(below []Below) string {
	if len(below) == 1 {
		return Content(below[0].line(make([]byte, 0, 256)))
	}
	lines := make([]string, len(below))
	for i, b := range below {
		lines[i] = string(b.line(make([]byte, 0, 256)))
	}
	sort.Strings(lines)
	return Content([]byte(strings.Join(lines, "")))
}

func (b Below) line(to []byte) []byte {
	to = append(append(to, b.Role...), ' ')
	to = append(append(to, b.To...), ' ')
	return append(append(to, b.Print...), '\n')
}

// Print is an object's fingerprint in the thread: its content together with its basis, and so, since the basis holds the
// prints below it, with everything down to the documents (a Merkle tree; Merkle 1987). A change anywhere below shows.
func Print(content, basis string) string {
	b := append(append(append(make([]byte, 0, 160), content...), ' '), basis...)
	return Content(b)
}
