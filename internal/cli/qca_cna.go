package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"throughline/analysis/cna"
	"throughline/internal/fault"
)

func (e *env) qcaCNA() *cobra.Command {
	var o cna.Options
	var factors []string
	var ordering, until, variation string
	var in qcaInput
	c := qcaCommand("cna [DATA.csv]", "Find what causes what in calibrated data: coincidence analysis, for one, several or all outcomes",
		"  throughline qca cna DATA.csv --con 0.8 --cov 0.8\n"+
			"  throughline qca cna DATA.csv --outcome SUCCESS,~SPLIT --con 0.85 --cov 0.8 --json\n"+
			"  throughline qca cna DATA.csv --ordering \"A, B < C < D\" --exclude \"A, ~B -> D\"\n"+
			"  throughline qca cna DATA.csv --outcome REGIME=2 --until sufficient\n"+
			"  throughline qca cna --analysis ana-crisp --con 0.8 --cov 0.8",
		func(ctx context.Context, _ *cobra.Command, args []string) error {
			var err error
			if o.Ordering, err = cna.ParseOrdering(ordering); err != nil {
				return fault.New(fault.Usage, "%s", sentence(err))
			}
			stages := map[string]cna.Stage{"sufficient": cna.SufficientStage, "atomic": cna.AtomicStage, "complex": cna.ComplexStage}
			variations := map[string]cna.Variation{"half": cna.AcrossHalf, "any": cna.AnyValue, "none": cna.NotAsked}
			var known bool
			if o.Last, known = stages[until]; !known {
				return fault.New(fault.Usage, "--until is %q; expected sufficient, atomic or complex.", until)
			}
			if o.Variation, known = variations[variation]; !known {
				return fault.New(fault.Usage, "--variation is %q; expected half, any or none.", variation)
			}
			for _, x := range []struct { // here 0 would be taken for the default
				flag  string
				value float64
			}{{"con", o.Con}, {"cov", o.Cov}, {"cutoff", o.Cutoff}} {
				if !(x.value > 0 && x.value <= 1) {
					return fault.New(fault.Usage, "--%s is %v; expected a number above 0 and up to 1.", x.flag, x.value)
				}
			}
			d, err := e.scores(ctx, &in, args, factors)
			if err != nil {
				return err
			}
			if err := d.Valid(); err != nil {
				return fault.New(fault.Invalid, "%s: %s. --factors chooses the columns to use.", strings.Join(append(args, in.analysis), ""), err)
			}
			tell := map[cna.Stage]func(done, total int){}
			o.Progress = func(stage cna.Stage, done, total int) {
				if tell[stage] == nil {
					tell[stage] = e.progress(string(stage))
				}
				tell[stage](done, total)
			}
			r, err := cna.Analyze(ctx, d, o)
			var much *cna.TooMuch
			switch {
			case errors.As(err, &much): // what was finished is shown, and the command fails
				err = fault.New(fault.Invalid, "%s", sentence(err))
			case err != nil && ctx.Err() != nil:
				return err
			case err != nil:
				return fault.New(fault.Usage, "%s", sentence(err))
			}
			out := struct {
				cna.Result
				Stopped cna.Stage `json:"stopped,omitempty"` // the stage that was too much
			}{Result: r}
			if much != nil {
				out.Stopped = much.Stage
			}
			return errors.Join(e.print(out, func(w io.Writer) { printCNA(w, r, o, out.Stopped) }), err)
		})
	in.studyFlags(c)
	f := c.Flags()
	f.StringSliceVar(&factors, "factors", nil, "columns to use; all when not given")
	f.StringSliceVar(&o.Outcomes, "outcome", nil, "what to explain, as X, ~X (absence) or X=2; the presence, or every category, of every factor when not given")
	f.StringVar(&ordering, "ordering", "", "causes before effects, as \"A, B < C\"; factors not named come first")
	f.BoolVar(&o.Strict, "strict", false, "factors on one level of the ordering do not cause each other")
	f.StringArrayVar(&o.Exclude, "exclude", nil, "what is known to be no cause, as \"A, ~B -> C\"; A* for every value; may be repeated")
	f.Float64Var(&o.Con, "con", 1, "least consistency")
	f.Float64Var(&o.Cov, "cov", 1, "least coverage of solutions")
	f.Float64Var(&o.ConSufficient, "con-msc", 0, "least consistency of sufficient conditions, when it is not --con")
	f.IntVar(&o.MaxConjuncts, "max-conjuncts", 3, "factors in one term at most")
	f.IntVar(&o.MaxDisjuncts, "max-disjuncts", 4, "terms in an atomic solution at most")
	f.IntVar(&o.MaxComplexity, "max-complexity", 10, "factors in all terms of an atomic solution at most")
	f.Float64Var(&o.Cutoff, "cutoff", 0.5, "fuzzy data: membership that some case must reach in a term")
	f.BoolVar(&o.AboveCutoff, "above-cutoff", false, "the cut-off must be exceeded, not only reached")
	f.StringVar(&variation, "variation", "half", "how the outcome must vary in cases that fit a solution: half (across 0.5), any or none")
	f.BoolVar(&o.Redundant, "redundant", false, "keep solutions with parts that make no difference")
	f.BoolVar(&o.Acyclic, "acyclic", false, "leave out complex solutions with a cycle")
	f.StringVar(&until, "until", "complex", "last stage: sufficient, atomic or complex")
	f.IntVar(&o.MaxSolutions, "max-solutions", 100_000, "conditions or solutions found at most, for each outcome")
	f.IntVar(&o.MaxWork, "max-steps", 200_000_000, "steps of the search at most, for each outcome")
	return c
}

func printCNA(w io.Writer, r cna.Result, o cna.Options, stopped cna.Stage) {
	fmt.Fprintf(w, "Coincidence analysis of %s data: consistency at least %v, coverage at least %v\n", r.Kind, o.Con, o.Cov)
	for _, note := range r.Notes {
		fmt.Fprintf(w, "Note: %s\n", note)
	}
	head := func(what string, n int) {
		fmt.Fprintf(w, "\n%s: %d\n", what, n)
		if n > 0 {
			fmt.Fprint(w, "consistency\tcoverage\tcomplexity\tformula\n")
		}
	}
	line := func(con, cov float64, complexity int, formula string) {
		fmt.Fprintf(w, "%.3f\t%.3f\t%d\t%s", con, cov, complexity, formula)
	}
	if stopped != cna.SufficientStage {
		head("Minimally sufficient conditions", len(r.Sufficient))
		for _, s := range r.Sufficient {
			line(s.Consistency, s.Coverage, s.Complexity, s.Formula)
			fmt.Fprintf(w, "\t%s\n", strings.Join(s.Cases, ", "))
		}
	}
	if o.Last != cna.SufficientStage && stopped != cna.SufficientStage && stopped != cna.AtomicStage {
		head("Atomic solutions", len(r.Atomic))
		for _, s := range r.Atomic {
			line(s.Consistency, s.Coverage, s.Complexity, s.Formula)
			fmt.Fprintln(w)
		}
		if r.Aside.Redundant+r.Aside.Unvaried > 0 {
			fmt.Fprintf(w, "Set aside: %d with redundant parts, %d whose outcome does not vary in the cases that fit.\n", r.Aside.Redundant, r.Aside.Unvaried)
		}
		if len(r.Atomic) == 0 {
			fmt.Fprintln(w, "Nothing explains an outcome at these thresholds. Lower --con and --cov a little at a time; below 0.75 mistakes become likely.")
		}
	}
	if o.Last == cna.ComplexStage && stopped == "" && len(r.Atomic) > 0 {
		head("Complex solutions", len(r.Complex))
		for _, s := range r.Complex {
			line(s.Consistency, s.Coverage, s.Complexity, s.Formula)
			if s.Cyclic {
				fmt.Fprint(w, "\tcyclic")
			}
			fmt.Fprintln(w)
		}
		if len(r.Complex) > 1 {
			fmt.Fprintln(w, "More than one fits: the data do not choose between them.")
		}
	}
}

// scores are those of a file, or of an analysis of a study with its outcome as one more factor.
func (e *env) scores(ctx context.Context, in *qcaInput, args, columns []string) (cna.Data, error) {
	if in.analysis == "" {
		if len(args) != 1 {
			return cna.Data{}, fault.New(fault.Usage, "Give a file of calibrated data, DATA.csv, or an analysis of a study with --analysis.")
		}
		return readScores(args[0], columns)
	}
	d, err := in.read(ctx, e, args)
	if err != nil {
		return cna.Data{}, err
	}
	all := append(slices.Clone(d.Conditions), d.OutcomeName)
	out := cna.Data{Cases: d.Cases, Values: make([][]float64, len(d.Cases))}
	for _, name := range columns {
		if !slices.Contains(all, name) {
			return out, fault.New(fault.Usage, "There is no condition %q in %s; there are: %s.", name, in.analysis, strings.Join(all, ", "))
		}
	}
	for j, name := range all {
		if len(columns) > 0 && !slices.Contains(columns, name) {
			continue
		}
		out.Factors = append(out.Factors, name)
		for i := range d.Cases {
			out.Values[i] = append(out.Values[i], append(slices.Clone(d.Values[i]), d.Outcome[i])[j])
		}
	}
	return out, nil
}

// readScores reads the columns of a table that are asked for, or all.
func readScores(path string, columns []string) (cna.Data, error) {
	t, err := readTable(path)
	if err != nil {
		return cna.Data{}, err
	}
	for _, name := range columns {
		if !slices.Contains(t.header[1:], name) {
			return cna.Data{}, fault.New(fault.Usage, "There is no column %q in %s; there are: %s.", name, path, strings.Join(t.header[1:], ", "))
		}
	}
	d := cna.Data{Cases: t.cases, Values: make([][]float64, len(t.cases))}
	for i, name := range t.header[1:] {
		if len(columns) > 0 && !slices.Contains(columns, name) {
			continue
		}
		values, _ := t.column(i + 1)
		d.Factors = append(d.Factors, name)
		for n, x := range values {
			d.Values[n] = append(d.Values[n], x)
		}
	}
	return d, t.wrong.Err()
}
