package cli

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"throughline/analysis/qca"
	"throughline/internal/fault"
)

// qcaBeside is what robustness tells on request, beside what it always tells.
type qcaBeside struct {
	theory        string
	cluster, unit string
	raw           string
	anchors       []string
}

// qcaRobust is the whole answer.
type qcaRobust struct {
	qca.Robustness
	Anchors  []qca.Range     `json:"anchors,omitempty"`
	Theory   *qca.Evaluation `json:"theory,omitempty"`
	Clusters *qca.Clusters   `json:"clusters,omitempty"`
}

func (e *env) qcaRobustness() *cobra.Command {
	var in qcaInput
	var m qcaMinimum
	var p qca.PermutationOptions
	var b qcaBeside
	c := qcaCommand("robustness [DATA.csv]", "Tell how far a solution holds: chance, cut-offs, anchors, single cases and conditions, theory, clusters",
		"  throughline qca robustness cases.csv --outcome SUCCESS --conditions COAL,LEAD,PROP --solution parsimonious\n"+
			"  throughline qca robustness cases.csv --outcome SUCCESS --conditions COAL,LEAD --raw raw.csv --anchors COAL=400,550,900\n"+
			"  throughline qca robustness panel.csv --outcome SUCCESS --conditions COAL,LEAD --cluster YEAR --unit COUNTRY\n"+
			"  throughline qca robustness --analysis ana-crisp --theory 'COAL*LEAD' --json",
		func(ctx context.Context, _ *cobra.Command, args []string) error {
			d, err := in.read(ctx, e, args)
			if err != nil {
				return err
			}
			a, t, _, err := m.analysis(ctx, &in, d)
			if err != nil {
				return err
			}
			out, err := b.robustness(ctx, &in, a, t, p, e.progress("checked"))
			if err != nil {
				return err
			}
			return e.print(out, func(w io.Writer) { printRobust(w, out) })
		})
	in.flags(c, true)
	m.flags(c)
	f := c.Flags()
	f.IntVar(&p.Runs, "shuffles", 10_000, "shuffles of the outcome; when there are fewer different ones, all of them")
	f.Uint64Var(&p.Seed, "seed", 1, "of the shuffles")
	f.StringVar(&b.theory, "theory", "", "what theory expects, as 'A*B + C', to compare with the first model")
	f.StringVar(&b.cluster, "cluster", "", "column that names the cluster of each case, such as a year")
	f.StringVar(&b.unit, "unit", "", "column that names the unit of each case, such as a country")
	f.StringVar(&b.raw, "raw", "", "table of the raw values, with the same cases, for --anchors")
	f.StringArrayVar(&b.anchors, "anchors", nil, "anchors by which a column was calibrated, as A=400,550,900 (fully out, crossover, fully in) or A=550 (a threshold); may be repeated")
	return c
}

func (b qcaBeside) robustness(ctx context.Context, in *qcaInput, a qca.Analysis, t qca.Table, p qca.PermutationOptions, progress func(done, of int)) (qcaRobust, error) {
	var out qcaRobust
	calibrations, err := b.calibrations(a.Data)
	if err != nil {
		return out, err
	}
	for _, k := range in.calibrations { // of an analysis of a study they are known
		if k.Set == a.Data.OutcomeName || slices.Contains(a.Data.Conditions, k.Set) {
			calibrations = append(calibrations, k)
		}
	}
	p.Progress = progress
	if out.Robustness, err = a.Robustness(ctx, p); err != nil {
		return out, invalid(err)
	}
	if len(calibrations) > 0 {
		if out.Anchors, err = a.AnchorRanges(ctx, calibrations, progress); err != nil {
			return out, invalid(err)
		}
	}
	if b.theory == "" && b.cluster == "" && b.unit == "" {
		return out, nil
	}
	solutions, err := t.Minimize(ctx, a.Options)
	if err != nil {
		return out, invalid(err)
	}
	first := solutions[0].Terms(0)
	if b.theory != "" {
		theory, err := expression(a.Data, "--theory", b.theory)
		if err != nil {
			return out, err
		}
		v, err := a.Data.Evaluate(ctx, theory, first)
		if err != nil {
			return out, invalid(err)
		}
		out.Theory = &v
	}
	if b.cluster == "" && b.unit == "" {
		return out, nil
	}
	if in.table == nil {
		return out, fault.New(fault.Usage, "--cluster and --unit name columns of a file; an analysis of a study has none.")
	}
	if b.cluster == "" {
		return out, fault.New(fault.Usage, "--unit needs --cluster beside it.")
	}
	var names [2][]string
	for n, c := range []struct{ flag, name string }{{"--cluster", b.cluster}, {"--unit", b.unit}} {
		if c.name == "" {
			continue
		}
		i, err := in.table.find(c.flag, c.name)
		if err != nil {
			return out, err
		}
		names[n] = in.table.cells[i]
	}
	v, err := a.Data.Clusters(first, names[0], names[1], false)
	if err != nil {
		return out, invalid(err)
	}
	out.Clusters = &v
	return out, nil
}

// calibrations reads --anchors and the raw values that they belong to.
func (b qcaBeside) calibrations(d qca.Data) ([]qca.Calibration, error) {
	if len(b.anchors) == 0 {
		return nil, nil
	}
	if b.raw == "" {
		return nil, fault.New(fault.Usage, "--anchors needs the raw values: --raw RAW.csv.")
	}
	t, err := readTable(b.raw)
	if err != nil {
		return nil, err
	}
	var out []qca.Calibration
	for _, s := range b.anchors {
		set, list, ok := strings.Cut(s, "=")
		at, err := numbersOf(list)
		if !ok || err != nil || len(at) != 1 && len(at) != 3 {
			return nil, fault.New(fault.Usage, "--anchors is %q; expected a column with three anchors or a threshold, as A=400,550,900 or A=550.", s)
		}
		i, err := t.find("--anchors", set)
		if err != nil {
			return nil, err
		}
		values := t.numbers(i)
		if err := t.wrong.Err(); err != nil {
			return nil, err
		}
		raw := make([]float64, len(d.Cases))
		for n, c := range d.Cases {
			at := slices.Index(t.cases, c)
			if at < 0 {
				return nil, fault.New(fault.Invalid, "%s has no line for the case %q.", b.raw, c)
			}
			raw[n] = values[at]
		}
		if len(at) == 1 {
			out = append(out, qca.CrispCalibration(set, raw, at[0]))
		} else {
			out = append(out, qca.FuzzyCalibration(set, raw, qca.Anchors{Exclusion: at[0], Crossover: at[1], Inclusion: at[2]}))
		}
	}
	return out, nil
}

func printRobust(w io.Writer, r qcaRobust) {
	for _, s := range r.Words {
		fmt.Fprintln(w, s)
	}
	fmt.Fprintln(w, "\nEach cut-off alone")
	for _, x := range r.Cutoffs {
		fmt.Fprintf(w, "  %v\n", x)
	}
	if len(r.Anchors) > 0 {
		fmt.Fprintln(w, "\nEach anchor alone")
		for _, x := range r.Anchors {
			fmt.Fprintf(w, "  %v\n", x)
		}
	}
	fmt.Fprintln(w, "\nOther usual cut-offs")
	for _, x := range r.Tests.Tests {
		fmt.Fprintf(w, "  %s: %v\n", x.Name, x.Found)
	}
	if f := r.Tests.Fit; f != nil {
		fmt.Fprintf(w, "  RF_cons %.3f, RF_cov %.3f, RF_SC_minTS %.3f, RF_SC_maxTS %.3f, RCR_typ %.3f, RCR_dev %.3f\n", f.Consistency, f.Coverage, f.Smallest, f.Largest, f.Typical, f.Deviant)
		printGroups(w, f.Groups)
	}
	fmt.Fprintln(w, "\nEach case left out")
	for _, x := range r.Cases {
		fmt.Fprintf(w, "  %v\n", x)
	}
	fmt.Fprintln(w, "\nEach condition left out")
	for _, x := range r.Conditions {
		fmt.Fprintf(w, "  %v\n", x)
	}
	if r.Theory != nil {
		fmt.Fprintln(w, "\nTheory and solution")
		for _, x := range r.Theory.Sets {
			fmt.Fprintf(w, "  %s: %s  consistency %.3f, coverage %.3f\n", x.Name, x.Expr, x.Consistency, x.Coverage)
		}
		printGroups(w, r.Theory.Groups)
		for _, s := range r.Theory.Words() {
			fmt.Fprintf(w, "  %s\n", s)
		}
	}
	if r.Clusters != nil {
		fmt.Fprintln(w, "\nClusters")
		for _, x := range slices.Concat(r.Clusters.Between, r.Clusters.Within) {
			fmt.Fprintf(w, "  %s: %d cases, consistency %.3f, coverage %.3f\n", x.Name, x.Cases, x.Consistency, x.Coverage)
		}
		for _, s := range r.Clusters.Words() {
			fmt.Fprintf(w, "  %s\n", s)
		}
	}
}

func printGroups(w io.Writer, groups []qca.CaseGroup) {
	for _, g := range groups {
		if len(g.Cases) > 0 {
			fmt.Fprintf(w, "  %s: %s\n", g.Name, strings.Join(g.Cases, ", "))
		}
	}
}
