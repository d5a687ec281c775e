package qca

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

type calibrationItem struct {
	ID     string
	X      []float64
	Result []float64
	Error  string
	Args   struct {
		Type, Method      string
		Thresholds        json.RawMessage
		Idm, Below, Above float64
		Logistic          *bool
		Ecdf              bool
	}
}

// anchors reads the thresholds of an item: a number, a list, or names.
func (c calibrationItem) anchors(t *testing.T) []float64 {
	var list numbers
	if c.Args.Thresholds == nil {
		return nil
	}
	if json.Unmarshal(c.Args.Thresholds, &list) == nil {
		return list
	}
	list = nil
	var named map[string]float64
	if err := json.Unmarshal(c.Args.Thresholds, &named); err != nil {
		t.Fatal(err)
	}
	for _, k := range [][]string{{"e", "c", "i"}, {"e1", "c1", "i1", "i2", "c2", "e2"}} {
		if len(k) == len(named) {
			for _, name := range k {
				list = append(list, named[name])
			}
		}
	}
	return list
}

// TestCalibrateWhole compares every vector of the reference with R's calibrate
// (QCA 3.25.1), and the thresholds proposed with findTh.
func TestCalibrateWhole(t *testing.T) {
	b, err := os.ReadFile(filepath.Join(shared(t), "tools", "calibration.json"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Calibrate []calibrationItem
		FindTh    []struct {
			X          []float64
			N          int
			Thresholds []float64
			Column     string
		}
	}
	if err := json.Unmarshal(b, &file); err != nil {
		t.Fatal(err)
	}
	counts := map[string]int{}
	for _, item := range file.Calibrate {
		th := item.anchors(t)
		a := item.Args
		each := func(f func(x float64) (float64, error)) ([]float64, error) {
			var out []float64
			for _, x := range item.X {
				m, err := f(x)
				if err != nil {
					return nil, err
				}
				out = append(out, m)
			}
			return out, nil
		}
		curve := Curve{Degree: a.Idm}
		if a.Logistic != nil && !*a.Logistic || len(th) == 6 { // R has no logistic bell
			curve = Curve{Linear: true, Below: a.Below, Above: a.Above}
		}
		var got []float64
		var err error
		kind, tolerance := "", oracleTolerance
		switch {
		case a.Type == "crisp":
			kind = "crisp and multi-value"
			got, err = each(func(x float64) (float64, error) { l, err := Level(x, th); return float64(l), err })
		case a.Method == "TFR":
			kind = "totally fuzzy and relative"
			got, err = TotallyFuzzy(item.X)
		case a.Method == "indirect":
			kind, tolerance = "indirect", 1e-6 // R rounds to six decimals
			got, err = Indirect(item.X, th)
		case a.Ecdf:
			kind = "ranked"
			got, err = Ranked(item.X, Anchors{th[0], th[1], th[2]})
		case len(th) == 3:
			kind = "direct, three anchors"
			got, err = each(func(x float64) (float64, error) { return curve.Membership(x, Anchors{th[0], th[1], th[2]}) })
		case len(th) == 6:
			kind = "direct, six anchors"
			bell := Bell{Anchors{th[0], th[1], th[2]}, Anchors{th[5], th[4], th[3]}}
			got, err = each(func(x float64) (float64, error) { return curve.MembershipIn(x, bell) })
		}
		switch {
		case item.ID == "err-crossover-outside" && err != nil:
			counts["R takes impossible anchors, refused here"]++
		case item.ID == "err-crisp-range" && err == nil:
			counts["R refuses a threshold above every value, here all cases get 0"]++
		case item.Error != "" && kind == "":
			counts["both refuse (two anchors)"]++
		case item.Error != "" || err != nil || len(got) != len(item.Result):
			t.Errorf("%s: %d values (%v), R has %d (%s)", item.ID, len(got), err, len(item.Result), item.Error)
		default:
			counts[kind]++
			for i, r := range item.Result {
				if (r == 0 || r == 1) && math.Abs(got[i]-r) < 1e-4 {
					continue // R writes 0 and 1 from about here on; the formula never reaches them
				}
				if !(math.Abs(got[i]-r) <= tolerance) {
					t.Errorf("%s, value %d (%v): %.12f, R has %.12f", item.ID, i+1, item.X[i], got[i], r)
				}
			}
		}
	}
	for _, item := range file.FindTh {
		got, err := Gaps(item.X, item.N)
		if err != nil || len(got) != len(item.Thresholds) {
			t.Errorf("%s, %d thresholds: %v, %v", item.Column, item.N, got, err)
			continue
		}
		counts["findTh"]++
		for i := range got {
			near(t, fmt.Sprintf("%s, threshold %d of %d", item.Column, i+1, item.N), got[i], item.Thresholds[i])
		}
	}
	t.Logf("the same as R, by vector: %v", counts)
}

// TestSkewOracle compares with skew.check of SetMethods 4.1.
func TestSkewOracle(t *testing.T) {
	dir := shared(t)
	b, err := os.ReadFile(filepath.Join(dir, "tools", "setmethods.json"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Skew map[string][]string }
	if err := json.Unmarshal(b, &file); err != nil {
		t.Fatal(err)
	}
	checked := 0
	for set, lines := range file.Skew {
		f, err := os.Open(filepath.Join(dir, "named", "SetMethods_"+set+".csv"))
		if err != nil {
			t.Fatal(err)
		}
		records, err := csv.NewReader(f).ReadAll()
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range lines {
			// Set HE - Cases > 0.5 / Total number of cases: 58 / 131 = 44.27 %
			name, numbers, ok := strings.Cut(strings.TrimPrefix(line, "Set "), " - Cases > 0.5 / Total number of cases: ")
			if !ok {
				t.Fatalf("%q cannot be read", line)
			}
			column := slices.Index(records[0], name)
			if column < 0 {
				t.Fatalf("%s has no column %q", set, name)
			}
			var ms []float64
			for _, r := range records[1:] {
				m, err := strconv.ParseFloat(r[column], 64)
				if err != nil {
					t.Fatal(err)
				}
				ms = append(ms, m)
			}
			s, err := NewSpread(ms)
			if err != nil {
				t.Fatal(err)
			}
			got := fmt.Sprintf("%d / %d = %s %%", s.Above, s.Cases, strconv.FormatFloat(math.Round(10000*s.Share())/100, 'f', -1, 64))
			if got != numbers {
				t.Errorf("%s %s: %s, SetMethods has %s", set, name, got, numbers)
			}
			checked++
		}
	}
	t.Logf("%d sets as in SetMethods", checked)
}

func TestLevel(t *testing.T) {
	for raw, want := range map[float64]int{1: 0, 550: 1, 849: 1, 850: 2, 1e9: 2} {
		if got, err := Level(raw, []float64{550, 850}); err != nil || got != want {
			t.Errorf("Level(%v) = %v, %v; want %d", raw, got, err, want)
		}
	}
	for _, tt := range []struct {
		thresholds []float64
		want       string
	}{{nil, "no threshold"}, {[]float64{2, 1}, "not above the one before"}, {[]float64{1, 1}, "not above"}, {[]float64{1, math.NaN()}, "threshold number 2 is missing"}} {
		if _, err := Level(1, tt.thresholds); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%v: error %v, want %q", tt.thresholds, err, tt.want)
		}
	}
}

// What the anchors promise, for every curve and direction.
func TestCurves(t *testing.T) {
	up, down := Anchors{0, 10, 40}, Anchors{40, 10, 0}
	for _, c := range []Curve{{}, {Degree: 0.9}, {Linear: true}, {Linear: true, Below: 2, Above: 0.5}} {
		out, in := 0.05, 0.95
		if c.Degree != 0 {
			out, in = 0.1, 0.9
		}
		if c.Linear {
			out, in = 0, 1
		}
		for _, a := range []Anchors{up, down} {
			for raw, want := range map[float64]float64{a.Exclusion: out, a.Crossover: 0.5, a.Inclusion: in} {
				got, err := c.Membership(raw, a)
				if err != nil {
					t.Fatal(err)
				}
				near(t, fmt.Sprintf("%+v %+v at %v", c, a, raw), got, want)
			}
		}
		last := 0.0
		for raw := -20.0; raw <= 60; raw += 0.25 {
			m, err := c.Membership(raw, up)
			if err != nil || m < last || m > 1 {
				t.Fatalf("%+v at %v: %v after %v (%v)", c, raw, m, last, err)
			}
			last = m
		}
		bell := Bell{Low: Anchors{0, 10, 20}, High: Anchors{60, 50, 40}}
		inverted := Bell{Low: Anchors{20, 10, 0}, High: Anchors{40, 50, 60}}
		for _, x := range []struct{ raw, want float64 }{{0, out}, {10, 0.5}, {20, in}, {40, in}, {50, 0.5}, {60, out}} {
			m, err := c.MembershipIn(x.raw, bell)
			if err != nil {
				t.Fatal(err)
			}
			near(t, fmt.Sprintf("%+v bell at %v", c, x.raw), m, x.want)
			m, err = c.MembershipIn(x.raw, inverted)
			if err != nil {
				t.Fatal(err)
			}
			near(t, fmt.Sprintf("%+v inverted bell at %v", c, x.raw), m, 1-x.want)
		}
	}
	for _, tt := range []struct {
		c    Curve
		b    Bell
		want string
	}{
		{Curve{Degree: 0.5}, Bell{Anchors{0, 1, 2}, Anchors{5, 4, 3}}, "above 0.5 and below 1"},
		{Curve{Below: 2}, Bell{Anchors{0, 1, 2}, Anchors{5, 4, 3}}, "straight lines only"},
		{Curve{Linear: true, Degree: 0.9}, Bell{Anchors{0, 1, 2}, Anchors{5, 4, 3}}, "belongs to the logistic curve"},
		{Curve{Linear: true, Above: -1}, Bell{Anchors{0, 1, 2}, Anchors{5, 4, 3}}, "bends nothing"},
		{Curve{}, Bell{Anchors{0, 1, 2}, Anchors{3, 4, 5}}, "both sides rise"},
		{Curve{}, Bell{Anchors{0, 1, 6}, Anchors{5, 4, 3}}, "overlap"},
		{Curve{}, Bell{Anchors{4, 1, 0}, Anchors{3, 5, 6}}, "overlap"},
		{Curve{}, Bell{Anchors{0, 1, 1}, Anchors{5, 4, 3}}, "on the lower side"},
	} {
		if _, err := tt.c.MembershipIn(1, tt.b); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%+v %+v: error %v, want %q", tt.c, tt.b, err, tt.want)
		}
	}
}

func TestRanksErrors(t *testing.T) {
	nan := math.NaN()
	_, err1 := TotallyFuzzy([]float64{3, 3, 3})
	_, err2 := TotallyFuzzy([]float64{3, nan})
	_, err3 := Indirect([]float64{1, 2, 3, 4, 5, 0}, []float64{2})
	_, err4 := Indirect([]float64{1, 2, 3, 4, 5, 5}, []float64{2})
	_, err5 := Indirect([]float64{1, 2, 3, 4, 5, 6}, []float64{9})
	_, err6 := Gaps([]float64{1, 1, 2}, 2)
	_, err7 := Ranked([]float64{1}, Anchors{})
	_, err8 := TotallyFuzzy(nil)
	for i, tt := range []struct {
		err  error
		want string
	}{{err1, "do not differ"}, {err2, "case number 2 is missing"}, {err3, "case number 6 is 0"}, {err4, "5 different raw values"},
		{err5, "in one group"}, {err6, "2 different raw values"}, {err7, "neither rise nor fall"}, {err8, "do not differ"}} {
		if tt.err == nil || !strings.Contains(tt.err.Error(), tt.want) {
			t.Errorf("%d: error %v, want %q", i+1, tt.err, tt.want)
		}
	}
	// Groups that a curve can part exactly have no best curve: an answer or an
	// error, never a wrong number.
	if ms, err := Indirect([]float64{1, 2, 3, 4, 100, 101, 102, 103}, []float64{50}); err == nil {
		for _, m := range ms {
			if !(m >= 0 && m <= 1) {
				t.Errorf("memberships %v", ms)
			}
		}
	}
}

func TestWords(t *testing.T) {
	for _, ws := range []Words{FourWords, SixWords} {
		if err := ws.Valid(); err != nil {
			t.Error(err)
		}
	}
	if m, err := SixWords.Membership(" More or less IN"); err != nil || m != 0.6 {
		t.Errorf("%v, %v", m, err)
	}
	if _, err := FourWords.Membership("perhaps"); err == nil || !strings.Contains(err.Error(), `expected one of "fully in"`) {
		t.Error(err)
	}
	err := Words{{"in", 1.2}, {"In", math.NaN()}}.Valid()
	for _, want := range []string{"1.2, outside", "NaN, outside", "more than one word"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

func TestSpread(t *testing.T) {
	for _, tt := range []struct {
		ms   []float64
		want []string
	}{
		{[]float64{0, 0.2, 0.8, 1}, nil},
		{[]float64{0, 0.5, 0.8, 1, 0.2}, []string{"decide from the evidence for b"}},
		{[]float64{1, 1, 1}, []string{"every case has the membership 1"}},
		{[]float64{1, 0.9, 0.8, 0.1}, []string{"3 of 4 cases (75.00 %) are more in than out, with memberships from 0.1 to 1: the set barely varies"}},
		{[]float64{0.46, 0.48, 0.52, 0.54}, []string{"barely varies"}},
		{[]float64{0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1}, []string{"81.82 %) are more in than out: the set is skewed"}},
		{[]float64{1, 1, 0, 0, 0, 0, 0, 0, 0, 0}, nil}, // exactly 20 %
	} {
		s, err := NewSpread(tt.ms)
		if err != nil {
			t.Fatal(err)
		}
		got := s.Warnings([]string{"a", "b", "c"})
		if len(got) != len(tt.want) {
			t.Errorf("%v: warnings %q, want %q", tt.ms, got, tt.want)
			continue
		}
		for i := range got {
			if !strings.Contains(got[i], tt.want[i]) {
				t.Errorf("%v: warning %q, want %q", tt.ms, got[i], tt.want[i])
			}
		}
	}
	if _, err := NewSpread([]float64{0, math.NaN()}); err == nil || !strings.Contains(err.Error(), "case number 2") {
		t.Error(err)
	}
	if _, err := NewSpread(nil); err == nil {
		t.Error("no cases: no error")
	}
}

// The fit of the fractional logit meets its equations: residuals are
// orthogonal to every term.
func TestFractionalLogit(t *testing.T) {
	var x, y []float64
	for i := range 40 {
		v := 1 + float64(i)
		x = append(x, v)
		y = append(y, math.Round(4/(1+math.Exp(-(v-20)/6)))/4)
	}
	columns := [][]float64{make([]float64, 40), x}
	for i := range x {
		columns[0][i] = 1
	}
	mu, err := fractionalLogit(columns, y)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range columns {
		sum := 0.0
		for i := range c {
			sum += c[i] * (y[i] - mu[i])
		}
		if math.Abs(sum) > 1e-6 {
			t.Errorf("score equation: %v", sum)
		}
	}
}
