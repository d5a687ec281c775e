package qca

import (
	"context"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestNecessityOracle compares with R's pof of single conditions and with superSubset.
func TestNecessityOracle(t *testing.T) {
	dir := shared(t)
	counts := map[string]int{}
	for _, folder := range []string{"named", "random"} {
		files, _ := filepath.Glob(filepath.Join(dir, folder, "*.json"))
		for _, file := range files {
			if filepath.Base(file) == "index.json" {
				continue
			}
			o := readOracle(t, file)
			if o.Input.CSV == "" {
				continue
			}
			d := readData(t, filepath.Join(filepath.Dir(file), o.Input.CSV), o.Input.Outcome, o.Input.Conditions, o.Input.Levels)
			if slices.ContainsFunc(d.Values, func(xs []float64) bool { return slices.ContainsFunc(xs, math.IsNaN) }) {
				continue
			}
			b, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			type list struct {
				InclCut, RonCut float64
				Depth           *int
				Items           []struct {
					Expr                               string
					InclN, RoN, CovN, InclS, PRI, CovS *float64
				}
			}
			var r struct {
				Input struct {
					SsDepth int
				}
				NecessitySingle, SufficiencySingle, SuperSubsetNecessity, SuperSubsetSufficiency list
			}
			if err := json.Unmarshal(b, &r); err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			t.Run(folder+"/"+strings.TrimSuffix(filepath.Base(file), ".json"), func(t *testing.T) {
				key := func(expr string, or bool) string {
					sep := ""
					if or {
						sep = "or "
						expr = strings.ReplaceAll(expr, "+", "*")
					}
					return sep + valuesKey(parsed(expr, o.Input.Conditions))
				}
				numbers := func(ps ...*float64) []float64 {
					out := []float64{}
					for _, p := range ps {
						if p == nil {
							out = append(out, 0)
						} else {
							out = append(out, *p)
						}
					}
					return out
				}
				near := cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) <= 1e-9 })
				necessary, sufficient, err := SingleFit(d)
				if err != nil {
					t.Fatal(err)
				}
				got, want := map[string][]float64{}, map[string][]float64{}
				if len(r.NecessitySingle.Items) > 0 {
					counts["single"]++
					for _, n := range necessary {
						got["N"+valuesKey(n.Values)] = []float64{n.Consistency, n.RoN, n.Coverage}
					}
					for _, i := range r.NecessitySingle.Items {
						want["N"+key(i.Expr, false)] = numbers(i.InclN, i.RoN, i.CovN)
					}
					for _, n := range sufficient {
						got["S"+valuesKey(n.Values)] = []float64{n.Consistency, n.PRI, n.Coverage}
					}
					for _, i := range r.SufficiencySingle.Items {
						want["S"+key(i.Expr, false)] = numbers(i.InclS, i.PRI, i.CovS)
					}
					if diff := cmp.Diff(want, got, near); diff != "" {
						t.Errorf("single conditions (-want +got):\n%s", diff)
					}
				}
				if ss := r.SuperSubsetNecessity; ss.InclCut > 0 {
					counts["necessity"]++
					found, err := Necessities(context.Background(), d, NecessityCutoffs{Consistency: ss.InclCut, RoN: ss.RonCut, Depth: r.Input.SsDepth})
					if err != nil {
						t.Fatal(err)
					}
					got, want := map[string][]float64{}, map[string][]float64{}
					for _, n := range found {
						k := valuesKey(n.Values)
						if n.Disjunction {
							k = "or " + k
						}
						got[k] = []float64{n.Consistency, n.RoN, n.Coverage}
					}
					for _, i := range ss.Items {
						want[key(i.Expr, strings.Contains(i.Expr, "+"))] = numbers(i.InclN, i.RoN, i.CovN)
					}
					if diff := cmp.Diff(want, got, near); diff != "" {
						t.Errorf("necessity (-want +got):\n%s", diff)
					}
				}
				if ss := r.SuperSubsetSufficiency; ss.InclCut > 0 {
					counts["sufficiency"]++
					found, err := Sufficiencies(context.Background(), d, SufficiencyCutoffs{Consistency: ss.InclCut, Depth: r.Input.SsDepth})
					if err != nil {
						t.Fatal(err)
					}
					got, want := map[string][]float64{}, map[string][]float64{}
					for _, n := range found {
						got[valuesKey(n.Values)] = []float64{n.Consistency, n.PRI, n.Coverage}
					}
					for _, i := range ss.Items {
						want[key(i.Expr, false)] = numbers(i.InclS, i.PRI, i.CovS)
					}
					if diff := cmp.Diff(want, got, near); diff != "" {
						t.Errorf("sufficiency (-want +got):\n%s", diff)
					}
				}
			})
		}
	}
	t.Logf("checked %v", counts)
}
