package web

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"throughline/internal/fault"
	"throughline/internal/store"
	"throughline/internal/synthesis"
	"throughline/internal/thread"
)

// termPage is one term of a solution with what it rests on: in each of its cases the scores that put the case there, and
// the passages behind them.
type termPage struct {
	Formula  string
	Words    string
	Solution string // "conservative solution, model 1 of 2"
	Analysis link
	Outcome  string
	Cases    []termCase
	Others   int // so many more cases belong to other teams
}

type termCase struct {
	ID     string
	Case   link
	Scores []termScore
}

// termScore is the score of a case on a condition of the term, or on the outcome.
type termScore struct {
	Needs      string // "present", "absent", "level 2"; of the outcome: "the outcome"
	Condition  link
	Score      string // its page; empty: there is none any more
	Raw        string
	Membership string
	State      string // empty when it is confirmed
	Why        string
	For        supports
	Against    supports
}

func (termPage) template() string { return "term" }

// literal is a part of a term: a condition with the level that it must have.
type literal struct {
	Letter string
	Level  int  // of a multi-value condition, otherwise 1 or 0
	Multi  bool // the condition has levels
}

// literals reads a term such as COAL*~VIOL*REG{2}.
func literals(term string) []literal {
	var out []literal
	for _, x := range strings.Split(term, "*") {
		x = strings.TrimSpace(x)
		l := literal{Letter: x, Level: 1}
		if letter, absent := strings.CutPrefix(x, "~"); absent {
			l = literal{Letter: letter}
		}
		if letter, level, ok := strings.Cut(strings.TrimSuffix(x, "}"), "{"); ok {
			n, err := strconv.Atoi(level)
			if err == nil {
				l = literal{Letter: letter, Level: n, Multi: true}
			}
		}
		out = append(out, l)
	}
	return out
}

// needs says what a case must be to be in the term.
func (l literal) needs() string {
	switch {
	case l.Multi:
		return fmt.Sprintf("level %d", l.Level)
	case l.Level == 0:
		return "absent"
	}
	return "present"
}

func showTerm(v *visit) error {
	a := v.Object.(synthesis.Analysis)
	gone := fault.New(fault.NotFound, "There is no such term in the result that stands. Open the analysis and follow a term from there.")
	kind := v.R.PathValue("kind")
	m, err1 := strconv.Atoi(v.R.PathValue("model"))
	n, err2 := strconv.Atoi(v.R.PathValue("term"))
	if a.Result == nil || err1 != nil || err2 != nil {
		return gone
	}
	i := slices.IndexFunc(a.Result.Solutions, func(s synthesis.Solution) bool { return s.Kind == kind })
	if i < 0 || m < 1 || m > len(a.Result.Solutions[i].Models) {
		return gone
	}
	models := a.Result.Solutions[i].Models
	if n < 1 || n > len(models[m-1].Terms) {
		return gone
	}
	t := models[m-1].Terms[n-1]
	names, err := v.caseNames()
	if err != nil {
		return err
	}
	conditions, err := v.conditions()
	if err != nil {
		return err
	}
	letters, byLetter := map[string]string{}, map[string]synthesis.Condition{}
	var outcome synthesis.Condition
	for _, c := range conditions {
		letters[c.Letter], byLetter[c.Letter] = c.Name, c
		if c.ID == a.Outcome {
			outcome = c
		}
	}
	columns, err := v.columns(conditions...)
	if err != nil {
		return err
	}
	scores, err := store.All[synthesis.Score](v.Ctx, v.store(), v.Study, v.own())
	if err != nil {
		return err
	}
	byID := map[thread.ID]store.Item[synthesis.Score]{}
	for _, it := range scores {
		byID[it.Node.ID] = it
	}
	v.crumb("Analysis", v.at("analysis"))
	v.crumb(a.Title, v.page(a.ID))
	p := termPage{Formula: t.Formula, Words: formulaWords(t.Formula, letters), Analysis: link{a.Title, v.page(a.ID)}, Outcome: outcome.Name, Solution: kind + " solution"}
	if len(models) > 1 {
		p.Solution += fmt.Sprintf(", model %d of %d", m, len(models))
	}
	for _, c := range t.Cases {
		if names[c] == "" {
			p.Others++
			continue
		}
		x := termCase{ID: string(c), Case: link{names[c], v.page(c)}}
		one := func(needs string, cond synthesis.Condition) error {
			s := termScore{Needs: needs, Condition: link{cond.Name, v.page(cond.ID)}}
			if it, ok := byID[synthesis.ScoreID(c, cond.ID)]; ok {
				at, _ := columns[cond.ID].Point(c)
				s.Score, s.Raw, s.Membership, s.Why = v.page(it.Node.ID), it.Object.Raw, worthWords(columns[cond.ID], at), it.Object.Justification
				if st := it.Node.State(); st != thread.Standing {
					s.State = st
				}
				if s.For, err = v.evidence(it.Object.Supports, nil); err != nil {
					return err
				}
				if s.Against, err = v.evidence(it.Object.Contradicts, nil); err != nil {
					return err
				}
			}
			x.Scores = append(x.Scores, s)
			return nil
		}
		for _, l := range literals(t.Formula) {
			if err := one(l.needs(), byLetter[l.Letter]); err != nil {
				return err
			}
		}
		if err := one("the outcome", outcome); err != nil {
			return err
		}
		p.Cases = append(p.Cases, x)
	}
	return v.render("Evidence for "+t.Formula, p)
}

// term gives the address of the evidence of a term, counted from 0.
func (v *visit) term(a thread.ID, kind string, model, term int) string {
	return v.at("analysis", string(a), "term", kind, strconv.Itoa(model+1), strconv.Itoa(term+1))
}
