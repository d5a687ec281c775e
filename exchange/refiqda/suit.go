package refiqda

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"
	"unicode/utf8"
)

// undated stands where a program needs a time and nobody knows one. Read, it is none.
const undated = "1970-01-01T00:00:00Z"

// qualcoder makes of a project what the importer of QualCoder (its source of 2026: refi.py) keeps whole. All of it is valid by
// the standard too. That importer
//   - keeps names of codes, sources, cases, variables and notes once each, and stops or loses what comes second;
//   - stops at a region of a picture, a transcript or a note without a time, at a transcript whose name is no file's, and at a
//     second selection without codings that one person made at one place;
//   - gives all codings of a selection to who made the selection, with its description (of a region: its name) as their memo;
//   - reads no notes on codes, sources, selections and codings, no codings of a source, and no cases of sources;
//   - takes a code with the GUID of a case for the case, and what is coded with it for what belongs to the case;
//   - puts what is coded in a transcript one character on, and takes of a PDF what stands in its representation.
func qualcoder(p Project) (Project, []Loss) {
	q := &forQualCoder{p: p, text: map[string]string{}, folded: map[string]bool{}, beside: map[string][]string{}}
	for _, n := range p.Notes {
		q.text[n.GUID] = strings.TrimSpace(cmp.Or(strings.TrimSpace(n.Text), n.Description))
	}
	q.codes()
	q.sources()
	q.variables()
	q.cases()
	q.notes()
	for _, s := range q.p.Sets {
		if len(s.Codes) > 0 {
			q.lose("set", s.GUID, s.Name, "is written, but QualCoder has no groups of codes")
		}
	}
	for _, l := range q.p.Links {
		q.lose("link", l.GUID, l.Name, "is written, but QualCoder does not read links")
	}
	return q.p, q.losses
}

type forQualCoder struct {
	p      Project
	losses []Loss
	text   map[string]string   // of notes, by GUID
	folded map[string]bool     // notes that stand in the memo of what they are on
	beside map[string][]string // texts by the recording that they are transcripts of
}

func (q *forQualCoder) lose(item, guid, name, what string) {
	q.losses = append(q.losses, Loss{item, guid, name, what})
}

// names gives each thing a name of its own; it holds how often a name was asked for.
type names map[string]int

func (n names) take(name, end string) string {
	out := name + end
	for first := out; n[out] > 0; out = fmt.Sprintf("%s (%d)%s", name, n[first], end) {
		n[first]++
	}
	n[out] = 1
	return out
}

// fold gives what is said of a thing, notes included, which then are not written as such.
func (q *forQualCoder) fold(description string, notes []string) string {
	all := []string{}
	if d := strings.TrimSpace(description); d != "" {
		all = append(all, d)
	}
	for _, n := range notes {
		if t := q.text[n]; t != "" && !q.folded[n] {
			all = append(all, t)
			q.folded[n] = true
		}
	}
	return strings.Join(all, "\n\n")
}

func (q *forQualCoder) codes() {
	q.p.Codes = slices.Clone(q.p.Codes)
	count := map[string]int{}
	for _, c := range q.p.Codes {
		count[c.Name]++
	}
	paths, taken := q.p.Paths(), names{}
	for _, c := range q.p.Codes {
		if count[c.Name] == 1 {
			taken[c.Name] = 1
		}
	}
	for i := range q.p.Codes {
		c := &q.p.Codes[i]
		if count[c.Name] > 1 {
			was := c.Name
			c.Name = taken.take(strings.Join(paths[c.GUID], " / "), "")
			if c.Name != was {
				q.lose("code", c.GUID, was, "is called "+c.Name+", for this program loses codings of codes with one name")
			}
		}
		c.Description, c.Notes = q.fold(c.Description, c.Notes), nil
	}
}

// asFile makes a name that files can have everywhere.
func asFile(name string) string {
	name = strings.Map(func(r rune) rune {
		if r < 0x20 || strings.ContainsRune(`/\:*?"<>|`, r) {
			return '-'
		}
		return r
	}, name)
	for len(name) > 150 {
		_, n := utf8.DecodeLastRuneInString(name)
		name = name[:len(name)-n]
	}
	return cmp.Or(strings.Trim(name, " ."), "file")
}

func (q *forQualCoder) sources() {
	taken := names{}
	var out []Source
	for _, s := range q.p.Sources {
		was, end := s.Name, ""
		if s.Kind != TextSource { // its name becomes that of a file
			if end = strings.ToLower(path.Ext(s.File)); s.Kind == PDFSource {
				end = ".pdf"
			}
			s.Name = asFile(s.Name)
			if strings.EqualFold(path.Ext(s.Name), end) {
				s.Name = s.Name[:len(s.Name)-len(end)]
			}
		}
		s.Name = taken.take(cmp.Or(strings.TrimSpace(s.Name), "Without a name"), end)
		if s.Name != was {
			q.lose("source", s.GUID, was, "is called "+s.Name+", for names of sources are those of files in this program, and there once")
		}
		if s.Kind == AudioSource || s.Kind == VideoSource { // it makes texts of these names
			taken[s.Name+".txt"], taken[s.Name+".transcribed"] = 1, 1
		}
		s.Description, s.Notes = q.fold(s.Description, s.Notes), nil
		s.Values = joined(s.Values)
		s.Selections = slices.Clone(s.Selections)
		var scripts []Source
		for _, t := range s.Transcripts {
			text := t.Source
			text.Kind, text.Name = TextSource, taken.take(cmp.Or(strings.TrimSpace(t.Name), strings.TrimSpace(was), "Transcript"), "")
			text.Description, text.Notes, text.Values, text.Selections = q.fold(t.Description, t.Notes), nil, s.Values, nil
			for _, x := range t.Selections {
				if x.Kind = TextSelection; x.Start < 0 && x.Stop > x.Begin { // it has a time and no place
					x.Kind = TimeSelection
					s.Selections = append(s.Selections, x)
					continue
				}
				text.Selections = append(text.Selections, x)
			}
			q.split(&text)
			q.beside[s.GUID] = append(q.beside[s.GUID], text.GUID)
			q.lose("transcript", t.GUID, t.Name, "is written as a text of its own, without its times: this program puts what is coded in a transcript one character on")
			scripts = append(scripts, text)
		}
		s.Transcripts = nil
		if s.Kind == PictureSource && s.HasText && s.Text != "" { // whose text it does not read
			text := Source{GUID: cmp.Or(s.TextGUID, NewGUID("representation", s.GUID)), Kind: TextSource, Name: taken.take(cmp.Or(strings.TrimSpace(was), "Picture"), ""), Text: s.Text, HasText: true, Values: s.Values, User: s.User, Created: s.Created, Modified: s.Modified}
			for _, x := range s.Selections {
				if x.Kind == TextSelection {
					text.Selections = append(text.Selections, x)
				}
			}
			s.Selections = slices.DeleteFunc(s.Selections, func(x Selection) bool { return x.Kind == TextSelection })
			s.Text, s.HasText = "", false
			q.split(&text)
			q.beside[s.GUID] = append(q.beside[s.GUID], text.GUID)
			q.lose("source", s.GUID, s.Name, "its text is written as one of its own, for this program reads no texts of pictures")
			scripts = append(scripts, text)
		}
		q.split(&s)
		if s.Kind == PDFSource { // of which it reads the representation alone
			if n := len(s.Selections); !s.HasText {
				s.Selections = slices.DeleteFunc(s.Selections, func(x Selection) bool { return x.Kind == TextSelection })
				if n -= len(s.Selections); n > 0 {
					q.lose("source", s.GUID, s.Name, fmt.Sprintf("has no text; an empty one is written, and its %d selections stay behind", n))
				}
			}
			s.HasText, s.inner = true, true
			if n := len(slices.DeleteFunc(slices.Clone(s.Selections), func(x Selection) bool { return x.Kind != RegionSelection })); n > 0 {
				q.lose("source", s.GUID, s.Name, fmt.Sprintf("its %d parts of pages are written, but versions of QualCoder do not read them", n))
			}
		}
		out = append(append(out, s), scripts...)
	}
	q.p.Sources = out
}

// split makes a selection for each coder and memo, and one over the whole of what is coded as a whole.
func (q *forQualCoder) split(s *Source) {
	if len(s.Codings) > 0 {
		if x, ok := s.whole(); ok {
			x.GUID, x.Codings = NewGUID("whole", s.GUID), s.Codings
			s.Selections = append(s.Selections, x)
		} else {
			q.lose("source", s.GUID, s.Name, fmt.Sprintf("its %d codings as a whole are written, but QualCoder does not read such", len(s.Codings)))
		}
		s.Codings = nil
	}
	var out []Selection
	for _, x := range s.Selections {
		type sort struct{ user, memo string }
		var order []sort
		of := map[sort][]Coding{}
		for _, c := range x.Codings {
			k := sort{cmp.Or(c.User, x.User), q.fold("", c.Notes)}
			if of[k] == nil {
				order = append(order, k)
			}
			c.Notes = nil
			of[k] = append(of[k], c)
		}
		said := q.fold(x.Description, x.Notes)
		if x.Kind == TimeSelection && x.Name != "" { // whose name it does not read
			said = strings.TrimSpace(x.Name + "\n\n" + said)
		}
		x.Description, x.Notes = said, nil
		if len(order) == 0 {
			order = append(order, sort{user: x.User})
		}
		for i, k := range order {
			part := x
			part.User, part.Codings = k.user, of[k]
			if i > 0 {
				part.GUID, part.Description = NewGUID("selection of", of[k][0].GUID), ""
				if x.Kind == TimeSelection {
					part.Description = x.Name
				}
			}
			part.Description = strings.TrimSpace(part.Description + "\n\n" + k.memo)
			if s.Kind == PictureSource && x.Kind == RegionSelection { // of which it reads the name
				part.Name, part.Description = strings.TrimSpace(part.Name+"\n\n"+part.Description), ""
				part.Created = cmp.Or(when(part.Created), undated)
			}
			if x.Kind == TextSelection && len(part.Codings) == 0 { // an annotation
				if i := slices.IndexFunc(out, func(o Selection) bool {
					return o.Kind == TextSelection && len(o.Codings) == 0 && o.Start == part.Start && o.End == part.End && o.User == part.User
				}); i >= 0 {
					out[i].Description = strings.TrimSpace(out[i].Description + "\n\n" + part.Description)
					q.lose("selection", part.GUID, s.Name, "has the place of another one by the same person, and neither has codings; the two are one")
					continue
				}
			}
			out = append(out, part)
		}
	}
	s.Selections = out
}

// whole is a selection of all of a source, where its size is known.
func (s *Source) whole() (Selection, bool) {
	x := Selection{Start: -1, End: -1, User: s.User}
	switch {
	case s.Kind == PictureSource:
		x.Kind, x.Box = RegionSelection, [4]int{0, 0, s.Width, s.Height}
		return x, s.Width > 0 && s.Height > 0
	case s.Kind == AudioSource, s.Kind == VideoSource:
		x.Kind, x.Stop = TimeSelection, s.Length
		return x, s.Length > 0
	}
	x.Kind, x.Start, x.End = TextSelection, 0, utf8.RuneCountInString(s.Text)
	return x, s.HasText && s.Text != ""
}

// joined gives each variable one value.
func joined(values []Value) []Value {
	var out []Value
	for _, v := range values {
		if i := slices.IndexFunc(out, func(o Value) bool { return o.Variable == v.Variable }); i < 0 {
			out = append(out, v)
		} else if v.Value != "" && v.Value != out[i].Value {
			out[i].Value = strings.TrimPrefix(out[i].Value+"; "+v.Value, "; ")
		}
	}
	return out
}

// variables gives each variable a name of its own, and one of sources and cases two: there a variable is of the one or the other.
func (q *forQualCoder) variables() {
	ofSources, ofCases := map[string]bool{}, map[string]bool{}
	for _, s := range q.p.Sources {
		for _, v := range s.Values {
			ofSources[v.Variable] = true
		}
	}
	q.p.Cases = slices.Clone(q.p.Cases)
	for i := range q.p.Cases {
		c := &q.p.Cases[i]
		c.Values = joined(c.Values)
		of := ofCases
		if c.Name == "" && len(c.Sources) == 1 { // its values are taken for those of its source
			of = ofSources
		}
		for _, v := range c.Values {
			of[v.Variable] = true
		}
	}
	for _, c := range q.p.Cases {
		for k, v := range c.Values {
			if ofSources[v.Variable] && c.Name != "" {
				c.Values[k].Variable = NewGUID("of cases", v.Variable)
			}
		}
	}
	taken := names{}
	for _, s := range q.p.Sets {
		taken[s.Name] = min(len(s.Sources), 1) // it makes variables of these
	}
	var out []Variable
	for _, v := range q.p.Variables {
		was := v.Name
		v.Name = taken.take(cmp.Or(v.Name, "Variable"), "")
		if v.Name != was {
			q.lose("variable", v.GUID, was, "is called "+v.Name+", for names of variables are there once in this program")
		}
		out = append(out, v)
		if ofSources[v.GUID] && ofCases[v.GUID] {
			v.GUID, v.Name = NewGUID("of cases", v.GUID), taken.take(v.Name+" (case)", "")
			out = append(out, v)
		}
	}
	q.p.Variables = out
}

// cases makes a code of each case, with which its texts are coded: the importer makes the texts of the case of that.
func (q *forQualCoder) cases() {
	at := map[string]int{}
	coded := names{}
	for _, c := range q.p.Codes {
		coded[c.Name] = 1
	}
	for i, s := range q.p.Sources {
		at[s.GUID] = i
	}
	taken := names{}
	for i := range q.p.Cases {
		c := &q.p.Cases[i]
		if c.Name == "" {
			continue
		}
		was := c.Name
		if c.Name = taken.take(c.Name, ""); c.Name != was {
			q.lose("case", c.GUID, was, "is called "+c.Name+", for names of cases are there once in this program")
		}
		if slices.ContainsFunc(q.p.Codes, func(k Code) bool { return k.GUID == c.GUID }) {
			continue // another program wrote it so
		}
		n := 0
		code := func(x *Selection) {
			x.Codings = append(slices.Clone(x.Codings), Coding{GUID: NewGUID("coding of case", c.GUID, x.GUID), Code: c.GUID, User: x.User})
			n++
		}
		for _, g := range c.Sources {
			for _, g := range append([]string{g}, q.beside[g]...) {
				k, ok := at[g]
				if !ok || q.p.Sources[k].Kind != TextSource && q.p.Sources[k].Kind != PDFSource {
					continue
				}
				s := &q.p.Sources[k]
				if x, ok := s.whole(); ok {
					x.GUID = NewGUID("of case", c.GUID, s.GUID)
					code(&x)
					s.Selections = append(s.Selections, x)
				}
			}
		}
		for k := range q.p.Sources {
			for j := range q.p.Sources[k].Selections {
				if len(c.Selections) == 0 {
					break
				}
				if x := &q.p.Sources[k].Selections[j]; x.Kind == TextSelection && slices.Contains(c.Selections, x.GUID) {
					code(x)
				}
			}
		}
		if n > 0 {
			q.p.Codes = append(q.p.Codes, Code{GUID: c.GUID, Name: coded.take(was+" (case)", ""), Codable: true})
		}
	}
}

// notes keeps those that are on nothing but the project, which become its journal.
func (q *forQualCoder) notes() {
	taken := names{}
	var out []Source
	for _, n := range q.p.Notes {
		if q.folded[n.GUID] {
			q.lose("note", n.GUID, n.Name, "stands in the memo of what it is on; who wrote it, and when, is not said there")
			q.p.Memos = slices.DeleteFunc(slices.Clone(q.p.Memos), func(g string) bool { return g == n.GUID })
			continue
		}
		n.Name, n.Created = taken.take(cmp.Or(strings.TrimSpace(n.Name), "Memo"), ""), cmp.Or(when(n.Created), undated)
		out = append(out, n)
	}
	q.p.Notes = out
}
