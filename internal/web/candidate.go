package web

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"throughline/internal/cases"
	"throughline/internal/country"
	"throughline/internal/fault"
	"throughline/internal/source"
	"throughline/internal/store"
	"throughline/internal/study"
	"throughline/internal/thread"
)

// candidatePage shows one candidate: what is known, its country in the year before onset, and what was decided on it.
type candidatePage struct {
	Name      string
	Facts     []sourcedFact
	Origin    string
	Records   []link
	Case      link
	Context   []contextCell
	Uncertain string
	Lag       string
	Decisions []inclusionLine
	Standing  string // what holds now
	Decide    string // where a decision is sent; empty: not for this role
	Criteria  []option
	Edit      string
	Thread    string
	Trouble   string
}

// contextCell is a country fact beside how long before onset it is of.
type contextCell struct {
	Words, Value, Range, Year, Before, Source, Version, Licence string
}

type inclusionLine struct{ Decision, Criterion, Note, By, On string }

func (candidatePage) template() string { return "candidate" }

func (s *Server) candidates() section {
	return section{
		Routes: []Route{
			{Pattern: "GET /s/{study}/candidates/new", Policy: Of(study.Edit), Handle: newCandidate},
			{Pattern: "POST /s/{study}/candidates/new", Policy: Of(study.Edit), Handle: newCandidate},
			{Pattern: "GET /s/{study}/candidate/{id}", Policy: On(study.Read, thread.Candidate), Handle: showCandidate},
			{Pattern: "GET /s/{study}/candidate/{id}/edit", Policy: On(study.Edit, thread.Candidate), Handle: editCandidate},
			{Pattern: "POST /s/{study}/candidate/{id}/edit", Policy: On(study.Edit, thread.Candidate), Handle: editCandidate},
			{Pattern: "POST /s/{study}/candidate/{id}/decide", Policy: On(study.Edit, thread.Candidate), Handle: decideCandidate},
		},
		Pages: []page{candidatePage{}},
	}
}

// atlas is the built-in country context with the tables that were imported on this server.
func (v *visit) atlas() (*country.Atlas, error) {
	tables, err := v.store().Tables(v.Ctx)
	if err != nil {
		return nil, err
	}
	return country.Open(tables...)
}

func showCandidate(v *visit) error { return v.candidatePage("") }

func (v *visit) candidatePage(trouble string) error {
	c := v.Object.(cases.Candidate)
	v.crumb("Universe of cases", v.at("universe"))
	p := candidatePage{Name: c.Label(), Facts: candidateFacts(c), Origin: c.Origin, Thread: v.at("thread", string(c.ID)), Trouble: trouble}
	var err error
	if p.Records, err = v.recordLinks(c.Records); err != nil {
		return err
	}
	names, err := v.caseNames()
	if err != nil {
		return err
	}
	all, err := store.All[cases.Case](v.Ctx, v.store(), v.Study, v.own())
	if err != nil {
		return err
	}
	for _, it := range all {
		if it.Object.Candidate == c.ID && names[it.Object.ID] != "" {
			p.Case = link{names[it.Object.ID], v.page(it.Object.ID)}
		}
	}
	atlas, err := v.atlas()
	if err != nil {
		return err
	}
	facts, err := store.All[cases.Fact](v.Ctx, v.store(), v.Study, store.Filter{})
	if err != nil {
		return err
	}
	for _, it := range facts {
		f := it.Object
		if f.ISO3 != c.ISO3 || f.Year > c.Start || f.Year < c.Start-1-country.Reach {
			continue
		}
		x := contextCell{Words: strings.ReplaceAll(f.Attribute, "-", " "), Value: f.Value, Year: strconv.Itoa(f.Year), Before: plural(c.Start-f.Year, "year") + " before", Source: f.Source, Version: f.Version, Licence: f.Licence}
		if at, ok := atlas.Attribute(f.Attribute); ok {
			x.Words = at.Words
		}
		if f.Low != f.High {
			x.Range = fmt.Sprintf("%g to %g", f.Low, f.High)
		}
		p.Context = append(p.Context, x)
	}
	slices.SortStableFunc(p.Context, func(a, b contextCell) int {
		return cmp.Or(strings.Compare(a.Words, b.Words), strings.Compare(a.Year, b.Year))
	})
	if cell, err := atlas.Value(c.ISO3, "regime", c.Start-country.Lag); err == nil {
		p.Uncertain = cell.Uncertain
	}
	protocol, err := v.protocol()
	if err != nil {
		return err
	}
	p.Criteria = []option{{"", "none"}}
	words := map[string]string{}
	for _, x := range append(slices.Clone(protocol.Include), protocol.Exclude...) {
		p.Criteria = append(p.Criteria, option{x.ID, x.Text})
		words[x.ID] = x.Text
	}
	decisions, err := v.decisions(c.ID)
	if err != nil {
		return err
	}
	for _, d := range decisions {
		p.Decisions = append(p.Decisions, inclusionLine{d.Decision, cmp.Or(words[d.Criterion], d.Criterion), d.Note, d.By, stamp(d.At, "")})
	}
	switch last := cases.Decided(decisions)[c.ID]; last.Decision {
	case source.Include:
		p.Standing = "included"
	case source.Exclude:
		p.Standing = "excluded: it is not chosen from"
	case source.Unsure:
		p.Standing = "not settled: it stays in the universe until somebody excludes it"
	default:
		p.Standing = "nobody decided yet: it stays in the universe"
	}
	if v.may(study.Edit, "") {
		p.Edit, p.Decide = v.at("candidate", string(c.ID), "edit"), v.at("candidate", string(c.ID), "decide")
	}
	return v.render(c.Label(), p)
}

// decisions are those on a candidate, the first one first.
func (v *visit) decisions(c thread.ID) ([]cases.Inclusion, error) {
	all, err := store.All[cases.Inclusion](v.Ctx, v.store(), v.Study, store.Filter{})
	if err != nil {
		return nil, err
	}
	var out []cases.Inclusion
	for _, it := range all {
		if it.Object.Candidate == c {
			out = append(out, it.Object)
		}
	}
	slices.SortFunc(out, func(a, b cases.Inclusion) int {
		return cmp.Or(strings.Compare(a.At, b.At), cmp.Compare(len(a.ID), len(b.ID)), strings.Compare(string(a.ID), string(b.ID)))
	})
	return out, nil
}

// decideCandidate adds a decision to the log.
func decideCandidate(v *visit) error {
	c := v.Object.(cases.Candidate)
	get := func(name string) string { return strings.TrimSpace(clean(v.R.PostForm.Get(name))) }
	protocol, err := v.protocol()
	if err != nil {
		return err
	}
	known := slices.ContainsFunc(append(slices.Clone(protocol.Include), protocol.Exclude...), func(x study.Criterion) bool { return x.ID == get("criterion") })
	err = v.write(func(tx *store.Tx) error {
		if get("criterion") != "" && !known {
			return fault.New(fault.Invalid, "%q is no criterion of the protocol.", get("criterion"))
		}
		all, err := store.All[cases.Inclusion](v.Ctx, tx, v.Study, store.Filter{})
		if err != nil {
			return err
		}
		n := 1
		for _, it := range all {
			if it.Object.Candidate == c.ID {
				n++
			}
		}
		d := cases.Inclusion{ID: cases.InclusionID(c.ID, n), Candidate: c.ID, Decision: get("decision"), Criterion: get("criterion"), Note: get("note"), By: v.Account.Name, At: v.s.clock().UTC().Format(time.RFC3339)}
		if err := d.Valid(); err != nil {
			return err
		}
		return tx.Put(v.Study, d, 0)
	})
	if k := fault.Of(err); k == fault.Invalid || k == fault.Conflict {
		v.status = http.StatusUnprocessableEntity
		return v.candidatePage("The decision was not kept: " + fault.Message(err))
	}
	if err != nil {
		return err
	}
	return v.to(v.at("candidate", string(c.ID)) + "#decisions")
}

func newCandidate(v *visit) error {
	e := editing[cases.Candidate]{Heading: "New candidate", New: true, Start: cases.Candidate{Feasible: true}}
	if id := thread.ID(v.R.URL.Query().Get("record")); id != "" {
		it, err := store.Get[source.Record](v.Ctx, v.store(), v.Study, id)
		if err == nil && v.sees(it.Node) {
			e.Start.Name, e.Start.Start, e.Start.Records = cmp.Or(it.Object.TitleTranslated, it.Object.Title), it.Object.Year, []thread.ID{id}
			if it.Object.URL != "" {
				e.Start.DatesSource = []string{it.Object.URL}
			}
		}
	}
	return v.candidateForm(e)
}

func editCandidate(v *visit) error {
	return v.candidateForm(editing[cases.Candidate]{Heading: "Edit the candidate"})
}

func (v *visit) candidateForm(e editing[cases.Candidate]) error {
	v.crumb("Universe of cases", v.at("universe"))
	atlas, err := v.atlas()
	if err != nil {
		return err
	}
	records, err := choices[source.Record](v, "", nil)
	if err != nil {
		return err
	}
	scheme, _ := country.SchemeOf(v.Frame.RegionScheme)
	words := func(list []string) []option {
		out := []option{{"", "not known"}}
		return append(out, options(list...)...)
	}
	number := func(n int) string {
		if n == 0 {
			return ""
		}
		return strconv.Itoa(n)
	}
	e.Intro = "Each fact with the address where it was read. What is not known stays empty."
	e.Form = func(c cases.Candidate) form {
		cancel := v.at("universe")
		if !e.New {
			cancel = v.at("candidate", string(c.ID))
		}
		f := form{Submit: "Save the candidate", Cancel: cancel}
		if e.New {
			f.Fields = append(f.Fields, field{Name: "id", Label: "Id", Help: "Its name in addresses and files, such as cand-arm-2018. Leave it empty and it is made from the country and the year."})
		}
		feasible := ""
		if c.Feasibility != 0 {
			feasible = strconv.FormatFloat(c.Feasibility, 'g', -1, 64)
		}
		lines := func(s []string) string { return strings.Join(s, "\n") }
		state := "yes"
		if !c.Feasible {
			state = "no"
		}
		f.Fields = append(f.Fields,
			field{Name: "name", Label: "Name", Help: "As people know the campaign.", Value: c.Name, Required: true},
			field{Name: "country", Label: "Country", Help: "Its name in English, or its code of three letters.", Value: c.Country, Required: true},
			field{Name: "start", Label: "Year of onset", Value: number(c.Start), Required: true},
			field{Name: "end", Label: "Last year", Help: "Empty when it goes on.", Value: number(c.End)},
			field{Name: "dates_source", Label: "Where the years were read", Help: "One address a line.", Kind: areaField, Value: lines(c.DatesSource)},
			field{Name: "trigger", Label: "What set it off", Value: c.Trigger},
			field{Name: "trigger_source", Label: "Where that was read", Kind: areaField, Value: lines(c.TriggerSource)},
			field{Name: "goal", Label: "What it demanded", Value: c.Goal},
			field{Name: "sectors", Label: "Who took part", Help: "One sector a line.", Kind: areaField, Value: lines(c.Sectors)},
			field{Name: "sectors_source", Label: "Where that was read", Kind: areaField, Value: lines(c.SectorsSource)},
			field{Name: "leadership", Label: "Leadership, in two words", Value: c.Leadership},
			field{Name: "nonviolent", Label: "Nonviolent", Kind: selectField, Value: c.Nonviolent, Options: words(cases.NonviolentWords), Help: "Not applicable where there is no street: a standard that businesses set, for example."},
			field{Name: "participation", Label: "People at the peak", Value: number(c.Participation)},
			field{Name: "outcome", Head: "Outcome", Label: "Outcome", Kind: selectField, Value: c.Outcome, Options: words(cases.Outcomes)},
			field{Name: "coded_to", Label: "Coded to", Help: "A date such as 2018-12-31: what comes later is not in it.", Value: c.CodedTo},
			field{Name: "outcome_note", Label: "What was reached", Kind: areaField, Value: c.OutcomeNote},
			field{Name: "outcome_source", Label: "Where that was read", Kind: areaField, Value: lines(c.OutcomeSource)},
			field{Name: "regime_before", Head: "Place", Label: "Regime type of the year before onset", Kind: selectField, Value: c.RegimeBefore, Options: words(cases.Regimes), Help: "Empty: taken from the built-in data. Of the year before, because in the year itself the campaign may have changed it."},
			field{Name: "region", Label: "Region", Help: "Empty: by the study's region scheme.", Value: c.Region},
			field{Name: "feasible", Head: "Access", Label: "Can it be studied?", Kind: selectField, Value: state, Options: []option{{"yes", "yes"}, {"no", "no: no access, or informants would not be safe"}}},
			field{Name: "access", Label: "Why, or why not", Kind: areaField, Value: c.Access, Help: "Needed when it cannot be studied."},
			field{Name: "feasibility", Label: "How good is access, above 0 to 1?", Value: feasible, Help: "Empty: not judged."},
			evidenceField("records", "Records that it was raised from", "", c.Records, records))
		return f
	}
	e.Read = func(f form, c cases.Candidate, ps *fault.Problems) cases.Candidate {
		c.Name, c.Trigger, c.Goal, c.Leadership, c.Nonviolent, c.Outcome, c.CodedTo, c.OutcomeNote, c.Access = f.text("name"), f.text("trigger"), f.text("goal"), f.text("leadership"), f.text("nonviolent"), f.text("outcome"), f.text("coded_to"), f.text("outcome_note"), f.text("access")
		c.Start, c.End, c.Participation = f.number(ps, "start"), f.number(ps, "end"), f.number(ps, "participation")
		c.Feasible, c.Feasibility = f.text("feasible") != "no", f.real(ps, "feasibility")
		c.DatesSource, c.TriggerSource, c.SectorsSource, c.OutcomeSource, c.Sectors = lines(f.text("dates_source")), lines(f.text("trigger_source")), lines(f.text("sectors_source")), lines(f.text("outcome_source")), lines(f.text("sectors"))
		c.RegimeBefore, c.Region, c.Records = f.text("regime_before"), f.text("region"), f.ids("records")
		if name := f.text("country"); name != c.Country || c.ISO3 == "" {
			found, err := atlas.Find(name)
			switch unclear := (*country.UnclearError)(nil); {
			case errors.As(err, &unclear) || err != nil:
				ps.Add("country", "%s", strings.TrimSuffix(fault.Message(err), "."))
			default:
				if len(name) == 3 && strings.EqualFold(name, found.ISO3) {
					name = found.Name
				}
				c.Country, c.ISO3 = name, found.ISO3
			}
			if err != nil {
				c.Country, c.ISO3 = name, "XXX" // told beside the country, and not beside a code that nobody typed
			}
		}
		if c.ISO3 != "" && c.RegimeBefore == "" && c.Start > 0 {
			if x, err := atlas.Value(c.ISO3, "regime", c.Start-country.Lag); err == nil {
				c.RegimeBefore = x.Value
			}
		}
		if c.Region == "" && scheme != "" {
			if x, err := atlas.Region(c.ISO3, scheme); err == nil {
				c.Region = x.Value
			}
		}
		if e.New {
			c.ID = madeID(thread.Candidate, f.text("id"), fmt.Sprintf("%s %d", c.ISO3, c.Start))
		}
		return c
	}
	e.Check = func(tx *store.Tx, c cases.Candidate) error {
		return exist(tx, v, map[string][]thread.ID{"records": c.Records}, "")
	}
	e.Done = func(c cases.Candidate) string { return v.at("candidate", string(c.ID)) }
	return edit(v, e)
}
