package synthesis_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"throughline/internal/synthesis"
	"throughline/internal/thread"
)

func TestChanges(t *testing.T) {
	before := synthesis.Analysis{Conditions: []thread.ID{"cond-a", "cond-b"}, Result: &synthesis.Result{
		Rows:      []synthesis.Row{{Configuration: "11", Cases: []thread.ID{"case-1", "case-2"}, Output: "1"}, {Configuration: "01", Cases: []thread.ID{"case-3"}, Output: "0"}, {Configuration: "00", Cases: []thread.ID{"case-4"}, Output: "0"}},
		Solutions: []synthesis.Solution{{Kind: "conservative", Models: []synthesis.Model{{Formula: "A*B", Consistency: 1, Coverage: 0.8}, {Formula: "A", Consistency: 1, Coverage: 1}}}}}}
	now := before
	now.Result = &synthesis.Result{
		Rows:      []synthesis.Row{{Configuration: "11", Cases: []thread.ID{"case-1"}, Output: "1"}, {Configuration: "01", Cases: []thread.ID{"case-2", "case-3"}, Output: "C"}, {Configuration: "10", Cases: []thread.ID{"case-5"}, Output: "1"}},
		Solutions: []synthesis.Solution{{Kind: "conservative", Models: []synthesis.Model{{Formula: "A*B", Consistency: 0.9, Coverage: 0.8}}}, {Kind: "parsimonious", Models: []synthesis.Model{{Formula: "A"}}}}}
	want := []synthesis.Change{
		{What: "row", Gone: true, Configuration: "00"},
		{What: "output", Configuration: "01", Was: "0", Is: "C"},
		{What: "row", Configuration: "10", Is: "1"},
		{What: "case", Gone: true, Case: "case-4", Was: "00"},
		{What: "case", Case: "case-2", Was: "11", Is: "01"},
		{What: "case", Case: "case-5", Is: "10"},
		{What: "model", Gone: true, Kind: "conservative", Formula: "A"},
		{What: "fit", Kind: "conservative", Formula: "A*B", Was: "consistency 1.00, PRI 0.00, coverage 0.80", Is: "consistency 0.90, PRI 0.00, coverage 0.80"},
		{What: "model", Kind: "parsimonious", Formula: "A"},
	}
	if diff := cmp.Diff(want, now.Changes(before)); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
	if c := now.Changes(now); c != nil {
		t.Errorf("nothing changed, and yet: %v", c)
	}
	if c := now.Changes(synthesis.Analysis{}); c != nil {
		t.Errorf("there was no result before, and yet: %v", c)
	}
	other := now
	other.Conditions = []thread.ID{"cond-a"}
	for _, c := range other.Changes(before) {
		if c.What != "model" && c.What != "fit" {
			t.Errorf("rows of other conditions are compared: %v", c)
		}
	}
	if !now.ComputedFrom(before) || other.ComputedFrom(before) {
		t.Error("what asks the same is not told from what asks something else")
	}
}
