package cli

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"throughline/analysis/qca"
)

// qcaScript writes the analysis for R, and qcaMethods the paragraph that tells of it.
func (e *env) qcaScript() *cobra.Command {
	return e.qcaWriting("script [DATA.csv]", "Write an R script that repeats the analysis with the package QCA",
		"  throughline qca script cases.csv --outcome SUCCESS --solution parsimonious > again.R",
		func(a qca.Analysis, _ qca.Table, s []qca.Solution) (string, error) { return a.RScript(s) })
}

func (e *env) qcaMethods() *cobra.Command {
	return e.qcaWriting("methods [DATA.csv]", "Write the paragraph of a paper that says what was done, with every choice made",
		"  throughline qca methods --analysis ana-crisp --solution parsimonious",
		func(a qca.Analysis, t qca.Table, s []qca.Solution) (string, error) {
			return a.Methods(t, s) + "\n", nil
		})
}

func (e *env) qcaWriting(use, short, example string, write func(qca.Analysis, qca.Table, []qca.Solution) (string, error)) *cobra.Command {
	var in qcaInput
	var m qcaMinimum
	c := qcaCommand(use, short, example, func(ctx context.Context, _ *cobra.Command, args []string) error {
		d, err := in.read(ctx, e, args)
		if err != nil {
			return err
		}
		a, t, _, err := m.analysis(ctx, &in, d)
		if err != nil {
			return err
		}
		solutions, err := t.Minimize(ctx, a.Options)
		if err != nil {
			return invalid(err)
		}
		text, err := write(a, t, solutions)
		if err != nil {
			return invalid(err)
		}
		return e.print(map[string]any{"text": text}, func(w io.Writer) { fmt.Fprint(w, text) })
	})
	in.flags(c, true)
	m.flags(c)
	return c
}
