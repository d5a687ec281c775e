package boolean

import (
	"encoding/binary"
	"math/bits"
)

// maxNodes bounds a diagram, and maxSteps the work done on it: together about
// 100 MB and one or two seconds in 2026.
const (
	maxNodes = 300_000
	maxSteps = 4_000_000
)

// ref is a node of a diagram: a Boolean function of the conditions.
type ref int32

const (
	zero ref = 0 // false everywhere
	one  ref = 1 // true everywhere
)

// diagram is a multi-valued decision diagram (Bryant 1986; Srinivasan et al.
// 1990): a node asks for the level of one condition and leads on, so that equal
// functions over one list of conditions are the same node. It decides equality and
// implication, and counts, without ever listing configurations.
//
// After too much work every operation answers false at once and spent reports it;
// whoever uses a diagram must ask before believing what came out of it.
type diagram struct {
	conditions []Condition
	nodes      []decision // from 2 on; 0 and 1 are zero and one
	unique     map[string]ref
	memo       map[[3]ref]ref
	steps      int
	key        []byte
}

// decision leads to kids[l] when the condition has level l.
type decision struct {
	cond int
	kids []ref
}

func newDiagram(cs []Condition) *diagram {
	return &diagram{conditions: cs, nodes: []decision{{cond: len(cs)}, {cond: len(cs)}}, unique: map[string]ref{}, memo: map[[3]ref]ref{}}
}

func (d *diagram) spent() error {
	if len(d.nodes) > maxNodes || d.steps > maxSteps {
		return tooLarge("its conditions are so entangled that the configurations cannot be compared; take it apart")
	}
	return nil
}

func (d *diagram) step() bool {
	d.steps++
	return d.steps <= maxSteps && len(d.nodes) <= maxNodes
}

func (d *diagram) make(cond int, kids []ref) ref {
	same := true
	for _, k := range kids {
		same = same && k == kids[0]
	}
	if same {
		return kids[0]
	}
	d.key = binary.LittleEndian.AppendUint32(d.key[:0], uint32(cond))
	for _, k := range kids {
		d.key = binary.LittleEndian.AppendUint32(d.key, uint32(k))
	}
	r, ok := d.unique[string(d.key)]
	if !ok {
		r = ref(len(d.nodes))
		d.nodes = append(d.nodes, decision{cond, kids})
		d.unique[string(d.key)] = r
	}
	return r
}

// kid is what remains of r when the condition has the level.
func (d *diagram) kid(r ref, cond, level int) ref {
	if n := d.nodes[r]; n.cond == cond {
		return n.kids[level]
	}
	return r
}

// Operations that memo tells apart.
const (
	opAnd ref = iota
	opOr
	opNot
)

func (d *diagram) and(a, b ref) ref { return d.apply(opAnd, a, b) }
func (d *diagram) or(a, b ref) ref  { return d.apply(opOr, a, b) }

func (d *diagram) apply(op, a, b ref) ref {
	if a > b {
		a, b = b, a
	}
	switch {
	case a == b:
		return a
	case op == opAnd && a <= one:
		return [2]ref{zero, b}[a]
	case op == opOr && a <= one:
		return [2]ref{b, one}[a]
	}
	key := [3]ref{op, a, b}
	if r, ok := d.memo[key]; ok {
		return r
	}
	if !d.step() {
		return zero
	}
	cond := min(d.nodes[a].cond, d.nodes[b].cond)
	kids := make([]ref, d.conditions[cond].levels())
	for l := range kids {
		kids[l] = d.apply(op, d.kid(a, cond, l), d.kid(b, cond, l))
	}
	r := d.make(cond, kids)
	d.memo[key] = r
	return r
}

func (d *diagram) not(a ref) ref {
	if a <= one {
		return one - a
	}
	key := [3]ref{opNot, a, a}
	if r, ok := d.memo[key]; ok {
		return r
	}
	if !d.step() {
		return zero
	}
	kids := make([]ref, len(d.nodes[a].kids))
	for l := range kids {
		kids[l] = d.not(d.nodes[a].kids[l])
	}
	r := d.make(d.nodes[a].cond, kids)
	d.memo[key] = r
	return r
}

func (d *diagram) literal(cond int, levels uint64) ref {
	kids := make([]ref, d.conditions[cond].levels())
	for l := range kids {
		kids[l] = ref(levels >> l & 1)
	}
	return d.make(cond, kids)
}

// of makes the function of an expression.
func (d *diagram) of(n *node) ref {
	switch n.op {
	case never:
		return zero
	case always:
		return one
	case literal:
		return d.literal(n.cond, n.levels)
	case not:
		return d.not(d.of(n.kids[0]))
	}
	r := d.of(n.kids[0])
	for _, k := range n.kids[1:] {
		if n.op == and {
			r = d.and(r, d.of(k))
		} else {
			r = d.or(r, d.of(k))
		}
	}
	return r
}

// count is the number of configurations of the conditions from first on where
// r is true; the largest number when there are more.
func (d *diagram) count(r ref, first int, memo map[ref]uint64) uint64 {
	total := uint64(r)
	if r > one {
		var ok bool
		if total, ok = memo[r]; !ok {
			n := d.nodes[r]
			for _, k := range n.kids {
				sum, carry := bits.Add64(total, d.count(k, n.cond+1, memo), 0)
				if total = sum; carry != 0 {
					total = ^uint64(0)
				}
			}
			memo[r] = total
		}
	}
	for _, c := range d.conditions[first:d.nodes[r].cond] {
		high, low := bits.Mul64(total, uint64(c.levels()))
		if total = low; high != 0 {
			total = ^uint64(0)
		}
	}
	return total
}

// Implies says whether every configuration in a is in b: a is sufficient for
// b, b necessary for a.
func Implies(a, b Expr) (bool, error) {
	a, b, err := align(a, b)
	if err != nil {
		return false, err
	}
	d := newDiagram(a.conditions)
	outside := d.and(d.of(a.node()), d.not(d.of(b.node())))
	return outside == zero, d.spent()
}

// Equal says whether a and b hold the same configurations, however they are
// written.
func Equal(a, b Expr) (bool, error) {
	a, b, err := align(a, b)
	if err != nil {
		return false, err
	}
	d := newDiagram(a.conditions)
	same := d.of(a.node()) == d.of(b.node())
	return same, d.spent()
}
