package document

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

var sample = []string{
	"The coalition was broad from the first day, and it held together for a while.", "Lawyers filed the petition; students carried copies of it to every market.", "ประชาชนออกมาบนท้องถนนด้วยกันเพื่อเรียกร้องความโปร่งใส", "Ժողովուրդը դուրս եկավ փողոց և մնաց այնտեղ մինչև երեկո։", "خرج الناس إلى الشارع وطالبوا بالشفافية الكاملة",
	"The ministry said that it would publish the contracts “soon”, and nobody believed it.", "A tariff on electricity had set it off; the rest was anger of many years.", "民众走上街头，要求公开合同。", "It rained in the evening, and nobody went home.", "The court ruled that the list was public.",
}

// grown is a long text of numbered sentences.
func grown(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "%s Number %d of the days.", sample[i%len(sample)], i)
		if i%3 == 2 {
			b.WriteString("\n\n")
		} else {
			b.WriteString(" ")
		}
	}
	return b.String()
}

// TestReanchorAfterAnotherExtraction gives a text the changes that another extraction makes (line ends, hyphens at their
// ends, other quotation marks, headers and footers, paragraphs in another order) and finds the passages again.
func TestReanchorAfterAnotherExtraction(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	old := Text{Document: "doc-a", Version: 1, Body: grown(600)}
	runes := []rune(old.Body)
	var anchors []Anchor
	for len(anchors) < 500 {
		from := r.IntN(len(runes) - 200)
		a, err := old.At(from, from+10+r.IntN(150))
		if err != nil {
			t.Fatal(err)
		}
		if strings.TrimSpace(a.Quote) == a.Quote {
			anchors = append(anchors, a)
		}
	}
	for name, change := range map[string]func(string) string{
		"the same":  func(s string) string { return s },
		"lines":     func(s string) string { return strings.ReplaceAll(s, " and ", "\nand ") },
		"hyphens":   func(s string) string { return strings.ReplaceAll(s, "petition", "peti\u00ad\ntion") },
		"quotes":    func(s string) string { return strings.NewReplacer("“", "\"", "”", "\"", ";", " ;").Replace(s) },
		"footers":   func(s string) string { return strings.ReplaceAll(s, "\n\n", "\n\nReport 2018, page 7\n\n") },
		"cut front": func(s string) string { return s[len(s)/40:] },
		"swapped": func(s string) string {
			ps := strings.Split(s, "\n\n")
			for i := 0; i+1 < len(ps); i += 10 {
				ps[i], ps[i+1] = ps[i+1], ps[i]
			}
			return strings.Join(ps, "\n\n")
		},
		"letters": func(s string) string { return strings.ReplaceAll(s, "broad", "broacl") },
	} {
		now := Text{Document: "doc-a", Version: 2, Body: strings.ToValidUTF8(change(old.Body), "")}
		right, of := 0, 0
		for i, m := range Reanchor(old, now, anchors) {
			if name == "swapped" && strings.Contains(anchors[i].Quote, "\n\n") {
				continue // its halves are in two places now
			}
			of++
			if m.Orphan {
				continue
			}
			if !now.Holds(m.Anchor) {
				t.Fatalf("%s: %+v does not hold", name, m.Anchor)
			}
			words := anchors[i].Quote
			if name != "cut front" && name != "swapped" { // which move words and leave them as they are
				words = change(words)
			}
			want, got := strings.ReplaceAll(foldOf(words), "- ", ""), foldOf(m.Anchor.Quote)
			if strings.ReplaceAll(strings.ReplaceAll(got, " ", ""), "report2018,page7", "") == strings.ReplaceAll(strings.ReplaceAll(want, " ", ""), "report2018,page7", "") {
				right++
			}
		}
		t.Logf("%s: %d of %d", name, right, of)
		if right*100 < of*95 {
			t.Errorf("%s: only %d of %d passages are at their words", name, right, of)
		}
	}
}

// TestCorrections keeps a passage where it is when its words are corrected, and tells what is gone.
func TestCorrections(t *testing.T) {
	old := Text{Document: "doc-a", Version: 1, Body: "Q: Who kept the leger?\n\nA: The yuth group kept it, I thnk.\n\nQ: And then?\n\nA: Then the ministry came, and the boxes were gone."}
	now := Text{Document: "doc-a", Version: 2, Body: "Q: Who kept the ledger?\n\nA: The youth group kept it, I think.\n\nQ: And then?\n\nA: Nobody knows."}
	anchor := func(q string) Anchor {
		a, err := old.Find(q)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	got := Reanchor(old, now, []Anchor{anchor("The yuth group kept it"), anchor("the leger?"), anchor("I thnk"), anchor("And then?"), anchor("the ministry came, and the boxes were gone")})
	for i, want := range []string{"The youth group kept it", "the ledger?", "I think", "And then?"} {
		if got[i].Orphan || got[i].Anchor.Quote != want {
			t.Errorf("%d: %+v; expected %q", i, got[i], want)
		}
	}
	if !got[0].Changed || got[3].Changed {
		t.Errorf("what was corrected: %+v, %+v", got[0], got[3])
	}
	if !got[4].Orphan || got[4].Anchor.Quote != "the ministry came, and the boxes were gone" {
		t.Errorf("what is gone: %+v", got[4])
	}
	// The same words at two places: the context tells.
	two := Text{Document: "doc-a", Version: 1, Body: "First he said yes to the judge. Later he said yes to the crowd."}
	three := Text{Document: "doc-a", Version: 2, Body: "Preface. Later he said yes to the crowd. First he said yes to the judge."}
	i := strings.Index(two.Body, "said yes")
	j := strings.LastIndex(two.Body, "said yes")
	a, _ := two.At(i, i+8)
	b, _ := two.At(j, j+8)
	m := Reanchor(two, three, []Anchor{a, b})
	if m[0].Orphan || m[1].Orphan || !strings.Contains(m[0].Anchor.After, "judge") || !strings.Contains(m[1].Anchor.After, "crowd") {
		t.Errorf("%q: %+v; %q: %+v", a.Quote, m[0], b.Quote, m[1])
	}
}

func BenchmarkReanchor(b *testing.B) {
	old := Text{Document: "doc-a", Version: 1, Body: grown(5000)}
	now := Text{Document: "doc-a", Version: 2, Body: strings.ReplaceAll(old.Body, " and ", "\nand ")}
	var anchors []Anchor
	for i := range 500 {
		a, _ := old.At(i*500, i*500+60)
		anchors = append(anchors, a)
	}
	for b.Loop() {
		Reanchor(old, now, anchors)
	}
}
