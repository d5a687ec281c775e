package web

import (
	"bytes"
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"throughline/analysis/prisma"
	"throughline/exchange/biblio"
	"throughline/exchange/tabular"
	"throughline/internal/document"
	"throughline/internal/fault"
	"throughline/internal/source"
	"throughline/internal/store"
	"throughline/internal/study"
	"throughline/internal/thread"
)

// literaturePage lists the records of a study with how far each has come.
type literaturePage struct {
	Flow     []prisma.Step
	Figures  []figureView // the diagram
	FlowCSV  string       // the flow as the diagram tool reads it
	Searches []searchLine
	Records  []recordLine
	Total    int    // records that the member may see
	Found    int    // of these, so many fit the filter
	Text     string // filter
	Decision string // filter
	Choices  []option
	Source   string // filter: id of a search
	Sources  []option
	Language string // filter
	Langs    []option
	Reason   string // filter: id of an exclusion criterion
	Reasons  []option
	New      string // address; empty: may not
	Import   string // address, where New is
	Doubt    string // as Import
	Files    []fileLink
	Clear    string // address without the filter; empty: there is none
	Pages    leaves
}

type searchLine struct {
	Source string
	On     string
	Query  string
	Hits   int
	Note   string
	Kept   int // records in the study that name it
}

type recordLine struct {
	Title     string
	Href      string
	Lang      string
	Authors   string
	Year      string
	Container string
	Language  string
	Decision  string
	Same      string        // why it is grouped with others
	With      []otherRecord // the others
}

// leaves leads through a long list.
type leaves struct {
	From, To   int
	Prev, Next string
}

func (literaturePage) template() string { return "literature" }

// recordPage shows one record.
type recordPage struct {
	Record   source.Record
	Authors  string
	Language string
	Case     link
	Search   *searchLine
	Same     string // why it is grouped with others
	With     []otherRecord
	Part     string // address to take one of them out; empty: not for this role
	Screened bool   // the member may see decisions
	Stages   []stageLine
	Docs     []documentLine
	Thread   string
	Edit     string
	Cite     []citation
	Raise    string // address of the form that raises a candidate from it; empty: not included, or not for this role
}

// citation is a record as a style has it.
type citation struct{ Style, Entry, InText string }

// stageLine is what became of a record at one stage of screening.
type stageLine struct {
	Stage     string
	Together  string // in words
	Conflict  bool
	Decisions []decisionLine
}

type decisionLine struct {
	Reviewer string
	Decision string
	Reason   string
	On       string
	Of       string // title of the record it was made on, when it is another one of the same work
}

func (recordPage) template() string { return "record" }

func (s *Server) literature() section {
	return section{
		Routes: []Route{
			{Pattern: "GET /s/{study}/literature", Policy: Of(study.Read), Nav: "Literature", Handle: showLiterature},
			{Pattern: "GET /s/{study}/literature/{file}", Policy: Of(study.Read), Handle: literatureFile},
			{Pattern: "GET /s/{study}/record/new", Policy: Of(study.Edit), Handle: newRecord},
			{Pattern: "POST /s/{study}/record/new", Policy: Of(study.Edit), Handle: newRecord},
			{Pattern: "GET /s/{study}/record/{id}", Policy: On(study.Browse, thread.Record), Handle: showRecord},
			{Pattern: "GET /s/{study}/record/{id}/edit", Policy: On(study.Edit, thread.Record), Handle: editRecord},
			{Pattern: "POST /s/{study}/record/{id}/edit", Policy: On(study.Edit, thread.Record), Handle: editRecord},
		},
		Pages: []page{literaturePage{}, recordPage{}},
	}
}

// linesPerPage is how many lines of a list stand on one page.
const linesPerPage = 100

// cut gives the part of a list of n that the page asked for shows.
func (v *visit) cut(n, per int) (from, to int, p leaves) {
	q := v.R.URL.Query()
	at, err := strconv.Atoi(q.Get("page"))
	if err != nil || at < 1 || (at-1)*per >= n {
		at = 1
	}
	from = (at - 1) * per
	to = min(n, from+per)
	href := func(i int) string {
		x := url.Values{}
		for k, vs := range q {
			x[k] = vs
		}
		x.Set("page", strconv.Itoa(i))
		return v.R.URL.Path + "?" + x.Encode()
	}
	p = leaves{From: from + 1, To: to}
	if at > 1 {
		p.Prev = href(at - 1)
	}
	if to < n {
		p.Next = href(at + 1)
	}
	return from, to, p
}

// screened is what is known of the screening of a study's works.
type screened struct {
	works    map[thread.ID]source.Work // by record
	decision map[thread.ID][]source.Screening
	criteria map[string]string
}

func newScreened(works []source.Work, decisions []source.Screening, p study.Protocol) screened {
	s := screened{works: map[thread.ID]source.Work{}, decision: map[thread.ID][]source.Screening{}, criteria: map[string]string{}}
	for _, w := range works {
		for _, r := range w.Records {
			s.works[r] = w
		}
	}
	for _, d := range decisions {
		s.decision[d.Record] = append(s.decision[d.Record], d)
	}
	for _, c := range slices.Concat(p.Include, p.Exclude) {
		s.criteria[c.ID] = c.Text
	}
	return s
}

// of gives the work of a record; a record that nobody has grouped yet is a work of its own.
func (s screened) of(id thread.ID) source.Work {
	if w, ok := s.works[id]; ok {
		return w
	}
	return source.Work{Records: []thread.ID{id}}
}

// at gives the decisions on a work at a stage, and what they come to.
func (s screened) at(w source.Work, stage string) (all []source.Screening, together string) {
	for _, r := range w.Records {
		for _, d := range s.decision[r] {
			if d.Stage == stage {
				all = append(all, d)
			}
		}
	}
	return all, source.Agreed(all)
}

// blind leaves out what others decided on a work at a stage where the member is still to decide: reviewers are blind to each
// other until enough of them have spoken. Who leads the study sees all.
func (s screened) blind(v *visit, w source.Work, reviewers int) {
	if !v.may(study.Screen, "") || v.Member.Role == study.Lead {
		return
	}
	for _, stage := range []string{source.TitleAbstract, source.FullText} {
		all, _ := s.at(w, stage)
		who := map[string]bool{}
		for _, d := range all {
			who[d.Reviewer] = true
		}
		if who[v.Account.Name] || len(who) >= reviewers {
			continue
		}
		for _, r := range w.Records {
			s.decision[r] = slices.DeleteFunc(slices.Clone(s.decision[r]), func(d source.Screening) bool { return d.Stage == stage && d.Tool == "" })
		}
	}
}

// standings are where a work can stand in the screening, in the order of the flow.
var standings = []option{
	{"open", "not screened yet"},
	{"undecided", "reviewers differ or are unsure"},
	{"excluded", "excluded"},
	{"to-read", "included on title and abstract, full text not read yet"},
	{"missing", "the report could not be had"},
	{"included", "included"},
}

// standing tells where a work stands, as a key of standings and in words.
func (s screened) standing(w source.Work) (key, words string) {
	early, one := s.at(w, source.TitleAbstract)
	late, two := s.at(w, source.FullText)
	why := func(ds []source.Screening) string {
		ds = slices.Clone(ds)
		slices.SortStableFunc(ds, func(a, b source.Screening) int { // what settled it first
			if a.Settles != b.Settles {
				return map[bool]int{true: -1, false: 1}[a.Settles]
			}
			return 0
		})
		for _, d := range ds {
			if d.Reason != "" && d.Decision == source.Exclude {
				return ": " + cmp.Or(s.criteria[d.Reason], d.Reason)
			}
		}
		return ""
	}
	switch {
	case one == "":
		return "open", "not screened yet"
	case one == source.Unsure:
		return "undecided", "on title and abstract: " + unsureWord(early)
	case one == source.Exclude:
		return "excluded", "excluded on title and abstract" + why(early)
	case two == "":
		return "to-read", "included on title and abstract; full text not read yet"
	case two == source.Unsure:
		return "undecided", "at full text: " + unsureWord(late)
	case two == source.Exclude:
		return "excluded", "excluded at full text" + why(late)
	case two == source.NotRetrieved:
		return "missing", "included on title and abstract; the report could not be had"
	}
	return "included", "included"
}

// excludedFor tells whether somebody excluded a work for a reason.
func (s screened) excludedFor(w source.Work, reason string) bool {
	for _, r := range w.Records {
		if slices.ContainsFunc(s.decision[r], func(d source.Screening) bool { return d.Decision == source.Exclude && d.Reason == reason }) {
			return true
		}
	}
	return false
}

// unsureWord tells reviewers who differ from reviewers who are unsure.
func unsureWord(ds []source.Screening) string {
	for _, d := range ds {
		if d.Decision != ds[0].Decision {
			return "reviewers differ"
		}
	}
	return "reviewers are unsure"
}

// protocol gives the study's protocol, or an empty one.
func (v *visit) protocol() (study.Protocol, error) {
	p, err := store.Get[study.Protocol](v.Ctx, v.store(), v.Study, "protocol")
	if fault.Of(err) == fault.NotFound {
		return study.Protocol{}, nil
	}
	return p.Object, err
}

// screeningData is all that is known of the screening of the study. The flow is that of the whole study, as counts; lists keep
// a country team to its cases.
type screeningData struct {
	records   []store.Item[source.Record]
	works     []store.Item[source.Work]
	decisions []store.Item[source.Screening]
	searches  []store.Item[source.Search]
	protocol  study.Protocol
}

func (v *visit) screening() (x screeningData, err error) {
	if x.records, err = store.All[source.Record](v.Ctx, v.store(), v.Study, store.Filter{}); err != nil {
		return x, err
	}
	if x.works, err = store.All[source.Work](v.Ctx, v.store(), v.Study, store.Filter{}); err != nil {
		return x, err
	}
	if x.decisions, err = store.All[source.Screening](v.Ctx, v.store(), v.Study, store.Filter{}); err != nil {
		return x, err
	}
	if x.searches, err = store.All[source.Search](v.Ctx, v.store(), v.Study, store.Filter{}); err != nil {
		return x, err
	}
	x.protocol, err = v.protocol()
	return x, err
}

// allWorks are the works of the study; a record that nobody has grouped yet is one of its own.
func (x screeningData) allWorks() []source.Work {
	works := store.Objects(x.works)
	grouped := map[thread.ID]bool{}
	for _, w := range works {
		for _, r := range w.Records {
			grouped[r] = true
		}
	}
	for _, it := range x.records {
		if !grouped[it.Node.ID] {
			works = append(works, source.Work{Records: []thread.ID{it.Node.ID}})
		}
	}
	return works
}

func (x screeningData) flow() prisma.Flow {
	return source.FlowOf(store.Objects(x.searches), store.Objects(x.records), store.Objects(x.works), store.Objects(x.decisions), x.protocol)
}

// literatureFile sends the PRISMA flow as a drawing or as a table, or the records with their decisions.
func literatureFile(v *visit) error {
	x, err := v.screening()
	if err != nil {
		return err
	}
	switch v.R.PathValue("file") {
	case "flow.svg":
		v.send("image/svg+xml", []byte(x.flow().SVG()), "")
		return nil
	case "flow.csv":
		var b bytes.Buffer
		if err := tabular.WriteCSV(&b, x.flow().Records()); err != nil {
			return err
		}
		v.send(csvSort, b.Bytes(), "prisma.csv")
		return nil
	}
	for _, f := range referenceFiles {
		if f.name != v.R.PathValue("file") {
			continue
		}
		var b bytes.Buffer
		if err := biblio.Write(&b, f.format, v.exported(x)); err != nil {
			return err
		}
		v.send(f.sort, b.Bytes(), v.Study+"-"+f.name)
		return nil
	}
	return fault.New(fault.NotFound, "There is no such file of the literature.")
}

func showLiterature(v *visit) error {
	x, err := v.screening()
	if err != nil {
		return err
	}
	searches, records := x.searches, x.records
	q := v.R.URL.Query()
	p := literaturePage{Text: strings.TrimSpace(q.Get("text")), Decision: q.Get("decision"), Source: q.Get("source"), Language: q.Get("language"), Reason: q.Get("reason"), Flow: x.flow().Steps(), FlowCSV: v.at("literature", "flow.csv"),
		Figures: []figureView{{v.at("literature", "flow.svg"), "PRISMA 2020 flow diagram; the table beside it says the same", "The flow as the PRISMA 2020 statement draws it."}}}
	if !slices.ContainsFunc(standings, func(o option) bool { return o.Value == p.Decision }) {
		p.Decision = ""
	}
	p.Choices = append([]option{{"", "any"}}, standings...)
	if p.Text != "" || p.Decision != "" || p.Source != "" || p.Language != "" || p.Reason != "" {
		p.Clear = v.at("literature")
	}
	for _, f := range referenceFiles {
		p.Files = append(p.Files, fileLink{f.name, f.words, v.at("literature", f.name)})
	}
	if v.may(study.Edit, "") {
		p.New, p.Import, p.Doubt = v.at("record", "new"), v.at("literature", "import"), v.at("duplicates")
	}
	s := newScreened(store.Objects(x.works), store.Objects(x.decisions), x.protocol)
	seen := map[thread.ID]source.Record{}
	kept := map[thread.ID]int{}
	for _, it := range records {
		if v.sees(it.Node) {
			seen[it.Object.ID] = it.Object
		}
		kept[it.Object.Search]++
	}
	p.Total = len(seen)
	p.Sources, p.Reasons, p.Langs = []option{{"", "any"}}, []option{{"", "any"}}, []option{{"", "any"}}
	for _, c := range x.protocol.Exclude {
		p.Reasons = append(p.Reasons, option{c.ID, c.Text})
	}
	langs := map[string]bool{}
	for _, r := range seen {
		if r.Language != "" && !langs[r.Language] {
			langs[r.Language] = true
			p.Langs = append(p.Langs, option{r.Language, languageWord(r.Language)})
		}
	}
	slices.SortFunc(p.Langs[1:], func(a, b option) int { return strings.Compare(a.Text, b.Text) })
	for _, it := range searches {
		x := it.Object
		p.Sources = append(p.Sources, option{string(x.ID), x.Source + ", " + day(x.On)})
		p.Searches = append(p.Searches, searchLine{Source: x.Source, On: day(x.On), Query: x.Query, Hits: x.Hits, Note: x.Note, Kept: kept[x.ID]})
	}
	for _, it := range records {
		r, ok := seen[it.Object.ID]
		if !ok || !contains(p.Text, r.Title, strings.Join(r.Authors, " "), r.Container, r.Abstract, r.DOI, string(r.ID)) {
			continue
		}
		w := s.of(r.ID)
		s.blind(v, w, x.protocol.Reviewers())
		key, words := s.standing(w)
		if p.Decision != "" && key != p.Decision || p.Source != "" && string(r.Search) != p.Source || p.Language != "" && r.Language != p.Language || p.Reason != "" && !s.excludedFor(w, p.Reason) {
			continue
		}
		l := recordLine{Title: r.Title, Href: v.at("record", string(r.ID)), Lang: r.Language, Authors: strings.Join(r.Authors, "; "), Container: r.Container,
			Language: languageWord(r.Language), Decision: words}
		if r.Year != 0 {
			l.Year = strconv.Itoa(r.Year)
		}
		l.With, l.Same = v.others(w, r.ID, seen)
		p.Records = append(p.Records, l)
	}
	p.Found = len(p.Records)
	var from, to int
	from, to, p.Pages = v.cut(p.Found, linesPerPage)
	p.Records = p.Records[from:to]
	return v.render("Literature", p)
}

// otherRecord is another record of the same work.
type otherRecord struct {
	link
	ID string
}

// others are the other records of a work that the member may see, and why they are the same.
func (v *visit) others(w source.Work, id thread.ID, seen map[thread.ID]source.Record) (with []otherRecord, why string) {
	for _, r := range w.Records {
		if x, ok := seen[r]; ok && r != id {
			with = append(with, otherRecord{link{x.Title, v.at("record", string(r))}, string(r)})
		}
	}
	if len(with) == 0 {
		return nil, ""
	}
	return with, w.Reason
}

// contains tells whether all words looked for stand in one of the texts, whatever their case.
func contains(want string, texts ...string) bool {
	all := strings.ToLower(strings.Join(texts, "\n"))
	for _, w := range strings.Fields(strings.ToLower(want)) {
		if !strings.Contains(all, w) {
			return false
		}
	}
	return true
}

// languages are those that studies of ours are likely to meet; any other shows its tag.
const languages = `ar Arabic,bg Bulgarian,bn Bengali,cs Czech,de German,el Greek,en English,es Spanish,fa Persian,fr French,he Hebrew,hi Hindi,hr Croatian,hu Hungarian,hy Armenian,id Indonesian,it Italian,ja Japanese,ka Georgian,kk Kazakh,km Khmer,ko Korean,lt Lithuanian,lv Latvian,mk Macedonian,mn Mongolian,ms Malay,my Burmese,ne Nepali,nl Dutch,pl Polish,ps Pashto,pt Portuguese,ro Romanian,ru Russian,si Sinhala,sk Slovak,sl Slovenian,so Somali,sq Albanian,sr Serbian,sw Swahili,ta Tamil,th Thai,tl Tagalog,tr Turkish,uk Ukrainian,ur Urdu,uz Uzbek,vi Vietnamese,zh Chinese`

// languageWord is what people read for a language tag.
func languageWord(tag string) string {
	base, rest, _ := strings.Cut(tag, "-")
	switch base {
	case "":
		return ""
	case "und":
		return "language not known"
	}
	_, after, found := strings.Cut(","+languages+",", ","+base+" ")
	if !found {
		return tag
	}
	name, _, _ := strings.Cut(after, ",")
	if rest != "" {
		return name + " (" + tag + ")"
	}
	return name
}

// direction is the way a text of a language runs.
func direction(tag string) string {
	parts := strings.Split(strings.ToLower(tag), "-")
	for _, s := range parts[1:] {
		switch s {
		case "arab", "hebr", "thaa", "syrc", "nkoo":
			return "rtl"
		case "latn", "cyrl":
			return "ltr"
		}
	}
	switch parts[0] {
	case "ar", "he", "fa", "ur", "ps", "dv", "ckb", "sd", "ug", "yi", "arc", "syr":
		return "rtl"
	}
	return "ltr"
}

// caseLink leads to a case's page; the empty link when there is none.
func (v *visit) caseLink(names map[thread.ID]string, id thread.ID) link {
	if id == "" || names[id] == "" {
		return link{}
	}
	return link{names[id], v.page(id)}
}

func showRecord(v *visit) error {
	v.crumb("Literature", v.at("literature"))
	r := v.Object.(source.Record)
	p := recordPage{Record: r, Authors: strings.Join(r.Authors, "; "), Language: languageWord(r.Language), Thread: v.at("thread", string(r.ID)), Screened: v.may(study.Read, "")}
	if !p.Screened {
		v.crumbs = nil
	}
	names, err := v.caseNames()
	if err != nil {
		return err
	}
	p.Case = v.caseLink(names, r.Case)
	if v.may(study.Edit, r.Case) {
		p.Edit, p.Part = v.at("record", string(r.ID), "edit"), v.at("duplicates", string(r.ID))
	}
	works, err := store.Above[source.Work](v.Ctx, v.store(), v.Study, r.ID)
	if err != nil {
		return err
	}
	protocol, err := v.protocol()
	if err != nil {
		return err
	}
	s := newScreened(store.Objects(works), nil, protocol)
	w := s.of(r.ID)
	seen := map[thread.ID]source.Record{}
	for _, id := range w.Records {
		it, err := store.Get[source.Record](v.Ctx, v.store(), v.Study, id)
		if err != nil {
			return err
		}
		if !v.sees(it.Node) {
			continue
		}
		seen[id] = it.Object
		ds, err := store.All[source.Screening](v.Ctx, v.store(), v.Study, store.Filter{Owner: id})
		if err != nil {
			return err
		}
		s.decision[id] = store.Objects(ds)
	}
	p.With, p.Same = v.others(w, r.ID, seen)
	agreed := map[string]string{}
	for _, stage := range []string{source.TitleAbstract, source.FullText} {
		var at []source.Screening
		for _, ds := range s.decision {
			for _, d := range ds {
				if d.Stage == stage {
					at = append(at, d)
				}
			}
		}
		agreed[stage] = source.Agreed(at)
	}
	if last := cmp.Or(agreed[source.FullText], agreed[source.TitleAbstract]); last == source.Include && v.may(study.Edit, "") {
		p.Raise = v.at("candidates", "new") + "?record=" + string(r.ID)
	}
	for _, st := range []struct {
		style biblio.Style
		name  string
	}{{biblio.APA, "APA 7"}, {biblio.Chicago, "Chicago, author and date"}, {biblio.Harvard, "Harvard"}, {biblio.Vancouver, "Vancouver"}} {
		c, err := biblio.Cite(st.style, []biblio.Record{r.Reference()})
		if err != nil || len(c) == 0 {
			continue // a sort that a style has no rule for
		}
		p.Cite = append(p.Cite, citation{st.name, c[0].Entry, c[0].InText})
	}
	if p.Screened {
		s.blind(v, w, protocol.Reviewers())
		for _, st := range []struct{ stage, word string }{{source.TitleAbstract, "Title and abstract"}, {source.FullText, "Full text"}} {
			p.Stages = append(p.Stages, s.stage(w, r.ID, st.stage, st.word, seen))
		}
		if r.Search != "" {
			it, err := store.Get[source.Search](v.Ctx, v.store(), v.Study, r.Search)
			if err != nil && fault.Of(err) != fault.NotFound {
				return err
			}
			if err == nil {
				p.Search = &searchLine{Source: it.Object.Source, On: day(it.Object.On), Query: it.Object.Query}
			}
		}
	}
	docs, err := store.Above[document.Document](v.Ctx, v.store(), v.Study, r.ID)
	if err != nil {
		return err
	}
	for _, d := range docs {
		if v.sees(d.Node) {
			p.Docs = append(p.Docs, v.documentLine(d, names))
		}
	}
	return v.render(r.Title, p)
}

// stage tells what the reviewers decided on a work at a stage.
func (s screened) stage(w source.Work, id thread.ID, stage, word string, seen map[thread.ID]source.Record) stageLine {
	all, together := s.at(w, stage)
	l := stageLine{Stage: word, Together: map[string]string{"": "no decision yet", source.Include: "included", source.Exclude: "excluded", source.Unsure: "not decided", source.NotRetrieved: "the report could not be had"}[together]}
	if together == source.Unsure {
		l.Together = unsureWord(all)
		l.Conflict = true
	}
	slices.SortFunc(all, func(a, b source.Screening) int {
		return cmp.Or(strings.Compare(a.On, b.On), strings.Compare(a.Reviewer, b.Reviewer))
	})
	for _, d := range all {
		x := decisionLine{Reviewer: d.Reviewer, Decision: d.Decision, On: day(d.On)}
		if d.Settles {
			x.Decision += ", which settles it"
		}
		if d.Tool != "" {
			x.Decision += ", by " + d.Tool
		}
		if d.Reason != "" {
			x.Reason = cmp.Or(s.criteria[d.Reason], d.Reason)
		}
		if d.Record != id {
			x.Of = seen[d.Record].Title
		}
		l.Decisions = append(l.Decisions, x)
	}
	return l
}

func (v *visit) recordForm(names map[thread.ID]string, searches []source.Search, isNew bool) func(source.Record) form {
	return func(r source.Record) form {
		f := form{Submit: "Save the record", Cancel: v.at("literature")}
		if !isNew {
			f.Cancel = v.at("record", string(r.ID))
		}
		cs := []option{{"", "several cases, or none"}}
		for id, n := range names {
			cs = append(cs, option{string(id), n})
		}
		slices.SortFunc(cs[1:], func(a, b option) int { return strings.Compare(a.Text, b.Text) })
		ss := []option{{"", "not from a search"}}
		for _, s := range searches {
			ss = append(ss, option{string(s.ID), s.Label() + " (" + s.On + ")"})
		}
		year := ""
		if r.Year != 0 {
			year = strconv.Itoa(r.Year)
		}
		if isNew {
			f.Fields = append(f.Fields, field{Name: "id", Label: "Id", Help: "Begins with ref-, such as ref-0042. It cannot be changed later.", Value: string(r.ID), Required: true})
		}
		f.Fields = append(f.Fields,
			field{Name: "title", Label: "Title", Help: "In its own language.", Value: r.Title, Lang: r.Language, Required: true},
			field{Name: "type", Label: "Sort", Kind: selectField, Value: r.Type, Options: append([]option{{"", "choose"}}, options(source.RecordTypes...)...), Required: true},
			field{Name: "authors", Label: "Authors", Help: "One on a line: Family, Given. Or the name of an organisation.", Kind: areaField, Value: strings.Join(r.Authors, "\n")},
			field{Name: "year", Label: "Year", Help: "Of publication; leave empty when it is not known.", Value: year},
			field{Name: "container", Label: "Appeared in", Help: "Journal, outlet, site or publisher.", Value: r.Container},
			field{Name: "language", Label: "Language", Help: "As a tag: en, hy, ro, th, ar.", Value: r.Language},
			field{Name: "doi", Label: "DOI", Value: r.DOI},
			field{Name: "url", Label: "Address", Help: "Begins with https:// or http://", Value: r.URL},
			field{Name: "abstract", Label: "Abstract", Kind: areaField, Value: r.Abstract, Lang: r.Language},
			field{Name: "title_translated", Head: "Translation", Label: "Title, translated", Help: "Shown beside the original.", Value: r.TitleTranslated},
			field{Name: "abstract_translated", Label: "Abstract, translated", Kind: areaField, Value: r.AbstractTranslated},
			field{Name: "translated_by", Label: "Translated by", Help: "A person or a machine.", Value: r.TranslatedBy},
			field{Name: "published", Label: "Published on", Head: "Dates, place and copies", Help: "As 2018-04-23, 2018-04, or 2018-04~ for about. News and reports need more than a year.", Value: r.Published},
			field{Name: "event", Label: "Date of what it reports", Help: "When that is another day than that of publication.", Value: r.Event},
			field{Name: "place", Label: "Place of publication", Value: r.PubPlace},
			field{Name: "publisher", Label: "Publisher", Value: r.Publisher},
			field{Name: "volume", Label: "Volume", Value: r.Volume},
			field{Name: "issue", Label: "Issue", Value: r.Issue},
			field{Name: "pages", Label: "Pages", Value: r.Pages},
			field{Name: "accessed", Label: "Read on", Help: "As 2026-03-09.", Value: r.Accessed},
			field{Name: "archive", Label: "Archived copy", Help: "Its address. Pages on the web change and go.", Value: r.Archive},
			field{Name: "archive_sha256", Label: "SHA-256 of that copy", Help: "Proves later that the copy is the one you read.", Value: r.ArchiveHash},
			field{Name: "credibility", Label: "How far it can be trusted", Help: "Who publishes it, who owns them, what they get wrong.", Kind: areaField, Value: r.Credibility},
			field{Name: "keywords", Label: "Keywords", Help: "One on a line.", Kind: areaField, Value: strings.Join(r.Keywords, "\n")},
			field{Name: "case", Label: "Case", Kind: selectField, Value: string(r.Case), Options: cs},
			field{Name: "search", Label: "Found by", Kind: selectField, Value: string(r.Search), Options: ss})
		return f
	}
}

func readRecord(f form, r source.Record, ps *fault.Problems) source.Record {
	if id := f.text("id"); id != "" {
		r.ID = thread.ID(id)
	}
	r.Title, r.Type, r.Container, r.Language = f.text("title"), f.text("type"), f.text("container"), f.text("language")
	r.DOI, r.URL, r.Abstract = f.text("doi"), f.text("url"), f.text("abstract")
	r.Case, r.Search = thread.ID(f.text("case")), thread.ID(f.text("search"))
	r.TitleTranslated, r.AbstractTranslated, r.TranslatedBy = f.text("title_translated"), f.text("abstract_translated"), f.text("translated_by")
	r.Published, r.Event, r.Accessed, r.PubPlace, r.Publisher = f.text("published"), f.text("event"), f.text("accessed"), f.text("place"), f.text("publisher")
	r.Volume, r.Issue, r.Pages, r.Archive, r.ArchiveHash, r.Credibility = f.text("volume"), f.text("issue"), f.text("pages"), f.text("archive"), strings.ToLower(f.text("archive_sha256")), f.text("credibility")
	r.Year = f.number(ps, "year")
	lines := func(name string) (out []string) {
		for _, l := range strings.Split(f.text(name), "\n") {
			if l = strings.TrimSpace(l); l != "" {
				out = append(out, l)
			}
		}
		return out
	}
	r.Authors, r.Keywords = lines("authors"), lines("keywords")
	return r
}

func (v *visit) editingRecord(isNew bool) (editing[source.Record], error) {
	names, err := v.caseNames()
	if err != nil {
		return editing[source.Record]{}, err
	}
	searches, err := store.All[source.Search](v.Ctx, v.store(), v.Study, store.Filter{})
	if err != nil {
		return editing[source.Record]{}, err
	}
	v.crumb("Literature", v.at("literature"))
	return editing[source.Record]{Heading: "Edit the record", New: isNew, Form: v.recordForm(names, store.Objects(searches), isNew), Read: readRecord,
		Check: func(tx *store.Tx, r source.Record) error {
			var ps fault.Problems
			if r.Case != "" && names[r.Case] == "" {
				ps.Add("case", "is not a case of this study")
			}
			if r.Search != "" && !slices.ContainsFunc(searches, func(it store.Item[source.Search]) bool { return it.Object.ID == r.Search }) {
				ps.Add("search", "is not a search of this study")
			}
			return ps.Err()
		},
		Done: func(r source.Record) string { return v.at("record", string(r.ID)) }}, nil
}

func editRecord(v *visit) error {
	e, err := v.editingRecord(false)
	if err != nil {
		return err
	}
	v.crumb(v.Node.Label, v.at("record", string(v.Node.ID)))
	return edit(v, e)
}

func newRecord(v *visit) error {
	e, err := v.editingRecord(true)
	if err != nil {
		return err
	}
	n, err := v.store().Counts(v.Ctx, v.Study)
	if err != nil {
		return err
	}
	e.Heading = "New record"
	e.Start = source.Record{ID: thread.ID(fmt.Sprintf("ref-%04d", n[thread.Record]+1)), Case: thread.ID(v.R.URL.Query().Get("case"))}
	return edit(v, e)
}
