package qca

import (
	"math"
	"math/bits"
)

// one is the price of a column. Prices are whole numbers of it so that sums have no rounding: a bound is proven, and the
// same on every processor.
const one = 1 << 24

// nodeRounds is how often prices are moved at a level of the search, where they begin well. Fewer rounds cost less at a
// level and more in levels: half as many took up to five times as long on random tables.
const nodeRounds = 50

// rootRounds is how often they are moved at the beginning.
func (s *search) rootRounds() int { return 100 + 5*s.rows }

// opening sets prices to begin with: that the column that covers most of what r can be covered with costs nothing.
func (s *search) opening(l *level) {
	clear(l.price)
	for i := range l.columns {
		mask := s.mask(l, i)
		n := mask.count()
		for r := range mask.all {
			l.price[r] = max(l.price[r], n)
		}
	}
	for r := range l.open.all {
		l.price[r] = one / l.price[r]
	}
}

// relax bounds the size of covers of the open rows by Lagrangian relaxation: each row has a price, a column costs one less
// the prices of the rows that it covers, and the sum of the prices and of the costs below zero is at most the size of any
// cover. The prices are moved along the subgradient (Held and Karp 1971; Beasley 1990). It tells whether no cover has so few columns as
// there are places.
//
// A column of which the cost lifts the bound above the places is in no such cover and is left out; one without which the
// bound would be that high is in all of them and is taken.
func (s *search) relax(l *level, places, rounds int) (over bool, err error) {
	price, slack := s.price, s.slack
	copy(price, l.price)
	l.value = math.MinInt
	// The rows of each column, one column after another: to walk a list is quicker than to look for the bits.
	l.cost, s.spans, s.lists = l.cost[:0], s.spans[:0], s.lists[:0]
	for i := range l.columns {
		from := len(s.lists)
		for w, x := range s.mask(l, i) {
			for ; x != 0; x &= x - 1 {
				s.lists = append(s.lists, int32(w<<6+bits.TrailingZeros64(x)))
			}
		}
		s.spans = append(s.spans, span{int32(from), int32(len(s.lists))})
		l.cost = append(l.cost, 0)
	}
	open := s.opened[:0]
	for r := range l.open.all {
		open = append(open, r)
	}
	s.opened = open
	// Over however many rounds, the steps get shorter to a fiftieth or so.
	step, fade := 2.0, 1-4/float64(rounds)
	for range rounds {
		value := 0
		for _, r := range open {
			value += price[r]
			slack[r] = 1
		}
		for i, at := range s.spans {
			rows := s.lists[at.from:at.to]
			c := one
			for _, r := range rows {
				c -= price[r]
			}
			l.cost[i] = c
			if c < 0 {
				value += c
				for _, r := range rows {
					slack[r]--
				}
			}
		}
		if err := s.spend(len(s.lists) + 4*len(l.columns)); err != nil {
			return false, err
		}
		room := places*one - value
		if room < 0 {
			return true, nil
		}
		n, forced := 0, false
		for i, c := range l.cost {
			if c > room {
				continue
			}
			forced = forced || c < -room
			if n < i {
				l.columns[n], l.cost[n], s.spans[n] = l.columns[i], c, s.spans[i]
				copy(s.mask(l, n), s.mask(l, i))
			}
			n++
		}
		l.columns, l.masks, l.cost, s.spans = l.columns[:n], l.masks[:n*s.words], l.cost[:n], s.spans[:n]
		if value > l.value {
			l.value = value
			copy(l.price, price)
		}
		if forced {
			for i, c := range l.cost {
				if c < -room {
					s.path = append(s.path, l.columns[i])
					l.open.minus(s.mask(l, i))
				}
			}
			for i := range l.columns {
				s.mask(l, i).and(l.open)
			}
			return false, nil
		}
		norm := 0
		for _, r := range open {
			if slack[r] > 0 || price[r] > 0 {
				norm += slack[r] * slack[r]
			}
		}
		if norm == 0 {
			break
		}
		t := int(step * float64(room+one) / float64(norm))
		for _, r := range open {
			price[r] = max(0, price[r]+t*slack[r])
		}
		step *= fade
	}
	for i, at := range s.spans {
		c := one
		for _, r := range s.lists[at.from:at.to] {
			c -= l.price[r]
		}
		l.cost[i] = c
	}
	return false, nil
}
