package process

import (
	"fmt"
	"math"
	"slices"
)

// Chance is a probability with how sure one is of it: 0 < Low <= Best <= High < 1.
type Chance struct{ Low, Best, High float64 }

func (c Chance) check(what string) error {
	if !(0 < c.Low && c.Low <= c.Best && c.Best <= c.High && c.High < 1) {
		return fmt.Errorf("%s is %g, %g, %g; expected three probabilities between 0 and 1, smallest first", what, c.Low, c.Best, c.High)
	}
	return nil
}

// Evidence is one piece of evidence with how likely it is under each hypothesis, given all pieces before it.
type Evidence struct {
	ID     string
	Found  bool    // false: looked for and absent
	Power  float64 // probability that the search finds what is there; 0: not judged, and taken as sure
	Origin string
	If     map[string]Chance // by hypothesis
}

// Weight is a piece's weight of evidence for one hypothesis against another, in decibels.
type Weight struct {
	ID              string
	Low, Best, High float64
	Words           string
	Counts          bool // false: one of the same origin counts already
}

// Posterior is what a hypothesis comes to.
type Posterior struct {
	Hypothesis      string
	Prior           float64
	Low, Best, High float64
}

// Weighing is the result with all that it was made from: a posterior is never without its inputs.
type Weighing struct {
	Hypotheses []string
	Priors     []float64
	Evidence   []Evidence
	Weights    map[string][]Weight // by rival: of the first hypothesis against it
	Sum        map[string]Weight   // by rival
	Posteriors []Posterior
}

// Decibels are 10 log10 of a ratio of likelihoods (Good 1950, Probability and the Weighing of Evidence; Fairfield & Charman
// 2017, Political Analysis 25:363-380).
func Decibels(p, q float64) float64 { return 10 * math.Log10(p/q) }

// Says is what so many decibels mean in words. Ten are a factor of ten.
func Says(db float64) string {
	side := "for"
	if db < 0 {
		side = "against"
	}
	switch a := math.Abs(db); {
	case a < 1:
		return "says nothing"
	case a < 3:
		return "hardly speaks " + side
	case a < 10:
		return "speaks clearly " + side
	case a < 20:
		return "speaks strongly " + side
	case a < 30:
		return "speaks very strongly " + side
	}
	return "is overwhelming " + side
}

// likelihood of what was seen: of a trace that was found, that it is there and found; of one that was not, the rest.
func (e Evidence) likelihood(p float64) float64 {
	power := e.Power
	if power == 0 {
		power = 1
	}
	if e.Found {
		return p * power
	}
	return 1 - p*power
}

// Weigh sums the weights of evidence for the first hypothesis against each rival, and gives the posteriors of all, which must
// exclude each other and be all there are. Ranges are exact for independent ranges of the inputs: a posterior is smallest where
// its own likelihoods are least and all others' greatest. Pieces of one origin count once, by the one that says most.
func Weigh(hypotheses []string, priors []float64, evidence []Evidence) (Weighing, error) {
	w := Weighing{Hypotheses: slices.Clone(hypotheses), Priors: slices.Clone(priors), Evidence: slices.Clone(evidence), Weights: map[string][]Weight{}, Sum: map[string]Weight{}}
	if len(hypotheses) < 2 {
		return w, fmt.Errorf("weights of evidence compare at least two hypotheses; %d given", len(hypotheses))
	}
	if len(priors) != len(hypotheses) {
		return w, fmt.Errorf("%d priors for %d hypotheses", len(priors), len(hypotheses))
	}
	total := 0.0
	for i, p := range priors {
		if !(p > 0 && p < 1) {
			return w, fmt.Errorf("the prior of %q is %g; expected a probability between 0 and 1", hypotheses[i], p)
		}
		if slices.Index(hypotheses, hypotheses[i]) != i {
			return w, fmt.Errorf("the hypothesis %q stands twice", hypotheses[i])
		}
		total += p
	}
	if math.Abs(total-1) > 1e-6 {
		return w, fmt.Errorf("the priors sum to %g; rivals that are all there are sum to 1", total)
	}
	n := len(hypotheses)
	low, best, high := make([]float64, n), make([]float64, n), make([]float64, n) // log likelihoods
	strongest := map[string]int{}                                                 // of each origin the piece that says most, the first among equals
	strength := func(e Evidence) float64 {
		out := 0.0
		for _, h := range hypotheses[1:] {
			out = max(out, math.Abs(Decibels(e.likelihood(e.If[hypotheses[0]].Best), e.likelihood(e.If[h].Best))))
		}
		return out
	}
	for i, e := range evidence {
		if j, seen := strongest[e.Origin]; !seen || strength(e) > strength(evidence[j]) {
			strongest[e.Origin] = i
		}
	}
	for k, e := range evidence {
		counts := e.Origin == "" || strongest[e.Origin] == k
		if !(e.Power >= 0 && e.Power <= 1) {
			return w, fmt.Errorf("the search power of %q is %g; expected 0 to 1", e.ID, e.Power)
		}
		var at []Chance
		for _, h := range hypotheses {
			c, ok := e.If[h]
			if !ok {
				return w, fmt.Errorf("%q has no likelihood for %q", e.ID, h)
			}
			if err := c.check(fmt.Sprintf("the likelihood of %q if %q", e.ID, h)); err != nil {
				return w, err
			}
			l := Chance{e.likelihood(c.Low), e.likelihood(c.Best), e.likelihood(c.High)}
			if l.Low > l.High { // of what is absent the other way round
				l.Low, l.High = l.High, l.Low
			}
			at = append(at, l)
		}
		for i, l := range at {
			if counts {
				low[i] += math.Log(l.Low)
				best[i] += math.Log(l.Best)
				high[i] += math.Log(l.High)
			}
			if i > 0 {
				x := Weight{ID: e.ID, Low: Decibels(at[0].Low, l.High), Best: Decibels(at[0].Best, l.Best), High: Decibels(at[0].High, l.Low), Counts: counts}
				x.Words = Says(x.Best)
				w.Weights[hypotheses[i]] = append(w.Weights[hypotheses[i]], x)
			}
		}
	}
	for _, h := range hypotheses[1:] {
		var sum Weight
		for _, x := range w.Weights[h] {
			if x.Counts {
				sum.Low, sum.Best, sum.High = sum.Low+x.Low, sum.Best+x.Best, sum.High+x.High
			}
		}
		sum.Words, sum.Counts = Says(sum.Best), true
		w.Sum[h] = sum
	}
	posterior := func(i int, own, other []float64) float64 {
		// 1 / (1 + sum of the odds of the others): no overflow, however strong the evidence.
		odds := 0.0
		for j := range hypotheses {
			if j != i {
				odds += priors[j] / priors[i] * math.Exp(other[j]-own[i])
			}
		}
		return 1 / (1 + odds)
	}
	for i, h := range hypotheses {
		w.Posteriors = append(w.Posteriors, Posterior{h, priors[i], posterior(i, low, high), posterior(i, best, best), posterior(i, high, low)})
	}
	return w, nil
}
