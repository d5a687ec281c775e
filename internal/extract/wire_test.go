package extract

import (
	"bytes"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestLinesOnTheWire(t *testing.T) {
	pages := func() []Page {
		return []Page{
			{Start: 0, End: 9, Lines: []Line{{0, 4, [4]float64{72, 700.25, 90.01, 711}}, {2, 9, [4]float64{-3.5, 0, 1e4, 0.07}}}},
			{Start: 11, End: 11},
			{Start: 12, End: 20, Lines: []Line{{12, 20, [4]float64{}}}},
		}
	}
	sent := pages()
	packed := packLines(sent)
	if len(sent[0].Lines) > 0 {
		t.Error("the lines are sent twice")
	}
	if !unpackLines(sent, packed) {
		t.Fatal("they do not come back")
	}
	if d := cmp.Diff(pages(), sent); d != "" {
		t.Error(d)
	}
	for i := range packed { // what is cut, and what a child says that has gone wrong
		if got := pages(); unpackLines(got, packed[:i]) {
			t.Errorf("%d of %d bytes are taken", i, len(packed))
		}
	}
	if unpackLines(pages(), append([]byte{0xff, 0xff, 0xff, 0xff, 0x0f}, packed...)) || unpackLines(pages(), append(packed, 0)) {
		t.Error("numbers that cannot be are taken")
	}
}

func TestAnswerOnTheWire(t *testing.T) {
	for _, a := range []answer{
		{Text: &Text{Format: "pdf", Notes: []string{"a\nb"}}, body: "één\nสอง\n{}", lines: []byte{0, '\n', 255}, Peak: 7},
		{Text: &Text{Format: "text"}},
		{picture: []byte{'\n', 1, 2}},
		{Error: "The file\nis broken."},
	} {
		var b bytes.Buffer
		if err := a.send(&b); err != nil {
			t.Fatal(err)
		}
		got, ok := received(b.Bytes())
		if !ok || got.body != a.body || !bytes.Equal(got.lines, a.lines) || !bytes.Equal(got.picture, a.picture) || got.Error != a.Error || got.Peak != a.Peak || cmp.Diff(a.Text, got.Text) != "" {
			t.Errorf("%+v comes back as %+v, %v", a, got, ok)
		}
		whole := b.Bytes()
		for i := range len(whole) - 1 { // but for the last: the end of the line may be cut where nothing follows
			if _, ok := received(whole[:i]); ok {
				t.Errorf("%d of %d bytes are taken: %q", i, len(whole), whole[:i])
			}
		}
		if _, ok := received(append(whole, 'x')); ok {
			t.Error("what nobody announced is taken")
		}
	}
	for _, s := range []string{`{"sizes":[-1,0,0]}` + "\n", `{"sizes":[9223372036854775807,1,0]}` + "\nab", `{"sizes":[1,-1,1]}` + "\nab"} {
		if _, ok := received([]byte(s)); ok {
			t.Errorf("%s is taken", s)
		}
	}
	if a, ok := received([]byte(`{"sizes":[2,0,0]}` + "\n\xff\xfe")); !ok || !utf8.ValidString(a.body) {
		t.Errorf("a body that is no UTF-8: %v, %q", ok, a.body)
	}
}
