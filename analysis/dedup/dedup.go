// Package dedup groups bibliographic records that are the same work.
//
// It groups and never deletes: every record stays in exactly one group with
// the database it came from, so a group can be undone and the counts per
// source that PRISMA 2020 asks for are kept. Each merge says why. What the
// rules cannot decide is put in a queue for a person, best first; what a
// person decides is given back with the records and is never overruled.
//
// Records are compared field by field (Fellegi and Sunter 1969, with points
// that are fixed and can be read instead of being estimated), and rules keep
// apart what only looks alike: parts, editions, errata and replies, conference
// and journal versions, series such as "Editorial". See
// docs/methods/deduplication.md.
package dedup

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Record is a bibliographic reference as found. What is not known is empty.
type Record struct {
	// ID is unique among the records.
	ID string
	// Source is the database or file that the record came from.
	Source string
	// Type in the words of the source, such as "article" or "Conference Paper".
	Type string
	// Authors in order: "Family, Given" is best; "Given Family", "Family G."
	// and several names in one text (see SplitAuthors) are understood.
	Authors []string
	// Title in any script.
	Title string
	// Year of publication, 0 when not known.
	Year int
	// Journal in full or abbreviated, or the book or proceedings.
	Journal string
	// Volume, Issue and Pages as written, such as "12", "Suppl. 1", "123-8".
	Volume, Issue, Pages string
	// DOI in any usual spelling.
	DOI string
	// Serial are ISSNs or ISBNs in any order, with anything between them.
	Serial string
	// Abstract as published.
	Abstract string
}

// Options are what people decided.
type Options struct {
	// Never are pairs of ids that are not one work.
	Never [][2]string
	// Always are pairs of ids that are one work. Ids that no record has are
	// passed over in both, so that decisions outlast a record.
	Always [][2]string
}

// Pair is two records and what their comparison said.
type Pair struct {
	A string `json:"a"`
	B string `json:"b"`
	// Score is the sum of the points.
	Score int `json:"score"`
	// Reason names what agrees: "title, authors, year, DOI".
	Reason string `json:"reason"`
	// Differs are the fields that do not agree.
	Differs []string `json:"differs,omitempty"`
	// Doubt says why a person must decide, empty for a merge.
	Doubt string `json:"doubt,omitempty"`
}

// Group is the records of one work.
type Group struct {
	// Records are ids, sorted.
	Records []string `json:"records"`
	// Sources are the databases of the records, sorted, each once.
	Sources []string `json:"sources,omitempty"`
	// Merges are the pairs that joined the records, one fewer than there are
	// records: to take one back parts the group in two.
	Merges []Pair `json:"merges,omitempty"`
}

// Reason says what joined the records, empty for a record alone.
func (g Group) Reason() string {
	var out []string
	for _, m := range g.Merges {
		if !slices.Contains(out, m.Reason) {
			out = append(out, m.Reason)
		}
	}
	return strings.Join(out, "; ")
}

// Result is what became of the records.
type Result struct {
	// Groups are sorted by first id.
	Groups []Group `json:"groups"`
	// Doubtful are pairs in different groups that a person should look at, the
	// likeliest first, one for each two groups.
	Doubtful []Pair `json:"doubtful"`
	// Unasked is how many more doubtful pairs there were: the queue holds
	// QueuePerThousand for each thousand records, for a person has to finish it.
	Unasked int `json:"unasked"`
}

// QueuePerThousand is how many doubtful pairs are given for a thousand
// records; five are always given.
const QueuePerThousand = 30

// Works puts every record in exactly one group. The order of the records makes
// no difference.
//
// A record without an id, an id given twice, and decisions that contradict
// each other are errors.
func Works(records []Record, o Options) (Result, error) {
	entries, c, err := prepare(records)
	if err != nil {
		return Result{}, err
	}
	w, err := newWorks(records, entries, c, o)
	if err != nil {
		return Result{}, err
	}
	pairs := c.candidates(entries)
	c.noIssues = doubtIssues(entries, pairs)
	var links []link
	for _, p := range pairs {
		l := link{a: uint32(p >> 32), b: uint32(p)}
		if v := c.compare(&entries[l.a], &entries[l.b]); v.score >= possible && !v.apart {
			l.score = int32(v.score)
			l.sure = v.sure()
			links = append(links, l)
		}
	}
	slices.SortFunc(links, func(x, y link) int {
		return cmp.Or(cmp.Compare(y.score, x.score), cmp.Compare(x.a, y.a), cmp.Compare(x.b, y.b))
	})
	for len(links) > 0 {
		n := 1
		for n < len(links) && links[n].score == links[0].score {
			n++
		}
		w.join(links[:n])
		links = links[n:]
	}
	return w.result(), nil
}

// prepare makes entries of records, sorted by id.
func prepare(records []Record) ([]entry, *comparer, error) {
	seen := make(map[string]bool, len(records))
	sorted := make([]int, len(records))
	for i, r := range records {
		if r.ID == "" {
			return nil, nil, fmt.Errorf("record number %d (%q) has no id: give it one", i+1, r.Title)
		}
		if seen[r.ID] {
			return nil, nil, fmt.Errorf("the id %q is used by more than one record (again by number %d): give each record its own", r.ID, i+1)
		}
		seen[r.ID] = true
		sorted[i] = i
	}
	slices.SortFunc(sorted, func(a, b int) int { return cmp.Compare(records[a].ID, records[b].ID) })
	c := newComparer()
	entries := make([]entry, len(records))
	for i, n := range sorted {
		entries[i] = c.entry(records[n])
		entries[i].record = n
	}
	markSeries(entries)
	markSharedDOIs(entries)
	return entries, c, nil
}

// link is two entries that may be one work.
type link struct {
	a, b  uint32
	score int32
	sure  bool // joins, if nothing speaks against it
	said  bool // by a person
	torn  bool // another work fits as well
}

// works are groups that grow.
type works struct {
	records []Record
	entries []entry
	c       *comparer
	home    []uint32            // entry -> work
	members [][]uint32          // work -> entries
	merges  map[uint32][]link   // work -> what joined it
	never   map[uint32][]uint32 // entry -> entries that people keep apart from it
	excused map[uint32]bool     // entries that people joined, whatever the rules say of them
	doubt   []link
}

func newWorks(records []Record, entries []entry, c *comparer, o Options) (*works, error) {
	w := &works{records: records, entries: entries, c: c, home: make([]uint32, len(entries)), members: make([][]uint32, len(entries)),
		merges: map[uint32][]link{}, never: map[uint32][]uint32{}, excused: map[uint32]bool{}}
	for i := range entries {
		w.home[i] = uint32(i)
		w.members[i] = []uint32{uint32(i)}
	}
	if len(o.Never)+len(o.Always) == 0 {
		return w, nil
	}
	at := make(map[string]uint32, len(entries))
	for i := range entries {
		at[w.id(uint32(i))] = uint32(i)
	}
	both := func(p [2]string) (a, b uint32, ok bool) {
		a, okA := at[p[0]]
		b, okB := at[p[1]]
		return a, b, okA && okB
	}
	for _, p := range o.Never {
		if p[0] == p[1] {
			return nil, fmt.Errorf("the record %q is said not to be the same as itself: take that decision out", p[0])
		}
		if a, b, ok := both(p); ok {
			w.never[a] = append(w.never[a], b)
			w.never[b] = append(w.never[b], a)
		}
	}
	always := slices.Clone(o.Always)
	slices.SortFunc(always, func(p, q [2]string) int { return cmp.Or(cmp.Compare(p[0], q[0]), cmp.Compare(p[1], q[1])) })
	for _, p := range always {
		a, b, ok := both(p)
		if !ok || w.home[a] == w.home[b] {
			continue
		}
		if w.forbidden(w.home[a], w.home[b]) {
			return nil, fmt.Errorf("the records %q and %q are said to be the same, and by other decisions never to be: take one of these decisions out", p[0], p[1])
		}
		w.merge(link{a: a, b: b, said: true})
		w.excused[a], w.excused[b] = true, true
	}
	return w, nil
}

func (w *works) id(i uint32) string { return w.records[w.entries[i].record].ID }

// join joins works by links of one score. A work that two others claim alike,
// which cannot be one themselves, goes to neither of them.
func (w *works) join(links []link) {
	claims := map[uint32][]uint32{}
	for _, l := range links {
		if x, y := w.home[l.a], w.home[l.b]; x != y && l.sure {
			claims[x] = append(claims[x], y)
			claims[y] = append(claims[y], x)
		}
	}
	torn := map[uint32]bool{} // entries
	for x, by := range claims {
		slices.Sort(by)
		by = slices.Compact(by)
		by = by[:min(len(by), mostClaims)]
		for i := range by {
			if slices.ContainsFunc(by[i+1:], func(z uint32) bool { return w.contradict(by[i], z) }) {
				for _, e := range w.members[x] {
					torn[e] = true
				}
				break
			}
		}
	}
	for _, l := range links {
		x, y := w.home[l.a], w.home[l.b]
		if x == y {
			continue
		}
		l.torn = l.sure && (torn[l.a] || torn[l.b] || w.contradict(x, y))
		if !l.sure || l.torn {
			w.doubt = append(w.doubt, l)
			continue
		}
		w.merge(l)
	}
}

// So many claims on a work are compared with each other, and so many members
// of a work with those of another: without a limit, thousands of equal records
// would cost their square.
const mostClaims, mostMembers = 8, 50

// merge makes one work of two.
func (w *works) merge(l link) {
	x, y := w.home[l.a], w.home[l.b]
	if len(w.members[x]) < len(w.members[y]) {
		x, y = y, x
	}
	w.merges[x] = append(append(w.merges[x], w.merges[y]...), l)
	delete(w.merges, y)
	for _, i := range w.members[y] {
		w.home[i] = x
	}
	w.members[x] = append(w.members[x], w.members[y]...)
	w.members[y] = nil
}

// forbidden tells whether people keep two works apart.
func (w *works) forbidden(x, y uint32) bool {
	if len(w.never) == 0 {
		return false
	}
	if len(w.members[x]) > len(w.members[y]) {
		x, y = y, x
	}
	for _, i := range w.members[x] {
		if slices.ContainsFunc(w.never[i], func(j uint32) bool { return w.home[j] == y }) {
			return true
		}
	}
	return false
}

// contradict tells whether two works hold records of which a person would have
// to say whether they are one, or which are none: a chain of likenesses must
// not lead from one to the other.
func (w *works) contradict(x, y uint32) bool {
	if w.forbidden(x, y) {
		return true
	}
	for _, i := range w.members[x][:min(len(w.members[x]), mostMembers)] {
		for _, j := range w.members[y][:min(len(w.members[y]), mostMembers)] {
			if w.excused[i] || w.excused[j] {
				continue
			}
			if v := w.c.compare(&w.entries[i], &w.entries[j]); v.apart || v.ask != "" || v.score < possible {
				return true
			}
		}
	}
	return false
}

// pair tells of a link.
func (w *works) pair(l link) Pair {
	p := Pair{A: w.id(l.a), B: w.id(l.b), Score: int(l.score)}
	if l.said {
		p.Reason = "decided by a person"
		return p
	}
	v := w.c.compare(&w.entries[l.a], &w.entries[l.b])
	p.Reason, p.Differs = v.reason()
	switch {
	case l.torn:
		p.Doubt = "one of them fits another record as well or better"
	case !l.sure && v.ask != "":
		p.Doubt = v.ask
	case !l.sure:
		p.Doubt = "too little agrees"
	}
	return p
}

func (w *works) result() Result {
	res := Result{Groups: []Group{}, Doubtful: []Pair{}}
	most := max(5, len(w.entries)*QueuePerThousand/1000)
	asked := map[[2]uint32]bool{}
	for _, l := range w.doubt {
		x, y := w.home[l.a], w.home[l.b]
		works := [2]uint32{min(x, y), max(x, y)}
		if x == y || asked[works] || w.forbidden(x, y) {
			continue
		}
		asked[works] = true
		if len(res.Doubtful) == most {
			res.Unasked++
			continue
		}
		res.Doubtful = append(res.Doubtful, w.pair(l))
	}
	for x, m := range w.members {
		if m == nil {
			continue
		}
		slices.Sort(m)
		var g Group
		for _, i := range m {
			g.Records = append(g.Records, w.id(i))
			if s := w.records[w.entries[i].record].Source; s != "" {
				g.Sources = append(g.Sources, s)
			}
		}
		slices.Sort(g.Sources)
		g.Sources = slices.Compact(g.Sources)
		for _, l := range w.merges[uint32(x)] {
			g.Merges = append(g.Merges, w.pair(l))
		}
		res.Groups = append(res.Groups, g)
	}
	slices.SortFunc(res.Groups, func(a, b Group) int { return cmp.Compare(a.Records[0], b.Records[0]) })
	return res
}
