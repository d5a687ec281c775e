package country

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"throughline/internal/fault"
)

// Context is read this many years before onset, for in the year itself a campaign may already have changed its country:
// Armenia was an electoral autocracy in 2017 and an electoral democracy in 2018 because the campaign won.
const Lag = 1

// Reach is how many years further back the nearest value may lie when that year has none.
const Reach = 3

// cutOff of polyarchy divides autocracies from democracies in Regimes of the World.
const cutOff = 0.5

// Cell is one value of a country's context, with where it comes from. Either Value or Absent is set.
type Cell struct {
	ISO3      string `json:"iso3"`
	Attribute string `json:"attribute"`
	Words     string `json:"words"`               // the attribute for people
	Year      int    `json:"year,omitempty"`      // that the value is of; 0: of no year
	Lag       int    `json:"lag,omitempty"`       // years from there to onset
	Value     string `json:"value"`               // as published; the word of an ordinal level
	Low       string `json:"low,omitempty"`       // bounds of the publisher's interval
	High      string `json:"high,omitempty"`      //
	Uncertain string `json:"uncertain,omitempty"` // why the value may be its neighbour
	Absent    string `json:"absent,omitempty"`    // why there is no value
	Note      string `json:"note,omitempty"`      // such as: an earlier year, as the wanted one has none
	Dataset   string `json:"dataset"`             // name of the data set
	Source    string `json:"source"`              // its title
	Version   string `json:"version"`             //
	Licence   string `json:"licence"`             //
}

// cell reads one value as it stands; Value is empty where there is none.
func (a *Atlas) cell(at Attribute, c Country, year int) Cell {
	t := a.gives[at.Name]
	cell := Cell{ISO3: c.ISO3, Attribute: at.Name, Words: at.Words, Year: year, Dataset: t.Name, Source: t.Title, Version: t.Version, Licence: t.Licence}
	row, ok := t.rows[key{c.ISO3, year}]
	if !ok {
		return cell
	}
	cell.Value = at.word(t.of(row, at.Name))
	cell.Low, cell.High = t.of(row, at.Name+lowSuffix), t.of(row, at.Name+highSuffix)
	if at.Name == "regime" {
		p := a.gives["polyarchy"]
		if _, own := t.column["polyarchy"+lowSuffix]; own { // of one version with the regime type
			p = t
		}
		if p != nil {
			if row, ok := p.rows[key{c.ISO3, year}]; ok {
				cell.Uncertain = uncertain(p.of(row, "polyarchy"+lowSuffix), p.of(row, "polyarchy"+highSuffix))
			}
		}
	}
	return cell
}

// uncertain says that an interval of polyarchy holds the cut-off between autocracies and democracies.
func uncertain(low, high string) string {
	l, err1 := strconv.ParseFloat(low, 64)
	h, err2 := strconv.ParseFloat(high, 64)
	if err1 != nil || err2 != nil || l > cutOff || h <= cutOff {
		return ""
	}
	return fmt.Sprintf("the interval of polyarchy, %s to %s, crosses %g, the line between autocracies and democracies", low, high, cutOff)
}

// Value gives an attribute of a country in a year. Where there is none, Absent says why; an unknown country or attribute is an error.
func (a *Atlas) Value(iso3, attribute string, year int) (Cell, error) {
	c, err := a.Country(iso3)
	if err != nil {
		return Cell{}, err
	}
	at, ok := a.Attribute(attribute)
	if !ok {
		return Cell{}, fault.New(fault.Invalid, "There is no attribute %q; \"throughline context list\" shows those there are.", attribute)
	}
	if at.Kind == Region || at.Kind == Plain {
		year = 0
	}
	cell := a.cell(at, c, year)
	if cell.Value == "" {
		cell.Absent = a.why(at, c, year)
	}
	return cell, nil
}

// why says why there is no value.
func (a *Atlas) why(at Attribute, c Country, year int) string {
	t := a.gives[at.Name]
	years, has := t.years[c.ISO3]
	switch {
	case !has:
		return fmt.Sprintf("%s has no values for %s", t.Title, c.Name)
	case year == 0:
		return fmt.Sprintf("%s leaves %s out", t.Title, c.Name)
	case year > t.To:
		return fmt.Sprintf("the data end in %d", t.To)
	case year < t.From:
		return fmt.Sprintf("the data begin in %d", t.From)
	case year > years[1]:
		return fmt.Sprintf("the data of %s end in %d", c.Name, years[1])
	case year < years[0]:
		return fmt.Sprintf("the data of %s begin in %d", c.Name, years[0])
	}
	return fmt.Sprintf("not published for %s in %d", c.Name, year)
}

// Context gives every attribute of a country that has years, as of lag years before the onset of a campaign. Where that year
// has no value the nearest earlier one is taken, at most reach years further back, and its true lag is given. Nothing later
// than the wanted year is ever taken. A lag of 0 or less is possible and stands in each cell.
func (a *Atlas) Context(iso3 string, onset, lag, reach int) ([]Cell, error) {
	c, err := a.Country(iso3)
	if err != nil {
		return nil, err
	}
	if onset < 1800 || onset > 2100 {
		return nil, fault.New(fault.Invalid, "The year of onset is %d; expected a year of four digits.", onset)
	}
	if reach < 0 {
		return nil, fault.New(fault.Invalid, "The reach is %d; expected 0 or more years.", reach)
	}
	var out []Cell
	for _, at := range a.attributes {
		if at.Kind == Region || at.Kind == Plain {
			continue
		}
		wanted := onset - lag
		found := false
		for back := 0; back <= reach && !found; back++ {
			cell := a.cell(at, c, wanted-back)
			if found = cell.Value != ""; !found {
				continue
			}
			if cell.Lag = lag + back; back > 0 {
				cell.Note = fmt.Sprintf("%d is the nearest year before %d: %s", cell.Year, wanted, a.why(at, c, wanted))
			}
			out = append(out, cell)
		}
		if !found {
			cell := a.cell(at, c, wanted)
			cell.Lag = lag
			cell.Absent = a.why(at, c, wanted)
			if reach > 0 {
				cell.Absent += fmt.Sprintf(", and no value lies within %d years before", reach)
			}
			out = append(out, cell)
		}
	}
	return out, nil
}

// Notices are what has to be said where values of these cells are passed on, one for each data set: its citation and licence.
func (a *Atlas) Notices(cells []Cell) []string {
	var used, out []string
	for _, c := range cells {
		if c.Value != "" {
			used = append(used, c.Dataset)
		}
	}
	used = sortedUnique(used)
	for _, t := range a.tables {
		if !slices.Contains(used, t.Name) || a.shadowed(t) {
			continue
		}
		n := fmt.Sprintf("%s, %s. %s Licence: %s", t.Title, t.Version, t.Cite, t.Licence)
		if t.LicenceURL != "" {
			n += " (" + t.LicenceURL + ")"
		}
		n += "."
		if t.ShareAlike {
			n += " What carries these values has to be passed on under the same licence."
		}
		if t.LicenceNote != "" {
			n += " " + t.LicenceNote
		}
		out = append(out, n)
	}
	return out
}

// shadowed tells whether nothing is taken from a table any more.
func (a *Atlas) shadowed(t *table) bool {
	return !slices.ContainsFunc(t.Attributes, func(at Attribute) bool { return a.gives[at.Name] == t })
}

func sortedUnique(s []string) []string {
	s = slices.Clone(s)
	slices.Sort(s)
	return slices.Compact(s)
}

func list[T ~string](all []T) string {
	var s []string
	for _, x := range all {
		s = append(s, string(x))
	}
	return strings.Join(s, ", ")
}
