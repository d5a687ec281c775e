package selection

import (
	"context"
	"errors"
	"math"
	"slices"
)

// Solve chooses. The levels are taken one after the other: each is made as good as can be without giving up what those
// before it reached. When ctx ends, the best found so far is returned with what bounds it; Proven tells. A question that has
// no answer is an error in the user's words, which names the limits that cannot hold together.
func Solve(ctx context.Context, q Question) (Answer, error) {
	if err := q.check(); err != nil {
		return Answer{}, err
	}
	if len(q.Candidates) == 0 {
		return Answer{}, errors.New("there are no candidates")
	}
	return newProblem(q).solve(ctx)
}

func (p *problem) solve(ctx context.Context) (Answer, error) {
	q := p.q
	var a Answer
	a.Missing = p.missing
	lim := free
	var who []int
	level := func(name string, value, bound float64, proven bool) {
		if proven {
			bound = value
		}
		a.Levels = append(a.Levels, Level{name, value, bound, proven})
	}
	if q.Coverage == Lex || q.Coverage == "" {
		got, err := p.coverage(ctx)
		if err != nil {
			return a, err
		}
		lim, who, a.Levels = got.lim, got.who, got.levels
	} else if who, _ = p.find(ctx, nil, lim); who == nil {
		if ctx.Err() != nil {
			return a, errors.New("no choice that keeps the limits was found in the time given: allow more time or lift a limit")
		}
		return a, p.conflict(ctx)
	}
	if q.Objective == All || q.Objective == "" {
		if p.judged() {
			p, who = p.worst(ctx, lim, who, level)
			var fit, bound float64
			who, fit, bound = p.largest(ctx, nil, lim, p.access, who)
			level(LevelAccess, fit, bound, bound <= fit+proofEps)
			lim.access = fit
		}
	}
	if len(q.Attributes) > 0 && q.K > 1 {
		var graph []set
		if q.Objective != MaxSum {
			var value, bound float64
			who, value, bound = p.farthest(ctx, lim, who)
			level(LevelDistance, value, bound, bound <= value+proofEps)
			graph = p.graph(value)
		} else if q.MaxPerCountry == 1 {
			graph = p.graph(math.Inf(-1))
		}
		var value, bound float64
		who, value, bound = p.largest(ctx, graph, lim, nil, who)
		level(LevelSum, value, bound, bound <= value+proofEps)
	}
	for _, i := range who {
		a.Selected = append(a.Selected, p.c[i].ID)
	}
	slices.Sort(a.Selected)
	name := LevelDistance
	if q.Objective == MaxSum {
		name = LevelSum
	}
	l, ok := a.Level(name)
	if !ok {
		l, _ = a.Level(LevelCoverage)
	}
	a.Value, a.Bound = l.Value, l.Bound
	a.Proven = true
	for _, x := range a.Levels {
		// With MaxMin the sum only decides among choices that are equally good: it has a proof of its own.
		a.Proven = a.Proven && (x.Proven || q.Objective == MaxMin && x.Name == LevelSum && l.Name == LevelDistance)
	}
	return a, nil
}

// judged tells whether feasibility differs between candidates.
func (p *problem) judged() bool {
	return slices.ContainsFunc(p.access, func(x float64) bool { return x != p.access[0] })
}

// worst makes the least feasibility of the chosen as large as can be. It gives the problem in which those below stay out.
func (p *problem) worst(ctx context.Context, lim limits, who []int, level func(string, float64, float64, bool)) (*problem, []int) {
	cap := math.Inf(1)
	for _, i := range p.fixed {
		cap = min(cap, p.access[i])
	}
	value := math.Inf(1)
	for _, i := range who {
		value = min(value, p.access[i])
	}
	var steps []float64
	for _, x := range p.access {
		if x > value && x <= cap {
			steps = append(steps, x)
		}
	}
	slices.Sort(steps)
	steps = slices.Compact(steps)
	t := *p
	t.floor = value
	bound, proven := value, true
	for low, high := -1, len(steps); low+1 < high; {
		mid := (low + high) / 2
		try := *p
		try.floor = steps[mid]
		found, whole := try.find(ctx, nil, lim)
		switch {
		case found != nil:
			t, who, low, value = try, found, mid, steps[mid]
		case whole:
			high = mid
		default:
			bound, proven = steps[high-1], false
			low = high
		}
	}
	level(LevelWorst, value, bound, proven)
	return &t, who
}
