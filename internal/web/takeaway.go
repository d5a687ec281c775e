package web

import (
	"throughline/internal/fault"
	"throughline/internal/store"
	"throughline/internal/study"
	"throughline/internal/synthesis"
	"throughline/internal/thread"
)

// takeawayPage shows one takeaway with the passages for it and against it.
type takeawayPage struct {
	Title     string
	Text      string
	Direction string
	Case      link // no address: not for this member
	Standing  standing
	For       supports
	Against   supports
}

func (takeawayPage) template() string { return "takeaway" }

func (s *Server) takeaways() section {
	return section{
		Routes: []Route{
			{Pattern: "GET /s/{study}/takeaway/{id}", Policy: On(study.Browse, thread.Takeaway), Handle: showTakeaway},
			{Pattern: "GET /s/{study}/takeaway/{id}/edit", Policy: On(study.EditCase, thread.Takeaway), Handle: editTakeaway},
			{Pattern: "POST /s/{study}/takeaway/{id}/edit", Policy: On(study.EditCase, thread.Takeaway), Handle: editTakeaway},
			{Pattern: "GET /s/{study}/case/{id}/takeaway/new", Policy: On(study.EditCase, thread.Case), Handle: newTakeaway},
			{Pattern: "POST /s/{study}/case/{id}/takeaway/new", Policy: On(study.EditCase, thread.Case), Handle: newTakeaway},
		},
		Pages: []page{takeawayPage{}},
	}
}

func showTakeaway(v *visit) error {
	t := v.Object.(synthesis.Takeaway)
	names, err := v.caseNames()
	if err != nil {
		return err
	}
	p := takeawayPage{Title: t.Title, Text: t.Text, Direction: t.Direction, Case: link{names[t.Case], v.page(t.Case)}}
	v.crumb(p.Case.Text, p.Case.Href)
	if p.Standing, err = v.standing(v.Node, study.EditCase); err != nil {
		return err
	}
	if p.For, err = v.evidence(t.Supports, nil); err != nil {
		return err
	}
	if p.Against, err = v.evidence(t.Contradicts, nil); err != nil {
		return err
	}
	return v.render(t.Title, p)
}

func editTakeaway(v *visit) error {
	t := v.Object.(synthesis.Takeaway)
	v.crumb("Case", v.page(t.Case))
	return v.takeawayForm(editing[synthesis.Takeaway]{Heading: "Edit the takeaway"}, t.Case)
}

func newTakeaway(v *visit) error {
	v.crumb(v.Node.Label, v.page(v.Node.ID))
	start := synthesis.Takeaway{Case: v.Node.ID}
	if seg := thread.ID(v.R.URL.Query().Get("segment")); seg.Kind() == thread.Segment { // straight from the text
		start.Supports = []thread.ID{seg}
	}
	return v.takeawayForm(editing[synthesis.Takeaway]{Heading: "New takeaway", New: true, Start: start}, v.Node.ID)
}

func (v *visit) takeawayForm(e editing[synthesis.Takeaway], c thread.ID) error {
	passages, err := v.passageChoices(c)
	if err != nil {
		return err
	}
	e.Intro = "A factor in this case that led to success or to failure, with the passages that say so and those that say otherwise."
	e.Form = func(t synthesis.Takeaway) form {
		f := form{Submit: "Save the takeaway", Cancel: v.page(c)}
		if e.New {
			f.Fields = append(f.Fields, idField(thread.Takeaway, "title"))
		}
		f.Fields = append(f.Fields,
			field{Name: "direction", Label: "It led to", Kind: selectField, Value: t.Direction, Options: options("success", "failure"), Required: true},
			field{Name: "title", Label: "Title", Value: t.Title, Required: true},
			field{Name: "text", Label: "What happened, and how it worked", Kind: areaField, Value: t.Text, Required: true},
			evidenceField("supports", "Passages for it", "Passages of this case that say so.", t.Supports, passages),
			evidenceField("contradicts", "Passages against it", "They travel with the takeaway.", t.Contradicts, passages))
		return f
	}
	e.Read = func(f form, t synthesis.Takeaway, ps *fault.Problems) synthesis.Takeaway {
		if e.New {
			t.ID = madeID(thread.Takeaway, f.text("id"), f.text("title"))
		}
		t.Direction, t.Title, t.Text, t.Supports, t.Contradicts = f.text("direction"), f.text("title"), f.text("text"), f.ids("supports"), f.ids("contradicts")
		return t
	}
	e.Check = func(tx *store.Tx, t synthesis.Takeaway) error {
		return sameCase(tx, v, c, map[string][]thread.ID{"supports": t.Supports, "contradicts": t.Contradicts})
	}
	e.Done = func(t synthesis.Takeaway) string { return v.page(t.ID) }
	return edit(v, e)
}
