package biblio

import (
	"bytes"
	"encoding/json"
	"io"
	"slices"
	"strconv"
	"strings"
)

// cslText are the fields that CSL-JSON has a variable for (CSL 1.0.2).
var cslText = map[string]string{
	"id": "id", "type": "type", "title": "title", "title-short": "title-short", "container-title": "container", "container-title-short": "container-short",
	"collection-title": "collection", "publisher": "publisher", "publisher-place": "place", "volume": "volume", "issue": "issue", "number": "number",
	"edition": "edition", "page": "pages", "DOI": "doi", "ISBN": "isbn", "ISSN": "issn", "PMID": "pmid", "PMCID": "pmcid", "URL": "url",
	"abstract": "abstract", "language": "language", "shortTitle": "title-short", "journalAbbreviation": "container-short",
	"archive_location": "archived",
}

var cslDates = map[string]string{"issued": "issued", "accessed": "accessed", "event-date": "event"}

// cslNames are the roles of people in CSL beside author and editor.
var cslNames = strings.Fields("chair collection-editor compiler composer container-author contributor curator director editorial-director executive-producer guest host illustrator interviewer narrator organizer original-author performer producer recipient reviewed-author script-writer series-creator translator editor-translator")

// cslFree are the other variables of CSL: they are kept as they are.
var cslFree = strings.Fields("annote archive archive-place archive_collection authority available-date call-number chapter-number citation-key citation-label citation-number collection-number dimensions division event event-place event-title first-reference-note-number genre jurisdiction locator medium number-of-pages number-of-volumes original-date original-publisher original-publisher-place original-title page-first part-number part-title printing-number references reviewed-genre reviewed-title scale section source status submitted supplement-number version volume-title volume-title-short year-suffix categories")

// member is a member of a JSON object, in its order.
type member struct {
	key string
	raw json.RawMessage
}

func members(raw []byte) ([]member, bool) {
	d := json.NewDecoder(bytes.NewReader(raw))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, false
	}
	var ms []member
	for d.More() {
		t, err := d.Token()
		key, ok := t.(string)
		if err != nil || !ok {
			return nil, false
		}
		var v json.RawMessage
		if d.Decode(&v) != nil {
			return nil, false
		}
		ms = append(ms, member{key, v})
	}
	return ms, true
}

// plainJSON is a value as text: a string or number as it reads, anything else as compact JSON.
func plainJSON(raw []byte) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	var b bytes.Buffer
	if json.Compact(&b, raw) != nil {
		return ""
	}
	if b.String() == "null" {
		return ""
	}
	return b.String()
}

// readCSL reads CSL-JSON: a list of items, an object with a list called items, or one item.
func (f *File) readCSL(s string) error {
	s = strings.TrimLeft(s, "\ufeff \t\r\n")
	if strings.HasPrefix(s, "{") {
		var whole json.RawMessage
		if json.Unmarshal([]byte(s), &whole) != nil {
			return wrong("the JSON breaks off or is not well formed, so that nothing in it can be read")
		}
		ms, _ := members(whole)
		for _, m := range ms {
			if m.key == "items" && bytes.HasPrefix(bytes.TrimSpace(m.raw), []byte("[")) {
				return f.readItems(string(m.raw), strings.Count(s[:strings.Index(s, string(m.raw))], "\n"))
			}
		}
		if slices.ContainsFunc(ms, func(m member) bool { return m.key == "type" && bytes.HasPrefix(m.raw, []byte(`"`)) }) {
			return f.readItems("["+s+"]", 0)
		}
		return wrong("the file is JSON, but not CSL-JSON: that is a list of items, each with its type")
	}
	return f.readItems(s, 0)
}

func (f *File) readItems(s string, linesBefore int) error {
	d := json.NewDecoder(strings.NewReader(s))
	if t, err := d.Token(); err != nil || t != json.Delim('[') {
		return wrong("the file is JSON, but not CSL-JSON: that is a list of items, each with its type")
	}
	at, line := 0, linesBefore+1
	for d.More() {
		from := int(d.InputOffset())
		for from < len(s) && strings.ContainsRune(", \t\r\n", rune(s[from])) {
			from++
		}
		line += strings.Count(s[at:from], "\n")
		at = from
		var raw json.RawMessage
		if d.Decode(&raw) != nil {
			f.refuse(line, "the JSON of this item breaks off or is not well formed; nothing after it could be read")
			return nil
		}
		r, ok := cslRecord(raw)
		if !ok {
			f.refuse(line, "it is no item: each is an object with a type and a title")
			continue
		}
		r.Line = line
		f.keep(r)
	}
	if _, err := d.Token(); err != nil {
		f.note("the list has no end; the file may have been cut short")
	}
	return nil
}

func cslRecord(raw []byte) (Record, bool) {
	var r Record
	ms, ok := members(raw)
	if !ok {
		return r, false
	}
	var extra []Field
	for _, m := range ms {
		name, known := cslText[m.key]
		date, isDate := cslDates[m.key]
		switch {
		case known:
			for _, t := range text {
				if t.name == name {
					r.first(t.of(&r), m.key, plainJSON(m.raw))
				}
			}
		case isDate:
			d, ok := cslDate(m.raw)
			if !ok {
				r.other(m.key, plainJSON(m.raw))
			}
			for _, t := range dates {
				if t.name == date && ok {
					*t.of(&r) = d
				}
			}
		case m.key == "author" || m.key == "editor" || slices.Contains(cslNames, m.key):
			ns, ok := cslPeople(m.raw)
			switch {
			case !ok:
				r.other(m.key, plainJSON(m.raw))
			case m.key == "author":
				r.Authors = ns
			case m.key == "editor":
				r.Editors = ns
			default:
				for _, n := range ns {
					r.Contributors = append(r.Contributors, Contributor{m.key, n})
				}
			}
		case m.key == "keyword":
			r.Keywords = append(r.Keywords, splitKeywords(plainJSON(m.raw))...)
		case m.key == "note":
			r.note(plainJSON(m.raw))
		case m.key == "custom":
			ms, _ := members(m.raw)
			for _, c := range ms {
				var pairs [][2]string
				if c.key == "throughline" && json.Unmarshal(c.raw, &pairs) == nil {
					for _, p := range pairs {
						extra = append(extra, Field{p[0], p[1]})
					}
				} else {
					r.other("custom."+c.key, plainJSON(c.raw))
				}
			}
		default:
			r.other(m.key, plainJSON(m.raw))
		}
	}
	for _, f := range extra {
		r.set(f.Tag, f.Value)
	}
	return r, true
}

// strangeDate tells of a date in CSL-JSON that ours cannot hold, such as one before our era: it goes back as it came.
func (r Record) strangeDate(key, value string) bool {
	for _, d := range dates {
		if d.name == cslDates[key] && *d.of(&r) == (Date{}) && strings.HasPrefix(value, "{") {
			_, ok := cslDate([]byte(value))
			return !ok
		}
	}
	return false
}

// splitKeywords splits a text of keywords: by semicolons where there are any, else by commas.
func splitKeywords(s string) []string {
	if strings.Contains(s, ";") {
		return strings.Split(s, ";")
	}
	return strings.Split(s, ",")
}

func joinKeywords(ks []string) string {
	if !slices.ContainsFunc(ks, func(k string) bool { return strings.Contains(k, ",") }) {
		return strings.Join(ks, ", ")
	}
	return strings.Join(ks, "; ") + ";"
}

type cslName struct {
	Family   string `json:"family,omitempty"`
	Given    string `json:"given,omitempty"`
	Particle string `json:"non-dropping-particle,omitempty"`
	Dropping string `json:"dropping-particle,omitempty"`
	Suffix   any    `json:"suffix,omitempty"`
	Literal  string `json:"literal,omitempty"`
	Name     string `json:"name,omitempty"`
}

func cslPeople(raw []byte) ([]Name, bool) {
	var people []cslName
	if json.Unmarshal(raw, &people) != nil {
		return nil, false
	}
	var ns []Name
	for _, p := range people {
		if l := or(p.Literal, p.Name); l != "" && p.Family == "" {
			ns = append(ns, Name{Literal: line(l)})
			continue
		}
		end, _ := p.Suffix.(string)
		n := makeName(p.Particle+" "+p.Family, strings.TrimSpace(p.Given+" "+p.Dropping), end)
		if p.Particle != "" && n.Literal == "" { // as it is told, whatever its letters
			n.Particle, n.Family = line(p.Particle), line(p.Family)
		}
		ns = append(ns, n)
	}
	return ns, true
}

func cslDate(raw []byte) (Date, bool) {
	var d struct {
		Parts   [][]any `json:"date-parts"`
		Season  any     `json:"season"`
		Circa   any     `json:"circa"`
		Literal string  `json:"literal"`
		Raw     string  `json:"raw"`
	}
	if json.Unmarshal(raw, &d) != nil {
		var s string
		if json.Unmarshal(raw, &s) == nil && s != "" {
			return ParseDate(s), true
		}
		return Date{}, false
	}
	if s := or(d.Literal, d.Raw); s != "" {
		return ParseDate(s), true
	}
	number := func(v any) int {
		switch v := v.(type) {
		case float64:
			return int(v)
		case string:
			n, _ := strconv.Atoi(strings.TrimSpace(v))
			return n
		}
		return 0
	}
	part := func(i, j int) int {
		if i < len(d.Parts) && j < len(d.Parts[i]) {
			return number(d.Parts[i][j])
		}
		return 0
	}
	out, ok := makeDate(Date{Year: part(0, 0), Month: part(0, 1), Day: part(0, 2)})
	if len(d.Parts) > 1 {
		end, okEnd := makeDate(Date{Year: part(1, 0), Month: part(1, 1), Day: part(1, 2)})
		out, ok = out.until(end), ok && okEnd
	}
	if s := number(d.Season); s >= 1 && s <= 4 && out.Month == 0 {
		out.Season = s
	}
	switch c := d.Circa.(type) {
	case bool:
		out.Circa = c
	case float64:
		out.Circa = c != 0
	case string:
		out.Circa = c != "" && c != "false"
	}
	if !ok || ParseDate(out.String()) != out {
		return Date{}, false
	}
	return out, true
}

// cslTypes are the types of CSL 1.0.2.
var cslTypes = strings.Fields("article article-journal article-magazine article-newspaper bill book broadcast chapter classic collection dataset document entry entry-dictionary entry-encyclopedia event figure graphic hearing interview legal_case legislation manuscript map motion_picture musical_score pamphlet paper-conference patent performance periodical personal_communication post post-weblog regulation report review review-book software song speech standard thesis treaty webpage")

func (n Name) csl() cslName {
	c := cslName{Family: n.Family, Given: n.Given, Particle: n.Particle, Literal: n.Literal}
	if n.Suffix != "" {
		c.Suffix = n.Suffix
	}
	return c
}

func (d Date) csl() any {
	type date struct {
		Parts   [][]int `json:"date-parts,omitempty"`
		Season  int     `json:"season,omitempty"`
		Circa   bool    `json:"circa,omitempty"`
		Literal string  `json:"literal,omitempty"`
	}
	part := func(ns ...int) []int {
		if i := slices.Index(ns, 0); i >= 0 {
			ns = ns[:i]
		}
		return ns
	}
	out := date{Season: d.Season, Circa: d.Circa, Literal: d.Literal}
	if d.Year > 0 {
		out.Parts = append(out.Parts, part(d.Year, d.Month, d.Day))
	}
	if d.EndYear > 0 {
		out.Parts = append(out.Parts, part(d.EndYear, d.EndMonth, d.EndDay))
	}
	if d.EndSeason > 0 && len(out.Parts) == 2 { // one season says nothing of two, so both stand as months do
		out.Season = 0
		out.Parts = [][]int{part(d.Year, max(d.Month, season(d.Season)), d.Day), part(d.EndYear, season(d.EndSeason))}
	}
	return out
}

// cslItem is a record as a CSL-JSON object, in a fixed order.
func (r Record) cslItem() []member {
	var ms []member
	put := func(key string, v any) {
		raw, err := marshal(v)
		if err == nil {
			ms = append(ms, member{key, raw})
		}
	}
	put("id", r.ID) // CSL needs one, if only an empty one
	kind := r.Type
	if !slices.Contains(cslTypes, kind) {
		kind = "document"
	}
	put("type", kind)
	variable := map[string]string{}
	for key, name := range cslText {
		if key != "shortTitle" && key != "journalAbbreviation" {
			variable[name] = key
		}
	}
	var extra [][2]string
	roles := map[string][]cslName{}
	done := map[string]bool{}
	for _, f := range r.fields() {
		kind, name, _ := strings.Cut(f.Tag, ":")
		switch {
		case f.Tag == "id" || f.Tag == "type" && slices.Contains(cslTypes, f.Value):
		case f.Tag == "type":
			extra = append(extra, [2]string{f.Tag, f.Value})
		case variable[f.Tag] != "":
			put(variable[f.Tag], f.Value)
		case f.Tag == "author" || f.Tag == "editor" || f.Tag == "keyword":
			if done[f.Tag] {
				continue
			}
			done[f.Tag] = true
			var people []cslName
			switch f.Tag {
			case "author":
				for _, n := range r.Authors {
					people = append(people, n.csl())
				}
			case "editor":
				for _, n := range r.Editors {
					people = append(people, n.csl())
				}
			default:
				put("keyword", joinKeywords(r.Keywords))
				continue
			}
			put(f.Tag, people)
		case kind == "contributor" && slices.Contains(cslNames, name):
			roles[name] = append(roles[name], ParseName(f.Value).csl())
		case f.Tag == "issued":
			put("issued", r.Issued.csl())
		case f.Tag == "accessed":
			put("accessed", r.Accessed.csl())
		case f.Tag == "event":
			put("event-date", r.Event.csl())
		case f.Tag == "note" && len(r.Notes) == 1:
			put("note", f.Value)
		case kind == "other" && !done[f.Tag] && (slices.Contains(cslFree, name) || r.strangeDate(name, f.Value)):
			done[f.Tag] = true
			if v := strings.TrimSpace(f.Value); (strings.HasPrefix(v, "{") || strings.HasPrefix(v, "[")) && json.Valid([]byte(v)) {
				put(name, json.RawMessage(v))
			} else {
				put(name, f.Value)
			}
		default:
			extra = append(extra, [2]string{f.Tag, f.Value})
		}
	}
	for _, role := range cslNames {
		if len(roles[role]) > 0 {
			put(role, roles[role])
		}
	}
	if len(extra) > 0 {
		put("custom", map[string]any{"throughline": extra})
	}
	return ms
}

func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSpace(b.Bytes()), err
}

func writeCSL(w io.Writer, records []Record) error {
	var b bytes.Buffer
	b.WriteString("[")
	for i, r := range records {
		if i > 0 {
			b.WriteString(",")
		}
		b.WriteString("\n  {")
		for j, m := range r.cslItem() {
			if j > 0 {
				b.WriteString(",")
			}
			b.WriteString("\n    " + strconv.Quote(m.key) + ": ")
			b.Write(m.raw)
		}
		b.WriteString("\n  }")
		if b.Len() > 1<<20 {
			if _, err := w.Write(b.Bytes()); err != nil {
				return err
			}
			b.Reset()
		}
	}
	b.WriteString("\n]\n")
	_, err := w.Write(b.Bytes())
	return err
}
