package web

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"throughline/internal/cases"
	"throughline/internal/fault"
	"throughline/internal/source"
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
	Desk       string // address of the selection
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
	Why      string // the rule that keeps it out; empty: none
	Case     link   // its case; no address: not for this member, or none yet
	Facts    []sourcedFact
}

// sourcedFact is one thing known of a candidate, with the addresses where it was read.
type sourcedFact struct {
	Label   string
	Value   string
	Sources []link
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
	p := universePage{Scheme: v.Frame.RegionScheme, Desk: v.at("selection")}
	selected := map[thread.ID]bool{}
	sel, err := store.Get[cases.Selection](v.Ctx, v.store(), v.Study, "selection")
	if fault.Of(err) != fault.NotFound {
		if err != nil {
			return err
		}
		view := selectionShown(sel.Object)
		for _, id := range sel.Object.Chosen {
			selected[id] = true
		}
		p.Selection = &view
	}
	decisions, err := store.All[cases.Inclusion](v.Ctx, v.store(), v.Study, store.Filter{})
	if err != nil {
		return err
	}
	last := cases.Decided(store.Objects(decisions))
	for _, c := range universe {
		p.Candidates = append(p.Candidates, v.candidate(c, selected, caseOf[c.ID], names, sel.Object, last[c.ID]))
	}
	slices.SortStableFunc(p.Candidates, func(a, b candidateLine) int {
		return cmp.Or(strings.Compare(a.Country, b.Country), strings.Compare(a.Years, b.Years))
	})
	p.Coverage = coverageOf(universe, selected)
	return v.render("Universe of cases", p)
}

func (v *visit) candidate(c cases.Candidate, selected map[thread.ID]bool, own thread.ID, names caseNames, sel cases.Selection, last cases.Inclusion) candidateLine {
	l := candidateLine{ID: string(c.ID), Name: c.Name, Country: c.Country, Years: years(c), Region: c.Region, Regime: c.RegimeBefore, Outcome: c.Outcome,
		Feasible: c.Feasible, Access: c.Access, Selected: selected[c.ID], Facts: candidateFacts(c)}
	if own != "" && names[own] != "" {
		l.Case = link{names[own], v.page(own)}
	}
	switch {
	case last.Decision == source.Exclude:
		l.Why = "excluded by the protocol: " + last.Criterion
	case !c.Feasible:
		l.Why = "cannot be studied"
	case slices.Contains(sel.In, c.ID):
		l.Why = "fixed in advance"
	case slices.Contains(sel.Out, c.ID):
		l.Why = "set aside in advance"
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
