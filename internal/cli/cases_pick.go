package cli

import (
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"throughline/analysis/selection/technique"
	"throughline/analysis/selection/technique/picture"
	"throughline/exchange/tabular"
	"throughline/internal/fault"
)

// picks are the techniques, in the order of their literature.
var picks = []string{"typical", "diverse", "extreme", "deviant", "influential", "pathway", "crucial", "most-similar", "most-different", "msdo", "mdso"}

// pick is what is asked of a technique.
type pick struct {
	path, technique, id, outcome, condition string
	controls, clusters                      []string
	n, bins                                 int
	distance, measure, likely, on           string
	apart, close                            float64
	svg                                     string
	level                                   int
	set                                     func(flag string) bool
}

// picked is what a technique finds; only one of the lists is there.
type picked struct {
	Technique string              `json:"technique"`
	Picked    []technique.Ranked  `json:"picked,omitempty"`
	Score     string              `json:"score,omitempty"` // what the picked are ranked by
	Of        int                 `json:"of,omitempty"`    // how many cases the technique could rank
	Model     *technique.Fit      `json:"model,omitempty"`
	Cells     []technique.Cell    `json:"cells,omitempty"`
	Pairs     *technique.Pairs    `json:"pairs,omitempty"`
	Zones     []technique.Zone    `json:"zones,omitempty"`
	Clusters  []string            `json:"clusters,omitempty"` // of the zones
	LeftOut   []technique.LeftOut `json:"leftOut"`
	Notes     []string            `json:"notes"`

	systems technique.Systems // that were compared
}

// casesPick picks cases from a table by a technique of the literature.
func (e *env) casesPick() *cobra.Command {
	var p pick
	c := command("pick FILE.csv", "Pick cases by a technique: typical, deviant, most similar and others",
		"  throughline cases pick universe.csv --technique deviant --outcome SUCCESS --condition SIZE --controls GDP,YEARS\n"+
			"  throughline cases pick universe.csv --technique most-similar --outcome SUCCESS --condition LEAD --controls GDP,YEARS --distance mahalanobis\n"+
			"  throughline cases pick universe.csv --technique msdo --outcome SUCCESS --cluster movement=BROAD,LEAD --cluster state=PRESS,COURTS\n\n"+
			"Techniques:\n"+
			"  typical         nearest to a linear model of the outcome by condition and controls\n"+
			"  diverse         one case of each combination of low and high that is there\n"+
			"  extreme         farthest from the mean of the condition, or of the outcome with --on outcome\n"+
			"  deviant         farthest from the model\n"+
			"  influential     what the model would be most different without\n"+
			"  pathway         explained by the condition, and not without it\n"+
			"  crucial         the outcome where the controls speak against it, or its absence with --likely most\n"+
			"  most-similar    pairs alike in the controls and different in the condition (or outcome, with --on outcome)\n"+
			"  most-different  pairs with the same outcome and condition, and unlike in the controls\n"+
			"  msdo, mdso      most similar systems with different outcomes, most different with the same, by clusters of 0 and 1\n\n"+
			"Cases that lack a value are left out and named. Those that tie with the last that is asked for are listed too.",
		1, func(_ context.Context, c *cobra.Command, args []string) error {
			p.path, p.set = args[0], c.Flags().Changed
			t, err := p.read()
			if err != nil {
				return err
			}
			out, err := p.run(t)
			if err != nil {
				return err
			}
			if p.svg != "" {
				svg, err := p.picture(out)
				if err != nil {
					return invalid(err)
				}
				if err := writePicture(p.svg, svg); err != nil {
					return err
				}
			}
			return e.print(out, func(w io.Writer) { printPicked(w, out) })
		})
	f := c.Flags()
	f.StringVar(&p.technique, "technique", "", strings.Join(picks, ", "))
	f.StringVar(&p.id, "id", "", "column that names the cases (default: the first)")
	f.StringVar(&p.outcome, "outcome", "", "column of the outcome")
	f.StringVar(&p.condition, "condition", "", "column of the condition that the study is about")
	f.StringSliceVar(&p.controls, "controls", nil, "columns of what else may explain the outcome, with commas between")
	f.StringArrayVar(&p.clusters, "cluster", nil, "msdo and mdso: conditions that belong together, as NAME=A,B,C; repeat for each")
	f.IntVarP(&p.n, "number", "n", 3, "how many cases or pairs")
	f.IntVar(&p.bins, "bins", 2, "diverse: into how many parts each column is cut")
	f.StringVar(&p.distance, "distance", string(technique.Standardised), "of pairs: standardised, mahalanobis or exact")
	f.StringVar(&p.measure, "measure", string(technique.Cook), "influential: cook, dfbeta (of the condition) or leverage")
	f.StringVar(&p.likely, "likely", "least", "crucial: least or most")
	f.StringVar(&p.on, "on", "condition", "extreme, most-similar: condition or outcome")
	f.Float64Var(&p.apart, "apart", 1, "most-similar: standard deviations from which two values are different, when there are more than two")
	f.Float64Var(&p.close, "close", 0.25, "most-different: standard deviations up to which two values are the same, when there are more than two")
	f.StringVar(&p.svg, "svg", "", "draw too, into this file: the model with the cases picked, or the matrix of pairs of msdo and mdso")
	f.IntVar(&p.level, "level", 0, "msdo and mdso with --svg: level that the matrix shows, 0 for the extreme")
	return c
}

// belongs names the techniques of flags that not all have.
var belongs = map[string][]string{
	"bins": {"diverse"}, "measure": {"influential"}, "likely": {"crucial"}, "on": {"extreme", "most-similar"}, "apart": {"most-similar"},
	"close": {"most-different"}, "distance": {"most-similar", "most-different"}, "cluster": {"msdo", "mdso"}, "level": {"msdo", "mdso"},
	"svg": {"typical", "deviant", "influential", "pathway", "crucial", "msdo", "mdso"},
}

// check finds what is wrong with the flags before anything is read.
func (p pick) check() error {
	if !slices.Contains(picks, p.technique) {
		return fault.New(fault.Usage, "--technique is %q; expected one of: %s.", p.technique, strings.Join(picks, ", "))
	}
	for _, flag := range []string{"bins", "measure", "likely", "on", "apart", "close", "distance", "cluster", "level", "svg"} {
		if p.set(flag) && !slices.Contains(belongs[flag], p.technique) {
			return fault.New(fault.Usage, "--%s belongs to --technique %s; leave it out.", flag, strings.Join(belongs[flag], ", "))
		}
	}
	switch {
	case p.n < 1:
		return fault.New(fault.Usage, "--number is %d; ask for 1 or more.", p.n)
	case p.likely != "least" && p.likely != "most":
		return fault.New(fault.Usage, "--likely is %q; expected least or most.", p.likely)
	case p.on != "condition" && p.on != "outcome":
		return fault.New(fault.Usage, "--on is %q; expected condition or outcome.", p.on)
	case !(p.apart > 0 && p.close > 0):
		return fault.New(fault.Usage, "--apart and --close are standard deviations; give numbers above 0.")
	}
	return nil
}

// sheet is a table to pick from.
type sheet struct {
	path  string
	table tabular.Table
	cases []string
}

func (p pick) read() (sheet, error) {
	if err := p.check(); err != nil {
		return sheet{}, err
	}
	s, err := readSheet(p.path)
	if err != nil {
		return s, err
	}
	at := 0
	if p.id != "" {
		if at, err = s.find("--id", p.id); err != nil {
			return s, err
		}
	}
	for _, r := range s.table.Rows {
		s.cases = append(s.cases, s.cell(r, at))
	}
	return s, nil
}

// readSheet reads a table of cases.
func readSheet(path string) (sheet, error) {
	fi, err := os.Stat(path)
	if err != nil || fi.IsDir() {
		return sheet{}, fault.New(fault.Usage, "There is no file %s that can be read.", path)
	}
	if fi.Size() > maxQCAFile {
		return sheet{}, fault.New(fault.Invalid, "%s is larger than %d MiB; expected a table of cases.", path, maxQCAFile>>20)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return sheet{}, fault.Wrap(fault.Unavailable, err, "%s cannot be read.", path)
	}
	table, err := tabular.Read(b, nil)
	if err != nil {
		return sheet{}, fault.New(fault.Invalid, "%s: %s", path, err)
	}
	s := sheet{path: path, table: table}
	var wrong fault.Problems
	for _, r := range table.Refused {
		wrong = append(wrong, fault.Problem{File: path, Line: r.Line, Message: r.Why})
	}
	if err := wrong.Err(); err != nil {
		return s, err
	}
	return s, nil
}

func (s sheet) cell(r tabular.Row, column int) string {
	if column >= len(r.Cells) {
		return ""
	}
	return strings.TrimSpace(r.Cells[column])
}

func (s sheet) find(flag, name string) (int, error) {
	i := slices.Index(s.table.Header, name)
	if i < 0 {
		return 0, fault.New(fault.Usage, "%s names %q, which is no column of %s; it has %s.", flag, name, s.path, strings.Join(s.table.Header, ", "))
	}
	return i, nil
}

// variable reads a column as numbers; what is empty or NA is missing.
func (s sheet) variable(flag, name string) (technique.Variable, error) {
	v := technique.Variable{Name: name}
	i, err := s.find(flag, name)
	if err != nil {
		return v, err
	}
	var wrong fault.Problems
	for _, r := range s.table.Rows {
		c := s.cell(r, i)
		x, err := strconv.ParseFloat(c, 64)
		switch {
		case c == "" || c == "NA" || c == ".":
			x = math.NaN()
		case err != nil || math.IsNaN(x) || math.IsInf(x, 0):
			wrong = append(wrong, fault.Problem{File: s.path, Line: r.Line, Field: name, Message: fmt.Sprintf("is %.40q; expected a number, or nothing when it is not known", c)})
		}
		v.Values = append(v.Values, x)
	}
	return v, wrong.Err()
}

// variables are those that flags name.
func (p pick) variables(s sheet) (t technique.Table, err error) {
	t.Cases = s.cases
	if p.outcome != "" {
		if t.Outcome, err = s.variable("--outcome", p.outcome); err != nil {
			return t, err
		}
	}
	if p.condition != "" {
		if t.Condition, err = s.variable("--condition", p.condition); err != nil {
			return t, err
		}
	}
	for _, name := range p.controls {
		v, err := s.variable("--controls", strings.TrimSpace(name))
		if err != nil {
			return t, err
		}
		t.Controls = append(t.Controls, v)
	}
	return t, nil
}

func (p pick) run(s sheet) (picked, error) {
	out := picked{Technique: p.technique, LeftOut: []technique.LeftOut{}, Notes: slices.Clone(s.table.Notes)}
	if out.Notes == nil {
		out.Notes = []string{}
	}
	t, err := p.variables(s)
	if err != nil {
		return out, err
	}
	switch p.technique {
	case "msdo", "mdso":
		return out, p.systems(s, t, &out)
	case "most-similar", "most-different":
		return out, invalid(p.pairs(t, &out))
	case "diverse":
		all := t.Controls
		for _, v := range []technique.Variable{t.Outcome, t.Condition} {
			if v.Name != "" {
				all = append([]technique.Variable{v}, all...)
			}
		}
		out.Cells, out.LeftOut, err = technique.Diverse(t.Cases, all, p.bins)
		for i := range out.Cells {
			out.Cells[i].Cases = technique.Best(out.Cells[i].Cases, p.n)
		}
		return out, invalid(err)
	case "extreme":
		v := t.Condition
		if p.on == "outcome" {
			v = t.Outcome
		}
		if v.Name == "" {
			return out, fault.New(fault.Usage, "Say which column the cases are to be extreme in with --%s.", p.on)
		}
		var all []technique.Ranked
		all, out.LeftOut, err = technique.Extreme(t.Cases, v)
		out.Picked, out.Of, out.Score = technique.Best(all, p.n), len(all), "standard deviations of "+v.Name+" from its mean"
		return out, invalid(err)
	}
	return out, invalid(p.model(t, &out))
}

// model picks by a regression.
func (p pick) model(t technique.Table, out *picked) error {
	f, err := t.Fit()
	if err != nil {
		return err
	}
	out.Model, out.LeftOut = &f, f.LeftOut
	var all []technique.Ranked
	switch p.technique {
	case "typical":
		all, out.Score = f.Typical(), "distance of "+f.Outcome+" from the model"
	case "deviant":
		all, err = f.Deviant()
		out.Score = "studentised residual, without its sign"
	case "influential":
		all, err = f.Influential(technique.Influence(p.measure))
		out.Score = map[string]string{"cook": "Cook's D", "dfbeta": "change of the coefficient of " + f.Condition, "leverage": "leverage"}[p.measure]
	case "pathway":
		all, out.Score = f.Pathway(), "residual without "+f.Condition+", less that with it"
	case "crucial":
		crucial := f.LeastLikely
		if p.likely == "most" {
			crucial = f.MostLikely
		}
		all, err = crucial()
		out.Score = "distance of " + f.Outcome + " from what the controls let expect"
	}
	out.Picked, out.Of = technique.Best(all, p.n), len(all)
	return err
}

func (p pick) pairs(t technique.Table, out *picked) error {
	m := technique.Matching{Distance: technique.Distance(p.distance), OnOutcome: p.on == "outcome", Apart: p.apart, Close: p.close, N: p.n}
	find := t.MostDifferent
	if p.technique == "most-similar" {
		find = t.MostSimilar
	}
	found, err := find(m)
	out.Pairs, out.LeftOut = &found, found.LeftOut
	out.Notes = append(out.Notes, found.Notes...)
	return err
}

func (p pick) systems(s sheet, t technique.Table, out *picked) error {
	if t.Outcome.Name == "" || len(p.clusters) == 0 {
		return fault.New(fault.Usage, "Systems are compared by an outcome and clusters of conditions: name them with --outcome and --cluster NAME=A,B,C.")
	}
	x := technique.Systems{Cases: t.Cases, Outcome: t.Outcome}
	for _, flag := range p.clusters {
		name, columns, ok := strings.Cut(flag, "=")
		if !ok {
			return fault.New(fault.Usage, "--cluster is %q; expected a name and columns, as economy=GDP,TRADE.", flag)
		}
		c := technique.Cluster{Name: strings.TrimSpace(name)}
		for _, column := range strings.Split(columns, ",") {
			v, err := s.variable("--cluster", strings.TrimSpace(column))
			if err != nil {
				return err
			}
			c.Conditions = append(c.Conditions, v)
		}
		x.Clusters, out.Clusters = append(x.Clusters, c), append(out.Clusters, c.Name)
	}
	out.systems = x
	found, err := x.Compare(p.n)
	if err != nil {
		return invalid(err)
	}
	out.LeftOut, out.Notes = found.LeftOut, append(out.Notes, found.Notes...)
	for _, z := range found.Zones {
		if strings.EqualFold(string(z.Design), p.technique) {
			out.Zones = append(out.Zones, z)
		}
	}
	if out.Zones == nil {
		return fault.New(fault.Invalid, "No two cases can be compared: %s.", strings.Join(found.Notes, "; "))
	}
	return nil
}

// picture draws what was found.
func (p pick) picture(out picked) (string, error) {
	if out.Model == nil {
		return picture.Matrix(out.systems, p.level)
	}
	var marks []picture.Mark
	for _, r := range out.Picked {
		marks = append(marks, picture.Mark{Case: r.Case, As: out.Technique})
	}
	return picture.Scatter(*out.Model, marks)
}

func printPicked(w io.Writer, p picked) {
	if m := p.Model; m != nil {
		fmt.Fprintf(w, "Model of %s in %d cases: R2 %.3f, residual standard error %.4g with %d degrees of freedom\n", m.Outcome, len(m.Cases), m.RSquared, m.Sigma, m.DF)
		for _, c := range m.Coefficients {
			name := c.Name
			if name == "" {
				name = "(constant)"
			}
			fmt.Fprintf(w, "  %s\t%.4g\t(%.3g)\n", name, c.Estimate, c.Error)
		}
		p.Notes = append(p.Notes, m.Notes...)
	}
	if p.Score != "" {
		fmt.Fprintf(w, "%s cases, %d of %d, by %s:\n", p.Technique, len(p.Picked), p.Of, p.Score)
	}
	for _, r := range p.Picked {
		fmt.Fprintf(w, "  %d\t%s\t%.4g\n", r.Rank, r.Case, r.Score)
	}
	for _, c := range p.Cells {
		var bins, names []string
		for _, b := range c.Bins {
			if b.Low == b.High {
				bins = append(bins, fmt.Sprintf("%s %g", b.Variable, b.Low))
			} else {
				bins = append(bins, fmt.Sprintf("%s %g to %g", b.Variable, b.Low, b.High))
			}
		}
		for _, r := range c.Cases {
			names = append(names, r.Case)
		}
		fmt.Fprintf(w, "%s\t%s\n", strings.Join(bins, ", "), strings.Join(names, ", "))
	}
	if p.Pairs != nil {
		fmt.Fprintf(w, "%s pairs, %d of %d that qualify, by distance in the controls:\n", p.Technique, len(p.Pairs.Pairs), p.Pairs.Qualify)
		for _, r := range p.Pairs.Pairs {
			fmt.Fprintf(w, "  %d\t%s\t%s\t%.4g\n", r.Rank, r.A, r.B, r.Distance)
		}
		if p.Pairs.Unlisted > 0 {
			fmt.Fprintf(w, "  and %d more that tie with the last\n", p.Pairs.Unlisted)
		}
	}
	for _, z := range p.Zones {
		printZone(w, z, p.Clusters)
	}
	for _, l := range p.LeftOut {
		fmt.Fprintf(w, "Left out: %s has no %s.\n", l.Case, strings.Join(l.Missing, ", "))
	}
	for _, n := range p.Notes {
		fmt.Fprintf(w, "Note: %s.\n", strings.TrimSuffix(n, "."))
	}
}

func printZone(w io.Writer, z technique.Zone, clusters []string) {
	fmt.Fprintf(w, "%s, outcomes %d and %d: %d pairs\n", z.Design, z.Outcomes[0], z.Outcomes[1], z.Of)
	for _, l := range z.Levels {
		var names []string
		for _, p := range l.Pairs[:min(5, len(l.Pairs))] {
			names = append(names, p[0]+" - "+p[1])
		}
		if more := len(l.Pairs) - len(names); more > 0 {
			names = append(names, fmt.Sprintf("and %d more", more))
		}
		fmt.Fprintf(w, "  level h%d: reached in %d of %d clusters by %s\n", l.Step, l.Clusters, len(clusters), strings.Join(names, ", "))
	}
	for _, p := range z.Pairs {
		var d []string
		for c, x := range p.Distances {
			d = append(d, fmt.Sprintf("%s %d", clusters[c], x))
		}
		fmt.Fprintf(w, "  %d\t%s\t%s\tdistances: %s\n", p.Rank, p.A, p.B, strings.Join(d, ", "))
		list, what := p.Differ, "still differ in"
		if z.Design == technique.MDSO {
			list, what = p.Agree, "still agree in"
		}
		if len(list) == 0 {
			list = []string{"nothing"}
		}
		fmt.Fprintf(w, "  \t%s %s\n", what, strings.Join(list, ", "))
	}
}
