package extract

import (
	"context"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"throughline/internal/extract/plain"
)

// TestPlainIsAsEngine reads PDFs both ways: what the plain reader takes it gives as PDFium does, words, lines and places.
func TestPlainIsAsEngine(t *testing.T) {
	say := func(s string) string { return "BT /F1 12 Tf 14 TL 72 700 Td " + s + " ET" }
	files := map[string][]byte{
		"made": pages(
			say("(The square filled before noon, and by) Tj T* (evening no bus ran.) Tj 0 -28 Td (A new paragraph, which is here.) Tj"),
			say("(The govern-) Tj T* (ment of the post-) Tj T* (Soviet years.) Tj"),
			say("[(W) 80 (ater) -300 (rose)] TJ 200 0 Td (a cell) Tj -200 -14 Td (caf\\351 \\223so\\224) Tj 5 Ts /F1 7 Tf (12) Tj"),
			"1 0 0 -1 0 792 cm BT /F1 10 Tf 1 0 0 -1 72 100 Tm 2 Tc (s p r e a d) Tj ET",
		),
	}
	if data, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "data", "refi-qda", "spec", "REFI-QDA-1-5.pdf")); err == nil {
		files["standard"] = data
	} else {
		t.Log("without the text of the REFI-QDA standard, which is not beside the project")
	}
	if browser, err := exec.LookPath("chromium"); err != nil {
		t.Log("without a printed page: chromium is not installed")
	} else if data, err := Printed(browser, t.TempDir(), "en", "ltr", `<body style="font:12pt serif;columns:2">`+strings.Repeat("<p>The commission was set up in the spring of 2014 – naïve café, “fluffy” office affairs.<p>Комиссия была создана весной 2014 года.<ul><li>one<li>two</ul><table><tr><td>cell<td>another cell</table>", 30)); err != nil {
		t.Log("without a printed page: ", err)
	} else {
		files["printed"] = data
	}
	for name, data := range files {
		t.Run(name, func(t *testing.T) {
			e, err := newEngine(context.Background(), cache())
			if err != nil {
				t.Fatal(err)
			}
			defer e.Close()
			doc, n, err := e.opened(data)
			if err != nil {
				t.Fatal(err)
			}
			f, err := plain.Open(data)
			if err != nil || f.Pages() != n {
				t.Fatalf("%d of %d pages: %v", f.Pages(), n, err)
			}
			var theirs, ours strings.Builder
			off, lines := 0, 0
			for i := range n {
				w, _, err := e.words(doc, i, nil)
				if err != nil {
					t.Fatal(err)
				}
				p, ok := plainly(f, i, &room{})
				if !ok {
					t.Errorf("page %d is left to the engine", i+1)
					continue
				}
				if p.Width != w.Width || p.Height != w.Height || p.Left != w.Left || p.Bottom != w.Bottom {
					t.Errorf("page %d: %+v, %+v", i+1, p.Page, w.Page)
				}
				theirs.WriteString(w.text + "\n")
				ours.WriteString(p.text + "\n")
				if strings.IndexFunc(w.text, func(c rune) bool { return c > 0x500 }) < 0 && p.text != w.text {
					t.Errorf("page %d: %q, and %q", i+1, p.text, w.text)
				}
				if len(p.Lines) != len(w.Lines) {
					continue
				}
				for k, l := range p.Lines {
					lines++
					if slices.ContainsFunc([]int{0, 1, 2, 3}, func(q int) bool { return math.Abs(l.Box[q]-w.Lines[k].Box[q]) > 2 }) {
						off++
					}
				}
			}
			same := alike(ours.String(), theirs.String())
			t.Logf("%d pages, words the same: %.4f; %d of %d lines off by more than 2 points", n, same, off, lines)
			if same < 0.99 || off*50 > lines || lines == 0 {
				t.Error("the two differ too much")
			}
		})
	}
}

// pages writes a PDF of what draws its pages.
func pages(contents ...string) []byte {
	objects := []string{"<< /Type /Catalog /Pages 2 0 R >>", "", "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"}
	kids := ""
	for _, c := range contents {
		n := len(objects) + 1
		kids += fmt.Sprintf("%d 0 R ", n)
		objects = append(objects, fmt.Sprintf("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> /Contents %d 0 R >>", n+1), streamOf(c))
	}
	objects[1] = fmt.Sprintf("<< /Type /Pages /Kids [%s] /Count %d >>", kids, len(contents))
	return pdfFrom(objects...)
}

// Printed prints a page with a browser and gives its PDF. What stands in the page is language, direction and HTML of its body.
func Printed(browser, dir, language, direction, body string) ([]byte, error) {
	page, out := filepath.Join(dir, "a.html"), filepath.Join(dir, "a.pdf")
	if err := os.WriteFile(page, []byte(`<!doctype html><html lang="`+language+`" dir="`+direction+`"><meta charset="utf-8"><title>x</title>`+body), 0o600); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if b, err := exec.CommandContext(ctx, browser, "--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir="+filepath.Join(dir, "profile"), "--no-pdf-header-footer", "--print-to-pdf="+out, page).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("chromium does not print here: %w %.200s", err, b)
	}
	return os.ReadFile(out)
}
