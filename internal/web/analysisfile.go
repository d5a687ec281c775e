package web

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"throughline/analysis/qca"
	"throughline/analysis/qca/picture"
	"throughline/exchange/tabular"
	"throughline/internal/fault"
	"throughline/internal/synthesis"
	"throughline/internal/thread"
)

// computed is an analysis computed anew from the scores, with all that its page does not keep: fit of every kind of
// solution, for the outcome and for its absence, with the assumptions made.
type computed struct {
	analysis synthesis.Analysis
	data     qca.Data
	table    qca.Table
	absence  qca.Table
	kinds    []qca.Kind
	// calibrations are those of the data that have anchors.
	calibrations []qca.Calibration
}

func compute(a synthesis.Analysis, d qca.Data, ks []qca.Calibration) (computed, error) {
	c := computed{analysis: a, data: d, calibrations: ks, kinds: []qca.Kind{qca.Conservative, qca.Parsimonious}}
	if a.Expects() {
		c.kinds = append(c.kinds, qca.Intermediate)
	}
	var err error
	if c.table, err = qca.NewTable(d, c.cutoffs()); err != nil {
		return c, fault.Wrap(fault.Invalid, err, "The analysis cannot be computed: %s.", err)
	}
	if c.absence, err = qca.NewTable(d.Negate(), c.cutoffs()); err != nil {
		return c, fault.Wrap(fault.Invalid, err, "The analysis cannot be computed: %s.", err)
	}
	return c, nil
}

func (c computed) cutoffs() qca.Cutoffs {
	return qca.Cutoffs{Frequency: c.analysis.Frequency, Consistency: c.analysis.Consistency, PRI: c.analysis.PRI}
}

// solutions are those for the outcome, then those for its absence; without those that do not exist. For the absence nothing
// is expected by theory, so that there is no intermediate one.
func (c computed) solutions(ctx context.Context) ([]qca.Solution, error) {
	var out []qca.Solution
	add := func(t qca.Table, k qca.Kind) error {
		found, err := t.Minimize(ctx, c.analysis.Options(k))
		if ctx.Err() != nil {
			return err
		}
		if err == nil { // otherwise there is none, which the page says in words
			out = append(out, found...)
		}
		return nil
	}
	for _, k := range c.kinds {
		if err := add(c.table, k); err != nil {
			return nil, err
		}
	}
	for _, k := range []qca.Kind{qca.Conservative, qca.Parsimonious} {
		if err := add(c.absence, k); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// file is a download: its name, what it holds in words, and how it is made.
type analysisFile struct {
	name, words, sort string
	write             func(ctx context.Context, c computed) ([]byte, error)
}

func spreadsheet(records func(ctx context.Context, c computed) ([][]string, error)) func(ctx context.Context, c computed) ([]byte, error) {
	return func(ctx context.Context, c computed) ([]byte, error) {
		rs, err := records(ctx, c)
		if err != nil {
			return nil, err
		}
		var b bytes.Buffer
		err = tabular.WriteCSV(&b, rs)
		return b.Bytes(), err
	}
}

const csvSort, textSort = "text/csv; charset=utf-8", "text/plain; charset=utf-8"

// analysisFiles are the downloads of an analysis.
var analysisFiles = []analysisFile{
	{"data.csv", "The data: the membership of every case in every condition", csvSort,
		spreadsheet(func(_ context.Context, c computed) ([][]string, error) { return c.data.Records(), nil })},
	{"truth-table.csv", "The truth table", csvSort,
		spreadsheet(func(_ context.Context, c computed) ([][]string, error) { return c.table.Records(), nil })},
	{"solutions.csv", "Every model of every solution, for the outcome and for its absence", csvSort,
		spreadsheet(func(ctx context.Context, c computed) ([][]string, error) {
			s, err := c.solutions(ctx)
			return qca.Records(s), err
		})},
	{"analysis.json", "All of it for machines", "application/json", func(ctx context.Context, c computed) ([]byte, error) {
		s, err := c.solutions(ctx)
		if err != nil {
			return nil, err
		}
		necessary, err := qca.Necessities(ctx, c.data, qca.NecessityCutoffs{})
		if err != nil {
			return nil, err
		}
		return json.MarshalIndent(map[string]any{"data": c.data, "truthTable": c.table, "absence": c.absence, "solutions": s, "necessary": necessary}, "", "  ")
	}},
	{"repeat.R", "A script that repeats it in R with the package QCA, the data in it, and says what it should print", textSort, func(ctx context.Context, c computed) ([]byte, error) {
		var b bytes.Buffer
		err := c.each(ctx, func(a qca.Analysis, s []qca.Solution) error {
			script, err := a.RScript(s)
			b.WriteString(script + "\n")
			return err
		})
		return b.Bytes(), err
	}},
	{"methods.txt", "A paragraph for a paper, with every choice that was made", textSort, func(ctx context.Context, c computed) ([]byte, error) {
		var b bytes.Buffer
		err := c.each(ctx, func(a qca.Analysis, s []qca.Solution) error {
			b.WriteString(a.Methods(c.table, s) + "\n\n")
			return nil
		})
		return b.Bytes(), err
	}},
}

// each minimises for the outcome in every way that the analysis asks for.
func (c computed) each(ctx context.Context, do func(qca.Analysis, []qca.Solution) error) error {
	for _, k := range c.kinds {
		a := qca.Analysis{Data: c.data, Cutoffs: c.cutoffs(), Options: c.analysis.Options(k)}
		s, err := c.table.Minimize(ctx, a.Options)
		if ctx.Err() != nil {
			return err
		}
		if err != nil {
			continue
		}
		if err := do(a, s); err != nil {
			return err
		}
	}
	return nil
}

// analysisPicture draws a part of an analysis: table, venn, upset, or with a solution and a model ranges-conservative,
// chart-conservative-1, xy-conservative-1.
func analysisPicture(v *visit) error {
	c, err := v.computed()
	if err != nil {
		return err
	}
	svg, err := c.picture(v.Ctx, strings.TrimSuffix(v.R.PathValue("file"), ".svg"))
	if err != nil {
		return err
	}
	v.send("image/svg+xml", []byte(svg), "")
	return nil
}

func (c computed) picture(ctx context.Context, name string) (string, error) {
	gone := fault.New(fault.NotFound, "There is no such picture of the analysis.")
	drawn := func(svg string, err error) (string, error) {
		if err != nil {
			return "", fault.Wrap(fault.NotFound, err, "This cannot be drawn: %s.", err)
		}
		return svg, nil
	}
	switch name {
	case "table":
		return drawn(picture.Matrix(c.table))
	case "venn":
		return drawn(picture.Venn(c.table))
	case "upset":
		return drawn(picture.UpSet(c.table))
	}
	parts := strings.Split(name, "-")
	i := slices.IndexFunc(c.analysis.Result.Solutions, func(s synthesis.Solution) bool { return len(parts) > 1 && s.Kind == parts[1] })
	if i < 0 {
		return "", gone
	}
	kind := qca.Kind(parts[1])
	if parts[0] == "ranges" && len(parts) == 2 {
		a := qca.Analysis{Data: c.data, Cutoffs: c.cutoffs(), Options: c.analysis.Options(kind)}
		r, err := a.CutoffRanges(ctx)
		if err != nil {
			return "", fault.Wrap(fault.NotFound, err, "There are no ranges: %s.", err)
		}
		anchors, err := a.AnchorRanges(ctx, c.calibrations, nil)
		if ctx.Err() != nil {
			return "", err
		}
		if err == nil {
			r = append(r, anchors...)
		}
		return drawn(picture.Ranges(r))
	}
	if len(parts) != 3 {
		return "", gone
	}
	n, err := strconv.Atoi(parts[2])
	if models := c.analysis.Result.Solutions[i].Models; err != nil || n < 1 || n > len(models) {
		return "", gone
	}
	formula := c.analysis.Result.Solutions[i].Models[n-1].Formula
	solutions, err := c.table.Minimize(ctx, c.analysis.Options(kind))
	if err != nil {
		return "", fault.Wrap(fault.NotFound, err, "There is no solution: %s.", err)
	}
	for _, s := range solutions {
		for m := range s.Models {
			if s.Models[m].Expr != formula {
				continue
			}
			switch parts[0] {
			case "chart":
				parsimonious, err := c.table.Minimize(ctx, c.analysis.Options(qca.Parsimonious))
				if err != nil {
					return "", fault.Wrap(fault.NotFound, err, "There is no parsimonious solution to tell the core by: %s.", err)
				}
				return drawn(picture.Chart(c.table, s, m, parsimonious[0]))
			case "xy":
				xs, err := c.data.Membership(s.Terms(m))
				if err != nil {
					return "", err
				}
				points := make([]picture.Point, len(xs))
				for i, x := range xs {
					points[i] = picture.Point{Case: c.data.Cases[i], X: x, Y: c.data.Outcome[i]}
				}
				return drawn(picture.XY(formula, c.data.OutcomeName, points))
			}
		}
	}
	return "", gone
}

// analysisDownload sends one of the files. They name every case, and so are for those alone who may see them all; and they
// are computed from the scores that stand, and so are there only when the result is too.
func analysisDownload(v *visit) error {
	for _, f := range analysisFiles {
		if f.name != v.R.PathValue("file") {
			continue
		}
		c, err := v.computed()
		if err != nil {
			return err
		}
		b, err := f.write(v.Ctx, c)
		if err != nil {
			return err
		}
		v.send(f.sort, b, strings.TrimPrefix(string(c.analysis.ID), thread.Analysis.Prefix())+"-"+f.name)
		return nil
	}
	return fault.New(fault.NotFound, "There is no such file of an analysis.")
}

// computed computes the analysis of the address, for those who may see all of it.
func (v *visit) computed() (computed, error) {
	a := v.Object.(synthesis.Analysis)
	names, err := v.caseNames()
	if err != nil {
		return computed{}, err
	}
	conditions, err := v.conditions()
	if err != nil {
		return computed{}, err
	}
	d, ks, aged, err := v.aged(a, conditions)
	switch {
	case err != nil:
		return computed{}, err
	case a.Result == nil:
		return computed{}, fault.New(fault.NotFound, "The analysis has no result yet. Run it first.")
	case aged != "":
		return computed{}, fault.New(fault.Conflict, "The scores or the choices have changed since the result was computed. Run the analysis again first.")
	case !v.seesAll(d, names):
		return computed{}, fault.New(fault.Forbidden, "This names every case of the analysis, and some of them belong to other teams.")
	}
	return compute(a, d, ks)
}

// send answers with a file; with a name for keeping it.
func (v *visit) send(sort string, b []byte, name string) {
	h := v.w.Header()
	h.Set("Content-Type", sort)
	h.Set("Content-Length", strconv.Itoa(len(b)))
	if name != "" {
		h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	}
	v.w.WriteHeader(http.StatusOK)
	_, _ = v.w.Write(b) // who asked may be gone
}
