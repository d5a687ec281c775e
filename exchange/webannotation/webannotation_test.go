package webannotation

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestThereAndBack(t *testing.T) {
	all := []Annotation{
		{ID: "urn:uuid:1", Source: "urn:uuid:d", Start: 4, End: 10, Quote: "🟦 <b>\"", Before: "before ", After: " after", Codes: []string{"Tactics › Court", "กลยุทธ์"}, Memo: "why\nso", Creator: "Coder 1", Created: "2026-11-28T00:00:00Z"},
		{ID: "urn:uuid:2", Source: "urn:uuid:d", Start: -1, End: -1, Quote: "words", Codes: []string{"x"}},
	}
	var b bytes.Buffer
	if err := Write(&b, "urn:uuid:c", "Codings", all); err != nil {
		t.Fatal(err)
	}
	got, losses, err := Read(&b, 1<<20)
	if err != nil || len(losses) > 0 {
		t.Fatal(err, losses)
	}
	if diff := cmp.Diff(all, got); diff != "" {
		t.Error(diff)
	}
}

// The model allows many forms of one thing (sections 3.2, 4.1, 4.2).
func TestForms(t *testing.T) {
	for in, want := range map[string]Annotation{
		`{"type":"Annotation","bodyValue":"a comment","target":"http://example.org/a"}`:                                                                                                                         {Source: "http://example.org/a", Start: -1, End: -1, Memo: "a comment"},
		`[{"id":"x","type":["Annotation"],"motivation":"tagging","body":{"type":"TextualBody","value":"code"},"target":{"source":"s","selector":{"type":"TextPositionSelector","start":1,"end":3}}}]`:           {ID: "x", Source: "s", Start: 1, End: 3, Codes: []string{"code"}},
		`{"type":"AnnotationPage","items":[{"body":[{"value":"c","purpose":"classifying"},{"value":"m","purpose":"describing"}],"target":[{"id":"s","selector":[{"type":"TextQuoteSelector","exact":"q"}]}]}]}`: {Source: "s", Start: -1, End: -1, Codes: []string{"c"}, Memo: "m", Quote: "q"},
	} {
		got, _, err := Read(strings.NewReader(in), 1<<20)
		if err != nil || len(got) != 1 {
			t.Errorf("%s: %v, %v", in, got, err)
			continue
		}
		if diff := cmp.Diff(want, got[0]); diff != "" {
			t.Error(diff)
		}
	}
	_, losses, err := Read(strings.NewReader(`{"items":["http://example.org/anno1",{"body":"http://example.org/b","target":[{"source":"s","selector":{"type":"SvgSelector"}},"t"]}]}`), 1<<20)
	if err != nil || len(losses) != 5 {
		t.Errorf("%v, %q", err, losses)
	}
	for _, bad := range []string{"", "nothing", "7", `{"a":1}`, strings.Repeat(" ", 200)} {
		if _, _, err := Read(strings.NewReader(bad), 100); !errors.Is(err, ErrFormat) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// Hypothesis says who, what and where in its own way.
func TestHypothesis(t *testing.T) {
	item := `{"id":"h1","created":"2026-01-02T03:04:05+00:00","user":"acct:reader@example.org","uri":"https://example.org/report","text":"why","tags":["Court","Money"],"document":{"title":["Report"]},
		"target":[{"source":"https://example.org/report","selector":[{"type":"RangeSelector","startContainer":"/p[1]"},{"type":"TextPositionSelector","start":5,"end":9},{"type":"TextQuoteSelector","exact":"word","prefix":"a ","suffix":" b"}]}]}`
	want := []Annotation{{ID: "h1", Source: "https://example.org/report", Title: "Report", Start: 5, End: 9, Quote: "word", Before: "a ", After: " b", Codes: []string{"Court", "Money"}, Memo: "why", Creator: "reader", Created: "2026-01-02T03:04:05+00:00"}}
	for _, in := range []string{`{"export_date":"2026-01-03","annotations":[` + item + `]}`, `{"total":1,"rows":[` + item + `]}`, `[` + item + `]`} {
		got, losses, err := Read(strings.NewReader(in), 1<<20)
		if err != nil || len(losses) > 0 {
			t.Errorf("%v, %q", err, losses)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"type":"Annotation","target":{"source":"s","selector":[{"type":"TextPositionSelector","start":1,"end":3}]}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		all, _, err := Read(bytes.NewReader(b), 1<<16)
		if err == nil {
			var out bytes.Buffer
			if err := Write(&out, "urn:x", "", all); err != nil {
				t.Fatal(err)
			}
		}
	})
}
