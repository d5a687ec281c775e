package biblio

import (
	"bufio"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"throughline/internal/pattern"
)

// bibTypes give the CSL type of each entry type; the first of several is how the CSL type is written.
var bibTypes = []struct{ bib, csl string }{
	{"article", "article-journal"}, {"book", "book"}, {"mvbook", "book"}, {"collection", "book"}, {"mvcollection", "book"}, {"proceedings", "book"}, {"mvproceedings", "book"},
	{"reference", "book"}, {"incollection", "chapter"}, {"inbook", "chapter"}, {"suppbook", "chapter"}, {"suppcollection", "chapter"}, {"bookinbook", "chapter"},
	{"inproceedings", "paper-conference"}, {"conference", "paper-conference"}, {"thesis", "thesis"}, {"phdthesis", "thesis"}, {"mastersthesis", "thesis"},
	{"techreport", "report"}, {"report", "report"}, {"manual", "report"}, {"online", "webpage"}, {"electronic", "webpage"}, {"www", "webpage"}, {"webpage", "webpage"}, {"misc", "document"},
	{"unpublished", "manuscript"}, {"booklet", "pamphlet"}, {"patent", "patent"}, {"periodical", "periodical"}, {"dataset", "dataset"}, {"software", "software"},
	{"legislation", "legislation"}, {"legal", "legislation"}, {"jurisdiction", "legal_case"}, {"standard", "standard"}, {"movie", "motion_picture"}, {"video", "motion_picture"},
	{"audio", "song"}, {"music", "song"}, {"artwork", "graphic"}, {"image", "graphic"}, {"letter", "personal_communication"}, {"inreference", "entry-encyclopedia"}, {"review", "review"},
	{"performance", "performance"},
}

func bibType(said string) string {
	for _, t := range bibTypes {
		if strings.EqualFold(t.bib, said) {
			return t.csl
		}
	}
	return ""
}

func bibName(csl string) string {
	for _, t := range bibTypes {
		if t.csl == csl {
			return t.bib
		}
	}
	return ""
}

// entry is an entry of a .bib file, its values with macros put in but otherwise as they stand.
type entry struct {
	kind, key string
	line      int
	fields    []Field // tags as in the source
}

func (e *entry) get(name string) string {
	for _, f := range e.fields {
		if strings.EqualFold(f.Tag, name) {
			return f.Value
		}
	}
	return ""
}

var monthWords = strings.Fields("January February March April May June July August September October November December")

type bibReader struct {
	s      string
	i      int
	at     int // place up to which lines are counted
	line   int
	macros map[string]string
	strict bool // a brace is never closed somewhere: from then on an entry ends where the next begins
}

func (b *bibReader) lineAt(i int) int {
	if i < b.at {
		b.line -= lineCount(b.s[i:b.at])
	} else {
		b.line += lineCount(b.s[b.at:i])
	}
	b.at = i
	return b.line
}

func lineCount(s string) int {
	return strings.Count(s, "\n") + strings.Count(s, "\r") - strings.Count(s, "\r\n")
}

var nextEntry = pattern.Late(`(?:\n|\r)[ \t]*@[ \t]*[A-Za-z]+\s*[{(]`)

func (f *File) readBibTeX(s string) {
	b := &bibReader{s: s, line: 1, macros: map[string]string{}}
	for _, m := range monthWords {
		b.macros[strings.ToLower(m[:3])] = m
	}
	var entries []*entry
	var x stray
	preambles := 0
	for {
		at := strings.IndexByte(s[b.i:], '@')
		if at < 0 {
			at = len(s) - b.i
		}
		f.strayText(&x, s[b.i:b.i+at], b.lineAt(b.i))
		if b.i += at; b.i >= len(s) {
			break
		}
		start := b.i
		line := b.lineAt(start)
		b.i++
		b.blank()
		kind := b.word()
		b.blank()
		open := b.peek()
		switch {
		case kind == "" || open != '{' && open != '(':
			if strings.EqualFold(kind, "comment") {
				b.toLineEnd()
			}
			continue
		case strings.EqualFold(kind, "comment"):
			if _, ok := b.value(); !ok {
				b.i = start + 1
				b.toLineEnd()
			}
			continue
		case strings.EqualFold(kind, "preamble"):
			preambles++
			if _, ok := b.value(); !ok {
				b.i = start + 1
				b.toLineEnd()
			}
			continue
		}
		e, why := b.entry(kind)
		if why != "" {
			f.refuse(line, "%s", why)
			b.i = start + 1
			if next := nextEntry().FindStringIndex(s[b.i:]); next != nil {
				b.i += next[0]
			} else {
				b.i = len(s)
			}
			continue
		}
		if e != nil {
			e.line = line
			entries = append(entries, e)
		}
	}
	if preambles > 0 {
		f.note("%d @preamble of TeX commands passed over", preambles)
	}
	x.tell(f)
	byKey := map[string]*entry{}
	for _, e := range entries {
		key := strings.ToLower(e.key)
		if byKey[key] != nil && key != "" {
			f.note("the key %s on line %d stands on line %d already; both records are kept", e.key, e.line, byKey[key].line)
			continue
		}
		byKey[key] = e
	}
	for _, e := range entries {
		e.inherit(byKey)
	}
	for _, e := range entries {
		if e.kind != "xdata" {
			f.keep(bibRecord(e))
		} else {
			f.refuse(e.line, "it is only data for other entries (@xdata), to which it was added")
		}
	}
}

// strayText looks at what stands between entries, which BibTeX takes for comments.
func (f *File) strayText(x *stray, s string, line int) {
	if strings.TrimSpace(s) == "" {
		return
	}
	sc := &scanner{rest: s, line: line - 1}
	for sc.next() {
		if l := strings.TrimSpace(sc.text); l != "," && l != "}" && !strings.HasPrefix(l, "%") {
			x.take(f, sc.text, sc.line)
		}
	}
}

func (b *bibReader) peek() byte {
	if b.i < len(b.s) {
		return b.s[b.i]
	}
	return 0
}

func (b *bibReader) blank() {
	for b.i < len(b.s) && strings.IndexByte(" \t\r\n", b.s[b.i]) >= 0 {
		b.i++
	}
}

func (b *bibReader) toLineEnd() {
	for b.i < len(b.s) && b.s[b.i] != '\n' && b.s[b.i] != '\r' {
		b.i++
	}
}

func (b *bibReader) word() string {
	start := b.i
	for b.i < len(b.s) && (isLetter(b.s[b.i]) || b.i > start && (b.s[b.i] == '_' || b.s[b.i] == '-' || b.s[b.i] >= '0' && b.s[b.i] <= '9')) {
		b.i++
	}
	return b.s[start:b.i]
}

// value reads {…}, (…) or "…" from its first sign on, and gives what stands between. Braces count as BibTeX counts them,
// with or without a backslash before them; where that fails, those with one are left out.
func (b *bibReader) value() (string, bool) {
	for _, escaped := range []bool{true, false} {
		if v, end, ok := b.balanced(escaped); ok {
			b.i = end
			return v, true
		}
		if b.strict {
			break
		}
	}
	b.strict = true
	return "", false
}

func (b *bibReader) balanced(escapedCount bool) (string, int, bool) {
	open := b.s[b.i]
	closing := map[byte]byte{'{': '}', '(': ')', '"': '"'}[open]
	depth := 0
	limit := min(len(b.s), b.i+MaxField)
	for i := b.i + 1; i < limit; i++ {
		switch c := b.s[i]; {
		case c == '\\' && !escapedCount:
			i++
		case c == closing && depth == 0:
			return b.s[b.i+1 : i], i + 1, true
		case c == '{':
			depth++
		case c == '}':
			if depth--; depth < 0 {
				return "", 0, false
			}
		case (c == '\n' || c == '\r') && b.strict:
			if loc := nextEntry().FindStringIndex(b.s[i:min(len(b.s), i+80)]); loc != nil && loc[0] == 0 {
				return "", 0, false
			}
		}
	}
	return "", 0, false
}

// entry reads an entry from its opening brace on. Why it cannot be read is told in words.
func (b *bibReader) entry(kind string) (*entry, string) {
	closing := byte('}')
	if b.s[b.i] == '(' {
		closing = ')'
	}
	b.i++
	e := &entry{kind: strings.ToLower(kind)}
	macro := e.kind == "string"
	if !macro {
		start := b.i
		for b.i < len(b.s) && b.s[b.i] != ',' && b.s[b.i] != closing && b.s[b.i] != '=' && b.s[b.i] != '{' && b.s[b.i] != '"' {
			b.i++
		}
		if b.i == len(b.s) {
			return nil, "it breaks off after its type; the file may have been cut short"
		}
		switch b.s[b.i] {
		case '=', '{', '"': // no key at all
			b.i = start
		default:
			e.key = line(b.s[start:b.i])
		}
		if b.peek() == ',' {
			b.i++
		}
	}
	for {
		b.blank()
		switch c := b.peek(); {
		case b.i >= len(b.s):
			return nil, "its closing brace is missing; the file may have been cut short"
		case c == closing:
			b.i++
			if macro {
				return nil, ""
			}
			return e, ""
		case c == ',':
			b.i++
			continue
		case c == '%': // a comment, which BibTeX does not know but biber does
			b.toLineEnd()
			continue
		}
		start := b.i
		for b.i < len(b.s) && strings.IndexByte("={}\"#,\n", b.s[b.i]) < 0 && b.s[b.i] != closing {
			b.i++
		}
		name := line(b.s[start:b.i])
		b.blank()
		if b.peek() != '=' {
			if b.peek() == closing || b.peek() == ',' && name != "" { // a name without a value
				continue
			}
			return nil, fmt.Sprintf("a field is not written as name = value on line %d (%q)", b.lineAt(start), short(b.s[start:min(len(b.s), start+40)]))
		}
		b.i++
		v, why := b.concatenated(closing)
		if why != "" {
			return nil, fmt.Sprintf("the value of the field %q that starts on line %d %s", short(name), b.lineAt(start), why)
		}
		if macro {
			b.macros[strings.ToLower(name)] = v
		} else if name != "" {
			e.fields = append(e.fields, Field{name, v})
		}
		if len(e.fields) > MaxFields {
			return nil, fmt.Sprintf("it has more than %d fields", MaxFields)
		}
	}
}

func short(s string) string {
	s = line(s)
	if len(s) > 40 {
		s = strings.ToValidUTF8(s[:40], "") + "…"
	}
	return s
}

// concatenated reads a value: parts joined by #.
func (b *bibReader) concatenated(closing byte) (string, string) {
	var out strings.Builder
	for {
		b.blank()
		switch c := b.peek(); {
		case c == '{' || c == '"':
			v, ok := b.value()
			if !ok {
				return "", fmt.Sprintf("is not closed, or longer than %d bytes", MaxField)
			}
			out.WriteString(v)
		case c == 0:
			return "", "is missing; the file may have been cut short"
		default:
			start := b.i
			for b.i < len(b.s) && strings.IndexByte(",#{}\"\r\n", b.s[b.i]) < 0 && b.s[b.i] != closing {
				b.i++
			}
			name := strings.TrimSpace(b.s[start:b.i])
			if v, ok := b.macros[strings.ToLower(name)]; ok {
				out.WriteString(v)
			} else {
				out.WriteString(name)
			}
		}
		if out.Len() > MaxField {
			return "", fmt.Sprintf("is longer than %d bytes", MaxField)
		}
		b.blank()
		if b.peek() != '#' {
			return out.String(), ""
		}
		b.i++
	}
}

// handed are the fields that an entry takes from the one that crossref names, as far as it has none of its own.
var handed = strings.Fields("year date month publisher address location series volume number edition isbn issn language langid editor organization institution eventdate eventtitle venue booktitle journal journaltitle")

var yearNames = []string{"year", "date"}

func (e *entry) inherit(byKey map[string]*entry) {
	for _, name := range []string{"xdata", "crossref"} {
		for _, key := range strings.Split(e.get(name), ",") {
			parent := byKey[strings.ToLower(strings.TrimSpace(key))]
			if parent == nil || parent == e || strings.TrimSpace(key) == "" {
				continue
			}
			own := len(e.fields)
			has := func(tag string) bool {
				if slices.Contains(yearNames, tag) && (e.get("year") != "" || e.get("date") != "") {
					return !slices.ContainsFunc(e.fields[own:], func(f Field) bool { return slices.Contains(yearNames, strings.ToLower(f.Tag)) })
				}
				return e.get(tag) != ""
			}
			for _, f := range parent.fields[:min(len(parent.fields), 1000)] {
				tag := strings.ToLower(f.Tag)
				switch {
				case name == "xdata":
					if !has(tag) {
						e.fields = append(e.fields, f)
					}
				case tag == "title" && strings.HasPrefix(e.kind, "in") && e.get("booktitle") == "":
					e.fields = append(e.fields, Field{"booktitle", f.Value})
				case tag == "subtitle" && strings.HasPrefix(e.kind, "in") && e.get("booksubtitle") == "" && e.get("booktitle") == parent.get("title"):
					e.fields = append(e.fields, Field{"booksubtitle", f.Value})
				case slices.Contains(handed, tag) && !has(tag):
					e.fields = append(e.fields, f)
				}
			}
		}
	}
}

// bibText are the fields with a value of one text, in the order in which the first wins.
var bibText = map[string]string{
	"shorttitle": "title-short", "journal": "container", "journaltitle": "container", "shortjournal": "container-short", "series": "collection", "publisher": "publisher",
	"address": "place", "location": "place", "volume": "volume", "edition": "edition", "pages": "pages", "isbn": "isbn", "issn": "issn", "pmid": "pmid", "pmcid": "pmcid",
	"language": "language", "langid": "language", "abstract": "abstract",
}

// bibRoles are the fields with names, and the roles that they give.
var bibRoles = map[string]string{"translator": "translator", "bookauthor": "container-author", "director": "director", "interviewer": "interviewer", "illustrator": "illustrator", "collaborator": "contributor"}

var (
	bibNote     = pattern.Late(`^(note\d*|annote|annotation)$`)
	bibFree     = pattern.Late(`^[A-Za-z][A-Za-z0-9+_.:-]*$`)
	bibKnown    = strings.Fields("title subtitle author editor booktitle booksubtitle number issue doi url keywords keyword date year month day urldate eventdate institution school organization howpublished entrysubtype note annote annotation lastchecked")
	bibVerbatim = strings.Fields("file url doi pdf eprint urlraw verba verbb verbc local-url")
	texEscaped  = strings.NewReplacer(`\_`, "_", `\%`, "%", `\&`, "&", `\#`, "#", `\~{}`, "~", `\~`, "~", `{\textasciitilde}`, "~", `\textasciitilde{}`, "~", `\$`, "$")
	urlCommand  = pattern.Late(`^\\(?:url|href)\s*\{([^{}]*)\}(?:\s*\{.*\})?$`)
)

func bibRecord(e *entry) Record {
	r := Record{Line: e.line, ID: e.key}
	csl := bibType(e.kind)
	switch sub := strings.ToLower(tex(e.get("entrysubtype"))); {
	case csl == "article-journal" && sub == "newspaper":
		csl = "article-newspaper"
	case csl == "article-journal" && sub == "magazine":
		csl = "article-magazine"
	}
	r.Type = or(csl, "document")
	if e.kind != bibName(r.Type) && csl != "article-newspaper" && csl != "article-magazine" {
		r.TypeAs = e.kind
	}
	var issued []Field
	var title, subtitle, booktitle, booksubtitle, number, year, month, day string
	var houses, later []Field
	for _, f := range e.fields {
		tag := strings.ToLower(f.Tag)
		raw := f.Value
		name, isText := bibText[tag]
		role, isRole := bibRoles[tag]
		value := ""
		if slices.Contains(bibVerbatim, tag) {
			value = line(texEscaped.Replace(raw))
			if m := urlCommand().FindStringSubmatch(value); m != nil {
				value = m[1]
			}
			if strings.HasPrefix(value, "{") && strings.HasSuffix(value, "}") {
				value = value[1 : len(value)-1]
			}
		} else if tag != "author" && tag != "editor" && !isRole {
			value = lines(tex(raw))
		}
		switch {
		case tag == "title":
			r.first(&title, f.Tag, value)
		case tag == "subtitle":
			r.first(&subtitle, f.Tag, value)
		case tag == "booktitle":
			r.first(&booktitle, f.Tag, value)
		case tag == "booksubtitle":
			r.first(&booksubtitle, f.Tag, value)
		case tag == "author":
			r.Authors = append(r.Authors, bibNames(raw)...)
		case tag == "editor":
			r.Editors = append(r.Editors, bibNames(raw)...)
		case isRole:
			for _, n := range bibNames(raw) {
				r.Contributors = append(r.Contributors, Contributor{role, n})
			}
		case isText:
			if name == "pages" {
				value = dashes.Replace(value)
			}
			for _, t := range text {
				if t.name == name {
					r.first(t.of(&r), f.Tag, value)
				}
			}
		case tag == "doi":
			r.first(&r.DOI, f.Tag, value)
		case tag == "url":
			r.first(&r.URL, f.Tag, value)
		case tag == "howpublished":
			if m := urlCommand().FindStringSubmatch(line(raw)); m != nil && r.URL == "" {
				r.URL = m[1]
			} else {
				later = append(later, Field{f.Tag, value})
			}
		case tag == "institution" || tag == "school" || tag == "organization":
			houses = append(houses, Field{f.Tag, value})
		case tag == "number":
			r.first(&number, f.Tag, value)
		case tag == "issue":
			later = append(later, Field{f.Tag, value})
		case tag == "keywords" || tag == "keyword":
			r.Keywords = append(r.Keywords, splitKeywords(value)...)
		case tag == "date":
			issued = append(issued, Field{f.Tag, value})
		case tag == "year" && year == "":
			year = value
		case tag == "month" && month == "":
			month = value
		case tag == "day" && day == "":
			day = value
		case tag == "urldate" || tag == "lastchecked":
			if d := ParseDate(value); r.Accessed == (Date{}) {
				r.Accessed = d
			} else {
				r.other(f.Tag, value)
			}
		case tag == "eventdate":
			if r.Event == (Date{}) {
				r.Event = ParseDate(value)
			} else {
				r.other(f.Tag, value)
			}
		case bibNote().MatchString(tag):
			r.note(value)
		case tag == "entrysubtype" && (r.Type == "article-newspaper" || r.Type == "article-magazine"):
		default:
			r.other(f.Tag, value)
		}
	}
	join := func(a, b string) string {
		switch {
		case b == "":
			return a
		case a == "":
			return b
		case strings.ContainsRune(":?!.", rune(a[len(a)-1])):
			return a + " " + b
		}
		return a + ": " + b
	}
	r.Title = join(title, subtitle)
	r.first(&r.Container, "booktitle", join(booktitle, booksubtitle))
	for _, h := range houses {
		r.first(&r.Publisher, h.Tag, h.Value)
	}
	switch {
	case number == "":
	case strings.HasPrefix(r.Type, "article") || r.Type == "periodical" || r.Type == "review":
		r.Issue = number
	case slices.Contains(numbered, r.Type):
		r.Number = number
	default:
		r.other("number", number)
	}
	for _, f := range later {
		if strings.EqualFold(f.Tag, "issue") {
			r.first(&r.Issue, f.Tag, f.Value)
		} else {
			r.other(f.Tag, f.Value)
		}
	}
	if n, err := strconv.Atoi(month); err == nil && n >= 1 && n <= 12 {
		month = monthWords[n-1]
	}
	if whole := strings.TrimSpace(day + " " + month + " " + year); whole != "" {
		issued = append(issued, Field{"year", whole})
	}
	r.issue(issued)
	return r
}

// splitTop splits at a word or sign that stands outside braces.
func splitTop(s string, at func(rest string) int) []string {
	var parts []string
	depth, start := 0, 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '{':
			depth++
		case '}':
			depth--
		default:
			if depth > 0 {
				continue
			}
			if n := at(s[i:]); n > 0 {
				parts = append(parts, s[start:i])
				i += n - 1
				start = i + 1
			}
		}
	}
	return append(parts, s[start:])
}

var andWord = pattern.Late(`^\s+(?i:and)\s`)

func bibNames(s string) []Name {
	var ns []Name
	s = " " + strings.TrimSpace(s) + " "
	for _, part := range splitTop(s, func(rest string) int {
		if strings.IndexByte(" \t\r\n", rest[0]) < 0 || len(rest) < 5 {
			return 0
		}
		if loc := andWord().FindStringIndex(rest[:min(len(rest), 40)]); loc != nil {
			return loc[1] - 1
		}
		return 0
	}) {
		if part = strings.TrimSpace(part); part != "" {
			ns = append(ns, bibPerson(part))
		}
	}
	return ns
}

var extended = pattern.Late(`(?i)^\s*"?(family|given|prefix|suffix)[a-z-]*\s*=`)

// bibPerson takes a name apart as BibTeX does: First von Last; von Last, First; von Last, Jr, First; or family=…, given=….
func bibPerson(s string) Name {
	comma := func(rest string) int {
		if rest[0] == ',' {
			return 1
		}
		return 0
	}
	parts := splitTop(s, comma)
	if extended().MatchString(s) {
		var n Name
		for _, p := range parts {
			key, v, ok := strings.Cut(strings.Trim(strings.TrimSpace(p), `"`), "=")
			v = line(tex(v))
			switch k := strings.ToLower(strings.TrimSpace(key)); {
			case !ok:
			case k == "family":
				n.Family = v
			case k == "given":
				n.Given = v
			case k == "prefix":
				n.Particle = v
			case k == "suffix":
				n.Suffix = v
			}
		}
		return makeName(strings.TrimSpace(n.Particle+" "+n.Family), n.Given, n.Suffix)
	}
	if strings.HasPrefix(s, "{") && len(splitTop(s, func(rest string) int { return 0 })) == 1 && wholeGroup(s) {
		return Name{Literal: line(tex(s))}
	}
	plain := func(s string) string { return line(tex(s)) }
	switch len(parts) {
	case 1:
	case 2:
		return makeName(plain(parts[0]), plain(parts[1]), "")
	default:
		if end := plain(parts[1]); suffix().MatchString(end) || len(parts) == 3 && len(end) < 4 {
			return makeName(plain(parts[0]), plain(strings.Join(parts[2:], ",")), end)
		}
		return ParseName(plain(s))
	}
	words := splitTop(s, func(rest string) int {
		if unicode.IsSpace(rune(rest[0])) || rest[0] == '~' {
			return 1
		}
		return 0
	})
	words = slices.DeleteFunc(words, func(w string) bool { return w == "" })
	if len(words) < 2 {
		return Name{Literal: plain(s)}
	}
	von, last := -1, len(words)-1
	for i := range words[:len(words)-1] {
		if !strings.HasPrefix(words[i], "{") && lowerFirst(plain(words[i])) {
			if von < 0 {
				von = i
			}
			last = i + 1
		}
	}
	first := last
	if von >= 0 {
		first = von
	}
	if n := plain(words[len(words)-1]); von < 0 && len(words) > 2 && suffix().MatchString(n) && n != "V" && n != "v" {
		return makeName(plain(words[len(words)-2]), plain(strings.Join(words[:len(words)-2], " ")), n)
	}
	return makeName(plain(strings.Join(words[first:], " ")), plain(strings.Join(words[:first], " ")), "")
}

// wholeGroup tells whether the brace that opens a text closes at its end.
func wholeGroup(s string) bool {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return i == len(s)-1
			}
		}
	}
	return false
}

func (n Name) bib() string {
	if n.Literal == "others" {
		return "others"
	}
	if n.Literal != "" || n.Family == "" {
		return "{" + toTeX(n.Literal) + "}"
	}
	safe := func(s string) string {
		s = toTeX(s)
		if andWord().MatchString(" "+s+" ") || strings.Contains(strings.ToLower(s), " and ") || strings.Contains(s, ",") {
			return "{" + s + "}"
		}
		return s
	}
	s := safe(strings.TrimSpace(n.Particle + " " + n.Family))
	if n.Suffix != "" {
		s += ", " + safe(n.Suffix)
	}
	return s + ", " + safe(n.Given)
}

// bibField are the fields that BibTeX has a name for.
var bibField = map[string]string{"title-short": "shorttitle", "container-short": "shortjournal", "collection": "series", "publisher": "publisher", "place": "address",
	"volume": "volume", "edition": "edition", "isbn": "isbn", "issn": "issn", "pmid": "pmid", "pmcid": "pmcid", "language": "language", "abstract": "abstract",
	"accessed": "urldate", "event": "eventdate", "doi": "doi", "url": "url"}

var badKey = pattern.Late(`[^\p{L}\p{N}_:./+-]+`)

func writeBibTeX(out io.Writer, records []Record) error {
	w := bufio.NewWriter(out)
	used := map[string]bool{}
	for i, r := range records {
		key := badKey().ReplaceAllString(r.ID, "-")
		if key == "" {
			key = "ref-" + strconv.Itoa(i+1)
		}
		for n, base := 2, key; used[strings.ToLower(key)]; n++ {
			key = base + "-" + strconv.Itoa(n)
		}
		used[strings.ToLower(key)] = true
		kind := or(bibName(r.Type), "misc")
		subtype := ""
		if r.Type == "article-newspaper" || r.Type == "article-magazine" {
			kind, subtype = "article", strings.TrimPrefix(r.Type, "article-")
		}
		saidType := subtype != "" || bibName(r.Type) != ""
		saidAs := false
		if csl := bibType(r.TypeAs); subtype == "" && r.TypeAs != "" && (csl == r.Type || csl == "" && r.Type == "document") && ownWord(r.TypeAs) {
			kind, saidAs, saidType = r.TypeAs, true, true
		}
		fmt.Fprintf(w, "@%s{%s,\n", kind, key)
		put := func(name, value string) { fmt.Fprintf(w, "  %s = {%s},\n", name, value) }
		notes := 0
		note := func(s string) {
			notes++
			name := "note"
			if notes > 1 {
				name += strconv.Itoa(notes)
			}
			put(name, toTeX(s))
		}
		if subtype != "" {
			put("entrysubtype", subtype)
		}
		done := map[string]bool{}
		names := func(tag string, ns []Name) {
			if done[tag] {
				return
			}
			done[tag] = true
			var all []string
			for _, n := range ns {
				all = append(all, n.bib())
			}
			put(tag, strings.Join(all, " and "))
		}
		for _, f := range r.fields() {
			kindOf, rest, _ := strings.Cut(f.Tag, ":")
			name := bibField[f.Tag]
			switch {
			case f.Tag == "id" && f.Value == key, f.Tag == "type" && saidType, f.Tag == "type-as" && saidAs:
			case f.Tag == "title":
				put("title", "{"+toTeX(f.Value)+"}")
			case f.Tag == "author":
				names("author", r.Authors)
			case f.Tag == "editor":
				names("editor", r.Editors)
			case kindOf == "contributor" && rest != "" && bibTag(rest) != "":
				var ns []Name
				for _, c := range r.Contributors {
					if c.Role == rest {
						ns = append(ns, c.Name)
					}
				}
				names(bibTag(rest), ns)
			case f.Tag == "container" && (r.Type == "chapter" || r.Type == "paper-conference" || strings.HasPrefix(r.Type, "entry")):
				put("booktitle", toTeX(f.Value))
			case f.Tag == "container":
				put("journal", toTeX(f.Value))
			case f.Tag == "publisher" && r.Type == "report":
				put("institution", toTeX(f.Value))
			case f.Tag == "publisher" && r.Type == "thesis":
				put("school", toTeX(f.Value))
			case f.Tag == "issue" && (strings.HasPrefix(r.Type, "article") || r.Type == "periodical" || r.Type == "review"):
				put("number", toTeX(f.Value))
			case f.Tag == "issue":
				put("issue", toTeX(f.Value))
			case f.Tag == "number" && slices.Contains(numbered, r.Type):
				put("number", toTeX(f.Value))
			case f.Tag == "pages":
				put("pages", strings.ReplaceAll(toTeX(strings.ReplaceAll(f.Value, "-", "\x00")), "\x00", "--"))
			case f.Tag == "issued":
				if r.Issued.Year == 0 || f.Value != edtf(r.Issued.Year, 0, 0) {
					put("date", toTeX(f.Value))
				}
				if r.Issued.Year > 0 {
					put("year", edtf(r.Issued.Year, 0, 0))
				}
			case (f.Tag == "doi" || f.Tag == "url") && verbatim(f.Value):
				put(name, f.Value)
			case name != "" && f.Tag != "doi" && f.Tag != "url":
				put(name, toTeX(f.Value))
			case f.Tag == "keyword":
				if !done["keyword"] {
					put("keywords", toTeX(joinKeywords(r.Keywords)))
				}
				done["keyword"] = true
			case f.Tag == "note":
				note(f.Value)
			case kindOf == "label":
				note(labelNote(Field{rest, f.Value}))
			case kindOf == "other" && bibFree().MatchString(rest) && !bibReads(rest) && (!slices.Contains(bibVerbatim, strings.ToLower(rest)) || verbatim(f.Value)):
				if slices.Contains(bibVerbatim, strings.ToLower(rest)) {
					put(rest, f.Value)
				} else {
					put(rest, toTeX(f.Value))
				}
			default:
				note(carry(f))
			}
		}
		w.WriteString("}\n\n")
	}
	return w.Flush()
}

// ownWord tells of a word that can stand as an entry type and means no command.
func ownWord(s string) bool {
	return regexp.MustCompile(`^[a-z]+$`).MatchString(s) && !slices.Contains([]string{"comment", "string", "preamble", "xdata"}, s)
}

func bibTag(role string) string {
	for tag, r := range bibRoles {
		if r == role {
			return tag
		}
	}
	return ""
}

// bibReads tells whether a field name means something to bibRecord.
func bibReads(name string) bool {
	tag := strings.ToLower(name)
	_, isText := bibText[tag]
	_, isRole := bibRoles[tag]
	return isText || isRole || slices.Contains(bibKnown, tag) || bibNote().MatchString(tag) || tag == "crossref" || tag == "xdata"
}

// verbatim tells whether a value can stand as it is where no command is read.
func verbatim(s string) bool { return !strings.ContainsAny(s, `{}\`+"\n") }
