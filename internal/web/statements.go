package web

import (
	"slices"
	"strings"

	"throughline/internal/study"
	"throughline/internal/thread"
)

// statementsPage lists what the study says and what it compares, each with the way into its thread.
type statementsPage struct {
	Groups []statementGroup
}

// statementGroup is the statements of a kind.
type statementGroup struct {
	ID    string
	Title string
	About string
	Lines []statementLine
	Open  int // so many of them do not stand
}

type statementLine struct {
	Label string
	Href  string
	State string
}

func (statementsPage) template() string { return "statements" }

func (s *Server) statements() section {
	return section{
		Routes: []Route{{Pattern: "GET /s/{study}/statements", Policy: Of(study.Browse), Nav: "Statements", Handle: showStatements}},
		Pages:  []page{statementsPage{}},
	}
}

// groups are the kinds of the page, from what readers act on down to what it was made of.
var statementGroups = []struct {
	kind         thread.Kind
	title, about string
}{
	{thread.Recommendation, "Recommendations", "What each audience should do."},
	{thread.Lesson, "Lessons", "Statements across cases, with their scope and confidence."},
	{thread.Answer, "Answers", "To the core questions and the learning question."},
	{thread.Finding, "Findings", "What analyses and comparisons show."},
	{thread.Analysis, "Analyses", "Runs over the scores, frozen with their results."},
	{thread.Takeaway, "Takeaways", "What led to success or failure in one case."},
	{thread.Case, "Cases", "What was selected."},
	{thread.Score, "Scores", "Each case on each condition."},
}

func showStatements(v *visit) error {
	g, err := v.store().Whole(v.Ctx, v.Study)
	if err != nil {
		return err
	}
	var p statementsPage
	for _, k := range statementGroups {
		x := statementGroup{ID: string(k.kind), Title: k.title, About: k.about}
		for _, n := range g.Nodes {
			if n.Kind != k.kind || !v.sees(n) {
				continue
			}
			x.Lines = append(x.Lines, statementLine{n.Label, v.page(n.ID), n.State()})
			if s := n.State(); s != "" && s != thread.Standing {
				x.Open++
			}
		}
		slices.SortFunc(x.Lines, func(a, b statementLine) int { return strings.Compare(a.Label+a.Href, b.Label+b.Href) })
		p.Groups = append(p.Groups, x)
	}
	return v.render("Statements", p)
}
