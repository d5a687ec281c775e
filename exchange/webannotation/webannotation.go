// Package webannotation writes and reads coded passages as W3C Web Annotations (Web Annotation Data Model, W3C Recommendation
// of 23 February 2017): a collection of annotations in JSON-LD, each with a tag for the code and, for the place, a
// TextPositionSelector (section 4.2.5) and a TextQuoteSelector (section 4.2.4). Positions are code points, the end exclusive,
// as the model counts them.
package webannotation

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

const context = "http://www.w3.org/ns/anno.jsonld"

// Annotation is one coding of a passage.
type Annotation struct {
	ID      string // IRI, such as urn:uuid:…
	Source  string // IRI of the document
	Title   string // of the document; empty: not said. It is read and not written
	Start   int    // code points; -1: not said
	End     int
	Quote   string
	Before  string
	After   string
	Codes   []string // tags
	Memo    string   // comment
	Creator string   // name; empty: not said
	Created string   // xsd:dateTime; empty: not said
}

type collection struct {
	Context string `json:"@context"`
	ID      string `json:"id"`
	Type    string `json:"type"`
	Label   string `json:"label,omitempty"`
	Total   int    `json:"total"`
	First   page   `json:"first"`
}

type page struct {
	ID         string `json:"id"`
	Type       string `json:"type"`
	StartIndex int    `json:"startIndex"`
	Items      []any  `json:"items"`
}

// Write writes a collection.
func Write(w io.Writer, id, label string, all []Annotation) error {
	items := make([]any, 0, len(all))
	for _, a := range all {
		var body []any
		for _, c := range a.Codes {
			body = append(body, map[string]any{"type": "TextualBody", "purpose": "tagging", "value": c})
		}
		if a.Memo != "" {
			body = append(body, map[string]any{"type": "TextualBody", "purpose": "commenting", "format": "text/plain", "value": a.Memo})
		}
		var selector []any
		if a.Start >= 0 {
			selector = append(selector, map[string]any{"type": "TextPositionSelector", "start": a.Start, "end": a.End})
		}
		if a.Quote != "" {
			q := map[string]any{"type": "TextQuoteSelector", "exact": a.Quote}
			if a.Before != "" {
				q["prefix"] = a.Before
			}
			if a.After != "" {
				q["suffix"] = a.After
			}
			selector = append(selector, q)
		}
		x := map[string]any{"id": a.ID, "type": "Annotation", "motivation": "tagging", "body": body, "target": map[string]any{"source": a.Source, "selector": selector}}
		if a.Creator != "" {
			x["creator"] = map[string]any{"type": "Person", "name": a.Creator}
		}
		if a.Created != "" {
			x["created"] = a.Created
		}
		items = append(items, x)
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	return e.Encode(collection{context, id, "AnnotationCollection", label, len(all), page{id + "#page-1", "AnnotationPage", 0, items}})
}

// ErrFormat is what every error of reading wraps.
var ErrFormat = errors.New("no Web Annotations that can be read")

// Read reads a collection, a page, a list, or a single annotation, and what Hypothesis gives out: its export, or an answer of
// its API, with tags, text, user and uri beside the selectors of the model. What it cannot use is told, an item each.
func Read(r io.Reader, limit int64) (all []Annotation, losses []string, err error) {
	b, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, nil, err
	}
	if int64(len(b)) > limit {
		return nil, nil, fmt.Errorf("%w: the file has more than %d MB", ErrFormat, limit>>20)
	}
	b = bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))
	var doc any
	if err := json.Unmarshal(b, &doc); err != nil {
		return nil, nil, fmt.Errorf("%w: it is no JSON (%v)", ErrFormat, err)
	}
	var items []any
	switch d := doc.(type) {
	case []any:
		items = d
	case map[string]any:
		switch {
		case is(d, "Annotation"):
			items = []any{d}
		default:
			if first, ok := d["first"].(map[string]any); ok {
				d = first
			}
			list, ok := d["items"].([]any)
			for _, of := range []string{"annotations", "rows"} { // Hypothesis: its export, its API
				if !ok {
					list, ok = d[of].([]any)
				}
			}
			if !ok {
				return nil, nil, fmt.Errorf("%w: it holds no annotations (type, first, items)", ErrFormat)
			}
			items = list
		}
	default:
		return nil, nil, fmt.Errorf("%w: it holds no annotations", ErrFormat)
	}
	for i, x := range items {
		m, ok := x.(map[string]any)
		if !ok {
			losses = append(losses, fmt.Sprintf("item %d is given by its address alone, and is not fetched", i+1))
			continue
		}
		a, lost := annotation(m)
		for _, l := range lost {
			losses = append(losses, fmt.Sprintf("item %d %s", i+1, l))
		}
		all = append(all, a)
	}
	return all, losses, nil
}

func is(m map[string]any, kind string) bool {
	for _, t := range many(m["type"]) {
		if t == kind {
			return true
		}
	}
	return false
}

// many makes a list of a value that may be one or several.
func many(v any) []any {
	switch x := v.(type) {
	case nil:
		return nil
	case []any:
		return x
	}
	return []any{v}
}

func text(v any) string {
	s, _ := v.(string)
	return s
}

func annotation(m map[string]any) (a Annotation, losses []string) {
	a = Annotation{ID: text(m["id"]), Start: -1, End: -1, Created: text(m["created"])}
	for _, c := range many(m["creator"]) {
		if p, ok := c.(map[string]any); ok {
			a.Creator = text(p["name"])
		} else {
			a.Creator = text(c)
		}
	}
	var memo []string
	if s := text(m["bodyValue"]); s != "" {
		memo = append(memo, s)
	}
	for _, b := range many(m["body"]) {
		x, ok := b.(map[string]any)
		if !ok {
			losses = append(losses, "has a body that is an address alone")
			continue
		}
		value := text(x["value"])
		purpose := text(x["purpose"])
		if purpose == "" {
			for _, v := range many(m["motivation"]) {
				purpose = cmp.Or(purpose, text(v))
			}
		}
		switch {
		case value == "":
			losses = append(losses, "has a body without a text")
		case purpose == "tagging" || purpose == "classifying":
			a.Codes = append(a.Codes, value)
		default:
			memo = append(memo, value)
		}
	}
	// Hypothesis
	for _, tag := range many(m["tags"]) {
		if s := text(tag); s != "" {
			a.Codes = append(a.Codes, s)
		}
	}
	if s := text(m["text"]); s != "" {
		memo = append(memo, s)
	}
	if user, ok := strings.CutPrefix(text(m["user"]), "acct:"); ok && a.Creator == "" {
		a.Creator, _, _ = strings.Cut(user, "@")
	}
	hypothesis := m["uri"] != nil
	if d, ok := m["document"].(map[string]any); ok {
		for _, s := range many(d["title"]) {
			a.Title = cmp.Or(a.Title, text(s))
		}
	}
	a.Memo = strings.Join(memo, "\n\n")
	targets := many(m["target"])
	if len(targets) > 1 {
		losses = append(losses, "has several targets; the first is taken")
	}
	if len(targets) == 0 {
		return a, append(losses, "has no target")
	}
	t, ok := targets[0].(map[string]any)
	if !ok {
		a.Source = text(targets[0])
		return a, losses
	}
	a.Source = text(t["source"])
	if a.Source == "" {
		a.Source = cmp.Or(text(t["id"]), text(m["uri"]))
	}
	for _, s := range many(t["selector"]) {
		x, ok := s.(map[string]any)
		switch {
		case !ok:
		case is(x, "TextPositionSelector"):
			start, ok1 := x["start"].(float64)
			end, ok2 := x["end"].(float64)
			if ok1 && ok2 && start >= 0 && end >= start && end < 1e9 {
				a.Start, a.End = int(start), int(end)
			}
		case is(x, "TextQuoteSelector"):
			a.Quote, a.Before, a.After = text(x["exact"]), text(x["prefix"]), text(x["suffix"])
		case hypothesis: // it says the same place in several ways
		default:
			losses = append(losses, fmt.Sprintf("has a selector of the type %q, which says nothing about text here", text(x["type"])))
		}
	}
	if a.Start < 0 && a.Quote == "" {
		losses = append(losses, "says of no place in the text")
	}
	return a, losses
}
