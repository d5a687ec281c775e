package synthesis

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"throughline/internal/thread"
)

// Four cases of which two conditions tell everything: A and B together, or nothing.
func TestRun(t *testing.T) {
	words := Calibration{Method: "words", Words: []Anchor{{"no", 0}, {"yes", 1}}}
	conditions := []Condition{{ID: "cond-a", Letter: "A", Calibration: words}, {ID: "cond-b", Letter: "B", Calibration: words}, {ID: "cond-y", Letter: "Y", Outcome: true, Calibration: words}}
	a := Analysis{ID: "ana-1", Mode: "crisp", Outcome: "cond-y", Conditions: []thread.ID{"cond-a", "cond-b"}, Cases: []thread.ID{"case-1", "case-2", "case-3"}, Frequency: 1, Consistency: 1}
	var scores []Score
	for c, row := range map[thread.ID][]string{"case-1": {"yes", "yes", "yes"}, "case-2": {"yes", "no", "no"}, "case-3": {"no", "no", "no"}} {
		for i, cond := range []thread.ID{"cond-a", "cond-b", "cond-y"} {
			scores = append(scores, Score{Case: c, Condition: cond, Raw: row[i]})
		}
	}
	got, err := a.Run(t.Context(), conditions, scores)
	if err != nil {
		t.Fatal(err)
	}
	r := got.Result
	if r.Remainders != 1 || len(r.Rows) != 3 {
		t.Errorf("%d rows and %d remainders; want 3 and 1", len(r.Rows), r.Remainders)
	}
	var formulas []string
	for _, s := range r.Solutions {
		for _, m := range s.Models {
			formulas = append(formulas, s.Kind+" "+m.Formula)
			if m.Consistency != 1 || m.Coverage != 1 {
				t.Errorf("%s has consistency %v and coverage %v", m.Formula, m.Consistency, m.Coverage)
			}
		}
	}
	if diff := cmp.Diff([]string{"conservative A*B", "parsimonious B"}, formulas); diff != "" {
		t.Error(diff)
	}
	again, err := a.Run(t.Context(), conditions, scores)
	if err != nil || again.Inputs != got.Inputs || got.Inputs == "" {
		t.Errorf("the same data have another fingerprint: %q, %q, %v", got.Inputs, again.Inputs, err)
	}
	if _, err := a.Run(t.Context(), conditions, scores[1:]); err == nil || !strings.Contains(err.Error(), "has no score on") {
		t.Errorf("a missing score gave %v", err)
	}
}

// With expectations there is an intermediate solution between the two others (Ragin and Sonnett 2005).
func TestRunWithExpectations(t *testing.T) {
	word := Calibration{Method: "crisp", Reason: "seen", Threshold: 1}
	conditions := []Condition{{ID: "cond-a", Letter: "A", Calibration: word}, {ID: "cond-b", Letter: "B", Calibration: word}, {ID: "cond-c", Letter: "C", Calibration: word}, {ID: "cond-y", Letter: "Y", Outcome: true, Calibration: word}}
	a := Analysis{ID: "ana-1", Title: "t", Mode: "crisp", Outcome: "cond-y", Conditions: []thread.ID{"cond-a", "cond-b", "cond-c"}, Frequency: 1, Consistency: 1,
		Expect: []Expectation{{"cond-a", "present", "theory"}, {"cond-b", "present", "theory"}}}
	var scores []Score
	for i, row := range []string{"1111", "1100", "0110", "0000"} {
		c := thread.ID("case-" + string(rune('a'+i)))
		a.Cases = append(a.Cases, c)
		for j, x := range []thread.ID{"cond-a", "cond-b", "cond-c", "cond-y"} {
			scores = append(scores, Score{Case: c, Condition: x, Raw: row[j : j+1]})
		}
	}
	got, err := a.Run(t.Context(), conditions, scores)
	if err != nil {
		t.Fatal(err)
	}
	formulas := map[string]string{}
	for _, s := range got.Result.Solutions {
		for _, m := range s.Models {
			formulas[s.Kind] += m.Formula + ";"
		}
	}
	if formulas["conservative"] != "A*B*C;" || formulas["parsimonious"] != "A*C;" || formulas["intermediate"] != "A*B*C;" {
		t.Errorf("%v", formulas)
	}
	before := got.Inputs
	a.Expect[1].Helps = "absent"
	got, err = a.Run(t.Context(), conditions, scores)
	if err != nil {
		t.Fatal(err)
	}
	if s := got.Result.Solutions[2]; len(s.Models) != 1 || s.Models[0].Formula != "A*C" {
		t.Errorf("where B is expected to help by not being there: %+v", s)
	}
	if got.Inputs == before {
		t.Error("another expectation is no other input")
	}
	for _, bad := range []Expectation{{"cond-z", "present", "w"}, {"cond-a", "much", "w"}, {"cond-a", "present", ""}} {
		a.Expect = []Expectation{bad}
		if a.Valid() == nil {
			t.Errorf("%+v is taken", bad)
		}
	}
}
