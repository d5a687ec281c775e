package store

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"throughline/internal/coding"
	"throughline/internal/document"
	"throughline/internal/fieldwork"
	"throughline/internal/search"
	"throughline/internal/thread"
)

// PartHit is what was written about a part of a picture, a page or a recording, and has the words of a query. It is never a
// quote.
type PartHit struct {
	Segment Item[coding.Segment]
	Text    string // the description of the part, or a memo
	By      string // who wrote the memo; empty: it is the description
	Spans   []search.Span
}

// SearchParts finds descriptions of parts, and memos on them and on their codings, each by itself as a paragraph is. They are
// few beside the texts, so they are read and not indexed. Parts of interviews whose informants withdrew are not found.
func (s *Store) SearchParts(ctx context.Context, study string, asked search.Asked, scope Scope) ([]PartHit, error) {
	segs, err := All[coding.Segment](ctx, s, study, Filter{Cases: scope.Cases, Part: true})
	if err != nil {
		return nil, err
	}
	var coded map[thread.ID]bool // with the codes asked for
	if len(asked.Code) > 0 {
		coded = map[thread.ID]bool{}
		with, err := s.codedWith(ctx, study, asked.Code)
		if err != nil {
			return nil, err
		}
		for _, it := range with {
			coded[it.Object.ID] = true
		}
	}
	parts := map[thread.ID]Item[coding.Segment]{}
	fits := map[thread.ID]bool{} // documents
	for _, it := range segs {
		x := it.Object
		if x.Anchor.Area.None() || coded != nil && !coded[x.ID] {
			continue
		}
		doc := x.Anchor.Document
		if _, known := fits[doc]; !known {
			if fits[doc], err = s.fits(ctx, study, doc, asked, scope); err != nil {
				return nil, err
			}
		}
		if fits[doc] {
			parts[x.ID] = it
		}
	}
	if len(parts) == 0 {
		return nil, nil
	}
	var out []PartHit
	look := func(seg thread.ID, text, by string) {
		if found, spans := asked.Query.Find(text); found && text != "" {
			out = append(out, PartHit{parts[seg], text, by, merged(spans)})
		}
	}
	for id, it := range parts {
		look(id, it.Object.Anchor.Quote, "")
	}
	codings, err := Owned[coding.Coding](ctx, s, study, slices.Collect(maps.Keys(parts)))
	if err != nil {
		return nil, err
	}
	for _, it := range codings {
		if k := it.Object; parts[k.Segment].Version > 0 {
			look(k.Segment, k.Memo, k.Coder)
		}
	}
	memos, err := All[coding.Memo](ctx, s, study, Filter{Cases: scope.Cases, Holds: thread.Segment.Prefix()})
	if err != nil {
		return nil, err
	}
	for _, it := range memos {
		if m := it.Object; parts[m.On].Version > 0 {
			look(m.On, m.Text, m.By)
		}
	}
	slices.SortStableFunc(out, func(a, b PartHit) int {
		x, y := a.Segment.Object.Anchor, b.Segment.Object.Anchor
		return cmp.Or(cmp.Compare(x.Document, y.Document), x.Area.Page-y.Area.Page, x.Area.From-y.Area.From, x.Area.Y-y.Area.Y, x.Area.X-y.Area.X,
			cmp.Compare(a.Segment.Object.ID, b.Segment.Object.ID), cmp.Compare(a.By, b.By), cmp.Compare(a.Text, b.Text))
	})
	return out, nil
}

// fits tells whether a document is among those that the filters of a query and the scope leave.
func (s *Store) fits(ctx context.Context, study string, id thread.ID, asked search.Asked, scope Scope) (bool, error) {
	it, err := Get[document.Document](ctx, s, study, id)
	if err != nil {
		return false, err
	}
	d := it.Object
	is := func(values []string, prefix, v string) bool {
		return len(values) == 0 || slices.ContainsFunc(values, func(x string) bool { return x == v || !strings.HasPrefix(x, prefix) && prefix+x == v })
	}
	if !is(asked.Case, thread.Case.Prefix(), string(d.Case)) || !is(asked.Source, thread.Document.Prefix(), string(d.ID)) || !is(asked.Lang, "", d.Language) || !is(asked.Kind, "", d.Kind) {
		return false, nil
	}
	if scope.Documents != nil && !slices.Contains(scope.Documents, d.ID) {
		return false, nil
	}
	if d.Interview == "" {
		return true, nil
	}
	in, err := Get[fieldwork.Interview](ctx, s, study, d.Interview)
	return err == nil && in.Object.Consent.Withdrawn == "", err
}
