package selection

import "math"

// largestEigenvalue bounds from above the largest eigenvalue of a symmetric matrix on vectors that sum to zero. The doubly
// centred matrix is put into tridiagonal form by Householder's reflections, and its largest eigenvalue enclosed by counting
// signs (Golub and Van Loan 2013, Matrix Computations, 8.3 and 8.4). It is 0 at least.
func largestEigenvalue(d [][]float64) float64 {
	n := len(d)
	if n < 2 {
		return 0
	}
	row := make([]float64, n)
	all := 0.0
	for i := range d {
		for _, x := range d[i] {
			row[i] += x
		}
		row[i] /= float64(n)
		all += row[i] / float64(n)
	}
	a := make([][]float64, n)
	for i := range a {
		a[i] = make([]float64, n)
		for j := range a[i] {
			a[i][j] = d[i][j] - row[i] - row[j] + all
		}
	}
	diag, off := make([]float64, n), make([]float64, n)
	v, w := make([]float64, n), make([]float64, n)
	for k := 0; k < n-1; k++ {
		diag[k] = a[k][k]
		norm := 0.0
		for i := k + 1; i < n; i++ {
			norm += a[i][k] * a[i][k]
		}
		norm = math.Sqrt(norm)
		if norm == 0 {
			continue
		}
		alpha := -math.Copysign(norm, a[k+1][k])
		off[k] = alpha
		h := 0.0
		for i := k + 1; i < n; i++ {
			v[i] = a[i][k]
			if i == k+1 {
				v[i] -= alpha
			}
			h += v[i] * v[i]
		}
		if h == 0 {
			continue
		}
		s := 0.0
		for i := k + 1; i < n; i++ {
			w[i] = 0
			for j := k + 1; j < n; j++ {
				w[i] += a[i][j] * v[j]
			}
			w[i] *= 2 / h
			s += w[i] * v[i]
		}
		for i := k + 1; i < n; i++ {
			w[i] -= s / h * v[i]
		}
		for i := k + 1; i < n; i++ {
			for j := k + 1; j < n; j++ {
				a[i][j] -= v[i]*w[j] + w[i]*v[j]
			}
		}
	}
	diag[n-1] = a[n-1][n-1]
	low, high := 0.0, 0.0
	for i := range diag {
		r := math.Abs(off[i])
		if i > 0 {
			r += math.Abs(off[i-1])
		}
		high = max(high, diag[i]+r)
	}
	above := func(x float64) bool { // some eigenvalue lies above x
		q := 1.0
		for i := range diag {
			b := 0.0
			if i > 0 {
				b = off[i-1]
			}
			q = diag[i] - x - b*b/q
			if q > 0 {
				return true
			}
			if q == 0 {
				q = -1e-300
			}
		}
		return false
	}
	for range 60 {
		if mid := (low + high) / 2; above(mid) {
			low = mid
		} else {
			high = mid
		}
	}
	if high < 1e-9 {
		return 0
	}
	return high + 1e-9
}
