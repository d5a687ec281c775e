package screening

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestWords(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		want       []string
	}{
		{"as scikit-learn", "The COVID-19 a re_view, 5 of 42!", []string{"the", "covid", "19", "re_view", "of", "42"}},
		{"accents", "Démocratie à l’épreuve", []string{"démocratie", "épreuve"}},
		{"accent apart", "e\u0301tat", []string{"état"}},
		{"Thai", "การทุจริต", []string{"กา", "าร", "รทุ", "ทุจ", "จริ", "ริต"}},
		{"Chinese", "反腐败 研究", []string{"反腐", "腐败", "研究"}},
		{"one Han letter", "人 and", []string{"人", "and"}},
		{"mixed", "研究covid19", []string{"研究", "covid19"}},
		{"Hindi marks stay", "हिन्दी", []string{"हिन्दी"}},
		{"Korean has spaces", "부패 방지", []string{"부패", "방지"}},
		{"nothing", " - a . ", nil},
	} {
		var got []string
		words(tt.text, func(w string) { got = append(got, w) })
		if d := cmp.Diff(tt.want, got); d != "" {
			t.Errorf("%s: %s", tt.name, d)
		}
	}
}

func FuzzWords(f *testing.F) {
	for _, s := range []string{"The COVID-19 review", "การทุจริต", "反腐败", "a\xffb cd", "İstanbul e\u0301", "\u0e34\u0e34"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		words(s, func(w string) {
			if w == "" || strings.ContainsAny(w, " \t\n.,") {
				t.Errorf("%q gives the word %q", s, w)
			}
			if st := stem(w); st == "" || utf8.RuneCountInString(st) > 8 && len(w) > 8 {
				t.Errorf("%q is stemmed to %q", w, st)
			}
		})
		Language(s)
	})
}

func TestStem(t *testing.T) {
	for w, want := range map[string]string{"reviews": "review", "process": "process", "bus": "bus", "systematically": "systemat", "états": "état", "коррупционный": "коррупци"} {
		if got := stem(w); got != want {
			t.Errorf("%s: %s, want %s", w, got, want)
		}
	}
}

func TestLanguage(t *testing.T) {
	for text, want := range map[string]string{
		"The role of the courts in the fight against corruption":                    "en",
		"El papel de los tribunales en la lucha contra la corrupción, una revisión": "es",
		"Le rôle des tribunaux dans la lutte contre la corruption":                  "fr",
		"Die Rolle der Gerichte im Kampf gegen die Korruption":                      "de",
		"O papel dos tribunais na luta contra a corrupção no Brasil":                "pt",
		"บทบาทของศาลในการต่อต้านการทุจริต":                                          "th",
		"法院在反腐败斗争中的作用":                                                              "zh",
		"汚職との闘いにおける裁判所の役割":                                                          "ja",
		"부패와의 싸움에서 법원의 역할":                                                          "ko",
		"Роль судов в борьбе с коррупцией":                                          "ru",
		"دور المحاكم في مكافحة الفساد":                                              "ar",
		"12 - 34": "und",
		"":        "und",
	} {
		if got := Language(text); got != want {
			t.Errorf("%q is %s, want %s", text, got, want)
		}
	}
}

// Weights by hand. N = 3; apple is in 2 records, pear in 2, plum in 1; no pair is in two records but "apple pear" in records a, b.
//
//	idf(2) = 1 + ln(4/3) = 1.287682   idf(1) = 1 + ln(4/2) = 1.693147   tf 2 -> 1 + ln 2 = 1.693147
//	a = "apple pear":        apple, pear, apple pear: each 1.287682, so each 1/sqrt(3) = 0.577350
//	b = "apple pear apple":  apple 2.180235, pear 1.287682, apple pear 1.287682, pear apple 1.693147 (alone):
//	    length² = 4.753423 + 1.658125 + 1.658125 + 2.866747 = 10.936420
//	c = "plum": alone 1
func TestCorpusWeights(t *testing.T) {
	c, err := NewCorpus([]Text{{ID: "a", Title: "apple", Abstract: "pear"}, {ID: "b", Title: "Apple pear", Abstract: "apple"}, {ID: "c", Title: "plum"}}, Words)
	if err != nil {
		t.Fatal(err)
	}
	want := [][]float64{{0.577350, 0.577350, 0.577350}, {2.180235 / 3.307026, 1.287682 / 3.307026, 1.287682 / 3.307026}, nil}
	for i := range want {
		var got []float64
		for _, x := range c.val[c.start[i]:c.start[i+1]] {
			got = append(got, float64(x))
		}
		if len(got) != len(want[i]) {
			t.Fatalf("record %d: %v", i, got)
		}
		for k := range got {
			if math.Abs(got[k]-want[i][k]) > 1e-5 {
				t.Errorf("record %d, feature %d: %v, want %v", i, k, got[k], want[i][k])
			}
		}
	}
	if math.Abs(c.alone[1]-2.866747/10.936420) > 1e-6 || c.alone[2] != 1 {
		t.Errorf("alone: %v", c.alone)
	}
}

// Two records without common words, one of each label: by symmetry w = a x1 - a' x2. With C = 0.11, ratio 1 both weigh 1, so
// d = 1/(2 0.11) = 4.545455. The dual is (2+d) a - a' = 1 for both (the bias couples them), so a = a' = 1/(1+d) = 0.180328 and b = 0.
// A third record, equal to the first, scores a = 0.180328.
func TestFitByHand(t *testing.T) {
	c, err := NewCorpus([]Text{{ID: "1", Title: "apple"}, {ID: "2", Title: "plum"}, {ID: "3", Title: "apple"}, {ID: "4", Title: "plum"}}, Words)
	if err != nil {
		t.Fatal(err)
	}
	m := NewModel(c, Options{Ratio: 1, Tolerance: 1e-9})
	m.Learn(0, true)
	m.Learn(1, false)
	if got := m.Rank(nil); !slices.Equal(got, []int{2, 3}) {
		t.Errorf("ranked %v", got)
	}
	if math.Abs(m.score[2]-0.180328) > 1e-6 || math.Abs(m.score[3]+0.180328) > 1e-6 {
		t.Errorf("scores %v", m.score)
	}
}

// composed is a small review by a seed: two topics with words of their own among common ones.
func composed(n int, seed uint64) ([]Text, []bool) {
	r := random(seed)
	var texts []Text
	var labels []bool
	for i := range n {
		relevant := r.below(10) == 0
		var b strings.Builder
		for range 30 {
			switch k := r.below(10); {
			case relevant && k < 2:
				fmt.Fprintf(&b, "protest%c ", 'a'+rune(r.below(15)))
			case k < 3:
				fmt.Fprintf(&b, "farm%c ", 'a'+rune(r.below(20)))
			default:
				fmt.Fprintf(&b, "w%d ", r.below(40)*r.below(40))
			}
		}
		texts, labels = append(texts, Text{ID: fmt.Sprintf("r%04d", i), Title: b.String()[:20], Abstract: b.String()}), append(labels, relevant)
	}
	return texts, labels
}

func corpus(t testing.TB, texts []Text) *Corpus {
	t.Helper()
	c, err := NewCorpus(texts, Stems)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func names(c *Corpus, is []int) []string {
	var out []string
	for _, i := range is {
		out = append(out, c.ID(i))
	}
	return out
}

func TestOrderIsDeterministicAndFreeOfInputOrder(t *testing.T) {
	texts, labels := composed(300, 1)
	run := func(texts []Text, labels []bool) []string {
		c := corpus(t, texts)
		in, out := -1, -1
		for i := range texts {
			if labels[i] && (in < 0 || texts[i].ID < texts[in].ID) {
				in = i
			}
			if !labels[i] && (out < 0 || texts[i].ID < texts[out].ID) {
				out = i
			}
		}
		r, err := Simulate(context.Background(), c, labels, Simulation{Included: []int{in}, Excluded: []int{out}})
		if err != nil {
			t.Fatal(err)
		}
		return names(c, r.Order)
	}
	want := run(texts, labels)
	if d := cmp.Diff(want, run(texts, labels)); d != "" {
		t.Errorf("the same run twice: %s", d)
	}
	slices.Reverse(texts)
	slices.Reverse(labels)
	if d := cmp.Diff(want, run(texts, labels)); d != "" {
		t.Errorf("records in another order: %s", d)
	}
}

func TestForgetUndoes(t *testing.T) {
	texts, labels := composed(200, 2)
	c := corpus(t, texts)
	a, b := NewModel(c, Options{Tolerance: 1e-10}), NewModel(c, Options{Tolerance: 1e-10})
	for i := range 40 {
		a.Learn(i, labels[i])
		b.Learn(i, labels[i])
	}
	want := a.Rank(nil)
	for i := 50; i < 60; i++ {
		b.Learn(i, !labels[i])
		b.Rank(nil)
	}
	b.Learn(3, !labels[3])
	b.Rank(nil)
	b.Learn(3, labels[3])
	for i := 50; i < 60; i++ {
		b.Forget(i)
		b.Forget(i) // twice is once
	}
	if d := cmp.Diff(want, b.Rank(nil)); d != "" {
		t.Error(d)
	}
	for i := range a.score {
		if a.label[i] == 0 && math.Abs(a.score[i]-b.score[i]) > 1e-8 {
			t.Errorf("record %d scores %v after undoing, %v before", i, b.score[i], a.score[i])
		}
	}
}

func TestColdStart(t *testing.T) {
	texts, labels := composed(300, 3)
	c := corpus(t, texts)
	m := NewModel(c, Options{})
	m.ColdStart("protesta protestb protestc protestd protestf")
	first := m.Rank(nil)
	found := 0
	for _, i := range first[:20] {
		found += bit(labels[i])
	}
	if found < 15 {
		t.Errorf("of the first 20 only %d are relevant", found)
	}
	m.ColdStart("")
	if got := m.Rank(nil); !slices.IsSorted(names(c, got)) {
		t.Error("without any knowledge records come by id")
	}
	r, err := Simulate(context.Background(), c, labels, Simulation{Query: "protesta protestb"})
	if err != nil || len(r.Order) != 300 {
		t.Errorf("%d records, %v", len(r.Order), err)
	}
}

func TestSimulateRefuses(t *testing.T) {
	texts, labels := composed(50, 4)
	c := corpus(t, texts)
	in := slices.Index(labels, true)
	for _, tt := range []struct {
		labels []bool
		s      Simulation
		want   string
	}{
		{labels[1:], Simulation{}, "49 labels for 50"},
		{labels, Simulation{Excluded: []int{in}}, "label says otherwise"},
		{labels, Simulation{Included: []int{50}}, "no record"},
		{make([]bool, 50), Simulation{}, "nothing to measure"},
	} {
		if _, err := Simulate(context.Background(), c, tt.labels, tt.s); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("got %v, want %q", err, tt.want)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Simulate(ctx, c, labels, Simulation{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if _, err := NewCorpus([]Text{{ID: "a"}, {ID: "b"}, {ID: "a"}}, Stems); err == nil || !strings.Contains(err.Error(), "records 1 and 3") {
		t.Errorf("got %v", err)
	}
}

// By hand: relevant at 1, 3 and 10 of 10. n_at_95 is the 3rd of 3; best sum 6, worst 27, sum 14.
func TestMeasureByHand(t *testing.T) {
	order := make([]bool, 10)
	order[0], order[2], order[9] = true, true, true
	got, err := Measure(order)
	if err != nil {
		t.Fatal(err)
	}
	gain, ideal := 1+1/math.Log2(4)+1/math.Log2(11), 1+1/math.Log2(3)+1/math.Log2(4)
	want := Metrics{Records: 10, Relevant: 3, NAt95: 10, NAt100: 10, WSS95: -0.05, WSS100: 0, RRF5: 0, RRF10: 1.0 / 3, RRF20: 1.0 / 3, ATD: 14.0 / 3, Loss: 8.0 / 21, NDCG: gain / ideal}
	if got != want {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

// Byrt, Bishop and Carlin 1993 show that kappa = (PABAK - PI² + BI²)/(1 - PI² + BI²).
func TestAgree(t *testing.T) {
	pairs := func(a, b, c, d int) (x, y []bool) {
		for k, n := range []int{a, b, c, d} {
			for range n {
				x, y = append(x, k < 2), append(y, k%2 == 0)
			}
		}
		return x, y
	}
	for _, tt := range []struct{ a, b, c, d int }{{20, 5, 10, 15}, {1, 5, 5, 89}, {0, 3, 4, 10}, {45, 15, 25, 15}} {
		g, err := Agree(pairs(tt.a, tt.b, tt.c, tt.d))
		if err != nil {
			t.Fatal(err)
		}
		p, b := g.Prevalence*g.Prevalence, g.Bias*g.Bias
		if want := (g.PABAK - p + b) / (1 - p + b); math.Abs(g.Kappa-want) > 1e-12 {
			t.Errorf("%v: kappa %v, by the indices %v", tt, g.Kappa, want)
		}
	}
	// The textbook table 20, 5, 10, 15: p_o 0.7, p_e 0.5, kappa 0.4.
	if g, _ := Agree(pairs(20, 5, 10, 15)); math.Abs(g.Kappa-0.4) > 1e-12 || math.Abs(g.PABAK-0.4) > 1e-12 || math.Abs(g.Bias+0.1) > 1e-12 {
		t.Errorf("%+v", g)
	}
	if g, _ := Agree(pairs(0, 0, 0, 9)); g.Defined || g.PABAK != 1 {
		t.Errorf("%+v", g)
	}
	if _, err := Agree(nil, nil); err == nil {
		t.Error("no decisions are accepted")
	}
	if _, err := Agree([]bool{true}, nil); err == nil {
		t.Error("unpaired decisions are accepted")
	}
}

// By hand: 20 read, 4 found, the last ten irrelevant, 10 left. Recall below 0.8 means 6 or more in all. The window of the last ten has
// none of the 2 in an urn of 20: (10·9)/(20·19) = 0.236842. A window of 15 with 1 of 3 in an urn of 25, and so on, says less.
func TestCMHByHand(t *testing.T) {
	labels := make([]bool, 20)
	for _, k := range []int{0, 1, 2, 9} {
		labels[k] = true
	}
	if got := CMH(labels, 30, 0.8); math.Abs(got-0.236842) > 1e-6 {
		t.Errorf("p is %v", got)
	}
	if got := CMH(labels, 20, 0.8); got != 0 {
		t.Errorf("with nothing left p is %v", got)
	}
	if got := CMH(nil, 30, 0.8); got != 1 {
		t.Errorf("with nothing read p is %v", got)
	}
	if got := hypergeometric(0, 20, 2, 10); math.Abs(got-90.0/380) > 1e-12 {
		t.Errorf("hypergeometric %v", got)
	}
}

// The estimate holds itself to what is possible, and everything read is the end.
func TestEstimate(t *testing.T) {
	texts, labels := composed(400, 5)
	c := corpus(t, texts)
	r, err := Simulate(context.Background(), c, labels, Simulation{Query: "protesta"})
	if err != nil {
		t.Fatal(err)
	}
	last := r.Live[len(r.Live)-1]
	if !last.Stop || last.Recall != 1 || last.Low != 1 || last.High != 1 {
		t.Errorf("at the end: %+v", last)
	}
	for _, e := range r.Live {
		if !(e.Low <= e.Recall && e.Recall <= e.High && e.High <= 1 && e.Low >= 0) || e.Remaining > float64(400-e.Read) || e.Why == "" {
			t.Errorf("%+v", e)
		}
		if e.Stop && e.Found < leastFound && e.CMH >= 0.05 && e.Read < 400 {
			t.Errorf("stops with few found: %+v", e)
		}
	}
	if len(r.Stops) != len(rules) || r.Stops[0].Rule != RuleOurs || r.Stops[0].Recall < Target {
		t.Errorf("%+v", r.Stops)
	}
}
