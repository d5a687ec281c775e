// Package agreement tells how far coders agree beyond chance: about units that they were given (percent, Cohen's, Conger's,
// Light's and Fleiss' kappa, Brennan and Prediger's coefficient, Gwet's AC1 and AC2, Krippendorff's alpha), and about which
// stretches of a text say what (Krippendorff's alpha for unitising). Intervals come from resampling. A coefficient that its
// data leave undefined says so and why; it is never 0, 1 or NaN without a word.
//
// What was given is never changed, chance is an argument, and equal arguments give equal answers on any number of cores.
package agreement

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Level is the level of measurement of the values. It decides how far apart two values are for Krippendorff's alpha.
type Level string

const (
	Nominal  Level = "nominal"  // names: two values are the same or not
	Ordinal  Level = "ordinal"  // ranks
	Interval Level = "interval" // numbers whose differences mean something
	Ratio    Level = "ratio"    // numbers from a true zero
)

// Levels are all levels, from the weakest.
func Levels() []Level { return []Level{Nominal, Ordinal, Interval, Ratio} }

// Scale is what the values of coders mean.
type Scale struct {
	Level Level
	// Categories that coders could choose from; for ordinal values in their order, which lets them be words. Empty: those that
	// occur, ordinal values as numbers. Brennan and Prediger's coefficient and AC1 depend on how many there are, also of those
	// that nobody chose. Of numbers at interval and ratio level there is no such list.
	Categories []string
}

// Rating is what one coder said of one unit.
type Rating struct {
	Unit, Coder string
	Value       string // empty: missing
	Row         int    // where it stands, for errors; 0 is not told
}

// Problem is a mistake in what was given. Column is "unit", "coder", "value", "document", "code", "start" or "end".
type Problem struct {
	Row     int
	Column  string
	Coder   string // whose rating or unit it is; may be empty
	Message string
}

func (p Problem) Error() string {
	var b strings.Builder
	if p.Row > 0 {
		fmt.Fprintf(&b, "row %d, ", p.Row)
	}
	fmt.Fprintf(&b, "%s: %s", p.Column, p.Message)
	return b.String()
}

// Problems are all mistakes found, at most a hundred. It is an error when it is not empty.
type Problems []Problem

const (
	mostProblems = 100
	mostRatings  = 1 << 28
	mostNumber   = 1e100 // squares of differences are summed
)

func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.Error()
	}
	return strings.Join(lines, "\n")
}

func (ps *Problems) add(p Problem) {
	if len(*ps) < mostProblems {
		*ps = append(*ps, p)
	}
}

func (ps Problems) err() error {
	if len(ps) == 0 {
		return nil
	}
	return ps
}

// What data must have for any agreement to be told.
var (
	ErrOneCoder = errors.New("agreement needs at least two coders")
	ErrNoPair   = errors.New("no unit is rated by two coders, so there is nothing to compare")
	ErrNoReader = errors.New("no document is read by two coders, so there is nothing to compare")
)

// Data are ratings of units by coders, made ready.
type Data struct {
	scale   Scale
	coders  []string  // sorted
	values  []string  // categories in their order
	numbers []float64 // of categories; for names their positions, from 1
	ranked  []float64 // what weights are made of: positions, or at interval and ratio level numbers
	units   int
	ratings int
	pat     patterns
}

// patterns are the distinct ways in which units are rated, each with how many units are so rated. Those of pattern p stand in
// coder and code from start[p] up to start[p+1], in the order of coders.
type patterns struct {
	start []int32
	coder []int32
	code  []int32
	count []float64
}

func (p *patterns) len() int { return len(p.count) }

func (p *patterns) at(i int) (coder, code []int32) {
	a, b := p.start[i], p.start[i+1]
	return p.coder[a:b], p.code[a:b]
}

// New checks ratings and makes them ready. Units and coders may come in any order, and only some coders may have rated a unit.
// A value that is missing counts its coder and unit. Values at interval and ratio level are numbers, to 1e100, and so are ordinal ones
// unless Scale lists them; equal numbers are one value however they are written.
func New(scale Scale, ratings []Rating) (*Data, error) {
	d := &Data{scale: Scale{scale.Level, slices.Clone(scale.Categories)}}
	var wrong Problems
	if !slices.Contains(Levels(), scale.Level) {
		return nil, fmt.Errorf("%q is no level of measurement; expected nominal, ordinal, interval or ratio", scale.Level)
	}
	if len(scale.Categories) > 0 && scale.Level != Nominal && scale.Level != Ordinal {
		return nil, fmt.Errorf("%s values have no list of categories", scale.Level)
	}
	for i, c := range scale.Categories {
		if c == "" || slices.Contains(scale.Categories[:i], c) {
			return nil, fmt.Errorf("category %d of the list, %q, is empty or stands there twice", i+1, c)
		}
	}
	if len(ratings) > mostRatings {
		return nil, fmt.Errorf("%d ratings are too many; at most %d can be taken", len(ratings), mostRatings)
	}
	names := func(field func(*Rating) string, column string) (index map[string]int32, sorted []string) {
		index = map[string]int32{}
		for i := range ratings {
			r := &ratings[i]
			n := field(r)
			if _, seen := index[n]; !seen {
				if n == "" {
					wrong.add(Problem{r.Row, column, r.Coder, "is empty"})
				}
				index[n] = 0
				sorted = append(sorted, n)
			}
		}
		slices.Sort(sorted)
		for i, n := range sorted {
			index[n] = int32(i)
		}
		return index, sorted
	}
	coders, coderNames := names(func(r *Rating) string { return r.Coder }, "coder")
	units, unitNames := names(func(r *Rating) string { return r.Unit }, "unit")
	d.coders, d.units = coderNames, len(unitNames)
	codes := d.categories(ratings, &wrong)
	if err := wrong.err(); err != nil {
		return nil, err
	}
	// By unit and within it by coder.
	type cell struct{ unit, coder, at int32 }
	cells := make([]cell, len(ratings))
	for i := range ratings {
		cells[i] = cell{units[ratings[i].Unit], coders[ratings[i].Coder], int32(i)}
	}
	slices.SortFunc(cells, func(a, b cell) int {
		return cmp.Or(cmp.Compare(a.unit, b.unit), cmp.Compare(a.coder, b.coder), cmp.Compare(a.at, b.at))
	})
	d.pat.start = []int32{0}
	index := map[string]int32{}
	var key []byte
	paired := false
	for i := 0; i < len(cells); {
		j := i
		key = key[:0]
		n := 0
		for ; j < len(cells) && cells[j].unit == cells[i].unit; j++ {
			c := cells[j]
			if j > i && c.coder == cells[j-1].coder {
				r, first := &ratings[c.at], &ratings[cells[j-1].at]
				wrong.add(Problem{r.Row, "unit", r.Coder, fmt.Sprintf("coder %q has rated unit %q already%s", r.Coder, r.Unit, inRow(first.Row))})
			}
			if k := codes[c.at]; k >= 0 {
				key = binary.LittleEndian.AppendUint32(key, uint32(c.coder))
				key = binary.LittleEndian.AppendUint32(key, uint32(k))
				n++
			}
		}
		d.ratings += n
		paired = paired || n > 1
		p, seen := index[string(key)]
		if !seen {
			p = int32(d.pat.len())
			index[string(key)] = p
			for x := 0; x < len(key); x += 8 {
				d.pat.coder = append(d.pat.coder, int32(binary.LittleEndian.Uint32(key[x:])))
				d.pat.code = append(d.pat.code, int32(binary.LittleEndian.Uint32(key[x+4:])))
			}
			d.pat.start = append(d.pat.start, int32(len(d.pat.code)))
			d.pat.count = append(d.pat.count, 0)
		}
		d.pat.count[p]++
		i = j
	}
	if err := wrong.err(); err != nil {
		return nil, err
	}
	if len(d.coders) < 2 {
		return nil, ErrOneCoder
	}
	if !paired {
		return nil, ErrNoPair
	}
	return d, nil
}

func inRow(row int) string {
	if row == 0 {
		return ""
	}
	return fmt.Sprintf(" in row %d", row)
}

// categories finds the categories and gives the code of each rating, -1 for those missing.
func (d *Data) categories(ratings []Rating, wrong *Problems) []int32 {
	codes := make([]int32, len(ratings))
	listed := len(d.scale.Categories) > 0
	if listed || d.scale.Level == Nominal {
		index := map[string]int32{}
		if listed {
			d.values = d.scale.Categories
		} else {
			for i := range ratings {
				if v := ratings[i].Value; v != "" {
					if _, seen := index[v]; !seen {
						index[v] = 0
						d.values = append(d.values, v)
					}
				}
			}
			slices.Sort(d.values)
		}
		for i, v := range d.values {
			index[v] = int32(i)
			d.numbers = append(d.numbers, float64(i+1))
		}
		d.ranked = d.numbers
		for i := range ratings {
			r := &ratings[i]
			k, ok := index[r.Value]
			switch {
			case r.Value == "":
				k = -1
			case !ok:
				wrong.add(Problem{r.Row, "value", r.Coder, fmt.Sprintf("is %.40q; expected one of: %s", r.Value, strings.Join(d.values, ", "))})
			}
			codes[i] = k
		}
		return codes
	}
	// Numbers.
	parsed := make([]float64, len(ratings))
	seen := map[float64]string{}
	for i := range ratings {
		r := &ratings[i]
		if r.Value == "" {
			continue
		}
		x, err := strconv.ParseFloat(strings.TrimSpace(r.Value), 64)
		switch {
		case err != nil || math.IsNaN(x) || math.IsInf(x, 0):
			hint := ""
			if d.scale.Level == Ordinal {
				hint = ", or a list of the categories in their order"
			}
			wrong.add(Problem{r.Row, "value", r.Coder, fmt.Sprintf("is %.40q; expected a number at the %s level%s", r.Value, d.scale.Level, hint)})
		case math.Abs(x) > mostNumber:
			wrong.add(Problem{r.Row, "value", r.Coder, fmt.Sprintf("is %.40q; numbers are taken up to %g: give them in larger units", r.Value, mostNumber)})
		case x < 0 && d.scale.Level == Ratio:
			wrong.add(Problem{r.Row, "value", r.Coder, fmt.Sprintf("is %.40q; at the ratio level no value is below 0", r.Value)})
		}
		x += 0 // no negative zero
		if v, ok := seen[x]; !ok || r.Value < v {
			seen[x] = r.Value
		}
		parsed[i] = x
	}
	if len(*wrong) > 0 {
		return codes
	}
	for x := range seen {
		d.numbers = append(d.numbers, x)
	}
	slices.Sort(d.numbers)
	index := make(map[float64]int32, len(d.numbers))
	for i, x := range d.numbers {
		index[x] = int32(i)
		d.values = append(d.values, seen[x])
		d.ranked = append(d.ranked, float64(i+1))
	}
	if d.scale.Level != Ordinal {
		d.ranked = d.numbers
	}
	for i := range ratings {
		codes[i] = -1
		if ratings[i].Value != "" {
			codes[i] = index[parsed[i]]
		}
	}
	return codes
}

// Units tells how many units there are, also those rated once or by nobody.
func (d *Data) Units() int { return d.units }

// Paired tells how many units are rated by two coders or more.
func (d *Data) Paired() int {
	n := 0.0
	for p, c := range d.pat.count {
		if d.pat.start[p+1]-d.pat.start[p] > 1 {
			n += c
		}
	}
	return int(n)
}

// Coders names the coders, sorted.
func (d *Data) Coders() []string { return slices.Clone(d.coders) }

// Ratings tells how many ratings there are, without those missing.
func (d *Data) Ratings() int { return d.ratings }

// Missing tells how many ratings there could be besides, had every coder rated every unit.
func (d *Data) Missing() int { return d.units*len(d.coders) - d.ratings }

// Values are the categories in their order: names sorted, or as they were listed; numbers from the least.
func (d *Data) Values() []string { return slices.Clone(d.values) }

// Level is the level of measurement.
func (d *Data) Level() Level { return d.scale.Level }

// versus is the data with two categories: k (1), and all others (0).
func (d *Data) versus(k int) *Data {
	v := *d
	v.scale = Scale{Level: Nominal}
	v.values, v.numbers = []string{"others", d.values[k]}, []float64{1, 2}
	v.ranked = v.numbers
	v.pat.code = make([]int32, len(d.pat.code))
	for i, c := range d.pat.code {
		if int(c) == k {
			v.pat.code[i] = 1
		}
	}
	return &v
}

// said is what one coder said in the patterns where he or she said something, in their order.
type said struct{ pattern, code []int32 }

func (d *Data) byCoder() []said {
	out := make([]said, len(d.coders))
	for p := range d.pat.count {
		coder, code := d.pat.at(p)
		for x, c := range coder {
			out[c].pattern = append(out[c].pattern, int32(p))
			out[c].code = append(out[c].code, code[x])
		}
	}
	return out
}

// pair is the data of coders a and b alone, with all categories.
func (d *Data) pair(a, b int, lists []said) *Data {
	v := *d
	v.coders = []string{d.coders[a], d.coders[b]}
	v.pat = patterns{start: []int32{0}}
	v.units, v.ratings = 0, 0
	index := map[[2]int32]int{}
	x, y := lists[a], lists[b]
	for i, j := 0, 0; i < len(x.pattern) || j < len(y.pattern); {
		p, q := int32(math.MaxInt32), int32(math.MaxInt32)
		if i < len(x.pattern) {
			p = x.pattern[i]
		}
		if j < len(y.pattern) {
			q = y.pattern[j]
		}
		cell := [2]int32{-1, -1}
		if p <= q {
			cell[0] = x.code[i]
			i++
		}
		if q <= p {
			cell[1] = y.code[j]
			j++
		}
		at, seen := index[cell]
		if !seen {
			at = v.pat.len()
			index[cell] = at
			for who, k := range cell {
				if k >= 0 {
					v.pat.coder, v.pat.code = append(v.pat.coder, int32(who)), append(v.pat.code, k)
				}
			}
			v.pat.start, v.pat.count = append(v.pat.start, int32(len(v.pat.code))), append(v.pat.count, 0)
		}
		v.pat.count[at] += d.pat.count[min(p, q)]
	}
	for p, n := range v.pat.count {
		v.units += int(n)
		v.ratings += int(n) * int(v.pat.start[p+1]-v.pat.start[p])
	}
	return &v
}
