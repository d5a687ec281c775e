package web

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"throughline/analysis/screening"
	"throughline/internal/fault"
	"throughline/internal/source"
	"throughline/internal/store"
	"throughline/internal/study"
	"throughline/internal/thread"
)

// screeningPage is the desk of one reviewer: the next work, the criteria beside it, and the keys to decide.
type screeningPage struct {
	Stage    string // words
	Stages   []choiceLink
	Next     *deskRecord // nil: nothing is left for this reviewer
	Include  []study.Criterion
	Exclude  []study.Criterion
	Full     bool   // at full text
	Back     string // what the forms hand on: the choices of the desk
	Done     int    // works that the reviewer has decided on at the stage
	Left     int    // works that wait for the reviewer
	Last     *lastDecision
	Choices  deskChoices
	Cases    []option
	Langs    []option
	Settle   string // address of what reviewers differ on; empty: not for this role
	Open     int    // works on which they do
	List     string
	Progress string // estimate of what is left to find, in words
	Stop     string // address to set aside what waits; empty: the rule does not say so, or not for this role
	Aside    int    // works that the reviewer has set aside so
	Resume   string // address to take that back
}

// choiceLink is one of several ways to look at something.
type choiceLink struct {
	Text    string
	Href    string
	Current bool
}

// deskChoices are how a reviewer works: of which records, which share, and whether names are shown.
type deskChoices struct {
	Case, Language string
	Share          string // "2/3": the second third; empty: all
	Hide           bool   // authors and outlet are not shown
}

type deskRecord struct {
	ID                  string
	Action, Later       string
	Title, Abstract     []piece
	Lang, Dir           string
	TitleTranslated     string
	AbstractTranslated  string
	TranslatedBy        string
	Authors, Where      string
	Year, Language, URL string
	Credibility         string
	Keywords            string
	Record              string // its page
	With                int    // other records of the same work
}

// piece is a part of a text, highlighted or not.
type piece struct {
	Text string
	On   bool
}

type lastDecision struct {
	Title  string
	Did    string
	Action string // to take it back
	Record string
}

func (screeningPage) template() string { return "screening" }

// scripts makes one key a decision; access keys do without.
func (p screeningPage) scripts() []string {
	if p.Next == nil {
		return nil
	}
	return []string{"desk.js"}
}

// conflictsPage lists the works on which reviewers differ or are unsure, for a third person to settle.
type conflictsPage struct {
	Items   []conflictItem
	Exclude []study.Criterion
	Desk    string
	Agreed  []agreementLine
}

type conflictItem struct {
	ID        string
	Title     string
	Href      string
	Lang      string
	Stage     string
	Decisions []decisionLine
	Action    string
	Full      bool
	StageID   string
}

func (conflictsPage) template() string { return "conflicts" }

func (s *Server) screeningRoom() section {
	return section{
		Routes: []Route{
			{Pattern: "GET /s/{study}/screening", Policy: Of(study.Screen), Nav: "Screening", Handle: showDesk},
			{Pattern: "POST /s/{study}/screening", Policy: Of(study.Edit), Handle: stopScreening},
			{Pattern: "POST /s/{study}/screening/resume", Policy: Of(study.Edit), Handle: resumeScreening},
			{Pattern: "POST /s/{study}/screening/{id}", Policy: On(study.Screen, thread.Record), Handle: decide},
			{Pattern: "POST /s/{study}/screening/{id}/undo", Policy: On(study.Screen, thread.Record), Handle: undoDecision},
			{Pattern: "GET /s/{study}/conflicts", Policy: Of(study.Edit), Handle: showConflicts},
			{Pattern: "POST /s/{study}/conflicts/{id}", Policy: On(study.Edit, thread.Record), Handle: settle},
		},
		Pages: []page{screeningPage{}, conflictsPage{}},
	}
}

// desk reads the choices of a desk from an address or a form.
func (v *visit) desk(get func(string) string) (stage string, c deskChoices) {
	stage = source.TitleAbstract
	if get("stage") == source.FullText {
		stage = source.FullText
	}
	c = deskChoices{Case: get("case"), Language: get("language"), Hide: get("hide") == "yes"}
	if k, n, ok := share(get("share")); ok {
		c.Share = fmt.Sprintf("%d/%d", k, n)
	}
	return stage, c
}

// share reads a share of the work, such as 2/3.
func share(s string) (k, n int, ok bool) {
	a, b, found := strings.Cut(strings.TrimSpace(s), "/")
	k, err1 := strconv.Atoi(a)
	n, err2 := strconv.Atoi(b)
	return k, n, found && err1 == nil && err2 == nil && n >= 1 && n <= 20 && k >= 1 && k <= n
}

// query writes the choices of a desk for an address.
func (c deskChoices) query(stage string, more ...string) string {
	q := url.Values{}
	set := func(k, val string) {
		if val != "" {
			q.Set(k, val)
		}
	}
	if stage != source.TitleAbstract {
		q.Set("stage", stage)
	}
	set("case", c.Case)
	set("language", c.Language)
	set("share", c.Share)
	if c.Hide {
		q.Set("hide", "yes")
	}
	for i := 0; i+1 < len(more); i += 2 {
		set(more[i], more[i+1])
	}
	if len(q) == 0 {
		return ""
	}
	return "?" + q.Encode()
}

// mostLater is how many works a reviewer can put off before they come again.
const mostLater = 50

// queue is the works that wait for a reviewer at a stage: those that too few have decided on, and not the reviewer.
type queue struct {
	waiting []source.Work
	done    int
}

// queueOf finds what waits for a reviewer. At full text that is what is included on title and abstract. Each work is decided on
// by as many as the protocol asks for, blind to each other.
func (v *visit) queueOf(x screeningData, s screened, stage string, c deskChoices) queue {
	var q queue
	byID := map[thread.ID]store.Item[source.Record]{}
	for _, it := range x.records {
		byID[it.Node.ID] = it
	}
	works := x.allWorks()
	for _, w := range works {
		first := byID[w.Records[0]]
		if first.Node.ID == "" || !v.sees(first.Node) || c.Case != "" && string(first.Object.Case) != c.Case || c.Language != "" && first.Object.Language != c.Language || !c.holds(w) {
			continue
		}
		if stage == source.FullText {
			if _, early := s.at(w, source.TitleAbstract); early != source.Include {
				continue
			}
		}
		all, _ := s.at(w, stage)
		who := map[string]bool{}
		tool := false
		for _, d := range all {
			who[d.Reviewer] = true
			tool = tool || d.Tool != ""
		}
		switch {
		case who[v.Account.Name]:
			q.done++
		case !tool && len(who) < x.protocol.Reviewers():
			q.waiting = append(q.waiting, w)
		}
	}
	return q
}

// holds tells whether a work is in the share of the reviewer. Shares are cut by the ids of records, so that they stay the
// same whoever looks.
func (c deskChoices) holds(w source.Work) bool {
	k, n, ok := share(c.Share)
	if !ok {
		return true
	}
	h := fnv.New32a()
	h.Write([]byte(w.Records[0]))
	return int(h.Sum32()%uint32(n)) == k-1
}

func showDesk(v *visit) error {
	x, err := v.screening()
	if err != nil {
		return err
	}
	q := v.R.URL.Query()
	stage, c := v.desk(q.Get)
	s := newScreened(store.Objects(x.works), store.Objects(x.decisions), x.protocol)
	waiting := v.queueOf(x, s, stage, c)
	p := screeningPage{Stage: stageWords(stage), Full: stage == source.FullText, Include: x.protocol.Include, Exclude: x.protocol.Exclude, Done: waiting.done, Left: len(waiting.waiting), Choices: c, List: v.at("literature")}
	for _, st := range []string{source.TitleAbstract, source.FullText} {
		p.Stages = append(p.Stages, choiceLink{stageWords(st), v.at("screening") + c.query(st), st == stage})
	}
	names, err := v.caseNames()
	if err != nil {
		return err
	}
	p.Cases = append([]option{{"", "all"}}, names.options()...)
	langs := map[string]bool{}
	records := map[thread.ID]source.Record{}
	for _, it := range x.records {
		records[it.Node.ID] = it.Object
		if it.Object.Language != "" && v.sees(it.Node) {
			langs[it.Object.Language] = true
		}
	}
	p.Langs = []option{{"", "all"}}
	for l := range langs {
		p.Langs = append(p.Langs, option{l, languageWord(l)})
	}
	slices.SortFunc(p.Langs[1:], func(a, b option) int { return strings.Compare(a.Text, b.Text) })
	if v.may(study.Edit, "") {
		p.Settle, p.Open = v.at("conflicts"), len(conflicts(x, s))
	}
	for _, it := range x.decisions {
		if d := it.Object; d.Tool != "" && d.Reviewer == v.Account.Name && d.Stage == stage {
			p.Aside++
		}
	}
	if p.Aside > 0 {
		p.Resume = v.at("screening", "resume")
	}
	if last := thread.ID(q.Get("last")); last != "" {
		if p.Last, err = v.last(last, stage, c); err != nil {
			return err
		}
	}
	later := strings.FieldsFunc(q.Get("later"), func(r rune) bool { return r == ',' })
	later = later[max(0, len(later)-mostLater):]
	rest := slices.DeleteFunc(slices.Clone(waiting.waiting), func(w source.Work) bool { return slices.Contains(later, string(w.Records[0])) })
	if len(rest) == 0 { // what was put off comes again
		rest, later = waiting.waiting, nil
	}
	if len(rest) == 0 {
		return v.render("Screening", p)
	}
	rest, estimate, err := v.ranked(x, s, stage, rest)
	if err != nil {
		return err
	}
	p.Progress = estimateWords(estimate, len(waiting.waiting))
	if mayStop(estimate) && stage == source.TitleAbstract && v.may(study.Edit, "") {
		p.Stop = v.at("screening")
	}
	w := rest[0]
	r := records[w.Records[0]]
	d := &deskRecord{ID: string(r.ID), Action: v.at("screening", string(r.ID)), Record: v.at("record", string(r.ID)), Lang: r.Language, Dir: direction(r.Language), Title: highlighted(r.Title, x.protocol.Highlight), Abstract: highlighted(r.Abstract, x.protocol.Highlight),
		TitleTranslated: r.TitleTranslated, AbstractTranslated: r.AbstractTranslated, TranslatedBy: r.TranslatedBy, Language: languageWord(r.Language), URL: r.URL, Credibility: r.Credibility, Keywords: strings.Join(r.Keywords, "; "), With: len(w.Records) - 1}
	if r.Year != 0 {
		d.Year = strconv.Itoa(r.Year)
	}
	if r.Abstract == "" { // of records of the same work one may have what this lacks; another team's is not for this reviewer
		for _, id := range w.Records[1:] {
			if o := records[id]; o.Abstract != "" && v.may(study.Browse, o.Case) {
				d.Abstract = highlighted(o.Abstract, x.protocol.Highlight)
				break
			}
		}
	}
	if !c.Hide {
		d.Authors, d.Where = strings.Join(r.Authors, "; "), r.Container
	}
	d.Later = v.at("screening") + c.query(stage, "later", strings.Join(append(later, string(r.ID)), ","))
	p.Back = strings.TrimPrefix(c.query(stage, "later", strings.Join(later, ",")), "?")
	p.Next = d
	return v.render("Screening", p)
}

func stageWords(stage string) string {
	if stage == source.FullText {
		return "Full text"
	}
	return "Title and abstract"
}

// last tells what the reviewer decided just before, with the way to take it back.
func (v *visit) last(id thread.ID, stage string, c deskChoices) (*lastDecision, error) {
	d, err := store.Get[source.Screening](v.Ctx, v.store(), v.Study, source.Screening{Record: id, Stage: stage, Reviewer: v.Account.Name}.Ref())
	if fault.Of(err) == fault.NotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	r, err := store.Get[source.Record](v.Ctx, v.store(), v.Study, id)
	if err != nil || !v.sees(r.Node) {
		return nil, err
	}
	return &lastDecision{Title: r.Object.Title, Did: decisionWord(d.Object.Decision), Action: v.at("screening", string(id), "undo"), Record: v.at("record", string(id))}, nil
}

func decisionWord(d string) string {
	return map[string]string{source.Include: "included", source.Exclude: "excluded", source.Unsure: "left open, unsure about,", source.NotRetrieved: "noted as not to be had:"}[d]
}

// back is the desk that a form came from.
func (v *visit) back(more ...string) string {
	old, err := url.ParseQuery(v.R.PostForm.Get("back"))
	if err != nil {
		old = url.Values{}
	}
	stage, c := v.desk(old.Get)
	if later := old.Get("later"); later != "" {
		more = append(more, "later", later)
	}
	return v.at("screening") + c.query(stage, more...)
}

// decide keeps a reviewer's decision and goes on to the next work.
func decide(v *visit) error {
	r := v.Object.(source.Record)
	get := v.R.PostForm.Get
	old, _ := url.ParseQuery(get("back"))
	stage, _ := v.desk(old.Get)
	d := source.Screening{Record: r.ID, Stage: stage, Reviewer: v.Account.Name, Decision: get("decision"), Reason: get("reason"), On: v.s.clock().UTC().Format(time.DateOnly)}
	if d.Decision != source.Exclude {
		d.Reason = ""
	}
	protocol, err := v.protocol()
	if err != nil {
		return err
	}
	if d.Decision == source.Exclude && !slices.ContainsFunc(protocol.Exclude, func(c study.Criterion) bool { return c.ID == d.Reason }) {
		return fault.New(fault.Invalid, "Choose the reason for which it is excluded. The protocol lists them.")
	}
	if err := d.Valid(); err != nil {
		return fault.Wrap(fault.Invalid, err, "Choose what becomes of it: include, exclude or unsure.")
	}
	// A decision on another record of the same work is the reviewer's own too; the newest holds.
	if err := v.write(func(tx *store.Tx) error { return tx.Put(v.Study, d, store.Any) }); err != nil {
		return err
	}
	return v.to(v.back("last", string(r.ID)))
}

// undoDecision takes the reviewer's own decision back.
func undoDecision(v *visit) error {
	r := v.Object.(source.Record)
	old, _ := url.ParseQuery(v.R.PostForm.Get("back"))
	stage, _ := v.desk(old.Get)
	err := v.write(func(tx *store.Tx) error {
		return tx.Drop(v.Study, source.Screening{Record: r.ID, Stage: stage, Reviewer: v.Account.Name}.Ref(), store.Any)
	})
	if err != nil && fault.Of(err) != fault.NotFound {
		return err
	}
	return v.to(v.back())
}

// theRule is what decides on works that are set aside.
const theRule = "the stopping rule"

// mayStop tells whether the rule says to stop, and enough was read for it to mean anything.
func mayStop(e screening.Estimate) bool { return e.Stop && e.Read >= leastRead && e.Found > 0 }

// stopScreening sets aside every work that waits for the reviewer on title and abstract, when the stopping rule says so. In the
// PRISMA flow these are marked as ineligible by an automation tool. It can be taken back as a whole.
func stopScreening(v *visit) error {
	x, err := v.screening()
	if err != nil {
		return err
	}
	s := newScreened(store.Objects(x.works), store.Objects(x.decisions), x.protocol)
	waiting := v.queueOf(x, s, source.TitleAbstract, deskChoices{})
	_, estimate, err := v.ranked(x, s, source.TitleAbstract, waiting.waiting)
	if err != nil {
		return err
	}
	if !mayStop(estimate) {
		return fault.New(fault.Conflict, "The stopping rule does not say to stop. Go on reading: %s", estimateWords(estimate, len(waiting.waiting)))
	}
	err = v.write(func(tx *store.Tx) error {
		for _, w := range waiting.waiting {
			d := source.Screening{Record: w.Records[0], Stage: source.TitleAbstract, Reviewer: v.Account.Name, Decision: source.Exclude, On: v.today(), Tool: theRule}
			if err := tx.Put(v.Study, d, 0); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return v.to(v.at("screening"))
}

// resumeScreening takes back what the reviewer has set aside by the rule.
func resumeScreening(v *visit) error {
	err := v.write(func(tx *store.Tx) error {
		all, err := store.All[source.Screening](v.Ctx, tx, v.Study, store.Filter{})
		if err != nil {
			return err
		}
		for _, it := range all {
			if it.Object.Tool == theRule && it.Object.Reviewer == v.Account.Name {
				if err := tx.Drop(v.Study, it.Node.ID, it.Version); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return v.to(v.at("screening"))
}

// conflict is a work on which reviewers differ or are unsure at a stage.
type conflict struct {
	work  source.Work
	stage string
}

func conflicts(x screeningData, s screened) []conflict {
	var out []conflict
	seen := map[thread.ID]bool{}
	for _, it := range x.records {
		w := s.of(it.Node.ID)
		if seen[w.Records[0]] {
			continue
		}
		seen[w.Records[0]] = true
		if _, early := s.at(w, source.TitleAbstract); early == source.Unsure {
			out = append(out, conflict{w, source.TitleAbstract})
		} else if _, late := s.at(w, source.FullText); late == source.Unsure {
			out = append(out, conflict{w, source.FullText})
		}
	}
	return out
}

func showConflicts(v *visit) error {
	x, err := v.screening()
	if err != nil {
		return err
	}
	v.crumb("Screening", v.at("screening"))
	s := newScreened(store.Objects(x.works), store.Objects(x.decisions), x.protocol)
	records := map[thread.ID]source.Record{}
	for _, it := range x.records {
		records[it.Node.ID] = it.Object
	}
	p := conflictsPage{Exclude: x.protocol.Exclude, Desk: v.at("screening"), Agreed: agreements(x, s)}
	for _, c := range conflicts(x, s) {
		r := records[c.work.Records[0]]
		all, _ := s.at(c.work, c.stage)
		item := conflictItem{ID: string(r.ID), Title: r.Title, Href: v.at("record", string(r.ID)), Lang: r.Language, Stage: stageWords(c.stage), StageID: c.stage, Full: c.stage == source.FullText, Action: v.at("conflicts", string(r.ID))}
		for _, d := range all {
			l := decisionLine{Reviewer: d.Reviewer, Decision: d.Decision, On: day(d.On)}
			if d.Reason != "" {
				l.Reason = cmp.Or(s.criteria[d.Reason], d.Reason)
			}
			item.Decisions = append(item.Decisions, l)
		}
		p.Items = append(p.Items, item)
	}
	return v.render("Where reviewers differ", p)
}

// settle keeps what a third person says of a work on which reviewers differ. It stands for the work; what each reviewer had
// said stays, and counts when their agreement is measured.
func settle(v *visit) error {
	r := v.Object.(source.Record)
	get := v.R.PostForm.Get
	d := source.Screening{Record: r.ID, Stage: get("stage"), Reviewer: v.Account.Name, Decision: get("decision"), Reason: get("reason"), On: v.today(), Settles: true}
	protocol, err := v.protocol()
	if err != nil {
		return err
	}
	if d.Decision != source.Exclude {
		d.Reason = ""
	} else if !slices.ContainsFunc(protocol.Exclude, func(c study.Criterion) bool { return c.ID == d.Reason }) {
		return fault.New(fault.Invalid, "Choose the reason for which it is excluded. The protocol lists them.")
	}
	if d.Decision == source.Unsure {
		return fault.New(fault.Invalid, "To settle it is to include or to exclude.")
	}
	if err := d.Valid(); err != nil {
		return fault.Wrap(fault.Invalid, err, "Choose include, exclude or, at full text, not retrieved.")
	}
	err = v.write(func(tx *store.Tx) error {
		works, err := store.Above[source.Work](v.Ctx, tx, v.Study, r.ID)
		if err != nil {
			return err
		}
		records := []thread.ID{r.ID}
		if len(works) > 0 {
			records = works[0].Object.Records
		}
		var all []source.Screening
		for _, id := range records {
			ds, err := store.All[source.Screening](v.Ctx, tx, v.Study, store.Filter{Owner: id})
			if err != nil {
				return err
			}
			for _, it := range ds {
				if it.Object.Stage == d.Stage {
					all = append(all, it.Object)
				}
			}
		}
		if source.Agreed(all) != source.Unsure {
			return fault.New(fault.Conflict, "There is nothing to settle any more: reviewers agree on it, or nobody has decided. Load the page again.")
		}
		return tx.Put(v.Study, d, store.Any)
	})
	if err != nil {
		return err
	}
	return v.to(v.at("conflicts"))
}

// agreementLine is how far two reviewers agree at a stage.
type agreementLine struct {
	Stage         string
	First, Second string
	Both          int // works that both decided on
	Percent       string
	Kappa, PABAK  string
}

// agreements compares every two reviewers on the works that both included or excluded, by what each said before anything was
// settled.
func agreements(x screeningData, s screened) []agreementLine {
	var out []agreementLine
	for _, stage := range []string{source.TitleAbstract, source.FullText} {
		said := map[string]map[thread.ID]bool{} // reviewer -> work -> include
		for _, w := range x.allWorks() {
			all, _ := s.at(w, stage)
			for _, d := range all {
				if d.Settles || d.Tool != "" || d.Decision != source.Include && d.Decision != source.Exclude {
					continue
				}
				if said[d.Reviewer] == nil {
					said[d.Reviewer] = map[thread.ID]bool{}
				}
				said[d.Reviewer][w.Records[0]] = d.Decision == source.Include
			}
		}
		var who []string
		for name := range said {
			who = append(who, name)
		}
		slices.Sort(who)
		for i, a := range who {
			for _, b := range who[i+1:] {
				var first, second []bool
				for w, yes := range said[a] {
					if other, ok := said[b][w]; ok {
						first, second = append(first, yes), append(second, other)
					}
				}
				m, err := screening.Agree(first, second)
				if err != nil {
					continue // they share no work
				}
				l := agreementLine{Stage: stageWords(stage), First: a, Second: b, Both: m.Records, Percent: fmt.Sprintf("%.0f %%", 100*m.Percent), Kappa: "not defined", PABAK: fmt.Sprintf("%.2f", m.PABAK)}
				if m.Defined {
					l.Kappa = fmt.Sprintf("%.2f", m.Kappa)
				}
				out = append(out, l)
			}
		}
	}
	return out
}

// highlighted cuts a text where words of the protocol stand, whatever their case.
func highlighted(text string, words []string) []piece {
	var out []piece
	lower := strings.ToLower(text)
	if len(lower) != len(text) { // a letter whose small form is longer: nothing is highlighted rather than the wrong piece
		return []piece{{Text: text}}
	}
	for text != "" {
		at, size := -1, 0
		for _, w := range words {
			w = strings.ToLower(strings.TrimSpace(w))
			if i := strings.Index(lower, w); w != "" && i >= 0 && (at < 0 || i < at || i == at && len(w) > size) {
				at, size = i, len(w)
			}
		}
		if at < 0 {
			return append(out, piece{Text: text})
		}
		if at > 0 {
			out = append(out, piece{Text: text[:at]})
		}
		out = append(out, piece{Text: text[at : at+size], On: true})
		text, lower = text[at+size:], lower[at+size:]
	}
	return out
}
