package country

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"embed"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"sync"

	"throughline/internal/fault"
	"throughline/internal/pattern"
)

//go:embed data
var data embed.FS

// Dataset says what a set of values is, who published it, and under which terms it may be passed on.
type Dataset struct {
	Name        string      `json:"name"`                   // short, such as v-dem
	Title       string      `json:"title"`                  // for people
	Version     string      `json:"version"`                // of the publisher
	Licence     string      `json:"licence"`                // such as CC BY-SA 4.0
	LicenceURL  string      `json:"licence_url,omitempty"`  // where its text stands
	LicenceNote string      `json:"licence_note,omitempty"` // what is not sure about it, or has to be kept in mind
	ShareAlike  bool        `json:"share_alike,omitempty"`  // what carries these values has to be passed on under the same licence
	Cite        string      `json:"cite"`                   // how to name it in a publication
	Origin      string      `json:"origin"`                 // the file that the values were read from
	Attributes  []Attribute `json:"attributes"`             // that it has values for
	BuiltIn     bool        `json:"built_in"`
	From        int         `json:"from,omitempty"` // first and last year; 0: it has no years
	To          int         `json:"to,omitempty"`
	Countries   int         `json:"countries"` // how many have values
	Rows        int         `json:"rows"`
	Used        []string    `json:"used,omitempty"` // attributes that are taken from it; others are given by a later table
}

// Table is a data set with its values in a form that can be kept anywhere.
type Table struct {
	Dataset Dataset
	CSV     string // the header "iso3,year,ATTRIBUTE…", then a row for each country and year in this order; no year: for all years
}

// bounds of an attribute are columns of their own.
const (
	lowSuffix  = "-low"
	highSuffix = "-high"
)

type key struct {
	iso3 string
	year int
}

// table is a Table ready for look-up.
type table struct {
	Dataset
	column map[string]int
	rows   map[key][]string
	years  map[string][2]int // first and last year by country
}

// of is the value of a column in a row, empty where there is none.
func (t *table) of(row []string, column string) string {
	if i, ok := t.column[column]; ok && i < len(row) {
		return row[i]
	}
	return ""
}

var (
	datasetName   = pattern.Late(`^[a-z0-9][a-z0-9-]{0,39}$`)
	attributeName = pattern.Late(`^[a-z0-9][a-z0-9-]{0,39}$`)
	code          = pattern.Late(`^[A-Z]{3}$`)
)

// parse checks a table and makes it ready. Counts and years of its data set are those of its rows.
func (t Table) parse() (*table, error) {
	bad := func(line int, format string, args ...any) error {
		return fault.New(fault.Invalid, "The table %s, line %d: %s.", t.Dataset.Name, line, fmt.Sprintf(format, args...))
	}
	if !datasetName().MatchString(t.Dataset.Name) {
		return nil, fault.New(fault.Invalid, "%q is no name for a data set; expected small letters, digits and hyphens.", t.Dataset.Name)
	}
	if t.Dataset.Version == "" || t.Dataset.Licence == "" {
		return nil, fault.New(fault.Invalid, "The table %s does not say its version and its licence.", t.Dataset.Name)
	}
	r := csv.NewReader(strings.NewReader(t.CSV))
	head, err := r.Read()
	if err != nil || len(head) < 3 || head[0] != "iso3" || head[1] != "year" {
		return nil, bad(1, "expected the columns iso3, year and at least one attribute")
	}
	p := &table{Dataset: t.Dataset, column: map[string]int{}, rows: map[key][]string{}, years: map[string][2]int{}}
	for i, name := range head {
		if _, twice := p.column[name]; twice {
			return nil, bad(1, "the column %q stands there twice", name)
		}
		if !attributeName().MatchString(name) {
			return nil, bad(1, "the column %q is no name for an attribute; expected small letters, digits and hyphens", name)
		}
		p.column[name] = i
	}
	numbers := make([]bool, len(head))
	for _, at := range p.Attributes {
		i, ok := p.column[at.Name]
		if !ok {
			return nil, bad(1, "there is no column %q", at.Name)
		}
		for _, name := range []string{at.Name, at.Name + lowSuffix, at.Name + highSuffix} {
			if j, ok := p.column[name]; ok {
				numbers[j] = at.Kind == Number || at.Kind == Ordinal && j == i
			}
		}
	}
	p.From, p.To, p.Rows = 0, 0, 0
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			line, _ := r.FieldPos(0)
			return nil, bad(line, "it is no row of the table")
		}
		line, _ := r.FieldPos(0)
		k := key{iso3: row[0]}
		if !code().MatchString(k.iso3) {
			return nil, bad(line, "%q is no country code", k.iso3)
		}
		if row[1] != "" {
			if k.year, err = strconv.Atoi(row[1]); err != nil || k.year < 1 || k.year > 9999 {
				return nil, bad(line, "%q is no year", row[1])
			}
		}
		if _, twice := p.rows[k]; twice {
			return nil, bad(line, "%s %s stands there twice", k.iso3, row[1])
		}
		for j, v := range row {
			if _, err := strconv.ParseFloat(v, 64); numbers[j] && v != "" && err != nil {
				return nil, bad(line, "%s is %q; expected a number", head[j], v)
			}
		}
		p.rows[k] = row
		p.Rows++
		y, seen := p.years[k.iso3]
		if k.year != 0 {
			if y[0] == 0 || k.year < y[0] {
				y[0] = k.year
			}
			y[1] = max(y[1], k.year)
			if p.From == 0 || k.year < p.From {
				p.From = k.year
			}
			p.To = max(p.To, k.year)
		}
		if p.years[k.iso3] = y; !seen {
			p.Countries = len(p.years)
		}
	}
	p.Countries = len(p.years)
	return p, nil
}

// makeTable writes rows as a table in its one form: columns as given, rows by code and year.
func makeTable(d Dataset, columns []string, rows map[key][]string) (Table, error) {
	keys := make([]key, 0, len(rows))
	for k := range rows {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b key) int { return cmp.Or(cmp.Compare(a.iso3, b.iso3), cmp.Compare(a.year, b.year)) })
	var b strings.Builder
	w := csv.NewWriter(&b)
	w.Write(append([]string{"iso3", "year"}, columns...))
	for _, k := range keys {
		year := ""
		if k.year != 0 {
			year = strconv.Itoa(k.year)
		}
		w.Write(append([]string{k.iso3, year}, rows[k]...))
	}
	w.Flush()
	t := Table{Dataset: d, CSV: b.String()}
	p, err := t.parse()
	if err != nil {
		return Table{}, err
	}
	t.Dataset = p.Dataset
	return t, nil
}

// builtIn reads what the program carries, once.
var builtIn = sync.OnceValues(func() ([]*table, error) {
	dirs, err := fs.ReadDir(data, "data")
	if err != nil {
		return nil, err
	}
	var out []*table
	for _, d := range dirs {
		b, err := fs.ReadFile(data, "data/"+d.Name()+"/dataset.json")
		if err != nil {
			return nil, fmt.Errorf("read built-in %s: %w", d.Name(), err)
		}
		var t Table
		if err := json.Unmarshal(b, &t.Dataset); err != nil {
			return nil, fmt.Errorf("read built-in %s: %w", d.Name(), err)
		}
		for i, at := range t.Dataset.Attributes {
			if j := rank(at.Name); j < len(known()) {
				t.Dataset.Attributes[i] = known()[j]
			}
		}
		t.Dataset.BuiltIn = true
		if len(t.Dataset.Attributes) == 0 { // the names and the map are no tables
			out = append(out, &table{Dataset: t.Dataset})
			continue
		}
		rows, err := unpacked("data/" + d.Name() + "/rows.csv.gz")
		if err != nil {
			return nil, err
		}
		t.CSV = string(rows)
		p, err := t.parse()
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
})

// unpacked is a packed file that the program carries.
func unpacked(name string) ([]byte, error) {
	b, err := fs.ReadFile(data, name)
	if err != nil {
		return nil, err
	}
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, fmt.Errorf("unpack %s: %w", name, err)
	}
	return io.ReadAll(z)
}

// LicenceText is what the program carries with a built-in data set: the licence, or its notice with its address.
func (a *Atlas) LicenceText(dataset string) (string, error) {
	for _, t := range a.tables {
		if t.Name == dataset && t.BuiltIn {
			b, err := fs.ReadFile(data, "data/"+dataset+"/LICENCE.txt")
			return string(b), err
		}
	}
	return "", fault.New(fault.NotFound, "There is no built-in data set %q.", dataset)
}
