package cli

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"throughline/analysis/qca/boolean"
	"throughline/internal/fault"
)

// qcaExpr works with expressions typed by hand.
func (e *env) qcaExpr() *cobra.Command {
	var do, with, file string
	does := []string{"simplify", "negate", "expand", "factor", "products", "intersect", "union", "equal", "implies", "evaluate"}
	c := command("expr EXPRESSION", "Simplify, negate, expand, factor, compare or evaluate an expression",
		"  throughline qca expr 'A*B + A*~B'\n  throughline qca expr 'A*B + C' --do negate\n  throughline qca expr 'A*B + A*C' --do factor\n"+
			"  throughline qca expr 'A{1,2} + B' --do implies --with 'A{1}'\n  throughline qca expr 'COAL*~LEAD' --do evaluate --on cases.csv --json", 1,
		func(_ context.Context, _ *cobra.Command, args []string) error {
			if !slices.Contains(does, do) {
				return fault.New(fault.Usage, "--do is %q; expected one of: %s.", do, strings.Join(does, ", "))
			}
			two := slices.Contains([]string{"intersect", "union", "equal", "implies"}, do)
			if two == (with == "") {
				return fault.New(fault.Usage, "--with names a second expression; it belongs to intersect, union, equal and implies, and they need it.")
			}
			if (do == "evaluate") == (file == "") {
				return fault.New(fault.Usage, "--on names a table with the memberships of cases; it belongs to evaluate, which needs it.")
			}
			var conditions []boolean.Condition
			in := qcaInput{}
			if file != "" {
				d, err := in.columns(file)
				if err != nil {
					return err
				}
				for j, n := range d.Conditions {
					conditions = append(conditions, boolean.Condition{Name: n, Levels: d.Levels[j]})
				}
				x, err := boolean.Parse(args[0], conditions)
				if err != nil {
					return misread(err)
				}
				values, err := x.Evaluate(d.Values)
				if err != nil {
					return invalid(err)
				}
				type member struct {
					Case       string  `json:"case"`
					Membership float64 `json:"membership"`
				}
				var out []member
				for i, m := range values {
					out = append(out, member{d.Cases[i], m})
				}
				return e.print(map[string]any{"expression": x, "cases": out}, func(w io.Writer) {
					for _, m := range out {
						fmt.Fprintf(w, "%s\t%.6g\n", m.Case, m.Membership)
					}
				})
			}
			x, err := boolean.Parse(args[0], nil)
			if err != nil {
				return misread(err)
			}
			var y boolean.Expr
			if two { // both over the conditions of both
				if y, err = boolean.Parse(with, nil); err != nil {
					return misread(err)
				}
				conditions = x.Conditions()
				for _, c := range y.Conditions() {
					i := slices.IndexFunc(conditions, func(k boolean.Condition) bool { return k.Name == c.Name })
					if i < 0 {
						conditions = append(conditions, c)
					} else {
						conditions[i].Levels = max(conditions[i].Levels, c.Levels)
					}
				}
				if x, err = boolean.Parse(args[0], conditions); err != nil {
					return misread(err)
				}
				if y, err = boolean.Parse(with, conditions); err != nil {
					return misread(err)
				}
			}
			var found []boolean.Expr
			var holds bool
			one := func(x boolean.Expr, err error) error {
				found = []boolean.Expr{x}
				return err
			}
			switch do {
			case "simplify":
				found, err = x.Simplify()
			case "negate":
				found, err = x.Negate()
			case "factor":
				found, err = x.Factor()
			case "expand":
				err = one(x.Expand())
			case "products":
				err = one(x.Products())
			case "intersect":
				err = one(boolean.Intersect(x, y))
			case "union":
				err = one(boolean.Union(x, y))
			case "equal":
				holds, err = boolean.Equal(x, y)
			case "implies":
				holds, err = boolean.Implies(x, y)
			}
			if err != nil {
				return invalid(err)
			}
			if do == "equal" || do == "implies" {
				return e.print(map[string]any{do: holds}, func(w io.Writer) {
					fmt.Fprintln(w, map[bool]string{true: "yes", false: "no"}[holds])
				})
			}
			return e.print(map[string]any{"results": found}, func(w io.Writer) {
				for _, r := range found {
					fmt.Fprintln(w, r)
				}
			})
		})
	f := c.Flags()
	f.StringVar(&do, "do", "simplify", strings.Join(does, ", "))
	f.StringVar(&with, "with", "", "a second expression")
	f.StringVar(&file, "on", "", "a table with the memberships of cases")
	return c
}

// misread tells of an expression that cannot be read.
func misread(err error) error { return fault.New(fault.Usage, "%s", sentence(err)) }
