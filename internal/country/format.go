package country

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"throughline/internal/fault"
	"throughline/internal/pattern"
)

// heading finds columns by name, without case, blanks and signs.
type heading map[string]int

func newHeading(cells []string) heading {
	h := heading{}
	for i, c := range cells {
		if p := plain(strings.TrimPrefix(c, "\ufeff")); p != "" {
			if _, twice := h[p]; !twice {
				h[p] = i
			}
		}
	}
	return h
}

func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

func (h heading) has(names ...string) bool {
	return !slices.ContainsFunc(names, func(n string) bool { _, ok := h[n]; return !ok })
}

// of is a cell of a row by its column's name.
func (h heading) of(cells []string, name string) string {
	if i, ok := h[name]; ok && i < len(cells) {
		return strings.TrimSpace(cells[i])
	}
	return ""
}

// recognise takes a row as the names of columns, when it names those of a format; nil: it does not.
func (a *Atlas) recognise(cells []string, o Options, f *filling) (*format, error) {
	h := newHeading(cells)
	if len(o.Columns) > 0 {
		return a.columnFormat(h, o, f)
	}
	switch {
	case h.has("country_text_id", "year"):
		return vdemFormat(h), nil
	case h.has("countrycode") && (h.has("seriescode") || h.has("indicatorcode")):
		return wgiWide(cells, h), nil
	case h.has("codeindyr", "code", "year", "indicator", "estimate"):
		return wgiLong(h), nil
	case h.has("economy", "code", "region", "incomegroup"):
		return classFormat(h), nil
	case h.has("regionname", "subregionname", "isoalpha3code"):
		return m49Format(h), nil
	}
	return nil, nil
}

// vdemRegions are the codes of e_regionpol_6C.
var vdemRegions = []string{"", "Eastern Europe and Central Asia", "Latin America and the Caribbean", "Middle East and North Africa", "Sub-Saharan Africa", "Western Europe and North America", "Asia and Pacific"}

// vdemFormat reads V-Dem country-year data, and Episodes of Regime Transformation, which has the same columns and its own.
func vdemFormat(h heading) *format {
	type column struct {
		theirs, ours string
		turned       bool
	}
	var all []column
	take := func(theirs, ours string, turned bool) {
		if !h.has(theirs) {
			return
		}
		all = append(all, column{theirs, ours, turned})
		low, high := theirs+"_codelow", theirs+"_codehigh"
		if turned {
			low, high = high, low
		}
		if h.has(low, high) {
			all = append(all, column{low, ours + lowSuffix, turned}, column{high, ours + highSuffix, turned})
		}
	}
	take("v2x_regime", "regime", false)
	take("v2x_polyarchy", "polyarchy", false)
	take("v2x_libdem", "liberal-democracy", false)
	take("dem_ep", "democratization-episode", false)
	take("aut_ep", "autocratization-episode", false)
	take("v2xcs_ccsi", "civil-society", false)
	take("v2x_freexp_altinf", "free-expression", false)
	take("v2xcl_rol", "rule-of-law-liberties", false)
	take("v2x_pubcorr", "public-integrity", true)
	take("v2x_horacc_osp", "horizontal-accountability", false)
	take("v2x_veracc_osp", "vertical-accountability", false)
	fm := &format{name: "V-Dem country-year data", dataset: Dataset{Name: "v-dem", Title: "V-Dem country-year data", Licence: "CC BY-SA 4.0", LicenceURL: "https://creativecommons.org/licenses/by-sa/4.0/legalcode", ShareAlike: true,
		Cite: "Coppedge et al., V-Dem Country-Year Dataset, Varieties of Democracy (V-Dem) Project."}}
	if h.has("dem_ep") {
		fm.name, fm.dataset.Name, fm.dataset.Title = "Episodes of Regime Transformation", "ert", "Episodes of Regime Transformation (V-Dem)"
		fm.dataset.Cite = "Maerz, Edgell, Wilson, Hellmeier and Lindberg, Episodes of Regime Transformation; Coppedge et al., V-Dem Country-Year Dataset."
	}
	for _, c := range all {
		fm.columns = append(fm.columns, c.ours)
	}
	if h.has("e_regionpol_6c") {
		fm.columns = append(fm.columns, string(VDem))
	}
	fm.row = func(f *filling, cells []string) {
		year, ok := f.year(h.of(cells, "year"))
		if !ok {
			return
		}
		iso3, ok := f.place(h.of(cells, "country_text_id"), h.of(cells, "country_name"))
		if !ok {
			return
		}
		for _, c := range all {
			f.put(key{iso3, year}, c.ours, h.of(cells, c.theirs), c.theirs, c.turned)
		}
		if v := h.of(cells, "e_regionpol_6c"); !absent(v) {
			n, err := strconv.ParseFloat(v, 64)
			if err != nil || n < 1 || int(n) >= len(vdemRegions) {
				f.refuse("e_regionpol_6C", "is %q; expected 1 to 6", v)
				return
			}
			f.put(key{iso3, 0}, string(VDem), vdemRegions[int(n)], "e_regionpol_6C", false)
		}
	}
	return fm
}

var wgiDataset = Dataset{Name: "wgi", Title: "Worldwide Governance Indicators", Licence: "CC BY 4.0", LicenceURL: "https://creativecommons.org/licenses/by/4.0/legalcode", LicenceNote: "That this licence applies was not confirmed at the source.",
	Cite: "World Bank, Worldwide Governance Indicators."}

// wgiNames are the two letters that the World Bank has for its indicators.
var wgiNames = map[string]string{"cc": "control-of-corruption", "va": "voice-accountability", "pv": "political-stability", "ge": "government-effectiveness", "rq": "regulatory-quality", "rl": "rule-of-law"}

func wgiColumns() []string {
	var out []string
	for _, n := range wgiNames {
		out = append(out, n)
	}
	slices.SortFunc(out, func(a, b string) int { return cmp.Compare(rank(a), rank(b)) })
	return out
}

var (
	yearHead    = pattern.Late(`^\s*(\d{4})(?:\s*\[YR\d{4}\])?\s*$`)
	estimate    = pattern.Late(`^(?:GOV_WGI_)?([A-Z]{2})\.EST$`)
	lastUpdated = pattern.Late(`^Last Updated: ?(.+)$`)
)

// wgiWide reads what DataBank gives out, and the bulk file: a row for a country and an indicator, a column for each year.
func wgiWide(head []string, h heading) *format {
	years := map[int]int{}
	for i, c := range head {
		if m := yearHead().FindStringSubmatch(c); m != nil {
			years[i], _ = strconv.Atoi(m[1])
		}
	}
	series := "seriescode"
	if !h.has(series) {
		series = "indicatorcode"
	}
	fm := &format{name: "Worldwide Governance Indicators, a column for each year", dataset: wgiDataset, columns: wgiColumns()}
	other := 0
	fm.version = func(cells []string) (string, bool) {
		first := strings.TrimSpace(cells[0])
		if m := lastUpdated().FindStringSubmatch(first); m != nil {
			return "last updated " + strings.TrimSpace(m[1]), true
		}
		return "", strings.HasPrefix(first, "Data from database:")
	}
	fm.row = func(f *filling, cells []string) {
		m := estimate().FindStringSubmatch(h.of(cells, series))
		if m == nil || wgiNames[strings.ToLower(m[1])] == "" {
			other++
			return
		}
		iso3, ok := f.place(h.of(cells, "countrycode"), h.of(cells, "countryname"))
		if !ok {
			return
		}
		for i, year := range years {
			if i < len(cells) {
				f.put(key{iso3, year}, wgiNames[strings.ToLower(m[1])], cells[i], head[i], false)
			}
		}
	}
	fm.finish = func(f *filling, _ *[]string) string {
		if other > 0 {
			f.reading.Notes = append(f.reading.Notes, strconv.Itoa(other)+" rows are of other series than the six estimates and were passed over")
		}
		return ""
	}
	head = slices.Clone(head)
	return fm
}

// wgiLong reads the form of 2024 and after: a row for a country, a year and an indicator.
func wgiLong(h heading) *format {
	fm := &format{name: "Worldwide Governance Indicators, a row for each value", dataset: wgiDataset, columns: wgiColumns()}
	fm.row = func(f *filling, cells []string) {
		name := wgiNames[strings.ToLower(h.of(cells, "indicator"))]
		if name == "" {
			f.refuse("indicator", "is %q; expected va, pv, ge, rq, rl or cc", h.of(cells, "indicator"))
			return
		}
		year, ok := f.year(h.of(cells, "year"))
		if !ok {
			return
		}
		if iso3, ok := f.place(h.of(cells, "code"), h.of(cells, "countryname")); ok {
			f.put(key{iso3, year}, name, h.of(cells, "estimate"), "estimate", false)
		}
	}
	return fm
}

// classFormat reads the World Bank's classification of countries. Where Afghanistan stands tells which division into regions it has.
func classFormat(h heading) *format {
	fm := &format{name: "World Bank country classification", columns: []string{string(WorldBank), "income-group"}, dataset: Dataset{Name: "world-bank-countries", Title: "World Bank country classification",
		Licence: "CC BY 4.0", LicenceURL: "https://creativecommons.org/licenses/by/4.0/legalcode", LicenceNote: "That this licence applies was not confirmed at the source.", Cite: "World Bank, World Bank country and lending groups."}}
	fm.row = func(f *filling, cells []string) {
		region := strings.TrimRight(h.of(cells, "region"), "*")
		if h.of(cells, "code") == "" && region == "" { // a note below the table
			f.reading.Rows--
			return
		}
		iso3, ok := f.place(h.of(cells, "code"), h.of(cells, "economy"))
		if !ok {
			return
		}
		f.put(key{iso3, 0}, string(WorldBank), region, "Region", false)
		f.put(key{iso3, 0}, "income-group", strings.TrimRight(h.of(cells, "incomegroup"), "*"), "Income group", false)
	}
	fm.finish = func(f *filling, columns *[]string) string {
		if f.values[key{"AFG", 0}][string(WorldBank)] != "South Asia" {
			return ""
		}
		for _, row := range f.values {
			row[string(WorldBankUntil2025)] = row[string(WorldBank)]
			delete(row, string(WorldBank))
		}
		*columns = []string{string(WorldBankUntil2025), "income-group"}
		f.reading.Notes = append(f.reading.Notes, "Afghanistan is in South Asia: these are the regions until 2025")
		return "world-bank-regions-until-2025"
	}
	return fm
}

// m49Format reads the regions of the UN Statistics Division.
func m49Format(h heading) *format {
	fm := &format{name: "UN M49", columns: []string{string(UNRegion), string(UNSubregion)}, dataset: Dataset{Name: "m49", Title: "UN M49 regions", Licence: "not stated",
		LicenceNote: "The terms of the United Nations Statistics Division were not confirmed.", Cite: "United Nations Statistics Division, Standard country or area codes for statistical use (M49)."}}
	fm.row = func(f *filling, cells []string) {
		iso3, ok := f.place(h.of(cells, "isoalpha3code"), h.of(cells, "countryorarea"))
		if !ok {
			return
		}
		f.put(key{iso3, 0}, string(UNRegion), h.of(cells, "regionname"), "Region Name", false)
		f.put(key{iso3, 0}, string(UNSubregion), h.of(cells, "subregionname"), "Sub-region Name", false)
	}
	return fm
}

// columnFormat reads a table whose columns the user names.
func (a *Atlas) columnFormat(h heading, o Options, f *filling) (*format, error) {
	find := func(named string, others ...string) string {
		if named != "" {
			others = []string{plain(named)}
		}
		for _, n := range others {
			if h.has(n) {
				return n
			}
		}
		return ""
	}
	place := find(o.Country, "iso3", "iso3c", "country_text_id", "countrycode", "iso", "scode", "code", "country", "countryname", "country_name", "economy", "countryterritory", "entity", "name")
	year := find(o.Year, "year", "edition")
	theirs := map[string]string{}
	for ours, t := range o.Columns {
		if !h.has(plain(t)) {
			return nil, nil // not the row that names the columns
		}
		if !attributeName().MatchString(ours) || ours == "iso3" || ours == "year" {
			return nil, fault.New(fault.Usage, "%q is no name for an attribute; expected small letters, digits and hyphens.", ours)
		}
		if k := f.kinds[ours].Kind; k == Plain || k == Region {
			return nil, fault.New(fault.Usage, "%q is not given by years; choose another name for the attribute.", ours)
		}
		theirs[ours] = plain(t)
	}
	if place == "" || year == "" {
		return nil, nil
	}
	if o.Dataset == "" || o.Licence == "" || o.Version == "" {
		return nil, fault.New(fault.Usage, "For a file of your own say what it is: --dataset, --version and --licence.")
	}
	fm := &format{name: "a table with columns of your choice", dataset: Dataset{Name: o.Dataset, Title: o.Dataset, Cite: o.Dataset + ", " + o.Version + "."}}
	for ours := range theirs {
		fm.columns = append(fm.columns, ours)
	}
	slices.Sort(fm.columns)
	fm.row = func(f *filling, cells []string) {
		y, ok := f.year(h.of(cells, year))
		if !ok {
			return
		}
		v := h.of(cells, place)
		iso3, ok := f.place(v, "")
		if !ok {
			return
		}
		for ours, t := range theirs {
			f.put(key{iso3, y}, ours, h.of(cells, t), o.Columns[ours], false)
		}
	}
	fm.finish = func(f *filling, _ *[]string) string { // what is new is a measure when all its values are numbers
		for ours := range theirs {
			if f.kinds[ours].Name != "" {
				continue
			}
			at := Attribute{Name: ours, Words: o.Columns[ours], Kind: Number}
			for _, row := range f.values {
				if _, err := strconv.ParseFloat(row[ours], 64); row[ours] != "" && err != nil {
					at.Kind = Text
				}
			}
			f.kinds[ours] = at
			for _, s := range []string{lowSuffix, highSuffix} {
				if _, ok := theirs[ours+s]; ok {
					f.kinds[ours+s] = at
				}
			}
		}
		for ours := range theirs { // bounds are no attributes of their own
			for _, s := range []string{lowSuffix, highSuffix} {
				if base, is := strings.CutSuffix(ours, s); is {
					if _, ok := theirs[base]; ok {
						f.kinds[ours] = f.kinds[base]
					}
				}
			}
		}
		return ""
	}
	return fm, nil
}
