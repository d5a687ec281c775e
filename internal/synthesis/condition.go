package synthesis

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"throughline/analysis/qca"
	"throughline/internal/fault"
	"throughline/internal/thread"
)

// Condition is what cases are compared by; one of them is the outcome.
type Condition struct {
	ID          thread.ID   `json:"id"`                // "cond-…"
	Letter      string      `json:"letter"`            // short name in solutions, upper case: "COAL"
	Name        string      `json:"name"`              // as read on pages
	Outcome     bool        `json:"outcome,omitempty"` // it is what is to be explained
	Define      string      `json:"define"`            // what full membership in the set means
	Calibration Calibration `json:"calibration"`       // how a raw value becomes a set membership
	Measure     string      `json:"measure,omitempty"` // measure of the coalition that is shown beside the raw value, such as decentralised
}

// Calibration turns raw values into set memberships between 0 and 1, or into levels. How each method computes is told in
// docs/methods/calibration.md.
type Calibration struct {
	Method     string    `json:"method"`               // crisp, levels (multi-value), direct, bell (direct with six anchors), indirect, tfr (totally fuzzy and relative), words
	Reason     string    `json:"reason"`               // why these anchors
	Threshold  float64   `json:"threshold,omitempty"`  // crisp: raw values from here on are in
	Thresholds []float64 `json:"thresholds,omitempty"` // rising; levels: 2 to 9, a raw value has the level of as many as it reaches, from 0; indirect: they part the cases into rough groups
	Out        float64   `json:"out,omitempty"`        // direct: full non-membership
	Crossover  float64   `json:"crossover,omitempty"`  // direct: neither in nor out
	In         float64   `json:"in,omitempty"`         // direct: full membership
	Low        *Anchors  `json:"low,omitempty"`        // bell: side of the lower raw values
	High       *Anchors  `json:"high,omitempty"`       // bell: side of the higher raw values, which falls when the lower one rises
	Words      []Anchor  `json:"words,omitempty"`      // words: what each word is worth
}

// CalibrationMethods are the methods of calibration.
var CalibrationMethods = []string{"crisp", "levels", "direct", "bell", "indirect", "tfr", "words"}

// maxLevels keeps a level one digit, as it stands in the configurations of a result.
const maxLevels = 10

// Levels is how many levels a condition has: two for a set, which a case is in or out of, and more when it is multi-value.
func (k Calibration) Levels() int {
	if k.Method == "levels" {
		return len(k.Thresholds) + 1
	}
	return 2
}

// Multi tells whether the calibration gives levels and not memberships.
func (k Calibration) Multi() bool { return k.Method == "levels" }

// Relative tells whether what a raw value is worth depends on those of the other cases too.
func (k Calibration) Relative() bool { return k.Method == "indirect" || k.Method == "tfr" }

// Mark is a threshold or an anchor of a calibration, with its name.
type Mark struct {
	Name string
	At   float64 // in the raw value's own unit
}

// Marks are the thresholds or anchors of a calibration; none where the values alone decide, or words.
func (k Calibration) Marks() []Mark {
	side := func(a Anchors, of string) []Mark {
		return []Mark{{"fully out" + of, a.Out}, {"neither in nor out" + of, a.Crossover}, {"fully in" + of, a.In}}
	}
	switch {
	case k.Method == "crisp":
		return []Mark{{"threshold", k.Threshold}}
	case k.Method == "levels" || k.Method == "indirect":
		var out []Mark
		for i, t := range k.Thresholds {
			out = append(out, Mark{fmt.Sprintf("threshold %d", i+1), t})
		}
		return out
	case k.Method == "direct":
		return side(Anchors{k.Out, k.Crossover, k.In}, "")
	case k.Method == "bell" && k.Low != nil && k.High != nil:
		return append(side(*k.Low, " on the low side"), side(*k.High, " on the high side")...)
	}
	return nil
}

// with is the calibration with its Marks elsewhere.
func (k Calibration) with(at []float64) Calibration {
	switch k.Method {
	case "crisp":
		k.Threshold = at[0]
	case "levels", "indirect":
		k.Thresholds = at
	case "direct":
		k.Out, k.Crossover, k.In = at[0], at[1], at[2]
	case "bell":
		k.Low, k.High = &Anchors{at[0], at[1], at[2]}, &Anchors{at[3], at[4], at[5]}
	}
	return k
}

// Anchors are the three anchors of one side of a bell, in the raw value's own unit.
type Anchors struct {
	Out       float64 `json:"out"`       // full non-membership
	Crossover float64 `json:"crossover"` // neither in nor out
	In        float64 `json:"in"`        // full membership
}

func (a Anchors) qca() qca.Anchors {
	return qca.Anchors{Exclusion: a.Out, Crossover: a.Crossover, Inclusion: a.In}
}

// Anchor is what a word is worth.
type Anchor struct {
	Word  string  `json:"word"`  // as scores give it
	Value float64 `json:"value"` // between 0 and 1, never 0.5
}

func (c Condition) Ref() thread.ID       { return c.ID }
func (c Condition) Label() string        { return c.Name }
func (c Condition) Place() thread.Place  { return thread.Place{} }
func (c Condition) Links() []thread.Link { return nil }

func (c Condition) Valid() error {
	var ps fault.Problems
	thread.CheckID(&ps, "id", c.ID, thread.Condition)
	ps.Require("letter", c.Letter)
	if strings.ToUpper(c.Letter) != c.Letter || strings.ContainsAny(c.Letter, "*+~ ") {
		ps.Add("letter", "is %q; expected upper-case letters without spaces, * + or ~", c.Letter)
	}
	ps.Require("name", c.Name)
	ps.Require("define", c.Define)
	k := c.Calibration
	ps.Require("calibration.method", k.Method)
	ps.OneOf("calibration.method", k.Method, CalibrationMethods...)
	ps.Require("calibration.reason", k.Reason)
	k.valid(&ps)
	return ps.Err()
}

// valid notes what is wrong with the numbers and words of the method.
func (k Calibration) valid(ps *fault.Problems) {
	if len(k.Thresholds) > 0 && k.Method != "levels" && k.Method != "indirect" {
		ps.Add("calibration.thresholds", "belong to the methods levels and indirect; take them out, or choose one of these (crisp has one threshold)")
	}
	if k.Method != "bell" {
		for _, side := range []struct {
			name string
			*Anchors
		}{{"low", k.Low}, {"high", k.High}} {
			if side.Anchors != nil {
				ps.Add("calibration."+side.name, "belongs to the method bell; take it out, or choose that")
			}
		}
	}
	switch k.Method {
	case "crisp":
		if _, err := qca.Crisp(0, k.Threshold); err != nil {
			ps.Add("calibration.threshold", "%s", err)
		}
	case "levels":
		if n := len(k.Thresholds); n < 2 || n > maxLevels-1 {
			ps.Add("calibration.thresholds", "are %d; expected from 2 to %d (one threshold makes a crisp condition, and a level has one digit)", n, maxLevels-1)
			return
		}
		if _, err := qca.Level(0, k.Thresholds); err != nil {
			ps.Add("calibration.thresholds", "%s", err)
		}
	case "indirect":
		if _, err := qca.Level(0, k.Thresholds); err != nil {
			ps.Add("calibration.thresholds", "%s", err)
		}
	case "direct":
		if !(k.Out < k.Crossover && k.Crossover < k.In || k.Out > k.Crossover && k.Crossover > k.In) {
			ps.Add("calibration.crossover", "must lie between out (%g) and in (%g)", k.Out, k.In)
		}
	case "bell":
		sound := true
		for _, side := range []struct {
			name string
			*Anchors
		}{{"low", k.Low}, {"high", k.High}} {
			if side.Anchors == nil {
				ps.Add("calibration."+side.name, "must not be empty; expected the anchors out, crossover and in of this side")
				sound = false
			} else if err := side.qca().Valid(); err != nil {
				ps.Add("calibration."+side.name+".crossover", "%s", err)
				sound = false
			}
		}
		if sound {
			if err := k.bell().Valid(); err != nil {
				ps.Add("calibration.high.crossover", "%s", err)
			}
		}
	case "words":
		if len(k.Words) < 2 {
			ps.Add("calibration.words", "needs at least two words")
		}
		for _, w := range k.Words {
			ps.Require("calibration.words.word", w.Word)
			if w.Value < 0 || w.Value > 1 || w.Value == 0.5 {
				ps.Add("calibration.words.value", "%q is worth %g; expected a number from 0 to 1 that is not 0.5, which says neither in nor out", w.Word, w.Value)
			}
		}
	}
}

func (k Calibration) bell() qca.Bell {
	var b qca.Bell
	if k.Low != nil {
		b.Low = k.Low.qca()
	}
	if k.High != nil {
		b.High = k.High.qca()
	}
	return b
}

// Column is where the cases of a study stand on a condition. They are calibrated together, because some calibrations look
// at the values of all cases and not at one alone.
type Column struct {
	Condition Condition
	Points    []Point // one for each scored case, in the order of their ids
	Err       error   // why the cases cannot be calibrated together; every point has it then
}

// Point is where one case stands.
type Point struct {
	Case   thread.ID
	Raw    string  // as the score gives it
	Number float64 // the raw value; not a number where it is a word
	Value  float64 // set membership, 0 to 1; of a multi-value condition the level, from 0
	Err    error   // why there is no value; nil: there is one
}

// Column calibrates the scores on the condition. Scores are all of the study; those on other conditions are passed over.
func (c Condition) Column(scores []Score) Column {
	out := Column{Condition: c}
	for _, s := range scores {
		if s.Condition != c.ID {
			continue
		}
		p := Point{Case: s.Case, Raw: s.Raw}
		p.Number, p.Value, p.Err = c.read(s.Raw)
		out.Points = append(out.Points, p)
	}
	slices.SortFunc(out.Points, func(a, b Point) int { return strings.Compare(string(a.Case), string(b.Case)) })
	if c.Calibration.Relative() {
		out.together()
	}
	return out
}

// together calibrates what depends on all cases. One value that does not fit leaves every case without a membership:
// with another set of cases they would all have others.
func (k *Column) together() {
	if len(k.Points) == 0 {
		return
	}
	var raw []float64
	for _, p := range k.Points {
		if p.Err != nil {
			k.Err = fault.New(fault.Invalid, "The calibration of %s looks at all cases, and not every score fits it. Correct the scores that do not.", k.Condition.ID)
		}
		raw = append(raw, p.Number)
	}
	var values []float64
	if k.Err == nil {
		var err error
		if k.Condition.Calibration.Method == "tfr" {
			values, err = qca.TotallyFuzzy(raw)
		} else {
			values, err = qca.Indirect(raw, k.Condition.Calibration.Thresholds)
		}
		if err != nil {
			k.Err = fault.Wrap(fault.Invalid, err, "The cases cannot be calibrated together on %s yet: %s. Score more cases, or choose another method.", k.Condition.ID, err)
		}
	}
	for i := range k.Points {
		switch p := &k.Points[i]; {
		case k.Err == nil:
			p.Value = values[i]
		case p.Err == nil:
			p.Err = k.Err
		}
	}
}

// Point is where a case stands, and whether it was scored.
func (k Column) Point(c thread.ID) (Point, bool) {
	i, ok := slices.BinarySearchFunc(k.Points, c, func(p Point, c thread.ID) int { return strings.Compare(string(p.Case), string(c)) })
	if !ok {
		return Point{}, false
	}
	return k.Points[i], true
}

// Numbers are the raw values that are numbers.
func (k Column) Numbers() []float64 {
	var out []float64
	for _, p := range k.Points {
		if !math.IsNaN(p.Number) {
			out = append(out, p.Number)
		}
	}
	return out
}

// Warnings says in plain words what to look at before the condition is used; name gives the words for a case.
func (k Column) Warnings(name func(thread.ID) string) []string {
	var values []float64
	var levels []int
	var names []string
	for _, p := range k.Points {
		if p.Err == nil {
			values, levels, names = append(values, p.Value), append(levels, int(p.Value)), append(names, name(p.Case))
		}
	}
	if len(values) == 0 {
		return nil
	}
	if k.Condition.Calibration.Multi() {
		return qca.LevelWarnings(levels, k.Condition.Calibration.Levels())
	}
	s, err := qca.NewSpread(values)
	if err != nil {
		return nil // memberships that the calibration gave are from 0 to 1
	}
	return s.Warnings(names)
}

// Fits tells whether a raw value can be calibrated at all: it is a number that the method can take, or a word of the
// calibration. Whether all cases can be calibrated together is another matter: see Column.
func (c Condition) Fits(raw string) error {
	_, _, err := c.read(raw)
	return err
}

// read gives a raw value as a number, or not a number for a word, and what it is worth by itself.
func (c Condition) read(raw string) (x, m float64, err error) {
	k := c.Calibration
	raw = strings.TrimSpace(raw)
	if k.Method == "words" {
		var known []string
		for _, w := range k.Words {
			if strings.EqualFold(w.Word, raw) {
				return math.NaN(), w.Value, nil
			}
			known = append(known, w.Word)
		}
		return math.NaN(), 0, fault.New(fault.Invalid, "%q is not a word of the calibration of %s; expected one of: %s", raw, c.ID, strings.Join(known, ", "))
	}
	x, err = strconv.ParseFloat(raw, 64)
	if err != nil || math.IsInf(x, 0) || math.IsNaN(x) {
		return math.NaN(), 0, fault.New(fault.Invalid, "%q is not a number, which the calibration of %s needs", raw, c.ID)
	}
	if k.Method == "indirect" && x <= 0 {
		return x, 0, fault.New(fault.Invalid, "%q is not above zero, which the indirect calibration of %s needs: its curve takes logarithms", raw, c.ID)
	}
	if k.Relative() {
		return x, 0, nil
	}
	m, err = c.At(x)
	return x, m, err
}

// At is what a number is worth by a calibration that looks at one value alone: the step, the levels or the curve that a
// picture shows.
func (c Condition) At(x float64) (float64, error) {
	k := c.Calibration
	var m float64
	var err error
	switch k.Method {
	case "crisp":
		m, err = qca.Crisp(x, k.Threshold)
	case "levels":
		var level int
		level, err = qca.Level(x, k.Thresholds)
		m = float64(level)
	case "direct":
		m, err = qca.Fuzzy(x, Anchors{k.Out, k.Crossover, k.In}.qca())
	case "bell":
		m, err = qca.Curve{}.MembershipIn(x, k.bell())
	default:
		return 0, fault.New(fault.Invalid, "The calibration of %s gives no number a value by itself.", c.ID)
	}
	if err != nil {
		return 0, fault.Wrap(fault.Invalid, err, "The calibration of %s cannot be used: %s.", c.ID, err)
	}
	return m, nil
}
