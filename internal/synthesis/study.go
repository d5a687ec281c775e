package synthesis

import (
	"strings"

	"throughline/analysis/qca"
	"throughline/analysis/selection/technique"
	"throughline/internal/fault"
)

// CasesToStudy sorts the cases of an analysis by what a solution says of them (Schneider & Rohlfing 2013, Sociological Methods &
// Research 42:559-597): typical, deviant, not explained, irrelevant, and which pairs to compare, at most so many of each. Model
// counts from 1. Multi-value conditions have no memberships to compare by, so such analyses are refused.
func (a Analysis) CasesToStudy(d qca.Data, kind string, model, most int) (technique.Sufficiency, string, error) {
	var none technique.Sufficiency
	if a.Result == nil {
		return none, "", fault.New(fault.Invalid, "The analysis has no result yet. Run it first.")
	}
	for i, n := range d.Levels {
		if n > 2 {
			return none, "", fault.New(fault.Invalid, "%s has %d levels; cases are chosen by degrees of membership, which levels do not have.", d.Conditions[i], n)
		}
	}
	var kinds []string
	for _, s := range a.Result.Solutions {
		kinds = append(kinds, s.Kind)
		if s.Kind != kind {
			continue
		}
		if model < 1 || model > len(s.Models) {
			return none, "", fault.New(fault.Invalid, "The %s solution has %d model(s); there is no model %d.", kind, len(s.Models), model)
		}
		m := s.Models[model-1]
		sol, err := members(d, m)
		if err != nil {
			return none, "", err
		}
		found, err := sol.Sufficiency(most)
		if err != nil {
			return none, "", fault.Wrap(fault.Invalid, err, "The cases cannot be sorted: %s.", err)
		}
		return found, m.Formula, nil
	}
	return none, "", fault.New(fault.Invalid, "The analysis has no %s solution; it has %s.", kind, strings.Join(kinds, ", "))
}

// members are the cases with their memberships in each part of each term, and the row of the truth table that each belongs to.
func members(d qca.Data, m Model) (technique.Solution, error) {
	var s technique.Solution
	at := map[string]int{}
	for i, c := range d.Conditions {
		at[c] = i
	}
	type part struct {
		column int
		absent bool
	}
	var terms [][]part
	for _, t := range m.Terms {
		var parts []part
		names := strings.Split(t.Formula, "*")
		for _, n := range names {
			letter, absent := strings.CutPrefix(strings.TrimSpace(n), "~")
			i, ok := at[letter]
			if !ok {
				return s, fault.New(fault.Invalid, "%s is no condition of the analysis any more. Run it again.", letter)
			}
			parts = append(parts, part{i, absent})
		}
		terms = append(terms, parts)
		s.Terms = append(s.Terms, technique.Term{Name: t.Formula, Conjuncts: names})
	}
	for i, c := range d.Cases {
		x := technique.Member{ID: c, Outcome: d.Outcome[i], InRow: 1}
		row := make([]byte, len(d.Conditions))
		for j, v := range d.Values[i] {
			switch {
			case v > 0.5:
				row[j], x.InRow = '1', min(x.InRow, v)
			case v < 0.5:
				row[j], x.InRow = '0', min(x.InRow, 1-v)
			default:
				row[j] = '?'
			}
		}
		if x.Row = string(row); strings.Contains(x.Row, "?") {
			x.Row, x.InRow = "", 0
		}
		for _, parts := range terms {
			var in []float64
			for _, p := range parts {
				v := d.Values[i][p.column]
				if p.absent {
					v = 1 - v
				}
				in = append(in, v)
			}
			x.Conjuncts = append(x.Conjuncts, in)
		}
		s.Cases = append(s.Cases, x)
	}
	return s, nil
}
