package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"throughline/analysis/qca"
	"throughline/analysis/qca/boolean"
	"throughline/analysis/qca/picture"
	"throughline/internal/fault"
)

// qcaPictures are the kinds of drawing.
var qcaPictures = []string{"xy", "matrix", "chart", "venn", "upset", "ranges"}

// qcaPlot draws what a comparison shows.
func (e *env) qcaPlot() *cobra.Command {
	var in qcaInput
	var m qcaMinimum
	var kind, set, out string
	var model int
	c := qcaCommand("plot [DATA.csv]", "Draw cases, truth table or solution as SVG",
		"  throughline qca plot cases.csv --outcome SUCCESS --set 'COAL*~LEAD' -o plot.svg\n"+
			"  throughline qca plot --analysis ana-fuzzy --kind matrix -o table.svg\n"+
			"  throughline qca plot cases.csv --outcome SUCCESS --kind chart --solution intermediate --dir-exp 1,-,0 -o chart.svg\n\n"+
			"Kinds:\n"+
			"  xy      cases by membership in --set and in the outcome\n"+
			"  matrix  the truth table\n"+
			"  chart   a model with its core and contributing conditions\n"+
			"  venn    the truth table as a Venn diagram, up to five conditions\n"+
			"  upset   its configurations by number of cases, any number of conditions\n"+
			"  ranges  how far each cut-off could have been different\n"+
			"Calibrations are drawn by \"throughline qca calibrate --picture FILE.svg\".",
		func(ctx context.Context, c *cobra.Command, args []string) error {
			switch {
			case !slices.Contains(qcaPictures, kind):
				return fault.New(fault.Usage, "--kind is %q; expected one of: %s. A calibration is drawn by \"qca calibrate --picture FILE.svg\".", kind, strings.Join(qcaPictures, ", "))
			case out == "":
				return fault.New(fault.Usage, "Say where to draw with -o FILE.svg.")
			case kind == "xy" && set == "":
				return fault.New(fault.Usage, "Say what to draw with --set, such as 'A*~B + C', or choose another --kind: %s.", strings.Join(qcaPictures[1:], ", "))
			case kind != "xy" && set != "":
				return fault.New(fault.Usage, "--set belongs to --kind xy; leave it out.")
			case kind != "chart" && c.Flags().Changed("model"):
				return fault.New(fault.Usage, "--model belongs to --kind chart; leave it out.")
			}
			d, err := in.read(ctx, e, args)
			if err != nil {
				return err
			}
			shows, svg, err := drawing(ctx, &in, d, m, kind, set, model)
			if err != nil {
				return err
			}
			if err := writePicture(out, svg); err != nil {
				return err
			}
			return e.print(map[string]any{"file": out, "kind": kind, "cases": len(d.Cases), "shows": shows}, func(w io.Writer) {
				fmt.Fprintf(w, "Drew %s to %s.\n", shows, out)
			})
		})
	in.flags(c, true)
	m.flags(c)
	f := c.Flags()
	f.StringVar(&kind, "kind", "xy", strings.Join(qcaPictures, ", "))
	f.StringVar(&set, "set", "", "xy: condition, term or whole expression, as 'A*~B + C'")
	f.IntVar(&model, "model", 1, "chart: which of the models, in the order in which qca minimize lists them")
	f.StringVarP(&out, "out", "o", "", "file to write")
	return c
}

func writePicture(path, svg string) error {
	if err := os.WriteFile(path, []byte(svg), 0o644); err != nil {
		return fault.Wrap(fault.Unavailable, err, "The drawing cannot be written to %s. Check that the folder exists and that you may write there.", path)
	}
	return nil
}

// drawing makes a picture of data, and says what it shows.
func drawing(ctx context.Context, in *qcaInput, d qca.Data, m qcaMinimum, kind, set string, model int) (shows, svg string, err error) {
	if kind == "xy" {
		points, err := points(d, set)
		if err != nil {
			return "", "", err
		}
		svg, err = picture.XY(set, d.OutcomeName, points)
		return fmt.Sprintf("%d cases, %s against %s", len(points), set, d.OutcomeName), svg, invalid(err)
	}
	a, t, _, err := m.analysis(ctx, in, d)
	if err != nil {
		return "", "", err
	}
	shows = fmt.Sprintf("%d configurations of %d cases for %s", len(t.Rows), len(d.Cases), d.OutcomeName)
	switch kind {
	case "matrix":
		svg, err = picture.Matrix(t)
		return shows, svg, invalid(err)
	case "venn":
		if len(d.Conditions) > picture.MostVenn {
			return "", "", fault.New(fault.Invalid, "There are %d conditions, and a Venn diagram shows at most %d. Use --kind upset, or choose some with --conditions.", len(d.Conditions), picture.MostVenn)
		}
		svg, err = picture.Venn(t)
		return shows, svg, invalid(err)
	case "upset":
		svg, err = picture.UpSet(t)
		return shows, svg, invalid(err)
	}
	solutions, err := t.Minimize(ctx, a.Options)
	if err != nil {
		return "", "", invalid(err)
	}
	if kind == "ranges" {
		r, err := a.CutoffRanges(ctx)
		if err != nil {
			return "", "", invalid(err)
		}
		svg, err = picture.Ranges(r)
		return fmt.Sprintf("the ranges of %d cut-offs for %s", len(r), d.OutcomeName), svg, invalid(err)
	}
	// The core is what a model shares with the parsimonious solution of the same choices.
	a.Options.Solution = qca.Parsimonious
	parsimonious, err := t.Minimize(ctx, a.Options)
	if err != nil {
		return "", "", invalid(err)
	}
	all, n := 0, model-1
	for _, s := range solutions {
		if at := n - all; at >= 0 && at < len(s.Models) {
			shows = fmt.Sprintf("model %d of the %s solution for %s, %s", model, s.Kind, s.Outcome, s.Models[at].Expr)
			svg, err = picture.Chart(t, s, at, parsimonious[0])
		}
		all += len(s.Models)
	}
	if n < 0 || n >= all {
		return "", "", fault.New(fault.Usage, "--model is %d; \"qca minimize\" lists models 1 to %d.", model, all)
	}
	return shows, svg, invalid(err)
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
