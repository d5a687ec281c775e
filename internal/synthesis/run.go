package synthesis

import (
	"context"
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"

	"throughline/analysis/qca"
	"throughline/internal/fault"
	"throughline/internal/thread"
)

// Membership is the set membership, 0 to 1, of a raw value: 0 or 1 by the crisp threshold, the logistic direct method
// over three anchors (Ragin 2008, chapter 5), or what the calibration says a word is worth.
func (c Condition) Membership(raw string) (float64, error) {
	k := c.Calibration
	raw = strings.TrimSpace(raw)
	if k.Method == "words" {
		var known []string
		for _, w := range k.Words {
			if strings.EqualFold(w.Word, raw) {
				return w.Value, nil
			}
			known = append(known, w.Word)
		}
		return 0, fault.New(fault.Invalid, "%q is not a word of the calibration of %s; expected one of: %s", raw, c.ID, strings.Join(known, ", "))
	}
	x, err := strconv.ParseFloat(raw, 64)
	if err != nil || math.IsInf(x, 0) || math.IsNaN(x) {
		return 0, fault.New(fault.Invalid, "%q is not a number, which the calibration of %s needs", raw, c.ID)
	}
	var m float64
	if k.Method == "crisp" {
		m, err = qca.Crisp(x, k.Threshold)
	} else {
		m, err = qca.Fuzzy(x, qca.Anchors{Exclusion: k.Out, Crossover: k.Crossover, Inclusion: k.In})
	}
	if err != nil {
		return 0, fault.Wrap(fault.Invalid, err, "The calibration of %s cannot be used: %s.", c.ID, err)
	}
	return m, nil
}

// Data gathers the calibrated data of an analysis. Every case needs a score on every condition; what is missing is told
// all at once. In crisp mode a membership above 0.5 counts as 1.
func (a Analysis) Data(conditions []Condition, scores []Score) (qca.Data, error) {
	byID := map[thread.ID]Condition{}
	for _, c := range conditions {
		byID[c.ID] = c
	}
	score := map[thread.ID]Score{}
	for _, s := range scores {
		score[s.Ref()] = s
	}
	var ps fault.Problems
	value := func(c, cond thread.ID) float64 {
		s, ok := score[ScoreID(c, cond)]
		if !ok {
			ps.Add("cases", "%s has no score on %s", c, cond)
			return 0
		}
		m, err := byID[cond].Membership(s.Raw)
		if err != nil {
			ps.Add(string(s.Ref()), "%s", fault.Message(err))
		}
		if a.Mode == "crisp" {
			if m == 0.5 {
				ps.Add(string(s.Ref()), "is exactly 0.5, neither in nor out: a crisp analysis cannot place it")
			}
			m = math.Round(m)
		}
		return m
	}
	d := qca.Data{OutcomeName: byID[a.Outcome].Letter}
	for _, c := range append([]thread.ID{a.Outcome}, a.Conditions...) {
		if _, ok := byID[c]; !ok {
			ps.Add("conditions", "%s does not exist", c)
		}
	}
	if err := ps.Err(); err != nil {
		return d, err
	}
	for _, c := range a.Conditions {
		d.Conditions = append(d.Conditions, byID[c].Letter)
	}
	for _, c := range a.Cases {
		d.Cases = append(d.Cases, string(c))
		row := make([]float64, len(a.Conditions))
		for j, cond := range a.Conditions {
			row[j] = value(c, cond)
		}
		d.Values = append(d.Values, row)
		d.Outcome = append(d.Outcome, value(c, a.Outcome))
	}
	return d, ps.Err()
}

// InputsOf is the fingerprint of what a result is computed from: the data and the cut-offs. What it is made of is written
// out here, so that no change elsewhere makes a frozen result look old.
func (a Analysis) InputsOf(d qca.Data) string {
	from := []any{a.Mode, a.Frequency, a.Consistency, a.PRI, struct {
		Cases       []string    `json:"cases"`
		Conditions  []string    `json:"conditions"`
		Membership  [][]float64 `json:"membership"`
		Outcome     []float64   `json:"outcome"`
		OutcomeName string      `json:"outcome_name"`
	}{d.Cases, d.Conditions, d.Values, d.Outcome, d.OutcomeName}}
	for _, e := range a.Expect {
		from = append(from, e.Condition, e.Helps)
	}
	b, err := json.Marshal(from)
	if err != nil {
		return "" // values that cannot be written are refused by the run itself
	}
	return thread.Content(b)
}

// Run computes the result anew: truth table, conservative and parsimonious solutions with every minimal model.
func (a Analysis) Run(ctx context.Context, conditions []Condition, scores []Score) (Analysis, error) {
	d, err := a.Data(conditions, scores)
	if err != nil {
		return a, err
	}
	table, err := qca.NewTable(d, qca.Cutoffs{Frequency: a.Frequency, Consistency: a.Consistency, PRI: a.PRI})
	if err != nil {
		return a, fault.Wrap(fault.Invalid, err, "The analysis %s cannot be run: %s.", a.ID, err)
	}
	r := &Result{Remainders: int(table.Remainders)}
	positive := false
	for _, row := range table.Rows {
		out := Row{Cases: ids(row.Cases), Consistency: six(row.Consistency), PRI: six(row.PRI), Deviant: ids(row.Deviant)}
		for _, v := range row.Values {
			out.Configuration += strconv.Itoa(v)
		}
		out.Output = string(row.Output)
		positive = positive || row.Output == qca.Positive
		r.Rows = append(r.Rows, out)
	}
	kinds := []qca.Kind{qca.Conservative, qca.Parsimonious}
	if len(a.Expect) > 0 {
		kinds = append(kinds, qca.Intermediate)
	}
	for _, kind := range kinds {
		sol := Solution{Kind: string(kind)}
		if positive {
			found, err := table.Minimize(ctx, a.Options(kind))
			if err != nil {
				return a, fault.Wrap(fault.Invalid, err, "The analysis %s cannot be minimised: %s.", a.ID, err)
			}
			for _, s := range found { // several intermediate ones may have models in common
				for _, m := range s.Models {
					if slices.ContainsFunc(sol.Models, func(o Model) bool { return o.Formula == m.Expr }) {
						continue
					}
					fit := m.Fit.Solution
					model := Model{Formula: m.Expr, Consistency: six(fit.Consistency), PRI: six(fit.PRI), Coverage: six(fit.Coverage)}
					for i, t := range m.Fit.Terms {
						model.Terms = append(model.Terms, Term{Formula: s.PrimeImplicants[m.Terms[i]].Expr, Consistency: six(t.Consistency), RawCoverage: six(t.RawCoverage),
							UniqueCoverage: six(t.UniqueCoverage), Cases: ids(t.Cases)})
					}
					sol.Models = append(sol.Models, model)
				}
			}
		}
		r.Solutions = append(r.Solutions, sol)
	}
	a.Result, a.Inputs = r, a.InputsOf(d)
	return a, nil
}

// Options are the choices of a minimisation of the kind.
func (a Analysis) Options(kind qca.Kind) qca.Options {
	o := qca.Options{Solution: kind}
	if kind != qca.Intermediate {
		return o
	}
	for _, c := range a.Conditions {
		var levels []int
		for _, e := range a.Expect {
			if e.Condition == c {
				levels = []int{map[string]int{"absent": 0, "present": 1}[e.Helps]}
			}
		}
		o.Expect = append(o.Expect, levels)
	}
	return o
}

func ids(names []string) []thread.ID {
	var out []thread.ID
	for _, n := range names {
		out = append(out, thread.ID(n))
	}
	return out
}

// six rounds to six decimals; what is not a number (the consistency of a set nobody is in) becomes 0.
func six(x float64) float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return 0
	}
	return math.Round(x*1e6) / 1e6
}
