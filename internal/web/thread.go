package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

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

// threadPage shows one object in the thread: what it rests on, down to the sentences, and what rests on it.
type threadPage struct {
	ID        string
	Kind      thread.Kind
	Label     string
	Page      string // address of its own page; empty: none but this
	State     string
	Confirmed string // "by lead on 3 March 2026"; empty: never
	Grounded  bool   // at least one unbroken path leads down to a document or an interview
	Statement bool
	Lines     []line
	Passage   *passage
	Why       whyStale
	Confirm   *confirmForm
	Message   string // after a confirmation that did not go through
	Down      side
	Up        side
	Journal   string // address of its history; empty: not for this role
	Memos     []memoLine
	Acts      acts
	Memo      string // address where one is written; empty: may not
}

// line is a labelled text of an object.
type line struct {
	Label string
	Text  string
	Lang  string
	Href  string
}

// side is one direction of the thread.
type side struct {
	Branches []branch
	Total    int    // objects in this direction, all the way
	Others   int    // of these, so many belong to cases of other teams and are not shown
	Cut      int    // direct neighbours beyond the first ones
	All      string // address that opens everything; empty: everything is open
}

// branch is an object in the tree, with what lies beyond it.
type branch struct {
	Anchor   string // id of the element
	Relation string // how it is tied to the one before it, in words
	Against  bool   // it speaks against
	Kind     thread.Kind
	Label    string
	Href     string // its thread page; empty: not to be opened
	State    string
	Passage  *passage
	Beyond   []branch
	Open     bool   // its part of the tree begins unfolded
	More     string // address of this page with what lies beyond it opened; empty: nothing more
	Count    int    // how many things More would show
	Again    string // where in this page it has been shown with what lies beyond; empty: here
}

// confirmForm confirms a statement on the evidence as it was shown.
type confirmForm struct {
	Action string
	Basis  string
	From   string // where to go on afterwards
	Label  string
}

func (threadPage) template() string { return "thread" }

func (s *Server) thread() section {
	return section{
		Routes: []Route{
			{Pattern: "GET /s/{study}/thread/{id}", Policy: Seeing(), Handle: showThread},
			{Pattern: "POST /s/{study}/confirm/{id}", Policy: On(study.Confirm, thread.Statements()...), Handle: doConfirm},
		},
		Pages: []page{threadPage{}},
	}
}

// A part of the thread of at most so many objects is shown whole, of at most so many unfolded. Of more direct neighbours
// than most, the first are shown.
const (
	wholeUpTo  = 80
	unfoldUpTo = 40
	mostDirect = 200
)

func showThread(v *visit) error { return v.threadPage("") }

func (v *visit) threadPage(message string) error {
	down, err := v.store().Down(v.Ctx, v.Study, v.Node.ID)
	if err != nil {
		return err
	}
	up, err := v.store().Up(v.Ctx, v.Study, v.Node.ID)
	if err != nil {
		return err
	}
	if err := v.blindfold(down, up); err != nil {
		return err
	}
	if v.hidden(v.Node.ID) {
		return fault.New(fault.NotFound, "Coding is blind: you see what you coded yourself.")
	}
	n := v.Node
	p := threadPage{ID: string(n.ID), Kind: n.Kind, Label: n.Label, State: n.State(), Statement: n.Kind.IsStatement(), Grounded: down.Grounded(n.ID), Message: message}
	if own := v.page(n.ID); own != v.at("thread", p.ID) {
		p.Page = own
	}
	if n.Confirmed != "" {
		p.Confirmed = "by " + n.ConfirmedBy + " on " + day(n.ConfirmedAt)
	}
	p.Lines = v.told(v.Object)
	if seg, ok := v.Object.(coding.Segment); ok {
		ps, err := v.passage(seg, n)
		if err != nil {
			return err
		}
		if err := v.widen(&ps, seg.Anchor); err != nil {
			return err
		}
		p.Passage = &ps
	}
	if p.State == thread.Stale || p.State == thread.Unconfirmed {
		p.Why = v.why(down, n)
		if v.may(study.Confirm, n.Case) {
			p.Confirm = v.confirmForm(n, "thread")
		}
	}
	if p.Down, err = v.side(down, true); err != nil {
		return err
	}
	if p.Up, err = v.side(up, false); err != nil {
		return err
	}
	if p.Memos, err = v.memosOn(n); err != nil {
		return err
	}
	if slices.Contains(coding.Memorable, n.Kind) && v.may(study.CodeText, n.Case) && v.may(seeing(thread.Memo), n.Case) && v.closedToMemos(v.Object) == nil {
		p.Memo = v.at("thread", p.ID, "memo")
		if p.Acts, err = v.acts(memosOf(n.ID), "thread", p.ID); err != nil {
			return err
		}
	}
	if v.may(study.Audit, "") {
		p.Journal = v.at("journal") + "?id=" + url.QueryEscape(p.ID)
	}
	return v.render(n.Kind.Word()+": "+n.Label, p)
}

func (v *visit) confirmForm(n thread.Node, from string) *confirmForm {
	return &confirmForm{Action: v.at("confirm", string(n.ID)), Basis: n.Basis, From: from, Label: n.Label}
}

func doConfirm(v *visit) error {
	err := v.write(func(tx *store.Tx) error { return tx.Confirm(v.Study, v.Node.ID, v.R.PostForm.Get("basis")) })
	if fault.Of(err) == fault.Conflict {
		v.status = http.StatusConflict
		return v.threadPage(fault.Message(err))
	}
	if err != nil {
		return err
	}
	if v.R.PostForm.Get("from") == "stale" && v.may(study.Audit, "") {
		return v.to(v.at("stale"))
	}
	return v.to(v.at("thread", string(v.Node.ID)))
}

// foreign tells whether a node belongs to a case that the member works nothing on.
func (v *visit) foreign(n thread.Node) bool { return !v.may(study.Browse, n.Case) }

// tree builds one direction of the thread as a tree, showing each object with what lies beyond it only once.
type tree struct {
	v      *visit
	g      thread.Graph
	down   bool
	whole  bool               // everything is shown
	unfold bool               // and unfolded
	opened []string           // ids that the visitor opened
	path   []thread.ID        // the shortest way to a sentence, which begins opened
	shown  map[thread.ID]bool // with what lies beyond
	marked map[thread.ID]bool // has an element id in the page
	prefix string
}

func (v *visit) side(g thread.Graph, down bool) (side, error) {
	t := tree{v: v, g: g, down: down, shown: map[thread.ID]bool{g.Root: true}, marked: map[thread.ID]bool{}, prefix: "up-"}
	if down {
		t.prefix = "down-"
	}
	s := side{Total: len(g.Nodes) - 1}
	for _, n := range g.Nodes {
		if v.foreign(n) {
			s.Others++
		}
	}
	t.opened = v.R.URL.Query()["open"]
	if len(t.opened) > 100 {
		t.opened = t.opened[:100]
	}
	t.whole = s.Total <= wholeUpTo
	t.unfold = s.Total <= unfoldUpTo
	if down && !t.whole {
		t.path = t.toSentence()
	}
	var err error
	s.Branches, s.Cut, err = t.beyond(g.Root, 0)
	return s, err
}

// hidden tells whether something is another coder's while coding is blind.
func (v *visit) hidden(id thread.ID) bool {
	switch id.Kind() {
	case thread.Coding:
		return v.blinded && !strings.HasSuffix(string(id), "."+v.Member.Handle)
	case thread.Segment:
		return v.blinded && v.theirs[id]
	}
	return false
}

// blindfold finds out what is hidden: codings of others, and passages that others alone coded and no statement cites.
func (v *visit) blindfold(g ...thread.Graph) error {
	blind, err := v.blind()
	if err != nil || !blind {
		return err
	}
	uses, err := store.Uses(v.Ctx, v.store(), v.Study, "")
	if err != nil {
		return err
	}
	v.blinded, v.theirs = true, map[thread.ID]bool{}
	for _, u := range uses {
		v.theirs[u.Segment] = true
	}
	for _, u := range uses {
		if u.Coder == v.Member.Handle {
			delete(v.theirs, u.Segment)
		}
	}
	for _, x := range g {
		for id := range v.theirs {
			if _, ok := x.Nodes[id]; !ok {
				continue
			}
			for _, e := range x.Up(id) {
				if e.From.Kind().IsStatement() {
					delete(v.theirs, id)
				}
			}
		}
	}
	return nil
}

// edges lists the links from an object onwards in the direction of the tree, without what belongs to other teams.
func (t *tree) edges(id thread.ID) []thread.Edge {
	all := t.g.Up(id)
	if t.down {
		all = t.g.Down(id)
	}
	var out []thread.Edge
	for _, e := range all {
		if n := t.g.Nodes[t.far(e)]; !t.v.foreign(n) && !t.v.hidden(n.ID) {
			out = append(out, e)
		}
	}
	return out
}

// toSentence is the shortest way from the root to a passage whose words the member may read, without its two ends.
func (t *tree) toSentence() []thread.ID {
	from := map[thread.ID]thread.ID{t.g.Root: ""}
	queue := []thread.ID{t.g.Root}
	for len(queue) > 0 {
		id := queue[0]
		queue = queue[1:]
		for _, e := range t.edges(id) {
			next := t.far(e)
			if _, known := from[next]; known || !t.v.sees(t.g.Nodes[next]) {
				continue
			}
			from[next] = id
			if next.Kind() == thread.Segment && t.v.reads(t.g.Nodes[next]) {
				var path []thread.ID
				for x := id; x != t.g.Root; x = from[x] {
					path = append(path, x)
				}
				return path
			}
			queue = append(queue, next)
		}
	}
	return nil
}

func (t *tree) far(e thread.Edge) thread.ID {
	if t.down {
		return e.To
	}
	return e.From
}

func (t *tree) beyond(id thread.ID, depth int) (out []branch, cut int, err error) {
	edges := t.edges(id)
	if len(edges) > mostDirect {
		cut = len(edges) - mostDirect
		edges = edges[:mostDirect]
	}
	// What speaks against a statement is told first after what speaks for it, and both before its structure.
	for _, e := range edges {
		n := t.g.Nodes[t.far(e)]
		b := branch{Relation: relation(e.Role, t.down), Against: e.Role == thread.Contradicts, Kind: n.Kind, Open: t.unfold || depth < 1}
		seen := t.v.sees(n)
		if seen {
			b.Label, b.Href, b.State = n.Label, t.v.at("thread", string(n.ID)), n.State()
			if !t.marked[n.ID] {
				t.marked[n.ID], b.Anchor = true, t.prefix+string(n.ID)
			}
		}
		if n.Kind == thread.Segment {
			it, err := store.Get[coding.Segment](t.v.Ctx, t.v.s.store, t.v.Study, n.ID)
			if err != nil {
				return nil, 0, err
			}
			ps, err := t.v.passage(it.Object, n)
			if err != nil {
				return nil, 0, err
			}
			ps.Key = nil // on the page of the passage itself
			b.Passage = &ps
		}
		// Of what is not for this member there is no id in the page: what lies beyond is shown at once, not by a link.
		next := t.edges(n.ID)
		switch {
		case len(next) == 0:
		case t.shown[n.ID]:
			if seen {
				b.Again = "#" + t.prefix + string(n.ID)
			}
		case t.whole || !seen || slices.Contains(t.opened, string(n.ID)) || slices.Contains(t.path, n.ID):
			t.shown[n.ID] = true
			if b.Beyond, _, err = t.beyond(n.ID, depth+1); err != nil {
				return nil, 0, err
			}
			b.Open = b.Open || slices.Contains(t.opened, string(n.ID)) || slices.Contains(t.path, n.ID)
		default:
			b.Count = len(next)
			b.More = t.open(n.ID)
		}
		out = append(out, b)
	}
	return out, cut, nil
}

// open is the address of this page with one more object opened, at its place in the page.
func (t *tree) open(id thread.ID) string {
	q := url.Values{"open": append(slices.Clone(t.opened), string(id))}
	return t.v.at("thread", string(t.g.Root)) + "?" + q.Encode() + "#" + t.prefix + string(id)
}

// relation says in words how an object is tied to the one from which the thread was walked to it.
func relation(r thread.Role, down bool) string {
	switch {
	case r == thread.Supports && down:
		return "rests on"
	case r == thread.Supports:
		return "supports"
	case r == thread.Contradicts && down:
		return "contradicted by"
	case r == thread.Contradicts:
		return "speaks against"
	case r == thread.PartOf && down:
		return "comes from"
	case r == thread.PartOf:
		return "is the source of"
	case r == thread.Uses && down:
		return "uses"
	}
	return "is used by"
}

// whyStale is why a statement does not stand.
type whyStale struct {
	Never   bool // nobody ever confirmed it
	Reasons []reason
}

// reason is one way down to what changed.
type reason struct {
	Path      []pathStep
	ChangedBy string
	ChangedAt string
	Settled   bool   // a person has looked at the last step since
	First     string // address of the statement that should be looked at first; empty: none
}

type pathStep struct {
	Kind  thread.Kind
	Label string // empty: not for this member
	Href  string
}

// mostReasons is how many ways down are told of one statement.
const mostReasons = 12

func (v *visit) why(g thread.Graph, n thread.Node) whyStale {
	if n.State() == thread.Unconfirmed {
		return whyStale{Never: true}
	}
	var w whyStale
	for _, r := range g.Reasons(n.ID) {
		if len(w.Reasons) == mostReasons {
			break
		}
		var x reason
		for _, id := range r.Path {
			node := g.Nodes[id]
			st := pathStep{Kind: node.Kind}
			if v.sees(node) {
				st.Label, st.Href = node.Label, v.at("thread", string(id))
			}
			x.Path = append(x.Path, st)
		}
		end := g.Nodes[r.Path[len(r.Path)-1]]
		x.Settled = r.Settled
		if !v.foreign(end) {
			x.ChangedBy, x.ChangedAt = end.ChangedBy, end.ChangedAt
		}
		for _, id := range slices.Backward(r.Path[1:]) { // the lowest statement that does not stand
			if s := g.Nodes[id].State(); s == thread.Stale || s == thread.Unconfirmed {
				if v.sees(g.Nodes[id]) {
					x.First = v.at("thread", string(id))
				}
				break
			}
		}
		w.Reasons = append(w.Reasons, x)
	}
	return w
}

// told gives what an object says, in the order in which people want to know it. Passages are shown apart.
func (v *visit) told(o thread.Object) []line {
	var out []line
	add := func(label, text string) {
		if text != "" {
			out = append(out, line{Label: label, Text: text})
		}
	}
	names := func(label string, ids []thread.ID) {
		var rest []string
		for _, id := range ids {
			if v.may(study.Browse, id) {
				rest = append(rest, id.Rest())
			}
		}
		add(label, strings.Join(rest, ", "))
	}
	switch x := o.(type) {
	case synthesis.Recommendation:
		add("For", strings.Join(v.audienceNames(x.Audiences), ", "))
		add("How", x.Detail)
		add("Risks", x.Risks)
	case synthesis.Lesson:
		add("Lesson", x.Statement)
		add("Where it holds", x.Scope)
		add("Confidence", x.Confidence.Level+": "+x.Confidence.Reason)
		names("Cases for", x.CasesFor)
		names("Cases against", x.CasesAgainst)
	case synthesis.Finding:
		add("Finding", x.Text)
		names("Cases for", x.CasesFor)
		names("Cases against", x.CasesAgainst)
	case synthesis.Takeaway:
		add("Led to", x.Direction)
		add("Takeaway", x.Text)
	case synthesis.Answer:
		add("Question", v.questionText(x.Question))
		add("Answer", x.Text)
	case synthesis.Score:
		add("Value", x.Raw)
		add("Why", x.Justification)
		add("Agreed by", strings.Join(x.AgreedBy, ", "))
	case synthesis.Analysis:
		add("Sort", x.Mode)
		add("What it shows", x.Reading)
	case synthesis.Condition:
		add("Letter", x.Letter)
		add("What it means", x.Define)
		add("Calibration", methodWords(x.Calibration.Method)+" "+x.Calibration.Reason)
	case source.Record:
		add("Authors", strings.Join(x.Authors, "; "))
		if x.Year != 0 {
			add("Year", strconv.Itoa(x.Year))
		}
		add("In", x.Container)
		add("DOI", x.DOI)
		if x.URL != "" {
			out = append(out, line{Label: "Address", Text: x.URL, Href: x.URL})
		}
	case document.Document:
		add("Language", x.Language)
		add("Notice", x.Notice)
	case coding.Code:
		add("What it means", x.Define)
		add("Use it when", x.Use)
		add("Not when", x.Avoid)
	case coding.Memo:
		add("Memo", x.Text)
		add("By", x.By)
	case coding.Ruling:
		add("Why", x.Why)
		add("By", x.By)
	case coding.Group:
		add("What belongs to it", x.Define)
	case coding.Coding:
		add("Coder", x.Coder)
		add("Memo", x.Memo)
	case fieldwork.Interview:
		add("On", day(x.On))
		add("Language", x.Language)
		add("Mode", x.Mode)
		add("Where", x.Where)
		add("Notice", x.Notice)
	case fieldwork.Informant:
		add("Category", x.Category)
	case cases.Case:
		add("Summary", x.Summary)
	case cases.Candidate:
		add("Country", x.Country)
		add("Set off by", x.Trigger)
		add("Outcome", x.Outcome)
		add("To what date", x.OutcomeNote)
	case cases.Event:
		add("Date", string(x.Date))
		add("What happened", x.Detail)
	case cases.Inclusion:
		add("Decision", x.Decision)
		add("Criterion", x.Criterion)
		add("Why", x.Note)
		add("By", x.By)
	case cases.Prerequisite:
		add("Answer", x.Answer)
		add("Why", x.Why)
		add("By", x.By)
	case cases.Hypothesis:
		add("Mechanism", x.Text)
		if sum, _, err := x.Judged(); err == nil {
			add("How it stands", sum.Words)
		}
		names("Rivals", x.Rivals)
	case cases.Actor:
		add("Sector", x.Sector)
		add("Stance", x.Stance)
	case cases.Fact:
		add("Value", x.Value)
		add("Source", x.Source)
	case study.Protocol:
		add("Unit of analysis", x.Unit)
		add("Outcome", x.Outcome)
	case study.Edition:
		add("Signed by", x.SignedBy)
		add("What is new", x.Note)
	case study.Member:
		add("Role", roleWord(x.Role))
	}
	return out
}

func (v *visit) audienceNames(ids []string) []string {
	var out []string
	for _, id := range ids {
		name := id
		for _, a := range v.Frame.Audiences {
			if a.ID == id {
				name = a.Name
			}
		}
		out = append(out, name)
	}
	return out
}

func (v *visit) questionText(id string) string {
	if id == "learning" {
		return v.Frame.Question
	}
	for _, q := range v.Frame.CoreQuestions {
		if q.ID == id {
			return q.Text
		}
	}
	return id
}
