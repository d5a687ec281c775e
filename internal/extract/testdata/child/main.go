// Command child reads one file in a sandbox, for the tests.
package main

import (
	"fmt"
	"os"

	"throughline/internal/extract"
)

func main() {
	if err := extract.Child(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
