package technique

import (
	"encoding/csv"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// columns reads a file that R wrote: the first column names the rows.
func columns(t *testing.T, name string) (cases []string, values map[string][]float64, header []string) {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	values = map[string][]float64{}
	for _, l := range lines[1:] {
		cases = append(cases, l[0])
		for j, s := range l[1:] {
			x, err := strconv.ParseFloat(s, 64)
			if err != nil {
				x = math.NaN() // the second name of a pair
			}
			values[lines[0][j+1]] = append(values[lines[0][j+1]], x)
		}
	}
	return cases, values, lines[0]
}

func study(t *testing.T, name string) Table {
	t.Helper()
	cases, v, header := columns(t, name+".csv")
	out := Table{Cases: cases, Outcome: Variable{header[1], v[header[1]]}, Condition: Variable{header[2], v[header[2]]}}
	for _, h := range header[3:] {
		out.Controls = append(out.Controls, Variable{h, v[h]})
	}
	return out
}

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-9*max(1, math.Abs(b)) }

// TestAgainstR compares every value with lm, influence.measures and mahalanobis of R 4.2.2 on its own data sets.
func TestAgainstR(t *testing.T) {
	for _, name := range []string{"stackloss", "mtcars", "cars"} {
		tb := study(t, name)
		f, err := tb.Fit()
		if err != nil {
			t.Fatal(err)
		}
		cases, want, _ := columns(t, name+"_lm.csv")
		if !slices.Equal(cases, f.cases()) {
			t.Fatalf("%s: cases %v, want %v", name, f.cases(), cases)
		}
		for i, d := range f.Cases {
			for column, got := range map[string]float64{"fitted": d.Fitted, "residual": d.Residual, "standardised": d.Standardised, "studentised": d.Studentised,
				"leverage": d.Leverage, "cook": d.Cook, "dfbeta": d.DFBeta, "dfbetas": d.DFBetas, "reduced": d.Reduced} {
				if !near(got, want[column][i]) {
					t.Errorf("%s: %s of %s is %v, R has %v", name, column, d.Case, got, want[column][i])
				}
			}
		}
		_, coef, _ := columns(t, name+"_coef.csv")
		for j, c := range f.Coefficients {
			if !near(c.Estimate, coef["estimate"][j]) || !near(c.Error, coef["error"][j]) {
				t.Errorf("%s: coefficient %q %v (%v), R has %v (%v)", name, c.Name, c.Estimate, c.Error, coef["estimate"][j], coef["error"][j])
			}
		}
		if !near(f.Sigma, coef["sigma"][0]) || !near(f.RSquared, coef["r2"][0]) {
			t.Errorf("%s: sigma %v, R2 %v; R has %v, %v", name, f.Sigma, f.RSquared, coef["sigma"][0], coef["r2"][0])
		}
		if len(tb.Controls) == 0 {
			continue
		}
		_, want, _ = columns(t, name+"_distance.csv")
		rows, _ := complete(tb.Cases, tb.Controls)
		for column, d := range map[string]Distance{"mahalanobis": Mahalanobis, "standardised": Standardised} {
			distance, notes, err := Matching{Distance: d}.distance(tb.Controls, rows)
			if err != nil || len(notes) > 0 {
				t.Fatal(notes, err)
			}
			k := 0
			for i := range rows {
				for j := i + 1; j < len(rows); j++ {
					if got := distance(i, j); !near(got, want[column][k]) {
						t.Errorf("%s: %s distance of %s and %s is %v, R has %v", name, column, tb.Cases[i], tb.Cases[j], got, want[column][k])
					}
					k++
				}
			}
		}
	}
}

// The literature on stackloss holds observation 21 for the outlier, with 4, 3 and 1 (Daniel and Wood 1971; Atkinson 1985).
func TestStacklossOutliers(t *testing.T) {
	f, err := study(t, "stackloss").Fit()
	if err != nil {
		t.Fatal(err)
	}
	deviant, err := f.Deviant()
	if err != nil || deviant[0].Case != "21" || deviant[1].Case != "4" {
		t.Errorf("deviant %v, %v", Best(deviant, 2), err)
	}
	if cook, _ := f.Influential(Cook); cook[0].Case != "21" {
		t.Errorf("influential %v", Best(cook, 2))
	}
}

// TestByHand is a line through four points and one away from it: y = x for 0..3, and (2, 7). With five cases, mean x 1.6, mean
// y 2.6, Sxx = 5.2, Sxy = 7.2 and so b = 18/13, a = 5/13.
func TestByHand(t *testing.T) {
	tb := Table{Cases: []string{"a", "b", "c", "d", "e"}, Outcome: Variable{"Y", []float64{0, 1, 2, 3, 7}}, Condition: Variable{"X", []float64{0, 1, 2, 3, 2}}}
	f, err := tb.Fit()
	if err != nil {
		t.Fatal(err)
	}
	if !near(f.Coefficients[0].Estimate, 5./13) || !near(f.Coefficients[1].Estimate, 18./13) {
		t.Errorf("coefficients %v", f.Coefficients)
	}
	e := f.Cases[4] // fitted 41/13, h = 1/5 + 0.16/5.2 = 3/13
	if !near(e.Residual, 50./13) || !near(e.Leverage, 3./13) || !near(e.DFBeta, 18./13-1) || !math.IsInf(e.Studentised, 1) {
		t.Errorf("e is %+v; without it the line is y = x, and the others lie on it", e)
	}
	deviant, err := f.Deviant()
	if err != nil || deviant[0].Case != "e" || deviant[0].Rank != 1 {
		t.Errorf("deviant %v, %v", deviant, err)
	}
	if js, err := deviant[0].MarshalJSON(); err != nil || string(js) != `{"case":"e","rank":1,"score":null}` {
		t.Errorf("%s, %v", js, err)
	}
}

// TestDeletion compares influence with what it is about: fitting again without the case.
func TestDeletion(t *testing.T) {
	tb := study(t, "mtcars")
	f, err := tb.Fit()
	if err != nil {
		t.Fatal(err)
	}
	p := float64(len(f.Coefficients))
	for i := range tb.Cases {
		less := tb
		less.Outcome.Values = slices.Clone(tb.Outcome.Values)
		less.Outcome.Values[i] = math.NaN()
		g, err := less.Fit()
		if err != nil || len(g.LeftOut) != 1 || g.LeftOut[0].Case != tb.Cases[i] || !slices.Equal(g.LeftOut[0].Missing, []string{"mpg"}) {
			t.Fatal(g.LeftOut, err)
		}
		d := f.Cases[i]
		if got := f.Coefficients[1].Estimate - g.Coefficients[1].Estimate; !near(got, d.DFBeta) {
			t.Errorf("%s: DFBETA %v, by deletion %v", d.Case, d.DFBeta, got)
		}
		predict := func(h Fit, row int) float64 {
			y := h.Coefficients[0].Estimate + h.Coefficients[1].Estimate*tb.Condition.Values[row]
			for j, z := range tb.Controls {
				y += h.Coefficients[j+2].Estimate * z.Values[row]
			}
			return y
		}
		cook := 0.0
		for r := range tb.Cases {
			cook += math.Pow(predict(f, r)-predict(g, r), 2) / (p * f.Sigma * f.Sigma)
		}
		if !near(cook, d.Cook) {
			t.Errorf("%s: Cook's D %v, by deletion %v", d.Case, d.Cook, cook)
		}
		if s := (d.Outcome - predict(g, i)) / math.Sqrt(g.Sigma*g.Sigma/(1-d.Leverage)); !near(s, d.Studentised) {
			t.Errorf("%s: studentised %v, by deletion %v", d.Case, d.Studentised, s)
		}
	}
}

func TestFitErrors(t *testing.T) {
	v := func(name string, x ...float64) Variable { return Variable{name, x} }
	nan := math.NaN()
	ids := []string{"a", "b", "c", "d", "e", "f"}
	y, x := v("Y", 1, 2, 4, 3, 6, 5), v("X", 1, 0, 2, 5, 3, 3)
	for _, c := range []struct {
		t    Table
		want string
	}{
		{Table{Cases: ids, Outcome: y}, "needs an outcome and a condition"},
		{Table{Cases: ids, Outcome: y, Condition: v("X", 2, 2, 2, 2, 2, 2)}, "X is 2 in all 6 cases"},
		{Table{Cases: ids, Outcome: y, Condition: x, Controls: []Variable{v("A", 1, 3, 2, 5, 4, 1), v("B", 3, 3, 6, 15, 10, 7)}}, "5 variables"},
		{Table{Cases: ids, Outcome: y, Condition: x, Controls: []Variable{v("B", 3, 1, 5, 11, 7, 7)}}, "X, B repeat each other"},
		{Table{Cases: ids, Outcome: y, Condition: v("X", 1, 0, nan, nan, nan, 3)}, "c lacks X; d lacks X; e lacks X"},
		{Table{Cases: ids, Outcome: y, Condition: v("X", 1, 0)}, "X has 2 values for 6 cases"},
		{Table{Cases: ids, Outcome: y, Condition: v("Y", 1, 2, 4, 3, 6, 5)}, "Y is used twice"},
		{Table{Cases: ids, Outcome: y, Condition: v("X", 1, 0, 2, math.Inf(1), 3, 3)}, "X is infinite for d"},
		{Table{Cases: []string{"a", "b", "a", "d", "", "f"}, Outcome: y, Condition: x}, "id a is that of case 1 and of case 3"},
	} {
		if c.want == "5 variables" { // 3 variables of 6 cases: one degree of freedom more is needed with a fourth
			c.t.Controls = append(c.t.Controls, v("C", 0, 1, 0, 1, 1, 0))
			c.want = "a model of 4 variables needs at least 7"
		}
		if _, err := c.t.Fit(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want %q", err, c.want)
		}
	}
	perfect := Table{Cases: ids, Outcome: v("Y", 3, 1, 5, 11, 7, 7), Condition: x}
	f, err := perfect.Fit()
	if err != nil || !f.Perfect {
		t.Fatal(f.Perfect, err)
	}
	if _, err := f.Deviant(); err == nil || !strings.Contains(err.Error(), "Y follows from X") {
		t.Error(err)
	}
	if typical := f.Typical(); typical[5].Rank != 1 {
		t.Errorf("all are typical: %v", typical)
	}
	// One case alone has a value of its own: leverage 1.
	alone := Table{Cases: ids, Outcome: y, Condition: v("X", 0, 0, 0, 0, 0, 1)}
	if f, err = alone.Fit(); err != nil || len(f.Notes) != 1 || !strings.Contains(f.Notes[0], "f has leverage 1") || !math.IsNaN(f.Cases[5].Cook) {
		t.Error(f.Notes, err)
	}
	if d, err := f.Deviant(); err != nil || len(d) != 5 {
		t.Error(d, err)
	}
	if js, err := f.Cases[5].MarshalJSON(); err != nil || !strings.Contains(string(js), `"cook":null`) || !strings.Contains(string(js), `"case":"f"`) {
		t.Errorf("%s %v", js, err)
	}
}
