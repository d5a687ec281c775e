package screening

import (
	"context"
	"fmt"
	"math"
	"slices"
)

// Metrics tell how early the relevant records came. Priors are left out of every figure.
type Metrics struct {
	Records  int     `json:"records"`  // N, without priors
	Relevant int     `json:"relevant"` // P, without priors
	NAt95    int     `json:"n_at_95"`  // records read until 95 % of the relevant were found: the position of the ceil(0.95 P)-th
	NAt100   int     `json:"n_at_100"` // records read until all were found
	WSS95    float64 `json:"wss95"`    // work saved over sampling: (N - n_at_95)/N - 0.05 (Cohen and others 2006)
	WSS100   float64 `json:"wss100"`   // (N - n_at_100)/N
	RRF5     float64 `json:"rrf5"`     // share of the relevant in the first 5 % of the records
	RRF10    float64 `json:"rrf10"`    // ... 10 %
	RRF20    float64 `json:"rrf20"`    // ... 20 %
	ATD      float64 `json:"atd"`      // average time to discovery: the mean position of a relevant record
	Loss     float64 `json:"loss"`     // area between the best recall curve and this one, over that between best and worst; 0 is perfect
	NDCG     float64 `json:"ndcg"`     // normalised discounted cumulative gain, discount log2(1 + position)
}

// Measure computes the metrics of an order, true where a record is relevant.
func Measure(order []bool) (Metrics, error) {
	m := Metrics{Records: len(order)}
	var at []int
	for k, r := range order {
		if r {
			at = append(at, k+1)
		}
	}
	if m.Relevant = len(at); m.Relevant == 0 {
		return m, fmt.Errorf("no record is relevant beside the priors: there is nothing to measure")
	}
	n, p := float64(m.Records), float64(m.Relevant)
	m.NAt95, m.NAt100 = at[(95*m.Relevant+99)/100-1], at[m.Relevant-1]
	m.WSS95, m.WSS100 = (n-float64(m.NAt95))/n-0.05, (n-float64(m.NAt100))/n
	within := func(percent int) float64 {
		k, _ := slices.BinarySearch(at, percent*m.Records/100+1)
		return float64(k) / p
	}
	m.RRF5, m.RRF10, m.RRF20 = within(5), within(10), within(20)
	sum, gain, ideal := 0.0, 0.0, 0.0
	for k, x := range at {
		sum += float64(x)
		gain += 1 / math.Log2(float64(x+1))
		ideal += 1 / math.Log2(float64(k+2))
	}
	m.ATD, m.NDCG = sum/p, gain/ideal
	if best, worst := p*(p+1)/2, p*(2*n-p+1)/2; worst > best {
		m.Loss = (sum - best) / (worst - best)
	}
	return m, nil
}

// Simulation says how a finished review is screened again.
type Simulation struct {
	Options
	Included, Excluded []int // priors, as places in the corpus
	// Query is the study's question, definitions and criteria, when the ranking starts from them. It may be empty.
	Query string
	// Progress is told how many records are read, when it is not nil.
	Progress func(done, total int)
}

// Run is a simulated screening.
type Run struct {
	Order   []int // records in the order of reading, without priors
	Metrics Metrics
	Stops   []Stop     // where each rule stops
	Live    []Estimate // what a reader would have seen, each hundredth of the records
}

// Simulate reads all records in the order in which the model brings them, with one fit after each decision.
// Without priors and without a query, the first record is the first by id.
func Simulate(ctx context.Context, c *Corpus, labels []bool, s Simulation) (Run, error) {
	var run Run
	if len(labels) != c.Len() {
		return run, fmt.Errorf("there are %d labels for %d records", len(labels), c.Len())
	}
	m := NewModel(c, s.Options)
	m.ColdStart(s.Query)
	seen := 0
	for want, priors := range map[bool][]int{true: s.Included, false: s.Excluded} {
		for _, i := range priors {
			if i < 0 || i >= c.Len() {
				return run, fmt.Errorf("prior %d is no record: there are %d", i, c.Len())
			}
			if labels[i] != want {
				return run, fmt.Errorf("prior %q is given as %s, but its label says otherwise", c.ids[i], map[bool]string{true: "relevant", false: "irrelevant"}[want])
			}
		}
	}
	// Always in the same order, so that the run depends on the set of priors alone.
	for _, i := range append(slices.Sorted(slices.Values(s.Included)), slices.Sorted(slices.Values(s.Excluded))...) {
		if m.label[i] == 0 {
			m.Learn(i, labels[i])
			seen++
		}
	}
	total := c.Len() - seen
	run.Order = make([]int, 0, total)
	found := make([]bool, 0, total)
	w := NewStopping(total)
	stopped := map[string]int{}
	for len(run.Order) < total {
		if err := ctx.Err(); err != nil {
			return run, err
		}
		i, _ := m.Best()
		w.See(m, i, labels[i])
		m.Learn(i, labels[i])
		run.Order, found = append(run.Order, i), append(found, labels[i])
		if n := len(run.Order); n%max(1, total/100) == 0 || n == total {
			e := w.Estimate(m)
			run.Live = append(run.Live, e)
			w.note(stopped, e)
		}
		if s.Progress != nil {
			s.Progress(len(run.Order), total)
		}
	}
	run.Stops = w.stops(stopped)
	var err error
	run.Metrics, err = Measure(found)
	return run, err
}
