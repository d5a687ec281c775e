package campaign

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Grouping says which protests can belong to one campaign.
type Grouping string

const (
	ByCountry Grouping = "country" // all of a country
	ByGoal    Grouping = "goal"    // of a country, with the same demand; a protest with several demands counts for each
	ByTarget  Grouping = "target"  // of a country, against the same target
)

// Rule says how protests are gathered into campaigns.
type Rule struct {
	By    Grouping // empty: ByCountry
	Gap   int      // a new campaign begins when more days than these have passed without a protest; 0: DefaultGap
	Least int      // campaigns with fewer protests are left out; 0: 1
	Only  []string // goals of which a protest must have one; empty: any. By goal, campaigns for these alone are made
}

// DefaultGap in days. It is a convention, not a finding: look how the number of campaigns changes with it.
const DefaultGap = 90

// Campaign is gathered from protests.
type Campaign struct {
	Entry             // Lines are the rows of its protests; Participation is that of the largest
	Protests int      `json:"protests"`
	Sized    int      `json:"sized"`         // protests whose size is known
	Violent  int      `json:"violent"`       // protests in which protesters were violent
	Methods  int      `json:"methods"`       // protests of which it is known whether they were
	Days     int      `json:"days"`          // from the first day to the last, both counted
	Members  []string `json:"ids,omitempty"` // ids of the protests; empty where the terms forbid to keep them
}

// Gathered is what a rule makes of a list.
type Gathered struct {
	Campaigns []Campaign `json:"campaigns"`
	Passed    []Value    `json:"passed"` // protests that are in no campaign, by the reason
	Notes     []string   `json:"notes"`
}

// Aggregate gathers the protests of a list into campaigns: per country and, by the rule, per demand or target, in the order of
// their first days. A date that is known to the month or the year alone counts from its first day to its last. An outcome cannot
// be told from protests and stays empty. Nonviolent is "yes" when no protest was violent, "mostly" when fewer than half were, else
// "no", among those of which it is known.
func Aggregate(l List, rule Rule) (Gathered, error) {
	var g Gathered
	if l.Unit != Protests {
		return g, fmt.Errorf("the rows stand for a %s each; only protests are gathered", l.Unit)
	}
	if rule.Gap < 0 || rule.Least < 0 {
		return g, fmt.Errorf("a gap of %d days and at least %d protests make no rule; expected 0 or more", rule.Gap, rule.Least)
	}
	gap := cmp.Or(rule.Gap, DefaultGap)
	least := cmp.Or(rule.Least, 1)
	type group struct{ iso3, about string }
	groups := map[group][]int{}
	passed := map[string]int{}
	several := 0
	for i, e := range l.Entries {
		goals := e.Goals
		if len(rule.Only) > 0 {
			goals = nil
			for _, x := range e.Goals {
				if slices.Contains(rule.Only, x) {
					goals = append(goals, x)
				}
			}
			if len(goals) == 0 {
				passed["other demands than those wanted"]++
				continue
			}
		}
		switch cmp.Or(rule.By, ByCountry) {
		case ByCountry:
			groups[group{e.ISO3, ""}] = append(groups[group{e.ISO3, ""}], i)
		case ByTarget:
			if e.Target == "" {
				passed["no target is known"]++
				continue
			}
			k := group{e.ISO3, e.Target}
			groups[k] = append(groups[k], i)
		case ByGoal:
			if len(goals) == 0 {
				passed["no demand is known"]++
				continue
			}
			if len(goals) > 1 {
				several++
			}
			for _, x := range goals {
				groups[group{e.ISO3, x}] = append(groups[group{e.ISO3, x}], i)
			}
		default:
			return g, fmt.Errorf("protests cannot be gathered by %q; expected country, goal or target", rule.By)
		}
	}
	keys := make([]group, 0, len(groups))
	for k := range groups {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b group) int { return cmp.Or(cmp.Compare(a.iso3, b.iso3), cmp.Compare(a.about, b.about)) })
	small := 0
	for _, k := range keys {
		members := groups[k]
		slices.SortStableFunc(members, func(i, j int) int {
			a, b := l.Entries[i], l.Entries[j]
			return cmp.Or(cmp.Compare(earliest(a.Start), earliest(b.Start)), cmp.Compare(a.Lines[0], b.Lines[0]))
		})
		for len(members) > 0 {
			n := 1
			last := lastDay(l.Entries[members[0]])
			for n < len(members) && days(last, earliest(l.Entries[members[n]].Start)) <= gap+1 {
				last = max(last, lastDay(l.Entries[members[n]]))
				n++
			}
			if n >= least {
				g.Campaigns = append(g.Campaigns, l.gather(members[:n], k.about, cmp.Or(rule.By, ByCountry), last))
			} else {
				passed[fmt.Sprintf("in a campaign of fewer than %d protests", least)] += n
				small++
			}
			members = members[n:]
		}
	}
	seen := map[string]int{}
	for i := range g.Campaigns { // demands in other scripts leave no trace in an id
		id := g.Campaigns[i].ID
		if seen[id]++; seen[id] > 1 {
			g.Campaigns[i].ID = fmt.Sprintf("%s-%d", id, seen[id])
		}
	}
	g.Passed = values(passed)
	if several > 0 {
		g.Notes = append(g.Notes, fmt.Sprintf("%d protests have several demands and count for each", several))
	}
	if small > 0 {
		g.Notes = append(g.Notes, fmt.Sprintf("%d campaigns of fewer than %d protests were left out", small, least))
	}
	if l.AggregatesOnly {
		g.Notes = append(g.Notes, "the terms of the publisher do not let the rows be kept: counts and dates alone are here")
	}
	return g, nil
}

func lastDay(e Entry) string {
	if e.End != "" {
		return latest(e.End)
	}
	return latest(e.Start)
}

// days from one day to another, the first not counted.
func days(from, to string) int {
	a, err1 := time.Parse(time.DateOnly, from)
	b, err2 := time.Parse(time.DateOnly, to)
	if err1 != nil || err2 != nil {
		return 0
	}
	return int(b.Sub(a).Hours() / 24)
}

// gather makes a campaign of protests in the order of their dates.
func (l *List) gather(members []int, about string, by Grouping, last string) Campaign {
	first := l.Entries[members[0]]
	c := Campaign{Entry: Entry{ISO3: first.ISO3, Country: first.Country, Start: first.Start, End: last}, Protests: len(members)}
	goals := map[string]bool{}
	for _, i := range members {
		e := l.Entries[i]
		c.Lines = append(c.Lines, e.Lines...)
		if e.ID != "" {
			c.Members = append(c.Members, e.ID)
		}
		for _, x := range e.Goals {
			goals[x] = true
		}
		if e.Participation > 0 {
			c.Sized++
		}
		if e.Participation > c.Participation {
			c.Participation, c.SizeRead = e.Participation, e.SizeRead
		}
		if e.Nonviolent != "" {
			c.Methods++
		}
		if e.Nonviolent == "no" {
			c.Violent++
		}
		for _, u := range e.Sources {
			if !slices.Contains(c.Sources, u) {
				c.Sources = append(c.Sources, u)
			}
		}
	}
	switch {
	case c.Methods == 0:
	case c.Violent == 0:
		c.Nonviolent = "yes"
	case 2*c.Violent < c.Methods:
		c.Nonviolent = "mostly"
	default:
		c.Nonviolent = "no"
	}
	for x := range goals {
		c.Goals = append(c.Goals, x)
	}
	slices.Sort(c.Goals)
	switch by {
	case ByGoal:
		c.Goals = []string{about}
	case ByTarget:
		c.Target = about
	}
	c.Days = days(earliest(c.Start), last) + 1
	place := cmp.Or(c.Country, c.ISO3)
	what := "protests"
	if about != "" {
		what = "protests: " + about
	}
	c.Name = fmt.Sprintf("%s, %s, %s", place, what, span(c.Start, c.End))
	c.ID = strings.ToLower(c.ISO3) + "-" + earliest(c.Start)
	if about != "" {
		c.ID += "-" + slug(about)
	}
	return c
}

func span(start, end string) string {
	if start[:4] == end[:4] {
		return start[:4]
	}
	return start[:4] + "-" + end[:4]
}

func slug(s string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !('a' <= r && r <= 'z' || '0' <= r && r <= '9') }), "-")
}
