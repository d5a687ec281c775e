package synthesis

import (
	"errors"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"throughline/analysis/qca"
	"throughline/internal/fault"
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

// Every method gives what the engine gives for the same values.
func TestMethodsAreTheEngines(t *testing.T) {
	raw := []float64{1, 2, 2, 3, 5, 8, 13, 21}
	raws := make([]string, len(raw))
	for i, x := range raw {
		raws[i] = strconv.FormatFloat(x, 'g', -1, 64)
	}
	each := func(f func(x float64) (float64, error)) ([]float64, error) {
		var out []float64
		for _, x := range raw {
			m, err := f(x)
			if err != nil {
				return nil, err
			}
			out = append(out, m)
		}
		return out, nil
	}
	bell := qca.Bell{Low: qca.Anchors{Exclusion: 1, Crossover: 2, Inclusion: 3}, High: qca.Anchors{Exclusion: 20, Crossover: 10, Inclusion: 6}}
	ends := qca.Bell{Low: qca.Anchors{Exclusion: 3, Crossover: 2, Inclusion: 1}, High: qca.Anchors{Exclusion: 6, Crossover: 10, Inclusion: 20}}
	for name, tc := range map[string]struct {
		k    Calibration
		want func() ([]float64, error)
	}{
		"crisp": {Calibration{Method: "crisp", Threshold: 5}, func() ([]float64, error) { return each(func(x float64) (float64, error) { return qca.Crisp(x, 5) }) }},
		"direct": {Calibration{Method: "direct", Out: 2, Crossover: 4, In: 20}, func() ([]float64, error) {
			return each(func(x float64) (float64, error) {
				return qca.Fuzzy(x, qca.Anchors{Exclusion: 2, Crossover: 4, Inclusion: 20})
			})
		}},
		"levels": {Calibration{Method: "levels", Thresholds: []float64{3, 10}}, func() ([]float64, error) {
			return each(func(x float64) (float64, error) { l, err := qca.Level(x, []float64{3, 10}); return float64(l), err })
		}},
		"bell": {Calibration{Method: "bell", Low: &Anchors{1, 2, 3}, High: &Anchors{20, 10, 6}}, func() ([]float64, error) {
			return each(func(x float64) (float64, error) { return qca.Curve{}.MembershipIn(x, bell) })
		}},
		"both ends": {Calibration{Method: "bell", Low: &Anchors{3, 2, 1}, High: &Anchors{6, 10, 20}}, func() ([]float64, error) {
			return each(func(x float64) (float64, error) { return qca.Curve{}.MembershipIn(x, ends) })
		}},
		"indirect": {Calibration{Method: "indirect", Thresholds: []float64{2.5, 4, 10}}, func() ([]float64, error) { return qca.Indirect(raw, []float64{2.5, 4, 10}) }},
		"tfr":      {Calibration{Method: "tfr"}, func() ([]float64, error) { return qca.TotallyFuzzy(raw) }},
	} {
		t.Run(name, func(t *testing.T) {
			tc.k.Reason = "seen"
			c := Condition{ID: "cond-x", Letter: "X", Name: "x", Define: "x", Calibration: tc.k}
			if err := c.Valid(); err != nil {
				t.Fatal(err)
			}
			want, err := tc.want()
			if err != nil {
				t.Fatal(err)
			}
			k := column(c, raws...)
			var got []float64
			for _, p := range k.Points {
				if p.Err != nil {
					t.Fatal(p.Err)
				}
				got = append(got, p.Value)
			}
			if diff := cmp.Diff(want, got); diff != "" || k.Err != nil {
				t.Error(diff, k.Err)
			}
			if diff := cmp.Diff(raw, k.Numbers()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// What a relative calibration gives a case changes with the others, and needs all of them to fit.
func TestCalibratedTogether(t *testing.T) {
	tfr := Condition{ID: "cond-t", Calibration: Calibration{Method: "tfr"}}
	at := func(k Column) Point {
		t.Helper()
		p, ok := k.Point("case-b")
		if !ok {
			t.Fatal("case-b has no point")
		}
		return p
	}
	if p := at(column(tfr, "1", "2", "3")); p.Value != 0.5 || p.Err != nil {
		t.Errorf("in the middle of three: %+v", p)
	}
	if p := at(column(tfr, "1", "2", "2", "3")); math.Abs(p.Value-2.0/3) > 1e-12 {
		t.Errorf("with a second of its kind: %+v", p)
	}
	one := column(tfr, "1")
	if one.Err == nil || one.Points[0].Err == nil || !strings.Contains(fault.Message(one.Err), "Score more cases") || tfr.Fits("1") != nil {
		t.Errorf("one case alone: %+v", one)
	}
	if empty := column(tfr); empty.Err != nil || len(empty.Points) != 0 {
		t.Errorf("no case at all: %+v", empty)
	}
	bad := column(tfr, "1", "many", "3")
	if p := at(bad); p.Err == nil || p.Err == bad.Err || bad.Err == nil || bad.Points[0].Err != bad.Err {
		t.Errorf("a word among numbers: %+v", bad)
	}
	indirect := Condition{ID: "cond-i", Calibration: Calibration{Method: "indirect", Thresholds: []float64{2, 4}}}
	if err := indirect.Fits("0"); err == nil || !strings.Contains(err.Error(), "above zero") {
		t.Errorf("zero in the indirect method: %v", err)
	}
	if k := column(indirect, "1", "3", "5"); k.Err == nil || !strings.Contains(fault.Message(k.Err), "different raw values") {
		t.Errorf("three cases in the indirect method: %v", k.Err)
	}
}

func TestCalibrationValid(t *testing.T) {
	for name, tc := range map[string]struct {
		k     Calibration
		field string // empty: it is sound
	}{
		"nine thresholds":        {Calibration{Method: "levels", Thresholds: []float64{1, 2, 3, 4, 5, 6, 7, 8, 9}}, ""},
		"ten thresholds":         {Calibration{Method: "levels", Thresholds: []float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}}, "calibration.thresholds"},
		"one threshold":          {Calibration{Method: "levels", Thresholds: []float64{1}}, "calibration.thresholds"},
		"falling thresholds":     {Calibration{Method: "levels", Thresholds: []float64{2, 1}}, "calibration.thresholds"},
		"indirect without":       {Calibration{Method: "indirect"}, "calibration.thresholds"},
		"thresholds in crisp":    {Calibration{Method: "crisp", Thresholds: []float64{2}}, "calibration.thresholds"},
		"bell without":           {Calibration{Method: "bell", Low: &Anchors{1, 2, 3}}, "calibration.high"},
		"bell out of order":      {Calibration{Method: "bell", Low: &Anchors{1, 3, 2}, High: &Anchors{9, 8, 7}}, "calibration.low.crossover"},
		"both sides rise":        {Calibration{Method: "bell", Low: &Anchors{1, 2, 3}, High: &Anchors{7, 8, 9}}, "calibration.high.crossover"},
		"sides overlap":          {Calibration{Method: "bell", Low: &Anchors{1, 2, 8}, High: &Anchors{9, 7, 6}}, "calibration.high.crossover"},
		"a bell's side in tfr":   {Calibration{Method: "tfr", Low: &Anchors{1, 2, 3}}, "calibration.low"},
		"tfr":                    {Calibration{Method: "tfr"}, ""},
		"direct out of order":    {Calibration{Method: "direct", Out: 1, Crossover: 5, In: 3}, "calibration.crossover"},
		"a threshold of nothing": {Calibration{Method: "crisp", Threshold: math.NaN()}, "calibration.threshold"},
		"no such method":         {Calibration{Method: "guess"}, "calibration.method"},
	} {
		tc.k.Reason = "seen"
		err := Condition{ID: "cond-x", Letter: "X", Name: "x", Define: "x", Calibration: tc.k}.Valid()
		var ps fault.Problems
		errors.As(err, &ps)
		if tc.field == "" && err != nil || tc.field != "" && (len(ps) != 1 || ps[0].Field != tc.field) {
			t.Errorf("%s: %v; want a problem with %q", name, err, tc.field)
		}
	}
}

func TestWarnings(t *testing.T) {
	name := func(c thread.ID) string { return c.Rest() }
	tfr := Condition{ID: "cond-t", Calibration: Calibration{Method: "tfr"}}
	if got := column(tfr, "1", "1.5", "2", "3", "4", "5", "6").Warnings(name); len(got) != 1 || !strings.Contains(got[0], "decide from the evidence for d") {
		t.Errorf("one half: %q", got)
	}
	levels := Condition{ID: "cond-l", Calibration: Calibration{Method: "levels", Thresholds: []float64{2, 4, 6}}}
	got := column(levels, "1", "1", "1", "3").Warnings(name)
	if len(got) != 2 || !strings.Contains(got[0], "all cases but one are at level 0") || !strings.Contains(got[1], "no case is at level 2 or 3") {
		t.Errorf("levels: %q", got)
	}
	if got := column(levels, "1", "3", "5", "7").Warnings(name); len(got) != 0 {
		t.Errorf("well spread: %q", got)
	}
	if got := column(levels).Warnings(name); got != nil {
		t.Errorf("no case: %q", got)
	}
}
