package cli

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"throughline/internal/cases"
	"throughline/internal/chain"
	"throughline/internal/fault"
	"throughline/internal/store"
)

// casesMemo writes the memo of a study's selection: the rules, what they led to, with its proof, and why.
func (e *env) casesMemo() *cobra.Command {
	var name string
	c := command("memo", "Write the memo of a study's selection, to be signed and kept",
		"  throughline cases memo > memo.md\n  throughline cases memo --study kleptocracy --json", 0,
		func(ctx context.Context, _ *cobra.Command, _ []string) error {
			s, err := e.openExisting(ctx)
			if err != nil {
				return err
			}
			defer s.Close()
			slug, err := onlyStudy(ctx, s, name)
			if err != nil {
				return err
			}
			sel, err := store.Get[cases.Selection](ctx, s, slug, "selection")
			if fault.Of(err) == fault.NotFound {
				return fault.New(fault.Usage, "The study %q has no selection yet: set its rules in the workspace or in selection.yaml.", slug)
			}
			if err != nil {
				return err
			}
			universe, facts, err := chain.Universe(ctx, s, slug)
			if err != nil {
				return err
			}
			m, err := sel.Object.Account(universe, facts)
			if err != nil {
				return err
			}
			return e.print(m, func(w io.Writer) { fmt.Fprint(w, m.Markdown()) })
		})
	c.Flags().StringVar(&name, "study", "", "which study, when there are several")
	return c
}
