package tabular

import (
	"bytes"
	"slices"
	"strings"
)

// MaxBytes is the largest file that Read takes.
const MaxBytes = 1 << 30

// maxHead is how far down the row that names the columns may stand.
const maxHead = 40

// Table is a table as it was read.
type Table struct {
	Header     []string // names of the columns, blanks around them off
	HeaderLine int      // where they stand, from 1
	Rows       []Row
	Encoding   string // as Text has it; for a workbook UTF-8
	Sheet      string // of a workbook
	Notes      []string
	Refused    []Refusal // rows that are broken
}

// Row is a row that is not empty. It has as many cells as the header.
type Row struct {
	Line  int // where it begins in the file, or its number in the sheet; from 1
	Cells []string
}

// Refusal is a row that could not be read, and why.
type Refusal struct {
	Line int    `json:"line"`
	Why  string `json:"why"`
}

// Read reads a table from CSV (with commas, semicolons or tabs), whatever its encoding, or from a workbook (.xlsx). What it is
// is told by its content. The columns are named by the first row, among the first 40 of a file or of each sheet, that accept takes;
// without accept by the first that has two cells. An error, of type *Error, says in plain words why there is no table.
func Read(b []byte, accept func(header []string) bool) (Table, error) {
	if len(b) > MaxBytes {
		return Table{}, wrong("the file has %d bytes; at most %d are read: split it", len(b), MaxBytes)
	}
	take := func(cells []string) []string {
		head := make([]string, len(cells))
		filled := 0
		for i, c := range cells {
			if head[i] = strings.TrimSpace(strings.TrimPrefix(c, "\ufeff")); head[i] != "" {
				filled++
			}
		}
		for len(head) > 0 && head[len(head)-1] == "" {
			head = head[:len(head)-1]
		}
		if filled < 2 || accept != nil && !accept(head) {
			return nil
		}
		return head
	}
	if bytes.HasPrefix(b, []byte("PK\x03\x04")) {
		return readWorkbook(b, take)
	}
	if bytes.HasPrefix(b, []byte("\xd0\xcf\x11\xe0")) {
		return Table{}, wrong("the file is a workbook of the old sort (.xls); save it as .xlsx or CSV")
	}
	text, err := Decode(b)
	if err != nil {
		return Table{}, err
	}
	t := Table{Encoding: text.Encoding}
	if text.Damaged > 0 {
		t.note("%d place(s) are no UTF-8; the file may have been cut or joined", text.Damaged)
	}
	if text.Encoding == "Windows-1252" {
		t.note("it is not in UTF-8 and was read as Windows-1252; if letters look wrong, save it as UTF-8 first")
	}
	var body *Scanner
	most := 0 // rows of one length that the divider makes: a decimal comma divides numbers, but not their header
	for _, comma := range []byte{',', ';', '\t'} {
		s := NewScanner(text.Body, comma)
		var head []string
		var after Scanner
		line, width, even := 0, 0, 0
		for row := 0; row < maxHead && s.Next(); row++ {
			switch {
			case s.Broken || len(s.Cells) > MaxColumns:
			case head != nil && len(s.Cells) == width:
				even++
			case head == nil:
				if head = take(s.Cells); head != nil {
					line, width, even, after = s.Line, len(s.Cells), 1, *s
				}
			}
		}
		if even > most || even == most && len(head) > len(t.Header) {
			t.Header, t.HeaderLine, body, most = head, line, &after, even
		}
	}
	if body == nil {
		return Table{}, wrong("no row names the columns that are needed")
	}
	for body.Next() {
		if body.Broken {
			t.Refused = append(t.Refused, Refusal{body.Line, "a quote is opened and never closed; a quote within a cell is written twice, and the cell stands in quotes"})
			continue
		}
		t.row(body.Line, body.Cells)
	}
	return t, nil
}

func (t *Table) note(format string, args ...any) {
	t.Notes = append(t.Notes, wrong(format, args...).Error())
}

func readWorkbook(b []byte, take func([]string) []string) (Table, error) {
	w, err := OpenWorkbook(b)
	if err != nil {
		return Table{}, err
	}
	for i, name := range w.Sheets {
		t := Table{Encoding: "UTF-8", Sheet: name}
		if err := t.sheet(w, i, take); err != nil {
			return Table{}, err
		}
		if t.Header == nil {
			continue
		}
		for j, other := range w.Sheets {
			if j != i {
				t.note("the sheet %q was passed over; only %q was read", other, name)
			}
		}
		return t, nil
	}
	return Table{}, wrong("no row of the workbook names the columns that are needed")
}

func (t *Table) sheet(w *Workbook, i int, take func([]string) []string) error {
	rows, err := w.Rows(i)
	if err != nil {
		return err
	}
	defer rows.Close()
	for seen := 1; rows.Next(); seen++ {
		switch {
		case t.Header != nil:
			t.row(rows.Row, rows.Cells)
		case seen > maxHead:
			return nil
		default:
			if t.Header = take(rows.Cells); t.Header != nil {
				t.HeaderLine, rows.Most = rows.Row, len(t.Header)
			}
		}
	}
	return rows.Err()
}

// row keeps a row, unless it is empty or longer than the header.
func (t *Table) row(line int, cells []string) {
	for len(cells) > 0 && strings.TrimSpace(cells[len(cells)-1]) == "" {
		cells = cells[:len(cells)-1]
	}
	if !slices.ContainsFunc(cells, func(c string) bool { return strings.TrimSpace(c) != "" }) {
		return
	}
	if len(cells) > len(t.Header) {
		t.Refused = append(t.Refused, Refusal{line, wrong("it has more cells than the header has columns (%d); a cell with a comma in it stands in quotes", len(t.Header)).Error()})
		return
	}
	full := make([]string, len(t.Header))
	for i, c := range cells {
		full[i] = strings.TrimSpace(c)
	}
	t.Rows = append(t.Rows, Row{line, full})
}
