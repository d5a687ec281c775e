package screening

import (
	"fmt"
	"math"
)

// Target is the recall that a screening aims at.
const Target = 0.95

// Estimate is what can be said of a screening while it goes on.
type Estimate struct {
	Read      int     `json:"read"`      // records read, without priors
	Found     int     `json:"found"`     // relevant ones among them
	Remaining float64 `json:"remaining"` // relevant records expected among those not read
	Recall    float64 `json:"recall"`    // estimated share of the relevant that is found
	Low       float64 `json:"low"`       // lower end of its interval of 95 %
	High      float64 `json:"high"`      // upper end
	CMH       float64 `json:"cmh"`       // p of the test of Callaghan and Müller-Hansen that recall is below Target
	Stop      bool    `json:"stop"`      // whether our rule says to stop
	Why       string  `json:"why"`
}

// Rules of stopping: ours and those it is compared with.
const (
	RuleOurs   = "calibrated"
	RuleCMH    = "CMH p < 0.05"
	RuleRun50  = "50 irrelevant in a row"
	RuleRun100 = "100 irrelevant in a row"
	RuleRun200 = "200 irrelevant in a row"
	RuleShare  = "10 % read and 50 irrelevant in a row"
)

var rules = []string{RuleOurs, RuleCMH, RuleRun50, RuleRun100, RuleRun200, RuleShare}

// Stop is where a rule ends a simulated screening.
type Stop struct {
	Rule   string  `json:"rule"`
	Read   int     `json:"read"`   // all records when the rule never says stop
	Recall float64 `json:"recall"` // the true one
	Saved  float64 `json:"saved"`  // share of the records not read
}

// Stopping watches a screening.
//
// Each record had a score at the moment when it was chosen, before its label was known. So the pairs of score and label are an honest
// sample of how scores turn out, and a logistic regression on them gives each record that is left a probability. Their sum is the
// number of relevant records still expected; its variance is that of the sum and that of the regression (delta method).
type Stopping struct {
	total  int
	found  int
	last   int // place of the last relevant record, from 1
	scores []float64
	labels []bool
	groups []uint8
}

// NewStopping begins to watch a screening of so many records, without priors.
func NewStopping(total int) *Stopping {
	return &Stopping{total: total, scores: make([]float64, 0, total), labels: make([]bool, 0, total), groups: make([]uint8, 0, total)}
}

// See takes the decision on record i, before the model learns it.
func (s *Stopping) See(m *Model, i int, relevant bool) {
	m.fit()
	s.scores, s.labels, s.groups = append(s.scores, m.score[i]), append(s.labels, relevant), append(s.groups, m.c.group[i])
	if relevant {
		s.found++
		s.last = len(s.labels)
	}
}

// Our rule stops when the upper bound of what remains, caution standard errors above the estimate, leaves recall at Target: a
// one-sided bound of 95 %. With fewer than leastFound relevant records a recall of 95 % means not to miss a single one, which
// no calibration can promise; there only the test of Callaghan and Müller-Hansen stops.
const (
	caution    = 1.645
	leastFound = 20
)

// Estimate tells how far the screening has come. The model ranks what is left.
func (s *Stopping) Estimate(m *Model) Estimate {
	e := Estimate{Read: len(s.labels), Found: s.found, CMH: CMH(s.labels, s.total, Target)}
	left := s.total - e.Read
	m.fit()
	// The whole run is asked, and its second half, for a model that knew little scored otherwise. Each language is asked alone, for
	// what was learnt in one says little about another.
	var mean, se [2]float64
	for k, from := range []int{0, len(s.labels) / 2} {
		square := 0.0
		for g := range m.c.groups {
			r, se := s.remaining(m, from, g)
			mean[k] += r
			square += se * se
		}
		se[k] = math.Sqrt(square)
	}
	possible := func(x float64) float64 { return min(max(x, 0), float64(left)) }
	most := func(z float64) float64 { return possible(max(mean[0]+z*se[0], mean[1]+z*se[1])) }
	fewest := possible(min(mean[0]-1.96*se[0], mean[1]-1.96*se[1]))
	recall := func(remaining float64) float64 {
		if s.found == 0 {
			return 0
		}
		return float64(s.found) / (float64(s.found) + remaining)
	}
	e.Remaining = possible((mean[0] + mean[1]) / 2)
	e.Recall, e.Low, e.High = recall(e.Remaining), recall(most(1.96)), recall(fewest)
	cautious := recall(most(caution))
	switch {
	case left == 0:
		e.Stop, e.Why = true, "All records are read."
	case e.Found < leastFound && e.CMH < 0.05:
		e.Stop, e.Why = true, fmt.Sprintf("Few relevant records are found, but the test of Callaghan and Müller-Hansen rejects a recall below %g (p = %.3f).", Target, e.CMH)
	case e.Found < leastFound:
		e.Why = fmt.Sprintf("Fewer than %d relevant records are found: read on until the test of Callaghan and Müller-Hansen says stop (p = %.3f).", leastFound, e.CMH)
	case cautious < Target:
		e.Why = fmt.Sprintf("Up to %.1f relevant records may be left: recall may be as low as %.3f.", most(caution), cautious)
	default:
		e.Stop, e.Why = true, fmt.Sprintf("At most %.1f relevant records are likely to be left: recall is likely %.3f or more.", most(caution), cautious)
	}
	return e
}

// note keeps where each rule first says stop.
func (s *Stopping) note(at map[string]int, e Estimate) {
	row := e.Read - s.last
	for k, stop := range []bool{e.Stop, e.CMH < 0.05, row >= 50, row >= 100, row >= 200, row >= 50 && 10*e.Read >= s.total} {
		if _, ok := at[rules[k]]; stop && !ok {
			at[rules[k]] = e.Read
		}
	}
}

// stops tells what each rule would have given, once everything is read.
func (s *Stopping) stops(at map[string]int) []Stop {
	var out []Stop
	for _, r := range rules {
		n, ok := at[r]
		if !ok {
			n = s.total
		}
		found := 0
		for _, l := range s.labels[:n] {
			found += bit(l)
		}
		st := Stop{Rule: r, Read: n, Saved: 1 - float64(n)/float64(max(1, s.total))}
		if s.found > 0 {
			st.Recall = float64(found) / float64(s.found)
		}
		out = append(out, st)
	}
	return out
}

// remaining is the expected number of relevant records not read, and its standard error, by the records of a group read from
// a place on.
func (s *Stopping) remaining(m *Model, from, group int) (mean, se float64) {
	// Newton's method with a weak prior N(2, 10²) on the slope, which keeps it finite when scores separate the labels.
	a, b := -2.0, 1.0
	var vaa, vab, vbb float64
	for range 30 {
		ga, gb, haa, hab, hbb := 0.0, 0.01*(2-b), 1e-6, 0.0, 0.01
		for k, x := range s.scores[from:] {
			if int(s.groups[from+k]) != group {
				continue
			}
			p := logistic(a + b*x)
			g, w := -p, p*(1-p)
			if s.labels[from+k] {
				g = 1 - p
			}
			ga += g
			gb += g * x
			haa += w
			hab += w * x
			hbb += w * x * x
		}
		det := haa*hbb - hab*hab
		da, db := (hbb*ga-hab*gb)/det, (haa*gb-hab*ga)/det
		a += min(max(da, -2), 2)
		b += min(max(db, -4), 4)
		vaa, vab, vbb = hbb/det, -hab/det, haa/det
		if math.Abs(da)+math.Abs(db) < 1e-6 {
			break
		}
	}
	var ga, gb, v float64
	for i, x := range m.score {
		if m.label[i] == 0 && int(m.c.group[i]) == group {
			p := logistic(a + b*x)
			mean += p
			v += p * (1 - p)
			ga += p * (1 - p)
			gb += p * (1 - p) * x
		}
	}
	return mean, math.Sqrt(max(0, v+ga*ga*vaa+2*ga*gb*vab+gb*gb*vbb))
}

func logistic(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// CMH is the test of Callaghan and Müller-Hansen 2020 (Systematic Reviews 9:273): the least p, over all windows of the last k
// records read, of the hypothesis that recall is below target. Each window counts as a random sample from itself and the records
// not read; were recall below target, at least K = floor(found/target) + 1 - (found before the window) relevant records would be there, and p
// is the hypergeometric chance of so few in the window. Reading in order of relevance makes it conservative.
func CMH(labels []bool, total int, target float64) float64 {
	found := 0
	for _, l := range labels {
		found += bit(l)
	}
	least, in := 1.0, 0
	for k := 1; k <= len(labels); k++ {
		in += bit(labels[len(labels)-k])
		if k < len(labels) && !labels[len(labels)-k-1] {
			continue // a longer window of no more hits says more
		}
		urn := k + total - len(labels)
		if all := int(math.Floor(float64(found)/target)) + 1 - (found - in); all <= urn {
			least = min(least, hypergeometric(in, urn, all, k))
		} else {
			least = 0 // there are not so many records left
		}
	}
	return least
}

// hypergeometric is the chance of at most k hits in n draws from an urn of size records with so many hits.
func hypergeometric(k, size, hits, n int) float64 {
	p := 0.0
	whole := choose(size, n)
	for i := max(0, n-(size-hits)); i <= min(k, hits, n); i++ {
		p += math.Exp(choose(hits, i) + choose(size-hits, n-i) - whole)
	}
	return min(1, p)
}

// choose is the logarithm of the binomial coefficient.
func choose(n, k int) float64 {
	a, _ := math.Lgamma(float64(n + 1))
	b, _ := math.Lgamma(float64(k + 1))
	c, _ := math.Lgamma(float64(n - k + 1))
	return a - b - c
}
