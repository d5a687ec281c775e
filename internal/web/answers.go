package web

import (
	"throughline/internal/fault"
	"throughline/internal/store"
	"throughline/internal/study"
	"throughline/internal/synthesis"
	"throughline/internal/thread"
)

// learning is what answers to the learning question name as their question.
const learning = "learning"

// answersPage is the answer sheet: the learning question and the core questions, each with its answer.
type answersPage struct {
	Questions []questionView
}

type questionView struct {
	Text     string
	Learning bool
	Code     string // of the learning question
	Answers  []answerLine
	New      string // address of the form; empty: not for this role, or answered
}

type answerLine struct {
	Text  string
	Href  string
	State string
	Rests string // "2 lessons and findings"
}

func (answersPage) template() string { return "answers" }

// answerPage shows one answer and what it rests on.
type answerPage struct {
	Question string
	Text     string
	Standing standing
	For      supports
	Against  supports
}

func (answerPage) template() string { return "answer" }

func (s *Server) answers() section {
	return section{
		Routes: []Route{
			{Pattern: "GET /s/{study}/answers", Policy: Of(study.Browse), Nav: "Answers", Handle: showAnswers},
			{Pattern: "GET /s/{study}/answers/new", Policy: Of(study.Edit), Handle: newAnswer},
			{Pattern: "POST /s/{study}/answers/new", Policy: Of(study.Edit), Handle: newAnswer},
			{Pattern: "GET /s/{study}/answer/{id}", Policy: On(study.Browse, thread.Answer), Handle: showAnswer},
			{Pattern: "GET /s/{study}/answer/{id}/edit", Policy: On(study.Edit, thread.Answer), Handle: editAnswer},
			{Pattern: "POST /s/{study}/answer/{id}/edit", Policy: On(study.Edit, thread.Answer), Handle: editAnswer},
		},
		Pages: []page{answersPage{}, answerPage{}},
	}
}

func showAnswers(v *visit) error {
	items, err := store.All[synthesis.Answer](v.Ctx, v.store(), v.Study, v.own())
	if err != nil {
		return err
	}
	p := answersPage{}
	questions := append([]study.Question{{ID: learning, Text: v.Frame.Question}}, v.Frame.CoreQuestions...)
	for _, q := range questions {
		view := questionView{Text: q.Text, Learning: q.ID == learning}
		if view.Learning {
			view.Code = v.Frame.QuestionCode
		}
		for _, it := range items {
			if a := it.Object; a.Question == q.ID {
				view.Answers = append(view.Answers, answerLine{a.Text, v.page(a.ID), it.Node.State(), plural(len(a.Supports), "statement")})
			}
		}
		if len(view.Answers) == 0 && v.may(study.Edit, "") {
			view.New = v.at("answers", "new") + "?question=" + queryEscape(q.ID)
		}
		p.Questions = append(p.Questions, view)
	}
	return v.render("Answers", p)
}

func showAnswer(v *visit) error {
	a := v.Object.(synthesis.Answer)
	v.crumb("Answers", v.at("answers"))
	p := answerPage{Question: v.questionText(a.Question), Text: a.Text}
	var err error
	if p.Standing, err = v.standing(v.Node, study.Edit); err != nil {
		return err
	}
	if p.For, err = v.evidence(a.Supports, nil); err != nil {
		return err
	}
	if p.Against, err = v.evidence(a.Contradicts, nil); err != nil {
		return err
	}
	return v.render(p.Question, p)
}

func editAnswer(v *visit) error {
	v.crumb("Answers", v.at("answers"))
	return v.answerForm(editing[synthesis.Answer]{Heading: "Edit the answer"})
}

func newAnswer(v *visit) error {
	v.crumb("Answers", v.at("answers"))
	q := v.R.URL.Query().Get("question")
	return v.answerForm(editing[synthesis.Answer]{Heading: "New answer", New: true, Start: synthesis.Answer{Question: q}})
}

func (v *visit) answerForm(e editing[synthesis.Answer]) error {
	lessons, err := choices[synthesis.Lesson](v, "", nil)
	if err != nil {
		return err
	}
	findings, err := choices[synthesis.Finding](v, "", nil)
	if err != nil {
		return err
	}
	offer := append(lessons, findings...)
	e.Intro = "An answer is drawn from lessons and findings, and from nothing else."
	e.Form = func(a synthesis.Answer) form {
		var questions []option
		for _, q := range append([]study.Question{{ID: learning, Text: v.Frame.Question}}, v.Frame.CoreQuestions...) {
			questions = append(questions, option{q.ID, q.Text})
		}
		if a.Question != "" && !e.New {
			questions = keep(questions, a.Question)
		}
		return form{Submit: "Save the answer", Cancel: v.at("answers"), Fields: []field{
			{Name: "question", Label: "Question", Kind: selectField, Value: a.Question, Options: questions, Required: true},
			{Name: "text", Label: "Answer", Kind: areaField, Value: a.Text, Required: true},
			evidenceField("supports", "What it rests on", "", a.Supports, offer),
			evidenceField("contradicts", "What speaks against it", "It travels with the answer.", a.Contradicts, offer),
		}}
	}
	e.Read = func(f form, a synthesis.Answer, ps *fault.Problems) synthesis.Answer {
		a.Question, a.Text, a.Supports, a.Contradicts = f.text("question"), f.text("text"), f.ids("supports"), f.ids("contradicts")
		if !offered(f, "question", a.Question) {
			ps.Add("question", "is none of the questions of the study")
		}
		if e.New {
			a.ID = thread.ID(thread.Answer.Prefix() + a.Question)
		}
		return a
	}
	e.Done = func(a synthesis.Answer) string { return v.page(a.ID) }
	return edit(v, e)
}
