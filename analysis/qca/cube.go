package qca

import (
	"math/big"
	"slices"
)

// absent stands in a cube for a condition that a conjunction does not mention.
const absent = -1

// cube is a conjunction: per condition its level, or absent. A configuration is a cube that mentions every condition.
type cube []int8

func (c cube) has(o cube) bool {
	for j, v := range c {
		if v != absent && v != o[j] {
			return false
		}
	}
	return true
}

// meets tells whether some configuration is in both.
func (c cube) meets(o cube) bool {
	for j, v := range c {
		if v != absent && o[j] != absent && v != o[j] {
			return false
		}
	}
	return true
}

// universal tells whether a cube mentions nothing and so holds every configuration.
func (c cube) universal() bool {
	return !slices.ContainsFunc(c, func(v int8) bool { return v != absent })
}

func (c cube) clone() cube { return slices.Clone(c) }

func (c cube) key() string {
	b := make([]byte, len(c))
	for j, v := range c {
		b[j] = byte(v)
	}
	return string(b)
}

// order puts cubes condition by condition: the highest level first, and not mentioned last. So A comes before ~A, and
// both before what says nothing of A.
func (c cube) order(o cube) int {
	for j, v := range c {
		if v != o[j] {
			return int(o[j]) - int(v)
		}
	}
	return 0
}

// split gives the condition that most cubes mention, and how many do.
func split(cubes []cube, k int) (int, int) {
	best, most := 0, 0
	for j := range k {
		n := 0
		for _, c := range cubes {
			if c[j] != absent {
				n++
			}
		}
		if n > most {
			best, most = j, n
		}
	}
	return best, most
}

// at gives the cubes on one side of a condition, which they then no longer mention.
func at(cubes []cube, j int, level int8) []cube {
	var out []cube
	for _, c := range cubes {
		if c[j] == absent {
			out = append(out, c)
		} else if c[j] == level {
			c = c.clone()
			c[j] = absent
			out = append(out, c)
		}
	}
	return out
}

// complement gives cubes that together hold exactly the configurations in none of the given ones, by splitting on a
// condition until nothing or everything is left (Shannon's expansion). What all sides have in common is joined again.
func complement(cubes []cube, levels []int) []cube {
	k := len(levels)
	if len(cubes) == 0 {
		return []cube{whole(k)}
	}
	j, most := split(cubes, k)
	if most == 0 {
		return nil
	}
	if slices.ContainsFunc(cubes, cube.universal) {
		return nil
	}
	var out []cube
	sides := map[string]int{}
	parts := make([][]cube, levels[j])
	for v := range levels[j] {
		parts[v] = complement(at(cubes, j, int8(v)), levels)
		for _, c := range parts[v] {
			sides[c.key()]++
		}
	}
	for v, part := range parts {
		for _, c := range part {
			if sides[c.key()] == levels[j] {
				if v == 0 {
					out = append(out, c)
				}
				continue
			}
			c = c.clone()
			c[j] = int8(v)
			out = append(out, c)
		}
	}
	return out
}

func whole(k int) cube {
	c := make(cube, k)
	for j := range c {
		c[j] = absent
	}
	return c
}

// size counts the configurations in at least one of the cubes.
func size(cubes []cube, levels []int) *big.Int {
	if len(cubes) == 0 {
		return new(big.Int)
	}
	j, most := split(cubes, len(levels))
	if most == 0 {
		return product(levels)
	}
	if slices.ContainsFunc(cubes, cube.universal) {
		return product(levels)
	}
	rest := slices.Clone(levels)
	rest[j] = 1 // decided
	n := new(big.Int)
	for v := range levels[j] {
		n.Add(n, size(at(cubes, j, int8(v)), rest))
	}
	return n
}

// product is the number of configurations.
func product(levels []int) *big.Int {
	n := big.NewInt(1)
	for _, l := range levels {
		n.Mul(n, big.NewInt(int64(l)))
	}
	return n
}

// each yields the configurations in at least one of the cubes, by number, until yield says no.
func each(cubes []cube, levels []int, yield func(cube) bool) bool {
	at := make(cube, len(levels))
	var down func(j int, left []cube) bool
	down = func(j int, left []cube) bool {
		if len(left) == 0 {
			return true
		}
		if j == len(levels) {
			return yield(at.clone())
		}
		for v := range levels[j] {
			at[j] = int8(v)
			var next []cube
			for _, c := range left {
				if c[j] == absent || c[j] == int8(v) {
					next = append(next, c)
				}
			}
			if !down(j+1, next) {
				return false
			}
		}
		return true
	}
	return down(0, cubes)
}
