package web

import (
	"cmp"
	"slices"
	"strconv"

	"throughline/internal/fault"
	"throughline/internal/fieldwork"
	"throughline/internal/store"
	"throughline/internal/study"
	"throughline/internal/thread"
)

// fieldworkPage shows the interview guide, who was interviewed by pseudonym, and what each agreed to.
type fieldworkPage struct {
	Guide      *guideView
	Categories []string
	Cases      []fieldRow
	Total      fieldRow
	Interviews []fieldCase
}

// guideView is the guide, each question with the core questions that it helps to answer.
type guideView struct {
	Title     string
	Intro     string
	Questions []guideQuestion
	Missing   []string // core questions that no question of the guide is tied to
}

type guideQuestion struct {
	ID      string
	Text    string
	Probes  []string
	Answers []string // texts of core questions
}

// fieldRow counts informants and interviews of a case by category.
type fieldRow struct {
	Name  string
	Href  string
	Cells []fieldCell
	All   fieldCell
}

type fieldCell struct{ Informants, Interviews int }

// fieldCase is the interviews of one case.
type fieldCase struct {
	Name       string
	Interviews []talkView
	Waiting    []link // informants who have not been interviewed, by pseudonym
}

// talkView is one interview with its consent in plain words.
type talkView struct {
	ID          string
	Name        string
	Thread      string
	Informant   string // pseudonym
	InformantAt string // address of it
	Category    string
	On          string
	Language    string
	Mode        string
	Where       string
	Interviewer string
	Notice      string
	Consent     consentView
}

// consentView is a consent in plain words.
type consentView struct {
	Given     string   // "orally, in hy, text 1"
	May       []string //
	Not       []string //
	Until     string   //
	Withdrawn string   // date; empty: it stands
	Codable   bool
}

func (fieldworkPage) template() string { return "fieldwork" }

func (s *Server) fieldRoom() section {
	return section{
		Routes: []Route{{Pattern: "GET /s/{study}/fieldwork", Policy: Of(study.Fieldwork), Nav: "Fieldwork", Handle: showFieldwork}},
		Pages:  []page{fieldworkPage{}},
	}
}

func showFieldwork(v *visit) error {
	p := fieldworkPage{Categories: slices.Clone(fieldwork.Categories)}
	g, err := store.Get[fieldwork.Guide](v.Ctx, v.store(), v.Study, "guide")
	switch {
	case fault.Of(err) == fault.NotFound:
	case err != nil:
		return err
	default:
		p.Guide = v.guide(g.Object)
	}
	names, err := v.caseNames()
	if err != nil {
		return err
	}
	informants, err := store.All[fieldwork.Informant](v.Ctx, v.store(), v.Study, v.own())
	if err != nil {
		return err
	}
	talks, err := store.All[fieldwork.Interview](v.Ctx, v.store(), v.Study, v.own())
	if err != nil {
		return err
	}
	who := map[thread.ID]fieldwork.Informant{}
	met := map[thread.ID]bool{}
	for _, it := range informants {
		who[it.Object.ID] = it.Object
	}
	for _, it := range talks {
		met[it.Object.Informant] = true
	}
	ids := make([]thread.ID, 0, len(names))
	for id := range names {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	p.Total = fieldRow{Name: "All cases", Cells: make([]fieldCell, len(p.Categories))}
	for _, id := range ids {
		row := fieldRow{Name: names[id], Href: v.page(id), Cells: make([]fieldCell, len(p.Categories))}
		room := fieldCase{Name: names[id]}
		cells := func(category string) []*fieldCell {
			out := []*fieldCell{&row.All, &p.Total.All}
			if i := slices.Index(p.Categories, category); i >= 0 {
				out = append(out, &row.Cells[i], &p.Total.Cells[i])
			}
			return out
		}
		for _, it := range informants {
			i := it.Object
			if i.Case != id {
				continue
			}
			for _, c := range cells(i.Category) {
				c.Informants++
			}
			if !met[i.ID] {
				room.Waiting = append(room.Waiting, link{i.ID.Rest() + " (" + i.Category + ")", v.at("thread", string(i.ID))})
			}
		}
		for _, it := range talks {
			i := it.Object
			if i.Case != id {
				continue
			}
			inf := who[i.Informant]
			for _, c := range cells(inf.Category) {
				c.Interviews++
			}
			room.Interviews = append(room.Interviews, talkView{ID: string(i.ID), Name: it.Node.Label, Thread: v.at("thread", string(i.ID)), Informant: i.Informant.Rest(), InformantAt: v.at("thread", string(i.Informant)),
				Category: inf.Category, On: day(i.On), Language: i.Language, Mode: i.Mode, Where: i.Where, Interviewer: i.Interviewer, Notice: i.Notice, Consent: consentWords(i.Consent)})
		}
		p.Cases = append(p.Cases, row)
		p.Interviews = append(p.Interviews, room)
	}
	return v.render("Fieldwork", p)
}

func (v *visit) guide(g fieldwork.Guide) *guideView {
	out := &guideView{Title: g.Title, Intro: g.Intro}
	tied := map[string]bool{}
	for _, q := range g.Questions {
		x := guideQuestion{ID: q.ID, Text: q.Text, Probes: q.Probes}
		for _, a := range q.Answers {
			tied[a] = true
			x.Answers = append(x.Answers, v.questionText(a))
		}
		out.Questions = append(out.Questions, x)
	}
	for _, q := range v.Frame.CoreQuestions {
		if !tied[q.ID] {
			out.Missing = append(out.Missing, q.Text)
		}
	}
	return out
}

// consentWords says in plain words what may be done with an interview, and what not.
func consentWords(c fieldwork.Consent) consentView {
	given := map[string]string{"oral": "aloud", "written": "in writing"}[c.Mode]
	out := consentView{Given: cmp.Or(given, c.Mode) + ", in " + c.Language + ", by consent text " + strconv.Quote(c.Version), Until: day(c.KeepUntil), Codable: c.MayCode()}
	if c.Withdrawn != "" {
		out.Withdrawn = day(c.Withdrawn)
		out.Not = []string{"do anything with it: the informant withdrew"}
		return out
	}
	for _, x := range []struct {
		yes  bool
		what string
	}{
		{c.Record, "record the sound"},
		{c.Code, "code the transcript and compare it with others"},
		{c.Quote && !c.Background, "quote words, without the name"},
		{c.Paraphrase && !c.Background, "tell in other words what was said"},
		{c.MayRest(), "rest something published on it"},
		{c.Archive, "keep it in an archive after the study"},
		{c.Recontact, "ask the informant again"},
	} {
		if x.yes {
			out.May = append(out.May, x.what)
		} else {
			out.Not = append(out.Not, x.what)
		}
	}
	if c.Background {
		out.May = append(out.May, "use it as background only")
	}
	return out
}
