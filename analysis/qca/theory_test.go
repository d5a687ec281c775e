package qca

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var schneider = []string{"EMP", "BARGAIN", "UNI", "OCCUP", "STOCK", "MA"}

func sixes() []int { return []int{2, 2, 2, 2, 2, 2} }

// sameSet tells whether R's expression holds the same configurations as ours.
func sameSet(t *testing.T, d Data, theirs string, ours string) bool {
	t.Helper()
	read := func(s string) []cube {
		if s == "nothing" || s == "" {
			return nil
		}
		c, err := d.cubes(expression(strings.Split(s, "+"), d.Conditions))
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	a, b := read(theirs), read(ours)
	in := func(a, b []cube) bool { return len(intersect(a, complement(b, d.levels()))) == 0 }
	return in(a, b) && in(b, a)
}

func TestOracleTheory(t *testing.T) {
	var o struct {
		Theory string
		Result struct {
			Cases  map[string]struct{ CaseNames named }
			Fit    []map[string]any
			Inters map[string]string
			Data   []map[string]any
		}
	}
	dir := setMethods(t, "theory", &o)
	d := readData(t, filepath.Join(dir, "named", "SetMethods_SCHF.csv"), "EXPORT", schneider, sixes())
	got, err := d.Evaluate(context.Background(), expression([]string{"EMP*~MA", "STOCK"}, schneider),
		expression([]string{"~EMP*~UNI", "~BARGAIN*~MA", "BARGAIN*UNI*STOCK"}, schneider))
	if err != nil {
		t.Fatal(err)
	}
	for i, key := range []string{"TSY", "TS~Y", "~TSY", "~TS~Y", "T~SY", "T~S~Y", "~T~SY", "~T~S~Y"} {
		if key == "TS~Y" {
			// R lists no case here, but its own table of memberships has twelve.
			want := []string{}
			for _, row := range o.Result.Data {
				if row["T*S"].(float64) > 0.5 && row["Outcome"].(float64) < 0.5 {
					want = append(want, row["_row"].(string))
				}
			}
			if diff := cmp.Diff(want, got.Groups[i].Cases); diff != "" || len(want) != 12 {
				t.Errorf("%s (-want +got):\n%s", key, diff)
			}
			continue
		}
		if diff := cmp.Diff([]string(o.Result.Cases[key].CaseNames), got.Groups[i].Cases); diff != "" {
			t.Errorf("%s (-want +got):\n%s", key, diff)
		}
	}
	for i, row := range o.Result.Fit[3:] { // the solution, the theory and the four intersections
		s := got.Sets[i]
		printed(t, s.Name+" consistency", s.Consistency, row["Cons.Suf"].(float64))
		printed(t, s.Name+" coverage", s.Coverage, row["Cov.Suf"].(float64))
		printed(t, s.Name+" PRI", s.PRI, row["PRI"].(float64))
	}
	for i, key := range []string{"TE", "tE", "Te", "te"} {
		if s := got.Sets[i+2]; !sameSet(t, d, o.Result.Inters[key], s.Expr) {
			t.Errorf("%s: %s, want %s", s.Name, s.Expr, o.Result.Inters[key])
		}
	}
	t.Log(strings.Join(got.Words(), "\n"))
}

// The function modelFit of R package QCA computes the fit from shortened expressions of the intersections where we take
// minimum and complement of the memberships; the two agree except where shortening drops A*~A.
func TestOracleModelFit(t *testing.T) {
	dir := shared(t)
	b, err := os.ReadFile(filepath.Join(dir, "tools", "theory.json"))
	if err != nil {
		t.Fatal(err)
	}
	var o struct {
		ModelFit []struct {
			ID, Data, Outcome, Theory string
			Models                    []struct {
				Model         string
				Intersections map[string]string
				Fit           []struct {
					Term             string
					InclS, PRI, CovS float64
				}
			}
		}
	}
	if err := json.Unmarshal(b, &o); err != nil {
		t.Fatal(err)
	}
	same, other := 0, []string{}
	for _, w := range o.ModelFit {
		file := filepath.Join(dir, "named", w.Data)
		f, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		head, err := csv.NewReader(f).Read()
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		conditions := slices.DeleteFunc(head[1:], func(s string) bool { return s == w.Outcome })
		d := readData(t, file, w.Outcome, conditions, slices.Repeat([]int{2}, len(conditions)))
		for _, m := range w.Models {
			got, err := d.Evaluate(context.Background(), expression(strings.Split(w.Theory, "+"), conditions), expression(strings.Split(m.Model, "+"), conditions))
			if err != nil {
				t.Fatal(err)
			}
			names := map[string]string{"solution": "model", "theory": "theory", "theory*solution": "model*theory",
				"~theory*solution": "model*~theory", "theory*~solution": "~model*theory", "~theory*~solution": "~model*~theory"}
			for _, s := range got.Sets {
				for _, f := range m.Fit {
					if f.Term != names[s.Name] {
						continue
					}
					if expr, ok := m.Intersections[f.Term]; ok && !sameSet(t, d, expr, s.Expr) {
						t.Errorf("%s %s: %s, want %s", w.ID, f.Term, s.Expr, expr)
					}
					if math.Abs(s.Consistency-f.InclS)+math.Abs(s.Coverage-f.CovS)+math.Abs(s.PRI-f.PRI) < 3*oracleTolerance {
						same++
						continue
					}
					other = append(other, w.ID+" "+f.Term)
					// R's numbers are those of its shortened expression.
					x, err := d.Membership(expression(strings.Split(m.Intersections[f.Term], "+"), conditions))
					if err != nil {
						t.Fatal(err)
					}
					g := measure(x, d.Outcome)
					near(t, w.ID+" "+f.Term+" consistency of R's expression", g.consistency, f.InclS)
					near(t, w.ID+" "+f.Term+" coverage of R's expression", g.coverage, f.CovS)
				}
			}
		}
	}
	t.Logf("%d sets as R has them; from a shortened expression in R: %v", same, other)
}

func TestOracleUntenable(t *testing.T) {
	var o struct {
		ContradRows []uint64
		Result      struct{ ChangedRows []uint64 }
	}
	dir := setMethods(t, "esa", &o)
	d := readData(t, filepath.Join(dir, "named", "SetMethods_SCHF.csv"), "EXPORT", schneider, sixes())
	table, err := NewTable(d, Cutoffs{Consistency: 0.9, Frequency: 2})
	if err != nil {
		t.Fatal(err)
	}
	got, err := table.Untenable([]Expression{expression([]string{"EMP", "MA"}, schneider)}, expression([]string{"STOCK*~MA"}, schneider))
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range o.ContradRows { // named by the user
		if !slices.Contains(got, n) {
			got = append(got, n)
		}
	}
	slices.Sort(got)
	// R also makes negative row 11, ~EMP*~BARGAIN*UNI*~OCCUP*STOCK*~MA, which has cases: no assumption is made about it.
	want := slices.DeleteFunc(o.Result.ChangedRows, func(n uint64) bool {
		return n == 11 && slices.ContainsFunc(table.Rows, func(r Row) bool { return r.Number == n && r.Output == Positive })
	})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
}

func TestOracleClusters(t *testing.T) {
	type result struct {
		POCOS     float64
		BECOS     []float64
		DBP       float64 `json:"dBP"`
		WICONS    []float64
		DWP       float64 `json:"dWP"`
		Coverages struct {
			Pooled          float64
			Between, Within []float64
		}
	}
	var o struct {
		Result    struct{ Output map[string]result }
		Necessity result
	}
	dir := setMethods(t, "cluster", &o)
	file := filepath.Join(dir, "named", "SetMethods_SCHLF.csv")
	d := readData(t, file, "EXPORT", schneider, sixes())
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var year, country []string
	for _, row := range rows[1:] {
		country, year = append(country, row[8]), append(year, row[9])
	}
	// R adds some 1e-11 to sums to avoid dividing by zero.
	close := func(what string, got, want float64) {
		t.Helper()
		if math.Abs(got-want) > 1e-8 {
			t.Errorf("%s = %.12f, want %.12f", what, got, want)
		}
	}
	check := func(name string, got Clusters, want result) {
		t.Helper()
		close(name+" pooled", got.Consistency, want.POCOS)
		close(name+" pooled coverage", got.Coverage, want.Coverages.Pooled)
		close(name+" between distance", got.BetweenDistance, want.DBP)
		close(name+" within distance", got.WithinDistance, want.DWP)
		if len(got.Between) != len(want.BECOS) || len(got.Within) != len(want.WICONS) {
			t.Fatalf("%s: %d clusters and %d units", name, len(got.Between), len(got.Within))
		}
		for i, f := range got.Between {
			close(name+" "+f.Name, f.Consistency, want.BECOS[i])
			close(name+" "+f.Name+" coverage", f.Coverage, want.Coverages.Between[i])
		}
		for i, f := range got.Within {
			close(name+" "+f.Name, f.Consistency, want.WICONS[i])
			close(name+" "+f.Name+" coverage", f.Coverage, want.Coverages.Within[i])
		}
	}
	for expr, want := range o.Result.Output {
		got, err := d.Clusters(expression([]string{expr}, schneider), year, country, false)
		if err != nil {
			t.Fatal(err)
		}
		check(expr, got, want)
	}
	got, err := d.Clusters(expression([]string{"EMP"}, schneider), year, country, true)
	if err != nil {
		t.Fatal(err)
	}
	check("necessity", got, o.Necessity)
	t.Log(got.Words())
	if _, err := d.Clusters(nil, year[1:], nil, false); err == nil {
		t.Error("no error for a missing cluster")
	}
}

func TestOracleCaseChoice(t *testing.T) {
	type candidate struct {
		Case, Cases    string
		Term           any // a number in lists that are not compared
		TermMemb, Best float64
		TTRow          float64 `json:"TT_row"`
		MostTyp        bool
		MostDCONS      bool
		MostDCOV       bool
		Outcome        json.RawMessage
	}
	var o struct {
		Single [][]struct {
			Title   string
			Results []candidate
		}
	}
	dir := setMethods(t, "smmr", &o)
	d := readData(t, filepath.Join(dir, "named", "SetMethods_SCHF.csv"), "EXPORT", schneider, sixes())
	got, err := d.ChooseCases(expression([]string{"~EMP*~UNI", "~BARGAIN*~MA", "BARGAIN*UNI*STOCK"}, schneider))
	if err != nil {
		t.Fatal(err)
	}
	lists := map[string][]Candidate{"Typical Cases": got.Typical, "Deviant Consistency Cases": got.DeviantConsistency,
		"Deviant Coverage Cases": got.DeviantCoverage, "Individually Irrelevant Cases": got.Irrelevant}
	checked := 0
	for _, part := range o.Single {
		for _, list := range part {
			ours, ok := lists[list.Title]
			if !ok {
				continue
			}
			checked++
			want, have := map[string]string{}, map[string]string{}
			for _, c := range list.Results {
				x := c.TermMemb + c.TTRow // one of them is missing
				best := c.Best
				if list.Title == "Individually Irrelevant Cases" {
					best = 1 - x // R gives none
				}
				term, _ := c.Term.(string)
				want[c.Case+c.Cases+" "+term] = fmt.Sprintf("%.2f %.2f %v", x, best, c.MostTyp || c.MostDCONS || c.MostDCOV)
			}
			for _, c := range ours {
				if list.Title == "Individually Irrelevant Cases" {
					c.Best = false
				}
				have[c.Case+" "+c.Term] = fmt.Sprintf("%.2f %.2f %v", c.Membership, c.Distance, c.Best)
			}
			if diff := cmp.Diff(want, have); diff != "" {
				t.Errorf("%s (-want +got):\n%s", list.Title, diff)
			}
		}
	}
	if checked != 4 {
		t.Errorf("%d lists compared", checked)
	}
}

// The four intersections of a theory and a solution are disjoint, and hold every case that is decided.
func TestEvaluateParts(t *testing.T) {
	r := rand.New(rand.NewPCG(17, 18))
	for range 50 {
		d := randomFuzzy(r, 4, 15)
		random := func() Expression {
			var e Expression
			for range 1 + r.IntN(3) {
				term := make([]int, 4)
				for j := range term {
					term[j] = r.IntN(3) - 1
				}
				e = append(e, term)
			}
			return e
		}
		th, so := random(), random()
		got, err := d.Evaluate(context.Background(), th, so)
		if err != nil {
			t.Fatal(err)
		}
		n := len(got.Undecided)
		for _, g := range got.Groups {
			n += len(g.Cases)
		}
		if n != 15 {
			t.Errorf("%d cases", n)
		}
		// With itself as theory nothing is left over.
		same, err := d.TestSets(so, []Expression{so})
		if err != nil {
			t.Fatal(err)
		}
		if w, _ := d.Membership(so); slices.Max(w) > 0 && (same.Rank != AllRobust || same.Largest != 1 || same.Smallest != 1 || same.Coverage != 1 || same.Consistency != 1) {
			t.Errorf("a solution compared with itself: %+v", same)
		}
	}
}
