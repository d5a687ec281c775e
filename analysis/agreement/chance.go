package agreement

import (
	"math"
	"math/bits"
)

// random is the generator SplitMix64 of Steele, Lea and Flood (2014, OOPSLA).
type random uint64

func (r *random) next() uint64 {
	*r += 0x9e3779b97f4a7c15
	z := uint64(*r)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// stream is the generator of one round, so that a round draws the same whoever computes it.
func stream(seed uint64, round int) random {
	r := random(seed)
	a := r.next()
	r = random(uint64(round) ^ a)
	return random(r.next() + a)
}

// unit draws from 0 up to 1, without 1.
func (r *random) unit() float64 { return float64(r.next()>>11) / (1 << 53) }

// binomial draws how often something of chance p happens in n trials, exactly: by inversion where few are expected, else by
// the rejection BTRS of Hörmann (1993, J. Stat. Comput. Simul. 46:101-110).
func (r *random) binomial(n int, p float64) int {
	switch {
	case n == 0 || p <= 0:
		return 0
	case p >= 1:
		return n
	case p > 0.5:
		return n - r.binomial(n, 1-p)
	}
	if float64(n)*p < 10 {
		q := p / (1 - p)
		for {
			f := math.Exp(float64(n) * math.Log1p(-p))
			u := r.unit()
			for k := 0; k <= 200; k++ {
				if u < f {
					return k
				}
				u -= f
				f *= q * float64(n-k) / float64(k+1)
			}
		}
	}
	nn := float64(n)
	spq := math.Sqrt(nn * p * (1 - p))
	b := 1.15 + 2.53*spq
	a := -0.0873 + 0.0248*b + 0.01*p
	c := nn*p + 0.5
	vr := 0.92 - 4.2/b
	alpha := (2.83 + 5.1/b) * spq
	odds := math.Log(p / (1 - p))
	m := math.Floor((nn + 1) * p)
	h := stirling(m) + stirling(nn-m)
	for {
		u, v := r.unit()-0.5, r.unit()
		us := 0.5 - math.Abs(u)
		k := math.Floor((2*a/us+b)*u + c)
		if us >= 0.07 && v <= vr {
			return int(k)
		}
		if k < 0 || k > nn || us == 0 {
			continue
		}
		if math.Log(v*alpha/(a/(us*us)+b)) <= h-stirling(k)-stirling(nn-k)+(k-m)*odds {
			return int(k)
		}
	}
}

// stirling is ln x!.
func stirling(x float64) float64 {
	l, _ := math.Lgamma(x + 1)
	return l
}

// block is how many units are drawn from at a time: their counts stay in the nearest memory.
const block = 2048

// multinomial draws with replacement as many units as there are, and gives how many are of each pattern: pattern by pattern,
// each a binomial of what the ones before it left, or where patterns are many unit by unit, after binomials have told how many
// fall into each block of units. Both are exact. Of is the pattern of each unit, sorted.
func (r *random) multinomial(into []float64, count []float64, of []int32) {
	n := len(of)
	if len(count)*32 <= n {
		left, rest := n, float64(n)
		for p, c := range count {
			k := left
			if c < rest {
				k = r.binomial(left, c/rest)
			}
			into[p] = float64(k)
			left -= k
			rest -= c
		}
		return
	}
	clear(into)
	left := n
	for at := 0; at < n; at += block {
		of := of[at:min(at+block, n)]
		k := left
		if at+block < n {
			k = r.binomial(left, float64(len(of))/float64(n-at))
		}
		left -= k
		m := uint32(len(of))
		reject := -m % m // so many of the 2^32 numbers would come too often (Lemire 2019, ACM TOMACS 29:3)
		for i := 0; i < k; {
			x := r.next()
			hi, lo := bits.Mul32(uint32(x), m)
			if lo >= reject {
				into[of[hi]]++
				i++
			}
			if hi, lo = bits.Mul32(uint32(x>>32), m); lo >= reject && i < k {
				into[of[hi]]++
				i++
			}
		}
	}
}
