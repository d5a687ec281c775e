package biblio

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
)

// node is an element with what stands in it.
type node struct {
	name string
	attr []xml.Attr
	text strings.Builder
	kids []*node
}

func (n *node) value() string { return strings.TrimSpace(n.text.String()) }

// readEndNote reads the XML of EndNote, whose values stand in runs of <style>.
func (f *File) readEndNote(s string) {
	d := xml.NewDecoder(strings.NewReader(s))
	d.Strict = false
	d.Entity = xml.HTMLEntity
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil } // it is UTF-8 by now
	for {
		line, _ := d.InputPos()
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			f.refuse(line, "the XML breaks off or is not well formed here; nothing after it could be read")
			return
		}
		start, ok := t.(xml.StartElement)
		if !ok || start.Name.Local != "record" {
			continue
		}
		n, err := element(d, start, 0)
		if err != nil {
			f.refuse(line, "the XML of this record breaks off or is not well formed; nothing after it could be read")
			return
		}
		r := endNoteRecord(n)
		r.Line = line
		f.keep(r)
	}
}

// element reads an element to its end. Runs of <style> belong to the text of what holds them.
func element(d *xml.Decoder, start xml.StartElement, depth int) (*node, error) {
	n := &node{name: start.Name.Local, attr: start.Attr}
	if depth > maxDepth {
		return nil, wrong("too many elements within each other")
	}
	for {
		t, err := d.Token()
		if err != nil {
			return nil, err
		}
		switch t := t.(type) {
		case xml.StartElement:
			k, err := element(d, t, depth+1)
			if err != nil {
				return nil, err
			}
			if k.name == "style" {
				n.text.WriteString(k.text.String())
			} else {
				n.kids = append(n.kids, k)
			}
		case xml.CharData:
			n.text.Write(t)
		case xml.EndElement:
			return n, nil
		}
	}
}

func endNoteRecord(n *node) Record {
	var r Record
	var container, short, series, issued []Field
	var walk func(n *node, within string)
	walk = func(n *node, within string) {
		path := strings.TrimPrefix(within+"/"+n.name, "/")
		v := n.value()
		switch path {
		case "ref-type":
			said := ""
			for _, a := range n.attr {
				if a.Name.Local == "name" {
					said = a.Value
				}
			}
			if r.wordType("ref-type", said); said == "" {
				r.other("ref-type", v)
			}
		case "contributors/authors/author":
			r.Authors = append(r.Authors, ParseName(v))
		case "contributors/secondary-authors/author":
			r.Editors = append(r.Editors, ParseName(v))
		case "contributors/tertiary-authors/author":
			r.Contributors = append(r.Contributors, Contributor{"collection-editor", ParseName(v)})
		case "contributors/subsidiary-authors/author", "contributors/translated-authors/author":
			r.Contributors = append(r.Contributors, Contributor{"translator", ParseName(v)})
		case "titles/title":
			r.first(&r.Title, n.name, v)
		case "titles/short-title":
			r.first(&r.TitleShort, n.name, v)
		case "titles/translated-title":
			r.first(&r.TitleTranslated, n.name, v)
		case "titles/secondary-title", "periodical/full-title":
			container = append(container, Field{n.name, v})
		case "titles/alt-title", "periodical/abbr-1", "alt-periodical/full-title", "alt-periodical/abbr-1":
			short = append(short, Field{n.name, v})
		case "titles/tertiary-title":
			series = append(series, Field{n.name, v})
		case "pages":
			r.first(&r.Pages, n.name, v)
		case "volume":
			r.first(&r.Volume, n.name, v)
		case "number":
			r.first(&r.Issue, n.name, v)
		case "edition":
			r.first(&r.Edition, n.name, v)
		case "keywords/keyword":
			r.Keywords = append(r.Keywords, strings.FieldsFunc(v, func(c rune) bool { return c == '\r' || c == '\n' })...)
		case "dates/year", "dates/pub-dates/date":
			issued = append(issued, Field{n.name, v})
		case "pub-location":
			r.first(&r.Place, n.name, v)
		case "publisher":
			r.first(&r.Publisher, n.name, v)
		case "isbn":
			for _, s := range strings.FieldsFunc(v, func(c rune) bool { return c == '\r' || c == '\n' || c == ';' }) {
				r.serial(n.name, s)
			}
		case "electronic-resource-num":
			r.first(&r.DOI, n.name, v)
		case "abstract":
			r.first(&r.Abstract, n.name, v)
		case "notes":
			r.note(v)
		case "language":
			r.first(&r.Language, n.name, v)
		case "urls/related-urls/url", "urls/web-urls/url":
			for _, u := range urls(line(v)) {
				r.first(&r.URL, "url", u)
			}
		case "access-date":
			if d := ParseDate(v); d.Year > 0 && r.Accessed == (Date{}) {
				r.Accessed = d
			} else {
				r.other(n.name, v)
			}
		case "rec-number":
			r.first(&r.ID, n.name, v)
		case "caption", "label":
			if v != "" {
				r.Labels = append(r.Labels, Field{n.name, v})
			}
		default:
			if v != "" && n.name != "record" && !(len(n.kids) > 0 && strings.TrimSpace(v) == "") {
				r.other(n.name, v)
			}
		}
		if n.name == "record" {
			path = ""
		}
		for _, k := range n.kids {
			walk(k, path)
		}
	}
	walk(n, "")
	fill := func(field *string, fs []Field) {
		for _, f := range fs {
			r.first(field, f.Tag, f.Value)
		}
	}
	switch r.Type {
	case "book", "report", "thesis", "manuscript":
		fill(&r.Collection, append(container, series...))
	default:
		fill(&r.Container, container)
		fill(&r.Collection, series)
	}
	for _, f := range short {
		if line(f.Value) != line(r.Container) {
			r.first(&r.ContainerShort, f.Tag, f.Value)
		}
	}
	r.issue(issued)
	return r
}
