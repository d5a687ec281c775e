package extract

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image/png"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/klippa-app/go-pdfium"
	"github.com/klippa-app/go-pdfium/enums"
	pdferrors "github.com/klippa-app/go-pdfium/errors"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"
	"github.com/klippa-app/go-pdfium/responses"
	"github.com/klippa-app/go-pdfium/webassembly"
	"github.com/tetratelabs/wazero"

	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
	"throughline/internal/extract/plain"
	"throughline/internal/fault"
)

// engine is PDFium in WebAssembly: it sees no file and no network, and no more memory than it is given.
type engine struct {
	pool pdfium.Pool
	pdfium.Pdfium
	corners map[string][2]float64 // of media boxes that pages have from those around them, by document and what is shown of a page
}

// compiled keeps the engine as this process has compiled it, where there is no folder for that.
var compiled = sync.OnceValue(wazero.NewCompilationCache)

func newEngine(ctx context.Context, cache string) (*engine, error) {
	c := wazero.NewRuntimeConfig().WithCoreFeatures(api.CoreFeaturesV2 | experimental.CoreFeaturesExceptionHandling).WithMemoryLimitPages(4096) // of 64 KiB: 256 MiB
	if cache == "" {
		c = c.WithCompilationCache(compiled())
	} else {
		if cc, err := wazero.NewCompilationCacheWithDir(cache); err == nil {
			c = c.WithCompilationCache(cc)
		}
	}
	pool, err := webassembly.Init(webassembly.Config{Context: experimental.WithMemoryAllocator(ctx, memory), MinIdle: 1, MaxIdle: 1, MaxTotal: 1, FSConfig: wazero.NewFSConfig(), RuntimeConfig: c})
	if err != nil {
		return nil, err
	}
	in, err := pool.GetInstance(30 * time.Second)
	if err != nil {
		pool.Close()
		return nil, err
	}
	return &engine{pool: pool, Pdfium: in, corners: map[string][2]float64{}}, nil
}

func (e *engine) Close() {
	e.Pdfium.Close()
	e.pool.Close()
}

// opened opens a document, or says in words why it cannot be.
func (e *engine) opened(data []byte) (references.FPDF_DOCUMENT, int, error) {
	ask := &requests.OpenDocument{File: &data}
	if len(data) > 32<<20 { // more than should be copied to where the engine can see it
		ask = &requests.OpenDocument{FileReader: bytes.NewReader(data), FileReaderSize: int64(len(data))}
	}
	d, err := e.OpenDocument(ask)
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

// document is an open PDF. What leaves no doubt is read by [plain]; for all else the engine is started when it is first needed.
type document struct {
	ctx    context.Context
	data   []byte
	cache  string
	plain  *plain.File // nil: the document leaves doubt
	engine *engine     // nil: not started yet
	open   references.FPDF_DOCUMENT
	pages  int
	room   room
}

// room is memory that the pages of a document use one after the other.
type room struct {
	chars, read, text []rune
	at                []int
	lines             []pdfLine
	runs              []Line
}

func (r *reader) document(data []byte) (*document, error) {
	d := &document{ctx: r.ctx, data: data, cache: r.o.Cache}
	if p, err := plain.Open(data); err == nil {
		d.plain, d.pages = p, p.Pages()
		return d, nil
	}
	return d, d.start()
}

// start starts the engine and opens the document with it.
func (d *document) start() (err error) {
	if d.engine != nil {
		return nil
	}
	if d.engine, err = newEngine(d.ctx, d.cache); err != nil {
		return err
	}
	d.open, d.pages, err = d.engine.opened(d.data)
	return err
}

func (d *document) Close() {
	if d.engine != nil {
		d.engine.Close()
	}
}

// about gives the title and the language of the document, where it tells them.
func (d *document) about() (title, language string) {
	if d.plain != nil {
		title, err1 := d.plain.Title()
		language, err2 := d.plain.Language()
		if err1 == nil && err2 == nil {
			return title, language
		}
	}
	if d.start() != nil {
		return "", ""
	}
	if m, err := d.engine.GetMetaData(&requests.GetMetaData{Document: d.open, Tags: &[]string{"Title"}}); err == nil && len(m.Tags) == 1 {
		title = m.Tags[0].Value
	}
	if l, err := d.engine.FPDFCatalog_GetLanguage(&requests.FPDFCatalog_GetLanguage{Document: d.open}); err == nil {
		language = l.Language
	}
	return title, language
}

// words reads a page, and tells whether it can be read: not when it is a picture, or its letters mean nothing.
func (d *document) words(index int) (w pdfPage, legible bool, err error) {
	if d.plain != nil {
		if w, ok := plainly(d.plain, index, &d.room); ok {
			return w, true, nil
		}
	}
	if err := d.start(); err != nil {
		return w, true, err
	}
	return d.engine.words(d.open, index, d.plain)
}

// plainly reads a page that leaves no doubt: one with text on it, or with nothing that may be any.
func plainly(f *plain.File, index int, r *room) (w pdfPage, ok bool) {
	p, err := f.Page(index)
	if err != nil {
		return w, false
	}
	w.Width, w.Height = point(p.Width), point(p.Height)
	w.Left, w.Bottom = point(p.Cut[0]), point(p.Cut[1])
	r.chars = r.chars[:0]
	for _, c := range p.Chars {
		r.chars = append(r.chars, c.Rune)
	}
	if letters, bad := sense(r.chars); letters < 20 && (p.Pictures || p.Paths > 200) || bad > 10 && bad*3 > letters {
		return w, false
	}
	w.lay(glyphs{
		chars:     r.chars,
		box:       func(i int) ([4]float64, bool) { return p.Chars[i].Box, true },
		generated: func(i int) bool { return p.Chars[i].Generated },
		blanks:    func() [][2]float64 { return nil },
	}, r, ready(p.Written)...)
	w.turn(point(p.Shown[0]), point(p.Shown[1]))
	return w, true
}

func (r *reader) pdf(data []byte, t *Text) error {
	d, err := r.document(data)
	defer d.Close()
	if err != nil {
		return err
	}
	pages := d.pages
	if pages > r.l.Pages {
		return invalid("The PDF has %d pages; at most %d are read. Split it.", pages, r.l.Pages)
	}
	if pages == 0 {
		return invalid("The PDF has no pages.")
	}
	title, language := d.about()
	t.Title = clip(strings.Join(strings.Fields(strings.Map(printable, title)), " "))
	t.Language = clip(strings.TrimSpace(language))
	if first := r.o.First; first > 0 && first < pages {
		t.Notes = append(t.Notes, fmt.Sprintf("Only the first %d of %d pages were read.", first, pages))
		pages = first
	}
	o := &out{r: r}
	at, unread, recognised, broken, doubtful := 0, 0, 0, 0, 0
	for i := range pages {
		if err := r.ctx.Err(); err != nil {
			return err
		}
		w, legible, err := d.words(i)
		if fault.Of(err) == fault.Invalid && err != nil {
			return err
		}
		if err != nil {
			broken++
		}
		if !legible {
			unread++
			if s := r.recognise(d, i); s != "" {
				recognised++
				w.text, w.Lines = strings.TrimSpace(s+"\n"+w.written), nil
			}
		}
		doubtful += w.doubtful
		p := w.Page
		p.Start, p.End = at, at
		if w.text != "" {
			if at > 0 {
				o.write("\n")
				at++
				p.Start++
			}
			n := utf8.RuneCountInString(w.text)
			o.write(w.text)
			o.write("\n")
			for k := range p.Lines {
				p.Lines[k].Start += p.Start
				p.Lines[k].End += p.Start
			}
			p.End = p.Start + n
			at = p.End + 1
		}
		t.Pages = append(t.Pages, p)
		if r.over {
			return nil
		}
	}
	t.Body = o.b.String()
	if broken == pages {
		return invalid("The PDF is broken: none of its pages can be read. Open it in a PDF reader, save it again, and bring that in.")
	}
	if broken > 0 {
		t.Notes = append(t.Notes, fmt.Sprintf("%d of %d pages are broken and were left out.", broken, pages))
	}
	if doubtful > 5 {
		t.Notes = append(t.Notes, "Words may be broken by spaces that are not there, as this PDF draws its letters together (browsers print Hindi, Tamil, Khmer and Burmese so). If you have the page or the document itself, bring in that.")
	}
	if unread > 0 {
		t.Scanned = true
		if recognised > 0 {
			t.Notes = append(t.Notes, fmt.Sprintf("%d of %d pages are pictures, or hold letters that mean nothing; the text of %d was recognised by a machine and may be wrong.", unread, pages, recognised))
		}
		if _, err := exec.LookPath("tesseract"); recognised < unread && r.o.OCR == "" && err == nil {
			t.Notes = append(t.Notes, fmt.Sprintf("%d of %d pages are pictures, or hold letters that mean nothing. Their text can be recognised: say in which language they are.", unread, pages))
		} else if recognised < unread && err != nil {
			t.Notes = append(t.Notes, fmt.Sprintf("%d of %d pages are pictures, or hold letters that mean nothing. They can be read when tesseract is installed.", unread, pages))
		} else if recognised < unread {
			t.Notes = append(t.Notes, fmt.Sprintf("No text was recognised on %d of %d pages that are pictures.", unread-recognised, pages))
		}
	}
	return nil
}

// most is how many characters a page may hold; a page of a newspaper has some 50,000.
const most = 200_000

// pdfPage is a page with its text, in which the places of its lines are counted.
type pdfPage struct {
	Page
	text     string
	written  string // in fields of it, which may be on a picture
	doubtful int    // spaces of which nothing tells whether they are ones
}

// words reads a page, and tells whether it can be read: not when it is a picture, or its letters mean nothing. What was written
// on it f tells, where it is there: the engine looks through all forms of a document for that, however many there are.
func (e *engine) words(doc references.FPDF_DOCUMENT, index int, f *plain.File) (w pdfPage, legible bool, err error) {
	loaded, err := e.FPDF_LoadPage(&requests.FPDF_LoadPage{Document: doc, Index: index})
	if err != nil {
		return w, true, err
	}
	defer e.FPDF_ClosePage(&requests.FPDF_ClosePage{Page: loaded.Page})
	page := requests.Page{ByReference: &loaded.Page}
	if s, err := e.GetPageSize(&requests.GetPageSize{Page: page}); err == nil {
		w.Width, w.Height = point(s.Width), point(s.Height)
	}
	left, bottom := e.frame(page, doc, index, &w.Page)
	all, which, more := answers(f, index)
	if more {
		for _, i := range slices.Backward(which) {
			e.FPDFPage_RemoveAnnot(&requests.FPDFPage_RemoveAnnot{Page: page, Index: i})
		}
		if drawn, err := e.drawnIn(doc, index, page); err == nil && drawn != "" {
			defer e.FPDF_ClosePage(&requests.FPDF_ClosePage{Page: drawn})
			page = requests.Page{ByReference: &drawn}
		}
	}
	text, err := e.FPDFText_LoadPage(&requests.FPDFText_LoadPage{Page: page})
	if err != nil {
		return w, true, err
	}
	defer e.FPDFText_ClosePage(&requests.FPDFText_ClosePage{TextPage: text.TextPage})
	n, err := e.FPDFText_CountChars(&requests.FPDFText_CountChars{TextPage: text.TextPage})
	if err != nil {
		return w, true, err
	}
	if n.Count > most {
		return w, true, invalid("Page %d of the PDF holds %d characters, which is more than any page has; it is not read.", index+1, n.Count)
	}
	chars := make([]rune, n.Count)
	for i := range chars {
		c, err := e.FPDFText_GetUnicode(&requests.FPDFText_GetUnicode{TextPage: text.TextPage, Index: i})
		if err != nil {
			return w, true, err
		}
		chars[i] = rune(c.Unicode)
	}
	letters, bad := sense(chars)
	if bad > 10 && bad*3 > letters {
		return w, false, nil
	}
	boxes, known := make([][4]float64, len(chars)), make([]bool, len(chars))
	box := func(i int) ([4]float64, bool) {
		if known[i] {
			return boxes[i], true
		}
		b, err := e.FPDFText_GetLooseCharBox(&requests.FPDFText_GetLooseCharBox{TextPage: text.TextPage, Index: i})
		if err != nil {
			return [4]float64{}, false
		}
		known[i], boxes[i] = true, [4]float64{point(float64(b.Rect.Left)), point(float64(b.Rect.Bottom)), point(float64(b.Rect.Right)), point(float64(b.Rect.Top))}
		return boxes[i], true
	}
	generated := func(i int) bool {
		g, err := e.FPDFText_IsGenerated(&requests.FPDFText_IsGenerated{TextPage: text.TextPage, Index: i})
		return err == nil && g.IsGenerated
	}
	g := glyphs{chars: chars, box: box, generated: generated, blanks: sync.OnceValue(func() [][2]float64 { return e.blanks(page) })}
	w.lay(g, &room{}, all...)
	for _, x := range all {
		w.written += string(x.text) + "\n"
	}
	w.turn(left, bottom)
	return w, letters >= 20 || !e.picturesque(page, w.Page, letters), nil
}

// lay makes the text of a page from its characters and what was written there.
func (w *pdfPage) lay(g glyphs, r *room, all ...written) {
	r.read, r.at = g.mend(r.read[:0], r.at[:0])
	w.doubtful = g.doubtful
	box := g.box
	if first := len(g.chars); len(all) > 0 {
		box = func(i int) ([4]float64, bool) {
			if i >= first {
				return all[i-first].box, true
			}
			return g.box(i)
		}
		r.read, r.at = place(r.read, r.at, g.box, all, first, w.Turn)
	}
	r.text, r.runs = slices.Grow(r.text[:0], len(r.read)), slices.Grow(r.runs[:0], 100)
	linesOf(r, func(i int) ([4]float64, bool) { return box(r.at[i]) })
	w.text, w.Lines = lay(r.lines)
}

// drawnIn gives a page on which what is drawn beside its text, such as stamps, is drawn as text is, or none where nothing is:
// the engine tells of no other words.
func (e *engine) drawnIn(doc references.FPDF_DOCUMENT, index int, page requests.Page) (references.FPDF_PAGE, error) {
	f, err := e.FPDFPage_Flatten(&requests.FPDFPage_Flatten{Page: page, Usage: requests.FPDFPage_FlattenUsageNormalDisplay})
	if err != nil || f.Result != responses.FPDFPage_FlattenResultSuccess {
		return "", err
	}
	again, err := e.FPDF_LoadPage(&requests.FPDF_LoadPage{Document: doc, Index: index})
	if err != nil {
		return "", err
	}
	return again.Page, nil
}

// frame tells how a page is cut and turned. It gives the lower left corner of what is shown of it, as the page is drawn.
func (e *engine) frame(page requests.Page, doc references.FPDF_DOCUMENT, index int, p *Page) (left, bottom float64) {
	shown, err := e.FPDF_GetPageBoundingBox(&requests.FPDF_GetPageBoundingBox{Page: page})
	if err != nil {
		return 0, 0
	}
	left, bottom = point(float64(shown.Rect.Left)), point(float64(shown.Rect.Bottom))
	if r, err := e.FPDFPage_GetRotation(&requests.FPDFPage_GetRotation{Page: page}); err == nil {
		p.Turn = int(r.PageRotation) % 4 * 90
	}
	if m, err := e.FPDFPage_GetMediaBox(&requests.FPDFPage_GetMediaBox{Page: page}); err == nil {
		p.Left, p.Bottom = point(left-point(float64(min(m.Left, m.Right)))), point(bottom-point(float64(min(m.Bottom, m.Top))))
	} else {
		key := fmt.Sprint(doc, shown.Rect)
		corner, known := e.corners[key]
		if !known { // a page is read anew for it, so not for each page of a document
			if corner[0], corner[1], known = e.inherited(page, doc, index); known {
				e.corners[key] = corner
			}
		}
		if known {
			p.Left, p.Bottom = point(left-corner[0]), point(bottom-corner[1])
		}
	}
	return left, bottom
}

// turn puts the lines of a page where they are shown: as they are read they count as the page is drawn.
func (p *Page) turn(left, bottom float64) {
	width, height := p.Width, p.Height // not turned
	if p.Turn%180 != 0 {
		width, height = height, width
	}
	for i := range p.Lines {
		b := &p.Lines[i].Box
		x0, y0, x1, y1 := b[0]-left, b[1]-bottom, b[2]-left, b[3]-bottom
		switch p.Turn {
		case 90:
			x0, y0, x1, y1 = y0, width-x1, y1, width-x0
		case 180:
			x0, y0, x1, y1 = width-x1, height-y1, width-x0, height-y0
		case 270:
			x0, y0, x1, y1 = height-y1, x0, height-y0, x1
		}
		*b = [4]float64{point(x0), point(y0), point(x1), point(y1)}
	}
}

// inherited gives the lower left corner of a media box that a page has from those around it, of which PDFium tells nothing but
// what the crop box leaves: so the page gets one that leaves all.
func (e *engine) inherited(page requests.Page, doc references.FPDF_DOCUMENT, index int) (x, y float64, ok bool) {
	was, err := e.FPDF_GetPageBoundingBox(&requests.FPDF_GetPageBoundingBox{Page: page})
	if err != nil {
		return 0, 0, false
	}
	cut := func(left, bottom, right, top float32) bool {
		_, err := e.FPDFPage_SetCropBox(&requests.FPDFPage_SetCropBox{Page: page, Left: left, Bottom: bottom, Right: right, Top: top})
		return err == nil
	}
	if !cut(-1e6, -1e6, 1e6, 1e6) {
		return 0, 0, false
	}
	defer cut(was.Rect.Left, was.Rect.Bottom, was.Rect.Right, was.Rect.Top)
	again, err := e.FPDF_LoadPage(&requests.FPDF_LoadPage{Document: doc, Index: index})
	if err != nil {
		return 0, 0, false
	}
	defer e.FPDF_ClosePage(&requests.FPDF_ClosePage{Page: again.Page})
	all, err := e.FPDF_GetPageBoundingBox(&requests.FPDF_GetPageBoundingBox{Page: requests.Page{ByReference: &again.Page}})
	if err != nil {
		return 0, 0, false
	}
	return point(float64(all.Rect.Left)), point(float64(all.Rect.Bottom)), true
}

// blanks gives where text of no extent was drawn. Browsers draw each space so, and the engine does not tell of it.
func (e *engine) blanks(page requests.Page) [][2]float64 {
	n, err := e.FPDFPage_CountObjects(&requests.FPDFPage_CountObjects{Page: page})
	if err != nil {
		return nil
	}
	var out [][2]float64
	for i := range min(n.Count, most) {
		o, err := e.FPDFPage_GetObject(&requests.FPDFPage_GetObject{Page: page, Index: i})
		if err != nil {
			return nil
		}
		kind, err := e.FPDFPageObj_GetType(&requests.FPDFPageObj_GetType{PageObject: o.PageObject})
		if err != nil || kind.Type != enums.FPDF_PAGEOBJ_TEXT {
			continue
		}
		if b, err := e.FPDFPageObj_GetBounds(&requests.FPDFPageObj_GetBounds{PageObject: o.PageObject}); err == nil && b.Right-b.Left < 0.01 && b.Top-b.Bottom < 0.01 {
			out = append(out, [2]float64{point(float64(b.Left)), point(float64(b.Bottom))})
		}
	}
	return out
}

// point makes sure that a length can be told.
func point(x float64) float64 {
	if math.IsNaN(x) || math.Abs(x) > 1e6 {
		return 0
	}
	return math.Round(x*100) / 100
}

// sense counts letters, and what stands where letters should be and means nothing.
func sense(chars []rune) (letters, bad int) {
	for _, c := range chars {
		switch {
		case c == '\r' || c == '\n' || c == '\t' || c == 2 || utf16.IsSurrogate(c):
		case unicode.IsLetter(c) || unicode.IsDigit(c) || unicode.IsMark(c):
			letters++
		case c == 0 || c == utf8.RuneError || c == 0xfffe || c == 0xffff || unicode.Is(unicode.Co, c) || unicode.IsControl(c):
			bad++
		}
	}
	return letters, bad
}

// picturesque tells whether a page with hardly any letters shows something that may be text: a picture of most of it, or
// letters that were turned into lines.
func (e *engine) picturesque(page requests.Page, p Page, letters int) bool {
	n, err := e.FPDFPage_CountObjects(&requests.FPDFPage_CountObjects{Page: page})
	if err != nil {
		return false
	}
	paths := 0
	for i := range min(n.Count, 1000) {
		o, err := e.FPDFPage_GetObject(&requests.FPDFPage_GetObject{Page: page, Index: i})
		if err != nil {
			return false
		}
		kind, err := e.FPDFPageObj_GetType(&requests.FPDFPageObj_GetType{PageObject: o.PageObject})
		if err != nil {
			continue
		}
		switch kind.Type {
		case enums.FPDF_PAGEOBJ_PATH:
			paths++
		case enums.FPDF_PAGEOBJ_IMAGE, enums.FPDF_PAGEOBJ_FORM:
			if letters == 0 && kind.Type == enums.FPDF_PAGEOBJ_IMAGE {
				return true
			}
			b, err := e.FPDFPageObj_GetBounds(&requests.FPDFPageObj_GetBounds{PageObject: o.PageObject})
			if err == nil && float64(b.Right-b.Left)*float64(b.Top-b.Bottom) > p.Width*p.Height/2 {
				return true
			}
		}
	}
	return letters == 0 && paths > 200
}

// pdfLine is a line of a page: its characters, and runs of them with their boxes, of which a wide gap makes two.
type pdfLine struct {
	text   []rune
	runs   []Line
	box    [4]float64
	joined bool // with the next: a word is divided at its end
}

// linesOf divides the characters of a page that are read into lines. box gives the box of a character.
func linesOf(r *room, box func(int) ([4]float64, bool)) {
	chars := r.read
	r.lines = r.lines[:0]
	l := pdfLine{text: r.text[:0], runs: r.runs[:0]} // each line goes on where the one before ended
	end := func() {
		for len(l.text) > 0 && l.text[len(l.text)-1] == ' ' {
			l.text = l.text[:len(l.text)-1]
		}
		if len(l.text) > 0 {
			r.lines = append(r.lines, l)
		}
		l = pdfLine{text: l.text[len(l.text):], runs: l.runs[len(l.runs):]}
	}
	for i := 0; i < len(chars); {
		switch c := chars[i]; {
		case c == '\n' || c == '\r' && (i+1 == len(chars) || chars[i+1] != '\n'):
			end()
			i++
		case c == 2, c == '‐' && i+1 < len(chars) && chars[i+1] == '\n': // where a word is divided, with a new line after it or not
			k := i + 1
			for k < len(chars) && (chars[k] == '\r' || chars[k] == '\n') {
				k++
			}
			if n := len(l.text); n > 0 && k < len(chars) && hyphened(l.text, chars[k]) {
				l.text = append(l.text, '-')
			}
			if k == i+1 && k < len(chars) && i > 0 {
				a, ok1 := box(i - 1)
				b, ok2 := box(k)
				if !ok1 || !ok2 || level(a, b) {
					i++
					continue
				}
			}
			l.joined = true
			end()
			i = k
		case !visible(c):
			if (c == ' ' || c == '\t' || c == 0xa0) && len(l.text) > 0 && l.text[len(l.text)-1] != ' ' {
				l.text = append(l.text, ' ')
			}
			i++
		default:
			k := i
			for k++; k < len(chars) && visible(chars[k]) && chars[k] != 2 && !(chars[k] == '‐' && k+1 < len(chars) && chars[k+1] == '\n'); k++ {
			}
			start := len(l.text)
			l.text = append(l.text, chars[i:k]...)
			b, ok := box(i)
			if last, more := box(k - 1); more && ok {
				b = union(b, last)
			}
			if ok {
				l.add(start, len(l.text), b)
			}
			i = k
		}
	}
	end()
}

// hyphened tells whether a hyphen at the end of a line belongs to the word: what stands before or after it is no part of a
// word that was divided.
func hyphened(before []rune, after rune) bool {
	n := len(before)
	last := before[n-1]
	return !unicode.IsLower(after) && unicode.IsLower(last) || unicode.IsUpper(last) || unicode.IsDigit(last) || unicode.IsLetter(last) && (n == 1 || !unicode.IsLetter(before[n-2]) && !unicode.IsMark(last))
}

// visible tells whether a character is part of a word.
func visible(c rune) bool {
	return c != 2 && !unicode.IsSpace(c) && printable(c) == c && c != ' '
}

// level tells whether two boxes stand on one line.
func level(a, b [4]float64) bool {
	return min(a[3], b[3])-max(a[1], b[1]) > min(a[3]-a[1], b[3]-b[1])/2
}

func union(a, b [4]float64) [4]float64 {
	return [4]float64{min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3])}
}

// add adds a word of a line to the run that ends before it, or begins another.
func (l *pdfLine) add(start, end int, b [4]float64) {
	if len(l.runs) == 0 {
		l.box = b
	}
	l.box = union(l.box, b)
	if n := len(l.runs); n > 0 {
		was := &l.runs[n-1]
		gap := max(b[0]-was.Box[2], was.Box[0]-b[2])
		height := min(b[3]-b[1], was.Box[3]-was.Box[1])
		if gap < 2*height && level(b, was.Box) {
			was.End, was.Box = end, union(was.Box, b)
			return
		}
	}
	l.runs = append(l.runs, Line{Start: start, End: end, Box: b})
}

// lay makes a text of lines: a blank line where the gap between two is larger than is usual on the page or their letters
// are of another size, and words that were divided joined.
func lay(lines []pdfLine) (string, []Line) {
	pitch := func(i int) (float64, bool) { // from one line to the next, in heights of a line
		a, b := lines[i].box, lines[i+1].box
		h := min(a[3]-a[1], b[3]-b[1])
		d := a[1] - b[1]
		return d / h, h > 0 && d > 0 && b[0] < a[2] && a[0] < b[2]
	}
	var all []float64
	for i := range len(lines) - 1 {
		if d, ok := pitch(i); ok && d < 3 {
			all = append(all, d)
		}
	}
	usual := 1.2
	if len(all) > 0 {
		slices.Sort(all)
		usual = all[len(all)/2]
	}
	var b strings.Builder
	runs, size := 0, 0
	for _, l := range lines {
		runs += len(l.runs)
		size += len(l.text) + 2
	}
	b.Grow(size)
	out := make([]Line, 0, runs)
	at := 0
	for i, l := range lines {
		for _, r := range l.runs {
			r.Start += at
			r.End += at
			out = append(out, r)
		}
		for _, c := range l.text {
			b.WriteRune(c)
		}
		at += len(l.text)
		if i+1 == len(lines) || l.joined {
			continue
		}
		b.WriteByte('\n')
		at++
		h, k := l.box[3]-l.box[1], lines[i+1].box[3]-lines[i+1].box[1]
		if d, ok := pitch(i); ok && (d > usual*1.25 || h > k*1.2 || k > h*1.2) {
			b.WriteByte('\n')
			at++
		}
	}
	return b.String(), out
}

// recognise reads a page that is a picture with tesseract, when that was asked for and is there.
func (r *reader) recognise(d *document, page int) string {
	tool, err := exec.LookPath("tesseract")
	if r.o.OCR == "" || err != nil {
		return ""
	}
	if d.start() != nil {
		return ""
	}
	pic, err := d.engine.picture(d.open, page, 200, false) // what was written is known better
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

// picture draws a page as PNG, with what was written on it or without. Large pages are drawn with fewer dots.
func (e *engine) picture(doc references.FPDF_DOCUMENT, index, dpi int, written bool) ([]byte, error) {
	loaded, err := e.FPDF_LoadPage(&requests.FPDF_LoadPage{Document: doc, Index: index})
	if err != nil {
		return nil, invalid("The page cannot be drawn.")
	}
	defer e.FPDF_ClosePage(&requests.FPDF_ClosePage{Page: loaded.Page})
	page := requests.Page{ByReference: &loaded.Page}
	if written {
		if drawn, err := e.drawnIn(doc, index, page); err == nil && drawn != "" {
			defer e.FPDF_ClosePage(&requests.FPDF_ClosePage{Page: drawn})
			page = requests.Page{ByReference: &drawn}
		}
	}
	s, err := e.GetPageSize(&requests.GetPageSize{Page: page})
	if err != nil {
		return nil, invalid("The page cannot be drawn.")
	}
	dots := func() float64 { return s.Width * float64(dpi) / 72 * s.Height * float64(dpi) / 72 }
	for dpi > 20 && dots() > 6e6 {
		dpi -= 10
	}
	if dpi < 1 || !(dots() < 20e6) {
		return nil, invalid("The page is too large to be drawn.")
	}
	p, err := e.RenderPageInDPI(&requests.RenderPageInDPI{DPI: dpi, Page: page})
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

// Picture draws a page of a PDF, counted from 0, as PNG.
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
	return e.picture(doc, page, dpi, true)
}

// Cache gives the folder for what is compiled once, below the data folder.
func Cache(data string) string { return filepath.Join(data, "cache", "pdf") }
