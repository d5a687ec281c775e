package agreement

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
)

// Coefficients of unitised text. Lengths are in whatever the positions count, such as characters. A document of length L that m
// coders read gives m L of text; each piece of it is compared with what every other coder says of the same piece, so that
//
//	l_ck = sum over documents of 1/(m-1) sum over ordered pairs of coders of the length that one codes c and the other k
//
// with φ for text that a coder left uncoded (the gaps), l_c = sum_k l_ck and l = sum_c l_c, which is all the text. What chance
// would give is found by pairing text with all text but itself, where a unit is a whole and a gap is loose text:
//
//	e_ck = (l_c l_k - [c = k] S_c) / (l - S/l)     S_c = sum of squared lengths of units c     S_φ = l_φ     S = sum_c S_c
//
// (Krippendorff, Mathet, Bouvry and Widlöcher 2016, Quality & Quantity 50:2347-2364, equations 1 to 13; Krippendorff 2019,
// Content Analysis, 4th ed., section 12.6.) Gaps count as agreement where coders share them, and as disagreement where one
// coder's gap meets another's unit; except in CUAlpha and KUAlpha, which look only at text that both coders of a pair coded.
const (
	// UAlpha is agreement on where units are and what they say: 1 - (l - sum_c l_cc) / (e - sum_c e_cc), φ among the codes.
	UAlpha Metric = "u-alpha"
	// UAlphaBinary is agreement on which text is relevant, all codes taken as one: 1 - l_φ+ / e_φ+, + for all but φ. The 2016
	// paper writes it with a bar before u. Units of one coder that overlap, which only different codes can, count as one.
	UAlphaBinary Metric = "u-alpha-binary"
	// CUAlpha is agreement on the codes of text that both coders of a pair coded: 1 - (l* - sum l*_cc) / (e* - sum e*_cc), where
	// l* is l without φ and e* is e of l* with S*_c = sum over units of c, mean over the other coders, of the squared length of
	// it that the other coded.
	CUAlpha Metric = "cu-alpha"
	// KUAlpha, (k)u-alpha, is CUAlpha of one code: 1 - (e*_k / l*_k) (l*_k - l*_kk) / (e*_k - e*_kk).
	KUAlpha Metric = "ku-alpha"
)

// UnitMetrics are the coefficients of unitised text that take all codes together.
func UnitMetrics() []Metric { return []Metric{UAlpha, UAlphaBinary, CUAlpha} }

// Unit is a stretch of text to which a coder gave a code, from Start up to End, which is not part of it. With Code empty it says
// no more than that the coder read the document.
type Unit struct {
	Document, Coder, Code string
	Start, End            int
	Row                   int // for errors; 0 is not told
}

// Document is a text.
type Document struct {
	Name   string
	Length int
	Coders []string // who read it; empty: all coders
}

// Continuum is unitised text, made ready.
type Continuum struct {
	coders []string
	codes  []string
	docs   []document
	units  int
	// overlap names the first coder whose units of different codes overlap; empty: nobody's do.
	overlap string
}

type document struct {
	name   string
	length int
	read   []int      // coders, by index
	units  [][]stroke // of each of them, by start
}

// stroke is a unit; code 0 is φ.
type stroke struct{ start, end, code int }

// NewContinuum checks documents and units and makes them ready. Coders are all that a document or a unit names. Units of one
// coder with the same code in the same document must not overlap, so that each stretch has a code once; they may touch.
func NewContinuum(documents []Document, units []Unit) (*Continuum, error) {
	c := &Continuum{}
	var wrong Problems
	if len(documents) == 0 {
		return nil, errors.New("there is no document")
	}
	docs, lengths := map[string]int{}, 0
	for i, d := range documents {
		if _, twice := docs[d.Name]; twice {
			return nil, fmt.Errorf("document %q is given twice", d.Name)
		}
		if d.Length <= 0 {
			return nil, fmt.Errorf("document %q has length %d; expected a number above 0", d.Name, d.Length)
		}
		docs[d.Name] = i
		if lengths += d.Length; lengths > 1<<40 || lengths < 0 {
			return nil, fmt.Errorf("the documents are too long together")
		}
		c.coders = append(c.coders, d.Coders...)
	}
	for _, u := range units {
		c.coders = append(c.coders, u.Coder)
		if u.Code != "" {
			c.codes = append(c.codes, u.Code)
			c.units++
		}
	}
	slices.Sort(c.coders)
	c.coders = slices.Compact(c.coders)
	slices.Sort(c.codes)
	c.codes = slices.Compact(c.codes)
	for _, d := range documents {
		x := document{name: d.Name, length: d.Length}
		for i, n := range c.coders {
			if len(d.Coders) == 0 || slices.Contains(d.Coders, n) {
				x.read = append(x.read, i)
			}
		}
		x.units = make([][]stroke, len(x.read))
		c.docs = append(c.docs, x)
	}
	// By document, coder, code and place, so that what overlaps stands together.
	sorted := slices.Clone(units)
	slices.SortStableFunc(sorted, func(a, b Unit) int {
		return cmp.Or(cmp.Compare(a.Document, b.Document), cmp.Compare(a.Coder, b.Coder), cmp.Compare(a.Code, b.Code), cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End))
	})
	for i, u := range sorted {
		at, ok := docs[u.Document]
		if !ok {
			wrong.add(Problem{u.Row, "document", u.Coder, fmt.Sprintf("there is no document %q", u.Document)})
			continue
		}
		if u.Coder == "" {
			wrong.add(Problem{u.Row, "coder", u.Coder, "is empty"})
			continue
		}
		who, _ := slices.BinarySearch(c.coders, u.Coder)
		reads := slices.Index(c.docs[at].read, who)
		if reads < 0 {
			wrong.add(Problem{u.Row, "coder", u.Coder, fmt.Sprintf("coder %q is not among those who read document %q", u.Coder, u.Document)})
			continue
		}
		if u.Code == "" {
			continue
		}
		switch length := c.docs[at].length; {
		case u.Start < 0:
			wrong.add(Problem{u.Row, "start", u.Coder, fmt.Sprintf("is %d; a document begins at 0", u.Start)})
			continue
		case u.End <= u.Start:
			wrong.add(Problem{u.Row, "end", u.Coder, fmt.Sprintf("is %d, and the unit starts at %d; the end is not part of a unit, so it lies behind the start", u.End, u.Start)})
			continue
		case u.End > length:
			wrong.add(Problem{u.Row, "end", u.Coder, fmt.Sprintf("is %d; document %q has length %d", u.End, u.Document, length)})
			continue
		}
		if i > 0 {
			if b := sorted[i-1]; b.Document == u.Document && b.Coder == u.Coder && b.Code == u.Code && b.End > u.Start {
				wrong.add(Problem{u.Row, "start", u.Coder, fmt.Sprintf("the unit %d to %d of code %q by coder %q overlaps the one from %d to %d%s", u.Start, u.End, u.Code, u.Coder, b.Start, b.End, inRow(b.Row))})
				continue
			}
		}
		code, _ := slices.BinarySearch(c.codes, u.Code)
		c.docs[at].units[reads] = append(c.docs[at].units[reads], stroke{u.Start, u.End, code + 1})
	}
	if err := wrong.err(); err != nil {
		return nil, err
	}
	if len(c.coders) < 2 {
		return nil, ErrOneCoder
	}
	if c.Documents() == 0 {
		return nil, ErrNoReader
	}
	for _, d := range c.docs {
		for _, us := range d.units {
			slices.SortFunc(us, func(a, b stroke) int {
				return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(a.end, b.end), cmp.Compare(a.code, b.code))
			})
		}
	}
	c.findOverlap()
	return c, nil
}

// findOverlap looks for a coder who gave two codes to the same text, in documents that count.
func (c *Continuum) findOverlap() {
	for _, d := range c.docs {
		if len(d.read) < 2 {
			continue
		}
		for i, us := range d.units {
			for x := 1; x < len(us); x++ {
				if a, b := us[x-1], us[x]; a.end > b.start {
					c.overlap = fmt.Sprintf("coder %q gave the codes %q and %q to the same text of document %q", c.coders[d.read[i]], c.codes[a.code-1], c.codes[b.code-1], d.name)
					return
				}
			}
		}
	}
}

// Coders names the coders, sorted.
func (c *Continuum) Coders() []string { return slices.Clone(c.coders) }

// Codes names the codes, sorted.
func (c *Continuum) Codes() []string { return slices.Clone(c.codes) }

// Units tells how many units there are, of all coders.
func (c *Continuum) Units() int { return c.units }

// Documents tells how many documents two coders or more have read; others say nothing of agreement.
func (c *Continuum) Documents() int {
	n := 0
	for _, d := range c.docs {
		if len(d.read) > 1 {
			n++
		}
	}
	return n
}

// Length is that of the documents that two coders or more have read, together.
func (c *Continuum) Length() int {
	n := 0
	for _, d := range c.docs {
		if len(d.read) > 1 {
			n += d.length
		}
	}
	return n
}

// Overlapping tells which coder gave two codes to the same text. Empty: nobody did. Then all coefficients are defined on
// their own terms; otherwise those that need each piece of text to have one code at most are not.
func (c *Continuum) Overlapping() string { return c.overlap }

// tally is what the coefficients need of text. It adds up over documents. Index 0 is φ.
type tally struct {
	total   float64   // l
	length  []float64 // l_c
	same    []float64 // l_cc
	gap     []float64 // l_cφ
	squares []float64 // S_c
	common  []float64 // S*_c
}

func newTally(codes int) tally {
	flat := make([]float64, 5*(codes+1))
	n := codes + 1
	return tally{length: flat[:n], same: flat[n : 2*n], gap: flat[2*n : 3*n], squares: flat[3*n : 4*n], common: flat[4*n:]}
}

func (t *tally) add(u tally, times float64) {
	t.total += times * u.total
	for i := range t.length {
		t.length[i] += times * u.length[i]
		t.same[i] += times * u.same[i]
		t.gap[i] += times * u.gap[i]
		t.squares[i] += times * u.squares[i]
		t.common[i] += times * u.common[i]
	}
}

func (t *tally) reset() {
	t.total = 0
	clear(t.length)
	clear(t.same)
	clear(t.gap)
	clear(t.squares)
	clear(t.common)
}

// tallied sweeps over the boundaries of units: its work grows with their number and that of coders, not with the length of the
// text. Units of one coder must not overlap. Common is left out unless it is asked for.
func tallied(length int, units [][]stroke, codes int, common bool) tally {
	t := newTally(codes)
	m := len(units)
	if m < 2 {
		return t
	}
	t.total = float64(length) * float64(m)
	t.length[0] = t.total
	for _, us := range units {
		for _, u := range us {
			l := float64(u.end - u.start)
			t.length[u.code] += l
			t.length[0] -= l
			t.squares[u.code] += l * l
		}
	}
	t.squares[0] = t.length[0]
	now := make([]int, m)  // code of each coder
	next := make([]int, m) // the unit that each coder is in or comes to
	count := make([]int, codes+1)
	others := float64(m - 1)
	for at := 0; at < length; {
		to := length
		for i, us := range units {
			for next[i] < len(us) && us[next[i]].end <= at {
				next[i]++
			}
			now[i] = 0
			if next[i] < len(us) {
				if u := us[next[i]]; u.start <= at {
					now[i], to = u.code, min(to, u.end)
				} else {
					to = min(to, u.start)
				}
			}
			count[now[i]]++
		}
		l := float64(to - at)
		for _, k := range now { // each coder with each other
			t.same[k] += l * float64(count[k]-1)
			if k != 0 {
				t.gap[k] += l * float64(count[0])
			}
		}
		for _, k := range now {
			count[k] = 0
		}
		at = to
	}
	for k := range t.same { // whole lengths until here, so that what agrees in full does so to the last digit
		t.same[k] /= others
		t.gap[k] /= others
	}
	t.gap[0] = t.same[0]
	if !common {
		return t
	}
	for i, us := range units {
		for j, vs := range units {
			if i == j {
				continue
			}
			y := 0
			for _, u := range us {
				for y < len(vs) && vs[y].end <= u.start {
					y++
				}
				l := 0
				for z := y; z < len(vs) && vs[z].start < u.end; z++ {
					l += min(u.end, vs[z].end) - max(u.start, vs[z].start)
				}
				t.common[u.code] += float64(l) * float64(l) / others
			}
		}
	}
	return t
}

// Where text of one sort alone is compared, nothing is expected to disagree.
const whyOneSort = "all text that is compared is of one sort: without variation nothing tells agreement from chance"

func (c *Continuum) overlapping(f Coefficient) Coefficient {
	return undefined(f, c.overlap+"; it needs each piece of text to have one code of a coder at most (u-alpha-binary and the figures of each code do not)")
}

func unitised(m Metric) Coefficient {
	return Coefficient{Metric: m, Level: Nominal, Weights: Identity, Value: math.NaN(), Observed: math.NaN(), Expected: math.NaN()}
}

// all gives u-alpha. Of two sorts alone, φ and one code, it is the binary one.
func (t *tally) all(f Coefficient) Coefficient {
	if t.total == 0 {
		return undefined(f, "no text is read by two coders")
	}
	agree, squares, spread := 0.0, 0.0, 0.0
	for k, l := range t.length {
		agree += t.same[k]
		squares += t.squares[k]
		spread += l * (t.total - l)
	}
	return ratio(f, t.total-agree, spread, t.total, squares)
}

// ratio makes a coefficient of observed disagreement in length, sum_c l_c (l - l_c), l and S.
func ratio(f Coefficient, observed, spread, total, squares float64) Coefficient {
	expected := spread / (total - squares/total)
	f.Observed, f.Expected = max(0, observed)/total, expected/total
	if !(spread > 0) {
		f.Expected = 0
		return undefined(f, whyOneSort)
	}
	f.Value = 1 - f.Observed/f.Expected
	return f
}

func (t *tally) relevant(f Coefficient) Coefficient {
	if t.total == 0 {
		return undefined(f, "no text is read by two coders")
	}
	squares := 0.0
	for _, s := range t.squares {
		squares += s
	}
	gaps := t.length[0]
	return ratio(f, 2*(gaps-t.same[0]), 2*gaps*(t.total-gaps), t.total, squares)
}

// coded is what is left without φ: l*, l*_c and S*.
func (t *tally) coded() (total, squares float64) {
	for k := 1; k < len(t.length); k++ {
		total += t.length[k] - t.gap[k]
		squares += t.common[k]
	}
	return total, squares
}

const whyNothingCoded = "no text is coded by two coders"

func (t *tally) coding(f Coefficient) Coefficient {
	total, squares := t.coded()
	if !(total > 1e-9) { // pieces are at least 1 long
		return undefined(f, whyNothingCoded)
	}
	agree, spread := 0.0, 0.0
	for k := 1; k < len(t.length); k++ {
		l := t.length[k] - t.gap[k]
		agree += t.same[k]
		if rest := total - l; rest > 1e-9*total {
			spread += l * rest
		}
	}
	return ratio(f, total-agree, spread, total, squares)
}

func (t *tally) code(f Coefficient, k int) Coefficient {
	total, squares := t.coded()
	l := t.length[k] - t.gap[k]
	if !(l > 1e-9) {
		return undefined(f, whyNothingCoded+" of whom one used this code")
	}
	d := total - squares/total
	if !(total-l > 1e-9*total) {
		f.Observed, f.Expected = 0, 0
		return undefined(f, whyOneSort)
	}
	e, apart := (l*total-t.common[k])/d, l*(total-l)/d
	f.Observed, f.Expected = max(0, l-t.same[k])/l, apart/e
	f.Value = 1 - f.Observed/f.Expected
	return f
}

// joined makes one of what overlaps, and gives all of it the code 1.
func joined(units [][]stroke) [][]stroke {
	out := make([][]stroke, len(units))
	for i, us := range units {
		for _, u := range us {
			u.code = 1
			if n := len(out[i]); n > 0 && out[i][n-1].end > u.start {
				out[i][n-1].end = max(out[i][n-1].end, u.end)
			} else {
				out[i] = append(out[i], u)
			}
		}
	}
	return out
}

// only are the units of one code, given the code 1.
func only(units [][]stroke, code int) [][]stroke {
	out := make([][]stroke, len(units))
	for i, us := range units {
		for _, u := range us {
			if u.code == code {
				out[i] = append(out[i], stroke{u.start, u.end, 1})
			}
		}
	}
	return out
}

// tallies sums up each document that can be compared: with its codes, unless some overlap, and with all codes as one.
func (c *Continuum) tallies() (coded, binary []tally) {
	for _, d := range c.docs {
		if len(d.read) < 2 {
			continue
		}
		if c.overlap == "" {
			coded = append(coded, tallied(d.length, d.units, len(c.codes), true))
		}
		binary = append(binary, tallied(d.length, joined(d.units), 1, false))
	}
	return coded, binary
}

func (c *Continuum) compute(coded, binary *tally, metrics []Metric, out []Coefficient) {
	for i, m := range metrics {
		f := unitised(m)
		switch {
		case m == UAlphaBinary:
			out[i] = binary.relevant(f)
		case c.overlap != "":
			out[i] = c.overlapping(f)
		case m == UAlpha:
			out[i] = coded.all(f)
		default:
			out[i] = coded.coding(f)
		}
	}
}

func checkUnit(metrics []Metric) error {
	for _, m := range metrics {
		if !slices.Contains(UnitMetrics(), m) {
			return fmt.Errorf("there is no coefficient %q of unitised text", m)
		}
	}
	return nil
}

// Coefficients computes coefficients of UnitMetrics, without intervals.
func (c *Continuum) Coefficients(metrics []Metric) ([]Coefficient, error) {
	if err := checkUnit(metrics); err != nil {
		return nil, err
	}
	coded, binary := c.tallies()
	a, b := newTally(len(c.codes)), newTally(1)
	for _, t := range coded {
		a.add(t, 1)
	}
	for _, t := range binary {
		b.add(t, 1)
	}
	out := make([]Coefficient, len(metrics))
	c.compute(&a, &b, metrics, out)
	return out, nil
}

// Bootstrap computes coefficients with their intervals: documents are drawn with replacement. With one document there is
// nothing to draw from, and the intervals say so.
func (c *Continuum) Bootstrap(ctx context.Context, metrics []Metric, r Resampling) ([]Coefficient, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	out, err := c.Coefficients(metrics)
	if err != nil {
		return nil, err
	}
	coded, binary := c.tallies()
	n := len(binary)
	if n < 2 {
		for i := range out {
			out[i].Interval = &Range{Low: math.NaN(), High: math.NaN(), Confidence: r.Confidence, Why: "intervals come from drawing documents anew, and only one is read by two coders"}
		}
		return out, nil
	}
	count, of := make([]float64, n), make([]int32, n)
	for i := range of {
		count[i], of[i] = 1, int32(i)
	}
	err = rounds(ctx, r, out, func() func(int, []Coefficient) {
		a, b := newTally(len(c.codes)), newTally(1)
		times := make([]float64, n)
		return func(round int, into []Coefficient) {
			chance := stream(r.Seed, round)
			chance.multinomial(times, count, of)
			a.reset()
			b.reset()
			for i, w := range times {
				if w == 0 {
					continue
				}
				if len(coded) > 0 {
					a.add(coded[i], w)
				}
				b.add(binary[i], w)
			}
			c.compute(&a, &b, metrics, into)
		}
	})
	return out, err
}

// CodeAgreement is the agreement on one code.
type CodeAgreement struct {
	Code   string
	Units  int // that have it, of all coders, in documents that two coders or more have read
	Length int // of these together
	// Binary is UAlphaBinary of this code alone: text with it against all other text, coded or not. It is defined also where
	// codes overlap.
	Binary Coefficient
	// Coding is KUAlpha: once both coders of a pair coded the text at all, whether they agree on this code.
	Coding Coefficient
	// Coverage is the share of the text with this code that Coding looks at, from 0 to 1: l*_k / l_k. NaN where Coding needs
	// codes that do not overlap, or no text has the code.
	Coverage float64
}

// CodeAgreements tells the agreement on each code, in their order.
func (c *Continuum) CodeAgreements() []CodeAgreement {
	coded, _ := c.tallies()
	sum := newTally(len(c.codes))
	for _, t := range coded {
		sum.add(t, 1)
	}
	var out []CodeAgreement
	for i, name := range c.codes {
		k := i + 1
		a := CodeAgreement{Code: name, Coverage: math.NaN()}
		b := newTally(1)
		for _, d := range c.docs {
			if len(d.read) < 2 {
				continue
			}
			mine := only(d.units, k)
			for _, us := range mine {
				for _, u := range us {
					a.Units++
					a.Length += u.end - u.start
				}
			}
			b.add(tallied(d.length, mine, 1, false), 1)
		}
		a.Binary = b.relevant(unitised(UAlphaBinary))
		a.Coding = unitised(KUAlpha)
		if c.overlap != "" {
			a.Coding = c.overlapping(a.Coding)
		} else {
			a.Coding = sum.code(a.Coding, k)
			if sum.length[k] > 0 {
				a.Coverage = max(0, sum.length[k]-sum.gap[k]) / sum.length[k]
			}
		}
		out = append(out, a)
	}
	return out
}

// Pairs computes coefficients for each pair of coders, in their order, over the documents that both read. Units of a Pair are
// documents.
func (c *Continuum) Pairs(metrics []Metric) ([]Pair, error) {
	if err := checkUnit(metrics); err != nil {
		return nil, err
	}
	var out []Pair
	for x := range c.coders {
		for y := x + 1; y < len(c.coders); y++ {
			two := *c
			two.docs, two.overlap = nil, ""
			for _, d := range c.docs {
				i, j := slices.Index(d.read, x), slices.Index(d.read, y)
				if i < 0 || j < 0 {
					continue
				}
				two.docs = append(two.docs, document{d.name, d.length, []int{x, y}, [][]stroke{d.units[i], d.units[j]}})
			}
			two.findOverlap()
			p := Pair{[2]string{c.coders[x], c.coders[y]}, len(two.docs), nil}
			var err error
			if p.Coefficients, err = two.Coefficients(metrics); err != nil {
				return nil, err
			}
			out = append(out, p)
		}
	}
	return out, nil
}
