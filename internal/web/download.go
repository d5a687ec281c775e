package web

import (
	"bytes"
	"fmt"
	"html"
	"io"
	"strings"

	"throughline/exchange/docx"
	"throughline/exchange/tabular"
	"throughline/internal/fault"
)

// download is what can be taken along from a page.
type download struct {
	name   string       // of its files, without their endings
	title  string       // for people
	rows   [][]string   // the first names the columns
	blocks []docx.Block // what is read of it as a text; empty: the rows
}

// files links to the files of what the address asks a page for.
func (v *visit) files(page string) []link {
	q := v.R.URL.Query()
	q.Del("page")
	var out []link
	for _, word := range []string{"CSV", "XLSX", "HTML", "DOCX"} {
		href := v.at(page, "file", page+"."+strings.ToLower(word))
		if s := q.Encode(); s != "" {
			href += "?" + s
		}
		out = append(out, link{word, href})
	}
	return out
}

// give sends the file that the address names.
func (v *visit) give(s download) error {
	name := v.R.PathValue("name")
	blocks := append([]docx.Block{{Kind: docx.Heading, Level: 1, Text: v.Frame.Title + ": " + strings.ToLower(s.title)}}, s.blocks...)
	if len(s.blocks) == 0 {
		blocks = append(blocks, docx.Block{Kind: docx.Table, Rows: s.rows})
	}
	var b bytes.Buffer
	var sort string
	var err error
	switch name {
	case s.name + ".csv":
		sort, err = "text/csv; charset=utf-8", tabular.WriteCSV(&b, s.rows)
	case s.name + ".xlsx":
		sort, err = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", tabular.WriteXLSX(&b, s.title, s.rows)
	case s.name + ".docx":
		sort, err = "application/vnd.openxmlformats-officedocument.wordprocessingml.document", docx.Write(&b, v.Frame.Title, "en", blocks)
	case s.name + ".html":
		sort = "text/html; charset=utf-8"
		writeHTML(&b, v.Frame.Title+": "+strings.ToLower(s.title), blocks)
	default:
		return fault.New(fault.NotFound, "There is no such file. There are %[1]s.csv, %[1]s.xlsx, %[1]s.html and %[1]s.docx.", s.name)
	}
	if err != nil {
		return err
	}
	v.send(sort, b.Bytes(), name)
	return nil
}

// writeHTML writes blocks as a page of its own, without anything that a browser would run or fetch.
func writeHTML(w io.Writer, title string, blocks []docx.Block) {
	said := func(s string) string { return strings.ReplaceAll(html.EscapeString(s), "\n", "<br>") }
	fmt.Fprintf(w, "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>%s</title>"+
		"<style>body{font-family:sans-serif;line-height:1.5;margin:2rem}table{border-collapse:collapse}th,td{border:1px solid;padding:.25rem .5rem;text-align:start;vertical-align:top}</style></head><body>\n", html.EscapeString(title))
	for _, x := range blocks {
		switch x.Kind {
		case docx.Heading:
			fmt.Fprintf(w, "<h%d dir=\"auto\">%s</h%[1]d>\n", x.Level, said(x.Text))
		case docx.Quote:
			fmt.Fprintf(w, "<blockquote lang=\"%s\" dir=\"%s\">%s</blockquote>\n", html.EscapeString(x.Lang), direction(x.Lang), said(x.Text))
		case docx.Table:
			io.WriteString(w, "<table>\n")
			for i, row := range x.Rows {
				io.WriteString(w, "<tr>")
				for k, cell := range row {
					switch {
					case i == 0:
						fmt.Fprintf(w, "<th scope=\"col\" dir=\"auto\">%s</th>", said(cell))
					case k == 0:
						fmt.Fprintf(w, "<th scope=\"row\" dir=\"auto\">%s</th>", said(cell))
					default:
						fmt.Fprintf(w, "<td dir=\"auto\">%s</td>", said(cell))
					}
				}
				io.WriteString(w, "</tr>\n")
			}
			io.WriteString(w, "</table>\n")
		default:
			fmt.Fprintf(w, "<p dir=\"auto\">%s</p>\n", said(x.Text))
		}
	}
	io.WriteString(w, "</body></html>\n")
}
