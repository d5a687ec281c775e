package process

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Span is something that happened: a moment, or something that lasted. Label and Lane are for people.
type Span struct {
	ID    string
	Label string
	Lane  string
	Start Date
	End   Date // of what lasted; "..": not over; empty: Start is a moment
}

// Lasts tells whether it is more than a moment.
func (s Span) Lasts() bool { return s.End != "" }

// window are the earliest and latest day of both ends.
type window struct{ start, end [2]int }

const far = 1 << 40 // later than any day

func (s Span) window() window {
	open := func(b [2]int) [2]int {
		if b[0] == noDay {
			b[0] = -far
		}
		if b[1] == noDay {
			b[1] = far
		}
		return b
	}
	w := window{start: open(s.Start.days())}
	switch s.End {
	case "":
		w.end = w.start
	case "..": // not over: it ends some day after it began
		w.end = [2]int{w.start[0], far}
	default:
		w.end = open(s.End.days())
	}
	if s.Lasts() { // it cannot end before it begins
		w.end[0] = max(w.end[0], w.start[0])
		w.start[1] = min(w.start[1], w.end[1])
	}
	return w
}

// check tells what is wrong with a span.
func (s Span) check() error {
	if err := s.Start.Valid(); err != nil {
		return fmt.Errorf("the start of %q %w", s.name(), err)
	}
	if s.End == "" || s.End == ".." {
		return nil
	}
	if err := s.End.Valid(); err != nil {
		return fmt.Errorf("the end of %q %w", s.name(), err)
	}
	if b, e := s.Start.days(), s.End.days(); b[0] != noDay && e[1] != noDay && e[1] < b[0] {
		return fmt.Errorf("%q ends (%s) before it begins (%s)", s.name(), s.End, s.Start)
	}
	return nil
}

func (s Span) name() string { return cmp.Or(s.Label, s.ID) }

// Verdict says how sure a relation is.
type Verdict string

const (
	Certain    Verdict = "certain"
	Possible   Verdict = "possible"
	Impossible Verdict = "impossible"
)

// Before tells whether a began before b began: certain when the latest day of one beginning lies before the earliest of the
// other, impossible when it cannot lie before it, possible otherwise.
func Before(a, b Span) Verdict { return before(a.window(), b.window()) }

func before(a, b window) Verdict {
	switch {
	case a.start[1] < b.start[0]:
		return Certain
	case a.start[0] >= b.start[1]:
		return Impossible
	}
	return Possible
}

// Allen are the thirteen relations of two spans of time (Allen 1983, Communications of the ACM 26:832-843), from the first
// seen. Ends are days: two that meet share none, the one ends on the day before the other begins or on the same day.
var Allen = []string{"before", "meets", "overlaps", "starts", "during", "finishes", "equals", "finished by", "contains", "started by", "overlapped by", "met by", "after"}

// Relations lists which of Allen's relations two spans can stand in, given what is known of their days, in the order of Allen.
// One alone is certain. Spans are taken as lasting from the first to the last day of each end, a moment as a day that begins
// and ends on itself.
func Relations(a, b Span) []string {
	x, y := a.window(), b.window()
	// Only the order of the four ends counts, so it is enough to try each end at the bounds of all ends and just beside.
	var points []int
	for _, p := range [][2]int{x.start, x.end, y.start, y.end} {
		for _, v := range p {
			points = append(points, v-1, v, v+1)
		}
	}
	slices.Sort(points)
	points = slices.Compact(points)
	in := func(v int, b [2]int) bool { return b[0] <= v && v <= b[1] }
	seen := map[string]bool{}
	for _, s1 := range points {
		if !in(s1, x.start) {
			continue
		}
		for _, e1 := range points {
			if !in(e1, x.end) || e1 < s1 || !a.Lasts() && e1 != s1 {
				continue
			}
			for _, s2 := range points {
				if !in(s2, y.start) {
					continue
				}
				for _, e2 := range points {
					if !in(e2, y.end) || e2 < s2 || !b.Lasts() && e2 != s2 {
						continue
					}
					seen[relation(s1, e1, s2, e2)] = true
				}
			}
		}
	}
	var out []string
	for _, r := range Allen {
		if seen[r] {
			out = append(out, r)
		}
	}
	return out
}

func relation(s1, e1, s2, e2 int) string {
	switch {
	case e1 < s2:
		return "before"
	case e2 < s1:
		return "after"
	case s1 == s2 && e1 == e2:
		return "equals"
	case s1 == s2 && e1 < e2:
		return "starts"
	case s1 == s2:
		return "started by"
	case e1 == e2 && s1 > s2:
		return "finishes"
	case e1 == e2:
		return "finished by"
	case e1 == s2:
		return "meets"
	case e2 == s1:
		return "met by"
	case s1 < s2 && e1 < e2:
		return "overlaps"
	case s1 > s2 && e1 > e2:
		return "overlapped by"
	case s1 < s2:
		return "contains"
	}
	return "during"
}

// Pair says that the first began before the second, because a source says so or because the second needed it.
type Pair struct {
	First, Second string // ids
	Why           string // shown in contradictions
}

// Matrix tells of each two spans whether the first began before the second: Verdict[i][j] for the ith and the jth. On the
// diagonal it is Impossible.
type Matrix struct {
	Spans    []Span
	Verdicts [][]Verdict
}

// Contradiction is a chain of statements that cannot all be true.
type Contradiction struct {
	IDs   []string // of the spans along the chain
	Words string
}

// Order works out the order of the beginnings of all spans from their dates and from what is known besides. Known pairs
// tighten the bounds along each chain (a simple temporal problem: Dechter, Meiri & Pearl 1991, Artificial Intelligence
// 49:61-95). Where dates and pairs contradict each other, the chains are named, and the verdicts are those of the dates alone.
func Order(spans []Span, known []Pair) (Matrix, []Contradiction, error) {
	at := map[string]int{}
	m := Matrix{Spans: slices.Clone(spans)}
	w := make([]window, len(spans))
	for i, s := range spans {
		if err := s.check(); err != nil {
			return m, nil, err
		}
		if _, twice := at[s.ID]; twice {
			return m, nil, fmt.Errorf("the id %q stands twice", s.ID)
		}
		at[s.ID] = i
		w[i] = s.window()
	}
	next := make([][]int, len(spans))
	why := map[[2]int]string{}
	for _, p := range known {
		i, ok := at[p.First]
		j, ok2 := at[p.Second]
		if !ok || !ok2 {
			return m, nil, fmt.Errorf("%q before %q: there is no such event", p.First, p.Second)
		}
		if !slices.Contains(next[i], j) {
			next[i] = append(next[i], j)
		}
		why[[2]int{i, j}] = p.Why
	}
	contradictions, tight := tighten(spans, w, next, why)
	reach := make([][]bool, len(spans))
	for i := range spans {
		reach[i] = make([]bool, len(spans))
		if len(contradictions) > 0 {
			continue
		}
		queue := slices.Clone(next[i])
		for len(queue) > 0 {
			j := queue[0]
			queue = queue[1:]
			if !reach[i][j] {
				reach[i][j] = true
				queue = append(queue, next[j]...)
			}
		}
	}
	m.Verdicts = make([][]Verdict, len(spans))
	for i := range spans {
		m.Verdicts[i] = make([]Verdict, len(spans))
		for j := range spans {
			switch {
			case i == j:
				m.Verdicts[i][j] = Impossible
			case reach[i][j]:
				m.Verdicts[i][j] = Certain
			case reach[j][i]:
				m.Verdicts[i][j] = Impossible
			default:
				m.Verdicts[i][j] = before(tight[i], tight[j])
			}
		}
	}
	return m, contradictions, nil
}

// tighten gives the bounds of the beginnings as the pairs leave them: along a chain each begins at least a day after the one
// before. Where pairs go round in a circle, or bounds leave no day, the chains are named, and the bounds are those of the dates.
func tighten(spans []Span, w []window, next [][]int, why map[[2]int]string) ([]Contradiction, []window) {
	var out []Contradiction
	add := func(path []int, end string) {
		var ids, parts []string
		for k, i := range path {
			ids = append(ids, spans[i].ID)
			if k > 0 {
				s := fmt.Sprintf("%s before %s", spans[path[k-1]].name(), spans[i].name())
				if y := why[[2]int{path[k-1], i}]; y != "" {
					s += " (" + y + ")"
				}
				parts = append(parts, s)
			}
		}
		out = append(out, Contradiction{ids, strings.Join(parts, ", ") + end})
	}
	// Circles: the first that a search in depth meets from each event. Without any, the events in the order of the pairs.
	state := make([]int, len(spans))
	var path, order []int
	var visit func(i int)
	visit = func(i int) {
		state[i] = 1
		path = append(path, i)
		for _, j := range next[i] {
			switch state[j] {
			case 0:
				visit(j)
			case 1:
				add(append(slices.Clone(path[slices.Index(path, j):]), j), "; this goes round in a circle")
			}
		}
		path = path[:len(path)-1]
		state[i] = 2
		order = append(order, i)
	}
	for i := range spans {
		if state[i] == 0 {
			visit(i)
		}
	}
	if len(out) > 0 {
		return out, w
	}
	slices.Reverse(order)
	tight := slices.Clone(w)
	before, after := make([]int, len(spans)), make([]int, len(spans)) // whose bound binds
	for i := range spans {
		before[i], after[i] = -1, -1
	}
	for _, i := range order {
		for _, j := range next[i] {
			if low := tight[i].start[0] + 1; low > tight[j].start[0] {
				tight[j].start[0], before[j] = low, i
			}
		}
	}
	for _, i := range slices.Backward(order) {
		for _, j := range next[i] {
			if high := tight[j].start[1] - 1; high < tight[i].start[1] {
				tight[i].start[1], after[i] = high, j
			}
		}
	}
	told := map[[2]int]bool{}
	for _, i := range order {
		if tight[i].start[0] <= tight[i].start[1] {
			continue
		}
		chain := []int{i}
		for k := before[i]; k >= 0; k = before[k] {
			chain = append([]int{k}, chain...)
		}
		for k := after[i]; k >= 0; k = after[k] {
			chain = append(chain, k)
		}
		ends := [2]int{chain[0], chain[len(chain)-1]}
		if !told[ends] {
			told[ends] = true
			add(chain, fmt.Sprintf("; but %s is dated %s and %s %s", spans[ends[0]].name(), spans[ends[0]].Start.Words(), spans[ends[1]].name(), spans[ends[1]].Start.Words()))
		}
	}
	if len(out) > 0 {
		return out, w
	}
	return nil, tight
}
