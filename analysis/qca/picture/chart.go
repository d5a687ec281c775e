package picture

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"throughline/analysis/qca"
)

// Core tells for each term of a model, and each condition, whether the term mentions the condition as part of its core: what
// it shares with the parsimonious solution, and what the evidence speaks for most strongly (Fiss 2011, Academy of Management
// Journal 54:393-420). A literal is core when a term of the parsimonious model that contains the model's term has it too; all
// others are contributing. An intermediate model is compared with the one parsimonious model from which it was made; any
// other with all that are listed, and there a literal is core only when it is core beside each of them, since the data do not
// choose between them. In a parsimonious model every literal is core. Models are counted from 0.
func Core(s qca.Solution, model int, parsimonious qca.Solution) ([][]bool, error) {
	if model < 0 || model >= len(s.Models) {
		return nil, fmt.Errorf("there is no model %d: the solution lists %d", model+1, len(s.Models))
	}
	with := parsimonious.Models
	switch {
	case parsimonious.Kind != qca.Parsimonious:
		return nil, fmt.Errorf("the core is what a model shares with the parsimonious solution, and this one is %q: give the parsimonious one", parsimonious.Kind)
	case s.Outcome != parsimonious.Outcome:
		return nil, fmt.Errorf("the solution explains %q and the parsimonious one %q: give two of the same truth table", s.Outcome, parsimonious.Outcome)
	case s.Kind == qca.Parsimonious:
		parsimonious, with = s, s.Models[model:model+1]
	case s.From != nil && (s.From.Parsimonious < 1 || s.From.Parsimonious > len(with)):
		return nil, fmt.Errorf("the model was made from parsimonious model %d, and %d are listed: list more models", s.From.Parsimonious, len(with))
	case s.From != nil:
		with = with[s.From.Parsimonious-1 : s.From.Parsimonious]
	}
	if len(with) == 0 {
		return nil, errors.New("the parsimonious solution has no model to compare with: minimise the truth table first")
	}
	var out [][]bool
	for _, n := range s.Models[model].Terms {
		term := s.PrimeImplicants[n].Values
		core := make([]bool, len(term))
		for j, v := range term {
			core[j] = v >= 0
		}
		for _, m := range with {
			in := make([]bool, len(term))
			for _, p := range m.Terms {
				if wider := parsimonious.PrimeImplicants[p].Values; contains(wider, term) {
					for j, v := range wider {
						in[j] = in[j] || v >= 0
					}
				}
			}
			for j := range core {
				core[j] = core[j] && in[j]
			}
		}
		out = append(out, core)
	}
	return out, nil
}

// contains tells whether a term holds every configuration of another of the same conditions.
func contains(wider, term []int) bool {
	if len(wider) != len(term) {
		return false
	}
	for j, v := range wider {
		if v >= 0 && v != term[j] {
			return false
		}
	}
	return true
}

// Chart draws a model in the manner of Ragin and Fiss (2008, in Ragin, Redesigning Social Inquiry, ch. 11; Fiss 2011): a
// column for each of its terms, a line for each condition. A full circle says that the condition is present, a crossed one
// that it is absent, a number its level where it has more than two; blank, that it does not matter. Large ones are core, small
// ones contributing; see Core, which needs the parsimonious solution of the same truth table. Terms with the same core stand
// together and share a number, as 1a and 1b. Below are consistency, coverage and cases of each and of the whole. Models are
// counted from 0.
func Chart(t qca.Table, s qca.Solution, model int, parsimonious qca.Solution) (string, error) {
	core, err := Core(s, model, parsimonious)
	if err != nil {
		return "", err
	}
	m := s.Models[model]
	for _, n := range m.Terms {
		if len(s.PrimeImplicants[n].Values) != len(t.Conditions) {
			return "", fmt.Errorf("the solution has %d conditions and the truth table %d: give two that belong together", len(s.PrimeImplicants[n].Values), len(t.Conditions))
		}
	}
	type column struct {
		name string
		term []int
		core []bool
		fit  qca.TermFit
		expr string
	}
	var groups []string // by core, as first met
	members := map[string][]column{}
	for i, n := range m.Terms {
		p := s.PrimeImplicants[n]
		key := ""
		for j, v := range p.Values {
			if core[i][j] {
				key += fmt.Sprintf("%d=%d ", j, v)
			}
		}
		if key == "" {
			key = fmt.Sprint("alone ", i) // terms without a core have nothing in common
		}
		if !slices.Contains(groups, key) {
			groups = append(groups, key)
		}
		members[key] = append(members[key], column{term: p.Values, core: core[i], fit: m.Fit.Terms[i], expr: p.Expr})
	}
	var columns []column
	for g, key := range groups {
		for i, col := range members[key] {
			col.name = fmt.Sprint(g + 1)
			if len(members[key]) > 1 {
				col.name += letters(i)
			}
			columns = append(columns, col)
		}
	}

	var c canvas
	const left, margin = 10.0, 14.0
	st := style{size: small}
	first := style{size: small}.widest([]string{"Unique coverage", "Solution consistency"})
	var heads [][]string
	for _, n := range t.Conditions {
		l := wrap(n, normal, 160)
		first = max(first, style{}.widest(l))
		heads = append(heads, l)
	}
	x0 := left + first + margin
	each := min(150, max(64, (530-x0)/float64(len(columns))))
	right := x0 + each*float64(len(columns))
	at := func(i int) float64 { return x0 + (float64(i)+0.5)*each }

	what := wrap(fmt.Sprintf("%s solution for %s", capital(s.Kind), isolate(s.Outcome)), normal, right-left)
	y := 10.0
	c.lines(left, y+normal, what, style{bold: true})
	y += style{}.lines(len(what)) + 8
	c.line(left, y, right, y, solid)
	for i, col := range columns {
		c.text(at(i), y+18, col.name, style{anchor: "middle", bold: true})
	}
	y += 26
	c.line(left, y, right, y, solid)
	type literal struct {
		v      int // 0, 1, or 2 for a level
		isCore bool
	}
	shown := map[literal]bool{}
	for j := range t.Conditions {
		height := max(30, style{}.lines(len(heads[j]))+10)
		middle := y + height/2
		c.lines(left, middle-style{}.lines(len(heads[j]))/2+normal, heads[j], style{})
		for i, col := range columns {
			v := col.term[j]
			if v < 0 {
				continue
			}
			c.literal(at(i), middle, v, t.Levels[j], col.core[j])
			if t.Levels[j] > 2 {
				v = 2
			}
			shown[literal{v, col.core[j]}] = true
		}
		y += height
		if j+1 < len(t.Conditions) {
			c.line(left, y, right, y, thin)
		}
	}
	c.line(left, y, right, y, solid)
	y += 6
	row := func(name string, value func(column) string) {
		c.text(left, y+small+2, name, st)
		for i, col := range columns {
			c.text(at(i), y+small+2, value(col), style{size: small, anchor: "middle"})
		}
		y += 20
	}
	row("Consistency", func(col column) string { return number(col.fit.Consistency) })
	row("Raw coverage", func(col column) string { return number(col.fit.RawCoverage) })
	row("Unique coverage", func(col column) string { return number(col.fit.UniqueCoverage) })
	c.text(left, y+small+2, "Cases", st)
	most := 1
	for i, col := range columns {
		l := wrap(names(col.fit.Cases), small, each-8)
		most = max(most, len(l))
		c.lines(at(i), y+small+2, l, style{size: small, anchor: "middle"})
	}
	y += st.lines(most) + 10
	c.line(left, y, right, y, solid)
	y += 6
	for _, r := range [][2]string{{"Solution consistency", number(m.Fit.Solution.Consistency)}, {"Solution coverage", number(m.Fit.Solution.Coverage)}} {
		c.text(left, y+small+2, r[0], st)
		c.text((x0+right)/2, y+small+2, r[1], style{size: small, anchor: "middle"})
		y += 20
	}
	c.line(left, y+4, right, y+4, solid)
	y += 20

	for _, isCore := range []bool{true, false} {
		x := left
		for _, v := range []int{1, 0, 2} {
			if !shown[literal{v, isCore}] {
				continue
			}
			text := []string{"absent", "present", "at this level"}[v] + map[bool]string{true: ", core", false: ", contributing"}[isCore]
			w := 26 + st.width(text) + 16
			if x > left && x+w > right {
				x, y = left, y+26
			}
			c.literal(x+11, y, v, 2+v/2, isCore)
			c.text(x+26, y+4, text, st)
			x += w
		}
		if x > left {
			y += 26
		}
	}
	note := wrap("Blank: the condition does not matter. "+coreNote(s, parsimonious), small, right-left)
	c.lines(left, y, note, st)
	c.reach(right, y)

	words := fmt.Sprintf("Model %d of the %s solution: %s. ", model+1, s.Kind, m.Expr)
	for i, col := range columns {
		var in []string
		for j, v := range col.term {
			if col.core[j] {
				in = append(in, literalName(t, j, v))
			}
		}
		words += fmt.Sprintf("Term %s: %s; core: %s. ", columns[i].name, col.expr, cmp.Or(strings.Join(in, ", "), "none"))
	}
	return c.done(fmt.Sprintf("%s solution for %s", capital(s.Kind), s.Outcome), words+coreNote(s, parsimonious)), nil
}

func capital(k qca.Kind) string { return strings.ToUpper(string(k[:1])) + string(k[1:]) }

// coreNote says with what the model was compared.
func coreNote(s, parsimonious qca.Solution) string {
	switch n := len(parsimonious.Models); {
	case s.Kind == qca.Parsimonious:
		return "All of a parsimonious model is core."
	case n == 1:
		return "Core: shared with the parsimonious solution."
	case s.From != nil:
		return fmt.Sprintf("Core: shared with parsimonious model %d of %d.", s.From.Parsimonious, n)
	default:
		return fmt.Sprintf("Core: shared with each of %d parsimonious models, between which the data do not choose.", n)
	}
}

// literalName writes a condition at a level.
func literalName(t qca.Table, j, v int) string {
	switch {
	case t.Levels[j] > 2:
		return fmt.Sprintf("%s{%d}", t.Conditions[j], v)
	case v == 1:
		return t.Conditions[j]
	}
	return "~" + t.Conditions[j]
}

// literal draws what a term says of a condition.
func (c *canvas) literal(x, y float64, v, levels int, core bool) {
	r := 5.5
	if core {
		r = 10.5
	}
	switch {
	case levels > 2 && core:
		c.circle(x, y, r, `fill="#000"`)
		c.text(x, y+4.5, fmt.Sprint(v), style{anchor: "middle", bold: true, fill: "#fff"})
	case levels > 2:
		c.circle(x, y, 8, `fill="#fff" stroke="#000"`)
		c.text(x, y+3.8, fmt.Sprint(v), style{size: 11, anchor: "middle"})
	case v == 1:
		c.circle(x, y, r, `fill="#000"`)
	default:
		d := r * 0.7071
		c.circle(x, y, r, `fill="#fff" stroke="#000" stroke-width="1.3"`)
		c.line(x-d, y-d, x+d, y+d, `stroke="#000" stroke-width="1.3"`)
		c.line(x-d, y+d, x+d, y-d, `stroke="#000" stroke-width="1.3"`)
	}
}

// letters counts a, b, ... z, aa, ab ...
func letters(i int) string {
	s := ""
	for i++; i > 0; i = (i - 1) / 26 {
		s = string(rune('a'+(i-1)%26)) + s
	}
	return s
}
