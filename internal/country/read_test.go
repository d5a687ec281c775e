package country

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"throughline/exchange/tabular"
	"throughline/internal/fault"
)

func readBytes(t testing.TB, b []byte, o Options) (Reading, error) {
	t.Helper()
	return open(t).Read(bytes.NewReader(b), int64(len(b)), o)
}

func file(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

const vdem = "V-Dem-CY-Full+Others-v16.csv"

func TestReadVDem(t *testing.T) {
	plain := file(t, vdem)
	var zipped, gzipped bytes.Buffer
	z := zip.NewWriter(&zipped)
	for _, name := range []string{"codebook.pdf", "V-Dem/" + vdem, "small.csv"} {
		w, _ := z.Create(name)
		if strings.HasSuffix(name, vdem) {
			w.Write(plain)
		} else {
			w.Write([]byte("a,b\n"))
		}
	}
	z.Close()
	g := gzip.NewWriter(&gzipped)
	g.Write(plain)
	g.Close()
	for name, b := range map[string][]byte{"plain": plain, "zip": zipped.Bytes(), "gzip": gzipped.Bytes()} {
		r, err := readBytes(t, b, Options{File: vdem})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		want := `iso3,year,regime,polyarchy,polyarchy-low,polyarchy-high,liberal-democracy,civil-society,public-integrity,public-integrity-low,public-integrity-high,v-dem-region
ARM,,,,,,,,,,,Eastern Europe and Central Asia
ARM,2017,1,0.408,0.372,0.445,0.245,0.7,0.4,0.3,0.5,
ARM,2018,2,0.6,0.55,0.65,0.4,0.8,0.7,0.6,0.8,
NOR,,,,,,,,,,,Western Europe and North America
NOR,2025,3,0.9,0.1,0.3,0.1,0.3,0.986,0.98,0.99,
`
		if r.Table.CSV != want {
			t.Errorf("%s:\n%s", name, r.Table.CSV)
		}
		if r.Rows != 8 || r.Lost != 4 || len(r.Unmatched) != 1 || r.Unmatched[0] != (Unmatched{"South Vietnam (VDR)", 5, 2}) || len(r.Notes) != 1 || r.Table.Dataset.Version != "v16" || !r.Table.Dataset.ShareAlike {
			t.Errorf("%s: %+v", name, r)
		}
		var told []string
		for _, p := range r.Refused {
			told = append(told, p.String())
		}
		if got := strings.Join(told, "; "); got != `v2x_polyarchy: is 1.9; expected 0 to 1; year: is "twenty"; expected a year of four digits; v2x_regime: is 7; expected 0 to 3; v2xcs_ccsi: NOR 2025 stands there a second time, with another value (0.3, then 0.4)` {
			t.Errorf("%s: %s", name, got)
		}
		if r.Refused[0].Line != 7 || r.Refused[1].Line != 8 || r.Refused[2].Line != 9 {
			t.Errorf("%s: %+v", name, r.Refused)
		}
		a := open(t, r.Table)
		if c, _ := a.Value("ARM", "regime", 2017); c.Version != "v16" || c.Value != "electoral autocracy" || c.Uncertain != "" {
			t.Errorf("%+v", c)
		}
		changes, err := open(t).Changes(r.Table)
		if err != nil || len(changes) != 6 {
			t.Fatalf("%+v, %v", changes, err)
		}
		if c := changes[0]; c.Attribute != "regime" || c.Added != 1 || c.Changed != 0 || c.Same != 2 || c.Removed != 6201 || c.From != "V-Dem: regimes and democracy indices, v15" {
			t.Errorf("%+v", c)
		}
	}
}

// A file with the columns of Episodes of Regime Transformation that holds what the program carries changes nothing.
func TestReadERT(t *testing.T) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.Write([]string{"country_name", "country_text_id", "year", "v2x_regime", "v2x_polyarchy", "v2x_polyarchy_codelow", "v2x_polyarchy_codehigh", "v2x_libdem", "dem_ep", "aut_ep"})
	for _, r := range sharedRows(t, "regime_country_year.csv") {
		w.Write([]string{r["country"], r["iso3"], r["year"], r["row_code"], r["polyarchy"], r["polyarchy_low"], r["polyarchy_high"], r["libdem"], r["democratization_episode"], r["autocratization_episode"]})
	}
	w.Flush()
	r, err := readBytes(t, b.Bytes(), Options{File: "ert.csv", Version: "v15"})
	if err != nil || r.Lost != 0 || len(r.Unmatched) != 0 || r.Table.Dataset.Name != "ert" {
		t.Fatalf("%+v, %v", r, err)
	}
	changes, err := open(t).Changes(r.Table)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range changes {
		if c.Added+c.Changed+c.Removed != 0 || c.Same < 5000 {
			t.Errorf("%+v", c)
		}
	}
	if _, err := readBytes(t, b.Bytes(), Options{File: "ert.csv"}); fault.Of(err) != fault.Usage {
		t.Errorf("without a version: %v", err)
	}
}

func TestReadWGI(t *testing.T) {
	r, err := readBytes(t, file(t, "wgi-databank.csv"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := "iso3,year,control-of-corruption,rule-of-law\nARM,2019,-0.1812,-0.1\nARM,2020,0.04,\nARM,2021,0.05,0.02\nCOD,2019,-1.5,\nCOD,2020,-1.6,\nCOD,2021,-1.5,\n"
	if r.Table.CSV != want || r.Table.Dataset.Version != "last updated 11/05/2025" || r.Lost != 0 || len(r.Unmatched) != 1 || r.Unmatched[0].Name != "Arab World (ARB)" || r.Rows != 5 {
		t.Errorf("%s%+v", r.Table.CSV, r)
	}
	r, err = readBytes(t, file(t, "wgi-long.csv"), Options{Version: "2025"})
	if err != nil {
		t.Fatal(err)
	}
	if want := "iso3,year,control-of-corruption,voice-accountability\nARM,2021,0.0512,0.1\nPSE,2021,-0.3,\n"; r.Table.CSV != want || r.Lost != 1 {
		t.Errorf("%s%+v", r.Table.CSV, r)
	}
	rows, _ := csv.NewReader(bytes.NewReader(file(t, "wgi-long.csv"))).ReadAll()
	var x bytes.Buffer
	if err := tabular.WriteXLSX(&x, "Data", rows); err != nil {
		t.Fatal(err)
	}
	same, err := readBytes(t, x.Bytes(), Options{Version: "2025"})
	if err != nil || same.Table.CSV != r.Table.CSV {
		t.Errorf("the workbook: %s, %v", same.Table.CSV, err)
	}
}

func TestReadRegions(t *testing.T) {
	book := func(afghanistan string) []byte {
		var b bytes.Buffer
		if err := tabular.WriteXLSX(&b, "List of economies", [][]string{{"World Bank List of Economies"}, {}, {"Economy", "Code", "Region", "Income group", "Lending category"},
			{"Afghanistan", "AFG", afghanistan, "Low income", "IDA"}, {"Armenia", "ARM", "Europe & Central Asia", "Upper middle income", "IBRD"}, {"Channel Islands", "CHI", "Europe & Central Asia", "High income", ""},
			{}, {"Note: some words"}, {"World", "WLD", "", ""}}); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	r, err := readBytes(t, book("Middle East, North Africa, Afghanistan & Pakistan"), Options{Version: "FY26"})
	if want := "iso3,year,world-bank,income-group\nAFG,,\"Middle East, North Africa, Afghanistan & Pakistan\",Low income\nARM,,Europe & Central Asia,Upper middle income\n"; err != nil || r.Table.CSV != want || len(r.Unmatched) != 2 || r.Rows != 4 {
		t.Errorf("%+v, %v", r, err)
	}
	r, err = readBytes(t, book("South Asia"), Options{Version: "FY25"})
	if err != nil || r.Table.Dataset.Name != "world-bank-regions-until-2025" || !strings.HasPrefix(r.Table.CSV, "iso3,year,world-bank-until-2025,income-group\nAFG,,South Asia,") {
		t.Errorf("%+v, %v", r, err)
	}
	r, err = readBytes(t, file(t, "m49.csv"), Options{Version: "2025-11"})
	if want := "iso3,year,un-region,un-subregion\nARM,,Asia,Western Asia\nCIV,,Africa,Sub-Saharan Africa\n"; err != nil || r.Table.CSV != want || len(r.Unmatched) != 1 || r.Unmatched[0].Line != 4 {
		t.Errorf("%+v, %v", r, err)
	}
	if c, err := open(t, r.Table).Region("CIV", UNSubregion); err != nil || c.Value != "Sub-Saharan Africa" || c.Version != "2025-11" {
		t.Errorf("%+v, %v", c, err)
	}
}

func TestReadColumns(t *testing.T) {
	b := []byte("Corruption Perceptions Index\nCountry / Territory;ISO3;Year;CPI score;Lower;Upper;Rank word\nCôte d'Ivoire;CIV;2020;36;33;39;low\nBurma;;2020;28;25;31;lower\nAtlantis;;2020;99;98;100;x\nArmenia;ARM;2020;..;;;\n")
	o := Options{Dataset: "cpi", Version: "2020", Licence: "CC BY-ND 4.0", Columns: map[string]string{"cpi": "CPI score", "cpi-low": "Lower", "cpi-high": "Upper", "cpi-word": "Rank word"}, Country: "Country / Territory"}
	r, err := readBytes(t, b, o)
	if want := "iso3,year,cpi,cpi-high,cpi-low,cpi-word\nCIV,2020,36,39,33,low\nMMR,2020,28,31,25,lower\n"; err != nil || r.Table.CSV != want || len(r.Unmatched) != 1 {
		t.Fatalf("%+v, %v", r, err)
	}
	a := open(t, r.Table)
	c, _ := a.Value("CIV", "cpi", 2020)
	at, _ := a.Attribute("cpi")
	if c.Value != "36" || c.Low != "33" || c.High != "39" || c.Licence != "CC BY-ND 4.0" || at.Kind != Number || at.Words != "CPI score" {
		t.Errorf("%+v %+v", c, at)
	}
	if at, _ := a.Attribute("cpi-word"); at.Kind != Text {
		t.Errorf("%+v", at)
	}
	if _, ok := a.Attribute("cpi-low"); ok {
		t.Error("a bound is an attribute")
	}
	cells, _ := a.Context("CIV", 2021, Lag, Reach)
	if c := cellOf(t, cells, "cpi"); c.Value != "36" {
		t.Errorf("%+v", c)
	}
	for name, change := range map[string]func(*Options){
		"no licence":   func(o *Options) { o.Licence = "" },
		"no column":    func(o *Options) { o.Columns = map[string]string{"cpi": "Score"} },
		"bad name":     func(o *Options) { o.Columns = map[string]string{"CPI score": "CPI score"} },
		"own name":     func(o *Options) { o.Columns = map[string]string{"m49": "CPI score"} },
		"no year":      func(o *Options) { o.Year = "Jahr" },
		"no data name": func(o *Options) { o.Dataset = "" },
	} {
		bad := o
		change(&bad)
		if _, err := readBytes(t, b, bad); err == nil || fault.Of(err) == fault.Internal {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	for name, b := range map[string]string{"empty": "", "short": "a", "other": "a,b\n1,2\n", "zeros": strings.Repeat("\x00", 50), "zip": "PK\x03\x04 broken", "gzip": "\x1f\x8b broken", "old": "\xd0\xcf\x11\xe0 old",
		"no rows": "country_text_id,year,v2x_regime\n", "no value": "country_text_id,year,v2x_regime\nARM,2000,NA\n", "all wrong": "country_text_id,year,v2x_regime\nARM,2000,9\n"} {
		if _, err := readBytes(t, []byte(b), Options{Version: "1"}); err == nil || fault.Of(err) == fault.Internal {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCells(t *testing.T) {
	a := open(t)
	cells, err := a.Cells("ARM")
	if err != nil || len(cells) < 300 {
		t.Fatalf("%d, %v", len(cells), err)
	}
	if !slices.IsSortedFunc(cells, func(x, y Cell) int {
		return strings.Compare(fmt.Sprintf("%03d %04d", rank(x.Attribute), x.Year), fmt.Sprintf("%03d %04d", rank(y.Attribute), y.Year))
	}) {
		t.Error("the cells are not in order")
	}
	if c := cells[len(cells)-1]; c.Attribute != string(VDem) || c.Value == "" {
		t.Errorf("%+v", c)
	}
}

func FuzzReadFile(f *testing.F) {
	for _, n := range []string{vdem, "wgi-databank.csv", "wgi-long.csv", "m49.csv"} {
		f.Add(file(f, n))
	}
	f.Add([]byte("Economy,Code,Region,Income group\nArmenia,ARM,x,y\n"))
	a := open(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, o := range []Options{{Version: "1"}, {Dataset: "x", Version: "1", Licence: "y", Columns: map[string]string{"x": "year"}}} {
			r, err := a.Read(bytes.NewReader(b), int64(len(b)), o)
			if err != nil {
				if fault.Of(err) == fault.Internal {
					t.Fatal(err)
				}
				continue
			}
			if _, err := Open(r.Table); err != nil {
				t.Fatalf("what was read cannot be opened: %v\n%s", err, r.Table.CSV)
			}
			if _, err := a.Changes(r.Table); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// wide is a file like V-Dem's full data set: 27,000 rows of 4,600 columns, some 400 MB, never in memory at once.
type wide struct{ head, row []byte }

func (w wide) ReadAt(p []byte, at int64) (int, error) {
	n := 0
	for n < len(p) {
		var src []byte
		if at < int64(len(w.head)) {
			src = w.head[at:]
		} else {
			i := (at - int64(len(w.head))) / int64(len(w.row))
			if i >= 27000 {
				return n, io.EOF
			}
			row := fmt.Appendf(nil, "%s,%04d", []string{"ARM", "NOR", "KEN"}[i%3], 1900+i%120)
			row = append(row, w.row[len(row):]...)
			src = row[(at-int64(len(w.head)))%int64(len(w.row)):]
		}
		c := copy(p[n:], src)
		n, at = n+c, at+int64(c)
	}
	return n, nil
}

func BenchmarkReadWide(b *testing.B) {
	var head, row bytes.Buffer
	head.WriteString("country_text_id,year,v2x_polyarchy")
	row.WriteString("ARM,1900,0.5")
	for i := range 4600 {
		fmt.Fprintf(&head, ",v%d", i)
		row.WriteString(",0.3")
	}
	head.WriteString("\n")
	row.WriteString("\n")
	w := wide{head.Bytes(), row.Bytes()}
	size := int64(head.Len()) + 27000*int64(row.Len())
	a := open(b)
	b.SetBytes(size)
	for b.Loop() {
		r, err := a.Read(w, size, Options{Version: "1"})
		if err != nil || r.Rows != 27000 {
			b.Fatalf("%+v, %v", r.Rows, err)
		}
	}
}
