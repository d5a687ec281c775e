package qca

import (
	"math/big"
	"slices"
)

// put counts the covers that lead to the one at hand: all ways to take from each place its column or one of those that it
// stands for, so that all rows are covered. It lists them while there is room.
func (s *search) put() error {
	classes := make([][]int, len(s.path))
	for i, g := range s.path {
		classes[i] = s.stands(nil, g)
	}
	size := 0
	unions := make([]bitset, len(classes))
	for again := s.wide(classes); again; {
		again = false
		once, twice := newBitset(s.rows), newBitset(s.rows)
		for i, class := range classes {
			unions[i] = newBitset(s.rows)
			for _, g := range class {
				unions[i].or(s.columns[g])
			}
			size += len(class)
			for w, u := range unions[i] {
				twice[w] |= once[w] & u
				once[w] |= u
			}
		}
		// What only one place can cover, it has to.
		for i, class := range classes {
			own := unions[i]
			own.minus(twice)
			kept := class[:0]
			for _, g := range class {
				if own.within(s.columns[g]) {
					kept = append(kept, g)
				}
			}
			again = again || len(kept) < len(class)
			classes[i] = kept
		}
	}
	if err := s.spend(8 * size * s.words); err != nil {
		return err
	}
	free := s.free(classes)
	var n *big.Int
	if free {
		n = s.product(classes)
	} else {
		n = s.ways(classes)
	}
	s.count.Add(s.count, n)
	if s.common == nil {
		s.common = newBitset(len(s.columns))
		for _, class := range classes {
			for _, g := range class {
				s.common.add(g)
			}
		}
	}
	from := len(s.found)
	if from < s.most {
		s.enumerate(s.picks(classes))
	}
	whole := len(s.found) < s.most // these are all
	for g := range s.common.all {
		i := slices.IndexFunc(classes, func(class []int) bool { return slices.Contains(class, g) })
		switch {
		case i < 0 || free && len(classes[i]) > 1 || slices.ContainsFunc(s.found[from:], func(f []int) bool { return !slices.Contains(f, g) }):
			s.common.drop(g)
		case len(classes[i]) > 1 && !whole: // it is in all of them when there are as many without a choice in its place
			class := classes[i]
			classes[i] = []int{g}
			if s.ways(classes).Cmp(n) != 0 {
				s.common.drop(g)
			}
			classes[i] = class
		}
	}
	return s.spend(0)
}

// wide tells whether some class leaves a choice.
func (s *search) wide(classes [][]int) bool {
	return slices.ContainsFunc(classes, func(class []int) bool { return len(class) > 1 })
}

// free tells whether each row is covered by all columns of some class, so that any choice will do.
func (s *search) free(classes [][]int) bool {
	covered, sure := make(bitset, s.words), make(bitset, s.words)
	for _, class := range classes {
		copy(sure, s.columns[class[0]])
		for _, g := range class[1:] {
			sure.and(s.columns[g])
		}
		covered.or(sure)
	}
	return covered.count() == s.rows
}

// product counts the ways when any choice will do.
func (s *search) product(classes [][]int) *big.Int {
	n, weight := big.NewInt(1), new(big.Int)
	for _, class := range classes {
		all := 0
		for _, g := range class {
			all += len(s.p.columns[g].members)
		}
		n.Mul(n, weight.SetInt64(int64(all)))
	}
	return n
}

// stands lists a group and all it stands for.
func (s *search) stands(list []int, g int) []int {
	list = append(list, g)
	for h := s.inside[g]; h >= 0; h = s.beside[h] {
		list = s.stands(list, h)
	}
	return list
}

// pick is columns of a class that cover the same of the rows in question.
type pick struct {
	rows  bitset
	n     int // columns of the chart
	group int // one of them
}

// ways counts the ways to take a column of each class so that all rows are covered.
func (s *search) ways(classes [][]int) *big.Int {
	picks, open, price := s.picks(classes)
	return s.choose(picks, open, price)
}

// picks makes what choose and enumerate begin with.
func (s *search) picks(classes [][]int) (picks [][]pick, open bitset, price []int) {
	picks = make([][]pick, len(classes))
	for i, class := range classes {
		for _, g := range class {
			picks[i] = append(picks[i], pick{s.columns[g], len(s.p.columns[g].members), g})
		}
	}
	open = newBitset(s.rows)
	for r := range s.rows {
		open.add(r)
		price = append(price, one/4)
	}
	return picks, open, price
}

// choose counts the ways to take a pick of each class so that the open rows are covered. What a single class can cover it
// must; what all picks of a class cover is no question; classes that share no row in question are independent. Where that
// leaves a choice, each pick of the smallest class is tried. When the work runs out it counts some of the ways.
func (s *search) choose(classes [][]pick, open bitset, price []int) *big.Int {
	n := big.NewInt(1)
	for {
		var ok bool
		if classes, ok = s.forced(classes, open); !ok || s.spend(0) != nil {
			return new(big.Int)
		}
		var left [][]pick
		for _, class := range classes {
			joined := s.joined(class, open)
			if len(joined) == 1 { // of open rows it has none: those it surely covers are closed
				n.Mul(n, big.NewInt(int64(joined[0].n)))
				continue
			}
			left = append(left, joined)
		}
		classes = left
		if len(classes) < 2 {
			break
		}
		before, after := 0, 0
		for _, class := range classes {
			before += len(class)
		}
		if before > 2*len(classes) {
			if price, ok = s.affordable(classes, open, price); !ok {
				return new(big.Int)
			}
		}
		for _, class := range classes {
			after += len(class)
		}
		if after == before {
			break
		}
	}
	for len(classes) > 0 { // each group of classes that share rows
		rows := make(bitset, s.words)
		var group [][]pick
		group, classes = classes[:1:1], classes[1:]
		for _, p := range group[0] {
			rows.or(p.rows)
		}
		for again := true; again; {
			again = false
			var apart [][]pick
			for _, class := range classes {
				if !slices.ContainsFunc(class, func(p pick) bool { return p.rows.meets(rows) }) {
					apart = append(apart, class)
					continue
				}
				for _, p := range class {
					rows.or(p.rows)
				}
				group = append(group, class)
				again = true
			}
			classes = apart
		}
		rows.and(open)
		if len(group) == 1 {
			all := 0
			for _, p := range group[0] {
				if rows.within(p.rows) {
					all += p.n
				}
			}
			n.Mul(n, big.NewInt(int64(all)))
			continue
		}
		few := 0
		for i := range group {
			if len(group[i]) < len(group[few]) {
				few = i
			}
		}
		group[0], group[few] = group[few], group[0]
		sum, weight := new(big.Int), new(big.Int)
		for _, p := range group[0] {
			rest := rows.clone()
			rest.minus(p.rows)
			sum.Add(sum, weight.Mul(s.choose(group[1:], rest, price), big.NewInt(int64(p.n))))
		}
		n.Mul(n, sum)
	}
	return n
}

// forced keeps the picks that cover what their class alone can cover, and closes the rows that all picks of a class cover.
// It tells whether every row can be covered.
func (s *search) forced(classes [][]pick, open bitset) ([][]pick, bool) {
	classes = slices.Clone(classes)
	for again := true; again; {
		again = false
		once, twice := make(bitset, s.words), make(bitset, s.words)
		for _, class := range classes {
			union, sure := make(bitset, s.words), open.clone()
			for _, p := range class {
				union.or(p.rows)
				sure.and(p.rows)
			}
			*s.work -= 4 * len(class) * s.words
			open.minus(sure)
			for w, u := range union {
				twice[w] |= once[w] & u
				once[w] |= u
			}
		}
		if !open.within(once) {
			return nil, false
		}
		only := open.clone()
		only.minus(twice)
		if only.empty() {
			break
		}
		for i, class := range classes {
			own := make(bitset, s.words)
			for _, p := range class {
				own.or(p.rows)
			}
			own.and(only)
			if own.empty() {
				continue
			}
			var kept []pick
			for _, p := range class {
				if own.within(p.rows) {
					kept = append(kept, p)
				}
			}
			if len(kept) == 0 {
				return nil, false
			}
			classes[i] = kept
			again = true
		}
	}
	return classes, true
}

// joined puts picks together that cover the same of the open rows.
func (s *search) joined(class []pick, open bitset) []pick {
	var out []pick
	index := map[string]int{}
	for _, p := range class {
		rows := p.rows.clone()
		rows.and(open)
		k := rows.key()
		at, ok := index[k]
		if !ok {
			at = len(out)
			index[k] = at
			out = append(out, pick{rows: rows})
		}
		out[at].n += p.n
	}
	return out
}

// pickRounds is how often affordable moves the prices.
const pickRounds = 20

// affordable leaves out picks that are in no way to cover the open rows, by pricing the rows: of each class the pick with
// the most valuable rows together must be worth all open rows. The prices are moved along the subgradient. It tells
// whether there can be a way.
func (s *search) affordable(classes [][]pick, open bitset, from []int) ([]int, bool) {
	price, best := slices.Clone(from), from
	value := -1 << 62
	slack := make([]int, s.rows)
	worth := make([][]int, len(classes))
	for i, class := range classes {
		worth[i] = make([]int, len(class))
	}
	step := 1.0
	for range pickRounds {
		short := 0
		for r := range open.all {
			short += price[r]
			slack[r] = 1
		}
		tops := make([]int, len(classes))
		for i, class := range classes {
			worth[i] = worth[i][:len(class)]
			for k, p := range class {
				w := 0
				for r := range p.rows.all {
					w += price[r]
				}
				worth[i][k] = w
				if w > worth[i][tops[i]] {
					tops[i] = k
				}
			}
			*s.work -= 4 * len(class) * s.words
			short -= worth[i][tops[i]]
			for r := range class[tops[i]].rows.all {
				slack[r]--
			}
		}
		if short > 0 {
			return nil, false
		}
		for i, class := range classes {
			top := worth[i][tops[i]]
			kept := class[:0]
			for k, p := range class {
				if short+top-worth[i][k] <= 0 {
					kept = append(kept, p)
				}
			}
			classes[i] = kept
		}
		if short > value {
			value, best = short, slices.Clone(price)
		}
		norm := 0
		for r := range open.all {
			norm += slack[r] * slack[r]
		}
		if norm == 0 {
			break
		}
		t := int(step * float64(one/8-short) / float64(norm))
		for r := range open.all {
			price[r] = max(0, price[r]+t*slack[r])
		}
		step *= 0.93
	}
	return best, true
}

// enumerate lists the ways that choose counts, while there is room. It prunes as choose does: without that it would try
// far more choices than there are ways.
func (s *search) enumerate(classes [][]pick, open bitset, price []int) {
	if len(s.found) >= s.most || s.spend(len(classes)) != nil {
		return
	}
	open = open.clone()
	classes, ok := s.forced(classes, open)
	if !ok {
		return
	}
	wide := func(class []pick) bool { return len(class) > 1 }
	if !slices.ContainsFunc(classes, wide) {
		var cover []int
		for _, class := range classes {
			cover = append(cover, class[0].group)
		}
		slices.Sort(cover)
		s.found = append(s.found, cover)
		return
	}
	left := 0
	for _, class := range classes {
		left += len(class)
	}
	if !open.empty() && left > 2*len(classes) { // with less, trying is cheaper
		for i, class := range classes {
			classes[i] = slices.Clone(class) // affordable deletes
		}
		if price, ok = s.affordable(classes, open, price); !ok {
			return
		}
	}
	few := max(0, slices.IndexFunc(classes, wide))
	for i, class := range classes {
		if len(class) > 1 && len(class) < len(classes[few]) {
			few = i
		}
	}
	for _, p := range classes[few] {
		next := slices.Clone(classes)
		next[few] = []pick{p}
		s.enumerate(next, open, price)
	}
}

// always gives the columns of the chart that are in every cover.
func (s *search) always() []int {
	var out []int
	for g := range s.common.all {
		if m := s.p.columns[g].members; len(m) == 1 {
			out = append(out, m[0])
		}
	}
	return out
}
