package qca

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// RScript writes a script that repeats an analysis in R with the package QCA, the data in it, and says in comments what
// it should print. A condition whose name R does not take gets another, which a comment tells.
func (a Analysis) RScript(solutions []Solution) (string, error) {
	if err := a.Data.Valid(); err != nil {
		return "", err
	}
	cuts, err := a.Cutoffs.filled()
	if err != nil {
		return "", err
	}
	d := a.Data.clone()
	bare, negated := strings.CutPrefix(d.OutcomeName, "~")
	names := rNames(append(slices.Clone(d.Conditions), bare))
	var b strings.Builder
	b.WriteString("# Repeats the analysis in R; the package comes with install.packages(\"QCA\").\nlibrary(QCA)\n\n")
	for i, old := range append(slices.Clone(d.Conditions), bare) {
		if names[i] != old {
			fmt.Fprintf(&b, "# %s stands for %s\n", names[i], oneLine(old))
		}
	}
	column := func(values []float64) string {
		parts := make([]string, len(values))
		for i, x := range values {
			parts[i] = strconv.FormatFloat(x, 'g', -1, 64)
		}
		return "c(" + strings.Join(parts, ", ") + ")"
	}
	b.WriteString("data <- data.frame(\n")
	for j := range d.Conditions {
		values := make([]float64, len(d.Cases))
		for i := range d.Cases {
			values[i] = d.Values[i][j]
		}
		fmt.Fprintf(&b, "  %s = %s,\n", names[j], column(values))
	}
	y := slices.Clone(d.Outcome)
	outcome := names[len(names)-1]
	if negated {
		for i := range y {
			y[i] = 1 - y[i]
		}
		outcome = "~" + outcome
	}
	fmt.Fprintf(&b, "  %s = %s,\n  row.names = c(", names[len(names)-1], column(y))
	for i, c := range d.Cases {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(rQuote(c))
	}
	b.WriteString("))\n\n")
	inclusion := strconv.FormatFloat(cuts.Consistency, 'g', -1, 64)
	if cuts.Contradiction > 0 {
		inclusion = "c(" + inclusion + ", " + strconv.FormatFloat(cuts.Contradiction, 'g', -1, 64) + ")"
	}
	quoted := make([]string, len(d.Conditions))
	for j := range d.Conditions {
		quoted[j] = rQuote(names[j])
	}
	fmt.Fprintf(&b, "table <- truthTable(data, outcome = %s, conditions = c(%s), incl.cut = %s, n.cut = %d, pri.cut = %v, show.cases = TRUE)\nprint(table)\n\n",
		rQuote(outcome), strings.Join(quoted, ", "), inclusion, cuts.Frequency, cuts.PRI)
	var include []string
	if a.Options.Solution == Parsimonious || a.Options.Solution == Intermediate {
		include = append(include, "?")
	}
	if a.Options.Contradictions {
		include = append(include, "C")
	}
	args := ""
	if len(include) > 0 {
		args += ", include = " + rQuote(strings.Join(include, ","))
	}
	if a.Options.Solution == Intermediate {
		parts := make([]string, len(d.Conditions))
		for j := range parts {
			parts[j] = `"-"`
			if j < len(a.Options.Expect) && len(a.Options.Expect[j]) > 0 {
				var levels []string
				for _, v := range a.Options.Expect[j] {
					levels = append(levels, strconv.Itoa(v))
				}
				parts[j] = rQuote(strings.Join(levels, ";"))
			}
		}
		args += ", dir.exp = c(" + strings.Join(parts, ", ") + ")"
	}
	exclude := slices.Clone(a.Options.Exclude)
	if a.Options.Assume != nil { // R has no such choice: what may not be assumed is excluded row by row
		allowed, err := d.cubes(a.Options.Assume)
		if err != nil {
			return "", err
		}
		if t, err := NewTable(d, a.Cutoffs); err != nil {
			return "", err
		} else if t.Remainders > maxAssumptions {
			b.WriteString("# The choice of remainders by theory is not repeated: there are too many rows to exclude one by one.\n")
		} else {
			for _, n := range t.Missing(maxAssumptions) {
				if c, _ := t.configuration(n); !slices.ContainsFunc(allowed, func(m cube) bool { return m.has(c) }) && !slices.Contains(exclude, n) {
					exclude = append(exclude, n)
				}
			}
		}
	}
	if len(exclude) > 0 {
		var rows []string
		for _, n := range exclude {
			rows = append(rows, strconv.FormatUint(n, 10))
		}
		args += ", exclude = c(" + strings.Join(rows, ", ") + ")"
	}
	if a.Options.Solution == Intermediate && len(a.Options.Together) > 0 {
		b.WriteString("# Expectations of conditions that help together are not repeated here: the script has those of single conditions.\n")
	}
	if a.Options.Models == Irredundant {
		args += ", all.sol = TRUE"
	}
	fmt.Fprintf(&b, "solution <- minimize(table%s, details = TRUE)\nprint(solution)\n", args)
	for _, s := range solutions {
		from := ""
		if s.From != nil {
			from = fmt.Sprintf(", from conservative model %d and parsimonious model %d", s.From.Conservative, s.From.Parsimonious)
		}
		fmt.Fprintf(&b, "\n# It should print %v models (%s%s); the names are those from before:\n", s.ModelCount, s.Kind, from)
		for i, m := range s.Models {
			if i == 20 {
				fmt.Fprintf(&b, "#   and %d more\n", len(s.Models)-i)
				break
			}
			f := m.Fit.Solution
			fmt.Fprintf(&b, "#   %s: inclS %.3f, PRI %.3f, covS %.3f\n", oneLine(m.Expr), f.Consistency, f.PRI, f.Coverage)
		}
	}
	return b.String(), nil
}

// Records gives the observed rows of the table as lines of a CSV file, the header first.
func (t Table) Records() [][]string {
	out := [][]string{append(slices.Clone(t.Conditions), t.Outcome, "cases", "consistency", "PRI", "names", "deviant")}
	for _, r := range t.Rows {
		var line []string
		for _, v := range r.Values {
			line = append(line, strconv.Itoa(v))
		}
		out = append(out, append(line, string(r.Output), strconv.Itoa(r.N), decimal(r.Consistency), decimal(r.PRI), strings.Join(r.Cases, "; "), strings.Join(r.Deviant, "; ")))
	}
	return out
}

// Records gives solutions as lines of a CSV file, the header first: of each model a line for the whole and one for each
// of its terms. Models are numbered within their solution, and so are the solutions of one kind and outcome.
func Records(solutions []Solution) [][]string {
	out := [][]string{{"outcome", "solution", "pair", "model", "models", "part", "expression", "consistency", "PRI", "coverage", "unique coverage", "cases"}}
	for _, s := range solutions {
		pair := ""
		if s.From != nil {
			pair = fmt.Sprintf("C%dP%d", s.From.Conservative, s.From.Parsimonious)
		}
		models := s.ModelCount.String()
		if !s.Exact {
			models = "at least " + models
		}
		for i, m := range s.Models {
			head := []string{s.Outcome, string(s.Kind), pair, strconv.Itoa(i + 1), models}
			f := m.Fit.Solution
			out = append(out, slices.Concat(head, []string{"model", m.Expr, decimal(f.Consistency), decimal(f.PRI), decimal(f.Coverage), "", ""}))
			for n, t := range m.Fit.Terms {
				out = append(out, slices.Concat(head, []string{"term", s.PrimeImplicants[m.Terms[n]].Expr, decimal(t.Consistency), decimal(t.PRI), decimal(t.RawCoverage), decimal(t.UniqueCoverage), strings.Join(t.Cases, "; ")}))
			}
		}
	}
	return out
}

// Records gives the data as lines of a CSV file, the header first: what the commands read.
func (d Data) Records() [][]string {
	out := [][]string{slices.Concat([]string{"case"}, d.Conditions, []string{d.OutcomeName})}
	for i, c := range d.Cases {
		line := []string{c}
		for _, x := range d.Values[i] {
			line = append(line, strconv.FormatFloat(x, 'g', -1, 64))
		}
		out = append(out, append(line, strconv.FormatFloat(d.Outcome[i], 'g', -1, 64)))
	}
	return out
}

// decimal writes a measure with six decimals at most; what is not defined is empty.
func decimal(x float64) string {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return ""
	}
	return strconv.FormatFloat(math.Round(x*1e6)/1e6, 'f', -1, 64)
}

// rNames makes names that R takes for columns, all different.
func rNames(names []string) []string {
	out := make([]string, len(names))
	for i, n := range names {
		s := strings.Map(func(r rune) rune {
			if r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
				return r
			}
			return '.'
		}, n)
		if s == "" || !unicode.IsLetter(rune(s[0])) {
			s = "C" + s
		}
		for slices.Contains(out[:i], s) {
			s += ".x"
		}
		out[i] = s
	}
	return out
}

func rQuote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(oneLine(s)) + `"`
}

// oneLine keeps a name from ending a comment or a text.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, s)
}

// Methods writes the paragraph of a paper that says what was done, with every choice made.
func (a Analysis) Methods(t Table, solutions []Solution) string {
	d := a.Data
	words := func(e Expression) string {
		s, err := d.Write(e)
		if err != nil { // a solution cannot have come of it
			return "nothing"
		}
		return s
	}
	levels := 0
	for _, l := range d.levels() {
		levels = max(levels, l)
	}
	sort := "crisp-set"
	switch {
	case levels > 2:
		sort = "multi-value"
	case slices.Contains(d.clone().fuzzy(), true):
		sort = "fuzzy-set"
	}
	s := []string{
		fmt.Sprintf("We compared %d cases by %s qualitative comparative analysis (QCA) on %s (%s), with %s as the outcome.", len(d.Cases), sort, plural(len(d.Conditions), "one condition", "%d conditions"), strings.Join(d.Conditions, ", "), d.OutcomeName),
		fmt.Sprintf("Of %d possible configurations the cases show %d; %d are logical remainders.", t.Possible, len(t.Rows), t.Remainders),
		fmt.Sprintf("A configuration was coded as sufficient from %s and a consistency of %v on%s.", plural(t.Cutoffs.Frequency, "one case", "%d cases"), t.Cutoffs.Consistency, map[bool]string{true: fmt.Sprintf(", with a proportional reduction in inconsistency (PRI) of at least %v", t.Cutoffs.PRI), false: "; no cut-off was set for the proportional reduction in inconsistency (PRI)"}[t.Cutoffs.PRI > 0]),
	}
	if t.Cutoffs.Contradiction > 0 {
		s = append(s, fmt.Sprintf("Configurations below that but from a consistency of %v on were treated as contradictory%s.", t.Cutoffs.Contradiction, map[bool]string{true: " and allowed as assumptions", false: ""}[a.Options.Contradictions]))
	}
	if n := len(t.Ambiguous); n > 0 {
		s = append(s, fmt.Sprintf("%s exactly 0.5 and place a case in no configuration.", plural(n, "One score is", "%d scores are")))
	}
	for i, x := range solutions {
		if i == 1 { // the pairs of an intermediate solution are told of once
			break
		}
		what := map[Kind]string{Conservative: "The conservative solution makes no assumption about remainders", Parsimonious: "The parsimonious solution allows every remainder as an assumption that makes it shorter",
			Intermediate: "The intermediate solution allows the remainders that agree with directional expectations"}[x.Kind]
		if x.Kind == Intermediate {
			var es []string
			for j, e := range a.Options.Expect {
				if j < len(d.Conditions) && len(e) > 0 {
					es = append(es, fmt.Sprintf("%s at level %s", d.Conditions[j], strings.Trim(strings.ReplaceAll(fmt.Sprint(e), " ", " or "), "[]")))
				}
			}
			for _, c := range a.Options.Together {
				es = append(es, words(Expression{c})+" together")
			}
			what += " (" + strings.Join(es, ", ") + ")"
		}
		models := fmt.Sprintf("%v models fit equally well, and all are reported", x.ModelCount)
		if !x.Exact {
			models = fmt.Sprintf("at least %v models fit", x.ModelCount)
		} else if x.ModelCount.IsInt64() && x.ModelCount.Int64() == 1 {
			models = "one model fits"
		}
		s = append(s, what+"; "+models+".")
		if a.Options.Assume != nil && x.Kind != Conservative {
			s = append(s, "Assumptions were made by theory, only of configurations within "+words(a.Options.Assume)+".")
		}
		if len(a.Options.Exclude) > 0 {
			s = append(s, fmt.Sprintf("%s excluded from being assumed.", plural(len(a.Options.Exclude), "One configuration was", "%d configurations were")))
		}
	}
	return strings.Join(append(s, "Prime implicants and models were found exactly and completely with Throughline."), " ")
}
