// Package screening orders the records of a review so that the relevant ones come early, and tells when reading on is hardly
// worth it.
//
// A Corpus is the records as numbers, made once. A Model learns from each decision and ranks what is left. Simulate screens
// a finished review again and measures it. Stopping watches a screening and estimates its recall. Agree compares two reviewers.
package screening

import (
	"cmp"
	"slices"
)

// Model learns from each decision and ranks what is left: a linear support vector machine with squared hinge loss,
//
//	minimise  |w|²/2 + b²/2 + sum_i C_i max(0, 1 - y_i (w x_i + b))²
//
// by dual coordinate descent (Hsieh, Chang, Lin, Keerthi and Sundararajan 2008), which starts each fit from the last one's solution.
// C_i is C times a class weight: relevant and irrelevant records together weigh Ratio to 1, and all weights sum to the number of
// decisions. After the first fits nothing is allocated. A model is not safe for use by several goroutines at once.
type Model struct {
	c       *Corpus
	o       Options
	label   []int8    // by record: 1 relevant, -1 irrelevant, 0 not decided
	alpha   []float64 // by record, and last the query: the dual variable
	train   []int32   // decided, and the query, as a record after the last
	w       []float64 // by feature
	b       float64
	score   []float64 // by record not decided, after fit
	neg     int       // irrelevant decisions
	pos     int       // relevant decisions, and the query
	past    []int32   // decided, in order of decision
	hits    []float64 // by group of languages: relevant decisions, the latest counting most
	reads   []float64 // and all decisions
	stale   bool
	random  random
	query   []int32 // features of the query
	queried []float32
}

// Options choose how a model learns. The zero value is what docs/methods/ranking.md describes.
type Options struct {
	Seed      uint64  // of the order in which a fit visits the decisions; hardly seen in the ranking
	C         float64 // cost of errors; 0: 0.11
	Ratio     float64 // weight of all relevant over all irrelevant records; 0: 14
	Tolerance float64 // largest violation that ends a fit; 0: 0.01
}

// mostPasses bounds a fit in the worst case; a fit takes three in the mean.
const mostPasses = 1000

// NewModel makes a model that knows no decision yet.
func NewModel(c *Corpus, o Options) *Model {
	n := c.Len()
	o.C, o.Ratio, o.Tolerance = cmp.Or(o.C, 0.11), cmp.Or(o.Ratio, 14), cmp.Or(o.Tolerance, 0.01)
	return &Model{c: c, o: o, label: make([]int8, n+1), alpha: make([]float64, n+1), train: make([]int32, 0, n+1),
		w: make([]float64, len(c.idf)), score: make([]float64, n), past: make([]int32, 0, n+1),
		hits: make([]float64, c.groups), reads: make([]float64, c.groups), random: random(o.Seed)}
}

// ColdStart lets the study's question, definitions and criteria stand for a first relevant record. It is one among the
// relevant ones, so its say fades as they grow in number. An empty text takes it back.
func (m *Model) ColdStart(query string) {
	m.Forget(m.c.Len())
	m.query, m.queried = m.c.vector(query)
	if len(m.query) > 0 {
		m.Learn(m.c.Len(), true)
	}
}

// Learn takes the decision on record i, or a changed one.
func (m *Model) Learn(i int, relevant bool) {
	m.Forget(i)
	if relevant {
		m.label[i] = 1
		m.pos++
	} else {
		m.label[i] = -1
		m.neg++
	}
	m.train = append(m.train, int32(i))
	m.past = append(m.past, int32(i))
	m.tally(i)
	m.stale = true
}

// Forget takes the decision on record i back. The ranking is then what it would be without it, within the tolerance of a fit.
func (m *Model) Forget(i int) {
	if m.label[i] == 0 {
		return
	}
	m.add(i, -m.alpha[i]*float64(m.label[i]))
	m.alpha[i] = 0
	if m.label[i] > 0 {
		m.pos--
	} else {
		m.neg--
	}
	m.label[i] = 0
	k := slices.Index(m.train, int32(i))
	m.train = slices.Delete(m.train, k, k+1)
	k = slices.Index(m.past, int32(i))
	m.past = slices.Delete(m.past, k, k+1)
	clear(m.hits)
	clear(m.reads)
	for _, i := range m.past {
		m.tally(int(i))
	}
	if len(m.train) == 0 { // no trace of rounding stays
		clear(m.w)
		m.b = 0
	}
	m.stale = true
}

// tally counts a decision for its group; the query is of none. The last twenty decisions of a group make up most of its counts.
func (m *Model) tally(i int) {
	if i == m.c.Len() {
		return
	}
	g := m.c.group[i]
	m.reads[g] = 0.95*m.reads[g] + 1
	m.hits[g] *= 0.95
	if m.label[i] > 0 {
		m.hits[g]++
	}
}

// Rank appends the records that are not decided to dst, best first; equal scores in the order of ids.
//
// What was learnt in one language says little about another, so their scores cannot be compared. Of several languages with many
// records, that one has the turn whose last readings were relevant most often, by (hits + 1)/(reads + 2); its best record comes first of
// all.
func (m *Model) Rank(dst []int) []int {
	first, ok := m.Best()
	if !ok {
		return dst
	}
	dst = append(dst, first)
	from := len(dst)
	for _, i := range m.c.order {
		if m.label[i] == 0 && int(i) != first {
			dst = append(dst, int(i))
		}
	}
	slices.SortStableFunc(dst[from:], func(a, b int) int { return cmp.Compare(m.score[b], m.score[a]) })
	return dst
}

// Best is the first that Rank would give, and false when all are decided.
func (m *Model) Best() (int, bool) {
	m.fit()
	best, rate := -1, 0.0
	for _, i := range m.c.order {
		if m.label[i] != 0 {
			continue
		}
		g := m.c.group[i]
		if r := (m.hits[g] + 1) / (m.reads[g] + 2); best < 0 || r > rate || r == rate && m.score[i] > m.score[best] {
			best, rate = int(i), r
		}
	}
	return best, best >= 0
}

// features of a record, or of the query.
func (m *Model) features(i int) ([]int32, []float32) {
	if i == m.c.Len() {
		return m.query, m.queried
	}
	from, to := m.c.start[i], m.c.start[i+1]
	return m.c.feat[from:to], m.c.val[from:to]
}

// dot is w x_i + b, without what record i has for itself.
func (m *Model) dot(i int) float64 {
	feat, val := m.features(i)
	val = val[:len(feat)]
	s := m.b
	for k, f := range feat {
		s += m.w[f] * float64(val[k])
	}
	return s
}

// add moves w and b by d times record i.
func (m *Model) add(i int, d float64) {
	feat, val := m.features(i)
	val = val[:len(feat)]
	for k, f := range feat {
		m.w[f] += d * float64(val[k])
	}
	m.b += d
}

// fit solves the problem for the decisions there are, and scores what is left.
func (m *Model) fit() {
	if !m.stale {
		return
	}
	m.stale = false
	weight := 1.0 // of an irrelevant record beside a relevant one
	if m.pos > 0 && m.neg > 0 {
		weight = float64(m.pos) / (m.o.Ratio * float64(m.neg))
	}
	c := m.o.C * float64(m.pos+m.neg) / (float64(m.pos) + weight*float64(m.neg))
	dpos, dneg := 1/(2*c), 1/(2*c*weight)
	for range mostPasses {
		worst := 0.0
		for k := range m.train {
			other := k + m.random.below(len(m.train)-k)
			m.train[k], m.train[other] = m.train[other], m.train[k]
			i := int(m.train[k])
			y, d := float64(m.label[i]), dneg
			if y > 0 {
				d = dpos
			}
			own := 0.0
			if i < m.c.Len() {
				own = m.c.alone[i]
			}
			a := m.alpha[i]
			g := y*m.dot(i) + own*a - 1 + d*a // gradient of the dual
			if a == 0 && g >= 0 {
				continue
			}
			worst = max(worst, g, -g)
			m.alpha[i] = max(0, a-g/(2+d)) // a record has length 1, and 1 for the bias
			m.add(i, (m.alpha[i]-a)*y)
		}
		if worst < m.o.Tolerance {
			break
		}
	}
	for i := range m.score {
		if m.label[i] == 0 {
			m.score[i] = m.dot(i)
		}
	}
}

// random is the generator SplitMix64 of Steele, Lea and Flood (2014, OOPSLA).
type random uint64

func (r *random) next() uint64 {
	*r += 0x9e3779b97f4a7c15
	z := uint64(*r)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

func (r *random) below(n int) int { return int(r.next() % uint64(n)) }
