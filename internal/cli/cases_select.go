package cli

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"throughline/analysis/selection"
	"throughline/internal/fault"
)

// choosing are the flags of a choice from a table.
type choosing struct {
	k, minSuccess, minFailure, maxPerCountry             int
	id, region, regime, outcome, country, feasible, barr string
	numeric, ordinal, nominal, sets, in, out, weights    []string
	objective, coverage                                  string
	partialFails                                         bool
	quotas                                               []string
	cost                                                 string
	budget                                               float64
	time                                                 time.Duration
	next                                                 int
	why                                                  []string
	sensitivity                                          bool
	alternates                                           bool
	changed                                              func(string) bool
}

// choiceTold is the answer for machines.
type choiceTold struct {
	Selected    []string                  `json:"selected"`
	Value       float64                   `json:"value"`
	Proven      bool                      `json:"proven"`
	Bound       float64                   `json:"bound"`
	Levels      []selection.Level         `json:"levels"`
	Alternates  []selection.Alternate     `json:"alternates"`
	Objective   selection.Objective       `json:"objective"`
	Coverage    selection.Coverage        `json:"coverage"`
	Candidates  int                       `json:"candidates"`
	Choosable   int                       `json:"choosable"`
	Missing     int                       `json:"missing"` // pairs of values that could not be compared
	Next        []selection.Answer        `json:"next,omitempty"`
	Why         []selection.Reason        `json:"why,omitempty"`
	Sensitivity []selection.Stay          `json:"sensitivity,omitempty"`
	Refused     map[string]string         `json:"refused,omitempty"`
	Gaps        []string                  `json:"gaps,omitempty"`
	Seconds     float64                   `json:"seconds"`
	Short       bool                      `json:"short,omitempty"` // time ran out before all that was asked for was computed
	Counts      map[string]map[string]int `json:"counts"`          // chosen by region and regime type
}

func (e *env) casesSelect() *cobra.Command {
	f := &choosing{alternates: true}
	c := command("select UNIVERSE.csv -k N", "Choose k of the cases of a table: diverse, within limits, exactly, with proof",
		"  throughline cases select universe.csv -k 7 --id id --region region --regime regime --outcome outcome --country iso3 --numeric polyarchy:0:1,start\n"+
			"  throughline cases select universe.csv -k 7 --region region --regime regime --outcome outcome --country iso3 --numeric polyarchy --in ARM-2018 --why LBN-2019 --next 3\n"+
			"  throughline cases select universe.csv -k 7 --coverage even --objective maxsum --region region --regime regime --outcome outcome --country iso3 --numeric polyarchy --json",
		1, func(ctx context.Context, c *cobra.Command, args []string) error { return e.choose(ctx, c, f, args[0]) })
	c.Long = `Choose k of the candidates of a table (CSV or XLSX, one a row), exactly: the answer says that it is
optimal and proven, or how much better any other choice could still be.

What counts, in this order, each level made as good as can be without giving up those before it:
  --coverage lex (default)  regions and regime types covered; cells of the two; evenness of their counts
  --coverage even           no level: each region and regime type between floor and ceil of its even share
  --coverage off            no level and no limits, except those that flags ask for
  --objective lex (default) the least feasibility; its sum; the smallest distance; the sum of distances
  --objective maxmin        the smallest distance between two of the chosen; then the sum
  --objective maxsum        the sum of distances
"value" is the sum of distances for maxsum, else the smallest distance; "bound" is what no choice passes.

Limits, by default with lex and even: 1 case per country (with --country), floor(k/3) successes and as
many failures (with --outcome). Outcomes are success, partial, failure, or 1, 0.5, 0.

Distances are Gower's over the columns of --numeric (with a range as NAME:0:1, else the one observed),
--ordinal (numbers, or words in their order as NAME:low<middle<high), --nominal and --set (parts
separated by | or ;). The outcome is not among them unless you name it: a choice that is diverse in outcome
would select on what is to be explained. Empty cells are not known; such pairs are left out and counted.

When the limits cannot hold together, the smallest conflict is named, and the exit code is 1.

` + exitHelp
	f.flags(c)
	c.Flags().IntVar(&f.next, "next", 0, "also find so many next best choices")
	c.Flags().StringSliceVar(&f.why, "why", nil, "ids: why not these, and what forcing each in would cost")
	c.Flags().BoolVar(&f.sensitivity, "sensitivity", false, "also tell what stays when each attribute counts half, twice, or not")
	return c
}

func (e *env) casesAlternates() *cobra.Command {
	f := &choosing{alternates: true}
	c := command("alternates UNIVERSE.csv -k N", "Who takes the place of each chosen case when access to it fails",
		"  throughline cases alternates universe.csv -k 7 --region region --regime regime --outcome outcome --country iso3 --numeric polyarchy", 1,
		func(ctx context.Context, c *cobra.Command, args []string) error {
			f.changed = c.Flags().Changed
			told, err := f.solve(ctx, e, args[0])
			if err != nil {
				return err
			}
			return e.print(told.Alternates, func(w io.Writer) { printAlternates(w, told) })
		})
	c.Long = "Choose as \"throughline cases select\" does, with the same flags, and tell for each chosen case the best candidate\nto take its place while the others stay. Where none fits, the choice is made anew without it.\n\n" + exitHelp
	f.flags(c)
	return c
}

func (f *choosing) flags(c *cobra.Command) {
	s := c.Flags()
	s.IntVarP(&f.k, "number", "k", 7, "how many cases to choose")
	s.StringVar(&f.id, "id", "", "column of ids (default: the first)")
	s.StringVar(&f.region, "region", "", "column of regions")
	s.StringVar(&f.regime, "regime", "", "column of regime types, best of the year before onset")
	s.StringVar(&f.outcome, "outcome", "", "column of outcomes")
	s.StringVar(&f.country, "country", "", "column of countries")
	s.StringVar(&f.feasible, "feasible", "", "column of feasibility: yes, no, or a number from 0 (no) to 1")
	s.StringVar(&f.barr, "barred", "", "column with the reason why a case cannot be studied; empty: it can")
	s.StringSliceVar(&f.numeric, "numeric", nil, "columns of numbers, each perhaps with its range: NAME or NAME:LOW:HIGH")
	s.StringSliceVar(&f.ordinal, "ordinal", nil, "columns of ranks: NAME, NAME:LOW:HIGH, or NAME:word<word<word")
	s.StringSliceVar(&f.nominal, "nominal", nil, "columns of names")
	s.StringSliceVar(&f.sets, "set", nil, "columns of sets")
	s.StringSliceVar(&f.weights, "weight", nil, "weights of columns, as NAME=2")
	s.StringSliceVar(&f.in, "in", nil, "ids that must be chosen")
	s.StringSliceVar(&f.out, "out", nil, "ids that must not")
	s.IntVar(&f.maxPerCountry, "max-per-country", 1, "at most so many of a country; 0: no limit")
	s.IntVar(&f.minSuccess, "min-success", 0, "at least so many successes (default floor(k/3))")
	s.IntVar(&f.minFailure, "min-failure", 0, "at least so many failures (default floor(k/3))")
	s.BoolVar(&f.partialFails, "partial-fails", false, "a partial success counts as a failure")
	s.StringArrayVar(&f.quotas, "quota", nil, "at least and at most so many of a group, as \"led by business:1:2:ID ID ...\"; 0 as the second number: no upper limit")
	s.StringVar(&f.cost, "cost", "", "column of costs")
	s.Float64Var(&f.budget, "budget", 0, "most that the chosen may cost together")
	s.StringVar(&f.objective, "objective", "lex", "lex, maxmin or maxsum")
	s.StringVar(&f.coverage, "coverage", "lex", "lex, even or off")
	s.DurationVar(&f.time, "time", time.Minute, "how long the search may take")
}

func (e *env) choose(ctx context.Context, c *cobra.Command, f *choosing, path string) error {
	f.changed = c.Flags().Changed
	told, err := f.solve(ctx, e, path)
	if err != nil {
		return err
	}
	return e.print(told, func(w io.Writer) { printChoice(w, told) })
}

// solve reads the table, chooses, and answers what was asked besides, all within the time.
func (f *choosing) solve(ctx context.Context, e *env, path string) (choiceTold, error) {
	q, err := f.question(path)
	if err != nil {
		return choiceTold{}, err
	}
	start := e.clock()
	limited, cancel := context.WithTimeout(ctx, f.time)
	defer cancel()
	a, err := selection.Solve(limited, q)
	if ctx.Err() != nil {
		return choiceTold{}, ctx.Err()
	}
	if err != nil {
		return choiceTold{}, fault.Wrap(fault.Invalid, err, "%s: %s.", path, err)
	}
	told := choiceTold{Selected: a.Selected, Value: a.Value, Proven: a.Proven, Bound: a.Bound, Levels: a.Levels, Alternates: []selection.Alternate{}, Objective: q.Objective, Coverage: q.Coverage,
		Candidates: len(q.Candidates), Missing: a.Missing, Counts: map[string]map[string]int{}, Seconds: e.clock().Sub(start).Seconds()}
	if told.Levels == nil {
		told.Levels = []selection.Level{}
	}
	for _, x := range q.Candidates {
		if x.Barred == "" {
			told.Choosable++
		}
		if slices.Contains(a.Selected, x.ID) {
			if told.Counts[x.Region] == nil {
				told.Counts[x.Region] = map[string]int{}
			}
			told.Counts[x.Region][x.Regime]++
		}
	}
	// What comes after may take as long again, and no longer.
	more, cancel := context.WithTimeout(ctx, max(f.time, 5*time.Second))
	defer cancel()
	if f.alternates {
		x, err := selection.Alternates(more, q, a)
		told.Short = told.Short || err != nil
		told.Alternates = append(told.Alternates, x...)
	}
	for _, id := range f.why {
		why, err := selection.WhyNot(more, q, a, id)
		if err != nil && more.Err() == nil {
			return told, fault.New(fault.Usage, "--why: %s.", err)
		}
		told.Short = told.Short || err != nil
		told.Why = append(told.Why, why)
	}
	if f.next > 0 {
		told.Next, err = selection.Next(more, q, a, f.next)
		told.Short = told.Short || err != nil
	}
	if f.sensitivity {
		told.Sensitivity, told.Refused, err = selection.Sensitivity(more, a, selection.Weights(q))
		told.Short = told.Short || err != nil
	}
	return told, ctx.Err()
}

// question makes the question of the flags and the table.
func (f *choosing) question(path string) (selection.Question, error) {
	q := selection.Question{K: f.k, In: f.in, Out: f.out, Objective: selection.Objective(f.objective), Coverage: selection.Coverage(f.coverage), PartialFails: f.partialFails}
	if !slices.Contains([]string{"lex", "maxmin", "maxsum"}, f.objective) {
		return q, fault.New(fault.Usage, "--objective is %q; expected lex, maxmin or maxsum.", f.objective)
	}
	if !slices.Contains([]string{"lex", "even", "off"}, f.coverage) {
		return q, fault.New(fault.Usage, "--coverage is %q; expected lex, even or off.", f.coverage)
	}
	if f.time <= 0 {
		return q, fault.New(fault.Usage, "--time is %s; give a time above 0, such as 60s.", f.time)
	}
	s, err := readSheet(path)
	if err != nil {
		return q, err
	}
	column := func(flag, name string) int {
		if name == "" || err != nil {
			return -1
		}
		var i int
		i, err = s.find(flag, name)
		return i
	}
	id := 0
	if f.id != "" {
		id = column("--id", f.id)
	}
	region, regime, outcome, country := column("--region", f.region), column("--regime", f.regime), column("--outcome", f.outcome), column("--country", f.country)
	feasible, barred, cost := column("--feasible", f.feasible), column("--barred", f.barr), column("--cost", f.cost)
	if err != nil {
		return q, err
	}
	off := q.Coverage == selection.Off
	asked := func(flag string, value, otherwise int, has bool) int {
		switch {
		case f.changed(flag):
			return value
		case off || !has:
			return 0
		}
		return otherwise
	}
	q.MaxPerCountry = asked("max-per-country", f.maxPerCountry, 1, country >= 0)
	q.MinSuccess = asked("min-success", f.minSuccess, selection.Third(f.k), outcome >= 0)
	q.MinFailure = asked("min-failure", f.minFailure, selection.Third(f.k), outcome >= 0)
	for flag, has := range map[string]bool{"max-per-country": country >= 0, "min-success": outcome >= 0, "min-failure": outcome >= 0} {
		if f.changed(flag) && !has {
			return q, fault.New(fault.Usage, "--%s needs the column of %s.", flag, map[string]string{"max-per-country": "countries: --country", "min-success": "outcomes: --outcome", "min-failure": "outcomes: --outcome"}[flag])
		}
	}
	if q.Budget = f.budget; f.budget < 0 || f.budget > 0 && cost < 0 {
		return q, fault.New(fault.Usage, "--budget needs a number above 0, and the column of costs: --cost.")
	}
	for _, spec := range f.quotas {
		parts := strings.SplitN(spec, ":", 4)
		u := selection.Quota{}
		var e1, e2 error
		if len(parts) == 4 {
			u.Name = strings.TrimSpace(parts[0])
			u.Low, e1 = strconv.Atoi(strings.TrimSpace(parts[1]))
			u.High, e2 = strconv.Atoi(strings.TrimSpace(parts[2]))
			u.IDs = strings.FieldsFunc(parts[3], func(r rune) bool { return r == ' ' || r == ',' })
		}
		if len(parts) != 4 || u.Name == "" || e1 != nil || e2 != nil {
			return q, fault.New(fault.Usage, "--quota %s: expected words, two numbers and ids, with colons between, such as \"led by business:1:2:THA-2010 KEN-2012\".", spec)
		}
		q.Quotas = append(q.Quotas, u)
	}
	readers, err := f.attributes(s, &q)
	if err != nil {
		return q, err
	}
	var wrong fault.Problems
	ids := map[string]int{}
	for _, r := range s.table.Rows {
		at := func(i int) string {
			if i < 0 {
				return ""
			}
			return s.cell(r, i)
		}
		bad := func(field, format string, args ...any) {
			wrong = append(wrong, fault.Problem{File: path, Line: r.Line, Field: field, Message: fmt.Sprintf(format, args...)})
		}
		c := selection.Candidate{ID: at(id), Region: at(region), Regime: at(regime), Country: at(country), Barred: at(barred)}
		if c.ID == "" {
			bad(s.table.Header[id], "is empty; each case needs an id")
		}
		if l, twice := ids[c.ID]; twice {
			bad(s.table.Header[id], "%q stands already in line %d", c.ID, l)
		}
		ids[c.ID] = r.Line
		if outcome >= 0 {
			var ok bool
			if c.Outcome, ok = outcomeOf(at(outcome)); !ok {
				bad(f.outcome, "is %.40q; expected success, partial or failure, or 1, 0.5 or 0", at(outcome))
			}
		}
		if feasible >= 0 {
			switch v := strings.ToLower(at(feasible)); v {
			case "yes", "true", "":
			case "no", "false":
				c.Barred = cmp.Or(c.Barred, "not feasible")
			default:
				x, err := strconv.ParseFloat(v, 64)
				switch {
				case err != nil || !(x >= 0 && x <= 1):
					bad(f.feasible, "is %.40q; expected yes, no, or a number from 0 to 1", v)
				case x == 0:
					c.Barred = cmp.Or(c.Barred, "not feasible")
				default:
					c.Feasibility = x
				}
			}
		}
		if cost >= 0 && at(cost) != "" {
			x, err := strconv.ParseFloat(at(cost), 64)
			if err != nil || !(x >= 0) || math.IsInf(x, 0) {
				bad(f.cost, "is %.40q; expected a number from 0", at(cost))
			}
			c.Cost = x
		}
		if q.MaxPerCountry > 0 && c.Country == "" {
			bad(f.country, "is empty, and the cases per country are limited; fill it in, or lift the limit with --max-per-country 0")
		}
		for _, read := range readers {
			v, why := read(at)
			if why != "" {
				field, message, _ := strings.Cut(why, ": ")
				bad(field, "%s", message)
			}
			c.Values = append(c.Values, v)
		}
		q.Candidates = append(q.Candidates, c)
	}
	return q, wrong.Err()
}

// outcomeOf reads an outcome in words or as a number. Empty is not coded.
func outcomeOf(s string) (selection.Outcome, bool) {
	switch strings.ToLower(s) {
	case "":
		return selection.Unknown, true
	case "success", "successful", "yes":
		return selection.Success, true
	case "partial", "partial success", "limited", "limited success":
		return selection.Partial, true
	case "failure", "failed", "no":
		return selection.Failure, true
	}
	x, err := strconv.ParseFloat(s, 64)
	switch {
	case err != nil:
	case x == 1:
		return selection.Success, true
	case x == 0.5:
		return selection.Partial, true
	case x == 0:
		return selection.Failure, true
	}
	return "", false
}

// reader reads a value from a row by its columns, or says what is wrong as "column: message".
type reader func(at func(int) string) (selection.Value, string)

// attributes reads the flags of columns that cases differ by.
func (f *choosing) attributes(s sheet, q *selection.Question) ([]reader, error) {
	var readers []reader
	add := func(flag string, kind selection.Kind, spec string) error {
		name, rest, _ := strings.Cut(spec, ":")
		a := selection.Attribute{Name: name, Kind: kind}
		i, err := s.find(flag, name)
		if err != nil {
			return err
		}
		var words []string
		switch {
		case rest == "":
		case strings.Contains(rest, "<") && kind == selection.Ordinal:
			for _, w := range strings.Split(rest, "<") {
				words = append(words, strings.TrimSpace(w))
			}
			a.High = float64(len(words) - 1)
		case kind == selection.Numeric || kind == selection.Ordinal:
			low, high, ok := strings.Cut(rest, ":")
			var e1, e2 error
			a.Low, e1 = strconv.ParseFloat(low, 64)
			a.High, e2 = strconv.ParseFloat(high, 64)
			if !ok || e1 != nil || e2 != nil || !(a.Low < a.High) {
				return fault.New(fault.Usage, "%s %s: expected a range from low to high, such as %s:0:1.", flag, spec, name)
			}
		default:
			return fault.New(fault.Usage, "%s %s: such a column has no range.", flag, spec)
		}
		for _, w := range f.weights {
			n, v, ok := strings.Cut(w, "=")
			x, err := strconv.ParseFloat(v, 64)
			if !ok || err != nil || !(x > 0) || math.IsInf(x, 0) {
				return fault.New(fault.Usage, "--weight %s: expected a column and a number above 0, such as NAME=2.", w)
			}
			if n == name {
				a.Weight = x
			}
		}
		q.Attributes = append(q.Attributes, a)
		readers = append(readers, func(at func(int) string) (selection.Value, string) {
			c := at(i)
			if c == "" || c == "NA" || c == "." {
				return selection.Value{}, ""
			}
			switch kind {
			case selection.Nominal:
				return selection.Value{Known: true, Text: c}, ""
			case selection.Set:
				var parts []string
				for _, p := range strings.FieldsFunc(c, func(r rune) bool { return r == '|' || r == ';' }) {
					if p = strings.TrimSpace(p); p != "" {
						parts = append(parts, p)
					}
				}
				return selection.Value{Known: true, Set: parts}, ""
			}
			if words != nil {
				n := slices.Index(words, c)
				if n < 0 {
					return selection.Value{}, fmt.Sprintf("%s: is %.40q; expected one of: %s", name, c, strings.Join(words, ", "))
				}
				return selection.Value{Known: true, Number: float64(n)}, ""
			}
			x, err := strconv.ParseFloat(c, 64)
			if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
				return selection.Value{}, fmt.Sprintf("%s: is %.40q; expected a number, or nothing when it is not known", name, c)
			}
			return selection.Value{Known: true, Number: x}, ""
		})
		return nil
	}
	for _, x := range []struct {
		flag  string
		kind  selection.Kind
		specs []string
	}{{"--numeric", selection.Numeric, f.numeric}, {"--ordinal", selection.Ordinal, f.ordinal}, {"--nominal", selection.Nominal, f.nominal}, {"--set", selection.Set, f.sets}} {
		for _, spec := range x.specs {
			if err := add(x.flag, x.kind, strings.TrimSpace(spec)); err != nil {
				return nil, err
			}
		}
	}
	for _, w := range f.weights {
		if n, _, _ := strings.Cut(w, "="); !slices.ContainsFunc(q.Attributes, func(a selection.Attribute) bool { return a.Name == n }) {
			return nil, fault.New(fault.Usage, "--weight %s: %q is not among the columns that cases differ by.", w, n)
		}
	}
	return readers, nil
}

func printChoice(w io.Writer, t choiceTold) {
	fmt.Fprintf(w, "%d of %d candidates, of which %d can be chosen:\n", len(t.Selected), t.Candidates, t.Choosable)
	for _, id := range t.Selected {
		fmt.Fprintf(w, "  %s\n", id)
	}
	if t.Proven {
		fmt.Fprintf(w, "Optimal, proven (%.1f s).\n", t.Seconds)
	} else {
		fmt.Fprintf(w, "Best found in %.1f s; not proven.\n", t.Seconds)
	}
	fmt.Fprintln(w, "level\treached\tbound\t")
	for _, l := range t.Levels {
		proof := "proven"
		if !l.Proven {
			proof = "not proven"
		}
		fmt.Fprintf(w, "%s\t%.6g\t%.6g\t%s\n", l.Name, l.Value, l.Bound, proof)
	}
	if t.Missing > 0 {
		fmt.Fprintf(w, "%d comparison(s) of two values could not be made, as one was not known.\n", t.Missing)
	}
	printAlternates(w, t)
	for _, r := range t.Why {
		if r.Rule != "" {
			fmt.Fprintf(w, "Why not %s: %s.\n", r.ID, r.Rule)
		} else {
			fmt.Fprintf(w, "Why not %s: forcing it in would cost: %s.\n", r.ID, r.Cost)
		}
	}
	for i, a := range t.Next {
		fmt.Fprintf(w, "Choice %d: %s (loses: %s)\n", i+2, strings.Join(a.Selected, ", "), selection.Loss(t.Levels, a.Levels))
	}
	if len(t.Sensitivity) > 0 {
		fmt.Fprintln(w, "candidate\tchosen in\tnot when")
		for _, s := range t.Sensitivity {
			fmt.Fprintf(w, "%s\t%d of %d\t%s\n", s.ID, s.Chosen, s.Of, strings.Join(s.Not, "; "))
		}
	}
	if t.Short {
		fmt.Fprintln(w, "Time ran out before all that was asked for was computed; --time gives more.")
	}
}

func printAlternates(w io.Writer, t choiceTold) {
	if len(t.Alternates) == 0 {
		return
	}
	fmt.Fprintln(w, "if access fails to\tthen\tlosing")
	for _, a := range t.Alternates {
		instead := a.Instead
		switch {
		case instead == "":
			instead = "nobody"
		case a.Others:
			instead = "anew: " + strings.Join(a.Choice, ", ")
		}
		fmt.Fprintf(w, "%s\t%s\t%s\n", a.For, instead, a.Cost)
	}
}
