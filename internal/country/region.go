package country

import "throughline/internal/fault"

// Scheme is a way to divide the world into regions. The choice changes every count of coverage: Armenia lies in Western Asia,
// in Europe & Central Asia, or in Eastern Europe and Central Asia.
type Scheme string

const (
	UNRegion           Scheme = "un-region"             // UN M49, five regions
	UNSubregion        Scheme = "un-subregion"          // UN M49, its subregions, such as Western Asia and Sub-Saharan Africa
	WorldBank          Scheme = "world-bank"            // in use since 2025: Afghanistan and Pakistan with the Middle East
	WorldBankUntil2025 Scheme = "world-bank-until-2025" // Afghanistan and Pakistan in South Asia
	VDem               Scheme = "v-dem-region"          // V-Dem, six politico-geographic regions
)

// Schemes lists the schemes, the default first: V-Dem's, whose regions go with the regime types.
func Schemes() []Scheme {
	return []Scheme{VDem, UNSubregion, UNRegion, WorldBank, WorldBankUntil2025}
}

// Words are the name of a scheme for people.
func (s Scheme) Words() string {
	if i := rank(string(s)); i < len(known()) {
		return known()[i].Words
	}
	return string(s)
}

// Region gives the region of a country in a scheme. Not every scheme places every country: then Absent says so.
func (a *Atlas) Region(iso3 string, s Scheme) (Cell, error) {
	at, ok := a.Attribute(string(s))
	if !ok || at.Kind != Region {
		return Cell{}, fault.New(fault.Invalid, "There is no region scheme %q; there are %s.", s, list(Schemes()))
	}
	c, err := a.Country(iso3)
	if err != nil {
		return Cell{}, err
	}
	cell := a.cell(at, c, 0)
	if cell.Value == "" {
		cell.Absent = c.Name + " has no place in this scheme"
	}
	return cell, nil
}

// Regions lists the regions of a scheme by name.
func (a *Atlas) Regions(s Scheme) []string {
	t := a.gives[string(s)]
	if t == nil {
		return nil
	}
	var out []string
	for _, row := range base(t) {
		if v := t.of(row, string(s)); v != "" {
			out = append(out, v)
		}
	}
	return sortedUnique(out)
}

// SchemeOf finds the scheme that a study names in words: its own name, its words for people, or an older wording of ours.
func SchemeOf(words string) (Scheme, bool) {
	switch words {
	case "World Bank regions, in use since 2025":
		return WorldBank, true
	}
	for _, s := range Schemes() {
		if words == string(s) || words == s.Words() {
			return s, true
		}
	}
	return "", false
}
