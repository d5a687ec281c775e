package qca

import (
	"cmp"
	"context"
	"errors"
	"math"
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
			found, weight, whole, err = s.every(size, most)
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
	for g := range s.columns {
		allowed.add(g)
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
			for _, g := range s.byRow[r] {
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
		for _, g := range s.byRow[few] {
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

// search looks for covers of one part.
type search struct {
	ctx     context.Context
	p       *part
	rows    int
	columns []bitset // groups
	byRow   [][]int  // row -> groups
	work    *int     // words looked at that are left

	best   []int
	path   []int
	found  [][]int
	most   int
	count  *big.Int
	common bitset    // groups in every cover so far
	price  []float64 // Lagrangian multipliers of the rows
}

func newSearch(ctx context.Context, p *part, work *int) *search {
	s := &search{ctx: ctx, p: p, rows: len(p.rows), work: work, byRow: make([][]int, len(p.rows)), price: make([]float64, len(p.rows))}
	for g := range p.columns {
		s.columns = append(s.columns, p.columns[g].rows)
		for r := range p.columns[g].rows.all {
			s.byRow[r] = append(s.byRow[r], g)
		}
	}
	return s
}

// undominated leaves out columns that cover nothing that another does not cover too: for the size of the smallest covers
// they are never needed.
func (s *search) undominated() []int {
	order := make([]int, len(s.columns))
	counts := make([]int, len(s.columns))
	for g := range order {
		order[g], counts[g] = g, s.columns[g].count()
	}
	slices.SortStableFunc(order, func(a, b int) int { return counts[b] - counts[a] })
	kept := make([][]int, s.rows)
	var out []int
next:
	for _, g := range order {
		few := -1
		for r := range s.columns[g].all {
			if few < 0 || len(kept[r]) < len(kept[few]) {
				few = r
			}
		}
		for _, k := range kept[few] {
			if s.columns[g].within(s.columns[k]) {
				continue next
			}
		}
		for r := range s.columns[g].all {
			kept[r] = append(kept[r], g)
		}
		out = append(out, g)
	}
	slices.Sort(out)
	return out
}

// size finds the size of the smallest covers, a bound below which there is none, and one cover.
func (s *search) size() (size, bound int, cover []int, err error) {
	allowed := newBitset(len(s.columns))
	for _, g := range s.undominated() {
		allowed.add(g)
	}
	open := newBitset(s.rows)
	for r := range s.rows {
		open.add(r)
	}
	s.best = s.greedy(open, allowed)
	root, _ := s.lagrange(open, allowed, len(s.best), 400)
	bound = root
	if bound < len(s.best) {
		err = s.improve(open, allowed)
		if err == nil {
			bound = len(s.best)
		}
	}
	if errors.Is(err, errTooLong) {
		err = nil
	}
	cover = slices.Clone(s.best)
	slices.Sort(cover)
	return len(cover), bound, cover, err
}

// greedy takes the column that covers most, again and again, and then leaves out what is not needed.
func (s *search) greedy(open, allowed bitset) []int {
	open = open.clone()
	var taken []int
	for !open.empty() {
		best, most := -1, 0
		for g := range allowed.all {
			if n := s.columns[g].andCount(open); n > most {
				best, most = g, n
			}
		}
		taken = append(taken, best)
		open.minus(s.columns[best])
	}
	return s.irredundant(taken)
}

func (s *search) irredundant(taken []int) []int {
	for i := len(taken) - 1; i >= 0; i-- {
		covered := newBitset(s.rows)
		for j, g := range taken {
			if j != i {
				covered.or(s.columns[g])
			}
		}
		if s.columns[taken[i]].within(covered) {
			taken = slices.Delete(taken, i, i+1)
		}
	}
	return taken
}

// spend takes from the work that may be done.
func (s *search) spend(n int) error {
	*s.work -= n
	if *s.work < 0 {
		return errTooLong
	}
	return s.ctx.Err()
}

// lagrange gives a lower bound of the size of covers of the open rows by Lagrangian relaxation: each row is priced, a
// column costs 1 less the prices of the rows that it covers, and the sum of the prices and of the negative costs is at
// most the size of any cover. The prices are moved along the subgradient. It also gives the columns whose cost is so high
// that no cover smaller than below has them.
func (s *search) lagrange(open, allowed bitset, below int, rounds int) (int, bitset) {
	rows := slices.Collect(open.all)
	columns := slices.Collect(allowed.all)
	price := make([]float64, s.rows)
	for _, r := range rows {
		price[r] = s.price[r]
		if price[r] == 0 {
			few := math.MaxInt
			for _, g := range s.byRow[r] {
				if allowed.has(g) {
					few = min(few, max(1, s.columns[g].andCount(open)))
				}
			}
			price[r] = 1 / float64(few)
			// The most that a column that covers r covers makes a safe start.
			most := 1
			for _, g := range s.byRow[r] {
				if allowed.has(g) {
					most = max(most, s.columns[g].andCount(open))
				}
			}
			price[r] = 1 / float64(most)
		}
	}
	bestValue, step, still := 0.0, 2.0, 0
	bestPrice := slices.Clone(price)
	cost := make([]float64, len(columns))
	slack := make([]int, s.rows)
	out := newBitset(len(s.columns))
	for round := range rounds {
		if s.spend(len(columns)*len(open)*4) != nil {
			break
		}
		value := 0.0
		for _, r := range rows {
			value += price[r]
			slack[r] = 1
		}
		for i, g := range columns {
			c := 1.0
			for r := range s.columns[g].all {
				if open.has(r) {
					c -= price[r]
				}
			}
			cost[i] = c
			if c < 0 {
				value += c
				for r := range s.columns[g].all {
					slack[r]--
				}
			}
		}
		if value > bestValue+1e-9 {
			if value > bestValue+0.01 {
				still = 0
			}
			bestValue = value
			copy(bestPrice, price)
		}
		// A column that alone lifts the bound to what is to be beaten is in no better cover.
		for i, g := range columns {
			if c := cost[i]; c > 0 && math.Ceil(value+c-1e-6) >= float64(below) {
				out.add(g)
			}
		}
		if int(math.Ceil(bestValue-1e-6)) >= below {
			break
		}
		if still++; still > 20 {
			step /= 2
			still = 0
			if step < 0.01 {
				break
			}
		}
		norm := 0
		for _, r := range rows {
			norm += slack[r] * slack[r]
		}
		if norm == 0 {
			break
		}
		t := step * (float64(below) - value + 0.05) / float64(norm)
		for _, r := range rows {
			price[r] = max(0, price[r]+t*float64(slack[r]))
		}
		_ = round
	}
	for _, r := range rows {
		s.price[r] = bestPrice[r]
	}
	return int(math.Ceil(bestValue - 1e-6)), out
}

// apart is a quick lower bound: rows no two of which share a column need a column each.
func (s *search) apart(rows []int, columns []bitset) int {
	n := 0
	used := newBitset(len(s.columns))
	for i := range rows {
		if !columns[i].meets(used) {
			n++
			used.or(columns[i])
		}
	}
	return n
}

// left lists the open rows with the columns that are allowed for them, the fewest first; ok is false when a row has none.
func (s *search) left(open, allowed bitset) (rows []int, columns []bitset, ok bool) {
	type line struct {
		row, n  int
		columns bitset
	}
	var lines []line
	for r := range open.all {
		set := newBitset(len(s.columns))
		n := 0
		for _, g := range s.byRow[r] {
			if allowed.has(g) {
				set.add(g)
				n++
			}
		}
		if n == 0 {
			return nil, nil, false
		}
		lines = append(lines, line{r, n, set})
	}
	slices.SortStableFunc(lines, func(a, b line) int { return cmp.Compare(a.n, b.n) })
	for _, l := range lines {
		rows, columns = append(rows, l.row), append(columns, l.columns)
	}
	return rows, columns, true
}

// improve looks for covers smaller than the best, until there is none.
func (s *search) improve(open, allowed bitset) error {
	if open.empty() {
		if len(s.path) < len(s.best) {
			s.best = slices.Clone(s.path)
		}
		return nil
	}
	rows, columns, ok := s.left(open, allowed)
	if err := s.spend(len(rows) * (len(open) + 2*len(allowed))); err != nil {
		return err
	}
	if !ok || len(s.path)+s.apart(rows, columns) >= len(s.best) {
		return nil
	}
	if len(rows) > 4 {
		bound, out := s.lagrange(open, allowed, len(s.best)-len(s.path), 30)
		if len(s.path)+bound >= len(s.best) {
			return nil
		}
		allowed = allowed.clone()
		allowed.minus(out)
		if rows, columns, ok = s.left(open, allowed); !ok {
			return nil
		}
	}
	rest := allowed.clone()
	tries := slices.Collect(columns[0].all)
	slices.SortStableFunc(tries, func(a, b int) int { return s.columns[b].andCount(open) - s.columns[a].andCount(open) })
	for _, g := range tries {
		next := open.clone()
		next.minus(s.columns[g])
		rest.drop(g)
		s.path = append(s.path, g)
		err := s.improve(next, rest)
		s.path = s.path[:len(s.path)-1]
		if err != nil {
			return err
		}
	}
	return nil
}

// every lists covers of the given size, which is the smallest: at most most of them as groups, and the count of all,
// each weighed by the ways to choose from its groups. Whole is false when the work ran out; the count then is a bound.
func (s *search) every(size, most int) (found [][]int, count *big.Int, whole bool, err error) {
	s.found, s.most, s.count, s.common, s.path = nil, most, new(big.Int), nil, nil
	open, allowed := newBitset(s.rows), newBitset(len(s.columns))
	for r := range s.rows {
		open.add(r)
	}
	for g := range s.columns {
		allowed.add(g)
	}
	clear(s.price)
	_, out := s.lagrange(open, allowed, size+1, 400)
	allowed.minus(out)
	err = s.list(open, allowed, size)
	whole = err == nil
	if errors.Is(err, errTooLong) {
		err = nil
	}
	slices.SortFunc(s.found, slices.Compare)
	return s.found, s.count, whole, err
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

// always gives the columns of the chart that are in every cover kept.
func (s *search) always() []int {
	var out []int
	for g := range s.common.all {
		if m := s.p.columns[g].members; len(m) == 1 {
			out = append(out, m[0])
		}
	}
	return out
}

func (s *search) list(open, allowed bitset, places int) error {
	if open.empty() {
		s.keep()
		return nil
	}
	if places == 0 {
		return nil
	}
	rows, columns, ok := s.left(open, allowed)
	if err := s.spend(len(rows) * (len(open) + 2*len(allowed))); err != nil {
		return err
	}
	if !ok || s.apart(rows, columns) > places {
		return nil
	}
	if places > 2 && len(rows) > 4 {
		bound, out := s.lagrange(open, allowed, places+1, 20)
		if bound > places {
			return nil
		}
		allowed = allowed.clone()
		allowed.minus(out)
		if rows, columns, ok = s.left(open, allowed); !ok {
			return nil
		}
	}
	rest := allowed.clone()
	for g := range columns[0].all {
		next := open.clone()
		next.minus(s.columns[g])
		rest.drop(g)
		s.path = append(s.path, g)
		err := s.list(next, rest, places-1)
		s.path = s.path[:len(s.path)-1]
		if err != nil {
			return err
		}
	}
	return nil
}
