package qca

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/bits"
	"slices"
	"strings"
)

// ChanceLevel is the share of random data with a perfect solution above which a study has too many conditions for its
// cases, unless another is asked for.
const ChanceLevel = 0.1

// mostRandom bounds the cases for which PerfectByChance is computed. The share falls with the number of cases and is
// practically 0 there for any usual number of conditions.
const mostRandom = 1000

// PerfectByChance is the probability that data without any pattern have no contradictory configuration, so that a
// solution with consistency and coverage 1 exists: the benchmark of Marx (2010, International Journal of Multiple Research Approaches 4) and Marx
// and Dusa (2011, Methodological Innovations Online 6), who simulated it. Each of the cases takes level v of
// condition j with probability margins[j][v], and has the outcome with probability outcome, all independently.
//
// There can be at most 1000 cases. It is exact. With u(n) the probability that n cases which share a configuration do not contradict each other,
// p^n + (1-p)^n, a condition splits n cases over its levels binomially, and no contradiction must be within either part:
// u'(n) = sum over k of Binomial(n, k) u(k) u(n-k). This is repeated for each condition.
func PerfectByChance(cases int, margins [][]float64, outcome float64) (float64, error) {
	if cases < 0 || cases > mostRandom {
		return 0, fmt.Errorf("the number of cases is %d: it can be from 0 to %d", cases, mostRandom)
	}
	if !(outcome >= 0 && outcome <= 1) {
		return 0, fmt.Errorf("the share of cases with the outcome is %v: choose a value from 0 to 1", outcome)
	}
	c := newSplitting(cases, outcome)
	for j, shares := range margins {
		total := 0.0
		for v, p := range shares {
			if !(p >= 0 && p <= 1) {
				return 0, fmt.Errorf("level %d of condition %d has the share %v: choose a value from 0 to 1", v, j+1, p)
			}
			total += p
		}
		if math.Abs(total-1) > 1e-6 {
			return 0, fmt.Errorf("the shares of the levels of condition %d add up to %v: they must add up to 1", j+1, total)
		}
		c.by(shares)
	}
	return c.free(), nil
}

// splitting holds the probabilities u of PerfectByChance as conditions are added.
type splitting struct {
	u, logs []float64 // logs are those of the factorials
}

func newSplitting(cases int, outcome float64) *splitting {
	c := &splitting{make([]float64, cases+1), make([]float64, cases+1)}
	for n := range c.u {
		c.u[n] = math.Pow(outcome, float64(n)) + math.Pow(1-outcome, float64(n))
		c.logs[n], _ = math.Lgamma(float64(n) + 1)
	}
	c.u[0] = 1
	return c
}

func (c *splitting) free() float64 { return min(1, c.u[len(c.u)-1]) }

// by adds a condition whose levels have these shares.
func (c *splitting) by(shares []float64) {
	var joined []float64 // of the levels so far
	weight := 0.0
	for _, p := range shares {
		if p == 0 {
			continue
		}
		weight += p
		if joined == nil {
			joined = c.u
			continue
		}
		a, b := math.Log(p/weight), math.Log((weight-p)/weight)
		next := make([]float64, len(c.u))
		for n := range next {
			for k := range n + 1 {
				next[n] += math.Exp(c.logs[n]-c.logs[k]-c.logs[n-k]+float64(k)*a+float64(n-k)*b) * c.u[k] * joined[n-k]
			}
		}
		joined = next
	}
	c.u = joined
}

// even gives margins in which every level is as likely.
func even(levels []int) [][]float64 {
	var out [][]float64
	for _, l := range levels {
		shares := make([]float64, l)
		for v := range shares {
			shares[v] = 1 / float64(l)
		}
		out = append(out, shares)
	}
	return out
}

// margins are the shares of cases on each level, memberships above 0.5 counting as present, and that of cases with the
// outcome.
func (d Data) margins() ([][]float64, float64) {
	n := float64(len(d.Cases))
	var out [][]float64
	for j, l := range d.levels() {
		shares := make([]float64, l)
		for _, row := range d.Values {
			v := int(row[j])
			if l == 2 && row[j] > 0.5 {
				v = 1
			} else if l == 2 {
				v = 0
			}
			shares[v] += 1 / n
		}
		out = append(out, shares)
	}
	y := 0.0
	for _, x := range d.Outcome {
		if x > 0.5 {
			y += 1 / n
		}
	}
	return out, min(1, y)
}

// Diversity says how much of what is possible was seen, and whether the cases can carry the conditions.
type Diversity struct {
	Cases      int `json:"cases"`
	Conditions int `json:"conditions"`
	// Possible counts the configurations there are, Seen those with a case, and Coded those with enough cases.
	Possible uint64 `json:"possible"`
	Seen     int    `json:"seen"`
	Coded    int    `json:"coded"`
	// Mixed counts the seen configurations whose cases lie on both sides of 0.5 in the outcome.
	Mixed int `json:"mixed"`
	// ByChance is the probability that random data of the same dimensions, of at most 1000 cases, have no contradictory configuration, every
	// level and the outcome as likely as not; ByChanceLike the same with the levels and the outcome as frequent as in the
	// data. See PerfectByChance.
	ByChance     float64 `json:"by_chance"`
	ByChanceLike float64 `json:"by_chance_like"`
	// Level is the share above which there are too many conditions, and Carries the largest number of conditions with two
	// levels that stays below it with so many cases.
	Level   float64 `json:"level"`
	Carries int     `json:"carries"`
	// Table is ByChance for 1, 2, 3... conditions with two levels.
	Table []float64 `json:"table"`
}

// Diversity measures the limited diversity of a truth table. A level of zero means ChanceLevel.
func (t Table) Diversity(level float64) (Diversity, error) {
	if level == 0 {
		level = ChanceLevel
	}
	if !(level > 0 && level < 1) {
		return Diversity{}, fmt.Errorf("the level is %v: choose a share between 0 and 1, such as %v", level, ChanceLevel)
	}
	v := Diversity{Cases: len(t.data.Cases), Conditions: len(t.Conditions), Possible: t.Possible, Seen: len(t.Rows), Level: level, Table: []float64{}}
	for _, r := range t.Rows {
		if r.Output != Remainder {
			v.Coded++
		}
		if r.Mixed {
			v.Mixed++
		}
	}
	n := min(v.Cases, mostRandom)
	var err error
	if v.ByChance, err = PerfectByChance(n, even(t.Levels), 0.5); err != nil {
		return v, err
	}
	margins, y := t.data.margins()
	if v.ByChanceLike, err = PerfectByChance(n, margins, y); err != nil {
		return v, err
	}
	c := newSplitting(n, 0.5)
	for k := 1; k <= max(v.Conditions, 8); k++ {
		c.by([]float64{0.5, 0.5})
		v.Table = append(v.Table, c.free())
		if c.free() <= level {
			v.Carries = k
		}
	}
	return v, nil
}

// Words says in plain sentences what the numbers mean.
func (v Diversity) Words() []string {
	seen := fmt.Sprintf("%s of %d possible configurations were seen in %s", plural(v.Seen, "one", "%d"), v.Possible, plural(v.Cases, "one case", "%d cases"))
	out := []string{seen}
	with := fmt.Sprintf("with %s and %s", plural(v.Cases, "one case", "%d cases"), plural(v.Conditions, "one condition", "%d conditions"))
	share := max(v.ByChance, v.ByChanceLike)
	advice := "use fewer conditions"
	if v.Carries > 0 {
		advice = fmt.Sprintf("use fewer conditions; so many cases carry %d at most", v.Carries)
	}
	if v.Carries == 0 {
		advice += ", or more cases; so few carry none"
	}
	switch {
	case share > 0.75:
		out = append(out, fmt.Sprintf("%s almost any data give a perfect solution (%.0f %% of random data do): %s", with, 100*share, advice))
	case share > v.Level:
		out = append(out, fmt.Sprintf("%s a perfect solution proves little: %.0f %% of random data have one; %s", with, 100*share, advice))
	default:
		out = append(out, fmt.Sprintf("%s few random data have a perfect solution (%s %%): to have one means something", with, percent(share)))
	}
	if v.Mixed > 0 {
		out = append(out, fmt.Sprintf("%s cases with and without the outcome, so a condition that tells them apart may be missing", plural(v.Mixed, "one configuration has", "%d configurations have")))
	}
	return out
}

// percent writes a share with two digits that count.
func percent(share float64) string {
	switch {
	case share >= 0.1:
		return fmt.Sprintf("%.0f", 100*share)
	case share < 1e-6:
		return "less than 0.0001"
	}
	return fmt.Sprintf("%.2g", 100*share)
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return fmt.Sprintf(many, n)
}

// PermutationOptions say how outcomes are shuffled.
type PermutationOptions struct {
	// Runs is how many shuffles are drawn; zero means 10,000. When there are no more different ones they are all
	// enumerated and the result is exact.
	Runs int
	// Seed makes the draws repeatable.
	Seed uint64
	// Model is the place, from 0, of the observed model that is compared, in the order of Found.Models.
	Model int
	// Progress is told of blocks of shuffles.
	Progress Progress
}

// TermChance is the chance of one term.
type TermChance struct {
	Expr        string  `json:"expr"`
	Consistency float64 `json:"consistency"`
	// P is the share of shuffled outcomes with which the term is at least as consistent.
	P float64 `json:"p"`
	// Adjusted is P corrected for there being several terms, by Holm's method. It does not know of the terms that could
	// have been found but were not; see Permutation.Share for that.
	Adjusted float64 `json:"adjusted"`
}

// Permutation compares a solution with those that shuffled outcomes give.
type Permutation struct {
	// Model is the observed model, with its fit.
	Model string   `json:"model"`
	Fit   ModelFit `json:"fit"`
	// Runs counts the shuffles; Exact says that these are all different ones there are.
	Runs  int  `json:"runs"`
	Exact bool `json:"exact"`
	// AsGood counts the shuffles of which some model is at least as consistent and covers at least as much. Share is their
	// share; of drawn shuffles it is (AsGood+1)/(Runs+1), so that it is never zero.
	AsGood int     `json:"as_good"`
	Share  float64 `json:"share"`
	// Solved counts the shuffles that gave any solution.
	Solved int          `json:"solved"`
	Terms  []TermChance `json:"terms"`
}

// permutationBlock is how many shuffles share a generator; it does not depend on the machine, so neither does the result.
const permutationBlock = 250

// Permute shuffles the outcome over the cases, which keeps everything but the link between outcome and conditions, and
// looks for solutions each time, with the same cut-offs and options. Because the whole search is repeated, the share of
// shuffles that do as well takes into account that a search among many expressions finds something in most data. For
// single terms it gives the permutation test of Braumoeller (2015, Political Analysis 23:471-487) with Holm's correction.
//
// Of each shuffle at most the first hundred models are compared; that errs, if at all, towards a smaller share only where
// data leave more models open than anyone would report. The search for them is bounded by Options.Work, here
// 20,000,000 unless set.
func (a Analysis) Permute(ctx context.Context, p PermutationOptions) (Permutation, error) {
	if p.Runs == 0 {
		p.Runs = 10_000
	}
	if p.Runs < 1 || p.Runs > 10_000_000 {
		return Permutation{}, fmt.Errorf("the number of shuffles is %d: choose 1 to 10,000,000", p.Runs)
	}
	o := a.Options
	if o.Work == 0 {
		o.Work = 20_000_000
	}
	if o.MaxModels == 0 {
		o.MaxModels = 100
	}
	t, err := NewTable(a.Data, a.Cutoffs)
	if err != nil {
		return Permutation{}, err
	}
	s := NewSweep(o)
	base, err := s.Solve(ctx, t)
	if err != nil {
		return Permutation{}, err
	}
	if base.Problem != "" {
		return Permutation{}, fmt.Errorf("there is no solution to compare with shuffled outcomes: %s", base.Problem)
	}
	if p.Model < 0 || p.Model >= len(base.Models) {
		return Permutation{}, fmt.Errorf("there is no model %d: there are %d", p.Model+1, len(base.Models))
	}
	d := t.data
	y := d.Outcome
	cubes, err := d.cubes(base.terms[p.Model])
	if err != nil {
		return Permutation{}, err
	}
	whole := measure(d.union(cubes), y)
	out := Permutation{Model: base.Models[p.Model], Fit: ModelFit{whole.consistency, whole.pri, whole.coverage}, Terms: []TermChance{}}
	var terms [][]float64
	for _, c := range cubes {
		terms = append(terms, d.membership(c))
		out.Terms = append(out.Terms, TermChance{Expr: d.write([]cube{c}), Consistency: measure(terms[len(terms)-1], y).consistency})
	}
	all, exact := arrangements(y, p.Runs)
	out.Exact, out.Runs = exact, p.Runs
	if exact {
		out.Runs = len(all)
	}
	shuffles := shuffler{s: s, t: t, want: whole, rows: t.memberships()}
	blocks := (out.Runs + permutationBlock - 1) / permutationBlock
	type tally struct {
		good, solved int
		terms        []int
	}
	tallies := make([]tally, blocks)
	err = parallel(ctx, blocks, p.Progress, func(b int) error {
		w := shuffles.worker()
		n := tally{terms: make([]int, len(terms))}
		r := newDraws(p.Seed, uint64(b))
		now := slices.Clone(y)
		for i := b * permutationBlock; i < min(out.Runs, (b+1)*permutationBlock); i++ {
			if exact {
				now = all[i]
			} else {
				r.shuffle(now)
			}
			good, solved, err := w.try(ctx, now)
			if err != nil {
				return err
			}
			if good {
				n.good++
			}
			if solved {
				n.solved++
			}
			for k, x := range terms {
				if reaches(measure(x, now).consistency, out.Terms[k].Consistency) {
					n.terms[k]++
				}
			}
		}
		tallies[b] = n
		return nil
	})
	if err != nil {
		return Permutation{}, err
	}
	share := func(n int) float64 {
		if exact {
			return float64(n) / float64(out.Runs)
		}
		return float64(n+1) / float64(out.Runs+1)
	}
	as := make([]int, len(terms))
	for _, n := range tallies {
		out.AsGood += n.good
		out.Solved += n.solved
		for k := range as {
			as[k] += n.terms[k]
		}
	}
	out.Share = share(out.AsGood)
	order := make([]int, len(terms))
	for k := range terms {
		order[k] = k
		out.Terms[k].P = share(as[k])
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(out.Terms[i].P, out.Terms[j].P) })
	last := 0.0
	for i, k := range order {
		last = max(last, min(1, out.Terms[k].P*float64(len(terms)-i)))
		out.Terms[k].Adjusted = last
	}
	return out, nil
}

// Words says the result in plain sentences.
func (p Permutation) Words() []string {
	how := fmt.Sprintf("of %d random shuffles of the outcome", p.Runs)
	if p.Exact {
		how = fmt.Sprintf("of all %d ways to distribute the outcome over the cases", p.Runs)
	}
	s := fmt.Sprintf("%s, %s %% give a solution at least as consistent and covering", how, percent(p.Share))
	switch {
	case p.Share > 0.5:
		s += ": such a solution is what data without any pattern give too"
	case p.Share > 0.05:
		s += ": chance alone can well give such a solution"
	default:
		s += ": chance alone seldom gives such a solution"
	}
	out := []string{s}
	for _, t := range p.Terms {
		if t.Adjusted > 0.05 {
			out = append(out, fmt.Sprintf("the consistency of %s could be chance (p = %.2g, corrected for %s)", t.Expr, t.Adjusted, plural(len(p.Terms), "one term", "%d terms")))
		}
	}
	return out
}

// draws is the generator SplitMix64 of Steele, Lea and Flood (2014, OOPSLA): its numbers depend on the seed alone, in every
// version of the program.
type draws uint64

// newDraws starts a generator of its own for each stream of a seed.
func newDraws(seed, stream uint64) *draws {
	d := draws(seed)
	d = draws(d.next() + stream)
	d = draws(d.next())
	return &d
}

func (d *draws) next() uint64 {
	*d += 0x9e3779b97f4a7c15
	z := uint64(*d)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// below draws a whole number from 0 to n-1, all as likely (Lemire 2019, ACM Transactions on Modeling and Computer
// Simulation 29).
func (d *draws) below(n uint64) uint64 {
	high, low := bits.Mul64(d.next(), n)
	for low < -n%n {
		high, low = bits.Mul64(d.next(), n)
	}
	return high
}

// shuffle gives every order the same chance (Fisher and Yates).
func (d *draws) shuffle(xs []float64) {
	for i := len(xs) - 1; i > 0; i-- {
		j := d.below(uint64(i) + 1)
		xs[i], xs[j] = xs[j], xs[i]
	}
}

// arrangements lists all different orders of the values when there are at most so many.
func arrangements(y []float64, most int) ([][]float64, bool) {
	now := slices.Sorted(slices.Values(y))
	count, run := 1.0, 0
	for i := range now {
		if i > 0 && now[i] == now[i-1] {
			run++
		} else {
			run = 1
		}
		count = count * float64(i+1) / float64(run)
	}
	if count > float64(most)+0.5 {
		return nil, false
	}
	var out [][]float64
	for {
		out = append(out, slices.Clone(now))
		i := len(now) - 2
		for i >= 0 && now[i] >= now[i+1] {
			i--
		}
		if i < 0 {
			return out, true
		}
		j := len(now) - 1
		for now[j] <= now[i] {
			j--
		}
		now[i], now[j] = now[j], now[i]
		slices.Reverse(now[i+1:])
	}
}

// memberships gives each case's membership in each row as NewTable uses it for the row's consistency.
func (t Table) memberships() [][]float64 {
	crisp := !slices.Contains(t.data.fuzzy(), true)
	in := make(map[string]int, len(t.data.Cases))
	for i, name := range t.data.Cases {
		in[name] = i
	}
	var out [][]float64
	for _, r := range t.Rows {
		c := make(cube, len(r.Values))
		for j, v := range r.Values {
			c[j] = int8(v)
		}
		if !crisp {
			out = append(out, t.data.membership(c))
			continue
		}
		x := make([]float64, len(t.data.Cases))
		for _, name := range r.Cases {
			x[in[name]] = 1
		}
		out = append(out, x)
	}
	return out
}

// shuffler is what all shuffles share.
type shuffler struct {
	s    *Sweep
	t    Table
	want fit
	rows [][]float64
}

// shuffleWorker codes and solves shuffles one after another.
type shuffleWorker struct {
	shuffler
	sets map[string][]float64 // membership in models
}

func (s shuffler) worker() *shuffleWorker {
	w := &shuffleWorker{shuffler: s, sets: map[string][]float64{}}
	w.t.Rows = slices.Clone(s.t.Rows)
	return w
}

func (w *shuffleWorker) try(ctx context.Context, y []float64) (good, solved bool, err error) {
	for i, x := range w.rows {
		r := &w.t.Rows[i]
		f := measure(x, y)
		r.Output = w.t.Cutoffs.code(r.N, f.consistency, f.pri)
	}
	f, err := w.s.Solve(ctx, w.t)
	if err != nil {
		return false, false, err
	}
	for i, name := range f.Models {
		x, ok := w.sets[name]
		if !ok {
			cubes, err := w.t.data.cubes(f.terms[i])
			if err != nil {
				return false, false, err
			}
			x = w.t.data.union(cubes)
			if len(w.sets) < 10_000 {
				w.sets[name] = x
			}
		}
		m := measure(x, y)
		if reaches(m.consistency, w.want.consistency) && reaches(m.coverage, w.want.coverage) {
			return true, true, nil
		}
	}
	return false, len(f.Models) > 0, nil
}

// OpenChoice is how far the data leave the choice between models open.
type OpenChoice struct {
	// Models is the number of models, in digits; AtLeast says that there may be more.
	Models  string `json:"models"`
	AtLeast bool   `json:"at_least,omitempty"`
	// Always are the terms of every model; Sometimes those of some of the listed models.
	Always    []string `json:"always"`
	Sometimes []string `json:"sometimes"`
	// Disputed are the cases that some listed models hold and others do not.
	Disputed []string `json:"disputed"`
}

// OpenChoice summarises the ambiguity of a solution: which terms every model has, and about which cases models disagree
// (Baumgartner and Thiem 2017, Sociological Methods & Research 46:954-987). Choosing one of several models silently is
// reporting a result that the data do not give.
func (d Data) OpenChoice(s Solution) OpenChoice {
	out := OpenChoice{Models: s.ModelCount.String(), AtLeast: !s.Exact, Always: []string{}, Sometimes: []string{}, Disputed: []string{}}
	held := map[string]int{}
	in := map[int]bool{}
	for _, m := range s.Models {
		mine := map[string]bool{}
		for i, n := range m.Terms {
			in[n] = true
			for _, c := range m.Fit.Terms[i].Cases {
				mine[c] = true
			}
		}
		for c := range mine {
			held[c]++
		}
	}
	for i, p := range s.PrimeImplicants {
		if slices.Contains(s.Essential, i) {
			out.Always = append(out.Always, p.Expr)
		} else if in[i] {
			out.Sometimes = append(out.Sometimes, p.Expr)
		}
	}
	for _, c := range d.Cases {
		if n := held[c]; n > 0 && n < len(s.Models) {
			out.Disputed = append(out.Disputed, c)
		}
	}
	return out
}

// Words says it in plain sentences.
func (c OpenChoice) Words() []string {
	if c.Models == "1" && !c.AtLeast {
		return []string{"the data leave one model"}
	}
	at := ""
	if c.AtLeast {
		at = "at least "
	}
	out := []string{fmt.Sprintf("%s%s models fit the data equally well: report them all, or say why one is preferred", at, c.Models)}
	if len(c.Always) > 0 {
		out = append(out, "every model has "+strings.Join(c.Always, ", "))
	} else {
		out = append(out, "no term is in every model")
	}
	if len(c.Disputed) > 0 {
		out = append(out, "models disagree about "+strings.Join(c.Disputed, ", "))
	}
	return out
}
