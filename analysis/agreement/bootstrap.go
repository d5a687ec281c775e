package agreement

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
)

// Resampling says how intervals are made: Rounds times as many units as there are, drawn with replacement, each with all its
// ratings, and the coefficient computed anew (Efron and Tibshirani 1993, An Introduction to the Bootstrap, chapter 13).
type Resampling struct {
	Rounds     int // at least 100
	Seed       uint64
	Confidence float64 // between 0 and 1, such as 0.95
}

// Range is what the middle part of the resampled values spans. It tells how the coefficient would vary with other units from
// where these came from, the coders being the same.
type Range struct {
	Low, High  float64 // NaN when Why says why there are none
	Confidence float64
	Rounds     int // that gave a value
	Undefined  int // that gave none, and are left out
	Why        string
}

const mostRounds = 1_000_000

func (r Resampling) check() error {
	if r.Rounds < 100 || r.Rounds > mostRounds {
		return fmt.Errorf("%d rounds of resampling; expected 100 to %d", r.Rounds, mostRounds)
	}
	if !(r.Confidence > 0 && r.Confidence < 1) {
		return fmt.Errorf("a confidence of %v; expected a number between 0 and 1, such as 0.95", r.Confidence)
	}
	return nil
}

// mostPairs limits what a bootstrap of alpha at the ratio level may look at: pairs of values times rounds.
const mostPairs = 2e10

// Bootstrap computes coefficients with their intervals. Units rated once or never are drawn too, as they are part of the
// sample. The same seed gives the same intervals on any number of cores.
//
// What is drawn are counts of the distinct patterns of ratings, so that a million ratings in few patterns cost no more than
// the patterns do.
func (d *Data) Bootstrap(ctx context.Context, metrics []Metric, w Weights, r Resampling) ([]Coefficient, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	k, err := newKit(d, metrics, w)
	if err != nil {
		return nil, err
	}
	if q := float64(len(d.values)); slices.Contains(metrics, Alpha) && d.scale.Level == Ratio && q*q*float64(r.Rounds) > mostPairs {
		return nil, fmt.Errorf("%d different values are too many for %d rounds of alpha at the ratio level; ask for fewer rounds", len(d.values), r.Rounds)
	}
	out := k.whole()
	count := d.pat.count
	if !k.rows {
		count = make([]float64, len(k.multi.size))
		for p, n := range d.pat.count {
			count[k.fold[p]] += n
		}
	}
	of := make([]int32, 0, d.units)
	for p, n := range count {
		for range int(n) {
			of = append(of, int32(p))
		}
	}
	err = rounds(ctx, r, out, func() func(round int, into []Coefficient) {
		s := k.scratch()
		return func(round int, into []Coefficient) {
			chance := stream(r.Seed, round)
			if k.rows {
				chance.multinomial(s.rows, count, of)
				k.folded(s)
			} else {
				chance.multinomial(s.counts, count, of)
			}
			k.compute(s, into)
		}
	})
	return out, err
}

// rounds runs all rounds on all cores and gives the coefficients their intervals. worker makes what one core needs.
func rounds(ctx context.Context, r Resampling, out []Coefficient, worker func() func(round int, into []Coefficient)) error {
	values := make([][]float64, len(out)) // by coefficient and round
	for i := range values {
		values[i] = make([]float64, r.Rounds)
	}
	var next atomic.Int64
	var group sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), r.Rounds) {
		group.Go(func() {
			one := worker()
			into := make([]Coefficient, len(out))
			for ctx.Err() == nil {
				round := int(next.Add(1)) - 1
				if round >= r.Rounds {
					return
				}
				one(round, into)
				for i, c := range into {
					values[i][round] = c.Value
				}
			}
		})
	}
	group.Wait()
	if err := ctx.Err(); err != nil {
		return err
	}
	for i := range out {
		out[i].Interval = interval(values[i], r.Confidence, out[i].Defined())
	}
	return nil
}

func interval(values []float64, confidence float64, defined bool) *Range {
	all := len(values)
	values = slices.DeleteFunc(values, math.IsNaN)
	in := &Range{Low: math.NaN(), High: math.NaN(), Confidence: confidence, Rounds: len(values), Undefined: all - len(values)}
	switch {
	case !defined:
		in.Why = "the coefficient itself is not defined"
	case 2*len(values) < all:
		in.Why = fmt.Sprintf("in %d of %d rounds the coefficient was not defined", in.Undefined, all)
	default:
		slices.Sort(values)
		in.Low, in.High = quantile(values, (1-confidence)/2), quantile(values, (1+confidence)/2)
	}
	return in
}

// quantile lies between the two sorted values around it in proportion (type 7 of Hyndman and Fan 1996, Am. Stat. 50:361-365).
func quantile(sorted []float64, p float64) float64 {
	h := p * float64(len(sorted)-1)
	i := int(h)
	if i+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[i] + (h-float64(i))*(sorted[i+1]-sorted[i])
}
