package web

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"throughline/analysis/coalition"
	"throughline/analysis/qca"
	"throughline/analysis/qca/picture"
	"throughline/internal/fault"
	"throughline/internal/store"
	"throughline/internal/study"
	"throughline/internal/synthesis"
	"throughline/internal/thread"
)

// conditionPage shows what cases are compared by, and how a value becomes a membership.
type conditionPage struct {
	Name        string
	Letter      string
	Define      string
	Outcome     bool
	Edit        string
	Thread      string
	Calibration calibrationView
	Whole       bool     // the member sees every case that is scored
	Warnings    []string // of the memberships; for those who see every case
	Gaps        []string // thresholds proposed where the values leave gaps; as the warnings
}

func (conditionPage) template() string { return "condition" }

// calibrationView is a calibration in words, as a table, and for numbers as a curve.
type calibrationView struct {
	Method  string // in words
	Reason  string
	Worth   string // "Membership", or "Level" where it is multi-value
	Anchors []calibrationRow
	Problem string             // why the cases have no membership yet
	Others  bool               // cases that the member may not see count as well
	Points  []calibrationPoint // scores of the cases
	Figures []figureView       // the picture; none: there is no curve or step to draw
}

type calibrationRow struct {
	Raw        string
	Membership string
	Note       string
}

// calibrationPoint is the score of a case.
type calibrationPoint struct {
	Case       link
	Raw        string
	Score      string // address
	Membership string
	Words      string // "more in than out", or of a level the raw values that it stands for
	Here       bool   // it is the score of the page
}

func (s *Server) conditionRoom() section {
	return section{
		Routes: []Route{
			{Pattern: "GET /s/{study}/condition/{id}", Policy: On(study.Read, thread.Condition), Handle: showCondition},
			{Pattern: "GET /s/{study}/condition/{id}/picture", Policy: On(study.Read, thread.Condition), Handle: conditionPicture},
			{Pattern: "GET /s/{study}/condition/{id}/edit", Policy: On(study.Edit, thread.Condition), Handle: editCondition},
			{Pattern: "POST /s/{study}/condition/{id}/edit", Policy: On(study.Edit, thread.Condition), Handle: editCondition},
		},
		Pages: []page{conditionPage{}},
	}
}

func showCondition(v *visit) error {
	c := v.Object.(synthesis.Condition)
	v.crumb("Scores", v.at("scores"))
	names, err := v.caseNames()
	if err != nil {
		return err
	}
	p := conditionPage{Name: c.Name, Letter: c.Letter, Define: c.Define, Outcome: c.Outcome, Thread: v.at("thread", string(c.ID))}
	if v.may(study.Edit, "") {
		p.Edit = v.at("condition", string(c.ID), "edit")
	}
	column, err := v.column(c)
	if err != nil {
		return err
	}
	p.Calibration = v.calibration(column, names, "")
	p.Whole = names.every(column)
	if p.Whole {
		for _, at := range column.Points {
			if at.Err != nil && column.Err == nil {
				p.Warnings = append(p.Warnings, "The score of "+names[at.Case]+" does not fit the calibration. Correct the score, or the calibration.")
			}
		}
		for _, w := range column.Warnings(func(c thread.ID) string { return names[c] }) {
			p.Warnings = append(p.Warnings, sentence(w))
		}
		p.Gaps = gapWords(column)
	}
	return v.render(c.Name, p)
}

// every tells whether the cases are all those of a column: what is told of all is for those alone who may see them all.
func (c caseNames) every(k synthesis.Column) bool {
	return !slices.ContainsFunc(k.Points, func(p synthesis.Point) bool { return c[p.Case] == "" })
}

// sentence makes a sentence of words that begin small and end without a stop.
func sentence(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	if n == 0 {
		return ""
	}
	return string(unicode.ToUpper(r)) + s[n:] + "."
}

// mostGaps is how many thresholds are proposed at once.
const mostGaps = 4

// gapWords proposes one threshold, two, and so on, where the raw values leave the largest gaps.
func gapWords(k synthesis.Column) []string {
	var out []string
	for n := 1; n <= mostGaps; n++ {
		found, err := qca.Gaps(k.Numbers(), n)
		if err != nil {
			break // there are no more different values than that
		}
		for i, x := range found { // the middle of a gap as people write it, not 2.3499999999999996
			if short, err := strconv.ParseFloat(strconv.FormatFloat(x, 'g', 10, 64), 64); err == nil {
				found[i] = short
			}
		}
		out = append(out, plural(n, "threshold")+": "+numbers(found, "; "))
	}
	return out
}

// numbers writes numbers with something between.
func numbers(xs []float64, between string) string {
	var out []string
	for _, x := range xs {
		out = append(out, number(x))
	}
	return strings.Join(out, between)
}

func methodWords(method string) string {
	switch method {
	case "crisp":
		return "A threshold: from it on a case is in, below it out."
	case "levels":
		return "Thresholds part the values into levels: a case has the level of as many thresholds as it reaches."
	case "direct":
		return "A curve through three anchors: fully out (0.05), neither in nor out (0.5), fully in (0.95)."
	case "bell":
		return "A curve through six anchors, three on each side: for a set whose members lie between too little and too much, or at both ends."
	case "indirect":
		return "Thresholds part the cases into rough groups in equal steps from out to in, and a smooth curve fitted through them gives each case its membership. It depends on which cases are scored."
	case "tfr":
		return "The place of a case among all cases (totally fuzzy and relative): the lowest value is 0, the highest 1, and between them counts how many cases lie at or below. It depends on which cases are scored, not on what the values mean."
	case "words":
		return "Each word is worth a membership."
	}
	return ""
}

// setWords says where a membership stands. From 0.95 on a case is called fully in and up to 0.05 fully out, as at the
// anchors of the direct method (Ragin 2008, chapter 5); the hair of width is for what a computed 0.95 may miss.
func setWords(m float64) string {
	const hair = 1e-9
	switch {
	case m >= 0.95-hair:
		return "fully in"
	case m <= 0.05+hair:
		return "fully out"
	case m > 0.5:
		return "more in than out"
	case m < 0.5:
		return "more out than in"
	}
	return "neither in nor out"
}

// levelWords says for which raw values a level stands.
func levelWords(thresholds []float64, level int) string {
	switch n := len(thresholds); {
	case level < 0 || level > n || n == 0:
		return ""
	case level == 0:
		return "below " + number(thresholds[0])
	case level == n:
		return number(thresholds[n-1]) + " and above"
	}
	return number(thresholds[level-1]) + " to below " + number(thresholds[level])
}

// columns are where the cases stand on the conditions. They are computed from the scores of every case, also for a member
// who sees some of them only: who shows a column leaves out the points of the others.
func (v *visit) columns(conditions ...synthesis.Condition) (map[thread.ID]synthesis.Column, error) {
	scores, err := store.All[synthesis.Score](v.Ctx, v.store(), v.Study, store.Filter{})
	if err != nil {
		return nil, err
	}
	out := map[thread.ID]synthesis.Column{}
	for _, c := range conditions {
		out[c.ID] = c.Column(store.Objects(scores))
	}
	return out, nil
}

func (v *visit) column(c synthesis.Condition) (synthesis.Column, error) {
	all, err := v.columns(c)
	return all[c.ID], err
}

// calibration shows a calibration with the scores of the cases that the member may see.
func (v *visit) calibration(column synthesis.Column, names caseNames, here thread.ID) calibrationView {
	c := column.Condition
	k := c.Calibration
	out := calibrationView{Method: methodWords(k.Method), Reason: k.Reason, Worth: "Membership", Others: k.Relative() && !names.every(column)}
	if column.Err != nil {
		out.Problem = fault.Message(column.Err)
	}
	side := func(a *synthesis.Anchors) (rows []calibrationRow) {
		if a != nil {
			rows = []calibrationRow{{number(a.Out), "0.05", "fully out"}, {number(a.Crossover), "0.5", "neither in nor out"}, {number(a.In), "0.95", "fully in"}}
			if a.In < a.Out {
				slices.Reverse(rows)
			}
		}
		return rows
	}
	switch k.Method {
	case "crisp":
		out.Anchors = []calibrationRow{{"below " + number(k.Threshold), "0", "out"}, {number(k.Threshold) + " and above", "1", "in"}}
	case "levels":
		out.Worth = "Level"
		for l := range k.Levels() {
			note := map[int]string{0: "lowest", k.Levels() - 1: "highest"}[l]
			out.Anchors = append(out.Anchors, calibrationRow{levelWords(k.Thresholds, l), strconv.Itoa(l), note})
		}
	case "bell":
		out.Anchors = append(side(k.Low), side(k.High)...)
	case "indirect":
		steps := len(k.Thresholds)
		for g := range steps + 1 {
			if steps == 0 {
				break
			}
			rough := float64(g) / float64(max(steps, 1))
			// A value on a threshold is in the lower group here, and in the higher level there.
			raw := "up to " + number(k.Thresholds[min(g, steps-1)])
			if g > 0 {
				raw = "above " + number(k.Thresholds[g-1])
				if g < steps {
					raw += " to " + number(k.Thresholds[g])
				}
			}
			out.Anchors = append(out.Anchors, calibrationRow{raw, "about " + two(rough), setWords(rough)})
		}
	case "direct":
		out.Anchors = []calibrationRow{{number(k.Out), "0.05", "fully out"}, {number(k.Crossover), "0.5", "neither in nor out"}, {number(k.In), "0.95", "fully in"}}
	case "words":
		for _, w := range k.Words {
			out.Anchors = append(out.Anchors, calibrationRow{w.Word, number(w.Value), setWords(w.Value)})
		}
	}
	worth := map[string]float64{} // of the points, by the address of the case
	for _, at := range column.Points {
		if names[at.Case] == "" {
			continue
		}
		p := calibrationPoint{Case: link{names[at.Case], v.page(at.Case)}, Raw: at.Raw, Score: v.page(synthesis.ScoreID(at.Case, c.ID)), Membership: worthWords(column, at), Here: at.Case == here}
		switch {
		case at.Err == nil && k.Multi():
			p.Words = levelWords(k.Thresholds, int(at.Value))
		case at.Err == nil:
			p.Words = setWords(at.Value)
		}
		out.Points, worth[p.Case.Href] = append(out.Points, p), at.Value
	}
	slices.SortStableFunc(out.Points, func(a, b calibrationPoint) int {
		return cmp.Or(cmp.Compare(worth[b.Case.Href], worth[a.Case.Href]), strings.Compare(a.Case.Text, b.Case.Text))
	})
	if _, ok := calibrated(column, names); ok {
		out.Figures = []figureView{{v.at("condition", string(c.ID), "picture"), "Calibration of " + c.Name + ": the tables beside it say the same", "What was observed, from left to right, and what it is worth, upwards."}}
	}
	return out
}

// calibrated is a calibration as it is drawn, with the cases that the member may see; ok is false where there is nothing to
// draw, because values are words, or no case has one.
func calibrated(column synthesis.Column, names caseNames) (k picture.Calibrated, ok bool) {
	c := column.Condition
	k = picture.Calibrated{Raw: "observed", Set: c.Name, Highest: c.Calibration.Levels() - 1}
	for _, at := range column.Points {
		if names[at.Case] != "" && at.Err == nil && !math.IsNaN(at.Number) {
			k.Cases = append(k.Cases, picture.Point{Case: names[at.Case], X: at.Number, Y: at.Value})
		}
	}
	for _, m := range c.Calibration.Marks() {
		k.Anchors = append(k.Anchors, picture.Anchor{Name: m.Name, At: m.At})
	}
	if !c.Calibration.Relative() {
		k.Membership = c.At
	}
	return k, len(k.Cases) > 0 && c.Calibration.Method != "words"
}

// conditionPicture draws the calibration.
func conditionPicture(v *visit) error {
	names, err := v.caseNames()
	if err != nil {
		return err
	}
	column, err := v.column(v.Object.(synthesis.Condition))
	if err != nil {
		return err
	}
	k, ok := calibrated(column, names)
	if !ok {
		return fault.New(fault.NotFound, "There is no picture of this calibration: it goes by words, or no case has a value yet.")
	}
	svg, err := picture.Calibration(k)
	if err != nil {
		return fault.Wrap(fault.NotFound, err, "This calibration cannot be drawn: %s.", err)
	}
	v.send("image/svg+xml", []byte(svg), "")
	return nil
}

// number writes a number whole, without an exponent.
func number(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }

func editCondition(v *visit) error {
	c := v.Object.(synthesis.Condition)
	v.crumb("Scores", v.at("scores"))
	v.crumb(c.Name, v.page(c.ID))
	return edit(v, editing[synthesis.Condition]{Heading: "Edit the condition", Intro: "A change of the calibration changes every membership on this condition: all that rests on its scores then needs another look.",
		Form: conditionForm(v.page(c.ID)), Read: readCondition, Check: v.scoresFit, Done: func(c synthesis.Condition) string { return v.page(c.ID) }})
}

func conditionForm(cancel string) func(synthesis.Condition) form {
	return func(c synthesis.Condition) form {
		k := c.Calibration
		var words []string
		for _, w := range k.Words {
			words = append(words, w.Word+" = "+number(w.Value))
		}
		only := func(method string, x float64) string {
			if k.Method != method {
				return ""
			}
			return number(x)
		}
		f := form{Submit: "Save the condition", Cancel: cancel, Fields: []field{
			{Name: "name", Label: "Name", Value: c.Name, Required: true},
			{Name: "measure", Label: "Measured by", Help: "A measure of the coalition that is shown beside what coders read, and may be the raw value itself.", Kind: selectField, Value: c.Measure, Options: measureOptions()},
			{Name: "letter", Label: "Short name", Help: "In solutions, in capitals, such as COAL.", Value: c.Letter, Required: true},
			{Name: "define", Label: "What full membership means", Help: "For levels: what each of them means.", Kind: areaField, Value: c.Define, Required: true},
			{Name: "calibration.method", Label: "How a value becomes a membership", Help: "Each way has its own fields below; fill in those of the way you choose. The others are not kept.", Kind: selectField, Value: k.Method, Required: true,
				Options: []option{{"crisp", "by a threshold (crisp)"}, {"levels", "by thresholds into levels (multi-value)"}, {"direct", "by three anchors (direct)"}, {"bell", "by six anchors (direct, for a middle or both ends)"},
					{"indirect", "by rough groups and a curve (indirect)"}, {"tfr", "by the place among the cases (totally fuzzy and relative)"}, {"words", "by words"}}},
			{Name: "calibration.reason", Label: "Why so", Help: "What the thresholds, anchors or words are argued from. It stays with the condition and is published with it.", Kind: areaField, Value: k.Reason, Required: true},
			{Name: "calibration.threshold", Head: "By a threshold", About: methodWords("crisp"), Label: "Threshold", Value: only("crisp", k.Threshold)},
			{Name: "calibration.thresholds", Head: "By thresholds into levels, or by rough groups", About: "Levels: " + methodWords("levels") + " Rough groups: " + methodWords("indirect") + " They need raw values above zero, and more than five different ones.",
				Label: "Thresholds", Help: "One on each line, the lowest first. For levels from two to nine.", Kind: areaField, Value: numbers(k.Thresholds, "\n")},
			{Name: "calibration.out", Head: "By three anchors", About: methodWords("direct") + " They may rise or fall.", Label: "Fully out", Value: only("direct", k.Out)},
			{Name: "calibration.crossover", Label: "Neither in nor out", Help: "Between the other two.", Value: only("direct", k.Crossover)},
			{Name: "calibration.in", Label: "Fully in", Value: only("direct", k.In)},
		}}
		for i, side := range []struct {
			name, label string
			*synthesis.Anchors
		}{{"low", "Lower side", k.Low}, {"high", "Upper side", k.High}} {
			a := side.Anchors
			if a == nil || k.Method != "bell" {
				a = nil
			}
			anchor := func(x func(synthesis.Anchors) float64) string {
				if a == nil {
					return ""
				}
				return number(x(*a))
			}
			first := field{Name: "calibration." + side.name + ".out", Label: side.label + ": fully out", Value: anchor(func(a synthesis.Anchors) float64 { return a.Out })}
			if i == 0 {
				first.Head, first.About = "By six anchors", methodWords("bell")+" For a middle, the lower side rises and the upper side falls; for both ends, the lower side falls and the upper side rises."
			}
			f.Fields = append(f.Fields, first,
				field{Name: "calibration." + side.name + ".crossover", Label: side.label + ": neither in nor out", Value: anchor(func(a synthesis.Anchors) float64 { return a.Crossover })},
				field{Name: "calibration." + side.name + ".in", Label: side.label + ": fully in", Value: anchor(func(a synthesis.Anchors) float64 { return a.In })})
		}
		// Its name is the beginning of calibration.words.value and its like, so that what is wrong with a word is told beside it.
		f.Fields = append(f.Fields, field{Name: "calibration", Head: "By words", About: methodWords("words"), Label: "Words",
			Help: "One on each line with its membership, such as weak = 0.33. None is worth 0.5, which says neither in nor out.", Kind: areaField, Value: strings.Join(words, "\n")})
		return f
	}
}

// measureOptions are the measures that a condition can go with.
func measureOptions() []option {
	out := []option{{"", "nothing"}}
	for _, n := range coalition.Names() {
		out = append(out, option{n, strings.ReplaceAll(n, "-", " ")})
	}
	return out
}

func readCondition(f form, c synthesis.Condition, ps *fault.Problems) synthesis.Condition {
	c.Name, c.Letter, c.Define, c.Measure = f.text("name"), f.text("letter"), f.text("define"), f.text("measure")
	if c.Measure != "" && !slices.Contains(coalition.Names(), c.Measure) {
		ps.Add("measure", "is %q, which is no measure of a coalition", c.Measure)
	}
	k := synthesis.Calibration{Method: f.text("calibration.method"), Reason: f.text("calibration.reason")}
	real := func(name string) float64 {
		x, err := strconv.ParseFloat(f.text(name), 64)
		if err != nil || x-x != 0 { // the difference is no number for infinities and what is no number
			ps.Add(name, "is %q; expected a number such as 2.5", f.text(name))
		}
		return x
	}
	switch k.Method {
	case "crisp":
		k.Threshold = real("calibration.threshold")
	case "levels", "indirect":
		for _, part := range strings.Split(f.text("calibration.thresholds"), "\n") {
			if part = strings.TrimSpace(part); part == "" {
				continue
			}
			x, err := strconv.ParseFloat(part, 64)
			if err != nil || x-x != 0 {
				ps.Add("calibration.thresholds", "%q is no number; expected one number on each line, such as 5.5", part)
				continue
			}
			k.Thresholds = append(k.Thresholds, x)
		}
	case "direct":
		k.Out, k.Crossover, k.In = real("calibration.out"), real("calibration.crossover"), real("calibration.in")
	case "bell":
		side := func(name string) *synthesis.Anchors {
			return &synthesis.Anchors{Out: real("calibration." + name + ".out"), Crossover: real("calibration." + name + ".crossover"), In: real("calibration." + name + ".in")}
		}
		k.Low, k.High = side("low"), side("high")
	case "words":
		for _, l := range strings.Split(f.text("calibration"), "\n") {
			if strings.TrimSpace(l) == "" {
				continue
			}
			i := strings.LastIndex(l, "=")
			if i < 0 {
				ps.Add("calibration", "%q has no membership; expected a line such as weak = 0.33", l)
				continue
			}
			x, err := strconv.ParseFloat(strings.TrimSpace(l[i+1:]), 64)
			if err != nil || x-x != 0 {
				ps.Add("calibration", "%q is no number; expected a line such as weak = 0.33", strings.TrimSpace(l[i+1:]))
			}
			word := strings.TrimSpace(l[:i])
			if slices.ContainsFunc(k.Words, func(a synthesis.Anchor) bool { return strings.EqualFold(a.Word, word) }) {
				ps.Add("calibration", "%q stands there twice", word)
			}
			k.Words = append(k.Words, synthesis.Anchor{Word: word, Value: x})
		}
	}
	c.Calibration = k
	return c
}

// scoresFit refuses a calibration that does not know what was observed in a case.
func (v *visit) scoresFit(tx *store.Tx, c synthesis.Condition) error {
	scores, err := store.All[synthesis.Score](v.Ctx, tx, v.Study, store.Filter{})
	if err != nil {
		return err
	}
	name := "calibration.method"
	if c.Calibration.Method == "words" {
		name = "calibration"
	}
	var ps fault.Problems
	for _, it := range scores {
		if it.Object.Condition != c.ID {
			continue
		}
		if err := c.Fits(it.Object.Raw); err != nil {
			ps.Add(name, "would leave the score of %s without a membership: %s", it.Object.Case, fault.Message(err))
		}
	}
	return ps.Err()
}
