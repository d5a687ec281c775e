package taguette

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
)

// text is the text of a piece of HTML, twice: as Taguette counts it, and as people read it, in which paragraphs are divided.
type text struct {
	raw   string  // all text one after the other
	body  string  // with breaks between blocks
	start []int32 // code point of the body, for a start at a byte of raw
	end   []int32 // and for an end
	at    []int32 // byte of the body at which each code point begins, and the end
}

// cut gives a part of the body.
func (t text) cut(from, to int) string { return t.body[t.at[from]:t.at[to]] }

// breaks tells how many line ends divide a block from what is before and after it.
var breaks = map[string]int{"p": 2, "h1": 2, "h2": 2, "h3": 2, "h4": 2, "h5": 2, "h6": 2, "blockquote": 2, "pre": 2, "table": 2, "ul": 2, "ol": 2, "dl": 2, "hr": 2,
	"div": 1, "li": 1, "tr": 1, "dt": 1, "dd": 1, "section": 1, "article": 1, "header": 1, "footer": 1, "figure": 1, "figcaption": 1, "br": 1}

func tall(n *html.Node) int {
	if n.Type != html.ElementNode {
		return 0
	}
	return breaks[n.Data]
}

// plain takes the text out of a piece of HTML, which is read as a browser reads it.
func plain(fragment string) (text, error) {
	root, err := html.ParseWithOptions(strings.NewReader(fragment), html.ParseOptionEnableScripting(false))
	if err != nil {
		return text{}, err
	}
	var t text
	var raw, body strings.Builder
	n, ends, due, cell := int32(0), 0, 0, false // code points of body; line ends that it has at its end, and that are due
	put := func(s string) {
		body.WriteString(s)
		n += int32(utf8.RuneCountInString(s))
	}
	last := int32(0) // after the last letter that was in raw
	write := func(s string) {
		blank := strings.TrimSpace(s) == "" // between blocks: it may be a break itself
		if n > 0 && !blank {
			for ; ends < due; ends++ {
				put("\n")
			}
			if cell && ends == 0 {
				put("\t")
			}
		}
		if !blank {
			due, cell = 0, false
		}
		s = strings.ToValidUTF8(s, "\ufffd")
		for _, r := range s {
			letter := string(r)
			for range len(letter) {
				t.start = append(t.start, n)
				t.end = append(t.end, last)
			}
			shown := letter
			if r == 0 || r == '\r' {
				shown = " "
			}
			put(shown)
			if last = n; r == '\n' {
				ends++
			} else {
				ends = 0
			}
		}
		raw.WriteString(s)
	}
	for node := root; node != nil; {
		need := tall(node)
		switch {
		case node.Type == html.TextNode && node.Data != "":
			write(node.Data)
		case node.Type == html.ElementNode && node.Data == "br" && n > 0:
			due = max(due, ends) + 1
		case node.Type == html.ElementNode && (node.Data == "td" || node.Data == "th"):
			cell = cell || n > 0
		case node.Type == html.ElementNode:
			due = max(due, need)
		}
		if node.FirstChild != nil {
			node = node.FirstChild
			continue
		}
		for node != nil && node.NextSibling == nil {
			if node = node.Parent; node != nil {
				due = max(due, tall(node))
			}
		}
		if node != nil {
			if node.Type == html.ElementNode && node.Data != "br" {
				due = max(due, tall(node))
			}
			node = node.NextSibling
		}
	}
	t.raw, t.body = raw.String(), body.String()
	t.start, t.end = append(t.start, n), append(t.end, last)
	for i := range t.body {
		t.at = append(t.at, int32(i))
	}
	t.at = append(t.at, int32(len(t.body)))
	return t, nil
}
