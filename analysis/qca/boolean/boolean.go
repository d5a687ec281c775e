// Package boolean reads and transforms the expressions of Qualitative
// Comparative Analysis as a researcher types them: "A*~B + C" over crisp and
// fuzzy conditions, "A{1,2}*B{0}" over multi-value ones.
//
// An expression stands for a set of configurations. Simplify, Negate, Expand,
// Factor, Equal and Implies go by that set alone: they are Boolean algebra
// (Quine 1952; McCluskey 1956; for several levels Cronqvist and Berg-Schlosser
// 2009). Evaluate goes by the text: with fuzzy memberships A*~A is not empty
// and A + ~A is not everything (Zadeh 1965), so that an expression and its
// simplest form can give a case different memberships. String, Intersect and
// Union keep every case's membership.
//
// Nothing here changes what it is given, the same input gives the same output
// in the same order, and every function ends after a bounded amount of work:
// what is too large is an error that matches ErrTooLarge.
package boolean

import (
	"cmp"
	"errors"
	"fmt"
	"math/bits"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	// MaxConditions is the largest number of conditions of an expression.
	MaxConditions = 64
	// MaxLevels is the largest number of levels of a condition.
	MaxLevels = 64
	// MaxText is the longest text Parse reads, in bytes.
	MaxText = 1 << 16
)

// ErrTooLarge is matched (errors.Is) by errors that say an answer would take
// more work or room than is given to one expression. The amounts count steps
// and not time, so that the same expression gets the same answer everywhere.
var ErrTooLarge = errors.New("too large")

func tooLarge(format string, args ...any) error {
	return fmt.Errorf("the expression is %w: %s", ErrTooLarge, fmt.Sprintf(format, args...))
}

// Condition is a name that can stand in an expression.
type Condition struct {
	// Name holds letters, digits, "_" and "."; a name of digits alone is not
	// possible. Capital and small letters are told apart.
	Name string `json:"name"`
	// Levels is how many values the condition can take, numbered from 0. Zero
	// and 2 mean present or absent, crisp or fuzzy.
	Levels int `json:"levels,omitempty"`
}

func (c Condition) levels() int { return max(c.Levels, 2) }

// all is the set of every level, as bits.
func (c Condition) all() uint64 { return ^uint64(0) >> (64 - c.levels()) }

// Expr is an expression over a list of conditions. It is made by Parse and by
// the functions of this package; the zero value is the empty set over no
// conditions, written "0".
type Expr struct {
	conditions []Condition
	deduced    bool // the conditions are those the text mentions
	root       *node
}

// Conditions is the list the expression was made with, in its order; when it
// was made without, the conditions its text mentions, in alphabetical order.
func (e Expr) Conditions() []Condition { return slices.Clone(e.conditions) }

// op is what a node of an expression does. The order is that of writing.
type op uint8

const (
	never op = iota // the empty set, "0"
	always
	literal
	and
	or
	not
)

// node is a part of an expression. It is never changed once made.
type node struct {
	op     op
	cond   int    // of a literal
	levels uint64 // of a literal: the levels it accepts, as bits
	kids   []*node
	size   int // how many literals are in it
}

var (
	empty = &node{op: never}
	full  = &node{op: always}
)

func (e Expr) node() *node {
	if e.root == nil {
		return empty
	}
	return e.root
}

// with is another expression over the same conditions.
func (e Expr) with(n *node) Expr { return Expr{e.conditions, e.deduced, n} }

func literalOf(cs []Condition, cond int, levels uint64) *node {
	switch levels &= cs[cond].all(); levels {
	case 0:
		return empty
	case cs[cond].all():
		return full
	}
	return &node{op: literal, cond: cond, levels: levels, size: 1}
}

// join makes a conjunction or disjunction in canonical form: no brackets within
// brackets, no repetition, no 0 and 1, smallest parts first. Every step holds for
// minimum and maximum as well, so that no membership changes.
func join(o op, kids ...*node) *node {
	neutral, absorbing := full, empty
	if o == or {
		neutral, absorbing = empty, full
	}
	var flat []*node
	for _, k := range kids {
		switch {
		case k.op == absorbing.op:
			return absorbing
		case k.op == neutral.op:
		case k.op == o:
			flat = append(flat, k.kids...)
		default:
			flat = append(flat, k)
		}
	}
	slices.SortFunc(flat, compare)
	flat = slices.CompactFunc(flat, func(a, b *node) bool { return compare(a, b) == 0 })
	switch len(flat) {
	case 0:
		return neutral
	case 1:
		return flat[0]
	}
	n := &node{op: o, kids: slices.Clip(flat)}
	for _, k := range flat {
		n.size += k.size
	}
	return n
}

func negate(cs []Condition, n *node) *node {
	switch n.op {
	case never:
		return full
	case always:
		return empty
	case literal:
		return literalOf(cs, n.cond, ^n.levels)
	case not:
		return n.kids[0]
	}
	return &node{op: not, kids: []*node{n}, size: n.size}
}

// compare orders parts of an expression: fewer literals first, then by
// condition in the order of the list, then by level from 0 (absence before
// presence).
func compare(a, b *node) int {
	if a == b {
		return 0
	}
	if c := cmp.Or(cmp.Compare(a.size, b.size), cmp.Compare(a.op, b.op)); c != 0 {
		return c
	}
	if a.op == literal {
		return cmp.Or(cmp.Compare(a.cond, b.cond),
			cmp.Compare(bits.TrailingZeros64(a.levels), bits.TrailingZeros64(b.levels)),
			cmp.Compare(a.levels, b.levels))
	}
	return slices.CompareFunc(a.kids, b.kids, compare)
}

// String writes the expression in its canonical form: "~" not, "*" and, "+"
// or; levels in braces where a condition has more than two. Within a sum or
// product, parts with fewer literals stand first, then the order is that of
// the conditions, then of the levels, absence before presence. Parsing the
// result gives the same expression. Nothing is multiplied out or simplified.
func (e Expr) String() string {
	var b strings.Builder
	e.write(&b, e.node())
	return b.String()
}

func (e Expr) write(b *strings.Builder, n *node) {
	switch n.op {
	case never:
		b.WriteByte('0')
	case always:
		b.WriteByte('1')
	case literal:
		c := e.conditions[n.cond]
		if c.levels() == 2 {
			if n.levels == 1 {
				b.WriteByte('~')
			}
			b.WriteString(c.Name)
			return
		}
		b.WriteString(c.Name)
		sep := byte('{')
		for l := range c.levels() {
			if n.levels>>l&1 == 1 {
				b.WriteByte(sep)
				b.WriteString(strconv.Itoa(l))
				sep = ','
			}
		}
		b.WriteByte('}')
	case not:
		b.WriteString("~(")
		e.write(b, n.kids[0])
		b.WriteByte(')')
	case and, or:
		sep := "*"
		if n.op == or {
			sep = " + "
		}
		for i, k := range n.kids {
			if i > 0 {
				b.WriteString(sep)
			}
			if n.op == and && k.op == or {
				b.WriteByte('(')
				e.write(b, k)
				b.WriteByte(')')
			} else {
				e.write(b, k)
			}
		}
	}
}

// MarshalText writes String, so that an expression is a string in JSON.
func (e Expr) MarshalText() ([]byte, error) { return []byte(e.String()), nil }

// Intersect is a*b: what is in both. A case's membership is the smaller of its
// memberships. The conditions are those of a, then those b adds.
func Intersect(a, b Expr) (Expr, error) {
	a, b, err := align(a, b)
	if err != nil {
		return Expr{}, err
	}
	return a.with(join(and, a.node(), b.node())), nil
}

// Union is a + b: what is in either. A case's membership is the larger of its
// memberships. The conditions are those of a, then those b adds.
func Union(a, b Expr) (Expr, error) {
	a, b, err := align(a, b)
	if err != nil {
		return Expr{}, err
	}
	return a.with(join(or, a.node(), b.node())), nil
}

// align writes two expressions over one list of conditions.
func align(a, b Expr) (Expr, Expr, error) {
	if slices.Equal(a.conditions, b.conditions) {
		return a, b, nil
	}
	merged := slices.Clone(a.conditions)
	for _, c := range b.conditions {
		i := slices.IndexFunc(merged, func(m Condition) bool { return m.Name == c.Name })
		switch {
		case i < 0:
			merged = append(merged, c)
		case merged[i].levels() != c.levels():
			return Expr{}, Expr{}, fmt.Errorf("the condition %q has %d levels in one expression and %d in the other: give both the same list of conditions",
				c.Name, merged[i].levels(), c.levels())
		}
	}
	if len(merged) > MaxConditions {
		return Expr{}, Expr{}, tooLarge("together the two have %d conditions, and at most %d are possible", len(merged), MaxConditions)
	}
	deduced := a.deduced && b.deduced
	if deduced {
		slices.SortFunc(merged, byName)
	}
	onto := func(e Expr) Expr {
		place := make([]int, len(e.conditions))
		for i, c := range e.conditions {
			place[i] = slices.IndexFunc(merged, func(m Condition) bool { return m.Name == c.Name })
		}
		return Expr{merged, deduced, move(e.node(), place)}
	}
	return onto(a), onto(b), nil
}

func byName(a, b Condition) int { return cmp.Compare(a.Name, b.Name) }

// move renumbers the conditions of a part and puts it in order again.
func move(n *node, place []int) *node {
	switch n.op {
	case literal:
		m := *n
		m.cond = place[n.cond]
		return &m
	case and, or, not:
		kids := make([]*node, len(n.kids))
		for i, k := range n.kids {
			kids[i] = move(k, place)
		}
		if n.op == not {
			return &node{op: not, kids: kids, size: n.size}
		}
		return join(n.op, kids...)
	}
	return n
}

// checkConditions says what is wrong with a list of conditions.
func checkConditions(cs []Condition) error {
	if len(cs) > MaxConditions {
		return tooLarge("there are %d conditions, and at most %d are possible", len(cs), MaxConditions)
	}
	seen := make(map[string]bool, len(cs))
	for i, c := range cs {
		switch {
		case c.Name == "":
			return fmt.Errorf("condition number %d has no name: name it", i+1)
		case !utf8.ValidString(c.Name) || strings.TrimFunc(c.Name, inName) != "" || strings.ContainsFunc(c.Name, func(r rune) bool { return !inName(r) }):
			return fmt.Errorf("the condition %q cannot be written in an expression: give it a name of letters, digits, \"_\" and \".\"", c.Name)
		case digits(c.Name):
			return fmt.Errorf("the condition %q cannot be told from a number: give it a name with a letter", c.Name)
		case seen[c.Name]:
			return fmt.Errorf("there is more than one condition named %q: give each its own name", c.Name)
		case c.Levels < 0 || c.Levels == 1 || c.Levels > MaxLevels:
			return fmt.Errorf("the condition %q has %d levels: at least 2 and at most %d are possible", c.Name, c.Levels, MaxLevels)
		}
		seen[c.Name] = true
	}
	return nil
}
