package cli

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"throughline/internal/fault"
)

func (e *env) check() *cobra.Command {
	return command("check", "Check the journal, passages, links, permissions and counts, and name each fault",
		"  throughline check\n  throughline check --data my-data --json", 0,
		func(ctx context.Context, _ *cobra.Command, _ []string) error {
			s, err := e.openExisting(ctx)
			if err != nil {
				return err
			}
			defer s.Close()
			c, err := s.Check(ctx)
			if err != nil {
				return err
			}
			if err := e.print(c, func(w io.Writer) {
				for _, f := range c.Faults {
					fmt.Fprintln(w, f)
				}
				fmt.Fprintf(w, "studies\t%d\njournal entries\t%d\nobjects\t%d\npassages\t%d\nlinks\t%d\nfaults\t%d\n", c.Studies, c.Entries, c.Objects, c.Anchors, c.Links, len(c.Faults))
			}); err != nil {
				return err
			}
			if n := len(c.Faults); n > 0 {
				return fault.New(fault.Damaged, "The check found %d fault(s). Keep a copy of the data as it is, and compare with the latest backup or exported folder.", n)
			}
			return nil
		})
}
