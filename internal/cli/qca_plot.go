package cli

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"throughline/analysis/qca"
	"throughline/analysis/qca/boolean"
	"throughline/analysis/qca/picture"
	"throughline/internal/fault"
)

// qcaPlot draws cases against the outcome.
func (e *env) qcaPlot() *cobra.Command {
	var in qcaInput
	var set, out string
	c := qcaCommand("plot [DATA.csv]", "Draw the cases of a set against the outcome (XY plot), as SVG",
		"  throughline qca plot cases.csv --outcome SUCCESS --set 'COAL*~LEAD' -o plot.svg\n  throughline qca plot --analysis ana-fuzzy --set PROP -o plot.svg",
		func(ctx context.Context, _ *cobra.Command, args []string) error {
			if set == "" || out == "" {
				return fault.New(fault.Usage, "Say what to draw with --set, such as 'A*~B + C', and where with -o FILE.svg.")
			}
			d, err := in.read(ctx, e, args)
			if err != nil {
				return err
			}
			points, err := points(d, set)
			if err != nil {
				return err
			}
			svg, err := picture.XY(set, d.OutcomeName, points)
			if err != nil {
				return invalid(err)
			}
			if err := os.WriteFile(out, []byte(svg), 0o644); err != nil {
				return fault.Wrap(fault.Unavailable, err, "The drawing cannot be written to %s. Check that the folder exists and that you may write there.", out)
			}
			return e.print(map[string]any{"file": out, "cases": len(points)}, func(w io.Writer) {
				fmt.Fprintf(w, "Drew %d cases to %s.\n", len(points), out)
			})
		})
	in.flags(c, false)
	c.Flags().StringVar(&set, "set", "", "condition, term or whole expression, as 'A*~B + C'")
	c.Flags().StringVarP(&out, "out", "o", "", "file to write")
	return c
}

// points gives each case's membership in an expression and in the outcome.
func points(d qca.Data, set string) ([]picture.Point, error) {
	x, err := boolean.Parse(set, booleans(d))
	if err != nil {
		return nil, misread(err)
	}
	values, err := x.Evaluate(d.Values)
	if err != nil {
		return nil, invalid(err)
	}
	out := make([]picture.Point, len(values))
	for i, v := range values {
		out[i] = picture.Point{Case: d.Cases[i], X: v, Y: d.Outcome[i]}
	}
	return out, nil
}
