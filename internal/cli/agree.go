package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"throughline/analysis/agreement"
	"throughline/exchange/tabular"
	"throughline/internal/fault"
	"throughline/internal/pattern"
)

const (
	maxAgreeFile  = 512 << 20 // bytes
	maxAgreePairs = 60        // coders whose pairs are told
	maxCategories = 200       // that are told one by one
)

// agreeing are the flags of agree.
type agreeing struct {
	metrics, categories                 []string
	level, weights                      string
	unit, coder, value, by              string
	code, start, end, document, readers string
	wide                                bool
	length, rounds                      int
	seed                                uint64
	confidence                          float64
	changed                             func(string) bool
	resampling                          agreement.Resampling
	ratingMetrics, unitMetrics          []agreement.Metric
}

// agree tells how far coders agree.
func (e *env) agree() *cobra.Command {
	f := &agreeing{}
	c := command("agree FILE.csv", "How far coders agree: percent, kappas, AC1, AC2, Krippendorff's alpha, also of unitised text",
		"  throughline agree ratings.csv --metric percent,fleiss,ac1,alpha --bootstrap 1000\n"+
			"  throughline agree scores.csv --wide --level ordinal --categories low,middle,high --metric alpha,ac2\n"+
			"  throughline agree ratings.csv --unit case --coder who --value democracy --level interval --by country --json\n"+
			"  throughline agree segments.csv --length 48211 --metric u-alpha,cu-alpha", 1,
		func(ctx context.Context, c *cobra.Command, args []string) error {
			f.changed = c.Flags().Changed
			return e.agreed(ctx, f, args[0])
		})
	c.Long = `How far coders agree beyond chance, with each pair of coders and each category on its own.

The table (CSV or XLSX) has one of three forms:
  long    columns unit, coder and value, a rating a row
  wide    a unit a row, a coder a column; the first column names the units when it is called unit, id, item,
          subject, case, segment, document or row, or not at all, or holds words that are all different, or
          counts six rows or more
  spans   columns coder, code, start and end, a coded stretch of text a row, perhaps with document and length.
          Positions count from 0; the end is not part of the stretch. A row with no code, start or end says that
          the coder read the document. Text between stretches is uncoded (a gap)
The first row names the columns; other names than these are given with flags. Empty cells, NA, N/A, NaN, NULL,
. and * are missing, unless --categories lists them. Numbers may have a decimal comma (1,5).

Coefficients of ratings: percent, cohen (two coders), conger, light, fleiss, brennan-prediger, ac1, ac2, alpha.
Coefficients of spans: u-alpha (where stretches are and what they say; shared gaps agree), u-alpha-binary (what is
coded at all), cu-alpha (which code, where both coded). Each code has u-alpha-binary, and cu-alpha as ku-alpha.

Alpha goes by --level. The others ask only whether two values are the same, unless --weights says how far values
agree that differ; ac2 has weights by level. brennan-prediger and ac1 depend on how many categories there are: list
those that could be chosen with --categories, in their order.

A coefficient that the data leave undefined, as when all values are the same, is told as undefined, with the reason.
Intervals (--bootstrap) come from drawing units, or documents, with replacement. The method is in docs/methods/agreement.md.

` + exitHelp
	s := c.Flags()
	s.StringSliceVar(&f.metrics, "metric", nil, "coefficients, with commas (default: those that fit)")
	s.StringVar(&f.level, "level", "nominal", "level of the values: nominal, ordinal, interval or ratio")
	s.StringVar(&f.weights, "weights", "", "how far values agree that differ: identity, linear, quadratic, ordinal or ratio (default: not at all; ac2 by level)")
	s.StringSliceVar(&f.categories, "categories", nil, "all values that could be chosen; at the ordinal level in their order")
	s.StringVar(&f.unit, "unit", "", "column of units")
	s.StringVar(&f.coder, "coder", "", "column of coders")
	s.StringVar(&f.value, "value", "", "column of values")
	s.BoolVar(&f.wide, "wide", false, "a unit a row, a coder a column")
	s.StringVar(&f.code, "code", "", "column of codes of spans")
	s.StringVar(&f.start, "start", "", "column of where spans start")
	s.StringVar(&f.end, "end", "", "column of where spans end")
	s.StringVar(&f.document, "document", "", "column of documents of spans")
	s.IntVar(&f.length, "length", 0, "length of each document of spans, where no column length tells it")
	s.StringVar(&f.readers, "readers", "all", "who read a document of spans: all coders, or those with rows in it (rows)")
	s.StringVar(&f.by, "by", "", "column of groups, each told on its own")
	s.IntVar(&f.rounds, "bootstrap", 0, "rounds of resampling for intervals, such as 1000")
	s.Uint64Var(&f.seed, "seed", 1, "seed of the resampling")
	s.Float64Var(&f.confidence, "confidence", 0.95, "confidence of the intervals")
	return c
}

// agreeResult is a coefficient for machines. Observed and expected are agreement, for the alphas disagreement.
type agreeResult struct {
	Metric     string   `json:"metric"`
	Level      string   `json:"level"`
	Weights    string   `json:"weights,omitempty"`
	Value      *float64 `json:"value"`
	Why        string   `json:"why,omitempty"`
	Of         string   `json:"of"` // agreement or disagreement: what observed and expected are
	Observed   *float64 `json:"observed"`
	Expected   *float64 `json:"expected"`
	Low        *float64 `json:"low"`
	High       *float64 `json:"high"`
	Confidence float64  `json:"confidence,omitempty"`
	Rounds     int      `json:"rounds"` // that gave a value
	Undefined  int      `json:"undefined,omitempty"`
	WhyNoRange string   `json:"why_no_interval,omitempty"`
}

type agreePair struct {
	Coders  [2]string     `json:"coders"`
	Units   int           `json:"units"` // that both rated; of spans, documents that both read
	Results []agreeResult `json:"results"`
}

type agreeCategory struct {
	Category string        `json:"category"`
	Ratings  int           `json:"ratings"` // of spans, how many
	Length   int           `json:"length,omitempty"`
	Coverage *float64      `json:"coverage,omitempty"`
	Results  []agreeResult `json:"results"`
}

type agreeTold struct {
	Group      *string         `json:"group,omitempty"`
	Form       string          `json:"form"`
	Unit       string          `json:"unit"`
	Units      int             `json:"units"`
	Paired     int             `json:"paired"` // units that two coders or more rated, or documents they read
	Coders     int             `json:"coders"`
	Names      []string        `json:"names"`
	Ratings    int             `json:"ratings"`
	Missing    int             `json:"missing"`
	Values     []string        `json:"values,omitempty"`
	Length     int             `json:"length,omitempty"`
	Seed       *uint64         `json:"seed,omitempty"`
	Results    []agreeResult   `json:"results"`
	Pairs      []agreePair     `json:"pairs"`
	Categories []agreeCategory `json:"categories"`
	Notes      []string        `json:"notes,omitempty"`
	Why        string          `json:"why,omitempty"` // why nothing is told of a group
	sentence   string
}

func toldResults(cs []agreement.Coefficient) []agreeResult {
	out := []agreeResult{}
	number := func(x float64) *float64 {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return nil
		}
		return &x
	}
	for _, c := range cs {
		r := agreeResult{Metric: string(c.Metric), Level: string(c.Level), Value: number(c.Value), Why: c.Why, Of: "agreement", Observed: number(c.Observed), Expected: number(c.Expected)}
		if c.Disagreement() {
			r.Of = "disagreement"
		} else {
			r.Weights = string(c.Weights)
		}
		if in := c.Interval; in != nil {
			r.Low, r.High, r.Confidence, r.Rounds, r.Undefined, r.WhyNoRange = number(in.Low), number(in.High), in.Confidence, in.Rounds, in.Undefined, in.Why
		}
		out = append(out, r)
	}
	return out
}

// agreeTable is the table that agree reads.
type agreeTable struct {
	path                                string
	table                               tabular.Table
	form                                string // long, wide or spans
	unit, coder, value, by              int    // columns; -1: none
	code, start, end, document, lengths int
	notes                               []string
}

func (e *env) agreed(ctx context.Context, f *agreeing, path string) error {
	if err := f.check(); err != nil {
		return err
	}
	t, err := f.read(path)
	if err != nil {
		return err
	}
	if t.form == "spans" && len(f.ratingMetrics) > 0 {
		return fault.New(fault.Usage, "--metric %s is of ratings; %s holds spans of text (columns coder, code, start, end), which have u-alpha, u-alpha-binary and cu-alpha.", f.ratingMetrics[0], path)
	}
	if len(t.table.Rows) == 0 {
		return fault.New(fault.Invalid, "%s has no row below its header.", path)
	}
	tell := f.ratings
	if t.form == "spans" {
		tell = f.spans
	}
	if f.by == "" {
		told, err := tell(ctx, t, t.table.Rows)
		if err != nil {
			return t.explain(err)
		}
		return e.print(told, func(w io.Writer) { printAgreement(w, told, f) })
	}
	var names []string
	groups := map[string][]tabular.Row{}
	for _, r := range t.table.Rows {
		g := r.Cells[t.by]
		if _, seen := groups[g]; !seen {
			names = append(names, g)
		}
		groups[g] = append(groups[g], r)
	}
	slices.Sort(names)
	told := []agreeTold{}
	var wrong fault.Problems
	for _, g := range names {
		one, err := tell(ctx, t, groups[g])
		var ps fault.Problems
		switch {
		case errors.Is(err, agreement.ErrOneCoder) || errors.Is(err, agreement.ErrNoPair) || errors.Is(err, agreement.ErrNoReader):
			one = agreeTold{Form: t.form, Why: err.Error(), Names: []string{}, Results: []agreeResult{}, Pairs: []agreePair{}, Categories: []agreeCategory{}}
		case errors.As(t.explain(err), &ps):
			wrong = append(wrong, ps...)
			continue
		case err != nil:
			return t.explain(err)
		}
		one.Group = &g
		told = append(told, one)
	}
	if err := wrong.Err(); err != nil {
		return err
	}
	return e.print(map[string]any{"by": f.by, "groups": told}, func(w io.Writer) {
		for i, one := range told {
			if i > 0 {
				fmt.Fprintln(w)
			}
			fmt.Fprintf(w, "%s %s\n", f.by, cmp.Or(*one.Group, "(empty)"))
			if one.Why != "" {
				fmt.Fprintf(w, "Nothing can be told: %s.\n", one.Why)
				continue
			}
			printAgreement(w, one, f)
		}
	})
}

// check looks at flags that no table can make right.
func (f *agreeing) check() error {
	f.level, f.weights = strings.ToLower(strings.TrimSpace(f.level)), strings.ToLower(strings.TrimSpace(f.weights))
	for _, m := range f.metrics {
		switch x := agreement.Metric(strings.ToLower(strings.TrimSpace(m))); {
		case slices.Contains(agreement.Metrics(), x):
			f.ratingMetrics = append(f.ratingMetrics, x)
		case slices.Contains(agreement.UnitMetrics(), x):
			f.unitMetrics = append(f.unitMetrics, x)
		default:
			return fault.New(fault.Usage, "--metric has %q; expected some of: %s.", m, listed(append(agreement.Metrics(), agreement.UnitMetrics()...)))
		}
	}
	if !slices.Contains(agreement.Levels(), agreement.Level(f.level)) {
		return fault.New(fault.Usage, "--level is %q; expected one of: %s.", f.level, listed(agreement.Levels()))
	}
	if f.weights != "" && !slices.Contains(agreement.AllWeights(), agreement.Weights(f.weights)) {
		return fault.New(fault.Usage, "--weights is %q; expected one of: %s.", f.weights, listed(agreement.AllWeights()))
	}
	if f.weights != "" && f.weights != string(agreement.Identity) && f.level == string(agreement.Nominal) {
		return fault.New(fault.Usage, "--weights %s needs values with an order: say --level ordinal, interval or ratio.", f.weights)
	}
	if len(f.categories) > 0 && (f.level == string(agreement.Interval) || f.level == string(agreement.Ratio)) {
		return fault.New(fault.Usage, "--categories goes with --level nominal or ordinal; at the %s level values are numbers.", f.level)
	}
	for i, c := range f.categories {
		if c = strings.TrimSpace(c); c == "" || slices.Contains(f.categories[:i], c) {
			return fault.New(fault.Usage, "--categories has %q twice or empty.", c)
		}
		f.categories[i] = c
	}
	if f.readers != "all" && f.readers != "rows" {
		return fault.New(fault.Usage, "--readers is %q; expected all or rows.", f.readers)
	}
	if f.changed("length") && f.length <= 0 {
		return fault.New(fault.Usage, "--length is %d; expected a number above 0.", f.length)
	}
	if f.changed("bootstrap") && f.rounds != 0 && (f.rounds < 100 || f.rounds > 1_000_000) {
		return fault.New(fault.Usage, "--bootstrap is %d; expected 100 to 1000000 rounds, or 0 for none.", f.rounds)
	}
	if !(f.confidence > 0 && f.confidence < 1) {
		return fault.New(fault.Usage, "--confidence is %v; expected a number between 0 and 1, such as 0.95.", f.confidence)
	}
	if f.wide && (f.coder != "" || f.value != "") {
		return fault.New(fault.Usage, "--wide means that each coder has a column; leave out --coder and --value.")
	}
	f.resampling = agreement.Resampling{Rounds: f.rounds, Seed: f.seed, Confidence: f.confidence}
	return nil
}

func listed[T ~string](xs []T) string {
	var parts []string
	for _, x := range xs {
		parts = append(parts, string(x))
	}
	return strings.Join(parts, ", ")
}

// read reads the table and finds out its form.
func (f *agreeing) read(path string) (*agreeTable, error) {
	fi, err := os.Stat(path)
	if err != nil || fi.IsDir() {
		return nil, fault.New(fault.Usage, "There is no file %s that can be read.", path)
	}
	if fi.Size() > maxAgreeFile {
		return nil, fault.New(fault.Invalid, "%s is larger than %d MiB; expected a table of ratings.", path, maxAgreeFile>>20)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "%s cannot be read.", path)
	}
	t := &agreeTable{path: path, unit: -1, coder: -1, value: -1, by: -1, code: -1, start: -1, end: -1, document: -1, lengths: -1}
	if t.table, err = tabular.Read(b, nil); err != nil {
		return nil, fault.New(fault.Invalid, "%s: %s.", path, err)
	}
	var wrong fault.Problems
	for _, r := range t.table.Refused {
		wrong = append(wrong, fault.Problem{File: path, Line: r.Line, Message: r.Why})
	}
	if err := wrong.Err(); err != nil {
		return nil, err
	}
	find := func(flag, named string, usual ...string) int {
		if named != "" {
			i := slices.Index(t.table.Header, named)
			if i < 0 && err == nil {
				err = fault.New(fault.Usage, "%s names %q, which is no column of %s; it has %s.", flag, named, path, strings.Join(t.table.Header, ", "))
			}
			return i
		}
		for _, u := range usual {
			if i := slices.IndexFunc(t.table.Header, func(h string) bool { return strings.EqualFold(h, u) }); i >= 0 {
				return i
			}
		}
		return -1
	}
	t.by = find("--by", f.by)
	t.unit = find("--unit", f.unit, "unit", "item", "id", "subject", "case", "segment", "document", "row")
	t.coder = find("--coder", f.coder, "coder", "rater", "annotator", "judge", "observer", "reviewer")
	t.value = find("--value", f.value, "value", "rating", "score", "label", "category", "code")
	t.code, t.start, t.end = find("--code", f.code, "code", "label", "category"), find("--start", f.start, "start", "begin", "from"), find("--end", f.end, "end", "stop", "to")
	t.document, t.lengths = find("--document", f.document, "document"), find("--length", "", "length")
	if err != nil {
		return nil, err
	}
	if t.unit == t.by {
		t.unit = -1
	}
	if line := t.unnamed(); line != "" {
		return nil, fault.New(fault.Invalid, "%s:%d: the first row (%s) looks like data; put a row above it that names the columns, such as unit,coder,value, or unit and the coders.", path, t.table.HeaderLine, line)
	}
	spans := t.coder >= 0 && t.code >= 0 && t.start >= 0 && t.end >= 0 && (t.value < 0 || t.value == t.code && f.value == "")
	lacks := func(form string, columns map[string]int) error {
		var missing []string
		for _, n := range []string{"unit", "coder", "value", "code", "start", "end"} {
			if i, need := columns[n]; need && i < 0 {
				missing = append(missing, n)
			}
		}
		if len(missing) == 0 {
			return nil
		}
		return fault.New(fault.Usage, "%s has no column %s, which %s need; name it with --%s. It has %s.", path, strings.Join(missing, " and no column "), form, missing[0], strings.Join(t.table.Header, ", "))
	}
	switch {
	case f.wide && len(f.unitMetrics) > 0:
		return nil, fault.New(fault.Usage, "--metric %s is of spans of text, a row each; leave out --wide.", f.unitMetrics[0])
	case f.wide:
		t.form = "wide"
	case f.code != "" || f.start != "" || f.end != "" || f.document != "" || len(f.unitMetrics) > 0 || spans:
		t.form = "spans"
		return t, lacks("spans", map[string]int{"coder": t.coder, "code": t.code, "start": t.start, "end": t.end})
	case f.coder != "" || f.value != "" || t.coder >= 0 && t.value >= 0:
		t.form = "long"
		return t, lacks("ratings, one a row,", map[string]int{"unit": t.unit, "coder": t.coder, "value": t.value})
	case t.coder >= 0:
		return nil, fault.New(fault.Usage, "%s has a column %s, but none of values: name it with --value; if each column is a coder, say --wide; if each row is a coder, turn rows and columns.", path, t.table.Header[t.coder])
	default:
		t.form = "wide"
	}
	if t.unit < 0 && t.by != 0 {
		t.firstUnit()
	}
	if !f.wide && t.unit < 0 && t.apart() {
		return nil, fault.New(fault.Usage, "%s has the columns %s, and no value stands in two of them: if a rating is a row, name the columns with --unit, --coder and --value; if each column is a coder, say --wide.", path, strings.Join(t.table.Header, ", "))
	}
	return t, nil
}

// counted is from how many rows on a first column that counts them is taken for units and not for a coder.
const counted = 6

// firstUnit takes a first column that has none of the usual names for one of units when its words are all different, when it
// counts the rows, or when it has no name, as programs write the numbers of rows.
func (t *agreeTable) firstUnit() {
	seen := map[string]bool{}
	words, counts, from := len(t.table.Rows) > 0, len(t.table.Rows) >= counted && len(t.table.Header) > 2, 0
	for i, r := range t.table.Rows {
		v := r.Cells[0]
		_, err := strconv.ParseFloat(v, 64)
		words = words && err != nil && !absent(v) && !seen[v]
		seen[v] = true
		n, err := strconv.Atoi(v)
		if i == 0 {
			from = n
		}
		counts = counts && err == nil && from >= 0 && from < 2 && n == from+i
	}
	switch {
	case words || t.table.Header[0] == "":
		t.unit = 0
	case counts:
		t.unit = 0
		t.notes = append(t.notes, fmt.Sprintf("The column %s counts the rows and was taken for the units, not for a coder.", t.table.Header[0]))
	}
}

// unnamed gives the header when it is no names but the first row of data: each cell but the first is a number, is missing, or
// stands below itself again. Coders may be numbered from 1.
func (t *agreeTable) unnamed() string {
	numbered := true
	for i, h := range t.table.Header {
		values := map[string]bool{}
		for _, r := range t.table.Rows {
			values[r.Cells[i]] = true
		}
		switch number := numeric(map[string]bool{h: true}); {
		case i == 0:
			numbered = !number
		case !values[h] && !(number && numeric(values)):
			return ""
		default:
			numbered = numbered && h == strconv.Itoa(i)
		}
	}
	if numbered || len(t.table.Rows) == 0 {
		return ""
	}
	return strings.Join(t.table.Header, ", ")
}

// numeric tells whether all values are numbers or missing.
func numeric(values map[string]bool) bool {
	for v := range values {
		if _, err := strconv.ParseFloat(strings.Replace(v, ",", ".", 1), 64); err != nil && !absent(v) {
			return false
		}
	}
	return true
}

// apart tells whether three columns or more have no value in common, as those of a table of another form.
func (t *agreeTable) apart() bool {
	in := map[string]int{}
	for i := range t.table.Header {
		for _, r := range t.table.Rows {
			if v := r.Cells[i]; i != t.by && !absent(v) {
				if first, seen := in[v]; seen && first != i {
					return false
				}
				in[v] = i
			}
		}
	}
	return len(t.table.Header) > 2 && len(t.table.Rows) > 1
}

// absent tells whether a cell says that there is no value.
func absent(v string) bool {
	switch v {
	case "", ".", "*":
		return true
	}
	switch strings.ToUpper(v) {
	case "NA", "N/A", "#N/A", "<NA>", "NAN", "NULL":
		return true
	}
	return false
}

var (
	withComma = pattern.Late(`^[+-]?[0-9]*,[0-9]+$`)
	thousands = pattern.Late(`^[+-]?[1-9][0-9]{0,2}(,[0-9]{3})+$`)
)

// decimalComma tells whether numbers are written with a decimal comma (1,5). A number that may as well be one of thousands
// (1,250) is a fault unless another one tells what the comma means.
func (t *agreeTable) decimalComma(rs []agreement.Rating) (bool, error) {
	var doubtful *agreement.Rating
	sure := false
	for i := range rs {
		switch v := rs[i].Value; {
		case strings.Contains(v, "."): // the point divides, so that a comma does not
			return false, nil
		case thousands().MatchString(v):
			if doubtful == nil {
				doubtful = &rs[i]
			}
		case withComma().MatchString(v):
			sure = true
		}
	}
	if doubtful != nil && !sure {
		return false, agreement.Problems{{Row: doubtful.Row, Column: "value", Coder: doubtful.Coder, Message: fmt.Sprintf("is %q, which may be 1.25 or 1250 in its way; write numbers without commas, with a point for decimals", doubtful.Value)}}
	}
	return sure, nil
}

// explain makes of an error of the analysis one that names file, line and column.
func (t *agreeTable) explain(err error) error {
	var ps agreement.Problems
	switch {
	case errors.As(err, &ps):
	case errors.Is(err, agreement.ErrOneCoder) && t.form == "wide":
		return fault.New(fault.Invalid, "%s: %s; expected a column for each coder, beside one of units. It has %s.", t.path, err, strings.Join(t.table.Header, ", "))
	case errors.Is(err, agreement.ErrOneCoder):
		return fault.New(fault.Invalid, "%s: %s; the column %s names one alone.", t.path, err, t.table.Header[t.coder])
	case errors.Is(err, agreement.ErrNoPair) && t.unit >= 0:
		return fault.New(fault.Invalid, "%s: %s; the column %s tells which unit is meant, and no unit has values of two coders.", t.path, err, t.table.Header[t.unit])
	case fault.Of(err) != fault.Internal:
		return err
	default:
		return invalid(err)
	}
	at := map[string]int{"unit": t.unit, "coder": t.coder, "value": t.value, "document": t.document, "code": t.code, "start": t.start, "end": t.end}
	var out fault.Problems
	for _, p := range ps {
		field := p.Column
		if i := at[p.Column]; t.form == "wide" && p.Column == "value" {
			field = p.Coder
		} else if i >= 0 {
			field = t.table.Header[i]
		}
		out = append(out, fault.Problem{File: t.path, Line: p.Row, Field: field, Message: p.Message})
	}
	return out
}

// ratings tells the agreement of ratings in rows.
func (f *agreeing) ratings(ctx context.Context, t *agreeTable, rows []tabular.Row) (agreeTold, error) {
	told := agreeTold{Form: t.form, Unit: "row", Pairs: []agreePair{}, Categories: []agreeCategory{}}
	if t.unit >= 0 {
		told.Unit = t.table.Header[t.unit]
	}
	value := func(v string) string {
		if absent(v) && !slices.Contains(f.categories, v) {
			return ""
		}
		return v
	}
	var rs []agreement.Rating
	if t.form == "long" {
		rs = make([]agreement.Rating, 0, len(rows))
		for _, r := range rows {
			rs = append(rs, agreement.Rating{Unit: r.Cells[t.unit], Coder: r.Cells[t.coder], Value: value(r.Cells[t.value]), Row: r.Line})
		}
	} else {
		var coders []int
		names := map[string]bool{}
		for i, h := range t.table.Header {
			if i == t.unit || i == t.by {
				continue
			}
			if h == "" || names[h] {
				return told, fault.New(fault.Invalid, "%s:%d: column %d, %q, has no name or one that stands there twice; each column is a coder and needs a name of its own.", t.path, t.table.HeaderLine, i+1, h)
			}
			names[h] = true
			coders = append(coders, i)
		}
		rs = make([]agreement.Rating, 0, len(rows)*len(coders))
		for _, r := range rows {
			unit := strconv.Itoa(r.Line)
			if t.unit >= 0 {
				unit = r.Cells[t.unit]
			}
			for _, i := range coders {
				rs = append(rs, agreement.Rating{Unit: unit, Coder: t.table.Header[i], Value: value(r.Cells[i]), Row: r.Line})
			}
		}
	}
	told.Notes = append(told.Notes, t.notes...)
	if f.level != string(agreement.Nominal) && len(f.categories) == 0 {
		comma, err := t.decimalComma(rs)
		if err != nil {
			return told, err
		}
		if comma {
			told.Notes = append(told.Notes, "Numbers were read with a decimal comma.")
			for i := range rs {
				rs[i].Value = strings.Replace(rs[i].Value, ",", ".", 1)
			}
		}
	}
	d, err := agreement.New(agreement.Scale{Level: agreement.Level(f.level), Categories: f.categories}, rs)
	if err != nil {
		return told, err
	}
	told.Units, told.Paired, told.Names, told.Ratings, told.Missing = d.Units(), d.Paired(), d.Coders(), d.Ratings(), d.Missing()
	told.Coders = len(told.Names)
	if d.Level() == agreement.Nominal || d.Level() == agreement.Ordinal {
		told.Values = d.Values()
	}
	told.sentence = fmt.Sprintf("The unit is %s: %d units, %d of them rated by two coders or more; %d coders, %d ratings, %d missing.", unitName(t), told.Units, told.Paired, told.Coders, told.Ratings, told.Missing)
	metrics := f.ratingMetrics
	if len(metrics) == 0 {
		metrics = []agreement.Metric{agreement.Percent, agreement.Cohen, agreement.Fleiss, agreement.BrennanPrediger, agreement.AC1, agreement.Alpha}
		if told.Coders > 2 {
			metrics[1] = agreement.Conger
		}
		if d.Level() != agreement.Nominal && len(told.Values) > 0 {
			metrics = slices.Insert(metrics, 5, agreement.AC2)
		}
	}
	weights := agreement.Weights(f.weights)
	var cs []agreement.Coefficient
	if f.rounds > 0 {
		told.Seed = &f.seed
		cs, err = d.Bootstrap(ctx, metrics, weights, f.resampling)
	} else {
		cs, err = d.Coefficients(metrics, weights)
	}
	if err != nil {
		return told, err
	}
	told.Results = toldResults(cs)
	switch {
	case told.Coders > maxAgreePairs:
		told.Notes = append(told.Notes, fmt.Sprintf("Pairs are told for at most %d coders; there are %d.", maxAgreePairs, told.Coders))
	case told.Coders > 2:
		pairs, err := d.Pairs(pairMetrics(metrics), weights)
		if err != nil {
			return told, err
		}
		for _, p := range pairs {
			told.Pairs = append(told.Pairs, agreePair{p.Coders, p.Units, toldResults(p.Coefficients)})
		}
	}
	switch {
	case len(told.Values) > maxCategories:
		told.Notes = append(told.Notes, fmt.Sprintf("Categories are told one by one when there are at most %d; there are %d.", maxCategories, len(told.Values)))
	case len(told.Values) > 2:
		categories, err := d.Categories(metrics)
		if err != nil {
			return told, err
		}
		for _, c := range categories {
			told.Categories = append(told.Categories, agreeCategory{Category: c.Category, Ratings: c.Ratings, Results: toldResults(c.Coefficients)})
		}
	}
	return told, nil
}

// pairMetrics puts Cohen's kappa in the place of its forms for more than two coders.
func pairMetrics(metrics []agreement.Metric) []agreement.Metric {
	var out []agreement.Metric
	for _, m := range metrics {
		if m == agreement.Conger || m == agreement.Light {
			m = agreement.Cohen
		}
		if !slices.Contains(out, m) {
			out = append(out, m)
		}
	}
	return out
}

func unitName(t *agreeTable) string {
	if t.unit >= 0 {
		return fmt.Sprintf("what the column %s names", t.table.Header[t.unit])
	}
	return "a row"
}

// spans tells the agreement of unitised text in rows.
func (f *agreeing) spans(ctx context.Context, t *agreeTable, rows []tabular.Row) (agreeTold, error) {
	told := agreeTold{Form: t.form, Unit: "stretch of text", Pairs: []agreePair{}, Categories: []agreeCategory{}}
	var wrong fault.Problems
	var docs []agreement.Document
	index := map[string]int{}
	lengthRow := map[string]int{}
	var units []agreement.Unit
	read := map[[2]string]bool{}
	coders := map[string]bool{}
	number := func(r tabular.Row, column int) int {
		whole, rest, _ := strings.Cut(r.Cells[column], ".") // spreadsheets write 12.0
		x, err := strconv.Atoi(whole)
		if strings.Trim(rest, "0") != "" {
			err = strconv.ErrSyntax
		}
		if err != nil {
			wrong = append(wrong, fault.Problem{File: t.path, Line: r.Line, Field: t.table.Header[column], Message: fmt.Sprintf("is %.40q; expected a whole number", r.Cells[column])})
		}
		return x
	}
	for _, r := range rows {
		name := "the text"
		if t.document >= 0 {
			if name = r.Cells[t.document]; name == "" {
				wrong = append(wrong, fault.Problem{File: t.path, Line: r.Line, Field: t.table.Header[t.document], Message: "is empty"})
			}
		}
		i, seen := index[name]
		if !seen {
			i = len(docs)
			index[name] = i
			docs = append(docs, agreement.Document{Name: name, Length: f.length})
		}
		if t.lengths >= 0 && f.length == 0 && r.Cells[t.lengths] != "" {
			switch n := number(r, t.lengths); {
			case docs[i].Length == 0:
				docs[i].Length, lengthRow[name] = n, r.Line
			case docs[i].Length != n:
				wrong = append(wrong, fault.Problem{File: t.path, Line: r.Line, Field: t.table.Header[t.lengths], Message: fmt.Sprintf("is %d; row %d gives %q the length %d", n, lengthRow[name], name, docs[i].Length)})
			}
		}
		u := agreement.Unit{Document: name, Coder: r.Cells[t.coder], Row: r.Line}
		if !absent(r.Cells[t.code]) {
			u.Code = r.Cells[t.code]
		}
		read[[2]string{name, u.Coder}], coders[u.Coder] = true, true
		start, end := r.Cells[t.start], r.Cells[t.end]
		switch {
		case u.Code != "":
			u.Start, u.End = number(r, t.start), number(r, t.end)
		case !absent(start) || !absent(end):
			wrong = append(wrong, fault.Problem{File: t.path, Line: r.Line, Field: t.table.Header[t.code], Message: "is empty, and the row has a start or an end; a row that only says who read the document has neither"})
		}
		units = append(units, u)
	}
	for _, d := range docs {
		if d.Length == 0 && len(wrong) == 0 {
			return told, fault.New(fault.Usage, "%s does not tell how long %q is, and uncoded text counts; add a column length, or give --length.", t.path, d.Name)
		}
	}
	if err := wrong.Err(); err != nil {
		return told, err
	}
	if f.readers == "rows" {
		for key := range read {
			d := &docs[index[key[0]]]
			d.Coders = append(d.Coders, key[1])
		}
		for i := range docs {
			slices.Sort(docs[i].Coders)
		}
	} else if silent := len(docs)*len(coders) - len(read); silent > 0 {
		told.Notes = append(told.Notes, fmt.Sprintf("In %d of %d readings of a document by a coder nothing is coded; that counts as read and found nothing. If those were not read, say --readers rows.", silent, len(docs)*len(coders)))
	}
	c, err := agreement.NewContinuum(docs, units)
	if err != nil {
		return told, err
	}
	told.Units, told.Paired, told.Names, told.Ratings, told.Length, told.Values = c.Units(), c.Documents(), c.Coders(), c.Units(), c.Length(), c.Codes()
	told.Coders = len(told.Names)
	told.sentence = fmt.Sprintf("The unit is a stretch of text that a coder gave a code: %d of them by %d coders, in %d document(s) of length %d that two coders or more read. Text between them is uncoded.", told.Units, told.Coders, told.Paired, told.Length)
	if o := c.Overlapping(); o != "" {
		told.Notes = append(told.Notes, fmt.Sprintf("Codes overlap: %s. Then u-alpha and cu-alpha are not defined; read u-alpha-binary and the figures of each code.", o))
	}
	metrics := f.unitMetrics
	if len(metrics) == 0 {
		metrics = agreement.UnitMetrics()
	}
	var cs []agreement.Coefficient
	if f.rounds > 0 {
		told.Seed = &f.seed
		cs, err = c.Bootstrap(ctx, metrics, f.resampling)
	} else {
		cs, err = c.Coefficients(metrics)
	}
	if err != nil {
		return told, err
	}
	told.Results = toldResults(cs)
	if told.Coders > maxAgreePairs {
		told.Notes = append(told.Notes, fmt.Sprintf("Pairs are told for at most %d coders; there are %d.", maxAgreePairs, told.Coders))
	} else if told.Coders > 2 {
		pairs, err := c.Pairs(metrics)
		if err != nil {
			return told, err
		}
		for _, p := range pairs {
			told.Pairs = append(told.Pairs, agreePair{p.Coders, p.Units, toldResults(p.Coefficients)})
		}
	}
	for _, a := range c.CodeAgreements() {
		x := agreeCategory{Category: a.Code, Ratings: a.Units, Length: a.Length, Results: toldResults([]agreement.Coefficient{a.Binary, a.Coding})}
		if !math.IsNaN(a.Coverage) {
			x.Coverage = &a.Coverage
		}
		told.Categories = append(told.Categories, x)
	}
	return told, nil
}

func printAgreement(w io.Writer, t agreeTold, f *agreeing) {
	fmt.Fprintln(w, t.sentence)
	number := func(x *float64) string {
		if x == nil {
			return "-"
		}
		return fmt.Sprintf("%.3f", *x)
	}
	value := func(r agreeResult) string {
		if r.Value == nil {
			return "undefined"
		}
		return number(r.Value)
	}
	level := ""
	if t.Form != "spans" {
		level = fmt.Sprintf(" (%s)", f.level)
	}
	if f.rounds > 0 {
		fmt.Fprintf(w, "coefficient\tvalue\t%g %% from\tto\tobserved\texpected\n", f.confidence*100)
	} else {
		fmt.Fprintln(w, "coefficient\tvalue\tobserved\texpected")
	}
	var notes []string
	for _, r := range t.Results {
		name := r.Metric
		if r.Metric == string(agreement.Alpha) {
			name += level
		} else if r.Weights != "" && r.Weights != string(agreement.Identity) {
			name += ", " + r.Weights + " weights"
		}
		between := ""
		if f.rounds > 0 {
			between = number(r.Low) + "\t" + number(r.High) + "\t"
		}
		fmt.Fprintf(w, "%s\t%s\t%s%s\t%s\n", name, value(r), between, number(r.Observed), number(r.Expected))
		if r.Why != "" {
			notes = append(notes, fmt.Sprintf("%s is undefined: %s.", r.Metric, r.Why))
		} else if r.WhyNoRange != "" {
			notes = append(notes, fmt.Sprintf("%s has no interval: %s.", r.Metric, r.WhyNoRange))
		} else if r.Undefined > 0 {
			notes = append(notes, fmt.Sprintf("In %d of %d rounds %s was undefined; they are left out of its interval.", r.Undefined, r.Undefined+r.Rounds, r.Metric))
		}
	}
	fmt.Fprintln(w, "Observed and expected are agreement; for the alphas they are disagreement.")
	head := func(first string, rs []agreeResult) {
		fmt.Fprint(w, first)
		for _, r := range rs {
			fmt.Fprintf(w, "\t%s", r.Metric)
		}
		fmt.Fprintln(w)
	}
	if len(t.Pairs) > 0 {
		units := "units"
		if t.Form == "spans" {
			units = "documents"
		}
		head("coders\t"+units, t.Pairs[0].Results)
		for _, p := range t.Pairs {
			fmt.Fprintf(w, "%s, %s\t%d", p.Coders[0], p.Coders[1], p.Units)
			for _, r := range p.Results {
				fmt.Fprintf(w, "\t%s", value(r))
			}
			fmt.Fprintln(w)
		}
	}
	if len(t.Categories) > 0 {
		if t.Form == "spans" {
			head("code\tspans\tlength", t.Categories[0].Results)
		} else {
			head("category against the others\tratings", t.Categories[0].Results)
		}
		for _, c := range t.Categories {
			fmt.Fprintf(w, "%s\t%d", c.Category, c.Ratings)
			if t.Form == "spans" {
				fmt.Fprintf(w, "\t%d", c.Length)
			}
			for _, r := range c.Results {
				fmt.Fprintf(w, "\t%s", value(r))
			}
			fmt.Fprintln(w)
		}
	}
	for _, n := range append(notes, t.Notes...) {
		fmt.Fprintf(w, "Note: %s\n", n)
	}
}
