package web

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"throughline/internal/cases"
	"throughline/internal/chain"
	"throughline/internal/country"
	"throughline/internal/fault"
	"throughline/internal/store"
	"throughline/internal/study"
	"throughline/internal/thread"
)

// contextPage is where the country context is taken in, and where the region scheme is set.
type contextPage struct {
	Candidates int
	Lag        int
	Plan       *planView
	Datasets   []datasetLine
	Scheme     string
	Schemes    []schemeLine
	TakeIn     string // where the context is taken in; empty: not for this role
	SetScheme  string
	Universe   string
}

type planView struct {
	Facts, Changed, Fill int
	Kept, Trouble        []string
	Notices              []string
	New                  []string     // values that the study has none of, the first ones
	More                 int          // of these, so many are not shown
	Other                []changeLine // values that would take the place of others
	Filled               []string     // candidates, and what is filled in
}

// changeLine is a value that would take the place of another.
type changeLine struct{ Words, Country, Year, Was, WasSource, Becomes, Source string }

type datasetLine struct{ Title, Version, Licence, Years, Attributes string }

// schemeLine is a region scheme and what it does to coverage.
type schemeLine struct {
	Name, Words string
	Now         bool
	Universe    string // such as "5 of 6"
	Selected    string
	Regions     []regionCount
	Moves       []string
	More        int
	Without     []string
}

type regionCount struct {
	Name               string
	Universe, Selected int
}

func (contextPage) template() string { return "context" }

func (s *Server) contextRoom() section {
	return section{
		Routes: []Route{
			{Pattern: "GET /s/{study}/context", Policy: Of(study.Read), Handle: showContext},
			{Pattern: "POST /s/{study}/context", Policy: Of(study.Edit), Handle: takeContext},
			{Pattern: "POST /s/{study}/context/scheme", Policy: Of(study.Edit).By(study.Lead), Handle: setScheme},
		},
		Pages: []page{contextPage{}},
	}
}

// lag is how many years before onset the context is of: the address may say it, from 0 to 10.
func lag(text string) int {
	if n, err := strconv.Atoi(text); err == nil && n >= 0 && n <= 10 {
		return n
	}
	return country.Lag
}

func showContext(v *visit) error {
	v.crumb("Universe of cases", v.at("universe"))
	atlas, err := v.atlas()
	if err != nil {
		return err
	}
	universe, facts, err := chain.Universe(v.Ctx, v.store(), v.Study)
	if err != nil {
		return err
	}
	p := contextPage{Lag: lag(v.R.URL.Query().Get("lag")), Scheme: v.Frame.RegionScheme, Universe: v.at("universe")}
	scheme, _ := country.SchemeOf(v.Frame.RegionScheme)
	if v.may(study.Edit, "") {
		p.TakeIn = v.at("context")
	}
	if v.Member.Role == study.Lead {
		p.SetScheme = v.at("context", "scheme")
	}
	all, err := store.All[cases.Candidate](v.Ctx, v.store(), v.Study, store.Filter{})
	if err != nil {
		return err
	}
	p.Candidates = len(all)
	p.Plan = planned(atlas, cases.PlanContext(atlas, scheme, store.Objects(all), facts, p.Lag), store.Objects(all), facts)
	for _, d := range atlas.Datasets() {
		years := ""
		if d.From != 0 {
			years = fmt.Sprintf("%d–%d", d.From, d.To)
		}
		p.Datasets = append(p.Datasets, datasetLine{d.Title, d.Version, d.Licence, years, fmt.Sprint(len(d.Used))})
	}
	sel, err := store.Get[cases.Selection](v.Ctx, v.store(), v.Study, "selection")
	if err != nil && fault.Of(err) != fault.NotFound {
		return err
	}
	for _, s := range country.Schemes() {
		l := schemeLine{Name: string(s), Words: s.Words(), Now: s == scheme}
		n, chosen := map[string]int{}, map[string]int{}
		for _, c := range universe {
			r, err := atlas.Region(c.ISO3, s)
			if err != nil || r.Value == "" {
				l.Without = append(l.Without, c.Label())
				continue
			}
			n[r.Value]++
			if slices.Contains(sel.Object.Chosen, c.ID) {
				chosen[r.Value]++
			}
		}
		regions := atlas.Regions(s)
		for _, r := range regions {
			l.Regions = append(l.Regions, regionCount{r, n[r], chosen[r]})
		}
		l.Universe, l.Selected = fmt.Sprintf("%d of %d", len(n), len(regions)), fmt.Sprintf("%d of %d", len(chosen), len(regions))
		moves := slices.DeleteFunc(cases.Moves(atlas, s, universe), func(m cases.Move) bool { return m.Renamed })
		for _, m := range moves[:min(6, len(moves))] {
			to := m.To
			if to == "" {
				to = "no region"
			}
			l.Moves = append(l.Moves, m.Candidate.Label()+": "+to)
		}
		l.More = max(0, len(moves)-6)
		p.Schemes = append(p.Schemes, l)
	}
	return v.render("Country context", p)
}

// planned tells a plan to people: what is new, what takes the place of what, and which candidates are filled in.
func planned(atlas *country.Atlas, plan cases.TakeIn, universe []cases.Candidate, facts []cases.Fact) *planView {
	const shown = 8
	p := &planView{Facts: len(plan.Facts), Changed: plan.Changed, Fill: len(plan.Candidates), Kept: plan.Kept, Trouble: plan.Trouble, Notices: plan.Notices}
	stands := map[thread.ID]cases.Fact{}
	for _, f := range facts {
		stands[f.Ref()] = f
	}
	source := func(f cases.Fact) string { return strings.TrimSuffix(f.Source+", "+f.Version, ", ") }
	for _, f := range plan.Facts {
		words := strings.ReplaceAll(f.Attribute, "-", " ")
		if at, ok := atlas.Attribute(f.Attribute); ok {
			words = at.Words
		}
		name := f.ISO3
		if c, err := atlas.Country(f.ISO3); err == nil {
			name = c.Name
		}
		if old, ok := stands[f.Ref()]; ok {
			p.Other = append(p.Other, changeLine{words, name, strconv.Itoa(f.Year), old.Value, source(old), f.Value, source(f)})
		} else if len(p.New) < shown {
			p.New = append(p.New, fmt.Sprintf("%s %d, %s: %s", name, f.Year, words, f.Value))
		}
	}
	p.More = len(plan.Facts) - len(p.Other) - len(p.New)
	was := map[thread.ID]cases.Candidate{}
	for _, c := range universe {
		was[c.ID] = c
	}
	for _, c := range plan.Candidates {
		var what []string
		if c.RegimeBefore != was[c.ID].RegimeBefore {
			what = append(what, "regime type "+c.RegimeBefore)
		}
		if c.Region != was[c.ID].Region {
			what = append(what, "region "+c.Region)
		}
		p.Filled = append(p.Filled, c.Label()+": "+strings.Join(what, ", "))
	}
	return p
}

// takeContext writes the plan, whole or not at all.
func takeContext(v *visit) error {
	atlas, err := v.atlas()
	if err != nil {
		return err
	}
	scheme, _ := country.SchemeOf(v.Frame.RegionScheme)
	years := lag(v.R.PostForm.Get("lag"))
	err = v.write(func(tx *store.Tx) error {
		items, err := store.All[cases.Candidate](v.Ctx, tx, v.Study, store.Filter{})
		if err != nil {
			return err
		}
		facts, err := store.All[cases.Fact](v.Ctx, tx, v.Study, store.Filter{})
		if err != nil {
			return err
		}
		plan := cases.PlanContext(atlas, scheme, store.Objects(items), store.Objects(facts), years)
		for _, f := range plan.Facts {
			if err := tx.Put(v.Study, f, store.Any); err != nil {
				return err
			}
		}
		for _, c := range plan.Candidates {
			if err := tx.Put(v.Study, c, store.Any); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return v.to(fmt.Sprintf("%s?lag=%d", v.at("context"), years))
}

// setScheme sets the region scheme and the region of every candidate that the scheme places.
func setScheme(v *visit) error {
	atlas, err := v.atlas()
	if err != nil {
		return err
	}
	s := country.Scheme(v.R.PostForm.Get("scheme"))
	if !slices.Contains(country.Schemes(), s) {
		return fault.New(fault.Invalid, "There is no region scheme %q.", string(s))
	}
	err = v.write(func(tx *store.Tx) error {
		frame, err := store.Get[study.Study](v.Ctx, tx, v.Study, thread.ID("study"))
		if err != nil {
			return err
		}
		items, err := store.All[cases.Candidate](v.Ctx, tx, v.Study, store.Filter{})
		if err != nil {
			return err
		}
		for _, m := range cases.Moves(atlas, s, store.Objects(items)) {
			m.Candidate.Region = m.To
			if err := tx.Put(v.Study, m.Candidate, store.Any); err != nil {
				return err
			}
		}
		o := frame.Object
		if o.RegionScheme = s.Words(); o.RegionScheme == frame.Object.RegionScheme {
			return nil
		}
		return tx.Put(v.Study, o, frame.Version)
	})
	if err != nil {
		return err
	}
	return v.to(v.at("context") + "#schemes")
}
