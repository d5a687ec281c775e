package cases

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"throughline/exchange/campaign"
	"throughline/internal/country"
	"throughline/internal/fault"
	"throughline/internal/thread"
)

// ContextFacts are the country facts of a candidate as of lag years before its onset, as far as the data have them, and why the
// others are absent. Names of attributes are those of package country.
func ContextFacts(atlas *country.Atlas, c Candidate, lag int) (facts []Fact, absent []country.Cell, err error) {
	cells, err := atlas.Context(c.ISO3, c.Start, lag, country.Reach)
	if err != nil {
		return nil, nil, err
	}
	for _, x := range cells {
		if x.Value == "" {
			absent = append(absent, x)
			continue
		}
		facts = append(facts, FactOf(x))
	}
	return facts, absent, nil
}

// FactOf is a value of the country context as a study keeps it.
func FactOf(x country.Cell) Fact {
	f := Fact{ISO3: x.ISO3, Year: x.Year, Attribute: x.Attribute, Value: x.Value, Source: x.Source, Version: x.Version, Licence: x.Licence}
	f.Low, _ = strconv.ParseFloat(x.Low, 64)
	f.High, _ = strconv.ParseFloat(x.High, 64)
	return f
}

// TakeIn is what taking the country context in would write.
type TakeIn struct {
	Facts      []Fact      // new, or with another value than the study has
	Changed    int         // of these, so many replace a value
	Candidates []Candidate // whose empty regime type or region is filled in
	Kept       []string    // what a person wrote and the data see otherwise, in words
	Trouble    []string    // candidates of which nothing can be known, in words
	Notices    []string    // citations and licences that go with the values
}

// PlanContext works out what taking the context in would write. Nothing that a person wrote is replaced: where the data see it
// otherwise, that is said.
func PlanContext(atlas *country.Atlas, scheme country.Scheme, universe []Candidate, have []Fact, lag int) TakeIn {
	var t TakeIn
	stands := map[thread.ID]Fact{}
	for _, f := range have {
		stands[f.Ref()] = f
	}
	planned := map[thread.ID]bool{}
	var cells []country.Cell
	for _, c := range universe {
		facts, _, err := ContextFacts(atlas, c, lag)
		if err != nil {
			t.Trouble = append(t.Trouble, c.Label()+": "+err.Error())
			continue
		}
		for _, f := range facts {
			old, ok := stands[f.Ref()]
			if planned[f.Ref()] || ok && (old.Value == f.Value || sameNumber(old.Value, f.Value)) {
				continue
			}
			planned[f.Ref()] = true
			t.Facts = append(t.Facts, f)
			if ok {
				t.Changed++
			}
		}
		d := c
		if regime, err := atlas.Value(c.ISO3, "regime", c.Start-lag); err == nil && regime.Value != "" {
			cells = append(cells, regime)
			switch {
			case c.RegimeBefore == "":
				d.RegimeBefore = regime.Value
			case c.RegimeBefore != regime.Value:
				t.Kept = append(t.Kept, fmt.Sprintf("%s: regime type %s; %s has %s for %d", c.Label(), c.RegimeBefore, regime.Source, regime.Value, regime.Year))
			}
		}
		if scheme != "" && c.Region == "" {
			if r, err := atlas.Region(c.ISO3, scheme); err == nil {
				d.Region = r.Value
			}
		}
		if d.RegimeBefore != c.RegimeBefore || d.Region != c.Region {
			t.Candidates = append(t.Candidates, d)
		}
		full, err := atlas.Context(c.ISO3, c.Start, lag, country.Reach)
		if err == nil {
			cells = append(cells, full...)
		}
	}
	t.Notices = atlas.Notices(cells)
	return t
}

func sameNumber(a, b string) bool {
	x, err1 := strconv.ParseFloat(a, 64)
	y, err2 := strconv.ParseFloat(b, 64)
	return err1 == nil && err2 == nil && x == y
}

// Move is a candidate that lies in another region under another scheme.
type Move struct {
	Candidate Candidate
	To        string // empty: the scheme does not place its country
	Renamed   bool   // it is the same region, spelled otherwise
}

// Moves are the candidates that a region scheme puts elsewhere.
func Moves(atlas *country.Atlas, scheme country.Scheme, universe []Candidate) []Move {
	var out []Move
	for _, c := range universe {
		r, err := atlas.Region(c.ISO3, scheme)
		if err != nil {
			continue // a code that no scheme knows keeps what stands
		}
		if r.Value != c.Region {
			spelled := func(s string) string { return strings.ToLower(strings.ReplaceAll(s, "&", "and")) }
			out = append(out, Move{c, r.Value, spelled(r.Value) == spelled(c.Region)})
		}
	}
	return out
}

// FromEntry makes a candidate of an entry of a list. Its id is made of country and year, and numbered when that is taken.
func FromEntry(e campaign.Entry, list string, taken func(thread.ID) bool) Candidate {
	c := Candidate{Name: e.Name, Country: e.Country, ISO3: e.ISO3, Start: e.StartYear(), End: e.EndYear(), Goal: strings.Join(e.Goals, ", "), Trigger: e.Trigger, Outcome: e.Outcome,
		Participation: e.Participation, Nonviolent: e.Nonviolent, Feasible: true}
	lines := make([]string, 0, 3)
	for _, l := range e.Lines[:min(3, len(e.Lines))] {
		lines = append(lines, strconv.Itoa(l))
	}
	c.Origin = list
	if len(lines) > 0 {
		c.Origin += ", row " + strings.Join(lines, ", ")
		if len(e.Lines) > 3 {
			c.Origin += fmt.Sprintf(" and %d more", len(e.Lines)-3)
		}
	}
	if c.Name == "" {
		c.Name = strings.TrimSpace(fmt.Sprintf("Campaign of %d", c.Start))
	}
	c.DatesSource = e.Sources
	base := fmt.Sprintf("%s%s-%d", thread.Candidate.Prefix(), strings.ToLower(c.ISO3), c.Start)
	c.ID = thread.ID(base)
	for n := 2; taken(c.ID); n++ {
		c.ID = thread.ID(fmt.Sprintf("%s-%d", base, n))
	}
	return c
}

// Alike finds a standing candidate that may be the same campaign: of the same country, overlapping in time, and with a word in
// common in its name, or beginning in the same year.
func Alike(c Candidate, universe []Candidate) (Candidate, bool) {
	end := func(x Candidate) int {
		if x.End == 0 {
			return 9999
		}
		return x.End
	}
	words := func(s string) []string {
		return strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	}
	mine := words(c.Name)
	for _, x := range universe {
		if x.ISO3 != c.ISO3 || x.Start > end(c) || c.Start > end(x) {
			continue
		}
		common := slices.ContainsFunc(words(x.Name), func(w string) bool { return len(w) > 3 && slices.Contains(mine, w) })
		if common || x.Start == c.Start {
			return x, true
		}
	}
	return Candidate{}, false
}

// CodeOf gives the code of a country by its name, for reading lists: the error says in one sentence why there is none.
func CodeOf(atlas *country.Atlas) func(name string) (string, error) {
	return func(name string) (string, error) {
		c, err := atlas.Find(name)
		if err != nil {
			return "", errors.New(strings.TrimSuffix(fault.Message(err), "."))
		}
		return c.ISO3, nil
	}
}

// Demands are the goals of a list that begin with given words, so that "removal" finds "removal of a politician". A word that
// no goal begins with is an error that tells those there are.
func Demands(l campaign.List, words []string) ([]string, error) {
	var all, out []string
	for _, e := range l.Entries {
		for _, g := range e.Goals {
			if !slices.Contains(all, g) {
				all = append(all, g)
			}
		}
	}
	slices.Sort(all)
	for _, w := range words {
		found := false
		for _, g := range all {
			if strings.HasPrefix(strings.ToLower(g), strings.ToLower(strings.TrimSpace(w))) {
				found = true
				if !slices.Contains(out, g) {
					out = append(out, g)
				}
			}
		}
		if !found {
			return nil, fault.New(fault.Invalid, "No demand of the list begins with %q; there are: %s.", w, strings.Join(all[:min(30, len(all))], ", "))
		}
	}
	return out, nil
}
