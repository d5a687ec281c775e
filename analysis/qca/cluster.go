package qca

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// ClusterFit is the fit within one cluster or unit.
type ClusterFit struct {
	// Name of the cluster or unit, and how many cases it has.
	Name  string `json:"name"`
	Cases int    `json:"cases"`
	// Consistency and Coverage there. Where no case has any membership, so that nothing speaks against the relation,
	// consistency is 1; where there is nothing to cover, coverage is 1.
	Consistency float64 `json:"consistency"`
	Coverage    float64 `json:"coverage"`
	// Empty says that no case there has any membership in the condition (of necessity: in the outcome), so that
	// Consistency says nothing.
	Empty bool `json:"empty,omitempty"`
}

// Clusters is how a set relation holds in the parts of data that have two dimensions, such as countries and years.
type Clusters struct {
	// Pooled consistency and coverage are those of all cases.
	Consistency float64 `json:"pooled_consistency"`
	Coverage    float64 `json:"pooled_coverage"`
	// Between has the fit within each cluster (a year over all countries), Within that of each unit (a country over all
	// years), in the order in which they first appear.
	Between []ClusterFit `json:"between"`
	Within  []ClusterFit `json:"within"`
	// BetweenDistance and WithinDistance say how unequal those consistencies b are, 0 when they are all the same:
	// sqrt(sum (b/sum b - 1/n)^2).
	BetweenDistance float64 `json:"between_distance"`
	WithinDistance  float64 `json:"within_distance"`
}

// LargeDistance is from where Garcia-Castro and Ariño (2016) advise to look at clusters or units one by one.
const LargeDistance = 0.1

// Clusters gives the pooled, between and within consistency and coverage of an expression as a sufficient condition, or
// with necessary set as a necessary one, and their distances (Garcia-Castro and Ariño 2016, Journal of Advances in
// Management Sciences & Information Systems 2:63-76). Cluster and unit name, for each case, its two dimensions; unit may be
// nil when there is only one.
//
// For sufficiency, consistency is sum min(x,y) / sum x and coverage sum min(x,y) / sum y over the cases concerned; for
// necessity the two change places.
func (d Data) Clusters(e Expression, cluster, unit []string, necessary bool) (Clusters, error) {
	if err := d.Valid(); err != nil {
		return Clusters{}, err
	}
	var bad problems
	if len(cluster) != len(d.Cases) {
		bad.add("there are %d clusters for %d cases: name the cluster of each case", len(cluster), len(d.Cases))
	}
	if unit != nil && len(unit) != len(d.Cases) {
		bad.add("there are %d units for %d cases: name the unit of each case, or of none", len(unit), len(d.Cases))
	}
	for i, name := range d.Cases {
		if i < len(cluster) && strings.TrimSpace(cluster[i]) == "" || i < len(unit) && strings.TrimSpace(unit[i]) == "" {
			bad.add("case %q belongs to no cluster or unit: name it, or leave the case out", name)
		}
	}
	if err := bad.err(); err != nil {
		return Clusters{}, err
	}
	x, err := d.Membership(e)
	if err != nil {
		return Clusters{}, err
	}
	y := d.Outcome
	if necessary {
		x, y = y, x
	}
	all := make([]string, len(x))
	pooled := divided(x, y, all)[0]
	out := Clusters{Consistency: pooled.Consistency, Coverage: pooled.Coverage, Between: divided(x, y, cluster), Within: []ClusterFit{}}
	out.BetweenDistance = distance(out.Between)
	if unit != nil {
		out.Within = divided(x, y, unit)
		out.WithinDistance = distance(out.Within)
	}
	return out, nil
}

// Words says in plain sentences where the relation holds less.
func (c Clusters) Words() []string {
	out := []string{}
	for _, part := range []struct {
		what     string
		distance float64
		fits     []ClusterFit
	}{{"cluster", c.BetweenDistance, c.Between}, {"unit", c.WithinDistance, c.Within}} {
		if len(part.fits) < 2 {
			continue
		}
		worst := part.fits[0]
		for _, f := range part.fits {
			if f.Consistency < worst.Consistency {
				worst = f
			}
		}
		switch {
		case !slices.ContainsFunc(part.fits, func(f ClusterFit) bool { return f.Consistency != worst.Consistency }):
			out = append(out, fmt.Sprintf("the relation holds alike in every %s (consistency %.2f)", part.what, worst.Consistency))
		case part.distance > LargeDistance:
			out = append(out, fmt.Sprintf("the relation does not hold alike in every %s (distance %.2f): look at them one by one, first at %s (consistency %.2f)", part.what, part.distance, worst.Name, worst.Consistency))
		default:
			out = append(out, fmt.Sprintf("the relation holds much alike in every %s (distance %.2f); least in %s (consistency %.2f)", part.what, part.distance, worst.Name, worst.Consistency))
		}
	}
	return out
}

// divided gives the fit of x in y in each part.
func divided(x, y []float64, part []string) []ClusterFit {
	at := map[string]int{}
	var out []ClusterFit
	var sx, sy, both []float64
	for i, name := range part {
		n, ok := at[name]
		if !ok {
			n = len(out)
			at[name] = n
			out = append(out, ClusterFit{Name: name})
			sx, sy, both = append(sx, 0), append(sy, 0), append(both, 0)
		}
		out[n].Cases++
		sx[n] += x[i]
		sy[n] += y[i]
		both[n] += min(x[i], y[i])
	}
	for n := range out {
		f := &out[n]
		f.Consistency, f.Coverage, f.Empty = 1, 1, sx[n] == 0
		if sx[n] > 0 {
			f.Consistency = both[n] / sx[n]
		}
		if sy[n] > 0 {
			f.Coverage = both[n] / sy[n]
		}
	}
	return out
}

// distance is 0 when all consistencies are the same; when they are all 0 they are the same.
func distance(fits []ClusterFit) float64 {
	var sum, squares float64
	for _, f := range fits {
		sum += f.Consistency
	}
	if sum == 0 {
		return 0
	}
	for _, f := range fits {
		e := f.Consistency/sum - 1/float64(len(fits))
		squares += e * e
	}
	return math.Sqrt(squares)
}
