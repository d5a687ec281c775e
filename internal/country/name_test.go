package country

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"throughline/exchange/campaign"
	"throughline/exchange/tabular"
	"throughline/internal/fault"
)

func TestFind(t *testing.T) {
	a := open(t)
	for name, want := range map[string]string{
		"Armenia": "ARM", "ARM": "ARM", " armenia ": "ARM", "Ivory Coast": "CIV", "Côte d’Ivoire": "CIV", "Cote D'Ivoire": "CIV", "COTE DIVOIRE": "CIV",
		"Burma": "MMR", "Myanmar (Burma)": "MMR", "Russia": "RUS", "Russian Federation": "RUS", "South Korea": "KOR", "Republic of Korea": "KOR",
		"Korea, Republic of": "KOR", "Korea, Rep.": "KOR", "Korea, South": "KOR", "S. Korea": "KOR", "Korea, Dem. People's Rep.": "PRK", "Korea (Democratic People's Republic of)": "PRK",
		"Swaziland": "SWZ", "Czech Republic": "CZE", "DR Congo/Zaire": "COD", "Zaire/DRC": "COD", "Congo, Dem. Rep.": "COD", "Congo, Rep.": "COG", "Congo (Kinshasa)": "COD",
		"Congo, Democratic Republic of the": "COD", "UAE": "ARE", "USA": "USA", "US": "USA", "United States of America": "USA", "UK": "GBR", "Guinea": "GIN", "Niger": "NER",
		"Equatorial Guinea": "GNQ", "Guinea-Bissau": "GNB", "Papua New Guinea": "PNG", "Dominica": "DMA", "Dominican Rep.": "DOM", "Sudan": "SDN", "South Sudan": "SSD",
		"St. Kitts & Nevis": "KNA", "Saint Kitts and Nevis": "KNA", "St.Vincent&Grenadines": "VCT", "Gambia, The": "GMB", "Bahamas, The": "BHS", "Iran, Islamic Rep.": "IRN",
		"Venezuela, RB": "VEN", "Türkiye": "TUR", "Turkey": "TUR", "Deutschland": "DEU", "Allemagne": "DEU", "Südkorea": "KOR", "Հայաստան": "ARM", "Россия": "RUS", "中国": "CHN",
		"مصر": "EGY", "ประเทศไทย": "", "ไทย": "THA", "Costa de Marfil": "CIV", "Vereinigtes Königreich": "GBR", "Micronesia, Fed. Sts.": "FSM", "Samoa": "WSM", "American Samoa": "ASM",
		"Taiwan": "TWN", "Hong Kong SAR, China": "HKG", "Kosovo": "XKX", "East Germany": "DDR", "Georgia": "GEO", "Ireland": "IRL", "China": "CHN", "Yemen, Rep.": "YEM",
	} {
		c, err := a.Find(name)
		if c.ISO3 != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v; expected %q", name, c.ISO3, err, want)
		}
	}
	for name, want := range map[string]string{
		"Congo": "COD COG", "Korea": "KOR PRK", "Czechoslovakia": "CZE SVK", "Virgin Islands": "VGB VIR", "Armenai": "ARM", "Israel/Palestine": "ISR PSE",
		"Serbia and Montenegro": "MNE SRB", "South Vietnam": "VNM", "Abkhazia": "GEO", "": "", "Atlantis": "", "Untied States": "USA",
	} {
		_, err := a.Find(name)
		var u *UnclearError
		if !errors.As(err, &u) || fault.Of(err) != fault.Invalid {
			t.Errorf("%q: %v", name, err)
			continue
		}
		var got []string
		for _, c := range u.Candidates {
			got = append(got, c.ISO3)
		}
		if name == "Untied States" {
			if !slices.Contains(got, "USA") {
				t.Errorf("%q suggests %v", name, got)
			}
		} else if strings.Join(got, " ") != want {
			t.Errorf("%q suggests %v; expected %s", name, got, want)
		}
	}
	if _, err := a.Find("Congo"); fault.Message(err) != `"Congo" does not say which country is meant; perhaps Congo - Kinshasa (COD) or Congo - Brazzaville (COG).` {
		t.Error(fault.Message(err))
	}
}

// Names in the shared lists lead to the codes that stand beside them.
func TestFindInSharedFiles(t *testing.T) {
	a := open(t)
	differ := map[string]string{ // why a name is not the code of the file
		"Yugoslavia": "dissolved", "Yugoslavia, Fed. Rep.": "dissolved", "Serbia and Montenegro": "dissolved", "Palestine/Gaza": "a unit of V-Dem",
	}
	for file, column := range map[string]string{"regime_country_year.csv": "country", "anckar_regime_country_year.csv": "country", "revolutionary_events_2000_2022.csv": "country",
		"mass_mobilization_protests.csv": "country", "navco12_campaigns.csv": "location", "cases_seed.csv": "country"} {
		seen := map[string]bool{}
		for _, r := range sharedRows(t, file) {
			name := r[column]
			if seen[name] {
				continue
			}
			seen[name] = true
			c, err := a.Find(name)
			switch {
			case r["iso3"] != "" && c.ISO3 != r["iso3"] && differ[name] == "":
				t.Errorf("%s: %q is %q, %v; the file says %s", file, name, c.ISO3, err, r["iso3"])
			case r["iso3"] == "" && err != nil:
				t.Logf("%s: %v", file, err)
			}
		}
		t.Logf("%s: %d names", file, len(seen))
	}
}

func FuzzFind(f *testing.F) {
	a := open(f)
	for _, s := range []string{"Congo", "Myanmar (Burma)", "St.", "/", "\xff", "Côte", "()", "Guinea"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c, err := a.Find(s)
		if (err == nil) != (c.ISO3 != "") {
			t.Errorf("%q: %v, %v", s, c, err)
		}
		if err == nil {
			if again, err := a.Find(c.Name); err != nil || again.ISO3 != c.ISO3 {
				t.Errorf("%s is not found by its own name: %v", c.Name, err)
			}
		}
	})
}

// Every country is found by its own name and code.
func TestFindOwn(t *testing.T) {
	a := open(t)
	for _, c := range a.Countries() {
		for _, s := range []string{c.Name, c.ISO3, strings.ToUpper(c.Name)} {
			if got, err := a.Find(s); err != nil || got.ISO3 != c.ISO3 {
				t.Errorf("%q: %q, %v; expected %s", s, got.ISO3, err, c.ISO3)
			}
		}
	}
}

// The shared lists of campaigns and protests are read whole; those refused are in states that are no more, or not recognised.
func TestSharedListsOfCampaigns(t *testing.T) {
	a := open(t)
	find := func(name string) (string, error) { c, err := a.Find(name); return c.ISO3, err }
	for file, want := range map[string]string{"navco12_campaigns.csv": "381 read, 8 refused", "revolutionary_events_2000_2022.csv": "221 read, 1 refused", "mass_mobilization_protests.csv": "15098 read, 141 refused"} {
		b, err := os.ReadFile(shared(t, file))
		if err != nil {
			t.Fatal(err)
		}
		table, err := tabular.Read(b, campaign.Fits)
		if err != nil {
			t.Fatal(err)
		}
		p, _ := campaign.Recognise(table.Header)
		l, err := campaign.Read(table, p.Mapping, p, find)
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprintf("%d read, %d refused", len(l.Entries), len(l.Refused)); got != want {
			t.Errorf("%s: %s; expected %s", file, got, want)
		}
		for _, r := range l.Refused {
			if !strings.Contains(r.Why, "dissolved") && !strings.Contains(r.Why, "broke apart") && !strings.Contains(r.Why, "recognised") && !strings.Contains(r.Why, "existed until") {
				t.Errorf("%s:%d: %s", file, r.Line, r.Why)
			}
		}
	}
}
