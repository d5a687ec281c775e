package country

import (
	"cmp"
	"fmt"
	"slices"
)

// Change is what a table would do to an attribute.
type Change struct {
	Attribute string   `json:"attribute"`
	Words     string   `json:"words"`
	From      string   `json:"from,omitempty"` // data set and version that it comes from now; empty: it is new
	To        string   `json:"to"`             // and then
	Added     int      `json:"added"`          // values of countries and years that have none now
	Changed   int      `json:"changed"`
	Removed   int      `json:"removed"` // values that there would be no more
	Same      int      `json:"same"`
	Examples  []string `json:"examples,omitempty"` // some values that change
}

// Changes compares a table with what is known now, attribute by attribute.
func (a *Atlas) Changes(t Table) ([]Change, error) {
	p, err := t.parse()
	if err != nil {
		return nil, err
	}
	var out []Change
	for _, at := range p.Attributes {
		c := Change{Attribute: at.Name, Words: at.Words, To: p.Title + ", " + p.Version}
		now := a.gives[at.Name]
		if now != nil {
			c.From = now.Title + ", " + now.Version
		}
		var keys []key
		for k := range p.rows {
			keys = append(keys, k)
		}
		slices.SortFunc(keys, func(x, y key) int { return cmp.Or(cmp.Compare(y.year, x.year), cmp.Compare(x.iso3, y.iso3)) })
		for _, k := range keys {
			v, was := p.of(p.rows[k], at.Name), ""
			if now != nil {
				was = now.of(now.rows[k], at.Name)
			}
			switch {
			case v == "" && was != "":
				c.Removed++
			case v == "":
			case was == "":
				c.Added++
			case equal(v, was):
				c.Same++
			default:
				if c.Changed++; len(c.Examples) < 5 {
					c.Examples = append(c.Examples, fmt.Sprintf("%s %d: %s, now %s", k.iso3, k.year, at.word(v), at.word(was)))
				}
			}
		}
		if now != nil {
			for k, row := range now.rows {
				if _, kept := p.rows[k]; !kept && now.of(row, at.Name) != "" {
					c.Removed++
				}
			}
		}
		out = append(out, c)
	}
	return out, nil
}

// equal tells whether two stored values are the same: numbers to the third decimal, as older releases print them.
func equal(a, b string) bool {
	if a == b {
		return true
	}
	x, xok := Attribute{Kind: Number}.Position(a)
	y, yok := Attribute{Kind: Number}.Position(b)
	return xok && yok && x-y < 0.00051 && y-x < 0.00051
}

// Cells gives every value of a country, by attribute and year; regions and the like first.
func (a *Atlas) Cells(iso3 string) ([]Cell, error) {
	c, err := a.Country(iso3)
	if err != nil {
		return nil, err
	}
	var out []Cell
	for _, at := range a.attributes {
		if at.Kind == Plain {
			continue
		}
		t := a.gives[at.Name]
		years := t.years[c.ISO3]
		for year := years[0]; year <= years[1]; year++ {
			if cell := a.cell(at, c, year); cell.Value != "" {
				out = append(out, cell)
			}
		}
		if years[0] > 0 {
			if cell := a.cell(at, c, 0); cell.Value != "" {
				out = append(out, cell)
			}
		}
	}
	return out, nil
}
