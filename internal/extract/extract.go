// Package extract takes the text out of files: PDF, DOCX, ODT, RTF, web pages, EPUB, Markdown, plain text, subtitles and
// mails. Files come from strangers, so they are read in a child process with limits on memory, time and output ([Sandbox]);
// what comes back is text and places, never anything active.
package extract

import (
	"archive/zip"
	"bytes"
	"cmp"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/net/html/charset"

	"throughline/internal/fault"
	"throughline/internal/pattern"
)

// Text is what was taken out of a file.
type Text struct {
	Body     string   `json:"body"`               // UTF-8, lines ended by LF; a blank line divides paragraphs
	Format   string   `json:"format"`             // one of Formats
	Title    string   `json:"title,omitempty"`    // as the file says
	Language string   `json:"language,omitempty"` // BCP 47, as the file says
	Pages    []Page   `json:"pages,omitempty"`    // of a PDF
	Stamps   []Stamp  `json:"stamps,omitempty"`   // of subtitles
	Scanned  bool     `json:"scanned,omitempty"`  // pages without text that can be read: pictures of pages, or letters that mean nothing
	Notes    []string `json:"notes,omitempty"`    // what was left out, in plain words
}

// Page is a page of a PDF.
type Page struct {
	Start  int     `json:"start"` // code points of the body
	End    int     `json:"end"`
	Width  float64 `json:"width"` // points, as it is shown: cut to its crop box, and turned
	Height float64 `json:"height"`
	Turn   int     `json:"turn,omitempty"`   // degrees clockwise by which it is turned to be shown
	Left   float64 `json:"left,omitempty"`   // points from the left edge of its media box to that of what is shown, not turned
	Bottom float64 `json:"bottom,omitempty"` // and from the lower edge
	Lines  []Line  `json:"lines,omitempty"`
}

// Line is a run of text on a page with its box, in points from the lower left corner of the page as it is shown.
type Line struct {
	Start int        `json:"start"` // code points of the body
	End   int        `json:"end"`
	Box   [4]float64 `json:"box"` // left, bottom, right, top
}

// Stamp ties a part of the text to a time.
type Stamp struct {
	Start int `json:"start"` // code points of the body
	End   int `json:"end"`
	From  int `json:"from"` // milliseconds
	To    int `json:"to"`
}

// Formats lists what can be read, as the ends of file names.
var Formats = []string{"pdf", "docx", "odt", "rtf", "html", "epub", "md", "txt", "srt", "vtt", "eml"}

// Limits bound what reading a file may cost.
type Limits struct {
	File      int64 // bytes of the file
	Output    int   // bytes of the text
	Entries   int   // files in a packed file
	Entry     int64 // bytes of one of them when unpacked
	Ratio     int64 // how many times larger one of more than a megabyte may become
	Memory    int64 // bytes of the child process
	Depth     int   // of nested elements
	Pages     int   // of a PDF
	Picture   int64 // bytes of a picture
	Recording int64 // bytes of a recording, of which only the tables are read
}

// Standard are the limits that are used.
func Standard() Limits {
	return Limits{File: 200 << 20, Output: 32 << 20, Entries: 20_000, Entry: 128 << 20, Ratio: 150, Memory: 480 << 20, Depth: 300, Pages: 5000, Picture: 50 << 20, Recording: 2 << 30}
}

func invalid(format string, args ...any) error { return fault.New(fault.Invalid, format, args...) }

// Detect tells the format of a file by what it holds, and only where that does not tell by its name. Packed files are told
// apart by what is in them.
func Detect(name string, data []byte) (string, error) {
	ext := strings.ToLower(strings.TrimPrefix(path.Ext(name), "."))
	head := data[:min(len(data), 1024)]
	switch {
	case len(data) == 0:
		return "", invalid("The file is empty.")
	case bytes.HasPrefix(bytes.TrimLeft(head, "\xef\xbb\xbf \t\r\n"), []byte("%PDF-")), ext == "pdf" && bytes.Contains(head, []byte("%PDF-")):
		return "pdf", nil
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte("PK\x05\x06")):
		return packed(ext, data)
	case bytes.HasPrefix(head, []byte("SQLite format 3\x00")):
		return "", invalid("The file is a database. If it is a project of Taguette or QualCoder, it comes in as a project: under Documents, From and for other programs, or with \"throughline qda import\".")
	case bytes.HasPrefix(head, []byte(`{\rtf`)):
		return "rtf", nil
	case bytes.HasPrefix(head, []byte{0xd0, 0xcf, 0x11, 0xe0}):
		switch {
		case bytes.Contains(data, []byte("E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e")):
			return "", invalid("The file is protected by a password. Save it without one and bring it in again.")
		case ext == "docx" && !bytes.Contains(data, []byte("W\x00o\x00r\x00d\x00D\x00o\x00c\x00u\x00m\x00e\x00n\x00t")):
			return "", invalid("The file is protected by a password. Save it without one and bring it in again.")
		case ext == "msg":
			return "", invalid("The file is a mail as Outlook keeps it. Save it there as .eml or as text, then bring that in.")
		}
		return "", invalid("The file is of an old Office format (such as .doc). Open it and save it as .docx, then bring that in.")
	}
	for magic, what := range map[string]string{"\x89PNG": "a picture", "\xff\xd8\xff": "a picture", "GIF8": "a picture", "ID3": "a recording", "OggS": "a recording", "RIFF": "a recording or a picture", "\x1f\x8b": "a packed file", "7z\xbc\xaf": "a packed file", "Rar!": "a packed file", "MZ": "a program", "\x7fELF": "a program"} {
		if bytes.HasPrefix(head, []byte(magic)) {
			return "", invalid("The file is %s, which holds no text that can be read here.", what)
		}
	}
	if len(head) > 12 && string(head[4:8]) == "ftyp" {
		return "", invalid("The file is a recording, which holds no text that can be read here. Bring in its transcript.")
	}
	for cut := 0; cut < 3 && len(head) > 4 && len(head) < len(data) && !utf8.Valid(head); cut++ {
		head = head[:len(head)-1] // which may end within a character
	}
	text, err := decode(head, "")
	if err != nil {
		return "", err
	}
	lower := strings.ToLower(strings.TrimSpace(text))
	switch {
	case strings.HasPrefix(lower, "webvtt"):
		return "vtt", nil
	case strings.HasPrefix(lower, "<") && strings.Contains(lower, "<office:document") && bytes.Contains(data[:min(len(data), 16<<10)], []byte("opendocument.text")): // after many names
		return "odt", nil
	case strings.HasPrefix(lower, "<!doctype html"), strings.HasPrefix(lower, "<html"), strings.Contains(lower, "<html") && strings.HasPrefix(lower, "<"):
		return "html", nil
	}
	switch ext {
	case "htm", "html", "xhtml":
		return "html", nil
	case "md", "markdown":
		return "md", nil
	case "srt", "vtt", "eml", "txt":
		return ext, nil
	case "mht", "mhtml":
		return "eml", nil
	case "docx", "odt", "epub", "pdf", "rtf":
		return "", invalid("The file is called .%s, but is none: it may be broken, or of another kind. Open it in the program that made it and save it again.", ext)
	}
	return "txt", nil
}

// packed tells what sort of packed file it is.
func packed(ext string, data []byte) (string, error) {
	z, err := directory(data)
	if err != nil {
		return "", invalid("The file is broken: it begins as a packed file (such as .docx) and ends too early. Save it again, or copy it again.")
	}
	names := map[string]bool{}
	kind := ""
	for _, f := range z.File {
		names[f.Name] = true
		if f.Name == "mimetype" && kind == "" {
			if in, err := f.Open(); err == nil {
				b, _ := io.ReadAll(io.LimitReader(in, 100))
				in.Close()
				kind = strings.TrimSpace(string(b))
			}
		}
	}
	has := func(name string) bool { return names[name] }
	switch {
	case strings.HasPrefix(kind, "application/vnd.oasis.opendocument.spreadsheet"):
		return "", invalid("The file is a spreadsheet. Texts are brought in here. A table of codings comes in under Documents, From and for other programs, or with \"throughline codings import\".")
	case strings.HasPrefix(kind, "application/vnd.oasis.opendocument.presentation"), strings.HasPrefix(kind, "application/vnd.oasis.opendocument.graphics"):
		return "", invalid("The file is a presentation or a drawing. Save it as PDF and bring that in.")
	case has("word/document.xml"), has("[Content_Types].xml") && has("_rels/.rels") && wordy(z):
		return "docx", nil
	case has("META-INF/container.xml"):
		return "epub", nil
	case has("content.xml"):
		return "odt", nil
	case has("xl/workbook.xml"):
		return "", invalid("The file is a spreadsheet. Texts are brought in here. A table of codings comes in under Documents, From and for other programs, or with \"throughline codings import\".")
	case has("ppt/presentation.xml"):
		return "", invalid("The file is a presentation. Save it as PDF and bring that in.")
	case has("project.qde"), slices.ContainsFunc(z.File, func(f *zip.File) bool { return path.Base(f.Name) == "data.qda" }):
		return "", invalid("The file is a project of a program for qualitative analysis. It comes in as a project: under Documents, From and for other programs, or with \"throughline qda import\".")
	}
	if ext != "" && ext != "zip" {
		return "", invalid("The file is called .%s, but is a packed file of something else.", ext)
	}
	return "", invalid("The file is a packed file (ZIP). Unpack it and bring in what is in it.")
}

// directory reads the list of what a packed file holds, unless it is longer than that of any document: the list alone
// could take more memory than there is.
func directory(data []byte) (*zip.Reader, error) {
	if n := bytes.Count(data, []byte("PK\x01\x02")); n > 200_000 {
		return nil, invalid("The file holds more files than any document has; it is not read.")
	}
	return zip.NewReader(bytes.NewReader(data), int64(len(data)))
}

// wordy tells whether a file of Office has a document of Word in it, whatever that is called.
func wordy(z *zip.Reader) bool {
	for _, f := range z.File {
		if strings.HasPrefix(f.Name, "word/document") && strings.HasSuffix(f.Name, ".xml") {
			return true
		}
	}
	return false
}

// Read takes the text out of a file, in this process. Strangers' files go through a [Sandbox].
func Read(ctx context.Context, name string, data []byte, l Limits, o Options) (Text, error) {
	if int64(len(data)) > l.File {
		return Text{}, invalid("The file has %d MB; at most %d MB are read. Split it.", len(data)>>20, l.File>>20)
	}
	format, err := Detect(name, data)
	if err != nil {
		return Text{}, err
	}
	if slices.Contains([]string{"txt", "md", "srt", "vtt"}, format) && len(data) > 2*l.Output { // letters of two bytes become shorter
		return Text{}, invalid("The text is longer than %d MB, which is more than is read. Split the file.", l.Output>>20)
	}
	r := &reader{ctx: ctx, l: l, o: o}
	t := Text{Format: format}
	switch format {
	case "pdf":
		err = r.pdf(data, &t)
	case "docx":
		err = r.docx(data, &t)
	case "odt":
		if bytes.HasPrefix(data, []byte("PK")) {
			err = r.odt(data, &t)
		} else {
			err = r.openDocument(data, &t)
		}
	case "epub":
		err = r.epub(data, &t)
	case "rtf":
		err = r.rtf(data, &t)
	case "html":
		err = r.html(data, "", &t)
	case "eml":
		err = r.mail(data, &t)
	case "srt", "vtt":
		err = r.subtitles(data, &t)
	default:
		t.Body, err = r.plain(data, &t)
	}
	if err == nil && r.over {
		err = invalid("The text is longer than %d MB, which is more than is read. Split the file.", l.Output>>20)
	}
	if err == nil && ctx.Err() != nil {
		err = ctx.Err()
	}
	if err != nil {
		return Text{}, err
	}
	if len(t.Body) > l.Output {
		return Text{}, invalid("The text is longer than %d MB, which is more than is read. Split the file.", l.Output>>20)
	}
	if len(t.Pages) == 0 && len(t.Stamps) == 0 { // places are counted; only then may the text be tidied
		t.Body = tidy(t.Body)
		t.Stamps = times(t.Body)
	}
	if strings.TrimSpace(t.Body) == "" && !t.Scanned {
		return Text{}, invalid("There is no text in the file.")
	}
	return t, nil
}

// Options steer reading.
type Options struct {
	Cache string // folder for what is compiled once; empty: it is kept by the process
	OCR   string // languages of tesseract for pages that are pictures, such as "eng+tha"; empty: no recognition
	First int    // read only so many pages of a PDF; 0: all
}

type reader struct {
	ctx  context.Context
	l    Limits
	o    Options
	over bool
}

// tidy makes lines end in LF, takes control characters away, and makes no more than one blank line of several.
func tidy(s string) string {
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	var b strings.Builder
	b.Grow(len(s))
	ends := 0
	for line := range strings.SplitSeq(s, "\n") {
		line = strings.TrimRightFunc(strings.Map(printable, line), unicode.IsSpace)
		if line == "" {
			ends++
			continue
		}
		if b.Len() > 0 {
			b.WriteString("\n\n"[:min(2, max(1, ends+1))])
		}
		b.WriteString(line)
		ends = 0
	}
	if b.Len() > 0 {
		b.WriteByte('\n')
	}
	return b.String()
}

// printable drops what is no text: control characters, byte order marks and soft hyphens.
func printable(r rune) rune {
	switch {
	case r == '\n' || r == '\t':
		return r
	case r == '\u00ad' || r == '\ufeff' || r == '\ufffe' || r == '\uffff' || r == 0:
		return -1
	case r < 0x20 || r >= 0x7f && r < 0xa0:
		return ' '
	}
	return r
}

// decode makes UTF-8 of bytes in any of the usual encodings. declared is the name of one that was said.
func decode(b []byte, declared string) (string, error) {
	switch {
	case bytes.HasPrefix(b, []byte{0xef, 0xbb, 0xbf}):
		b = b[3:]
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
		return string(utf16.Decode(u)), nil
	}
	if utf8.Valid(b) && (declared == "" || single(declared) || strings.EqualFold(declared, "utf-8") || strings.EqualFold(declared, "utf8")) {
		if n := bytes.Count(b, []byte{0}); n > 0 && n > len(b)/1000 {
			return "", invalid("The file is no text: it holds bytes that no text has.")
		}
		return string(b), nil
	}
	if utf := declared == "" || strings.EqualFold(declared, "utf-8") || strings.EqualFold(declared, "utf8"); utf && nearly(b) {
		return strings.ToValidUTF8(string(b), "\ufffd"), nil
	} else if utf { // which it is not, whatever it says
		declared = ""
	}
	if n := bytes.Count(b, []byte{0}); n > 0 {
		return "", invalid("The file is no text: it holds bytes that no text has.")
	}
	e, _ := charset.Lookup(cmp.Or(declared, "windows-1252"))
	if e == nil {
		e, _ = charset.Lookup("windows-1252")
	}
	s, err := e.NewDecoder().Bytes(b)
	if err != nil {
		return "", invalid("The file is in an encoding that cannot be read. Save it as UTF-8.")
	}
	return string(s), nil
}

// single tells whether an encoding is one of a byte for each letter, with ASCII as its half. Text in such an encoding that
// happens to be good UTF-8 is UTF-8 that was mislabelled.
func single(name string) bool {
	name = strings.ToLower(name)
	return name == "us-ascii" || name == "ascii" || strings.HasPrefix(name, "iso-8859-") || strings.HasPrefix(name, "windows-") && len(name) == len("windows-1252") || name == "latin1"
}

// nearly tells whether bytes are UTF-8 but for a few that were damaged or cut off.
func nearly(b []byte) bool {
	good, bad := 0, 0
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			bad++
		case n > 1:
			good++
		}
		i += n
	}
	return bad*10 < good
}

// plain reads a text, and tells when its encoding had to be guessed.
func (r *reader) plain(data []byte, t *Text) (string, error) {
	s, err := decode(data, "")
	if err == nil {
		t.guessed(data)
	}
	return s, err
}

// guessed tells of bytes that say nothing of their encoding how they were read.
func (t *Text) guessed(data []byte) {
	switch {
	case utf8.Valid(data), bytes.HasPrefix(data, []byte{0xff, 0xfe}), bytes.HasPrefix(data, []byte{0xfe, 0xff}):
	case nearly(data):
		t.Notes = append(t.Notes, "Some letters are damaged; a mark stands in their place.")
	default:
		t.Notes = append(t.Notes, "The text is not in UTF-8; it was read as Windows-1252 (Western European). If letters look wrong, save it as UTF-8 and bring it in again.")
	}
}

const hiddenLeft = "Hidden text was left out."

// mark is a time in a transcript, as programs and people who transcribe write it: [00:01:02], (1:02:03.5) or #00:01:02-5#.
var mark = pattern.Late(`[\[(](?:(\d{1,3}):)?(\d{1,2}):([0-5]\d)(?:[.,](\d{1,3}))?[\])]|#(\d{1,3}):([0-5]\d):([0-5]\d)(?:-(\d{1,3}))?#`)

// times finds the times that stand in a transcript, each up to the next. One alone, or such as run backwards, are no times
// of a recording.
func times(body string) []Stamp {
	var out []Stamp
	at, cp := 0, 0
	const most = 200_000
	all := mark().FindAllStringSubmatchIndex(body, most+1)
	if len(all) > most {
		return nil
	}
	for _, m := range all {
		part := func(i int) string {
			if m[2*i] < 0 {
				return ""
			}
			return body[m[2*i]:m[2*i+1]]
		}
		k := 1
		if m[2*7] >= 0 {
			k = 5
		}
		from := milliseconds(part(k), part(k+1), part(k+2), part(k+3))
		cp += utf8.RuneCountInString(body[at:m[0]])
		at = m[0]
		if n := len(out); n > 0 {
			if from < out[n-1].From {
				return nil
			}
			out[n-1].End, out[n-1].To = cp, from
		}
		out = append(out, Stamp{Start: cp, From: from, To: from})
	}
	if len(out) < 2 {
		return nil
	}
	out[len(out)-1].End = cp + utf8.RuneCountInString(body[at:])
	return out
}

// milliseconds of a time in digits, the last of them of a fraction of a second.
func milliseconds(h, m, s, fraction string) int {
	n := func(s string) int { v, _ := strconv.Atoi(s); return v }
	for len(fraction) < 3 {
		fraction += "0"
	}
	return ((n(h)*60+n(m))*60+n(s))*1000 + n(fraction)
}

// zipped is a packed file that is read within limits.
type zipped struct {
	r     *reader
	files map[string]*zip.File
	left  int64
}

func (r *reader) unzip(data []byte) (*zipped, error) {
	z, err := directory(data)
	if err != nil {
		return nil, invalid("The file is broken: it cannot be unpacked. Save it again, or copy it again.")
	}
	if len(z.File) > r.l.Entries {
		return nil, invalid("The file holds %d files, which is more than any document has; it is not read.", len(z.File))
	}
	out := &zipped{r: r, files: make(map[string]*zip.File, len(z.File)), left: 2 * r.l.Entry}
	for _, f := range z.File {
		if strings.HasPrefix(f.Name, "/") || strings.Contains(f.Name, "..") || strings.Contains(f.Name, `\`) {
			return nil, invalid("The file holds names that lead out of it, as attacks do; it is not read.")
		}
		if _, twice := out.files[f.Name]; twice {
			return nil, invalid("The file holds %q twice, as attacks do; it is not read.", clip(f.Name))
		}
		out.files[f.Name] = f
	}
	return out, nil
}

func clip(s string) string {
	if len(s) > 60 {
		return strings.ToValidUTF8(s[:60], "") + "…"
	}
	return s
}

// open gives a file of a packed file; nil when it is not there.
func (z *zipped) open(name string) ([]byte, error) {
	f := z.files[name]
	if f == nil {
		return nil, nil
	}
	if f.Flags&1 != 0 {
		return nil, invalid("The file is protected by a password. Save it without one and bring it in again.")
	}
	n := int64(f.UncompressedSize64)
	if n > z.r.l.Entry || n > z.left {
		return nil, invalid("A part of the file would have %d MB when unpacked, which is more than is read.", n>>20)
	}
	if n > 1<<20 && n > z.r.l.Ratio*max(1, int64(f.CompressedSize64)) {
		return nil, invalid("A part of the file would become %d times larger when unpacked, as attacks do; it is not read.", n/max(1, int64(f.CompressedSize64)))
	}
	in, err := f.Open()
	if err != nil {
		return nil, invalid("The file is broken: a part of it cannot be unpacked.")
	}
	defer in.Close()
	limit := min(z.left, z.r.l.Entry, max(1<<20, z.r.l.Ratio*int64(f.CompressedSize64)))
	b, err := io.ReadAll(io.LimitReader(in, limit+1))
	if int64(len(b)) > limit {
		return nil, invalid("A part of the file is larger than it says, as attacks do; it is not read.")
	}
	if err != nil {
		return nil, invalid("The file is broken: a part of it cannot be unpacked.")
	}
	z.left -= int64(len(b))
	return b, nil
}

// elements walks through XML and calls start and end for elements and text for what stands between. Entities that a file
// defines are refused.
func (r *reader) elements(b []byte, start func(name string, e xml.StartElement), end func(name string), text func(string)) error {
	d := xml.NewDecoder(bytes.NewReader(b))
	d.Strict = false
	d.CharsetReader = charset.NewReaderLabel
	depth, n := 0, 0
	for {
		t, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return invalid("The file is broken: its XML cannot be read.")
		}
		if n++; n%4096 == 0 && r.ctx.Err() != nil {
			return r.ctx.Err()
		}
		if r.over {
			return nil
		}
		switch t := t.(type) {
		case xml.Directive:
			if bytes.Contains(bytes.ToUpper(t), []byte("ENTITY")) {
				return invalid("The file defines entities, as attacks do; it is not read.")
			}
		case xml.StartElement:
			if depth++; depth > r.l.Depth {
				return invalid("The file is nested more than %d deep, as attacks are; it is not read.", r.l.Depth)
			}
			start(t.Name.Local, t)
		case xml.EndElement:
			depth--
			end(t.Name.Local)
		case xml.CharData:
			text(string(t))
		}
	}
}

func xmlAttr(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// out gathers text within the limit.
type out struct {
	r    *reader
	b    strings.Builder
	last byte // that was written
	kept int  // how many elements around ask that spaces be kept
}

func (o *out) write(s string) {
	if o.r.over || o.b.Len()+len(s) > o.r.l.Output {
		o.r.over = true
		return
	}
	if s != "" {
		o.last = s[len(s)-1]
	}
	o.b.WriteString(s)
}

// paragraph ends a paragraph.
func (o *out) paragraph() { o.write("\n\n") }

// cells writes the text of tables: cells divided by tabs, rows by lines, and what divides paragraphs within a cell is a space.
type cells struct {
	o     *out
	depth []cellState // of tables within each other
}

type cellState struct {
	cells  int    // of this row so far
	inside bool   // a cell
	gap    string // owed before the next words
}

func (c *cells) top() *cellState {
	if len(c.depth) == 0 {
		return nil
	}
	return &c.depth[len(c.depth)-1]
}

func (c *cells) table() { c.depth = append(c.depth, cellState{}) }

func (c *cells) endTable() {
	if c.depth = c.depth[:max(0, len(c.depth)-1)]; len(c.depth) == 0 {
		c.o.paragraph()
	}
}

func (c *cells) row() {
	if t := c.top(); t != nil {
		t.cells = 0
	}
}

func (c *cells) endRow() {
	if len(c.depth) == 1 {
		c.o.write("\n")
	} else if len(c.depth) > 1 {
		c.depth[len(c.depth)-2].gap = " "
	}
}

func (c *cells) cell() {
	if t := c.top(); t != nil {
		if t.cells++; t.cells > 1 {
			if len(c.depth) == 1 {
				c.o.write("\t")
			} else {
				c.o.write(" ")
			}
		}
		t.inside, t.gap = true, ""
	}
}

func (c *cells) endCell() {
	if t := c.top(); t != nil {
		t.inside, t.gap = false, ""
	}
}

// write writes words, after what is owed.
func (c *cells) write(s string) {
	t := c.top()
	if t == nil || !t.inside {
		c.o.write(s)
		return
	}
	for i := range c.depth { // within a table of a table the outer one owes first
		if c.depth[i].gap != "" {
			c.o.write(c.depth[i].gap)
			c.depth[i].gap = ""
		}
	}
	if s == "\n" || s == "\t" {
		t.gap = " "
		return
	}
	c.o.write(s)
}

// paragraph ends a paragraph. In a cell that holds no words yet it leaves nothing.
func (c *cells) paragraph() {
	if t := c.top(); t != nil && t.inside {
		if s := c.o.last; s != '\t' && s != '\n' && s != ' ' && s != 0 {
			t.gap = " "
		}
		return
	}
	c.o.paragraph()
}

func (r *reader) docx(data []byte, t *Text) error {
	z, err := r.unzip(data)
	if err != nil {
		return err
	}
	main := "word/document.xml"
	if z.files[main] == nil { // some programs call it otherwise
		if main, err = r.wordMain(z); err != nil {
			return err
		}
	}
	hides, plain, err := r.wordStyles(z)
	if err != nil {
		return err
	}
	o := &out{r: r}
	var gone struct{ deleted, pictures, hidden int }
	for _, name := range []string{main, "word/footnotes.xml", "word/endnotes.xml"} {
		b, err := z.open(name)
		if err != nil {
			return err
		}
		if b == nil {
			if name == main {
				return invalid("The file is called a Word document and holds none.")
			}
			continue
		}
		w := &cells{o: o}
		skip, inText, joined, in := 0, false, false, ""
		var boxes []bool  // whether each paragraph around this one has had words
		var styles []bool // whether the style of each hides its words
		var runs []bool   // whether each run around this place is hidden
		before, ofRun := "", false
		err = r.elements(b, func(name string, e xml.StartElement) {
			switch name {
			case "del", "moveFrom":
				skip++
				if in == "rPr" { // the end of the paragraph itself was deleted
					joined = name == "del"
				} else {
					gone.deleted++
				}
			case "Fallback", "instrText", "pPr", "sectPr", "tblPr", "trPr", "tcPr", "rt":
				skip++
			case "pStyle":
				if n := len(styles); n > 0 && skip == 1 { // what it was before a change lies deeper
					styles[n-1] = hides[xmlAttr(e, "val")]
				}
			case "r":
				runs = append(runs, len(styles) > 0 && styles[len(styles)-1])
			case "rStyle":
				if in == "rPr" && ofRun && hides[xmlAttr(e, "val")] { // of two styles that hide, one shows what the other hides
					runs[len(runs)-1] = !runs[len(runs)-1]
				}
			case "rPr":
				skip++
				in, ofRun = "rPr", before == "r"
			case "vanish":
				if in == "rPr" && ofRun {
					runs[len(runs)-1] = wordOn(e)
				}
			case "t":
				inText = true
			case "tab":
				if skip == 0 {
					w.write("\t")
				}
			case "br", "cr":
				if skip == 0 {
					w.write("\n")
				}
			case "sym": // a letter of a font of signs
				if c, err := strconv.ParseUint(xmlAttr(e, "char"), 16, 16); err == nil && skip == 0 && !slices.Contains(runs, true) {
					w.write(sign(xmlAttr(e, "font"), byte(c)))
				}
			case "noBreakHyphen":
				if skip == 0 {
					w.write("\u2011")
				}
			case "p":
				if skip > 0 {
					return
				}
				if n := len(boxes); n > 0 && boxes[n-1] { // a text box within a paragraph
					w.paragraph()
				}
				boxes, styles = append(boxes, false), append(styles, hides[plain])
			case "tbl":
				w.table()
			case "tr":
				w.row()
			case "tc":
				w.cell()
			case "pic":
				if skip == 0 {
					gone.pictures++
				}
			case "footnote", "endnote":
				if xmlAttr(e, "type") != "" && xmlAttr(e, "type") != "normal" { // the line that divides notes from the text
					skip++
				}
			}
			before = name
		}, func(name string) {
			switch name {
			case "del", "moveFrom", "Fallback", "instrText", "pPr", "sectPr", "tblPr", "trPr", "tcPr", "rt":
				skip = max(0, skip-1)
			case "r":
				runs = runs[:max(0, len(runs)-1)]
			case "rPr":
				skip = max(0, skip-1)
				in = ""
			case "t":
				inText = false
			case "p":
				if skip > 0 {
					return
				}
				boxes, styles = boxes[:max(0, len(boxes)-1)], styles[:max(0, len(styles)-1)]
				if joined {
					joined = false
					return
				}
				w.paragraph()
			case "tc":
				w.endCell()
			case "tr":
				w.endRow()
			case "tbl":
				w.endTable()
			case "footnote", "endnote":
				skip = 0
			}
		}, func(s string) {
			if inText && skip == 0 && slices.Contains(runs, true) {
				gone.hidden++
			} else if inText && skip == 0 {
				if n := len(boxes); n > 0 {
					boxes[n-1] = true
				}
				w.write(s)
			}
		})
		if err != nil {
			return err
		}
		o.paragraph()
	}
	t.Body = o.b.String()
	if gone.deleted > 0 {
		t.Notes = append(t.Notes, "Text that was deleted with changes tracked was left out.")
	}
	if gone.hidden > 0 {
		t.Notes = append(t.Notes, hiddenLeft)
	}
	if z.files["word/comments.xml"] != nil {
		t.Notes = append(t.Notes, "Comments were left out.")
	}
	if gone.pictures > 0 {
		t.Notes = append(t.Notes, "Pictures were left out.")
	}
	return r.properties(z, "docProps/core.xml", t)
}

// wordOn tells whether a property of Word that is on or off is on.
func wordOn(e xml.StartElement) bool {
	v := xmlAttr(e, "val")
	return v != "0" && v != "false" && v != "off"
}

// wordStyles gives the styles that hide words, and the style of paragraphs that name none. A style takes over what the one
// that it is based on says, unless it says otherwise itself.
func (r *reader) wordStyles(z *zipped) (hides map[string]bool, plain string, err error) {
	b, err := z.open("word/styles.xml")
	if b == nil || err != nil {
		return nil, "", err
	}
	hides = map[string]bool{}
	says, basis := map[string]bool{}, map[string]string{}
	style, part := "", false
	err = r.elements(b, func(name string, e xml.StartElement) {
		switch name {
		case "style":
			style = xmlAttr(e, "styleId")
			if xmlAttr(e, "type") == "paragraph" && slices.Contains([]string{"1", "true", "on"}, xmlAttr(e, "default")) {
				plain = style
			}
		case "basedOn":
			basis[style] = xmlAttr(e, "val")
		case "tblStylePr": // for a part of a table alone
			part = true
		case "vanish":
			if style != "" && !part {
				says[style] = wordOn(e)
			}
		}
	}, func(name string) {
		switch name {
		case "tblStylePr":
			part = false
		case "style":
			style = ""
		}
	}, func(string) {})
	maps.Copy(hides, says)
	for s := range basis {
		at := s
		for range 20 { // and no circle is followed
			if on, ok := says[at]; ok {
				hides[s] = on
				break
			}
			at = basis[at]
		}
	}
	return hides, plain, err
}

// wordMain tells what the document of a Word file is called.
func (r *reader) wordMain(z *zipped) (string, error) {
	b, err := z.open("_rels/.rels")
	if err != nil {
		return "", err
	}
	target := ""
	err = r.elements(b, func(name string, e xml.StartElement) {
		if name == "Relationship" && strings.HasSuffix(xmlAttr(e, "Type"), "/officeDocument") {
			target = strings.TrimPrefix(path.Clean("/"+xmlAttr(e, "Target")), "/")
		}
	}, func(string) {}, func(string) {})
	return target, err
}

// properties takes title and language from Dublin Core elements; who wrote the file stays out.
func (r *reader) properties(z *zipped, name string, t *Text) error {
	b, err := z.open(name)
	if err != nil || b == nil {
		return err
	}
	at := ""
	return r.elements(b, func(name string, _ xml.StartElement) { at = name }, func(string) { at = "" }, func(s string) {
		switch s = strings.TrimSpace(s); {
		case s == "":
		case at == "title" && t.Title == "":
			t.Title = strings.Join(strings.Fields(clip(s)), " ")
		case at == "language" && t.Language == "":
			t.Language = clip(s)
		}
	})
}

func (r *reader) odt(data []byte, t *Text) error {
	z, err := r.unzip(data)
	if err != nil {
		return err
	}
	b, err := z.open("content.xml")
	if err != nil {
		return err
	}
	if b == nil {
		return invalid("The file is called an OpenDocument text and holds none.")
	}
	if m, err := z.open("META-INF/manifest.xml"); err != nil {
		return err
	} else if bytes.Contains(m, []byte("encryption-data")) {
		return invalid("The file is protected by a password. Save it without one and bring it in again.")
	}
	if err := r.openDocument(b, t); err != nil {
		return err
	}
	return r.properties(z, "meta.xml", t)
}

// openDocument takes the text out of the content of an OpenDocument text, or of a whole one that is not packed (.fodt).
func (r *reader) openDocument(b []byte, t *Text) error {
	o := &out{r: r}
	w := &cells{o: o}
	skip, comments, hidden := 0, false, false
	var open []bool // paragraphs around this one, and whether each is a note
	concealed := map[string]bool{}
	style := ""
	var unseen []bool // whether each element around this place that may be hidden is so
	write := func(s string) {
		if skip == 0 {
			w.write(s)
		}
	}
	err := r.elements(b, func(name string, e xml.StartElement) {
		switch name {
		case "style":
			style = xmlAttr(e, "name")
		case "text-properties":
			if xmlAttr(e, "display") == "none" {
				concealed[style] = true
			}
		case "span", "p", "h", "section":
			off := concealed[xmlAttr(e, "style-name")] || xmlAttr(e, "display") == "none"
			if unseen = append(unseen, off); off {
				skip++
				hidden = true
			}
		}
		switch name {
		case "tracked-changes", "note-citation", "title", "desc", "binary-data", "ruby-text", "master-styles":
			skip++
		case "annotation":
			skip++
			comments = true
		case "p", "h":
			if len(open) > 0 && skip == 0 && o.last != '\n' && o.last != '[' && o.last != 0 { // in a box within a paragraph
				write("\n")
			}
			open = append(open, true)
		case "table":
			w.table()
		case "table-row":
			w.row()
		case "table-cell", "covered-table-cell":
			w.cell()
		case "tab":
			write("\t")
		case "line-break":
			write("\n")
		case "s":
			n, err := strconv.Atoi(xmlAttr(e, "c"))
			if err != nil {
				n = 1
			}
			write(strings.Repeat(" ", min(max(n, 1), 100)))
		case "note-body":
			write(" [")
		case "text-box":
			if len(open) > 0 && skip == 0 && o.last != '\n' {
				write("\n")
			}
		}
	}, func(name string) {
		switch name {
		case "tracked-changes", "annotation", "note-citation", "title", "desc", "binary-data", "ruby-text", "master-styles":
			skip = max(0, skip-1)
		case "p", "h":
			if open = open[:max(0, len(open)-1)]; len(open) == 0 && skip == 0 {
				w.paragraph()
			}
		case "note-body":
			write("]")
		case "text-box":
			if len(open) > 0 {
				write("\n")
			}
		case "table-cell", "covered-table-cell":
			w.endCell()
		case "table-row":
			w.endRow()
		case "table":
			w.endTable()
		}
		switch name {
		case "span", "p", "h", "section":
			if n := len(unseen); n > 0 {
				if unseen[n-1] {
					skip = max(0, skip-1)
				}
				unseen = unseen[:n-1]
			}
		}
	}, func(s string) {
		if len(open) > 0 {
			s = spaces().ReplaceAllString(s, " ")
			if o.last == ' ' {
				s = strings.TrimPrefix(s, " ")
			}
			write(s)
		}
	})
	if err != nil {
		return err
	}
	if hidden {
		t.Notes = append(t.Notes, hiddenLeft)
	}
	if comments {
		t.Notes = append(t.Notes, "Comments were left out.")
	}
	t.Body = o.b.String()
	return nil
}

func (r *reader) epub(data []byte, t *Text) error {
	z, err := r.unzip(data)
	if err != nil {
		return err
	}
	b, err := z.open("META-INF/container.xml")
	if err != nil {
		return err
	}
	root := ""
	if err := r.elements(b, func(name string, e xml.StartElement) {
		if name == "rootfile" && root == "" {
			root = xmlAttr(e, "full-path")
		}
	}, func(string) {}, func(string) {}); err != nil {
		return err
	}
	opf, err := z.open(root)
	if err != nil {
		return err
	}
	if opf == nil {
		return invalid("The book is broken: its list of contents is not there.")
	}
	items := map[string]string{}
	var spine []string
	if err := r.elements(opf, func(name string, e xml.StartElement) {
		switch name {
		case "item":
			items[xmlAttr(e, "id")] = xmlAttr(e, "href")
		case "itemref":
			spine = append(spine, xmlAttr(e, "idref"))
		}
	}, func(string) {}, func(string) {}); err != nil {
		return err
	}
	if err := r.properties(z, root, t); err != nil {
		return err
	}
	locked, err := r.locked(z)
	if err != nil {
		return err
	}
	o := &out{r: r}
	seen := map[string]bool{}
	missing := 0
	for _, id := range spine {
		href, _, _ := strings.Cut(items[id], "#")
		name := path.Join(path.Dir(root), unescape(href))
		if href == "" || seen[name] {
			continue
		}
		seen[name] = true
		if locked[name] {
			return invalid("The book is protected against copying (DRM), so its text cannot be read.")
		}
		b, err := z.open(name)
		if err != nil {
			return err
		}
		if b == nil {
			missing++
			continue
		}
		b = empties().ReplaceAll(b, []byte("<$1$2></$1>"))
		var one Text
		if err := r.page(b, "utf-8", false, &one); err != nil {
			return err
		}
		o.write(one.Body)
		o.paragraph()
		if r.over || r.ctx.Err() != nil {
			return r.ctx.Err()
		}
	}
	if missing > 0 {
		t.Notes = append(t.Notes, fmt.Sprintf("%d chapters that the book lists are not in it.", missing))
	}
	t.Body = o.b.String()
	return nil
}

// empties are elements that XML may close at once and web pages may not: read as a web page, they would swallow the rest.
var empties = pattern.Late(`<(script|title|style|textarea|iframe|noscript|xmp|template|svg|math|button|select|object)((?:\s[^<>]*)?)/>`)

// locked lists the files of a book that are encrypted; fonts often are, to no harm.
func (r *reader) locked(z *zipped) (map[string]bool, error) {
	out := map[string]bool{}
	b, err := z.open("META-INF/encryption.xml")
	if err != nil || b == nil {
		return out, err
	}
	return out, r.elements(b, func(name string, e xml.StartElement) {
		if name == "CipherReference" {
			out[path.Clean(unescape(xmlAttr(e, "URI")))] = true
		}
	}, func(string) {}, func(string) {})
}
