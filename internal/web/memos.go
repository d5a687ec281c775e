package web

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"throughline/internal/coding"
	"throughline/internal/document"
	"throughline/internal/fault"
	"throughline/internal/store"
	"throughline/internal/study"
	"throughline/internal/thread"
)

// memosPage gathers what was written beside things, the latest first.
type memosPage struct {
	Lines []gatheredMemo
	Found int
	Pages leaves
	On    string // filters
	By    string
	Text  string
	Kinds []option
	Bys   []option
	Files []link
}

// gatheredMemo is a memo with what it is on.
type gatheredMemo struct {
	Kind string // of what it is on, in words
	On   string // its label
	Href string
	Text string
	By   string
	At   string
	Case link

	passage  *coding.Segment
	document thread.ID
	caseID   thread.ID
}

func (memosPage) template() string { return "memos" }

func (s *Server) memos() section {
	return section{
		Routes: []Route{
			{Pattern: "POST /s/{study}/thread/{id}/memo", Policy: On(study.CodeText, coding.Memorable...), Handle: writeMemo},
			{Pattern: "POST /s/{study}/thread/{id}/undo", Policy: On(study.CodeText, coding.Memorable...), Handle: undoMemo},
			{Pattern: "POST /s/{study}/thread/{id}/redo", Policy: On(study.CodeText, coding.Memorable...), Handle: undoMemo},
			{Pattern: "GET /s/{study}/memos", Policy: Of(study.ReadRaw), Handle: showMemos},
			{Pattern: "GET /s/{study}/memos/file/{name}", Policy: Of(study.ReadRaw), Handle: memosFile},
		},
		Pages: []page{memosPage{}},
	}
}

// memosOn gives the memos on a thing that the member may see: while coding is blind, of passages and documents their own.
func (v *visit) memosOn(n thread.Node) ([]memoLine, error) {
	if !v.may(seeing(thread.Memo), n.Case) || !v.sees(n) {
		return nil, nil
	}
	blind, err := v.blind()
	if err != nil {
		return nil, err
	}
	items, err := store.All[coding.Memo](v.Ctx, v.store(), v.Study, store.Filter{Owner: n.ID})
	if err != nil {
		return nil, err
	}
	var out []memoLine
	for _, it := range items {
		m := it.Object
		if blind && m.By != v.Member.Handle && (n.Kind == thread.Segment || n.Kind == thread.Document) {
			continue
		}
		code, err := v.summed(m)
		if err != nil {
			return nil, err
		}
		out = append(out, memoLine{string(m.ID), m.Text, m.By, m.At, m.By == v.Member.Handle, code})
	}
	return out, nil
}

// summed names the code whose passages a summary in the framework grid sums up; other memos have none.
func (v *visit) summed(m coding.Memo) (string, error) {
	if m.Code == "" {
		return "", nil
	}
	c, err := store.Get[coding.Code](v.Ctx, v.store(), v.Study, m.Code)
	if fault.Of(err) == fault.NotFound {
		return m.Code.Rest(), nil
	}
	return c.Object.Name, err
}

// closedToMemos tells why nothing may be written beside a thing any more: consent to it was withdrawn.
func (v *visit) closedToMemos(o thread.Object) error {
	doc := thread.ID("")
	switch x := o.(type) {
	case document.Document:
		doc = x.ID
	case coding.Segment:
		doc = x.Anchor.Document
	}
	if doc == "" {
		return nil
	}
	src, err := v.origin(doc)
	if err == nil && src.withdrawn {
		err = fault.New(fault.Forbidden, "The informant withdrew consent. Nothing may be written about this interview any more.")
	}
	return err
}

// writeMemo writes a memo on a thing, changes one's own, or takes it away when it is empty.
func writeMemo(v *visit) error {
	if err := v.closedToMemos(v.Object); err != nil {
		return err
	}
	text := strings.TrimSpace(clean(v.R.PostForm.Get("text")))
	m := coding.Memo{ID: thread.ID(v.R.PostForm.Get("memo")), On: v.Node.ID, Case: v.Node.Case, Text: text, By: v.Member.Handle, At: v.s.clock().UTC().Format("2006-01-02")}
	if m.ID == "" && text == "" {
		return v.to(v.at("thread", string(v.Node.ID)) + "#memos")
	}
	title := "new memo"
	switch {
	case m.Text == "":
		title = "removal of a memo"
	case m.ID != "":
		title = "change of a memo"
	}
	err := v.write(func(tx *store.Tx) error {
		return tx.Act(v.Study, memosOf(v.Node.ID), title, func() error { return v.keepMemo(tx, m) })
	})
	if err != nil {
		return err
	}
	return v.to(v.at("thread", string(v.Node.ID)) + "#memos")
}

// memosOf is the scope in which memos on a thing are undone: apart from what is done in a document, or to a code.
func memosOf(id thread.ID) thread.ID { return "memos of " + id }

// undoMemo takes back, or does again, what the member wrote last about a thing.
func undoMemo(v *visit) error {
	if err := v.closedToMemos(v.Object); err != nil {
		return err
	}
	if err := v.undo(memosOf(v.Node.ID), nil); err != nil {
		return err
	}
	return v.to(v.at("thread", string(v.Node.ID)) + "#memos")
}

// keepMemo writes a memo in a transaction. One without id is new; an empty one goes.
func (v *visit) keepMemo(tx *store.Tx, m coding.Memo) error {
	if m.ID == "" {
		sum := sha256.Sum256([]byte(string(m.On) + m.By + v.s.clock().UTC().String()))
		m.ID = thread.ID(thread.Memo.Prefix() + hex.EncodeToString(sum[:6]))
		return tx.Put(v.Study, m, 0)
	}
	was, err := store.Get[coding.Memo](v.Ctx, tx, v.Study, m.ID)
	if err != nil {
		return err
	}
	if was.Object.By != v.Member.Handle || was.Object.On != m.On {
		return fault.New(fault.Forbidden, "This memo is %s's.", was.Object.By)
	}
	if m.Text == "" {
		return tx.Drop(v.Study, m.ID, store.Any)
	}
	m.Code = was.Object.Code
	return tx.Put(v.Study, m, store.Any)
}

// gathered collects the memos, and what coders wrote with their codings, that the member may see and that the address asks
// for.
func (v *visit) gathered() (out []gatheredMemo, kinds, bys []option, err error) {
	blind, err := v.blind()
	if err != nil {
		return
	}
	names, err := v.caseNames()
	if err != nil {
		return
	}
	items, err := store.All[coding.Memo](v.Ctx, v.store(), v.Study, v.own())
	if err != nil {
		return
	}
	q := v.R.URL.Query()
	seenKind, seenBy := map[string]bool{}, map[string]bool{}
	add := func(m gatheredMemo) {
		if !seenKind[m.Kind] {
			seenKind[m.Kind] = true
			kinds = append(kinds, option{m.Kind, m.Kind})
		}
		if !seenBy[m.By] {
			seenBy[m.By] = true
			bys = append(bys, option{m.By, m.By})
		}
		if q.Get("on") != "" && q.Get("on") != m.Kind || q.Get("by") != "" && q.Get("by") != m.By || !contains(strings.TrimSpace(q.Get("text")), m.Text, m.On) {
			return
		}
		m.Case = v.caseLink(names, m.caseID)
		out = append(out, m)
	}
	for _, it := range items {
		m := it.Object
		thing, err := store.Find(v.Ctx, v.store(), v.Study, m.On)
		o, n := thing.Object, thing.Node
		if fault.Of(err) == fault.NotFound {
			continue
		}
		if err != nil {
			return nil, nil, nil, err
		}
		if !v.sees(n) || !v.reads(it.Node) || blind && m.By != v.Member.Handle && (n.Kind == thread.Segment || n.Kind == thread.Document) || v.closedToMemos(o) != nil {
			continue
		}
		g := gatheredMemo{Kind: m.On.Kind().Word(), On: n.Label, Href: v.at("thread", string(m.On)) + "#memos", Text: m.Text, By: m.By, At: m.At, caseID: m.Case}
		code, err := v.summed(m)
		if err != nil {
			return nil, nil, nil, err
		}
		if code != "" {
			g.On += " · " + code
		}
		switch x := o.(type) {
		case coding.Segment:
			g.On, g.passage, g.document = excerpt(x.Anchor.Quote, 80), &x, x.Anchor.Document
		case document.Document:
			g.document = x.ID
		}
		add(g)
	}
	commented := v.own()
	commented.Holds = `"memo":"` // as its body says it; within a text the marks would be escaped
	codings, err := store.All[coding.Coding](v.Ctx, v.store(), v.Study, commented)
	if err != nil {
		return
	}
	var on []thread.ID
	for _, it := range codings {
		on = append(on, it.Object.Segment)
	}
	segs, err := store.Several[coding.Segment](v.Ctx, v.store(), v.Study, on)
	if err != nil {
		return
	}
	byID := map[thread.ID]store.Item[coding.Segment]{}
	for _, it := range segs {
		byID[it.Object.ID] = it
	}
	for _, it := range codings {
		k := it.Object
		s, ok := byID[k.Segment]
		if k.Memo == "" || !ok || !v.sees(s.Node) || !v.reads(s.Node) || blind && k.Coder != v.Member.Handle || v.closedToMemos(s.Object) != nil {
			continue
		}
		x := s.Object
		add(gatheredMemo{Kind: "coding", On: excerpt(x.Anchor.Quote, 80), Href: v.at("thread", string(x.ID)), Text: k.Memo, By: k.Coder, caseID: k.Case, passage: &x, document: x.Anchor.Document})
	}
	sortOptions(kinds)
	sortOptions(bys)
	slices.SortStableFunc(out, func(a, b gatheredMemo) int { return cmp.Compare(b.At, a.At) })
	return out, append([]option{{"", "anything"}}, kinds...), append([]option{{"", "anybody"}}, bys...), nil
}

func showMemos(v *visit) error {
	v.crumb("Documents", v.at("documents"))
	all, kinds, bys, err := v.gathered()
	if err != nil {
		return err
	}
	q := v.R.URL.Query()
	p := memosPage{Found: len(all), On: q.Get("on"), By: q.Get("by"), Text: strings.TrimSpace(q.Get("text")), Kinds: kinds, Bys: bys, Files: v.files("memos")}
	var from, to int
	from, to, p.Pages = v.cut(p.Found, passagesPerPage)
	p.Lines = all[from:to]
	return v.render("Memos", p)
}

func memosFile(v *visit) error {
	all, _, _, err := v.gathered()
	if err != nil {
		return err
	}
	table := [][]string{{"on", "what", "case", "passage", "memo", "by", "date"}}
	leave := map[thread.ID]bool{}
	for _, m := range all {
		row := []string{m.Kind, m.On, m.Case.Text, "", m.Text, m.By, m.At}
		if m.document != "" {
			src, err := v.origin(m.document)
			if err != nil {
				return err
			}
			ok, err := v.mayLeave(src.item.Object, leave)
			if err != nil {
				return err
			}
			switch {
			case !ok:
				row[1], row[4] = "(kept inside: there is no consent to quote it)", "(kept inside: it may quote)"
			case m.passage != nil:
				row[3] = m.passage.Anchor.Quote
			}
		}
		table = append(table, row)
	}
	return v.give(download{"memos", "Memos", table, nil})
}
