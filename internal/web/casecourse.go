package web

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"throughline/analysis/process"
	drawn "throughline/analysis/process/picture"
	"throughline/internal/cases"
	"throughline/internal/fault"
	"throughline/internal/store"
	"throughline/internal/study"
	"throughline/internal/thread"
)

// coursePage shows the events of a case in time: the timeline, which came first, and what could not have been without what.
type coursePage struct {
	Name      string
	Case      string // address of the case
	Picture   *figureView
	Events    []courseEvent
	Spark     *sparkView
	Matrix    *orderView
	Wrong     []string
	Graph     *figureView
	Edges     []edgeLine
	Question  *requiredView
	Open      int
	Answered  int
	Implied   int
	New       string // address of the form for a new event; empty: not for this role
	Trouble   string
	Questions string // where an answer is sent
}

// courseEvent is an event in the table of the timeline.
type courseEvent struct {
	Number             int
	ID, When, Title    string
	Detail, Lane       string
	Where, Uncertainty string
	Edit               string
}

type sparkView struct {
	Words             string
	Forward, Backward string
	Relations         string
	Path, BackPath    string
	Missing           []string
}

// orderView is the matrix of which event began before which.
type orderView struct {
	Heads []int
	Rows  []orderRow
}

type orderRow struct {
	Number int
	Title  string
	Cells  []orderCell
}

type orderCell struct{ Sign, Words string }

type edgeLine struct {
	Event, Needs, Answer, Why, By string
	Against                       bool
}

type requiredView struct {
	Event, Needs         string
	EventWhen, NeedsWhen string
	EventID, NeedsID     string
}

func (coursePage) template() string { return "course" }

func (s *Server) caseCourse() section {
	edit := On(study.EditCase, thread.Case)
	return section{
		Routes: []Route{
			{Pattern: "GET /s/{study}/case/{id}/timeline", Policy: On(study.Read, thread.Case), Handle: showCourse},
			{Pattern: "GET /s/{study}/case/{id}/picture/{file}", Policy: On(study.Read, thread.Case), Handle: showCasePicture},
			{Pattern: "POST /s/{study}/case/{id}/prerequisite", Policy: edit, Handle: answerPrerequisite},
			{Pattern: "GET /s/{study}/case/{id}/event/new", Policy: edit, Handle: newEvent},
			{Pattern: "POST /s/{study}/case/{id}/event/new", Policy: edit, Handle: newEvent},
			{Pattern: "GET /s/{study}/event/{id}/edit", Policy: On(study.EditCase, thread.Event), Handle: editEvent},
			{Pattern: "POST /s/{study}/event/{id}/edit", Policy: On(study.EditCase, thread.Event), Handle: editEvent},
		},
		Pages: []page{coursePage{}},
	}
}

// casePicture is a picture of a case.
func (v *visit) casePicture(c thread.ID, name, alt, caption string) *figureView {
	return &figureView{v.at("case", string(c), "picture", name+".svg"), alt, caption}
}

// course gives the events of a case in their order, the answers on them, and what follows.
func (v *visit) course(c thread.ID) (events []cases.Event, answers []cases.Prerequisite, course cases.Course, err error) {
	all, err := store.All[cases.Event](v.Ctx, v.store(), v.Study, store.Filter{Case: c})
	if err != nil {
		return nil, nil, course, err
	}
	events = store.Objects(all)
	slices.SortFunc(events, cases.EventOrder)
	reqs, err := store.All[cases.Prerequisite](v.Ctx, v.store(), v.Study, store.Filter{Case: c})
	if err != nil {
		return nil, nil, course, err
	}
	answers = store.Objects(reqs)
	course, err = cases.NewCourse(events, answers)
	if err != nil {
		err = fault.Wrap(fault.Invalid, err, "The order of the events cannot be worked out: %s.", err)
	}
	return events, answers, course, err
}

func showCourse(v *visit) error { return v.coursePage("") }

func (v *visit) coursePage(trouble string) error {
	c := v.Object.(cases.Case)
	v.crumb("Universe of cases", v.at("universe"))
	v.crumb(c.Name, v.page(c.ID))
	events, answers, course, err := v.course(c.ID)
	if err != nil {
		return err
	}
	p := coursePage{Name: c.Name, Case: v.page(c.ID), Trouble: trouble, Questions: v.at("case", string(c.ID), "prerequisite")}
	mayEdit := v.may(study.EditCase, c.ID)
	if mayEdit {
		p.New = v.at("case", string(c.ID), "event", "new")
	}
	number := map[string]int{}
	title := map[string]string{}
	for i, e := range events {
		number[string(e.ID)], title[string(e.ID)] = i+1, e.Title
		l := courseEvent{Number: i + 1, ID: string(e.ID), When: e.When(), Title: e.Title, Detail: e.Detail, Lane: cases.LaneWords[e.Lane], Where: e.Where}
		if a, b := e.Date.Earliest(), e.Date.Latest(); a != b {
			l.Uncertainty = between(a, b)
		}
		if mayEdit {
			l.Edit = v.at("event", string(e.ID), "edit")
		}
		p.Events = append(p.Events, l)
	}
	if len(events) > 0 {
		p.Picture = v.casePicture(c.ID, "timeline", "Timeline of the events in lanes; the table below says the same in words.", "")
	}
	if s := course.Spark; s != nil {
		p.Spark = &sparkView{Words: s.Words, Forward: string(s.Forward), Backward: string(s.Backward), Relations: strings.Join(s.Relations, ", "),
			Path: strings.Join(s.Path, " → "), BackPath: strings.Join(s.BackPath, " → "), Missing: s.Missing}
	}
	p.Matrix = orderShown(course.Matrix)
	for _, w := range course.Contradictions {
		p.Wrong = append(p.Wrong, w.Words)
	}
	for _, a := range answers {
		p.Edges = append(p.Edges, edgeLine{fmt.Sprintf("%d. %s", number[string(a.Event)], title[string(a.Event)]), fmt.Sprintf("%d. %s", number[string(a.Needs)], title[string(a.Needs)]), a.Answer, a.Why, a.By, a.Answer == "no"})
	}
	slices.SortFunc(p.Edges, func(a, b edgeLine) int {
		return cmp.Or(strings.Compare(a.Event, b.Event), strings.Compare(a.Needs, b.Needs))
	})
	if len(course.Structure.Reduced) > 0 {
		p.Graph = v.casePicture(c.ID, "prerequisites", "Events joined by what they needed; the table below says the same in words.", "")
	}
	p.Open, p.Answered, p.Implied = course.Structure.Open, course.Structure.Asked, course.Structure.Implied
	if q := course.Structure.Next; q != nil && mayEdit {
		event, needs := events[number[q.Event]-1], events[number[q.Needs]-1]
		p.Question = &requiredView{event.Title, needs.Title, event.When(), needs.When(), q.Event, q.Needs}
	}
	return v.render("Timeline: "+c.Name, p)
}

// between says within which days something lies.
func between(a, b string) string {
	switch {
	case a == process.FirstDay:
		return "up to " + day(b)
	case b == process.LastDay:
		return "from " + day(a)
	}
	return day(a) + " to " + day(b)
}

// orderShown is the matrix as signs and words.
func orderShown(m process.Matrix) *orderView {
	if len(m.Spans) < 2 {
		return nil
	}
	o := &orderView{}
	for i, s := range m.Spans {
		o.Heads = append(o.Heads, i+1)
		r := orderRow{Number: i + 1, Title: s.Label}
		for j := range m.Spans {
			cell := orderCell{"·", ""}
			if i != j {
				switch m.Verdicts[i][j] {
				case process.Certain:
					cell = orderCell{"✓", "certainly before"}
				case process.Possible:
					cell = orderCell{"?", "perhaps before"}
				default:
					cell = orderCell{"–", "not before"}
				}
			}
			r.Cells = append(r.Cells, cell)
		}
		o.Rows = append(o.Rows, r)
	}
	return o
}

// showCasePicture answers with a picture of a case.
func showCasePicture(v *visit) error {
	c := v.Object.(cases.Case)
	name := strings.TrimSuffix(v.R.PathValue("file"), ".svg")
	var svg string
	switch name {
	case "timeline", "prerequisites":
		_, _, course, err := v.course(c.ID)
		if err != nil {
			return err
		}
		if name == "timeline" {
			svg = drawn.Timeline(course.Spans, cases.LaneOrder(), 760, "Timeline: "+c.Name)
		} else {
			svg = drawn.Graph(course.Spans, course.Structure, "Prerequisites: "+c.Name)
		}
	default:
		var err error
		if svg, err = v.coalitionPicture(c, name); err != nil {
			return err
		}
	}
	v.send("image/svg+xml", []byte(svg), "")
	return nil
}

// answerPrerequisite keeps an answer on whether one event could have happened without another.
func answerPrerequisite(v *visit) error {
	c := v.Object.(cases.Case)
	get := func(name string) string { return strings.TrimSpace(clean(v.R.PostForm.Get(name))) }
	p := cases.Prerequisite{Case: c.ID, Event: thread.ID(get("event")), Needs: thread.ID(get("needs")), Answer: get("answer"), Why: get("why"), By: v.Account.Name}
	err := p.Valid()
	if err == nil {
		err = v.write(func(tx *store.Tx) error {
			for _, id := range []thread.ID{p.Event, p.Needs} {
				it, err := store.Get[cases.Event](v.Ctx, tx, v.Study, id)
				if fault.Of(err) == fault.NotFound || err == nil && it.Object.Case != c.ID {
					return fault.New(fault.Invalid, "%s is no event of this case.", id)
				}
				if err != nil {
					return err
				}
			}
			return tx.Put(v.Study, p, store.Any)
		})
	}
	if fault.Of(err) == fault.Invalid {
		v.status = http.StatusUnprocessableEntity
		return v.coursePage("The answer was not kept: " + fault.Message(err))
	}
	if err != nil {
		return err
	}
	return v.to(v.at("case", string(c.ID), "timeline") + "#question")
}

func newEvent(v *visit) error {
	c := v.Object.(cases.Case)
	return v.eventForm(editing[cases.Event]{Heading: "New event", New: true, Start: cases.Event{Case: c.ID}}, c.ID)
}

func editEvent(v *visit) error {
	return v.eventForm(editing[cases.Event]{Heading: "Edit the event"}, v.Object.(cases.Event).Case)
}

func (v *visit) eventForm(e editing[cases.Event], c thread.ID) error {
	back := v.at("case", string(c), "timeline")
	v.crumb("Timeline", back)
	records, err := choices[sourceRecord](v, "", nil)
	if err != nil {
		return err
	}
	actors, err := v.actorChoices(c)
	if err != nil {
		return err
	}
	var lanes []option
	for _, l := range cases.Lanes {
		lanes = append(lanes, option{l, cases.LaneWords[l]})
	}
	e.Form = func(o cases.Event) form {
		f := form{Submit: "Save the event", Cancel: back}
		if e.New {
			f.Fields = append(f.Fields, idField(thread.Event, "title"))
		}
		f.Fields = append(f.Fields,
			field{Name: "date", Label: "When, or when it began", Value: string(o.Date), Required: true, Help: "2018-04-23, 2018-04, 2018; about: 2018-04~; uncertain: 2018?; between: 2018-04/2018-05; before: ../2018; after: 2018/..; a decade: 201X; one of: [2018-04-21,2018-04-23]."},
			field{Name: "end", Label: "When it ended", Value: string(o.End), Help: "Only for what lasted; as above. “..” when it goes on. Empty for a moment."},
			field{Name: "title", Label: "What happened", Value: o.Title, Required: true},
			field{Name: "detail", Label: "More", Kind: areaField, Value: o.Detail},
			field{Name: "lane", Label: "Lane", Kind: selectField, Value: o.Lane, Options: lanes, Required: true},
			field{Name: "where", Label: "Where", Value: o.Where, Help: "As coarse as is safe."},
			evidenceField("records", "Records that tell of it", "", o.Records, records),
			field{Name: "urls", Label: "Addresses where it was read", Kind: areaField, Value: strings.Join(o.URLs, "\n"), Help: "One a line."},
			evidenceField("actors", "Who acted", "", o.Actors, actors))
		return f
	}
	e.Read = func(f form, o cases.Event, ps *fault.Problems) cases.Event {
		if e.New {
			o.ID = madeID(thread.Event, f.text("id"), f.text("title"))
		}
		o.Date, o.End, o.Title, o.Detail, o.Lane, o.Where = cases.EDTF(f.text("date")), cases.EDTF(f.text("end")), f.text("title"), f.text("detail"), f.text("lane"), f.text("where")
		o.Records, o.Actors, o.URLs = f.ids("records"), f.ids("actors"), lines(f.text("urls"))
		return o
	}
	e.Check = func(tx *store.Tx, o cases.Event) error {
		return exist(tx, v, map[string][]thread.ID{"records": o.Records, "actors": o.Actors}, c)
	}
	e.Done = func(cases.Event) string { return back }
	return edit(v, e)
}

// exist refuses ids of things that are not there, or that belong to another case.
func exist(tx *store.Tx, v *visit, fields map[string][]thread.ID, c thread.ID) error {
	var ps fault.Problems
	for name, ids := range fields {
		for _, id := range ids {
			it, err := store.Find(v.Ctx, tx, v.Study, id)
			if fault.Of(err) == fault.NotFound || err == nil && it.Node.Case != "" && it.Node.Case != c {
				ps.Add(name, "names %s, which is not there or belongs to another case", id)
				continue
			}
			if err != nil {
				return err
			}
		}
	}
	ps.Sort()
	return ps.Err()
}
