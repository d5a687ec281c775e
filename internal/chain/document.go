package chain

import (
	"cmp"
	"context"
	"slices"

	"throughline/internal/coding"
	"throughline/internal/document"
	"throughline/internal/fault"
	"throughline/internal/store"
	"throughline/internal/thread"
)

// Retold tells what became of the passages of a document that was given another text.
type Retold struct {
	Version int
	Same    int      // at their words
	Changed []Change // their words were corrected
	Orphans []Change // not found
}

// Change is a passage whose words are not what they were.
type Change struct {
	Segment thread.ID
	Was     string
	Now     string // for an orphan: the passage of the new text that is most like it; empty: none is
}

// Retell gives a document another text as its next version, from the version that the caller has seen, and finds its
// passages again in it. Orphans stay as they were and are told.
func Retell(ctx context.Context, tx *store.Tx, study string, doc thread.ID, from int, body string, change func(*document.Document)) (Retold, error) {
	var out Retold
	it, err := store.Get[document.Document](ctx, tx, study, doc)
	if err != nil {
		return out, err
	}
	d := it.Object
	if d.Version != from {
		return out, fault.New(fault.Conflict, "Somebody else gave this document another text in the meantime. Open it again; what you typed is below.")
	}
	old, err := store.Text(ctx, tx, study, doc, d.Version)
	if err != nil {
		return out, err
	}
	segs, err := store.All[coding.Segment](ctx, tx, study, store.Filter{Owner: doc})
	if err != nil {
		return out, err
	}
	now := document.Text{Document: doc, Version: d.Version + 1, Body: body}
	d.Version, d.SHA256 = now.Version, document.Sum(body)
	d.SetMarks(document.Remark(old, now, d.Marks()))
	if change != nil {
		change(&d)
	}
	if err := tx.Put(study, d, store.Any); err != nil {
		return out, err
	}
	if err := tx.PutText(study, now); err != nil {
		return out, err
	}
	out.Version = now.Version
	slices.SortFunc(segs, func(a, b store.Item[coding.Segment]) int {
		return cmp.Or(a.Object.Anchor.Start-b.Object.Anchor.Start, cmp.Compare(a.Object.ID, b.Object.ID))
	})
	anchors := make([]document.Anchor, len(segs))
	for i, s := range segs {
		anchors[i] = s.Object.Anchor
	}
	for i, m := range document.Reanchor(old, now, anchors) {
		s := segs[i].Object
		if s.Anchor.Version != old.Version && m.How != "words" { // an orphan of an earlier version: its place means nothing here
			m.Orphan = true
		}
		switch {
		case m.Orphan:
			out.Orphans = append(out.Orphans, Change{s.ID, s.Anchor.Quote, m.Nearest})
			continue
		case m.Changed:
			out.Changed = append(out.Changed, Change{s.ID, s.Anchor.Quote, m.Anchor.Quote})
		default:
			out.Same++
		}
		s.Anchor = m.Anchor
		if err := tx.Put(study, s, store.Any); err != nil {
			return out, err
		}
	}
	return out, nil
}
