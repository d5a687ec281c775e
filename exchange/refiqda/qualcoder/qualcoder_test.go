package qualcoder

import (
	"strings"
	"testing"

	"throughline/exchange/refiqda"
)

// TestWays finds places by the words that are kept, however line ends and large letters were counted.
func TestWays(t *testing.T) {
	for name, c := range map[string]struct {
		text       string
		start, end int64
		unit       string
	}{
		"code points":          {"👏 first line\nthen the words here", 22, 31, refiqda.CodePoints},
		"the window's":         {"👏 first line\nthen the words here", 23, 32, refiqda.UTF16},
		"CR LF counted as one": {"first line\r\nthen the words here", 20, 29, ""},
		"CR LF counted as two": {"first line\r\nthen the words here", 21, 30, ""},
	} {
		at := c
		words := "words her"
		d := Database{Sources: []Source{{ID: 1, Name: "t", Text: at.text, HasText: true}}, Codes: []Code{{ID: 1, Name: "c"}}, TextCodings: []TextCoding{{Row: 1, Code: 1, Source: 1, Start: at.start, End: at.end, Words: words, Owner: "o"}}}
		p, _ := Make(d, "n")
		p, _ = refiqda.Place(p, nil)
		s := p.Sources[0]
		if x := s.Selections[0]; x.Quote != words || string([]rune(s.Text)[x.Start:x.End]) != words || strings.Contains(s.Text, "\r") {
			t.Errorf("%s: %q at %d to %d (%s)", name, x.Quote, x.Start, x.End, s.Convention)
		}
		if at.unit != "" && s.Convention.Unit != at.unit {
			t.Errorf("%s: %s", name, s.Convention)
		}
	}
}

// TestCircle: codes under each other lose nothing but their place.
func TestCircle(t *testing.T) {
	p, losses := Make(Database{Categories: []Category{{ID: 1, Above: 2, Name: "a"}, {ID: 2, Above: 1, Name: "b"}}, Codes: []Code{{ID: 1, Above: 1, Name: "c"}, {ID: 2, Category: 1, Name: "d"}}}, "n")
	paths := p.Paths()
	if len(p.Codes) != 4 || len(paths) != 4 || len(losses) != 2 {
		t.Errorf("%v, %v", paths, losses)
	}
}

// FuzzMake: whatever rows hold, what comes out lies within its text and says its words, and can be written.
func FuzzMake(f *testing.F) {
	f.Add("a text\r\nof 👏 words", "words", "/docs/a.pdf", "#ff0000", int64(12), int64(17), int64(1))
	f.Add("", "", "images:/x", "", int64(-1), int64(1)<<62, int64(2))
	f.Fuzz(func(t *testing.T, text, words, media, color string, start, end, id int64) {
		text, words = strings.ToValidUTF8(text, "?"), strings.ToValidUTF8(words, "?")
		d := Database{Project: Project{Date: words, Memo: text}, Sources: []Source{{ID: 1, Name: words, Text: text, HasText: true, Media: media, Date: words, Owner: color}, {ID: id, Name: "2"}},
			Categories: []Category{{ID: 1, Above: id, Name: words}}, Codes: []Code{{ID: 1, Category: 1, Name: words, Color: color}, {ID: 2, Above: id, Category: start, Name: "x"}},
			TextCodings: []TextCoding{{Row: 1, Code: id, Source: 1, Start: start, End: end, Words: words, Owner: media, Memo: text}, {Row: 2, Code: 2, Source: 1, Start: start, End: end, Words: words}},
			Areas:       []Area{{ID: 1, Source: id, Code: 1, X: start, Width: end}}, Spans: []Span{{ID: 1, Source: 1, Code: 2, Start: start, End: end}}, Annotations: []Annotation{{ID: 1, Source: 1, Start: start, End: end, Memo: words}},
			Cases: []Case{{ID: id, Name: text}}, CaseTexts: []CaseText{{id, 1, start, end}}, Types: []AttributeType{{words, "", "numeric"}}, Attributes: []Attribute{{words, "case", text, id}, {words, "file", text, 1}}, Journal: []Entry{{1, words, text, words, words}}}
		p, _ := Make(d, words)
		p, _ = refiqda.Place(p, nil)
		for _, s := range p.Sources {
			r := []rune(s.Text)
			for _, x := range s.Selections {
				if x.Kind != refiqda.TextSelection || x.Start < 0 || !s.HasText {
					continue
				}
				if x.End > len(r) || x.Start > x.End || string(r[x.Start:x.End]) != x.Quote {
					t.Fatalf("%d to %d of %q is not %q", x.Start, x.End, s.Text, x.Quote)
				}
			}
		}
		if _, err := refiqda.Write(new(strings.Builder), p, refiqda.WriteOptions{}); err != nil {
			t.Fatal(err)
		}
	})
}
