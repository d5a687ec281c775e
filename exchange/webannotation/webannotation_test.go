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
