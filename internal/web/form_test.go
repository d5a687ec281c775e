package web

import "testing"

func TestWhatIsMeant(t *testing.T) {
	offered := []option{{"ref-1", "The square"}, {"ref-2", "Twice"}, {"ref-3", "Twice"}, {"ref-4", "ref-1"}, {"ref-5", ""}}
	for typed, want := range map[string]string{"ref-1": "ref-1", "the SQUARE": "ref-1", "Twice": "Twice", "ref-9": "ref-9", "The": "The", "": ""} {
		if got := meant(typed, offered); got != want {
			t.Errorf("%q means %q, not %q", typed, got, want)
		}
	}
}
