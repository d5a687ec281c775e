// Package transfer moves coded texts between a study and other programs for qualitative analysis: what they call sources,
// codes and selections becomes documents, codes and passages, and back. What does not come along is told item by item.
package transfer

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"throughline/exchange/refiqda"
	"throughline/internal/coding"
	"throughline/internal/document"
	"throughline/internal/fault"
	"throughline/internal/pattern"
	"throughline/internal/study"
	"throughline/internal/thread"
)

// Options steer what becomes of a project.
type Options struct {
	Case     thread.ID         // that the documents are about; empty: none
	Language string            // of texts whose script does not tell; empty: "und", not determined
	Coders   map[string]string // handles by the names of users, where they shall not be made from the names
	Pages    *refiqda.PageWay  // how regions of PDF files are counted, where a person says; nil: it is found out
	SealKey  string            // of the study, by which its own members are known again; empty: a new one
	Members  []study.Member    // who is in the study
	Codes    []coding.Code     // that are in the study; those that come in with places stand after theirs
	Taken    map[thread.ID]bool
	By       string // handle of who brings it in; memos without an author are theirs
	On       string // date, YYYY-MM-DD
}

// Intake is what a project becomes.
type Intake struct {
	Objects []thread.Object
	Texts   []document.Text
	Losses  []refiqda.Loss
	Files   []Wanted       // that documents show, play or were taken from; Settle says what became of them
	Regions []Regions      // of PDF files, told by Settle
	Counts  map[string]int // documents, codes, passages, codings, memos, groups, members
	Coders  map[string]string
}

// intake builds an Intake.
type intake struct {
	o     Options
	p     refiqda.Project
	out   Intake
	taken map[thread.ID]bool
	codes map[string]thread.ID
	users map[string]string // handle by GUID
	docs  map[string]thread.ID
	notes map[string]refiqda.Source
	used  map[string]bool // notes that came along

	linked map[string][]string // notes that a link joins to a thing, by its GUID
	tied   map[string]bool     // links that do
	cased  map[string][]string // sources that are coded with a case, by the GUID of the case
	beside map[string]string   // recording by GUID of its transcript, and transcript by that of a recording that has one alone
	paged  []refiqda.Selection
	room   []int // of offsetsOf the text that is being read
}

// FromProject makes objects of a study from a project. Nothing that stands in the study is named anew: ids that are taken
// get a number.
func FromProject(p refiqda.Project, losses []refiqda.Loss, o Options) Intake {
	x := &intake{o: o, p: p, taken: map[thread.ID]bool{}, codes: map[string]thread.ID{}, users: map[string]string{}, docs: map[string]thread.ID{}, notes: map[string]refiqda.Source{}, used: map[string]bool{}, beside: map[string]string{}}
	for id := range o.Taken {
		x.taken[id] = true
	}
	x.out.Losses = slices.Clone(losses)
	x.out.Counts = map[string]int{}
	x.out.Coders = map[string]string{}
	for _, n := range p.Notes {
		x.notes[n.GUID] = n
	}
	x.cased = casesAsCodes(&p)
	x.p = p
	x.passagesOfCases()
	x.codedNotes()
	p = x.p
	x.links()
	x.coders()
	x.codebook()
	for i := range p.Sources {
		if s := &p.Sources[i]; s.Kind == refiqda.PDFSource {
			x.paged = append(x.paged, s.Selections...)
		}
	}
	for i := range p.Sources {
		x.source(&p.Sources[i])
	}
	x.rest()
	return x.out
}

// casesAsCodes finds cases that are written as codes too, as NVivo and QualCoder know them: a code with the GUID of a case, with
// which nothing but whole texts is coded. It takes such codes out of the project and gives the sources that are coded with them.
func casesAsCodes(p *refiqda.Project) map[string][]string {
	of := map[string][]string{}
	for _, c := range p.Cases {
		if c.GUID != "" && c.Name != "" {
			of[c.GUID] = []string{}
		}
	}
	for _, c := range p.Codes {
		if of[c.Parent] != nil { // one with codes below it is a code
			delete(of, c.Parent)
		}
	}
	maps.DeleteFunc(of, func(g string, _ []string) bool {
		return !slices.ContainsFunc(p.Codes, func(c refiqda.Code) bool { return c.GUID == g })
	})
	if len(of) == 0 {
		return nil
	}
	var look func(s refiqda.Source)
	look = func(s refiqda.Source) {
		end := len([]rune(strings.TrimSpace(s.Text)))
		for _, x := range s.Selections {
			for _, c := range x.Codings {
				switch list := of[c.Code]; {
				case list == nil:
				case x.Kind == refiqda.TextSelection && x.Start == 0 && x.End >= end && end > 0:
					of[c.Code] = append(list, s.GUID)
				default:
					delete(of, c.Code)
				}
			}
		}
		for _, c := range s.Codings {
			if list := of[c.Code]; list != nil {
				of[c.Code] = append(list, s.GUID)
			}
		}
		for _, t := range s.Transcripts {
			look(t.Source)
		}
	}
	for _, s := range p.Sources {
		look(s)
	}
	maps.DeleteFunc(of, func(_ string, list []string) bool { return len(list) == 0 })
	p.Codes = slices.DeleteFunc(slices.Clone(p.Codes), func(c refiqda.Code) bool { return of[c.GUID] != nil })
	without := func(cs []refiqda.Coding) []refiqda.Coding {
		if !slices.ContainsFunc(cs, func(c refiqda.Coding) bool { return of[c.Code] != nil }) {
			return cs
		}
		return slices.DeleteFunc(slices.Clone(cs), func(c refiqda.Coding) bool { return of[c.Code] != nil })
	}
	var clean func(s refiqda.Source) refiqda.Source
	clean = func(s refiqda.Source) refiqda.Source {
		s.Codings = without(s.Codings)
		var kept []refiqda.Selection
		for _, x := range s.Selections {
			had := len(x.Codings)
			if x.Codings = without(x.Codings); had > 0 && len(x.Codings) == 0 && x.Description == "" && len(x.Notes) == 0 {
				continue
			}
			kept = append(kept, x)
		}
		s.Selections = kept
		s.Transcripts = slices.Clone(s.Transcripts)
		for i, t := range s.Transcripts {
			s.Transcripts[i].Source = clean(t.Source)
		}
		return s
	}
	if len(of) > 0 {
		p.Sources = slices.Clone(p.Sources)
		for i, s := range p.Sources {
			p.Sources[i] = clean(s)
		}
	}
	return of
}

// passagesOfCases gives the passages of a case a code of its name: cases here are of whole documents.
func (x *intake) passagesOfCases() {
	of := map[string][]string{} // cases by the GUID of a selection
	for _, c := range x.p.Cases {
		for _, s := range c.Selections {
			of[s] = append(of[s], c.GUID)
		}
	}
	if len(of) == 0 {
		return
	}
	found := map[string]bool{}
	var coded func(s refiqda.Source) refiqda.Source
	coded = func(s refiqda.Source) refiqda.Source {
		s.Selections = slices.Clone(s.Selections)
		for i := range s.Selections {
			sel := &s.Selections[i]
			for _, c := range of[sel.GUID] {
				found[c] = true
				sel.Codings = append(slices.Clip(sel.Codings), refiqda.Coding{GUID: refiqda.NewGUID(sel.GUID, c), Code: c, User: sel.User})
			}
		}
		s.Transcripts = slices.Clone(s.Transcripts)
		for i := range s.Transcripts {
			s.Transcripts[i].Source = coded(s.Transcripts[i].Source)
		}
		return s
	}
	x.p.Sources = slices.Clone(x.p.Sources)
	for i, s := range x.p.Sources {
		x.p.Sources[i] = coded(s)
	}
	x.p.Codes = slices.Clone(x.p.Codes)
	for _, c := range x.p.Cases {
		if found[c.GUID] {
			x.lose("case", c.GUID, c.Name, "its passages have a code of its name here")
			if !slices.ContainsFunc(x.p.Codes, func(k refiqda.Code) bool { return k.GUID == c.GUID }) {
				x.p.Codes = append(x.p.Codes, refiqda.Code{GUID: c.GUID, Name: c.Name, Description: "Passages of the case " + c.Name + ".", Codable: true})
			}
		}
	}
}

// codedNotes makes a document of each note that is coded, besides the memo: memos are not coded here.
func (x *intake) codedNotes() {
	x.p.Sources = slices.Clone(x.p.Sources)
	for _, n := range x.p.Notes {
		if len(n.Codings) == 0 && !slices.ContainsFunc(n.Selections, func(s refiqda.Selection) bool { return len(s.Codings) > 0 }) {
			continue
		}
		x.lose("note", n.GUID, n.Name, "is coded, so that it is a document here too")
		n.Name, n.Notes = cmp.Or(n.Name, "Memo"), nil
		x.p.Sources = append(x.p.Sources, n)
	}
}

// links finds links between a note and a thing that has memos, as NVivo writes annotations.
func (x *intake) links() {
	x.linked, x.tied = map[string][]string{}, map[string]bool{}
	things := map[string]bool{}
	var look func(s refiqda.Source)
	look = func(s refiqda.Source) {
		things[s.GUID] = true
		for _, g := range s.Selections {
			things[g.GUID] = true
		}
		for _, t := range s.Transcripts {
			look(t.Source)
		}
	}
	for _, s := range x.p.Sources {
		look(s)
	}
	for _, c := range x.p.Codes {
		things[c.GUID] = true
	}
	for _, l := range x.p.Links {
		for _, e := range [][2]string{{l.From, l.To}, {l.To, l.From}} {
			if _, ok := x.notes[e[0]]; ok && things[e[1]] {
				x.linked[e[1]], x.tied[l.GUID] = append(x.linked[e[1]], e[0]), true
			}
		}
	}
}

// about gives the notes on a thing: those it names, and those that links join to it.
func (x *intake) about(guid string, notes []string) []string {
	out := slices.Clone(notes)
	for _, n := range x.linked[guid] {
		if !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	return out
}

// nowhere tells that a selection has no place, and keeps what is said of it as memos on something else.
func (x *intake) nowhere(sel *refiqda.Selection, name, what string, on, kase thread.ID) {
	if n := len(sel.Codings); n > 0 {
		what += fmt.Sprintf(", so its %d codings do not come along either", n)
	}
	x.lose("selection", sel.GUID, name, what)
	if sel.Description != "" {
		x.memo(on, kase, refiqda.Source{GUID: sel.GUID + "#description", Text: sel.Description, User: sel.User, Created: sel.Created})
	}
	for _, n := range x.about(sel.GUID, sel.Notes) {
		x.memo(on, kase, x.notes[n])
	}
}

// gone keeps what is said of a source that does not come along, and of its parts, as memos on the study.
func (x *intake) gone(s *refiqda.Source) {
	if s.Description != "" {
		x.memo("study", "", refiqda.Source{GUID: s.GUID + "#description", Name: s.Name, Text: s.Description, User: s.User, Created: s.Created})
	}
	for _, sel := range s.Selections {
		if sel.Description != "" {
			x.memo("study", "", refiqda.Source{GUID: sel.GUID + "#description", Name: s.Name, Text: sel.Description, User: sel.User, Created: sel.Created})
		}
	}
}

// wordAt gives the word at a place of a text, or the letter there; at is offsetsOf the text.
func wordAt(body string, at []int, place int) (start, end int) {
	word := func(i int) bool {
		r, _ := utf8.DecodeRuneInString(body[at[i]:])
		return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)
	}
	start, end = place, place
	for start > 0 && word(start-1) {
		start--
	}
	for end < len(at)-1 && word(end) {
		end++
	}
	if start == end && end < len(at)-1 {
		end++
	}
	return start, end
}

func (x *intake) lose(item, guid, name, what string) {
	x.out.Losses = append(x.out.Losses, refiqda.Loss{Item: item, GUID: guid, Name: name, What: what})
}

func (x *intake) add(what string, o thread.Object) {
	x.out.Objects = append(x.out.Objects, o)
	x.out.Counts[what]++
}

// slug makes the part of an id that people read from a name: letters of a to z and digits.
func slug(name string) string {
	var b strings.Builder
	dash := false
	for _, r := range strings.ToLower(name) {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			if dash && b.Len() > 0 {
				b.WriteByte('-')
			}
			dash = false
			b.WriteRune(r)
			if b.Len() >= 40 {
				break
			}
		} else {
			dash = true
		}
	}
	return b.String()
}

// id gives a free id from a name; key stands in where the name has no letters of a to z.
func (x *intake) id(kind thread.Kind, name, key string) thread.ID {
	s := slug(name)
	if s == "" || !unicode.IsLetter(rune(s[0])) && len(s) < 4 {
		sum := sha256.Sum256([]byte(key))
		s = strings.Trim(s+"-"+hex.EncodeToString(sum[:4]), "-")
	}
	id := thread.ID(kind.Prefix() + s)
	for n := 2; x.taken[id]; n++ {
		id = thread.ID(kind.Prefix() + s + "-" + strconv.Itoa(n))
	}
	x.taken[id] = true
	return id
}

// pseudonym is what a coder is called in a project that leaves without handles. It names nobody: the next project may call
// somebody else so.
var pseudonym = pattern.Late(`^Coder [0-9]+$`)

// coders gives each user a handle: the one asked for, that of the member who has their GUID, that of a member of the same
// name, or one made from the name.
func (x *intake) coders() {
	handles := map[string]bool{}
	known := map[string]string{} // handles by GUID
	other := map[string]bool{}   // handles of those who came in with a GUID
	for _, m := range x.o.Members {
		handles[m.Handle] = true
		if x.o.SealKey != "" {
			known[memberGUID(x.o.SealKey, m.Handle)] = m.Handle
		}
		if m.GUID != "" {
			known[m.GUID], other[m.Handle] = m.Handle, true
		}
	}
	fresh := map[string]bool{}
	for i, u := range x.p.Users {
		h := cmp.Or(x.o.Coders[u.Name], known[u.GUID])
		if h == "" {
			if h = slug(u.Name); len(h) < 2 {
				h = "coder-" + strconv.Itoa(i+1)
			}
			name := h
			taken := func() bool { return fresh[h] && !handles[h] || other[h] && pseudonym().MatchString(u.Name) }
			for n := 2; taken(); n++ { // two users of one name
				h = name + "-" + strconv.Itoa(n)
			}
		}
		x.users[u.GUID] = h
		x.out.Coders[u.Name] = h
		if !handles[h] && !fresh[h] {
			fresh[h] = true
			x.add("members", study.Member{ID: study.MemberID(h), Handle: h, Role: study.Coder, GUID: u.GUID})
		}
	}
}

// memberGUID is what a project of a study calls a member. It is made with the study's seal key, so that nobody who guesses a
// handle can tell whether a pseudonym stands for it.
func memberGUID(sealKey, handle string) string { return refiqda.NewGUID(sealKey, "member", handle) }

func (x *intake) user(guid string) string { return cmp.Or(x.users[guid], x.o.By) }

// Labels by which the parts of a code's rule are told apart in the one description that other programs have.
const (
	useLabel     = "When to use: "
	avoidLabel   = "When not to use: "
	exampleLabel = "Example: "
	noDefinition = "Not defined yet."
)

func (x *intake) codebook() {
	paths := x.p.Paths()
	places := x.places()
	for _, c := range x.p.Codes {
		id := x.id(thread.Code, c.Name, c.GUID)
		x.codes[c.GUID] = id
		k := coding.Code{ID: id, Parent: x.codes[c.Parent], Name: codeName(c), GUID: c.GUID, Order: places[c.GUID]}
		k.Define, k.Use, k.Avoid, k.Example = parts(c.Description)
		if k.Define == "" {
			k.Define = noDefinition
		}
		if c.Color != "" {
			k.Colour = nearest(c.Color)
			if hues[k.Colour] != c.Color {
				x.lose("code", c.GUID, c.Name, "its colour "+c.Color+" becomes "+k.Colour+": colours here are those that can be read by everybody")
			}
		}
		if !c.Codable {
			x.lose("code", c.GUID, c.Name, "was a folder; here it is a code like others")
		}
		x.add("codes", k)
		for _, n := range x.about(c.GUID, c.Notes) {
			x.memo(id, "", x.notes[n])
		}
		if len(paths[c.GUID]) == 0 {
			x.lose("code", c.GUID, c.Name, "lies under a code that is not in the file; it stands at the top")
		}
	}
	for _, s := range x.p.Sets {
		g := coding.Group{ID: "", Name: s.Name, Define: s.Description, GUID: s.GUID}
		for _, c := range s.Codes {
			if id, ok := x.codes[c]; ok && !slices.Contains(g.Codes, id) {
				g.Codes = append(g.Codes, id)
			}
		}
		if n := len(s.Notes); n > 0 {
			x.lose("set", s.GUID, s.Name, fmt.Sprintf("its %d notes: groups here are of codes, and sets of documents an attribute of them", n))
		}
		if len(g.Codes) > 0 || len(s.Sources)+len(s.Notes) == 0 {
			g.ID = x.id(thread.Group, s.Name, s.GUID)
			x.add("groups", g)
		} else if s.Description != "" {
			x.memo("study", "", refiqda.Source{GUID: s.GUID + "#description", Name: s.Name, Text: s.Description})
		}
	}
}

func codeName(c refiqda.Code) string {
	return cmp.Or(strings.TrimSpace(c.Name), "Code without a name")
}

// places gives codes that stand beside each other in another order than that of names their places in the file.
func (x *intake) places() map[string]int {
	known := map[string]bool{}
	for _, c := range x.p.Codes {
		known[c.GUID] = true
	}
	levels := map[string][]coding.Code{}
	for _, c := range x.p.Codes {
		up := c.Parent
		if !known[up] {
			up = ""
		}
		levels[up] = append(levels[up], coding.Code{Name: codeName(c), GUID: c.GUID})
	}
	last := 0 // at the root of the study
	for _, c := range coding.Level(x.o.Codes, "") {
		last = max(last, c.Order)
	}
	out := map[string]int{}
	for up, level := range levels {
		for _, c := range coding.Ordered(level) {
			if up == "" && c.Order > 0 {
				c.Order += last
			}
			out[c.GUID] = c.Order
		}
	}
	return out
}

// parts divides a description that was written by us into definition, use, non-use and example.
func parts(s string) (define, use, avoid, example string) {
	at := &define
	for _, line := range strings.Split(strings.TrimSpace(s), "\n") {
		for label, to := range map[string]*string{useLabel: &use, avoidLabel: &avoid, exampleLabel: &example} {
			if rest, ok := strings.CutPrefix(line, label); ok && *to == "" {
				at, line = to, rest
			}
		}
		if *at != "" {
			*at += "\n"
		}
		*at += line
	}
	for _, p := range []*string{&define, &use, &avoid, &example} {
		*p = strings.TrimSpace(*p)
	}
	return
}

func describe(c coding.Code) string {
	var out []string
	if c.Define != "" && c.Define != noDefinition {
		out = append(out, c.Define)
	}
	for _, p := range [][2]string{{useLabel, c.Use}, {avoidLabel, c.Avoid}, {exampleLabel, c.Example}} {
		if p[1] != "" {
			out = append(out, p[0]+p[1])
		}
	}
	return strings.Join(out, "\n")
}

// hues are the colours of codes as other programs write them, and by their hue the nearest is found.
var hues = map[string]string{"amber": "#b26a00", "blue": "#1d5fb4", "green": "#2e7d32", "grey": "#5f6368", "lilac": "#7b4fb0", "pink": "#b8326e", "red": "#b3261e", "teal": "#00707a"}

func nearest(color string) string {
	rgb := func(s string) (r, g, b float64) {
		n, _ := strconv.ParseUint(strings.TrimPrefix(s, "#"), 16, 32)
		return float64(n >> 16), float64(n >> 8 & 255), float64(n & 255)
	}
	hue := func(s string) (h, c float64) { // in degrees, and how colourful it is
		r, g, b := rgb(s)
		top, low := max(r, g, b), min(r, g, b)
		c = top - low
		switch {
		case c == 0:
			return 0, 0
		case top == r:
			h = 60 * (g - b) / c
		case top == g:
			h = 60*(b-r)/c + 120
		default:
			h = 60*(r-g)/c + 240
		}
		if h < 0 {
			h += 360
		}
		return h, c
	}
	h, c := hue(color)
	if c < 32 {
		return "grey"
	}
	best, least := "", 400.0
	for _, name := range coding.Colours {
		if name == "grey" {
			continue
		}
		k, _ := hue(hues[name])
		d := max(h-k, k-h)
		if d = min(d, 360-d); d < least {
			best, least = name, d
		}
	}
	return best
}

// memo adds a memo on a thing.
func (x *intake) memo(on, kase thread.ID, n refiqda.Source) {
	text := strings.TrimSpace(n.Text)
	if text == "" {
		text = strings.TrimSpace(n.Description)
	}
	if n.GUID == "" && text == "" {
		return
	}
	x.used[n.GUID] = true
	if text == "" {
		x.lose("note", n.GUID, n.Name, "has no text")
		return
	}
	at := ""
	if len(n.Created) >= 10 {
		var ps fault.Problems
		if study.CheckDate(&ps, "at", n.Created[:10]); len(ps) == 0 {
			at = n.Created[:10]
		}
	}
	if n.Name != "" && !strings.HasPrefix(text, n.Name) && on == "study" {
		text = n.Name + "\n\n" + text
	}
	x.add("memos", coding.Memo{ID: x.id(thread.Memo, "", n.GUID+string(on)+text), On: on, Case: kase, Text: text, By: x.user(n.User), At: at})
}

// place is where a passage is; what is said of a part belongs to it.
type place struct {
	start, end int
	area       document.Area
	says       string
}

// key is what the GUID of a part is made from besides its document. That of words is made from their places alone.
func (p place) key() []string {
	if p.area.None() {
		return nil
	}
	return []string{p.area.String(), p.says}
}

// text makes a document with its passages and codings. What it shows, plays or was taken from is wanted, if anything is.
func (x *intake) text(s *refiqda.Source, marks []document.Mark, wanted *Wanted) thread.ID {
	body, err := document.Normalize([]byte(s.Text))
	if err != nil && !(err == document.ErrEmpty && wanted != nil) {
		x.lose("source", s.GUID, s.Name, "its text is empty or no text")
		x.gone(s)
		return ""
	}
	if s.HasText && body != s.Text && body != "" {
		x.lose("source", s.GUID, s.Name, "its text holds characters that were changed")
	}
	id := x.id(thread.Document, strings.TrimSuffix(s.Name, ".txt"), s.GUID)
	x.docs[s.GUID] = id
	d := document.Document{ID: id, Title: cmp.Or(strings.TrimSpace(s.Name), string(id)), Case: x.o.Case, Kind: document.Material, Language: document.ScriptLanguage(body, cmp.Or(x.o.Language, document.NoLanguage)), Version: 1, GUID: s.GUID}
	d.SHA256 = document.Sum(body)
	d.SetMarks(marks)
	if wanted != nil {
		wanted.Documents = append(wanted.Documents, id)
	}
	variable := map[string]string{}
	for _, v := range x.p.Variables {
		variable[v.GUID] = v.Name
	}
	attribute := func(name, value string) {
		name = strings.ReplaceAll(strings.TrimSpace(name), ": ", " ")
		if name != "" && value != "" && d.Attribute(name) == "" {
			d.Attributes = append(d.Attributes, name+": "+strings.Join(strings.Fields(value), " "))
		}
	}
	for _, v := range s.Values {
		attribute(variable[v.Variable], v.Value)
	}
	for _, c := range x.p.Cases {
		if slices.Contains(c.Sources, s.GUID) || slices.Contains(x.cased[c.GUID], s.GUID) || x.beside[s.GUID] != "" && slices.Contains(c.Sources, x.beside[s.GUID]) {
			attribute("case", c.Name)
			for _, v := range c.Values {
				attribute(variable[v.Variable], v.Value)
			}
		}
	}
	for _, set := range x.p.Sets {
		if slices.Contains(set.Sources, s.GUID) || x.beside[s.GUID] != "" && slices.Contains(set.Sources, x.beside[s.GUID]) {
			attribute(set.Name, "yes")
		}
	}
	x.add("documents", d)
	x.out.Texts = append(x.out.Texts, document.Text{Document: id, Version: 1, Body: body})
	if s.Description != "" {
		x.memo(id, d.Case, refiqda.Source{GUID: s.GUID + "#description", Text: s.Description, User: s.User, Created: s.Created})
	}
	for _, n := range x.about(s.GUID, s.Notes) {
		x.memo(id, d.Case, x.notes[n])
	}
	selections := s.Selections
	if len(s.Codings) > 0 {
		selections = append(slices.Clone(selections), refiqda.Selection{GUID: wholeID(s.GUID), Kind: wholeSource, Codings: s.Codings, User: s.User})
	}
	x.room = offsetsOf(x.room, body)
	at := x.room
	passages := map[place]thread.ID{}
	given := map[thread.ID]bool{}
	for _, one := range selections {
		sel := &one
		isArea := sel.Kind == refiqda.RegionSelection || sel.Kind == refiqda.TimeSelection
		sel.Notes = x.about(sel.GUID, sel.Notes)
		point := !isArea && sel.Kind != wholeSource && sel.Start >= 0 && sel.Start == sel.End
		switch said := len(sel.Codings)+len(sel.Notes) > 0 || sel.Description != ""; {
		case point && !said:
			continue // told by the reader
		case sel.Kind == refiqda.TimeSelection && sel.Begin >= 0 && sel.Stop == sel.Begin && wanted != nil:
			sel.Stop += 1000
			x.lose("selection", sel.GUID, s.Name, "is a point in time; the second after it stands for it")
		case point && sel.End < len(at):
			if a, b := wordAt(body, at, sel.Start); strings.TrimSpace(body[at[a]:at[b]]) != "" {
				sel.Start, sel.End = a, b
				x.lose("selection", sel.GUID, s.Name, "is a point in the text; the word at it stands for it")
			}
		}
		described := sel.Description
		var k place
		switch {
		case sel.Kind == wholeSource:
			var words bool
			if k.area, k.says, words = whole(s, body, wanted); words {
				sel.Start, sel.End = 0, len(at)-1
				k = place{start: sel.Start, end: sel.End}
			}
			isArea = !words
		case isArea && wanted == nil:
			x.nowhere(sel, s.Name, "is a part of a file ("+s.Kind+") that is not in the package", id, d.Case)
			continue
		case isArea:
			k = place{area: areaOf(sel)}
			k.says, described = x.says(s, sel)
			var ps fault.Problems
			if k.area.Check(&ps); len(ps) > 0 {
				x.nowhere(sel, s.Name, "its place "+ps[0].Message, id, d.Case)
				continue
			}
		case sel.Start < 0 || sel.End <= sel.Start || sel.End > len(at)-1:
			x.nowhere(sel, s.Name, "has no place in the text", id, d.Case)
			continue
		default:
			k = place{start: sel.Start, end: sel.End}
		}
		seg, ok := passages[k]
		if !ok {
			key := sel.GUID
			if !refiqda.IsGUID(key) {
				key = refiqda.NewGUID("selection", append([]string{s.GUID, strconv.Itoa(sel.Start), strconv.Itoa(sel.End)}, k.key()...)...)
			}
			seg = thread.ID(thread.Segment.Prefix() + key)
			if x.taken[seg] && sel.Kind == wholeSource {
				seg = thread.ID(thread.Segment.Prefix() + wholeID(string(id)))
			} else if x.taken[seg] {
				seg = thread.ID(thread.Segment.Prefix() + refiqda.NewGUID("selection", append([]string{string(id), strconv.Itoa(sel.Start), strconv.Itoa(sel.End)}, k.key()...)...))
			}
			x.taken[seg] = true
			passages[k] = seg
			a := document.Anchor{Document: id, Version: 1, Area: k.area, Quote: k.says}
			if isArea {
				wanted.parts[seg] = *sel
			} else {
				a = document.Anchor{Document: id, Version: 1, Start: sel.Start, End: sel.End, Quote: body[at[sel.Start]:at[sel.End]],
					Before: body[at[max(0, sel.Start-document.Context)]:at[sel.Start]], After: body[at[sel.End]:at[min(len(at)-1, sel.End+document.Context)]]}
			}
			x.add("passages", coding.Segment{ID: seg, Case: d.Case, Anchor: a})
		} else {
			x.lose("selection", sel.GUID, s.Name, "has the place of another one; the two are one passage here")
		}
		for _, c := range sel.Codings {
			code, ok := x.codes[c.Code]
			if !ok {
				continue // told by the reader
			}
			k := coding.Coding{Segment: seg, Code: code, Coder: x.user(cmp.Or(c.User, sel.User)), Case: d.Case}
			var memo []string
			for _, n := range c.Notes {
				if t := strings.TrimSpace(x.notes[n].Text); t != "" {
					memo = append(memo, t)
					x.used[n] = true
				}
			}
			k.Memo = strings.Join(memo, "\n\n")
			if given[k.Ref()] {
				x.lose("coding", c.GUID, s.Name, "the same coder gave the same code to the same place before")
				continue
			}
			given[k.Ref()] = true
			x.add("codings", k)
		}
		if described != "" {
			x.memo(seg, d.Case, refiqda.Source{GUID: sel.GUID + "#description", Text: described, User: sel.User, Created: sel.Created})
		}
		for _, n := range sel.Notes {
			x.memo(seg, d.Case, x.notes[n])
		}
	}
	return id
}

// offsetsOf gives the byte at which each code point of a text begins, and at which the text ends. It may use the room given.
func offsetsOf(room []int, body string) []int {
	at := slices.Grow(room[:0], utf8.RuneCountInString(body)+1)
	for i := range body {
		at = append(at, i)
	}
	return append(at, len(body))
}

// rest tells of all that has no place here.
func (x *intake) rest() {
	for _, n := range x.p.Memos {
		x.memo("study", "", x.notes[n])
	}
	for _, n := range x.p.Notes {
		if !x.used[n.GUID] {
			x.memo("study", "", n)
		}
	}
	attached := map[string]bool{}
	for _, s := range x.p.Sources {
		for _, c := range x.p.Cases {
			if x.docs[s.GUID] != "" && (slices.Contains(c.Sources, s.GUID) || slices.Contains(x.cased[c.GUID], s.GUID)) {
				attached[c.GUID] = true
			}
		}
	}
	for _, c := range x.p.Cases {
		switch {
		case !attached[c.GUID]:
			x.lose("case", c.GUID, c.Name, "has no document that came along, so its values do not either")
		case len(c.Codes) > 0:
			x.lose("case", c.GUID, c.Name, "came along as an attribute of its documents; what it says of codes did not")
		}
		if c.Description != "" {
			x.memo("study", "", refiqda.Source{GUID: c.GUID + "#description", Name: c.Name, Text: c.Description})
		}
	}
	for _, l := range x.p.Links {
		if x.tied[l.GUID] {
			continue
		}
		x.lose("link", l.GUID, l.Name, "links between items are not kept here")
	}
	for _, g := range x.p.Graphs {
		x.lose("graph", g.GUID, g.Name, "drawn networks are not kept here")
	}
	if x.p.Description != "" {
		x.memo("study", "", refiqda.Source{GUID: "project#description", Text: x.p.Description})
	}
}
