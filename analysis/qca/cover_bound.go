package qca

// one is the price of a column. Prices are whole numbers of it so that sums have no rounding: a bound is proven, and the
// same on every processor.
const one = 1 << 24

const rootRounds = 1000

// opening sets prices to begin with: that the column that covers most of what r can be covered with costs nothing.
func (s *search) opening(l *level) {
	clear(l.price)
	for i := range l.columns {
		mask := bitset(l.masks[i*s.words : (i+1)*s.words])
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
	price := make([]int, s.rows)
	copy(price, l.price)
	slack := make([]int, s.rows)
	l.value = -1 << 62
	step, still := 1.0, 0
	patience := max(4, rounds/40)
	if cap(l.cost) < len(l.columns) {
		l.cost = make([]int, len(l.columns), cap(l.columns))
	}
	cost := l.cost[:len(l.columns)]
	forced := false
	for round := 0; round < rounds; round++ {
		value := 0
		for r := range l.open.all {
			value += price[r]
			slack[r] = 1
		}
		bits := 0
		for i := range l.columns {
			c := one
			for r := range bitset(l.masks[i*s.words : (i+1)*s.words]).all {
				c -= price[r]
				bits++
			}
			cost[i] = c
			if c < 0 {
				value += c
				for r := range bitset(l.masks[i*s.words : (i+1)*s.words]).all {
					slack[r]--
				}
			}
		}
		if err := s.spend(bits + len(l.columns)*s.words); err != nil {
			return false, err
		}
		room := places*one - value
		if room < 0 {
			return true, nil
		}
		n := 0
		for i, c := range cost {
			if c > room {
				continue
			}
			if c < -room {
				forced = true
			}
			if n < i {
				l.columns[n] = l.columns[i]
				cost[n] = c
				copy(l.masks[n*s.words:(n+1)*s.words], l.masks[i*s.words:(i+1)*s.words])
			}
			n++
		}
		l.columns, l.masks, cost = l.columns[:n], l.masks[:n*s.words], cost[:n]
		if value > l.value {
			if value > l.value+one/100 {
				still = 0
			}
			l.value = value
			copy(l.price, price)
		}
		if forced {
			for i, c := range cost {
				if c < -room {
					s.path = append(s.path, l.columns[i])
					l.open.minus(l.masks[i*s.words : (i+1)*s.words])
				}
			}
			for i := range l.columns {
				bitset(l.masks[i*s.words : (i+1)*s.words]).and(l.open)
			}
			return false, nil
		}
		if still++; still > patience {
			step /= 2
			still = 0
			if step < 0.005 {
				break
			}
		}
		norm := 0
		for r := range l.open.all {
			if slack[r] < 0 && price[r] == 0 {
				continue
			}
			norm += slack[r] * slack[r]
		}
		if norm == 0 {
			break
		}
		t := int(step * float64(room+one) / float64(norm))
		for r := range l.open.all {
			price[r] = max(0, price[r]+t*slack[r])
		}
	}
	l.cost = cost
	for i := range l.columns {
		c := one
		for r := range bitset(l.masks[i*s.words : (i+1)*s.words]).all {
			c -= l.price[r]
		}
		cost[i] = c
	}
	return false, nil
}
