package publish

import (
	"bytes"
	"context"
	"embed"
	"fmt"
	"html/template"
	"path"
	"slices"
	"strings"

	"throughline/analysis/prisma"
	"throughline/internal/fault"
	"throughline/internal/look"
	"throughline/internal/synthesis"
	"throughline/internal/thread"
)

//go:embed templates/*.html
var templates embed.FS

//go:embed site.css
var style string

// frame is what every page has.
type frame struct {
	Root        string // way from the page to the root of the site: "" or "../"
	Name        string // of the page's file, from the root
	Title       string // of the page
	Description string //
	Data        string // the page's linked data file, beside it
	Study       string // title of the study
	Notice      string
	Draft       string
	Edition     string // in words; empty: none
	Licence     string
	Feed        bool
	Nav         []navItem
}

// To is the way from the page to a file of the site.
func (f frame) To(name string) string { return f.Root + name }

type navItem struct {
	Text, Name    string
	Here, Section bool // it is this page; the page belongs to its section
}

var sections = []struct{ text, name string }{{"The study", "index.html"}, {"Cases", "cases/index.html"}, {"Findings", "findings/index.html"},
	{"Lessons", "lessons/index.html"}, {"Recommendations", "recommendations/index.html"}, {"Answers", "answers.html"}, {"Sources", "sources.html"},
	{"Method", "method.html"}, {"Downloads", "downloads/index.html"}}

// link is a way to a page, with a mark when what stands there is not settled.
type link struct{ Text, Name, Mark string }

// step is one step of a thread: a statement with what it rests on, or a passage.
type step struct {
	Against bool
	Kind    string // word
	Title   string
	Text    []string
	Facts   string // a score's value
	Warning string
	Href    string // where it stands on a page of its own
	Anchor  string // its id on this page; empty when it has none
	Repeat  bool   // it stands on this page already; Href leads there
	Open    bool
	Passage *passageView
	Below   []step
}

type passageView struct {
	Passage
	Anchor    string // its id on this page; empty after the first time
	Lang      string
	Dir       string
	TitleLang string
	TitleDir  string
	Original  string // name of the quote's language when it is not English
	Citation  string
	WorkHref  string // its entry among the sources
	Link      string // the work itself
	LinkText  string
	Method    string // where sealed citations are explained
}

type statementView struct {
	Statement
	Paragraphs []string
	Warning    string
	Thread     []step
	For        int // pieces of evidence for it
	Against    int
}

// site is the content with what is needed to make pages of it.
type site struct {
	Content
	address   string
	href      map[string]string // public id -> file and anchor
	statement map[string]Statement
	facts     map[string]string // of scores
	passage   map[string]Passage
	work      map[string]Work
	caseName  map[string]string
	letter    map[string]Condition // by letter
	condition map[string]Condition // by id
	pages     []page
}

type page struct {
	name, template string
	data           any
	ld             any // linked data of the page
}

// fileName is the name of the page of a statement or case: its id without the prefix of its kind.
func fileName(folder, id, prefix string) string {
	rest := strings.TrimPrefix(id, prefix)
	if rest == "" || rest == "index" || rest[0] == '.' || rest[0] == '-' {
		rest = id
	}
	return folder + "/" + rest + ".html"
}

func newSite(c Content, address string) *site {
	s := &site{Content: c, address: address, href: map[string]string{}, statement: map[string]Statement{}, facts: map[string]string{}, passage: map[string]Passage{},
		work: map[string]Work{}, caseName: map[string]string{}, letter: map[string]Condition{}, condition: map[string]Condition{}}
	put := func(st Statement, href string) {
		s.statement[st.ID] = st
		s.href[st.ID] = href
	}
	for _, x := range c.Cases {
		s.href[x.ID] = fileName("cases", x.ID, thread.Case.Prefix())
		s.caseName[x.ID] = x.Name
	}
	for _, x := range c.Conditions {
		s.letter[x.Letter] = x
		s.condition[x.ID] = x
		s.href[x.ID] = "method.html#" + x.ID
	}
	for _, x := range c.Takeaways {
		put(x.Statement, s.href[x.Case]+"#"+x.ID)
	}
	for _, x := range c.Hypotheses {
		put(x.Statement, s.href[x.Case]+"#"+x.ID)
	}
	for _, x := range c.Scores {
		put(x.Statement, s.href[x.Case]+"#"+x.ID)
		s.facts[x.ID] = scoreWords(x)
	}
	for _, x := range c.Analyses {
		put(x.Statement, fileName("analyses", x.ID, thread.Analysis.Prefix()))
	}
	for _, x := range c.Findings {
		put(x.Statement, fileName("findings", x.ID, thread.Finding.Prefix()))
	}
	for _, x := range c.Lessons {
		put(x.Statement, fileName("lessons", x.ID, thread.Lesson.Prefix()))
	}
	for _, x := range c.Recommendations {
		put(x.Statement, fileName("recommendations", x.ID, thread.Recommendation.Prefix()))
	}
	for _, x := range c.Answers {
		put(x.Statement, "answers.html#"+x.ID)
	}
	for _, x := range c.Passages {
		s.passage[x.ID] = x
	}
	for _, x := range c.Works {
		s.work[x.ID] = x
		s.href[x.ID] = "sources.html#" + x.ID
	}
	return s
}

func scoreWords(x Score) string {
	w := "Value: " + x.Raw
	if x.Membership != nil {
		w += "; set membership " + number(*x.Membership)
	}
	if x.Level != nil {
		w += fmt.Sprintf("; level %d", *x.Level)
	}
	if x.Agreed > 0 {
		w += "; agreed by " + count(x.Agreed, "coder", "coders")
	}
	return w + "."
}

// frame makes the frame of a page.
func (s *site) frame(name, title, description string) frame {
	f := frame{Name: name, Title: title, Description: clip(description, 200), Study: s.Title, Notice: s.Notice, Draft: s.Draft, Licence: s.Licence,
		Feed: len(s.Editions) > 0, Data: strings.TrimSuffix(path.Base(name), ".html") + ".jsonld"}
	f.Root = strings.Repeat("../", strings.Count(name, "/"))
	if len(s.Editions) > 0 {
		f.Edition = "Edition of " + dayWords(s.Editions[0].On)
	}
	folder := path.Dir(name)
	if folder == "analyses" {
		folder = "findings"
	}
	for _, x := range sections {
		f.Nav = append(f.Nav, navItem{x.text, x.name, x.name == name, folder != "." && path.Dir(x.name) == folder})
	}
	return f
}

func clip(s string, n int) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}

func (s *site) link(id string) link {
	st := s.statement[id]
	return link{st.Title, s.href[id], stateMark(st.State)}
}

func (s *site) caseLinks(ids []string) []link {
	var out []link
	for _, id := range ids {
		if n, ok := s.caseName[id]; ok {
			out = append(out, link{Text: n, Name: s.href[id]})
		}
	}
	return out
}

func (s *site) caseNames(ids []string) []string {
	var out []string
	for _, id := range ids {
		if n, ok := s.caseName[id]; ok {
			out = append(out, n)
		}
	}
	return out
}

// walker lays out the threads of one page. What a statement rests on is laid out once on a page; when it comes again, a
// link leads there.
type walker struct {
	*site
	root string
	seen map[string]bool
}

func (s *site) walker(f frame) *walker { return &walker{s, f.Root, map[string]bool{}} }

func (w *walker) steps(evidence []Evidence) []step {
	var out []step
	for _, e := range evidence {
		st := step{Against: e.Role == thread.Contradicts, Kind: e.Kind.Word()}
		if e.Kind == thread.Segment {
			st.Passage = w.passageView(e.ID)
			out = append(out, st)
			continue
		}
		x := w.statement[e.ID]
		st.Title, st.Href, st.Warning = x.Title, w.root+w.href[e.ID], stateWords(x.State)
		if anchor := "t-" + e.ID; w.seen[anchor] {
			st.Repeat, st.Href = true, "#"+anchor
		} else {
			w.seen[anchor] = true
			st.Anchor, st.Text, st.Facts = anchor, paragraphs(x.Text), w.facts[e.ID]
			st.Open = e.Kind != thread.Analysis && e.Kind != thread.Score
			st.Below = w.steps(x.Evidence)
		}
		out = append(out, st)
	}
	return out
}

func (w *walker) passageView(id string) *passageView {
	p := w.passage[id]
	v := &passageView{Passage: p, Lang: p.Language, Dir: direction(p.Language), TitleLang: p.titleLang, TitleDir: direction(p.titleLang), Method: w.root + "method.html#sealed"}
	if !w.seen[id] {
		w.seen[id] = true
		v.Anchor = id
	}
	if p.Language != "" && languageName(p.Language) != "English" {
		v.Original = languageName(p.Language)
	}
	if k, ok := w.work[p.Work]; ok {
		v.Citation, v.WorkHref, v.Link = k.plain(), w.root+w.href[k.ID], k.address()
		v.LinkText = host(v.Link)
	}
	return v
}

func (w *walker) view(st Statement) statementView {
	v := statementView{Statement: st, Paragraphs: paragraphs(st.Text), Warning: stateWords(st.State), Thread: w.steps(st.Evidence)}
	for _, e := range st.Evidence {
		if e.Role == thread.Contradicts {
			v.Against++
		} else {
			v.For++
		}
	}
	return v
}

func (s *site) workLinks(ids []string) []workLink {
	var out []workLink
	for _, id := range ids {
		if k, ok := s.work[id]; ok {
			out = append(out, workLink{k.plain(), s.href[id]})
		}
	}
	return out
}

type workLink struct{ Text, Name string }

type urlLink struct{ Text, URL string }

// urlLinks gives addresses with texts that tell them apart.
func urlLinks(urls []string) []urlLink {
	var out []urlLink
	times := map[string]int{}
	for _, u := range urls {
		h := host(u)
		times[h]++
		if n := times[h]; n > 1 {
			h = fmt.Sprintf("%s (%d)", h, n)
		}
		out = append(out, urlLink{h, u})
	}
	return out
}

// The pages.

type indexPage struct {
	frame
	C                                              Content
	PurposeText, ApproachText, AcknowledgementText []string
	InsightRows                                    []insightRow
	QuestionRows                                   []questionRow
	CaseRows                                       []caseRow
	Counts                                         string
	Cite                                           string
	SignedBy                                       string
}

type insightRow struct {
	Text    string
	Lessons []lessonRow
}

type lessonRow struct {
	link
	Statement    string
	Confidence   string
	CasesFor     []link
	CasesAgainst []link
}

type questionRow struct {
	Text    string
	Answers []link
}

type caseRow struct {
	link
	Country, Region, Regime, Time, Outcome string
}

type casesPage struct {
	frame
	Rows   []caseRow
	Matrix matrix
}

// matrix is the scores of all cases on all conditions.
type matrix struct {
	Conditions []Condition
	Rows       []matrixRow
}

type matrixRow struct {
	Case  link
	Cells []matrixCell
}

type matrixCell struct {
	link
	Membership string
}

type casePage struct {
	frame
	Case        Case
	SummaryText []string
	SourceLinks []workLink
	Facts       []factRow
	EventRows   []eventRow
	ActorRows   []actorRow
	TieRows     []tieRow
	Success     []statementView
	Failure     []statementView
	Hypotheses  []hypothesisView
	ScoreRows   []scoreRow
}

type hypothesisView struct {
	statementView
	Stands string
	Tests  []Test
}

type factRow struct {
	Fact
	Links []urlLink
}

type eventRow struct {
	Event
	When, Machine string
	Links         []urlLink
	Sources       []workLink
}

type actorRow struct {
	Actor
	Links []urlLink
}

type tieRow struct {
	Tie
	Words, When string
}

type scoreRow struct {
	statementView
	Condition Condition
	Facts     string
}

type findingsPage struct {
	frame
	Findings []link
	Analyses []link
	Matrix   matrix
}

type findingPage struct {
	frame
	statementView
	CasesFor, CasesAgainst []link
}

type analysisPage struct {
	frame
	statementView
	Analysis   Analysis
	Outcome    Condition
	Conditions []Condition
	Solutions  []solutionView
	Rows       []rowView
	Cases      []link
	Missing    int // scores it reads that are not published
}

type solutionView struct {
	Kind, Explain string
	Models        []modelView
}

type modelView struct {
	Model
	Terms []termView
}

type termView struct {
	Term
	Words string
	Cases []link
}

type rowView struct {
	Row
	Digits  []string
	Words   string
	Cases   []link
	Deviant []link
}

type lessonsPage struct {
	frame
	Groups []insightRow
}

type lessonPage struct {
	frame
	statementView
	Lesson                 Lesson
	Insight                string
	ScopeText              []string
	Concerns               []concernRow
	CasesFor, CasesAgainst []link
	Recommendations        []link // that rest on it
}

type concernRow struct {
	Name string
	synthesis.Concern
}

type recommendationsPage struct {
	frame
	Groups []audienceGroup
}

type audienceGroup struct {
	ID, Name string
	Rows     []recommendationRow
}

type recommendationRow struct {
	link
	Lessons []link
}

type recommendationPage struct {
	frame
	statementView
	Audiences []link
	RisksText []string
}

type answersPage struct {
	frame
	Theme, Code string
	Groups      []answerGroup
}

type answerGroup struct {
	ID, Name string
	Text     string
	Answers  []statementView
}

type sourcesPage struct {
	frame
	Rows []sourceRow
}

type sourceRow struct {
	Work
	By, Dir, Link, LinkText, LanguageName string
}

type methodPage struct {
	frame
	C          Content
	Flow       []prisma.Step
	Quotas     []string
	Conditions []conditionRow
}

type conditionRow struct {
	Condition
	How []string
}

type downloadsPage struct {
	frame
	Files []downloadRow
}

type downloadRow struct{ Name, Title, Text string }

func (s *site) add(name, template string, data, ld any) {
	s.pages = append(s.pages, page{name, template, data, ld})
}

func (s *site) build() {
	s.index()
	s.casesAndScores()
	s.findingsAndAnalyses()
	s.lessons()
	s.recommendations()
	s.answers()
	s.sourcesPage()
	s.method()
	f := s.frame("downloads/index.html", "Downloads", "The published study as data.")
	s.add(f.Name, "downloads", downloadsPage{f, downloadRows}, s.ldPage(f, "DataCatalog"))
}

var downloadRows = []downloadRow{
	{"study.json", "The whole published study", "JSON: everything that these pages are made from."},
	{"lessons.csv", "Lessons", "CSV: statement, scope, confidence by component, cases for and against, what each rests on."},
	{"recommendations.csv", "Recommendations", "CSV: action, audiences, risks, the lessons each rests on."},
	{"prisma.svg", "Flow of the literature, drawn", "SVG: the PRISMA 2020 flow diagram."},
	{"prisma.csv", "Flow of the literature", "CSV: the table that the PRISMA 2020 flow diagram tool reads."},
	{"scores.csv", "Scores", "CSV: raw value and set membership of each case on each condition, with the reason."},
	{"evidence.csv", "Evidence", "CSV: every link from a statement to what supports or contradicts it, down to quotes and sealed citations."},
}

func (s *site) index() {
	f := s.frame("index.html", s.Title, s.Purpose)
	p := indexPage{frame: f, C: s.Content, PurposeText: paragraphs(s.Purpose), ApproachText: paragraphs(s.Approach), AcknowledgementText: paragraphs(s.Acknowledgement)}
	p.InsightRows, _ = s.insightRows()
	row := func(id, text string) {
		q := questionRow{Text: text}
		for _, a := range s.Answers {
			if a.Question == id {
				l := s.link(a.ID)
				l.Text = "Answer"
				q.Answers = append(q.Answers, l)
			}
		}
		p.QuestionRows = append(p.QuestionRows, q)
	}
	row("learning", s.Question)
	for _, q := range s.CoreQuestions {
		row(q.ID, q.Text)
	}
	p.CaseRows = s.caseRows()
	p.Counts = and([]string{count(len(s.Cases), "case", "cases"), count(len(s.Works), "cited work", "cited works"), count(len(s.Passages), "passage of evidence", "passages of evidence"),
		count(len(s.Lessons), "lesson", "lessons"), count(len(s.Recommendations), "recommendation", "recommendations")})
	p.Cite = s.cite()
	if len(s.Editions) > 0 {
		p.SignedBy = s.Editions[0].SignedBy
	}
	s.add(f.Name, "index", p, s.ldStudy(f))
}

// cite is how the study is cited.
func (s *site) cite() string {
	c := s.Title + "."
	if len(s.Editions) > 0 {
		c += " Edition of " + dayWords(s.Editions[0].On) + "."
	}
	if s.Draft != "" {
		c += " Draft, not for citation."
	}
	if s.address != "" {
		c += " " + s.address
	}
	return c
}

// insightRows lists the insights with their lessons, and apart the lessons that speak to none.
func (s *site) insightRows() (rows []insightRow, others []lessonRow) {
	at := map[string]int{}
	for i, in := range s.Insights {
		at[in.ID] = i
		rows = append(rows, insightRow{Text: in.Text})
	}
	for _, l := range s.Lessons {
		r := lessonRow{s.link(l.ID), l.Text, l.Confidence.Level, s.caseLinks(l.CasesFor), s.caseLinks(l.CasesAgainst)}
		if i, ok := at[l.Insight]; ok {
			rows[i].Lessons = append(rows[i].Lessons, r)
		} else {
			others = append(others, r)
		}
	}
	return rows, others
}

func (s *site) caseRows() []caseRow {
	var out []caseRow
	for _, c := range s.Cases {
		out = append(out, caseRow{link{Text: c.Name, Name: s.href[c.ID]}, c.Country, c.Region, c.Regime, years(c.Start, c.End), c.Outcome})
	}
	return out
}

func (s *site) matrix() matrix {
	m := matrix{}
	// The outcome stands last: it is what the others are to explain.
	for _, last := range []bool{false, true} {
		for _, k := range s.Conditions {
			if k.Outcome == last {
				m.Conditions = append(m.Conditions, k)
			}
		}
	}
	score := map[string]Score{}
	for _, x := range s.Scores {
		score[x.Case+" "+x.Condition] = x
	}
	for _, c := range s.Cases {
		r := matrixRow{Case: link{Text: c.Name, Name: s.href[c.ID]}}
		for _, k := range m.Conditions {
			cell := matrixCell{}
			if x, ok := score[c.ID+" "+k.ID]; ok {
				cell.link = link{x.Raw, s.href[x.ID], stateMark(x.State)}
				if x.Membership != nil {
					cell.Membership = number(*x.Membership)
				}
				if x.Level != nil {
					cell.Membership = fmt.Sprintf("level %d", *x.Level)
				}
			}
			r.Cells = append(r.Cells, cell)
		}
		m.Rows = append(m.Rows, r)
	}
	return m
}

func (s *site) casesAndScores() {
	f := s.frame("cases/index.html", "Cases", "The cases that the study compares.")
	s.add(f.Name, "cases", casesPage{f, s.caseRows(), s.matrix()}, s.ldPage(f, "CollectionPage"))
	for _, c := range s.Cases {
		f := s.frame(s.href[c.ID], c.Name, c.Summary)
		w := s.walker(f)
		p := casePage{frame: f, Case: c, SummaryText: paragraphs(c.Summary), SourceLinks: s.workLinks(c.Works)}
		for _, x := range c.Context {
			p.Facts = append(p.Facts, factRow{x, urlLinks(x.URLs)})
		}
		for _, x := range c.Events {
			p.EventRows = append(p.EventRows, eventRow{x, x.Date.Words(), machineDate(x.Date), urlLinks(x.URLs), s.workLinks(x.Works)})
		}
		for _, x := range c.Actors {
			p.ActorRows = append(p.ActorRows, actorRow{x, urlLinks(x.URLs)})
		}
		for _, x := range c.Ties {
			t := tieRow{Tie: x, Words: strings.ReplaceAll(x.Kind, "-", " ")}
			if x.Date != "" {
				t.When = x.Date.Words()
			}
			p.TieRows = append(p.TieRows, t)
		}
		for _, x := range s.Hypotheses {
			if x.Case == c.ID {
				p.Hypotheses = append(p.Hypotheses, hypothesisView{w.view(x.Statement), x.Stands, x.Tests})
			}
		}
		for _, x := range s.Takeaways {
			if x.Case != c.ID {
				continue
			}
			if v := w.view(x.Statement); x.Direction == "failure" {
				p.Failure = append(p.Failure, v)
			} else {
				p.Success = append(p.Success, v)
			}
		}
		for _, x := range s.Scores {
			if x.Case == c.ID {
				p.ScoreRows = append(p.ScoreRows, scoreRow{w.view(x.Statement), s.condition[x.Condition], s.facts[x.ID]})
			}
		}
		s.add(f.Name, "case", p, s.ldCase(f, c))
	}
}

func (s *site) findingsAndAnalyses() {
	f := s.frame("findings/index.html", "Findings", "What the comparison of the cases shows.")
	p := findingsPage{frame: f, Matrix: s.matrix()}
	for _, x := range s.Findings {
		p.Findings = append(p.Findings, s.link(x.ID))
	}
	for _, x := range s.Analyses {
		p.Analyses = append(p.Analyses, s.link(x.ID))
	}
	s.add(f.Name, "findings", p, s.ldPage(f, "CollectionPage"))
	for _, x := range s.Findings {
		f := s.frame(s.href[x.ID], x.Title, x.Text)
		s.add(f.Name, "finding", findingPage{f, s.walker(f).view(x.Statement), s.caseLinks(x.CasesFor), s.caseLinks(x.CasesAgainst)}, s.ldClaim(f, x.Statement))
	}
	for _, x := range s.Analyses {
		s.analysis(x)
	}
}

var outputs = map[string]string{"1": "sufficient", "0": "not sufficient", "C": "contradiction", "?": "too few cases"}

func (s *site) analysis(a Analysis) {
	f := s.frame(s.href[a.ID], a.Title, a.Text)
	p := analysisPage{frame: f, statementView: s.walker(f).view(a.Statement), Analysis: a, Outcome: s.condition[a.Outcome], Cases: s.caseLinks(a.Cases)}
	names := map[string]string{}
	for _, id := range a.Conditions {
		k := s.condition[id]
		p.Conditions = append(p.Conditions, k)
		names[k.Letter] = k.Name
	}
	p.Missing = len(a.Cases)*(len(a.Conditions)+1) - len(a.Evidence)
	if a.Result != nil {
		for _, r := range a.Result.Rows {
			v := rowView{Row: r, Words: outputs[r.Output], Cases: s.caseLinks(r.Cases), Deviant: s.caseLinks(r.Deviant)}
			for i, d := range r.Configuration {
				w := map[rune]string{'1': "present", '0': "absent"}[d]
				if i < len(p.Conditions) && p.Conditions[i].Calibration.Multi() {
					w = "level " + string(d)
				}
				v.Digits = append(v.Digits, w)
			}
			p.Rows = append(p.Rows, v)
		}
		for _, sol := range a.Result.Solutions {
			v := solutionView{Kind: capital(sol.Kind) + " solution"}
			switch sol.Kind {
			case "conservative":
				v.Explain = "It assumes nothing about combinations that no case shows."
			case "parsimonious":
				v.Explain = "It may assume whatever makes it shorter about combinations that no case shows; it is the bolder reading."
			case "intermediate":
				v.Explain = "It assumes of combinations that no case shows only what theory expects."
			}
			for _, m := range sol.Models {
				mv := modelView{Model: m}
				for _, t := range m.Terms {
					mv.Terms = append(mv.Terms, termView{t, formulaWords(t.Formula, names), s.caseLinks(t.Cases)})
				}
				v.Models = append(v.Models, mv)
			}
			p.Solutions = append(p.Solutions, v)
		}
	}
	s.add(f.Name, "analysis", p, s.ldClaim(f, a.Statement))
}

func (s *site) lessons() {
	f := s.frame("lessons/index.html", "Lessons", "What holds across cases, where it holds, and how sure it is.")
	p := lessonsPage{frame: f}
	rows, others := s.insightRows()
	p.Groups = rows
	if len(others) > 0 {
		p.Groups = append(p.Groups, insightRow{"Further lessons", others})
	}
	s.add(f.Name, "lessons", p, s.ldPage(f, "CollectionPage"))
	insight := map[string]string{}
	for _, in := range s.Insights {
		insight[in.ID] = in.Text
	}
	for _, l := range s.Lessons {
		f := s.frame(s.href[l.ID], l.Title, l.Text)
		k := l.Confidence
		p := lessonPage{frame: f, statementView: s.walker(f).view(l.Statement), Lesson: l, Insight: insight[l.Insight], ScopeText: paragraphs(l.Scope),
			Concerns: []concernRow{{"Methodological limitations", k.Limitations}, {"Coherence", k.Coherence}, {"Adequacy of data", k.Adequacy}, {"Relevance", k.Relevance}},
			CasesFor: s.caseLinks(l.CasesFor), CasesAgainst: s.caseLinks(l.CasesAgainst)}
		for _, r := range s.Recommendations {
			if slices.ContainsFunc(r.Evidence, func(e Evidence) bool { return e.ID == l.ID && e.Role == thread.Supports }) {
				p.Recommendations = append(p.Recommendations, s.link(r.ID))
			}
		}
		s.add(f.Name, "lesson", p, s.ldClaim(f, l.Statement))
	}
}

func (s *site) recommendations() {
	f := s.frame("recommendations/index.html", "Recommendations", "What each audience can do, and what that rests on.")
	p := recommendationsPage{frame: f}
	known := map[string]string{}
	group := func(id, name string, in func(Recommendation) bool) {
		g := audienceGroup{ID: "for-" + id, Name: name}
		for _, r := range s.Recommendations {
			if !in(r) {
				continue
			}
			row := recommendationRow{link: s.link(r.ID)}
			for _, e := range r.Evidence {
				if e.Role == thread.Supports {
					row.Lessons = append(row.Lessons, s.link(e.ID))
				}
			}
			g.Rows = append(g.Rows, row)
		}
		p.Groups = append(p.Groups, g)
	}
	for _, a := range s.Audiences {
		known[a.ID] = a.Name
		group(a.ID, a.Name, func(r Recommendation) bool { return slices.Contains(r.Audiences, a.ID) })
	}
	stray := func(r Recommendation) bool {
		return !slices.ContainsFunc(r.Audiences, func(a string) bool { return known[a] != "" })
	}
	if slices.ContainsFunc(s.Recommendations, stray) {
		group("others.readers", "Other readers", stray)
	}
	s.add(f.Name, "recommendations", p, s.ldPage(f, "CollectionPage"))
	for _, r := range s.Recommendations {
		f := s.frame(s.href[r.ID], r.Title, r.Text)
		p := recommendationPage{frame: f, statementView: s.walker(f).view(r.Statement), RisksText: paragraphs(r.Risks)}
		for _, a := range r.Audiences {
			if n := known[a]; n != "" {
				p.Audiences = append(p.Audiences, link{Text: n, Name: "recommendations/index.html#for-" + a})
			}
		}
		s.add(f.Name, "recommendation", p, s.ldClaim(f, r.Statement))
	}
}

func (s *site) answers() {
	f := s.frame("answers.html", "Answers", "The questions of the study and their answers.")
	p := answersPage{frame: f, Theme: s.Theme, Code: s.QuestionCode}
	w := s.walker(f)
	group := func(id, name, text string) {
		g := answerGroup{ID: "q-" + id, Name: name, Text: text}
		for _, a := range s.Answers {
			if a.Question == id {
				g.Answers = append(g.Answers, w.view(a.Statement))
			}
		}
		p.Groups = append(p.Groups, g)
	}
	group("learning", "The learning question", s.Question)
	for i, q := range s.CoreQuestions {
		group(q.ID, fmt.Sprintf("Core question %d", i+1), q.Text)
	}
	s.add(f.Name, "answers", p, s.ldPage(f, "QAPage"))
}

func (s *site) sourcesPage() {
	f := s.frame("sources.html", "Sources", "The works that the study cites.")
	p := sourcesPage{frame: f}
	for _, k := range s.Works {
		r := sourceRow{Work: k, By: k.by(), Dir: direction(k.Language), Link: k.address(), LinkText: host(k.address())}
		if k.Language != "" && languageName(k.Language) != "English" {
			r.LanguageName = languageName(k.Language)
		}
		p.Rows = append(p.Rows, r)
	}
	s.add(f.Name, "sources", p, s.ldPage(f, "CollectionPage"))
}

func (s *site) method() {
	f := s.frame("method.html", "Method", "How the study was made, and how what it says can be checked.")
	sel := s.Selection
	p := methodPage{frame: f, C: s.Content, Flow: s.Content.Flow.Steps()}
	if sel.K > 0 {
		p.Quotas = append(p.Quotas, count(sel.K, "case to be chosen", "cases to be chosen"))
	}
	if sel.MinSuccess > 0 {
		p.Quotas = append(p.Quotas, fmt.Sprintf("at least %s", count(sel.MinSuccess, "success", "successes")))
	}
	if sel.MinFailure > 0 {
		p.Quotas = append(p.Quotas, fmt.Sprintf("at least %d that failed or partly failed", sel.MinFailure))
	}
	for _, k := range s.Content.Conditions {
		p.Conditions = append(p.Conditions, conditionRow{k, calibrationWords(k.Calibration)})
	}
	s.add(f.Name, "method", p, s.ldPage(f, "WebPage"))
}

func calibrationWords(k synthesis.Calibration) []string {
	side := func(name string, a *synthesis.Anchors) string {
		if a == nil {
			return ""
		}
		return fmt.Sprintf("%s: fully out at %s, neither in nor out at %s, fully in at %s.", name, number(a.Out), number(a.Crossover), number(a.In))
	}
	var list []string
	for _, t := range k.Thresholds {
		list = append(list, number(t))
	}
	var out []string
	switch k.Method {
	case "crisp":
		return []string{"In the set from a raw value of " + number(k.Threshold) + " on."}
	case "levels":
		out = append(out, "Below the first threshold a case is at level 0.")
		for i, t := range list {
			out = append(out, fmt.Sprintf("From %s on it is at level %d.", t, i+1))
		}
	case "direct":
		return []string{fmt.Sprintf("Fully out at %s, neither in nor out at %s, fully in at %s.", number(k.Out), number(k.Crossover), number(k.In))}
	case "bell":
		return []string{side("Lower side", k.Low), side("Upper side", k.High)}
	case "indirect":
		return []string{"Indirect method: the thresholds " + and(list) + " part the cases into rough groups, and a curve fitted through these gives the memberships."}
	case "tfr":
		return []string{"Totally fuzzy and relative: a case's membership is its place among the raw values of all cases, 0 for the lowest and 1 for the highest."}
	}
	for _, w := range k.Words {
		out = append(out, "“"+w.Word+"” counts "+number(w.Value)+".")
	}
	return out
}

// render makes all files of a site.
func render(ctx context.Context, c Content, address string) ([]file, error) {
	s := newSite(c, address)
	s.build()
	base, err := template.New("").Funcs(template.FuncMap{"paragraphs": paragraphs, "number": number, "day": dayWords, "joined": func(s []string) string { return strings.Join(s, ", ") }}).ParseFS(templates, "templates/layout.html", "templates/thread.html")
	if err != nil {
		return nil, fmt.Errorf("parse templates: %w", err)
	}
	parsed := map[string]*template.Template{}
	var files []file
	for _, p := range s.pages {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		t := parsed[p.template]
		if t == nil {
			if t, err = base.Clone(); err == nil {
				t, err = t.ParseFS(templates, "templates/"+p.template+".html")
			}
			if err != nil {
				return nil, fmt.Errorf("parse template %s: %w", p.template, err)
			}
			parsed[p.template] = t
		}
		var b bytes.Buffer
		if err := t.ExecuteTemplate(&b, "layout", p.data); err != nil {
			return nil, fmt.Errorf("render %s: %w", p.name, err)
		}
		files = append(files, file{p.name, b.Bytes()})
		ld, err := encode(p.ld)
		if err != nil {
			return nil, fmt.Errorf("encode linked data of %s: %w", p.name, err)
		}
		files = append(files, file{strings.TrimSuffix(p.name, ".html") + ".jsonld", ld})
	}
	files = append(files, file{"site.css", []byte(look.Tokens + "\n" + style)})
	more, err := s.downloads()
	if err != nil {
		return nil, err
	}
	files = append(files, more...)
	if len(s.Editions) > 0 {
		feed, err := s.feed()
		if err != nil {
			return nil, err
		}
		files = append(files, feed)
	}
	if address != "" {
		files = append(files, s.sitemap())
	}
	slices.SortFunc(files, func(a, b file) int { return strings.Compare(a.name, b.name) })
	for i := 1; i < len(files); i++ {
		if files[i].name == files[i-1].name {
			return nil, fault.New(fault.Internal, "Two things of this study would be published under the name %s. Give one of them another id.", files[i].name)
		}
	}
	return files, nil
}
