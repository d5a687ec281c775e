package refiqda

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// samples is the folder with packages of other programs. It is not part of the repository.
var samples = filepath.Join("..", "..", "..", "shared", "data", "refi-qda")

func sample(t testing.TB, name ...string) *Package {
	t.Helper()
	path := filepath.Join(append([]string{samples, "samples"}, name...)...)
	b, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		t.Skipf("skipped: the sample %s is not beside the project", filepath.Join(name...))
	}
	if err != nil {
		t.Fatal(err)
	}
	p, err := Open(bytes.NewReader(b), int64(len(b)), ReadOptions{})
	if err != nil {
		t.Fatalf("%s: %v", filepath.Join(name...), err)
	}
	return p
}

func expected(t *testing.T, into any, name ...string) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(append([]string{samples, "samples"}, name...)...))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, into); err != nil {
		t.Fatal(err)
	}
}

// coded is one coding of a text.
type coded struct {
	Document, Code, Coder, Text string
	Start, End                  int
}

func textCodings(p Project) map[coded]int {
	out := map[coded]int{}
	paths := p.Paths()
	users := map[string]string{}
	for _, u := range p.Users {
		users[u.GUID] = u.Name
	}
	for _, s := range p.Sources {
		for _, x := range s.Selections {
			if x.Kind != TextSelection {
				continue
			}
			for _, c := range x.Codings {
				out[coded{s.Name, strings.Join(paths[c.Code], " > "), users[c.User], x.Quote, x.Start, x.End}]++
			}
		}
	}
	return out
}

// TestPositions finds every coding of the samples whose places are known exactly there.
func TestPositions(t *testing.T) {
	for _, name := range []string{"peer-full-spec.qdpx", "peer-inline-plaintext.qdpx", "peer-qualcoder-profile.qdpx", "qualcoder4-export-valid.qdpx", "qualcoder4-export-schema-invalid-pdfselection.qdpx", "qualcoder4-export-malformed-xml.qdpx"} {
		t.Run(name, func(t *testing.T) {
			p := sample(t, "own", name)
			var want struct{ TextCodings []coded }
			expected(t, &want, "own", "peer-full-spec.expected.json")
			full := sample(t, "own", "peer-full-spec.qdpx")
			text := map[string]string{}
			for _, s := range full.Project.Sources {
				text[s.Name] = s.Text
			}
			got := textCodings(p.Project)
			n := 0
			for _, w := range want.TextCodings {
				if strings.HasSuffix(w.Document, "crlf.txt") { // counted there with CR LF as two; the document is short
					w.Start, w.End = inLF(text[w.Document], w.Start), inLF(text[w.Document], w.End)
				}
				w.Text = strings.ReplaceAll(w.Text, "\r\n", "\n")
				found := got[w] > 0
				if !found && name != "peer-full-spec.qdpx" {
					// The other program renames codes and merges coders: the place and the words must stand.
					for g := range got {
						if g.Document == w.Document && g.Text == w.Text && g.Start == w.Start && g.End == w.End {
							found = true
						}
					}
				}
				if !found && strings.HasPrefix(name, "qualcoder4") {
					continue // it loses codings: that is told below
				}
				if !found {
					t.Errorf("not found: %+v", w)
				}
				n++
			}
			if n < 12 {
				t.Errorf("only %d codings were compared", n)
			}
			for g := range got {
				if strings.HasSuffix(g.Document, ".pdf") {
					continue // counted apart in the expected file
				}
				for _, s := range p.Project.Sources {
					if s.Name == g.Document && (g.Start < 0 || string([]rune(s.Text)[g.Start:g.End]) != g.Text) {
						t.Errorf("%+v are not the words there", g)
					}
				}
				ok := strings.HasPrefix(g.Document, "interview.wav") // the transcript, which the other program made a document of
				for _, w := range want.TextCodings {
					ok = ok || w.Document == g.Document && strings.ReplaceAll(w.Text, "\r\n", "\n") == g.Text
				}
				if !ok && name != "peer-inline-plaintext.qdpx" {
					t.Errorf("nobody coded %+v", g)
				}
			}
		})
	}
}

// inLF turns a position that counts CR LF as two into one that counts it as one.
func inLF(text string, at int) int {
	n := 0
	for i, r := range []rune(text) {
		if i+n >= at {
			return i
		}
		if r == '\n' {
			n++
		}
	}
	return at - n
}

// TestConventions reads one project as three programs would write it, and gets the same places each time.
func TestConventions(t *testing.T) {
	for name, want := range map[string]Convention{"spec-codepoints.qdpx": {Unit: CodePoints, CRLF: 2}, "nvivo-like-utf16-crlf-bom.qdpx": {Unit: UTF16, CRLF: 2}, "atlas-like-crlf-counted-as-lf.qdpx": {Unit: CodePoints, CRLF: 1}} {
		t.Run(name, func(t *testing.T) {
			p := sample(t, "own", "position-conventions", name)
			var exp struct{ Codings []coded }
			expected(t, &exp, "own", "position-conventions", "expected.json")
			got := textCodings(p.Project)
			for _, w := range exp.Codings {
				w.Coder = "Coder One"
				if got[w] != 1 {
					t.Errorf("not found: %+v", w)
				}
				delete(got, w)
			}
			for g := range got {
				t.Errorf("nobody coded %+v", g)
			}
			for _, s := range p.Project.Sources {
				t.Logf("%s: %s, by %s (%.2f, next %.2f)", s.Name, s.Convention, s.Convention.By, s.Convention.Score, s.Convention.Next)
			}
			if c := p.Project.Sources[0].Convention; !c.same(want) && strings.Contains(name, "nvivo") {
				t.Errorf("counts in %s; expected %s", c, want)
			}
		})
	}
}

// TestMasked reads a real project of which every letter is an x: no quote tells how it counts.
func TestMasked(t *testing.T) {
	p := sample(t, "third-party", "nvivo-win12-masked.qdpx")
	var exp struct {
		Selections []struct {
			Source, Selection string
			Start, End        int
		}
	}
	expected(t, &exp, "third-party", "nvivo-win12-masked.expected.json")
	at := map[string][2]int{}
	for _, s := range p.Project.Sources {
		t.Logf("%s: %s, by %s (%.3f, next %.3f)", s.GUID, s.Convention, s.Convention.By, s.Convention.Score, s.Convention.Next)
		for _, x := range s.Selections {
			at[x.GUID] = [2]int{x.Start, x.End}
		}
	}
	if len(exp.Selections) < 300 {
		t.Fatalf("only %d selections", len(exp.Selections))
	}
	for _, w := range exp.Selections {
		if at[w.Selection] != [2]int{w.Start, w.End} {
			t.Errorf("%s is at %v; expected %d to %d", w.Selection, at[w.Selection], w.Start, w.End)
		}
	}
}

// TestSamplesAreRead reads whatever else there is and counts it.
func TestSamplesAreRead(t *testing.T) {
	for _, name := range [][]string{{"third-party", "annex-a1.qdc"}, {"third-party", "annex-a3-atlasti8.qdpx"}, {"third-party", "nvivo-mac15-codebook.qdpx"}, {"own", "qualcoder4-codebook.qdc"}, {"own", "taguette15-codebook-schema-invalid.qdc"}, {"own", "peer-full-spec.qdpx"}} {
		p := sample(t, name...)
		t.Logf("%s: %v, %d losses", name[1], p.Project.Counts(), len(p.Losses))
		for i, l := range p.Losses {
			if i < 6 {
				t.Logf("   %+v", l)
			}
		}
		if len(p.Project.Codes) == 0 {
			t.Errorf("%v has no codes", name)
		}
	}
}

func BenchmarkRead(b *testing.B) {
	d, err := os.ReadFile(os.Getenv("QDPX"))
	if err != nil {
		b.Skip("QDPX names no file")
	}
	for b.Loop() {
		if _, err := Open(bytes.NewReader(d), int64(len(d)), ReadOptions{}); err != nil {
			b.Fatal(err)
		}
	}
}
