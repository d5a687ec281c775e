package publish

import (
	"cmp"
	"slices"
	"sort"
	"strings"

	"throughline/analysis/coalition"
	"throughline/analysis/prisma"
	"throughline/internal/cases"
	"throughline/internal/coding"
	"throughline/internal/document"
	"throughline/internal/fault"
	"throughline/internal/fieldwork"
	"throughline/internal/source"
	"throughline/internal/store"
	"throughline/internal/study"
	"throughline/internal/synthesis"
	"throughline/internal/thread"
)

// Content is everything of a study that may be published, and nothing else: pages, tables and feeds are made from it
// alone. Ids in it are public ids.
type Content struct {
	Slug            string             `json:"slug"`
	Title           string             `json:"title"`
	Notice          string             `json:"notice,omitempty"`
	Draft           string             `json:"draft,omitempty"` // why this is not the edition; empty: it is
	Editions        []Edition          `json:"editions"`        // latest first
	Purpose         string             `json:"purpose"`
	Approach        string             `json:"approach"`
	Theme           string             `json:"theme"`
	QuestionCode    string             `json:"question_code"`
	Question        string             `json:"question"`
	CoreQuestions   []study.Question   `json:"core_questions"`
	Insights        []study.Insight    `json:"insights"`
	Audiences       []study.Audience   `json:"audiences"`
	Definitions     []study.Definition `json:"definitions,omitempty"`
	RegionScheme    string             `json:"region_scheme"`
	Languages       []string           `json:"languages"`
	Acknowledgement string             `json:"acknowledgement"`
	Licence         string             `json:"licence,omitempty"`
	Protocol        Protocol           `json:"protocol"`
	Searches        []Search           `json:"searches"`
	Flow            prisma.Flow        `json:"flow"`
	Selection       Selection          `json:"selection"`
	Interviews      int                `json:"interviews"` // how many something published may rest on
	Cases           []Case             `json:"cases"`
	Conditions      []Condition        `json:"conditions"`
	Scores          []Score            `json:"scores"`
	Takeaways       []Takeaway         `json:"takeaways"`
	Hypotheses      []Hypothesis       `json:"hypotheses,omitempty"`
	Analyses        []Analysis         `json:"analyses"`
	Findings        []Finding          `json:"findings"`
	Lessons         []Lesson           `json:"lessons"`
	Recommendations []Recommendation   `json:"recommendations"`
	Answers         []Answer           `json:"answers"`
	Passages        []Passage          `json:"passages"`
	Works           []Work             `json:"works"`
}

// Edition is a frozen state of the study.
type Edition struct {
	ID       string `json:"id"`
	On       string `json:"on"`
	SignedBy string `json:"signed_by,omitempty"` // of the latest edition alone
	Note     string `json:"note"`
}

// Protocol is what was laid down beforehand.
type Protocol struct {
	Unit       string            `json:"unit"`
	Outcome    string            `json:"outcome"`
	Include    []study.Criterion `json:"include,omitempty"`
	Exclude    []study.Criterion `json:"exclude,omitempty"`
	Conditions []string          `json:"conditions,omitempty"`
	Amendments []study.Amendment `json:"amendments,omitempty"`
}

// Search is one look into one place.
type Search struct {
	Source string `json:"source"`
	On     string `json:"on"`
	Query  string `json:"query"`
	Hits   int    `json:"hits"`
	Note   string `json:"note,omitempty"`
}

// Selection is how the cases were chosen.
type Selection struct {
	Method     string      `json:"method"`
	K          int         `json:"k"`
	MinSuccess int         `json:"min_success"`
	MinFailure int         `json:"min_failure"`
	Proven     bool        `json:"proven"`
	Candidates []Candidate `json:"candidates"` // the universe
}

// Candidate is one case that could have been chosen.
type Candidate struct {
	Name    string `json:"name"`
	Country string `json:"country"`
	Start   int    `json:"start"`
	Region  string `json:"region"`
	Regime  string `json:"regime"`
	Outcome string `json:"outcome"`
	Chosen  bool   `json:"chosen"`
}

// Case is a selected case with what is told of it.
type Case struct {
	ID      string   `json:"id"`
	Name    string   `json:"name"`
	Country string   `json:"country"`
	Region  string   `json:"region"`
	Regime  string   `json:"regime"` // of the year before onset
	Start   int      `json:"start"`
	End     int      `json:"end,omitempty"`
	Outcome string   `json:"outcome"`
	Summary string   `json:"summary"`
	Notice  string   `json:"notice,omitempty"`
	Works   []string `json:"works,omitempty"` // the summary rests on them
	Context []Fact   `json:"context"`
	Events  []Event  `json:"events"`
	Actors  []Actor  `json:"actors"`
	Ties    []Tie    `json:"ties,omitempty"`

	Unnamed    []coalition.Cell `json:"unnamed,omitempty"`     // actors that are not named, by sector
	UnnamedFew bool             `json:"unnamed_few,omitempty"` // there are some, too few to be counted
}

// Fact is something known of a case or its country, with where it was read.
type Fact struct {
	Name    string   `json:"name"`
	Value   string   `json:"value"`
	Source  string   `json:"source,omitempty"` // dataset and version
	Licence string   `json:"licence,omitempty"`
	URLs    []string `json:"urls,omitempty"`
}

// Event is a dated happening.
type Event struct {
	ID     string     `json:"id"`
	Date   cases.EDTF `json:"date"`
	Title  string     `json:"title"`
	Detail string     `json:"detail,omitempty"`
	Lane   string     `json:"lane"`
	Works  []string   `json:"works,omitempty"`
	URLs   []string   `json:"urls,omitempty"`
}

// Actor is an organisation or a group.
type Actor struct {
	ID     string   `json:"id"`
	Name   string   `json:"name"`
	Sector string   `json:"sector"`
	Level  string   `json:"level,omitempty"`
	Stance string   `json:"stance"`
	URLs   []string `json:"urls,omitempty"`
}

// Tie is a relation between two actors.
type Tie struct {
	From string     `json:"from"`
	Kind string     `json:"kind"`
	To   string     `json:"to"`
	Date cases.EDTF `json:"date,omitempty"`
}

// Condition is what cases are compared by.
type Condition struct {
	ID          string                `json:"id"`
	Letter      string                `json:"letter"`
	Name        string                `json:"name"`
	Outcome     bool                  `json:"outcome,omitempty"`
	Define      string                `json:"define"`
	Calibration synthesis.Calibration `json:"calibration"`
}

// Evidence is one thing that a statement rests on.
type Evidence struct {
	ID   string      `json:"id"`
	Kind thread.Kind `json:"kind"`
	Role thread.Role `json:"role"` // supports, contradicts
}

// Statement is what all statements have in common.
type Statement struct {
	ID       string      `json:"id"`
	Kind     thread.Kind `json:"kind"`
	Title    string      `json:"title"`
	Text     string      `json:"text,omitempty"`
	State    string      `json:"state"` // confirmed, stale, unconfirmed
	Evidence []Evidence  `json:"evidence"`
}

// Hypothesis says how something came about in a case, with what its tests came to.
type Hypothesis struct {
	Statement
	Case   string   `json:"case"`
	Stands string   `json:"stands"` // in words
	Rivals []string `json:"rivals,omitempty"`
	Tests  []Test   `json:"tests"`
}

// Test is one trace that a hypothesis leads to expect.
type Test struct {
	Trace   string `json:"trace"`
	Kind    string `json:"kind"` // such as hoop test
	Result  string `json:"result"`
	Says    string `json:"says"`
	Caution string `json:"caution,omitempty"`
}

// Takeaway is a factor in one case.
type Takeaway struct {
	Statement
	Case      string `json:"case"`
	Direction string `json:"direction"` // success, failure
}

// Score is what was observed of a condition in a case. Its text is the justification.
type Score struct {
	Statement
	Case       string   `json:"case"`
	Condition  string   `json:"condition"`
	Raw        string   `json:"raw"`
	Membership *float64 `json:"membership,omitempty"` // nil: the raw value does not fit the calibration, or has a level instead
	Level      *int     `json:"level,omitempty"`      // of a multi-value condition, from 0
	Agreed     int      `json:"agreed"`               // how many coders agreed on it
}

// Analysis is a qualitative comparative analysis. Its text is what a person reads in it.
type Analysis struct {
	Statement
	Mode        string   `json:"mode"`
	Outcome     string   `json:"outcome"`
	Conditions  []string `json:"conditions"`
	Cases       []string `json:"cases"`
	Frequency   int      `json:"frequency"`
	Consistency float64  `json:"consistency"`
	PRI         float64  `json:"pri,omitempty"`
	Result      *Result  `json:"result,omitempty"`
}

// Result is what an analysis gave.
type Result struct {
	Rows       []Row      `json:"rows"`
	Remainders int        `json:"remainders"`
	Solutions  []Solution `json:"solutions"`
}

// Row is one observed configuration.
type Row struct {
	Configuration string   `json:"configuration"`
	Cases         []string `json:"cases"`
	Consistency   float64  `json:"consistency"`
	PRI           float64  `json:"pri"`
	Output        string   `json:"output"`
	Deviant       []string `json:"deviant,omitempty"`
}

// Solution is one way of minimising the truth table.
type Solution struct {
	Kind   string  `json:"kind"`
	Models []Model `json:"models"`
}

// Model is a sum of terms.
type Model struct {
	Formula     string  `json:"formula"`
	Consistency float64 `json:"consistency"`
	PRI         float64 `json:"pri"`
	Coverage    float64 `json:"coverage"`
	Terms       []Term  `json:"terms"`
}

// Term is one path to the outcome.
type Term struct {
	Formula        string   `json:"formula"`
	Consistency    float64  `json:"consistency"`
	RawCoverage    float64  `json:"raw_coverage"`
	UniqueCoverage float64  `json:"unique_coverage"`
	Cases          []string `json:"cases"`
}

// Finding is what an analysis or a comparison shows.
type Finding struct {
	Statement
	CasesFor     []string `json:"cases_for,omitempty"`
	CasesAgainst []string `json:"cases_against,omitempty"`
}

// Lesson is a statement across cases.
type Lesson struct {
	Statement
	Insight      string               `json:"insight,omitempty"`
	Scope        string               `json:"scope"`
	Confidence   synthesis.Confidence `json:"confidence"`
	CasesFor     []string             `json:"cases_for"`
	CasesAgainst []string             `json:"cases_against,omitempty"`
}

// Recommendation is what an audience should do. Its title is the action, its text how.
type Recommendation struct {
	Statement
	Audiences []string `json:"audiences"`
	Risks     string   `json:"risks"`
}

// Answer answers a question.
type Answer struct {
	Statement
	Question string `json:"question"`
}

// Passage is a piece of evidence: quoted, or sealed.
type Passage struct {
	ID         string `json:"id"`
	Source     string `json:"source"`             // title of the document, or the class of source of an interview
	Interview  bool   `json:"interview"`          // an informant's words
	Sealed     bool   `json:"sealed"`             // the words are kept back
	Quote      string `json:"quote,omitempty"`    // empty when sealed
	Part       string `json:"part,omitempty"`     // of a picture, a page or a recording, as a W3C media fragment; the quote then describes it
	Language   string `json:"language,omitempty"` // of the quote
	Translated bool   `json:"translated,omitempty"`
	Commitment string `json:"commitment,omitempty"` // when sealed
	Notice     string `json:"notice,omitempty"`
	Case       string `json:"case,omitempty"`
	Work       string `json:"work,omitempty"` // that the document comes from
	titleLang  string // language of the source's title; empty: that of the page
}

// Work is one cited work.
type Work struct {
	ID        string   `json:"id"`
	Type      string   `json:"type"`
	Authors   []string `json:"authors,omitempty"`
	Year      int      `json:"year,omitempty"`
	Title     string   `json:"title"`
	Container string   `json:"container,omitempty"`
	Language  string   `json:"language,omitempty"`
	DOI       string   `json:"doi,omitempty"`
	URL       string   `json:"url,omitempty"`
}

// objects sorts a bundle by type.
type objects struct {
	study      study.Study
	protocol   study.Protocol
	selection  cases.Selection
	editions   []study.Edition
	searches   []source.Search
	records    []source.Record
	works      []source.Work
	screenings []source.Screening
	candidates map[thread.ID]cases.Candidate
	universe   []cases.Candidate
	facts      []cases.Fact
	cases      []cases.Case
	events     []cases.Event
	actors     []cases.Actor
	ties       []cases.Tie
	informants map[thread.ID]fieldwork.Informant
	interviews []fieldwork.Interview
	segments   []coding.Segment
	conditions []synthesis.Condition
	scores     []synthesis.Score
	takeaways  []synthesis.Takeaway
	hypotheses []cases.Hypothesis
	analyses   []synthesis.Analysis
	findings   []synthesis.Finding
	lessons    []synthesis.Lesson
	recoms     []synthesis.Recommendation
	answers    []synthesis.Answer
}

func sorted(b store.Bundle) objects {
	o := objects{candidates: map[thread.ID]cases.Candidate{}, informants: map[thread.ID]fieldwork.Informant{}}
	for _, x := range b.Objects {
		switch x := x.(type) {
		case study.Study:
			o.study = x
		case study.Protocol:
			o.protocol = x
		case study.Edition:
			o.editions = append(o.editions, x)
		case cases.Selection:
			o.selection = x
		case source.Search:
			o.searches = append(o.searches, x)
		case source.Record:
			o.records = append(o.records, x)
		case source.Work:
			o.works = append(o.works, x)
		case source.Screening:
			o.screenings = append(o.screenings, x)
		case cases.Candidate:
			o.candidates[x.ID] = x
			o.universe = append(o.universe, x)
		case cases.Fact:
			o.facts = append(o.facts, x)
		case cases.Case:
			o.cases = append(o.cases, x)
		case cases.Event:
			o.events = append(o.events, x)
		case cases.Actor:
			o.actors = append(o.actors, x)
		case cases.Tie:
			o.ties = append(o.ties, x)
		case fieldwork.Informant:
			o.informants[x.ID] = x
		case fieldwork.Interview:
			o.interviews = append(o.interviews, x)
		case coding.Segment:
			o.segments = append(o.segments, x)
		case synthesis.Condition:
			o.conditions = append(o.conditions, x)
		case synthesis.Score:
			o.scores = append(o.scores, x)
		case cases.Hypothesis:
			o.hypotheses = append(o.hypotheses, x)
		case synthesis.Takeaway:
			o.takeaways = append(o.takeaways, x)
		case synthesis.Analysis:
			o.analyses = append(o.analyses, x)
		case synthesis.Finding:
			o.findings = append(o.findings, x)
		case synthesis.Lesson:
			o.lessons = append(o.lessons, x)
		case synthesis.Recommendation:
			o.recoms = append(o.recoms, x)
		case synthesis.Answer:
			o.answers = append(o.answers, x)
		}
	}
	return o
}

// builder turns a study into what may be published of it.
type builder struct {
	objects
	consents
	secrets  *secrets
	graph    thread.Graph
	segment  map[thread.ID]coding.Segment
	caseByID map[thread.ID]cases.Case
	workOf   map[thread.ID]thread.ID // record -> the record that stands for its work
	cited    map[thread.ID]bool      // records that stand for a cited work
	passages map[thread.ID]bool      // segments that are shown
	verdicts map[thread.ID]bool
	written  []prose
	report   *Report
}

// newContent decides what of a study may be published. It is the only place that does.
func newContent(b store.Bundle, g thread.Graph, s *secrets, r *Report) (Content, error) {
	x := builder{objects: sorted(b), consents: newConsents(b), secrets: s, graph: g, segment: map[thread.ID]coding.Segment{},
		caseByID: map[thread.ID]cases.Case{}, workOf: map[thread.ID]thread.ID{}, cited: map[thread.ID]bool{}, passages: map[thread.ID]bool{},
		verdicts: map[thread.ID]bool{}, report: r}
	for _, sg := range x.segments {
		x.segment[sg.ID] = sg
	}
	for _, c := range x.objects.cases {
		x.caseByID[c.ID] = c
	}
	for _, rec := range x.records {
		x.workOf[rec.ID] = rec.ID
	}
	for _, w := range x.works {
		for _, rec := range w.Records {
			x.workOf[rec] = w.Records[0]
		}
	}
	c := x.frame()
	x.judge()
	x.cases(&c)
	x.statements(&c)
	x.sources(&c)
	if err := s.repeats(x.written); err != nil {
		return c, fault.Wrap(fault.Invalid, err, "Nothing was published: %s.", firstOf(err))
	}
	return c, nil
}

// firstOf names the objects of all problems.
func firstOf(err error) string {
	ps, ok := err.(fault.Problems)
	if !ok || len(ps) == 0 {
		return fault.Message(err)
	}
	ids := make([]string, len(ps))
	for i, p := range ps {
		ids[i] = p.Field
	}
	return strings.Join(ids, ", ") + ": " + ps[0].Message
}

func (x *builder) public(id thread.ID) string { return x.secrets.public(id) }

func (x *builder) publics(ids []thread.ID) []string {
	out := make([]string, 0, len(ids))
	for _, id := range ids {
		out = append(out, x.public(id))
	}
	return out
}

// write notes text that people wrote, to be held against the interviews that may not be quoted.
func (x *builder) write(id thread.ID, texts ...string) {
	for _, t := range texts {
		x.written = append(x.written, prose{id, t})
	}
}

func (x *builder) frame() Content {
	s := x.objects.study
	c := Content{Slug: s.Slug, Title: s.Title, Notice: s.Notice, Purpose: s.Purpose, Approach: s.Approach, Theme: s.Theme, QuestionCode: s.QuestionCode,
		Question: s.Question, CoreQuestions: s.CoreQuestions, Insights: s.Insights, Audiences: s.Audiences, Definitions: s.Definitions,
		RegionScheme: s.RegionScheme, Languages: s.Languages, Acknowledgement: s.Acknowledgement, Licence: s.Licence}
	p := x.protocol
	c.Protocol = Protocol{Unit: p.Unit, Outcome: p.Outcome, Include: p.Include, Exclude: p.Exclude, Conditions: p.Conditions, Amendments: p.Amendments}
	slices.SortStableFunc(x.editions, func(a, b study.Edition) int {
		return strings.Compare(b.On+" "+string(b.ID), a.On+" "+string(a.ID))
	})
	for i, e := range x.editions {
		pe := Edition{ID: x.public(e.ID), On: e.On, Note: e.Note}
		if i == 0 {
			pe.SignedBy = e.SignedBy
		}
		c.Editions = append(c.Editions, pe)
	}
	for _, s := range x.searches {
		c.Searches = append(c.Searches, Search{s.Source, s.On, s.Query, s.Hits, s.Note})
	}
	slices.SortStableFunc(c.Searches, func(a, b Search) int { return strings.Compare(a.On, b.On) })
	c.Flow = source.FlowOf(x.searches, x.records, x.works, x.screenings, x.protocol)
	sel := x.selection
	c.Selection = Selection{Method: sel.Method, K: sel.K, MinSuccess: sel.MinSuccess, MinFailure: sel.MinFailure, Proven: sel.Proven}
	chosen := map[thread.ID]bool{}
	for _, cs := range x.objects.cases {
		chosen[cs.Candidate] = true
	}
	for _, u := range x.universe {
		c.Selection.Candidates = append(c.Selection.Candidates, Candidate{u.Name, u.Country, u.Start, u.Region, u.RegimeBefore, u.Outcome, chosen[u.ID]})
	}
	slices.SortStableFunc(c.Selection.Candidates, func(a, b Candidate) int {
		return strings.Compare(a.Region+"\x00"+a.Country+"\x00"+a.Name, b.Region+"\x00"+b.Country+"\x00"+b.Name)
	})
	for _, i := range x.objects.interviews {
		if i.Consent.MayRest() {
			c.Interviews++
		}
	}
	for _, k := range x.conditions {
		c.Conditions = append(c.Conditions, Condition{x.public(k.ID), k.Letter, k.Name, k.Outcome, k.Define, k.Calibration})
	}
	return c
}

// judge decides for every statement whether it may be published: at least one unbroken path of supporting links must lead
// from it, through statements that may be published themselves, to a passage that may be quoted or cited sealed.
func (x *builder) judge() {
	var may func(thread.ID) bool
	may = func(id thread.ID) bool {
		if v, ok := x.verdicts[id]; ok {
			return v
		}
		x.verdicts[id] = false // a circle supports nothing
		ok := false
		switch {
		case id.Kind() == thread.Segment:
			ok = x.mayShow(id)
		case id.Kind().IsStatement() && x.graph.Grounded(id):
			for _, e := range x.graph.Down(id) {
				if e.Role == thread.Supports && may(e.To) {
					ok = true
				}
			}
		}
		x.verdicts[id] = ok
		return ok
	}
	ids := make([]thread.ID, 0, len(x.graph.Nodes))
	for id := range x.graph.Nodes {
		if id.Kind().IsStatement() {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	omitted := map[thread.ID]bool{}
	for _, id := range ids {
		n := x.graph.Nodes[id]
		if !may(id) {
			reason := "rests only on interviews whose informants did not agree to it, withdrew, or spoke for background only"
			if !x.graph.Grounded(id) {
				reason = "no unbroken path of supporting links leads down to a document or an interview"
			}
			x.report.Withheld = append(x.report.Withheld, Withheld{id, id.Kind(), n.Label, reason})
			continue
		}
		switch n.State() {
		case thread.Stale:
			x.report.Stale++
		case thread.Unconfirmed:
			x.report.Open++
		}
		for _, e := range x.graph.Down(id) {
			if e.To.Kind() != thread.Segment || e.Role != thread.Supports && e.Role != thread.Contradicts {
				continue
			}
			if may(e.To) {
				x.passages[e.To] = true
			} else {
				omitted[e.To] = true
			}
		}
	}
	for id := range omitted {
		if s := x.segment[id]; s.Anchor.Version != x.documents[s.Anchor.Document].Version {
			x.report.Omitted = append(x.report.Omitted, Withheld{id, thread.Segment, x.graph.Nodes[id].Label, "its words no longer stand in the text of its document; put it where they do, or take it out"})
			continue
		}
		x.report.Omitted = append(x.report.Omitted, Withheld{id, thread.Segment, x.graph.Nodes[id].Label, "its informant did not agree to it, withdrew, or spoke for background only"})
	}
	slices.SortFunc(x.report.Omitted, func(a, b Withheld) int { return strings.Compare(string(a.ID), string(b.ID)) })
}

// mayShow tells whether a passage may be shown at all, quoted or sealed.
func (x *builder) mayShow(seg thread.ID) bool {
	s, ok := x.segment[seg]
	if !ok {
		return false
	}
	if d, ok := x.documents[s.Anchor.Document]; !ok || s.Anchor.Version != d.Version { // words that no longer stand in the text say nothing
		return false
	}
	i, protected := x.of(s.Anchor.Document)
	return !protected || i.Consent.MayQuote() || i.Consent.MayRest()
}

// passageID is the public id of a passage. That of an interview's passage is made from its commitment, and so leads
// nobody back to the interview.
func (x *builder) passageID(seg thread.ID) string {
	s := x.segment[seg]
	if _, protected := x.of(s.Anchor.Document); protected {
		return "s-" + document.SealOf(x.secrets.key, seg, s.Anchor.Quote).Commitment[:12]
	}
	return x.public(seg)
}

func (x *builder) passage(s coding.Segment) Passage {
	d := x.documents[s.Anchor.Document]
	p := Passage{ID: x.passageID(s.ID), Notice: d.Notice}
	if s.Case != "" {
		p.Case = x.public(s.Case)
	}
	i, protected := x.of(d.ID)
	if !protected {
		p.Source, p.titleLang, p.Quote, p.Language, p.Translated = d.Title, d.Language, cited(s.Anchor.Quote), d.Language, d.Kind == document.Translation
		p.Part = s.Anchor.Area.String()
		for rec := d; ; rec = x.documents[rec.Translates] {
			if rec.Record != "" {
				p.Work = x.cite(rec.Record)
			}
			if rec.Record != "" || rec.Translates == "" {
				return p
			}
		}
	}
	p.Interview = true
	p.Source = classOf(x.informants[i.Informant].Category, x.candidates[x.caseByID[i.Case].Candidate].Country)
	if p.Notice == "" {
		p.Notice = i.Notice
	}
	if i.Consent.MayQuote() {
		p.Quote, p.Language, p.Translated = cited(s.Anchor.Quote), d.Language, d.Kind == document.Translation
		p.Part = s.Anchor.Area.String()
		return p
	}
	p.Sealed = true
	p.Commitment = document.SealOf(x.secrets.key, s.ID, s.Anchor.Quote).Commitment
	return p
}

// longestCitation is how many characters of a passage are published. Passages come to be longer when a text was coded as a
// whole, and a whole report or interview is no citation.
const longestCitation = 2000

func cited(quote string) string {
	n := 0
	for i := range quote {
		if n++; n > longestCitation {
			return strings.TrimRight(quote[:i], " \n") + " […]"
		}
	}
	return quote
}

// cite notes that a record's work is cited and gives the work's public id.
func (x *builder) cite(rec thread.ID) string {
	w, ok := x.workOf[rec]
	if !ok {
		return ""
	}
	x.cited[w] = true
	return x.public(w)
}

func (x *builder) cites(recs []thread.ID) []string {
	var out []string
	for _, r := range recs {
		if w := x.cite(r); w != "" && !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	return out
}

func (x *builder) cases(c *Content) {
	for _, cs := range x.objects.cases {
		u := x.candidates[cs.Candidate]
		x.write(cs.ID, cs.Name, cs.Summary, cs.Notice)
		p := Case{ID: x.public(cs.ID), Name: cs.Name, Country: u.Country, Region: u.Region, Regime: u.RegimeBefore, Start: u.Start, End: u.End, Outcome: u.Outcome,
			Summary: cs.Summary, Notice: cs.Notice, Works: x.cites(cs.Sources), Context: x.context(u)}
		for _, e := range x.events {
			if e.Case == cs.ID {
				x.write(e.ID, e.Title, e.Detail)
				p.Events = append(p.Events, Event{x.public(e.ID), e.Date, e.Title, e.Detail, e.Lane, x.cites(e.Records), e.URLs})
			}
		}
		slices.SortStableFunc(p.Events, func(a, b Event) int {
			return strings.Compare(a.Date.Earliest()+a.Date.Latest()+a.ID, b.Date.Earliest()+b.Date.Latest()+b.ID)
		})
		name := map[thread.ID]string{}
		var actors []cases.Actor
		for _, a := range x.actors {
			if a.Case == cs.ID {
				actors = append(actors, a)
			}
			if a.Case == cs.ID && a.Named() {
				x.write(a.ID, a.Name)
				name[a.ID] = a.Name
				p.Actors = append(p.Actors, Actor{x.public(a.ID), a.Name, a.Sector, a.Level, a.Stance, a.Source})
			}
		}
		p.Unnamed, p.UnnamedFew = cases.Unnamed(actors, x.study.SmallestCell())
		for _, t := range x.ties {
			if t.Case == cs.ID && name[t.From] != "" && name[t.To] != "" {
				p.Ties = append(p.Ties, Tie{name[t.From], t.Kind, name[t.To], t.Date})
			}
		}
		c.Cases = append(c.Cases, p)
	}
	slices.SortStableFunc(c.Cases, func(a, b Case) int { return strings.Compare(a.Name+"\x00"+a.ID, b.Name+"\x00"+b.ID) })
}

// context lists what is known of a case's setting: the facts of its candidate, and for each attribute of its country the
// latest value before onset.
func (x *builder) context(u cases.Candidate) []Fact {
	var out []Fact
	add := func(name, value string, urls []string) {
		if value != "" {
			out = append(out, Fact{Name: name, Value: value, URLs: urls})
		}
	}
	add("Country", u.Country, nil)
	add("Region", u.Region, nil)
	add("Time", years(u.Start, u.End), u.DatesSource)
	add("Regime type of the year before onset", u.RegimeBefore, u.RegimeSource)
	add("Trigger", u.Trigger, u.TriggerSource)
	add("Sectors taking part", strings.Join(u.Sectors, ", "), u.SectorsSource)
	lead := u.Leadership
	if u.LeadershipNote != "" {
		lead = strings.TrimPrefix(lead+": "+u.LeadershipNote, ": ")
	}
	add("Leadership", lead, u.LeadershipSource)
	add("Nonviolent", u.Nonviolent, u.NonviolentSource)
	if u.Participation > 0 {
		add("People at the peak", thousands(u.Participation), u.ParticipationSource)
	}
	outcome := u.Outcome
	if u.OutcomeNote != "" {
		outcome += ": " + u.OutcomeNote
	}
	add("Outcome", outcome, u.OutcomeSource)
	last := map[string]cases.Fact{}
	for _, f := range x.facts {
		if f.ISO3 == u.ISO3 && f.Year < u.Start && f.Year > last[f.Attribute].Year {
			last[f.Attribute] = f
		}
	}
	names := make([]string, 0, len(last))
	for n := range last {
		names = append(names, n)
	}
	sort.Strings(names)
	for _, n := range names {
		f := last[n]
		out = append(out, Fact{Name: capital(strings.ReplaceAll(n, "-", " ")) + ", " + years(f.Year, f.Year), Value: f.Value, Source: f.Source, Licence: f.Licence})
	}
	return out
}

// statement gives what all statements have in common, and whether it may be published.
func (x *builder) statement(id thread.ID, title, text string, more ...string) (Statement, bool) {
	if !x.verdicts[id] {
		return Statement{}, false
	}
	x.write(id, append([]string{title, text}, more...)...)
	s := Statement{ID: x.public(id), Kind: id.Kind(), Title: title, Text: text, State: x.graph.Nodes[id].State()}
	for _, e := range x.graph.Down(id) {
		if e.Role != thread.Supports && e.Role != thread.Contradicts || !x.verdicts[e.To] {
			continue
		}
		to := x.public(e.To)
		if e.To.Kind() == thread.Segment {
			to = x.passageID(e.To)
		}
		s.Evidence = append(s.Evidence, Evidence{to, e.To.Kind(), e.Role})
	}
	// By public id, so that the order of an interview's passages tells nothing of their own ids.
	slices.SortStableFunc(s.Evidence, func(a, b Evidence) int {
		if a.Role != b.Role {
			return -strings.Compare(string(a.Role), string(b.Role)) // supports first
		}
		return strings.Compare(a.ID, b.ID)
	})
	return s, true
}

func (x *builder) statements(c *Content) {
	condition := map[thread.ID]synthesis.Column{}
	for _, k := range x.conditions {
		condition[k.ID] = k.Column(x.scores)
	}
	for _, t := range x.takeaways {
		if s, ok := x.statement(t.ID, t.Title, t.Text); ok {
			c.Takeaways = append(c.Takeaways, Takeaway{s, x.public(t.Case), t.Direction})
		}
	}
	for _, h := range x.hypotheses {
		texts := []string{h.Text}
		for _, t := range h.Tests {
			texts = append(texts, t.Trace)
		}
		s, ok := x.statement(h.ID, h.Title, texts[0], texts[1:]...)
		sum, _, err := h.Judged()
		if !ok || err != nil {
			continue
		}
		p := Hypothesis{Statement: s, Case: x.public(h.Case), Stands: sum.Words}
		for _, r := range x.hypotheses {
			if slices.Contains(h.Rivals, r.ID) && x.verdicts[r.ID] {
				p.Rivals = append(p.Rivals, x.public(r.ID))
			}
		}
		for _, r := range sum.Readings {
			p.Tests = append(p.Tests, Test{r.Test.Trace, string(r.Kind), cmp.Or(string(r.Test.Result), "open"), r.Words, r.Caution})
		}
		c.Hypotheses = append(c.Hypotheses, p)
	}
	for _, sc := range x.scores {
		k := condition[sc.Condition]
		s, ok := x.statement(sc.Ref(), k.Condition.Name+" in "+x.caseByID[sc.Case].Name, sc.Justification, sc.Raw)
		if !ok {
			continue
		}
		p := Score{Statement: s, Case: x.public(sc.Case), Condition: x.public(sc.Condition), Raw: sc.Raw, Agreed: len(sc.AgreedBy)}
		if at, ok := k.Point(sc.Case); ok && at.Err == nil {
			if k.Condition.Calibration.Multi() {
				level := int(at.Value)
				p.Level = &level
			} else {
				p.Membership = &at.Value
			}
		}
		c.Scores = append(c.Scores, p)
	}
	for _, a := range x.analyses {
		if s, ok := x.statement(a.ID, a.Title, a.Reading); ok {
			c.Analyses = append(c.Analyses, Analysis{s, a.Mode, x.public(a.Outcome), x.publics(a.Conditions), x.publics(a.Cases), a.Frequency, a.Consistency, a.PRI, x.result(a.Result)})
		}
	}
	for _, f := range x.findings {
		if s, ok := x.statement(f.ID, f.Title, f.Text); ok {
			c.Findings = append(c.Findings, Finding{s, x.publics(f.CasesFor), x.publics(f.CasesAgainst)})
		}
	}
	for _, l := range x.lessons {
		k := l.Confidence
		if s, ok := x.statement(l.ID, l.Title, l.Statement, l.Scope, k.Reason, k.Limitations.Reason, k.Coherence.Reason, k.Adequacy.Reason, k.Relevance.Reason); ok {
			c.Lessons = append(c.Lessons, Lesson{s, l.Insight, l.Scope, l.Confidence, x.publics(l.CasesFor), x.publics(l.CasesAgainst)})
		}
	}
	for _, r := range x.recoms {
		if s, ok := x.statement(r.ID, r.Action, r.Detail, r.Risks); ok {
			c.Recommendations = append(c.Recommendations, Recommendation{s, r.Audiences, r.Risks})
		}
	}
	question := map[string]string{"learning": x.objects.study.Question}
	for _, q := range x.objects.study.CoreQuestions {
		question[q.ID] = q.Text
	}
	for _, a := range x.answers {
		if s, ok := x.statement(a.ID, question[a.Question], a.Text); ok {
			c.Answers = append(c.Answers, Answer{s, a.Question})
		}
	}
}

func (x *builder) result(r *synthesis.Result) *Result {
	if r == nil {
		return nil
	}
	out := &Result{Remainders: r.Remainders}
	for _, row := range r.Rows {
		out.Rows = append(out.Rows, Row{row.Configuration, x.publics(row.Cases), row.Consistency, row.PRI, row.Output, x.publics(row.Deviant)})
	}
	for _, s := range r.Solutions {
		sol := Solution{Kind: s.Kind}
		for _, m := range s.Models {
			model := Model{Formula: m.Formula, Consistency: m.Consistency, PRI: m.PRI, Coverage: m.Coverage}
			for _, t := range m.Terms {
				model.Terms = append(model.Terms, Term{t.Formula, t.Consistency, t.RawCoverage, t.UniqueCoverage, x.publics(t.Cases)})
			}
			sol.Models = append(sol.Models, model)
		}
		out.Solutions = append(out.Solutions, sol)
	}
	return out
}

// sources gathers the passages that are shown and the works that are cited.
func (x *builder) sources(c *Content) {
	for _, s := range x.segments {
		if x.passages[s.ID] {
			c.Passages = append(c.Passages, x.passage(s))
		}
	}
	slices.SortStableFunc(c.Passages, func(a, b Passage) int { return strings.Compare(a.ID, b.ID) })
	for _, r := range x.records {
		if x.cited[r.ID] {
			c.Works = append(c.Works, Work{x.public(r.ID), r.Type, r.Authors, r.Year, r.Title, r.Container, r.Language, r.DOI, r.URL})
		}
	}
	slices.SortStableFunc(c.Works, func(a, b Work) int {
		ka, kb := a.sortKey(), b.sortKey()
		if ka != kb {
			return strings.Compare(ka, kb)
		}
		if a.Year != b.Year {
			return a.Year - b.Year
		}
		return strings.Compare(strings.ToLower(a.Title)+a.ID, strings.ToLower(b.Title)+b.ID)
	})
}
