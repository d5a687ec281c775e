package cli

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"throughline/internal/country"
	"throughline/internal/fault"
	"throughline/internal/store"
)

// context are the commands on the country context: what the program carries, and what was imported over it.
func (e *env) context() *cobra.Command {
	c := &cobra.Command{Use: "context", Short: "Country context: regime types, civic space, regions, with their sources",
		Long: "Country context: names and codes, regions in several schemes, regime type, civic space and governance by country and year.\n" +
			"The program carries it, with source, version and licence of each value; newer releases of the publishers' files are read over it.\n\n" + exitHelp, Args: onlyNamed, RunE: showHelp}
	c.AddCommand(e.contextList(), e.contextShow(), e.contextExport(), e.contextImport(), e.contextDrop())
	return c
}

// atlas opens the context, with the tables of the database when there is one.
func (e *env) atlas(ctx context.Context) (*country.Atlas, error) {
	var tables []country.Table
	if _, err := os.Stat(filepath.Join(e.data, "throughline.db")); e.database != "" || !errors.Is(err, fs.ErrNotExist) {
		s, err := e.open(ctx)
		if err != nil {
			return nil, err
		}
		defer s.Close()
		if tables, err = s.Tables(ctx); err != nil {
			return nil, err
		}
	}
	return country.Open(tables...)
}

func (e *env) contextList() *cobra.Command {
	return command("list", "List the data sets of the country context, with version, years and licence", "  throughline context list\n  throughline context list --json", 0,
		func(ctx context.Context, _ *cobra.Command, _ []string) error {
			a, err := e.atlas(ctx)
			if err != nil {
				return err
			}
			all := a.Datasets()
			return e.print(all, func(w io.Writer) {
				fmt.Fprintln(w, "data set\tversion\tyears\tcountries\tlicence\twhere from\tgives")
				for _, d := range all {
					years, from, gives := "", "imported", strings.Join(d.Used, ", ")
					if d.From > 0 {
						years = fmt.Sprintf("%d-%d", d.From, d.To)
					}
					if d.BuiltIn {
						from = "built in"
					}
					switch {
					case len(d.Attributes) == 0:
						gives = d.Title
					case gives == "":
						gives = "nothing: what it has is imported"
					}
					fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%s\t%s\t%s\n", d.Name, d.Version, years, d.Countries, d.Licence, from, gives)
				}
			})
		})
}

// contextShown is what is known of a country before a campaign.
type contextShown struct {
	Country country.Country `json:"country"`
	Onset   int             `json:"onset"`
	Lag     int             `json:"lag"`
	Reach   int             `json:"reach"`
	Regions []country.Cell  `json:"regions"`
	Cells   []country.Cell  `json:"cells"`
	Notices []string        `json:"notices"`
}

func (e *env) contextShow() *cobra.Command {
	var lag, reach int
	c := command("show COUNTRY ONSET", "Show the context of a country before a campaign that began in a year", "  throughline context show ARM 2018\n  throughline context show \"Ivory Coast\" 2011 --lag 2 --json", 2,
		func(ctx context.Context, _ *cobra.Command, args []string) error {
			a, err := e.atlas(ctx)
			if err != nil {
				return err
			}
			found, err := a.Find(args[0])
			if err != nil {
				return err
			}
			onset, err := strconv.Atoi(args[1])
			if err != nil {
				return fault.New(fault.Usage, "The year of onset is %q; expected a year such as 2018.", args[1])
			}
			s := contextShown{Country: found, Onset: onset, Lag: lag, Reach: reach}
			if s.Cells, err = a.Context(found.ISO3, onset, lag, reach); err != nil {
				return err
			}
			for _, scheme := range country.Schemes() {
				r, err := a.Region(found.ISO3, scheme)
				if err != nil {
					return err
				}
				s.Regions = append(s.Regions, r)
			}
			s.Notices = a.Notices(append(slices.Clone(s.Cells), s.Regions...))
			return e.print(s, func(w io.Writer) {
				fmt.Fprintf(w, "%s (%s), campaign from %d on: values of %d, or of the nearest of the %d years before\n", found.Name, found.ISO3, onset, onset-lag, reach)
				for _, r := range s.Regions {
					fmt.Fprintf(w, "%s\t%s\t\t%s, %s\n", r.Words, contextValue(r), r.Source, r.Version)
				}
				for _, r := range s.Cells {
					year := ""
					if r.Value != "" {
						year = fmt.Sprintf("%d, lag %d", r.Year, r.Lag)
					}
					fmt.Fprintf(w, "%s\t%s\t%s\t%s, %s\n", r.Words, contextValue(r), year, r.Source, r.Version)
				}
				for _, r := range s.Cells {
					for _, note := range []string{r.Uncertain, r.Note} {
						if note != "" {
							fmt.Fprintf(w, "%s: %s.\n", r.Words, note)
						}
					}
				}
				for _, n := range s.Notices {
					fmt.Fprintln(w, n)
				}
			})
		})
	c.Flags().IntVar(&lag, "lag", country.Lag, "years before the onset; in the year itself the campaign may already have changed its country")
	c.Flags().IntVar(&reach, "reach", country.Reach, "how many years further back the nearest value may lie, where that year has none")
	return c
}

// contextValue is a cell for people.
func contextValue(c country.Cell) string {
	switch {
	case c.Value == "":
		return "- (" + c.Absent + ")"
	case c.Low != "" && c.High != "":
		return fmt.Sprintf("%s (%s to %s)", c.Value, c.Low, c.High)
	case c.Uncertain != "":
		return c.Value + " (uncertain)"
	}
	return c.Value
}

func (e *env) contextExport() *cobra.Command {
	var only []string
	var from, to int
	c := command("export", "Write the context as CSV, each value with its source, version and licence",
		"  throughline context export > context.csv\n  throughline context export --country ARM,Kenya --from 2010 --json", 0,
		func(ctx context.Context, _ *cobra.Command, _ []string) error {
			a, err := e.atlas(ctx)
			if err != nil {
				return err
			}
			all := a.Countries()
			if len(only) > 0 {
				all = nil
				for _, name := range only {
					found, err := a.Find(name)
					if err != nil {
						return err
					}
					all = append(all, found)
				}
			}
			cells := []country.Cell{}
			for _, one := range all {
				of, err := a.Cells(one.ISO3)
				if err != nil {
					return err
				}
				for _, x := range of {
					if x.Year == 0 || x.Year >= from && (to == 0 || x.Year <= to) {
						cells = append(cells, x)
					}
				}
			}
			notices := a.Notices(cells)
			if e.json {
				return e.print(map[string]any{"cells": cells, "notices": notices}, nil)
			}
			w := csv.NewWriter(e.out)
			w.Write([]string{"iso3", "attribute", "year", "value", "low", "high", "uncertain", "source", "version", "licence"})
			for _, x := range cells {
				year := ""
				if x.Year != 0 {
					year = strconv.Itoa(x.Year)
				}
				w.Write([]string{x.ISO3, x.Attribute, year, x.Value, x.Low, x.High, x.Uncertain, x.Source, x.Version, x.Licence})
			}
			w.Flush()
			for _, n := range notices {
				fmt.Fprintln(e.err, n)
			}
			return w.Error()
		})
	c.Flags().StringSliceVar(&only, "country", nil, "these countries alone: names or codes, with commas between")
	c.Flags().IntVar(&from, "from", 0, "first year")
	c.Flags().IntVar(&to, "to", 0, "last year")
	return c
}

// broughtContext is what an import found and did.
type broughtContext struct {
	File      string              `json:"file"`
	Format    string              `json:"format"`
	Dataset   country.Dataset     `json:"dataset"`
	Rows      int                 `json:"rows"`
	Changes   []country.Change    `json:"changes"`
	Unmatched []country.Unmatched `json:"unmatched"`
	Refused   []fault.Problem     `json:"refused"`
	Lost      int                 `json:"lost"` // values that were refused
	Notes     []string            `json:"notes"`
	Stored    bool                `json:"stored"`
}

func (e *env) contextImport() *cobra.Command {
	var o country.Options
	var columns []string
	var dry, skip bool
	c := command("import FILE", "Read a publisher's file over the context that the program carries",
		"  throughline context import V-Dem-CY-Full+Others-v16.csv.zip\n  throughline context import CLASS.xlsx --version FY26 --dry-run\n"+
			"  throughline context import cpi.csv --dataset cpi --version 2024 --licence \"CC BY-ND 4.0\" --column cpi=\"CPI score\"", 1,
		func(ctx context.Context, _ *cobra.Command, args []string) error {
			for _, x := range columns {
				ours, theirs, ok := strings.Cut(x, "=")
				if !ok || ours == "" || theirs == "" {
					return fault.New(fault.Usage, "--column is %q; expected ATTRIBUTE=COLUMN, such as cpi=\"CPI score\".", x)
				}
				if o.Columns == nil {
					o.Columns = map[string]string{}
				}
				o.Columns[ours] = theirs
			}
			f, err := os.Open(args[0])
			if err != nil {
				return fault.New(fault.Usage, "There is no file %s that can be read.", args[0])
			}
			defer f.Close()
			fi, err := f.Stat()
			if err != nil || fi.IsDir() {
				return fault.New(fault.Usage, "There is no file %s that can be read.", args[0])
			}
			a, err := e.atlas(ctx)
			if err != nil {
				return err
			}
			o.File = filepath.Base(args[0])
			r, err := a.Read(f, fi.Size(), o)
			if err != nil {
				return err
			}
			b := broughtContext{File: args[0], Format: r.Format, Dataset: r.Table.Dataset, Rows: r.Rows, Unmatched: append([]country.Unmatched{}, r.Unmatched...), Refused: []fault.Problem{}, Lost: r.Lost, Notes: append([]string{}, r.Notes...)}
			for _, p := range r.Refused {
				p.File = args[0]
				b.Refused = append(b.Refused, p)
			}
			if b.Changes, err = a.Changes(r.Table); err != nil {
				return err
			}
			if b.Stored = !dry && (r.Lost == 0 || skip); b.Stored {
				s, err := e.open(ctx)
				if err != nil {
					return err
				}
				defer s.Close()
				if err := s.Write(ctx, "import", func(t *store.Tx) error { return t.PutTable(r.Table) }); err != nil {
					return err
				}
			}
			if err := e.print(b, b.print); err != nil {
				return err
			}
			if r.Lost > 0 && !skip && !dry {
				return fault.New(fault.Invalid, "%d value(s) of the file cannot be taken, so nothing was stored. Correct them, or leave them out with --skip-refused.", r.Lost)
			}
			return nil
		})
	f := c.Flags()
	f.StringVar(&o.Dataset, "dataset", "", "short name to keep it under, in place of what has this name; empty: that of the format")
	f.StringVar(&o.Version, "version", "", "version of the publisher, where the file or its name does not say it")
	f.StringVar(&o.Title, "title", "", "title for people, of a file in no format that is known")
	f.StringVar(&o.Licence, "licence", "", "licence under which it is published, of a file in no format that is known")
	f.StringVar(&o.Cite, "cite", "", "how to cite it")
	f.StringArrayVar(&columns, "column", nil, "ATTRIBUTE=COLUMN: a file in no format that is known has this attribute in that column; may be repeated. Bounds are ATTRIBUTE-low and ATTRIBUTE-high")
	f.StringVar(&o.Country, "country-column", "", "column of the country; empty: it is looked for")
	f.StringVar(&o.Year, "year-column", "", "column of the year; empty: it is looked for")
	f.BoolVar(&dry, "dry-run", false, "tell what would change, and change nothing")
	f.BoolVar(&skip, "skip-refused", false, "store the file without the values that cannot be taken")
	c.Long = c.Short + ".\n\nRead as released: V-Dem country-year data and Episodes of Regime Transformation (CSV, also zipped), the World Bank's governance\n" +
		"indicators (DataBank CSV or workbook, bulk CSV, the long form) and classification of countries (CLASS.xlsx), the UN's M49 (CSV);\n" +
		"any other table with a row for each country and year by --column. Nothing is fetched.\n\n" + exitHelp
	return c
}

func (b broughtContext) print(w io.Writer) {
	d := b.Dataset
	years := "no years"
	if d.From > 0 {
		years = fmt.Sprintf("%d to %d", d.From, d.To)
	}
	fmt.Fprintf(w, "%s: %s, %s; %d rows read, %d countries, %s; licence: %s\n", b.File, b.Format, d.Version, b.Rows, d.Countries, years, d.Licence)
	fmt.Fprintln(w, "attribute\tnew\tchanged\tgone\tas before\tuntil now from")
	for _, c := range b.Changes {
		from := c.From
		if from == "" {
			from = "-"
		}
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%s\n", c.Attribute, c.Added, c.Changed, c.Removed, c.Same, from)
	}
	for _, c := range b.Changes {
		for _, x := range c.Examples {
			fmt.Fprintf(w, "changed: %s %s\n", c.Attribute, x)
		}
	}
	for _, u := range b.Unmatched {
		fmt.Fprintf(w, "%s:%d: %s is no country here; %d row(s) passed over\n", b.File, u.Line, u.Name, u.Rows)
	}
	for _, p := range b.Refused {
		fmt.Fprintf(w, "%s\n", p)
	}
	if more := b.Lost - len(b.Refused); more > 0 {
		fmt.Fprintf(w, "%d more values that cannot be taken\n", more)
	}
	for _, n := range b.Notes {
		fmt.Fprintf(w, "note: %s\n", n)
	}
	if b.Stored {
		fmt.Fprintf(w, "stored as %s; \"throughline context drop %s\" takes it away again\n", d.Name, d.Name)
	} else {
		fmt.Fprintln(w, "nothing was stored")
	}
}

func (e *env) contextDrop() *cobra.Command {
	return command("drop DATASET", "Take an imported data set away, so that what lay below it holds again", "  throughline context drop v-dem", 1,
		func(ctx context.Context, _ *cobra.Command, args []string) error {
			s, err := e.openExisting(ctx)
			if err != nil {
				return err
			}
			defer s.Close()
			if err := s.Write(ctx, "import", func(t *store.Tx) error { return t.DropTable(args[0]) }); err != nil {
				return err
			}
			return e.print(map[string]any{"dropped": args[0]}, func(w io.Writer) { fmt.Fprintf(w, "Dropped %s.\n", args[0]) })
		})
}
