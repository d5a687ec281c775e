package biblio

import (
	"bufio"
	"io"
	"slices"
	"strings"

	"throughline/internal/pattern"
)

// risTypes give the CSL type of each RIS type; the first of several is how the CSL type is written.
var risTypes = []struct{ ris, csl string }{
	{"JOUR", "article-journal"}, {"EJOUR", "article-journal"}, {"INPR", "article-journal"}, {"ABST", "article-journal"},
	{"JFULL", "periodical"}, {"MGZN", "article-magazine"}, {"NEWS", "article-newspaper"}, {"PREPRINT", "article"},
	{"BOOK", "book"}, {"EBOOK", "book"}, {"EDBOOK", "book"}, {"CHAP", "chapter"}, {"ECHAP", "chapter"}, {"SER", "collection"},
	{"CPAPER", "paper-conference"}, {"CONF", "paper-conference"}, {"RPRT", "report"}, {"GOVDOC", "report"}, {"THES", "thesis"},
	{"MANSCPT", "manuscript"}, {"UNPB", "manuscript"}, {"UNPD", "manuscript"}, {"PAMP", "pamphlet"},
	{"ELEC", "webpage"}, {"WEB", "webpage"}, {"BLOG", "post-weblog"}, {"ICOMM", "post"}, {"PCOMM", "personal_communication"},
	{"LEGAL", "legislation"}, {"STAT", "legislation"}, {"BILL", "bill"}, {"UNBILL", "bill"}, {"HEAR", "hearing"}, {"CASE", "legal_case"},
	{"PAT", "patent"}, {"STAND", "standard"}, {"COMP", "software"}, {"DATA", "dataset"}, {"AGGR", "dataset"}, {"DBASE", "dataset"}, {"ONLDB", "dataset"},
	{"DICT", "entry-dictionary"}, {"ENCYC", "entry-encyclopedia"}, {"MAP", "map"}, {"VIDEO", "motion_picture"}, {"MPCT", "motion_picture"},
	{"MULTI", "motion_picture"}, {"ADVS", "broadcast"}, {"SOUND", "song"}, {"MUSIC", "musical_score"}, {"ART", "graphic"}, {"SLIDE", "speech"},
	{"FIGURE", "figure"}, {"CHART", "figure"}, {"EQUA", "figure"}, {"CLSWK", "classic"}, {"ANCIENT", "classic"},
	{"GEN", "document"}, {"CTLG", "document"}, {"GRNT", "document"},
}

// setType takes the source's word for a type; said is that word, csl what it means, written what that is written as.
func (r *Record) setType(said, csl, written string) {
	r.Type = csl
	if csl == "" {
		r.Type = "document"
	}
	if said != written {
		r.TypeAs = said
	}
}

func risType(said string) (csl, written string) {
	for _, t := range risTypes {
		if strings.EqualFold(t.ris, said) {
			csl = t.csl
			break
		}
	}
	return csl, risName(or(csl, "document"))
}

func risName(csl string) string {
	for _, t := range risTypes {
		if t.csl == csl {
			return t.ris
		}
	}
	return ""
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

var (
	risKnown = strings.Fields("TY ER TI T1 BT T2 T3 JF JO JA J2 A1 AU A2 ED A3 A4 PB PP CY VL IS SP EP ET ST TT DO UR AB N2 N1 KW LA ID PY Y1 DA Y2 SN M1")
)

// risLoose are tags that are taken with one blank before the dash as well: prose can look like the rest.
var risLoose = append(strings.Fields("AD AN L1 L2 DB"), risKnown...)

// risTag splits a line into its tag and value: up to three blanks, the tag, one to four blanks, a dash.
func risTag(l string) (tag, value string, ok bool) {
	l = strings.TrimPrefix(l, "\ufeff")
	i := 0
	for i < len(l) && i < 3 && isBlank(l[i]) {
		i++
	}
	l = l[i:]
	if len(l) < 4 || l[0] < 'A' || l[0] > 'Z' || !(l[1] >= 'A' && l[1] <= 'Z' || l[1] >= '0' && l[1] <= '9') {
		return "", "", false
	}
	n := 2
	for n < len(l) && n < 6 && isBlank(l[n]) {
		n++
	}
	if n == 2 || n == len(l) || l[n] != '-' {
		return "", "", false
	}
	if tag, value = l[:2], l[n+1:]; n == 3 && (value != "" && !isBlank(value[0]) || !slices.Contains(risLoose, tag)) {
		return "", "", false
	}
	return tag, strings.TrimSpace(value), true
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' }

// tagged is a field of a tagged file, with the lines that go on with it.
type tagged struct {
	tag  string
	text []string
	line int
}

func (t tagged) one() string  { return strings.Join(t.text, " ") }
func (t tagged) many() string { return strings.Join(t.text, "\n") }

func (f *File) readRIS(s string) {
	var fields []tagged // of the record at hand
	inside := false     // after TY
	var x stray
	end := func(proper bool) {
		if len(fields) == 0 {
			return
		}
		if !inside && !slices.ContainsFunc(fields, func(t tagged) bool { return slices.Contains([]string{"TI", "T1", "AU", "A1"}, t.tag) }) {
			for _, t := range fields { // tags after the end of a record, such as a search strategy
				x.take(f, t.tag+" - "+t.one(), t.line)
			}
		} else {
			if !inside {
				f.note("the record on line %d has no line TY that says its type", fields[0].line)
			} else if !proper {
				f.note("the record on line %d has no line ER at its end; if it is the last, the file may have been cut short", fields[0].line)
			}
			f.keep(risRecord(fields))
		}
		fields, inside = nil, false
	}
	sc := &scanner{rest: s}
	now, blank := false, false // whether this line is blank, and the one before
	for sc.next() {
		blank, now = now, strings.TrimSpace(sc.text) == ""
		tag, value, ok := risTag(sc.text)
		switch {
		case ok && tag == "TY":
			end(false)
			inside = true
			fields = []tagged{{tag, []string{value}, sc.line}}
		case ok && tag == "ER", inside && strings.TrimSpace(sc.text) == "ER":
			end(true)
		case ok:
			fields = append(fields, tagged{tag, []string{value}, sc.line})
		case len(fields) > 0 && inside:
			if _, is := foreign(sc.text, RIS); is && blank {
				end(false)
				x.take(f, sc.text, sc.line)
				continue
			}
			last := &fields[len(fields)-1]
			last.text = append(last.text, sc.text)
		default:
			x.take(f, sc.text, sc.line)
		}
	}
	end(false)
	x.tell(f)
}

// serials are types whose T2 is a series rather than what holds them.
var serials = []string{"book", "report", "thesis", "manuscript", "pamphlet", "collection", "dataset", "software", "standard"}

func risRecord(fields []tagged) Record {
	r := Record{Line: fields[0].line}
	var t2, jf, jo, ja, j2, t3, sp, ep, sn, published, m1 []Field
	if t := fields[0]; t.tag == "TY" {
		csl, written := risType(t.one())
		r.setType(strings.TrimSpace(t.one()), csl, written)
	}
	for _, t := range fields {
		one, f := t.one(), Field{t.tag, t.one()}
		switch t.tag {
		case "TY":
		case "TI", "T1":
			r.first(&r.Title, t.tag, one)
		case "BT":
			if r.Type == "book" && r.Title == "" {
				r.Title = one
			} else {
				t2 = append(t2, f)
			}
		case "T2":
			t2 = append(t2, f)
		case "T3":
			t3 = append(t3, f)
		case "JF":
			jf = append(jf, f)
		case "JO":
			jo = append(jo, f)
		case "JA":
			ja = append(ja, f)
		case "J2":
			j2 = append(j2, f)
		case "AU", "A1":
			r.Authors = append(r.Authors, ParseName(one))
		case "A2", "ED":
			r.Editors = append(r.Editors, ParseName(one))
		case "A3":
			r.Contributors = append(r.Contributors, Contributor{"collection-editor", ParseName(one)})
		case "A4":
			r.Contributors = append(r.Contributors, Contributor{"translator", ParseName(one)})
		case "PB":
			r.first(&r.Publisher, t.tag, one)
		case "CY", "PP":
			r.first(&r.Place, t.tag, one)
		case "VL":
			r.first(&r.Volume, t.tag, one)
		case "IS":
			r.first(&r.Issue, t.tag, one)
		case "ET":
			r.first(&r.Edition, t.tag, one)
		case "ST":
			r.first(&r.TitleShort, t.tag, one)
		case "TT":
			r.first(&r.TitleTranslated, t.tag, one)
		case "DO":
			r.first(&r.DOI, t.tag, one)
		case "LA":
			r.first(&r.Language, t.tag, one)
		case "ID":
			r.first(&r.ID, t.tag, one)
		case "UR":
			for _, u := range urls(one) {
				r.first(&r.URL, t.tag, u)
			}
		case "AB", "N2":
			r.first(&r.Abstract, t.tag, t.many())
		case "N1":
			r.note(t.many())
		case "KW":
			r.Keywords = append(r.Keywords, t.text...)
		case "SP":
			sp = append(sp, f)
		case "EP":
			ep = append(ep, f)
		case "SN":
			for _, n := range t.text {
				sn = append(sn, Field{t.tag, n})
			}
		case "M1":
			m1 = append(m1, f)
		case "PY", "Y1", "DA":
			if one != "" {
				published = append(published, f)
			}
		case "Y2":
			if d := ParseDate(one); d.Year > 0 && r.Accessed == (Date{}) {
				r.Accessed = d
			} else {
				r.other(t.tag, one)
			}
		default:
			r.other(t.tag, t.many())
		}
	}
	fill := func(field *string, from ...[]Field) {
		for _, fs := range from {
			for _, f := range fs {
				r.first(field, f.Tag, f.Value)
			}
		}
	}
	if slices.Contains(serials, r.Type) && len(jf)+len(jo)+len(ja)+len(j2) == 0 && len(t2) > 0 {
		fill(&r.Collection, t2, t3)
	} else {
		if r.Container = firstOf(t2, jf, jo, ja, j2); r.Container != "" {
			r.ContainerShort = line(firstOther(line(r.Container), j2, ja, jo))
		}
		for _, fs := range [][]Field{t2, jf, jo, ja, j2} {
			for _, f := range fs {
				if v := line(f.Value); v != line(r.Container) && v != r.ContainerShort {
					r.other(f.Tag, f.Value)
				}
			}
		}
		fill(&r.Collection, t3)
	}
	if slices.Contains(numbered, r.Type) && len(m1) == 1 {
		r.Number, m1 = m1[0].Value, nil
	}
	for _, f := range m1 {
		r.other(f.Tag, f.Value)
	}
	start, stop := firstOf(sp), firstOf(ep)
	switch {
	case stop == "" || stop == start:
		r.Pages = start
	case start == "":
		r.other("EP", stop)
	case strings.ContainsAny(dashes.Replace(start), "-"):
		r.Pages = start
		r.other("EP", stop)
	default:
		r.Pages = start + "-" + stop
	}
	for _, more := range [][]Field{sp[min(1, len(sp)):], ep[min(1, len(ep)):]} {
		for _, f := range more {
			r.other(f.Tag, f.Value)
		}
	}
	for _, f := range sn {
		r.serial(f.Tag, f.Value)
	}
	slices.SortStableFunc(published, func(a, b Field) int { return strings.Index("PY DA Y1", a.Tag) - strings.Index("PY DA Y1", b.Tag) })
	r.issue(published)
	return r
}

// numbered are types that have a number of their own.
var numbered = []string{"report", "legislation", "bill", "patent", "standard"}

func firstOf(lists ...[]Field) string { return firstOther("", lists...) }

func firstOther(than string, lists ...[]Field) string {
	for _, fs := range lists {
		for _, f := range fs {
			if v := line(f.Value); v != "" && v != than {
				return v
			}
		}
	}
	return ""
}

// urls splits a list of addresses; a single one stays whole, whatever stands in it.
func urls(s string) []string {
	parts := strings.FieldsFunc(s, func(r rune) bool { return r == ';' || r == ' ' })
	for _, p := range parts {
		if !strings.Contains(p, "://") {
			return []string{s}
		}
	}
	return parts
}

var notDigit = pattern.Late(`[^0-9Xx]+`)

// serial sorts a standard number by its length: eight signs are an ISSN, ten or thirteen an ISBN.
func (r *Record) serial(tag, v string) {
	if v = line(v); v == "" {
		return
	}
	digits := notDigit().ReplaceAllString(v, "")
	switch {
	case len(digits) == 8:
		r.first(&r.ISSN, tag, v)
	case len(digits) == 10 || len(digits) == 13 || r.Type == "book" || r.Type == "chapter":
		r.first(&r.ISBN, tag, v)
	default:
		r.first(&r.ISSN, tag, v)
	}
}

// risText are the fields that RIS has a tag for.
var risText = map[string]string{
	"id": "ID", "title": "TI", "title-short": "ST", "title-translated": "TT", "author": "AU", "editor": "A2",
	"contributor:collection-editor": "A3", "contributor:translator": "A4", "container": "T2", "container-short": "J2", "collection": "T3",
	"publisher": "PB", "place": "CY", "volume": "VL", "issue": "IS", "edition": "ET", "doi": "DO", "isbn": "SN", "issn": "SN",
	"url": "UR", "language": "LA", "abstract": "AB", "keyword": "KW", "note": "N1",
}

var risWord = pattern.Late(`^[A-Z0-9]{2,12}$`)

var risFree = pattern.Late(`^[A-Z][A-Z0-9]$`)

func writeRIS(out io.Writer, records []Record) error {
	w := bufio.NewWriter(out)
	put := func(tag, value string) {
		w.WriteString(tag + "  - ")
		for i, l := range strings.Split(value, "\n") {
			_, _, looks := risTag(l)
			_, strange := foreign(l, RIS)
			switch {
			case i > 0 && (looks || strange):
				w.WriteString(" ") // or it would be read as a field
			case i > 0:
				w.WriteString("\r\n")
			}
			w.WriteString(l)
		}
		w.WriteString("\r\n")
	}
	for _, r := range records {
		said := risName(r.Type)
		asType, asText := false, false // whether the type and its own word have been said
		if csl, written := risType(r.TypeAs); csl == r.Type || csl == "" && r.Type == "document" && written == "GEN" && risWord().MatchString(r.TypeAs) {
			said, asType, asText = r.TypeAs, true, true
		} else if said != "" {
			asType = true
		} else {
			said = "GEN"
		}
		put("TY", said)
		for _, f := range r.fields() {
			tag, known := risText[f.Tag]
			switch {
			case f.Tag == "type" && asType, f.Tag == "type-as" && asText:
			case f.Tag == "issued":
				d := r.Issued
				if d.Year > 0 {
					put("PY", edtf(d.Year, 0, 0))
				}
				if d.Literal != "" || d.Month > 0 || d.Season > 0 || d.EndYear > 0 || d.Circa {
					put("DA", strings.ReplaceAll(f.Value, "-", risDash(d)))
				}
			case f.Tag == "accessed" && r.Accessed.Year > 0:
				put("Y2", strings.ReplaceAll(f.Value, "-", risDash(r.Accessed)))
			case f.Tag == "pages":
				if a, b, ok := strings.Cut(f.Value, "-"); ok && a != "" && b != "" && a != b && !strings.Contains(b, "-") {
					put("SP", a)
					put("EP", b)
				} else {
					put("SP", f.Value)
				}
			case f.Tag == "number" && slices.Contains(numbered, r.Type):
				put("M1", f.Value)
			case f.Tag == "container-short" && r.Container == "":
				put("N1", carry(f))
			case f.Tag == "container" && slices.Contains(serials, r.Type):
				put("JF", f.Value)
			case known && f.Tag != "isbn" && f.Tag != "issn" && f.Tag != "note" && f.Tag != "url":
				put(tag, f.Value)
			case f.Tag == "isbn" || f.Tag == "issn":
				probe := Record{Type: r.Type}
				probe.serial("SN", f.Value)
				if f.Tag == "isbn" && probe.ISBN != "" || f.Tag == "issn" && probe.ISSN != "" {
					put("SN", f.Value)
				} else {
					put("N1", carry(f))
				}
			case f.Tag == "url" && len(urls(f.Value)) == 1:
				put("UR", f.Value)
			case f.Tag == "note":
				put("N1", f.Value)
			case strings.HasPrefix(f.Tag, "label:"):
				put("N1", labelNote(Field{strings.TrimPrefix(f.Tag, "label:"), f.Value}))
			case strings.HasPrefix(f.Tag, "other:"):
				tag := strings.TrimPrefix(f.Tag, "other:")
				if risFree().MatchString(tag) && !slices.Contains(risKnown, tag) || tag == "UR" && r.URL != "" && len(urls(f.Value)) == 1 {
					put(tag, f.Value)
				} else {
					put("N1", carry(f))
				}
			default:
				put("N1", carry(f))
			}
		}
		w.WriteString("ER  - \r\n\r\n")
	}
	return w.Flush()
}

// risDash is how RIS divides a date; only a plain one is written so.
func risDash(d Date) string {
	if d.Literal != "" || d.Season > 0 || d.EndYear > 0 || d.Circa {
		return "-"
	}
	return "/"
}
