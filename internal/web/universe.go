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
	"throughline/internal/country"
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
	Desk       string   // address of the selection
	Flow       []string // counts from literature to selection
	Warnings   []string
	Figures    []figureView
	New        string // addresses of forms; empty: not for this role
	Import     string
	Context    string
	Find       string // words looked for
	Regions    []string
	OnlyRegion string
	OnlyRegime string
	OnlyState  string
	Pages      leaves
	Found      int
	All        int
}

// candidateLine is one candidate.
type candidateLine struct {
	ID       string
	Href     string
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
			{Pattern: "GET /s/{study}/universe/picture/{file}", Policy: Of(study.Read), Handle: universePicture},
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
	p.All, p.Context = len(universe), v.at("context")
	if v.may(study.Edit, "") {
		p.New, p.Import = v.at("candidates", "new"), v.at("candidates", "import")
	}
	if err := v.universeCounts(&p, universe, store.Objects(decisions), sel.Object); err != nil {
		return err
	}
	for _, r := range p.Coverage.Rows {
		p.Regions = append(p.Regions, r.Region)
	}
	get := v.R.URL.Query().Get
	p.Find, p.OnlyRegion, p.OnlyRegime, p.OnlyState = get("find"), get("region"), get("regime"), get("state")
	p.Candidates = slices.DeleteFunc(p.Candidates, func(l candidateLine) bool {
		state := map[string]bool{"": true, "selected": l.Selected, "feasible": l.Feasible, "barred": !l.Feasible, "excluded": last[thread.ID(l.ID)].Decision == source.Exclude}
		return p.Find != "" && !contains(p.Find, l.Name, l.Country) || p.OnlyRegion != "" && l.Region != p.OnlyRegion || p.OnlyRegime != "" && l.Regime != p.OnlyRegime || !state[p.OnlyState]
	})
	p.Found = len(p.Candidates)
	var from, to int
	from, to, p.Pages = v.cut(p.Found, 100)
	p.Candidates = p.Candidates[from:to]
	if len(universe) > 0 {
		p.Figures = []figureView{{v.at("universe", "picture", "map.svg"), "Map of the countries that candidates come from; the tables below say the same in words.", "Hatched: candidates, none of which can be studied; cross-hatched: some can; black: selected."},
			{v.at("universe", "picture", "matrix.svg"), "Candidates by region and regime type; the table of coverage says the same in numbers.", "In each cell: candidates, those that can be studied, those selected."}}
	}
	return v.render("Universe of cases", p)
}

func (v *visit) candidate(c cases.Candidate, selected map[thread.ID]bool, own thread.ID, names caseNames, sel cases.Selection, last cases.Inclusion) candidateLine {
	l := candidateLine{ID: string(c.ID), Href: v.at("candidate", string(c.ID)), Name: c.Name, Country: c.Country, Years: years(c), Region: c.Region, Regime: c.RegimeBefore, Outcome: c.Outcome,
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

// universeCounts tells how many came from where, and what the universe lacks.
func (v *visit) universeCounts(p *universePage, universe []cases.Candidate, decisions []cases.Inclusion, sel cases.Selection) error {
	n, err := v.store().Counts(v.Ctx, v.Study)
	if err != nil {
		return err
	}
	in := cases.Included(universe, decisions)
	raised, imported, feasible := 0, 0, 0
	for _, c := range universe {
		if len(c.Records) > 0 {
			raised++
		}
		if c.Origin != "" {
			imported++
		}
	}
	uncertain, blank := 0, 0
	atlas, err := v.atlas()
	if err != nil {
		return err
	}
	var can []selection.Candidate
	for _, c := range in {
		x := selection.Candidate{ID: string(c.ID), Region: c.Region, Regime: c.RegimeBefore}
		if !c.Feasible {
			x.Barred = "no"
		} else {
			feasible++
		}
		can = append(can, x)
		if cell, err := atlas.Value(c.ISO3, "regime", c.Start-country.Lag); err == nil && cell.Uncertain != "" {
			uncertain++
		}
		if c.Outcome == "" {
			blank++
		}
	}
	p.Flow = []string{fmt.Sprintf("%d records found", n[thread.Record]), fmt.Sprintf("%d works", n[thread.Work]), fmt.Sprintf("%d candidates (%d raised from records, %d from lists, %d by hand)", len(universe), raised, imported, max(0, len(universe)-raised-imported)),
		fmt.Sprintf("%d in the universe", len(in)), fmt.Sprintf("%d can be studied", feasible), fmt.Sprintf("%d selected", len(sel.Chosen))}
	if len(universe) > 0 {
		p.Warnings = selection.Gaps(can, regionsOf(v.Frame.RegionScheme), cases.Regimes)
	}
	if uncertain > 0 {
		p.Warnings = append(p.Warnings, plural(uncertain, "candidate")+" of an uncertain regime type: the interval of the index crosses the line between autocracy and democracy")
	}
	if blank > 0 {
		p.Warnings = append(p.Warnings, plural(blank, "candidate")+" without an outcome")
	}
	return nil
}

// universePicture draws the map or the matrix.
func universePicture(v *visit) error {
	items, err := store.All[cases.Candidate](v.Ctx, v.store(), v.Study, v.own())
	if err != nil {
		return err
	}
	sel, err := store.Get[cases.Selection](v.Ctx, v.store(), v.Study, "selection")
	if err != nil && fault.Of(err) != fault.NotFound {
		return err
	}
	selected := map[thread.ID]bool{}
	for _, id := range sel.Object.Chosen {
		selected[id] = true
	}
	universe := store.Objects(items)
	var svg string
	switch v.R.PathValue("file") {
	case "map.svg":
		atlas, err := v.atlas()
		if err != nil {
			return err
		}
		counts := map[string]country.Count{}
		for _, c := range universe {
			n := counts[c.ISO3]
			n.Universe++
			if c.Feasible {
				n.Feasible++
			}
			if selected[c.ID] {
				n.Selected++
				n.Feasible = max(n.Feasible, n.Selected)
			}
			if _, err := atlas.Country(c.ISO3); err == nil {
				counts[c.ISO3] = n
			}
		}
		svg, err = atlas.Map("Where the candidates come from", counts)
		if err != nil {
			return err
		}
	case "matrix.svg":
		cov := coverageOf(universe, selected)
		var rows []string
		var counts [][]country.Count
		for _, r := range cov.Rows {
			rows = append(rows, cmp.Or(r.Region, "not known"))
			var line []country.Count
			for _, c := range r.Cells {
				line = append(line, country.Count{Universe: c.Universe, Feasible: max(c.Feasible, c.Selected), Selected: c.Selected})
			}
			counts = append(counts, line)
		}
		svg, err = country.Matrix("Candidates by region and regime type", rows, cov.Regimes, counts)
		if err != nil {
			return err
		}
	default:
		return fault.New(fault.NotFound, "There is no such picture of the universe.")
	}
	v.send("image/svg+xml", []byte(svg), "")
	return nil
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
