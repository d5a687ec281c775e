package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"throughline/exchange/biblio"
	"throughline/internal/fault"
)

// refs are the commands on lists of references, as files; they need no database.
func (e *env) refs() *cobra.Command {
	c := &cobra.Command{Use: "refs", Short: "Check, convert and group lists of references",
		Long: "Check, convert and group lists of references: RIS, BibTeX, CSL-JSON, PubMed (nbib), Web of Science (tagged),\nEndNote XML, Refer (enw), CSV, TSV and XLSX. The format is told by the content, never by the name of the file.\n\n" + exitHelp, Args: onlyNamed, RunE: showHelp}
	c.AddCommand(e.refsCheck(), e.refsConvert(), e.refsDedupe())
	return c
}

// refsFile is what is told of one file.
type refsFile struct {
	File     string          `json:"file"`
	Format   string          `json:"format,omitempty"`
	Encoding string          `json:"encoding,omitempty"`
	LineEnds string          `json:"line_ends,omitempty"`
	Seen     int             `json:"seen"`
	Kept     int             `json:"kept"`
	Refused  []fault.Problem `json:"refused"`
	Without  refsWithout     `json:"without"`
	Notes    []string        `json:"notes"`
	Error    string          `json:"error,omitempty"` // why nothing could be read
}

// refsWithout counts the kept records that lack something.
type refsWithout struct {
	Title    int `json:"title"`
	Abstract int `json:"abstract"`
	DOI      int `json:"doi"`
	Year     int `json:"year"`
}

func (e *env) refsCheck() *cobra.Command {
	c := command("check FILE...", "Tell what files of references hold, and what of it cannot be kept",
		"  throughline refs check scopus.ris pubmed.nbib\n  throughline refs check export.csv --json", 0,
		func(ctx context.Context, _ *cobra.Command, args []string) error {
			var all []refsFile
			bad := 0
			for _, path := range args {
				if err := ctx.Err(); err != nil {
					return err
				}
				f, err := readRefs(path, "")
				if err != nil && fault.Of(err) == fault.Usage {
					return err
				}
				told := tellRefs(path, f, err)
				if bad += len(told.Refused); err != nil {
					bad++
				}
				all = append(all, told)
			}
			if err := e.print(all, func(w io.Writer) { printRefs(w, all) }); err != nil {
				return err
			}
			if bad > 0 {
				return fault.New(fault.Invalid, "%d record(s) or file(s) cannot be kept as they are; the lines above say which and why.", bad)
			}
			return nil
		})
	c.Args = someFiles
	return c
}

func someFiles(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return fault.New(fault.Usage, "%s takes at least one file. See %q.", c.CommandPath(), c.CommandPath()+" --help")
	}
	return nil
}

// readRefs reads a file of references; an error of kind Invalid means that there is nothing in it to read.
func readRefs(path string, as biblio.Format) (biblio.File, error) {
	fi, err := os.Stat(path)
	if err != nil || fi.IsDir() {
		return biblio.File{}, fault.New(fault.Usage, "There is no file %s that can be read.", path)
	}
	if fi.Size() > biblio.MaxBytes {
		return biblio.File{}, fault.New(fault.Invalid, "%s: the file is larger than %d MiB; split it.", path, biblio.MaxBytes>>20)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return biblio.File{}, fault.New(fault.Usage, "There is no file %s that can be read.", path)
	}
	f, err := biblio.ReadAs(b, as)
	if be := (*biblio.Error)(nil); errors.As(err, &be) {
		return f, fault.New(fault.Invalid, "%s: %s.", path, be.Message)
	}
	return f, err
}

func tellRefs(path string, f biblio.File, err error) refsFile {
	told := refsFile{File: path, Encoding: f.Encoding, LineEnds: f.LineEnds, Seen: f.Seen, Kept: len(f.Records), Refused: []fault.Problem{}, Notes: append([]string{}, f.Notes...)}
	if f.Format != "" {
		told.Format = f.Format.Name()
	}
	if err != nil {
		told.Error = fault.Message(err)
	}
	for _, r := range f.Refused {
		told.Refused = append(told.Refused, fault.Problem{File: path, Line: r.Line, Message: r.Why})
	}
	for _, r := range f.Records {
		for _, lack := range []struct {
			is    bool
			count *int
		}{{r.Title == "", &told.Without.Title}, {r.Abstract == "", &told.Without.Abstract}, {r.DOI == "", &told.Without.DOI}, {r.Issued.Year == 0, &told.Without.Year}} {
			if lack.is {
				*lack.count++
			}
		}
	}
	return told
}

func printRefs(w io.Writer, all []refsFile) {
	fmt.Fprintln(w, "file\tformat\tencoding\tline ends\tseen\tkept\trefused\tno title\tno abstract\tno DOI\tno year")
	for _, f := range all {
		if f.Error != "" {
			fmt.Fprintf(w, "%s\tnot read\t%s\t\t0\t0\t0\t\t\t\t\n", f.File, f.Encoding)
			continue
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\n", f.File, f.Format, f.Encoding, f.LineEnds,
			f.Seen, f.Kept, len(f.Refused), f.Without.Title, f.Without.Abstract, f.Without.DOI, f.Without.Year)
	}
	for _, f := range all {
		if f.Error != "" {
			fmt.Fprintln(w, f.Error)
		}
		for _, r := range f.Refused {
			fmt.Fprintf(w, "%s: refused: %s\n", strings.TrimSuffix(fault.Problem{File: r.File, Line: r.Line}.String(), ": "), r.Message)
		}
		for _, n := range f.Notes {
			fmt.Fprintf(w, "%s: note: %s\n", f.File, n)
		}
	}
}

// refsTo are the formats that convert writes, by what --to and the end of the output's name call them.
var refsTo = map[string]biblio.Format{"ris": biblio.RIS, "bib": biblio.BibTeX, "csl": biblio.CSL, "json": biblio.CSL, "nbib": biblio.NBIB,
	"csv": biblio.CSV, "tsv": biblio.TSV, "xlsx": biblio.XLSX}

func (e *env) refsConvert() *cobra.Command {
	var out, to string
	var skip bool
	c := command("convert FILE...", "Write files of references as one file in another format; what a format has no place for goes along as notes",
		"  throughline refs convert scopus.ris pubmed.nbib -o all.ris\n  throughline refs convert library.bib -o library.json --to csl", 0,
		func(ctx context.Context, c *cobra.Command, args []string) error {
			name := to
			if name == "" {
				name = strings.TrimPrefix(strings.ToLower(filepath.Ext(out)), ".")
			}
			format, ok := refsTo[name]
			switch {
			case out == "":
				return fault.New(fault.Usage, "Say where to write with -o OUT.")
			case !ok:
				return fault.New(fault.Usage, "%q is no format that can be written. Give --to ris, bib, csl, nbib, csv, tsv or xlsx.", name)
			}
			var records []biblio.Record
			var refused fault.Problems
			for _, path := range args {
				if err := ctx.Err(); err != nil {
					return err
				}
				f, err := readRefs(path, "")
				if err != nil {
					return err
				}
				records = append(records, f.Records...)
				for _, r := range f.Refused {
					refused = append(refused, fault.Problem{File: path, Line: r.Line, Message: r.Why})
				}
			}
			if len(refused) > 0 && !skip {
				return fault.New(fault.Invalid, "%s\n%d record(s) cannot be kept, so nothing was written. Mend them, or leave them out with --skip-refused.", refused, len(refused))
			}
			var b bytes.Buffer
			if err := biblio.Write(&b, format, records); err != nil {
				return err
			}
			if err := os.WriteFile(out, b.Bytes(), 0o644); err != nil {
				return fault.Wrap(fault.Unavailable, err, "%s cannot be written. Check the folder, and that the disk has room.", out)
			}
			return e.print(map[string]any{"file": out, "format": format.Name(), "written": len(records), "refused": append(fault.Problems{}, refused...)}, func(w io.Writer) {
				fmt.Fprintf(w, "%s: %d record(s) written as %s, %d refused\n", out, len(records), format.Name(), len(refused))
			})
		})
	c.Args = someFiles
	c.Flags().StringVarP(&out, "output", "o", "", "the file to write")
	c.Flags().StringVar(&to, "to", "", "ris, bib, csl, nbib, csv, tsv or xlsx (default: as the output's name ends)")
	c.Flags().BoolVar(&skip, "skip-refused", false, "write the records that can be kept although others are refused")
	return c
}
