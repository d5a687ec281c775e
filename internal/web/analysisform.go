package web

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"throughline/internal/fault"
	"throughline/internal/store"
	"throughline/internal/synthesis"
	"throughline/internal/thread"
)

func newAnalysis(v *visit) error {
	v.crumb("Analysis", v.at("analysis"))
	return v.analysisForm(editing[synthesis.Analysis]{Heading: "New analysis", New: true,
		Start: synthesis.Analysis{Mode: "crisp", Frequency: 1, Consistency: 0.8}})
}

func editAnalysis(v *visit) error {
	a := v.Object.(synthesis.Analysis)
	v.crumb("Analysis", v.at("analysis"))
	v.crumb(a.Title, v.page(a.ID))
	return v.analysisForm(editing[synthesis.Analysis]{Heading: "Edit the analysis"})
}

// analysisForm asks for the choices of an analysis. A result belongs to the choices it was computed from: when they change
// it is taken away, and the analysis waits to be run.
func (v *visit) analysisForm(e editing[synthesis.Analysis]) error {
	conditions, err := v.conditions()
	if err != nil {
		return err
	}
	names, err := v.caseNames()
	if err != nil {
		return err
	}
	var all, outcomes []option
	for _, c := range conditions {
		o := option{string(c.ID), c.Name}
		all = append(all, o)
		if c.Outcome { // what is to be explained stands first
			outcomes = slices.Insert(outcomes, 0, o)
		} else {
			outcomes = append(outcomes, o)
		}
	}
	e.Intro = "What is compared by what. When anything but the title and the reading changes, the result is taken away until the analysis is run again; the journal keeps it, and the page then tells what is different."
	if e.New {
		e.Intro = "What is compared by what. Few conditions and good reasons for each: with seven cases, three conditions are already many. Save it, then run it."
	}
	e.Form = func(a synthesis.Analysis) form {
		f := form{Submit: "Save the analysis", Cancel: v.at("analysis")}
		if e.New {
			f.Fields = append(f.Fields, idField(thread.Analysis, "title"))
		} else {
			f.Cancel = v.page(a.ID)
		}
		f.Fields = append(f.Fields,
			field{Name: "title", Label: "Title", Value: a.Title, Required: true},
			field{Name: "mode", Label: "How memberships are read", Kind: selectField, Value: a.Mode, Required: true, Options: modes()},
			field{Name: "outcome", Label: "Outcome to be explained", Kind: selectField, Value: string(a.Outcome), Required: true, Options: append([]option{{"", "choose"}}, outcomes...)},
			field{Name: "conditions", Label: "Conditions to explain it by", Kind: checksField, Values: idText(a.Conditions), Options: all, Required: true},
			field{Name: "cases", Label: "Cases compared", Kind: checksField, Values: idText(a.Cases), Options: names.options(a.Cases...), Required: true},
			field{Name: "frequency", Label: "Cases that a combination needs", Help: "A combination with fewer counts as not seen. With few cases: 1.", Value: strconv.Itoa(a.Frequency), Required: true},
			field{Name: "consistency", Label: "Consistency that a combination needs", Help: "From 0.75 to 1; from here on it counts as going with the outcome. The usual 0.8 is a start: look for a gap in the truth table.", Value: number(a.Consistency), Required: true},
			field{Name: "pri", Label: "PRI that it needs as well", Help: "0 asks for nothing; 0.5 keeps out combinations that go with the outcome as much as with its absence.", Value: number(a.PRI)})
		help := "With any expectation there is an intermediate solution too."
		for _, c := range conditions {
			i := slices.IndexFunc(a.Expect, func(x synthesis.Expectation) bool { return x.Condition == c.ID })
			var x synthesis.Expectation
			if i >= 0 {
				x = a.Expect[i]
			}
			if c.ID == a.Outcome || c.Outcome && i < 0 {
				continue
			}
			f.Fields = append(f.Fields,
				field{Name: "expect." + string(c.ID), Label: "Theory on “" + c.Name + "”", Help: help, Kind: selectField, Value: x.Helps, Options: expectations(c, x.Helps)},
				field{Name: "why." + string(c.ID), Label: "Why theory says so of “" + c.Name + "”", Value: x.Why})
			help = "" // said once
		}
		f.Fields = append(f.Fields, field{Name: "together", Label: "What theory expects to help only when it meets", Kind: areaField, Value: togetherText(a.Together, conditions),
			Help: "One on each line, in short names, with the reason: COAL*~LEAD: why. ~ is the absence of; a level stands in braces, as REG{2}."})
		f.Fields = append(f.Fields, field{Name: "reading", Label: "What it shows, in plain words", Kind: areaField, Value: a.Reading})
		return f
	}
	e.Read = func(f form, o synthesis.Analysis, ps *fault.Problems) synthesis.Analysis {
		a := o
		if e.New {
			a.ID = madeID(thread.Analysis, f.text("id"), f.text("title"))
		}
		a.Title, a.Mode, a.Outcome, a.Reading = f.text("title"), f.text("mode"), thread.ID(f.text("outcome")), f.text("reading")
		a.Conditions, a.Cases = f.ids("conditions"), f.ids("cases")
		a.Frequency, a.Consistency, a.PRI = f.number(ps, "frequency"), f.real(ps, "consistency"), f.real(ps, "pri")
		a.Expect = nil
		read := func(id thread.ID) {
			helps, why := f.text("expect."+string(id)), f.text("why."+string(id))
			switch {
			case helps == "" && why == "":
			case helps == "":
				ps.Add("expect."+string(id), "is silent, but a reason is given; say what helps, or take the reason away")
			case why == "":
				ps.Add("why."+string(id), "is needed: an expectation without a reason is a guess")
			case !slices.Contains(a.Conditions, id):
				ps.Add("expect."+string(id), "is about a condition that is not ticked above")
			default:
				a.Expect = append(a.Expect, synthesis.Expectation{Condition: id, Helps: helps, Why: why})
			}
		}
		for _, x := range o.Expect { // in their order
			read(x.Condition)
		}
		for _, c := range conditions {
			if !slices.ContainsFunc(o.Expect, func(x synthesis.Expectation) bool { return x.Condition == c.ID }) {
				read(c.ID)
			}
		}
		a.Together = readTogether(f.text("together"), conditions, ps)
		if togetherText(a.Together, conditions) == togetherText(o.Together, conditions) {
			a.Together = o.Together // spaces alone are no change
		}
		if !a.ComputedFrom(o) {
			a.Result, a.Inputs = nil, ""
		}
		return a
	}
	e.Check = func(tx *store.Tx, a synthesis.Analysis) error {
		var ps fault.Problems
		for _, id := range append([]thread.ID{a.Outcome}, a.Conditions...) {
			for _, c := range a.Cases {
				_, err := store.Get[synthesis.Score](v.Ctx, tx, v.Study, synthesis.ScoreID(c, id))
				if fault.Of(err) == fault.NotFound {
					ps.Add("cases", "%s has no score on “%s” yet; score it first, or leave the case or the condition out", cmp.Or(names[c], string(c)), name(conditions, id))
				} else if err != nil {
					return err
				}
			}
		}
		return ps.Err()
	}
	e.Done = func(a synthesis.Analysis) string { return v.page(a.ID) }
	return edit(v, e)
}

func name(conditions []synthesis.Condition, id thread.ID) string {
	for _, c := range conditions {
		if c.ID == id {
			return c.Name
		}
	}
	return string(id)
}

// modes are the ways to read memberships, in words.
func modes() []option {
	return []option{{"crisp", "crisp: in or out"}, {"multi-value", "multi-value: levels where conditions have them, in or out otherwise"}, {"fuzzy", "fuzzy: as they are, from 0 to 1"}}
}

// expectations are what theory can hold of a condition; what stands already is always among them.
func expectations(c synthesis.Condition, stands string) []option {
	out := []option{{"", "theory is silent"}}
	if c.Calibration.Multi() {
		for l := range c.Calibration.Levels() {
			out = append(out, option{strconv.Itoa(l), fmt.Sprintf("it helps at level %d", l)})
		}
	} else {
		out = append(out, option{"present", "it helps when it is present"}, option{"absent", "it helps when it is absent"})
	}
	if !slices.ContainsFunc(out, func(o option) bool { return o.Value == stands }) {
		out = append(out, option{stands, "it helps at the levels " + stands})
	}
	return out
}

// togetherText writes joint expectations, one on a line, as COAL*~LEAD: why.
func togetherText(ts []synthesis.Conjunction, conditions []synthesis.Condition) string {
	var lines []string
	for _, t := range ts {
		var parts []string
		for _, p := range t.Of {
			c := synthesis.Condition{Letter: string(p.Condition)}
			for _, x := range conditions {
				if x.ID == p.Condition {
					c = x
				}
			}
			switch p.Helps {
			case "present":
				parts = append(parts, c.Letter)
			case "absent":
				parts = append(parts, "~"+c.Letter)
			default:
				parts = append(parts, fmt.Sprintf("%s{%s}", c.Letter, p.Helps))
			}
		}
		lines = append(lines, strings.Join(parts, "*")+": "+strings.Join(strings.Fields(t.Why), " "))
	}
	return strings.Join(lines, "\n")
}

func readTogether(text string, conditions []synthesis.Condition, ps *fault.Problems) []synthesis.Conjunction {
	var out []synthesis.Conjunction
	for _, line := range strings.Split(text, "\n") {
		if strings.TrimSpace(line) == "" {
			continue
		}
		term, why, ok := strings.Cut(line, ":")
		if !ok || strings.TrimSpace(why) == "" {
			ps.Add("together", "%q gives no reason; expected a line such as COAL*~LEAD: why they help when they meet", strings.TrimSpace(line))
			continue
		}
		t := synthesis.Conjunction{Why: strings.TrimSpace(why)}
		for _, l := range literals(term) {
			i := slices.IndexFunc(conditions, func(c synthesis.Condition) bool { return c.Letter == l.Letter })
			if i < 0 {
				ps.Add("together", "%q is the short name of no condition", l.Letter)
				continue
			}
			helps := l.needs()
			if l.Multi {
				helps = strconv.Itoa(l.Level)
			}
			t.Of = append(t.Of, synthesis.Part{Condition: conditions[i].ID, Helps: helps})
		}
		out = append(out, t)
	}
	return out
}
