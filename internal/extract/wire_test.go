package extract

import (
	"testing"

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
