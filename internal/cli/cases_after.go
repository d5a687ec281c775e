package cli

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"throughline/analysis/selection/technique"
	"throughline/internal/fault"
	"throughline/internal/store"
	"throughline/internal/synthesis"
	"throughline/internal/thread"
)

// casesAfter tells which cases to study next, after a comparison.
func (e *env) casesAfter() *cobra.Command {
	var name, kind string
	var model, most int
	c := command("after ANALYSIS", "After a QCA: typical, deviant and irrelevant cases, and which pairs to compare",
		"  throughline cases after ana-fuzzy\n  throughline cases after ana-fuzzy --kind parsimonious --model 1 -n 3 --json", 1,
		func(ctx context.Context, _ *cobra.Command, args []string) error {
			if most < 1 {
				return fault.New(fault.Usage, "--number is %d; ask for 1 or more.", most)
			}
			s, err := e.openExisting(ctx)
			if err != nil {
				return err
			}
			defer s.Close()
			slug, err := onlyStudy(ctx, s, name)
			if err != nil {
				return err
			}
			a, err := store.Get[synthesis.Analysis](ctx, s, slug, thread.ID(args[0]))
			if err != nil {
				return err
			}
			conditions, err := store.All[synthesis.Condition](ctx, s, slug, store.Filter{})
			if err != nil {
				return err
			}
			scores, err := store.All[synthesis.Score](ctx, s, slug, store.Filter{})
			if err != nil {
				return err
			}
			d, err := a.Object.Data(store.Objects(conditions), store.Objects(scores))
			if err != nil {
				return err
			}
			found, formula, err := a.Object.CasesToStudy(d, kind, model, most)
			if err != nil {
				return err
			}
			return e.print(map[string]any{"solution": formula, "kind": kind, "cases": found}, func(w io.Writer) { printAfter(w, formula, found) })
		})
	f := c.Flags()
	f.StringVar(&name, "study", "", "which study, when there are several")
	f.StringVar(&kind, "kind", "conservative", "which solution: conservative, parsimonious or intermediate")
	f.IntVar(&model, "model", 1, "which of its models")
	f.IntVarP(&most, "number", "n", 3, "at most so many pairs of each sort")
	return c
}

func printAfter(w io.Writer, formula string, found technique.Sufficiency) {
	set := func(cs []technique.SetCase) string {
		var out []string
		for _, c := range cs {
			s := fmt.Sprintf("%s (%.2f)", c.Case, c.Score)
			if c.Best {
				s = "*" + s
			}
			out = append(out, s)
		}
		if len(out) == 0 {
			return "none"
		}
		return strings.Join(out, ", ")
	}
	pairs := func(ps []technique.SetPair) string {
		var out []string
		for _, p := range ps {
			out = append(out, fmt.Sprintf("%s with %s (%.2f)", p.A, p.B, p.Score))
		}
		if len(out) == 0 {
			return "none"
		}
		return strings.Join(out, ", ")
	}
	fmt.Fprintf(w, "%s; the smallest figure first, * is the one to begin with.\n", formula)
	for _, t := range found.Terms {
		fmt.Fprintf(w, "%s\ttypical\t%s\n", t.Term, set(t.Typical))
		fmt.Fprintf(w, "\tin it without the outcome (deviant)\t%s\n", set(t.DeviantConsistency))
		fmt.Fprintf(w, "\tcompare typical with deviant\t%s\n", pairs(t.TypicalDeviant))
		for _, c := range t.Conjuncts {
			fmt.Fprintf(w, "\tfor %s, compare typical with irrelevant\t%s\n", c.Conjunct, pairs(c.TypicalIrrelevant))
		}
	}
	for _, r := range found.Rows {
		fmt.Fprintf(w, "row %s\twith the outcome, not explained\t%s\n", r.Row, set(r.DeviantCoverage))
		fmt.Fprintf(w, "\tcompare with irrelevant\t%s\n", pairs(r.DeviantIrrelevant))
	}
	if len(found.Irrelevant) > 0 {
		fmt.Fprintf(w, "irrelevant\t\t%s\n", strings.Join(found.Irrelevant, ", "))
	}
	for _, u := range found.Undecided {
		fmt.Fprintf(w, "neither in nor out\t%s\t%s\n", u.Set, u.Case)
	}
}
