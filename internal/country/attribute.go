package country

import (
	"slices"
	"strconv"
)

// Kind of an attribute says how its values can be compared.
type Kind string

const (
	Number  Kind = "number"  // a measure
	Ordinal Kind = "ordinal" // one of Levels, which are in order; stored as the place in them, from 0
	Text    Kind = "text"    // a name that can only be the same or another
	Region  Kind = "region"  // a class of a region scheme; belongs to no year
	Plain   Kind = "plain"   // of the country itself, such as its capital; belongs to no year
)

// Attribute is something that is known of countries.
type Attribute struct {
	Name   string   `json:"name"`             // small letters, digits and hyphens, such as free-expression
	Words  string   `json:"words"`            // for people
	Kind   Kind     `json:"kind"`             //
	Levels []string `json:"levels,omitempty"` // of an ordinal attribute, lowest first
	Min    float64  `json:"min,omitempty"`    // smallest possible value of a number; with Max 0: not bounded
	Max    float64  `json:"max,omitempty"`    // largest possible value
}

// word is a stored value as people read it: the level of an ordinal attribute, else the value itself.
func (at Attribute) word(v string) string {
	if i, err := strconv.Atoi(v); at.Kind == Ordinal && err == nil && i >= 0 && i < len(at.Levels) {
		return at.Levels[i]
	}
	return v
}

// Position is a value of a cell as a number: itself, or the place of an ordinal's word among its levels, from 0.
func (at Attribute) Position(value string) (float64, bool) {
	switch at.Kind {
	case Number:
		x, err := strconv.ParseFloat(value, 64)
		return x, err == nil
	case Ordinal:
		i := slices.Index(at.Levels, value)
		return float64(i), i >= 0
	}
	return 0, false
}

// Regimes are the four types of Regimes of the World (Lührmann, Tannenberg and Lindberg 2018), lowest first.
func Regimes() []string {
	return []string{"closed autocracy", "electoral autocracy", "electoral democracy", "liberal democracy"}
}

// known are the attributes that the program knows by itself, in the order in which they are shown.
func known() []Attribute {
	index := func(name, words string) Attribute {
		return Attribute{Name: name, Words: words, Kind: Number, Max: 1}
	}
	estimate := func(name, words string) Attribute {
		return Attribute{Name: name, Words: words, Kind: Number, Min: -2.5, Max: 2.5}
	}
	flag := []string{"no", "yes"}
	return []Attribute{
		{Name: "regime", Words: "Regime type (Regimes of the World)", Kind: Ordinal, Levels: Regimes()},
		index("polyarchy", "Electoral democracy index"),
		index("liberal-democracy", "Liberal democracy index"),
		{Name: "democratization-episode", Words: "In an episode of democratization", Kind: Ordinal, Levels: flag},
		{Name: "autocratization-episode", Words: "In an episode of autocratization", Kind: Ordinal, Levels: flag},
		index("civil-society", "Core civil society index"),
		index("free-expression", "Freedom of expression and alternative sources of information"),
		index("rule-of-law-liberties", "Equality before the law and individual liberty"),
		index("public-integrity", "Public sector integrity (1 minus the public sector corruption index)"),
		index("horizontal-accountability", "Horizontal accountability"),
		index("vertical-accountability", "Vertical accountability"),
		estimate("control-of-corruption", "Control of corruption, estimate"),
		estimate("voice-accountability", "Voice and accountability, estimate"),
		estimate("political-stability", "Political stability and absence of violence, estimate"),
		estimate("government-effectiveness", "Government effectiveness, estimate"),
		estimate("regulatory-quality", "Regulatory quality, estimate"),
		estimate("rule-of-law", "Rule of law, estimate"),
		{Name: "anckar-democracy", Words: "Democracy (Anckar and Fredriksson)", Kind: Ordinal, Levels: flag},
		{Name: "anckar-regime", Words: "Political regime (Anckar and Fredriksson)", Kind: Text},
		{Name: string(UNRegion), Words: "Region (UN M49)", Kind: Region},
		{Name: string(UNSubregion), Words: "Subregion (UN M49)", Kind: Region},
		{Name: string(WorldBank), Words: "Region (World Bank, in use since 2025)", Kind: Region},
		{Name: string(WorldBankUntil2025), Words: "Region (World Bank, until 2025)", Kind: Region},
		{Name: string(VDem), Words: "Region (V-Dem, six politico-geographic)", Kind: Region},
		{Name: "income-group", Words: "Income group (World Bank, now)", Kind: Plain},
		{Name: "capital", Words: "Capital", Kind: Plain},
		{Name: "capital-lat", Words: "Latitude of the capital", Kind: Plain},
		{Name: "capital-lon", Words: "Longitude of the capital", Kind: Plain},
		{Name: "iso2", Words: "ISO 3166-1 alpha-2", Kind: Plain},
		{Name: "m49", Words: "UN M49 code", Kind: Plain},
		{Name: "name", Words: "Name", Kind: Plain},
		{Name: "iso", Words: "In ISO 3166-1", Kind: Plain},
	}
}

// rank is the place of an attribute among those known; the others follow.
func rank(name string) int {
	all := known()
	if i := slices.IndexFunc(all, func(at Attribute) bool { return at.Name == name }); i >= 0 {
		return i
	}
	return len(all)
}
