package qca

import (
	"cmp"
	"context"
	"errors"
	"math/big"
	"slices"
)

// search looks for the smallest covers of one part, by branch and bound.
//
// Where it stands, some groups are taken and some are ruled out; the rest of the problem is a smaller chart, which is
// reduced, bounded and, when that decides nothing, split over the columns of the row that has the fewest.
//
// A column is dominated when another covers the same open rows and perhaps more. To find one smallest cover, dominated
// columns can be forgotten. To find all they cannot, but they need not be searched either: put the dominating column in
// the place of each dominated one, and a smallest cover becomes a smallest cover again, for it cannot get smaller. So
// those of the dominating columns are searched, and wherever one is found the ways to put dominated columns back are
// counted. Each smallest cover leads to one such place and so is counted once.
type search struct {
	ctx     context.Context
	p       *part
	rows    int
	words   int      // of a set of rows
	columns []bitset // groups
	work    *int     // that is left

	path  []int // groups taken
	best  []int
	limit int // covers of at most so many columns are looked for

	levels []*level

	// Room for the work on a level, used again and again.
	byRow        []bitset
	kept         [][]int
	price, slack []int
	opened       []int
	spans        []span
	lists        []int32

	// every is what to do with a cover when all are wanted. Then the dominated columns are kept as trees: inside[g] is
	// the last one that g took the place of, and beside[h] the one before h in the same place.
	every          bool
	inside, beside []int
	placed         []int // dominating groups in the order in which they took a place, to take it back

	most   int
	found  [][]int
	count  *big.Int
	common bitset // groups in every cover so far
}

// level is what is left of the problem at a depth of the search.
type level struct {
	open    bitset   // rows
	columns []int    // groups that may be taken
	masks   []uint64 // the open rows that each of them covers, one after another
	cost    []int    // of each at the best prices
	price   []int    // of the rows; see relax
	value   int      // of the relaxation at these prices
}

// span is where in a list the rows of a column are.
type span struct{ from, to int32 }

// mask is the open rows that the i-th column of a level covers.
func (s *search) mask(l *level, i int) bitset {
	return l.masks[i*s.words : (i+1)*s.words : (i+1)*s.words]
}

func newSearch(ctx context.Context, p *part, work *int) *search {
	s := &search{ctx: ctx, p: p, rows: len(p.rows), words: (len(p.rows) + 63) / 64, work: work, kept: make([][]int, len(p.rows)), byRow: make([]bitset, len(p.rows)), price: make([]int, len(p.rows)), slack: make([]int, len(p.rows))}
	for g := range p.columns {
		s.columns = append(s.columns, p.columns[g].rows)
	}
	return s
}

// start makes the first level: all rows open, all groups allowed.
func (s *search) start() *level {
	l := s.level(0)
	l.open = newBitset(s.rows)
	for r := range s.rows {
		l.open.add(r)
	}
	l.columns, l.masks = l.columns[:0], l.masks[:0]
	for g, rows := range s.columns {
		l.columns = append(l.columns, g)
		l.masks = append(l.masks, rows...)
	}
	s.path = s.path[:0]
	return l
}

func (s *search) level(depth int) *level {
	if depth == len(s.levels) {
		s.levels = append(s.levels, &level{open: make(bitset, s.words), price: make([]int, s.rows)})
	}
	return s.levels[depth]
}

// spend takes from the work that may be done.
func (s *search) spend(n int) error {
	*s.work -= n
	if *s.work < 0 {
		return errTooLong
	}
	return s.ctx.Err()
}

// size finds the size of the smallest covers, a bound below which there is none, and one cover.
func (s *search) size() (size, bound int, cover []int, err error) {
	l := s.start()
	s.limit = s.rows
	s.reduce(l)
	cover, _ = s.local(l, 1)
	s.best = slices.Concat(s.path, cover)
	if l.open.empty() {
		bound = len(s.best)
	} else {
		bound, err = s.prove(l)
	}
	if errors.Is(err, errTooLong) {
		err = nil
	}
	cover = slices.Clone(s.best)
	slices.Sort(cover)
	return len(cover), bound, cover, err
}

// prove improves the best cover until none is smaller, and gives a bound below which there is none.
func (s *search) prove(l *level) (int, error) {
	s.opening(l)
	s.limit = len(s.best) - 1
	taken := len(s.path)
	over, err := s.relax(l, s.limit-taken, s.rootRounds())
	if over {
		return len(s.best), nil
	}
	bound := taken + max(0, (l.value+one-1)/one)
	if err != nil {
		return bound, err
	}
	// Each column less in the best cover is worth more than any work on the bound.
	n := l.open.count()
	if cover, ok := s.local(l, min(1+n*n*n/localShare, localMost)); ok && len(s.path)+len(cover) < len(s.best) {
		s.best = slices.Concat(s.path, cover)
		s.limit = len(s.best) - 1
	}
	if bound < len(s.best) {
		if err := s.down(0); err != nil {
			return bound, err
		}
	}
	return len(s.best), nil
}

// all lists covers of the given size, which is the smallest: at most most of them as groups, and the count of all, each
// weighed by the ways to choose from its groups. Whole is false when the work ran out; the count then is a bound.
func (s *search) all(size, most int) (found [][]int, count *big.Int, whole bool, err error) {
	s.found, s.most, s.count, s.common = nil, most, new(big.Int), nil
	s.every, s.limit = true, size
	s.inside, s.beside, s.placed = slices.Repeat([]int{-1}, len(s.columns)), slices.Repeat([]int{-1}, len(s.columns)), nil
	s.opening(s.start())
	err = s.down(0)
	whole = err == nil
	if errors.Is(err, errTooLong) {
		err = nil
	}
	slices.SortFunc(s.found, slices.Compare)
	return s.found, s.count, whole, err
}

// down searches a level and all below it, and leaves things as they were.
func (s *search) down(depth int) error {
	taken, placed := len(s.path), len(s.placed)
	err := s.split(s.levels[depth], depth)
	s.path = s.path[:taken]
	for i := len(s.placed) - 1; i >= placed; i-- {
		g := s.placed[i]
		s.inside[g] = s.beside[s.inside[g]]
	}
	s.placed = s.placed[:placed]
	return err
}

// split decides a level, or splits it into levels below.
func (s *search) split(l *level, depth int) error {
	for {
		if !s.reduce(l) { // because of a row that nothing covers, unless the work ran out
			return s.spend(0)
		}
		places := s.limit - len(s.path)
		if l.open.empty() {
			if places < 0 {
				return nil
			}
			return s.reached()
		}
		switch {
		case places <= 0:
			return nil
		case places == 1:
			return s.last(l)
		}
		before, taken := len(l.columns), len(s.path)
		rounds := nodeRounds
		if depth == 0 {
			rounds = s.rootRounds()
		}
		over, err := s.relax(l, places, rounds)
		if over || err != nil {
			return err
		}
		if len(s.path) == taken && len(l.columns) > before*9/10 {
			break
		}
	}
	// The row with the fewest columns.
	few := -1
	counts := make([]int, s.rows)
	for i := range l.columns {
		for r := range s.mask(l, i).all {
			counts[r]++
		}
	}
	for r := range l.open.all {
		if few < 0 || counts[r] < counts[few] || counts[r] == counts[few] && l.price[r] > l.price[few] {
			few = r
		}
	}
	var tries []int
	for i := range l.columns {
		if s.mask(l, i).has(few) {
			tries = append(tries, i)
		}
	}
	slices.SortStableFunc(tries, func(a, b int) int { return cmp.Compare(l.cost[a], l.cost[b]) })
	value := l.value
	out := make([]bool, len(l.columns))
	// Each column of the row in turn, without those tried before, the most promising first.
	for _, i := range tries {
		room := (s.limit-len(s.path))*one - value
		if l.cost[i] > room {
			return nil
		}
		n := s.level(depth + 1)
		mask := s.mask(l, i)
		copy(n.open, l.open)
		n.open.minus(mask)
		copy(n.price, l.price)
		n.columns, n.masks = n.columns[:0], n.masks[:0]
		out[i] = true
		room -= max(0, l.cost[i])
		for j, g := range l.columns {
			if out[j] || l.cost[j] > room { // both together lift the bound above the places
				continue
			}
			n.columns = append(n.columns, g)
			for w := range s.words {
				n.masks = append(n.masks, l.masks[j*s.words+w]&n.open[w])
			}
		}
		if err := s.spend(len(l.columns) * s.words); err != nil {
			return err
		}
		s.path = append(s.path, l.columns[i])
		err := s.down(depth + 1)
		s.path = s.path[:len(s.path)-1]
		if err != nil {
			return err
		}
		// Without this column the relaxation loses what it earned.
		value -= min(0, l.cost[i])
		if value > (s.limit-len(s.path))*one {
			return nil
		}
	}
	return nil
}

// last takes the columns that cover all that is open.
func (s *search) last(l *level) error {
	for i, g := range l.columns {
		if l.open.within(s.mask(l, i)) {
			s.path = append(s.path, g)
			err := s.reached()
			s.path = s.path[:len(s.path)-1]
			if err != nil || !s.every {
				return err
			}
		}
	}
	return nil
}

// reduce takes the columns that alone cover an open row, and leaves out dominated columns and the rows that are covered
// whenever another is, until nothing of that is left to do. It tells whether
// every row can still be covered; it also gives up when the work runs out.
func (s *search) reduce(l *level) bool {
	for {
		s.undominated(l)
		if l.open.empty() {
			return true
		}
		n := (len(l.columns) + 63) / 64
		var order []int
		counts := make([]int, s.rows)
		for r := range l.open.all {
			s.byRow[r] = resized(s.byRow[r], n)
			order = append(order, r)
		}
		for i := range l.columns {
			for r := range s.mask(l, i).all {
				s.byRow[r].add(i)
				counts[r]++
			}
		}
		slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(counts[a], counts[b]) })
		if counts[order[0]] == 0 {
			return false
		}
		work := len(order) * n
		changed := false
		kept := order[:0]
		for _, r := range order {
			if !l.open.has(r) {
				continue
			}
			if counts[r] == 1 {
				for i := range s.byRow[r].all {
					s.path = append(s.path, l.columns[i])
					l.open.minus(s.mask(l, i))
				}
				changed = true
				continue
			}
			if slices.ContainsFunc(kept, func(q int) bool { return l.open.has(q) && s.byRow[q].within(s.byRow[r]) }) {
				l.open.drop(r)
				changed = true
				continue
			}
			kept = append(kept, r)
			work += len(kept)
		}
		if s.spend(work) != nil {
			return false
		}
		if !changed {
			return true
		}
		if len(s.path) > s.limit {
			return false
		}
		for i := range l.columns {
			s.mask(l, i).and(l.open)
		}
	}
}

// undominated leaves out the columns that cover no open row or are dominated.
func (s *search) undominated(l *level) {
	m := len(l.columns)
	counts := make([]int, m)
	starts := make([]int, s.rows+2)
	for i := range m {
		counts[i] = s.mask(l, i).count()
		starts[s.rows-counts[i]+1]++
	}
	for i := range s.rows + 1 {
		starts[i+1] += starts[i]
	}
	order := make([]int, m)
	for i := range m {
		order[starts[s.rows-counts[i]]] = i
		starts[s.rows-counts[i]]++
	}
	for r := range s.kept {
		s.kept[r] = s.kept[r][:0]
	}
	stay := make([]bool, m)
	work := 4 * m * s.words
next:
	for _, i := range order {
		if counts[i] == 0 {
			break
		}
		mask := s.mask(l, i)
		few := -1
		for r := range mask.all {
			if few < 0 || len(s.kept[r]) < len(s.kept[few]) {
				few = r
			}
		}
		for n, k := range s.kept[few] {
			if mask.within(s.mask(l, k)) {
				if s.every {
					s.place(l.columns[i], l.columns[k])
				}
				work += n * s.words
				continue next
			}
		}
		work += len(s.kept[few]) * s.words
		for r := range mask.all {
			s.kept[r] = append(s.kept[r], i)
		}
		stay[i] = true
	}
	*s.work -= work
	n := 0
	for i := range m {
		if stay[i] {
			l.columns[n] = l.columns[i]
			copy(l.masks[n*s.words:(n+1)*s.words], l.masks[i*s.words:(i+1)*s.words])
			n++
		}
	}
	l.columns, l.masks = l.columns[:n], l.masks[:n*s.words]
}

// place notes that g stands for h too from now on.
func (s *search) place(h, g int) {
	s.beside[h] = s.inside[g]
	s.inside[g] = h
	s.placed = append(s.placed, g)
}

// reached is called with a cover in the path.
func (s *search) reached() error {
	if s.every {
		return s.put()
	}
	s.best = slices.Clone(s.path)
	s.limit = len(s.best) - 1
	return nil
}
