package process

import (
	"fmt"
	"slices"
	"strings"
)

// Grade of certainty or uniqueness, in words.
type Grade string

const (
	Low      Grade = "low"
	Middling Grade = "middling"
	High     Grade = "high"
)

// Result of looking for a trace.
type Result string

const (
	Unsought      Result = ""               // nobody has looked yet
	Found         Result = "found"          //
	Absent        Result = "absent"         // looked for, and not there
	NotSearched   Result = "not-searched"   // nobody will look
	NotObservable Result = "not-observable" // it could not be seen if it were there
)

// Kind of a test (Van Evera 1997, Guide to Methods, ch. 1; Collier 2011, PS 44:823-830).
type Kind string

const (
	Hoop   Kind = "hoop test"
	Gun    Kind = "smoking gun"
	Doubly Kind = "doubly decisive"
	Straw  Kind = "straw in the wind"
)

// Test is a trace that a hypothesis leads to expect.
type Test struct {
	ID         string
	Trace      string // what should be seen
	Certainty  Grade  // how sure it is to be there if the hypothesis is true
	Uniqueness Grade  // how unlikely it is if a rival is true
	Written    string // when the expectation was written down; times compare as texts (RFC 3339, UTC)
	Seen       string // when the result was written down; empty: not yet
	Result     Result
	Origin     string  // where the evidence comes from in the end; those of one origin count once
	Power      float64 // probability that the search finds what is there; 0: not judged
}

// Kind follows from certainty and uniqueness: only what is high counts as high. A trace that must be there and proves nothing
// is a hoop, one that need not be there but fits nothing else a smoking gun, one that is both doubly decisive.
func (t Test) Kind() Kind {
	switch certain, unique := t.Certainty == High, t.Uniqueness == High; {
	case certain && unique:
		return Doubly
	case certain:
		return Hoop
	case unique:
		return Gun
	}
	return Straw
}

// Effect of a test on its hypothesis, strongest for it first.
type Effect int

const (
	Confirms   Effect = 3  // rivals are all but out
	Supports   Effect = 1  // a little
	Neutral    Effect = 0  //
	Weakens    Effect = -1 // a little
	Eliminates Effect = -3 // it is all but out
)

// Reading is what a test says, and whether it counts.
type Reading struct {
	Test    Test
	Kind    Kind
	Effect  Effect
	Words   string // for the hypothesis
	Rivals  string // for its rivals
	Counts  bool   // false: another of the same origin counts in its place, or it has no result
	Late    bool   // the expectation was written down after the result
	Caution string // why the result weighs less than it seems; empty: nothing
}

// Verdict on a hypothesis in careful words, with what it rests on.
type Summary struct {
	Readings  []Reading
	Passed    int // hoops that were passed, doubly decisive ones among them
	Failed    int // hoops that were not
	Guns      int // smoking guns that were found, doubly decisive ones among them
	Straws    int // straws for it, less those against it
	Open      int // tests without a result
	Late      int // counted tests whose expectation was written after the result
	Words     string
	Uncounted []string // ids of tests whose origin counts already
}

// Judge reads all tests of a hypothesis. Evidence of one origin counts once, by its strongest reading: two papers that print
// the same agency's words are one source (Bennett 2010, in Brady & Collier, Rethinking Social Inquiry, 2nd ed., ch. 10).
func Judge(tests []Test) (Summary, error) {
	var s Summary
	ids := map[string]bool{}
	for _, t := range tests {
		if err := t.check(); err != nil {
			return s, err
		}
		if ids[t.ID] {
			return s, fmt.Errorf("the test %q stands twice", t.ID)
		}
		ids[t.ID] = true
		s.Readings = append(s.Readings, t.read())
	}
	strongest := map[string]int{}
	for i, r := range s.Readings {
		if o := r.Test.Origin; o != "" && r.Counts {
			j, seen := strongest[o]
			if !seen || weight(r.Effect) > weight(s.Readings[j].Effect) {
				strongest[o] = i
			}
		}
	}
	for i := range s.Readings {
		r := &s.Readings[i]
		// Of one origin and equally strong for it and against it, both stand: such evidence contests itself.
		if j, ok := strongest[r.Test.Origin]; ok && r.Counts && j != i && r.Effect != -s.Readings[j].Effect {
			r.Counts = false
			r.Caution = join(r.Caution, fmt.Sprintf("not counted: it comes from the same origin (%s) as %q", r.Test.Origin, s.Readings[j].Test.ID))
			s.Uncounted = append(s.Uncounted, r.Test.ID)
		}
		if r.Test.Result == Unsought {
			s.Open++
		}
		if !r.Counts {
			continue
		}
		if r.Late {
			s.Late++
		}
		switch hoop, gun := r.Kind == Hoop || r.Kind == Doubly, r.Kind == Gun || r.Kind == Doubly; {
		case r.Test.Result == Found && hoop && gun:
			s.Passed++
			s.Guns++
		case r.Test.Result == Found && hoop:
			s.Passed++
		case r.Test.Result == Found && gun:
			s.Guns++
		case r.Test.Result == Absent && hoop && r.Effect == Eliminates:
			s.Failed++
		default:
			s.Straws += int(r.Effect)
		}
	}
	s.Words = s.words(len(tests))
	return s, nil
}

func weight(e Effect) int {
	if e < 0 {
		return int(-e)
	}
	return int(e)
}

func join(a, b string) string {
	if a == "" {
		return b
	}
	return a + "; " + b
}

func (t Test) check() error {
	grade := func(g Grade) bool { return g == Low || g == Middling || g == High }
	switch {
	case t.ID == "":
		return fmt.Errorf("a test has no id")
	case strings.TrimSpace(t.Trace) == "":
		return fmt.Errorf("the test %q does not say what should be seen", t.ID)
	case !grade(t.Certainty) || !grade(t.Uniqueness):
		return fmt.Errorf("the test %q has the certainty %q and the uniqueness %q; expected low, middling or high", t.ID, t.Certainty, t.Uniqueness)
	case !slices.Contains([]Result{Unsought, Found, Absent, NotSearched, NotObservable}, t.Result):
		return fmt.Errorf("the test %q has the result %q; expected found, absent, not-searched or not-observable", t.ID, t.Result)
	case !(t.Power >= 0 && t.Power <= 1):
		return fmt.Errorf("the test %q has the search power %g; expected 0 to 1", t.ID, t.Power)
	}
	return nil
}

// read says what one test tells (Collier 2011, table 1).
func (t Test) read() Reading {
	r := Reading{Test: t, Kind: t.Kind()}
	r.Late = t.Seen != "" && t.Written != "" && t.Written >= t.Seen
	if r.Late {
		r.Caution = "the expectation was written down after the result: it was not put to the test"
	}
	switch t.Result {
	case Unsought:
		r.Words, r.Rivals = "not looked for yet", ""
		return r
	case NotSearched:
		r.Words = "nobody looks for it, so it says nothing"
		return r
	case NotObservable:
		r.Words = "it could not be seen if it were there, so its absence says nothing"
		return r
	}
	r.Counts = true
	found := t.Result == Found
	switch r.Kind {
	case Hoop:
		if found {
			r.Effect, r.Words, r.Rivals = Supports, "passed: the hypothesis stays in the race, and is not confirmed by that", "somewhat weaker"
		} else {
			r.Effect, r.Words, r.Rivals = Eliminates, "failed: the hypothesis is all but out", "somewhat stronger"
		}
	case Gun:
		if found {
			r.Effect, r.Words, r.Rivals = Confirms, "found: strong support for the hypothesis", "much weaker"
		} else {
			r.Effect, r.Words, r.Rivals = Weakens, "not found: the hypothesis is a little weaker, and not out", "a little stronger"
		}
	case Doubly:
		if found {
			r.Effect, r.Words, r.Rivals = Confirms, "found: the hypothesis is confirmed", "all but out"
		} else {
			r.Effect, r.Words, r.Rivals = Eliminates, "failed: the hypothesis is all but out", "much stronger"
		}
	default:
		if found {
			r.Effect, r.Words, r.Rivals = Supports, "found: it points that way, and decides nothing", "a little weaker"
		} else {
			r.Effect, r.Words, r.Rivals = Weakens, "not found: it points the other way, and decides nothing", "a little stronger"
		}
	}
	// What was not found is evidence as far as the search would have found it.
	if !found && t.Power == 0 {
		r.Caution = join(r.Caution, "nobody judged whether the search would have found it")
	}
	if !found && t.Power > 0 && t.Power < 0.8 && r.Effect == Eliminates {
		r.Effect = Weakens
		r.Words = "not found, but the search may have missed it: the hypothesis is weaker, and not out"
		r.Caution = join(r.Caution, fmt.Sprintf("the search finds such a trace in %.0f of 100 cases", t.Power*100))
	}
	return r
}

func (s Summary) words(n int) string {
	var out string
	switch counted := n - s.Open; {
	case n == 0:
		return "nothing was expected yet, so nothing is tested"
	case counted == 0:
		return "open: nothing has been looked for yet"
	case s.Failed > 0 && s.Guns > 0:
		out = fmt.Sprintf("contested: it failed %s, and yet %s found; look at both again", many(s.Failed, "hoop test"), were(s.Guns, "smoking gun"))
	case s.Failed > 0:
		out = fmt.Sprintf("all but eliminated: it failed %s", many(s.Failed, "hoop test"))
	case s.Guns > 0:
		out = fmt.Sprintf("strongly supported: %s found", were(s.Guns, "smoking gun"))
	case s.Passed > 0:
		out = fmt.Sprintf("survives: it passed %s, which does not confirm it", many(s.Passed, "hoop test"))
	case s.Straws > 0:
		out = "leaning towards it, by straws in the wind alone"
	case s.Straws < 0:
		out = "leaning against it, by straws in the wind alone"
	default:
		out = "undecided"
	}
	if s.Late > 0 {
		out += fmt.Sprintf("; %s written after its result", were(s.Late, "expectation"))
	}
	if s.Open > 0 {
		out += fmt.Sprintf("; %s open", are(s.Open, "test"))
	}
	return out
}

func many(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func were(n int, noun string) string {
	if n == 1 {
		return "1 " + noun + " was"
	}
	return many(n, noun) + " were"
}

func are(n int, noun string) string {
	if n == 1 {
		return "1 " + noun + " is"
	}
	return many(n, noun) + " are"
}
