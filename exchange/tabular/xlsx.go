package tabular

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"

	"throughline/internal/pattern"
)

// Limits of a workbook.
const (
	MaxUnpacked = 512 << 20 // bytes of all its parts that are read
	MaxColumns  = 16_384    // of a sheet, and of any table
	MaxCell     = 32_000    // bytes of a cell that is written; a spreadsheet takes 32,767 characters
	maxParts    = 10_000    // files in its archive
	maxRows     = 1_048_576 // of a sheet
	maxStrings  = 20_000_000
)

// Workbook is an .xlsx file. Only its tables are read: no formulas are computed, nothing is fetched.
type Workbook struct {
	Sheets  []string // names, in order
	parts   []string // and the part of each
	files   map[string]*zip.File
	left    int64 // bytes that may still be unpacked
	strings []string
}

// OpenWorkbook opens a workbook. An error says in plain words why it cannot be read.
func OpenWorkbook(b []byte) (*Workbook, error) {
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return nil, wrong("the file is a damaged workbook or ZIP archive; it may have been cut short")
	}
	if len(z.File) > maxParts {
		return nil, wrong("the workbook has %d parts; at most %d are read", len(z.File), maxParts)
	}
	w := &Workbook{files: map[string]*zip.File{}, left: MaxUnpacked}
	for _, p := range z.File {
		w.files[strings.TrimPrefix(p.Name, "/")] = p
	}
	if w.files["xl/workbook.xml"] == nil {
		return nil, wrong("the file is a ZIP archive, but no workbook (.xlsx); unpack it first")
	}
	if err := w.sheets(); err != nil {
		return nil, err
	}
	return w, w.sharedStrings()
}

// open opens a part for reading, within what may still be unpacked.
func (w *Workbook) open(name string) (*xml.Decoder, func(), error) {
	p := w.files[name]
	if p == nil {
		return nil, nil, wrong("the workbook lacks its part %s", name)
	}
	r, err := p.Open()
	if err != nil {
		return nil, nil, wrong("the part %s of the workbook cannot be unpacked", name)
	}
	d := xml.NewDecoder(&counted{r, &w.left})
	return d, func() { r.Close() }, nil
}

// counted stops when too much was unpacked.
type counted struct {
	in   io.Reader
	left *int64
}

var errTooLarge = wrong("the workbook unpacks to more than %d MiB; save it as CSV", MaxUnpacked>>20)

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.in.Read(p)
	if *c.left -= int64(n); *c.left < 0 {
		return 0, errTooLarge
	}
	return n, err
}

// broken is what an error in a part means to the user.
func broken(name string, err error) error {
	if e := (*Error)(nil); errors.As(err, &e) {
		return e
	}
	return wrong("the part %s of the workbook is damaged", name)
}

func (w *Workbook) sheets() error {
	var book struct {
		Sheets []struct {
			Name string `xml:"name,attr"`
			ID   string `xml:"http://schemas.openxmlformats.org/officeDocument/2006/relationships id,attr"`
			ID2  string `xml:"http://purl.oclc.org/ooxml/officeDocument/relationships id,attr"`
		} `xml:"sheets>sheet"`
	}
	var rels struct {
		All []struct {
			ID     string `xml:"Id,attr"`
			Target string `xml:"Target,attr"`
		} `xml:"Relationship"`
	}
	for name, v := range map[string]any{"xl/workbook.xml": &book, "xl/_rels/workbook.xml.rels": &rels} {
		d, done, err := w.open(name)
		if err != nil {
			return err
		}
		err = d.Decode(v)
		done()
		if err != nil {
			return broken(name, err)
		}
	}
	for _, s := range book.Sheets {
		for _, r := range rels.All {
			if r.ID == s.ID || s.ID == "" && r.ID == s.ID2 {
				file := strings.TrimPrefix(r.Target, "/")
				if !strings.HasPrefix(r.Target, "/") {
					file = path.Join("xl", r.Target)
				}
				if w.files[file] != nil {
					w.Sheets, w.parts = append(w.Sheets, s.Name), append(w.parts, file)
				}
			}
		}
	}
	return nil
}

func (w *Workbook) sharedStrings() error {
	const name = "xl/sharedStrings.xml"
	if w.files[name] == nil {
		return nil
	}
	d, done, err := w.open(name)
	if err != nil {
		return err
	}
	defer done()
	for {
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return broken(name, err)
		}
		if start, ok := t.(xml.StartElement); ok && start.Name.Local == "si" {
			s, err := cellText(d)
			if err != nil {
				return broken(name, err)
			}
			if w.strings = append(w.strings, s); len(w.strings) > maxStrings {
				return wrong("the workbook has more than %d different texts", maxStrings)
			}
		}
	}
}

// cellText reads the text of an element: its <t>, without readings (<rPh>).
func cellText(d *xml.Decoder) (string, error) {
	var b strings.Builder
	depth, in, phonetic := 1, false, 0
	for depth > 0 {
		t, err := d.Token()
		if err != nil {
			return "", err
		}
		switch t := t.(type) {
		case xml.StartElement:
			depth++
			if t.Name.Local == "rPh" || phonetic > 0 {
				phonetic++
			}
			in = t.Name.Local == "t"
		case xml.EndElement:
			depth--
			if phonetic > 0 {
				phonetic--
			}
			in = false
		case xml.CharData:
			if in && phonetic == 0 {
				b.Write(t)
			}
		}
	}
	return escaped().ReplaceAllStringFunc(b.String(), func(m string) string {
		n, _ := strconv.ParseUint(m[2:6], 16, 32)
		return string(rune(n))
	}), nil
}

var escaped = pattern.Late(`_x[0-9A-Fa-f]{4}_`)

// Rows gives the rows of a sheet one by one.
type Rows struct {
	Row   int      // number of the row, from 1
	Cells []string // of it, to the last that is not empty
	Most  int      // how many columns are wanted: of the cells beyond them the first alone is given; 0: all
	w     *Workbook
	d     *xml.Decoder
	done  func()
	part  string
	err   error
}

// Rows opens a sheet by its place in Sheets. Close it after use.
func (w *Workbook) Rows(sheet int) (*Rows, error) {
	d, done, err := w.open(w.parts[sheet])
	if err != nil {
		return nil, err
	}
	return &Rows{w: w, d: d, done: done, part: w.parts[sheet]}, nil
}

// Close closes the sheet.
func (r *Rows) Close() { r.done() }

// Err is what ended the rows too early.
func (r *Rows) Err() error { return r.err }

// Next reads the next row; false at the end, or at an error.
func (r *Rows) Next() bool {
	next := 0
	for {
		t, err := r.d.Token()
		if errors.Is(err, io.EOF) {
			return false
		}
		if err != nil {
			r.err = broken(r.part, err)
			return false
		}
		switch t := t.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "row":
				r.Row++
				if n, err := strconv.Atoi(attribute(t, "r")); err == nil && n >= r.Row {
					r.Row = n
				}
				r.Cells, next = nil, 0
			case "c":
				at := columnOf(attribute(t, "r"), next)
				if at >= MaxColumns {
					r.err = wrong("the sheet has more than %d columns", MaxColumns)
					return false
				}
				next = at + 1
				v, err := r.w.cell(r.d, t)
				if err != nil {
					r.err = broken(r.part, err)
					return false
				}
				if r.Most > 0 {
					at = min(at, r.Most)
				}
				for v != "" && len(r.Cells) <= at {
					r.Cells = append(r.Cells, "")
				}
				if v != "" {
					r.Cells[at] = v
				}
			}
		case xml.EndElement:
			if t.Name.Local == "row" {
				return true
			}
		}
	}
}

func attribute(t xml.StartElement, name string) string {
	for _, a := range t.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// columnOf is the column of a reference such as AB12, from 0.
func columnOf(ref string, otherwise int) int {
	n := 0
	for _, c := range ref {
		if c < 'A' || c > 'Z' || n > MaxColumns {
			break
		}
		n = n*26 + int(c-'A') + 1
	}
	if n == 0 {
		return otherwise
	}
	return n - 1
}

// cell reads a cell to its end.
func (w *Workbook) cell(d *xml.Decoder, start xml.StartElement) (string, error) {
	kind := attribute(start, "t")
	value := ""
	for {
		t, err := d.Token()
		if err != nil {
			return "", err
		}
		switch t := t.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "is":
				if value, err = cellText(d); err != nil {
					return "", err
				}
			case "v":
				if err := d.DecodeElement(&value, &t); err != nil {
					return "", err
				}
			default:
				if err := d.Skip(); err != nil {
					return "", err
				}
			}
		case xml.EndElement:
			return w.plain(kind, value), nil
		}
	}
}

func (w *Workbook) plain(kind, value string) string {
	switch kind {
	case "s":
		if i, err := strconv.Atoi(strings.TrimSpace(value)); err == nil && i >= 0 && i < len(w.strings) {
			return w.strings[i]
		}
		return ""
	case "e":
		return ""
	case "", "n":
		if n, err := strconv.ParseFloat(value, 64); err == nil && strings.ContainsAny(value, "eE") {
			return strconv.FormatFloat(n, 'f', -1, 64)
		}
	}
	return value
}

// WriteXLSX writes a workbook with one sheet, whose cells are all texts: nothing in it can run.
func WriteXLSX(out io.Writer, name string, rows [][]string) error {
	if len(rows) > maxRows || len(rows) > 0 && len(rows[0]) > MaxColumns {
		return wrong("%d rows of %d columns do not fit into a sheet of %d rows and %d columns; write CSV", len(rows), len(rows[0]), maxRows, MaxColumns)
	}
	var sheetName bytes.Buffer
	xml.EscapeText(&sheetName, []byte(name))
	z := zip.NewWriter(out)
	const head = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	const schema = "http://schemas.openxmlformats.org/"
	for _, p := range [][2]string{
		{"[Content_Types].xml", `<Types xmlns="` + schema + `package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>`},
		{"_rels/.rels", `<Relationships xmlns="` + schema + `package/2006/relationships"><Relationship Id="rId1" Type="` + schema + `officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`},
		{"xl/workbook.xml", `<workbook xmlns="` + schema + `spreadsheetml/2006/main" xmlns:r="` + schema + `officeDocument/2006/relationships"><sheets><sheet name="` + sheetName.String() + `" sheetId="1" r:id="rId1"/></sheets></workbook>`},
		{"xl/_rels/workbook.xml.rels", `<Relationships xmlns="` + schema + `package/2006/relationships"><Relationship Id="rId1" Type="` + schema + `officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`},
	} {
		w, err := z.Create(p[0])
		if err != nil {
			return err
		}
		if _, err := io.WriteString(w, head+p[1]); err != nil {
			return err
		}
	}
	w, err := z.Create("xl/worksheets/sheet1.xml")
	if err != nil {
		return err
	}
	var b bytes.Buffer
	b.WriteString(head + `<worksheet xmlns="` + schema + `spreadsheetml/2006/main"><sheetData>`)
	for i, row := range rows {
		fmt.Fprintf(&b, `<row r="%d">`, i+1)
		for j, cell := range row {
			if cell == "" {
				continue
			}
			fmt.Fprintf(&b, `<c r="%s%d" t="inlineStr"><is><t xml:space="preserve">`, Letters(j), i+1)
			xml.EscapeText(&b, []byte(escaped().ReplaceAllStringFunc(cell, func(m string) string { return "_x005F" + m })))
			b.WriteString(`</t></is></c>`)
		}
		b.WriteString("</row>\n")
		if b.Len() > 1<<20 {
			if _, err := w.Write(b.Bytes()); err != nil {
				return err
			}
			b.Reset()
		}
	}
	b.WriteString("</sheetData></worksheet>\n")
	if _, err := w.Write(b.Bytes()); err != nil {
		return err
	}
	return z.Close()
}

// Letters is the name of a column, from 0.
func Letters(n int) string {
	var s []byte
	for n++; n > 0; n = (n - 1) / 26 {
		s = append(s, byte('A'+(n-1)%26))
	}
	slices.Reverse(s)
	return string(s)
}
