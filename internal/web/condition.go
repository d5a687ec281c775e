package web

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

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
}

func (conditionPage) template() string { return "condition" }

// calibrationView is a calibration in words, as a table, and for numbers as a curve.
type calibrationView struct {
	Method  string // in words
	Reason  string
	Anchors []calibrationRow
	Points  []calibrationPoint // scores of the cases
	Plot    *plotView          // nil: words, which have no curve
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
	Here       bool // it is the score of the page
}

// plotView is a drawing of membership over the raw value.
type plotView struct {
	Desc   string
	Curve  string // points of a line
	Ticks  []plotTick
	Dots   []plotDot
	Half   int // where membership is 0.5
	Width  int
	Height int
	Left   int
	Bottom int
	Top    int
	Right  int
}

type plotTick struct {
	Text string
	X    int
}

type plotDot struct {
	X, Y int
	Here bool
}

func (s *Server) conditionRoom() section {
	return section{
		Routes: []Route{
			{Pattern: "GET /s/{study}/condition/{id}", Policy: On(study.Read, thread.Condition), Handle: showCondition},
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
	return v.render(c.Name, p)
}

func methodWords(method string) string {
	switch method {
	case "crisp":
		return "A threshold: from it on a case is in, below it out."
	case "direct":
		return "A curve through three anchors: fully out (0.05), neither in nor out (0.5), fully in (0.95)."
	case "words":
		return "Each word is worth a membership."
	}
	return ""
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
	out := calibrationView{Method: methodWords(k.Method), Reason: k.Reason}
	switch k.Method {
	case "crisp":
		out.Anchors = []calibrationRow{{"below " + number(k.Threshold), "0", "out"}, {number(k.Threshold) + " and above", "1", "in"}}
	case "direct":
		out.Anchors = []calibrationRow{{number(k.Out), "0.05", "fully out"}, {number(k.Crossover), "0.5", "neither in nor out"}, {number(k.In), "0.95", "fully in"}}
	case "words":
		for _, w := range k.Words {
			note := "more in than out"
			switch {
			case w.Value == 0:
				note = "fully out"
			case w.Value == 1:
				note = "fully in"
			case w.Value < 0.5:
				note = "more out than in"
			}
			out.Anchors = append(out.Anchors, calibrationRow{w.Word, number(w.Value), note})
		}
	}
	type dot struct {
		raw  float64
		m    float64
		here bool
	}
	var dots []dot
	for _, at := range column.Points {
		if names[at.Case] == "" {
			continue
		}
		out.Points = append(out.Points, calibrationPoint{Case: link{names[at.Case], v.page(at.Case)}, Raw: at.Raw, Score: v.page(synthesis.ScoreID(at.Case, c.ID)), Membership: worthWords(at), Here: at.Case == here})
		if at.Err == nil && !math.IsNaN(at.Number) {
			dots = append(dots, dot{at.Number, at.Value, at.Case == here})
		}
	}
	slices.SortStableFunc(out.Points, func(a, b calibrationPoint) int {
		return cmp.Or(strings.Compare(b.Membership, a.Membership), strings.Compare(a.Case.Text, b.Case.Text))
	})
	if k.Method != "crisp" && k.Method != "direct" {
		return out
	}
	lo, hi := min(k.Out, k.In), max(k.Out, k.In)
	if k.Method == "crisp" {
		lo, hi = k.Threshold-1, k.Threshold+1
	}
	for _, d := range dots {
		lo, hi = min(lo, d.raw), max(hi, d.raw)
	}
	pad := (hi - lo) * 0.08
	lo, hi = lo-pad, hi+pad
	if !(hi > lo) {
		return out
	}
	p := &plotView{Width: 480, Height: 220, Left: 44, Right: 468, Top: 14, Bottom: 186}
	x := func(raw float64) int { return p.Left + int((raw-lo)/(hi-lo)*float64(p.Right-p.Left)) }
	y := func(m float64) int { return p.Bottom - int(m*float64(p.Bottom-p.Top)) }
	p.Half = y(0.5)
	var line []string
	for i := 0; i <= 96; i++ {
		raw := lo + (hi-lo)*float64(i)/96
		m, err := c.At(raw)
		if err != nil {
			return out // a calibration that cannot be used has no curve; the table says so
		}
		line = append(line, fmt.Sprintf("%d,%d", x(raw), y(m)))
	}
	p.Curve = strings.Join(line, " ")
	ticks := []float64{k.Out, k.Crossover, k.In}
	if k.Method == "crisp" {
		ticks = []float64{k.Threshold}
	}
	for _, t := range ticks {
		p.Ticks = append(p.Ticks, plotTick{number(t), x(t)})
	}
	for _, d := range dots {
		p.Dots = append(p.Dots, plotDot{x(d.raw), y(d.m), d.here})
	}
	p.Desc = fmt.Sprintf("Membership from 0 to 1 over the observed value from %s to %s, with %s. The tables beside it say the same.", two(lo), two(hi), plural(len(dots), "case"))
	out.Plot = p
	return out
}

// number writes a number as short as it can be.
func number(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }

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
		return form{Submit: "Save the condition", Cancel: cancel, Fields: []field{
			{Name: "name", Label: "Name", Value: c.Name, Required: true},
			{Name: "letter", Label: "Short name", Help: "In solutions, in capitals, such as COAL.", Value: c.Letter, Required: true},
			{Name: "define", Label: "What full membership means", Kind: areaField, Value: c.Define, Required: true},
			{Name: "calibration.method", Label: "How a value becomes a membership", Kind: selectField, Value: k.Method, Required: true,
				Options: []option{{"crisp", "by a threshold (crisp)"}, {"direct", "by three anchors (direct)"}, {"words", "by words"}}},
			{Name: "calibration.reason", Label: "Why so", Kind: areaField, Value: k.Reason, Required: true},
			{Name: "calibration.threshold", Label: "Threshold", Help: "Only by a threshold: from this number on a case is in.", Value: only("crisp", k.Threshold)},
			{Name: "calibration.out", Label: "Fully out", Help: "Only by three anchors.", Value: only("direct", k.Out)},
			{Name: "calibration.crossover", Label: "Neither in nor out", Help: "Only by three anchors; between the other two.", Value: only("direct", k.Crossover)},
			{Name: "calibration.in", Label: "Fully in", Help: "Only by three anchors.", Value: only("direct", k.In)},
			// Its name is the beginning of calibration.words.value and its like, so that what is wrong with a word is told beside it.
			{Name: "calibration", Label: "Words", Help: "Only by words: one on each line with its membership, such as weak = 0.33. None is worth 0.5, which says neither in nor out.", Kind: areaField, Value: strings.Join(words, "\n")},
		}}
	}
}

func readCondition(f form, c synthesis.Condition, ps *fault.Problems) synthesis.Condition {
	c.Name, c.Letter, c.Define = f.text("name"), f.text("letter"), f.text("define")
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
	case "direct":
		k.Out, k.Crossover, k.In = real("calibration.out"), real("calibration.crossover"), real("calibration.in")
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
