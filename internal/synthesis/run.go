package synthesis

import (
	"context"
	"encoding/json"
	"math"
	"slices"
	"strconv"

	"throughline/analysis/qca"
	"throughline/internal/fault"
	"throughline/internal/thread"
)

// Data gathers the calibrated data of an analysis. Scores are all scores of the study, because some calibrations look at
// every case that was scored, in the analysis or not. Every case of the analysis needs a score on every condition; what is
// missing is told all at once. In crisp and in multi-value mode a membership above 0.5 counts as 1. Levels stay as they are,
// and are for multi-value and for fuzzy mode.
func (a Analysis) Data(conditions []Condition, scores []Score) (qca.Data, error) {
	byID := map[thread.ID]Condition{}
	for _, c := range conditions {
		byID[c.ID] = c
	}
	columns := map[thread.ID]Column{}
	var ps fault.Problems
	value := func(c, cond thread.ID) float64 {
		at := string(ScoreID(c, cond))
		p, ok := columns[cond].Point(c)
		if !ok {
			ps.Add("cases", "%s has no score on %s", c, cond)
			return 0
		}
		if p.Err != nil {
			ps.Add(at, "%s", fault.Message(p.Err))
		}
		if a.Mode != "fuzzy" {
			if p.Value == 0.5 {
				ps.Add(at, "is exactly 0.5, neither in nor out: a %s analysis cannot place it", a.Mode)
			}
			return math.Round(p.Value)
		}
		return p.Value
	}
	d := qca.Data{OutcomeName: byID[a.Outcome].Letter}
	for _, c := range append([]thread.ID{a.Outcome}, a.Conditions...) {
		if _, ok := byID[c]; !ok {
			ps.Add("conditions", "%s does not exist", c)
		}
		columns[c] = byID[c].Column(scores)
	}
	if err := ps.Err(); err != nil {
		return d, err
	}
	levels := map[thread.ID]int{}
	for _, c := range a.Conditions {
		k := byID[c].Calibration
		levels[c] = k.Levels()
		d.Conditions, d.Levels = append(d.Conditions, byID[c].Letter), append(d.Levels, levels[c])
		if k.Multi() && a.Mode == "crisp" {
			ps.Add("mode", "is crisp, but %s has %d levels; choose multi-value, or fuzzy", c, levels[c])
		}
	}
	if byID[a.Outcome].Calibration.Multi() {
		ps.Add("outcome", "is %s, which has levels; what is explained is a set: calibrate it to memberships, or choose another", a.Outcome)
	}
	if !slices.ContainsFunc(d.Levels, func(n int) bool { return n > 2 }) {
		d.Levels = nil // as it is for conditions that are all sets
	}
	check := func(field string, condition thread.ID, helps string) {
		switch named := levelsOf(helps); {
		case levels[condition] > 2 && (helps == "present" || helps == "absent"):
			ps.Add(field, "is %q, but %s has the levels 0 to %d; name those that help", helps, condition, levels[condition]-1)
		case len(named) > 0 && slices.Max(named) >= levels[condition]:
			ps.Add(field, "is %q, but %s has the levels 0 to %d only", helps, condition, levels[condition]-1)
		}
	}
	for _, e := range a.Expect {
		check("expect.helps", e.Condition, e.Helps)
	}
	for _, t := range a.Together {
		for _, p := range t.Of {
			check("together.of.helps", p.Condition, p.Helps)
		}
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

// Calibrations are how the conditions and the outcome got their scores, so that their anchors can be moved: those that
// look at one raw value alone and have anchors. The analysis must have Data.
func (a Analysis) Calibrations(conditions []Condition, scores []Score) []qca.Calibration {
	var out []qca.Calibration
	for _, id := range append(slices.Clone(a.Conditions), a.Outcome) {
		i := slices.IndexFunc(conditions, func(c Condition) bool { return c.ID == id })
		if i < 0 {
			continue
		}
		c := conditions[i]
		marks := c.Calibration.Marks()
		if len(marks) == 0 || c.Calibration.Relative() {
			continue
		}
		k := qca.Calibration{Set: c.Letter, Score: func(raw float64, at []float64) (float64, error) {
			moved := c
			moved.Calibration = c.Calibration.with(slices.Clone(at))
			if !slices.IsSorted(at) && moved.Calibration.Multi() {
				return 0, fault.New(fault.Invalid, "Thresholds rise.")
			}
			m, err := moved.At(raw)
			if a.Mode != "fuzzy" {
				m = math.Round(m)
			}
			return m, err
		}}
		for _, m := range marks {
			k.Names, k.Anchors = append(k.Names, m.Name), append(k.Anchors, m.At)
		}
		column := c.Column(scores)
		for _, id := range a.Cases {
			p, _ := column.Point(id)
			k.Raw = append(k.Raw, p.Number)
		}
		out = append(out, k)
	}
	return out
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
	if d.Levels != nil { // left out where there are none, so that results of before there were levels are not taken for old
		from = append(from, "levels", d.Levels)
	}
	for _, t := range a.Together {
		meet := []string{"together"}
		for _, p := range t.Of {
			meet = append(meet, string(p.Condition), p.Helps)
		}
		from = append(from, meet)
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
	if a.Expects() {
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
				levels = levelsOf(e.Helps)
			}
		}
		o.Expect = append(o.Expect, levels)
	}
	for _, t := range a.Together {
		var levels []int
		for _, c := range a.Conditions {
			level := -1 // not in this conjunction
			for _, p := range t.Of {
				if at := levelsOf(p.Helps); p.Condition == c && len(at) == 1 {
					level = at[0]
				}
			}
			levels = append(levels, level)
		}
		o.Together = append(o.Together, levels)
	}
	return o
}

// Expects tells whether theory says anything, so that there is an intermediate solution.
func (a Analysis) Expects() bool { return len(a.Expect)+len(a.Together) > 0 }

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
