package web

import (
	"slices"

	"throughline/internal/fault"
	"throughline/internal/store"
	"throughline/internal/study"
	"throughline/internal/synthesis"
	"throughline/internal/thread"
)

// recommendationsPage lists the recommendations by audience. One for several audiences stands with each.
type recommendationsPage struct {
	Groups []audienceGroup
	Total  int
	New    string
}

type audienceGroup struct {
	ID    string
	Name  string
	Items []recommendationLine
}

type recommendationLine struct {
	Action  string
	Href    string
	State   string
	Lessons string // "2 lessons"
}

func (recommendationsPage) template() string { return "recommendations" }

// recommendationPage shows one recommendation and the lessons that it rests on.
type recommendationPage struct {
	Action    string
	Detail    string
	Risks     string
	Audiences []string
	Standing  standing
	For       supports
	Against   supports
}

func (recommendationPage) template() string { return "recommendation" }

func (s *Server) recommendations() section {
	return section{
		Routes: []Route{
			{Pattern: "GET /s/{study}/recommendations", Policy: Of(study.Browse), Nav: "Recommendations", Handle: showRecommendations},
			{Pattern: "GET /s/{study}/recommendations/new", Policy: Of(study.Edit), Handle: newRecommendation},
			{Pattern: "POST /s/{study}/recommendations/new", Policy: Of(study.Edit), Handle: newRecommendation},
			{Pattern: "GET /s/{study}/recommendation/{id}", Policy: On(study.Browse, thread.Recommendation), Handle: showRecommendation},
			{Pattern: "GET /s/{study}/recommendation/{id}/edit", Policy: On(study.Edit, thread.Recommendation), Handle: editRecommendation},
			{Pattern: "POST /s/{study}/recommendation/{id}/edit", Policy: On(study.Edit, thread.Recommendation), Handle: editRecommendation},
		},
		Pages: []page{recommendationsPage{}, recommendationPage{}},
	}
}

func showRecommendations(v *visit) error {
	items, err := store.All[synthesis.Recommendation](v.Ctx, v.store(), v.Study, v.own())
	if err != nil {
		return err
	}
	p := recommendationsPage{Total: len(items)}
	if v.may(study.Edit, "") {
		p.New = v.at("recommendations", "new")
	}
	add := func(g *audienceGroup, it store.Item[synthesis.Recommendation]) {
		r := it.Object
		g.Items = append(g.Items, recommendationLine{r.Action, v.page(r.ID), it.Node.State(), plural(len(r.Supports), "lesson")})
	}
	placed := map[thread.ID]bool{}
	for _, a := range v.Frame.Audiences {
		g := audienceGroup{ID: a.ID, Name: a.Name}
		for _, it := range items {
			if slices.Contains(it.Object.Audiences, a.ID) {
				placed[it.Node.ID] = true
				add(&g, it)
			}
		}
		p.Groups = append(p.Groups, g)
	}
	other := audienceGroup{ID: "others", Name: "For others"}
	for _, it := range items {
		if !placed[it.Node.ID] {
			add(&other, it)
		}
	}
	if len(other.Items) > 0 {
		p.Groups = append(p.Groups, other)
	}
	return v.render("Recommendations", p)
}

func showRecommendation(v *visit) error {
	r := v.Object.(synthesis.Recommendation)
	names, err := v.caseNames()
	if err != nil {
		return err
	}
	v.crumb("Recommendations", v.at("recommendations"))
	p := recommendationPage{Action: r.Action, Detail: r.Detail, Risks: r.Risks, Audiences: v.audienceNames(r.Audiences)}
	if p.Standing, err = v.standing(v.Node, study.Edit); err != nil {
		return err
	}
	if p.For, err = v.evidence(r.Supports, names); err != nil {
		return err
	}
	if p.Against, err = v.evidence(r.Contradicts, names); err != nil {
		return err
	}
	return v.render(r.Action, p)
}

func editRecommendation(v *visit) error {
	r := v.Object.(synthesis.Recommendation)
	v.crumb("Recommendations", v.at("recommendations"))
	v.crumb(r.Action, v.page(r.ID))
	return v.recommendationForm(editing[synthesis.Recommendation]{Heading: "Edit the recommendation"})
}

func newRecommendation(v *visit) error {
	v.crumb("Recommendations", v.at("recommendations"))
	return v.recommendationForm(editing[synthesis.Recommendation]{Heading: "New recommendation", New: true})
}

func (v *visit) recommendationForm(e editing[synthesis.Recommendation]) error {
	lessons, err := choices[synthesis.Lesson](v, "", nil)
	if err != nil {
		return err
	}
	e.Intro = "What somebody should do, what may go wrong, and the lessons that it rests on."
	e.Form = func(r synthesis.Recommendation) form {
		f := form{Submit: "Save the recommendation", Cancel: v.at("recommendations")}
		if e.New {
			f.Fields = append(f.Fields, idField(thread.Recommendation, "action"))
		} else {
			f.Cancel = v.page(r.ID)
		}
		var audiences []option
		for _, a := range v.Frame.Audiences {
			audiences = append(audiences, option{a.ID, a.Name})
		}
		for _, a := range r.Audiences {
			audiences = keep(audiences, a)
		}
		f.Fields = append(f.Fields,
			field{Name: "action", Label: "What to do", Help: "One sentence that begins with what to do.", Value: r.Action, Required: true},
			field{Name: "audiences", Label: "For whom", Kind: checksField, Values: slices.Clone(r.Audiences), Options: audiences, Required: true},
			field{Name: "detail", Label: "How", Kind: areaField, Value: r.Detail, Required: true},
			field{Name: "risks", Label: "What may go wrong, and for whom", Kind: areaField, Value: r.Risks, Required: true},
			evidenceField("supports", "Lessons for it", "", r.Supports, lessons),
			evidenceField("contradicts", "Lessons against it", "They travel with the recommendation.", r.Contradicts, lessons))
		return f
	}
	e.Read = func(f form, r synthesis.Recommendation, ps *fault.Problems) synthesis.Recommendation {
		if e.New {
			r.ID = madeID(thread.Recommendation, f.text("id"), f.text("action"))
		}
		r.Action, r.Audiences, r.Detail, r.Risks, r.Supports, r.Contradicts = f.text("action"), f.list("audiences"), f.text("detail"), f.text("risks"), f.ids("supports"), f.ids("contradicts")
		for _, a := range r.Audiences {
			if !offered(f, "audiences", a) {
				ps.Add("audiences", "%q is none of the audiences of the study", a)
			}
		}
		return r
	}
	e.Done = func(r synthesis.Recommendation) string { return v.page(r.ID) }
	return edit(v, e)
}
