package qca

import (
	"context"
	"math/bits"
	"slices"
)

// primes finds the prime implicants that cover at least one positive configuration: the conjunctions that meet none of
// the cubes to avoid, and would meet one if any of their literals were dropped. They are in the order of cubes.
//
// An implicant that covers a positive configuration p says of some conditions what p says of them. It meets none of the
// cubes exactly when, for each cube, it mentions a condition in which p and the cube differ. So the prime implicants of
// p are the minimal sets of conditions that hit all of these differences: one small transversal problem for each p.
// Remainders are never listed, so that twenty conditions cost little more than ten.
//
// There is an error when there are more than most of them, or when ctx ends.
func primes(ctx context.Context, positive, avoid []cube, most int) ([]cube, error) {
	var out []cube
	var h hitting
	for i, p := range positive {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		h.set(p, avoid)
		err := h.run(ctx, func(mentioned uint64) bool {
			c := make(cube, len(p))
			for j := range c {
				c[j] = absent
				if mentioned>>j&1 == 1 {
					c[j] = p[j]
				}
			}
			for _, q := range positive[:i] { // found with an earlier one
				if c.has(q) {
					return true
				}
			}
			out = append(out, c)
			return len(out) <= most
		})
		if err != nil {
			return nil, err
		}
		if len(out) > most {
			return nil, errTooMany
		}
	}
	slices.SortFunc(out, cube.order)
	return out, nil
}

// hitting finds all minimal sets of conditions that hit every edge, by the search of Murakami and Uno (2014, Discrete
// Applied Mathematics 170:83-94, algorithm MMCS): an open edge with the fewest candidates is hit by each of them in
// turn, and a branch ends as soon as a chosen condition is the only one to hit no edge any more.
type hitting struct {
	edges []uint64
	words int
	in    [64]bitset   // in[j]: the edges with condition j
	crit  [65][]bitset // crit[d][i]: at depth d, the edges that only the i-th chosen condition hits
	open  [65]bitset
	path  [64]int
	yield func(uint64) bool
	ctx   context.Context
	steps int
}

// set makes the edges of a configuration: those that hold no other.
func (h *hitting) set(p cube, avoid []cube) {
	all := make([]uint64, 0, len(avoid))
	var single uint64
	for _, q := range avoid {
		var e uint64
		for j, v := range q {
			if v != absent && v != p[j] {
				e |= 1 << j
			}
		}
		if e&(e-1) == 0 {
			single |= e
		}
		all = append(all, e)
	}
	h.edges = h.edges[:0]
	for s := single; s != 0; s &= s - 1 {
		h.edges = append(h.edges, s&-s)
	}
	all = slices.DeleteFunc(all, func(e uint64) bool { return e&single != 0 })
	slices.SortFunc(all, func(a, b uint64) int {
		if n := bits.OnesCount64(a) - bits.OnesCount64(b); n != 0 {
			return n
		}
		if a < b {
			return -1
		} else if a > b {
			return 1
		}
		return 0
	})
	kept := len(h.edges)
next:
	for _, e := range all {
		for _, f := range h.edges[kept:] {
			if f&^e == 0 {
				continue next
			}
		}
		h.edges = append(h.edges, e)
	}
	h.words = (len(h.edges) + 63) / 64
	for j := range p {
		h.in[j] = resized(h.in[j], h.words)
	}
	for i, e := range h.edges {
		for ; e != 0; e &= e - 1 {
			h.in[bits.TrailingZeros64(e)].add(i)
		}
	}
}

func resized(b bitset, words int) bitset {
	if cap(b) < words {
		return make(bitset, words)
	}
	b = b[:words]
	clear(b)
	return b
}

func (h *hitting) run(ctx context.Context, yield func(uint64) bool) error {
	h.ctx, h.yield, h.steps = ctx, yield, 0
	h.open[0] = resized(h.open[0], h.words)
	for i := range h.edges {
		h.open[0].add(i)
	}
	var candidates uint64
	for _, e := range h.edges {
		candidates |= e
	}
	h.down(0, candidates)
	return ctx.Err()
}

// down tells whether to go on.
func (h *hitting) down(depth int, candidates uint64) bool {
	if h.steps++; h.steps&0xfff == 0 && h.ctx.Err() != nil {
		return false
	}
	open := h.open[depth]
	var edge uint64
	few := 65
	for i := range open.all {
		e := h.edges[i] & candidates
		if n := bits.OnesCount64(e); n < few {
			if edge, few = e, n; few <= 1 {
				break
			}
		}
	}
	if few == 65 {
		var s uint64
		for _, j := range h.path[:depth] {
			s |= 1 << j
		}
		return h.yield(s)
	}
	if len(h.crit[depth+1]) <= depth {
		h.crit[depth+1] = make([]bitset, depth+1)
	}
	candidates &^= edge
	next := h.open[depth+1]
	if cap(next) < h.words {
		next = make(bitset, h.words)
	}
	next = next[:h.words]
	h.open[depth+1] = next
each:
	for e := edge; e != 0; e &= e - 1 {
		j := bits.TrailingZeros64(e)
		hit := h.in[j]
		crit := h.crit[depth+1]
		for i := range depth {
			old, now := h.crit[depth][i], crit[i]
			if cap(now) < h.words {
				now = make(bitset, h.words)
			}
			now = now[:h.words]
			crit[i] = now
			var any uint64
			for w := range now {
				now[w] = old[w] &^ hit[w]
				any |= now[w]
			}
			if any == 0 {
				continue each
			}
		}
		own := crit[depth]
		if cap(own) < h.words {
			own = make(bitset, h.words)
		}
		own = own[:h.words]
		crit[depth] = own
		for w := range own {
			own[w] = open[w] & hit[w]
			next[w] = open[w] &^ hit[w]
		}
		h.path[depth] = j
		if !h.down(depth+1, candidates) {
			return false
		}
		candidates |= 1 << j
	}
	return true
}
