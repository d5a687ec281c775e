package cli

import "github.com/spf13/cobra"

// cases holds the commands on the universe of cases and on the choice from it.
func (e *env) cases() *cobra.Command {
	c := &cobra.Command{Use: "cases", Short: "The universe of cases, and which of them to study",
		Long: "Build a universe of candidate cases, choose from it, and say why.\n\n" + exitHelp}
	c.AddCommand(e.casesUniverse(), e.casesSelect(), e.casesAlternates(), e.casesMemo(), e.casesPick(), e.casesAfter())
	return c
}
