package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"

	"throughline/internal/chain"
	"throughline/internal/coding"
	"throughline/internal/document"
	"throughline/internal/extract"
	"throughline/internal/fault"
	"throughline/internal/store"
	"throughline/internal/study"
	"throughline/internal/thread"
)

// newDocumentPage takes a file in as a document.
type newDocumentPage struct {
	Trouble  string
	Title    string
	Case     string
	Record   string
	Language string
	Cases    []option
	Records  []option // nil: too many to be offered
	Back     string
	Largest  int // MB of a file with text or a picture

	Recording int    // MB of a recording
	There     string // address of the document that has this file already
}

func (newDocumentPage) template() string { return "newdocument" }

// takenPage tells what to know of a file that was taken in.
type takenPage struct {
	Title string
	Notes []string
	Href  string // address of its page
}

func (takenPage) template() string { return "taken" }

// retellPage gives a document another text: corrected by hand, or from a better file.
type retellPage struct {
	Trouble  string
	Action   string
	Back     string
	Title    string
	Lang     string
	Dir      string
	Version  int
	Body     string
	Passages int
	Done     *retoldView
	Original string
	Largest  int
	Earlier  []earlierText
	Shown    int          // the earlier version whose text stands in the form; 0: the text as it is
	Open     bool         // it is not protected, so the journal has words of its passages
	Gone     bool         // the earlier texts were removed
	Left     []retoldLine // passages that still have words of them
}

type earlierText struct {
	Version int
	Letters int
	Href    string
}

type retoldView struct {
	Version int
	Notes   []string // what is to be known of the file
	Same    int
	Changed []retoldLine
	Orphans []retoldLine
}

type retoldLine struct {
	Was  string
	Now  string
	Href string
}

func (retellPage) template() string { return "retell" }

func (s *Server) newDocuments() section {
	return section{
		Routes: []Route{
			{Pattern: "GET /s/{study}/documents/new", Policy: Of(study.Edit), Handle: newDocument},
			{Pattern: "POST /s/{study}/documents/new", Policy: Of(study.Edit), Largest: store.LargestRecording + 1<<20, Handle: newDocument},
			{Pattern: "GET /s/{study}/document/{id}/text", Policy: On(study.Edit, thread.Document), Handle: retell},
			{Pattern: "POST /s/{study}/document/{id}/text", Policy: On(study.Edit, thread.Document), Largest: store.LargestFile + 1<<20, Handle: retell},
			{Pattern: "GET /s/{study}/document/{id}/original", Policy: On(study.ReadRaw, thread.Document), Handle: originalFile},
		},
		Pages: []page{newDocumentPage{}, takenPage{}, retellPage{}},
	}
}

// readFile takes the text out of a file that was sent in a field.
func (v *visit) readFile(field string) (extract.Text, []byte, error) {
	f, head, err := v.R.FormFile(field)
	if err != nil {
		return extract.Text{}, nil, fault.New(fault.Invalid, "No file came with it. Choose one.")
	}
	defer f.Close()
	return v.readText(f, clean(filepath.Base(head.Filename)))
}

// readText takes the text out of a file.
func (v *visit) readText(f io.Reader, name string) (extract.Text, []byte, error) {
	b, err := io.ReadAll(io.LimitReader(f, store.LargestFile+1))
	if err != nil || len(b) > store.LargestFile {
		return extract.Text{}, nil, fault.New(fault.Invalid, "The file is larger than %d MB. Split it, or save it with smaller pictures.", store.LargestFile>>20)
	}
	t, err := v.s.files.Read(v.Ctx, name, b)
	return t, b, err
}

func newDocument(v *visit) error {
	v.crumb("Documents", v.at("documents"))
	p := newDocumentPage{Back: v.at("documents"), Largest: store.LargestFile >> 20, Recording: store.LargestRecording >> 20, Record: v.R.URL.Query().Get("record"), Cases: []option{{"", "none, or several"}}}
	names, err := v.caseNames()
	if err != nil {
		return err
	}
	for id, n := range names {
		if v.may(study.Edit, id) {
			p.Cases = append(p.Cases, option{string(id), n})
		}
	}
	sortOptions(p.Cases[1:])
	if p.Records, err = v.records(); err != nil {
		return err
	}
	if v.R.Method != http.MethodPost {
		return v.render("New document", p)
	}
	get := func(name string) string { return strings.TrimSpace(clean(v.R.FormValue(name))) }
	p.Title, p.Case, p.Record, p.Language = get("title"), get("case"), meant(get("record"), p.Records), get("language")
	again := func(err error) error {
		p.Trouble = fault.Message(err)
		v.status = http.StatusUnprocessableEntity
		return v.render("New document", p)
	}
	if p.Record != "" && thread.ID(p.Record).Kind() != thread.Record {
		return again(fault.New(fault.Invalid, "%s", nameless(thread.Record, p.Record)))
	}
	f, head, err := v.R.FormFile("files")
	if err != nil {
		return again(fault.New(fault.Invalid, "No file came with it. Choose one."))
	}
	defer f.Close()
	name := clean(filepath.Base(head.Filename))
	d, body, notes, err := v.taken(f, head.Size, name, p.Language)
	if fault.Of(err) == fault.Invalid {
		return again(err)
	}
	if err != nil {
		return err
	}
	d.Case, d.Kind, d.Version, d.SHA256 = thread.ID(p.Case), document.Material, 1, document.Sum(body)
	for _, x := range []string{strings.TrimSuffix(name, filepath.Ext(name)), d.Title, p.Title} {
		if x != "" {
			d.Title = x
		}
	}
	if p.Language != "" {
		d.Language = p.Language
	}
	if p.Record != "" {
		d.Kind, d.Record = document.Report, thread.ID(p.Record)
	}
	err = v.write(func(tx *store.Tx) error {
		for _, name := range []string{d.File, d.Media} {
			if name == "" {
				continue
			}
			if err := tx.KeepFile(v.Study, name); err != nil {
				return err
			}
		}
		if err := tx.Put(v.Study, d, 0); err != nil {
			return err
		}
		return tx.PutText(v.Study, document.Text{Document: d.ID, Version: 1, Body: body})
	})
	switch fault.Of(err) {
	case fault.Conflict:
		p.There = v.at("document", string(d.ID))
		return again(fault.New(fault.Invalid, "This file is in the study already."))
	case fault.Invalid:
		return again(err)
	}
	if err != nil {
		return err
	}
	return v.toTaken(d.Title, notes, v.at("document", string(d.ID)))
}

// toTaken leads to the page of what was taken in. What is to be known of the file is told before.
func (v *visit) toTaken(title string, notes []string, page string) error {
	if len(notes) == 0 {
		return v.to(page)
	}
	return v.render("Taken in", takenPage{title, notes, page})
}

// taken takes in a file that was sent, and gives what it is as a document, its text, and what is to be known of it. A picture
// and a recording have no text yet; of them nothing is kept but what was cleaned.
func (v *visit) taken(f multipart.File, size int64, name, language string) (d document.Document, body string, notes []string, err error) {
	recognised := false
	start := make([]byte, 512)
	n, err := f.ReadAt(start, 0)
	if err != nil && err != io.EOF {
		return d, "", nil, err
	}
	if isMedia(name, start[:n]) {
		d.Language = document.NoLanguage
		if notes, err = v.takeMedia(&d, name, f, size); err == nil {
			d.ID = thread.ID(thread.Document.Prefix() + d.Media[:12])
		}
		return d, "", notes, err
	}
	t, original, err := v.readText(f, name)
	if err != nil {
		return d, "", nil, err
	}
	if t.Scanned && strings.TrimSpace(t.Body) == "" && len(t.Pages) <= mostRecognised {
		if languages := extract.Recognisable(v.Ctx, language); languages != "" {
			_ = http.NewResponseController(v.w).SetWriteDeadline(v.s.clock().Add(longestUpload)) // some seconds for each page
			if t, err = v.s.files.Recognise(v.Ctx, name, original, languages); err != nil {
				return d, "", nil, err
			}
			recognised = strings.TrimSpace(t.Body) != ""
		}
	}
	if t.Body == "" && len(t.Pages) == 0 {
		return d, "", nil, fault.New(fault.Invalid, "There is no text in the file that can be read. %s", strings.Join(t.Notes, " "))
	}
	if body, err = document.Normalize([]byte(t.Body)); err != nil && !(err == document.ErrEmpty && len(t.Pages) > 0) {
		return d, "", nil, fault.New(fault.Invalid, "The text of the file %s.", fault.Message(err))
	}
	sum := sha256.Sum256(original)
	d = document.Document{ID: thread.ID(thread.Document.Prefix() + hex.EncodeToString(sum[:6])), Title: t.Title, Format: t.Format, Pages: len(t.Pages), Language: document.GuessLanguage(body, keptLanguage(t.Language))}
	d.SetMarks(marksOf(t))
	if recognised {
		d.Notice = "The text was recognised by a machine from pictures of pages, and may be wrong."
	}
	d.File, err = v.store().StageFile(v.Ctx, v.Study, bytes.NewReader(original))
	return d, body, t.Notes, err
}

// mostRecognised is up to how many pages that are pictures are recognised while somebody waits. Longer ones come in without
// text: throughline extract --ocr reads them, and "Take it from a better file" takes what it gives.
const mostRecognised = 20

// marksOf gives the times of subtitles and transcripts as they are kept.
func marksOf(t extract.Text) []document.Mark {
	var out []document.Mark
	for _, s := range t.Stamps {
		out = append(out, document.Mark{At: s.Start, Time: s.From})
	}
	return out
}

// keptLanguage is a language tag that a file gave, when it is one that can be kept.
func keptLanguage(tag string) string {
	tag = strings.ReplaceAll(strings.TrimSpace(tag), "_", "-")
	if i := strings.IndexByte(tag, '-'); i > 0 {
		tag = strings.ToLower(tag[:i]) + tag[i:]
	} else {
		tag = strings.ToLower(tag)
	}
	var ps fault.Problems
	if document.CheckLanguage(&ps, "language", tag); len(ps) > 0 {
		return document.NoLanguage
	}
	return tag
}

func retell(v *visit) error {
	d := v.Object.(document.Document)
	back := v.at("document", string(d.ID))
	v.crumb("Documents", v.at("documents"))
	v.crumb(documentTitle(v.Node), back)
	consent, _, err := v.consent(d)
	if err != nil {
		return err
	}
	if consent.Withdrawn != "" {
		return fault.New(fault.Forbidden, "The informant withdrew consent. Nothing of this interview may be shown or changed any more.")
	}
	p := retellPage{Action: v.at("document", string(d.ID), "text"), Back: back, Title: d.Title, Lang: d.Language, Dir: direction(d.Language), Version: d.Version, Largest: store.LargestFile >> 20, Open: !d.Protected()}
	if d.File != "" {
		p.Original = v.at("document", string(d.ID), "original")
	}
	text, err := store.Text(v.Ctx, v.store(), v.Study, d.ID, d.Version)
	if err != nil {
		return err
	}
	p.Body = text.Body
	line := func(c chain.Change) retoldLine {
		return retoldLine{c.Was, c.Now, v.at("document", string(d.ID), "passage") + "?segment=" + string(c.Segment)}
	}
	earlier, err := store.EarlierTexts(v.Ctx, v.store(), v.Study, d.ID, d.Version)
	if err != nil {
		return err
	}
	for _, e := range earlier {
		p.Earlier = append(p.Earlier, earlierText{e.Version, e.Letters, p.Action + "?version=" + strconv.Itoa(e.Version)})
	}
	if v.R.Method != http.MethodPost {
		if n, err := strconv.Atoi(v.R.FormValue("version")); err == nil && n < d.Version {
			old, err := store.Text(v.Ctx, v.store(), v.Study, d.ID, n)
			if err != nil {
				return err
			}
			p.Body, p.Shown = old.Body, n
		}
		return v.render("The text of a document", p)
	}
	again := func(err error) error {
		p.Trouble = fault.Message(err)
		v.status = map[fault.Kind]int{fault.Conflict: http.StatusConflict}[fault.Of(err)]
		if v.status == 0 {
			v.status = http.StatusUnprocessableEntity
		}
		return v.render("The text of a document", p)
	}
	from, err := strconv.Atoi(v.R.FormValue("from"))
	if err != nil {
		from = d.Version
	}
	if v.R.FormValue("do") == "forget" {
		if err := v.write(func(tx *store.Tx) error { return tx.ForgetTexts(v.Study, d.ID, from) }); fault.Of(err) == fault.Conflict {
			return again(err)
		} else if err != nil {
			return err
		}
		segs, err := store.All[coding.Segment](v.Ctx, v.store(), v.Study, store.Filter{Owner: d.ID})
		if err != nil {
			return err
		}
		p.Gone = true
		for _, s := range segs {
			if a := s.Object.Anchor; a.Version < d.Version && a.Area.None() {
				p.Left = append(p.Left, line(chain.Change{Segment: s.Object.ID, Was: a.Quote}))
			}
		}
		return v.render("The text of a document", p)
	}
	body, file, format, pages, marks, notes := clean(v.R.FormValue("body")), []byte(nil), "", 0, []document.Mark(nil), []string(nil)
	if v.R.FormValue("do") == "file" {
		t, b, err := v.readFile("files")
		if fault.Of(err) == fault.Invalid {
			return again(err)
		}
		if err != nil {
			return err
		}
		body, file, format, pages, marks, notes = t.Body, b, t.Format, len(t.Pages), marksOf(t), t.Notes
	} else {
		p.Body = body
		// A browser takes the line end at the beginning away, and sends CR LF.
		if strings.HasPrefix(text.Body, "\n") && !strings.HasPrefix(body, "\n") {
			body = "\n" + body
		}
	}
	if body, err = document.Normalize([]byte(body)); err != nil && !(err == document.ErrEmpty && (d.Media != "" || pages > 0)) {
		return again(fault.New(fault.Invalid, "The text %s.", fault.Message(err)))
	}
	if body == text.Body {
		return again(fault.New(fault.Invalid, "The text is the same as it was, so nothing was changed."))
	}
	var done chain.Retold
	sum := d.File
	if file != nil {
		if sum, err = v.store().StageFile(v.Ctx, v.Study, bytes.NewReader(file)); err != nil {
			return err
		}
	}
	err = v.write(func(tx *store.Tx) error {
		if file != nil {
			if err := tx.KeepFile(v.Study, sum); err != nil {
				return err
			}
		}
		var err error
		done, err = chain.Retell(v.Ctx, tx, v.Study, d.ID, from, body, func(d *document.Document) {
			if file != nil {
				d.File, d.Format, d.Pages = sum, format, pages
				if len(marks) > 0 {
					d.SetMarks(marks)
				}
			}
		})
		return err
	})
	if k := fault.Of(err); k == fault.Conflict || k == fault.Invalid {
		return again(err)
	}
	if err != nil {
		return err
	}
	p.Done = &retoldView{Version: done.Version, Same: done.Same, Notes: notes}
	for _, c := range done.Changed {
		p.Done.Changed = append(p.Done.Changed, line(c))
	}
	for _, c := range done.Orphans {
		p.Done.Orphans = append(p.Done.Orphans, line(c))
	}
	return v.render("The text of a document", p)
}

// originalFile gives the file that a document came from, to be kept and never to be opened in this place.
func originalFile(v *visit) error {
	d := v.Object.(document.Document)
	consent, _, err := v.consent(d)
	if err != nil {
		return err
	}
	if consent.Withdrawn != "" {
		return fault.New(fault.Forbidden, "The informant withdrew consent. Nothing of this interview may be shown any more.")
	}
	if d.File == "" {
		return fault.New(fault.NotFound, "No original was kept of this document.")
	}
	b, err := store.File(v.Ctx, v.store(), v.Study, d.File)
	if err != nil {
		return err
	}
	v.w.Header().Set("Content-Security-Policy", "sandbox; default-src 'none'")
	v.send("application/octet-stream", b, fmt.Sprintf("%s.%s", d.ID, d.Format))
	return nil
}
