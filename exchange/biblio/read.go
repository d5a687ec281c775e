package biblio

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"

	"throughline/exchange/tabular"
	"throughline/internal/pattern"
)

// Format is a way to write references down.
type Format string

const (
	RIS        Format = "ris"
	BibTeX     Format = "bib" // and BibLaTeX
	CSL        Format = "csl" // CSL-JSON
	NBIB       Format = "nbib"
	WoS        Format = "wos"
	EndNoteXML Format = "endnote-xml"
	Refer      Format = "refer"
	CSV        Format = "csv" // with commas or semicolons
	TSV        Format = "tsv"
	XLSX       Format = "xlsx"
)

// Name is the format's name for people.
func (f Format) Name() string {
	for _, k := range formats {
		if k.format == f {
			return k.name
		}
	}
	return string(f)
}

var formats = []struct {
	format Format
	name   string
}{
	{RIS, "RIS"}, {BibTeX, "BibTeX"}, {CSL, "CSL-JSON"}, {NBIB, "PubMed (nbib)"}, {WoS, "Web of Science (tagged)"},
	{EndNoteXML, "EndNote XML"}, {Refer, "Refer (enw)"}, {CSV, "CSV"}, {TSV, "TSV"}, {XLSX, "XLSX"},
}

// Limits of what is read. They lie far above real exports and keep a broken or hostile file from taking the machine.
const (
	MaxBytes   = 1 << 30   // of one file
	MaxRecords = 2_000_000 // in one file
	MaxNames   = 50_000    // in one record
	MaxField   = 4 << 20   // bytes of one field
	MaxFields  = 100_000   // unknown fields, notes, labels and keywords in one record
	maxDepth   = 200       // of brackets and braces within each other
	maxNotes   = 100       // remarks on one file
)

// File is what was found in a file. Seen is always the number of records kept and refused together.
type File struct {
	Format   Format
	Encoding string // such as UTF-8, UTF-8 with BOM, UTF-16 LE, Windows-1252
	LineEnds string // LF, CRLF, CR, mixed, or none
	Records  []Record
	Seen     int
	Refused  []Refusal
	Notes    []string // what else a reader should know, such as text between records
}

// Refusal is a record that could not be kept: where it starts and why.
type Refusal struct {
	Line int
	Why  string
}

func (f *File) refuse(line int, format string, args ...any) {
	f.Seen++
	f.Refused = append(f.Refused, Refusal{line, fmt.Sprintf(format, args...)})
}

func (f *File) note(format string, args ...any) {
	if len(f.Notes) < maxNotes {
		f.Notes = append(f.Notes, fmt.Sprintf(format, args...))
	}
}

// keep takes a record, unless it is empty or beyond a limit.
func (f *File) keep(r Record) {
	r.finish()
	names := len(r.Authors) + len(r.Editors) + len(r.Contributors)
	more := len(r.Other) + len(r.Notes) + len(r.Labels) + len(r.Keywords)
	switch {
	case len(f.Records) >= MaxRecords:
		f.refuse(r.Line, "the file holds more than %d records; split it", MaxRecords)
		return
	case names > MaxNames:
		f.refuse(r.Line, "it has %d names; at most %d are read", names, MaxNames)
		return
	case more > MaxFields:
		f.refuse(r.Line, "it has %d keywords, notes and unknown fields; at most %d are read", more, MaxFields)
		return
	case r.empty():
		f.refuse(r.Line, "it says nothing: there is no title, author or any other field")
		return
	}
	for _, v := range r.fields() {
		if len(v.Value) > MaxField {
			f.refuse(r.Line, "its field %s is %d bytes long; at most %d are read", v.Tag, len(v.Value), MaxField)
			return
		}
	}
	f.Seen++
	f.Records = append(f.Records, r)
}

// Error says why a file as a whole cannot be read. Its text is plain and may be shown.
type Error = tabular.Error

func wrong(format string, args ...any) error { return &Error{Message: fmt.Sprintf(format, args...)} }

// Read detects the format of a file by its content, never by its name, and reads it. An error means that nothing could be
// read: the file is empty, too large, or in no format that is known.
func Read(b []byte) (File, error) { return ReadAs(b, "") }

// ReadAs is Read for a format that the user has named; empty: the one detected.
func ReadAs(b []byte, format Format) (File, error) {
	var f File
	if len(b) > MaxBytes {
		return f, wrong("the file has %d bytes; at most %d are read: split it", len(b), MaxBytes)
	}
	if bytes.HasPrefix(b, []byte("PK\x03\x04")) {
		f.Format, f.Encoding, f.LineEnds = XLSX, "UTF-8", "none"
		if format != "" && format != XLSX {
			return f, wrong("the file is a ZIP archive or a workbook, not %s", format.Name())
		}
		return f, f.readXLSX(b)
	}
	if what := binary(b); what != "" {
		return f, wrong("%s", what)
	}
	text, err := tabular.Decode(b)
	if err != nil {
		return f, err
	}
	s := text.Body
	f.Encoding, f.LineEnds = text.Encoding, lineEnds(s)
	switch text.Encoding {
	case tabular.DamagedUTF8:
		f.note("%d place(s) are no UTF-8 and became \ufffd; the file may have been cut or joined", text.Damaged)
	case "Windows-1252":
		f.note("it is not in UTF-8 and was read as Windows-1252; if letters look wrong, save it as UTF-8 first")
	}
	if f.Format = format; format == "" {
		if f.Format, err = detect(s); err != nil {
			return f, err
		}
	}
	switch f.Format {
	case RIS:
		f.readRIS(s)
	case BibTeX:
		f.readBibTeX(s)
	case NBIB:
		f.readNBIB(s)
	case WoS:
		f.readWoS(s)
	case Refer:
		f.readRefer(s)
	case EndNoteXML:
		f.readEndNote(s)
	case CSL:
		err = f.readCSL(s)
	case CSV, TSV:
		err = f.readCSV(s)
	case XLSX:
		err = wrong("the file is not a workbook")
	default:
		err = wrong("%s is not a format that can be read", format.Name())
	}
	return f, err
}

// binary names files that are no text and no workbook.
func binary(b []byte) string {
	for magic, what := range map[string]string{
		"%PDF":             "the file is a PDF; export the references from where it came, for example as RIS",
		"\xd0\xcf\x11\xe0": "the file is a workbook of the old sort (.xls); save it as .xlsx or CSV",
		"\x1f\x8b":         "the file is packed (gzip); unpack it first",
		"BZh":              "the file is packed (bzip2); unpack it first",
		"7z\xbc\xaf":       "the file is packed (7z); unpack it first",
		"Rar!":             "the file is packed (RAR); unpack it first",
		"SQLite format 3":  "the file is a database; export the references from its program, for example as RIS",
	} {
		if bytes.HasPrefix(b, []byte(magic)) {
			return what
		}
	}
	return ""
}

func lineEnds(s string) string {
	crlf := strings.Count(s, "\r\n")
	lf, cr := strings.Count(s, "\n")-crlf, strings.Count(s, "\r")-crlf
	switch {
	case crlf+lf+cr == 0:
		return "none"
	case lf+cr == 0:
		return "CRLF"
	case crlf+cr == 0:
		return "LF"
	case crlf+lf == 0:
		return "CR"
	}
	return "mixed"
}

// scanner gives a text line by line; LF, CRLF and a lone CR all end one.
type scanner struct {
	rest string
	text string // the line, without its end
	line int    // its number, from 1
}

func (s *scanner) next() bool {
	if s.rest == "" {
		return false
	}
	s.line++
	i := strings.IndexAny(s.rest, "\r\n")
	if i < 0 {
		s.text, s.rest = s.rest, ""
		return true
	}
	s.text = s.rest[:i]
	if s.rest[i] == '\r' && i+1 < len(s.rest) && s.rest[i+1] == '\n' {
		i++
	}
	s.rest = s.rest[i+1:]
	return true
}

var (
	risStart   = pattern.Late(`^[ \t\x{feff}]*TY[ \t]+-`)
	nbibStart  = pattern.Late(`^(PMID *-|OWN *- )`)
	wosStart   = pattern.Late(`^(PT [A-Z]\b|FN (Thomson|Clarivate|ISI|Zoological)|PT (Journal|Book|Patent)\b)`)
	referStart = pattern.Late(`^%[0ATDJ] \S`)
	bibStart   = pattern.Late(`^\s*@\s*[A-Za-z]+\s*[{(]`)
	rwStart    = pattern.Late(`^RT (Journal|Book|Generic|Abstract|Newspaper|Magazine|Report|Thesis|Dissertation|Web|Conference|Patent|Monograph|Unpublished|Video|Laws|Case|Map|Music|Sound|Personal|Online|Computer|Artwork|Bills|Grant|Hearing|Motion)`)
	marcStart  = pattern.Late(`^\d{5}[acdnp ].{4}[a 0-9]\d?`)
	xmlRoot    = pattern.Late(`<([A-Za-z][\w.:-]*)`)
)

// detect finds the format by what the text holds, whatever its file is called.
func detect(s string) (Format, error) {
	head := strings.TrimLeft(s, " \t\r\n\ufeff\x00")
	switch {
	case strings.HasPrefix(head, "<"):
		return detectXML(head)
	case marcStart().MatchString(head) && strings.ContainsAny(head, "\x1e\x1d"):
		return "", unread("MARC")
	case head[0] == '[' && strings.HasPrefix(strings.TrimLeft(head[1:], " \t\r\n"), "{"),
		head[0] == '{' && strings.HasPrefix(strings.TrimLeft(head[1:], " \t\r\n"), `"`), strings.Join(strings.Fields(head[:min(len(head), 9)]), "") == "[]":
		return CSL, nil
	}
	if h, _ := findHeader(s, 0); h != nil && (h.own || h.known > 3) {
		return h.format(), nil
	}
	sc := &scanner{rest: s}
	for n := 0; n < 100_000 && sc.next(); n++ {
		l := strings.TrimLeft(sc.text, "\ufeff")
		switch {
		case risStart().MatchString(l):
			return RIS, nil
		case bibStart().MatchString(l):
			return BibTeX, nil
		case referStart().MatchString(l):
			return Refer, nil
		case wosStart().MatchString(l):
			return WoS, nil
		case rwStart().MatchString(l):
			return "", unread("RefWorks tagged")
		case nbibStart().MatchString(l):
			return NBIB, nil
		}
	}
	if h, _ := findHeader(s, 0); h != nil {
		return h.format(), nil
	}
	return "", wrong("the file is in no format that is known. %s", readable)
}

const readable = "RIS, BibTeX, CSL-JSON, PubMed (nbib), Web of Science (tagged), EndNote XML, Refer (enw), CSV, TSV and XLSX are read; a table needs a first line that names its columns, one of them the title"

func unread(name string) error {
	return wrong("the file is %s, which is not read. Export it again as RIS, BibTeX or CSL-JSON", name)
}

func detectXML(head string) (Format, error) {
	start := head[:min(len(head), 1<<16)]
	lower := strings.ToLower(start)
	root := ""
	if m := xmlRoot().FindStringSubmatch(start); m != nil {
		root = strings.ToLower(m[1])
	}
	local := root[strings.Index(root, ":")+1:]
	switch {
	case (local == "xml" || local == "records" || local == "record") && (strings.Contains(lower, "<ref-type") || strings.Contains(lower, "<records")) && !strings.Contains(lower, "marc21"):
		return EndNoteXML, nil
	case strings.Contains(lower, "loc.gov/marc21") || strings.Contains(lower, "<leader>") || strings.Contains(lower, "<datafield"):
		return "", unread("MARCXML")
	case strings.HasPrefix(local, "mods"):
		return "", unread("MODS")
	case local == "rdf":
		return "", unread("RDF")
	case local == "pubmedarticleset" || local == "pubmedarticle":
		return "", wrong("the file is PubMed XML, which is not read. Export it from PubMed again in the format PubMed (nbib)")
	case local == "html" || strings.Contains(lower, "<!doctype html"):
		return "", wrong("the file is a web page, not a list of references. Its own reference can be taken from it one page at a time")
	}
	return "", wrong("the file is XML of a sort that is not known (its root is %q). %s", root, readable)
}

// foreign tells whether a line outside the records of one format starts a record of another: files pasted together.
func foreign(l string, own Format) (Format, bool) {
	for _, k := range []struct {
		format Format
		start  func() *regexp.Regexp
	}{{RIS, risStart}, {BibTeX, bibStart}, {NBIB, nbibStart}, {WoS, wosStart}, {Refer, foreignRefer}} {
		if k.format != own && k.start().MatchString(l) && !(k.format == WoS && strings.HasPrefix(l, "FN ")) {
			return k.format, true
		}
	}
	return "", false
}

var foreignRefer = pattern.Late(`^%0 \S`)

// stray collects text that belongs to no record.
type stray struct {
	lines, first int
	example      string
}

// take notes a line, or refuses the record of another format that starts there.
func (x *stray) take(f *File, l string, at int) {
	if strings.TrimSpace(l) == "" {
		return
	}
	if other, is := foreign(l, f.Format); is {
		f.refuse(at, "it is in another format (%s) than the file (%s); put the two in files of their own", other.Name(), f.Format.Name())
		return
	}
	if x.lines++; x.lines == 1 {
		x.first, x.example = at, line(l)
	}
}

func (x *stray) tell(f *File) {
	if x.lines > 0 {
		if len(x.example) > 60 {
			x.example = strings.ToValidUTF8(x.example[:60], "") + "…"
		}
		f.note("%d line(s) of text belong to no record and were passed over, the first on line %d: %q", x.lines, x.first, x.example)
	}
}
