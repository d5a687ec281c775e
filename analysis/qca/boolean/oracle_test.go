package boolean_test

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"throughline/analysis/qca/boolean"
)

// referenceData finds the folder of reference data beside the repository.
func referenceData(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		if filepath.Dir(dir) == dir {
			t.Fatal("no go.mod above the test")
		}
		dir = filepath.Dir(dir)
	}
	dir = filepath.Join(filepath.Dir(dir), "shared", "data", "qca")
	if _, err := os.Stat(dir); errors.Is(err, os.ErrNotExist) {
		t.Skip("the reference data (shared/data/qca beside the repository) is not here; the brute-force tests still check the algebra")
	}
	return dir
}

func readJSON(t *testing.T, file string, v any) {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, v); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
}

// forms reads a list of texts, or an object that tells R's error.
type forms []string

func (f *forms) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '{' {
		return nil
	}
	return json.Unmarshal(b, (*[]string)(f))
}

func texts(es []boolean.Expr) (ts []string) {
	for _, e := range es {
		ts = append(ts, e.String())
	}
	return ts
}

// rows lists every configuration of the conditions, the first condition
// changing slowest.
func rows(cs []boolean.Condition) [][]float64 {
	all := [][]float64{{}}
	for _, c := range cs {
		var next [][]float64
		for _, r := range all {
			for l := range max(c.Levels, 2) {
				next = append(next, append(slices.Clone(r), float64(l)))
			}
		}
		all = next
	}
	return all
}

// table is the truth table of an expression, by evaluating it on every
// configuration: slow, and independent of the algebra under test.
func table(t *testing.T, e boolean.Expr) string {
	t.Helper()
	ms, err := e.Evaluate(rows(e.Conditions()))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, m := range ms {
		b.WriteByte('0' + byte(m))
	}
	return b.String()
}

func parse(t *testing.T, text string, cs []boolean.Condition) boolean.Expr {
	t.Helper()
	e, err := boolean.Parse(text, cs)
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return e
}

// verdicts counts how R's answers compare with ours.
type verdicts map[string]int

// compare holds a set of forms beside R's. Where they differ the truth table
// must show that R's answer is another set of configurations; keepsSuperfluous
// says that R may also be right but have kept a product within another.
func (v verdicts) compare(t *testing.T, what string, e boolean.Expr, cs []boolean.Condition, r forms, ours []boolean.Expr, want string, keepsSuperfluous bool) {
	t.Helper()
	for _, o := range ours {
		if got := table(t, o); got != want {
			t.Errorf("%s of %s: %s is another set", what, e, o)
		}
	}
	if r == nil {
		return
	}
	var theirs []string
	wrong := 0
	for _, text := range r {
		if text == "" { // R's word both for everything and for nothing
			text = "0"
		}
		x := parse(t, text, cs)
		theirs = append(theirs, x.String())
		if table(t, x) != want {
			wrong++
		}
	}
	mine := texts(ours)
	slices.Sort(mine)
	slices.Sort(theirs)
	theirs = slices.Compact(theirs)
	switch {
	case slices.Equal(mine, theirs):
		v[what+": the same"]++
	case slices.Equal(r, forms{""}) && slices.Equal(mine, []string{"1"}):
		v[what+": R writes nothing for everything"]++
	case wrong > 0:
		v[what+": R gives another set"]++
		t.Logf("%s of %s: R gives %s, which is another set; ours: %s", what, e, strings.Join(theirs, " | "), strings.Join(mine, " | "))
	case keepsSuperfluous:
		v[what+": R keeps a superfluous product"]++
		t.Logf("%s of %s: R gives %s; ours: %s", what, e, strings.Join(theirs, " | "), strings.Join(mine, " | "))
	default:
		t.Errorf("%s of %s:\n   R    %s\n   ours %s", what, e, strings.Join(theirs, " | "), strings.Join(mine, " | "))
	}
}

// TestOracle compares with the R package admisc 0.39.1.
func TestOracle(t *testing.T) {
	dir := referenceData(t)
	var file struct {
		Binary, MultiValue []struct {
			Snames, Simplify, Negate, Intersection, Expand, Factorize, Pos forms
			NoFLevels                                                      []int
			Expr, Expr2                                                    string
		}
		Compute []struct {
			Data, Expr string
			Membership json.RawMessage
		}
	}
	readJSON(t, filepath.Join(dir, "tools", "expressions.json"), &file)
	v := verdicts{}
	must := func(es []boolean.Expr, err error) []boolean.Expr {
		if err != nil {
			t.Fatal(err)
		}
		return es
	}
	one := func(e boolean.Expr, err error) []boolean.Expr { return must([]boolean.Expr{e}, err) }
	for _, item := range append(file.Binary, file.MultiValue...) {
		var cs []boolean.Condition
		for i, name := range item.Snames {
			c := boolean.Condition{Name: name}
			if item.NoFLevels != nil {
				c.Levels = item.NoFLevels[i]
			}
			cs = append(cs, c)
		}
		e := parse(t, item.Expr, cs)
		want := table(t, e)
		flip := strings.NewReplacer("0", "1", "1", "0").Replace
		v.compare(t, "simplify", e, cs, item.Simplify, must(e.Simplify()), want, false)
		v.compare(t, "negate", e, cs, item.Negate, must(e.Negate()), flip(want), false)
		v.compare(t, "expand", e, cs, item.Expand, one(e.Expand()), want, false)
		factored := must(e.Factor())
		v.compare(t, "factor", e, cs, item.Factorize, factored, want, true)
		if item.Expr2 != "" {
			both := one(boolean.Intersect(e, parse(t, item.Expr2, cs)))[0]
			v.compare(t, "intersect", both, cs, item.Intersection, one(both.Products()), table(t, both), false)
		}
	}
	for _, item := range file.Compute {
		cs, scores := readCSV(t, filepath.Join(dir, "named", item.Data))
		got, err := parse(t, item.Expr, cs).Evaluate(scores)
		if err != nil {
			t.Fatal(err)
		}
		var r []float64
		if json.Unmarshal(item.Membership, &r) != nil {
			v["compute: R refuses"]++
			continue
		}
		v["compute: the same"]++
		for i := range r {
			if math.Abs(got[i]-r[i]) > 1e-12 {
				t.Errorf("%s, case %d: %v, R has %v", item.Expr, i+1, got[i], r[i])
			}
		}
	}
	for _, folder := range []string{"named", "random"} {
		files, err := filepath.Glob(filepath.Join(dir, folder, "*.json"))
		if err != nil || len(files) == 0 {
			t.Fatalf("no files in %s: %v", folder, err)
		}
		for _, name := range files {
			if filepath.Base(name) == "index.json" {
				continue
			}
			var f struct {
				Input struct {
					Conditions []string
					Levels     []int
				}
				Factor json.RawMessage
			}
			readJSON(t, name, &f)
			var factor struct {
				Items []struct {
					Expr     string
					Factored forms
				}
			}
			if json.Unmarshal(f.Factor, &factor) != nil {
				continue // R did not get there
			}
			var cs []boolean.Condition
			for i, c := range f.Input.Conditions {
				cs = append(cs, boolean.Condition{Name: c})
				if f.Input.Levels != nil { // fuzzy files have none
					cs[i].Levels = f.Input.Levels[i]
				}
			}
			for _, item := range factor.Items {
				e := parse(t, item.Expr, cs)
				v.compare(t, "factor a solution", e, cs, item.Factored, must(e.Factor()), table(t, e), false)
			}
		}
	}
	for _, k := range slices.Sorted(maps.Keys(v)) {
		t.Logf("%4d %s", v[k], k)
	}
}

// readCSV reads memberships; the first column names the cases.
func readCSV(t *testing.T, name string) (cs []boolean.Condition, scores [][]float64) {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	records, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range records[0][1:] {
		cs = append(cs, boolean.Condition{Name: c})
	}
	for _, record := range records[1:] {
		var row []float64
		for _, s := range record[1:] {
			x, err := strconv.ParseFloat(s, 64)
			if err != nil {
				t.Fatal(err)
			}
			row = append(row, x)
		}
		scores = append(scores, row)
	}
	return cs, scores
}
