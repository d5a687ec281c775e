package boolean

import (
	"fmt"
	"math"
)

// Evaluate gives the membership of each case, 0 to 1 (Ragin 2008, ch. 2):
//
//	and   the smallest membership
//	or    the largest membership
//	not   1 - x
//
// Each row holds the scores of one case, in the order of Conditions: a
// membership from 0 to 1, or the level of a condition with more than two, whose
// membership in A{1} is 1 at level 1 and 0 at all others. Scores of conditions
// the expression does not mention are not looked at. Errors name the row,
// counted from 1, and the condition.
func (e Expr) Evaluate(rows [][]float64) ([]float64, error) {
	mentioned := make([]bool, len(e.conditions))
	mention(e.node(), mentioned)
	for i, row := range rows {
		if len(row) != len(e.conditions) {
			return nil, fmt.Errorf("row %d has %d scores, but there are %d conditions: give one score for each", i+1, len(row), len(e.conditions))
		}
		for j, c := range e.conditions {
			x := row[j]
			switch {
			case !mentioned[j]:
			case math.IsNaN(x):
				return nil, fmt.Errorf("row %d has no score on %q: score it or leave the case out", i+1, c.Name)
			case c.levels() > 2 && (x != math.Trunc(x) || x < 0 || x >= float64(c.levels())):
				return nil, fmt.Errorf("row %d has %v on %q, which has the levels 0 to %d", i+1, x, c.Name, c.levels()-1)
			case c.levels() == 2 && (x < 0 || x > 1):
				return nil, fmt.Errorf("row %d has %v on %q, outside 0 to 1: calibrate it first", i+1, x, c.Name)
			}
		}
	}
	out := make([]float64, len(rows))
	for i, row := range rows {
		out[i] = e.membership(e.node(), row)
	}
	return out, nil
}

func mention(n *node, mentioned []bool) {
	if n.op == literal {
		mentioned[n.cond] = true
	}
	for _, k := range n.kids {
		mention(k, mentioned)
	}
}

func (e Expr) membership(n *node, row []float64) float64 {
	switch n.op {
	case never:
		return 0
	case always:
		return 1
	case literal:
		x := row[n.cond]
		switch {
		case e.conditions[n.cond].levels() > 2:
			return float64(n.levels >> int(x) & 1)
		case n.levels == 1:
			return 1 - x
		}
		return x
	case not:
		return 1 - e.membership(n.kids[0], row)
	}
	m := e.membership(n.kids[0], row)
	for _, k := range n.kids[1:] {
		if n.op == and {
			m = min(m, e.membership(k, row))
		} else {
			m = max(m, e.membership(k, row))
		}
	}
	return m
}
