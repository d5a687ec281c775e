package web

import (
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"

	"throughline/exchange/campaign"
	"throughline/exchange/tabular"
	"throughline/internal/cases"
	"throughline/internal/country"
	"throughline/internal/fault"
	"throughline/internal/store"
	"throughline/internal/study"
	"throughline/internal/thread"
)

// campaignsPage takes a list of campaigns or protests: first the file, then what was understood of it, then the candidates.
type campaignsPage struct {
	Problem string
	Kept    string // name under which the file is kept between the steps
	File    string
	List    *listView
	Action  string
	Formats []string
	Report  string
	Over    []string // what was passed over, and what it is like
	Back    string
}

// listView is what was understood of a list.
type listView struct {
	Preset, Terms, Cite string
	Notes               []string
	Read                bool // false: only the file was understood, not what its columns mean
	Unit                string
	Units               []option // what a row may stand for; none: it is known
	Entries             int
	Refused             []string
	RefusedMore         int
	Passed              []string
	Outcomes            []outcomeChoice
	Meanings            []option
	Columns, Rest       []columnChoice
	Header              []string
	Rows                [][]string // the first ones as they stand
	Gather              bool       // protests are gathered into campaigns
	Must                bool       // the publisher's terms allow nothing else
	Gap, Least          int
	By, Only            string
	Candidates          []listCandidate
	More                int // so many new ones are not shown
	Known               []listCandidate
	KnownMore           int // so many of those that may stand already are not shown
	New, Same           int
}

// columnChoice is a field and the column that it is read from.
type columnChoice struct {
	Field, Label, Column string
	More                 int // columns that are read too
}

// outcomeChoice is an outcome as it stands in the list, and what it is to mean.
type outcomeChoice struct {
	ID, Text, Means string
	Rows            int // 0: told before
}

type listCandidate struct {
	Key                                       string // that tells it from others of its list
	Line, Name, Country, Years, Outcome, Goal string
	Same                                      string // a standing candidate that may be the same
	Tick                                      bool
}

func (campaignsPage) template() string { return "campaigns" }

// keptLists keeps uploads between the steps: few, small, and not for long. They are in no database and in no log.
type keptLists struct {
	mu  sync.Mutex
	all map[string]keptList
}

type keptList struct {
	account, study, file string
	b                    []byte
	at                   time.Time
}

const (
	largestList = 32 << 20
	listsKept   = 8
	listsFor    = time.Hour
	listShown   = 40

	outcomesShown = 60
)

// put keeps an upload and forgets what is old or too much.
func (k *keptLists) put(name string, x keptList) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.all == nil {
		k.all = map[string]keptList{}
	}
	for n, o := range k.all {
		if x.at.Sub(o.at) > listsFor || o.account == x.account {
			delete(k.all, n)
		}
	}
	for len(k.all) >= listsKept {
		oldest := ""
		for n, o := range k.all {
			if oldest == "" || o.at.Before(k.all[oldest].at) {
				oldest = n
			}
		}
		delete(k.all, oldest)
	}
	k.all[name] = x
}

func (k *keptLists) get(name, account, study string, now time.Time) (keptList, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for n, o := range k.all {
		if now.Sub(o.at) > listsFor {
			delete(k.all, n)
		}
	}
	x, ok := k.all[name]
	return x, ok && x.account == account && x.study == study
}

// drop forgets an upload that was taken.
func (k *keptLists) drop(name string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.all, name)
}

func (s *Server) campaignRoom() section {
	return section{
		Routes: []Route{
			{Pattern: "GET /s/{study}/candidates/import", Policy: Of(study.Edit), Handle: showCampaigns},
			{Pattern: "POST /s/{study}/candidates/import", Policy: Of(study.Edit), Largest: largestList, Handle: uploadCampaigns},
			{Pattern: "POST /s/{study}/candidates/list", Policy: Of(study.Edit), Handle: takeCampaigns},
		},
		Pages: []page{campaignsPage{}},
	}
}

func (v *visit) campaignsPage(p campaignsPage) error {
	v.crumb("Universe of cases", v.at("universe"))
	p.Back, p.Action = v.at("universe"), v.at("candidates", "list")
	for _, x := range campaign.Presets() {
		p.Formats = append(p.Formats, x.Title)
	}
	return v.render("Import a list of campaigns", p)
}

func showCampaigns(v *visit) error { return v.campaignsPage(campaignsPage{}) }

func uploadCampaigns(v *visit) error {
	bad := func(format string, args ...any) error {
		v.status = http.StatusUnprocessableEntity
		return v.campaignsPage(campaignsPage{Problem: fmt.Sprintf(format, args...)})
	}
	f, head, err := v.R.FormFile("files")
	if err != nil {
		return bad("No file came with it. Choose a CSV, TSV or XLSX file.")
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, largestList+1))
	if err != nil || len(b) > largestList {
		return bad("The file is larger than %d MB. Take out columns that are not needed.", largestList>>20)
	}
	name := fmt.Sprintf("%x", seed(thread.ID(fmt.Sprintf("%s %s %d %s", v.Account.Name, v.Study, len(b), v.s.clock().Format(time.RFC3339Nano)))))
	x := keptList{v.Account.Name, v.Study, clean(filepath.Base(head.Filename)), b, v.s.clock()}
	v.s.lists.put(name, x)
	return v.previewList(name, x, nil, "")
}

// fieldWords are the fields of a list for people, and whether a person would look for them first.
var fieldWords = []struct {
	field campaign.Field
	words string
	first bool
}{{campaign.Name, "Name", true}, {campaign.Country, "Country", true}, {campaign.ISO3, "Country code", true}, {campaign.Start, "Start", true}, {campaign.End, "End", true}, {campaign.Goal, "Goal or demand", true},
	{campaign.Target, "Target", true}, {campaign.Trigger, "What set it off", true}, {campaign.Outcome, "Outcome, in words", true}, {campaign.Participation, "People at the peak", true},
	{campaign.Nonviolent, "Nonviolent", true}, {campaign.URL, "Addresses", true}, {campaign.ID, "Id in the list", true},
	{campaign.Year, "Year, of a row that is a year", false}, {campaign.StartMonth, "Month of the start", false}, {campaign.StartDay, "Day of the start", false}, {campaign.EndMonth, "Month of the end", false},
	{campaign.EndDay, "Day of the end", false}, {campaign.Ongoing, "Goes on", false}, {campaign.Success, "A success (1, x, yes)", false}, {campaign.Partial, "A partial success (1, x, yes)", false},
	{campaign.Failure, "A failure (1, x, yes)", false}, {campaign.Violent, "Violent (1, x, yes)", false}}

// unitWords are what a row can stand for.
var unitWords = []option{{string(campaign.Campaigns), "a campaign"}, {string(campaign.Protests), "a protest"}, {string(campaign.CampaignYears), "a year of a campaign"}}

// understood is a list read by its mapping, with what the form changed.
type understood struct {
	preset  campaign.Preset
	known   bool // the list is one of those that are known
	mapping campaign.Mapping
	told    []outcomeChoice // outcomes of which the form says what they mean
	table   tabular.Table
	list    campaign.List
	origin  string // of its candidates, without the row
	made    []cases.Candidate
	notes   []string
	passed  []campaign.Value
	gather  bool
}

// understand reads a list. When the columns make no sense, the table is given beside the error.
func (v *visit) understand(x keptList, form map[string][]string) (understood, error) {
	var u understood
	var err error
	if u.table, err = tabular.Read(x.b, campaign.Fits); err != nil {
		if u.table, err = tabular.Read(x.b, nil); err != nil {
			return understood{}, fault.New(fault.Invalid, "%s cannot be read: %s.", x.file, strings.TrimSuffix(err.Error(), "."))
		}
	}
	if u.preset, u.known = campaign.Recognise(u.table.Header); u.known {
		u.mapping, u.origin = u.preset.Mapping, u.preset.Title+", "+x.file
	} else {
		u.mapping, u.origin = campaign.Guess(u.table.Header), x.file
	}
	get := func(name string) string {
		if s := form[name]; len(s) > 0 {
			return strings.TrimSpace(clean(s[0]))
		}
		return ""
	}
	if form != nil {
		columns := map[campaign.Field][]string{}
		for f, c := range u.mapping.Columns {
			columns[f] = c
		}
		for _, f := range fieldWords {
			if c := get("column-" + string(f.field)); c == "" {
				delete(columns, f.field)
			} else if slices.Contains(u.table.Header, c) && !slices.Contains(columns[f.field], c) {
				columns[f.field] = []string{c}
			}
		}
		u.mapping.Columns = columns
		if unit := get("unit"); !u.known && slices.ContainsFunc(unitWords, func(o option) bool { return o.Value == unit }) {
			u.mapping.Unit = campaign.Unit(unit)
		}
		outcomes := map[string]string{}
		for text, means := range u.mapping.Outcomes {
			outcomes[text] = means
		}
		for i, text := range form["outcome"] {
			if means := form["means"]; i < len(means) && (means[i] == "" || slices.Contains(cases.Outcomes, means[i])) {
				text = clean(text)
				outcomes[text] = means[i]
				u.told = append(u.told, outcomeChoice{Text: text, Means: means[i]})
			}
		}
		u.mapping.Outcomes = outcomes
	}
	atlas, err := v.atlas()
	if err != nil {
		return u, err
	}
	u.list, err = campaign.Read(u.table, u.mapping, u.preset, cases.CodeOf(atlas))
	if err != nil {
		return u, fault.New(fault.Invalid, "%s does not fit: %s.", x.file, strings.TrimSuffix(err.Error(), "."))
	}
	u.notes = append(slices.Clone(u.preset.Notes), u.list.Notes...)
	u.passed = u.list.Passed
	entries := u.list.Entries
	if u.gather = u.list.Unit == campaign.Protests && (form == nil || get("gather") == "yes" || u.list.AggregatesOnly); u.gather {
		number := func(name string, otherwise int) int {
			if n, err := strconv.Atoi(get(name)); err == nil && n > 0 {
				return n
			}
			return otherwise
		}
		rule := campaign.Rule{By: campaign.Grouping(get("by")), Gap: number("gap", campaign.DefaultGap), Least: number("least", 5)}
		for _, g := range strings.Split(get("only"), ",") {
			if g = strings.TrimSpace(g); g != "" {
				rule.Only = append(rule.Only, g)
			}
		}
		if rule.Only, err = cases.Demands(u.list, rule.Only); err != nil {
			return u, err
		}
		g, err := campaign.Aggregate(u.list, rule)
		if err != nil {
			return u, fault.New(fault.Invalid, "The protests cannot be gathered: %s.", strings.TrimSuffix(err.Error(), "."))
		}
		entries = nil
		for _, c := range g.Campaigns {
			entries = append(entries, c.Entry)
		}
		u.notes, u.passed = append(u.notes, g.Notes...), append(slices.Clone(u.passed), g.Passed...)
	}
	standing, err := store.All[cases.Candidate](v.Ctx, v.store(), v.Study, store.Filter{})
	if err != nil {
		return u, err
	}
	taken := map[thread.ID]bool{}
	for _, it := range standing {
		taken[it.Object.ID] = true
	}
	scheme, _ := country.SchemeOf(v.Frame.RegionScheme)
	for _, e := range entries {
		c := cases.FromEntry(e, u.origin, func(id thread.ID) bool { return taken[id] })
		taken[c.ID] = true
		if n, err := atlas.Country(c.ISO3); err == nil && c.Country == "" {
			c.Country = n.Name
		}
		if r, err := atlas.Value(c.ISO3, "regime", c.Start-country.Lag); err == nil {
			c.RegimeBefore = r.Value
		}
		if r, err := atlas.Region(c.ISO3, scheme); scheme != "" && err == nil {
			c.Region = r.Value
		}
		u.made = append(u.made, c)
	}
	return u, nil
}

// listKey tells a candidate of a list from the others of it, as long as the list is read the same way.
func listKey(c cases.Candidate) string { return c.Origin + ": " + c.Name }

// previewList shows what was understood of a list, with what the form changed, and what went wrong with it, if anything did.
func (v *visit) previewList(name string, x keptList, form map[string][]string, problem string) error {
	u, err := v.understand(x, form)
	if fault.Of(err) == fault.Invalid {
		problem = fault.Message(err)
	} else if err != nil {
		return err
	}
	if problem != "" {
		v.status = http.StatusUnprocessableEntity
	}
	if len(u.table.Header) == 0 {
		return v.campaignsPage(campaignsPage{Problem: problem})
	}
	standing, failed := store.All[cases.Candidate](v.Ctx, v.store(), v.Study, store.Filter{})
	if failed != nil {
		return failed
	}
	have := store.Objects(standing)
	get := func(name, otherwise string) string {
		if s := form[name]; len(s) > 0 {
			return clean(s[0])
		}
		return otherwise
	}
	l := &listView{Preset: u.preset.Title, Terms: u.preset.Terms, Cite: u.preset.Cite, Notes: u.notes, Read: err == nil, Unit: string(u.mapping.Unit), Entries: len(u.list.Entries), Header: u.table.Header, Gather: u.gather, Must: u.preset.AggregatesOnly,
		By: get("by", ""), Only: get("only", ""), Meanings: append([]option{{"", "not known"}}, options(cases.Outcomes...)...)}
	if !u.known {
		l.Units = unitWords
	}
	l.Gap, _ = strconv.Atoi(get("gap", strconv.Itoa(campaign.DefaultGap)))
	l.Least, _ = strconv.Atoi(get("least", "5"))
	for _, r := range u.table.Rows[:min(3, len(u.table.Rows))] {
		l.Rows = append(l.Rows, r.Cells)
	}
	for _, r := range u.list.Refused[:min(20, len(u.list.Refused))] {
		l.Refused = append(l.Refused, fmt.Sprintf("row %d: %s", r.Line, r.Why))
	}
	l.RefusedMore = max(0, len(u.list.Refused)-20)
	for _, x := range u.passed {
		l.Passed = append(l.Passed, fmt.Sprintf("%s: %d", x.Text, x.Rows))
	}
	l.Outcomes = slices.Clone(u.told)
	for _, x := range u.list.Unmapped[:min(outcomesShown, len(u.list.Unmapped))] {
		if i := slices.IndexFunc(l.Outcomes, func(o outcomeChoice) bool { return o.Text == x.Text }); i >= 0 {
			l.Outcomes[i].Rows = x.Rows // told to stay empty
			continue
		}
		l.Outcomes = append(l.Outcomes, outcomeChoice{Text: x.Text, Rows: x.Rows})
	}
	for i := range l.Outcomes {
		l.Outcomes[i].ID = fmt.Sprintf("means-%d", i)
	}
	for _, f := range fieldWords {
		c := columnChoice{Field: string(f.field), Label: f.words}
		if has := u.mapping.Columns[f.field]; len(has) > 0 {
			c.Column, c.More = inHeader(u.table.Header, has[0]), len(has)-1
		}
		if f.first {
			l.Columns = append(l.Columns, c)
		} else {
			l.Rest = append(l.Rest, c)
		}
	}
	for _, c := range u.made {
		same, known := cases.Alike(c, have)
		x := listCandidate{Key: listKey(c), Line: strings.TrimPrefix(c.Origin, u.origin+", "), Name: c.Name, Country: c.Country, Years: years(c), Outcome: c.Outcome, Goal: c.Goal}
		if !known {
			if l.New++; l.New <= listShown {
				l.Candidates = append(l.Candidates, x)
			}
			continue
		}
		if l.Same++; l.Same <= listShown {
			x.Same, x.Tick = same.Label(), slices.Contains(form["take"], x.Key)
			l.Known = append(l.Known, x)
		}
	}
	l.More, l.KnownMore = l.New-len(l.Candidates), l.Same-len(l.Known)
	return v.campaignsPage(campaignsPage{Problem: problem, Kept: name, File: x.file, List: l})
}

// inHeader is a column's name as the file has it: a list that is known may have it in other letters.
func inHeader(header []string, name string) string {
	if slices.Contains(header, name) {
		return name
	}
	plain := func(s string) string {
		return strings.Map(func(r rune) rune {
			if unicode.IsLetter(r) || unicode.IsDigit(r) {
				return unicode.ToLower(r)
			}
			return -1
		}, s)
	}
	for _, h := range header {
		if plain(h) == plain(name) {
			return h
		}
	}
	return ""
}

// mostCandidates that one import may bring.
const mostCandidates = 5000

// takeCampaigns shows the list anew with what the form changed, or makes candidates of it, all in one write.
func takeCampaigns(v *visit) error {
	name, form := v.R.PostForm.Get("kept"), v.R.PostForm
	x, ok := v.s.lists.get(name, v.Account.Name, v.Study, v.s.clock())
	if !ok {
		v.status = http.StatusUnprocessableEntity
		return v.campaignsPage(campaignsPage{Problem: "The file is no longer kept here. Choose it again."})
	}
	if form.Get("do") != "import" {
		return v.previewList(name, x, form, "")
	}
	u, err := v.understand(x, form)
	if fault.Of(err) == fault.Invalid {
		return v.previewList(name, x, form, "")
	}
	if err != nil {
		return err
	}
	if len(u.made) > mostCandidates {
		return v.previewList(name, x, form, fmt.Sprintf("The list would bring %d candidates, more than the %d that one import may bring. Gather protests into campaigns, or ask for more protests in each.", len(u.made), mostCandidates))
	}
	brought := 0
	var over []string
	err = v.write(func(tx *store.Tx) error {
		brought, over = 0, nil
		standing, err := store.All[cases.Candidate](v.Ctx, tx, v.Study, store.Filter{})
		if err != nil {
			return err
		}
		have := store.Objects(standing)
		for _, c := range u.made {
			if same, known := cases.Alike(c, have); known && form.Get("known") != "yes" && !slices.Contains(form["take"], listKey(c)) {
				over = append(over, fmt.Sprintf("%s, %s: like %s", c.Label(), years(c), same.Label()))
				continue
			}
			if err := c.Valid(); err != nil {
				return fault.Wrap(fault.Invalid, err, "%s (%s) is not whole: %s.", c.Label(), c.Origin, strings.TrimSuffix(fault.Message(err), "."))
			}
			if err := tx.Put(v.Study, c, 0); err != nil {
				return err
			}
			brought++
		}
		return nil
	})
	if fault.Of(err) == fault.Invalid || fault.Of(err) == fault.Conflict {
		return v.previewList(name, x, form, fault.Message(err)+" Nothing was imported.")
	}
	if err != nil {
		return err
	}
	v.s.lists.drop(name)
	p := campaignsPage{Report: fmt.Sprintf("%s came into the universe; %d were passed over because they may stand there already; %d rows of the file were refused.", plural(brought, "candidate"), len(over), len(u.list.Refused)), Over: over}
	if more := len(over) - listShown; more > 0 {
		p.Over = append(over[:listShown:listShown], fmt.Sprintf("and %d more", more))
	}
	return v.campaignsPage(p)
}
