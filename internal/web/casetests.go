package web

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"throughline/analysis/process"
	drawn "throughline/analysis/process/picture"
	"throughline/internal/cases"
	"throughline/internal/fault"
	"throughline/internal/store"
	"throughline/internal/study"
	"throughline/internal/thread"
)

// testsPage lists the hypotheses of a case with how they stand.
type testsPage struct {
	Name       string
	Case       string
	Hypotheses []hypothesisLine
	New        string
}

type hypothesisLine struct{ Title, Href, Text, Words, State, Tests string }

// hypothesisPage shows a hypothesis, its tests, and what they come to.
type hypothesisPage struct {
	Title, Text string
	Case        link
	Rivals      []link
	Words       string
	Standing    standing
	Tests       []testLine
	Square      *figureView
	Weights     *weightsView
	NoWeights   string // why nothing is weighed
	Add         string // address of the form for a new test
}

type testLine struct {
	Number                             int
	Trace, Kind, Certainty, Uniqueness string
	Search, Result, Reading, Words     string
	Rivals, Caution, Written, Seen     string
	Counts                             bool
	For, Against                       supports
	Edit                               string
}

type weightsView struct {
	Rows       []weightRow
	Posteriors []posteriorRow
	Figures    []figureView
}

type weightRow struct {
	Test, Rival, Best, Range, Words string
	Counts                          bool
}

type posteriorRow struct{ Title, Prior, Best, Range string }

func (testsPage) template() string      { return "tests" }
func (hypothesisPage) template() string { return "hypothesis" }

func (s *Server) caseTests() section {
	edit := On(study.EditCase, thread.Hypothesis)
	return section{
		Routes: []Route{
			{Pattern: "GET /s/{study}/case/{id}/tests", Policy: On(study.Read, thread.Case), Handle: showTests},
			{Pattern: "GET /s/{study}/case/{id}/hypothesis/new", Policy: On(study.EditCase, thread.Case), Handle: newHypothesis},
			{Pattern: "POST /s/{study}/case/{id}/hypothesis/new", Policy: On(study.EditCase, thread.Case), Handle: newHypothesis},
			{Pattern: "GET /s/{study}/hypothesis/{id}", Policy: On(study.Read, thread.Hypothesis), Handle: showHypothesis},
			{Pattern: "GET /s/{study}/hypothesis/{id}/picture/{file}", Policy: On(study.Read, thread.Hypothesis), Handle: hypothesisPicture},
			{Pattern: "GET /s/{study}/hypothesis/{id}/edit", Policy: edit, Handle: editHypothesis},
			{Pattern: "POST /s/{study}/hypothesis/{id}/edit", Policy: edit, Handle: editHypothesis},
			{Pattern: "GET /s/{study}/hypothesis/{id}/test/{test}", Policy: edit, Handle: editTest},
			{Pattern: "POST /s/{study}/hypothesis/{id}/test/{test}", Policy: edit, Handle: editTest},
		},
		Pages: []page{testsPage{}, hypothesisPage{}},
	}
}

func showTests(v *visit) error {
	c := v.Object.(cases.Case)
	v.crumb("Universe of cases", v.at("universe"))
	v.crumb(c.Name, v.page(c.ID))
	p := testsPage{Name: c.Name, Case: v.page(c.ID)}
	if v.may(study.EditCase, c.ID) {
		p.New = v.at("case", string(c.ID), "hypothesis", "new")
	}
	all, err := store.All[cases.Hypothesis](v.Ctx, v.store(), v.Study, store.Filter{Case: c.ID})
	if err != nil {
		return err
	}
	for _, it := range all {
		sum, tests, err := it.Object.Judged()
		if err != nil {
			return fault.Wrap(fault.Invalid, err, "The tests of %s cannot be judged: %s.", it.Object.ID, err)
		}
		p.Hypotheses = append(p.Hypotheses, hypothesisLine{it.Object.Title, v.page(it.Object.ID), it.Object.Text, sum.Words, string(it.Node.State()), plural(len(tests), "test")})
	}
	return v.render("Hypotheses: "+c.Name, p)
}

// rivals are the rival hypotheses of one, those that name it among them.
func (v *visit) rivals(h cases.Hypothesis) ([]cases.Hypothesis, error) {
	all, err := store.All[cases.Hypothesis](v.Ctx, v.store(), v.Study, store.Filter{Case: h.Case})
	if err != nil {
		return nil, err
	}
	var out []cases.Hypothesis
	for _, it := range all {
		if o := it.Object; o.ID != h.ID && (slices.Contains(h.Rivals, o.ID) || slices.Contains(o.Rivals, h.ID)) {
			out = append(out, o)
		}
	}
	return out, nil
}

func showHypothesis(v *visit) error {
	h := v.Object.(cases.Hypothesis)
	names, err := v.caseNames()
	if err != nil {
		return err
	}
	v.crumb(names[h.Case], v.page(h.Case))
	v.crumb("Hypotheses", v.at("case", string(h.Case), "tests"))
	p := hypothesisPage{Title: h.Title, Text: h.Text, Case: link{names[h.Case], v.page(h.Case)}}
	if p.Standing, err = v.standing(v.Node, study.EditCase); err != nil {
		return err
	}
	rivals, err := v.rivals(h)
	if err != nil {
		return err
	}
	title := map[string]string{string(h.ID): h.Title}
	for _, r := range rivals {
		p.Rivals = append(p.Rivals, link{r.Title, v.page(r.ID)})
		title[string(r.ID)] = r.Title
	}
	sum, _, err := h.Judged()
	if err != nil {
		return fault.Wrap(fault.Invalid, err, "The tests cannot be judged: %s.", err)
	}
	p.Words = sum.Words
	mayEdit := v.may(study.EditCase, h.Case)
	if mayEdit {
		p.Add = v.at("hypothesis", string(h.ID), "test", "new")
	}
	number := map[string]int{}
	for i, r := range sum.Readings {
		t := h.Tests[i]
		number[t.ID] = i + 1
		l := testLine{Number: i + 1, Trace: t.Trace, Kind: string(r.Kind), Certainty: t.Certainty, Uniqueness: t.Uniqueness, Search: t.Search, Reading: t.Reading, Words: r.Words, Rivals: r.Rivals, Caution: r.Caution, Counts: r.Counts,
			Result: map[string]string{"": "not looked for yet", "found": "found", "absent": "absent", "not-searched": "not searched", "not-observable": "not observable"}[t.Result], Written: stamp(t.Written, t.By), Seen: stamp(t.Seen, t.SeenBy)}
		if l.For, err = v.evidence(t.Supports, nil); err != nil {
			return err
		}
		if l.Against, err = v.evidence(t.Contradicts, nil); err != nil {
			return err
		}
		if mayEdit {
			l.Edit = v.at("hypothesis", string(h.ID), "test", t.ID)
		}
		p.Tests = append(p.Tests, l)
	}
	if len(h.Tests) > 0 {
		p.Square = &figureView{v.at("hypothesis", string(h.ID), "picture", "square.svg"), "The tests by how certain and how unique their traces are; the list below says the same in words.", ""}
	}
	w, why := h.Weighed(rivals)
	if p.NoWeights = why; why == "" {
		view := &weightsView{}
		for _, r := range rivals {
			id := string(r.ID)
			for _, x := range w.Weights[id] {
				view.Rows = append(view.Rows, weightRow{fmt.Sprintf("%d", number[x.ID]), r.Title, fmt.Sprintf("%.1f dB", x.Best), fmt.Sprintf("%.1f to %.1f", x.Low, x.High), x.Words, x.Counts})
			}
			s := w.Sum[id]
			view.Rows = append(view.Rows, weightRow{"together", r.Title, fmt.Sprintf("%.1f dB", s.Best), fmt.Sprintf("%.1f to %.1f", s.Low, s.High), s.Words, true})
			view.Figures = append(view.Figures, figureView{v.at("hypothesis", string(h.ID), "picture", "against-"+id+".svg"), "Weights of evidence against the rival “" + r.Title + "”; the table says the same in numbers.", "Against: " + r.Title})
		}
		for _, x := range w.Posteriors {
			view.Posteriors = append(view.Posteriors, posteriorRow{title[x.Hypothesis], fmt.Sprintf("%.2f", x.Prior), fmt.Sprintf("%.3f", x.Best), fmt.Sprintf("%.3f to %.3f", x.Low, x.High)})
		}
		p.Weights = view
	}
	return v.render(h.Title, p)
}

// stamp is when something was written down, and by whom.
func stamp(at, by string) string {
	t, err := time.Parse(time.RFC3339Nano, at)
	if err != nil {
		return ""
	}
	s := t.UTC().Format("2 January 2006, 15:04 UTC")
	if by != "" {
		s += ", by " + by
	}
	return s
}

func hypothesisPicture(v *visit) error {
	h := v.Object.(cases.Hypothesis)
	name := strings.TrimSuffix(v.R.PathValue("file"), ".svg")
	gone := fault.New(fault.NotFound, "There is no such picture of the hypothesis.")
	if name == "square" {
		_, tests, err := h.Judged()
		if err != nil {
			return err
		}
		v.send("image/svg+xml", []byte(drawn.Square(tests, "Tests: "+h.Title)), "")
		return nil
	}
	rival, ok := strings.CutPrefix(name, "against-")
	rivals, err := v.rivals(h)
	if err != nil {
		return err
	}
	w, why := h.Weighed(rivals)
	if _, has := w.Sum[rival]; !ok || why != "" || !has {
		return gone
	}
	names := map[string]string{}
	for _, t := range h.Tests {
		names[t.ID] = t.Trace
	}
	v.send("image/svg+xml", []byte(drawn.Decibels(w.Weights[rival], w.Sum[rival], names, "Weights of evidence: "+h.Title)), "")
	return nil
}

func newHypothesis(v *visit) error {
	c := v.Object.(cases.Case)
	return v.hypothesisForm(editing[cases.Hypothesis]{Heading: "New hypothesis", New: true, Start: cases.Hypothesis{Case: c.ID}}, c.ID)
}

func editHypothesis(v *visit) error {
	return v.hypothesisForm(editing[cases.Hypothesis]{Heading: "Edit the hypothesis"}, v.Object.(cases.Hypothesis).Case)
}

func (v *visit) hypothesisForm(e editing[cases.Hypothesis], c thread.ID) error {
	back := v.at("case", string(c), "tests")
	v.crumb("Hypotheses", back)
	all, err := store.All[cases.Hypothesis](v.Ctx, v.store(), v.Study, store.Filter{Case: c})
	if err != nil {
		return err
	}
	var rivals []option
	for _, it := range all {
		if e.New || it.Object.ID != v.Node.ID {
			rivals = append(rivals, option{string(it.Object.ID), it.Object.Title})
		}
	}
	e.Intro = "How something came about, step by step. Name its rivals: what else could explain the same."
	e.Form = func(h cases.Hypothesis) form {
		f := form{Submit: "Save the hypothesis", Cancel: back}
		prior := ""
		if h.Prior != 0 {
			prior = strconv.FormatFloat(h.Prior, 'g', -1, 64)
		}
		if e.New {
			f.Fields = append(f.Fields, idField(thread.Hypothesis, "title"))
		}
		f.Fields = append(f.Fields,
			field{Name: "title", Label: "Title", Value: h.Title, Required: true},
			field{Name: "text", Label: "The mechanism", Kind: areaField, Value: h.Text, Required: true, Help: "What led to what, step by step."})
		if len(rivals) > 0 {
			f.Fields = append(f.Fields, field{Name: "rivals", Label: "Rivals", Kind: checksField, Values: idText(h.Rivals), Options: rivals, Help: "Hypotheses that cannot be true at the same time."})
		}
		f.Fields = append(f.Fields, field{Name: "prior", Head: "Weights of evidence", About: "Only for those who want numbers beside the words. They are shown with their ranges and with all that they were made from.", Label: "Probability before any test", Value: prior, Help: "Between 0 and 1; those of all rivals sum to 1. Empty: nothing is weighed."})
		return f
	}
	e.Read = func(f form, h cases.Hypothesis, ps *fault.Problems) cases.Hypothesis {
		if e.New {
			h.ID = madeID(thread.Hypothesis, f.text("id"), f.text("title"))
		}
		h.Title, h.Text, h.Rivals, h.Prior = f.text("title"), f.text("text"), f.ids("rivals"), f.real(ps, "prior")
		return h
	}
	e.Check = func(tx *store.Tx, h cases.Hypothesis) error {
		return exist(tx, v, map[string][]thread.ID{"rivals": h.Rivals}, c)
	}
	e.Done = func(h cases.Hypothesis) string { return v.page(h.ID) }
	return edit(v, e)
}

// editTest edits one test of a hypothesis, or writes a new one. The program keeps when the expectation was written down, and
// when the result was: an expectation that changes after its result is written anew.
func editTest(v *visit) error {
	h := v.Object.(cases.Hypothesis)
	id := v.R.PathValue("test")
	at := slices.IndexFunc(h.Tests, func(t cases.Test) bool { return t.ID == id })
	if at < 0 && id != "new" {
		return fault.New(fault.NotFound, "There is no such test of this hypothesis.")
	}
	passages, err := v.passageChoices(h.Case)
	if err != nil {
		return err
	}
	rivals, err := v.rivals(h)
	if err != nil {
		return err
	}
	v.crumb(h.Title, v.page(h.ID))
	number := func(x float64) string {
		if x == 0 {
			return ""
		}
		return strconv.FormatFloat(x, 'g', -1, 64)
	}
	among := append([]cases.Hypothesis{h}, rivals...)
	e := editing[cases.Hypothesis]{Heading: "A test", Intro: "Write down what should be seen if the hypothesis is true, before you look. When it was written is kept."}
	e.Form = func(h cases.Hypothesis) form {
		var t cases.Test
		if i := slices.IndexFunc(h.Tests, func(t cases.Test) bool { return t.ID == id }); i >= 0 {
			t = h.Tests[i]
		}
		f := form{Submit: "Save the test", Cancel: v.page(h.ID), Fields: []field{
			{Name: "trace", Head: "The expectation", Label: "What should be seen", Kind: areaField, Value: t.Trace, Required: true},
			{Name: "certainty", Label: "If the hypothesis is true, it is there", Kind: selectField, Value: t.Certainty, Options: []option{{"high", "almost certainly (high)"}, {"middling", "perhaps (middling)"}, {"low", "seldom (low)"}}, Required: true, Help: "High and not unique: a hoop test. Its absence all but eliminates."},
			{Name: "uniqueness", Label: "If a rival is true, it would be", Kind: selectField, Value: t.Uniqueness, Options: []option{{"low", "quite likely too (low uniqueness)"}, {"middling", "less likely (middling)"}, {"high", "very surprising (high uniqueness)"}}, Required: true, Help: "High and not certain: a smoking gun. Finding it confirms."},
			{Name: "search", Label: "Where and how it is looked for", Kind: areaField, Value: t.Search},
			{Name: "result", Head: "The result", Label: "Result", Kind: selectField, Value: t.Result, Options: []option{{"", "not looked for yet"}, {"found", "found"}, {"absent", "looked for, and absent"}, {"not-searched", "nobody will look"}, {"not-observable", "could not be seen if it were there"}}},
			{Name: "reading", Label: "What was seen", Kind: areaField, Value: t.Reading, Help: "Needed when it was found or is absent."},
			{Name: "power", Label: "If it is there, the search finds it with probability", Value: number(t.Power), Help: "Between 0 and 1. Absence is evidence only as far as a search would have found it."},
			{Name: "origin", Label: "Where the evidence comes from in the end", Value: t.Origin, Help: "Such as the name of an agency. Tests of one origin count once."},
			evidenceField("supports", "Passages that show it", "Passages of this case.", t.Supports, passages),
			evidenceField("contradicts", "Passages against it", "They travel with the hypothesis.", t.Contradicts, passages)}}
		for i, o := range among {
			x := field{Name: fmt.Sprintf("odds-%d", i), Label: "Likelihood of the trace if: " + o.Title, Help: "Three probabilities: low, best, high, such as 0.6 0.8 0.9. Empty: not weighed."}
			if i == 0 {
				x.Head, x.About = "Weights of evidence", "Only for those who want numbers beside the words."
			}
			for _, k := range t.Likelihood {
				if k.If == o.ID {
					x.Value = fmt.Sprintf("%g %g %g", k.Low, k.Best, k.High)
				}
			}
			f.Fields = append(f.Fields, x)
		}
		return f
	}
	now := v.s.clock().UTC().Format(time.RFC3339)
	e.Read = func(f form, h cases.Hypothesis, ps *fault.Problems) cases.Hypothesis {
		h.Tests = slices.Clone(h.Tests)
		i := slices.IndexFunc(h.Tests, func(t cases.Test) bool { return t.ID == id })
		if i < 0 {
			h.Tests = append(h.Tests, cases.Test{ID: freeTest(h.Tests)})
			i = len(h.Tests) - 1
		}
		t := h.Tests[i]
		old := t
		t.Trace, t.Certainty, t.Uniqueness, t.Search = f.text("trace"), f.text("certainty"), f.text("uniqueness"), f.text("search")
		t.Result, t.Reading, t.Power, t.Origin = f.text("result"), f.text("reading"), f.real(ps, "power"), f.text("origin")
		t.Supports, t.Contradicts = f.ids("supports"), f.ids("contradicts")
		if t.Written == "" || t.Trace != old.Trace || t.Certainty != old.Certainty || t.Uniqueness != old.Uniqueness {
			t.Written, t.By = now, v.Account.Name
		}
		switch {
		case t.Result == "":
			t.Seen, t.SeenBy = "", ""
		case t.Result != old.Result || t.Seen == "":
			t.Seen, t.SeenBy = now, v.Account.Name
		}
		t.Likelihood = nil
		for k, o := range among {
			name := fmt.Sprintf("odds-%d", k)
			words := strings.FieldsFunc(f.text(name), func(r rune) bool { return r == ' ' || r == ',' || r == ';' || r == '\t' })
			if len(words) == 0 {
				continue
			}
			var x [3]float64
			var err error
			for j := range min(3, len(words)) {
				var e error
				if x[j], e = strconv.ParseFloat(words[j], 64); e != nil {
					err = e
				}
			}
			c := process.Chance{Low: x[0], Best: x[1], High: x[2]}
			if len(words) != 3 || err != nil || !(0 < c.Low && c.Low <= c.Best && c.Best <= c.High && c.High < 1) {
				ps.Add(name, "expected three probabilities between 0 and 1, the smallest first, such as 0.6 0.8 0.9")
				continue
			}
			t.Likelihood = append(t.Likelihood, cases.Odds{If: o.ID, Low: c.Low, Best: c.Best, High: c.High})
		}
		h.Tests[i] = t
		// What Valid says of "tests.2.reading" belongs beside the field "reading".
		for _, r := range rivals {
			if !slices.Contains(h.Rivals, r.ID) && slices.ContainsFunc(t.Likelihood, func(o cases.Odds) bool { return o.If == r.ID }) {
				h.Rivals = append(slices.Clone(h.Rivals), r.ID)
			}
		}
		var own fault.Problems
		if more, ok := asProblems(h.Valid()); ok {
			own = more
		}
		for _, p := range own {
			if field, ok := strings.CutPrefix(p.Field, fmt.Sprintf("tests.%d.", i)); ok {
				ps.Add(field, "%s", p.Message)
			}
		}
		return h
	}
	e.Check = func(tx *store.Tx, h cases.Hypothesis) error {
		i := slices.IndexFunc(h.Tests, func(t cases.Test) bool { return t.ID == id })
		if i < 0 {
			i = len(h.Tests) - 1
		}
		return sameCase(tx, v, h.Case, map[string][]thread.ID{"supports": h.Tests[i].Supports, "contradicts": h.Tests[i].Contradicts})
	}
	e.Done = func(h cases.Hypothesis) string { return v.page(h.ID) }
	return edit(v, e)
}

// freeTest is a code that no test has yet.
func freeTest(tests []cases.Test) string {
	for n := len(tests) + 1; ; n++ {
		id := fmt.Sprintf("t%d", n)
		if !slices.ContainsFunc(tests, func(t cases.Test) bool { return t.ID == id }) {
			return id
		}
	}
}
