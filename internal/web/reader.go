package web

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"throughline/internal/cases"
	"throughline/internal/coding"
	"throughline/internal/document"
	"throughline/internal/fault"
	"throughline/internal/fieldwork"
	"throughline/internal/store"
	"throughline/internal/study"
	"throughline/internal/thread"
)

// readerPage shows a document with its codes in the margin.
type readerPage struct {
	ID        string
	Title     string
	Kind      string
	Notice    string
	Lang      string
	Dir       string
	Language  string
	Case      link
	Record    link
	Thread    string
	Others    []link // the original, or the translations
	Beside    bool   // the other text stands beside this one
	BesideTo  string // address that puts it there, or takes it away; empty: there is none
	BesideOf  string // what it is
	OtherLang string
	OtherDir  string
	Withdrawn bool // the informant withdrew consent: nothing is shown
	Closed    string
	Paras     []para
	Rest      []para       // what the other text has beyond the last paragraph of this one
	Lost      []lost       // passages that no longer stand where they were marked
	Coder     *coderIsland // empty: may not code
	Parts     int          // coded parts of pictures, pages or recordings
	PartsTo   string       // address of their page; empty: the document has a text alone
	PartsWord string       // what is to be seen or heard there
	Play      string       // address of the recording; empty: there is none
	Film      bool         // it has pictures
	Attach    string       // address where a recording or a picture is put beside it; empty: may not
	EditTo    string       // address of its form; empty: may not
	Place     string       // address where it is said where material comes from; empty: there is nothing to say, or may not
	Passages  int
	Codings   int
	Blind     bool // others' codings are not shown
	Acts      acts
	Original  string // address of the file that it came from; empty: none was kept
	Correct   string // address where the text is corrected; empty: may not
	State     string // address that tells whether others changed something

	For   []option // takeaways and scores of its case that passages can be dragged onto
	ForTo string   // address for that
}

// para is a paragraph with the passages that begin in it.
type para struct {
	N     int   // from 1
	Runs  []run //
	Notes []note
	Code  string // address for coding in it; empty: may not
	Other string // the paragraph at the same place in the other text
	Time  string // at which it is said in the recording; empty: not known

	PlayAt string // address that plays from there

	start, end int // code points
}

// run is a piece of text within which the same passages are marked.
type run struct {
	Start int    // in code points of the document
	Text  string //
	Segs  string // ids of the passages it is in, by space; empty: none
	Depth string // how many they are: "d1", "d2", "d3" for three or more
	ID    string // of the passage that begins here
	More  []string
	Here  string // " here" when it is in the passage that the address names
	Focus bool   // the first such

	in, begins []int // positions of the passages
}

// note is a passage in the margin, with its codes.
type note struct {
	ID      string
	Excerpt string
	Here    bool
	Thread  string
	Edit    string // address where the passage is changed; empty: may not
	Codes   []noteCode
	Added   link // what it was made evidence for just now
}

type noteCode struct {
	Name   string
	Href   string
	Colour string // class
	Coder  string
	Memo   string
	Drop   string // address for taking it away; empty: may not
}

// lost is a passage whose words do not stand where its anchor says.
type lost struct {
	Quote string
	Note  note
}

// coderIsland is what the panel for coding needs, which island/coder.ts brings to life.
type coderIsland struct {
	Action string
	Codes  []treeCode
	New    bool   // may make new codes
	Moving string // the passage whose ends are moved, in place of coding; empty: none
}

func (readerPage) template() string { return "reader" }

// scripts gives the script for coding to those who may code, and that of the player.
func (p readerPage) scripts() (out []string) {
	if p.Coder != nil {
		out = append(out, "coder.js")
	}
	if p.Play != "" {
		out = append(out, "play.js")
	}
	return out
}

// Start is where the paragraph begins in the document, in code points.
func (p para) Start() int { return p.start }

// span is where a passage is, in code points, end exclusive.
type span struct{ Start, End int }

// layOut divides a text into paragraphs, which blank lines separate, and each into runs, cut wherever a span begins or
// ends. Spans may overlap, nest, and cross paragraphs.
func layOut(body string, spans []span) []para {
	var paras []para
	var froms, tos []int // of the paragraphs, in bytes
	at, blank := 0, 2    // code points so far; line ends in a row
	for i := 0; i < len(body); {
		r, size := utf8.DecodeRuneInString(body[i:])
		if r == '\n' {
			blank++
		} else {
			if blank >= 2 {
				paras = append(paras, para{N: len(paras) + 1, start: at})
				froms, tos = append(froms, i), append(tos, i)
			}
			blank = 0
			paras[len(paras)-1].end, tos[len(tos)-1] = at+1, i+size
		}
		i += size
		at++
	}
	begin := make([]int, len(spans)) // spans by start, the longer first
	for i := range spans {
		begin[i] = i
	}
	slices.SortStableFunc(begin, func(a, b int) int {
		return cmp.Or(spans[a].Start-spans[b].Start, spans[b].End-spans[a].End)
	})
	cuts := make([]int, 0, 2*len(spans))
	for _, s := range spans {
		cuts = append(cuts, s.Start, s.End)
	}
	slices.Sort(cuts)
	cuts = slices.Compact(cuts)
	var in, fresh []int // passages at this place; those of them that no run has begun yet
	next, cut := 0, 0
	for p := range paras {
		x := &paras[p]
		from, cp := froms[p], x.start
		for cp < x.end {
			in = slices.DeleteFunc(in, func(i int) bool { return spans[i].End <= cp })
			fresh = slices.DeleteFunc(fresh, func(i int) bool { return spans[i].End <= cp })
			for next < len(begin) && spans[begin[next]].Start <= cp {
				if i := begin[next]; spans[i].End > cp {
					in, fresh = append(in, i), append(fresh, i)
				}
				next++
			}
			for cut < len(cuts) && cuts[cut] <= cp {
				cut++
			}
			end := x.end
			if cut < len(cuts) {
				end = min(end, cuts[cut])
			}
			to := tos[p]
			if end < x.end {
				to = from
				for range end - cp {
					_, size := utf8.DecodeRuneInString(body[to:])
					to += size
				}
			}
			x.Runs = append(x.Runs, run{Start: cp, Text: body[from:to], in: slices.Clone(in), begins: slices.Clone(fresh)})
			fresh = fresh[:0]
			from, cp = to, end
		}
	}
	return paras
}

// excerpt is the beginning of a text.
func excerpt(s string, n int) string {
	i := 0
	for p := range s {
		if i == n {
			return strings.TrimSpace(s[:p]) + "…"
		}
		i++
	}
	return s
}

// holds tells, for each passage, whether its words stand where its anchor says. One walk over the text serves all.
func holds(body string, version int, segs []store.Item[coding.Segment]) []bool {
	order := make([]int, len(segs))
	for i := range segs {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return segs[a].Object.Anchor.Start - segs[b].Object.Anchor.Start })
	out := make([]bool, len(segs))
	at, b := 0, 0
	for _, i := range order {
		a := segs[i].Object.Anchor
		for at < a.Start && b < len(body) {
			_, size := utf8.DecodeRuneInString(body[b:])
			b += size
			at++
		}
		out[i] = at == a.Start && a.Version == version && strings.HasPrefix(body[b:], a.Quote)
	}
	return out
}

// consent gives what the informant agreed to; ok is false for a document that comes from no interview.
func (v *visit) consent(d document.Document) (c fieldwork.Consent, ok bool, err error) {
	if d.Interview == "" {
		return c, false, nil
	}
	it, err := store.Get[fieldwork.Interview](v.Ctx, v.store(), v.Study, d.Interview)
	return it.Object.Consent, true, err
}

// barred says why a document may not be coded; empty: it may.
func barred(c fieldwork.Consent, interview bool) string {
	switch {
	case !interview || c.MayCode():
		return ""
	case c.Withdrawn != "":
		return "The informant withdrew consent. Nothing of this interview may be shown or coded any more."
	}
	return "The informant did not agree to the coding of this interview, so no passage of it can be coded."
}

func showDocument(v *visit) error {
	d := v.Object.(document.Document)
	v.crumb("Documents", v.at("documents"))
	p := readerPage{ID: string(d.ID), Title: d.Title, Kind: documentWord(d.Kind), Notice: d.Notice, Lang: d.Language, Dir: direction(d.Language),
		Language: languageWord(d.Language), Thread: v.at("thread", string(d.ID))}
	if d.Case != "" {
		it, err := store.Get[cases.Case](v.Ctx, v.store(), v.Study, d.Case)
		if err != nil && fault.Of(err) != fault.NotFound {
			return err
		}
		p.Case = link{it.Object.Name, v.page(d.Case)}
	}
	if d.Record != "" {
		p.Record = link{"Where it comes from", v.page(d.Record)}
	}
	consent, interview, err := v.consent(d)
	if err != nil {
		return err
	}
	if consent.Withdrawn != "" {
		p.Withdrawn = true
		return v.render(documentTitle(v.Node), p)
	}
	text, err := store.Text(v.Ctx, v.store(), v.Study, d.ID, d.Version)
	if err != nil {
		return err
	}
	if at, err := strconv.Atoi(v.R.URL.Query().Get("at")); err == nil { // a place that a search found: its paragraph
		for _, x := range layOut(text.Body, nil) {
			if x.start <= at && at < x.end {
				return v.to(v.at("document", string(d.ID)) + "#p" + strconv.Itoa(x.N))
			}
		}
	}
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
	if blind { // passages of others are not shown either
		mine := map[thread.ID]bool{}
		for _, it := range codings {
			mine[it.Object.Segment] = true
		}
		segs = slices.DeleteFunc(segs, func(it store.Item[coding.Segment]) bool { return !mine[it.Object.ID] })
		p.Blind = true
	}
	codes, err := store.All[coding.Code](v.Ctx, v.store(), v.Study, store.Filter{})
	if err != nil {
		return err
	}
	p.Passages, p.Codings = len(segs), len(codings)
	segs = slices.DeleteFunc(segs, func(it store.Item[coding.Segment]) bool {
		part := !it.Object.Anchor.Area.None()
		if part {
			p.Parts++
		}
		return part
	})
	v.shows(&p, d)
	tree := codeTree(store.Objects(codes))
	if v.may(study.CodeText, d.Case) {
		if p.Closed = barred(consent, interview); p.Closed == "" {
			p.Coder = &coderIsland{Action: v.at("document", string(d.ID), "code"), Codes: tree}
			p.Coder.New = v.may(study.Edit, "")
			if m := v.R.URL.Query().Get("move"); slices.ContainsFunc(segs, func(it store.Item[coding.Segment]) bool { return string(it.Object.ID) == m }) {
				p.Coder.Action, p.Coder.Moving, p.Coder.New = v.at("document", string(d.ID), "passage"), m, false
			}
			if p.For, err = v.evidenceFor(d.Case); err != nil {
				return err
			}
			p.ForTo = v.at("document", string(d.ID), "passage")
			p.State = v.at("document", string(d.ID), "state")
			if p.Acts, err = v.acts(d.ID, "document", string(d.ID)); err != nil {
				return err
			}
		}
	}
	if v.may(study.Edit, d.Case) {
		p.Correct = v.at("document", string(d.ID), "text")
	}
	if d.File != "" {
		p.Original = v.at("document", string(d.ID), "original")
	}
	v.markUp(&p, d, text.Body, segs, codings, tree)
	if err := v.beside(&p, d); err != nil {
		return err
	}
	return v.render(documentTitle(v.Node), p)
}

// notes gives each passage its note for the margin: the codes that it was given, and what may be done with it. edit tells
// whether passages may be changed.
func (v *visit) notes(d document.Document, segs []store.Item[coding.Segment], codings []store.Item[coding.Coding], tree []treeCode, edit bool) []note {
	here := v.R.URL.Query().Get("segment")
	byCode := make(map[thread.ID]noteCode, len(tree))
	for _, c := range tree {
		byCode[c.ID] = noteCode{Name: c.Name, Href: v.at("code", string(c.ID)), Colour: c.Colour}
	}
	any, dropAt := v.may(study.Edit, d.Case), ""
	if v.may(study.CodeText, d.Case) {
		dropAt = v.at("document", string(d.ID), "drop") + "?coding="
	}
	given := make(map[thread.ID][]noteCode, len(segs))
	for _, it := range codings {
		c := it.Object
		n := byCode[c.Code]
		n.Coder, n.Memo = c.Coder, c.Memo
		if dropAt != "" && (any || c.Coder == v.Member.Handle) {
			n.Drop = dropAt + string(it.Node.ID)
		}
		given[c.Segment] = append(given[c.Segment], n)
	}
	out := make([]note, len(segs))
	for i, it := range segs {
		out[i] = note{ID: string(it.Object.ID), Excerpt: excerpt(it.Object.Anchor.Quote, 28), Here: string(it.Object.ID) == here, Thread: v.at("thread", string(it.Object.ID)), Codes: given[it.Object.ID]}
		if edit {
			out[i].Edit = v.at("document", string(d.ID), "passage") + "?segment=" + out[i].ID
		}
	}
	return out
}

// markUp lays out the text with its passages, and sets the codes beside it.
func (v *visit) markUp(p *readerPage, d document.Document, body string, segs []store.Item[coding.Segment], codings []store.Item[coding.Coding], tree []treeCode) {
	notes := v.notes(d, segs, codings, tree, p.Coder != nil)
	if i := slices.IndexFunc(p.For, func(o option) bool { return o.Value == v.R.URL.Query().Get("evidence") }); i >= 0 {
		for k := range notes {
			if notes[k].Here {
				notes[k].Added = link{p.For[i].Text, v.at("thread", p.For[i].Value)}
			}
		}
	}
	stands := holds(body, d.Version, segs)
	var spans []span
	var marked []note
	for i, it := range segs {
		a := it.Object.Anchor
		if !stands[i] {
			p.Lost = append(p.Lost, lost{a.Quote, notes[i]})
			continue
		}
		spans = append(spans, span{a.Start, a.End})
		marked = append(marked, notes[i])
	}
	p.Paras = layOut(body, spans)
	marks := d.Marks()
	focused := false
	var ids strings.Builder
	for i := range p.Paras {
		x := &p.Paras[i]
		if ms, ok := document.TimeAt(marks, x.start); ok && p.Play != "" {
			x.Time, x.PlayAt = document.Clock(ms-ms%1000), p.Play+"#t="+strconv.FormatFloat(float64(ms)/1000, 'f', -1, 64)
		}
		if p.Coder != nil {
			x.Code = p.Coder.Action + "?paragraph=" + strconv.Itoa(x.N)
		}
		for k := range x.Runs {
			r := &x.Runs[k]
			if len(r.in) == 0 {
				continue
			}
			ids.Reset()
			for n, s := range r.in {
				if n > 0 {
					ids.WriteByte(' ')
				}
				ids.WriteString(marked[s].ID)
				if marked[s].Here {
					r.Here, r.Focus = " here", !focused
					focused = true
				}
			}
			r.Segs, r.Depth = ids.String(), [...]string{"d1", "d2", "d3"}[min(len(r.in), 3)-1]
			for n, s := range r.begins {
				if n == 0 {
					r.ID = marked[s].ID
				} else {
					r.More = append(r.More, marked[s].ID)
				}
				x.Notes = append(x.Notes, marked[s])
			}
		}
	}
}

// shows tells what a document has beside its text.
func (v *visit) shows(p *readerPage, d document.Document) {
	to := v.at("document", string(d.ID), "parts")
	switch {
	case d.Pictured():
		p.PartsTo, p.PartsWord = to, "Look at the picture"
	case d.Timed():
		p.PartsTo, p.PartsWord, p.Play = to, "Code parts of the recording", v.at("document", string(d.ID), "play")
		p.Film = strings.HasPrefix(d.MediaType, "video/")
	case d.Format == "pdf" && d.Pages > 0:
		p.PartsTo, p.PartsWord = to, "Look at the pages"
	}
	if v.may(study.Edit, d.Case) {
		p.Attach, p.EditTo = v.at("document", string(d.ID), "media"), v.at("document", string(d.ID), "edit")
		if d.Kind == document.Material {
			p.Place, p.EditTo = p.EditTo, ""
		}
	}
}

// beside finds the original of a translation, or the translations of an original, and sets the other text beside this one
// when it is asked for. The two are aligned by paragraph.
func (v *visit) beside(p *readerPage, d document.Document) error {
	others, err := store.Above[document.Document](v.Ctx, v.store(), v.Study, d.ID)
	if err != nil {
		return err
	}
	if d.Translates != "" {
		it, err := store.Get[document.Document](v.Ctx, v.store(), v.Study, d.Translates)
		if err != nil {
			return err
		}
		others = append([]store.Item[document.Document]{it}, others...)
	}
	others = slices.DeleteFunc(others, func(it store.Item[document.Document]) bool { return !v.sees(it.Node) })
	if len(others) == 0 {
		return nil
	}
	own := v.at("document", p.ID)
	for _, it := range others {
		word := "Translation into " + languageWord(it.Object.Language)
		if it.Object.ID == d.Translates {
			word = "Original in " + languageWord(it.Object.Language)
		}
		p.Others = append(p.Others, link{word, v.at("document", string(it.Object.ID))})
	}
	o := others[0].Object
	p.BesideOf, p.BesideTo = strings.ToLower(p.Others[0].Text[:1])+p.Others[0].Text[1:], own+"?beside=1"
	if v.R.URL.Query().Get("beside") == "" {
		return nil
	}
	consent, _, err := v.consent(o)
	if err != nil || consent.Withdrawn != "" {
		return err
	}
	text, err := store.Text(v.Ctx, v.store(), v.Study, o.ID, o.Version)
	if err != nil {
		return err
	}
	p.Beside, p.BesideTo, p.OtherLang, p.OtherDir = true, own, o.Language, direction(o.Language)
	for i, x := range layOut(text.Body, nil) {
		if i < len(p.Paras) {
			p.Paras[i].Other = x.Runs[0].Text
			continue
		}
		p.Rest = append(p.Rest, para{N: x.N, Other: x.Runs[0].Text})
	}
	return nil
}

// documentTitle is the title of pages about a document. It ends in the history of browsers, so that of a protected
// one says nothing.
func documentTitle(n thread.Node) string {
	if n.Protected {
		return "Protected document"
	}
	return n.Label
}
