package synthesis

import (
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
}

// Calibration turns a raw value into a set membership between 0 and 1.
type Calibration struct {
	Method    string   `json:"method"`              // crisp, direct, words
	Reason    string   `json:"reason"`              // why these anchors
	Threshold float64  `json:"threshold,omitempty"` // crisp: raw values from here on are in
	Out       float64  `json:"out,omitempty"`       // direct: full non-membership
	Crossover float64  `json:"crossover,omitempty"` // direct: neither in nor out
	In        float64  `json:"in,omitempty"`        // direct: full membership
	Words     []Anchor `json:"words,omitempty"`     // words: what each word is worth
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
	ps.OneOf("calibration.method", k.Method, "crisp", "direct", "words")
	ps.Require("calibration.reason", k.Reason)
	if k.Method == "direct" && !(k.Out < k.Crossover && k.Crossover < k.In || k.Out > k.Crossover && k.Crossover > k.In) {
		ps.Add("calibration.crossover", "must lie between out (%g) and in (%g)", k.Out, k.In)
	}
	if k.Method == "words" {
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
	return ps.Err()
}

// Column is where the cases of a study stand on a condition. They are calibrated together, because some calibrations look
// at the values of all cases and not at one alone.
type Column struct {
	Condition Condition
	Points    []Point // one for each scored case, in the order of their ids
}

// Point is where one case stands.
type Point struct {
	Case   thread.ID
	Raw    string  // as the score gives it
	Number float64 // the raw value; not a number where it is a word
	Value  float64 // set membership, 0 to 1
	Err    error   // why there is no value; nil: there is one
}

// Column calibrates the scores on the condition: by the crisp threshold, the logistic direct method over three anchors
// (Ragin 2008, chapter 5), or what the calibration says a word is worth. Scores are all of the study; those on other
// conditions are passed over.
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
	return out
}

// Point is where a case stands, and whether it was scored.
func (k Column) Point(c thread.ID) (Point, bool) {
	i, ok := slices.BinarySearchFunc(k.Points, c, func(p Point, c thread.ID) int { return strings.Compare(string(p.Case), string(c)) })
	if !ok {
		return Point{}, false
	}
	return k.Points[i], true
}

// Fits tells whether a raw value can be calibrated at all: it is a number, or a word of the calibration.
func (c Condition) Fits(raw string) error {
	_, _, err := c.read(raw)
	return err
}

// read gives a raw value as a number, or not a number for a word, and what it is worth.
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
	m, err = c.At(x)
	return x, m, err
}

// At is what a number is worth by a calibration that looks at one value alone: the curve, or the step, that pictures show.
func (c Condition) At(x float64) (float64, error) {
	k := c.Calibration
	var m float64
	var err error
	switch k.Method {
	case "crisp":
		m, err = qca.Crisp(x, k.Threshold)
	case "direct":
		m, err = qca.Fuzzy(x, qca.Anchors{Exclusion: k.Out, Crossover: k.Crossover, Inclusion: k.In})
	default:
		return 0, fault.New(fault.Invalid, "The calibration of %s gives no number a membership by itself.", c.ID)
	}
	if err != nil {
		return 0, fault.Wrap(fault.Invalid, err, "The calibration of %s cannot be used: %s.", c.ID, err)
	}
	return m, nil
}
