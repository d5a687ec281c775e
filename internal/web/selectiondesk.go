package web

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"throughline/analysis/selection"
	"throughline/internal/cases"
	"throughline/internal/chain"
	"throughline/internal/country"
	"throughline/internal/fault"
	"throughline/internal/store"
	"throughline/internal/study"
	"throughline/internal/thread"
)

// deskPage is where cases are selected: the rules, the choice with its proof, who else could be chosen, and the memo.
type deskPage struct {
	Selection  *selectionView
	Candidates int
	Gaps       []string
	Coverage   coverage
	Chosen     []chosenLine
	Others     []otherLine
	Why        *whyView
	Next       []nextChoice
	Asked      string // what was asked besides: next, weights, schemes
	Stays      []stayLine
	Refused    []string
	Trouble    string
	Short      string // what was not finished in time
	New        string // address of the form for the first rules; empty: not for this role
	Universe   string
}

// selectionView is a selection as it is shown.
type selectionView struct {
	Summary  string
	Method   string
	Rules    []string
	Differ   []string // by which cases are told apart
	Frozen   bool     // cases have been chosen
	Proven   bool
	Levels   []levelLine
	Memo     string
	SignedBy string
	SignedOn string
	Changed  bool   // the universe or the rules are not those that the choice was made from
	Edit     string // address of the rules' form
	Sign     string // of the memo's form
	Choose   string // where the choice is made
	Version  int64
}

type levelLine struct{ Name, Value, Proof string }

// chosenLine is a chosen case and who would take its place.
type chosenLine struct {
	Name, Country, Region, Regime, Outcome string
	Href                                   string
	Instead                                link
	Cost                                   string
}

// otherLine is a candidate that is not chosen.
type otherLine struct {
	ID, Name, Region, Regime, Outcome string
	Rule                              string // that keeps it out; empty: none
	Ask                               string // address that computes what forcing it in would cost
}

type whyView struct {
	Name, Rule, Cost string
	Choice           []string
}

type nextChoice struct {
	Names  []string
	New    []string // not in the first choice
	Cost   string
	Proven bool
}

type stayLine struct {
	Name    string
	Chosen  bool // in the selection
	Times   string
	Without string
}

func (deskPage) template() string { return "selection" }

func (s *Server) selectionDesk() section {
	lead := On(study.Edit, thread.Selection).By(study.Lead)
	return section{
		Routes: []Route{
			{Pattern: "GET /s/{study}/selection", Policy: Of(study.Read), Nav: "Selection", Handle: showSelection},
			{Pattern: "GET /s/{study}/selection/rules", Policy: Of(study.Edit).By(study.Lead), Handle: editRules},
			{Pattern: "POST /s/{study}/selection/rules", Policy: Of(study.Edit).By(study.Lead), Handle: editRules},
			{Pattern: "POST /s/{study}/selection/{id}/choose", Policy: lead, Handle: chooseCases},
			{Pattern: "GET /s/{study}/selection/{id}/edit", Policy: lead, Handle: editMemo},
			{Pattern: "POST /s/{study}/selection/{id}/edit", Policy: lead, Handle: editMemo},
		},
		Pages: []page{deskPage{}},
	}
}

// asked is how long a question that is asked on the page besides may take.
const asked = 20 * time.Second

func showSelection(v *visit) error { return v.selectionPage("") }

func (v *visit) selectionPage(trouble string) error {
	universe, facts, err := chain.Universe(v.Ctx, v.store(), v.Study)
	if err != nil {
		return err
	}
	p := deskPage{Candidates: len(universe), Universe: v.at("universe"), Trouble: trouble}
	isLead := v.Member.Role == study.Lead
	sel, err := store.Get[cases.Selection](v.Ctx, v.store(), v.Study, "selection")
	if fault.Of(err) == fault.NotFound {
		if isLead {
			p.New = v.at("selection", "rules")
		}
		return v.render("Selection of cases", p)
	}
	if err != nil {
		return err
	}
	o := sel.Object
	view := selectionShown(o)
	view.Version = sel.Version
	if isLead {
		view.Edit, view.Sign, view.Choose = v.at("selection", "rules"), v.at("selection", "selection", "edit"), v.at("selection", "selection", "choose")
	}
	q := o.Question(universe, facts)
	print, err := cases.Fingerprint(q)
	if err != nil {
		return err
	}
	view.Changed = o.Inputs != "" && o.Inputs != print
	p.Selection = &view
	p.Gaps = selection.Gaps(q.Candidates, regionsOf(v.Frame.RegionScheme), cases.Regimes)
	selected := map[thread.ID]bool{}
	for _, id := range o.Chosen {
		selected[id] = true
	}
	p.Coverage = coverageOf(universe, selected)
	by := map[thread.ID]cases.Candidate{}
	for _, c := range universe {
		by[c.ID] = c
	}
	label := func(id thread.ID) string {
		if c, ok := by[id]; ok {
			return c.Label()
		}
		return string(id)
	}
	for _, id := range o.Chosen {
		c := by[id]
		l := chosenLine{Name: label(id), Region: c.Region, Regime: c.RegimeBefore, Outcome: c.Outcome, Href: v.at("universe") + "#" + string(id)}
		for _, a := range o.Alternates {
			if a.For == id {
				l.Instead, l.Cost = link{label(a.Instead), v.at("universe") + "#" + string(a.Instead)}, a.Cost
			}
		}
		p.Chosen = append(p.Chosen, l)
	}
	for _, c := range universe {
		if selected[c.ID] {
			continue
		}
		l := otherLine{ID: string(c.ID), Name: c.Label(), Region: c.Region, Regime: c.RegimeBefore, Outcome: c.Outcome}
		switch {
		case !c.Feasible:
			l.Rule = "cannot be studied: " + c.Access
		case slices.Contains(o.Out, c.ID):
			l.Rule = "set aside in advance"
		case view.Frozen && !view.Changed:
			l.Ask = "?why=" + string(c.ID) + "#why"
		}
		p.Others = append(p.Others, l)
	}
	slices.SortFunc(p.Others, func(a, b otherLine) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID)) })
	if view.Frozen && !view.Changed {
		if err := v.askSelection(&p, o, q, universe, facts, label); err != nil {
			return err
		}
	}
	return v.render("Selection of cases", p)
}

// askSelection answers what the address asks besides, within its time.
func (v *visit) askSelection(p *deskPage, o cases.Selection, q selection.Question, universe []cases.Candidate, facts []cases.Fact, label func(thread.ID) string) error {
	get := v.R.URL.Query().Get
	ctx, cancel := context.WithTimeout(v.Ctx, asked)
	defer cancel()
	a := selection.Answer{}
	for _, id := range o.Chosen {
		a.Selected = append(a.Selected, string(id))
	}
	for _, l := range o.Levels {
		a.Levels = append(a.Levels, selection.Level{Name: l.Name, Value: l.Value, Bound: l.Bound, Proven: l.Proven})
	}
	names := func(ids []string) (out []string) {
		for _, id := range ids {
			out = append(out, label(thread.ID(id)))
		}
		return out
	}
	late := func(err error) bool {
		if err != nil && ctx.Err() != nil {
			p.Short = "This was not finished within " + asked.String() + ". Ask on the command line, where there is no such limit."
			return true
		}
		return false
	}
	if id := get("why"); id != "" && !slices.Contains(a.Selected, id) && slices.ContainsFunc(universe, func(c cases.Candidate) bool { return string(c.ID) == id }) {
		why, err := selection.WhyNot(ctx, q, a, id)
		if late(err) {
			return nil
		}
		if err != nil {
			return fault.Wrap(fault.Invalid, err, "This cannot be answered: %s.", err)
		}
		p.Why = &whyView{Name: label(thread.ID(id)), Rule: why.Rule, Cost: why.Cost, Choice: names(why.Choice)}
	}
	switch p.Asked = get("ask"); p.Asked {
	case "next":
		next, err := selection.Next(ctx, q, a, 4)
		if err != nil && !late(err) {
			return err
		}
		for _, b := range next {
			n := nextChoice{Names: names(b.Selected), Cost: selection.Loss(a.Levels, b.Levels), Proven: b.Proven}
			for _, id := range b.Selected {
				if !slices.Contains(a.Selected, id) {
					n.New = append(n.New, label(thread.ID(id)))
				}
			}
			p.Next = append(p.Next, n)
		}
	case "weights", "schemes":
		variants := selection.Weights(q)
		if p.Asked == "schemes" {
			atlas, err := country.Open()
			if err != nil {
				return err
			}
			variants = nil
			for _, s := range country.Schemes() {
				moved := slices.Clone(universe)
				for i := range moved {
					cell, err := atlas.Region(moved[i].ISO3, s)
					if err != nil {
						return err
					}
					moved[i].Region = cell.Value
				}
				variants = append(variants, selection.Variant{Name: s.Words(), Question: o.Question(moved, facts)})
			}
		}
		stays, refused, err := selection.Sensitivity(ctx, a, variants)
		if late(err) {
			return nil
		}
		if err != nil {
			return err
		}
		for _, s := range stays {
			p.Stays = append(p.Stays, stayLine{Name: label(thread.ID(s.ID)), Chosen: slices.Contains(a.Selected, s.ID), Times: fmt.Sprintf("%d of %d", s.Chosen, s.Of), Without: strings.Join(s.Not, "; ")})
		}
		for name, why := range refused {
			p.Refused = append(p.Refused, name+": "+why)
		}
		slices.Sort(p.Refused)
	default:
		p.Asked = ""
	}
	return nil
}

// regionsOf lists the regions of a scheme by its words; none when the words name no scheme of ours.
func regionsOf(words string) []string {
	s, ok := country.SchemeOf(words)
	if !ok {
		return nil
	}
	atlas, err := country.Open()
	if err != nil {
		return nil
	}
	return atlas.Regions(s)
}

func selectionShown(s cases.Selection) selectionView {
	view := selectionView{Method: cmp.Or(s.Method, s.Words()), Proven: s.Proven, Frozen: len(s.Chosen) > 0, Memo: s.Memo, SignedBy: s.SignedBy}
	if s.SignedOn != "" {
		view.SignedOn = day(s.SignedOn)
	}
	view.Rules = s.Rules()
	attributes := s.Attributes
	if len(attributes) == 0 {
		attributes = cases.DefaultAttributes
	}
	for _, a := range attributes {
		w := strings.ReplaceAll(a.Name, "-", " ")
		if a.Weight != 0 && a.Weight != 1 {
			w += fmt.Sprintf(" (weight %g)", a.Weight)
		}
		view.Differ = append(view.Differ, w)
	}
	for _, l := range s.Levels {
		x := levelLine{Name: l.Name, Value: strconv.FormatFloat(l.Value, 'f', -1, 64)}
		if l.Value != float64(int(l.Value)) {
			x.Value = strconv.FormatFloat(l.Value, 'f', 4, 64)
		}
		if x.Proof = "the best possible, proven"; !l.Proven {
			x.Proof = "the best found; no choice passes " + strconv.FormatFloat(l.Bound, 'f', 4, 64)
		}
		view.Levels = append(view.Levels, x)
	}
	if view.Frozen {
		view.Summary = plural(len(s.Chosen), "case") + " are selected. "
		if view.Summary += "It is not proven that no other choice is better under the same rules."; s.Proven {
			view.Summary = plural(len(s.Chosen), "case") + " are selected. No other choice is better under the same rules: that is proven."
		}
	}
	return view
}

// chooseCases makes the choice anew.
func chooseCases(v *visit) error {
	from, err := strconv.ParseInt(v.R.PostForm.Get("version"), 10, 64)
	if err != nil {
		from = v.Version
	}
	err = chain.Choose(v.Ctx, v.store(), v.Study, v.Account.Name, from)
	switch fault.Of(err) {
	case fault.Invalid, fault.Conflict:
		v.status = 422
		return v.selectionPage(fault.Message(err))
	}
	if err != nil {
		return err
	}
	return v.to(v.at("selection"))
}

// editRules edits the rules, or writes the first ones.
func editRules(v *visit) error {
	it, err := store.Find(v.Ctx, v.store(), v.Study, "selection")
	if fault.Of(err) == fault.NotFound {
		start := cases.Selection{ID: "selection", K: 7, MinSuccess: selection.Third(7), MinFailure: selection.Third(7), MaxPerCountry: 1}
		return rulesForm(v, editing[cases.Selection]{Heading: "Rules of the selection", New: true, Start: start})
	}
	if err != nil {
		return err
	}
	v.Object, v.Version, v.Node = it.Object, it.Version, it.Node
	return rulesForm(v, editing[cases.Selection]{Heading: "Rules of the selection"})
}

// rulesForm asks for the rules. Attributes and quotas are written one a line, which is quicker than a form of many fields
// and can be copied from one study to another.
func rulesForm(v *visit, e editing[cases.Selection]) error {
	v.crumb("Selection of cases", v.at("selection"))
	universe, facts, err := chain.Universe(v.Ctx, v.store(), v.Study)
	if err != nil {
		return err
	}
	var all []option
	for _, c := range universe {
		all = append(all, option{string(c.ID), c.Label()})
	}
	slices.SortFunc(all, func(a, b option) int { return cmp.Compare(a.Text, b.Text) })
	var more []string
	for _, f := range facts {
		if !slices.Contains(more, f.Attribute) {
			more = append(more, f.Attribute)
		}
	}
	slices.Sort(more)
	var own []string
	for _, a := range cases.OwnAttributes {
		own = append(own, a.Name)
	}
	several := checksField
	if len(all) > mostChoices { // so many boxes are no help
		several = idsField
	}
	e.Intro = "The same rules always lead to the same choice. After a change, choose anew."
	e.Form = func(s cases.Selection) form {
		var attributes, quotas []string
		for _, a := range s.Attributes {
			l := a.Name + " " + a.Kind
			if a.Weight != 0 && a.Weight != 1 || a.Low != a.High {
				l += " " + strconv.FormatFloat(cmp.Or(a.Weight, 1), 'g', -1, 64)
			}
			if a.Low != a.High {
				l += fmt.Sprintf(" %g:%g", a.Low, a.High)
			}
			attributes = append(attributes, l)
		}
		for _, u := range s.Quotas {
			quotas = append(quotas, fmt.Sprintf("%s: %d to %d: %s", u.Name, u.Low, u.High, strings.Join(idText(u.Candidates), " ")))
		}
		return form{Submit: "Save the rules", Cancel: v.at("selection"), Fields: []field{
			{Name: "k", Label: "How many cases", Value: strconv.Itoa(s.K), Required: true},
			{Name: "min_success", Label: "At least so many successes", Value: strconv.Itoa(s.MinSuccess)},
			{Name: "min_failure", Label: "At least so many failures", Value: strconv.Itoa(s.MinFailure), Help: "A study of successes alone would praise whatever they share."},
			{Name: "partial", Label: "A partial success", Kind: selectField, Value: s.Partial, Options: []option{{"", "counts as neither"}, {"failure", "counts as a failure"}}},
			{Name: "max_per_country", Label: "At most so many of one country", Value: strconv.Itoa(s.MaxPerCountry), Help: "0 for no limit."},
			{Name: "coverage", Label: "Regions and regime types", Kind: selectField, Value: cmp.Or(s.Coverage, "lex"), Options: []option{{"lex", "as many as can be, then evenly"}, {"even", "the same number of each, rounded up or down"}, {"off", "play no part"}}},
			{Name: "objective", Label: "Beyond that", Kind: selectField, Value: cmp.Or(s.Objective, "lex"), Options: []option{{"lex", "best access, then cases as far apart as can be"}, {"maxmin", "the two most alike as far apart as can be"}, {"maxsum", "all together as far apart as can be"}}},
			{Name: "attributes", Head: "How cases differ", About: "The outcome is left out on purpose: a choice that is diverse in outcome would select on what is to be explained.", Label: "Attributes", Kind: areaField, Value: strings.Join(attributes, "\n"),
				Help: "One a line: name, kind (numeric, ordinal, nominal, set), and if you like a weight and a range, such as “polyarchy numeric 2 0:1”. Empty: region, regime type and year of onset. Known are " + strings.Join(own, ", ") + listed("; of the countries in the year before: ", more) + "."},
			{Name: "quotas", Label: "Limits on groups", Kind: areaField, Value: strings.Join(quotas, "\n"), Help: "One a line: words, how many, ids; such as “led by business: 1 to 2: cand-tha-2010 cand-ken-2012”. 0 as the second number: no upper limit."},
			{Name: "in", Head: "Fixed and set aside", Label: "Must be in", Kind: several, Values: idText(s.In), Options: all},
			{Name: "out", Label: "Must stay out", Kind: several, Values: idText(s.Out), Options: all},
			{Name: "seconds", Label: "Time limit of the search, in seconds", Value: strconv.Itoa(cmp.Or(s.Seconds, 30)), Help: "When it is reached the best found is kept, with a bound on how much better another could be."},
		}}
	}
	e.Read = func(f form, s cases.Selection, ps *fault.Problems) cases.Selection {
		s.K, s.MinSuccess, s.MinFailure, s.MaxPerCountry, s.Seconds = f.number(ps, "k"), f.number(ps, "min_success"), f.number(ps, "min_failure"), f.number(ps, "max_per_country"), f.number(ps, "seconds")
		s.Partial, s.Coverage, s.Objective = f.text("partial"), f.text("coverage"), f.text("objective")
		s.In, s.Out = f.ids("in"), f.ids("out")
		s.Attributes, s.Quotas = nil, nil
		for n, l := range lines(f.text("attributes")) {
			a, err := cases.ParseAttribute(l)
			if err != nil {
				ps.Add("attributes", "line %d: %s", n+1, fault.Message(err))
				continue
			}
			s.Attributes = append(s.Attributes, a)
		}
		for n, l := range lines(f.text("quotas")) {
			u, err := cases.ParseQuota(l)
			if err != nil {
				ps.Add("quotas", "line %d: %s", n+1, fault.Message(err))
				continue
			}
			s.Quotas = append(s.Quotas, u)
		}
		known := append(slices.Clone(own), more...)
		for _, a := range s.Attributes {
			if !slices.Contains(known, a.Name) {
				ps.Add("attributes", "%q is not known of the candidates; known are %s", a.Name, strings.Join(known, ", "))
			}
		}
		for _, u := range s.Quotas {
			for _, id := range u.Candidates {
				if !slices.ContainsFunc(all, func(o option) bool { return o.Value == string(id) }) {
					ps.Add("quotas", "names %s, which is not among the candidates", id)
				}
			}
		}
		return s
	}
	e.Done = func(cases.Selection) string { return v.at("selection") }
	return edit(v, e)
}

// lines are the lines of a text that say something.
func lines(s string) (out []string) {
	for _, l := range strings.Split(s, "\n") {
		if l = strings.TrimSpace(l); l != "" {
			out = append(out, l)
		}
	}
	return out
}

func listed(before string, words []string) string {
	if len(words) == 0 {
		return ""
	}
	return before + strings.Join(words, ", ")
}

// editMemo is where the lead writes and signs why these cases were selected.
func editMemo(v *visit) error {
	v.crumb("Selection of cases", v.at("selection"))
	return edit(v, editing[cases.Selection]{Heading: "Why these cases", Intro: "Saving signs the memo with your name and today's date. If the choice changes, it has to be signed again.",
		Form: func(s cases.Selection) form {
			return form{Submit: "Sign the memo", Cancel: v.at("selection"), Fields: []field{{Name: "memo", Label: "Memo", Help: "Why these cases, and what the selection leaves out.", Kind: areaField, Value: s.Memo, Required: true}}}
		},
		Read: func(f form, s cases.Selection, ps *fault.Problems) cases.Selection {
			if f.text("memo") != s.Memo || s.SignedBy != v.Account.Name { // what one has signed as it stands keeps its date
				s.Memo, s.SignedBy, s.SignedOn = f.text("memo"), v.Account.Name, v.today()
			}
			ps.Require("memo", s.Memo)
			if len(s.Chosen) == 0 {
				ps.Add("memo", "there is nothing to sign: no cases have been chosen yet")
			}
			return s
		},
		Done: func(cases.Selection) string { return v.at("selection") }})
}
