package qca

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestCalibrate(t *testing.T) {
	for _, tt := range []struct {
		raw, want float64
	}{{549, 0}, {550, 1}, {1098, 1}} {
		got, err := Crisp(tt.raw, 550)
		if err != nil || got != tt.want {
			t.Errorf("Crisp(%v, 550) = %v, %v; want %v", tt.raw, got, err, tt.want)
		}
	}
	up, down := Anchors{400, 550, 900}, Anchors{15, 9.5, 5}
	for _, tt := range []struct {
		raw  float64
		a    Anchors
		want float64
	}{
		{400, up, 0.05}, {550, up, 0.5}, {900, up, 0.95}, {720, up, 0.8069256329874}, {468, up, 0.1666404558837},
		{15, down, 0.05}, {9.5, down, 0.5}, {5, down, 0.95}, {10, down, 0.4334776558542}, {4, down, 0.973370852135},
		{1e300, up, 1}, {-1e300, up, 0},
	} {
		got, err := Fuzzy(tt.raw, tt.a)
		if err != nil {
			t.Fatal(err)
		}
		near(t, fmt.Sprint("Fuzzy ", tt.raw), got, tt.want)
	}
	for _, tt := range []struct {
		raw  float64
		a    Anchors
		want string
	}{
		{math.NaN(), up, "missing"}, {math.Inf(1), up, "infinite"},
		{1, Anchors{}, "neither rise nor fall"}, {1, Anchors{1, 1, 2}, "neither"}, {1, Anchors{1, 3, 2}, "neither"},
		{1, Anchors{1, math.NaN(), 2}, "crossover is missing"},
	} {
		if _, err := Fuzzy(tt.raw, tt.a); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("Fuzzy(%v, %v): error %v, want %q", tt.raw, tt.a, err, tt.want)
		}
	}
	if _, err := Crisp(math.NaN(), 1); err == nil {
		t.Error("Crisp of a missing value: no error")
	}
	if _, err := Crisp(1, math.NaN()); err == nil {
		t.Error("Crisp with a missing threshold: no error")
	}
}

// TestCalibrateOracle compares with R's calibrate, for the crisp threshold and
// the direct method with three anchors and 0.95 as degree of membership.
func TestCalibrateOracle(t *testing.T) {
	b, err := os.ReadFile(filepath.Join(shared(t), "tools", "calibration.json"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Calibrate []struct {
			ID     string
			X      []*float64
			Result []*float64
			Args   map[string]json.RawMessage
		}
	}
	if err := json.Unmarshal(b, &file); err != nil {
		t.Fatal(err)
	}
	vectors, values := 0, 0
	for _, v := range file.Calibrate {
		arg := func(name string) string { return strings.Trim(string(v.Args[name]), `"`) }
		if m := arg("method"); m != "" && m != "direct" || arg("logistic") == "false" || v.Args["idm"] != nil && arg("idm") != "0.95" {
			continue
		}
		var named struct{ E, C, I *float64 }
		var list numbers
		if json.Unmarshal(v.Args["thresholds"], &named) == nil && named.E != nil {
			list = numbers{*named.E, *named.C, *named.I}
		} else if json.Unmarshal(v.Args["thresholds"], &list) != nil {
			continue
		}
		crisp := arg("type") == "crisp"
		if crisp && len(list) != 1 || !crisp && len(list) != 3 {
			continue
		}
		if v.ID == "err-crossover-outside" { // R takes impossible anchors; we refuse
			if (Anchors{list[0], list[1], list[2]}).Valid() == nil {
				t.Errorf("%s: no error", v.ID)
			}
			continue
		}
		if len(v.Result) != len(v.X) {
			continue // R refused as well
		}
		vectors++
		for i, x := range v.X {
			if x == nil || v.Result[i] == nil {
				continue
			}
			values++
			var got float64
			if crisp {
				got, err = Crisp(*x, list[0])
			} else {
				got, err = Fuzzy(*x, Anchors{list[0], list[1], list[2]})
			}
			if err != nil {
				t.Fatalf("%s: %v", v.ID, err)
			}
			if r := *v.Result[i]; (r == 0 || r == 1) && math.Abs(got-r) < 1e-4 {
				continue // R rounds to 0 and 1 from about here on; the formula never reaches them
			}
			near(t, fmt.Sprintf("%s value %d (%v)", v.ID, i+1, *x), got, *v.Result[i])
		}
	}
	t.Logf("checked %d vectors, %d values", vectors, values)
	if vectors == 0 {
		t.Error("no vector was checked")
	}
}

func TestLevelWarnings(t *testing.T) {
	for _, tc := range []struct {
		levels []int
		n      int
		want   []string // beginnings
	}{
		{nil, 3, nil},
		{[]int{0, 1, 2, 0, 1}, 3, nil},
		{[]int{1, 1}, 2, []string{"every case is at level 1", "no case is at level 0"}},
		{[]int{0, 0, 2}, 4, []string{"all cases but one are at level 0", "no case is at level 1 or 3"}},
		{[]int{0, 0, 2, 2}, 3, []string{"no case is at level 1"}},
	} {
		got := LevelWarnings(tc.levels, tc.n)
		if len(got) != len(tc.want) {
			t.Errorf("%v: %q", tc.levels, got)
			continue
		}
		for i, w := range tc.want {
			if !strings.HasPrefix(got[i], w) {
				t.Errorf("%v: %q does not begin with %q", tc.levels, got[i], w)
			}
		}
	}
}
