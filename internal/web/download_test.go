package web

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"io"
	"net/url"
	"strings"
	"testing"
)

// TestTakenAlong takes what each page of queries shows along in each form: all are whole, say the same, and hold nothing that
// would run.
func TestTakenAlong(t *testing.T) {
	s := newSite(t)
	coded(s)
	lead := s.as("lead")
	if r := lead.post("/s/coded/thread/code-memory/memo", url.Values{"text": {"<b>bold</b> & \"quoted\"\nحكومة"}}); r.Code != 303 {
		t.Fatalf("no memo: %d %s", r.Code, r.Body)
	}
	for page, want := range map[string]string{"coded": "", "matrix": "passages in all", "framework": "case", "memos": "<b>bold</b>", "words": "(all words)"} {
		links := lead.get("/s/coded/" + page).Body.String()
		table := 0
		for _, end := range []string{"csv", "xlsx", "html", "docx"} {
			at := "/s/coded/" + page + "/file/" + page + "." + end
			if !strings.Contains(links, `href="`+at) && (strings.Contains(links, "Take along") || page == "memos" || page == "words") {
				t.Errorf("the page %s does not lead to %s", page, at)
			}
			r := lead.get(at)
			if r.Code != 200 || !strings.Contains(r.Header().Get("Content-Disposition"), page+"."+end) {
				t.Errorf("%s: %d", at, r.Code)
				continue
			}
			b := r.Body.Bytes()
			switch end {
			case "csv":
				rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(b, []byte("\ufeff")))).ReadAll()
				if err != nil || !bytes.Contains(b, []byte(want)) {
					t.Errorf("%s: %v %.300s", at, err, b)
				}
				table = len(rows)
			case "html":
				if bytes.Contains(b, []byte("<b>")) || page != "coded" && bytes.Count(b, []byte("<tr>")) != table && page != "framework" {
					t.Errorf("%s, %d rows: %.800s", at, table, b)
				}
			case "docx":
				z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
				if err != nil {
					t.Errorf("%s: %v", at, err)
					continue
				}
				f, err := z.Open("word/document.xml")
				if err != nil {
					t.Fatal(err)
				}
				d := xml.NewDecoder(f)
				rows := 0
				for {
					tok, err := d.Token()
					if err == io.EOF {
						break
					}
					if err != nil {
						t.Fatalf("%s: %v", at, err)
					}
					if e, ok := tok.(xml.StartElement); ok && e.Name.Local == "tr" {
						rows++
					}
				}
				if page != "coded" && page != "framework" && rows != table {
					t.Errorf("%s has %d rows, the table %d", at, rows, table)
				}
			}
		}
		if r := lead.get("/s/coded/" + page + "/file/" + page + ".exe"); r.Code != 404 {
			t.Errorf("%s: a file that is not there: %d", page, r.Code)
		}
	}
}
