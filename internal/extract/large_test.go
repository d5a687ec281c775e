package extract

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"throughline/internal/fault"
)

// TestLarge reads files that are as large as is allowed, or ask for more memory than there is.
func TestLarge(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	noise := make([]byte, 120<<20)
	for i := 0; i < len(noise); i += 8 {
		x := r.Uint64()
		for k := range 8 {
			noise[i+k] = byte(x >> (8 * k))
		}
	}
	letters := make([]byte, 60<<20)
	for i := range letters {
		letters[i] = "abcdefghijklmnopqrstuvwxyz      "[noise[i]&31]
	}
	var flood strings.Builder // attributes take many times the memory of their letters
	for i := 0; flood.Len() < 60<<20; i++ {
		fmt.Fprintf(&flood, `a%d="" `, r.IntN(100_000))
	}
	draw := "q 612 0 0 792 0 0 cm /I Do Q"
	scan := pdfOf("x", fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(draw), draw),
		fmt.Sprintf("<< /Type /XObject /Subtype /Image /Width 12000 /Height 10000 /BitsPerComponent 8 /ColorSpace /DeviceGray /Length %d >>\nstream\n%s\nendstream", len(noise), noise))
	scan = bytes.Replace(scan, []byte("/Contents 4 0 R /Resources << "), []byte("/Contents 6 0 R /Resources << /XObject << /I 7 0 R >> "), 1)
	for _, c := range []struct {
		name string
		data []byte
		says string // empty: it is read
	}{
		{"attributes.docx", docxOf(t, "<w:p "+flood.String()+"/>"), "memory"},
		{"long.docx", docxOf(t, paragraphs(string(letters))), "longer"},
		{"long.txt", letters[:30<<20], ""},
		{"longer.txt", append(letters, letters...), "longer"},
		{"scan.pdf", scan, ""},
		{"cues.srt", []byte(strings.Repeat("1\n00:00:01,000 --> 00:00:02,000\nx\n\n", 1_000_000)), "subtitles"},
	} {
		s := sandbox(t)
		s.peak = &atomic.Int64{}
		start := time.Now()
		_, err := s.Read(context.Background(), c.name, c.data)
		took := time.Since(start)
		t.Logf("%-16s %3d MB, %s, %d MiB: %v", c.name, len(c.data)>>20, took.Round(time.Millisecond), s.peak.Load()>>20, err)
		switch {
		case (err == nil) != (c.says == "") || err != nil && (fault.Of(err) != fault.Invalid || !strings.Contains(fault.Message(err), c.says)):
			t.Errorf("%s: %v; expected %q", c.name, err, c.says)
		case s.peak.Load() > 512<<20:
			t.Errorf("%s took %d MiB", c.name, s.peak.Load()>>20)
		case took > 15*time.Second:
			t.Errorf("%s took %s", c.name, took)
		}
	}
}
