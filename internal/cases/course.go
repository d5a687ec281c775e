package cases

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"throughline/analysis/coalition"
	"throughline/analysis/process"
	"throughline/internal/thread"
)

// LaneWords are the lanes of a timeline for people, in the order in which they are drawn.
var LaneWords = map[string]string{"window": "window of opportunity", "movement": "movement", "state": "state", "economy": "economy", "international": "international"}

// LaneOrder lists the words of the lanes in their order.
func LaneOrder() []string {
	var out []string
	for _, l := range Lanes {
		out = append(out, LaneWords[l])
	}
	return out
}

// EventOrder puts events in the order in which they may have begun; what has an open beginning is placed by its end.
func EventOrder(a, b Event) int {
	at := func(e Event) string {
		if d := e.Date.Earliest(); d > process.FirstDay {
			return d
		}
		return e.Date.Latest()
	}
	return cmp.Or(strings.Compare(at(a), at(b)), strings.Compare(a.Date.Latest(), b.Date.Latest()), strings.Compare(string(a.ID), string(b.ID)))
}

// Spans are events as process compares them, in their order.
func Spans(events []Event) []process.Span {
	events = slices.Clone(events)
	slices.SortFunc(events, EventOrder)
	var out []process.Span
	for _, e := range events {
		out = append(out, process.Span{ID: string(e.ID), Label: e.Title, Lane: LaneWords[e.Lane], Start: e.Date, End: e.End})
	}
	return out
}

// When is the time of an event as people say it.
func (e Event) When() string {
	switch e.End {
	case "":
		return e.Date.Words()
	case "..":
		return "from " + e.Date.Words() + ", goes on"
	}
	return "from " + e.Date.Words() + " to " + e.End.Words()
}

// Answers are prerequisites as process reads them.
func Answers(all []Prerequisite) []process.Prerequisite {
	var out []process.Prerequisite
	for _, p := range all {
		out = append(out, process.Prerequisite{Event: string(p.Event), Needs: string(p.Needs), Answer: process.Answer(p.Answer), Why: p.Why, Evidence: len(p.Supports)})
	}
	return out
}

// Course is what can be worked out of the events of a case.
type Course struct {
	Spans          []process.Span
	Matrix         process.Matrix
	Structure      process.Structure
	Contradictions []process.Contradiction // of dates and prerequisites
	Spark          *process.Spark          // of the first window and the movement; nil: not both are there
}

// NewCourse works out order, structure, and which of window and movement came first. What is known to be needed is known to
// have begun before.
func NewCourse(events []Event, answers []Prerequisite) (Course, error) {
	c := Course{Spans: Spans(events)}
	a := Answers(answers)
	var err error
	if c.Structure, err = process.Sequence(c.Spans, a); err != nil {
		return c, err
	}
	var known []process.Pair
	for _, p := range a {
		if p.Answer == process.Yes {
			known = append(known, process.Pair{First: p.Needs, Second: p.Event, Why: p.Why})
		}
	}
	if c.Matrix, c.Contradictions, err = process.Order(c.Spans, known); err != nil {
		return c, err
	}
	c.Contradictions = append(c.Contradictions, c.Structure.Wrong...)
	lane := func(name string) []process.Span {
		return slices.DeleteFunc(slices.Clone(c.Spans), func(s process.Span) bool { return s.Lane != LaneWords[name] })
	}
	windows, movement := lane("window"), lane("movement")
	if len(windows) > 0 && len(movement) > 0 {
		rest := func(all []process.Span) (ids []string) {
			for _, s := range all[1:] {
				ids = append(ids, s.ID)
			}
			return ids
		}
		s, err := process.Sparked(windows[0], movement[0], c.Spans, a, rest(windows), rest(movement))
		if err != nil {
			return c, err
		}
		c.Spark = &s
	}
	return c, nil
}

// Tests are a hypothesis's tests as process judges them.
func (h Hypothesis) Judged() (process.Summary, []process.Test, error) {
	var tests []process.Test
	for _, t := range h.Tests {
		tests = append(tests, process.Test{ID: t.ID, Trace: t.Trace, Certainty: process.Grade(t.Certainty), Uniqueness: process.Grade(t.Uniqueness),
			Written: t.Written, Seen: t.Seen, Result: process.Result(t.Result), Origin: t.Origin, Power: t.Power})
	}
	s, err := process.Judge(tests)
	return s, tests, err
}

// Weighed weighs the tests of a hypothesis that have likelihoods for it and for all its rivals, and a result. Priors are those
// that the hypotheses state; without them nothing is weighed, and why says what is missing. The layer is for those who ask
// for it: words come first.
func (h Hypothesis) Weighed(rivals []Hypothesis) (w process.Weighing, why string) {
	if len(rivals) == 0 {
		return w, "no rival is named"
	}
	names, priors := []string{string(h.ID)}, []float64{h.Prior}
	for _, r := range rivals {
		names, priors = append(names, string(r.ID)), append(priors, r.Prior)
	}
	for i, p := range priors {
		if p == 0 {
			return w, fmt.Sprintf("%s has no prior", names[i])
		}
	}
	var evidence []process.Evidence
	for _, t := range h.Tests {
		if t.Result != "found" && t.Result != "absent" || len(t.Likelihood) == 0 {
			continue
		}
		e := process.Evidence{ID: t.ID, Found: t.Result == "found", Power: t.Power, Origin: t.Origin, If: map[string]process.Chance{}}
		for _, o := range t.Likelihood {
			e.If[string(o.If)] = process.Chance{Low: o.Low, Best: o.Best, High: o.High}
		}
		evidence = append(evidence, e)
	}
	if len(evidence) == 0 {
		return w, "no test that has a result has likelihoods"
	}
	w, err := process.Weigh(names, priors, evidence)
	if err != nil {
		return w, err.Error()
	}
	return w, ""
}

// surety of what is certain, probable or possible, for measures.
var surety = map[string]float64{"": 1, "certain": 1, "probable": 0.7, "possible": 0.3}

// Coalition is the network of the actors in the coalition of a case, in the order of their ids, with the ties that hold them
// together: opposition and pressure are not among these. Who belongs to, is funded or commanded by an organisation stands below it.
func Coalition(actors []Actor, ties []Tie) coalition.Network {
	var n coalition.Network
	in := map[thread.ID]bool{}
	actors = slices.Clone(actors)
	slices.SortFunc(actors, func(a, b Actor) int { return strings.Compare(string(a.ID), string(b.ID)) })
	for _, a := range actors {
		if a.Stance != "coalition" {
			continue
		}
		in[a.ID] = true
		x := coalition.Actor{ID: string(a.ID), Label: a.Name, Sector: a.Sector, Surety: surety[a.Surety], Mix: map[string]map[string]float64{}}
		for name, parts := range map[string][]string{"gender": a.Gender, "age": a.Age, "class": a.Class} {
			if shares, err := Shares(parts); err == nil && len(shares) > 0 {
				x.Mix[name] = shares
			}
		}
		n.Actors = append(n.Actors, x)
	}
	for _, t := range ties {
		if !in[t.From] || !in[t.To] || t.Kind == "opposes" || t.Kind == "pressures" {
			continue
		}
		x := coalition.Tie{From: string(t.From), To: string(t.To), Surety: surety[t.Surety]}
		switch t.Kind {
		case "member-of":
			x.From, x.To, x.Directed = x.To, x.From, true
		case "funds", "commands":
			x.Directed = true
		}
		n.Ties = append(n.Ties, x)
	}
	return n
}
