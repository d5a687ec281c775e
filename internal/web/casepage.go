package web

import (
	"cmp"
	"slices"
	"strings"

	"throughline/internal/cases"
	"throughline/internal/document"
	"throughline/internal/fault"
	"throughline/internal/fieldwork"
	"throughline/internal/store"
	"throughline/internal/study"
	"throughline/internal/synthesis"
	"throughline/internal/thread"
)

// casePage shows one case: what happened, what is known and from where, and what was taken away from it.
type casePage struct {
	Name       string
	Notice     string
	Summary    string
	Candidate  string // name of the candidate that it was selected from
	Facts      []sourcedFact
	Records    []link // that the summary rests on
	Scheme     string // of regions
	Region     string
	ISO3       string
	Context    []contextRow
	Timeline   *figureView
	Course     string // address of the timeline and order
	Tests      string // of the hypotheses and their tests
	Coalition  string // of the coalition
	Events     []eventRow
	Actors     []actorRow
	Ties       []tieRow
	Documents  []documentRow
	Interviews []interviewRow
	Fieldwork  bool // interviews may be seen
	Scores     []caseScore
	Takeaways  []takeawayGroup
	New        string // address of the form for a new takeaway; empty: not for this role
	Thread     string
}

// contextRow is one country fact.
type contextRow struct {
	Attribute string
	Year      int
	Value     string
	Source    string
	Licence   string
}

// eventRow is one event.
type eventRow struct {
	Number int
	ID     string
	Date   string // in words
	EDTF   string
	Title  string
	Detail string
	Lane   string
	Told   []link // records and addresses
}

// actorRow is one organisation or group.
type actorRow struct {
	Name   string
	Sector string
	Level  string
	Stance string
	Read   []link
}

// tieRow is one relation between two actors.
type tieRow struct{ From, Kind, To, When string }

// documentRow is one document of the case.
type documentRow struct {
	Title    string
	Href     string
	Kind     string
	Language string
	Notice   string
}

// interviewRow is one interview, without anything that leads to the person.
type interviewRow struct {
	Name     string
	Href     string
	Category string
	On       string
	Notice   string
}

// caseScore is what the case was given on one condition.
type caseScore struct {
	Condition  string
	Href       string // of the condition
	Outcome    bool
	Raw        string
	Score      string // address of the score
	Membership string
	State      string
}

// takeawayGroup is what led to success, or to failure.
type takeawayGroup struct {
	Direction string
	Items     []takeawayLine
}

type takeawayLine struct {
	Title   string
	Text    string
	Href    string
	Edit    string
	State   string
	For     string // "3 passages"
	Against string // "1 passage"; empty: none
}

func (casePage) template() string { return "case" }

func (s *Server) caseRoom() section {
	return section{
		Routes: []Route{{Pattern: "GET /s/{study}/case/{id}", Policy: On(study.Read, thread.Case), Handle: showCase}},
		Pages:  []page{casePage{}},
	}
}

func showCase(v *visit) error {
	c := v.Object.(cases.Case)
	v.crumb("Universe of cases", v.at("universe"))
	p := casePage{Course: v.at("case", string(c.ID), "timeline"), Tests: v.at("case", string(c.ID), "tests"), Coalition: v.at("case", string(c.ID), "coalition"), Name: c.Name, Notice: c.Notice, Summary: c.Summary, Scheme: v.Frame.RegionScheme, Thread: v.at("thread", string(c.ID))}
	if p.Notice == v.Frame.Notice { // the layout shows it already
		p.Notice = ""
	}
	steps := []func(cases.Case, *casePage) error{v.caseFacts, v.caseEvents, v.caseActors, v.caseSources, v.caseScores, v.caseTakeaways}
	for _, step := range steps {
		if err := step(c, &p); err != nil {
			return err
		}
	}
	return v.render(c.Name, p)
}

func (v *visit) caseFacts(c cases.Case, p *casePage) error {
	cand, err := store.Get[cases.Candidate](v.Ctx, v.store(), v.Study, c.Candidate)
	if fault.Of(err) == fault.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	p.Candidate, p.Region, p.ISO3 = cand.Object.Label(), cand.Object.Region, cand.Object.ISO3
	p.Facts = candidateFacts(cand.Object)
	if p.Records, err = v.recordLinks(c.Sources); err != nil {
		return err
	}
	facts, err := store.All[cases.Fact](v.Ctx, v.store(), v.Study, store.Filter{})
	if err != nil {
		return err
	}
	for _, it := range facts {
		if f := it.Object; f.ISO3 == p.ISO3 {
			p.Context = append(p.Context, contextRow{strings.ReplaceAll(f.Attribute, "-", " "), f.Year, f.Value, f.Source, f.Licence})
		}
	}
	slices.SortStableFunc(p.Context, func(a, b contextRow) int {
		return cmp.Or(strings.Compare(a.Attribute, b.Attribute), cmp.Compare(a.Year, b.Year))
	})
	return nil
}

// recordLinks gives records by their titles. What the member may not see is left out.
func (v *visit) recordLinks(ids []thread.ID) ([]link, error) {
	var out []link
	for _, id := range ids {
		it, err := store.Find(v.Ctx, v.store(), v.Study, id)
		if fault.Of(err) == fault.NotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		if v.sees(it.Node) {
			out = append(out, link{it.Node.Label, v.page(id)})
		}
	}
	return out, nil
}

func (v *visit) caseEvents(c cases.Case, p *casePage) error {
	items, err := store.All[cases.Event](v.Ctx, v.store(), v.Study, store.Filter{Case: c.ID})
	if err != nil {
		return err
	}
	events := store.Objects(items)
	slices.SortFunc(events, cases.EventOrder)
	if len(events) > 1 {
		p.Timeline = v.casePicture(c.ID, "timeline", "Timeline of the events in lanes; the table below says the same in words.", "")
	}
	for i, e := range events {
		row := eventRow{Number: i + 1, ID: string(e.ID), Date: e.When(), EDTF: string(e.Date), Title: e.Title, Detail: e.Detail, Lane: e.Lane}
		if row.Told, err = v.recordLinks(e.Records); err != nil {
			return err
		}
		row.Told = append(row.Told, hosts(e.URLs)...)
		p.Events = append(p.Events, row)
	}
	return nil
}

func (v *visit) caseActors(c cases.Case, p *casePage) error {
	items, err := store.All[cases.Actor](v.Ctx, v.store(), v.Study, store.Filter{Case: c.ID})
	if err != nil {
		return err
	}
	names := map[thread.ID]string{}
	stances := []string{"coalition", "between", "opponent"}
	for _, it := range items {
		a := it.Object
		names[a.ID] = a.Name
		p.Actors = append(p.Actors, actorRow{a.Name, a.Sector, a.Level, a.Stance, hosts(a.Source)})
	}
	slices.SortStableFunc(p.Actors, func(a, b actorRow) int { return slices.Index(stances, a.Stance) - slices.Index(stances, b.Stance) })
	words := map[string]string{"coalition": "in the coalition", "between": "between the two", "opponent": "against it"}
	for i := range p.Actors {
		p.Actors[i].Stance = words[p.Actors[i].Stance]
	}
	ties, err := store.All[cases.Tie](v.Ctx, v.store(), v.Study, store.Filter{Case: c.ID})
	if err != nil {
		return err
	}
	for _, it := range ties {
		t := it.Object
		row := tieRow{cmp.Or(names[t.From], t.From.Rest()), tieWord(t.Kind), cmp.Or(names[t.To], t.To.Rest()), "throughout"}
		if t.Date != "" {
			row.When = t.Date.Words()
		}
		p.Ties = append(p.Ties, row)
	}
	return nil
}

func tieWord(kind string) string {
	switch kind {
	case "member-of":
		return "is a member of"
	case "allied-with":
		return "is allied with"
	case "negotiates-with":
		return "negotiates with"
	case "pressures":
		return "puts pressure on"
	}
	return kind
}

func (v *visit) caseSources(c cases.Case, p *casePage) error {
	docs, err := store.All[document.Document](v.Ctx, v.store(), v.Study, store.Filter{Case: c.ID})
	if err != nil {
		return err
	}
	for _, it := range docs {
		if d := it.Object; v.sees(it.Node) {
			p.Documents = append(p.Documents, documentRow{d.Title, v.page(d.ID), d.Kind, d.Language, d.Notice})
		}
	}
	if p.Fieldwork = v.may(study.Fieldwork, c.ID); !p.Fieldwork {
		return nil
	}
	informants, err := store.All[fieldwork.Informant](v.Ctx, v.store(), v.Study, store.Filter{Case: c.ID})
	if err != nil {
		return err
	}
	category := map[thread.ID]string{}
	for _, it := range informants {
		category[it.Object.ID] = it.Object.Category
	}
	talks, err := store.All[fieldwork.Interview](v.Ctx, v.store(), v.Study, store.Filter{Case: c.ID})
	if err != nil {
		return err
	}
	for _, it := range talks {
		i := it.Object
		p.Interviews = append(p.Interviews, interviewRow{it.Node.Label, v.at("fieldwork") + "#" + string(i.ID), category[i.Informant], day(i.On), i.Notice})
	}
	return nil
}

func (v *visit) caseScores(c cases.Case, p *casePage) error {
	conditions, err := v.conditions()
	if err != nil {
		return err
	}
	scores, err := store.All[synthesis.Score](v.Ctx, v.store(), v.Study, store.Filter{Case: c.ID})
	if err != nil {
		return err
	}
	columns, err := v.columns(conditions...)
	if err != nil {
		return err
	}
	for _, cond := range conditions {
		row := caseScore{Condition: cond.Name, Href: v.page(cond.ID), Outcome: cond.Outcome}
		for _, it := range scores {
			if s := it.Object; s.Condition == cond.ID {
				row.Raw, row.Score, row.State = s.Raw, v.page(it.Node.ID), it.Node.State()
				at, _ := columns[cond.ID].Point(c.ID)
				row.Membership = worthWords(columns[cond.ID], at)
			}
		}
		p.Scores = append(p.Scores, row)
	}
	return nil
}

func (v *visit) caseTakeaways(c cases.Case, p *casePage) error {
	items, err := store.All[synthesis.Takeaway](v.Ctx, v.store(), v.Study, store.Filter{Case: c.ID})
	if err != nil {
		return err
	}
	edits := v.may(study.EditCase, c.ID)
	if edits {
		p.New = v.at("case", string(c.ID), "takeaway", "new")
	}
	for _, direction := range []string{"success", "failure"} {
		g := takeawayGroup{Direction: direction}
		for _, it := range items {
			t := it.Object
			if t.Direction != direction {
				continue
			}
			l := takeawayLine{Title: t.Title, Text: t.Text, Href: v.page(t.ID), State: it.Node.State(), For: plural(len(t.Supports), "passage")}
			if n := len(t.Contradicts); n > 0 {
				l.Against = plural(n, "passage")
			}
			if edits {
				l.Edit = v.at("takeaway", string(t.ID), "edit")
			}
			g.Items = append(g.Items, l)
		}
		p.Takeaways = append(p.Takeaways, g)
	}
	return nil
}
