package country

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

var update = flag.Bool("update", false, "write the built-in data anew from the shared files")

// shared gives a file of the folder beside the repository, or skips.
func shared(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join("..", "..", "..", "shared", "data", "context", name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("skipped: there is no shared/data/context/%s beside the repository", name)
	}
	return path
}

func sharedRows(t *testing.T, name string) []map[string]string {
	t.Helper()
	f, err := os.Open(shared(t, name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []map[string]string
	for _, r := range rows[1:] {
		m := map[string]string{}
		for i, v := range r {
			m[rows[0][i]] = v
		}
		out = append(out, m)
	}
	return out
}

// The tables in the program hold what the shared files hold, under the names of our attributes.
func TestBuiltInTablesAreThoseOfTheSharedFiles(t *testing.T) {
	for _, x := range []struct {
		dataset, file string
		columns       string // ours=theirs
	}{
		{"countries", "countries.csv", "iso2=iso2 m49=m49 name=name iso=in_iso3166 un-region=un_region un-subregion=un_subregion"},
		{"world-bank-countries", "countries.csv", "world-bank=wb_region income-group=wb_income_group capital=capital capital-lat=capital_lat capital-lon=capital_lon"},
		{"world-bank-regions-until-2025", "countries.csv", "world-bank-until-2025=wb_region_pre2025"},
		{"v-dem-regions", "countries.csv", "v-dem-region=vdem_region"},
		{"v-dem", "regime_country_year.csv", "regime=row_code polyarchy=polyarchy polyarchy-low=polyarchy_low polyarchy-high=polyarchy_high liberal-democracy=libdem democratization-episode=democratization_episode autocratization-episode=autocratization_episode"},
		{"v-dem-civic-space", "civic_space_country_year.csv", "civil-society=civil_society free-expression=free_expression rule-of-law-liberties=rule_of_law_liberties public-integrity=public_integrity horizontal-accountability=horizontal_accountability vertical-accountability=vertical_accountability"},
		{"wgi", "wgi_country_year.csv", "control-of-corruption=control_of_corruption voice-accountability=voice_accountability political-stability=political_stability rule-of-law=rule_of_law"},
		{"anckar", "anckar_regime_country_year.csv", "anckar-democracy=democracy anckar-regime=regime_narrow"},
	} {
		t.Run(x.dataset, func(t *testing.T) {
			var head, theirs []string
			for _, c := range strings.Fields(x.columns) {
				ours, their, _ := strings.Cut(c, "=")
				head, theirs = append(head, ours), append(theirs, their)
			}
			var rows [][]string
			without := 0
			for _, r := range sharedRows(t, x.file) {
				if r["iso3"] == "" { // the copy of Anckar and Fredriksson has some countries by name alone
					without++
					continue
				}
				row := []string{r["iso3"], r["year"]}
				empty := true
				for _, c := range theirs {
					row = append(row, r[c])
					empty = empty && r[c] == ""
				}
				if !empty {
					rows = append(rows, row)
				}
			}
			slices.SortStableFunc(rows, func(a, b []string) int { return slices.Compare(a[:2], b[:2]) })
			var b bytes.Buffer
			w := csv.NewWriter(&b)
			w.Write(append([]string{"iso3", "year"}, head...))
			w.WriteAll(rows)
			t.Logf("%d rows, %d without a code left out", len(rows), without)
			built(t, "data/"+x.dataset+"/rows.csv.gz", b.Bytes())
		})
	}
	t.Run("map", func(t *testing.T) {
		b, err := os.ReadFile(shared(t, "world-countries-110m.topo.json"))
		if err != nil {
			t.Fatal(err)
		}
		built(t, "data/world-map/countries.json.gz", b)
	})
}

// built compares a packed file with what it should hold, or writes it.
func built(t *testing.T, name string, want []byte) {
	t.Helper()
	if *update {
		var b bytes.Buffer
		z, _ := gzip.NewWriterLevel(&b, gzip.BestCompression)
		z.Write(want)
		z.Close()
		if err := os.WriteFile(name, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := unpacked(name)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s does not hold what the shared file holds; run the test with -update and look at the difference", name)
	}
}

// Names in other languages are those of CLDR. The package that holds them would add 2.5 MB to the program; the names alone
// take a few dozen KB.
func TestNamesInOtherLanguagesAreThoseOfCLDR(t *testing.T) {
	var codes []string
	iso2 := map[string]string{}
	for _, r := range sharedRows(t, "countries.csv") {
		if r["iso2"] != "" {
			codes = append(codes, r["iso3"])
			iso2[r["iso3"]] = r["iso2"]
		}
	}
	slices.Sort(codes)
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.Write([]string{"iso3", "language", "name"})
	n := 0
	for _, tag := range []string{"en", "am", "ar", "bg", "bn", "cs", "de", "el", "es", "fa", "fr", "he", "hi", "hr", "hu", "hy", "id", "it", "ja", "ka", "km", "ko", "mk", "ms", "my", "nl", "pl", "pt", "ro", "ru", "sk", "sq", "sr", "sv", "sw", "th", "tr", "uk", "vi", "zh"} {
		d := display.Regions(language.MustParse(tag))
		for _, c := range codes {
			region, err := language.ParseRegion(iso2[c])
			if err != nil {
				continue
			}
			if name := d.Name(region); name != "" && name != iso2[c] {
				w.Write([]string{c, tag, name})
				n++
			}
		}
	}
	w.Flush()
	t.Log(n, "names")
	built(t, "data/names/languages.csv.gz", b.Bytes())
}

// What the program carries is small, and each part of it has its licence beside it.
func TestBuiltInIsSmallAndLicensed(t *testing.T) {
	total := int64(0)
	filepath.Walk("data", func(_ string, fi os.FileInfo, err error) error {
		if err == nil && !fi.IsDir() {
			total += fi.Size()
		}
		return err
	})
	if total > 500_000 {
		t.Errorf("the built-in data take %d bytes", total)
	}
	t.Log(total, "bytes")
	a := open(t)
	for _, d := range a.Datasets() {
		text, err := a.LicenceText(d.Name)
		if err != nil || len(text) < 100 {
			t.Errorf("%s: %q, %v", d.Name, text, err)
		}
		if d.Version == "" || d.Licence == "" || d.LicenceURL == "" || d.Cite == "" || d.Origin == "" {
			t.Errorf("%s lacks a word of where it comes from: %+v", d.Name, d)
		}
		if strings.HasPrefix(d.Name, "v-dem") && !d.ShareAlike {
			t.Errorf("%s is share-alike", d.Name)
		}
	}
}

func open(t testing.TB, imported ...Table) *Atlas {
	t.Helper()
	a, err := Open(imported...)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// A few values as the publishers print them.
func TestValues(t *testing.T) {
	a := open(t)
	for _, x := range []struct {
		iso3, attribute string
		year            int
		want            string
	}{
		{"ARM", "regime", 2017, "electoral autocracy"},
		{"ARM", "regime", 2018, "electoral democracy"},
		{"NOR", "public-integrity", 2020, "0.986"},
		{"AFG", "polyarchy", 1990, "0.093"},
		{"ABW", "control-of-corruption", 2004, "1.184"},
		{"USA", "anckar-regime", 1990, "Presidentialism"},
	} {
		c, err := a.Value(x.iso3, x.attribute, x.year)
		if err != nil || c.Value != x.want || c.Source == "" || c.Version == "" || c.Licence == "" {
			t.Errorf("%s %s %d: %+v, %v", x.iso3, x.attribute, x.year, c, err)
		}
	}
	for _, x := range []struct {
		iso3, attribute string
		year            int
		want            string
	}{
		{"ARM", "regime", 2025, "the data end in 2024"},
		{"ARM", "regime", 1980, "the data begin in 1990"},
		{"ARM", "control-of-corruption", 1997, "not published for Armenia in 1997"},
		{"ABW", "regime", 2000, "V-Dem: regimes and democracy indices has no values for Aruba"},
		{"SSD", "regime", 2005, "the data of South Sudan begin in 2011"},
	} {
		if c, err := a.Value(x.iso3, x.attribute, x.year); err != nil || c.Absent != x.want || c.Value != "" {
			t.Errorf("%s %s %d: %+v, %v", x.iso3, x.attribute, x.year, c, err)
		}
	}
	if _, err := a.Value("ARM", "happiness", 2000); err == nil {
		t.Error("an attribute that is not there has a value")
	}
	if _, err := a.Value("XXX", "regime", 2000); err == nil {
		t.Error("a country that is not there has a value")
	}
}
