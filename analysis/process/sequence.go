package process

import (
	"fmt"
	"slices"
	"strings"
)

// Answer on whether one event was required for another.
type Answer string

const (
	Yes    Answer = "yes"
	No     Answer = "no"
	Unsure Answer = "unsure"
)

// Prerequisite answers: could Event have happened without Needs? Yes means that Needs was required.
type Prerequisite struct {
	Event, Needs string // ids
	Answer       Answer
	Why          string
	Evidence     int // how many passages or records say so
}

// Edge of the structure: Needs was required for Event.
type Edge struct {
	Needs, Event string
	Sure         bool // answered yes; false: unsure
	Evidence     int
}

// Structure is the event structure of a case (Heise 1989, Journal of Mathematical Sociology 14:139-169; Griffin 1993, American
// Journal of Sociology 98:1094-1133).
type Structure struct {
	Edges   []Edge         // as answered yes or unsure
	Reduced []Edge         // without those that follow from others (transitive reduction; Aho, Garey & Ullman 1972)
	Layer   map[string]int // of each event the length of the longest chain that leads to it
	Wrong   []Contradiction
	Next    *Question // what to ask next; nil: nothing is open
	Open    int       // questions that are open
	Asked   int       // pairs that have an answer
	Implied int       // pairs that need no question, because they follow or cannot be
}

// Question asks whether Event could have happened without Needs.
type Question struct{ Event, Needs string }

// Sequence builds the event structure of spans from the answers. The pairs to ask are those in which the one may have begun
// before the other, nearest first, as in Heise's program: what follows from other answers is not asked.
func Sequence(spans []Span, answers []Prerequisite) (Structure, error) {
	m, _, err := Order(spans, nil)
	if err != nil {
		return Structure{}, err
	}
	s := Structure{Layer: map[string]int{}}
	at := map[string]int{}
	for i, x := range spans {
		at[x.ID] = i
	}
	type cell struct {
		answer Answer
		seen   bool
	}
	n := len(spans)
	given := make([][]cell, n) // given[i][j]: event i needs j
	for i := range given {
		given[i] = make([]cell, n)
	}
	needs := make([][]bool, n)
	for i := range needs {
		needs[i] = make([]bool, n)
	}
	wrong := func(ids []string, format string, args ...any) {
		s.Wrong = append(s.Wrong, Contradiction{ids, fmt.Sprintf(format, args...)})
	}
	for _, p := range answers {
		i, ok := at[p.Event]
		j, ok2 := at[p.Needs]
		switch {
		case !ok || !ok2:
			return s, fmt.Errorf("%q needs %q: there is no such event", p.Event, p.Needs)
		case i == j:
			return s, fmt.Errorf("%q is said to need itself", p.Event)
		case p.Answer != Yes && p.Answer != No && p.Answer != Unsure:
			return s, fmt.Errorf("the answer on %q and %q is %q; expected yes, no or unsure", p.Event, p.Needs, p.Answer)
		case given[i][j].seen:
			return s, fmt.Errorf("%q and %q are answered twice", p.Event, p.Needs)
		}
		given[i][j] = cell{p.Answer, true}
		s.Asked++
		if p.Answer == No {
			continue
		}
		s.Edges = append(s.Edges, Edge{p.Needs, p.Event, p.Answer == Yes, p.Evidence})
		if p.Answer == Yes {
			needs[i][j] = true
			if m.Verdicts[j][i] == Impossible {
				wrong([]string{p.Needs, p.Event}, "%s is said to need %s, which cannot have begun before it (%s; %s)", spans[i].name(), spans[j].name(), spans[j].Start.Words(), spans[i].Start.Words())
			}
		}
	}
	circle := s.circles(spans, needs)
	// What follows: needs of needs.
	deep := make([][]bool, n)
	for i := range deep {
		deep[i] = slices.Clone(needs[i])
	}
	for k := range n {
		for i := range n {
			if deep[i][k] {
				for j := range n {
					deep[i][j] = deep[i][j] || deep[k][j]
				}
			}
		}
	}
	for i := range n {
		for j := range n {
			if given[i][j].seen && given[i][j].answer == No && deep[i][j] {
				chain := s.chain(spans, needs, i, j)
				wrong(chain, "%s is said not to need %s, but that follows: %s", spans[i].name(), spans[j].name(), s.chainWords(spans, at, chain))
			}
		}
	}
	if !circle {
		s.layers(spans, needs)
		for _, e := range s.Edges {
			i, j := at[e.Event], at[e.Needs]
			follows := false
			for k := range n {
				if k != i && k != j && deep[i][k] && deep[k][j] {
					follows = true
				}
			}
			if !follows || !e.Sure && !deep[i][j] {
				s.Reduced = append(s.Reduced, e)
			}
		}
	}
	s.ask(spans, m, func(i, j int) bool { return given[i][j].seen }, deep)
	order := func(a, b Edge) int {
		if c := strings.Compare(a.Event, b.Event); c != 0 {
			return c
		}
		return strings.Compare(a.Needs, b.Needs)
	}
	slices.SortFunc(s.Edges, order)
	slices.SortFunc(s.Reduced, order)
	return s, nil
}

// circles names the circles of prerequisites.
func (s *Structure) circles(spans []Span, needs [][]bool) bool {
	state := make([]int, len(spans))
	var path []int
	found := false
	var visit func(i int)
	visit = func(i int) {
		state[i] = 1
		path = append(path, i)
		for j := range spans {
			if !needs[i][j] {
				continue
			}
			switch state[j] {
			case 0:
				visit(j)
			case 1:
				found = true
				loop := append(slices.Clone(path[slices.Index(path, j):]), j)
				var ids, parts []string
				for _, k := range loop {
					ids = append(ids, spans[k].ID)
					parts = append(parts, spans[k].name())
				}
				s.Wrong = append(s.Wrong, Contradiction{ids, "these need each other in a circle: " + strings.Join(parts, " needs ")})
			}
		}
		path = path[:len(path)-1]
		state[i] = 2
	}
	for i := range spans {
		if state[i] == 0 {
			visit(i)
		}
	}
	return found
}

// chain is a shortest chain of needs from i to j.
func (s *Structure) chain(spans []Span, needs [][]bool, i, j int) []string {
	from := map[int]int{i: -1}
	queue := []int{i}
	for len(queue) > 0 {
		x := queue[0]
		queue = queue[1:]
		for y := range spans {
			if _, seen := from[y]; needs[x][y] && !seen {
				from[y] = x
				queue = append(queue, y)
			}
		}
	}
	var out []string
	for k, ok := j, true; ok && k >= 0; k, ok = from[k] {
		out = append(out, spans[k].ID)
	}
	slices.Reverse(out)
	return out
}

func (s *Structure) chainWords(spans []Span, at map[string]int, chain []string) string {
	var parts []string
	for k := 1; k < len(chain); k++ {
		parts = append(parts, spans[at[chain[k-1]]].name()+" needs "+spans[at[chain[k]]].name())
	}
	return strings.Join(parts, ", ")
}

func (s *Structure) layers(spans []Span, needs [][]bool) {
	var depth func(i int) int
	done := map[int]int{}
	depth = func(i int) int {
		if d, ok := done[i]; ok {
			return d
		}
		d := 0
		for j := range spans {
			if needs[i][j] {
				d = max(d, depth(j)+1)
			}
		}
		done[i] = d
		return d
	}
	for i, x := range spans {
		s.Layer[x.ID] = depth(i)
	}
}

// ask finds the questions that are open. Events are taken in the order in which they may have begun; of those before an event,
// the nearest comes first, since what it needs then needs no question.
func (s *Structure) ask(spans []Span, m Matrix, given func(i, j int) bool, deep [][]bool) {
	order := make([]int, len(spans))
	for i := range order {
		order[i] = i
	}
	key := func(i int) [2]int {
		w := spans[i].window()
		return [2]int{max(w.start[0], -far/2) + min(w.start[1], far/2), i}
	}
	slices.SortFunc(order, func(a, b int) int { return slices.Compare(ints(key(a)), ints(key(b))) })
	for x, i := range order {
		var before []int
		for y := x - 1; y >= 0; y-- {
			before = append(before, order[y])
		}
		before = append(before, order[x+1:]...)
		for _, j := range before {
			switch {
			case given(i, j):
			case deep[i][j] || deep[j][i] || m.Verdicts[j][i] == Impossible:
				s.Implied++
			default:
				if s.Open++; s.Next == nil {
					s.Next = &Question{spans[i].ID, spans[j].ID}
				}
			}
		}
	}
}

func ints(a [2]int) []int { return a[:] }

// Spark answers which of two things set off the other, as far as order and prerequisites tell.
type Spark struct {
	First, Second string  // labels
	Forward       Verdict // that the first began before the second
	Backward      Verdict // that the second began before the first
	Relations     []string
	Path          []string // labels of a chain of prerequisites from the first to the second, if there is one
	BackPath      []string // from the second to the first
	Evidenced     bool     // each step of the chain has evidence
	Words         string   // the answer
	Missing       []string // what is missing for more
}

// Sparked compares a window of opportunity with a movement: did the window spark the movement, or the movement the window? Both
// are spans, each perhaps with more events that belong to it. Order alone never shows that one produced the other; a chain of
// prerequisites from one to the other says that without the one the other would not have been. The rival is always told, too.
func Sparked(window, movement Span, spans []Span, answers []Prerequisite, inWindow, inMovement []string) (Spark, error) {
	for _, s := range []Span{window, movement} {
		if err := s.check(); err != nil {
			return Spark{}, err
		}
	}
	out := Spark{First: window.name(), Second: movement.name(), Forward: Before(window, movement), Backward: Before(movement, window), Relations: Relations(window, movement)}
	name := map[string]string{}
	for _, s := range append(slices.Clone(spans), window, movement) {
		name[s.ID] = s.name()
	}
	needs := map[string][]Prerequisite{}
	for _, a := range answers {
		if a.Answer == Yes {
			needs[a.Event] = append(needs[a.Event], a)
		}
	}
	when := map[string]Span{window.ID: window, movement.ID: movement}
	for _, s := range spans {
		when[s.ID] = s
	}
	excluded := func(ids []string) bool { // the dates do not let each step begin before the next
		for k := 1; k < len(ids); k++ {
			a, ok := when[ids[k-1]]
			b, ok2 := when[ids[k]]
			if ok && ok2 && Before(a, b) == Impossible {
				return true
			}
		}
		return false
	}
	var against []string
	path := func(from, to []string) (labels []string, evidenced bool) {
		for _, end := range to {
			prev := map[string]Prerequisite{}
			seen := map[string]bool{end: true}
			queue := []string{end}
			for len(queue) > 0 {
				x := queue[0]
				queue = queue[1:]
				if slices.Contains(from, x) && x != end {
					evidenced = true
					var ids []string
					labels = nil
					for y := x; y != end; y = prev[y].Event {
						ids, labels = append(ids, y), append(labels, name[y])
						evidenced = evidenced && prev[y].Evidence > 0
					}
					ids, labels = append(ids, end), append(labels, name[end])
					if excluded(ids) {
						against = append(against, "what is right: by the answers "+strings.Join(labels, " led to ")+", which the dates exclude")
						labels = nil
						break
					}
					return labels, evidenced
				}
				for _, p := range needs[x] {
					if !seen[p.Needs] {
						seen[p.Needs] = true
						prev[p.Needs] = p
						queue = append(queue, p.Needs)
					}
				}
			}
		}
		return nil, false
	}
	w, m := append([]string{window.ID}, inWindow...), append([]string{movement.ID}, inMovement...)
	var back bool
	out.Path, out.Evidenced = path(w, m)
	out.BackPath, back = path(m, w)
	first, second := out.First, out.Second // what the answer is about: the ends of the chain, where there is one
	if p := out.Path; p != nil {
		first, second = p[0], p[len(p)-1]
	} else if p := out.BackPath; p != nil {
		second, first = p[0], p[len(p)-1]
	}
	switch { // every step of every chain that is told
	case out.Path != nil && out.BackPath != nil:
		out.Evidenced = out.Evidenced && back
	case out.BackPath != nil:
		out.Evidenced = back
	}
	switch {
	case out.Path != nil && out.BackPath != nil:
		out.Words = fmt.Sprintf("Each fed the other: %s was needed for part of %s, and the other way round. Which came first has to be told event by event.", out.First, out.Second)
	case out.Forward == Impossible && out.Backward == Impossible:
		out.Words = fmt.Sprintf("%s and %s began on the same day: by time alone neither sparked the other.", out.First, out.Second)
	case out.Path != nil:
		out.Words = fmt.Sprintf("%s sparked %s, as the answers stand: without it %s would not have happened.", first, second, second)
	case out.BackPath != nil:
		out.Words = fmt.Sprintf("%s opened %s, as the answers stand: without it there would have been no such window.", second, first)
	case out.Forward == Certain:
		out.Words = fmt.Sprintf("%s came first. That it sparked %s is possible, and not shown: order alone does not show that one produced the other.", out.First, out.Second)
	case out.Backward == Certain:
		out.Words = fmt.Sprintf("%s came first, so %s cannot have sparked its beginning. That it opened the window is possible, and not shown.", out.Second, out.First)
	default:
		out.Words = "The dates leave open which came first, so either may have sparked the other."
	}
	if out.Forward == Possible || out.Backward == Possible {
		out.Missing = append(out.Missing, "a closer date of either beginning")
	}
	if out.Path == nil && out.Forward != Impossible {
		out.Missing = append(out.Missing, fmt.Sprintf("whether %s could have happened without %s, with evidence", out.Second, out.First))
	}
	if out.BackPath == nil && out.Backward != Impossible {
		out.Missing = append(out.Missing, fmt.Sprintf("the rival: whether %s could have happened without %s", out.First, out.Second))
	}
	out.Missing = append(out.Missing, against...)
	if (out.Path != nil || out.BackPath != nil) && !out.Evidenced {
		out.Missing = append(out.Missing, "evidence for each step of the chain")
	}
	return out, nil
}
