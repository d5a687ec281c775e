package cli

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"throughline/analysis/qca"
	"throughline/analysis/qca/boolean"
	"throughline/exchange/tabular"
	"throughline/internal/fault"
	"throughline/internal/store"
	"throughline/internal/synthesis"
	"throughline/internal/thread"
)

// qca are the commands of qualitative comparative analysis, on a table of calibrated data or on an analysis of a study.
func (e *env) qca() *cobra.Command {
	c := &cobra.Command{Use: "qca", Short: "Compare cases as configurations of conditions (QCA)",
		Long: "Compare cases as configurations of conditions: calibration, truth tables, exact and\ncomplete minimisation, necessity, robustness, and coincidence analysis.\n\n" +
			"DATA.csv has the names of the cases in its first column and a column for each condition and the outcome:\n" +
			"0 and 1, memberships from 0 to 1, or whole numbers from 0 for multi-value conditions. Instead of a file,\n" +
			"--analysis names an analysis of the study in --data or --database.\n\n" + exitHelp, Args: onlyNamed, RunE: showHelp}
	c.AddCommand(e.qcaTable(), e.qcaMinimize(), e.qcaNecessity(), e.qcaRobustness(), e.qcaCalibrate(), e.qcaExpr(), e.qcaPlot(), e.qcaScript(), e.qcaMethods(), e.qcaCNA())
	return c
}

// qcaInput is where the data of a command come from, and how rows are coded.
type qcaInput struct {
	outcome, conditions string
	negate              bool
	analysis, study     string
	cutoffs             qca.Cutoffs
	set                 func(flag string) bool
	stored              synthesis.Analysis // of the study, when it comes from there
	calibrations        []qca.Calibration  // of the study, those that have anchors
	table               *table             // of the file, when it comes from there
}

func (in *qcaInput) flags(c *cobra.Command, coding bool) {
	f := c.Flags()
	f.StringVar(&in.outcome, "outcome", "", "column of the outcome; ~Y for its absence, Y{2} for one level of a multi-value column")
	f.StringVar(&in.conditions, "conditions", "", "columns of the conditions, with commas between (default: all but the outcome)")
	f.BoolVar(&in.negate, "negate", false, "explain the absence of the outcome")
	in.studyFlags(c)
	if coding {
		f.Float64Var(&in.cutoffs.Consistency, "incl-cut", qca.DefaultConsistency, "consistency from which a row is positive")
		f.Float64Var(&in.cutoffs.Contradiction, "incl-cut-low", 0, "consistency from which a row below --incl-cut is contradictory (default: no such rows)")
		f.IntVar(&in.cutoffs.Frequency, "n-cut", 1, "cases that a row needs to be no remainder")
		f.Float64Var(&in.cutoffs.PRI, "pri-cut", 0, "PRI that a positive row needs as well")
	}
}

// studyFlags let an analysis of a study take the place of a file.
func (in *qcaInput) studyFlags(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&in.analysis, "analysis", "", "an analysis of a study instead of a file, such as ana-crisp")
	f.StringVar(&in.study, "study", "", "which study, when there are several")
	in.set = func(flag string) bool { return f.Changed(flag) }
}

// read gives the data that a command asks for.
func (in *qcaInput) read(ctx context.Context, e *env, args []string) (qca.Data, error) {
	var d qca.Data
	var err error
	switch {
	case in.analysis != "" && len(args) > 0:
		return d, fault.New(fault.Usage, "Give a file or --analysis, not both.")
	case in.analysis != "":
		d, err = in.load(ctx, e)
	case len(args) != 1:
		return d, fault.New(fault.Usage, "Give a file of calibrated data, DATA.csv, or an analysis of a study with --analysis.")
	default:
		d, err = in.file(args[0])
	}
	if err != nil {
		return d, err
	}
	if in.negate {
		d = d.Negate()
	}
	if err := d.Valid(); err != nil {
		return d, fault.New(fault.Invalid, "%s", sentence(err))
	}
	return d, nil
}

// load reads an analysis of a study, with its cut-offs where the flags give none.
func (in *qcaInput) load(ctx context.Context, e *env) (qca.Data, error) {
	s, err := e.openExisting(ctx)
	if err != nil {
		return qca.Data{}, err
	}
	defer s.Close()
	slug, err := onlyStudy(ctx, s, in.study)
	if err != nil {
		return qca.Data{}, err
	}
	a, err := store.Get[synthesis.Analysis](ctx, s, slug, thread.ID(in.analysis))
	if err != nil {
		return qca.Data{}, err
	}
	conditions, err := store.All[synthesis.Condition](ctx, s, slug, store.Filter{})
	if err != nil {
		return qca.Data{}, err
	}
	scores, err := store.All[synthesis.Score](ctx, s, slug, store.Filter{})
	if err != nil {
		return qca.Data{}, err
	}
	d, err := a.Object.Data(store.Objects(conditions), store.Objects(scores))
	if err != nil {
		return d, err
	}
	in.stored, in.calibrations = a.Object, a.Object.Calibrations(store.Objects(conditions), store.Objects(scores))
	if !in.set("incl-cut") {
		in.cutoffs.Consistency = a.Object.Consistency
	}
	if !in.set("n-cut") {
		in.cutoffs.Frequency = a.Object.Frequency
	}
	if !in.set("pri-cut") {
		in.cutoffs.PRI = a.Object.PRI
	}
	if in.conditions != "" {
		return only(d, in.conditions)
	}
	return d, nil
}

func only(d qca.Data, conditions string) (qca.Data, error) {
	var names []string
	for _, n := range strings.Split(conditions, ",") {
		names = append(names, strings.TrimSpace(n))
	}
	d, err := d.Only(names...)
	if err != nil {
		return d, fault.New(fault.Usage, "%s", sentence(err))
	}
	return d, nil
}

// largest CSV that is read: a comparison has tens of cases, not millions.
const maxQCAFile = 64 << 20

// table is a CSV file as numbers: the first column names the cases, the header the columns.
type table struct {
	path   string
	header []string // with that of the cases
	cases  []string
	lines  []int
	cells  [][]string // column, case
	wrong  fault.Problems
}

func (t *table) add(line int, column, format string, args ...any) {
	t.wrong = append(t.wrong, fault.Problem{File: t.path, Line: line, Field: column, Message: fmt.Sprintf(format, args...)})
}

func readTable(path string) (*table, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fault.New(fault.Usage, "There is no file %s that can be read.", path)
	}
	defer f.Close()
	if fi, err := f.Stat(); err != nil || fi.IsDir() || fi.Size() > maxQCAFile {
		return nil, fault.New(fault.Invalid, "%s is a folder or larger than %d MiB; expected a table in CSV.", path, maxQCAFile>>20)
	}
	return parseTable(f, path)
}

// parseTable reads a table; path is what messages call it. All that is wrong is kept, so that it is told in one go.
func parseTable(in io.Reader, path string) (*table, error) {
	t := &table{path: path}
	r := csv.NewReader(in)
	r.FieldsPerRecord = -1
	r.TrimLeadingSpace = true
	var err error
	if t.header, err = r.Read(); err != nil {
		return nil, fault.New(fault.Invalid, "%s:1: is not a table in CSV: the first line names the columns.", path)
	}
	t.header[0] = strings.TrimPrefix(t.header[0], "\ufeff") // spreadsheets write the mark of UTF-8
	for i, h := range t.header {
		t.header[i] = strings.TrimSpace(h)
	}
	if len(t.header) == 1 && strings.Contains(t.header[0], ";") {
		return nil, fault.New(fault.Invalid, "%s:1: separates columns by semicolons. Save it with commas, and numbers as 0.5.", path)
	}
	if len(t.header) < 2 {
		return nil, fault.New(fault.Invalid, "%s:1: has one column; expected the names of the cases and at least one condition.", path)
	}
	for i, h := range t.header {
		if i > 0 && slices.Contains(t.header[1:i], h) {
			t.add(1, h, "stands twice in the header; give each column its own name")
		}
	}
	t.cells = make([][]string, len(t.header))
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			line := 0
			if pe := (*csv.ParseError)(nil); errors.As(err, &pe) {
				line = pe.Line
			}
			t.add(line, "", "cannot be read further: a quote inside a cell is written twice, and the cell stands in quotes")
			break
		}
		line, _ := r.FieldPos(0)
		if len(cells) != len(t.header) {
			t.add(line, "", "has %d cells, but the header has %d columns", len(cells), len(t.header))
			continue
		}
		t.cases, t.lines = append(t.cases, cells[0]), append(t.lines, line)
		for i := range cells {
			t.cells[i] = append(t.cells[i], strings.TrimSpace(cells[i]))
		}
	}
	if len(t.cases) == 0 && len(t.wrong) == 0 {
		t.add(2, "", "there are no cases: each line names one")
	}
	return t, nil
}

// find gives the place of the column that a flag names.
func (t *table) find(flag, name string) (int, error) {
	if i := slices.Index(t.header[1:], name); i >= 0 {
		return i + 1, nil
	}
	return 0, fault.New(fault.Usage, "%s names %q, which is no column of %s; it has %s.", flag, name, t.path, strings.Join(t.header[1:], ", "))
}

// numbers reads a column as numbers; what is none is noted, and becomes not a number. Columns that nobody asks for may hold
// anything.
func (t *table) numbers(i int) []float64 {
	out := make([]float64, len(t.cells[i]))
	for n, s := range t.cells[i] {
		x, err := strconv.ParseFloat(s, 64)
		switch {
		case s == "":
			x = math.NaN()
			t.add(t.lines[n], t.header[i], "is empty; score the case or leave it out")
		case err != nil || math.IsInf(x, 0) || math.IsNaN(x):
			x = math.NaN()
			t.add(t.lines[n], t.header[i], "is %.40q; expected a number", s)
		}
		out[n] = x
	}
	return out
}

// column is one column as a condition: its values, and as many levels as they show.
func (t *table) column(i int) (values []float64, levels int) {
	levels, whole := 2, true
	values = t.numbers(i)
	for _, x := range values {
		if math.IsNaN(x) {
			continue
		}
		whole = whole && x == math.Trunc(x)
		levels = max(levels, int(min(x, 1000))+1)
	}
	if !whole {
		levels = 2
	}
	for n, x := range values {
		if levels == 2 && (x < 0 || x > 1) {
			t.add(t.lines[n], t.header[i], "is %v, outside 0 to 1; calibrate it first", x)
		}
	}
	return values, levels
}

// columns reads a table of which every column is a condition.
func (in *qcaInput) columns(path string) (qca.Data, error) {
	t, err := readTable(path)
	if err != nil {
		return qca.Data{}, err
	}
	d := qca.Data{Cases: t.cases, Values: make([][]float64, len(t.cases))}
	for i := 1; i < len(t.header); i++ {
		values, levels := t.column(i)
		d.Conditions, d.Levels = append(d.Conditions, t.header[i]), append(d.Levels, levels)
		for n := range t.cases {
			d.Values[n] = append(d.Values[n], values[n])
		}
	}
	return d, t.wrong.Err()
}

// file reads a table with an outcome.
func (in *qcaInput) file(path string) (qca.Data, error) {
	var d qca.Data
	if in.outcome == "" {
		return d, fault.New(fault.Usage, "Say which column is the outcome with --outcome.")
	}
	t, err := readTable(path)
	if err != nil {
		return d, err
	}
	in.table = t
	outcome, negate := strings.CutPrefix(in.outcome, "~")
	level := -1
	if name, l, ok := strings.Cut(outcome, "{"); ok {
		n, err := strconv.Atoi(strings.TrimSuffix(l, "}"))
		if err != nil || n < 0 {
			return d, fault.New(fault.Usage, "--outcome is %q; expected a column, or a column with a level such as Y{2}.", in.outcome)
		}
		outcome, level = name, n
	}
	y, err := t.find("--outcome", outcome)
	if err != nil {
		return d, err
	}
	var at []int
	if in.conditions == "" {
		for i := 1; i < len(t.header); i++ {
			if i != y {
				at = append(at, i)
			}
		}
	} else {
		for _, n := range strings.Split(in.conditions, ",") {
			i, err := t.find("--conditions", strings.TrimSpace(n))
			if err != nil {
				return d, err
			}
			at = append(at, i)
		}
	}
	d.Cases, d.Values = t.cases, make([][]float64, len(t.cases))
	for _, i := range at {
		values, levels := t.column(i)
		d.Conditions, d.Levels = append(d.Conditions, t.header[i]), append(d.Levels, levels)
		for n := range t.cases {
			d.Values[n] = append(d.Values[n], values[n])
		}
	}
	d.OutcomeName = strings.TrimPrefix(in.outcome, "~")
	for n, x := range t.numbers(y) {
		switch {
		case math.IsNaN(x):
		case level >= 0:
			x = map[bool]float64{true: 1, false: 0}[x == float64(level)]
		case x < 0 || x > 1:
			t.add(t.lines[n], outcome, "is %v, outside 0 to 1; calibrate it first, or name the level that counts, as %s{1}", x, outcome)
		}
		d.Outcome = append(d.Outcome, x)
	}
	if err := t.wrong.Err(); err != nil {
		return d, err
	}
	if negate {
		d = d.Negate()
	}
	return d, nil
}

// sentence makes a message of an error of the analysis packages: they tell what is wrong without a capital and a stop.
func sentence(err error) string {
	s := err.Error()
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:] + "."
}

func invalid(err error) error {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return fault.New(fault.Invalid, "%s", sentence(err))
}

// qcaCommand makes a command that takes a file or --analysis.
func qcaCommand(use, short, example string, run func(ctx context.Context, c *cobra.Command, args []string) error) *cobra.Command {
	c := command(use, short, example, 0, run)
	c.Args = func(c *cobra.Command, args []string) error {
		if len(args) > 1 {
			return fault.New(fault.Usage, "%s takes one file, got %d. See %q.", c.CommandPath(), len(args), c.CommandPath()+" --help")
		}
		return nil
	}
	return c
}

func (e *env) qcaTable() *cobra.Command {
	var in qcaInput
	var remainders int
	var asCSV bool
	c := qcaCommand("table [DATA.csv]", "Make the truth table",
		"  throughline qca table cases.csv --outcome SUCCESS --conditions COAL,LEAD,PROP\n  throughline qca table --analysis ana-crisp --json",
		func(ctx context.Context, _ *cobra.Command, args []string) error {
			d, err := in.read(ctx, e, args)
			if err != nil {
				return err
			}
			t, err := qca.NewTable(d, in.cutoffs)
			if err != nil {
				return invalid(err)
			}
			if asCSV {
				return e.csv(t.Records())
			}
			out := map[string]any{"truthTable": t}
			list := t.Missing(remainders)
			if remainders > 0 {
				out["remainders"] = list
			}
			return e.print(out, func(w io.Writer) {
				printTable(w, t)
				for _, n := range list {
					fmt.Fprintf(w, "  not seen: %s\n", t.Expression(n))
				}
			})
		})
	in.flags(c, true)
	csvFlag(c, &asCSV)
	c.Flags().IntVar(&remainders, "remainders", 0, "list the first so many configurations that no case shows")
	return c
}

func printTable(w io.Writer, t qca.Table) {
	fmt.Fprintf(w, "%s   n  consistency  PRI    out  cases\n", strings.Join(t.Conditions, " "))
	for _, r := range t.Rows {
		for j, v := range r.Values {
			fmt.Fprintf(w, "%-*d ", len([]rune(t.Conditions[j])), v)
		}
		deviant := ""
		if len(r.Deviant) > 0 {
			deviant = "  (against it: " + strings.Join(r.Deviant, ", ") + ")"
		}
		fmt.Fprintf(w, " %2d  %.3f        %.3f  %s    %s%s\n", r.N, r.Consistency, r.PRI, r.Output, strings.Join(r.Cases, ", "), deviant)
	}
	fmt.Fprintf(w, "Of %d possible configurations %d are seen; %d are remainders.\n", t.Possible, len(t.Rows), t.Remainders)
	for _, a := range t.Ambiguous {
		fmt.Fprintf(w, "%s is exactly 0.5 in %s: neither in nor out.\n", a.Case, a.Set)
	}
}

// qcaMinimum is what is asked of a minimisation.
type qcaMinimum struct {
	kind, expect, exclude string
	together, necessary   []string
	assume, impossible    string
	enhanced              bool
	contradictions        bool
	all                   string
	most                  int
}

func (m *qcaMinimum) flags(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&m.kind, "solution", string(qca.Conservative), "conservative, parsimonious or intermediate")
	f.StringVar(&m.expect, "dir-exp", "", "for an intermediate solution: the level of each condition that is expected to help, as 1,-,0 (several levels: 1;2)")
	f.StringVar(&m.exclude, "exclude", "", "numbers of configurations that may not be assumed, as 4,7,12")
	f.StringArrayVar(&m.together, "dir-exp-together", nil, "what is expected to help only together, as 'A*~B'; may be repeated")
	f.StringVar(&m.assume, "assume", "", "choice of remainders by theory: nothing is assumed outside of this, as 'A + B*~C'")
	f.StringArrayVar(&m.necessary, "necessary", nil, "what is held to be necessary, as 'A + B': configurations without it are not assumed; may be repeated")
	f.StringVar(&m.impossible, "impossible", "", "what cannot be, as 'A*~B': it is not assumed")
	f.BoolVar(&m.enhanced, "enhanced", false, "enhanced standard analysis: assume nothing that would be assumed of the outcome and of its absence")
	f.BoolVar(&m.contradictions, "include-contradictions", false, "contradictory rows may be assumed")
	f.StringVar(&m.all, "all-models", string(qca.Minimal), "minimal, irredundant, or first (one minimal model)")
	f.IntVar(&m.most, "max-models", qca.DefaultModels, "list at most so many models; all are counted")
}

// analysis makes the table and the choices that the flags make; the third result is what they exclude.
func (m *qcaMinimum) analysis(ctx context.Context, in *qcaInput, d qca.Data) (qca.Analysis, qca.Table, qca.Exclusions, error) {
	a := qca.Analysis{Data: d, Cutoffs: in.cutoffs, Options: qca.Options{Solution: qca.Kind(m.kind), Contradictions: m.contradictions, Models: qca.Models(m.all), MaxModels: m.most}}
	var x qca.Exclusions
	t, err := qca.NewTable(d, in.cutoffs)
	if err != nil {
		return a, t, x, invalid(err)
	}
	o := &a.Options
	if o.Exclude, err = rowNumbers(m.exclude); err != nil {
		return a, t, x, err
	}
	switch {
	case o.Solution != qca.Intermediate:
	case m.expect == "" && in.stored.Expects() && in.conditions == "": // what the study expects, of the conditions in its order
		stored := in.stored.Options(qca.Intermediate)
		o.Expect, o.Together = stored.Expect, stored.Together
	default:
		if o.Expect, err = expectations(m.expect, d.Conditions, len(m.together) > 0); err != nil {
			return a, t, x, err
		}
	}
	for _, s := range m.together {
		terms, err := expression(d, "--dir-exp-together", s)
		if err != nil {
			return a, t, x, err
		}
		o.Together = append(o.Together, terms...)
	}
	if m.assume != "" {
		if o.Assume, err = expression(d, "--assume", m.assume); err != nil {
			return a, t, x, err
		}
	}
	var necessary []qca.Expression
	var impossible qca.Expression
	for _, s := range m.necessary {
		n, err := expression(d, "--necessary", s)
		if err != nil {
			return a, t, x, err
		}
		necessary = append(necessary, n)
	}
	if m.impossible != "" {
		if impossible, err = expression(d, "--impossible", m.impossible); err != nil {
			return a, t, x, err
		}
	}
	if m.enhanced {
		x, err = a.Enhanced(ctx, necessary, impossible)
	} else {
		x.Untenable, err = t.Untenable(necessary, impossible)
	}
	if err != nil {
		return a, t, x, invalid(err)
	}
	o.Exclude = append(o.Exclude, x.All()...)
	return a, t, x, nil
}

// expression reads an expression that a flag gives, over the conditions of the data.
func expression(d qca.Data, flag, text string) (qca.Expression, error) {
	x, err := boolean.Parse(text, booleans(d))
	if err != nil {
		return nil, fault.New(fault.Usage, "%s %s", flag, fault.Message(misread(err)))
	}
	terms, err := x.Terms()
	if err != nil {
		return nil, fault.New(fault.Usage, "%s %s", flag, fault.Message(misread(err)))
	}
	return append(qca.Expression{}, terms...), nil
}

// booleans are the conditions of data as those of expressions.
func booleans(d qca.Data) []boolean.Condition {
	var out []boolean.Condition
	for j, n := range d.Conditions {
		c := boolean.Condition{Name: n, Levels: 2}
		if d.Levels != nil {
			c.Levels = d.Levels[j]
		}
		out = append(out, c)
	}
	return out
}

func (e *env) qcaMinimize() *cobra.Command {
	var in qcaInput
	var m qcaMinimum
	var asCSV bool
	c := qcaCommand("minimize [DATA.csv]", "Find all minimal explanations of the outcome",
		"  throughline qca minimize cases.csv --outcome SUCCESS --conditions COAL,LEAD,PROP\n"+
			"  throughline qca minimize cases.csv --outcome SUCCESS --solution intermediate --dir-exp 1,-,0\n"+
			"  throughline qca minimize --analysis ana-crisp --solution parsimonious --negate --json",
		func(ctx context.Context, _ *cobra.Command, args []string) error {
			d, err := in.read(ctx, e, args)
			if err != nil {
				return err
			}
			a, t, excluded, err := m.analysis(ctx, &in, d)
			if err != nil {
				return err
			}
			solutions, err := t.Minimize(ctx, a.Options)
			if err != nil {
				return invalid(err)
			}
			if asCSV {
				return e.csv(qca.Records(solutions))
			}
			out := map[string]any{"truthTable": t, "solutions": solutions}
			if len(excluded.All()) > 0 {
				out["excluded"] = excluded
			}
			return e.print(out, func(w io.Writer) {
				printTable(w, t)
				printExcluded(w, t, excluded)
				for _, s := range solutions {
					printSolution(w, t, s)
				}
			})
		})
	in.flags(c, true)
	m.flags(c)
	csvFlag(c, &asCSV)
	return c
}

func csvFlag(c *cobra.Command, to *bool) {
	c.Flags().BoolVar(to, "csv", false, "print for a spreadsheet")
}

// csv prints lines of a table for spreadsheets.
func (e *env) csv(records [][]string) error {
	if err := tabular.WriteCSV(e.out, records); err != nil {
		return fault.Wrap(fault.Unavailable, err, "The table cannot be written.")
	}
	return nil
}

func rowNumbers(s string) ([]uint64, error) {
	var out []uint64
	for _, p := range strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' }) {
		n, err := strconv.ParseUint(p, 10, 64)
		if err != nil {
			return nil, fault.New(fault.Usage, "--exclude names %q; expected numbers of configurations, as 4,7,12.", p)
		}
		out = append(out, n)
	}
	return out, nil
}

func expectations(s string, conditions []string, more bool) ([][]int, error) {
	if strings.TrimSpace(s) == "" {
		if more {
			return nil, nil
		}
		return nil, fault.New(fault.Usage, "An intermediate solution needs --dir-exp: for each condition the level that is expected to help, or -, as 1,-,0.")
	}
	parts := strings.Split(s, ",")
	if len(parts) != len(conditions) {
		return nil, fault.New(fault.Usage, "--dir-exp names %d expectations, but there are %d conditions (%s).", len(parts), len(conditions), strings.Join(conditions, ", "))
	}
	var out [][]int
	for i, p := range parts {
		var levels []int
		for _, l := range strings.Split(strings.TrimSpace(p), ";") {
			if l = strings.TrimSpace(l); l == "-" || l == "" {
				continue
			}
			n, err := strconv.Atoi(l)
			if err != nil {
				return nil, fault.New(fault.Usage, "--dir-exp has %q for %s; expected a level such as 1, several as 1;2, or -.", p, conditions[i])
			}
			levels = append(levels, n)
		}
		out = append(out, levels)
	}
	return out, nil
}

// mostAssumed is how many assumptions of a model are written out on a screen.
const mostAssumed = 12

func printExcluded(w io.Writer, t qca.Table, x qca.Exclusions) {
	for _, g := range []struct {
		why string
		ns  []uint64
	}{{"untenable, because something necessary is not there or it cannot be", x.Untenable}, {"it would be assumed of the outcome and of its absence", x.Contradictory}, {"coded positive for the outcome and for its absence", x.Simultaneous}} {
		for i, n := range g.ns {
			if i == mostAssumed {
				fmt.Fprintf(w, "  and %d more\n", len(g.ns)-i)
				break
			}
			fmt.Fprintf(w, "Excluded (%s): %s\n", g.why, t.Expression(n))
		}
	}
}

func printSolution(w io.Writer, t qca.Table, s qca.Solution) {
	name := strings.ToUpper(string(s.Kind[:1])) + string(s.Kind[1:]) + " solution for " + s.Outcome
	if s.From != nil {
		name += fmt.Sprintf(" (from conservative model %d and parsimonious model %d)", s.From.Conservative, s.From.Parsimonious)
	}
	fmt.Fprintf(w, "\n%s: ", name)
	switch {
	case !s.Exact && s.Bound < s.Size:
		fmt.Fprintf(w, "the best models found have %d terms; it is proven that none has fewer than %d.\n", s.Size, s.Bound)
	case !s.Exact:
		fmt.Fprintf(w, "at least %v models.\n", s.ModelCount)
	case s.ModelCount.IsInt64() && s.ModelCount.Int64() == 1:
		fmt.Fprintln(w, "one model.")
	default:
		fmt.Fprintf(w, "%v models; the data do not choose between them.\n", s.ModelCount)
	}
	for i, m := range s.Models {
		fmt.Fprintf(w, "M%d  %s\n", i+1, m.Expr)
		fmt.Fprintf(w, "    consistency %.3f, PRI %.3f, coverage %.3f\n", m.Fit.Solution.Consistency, m.Fit.Solution.PRI, m.Fit.Solution.Coverage)
		for n, f := range m.Fit.Terms {
			fmt.Fprintf(w, "    %s  consistency %.3f, PRI %.3f, coverage %.3f (unique %.3f)  %s\n", s.PrimeImplicants[m.Terms[n]].Expr, f.Consistency, f.PRI, f.RawCoverage, f.UniqueCoverage, strings.Join(f.Cases, ", "))
		}
		if m.AssumptionCount > 0 {
			fmt.Fprintf(w, "    assumes the outcome for %d configurations that no case shows\n", m.AssumptionCount)
			for i, n := range m.Assumptions {
				if i == mostAssumed {
					break
				}
				fmt.Fprintf(w, "      %s%s\n", t.Expression(n), ease(s, n))
			}
			if more := m.AssumptionCount - uint64(min(len(m.Assumptions), mostAssumed)); more > 0 {
				fmt.Fprintf(w, "      and %d more\n", more)
			}
		}
	}
	if left := len(s.Models); s.ModelCount.IsInt64() && s.ModelCount.Int64() > int64(left) {
		fmt.Fprintf(w, "(%d of them are listed)\n", left)
	}
}

// ease says of an assumption whether it is an easy counterfactual, where that was asked.
func ease(s qca.Solution, n uint64) string {
	switch {
	case s.Kind != qca.Intermediate:
		return ""
	case slices.Contains(s.Easy, n):
		return "  (easy)"
	}
	return "  (difficult)"
}

func (e *env) qcaNecessity() *cobra.Command {
	var in qcaInput
	var n qca.NecessityCutoffs
	c := qcaCommand("necessity [DATA.csv]", "Find what is necessary for the outcome",
		"  throughline qca necessity cases.csv --outcome SUCCESS\n  throughline qca necessity --analysis ana-fuzzy --incl-cut 0.9 --ron-cut 0.6 --json",
		func(ctx context.Context, _ *cobra.Command, args []string) error {
			d, err := in.read(ctx, e, args)
			if err != nil {
				return err
			}
			single, _, err := qca.SingleFit(d)
			if err != nil {
				return invalid(err)
			}
			found, err := qca.Necessities(ctx, d, n)
			if err != nil {
				return invalid(err)
			}
			if found == nil {
				found = []qca.Necessary{}
			}
			return e.print(map[string]any{"single": single, "necessary": found}, func(w io.Writer) {
				list := func(head string, ns []qca.Necessary) {
					fmt.Fprintln(w, head)
					for _, x := range ns {
						fmt.Fprintf(w, "  %-30s consistency %.3f, relevance %.3f, coverage %.3f\n", x.Expr, x.Consistency, x.RoN, x.Coverage)
					}
				}
				list("Single conditions", single)
				if len(found) == 0 {
					fmt.Fprintln(w, "Nothing reaches the cut-offs.")
					return
				}
				list("Necessary, alone or together", found)
			})
		})
	in.flags(c, false)
	f := c.Flags()
	f.Float64Var(&n.Consistency, "incl-cut", 0.9, "consistency that what is necessary needs")
	f.Float64Var(&n.RoN, "ron-cut", 0.5, "relevance of necessity (RoN) that it needs as well")
	f.IntVar(&n.Depth, "depth", 0, "join at most so many conditions (default: all)")
	return c
}
