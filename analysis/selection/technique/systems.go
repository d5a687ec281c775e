package technique

import (
	"cmp"
	"errors"
	"fmt"
	"math/bits"
	"slices"
)

// Cluster is a group of conditions that belong together, such as those of the
// economy. Their values are 0 and 1.
type Cluster struct {
	Name       string     `json:"name"`
	Conditions []Variable `json:"conditions"`
}

// Systems are cases to compare by most similar and most different systems.
type Systems struct {
	// Cases are ids, each of them once.
	Cases []string `json:"cases"`
	// Outcome is 0 or 1.
	Outcome  Variable  `json:"outcome"`
	Clusters []Cluster `json:"clusters"`
}

// Design is which systems are compared.
type Design string

const (
	// MSDO: most similar systems with different outcomes. What still differs
	// may explain the outcome.
	MSDO Design = "MSDO"
	// MDSO: most different systems with the same outcome. What they still have
	// in common may explain it.
	MDSO Design = "MDSO"
)

// Zone is a part of the matrix of pairs: those with the same or with different
// outcomes.
type Zone struct {
	Design Design `json:"design"`
	// Outcomes of A and of B: 1 and 1, or 0 and 0, for MDSO; 1 and 0 for MSDO.
	Outcomes [2]int `json:"outcomes"`
	// Of is the number of pairs in the zone.
	Of int `json:"of"`
	// Extremes are, for each cluster, the largest distance of a pair in the zone
	// (MDSO) or the smallest (MSDO): h0.
	Extremes []int `json:"extremes"`
	// Levels from the extreme on, until all pairs reach it in all clusters that
	// they can.
	Levels []Level `json:"levels"`
	// Pairs are the best, with all that tie with the last of them.
	Pairs []SystemPair `json:"pairs"`
}

// Level is a degree of likeness or difference that is asked of each cluster.
type Level struct {
	// Step is by how many conditions a pair may miss the extreme of a cluster
	// and still reach the level: h0 - Step at least (MDSO), h0 + Step at most
	// (MSDO).
	Step int `json:"step"`
	// Counts[k] is the number of pairs that reach it in exactly k clusters.
	Counts []int `json:"counts"`
	// Clusters is the largest number of clusters in which a pair reaches it, and
	// Pairs are those that do: the graph of the level.
	Clusters int         `json:"clusters"`
	Pairs    [][2]string `json:"pairs"`
}

// SystemPair is a pair of a zone.
type SystemPair struct {
	A string `json:"a"`
	B string `json:"b"`
	// Rank is 1 for the best; pairs that reach every level in equally many
	// clusters share one.
	Rank int `json:"rank"`
	// Distances are the numbers of conditions that differ, for each cluster.
	Distances []int `json:"distances"`
	// Reached is, for each level, the number of clusters in which the pair
	// reaches it.
	Reached []int `json:"reached"`
	// Differ and Agree are the conditions that do, as A has them: with ~ before
	// the name of one that is absent in A.
	Differ []string `json:"differ"`
	Agree  []string `json:"agree"`
}

// Comparison is what the two designs find.
type Comparison struct {
	// Zones: MDSO of outcome 1, MDSO of outcome 0, MSDO; those that have pairs.
	Zones   []Zone    `json:"zones"`
	LeftOut []LeftOut `json:"leftOut"`
	// Notes tell of conditions that have one value in all cases, and of outcomes
	// that too few cases have.
	Notes []string `json:"notes"`
}

// Compare finds the pairs of both designs (De Meur and Berg-Schlosser 1994,
// 2009). In each cluster the Boolean distance of two cases is the number of
// conditions in which they differ. In each zone the extreme distance of a
// cluster is the largest that any pair of the zone shows (MDSO) or the smallest
// (MSDO). A pair reaches a level in a cluster when its distance is no further
// from the extreme than the step of the level; but never when it does not
// differ in it at all (MDSO) or agrees in nothing (MSDO), as that is not what is
// looked for. Pairs are ranked by the number of clusters in which they reach the
// extreme, then the next level, and so on. Of each zone n pairs are listed, with
// all that tie with the last, and every pair of a level's graph.
//
// It is an error when a value is neither 0 nor 1 (missing values leave the case
// out), when a condition is in two clusters or a cluster is empty, and when
// fewer than two cases remain.
func (s Systems) Compare(n int) (Comparison, error) {
	if n < 1 {
		return Comparison{}, fmt.Errorf("%d pairs are asked for; ask for 1 or more", n)
	}
	x, err := s.prepare()
	if err != nil {
		return Comparison{}, err
	}
	out := Comparison{Zones: []Zone{}, LeftOut: x.left, Notes: x.notes}
	for _, z := range zones {
		if zone := x.zone(z, n); zone.Of > 0 {
			out.Zones = append(out.Zones, zone)
		} else {
			out.Notes = append(out.Notes, fmt.Sprintf("no pair has %s %d and %d", s.Outcome.Name, z.Outcomes[0], z.Outcomes[1]))
		}
	}
	return out, nil
}

// zones in their order.
var zones = [3]Zone{{Design: MDSO, Outcomes: [2]int{1, 1}}, {Design: MDSO, Outcomes: [2]int{0, 0}}, {Design: MSDO, Outcomes: [2]int{1, 0}}}

// Distances are the Boolean distances in one cluster, in the order of the cases
// without those that lack a value, whose ids come with it.
func (s Systems) Distances(cluster int) (cases []string, distances [][]int, err error) {
	if cluster < 0 || cluster >= len(s.Clusters) {
		return nil, nil, fmt.Errorf("there are %d clusters, none with number %d", len(s.Clusters), cluster)
	}
	x, err := s.prepare()
	if err != nil {
		return nil, nil, err
	}
	distances = make([][]int, len(x.rows))
	for i := range distances {
		for j := range x.rows {
			distances[i] = append(distances[i], x.distance(cluster, i, j))
		}
	}
	return pick(s.Cases, x.rows), distances, nil
}

// coded are the systems as bits.
type coded struct {
	Systems
	rows  []int        // places of the cases that have all values
	words [][][]uint64 // cluster, row: the conditions that are 1
	left  []LeftOut
	notes []string
}

func (s Systems) prepare() (coded, error) {
	x := coded{Systems: s, notes: []string{}}
	variables := []Variable{s.Outcome}
	var wrong []error
	names := map[string]bool{}
	for i, c := range s.Clusters {
		switch {
		case c.Name == "":
			wrong = append(wrong, fmt.Errorf("cluster %d has no name", i+1))
		case names[c.Name]:
			wrong = append(wrong, fmt.Errorf("two clusters are called %s", c.Name))
		case len(c.Conditions) == 0:
			wrong = append(wrong, fmt.Errorf("cluster %s has no conditions", c.Name))
		}
		names[c.Name] = true
		variables = append(variables, c.Conditions...)
	}
	if len(s.Clusters) == 0 {
		wrong = append(wrong, errors.New("there are no clusters of conditions"))
	}
	wrong = append(wrong, check(s.Cases, variables))
	for _, v := range variables {
		for i, y := range v.Values {
			if (y < 0 || y > 1 || (y > 0 && y < 1)) && i < len(s.Cases) { // not a number is none of these
				wrong = append(wrong, fmt.Errorf("variable %s is %v for %s; expected 0 or 1: dichotomise it first", v.Name, y, s.Cases[i]))
			}
		}
	}
	if err := errors.Join(wrong...); err != nil {
		return x, err
	}
	x.rows, x.left = complete(s.Cases, variables)
	if len(x.rows) < 2 {
		return x, fmt.Errorf("%d cases have a value of every variable, and a comparison needs two (%s)", len(x.rows), told(x.left))
	}
	for _, v := range variables[1:] {
		if values := v.at(x.rows); constant(values) {
			x.notes = append(x.notes, fmt.Sprintf("%s is %v in every case: it can tell none of them apart", v.Name, values[0]))
		}
	}
	for _, c := range s.Clusters {
		w := make([][]uint64, len(x.rows))
		for i, r := range x.rows {
			w[i] = make([]uint64, (len(c.Conditions)+63)/64)
			for k, v := range c.Conditions {
				if v.Values[r] == 1 {
					w[i][k/64] |= 1 << (k % 64)
				}
			}
		}
		x.words = append(x.words, w)
	}
	return x, nil
}

func (x coded) distance(cluster, i, j int) int {
	d := 0
	for k, w := range x.words[cluster][i] {
		d += bits.OnesCount64(w ^ x.words[cluster][j][k])
	}
	return d
}

// pairs calls with each pair of a zone, the case with outcome 1 first when
// outcomes differ.
func (x coded) pairs(z Zone, do func(i, j int)) {
	for i, r := range x.rows {
		for j := i + 1; j < len(x.rows); j++ {
			a, b := int(x.Outcome.Values[r]), int(x.Outcome.Values[x.rows[j]])
			switch [2]int{a, b} {
			case z.Outcomes:
				do(i, j)
			case [2]int{z.Outcomes[1], z.Outcomes[0]}:
				do(j, i)
			}
		}
	}
}

func (x coded) zone(z Zone, n int) Zone {
	z.Extremes, z.Levels, z.Pairs = make([]int, len(x.Clusters)), []Level{}, []SystemPair{}
	other := make([]int, len(x.Clusters)) // the furthest from the extreme
	var all []SystemPair
	var at [][2]int
	x.pairs(z, func(i, j int) {
		p := SystemPair{A: x.Cases[x.rows[i]], B: x.Cases[x.rows[j]]}
		for c := range x.Clusters {
			d := x.distance(c, i, j)
			p.Distances = append(p.Distances, d)
			if z.Of == 0 {
				z.Extremes[c], other[c] = d, d
			}
			lo, hi := min(d, z.Extremes[c], other[c]), max(d, z.Extremes[c], other[c])
			if z.Design == MDSO {
				z.Extremes[c], other[c] = hi, lo
			} else {
				z.Extremes[c], other[c] = lo, hi
			}
		}
		z.Of++
		all, at = append(all, p), append(at, [2]int{i, j})
	})
	if z.Of == 0 {
		return z
	}
	steps := 0
	for c := range x.Clusters {
		steps = max(steps, z.Extremes[c]-other[c], other[c]-z.Extremes[c])
	}
	for k := range all {
		all[k].Reached = x.reached(z, all[k].Distances, steps)
	}
	for step := range steps + 1 {
		l := Level{Step: step, Counts: make([]int, len(x.Clusters)+1), Pairs: [][2]string{}}
		for _, p := range all {
			l.Counts[p.Reached[step]]++
			l.Clusters = max(l.Clusters, p.Reached[step])
		}
		for _, p := range all {
			if p.Reached[step] == l.Clusters && l.Clusters > 0 {
				l.Pairs = append(l.Pairs, [2]string{p.A, p.B})
			}
		}
		z.Levels = append(z.Levels, l)
	}
	ranked := make([]int, len(all))
	for k := range ranked {
		ranked[k] = k
	}
	slices.SortFunc(ranked, func(a, b int) int {
		return cmp.Or(slices.Compare(all[b].Reached, all[a].Reached), cmp.Compare(all[a].A, all[b].A), cmp.Compare(all[a].B, all[b].B))
	})
	place := 0
	for k, r := range ranked {
		if k == 0 || !slices.Equal(all[r].Reached, all[ranked[k-1]].Reached) {
			if place = k + 1; k >= n {
				break
			}
		}
		p := all[r]
		p.Rank, p.Differ, p.Agree = place, []string{}, []string{}
		for _, c := range x.Clusters {
			for _, v := range c.Conditions {
				a, b := v.Values[x.rows[at[r][0]]], v.Values[x.rows[at[r][1]]]
				name := v.Name
				if a == 0 {
					name = "~" + name
				}
				if a == b {
					p.Agree = append(p.Agree, name)
				} else {
					p.Differ = append(p.Differ, name)
				}
			}
		}
		z.Pairs = append(z.Pairs, p)
	}
	return z
}

// reached counts, for each step, the clusters in which distances are near enough to the extremes.
func (x coded) reached(z Zone, distances []int, steps int) []int {
	out := make([]int, steps+1)
	for c, d := range distances {
		from, none := z.Extremes[c]-d, 0
		if z.Design == MSDO {
			from, none = -from, len(x.Clusters[c].Conditions)
		}
		for step := from; step <= steps && d != none; step++ {
			out[step]++
		}
	}
	return out
}
