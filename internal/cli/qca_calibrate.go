package cli

import (
	"context"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"throughline/analysis/qca"
	"throughline/analysis/qca/picture"
	"throughline/internal/fault"
)

// qcaCalibrate makes memberships, or levels, of the raw values of a column.
func (e *env) qcaCalibrate() *cobra.Command {
	var column, method, at, file string
	var degree float64
	var linear bool
	var gaps int
	methods := []string{"crisp", "levels", "direct", "indirect", "ranked", "tfr"}
	c := command("calibrate DATA.csv", "Turn raw values into set memberships",
		"  throughline qca calibrate raw.csv --column GNP --method direct --at 400,550,900\n"+
			"  throughline qca calibrate raw.csv --column GNP --method direct --at 400,550,900,1200,1500,2000 (in between is in)\n"+
			"  throughline qca calibrate raw.csv --column GNP --method levels --at 550,850\n"+
			"  throughline qca calibrate raw.csv --column GNP --at 400,550,900 --picture gnp.svg\n"+
			"  throughline qca calibrate raw.csv --column GNP --gaps 2", 1,
		func(_ context.Context, _ *cobra.Command, args []string) error {
			t, err := readTable(args[0])
			if err != nil {
				return err
			}
			i, err := t.find("--column", column)
			if err != nil {
				return err
			}
			raw := t.numbers(i)
			if err := t.wrong.Err(); err != nil {
				return err
			}
			if gaps > 0 {
				if file != "" {
					return fault.New(fault.Usage, "--gaps only proposes thresholds; leave out --picture, or give the thresholds with --at.")
				}
				found, err := qca.Gaps(raw, gaps)
				if err != nil {
					return invalid(err)
				}
				return e.print(map[string]any{"column": column, "thresholds": found}, func(w io.Writer) {
					fmt.Fprintf(w, "The values of %s leave the largest gaps at %s. A threshold must mean something for the concept: argue for it.\n", column, join(found))
				})
			}
			if !slices.Contains(methods, method) {
				return fault.New(fault.Usage, "--method is %q; expected one of: %s.", method, strings.Join(methods, ", "))
			}
			anchors, err := numbersOf(at)
			if err != nil {
				return err
			}
			curve := qca.Curve{Degree: degree, Linear: linear}
			values, err := calibrated(method, raw, anchors, curve)
			if err != nil {
				return err
			}
			var warnings []string
			if method != "levels" {
				s, err := qca.NewSpread(values)
				if err != nil {
					return invalid(err)
				}
				warnings = s.Warnings(t.cases)
			}
			type member struct {
				Case       string  `json:"case"`
				Raw        float64 `json:"raw"`
				Membership float64 `json:"membership"`
			}
			out := []member{}
			for n, m := range values {
				out = append(out, member{t.cases[n], raw[n], m})
			}
			answer := map[string]any{"column": column, "method": method, "at": anchors, "cases": out, "warnings": warnings}
			if file != "" {
				p := calibratedPicture(column, method, anchors, curve)
				for _, m := range out {
					p.Cases = append(p.Cases, picture.Point{Case: m.Case, X: m.Raw, Y: m.Membership})
				}
				svg, err := picture.Calibration(p)
				if err != nil {
					return invalid(err)
				}
				if err := writePicture(file, svg); err != nil {
					return err
				}
				answer["file"] = file
			}
			return e.print(answer, func(w io.Writer) {
				for _, m := range out {
					fmt.Fprintf(w, "%s\t%.10g\t%.6g\n", m.Case, m.Raw, m.Membership)
				}
				for _, s := range warnings {
					fmt.Fprintf(w, "Note: %s\n", s)
				}
				if file != "" {
					fmt.Fprintf(w, "Drew the calibration of %d cases to %s.\n", len(out), file)
				}
			})
		})
	f := c.Flags()
	f.StringVar(&column, "column", "", "column of the raw values")
	f.StringVar(&method, "method", "direct", "crisp, levels, direct, indirect, ranked, or tfr (totally fuzzy and relative)")
	f.StringVar(&at, "at", "", "thresholds or anchors in the raw value's unit, with commas: crisp one; levels and indirect several; direct and ranked fully out, crossover, fully in (direct also six, for sets in the middle)")
	f.Float64Var(&degree, "degree", 0, "direct: membership at the anchor for fully in (default 0.95)")
	f.BoolVar(&linear, "linear", false, "direct: straight lines instead of the logistic curve")
	f.StringVar(&file, "picture", "", "file to draw to as SVG: raw values against memberships, with the anchors")
	f.IntVar(&gaps, "gaps", 0, "propose so many thresholds where the values leave the largest gaps, and stop")
	return c
}

// calibratedPicture is a calibration as it is drawn, without its cases.
func calibratedPicture(column, method string, at []float64, curve qca.Curve) picture.Calibrated {
	p := picture.Calibrated{Raw: column, Set: column}
	var names []string
	switch method {
	case "crisp":
		names = []string{"threshold"}
	case "levels", "indirect":
		for i := range at {
			names = append(names, fmt.Sprintf("threshold %d", i+1))
		}
	default:
		names = []string{"fully out", "crossover", "fully in", "fully in", "crossover", "fully out"}
	}
	for i, x := range at {
		p.Anchors = append(p.Anchors, picture.Anchor{Name: names[i], At: x})
	}
	switch method {
	case "levels":
		p.Highest = len(at)
		fallthrough
	case "crisp", "direct": // the other methods calibrate all cases together
		p.Membership = func(raw float64) (float64, error) {
			out, err := calibrated(method, []float64{raw}, at, curve)
			if err != nil {
				return 0, err
			}
			return out[0], nil
		}
	}
	return p
}

func calibrated(method string, raw, at []float64, curve qca.Curve) ([]float64, error) {
	need := func(n ...int) error {
		if slices.Contains(n, len(at)) {
			return nil
		}
		return fault.New(fault.Usage, "--at names %d values; --method %s needs %s.", len(at), method, strings.ReplaceAll(strings.Trim(fmt.Sprint(n), "[]"), " ", " or "))
	}
	each := func(f func(x float64) (float64, error)) ([]float64, error) {
		out := make([]float64, len(raw))
		for i, x := range raw {
			var err error
			if out[i], err = f(x); err != nil {
				return nil, invalid(err)
			}
		}
		return out, nil
	}
	switch method {
	case "crisp":
		if err := need(1); err != nil {
			return nil, err
		}
		return each(func(x float64) (float64, error) { return qca.Crisp(x, at[0]) })
	case "levels":
		return each(func(x float64) (float64, error) {
			l, err := qca.Level(x, at)
			return float64(l), err
		})
	case "direct":
		if err := need(3, 6); err != nil {
			return nil, err
		}
		if len(at) == 3 {
			a := qca.Anchors{Exclusion: at[0], Crossover: at[1], Inclusion: at[2]}
			return each(func(x float64) (float64, error) { return curve.Membership(x, a) })
		}
		b := qca.Bell{Low: qca.Anchors{Exclusion: at[0], Crossover: at[1], Inclusion: at[2]}, High: qca.Anchors{Inclusion: at[3], Crossover: at[4], Exclusion: at[5]}}
		return each(func(x float64) (float64, error) { return curve.MembershipIn(x, b) })
	case "ranked":
		if err := need(3); err != nil {
			return nil, err
		}
		out, err := qca.Ranked(raw, qca.Anchors{Exclusion: at[0], Crossover: at[1], Inclusion: at[2]})
		return out, invalid(err)
	case "indirect":
		out, err := qca.Indirect(raw, at)
		return out, invalid(err)
	}
	if err := need(0); err != nil {
		return nil, err
	}
	out, err := qca.TotallyFuzzy(raw)
	return out, invalid(err)
}

func numbersOf(s string) ([]float64, error) {
	out := []float64{}
	for _, p := range strings.Split(s, ",") {
		if p = strings.TrimSpace(p); p == "" {
			continue
		}
		x, err := strconv.ParseFloat(p, 64)
		if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
			return nil, fault.New(fault.Usage, "--at has %q; expected numbers with commas between, as 400,550,900.", p)
		}
		out = append(out, x)
	}
	return out, nil
}

func join(xs []float64) string {
	var parts []string
	for _, x := range xs {
		parts = append(parts, strconv.FormatFloat(x, 'g', 10, 64))
	}
	return strings.Join(parts, ", ")
}
