package boolean

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
)

// Products multiplies e out: a sum of products without brackets, without
// products that hold a contradiction (A*~A), and without those that another
// holds already (A*B beside A). It is not simplified further. Levels of a
// condition within one product are joined: A{0,1}*A{1,2} is A{1}.
func (e Expr) Products() (Expr, error) {
	ps, err := e.products()
	if err != nil {
		return Expr{}, err
	}
	nodes := make([]*node, len(ps))
	for i, p := range ps {
		nodes[i] = e.productOf(p)
	}
	return e.with(join(or, nodes...)), nil
}

// part is one literal of a product.
type part struct {
	cond   int
	levels uint64
}

// product is a conjunction of literals, one for each condition mentioned, in
// order of the conditions.
type product []part

func (e Expr) productOf(p product) *node {
	kids := make([]*node, len(p))
	for i, l := range p {
		kids[i] = literalOf(e.conditions, l.cond, l.levels)
	}
	return join(and, kids...)
}

// within says whether p holds no configuration that o does not hold.
func (p product) within(o product) bool {
	i := 0
	for _, l := range o {
		for i < len(p) && p[i].cond < l.cond {
			i++
		}
		if i == len(p) || p[i].cond != l.cond || p[i].levels&^l.levels != 0 {
			return false
		}
	}
	return true
}

func comparePart(a, b part) int {
	return cmp.Or(cmp.Compare(a.cond, b.cond), cmp.Compare(a.levels, b.levels))
}

func compareProduct(a, b product) int {
	return cmp.Or(cmp.Compare(len(a), len(b)), slices.CompareFunc(a, b, comparePart))
}

// maxMultiplySteps bounds multiplying out, in pairs of products looked at.
const maxMultiplySteps = 20_000_000

// multiplier multiplies an expression out.
type multiplier struct {
	conditions []Condition
	steps      int
}

func (e Expr) products() ([]product, error) {
	m := multiplier{conditions: e.conditions}
	ps := m.absorb(m.multiply(e.node(), false))
	if m.steps > maxMultiplySteps {
		return nil, tooLarge("multiplied out it has too many products; simplify its parts first")
	}
	return ps, nil
}

// absorb drops products within others.
func (m *multiplier) absorb(ps []product) []product {
	slices.SortFunc(ps, compareProduct)
	var kept []product
	for i, p := range ps {
		if m.steps += len(ps); m.steps > maxMultiplySteps {
			return nil
		}
		// What holds p mentions no more conditions, so it stands before p, or
		// behind it among the products that mention as many.
		wider := func(o product) bool { return p.within(o) }
		held := slices.ContainsFunc(kept, wider)
		for _, o := range ps[i+1:] {
			if held || len(o) > len(p) {
				break
			}
			held = compareProduct(o, p) != 0 && wider(o)
		}
		if !held {
			kept = append(kept, p)
		}
	}
	return kept
}

// multiply lists the products of n, or of what is not in n.
func (m *multiplier) multiply(n *node, negated bool) []product {
	switch n.op {
	case never, always:
		if (n.op == always) != negated {
			return []product{{}}
		}
		return nil
	case literal:
		l := n.levels
		if negated {
			l = ^l & m.conditions[n.cond].all()
		}
		return []product{{{n.cond, l}}}
	case not:
		return m.multiply(n.kids[0], !negated)
	}
	var all []product
	for i, k := range n.kids {
		ps := m.multiply(k, negated)
		if m.steps += len(ps); m.steps > maxMultiplySteps {
			return nil
		}
		if sum := (n.op == or) != negated; sum || i == 0 {
			all = append(all, ps...)
			continue
		}
		if m.steps += 10 * len(all) * len(ps); m.steps > maxMultiplySteps {
			return nil
		}
		var next []product
		for _, a := range all {
			for _, b := range ps {
				if p, ok := both(a, b); ok {
					next = append(next, p)
				}
			}
		}
		all = m.absorb(next)
	}
	return all
}

// both is the product of two products; not ok when it is empty.
func both(a, b product) (p product, ok bool) {
	p = make(product, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		switch {
		case a[0].cond < b[0].cond:
			p, a = append(p, a[0]), a[1:]
		case a[0].cond > b[0].cond:
			p, b = append(p, b[0]), b[1:]
		default:
			l := a[0].levels & b[0].levels
			if l == 0 {
				return nil, false
			}
			p, a, b = append(p, part{a[0].cond, l}), a[1:], b[1:]
		}
	}
	return append(append(p, a...), b...), true
}

// maxFactorProducts is how many products Factor takes: beyond it nobody reads
// the factorings, and their number explodes.
const maxFactorProducts = 64

// Factor gives every factoring of e: its products (see Products) are put in
// groups, each of all products, of those not in a group yet, that hold some
// literals in common; these are written once, in front of a bracket. Groups are
// formed in every order until no two products left hold a literal in common. The
// inside of a bracket is simplified, to the first of its minimal forms, so that
// what Simplify says of fuzzy data holds here too. Factorings with fewer literals
// come first.
func (e Expr) Factor() ([]Expr, error) {
	ps, err := e.products()
	if err != nil {
		return nil, err
	}
	if len(ps) > maxFactorProducts {
		return nil, tooLarge("it has %d products, and at most %d are factored", len(ps), maxFactorProducts)
	}
	f := factoring{products: ps, memo: map[uint64][][]group{}}
	divisions := f.divide(^uint64(0) >> (64 - max(len(ps), 1)))
	if f.over() {
		return nil, tooLarge("it has more than %d factorings, or they take too long to find", MaxForms)
	}
	if len(ps) == 0 {
		return []Expr{e.with(empty)}, nil
	}
	inside := map[group]*node{}
	var forms []*node
	for _, groups := range divisions {
		var sum []*node
		for _, g := range groups {
			n, ok := inside[g]
			if !ok {
				if n, err = e.group(ps, g); err != nil {
					return nil, err
				}
				inside[g] = n
			}
			sum = append(sum, n)
		}
		forms = append(forms, join(or, sum...))
	}
	slices.SortFunc(forms, compare)
	forms = slices.CompactFunc(forms, func(a, b *node) bool { return compare(a, b) == 0 })
	return e.inOrder(forms), nil
}

// group is a set of products, as bits.
type group uint64

type factoring struct {
	products []product
	memo     map[uint64][][]group
	steps    int
	many     bool // more than MaxForms
}

const maxFactorSteps = 200_000

func (f *factoring) over() bool { return f.many || f.steps > maxFactorSteps }

// divide finds every way of putting the products left into groups.
func (f *factoring) divide(left uint64) [][]group {
	if found, ok := f.memo[left]; ok {
		return found
	}
	var found [][]group
	var key []byte
	seen := map[string]bool{}
	for _, g := range f.groups(left) {
		for _, rest := range f.divide(left &^ uint64(g)) {
			if f.steps++; f.over() {
				return nil
			}
			groups := append(slices.Clone(rest), g)
			slices.Sort(groups)
			key = key[:0]
			for _, g := range groups {
				key = binary.LittleEndian.AppendUint64(key, uint64(g))
			}
			if seen[string(key)] {
				continue
			}
			seen[string(key)] = true
			// As many ways to divide a part are as many to divide the whole.
			if found = append(found, groups); len(found) > MaxForms {
				f.many = true
			}
		}
	}
	if len(found) == 0 && !f.over() {
		// Nothing in common: each product stands alone.
		var single []group
		for _, i := range levelsOf(left) {
			single = append(single, 1<<i)
		}
		found = [][]group{single}
	}
	f.memo[left] = found
	return found
}

// groups lists the sets of two or more products, of those left, that are all
// that hold some literals in common.
func (f *factoring) groups(left uint64) (found []group) {
	indices := levelsOf(left)
	seen := map[string]bool{}
	var queue []product
	push := func(p product) {
		if f.steps++; len(p) == 0 || f.over() {
			return
		}
		var key strings.Builder
		for _, l := range p {
			fmt.Fprintf(&key, "%d:%x ", l.cond, l.levels)
		}
		if !seen[key.String()] {
			seen[key.String()] = true
			queue = append(queue, p)
		}
	}
	for i, a := range indices {
		for _, b := range indices[i+1:] {
			push(shared(f.products[a], f.products[b]))
		}
	}
	for n := 0; n < len(queue); n++ {
		var g group
		for _, i := range indices {
			common := shared(queue[n], f.products[i])
			if len(common) == len(queue[n]) {
				g |= 1 << i
			} else {
				push(common)
			}
		}
		found = append(found, g)
	}
	slices.Sort(found)
	return found
}

// shared lists the literals two products have in common.
func shared(a, b product) (s product) {
	for len(a) > 0 && len(b) > 0 {
		switch c := cmp.Compare(a[0].cond, b[0].cond); {
		case c < 0:
			a = a[1:]
		case c > 0:
			b = b[1:]
		default:
			if a[0] == b[0] {
				s = append(s, a[0])
			}
			a, b = a[1:], b[1:]
		}
	}
	return s
}

// group writes the products of g with what they share in front of a bracket.
func (e Expr) group(ps []product, g group) (*node, error) {
	indices := levelsOf(uint64(g))
	common := ps[indices[0]]
	for _, i := range indices[1:] {
		common = shared(common, ps[i])
	}
	if len(indices) == 1 {
		return e.productOf(common), nil
	}
	rests := make([]*node, len(indices))
	for j, i := range indices {
		rests[j] = e.productOf(slices.DeleteFunc(slices.Clone(ps[i]), func(l part) bool { return slices.Contains(common, l) }))
	}
	simplest, err := e.with(join(or, rests...)).Simplify()
	if err != nil {
		return nil, err
	}
	return join(and, e.productOf(common), simplest[0].node()), nil
}

// Terms gives the products of the expression with single levels, as lists of levels in the order of Conditions, with -1
// for a condition that a product does not mention: the form in which the functions of package qca take expressions. It is
// multiplied out and not simplified. The empty set has no terms, and all configurations one that mentions nothing.
func (e Expr) Terms() ([][]int, error) {
	ps, err := e.products()
	if err != nil {
		return nil, err
	}
	var out [][]int
	for _, p := range ps {
		terms := [][]int{slices.Repeat([]int{-1}, len(e.conditions))}
		for _, l := range p {
			var next [][]int
			for _, t := range terms {
				for v := range 64 {
					if l.levels&(1<<v) != 0 {
						t = slices.Clone(t)
						t[l.cond] = v
						next = append(next, t)
					}
				}
			}
			if len(out)+len(next) > MaxExpand {
				return nil, tooLarge("it has more than %d terms; simplify its parts first", MaxExpand)
			}
			terms = next
		}
		out = append(out, terms...)
	}
	return out, nil
}
