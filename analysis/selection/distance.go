package selection

import "math"

// Distances gives Gower's distance of each pair of candidates, in their order, from 0 to 1:
//
//	d(i,j) = sum_v w_v s_v(i,j) / sum_v w_v
//
// over the attributes v that are known of both (Gower 1971). Missing counts the comparisons that could not be made. A pair
// that has nothing in common to compare is at distance 0, so that nothing is claimed of it. Values are rounded to 12
// decimals, so that distances that are equal on paper are equal here.
func Distances(c []Candidate, attributes []Attribute) (d [][]float64, missing int) {
	n := len(c)
	d = make([][]float64, n)
	if len(attributes) == 0 {
		same := make([]float64, n)
		for i := range d {
			d[i] = same
		}
		return d, 0
	}
	flat := make([]float64, n*n)
	for i := range d {
		d[i] = flat[i*n : (i+1)*n]
	}
	weight, scale := make([]float64, len(attributes)), make([]float64, len(attributes))
	sets := make([][]map[string]bool, len(attributes))
	for v, a := range attributes {
		if weight[v] = a.Weight; weight[v] == 0 {
			weight[v] = 1
		}
		low, high := a.Low, a.High
		if low == high {
			low, high = math.Inf(1), math.Inf(-1)
			for _, x := range c {
				if x.Values[v].Known {
					low, high = min(low, x.Values[v].Number), max(high, x.Values[v].Number)
				}
			}
		}
		if high > low {
			scale[v] = 1 / (high - low)
		}
		if a.Kind == Set {
			sets[v] = make([]map[string]bool, n)
			for i, x := range c {
				sets[v][i] = map[string]bool{}
				for _, s := range x.Values[v].Set {
					sets[v][i][s] = true
				}
			}
		}
	}
	for i := range n {
		for j := i + 1; j < n; j++ {
			sum, all := 0.0, 0.0
			for v, a := range attributes {
				x, y := &c[i].Values[v], &c[j].Values[v]
				if !x.Known || !y.Known {
					missing++
					continue
				}
				all += weight[v]
				switch a.Kind {
				case Nominal:
					if x.Text != y.Text {
						sum += weight[v]
					}
				case Set:
					sum += weight[v] * jaccard(sets[v][i], sets[v][j])
				default:
					sum += weight[v] * min(1, math.Abs(x.Number-y.Number)*scale[v])
				}
			}
			if all > 0 {
				d[i][j] = math.Round(sum/all*1e12) / 1e12
				d[j][i] = d[i][j]
			}
		}
	}
	return d, missing
}

// jaccard is 1 minus the share of what two sets have in common; two empty sets are the same.
func jaccard(a, b map[string]bool) float64 {
	both := 0
	for s := range a {
		if b[s] {
			both++
		}
	}
	all := len(a) + len(b) - both
	if all == 0 {
		return 0
	}
	return 1 - float64(both)/float64(all)
}
