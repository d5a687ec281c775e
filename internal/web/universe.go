package web

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"throughline/analysis/selection"
	"throughline/internal/cases"
	"throughline/internal/chain"
	"throughline/internal/fault"
	"throughline/internal/store"
	"throughline/internal/study"
	"throughline/internal/thread"
)

// universePage shows the candidates, which of them were selected and why, and what the selection covers.
type universePage struct {
	Candidates []candidateLine
	Scheme     string // of the regions
	Coverage   coverage
	Selection  *selectionView
}

// candidateLine is one candidate.
type candidateLine struct {
	ID       string
	Name     string
	Country  string
	Years    string
	Region   string
	Regime   string
	Outcome  string
	Feasible bool
	Access   string
	Selected bool
	Why      string // why it was chosen, or why not
	Case     link   // its case; no address: not for this member, or none yet
	Instead  []link // candidates that could take its place
	Facts    []sourcedFact
}

// sourcedFact is one thing known of a candidate, with the addresses where it was read.
type sourcedFact struct {
	Label   string
	Value   string
	Sources []link
}

// selectionView is how the cases were chosen.
type selectionView struct {
	Method   string
	Rules    []string
	Proven   bool
	Frozen   bool   // cases have been chosen
	Memo     string //
	SignedBy string
	Edit     string // address of the memo's form
	Covers   string // "4 of 5 regions and 3 of 4 regime types"
	Changed  bool   // the universe is not the one the choice was made from
	Now      []link // what the method would choose now, when that is something else
	Trouble  string // why the choice cannot be computed anew
}

// coverage counts candidates by region and regime type.
type coverage struct {
	Regimes []string
	Rows    []coverageRow
	Total   coverageRow
}

type coverageRow struct {
	Region string
	Cells  []coverageCell
	All    coverageCell
}

type coverageCell struct{ Universe, Feasible, Selected int }

func (universePage) template() string { return "universe" }

func (s *Server) universe() section {
	return section{
		Routes: []Route{
			{Pattern: "GET /s/{study}/universe", Policy: Of(study.Read), Nav: "Universe", Handle: showUniverse},
			{Pattern: "GET /s/{study}/selection/{id}/edit", Policy: On(study.Edit, thread.Selection).By(study.Lead), Handle: editMemo},
			{Pattern: "POST /s/{study}/selection/{id}/edit", Policy: On(study.Edit, thread.Selection).By(study.Lead), Handle: editMemo},
		},
		Pages: []page{universePage{}},
	}
}

func showUniverse(v *visit) error {
	items, err := store.All[cases.Candidate](v.Ctx, v.store(), v.Study, v.own())
	if err != nil {
		return err
	}
	universe := store.Objects(items)
	names, err := v.caseNames()
	if err != nil {
		return err
	}
	all, err := store.All[cases.Case](v.Ctx, v.store(), v.Study, v.own())
	if err != nil {
		return err
	}
	caseOf := map[thread.ID]thread.ID{}
	for _, it := range all {
		caseOf[it.Object.Candidate] = it.Object.ID
	}
	p := universePage{Scheme: v.Frame.RegionScheme}
	selected := map[thread.ID]bool{}
	var choice selection.Choice
	sel, err := store.Get[cases.Selection](v.Ctx, v.store(), v.Study, "selection")
	switch {
	case fault.Of(err) == fault.NotFound:
	case err != nil:
		return err
	default:
		view := selectionShown(sel.Object)
		if v.Member.Role == study.Lead {
			view.Edit = v.at("selection", "selection", "edit")
		}
		for _, id := range sel.Object.Chosen {
			selected[id] = true
		}
		var inputs string
		choice, inputs, err = chain.Choice(sel.Object, universe)
		if err != nil {
			view.Trouble = fault.Message(err)
		} else {
			view.Covers = fmt.Sprintf("%d of %d regions and %d of %d regime types", choice.Regions, choice.RegionsOf, choice.Regimes, choice.RegimesOf)
			view.Changed = sel.Object.Inputs != "" && sel.Object.Inputs != inputs
			now := map[thread.ID]bool{}
			for _, id := range choice.Chosen {
				now[thread.ID(id)] = true
			}
			for _, c := range universe {
				if view.Frozen && now[c.ID] && !selected[c.ID] {
					view.Now = append(view.Now, link{c.Label(), "#" + string(c.ID)})
				}
			}
		}
		p.Selection = &view
	}
	for _, c := range universe {
		p.Candidates = append(p.Candidates, v.candidate(c, selected, caseOf[c.ID], names, choice, universe))
	}
	slices.SortStableFunc(p.Candidates, func(a, b candidateLine) int {
		return cmp.Or(strings.Compare(a.Country, b.Country), strings.Compare(a.Years, b.Years))
	})
	p.Coverage = coverageOf(universe, selected)
	return v.render("Universe of cases", p)
}

func selectionShown(s cases.Selection) selectionView {
	view := selectionView{Method: s.Method, Proven: s.Proven, Frozen: len(s.Chosen) > 0, Memo: s.Memo, SignedBy: s.SignedBy}
	view.Rules = append(view.Rules, plural(s.K, "case")+" are chosen")
	if s.MinSuccess > 0 {
		view.Rules = append(view.Rules, fmt.Sprintf("at least %d succeeded", s.MinSuccess))
	}
	if s.MinFailure > 0 {
		view.Rules = append(view.Rules, fmt.Sprintf("at least %d failed or only partly succeeded", s.MinFailure))
	}
	if s.MaxPerCountry > 0 {
		view.Rules = append(view.Rules, fmt.Sprintf("at most %d of one country", s.MaxPerCountry))
	}
	if n := len(s.In); n > 0 {
		view.Rules = append(view.Rules, fmt.Sprintf("%d fixed in advance", n))
	}
	if n := len(s.Out); n > 0 {
		view.Rules = append(view.Rules, fmt.Sprintf("%d set aside in advance", n))
	}
	return view
}

func (v *visit) candidate(c cases.Candidate, selected map[thread.ID]bool, own thread.ID, names caseNames, choice selection.Choice, universe []cases.Candidate) candidateLine {
	id := string(c.ID)
	l := candidateLine{ID: id, Name: c.Name, Country: c.Country, Years: years(c), Region: c.Region, Regime: c.RegimeBefore, Outcome: c.Outcome,
		Feasible: c.Feasible, Access: c.Access, Selected: selected[c.ID], Facts: candidateFacts(c)}
	if own != "" && names[own] != "" {
		l.Case = link{names[own], v.page(own)}
	}
	l.Why = choice.WhyNot[id]
	for _, st := range choice.Steps {
		if st.ID == id {
			l.Why = st.Added
			if !l.Selected && len(selected) > 0 {
				l.Why = "not chosen then; the method would choose it now: " + st.Added
			}
		}
	}
	if l.Selected && choice.WhyNot[id] != "" {
		l.Why = "chosen then; the method would not choose it now: " + choice.WhyNot[id]
	}
	for _, other := range choice.Alternates[id] {
		for _, x := range universe {
			if string(x.ID) == other {
				l.Instead = append(l.Instead, link{x.Label(), "#" + other})
			}
		}
	}
	return l
}

func years(c cases.Candidate) string {
	switch c.End {
	case 0:
		return fmt.Sprintf("%d, goes on", c.Start)
	case c.Start:
		return strconv.Itoa(c.Start)
	}
	return fmt.Sprintf("%d–%d", c.Start, c.End)
}

// candidateFacts are the facts of a candidate, each with where it was read. What is not known is left out.
func candidateFacts(c cases.Candidate) []sourcedFact {
	var out []sourcedFact
	add := func(label, value string, sources []string) {
		if value != "" {
			out = append(out, sourcedFact{label, value, hosts(sources)})
		}
	}
	join := func(parts ...string) string {
		return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), ": ")
	}
	add("Years", years(c), c.DatesSource)
	add("Set off by", c.Trigger, c.TriggerSource)
	add("Who took part", strings.Join(c.Sectors, ", "), c.SectorsSource)
	add("Leadership", join(c.Leadership, c.LeadershipNote), c.LeadershipSource)
	add("Nonviolent", c.Nonviolent, c.NonviolentSource)
	add("Outcome", join(c.Outcome, c.OutcomeNote), c.OutcomeSource)
	if c.Participation > 0 {
		add("People at the peak", strconv.Itoa(c.Participation), c.ParticipationSource)
	}
	add("Regime type the year before", c.RegimeBefore, c.RegimeSource)
	return out
}

// hosts gives addresses with the name of the site as their words.
func hosts(urls []string) []link {
	var out []link
	for _, u := range urls {
		text := u
		if p, err := url.Parse(u); err == nil && p.Host != "" {
			text = strings.TrimPrefix(p.Host, "www.")
		}
		out = append(out, link{text, u})
	}
	return out
}

// coverageOf counts what there is, what can be studied, and what was selected, by region and regime type.
func coverageOf(universe []cases.Candidate, selected map[thread.ID]bool) coverage {
	var cov coverage
	var regions []string
	for _, c := range universe {
		if !slices.Contains(regions, c.Region) {
			regions = append(regions, c.Region)
		}
	}
	slices.Sort(regions)
	for _, r := range cases.Regimes {
		if slices.ContainsFunc(universe, func(c cases.Candidate) bool { return c.RegimeBefore == r }) {
			cov.Regimes = append(cov.Regimes, r)
		}
	}
	cov.Total = coverageRow{Region: "All regions", Cells: make([]coverageCell, len(cov.Regimes))}
	for _, region := range regions {
		row := coverageRow{Region: region, Cells: make([]coverageCell, len(cov.Regimes))}
		for _, c := range universe {
			if c.Region != region {
				continue
			}
			i := slices.Index(cov.Regimes, c.RegimeBefore)
			if i < 0 {
				continue
			}
			for _, cell := range []*coverageCell{&row.Cells[i], &row.All, &cov.Total.Cells[i], &cov.Total.All} {
				cell.Universe++
				if c.Feasible {
					cell.Feasible++
				}
				if selected[c.ID] {
					cell.Selected++
				}
			}
		}
		cov.Rows = append(cov.Rows, row)
	}
	return cov
}

// editMemo is where the lead writes and signs why these cases were selected.
func editMemo(v *visit) error {
	v.crumb("Universe of cases", v.at("universe"))
	return edit(v, editing[cases.Selection]{Heading: "Why these cases", Intro: "Saving signs the memo with your name.",
		Form: func(s cases.Selection) form {
			return form{Submit: "Sign the memo", Cancel: v.at("universe"), Fields: []field{{Name: "memo", Label: "Memo", Help: "Why these cases, and what the selection leaves out.", Kind: areaField, Value: s.Memo, Required: true}}}
		},
		Read: func(f form, s cases.Selection, ps *fault.Problems) cases.Selection {
			s.Memo, s.SignedBy = f.text("memo"), v.Account.Name
			ps.Require("memo", s.Memo)
			return s
		},
		Done: func(cases.Selection) string { return v.at("universe") }})
}
