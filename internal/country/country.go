// Package country is the country context that the program carries: names and codes, regions in several schemes, regime type,
// civic space and governance by country and year, and a map. Every value keeps the data set it comes from, its version and
// its licence. Newer releases of the publishers' files are read into tables, which take the place of what is built in.
package country

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	"throughline/internal/fault"
)

// Country is a country or territory of ISO 3166-1, or a unit that the Varieties of Democracy project counts besides.
type Country struct {
	ISO3     string  `json:"iso3"`           // ISO 3166-1 alpha-3; for units without one V-Dem's text id, such as XKX
	ISO2     string  `json:"iso2,omitempty"` // ISO 3166-1 alpha-2
	M49      int     `json:"m49,omitempty"`  // numeric code of the UN Statistics Division; 0: none
	Name     string  `json:"name"`           // short, in English
	Official bool    `json:"official"`       // in ISO 3166-1
	Capital  string  `json:"capital,omitempty"`
	Lat      float64 `json:"lat,omitempty"` // of the capital, degrees north; 0 without a capital
	Lon      float64 `json:"lon,omitempty"` // of the capital, degrees east
}

// Atlas is the built-in context with imported tables over it. It never changes, so all may read it at once.
type Atlas struct {
	countries  map[string]Country
	order      []string // codes, sorted
	tables     []*table // built-in, then imported
	gives      map[string]*table
	attributes []Attribute
	names      func() (names, error) // read when the first name is looked up
}

// Open lays imported tables over what is built in. An attribute comes from one table alone: the last that has it, so that
// versions are never mixed within an attribute.
func Open(imported ...Table) (*Atlas, error) {
	base, err := builtIn()
	if err != nil {
		return nil, err
	}
	a := &Atlas{countries: map[string]Country{}, gives: map[string]*table{}}
	a.tables = append(a.tables, base...)
	for _, t := range imported {
		p, err := t.parse()
		if err != nil {
			return nil, err
		}
		a.tables = append(a.tables, p)
	}
	for _, t := range a.tables {
		for _, at := range t.Attributes {
			a.gives[at.Name] = t
		}
	}
	for _, name := range slices.Sorted(maps.Keys(a.gives)) {
		t := a.gives[name]
		a.attributes = append(a.attributes, t.Attributes[slices.IndexFunc(t.Attributes, func(at Attribute) bool { return at.Name == name })])
	}
	slices.SortStableFunc(a.attributes, func(x, y Attribute) int { return cmp.Compare(rank(x.Name), rank(y.Name)) })
	if err := a.readCountries(); err != nil {
		return nil, err
	}
	a.names = sync.OnceValues(func() (names, error) { return readNames(a.Countries()) })
	return a, nil
}

func (a *Atlas) readCountries() error {
	t := a.gives["m49"]
	for k, row := range base(t) {
		c := Country{ISO3: k, ISO2: t.of(row, "iso2"), Name: t.of(row, "name"), Official: t.of(row, "iso") == "1"}
		c.M49, _ = strconv.Atoi(t.of(row, "m49"))
		if place := a.gives["capital"]; place != nil {
			if row, ok := place.rows[key{k, 0}]; ok {
				c.Capital = place.of(row, "capital")
				c.Lat, _ = strconv.ParseFloat(place.of(row, "capital-lat"), 64)
				c.Lon, _ = strconv.ParseFloat(place.of(row, "capital-lon"), 64)
			}
		}
		a.countries[k] = c
	}
	a.order = slices.Sorted(maps.Keys(a.countries))
	if len(a.order) < 200 {
		return fault.New(fault.Internal, "The list of countries that the program carries is damaged.")
	}
	return nil
}

// base are the rows of a table that belong to no year, by code.
func base(t *table) map[string][]string {
	m := map[string][]string{}
	for k, row := range t.rows {
		if k.year == 0 {
			m[k.iso3] = row
		}
	}
	return m
}

// Countries lists all, by code.
func (a *Atlas) Countries() []Country {
	out := make([]Country, len(a.order))
	for i, k := range a.order {
		out[i] = a.countries[k]
	}
	return out
}

// Country gives the country of a code.
func (a *Atlas) Country(iso3 string) (Country, error) {
	if c, ok := a.countries[strings.ToUpper(strings.TrimSpace(iso3))]; ok {
		return c, nil
	}
	return Country{}, fault.New(fault.Invalid, "%q is no country code; expected three letters such as ARM (ISO 3166-1 alpha-3).", iso3)
}

// Attributes lists what is known of countries, the built-in ones first.
func (a *Atlas) Attributes() []Attribute { return slices.Clone(a.attributes) }

// Attribute gives one of them by its name.
func (a *Atlas) Attribute(name string) (Attribute, bool) {
	i := slices.IndexFunc(a.attributes, func(at Attribute) bool { return at.Name == name })
	if i < 0 {
		return Attribute{}, false
	}
	return a.attributes[i], true
}

// Datasets lists the data sets, built-in ones first, each with the attributes that are taken from it now under Used.
func (a *Atlas) Datasets() []Dataset {
	var out []Dataset
	for _, t := range a.tables {
		d := t.Dataset
		d.Used = nil
		for _, at := range d.Attributes {
			if a.gives[at.Name] == t {
				d.Used = append(d.Used, at.Name)
			}
		}
		out = append(out, d)
	}
	return out
}
