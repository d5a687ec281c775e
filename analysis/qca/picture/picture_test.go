package picture

import (
	"encoding/csv"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"throughline/analysis/qca"
)

// drawn is what a reader of a picture sees and a program reads.
type drawn struct {
	title, description string
	texts              []string
	boxes              []box // of the texts
	frame              box
	marks              map[string]int // elements by name
}

// read checks what every picture promises: well-formed, nothing that runs or is fetched, ids of its own, texts inside the
// frame that do not meet.
func read(t *testing.T, name, svg string) drawn {
	t.Helper()
	out := drawn{marks: map[string]int{}}
	d := xml.NewDecoder(strings.NewReader(svg))
	ids := map[string]bool{}
	var in []string
	var at box
	var look style
	text := ""
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		switch e := tok.(type) {
		case xml.StartElement:
			in = append(in, e.Name.Local)
			out.marks[e.Name.Local]++
			text = ""
			a := map[string]string{}
			for _, x := range e.Attr {
				a[x.Name.Local] = x.Value
				if x.Name.Local == "style" || x.Name.Local == "href" || strings.HasPrefix(x.Name.Local, "on") {
					t.Errorf("%s: <%s %s>", name, e.Name.Local, x.Name.Local)
				}
				if strings.Contains(x.Value, "NaN") || strings.Contains(x.Value, "Inf") {
					t.Errorf("%s: <%s %s=%q>", name, e.Name.Local, x.Name.Local, x.Value)
				}
			}
			if slices.Contains([]string{"script", "style", "image", "a", "foreignObject"}, e.Name.Local) {
				t.Errorf("%s: <%s>", name, e.Name.Local)
			}
			if id := a["id"]; id != "" {
				if ids[id] || !regexp.MustCompile(`^p[0-9a-f]{16}-`).MatchString(id) {
					t.Errorf("%s: id %q is not unique or has no prefix", name, id)
				}
				ids[id] = true
			}
			number := func(key string) float64 { x, _ := strconv.ParseFloat(a[key], 64); return x }
			switch e.Name.Local {
			case "svg":
				fmt.Sscanf(a["viewBox"], "0 0 %g %g", &out.frame.x2, &out.frame.y2)
				if a["role"] != "img" || a["width"] != "" {
					t.Errorf("%s: not an image that scales", name)
				}
			case "text":
				at.x1, at.y1 = number("x"), number("y")
				look = style{size: number("font-size"), anchor: a["text-anchor"], bold: a["font-weight"] != "", turned: a["transform"] != ""}
			}
		case xml.CharData:
			text += string(e)
		case xml.EndElement:
			switch in[len(in)-1] {
			case "title":
				if len(in) == 2 {
					out.title = text
				}
			case "desc":
				out.description = text
			case "text":
				out.texts = append(out.texts, text)
				out.boxes = append(out.boxes, look.box(at.x1, at.y1, text))
			}
			in = in[:len(in)-1]
		}
	}
	for i, b := range out.boxes {
		if !b.within(out.frame) {
			t.Errorf("%s: %q lies outside: %v in %v", name, out.texts[i], b, out.frame)
		}
		for j := range i {
			if b.wider(-0.5).meets(out.boxes[j].wider(-0.5)) {
				t.Errorf("%s: %q meets %q", name, out.texts[i], out.texts[j])
			}
		}
	}
	if out.title == "" || out.description == "" {
		t.Errorf("%s: no title or description", name)
	}
	return out
}

// bare is text without what breaking it into lines may add or take.
func bare(s string) string {
	return strings.Map(func(r rune) rune {
		if r == ' ' || r == '\u2068' || r == '\u2069' {
			return -1
		}
		return r
	}, s)
}

func (d drawn) holds(t *testing.T, name string, want ...string) {
	t.Helper()
	all := bare(strings.Join(d.texts, ""))
	for _, w := range want {
		if !strings.Contains(all, bare(w)) {
			t.Errorf("%s: %q is not in the picture", name, w)
		}
	}
}

// lipset reads the published data (see analysis/qca/testdata).
func lipset(t testing.TB, kind string) qca.Data {
	t.Helper()
	f, err := os.Open("../testdata/lipset_" + kind + ".csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	d := qca.Data{Conditions: lines[0][1:6], OutcomeName: "SURV"}
	for _, l := range lines[1:] {
		var row []float64
		for _, cell := range l[1:] {
			x, err := strconv.ParseFloat(cell, 64)
			if err != nil {
				t.Fatal(err)
			}
			row = append(row, x)
		}
		d.Cases, d.Values, d.Outcome = append(d.Cases, l[0]), append(d.Values, row[:5]), append(d.Outcome, row[5])
	}
	return d
}

func table(t testing.TB, d qca.Data, c qca.Cutoffs) qca.Table {
	t.Helper()
	tt, err := qca.NewTable(d, c)
	if err != nil {
		t.Fatal(err)
	}
	return tt
}

func solutions(t testing.TB, tt qca.Table, kind qca.Kind, expect [][]int) []qca.Solution {
	t.Helper()
	s, err := tt.Minimize(t.Context(), qca.Options{Solution: kind, Expect: expect})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// points places the cases by their lower membership in the first and last condition.
func points(d qca.Data) []Point {
	var out []Point
	for i, n := range d.Cases {
		out = append(out, Point{n, min(d.Values[i][0], d.Values[i][len(d.Conditions)-1]), d.Outcome[i]})
	}
	return out
}

// hostile gives data other names: long, from right to left, without spaces, and such as would break out of the drawing.
func hostile(d qca.Data) qca.Data {
	d.Conditions = []string{"strong and lasting international support for investigators", "การมีส่วนร่วมของพลเมืองในการต่อต้านการทุจริต", "إصلاح قضائي شامل ومستقل", `</text><script>alert("&")</script>`, `"&`}[:len(d.Conditions)]
	d.OutcomeName = "Conviction of a former head of state <script>"
	kinds := []string{"The Democratic Republic of Somewhere Far Away", "تونس", "ประเทศไทย", "Հայաստան", "<script>", `"&'`, "中华人民共和国", "\x00\x1bcontrol"}
	d.Cases = slices.Clone(d.Cases)
	for i := range d.Cases {
		d.Cases[i] = fmt.Sprint(kinds[i%len(kinds)], " ", i)
	}
	return d
}

// fortyCases repeats the fuzzy data, each time a little moved.
func fortyCases(d qca.Data) qca.Data {
	out := d
	out.Cases, out.Values, out.Outcome = nil, nil, nil
	for i := range 40 {
		n := i % len(d.Cases)
		row := slices.Clone(d.Values[n])
		for j := range row {
			row[j] = math.Abs(row[j] - 0.013*float64(i/len(d.Cases)))
		}
		out.Cases = append(out.Cases, fmt.Sprintf("%s %d", d.Cases[n], 1990+i))
		out.Values, out.Outcome = append(out.Values, row), append(out.Outcome, d.Outcome[n])
	}
	return out
}

// Every picture of every kind of data keeps what read checks, and shows every name.
func TestPictures(t *testing.T) {
	crisp, fuzzy := lipset(t, "crisp"), lipset(t, "fuzzy")
	several := lipset(t, "crisp")
	several.Levels = []int{3, 2, 2, 2, 2}
	for i, n := range several.Cases {
		if slices.Contains([]string{"BE", "FR", "NL", "SE", "UK"}, n) {
			several.Values[i][0] = 2
		}
	}
	one, err := crisp.Only("DEV")
	if err != nil {
		t.Fatal(err)
	}
	for name, d := range map[string]qca.Data{"crisp": crisp, "fuzzy": fuzzy, "hostile crisp": hostile(crisp), "hostile fuzzy": hostile(fuzzy), "several levels": several, "forty": fortyCases(fuzzy), "hostile forty": hostile(fortyCases(fuzzy)), "one condition": one} {
		t.Run(name, func(t *testing.T) {
			tt := table(t, d, qca.Cutoffs{Consistency: 0.75, Contradiction: 0.6})
			clean := func(names []string) []string {
				var out []string
				for _, n := range names {
					out = append(out, strings.NewReplacer("\x00", "", "\x1b", "").Replace(n))
				}
				return out
			}
			cases, conditions, outcome := clean(d.Cases), clean(d.Conditions), d.OutcomeName
			var inRows []string
			for _, r := range tt.Rows {
				inRows = append(inRows, clean(r.Cases)...)
			}

			svg, err := XY(d.Conditions[0], outcome, points(d))
			if err != nil {
				t.Fatal(err)
			}
			p := read(t, "XY", svg)
			p.holds(t, "XY", append(cases, conditions[0], outcome)...)

			svg, err = Matrix(tt)
			if err != nil {
				t.Fatal(err)
			}
			read(t, "Matrix", svg).holds(t, "Matrix", append(append(inRows, conditions...), outcome)...)

			par := solutions(t, tt, qca.Parsimonious, nil)[0]
			for _, s := range slices.Concat(solutions(t, tt, qca.Conservative, nil), solutions(t, tt, qca.Intermediate, make([][]int, len(d.Conditions))), []qca.Solution{par}) {
				svg, err = Chart(tt, s, 0, par)
				if err != nil {
					t.Fatal(err)
				}
				var in []string
				for _, f := range s.Models[0].Fit.Terms {
					in = append(in, clean(f.Cases)...)
				}
				read(t, "Chart", svg).holds(t, "Chart", append(append(in, conditions...), outcome)...)
			}

			ranges, err := qca.Analysis{Data: d, Cutoffs: tt.Cutoffs}.CutoffRanges(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			svg, err = Ranges(ranges)
			if err != nil {
				t.Fatal(err)
			}
			read(t, "Ranges", svg).holds(t, "Ranges", "Consistency cut-off: 0.75", "Contradiction cut-off: 0.6")

			if d.Levels != nil && slices.Max(d.Levels) > 2 {
				for picture, f := range map[string]func(qca.Table) (string, error){"Venn": Venn, "UpSet": UpSet} {
					if _, err := f(tt); err == nil || !strings.Contains(err.Error(), `"DEV" has 3 levels`) || !strings.Contains(err.Error(), "matrix") {
						t.Errorf("%s of several levels: %v", picture, err)
					}
				}
				return
			}
			svg, err = Venn(tt)
			if err != nil {
				t.Fatal(err)
			}
			read(t, "Venn", svg).holds(t, "Venn", append(append(inRows, conditions...), outcome)...)
			svg, err = UpSet(tt)
			if err != nil {
				t.Fatal(err)
			}
			read(t, "UpSet", svg).holds(t, "UpSet", append(append(inRows, conditions...), outcome)...)
			again, _ := UpSet(tt)
			if svg != again {
				t.Error("the same table gives another picture")
			}
		})
	}
}

// Dots at one place are one, the larger the more cases; what speaks against is hollow.
func TestXYDots(t *testing.T) {
	svg, err := XY("COAL*~VIOL", "SUCCESS", []Point{{"Armenia", 0.9, 1}, {"Romania", 0.9, 1}, {"Lebanon", 0.8, 0.2}})
	if err != nil {
		t.Fatal(err)
	}
	p := read(t, "XY", svg)
	p.holds(t, "XY", "Armenia, Romania", "deviant in consistency")
	if p.marks["circle"] != 2 || strings.Count(svg, `fill="#fff" stroke="#000" stroke-width="2"`) != 1 {
		t.Error("not one dot for each place, or the deviant case is not hollow")
	}
	if !strings.Contains(p.description, "1 of them are more in than out") {
		t.Error(p.description)
	}
	// Consistency is (0.9+0.9+0.2)/2.6, coverage the same over 2.2.
	p.holds(t, "XY", "consistency 0.769, coverage 0.909")
	for _, bad := range [][]Point{{{"x", 1.2, 0}}, {{"x", math.NaN(), 0}}, {}} {
		if _, err := XY("A", "Y", bad); err == nil {
			t.Errorf("%v: no error", bad)
		}
	}
}

// Names keep clear of the diagonal and of the lines at 0.5.
func TestXYLines(t *testing.T) {
	var c canvas
	f := newFrame(&c, "A", "Y", "a line") // as XY does
	diagonal := segment{f.x(0), f.y(0), f.x(1), f.y(1)}
	svg, err := XY("A", "Y", points(lipset(t, "fuzzy")))
	if err != nil {
		t.Fatal(err)
	}
	p := read(t, "XY", svg)
	for i, b := range p.boxes {
		if len(p.texts[i]) <= 12 && b.within(f.in) && diagonal.crosses(b) {
			t.Errorf("%q lies on the diagonal", p.texts[i])
		}
	}
}

// The core as Fiss (2011) has it: what a parsimonious term that contains the term has as well.
func TestCore(t *testing.T) {
	term := func(values ...int) qca.Implicant { return qca.Implicant{Values: values, Expr: fmt.Sprint(values)} }
	model := func(terms ...int) qca.Model {
		m := qca.Model{Terms: terms}
		m.Fit.Terms = make([]qca.TermFit, len(terms))
		return m
	}
	inter := qca.Solution{Kind: qca.Intermediate, Outcome: "Y", PrimeImplicants: []qca.Implicant{term(1, 0, -1), term(-1, 1, 2)}, Models: []qca.Model{model(0, 1)}}
	par := qca.Solution{Kind: qca.Parsimonious, Outcome: "Y", PrimeImplicants: []qca.Implicant{term(1, -1, -1), term(-1, 0, -1), term(-1, -1, 2), term(0, 1, -1)},
		Models: []qca.Model{model(0, 2), model(0, 1, 2), model(0, 3)}}
	for _, test := range []struct {
		from *qca.Pair
		want string
	}{
		{&qca.Pair{Conservative: 1, Parsimonious: 1}, "[[true false false] [false false true]]"},
		{&qca.Pair{Conservative: 1, Parsimonious: 2}, "[[true true false] [false false true]]"},
		{&qca.Pair{Conservative: 1, Parsimonious: 3}, "[[true false false] [false false false]]"}, // ~A*B does not contain B*C{2}
		{nil, "[[true false false] [false false false]]"},
	} {
		s := inter
		s.From = test.from
		got, err := Core(s, 0, par)
		if err != nil || fmt.Sprint(got) != test.want {
			t.Errorf("from %v: %v, %v; want %s", test.from, got, err, test.want)
		}
	}
	if got, err := Core(par, 0, par); err != nil || fmt.Sprint(got) != "[[true false false] [false false true]]" {
		t.Errorf("parsimonious: %v, %v", got, err)
	}
	for what, err := range map[string]error{
		"model 8":      second(Core(inter, 7, par)),
		"give the":     second(Core(inter, 0, inter)),
		"list more":    second(Core(qca.Solution{Kind: qca.Intermediate, Outcome: "Y", Models: inter.Models, From: &qca.Pair{Conservative: 1, Parsimonious: 9}}, 0, par)),
		"no model":     second(Core(inter, 0, qca.Solution{Kind: qca.Parsimonious, Outcome: "Y"})),
		"same truth t": second(Core(inter, 0, qca.Solution{Kind: qca.Parsimonious, Outcome: "Z"})),
	} {
		if err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

// Terms with the same core stand together under one number.
func TestChartGroups(t *testing.T) {
	tt := table(t, lipset(t, "fuzzy"), qca.Cutoffs{})
	term := func(values ...int) qca.Implicant { return qca.Implicant{Values: values, Expr: fmt.Sprint(values)} }
	s := qca.Solution{Kind: qca.Conservative, Outcome: "SURV", PrimeImplicants: []qca.Implicant{term(1, 1, -1, -1, -1), term(-1, -1, 1, 1, -1), term(1, 0, 1, -1, -1)}}
	m := qca.Model{Terms: []int{0, 1, 2}, Expr: "x"}
	m.Fit.Terms = make([]qca.TermFit, 3)
	s.Models = []qca.Model{m}
	par := qca.Solution{Kind: qca.Parsimonious, Outcome: "SURV", PrimeImplicants: []qca.Implicant{term(1, -1, -1, -1, -1), term(-1, -1, -1, 1, -1)}, Models: []qca.Model{{Terms: []int{0, 1}}}}
	svg, err := Chart(tt, s, 0, par)
	if err != nil {
		t.Fatal(err)
	}
	p := read(t, "Chart", svg)
	if i := slices.Index(p.texts, "1a"); i < 0 || p.texts[i+1] != "1b" || p.texts[i+2] != "2" {
		t.Errorf("columns: %q", p.texts)
	}
	if !strings.Contains(p.description, "Term 1b: [1 0 1 -1 -1]; core: DEV.") {
		t.Error(p.description)
	}
}

// All 2^k regions of every diagram exist, are in one piece, and those of the drawing are where they are computed.
func TestVennRegions(t *testing.T) {
	for k := 1; k <= MostVenn; k++ {
		const n = 600
		shapes := ellipses(k)
		at := make([][]int, n)
		for i := range n {
			at[i] = make([]int, n)
			for j := range n {
				x, y := 2.2*float64(j)/(n-1)-1.1, 2.2*float64(i)/(n-1)-1.1
				for s, e := range shapes {
					if e.distance(x, y) < 0 {
						at[i][j] |= 1 << s
					}
				}
			}
		}
		// Pieces of one code, by filling.
		pieces, area := map[int]int{}, map[int]int{}
		seen := make([][]bool, n)
		for i := range seen {
			seen[i] = make([]bool, n)
		}
		for i := range n {
			for j := range n {
				if seen[i][j] {
					continue
				}
				code, size := at[i][j], 0
				todo := [][2]int{{i, j}}
				seen[i][j] = true
				for len(todo) > 0 {
					p := todo[len(todo)-1]
					todo = todo[:len(todo)-1]
					size++
					for _, d := range [][2]int{{0, 1}, {1, 0}, {0, -1}, {-1, 0}} {
						a, b := p[0]+d[0], p[1]+d[1]
						if a >= 0 && b >= 0 && a < n && b < n && !seen[a][b] && at[a][b] == code {
							seen[a][b] = true
							todo = append(todo, [2]int{a, b})
						}
					}
				}
				if size > 8 { // less is a corner that the steps cut
					pieces[code]++
				}
				area[code] += size
			}
		}
		for code := range 1 << k {
			if pieces[code] != 1 {
				t.Errorf("%d sets: region %0*b has %d pieces and %d of %d places", k, k, code, pieces[code], area[code], n*n)
			}
		}
		if len(area) != 1<<k {
			t.Errorf("%d sets have %d regions", k, len(area))
		}
		if got := len(regions(scaled(shapes, 220), box{-250, -250, 250, 250}, nil)); got != 1<<k {
			t.Errorf("%d sets: %d places for names", k, got)
		}
	}
}

func scaled(es []ellipse, by float64) []ellipse {
	out := slices.Clone(es)
	for i := range out {
		out[i] = ellipse{out[i].x * by, out[i].y * by, out[i].a * by, out[i].b * by, out[i].turn}
	}
	return out
}

func TestVennTooMany(t *testing.T) {
	d := qca.Data{Cases: []string{"a"}, Conditions: []string{"A", "B", "C", "D", "E", "F"}, Values: [][]float64{{1, 1, 1, 0, 1, 0}}, Outcome: []float64{1}, OutcomeName: "Y"}
	tt := table(t, d, qca.Cutoffs{})
	if _, err := Venn(tt); err == nil || !strings.Contains(err.Error(), "UpSet") {
		t.Error(err)
	}
	if _, err := UpSet(tt); err != nil {
		t.Error(err)
	}
	none := table(t, qca.Data{Cases: []string{"a"}, Conditions: []string{"A"}, Values: [][]float64{{0.5}}, Outcome: []float64{1}, OutcomeName: "Y"}, qca.Cutoffs{})
	for name, f := range map[string]func(qca.Table) (string, error){"Matrix": Matrix, "Venn": Venn, "UpSet": UpSet} {
		if _, err := f(none); err == nil || !strings.Contains(err.Error(), `"a" in A`) {
			t.Errorf("%s without rows: %v", name, err)
		}
	}
}

// An end that was not found is an arrow; ends that were are dots, hollow when they are outside.
func TestRangesEnds(t *testing.T) {
	open := qca.Edge{At: 0, Limit: true}
	svg, err := Ranges([]qca.Range{
		{Choice: "consistency", Value: 0.8, Low: qca.Edge{At: 0.75}, High: qca.Edge{At: 0.9, Included: true}},
		{Choice: "PRI", Value: 0.5, Low: open, High: qca.Edge{At: 1, Included: true, Limit: true}},
		{Choice: "<DEV>", Anchor: "crossover", Value: 550, Low: qca.Edge{At: 549, Included: true}, High: qca.Edge{At: 600, Included: true}, Step: 5},
	})
	if err != nil {
		t.Fatal(err)
	}
	p := read(t, "Ranges", svg)
	p.holds(t, "Ranges", "crossover of <DEV>: 550", "same solution above 0.75 up to 0.9", "same solution from 0 to 1, all that was tried", "same solution from 549 up to 600", "50", "1050")
	if got := strings.Count(svg, `r="5.0" fill="#fff"`); got != 1 {
		t.Errorf("%d hollow ends", got)
	}
	if got := strings.Count(svg, `v14z`); got != 2 {
		t.Errorf("%d arrows", got)
	}
	for _, bad := range [][]qca.Range{nil, {{Choice: "PRI", Value: math.NaN()}}} {
		if _, err := Ranges(bad); err == nil {
			t.Errorf("%v: no error", bad)
		}
	}
}

func TestCalibration(t *testing.T) {
	a := qca.Anchors{Exclusion: 400, Crossover: 550, Inclusion: 900}
	var cases []Point
	for i, raw := range []float64{320, 400, 550, 590, 720, 1100, 1100} {
		y, err := qca.Fuzzy(raw, a)
		if err != nil {
			t.Fatal(err)
		}
		cases = append(cases, Point{fmt.Sprintf("Case <%d>", i), raw, y})
	}
	k := Calibrated{Raw: "GNP & more", Set: "تونس", Cases: cases, Anchors: []Anchor{{"fully in", 900}, {"fully out", 400}, {"crossover", 550}},
		Membership: func(x float64) (float64, error) { return qca.Fuzzy(x, a) }}
	svg, err := Calibration(k)
	if err != nil {
		t.Fatal(err)
	}
	p := read(t, "Calibration", svg)
	p.holds(t, "Calibration", "Case <0>", "Case <6>", "GNP & more", "تونس", "a fully out 400", "b crossover 550", "c fully in 900")
	if !strings.Contains(p.description, "Exactly at 0.5: 1.") || p.marks["circle"] != 6 {
		t.Errorf("%s %v", p.description, p.marks)
	}
	// Ranks give memberships to cases only; levels have steps; one value has no spread.
	for name, k := range map[string]Calibrated{
		"cases only": {Raw: "x", Set: "Y", Cases: cases},
		"levels":     {Raw: "x", Set: "Y", Highest: 2, Cases: []Point{{"a", 1, 0}, {"b", 5, 2}}, Anchors: []Anchor{{"threshold 1", 2}, {"threshold 2", 4}}, Membership: func(x float64) (float64, error) { l, err := qca.Level(x, []float64{2, 4}); return float64(l), err }},
		"one value":  {Raw: "x", Set: "Y", Cases: []Point{{"a", 3, 1}}},
		"small":      {Raw: "x", Set: "Y", Cases: []Point{{"a", 0.00031, 1}, {"b", 0.00032, 0}}},
		"large":      {Raw: "x", Set: "Y", Cases: []Point{{"a", 3.1e9, 1}, {"b", -2e9, 0}}},
	} {
		svg, err := Calibration(k)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		read(t, name, svg).holds(t, name, k.Cases[0].Case)
	}
	for what, bad := range map[string]Calibrated{
		"at least one": {},
		"raw value":    {Cases: []Point{{"a", math.NaN(), 0}}},
		"outside":      {Cases: []Point{{"a", 0, 2}}},
		"no value":     {Cases: cases, Anchors: []Anchor{{"x", math.Inf(1)}}},
		"refused":      {Cases: cases, Membership: func(float64) (float64, error) { return 0, errors.New("refused") }},
	} {
		if _, err := Calibration(bad); err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// Broken lines lose nothing and are no wider than asked.
func TestWrap(t *testing.T) {
	for _, s := range []string{"", "a", "COAL*~VIOL + PRESS*BROAD", "การมีส่วนร่วมของพลเมือง", "one verylongwordthatmustbebroken two", "إصلاح قضائي شامل"} {
		for _, most := range []float64{20, 60, 200} {
			l := wrap(s, small, most)
			if bare(strings.Join(l, "")) != bare(s) {
				t.Errorf("%q at %v: %q", s, most, l)
			}
			for _, line := range l {
				if width(line, small) > most {
					t.Errorf("%q is wider than %v", line, most)
				}
			}
		}
	}
}

func ExampleXY() {
	svg, err := XY("COAL", "SUCCESS", []Point{{"Armenia", 0.8, 1}, {"Lebanon", 0.2, 0.1}})
	fmt.Println(err, strings.Count(svg, "<circle"))
	// Output: <nil> 2
}

// Rounding up from below zero gives a zero with a minus, which is nobody's label.
func TestRoundHasNoMinusZero(t *testing.T) {
	for _, v := range round(-17960, 520960) {
		if v == 0 && math.Signbit(v) {
			t.Error("0 is written as -0")
		}
	}
}
