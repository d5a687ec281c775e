package web

import (
	"throughline/analysis/qca"
	"throughline/internal/synthesis"
)

// besideView is what is read beside a result: what goes with the absence of the outcome, which is a question of its own,
// and what is necessary. It is computed from the data of the result when the page is opened.
type besideView struct {
	Absence   []absenceView
	Necessary []necessaryRow
}

// absenceView is a solution for the absence of the outcome.
type absenceView struct {
	Name    string
	Problem string // why there is none
	Models  []absenceModel
	More    bool // there are more models
}

type absenceModel struct {
	Formula, Words        string
	Consistency, Coverage string
	Terms                 []absenceTerm
}

type absenceTerm struct {
	Formula string
	Cases   []string
}

// necessaryRow is a condition, or several, without which the outcome hardly comes about.
type necessaryRow struct {
	Formula, Words                   string
	Consistency, Relevance, Coverage string
}

// mostBeside is how many models are shown of each solution for the absence.
const mostBeside = 5

// besides computes what stands beside a result; nil when there are no data for it.
func (v *visit) besides(a synthesis.Analysis, d qca.Data, letters map[string]string) (*besideView, error) {
	if len(d.Cases) == 0 {
		return nil, nil
	}
	out := &besideView{}
	table, err := qca.NewTable(d.Negate(), qca.Cutoffs{Frequency: a.Frequency, Consistency: a.Consistency, PRI: a.PRI})
	if err != nil {
		return nil, nil // what is wrong with the data is told where the analysis is run
	}
	for _, k := range []struct {
		kind qca.Kind
		name string
	}{{qca.Conservative, "Conservative solution"}, {qca.Parsimonious, "Parsimonious solution"}} {
		view := absenceView{Name: k.name}
		found, err := table.Minimize(v.Ctx, qca.Options{Solution: k.kind, MaxModels: mostBeside})
		if v.Ctx.Err() != nil {
			return nil, err
		}
		if err != nil {
			view.Problem = "There is none: " + err.Error() + "."
			out.Absence = append(out.Absence, view)
			continue
		}
		s := found[0]
		view.More = !s.ModelCount.IsInt64() || s.ModelCount.Int64() > int64(len(s.Models))
		for _, m := range s.Models {
			model := absenceModel{Formula: m.Expr, Words: formulaWords(m.Expr, letters), Consistency: two(m.Fit.Solution.Consistency), Coverage: two(m.Fit.Solution.Coverage)}
			for i, t := range m.Terms {
				model.Terms = append(model.Terms, absenceTerm{s.PrimeImplicants[t].Expr, m.Fit.Terms[i].Cases})
			}
			view.Models = append(view.Models, model)
		}
		out.Absence = append(out.Absence, view)
	}
	necessary, err := qca.Necessities(v.Ctx, d, qca.NecessityCutoffs{RoN: 0.5, Depth: 2})
	if err != nil {
		return out, v.Ctx.Err()
	}
	for _, n := range necessary {
		row := necessaryRow{Formula: n.Expr, Words: formulaWords(n.Expr, letters), Consistency: two(n.Consistency), Relevance: two(n.RoN), Coverage: two(n.Coverage)}
		out.Necessary = append(out.Necessary, row)
	}
	return out, nil
}
