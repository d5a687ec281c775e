package web

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"throughline/analysis/agreement"
	"throughline/exchange/docx"
	"throughline/internal/coding"
	"throughline/internal/document"
	"throughline/internal/fault"
	"throughline/internal/fieldwork"
	"throughline/internal/search"
	"throughline/internal/store"
	"throughline/internal/study"
	"throughline/internal/thread"
)

// searchPage finds words in the texts.
type searchPage struct {
	Q       string
	KWIC    bool
	Trouble string
	Asked   bool
	Found   string // how many
	Hint    string // what may have been meant
	Hits    []searchHit
	Pages   leaves
	Other   string // the same as lines, or as paragraphs
	Parts   []partHit
	PartsN  int // in all; the first are shown
	Help    string
}

type searchHit struct {
	Title string
	Case  string
	Href  string
	Lang  string
	Dir   string
	Parts []hitPart // the paragraph, or the part of it around the words
	Left  string    // of a line
	Key   string
	Right string
}

// partHit is what was written about a part of a picture, a page or a recording: a description or a memo, never a quote.
type partHit struct {
	Parts []hitPart
	Lang  string // of a description; empty: not known
	What  string // "part of page 2; described"
	Title string // of the document
	Case  string
	Href  string
}

type hitPart struct {
	Text string
	Mark bool
}

func (searchPage) template() string { return "search" }

// codedPage lists coded passages that a query finds.
type codedPage struct {
	Ask    coding.Ask
	Codes  []treeCode
	Cases  []option
	Coders []string
	Found  int
	Asked  bool
	Blind  bool
	Lines  []codedLine
	Pages  leaves
	Files  []link
	Matrix string

	Framework string
	Memos     string
}

type codedLine struct {
	Passage passage
	Codes   []codedBy
	Case    link
	InText  string
}

type codedBy struct {
	Path   string
	Colour string
	Coder  string
	Memo   string
}

func (codedPage) template() string { return "coded" }

// matrixPage counts passages by code and something else.
type matrixPage struct {
	By     string
	Bys    []option
	Cols   []matrixCol
	Rows   []matrixRow
	Files  []link
	Blind  bool
	Counts string
}

type matrixCol struct{ Name, Short string }

type matrixRow struct {
	Code   treeCode
	Cells  []matrixCell
	Total  int
	Href   string
	Indent string
}

type matrixCell struct {
	N    int
	Href string
	Tone string // class: how much, of the most
}

func (matrixPage) template() string { return "matrix" }

// agreementPage tells how far coders agree.
type agreementPage struct {
	Blind      bool
	Documents  int
	Coders     []string
	Overall    []coderAgreement
	Codes      []agreementCode
	Docs       []agreementDoc
	Pairs      []agreementPair
	Disagree   []disagreement
	More       int
	Trouble    string
	Characters int
	Settle     string // address of rulings; empty: may not
	Settled    int    // differences that were settled
	Parts      int    // codings of parts of pictures, pages and recordings, which are not measured
	Kinds      bool   // some code is compared among coded text alone
}

type coderAgreement struct{ Name, Value, Interval, About string }

type agreementCode struct {
	Path, Alpha, Kind string
	Units             int
	Coverage          string
	Href              string
}

type agreementDoc struct{ Title, Href, Value, Why string }

type agreementPair struct{ A, B, Value, Why string }

type disagreement struct {
	Segment, CodeID string // what a ruling is about; empty: may not
	Ruling          string // how it was settled; empty: it was not

	Code    string
	By      string
	Not     string
	Quote   string
	Lang    string
	Dir     string
	Href    string
	Sealed  bool
	Passage string
}

func (agreementPage) template() string { return "agreement" }

func (s *Server) queries() section {
	return section{
		Routes: []Route{
			{Pattern: "GET /s/{study}/search", Policy: Of(study.ReadRaw), Nav: "Search", Handle: showSearch},
			{Pattern: "GET /s/{study}/words", Policy: Of(study.ReadRaw), Nav: "Words", Handle: showWords},
			{Pattern: "GET /s/{study}/words/file/{name}", Policy: Of(study.ReadRaw), Handle: wordsFile},
			{Pattern: "GET /s/{study}/coded", Policy: Of(study.ReadRaw), Nav: "Coded passages", Handle: showCoded},
			{Pattern: "GET /s/{study}/coded/file/{name}", Policy: Of(study.ReadRaw), Handle: codedFile},
			{Pattern: "GET /s/{study}/matrix", Policy: Of(study.ReadRaw), Nav: "Codes by case", Handle: showMatrix},
			{Pattern: "GET /s/{study}/matrix/file/{name}", Policy: Of(study.ReadRaw), Handle: matrixFile},
			{Pattern: "GET /s/{study}/agreement", Policy: Of(study.Audit), Nav: "Agreement", Handle: showAgreement},
			{Pattern: "POST /s/{study}/agreement", Policy: Of(study.Edit), Handle: settleDifference},
		},
		Pages: []page{searchPage{}, wordsPage{}, codedPage{}, matrixPage{}, agreementPage{}},
	}
}

// hitsPerPage is how many paragraphs stand on a page of a search.
const hitsPerPage = 30

func showSearch(v *visit) error {
	p := searchPage{Q: strings.TrimSpace(v.R.URL.Query().Get("q")), KWIC: v.R.URL.Query().Get("as") == "lines", Help: search.Help}
	if p.Q == "" {
		return v.render("Search", p)
	}
	p.Asked = true
	asked, err := search.Parse(p.Q)
	if err == nil && len(asked.Code) > 0 {
		var blind bool
		if blind, err = v.blind(); err == nil && blind {
			err = fault.New(fault.Invalid, "While coding is blind, you cannot search by codes: it would tell what others coded.")
		}
	}
	bad := func(err error) error {
		p.Trouble = fault.Message(err)
		v.status = http.StatusUnprocessableEntity
		return v.render("Search", p)
	}
	if fault.Of(err) == fault.Invalid {
		return bad(err)
	}
	if err != nil {
		return err
	}
	if _, err := v.store().Index(v.Ctx, v.Study, nil); err != nil {
		return err
	}
	at, _ := strconv.Atoi(v.R.URL.Query().Get("page"))
	if err := v.searchParts(&p, asked, at <= 1); fault.Of(err) == fault.Invalid {
		return bad(err)
	} else if err != nil {
		return err
	}
	from := max(0, at-1) * hitsPerPage
	f, err := v.store().Search(v.Ctx, v.Study, asked, store.Scope{Cases: v.own().Cases}, from, hitsPerPage)
	if fault.Of(err) == fault.Invalid {
		return bad(err)
	}
	if err != nil {
		return err
	}
	p.Found, p.Hint = plural(f.N, "paragraph"), cmp.Or(f.Hint, asked.Hint)
	if f.More {
		p.Found = "More than " + p.Found
	}
	_, _, p.Pages = v.cut(f.N, hitsPerPage)
	names, err := v.caseNames()
	if err != nil {
		return err
	}
	q := url.Values{"q": {p.Q}}
	if !p.KWIC {
		q.Set("as", "lines")
	}
	p.Other = v.at("search") + "?" + q.Encode()
	for _, h := range f.Hits {
		o, err := v.origin(h.Document)
		if err != nil {
			return err
		}
		d := o.item.Object
		if !v.sees(o.item.Node) || o.withdrawn {
			continue
		}
		hit := searchHit{Title: d.Title, Case: names[d.Case], Lang: d.Language, Dir: direction(d.Language)}
		at := h.Start
		if len(h.Spans) > 0 {
			at += h.Spans[0].From
		}
		hit.Href = v.at("document", string(d.ID)) + "?at=" + strconv.Itoa(at)
		r := []rune(h.Body)
		if p.KWIC {
			for _, s := range h.Spans {
				x := hit
				x.Href = v.at("document", string(d.ID)) + "?at=" + strconv.Itoa(h.Start+s.From)
				x.Left, x.Key, x.Right = search.Around(r, s, 50)
				p.Hits = append(p.Hits, x)
			}
			continue
		}
		hit.Parts = snippet(r, h.Spans)
		p.Hits = append(p.Hits, hit)
	}
	return v.render("Search: "+excerpt(p.Q, 40), p)
}

// searchParts finds what was written about parts of pictures, pages and recordings; shown tells whether the page lists it.
// While coding is blind, it is the member's own parts, and what they wrote of them.
func (v *visit) searchParts(p *searchPage, asked search.Asked, shown bool) error {
	hits, err := v.store().SearchParts(v.Ctx, v.Study, asked, store.Scope{Cases: v.own().Cases})
	if err != nil || len(hits) == 0 {
		return err
	}
	if err := v.blindfold(); err != nil {
		return err
	}
	names, err := v.caseNames()
	if err != nil {
		return err
	}
	for _, h := range hits {
		x := h.Segment.Object
		o, err := v.origin(x.Anchor.Document)
		if err != nil {
			return err
		}
		if !v.sees(o.item.Node) || o.withdrawn || v.hidden(x.ID) || v.blinded && h.By != "" && h.By != v.Member.Handle {
			continue
		}
		if p.PartsN++; !shown || len(p.Parts) == hitsPerPage {
			continue
		}
		d := o.item.Object
		hit := partHit{Parts: snippet([]rune(h.Text), h.Spans), Lang: d.Language, What: partWords(x.Anchor.Area) + "; described", Title: d.Title, Case: names[d.Case], Href: v.partAt(d.ID, x.ID, x.Anchor.Area)}
		if h.By != "" {
			hit.Lang, hit.What = "", "memo of "+h.By+" on: "+partWords(x.Anchor.Area)
		}
		p.Parts = append(p.Parts, hit)
	}
	return nil
}

// snippet is a paragraph with its words marked; of a long one, what is around the first.
func snippet(r []rune, spans []search.Span) []hitPart {
	from, to := 0, len(r)
	if len(spans) > 0 && len(r) > 500 {
		from, to = max(0, spans[0].From-200), min(len(r), spans[0].From+300)
	} else {
		to = min(to, 500)
	}
	var out []hitPart
	add := func(s string, mark bool) {
		if s != "" {
			out = append(out, hitPart{s, mark})
		}
	}
	if from > 0 {
		add("… ", false)
	}
	at := from
	for _, s := range spans {
		if s.From < at || s.From >= to {
			continue
		}
		add(string(r[at:s.From]), false)
		add(string(r[s.From:min(s.To, to)]), true)
		at = min(s.To, to)
	}
	add(string(r[at:to]), false)
	if to < len(r) {
		add(" …", false)
	}
	return out
}

// placed gives all codings that the member may see, with their places.
func (v *visit) placed() (all []coding.Placed, segs map[thread.ID]store.Item[coding.Segment], err error) {
	return v.placedFor(coding.Ask{}, nil)
}

// filed gives all codings that the member may see without where they stand in their documents: what is counted needs no more,
// and to read every passage for it takes most of the time.
func (v *visit) filed() ([]coding.Placed, error) {
	uses, err := v.uses("")
	if err != nil {
		return nil, err
	}
	homes, err := store.Homes(v.Ctx, v.store(), v.Study, v.own().Cases)
	if err != nil {
		return nil, err
	}
	all := make([]coding.Placed, 0, len(uses))
	for _, u := range uses {
		if h, ok := homes[u.Segment]; ok && v.sees(thread.Node{Kind: thread.Segment, Case: h.Case}) {
			all = append(all, coding.Placed{Segment: u.Segment, Code: u.Code, Coder: u.Coder, Case: h.Case, Document: h.Document})
		}
	}
	return all, nil
}

// placedFor gives the codings that it takes to answer a query, and may give more.
func (v *visit) placedFor(a coding.Ask, codes []coding.Code) (all []coding.Placed, segs map[thread.ID]store.Item[coding.Segment], err error) {
	var uses []store.Use
	var items []store.Item[coding.Segment]
	f := v.own()
	named := map[thread.ID]bool{} // the only codes that the answer depends on
	if a.Code != "" {
		below := coding.Below(codes)
		for _, c := range []thread.ID{a.Code, a.With, a.Without} {
			maps.Copy(named, below[c])
		}
	}
	switch {
	case a.Code != "" && 4*len(named) <= max(len(codes), 8): // of more codes, it takes longer to pick them out than to read all
		for c := range named {
			of, err := store.Uses(v.Ctx, v.store(), v.Study, c)
			if err != nil {
				return nil, nil, err
			}
			uses = append(uses, of...)
		}
		if uses, err = v.unblinded(uses); err == nil {
			items, err = store.Several[coding.Segment](v.Ctx, v.store(), v.Study, segmentsOf(uses))
		}
	case a.Document != "" || a.Case != "" && a.With == "" && a.Without == "": // passages meet in their document alone
		if a.Document != "" {
			f.Owner = a.Document
		} else {
			f.Case = a.Case
		}
		if uses, err = store.UsesIn(v.Ctx, v.store(), v.Study, f.Owner, f.Case); err == nil {
			uses, err = v.unblinded(uses)
		}
		if err == nil {
			items, err = store.All[coding.Segment](v.Ctx, v.store(), v.Study, f)
		}
	default:
		if uses, err = v.uses(""); err == nil {
			items, err = store.All[coding.Segment](v.Ctx, v.store(), v.Study, f)
		}
	}
	if err != nil {
		return nil, nil, err
	}
	segs = make(map[thread.ID]store.Item[coding.Segment], len(items))
	for _, it := range items {
		if v.sees(it.Node) {
			segs[it.Object.ID] = it
		}
	}
	for _, u := range uses {
		it, ok := segs[u.Segment]
		if !ok {
			continue
		}
		a := it.Object.Anchor
		all = append(all, coding.Placed{Segment: u.Segment, Code: u.Code, Coder: u.Coder, Case: it.Object.Case, Document: a.Document, Start: a.Start, End: a.End, Area: a.Area})
	}
	return all, segs, nil
}

func (v *visit) codes() ([]coding.Code, []treeCode, error) {
	items, err := store.All[coding.Code](v.Ctx, v.store(), v.Study, store.Filter{})
	if err != nil {
		return nil, nil, err
	}
	codes := store.Objects(items)
	return codes, codeTree(codes), nil
}

// asking reads a query on codings from an address.
func (v *visit) asking() coding.Ask {
	q := v.R.URL.Query()
	near, _ := strconv.Atoi(q.Get("near"))
	return coding.Ask{Code: thread.ID(q.Get("code")), With: thread.ID(q.Get("with")), Without: thread.ID(q.Get("without")), Near: min(max(near, 0), 100_000), Case: thread.ID(q.Get("case")), Document: thread.ID(q.Get("document")), Coder: q.Get("coder")}
}

func showCoded(v *visit) error {
	codes, tree, err := v.codes()
	if err != nil {
		return err
	}
	ask := v.asking()
	all, segs, err := v.placedFor(ask, codes)
	if err != nil {
		return err
	}
	names, err := v.caseNames()
	if err != nil {
		return err
	}
	p := codedPage{Ask: ask, Codes: tree, Cases: []option{{"", "any case"}}, Matrix: v.at("matrix"), Framework: v.at("framework"), Memos: v.at("memos")}
	if p.Blind, err = v.blind(); err != nil {
		return err
	}
	p.Asked = v.R.URL.RawQuery != ""
	coders := map[string]bool{} // of what is asked for
	if ask.Coder != "" {
		coders[ask.Coder] = true
	}
	for _, x := range all {
		coders[x.Coder] = true
	}
	p.Coders = slices.Sorted(maps.Keys(coders))
	for id, n := range names {
		p.Cases = append(p.Cases, option{string(id), n})
	}
	sortOptions(p.Cases[1:])
	found := p.Ask.Answer(all, codes)
	p.Found = len(found)
	var from, to int
	from, to, p.Pages = v.cut(p.Found, passagesPerPage)
	var shown []store.Item[coding.Segment]
	for _, ps := range found[from:to] {
		shown = append(shown, segs[ps[0].Segment])
	}
	if err := v.originsOf(shown); err != nil {
		return err
	}
	for _, ps := range found[from:to] {
		it := segs[ps[0].Segment]
		shown, err := v.passage(it.Object, it.Node)
		if err != nil {
			return err
		}
		shown.Key = nil
		l := codedLine{Passage: shown, Case: v.caseLink(names, it.Object.Case)}
		if shown.Source != "" {
			l.InText = v.placeAt(it.Object)
		}
		for _, x := range ps {
			if i := slices.IndexFunc(tree, func(c treeCode) bool { return c.ID == x.Code }); i >= 0 {
				l.Codes = append(l.Codes, codedBy{Path: tree[i].Path, Colour: tree[i].Colour, Coder: x.Coder})
			}
		}
		p.Lines = append(p.Lines, l)
	}
	p.Files = v.files("coded")
	return v.render("Coded passages", p)
}

// codedRow is a coding as it leaves the program.
type codedRow struct {
	Code, Case, Document, Language, Coder, Memo, Quote, Attributes, Address, Part string
	Start, End                                                                    int
	order                                                                         int // of the code in the tree
}

// mayLeave tells whether words of a document may be in a file: those of interviews only when their informants agreed to be
// quoted, and of material that nobody has placed never.
func (v *visit) mayLeave(d document.Document, known map[thread.ID]bool) (bool, error) {
	if !d.Protected() {
		return true, nil
	}
	if ok, had := known[d.ID]; had {
		return ok, nil
	}
	ok, err := store.MayLeave(v.Ctx, v.store(), v.Study, d)
	known[d.ID] = ok
	return ok, err
}

// codedRows gives what a query finds, a coding a row. sealed counts passages whose words stay inside.
func (v *visit) codedRows() (rows []codedRow, sealed int, err error) {
	codes, tree, err := v.codes()
	if err != nil {
		return nil, 0, err
	}
	ask := v.asking()
	all, segs, err := v.placedFor(ask, codes)
	if err != nil {
		return nil, 0, err
	}
	names, err := v.caseNames()
	if err != nil {
		return nil, 0, err
	}
	f := v.own()
	f.Holds = `"memo":`
	codings, err := store.All[coding.Coding](v.Ctx, v.store(), v.Study, f)
	if err != nil {
		return nil, 0, err
	}
	memos := map[thread.ID]string{}
	for _, it := range codings {
		memos[it.Object.Ref()] = it.Object.Memo
	}
	path, order := map[thread.ID]string{}, map[thread.ID]int{}
	for i, c := range tree {
		path[c.ID], order[c.ID] = c.Path, i
	}
	leave := map[thread.ID]bool{}
	for _, ps := range ask.Answer(all, codes) {
		it := segs[ps[0].Segment]
		o, err := v.origin(it.Object.Anchor.Document)
		if err != nil {
			return nil, 0, err
		}
		d := o.item.Object
		if o.withdrawn {
			continue
		}
		ok, err := v.mayLeave(d, leave)
		if err != nil {
			return nil, 0, err
		}
		row := codedRow{Case: names[it.Object.Case], Document: d.Title, Language: d.Language, Quote: it.Object.Anchor.Quote, Attributes: strings.Join(d.Attributes, "; "), Address: string(it.Object.ID), Part: it.Object.Anchor.Area.String(), Start: it.Object.Anchor.Start, End: it.Object.Anchor.End}
		if !ok {
			sealed++
			row.Quote, row.Document, row.Attributes = "(kept inside: there is no consent to quote it)", string(d.ID), ""
		}
		for _, x := range ps {
			row.Code, row.Coder, row.order = path[x.Code], x.Coder, order[x.Code]
			row.Memo = ""
			if ok {
				row.Memo = memos[coding.CodingID(x.Segment, x.Code, x.Coder)]
			}
			rows = append(rows, row)
		}
	}
	return rows, sealed, nil
}

func codedFile(v *visit) error {
	rows, sealed, err := v.codedRows()
	if err != nil {
		return err
	}
	table := [][]string{{"code", "case", "document", "language", "start", "end", "quote", "coder", "memo", "attributes", "passage", "part"}}
	for _, r := range rows {
		table = append(table, []string{r.Code, r.Case, r.Document, r.Language, strconv.Itoa(r.Start), strconv.Itoa(r.End), r.Quote, r.Coder, r.Memo, r.Attributes, r.Address, r.Part})
	}
	note := ""
	if sealed > 0 {
		note = plural(sealed, "passage") + " without words: there is no consent to quote them."
	}
	var blocks []docx.Block
	if note != "" {
		blocks = append(blocks, docx.Block{Kind: docx.Paragraph, Text: note})
	}
	last := ""
	slices.SortStableFunc(rows, func(a, b codedRow) int { return a.order - b.order })
	for _, r := range rows {
		if r.Code != last {
			blocks = append(blocks, docx.Block{Kind: docx.Heading, Level: 2, Text: r.Code})
			last = r.Code
		}
		blocks = append(blocks, docx.Block{Kind: docx.Quote, Text: r.Quote, Lang: r.Language, RTL: direction(r.Language) == "rtl"})
		blocks = append(blocks, docx.Block{Kind: docx.Paragraph, Text: strings.Trim(strings.Join([]string{r.Case, r.Document, r.Coder, r.Memo}, " · "), " ·")})
	}
	return v.give(download{"coded", "Coded passages", table, blocks})
}

// crossed counts codes by what the address asks for.
func (v *visit) crossed() (t coding.Crossed, by string, cols []matrixCol, bys []option, tree []treeCode, err error) {
	codes, tree, err := v.codes()
	if err != nil {
		return
	}
	var all []coding.Placed
	if v.R.URL.Query().Get("by") == "code" { // which occur together, their places tell
		all, _, err = v.placed()
	} else {
		all, err = v.filed()
	}
	if err != nil {
		return
	}
	names, err := v.caseNames()
	if err != nil {
		return
	}
	docs, err := store.All[document.Document](v.Ctx, v.store(), v.Study, v.own())
	if err != nil {
		return
	}
	byID := map[thread.ID]document.Document{}
	attributes := map[string]bool{}
	for _, it := range docs {
		if !v.sees(it.Node) {
			continue
		}
		byID[it.Object.ID] = it.Object
		for _, a := range it.Object.Attributes {
			if n, _, ok := strings.Cut(a, ": "); ok {
				attributes[n] = true
			}
		}
	}
	bys = []option{{"case", "case"}, {"document", "document"}, {"code", "code that occurs with it"}, {"coder", "coder"}, {"language", "language"}, {"kind", "kind of document"}}
	for _, a := range slices.Sorted(maps.Keys(attributes)) {
		bys = append(bys, option{"attribute:" + a, a})
	}
	by = v.R.URL.Query().Get("by")
	if !slices.ContainsFunc(bys, func(o option) bool { return o.Value == by }) {
		by = "case"
	}
	of := func(p coding.Placed) []string { return []string{string(p.Case)} }
	name := func(key string) string { return cmp.Or(names[thread.ID(key)], "no case") }
	switch {
	case by == "document":
		of = func(p coding.Placed) []string { return []string{string(p.Document)} }
		name = func(key string) string { return byID[thread.ID(key)].Title }
	case by == "code":
		of = coding.Together(all)
		name = func(key string) string {
			i := slices.IndexFunc(tree, func(c treeCode) bool { return string(c.ID) == key })
			if i < 0 {
				return key
			}
			return tree[i].Path
		}
	case by == "coder":
		of = func(p coding.Placed) []string { return []string{p.Coder} }
		name = func(key string) string { return key }
	case by == "language":
		of = func(p coding.Placed) []string { return []string{byID[p.Document].Language} }
		name = languageWord
	case by == "kind":
		of = func(p coding.Placed) []string { return []string{byID[p.Document].Kind} }
		name = documentWord
	case strings.HasPrefix(by, "attribute:"):
		a := strings.TrimPrefix(by, "attribute:")
		of = func(p coding.Placed) []string { return []string{byID[p.Document].Attribute(a)} }
		name = func(key string) string { return cmp.Or(key, "not said") }
	}
	keys := map[string]bool{}
	for _, p := range all {
		for _, k := range of(p) {
			keys[k] = true
		}
	}
	order := slices.Sorted(maps.Keys(keys))
	slices.SortStableFunc(order, func(a, b string) int { return strings.Compare(name(a), name(b)) })
	if len(order) > 200 {
		order = order[:200]
	}
	for _, k := range order {
		cols = append(cols, matrixCol{name(k), excerpt(name(k), 24)})
	}
	sorted := make([]coding.Code, 0, len(codes))
	for _, b := range coding.Tree(codes) {
		sorted = append(sorted, b.Code)
	}
	return coding.Cross(all, sorted, order, of), by, cols, bys, tree, nil
}

func showMatrix(v *visit) error {
	t, by, cols, bys, tree, err := v.crossed()
	if err != nil {
		return err
	}
	p := matrixPage{By: by, Bys: bys, Cols: cols}
	if p.Blind, err = v.blind(); err != nil {
		return err
	}
	most := 1
	for _, r := range t.Cells {
		for _, n := range r {
			most = max(most, n)
		}
	}
	field := map[string]string{"case": "case", "document": "document", "code": "with", "coder": "coder"}[by]
	for i, code := range t.Rows {
		if t.Total[i] == 0 {
			continue
		}
		row := matrixRow{Code: tree[i], Total: t.Total[i], Href: v.at("coded") + "?code=" + string(code), Indent: strings.Repeat("· ", tree[i].Depth)}
		for c, n := range t.Cells[i] {
			cell := matrixCell{N: n, Tone: "t" + strconv.Itoa((4*n+most-1)/most)}
			if n > 0 && field != "" && t.Cols[c] != "" {
				cell.Href = v.at("coded") + "?" + url.Values{"code": {string(code)}, field: {t.Cols[c]}}.Encode()
			}
			row.Cells = append(row.Cells, cell)
		}
		p.Rows = append(p.Rows, row)
	}
	p.Files = v.files("matrix")
	return v.render("Codes by case", p)
}

func matrixFile(v *visit) error {
	t, _, cols, _, tree, err := v.crossed()
	if err != nil {
		return err
	}
	table := [][]string{{"code"}}
	for _, c := range cols {
		table[0] = append(table[0], c.Name)
	}
	table[0] = append(table[0], "passages in all")
	for i := range t.Rows {
		row := []string{tree[i].Path}
		for _, n := range t.Cells[i] {
			row = append(row, strconv.Itoa(n))
		}
		table = append(table, append(row, strconv.Itoa(t.Total[i])))
	}
	return v.give(download{"matrix", "Counts of codes", table, nil})
}

// mostDisagreements is how many are shown.
const mostDisagreements = 60

func showAgreement(v *visit) error {
	_, tree, err := v.codes()
	if err != nil {
		return err
	}
	all, segs, err := v.placed()
	if err != nil {
		return err
	}
	p := agreementPage{}
	if p.Blind, err = v.blind(); err != nil {
		return err
	}
	byDoc := map[thread.ID][]coding.Placed{}
	readers := map[thread.ID]map[string]bool{}
	for _, x := range all {
		if !x.Area.None() { // the measures are of text
			p.Parts++
			continue
		}
		byDoc[x.Document] = append(byDoc[x.Document], x)
		if readers[x.Document] == nil {
			readers[x.Document] = map[string]bool{}
		}
		readers[x.Document][x.Coder] = true
	}
	var docs []agreement.Document
	var units []agreement.Unit
	unitsIn := map[string][]agreement.Unit{}
	coders := map[string]bool{}
	title := map[string]string{}
	for _, id := range slices.Sorted(maps.Keys(byDoc)) {
		if len(readers[id]) < 2 {
			continue
		}
		o, err := v.origin(id)
		if err != nil {
			return err
		}
		text, err := store.Text(v.Ctx, v.store(), v.Study, id, o.item.Object.Version)
		if err != nil {
			return err
		}
		length := len([]rune(text.Body))
		title[string(id)] = o.item.Object.Title
		d := agreement.Document{Name: string(id), Length: length, Coders: slices.Sorted(maps.Keys(readers[id]))}
		docs = append(docs, d)
		p.Characters += length
		for c := range readers[id] {
			coders[c] = true
		}
		unitsIn[d.Name] = unitsOf(byDoc[id], length)
		units = append(units, unitsIn[d.Name]...)
	}
	p.Documents, p.Coders = len(docs), slices.Sorted(maps.Keys(coders))
	if len(docs) == 0 {
		return v.render("Agreement", p)
	}
	c, err := agreement.NewContinuum(docs, units)
	if err != nil {
		p.Trouble = "The codings cannot be compared: " + err.Error() + "."
		return v.render("Agreement", p)
	}
	var called []string // ids as reasons quote them, and the names in their place
	for _, t := range tree {
		called = append(called, strconv.Quote(string(t.ID)), "“"+t.Path+"”")
	}
	for id, name := range title {
		called = append(called, strconv.Quote(id), "“"+name+"”")
	}
	called = append(called, "u-alpha-binary", "what is coded at all")
	inWords := strings.NewReplacer(called...).Replace
	metrics := []agreement.Metric{agreement.UAlphaBinary, agreement.UAlpha, agreement.CUAlpha}
	results, err := c.Bootstrap(v.Ctx, metrics, agreement.Resampling{Rounds: 1000, Seed: 1, Confidence: 0.95})
	if err != nil {
		return err
	}
	about := map[agreement.Metric][2]string{agreement.UAlphaBinary: {"What is coded at all (u-alpha, binary)", "whether the same stretches of text were found worth a code, whichever it was"}, agreement.UAlpha: {"Where and what (u-alpha)", "stretches and codes together; text that nobody coded counts as agreement"}, agreement.CUAlpha: {"Which code, where both coded (cu-alpha)", "codes of the text that both coded; text without codes plays no part"}}
	for _, r := range results {
		l := coderAgreement{Name: about[r.Metric][0], About: about[r.Metric][1], Value: value(r)}
		if r.Interval != nil && r.Interval.Why == "" {
			l.Interval = fmt.Sprintf("%.2f to %.2f", r.Interval.Low, r.Interval.High)
		}
		if !r.Defined() {
			l.About = inWords(r.Why)
		}
		p.Overall = append(p.Overall, l)
	}
	at := func(code string) int {
		return slices.IndexFunc(tree, func(t treeCode) bool { return string(t.ID) == code })
	}
	ofCodes := c.CodeAgreements()
	slices.SortStableFunc(ofCodes, func(a, b agreement.CodeAgreement) int { return at(a.Code) - at(b.Code) })
	for _, x := range ofCodes {
		i := at(x.Code)
		if i < 0 {
			continue
		}
		p.Kinds = p.Kinds || x.Coding.Defined()
		p.Codes = append(p.Codes, agreementCode{Path: tree[i].Path, Alpha: value(x.Binary), Kind: value(x.Coding), Units: x.Units, Coverage: covered(x.Coverage), Href: v.at("coded") + "?code=" + x.Code})
	}
	for _, d := range docs {
		one, err := agreement.NewContinuum([]agreement.Document{d}, unitsIn[d.Name])
		if err != nil {
			return err
		}
		rs, err := one.Coefficients([]agreement.Metric{agreement.UAlphaBinary})
		if err != nil {
			return err
		}
		p.Docs = append(p.Docs, agreementDoc{title[d.Name], v.at("document", d.Name), value(rs[0]), inWords(rs[0].Why)})
	}
	pairs, err := c.Pairs([]agreement.Metric{agreement.UAlphaBinary})
	if err != nil {
		return err
	}
	for _, x := range pairs {
		p.Pairs = append(p.Pairs, agreementPair{x.Coders[0], x.Coders[1], value(x.Coefficients[0]), inWords(x.Coefficients[0].Why)})
	}
	if v.may(study.Edit, "") {
		p.Settle = v.at("agreement")
	}
	items, err := store.All[coding.Ruling](v.Ctx, v.store(), v.Study, v.own())
	if err != nil {
		return err
	}
	rulings := map[thread.ID]coding.Ruling{}
	for _, it := range items {
		rulings[it.Object.Ref()] = it.Object
	}
	// What one coder coded and another who read the document did not, with the same code, on any of that text.
	for _, d := range docs {
		for _, x := range byDoc[thread.ID(d.Name)] {
			for _, other := range d.Coders {
				if other == x.Coder || slices.ContainsFunc(byDoc[thread.ID(d.Name)], func(y coding.Placed) bool {
					return y.Coder == other && y.Code == x.Code && y.Start < x.End && x.Start < y.End
				}) {
					continue
				}
				ruled, settled := rulings[coding.RulingID(x.Segment, x.Code)]
				if settled {
					p.Settled++
				}
				if settled != (v.R.URL.Query().Get("show") == "settled") {
					continue
				}
				if len(p.Disagree) >= mostDisagreements {
					p.More++
					continue
				}
				it := segs[x.Segment]
				shown, err := v.passage(it.Object, it.Node)
				if err != nil {
					return err
				}
				i := slices.IndexFunc(tree, func(t treeCode) bool { return t.ID == x.Code })
				if i < 0 {
					continue
				}
				g := disagreement{Code: tree[i].Path, By: x.Coder, Not: other, Href: v.placeAt(it.Object)}
				if v.may(study.Edit, it.Object.Case) {
					g.Segment, g.CodeID = string(x.Segment), string(x.Code)
				}
				if settled {
					g.Ruling = map[bool]string{true: "The code holds", false: "The code does not hold"}[ruled.Holds] + ", says " + ruled.By
					if ruled.Why != "" && shown.Sealed == nil {
						g.Ruling += ": " + ruled.Why
					}
				}
				if shown.Sealed == nil {
					g.Quote, g.Lang, g.Dir = excerpt(shown.Quote, 160), shown.Lang, direction(shown.Lang)
				} else {
					g.Sealed = true
				}
				p.Disagree = append(p.Disagree, g)
			}
		}
	}
	return v.render("Agreement", p)
}

// settleDifference keeps a ruling on a difference between coders, or takes one back.
func settleDifference(v *visit) error {
	r := coding.Ruling{Segment: thread.ID(v.R.PostForm.Get("segment")), Code: thread.ID(v.R.PostForm.Get("code")), By: v.Member.Handle, Why: strings.TrimSpace(clean(v.R.PostForm.Get("why"))), At: v.s.clock().UTC().Format("2006-01-02")}
	do := v.R.PostForm.Get("do")
	r.Holds = do == "holds"
	err := v.write(func(tx *store.Tx) error {
		seg, err := store.Get[coding.Segment](v.Ctx, tx, v.Study, r.Segment)
		if err != nil {
			return err
		}
		if r.Case = seg.Object.Case; !v.may(study.Edit, r.Case) {
			return fault.New(fault.Forbidden, "This case is not yours to settle.")
		}
		src, err := store.Get[document.Document](v.Ctx, tx, v.Study, seg.Object.Anchor.Document)
		if err != nil {
			return err
		}
		if src.Object.Interview != "" {
			it, err := store.Get[fieldwork.Interview](v.Ctx, tx, v.Study, src.Object.Interview)
			if err != nil {
				return err
			}
			if no := barred(it.Object.Consent, true); no != "" {
				return fault.New(fault.Forbidden, "%s", no)
			}
		}
		switch do {
		case "holds", "fails":
			return tx.Put(v.Study, r, store.Any)
		case "open":
			if err := tx.Drop(v.Study, r.Ref(), store.Any); fault.Of(err) != fault.NotFound {
				return err
			}
			return nil
		}
		return fault.New(fault.Invalid, "Say whether the code holds.")
	})
	if err != nil {
		return err
	}
	return v.to(v.at("agreement") + "#differ")
}

func value(c agreement.Coefficient) string {
	if !c.Defined() {
		return "not defined"
	}
	return strings.Replace(fmt.Sprintf("%.3f", c.Value), "-0.000", "0.000", 1)
}

// unitsOf makes units of codings: what one coder coded with one code and overlaps or touches is one unit.
func unitsOf(all []coding.Placed, length int) []agreement.Unit {
	type key struct {
		coder string
		code  thread.ID
	}
	by := map[key][]coding.Placed{}
	for _, x := range all {
		if x.End <= length {
			by[key{x.Coder, x.Code}] = append(by[key{x.Coder, x.Code}], x)
		}
	}
	var out []agreement.Unit
	for _, k := range slices.SortedFunc(maps.Keys(by), func(a, b key) int { return cmp.Or(cmp.Compare(a.coder, b.coder), cmp.Compare(a.code, b.code)) }) {
		ps := by[k]
		slices.SortFunc(ps, func(a, b coding.Placed) int { return cmp.Or(a.Start-b.Start, a.End-b.End) })
		begun := len(out)
		for _, x := range ps {
			if n := len(out); n > begun && x.Start <= out[n-1].End {
				out[n-1].End = max(out[n-1].End, x.End)
				continue
			}
			out = append(out, agreement.Unit{Document: string(x.Document), Coder: k.coder, Code: string(k.code), Start: x.Start, End: x.End})
		}
	}
	return out
}

// covered is a share in words; it is not defined where codes overlap.
func covered(x float64) string {
	if x != x {
		return "not defined"
	}
	return fmt.Sprintf("%.0f %%", 100*x)
}
