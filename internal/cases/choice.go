package cases

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"throughline/analysis/selection"
	"throughline/internal/fault"
	"throughline/internal/thread"
)

// DefaultAttributes tell cases apart when a selection names none: region, regime type and year of onset.
var DefaultAttributes = []Attribute{{Name: "region", Kind: "nominal"}, {Name: "regime", Kind: "ordinal", High: 3}, {Name: "start", Kind: "numeric"}}

// OwnAttributes are what a candidate itself has to be compared by, with the kind that suits each. Any other attribute is a
// country fact of the year before onset.
var OwnAttributes = []Attribute{{Name: "region", Kind: "nominal"}, {Name: "regime", Kind: "ordinal", High: 3}, {Name: "start", Kind: "numeric"},
	{Name: "participation", Kind: "numeric"}, {Name: "nonviolent", Kind: "ordinal", High: 2}, {Name: "leadership", Kind: "nominal"}, {Name: "sectors", Kind: "set"}}

// Limit is how long a search for the best choice may take.
func (s Selection) Limit() time.Duration { return time.Duration(cmp.Or(s.Seconds, 30)) * time.Second }

// Question is what the selection asks of a universe, with the country facts of each candidate as of the year before onset.
func (s Selection) Question(universe []Candidate, facts []Fact) selection.Question {
	q := selection.Question{K: s.K, MinSuccess: s.MinSuccess, MinFailure: s.MinFailure, MaxPerCountry: s.MaxPerCountry, PartialFails: s.Partial == "failure",
		In: texts(s.In), Out: texts(s.Out), Coverage: selection.Coverage(cmp.Or(s.Coverage, "lex")), Objective: selection.Objective(cmp.Or(s.Objective, "lex"))}
	attributes := s.Attributes
	if len(attributes) == 0 {
		attributes = DefaultAttributes
	}
	for _, a := range attributes {
		q.Attributes = append(q.Attributes, selection.Attribute{Name: a.Name, Kind: selection.Kind(a.Kind), Weight: a.Weight, Low: a.Low, High: a.High})
	}
	for _, u := range s.Quotas {
		q.Quotas = append(q.Quotas, selection.Quota{Name: u.Name, IDs: texts(u.Candidates), Low: u.Low, High: u.High})
	}
	known := map[string][]Fact{}
	for _, f := range facts {
		k := f.ISO3 + " " + f.Attribute
		known[k] = append(known[k], f)
	}
	for _, c := range universe {
		x := selection.Candidate{ID: string(c.ID), Country: c.ISO3, Region: c.Region, Regime: c.RegimeBefore, Outcome: selection.Outcome(c.Outcome), Feasibility: c.Feasibility}
		if !c.Feasible {
			x.Barred = cmp.Or(c.Access, "it is not feasible")
		}
		for _, a := range attributes {
			x.Values = append(x.Values, c.value(a, known))
		}
		q.Candidates = append(q.Candidates, x)
	}
	return q
}

func texts(ids []thread.ID) []string {
	var out []string
	for _, id := range ids {
		out = append(out, string(id))
	}
	return out
}

// value is a candidate's value of an attribute.
func (c Candidate) value(a Attribute, facts map[string][]Fact) selection.Value {
	named := func(s string) selection.Value { return selection.Value{Known: s != "", Text: s} }
	number := func(n float64, known bool) selection.Value {
		return selection.Value{Known: known, Number: n, Text: strconv.FormatFloat(n, 'g', -1, 64)}
	}
	rank := func(s string, words []string) selection.Value {
		i := slices.Index(words, s)
		v := number(float64(i), i >= 0)
		v.Text = s
		return v
	}
	switch a.Name {
	case "region":
		return named(c.Region)
	case "regime":
		return rank(c.RegimeBefore, Regimes)
	case "start":
		return number(float64(c.Start), c.Start != 0)
	case "participation":
		return number(float64(c.Participation), c.Participation != 0)
	case "nonviolent":
		return rank(c.Nonviolent, []string{"no", "mostly", "yes"})
	case "leadership":
		return named(c.Leadership)
	case "sectors":
		return selection.Value{Known: len(c.Sectors) > 0, Set: c.Sectors}
	}
	best := -1
	all := facts[c.ISO3+" "+a.Name]
	for i, f := range all {
		if f.Year < c.Start && (best < 0 || f.Year > all[best].Year) {
			best = i
		}
	}
	if best < 0 {
		return selection.Value{}
	}
	if x, err := strconv.ParseFloat(all[best].Value, 64); err == nil {
		return number(x, true)
	}
	if a.Kind == "numeric" || a.Kind == "ordinal" {
		return rank(all[best].Value, Regimes)
	}
	return named(all[best].Value)
}

// Fingerprint tells by what the choice was made: the candidates as they are counted and compared, and the rules.
func Fingerprint(q selection.Question) (string, error) {
	slices.SortFunc(q.Candidates, func(a, b selection.Candidate) int { return cmp.Compare(a.ID, b.ID) })
	b, err := json.Marshal(q)
	if err != nil {
		return "", fmt.Errorf("fingerprint of the universe: %w", err)
	}
	return thread.Content(b), nil
}

// Choose makes the choice and gives the selection with all that is known of it. The search ends at the selection's time
// limit with the best found.
func (s Selection) Choose(ctx context.Context, universe []Candidate, facts []Fact) (Selection, error) {
	q := s.Question(universe, facts)
	inputs, err := Fingerprint(q)
	if err != nil {
		return s, err
	}
	limited, cancel := context.WithTimeout(ctx, s.Limit())
	defer cancel()
	a, err := selection.Solve(limited, q)
	if ctx.Err() != nil {
		return s, ctx.Err()
	}
	if err != nil {
		return s, fault.Wrap(fault.Invalid, err, "The cases cannot be chosen: %s.", err)
	}
	s.Method, s.Chosen, s.Proven, s.Inputs, s.Levels, s.Alternates = s.Words(), nil, a.Proven, inputs, nil, nil
	for _, id := range a.Selected {
		s.Chosen = append(s.Chosen, thread.ID(id))
	}
	for _, l := range a.Levels {
		s.Levels = append(s.Levels, Level{l.Name, round(l.Value), round(l.Bound), l.Proven})
	}
	more, cancel := context.WithTimeout(ctx, s.Limit())
	defer cancel()
	alternates, err := selection.Alternates(more, q, a)
	if err != nil && ctx.Err() != nil {
		return s, ctx.Err()
	}
	for _, x := range alternates {
		if x.Instead != "" {
			s.Alternates = append(s.Alternates, Alternate{thread.ID(x.For), thread.ID(x.Instead), x.Cost})
		}
	}
	return s, nil
}

// round keeps nine decimals: sums of distances are not exact beyond.
func round(x float64) float64 { return math.Round(x*1e9) / 1e9 }

// Words are what the choice is made by, for people.
func (s Selection) Words() string {
	var parts []string
	switch s.Coverage {
	case "even":
		parts = append(parts, "even numbers of each region and regime type")
	case "off":
	default:
		parts = append(parts, "as many regions and regime types as can be, then their combinations, then even numbers")
	}
	switch s.Objective {
	case "maxmin":
		parts = append(parts, "the largest smallest distance", "the largest sum of distances")
	case "maxsum":
		parts = append(parts, "the largest sum of distances")
	default:
		parts = append(parts, "the best access", "the largest smallest distance", "the largest sum of distances")
	}
	return "exact search: " + strings.Join(parts, ", then ")
}

// ParseAttribute reads an attribute as people write it: name, kind, and if they like a weight and a range, such as
// "polyarchy numeric 2 0:1".
func ParseAttribute(line string) (Attribute, error) {
	f := strings.Fields(line)
	if len(f) < 2 || len(f) > 4 {
		return Attribute{}, fault.New(fault.Invalid, "is %q; expected a name and a kind, such as \"polyarchy numeric\", then perhaps a weight and a range such as 0:1", line)
	}
	a := Attribute{Name: f[0], Kind: f[1]}
	for _, x := range f[2:] {
		var err error
		if low, high, isRange := strings.Cut(x, ":"); isRange {
			if a.Low, err = strconv.ParseFloat(low, 64); err == nil {
				a.High, err = strconv.ParseFloat(high, 64)
			}
		} else {
			a.Weight, err = strconv.ParseFloat(x, 64)
		}
		if err != nil {
			return a, fault.New(fault.Invalid, "has %q; expected a weight such as 2 or a range such as 0:1", x)
		}
	}
	return a, nil
}

// ParseQuota reads a limit on a group as people write it: "led by business: 1 to 2: cand-tha-2010 cand-ken-2012".
func ParseQuota(line string) (Quota, error) {
	parts := strings.Split(line, ":")
	if len(parts) != 3 {
		return Quota{}, fault.New(fault.Invalid, "is %q; expected words, how many, and ids, with colons between, such as \"led by business: 1 to 2: cand-a cand-b\"", line)
	}
	u := Quota{Name: strings.TrimSpace(parts[0])}
	low, high, _ := strings.Cut(parts[1], " to ")
	var err error
	if u.Low, err = strconv.Atoi(strings.TrimSpace(low)); err == nil {
		u.High, err = strconv.Atoi(strings.TrimSpace(high))
	}
	if err != nil {
		return u, fault.New(fault.Invalid, "has %q; expected two numbers such as \"1 to 2\"", strings.TrimSpace(parts[1]))
	}
	for _, id := range strings.FieldsFunc(parts[2], func(r rune) bool { return r == ' ' || r == ',' || r == '\t' }) {
		u.Candidates = append(u.Candidates, thread.ID(id))
	}
	return u, nil
}
