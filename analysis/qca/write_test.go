package qca

import (
	"context"
	"strings"
	"testing"
)

func TestRScriptAndMethods(t *testing.T) {
	d := lipset(t, "lipset_fuzzy.csv")
	d.Conditions[0] = "Développement \"x\"\nsystem('ls')"
	d.Cases[0] = `A"); system("ls") # \`
	for _, o := range []Options{{}, {Solution: Parsimonious, Contradictions: true, Exclude: []uint64{4}}, {Solution: Intermediate, Expect: [][]int{{1}, {1}, {}, {0, 1}, {1}}}} {
		for _, data := range []Data{d, d.Negate()} {
			a := Analysis{Data: data, Cutoffs: Cutoffs{PRI: 0.1, Contradiction: 0.5}, Options: o}
			table, err := NewTable(a.Data, a.Cutoffs)
			if err != nil {
				t.Fatal(err)
			}
			s, err := table.Minimize(context.Background(), o)
			if err != nil {
				t.Fatal(err)
			}
			script, err := a.RScript(s)
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range []string{"library(QCA)", "truthTable(data", "incl.cut = c(0.8, 0.5)", `"A\"); system(\"ls\") # \\"`, "pri.cut = 0.1", "It should print"} {
				if !strings.Contains(script, want) {
					t.Errorf("no %s in\n%s", want, script)
				}
			}
			for _, line := range strings.Split(script, "\n") {
				if strings.HasPrefix(strings.TrimSpace(line), "system") {
					t.Errorf("a name became code: %s", line)
				}
			}
			if negated := strings.HasPrefix(data.OutcomeName, "~"); negated != strings.Contains(script, `outcome = "~SURV"`) {
				t.Error("the outcome of the script is not that of the data")
			}
			if o.Solution == Parsimonious && !strings.Contains(script, `include = "?,C", exclude = c(4)`) || o.Solution == Intermediate && !strings.Contains(script, `dir.exp = c("1", "1", "-", "0;1", "1")`) {
				t.Errorf("options are missing:\n%s", script)
			}
			words := a.Methods(table, s)
			for _, want := range []string{"We compared 18 cases by fuzzy-set", "Of 32 possible configurations", "a consistency of 0.8", "PRI", "Throughline"} {
				if !strings.Contains(words, want) {
					t.Errorf("no %q in %s", want, words)
				}
			}
		}
	}
}
