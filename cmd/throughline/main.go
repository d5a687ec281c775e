// Command throughline is the workbench for comparative case-study research on collective action.
package main

import (
	"os"

	"throughline/internal/cli"
)

func main() { os.Exit(cli.Main()) }
