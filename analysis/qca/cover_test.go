package qca

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The smallest covers of charts with many columns, equal and dominated ones among them, are compared with those that a
// search without any bound or reduction finds: it covers the first open row by each of its columns in turn.
func TestCoversByPlainSearch(t *testing.T) {
	r := rand.New(rand.NewPCG(41, 43))
	for n := range 150 {
		rows, columns := 6+r.IntN(20), 20+r.IntN(60)
		c := chart{rows: rows}
		dense := 2 + r.IntN(5)
		for range columns {
			set := newBitset(rows)
			for row := range rows {
				if r.IntN(dense) == 0 {
					set.add(row)
				}
			}
			if r.IntN(4) == 0 && len(c.columns) > 0 { // within another
				set.and(c.columns[r.IntN(len(c.columns))])
			}
			c.columns = append(c.columns, set)
		}
		for row := range rows {
			if !slices.ContainsFunc(c.columns, func(s bitset) bool { return s.has(row) }) {
				c.columns[r.IntN(columns)].add(row)
			}
		}
		var want [][]int
		var plain func(open bitset, out []bool, path []int, places int)
		plain = func(open bitset, out []bool, path []int, places int) {
			for row := range open.all {
				if places == 0 {
					return
				}
				out = slices.Clone(out)
				for j, set := range c.columns {
					if set.has(row) && !out[j] {
						left := open.clone()
						left.minus(set)
						out[j] = true
						plain(left, out, append(path, j), places-1)
					}
				}
				return
			}
			cover := slices.Clone(path)
			slices.Sort(cover)
			want = append(want, cover)
		}
		all := newBitset(rows)
		for row := range rows {
			all.add(row)
		}
		size := 0
		for ; len(want) == 0; size++ {
			plain(all, make([]bool, columns), nil, size+1)
		}
		if len(want) > 20_000 {
			continue
		}
		slices.SortFunc(want, slices.Compare)
		var always []int
		for j := range columns {
			if !slices.ContainsFunc(want, func(m []int) bool { return !slices.Contains(m, j) }) {
				always = append(always, j)
			}
		}
		work := 1 << 40
		got, err := c.smallest(context.Background(), false, 20_000, &work)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got.models); diff != "" || got.size != size || got.bound != size || !got.exact || got.count.Int64() != int64(len(want)) {
			t.Fatalf("chart %d: size %d, bound %d, count %v, exact %v; want %d covers of %d (-want +got):\n%s", n, got.size, got.bound, got.count, got.exact, len(want), size, diff)
		}
		if !slices.Equal(always, got.always) {
			t.Fatalf("chart %d: in every cover %v, want %v", n, got.always, always)
		}
		few := 1 << 40
		one, err := c.smallest(context.Background(), false, 1, &few)
		if err != nil || one.count.Cmp(got.count) != 0 || !slices.Equal(one.always, got.always) {
			t.Fatalf("chart %d: listing one counts %v, not %v (%v)", n, one.count, got.count, err)
		}
	}
}

// With little work, what is said must still be true.
func TestCoversUnfinished(t *testing.T) {
	r := rand.New(rand.NewPCG(47, 53))
	c := chart{rows: 60}
	for range 500 {
		set := newBitset(c.rows)
		for row := range c.rows {
			if r.IntN(12) == 0 {
				set.add(row)
			}
		}
		c.columns = append(c.columns, set)
	}
	work := 1 << 40
	whole, err := c.smallest(context.Background(), false, 10, &work)
	if err != nil || !whole.exact {
		t.Fatal(whole, err)
	}
	for work := 1; work < 1<<30; work *= 4 {
		left := work
		got, err := c.smallest(context.Background(), false, 10, &left)
		if err != nil {
			t.Fatal(err)
		}
		covered := newBitset(c.rows)
		for _, j := range got.models[0] {
			covered.or(c.columns[j])
		}
		if covered.count() != c.rows || len(got.models[0]) != got.size || got.size < whole.size || got.bound > whole.size ||
			got.bound == got.size && got.count.Cmp(whole.count) > 0 || got.exact && got.count.Cmp(whole.count) != 0 {
			t.Fatalf("work %d: %+v; in truth %+v", work, got, whole)
		}
	}
}
