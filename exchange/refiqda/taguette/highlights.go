package taguette

import (
	"bytes"
	"errors"
	"strings"

	"golang.org/x/net/html"
)

// Passage is a highlight as the web page tells it that Taguette makes of highlights.
type Passage struct {
	Document string
	Quote    string
	Tags     []string
}

// ErrNoHighlights says that a web page is not one of highlights.
var ErrNoHighlights = errors.New("it is no list of highlights as Taguette exports it")

// ReadHighlights reads the web page of highlights that Taguette exports, in whatever language its labels are. Each is a piece
// of the document, and after it a paragraph with two labels in bold: its document and its tags, a tag on each line.
func ReadHighlights(b []byte) ([]Passage, error) {
	root, err := html.ParseWithOptions(bytes.NewReader(b), html.ParseOptionEnableScripting(false))
	if err != nil {
		return nil, err
	}
	body := root
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && n.Data == "body" {
			body = n
			break
		}
	}
	var out []Passage
	var piece bytes.Buffer
	headed, fresh := false, true // the heading was seen; nothing of the next piece was
	for n := range body.ChildNodes() {
		if h, ok := told(n); ok {
			t, err := plain(piece.String())
			if err != nil {
				return nil, err
			}
			h.Quote = strings.TrimSpace(t.body)
			out = append(out, h)
			piece.Reset()
			fresh = true
			continue
		}
		if n.Type == html.ElementNode {
			if n.Data == "h1" && !headed {
				headed = true
				continue
			}
			if n.Data == "hr" && fresh { // it divides them
				continue
			}
			fresh = false
		}
		if err := html.Render(&piece, n); err != nil {
			return nil, err
		}
	}
	if len(out) == 0 {
		return nil, ErrNoHighlights
	}
	return out, nil
}

// told reads the paragraph that tells where a highlight is from, and what it is tagged with.
func told(p *html.Node) (h Passage, ok bool) {
	if p.Type != html.ElementNode || p.Data != "p" {
		return h, false
	}
	labels, texts := 0, [3]string{}
	for n := range p.ChildNodes() {
		switch {
		case n.Type == html.TextNode:
			texts[min(labels, 2)] += n.Data
		case n.Type == html.ElementNode && n.Data == "strong":
			labels++
		default:
			return h, false
		}
	}
	if labels != 2 || strings.TrimSpace(texts[0]) != "" {
		return h, false
	}
	h.Document = strings.TrimSpace(texts[1])
	for line := range strings.Lines(texts[2]) {
		if tag := strings.TrimSuffix(strings.TrimSpace(line), ","); tag != "" {
			h.Tags = append(h.Tags, tag)
		}
	}
	return h, h.Document != ""
}
