package agreement

import (
	"fmt"
	"math"
	"slices"
)

// Metric names a coefficient.
type Metric string

// Coefficients of ratings. With v(k,l) = 1 - w(k,l) for how much k and l disagree (0 or 1 unless weights are asked for), r_i for
// how many rated unit i and r_ik for how many of them said k, all but Cohen's, Light's and alpha have the observed disagreement
//
//	D_o = mean over units with r_i >= 2 of sum_kl r_ik r_il v(k,l) / (r_i (r_i - 1))
//
// and differ in what they expect, D_e; their value is 1 - D_o/D_e. p_k is the mean of r_ik/r_i over the units that anybody rated
// (Gwet 2014, Handbook of Inter-Rater Reliability, 4th ed., chapters 2 to 5, which lets ratings be missing).
const (
	// Percent is 1 - D_o, from 0 to 1: the share of pairs of ratings of one unit that agree, each unit counting the same.
	Percent Metric = "percent"
	// Cohen is kappa of two coders over the units that both rated: D_e = sum_kl p_k q_l v(k,l) with the coders' shares p and q
	// (Cohen 1960, Educ. Psychol. Meas. 20:37-46; with weights 1968, Psychol. Bull. 70:213-220).
	Cohen Metric = "cohen"
	// Conger is kappa of two coders or more: D_e is the mean over pairs of coders of what Cohen's expects, of the shares in all
	// that each has rated (Conger 1980, Psychol. Bull. 88:322-328; Gwet 2014).
	Conger Metric = "conger"
	// Light is the mean of Cohen's kappa over pairs of coders (Light 1971, Psychol. Bull. 76:365-377).
	Light Metric = "light"
	// Fleiss is kappa with D_e = sum_kl p_k p_l v(k,l) (Fleiss 1971, Psychol. Bull. 76:378-382; for two coders Scott's pi, 1955).
	Fleiss Metric = "fleiss"
	// BrennanPrediger has D_e = sum_kl v(k,l) / q^2 of q categories (Brennan and Prediger 1981, Educ. Psychol. Meas. 41:687-699;
	// for two coders and categories PABAK).
	BrennanPrediger Metric = "brennan-prediger"
	// AC1 has D_e = 1 - sum_k p_k (1 - p_k) / (q - 1) (Gwet 2008, Br. J. Math. Stat. Psychol. 61:29-48). It takes no weights.
	AC1 Metric = "ac1"
	// AC2 is AC1 with weights: D_e = 1 - T sum_k p_k (1 - p_k) / (q (q - 1)), T = sum_kl w(k,l) (Gwet 2014).
	AC2 Metric = "ac2"
	// Alpha is Krippendorff's, of the units that two or more rated, with n ratings in all and n_k of them k:
	//
	//	D_o = 1/n sum_i 1/(r_i - 1) sum_kl r_ik r_il d(k,l)     D_e = 1/(n (n-1)) sum_kl n_k n_l d(k,l)
	//
	// where d is 1 for different names, (rank k - rank l)^2 with mid-ranks among the n ratings, (k - l)^2, or ((k - l)/(k + l))^2
	// (Krippendorff 2011, Computing Krippendorff's Alpha-Reliability, University of Pennsylvania, asc_papers/43).
	Alpha Metric = "alpha"
)

// Metrics are the coefficients of ratings.
func Metrics() []Metric {
	return []Metric{Percent, Cohen, Conger, Light, Fleiss, BrennanPrediger, AC1, AC2, Alpha}
}

// Weights tell how far two values that differ agree all the same, from 0 to 1. x and y are categories: their positions from 1
// at ordinal level, their numbers at interval and ratio level. Names have no weights.
type Weights string

const (
	Default   Weights = ""          // none; for AC2 by level: none, ordinal, quadratic, ratio
	Identity  Weights = "identity"  // not at all
	Linear    Weights = "linear"    // 1 - |x - y| / range
	Quadratic Weights = "quadratic" // 1 - (x - y)^2 / range^2
	Ranks     Weights = "ordinal"   // 1 - C(m, 2) / C(q, 2), where m categories lie from x to y, both counted (Gwet 2014)
	Ratios    Weights = "ratio"     // 1 - ((x - y)/(x + y))^2 / ((max - min)/(max + min))^2
)

// AllWeights are the weights that can be asked for.
func AllWeights() []Weights { return []Weights{Identity, Linear, Quadratic, Ranks, Ratios} }

// Coefficient is what a metric says of data.
type Coefficient struct {
	Metric  Metric
	Level   Level   // that Alpha used; of the data for the others
	Weights Weights // Identity where none
	// Value is at most 1, which is perfect agreement; 0 is what chance would give (Percent: none). NaN when Why says why it is
	// not defined.
	Value float64
	Why   string
	// Observed and Expected are agreement, from 0 to 1, for all but alphas, for which they are disagreement, in the squared unit
	// of the values at interval level. NaN where there is none, as Percent has nothing expected.
	Observed, Expected float64
	Interval           *Range // nil: not asked for
}

// Defined tells whether there is a value.
func (c Coefficient) Defined() bool { return c.Why == "" }

// Disagreement tells whether Observed and Expected are disagreement.
func (c Coefficient) Disagreement() bool { return slices.Contains(disagreeing, c.Metric) }

var disagreeing = []Metric{Alpha, UAlpha, UAlphaBinary, CUAlpha, KUAlpha}

// mostWeighted is how many categories weights are computed for: each pair of them is looked at.
const mostWeighted = 1000

// mostPaired is how many distinct numbers alpha at the ratio level is computed for.
const mostPaired = 30000

// task is one coefficient made ready to be computed again for other counts of the patterns.
type task struct {
	metric  Metric
	weights Weights
	away    []float64 // disagreement v of categories, q by q; nil: they are the same or not
	sums    []float64 // of each pattern of multisets: sum_kl r_k r_l v(k,l) / (r (r-1)), or what alpha has of it
}

// kit holds what the coefficients of one set of data have in common.
type kit struct {
	d     *Data
	tasks []task
	fold  []int32 // from patterns of the data to multisets of values
	multi multisets
	// What is needed at all.
	rows, shares, numbers, ranks, moments bool
	centre                                float64 // of the numbers, for sums of squares
}

// multisets are distinct patterns without who said what.
type multisets struct {
	start     []int32
	code      []int32   // sorted within each
	times     []float64 // how often a code stands in it
	size      []float64 // ratings
	same      float64   // size of all, where they have one size of two or more; 0: they differ
	low, high []int32   // where same is 2: the two values, which may be the same one
	// Where sizes differ, 1 and size of those with two ratings or more, 0 for others; 1 of those with any.
	two, many, one []float64
	// Of those with two ratings or more: moments of numbers around the centre.
	sum, square []float64
}

func newKit(d *Data, metrics []Metric, w Weights) (*kit, error) {
	k := &kit{d: d}
	if w != Default && !slices.Contains(AllWeights(), w) {
		return nil, fmt.Errorf("there are no weights %q; expected identity, linear, quadratic, ordinal or ratio", w)
	}
	for _, m := range metrics {
		if !slices.Contains(Metrics(), m) {
			return nil, fmt.Errorf("there is no coefficient %q of ratings", m)
		}
		t := task{metric: m, weights: w}
		switch {
		case m == AC1 || m == Alpha:
			t.weights = Identity
		case w == Default && m == AC2:
			t.weights = map[Level]Weights{Nominal: Identity, Ordinal: Ranks, Interval: Quadratic, Ratio: Ratios}[d.scale.Level]
		case w == Default:
			t.weights = Identity
		}
		if t.weights != Identity {
			if d.scale.Level == Nominal {
				return nil, fmt.Errorf("%s weights need values with an order; these are names", t.weights)
			}
			if len(d.values) > mostWeighted {
				return nil, fmt.Errorf("there are %d different values; weights are computed for at most %d", len(d.values), mostWeighted)
			}
			var err error
			if t.away, err = away(d.ranked, t.weights); err != nil {
				return nil, err
			}
		}
		if m == Alpha && d.scale.Level == Ratio && len(d.values) > mostPaired {
			return nil, fmt.Errorf("there are %d different values; alpha at the ratio level is computed for at most %d", len(d.values), mostPaired)
		}
		switch {
		case m == Cohen || m == Conger || m == Light:
			k.rows = true
		case m == Alpha && d.scale.Level == Interval:
			k.moments = true
		case m == Alpha && d.scale.Level == Ordinal:
			k.ranks = true
		case m == Alpha:
			k.numbers = true
		case m != Percent && m != BrennanPrediger:
			k.shares = true
		}
		k.tasks = append(k.tasks, t)
	}
	k.gather()
	return k, nil
}

// away gives 1 - w of all pairs of categories.
func away(x []float64, w Weights) ([]float64, error) {
	q := len(x)
	v := make([]float64, q*q)
	if q < 2 {
		return v, nil
	}
	low, high := slices.Min(x), slices.Max(x)
	if w == Ratios && low < 0 {
		return nil, fmt.Errorf("ratio weights need values that are not below 0")
	}
	span := high - low
	most := span / (high + low)
	for a := range q {
		for b := range q {
			if a == b {
				continue
			}
			d := math.Abs(x[a] - x[b])
			switch w {
			case Linear:
				v[a*q+b] = d / span
			case Quadratic:
				v[a*q+b] = d / span * (d / span)
			case Ranks:
				m := math.Abs(float64(a-b)) + 1
				v[a*q+b] = m * (m - 1) / float64(q*(q-1))
			case Ratios:
				f := d / (x[a] + x[b]) / most
				v[a*q+b] = f * f
			}
		}
	}
	return v, nil
}

// gather folds the patterns to multisets and sums up for each task what does not depend on counts.
func (k *kit) gather() {
	p := &k.d.pat
	m := &k.multi
	// Sorted, so that what is near in memory is near in value.
	sorted := slices.Clone(p.code)
	order := make([]int32, p.len())
	for i := range order {
		order[i] = int32(i)
		slices.Sort(sorted[p.start[i]:p.start[i+1]])
	}
	codes := func(i int32) []int32 { return sorted[p.start[i]:p.start[i+1]] }
	slices.SortFunc(order, func(a, b int32) int { return slices.Compare(codes(a), codes(b)) })
	k.fold = make([]int32, p.len())
	for x, i := range order {
		if x == 0 || !slices.Equal(codes(i), codes(order[x-1])) {
			m.start = append(m.start, int32(len(m.code)))
			m.size = append(m.size, float64(len(codes(i))))
			for y, c := range codes(i) {
				if y > 0 && c == codes(i)[y-1] {
					m.times[len(m.times)-1]++
				} else {
					m.code, m.times = append(m.code, c), append(m.times, 1)
				}
			}
		}
		k.fold[i] = int32(len(m.size) - 1)
	}
	m.start = append(m.start, int32(len(m.code)))
	if len(m.size) > 0 && slices.Min(m.size) > 1 && slices.Min(m.size) == slices.Max(m.size) {
		if m.same = m.size[0]; m.same == 2 && k.ranks {
			m.low, m.high = make([]int32, len(m.size)), make([]int32, len(m.size))
			for i := range m.size {
				m.low[i], m.high[i] = m.code[m.start[i]], m.code[m.start[i+1]-1]
			}
		}
	} else {
		m.two, m.many, m.one = make([]float64, len(m.size)), make([]float64, len(m.size)), make([]float64, len(m.size))
		for i, r := range m.size {
			if r > 0 {
				m.one[i] = 1
			}
			if r > 1 {
				m.two[i], m.many[i] = 1, r
			}
		}
	}
	if k.moments {
		sum, n := 0.0, 0.0
		for i, c := range p.count {
			_, code := p.at(i)
			for _, x := range code {
				sum += c * k.d.numbers[x]
				n += c
			}
		}
		k.centre = sum / n
		m.sum, m.square = make([]float64, len(m.size)), make([]float64, len(m.size))
		for i, r := range m.size {
			if r < 2 {
				continue
			}
			for x := m.start[i]; x < m.start[i+1]; x++ {
				y := k.d.numbers[m.code[x]] - k.centre
				m.sum[i] += m.times[x] * y
				m.square[i] += m.times[x] * y * y
			}
		}
	}
	for i := range k.tasks {
		k.tasks[i].prepare(k)
	}
}

// prepare sums up the disagreement within each multiset.
func (t *task) prepare(k *kit) {
	m := &k.multi
	switch {
	case t.metric == Cohen || t.metric == Light:
		return
	case t.metric == Alpha && k.d.scale.Level == Ordinal: // its distances depend on the counts
		return
	}
	t.sums = make([]float64, len(m.size))
	for i, r := range m.size {
		if r < 2 {
			continue
		}
		s := 0.0
		for x := m.start[i]; x < m.start[i+1]; x++ {
			for y := x + 1; y < m.start[i+1]; y++ {
				s += 2 * m.times[x] * m.times[y] * t.distance(k.d, m.code[x], m.code[y])
			}
		}
		if t.metric == Alpha {
			t.sums[i] = s / (r - 1)
		} else {
			t.sums[i] = s / (r * (r - 1))
		}
	}
}

// distance is how far two different categories disagree.
func (t *task) distance(d *Data, a, b int32) float64 {
	switch {
	case t.away != nil:
		return t.away[int(a)*len(d.values)+int(b)]
	case t.metric == Alpha && d.scale.Level == Interval:
		f := d.numbers[a] - d.numbers[b]
		return f * f
	case t.metric == Alpha && d.scale.Level == Ratio:
		f := (d.numbers[a] - d.numbers[b]) / (d.numbers[a] + d.numbers[b])
		return f * f
	}
	return 1
}

// scratch is what one worker writes to.
type scratch struct {
	rows   []float64 // counts of the patterns
	counts []float64 // counts of multisets
	share  []float64 // p_k, not yet divided by rated
	number []float64 // n_k
	// n_k, and then twice the mid-ranks less their mean, which are whole: small, so that they stay near.
	rank   []int32
	square []float64 // of one coder's shares in the categories
	total  []float64
	// Of the counts.
	rated, paired, ratings float64
	spread                 float64 // sum_kl n_k n_l (rank k - rank l)^2
}

func (k *kit) scratch() *scratch {
	q := len(k.d.values)
	return &scratch{rows: make([]float64, k.d.pat.len()), counts: make([]float64, len(k.multi.size)), share: make([]float64, q), number: make([]float64, q)}
}

// Reasons why a coefficient is not defined.
const (
	whyNoPair   = "no unit is rated by two coders"
	whyNoChange = "all values are the same: without variation nothing tells agreement from chance"
	whyTwo      = "it is for two coders; conger is its form for more, and each pair of coders has its own"
)

// folded makes counts of multisets from those of patterns.
func (k *kit) folded(s *scratch) {
	clear(s.counts)
	for p, n := range s.rows {
		s.counts[k.fold[p]] += n
	}
}

// compute gives the value of each task for the counts of patterns and multisets in s.
func (k *kit) compute(s *scratch, out []Coefficient) {
	m := &k.multi
	if m.same > 0 {
		n := float64(k.d.units)
		s.rated, s.paired, s.ratings = n, n, n*m.same
	} else {
		s.rated, s.paired, s.ratings = 0, 0, 0
		for i, n := range s.counts { // without branches: which counts are 0 cannot be foreseen
			s.rated += n * m.one[i]
			s.paired += n * m.two[i]
			s.ratings += n * m.many[i]
		}
	}
	if k.shares {
		clear(s.share)
		for i, n := range s.counts {
			each := n / max(m.size[i], 1)
			for x := m.start[i]; x < m.start[i+1]; x++ {
				s.share[m.code[x]] += each * m.times[x]
			}
		}
	}
	if k.numbers {
		clear(s.number)
		for i, n := range s.counts {
			n *= min(max(m.size[i]-1, 0), 1)
			for x := m.start[i]; x < m.start[i+1]; x++ {
				s.number[m.code[x]] += n * m.times[x]
			}
		}
	}
	if k.ranks {
		k.rank(s)
	}
	for i := range k.tasks {
		out[i] = k.one(&k.tasks[i], s)
	}
}

// rank counts ratings by category and makes mid-ranks of the counts.
func (k *kit) rank(s *scratch) {
	m := &k.multi
	if s.rank == nil {
		s.rank = make([]int32, len(k.d.values))
	}
	clear(s.rank)
	if m.low != nil { // two ratings each, without branches
		high := m.high[:len(m.low)]
		for i, n := range s.counts[:len(m.low)] {
			s.rank[m.low[i]] += int32(n)
			s.rank[high[i]] += int32(n)
		}
	} else {
		for i, n := range s.counts {
			if m.size[i] < 2 {
				continue
			}
			codes, w := m.code[m.start[i]:m.start[i+1]], int32(n)
			for x, c := range codes {
				s.rank[c] += w * int32(m.times[int(m.start[i])+x])
			}
		}
	}
	below, n := 0.0, s.ratings
	s.spread = 0
	for g, f := range s.rank {
		y := 2*below + float64(f) - n
		below += float64(f)
		s.rank[g] = int32(y)
		if float64(f) != n {
			s.spread += float64(f) * y * y
		}
	}
	s.spread *= n / 2 // 2 n sum n_k (rank - mean)^2, of doubled ranks
}

func undefined(c Coefficient, why string) Coefficient {
	c.Value, c.Why = math.NaN(), why
	return c
}

func (k *kit) one(t *task, s *scratch) Coefficient {
	c := Coefficient{Metric: t.metric, Level: k.d.scale.Level, Weights: t.weights, Observed: math.NaN(), Expected: math.NaN()}
	if s.paired == 0 {
		return undefined(c, whyNoPair)
	}
	switch t.metric {
	case Alpha:
		return k.alpha(t, s, c)
	case Cohen:
		if len(k.d.coders) != 2 {
			return undefined(c, whyTwo)
		}
		return k.cohen(t, s, c, 0, 1)
	case Light:
		return k.light(t, s, c)
	}
	do := 0.0
	for i, n := range s.counts {
		do += n * t.sums[i]
	}
	do /= s.paired
	c.Observed = 1 - do
	if t.metric == Percent {
		c.Value = c.Observed
		return c
	}
	q := float64(len(k.d.values))
	de := 0.0
	switch t.metric {
	case Fleiss:
		de = t.spread(s.share, s.share, len(k.d.values)) / (s.rated * s.rated)
	case BrennanPrediger:
		if t.away == nil {
			de = 1 - 1/q
			break
		}
		for _, v := range t.away {
			de += v
		}
		de /= q * q
	case AC1, AC2:
		if q < 2 {
			return undefined(c, "only one category occurs, and how many could have been chosen is not told")
		}
		all := q
		if t.away != nil {
			all = q * q
			for _, v := range t.away {
				all -= v
			}
		}
		spread := (&task{}).spread(s.share, s.share, len(k.d.values)) / (s.rated * s.rated)
		de = 1 - all*spread/(q*(q-1))
	case Conger:
		var why string
		if de, why = k.conger(t, s); why != "" {
			return undefined(c, why)
		}
	}
	c.Expected = 1 - de
	if de <= 0 {
		if t.metric == BrennanPrediger {
			return undefined(c, "only one category occurs, and how many could have been chosen is not told")
		}
		return undefined(c, whyNoChange)
	}
	c.Value = 1 - do/de
	return c
}

// spread is sum_kl a_k b_l v(k,l), exactly 0 when nothing in a differs from anything in b.
func (t *task) spread(a, b []float64, q int) float64 {
	sum := 0.0
	if t.away != nil {
		for x, f := range a {
			if f == 0 {
				continue
			}
			row := 0.0
			for y, v := range t.away[x*q : (x+1)*q] {
				row += v * b[y]
			}
			sum += f * row
		}
		return sum
	}
	all := 0.0
	for _, f := range b {
		all += f
	}
	for x, f := range a {
		if f != 0 {
			others := all - b[x]
			if others < 1e-12*all { // what rounding leaves of nothing
				others = 0
				for y, g := range b {
					if y != x {
						others += g
					}
				}
			}
			sum += f * others
		}
	}
	return sum
}

func (k *kit) alpha(t *task, s *scratch, c Coefficient) Coefficient {
	m := &k.multi
	n := s.ratings
	do, de := 0.0, 0.0
	switch k.d.scale.Level {
	case Ordinal:
		de = s.spread
		if m.low != nil { // two ratings each: those that are the same add nothing
			high := m.high[:len(m.low)]
			for i, w := range s.counts[:len(m.low)] {
				y := float64(s.rank[high[i]]) - float64(s.rank[m.low[i]])
				do += 2 * w * y * y
			}
			do /= 4
			break
		}
		for i, w := range s.counts {
			r := m.size[i]
			switch codes := m.code[m.start[i]:m.start[i+1]]; {
			case len(codes) < 2: // all said the same, or there is one rating
				continue
			case r == 2:
				y := float64(s.rank[codes[1]]) - float64(s.rank[codes[0]])
				do += 2 * w * y * y
				continue
			}
			base, sum, square := float64(s.rank[m.code[m.start[i]]]), 0.0, 0.0
			for x := m.start[i]; x < m.start[i+1]; x++ {
				y := float64(s.rank[m.code[x]]) - base
				sum += m.times[x] * y
				square += m.times[x] * y * y
			}
			do += w * 2 * (r*square - sum*sum) / (r - 1)
		}
		do /= 4 // the ranks are doubled
	default:
		for i, w := range s.counts {
			do += w * t.sums[i]
		}
	}
	switch k.d.scale.Level {
	case Nominal:
		for _, f := range s.number {
			de += f * (n - f)
		}
	case Interval:
		sum, square := 0.0, 0.0
		for i, w := range s.counts {
			sum += w * m.sum[i]
			square += w * m.square[i]
		}
		if de = 2 * (n*square - sum*sum); de < 1e-9*n*square && k.constant(s) {
			de = 0
		}
	case Ratio:
		for a, f := range s.number {
			if f == 0 {
				continue
			}
			x, row := k.d.numbers[a], 0.0
			for b := range a {
				if g := s.number[b]; g != 0 {
					y := k.d.numbers[b]
					d := (x - y) / (x + y)
					row += g * d * d
				}
			}
			de += 2 * f * row
		}
	}
	c.Observed, c.Expected = do/n, de/(n*(n-1))
	if !(de > 0) {
		c.Expected = 0
		return undefined(c, whyNoChange)
	}
	c.Value = 1 - c.Observed/c.Expected
	return c
}

// constant tells whether all ratings of units that count for alpha are the same.
func (k *kit) constant(s *scratch) bool {
	m := &k.multi
	first := int32(-1)
	for i, n := range s.counts {
		if n == 0 || m.size[i] < 2 {
			continue
		}
		if first < 0 {
			first = m.code[m.start[i]]
		}
		if m.code[m.start[i]] != first || m.start[i+1]-m.start[i] > 1 {
			return false
		}
	}
	return true
}

// cohen is kappa of coders a and b, over the units that both rated.
func (k *kit) cohen(t *task, s *scratch, c Coefficient, a, b int) Coefficient {
	q := len(k.d.values)
	if s.square == nil {
		s.square, s.total = make([]float64, q), make([]float64, q)
	}
	clear(s.square)
	clear(s.total)
	n, do := 0.0, 0.0
	for p, w := range s.rows {
		if w == 0 {
			continue
		}
		coder, code := k.d.pat.at(p)
		i, ok := slices.BinarySearch(coder, int32(a))
		if !ok {
			continue
		}
		j, ok := slices.BinarySearch(coder, int32(b))
		if !ok {
			continue
		}
		n += w
		s.square[code[i]] += w
		s.total[code[j]] += w
		if code[i] != code[j] {
			do += w * t.distance(k.d, code[i], code[j])
		}
	}
	if n == 0 {
		return undefined(c, fmt.Sprintf("coders %q and %q have rated no unit together", k.d.coders[a], k.d.coders[b]))
	}
	do /= n
	de := t.spread(s.square, s.total, q) / (n * n)
	c.Observed, c.Expected = 1-do, 1-de
	if de <= 0 {
		return undefined(c, "both coders gave all units the same category: without variation nothing tells agreement from chance")
	}
	c.Value = 1 - do/de
	return c
}

func (k *kit) light(t *task, s *scratch, c Coefficient) Coefficient {
	r := len(k.d.coders)
	sum, observed, expected := 0.0, 0.0, 0.0
	for a := range r {
		for b := a + 1; b < r; b++ {
			x := k.cohen(t, s, c, a, b)
			if !x.Defined() {
				return undefined(c, fmt.Sprintf("kappa of %q and %q is not defined: %s", k.d.coders[a], k.d.coders[b], x.Why))
			}
			sum += x.Value
			observed += x.Observed
			expected += x.Expected
		}
	}
	n := float64(r * (r - 1) / 2)
	c.Value, c.Observed, c.Expected = sum/n, observed/n, expected/n
	return c
}

// conger gives the mean over pairs of coders of the disagreement that their shares of the categories make one expect.
func (k *kit) conger(t *task, s *scratch) (float64, string) {
	q, r := len(k.d.values), len(k.d.coders)
	shares := make([]float64, q*r)
	rated := make([]float64, r)
	for p, w := range s.rows {
		if w == 0 {
			continue
		}
		coder, code := k.d.pat.at(p)
		for x, c := range coder {
			shares[int(c)*q+int(code[x])] += w
			rated[c] += w
		}
	}
	total := make([]float64, q)
	own, n := 0.0, 0.0
	for g := range r {
		if rated[g] == 0 {
			continue
		}
		n++
		one := shares[g*q : (g+1)*q]
		for i := range one {
			one[i] /= rated[g]
			total[i] += one[i]
		}
		own += t.spread(one, one, q)
	}
	if n < 2 {
		return 0, whyNoPair
	}
	used := 0
	for _, f := range total {
		if f > 0 {
			used++
		}
	}
	if used < 2 {
		return 0, ""
	}
	return (t.spread(total, total, q) - own) / (n * (n - 1)), ""
}

// Coefficient computes one coefficient. An error says that it cannot be asked of such data; that it has no value is told in
// Why.
func (d *Data) Coefficient(m Metric, w Weights) (Coefficient, error) {
	cs, err := d.Coefficients([]Metric{m}, w)
	if err != nil {
		return Coefficient{}, err
	}
	return cs[0], nil
}

// Coefficients computes coefficients, without intervals.
func (d *Data) Coefficients(metrics []Metric, w Weights) ([]Coefficient, error) {
	k, err := newKit(d, metrics, w)
	if err != nil {
		return nil, err
	}
	return k.whole(), nil
}

// whole gives the coefficients of the data as they are.
func (k *kit) whole() []Coefficient {
	s := k.scratch()
	copy(s.rows, k.d.pat.count)
	k.folded(s)
	out := make([]Coefficient, len(k.tasks))
	k.compute(s, out)
	return out
}

// Pair is the agreement of two coders.
type Pair struct {
	Coders       [2]string
	Units        int // that both rated
	Coefficients []Coefficient
}

// Pairs computes coefficients for each pair of coders, in their order. Categories stay those of all coders.
func (d *Data) Pairs(metrics []Metric, w Weights) ([]Pair, error) {
	var out []Pair
	lists := d.byCoder()
	for a := range d.coders {
		for b := a + 1; b < len(d.coders); b++ {
			two := d.pair(a, b, lists)
			cs, err := two.Coefficients(metrics, w)
			if err != nil {
				return nil, err
			}
			out = append(out, Pair{[2]string{d.coders[a], d.coders[b]}, two.Paired(), cs})
		}
	}
	return out, nil
}

// Category is the agreement on one category against all others together.
type Category struct {
	Category     string
	Ratings      int // that name it
	Coefficients []Coefficient
}

// Categories computes coefficients for each category against all others taken as one. They are of nominal level, without
// weights, whatever the level of the data.
func (d *Data) Categories(metrics []Metric) ([]Category, error) {
	var out []Category
	if len(d.values) < 2 { // there are no others
		return nil, nil
	}
	times := make([]float64, len(d.values))
	for p, n := range d.pat.count {
		_, code := d.pat.at(p)
		for _, c := range code {
			times[c] += n
		}
	}
	for i, v := range d.values {
		cs, err := d.versus(i).Coefficients(metrics, Identity)
		if err != nil {
			return nil, err
		}
		out = append(out, Category{v, int(times[i]), cs})
	}
	return out, nil
}
