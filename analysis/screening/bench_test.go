package screening

import (
	"fmt"
	"math"
	"strings"
	"syscall"
	"testing"
)

// large is n records of 180 words by Zipf's law, as long as a title and an abstract are; one in twenty has words of its topic.
func large(n int) ([]Text, []bool) {
	r := random(7)
	texts, labels := make([]Text, n), make([]bool, n)
	var b strings.Builder
	for i := range texts {
		b.Reset()
		labels[i] = i%20 == 0
		for range 180 {
			u := float64(r.next()>>11) / (1 << 53)
			word := int(math.Exp(u * math.Log(60_000))) // rank with density 1/rank
			if labels[i] && r.below(12) == 0 {
				word = 100 + r.below(60)
			}
			fmt.Fprintf(&b, "w%dx ", word)
		}
		texts[i] = Text{ID: fmt.Sprintf("%06d", i), Title: b.String()[:60], Abstract: b.String()}
	}
	return texts, labels
}

// refit measures a decision, the fit and the ranking after it, once so many are decided.
func refit(b *testing.B, n, decided int) {
	texts, labels := large(n)
	c, err := NewCorpus(texts, Stems)
	if err != nil {
		b.Fatal(err)
	}
	m := NewModel(c, Options{})
	for i := range decided {
		m.Learn(i, labels[i])
	}
	dst := m.Rank(make([]int, 0, n))
	b.ReportAllocs()
	start, spent := cpu(b), 0.0 // a shared machine makes wall time say little
	for b.Loop() {
		if len(m.train) == min(2*decided, n-1) { // begin again rather than rank an empty rest
			b.StopTimer()
			spent += cpu(b) - start
			m = NewModel(c, Options{})
			for i := range decided {
				m.Learn(i, labels[i])
			}
			m.Rank(dst[:0])
			start = cpu(b)
			b.StartTimer()
		}
		best, _ := m.Best()
		m.Learn(best, labels[best])
		dst = m.Rank(dst[:0])
	}
	b.ReportMetric((spent+cpu(b)-start)*1000/float64(b.N), "cpu-ms/op")
}

// cpu is the processor time that this process has taken, in seconds.
func cpu(b *testing.B) float64 {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		b.Fatal(err)
	}
	return float64(r.Utime.Nano()+r.Stime.Nano()) / 1e9
}

func BenchmarkRefit2k(b *testing.B)  { refit(b, 2_000, 500) }
func BenchmarkRefit50k(b *testing.B) { refit(b, 50_000, 2_500) }

func BenchmarkNewCorpus2k(b *testing.B) {
	texts, _ := large(2_000)
	for b.Loop() {
		if _, err := NewCorpus(texts, Stems); err != nil {
			b.Fatal(err)
		}
	}
}

func TestRefitDoesNotAllocate(t *testing.T) {
	texts, labels := composed(300, 6)
	m := NewModel(corpus(t, texts), Options{})
	dst := make([]int, 0, 300)
	i := 0
	if n := testing.AllocsPerRun(100, func() {
		m.Learn(i, labels[i])
		dst = m.Rank(dst[:0])
		i++
	}); n > 0 {
		t.Errorf("%v allocations a fit", n)
	}
}
