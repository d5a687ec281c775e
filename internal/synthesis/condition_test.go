package synthesis

import (
	"math"
	"testing"

	"throughline/internal/thread"
)

// column calibrates raw values as the scores of case-a, case-b and so on.
func column(c Condition, raws ...string) Column {
	var scores []Score
	for i, r := range raws {
		scores = append(scores, Score{Case: thread.ID("case-" + string(rune('a'+i))), Condition: c.ID, Raw: r})
	}
	return c.Column(scores)
}

func TestColumn(t *testing.T) {
	direct := Condition{ID: "cond-d", Calibration: Calibration{Method: "direct", Out: 1, Crossover: 3, In: 6}}
	words := Condition{ID: "cond-w", Calibration: Calibration{Method: "words", Words: []Anchor{{"absent", 0}, {"clear", 0.67}}}}
	crisp := Condition{ID: "cond-c", Calibration: Calibration{Method: "crisp", Threshold: 10}}
	for _, tc := range []struct {
		c    Condition
		raw  string
		want float64
	}{{direct, "1", 0.05}, {direct, "3", 0.5}, {direct, "6", 0.95}, {direct, "4.5", 1 / (1 + math.Exp(-math.Log(19)/2))}, {words, " Clear ", 0.67}, {words, "absent", 0}, {crisp, "10", 1}, {crisp, "9.99", 0}} {
		p, ok := column(tc.c, tc.raw).Point("case-a")
		if !ok || p.Err != nil || math.Abs(p.Value-tc.want) > 1e-12 {
			t.Errorf("%s of %q is %+v; want %v", tc.c.ID, tc.raw, p, tc.want)
		}
	}
	for _, bad := range []struct {
		c   Condition
		raw string
	}{{direct, "many"}, {direct, "NaN"}, {words, "mighty"}, {crisp, ""}} {
		p, ok := column(bad.c, bad.raw).Point("case-a")
		if !ok || p.Err == nil || bad.c.Fits(bad.raw) == nil {
			t.Errorf("%s of %q is %v", bad.c.ID, bad.raw, p.Value)
		}
	}
	if p, ok := column(crisp, "1").Point("case-z"); ok {
		t.Errorf("a case without a score has %+v", p)
	}
}
