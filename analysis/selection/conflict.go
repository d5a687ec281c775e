package selection

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// conflict explains why no choice keeps all limits: a limit that fails alone, or else a smallest set of limits that cannot
// hold together, found by leaving out one after the other.
func (p *problem) conflict(ctx context.Context) error {
	q := p.q
	n := len(p.c)
	if n < q.K {
		barred := 0
		for _, c := range q.Candidates {
			if c.Barred != "" {
				barred++
			}
		}
		why := ""
		if left := len(q.Candidates) - n; left > 0 {
			why = fmt.Sprintf(" (%d of %d cannot be studied, %d set aside)", barred, len(q.Candidates), left-barred)
		}
		return fmt.Errorf("only %s in your universe can be chosen%s; %d are asked for: add candidates or ask for fewer", count(n, "case"), why, q.K)
	}
	everybody := newSet(n)
	for i := range n {
		everybody.add(i)
	}
	if m := p.room(everybody); m < q.K {
		return fmt.Errorf("with at most %s per country only %d can be chosen; %d are asked for", count(q.MaxPerCountry, "case"), m, q.K)
	}
	if len(p.fixed) > q.K {
		return fmt.Errorf("%d cases are fixed in advance but only %d are asked for", len(p.fixed), q.K)
	}
	type limit struct {
		words string
		lift  func(*problem)
	}
	var all []limit
	for x, g := range p.groups {
		words := p.words(x)
		if m := p.room(g.members); m < g.lo {
			if m == 0 {
				return fmt.Errorf("no %s in your universe can be chosen; %d asked for", g.counted(-1), g.lo)
			}
			return fmt.Errorf("only %s in your universe can be chosen; %d are asked for", g.counted(m), g.lo)
		}
		if g.lo > 0 || g.hi < q.K {
			all = append(all, limit{words, func(t *problem) { t.groups[x].lo, t.groups[x].hi = 0, q.K }})
		}
	}
	if q.MaxPerCountry > 0 {
		all = append(all, limit{"at most " + count(q.MaxPerCountry, "case") + " per country", func(t *problem) { t.q.MaxPerCountry = 0 }})
	}
	if q.Budget > 0 {
		all = append(all, limit{fmt.Sprintf("a budget of %g", q.Budget), func(t *problem) { t.q.Budget = 0 }})
	}
	for _, i := range p.fixed {
		all = append(all, limit{"the case " + p.c[i].ID + " fixed in advance", func(t *problem) {
			t.fixed = slices.DeleteFunc(slices.Clone(t.fixed), func(j int) bool { return j == i })
		}})
	}
	if len(p.not) > 0 {
		all = append(all, limit{"another choice than those already found", func(t *problem) { t.not = nil }})
	}
	lifted := make([]bool, len(all))
	can := func() (yes, whole bool) {
		t := *p
		t.groups = slices.Clone(p.groups)
		for i, l := range all {
			if lifted[i] {
				l.lift(&t)
			}
		}
		who, whole := t.find(ctx, nil, free)
		return who != nil, whole
	}
	for i := range all {
		lifted[i] = true
		if yes, whole := can(); yes || !whole {
			lifted[i] = false
		}
	}
	var words []string
	for i, l := range all {
		if !lifted[i] {
			words = append(words, l.words)
		}
	}
	if len(words) == 0 {
		return errors.New("no choice keeps all limits")
	}
	return fmt.Errorf("these limits cannot hold together: %s. Give up one of them%s", strings.Join(words, "; "), p.empty(lifted))
}

// words says what a group asks for.
func (p *problem) words(x int) string {
	g := p.groups[x]
	switch {
	case g.lo > 0 && g.hi >= p.q.K:
		return "at least " + g.counted(g.lo)
	case g.lo == g.hi:
		return fmt.Sprintf("%d of %s", g.lo, g.name)
	case g.lo > 0 && g.hi < p.q.K:
		return fmt.Sprintf("%d to %d of %s", g.lo, g.hi, g.name)
	}
	return fmt.Sprintf("at most %d of %s", g.hi, g.name)
}

// counted writes "2 successes", or "2 of “led by business”"; without a number for -1.
func (g group) counted(n int) string {
	switch {
	case g.quota && n < 0:
		return "case of “" + g.name + "”"
	case g.quota:
		return fmt.Sprintf("%d of “%s”", n, g.name)
	case n < 0:
		return g.name
	}
	return count(n, g.name)
}

// empty names, where regions and regime types conflict, the cells of the two that have no candidates.
func (p *problem) empty(lifted []bool) string {
	if p.q.Coverage != Even {
		return ""
	}
	var cells []string
	for i, r := range p.regions {
		for j, g := range p.regimes {
			if p.inRegion[i].common(p.inRegime[j]) == 0 {
				cells = append(cells, "no "+g+" in "+r)
			}
		}
	}
	if len(cells) == 0 {
		return ""
	}
	more := ""
	if len(cells) > 6 {
		more = fmt.Sprintf(" and %d more such gaps", len(cells)-6)
		cells = cells[:6]
	}
	return ". There is " + strings.Join(cells, ", ") + more + " in your universe"
}
