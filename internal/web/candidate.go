package web

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
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
	More      []sourcedFact // what nobody reads at an address: the team's own
	Origin    string
	Records   []link
	Case      link
	Context   []contextCell
	Absent    []string // attributes without a value, and why
	TakeIn    string   // page where the country context is taken in
	Decisions []inclusionLine
	Standing  string // what holds now
	Decide    string // where a decision is sent; empty: not for this role
	Criteria  []option
	Criterion string // as typed, when the decision was not kept
	Note      string // as Criterion
	Edit      string
	Thread    string
	Trouble   string
}

// contextCell is a country fact beside how long before onset it is of.
type contextCell struct {
	Words, Value, Range, Year, Before, Source, Version, Licence string

	Uncertain string // why the value may be its neighbour
	Note      string // what to know of it
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

// openAtlas is the country context as it was opened last.
type openAtlas struct {
	mu     sync.Mutex
	tables []country.Table // that were imported when it was opened
	atlas  *country.Atlas
}

// atlas is the built-in country context with the tables that were imported on this server. It is opened again when they change.
func (v *visit) atlas() (*country.Atlas, error) {
	tables, err := v.store().Tables(v.Ctx)
	if err != nil {
		return nil, err
	}
	o := &v.s.country
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.atlas == nil || !reflect.DeepEqual(o.tables, tables) {
		a, err := country.Open(tables...)
		if err != nil {
			return nil, err
		}
		o.atlas, o.tables = a, tables
	}
	return o.atlas, nil
}

func showCandidate(v *visit) error { return v.candidatePage(candidatePage{}) }

// candidatePage shows the candidate with what p says already: a decision that was not kept, and why.
func (v *visit) candidatePage(p candidatePage) error {
	c := v.Object.(cases.Candidate)
	v.crumb("Universe of cases", v.at("universe"))
	p.Name, p.Facts, p.Origin, p.Thread = c.Label(), candidateFacts(c), c.Origin, v.at("thread", string(c.ID))
	more := func(label, value string) {
		if value != "" {
			p.More = append(p.More, sourcedFact{Label: label, Value: value})
		}
	}
	more("What it demanded", c.Goal)
	more("Outcome coded to", c.CodedTo)
	more("Region", c.Region)
	access := map[bool]string{true: "yes", false: "no"}[c.Feasible]
	if c.Access != "" {
		access += ": " + c.Access
	}
	more("Can be studied", access)
	if c.Feasibility != 0 {
		more("How good access is, to 1", strconv.FormatFloat(c.Feasibility, 'g', -1, 64))
	}
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
	p.Context, p.Absent = before(atlas, c, store.Objects(facts))
	p.TakeIn = v.at("context")
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

// before is what is known of a candidate's country before onset: of each attribute what the study holds, and what the data
// have where the study holds nothing. Of several years the latest one that is a full year before onset is shown, for another
// candidate of the same country may have had its own years taken in.
func before(atlas *country.Atlas, c cases.Candidate, facts []cases.Fact) (out []contextCell, absent []string) {
	best := map[string]cases.Fact{}
	for _, f := range facts {
		if f.ISO3 != c.ISO3 || f.Year > c.Start || f.Year < c.Start-country.Lag-country.Reach {
			continue
		}
		old, ok := best[f.Attribute]
		early := func(x cases.Fact) bool { return x.Year <= c.Start-country.Lag }
		if !ok || early(f) && (!early(old) || f.Year > old.Year) {
			best[f.Attribute] = f
		}
	}
	cells, _ := atlas.Context(c.ISO3, c.Start, country.Lag, country.Reach) // a country that the data do not know has facts alone
	known := map[string]country.Cell{}
	for _, x := range cells {
		known[x.Attribute] = x
		if _, ok := best[x.Attribute]; ok {
			continue
		}
		if x.Value == "" {
			absent = append(absent, x.Words+": "+x.Absent)
			continue
		}
		best[x.Attribute] = cases.FactOf(x)
	}
	stands := map[thread.ID]bool{}
	for _, f := range facts {
		stands[f.Ref()] = true
	}
	for _, name := range slices.Sorted(maps.Keys(best)) {
		f := best[name]
		x := contextCell{Words: strings.ReplaceAll(name, "-", " "), Value: f.Value, Year: strconv.Itoa(f.Year), Before: plural(c.Start-f.Year, "year") + " before", Source: f.Source, Version: f.Version, Licence: f.Licence}
		if at, ok := atlas.Attribute(name); ok {
			x.Words = at.Words
		}
		if f.Low != 0 || f.High != 0 {
			x.Range = fmt.Sprintf("%g to %g", f.Low, f.High)
		}
		if k := known[name]; k.Year == f.Year && k.Value == f.Value {
			x.Uncertain, x.Note = k.Uncertain, k.Note
		}
		switch {
		case !stands[f.Ref()]:
			x.Note = strings.TrimPrefix(x.Note+"; not taken into the study yet", "; ")
		case f.Year == c.Start:
			x.Before, x.Note = "the year of onset", "the campaign may already have changed it"
		}
		out = append(out, x)
	}
	slices.SortStableFunc(out, func(a, b contextCell) int { return strings.Compare(a.Words, b.Words) })
	return out, absent
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
		return v.candidatePage(candidatePage{Trouble: "The decision was not kept: " + fault.Message(err), Criterion: get("criterion"), Note: get("note")})
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
			field{Name: "leadership_note", Label: "What the two words leave out", Value: c.LeadershipNote},
			field{Name: "leadership_source", Label: "Where that was read", Kind: areaField, Value: lines(c.LeadershipSource)},
			field{Name: "nonviolent", Label: "Nonviolent", Kind: selectField, Value: c.Nonviolent, Options: words(cases.NonviolentWords), Help: "Not applicable where there is no street: a standard that businesses set, for example."},
			field{Name: "nonviolent_source", Label: "Where that was read", Kind: areaField, Value: lines(c.NonviolentSource)},
			field{Name: "participation", Label: "People at the peak", Value: number(c.Participation)},
			field{Name: "participation_source", Label: "Where the number was read", Kind: areaField, Value: lines(c.ParticipationSource)},
			field{Name: "outcome", Head: "Outcome", Label: "Outcome", Kind: selectField, Value: c.Outcome, Options: words(cases.Outcomes)},
			field{Name: "coded_to", Label: "Coded to", Help: "A date such as 2018-12-31: what comes later is not in it.", Value: c.CodedTo},
			field{Name: "outcome_note", Label: "What was reached", Kind: areaField, Value: c.OutcomeNote},
			field{Name: "outcome_source", Label: "Where that was read", Kind: areaField, Value: lines(c.OutcomeSource)},
			field{Name: "regime_before", Head: "Place", Label: "Regime type of the year before onset", Kind: selectField, Value: c.RegimeBefore, Options: words(cases.Regimes), Help: "Empty: taken from the built-in data. Of the year before, because in the year itself the campaign may have changed it."},
			field{Name: "regime_source", Label: "Where the regime type was read", Help: "Empty when it is taken from the built-in data.", Kind: areaField, Value: lines(c.RegimeSource)},
			field{Name: "region", Label: "Region", Help: "Empty: by the study's region scheme.", Value: c.Region},
			field{Name: "feasible", Head: "Access", Label: "Can it be studied?", Kind: selectField, Value: state, Options: []option{{"yes", "yes"}, {"no", "no: no access, or informants would not be safe"}}},
			field{Name: "access", Label: "Why, or why not", Kind: areaField, Value: c.Access, Help: "Needed when it cannot be studied."},
			field{Name: "feasibility", Label: "How good is access, above 0 to 1?", Value: feasible, Help: "Empty: not judged."},
			evidenceField("records", "Records that it was raised from", "", c.Records, records))
		return f
	}
	regime := func(c cases.Candidate) string {
		x, _ := atlas.Value(c.ISO3, "regime", c.Start-country.Lag) // what the data do not know stays empty
		return x.Value
	}
	region := func(c cases.Candidate) string {
		if scheme == "" {
			return ""
		}
		x, _ := atlas.Region(c.ISO3, scheme)
		return x.Value
	}
	e.Read = func(f form, c cases.Candidate, ps *fault.Problems) cases.Candidate {
		was := c
		c.Name, c.Trigger, c.Goal, c.Leadership, c.Nonviolent, c.Outcome, c.CodedTo, c.OutcomeNote, c.Access = f.text("name"), f.text("trigger"), f.text("goal"), f.text("leadership"), f.text("nonviolent"), f.text("outcome"), f.text("coded_to"), f.text("outcome_note"), f.text("access")
		c.Start, c.End, c.Participation = f.number(ps, "start"), f.number(ps, "end"), f.number(ps, "participation")
		c.Feasible, c.Feasibility = f.text("feasible") != "no", f.real(ps, "feasibility")
		c.DatesSource, c.TriggerSource, c.SectorsSource, c.OutcomeSource, c.Sectors = lines(f.text("dates_source")), lines(f.text("trigger_source")), lines(f.text("sectors_source")), lines(f.text("outcome_source")), lines(f.text("sectors"))
		c.LeadershipNote, c.LeadershipSource, c.NonviolentSource = f.text("leadership_note"), lines(f.text("leadership_source")), lines(f.text("nonviolent_source"))
		c.ParticipationSource, c.RegimeSource = lines(f.text("participation_source")), lines(f.text("regime_source"))
		c.RegimeBefore, c.Region, c.Records = f.text("regime_before"), f.text("region"), f.ids("records")
		if name := f.text("country"); name != c.Country || c.ISO3 == "" {
			if found, err := atlas.Find(name); err != nil {
				ps.Add("country", "%s", strings.TrimSuffix(fault.Message(err), "."))
				c.Country, c.ISO3 = name, "XXX" // told beside the country, and not beside a code that nobody typed
			} else {
				if len(name) == 3 && strings.EqualFold(name, found.ISO3) {
					name = found.Name
				}
				c.Country, c.ISO3 = name, found.ISO3
			}
		}
		// What was taken from the data goes with the country and the year; what a person wrote stays.
		if was.ISO3 != "" && (was.ISO3 != c.ISO3 || was.Start != c.Start) {
			if c.RegimeBefore == regime(was) {
				c.RegimeBefore = ""
			}
			if c.Region == region(was) {
				c.Region = ""
			}
		}
		if c.RegimeBefore == "" {
			c.RegimeBefore = regime(c)
		}
		if c.Region == "" {
			c.Region = region(c)
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
