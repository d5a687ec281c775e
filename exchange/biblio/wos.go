package biblio

import (
	"slices"
	"strings"

	"throughline/internal/pattern"
)

var (
	wosTag     = pattern.Late(`^([A-Z][A-Z0-9])(?: (.*))?$`)
	wosTypes   = map[string]string{"J": "article-journal", "B": "book", "S": "chapter", "P": "patent", "C": "paper-conference", "R": "report", "T": "thesis"}
	patentName = pattern.Late(`^[A-Z' -]+ [A-Z]{1,2}$`)
	eMail      = pattern.Late(`\s*\([^()]*@[^()]*\)`)
)

// readWoS reads the tagged format of the Web of Science and of the Zoological Record.
func (f *File) readWoS(s string) {
	var fields []tagged
	var x stray
	end := func(proper bool) {
		if len(fields) == 0 {
			return
		}
		if !proper {
			f.note("the record on line %d has no line ER at its end; if it is the last, the file may have been cut short", fields[0].line)
		}
		f.keep(wosRecord(fields))
		fields = nil
	}
	sc := &scanner{rest: s}
	for sc.next() {
		l := strings.TrimPrefix(sc.text, "\ufeff")
		m := wosTag().FindStringSubmatch(strings.TrimRight(l, " \t"))
		switch {
		case m != nil && m[1] == "ER" && m[2] == "":
			end(true)
		case m != nil && m[1] == "EF" && m[2] == "", m != nil && len(fields) == 0 && (m[1] == "FN" || m[1] == "VR"):
		case m != nil && m[1] == "PT":
			end(false)
			fields = []tagged{{m[1], []string{m[2]}, sc.line}}
		case m != nil && len(fields) > 0:
			fields = append(fields, tagged{m[1], []string{m[2]}, sc.line})
		default:
			if _, is := foreign(l, WoS); is {
				end(false)
			}
			if len(fields) == 0 {
				x.take(f, l, sc.line)
			} else if strings.TrimSpace(l) != "" { // it goes on, in some files without blanks in front
				last := &fields[len(fields)-1]
				last.text = append(last.text, strings.TrimSpace(l))
			}
		}
	}
	end(false)
	x.tell(f)
}

func wosRecord(fields []tagged) Record {
	r := Record{Line: fields[0].line}
	has := func(tag string) bool { return slices.ContainsFunc(fields, func(t tagged) bool { return t.tag == tag }) }
	people := func(t tagged) []Name {
		var ns []Name
		for _, l := range t.text {
			if eMail().MatchString(l) {
				r.other(t.tag, l)
			}
			if n := ParseName(eMail().ReplaceAllString(l, "")); n != (Name{}) {
				ns = append(ns, n)
			}
		}
		return ns
	}
	var day, year, start, stop []Field
	for _, t := range fields {
		one, f := t.one(), Field{t.tag, t.one()}
		switch t.tag {
		case "PT":
			r.Type = wosTypes[strings.ToUpper(strings.TrimSpace(one)[:min(1, len(strings.TrimSpace(one)))])]
			if r.Type == "" {
				r.other(t.tag, one)
			}
		case "AF", "BF":
			r.Authors = append(r.Authors, people(t)...)
		case "AU", "BA":
			if full := map[string]string{"AU": "AF", "BA": "BF"}[t.tag]; !has(full) {
				r.Authors = append(r.Authors, people(t)...)
			}
		case "CA":
			for _, l := range t.text {
				r.Authors = append(r.Authors, Name{Literal: line(l)})
			}
		case "BE", "ED":
			r.Editors = append(r.Editors, people(t)...)
		case "TI":
			r.first(&r.Title, t.tag, one)
		case "FT":
			r.first(&r.Title, t.tag, one)
		case "SO":
			r.first(&r.Container, t.tag, one)
		case "JI":
			r.first(&r.ContainerShort, t.tag, one)
		case "SE":
			r.first(&r.Collection, t.tag, one)
		case "PU":
			r.first(&r.Publisher, t.tag, one)
		case "PI":
			r.first(&r.Place, t.tag, one)
		case "VL":
			r.first(&r.Volume, t.tag, one)
		case "IS":
			r.first(&r.Issue, t.tag, one)
		case "BP":
			start = append(start, f)
		case "EP":
			stop = append(stop, f)
		case "PS":
			r.first(&r.Pages, t.tag, one)
		case "DI":
			r.first(&r.DOI, t.tag, one)
		case "SN":
			r.serial(t.tag, one)
		case "BN":
			r.first(&r.ISBN, t.tag, one)
		case "PM":
			r.first(&r.PMID, t.tag, one)
		case "UT", "AN":
			r.first(&r.ID, t.tag, one)
		case "LA":
			r.first(&r.Language, t.tag, one)
		case "AB":
			r.first(&r.Abstract, t.tag, one)
		case "DE":
			r.Keywords = append(r.Keywords, one)
		case "CY":
			if r.Event == (Date{}) {
				r.Event = ParseDate(one)
			} else {
				r.other(t.tag, one)
			}
		case "PD":
			day = append(day, f)
		case "PY":
			year = append(year, f)
		default:
			r.other(t.tag, t.many())
		}
	}
	if r.Type == "book" && r.Container != "" && r.Title != "" && r.Container != r.Title {
		r.Type = "chapter"
	}
	if r.Type == "patent" { // whose inventors have no comma
		for i, n := range r.Authors {
			if patentName().MatchString(n.Literal) {
				r.Authors[i] = shortAuthor(n.Literal)
			}
		}
	}
	r.issue(append(year, day...))
	if a, b := firstOf(start), firstOf(stop); r.Pages == "" && a != "" {
		if r.Pages = a; b != "" && b != a {
			r.Pages = a + "-" + b
		}
	} else {
		for _, f := range append(start, stop...) {
			r.other(f.Tag, f.Value)
		}
	}
	if i := slices.IndexFunc(r.Other, func(f Field) bool { return f.Tag == "AR" }); i >= 0 && r.Pages == "" {
		r.Pages, r.Other = r.Other[i].Value, slices.Delete(r.Other, i, i+1)
	}
	return r
}
