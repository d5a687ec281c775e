package boolean

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"math/bits"
	"slices"
	"strings"
)

const (
	maxPrimes = 20_000 // prime implicants looked at
	maxRows   = 3_000  // kinds of configurations to be covered by choice
	// MaxForms is the largest number of minimal forms or factorings given.
	MaxForms = 1_000
	// MaxExpand is the largest number of configurations Expand lists.
	MaxExpand = 100_000
)

// cube is a product of conditions at single levels: one byte for each
// condition, its level, or free.
type cube string

const free = 0xff

func (c cube) at(cond, level int) cube {
	b := []byte(c)
	b[cond] = byte(level)
	return cube(b)
}

// Simplify gives every minimal sum of products with the same configurations:
// those with the fewest products, each a prime implicant (Quine 1952). Products
// hold single levels, as solutions of QCA do: A{1,2}*B becomes A{1}*B + A{2}*B.
// Forms with fewer literals come first, then the order is that of String's
// parts. All configurations are "1", none "0".
//
// A simpler form can give other memberships on fuzzy data, because it leaves
// out what only crisp sets make superfluous: A + ~A*B is A + B.
func (e Expr) Simplify() ([]Expr, error) {
	d := newDiagram(e.conditions)
	return e.minimal(d, d.of(e.node()))
}

// Negate gives every minimal sum of products of what is not in e (De Morgan's
// law, then Simplify).
func (e Expr) Negate() ([]Expr, error) {
	d := newDiagram(e.conditions)
	return e.minimal(d, d.not(d.of(e.node())))
}

func (e Expr) minimal(d *diagram, f ref) ([]Expr, error) {
	if err := d.spent(); err != nil {
		return nil, err
	}
	if f <= one {
		return []Expr{e.with([]*node{empty, full}[f])}, nil
	}
	primes, err := d.primes(f)
	if err != nil {
		return nil, err
	}
	covers, err := d.covers(f, primes)
	if err != nil {
		return nil, err
	}
	forms := make([]*node, len(covers))
	for i, chosen := range covers {
		var products []*node
		for _, p := range chosen {
			products = append(products, d.product(primes[p]))
		}
		forms[i] = join(or, products...)
	}
	return e.inOrder(forms), nil
}

func (e Expr) inOrder(forms []*node) []Expr {
	slices.SortFunc(forms, compare)
	out := make([]Expr, len(forms))
	for i, n := range forms {
		out[i] = e.with(n)
	}
	return out
}

func (d *diagram) product(c cube) *node {
	var kids []*node
	for cond, l := range []byte(c) {
		if l != free {
			kids = append(kids, literalOf(d.conditions, cond, 1<<l))
		}
	}
	return join(and, kids...)
}

// primes lists the prime implicants of f in canonical order.
//
// One that does not mention the first condition f depends on must be one of
// what is true at all its levels; one that mentions a level is one of what is
// true there, unless it is of the first sort (Coudert and Madre 1992).
func (d *diagram) primes(f ref) ([]cube, error) {
	memo := map[ref][]cube{one: {cube(strings.Repeat("\xff", len(d.conditions)))}}
	total := 0
	var find func(f ref) []cube
	find = func(f ref) []cube {
		if ps, ok := memo[f]; ok || f == zero || total > maxPrimes || d.spent() != nil {
			return ps
		}
		n := d.nodes[f]
		common := one
		for _, k := range n.kids {
			common = d.and(common, k)
		}
		found := slices.Clone(find(common))
		shorter := make(map[cube]bool, len(found))
		for _, p := range found {
			shorter[p] = true
		}
		for l, k := range n.kids {
			for _, p := range find(k) {
				if !shorter[p] {
					found = append(found, p.at(n.cond, l))
				}
			}
		}
		memo[f] = found
		total += len(found)
		return found
	}
	found := find(f)
	if total > maxPrimes {
		return nil, tooLarge("it has more than %d prime implicants to weigh; simplify its parts first", maxPrimes)
	}
	slices.Sort(found)
	return found, d.spent()
}

// covers finds every smallest choice of primes that together make f.
func (d *diagram) covers(f ref, primes []cube) ([][]int, error) {
	// A prime is essential when it alone holds some configuration. Two passes
	// collect what all before it, and all after it, hold.
	cubes := make([]ref, len(primes))
	for i, p := range primes {
		cubes[i] = d.ofCube(p)
	}
	before := make([]ref, len(primes)+1)
	for i, c := range cubes {
		before[i+1] = d.or(before[i], c)
	}
	var essential, others []int
	after, held := zero, zero
	for i := len(cubes) - 1; i >= 0; i-- {
		if d.and(cubes[i], d.not(d.or(before[i], after))) != zero {
			essential = append(essential, i)
			held = d.or(held, cubes[i])
		} else {
			others = append(others, i)
		}
		after = d.or(after, cubes[i])
	}
	rest := d.and(f, d.not(held))
	others = slices.DeleteFunc(others, func(i int) bool { return d.and(cubes[i], rest) == zero })
	if err := d.spent(); err != nil {
		return nil, err
	}
	if rest == zero {
		return [][]int{essential}, nil
	}
	slices.Sort(others)
	rows, err := d.rows(rest, primes, others)
	if err != nil {
		return nil, err
	}
	covers, err := smallestCovers(rows, len(others))
	if err != nil {
		return nil, err
	}
	for i, chosen := range covers {
		all := slices.Clone(essential)
		for _, c := range chosen {
			all = append(all, others[c])
		}
		covers[i] = all
	}
	return covers, nil
}

func (d *diagram) ofCube(c cube) ref {
	if !d.step() {
		return zero
	}
	r := one
	for cond := len(c) - 1; cond >= 0; cond-- {
		if c[cond] != free {
			kids := make([]ref, d.conditions[cond].levels())
			kids[c[cond]] = r
			r = d.make(cond, kids)
		}
	}
	return r
}

// rows gives, for the configurations of f, which of the chosen primes hold
// them: each set once, and only sets that have no other set within.
func (d *diagram) rows(f ref, primes []cube, chosen []int) ([]set, error) {
	type place struct {
		f     ref
		alive string
	}
	seen := map[place]bool{}
	found := map[string]set{}
	var walk func(f ref, cond int, alive []int)
	walk = func(f ref, cond int, alive []int) {
		if f == zero || len(found) > maxRows || !d.step() {
			return
		}
		// Go on to the next condition that f or a prime asks for.
		for ; cond < len(d.conditions); cond++ {
			if d.nodes[f].cond == cond || slices.ContainsFunc(alive, func(a int) bool { return primes[chosen[a]][cond] != free }) {
				break
			}
		}
		key := binary.AppendUvarint(nil, uint64(cond))
		for _, a := range alive {
			key = binary.AppendUvarint(key, uint64(a))
		}
		at := place{f, string(key)}
		if seen[at] {
			return
		}
		seen[at] = true
		d.steps += len(alive) // what the key takes up
		if cond == len(d.conditions) {
			s := newSet(len(chosen))
			for _, a := range alive {
				s.add(a)
			}
			found[at.alive] = s
			return
		}
		for l := range d.conditions[cond].levels() {
			var still []int
			for _, a := range alive {
				if v := primes[chosen[a]][cond]; v == free || int(v) == l {
					still = append(still, a)
				}
			}
			walk(d.kid(f, cond, l), cond+1, still)
		}
	}
	alive := make([]int, len(chosen))
	for i := range alive {
		alive[i] = i
	}
	walk(f, 0, alive)
	if len(found) > maxRows {
		return nil, tooLarge("more than %d kinds of configurations can be covered in more than one way; simplify its parts first", maxRows)
	}
	if err := d.spent(); err != nil {
		return nil, err
	}
	rows := make([]set, 0, len(found))
	for _, s := range found {
		rows = append(rows, s)
	}
	slices.SortFunc(rows, func(a, b set) int { return cmp.Or(cmp.Compare(a.count(), b.count()), slices.Compare(a, b)) })
	var kept []set
	for _, r := range rows {
		if !slices.ContainsFunc(kept, func(k set) bool { return k.within(r) }) {
			kept = append(kept, r)
		}
	}
	return kept, nil
}

// set is a set of small numbers.
type set []uint64

func newSet(n int) set       { return make(set, (n+63)/64) }
func (s set) add(i int)      { s[i/64] |= 1 << (i % 64) }
func (s set) drop(i int)     { s[i/64] &^= 1 << (i % 64) }
func (s set) has(i int) bool { return s[i/64]>>(i%64)&1 == 1 }

func (s set) count() (n int) {
	for _, w := range s {
		n += bits.OnesCount64(w)
	}
	return n
}

func (s set) within(o set) bool {
	for i, w := range s {
		if w&^o[i] != 0 {
			return false
		}
	}
	return true
}

// common counts what is in both.
func (s set) common(o set) (n int) {
	for i, w := range s {
		n += bits.OnesCount64(w & o[i])
	}
	return n
}

// maxCoverSteps bounds the search for covers, in words looked at: about a second.
const maxCoverSteps = 300_000_000

// smallestCovers finds every smallest set of columns that meets each row.
//
// The size is raised until covers of that size exist. A branch takes the row with
// the fewest columns left and tries each, leaving the tried ones out of the next,
// so that no cover comes up twice; it ends when more rows without a common column
// are open than places are left.
func smallestCovers(rows []set, columns int) ([][]int, error) {
	var found [][]int
	var path []int
	steps := 0
	var search func(open []set, allowed set, places int)
	search = func(open []set, allowed set, places int) {
		if steps += (len(open) + 1) * (len(allowed) + 1); steps > maxCoverSteps || len(found) > MaxForms {
			return
		}
		if len(open) == 0 {
			found = append(found, slices.Clone(path))
			return
		}
		shortest, least := set(nil), columns+1
		used, apart := newSet(columns), 0
		for _, r := range open {
			n := r.common(allowed)
			if n == 0 {
				return
			}
			if n < least {
				shortest, least = r, n
			}
			if r.common(used) == 0 {
				apart++
				for i, w := range r {
					used[i] |= w & allowed[i]
				}
			}
		}
		if apart > places {
			return
		}
		rest := slices.Clone(allowed)
		for c := range columns {
			if !shortest.has(c) || !allowed.has(c) {
				continue
			}
			var next []set
			for _, r := range open {
				if !r.has(c) {
					next = append(next, r)
				}
			}
			rest.drop(c)
			path = append(path, c)
			search(next, rest, places-1)
			path = path[:len(path)-1]
		}
	}
	all := newSet(columns)
	for c := range columns {
		all.add(c)
	}
	for size := 1; len(found) == 0 && steps <= maxCoverSteps; size++ {
		search(rows, all, size)
	}
	switch {
	case steps > maxCoverSteps:
		return nil, tooLarge("%d products can be combined in too many ways to prove which sums are smallest; simplify its parts first", columns)
	case len(found) > MaxForms:
		return nil, tooLarge("it has more than %d minimal forms", MaxForms)
	}
	return found, nil
}

// Expand gives the canonical form: every configuration of all Conditions that
// is in e, as a sum of products that each mention every condition.
func (e Expr) Expand() (Expr, error) {
	d := newDiagram(e.conditions)
	f := d.of(e.node())
	if err := d.spent(); err != nil {
		return Expr{}, err
	}
	if n := d.count(f, 0, map[ref]uint64{}); n > MaxExpand {
		more := fmt.Sprint(n)
		if n == ^uint64(0) {
			more = "more than " + more
		}
		return Expr{}, tooLarge("it has %s configurations, and at most %d are listed", more, MaxExpand)
	}
	var products []*node
	c := cube(strings.Repeat("\xff", len(e.conditions)))
	var walk func(f ref, cond int, c cube)
	walk = func(f ref, cond int, c cube) {
		switch {
		case f == zero:
		case cond == len(e.conditions):
			products = append(products, d.product(c))
		default:
			for l := range e.conditions[cond].levels() {
				walk(d.kid(f, cond, l), cond+1, c.at(cond, l))
			}
		}
	}
	walk(f, 0, c)
	return e.with(join(or, products...)), nil
}
