package transfer

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"throughline/exchange/refiqda"
	"throughline/internal/coding"
	"throughline/internal/document"
	"throughline/internal/pattern"
	"throughline/internal/thread"
)

// Wanted is a file of a package that documents show or play, or that their text was taken from.
type Wanted struct {
	Entry     string // of the package
	Kind      string // of its source: refiqda.PDFSource, …
	GUID      string // of its source
	Name      string //
	Documents []thread.ID

	parts  map[thread.ID]refiqda.Selection // that are no words, by passage
	origin string                          // program that wrote the package
	way    *refiqda.PageWay                // as a person says
	paged  []refiqda.Selection             // of all PDF files of the package
}

// File is what a wanted file was found to be. The caller has it cleaned and kept.
type File struct {
	Lacks  string // why it does not come along; empty: it does
	SHA256 string
	Notes  []string // in plain words: what of it is not as it was

	Type          string // of a picture or a recording
	Width, Height int    // of a picture as it is kept, in pixels
	Full          [2]int // as it was coded on: larger, when it was made smaller to be kept
	Length        int    // milliseconds

	Body   string          // of a PDF: its text, for a document that came without one
	Sheets []refiqda.Sheet // and its pages
}

// Regions tells how the regions of a PDF were taken to be counted, and what decided.
type Regions struct {
	GUID string `json:"guid"`
	Name string `json:"name"`
	Way  string `json:"way"`
	By   string `json:"by"`
}

// source makes documents of a source.
func (x *intake) source(s *refiqda.Source) {
	var w *Wanted
	if s.Kind != refiqda.TextSource && s.File != "" {
		w = &Wanted{Entry: s.File, Kind: s.Kind, GUID: s.GUID, Name: s.Name, parts: map[thread.ID]refiqda.Selection{}, origin: x.p.Origin, way: x.o.Pages, paged: x.paged}
		defer func() {
			if len(w.Documents) > 0 {
				x.out.Files = append(x.out.Files, *w)
			}
		}()
	}
	s, scripts := x.scripts(s, w != nil)
	switch {
	case len(scripts) == 1: // one document: what is said, and the recording
		t := scripts[0]
		both := *s
		both.Name, both.Text, both.HasText, both.Description = cmp.Or(s.Name, t.Name), t.Text, true, strings.TrimSpace(s.Description+"\n\n"+t.Description)
		both.Selections, both.Notes, both.Codings = slices.Concat(t.Selections, s.Selections), slices.Concat(s.Notes, t.Notes), slices.Concat(s.Codings, t.Codings)
		both.User, both.Created = cmp.Or(s.User, t.User), cmp.Or(s.Created, t.Created)
		x.beside[s.GUID] = t.GUID
		x.docs[t.GUID] = x.text(&both, x.marks(t), w)
		return
	case len(scripts) > 1: // a document of each plays it; what is said of the recording itself stands with the first
		for i, t := range scripts {
			one := t.Source
			one.Kind, one.Name, one.Values = s.Kind, cmp.Or(t.Name, s.Name), s.Values
			if i == 0 {
				one.Selections, one.Notes, one.Codings = slices.Concat(t.Selections, s.Selections), slices.Concat(s.Notes, t.Notes), s.Codings
				one.Description = strings.TrimSpace(s.Description + "\n\n" + t.Description)
			}
			x.beside[t.GUID] = s.GUID
			if id := x.text(&one, x.marks(t), w); i == 0 {
				x.docs[s.GUID] = id
			}
		}
		return
	}
	if s.HasText || w != nil {
		x.text(s, nil, w)
		return
	}
	n := 0
	for _, sel := range s.Selections {
		n += len(sel.Codings)
	}
	what := "has no text that can be read"
	if s.Kind != refiqda.TextSource {
		what = "has no text, and its file (" + s.Kind + ") is not in the package"
	}
	x.lose("source", s.GUID, s.Name, fmt.Sprintf("%s, so its %d selections with %d codings do not come along", what, len(s.Selections), n))
	x.gone(s)
}

// scripts gives the transcripts of a recording that have a text. What is coded in one and has a time and no place in the text is
// a part of the recording, if that is there; the source comes back with such parts.
func (x *intake) scripts(s *refiqda.Source, plays bool) (*refiqda.Source, []*refiqda.Transcript) {
	if len(s.Transcripts) == 0 {
		return s, nil
	}
	var out []*refiqda.Transcript
	own := *s
	own.Selections = slices.Clone(s.Selections)
	for _, t := range s.Transcripts {
		says := t.HasText && strings.TrimSpace(t.Text) != ""
		var kept []refiqda.Selection
		for _, sel := range t.Selections {
			switch {
			case plays && sel.Stop > sel.Begin && (sel.Start < 0 || !says):
				sel.Kind = refiqda.TimeSelection
				own.Selections = append(own.Selections, sel)
			case says:
				kept = append(kept, sel)
			default:
				x.nowhere(&sel, s.Name, "is a part of a transcript that has no text in the package", "study", "")
			}
		}
		if t.Selections = kept; says {
			out = append(out, &t)
		}
	}
	return &own, out
}

// marks are the times of a transcript. Marks that say the time of the one before them tell nothing and are left out.
func (x *intake) marks(t *refiqda.Transcript) []document.Mark {
	var all, out []document.Mark
	lost := 0
	for _, y := range t.Sync {
		switch {
		case y.Time < 0: // a place alone
		case y.Position < 0:
			lost++
		default:
			all = append(all, document.Mark{At: y.Position, Time: y.Time})
		}
	}
	slices.SortStableFunc(all, func(a, b document.Mark) int { return a.At - b.At })
	for _, m := range all {
		if n := len(out); n == 0 || out[n-1].At < m.At && out[n-1].Time != m.Time {
			out = append(out, m)
		}
	}
	if lost > 0 {
		x.lose("transcript", t.GUID, t.Name, fmt.Sprintf("%d of its %d marks of time have no place in the text", lost, len(t.Sync)))
	}
	return out
}

// areaOf is the place of a selection as the file has it. That on a page of a PDF is put right by Settle, which knows the page.
func areaOf(s *refiqda.Selection) document.Area {
	if s.Kind == refiqda.TimeSelection {
		return document.Area{From: s.Begin, To: s.Stop}
	}
	x0, y0, x1, y1 := max(0, min(s.Box[0], s.Box[2])), max(0, min(s.Box[1], s.Box[3])), max(s.Box[0], s.Box[2]), max(s.Box[1], s.Box[3])
	return document.Area{X: x0, Y: y0, Width: x1 - x0, Height: y1 - y0}
}

// neutral says where a part is, where nobody said what is to be seen or heard there.
func neutral(a document.Area) string {
	switch {
	case a.To > 0:
		return document.Clock(a.From) + " to " + document.Clock(a.To)
	case a.Page > 0:
		return fmt.Sprintf("Part of page %d", a.Page)
	}
	return "Part of the picture"
}

// wholeSource is the kind of a selection of all that a source has, which codings of the source as a whole are given.
const wholeSource = "whole"

// whole gives such a selection its place where nothing but the words can be coded, and tells whether that is so. Until Settle
// knows the size of a picture or the length of a recording, its place is a dot.
func whole(s *refiqda.Source, body string, wanted *Wanted) (area document.Area, says string, words bool) {
	switch {
	case wanted == nil || s.Kind == refiqda.PDFSource && body != "":
		return area, "", true
	case s.Kind == refiqda.PictureSource:
		return document.Area{Width: 1, Height: 1}, "The whole picture", false
	case s.Kind == refiqda.PDFSource:
		return document.Area{Page: 1, Width: 1, Height: 1}, "The whole document", false
	}
	return document.Area{To: 1}, "The whole recording", false
}

// all is the anchor of all that a document shows, plays or, failing that, says.
func all(d document.Document, body string, says string) (document.Anchor, bool) {
	a := document.Anchor{Document: d.ID, Version: d.Version, Quote: says}
	switch {
	case d.Pictured():
		a.Area = document.Area{Width: d.Width, Height: d.Height}
	case d.Timed() && d.Length > 0:
		a.Area = document.Area{To: d.Length}
	case body != "":
		a.End, a.Quote = len([]rune(body)), body
	default:
		return a, false
	}
	return a, true
}

// wholeID is the part of a passage's id by which it is known to stand for codings of a document as a whole.
func wholeID(document string) string { return refiqda.NewGUID("whole", document) }

// isWhole tells whether a passage stands for codings of its document as a whole: it came in as such, and still is all of it.
func isWhole(g coding.Segment, d document.Document, source, body string) bool {
	if id := g.ID.Rest(); id != wholeID(source) && id != wholeID(string(d.ID)) {
		return false
	}
	a, ok := all(d, body, "")
	return ok && g.Anchor.Area == a.Area && g.Anchor.Start == a.Start && g.Anchor.End == a.End
}

// numbered are names of parts that programs make: a number, or a time.
var numbered = pattern.Late(`(?i)^(quotation|zitat|cita|citation|selection|segment|part of (the picture|page))?[\s\d:.,;()–—-]*$|^[\d:.]+ to [\d:.]+$`)

// says gives the words that stand for a part: its name, the words that came with it, its description or its note. What of the description is a memo
// still is given too.
func (x *intake) says(s *refiqda.Source, sel *refiqda.Selection) (words, memo string) {
	if name := strings.TrimSpace(sel.Name); !numbered().MatchString(name) {
		return name, strings.TrimSpace(strings.TrimPrefix(sel.Description, name))
	}
	if w := strings.TrimSpace(sel.Says); w != "" {
		return w, sel.Description
	}
	if d := strings.TrimSpace(sel.Description); d != "" {
		return d, ""
	}
	for _, n := range sel.Notes { // with those that links join to it
		if t := strings.TrimSpace(x.notes[n].Text); t != "" {
			return t, ""
		}
	}
	x.lose("selection", sel.GUID, s.Name, "nothing says what is to be seen or heard there; its place stands where a description should")
	return neutral(areaOf(sel)), ""
}

// Settle says what became of the files that an Intake wants, in their order: documents show and play them, parts get their
// places, and what cannot be shown is a loss each.
func (in *Intake) Settle(files []File) {
	type found struct {
		w    *Wanted
		f    File
		ways refiqda.PageWay
	}
	of := map[thread.ID]*found{}
	for i := range in.Files {
		x := &found{w: &in.Files[i], f: File{Lacks: "it was not read"}}
		if i < len(files) {
			x.f = files[i]
		}
		if x.f.Lacks == "" && x.w.Kind == refiqda.PDFSource && len(x.w.parts) > 0 {
			own := make([]refiqda.Selection, 0, len(x.w.parts))
			for _, s := range x.w.parts {
				own = append(own, s)
			}
			slices.SortFunc(own, func(a, b refiqda.Selection) int { return strings.Compare(a.GUID, b.GUID) })
			x.ways = refiqda.PagesOf(x.w.origin, own, x.w.paged, x.f.Sheets)
			if x.w.way != nil {
				x.ways = *x.w.way
			}
			in.Regions = append(in.Regions, Regions{GUID: x.w.GUID, Name: x.w.Name, Way: x.ways.String(), By: x.ways.By})
		}
		if x.f.Lacks != "" {
			in.Losses = append(in.Losses, refiqda.Loss{Item: "source", GUID: x.w.GUID, Name: x.w.Name, What: "its file (" + x.w.Kind + ") does not come along: " + x.f.Lacks})
		}
		for _, n := range x.f.Notes {
			in.Losses = append(in.Losses, refiqda.Loss{Item: "source", GUID: x.w.GUID, Name: x.w.Name, What: "its file: " + n})
		}
		for _, d := range x.w.Documents {
			of[d] = x
		}
	}
	if len(of) == 0 {
		return
	}
	texts := map[thread.ID]int{}
	for i, t := range in.Texts {
		texts[t.Document] = i
	}
	docs := map[thread.ID]document.Document{}
	gone := map[thread.ID]thread.ID{} // documents and passages, and what memos on them are on instead
	lost := map[thread.ID]int{}       // codings by passage
	why := map[thread.ID]string{}
	var order []thread.ID
	kept := in.Objects[:0:0]
	for _, o := range in.Objects {
		switch o := o.(type) {
		case document.Document:
			x := of[o.ID]
			if x == nil {
				break
			}
			t := &in.Texts[texts[o.ID]]
			x.f.into(&o, t, x.w.Kind)
			if t.Body == "" && o.Media == "" && o.Pages == 0 {
				in.Losses = append(in.Losses, refiqda.Loss{Item: "source", GUID: o.GUID, Name: o.Title, What: "has no text, and without its file nothing of it is left"})
				gone[o.ID] = "study"
				t.Document = ""
				in.Counts["documents"]--
				docs[o.ID] = o
				continue
			}
			docs[o.ID] = o
			kept = append(kept, o)
			continue
		case coding.Segment:
			x := of[o.Anchor.Document]
			if x == nil || o.Anchor.Area.None() {
				break
			}
			d := docs[o.Anchor.Document]
			if x.w.parts[o.ID].Kind == wholeSource {
				t := in.Texts[texts[d.ID]]
				if a, ok := all(d, t.Body, o.Anchor.Quote); ok && gone[d.ID] == "" {
					o.Anchor = a
					kept = append(kept, o)
					continue
				}
			}
			a, trouble := x.f.place(d, o.Anchor.Area, x.w.parts[o.ID], x.w.Kind, x.ways)
			if trouble != "" {
				gone[o.ID] = d.ID
				if gone[d.ID] != "" {
					gone[o.ID] = "study"
				}
				why[o.ID] = trouble
				order = append(order, o.ID)
				in.Counts["passages"]--
				continue
			}
			if o.Anchor.Quote == neutral(o.Anchor.Area) {
				o.Anchor.Quote = neutral(a)
			}
			o.Anchor.Area = a
			kept = append(kept, o)
			continue
		case coding.Coding:
			if gone[o.Segment] != "" {
				lost[o.Segment]++
				in.Counts["codings"]--
				continue
			}
		case coding.Memo:
			if to := gone[o.On]; to != "" {
				o.On = to
				kept = append(kept, o)
				continue
			}
		}
		kept = append(kept, o)
	}
	in.Objects = kept
	in.Texts = slices.DeleteFunc(in.Texts, func(t document.Text) bool { return t.Document == "" })
	for _, id := range order {
		for _, x := range in.Files {
			if s, ok := x.parts[id]; ok {
				in.Losses = append(in.Losses, refiqda.Loss{Item: "selection", GUID: s.GUID, Name: x.Name, What: fmt.Sprintf("%s, so its %d codings do not come along either", why[id], lost[id])})
				break
			}
		}
	}
}

// into writes into a document what it shows, plays or was taken from.
func (f File) into(d *document.Document, t *document.Text, kind string) {
	if f.Lacks != "" {
		return
	}
	if kind != refiqda.PDFSource {
		d.Media, d.MediaType, d.Width, d.Height, d.Length = f.SHA256, f.Type, f.Width, f.Height, f.Length
		return
	}
	d.File, d.Format, d.Pages = f.SHA256, "pdf", len(f.Sheets)
	if t.Body == "" {
		t.Body = f.Body
		d.SHA256, d.Language = document.Sum(t.Body), document.ScriptLanguage(t.Body, d.Language)
	}
}

// place gives where a part is in what a document shows or plays, or why it is nowhere.
func (f File) place(d document.Document, a document.Area, s refiqda.Selection, kind string, way refiqda.PageWay) (document.Area, string) {
	switch {
	case f.Lacks != "" && s.Kind == wholeSource:
		return a, "is all of a file (" + kind + ") that does not come along"
	case f.Lacks != "":
		return a, "is a part of a file (" + kind + ") that does not come along"
	case s.Kind == wholeSource:
		return a, "is all of a file (" + kind + ") that has neither a text nor a length that is known"
	}
	ok := true
	switch kind {
	case refiqda.PDFSource:
		a = document.Area{}
		a.Page, a.X, a.Y, a.Width, a.Height, ok = way.Region(s, f.Sheets)
	case refiqda.PictureSource:
		full := f.Full
		if full[0] <= 0 || full[1] <= 0 {
			full = [2]int{f.Width, f.Height}
		}
		a.X, a.Y, a.Width, a.Height, ok = refiqda.Within(s.Box[0], s.Box[1], s.Box[2], s.Box[3], full[0], full[1])
		if ok && full != [2]int{f.Width, f.Height} {
			scaled := func(x, of, to int) int { return (x*to + of/2) / of }
			x1, y1 := scaled(a.X+a.Width, full[0], f.Width), scaled(a.Y+a.Height, full[1], f.Height)
			a.X, a.Y = scaled(a.X, full[0], f.Width), scaled(a.Y, full[1], f.Height)
			a.Width, a.Height = max(1, x1-a.X), max(1, y1-a.Y)
		}
	}
	if !ok || !d.Shows(a) {
		return a, "lies outside of what its file shows or plays"
	}
	return a, ""
}

// Kept is a file of the study that may leave. Of a PDF with coded regions its pages are needed.
type Kept struct{ Sheets []refiqda.Sheet }

// carry tells as what kind of source a document leaves: with its file when that may, or as a text. What stays with a file is
// told.
func (o GiveOptions) carry(d document.Document, segs []coding.Segment, lose func(item, name, what string)) string {
	pdf := d.Format == "pdf" && d.File != ""
	if d.Media == "" && !pdf {
		return refiqda.TextSource
	}
	parts, pages := 0, 0
	for _, s := range segs {
		switch a := s.Anchor.Area; {
		case a.Page > 0:
			pages++
		case !a.None():
			parts++
		}
	}
	with := func(n int) string {
		if n == 0 {
			return ""
		}
		return fmt.Sprintf(", and with it the %d parts of it that are coded", n)
	}
	kind := refiqda.TextSource
	if d.Media != "" {
		what := map[bool]string{true: "picture", false: "recording"}[d.Pictured()]
		switch _, here := o.Files[d.Media]; {
		case o.Files == nil:
			lose("source", string(d.ID), "its "+what+" stays behind"+with(parts)+"; files leave only when asked for")
		case !here:
			lose("source", string(d.ID), "its "+what+" is not in the database and stays behind"+with(parts))
		case d.Pictured():
			kind = refiqda.PictureSource
		case strings.HasPrefix(d.MediaType, "video/"):
			kind = refiqda.VideoSource
		default:
			kind = refiqda.AudioSource
		}
	}
	if pdf {
		switch _, here := o.Files[d.File]; {
		case kind != refiqda.TextSource:
			lose("source", string(d.ID), "its original (PDF) stays behind"+with(pages)+": a source has one file, and that is what it shows or plays")
		case d.Protected():
			lose("source", string(d.ID), "its original (PDF) never leaves"+with(pages)+": its looks, and what it says of its making, may name people")
		case o.Files == nil:
			lose("source", string(d.ID), "its original (PDF) stays behind"+with(pages)+"; files leave only when asked for")
		case !here:
			lose("source", string(d.ID), "its original (PDF) is not in the database and stays behind"+with(pages))
		default:
			kind = refiqda.PDFSource
		}
	}
	return kind
}

// fits tells whether a kind of source has parts of this sort.
func fits(kind string, a document.Area) bool {
	switch kind {
	case refiqda.PDFSource:
		return a.Page > 0
	case refiqda.PictureSource:
		return a.Page == 0 && a.To == 0
	case refiqda.AudioSource, refiqda.VideoSource:
		return a.To > 0
	}
	return false
}

// area makes a selection one of a part.
func (o GiveOptions) area(x *refiqda.Selection, d document.Document, at document.Anchor) bool {
	a := at.Area
	x.Kind, x.Start, x.End, x.Quote, x.Name = refiqda.RegionSelection, -1, -1, "", at.Quote
	switch {
	case a.To > 0:
		x.Kind, x.Begin, x.Stop = refiqda.TimeSelection, a.From, a.To
	case a.Page > 0:
		sheets := o.Files[d.File].Sheets
		if a.Page > len(sheets) {
			return false
		}
		x.Page, x.Box = o.Pages.Box(a.Page, a.X, a.Y, a.Width, a.Height, sheets[a.Page-1])
	default:
		x.Box = [4]int{a.X, a.Y, a.X + a.Width, a.Y + a.Height}
	}
	return true
}

// transcribe puts the text of a recording, its times and its passages into a transcript.
func transcribe(s *refiqda.Source, d document.Document, length int) {
	if !s.HasText {
		return
	}
	t := refiqda.Transcript{Source: refiqda.Source{GUID: refiqda.NewGUID("transcript", s.GUID), Kind: refiqda.TextSource, Name: s.Name, Text: s.Text, HasText: true}}
	var own []refiqda.Selection
	for _, x := range s.Selections {
		if x.Kind == refiqda.TextSelection {
			x.Kind = refiqda.SpanOfTranscript
			t.Selections = append(t.Selections, x)
		} else {
			own = append(own, x)
		}
	}
	for _, m := range d.Marks() {
		if m.At <= length {
			t.Sync = append(t.Sync, refiqda.SyncPoint{GUID: refiqda.NewGUID("mark", t.GUID, fmt.Sprint(m.At)), Time: m.Time, Position: m.At})
		}
	}
	s.Text, s.HasText, s.Selections, s.Transcripts = "", false, own, []refiqda.Transcript{t}
}

// together makes one source with several transcripts of those that play one recording, as the standard has it. The sources of
// a recording are told by their places. Those that differ in what is said of them stay as they are, for transcripts have no
// attributes; languages and kinds that differ are told.
func together(p *refiqda.Project, playing map[string][]int, recording func(sha string) string, inherent []string, lose func(item, name, what string)) {
	own := func(s refiqda.Source) []refiqda.Value {
		return slices.DeleteFunc(slices.Clone(s.Values), func(v refiqda.Value) bool { return slices.Contains(inherent, v.Variable) })
	}
	joined := map[string]string{}
	gone := map[int]bool{}
	for _, sha := range slices.Sorted(maps.Keys(playing)) {
		of := map[string][]int{}
		for _, i := range playing[sha] {
			k := fmt.Sprint(own(p.Sources[i]))
			of[k] = append(of[k], i)
		}
		for _, k := range slices.Sorted(maps.Keys(of)) {
			list := of[k]
			if len(list) < 2 {
				continue
			}
			first := &p.Sources[list[0]]
			one := *first
			one.GUID, one.Notes, one.Selections, one.Codings, one.Transcripts = recording(first.GUID), nil, nil, nil, nil
			for _, i := range list {
				s := p.Sources[i]
				t := s.Transcripts[0]
				t.GUID, t.Notes = s.GUID, s.Notes
				one.Transcripts = append(one.Transcripts, t)
				one.Selections, one.Codings = append(one.Selections, s.Selections...), append(one.Codings, s.Codings...)
				one.Values = slices.DeleteFunc(slices.Clone(one.Values), func(v refiqda.Value) bool {
					if slices.Contains(s.Values, v) {
						return false
					}
					lose("transcript", s.Name, "shares its recording with others, and what they differ in (language, kind) is not written: transcripts have no attributes")
					return true
				})
				joined[s.GUID] = one.GUID
				gone[i] = i != list[0]
			}
			*first = one
		}
	}
	if len(joined) == 0 {
		return
	}
	var sources []refiqda.Source
	for i, s := range p.Sources {
		if !gone[i] {
			sources = append(sources, s)
		}
	}
	p.Sources = sources
	for i := range p.Cases {
		var of []string
		for _, g := range p.Cases[i].Sources {
			if g = cmp.Or(joined[g], g); !slices.Contains(of, g) {
				of = append(of, g)
			}
		}
		p.Cases[i].Sources = of
	}
}

// ending is how the names of files of a type end.
func ending(mediaType string) string {
	switch mediaType {
	case "image/jpeg":
		return ".jpg"
	case "audio/mpeg":
		return ".mp3"
	case "audio/mp4":
		return ".m4a"
	case "video/quicktime":
		return ".mov"
	case "video/x-matroska", "audio/x-matroska":
		return ".mkv"
	case "video/3gpp":
		return ".3gp"
	}
	_, sort, _ := strings.Cut(mediaType, "/")
	return "." + strings.TrimPrefix(sort, "x-")
}
