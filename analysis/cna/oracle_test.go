package cna

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// shared finds the folder of reference data beside the repository.
func shared(t testing.TB) string {
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
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		t.Skip("the reference data (shared/data/qca beside the repository) is not here; the tests against brute force still decide")
	}
	return dir
}

// named reads a data set of the reference data.
func named(t testing.TB, dir, file string) Data {
	t.Helper()
	f, err := os.Open(filepath.Join(dir, "named", file))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("the data set %s is not among the reference data", file)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	d := Data{Factors: rows[0][1:]}
	for _, row := range rows[1:] {
		d.Cases = append(d.Cases, row[0])
		values := make([]float64, len(row)-1)
		for j, cell := range row[1:] {
			if values[j], err = strconv.ParseFloat(cell, 64); err != nil {
				t.Fatal(err)
			}
		}
		d.Values = append(d.Values, values)
	}
	return d
}

// pick keeps the named factors of the cases from one up to, without, another.
func pick(d Data, from, to int, factors ...string) Data {
	p := Data{Cases: d.Cases[from:to], Factors: factors}
	for _, row := range d.Values[from:to] {
		var values []float64
		for _, name := range factors {
			values = append(values, row[slices.Index(d.Factors, name)])
		}
		p.Values = append(p.Values, values)
	}
	return p
}

type oracleArgs struct {
	Outcome, Ordering, Con, Cov string
	Maxstep                     []string
}

func (a *oracleArgs) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '[' { // R writes an empty list
		return nil
	}
	type plain oracleArgs
	return json.Unmarshal(b, (*plain)(a))
}

type oracleRow struct {
	Outcome, Condition string
	Con, Cov           float64
	Complexity         int
}

type oracleItem struct {
	ID, Data         string
	Args             oracleArgs
	NMsc, NAsf, NCsf int
	Msc, Asf, Csf    []oracleRow
}

// absent rewrites the reference program's lower-case names of absent factors as ~NAME.
func absent(d Data, formula string) string {
	var out, word strings.Builder
	flush := func() {
		w := word.String()
		if word.Reset(); w != "" && !slices.Contains(d.Factors, w) && slices.Contains(d.Factors, strings.ToUpper(w)) {
			w = "~" + strings.ToUpper(w)
		}
		out.WriteString(w)
	}
	for _, r := range formula {
		if strings.ContainsRune("+*()<>-=", r) {
			flush()
			out.WriteRune(r)
		} else {
			word.WriteRune(r)
		}
	}
	flush()
	return out.String()
}

// canonical writes a formula so that equal ones are equal: terms and parts sorted.
func canonical(formula string) string {
	var parts []string
	for _, part := range strings.Split(strings.Trim(strings.ReplaceAll(formula, " ", ""), "()"), ")*(") {
		arrow := "<->"
		if !strings.Contains(part, arrow) {
			arrow = "->"
		}
		left, right, _ := strings.Cut(part, arrow)
		var terms []string
		for _, term := range strings.Split(left, "+") {
			literals := strings.Split(term, "*")
			slices.Sort(literals)
			terms = append(terms, strings.Join(literals, "*"))
		}
		slices.Sort(terms)
		parts = append(parts, strings.Join(terms, " + ")+" "+arrow+" "+right)
	}
	slices.Sort(parts)
	return strings.Join(parts, " ; ")
}

type fit struct {
	formula    string
	con, cov   float64
	complexity int
}

func fits(r Result) (msc, asf, csf []fit) {
	for _, s := range r.Sufficient {
		msc = append(msc, fit{s.Formula, s.Consistency, s.Coverage, s.Complexity})
	}
	for _, s := range r.Atomic {
		asf = append(asf, fit{s.Formula, s.Consistency, s.Coverage, s.Complexity})
	}
	for _, s := range r.Complex {
		csf = append(csf, fit{s.Formula, s.Consistency, s.Coverage, s.Complexity})
	}
	return
}

// Every analysis of the reference program: the same conditions and solutions,
// and the same fit to the digits it prints.
func TestOracle(t *testing.T) {
	dir := shared(t)
	b, err := os.ReadFile(filepath.Join(dir, "tools", "cna.json"))
	if err != nil {
		t.Fatal(err)
	}
	var oracle struct{ Items []oracleItem }
	if err := json.Unmarshal(b, &oracle); err != nil {
		t.Fatal(err)
	}
	for _, item := range oracle.Items {
		t.Run(item.ID, func(t *testing.T) {
			d := named(t, dir, item.Data)
			// The results tell that these were run on part of the data.
			switch item.ID {
			case "autonomy-au":
				d = pick(d, 14, 30, "AU", "EM", "SP", "CO", "CI", "PO")
			case "autonomy-2":
				d = pick(d, 0, 14, "AU", "EM", "SP", "CO")
			}
			r, err := Analyze(context.Background(), d, item.Args.options(t, d))
			if err != nil {
				t.Fatal(err)
			}
			msc, asf, csf := fits(r)
			compare(t, d, "sufficient conditions", msc, item.Msc, item.NMsc)
			compare(t, d, "atomic solutions", asf, item.Asf, item.NAsf)
			compare(t, d, "complex solutions", csf, item.Csf, item.NCsf)
		})
	}
}

func (a oracleArgs) options(t *testing.T, d Data) Options {
	number := func(s string, otherwise float64) float64 {
		if s == "" {
			return otherwise
		}
		x, err := strconv.ParseFloat(s, 64)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	o := Options{Con: number(a.Con, 1), Cov: number(a.Cov, 1)}
	if a.Outcome != "" {
		o.Outcomes = []string{absent(d, a.Outcome)}
	}
	if a.Ordering != "" {
		var err error
		if o.Ordering, err = ParseOrdering(a.Ordering); err != nil {
			t.Fatal(err)
		}
	}
	if len(a.Maxstep) == 3 {
		o.MaxConjuncts, o.MaxDisjuncts, o.MaxComplexity = int(number(a.Maxstep[0], 0)), int(number(a.Maxstep[1], 0)), int(number(a.Maxstep[2], 0))
	}
	return o
}

func compare(t *testing.T, d Data, what string, got []fit, want []oracleRow, count int) {
	t.Helper()
	if len(got) != count {
		t.Errorf("%s: %d, the reference has %d", what, len(got), count)
	}
	found := map[string]fit{}
	for _, f := range got {
		found[canonical(f.formula)] = f
	}
	if len(found) != len(got) {
		t.Errorf("%s: some twice", what)
	}
	wanted, letters := map[string]bool{}, 0
	for _, w := range want {
		formula := absent(d, w.Condition)
		wanted[canonical(formula)] = true
		f, ok := found[canonical(formula)]
		if !ok {
			t.Errorf("%s: not found: %s con %v cov %v", what, formula, w.Con, w.Cov)
			continue
		}
		if math.Abs(f.con-w.Con) > 1e-10 || math.Abs(f.cov-w.Cov) > 1e-10 || f.complexity != w.Complexity {
			t.Errorf("%s: %s has %v, %v, %d; the reference has %v, %v, %d", what, formula, f.con, f.cov, f.complexity, w.Con, w.Cov, w.Complexity)
		}
		if strings.ReplaceAll(f.formula, " ", "") == formula {
			letters++
		}
	}
	if len(want) == count { // the reference lists at most 300
		for _, f := range got {
			if !wanted[canonical(f.formula)] {
				t.Errorf("%s: not in the reference: %s", what, fmt.Sprint(f))
			}
		}
	}
	t.Logf("%s: %d compared, %d of them letter by letter", what, len(want), letters)
}
