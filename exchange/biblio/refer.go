package biblio

import (
	"strings"

	"throughline/internal/pattern"
)

var referTag = pattern.Late(`^\s*%([A-Za-z0-9!-/:-@\[-` + "`" + `{-~])(?:\s+(.*))?$`)

// readRefer reads Refer and BibIX, which EndNote calls enw. Where records name their type with %0 that starts them;
// elsewhere a blank line parts them.
func (f *File) readRefer(s string) {
	typed := strings.HasPrefix(strings.TrimSpace(s), "%0") || strings.Contains(s, "\n%0 ") || strings.Contains(s, "\r%0 ")
	var fields []tagged
	var x stray
	content, blank := false, false
	end := func() {
		if len(fields) > 0 {
			f.keep(referRecord(fields))
		}
		fields, content = nil, false
	}
	sc := &scanner{rest: s}
	for sc.next() {
		l := strings.TrimPrefix(sc.text, "\ufeff")
		m := referTag().FindStringSubmatch(l)
		switch {
		case strings.TrimSpace(l) == "":
			blank = true
			continue
		case m != nil:
			if typed && m[1] == "0" && content || !typed && blank {
				end()
			}
			content = content || m[1] != "0"
			fields = append(fields, tagged{"%" + m[1], []string{strings.TrimSpace(m[2])}, sc.line})
		default:
			if _, is := foreign(l, Refer); is && blank {
				end()
			}
			if len(fields) == 0 {
				x.take(f, l, sc.line)
			} else {
				last := &fields[len(fields)-1]
				last.text = append(last.text, strings.TrimSpace(l))
			}
		}
		blank = false
	}
	end()
	x.tell(f)
}

// wordType takes a type in words, as Refer, EndNote and tables have it.
func (r *Record) wordType(tag, said string) {
	said = line(said)
	csl := typeWords[plainName(said)]
	switch {
	case said == "":
	case r.Type != "" || r.TypeAs != "":
		r.other(tag, said)
	case csl == "":
		if csl, _ = risType(said); csl == "" || csl == "document" {
			r.TypeAs = said
		}
		r.Type = csl
	default:
		if r.Type = csl; typeMore[plainName(said)] {
			r.TypeAs = said
		}
	}
}

func referRecord(fields []tagged) Record {
	r := Record{Line: fields[0].line}
	var container, issued []Field
	for _, t := range fields {
		one, f := t.one(), Field{t.tag, t.one()}
		switch t.tag {
		case "%0":
			r.wordType(t.tag, one)
		case "%A":
			r.Authors = append(r.Authors, ParseName(one))
		case "%E":
			r.Editors = append(r.Editors, ParseName(one))
		case "%Y":
			r.Contributors = append(r.Contributors, Contributor{"collection-editor", ParseName(one)})
		case "%?":
			r.Contributors = append(r.Contributors, Contributor{"translator", ParseName(one)})
		case "%T":
			r.first(&r.Title, t.tag, one)
		case "%!":
			r.first(&r.TitleShort, t.tag, one)
		case "%Q":
			r.first(&r.TitleTranslated, t.tag, one)
		case "%J", "%B":
			container = append(container, f)
		case "%S":
			r.first(&r.Collection, t.tag, one)
		case "%I":
			r.first(&r.Publisher, t.tag, one)
		case "%C":
			r.first(&r.Place, t.tag, one)
		case "%V":
			r.first(&r.Volume, t.tag, one)
		case "%N":
			r.first(&r.Issue, t.tag, one)
		case "%P":
			r.first(&r.Pages, t.tag, one)
		case "%7":
			r.first(&r.Edition, t.tag, one)
		case "%D", "%8":
			issued = append(issued, f)
		case "%[":
			if r.Accessed = ParseDate(one); r.Accessed.Year == 0 {
				r.Accessed = Date{}
				r.other(t.tag, one)
			}
		case "%X":
			r.first(&r.Abstract, t.tag, t.many())
		case "%K":
			r.Keywords = append(r.Keywords, t.text...)
		case "%U":
			for _, u := range urls(one) {
				r.first(&r.URL, t.tag, u)
			}
		case "%R":
			r.first(&r.DOI, t.tag, one)
		case "%@":
			r.serial(t.tag, one)
		case "%G":
			r.first(&r.Language, t.tag, one)
		case "%Z":
			r.note(t.many())
		case "%F":
			r.first(&r.ID, t.tag, one)
		default:
			r.other(t.tag, t.many())
		}
	}
	for _, f := range container {
		r.first(&r.Container, f.Tag, f.Value)
	}
	if r.Type == "" && r.TypeAs == "" { // of old Refer, which has no %0
		switch {
		case firstOf(container) != "" && container[0].Tag == "%J":
			r.Type = "article-journal"
		case r.Container != "":
			r.Type = "chapter"
		case r.Publisher != "":
			r.Type = "book"
		}
	}
	r.issue(issued)
	return r
}
