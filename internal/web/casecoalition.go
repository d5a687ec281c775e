package web

import (
	"fmt"
	"hash/fnv"
	"slices"
	"strings"

	"throughline/analysis/coalition"
	drawn "throughline/analysis/coalition/picture"
	"throughline/internal/cases"
	"throughline/internal/fault"
	"throughline/internal/source"
	"throughline/internal/store"
	"throughline/internal/study"
	"throughline/internal/synthesis"
	"throughline/internal/thread"
)

type sourceRecord = source.Record

// coalitionPage shows the shape of a case's coalition.
type coalitionPage struct {
	Name     string
	Case     string
	Actors   []coalitionActor
	Ties     []coalitionTie
	Figures  []figureView
	Measures []measureLine
	How      string
	Shares   []shareLine
	EI       *eiView
	Brokers  []brokerLine
	Leave    []string
	Cut      []string
	Beside   []besideMeasure
	Outside  string // what may leave
	NewActor string
	NewTie   string
	Trouble  string
}

type coalitionActor struct {
	Number                          int
	ID, Name, Sector, Level, Stance string
	Surety, Named                   string
	Ties                            string
	Edit                            string
}

type coalitionTie struct{ From, Kind, To, When, Surety, Edit string }

type measureLine struct{ Name, Words, Value, Range, Formula string }

type shareLine struct{ Attribute, Values, Effective, Unknown string }

type eiView struct{ Index, Expected, Words string }

type brokerLine struct{ Name, Sector, Roles string }

// besideMeasure is a condition that says which measure it goes with: what was measured beside what the coder read.
type besideMeasure struct{ Condition, Href, Measured, Read, Score string }

func (coalitionPage) template() string { return "coalition" }

func (s *Server) caseCoalition() section {
	on := func(k thread.Kind) Policy { return On(study.EditCase, k) }
	return section{
		Routes: []Route{
			{Pattern: "GET /s/{study}/case/{id}/coalition", Policy: On(study.Read, thread.Case), Handle: showCoalition},
			{Pattern: "GET /s/{study}/case/{id}/actor/new", Policy: on(thread.Case), Handle: newActor},
			{Pattern: "POST /s/{study}/case/{id}/actor/new", Policy: on(thread.Case), Handle: newActor},
			{Pattern: "GET /s/{study}/actor/{id}/edit", Policy: on(thread.Actor), Handle: editActor},
			{Pattern: "POST /s/{study}/actor/{id}/edit", Policy: on(thread.Actor), Handle: editActor},
			{Pattern: "GET /s/{study}/case/{id}/tie/new", Policy: on(thread.Case), Handle: newTie},
			{Pattern: "POST /s/{study}/case/{id}/tie/new", Policy: on(thread.Case), Handle: newTie},
			{Pattern: "GET /s/{study}/tie/{id}/edit", Policy: on(thread.Tie), Handle: editTie},
			{Pattern: "POST /s/{study}/tie/{id}/edit", Policy: on(thread.Tie), Handle: editTie},
		},
		Pages: []page{coalitionPage{}},
	}
}

// seed makes chance the same each time for a case.
func seed(c thread.ID) uint64 {
	h := fnv.New64a()
	h.Write([]byte(c))
	return h.Sum64()
}

// coalition gives the actors and ties of a case, sorted, and its coalition as a network.
func (v *visit) coalition(c thread.ID) ([]cases.Actor, []cases.Tie, coalition.Network, error) {
	as, err := store.All[cases.Actor](v.Ctx, v.store(), v.Study, store.Filter{Case: c})
	if err != nil {
		return nil, nil, coalition.Network{}, err
	}
	ts, err := store.All[cases.Tie](v.Ctx, v.store(), v.Study, store.Filter{Case: c})
	if err != nil {
		return nil, nil, coalition.Network{}, err
	}
	actors, ties := store.Objects(as), store.Objects(ts)
	slices.SortFunc(actors, func(a, b cases.Actor) int { return strings.Compare(string(a.ID), string(b.ID)) })
	slices.SortFunc(ties, func(a, b cases.Tie) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return actors, ties, cases.Coalition(actors, ties), nil
}

func showCoalition(v *visit) error {
	c := v.Object.(cases.Case)
	v.crumb("Universe of cases", v.at("universe"))
	v.crumb(c.Name, v.page(c.ID))
	actors, ties, n, err := v.coalition(c.ID)
	if err != nil {
		return err
	}
	p := coalitionPage{Name: c.Name, Case: v.page(c.ID)}
	mayEdit := v.may(study.EditCase, c.ID)
	if mayEdit {
		p.NewActor = v.at("case", string(c.ID), "actor", "new")
		if len(actors) > 1 {
			p.NewTie = v.at("case", string(c.ID), "tie", "new")
		}
	}
	name := map[thread.ID]string{}
	number := map[string]int{}
	for i, a := range n.Actors {
		number[a.ID] = i + 1
	}
	degree := map[string]int{}
	if n.Check() == nil {
		for i, d := range n.Degrees() {
			degree[n.Actors[i].ID] = d
		}
	}
	for _, a := range actors {
		name[a.ID] = a.Name
		l := coalitionActor{Number: number[string(a.ID)], ID: string(a.ID), Name: a.Name, Sector: a.Sector, Level: a.Level, Stance: a.Stance, Surety: a.Surety, Named: "no"}
		switch {
		case a.Named():
			l.Named = "yes"
		case a.Person:
			l.Named = "no: a person"
		}
		if l.Number > 0 {
			l.Ties = fmt.Sprint(degree[l.ID])
		}
		if mayEdit {
			l.Edit = v.at("actor", string(a.ID), "edit")
		}
		p.Actors = append(p.Actors, l)
	}
	for _, t := range ties {
		l := coalitionTie{From: name[t.From], Kind: strings.ReplaceAll(t.Kind, "-", " "), To: name[t.To], Surety: t.Surety}
		if t.Date != "" {
			l.When = t.Date.Words()
		}
		if mayEdit {
			l.Edit = v.at("tie", string(t.ID), "edit")
		}
		p.Ties = append(p.Ties, l)
	}
	if len(n.Actors) == 0 {
		return v.render("Coalition: "+c.Name, p)
	}
	if err := v.measures(&p, c, n); err != nil {
		return err
	}
	return v.render("Coalition: "+c.Name, p)
}

func (v *visit) measures(p *coalitionPage, c cases.Case, n coalition.Network) error {
	r, err := n.Measure(seed(c.ID))
	if err != nil {
		return fault.Wrap(fault.Invalid, err, "The coalition cannot be measured: %s.", err)
	}
	p.How = r.How
	for _, m := range r.Measures {
		l := measureLine{Name: strings.ReplaceAll(m.Name, "-", " "), Words: m.Words, Formula: m.Formula, Value: fmt.Sprintf("%.2f", m.Value), Range: fmt.Sprintf("%.2f to %.2f", m.Low, m.High)}
		if m.Undefined != "" {
			l.Value, l.Range = "none", m.Undefined
		}
		p.Measures = append(p.Measures, l)
	}
	for _, a := range []string{"sector", "gender", "age", "class"} {
		d := n.Diversity(a)
		l := shareLine{Attribute: a, Effective: fmt.Sprintf("%.1f", d.Effective), Unknown: fmt.Sprint(d.Unknown)}
		var parts []string
		for _, x := range n.Values(a) {
			parts = append(parts, fmt.Sprintf("%s %.0f%%", x, d.Shares[x]*100))
		}
		if l.Values = strings.Join(parts, ", "); d.Known == 0 {
			l.Values, l.Effective = "not known", "none"
		}
		p.Shares = append(p.Shares, l)
	}
	if e := n.EI(5000, seed(c.ID)); e.Arrangements > 0 {
		way := fmt.Sprintf("%d draws", e.Arrangements)
		if e.Exact {
			way = fmt.Sprintf("all %d", e.Arrangements)
		}
		p.EI = &eiView{fmt.Sprintf("%.2f", e.Index), fmt.Sprintf("%.2f", e.Expected), fmt.Sprintf("of the ways to place the sectors on the actors (%s), %.0f%% have an index as low or lower, %.0f%% one as high or higher", way, e.LowerP*100, e.UpperP*100)}
	}
	label := map[string]string{}
	for _, a := range n.Actors {
		label[a.ID] = a.Label
	}
	for _, b := range n.Brokerage() {
		var roles []string
		for _, x := range []struct {
			n    int
			word string
		}{{b.Coordinator, "coordinator"}, {b.Consultant, "consultant"}, {b.Gatekeeper, "gatekeeper"}, {b.Representative, "representative"}, {b.Liaison, "liaison"}} {
			if x.n > 0 {
				roles = append(roles, fmt.Sprintf("%s %d", x.word, x.n))
			}
		}
		if len(roles) > 0 {
			p.Brokers = append(p.Brokers, brokerLine{label[b.ID], b.Sector, strings.Join(roles, ", ")})
		}
	}
	for _, id := range n.Decapitation().Leave {
		p.Leave = append(p.Leave, label[id])
	}
	p.Leave = p.Leave[:min(5, len(p.Leave))]
	for _, id := range n.Cutpoints() {
		p.Cut = append(p.Cut, label[id])
	}
	for _, x := range []struct{ file, alt, caption string }{
		{"network", "The coalition as a network; the tables list its actors and ties.", "Shape and letter tell the sector, size the number of ties; dashed is uncertain. For the team: it names actors."},
		{"decapitation", "What stays connected as the top actors leave.", "Solid: those with most ties leave first. Dashed: the worst that can happen."},
		{"measures", "Measures from 0 to 1 with their intervals; the table gives the numbers.", ""},
		{"shares", "Composition by sector, gender, age and class; the table gives the numbers.", ""}} {
		p.Figures = append(p.Figures, *v.casePicture(c.ID, x.file, x.alt, x.caption))
	}
	cell := v.Frame.SmallestCell()
	s, err := n.Aggregate(cell, seed(c.ID))
	if err != nil {
		return err
	}
	p.Outside = fmt.Sprintf("Outside the team actors are named only where that is allowed; of the others at least %d are counted together.", cell)
	if s.Withheld != "" {
		p.Outside += " " + strings.ToUpper(s.Withheld[:1]) + s.Withheld[1:] + "."
	}
	p.Beside, err = v.besideScores(c.ID, r)
	return err
}

// besideScores puts what was measured beside what coders read, for the conditions that name a measure.
func (v *visit) besideScores(c thread.ID, r coalition.Report) ([]besideMeasure, error) {
	conditions, err := v.conditions()
	if err != nil {
		return nil, err
	}
	var out []besideMeasure
	for _, cond := range conditions {
		m, ok := r.Get(cond.Measure)
		if !ok {
			continue
		}
		b := besideMeasure{Condition: cond.Name, Href: v.page(cond.ID), Measured: measured(m), Read: "not scored yet"}
		if raw, href, err := v.scoreOf(c, cond.ID); err != nil {
			return nil, err
		} else if raw != "" {
			b.Read, b.Score = raw, href
		}
		out = append(out, b)
	}
	return out, nil
}

// scoreOf is what a case was given on a condition, and where that is shown; empty when it has no score.
func (v *visit) scoreOf(c, condition thread.ID) (raw, href string, err error) {
	it, err := store.Get[synthesis.Score](v.Ctx, v.store(), v.Study, synthesis.ScoreID(c, condition))
	if fault.Of(err) == fault.NotFound {
		return "", "", nil
	}
	return it.Object.Raw, v.page(it.Node.ID), err
}

// measuredFor says what was measured of a case for a condition; empty when the condition goes with no measure.
func (v *visit) measuredFor(c thread.ID, cond synthesis.Condition) (string, error) {
	if cond.Measure == "" {
		return "", nil
	}
	_, _, n, err := v.coalition(c)
	if err != nil || len(n.Actors) == 0 {
		return "", err
	}
	r, err := n.Measure(seed(c))
	if err != nil {
		return "", fault.Wrap(fault.Invalid, err, "The coalition cannot be measured: %s.", err)
	}
	m, ok := r.Get(cond.Measure)
	if !ok {
		return "", nil
	}
	return "Measured of the coalition (" + strings.ReplaceAll(m.Name, "-", " ") + "): " + measured(m) + ".", nil
}

// measured is a measure in a few words.
func measured(m coalition.Measure) string {
	if m.Undefined != "" {
		return "none: " + m.Undefined
	}
	return fmt.Sprintf("%.2f (%.2f to %.2f)", m.Value, m.Low, m.High)
}

// coalitionPicture draws one of the pictures of the coalition.
func (v *visit) coalitionPicture(c cases.Case, name string) (string, error) {
	gone := fault.New(fault.NotFound, "There is no such picture of the case.")
	_, _, n, err := v.coalition(c.ID)
	if err != nil {
		return "", err
	}
	if len(n.Actors) == 0 {
		return "", gone
	}
	switch name {
	case "network":
		return drawn.Network(n, true, 760, "Coalition: "+c.Name), nil
	case "decapitation":
		return drawn.Decapitation(n.Decapitation(), "What remains when the top actors leave: "+c.Name), nil
	case "shares":
		var ds []coalition.Diversity
		for _, a := range []string{"sector", "gender", "age", "class"} {
			ds = append(ds, n.Diversity(a))
		}
		return drawn.Shares(ds, "Who is in the coalition: "+c.Name), nil
	case "measures":
		r, err := n.Measure(seed(c.ID))
		if err != nil {
			return "", fault.Wrap(fault.Invalid, err, "The coalition cannot be measured: %s.", err)
		}
		return drawn.Whiskers(r.Measures, "Measures of the coalition: "+c.Name), nil
	}
	return "", gone
}

func (v *visit) actorChoices(c thread.ID) ([]option, error) {
	all, err := store.All[cases.Actor](v.Ctx, v.store(), v.Study, store.Filter{Case: c})
	if err != nil {
		return nil, err
	}
	var out []option
	for _, it := range all {
		out = append(out, option{string(it.Object.ID), it.Object.Name})
	}
	return out, nil
}

func newActor(v *visit) error {
	return v.actorForm(editing[cases.Actor]{Heading: "New actor", New: true, Start: cases.Actor{Case: v.Object.(cases.Case).ID, Stance: "coalition"}}, v.Object.(cases.Case).ID)
}

func editActor(v *visit) error {
	return v.actorForm(editing[cases.Actor]{Heading: "Edit the actor"}, v.Object.(cases.Actor).Case)
}

func (v *visit) actorForm(e editing[cases.Actor], c thread.ID) error {
	back := v.at("case", string(c), "coalition")
	v.crumb("Coalition", back)
	records, err := choices[source.Record](v, "", nil)
	if err != nil {
		return err
	}
	e.Intro = "An organisation or a group. A person is never named outside the team; give a word that tells the role, not the name, wherever that is enough."
	e.Form = func(a cases.Actor) form {
		yes := func(b bool) []string {
			if b {
				return []string{"yes"}
			}
			return nil
		}
		f := form{Submit: "Save the actor", Cancel: back}
		if e.New {
			f.Fields = append(f.Fields, idField(thread.Actor, "name"))
		}
		f.Fields = append(f.Fields,
			field{Name: "name", Label: "Name", Value: a.Name, Required: true},
			field{Name: "sector", Label: "Sector", Value: a.Sector, Required: true, Help: "Such as civil society, business, media, labour, religion."},
			field{Name: "level", Label: "Level", Kind: selectField, Value: a.Level, Options: append([]option{{"", "not said"}}, options("local", "national", "international")...)},
			field{Name: "stance", Label: "Stance", Kind: selectField, Value: a.Stance, Options: []option{{"coalition", "in the coalition"}, {"between", "between"}, {"opponent", "against it"}}, Required: true},
			field{Name: "surety", Label: "How sure is it that it belongs there?", Kind: selectField, Value: a.Surety, Options: []option{{"", "certain"}, {"probable", "probable"}, {"possible", "possible"}}},
			field{Name: "person", Head: "Protection", Label: "A person", Kind: checksField, Values: yes(a.Person), Options: []option{{"yes", "This is one person, not an organisation"}}},
			field{Name: "public", Label: "Naming", Kind: checksField, Values: yes(a.Public), Options: []option{{"yes", "An organisation or office that may be named outside the team"}}},
			field{Name: "gender", Head: "Composition", About: "One word, or shares that are counts or percentages, one a line: “women: 60”.", Label: "Gender", Kind: areaField, Value: strings.Join(a.Gender, "\n")},
			field{Name: "age", Label: "Age", Kind: areaField, Value: strings.Join(a.Age, "\n")},
			field{Name: "class", Label: "Social class", Kind: areaField, Value: strings.Join(a.Class, "\n")},
			evidenceField("records", "Records that tell of it", "", a.Records, records),
			field{Name: "source", Label: "Addresses where it was read", Kind: areaField, Value: strings.Join(a.Source, "\n"), Help: "One a line."})
		return f
	}
	e.Read = func(f form, a cases.Actor, ps *fault.Problems) cases.Actor {
		if e.New {
			a.ID = madeID(thread.Actor, f.text("id"), c.Rest()+" "+f.text("name"))
			if len(f.list("person")) > 0 && f.text("id") == "" {
				a.ID = thread.ID(fmt.Sprintf("%s%s-p%x", thread.Actor.Prefix(), c.Rest(), seed(thread.ID(f.text("name")+v.s.clock().String()))&0xffffff)) // no name in an id
			}
		}
		a.Name, a.Sector, a.Level, a.Stance, a.Surety = f.text("name"), f.text("sector"), f.text("level"), f.text("stance"), f.text("surety")
		a.Person, a.Public = len(f.list("person")) > 0, len(f.list("public")) > 0
		a.Gender, a.Age, a.Class, a.Source = lines(f.text("gender")), lines(f.text("age")), lines(f.text("class")), lines(f.text("source"))
		a.Records = f.ids("records")
		return a
	}
	e.Check = func(tx *store.Tx, a cases.Actor) error {
		return exist(tx, v, map[string][]thread.ID{"records": a.Records}, c)
	}
	e.Done = func(cases.Actor) string { return back }
	return edit(v, e)
}

func newTie(v *visit) error {
	return v.tieForm(editing[cases.Tie]{Heading: "New tie", New: true, Start: cases.Tie{Case: v.Object.(cases.Case).ID}}, v.Object.(cases.Case).ID)
}

func editTie(v *visit) error {
	return v.tieForm(editing[cases.Tie]{Heading: "Edit the tie"}, v.Object.(cases.Tie).Case)
}

func (v *visit) tieForm(e editing[cases.Tie], c thread.ID) error {
	back := v.at("case", string(c), "coalition")
	v.crumb("Coalition", back)
	actors, err := v.actorChoices(c)
	if err != nil {
		return err
	}
	var kinds []option
	for _, k := range cases.TieKinds {
		kinds = append(kinds, option{k, strings.ReplaceAll(k, "-", " ")})
	}
	e.Form = func(t cases.Tie) form {
		return form{Submit: "Save the tie", Cancel: back, Fields: []field{
			{Name: "from", Label: "Who", Kind: selectField, Value: string(t.From), Options: actors, Required: true},
			{Name: "kind", Label: "How", Kind: selectField, Value: t.Kind, Options: kinds, Required: true},
			{Name: "to", Label: "To whom", Kind: selectField, Value: string(t.To), Options: actors, Required: true},
			{Name: "date", Label: "When", Value: string(t.Date), Help: "As for events; empty: throughout."},
			{Name: "surety", Label: "How sure is it?", Kind: selectField, Value: t.Surety, Options: []option{{"", "certain"}, {"probable", "probable"}, {"possible", "possible"}}},
			{Name: "source", Label: "Addresses where it was read", Kind: areaField, Value: strings.Join(t.Source, "\n"), Help: "One a line."}}}
	}
	e.Read = func(f form, t cases.Tie, ps *fault.Problems) cases.Tie {
		t.From, t.Kind, t.To, t.Date, t.Surety, t.Source = thread.ID(f.text("from")), f.text("kind"), thread.ID(f.text("to")), cases.EDTF(f.text("date")), f.text("surety"), lines(f.text("source"))
		if e.New { // made of nothing that names anybody
			t.ID = thread.ID(fmt.Sprintf("%s%s-%x", thread.Tie.Prefix(), c.Rest(), seed(t.From+" "+t.To+thread.ID(t.Kind))&0xffffffff))
		}
		return t
	}
	e.Check = func(tx *store.Tx, t cases.Tie) error {
		return exist(tx, v, map[string][]thread.ID{"from": {t.From}, "to": {t.To}}, c)
	}
	e.Done = func(cases.Tie) string { return back }
	return edit(v, e)
}
