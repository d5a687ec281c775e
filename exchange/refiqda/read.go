package refiqda

import (
	"archive/zip"
	"bytes"
	"cmp"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	encoding "golang.org/x/text/encoding/unicode"
)

// Limits bound what reading may cost. The zero value of each means the default.
type Limits struct {
	Package int64 // bytes of the whole file; 1 GiB
	Project int64 // bytes of project.qde when unpacked; 256 MiB
	Text    int64 // bytes of one text when unpacked; 64 MiB
	Texts   int64 // of all texts together; 1 GiB
	Entries int   // files in the package; 100,000
	Ratio   int64 // how many times larger an entry over 16 MiB may become; 200
}

func (l Limits) orDefault() Limits {
	return Limits{Package: cmp.Or(l.Package, 1<<30), Project: cmp.Or(l.Project, 256<<20), Text: cmp.Or(l.Text, 64<<20), Texts: cmp.Or(l.Texts, 1<<30),
		Entries: cmp.Or(l.Entries, 100_000), Ratio: cmp.Or(l.Ratio, 200)}
}

// ReadOptions steer reading.
type ReadOptions struct {
	Limits     Limits
	Convention map[string]Convention                          // by GUID of a source; "" speaks for all others
	Extract    func(name string, data []byte) (string, error) // text of a rich document that has no plain one; nil: such a source has no text
}

// ErrFormat is what every error of reading wraps: the file is not what it says, or would cost too much.
var ErrFormat = errors.New("no REFI-QDA file that can be read")

func bad(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrFormat, fmt.Sprintf(format, args...))
}

// Package is an open QDPX.
type Package struct {
	Project Project
	Losses  []Loss

	entries map[string]*zip.File // by base name in lower case
	limits  Limits
}

// Open reads a QDPX or a QDC from r, which has size bytes. Errors wrap ErrFormat, or are those of r.
func Open(r io.ReaderAt, size int64, o ReadOptions) (*Package, error) {
	l := o.Limits.orDefault()
	if size == 0 {
		return nil, bad("the file is empty")
	}
	if size > l.Package {
		return nil, bad("the file has %d MB; at most %d MB are read", size>>20, l.Package>>20)
	}
	head := make([]byte, 4)
	if _, err := r.ReadAt(head, 0); err != nil && err != io.EOF {
		return nil, fmt.Errorf("read package: %w", err)
	}
	if string(head[:2]) != "PK" {
		p := &Package{limits: l}
		rd := &reader{limits: l, o: o}
		if size > l.Project {
			return nil, bad("the codebook has %d MB; at most %d MB are read", size>>20, l.Project>>20)
		}
		if err := rd.xml(io.NewSectionReader(r, 0, size), size); err != nil {
			return nil, err
		}
		p.Project, p.Losses = rd.finish(p)
		return p, nil
	}
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, bad("it begins as a ZIP file and is none, or only a part of one (%v)", err)
	}
	if len(z.File) > l.Entries {
		return nil, bad("it holds %d files; at most %d are read", len(z.File), l.Entries)
	}
	p := &Package{limits: l, entries: make(map[string]*zip.File, len(z.File))}
	var qde []*zip.File
	top := false // one of them lies where it should; in a folder it does when somebody packed the folder again
	var total int64
	rd := &reader{limits: l, o: o}
	for _, f := range z.File {
		name := strings.ReplaceAll(f.Name, `\`, "/")
		if strings.HasPrefix(name, "/") || slices.Contains(strings.Split(name, "/"), "..") || strings.Contains(name, ":") || strings.ContainsRune(name, 0) {
			return nil, bad("it holds a file that would be put outside of its folder; such a package may be an attack")
		}
		if f.UncompressedSize64 > 1<<31-1 {
			return nil, bad("the entry %s says that it has %d MB; the standard allows 2,047", path.Base(name), f.UncompressedSize64>>20)
		}
		n := int64(f.UncompressedSize64)
		if n > 16<<20 && n > l.Ratio*max(1, int64(f.CompressedSize64)) {
			return nil, bad("the entry %s would become %d times larger when unpacked; such a package may be an attack", path.Base(name), n/max(1, int64(f.CompressedSize64)))
		}
		if total += n; total > 8*l.Package {
			return nil, bad("its files have more than %d MB together when unpacked", 8*l.Package>>20)
		}
		if strings.HasSuffix(name, "/") {
			continue
		}
		dir, base := path.Split(name)
		if strings.HasPrefix(base, "._") { // what a Mac keeps beside a file
			continue
		}
		if strings.EqualFold(path.Ext(base), ".qde") {
			if strings.Count(dir, "/") < 2 {
				qde = append(qde, f)
				top = top || dir == ""
			}
			continue
		}
		key := strings.ToLower(base)
		if _, twice := p.entries[key]; twice {
			rd.lose("file", "", base, "the package holds a second file of this name, which is not read")
			continue
		}
		p.entries[key] = f
	}
	if top {
		qde = slices.DeleteFunc(qde, func(f *zip.File) bool { return strings.ContainsAny(f.Name, `/\`) })
	}
	switch len(qde) {
	case 1:
	case 0:
		return nil, bad("it is a ZIP file without a project.qde at its top, so it is no project of a program for qualitative analysis")
	default:
		names := make([]string, len(qde))
		for i, f := range qde {
			names[i] = f.Name
		}
		return nil, bad("it holds several projects: %s", strings.Join(names, ", "))
	}
	body, err := p.open(qde[0], l.Project)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	if err := rd.xml(body, int64(qde[0].UncompressedSize64)); err != nil {
		return nil, err
	}
	p.Project, p.Losses = rd.finish(p)
	if rd.err != nil {
		return nil, rd.err
	}
	return p, nil
}

// capped fails when more comes out of an entry than was allowed, whatever its sizes say.
type capped struct {
	r    io.Reader
	left int64
	name string
}

func (c *capped) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	if c.left -= int64(n); c.left < 0 {
		return 0, bad("the entry %s is larger than may be read", c.name)
	}
	return n, err
}

type entryReader struct {
	io.Reader
	io.Closer
}

func (p *Package) open(f *zip.File, limit int64) (io.ReadCloser, error) {
	if f.Flags&1 != 0 {
		return nil, bad("the entry %s is encrypted; save the project without a password", path.Base(f.Name))
	}
	if int64(f.UncompressedSize64) > limit {
		return nil, bad("the entry %s has %d MB; at most %d MB are read", path.Base(f.Name), f.UncompressedSize64>>20, limit>>20)
	}
	r, err := f.Open()
	if err != nil {
		return nil, bad("the entry %s cannot be unpacked (%v)", path.Base(f.Name), err)
	}
	return entryReader{&capped{r, limit, path.Base(f.Name)}, r}, nil
}

// File opens an original that a source names, and tells its size.
func (p *Package) File(entry string) (io.ReadCloser, int64, error) {
	f := p.entries[strings.ToLower(entry)]
	if f == nil {
		return nil, 0, bad("the package has no file %s", entry)
	}
	r, err := p.open(f, 1<<31-1)
	return r, int64(f.UncompressedSize64), err
}

func (p *Package) bytes(entry string, limit int64) ([]byte, error) {
	f := p.entries[strings.ToLower(entry)]
	if f == nil {
		return nil, nil
	}
	r, err := p.open(f, limit)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	b := bytes.NewBuffer(make([]byte, 0, int(f.UncompressedSize64)+bytes.MinRead))
	if _, err := b.ReadFrom(r); err != nil {
		if errors.Is(err, ErrFormat) {
			return nil, err
		}
		return nil, bad("the entry %s is damaged (%v)", path.Base(f.Name), err)
	}
	return b.Bytes(), nil
}

// reader builds a project from XML. It takes elements wherever they stand, for programs do not keep to the order of the
// schema, and in any namespace, for they do not agree on that either.
type reader struct {
	limits Limits
	o      ReadOptions
	p      Project
	losses []Loss
	coded  map[string]bool // GUIDs of codes
	texts  int64
	around string // element around the one that is taken in
	err    error
}

func (r *reader) lose(item, guid, name, what string) {
	r.losses = append(r.losses, Loss{item, guid, name, what})
}

// frame is an open element with the thing that it belongs to.
type frame struct {
	name   string
	code   int // index in Codes plus 1
	src    *Source
	script *Transcript
	sel    *Selection
	words  *Selection // region whose own words are open
	coding *Coding
	kase   *Case
	vari   *Variable
	value  *Value
	link   *Link
	set    *Set
	graph  *Graph
	text   *string // where characters go
}

const deepest = 256

// xml reads the whole of a project.qde or a codebook, which says that it has size bytes.
func (r *reader) xml(in io.Reader, size int64) error {
	var b strings.Builder
	b.Grow(int(min(size, r.limits.Project, 64<<20)))
	if _, err := io.Copy(&b, in); err != nil {
		if errors.Is(err, ErrFormat) {
			return err
		}
		return bad("its XML is broken (%v)", err)
	}
	data := b.String()
	if strings.HasPrefix(data, "\xff\xfe") || strings.HasPrefix(data, "\xfe\xff") || strings.HasPrefix(data, "<\x00") || strings.HasPrefix(data, "\x00<") { // as every XML reader must take too
		order := encoding.LittleEndian
		if data[0] == 0 {
			order = encoding.BigEndian
		}
		var err error
		if data, err = encoding.UTF16(order, encoding.UseBOM).NewDecoder().String(data); err != nil {
			return bad("its XML is broken (%v)", err)
		}
	}
	fresh := *r
	if r.quickly(data) {
		return nil
	}
	*r = fresh
	return r.slowly(data)
}

// quickly reads plain XML; see scan. What it did before it gave up is to be forgotten.
func (r *reader) quickly(data string) bool {
	stack := make([]frame, 1, 32)
	known := true
	return scan(data, func(t xml.StartElement) {
		if len(stack) == 1 {
			known = r.root(t)
		}
		f := stack[len(stack)-1]
		f.name, f.text = t.Name.Local, nil
		r.start(t, &f, stack)
		stack = append(stack, f)
	}, func() { stack = stack[:len(stack)-1] }, func(s string) { *stack[len(stack)-1].text += s }, func() bool { return stack[len(stack)-1].text != nil }) && known
}

// root takes in the first element and tells whether it is one of ours.
func (r *reader) root(t xml.StartElement) bool {
	switch t.Name.Local {
	case "Project":
	case "CodeBook":
		r.p.Codebook = true
		r.p.Origin = attr(t, "origin")
	default:
		return false
	}
	return true
}

// slowly reads any XML that a program may have written.
func (r *reader) slowly(data string) error {
	d := xml.NewDecoder(strings.NewReader(data))
	// A bare & in a memo must not cost a project: it is taken as it stands.
	d.Strict = false
	d.CharsetReader = func(charset string, in io.Reader) (io.Reader, error) {
		if strings.EqualFold(charset, "utf-8") || strings.EqualFold(charset, "utf-16") && !strings.Contains(data, "\x00") {
			return in, nil
		}
		if strings.EqualFold(charset, "windows-1252") || strings.EqualFold(charset, "iso-8859-1") {
			return charmap.Windows1252.NewDecoder().Reader(in), nil
		}
		return nil, bad("it is written in %s; the standard asks for UTF-8", charset)
	}
	stack := make([]frame, 1, 32)
	rooted := false
	for {
		tok, err := d.RawToken()
		if err == io.EOF {
			break
		}
		if err != nil {
			if errors.Is(err, ErrFormat) {
				return err
			}
			line, _ := d.InputPos()
			return bad("its XML is broken in line %d (%v)", line, err)
		}
		switch t := tok.(type) {
		case xml.Directive:
			if bytes.Contains(bytes.ToUpper(t), []byte("DOCTYPE")) {
				return bad("it defines entities, which no program needs and an attack uses")
			}
		case xml.StartElement:
			if len(stack) > deepest {
				return bad("its elements are nested more than %d deep", deepest)
			}
			if !rooted {
				if rooted = r.root(t); !rooted {
					return bad("its root is %q; expected Project or CodeBook", t.Name.Local)
				}
			} else if len(stack) == 1 {
				return bad("it has more than one root")
			}
			f := stack[len(stack)-1]
			f.name, f.text = t.Name.Local, nil
			r.start(t, &f, stack)
			stack = append(stack, f)
		case xml.EndElement:
			if len(stack) == 1 {
				return bad("its XML closes %q, which is not open", t.Name.Local)
			}
			if open := stack[len(stack)-1].name; open != t.Name.Local {
				line, _ := d.InputPos()
				return bad("its XML is broken in line %d: %q is closed where %q is open", line, t.Name.Local, open)
			}
			stack = stack[:len(stack)-1]
		case xml.CharData:
			if to := stack[len(stack)-1].text; to != nil {
				*to += string(t)
			}
		}
	}
	if !rooted {
		return bad("it holds no XML")
	}
	if len(stack) > 1 {
		return bad("its XML ends in the middle: %q is not closed", stack[len(stack)-1].name)
	}
	return nil
}

func attr(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name && a.Name.Space != "xmlns" {
			return a.Value
		}
	}
	return ""
}

func guidOf(e xml.StartElement, name string) string { return plainGUID(attr(e, name)) }

func (r *reader) number(e xml.StartElement, name string) int {
	s := strings.TrimSpace(attr(e, name))
	n, err := strconv.Atoi(s)
	if err != nil {
		if f, ferr := strconv.ParseFloat(s, 64); ferr == nil && f > -1e9 && f < 1e9 { // coordinates with decimals
			return int(f)
		}
		return -1
	}
	return n
}

// start takes in an element. f is a copy of the frame around it, to be changed.
func (r *reader) start(e xml.StartElement, f *frame, stack []frame) {
	r.around = stack[len(stack)-1].name
	switch e.Name.Local {
	case "Project":
		r.p.Name, r.p.Origin, r.p.Created, r.p.Modified, r.p.CreatedBy = attr(e, "name"), attr(e, "origin"), attr(e, "creationDateTime"), attr(e, "modifiedDateTime"), guidOf(e, "creatingUserGUID")
	case "User":
		r.p.Users = append(r.p.Users, User{guidOf(e, "guid"), attr(e, "name"), attr(e, "id")})
	case "Code":
		c := Code{GUID: guidOf(e, "guid"), Name: attr(e, "name"), Color: color(attr(e, "color")), Codable: attr(e, "isCodable") != "false" && attr(e, "isCodable") != "0"}
		if f.code > 0 {
			c.Parent = r.p.Codes[f.code-1].GUID
		}
		if c.GUID == "" || r.coded[c.GUID] {
			was := c.GUID
			c.GUID = NewGUID("code without its own", c.Parent, c.Name, strconv.Itoa(len(r.p.Codes)))
			r.lose("code", was, c.Name, "has no GUID of its own; it was given one, and codings that name the old one go to the earlier code")
		}
		if r.coded == nil {
			r.coded = map[string]bool{}
		}
		r.coded[c.GUID] = true
		r.p.Codes = append(r.p.Codes, c)
		f.code = len(r.p.Codes)
	case "Variable":
		r.p.Variables = append(r.p.Variables, Variable{GUID: guidOf(e, "guid"), Name: attr(e, "name"), Type: attr(e, "typeOfVariable")})
		f.vari = &r.p.Variables[len(r.p.Variables)-1]
	case "Case":
		r.p.Cases = append(r.p.Cases, Case{GUID: guidOf(e, "guid"), Name: attr(e, "name")})
		f.kase = &r.p.Cases[len(r.p.Cases)-1]
	case "VariableValue":
		switch {
		case f.src != nil:
			f.src.Values = append(f.src.Values, Value{})
			f.value = &f.src.Values[len(f.src.Values)-1]
		case f.kase != nil:
			f.kase.Values = append(f.kase.Values, Value{})
			f.value = &f.kase.Values[len(f.kase.Values)-1]
		}
	case "VariableRef":
		if f.value != nil {
			f.value.Variable = guidOf(e, "targetGUID")
		}
	case "TextValue", "BooleanValue", "IntegerValue", "FloatValue", "DateValue", "DateTimeValue":
		if f.value != nil {
			f.text = &f.value.Value
		}
	case "TextSource", "PDFSource", "PictureSource", "AudioSource", "VideoSource":
		s := r.source(e, map[string]string{"TextSource": TextSource, "PDFSource": PDFSource, "PictureSource": PictureSource, "AudioSource": AudioSource, "VideoSource": VideoSource}[e.Name.Local])
		r.p.Sources = append(r.p.Sources, s)
		f.src = &r.p.Sources[len(r.p.Sources)-1]
	case "Note":
		r.p.Notes = append(r.p.Notes, r.source(e, TextSource))
		f.src = &r.p.Notes[len(r.p.Notes)-1]
	case "Representation", "TextDescription":
		if f.sel != nil {
			f.sel.plain, f.words = attr(e, "plainTextPath"), f.sel
		} else if f.src != nil {
			f.src.TextGUID, f.src.plain = guidOf(e, "guid"), attr(e, "plainTextPath")
			f.src.HasText = f.src.HasText || f.src.plain != ""
		}
	case "Transcript":
		if f.src != nil {
			f.src.Transcripts = append(f.src.Transcripts, Transcript{Source: r.source(e, TextSource)})
			f.script = &f.src.Transcripts[len(f.src.Transcripts)-1]
			f.src = &f.script.Source
		}
	case "SyncPoint":
		if f.script != nil {
			f.script.Sync = append(f.script.Sync, SyncPoint{GUID: guidOf(e, "guid"), Time: r.number(e, "timeStamp"), Position: r.number(e, "position")})
		}
	case "PlainTextContent":
		if f.words != nil {
			f.text = &f.words.Says
		} else if f.src != nil && f.sel == nil {
			f.src.HasText = true
			f.text = &f.src.Text
		}
	case "PlainTextSelection", "PDFSelection", "PictureSelection", "AudioSelection", "VideoSelection", "TranscriptSelection":
		if f.src == nil {
			return
		}
		if f.words != nil {
			r.lose("selection", guidOf(e, "guid"), f.src.Name, "is of the words of a part of a page; its codings are given to the part")
			f.coding = nil
			return
		}
		f.src.Selections = append(f.src.Selections, r.selection(e))
		f.sel, f.coding = &f.src.Selections[len(f.src.Selections)-1], nil
	case "Coding":
		c := Coding{GUID: guidOf(e, "guid"), User: guidOf(e, "creatingUser"), Created: attr(e, "creationDateTime")}
		var to *[]Coding
		switch {
		case f.sel != nil:
			to = &f.sel.Codings
		case f.src != nil:
			to = &f.src.Codings
		default:
			return
		}
		*to = append(*to, c)
		f.coding = &(*to)[len(*to)-1]
	case "CodeRef":
		switch {
		case f.coding != nil:
			f.coding.Code = guidOf(e, "targetGUID")
		case f.kase != nil:
			f.kase.Codes = append(f.kase.Codes, guidOf(e, "targetGUID"))
		}
	case "SourceRef":
		if f.kase != nil {
			f.kase.Sources = append(f.kase.Sources, guidOf(e, "targetGUID"))
		}
	case "SelectionRef":
		if f.kase != nil {
			f.kase.Selections = append(f.kase.Selections, guidOf(e, "targetGUID"))
		}
	case "NoteRef":
		if to := r.notes(f); to != nil {
			*to = append(*to, guidOf(e, "targetGUID"))
		}
	case "Link":
		r.p.Links = append(r.p.Links, Link{GUID: guidOf(e, "guid"), Name: attr(e, "name"), Direction: attr(e, "direction"), Color: attr(e, "color"), From: guidOf(e, "originGUID"), To: guidOf(e, "targetGUID")})
		f.link = &r.p.Links[len(r.p.Links)-1]
	case "Set":
		r.p.Sets = append(r.p.Sets, Set{GUID: guidOf(e, "guid"), Name: attr(e, "name")})
		f.set = &r.p.Sets[len(r.p.Sets)-1]
	case "MemberCode", "MemberSource", "MemberNote":
		if f.set != nil {
			g := cmp.Or(guidOf(e, "targetGUID"), guidOf(e, "guid"))
			to := map[string]*[]string{"MemberCode": &f.set.Codes, "MemberSource": &f.set.Sources, "MemberNote": &f.set.Notes}[e.Name.Local]
			*to = append(*to, g)
		}
	case "Graph":
		r.p.Graphs = append(r.p.Graphs, Graph{GUID: guidOf(e, "guid"), Name: attr(e, "name")})
		f.graph = &r.p.Graphs[len(r.p.Graphs)-1]
	case "Vertex":
		if f.graph != nil {
			f.graph.Vertices++
		}
	case "Edge":
		if f.graph != nil {
			f.graph.Edges++
		}
	case "Description":
		f.text = r.description(f)
	}
}

func (r *reader) description(f *frame) *string {
	switch {
	case f.sel != nil:
		return &f.sel.Description
	case f.src != nil:
		if f.src.Description != "" && (r.around == "Representation" || r.around == "TextDescription") {
			return nil
		}
		return &f.src.Description
	case f.kase != nil:
		return &f.kase.Description
	case f.vari != nil:
		return &f.vari.Description
	case f.set != nil:
		return &f.set.Description
	case f.code > 0:
		return &r.p.Codes[f.code-1].Description
	case r.around == "Project":
		return &r.p.Description
	}
	return nil
}

func (r *reader) notes(f *frame) *[]string {
	switch {
	case f.coding != nil:
		return &f.coding.Notes
	case f.sel != nil:
		return &f.sel.Notes
	case f.src != nil:
		return &f.src.Notes
	case f.link != nil:
		return &f.link.Notes
	case f.code > 0:
		return &r.p.Codes[f.code-1].Notes
	case f.name == "NoteRef" && r.around == "Project":
		return &r.p.Memos
	}
	return nil
}

func (r *reader) source(e xml.StartElement, kind string) Source {
	s := Source{GUID: guidOf(e, "guid"), Kind: kind, Name: attr(e, "name"), User: guidOf(e, "creatingUser"), Created: attr(e, "creationDateTime"), Modified: attr(e, "modifiedDateTime")}
	s.plain = attr(e, "plainTextPath")
	if s.Created == undated {
		s.Created = ""
	}
	if p := attr(e, "richTextPath"); p != "" {
		s.File, s.rich = p, true
	}
	if p := attr(e, "path"); p != "" {
		s.File = p
	}
	return s
}

func (r *reader) selection(e xml.StartElement) Selection {
	s := Selection{GUID: guidOf(e, "guid"), Name: attr(e, "name"), User: guidOf(e, "creatingUser"), Created: attr(e, "creationDateTime"), Modified: attr(e, "modifiedDateTime"), Start: -1, End: -1}
	if s.Created == undated {
		s.Created = ""
	}
	switch e.Name.Local {
	case "PlainTextSelection":
		s.Kind = TextSelection
		s.raw = [2]int{r.number(e, "startPosition"), r.number(e, "endPosition")}
	case "PDFSelection", "PictureSelection":
		s.Kind = RegionSelection
		s.Box = [4]int{r.number(e, "firstX"), r.number(e, "firstY"), r.number(e, "secondX"), r.number(e, "secondY")}
		if e.Name.Local == "PDFSelection" {
			s.Page = r.number(e, "page")
		}
	case "AudioSelection", "VideoSelection":
		s.Kind = TimeSelection
		s.Begin, s.Stop = r.number(e, "begin"), r.number(e, "end")
	case "TranscriptSelection":
		s.Kind = SpanOfTranscript
		s.from, s.to = guidOf(e, "fromSyncPoint"), guidOf(e, "toSyncPoint")
	}
	return s
}

// color takes #RGB, #RRGGBB, or nothing.
func color(s string) string {
	s = strings.ToLower(strings.TrimSpace(s))
	if len(s) == 4 && s[0] == '#' {
		s = "#" + strings.Repeat(s[1:2], 2) + strings.Repeat(s[2:3], 2) + strings.Repeat(s[3:4], 2)
	}
	if len(s) != 7 || s[0] != '#' {
		return ""
	}
	for _, c := range s[1:] {
		if !strings.ContainsRune("0123456789abcdef", c) {
			return ""
		}
	}
	return s
}

// inside gives the name of the entry that a path means; external paths have none, but where a file of that name was packed.
func (p *Package) inside(at string) (entry string, external bool) {
	if at == "" {
		return "", false
	}
	way, rest, _ := strings.Cut(at, "://")
	external = way == "relative" || way == "absolute"
	if external || way == "internal" {
		at = rest
	}
	entry = path.Base(strings.ReplaceAll(at, `\`, "/"))
	if external && p.entries[strings.ToLower(entry)] == nil {
		return "", true
	}
	return entry, false
}

// finish loads the texts, finds out how each counts, and checks what refers to what.
func (r *reader) finish(p *Package) (Project, []Loss) {
	var all []*Source
	for i := range r.p.Sources {
		s := &r.p.Sources[i]
		all = append(all, s)
		for k := range s.Transcripts {
			all = append(all, &s.Transcripts[k].Source)
		}
	}
	for i := range r.p.Notes {
		all = append(all, &r.p.Notes[i])
	}
	var withText []*Source
	var texts []raw
	for _, s := range all {
		if t, ok := r.text(p, s); ok {
			withText, texts = append(withText, s), append(texts, t)
			s.HasText = true
		} else {
			s.HasText = false
		}
		r.file(p, s)
		r.words(p, s)
	}
	for i := range r.p.Sources {
		times := map[string]int{}
		for _, t := range r.p.Sources[i].Transcripts {
			for _, y := range t.Sync {
				times[y.GUID] = y.Time
			}
		}
		for k := range r.p.Sources[i].Transcripts {
			r.p.Sources[i].Transcripts[k].raws(times)
		}
	}
	decide(r.p.Origin, withText, texts, func(guid string) (Convention, bool) {
		c, ok := r.o.Convention[guid]
		if !ok {
			c, ok = r.o.Convention[""]
		}
		return c, ok
	})
	scripts := map[*Source]*Transcript{}
	for k := range r.p.Sources {
		for j := range r.p.Sources[k].Transcripts {
			t := &r.p.Sources[k].Transcripts[j]
			scripts[&t.Source] = t
		}
	}
	for i, s := range withText {
		s.Text = texts[i].normal()
		if t := scripts[s]; t != nil {
			r.sync(t, texts[i])
		}
	}
	r.check(all)
	return r.p, r.losses
}

// words loads the words that regions of a source bring with them.
func (r *reader) words(p *Package, s *Source) {
	for i := range s.Selections {
		x := &s.Selections[i]
		if entry, _ := p.inside(x.plain); entry != "" && x.Says == "" {
			b, err := p.bytes(entry, r.limits.Text)
			if err != nil && r.err == nil {
				r.err = err
			}
			if r.texts += int64(len(b)); r.texts > r.limits.Texts && r.err == nil {
				r.err = bad("its texts have more than %d MB together", r.limits.Texts>>20)
			}
			t, _ := decodeText(b)
			x.Says = t.normal()
		}
		x.Says = strings.TrimSpace(strings.TrimPrefix(x.Says, "\ufeff"))
	}
}

// text loads the text of a source.
func (r *reader) text(p *Package, s *Source) (raw, bool) {
	if s.HasText && s.plain == "" { // inline; the XML reader made LF of its line ends
		return raw{text: strings.TrimPrefix(s.Text, "\ufeff"), bom: strings.HasPrefix(s.Text, "\ufeff")}, true
	}
	entry, external := p.inside(s.plain)
	if entry == "" && s.Kind == TextSource && s.rich && r.o.Extract != nil {
		if e, _ := p.inside(s.File); e != "" {
			b, err := p.bytes(e, r.limits.Text)
			if b != nil && err == nil {
				if t, err := r.o.Extract(e, b); err == nil {
					r.lose("source", s.GUID, s.Name, "has no plain text; it was taken from its "+strings.TrimPrefix(path.Ext(e), ".")+" file, so positions may lie elsewhere")
					return raw{text: t}, true
				}
			}
		}
	}
	if entry == "" {
		if external {
			s.Missing = true
			r.lose("source", s.GUID, s.Name, "its text lies outside of the package and is not read")
		} else if s.Kind == TextSource && len(s.Selections) > 0 {
			s.Missing = true
			r.lose("source", s.GUID, s.Name, "has no text in the package")
		}
		return raw{}, false
	}
	b, err := p.bytes(entry, r.limits.Text)
	if err != nil && r.err == nil {
		r.err = err
	}
	if b == nil {
		s.Missing = true
		r.lose("source", s.GUID, s.Name, "its text "+entry+" is not in the package; what is said of it is kept, its words are missing")
		return raw{}, false
	}
	if r.texts += int64(len(b)); r.texts > r.limits.Texts && r.err == nil {
		r.err = bad("its texts have more than %d MB together", r.limits.Texts>>20)
	}
	t, note := decodeText(b)
	if note != "" {
		r.lose("source", s.GUID, s.Name, note)
	}
	return t, true
}

// decodeText makes UTF-8 of a text file.
func decodeText(b []byte) (raw, string) {
	switch {
	case bytes.HasPrefix(b, []byte{0xef, 0xbb, 0xbf}):
		b = b[3:]
		if utf8.Valid(b) {
			return raw{text: string(b), bom: true}, ""
		}
	case bytes.HasPrefix(b, []byte{0xff, 0xfe}), bytes.HasPrefix(b, []byte{0xfe, 0xff}):
		big := b[0] == 0xfe
		u := make([]uint16, 0, len(b)/2)
		for i := 2; i+1 < len(b); i += 2 {
			x := uint16(b[i]) | uint16(b[i+1])<<8
			if big {
				x = x>>8 | x<<8
			}
			u = append(u, x)
		}
		return raw{text: string(utf16.Decode(u)), bom: true}, "its text is UTF-16, where the standard asks for UTF-8; it was converted"
	}
	if utf8.Valid(b) {
		return raw{text: string(b)}, ""
	}
	s, _ := charmap.Windows1252.NewDecoder().Bytes(b)
	return raw{text: string(s)}, "its text is not UTF-8; it was taken for Windows-1252, so some letters may be wrong"
}

// file notes where the original is.
func (r *reader) file(p *Package, s *Source) {
	if s.File == "" {
		return
	}
	entry, external := p.inside(s.File)
	s.external = external
	switch {
	case external:
		s.File = ""
		r.lose("source", s.GUID, s.Name, "its file lies outside of the package; add it by hand")
	case p.entries[strings.ToLower(entry)] == nil:
		s.File, s.Missing = "", true
		r.lose("source", s.GUID, s.Name, "its file "+entry+" is not in the package")
	default:
		s.File = entry
	}
}

// raws notes the positions at which selections of a transcript begin and end, as found, and their times. times are those of all
// sync points of its recording.
func (t *Transcript) raws(times map[string]int) {
	at := map[string]int{}
	for _, y := range t.Sync {
		at[y.GUID] = y.Position
		if y.Position >= 0 {
			t.timed = append(t.timed, y.Position)
		}
	}
	for i := range t.Selections {
		if x := &t.Selections[i]; x.Kind == SpanOfTranscript {
			from, okFrom := times[x.from]
			to, okTo := times[x.to]
			if okFrom && okTo && from >= 0 && to >= 0 {
				x.Begin, x.Stop = from, to
			}
			a, okA := at[x.from]
			b, okB := at[x.to]
			if okA && okB && a >= 0 && b >= a {
				x.raw = [2]int{a, b}
			}
		}
	}
}

// sync gives selections of a transcript their places.
func (r *reader) sync(t *Transcript, text raw) {
	sc := text.scale(t.Convention)
	runes := []rune(t.Text)
	at := map[string]SyncPoint{}
	for i := range t.Sync {
		y := &t.Sync[i]
		if from, _, ok := sc.place(Convention{Unit: t.Convention.Unit, CRLF: t.Convention.CRLF, BOM: t.Convention.BOM}, y.Position, y.Position); ok {
			y.Position = from
		} else {
			y.Position = -1
		}
		at[y.GUID] = *y
	}
	for i := range t.Selections {
		x := &t.Selections[i]
		if x.Kind != SpanOfTranscript {
			continue
		}
		a, okA := at[x.from]
		b, okB := at[x.to]
		if okA && okB && a.Position >= 0 && b.Position >= a.Position {
			x.Start, x.End, x.Quote = a.Position, b.Position, string(runes[a.Position:b.Position])
		}
	}
}

// check notes what refers to nothing, what is there twice, and what lies outside of its text.
func (r *reader) check(all []*Source) {
	codes, users, things := map[string]bool{}, map[string]bool{}, map[string]bool{}
	twice := func(item, guid, name string) {
		if guid == "" {
			r.lose(item, "", name, "has no GUID, so nothing can refer to it")
		}
		things[guid] = true
	}
	for _, c := range r.p.Codes {
		codes[c.GUID] = true
		twice("code", c.GUID, c.Name)
	}
	for _, u := range r.p.Users {
		users[u.GUID] = true
	}
	vars := map[string]bool{}
	for _, v := range r.p.Variables {
		vars[v.GUID] = true
	}
	notes := map[string]bool{}
	for _, n := range r.p.Notes {
		notes[n.GUID] = true
		twice("note", n.GUID, n.Name)
	}
	refer := func(item, guid, name string, to []string) []string {
		return slices.DeleteFunc(to, func(n string) bool {
			if notes[n] {
				return false
			}
			r.lose(item, guid, name, "refers to a note that is not in the file")
			return true
		})
	}
	codings := func(item string, s *Source, cs []Coding, where string) []Coding {
		return slices.DeleteFunc(cs, func(c Coding) bool {
			switch {
			case c.Code == "":
				r.lose("coding", c.GUID, s.Name, "names no code")
			case !codes[c.Code]:
				r.lose("coding", c.GUID, s.Name, "names a code that is not in the codebook")
			default:
				if c.User != "" && !users[c.User] && len(r.p.Users) > 0 {
					r.lose("coding", c.GUID, s.Name, "names a user that is not in the file")
				}
				return false
			}
			return true
		})
	}
	r.p.Memos = refer("project", "", r.p.Name, r.p.Memos)
	for _, s := range all {
		twice("source", s.GUID, s.Name)
		for i := range s.Selections {
			x := &s.Selections[i]
			things[x.GUID] = true
			if x.Kind == TextSelection && s.HasText && x.Start < 0 {
				r.lose("selection", x.GUID, s.Name, fmt.Sprintf("lies outside of the text (%d to %d)", x.raw[0], x.raw[1]))
			}
			if x.moved != "" {
				r.lose("selection", x.GUID, s.Name, x.moved)
			}
			if x.Kind == TextSelection && !s.HasText {
				// Without the text nothing can be found out; the numbers are kept as the file has them.
				x.Start, x.End, x.Quote = x.raw[0], x.raw[1], x.Name
			}
			if x.Kind == TextSelection && x.Start >= 0 && x.Start == x.End {
				r.lose("selection", x.GUID, s.Name, "is a point: it begins where it ends")
			}
			x.Codings = codings("selection", s, x.Codings, x.GUID)
			x.Notes = refer("selection", x.GUID, s.Name, x.Notes)
		}
		s.Codings = codings("source", s, s.Codings, s.GUID)
		s.Notes = refer("source", s.GUID, s.Name, s.Notes)
		s.Values = slices.DeleteFunc(s.Values, func(v Value) bool {
			if vars[v.Variable] {
				return false
			}
			r.lose("value", "", s.Name, "belongs to a variable that is not in the file")
			return true
		})
	}
	for i := range r.p.Codes {
		r.p.Codes[i].Notes = refer("code", r.p.Codes[i].GUID, r.p.Codes[i].Name, r.p.Codes[i].Notes)
	}
	for i := range r.p.Cases {
		c := &r.p.Cases[i]
		things[c.GUID] = true
		miss := func(what string, list []string) []string {
			return slices.DeleteFunc(list, func(g string) bool {
				if things[g] {
					return false
				}
				r.lose("case", c.GUID, c.Name, "refers to a "+what+" that is not in the file")
				return true
			})
		}
		c.Sources, c.Selections, c.Codes = miss("source", c.Sources), miss("selection", c.Selections), miss("code", c.Codes)
	}
	for _, l := range r.p.Links {
		if !things[l.From] || !things[l.To] {
			r.lose("link", l.GUID, l.Name, "joins something that is not in the file")
		}
	}
}
