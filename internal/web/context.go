package web

import (
	"fmt"
	"slices"
	"strconv"

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
	Sample               []string
}

type datasetLine struct{ Title, Version, Licence, Years, Attributes string }

// schemeLine is a region scheme and what it does to coverage.
type schemeLine struct {
	Name, Words string
	Now         bool
	Universe    string // "5 of 6 regions"
	Selected    string
	Moves       []string
	More        int
	Without     []string
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
	p := contextPage{Candidates: len(universe), Lag: lag(v.R.URL.Query().Get("lag")), Scheme: v.Frame.RegionScheme, Universe: v.at("universe")}
	scheme, _ := country.SchemeOf(v.Frame.RegionScheme)
	if v.may(study.Edit, "") {
		p.TakeIn = v.at("context")
	}
	if v.Member.Role == study.Lead {
		p.SetScheme = v.at("context", "scheme")
	}
	plan := cases.PlanContext(atlas, scheme, universe, facts, p.Lag)
	p.Plan = &planView{Facts: len(plan.Facts), Changed: plan.Changed, Fill: len(plan.Candidates), Kept: plan.Kept, Trouble: plan.Trouble, Notices: plan.Notices}
	for _, f := range plan.Facts[:min(8, len(plan.Facts))] {
		p.Plan.Sample = append(p.Plan.Sample, fmt.Sprintf("%s %d, %s: %s", f.ISO3, f.Year, f.Attribute, f.Value))
	}
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
		covered, chosen := map[string]bool{}, map[string]bool{}
		for _, c := range universe {
			r, err := atlas.Region(c.ISO3, s)
			if err != nil || r.Value == "" {
				l.Without = append(l.Without, c.Label())
				continue
			}
			covered[r.Value] = true
			if slices.Contains(sel.Object.Chosen, c.ID) {
				chosen[r.Value] = true
			}
		}
		all := len(atlas.Regions(s))
		l.Universe, l.Selected = fmt.Sprintf("%d of %d", len(covered), all), fmt.Sprintf("%d of %d", len(chosen), all)
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

// takeContext writes the plan, whole or not at all.
func takeContext(v *visit) error {
	atlas, err := v.atlas()
	if err != nil {
		return err
	}
	scheme, _ := country.SchemeOf(v.Frame.RegionScheme)
	err = v.write(func(tx *store.Tx) error {
		items, err := store.All[cases.Candidate](v.Ctx, tx, v.Study, store.Filter{})
		if err != nil {
			return err
		}
		facts, err := store.All[cases.Fact](v.Ctx, tx, v.Study, store.Filter{})
		if err != nil {
			return err
		}
		plan := cases.PlanContext(atlas, scheme, store.Objects(items), store.Objects(facts), lag(v.R.PostForm.Get("lag")))
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
	return v.to(v.at("context"))
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
