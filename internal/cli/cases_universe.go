package cli

import (
	"cmp"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"throughline/exchange/campaign"
	"throughline/exchange/tabular"
	"throughline/internal/cases"
	"throughline/internal/chain"
	"throughline/internal/country"
	"throughline/internal/fault"
	"throughline/internal/store"
	"throughline/internal/thread"
)

// universeTold is the universe for machines.
type universeTold struct {
	Candidates []candidateTold `json:"candidates"`
	Refused    []string        `json:"refused"` // rows of a list that cannot be taken
	Notes      []string        `json:"notes"`
	Notices    []string        `json:"notices"` // whose data these are
}

type candidateTold struct {
	ID        string         `json:"id"`
	Name      string         `json:"name"`
	Country   string         `json:"country"`
	ISO3      string         `json:"iso3"`
	Start     int            `json:"start"`
	End       int            `json:"end,omitempty"`
	Region    string         `json:"region"`
	Regime    string         `json:"regime"`
	Outcome   string         `json:"outcome"`
	Feasible  bool           `json:"feasible"`
	Selected  bool           `json:"selected,omitempty"`
	Uncertain string         `json:"uncertain,omitempty"`
	Origin    string         `json:"origin,omitempty"`
	Context   []country.Cell `json:"context"`
}

func (e *env) casesUniverse() *cobra.Command {
	var name, list, scheme, out, svg, pic, by string
	var lag, gap, least int
	var only, columns []string
	c := command("universe", "The universe of cases: of a study, or made of a list of campaigns or protests", "  throughline cases universe --study kleptocracy\n"+
		"  throughline cases universe --list navco.csv --out universe.csv\n  throughline cases universe --list protests.csv --by goal --only removal --least 5 --out universe.csv\n  throughline cases universe --svg map.svg", 0,
		func(ctx context.Context, c *cobra.Command, _ []string) error {
			s := country.Scheme(scheme)
			if !slices.Contains(country.Schemes(), s) {
				return fault.New(fault.Usage, "--scheme is %q; expected one of: %s.", scheme, schemeNames())
			}
			if lag < 0 || lag > 20 {
				return fault.New(fault.Usage, "--lag is %d; expected 0 to 20 years.", lag)
			}
			if svg != "" && pic != "map" && pic != "matrix" {
				return fault.New(fault.Usage, "--picture is %q; expected map or matrix.", pic)
			}
			told := universeTold{Candidates: []candidateTold{}, Refused: []string{}, Notes: []string{}, Notices: []string{}}
			var atlas *country.Atlas
			var universe []cases.Candidate
			selected := map[thread.ID]bool{}
			if list != "" {
				var err error
				if atlas, err = country.Open(); err != nil {
					return err
				}
				if universe, err = readCampaigns(list, atlas, columns, campaign.Rule{By: campaign.Grouping(by), Gap: gap, Least: least, Only: only}, c.Flags().Changed("by") || c.Flags().Changed("least") || c.Flags().Changed("gap") || len(only) > 0, &told); err != nil {
					return err
				}
			} else {
				st, err := e.openExisting(ctx)
				if err != nil {
					return err
				}
				defer st.Close()
				slug, err := onlyStudy(ctx, st, name)
				if err != nil {
					return err
				}
				tables, err := st.Tables(ctx)
				if err != nil {
					return err
				}
				if atlas, err = country.Open(tables...); err != nil {
					return err
				}
				if universe, _, err = chain.Universe(ctx, st, slug); err != nil {
					return err
				}
				sel, err := store.Get[cases.Selection](ctx, st, slug, "selection")
				if err != nil && fault.Of(err) != fault.NotFound {
					return err
				}
				for _, id := range sel.Object.Chosen {
					selected[id] = true
				}
			}
			var cells []country.Cell
			for _, x := range universe {
				t := candidateTold{ID: string(x.ID), Name: x.Name, Country: x.Country, ISO3: x.ISO3, Start: x.Start, End: x.End, Region: x.Region, Regime: x.RegimeBefore, Outcome: x.Outcome, Feasible: x.Feasible, Selected: selected[x.ID], Origin: x.Origin, Context: []country.Cell{}}
				if r, err := atlas.Region(x.ISO3, s); err == nil && (x.Region == "" || c.Flags().Changed("scheme")) {
					t.Region = r.Value
				}
				if r, err := atlas.Value(x.ISO3, "regime", x.Start-lag); err == nil {
					t.Uncertain = r.Uncertain
					t.Regime = cmp.Or(t.Regime, r.Value)
				}
				if context, err := atlas.Context(x.ISO3, x.Start, lag, country.Reach); err == nil {
					t.Context = context
					cells = append(cells, context...)
				} else {
					told.Notes = append(told.Notes, x.Label()+": "+fault.Message(err))
				}
				told.Candidates = append(told.Candidates, t)
			}
			told.Notices = append(told.Notices, atlas.Notices(cells)...)
			if out != "" {
				if err := writeUniverse(out, told, atlas); err != nil {
					return err
				}
			}
			if svg != "" {
				if err := drawUniverse(svg, pic, told, atlas); err != nil {
					return err
				}
			}
			return e.print(told, func(w io.Writer) {
				fmt.Fprintln(w, "id\tname\tyears\tregion\tregime type the year before\toutcome\t")
				for _, t := range told.Candidates {
					mark := ""
					if t.Uncertain != "" {
						mark = " (uncertain)"
					}
					if t.Selected {
						mark += " selected"
					}
					fmt.Fprintf(w, "%s\t%s: %s\t%d\t%s\t%s%s\t%s\n", t.ID, t.Country, t.Name, t.Start, t.Region, t.Regime, mark, t.Outcome)
				}
				fmt.Fprintf(w, "%d candidate(s).\n", len(told.Candidates))
				for _, r := range told.Refused {
					fmt.Fprintf(w, "Refused: %s\n", r)
				}
				for _, n := range append(told.Notes, told.Notices...) {
					fmt.Fprintln(w, n)
				}
			})
		})
	f := c.Flags()
	f.StringVar(&name, "study", "", "which study, when there are several")
	f.StringVar(&list, "list", "", "a list of campaigns or protests (CSV, TSV, XLSX) instead of a study")
	f.StringSliceVar(&columns, "column", nil, "what a column of the list means, as field=header; fields: name, country, iso3, start, end, goal, outcome, …")
	f.StringVar(&by, "by", "country", "protests are gathered into campaigns by country, goal or target")
	f.IntVar(&gap, "gap", campaign.DefaultGap, "a new campaign begins after so many days without a protest")
	f.IntVar(&least, "least", 1, "at least so many protests in a campaign")
	f.StringSliceVar(&only, "only", nil, "only protests with one of these demands")
	f.IntVar(&lag, "lag", country.Lag, "years before onset that the context is of")
	f.StringVar(&scheme, "scheme", string(country.VDem), "regions: "+schemeNames())
	f.StringVar(&out, "out", "", "write a table that \"throughline cases select\" reads")
	f.StringVar(&svg, "svg", "", "also draw a picture into this file")
	f.StringVar(&pic, "picture", "map", "which picture: map or matrix")
	return c
}

func schemeNames() string {
	var out []string
	for _, s := range country.Schemes() {
		out = append(out, string(s))
	}
	return strings.Join(out, ", ")
}

// readCampaigns reads a list and makes candidates of it.
func readCampaigns(path string, atlas *country.Atlas, columns []string, rule campaign.Rule, gather bool, told *universeTold) ([]cases.Candidate, error) {
	fi, err := os.Stat(path)
	if err != nil || fi.IsDir() {
		return nil, fault.New(fault.Usage, "There is no file %s that can be read.", path)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "%s cannot be read.", path)
	}
	table, err := tabular.Read(b, campaign.Fits)
	if err != nil {
		if table, err = tabular.Read(b, nil); err != nil {
			return nil, fault.New(fault.Invalid, "%s: %s.", path, strings.TrimSuffix(err.Error(), "."))
		}
	}
	preset, known := campaign.Recognise(table.Header)
	mapping := preset.Mapping
	if !known {
		mapping = campaign.Guess(table.Header)
	}
	if len(columns) > 0 {
		m := map[campaign.Field][]string{}
		for k, v := range mapping.Columns {
			m[k] = v
		}
		for _, c := range columns {
			field, header, ok := strings.Cut(c, "=")
			if !ok || !slices.Contains(campaign.Fields(), campaign.Field(field)) || !slices.Contains(table.Header, header) {
				return nil, fault.New(fault.Usage, "--column %s: expected a field and a column of the list, such as country=Country; columns are %s.", c, strings.Join(table.Header, ", "))
			}
			m[campaign.Field(field)] = []string{header}
		}
		mapping.Columns = m
	}
	l, err := campaign.Read(table, mapping, preset, cases.CodeOf(atlas))
	if err != nil {
		return nil, fault.New(fault.Invalid, "%s: %s.", path, strings.TrimSuffix(err.Error(), "."))
	}
	for _, r := range l.Refused {
		told.Refused = append(told.Refused, fmt.Sprintf("%s:%d: %s", path, r.Line, r.Why))
	}
	told.Notes = append(append(told.Notes, preset.Notes...), l.Notes...)
	if preset.Terms != "" {
		told.Notes = append(told.Notes, preset.Title+": "+preset.Terms)
	}
	entries := l.Entries
	if l.Unit == campaign.Protests && (gather || l.AggregatesOnly || len(entries) > 2000) {
		if rule.Only, err = cases.Demands(l, rule.Only); err != nil {
			return nil, err
		}
		g, err := campaign.Aggregate(l, rule)
		if err != nil {
			return nil, fault.New(fault.Invalid, "%s: %s.", path, strings.TrimSuffix(err.Error(), "."))
		}
		told.Notes = append(told.Notes, fmt.Sprintf("%d protests gathered into %d campaigns", len(entries), len(g.Campaigns)))
		told.Notes = append(told.Notes, g.Notes...)
		entries = nil
		for _, c := range g.Campaigns {
			entries = append(entries, c.Entry)
		}
	}
	taken := map[thread.ID]bool{}
	var out []cases.Candidate
	for _, x := range entries {
		c := cases.FromEntry(x, cmp.Or(preset.Title, path), func(id thread.ID) bool { return taken[id] })
		taken[c.ID] = true
		if c.Country == "" {
			if n, err := atlas.Country(c.ISO3); err == nil {
				c.Country = n.Name
			}
		}
		out = append(out, c)
	}
	return out, nil
}

// writeUniverse writes a table with a column for each attribute of the context.
func writeUniverse(path string, told universeTold, atlas *country.Atlas) error {
	f, err := os.Create(path)
	if err != nil {
		return fault.Wrap(fault.Unavailable, err, "%s cannot be written. Check the folder, and that the disk has room.", path)
	}
	w := csv.NewWriter(f)
	var names []string
	for _, a := range atlas.Attributes() {
		if a.Kind == country.Number || a.Kind == country.Ordinal {
			names = append(names, a.Name)
		}
	}
	rows := [][]string{append([]string{"id", "name", "country", "iso3", "start", "end", "region", "regime", "outcome", "feasible"}, prefixed(names)...)}
	for _, t := range told.Candidates {
		feasible := "yes"
		if !t.Feasible {
			feasible = "no"
		}
		row := []string{t.ID, t.Name, t.Country, t.ISO3, strconv.Itoa(t.Start), "", t.Region, t.Regime, t.Outcome, feasible}
		if t.End != 0 {
			row[5] = strconv.Itoa(t.End)
		}
		for _, n := range names {
			cell := ""
			for _, x := range t.Context {
				if at, ok := atlas.Attribute(n); ok && x.Attribute == n && x.Value != "" {
					if p, ok := at.Position(x.Value); ok {
						cell = strconv.FormatFloat(p, 'g', -1, 64)
					}
				}
			}
			row = append(row, cell)
		}
		rows = append(rows, row)
	}
	for _, r := range rows {
		for i, c := range r { // a spreadsheet takes no cell for a formula
			if c != "" && strings.ContainsRune("=+@", rune(c[0])) {
				r[i] = "'" + c
			}
		}
	}
	err = w.WriteAll(rows)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return fault.Wrap(fault.Unavailable, err, "%s could not be written whole. Check that the disk has room.", path)
	}
	return nil
}

// prefixed tells the ranks of ordinal attributes from their words: regime stands as a word already.
func prefixed(names []string) []string {
	out := slices.Clone(names)
	for i, n := range out {
		if n == "regime" {
			out[i] = "regime-rank"
		}
	}
	return out
}

// drawUniverse draws the map, or the matrix of region and regime type.
func drawUniverse(path, pic string, told universeTold, atlas *country.Atlas) error {
	var svg string
	var err error
	add := func(n country.Count, t candidateTold) country.Count {
		n.Universe++
		if t.Feasible || t.Selected {
			n.Feasible++
		}
		if t.Selected {
			n.Selected++
		}
		return n
	}
	if pic == "map" {
		counts := map[string]country.Count{}
		for _, t := range told.Candidates {
			if _, err := atlas.Country(t.ISO3); err == nil {
				counts[t.ISO3] = add(counts[t.ISO3], t)
			}
		}
		svg, err = atlas.Map("Where the candidates come from", counts)
	} else {
		var rows []string
		for _, t := range told.Candidates {
			if r := cmp.Or(t.Region, "not known"); !slices.Contains(rows, r) {
				rows = append(rows, r)
			}
		}
		slices.Sort(rows)
		counts := make([][]country.Count, len(rows))
		for i := range counts {
			counts[i] = make([]country.Count, len(cases.Regimes))
		}
		for _, t := range told.Candidates {
			i, j := slices.Index(rows, cmp.Or(t.Region, "not known")), slices.Index(cases.Regimes, t.Regime)
			if j >= 0 {
				counts[i][j] = add(counts[i][j], t)
			}
		}
		svg, err = country.Matrix("Candidates by region and regime type", rows, cases.Regimes, counts)
	}
	if err != nil {
		return err
	}
	if err := os.WriteFile(path, []byte(svg), 0o644); err != nil {
		return fault.Wrap(fault.Unavailable, err, "%s cannot be written. Check the folder, and that the disk has room.", path)
	}
	return nil
}
