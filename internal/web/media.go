package web

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"io"
	"math"
	"net/http"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"throughline/internal/coding"
	"throughline/internal/document"
	"throughline/internal/extract"
	"throughline/internal/fault"
	"throughline/internal/peer"
	"throughline/internal/store"
	"throughline/internal/study"
	"throughline/internal/thread"
)

// Files reads what strangers send.
type Files interface {
	Read(ctx context.Context, name string, data []byte) (extract.Text, error)
	Recognise(ctx context.Context, name string, data []byte, languages string) (extract.Text, error)
	Media(ctx context.Context, name string, file io.ReaderAt, size int64) (extract.Media, error)
	Picture(ctx context.Context, data []byte, page, dpi int) ([]byte, error)
	Other(ctx context.Context, kind, told string, data []byte) ([]byte, error)
}

// mediaPage puts a picture or a recording beside a document.
type mediaPage struct {
	Trouble string
	Action  string
	Back    string
	Title   string
	Has     string // what is there, in words; empty: nothing
	Largest int
}

func (mediaPage) template() string { return "media" }

// partsPage shows a picture, a page, or a recording with its coded parts, and codes another part.
type partsPage struct {
	Title   string
	Lang    string
	Dir     string
	Back    string
	Sort    string // picture, page, audio, video
	Source  string // address of the picture or recording
	Width   int    // of the picture, or of the page in points
	Height  int
	Letter  int // height of a letter in the picture's units
	Alt     string
	Page    int
	Pages   int
	Earlier string // addresses of other pages
	Later   string
	Parts   []codedPart
	Form    *form // nil: may not code
	Closed  string
	Missing bool // the file is not in this database
}

// codedPart is a part with its codes.
type codedPart struct {
	N    int
	Note note
	Says string
	Area document.Area
	When string // of a recording
}

func (partsPage) template() string { return "parts" }

// scripts lets a part be drawn, or taken from the recording as it plays.
func (p partsPage) scripts() []string {
	if p.Form == nil {
		return nil
	}
	return []string{"part.js"}
}

func (s *Server) media() section {
	return section{
		Routes: []Route{
			{Pattern: "GET /s/{study}/document/{id}/media", Policy: On(study.Edit, thread.Document), Handle: attachMedia},
			{Pattern: "POST /s/{study}/document/{id}/media", Policy: On(study.Edit, thread.Document), Largest: store.LargestRecording + 1<<20, Handle: attachMedia},
			{Pattern: "GET /s/{study}/document/{id}/play", Policy: On(study.ReadRaw, thread.Document), Handle: playMedia},
			{Pattern: "GET /s/{study}/document/{id}/page", Policy: On(study.ReadRaw, thread.Document), Handle: pagePicture},
			{Pattern: "GET /s/{study}/document/{id}/part", Policy: On(study.ReadRaw, thread.Document), Handle: partPicture},
			{Pattern: "GET /s/{study}/document/{id}/parts", Policy: On(study.ReadRaw, thread.Document), Handle: showParts},
			{Pattern: "POST /s/{study}/document/{id}/parts", Policy: On(study.CodeText, thread.Document), Handle: showParts},
		},
		Pages: []page{mediaPage{}, partsPage{}},
	}
}

// here reads files in this process; the program reads strangers' files in one of their own.
type here struct{}

func (here) Read(ctx context.Context, name string, data []byte) (extract.Text, error) {
	return extract.Read(ctx, name, data, extract.Standard(), extract.Options{})
}

func (here) Recognise(ctx context.Context, name string, data []byte, languages string) (extract.Text, error) {
	return extract.Read(ctx, name, data, extract.Standard(), extract.Options{OCR: languages})
}

func (here) Media(ctx context.Context, name string, file io.ReaderAt, size int64) (extract.Media, error) {
	return extract.Probe(ctx, name, file, size, extract.Standard())
}

func (here) Picture(ctx context.Context, data []byte, page, dpi int) ([]byte, error) {
	return extract.Picture(ctx, data, page-1, dpi, extract.Options{})
}

func (here) Other(_ context.Context, kind, told string, data []byte) ([]byte, error) {
	r := peer.Reader()
	if kind != r.Kind {
		return nil, fmt.Errorf("nothing here reads a %s", kind)
	}
	made, err := r.Read(told, data)
	if err != nil {
		return nil, err
	}
	return json.Marshal(made)
}

// isMedia tells pictures and recordings from files with text, by how they begin and then by their name.
func isMedia(name string, head []byte) bool {
	sort := http.DetectContentType(head)
	if i := strings.IndexByte(sort, '/'); slices.Contains([]string{"image", "audio", "video"}, sort[:max(0, i)]) || sort == "application/ogg" {
		return true
	}
	return slices.Contains([]string{".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".tif", ".tiff", ".heic", ".avif", ".mp3", ".wav", ".m4a", ".aac", ".ogg", ".oga", ".opus", ".flac", ".mp4", ".m4v", ".mov", ".webm", ".mkv", ".avi", ".wma", ".wmv", ".amr"},
		strings.ToLower(filepath.Ext(name)))
}

// takeMedia cleans a picture or a recording that was sent, stages it, and writes into the document what it is. The notes tell
// what could not be taken away.
func (v *visit) takeMedia(d *document.Document, name string, file io.ReadSeeker, size int64) (notes []string, err error) {
	at, ok := file.(io.ReaderAt)
	if !ok {
		return nil, fmt.Errorf("an upload of the type %T cannot be read from any place", file)
	}
	m, err := v.s.files.Media(v.Ctx, name, at, size)
	if err != nil {
		return nil, err
	}
	var clean io.ReadSeeker = bytes.NewReader(m.Clean)
	d.MediaType, d.Width, d.Height, d.Length = m.Type, m.Width, m.Height, int(m.Duration/time.Millisecond)
	if m.Class == "image" {
		d.MediaType, d.Width, d.Height = m.CleanType, m.CleanWidth, m.CleanHeight
	} else {
		clean = extract.Cleaned(file, m.Blank)
	}
	d.Media, err = v.store().StageFile(v.Ctx, v.Study, clean)
	return m.Notes, err
}

// open refuses what nobody may see any more, and says what may be done with a document.
func (v *visit) open(d document.Document) (closed string, err error) {
	consent, interview, err := v.consent(d)
	if err == nil && consent.Withdrawn != "" {
		err = fault.New(fault.Forbidden, "The informant withdrew consent. Nothing of this interview may be shown any more.")
	}
	return barred(consent, interview), err
}

func attachMedia(v *visit) error {
	d := v.Object.(document.Document)
	back := v.at("document", string(d.ID))
	v.crumb("Documents", v.at("documents"))
	v.crumb(documentTitle(v.Node), back)
	if _, err := v.open(d); err != nil {
		return err
	}
	p := mediaPage{Action: v.at("document", string(d.ID), "media"), Back: back, Title: d.Title, Largest: store.LargestRecording >> 20}
	if d.Media != "" {
		p.Has = mediaWords(d)
	}
	if v.R.Method != http.MethodPost {
		return v.render("Picture or recording of a document", p)
	}
	again := func(err error) error {
		p.Trouble = fault.Message(err)
		v.status = http.StatusUnprocessableEntity
		return v.render("Picture or recording of a document", p)
	}
	file, head, err := v.R.FormFile("files")
	if err != nil {
		return again(fault.New(fault.Invalid, "No file came with it. Choose one."))
	}
	defer file.Close()
	now := d
	notes, err := v.takeMedia(&now, clean(filepath.Base(head.Filename)), file, head.Size)
	if fault.Of(err) == fault.Invalid {
		return again(err)
	}
	if err != nil {
		return err
	}
	err = v.write(func(tx *store.Tx) error {
		it, err := store.Get[document.Document](v.Ctx, tx, v.Study, d.ID)
		if err != nil {
			return err
		}
		if it.Object.Media != d.Media {
			return fault.New(fault.Invalid, "Somebody else put a picture or recording there in the meantime. Look at it first.")
		}
		segs, err := store.All[coding.Segment](v.Ctx, tx, v.Study, store.Filter{Owner: d.ID})
		if err != nil {
			return err
		}
		put := it.Object
		put.Media, put.MediaType, put.Width, put.Height, put.Length = now.Media, now.MediaType, now.Width, now.Height, now.Length
		for _, s := range segs {
			if a := s.Object.Anchor.Area; !a.None() && !put.Shows(a) {
				return fault.New(fault.Invalid, "A coded part (%s) would lie outside of it. Take the codings of such parts away first, or choose a file of the same size and length.", partWords(a))
			}
		}
		if err := tx.KeepFile(v.Study, now.Media); err != nil {
			return err
		}
		return tx.Put(v.Study, put, store.Any)
	})
	if fault.Of(err) == fault.Invalid {
		return again(err)
	}
	if err != nil {
		return err
	}
	return v.toTaken(d.Title, notes, v.at("document", string(d.ID), "parts"))
}

// mediaWords says what a document shows or plays.
func mediaWords(d document.Document) string {
	switch {
	case d.Pictured():
		return fmt.Sprintf("a picture of %d × %d pixels", d.Width, d.Height)
	case strings.HasPrefix(d.MediaType, "video/"):
		return "a film of " + document.Clock(d.Length)
	}
	return "a recording of " + document.Clock(d.Length)
}

// partWords says where a part is, for people.
func partWords(a document.Area) string {
	switch {
	case a.Page > 0:
		return fmt.Sprintf("part of page %d", a.Page)
	case a.To > 0:
		return document.Clock(a.From) + " to " + document.Clock(a.To)
	}
	return "part of the picture"
}

// playMedia gives the picture or the recording, from any place of it.
func playMedia(v *visit) error {
	d := v.Object.(document.Document)
	if _, err := v.open(d); err != nil {
		return err
	}
	if d.Media == "" {
		return fault.New(fault.NotFound, "Nothing is shown or played with this document.")
	}
	f, err := store.OpenFile(v.Ctx, v.store(), v.Study, d.Media)
	if err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", d.MediaType)
	v.w.Header().Set("Content-Security-Policy", "sandbox; default-src 'none'")
	v.w.Header().Set("Content-Disposition", "inline")
	_ = http.NewResponseController(v.w).SetWriteDeadline(v.s.clock().Add(longestUpload)) // a recording may be long; without it the server's own holds
	http.ServeContent(v.w, v.R, "", time.Time{}, f)
	return nil
}

// keptPictures are pages that were drawn lately, for drawing one takes a moment.
type keptPictures struct {
	mu    sync.Mutex
	order []string
	byKey map[string][]byte
}

const mostDrawn = 40

func (k *keptPictures) get(key string) ([]byte, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	b, ok := k.byKey[key]
	return b, ok
}

func (k *keptPictures) put(key string, b []byte) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.byKey == nil {
		k.byKey = map[string][]byte{}
	}
	if _, had := k.byKey[key]; !had {
		if len(k.order) == mostDrawn {
			delete(k.byKey, k.order[0])
			k.order = k.order[1:]
		}
		k.order = append(k.order, key)
	}
	k.byKey[key] = b
}

// dpi is how finely pages are drawn.
const dpi = 110

// drawn gives the picture of a page of a PDF, as PNG.
func (v *visit) drawn(d document.Document, page int) ([]byte, error) {
	if d.Format != "pdf" || page < 1 || page > d.Pages {
		return nil, fault.New(fault.NotFound, "There is no such page in this document.")
	}
	key := d.File + " " + strconv.Itoa(page)
	if b, ok := v.s.drawn.get(key); ok {
		return b, nil
	}
	original, err := store.File(v.Ctx, v.store(), v.Study, d.File)
	if err != nil {
		return nil, err
	}
	b, err := v.s.files.Picture(v.Ctx, original, page, dpi)
	if err == nil {
		v.s.drawn.put(key, b)
	}
	return b, err
}

func pagePicture(v *visit) error {
	d := v.Object.(document.Document)
	if _, err := v.open(d); err != nil {
		return err
	}
	n, err := strconv.Atoi(v.R.URL.Query().Get("page"))
	if err != nil {
		n = 0
	}
	b, err := v.drawn(d, n)
	if err != nil {
		return err
	}
	v.w.Header().Set("Content-Security-Policy", "sandbox; default-src 'none'")
	v.send("image/png", b, "")
	return nil
}

// partShown gives the addresses of the picture of a part, or of the recording from its beginning to its end.
func (v *visit) partShown(d document.Document, s coding.Segment) (picture, play string, film bool) {
	if s.Anchor.Area.To > 0 {
		return "", v.at("document", string(d.ID), "play") + "#" + s.Anchor.Area.String(), strings.HasPrefix(d.MediaType, "video/")
	}
	return v.at("document", string(d.ID), "part") + "?segment=" + string(s.ID), "", false
}

// partPicture gives a coded part of a picture or a page, with a little of what is around it.
func partPicture(v *visit) error {
	d := v.Object.(document.Document)
	if _, err := v.open(d); err != nil {
		return err
	}
	seg, err := store.Get[coding.Segment](v.Ctx, v.store(), v.Study, thread.ID(v.R.URL.Query().Get("segment")))
	if fault.Of(err) == fault.NotFound || err == nil && (seg.Object.Anchor.Document != d.ID || seg.Object.Anchor.Area.Width == 0) {
		return fault.New(fault.NotFound, "There is no such part in this document.")
	}
	if err != nil {
		return err
	}
	if err := v.blindfold(); err != nil {
		return err
	}
	if v.hidden(seg.Object.ID) {
		return fault.New(fault.NotFound, "Coding is blind: you see what you coded yourself.")
	}
	a := seg.Object.Anchor.Area
	whole, scale, err := v.image(d, a.Page)
	if err != nil {
		return err
	}
	px := func(x int) int { return int(math.Round(float64(x) * scale)) }
	r := image.Rect(px(a.X), px(a.Y), px(a.X+a.Width), px(a.Y+a.Height)).Add(whole.Bounds().Min)
	around := max(8, min(r.Dx(), r.Dy())/6)
	cut := r.Inset(-around).Intersect(whole.Bounds())
	out := image.NewRGBA(image.Rect(0, 0, cut.Dx(), cut.Dy()))
	draw.Draw(out, out.Bounds(), whole, cut.Min, draw.Src)
	frame(out, r.Sub(cut.Min))
	var b bytes.Buffer
	if err := png.Encode(&b, out); err != nil {
		return err
	}
	v.w.Header().Set("Content-Security-Policy", "sandbox; default-src 'none'")
	v.send("image/png", b.Bytes(), "")
	return nil
}

// frame draws a line around a part, dark with a light one outside it, so that it is seen on any ground.
func frame(m *image.RGBA, r image.Rectangle) {
	for i, c := range []color.RGBA{{255, 255, 255, 255}, {179, 38, 30, 255}, {179, 38, 30, 255}, {255, 255, 255, 255}} {
		o := r.Inset(i - 2)
		for x := o.Min.X; x < o.Max.X; x++ {
			m.SetRGBA(x, o.Min.Y, c)
			m.SetRGBA(x, o.Max.Y-1, c)
		}
		for y := o.Min.Y; y < o.Max.Y; y++ {
			m.SetRGBA(o.Min.X, y, c)
			m.SetRGBA(o.Max.X-1, y, c)
		}
	}
}

// image gives the picture of a document or of one of its pages, and how many of its pixels are one unit of areas.
func (v *visit) image(d document.Document, page int) (image.Image, float64, error) {
	if page > 0 {
		b, err := v.drawn(d, page)
		if err != nil {
			return nil, 0, err
		}
		m, err := png.Decode(bytes.NewReader(b))
		return m, dpi / 72.0, err
	}
	b, err := store.File(v.Ctx, v.store(), v.Study, d.Media)
	if err != nil {
		return nil, 0, err
	}
	decode := png.Decode
	if d.MediaType == "image/jpeg" {
		decode = jpeg.Decode
	}
	m, err := decode(bytes.NewReader(b)) // made by us when it came in
	if err != nil {
		return nil, 0, fault.Wrap(fault.Damaged, err, "The picture cannot be read. Restore it from a backup.")
	}
	return m, float64(m.Bounds().Dx()) / float64(max(1, d.Width)), nil
}

func showParts(v *visit) error {
	d := v.Object.(document.Document)
	back := v.at("document", string(d.ID))
	own := v.at("document", string(d.ID), "parts")
	v.crumb("Documents", v.at("documents"))
	v.crumb(documentTitle(v.Node), back)
	closed, err := v.open(d)
	if err != nil {
		return err
	}
	p := partsPage{Title: d.Title, Lang: d.Language, Dir: direction(d.Language), Back: back, Closed: closed}
	switch {
	case d.Pictured():
		p.Sort, p.Source, p.Width, p.Height, p.Alt = "picture", v.at("document", string(d.ID), "play"), d.Width, d.Height, "The picture "+d.Title
	case d.Timed():
		p.Sort, p.Source = strings.SplitN(d.MediaType, "/", 2)[0], v.at("document", string(d.ID), "play")
	case d.Format == "pdf" && d.Pages > 0:
		p.Sort, p.Pages = "page", d.Pages
		if p.Page, err = strconv.Atoi(cmp.Or(v.R.FormValue("page"), "1")); err != nil || p.Page < 1 || p.Page > d.Pages {
			return fault.New(fault.NotFound, "This document has pages 1 to %d.", d.Pages)
		}
		p.Source, p.Alt = v.at("document", string(d.ID), "page")+"?page="+strconv.Itoa(p.Page), fmt.Sprintf("Page %d of %s", p.Page, d.Title)
		if p.Page > 1 {
			p.Earlier = own + "?page=" + strconv.Itoa(p.Page-1)
		}
		if p.Page < d.Pages {
			p.Later = own + "?page=" + strconv.Itoa(p.Page+1)
		}
		m, scale, err := v.image(d, p.Page)
		switch {
		case fault.Of(err) == fault.NotFound:
			p.Missing = true
		case err != nil:
			return err
		default:
			p.Width, p.Height = int(float64(m.Bounds().Dx())/scale+0.5), int(float64(m.Bounds().Dy())/scale+0.5)
		}
	default:
		return fault.New(fault.NotFound, "This document has a text alone: nothing of it is shown or played.")
	}
	if d.Media != "" {
		if _, err := store.OpenFile(v.Ctx, v.store(), v.Study, d.Media); fault.Of(err) == fault.NotFound {
			p.Missing = true
		} else if err != nil {
			return err
		}
	}
	p.Letter = max(p.Width, p.Height) / 40
	codes, err := store.All[coding.Code](v.Ctx, v.store(), v.Study, store.Filter{})
	if err != nil {
		return err
	}
	tree := codeTree(store.Objects(codes))
	if err := v.partsOf(&p, d, tree); err != nil {
		return err
	}
	may := v.may(study.CodeText, d.Case) && closed == "" && !p.Missing
	if may {
		p.Form = partForm(p, tree)
	}
	if v.R.Method != http.MethodPost {
		return v.render("Parts of a document", p)
	}
	if closed != "" {
		return fault.New(fault.Forbidden, "%s", closed)
	}
	if !may {
		return fault.New(fault.NotFound, "The file of this document is not in this database, so no part of it can be coded.")
	}
	p.Form.read(v.R)
	again := func(status int, err error) error {
		p.Form.tell(err)
		v.status = status
		return v.render("Parts of a document", p)
	}
	area, says, chosen, err := readPart(p, tree)
	if err == nil && !d.Shows(area) {
		err = fault.Problems{{Field: partField(p), Message: "lies outside of what is shown or played"}}.Err()
	}
	if err != nil {
		return again(http.StatusUnprocessableEntity, err)
	}
	var seg thread.ID
	err = v.act(d, "coding", func(tx *store.Tx) error {
		var err error
		seg, err = v.code(tx, d, document.Anchor{Document: d.ID, Version: d.Version, Quote: says, Area: area}, chosen, p.Form.text("memo"))
		return err
	})
	switch fault.Of(err) {
	case fault.Invalid:
		return again(http.StatusUnprocessableEntity, err)
	case fault.Conflict:
		return again(http.StatusConflict, err)
	}
	if err != nil {
		return err
	}
	return v.to(v.partAt(d.ID, seg, area))
}

// partAt is the address of a coded part.
func (v *visit) partAt(doc, seg thread.ID, a document.Area) string {
	q := ""
	if a.Page > 0 {
		q = "page=" + strconv.Itoa(a.Page) + "&"
	}
	return v.at("document", string(doc), "parts") + "?" + q + "segment=" + string(seg) + "#" + string(seg)
}

// partsOf lists the coded parts of what the page shows.
func (v *visit) partsOf(p *partsPage, d document.Document, tree []treeCode) error {
	segs, err := store.All[coding.Segment](v.Ctx, v.store(), v.Study, store.Filter{Owner: d.ID})
	if err != nil {
		return err
	}
	codings, err := v.codingsOf(d)
	if err != nil {
		return err
	}
	blind, err := v.blind()
	if err != nil {
		return err
	}
	segs = slices.DeleteFunc(segs, func(it store.Item[coding.Segment]) bool {
		a := it.Object.Anchor.Area
		return a.None() || a.Page != p.Page || blind && !slices.ContainsFunc(codings, func(k store.Item[coding.Coding]) bool { return k.Object.Segment == it.Object.ID })
	})
	slices.SortStableFunc(segs, func(x, y store.Item[coding.Segment]) int {
		a, b := x.Object.Anchor.Area, y.Object.Anchor.Area
		return cmp.Or(a.From-b.From, a.To-b.To, a.Y-b.Y, a.X-b.X)
	})
	notes := v.notes(d, segs, codings, tree, v.may(study.CodeText, d.Case) && p.Closed == "")
	for i, it := range segs {
		x := codedPart{N: i + 1, Note: notes[i], Says: it.Object.Anchor.Quote, Area: it.Object.Anchor.Area}
		if x.Area.To > 0 {
			x.When = partWords(x.Area)
		}
		p.Parts = append(p.Parts, x)
	}
	return nil
}

// partField is the field that says where a part is.
func partField(p partsPage) string {
	if p.Sort == "audio" || p.Sort == "video" {
		return "until"
	}
	return "left"
}

func partForm(p partsPage, tree []treeCode) *form {
	f := &form{Submit: "Code this part"}
	if partField(p) == "until" {
		f.Fields = append(f.Fields,
			field{Name: "from", Head: "Code a part", Label: "From", Help: "Such as 1:02 or 0:12.5.", Required: true},
			field{Name: "until", Label: "To", Help: "The place where it ends.", Required: true})
	} else {
		help := "In percent, from the left edge."
		f.Fields = append(f.Fields,
			field{Name: "left", Head: "Code a part", Label: "Left edge", Help: help, Required: true},
			field{Name: "top", Label: "Upper edge", Help: "In percent, from the top.", Required: true},
			field{Name: "width", Label: "Width", Help: "In percent of the whole width.", Required: true},
			field{Name: "height", Label: "Height", Help: "In percent of the whole height.", Required: true})
	}
	f.Fields = append(f.Fields,
		field{Name: "says", Label: "What is to be seen or heard there", Help: "In your words. It stands where a quote stands, marked as a description, also for readers who cannot see or hear it.", Kind: areaField, Required: true},
		field{Name: "codes", Label: "Codes", Help: "One or several.", Kind: checksField, Required: true},
		field{Name: "memo", Label: "Memo", Help: "What you thought, if it is worth keeping.", Kind: areaField})
	for _, c := range tree {
		f.Fields[len(f.Fields)-2].Options = append(f.Fields[len(f.Fields)-2].Options, option{string(c.ID), c.Path})
	}
	if p.Page > 0 {
		f.Fields = append(f.Fields, field{Name: "page", Kind: hiddenField, Value: strconv.Itoa(p.Page)})
	}
	return f
}

// readPart reads the form of a part.
func readPart(p partsPage, tree []treeCode) (a document.Area, says string, codes []thread.ID, err error) {
	f := p.Form
	var ps fault.Problems
	if partField(p) == "until" {
		for name, to := range map[string]*int{"from": &a.From, "until": &a.To} {
			ms, err := document.ParseClock(f.text(name))
			if err != nil {
				ps.Add(name, "%s", fault.Message(err))
			}
			*to = ms
		}
		if len(ps) == 0 && a.To <= a.From {
			ps.Add("until", "is not after the beginning")
		}
	} else {
		share := func(name string, of int) int {
			x, err := strconv.ParseFloat(strings.Replace(strings.TrimSpace(strings.TrimSuffix(f.text(name), "%")), ",", ".", 1), 64)
			if err != nil || !(x >= 0 && x <= 100) {
				ps.Add(name, "is %q; expected percent, 0 to 100", f.text(name))
				return 0
			}
			return int(math.Round(x / 100 * float64(of)))
		}
		a = document.Area{Page: p.Page, X: share("left", p.Width), Y: share("top", p.Height), Width: share("width", p.Width), Height: share("height", p.Height)}
		a.Width, a.Height = min(a.Width, p.Width-a.X), min(a.Height, p.Height-a.Y)
		if len(ps) == 0 && (a.Width <= 0 || a.Height <= 0) {
			ps.Add("width", "and height leave nothing of the picture; take a larger part")
		}
	}
	says = strings.TrimSpace(f.text("says"))
	ps.Require("says", says)
	codes = f.ids("codes")
	slices.Sort(codes)
	codes = slices.Compact(codes)
	if len(codes) == 0 {
		ps.Add("codes", "choose at least one")
	}
	for _, c := range codes {
		if !slices.ContainsFunc(tree, func(t treeCode) bool { return t.ID == c }) {
			ps.Add("codes", "one of them is not in the codebook any more; choose again")
			break
		}
	}
	return a, says, codes, ps.Err()
}
