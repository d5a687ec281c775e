package picture

import (
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"throughline/analysis/selection/technique"
)

var draw = flag.String("draw", "", "a folder to draw the pictures of the tests into")

// sound checks that a picture is well-formed XML, with no NaN, and writes it where -draw says.
func sound(t *testing.T, name, svg string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(svg))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	if strings.Contains(svg, "NaN") || strings.Contains(svg, "Inf") || strings.Contains(svg, "%!") {
		t.Errorf("%s has a place that is no number", name)
	}
	if *draw != "" {
		if err := os.WriteFile(filepath.Join(*draw, name+".svg"), []byte(svg), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func fit(t *testing.T, controls bool) technique.Fit {
	t.Helper()
	tb := technique.Table{Outcome: technique.Variable{Name: "Mobilisation <per head>"}, Condition: technique.Variable{Name: "Breadth & depth"}}
	z := technique.Variable{Name: "Z"}
	for i := range 40 {
		x := float64(i % 10)
		tb.Cases = append(tb.Cases, fmt.Sprint("case ", i))
		tb.Condition.Values = append(tb.Condition.Values, x)
		tb.Outcome.Values = append(tb.Outcome.Values, 2*x+5*math.Sin(float64(i))-40)
		z.Values = append(z.Values, math.Cos(float64(i)))
	}
	tb.Cases[3], tb.Cases[7] = "مصر 2011", `Côte d'Ivoire "<&`
	if controls {
		tb.Controls = []technique.Variable{z}
	}
	f, err := tb.Fit()
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestScatter(t *testing.T) {
	for _, controls := range []bool{false, true} {
		f := fit(t, controls)
		var marks []Mark
		deviant, err := f.Deviant()
		if err != nil {
			t.Fatal(err)
		}
		influential, err := f.Influential(technique.Cook)
		if err != nil {
			t.Fatal(err)
		}
		for k, list := range [][]technique.Ranked{f.Typical(), deviant, influential} {
			for _, r := range technique.Best(list, 4) {
				marks = append(marks, Mark{r.Case, []string{"typical", "deviant", "influential"}[k]})
			}
		}
		marks = append(marks, Mark{"مصر 2011", "extreme"}, Mark{`Côte d'Ivoire "<&`, "extreme"})
		svg, err := Scatter(f, marks)
		if err != nil {
			t.Fatal(err)
		}
		sound(t, fmt.Sprint("scatter-", controls), svg)
		for _, want := range []string{"Mobilisation &lt;per head&gt;", "\u2068مصر 2011\u2069", "Côte d&#39;Ivoire &#34;&lt;&amp;", "40 cases by", "typical: "} {
			if !strings.Contains(svg, want) {
				t.Errorf("%q is not in the picture", want)
			}
		}
		if n := strings.Count(svg, `fill="#999"`); n < 25 || n > 36 {
			t.Errorf("%d cases are not marked", n)
		}
		if strings.Contains(svg, "as the model expects it") != controls {
			t.Error("the axis is another")
		}
	}
	f := fit(t, false)
	if _, err := Scatter(f, []Mark{{"nobody", "typical"}}); err == nil || !strings.Contains(err.Error(), "nobody") {
		t.Error(err)
	}
	if _, err := Scatter(technique.Fit{}, nil); err == nil {
		t.Error("nothing can be drawn of nothing")
	}
	var five []Mark
	for i := range 5 {
		five = append(five, Mark{"case 1", fmt.Sprint("kind", i)})
	}
	if _, err := Scatter(f, five); err == nil {
		t.Error("five kinds cannot be told apart")
	}
	if _, err := Scatter(f, nil); err != nil {
		t.Error(err)
	}
}

func systems(n int) technique.Systems {
	s := technique.Systems{Outcome: technique.Variable{Name: "Y"}}
	for i := range n {
		s.Cases = append(s.Cases, fmt.Sprint("country ", i))
		s.Outcome.Values = append(s.Outcome.Values, float64(i%2))
	}
	for c := range 4 {
		cluster := technique.Cluster{Name: fmt.Sprint("cluster ", c)}
		for k := range 4 {
			v := technique.Variable{Name: fmt.Sprint("v", c, k)}
			for i := range n {
				v.Values = append(v.Values, float64((i*(c+3)*(k+5)/7)%2))
			}
			cluster.Conditions = append(cluster.Conditions, v)
		}
		s.Clusters = append(s.Clusters, cluster)
	}
	return s
}

func TestMatrix(t *testing.T) {
	s := systems(12)
	for step := range 3 {
		svg, err := Matrix(s, step)
		if err != nil {
			t.Fatal(err)
		}
		sound(t, fmt.Sprint("matrix-", step), svg)
		found, err := s.Compare(1)
		if err != nil {
			t.Fatal(err)
		}
		want := 0 // frames: two for each pair of the graph, as the matrix has each twice
		for _, z := range found.Zones {
			want += 2 * len(z.Levels[min(step, len(z.Levels)-1)].Pairs)
		}
		if got := strings.Count(svg, `stroke-width="2.2"`); got != want || want == 0 {
			t.Errorf("step %d: %d frames, want %d", step, got, want)
		}
	}
	if _, err := Matrix(s, 100); err != nil {
		t.Error(err)
	}
	if _, err := Matrix(s, -1); err == nil {
		t.Error("a step below nought")
	}
	if _, err := Matrix(systems(MostSystems+1), 0); err == nil || !strings.Contains(err.Error(), "at most 60") {
		t.Error(err)
	}
}

func TestAxis(t *testing.T) {
	for _, c := range []struct{ low, high float64 }{{0, 1}, {-40, -13}, {0.001, 0.0042}, {1e9, 1e9 + 5}, {3, 3}, {-1e-7, 2e-7}} {
		a := newAxis()
		a.hold(c.low)
		a.hold(c.high)
		a.settle()
		ticks := a.ticks()
		seen := map[string]bool{}
		for _, v := range ticks {
			if v < a.low-1e-9*a.step() || v > a.high+1e-9*a.step() {
				t.Errorf("tick %v outside %v to %v", v, a.low, a.high)
			}
			seen[a.label(v)] = true
		}
		if len(ticks) < 3 || len(ticks) > 10 || (len(seen) < len(ticks) && c.low != 1e9) {
			t.Errorf("%v: ticks %v with labels %v", c, ticks, seen)
		}
	}
}
