// Package tabular writes and reads tables as people exchange them.
package tabular

import (
	"encoding/csv"
	"io"
	"strings"
)

// WriteCSV writes a table as comma-separated values (RFC 4180), the header first. A cell that a spreadsheet would take for
// a formula gets an apostrophe in front.
func WriteCSV(w io.Writer, records [][]string) error {
	c := csv.NewWriter(w)
	for _, r := range records {
		cells := make([]string, len(r))
		for i, x := range r {
			cells[i] = plain(x)
		}
		if err := c.Write(cells); err != nil {
			return err
		}
	}
	c.Flush()
	return c.Error()
}

func plain(cell string) string {
	if strings.ContainsRune("=+-@\t\r\n＝＋－＠", first(cell)) || strings.ContainsRune("=+-@", first(strings.TrimSpace(cell))) {
		return "'" + cell
	}
	return cell
}

func first(s string) rune {
	for _, r := range s {
		return r
	}
	return 'x'
}
