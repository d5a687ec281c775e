package web

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"throughline/internal/fault"
	"throughline/internal/store"
	"throughline/internal/study"
	"throughline/internal/synthesis"
	"throughline/internal/thread"
)

// scoresPage is the matrix of cases and conditions.
type scoresPage struct {
	Columns []scoreColumn
	Rows    []scoreRow
	Others  int // so many cases belong to other teams
	Missing int
	Open    int // scores that do not stand
}

type scoreColumn struct {
	Name    string
	Letter  string
	Href    string
	Outcome bool
}

type scoreRow struct {
	ID    string
	Case  link
	Cells []scoreCell
}

// scoreCell is one score. Without an address there is none yet.
type scoreCell struct {
	Href       string
	Raw        string
	Membership string
	Shade      int    // of the cell, from 1 for out to 4 for in; 0: none
	State      string // empty when it is confirmed
	New        string // address of the form for a missing one
	Label      string // of what is missing
}

func (scoresPage) template() string { return "scores" }

// scorePage shows one score with its evidence.
type scorePage struct {
	Condition     string
	ConditionAt   string
	Define        string
	Outcome       bool
	Case          link
	Raw           string
	Multi         bool // it has a level and no membership
	Membership    string
	Justification string
	AgreedBy      []string
	Standing      standing
	Calibration   calibrationView
	For           supports
	Against       supports
}

func (scorePage) template() string { return "score" }

func (s *Server) scores() section {
	return section{
		Routes: []Route{
			{Pattern: "GET /s/{study}/scores", Policy: Of(study.Read), Nav: "Scores", Handle: showScores},
			{Pattern: "GET /s/{study}/scores/new", Policy: Of(study.Edit), Handle: newScore},
			{Pattern: "POST /s/{study}/scores/new", Policy: Of(study.Edit), Handle: newScore},
			{Pattern: "GET /s/{study}/score/{id}", Policy: On(study.Read, thread.Score), Handle: showScore},
			{Pattern: "GET /s/{study}/score/{id}/edit", Policy: On(study.Edit, thread.Score), Handle: editScore},
			{Pattern: "POST /s/{study}/score/{id}/edit", Policy: On(study.Edit, thread.Score), Handle: editScore},
		},
		Pages: []page{scoresPage{}, scorePage{}},
	}
}

// conditions are the conditions of the study by name, the outcome last.
func (v *visit) conditions() ([]synthesis.Condition, error) {
	items, err := store.All[synthesis.Condition](v.Ctx, v.store(), v.Study, store.Filter{})
	if err != nil {
		return nil, err
	}
	out := store.Objects(items)
	slices.SortStableFunc(out, func(a, b synthesis.Condition) int {
		if a.Outcome != b.Outcome {
			if a.Outcome {
				return 1
			}
			return -1
		}
		return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(string(a.ID), string(b.ID)))
	})
	return out, nil
}

// worthWords is what a case is worth on a condition: its set membership, its level, or that there is none.
func worthWords(k synthesis.Column, p synthesis.Point) string {
	switch {
	case p.Err == nil && k.Condition.Calibration.Multi():
		return fmt.Sprintf("level %d", int(p.Value))
	case p.Err == nil:
		return two(p.Value)
	case errors.Is(p.Err, k.Err):
		return "none yet"
	}
	return "not in the calibration"
}

// two writes a number with two decimals at most.
func two(x float64) string {
	s := strconv.FormatFloat(x, 'f', 2, 64)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

func showScores(v *visit) error {
	conditions, err := v.conditions()
	if err != nil {
		return err
	}
	names, err := v.caseNames()
	if err != nil {
		return err
	}
	var all []thread.ID
	for id := range names {
		all = append(all, id)
	}
	slices.Sort(all)
	p, err := v.matrix(conditions, all, names)
	if err != nil {
		return err
	}
	return v.render("Scores", p)
}

// matrix shows the scores of cases on conditions, of those cases that the member may see.
func (v *visit) matrix(conditions []synthesis.Condition, ids []thread.ID, names caseNames) (scoresPage, error) {
	p := scoresPage{}
	scores, err := store.All[synthesis.Score](v.Ctx, v.store(), v.Study, v.own())
	if err != nil {
		return p, err
	}
	byID := map[thread.ID]store.Item[synthesis.Score]{}
	for _, it := range scores {
		byID[it.Node.ID] = it
	}
	columns, err := v.columns(conditions...)
	if err != nil {
		return p, err
	}
	for _, c := range conditions {
		p.Columns = append(p.Columns, scoreColumn{c.Name, c.Letter, v.page(c.ID), c.Outcome})
	}
	for _, id := range ids {
		if names[id] == "" {
			p.Others++
			continue
		}
		row := scoreRow{ID: string(id), Case: link{names[id], v.page(id)}}
		for _, cond := range conditions {
			cell := scoreCell{Label: cond.Name + " in " + names[id]}
			if s, ok := byID[synthesis.ScoreID(id, cond.ID)]; ok {
				at, _ := columns[cond.ID].Point(id)
				cell.Href, cell.Raw, cell.Membership = v.page(s.Node.ID), s.Object.Raw, worthWords(columns[cond.ID], at)
				if at.Err == nil {
					cell.Shade = 1 + int(at.Value/float64(cond.Calibration.Levels()-1)*3.999)
				}
				if st := s.Node.State(); st != thread.Standing {
					cell.State = st
					p.Open++
				}
			} else {
				p.Missing++
				if v.may(study.Edit, id) {
					cell.New = v.at("scores", "new") + "?case=" + queryEscape(string(id)) + "&condition=" + queryEscape(string(cond.ID))
				}
			}
			row.Cells = append(row.Cells, cell)
		}
		p.Rows = append(p.Rows, row)
	}
	return p, nil
}

func showScore(v *visit) error {
	s := v.Object.(synthesis.Score)
	cond, err := store.Get[synthesis.Condition](v.Ctx, v.store(), v.Study, s.Condition)
	if err != nil {
		return err
	}
	names, err := v.caseNames()
	if err != nil {
		return err
	}
	v.crumb("Scores", v.at("scores"))
	c := cond.Object
	column, err := v.column(c)
	if err != nil {
		return err
	}
	at, _ := column.Point(s.Case)
	p := scorePage{Condition: c.Name, ConditionAt: v.page(c.ID), Define: c.Define, Outcome: c.Outcome, Case: link{names[s.Case], v.page(s.Case)}, Raw: s.Raw,
		Multi: c.Calibration.Multi(), Membership: worthWords(column, at), Justification: s.Justification, AgreedBy: s.AgreedBy}
	if p.Standing, err = v.standing(v.Node, study.Edit); err != nil {
		return err
	}
	p.Calibration = v.calibration(column, names, s.Case)
	if p.For, err = v.evidence(s.Supports, nil); err != nil {
		return err
	}
	if p.Against, err = v.evidence(s.Contradicts, nil); err != nil {
		return err
	}
	return v.render(c.Name+" in "+p.Case.Text, p)
}

func editScore(v *visit) error {
	s := v.Object.(synthesis.Score)
	v.crumb("Scores", v.at("scores"))
	v.crumb(v.Node.Label, v.page(v.Node.ID))
	return v.scoreForm(editing[synthesis.Score]{Heading: "Edit the score"}, s.Case, s.Condition)
}

// newScore scores a cell that is empty: ?case=…&condition=….
func newScore(v *visit) error {
	v.crumb("Scores", v.at("scores"))
	q := v.R.URL.Query()
	c, cond := thread.ID(q.Get("case")), thread.ID(q.Get("condition"))
	gone := fault.New(fault.NotFound, "There is no such cell. Choose an empty one in the table of scores.")
	it, err := store.Find(v.Ctx, v.store(), v.Study, c)
	if fault.Of(err) == fault.NotFound || err == nil && (it.Node.Kind != thread.Case || !v.may(study.Edit, c)) {
		return gone
	}
	if err != nil {
		return err
	}
	return v.scoreForm(editing[synthesis.Score]{Heading: "New score", New: true, Start: synthesis.Score{Case: c, Condition: cond}}, c, cond)
}

func (v *visit) scoreForm(e editing[synthesis.Score], c, condition thread.ID) error {
	cond, err := store.Get[synthesis.Condition](v.Ctx, v.store(), v.Study, condition)
	if err != nil {
		return err
	}
	names, err := v.caseNames()
	if err != nil {
		return err
	}
	passages, err := v.passageChoices(c)
	if err != nil {
		return err
	}
	k := cond.Object.Calibration
	measured, err := v.measuredFor(c, cond.Object)
	if err != nil {
		return err
	}
	e.Heading += ": " + cond.Object.Name + " in " + names[c]
	e.Intro = cond.Object.Define
	e.Form = func(s synthesis.Score) form {
		raw := field{Name: "raw", Label: "What was observed", Help: strings.TrimSpace(calibrationHelp(k) + " " + measured), Value: s.Raw, Required: true}
		if k.Method == "words" {
			raw.Kind, raw.Options = selectField, []option{{"", "choose"}}
			for _, w := range k.Words {
				raw.Options = append(raw.Options, option{w.Word, fmt.Sprintf("%s (membership %s)", w.Word, two(w.Value))})
			}
			if !slices.ContainsFunc(raw.Options, func(o option) bool { return o.Value == s.Raw }) {
				raw.Options = append(raw.Options, option{s.Raw, s.Raw + " (not in the calibration)"})
			}
		}
		cancel := v.at("scores")
		if !e.New {
			cancel = v.page(s.Ref())
		}
		return form{Submit: "Save the score", Cancel: cancel, Fields: []field{raw,
			{Name: "justification", Label: "Why", Kind: areaField, Value: s.Justification, Required: true},
			evidenceField("supports", "Passages for it", "Passages of this case that say so.", s.Supports, passages),
			evidenceField("contradicts", "Passages against it", "They travel with the score.", s.Contradicts, passages),
			{Name: "agreed_by", Label: "Agreed by", Help: "Names to sign in with of those who agreed on it, one on each line.", Kind: idsField, Values: slices.Clone(s.AgreedBy)},
		}}
	}
	e.Read = func(f form, s synthesis.Score, ps *fault.Problems) synthesis.Score {
		s.Raw, s.Justification, s.Supports, s.Contradicts, s.AgreedBy = f.text("raw"), f.text("justification"), f.ids("supports"), f.ids("contradicts"), f.list("agreed_by")
		if s.Raw != "" {
			if err := cond.Object.Fits(s.Raw); err != nil {
				ps.Add("raw", "%s", fault.Message(err))
			}
		}
		return s
	}
	e.Done = func(s synthesis.Score) string { return v.page(s.Ref()) }
	return edit(v, e)
}

func calibrationHelp(k synthesis.Calibration) string {
	switch k.Method {
	case "crisp":
		return fmt.Sprintf("A number; from %s on the case is in the set.", two(k.Threshold))
	case "levels":
		return fmt.Sprintf("A number; the level rises by one at each of %s.", numbers(k.Thresholds, "; "))
	case "direct":
		return fmt.Sprintf("A number: %s is fully out, %s neither in nor out, %s fully in.", two(k.Out), two(k.Crossover), two(k.In))
	case "bell":
		return "A number; six anchors of the condition say how far it is in the set."
	case "indirect":
		return "A number above zero; it counts together with those of the other cases."
	case "tfr":
		return "A number; it counts by its place among those of the other cases."
	}
	return "A word of the calibration."
}
