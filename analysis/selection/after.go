package selection

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// Alternate is who takes the place of a chosen case when access to it fails.
type Alternate struct {
	For     string   `json:"for"`              // the chosen case
	Instead string   `json:"instead"`          // who takes its place; empty: nobody can
	Others  bool     `json:"others,omitempty"` // nobody fits beside the others: the choice was made anew without the case
	Choice  []string `json:"choice,omitempty"` // the whole choice then
	Levels  []Level  `json:"levels,omitempty"` // that it reaches
	Cost    string   `json:"cost"`             // what that loses, in words
}

// Alternates finds for each chosen case the best candidate to take its place while the others stay; where none fits, the
// choice is made anew without it.
func Alternates(ctx context.Context, q Question, a Answer) ([]Alternate, error) {
	if err := q.check(); err != nil {
		return nil, err
	}
	var out []Alternate
	for _, id := range a.Selected {
		t := q
		t.Out = append(slices.Clone(q.Out), id)
		t.In = without(a.Selected, id)
		b, err := Solve(ctx, t)
		x := Alternate{For: id}
		if err != nil {
			t.In = without(q.In, id)
			if b, err = Solve(ctx, t); err != nil {
				if ctx.Err() != nil {
					return out, ctx.Err()
				}
				x.Cost = "nobody: without it " + err.Error()
				out = append(out, x)
				continue
			}
			x.Others = true
		}
		x.Choice, x.Levels = b.Selected, b.Levels
		for _, s := range b.Selected {
			if !slices.Contains(a.Selected, s) {
				x.Instead = s
				if !x.Others {
					break
				}
			}
		}
		x.Cost = Loss(a.Levels, b.Levels)
		out = append(out, x)
	}
	return out, nil
}

func without(ids []string, id string) []string {
	return slices.DeleteFunc(slices.Clone(ids), func(s string) bool { return s == id })
}

// Loss says in words what a choice loses against another, level by level, up to the first level at which they differ and the
// distances below it.
func Loss(before, after []Level) string {
	var parts []string
	for i, l := range before {
		if i >= len(after) || after[i].Name != l.Name {
			break
		}
		d := after[i].Value - l.Value
		if l.Name == LevelEvenness {
			d = -d
		}
		switch {
		case d < -proofEps:
			parts = append(parts, fmt.Sprintf("%s %s instead of %s", l.Name, figure(after[i].Value), figure(l.Value)))
		case d > proofEps:
			parts = append(parts, fmt.Sprintf("%s better: %s instead of %s", l.Name, figure(after[i].Value), figure(l.Value)))
		}
	}
	if len(parts) == 0 {
		return "nothing"
	}
	return strings.Join(parts, "; ")
}

// figure writes a value with up to four decimals.
func figure(x float64) string {
	s := fmt.Sprintf("%.4f", x)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

// Reason says why a candidate was not chosen.
type Reason struct {
	ID     string   `json:"id"`
	Rule   string   `json:"rule,omitempty"`   // the rule that keeps it out; empty: none does
	Cost   string   `json:"cost,omitempty"`   // what forcing it in would lose
	Levels []Level  `json:"levels,omitempty"` // of the choice with it forced in
	Choice []string `json:"choice,omitempty"` // that choice
}

// WhyNot says of a candidate that was not chosen which rule keeps it out, or what forcing it in would cost at each level.
func WhyNot(ctx context.Context, q Question, a Answer, id string) (Reason, error) {
	r := Reason{ID: id}
	if err := q.check(); err != nil {
		return r, err
	}
	i := slices.IndexFunc(q.Candidates, func(c Candidate) bool { return c.ID == id })
	switch {
	case i < 0:
		return r, fmt.Errorf("%q is not among the candidates", id)
	case slices.Contains(a.Selected, id):
		return r, fmt.Errorf("%q is chosen", id)
	case q.Candidates[i].Barred != "":
		r.Rule = "it cannot be studied: " + q.Candidates[i].Barred
		return r, nil
	case slices.Contains(q.Out, id):
		r.Rule = "it was set aside"
		return r, nil
	}
	t := q
	t.In = append(slices.Clone(q.In), id)
	b, err := Solve(ctx, t)
	if err != nil {
		if ctx.Err() != nil {
			return r, ctx.Err()
		}
		r.Rule = "with it, " + err.Error()
		return r, nil
	}
	r.Levels, r.Choice = b.Levels, b.Selected
	if r.Cost = Loss(a.Levels, b.Levels); r.Cost == "nothing" {
		r.Cost = "nothing: it belongs to a choice that is just as good"
	}
	return r, nil
}

// Next finds up to n more choices, the best first: each is the best that is none of those before it.
func Next(ctx context.Context, q Question, a Answer, n int) ([]Answer, error) {
	if err := q.check(); err != nil {
		return nil, err
	}
	q.Not = append(slices.Clone(q.Not), a.Selected)
	var out []Answer
	for range n {
		b, err := Solve(ctx, q)
		if err != nil {
			if len(out) > 0 || ctx.Err() != nil {
				return out, ctx.Err()
			}
			return nil, nil // there is no other
		}
		out = append(out, b)
		q.Not = append(q.Not, b.Selected)
	}
	return out, nil
}

// Variant is a question that differs in one respect from another, such as a weight or the region scheme.
type Variant struct {
	Name     string
	Question Question
}

// Stay is how often a candidate is chosen when a question varies.
type Stay struct {
	ID     string   `json:"id"`
	Chosen int      `json:"chosen"`        // in so many of the variants
	Of     int      `json:"of"`            // variants that have an answer
	Not    []string `json:"not,omitempty"` // names of the variants in which it is not chosen
}

// Sensitivity answers each variant and counts how often each candidate is chosen; those of the answer come first, then the
// others by how often. Refused are the variants without an answer, and why.
func Sensitivity(ctx context.Context, a Answer, variants []Variant) (stays []Stay, refused map[string]string, err error) {
	by := map[string]*Stay{}
	get := func(id string) *Stay {
		if by[id] == nil {
			by[id] = &Stay{ID: id}
		}
		return by[id]
	}
	for _, id := range a.Selected {
		get(id)
	}
	refused = map[string]string{}
	var answered []string
	chosen := map[string]map[string]bool{}
	for _, v := range variants {
		b, err := Solve(ctx, v.Question)
		if err != nil && ctx.Err() != nil {
			refused[v.Name] = "not answered in the time given"
			continue
		}
		if err != nil {
			refused[v.Name] = err.Error()
			continue
		}
		answered = append(answered, v.Name)
		chosen[v.Name] = map[string]bool{}
		for _, id := range b.Selected {
			get(id).Chosen++
			chosen[v.Name][id] = true
		}
	}
	for id, s := range by {
		s.Of = len(answered)
		for _, name := range answered {
			if slices.Contains(a.Selected, id) && !chosen[name][id] {
				s.Not = append(s.Not, name)
			}
		}
		stays = append(stays, *s)
	}
	slices.SortFunc(stays, func(x, y Stay) int {
		inX, inY := slices.Contains(a.Selected, x.ID), slices.Contains(a.Selected, y.ID)
		switch {
		case inX != inY && inX:
			return -1
		case inX != inY:
			return 1
		case x.Chosen != y.Chosen:
			return y.Chosen - x.Chosen
		}
		return strings.Compare(x.ID, y.ID)
	})
	return stays, refused, nil
}

// Weights gives variants of a question in which each attribute's weight is halved, doubled, and set aside.
func Weights(q Question) []Variant {
	var out []Variant
	for v, a := range q.Attributes {
		w := a.Weight
		if w == 0 {
			w = 1
		}
		for _, x := range []struct {
			words string
			by    float64
		}{{" counts half", 0.5}, {" counts twice", 2}} {
			t := q
			t.Attributes = slices.Clone(q.Attributes)
			t.Attributes[v].Weight = w * x.by
			out = append(out, Variant{a.Name + x.words, t})
		}
		if len(q.Attributes) > 1 {
			t := q
			t.Attributes = slices.Delete(slices.Clone(q.Attributes), v, v+1)
			t.Candidates = slices.Clone(q.Candidates)
			for i := range t.Candidates {
				t.Candidates[i].Values = slices.Delete(slices.Clone(t.Candidates[i].Values), v, v+1)
			}
			out = append(out, Variant{a.Name + " left out", t})
		}
	}
	return out
}

// Gaps names, in the user's words, what a universe lacks: regime types and regions of a list of which no candidate can be
// chosen.
func Gaps(c []Candidate, regions, regimes []string) []string {
	has := func(of func(Candidate) string, name string) bool {
		return slices.ContainsFunc(c, func(x Candidate) bool { return x.Barred == "" && of(x) == name })
	}
	var out []string
	for _, r := range regimes {
		if !has(func(x Candidate) string { return x.Regime }, r) {
			out = append(out, "no "+r+" in your universe")
		}
	}
	for _, r := range regions {
		if !has(func(x Candidate) string { return x.Region }, r) {
			out = append(out, "no case in "+r+" in your universe")
		}
	}
	return out
}
