package qca

import (
	"cmp"
	"context"
	"errors"
	"math/big"
	"slices"
)

var (
	errTooMany = errors.New("too many prime implicants")
	errTooLong = errors.New("the search takes too long")
)

// chart is a prime implicant chart: for each column the rows that it covers. A cover is a set of columns that together
// cover all rows; the models of a solution are the covers with the fewest columns.
type chart struct {
	rows    int
	columns []bitset
}

// covers is what a search for the smallest covers found.
type covers struct {
	size   int      // of the smallest covers
	bound  int      // no cover is smaller; size, when that is proven
	count  *big.Int // so many smallest covers there are; at least, when exact is false
	exact  bool
	models [][]int // the first of them, each rising
	always []int   // columns that are in every cover; when the covers are not all known, those that alone cover some row
}

// part is a component of a chart: rows and columns that have nothing to do with the rest. The smallest covers of a chart
// are the products of those of its parts.
type part struct {
	rows    []int   // of the chart
	columns []group // columns that cover the same rows of the part
}

// group is columns that cover the same of the open rows: any of them will do.
type group struct {
	rows    bitset // positions in part.rows
	members []int  // columns of the chart
}

// reduced takes the columns that every cover needs, drops the rows that are covered whenever another is, joins columns
// that cover the same, and splits what is left into parts. None of this loses a smallest cover.
func (c chart) reduced() (needed []int, parts []part) {
	byRow := make([]bitset, c.rows)
	for r := range byRow {
		byRow[r] = newBitset(len(c.columns))
	}
	for j, rows := range c.columns {
		for r := range rows.all {
			byRow[r].add(j)
		}
	}
	open := newBitset(c.rows)
	for r := range c.rows {
		open.add(r)
	}
	counts := make([]int, c.rows)
	for r := range c.rows {
		counts[r] = byRow[r].count()
	}
	for r := range c.rows {
		if counts[r] == 1 && open.has(r) {
			for j := range byRow[r].all {
				needed = append(needed, j)
				open.minus(c.columns[j])
			}
		}
	}
	byCount := slices.Collect(open.all)
	slices.SortStableFunc(byCount, func(a, b int) int { return cmp.Compare(counts[a], counts[b]) })
	var kept []int
	for _, r := range byCount { // what hits a kept row with fewer columns hits this one too
		if slices.ContainsFunc(kept, func(q int) bool { return byRow[q].within(byRow[r]) }) {
			open.drop(r)
			continue
		}
		kept = append(kept, r)
	}
	// Join what shares a column.
	root := make([]int, c.rows)
	for r := range root {
		root[r] = r
	}
	var find func(r int) int
	find = func(r int) int {
		if root[r] != r {
			root[r] = find(root[r])
		}
		return root[r]
	}
	rest := make([]bitset, len(c.columns))
	for j, rows := range c.columns {
		rest[j] = rows.clone()
		rest[j].and(open)
		first := -1
		for r := range rest[j].all {
			if first < 0 {
				first = r
			} else {
				root[find(r)] = find(first)
			}
		}
	}
	index := map[int]int{}
	place := make([]int, c.rows)
	for r := range open.all {
		i, ok := index[find(r)]
		if !ok {
			i = len(parts)
			index[find(r)] = i
			parts = append(parts, part{})
		}
		place[r] = len(parts[i].rows)
		parts[i].rows = append(parts[i].rows, r)
	}
	seen := make([]map[string]int, len(parts))
	for i := range seen {
		seen[i] = map[string]int{}
	}
	for j, rows := range rest {
		first := -1
		for r := range rows.all {
			first = r
			break
		}
		if first < 0 {
			continue
		}
		i := index[find(first)]
		set := newBitset(len(parts[i].rows))
		for r := range rows.all {
			set.add(place[r])
		}
		k := set.key()
		g, ok := seen[i][k]
		if !ok {
			g = len(parts[i].columns)
			seen[i][k] = g
			parts[i].columns = append(parts[i].columns, group{rows: set})
		}
		parts[i].columns[g].members = append(parts[i].columns[g].members, j)
	}
	slices.Sort(needed)
	return needed, parts
}

// smallest finds the smallest covers: their size, how many there are, and the first most of them in lexicographic order
// of what was found. With one set it stops at the first that is proven to be smallest.
func (c chart) smallest(ctx context.Context, one bool, most int, work *int) (covers, error) {
	needed, parts := c.reduced()
	out := covers{size: len(needed), bound: len(needed), count: big.NewInt(1), exact: true, models: [][]int{needed}, always: slices.Clone(needed)}
	for i := range parts {
		s := newSearch(ctx, &parts[i], work)
		size, bound, first, err := s.size()
		if err != nil {
			return out, err
		}
		out.size, out.bound = out.size+size, out.bound+bound
		found := [][]int{first}
		weight := big.NewInt(1)
		switch {
		case bound < size || one:
			out.exact = false
		default:
			var whole bool
			found, weight, whole, err = s.all(size, most)
			if err != nil {
				return out, err
			}
			if len(found) == 0 { // the work ran out before the search came by the one that is known
				found, weight = [][]int{first}, big.NewInt(1)
			}
			out.exact = out.exact && whole
			if whole {
				out.always = append(out.always, s.always()...)
			}
		}
		out.join(&parts[i], found, weight, most, one)
	}
	out.finish()
	return out, nil
}

// join puts the covers of one more part beside those so far, in all combinations, with each choice from the groups.
func (out *covers) join(p *part, found [][]int, weight *big.Int, most int, one bool) {
	out.count.Mul(out.count, weight)
	var joined [][]int
	for _, m := range out.models {
		for _, f := range found {
			for choice := range choices(p, f, one) {
				joined = append(joined, slices.Concat(m, choice))
				if len(joined) >= most {
					out.models = joined
					return
				}
			}
		}
	}
	out.models = joined
}

// finish puts models and columns in order.
func (out *covers) finish() {
	for _, m := range out.models {
		slices.Sort(m)
	}
	slices.SortFunc(out.models, slices.Compare)
	slices.Sort(out.always)
}

// irredundant finds the covers from which no column can be dropped, as smallest does the smallest ones.
func (c chart) irredundant(ctx context.Context, most int, work *int) (covers, error) {
	needed, parts := c.reduced()
	out := covers{size: len(needed), count: big.NewInt(1), exact: true, models: [][]int{needed}, always: slices.Clone(needed)}
	for i := range parts {
		s := newSearch(ctx, &parts[i], work)
		s.most, s.count, s.common = most, new(big.Int), nil
		err := s.hit()
		if err != nil && !errors.Is(err, errTooLong) {
			return out, err
		}
		if err == nil {
			out.always = append(out.always, s.always()...)
		}
		out.exact = out.exact && err == nil
		slices.SortFunc(s.found, slices.Compare)
		out.join(&parts[i], s.found, s.count, most, false)
		few := len(parts[i].rows)
		for _, f := range s.found {
			few = min(few, len(f))
		}
		out.size += few
	}
	out.finish()
	return out, nil
}

// hit finds the minimal sets of columns that hit every row, as hitting does for conditions.
func (s *search) hit() error {
	open, allowed := newBitset(s.rows), newBitset(len(s.columns))
	for r := range s.rows {
		open.add(r)
	}
	byRow := make([][]int, s.rows)
	for g, rows := range s.columns {
		allowed.add(g)
		for r := range rows.all {
			byRow[r] = append(byRow[r], g)
		}
	}
	var down func(open, allowed bitset, crit []bitset) error
	down = func(open, allowed bitset, crit []bitset) error {
		if err := s.spend(8 + 2*len(allowed)*len(open)); err != nil {
			return err
		}
		if open.empty() {
			s.keep()
			return nil
		}
		few, most := -1, 0
		for r := range open.all {
			n := 0
			for _, g := range byRow[r] {
				if allowed.has(g) {
					n++
				}
			}
			if few < 0 || n < most {
				few, most = r, n
			}
		}
		rest := allowed.clone()
		var tries []int
		for _, g := range byRow[few] {
			if allowed.has(g) {
				tries = append(tries, g)
				rest.drop(g)
			}
		}
	each:
		for _, g := range tries {
			next := make([]bitset, 0, len(crit)+1)
			for _, c := range crit {
				n := c.clone()
				n.minus(s.columns[g])
				if n.empty() {
					continue each
				}
				next = append(next, n)
			}
			own, left := open.clone(), open.clone()
			own.and(s.columns[g])
			left.minus(s.columns[g])
			s.path = append(s.path, g)
			err := down(left, rest, append(next, own))
			s.path = s.path[:len(s.path)-1]
			if err != nil {
				return err
			}
			rest.add(g)
		}
		return nil
	}
	return down(open, allowed, nil)
}

// keep counts the cover at hand, with each choice from its groups, and lists it while there is room.
func (s *search) keep() {
	weight := big.NewInt(1)
	now := newBitset(len(s.columns))
	for _, g := range s.path {
		weight.Mul(weight, big.NewInt(int64(len(s.p.columns[g].members))))
		now.add(g)
	}
	s.count.Add(s.count, weight)
	if s.common == nil {
		s.common = now
	} else {
		s.common.and(now)
	}
	if len(s.found) < s.most {
		cover := slices.Clone(s.path)
		slices.Sort(cover)
		s.found = append(s.found, cover)
	}
}

// choices yields every way to take one column of each group.
func choices(p *part, groups []int, one bool) func(func([]int) bool) {
	return func(yield func([]int) bool) {
		chosen := make([]int, len(groups))
		var down func(i int) bool
		down = func(i int) bool {
			if i == len(groups) {
				return yield(slices.Clone(chosen))
			}
			for _, j := range p.columns[groups[i]].members {
				chosen[i] = j
				if !down(i + 1) {
					return false
				}
				if one {
					break
				}
			}
			return true
		}
		down(0)
	}
}
