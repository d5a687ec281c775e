package web

import (
	"throughline/internal/fault"
	"throughline/internal/store"
	"throughline/internal/study"
	"throughline/internal/synthesis"
	"throughline/internal/thread"
)

// findingsPage lists what the comparison shows.
type findingsPage struct {
	Items []findingLine
	New   string
}

type findingLine struct {
	Title   string
	Text    string
	Href    string
	State   string
	For     caseList
	Against caseList
}

func (findingsPage) template() string { return "findings" }

// findingPage shows one finding with its evidence.
type findingPage struct {
	Title        string
	Text         string
	CasesFor     caseList
	CasesAgainst caseList
	Standing     standing
	For          supports
	Against      supports
}

func (findingPage) template() string { return "finding" }

func (s *Server) findings() section {
	return section{
		Routes: []Route{
			{Pattern: "GET /s/{study}/findings", Policy: Of(study.Browse), Nav: "Findings", Handle: showFindings},
			{Pattern: "GET /s/{study}/findings/new", Policy: Of(study.Edit), Handle: newFinding},
			{Pattern: "POST /s/{study}/findings/new", Policy: Of(study.Edit), Handle: newFinding},
			{Pattern: "GET /s/{study}/finding/{id}", Policy: On(study.Browse, thread.Finding), Handle: showFinding},
			{Pattern: "GET /s/{study}/finding/{id}/edit", Policy: On(study.Edit, thread.Finding), Handle: editFinding},
			{Pattern: "POST /s/{study}/finding/{id}/edit", Policy: On(study.Edit, thread.Finding), Handle: editFinding},
		},
		Pages: []page{findingsPage{}, findingPage{}},
	}
}

func showFindings(v *visit) error {
	items, err := store.All[synthesis.Finding](v.Ctx, v.store(), v.Study, v.own())
	if err != nil {
		return err
	}
	names, err := v.caseNames()
	if err != nil {
		return err
	}
	p := findingsPage{}
	if v.may(study.Edit, "") {
		p.New = v.at("findings", "new")
	}
	for _, it := range items {
		f := it.Object
		p.Items = append(p.Items, findingLine{f.Title, f.Text, v.page(f.ID), it.Node.State(), v.caseList(f.CasesFor, names, ""), v.caseList(f.CasesAgainst, names, "")})
	}
	return v.render("Findings", p)
}

func showFinding(v *visit) error {
	f := v.Object.(synthesis.Finding)
	names, err := v.caseNames()
	if err != nil {
		return err
	}
	v.crumb("Findings", v.at("findings"))
	p := findingPage{Title: f.Title, Text: f.Text, CasesFor: v.caseList(f.CasesFor, names, ""), CasesAgainst: v.caseList(f.CasesAgainst, names, "")}
	if p.Standing, err = v.standing(v.Node, study.Edit); err != nil {
		return err
	}
	if p.For, err = v.evidence(f.Supports, names); err != nil {
		return err
	}
	if p.Against, err = v.evidence(f.Contradicts, names); err != nil {
		return err
	}
	return v.render(f.Title, p)
}

func editFinding(v *visit) error {
	f := v.Object.(synthesis.Finding)
	v.crumb("Findings", v.at("findings"))
	v.crumb(f.Title, v.page(f.ID))
	return v.findingForm(editing[synthesis.Finding]{Heading: "Edit the finding"})
}

func newFinding(v *visit) error {
	v.crumb("Findings", v.at("findings"))
	return v.findingForm(editing[synthesis.Finding]{Heading: "New finding", New: true})
}

func (v *visit) findingForm(e editing[synthesis.Finding]) error {
	names, err := v.caseNames()
	if err != nil {
		return err
	}
	on := func(list func(*visit, thread.ID, caseNames) ([]option, error), to *[]option) {
		if err != nil {
			return
		}
		var more []option
		more, err = list(v, v.Node.ID, names)
		*to = append(*to, more...)
	}
	var offer []option
	on(choices[synthesis.Analysis], &offer)
	on(choices[synthesis.Takeaway], &offer)
	on(choices[synthesis.Finding], &offer)
	on(choices[synthesis.Score], &offer)
	if err != nil {
		return err
	}
	const more = "Passages and whatever else is not in the list, by id, one on each line."
	e.Intro = "What an analysis or a comparison of cases shows, with the cases and the evidence for it and against it."
	e.Form = func(f synthesis.Finding) form {
		out := form{Submit: "Save the finding", Cancel: v.at("findings")}
		if e.New {
			out.Fields = append(out.Fields, idField(thread.Finding, "title"))
		} else {
			out.Cancel = v.page(f.ID)
		}
		out.Fields = append(out.Fields,
			field{Name: "title", Label: "Title", Value: f.Title, Required: true},
			field{Name: "text", Label: "What it shows", Kind: areaField, Value: f.Text, Required: true},
			field{Name: "cases_for", Label: "Cases for it", Kind: checksField, Values: idText(f.CasesFor), Options: names.options(f.CasesFor...)},
			field{Name: "cases_against", Label: "Cases against it", Kind: checksField, Values: idText(f.CasesAgainst), Options: names.options(f.CasesAgainst...)},
			evidenceField("supports", "Evidence for it", "", f.Supports, offer),
			field{Name: "supports_more", Label: "More evidence for it", Help: more, Kind: idsField},
			evidenceField("contradicts", "Evidence against it", "It travels with the finding.", f.Contradicts, offer),
			field{Name: "contradicts_more", Label: "More evidence against it", Help: more, Kind: idsField})
		return out
	}
	e.Read = func(f form, o synthesis.Finding, ps *fault.Problems) synthesis.Finding {
		if e.New {
			o.ID = madeID(thread.Finding, f.text("id"), f.text("title"))
		}
		o.Title, o.Text, o.CasesFor, o.CasesAgainst = f.text("title"), f.text("text"), f.ids("cases_for"), f.ids("cases_against")
		o.Supports = append(f.ids("supports"), without(f.ids("supports_more"), f.ids("supports"))...)
		o.Contradicts = append(f.ids("contradicts"), without(f.ids("contradicts_more"), f.ids("contradicts"))...)
		return o
	}
	e.Check = func(tx *store.Tx, f synthesis.Finding) error { return v.casesExist(tx, f.CasesFor, f.CasesAgainst) }
	e.Done = func(f synthesis.Finding) string { return v.page(f.ID) }
	return edit(v, e)
}

// casesExist refuses cases that the study does not have: they are named by statements without being linked to.
func (v *visit) casesExist(tx *store.Tx, sides ...[]thread.ID) error {
	var ps fault.Problems
	for i, ids := range sides {
		for _, id := range ids {
			it, err := store.Find(v.Ctx, tx, v.Study, id)
			if fault.Of(err) == fault.NotFound || err == nil && it.Node.Kind != thread.Case {
				ps.Add([]string{"cases_for", "cases_against"}[i], "names %s, which is no case of this study", id)
			} else if err != nil {
				return err
			}
		}
	}
	return ps.Err()
}
