package cli

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// Version is the release. It moves by hand with CHANGELOG.md.
const Version = "0.1.0"

func (e *env) version() *cobra.Command {
	return command("version", "Tell which version this is", "  throughline version --json", 0,
		func(context.Context, *cobra.Command, []string) error {
			commit := ""
			if info, ok := debug.ReadBuildInfo(); ok {
				for _, s := range info.Settings {
					if s.Key == "vcs.revision" {
						commit = s.Value
					}
				}
			}
			return e.print(map[string]string{"version": Version, "commit": commit, "go": runtime.Version()}, func(w io.Writer) {
				fmt.Fprintf(w, "throughline %s %s %s\n", Version, commit, runtime.Version())
			})
		})
}
