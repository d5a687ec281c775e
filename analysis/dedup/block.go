package dedup

import (
	"cmp"
	"hash/maphash"
	"slices"
	"strconv"
	"unicode/utf8"
)

// Records that share a key are compared with each other; in a block larger
// than largest, sorted by what they hold, each with the next few only. So the
// number of comparisons grows with the records, not with their square.
const (
	largest = 40
	window  = 10
)

type keyed struct {
	key   uint64
	entry uint32
}

// candidates are the pairs of entries worth comparing, each once, as
// i<<32 | j with i < j. Entries are sorted by id, so pairs are, too.
func (c *comparer) candidates(entries []entry) []uint64 {
	df := make([]uint32, len(c.words.words)) // how many titles have a word
	for i := range entries {
		for _, w := range entries[i].title.words {
			df[w]++
		}
	}
	seed := maphash.MakeSeed()
	var keys []keyed
	var rare []uint32
	for i := range entries {
		e := &entries[i]
		add := func(kind string, parts ...string) {
			var h maphash.Hash
			h.SetSeed(seed)
			h.WriteString(kind)
			for _, p := range parts {
				h.WriteByte(0)
				h.WriteString(p)
			}
			keys = append(keys, keyed{h.Sum64(), uint32(i)})
		}
		if e.doi != "" {
			add("doi", e.doi)
		}
		t := e.title.whole
		if t != "" {
			add("title", t)
			if len(t) > 24 {
				add("head", cut(t, 20))
				add("tail", tail(t, 20))
			}
		}
		// Pairs of the rarest words that other records have, too.
		rare = rare[:0]
		for _, w := range e.title.words {
			if df[w] > 1 && !slices.Contains(rare, w) {
				rare = append(rare, w)
			}
		}
		slices.SortFunc(rare, func(x, y uint32) int { return cmp.Or(cmp.Compare(df[x], df[y]), cmp.Compare(x, y)) })
		rare = rare[:min(len(rare), 4)]
		for x := range rare {
			for y := x + 1; y < len(rare); y++ {
				add("words", strconv.Itoa(int(min(rare[x], rare[y]))), strconv.Itoa(int(max(rare[x], rare[y]))))
			}
		}
		year := strconv.Itoa(e.year)
		first := e.pages.first
		if first != "" && first != "1" && e.volume != "" {
			add("place", e.volume, first, year)
			if len(e.names) > 0 {
				add("page", e.volume, first, strconv.Itoa(int(e.names[0].family)))
			}
		}
		if first != "" && len(e.names) > 0 {
			add("author", strconv.Itoa(int(e.names[0].family)), first, year)
		}
	}
	var pairs []uint64
	blocks(keys, func(block []keyed) {
		n := len(block)
		reach := n
		if n > largest {
			reach = window
			slices.SortFunc(block, func(a, b keyed) int { return order(entries, a.entry, b.entry) })
		}
		for i := range block {
			for j := i + 1; j < n && j <= i+reach; j++ {
				a, b := block[i].entry, block[j].entry
				pairs = append(pairs, uint64(min(a, b))<<32|uint64(max(a, b)))
			}
		}
	})
	slices.Sort(pairs)
	return slices.Compact(pairs)
}

// order puts records of one work near each other.
func order(entries []entry, a, b uint32) int {
	x, y := &entries[a], &entries[b]
	return cmp.Or(cmp.Compare(x.title.whole, y.title.whole), cmp.Compare(x.year, y.year), cmp.Compare(x.volume, y.volume),
		cmp.Compare(x.pages.first, y.pages.first), cmp.Compare(x.issue, y.issue), cmp.Compare(a, b))
}

// cut is the first n bytes or a few more, so that no letter is broken.
func cut(s string, n int) string {
	n = min(n, len(s))
	for n < len(s) && !utf8.RuneStart(s[n]) {
		n++
	}
	return s[:n]
}

func tail(s string, n int) string {
	n = len(s) - n
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[n:]
}

// markSeries marks titles that stand in three volumes and on three pages or
// more as such that many texts have, whatever their words.
func markSeries(entries []entry) {
	each(entries, func(e *entry) string {
		if e.volume == "" || e.pages.first == "" {
			return ""
		}
		return e.title.whole
	}, func(block []keyed) {
		if several(entries, block, func(e *entry) string { return e.volume }) && several(entries, block, func(e *entry) string { return e.pages.first }) {
			for _, k := range block {
				entries[k.entry].title.generic = true
			}
		}
	})
}

// markSharedDOIs marks DOIs that texts of three titles or more have: that of a
// supplement stands with each abstract in it, that of a book with each chapter.
func markSharedDOIs(entries []entry) {
	each(entries, func(e *entry) string { return e.doi }, func(block []keyed) {
		if several(entries, block, func(e *entry) string { return cut(e.title.whole, 20) }) {
			for _, k := range block {
				entries[k.entry].shared = true
			}
		}
	})
}

// each calls do with each block of three entries or more that have the same key.
func each(entries []entry, key func(*entry) string, do func([]keyed)) {
	seed := maphash.MakeSeed()
	keys := make([]keyed, 0, len(entries))
	for i := range entries {
		if k := key(&entries[i]); k != "" {
			keys = append(keys, keyed{maphash.String(seed, k), uint32(i)})
		}
	}
	blocks(keys, func(block []keyed) {
		if len(block) > 2 {
			do(block)
		}
	})
}

// several tells whether entries have three different values or more.
func several(entries []entry, block []keyed, value func(*entry) string) bool {
	var seen []string
	for _, k := range block {
		if v := value(&entries[k.entry]); v != "" && !slices.Contains(seen, v) {
			if seen = append(seen, v); len(seen) > 2 {
				return true
			}
		}
	}
	return false
}

// blocks sorts keys and calls do with each run of equal ones.
func blocks(keys []keyed, do func([]keyed)) {
	slices.SortFunc(keys, func(a, b keyed) int { return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.entry, b.entry)) })
	for len(keys) > 0 {
		n := 1
		for n < len(keys) && keys[n].key == keys[0].key {
			n++
		}
		do(keys[:n])
		keys = keys[n:]
	}
}

// doubtIssues tells whether issues are not to be trusted: in most pairs that
// share title, volume and first page they differ. Some exports put numbers of
// their own there.
func doubtIssues(entries []entry, pairs []uint64) bool {
	agree, all := 0, 0
	for _, p := range pairs {
		a, b := &entries[p>>32], &entries[uint32(p)]
		if a.issue != "" && b.issue != "" && a.volume == b.volume && a.pages.first != "" && a.pages.first == b.pages.first && a.title.whole == b.title.whole {
			if all++; a.issue == b.issue {
				agree++
			}
		}
	}
	return all > 9 && agree*2 < all
}
