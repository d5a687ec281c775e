package synthesis

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"throughline/analysis/qca"
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

// leveled is a study of six cases: a condition with three levels, one that is crisp, and an outcome.
func leveled() (Analysis, []Condition, []Score) {
	word := Calibration{Method: "crisp", Reason: "seen", Threshold: 1}
	conditions := []Condition{{ID: "cond-a", Letter: "A", Calibration: Calibration{Method: "levels", Reason: "seen", Thresholds: []float64{10, 20}}}, {ID: "cond-b", Letter: "B", Calibration: word}, {ID: "cond-y", Letter: "Y", Outcome: true, Calibration: word}}
	a := Analysis{ID: "ana-1", Title: "t", Mode: "multi-value", Outcome: "cond-y", Conditions: []thread.ID{"cond-a", "cond-b"}, Frequency: 1, Consistency: 1}
	var scores []Score
	for i, row := range [][]string{{"5", "0", "0"}, {"7", "1", "0"}, {"12", "1", "1"}, {"15", "1", "1"}, {"25", "0", "1"}, {"21", "1", "0"}} {
		c := thread.ID("case-" + string(rune('a'+i)))
		a.Cases = append(a.Cases, c)
		for j, x := range []thread.ID{"cond-a", "cond-b", "cond-y"} {
			scores = append(scores, Score{Case: c, Condition: x, Raw: row[j]})
		}
	}
	return a, conditions, scores
}

// A multi-value analysis is that of the engine on the same levels.
func TestRunWithLevels(t *testing.T) {
	a, conditions, scores := leveled()
	if err := a.Valid(); err != nil {
		t.Fatal(err)
	}
	got, err := a.Run(t.Context(), conditions, scores)
	if err != nil {
		t.Fatal(err)
	}
	var rows, formulas []string
	for _, r := range got.Result.Rows {
		rows = append(rows, r.Configuration+" "+r.Output)
	}
	for _, s := range got.Result.Solutions {
		for _, m := range s.Models {
			formulas = append(formulas, s.Kind+" "+m.Formula)
		}
	}
	if diff := cmp.Diff([]string{"00 0", "01 0", "11 1", "20 1", "21 0"}, rows); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"conservative A{2}*~B + A{1}*B", "parsimonious A{2}*~B + A{1}"}, formulas); diff != "" {
		t.Error(diff)
	}
	if got.Result.Remainders != 1 {
		t.Errorf("%d remainders", got.Result.Remainders)
	}
	fuzzy := a
	fuzzy.Mode = "fuzzy"
	if d, err := fuzzy.Data(conditions, scores); err != nil || len(d.Levels) != 2 || d.Levels[0] != 3 {
		t.Errorf("levels beside fuzzy sets: %v %v", d.Levels, err)
	}
	for name, tc := range map[string]struct {
		change func(a *Analysis)
		want   string
	}{
		"crisp mode":           {func(a *Analysis) { a.Mode = "crisp" }, "cond-a has 3 levels"},
		"an outcome of levels": {func(a *Analysis) { a.Outcome, a.Conditions = "cond-a", []thread.ID{"cond-b"} }, "what is explained is a set"},
		"present, of levels":   {func(a *Analysis) { a.Expect = []Expectation{{"cond-a", "present", "w"}} }, "has the levels 0 to 2"},
		"a level too high":     {func(a *Analysis) { a.Expect = []Expectation{{"cond-a", "1,3", "w"}} }, "has the levels 0 to 2 only"},
		"a level of a set":     {func(a *Analysis) { a.Together = []Conjunction{{[]Part{{"cond-a", "1"}, {"cond-b", "2"}}, "w"}} }, "has the levels 0 to 1 only"},
	} {
		b := a
		tc.change(&b)
		if err := b.Valid(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := b.Run(t.Context(), conditions, scores); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v; want %q", name, err, tc.want)
		}
	}
}

// A case that is scored but not compared moves the memberships of a relative calibration, and so the inputs of a result.
func TestOtherCasesCountInRelativeCalibrations(t *testing.T) {
	conditions := []Condition{{ID: "cond-a", Letter: "A", Calibration: Calibration{Method: "tfr"}}, {ID: "cond-y", Letter: "Y", Calibration: Calibration{Method: "crisp", Threshold: 1}}}
	a := Analysis{ID: "ana-1", Mode: "fuzzy", Outcome: "cond-y", Conditions: []thread.ID{"cond-a"}, Cases: []thread.ID{"case-a", "case-b"}, Frequency: 1, Consistency: 1}
	scores := []Score{{Case: "case-a", Condition: "cond-a", Raw: "1"}, {Case: "case-a", Condition: "cond-y", Raw: "0"}, {Case: "case-b", Condition: "cond-a", Raw: "2"}, {Case: "case-b", Condition: "cond-y", Raw: "1"}}
	d, err := a.Data(conditions, scores)
	if err != nil || d.Values[1][0] != 1 {
		t.Fatalf("%+v %v", d, err)
	}
	before := a.InputsOf(d)
	scores = append(scores, Score{Case: "case-c", Condition: "cond-a", Raw: "3"})
	if d, err = a.Data(conditions, scores); err != nil || d.Values[1][0] != 0.5 || a.InputsOf(d) == before {
		t.Errorf("with a third case: %+v %v", d, err)
	}
	if _, err := a.Data(conditions, scores[:2]); err == nil || !strings.Contains(err.Error(), "Score more cases") || !strings.Contains(err.Error(), "score-a.a") {
		t.Errorf("with one case: %v", err)
	}
}

// Expectations of levels and of conditions together reach the engine, and the fingerprint of the inputs.
func TestExpectationsOfLevelsAndTogether(t *testing.T) {
	a, conditions, scores := leveled()
	d, err := a.Data(conditions, scores)
	if err != nil {
		t.Fatal(err)
	}
	none := a.InputsOf(d)
	a.Expect = []Expectation{{"cond-a", "1, 2", "w"}}
	expects := a.InputsOf(d)
	a.Together = []Conjunction{{[]Part{{"cond-b", "absent"}, {"cond-a", "2"}}, "w"}}
	if err := a.Valid(); err != nil {
		t.Fatal(err)
	}
	if both := a.InputsOf(d); none == expects || expects == both || none == both {
		t.Errorf("fingerprints %q, %q, %q", none, expects, both)
	}
	want := qca.Options{Solution: qca.Intermediate, Expect: [][]int{{1, 2}, nil}, Together: [][]int{{2, 0}}}
	if diff := cmp.Diff(want, a.Options(qca.Intermediate)); diff != "" {
		t.Error(diff)
	}
	without := a
	without.Together = nil
	if without.ComputedFrom(a) || !a.ComputedFrom(a) {
		t.Error("a result without the joint expectation is taken for one with it")
	}
	a.Expect = nil // together alone is an expectation too
	got, err := a.Run(t.Context(), conditions, scores)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(got.Result.Solutions); n != 3 {
		t.Errorf("%d solutions", n)
	}
	for name, c := range map[string]Conjunction{
		"one condition":     {[]Part{{"cond-a", "1"}}, "w"},
		"no reason":         {[]Part{{"cond-a", "1"}, {"cond-b", "present"}}, ""},
		"two levels of one": {[]Part{{"cond-a", "1,2"}, {"cond-b", "present"}}, "w"},
		"one twice":         {[]Part{{"cond-a", "1"}, {"cond-a", "2"}}, "w"},
		"another condition": {[]Part{{"cond-a", "1"}, {"cond-z", "present"}}, "w"},
		"no level":          {[]Part{{"cond-a", "10"}, {"cond-b", "present"}}, "w"},
	} {
		a.Together = []Conjunction{c}
		if a.Valid() == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

// The fingerprint of an analysis of before there were levels stays what it was: no frozen result looks old by a new program.
func TestInputsStay(t *testing.T) {
	a := Analysis{Mode: "crisp", Frequency: 1, Consistency: 0.8, PRI: 0.5, Expect: []Expectation{{"cond-a", "present", "theory"}}}
	d := qca.Data{Cases: []string{"case-a", "case-b"}, Conditions: []string{"A"}, Values: [][]float64{{1}, {0}}, Outcome: []float64{1, 0}, OutcomeName: "Y"}
	const want = "2941921551e910f41535e8cd790530a97cb2a6a42b129d57d7da4363f30aa838"
	if got := a.InputsOf(d); got != want {
		t.Errorf("%s; want %s", got, want)
	}
}
