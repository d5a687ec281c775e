// Package biblio reads and writes lists of references as databases, reference managers and review tools exchange them.
//
// Nothing is lost without a word: every record that a file holds is either kept or refused with its line and the reason,
// fields that a format has no place for travel along under their own name, and come back out.
package biblio

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"throughline/internal/pattern"
)

// Record is one reference as found. Text is plain: one line, except for Abstract, AbstractTranslated, notes and unknown
// fields, whose lines are divided by "\n".
type Record struct {
	Line   int    // where it starts in its file, from 1; in a workbook the row
	ID     string // key as in the source
	Type   string // CSL type, such as article-journal, article-newspaper, report, webpage
	TypeAs string // the type in the source's words, when Type says less than it; such as BLOG or techreport

	Title, TitleShort string
	TitleTranslated   string // beside the original, never in its place
	Authors, Editors  []Name
	Contributors      []Contributor // in any other role

	Container, ContainerShort string // journal, outlet, site or book that holds it
	Collection                string // series
	Publisher, Place          string
	Volume, Issue             string
	Number                    string // of a report, bill or law
	Edition                   string
	Pages                     string // such as 12-34 or e0815
	DOI, ISBN, ISSN           string
	PMID, PMCID               string
	URL                       string
	Language                  string // as in the source: a tag, a code or a name
	Abstract                  string
	AbstractTranslated        string // beside the original

	Issued   Date // when it was published
	Event    Date // when that happened which it tells of, or the conference was held
	Accessed Date // when it was read

	Archived     string // address or path of a kept copy
	ArchivedHash string // of that copy, with the name of the hash in front, such as sha256:…
	ArchivedOn   Date   // when the copy was made
	Credibility  string // how far the source can be trusted, and why

	Keywords []string
	Notes    []string
	Labels   []Field // decisions and marks of review tools, such as RAYYAN-INCLUSION
	Other    []Field // every other field, under the tag it has in the source, in that order
}

// Name is a person, or in Literal an organisation or a name that could not be taken apart.
type Name struct {
	Family, Given string
	Literal       string
	Particle      string // such as "van der", which stays before Family
	Suffix        string // such as Jr.
}

// Contributor is a person in another role than author or editor, named as CSL names it: translator, director, interviewer.
type Contributor struct {
	Role string
	Name
}

// Field is a field that has no place of its own in a Record.
type Field struct{ Tag, Value string }

var (
	suffix   = pattern.Late(`(?i)^(jr|sr|[1-9](st|nd|rd|th)|ii|iii|iv|v|vi|md|phd|esq)\.?$`)
	initials = pattern.Late(`^(\S.*?)[ ,]+((?:\p{Lu}\.[ -]?)+)$`)
)

// ParseName reads "Family, Given", "Family, Given, Jr." or a name without a comma, which is taken as it is: whether it is a
// person nobody can tell. As in EndNote, a comma at the end marks an organisation, and a doubled one is a comma in its name.
func ParseName(s string) Name {
	s = line(s)
	if l, ok := strings.CutSuffix(s, ","); ok || strings.Contains(s, ",,") {
		return Name{Literal: line(strings.ReplaceAll(l, ",,", ","))}
	}
	parts := strings.Split(s, ",")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	if len(parts) == 1 {
		if m := initials().FindStringSubmatch(s); m != nil && !strings.Contains(m[1], ".") {
			return makeName(m[1], m[2], "")
		}
		return Name{Literal: s}
	}
	last := len(parts) - 1
	if len(parts) > 2 && suffix().MatchString(parts[last]) {
		return makeName(parts[0], strings.Join(parts[1:last], ", "), parts[last])
	}
	if len(parts) > 2 && suffix().MatchString(parts[1]) { // as BibTeX writes it
		return makeName(parts[0], strings.Join(parts[2:], ", "), parts[1])
	}
	return makeName(parts[0], strings.Join(parts[1:], ", "), "")
}

// makeName splits small words in front of a family name off, and makes a lone family name a literal one.
func makeName(family, given, end string) Name {
	n := Name{Family: line(family), Given: line(given), Suffix: line(end)}
	if strings.Contains(n.Family, ",") { // no family name then
		return Name{Literal: line(n.Given + " " + n.Family + " " + n.Suffix)}
	}
	words := strings.Fields(n.Family)
	i := 0
	for i < len(words)-1 {
		if r, _ := utf8.DecodeRuneInString(words[i]); !unicode.IsLower(r) {
			break
		}
		i++
	}
	n.Particle, n.Family = strings.Join(words[:i], " "), strings.Join(words[i:], " ")
	if n.Suffix != "" && !suffix().MatchString(n.Suffix) { // no suffix then
		n.Given, n.Suffix = strings.TrimPrefix(n.Given+", "+n.Suffix, ", "), ""
	}
	if n.Family == "" { // no family name then either
		return Name{Literal: strings.TrimSpace(n.Given + " " + n.Suffix)}
	}
	if n.Given == "" && n.Suffix == "" && n.Particle == "" {
		return Name{Literal: n.Family}
	}
	return n
}

// String is the name as ParseName reads it.
func (n Name) String() string {
	if n.Literal != "" || n.Family == "" && n.Given == "" {
		l := n.Literal
		if strings.Contains(l, ",") {
			return strings.Replace(l, ",", ",,", 1) + ","
		}
		if ParseName(l).Literal != l {
			return l + ","
		}
		return l
	}
	s := n.Family
	if n.Particle != "" {
		s = n.Particle + " " + s
	}
	s += ", " + n.Given
	if n.Suffix != "" {
		s += ", " + n.Suffix
	}
	return strings.TrimSpace(s)
}

// line makes a value one line: blanks of any sort become one.
func line(s string) string {
	if tidy(s) {
		return s
	}
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || r == '\ufeff' || r == '\ufffe' || r == '\uffff'
	}), " ")
}

// tidy tells whether line would leave a text as it is, which most are.
func tidy(s string) bool {
	before := byte(' ')
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c < ' ' || c == 0x7f || c == ' ' && before == ' ' || c == 0xc2 || c == 0xe1 || c == 0xe2 || c == 0xe3 || c == 0xef { // the last begin other blanks and marks
			return false
		}
		before = c
	}
	return before != ' ' || s == ""
}

// lines keeps the lines of a value that have something in them.
func lines(s string) string {
	if !strings.ContainsAny(s, "\n\r") {
		return line(s)
	}
	var out []string
	for _, l := range strings.FieldsFunc(s, func(r rune) bool { return r == '\n' || r == '\r' }) {
		if l = line(l); l != "" {
			out = append(out, l)
		}
	}
	return strings.Join(out, "\n")
}

// text lists the fields of one text under the names by which tables and notes carry them.
var text = []struct {
	name string
	of   func(*Record) *string
}{
	{"id", func(r *Record) *string { return &r.ID }},
	{"type", func(r *Record) *string { return &r.Type }},
	{"type-as", func(r *Record) *string { return &r.TypeAs }},
	{"title", func(r *Record) *string { return &r.Title }},
	{"title-short", func(r *Record) *string { return &r.TitleShort }},
	{"title-translated", func(r *Record) *string { return &r.TitleTranslated }},
	{"container", func(r *Record) *string { return &r.Container }},
	{"container-short", func(r *Record) *string { return &r.ContainerShort }},
	{"collection", func(r *Record) *string { return &r.Collection }},
	{"publisher", func(r *Record) *string { return &r.Publisher }},
	{"place", func(r *Record) *string { return &r.Place }},
	{"volume", func(r *Record) *string { return &r.Volume }},
	{"issue", func(r *Record) *string { return &r.Issue }},
	{"number", func(r *Record) *string { return &r.Number }},
	{"edition", func(r *Record) *string { return &r.Edition }},
	{"pages", func(r *Record) *string { return &r.Pages }},
	{"doi", func(r *Record) *string { return &r.DOI }},
	{"isbn", func(r *Record) *string { return &r.ISBN }},
	{"issn", func(r *Record) *string { return &r.ISSN }},
	{"pmid", func(r *Record) *string { return &r.PMID }},
	{"pmcid", func(r *Record) *string { return &r.PMCID }},
	{"url", func(r *Record) *string { return &r.URL }},
	{"language", func(r *Record) *string { return &r.Language }},
	{"abstract", func(r *Record) *string { return &r.Abstract }},
	{"abstract-translated", func(r *Record) *string { return &r.AbstractTranslated }},
	{"archived", func(r *Record) *string { return &r.Archived }},
	{"archived-hash", func(r *Record) *string { return &r.ArchivedHash }},
	{"credibility", func(r *Record) *string { return &r.Credibility }},
}

var dates = []struct {
	name string
	of   func(*Record) *Date
}{
	{"issued", func(r *Record) *Date { return &r.Issued }},
	{"event", func(r *Record) *Date { return &r.Event }},
	{"accessed", func(r *Record) *Date { return &r.Accessed }},
	{"archived-on", func(r *Record) *Date { return &r.ArchivedOn }},
}

// fields is the record as a list, from which set makes it again.
func (r Record) fields() []Field {
	var fs []Field
	add := func(tag, value string) {
		if value != "" {
			fs = append(fs, Field{tag, value})
		}
	}
	for _, t := range text {
		add(t.name, *t.of(&r))
		if t.name == "title-translated" {
			for _, n := range r.Authors {
				add("author", n.String())
			}
			for _, n := range r.Editors {
				add("editor", n.String())
			}
			for _, c := range r.Contributors {
				add("contributor:"+c.Role, c.Name.String())
			}
		}
		if t.name == "edition" {
			for _, d := range dates {
				add(d.name, d.of(&r).String())
			}
		}
	}
	for _, k := range r.Keywords {
		add("keyword", k)
	}
	for _, n := range r.Notes {
		add("note", n)
	}
	for _, l := range r.Labels {
		add("label:"+l.Tag, l.Value)
	}
	for _, o := range r.Other {
		add("other:"+o.Tag, o.Value)
	}
	return fs
}

// set puts back what fields gave; it says whether there is such a field.
func (r *Record) set(tag, value string) bool {
	for _, t := range text {
		if t.name == tag {
			*t.of(r) = value
			return true
		}
	}
	for _, d := range dates {
		if d.name == tag {
			*d.of(r) = ParseDate(value)
			return true
		}
	}
	kind, name, _ := strings.Cut(tag, ":")
	switch {
	case tag == "author":
		r.Authors = append(r.Authors, ParseName(value))
	case tag == "editor":
		r.Editors = append(r.Editors, ParseName(value))
	case tag == "keyword":
		r.Keywords = append(r.Keywords, value)
	case tag == "note":
		r.Notes = append(r.Notes, value)
	case kind == "contributor" && name != "":
		r.Contributors = append(r.Contributors, Contributor{name, ParseName(value)})
	case kind == "label" && name != "":
		r.Labels = append(r.Labels, Field{name, value})
	case kind == "other" && name != "":
		r.Other = append(r.Other, Field{name, value})
	default:
		return false
	}
	return true
}

// other keeps a field that has no place of its own.
func (r *Record) other(tag, value string) {
	if tag = line(tag); tag != "" && lines(value) != "" {
		r.Other = append(r.Other, Field{tag, value})
	}
}

// first fills an empty field; what it says otherwise is kept under its tag.
func (r *Record) first(field *string, tag, value string) {
	value = lines(value)
	switch {
	case value == "" || line(*field) == line(value):
	case *field == "":
		*field = value
	default:
		r.other(tag, value)
	}
}

// carrier is how a note carries a field that a format has no place for.
const carrier = "throughline."

var (
	carryName  = strings.NewReplacer("%", "%25", ": ", "%3A ", "\n", " ")
	carryPlain = strings.NewReplacer("%3A", ":", "%25", "%")
)

func carry(f Field) string { return carrier + carryName.Replace(f.Tag) + ": " + f.Value }

// note takes a note, and opens it when it carries a field or a label of a review tool.
func (r *Record) note(value string) {
	value = lines(value)
	if rest, ok := strings.CutPrefix(value, carrier); ok {
		if tag, v, ok := strings.Cut(rest, ": "); ok && r.set(carryPlain.Replace(tag), v) {
			return
		}
	}
	switch {
	case value == "":
	case strings.HasPrefix(value, "RAYYAN-"):
		for _, part := range strings.Split(value, " | ") {
			if tag, v, ok := strings.Cut(part, ":"); ok && strings.HasPrefix(tag, "RAYYAN-") && line(v) != "" {
				r.Labels = append(r.Labels, Field{tag, line(v)})
			} else {
				r.Notes = append(r.Notes, part)
			}
		}
	case value == "ASReview_relevant" || value == "ASReview_irrelevant" || value == "ASReview_not_seen" || value == "ASReview_prior":
		r.Labels = append(r.Labels, Field{"ASReview", strings.TrimPrefix(value, "ASReview_")})
	default:
		r.Notes = append(r.Notes, value)
	}
}

// labelNote is the note that note opens as the label.
func labelNote(l Field) string {
	switch {
	case l.Tag == "ASReview":
		return "ASReview_" + l.Value
	case strings.HasPrefix(l.Tag, "RAYYAN-") && !strings.Contains(l.Value, " | "):
		return l.Tag + ": " + l.Value
	}
	return carry(Field{"label:" + l.Tag, l.Value})
}

var doi = pattern.Late(`(?i)^(?:https?://)?(?:dx\.)?(?:www\.)?(?:doi\.org/|doi:?\s*)?\s*(10\.\d{3,9}/\S+)$`)

// plainTypes are the words by which formats write a type, which say no more than the type.
func plainTypes(csl string) []string { return []string{csl, risName(csl), nbibName(csl), bibName(csl)} }

// manyLines are the fields whose lines count.
var manyLines = []string{"abstract", "abstract-translated", "credibility"}

// finish brings the values into their one form: single lines where lines mean nothing, bare DOIs, no empty entries.
func (r *Record) finish() {
	for _, t := range text {
		if v := t.of(r); slices.Contains(manyLines, t.name) {
			*v = lines(*v)
		} else {
			*v = line(*v)
		}
	}
	if r.ContainerShort == r.Container {
		r.ContainerShort = ""
	}
	if r.Type == "" {
		r.Type = "document"
	}
	if slices.Contains(plainTypes(r.Type), r.TypeAs) {
		r.TypeAs = ""
	}
	if m := doi().FindStringSubmatch(r.DOI); m != nil {
		r.DOI = m[1]
	}
	for _, f := range append([]Field{{"PMID", r.PMID}}, r.Other...) { // numbers that databases know their records by
		if r.ID == "" && (f.Tag == "PMID" || f.Tag == "AN" || f.Tag == "OID") {
			r.ID = line(f.Value)
		}
	}
	r.Pages = pageDash().ReplaceAllString(dashes.Replace(r.Pages), "-")
	keep := func(all []string, one func(string) string) []string {
		var out []string
		for _, s := range all {
			if s = one(s); s != "" {
				out = append(out, s)
			}
		}
		return out
	}
	var keywords []string
	for _, k := range r.Keywords {
		keywords = append(keywords, strings.Split(k, ";")...)
	}
	r.Keywords = keep(keywords, line)
	r.Notes = keep(r.Notes, lines)
	for _, fs := range []*[]Field{&r.Labels, &r.Other} {
		var out []Field
		for _, f := range *fs {
			if f.Tag, f.Value = line(f.Tag), lines(f.Value); f.Tag != "" && f.Value != "" {
				out = append(out, f)
			}
		}
		*fs = out
	}
	r.Authors, r.Editors = named(r.Authors), named(r.Editors)
	var others []Contributor
	for _, c := range r.Contributors {
		if c.Role = line(c.Role); c.Role != "" && len(named([]Name{c.Name})) == 1 {
			others = append(others, c)
		}
	}
	r.Contributors = others
}

// named are the names that say something.
func named(ns []Name) []Name {
	var out []Name
	for _, n := range ns {
		if n != (Name{}) {
			out = append(out, n)
		}
	}
	return out
}

var pageDash = pattern.Late(` ?- ?`)

var dashes = strings.NewReplacer("–", "-", "—", "-", "‐", "-", "‑", "-", "−", "-", "--", "-")

// empty tells whether a record says nothing but what sort it is.
func (r Record) empty() bool {
	r.Line, r.Type, r.TypeAs, r.ID = 0, "", "", ""
	return len(r.fields()) == 0
}
