package cna

import "math/bits"

// A column holds every case's membership in an expression. Crisp and
// multi-value data take one bit for each case, 64 cases in a word; fuzzy data
// one word for each case, in units of 10^-12. Sums are thus whole numbers, and
// neither rounding nor the order of the cases can change a result.
type column []uint64

// unit is full membership in a fuzzy column.
const unit = 1_000_000_000_000

// memberships is the arithmetic of columns: and, or, and how much they hold.
// A destination may be one of the operands.
type memberships interface {
	and(to, x, y column)
	or(to, x, y column)
	size(x column) uint64      // sum over the cases
	shared(x, y column) uint64 // size of x and y
	seen(x column) bool        // x is instantiated in some case
	of(x column, i int) uint64 // membership of one case, in units of 10^-12
}

type crispColumns struct{}

func (crispColumns) and(to, x, y column) {
	for i := range to {
		to[i] = x[i] & y[i]
	}
}

func (crispColumns) or(to, x, y column) {
	for i := range to {
		to[i] = x[i] | y[i]
	}
}

func (crispColumns) size(x column) uint64 {
	n := 0
	for _, w := range x {
		n += bits.OnesCount64(w)
	}
	return uint64(n)
}

func (crispColumns) shared(x, y column) uint64 {
	n := 0
	for i, w := range x {
		n += bits.OnesCount64(w & y[i])
	}
	return uint64(n)
}

func (crispColumns) seen(x column) bool {
	for _, w := range x {
		if w != 0 {
			return true
		}
	}
	return false
}

func (crispColumns) of(x column, i int) uint64 { return x[i/64] >> (i % 64) & 1 * unit }

// fuzzyColumns takes a combination to be instantiated from the cut-off on.
type fuzzyColumns struct{ cutoff uint64 }

func (fuzzyColumns) and(to, x, y column) {
	for i := range to {
		to[i] = min(x[i], y[i])
	}
}

func (fuzzyColumns) or(to, x, y column) {
	for i := range to {
		to[i] = max(x[i], y[i])
	}
}

func (fuzzyColumns) size(x column) uint64 {
	var n uint64
	for _, w := range x {
		n += w
	}
	return n
}

func (fuzzyColumns) shared(x, y column) uint64 {
	var n uint64
	for i, w := range x {
		n += min(w, y[i])
	}
	return n
}

func (f fuzzyColumns) seen(x column) bool {
	for _, w := range x {
		if w >= f.cutoff {
			return true
		}
	}
	return false
}

func (fuzzyColumns) of(x column, i int) uint64 { return x[i] }

// ratio divides two sizes of columns; nothing of nothing is 0.
func ratio(x, y uint64) float64 {
	if y == 0 {
		return 0
	}
	return float64(x) / float64(y)
}
