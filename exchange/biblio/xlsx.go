package biblio

import (
	"io"

	"throughline/exchange/tabular"
)

// readXLSX reads the first sheet that has a header.
func (f *File) readXLSX(b []byte) error {
	w, err := tabular.OpenWorkbook(b)
	if err != nil {
		return err
	}
	for i, name := range w.Sheets {
		found, err := f.readSheet(w, i)
		if err != nil {
			return err
		}
		if !found {
			continue
		}
		for j, other := range w.Sheets {
			if j != i {
				f.note("the sheet %q was passed over; only %q was read", other, name)
			}
		}
		return nil
	}
	return wrong("no sheet of the workbook has a line that names its columns; one of them must be the title")
}

// readSheet tells whether the sheet has a header, and reads it when it does.
func (f *File) readSheet(w *tabular.Workbook, sheet int) (bool, error) {
	rows, err := w.Rows(sheet)
	if err != nil {
		return false, err
	}
	defer rows.Close()
	var h *header
	for seen := 1; rows.Next(); seen++ {
		switch {
		case h != nil:
			f.row(h, rows.Cells, rows.Row)
		case seen > 40:
			return false, nil
		default:
			if h = makeHeader(rows.Cells, 0, rows.Row); h == nil {
				continue
			}
			rows.Most = len(h.names) // one beyond the header is enough to refuse the row
			if rows.Row > 1 {
				f.note("the columns are named in row %d; what stands before it was passed over", rows.Row)
			}
		}
	}
	return h != nil, rows.Err()
}

func writeXLSX(out io.Writer, records []Record) error {
	return tabular.WriteXLSX(out, "References", table(records, tabular.MaxCell))
}
