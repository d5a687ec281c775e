package campaign

import (
	"slices"
	"strings"
)

// Preset is a list that is known: how it is recognised, what its columns mean, and under which terms it stands.
type Preset struct {
	Name           string // short, such as navco-1
	Title          string
	Cite           string // how to name it
	Terms          string // what is known of its licence
	Mapping        Mapping
	AggregatesOnly bool     // rows must not be kept: see List
	Notes          []string // what a user should know before taking it
	needs          []string // columns by which it is recognised
}

const (
	navcoTerms = "The terms were not confirmed; look at the page of the data set before you pass it on."
	navcoCite  = "Chenoweth and Shay, Nonviolent and Violent Campaigns and Outcomes (NAVCO)."
)

// Presets lists the lists that are known.
func Presets() []Preset {
	col := func(pairs ...string) map[Field][]string {
		m := map[Field][]string{}
		for i := 0; i < len(pairs); i += 2 {
			m[Field(pairs[i])] = strings.Split(pairs[i+1], "|")
		}
		return m
	}
	return []Preset{
		{Name: "navco-1", Title: "NAVCO 1.x as published (one row for each campaign)", Cite: navcoCite, Terms: navcoTerms,
			needs: []string{"CAMPAIGN", "LOCATION", "BYEAR", "EYEAR", "NONVIOL", "SUCCESS"},
			Mapping: Mapping{Unit: Campaigns, Columns: col("name", "CAMPAIGN", "country", "LOCATION", "start", "BYEAR", "end", "EYEAR", "target", "TARGET", "success", "SUCCESS", "partial", "LIMITED",
				"failure", "FAILURE", "ongoing", "ONGOING", "nonviolent", "NONVIOL", "violent", "VIOL", "id", "ID|NAVCOID|navco1designation"),
				Flags: map[string]string{"REGCHANGE": "regime change", "FSELFDET": "self-determination", "SECESSION": "secession", "OTHER": "other"}}},
		{Name: "navco-1-tidy", Title: "NAVCO 1.x, tidied (begin_year, end_year, method)", Cite: navcoCite, Terms: navcoTerms,
			needs: []string{"navco_id", "campaign", "location", "begin_year", "end_year", "outcome", "method"},
			Mapping: Mapping{Unit: Campaigns, Columns: col("id", "navco_id", "name", "campaign", "country", "location", "iso3", "iso3", "start", "begin_year", "end", "end_year", "target", "target",
				"outcome", "outcome", "ongoing", "ongoing", "nonviolent", "method", "goal", "goal", "participation", "peak_participation")}},
		{Name: "navco-2", Title: "NAVCO 2.x (one row for each year of a campaign)", Cite: "Chenoweth and Lewis 2013, Nonviolent and Violent Campaigns and Outcomes (NAVCO) 2.0.", Terms: navcoTerms,
			needs: []string{"id", "location", "year", "prim_method", "success"},
			Notes: []string{"a campaign without success in any year has no outcome: whether it failed or went on is not told by this column"},
			Mapping: Mapping{Unit: CampaignYears, Columns: col("id", "id", "name", "camp_name|campaign", "country", "location", "year", "year", "success", "success", "nonviolent", "prim_method", "goal", "camp_goals", "target", "target"),
				Goals: map[string]string{"0": "regime change", "1": "significant institutional reform", "2": "policy change", "3": "territorial secession", "4": "greater autonomy", "5": "anti-occupation"}}},
		{Name: "mass-mobilization", Title: "Mass Mobilization Protest Data as published", Cite: "Clark and Regan 2016, Mass Mobilization Protest Data, doi:10.7910/DVN/HTTWYL.", Terms: navcoTerms,
			needs: []string{"country", "startday", "startmonth", "startyear", "protesterviolence", "protesterdemand1"},
			Notes: []string{"there is no code for corruption among the demands; removal of a politician is the nearest"},
			Mapping: Mapping{Unit: Protests, Columns: col("id", "id", "country", "country", "start", "startyear", "start_month", "startmonth", "start_day", "startday", "end", "endyear", "end_month", "endmonth",
				"end_day", "endday", "occurred", "protest", "violent", "protesterviolence", "participation", "participants|participants_category", "goal", "protesterdemand1|protesterdemand2|protesterdemand3|protesterdemand4")}},
		{Name: "mass-mobilization-tidy", Title: "Mass Mobilization Protest Data, tidied (start_date, demands)", Cite: "Clark and Regan 2016, Mass Mobilization Protest Data, doi:10.7910/DVN/HTTWYL.", Terms: navcoTerms,
			needs: []string{"id", "country", "start_date", "protester_violence", "demands"},
			Notes: []string{"there is no code for corruption among the demands; removal of a politician is the nearest"},
			Mapping: Mapping{Unit: Protests, Columns: col("id", "id", "iso3", "iso3", "country", "country", "start", "start_date", "end", "end_date", "goal", "demands", "violent", "protester_violence", "participation", "size_text|size_category"),
				Goals: map[string]string{"prices_tax": "prices or tax", "removal": "removal of politician", "process": "political process", "labor": "labor or wages", "land": "land or farm", "police": "police brutality", "social": "social restrictions"}}},
		{Name: "carnegie", Title: "Global Protest Tracker of the Carnegie Endowment", Cite: "Carnegie Endowment for International Peace, Global Protest Tracker.",
			Terms: "No open licence is known: use it in your study, do not pass the rows on.",
			needs: []string{"Country", "Protest Name", "Corruption motivation?"},
			Notes: []string{"outcomes are sentences: say for each what it means, or leave it empty", "some copies have their columns of motivations shifted against the rows: compare a few rows with the tracker's page first"},
			Mapping: Mapping{Unit: Campaigns, Columns: col("name", "Protest Name", "country", "Country", "start", "Start Date|Start Month-Year|Start", "trigger", "Triggers|Trigger", "outcome", "Outcomes|Outcome", "participation", "Peak Size|Size", "goal", "Motivations|Motivation"),
				Flags: map[string]string{"Corruption motivation?": "corruption", "Economic motivation?": "economic", "Political motivation?": "political", "Gender motivation?": "gender"}}},
		{Name: "acled", Title: "ACLED, export of events", Cite: "Armed Conflict Location and Event Data Project (ACLED), acleddata.com.",
			Terms:          "The terms forbid giving others the rows: they are gathered into campaigns at once, and counts and dates alone are kept.",
			AggregatesOnly: true, needs: []string{"event_id_cnty", "event_date", "event_type", "sub_event_type", "country"},
			Notes:   []string{"protests and violent demonstrations are read; battles, attacks and other events are passed over", "ACLED codes no demands: campaigns are gathered by country alone"},
			Mapping: Mapping{Unit: Protests, Columns: col("id", "event_id_cnty", "country", "country", "start", "event_date", "event_type", "event_type", "event_subtype", "sub_event_type", "tags", "tags")}},
		{Name: "hse", Title: "Revolutionary events of the Centre for Stability and Risk Analysis, HSE", Cite: "Centre for Stability and Risk Analysis, HSE: revolutions (v9), package csra.", Terms: "MIT licence of the package.",
			needs: []string{"start_year", "end_year", "country", "outcome", "armed", "unarmed", "goal_regime_change"},
			Notes: []string{"its column of events that go on is unreliable and is not read"},
			Mapping: Mapping{Unit: Campaigns, Columns: col("id", "id", "iso3", "iso3", "country", "country", "start", "start_year", "end", "end_year", "outcome", "outcome", "nonviolent", "unarmed", "violent", "armed"),
				Flags: map[string]string{"goal_regime_change": "regime change", "goal_democratic": "democratic", "goal_social": "social", "goal_islamist": "islamist", "goal_separatist": "separatist", "goal_other": "other"}}},
		{Name: "gnad", Title: "Cases in the manner of the Global Nonviolent Action Database", Cite: "Global Nonviolent Action Database, Swarthmore College.", Terms: "No download is offered and no licence is known: keep to your own notes of the cases.",
			needs:   []string{"Country", "Goals", "Success outcome"},
			Notes:   []string{"outcomes are points from 0 to 10: say for each what it means, or leave it empty"},
			Mapping: Mapping{Unit: Campaigns, Columns: col("name", "Title|Case|Campaign|Name", "country", "Country", "start", "Start|Start date|Begin|Year", "end", "End|End date", "goal", "Goals", "outcome", "Success outcome", "target", "Opponents|Target", "url", "URL|Link")}},
	}
}

// Recognise finds the list that a header belongs to. Of its mapping the columns that the header has are given.
func Recognise(header []string) (Preset, bool) {
	has := map[string]bool{}
	for _, h := range header {
		has[plain(h)] = true
	}
	for _, p := range Presets() {
		if slices.ContainsFunc(p.needs, func(n string) bool { return !has[plain(n)] }) {
			continue
		}
		for f, names := range p.Mapping.Columns {
			names = slices.DeleteFunc(names, func(n string) bool { return !has[plain(n)] })
			if len(names) == 0 {
				delete(p.Mapping.Columns, f)
			} else {
				p.Mapping.Columns[f] = names
			}
		}
		for n := range p.Mapping.Flags {
			if !has[plain(n)] {
				delete(p.Mapping.Flags, n)
			}
		}
		return p, true
	}
	return Preset{}, false
}

// Fits tells whether a header can be one of a list of campaigns: it is one of a list that is known, or names a country and a
// start. It serves tabular.Read to find the row that names the columns.
func Fits(header []string) bool {
	if _, ok := Recognise(header); ok {
		return true
	}
	m := Guess(header)
	return len(m.Columns[Country])+len(m.Columns[ISO3]) > 0 && len(m.Columns[Start])+len(m.Columns[Year]) > 0
}

// synonyms are names of columns in lists that people keep, the likeliest first.
func synonyms() []struct {
	field Field
	names []string
} {
	type s = struct {
		field Field
		names []string
	}
	return []s{
		{ISO3, []string{"iso3", "iso3c", "countrycode", "countryiso3", "iso", "isoalpha3", "isocode", "code"}},
		{Country, []string{"country", "countryname", "location", "nation", "state", "land", "pays", "país", "pais", "страна", "staat"}},
		{ID, []string{"id", "caseid", "campaignid", "eventid", "key", "number", "no", "nr"}},
		{Name, []string{"name", "campaign", "campaignname", "case", "casename", "title", "movement", "protestname", "protest", "event", "eventname", "label", "nom", "nombre", "titel"}},
		{Start, []string{"start", "startdate", "startyear", "begin", "beginyear", "begindate", "byear", "onset", "onsetyear", "yearstart", "from", "date", "eventdate", "beginn", "début", "debut", "inicio"}},
		{StartMonth, []string{"startmonth"}},
		{StartDay, []string{"startday"}},
		{End, []string{"end", "enddate", "endyear", "eyear", "yearend", "to", "until", "ende", "fin"}},
		{EndMonth, []string{"endmonth"}},
		{EndDay, []string{"endday"}},
		{Ongoing, []string{"ongoing", "active", "activeprotest"}},
		{Goal, []string{"goal", "goals", "demand", "demands", "motivation", "motivations", "aim", "aims", "issue", "ziel", "objectif"}},
		{Target, []string{"target", "opponent", "opponents", "against"}},
		{Trigger, []string{"trigger", "triggers", "cause", "auslöser"}},
		{Outcome, []string{"outcome", "outcomes", "result", "results", "successoutcome", "ergebnis", "résultat", "resultado"}},
		{Success, []string{"success", "successful"}},
		{Partial, []string{"partial", "limited"}},
		{Failure, []string{"failure", "failed"}},
		{Participation, []string{"participation", "participants", "peakparticipation", "peaksize", "size", "peak", "peakmembership", "turnout", "crowdsize", "teilnehmer"}},
		{Nonviolent, []string{"nonviolent", "nonviol", "method", "primarymethod", "peaceful"}},
		{Violent, []string{"violent", "viol", "violence", "protesterviolence", "armed"}},
		{URL, []string{"url", "urls", "link", "links", "source", "sources", "reference", "references", "quelle"}},
		{Year, []string{"year", "jahr", "année", "año"}},
	}
}

// Guess maps the columns of a list that is not known, by their names. Rows are taken for campaigns; without a column for the
// start, the year stands for it.
func Guess(header []string) Mapping {
	m := Mapping{Unit: Campaigns, Columns: map[Field][]string{}}
	taken := map[string]bool{}
	for _, s := range synonyms() {
		for _, n := range s.names {
			i := slices.IndexFunc(header, func(h string) bool { return plain(h) == n })
			if i >= 0 && !taken[header[i]] {
				m.Columns[s.field] = []string{header[i]}
				taken[header[i]] = true
				break
			}
		}
	}
	return m
}
