package web

import (
	"throughline/internal/fault"
	"throughline/internal/store"
	"throughline/internal/study"
	"throughline/internal/synthesis"
	"throughline/internal/thread"
)

// lessonsPage lists the lessons by the insight that they speak to.
type lessonsPage struct {
	Groups []lessonGroup
	New    string
	Total  int
}

// lessonGroup is what speaks to one insight.
type lessonGroup struct {
	Insight string
	Lessons []lessonLine
}

type lessonLine struct {
	Title      string
	Statement  string
	Href       string
	State      string
	Confidence string
	For        caseList
	Against    caseList
}

func (lessonsPage) template() string { return "lessons" }

// lessonPage shows one lesson: where it holds, how sure it is, and what speaks for it and against it.
type lessonPage struct {
	Title        string
	Statement    string
	Insight      string
	Scope        string
	Level        string
	Meaning      string // of the level
	Reason       string
	Concerns     []concernRow
	CasesFor     caseList
	CasesAgainst caseList
	Standing     standing
	For          supports
	Against      supports
	Above        supports // recommendations, answers and lessons that rest on it
}

// concernRow is one component of the confidence.
type concernRow struct{ Name, Asks, Level, Reason string }

func (lessonPage) template() string { return "lesson" }

func (s *Server) lessons() section {
	return section{
		Routes: []Route{
			{Pattern: "GET /s/{study}/lessons", Policy: Of(study.Browse), Nav: "Lessons", Handle: showLessons},
			{Pattern: "GET /s/{study}/lessons/new", Policy: Of(study.Edit), Handle: newLesson},
			{Pattern: "POST /s/{study}/lessons/new", Policy: Of(study.Edit), Handle: newLesson},
			{Pattern: "GET /s/{study}/lesson/{id}", Policy: On(study.Browse, thread.Lesson), Handle: showLesson},
			{Pattern: "GET /s/{study}/lesson/{id}/edit", Policy: On(study.Edit, thread.Lesson), Handle: editLesson},
			{Pattern: "POST /s/{study}/lesson/{id}/edit", Policy: On(study.Edit, thread.Lesson), Handle: editLesson},
		},
		Pages: []page{lessonsPage{}, lessonPage{}},
	}
}

func showLessons(v *visit) error {
	items, err := store.All[synthesis.Lesson](v.Ctx, v.store(), v.Study, v.own())
	if err != nil {
		return err
	}
	names, err := v.caseNames()
	if err != nil {
		return err
	}
	p := lessonsPage{Total: len(items)}
	if v.may(study.Edit, "") {
		p.New = v.at("lessons", "new")
	}
	line := func(it store.Item[synthesis.Lesson]) lessonLine {
		l := it.Object
		return lessonLine{l.Title, l.Statement, v.page(l.ID), it.Node.State(), l.Confidence.Level, v.caseList(l.CasesFor, names, ""), v.caseList(l.CasesAgainst, names, "")}
	}
	known := map[string]bool{}
	for _, in := range v.Frame.Insights {
		known[in.ID] = true
		g := lessonGroup{Insight: in.Text}
		for _, it := range items {
			if it.Object.Insight == in.ID {
				g.Lessons = append(g.Lessons, line(it))
			}
		}
		p.Groups = append(p.Groups, g)
	}
	other := lessonGroup{Insight: "Further lessons"}
	for _, it := range items {
		if !known[it.Object.Insight] {
			other.Lessons = append(other.Lessons, line(it))
		}
	}
	if len(other.Lessons) > 0 {
		p.Groups = append(p.Groups, other)
	}
	return v.render("Lessons", p)
}

// confidenceMeans says what a level of confidence means (GRADE-CERQual, Lewin et al. 2018).
func confidenceMeans(level string) string {
	switch level {
	case "high":
		return "it is highly likely that the lesson is a fair account of what happened"
	case "moderate":
		return "it is likely that the lesson is a fair account of what happened"
	case "low":
		return "it is possible that the lesson is a fair account of what happened"
	case "very low":
		return "it is not clear whether the lesson is a fair account of what happened"
	}
	return ""
}

// components are the four components of the confidence, in their order.
func components(c *synthesis.Confidence) []struct {
	name, label, asks string
	*synthesis.Concern
} {
	return []struct {
		name, label, asks string
		*synthesis.Concern
	}{
		{"limitations", "Methodological limitations", "how the studies and interviews behind it were made", &c.Limitations},
		{"coherence", "Coherence", "how well it fits the data", &c.Coherence},
		{"adequacy", "Adequacy of the data", "how much data there is, and how rich", &c.Adequacy},
		{"relevance", "Relevance", "how far the data speak of the question that is asked", &c.Relevance},
	}
}

func showLesson(v *visit) error {
	l := v.Object.(synthesis.Lesson)
	names, err := v.caseNames()
	if err != nil {
		return err
	}
	v.crumb("Lessons", v.at("lessons"))
	p := lessonPage{Title: l.Title, Statement: l.Statement, Scope: l.Scope, Level: l.Confidence.Level, Meaning: confidenceMeans(l.Confidence.Level), Reason: l.Confidence.Reason,
		CasesFor: v.caseList(l.CasesFor, names, ""), CasesAgainst: v.caseList(l.CasesAgainst, names, "")}
	for _, in := range v.Frame.Insights {
		if in.ID == l.Insight {
			p.Insight = in.Text
		}
	}
	for _, c := range components(&l.Confidence) {
		p.Concerns = append(p.Concerns, concernRow{c.label, c.asks, concernWords(c.Level), c.Reason})
	}
	if p.Standing, err = v.standing(v.Node, study.Edit); err != nil {
		return err
	}
	if p.For, err = v.evidence(l.Supports, names); err != nil {
		return err
	}
	if p.Against, err = v.evidence(l.Contradicts, names); err != nil {
		return err
	}
	if p.Above, err = v.above(names); err != nil {
		return err
	}
	return v.render(l.Title, p)
}

func concernWords(level string) string {
	switch level {
	case "none":
		return "no concerns"
	case "":
		return ""
	}
	return level + " concerns"
}

// above lists what rests directly on the object of the page.
func (v *visit) above(names caseNames) (supports, error) {
	g, err := v.store().Up(v.Ctx, v.Study, v.Node.ID)
	if err != nil {
		return supports{}, err
	}
	var ids []thread.ID
	for _, e := range g.Up(v.Node.ID) {
		ids = append(ids, e.From)
	}
	return v.evidence(ids, names)
}

func editLesson(v *visit) error {
	l := v.Object.(synthesis.Lesson)
	v.crumb("Lessons", v.at("lessons"))
	v.crumb(l.Title, v.page(l.ID))
	return v.lessonForm(editing[synthesis.Lesson]{Heading: "Edit the lesson"})
}

func newLesson(v *visit) error {
	v.crumb("Lessons", v.at("lessons"))
	return v.lessonForm(editing[synthesis.Lesson]{Heading: "New lesson", New: true, Start: synthesis.Lesson{Insight: v.R.URL.Query().Get("insight")}})
}

func (v *visit) lessonForm(e editing[synthesis.Lesson]) error {
	names, err := v.caseNames()
	if err != nil {
		return err
	}
	offer, err := choices[synthesis.Finding](v, "", names)
	if err != nil {
		return err
	}
	takeaways, err := choices[synthesis.Takeaway](v, "", names)
	if err != nil {
		return err
	}
	others, err := choices[synthesis.Lesson](v, v.Node.ID, names)
	if err != nil {
		return err
	}
	offer = append(append(offer, takeaways...), others...)
	e.Intro = "A statement across cases: where it holds, how sure it is by GRADE-CERQual, and what speaks for it and against it."
	e.Form = func(l synthesis.Lesson) form {
		f := form{Submit: "Save the lesson", Cancel: v.at("lessons")}
		if e.New {
			f.Fields = append(f.Fields, idField(thread.Lesson, "title"))
		} else {
			f.Cancel = v.page(l.ID)
		}
		insights := []option{{"", "none of them"}}
		for _, in := range v.Frame.Insights {
			insights = append(insights, option{in.ID, in.Text})
		}
		f.Fields = append(f.Fields,
			field{Name: "title", Label: "Title", Value: l.Title, Required: true},
			field{Name: "insight", Label: "Insight that it speaks to", Kind: selectField, Value: l.Insight, Options: keep(insights, l.Insight)},
			field{Name: "statement", Label: "Lesson", Kind: areaField, Value: l.Statement, Required: true},
			field{Name: "scope", Label: "Where it holds, and where not", Kind: areaField, Value: l.Scope, Required: true},
			field{Name: "cases_for", Label: "Cases for it", Kind: checksField, Values: idText(l.CasesFor), Options: names.options(l.CasesFor...)},
			field{Name: "cases_against", Label: "Cases against it", Kind: checksField, Values: idText(l.CasesAgainst), Options: names.options(l.CasesAgainst...)},
			evidenceField("supports", "Evidence for it", "", l.Supports, offer),
			evidenceField("contradicts", "Evidence against it", "It travels with the lesson.", l.Contradicts, offer))
		for _, c := range components(&l.Confidence) {
			f.Fields = append(f.Fields,
				field{Name: "confidence." + c.name + ".level", Label: c.label + ": concerns", Help: "About " + c.asks + ".", Kind: selectField, Value: c.Level, Required: true,
					Options: append([]option{{"", "choose"}}, options(synthesis.ConcernLevels...)...)},
				field{Name: "confidence." + c.name + ".reason", Label: c.label + ": why", Kind: areaField, Value: c.Reason, Required: true})
		}
		levels := []option{{"", "choose"}}
		for _, x := range synthesis.ConfidenceLevels {
			levels = append(levels, option{x, x + ": " + confidenceMeans(x)})
		}
		f.Fields = append(f.Fields,
			field{Name: "confidence.level", Label: "Confidence in the lesson", Kind: selectField, Value: l.Confidence.Level, Options: levels, Required: true},
			field{Name: "confidence.reason", Label: "Why this confidence", Kind: areaField, Value: l.Confidence.Reason, Required: true})
		return f
	}
	e.Read = func(f form, l synthesis.Lesson, ps *fault.Problems) synthesis.Lesson {
		if e.New {
			l.ID = madeID(thread.Lesson, f.text("id"), f.text("title"))
		}
		l.Title, l.Insight, l.Statement, l.Scope = f.text("title"), f.text("insight"), f.text("statement"), f.text("scope")
		l.CasesFor, l.CasesAgainst, l.Supports, l.Contradicts = f.ids("cases_for"), f.ids("cases_against"), f.ids("supports"), f.ids("contradicts")
		for _, c := range components(&l.Confidence) {
			c.Level, c.Reason = f.text("confidence."+c.name+".level"), f.text("confidence."+c.name+".reason")
		}
		l.Confidence.Level, l.Confidence.Reason = f.text("confidence.level"), f.text("confidence.reason")
		if !offered(f, "insight", l.Insight) {
			ps.Add("insight", "is none of the insights of the study")
		}
		return l
	}
	e.Check = func(tx *store.Tx, l synthesis.Lesson) error { return v.casesExist(tx, l.CasesFor, l.CasesAgainst) }
	e.Done = func(l synthesis.Lesson) string { return v.page(l.ID) }
	return edit(v, e)
}

// keep gives options with what stands among them, so that a form never changes what nobody touched.
func keep(os []option, value string) []option {
	for _, o := range os {
		if o.Value == value {
			return os
		}
	}
	return append(os, option{value, value})
}

// offered tells whether a value is among the options of a field.
func offered(f form, name, value string) bool {
	for _, o := range f.field(name).Options {
		if o.Value == value {
			return true
		}
	}
	return false
}
