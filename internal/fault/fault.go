// Package fault gives every error of Throughline a kind, which decides what happens next (a status, an exit code, a
// retry), and a message that is safe to show: it never holds interview text, names of people or secrets.
package fault

import (
	"errors"
	"fmt"
	"sort"
	"strings"
)

// Kind says what sort of thing went wrong.
type Kind int

const (
	Internal    Kind = iota // our mistake, or the machine's
	Invalid                 // what was given cannot be accepted; the message says why
	NotFound                // there is no such thing, or the asker may not know of it
	Conflict                // somebody else changed the thing first
	Forbidden               // the asker may not do this
	SignIn                  // the asker has to sign in first
	TooMany                 // too many attempts; wait
	Damaged                 // stored data is not what was written
	Unavailable             // a database or a disk cannot serve just now
	Usage                   // the command was called wrongly
)

// Error is an error with a kind and a message that may be shown to anyone who may see the page or the terminal.
type Error struct {
	Kind    Kind
	Message string // plain words, safe to show: what is wrong and what to do
	Cause   error  // details for the log; may be nil
}

func (e *Error) Error() string {
	if e.Cause != nil {
		return e.Message + ": " + e.Cause.Error()
	}
	return e.Message
}

func (e *Error) Unwrap() error { return e.Cause }

// New makes an error of a kind with a message that is safe to show.
func New(k Kind, format string, args ...any) error {
	return &Error{Kind: k, Message: fmt.Sprintf(format, args...)}
}

// Wrap makes an error of a kind around a cause whose text is for the log alone.
func Wrap(k Kind, cause error, format string, args ...any) error {
	return &Error{Kind: k, Message: fmt.Sprintf(format, args...), Cause: cause}
}

// Of gives the kind of an error: that of the outermost fault in its chain, Invalid for Problems, else Internal.
func Of(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	var p Problems
	if errors.As(err, &p) {
		return Invalid
	}
	return Internal
}

// Message gives the words of an error that are safe to show.
func Message(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Message
	}
	var p Problems
	if errors.As(err, &p) {
		return p.Error()
	}
	return "Something went wrong on our side. It has been noted in the log."
}

// Problem is one mistake in what was given: where it stands and what was expected.
type Problem struct {
	File    string `json:"file,omitempty"`  // path inside the study folder; empty outside an import
	Line    int    `json:"line,omitempty"`  // 1-based; 0 when the file has no lines
	Field   string `json:"field,omitempty"` // column or key; for nested values joined by dots
	Message string `json:"message"`         // what was expected
}

func (p Problem) String() string {
	var b strings.Builder
	if p.File != "" {
		b.WriteString(p.File)
		if p.Line > 0 {
			fmt.Fprintf(&b, ":%d", p.Line)
		}
		b.WriteString(": ")
	}
	if p.Field != "" {
		b.WriteString(p.Field + ": ")
	}
	b.WriteString(p.Message)
	return b.String()
}

// Problems is all that is wrong with one thing, told in one go. It is an error when it is not empty.
type Problems []Problem

func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// Add notes a problem with a field.
func (ps *Problems) Add(field, format string, args ...any) {
	*ps = append(*ps, Problem{Field: field, Message: fmt.Sprintf(format, args...)})
}

// Require notes an empty field that must not be empty.
func (ps *Problems) Require(field, value string) {
	if strings.TrimSpace(value) == "" {
		ps.Add(field, "must not be empty")
	}
}

// OneOf notes a value outside a fixed list. An empty value is accepted: use Require when it must be there.
func (ps *Problems) OneOf(field, value string, allowed ...string) {
	if value == "" {
		return
	}
	for _, a := range allowed {
		if a == value {
			return
		}
	}
	ps.Add(field, "is %q; expected one of: %s", clip(value), strings.Join(allowed, ", "))
}

// Err gives the problems as an error, or nil when there are none.
func (ps Problems) Err() error {
	if len(ps) == 0 {
		return nil
	}
	return ps
}

// Sort orders problems by file, line and field, so that the same folder always gives the same report.
func (ps Problems) Sort() {
	sort.SliceStable(ps, func(i, j int) bool {
		a, b := ps[i], ps[j]
		if a.File != b.File {
			return a.File < b.File
		}
		if a.Line != b.Line {
			return a.Line < b.Line
		}
		return a.Field < b.Field
	})
}

func clip(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}
