package web

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"throughline/analysis/qca"
	"throughline/analysis/qca/picture"
	"throughline/internal/chain"
	"throughline/internal/fault"
	"throughline/internal/store"
	"throughline/internal/study"
	"throughline/internal/synthesis"
	"throughline/internal/thread"
)

// analysesPage lists the analyses of a study.
type analysesPage struct {
	Items []analysisLine
	New   string
}

type analysisLine struct {
	Title   string
	Href    string
	Sort    string
	Outcome string
	Shows   string
	State   string
}

func (analysesPage) template() string { return "analyses" }

// analysisPage shows one analysis: first in plain words, then the truth table and the solutions.
type analysisPage struct {
	Title     string
	Sort      string
	Standing  standing
	Reading   string
	Plain     []string
	Outcome   link
	Cases     caseList
	Cutoffs   []string
	Expect    []string // of theory
	Run       bool     // it has a result
	Aged      string
	Again     string // address to run it again; empty: not for this role
	Version   int64
	Message   string
	Changed   *changedView // nil: nothing has, or there was no result before
	Figures   []figureView // of the truth table; empty as Files
	Files     []fileLink   // empty: not for this member, or the result is of an earlier state
	Columns   []scoreColumn
	Rows      []truthRow
	Says      []string // how much so few cases can say, whatever the solution
	Solutions []solutionView
	Beside    *besideView // nil: as holdsView
	Letters   []letterName
	Matrix    *scoresPage // the data; nil: nobody's that the member may see
}

// truthRow is one observed configuration.
type truthRow struct {
	Cells       []string // "present", "absent"
	Cases       caseList
	Consistency string
	PRI         string
	Output      string
	Deviant     caseList
	HasDeviant  bool
}

type solutionView struct {
	Kind   string
	Name   string
	About  string
	Models []modelView
	Holds  *holdsView // nil: not for this member, or the result is of an earlier state
}

// holdsView is how far a solution holds: in words, then what was varied one at a time.
type holdsView struct {
	Figure     figureView
	Words      []string
	Cutoffs    []string
	Cases      []string
	Conditions []string
}

type modelView struct {
	Kind        string // of the solution, such as "conservative"
	Name        string // "Model 1 of 2"; empty: there is one
	Formula     string
	Words       string
	Consistency string
	PRI         string
	Coverage    string
	Terms       []termView
	Figures     []figureView // as those of the page
	Assumed     *assumedView // nil: nothing is assumed, or it is not for this member
}

// assumedView is what a model supposes of combinations that nobody has seen.
type assumedView struct {
	Count uint64
	Words []string // the first of them
	More  uint64
}

type termView struct {
	Formula     string
	Href        string // its evidence
	Words       string
	Consistency string
	Raw         string
	Unique      string
	Cases       caseList
}

// figureView is a picture with what it shows in words. Beside each the page has a table that says the same.
type figureView struct{ Href, Alt, Caption string }

type fileLink struct{ Name, Words, Href string }

type letterName struct{ Letter, Name, Href string }

func (analysisPage) template() string { return "analysis" }

func (s *Server) analyses() section {
	return section{
		Routes: []Route{
			{Pattern: "GET /s/{study}/analysis", Policy: Of(study.Read), Nav: "Analysis", Handle: showAnalyses},
			{Pattern: "GET /s/{study}/analysis/new", Policy: Of(study.Edit), Handle: newAnalysis},
			{Pattern: "POST /s/{study}/analysis/new", Policy: Of(study.Edit), Handle: newAnalysis},
			{Pattern: "GET /s/{study}/analysis/{id}", Policy: On(study.Read, thread.Analysis), Handle: showAnalysis},
			{Pattern: "POST /s/{study}/analysis/{id}/run", Policy: On(study.Edit, thread.Analysis), Handle: runAnalysis},
			{Pattern: "GET /s/{study}/analysis/{id}/edit", Policy: On(study.Edit, thread.Analysis), Handle: editAnalysis},
			{Pattern: "POST /s/{study}/analysis/{id}/edit", Policy: On(study.Edit, thread.Analysis), Handle: editAnalysis},
			{Pattern: "GET /s/{study}/analysis/{id}/term/{kind}/{model}/{term}", Policy: On(study.Read, thread.Analysis), Handle: showTerm},
			{Pattern: "GET /s/{study}/analysis/{id}/picture/{file}", Policy: On(study.Read, thread.Analysis), Handle: analysisPicture},
			{Pattern: "GET /s/{study}/analysis/{id}/file/{file}", Policy: On(study.Read, thread.Analysis), Handle: analysisDownload},
		},
		Pages: []page{analysesPage{}, analysisPage{}, termPage{}},
	}
}

func showAnalyses(v *visit) error {
	items, err := store.All[synthesis.Analysis](v.Ctx, v.store(), v.Study, v.own())
	if err != nil {
		return err
	}
	conditions, err := v.conditions()
	if err != nil {
		return err
	}
	p := analysesPage{}
	if v.may(study.Edit, "") {
		p.New = v.at("analysis", "new")
	}
	for _, it := range items {
		a := it.Object
		l := analysisLine{Title: a.Title, Href: v.page(a.ID), Sort: a.Mode, Outcome: string(a.Outcome), State: it.Node.State(), Shows: a.Reading}
		for _, c := range conditions {
			if c.ID == a.Outcome {
				l.Outcome = c.Name
			}
		}
		if l.Shows == "" {
			l.Shows = seen(a)
		}
		p.Items = append(p.Items, l)
	}
	return v.render("Analysis", p)
}

// helpsWords says by what a condition is expected to help: present, absent, or its levels.
func helpsWords(helps string) string {
	if helps == "present" || helps == "absent" {
		return helps
	}
	return "at level " + strings.ReplaceAll(helps, ",", " or ")
}

// seen says how much of what is possible the cases show.
func seen(a synthesis.Analysis) string {
	if a.Result == nil {
		return "It has not been run yet."
	}
	k, n := len(a.Conditions), len(a.Result.Rows)
	if k > 30 {
		return fmt.Sprintf("%s are compared by %s.", plural(len(a.Cases), "case"), plural(k, "condition"))
	}
	possible := a.Result.Remainders // with what was seen in too few cases
	for _, r := range a.Result.Rows {
		if r.Output != string(qca.Remainder) {
			possible++
		}
	}
	return fmt.Sprintf("%s are compared by %s. Of the %d combinations that are possible, the cases show %d; nobody has seen the other %d.", plural(len(a.Cases), "case"), plural(k, "condition"), possible, n, possible-n)
}

func showAnalysis(v *visit) error { return v.analysisPage("") }

func (v *visit) analysisPage(message string) error {
	a := v.Object.(synthesis.Analysis)
	v.crumb("Analysis", v.at("analysis"))
	names, err := v.caseNames()
	if err != nil {
		return err
	}
	all, err := v.conditions()
	if err != nil {
		return err
	}
	byID := map[thread.ID]synthesis.Condition{}
	letters := map[string]string{}
	for _, c := range all {
		byID[c.ID] = c
		letters[c.Letter] = c.Name
	}
	p := analysisPage{Title: a.Title, Sort: a.Mode, Reading: a.Reading, Run: a.Result != nil, Message: message, Version: v.Version,
		Outcome: link{byID[a.Outcome].Name, v.page(a.Outcome)}, Cases: v.caseList(a.Cases, names, "scores")}
	if p.Standing, err = v.standing(v.Node, study.Edit); err != nil {
		return err
	}
	if v.may(study.Edit, "") {
		p.Again = v.at("analysis", string(a.ID), "run")
	}
	p.Plain = plainWords(a, p.Outcome.Text, letters)
	p.Cutoffs = []string{"a combination needs at least " + plural(a.Frequency, "case"), "and a consistency of at least " + number(a.Consistency)}
	if a.PRI > 0 {
		p.Cutoffs = append(p.Cutoffs, "and a proportional reduction in inconsistency (PRI) of at least "+number(a.PRI))
	}
	for _, e := range a.Expect {
		p.Expect = append(p.Expect, fmt.Sprintf("“%s” helps when it is %s: %s", byID[e.Condition].Name, helpsWords(e.Helps), e.Why))
	}
	for _, t := range a.Together {
		var parts []string
		for _, x := range t.Of {
			parts = append(parts, fmt.Sprintf("“%s” %s", byID[x.Condition].Name, helpsWords(x.Helps)))
		}
		p.Expect = append(p.Expect, fmt.Sprintf("%s help only when they meet: %s", strings.Join(parts, " and "), t.Why))
	}
	var letter []string
	for _, id := range append(slices.Clone(a.Conditions), a.Outcome) {
		c := byID[id]
		letter = append(letter, c.Letter)
		p.Letters = append(p.Letters, letterName{c.Letter, c.Name, v.page(id)})
		if id != a.Outcome {
			p.Columns = append(p.Columns, scoreColumn{Name: c.Name, Letter: c.Letter, Href: v.page(id)})
		}
	}
	var used []synthesis.Condition
	for _, id := range append(slices.Clone(a.Conditions), a.Outcome) {
		used = append(used, byID[id])
	}
	matrix, err := v.matrix(used, a.Cases, names)
	if err != nil {
		return err
	}
	if len(matrix.Rows) > 0 {
		p.Matrix = &matrix
	}
	if a.Result == nil {
		return v.render(a.Title, p)
	}
	if p.Changed, err = v.changed(a, names, letters, letter); err != nil {
		return err
	}
	data, calibrations, aged, err := v.aged(a, all)
	if err != nil {
		return err
	}
	p.Aged = aged
	whole := v.seesAll(data, names) // what names every case is for those alone who may see them all
	var anew computed
	if whole {
		if anew, err = compute(a, data, calibrations); err != nil {
			return err
		}
		for _, f := range analysisFiles {
			p.Files = append(p.Files, fileLink{f.name, f.words, v.at("analysis", string(a.ID), "file", f.name)})
		}
		if !slices.ContainsFunc(anew.table.Levels, func(n int) bool { return n > 2 }) {
			if len(a.Conditions) <= picture.MostVenn {
				p.Figures = append(p.Figures, v.figure(a.ID, "venn", "Venn diagram of the combinations", "The combinations as regions of a Venn diagram, with their cases; hatching tells what they go with."))
			} else {
				p.Figures = append(p.Figures, v.figure(a.ID, "upset", "UpSet plot of the combinations", "The combinations that were seen: dots for the conditions that are present, bars for the number of cases."))
			}
		}
		p.Figures = append(p.Figures, v.figure(a.ID, "table", "Truth table as a picture", "The truth table as a picture, for print."))
	}
	for _, r := range a.Result.Rows {
		row := truthRow{Cases: v.caseList(r.Cases, names, "scores"), Consistency: two(r.Consistency), PRI: two(r.PRI), Output: outputWord(r.Output), Deviant: v.caseList(r.Deviant, names, "scores"), HasDeviant: len(r.Deviant) > 0}
		for _, x := range r.Configuration {
			row.Cells = append(row.Cells, literal{Level: int(x - '0'), Multi: x > '1'}.needs())
		}
		p.Rows = append(p.Rows, row)
	}
	for _, s := range a.Result.Solutions {
		view := solutionView{Kind: s.Kind, Name: strings.ToUpper(s.Kind[:min(1, len(s.Kind))]) + s.Kind[min(1, len(s.Kind)):] + " solution"}
		switch s.Kind {
		case "conservative":
			view.About = "It uses only combinations that were seen in cases."
		case "parsimonious":
			view.About = "It also supposes something of combinations that nobody has seen, wherever that makes the terms shorter. Read it together with the conservative one."
		case "intermediate":
			view.About = "Of combinations that nobody has seen it supposes something only where theory expects it: where a condition helps that is there, or one that is not."
		}
		for i, m := range s.Models {
			model := modelView{Kind: s.Kind, Formula: m.Formula, Words: formulaWords(m.Formula, letters), Consistency: two(m.Consistency), PRI: two(m.PRI), Coverage: two(m.Coverage)}
			if len(s.Models) > 1 {
				model.Name = fmt.Sprintf("Model %d of %d", i+1, len(s.Models))
			}
			for n, t := range m.Terms {
				model.Terms = append(model.Terms, termView{Formula: t.Formula, Href: v.term(a.ID, s.Kind, i, n), Words: formulaWords(t.Formula, letters), Consistency: two(t.Consistency), Raw: two(t.RawCoverage), Unique: two(t.UniqueCoverage), Cases: v.caseList(t.Cases, names, "scores")})
			}
			view.Models = append(view.Models, model)
		}
		if len(view.Models) > 0 && whole {
			for i := range view.Models[:min(mostCharts, len(view.Models))] {
				of := fmt.Sprintf("%s-%d", s.Kind, i+1)
				m := &view.Models[i]
				m.Figures = append(m.Figures, v.figure(a.ID, "chart-"+of, "Solution chart of "+m.Formula, "Full circles: present; crossed: absent. Large: core, which the parsimonious solution has too; small: contributing."))
				if a.Mode == "fuzzy" {
					m.Figures = append(m.Figures, v.figure(a.ID, "xy-"+of, "Cases by membership in "+m.Formula+" and in the outcome", "Each case by its membership in the solution and in the outcome. Above the diagonal it speaks for the solution being sufficient."))
				}
			}
			if err := anew.assumed(v.Ctx, qca.Kind(s.Kind), view.Models, letters); err != nil {
				return err
			}
			if view.Holds, err = v.holds(a, data, calibrations, s.Kind); err != nil {
				return err
			}
			if view.Holds != nil {
				view.Holds.Figure = v.figure(a.ID, "ranges-"+s.Kind, "Ranges of cut-offs and anchors", "Each cut-off and each anchor as it was chosen, and as far as it could have been different without another solution.")
			}
		}
		p.Solutions = append(p.Solutions, view)
	}
	p.Says = common(p.Solutions)
	if whole {
		if p.Beside, err = v.besides(a, data, letters); err != nil {
			return err
		}
	}
	return v.render(a.Title, p)
}

// mostCharts is of how many models of a solution there are pictures on the page.
const mostCharts = 4

func (v *visit) figure(a thread.ID, name, alt, caption string) figureView {
	return figureView{v.at("analysis", string(a), "picture", name+".svg"), alt, caption}
}

// common takes what is said beside every solution out of them, so that it is said once.
func common(solutions []solutionView) []string {
	var views []*holdsView
	for _, s := range solutions {
		if s.Holds != nil {
			views = append(views, s.Holds)
		}
	}
	if len(views) < 2 {
		return nil
	}
	var out []string
	for _, w := range views[0].Words {
		everywhere := func(v *holdsView) bool { return slices.Contains(v.Words, w) }
		if !slices.ContainsFunc(views[1:], func(v *holdsView) bool { return !everywhere(v) }) {
			out = append(out, w)
		}
	}
	for _, v := range views {
		v.Words = slices.DeleteFunc(v.Words, func(w string) bool { return slices.Contains(out, w) })
	}
	return out
}

// seesAll tells whether the member may see every case of the data, whose names it replaces the ids by.
func (v *visit) seesAll(d qca.Data, names caseNames) bool {
	for i, c := range d.Cases {
		name := names[thread.ID(c)]
		if name == "" {
			return false
		}
		d.Cases[i] = name
	}
	return len(d.Cases) > 0
}

// shuffles of the outcome behind a page: enough to tell seldom from often, and done while somebody waits.
const shuffles = 2000

// holds checks how far a solution holds, on the data that the result was computed from.
func (v *visit) holds(a synthesis.Analysis, d qca.Data, ks []qca.Calibration, kind string) (*holdsView, error) {
	of := qca.Analysis{Data: d, Cutoffs: qca.Cutoffs{Frequency: a.Frequency, Consistency: a.Consistency, PRI: a.PRI}, Options: a.Options(qca.Kind(kind))}
	r, err := of.Robustness(v.Ctx, qca.PermutationOptions{Runs: shuffles, Seed: 1})
	if v.Ctx.Err() != nil {
		return nil, err
	}
	if err != nil { // two cases of one name, say: the result stands, and this part of the page is left out
		return nil, nil
	}
	out := &holdsView{Words: r.Words}
	anchors, err := of.AnchorRanges(v.Ctx, ks, nil)
	if v.Ctx.Err() != nil {
		return nil, err
	}
	if err != nil { // a calibration that does not give the scores it should is told of on its own page
		anchors = nil
	}
	for _, x := range slices.Concat(r.Cutoffs, anchors) {
		out.Cutoffs = append(out.Cutoffs, x.String())
	}
	for _, x := range r.Tests.Tests {
		out.Cutoffs = append(out.Cutoffs, fmt.Sprintf("with a %s: %v", x.Name, x.Found))
	}
	for _, x := range r.Cases {
		out.Cases = append(out.Cases, x.String())
	}
	for _, x := range r.Conditions {
		out.Conditions = append(out.Conditions, x.String())
	}
	return out, nil
}

// aged tells whether the frozen result was computed from other values than those that stand now, and gives them when it
// was not, with the calibrations that have anchors. A member of a country team sees only a part of the scores, and is told nothing but that.
func (v *visit) aged(a synthesis.Analysis, conditions []synthesis.Condition) (d qca.Data, ks []qca.Calibration, words string, err error) {
	scores, err := store.All[synthesis.Score](v.Ctx, v.store(), v.Study, store.Filter{})
	if err != nil {
		return d, nil, "", err
	}
	const changed = "The scores or calibrations have changed since this result was computed: it no longer is what an analysis of the scores that stand now would give."
	d, err = a.Data(conditions, store.Objects(scores))
	switch {
	case fault.Of(err) == fault.Invalid:
		return qca.Data{}, nil, changed + " It cannot be run just now, because a score is missing or does not fit its calibration.", nil
	case err != nil:
		return qca.Data{}, nil, "", err
	case a.Inputs != "" && a.InputsOf(d) != a.Inputs:
		return qca.Data{}, nil, changed, nil
	}
	return d, a.Calibrations(conditions, store.Objects(scores)), "", nil
}

// mostAssumed is how many assumptions of a model a page writes out.
const mostAssumed = 10

// assumed adds to the models of a solution what each supposes of combinations that nobody has seen.
func (c computed) assumed(ctx context.Context, kind qca.Kind, models []modelView, letters map[string]string) error {
	solutions, err := c.table.Minimize(ctx, c.analysis.Options(kind))
	if err != nil {
		return ctx.Err()
	}
	for i := range models {
		for _, s := range solutions {
			for _, m := range s.Models {
				if m.Expr != models[i].Formula || m.AssumptionCount == 0 || models[i].Assumed != nil {
					continue
				}
				out := &assumedView{Count: m.AssumptionCount}
				for _, n := range m.Assumptions[:min(mostAssumed, len(m.Assumptions))] {
					out.Words = append(out.Words, formulaWords(c.table.Expression(n), letters))
				}
				out.More = out.Count - uint64(len(out.Words))
				models[i].Assumed = out
			}
		}
	}
	return nil
}

// plainWords says what an analysis shows before any number: how much of what is possible was seen, what goes with the
// outcome, and with how much caution to read it.
func plainWords(a synthesis.Analysis, outcome string, letters map[string]string) []string {
	out := []string{seen(a)}
	if a.Result == nil {
		return out
	}
	var contradictions int
	for _, r := range a.Result.Rows {
		if r.Output == "C" {
			contradictions++
		}
	}
	for _, s := range a.Result.Solutions {
		if s.Kind != "conservative" {
			continue
		}
		switch {
		case len(s.Models) == 0:
			out = append(out, fmt.Sprintf("No combination goes with “%s” consistently enough to count, so there is no solution.", outcome))
		case len(s.Models) > 1:
			out = append(out, fmt.Sprintf("The cases allow %d models of what goes with “%s” and cannot tell which of them is right.", len(s.Models), outcome))
		default:
			var ways []string
			for _, t := range s.Models[0].Terms {
				ways = append(ways, formulaWords(t.Formula, letters))
			}
			out = append(out, fmt.Sprintf("“%s” went together with %s.", outcome, strings.Join(ways, "; or with ")))
		}
	}
	if contradictions > 0 {
		out = append(out, fmt.Sprintf("%s hold cases with and without the outcome: something that is not among the conditions tells them apart.", plural(contradictions, "combination")))
	}
	return append(out, "Read it with caution. With so few cases this describes the cases compared; it does not prove what causes what, and one score that changes can change the result.")
}

// formulaWords reads a formula such as COAL*~VIOL + BUS aloud.
func formulaWords(formula string, letters map[string]string) string {
	var terms []string
	for _, t := range strings.Split(formula, "+") {
		var parts []string
		for _, l := range literals(t) {
			name := letters[l.Letter]
			if name == "" {
				name = l.Letter
			}
			name = "“" + name + "”"
			switch {
			case l.Multi:
				name += fmt.Sprintf(" at level %d", l.Level)
			case l.Level == 0:
				name = "absence of " + name
			}
			parts = append(parts, name)
		}
		terms = append(terms, strings.Join(parts, " and "))
	}
	return strings.Join(terms, ", or ")
}

func outputWord(o string) string {
	switch o {
	case "1":
		return "goes with the outcome"
	case "0":
		return "does not"
	case "C":
		return "contradictory"
	}
	return "too few cases to say"
}

// runAnalysis computes the result anew from the scores as they stand, and freezes it.
func runAnalysis(v *visit) error {
	from, err := strconv.ParseInt(v.R.PostForm.Get("version"), 10, 64)
	if err != nil || from < 1 {
		return fault.New(fault.Invalid, "The form does not say which version of the analysis it was made from. Load the page again.")
	}
	err = chain.Analyse(v.Ctx, v.store(), v.Study, v.Account.Name, v.Node.ID, from)
	switch fault.Of(err) {
	case fault.Invalid:
		v.status = http.StatusUnprocessableEntity
		return v.analysisPage(fault.Message(err))
	case fault.Conflict:
		v.status = http.StatusConflict
		return v.analysisPage(fault.Message(err))
	}
	if err != nil {
		return err
	}
	return v.to(v.page(v.Node.ID))
}
