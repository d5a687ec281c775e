package qca

import (
	"cmp"
	"errors"
	"fmt"
	"math/bits"
	"slices"
)

// maxWork bounds the search for covers, in words of bits looked at: about two
// to six seconds in 2026. It counts work and not time, so that the same table
// gives the same answer everywhere.
const maxWork = 400_000_000

// bitset is a set of small numbers.
type bitset []uint64

func newBitset(n int) bitset    { return make(bitset, (n+63)/64) }
func (b bitset) add(i int)      { b[i/64] |= 1 << (i % 64) }
func (b bitset) drop(i int)     { b[i/64] &^= 1 << (i % 64) }
func (b bitset) has(i int) bool { return b[i/64]>>(i%64)&1 == 1 }
func (b bitset) clone() bitset  { return slices.Clone(b) }

func (b bitset) count() int {
	n := 0
	for _, w := range b {
		n += bits.OnesCount64(w)
	}
	return n
}

func (b bitset) within(o bitset) bool {
	for i, w := range b {
		if w&^o[i] != 0 {
			return false
		}
	}
	return true
}

// all yields the members in rising order.
func (b bitset) all(yield func(int) bool) {
	for i, w := range b {
		for ; w != 0; w &= w - 1 {
			if !yield(i*64 + bits.TrailingZeros64(w)) {
				return
			}
		}
	}
}

// smallestCovers finds every set of columns of the smallest size that together
// cover all rows; covers[c] lists the rows column c covers. It returns at most
// most of them, each rising, in lexicographic order, and whether there are more.
//
// Rows and columns are first reduced in ways that lose no smallest cover:
// columns that alone cover a row are taken; a row is dropped when every cover
// of another row covers it as well; columns that cover the same rows are
// searched as one and told apart at the end. Then the size is raised from a
// lower bound until covers of that size exist. A branch takes the row with the
// fewest columns left and tries each, leaving the tried ones out of the next,
// so that no set comes up twice; it ends when a set of rows no two of which
// share a column is larger than the places left.
func smallestCovers(covers [][]int, rows, most int) (models [][]int, more bool, err error) {
	byRow := make([]bitset, rows)
	for r := range byRow {
		byRow[r] = newBitset(len(covers))
	}
	byColumn := make([]bitset, len(covers))
	for c, rs := range covers {
		byColumn[c] = newBitset(rows)
		for _, r := range rs {
			byRow[r].add(c)
			byColumn[c].add(r)
		}
	}
	open := newBitset(rows)
	for r := range rows {
		open.add(r)
	}
	var taken []int
	for r := range rows {
		if byRow[r].count() == 1 && open.has(r) {
			for c := range byRow[r].all {
				taken = append(taken, c)
				for i, w := range byColumn[c] {
					open[i] &^= w
				}
			}
		}
	}
	for r := range open.clone().all {
		for q := range open.all {
			if q != r && byRow[q].within(byRow[r]) {
				open.drop(r)
				break
			}
		}
	}
	// Group the columns by what they cover of the rows still open.
	type group struct {
		rows    bitset
		columns []int
	}
	var groups []group
	index := map[string]int{}
	for c := range covers {
		rest := byColumn[c].clone()
		for i := range rest {
			rest[i] &= open[i]
		}
		if rest.count() == 0 {
			continue
		}
		key := fmt.Sprint(rest)
		g, ok := index[key]
		if !ok {
			g = len(groups)
			index[key] = g
			groups = append(groups, group{rows: rest})
		}
		groups[g].columns = append(groups[g].columns, c)
	}
	s := search{columns: make([]bitset, len(groups)), rows: map[int]bitset{}, most: most}
	for g := range groups {
		s.columns[g] = groups[g].rows
	}
	for r := range open.all {
		s.rows[r] = newBitset(len(groups))
		for g := range groups {
			if groups[g].rows.has(r) {
				s.rows[r].add(g)
			}
		}
	}
	all := newBitset(len(groups))
	for g := range groups {
		all.add(g)
	}
	for size := 0; len(s.found) == 0; size++ {
		if s.cover(open, all, size) != nil {
			return nil, false, fmt.Errorf("%d prime implicants for %d positive rows are too many to prove which models are smallest: use fewer conditions, or the conservative solution", len(covers), rows)
		}
	}
	more = s.full
	for _, f := range s.found {
		// One model for each choice of a column from each group.
		models, more = expand(models, taken, f, func(g int) []int { return groups[g].columns }, most, more)
	}
	for _, m := range models {
		slices.Sort(m)
	}
	slices.SortFunc(models, slices.Compare)
	return models, more, nil
}

func expand(models [][]int, taken, chosen []int, columns func(int) []int, most int, more bool) ([][]int, bool) {
	if len(chosen) == 0 {
		if len(models) == most {
			return models, true
		}
		return append(models, slices.Clone(taken)), more
	}
	for _, c := range columns(chosen[0]) {
		models, more = expand(models, append(slices.Clone(taken), c), chosen[1:], columns, most, more)
		if more && len(models) == most {
			break
		}
	}
	return models, more
}

// search is one exact search for covers of a given size.
type search struct {
	columns []bitset       // column -> rows
	rows    map[int]bitset // open row -> columns
	most    int
	work    int

	path  []int
	found [][]int
	full  bool // there were more than most
}

var errTooLong = errors.New("search too long")

func (s *search) cover(open, allowed bitset, places int) error {
	type left struct {
		row     int
		columns bitset
		n       int
	}
	var rows []left
	for r := range open.all {
		can := s.rows[r].clone()
		for i := range can {
			can[i] &= allowed[i]
		}
		n := can.count()
		if n == 0 {
			return nil
		}
		rows = append(rows, left{r, can, n})
	}
	s.work += (len(rows)*4 + 1) * (len(allowed) + 1)
	if s.work > maxWork {
		return errTooLong
	}
	if len(rows) == 0 {
		if len(s.found) == s.most {
			s.full = true
			return nil
		}
		s.found = append(s.found, slices.Clone(s.path))
		return nil
	}
	if places == 0 {
		return nil
	}
	slices.SortStableFunc(rows, func(a, b left) int { return cmp.Compare(a.n, b.n) })
	used := newBitset(len(s.columns))
	bound := 0
	for _, r := range rows {
		apart := true
		for i, w := range r.columns {
			if w&used[i] != 0 {
				apart = false
				break
			}
		}
		if apart {
			bound++
			for i, w := range r.columns {
				used[i] |= w
			}
		}
	}
	if bound > places {
		return nil
	}
	rest := allowed.clone()
	for c := range rows[0].columns.all {
		next := open.clone()
		for i, w := range s.columns[c] {
			next[i] &^= w
		}
		rest.drop(c)
		s.path = append(s.path, c)
		err := s.cover(next, rest, places-1)
		s.path = s.path[:len(s.path)-1]
		if err != nil || s.full {
			return err
		}
	}
	return nil
}
