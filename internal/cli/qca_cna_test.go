package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"throughline/internal/fault"
)

// cnaRun runs the command.
func cnaRun(t *testing.T, table string, args ...string) (out string, err error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "data.csv")
	if err := os.WriteFile(file, []byte(table), 0o600); err != nil {
		t.Fatal(err)
	}
	var o, x bytes.Buffer
	e := &env{out: &o, err: &x, getenv: func(string) string { return "" }, clock: time.Now}
	root := e.root()
	for i, a := range args {
		args[i] = strings.ReplaceAll(a, "DATA", file)
	}
	root.SetArgs(append([]string{"qca", "cna"}, args...))
	root.SetOut(&o)
	root.SetErr(&x)
	err = root.ExecuteContext(context.Background())
	return o.String(), err
}

const education = "\ufeffcase,U,D,L,G,E\n1,1,1,1,1,1\n2,1,1,1,0,1\n3,1,0,1,1,1\n4,1,0,1,0,1\n5,0,1,1,1,1\n6,0,1,1,0,1\n7,0,0,0,1,1\n8,0,0,0,0,0\n"

func TestQcaCNA(t *testing.T) {
	out, err := cnaRun(t, education, "DATA")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"crisp data", "Minimally sufficient conditions: 13", "Atomic solutions: 3", "U + D <-> L", "Complex solutions: 2",
		"1.000        1.000     4           (U + D <-> L)*(L + G <-> E)", "the data do not choose", "1, 2, 3, 4"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
	out, err = cnaRun(t, education, "DATA", "--json", "--outcome", "L,~E", "--ordering", "U, D, G < L < E")
	var r struct {
		Kind            string
		Atomic, Complex []struct{ Formula string }
		Notes           []string
	}
	if err != nil || json.Unmarshal([]byte(out), &r) != nil || r.Kind != "crisp" || r.Atomic[0].Formula != "U + D <-> L" || r.Notes == nil || strings.Contains(out, "null") {
		t.Errorf("%v\n%s", err, out)
	}
	out, err = cnaRun(t, education, "DATA", "--factors", "U,D,L", "--until", "sufficient")
	if err != nil || strings.Contains(out, "Atomic") || !strings.Contains(out, "U -> L") || strings.Contains(out, "E") && strings.Contains(out, "-> E") {
		t.Errorf("%v\n%s", err, out)
	}
	if out, err = cnaRun(t, "case,A,B,Y\n1,1,0,1\n2,1,1,0\n3,0,1,1\n4,0,0,0\n", "DATA", "--max-conjuncts", "1"); err != nil || !strings.Contains(out, "Lower --con and --cov") {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestQcaCNAWrong(t *testing.T) {
	for _, test := range []struct {
		table string
		args  []string
		kind  fault.Kind
		want  string
	}{
		{education, []string{}, fault.Usage, "Give a file of calibrated data"},
		{education, []string{"nowhere.csv"}, fault.Usage, "no file nowhere.csv"},
		{education, []string{"DATA", "--colour"}, fault.Usage, "unknown flag"},
		{education, []string{"DATA", "--con", "7"}, fault.Usage, "--con is 7"},
		{education, []string{"DATA", "--con", "0"}, fault.Usage, "--con is 0"},
		{education, []string{"DATA", "--until", "noon"}, fault.Usage, "--until is"},
		{education, []string{"DATA", "--variation", "x"}, fault.Usage, "--variation is"},
		{education, []string{"DATA", "--ordering", "A,,B"}, fault.Usage, "lacks a name"},
		{education, []string{"DATA", "--outcome", "Z"}, fault.Usage, `there is no factor "Z"`},
		{education, []string{"DATA", "--factors", "Z"}, fault.Usage, `There is no column "Z"`},
		{education, []string{"DATA", "--max-steps", "10"}, fault.Invalid, "conjunctions to examine and 10 were not enough"},
		{"", []string{"DATA"}, fault.Invalid, "is not a table"},
		{"case;A;B\n", []string{"DATA"}, fault.Invalid, "semicolons"},
		{"case,A,B\n1,0\n", []string{"DATA"}, fault.Invalid, "has 2 cells, but the header has 3 columns"},
		{"case,A,B\n1,0,\n2,yes,1\n", []string{"DATA"}, fault.Invalid, "data.csv:2: B: is empty"},
		{"case,A,B\n1,0,\n2,yes,1\n", []string{"DATA"}, fault.Invalid, `data.csv:3: A: is "yes"; expected a number`},
		{"case,A,B\n1,0,1\n2,0,0\n", []string{"DATA"}, fault.Invalid, `the factor "A" is 0 in every case`},
		{"case,A,B\n1,0,1.5\n2,0.2,0\n", []string{"DATA"}, fault.Invalid, "outside 0 to 1"},
		{"case,A,A\n1,0,1\n2,1,0\n", []string{"DATA"}, fault.Invalid, "stands twice in the header"},
	} {
		_, err := cnaRun(t, test.table, test.args...)
		if err == nil || fault.Of(err) != test.kind || !strings.Contains(fault.Message(err), test.want) {
			t.Errorf("%q: %v %v", test.args, fault.Of(err), err)
		}
	}
}

func TestQcaCNAHelp(t *testing.T) {
	out, err := cnaRun(t, education, "--help")
	if err != nil || !strings.Contains(out, exitHelp) || !strings.Contains(out, "Examples:") {
		t.Errorf("%v\n%s", err, out)
	}
}

func FuzzParseTable(f *testing.F) {
	f.Add([]byte(education))
	f.Add([]byte("case,A\n\"x\ny\",1e400\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := parseTable(bytes.NewReader(b), "data.csv")
		if err != nil {
			return
		}
		for i := range d.cells {
			values := d.numbers(i)
			if len(values) != len(d.cases) || len(d.lines) != len(d.cases) {
				t.Errorf("%d cases, %d values of column %d, %d lines", len(d.cases), len(values), i, len(d.lines))
			}
		}
	})
}
