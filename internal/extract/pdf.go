package extract

import (
	"bytes"
	"context"
	"errors"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/klippa-app/go-pdfium"
	pdferrors "github.com/klippa-app/go-pdfium/errors"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"
	"github.com/klippa-app/go-pdfium/webassembly"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
)

// engine is PDFium in WebAssembly: it sees no file and no network, and no more memory than it is given.
type engine struct {
	pool pdfium.Pool
	pdfium.Pdfium
}

func newEngine(ctx context.Context, cache string) (*engine, error) {
	c := wazero.NewRuntimeConfig().WithCoreFeatures(api.CoreFeaturesV2 | experimental.CoreFeaturesExceptionHandling).WithMemoryLimitPages(4096) // of 64 KiB: 256 MiB
	if cache != "" {
		if cc, err := wazero.NewCompilationCacheWithDir(cache); err == nil {
			c = c.WithCompilationCache(cc)
		}
	}
	pool, err := webassembly.Init(webassembly.Config{Context: ctx, MinIdle: 1, MaxIdle: 1, MaxTotal: 1, FSConfig: wazero.NewFSConfig(), RuntimeConfig: c})
	if err != nil {
		return nil, err
	}
	in, err := pool.GetInstance(30 * time.Second)
	if err != nil {
		pool.Close()
		return nil, err
	}
	return &engine{pool, in}, nil
}

func (e *engine) Close() {
	e.Pdfium.Close()
	e.pool.Close()
}

// opened opens a document, or says in words why it cannot be.
func (e *engine) opened(data []byte) (references.FPDF_DOCUMENT, int, error) {
	d, err := e.OpenDocument(&requests.OpenDocument{File: &data})
	switch {
	case errors.Is(err, pdferrors.ErrPassword):
		return "", 0, invalid("The PDF is protected by a password. Save it without one and bring it in again.")
	case errors.Is(err, pdferrors.ErrSecurity):
		return "", 0, invalid("The PDF is protected in a way that cannot be read. Print it to a new PDF and bring that in.")
	case err != nil:
		return "", 0, invalid("The PDF is broken and cannot be opened. Open it in a PDF reader, save it again, and bring that in.")
	}
	n, err := e.FPDF_GetPageCount(&requests.FPDF_GetPageCount{Document: d.Document})
	if err != nil {
		return "", 0, invalid("The PDF is broken: its pages cannot be counted.")
	}
	return d.Document, n.PageCount, nil
}

func (r *reader) pdf(data []byte, t *Text) error {
	e, err := newEngine(r.ctx, r.o.Cache)
	if err != nil {
		return err
	}
	defer e.Close()
	doc, pages, err := e.opened(data)
	if err != nil {
		return err
	}
	if pages > r.l.Pages {
		return invalid("The PDF has %d pages; at most %d are read. Split it.", pages, r.l.Pages)
	}
	if pages == 0 {
		return invalid("The PDF has no pages.")
	}
	o := &out{r: r}
	at, unread := 0, 0
	for i := range pages {
		if err := r.ctx.Err(); err != nil {
			return err
		}
		page := requests.Page{ByIndex: &requests.PageByIndex{Document: doc, Index: i}}
		p := Page{Start: at}
		if s, err := e.GetPageSize(&requests.GetPageSize{Page: page}); err == nil {
			p.Width, p.Height = s.Width, s.Height
		}
		text := ""
		s, err := e.GetPageTextStructured(&requests.GetPageTextStructured{Page: page, Mode: requests.GetPageTextStructuredModeRects})
		whole, werr := e.GetPageText(&requests.GetPageText{Page: page})
		if werr == nil {
			text = pageText(whole.Text)
		}
		if text != "" && garbled(text) {
			text = ""
		}
		if strings.TrimSpace(text) == "" {
			if has, err := e.FPDFPage_CountObjects(&requests.FPDFPage_CountObjects{Page: page}); err == nil && has.Count > 0 {
				unread++
				if recognised := r.recognise(e, doc, i); recognised != "" {
					text = recognised
				}
			}
		} else if err == nil {
			cursor, cp := 0, 0
			for _, rect := range s.Rects {
				w := strings.TrimSpace(pageText(rect.Text))
				if w == "" {
					continue
				}
				k := strings.Index(text[cursor:], w)
				if k < 0 {
					continue
				}
				cp += utf8.RuneCountInString(text[cursor : cursor+k])
				n := utf8.RuneCountInString(w)
				b := rect.PointPosition
				p.Lines = append(p.Lines, Line{at + cp, at + cp + n, [4]float64{b.Left, b.Bottom, b.Right, b.Top}})
				cursor += k + len(w)
				cp += n
			}
		}
		if text != "" {
			o.write(text + "\n\n")
			at += utf8.RuneCountInString(text)
		}
		p.End = at
		if text != "" {
			at += 2
		}
		t.Pages = append(t.Pages, p)
		if r.over {
			return nil
		}
	}
	t.Body = o.b.String()
	if unread > 0 {
		t.Scanned = true
		switch {
		case r.o.OCR != "":
			t.Notes = append(t.Notes, strconv.Itoa(unread)+" of "+strconv.Itoa(pages)+" pages are pictures; their text was recognised by a machine and may be wrong.")
		default:
			t.Notes = append(t.Notes, strconv.Itoa(unread)+" of "+strconv.Itoa(pages)+" pages are pictures, or hold letters that mean nothing. They can be read when tesseract is installed.")
		}
	}
	return nil
}

// pageText tidies what PDFium gives: line ends, hyphens that it marks as soft at line ends (U+0002), and paragraphs, which it
// ends by a line that ends a sentence.
func pageText(s string) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	s = strings.ReplaceAll(s, "\x02\n", "")
	s = strings.ReplaceAll(s, "\x02", "")
	return strings.TrimRight(strings.Map(printable, s), " \n")
}

// garbled tells whether a text layer means nothing: control or private characters where letters should be.
func garbled(s string) bool {
	letters, bad := 0, 0
	for _, r := range s {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r):
			letters++
		case r == utf8.RuneError || unicode.Is(unicode.Co, r) || unicode.IsControl(r) && r != '\n' && r != '\t':
			bad++
		}
	}
	return bad > 10 && bad*3 > letters
}

// recognise reads a page that is a picture with tesseract, when that was asked for and is there.
func (r *reader) recognise(e *engine, doc references.FPDF_DOCUMENT, page int) string {
	tool, err := exec.LookPath("tesseract")
	if r.o.OCR == "" || err != nil {
		return ""
	}
	pic, err := e.picture(doc, page, 200)
	if err != nil {
		return ""
	}
	ctx, cancel := context.WithTimeout(r.ctx, time.Minute)
	defer cancel()
	c := exec.CommandContext(ctx, tool, "stdin", "stdout", "-l", r.o.OCR)
	c.Stdin = bytes.NewReader(pic)
	c.Env = []string{"PATH=" + os.Getenv("PATH"), "OMP_THREAD_LIMIT=1"}
	got, err := c.Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(strings.Map(printable, string(got)))
}

// picture draws a page as PNG.
func (e *engine) picture(doc references.FPDF_DOCUMENT, page, dpi int) ([]byte, error) {
	p, err := e.RenderPageInDPI(&requests.RenderPageInDPI{DPI: dpi, Page: requests.Page{ByIndex: &requests.PageByIndex{Document: doc, Index: page}}})
	if err != nil {
		return nil, invalid("The page cannot be drawn.")
	}
	defer p.Cleanup()
	var b bytes.Buffer
	if err := png.Encode(&b, p.Result.Image); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// Picture draws a page of a PDF, counted from 0, as PNG. Large pages are drawn with fewer dots.
func Picture(ctx context.Context, data []byte, page, dpi int, o Options) ([]byte, error) {
	e, err := newEngine(ctx, o.Cache)
	if err != nil {
		return nil, err
	}
	defer e.Close()
	doc, n, err := e.opened(data)
	if err != nil {
		return nil, err
	}
	if page < 0 || page >= n {
		return nil, invalid("The PDF has no page %d.", page+1)
	}
	if s, err := e.GetPageSize(&requests.GetPageSize{Page: requests.Page{ByIndex: &requests.PageByIndex{Document: doc, Index: page}}}); err == nil {
		for dpi > 20 && s.Width*float64(dpi)/72*s.Height*float64(dpi)/72 > 6e6 {
			dpi -= 10
		}
		if s.Width*float64(dpi)/72*s.Height*float64(dpi)/72 > 20e6 {
			return nil, invalid("The page is too large to be drawn.")
		}
	}
	return e.picture(doc, page, dpi)
}

// Cache gives the folder for what is compiled once, below the data folder.
func Cache(data string) string { return filepath.Join(data, "cache", "pdf") }
