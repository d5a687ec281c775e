package web

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"throughline/exchange/docx"
	"throughline/internal/coding"
	"throughline/internal/fault"
	"throughline/internal/store"
	"throughline/internal/study"
	"throughline/internal/thread"
)

// frameworkPage is the framework grid (J. Ritchie and L. Spencer, 1994): cases by codes, in each cell what the passages come to, in
// words of the researchers, and the way to the passages.
type frameworkPage struct {
	Codes   []treeCode // all, to choose from
	Chosen  map[thread.ID]bool
	Columns []treeCode
	Rows    []frameworkRow
	Files   []link
	Cut     int // codes that were left out
	Acts    acts
}

type frameworkRow struct {
	Case  link
	Cells []frameworkCell
}

type frameworkCell struct {
	N       int // passages
	Text    []memoLine
	Coded   string // address of the passages
	Write   string // address of the summary; empty: may not
	Written string // "Write" or "Change"
}

func (frameworkPage) template() string { return "framework" }

// summaryPage is where a cell of the grid is written, with its passages beside it.
type summaryPage struct {
	Case     string
	Code     string
	Back     string
	Text     string
	Memo     string
	Others   []memoLine
	Passages []passage
	More     int
	Coded    string
}

func (summaryPage) template() string { return "summary" }

func (s *Server) framework() section {
	return section{
		Routes: []Route{
			{Pattern: "GET /s/{study}/framework", Policy: Of(study.ReadRaw), Handle: showFramework},
			{Pattern: "GET /s/{study}/framework/file/{name}", Policy: Of(study.ReadRaw), Handle: frameworkFile},
			{Pattern: "POST /s/{study}/framework/undo", Policy: Of(study.CodeText), Handle: undoSummary},
			{Pattern: "POST /s/{study}/framework/redo", Policy: Of(study.CodeText), Handle: undoSummary},
			{Pattern: "GET /s/{study}/case/{id}/summary", Policy: On(study.CodeText, thread.Case), Handle: writeSummary},
			{Pattern: "POST /s/{study}/case/{id}/summary", Policy: On(study.CodeText, thread.Case), Handle: writeSummary},
		},
		Pages: []page{frameworkPage{}, summaryPage{}},
	}
}

// mostGridCodes is how many codes the grid has room for.
const mostGridCodes = 8

// grid builds the framework grid that the address asks for; without codes in it, of the codes at the root.
func (v *visit) grid() (p frameworkPage, err error) {
	codes, tree, err := v.codes()
	if err != nil {
		return p, err
	}
	p.Codes, p.Chosen = tree, map[thread.ID]bool{}
	for _, c := range v.R.URL.Query()["code"] {
		p.Chosen[thread.ID(c)] = true
	}
	for _, t := range tree {
		if !p.Chosen[t.ID] && (len(v.R.URL.Query()["code"]) > 0 || t.Depth > 0) {
			continue
		}
		if len(p.Columns) == mostGridCodes {
			p.Cut++
			continue
		}
		p.Columns = append(p.Columns, t)
		p.Chosen[t.ID] = true
	}
	all, err := v.filed()
	if err != nil {
		return p, err
	}
	blind, err := v.blind()
	if err != nil {
		return p, err
	}
	names, err := v.caseNames()
	if err != nil {
		return p, err
	}
	ids := make([]string, 0, len(names))
	for id := range names {
		if v.may(study.ReadRaw, id) {
			ids = append(ids, string(id))
		}
	}
	slices.SortFunc(ids, func(a, b string) int { return strings.Compare(names[thread.ID(a)], names[thread.ID(b)]) })
	counts := coding.Cross(all, codes, ids, func(p coding.Placed) []string { return []string{string(p.Case)} })
	memos, err := store.All[coding.Memo](v.Ctx, v.store(), v.Study, v.own())
	if err != nil {
		return p, err
	}
	written := map[[2]thread.ID][]memoLine{}
	for _, it := range memos {
		m := it.Object
		if m.Code != "" && (!blind || m.By == v.Member.Handle) {
			k := [2]thread.ID{m.On, m.Code}
			written[k] = append(written[k], memoLine{string(m.ID), m.Text, m.By, m.At, m.By == v.Member.Handle, ""})
		}
	}
	for col, id := range ids {
		c := thread.ID(id)
		row := frameworkRow{Case: link{names[c], v.page(c)}}
		for _, t := range p.Columns {
			cell := frameworkCell{Text: written[[2]thread.ID{c, t.ID}], Coded: v.at("coded") + "?" + url.Values{"code": {string(t.ID)}, "case": {id}}.Encode()}
			if i := slices.Index(counts.Rows, t.ID); i >= 0 {
				cell.N = counts.Cells[i][col]
			}
			if v.may(study.CodeText, c) {
				cell.Write, cell.Written = v.at("case", id, "summary")+"?code="+url.QueryEscape(string(t.ID)), "Write"
				if slices.ContainsFunc(cell.Text, func(m memoLine) bool { return m.Mine }) {
					cell.Written = "Change"
				}
			}
			row.Cells = append(row.Cells, cell)
		}
		p.Rows = append(p.Rows, row)
	}
	return p, nil
}

func showFramework(v *visit) error {
	v.crumb("Coded passages", v.at("coded"))
	p, err := v.grid()
	if err != nil {
		return err
	}
	if v.may(study.CodeText, "") {
		if p.Acts, err = v.acts("framework", "framework"); err != nil {
			return err
		}
	}
	p.Files = v.files("framework")
	return v.render("Framework grid", p)
}

func frameworkFile(v *visit) error {
	p, err := v.grid()
	if err != nil {
		return err
	}
	head := []string{"case"}
	for _, c := range p.Columns {
		head = append(head, c.Path, c.Path+": passages")
	}
	table := [][]string{head}
	var blocks []docx.Block
	for _, r := range p.Rows {
		row := []string{r.Case.Text}
		blocks = append(blocks, docx.Block{Kind: docx.Heading, Level: 2, Text: r.Case.Text})
		for i, c := range r.Cells {
			var said []string
			for _, m := range c.Text {
				said = append(said, m.Text+" ("+m.By+")")
			}
			row = append(row, strings.Join(said, "\n\n"), strconv.Itoa(c.N))
			if len(said) > 0 {
				blocks = append(blocks, docx.Block{Kind: docx.Heading, Level: 3, Text: p.Columns[i].Path})
				for _, s := range said {
					blocks = append(blocks, docx.Block{Kind: docx.Paragraph, Text: s})
				}
			}
		}
		table = append(table, row)
	}
	return v.give(download{"framework", "Framework grid", table, blocks})
}

// writeSummary writes what the passages of a case with a code come to.
func writeSummary(v *visit) error {
	c := v.Node.ID
	code := thread.ID(v.R.FormValue("code"))
	back := v.at("framework")
	v.crumb("Framework grid", back)
	codes, tree, err := v.codes()
	if err != nil {
		return err
	}
	i := slices.IndexFunc(tree, func(t treeCode) bool { return t.ID == code })
	if i < 0 {
		return fault.New(fault.NotFound, "There is no such code in the codebook.")
	}
	p := summaryPage{Case: v.Node.Label, Code: tree[i].Path, Back: back, Coded: v.at("coded") + "?" + url.Values{"code": {string(code)}, "case": {string(c)}}.Encode()}
	blind, err := v.blind()
	if err != nil {
		return err
	}
	memos, err := store.All[coding.Memo](v.Ctx, v.store(), v.Study, store.Filter{Owner: c})
	if err != nil {
		return err
	}
	for _, it := range memos {
		m := it.Object
		switch {
		case m.Code != code:
		case m.By == v.Member.Handle:
			p.Memo, p.Text = string(m.ID), m.Text
		case !blind:
			p.Others = append(p.Others, memoLine{string(m.ID), m.Text, m.By, m.At, false, ""})
		}
	}
	if v.R.Method == "POST" {
		text := strings.TrimSpace(clean(v.R.PostForm.Get("text")))
		m := coding.Memo{ID: thread.ID(p.Memo), On: c, Case: c, Code: code, Text: text, By: v.Member.Handle, At: v.s.clock().UTC().Format("2006-01-02")}
		if m.ID == "" && text == "" {
			return v.to(back)
		}
		title := "summary of " + p.Case + ", " + p.Code
		err := v.write(func(tx *store.Tx) error {
			return tx.Act(v.Study, "framework", title, func() error { return v.keepMemo(tx, m) })
		})
		if err != nil {
			return err
		}
		return v.to(back)
	}
	ask := coding.Ask{Code: code, Case: c}
	all, segs, err := v.placedFor(ask, codes)
	if err != nil {
		return err
	}
	for _, ps := range ask.Answer(all, codes) {
		if len(p.Passages) == 30 {
			p.More++
			continue
		}
		it := segs[ps[0].Segment]
		shown, err := v.passage(it.Object, it.Node)
		if err != nil {
			return err
		}
		shown.Key = nil
		p.Passages = append(p.Passages, shown)
	}
	return v.render("Summary", p)
}

// undoSummary takes back, or does again, what the member wrote last in the grid.
func undoSummary(v *visit) error {
	err := v.undo("framework", func(o thread.Object) bool { return v.may(study.CodeText, o.Place().Case) })
	if err != nil {
		return err
	}
	return v.to(v.at("framework"))
}
