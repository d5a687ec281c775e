package country

import (
	"archive/zip"
	"bufio"
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"path"
	"slices"
	"strconv"
	"strings"

	"throughline/exchange/tabular"
	"throughline/internal/fault"
	"throughline/internal/pattern"
)

// Limits of a publisher's file.
const (
	maxUnpacked = 4 << 30  // bytes of a packed file, unpacked
	maxDecoded  = 64 << 20 // bytes of a file that is read whole, whatever its encoding; larger ones have to be UTF-8
	firstYear   = 1900     // of the values that are kept
	maxRefused  = 1000     // rows that are told
)

// Options say what a file does not say itself.
type Options struct {
	File    string // its name: some publishers write the version there
	Dataset string // short name to keep it under; empty: that of the format
	Version string // of the publisher; empty: as told by the file or its name
	Title   string // and the following: needed for a file in no format that is known
	Licence string
	Cite    string
	Columns map[string]string // attribute by name: the column that gives it; for a file in no format that is known, in which each row is a country in a year
	Country string            // column of the country, a code or a name; empty: it is looked for
	Year    string            // column of the year; empty: it is looked for
}

// Reading is what a publisher's file holds.
type Reading struct {
	Format    string // for people
	Table     Table  // what would be kept
	Rows      int    // rows that were read
	Unmatched []Unmatched
	Refused   []fault.Problem // rows of which something cannot be taken, at most 1,000
	Lost      int             // how many there are
	Notes     []string
}

// Unmatched is a country of the file that is none here: a group of countries, or a state of the past.
type Unmatched struct {
	Name string `json:"name"` // as the file has it
	Line int    `json:"line"` // where it stands first
	Rows int    `json:"rows"`
}

// Read reads a file as its publisher releases it: V-Dem country-year data (full or core) and Episodes of Regime Transformation
// (CSV), the World Bank's governance indicators (DataBank's CSV or workbook, the bulk CSV, the long form of 2024 and after) and
// classification of countries (CLASS.xlsx), the UN's M49 (CSV), also packed with zip or gzip; or with Options.Columns any table
// with a row for each country and year. Large files are read row by row. An error means that nothing of the file can be taken.
func (a *Atlas) Read(in io.ReaderAt, size int64, o Options) (Reading, error) {
	src, done, err := source(in, size, o.File, 0)
	if err != nil {
		return Reading{}, err
	}
	defer done()
	for {
		r, err := a.readSource(src, o)
		if !errors.Is(err, errNoFormat) {
			return r, err
		}
		if !src.another() {
			return Reading{}, fault.New(fault.Invalid, "No row of the file names the columns of a format that is known. Expected V-Dem (country_text_id, year, v2x_regime …), the World Bank's indicators (Country Code, Series Code, 2020 [YR2020] …) or classification (Economy, Code, Region, Income group), the UN's M49, or columns named with --column.")
		}
	}
}

var errNoFormat = errors.New("no format")

// rows gives the rows of a table one by one; of a workbook that of one sheet after another.
type rows struct {
	csv   *csv.Reader
	sheet *tabular.Rows
	book  *tabular.Workbook
	at    int // of the sheet
}

// next reads a row; io.EOF at the end. The cells hold until the next call.
func (r *rows) next() (line int, cells []string, err error) {
	if r.csv == nil {
		if !r.sheet.Next() {
			if err := r.sheet.Err(); err != nil {
				return 0, nil, fault.New(fault.Invalid, "%s.", sentence(err.Error()))
			}
			return 0, nil, io.EOF
		}
		return r.sheet.Row, r.sheet.Cells, nil
	}
	cells, err = r.csv.Read()
	if err != nil && !errors.Is(err, io.EOF) {
		var pe *csv.ParseError
		if errors.As(err, &pe) {
			return 0, nil, fault.New(fault.Invalid, "Line %d of the file is no row of a table: a quote is opened and never closed, or the like.", pe.Line)
		}
		return 0, nil, fault.Wrap(fault.Invalid, err, "The file cannot be read to its end; it may have been cut short.")
	}
	if err == nil {
		line, _ = r.csv.FieldPos(0)
	}
	return line, cells, err
}

// another turns to the next sheet, if there is one.
func (r *rows) another() bool {
	if r.book == nil || r.at+1 >= len(r.book.Sheets) {
		return false
	}
	r.sheet.Close()
	s, err := r.book.Rows(r.at + 1)
	if err != nil {
		return false
	}
	r.sheet, r.at = s, r.at+1
	return true
}

func sentence(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// source opens a file by its content.
func source(in io.ReaderAt, size int64, name string, depth int) (*rows, func(), error) {
	head := make([]byte, 4)
	if n, err := in.ReadAt(head, 0); n < 4 && err != nil {
		return nil, nil, fault.New(fault.Invalid, "The file is empty.")
	}
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		z, err := zip.NewReader(in, size)
		if err != nil {
			return nil, nil, fault.New(fault.Invalid, "The file is a damaged workbook or ZIP archive; it may have been cut short.")
		}
		var largest *zip.File
		for _, f := range z.File {
			if f.Name == "xl/workbook.xml" {
				if size > tabular.MaxBytes {
					return nil, nil, fault.New(fault.Invalid, "The workbook is too large; save it as CSV.")
				}
				b := make([]byte, size)
				if _, err := in.ReadAt(b, 0); err != nil && !errors.Is(err, io.EOF) {
					return nil, nil, fault.Wrap(fault.Invalid, err, "The file cannot be read.")
				}
				w, err := tabular.OpenWorkbook(b)
				if err != nil {
					return nil, nil, fault.New(fault.Invalid, "%s.", sentence(err.Error()))
				}
				if len(w.Sheets) == 0 {
					return nil, nil, fault.New(fault.Invalid, "The workbook has no sheet.")
				}
				s, err := w.Rows(0)
				if err != nil {
					return nil, nil, fault.New(fault.Invalid, "%s.", sentence(err.Error()))
				}
				r := &rows{sheet: s, book: w}
				return r, func() { r.sheet.Close() }, nil
			}
			if ext := strings.ToLower(path.Ext(f.Name)); ext == ".csv" && !strings.HasPrefix(path.Base(f.Name), "._") && (largest == nil || f.UncompressedSize64 > largest.UncompressedSize64) {
				largest = f
			}
		}
		if largest == nil {
			return nil, nil, fault.New(fault.Invalid, "There is no CSV file in the archive.")
		}
		r, err := largest.Open()
		if err != nil {
			return nil, nil, fault.New(fault.Invalid, "%s in the archive cannot be unpacked.", largest.Name)
		}
		s, err := stream(r, int64(largest.UncompressedSize64))
		return s, func() { r.Close() }, err
	case bytes.HasPrefix(head, []byte("\x1f\x8b")):
		z, err := gzip.NewReader(io.NewSectionReader(in, 0, size))
		if err != nil {
			return nil, nil, fault.New(fault.Invalid, "The file is packed with gzip, and damaged.")
		}
		s, err := stream(z, maxDecoded+1)
		return s, func() {}, err
	case bytes.HasPrefix(head, []byte("\xd0\xcf\x11\xe0")):
		return nil, nil, fault.New(fault.Invalid, "The file is a workbook of the old sort (.xls); save it as .xlsx or CSV.")
	}
	s, err := stream(io.NewSectionReader(in, 0, size), size)
	return s, func() {}, err
}

// stream reads CSV; the sign between the cells is the one that stands most in the first lines.
func stream(in io.Reader, size int64) (*rows, error) {
	in = io.LimitReader(in, maxUnpacked)
	if size <= maxDecoded {
		b, err := io.ReadAll(in)
		if err != nil {
			return nil, fault.Wrap(fault.Invalid, err, "The file cannot be read to its end; it may have been cut short.")
		}
		t, err := tabular.Decode(b)
		if err != nil {
			return nil, fault.New(fault.Invalid, "%s.", sentence(err.Error()))
		}
		in = strings.NewReader(t.Body)
	}
	b := bufio.NewReaderSize(in, 1<<20)
	head, err := b.Peek(1 << 16)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fault.Wrap(fault.Invalid, err, "The file cannot be read.")
	}
	if bytes.IndexByte(head, 0) >= 0 {
		return nil, fault.New(fault.Invalid, "The file is no text: it holds zero bytes.")
	}
	comma, most := ',', 0
	for _, c := range ",;\t" {
		if n := bytes.Count(head, []byte(string(c))); n > most {
			comma, most = c, n
		}
	}
	if bytes.HasPrefix(head, []byte("\xef\xbb\xbf")) {
		b.Discard(3)
	}
	r := csv.NewReader(b)
	r.Comma, r.FieldsPerRecord, r.LazyQuotes, r.ReuseRecord = comma, -1, true, true
	return &rows{csv: r}, nil
}

// format is a file that is known: how it is recognised and how its rows are read.
type format struct {
	name    string
	dataset Dataset
	columns []string                             // of the table, after iso3 and year
	row     func(f *filling, cells []string)     // puts what a row says
	version func(cells []string) (string, bool)  // told by a row that is none of data
	finish  func(f *filling, t *[]string) string // last words
}

// filling collects the rows of a file.
type filling struct {
	a         *Atlas
	line      int
	values    map[key]map[string]string
	unmatched map[string]*Unmatched
	reading   Reading
	early     int // rows of years that are not kept
	kinds     map[string]Attribute
}

func (f *filling) refuse(field, why string, args ...any) {
	if f.reading.Lost++; len(f.reading.Refused) < maxRefused {
		f.reading.Refused = append(f.reading.Refused, fault.Problem{Line: f.line, Field: field, Message: fmt.Sprintf(why, args...)})
	}
}

// formerCodes are codes that the World Bank's files have or had for countries.
var formerCodes = map[string]string{"ROM": "ROU", "ZAR": "COD", "TMP": "TLS", "WBG": "PSE", "KSV": "XKX", "ADO": "AND", "IMY": "IMN"}

// place finds the country of a row: by its code, else by its name.
func (f *filling) place(code, name string) (string, bool) {
	code = strings.TrimSpace(strings.TrimRight(code, "*"))
	if c, ok := f.a.countries[code]; ok {
		return c.ISO3, true
	}
	if k := formerCodes[code]; k != "" {
		return k, true
	}
	if code == "" || len(code) != 3 {
		if c, err := f.a.find(cmp.Or(name, code)); err == nil {
			return c.ISO3, true
		}
	}
	shown := cmp.Or(name, code)
	if code != "" && name != "" {
		shown = name + " (" + code + ")"
	}
	if shown == "" {
		f.refuse("", "it names no country")
		return "", false
	}
	u := f.unmatched[shown]
	if u == nil {
		u = &Unmatched{Name: shown, Line: f.line}
		f.unmatched[shown] = u
	}
	u.Rows++
	return "", false
}

func (f *filling) year(v string) (int, bool) {
	x, err := strconv.ParseFloat(strings.TrimSpace(v), 64)
	if err != nil || x != math.Trunc(x) || x < 1500 || x > 2200 {
		f.refuse("year", "is %q; expected a year of four digits", v)
		return 0, false
	}
	if x < firstYear {
		f.early++
		return 0, false
	}
	return int(x), true
}

func absent(v string) bool {
	switch strings.TrimSpace(v) {
	case "", "NA", "N/A", "..", ".", "-", "#N/A", "NaN", "null", "n/a", "–":
		return true
	}
	return false
}

// put keeps a value, when it is one.
func (f *filling) put(k key, column, value, field string, turned bool) {
	if absent(value) {
		return
	}
	value = strings.TrimSpace(value)
	at := f.kinds[column]
	if at.Kind == Number || at.Kind == Ordinal {
		x, err := strconv.ParseFloat(value, 64)
		switch {
		case err != nil || math.IsNaN(x) || math.IsInf(x, 0):
			f.refuse(field, "is %q; expected a number", value)
			return
		case at.Kind == Ordinal && (x != math.Trunc(x) || x < 0 || int(x) >= len(at.Levels)):
			f.refuse(field, "is %s; expected 0 to %d", value, len(at.Levels)-1)
			return
		case at.Kind == Number && at.Min == 0 && at.Max == 1 && (x < 0 || x > 1):
			f.refuse(field, "is %s; expected 0 to 1", value)
			return
		}
		if turned {
			x = 1 - x
		}
		value = strconv.FormatFloat(math.Round(x*1e4)/1e4, 'f', -1, 64)
		if value == "-0" {
			value = "0"
		}
	}
	row := f.values[k]
	if row == nil {
		row = map[string]string{}
		f.values[k] = row
	}
	if was, ok := row[column]; ok && was != value {
		f.refuse(field, "%s stands there a second time, with another value (%s, then %s)", strings.TrimSpace(fmt.Sprint(k.iso3, " ", map[bool]string{true: strconv.Itoa(k.year)}[k.year != 0])), was, value)
		return
	}
	row[column] = value
}

func (a *Atlas) readSource(src *rows, o Options) (Reading, error) {
	f := &filling{a: a, values: map[key]map[string]string{}, unmatched: map[string]*Unmatched{}, kinds: map[string]Attribute{}}
	for _, at := range known() {
		f.kinds[at.Name], f.kinds[at.Name+lowSuffix], f.kinds[at.Name+highSuffix] = at, at, at
	}
	var fm *format
	version := o.Version
	for n := 0; ; n++ {
		line, cells, err := src.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return Reading{}, err
		}
		f.line = line
		if fm == nil {
			if n >= 40 {
				return Reading{}, errNoFormat
			}
			if fm, err = a.recognise(cells, o, f); err != nil {
				return Reading{}, err
			}
			continue
		}
		if !slices.ContainsFunc(cells, func(c string) bool { return strings.TrimSpace(c) != "" }) {
			continue
		}
		if fm.version != nil {
			if v, is := fm.version(cells); is {
				if version == "" {
					version = v
				}
				continue
			}
		}
		f.reading.Rows++
		fm.row(f, cells)
	}
	if fm == nil {
		return Reading{}, errNoFormat
	}
	f.reading.Format = fm.name
	d := fm.dataset
	if fm.finish != nil {
		if name := fm.finish(f, &fm.columns); name != "" {
			d.Name = name
		}
	}
	if version == "" {
		version = versionIn(o.File)
	}
	if version == "" {
		return Reading{}, fault.New(fault.Usage, "The file does not say which version it is; say it with --version.")
	}
	d.Version, d.Origin = version, cmp.Or(path.Base(strings.ReplaceAll(o.File, `\`, "/")), "a file without a name")
	d.Name, d.Title, d.Licence, d.Cite = cmp.Or(o.Dataset, d.Name), cmp.Or(o.Title, d.Title), cmp.Or(o.Licence, d.Licence), cmp.Or(o.Cite, d.Cite)
	if len(f.values) == 0 {
		why := ""
		if len(f.reading.Refused) > 0 {
			why = " The first row that was refused: line " + strconv.Itoa(f.reading.Refused[0].Line) + ", " + f.reading.Refused[0].Field + " " + f.reading.Refused[0].Message + "."
		}
		return Reading{}, fault.New(fault.Invalid, "The file has the columns of %s, but no value that can be taken.%s", fm.name, why)
	}
	// Columns without a value are left out.
	var columns []string
	for _, c := range fm.columns {
		for _, row := range f.values {
			if row[c] != "" {
				columns = append(columns, c)
				break
			}
		}
	}
	d.Attributes = nil
	table := map[key][]string{}
	for k, row := range f.values {
		for _, c := range columns {
			table[k] = append(table[k], row[c])
		}
	}
	for _, c := range columns {
		at := f.kinds[c]
		if at.Name == "" {
			at = Attribute{Name: c, Words: c, Kind: Text}
		}
		if at.Name == c {
			d.Attributes = append(d.Attributes, at)
		}
	}
	if len(d.Attributes) == 0 {
		return Reading{}, fault.New(fault.Invalid, "The file has bounds of values, but not the values themselves.")
	}
	t, err := makeTable(d, columns, table)
	if err != nil {
		return Reading{}, err
	}
	f.reading.Table = t
	for _, k := range slices.Sorted(maps.Keys(f.unmatched)) {
		f.reading.Unmatched = append(f.reading.Unmatched, *f.unmatched[k])
	}
	slices.SortStableFunc(f.reading.Unmatched, func(a, b Unmatched) int { return a.Line - b.Line })
	if f.early > 0 {
		f.reading.Notes = append(f.reading.Notes, fmt.Sprintf("%d rows are of years before %d and were passed over", f.early, firstYear))
	}
	return f.reading, nil
}

var versionWord = pattern.Late(`(?i)(?:^|[-_ .])v(\d{1,2}(?:\.\d{1,2})?)(?:[-_ .]|$)`)

// versionIn finds a version in a file's name, as in V-Dem-CY-Full+Others-v15.csv.
func versionIn(file string) string {
	if m := versionWord().FindStringSubmatch(file); m != nil {
		return "v" + m[1]
	}
	return ""
}
