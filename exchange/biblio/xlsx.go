package biblio

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Limits of a workbook.
const (
	MaxUnpacked = 512 << 20 // bytes of all its parts that are read
	maxParts    = 10_000    // files in its archive
	maxRows     = 1_048_576 // of a sheet
	maxCell     = 32_000    // bytes of a cell that is written; a spreadsheet takes 32,767 characters
	maxStrings  = 20_000_000
)

// workbook is the archive that a workbook is. Only its tables are read: no formulas are computed, nothing is fetched.
type workbook struct {
	files   map[string]*zip.File
	left    int64 // bytes that may still be unpacked
	strings []string
}

// readXLSX reads the first sheet that has a header.
func (f *File) readXLSX(b []byte) error {
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return wrong("the file is a damaged workbook or ZIP archive; it may have been cut short")
	}
	if len(z.File) > maxParts {
		return wrong("the workbook has %d parts; at most %d are read", len(z.File), maxParts)
	}
	w := &workbook{files: map[string]*zip.File{}, left: MaxUnpacked}
	for _, p := range z.File {
		w.files[strings.TrimPrefix(p.Name, "/")] = p
	}
	if w.files["xl/workbook.xml"] == nil {
		return wrong("the file is a ZIP archive, but no workbook (.xlsx); unpack it first")
	}
	sheets, err := w.sheets()
	if err != nil {
		return err
	}
	if err := w.sharedStrings(); err != nil {
		return err
	}
	for i, s := range sheets {
		if err := f.readSheet(w, s.file); err == nil {
			for j, other := range sheets {
				if j != i {
					f.note("the sheet %q was passed over; only %q was read", other.name, s.name)
				}
			}
			return nil
		} else if !errors.Is(err, errNoHeader) {
			return err
		}
	}
	return wrong("no sheet of the workbook has a line that names its columns; one of them must be the title")
}

var errNoHeader = errors.New("no header")

// open opens a part for reading, within what may still be unpacked.
func (w *workbook) open(name string) (*xml.Decoder, func(), error) {
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

type sheet struct{ name, file string }

func (w *workbook) sheets() ([]sheet, error) {
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
			return nil, err
		}
		err = d.Decode(v)
		done()
		if err != nil {
			return nil, broken(name, err)
		}
	}
	var all []sheet
	for _, s := range book.Sheets {
		for _, r := range rels.All {
			if r.ID == s.ID || s.ID == "" && r.ID == s.ID2 {
				file := strings.TrimPrefix(r.Target, "/")
				if !strings.HasPrefix(r.Target, "/") {
					file = path.Join("xl", r.Target)
				}
				if w.files[file] != nil {
					all = append(all, sheet{s.Name, file})
				}
			}
		}
	}
	return all, nil
}

func (w *workbook) sharedStrings() error {
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
	return escaped.ReplaceAllStringFunc(b.String(), func(m string) string {
		n, _ := strconv.ParseUint(m[2:6], 16, 32)
		return string(rune(n))
	}), nil
}

var escaped = regexp.MustCompile(`_x[0-9A-Fa-f]{4}_`)

func (f *File) readSheet(w *workbook, name string) error {
	d, done, err := w.open(name)
	if err != nil {
		return err
	}
	defer done()
	var h *header
	var cells []string
	row, seen, next := 0, 0, 0
	for {
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return broken(name, err)
		}
		switch t := t.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "row":
				row++
				if n, err := strconv.Atoi(attribute(t, "r")); err == nil && n >= row {
					row = n
				}
				cells, next = nil, 0
			case "c":
				at := columnOf(attribute(t, "r"), next)
				if at >= maxColumns {
					return wrong("the sheet has more than %d columns", maxColumns)
				}
				next = at + 1
				v, err := w.cell(d, t)
				if err != nil {
					return broken(name, err)
				}
				if h != nil {
					at = min(at, len(h.names)) // one beyond the header is enough to refuse the row
				}
				for v != "" && len(cells) <= at {
					cells = append(cells, "")
				}
				if v != "" {
					cells[at] = v
				}
			}
		case xml.EndElement:
			if t.Name.Local != "row" {
				continue
			}
			seen++
			switch {
			case h != nil:
				f.row(h, cells, row)
			case seen > 40:
				return errNoHeader
			default:
				if h = makeHeader(cells, 0, row); h != nil && row > 1 {
					f.note("the columns are named in row %d; what stands before it was passed over", row)
				}
			}
		}
	}
	if h == nil {
		return errNoHeader
	}
	return nil
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
		if c < 'A' || c > 'Z' || n > maxColumns {
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
func (w *workbook) cell(d *xml.Decoder, start xml.StartElement) (string, error) {
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

func (w *workbook) plain(kind, value string) string {
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

// writeXLSX writes a workbook with one sheet, whose cells are all texts: nothing in it can run.
func writeXLSX(out io.Writer, records []Record) error {
	rows := table(records, maxCell)
	if len(rows) > maxRows || len(rows[0]) > maxColumns {
		return wrong("%d records with %d fields do not fit into a sheet of %d rows and %d columns; write CSV", len(records), len(rows[0]), maxRows, maxColumns)
	}
	z := zip.NewWriter(out)
	const head = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	const schema = "http://schemas.openxmlformats.org/"
	for _, p := range [][2]string{
		{"[Content_Types].xml", `<Types xmlns="` + schema + `package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>`},
		{"_rels/.rels", `<Relationships xmlns="` + schema + `package/2006/relationships"><Relationship Id="rId1" Type="` + schema + `officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`},
		{"xl/workbook.xml", `<workbook xmlns="` + schema + `spreadsheetml/2006/main" xmlns:r="` + schema + `officeDocument/2006/relationships"><sheets><sheet name="References" sheetId="1" r:id="rId1"/></sheets></workbook>`},
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
			fmt.Fprintf(&b, `<c r="%s%d" t="inlineStr"><is><t xml:space="preserve">`, letters(j), i+1)
			xml.EscapeText(&b, []byte(escaped.ReplaceAllStringFunc(cell, func(m string) string { return "_x005F" + m })))
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

// letters is the name of a column, from 0.
func letters(n int) string {
	var s []byte
	for n++; n > 0; n = (n - 1) / 26 {
		s = append(s, byte('A'+(n-1)%26))
	}
	slices.Reverse(s)
	return string(s)
}
