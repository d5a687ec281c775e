package refiqda

import (
	"archive/zip"
	"bufio"
	"cmp"
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"throughline/internal/pattern"
)

// Profile is what a program wants of a package beyond the standard.
type Profile struct {
	Name   string
	Unit   string // that positions are counted in
	CRLF   bool   // lines of texts end in CR LF, which counts two
	BOM    bool   // texts begin with a byte order mark, which does not count
	Folder string // that texts and files lie in
	Pages  PageWay
	Why    string // in plain words

	suit func(Project) (Project, []Loss) // makes a project such as the program can take; nil: as it is
}

// Profiles lists them, the strict standard first.
func Profiles() []Profile {
	return []Profile{
		{Name: "standard", Unit: CodePoints, Folder: "sources", Why: "the REFI-QDA standard to the letter: code points, LF, no byte order mark"},
		{Name: "atlas.ti", Unit: CodePoints, Folder: "sources", Why: "as the standard, in the order and with the folder that its importer insists on"},
		{Name: "maxqda", Unit: CodePoints, CRLF: true, Folder: "sources", Why: "lines end in CR LF, as other exporters found that its importer wants"},
		{Name: "nvivo", Unit: UTF16, CRLF: true, BOM: true, Folder: "Sources", Why: "counts as NVivo for Windows counts: UTF-16, CR LF as two, a byte order mark that does not count"},
		{Name: "qualcoder", Unit: CodePoints, Folder: "sources", Pages: PageWay{First: 1, Top: true}, Why: "what the importer of QualCoder 4 keeps: names there once, a selection for each coder, memos as descriptions, cases and transcripts as it reads them; pages from 1 and regions from their upper left corner", suit: qualcoder},
	}
}

// WriteOptions steer writing.
type WriteOptions struct {
	Profile string                                    // name of a profile; empty: standard
	Users   bool                                      // names of coders as they are; else Coder 1, Coder 2, …
	File    func(entry string) (io.ReadCloser, error) // originals that sources name; nil: they stay behind
}

// largestFile is what the standard allows for a file in a package.
const largestFile = 1<<31 - 1

// writer writes XML in the order of the schema. The first error stays.
type writer struct {
	w      *bufio.Writer
	p      Project
	o      WriteOptions
	prof   Profile
	losses []Loss
	files  []file
	names  map[string]bool
	err    error
	users  map[string]bool
	codes  map[string]bool
	notes  map[string]bool
	vars   map[string]string
	things map[string]bool
	where  map[string]string // name in the package by original
}

type file struct {
	name string
	text string
	from string // entry of an original instead of a text
}

// WriteCodebook writes a QDC. The result is valid by the schema; a codebook without codes is an error, for a QDC cannot be empty.
func WriteCodebook(out io.Writer, p Project, o WriteOptions) ([]Loss, error) {
	if len(p.Codes) == 0 {
		return nil, errors.New("there are no codes; a QDC needs at least one")
	}
	sources := len(p.Sources)
	p.Sources, p.Cases = nil, nil
	w, err := newWriter(out, p, o)
	if err != nil {
		return nil, err
	}
	w.line(`<?xml version="1.0" encoding="utf-8"?>`)
	w.line(`<CodeBook xmlns="urn:QDA-XML:codebook:1.0"` + attrs("origin", p.Origin) + `>`)
	w.line("<Codes>")
	w.codeTree(false)
	w.line("</Codes>")
	sets := slices.DeleteFunc(slices.Clone(p.Sets), func(s Set) bool { return len(s.Codes) == 0 })
	if len(sets) > 0 {
		w.line("<Sets>")
		for _, s := range sets {
			w.open("Set", "guid", good(s.GUID), "name", s.Name)
			w.leaf("Description", s.Description)
			for _, c := range s.Codes {
				w.line("<MemberCode" + attrs("guid", good(c)) + "/>")
			}
			w.line("</Set>")
		}
		w.line("</Sets>")
	}
	w.line("</CodeBook>")
	if sources > 0 {
		w.lose("sources", "", "", fmt.Sprintf("a QDC holds the codebook alone; %d sources stay behind", sources))
	}
	return w.losses, cmp.Or(w.err, w.w.Flush())
}

// Write writes a QDPX. The same project and options give the same bytes.
func Write(out io.Writer, p Project, o WriteOptions) ([]Loss, error) {
	z := zip.NewWriter(out)
	// Level 4 takes two thirds of the usual one's time and gives a file that is a twentieth larger.
	pack := &packer{}
	z.RegisterCompressor(zip.Deflate, pack.begin)
	head := func(name string) *zip.FileHeader {
		return &zip.FileHeader{Name: name, Method: zip.Deflate, Modified: time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)}
	}
	qde, err := z.CreateHeader(head("project.qde"))
	if err != nil {
		return nil, err
	}
	w, err := newWriter(qde, p, o)
	if err != nil {
		return nil, err
	}
	w.project()
	if err := cmp.Or(w.err, w.w.Flush()); err != nil {
		return nil, fmt.Errorf("write project: %w", err)
	}
	slices.SortFunc(w.files, func(a, b file) int { return strings.Compare(a.name, b.name) })
	for _, f := range w.files {
		h := head(w.prof.Folder + "/" + f.name)
		if f.from != "" {
			h.Method = zip.Store // pictures and recordings are packed already
		}
		to, err := z.CreateHeader(h)
		if err != nil {
			return nil, err
		}
		if f.from == "" {
			if w.prof.BOM {
				io.WriteString(to, "\ufeff")
			}
			if _, err := io.WriteString(to, f.text); err != nil {
				return nil, err
			}
			continue
		}
		in, err := o.File(f.from)
		if err != nil {
			return nil, fmt.Errorf("read the original %s: %w", f.from, err)
		}
		n, err := io.Copy(to, io.LimitReader(in, largestFile+1))
		in.Close()
		if err != nil {
			return nil, err
		}
		if n > largestFile {
			return nil, fmt.Errorf("the original %s has more than 2,047 MB, which the standard does not allow in a package", f.from)
		}
	}
	return w.losses, z.Close()
}

// packer deflates one entry after the other with the same room.
type packer struct{ w *flate.Writer }

func (p *packer) begin(out io.Writer) (io.WriteCloser, error) {
	if p.w == nil {
		var err error
		p.w, err = flate.NewWriter(out, 2)
		return p.w, err
	}
	p.w.Reset(out)
	return p.w, nil
}

func newWriter(out io.Writer, p Project, o WriteOptions) (*writer, error) {
	i := slices.IndexFunc(Profiles(), func(x Profile) bool { return x.Name == cmp.Or(o.Profile, "standard") })
	if i < 0 {
		var names []string
		for _, x := range Profiles() {
			names = append(names, x.Name)
		}
		return nil, fmt.Errorf("there is no profile %q; there are %s", o.Profile, strings.Join(names, ", "))
	}
	prof := Profiles()[i]
	var losses []Loss
	if prof.suit != nil {
		p, losses = prof.suit(p)
	}
	w := &writer{losses: losses, w: bufio.NewWriterSize(out, 1<<16), p: p, o: o, prof: prof, names: map[string]bool{}, users: map[string]bool{}, codes: map[string]bool{}, notes: map[string]bool{}, vars: map[string]string{}, things: map[string]bool{}, where: map[string]string{}}
	for _, u := range p.Users {
		w.users[u.GUID] = true
	}
	for _, c := range p.Codes {
		w.codes[c.GUID] = true
	}
	for _, n := range p.Notes {
		w.notes[n.GUID] = true
	}
	for _, v := range p.Variables {
		w.vars[v.GUID] = v.Type
	}
	return w, nil
}

func (w *writer) lose(item, guid, name, what string) {
	w.losses = append(w.losses, Loss{item, guid, name, what})
}

func (w *writer) line(s string) {
	if w.err == nil {
		w.w.WriteString(s)
		w.err = w.w.WriteByte('\n')
	}
}

func (w *writer) open(name string, pairs ...string) {
	w.line("<" + name + attrs(pairs...) + ">")
}

// leaf writes an element with text, and nothing when there is none.
func (w *writer) leaf(name, text string) {
	if text != "" {
		w.line("<" + name + ">" + escaped(text, false) + "</" + name + ">")
	}
}

// attrs writes attributes; those without a value stay away, except names, which the schema may ask for.
func attrs(pairs ...string) string {
	var b strings.Builder
	room := 0
	for i := 0; i+1 < len(pairs); i += 2 {
		room += len(pairs[i]) + len(pairs[i+1]) + 4
	}
	b.Grow(room)
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] == "" && pairs[i] != "name" {
			continue
		}
		b.WriteByte(' ')
		b.WriteString(pairs[i])
		b.WriteString(`="`)
		b.WriteString(escape(pairs[i+1]))
		b.WriteByte('"')
	}
	return b.String()
}

// escape makes text safe in an attribute; what XML cannot hold becomes U+FFFD.
func escape(s string) string { return escaped(s, true) }

func escaped(s string, attribute bool) string {
	plain := utf8.ValidString(s)
	for i := 0; plain && i < len(s); i++ {
		// 0xef begins the characters at the end of the plane, of which XML forbids two.
		plain = s[i] >= 0x20 && s[i] != '&' && s[i] != '<' && s[i] != '>' && s[i] != '"' && s[i] != 0xef
	}
	if plain {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '&':
			b.WriteString("&amp;")
		case r == '<':
			b.WriteString("&lt;")
		case r == '>':
			b.WriteString("&gt;")
		case r == '"' && attribute:
			b.WriteString("&quot;")
		case r == '\r', attribute && (r == '\n' || r == '\t'):
			fmt.Fprintf(&b, "&#%d;", r)
		case r < 0x20 && r != '\n' && r != '\t' || r == 0xfffe || r == 0xffff:
			b.WriteRune(utf8.RuneError)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// good gives a GUID that the schema takes: the one given, or one made from it.
func good(g string) string {
	if g == "" || IsGUID(g) {
		return g
	}
	return NewGUID("foreign", g)
}

// isTime tells whether s is an xsd:dateTime of one of the usual forms.
func isTime(s string) bool {
	for _, form := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999"} {
		if _, err := time.Parse(form, s); err == nil {
			return true
		}
	}
	return false
}

func when(s string) string {
	if isTime(s) {
		return s
	}
	return ""
}

func (w *writer) user(g string) string {
	if !w.users[g] {
		return ""
	}
	return good(g)
}

func (w *writer) stamp(user, created, modified string) []string {
	return []string{"creatingUser", w.user(user), "creationDateTime", when(created), "modifiedDateTime", when(modified)}
}

func (w *writer) project() {
	p := w.p
	w.line(`<?xml version="1.0" encoding="utf-8"?>`)
	w.open("Project", "xmlns", "urn:QDA-XML:project:1.0", "name", p.Name, "origin", p.Origin, "creatingUserGUID", w.user(p.CreatedBy), "creationDateTime", when(p.Created), "modifiedDateTime", when(p.Modified))
	if len(p.Users) > 0 {
		w.line("<Users>")
		for i, u := range p.Users {
			name, id := u.Name, u.ID
			if !w.o.Users {
				name, id = "Coder "+strconv.Itoa(i+1), ""
			}
			w.line("<User" + attrs("guid", good(u.GUID), "name", name, "id", id) + "/>")
		}
		w.line("</Users>")
	}
	if len(p.Codes) > 0 {
		w.line("<CodeBook>\n<Codes>")
		w.codeTree(true)
		w.line("</Codes>\n</CodeBook>")
	}
	if len(p.Variables) > 0 {
		w.line("<Variables>")
		for _, v := range p.Variables {
			w.open("Variable", "guid", good(v.GUID), "name", v.Name, "typeOfVariable", typeOf(v.Type))
			w.leaf("Description", v.Description)
			w.line("</Variable>")
		}
		w.line("</Variables>")
	}
	// What cases refer to has to be known before the sources are written.
	for _, s := range p.Sources {
		w.things[s.GUID] = true
		for _, x := range s.Selections {
			w.things[x.GUID] = true
		}
		for _, t := range s.Transcripts {
			for _, x := range t.Selections {
				w.things[x.GUID] = true
			}
		}
	}
	if len(p.Cases) > 0 {
		w.line("<Cases>")
		for _, c := range p.Cases {
			pairs := []string{"guid", good(c.GUID)}
			if c.Name != "" { // a case without a name says what is known of a source
				pairs = append(pairs, "name", c.Name)
			}
			w.open("Case", pairs...)
			w.leaf("Description", c.Description)
			w.refs("CodeRef", c.Codes, w.codes)
			w.values(c.Name, c.Values)
			w.refs("SourceRef", c.Sources, w.things)
			w.refs("SelectionRef", c.Selections, w.things)
			w.line("</Case>")
		}
		w.line("</Cases>")
	}
	if len(p.Sources) > 0 {
		w.line("<Sources>")
		for i := range p.Sources {
			w.source(&p.Sources[i])
		}
		w.line("</Sources>")
	}
	if len(p.Notes) > 0 {
		w.line("<Notes>")
		for i := range p.Notes {
			w.textSource("Note", &p.Notes[i])
		}
		w.line("</Notes>")
	}
	if len(p.Links) > 0 {
		w.line("<Links>")
		for _, l := range p.Links {
			direction := l.Direction
			if !slices.Contains([]string{"Associative", "OneWay", "Bidirectional"}, direction) {
				direction = ""
			}
			w.open("Link", "guid", good(l.GUID), "name", l.Name, "direction", direction, "color", color(l.Color), "originGUID", good(l.From), "targetGUID", good(l.To))
			w.refs("NoteRef", l.Notes, w.notes)
			w.line("</Link>")
		}
		w.line("</Links>")
	}
	if len(p.Sets) > 0 {
		w.line("<Sets>")
		for _, s := range p.Sets {
			w.open("Set", "guid", good(s.GUID), "name", s.Name)
			w.leaf("Description", s.Description)
			w.refs("MemberCode", s.Codes, w.codes)
			w.refs("MemberSource", s.Sources, w.things)
			w.refs("MemberNote", s.Notes, w.notes)
			w.line("</Set>")
		}
		w.line("</Sets>")
	}
	for _, g := range p.Graphs {
		w.lose("graph", g.GUID, g.Name, "drawn networks are not written")
	}
	w.leaf("Description", p.Description)
	w.refs("NoteRef", p.Memos, w.notes)
	w.line("</Project>")
}

func typeOf(t string) string {
	if slices.Contains([]string{"Text", "Boolean", "Integer", "Float", "Date", "DateTime"}, t) {
		return t
	}
	return "Text"
}

func (w *writer) refs(element string, guids []string, known map[string]bool) {
	for _, g := range guids {
		if known[g] {
			w.line("<" + element + attrs("targetGUID", good(g)) + "/>")
		}
	}
}

var (
	decimal = pattern.Late(`^[+-]?(\d+(\.\d*)?|\.\d+)$`)
	integer = pattern.Late(`^[+-]?\d+$`)
)

func isDate(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}

func (w *writer) values(of string, values []Value) {
	for _, v := range values {
		kind, ok := w.vars[v.Variable]
		if !ok {
			continue
		}
		kind = typeOf(kind)
		fits := map[string]bool{"Text": true, "Boolean": v.Value == "true" || v.Value == "false" || v.Value == "1" || v.Value == "0", "Integer": integer().MatchString(v.Value), "Float": decimal().MatchString(v.Value), "Date": isDate(v.Value), "DateTime": isTime(v.Value)}[kind]
		w.line("<VariableValue>")
		w.line("<VariableRef" + attrs("targetGUID", good(v.Variable)) + "/>")
		if fits {
			value := v.Value
			if kind == "Boolean" { // readers exist that take 1 for false
				value = strconv.FormatBool(value == "true" || value == "1")
			}
			w.line("<" + kind + "Value>" + escape(value) + "</" + kind + "Value>")
		} else if v.Value != "" {
			w.lose("value", v.Variable, of, "is no "+strings.ToLower(kind)+" as its variable says, and is left empty")
		}
		w.line("</VariableValue>")
	}
}

// codeTree writes the codes, each within the one above it.
func (w *writer) codeTree(project bool) {
	under := map[string][]int{}
	for i, c := range w.p.Codes {
		parent := c.Parent
		if !w.codes[parent] {
			parent = ""
		}
		under[parent] = append(under[parent], i)
	}
	written := map[int]bool{}
	var write func(parent string)
	write = func(parent string) {
		for _, i := range under[parent] {
			if written[i] {
				continue
			}
			written[i] = true
			c := w.p.Codes[i]
			hex := color(c.Color)
			w.open("Code", "guid", good(c.GUID), "name", c.Name, "isCodable", strconv.FormatBool(c.Codable), "color", hex)
			w.leaf("Description", c.Description)
			if project {
				w.refs("NoteRef", c.Notes, w.notes)
			} else if len(c.Notes) > 0 {
				w.lose("code", c.GUID, c.Name, "its memos stay behind: a QDC has no place for them")
			}
			write(c.GUID)
			w.line("</Code>")
		}
	}
	write("")
	if len(written) < len(w.p.Codes) {
		w.lose("code", "", "", fmt.Sprintf("%d codes lie under each other in a circle and are not written", len(w.p.Codes)-len(written)))
	}
}

func (w *writer) source(s *Source) {
	switch s.Kind {
	case TextSource:
		w.textSource("TextSource", s)
		return
	}
	element := map[string]string{PDFSource: "PDF", PictureSource: "Picture", AudioSource: "Audio", VideoSource: "Video"}[s.Kind]
	if element == "" {
		w.lose("source", s.GUID, s.Name, "is of a kind that the standard does not know")
		return
	}
	pairs := []string{"guid", good(s.GUID), "name", s.Name, "path", w.original(s)}
	w.open(element+"Source", append(pairs, w.stamp(s.User, s.Created, s.Modified)...)...)
	if !s.inner {
		w.leaf("Description", s.Description)
	}
	representation := func(name string) {
		if !s.HasText {
			return
		}
		t := Source{GUID: cmp.Or(s.TextGUID, NewGUID("representation", s.GUID)), Kind: TextSource, Name: s.Name, Text: s.Text, HasText: true, User: s.User, Created: s.Created, Modified: s.Modified}
		if t.GUID == s.GUID { // ATLAS.ti refuses that
			t.GUID = NewGUID("representation", s.GUID)
		}
		for _, x := range s.Selections {
			if x.Kind == TextSelection {
				t.Selections = append(t.Selections, x)
			}
		}
		if s.inner {
			t.Description, t.Values = s.Description, s.Values
		}
		w.textSource(name, &t)
	}
	switch s.Kind {
	case PictureSource:
		representation("TextDescription")
		w.selections(s, "PictureSelection", RegionSelection)
	case PDFSource:
		w.selections(s, "PDFSelection", RegionSelection)
		representation("Representation")
	default:
		for i := range s.Transcripts {
			w.transcript(&s.Transcripts[i])
		}
		w.selections(s, element+"Selection", TimeSelection)
	}
	w.codings(s.Name, s.Codings)
	w.refs("NoteRef", s.Notes, w.notes)
	if !s.inner {
		w.values(s.Name, s.Values)
	}
	w.line("</" + element + "Source>")
}

// original adds the original of a source to the package and gives its path.
func (w *writer) original(s *Source) string {
	if s.File == "" || w.o.File == nil {
		w.lose("source", s.GUID, s.Name, "its original file is not in the package")
		return ""
	}
	if w.where[s.File] == "" { // what plays with several texts is there once
		w.where[s.File] = good(s.GUID) + strings.ToLower(path.Ext(s.File))
		w.add(file{name: w.where[s.File], from: s.File})
	}
	return "internal://" + w.where[s.File]
}

func (w *writer) add(f file) {
	if !w.names[f.name] {
		w.names[f.name] = true
		w.files = append(w.files, f)
	}
}

// textSource writes a text, a note or a representation, with its selections.
func (w *writer) textSource(element string, s *Source) {
	pairs := []string{"guid", good(s.GUID), "name", s.Name}
	if s.rich && s.File != "" && strings.EqualFold(path.Ext(s.File), ".docx") && w.o.File != nil {
		pairs = append(pairs, "richTextPath", w.original(s))
	}
	text := s.Text
	if !s.HasText {
		w.lose("source", s.GUID, s.Name, "has no text; an empty one is written, and its selections stay behind")
	}
	if w.prof.CRLF {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	name := good(s.GUID) + ".txt"
	w.add(file{name: name, text: text})
	pairs = append(pairs, "plainTextPath", "internal://"+name)
	w.open(element, append(pairs, w.stamp(s.User, s.Created, s.Modified)...)...)
	w.leaf("Description", s.Description)
	if s.HasText {
		count := w.counter(s.Text)
		for i := range s.Selections {
			w.textSelection(s, &s.Selections[i], count)
		}
	}
	w.codings(s.Name, s.Codings)
	w.refs("NoteRef", s.Notes, w.notes)
	w.values(s.Name, s.Values)
	w.line("</" + element + ">")
}

// counter turns code points of a text into positions as the profile counts.
func (w *writer) counter(text string) func(int) int {
	astral := false
	for i := 0; i < len(text) && !astral; i++ {
		astral = text[i] >= 0xf0
	}
	if !(w.prof.Unit == UTF16 && astral) && !(w.prof.CRLF && strings.Contains(text, "\n")) {
		return func(i int) int { return i }
	}
	at := make([]int32, 1, len(text)+1)
	n := int32(0)
	for _, r := range text {
		n++
		if w.prof.Unit == UTF16 && r > 0xffff || w.prof.CRLF && r == '\n' {
			n++
		}
		at = append(at, n)
	}
	return func(i int) int { return int(at[min(max(i, 0), len(at)-1)]) }
}

func (w *writer) textSelection(s *Source, x *Selection, count func(int) int) {
	if x.Kind != TextSelection {
		return
	}
	if x.Start < 0 || x.End < x.Start {
		w.lose("selection", x.GUID, s.Name, "has no place in the text and is not written")
		return
	}
	pairs := []string{"guid", good(x.GUID), "name", cmp.Or(x.Name, oneLine(x.Quote)), "startPosition", strconv.Itoa(count(x.Start)), "endPosition", strconv.Itoa(count(x.End))}
	w.open("PlainTextSelection", append(pairs, w.stamp(x.User, x.Created, x.Modified)...)...)
	w.leaf("Description", x.Description)
	w.codings(s.Name, x.Codings)
	w.refs("NoteRef", x.Notes, w.notes)
	w.line("</PlainTextSelection>")
}

// oneLine makes a name of words, whole, so that a reader can check places by them.
func oneLine(s string) string { return strings.ReplaceAll(s, "\n", " ") }

func (w *writer) selections(s *Source, element, kind string) {
	for i := range s.Selections {
		x := &s.Selections[i]
		if x.Kind != kind {
			continue
		}
		pairs := []string{"guid", good(x.GUID), "name", x.Name}
		if kind == TimeSelection {
			pairs = append(pairs, "begin", strconv.Itoa(max(0, x.Begin)), "end", strconv.Itoa(max(0, x.Stop)))
		} else {
			if element == "PDFSelection" {
				pairs = append(pairs, "page", strconv.Itoa(max(0, x.Page)))
			}
			for i, n := range []string{"firstX", "firstY", "secondX", "secondY"} {
				pairs = append(pairs, n, strconv.Itoa(x.Box[i]))
			}
		}
		w.open(element, append(pairs, w.stamp(x.User, x.Created, x.Modified)...)...)
		w.leaf("Description", x.Description)
		w.codings(s.Name, x.Codings)
		w.refs("NoteRef", x.Notes, w.notes)
		w.line("</" + element + ">")
	}
}

func (w *writer) transcript(t *Transcript) {
	name := good(t.GUID) + ".txt"
	text := t.Text
	if w.prof.CRLF {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	w.add(file{name: name, text: text})
	w.open("Transcript", append([]string{"guid", good(t.GUID), "name", t.Name, "plainTextPath", "internal://" + name}, w.stamp(t.User, t.Created, t.Modified)...)...)
	w.leaf("Description", t.Description)
	count := w.counter(t.Text)
	sync, ends := t.points()
	for _, y := range sync {
		pairs := []string{"guid", good(y.GUID)}
		if y.Time >= 0 {
			pairs = append(pairs, "timeStamp", strconv.Itoa(y.Time))
		}
		if y.Position >= 0 {
			pairs = append(pairs, "position", strconv.Itoa(count(y.Position)))
		}
		w.line("<SyncPoint" + attrs(pairs...) + "/>")
	}
	for i := range t.Selections {
		x := &t.Selections[i]
		w.open("TranscriptSelection", append([]string{"guid", good(x.GUID), "name", cmp.Or(x.Name, oneLine(x.Quote)), "fromSyncPoint", good(ends[i][0]), "toSyncPoint", good(ends[i][1])}, w.stamp(x.User, x.Created, x.Modified)...)...)
		w.leaf("Description", x.Description)
		w.codings(t.Name, x.Codings)
		w.refs("NoteRef", x.Notes, w.notes)
		w.line("</TranscriptSelection>")
	}
	w.refs("NoteRef", t.Notes, w.notes)
	w.line("</Transcript>")
}

// points gives the sync points of a transcript, and those at which each of its selections begins and ends. The standard
// knows selections of transcripts by such points alone, so where there is none at a place one is put there: with the time of
// the one before it, which tells nothing new of the times, or without one.
func (t *Transcript) points() (sync []SyncPoint, ends [][2]string) {
	sync = slices.Clone(t.Sync)
	have := map[string]bool{}
	at := map[int]string{}
	for _, y := range t.Sync {
		have[y.GUID] = true
		if y.Position >= 0 && at[y.Position] == "" {
			at[y.Position] = y.GUID
		}
	}
	stands := func(pos int) string {
		if pos < 0 {
			return ""
		}
		if at[pos] == "" {
			y := SyncPoint{GUID: NewGUID("sync", t.GUID, strconv.Itoa(pos)), Time: -1, Position: pos}
			before := -1
			for _, z := range t.Sync {
				if z.Position > before && z.Position < pos {
					before, y.Time = z.Position, z.Time
				}
			}
			at[pos] = y.GUID
			sync = append(sync, y)
		}
		return at[pos]
	}
	for _, x := range t.Selections {
		e := [2]string{x.from, x.to}
		if !have[e[0]] || !have[e[1]] {
			e = [2]string{stands(x.Start), stands(x.End)}
		}
		ends = append(ends, e)
	}
	if len(sync) > len(t.Sync) {
		slices.SortStableFunc(sync, func(a, b SyncPoint) int { return cmp.Compare(a.Position, b.Position) })
	}
	return sync, ends
}

func (w *writer) codings(of string, cs []Coding) {
	for _, c := range cs {
		if !w.codes[c.Code] {
			w.lose("coding", c.GUID, of, "its code is not written, so it is not either")
			continue
		}
		w.open("Coding", "guid", good(c.GUID), "creatingUser", w.user(c.User), "creationDateTime", when(c.Created))
		w.line("<CodeRef" + attrs("targetGUID", good(c.Code)) + "/>")
		w.refs("NoteRef", c.Notes, w.notes)
		w.line("</Coding>")
	}
}
