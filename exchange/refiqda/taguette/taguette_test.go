package taguette

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"throughline/exchange/refiqda"
)

// one makes a project of one document.
func one(contents string, tags []Tag, hs ...Highlight) (refiqda.Project, []refiqda.Loss) {
	d := Database{Documents: []Document{{ID: 1, Project: 1, Name: "d", Contents: contents}}, Tags: tags, Highlights: hs}
	for i := range d.Highlights {
		d.Highlights[i].ID, d.Highlights[i].Document = int64(i+1), 1
		for _, t := range tags {
			d.Uses = append(d.Uses, Use{int64(i + 1), t.ID})
		}
	}
	p, losses := Make(d, Project{ID: 1, Name: "p"})
	p, more := refiqda.Place(p, Way())
	return p, append(losses, more...)
}

func TestPlain(t *testing.T) {
	for _, c := range []struct{ in, body, raw string }{
		{"<p>a</p><p>b</p>", "a\n\nb", "ab"},
		{"<p>a\n</p>\n<p>b</p>", "a\n\nb", "a\n\nb"},
		{"a<br>b<br><br>c", "a\nb\n\nc", "abc"},
		{"<ul><li>a</li><li>b</li></ul>c", "a\nb\n\nc", "abc"},
		{"<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a\tb\nc", "abc"},
		{"x &amp; <i>y</i>\u00a0z", "x & y\u00a0z", "x & y\u00a0z"},
		{"", "", ""},
	} {
		got, err := plain(c.in)
		if err != nil || got.body != c.body || got.raw != c.raw {
			t.Errorf("%q: body %q, raw %q, %v", c.in, got.body, got.raw, err)
		}
	}
}

// TestPlaces: bytes over the text without tags; what lies beside its words is put there, what lies nowhere is told.
func TestPlaces(t *testing.T) {
	p, losses := one("<p>Ärger <i>im</i> Dorf</p><p>👏 once more the words</p>", nil,
		Highlight{Start: 0, End: 6, Snippet: "<p>Ärger</p>"}, Highlight{Start: 7, End: 9, Snippet: "<i>im</i>"}, Highlight{Start: 10, End: 18, Snippet: "<p>Dorf</p><p>👏</p>"},
		Highlight{Start: 1, End: 6, Snippet: "once more the"}, Highlight{Start: 15, End: 18}, Highlight{Start: 0, End: 99, Snippet: "x"}, Highlight{Start: 7, End: 9, Snippet: "other"})
	var got, told []string
	for _, x := range p.Sources[0].Selections {
		got = append(got, x.Quote)
	}
	for _, l := range losses {
		told = append(told, l.What[:20])
	}
	slices.Sort(told)
	if diff := cmp.Diff([]string{"Ärger", "once more the", "im", "im", "Dorf\n\n👏", "👏"}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if diff := cmp.Diff([]string{"lay beside its words", "lies outside of the ", "the words at its pla", "the words at its pla"}, told); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestTree makes what is above a tag, and keeps dots that divide nothing.
func TestTree(t *testing.T) {
	p, _ := one("<p>a</p>", []Tag{{1, 1, "A.B.C", "deep"}, {2, 1, "A", ""}, {3, 1, ".x", ""}, {4, 1, "y.", ""}, {5, 2, "of another project", ""}, {6, 1, "A-z", ""}})
	var got []string
	paths := p.Paths()
	for _, c := range p.Codes {
		got = append(got, strings.Join(paths[c.GUID], " > "))
	}
	slices.Sort(got)
	if diff := cmp.Diff([]string{".x", "A", "A > B", "A > B > C", "A-z", "y."}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// FuzzMake: whatever a row holds, what comes out lies within its text and says its words, and can be written.
func FuzzMake(f *testing.F) {
	f.Add("<p>a <b>b</b></p><table><td>c", "A.B", "<p>b</p>", 2, 3)
	f.Add("<pre>\n\nx</pre>&#0;\r\n<br>👏", ".", "👏", 0, 4)
	f.Fuzz(func(t *testing.T, contents, path, snippet string, start, end int) {
		p, _ := one(contents, []Tag{{1, 1, path, contents}}, Highlight{Start: int64(start), End: int64(end), Snippet: snippet})
		for _, s := range p.Sources {
			r := []rune(s.Text)
			for _, x := range s.Selections {
				if x.Start < 0 {
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

// TestHighlightsOfAPage reads the page of highlights as Taguette writes it, in another language, with what makes it hard: a
// heading and a line that were marked, a tag with a comma, a highlight without a tag.
func TestHighlightsOfAPage(t *testing.T) {
	detail := func(doc string, tags ...string) string {
		return "\n    <p>\n      <strong>Dokument:</strong> " + doc + "\n      <strong>Tags:</strong>\n        " + strings.Join(tags, ",\n        ") + "\n    </p>\n    <hr>\n\n    "
	}
	page := `<!DOCTYPE html><html><head><meta charset="UTF-8"><title>Taguette highlights</title><style>h1 { margin-bottom: 1em; }</style></head><body><h1>Taguette highlights</h1>
    <h1>The square</h1>` + detail("One &amp; two.txt", "Place") + `<p>It was <strong>full</strong>.</p><hr><p>Nobody left.</p>` + detail("Two", "Tactics.Protest", "Quiet, then loud") + `bare words` + detail("Two") + `</body></html>`
	got, err := ReadHighlights([]byte(page))
	want := []Passage{{"One & two.txt", "The square", []string{"Place"}}, {"Two", "It was full.\n\nNobody left.", []string{"Tactics.Protest", "Quiet, then loud"}}, {"Two", "bare words", nil}}
	if err != nil || cmp.Diff(want, got) != "" {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := ReadHighlights([]byte("<p>A page.</p>")); err != ErrNoHighlights {
		t.Errorf("any page: %v", err)
	}
}

func FuzzReadHighlights(f *testing.F) {
	f.Add([]byte(`<h1>x</h1>a<p><strong>D:</strong> d<strong>T:</strong> a,</p><hr><b>b<p><strong>D:</strong> d<strong>T:</strong> b</p>`))
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := ReadHighlights(b)
		if err == nil && len(got) == 0 {
			t.Error("no highlights, and no word of it")
		}
		for _, h := range got {
			if h.Document == "" {
				t.Errorf("%q is of no document", h)
			}
		}
	})
}
