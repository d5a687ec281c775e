package country

import (
	"slices"
	"strings"
	"testing"

	"throughline/internal/fault"
)

func cellOf(t *testing.T, cells []Cell, attribute string) Cell {
	t.Helper()
	i := slices.IndexFunc(cells, func(c Cell) bool { return c.Attribute == attribute })
	if i < 0 {
		t.Fatalf("there is no %s", attribute)
	}
	return cells[i]
}

func TestContext(t *testing.T) {
	a := open(t)
	cells, err := a.Context("ARM", 2018, Lag, Reach)
	if err != nil {
		t.Fatal(err)
	}
	if c := cells[0]; c.Attribute != "regime" || c.Value != "electoral autocracy" || c.Year != 2017 || c.Lag != 1 || c.Version != "v15" || c.Licence != "CC BY-SA 4.0" || c.Note != "" {
		t.Errorf("%+v", c)
	}
	if c := cellOf(t, cells, "polyarchy"); c.Low == "" || c.High == "" || c.Low >= c.High {
		t.Errorf("%+v", c)
	}
	for _, c := range cells {
		if at, ok := a.Attribute(c.Attribute); !ok || at.Kind == Region || at.Kind == Plain || (c.Value == "") != (c.Absent != "") || c.Source == "" || c.Licence == "" {
			t.Errorf("%+v", c)
		}
	}
	// The nearest earlier year is taken, with its true lag, and never a later one.
	cells, _ = a.Context("ARM", 1998, Lag, Reach)
	if c := cellOf(t, cells, "control-of-corruption"); c.Year != 1996 || c.Lag != 2 || c.Note != "1996 is the nearest year before 1997: not published for Armenia in 1997" {
		t.Errorf("%+v", c)
	}
	cells, _ = a.Context("ARM", 2024, Lag, Reach)
	if c := cellOf(t, cells, "control-of-corruption"); c.Year != 2020 || c.Lag != 4 {
		t.Errorf("%+v", c)
	}
	cells, _ = a.Context("ARM", 2025, Lag, Reach)
	if c := cellOf(t, cells, "control-of-corruption"); c.Value != "" || c.Absent != "the data end in 2020, and no value lies within 3 years before" {
		t.Errorf("%+v", c)
	}
	cells, _ = a.Context("ARM", 1996, Lag, Reach) // 1996 has a value, 1995 has none
	if c := cellOf(t, cells, "control-of-corruption"); c.Value != "" || !strings.Contains(c.Absent, "the data begin in 1996") {
		t.Errorf("%+v", c)
	}
	cells, _ = a.Context("arm", 1998, Lag, 0)
	if c := cellOf(t, cells, "control-of-corruption"); c.Absent != "not published for Armenia in 1997" {
		t.Errorf("%+v", c)
	}
	for _, err := range []error{second(a.Context("ARM", 20018, 1, 3)), second(a.Context("Armenia", 2018, 1, 3)), second(a.Context("ARM", 2018, 1, -1))} {
		if fault.Of(err) != fault.Invalid {
			t.Error(err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

// A regime type is uncertain when, and only when, the interval of polyarchy holds the cut-off.
func TestUncertain(t *testing.T) {
	for _, x := range []struct {
		low, high string
		want      bool
	}{{"0.45", "0.55", true}, {"0.5", "0.6", true}, {"0.4", "0.5", false}, {"0.501", "0.6", false}, {"", "0.6", false}, {"0.4", "", false}} {
		if got := uncertain(x.low, x.high); (got != "") != x.want {
			t.Errorf("%v: %q", x, got)
		}
	}
	a := open(t)
	n := 0
	for _, c := range a.Countries() {
		for year := 1990; year <= 2024; year++ {
			r, _ := a.Value(c.ISO3, "regime", year)
			p, _ := a.Value(c.ISO3, "polyarchy", year)
			if crosses := p.Value != "" && p.Low <= "0.5" && p.High > "0.5"; crosses != (r.Uncertain != "") {
				t.Errorf("%s %d: %+v %+v", c.ISO3, year, r, p)
			}
			if r.Uncertain != "" {
				n++
			}
		}
	}
	if n < 100 {
		t.Errorf("only %d country-years are uncertain", n)
	}
	t.Log(n, "country-years are uncertain")
}

func TestRegion(t *testing.T) {
	a := open(t)
	for scheme, want := range map[Scheme]string{UNRegion: "Asia", UNSubregion: "Western Asia", WorldBank: "Europe & Central Asia", WorldBankUntil2025: "Europe and Central Asia", VDem: "Eastern Europe and Central Asia"} {
		if c, err := a.Region("ARM", scheme); err != nil || c.Value != want || c.Year != 0 || c.Licence == "" {
			t.Errorf("%s: %+v, %v", scheme, c, err)
		}
	}
	for scheme, want := range map[Scheme]int{UNRegion: 5, UNSubregion: 17, WorldBank: 7, WorldBankUntil2025: 7, VDem: 6} {
		if got := a.Regions(scheme); len(got) != want {
			t.Errorf("%s has %d regions: %q", scheme, len(got), got)
		}
	}
	if c, err := a.Region("PAK", WorldBank); err != nil || c.Value != "Middle East, North Africa, Afghanistan & Pakistan" {
		t.Errorf("%+v, %v", c, err)
	}
	if c, err := a.Region("ABW", VDem); err != nil || c.Absent != "Aruba has no place in this scheme" {
		t.Errorf("%+v, %v", c, err)
	}
	if _, err := a.Region("ARM", "continents"); fault.Of(err) != fault.Invalid {
		t.Error(err)
	}
}

// What is passed on says its licence, and share-alike where it applies.
func TestNotices(t *testing.T) {
	a := open(t)
	cells, _ := a.Context("ARM", 2018, Lag, Reach)
	n := strings.Join(a.Notices(cells), "\n")
	for _, want := range []string{"V-Dem: regimes and democracy indices, v15", "CC BY-SA 4.0 (https://creativecommons.org/licenses/by-sa/4.0/legalcode)", "under the same licence", "Worldwide Governance Indicators", "was not confirmed"} {
		if !strings.Contains(n, want) {
			t.Errorf("the notices lack %q:\n%s", want, n)
		}
	}
	if n := a.Notices(nil); len(n) != 0 {
		t.Error(n)
	}
}

// An imported table takes the place of what it has, and of nothing else; versions are never mixed within an attribute.
func TestImportedWins(t *testing.T) {
	d := Dataset{Name: "v-dem", Title: "V-Dem", Version: "v16", Licence: "CC BY-SA 4.0", ShareAlike: true, Attributes: []Attribute{{Name: "polyarchy", Words: "Electoral democracy index", Kind: Number, Max: 1}}}
	a := open(t, Table{Dataset: d, CSV: "iso3,year,polyarchy,polyarchy-low,polyarchy-high\nARM,2025,0.7,0.6,0.8\n"})
	if c, _ := a.Value("ARM", "polyarchy", 2025); c.Value != "0.7" || c.Version != "v16" || c.Low != "0.6" {
		t.Errorf("%+v", c)
	}
	if c, _ := a.Value("ARM", "polyarchy", 2017); c.Value != "" || c.Absent == "" {
		t.Errorf("%+v", c)
	}
	if c, _ := a.Value("ARM", "regime", 2017); c.Value != "electoral autocracy" || c.Version != "v15" {
		t.Errorf("%+v", c)
	}
	for _, csv := range []string{"", "iso3,year\nARM,2000\n", "iso3,year,polyarchy\nARM,2000,x\n", "iso3,year,polyarchy\nARM,2000,1\nARM,2000,1\n", "iso3,year,polyarchy\nArmenia,2000,1\n",
		"iso3,year,polyarchy\nARM,MM,1\n", "iso3,year,other\nARM,2000,1\n", "iso3,year,polyarchy,polyarchy\nARM,2000,1,1\n", "iso3,year,polyarchy\nARM,2000,1,2\n"} {
		if _, err := Open(Table{Dataset: d, CSV: csv}); fault.Of(err) != fault.Invalid {
			t.Errorf("%q: %v", csv, err)
		}
	}
}

func BenchmarkOpen(b *testing.B) {
	for b.Loop() {
		if _, err := Open(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkContext(b *testing.B) {
	a := open(b)
	for b.Loop() {
		if _, err := a.Context("ARM", 2018, Lag, Reach); err != nil {
			b.Fatal(err)
		}
	}
}
