package screening

import (
	"context"
	"strings"
	"testing"
)

// cyrillic writes Latin letters as Cyrillic ones: to a model of words, another language about the same things.
func cyrillic(s string) string {
	return strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' {
			return r - 'a' + 'а'
		}
		if 'A' <= r && r <= 'Z' {
			return r - 'A' + 'А'
		}
		return r
	}, s)
}

// hanzi writes each word as two or three Han letters without spaces.
func hanzi(s string) string {
	var b strings.Builder
	words(s, func(w string) {
		h := random(0)
		for _, r := range w {
			h = random(h.next()) + random(r)
		}
		for range 2 + h.below(2) {
			b.WriteRune(0x4e00 + rune(h.below(3000)))
		}
	})
	return b.String()
}

// With a third of the records in another language, and priors in the first one alone, WSS@95 stays above the bounds and the rule of
// stopping keeps its promise. Without turns for each language it was 0.46 and 0.07.
func TestThirdOfRecordsInAnotherLanguage(t *testing.T) {
	for _, tt := range []struct {
		set, in, out string
		write        func(string) string
		language     string
		least        float64
	}{
		{"appenzeller_herzog_2019", "21", "1697", cyrillic, "ru", 0.6},
		{"kitchenham_2010", "4", "207", hanzi, "zh", 0.2},
	} {
		s := readSet(t, tt.set)
		n, relevant := 0, 0
		for i := range s.texts {
			if x := &s.texts[i]; (i+int(number(t, tt.in)))%3 == 0 {
				x.Title, x.Abstract = tt.write(x.Title), tt.write(x.Abstract)
				n++
				relevant += bit(s.labels[i])
			}
		}
		c := s.corpus(t, Stems)
		got := 0
		for i := range s.texts {
			got += bit(c.Language(i) == tt.language)
		}
		if got < n*95/100 || got > n*105/100 {
			t.Errorf("%s: %d records are found to be %s, want about %d", tt.set, got, tt.language, n)
		}
		r, err := Simulate(context.Background(), c, s.labels, Simulation{Included: []int{s.at[tt.in]}, Excluded: []int{s.at[tt.out]}})
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s, %d of %d records in %s, %d of them relevant: WSS@95 %.3f, loss %.3f, %+v", tt.set, n, len(s.texts), tt.language, relevant, r.Metrics.WSS95, r.Metrics.Loss, r.Stops[0])
		if r.Metrics.WSS95 < tt.least {
			t.Errorf("%s: WSS@95 is %.3f, want %.2f or more", tt.set, r.Metrics.WSS95, tt.least)
		}
		if r.Stops[0].Recall < Target {
			t.Errorf("%s: our rule stops at a recall of %.3f", tt.set, r.Stops[0].Recall)
		}
	}
}
