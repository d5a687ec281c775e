package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"throughline/exchange/refiqda"
	"throughline/internal/fault"
	"throughline/internal/store"
	"throughline/internal/study"
	"throughline/internal/thread"
	"throughline/internal/transfer"
)

// codings are the commands on lists of codings: tables and W3C Web Annotations.
func (e *env) codings() *cobra.Command {
	c := &cobra.Command{Use: "codings", Short: "Bring codings in from a table or Web Annotations, and write them",
		Long: "Bring codings in from a table (CSV, TSV, XLSX; Taguette's highlights too, also as a web page) or from W3C Web Annotations, on documents\nthat the study has, and write them.\n\n" + exitHelp, Args: onlyNamed, RunE: showHelp}
	c.AddCommand(e.codingsImport(), e.codingsExport())
	return c
}

func (e *env) codingsImport() *cobra.Command {
	var name, by, report string
	var coders []string
	c := command("import FILE", "Bring codings in: columns document, code, quote or start and end, perhaps coder and memo; or annotations",
		"  throughline codings import highlights.csv\n  throughline codings import codings.xlsx --study kleptocracy --report lost.csv\n  throughline codings import annotations.jsonld --json", 1,
		func(ctx context.Context, _ *cobra.Command, args []string) error {
			b, err := readWhole(args[0], 256<<20)
			if err != nil {
				return err
			}
			rows, losses, err := transfer.ReadCodings(args[0], b)
			if err != nil {
				return fault.New(fault.Invalid, "%s: %s.", args[0], strings.TrimSuffix(err.Error(), "."))
			}
			o := transfer.Options{By: by, Coders: map[string]string{}}
			for _, x := range coders {
				n, h, ok := strings.Cut(x, "=")
				if !ok {
					return fault.New(fault.Usage, "--coder is %q; expected \"NAME IN THE FILE=handle\".", x)
				}
				o.Coders[n] = h
			}
			s, err := e.openExisting(ctx)
			if err != nil {
				return err
			}
			defer s.Close()
			slug, err := onlyStudy(ctx, s, name)
			if err != nil {
				return err
			}
			whole, err := s.Bundle(ctx, slug)
			if err != nil {
				return err
			}
			if !slices.ContainsFunc(whole.Objects, func(x thread.Object) bool { return x.Ref() == study.MemberID(by) }) {
				return fault.New(fault.Usage, "There is no member %q. Say with --by whose codings without a coder are.", by)
			}
			in := transfer.FromRows(whole, rows, o)
			in.Losses = append(losses, in.Losses...)
			if in.Losses == nil {
				in.Losses = []refiqda.Loss{}
			}
			var added store.Imported
			if len(in.Objects) > 0 {
				if added, err = s.Add(ctx, by, slug, in.Objects, nil, e.progress("Importing")); err != nil {
					return err
				}
			}
			if report != "" {
				if err := writeLosses(report, in.Losses); err != nil {
					return err
				}
			}
			return e.print(map[string]any{"study": slug, "rows": len(rows), "counts": in.Counts, "import": added, "losses": in.Losses}, func(w io.Writer) {
				fmt.Fprintf(w, "%d rows: %d codings on %d new passages, %d new codes, %d new members.\n", len(rows), in.Counts["codings"], in.Counts["passages"], in.Counts["codes"], in.Counts["members"])
				printLosses(w, "What was not brought in", in.Losses)
			})
		})
	f := c.Flags()
	f.StringVar(&name, "study", "", "which study, when there are several")
	f.StringVar(&by, "by", "lead", "handle of the member who brings it in, and whose codings without a coder are")
	f.StringArrayVar(&coders, "coder", nil, "whose codings are a name's, as \"NAME IN THE FILE=handle\"")
	f.StringVar(&report, "report", "", "write what was not brought in to this file, as CSV")
	return c
}

func (e *env) codingsExport() *cobra.Command {
	var out, name string
	var interviews, memos, named bool
	c := command("export -o FILE", "Write codings as CSV, XLSX or W3C Web Annotations (.jsonld)",
		"  throughline codings export -o codings.xlsx\n  throughline codings export -o annotations.jsonld", 0,
		func(ctx context.Context, _ *cobra.Command, _ []string) error {
			ext := strings.ToLower(filepath.Ext(out))
			if !slices.Contains([]string{".csv", ".xlsx", ".jsonld"}, ext) {
				return fault.New(fault.Usage, "Say where to with -o FILE.csv, FILE.xlsx or FILE.jsonld.")
			}
			s, err := e.openExisting(ctx)
			if err != nil {
				return err
			}
			defer s.Close()
			slug, err := onlyStudy(ctx, s, name)
			if err != nil {
				return err
			}
			b, err := s.Bundle(ctx, slug)
			if err != nil {
				return err
			}
			p, losses := transfer.ToProject(b, transfer.GiveOptions{Interviews: interviews, Memos: memos, Coders: named})
			if found := transfer.Check(b, p); len(found) > 0 {
				return fault.New(fault.Forbidden, "Nothing was written: names that must not leave stand in what would (%s). Put a pseudonym in their place first.", strings.Join(found, "; "))
			}
			var w bytes.Buffer
			n, err := transfer.WriteCodings(&w, ext, slug, p)
			if err != nil {
				return err
			}
			if err := os.WriteFile(out, w.Bytes(), 0o600); err != nil {
				return fault.Wrap(fault.Unavailable, err, "%s cannot be written.", out)
			}
			return e.print(map[string]any{"study": slug, "file": out, "codings": n, "losses": losses}, func(w io.Writer) {
				fmt.Fprintf(w, "Wrote %d codings to %s.\n", n, out)
				printLosses(w, "What stayed behind", losses)
			})
		})
	f := c.Flags()
	f.StringVarP(&out, "out", "o", "", "file to write: .csv, .xlsx or .jsonld")
	f.StringVar(&name, "study", "", "which study, when there are several")
	f.BoolVar(&interviews, "interviews", false, "protected documents too, as far as consent allows coding")
	f.BoolVar(&memos, "memos", false, "memos of codings too: they can quote interviews")
	f.BoolVar(&named, "coders", false, "handles of coders as they are, in place of Coder 1, Coder 2")
	return c
}
