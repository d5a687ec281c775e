// Package document holds texts and the anchors that point into them.
package document

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"throughline/internal/fault"
	"throughline/internal/pattern"
	"throughline/internal/thread"
)

// Kinds of documents.
const (
	Report      = "report"      // a document about a case, from a record
	Transcript  = "transcript"  // of an interview
	Translation = "translation" // of another document
	Material    = "material"    // a file that was brought in, and nobody has said yet where it comes from; protected until then
)

// Document is a text that passages are taken from. The text itself is kept beside it, by version.
type Document struct {
	ID         thread.ID `json:"id"`                   // "doc-…"
	Title      string    `json:"title"`                // for a transcript: never the informant's name
	Case       thread.ID `json:"case,omitempty"`       // the case it speaks of; empty: none
	Kind       string    `json:"kind"`                 // report, transcript, translation
	Language   string    `json:"language"`             // BCP 47 tag of the text
	Record     thread.ID `json:"record,omitempty"`     // the bibliographic record it comes from
	Interview  thread.ID `json:"interview,omitempty"`  // the interview it comes from; such documents are protected
	Translates thread.ID `json:"translates,omitempty"` // the document it is a translation of
	Notice     string    `json:"notice,omitempty"`     // shown above the text, such as "composed for demonstration"
	Version    int       `json:"version"`              // which extraction of the file the anchors point into; from 1
	SHA256     string    `json:"sha256"`               // of the text in that version, UTF-8, hex

	Attributes []string `json:"attributes,omitempty" column:"used"` // as NAME: value; what documents are compared by
	GUID       string   `json:"guid,omitempty" column:"used"`       // that other programs know it by
	File       string   `json:"file,omitempty" column:"used"`       // SHA-256 of the original that the text was taken from, hex
	Format     string   `json:"format,omitempty" column:"used"`     // of the original: pdf, docx, odt, …
	Pages      int      `json:"pages,omitempty" column:"used"`      // of a PDF

	// What is shown or played beside the text, which then is a description of the picture, or what is said in the recording;
	// it may be empty.
	Media     string   `json:"media,omitempty" column:"used"`      // SHA-256 of it, cleaned of what it says about its making, hex
	MediaType string   `json:"media_type,omitempty" column:"used"` // image/png, audio/mpeg, video/mp4, …
	Width     int      `json:"width,omitempty" column:"used"`      // pixels
	Height    int      `json:"height,omitempty" column:"used"`     //
	Length    int      `json:"length,omitempty" column:"used"`     // milliseconds; 0: not known
	Times     []string `json:"times,omitempty" column:"used"`      // of a transcript: PLACE TIME, such as 120 1:02.5; see Marks
}

var mediaType = pattern.Late(`^(image|audio|video)/[a-z0-9.+-]+$`)

var language = pattern.Late(`^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$`)

// CheckLanguage notes a malformed language tag.
func CheckLanguage(ps *fault.Problems, field, tag string) {
	if !language().MatchString(tag) {
		ps.Add(field, "is %q; expected a language tag such as en, hy, ro, th, ar", tag)
	}
}

// Protected tells whether the text is an informant's, or may be: it is shown to few, and never enters logs or the journal.
func (d Document) Protected() bool { return d.Interview != "" || d.Kind == Material }

// Attribute gives the value of an attribute, or the empty text.
func (d Document) Attribute(name string) string {
	for _, a := range d.Attributes {
		if n, v, ok := strings.Cut(a, ": "); ok && n == name {
			return v
		}
	}
	return ""
}

func (d Document) Ref() thread.ID { return d.ID }
func (d Document) Label() string  { return d.Title }
func (d Document) Place() thread.Place {
	return thread.Place{Case: d.Case, Protected: d.Protected()}
}

func (d Document) Links() []thread.Link {
	var ls []thread.Link
	for _, id := range []thread.ID{d.Translates, d.Record, d.Interview} {
		if id != "" {
			ls = append(ls, thread.Link{To: id, Role: thread.PartOf})
		}
	}
	return ls
}

func (d Document) Valid() error {
	var ps fault.Problems
	thread.CheckID(&ps, "id", d.ID, thread.Document)
	ps.Require("title", d.Title)
	ps.Require("kind", d.Kind)
	ps.OneOf("kind", d.Kind, Report, Transcript, Translation, Material)
	for _, a := range d.Attributes {
		if n, _, ok := strings.Cut(a, ": "); !ok || strings.TrimSpace(n) == "" {
			ps.Add("attributes", "has %q; expected NAME: value", a)
		}
	}
	if d.Media != "" && !mediaType().MatchString(d.MediaType) {
		ps.Add("media_type", "is %q; expected the type of a picture or a recording, such as image/png", d.MediaType)
	}
	if d.Pictured() && (d.Width <= 0 || d.Height <= 0) {
		ps.Add("width", "and height: a picture has both, in pixels")
	}
	if min(d.Width, d.Height, d.Length, d.Pages) < 0 {
		ps.Add("length", "a size is never negative")
	}
	for _, s := range d.Times {
		if _, ok := parseMark(s); !ok {
			ps.Add("times", "has %q; expected a place and a time, such as 120 1:02.5", s)
		}
	}
	CheckLanguage(&ps, "language", d.Language)
	if d.Case != "" {
		thread.CheckID(&ps, "case", d.Case, thread.Case)
	}
	if d.Record != "" {
		thread.CheckID(&ps, "record", d.Record, thread.Record)
	}
	if d.Interview != "" {
		thread.CheckID(&ps, "interview", d.Interview, thread.Interview)
	}
	if d.Translates != "" {
		thread.CheckID(&ps, "translates", d.Translates, thread.Document)
	}
	switch {
	case d.Kind == Transcript && d.Interview == "":
		ps.Add("interview", "a transcript needs the interview it comes from")
	case d.Kind == Report && d.Record == "":
		ps.Add("record", "a report needs the record it comes from")
	case d.Kind == Translation && d.Translates == "":
		ps.Add("translates", "a translation needs the document it translates")
	}
	if d.Interview != "" && d.Case == "" {
		ps.Add("case", "a document of an interview belongs to a case, so that only its team sees it")
	}
	return ps.Err()
}

// Text is one version of a document's text.
type Text struct {
	Document thread.ID
	Version  int    // from 1; a better extraction makes a new version
	Body     string // UTF-8, lines ended by LF
}

// Anchor is where a passage is. It survives a new extraction by its quote. A part of a picture, of a page or of a recording
// has an Area in place of Start and End, and its Quote says in the coder's words what is to be seen or heard there.
type Anchor struct {
	Document thread.ID `json:"document"`
	Version  int       `json:"version"`          // text version that Start and End count in
	Start    int       `json:"start"`            // first character, in Unicode code points from 0
	End      int       `json:"end"`              // after the last character (exclusive)
	Quote    string    `json:"quote"`            // the passage itself
	Before   string    `json:"before,omitempty"` // up to 32 code points before it
	After    string    `json:"after,omitempty"`  // up to 32 code points after it
	Area     Area      `json:"area,omitzero"`    // of a passage that is no run of characters
}

// Context is how many code points of text an anchor keeps on each side of its words, fewer at an end of the text.
const Context = 32

// At makes the anchor of the code points start to end (exclusive) of a text.
func (t Text) At(start, end int) (Anchor, error) {
	r := []rune(t.Body)
	if start < 0 || end > len(r) || start >= end {
		return Anchor{}, fault.New(fault.Invalid, "The passage from %d to %d does not lie within the text of %d characters.", start, end, len(r))
	}
	return Anchor{
		Document: t.Document, Version: t.Version, Start: start, End: end, Quote: string(r[start:end]),
		Before: string(r[max(0, start-Context):start]), After: string(r[end:min(len(r), end+Context)]),
	}, nil
}

// Find makes the anchor of a quote that occurs exactly once in the text.
func (t Text) Find(quote string) (Anchor, error) {
	switch n := strings.Count(t.Body, quote); {
	case strings.TrimSpace(quote) == "":
		return Anchor{}, fault.New(fault.Invalid, "There is no passage to look for.")
	case n == 0:
		return Anchor{}, fault.New(fault.Invalid, "The passage does not occur in the text. Copy it from the text exactly as it stands.")
	case n > 1:
		return Anchor{}, fault.New(fault.Invalid, "The passage occurs %d times in the text. Give its start and end, or take a longer passage.", n)
	}
	i := strings.Index(t.Body, quote)
	start := len([]rune(t.Body[:i]))
	return t.At(start, start+len([]rune(quote)))
}

// Holds tells whether the anchor's quote stands in the text where the anchor says.
func (t Text) Holds(a Anchor) bool {
	if !a.Area.None() { // its words are not the text's
		return a.Version == t.Version
	}
	got, err := t.At(a.Start, a.End)
	return err == nil && a.Version == t.Version && got.Quote == a.Quote
}

// ErrEmpty tells that a text has no words. Only a document that shows or plays something may be without.
var ErrEmpty = fault.New(fault.Invalid, "is empty")

// Normalize gives a text as it is stored: valid UTF-8 without BOM, lines ended by LF, no NUL.
func Normalize(b []byte) (string, error) {
	s := strings.TrimPrefix(string(b), "\ufeff")
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	if strings.ToValidUTF8(s, "") != s {
		return "", fault.New(fault.Invalid, "is not UTF-8 text; save it as UTF-8")
	}
	if strings.ContainsRune(s, 0) {
		return "", fault.New(fault.Invalid, "holds NUL bytes; it is not a text file")
	}
	if strings.TrimSpace(s) == "" {
		return "", ErrEmpty
	}
	return s, nil
}

// Sum is the fingerprint of a text by which a document names it: SHA-256, hex.
func Sum(body string) string {
	sum := sha256.Sum256([]byte(body))
	return hex.EncodeToString(sum[:])
}
