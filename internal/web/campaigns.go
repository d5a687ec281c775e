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
	Back    string
}

// listView is what was understood of a list.
type listView struct {
	Preset, Terms string
	Notes         []string
	Unit          string
	Entries       int
	Refused       []string
	RefusedMore   int
	Passed        []string
	Unmapped      []string
	Columns       []columnChoice
	Header        []string
	Gather        bool // protests are gathered into campaigns
	Must          bool // the publisher's terms allow nothing else
	Gap, Least    int
	By, Only      string
	Candidates    []listCandidate
	More          int
	New, Known    int
	Version       string
}

// columnChoice is a field and the column that it is read from.
type columnChoice struct {
	Field, Label, Column string
}

type listCandidate struct {
	Line, Name, Country, Years, Outcome, Goal string
	Same                                      string // a standing candidate that may be the same
}

func (campaignsPage) template() string { return "campaigns" }

// listed keeps uploads between the steps: few, small, and not for long. They are in no database and in no log.
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
	x, ok := k.all[name]
	return x, ok && x.account == account && x.study == study && now.Sub(x.at) <= listsFor
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
	x := keptList{v.Account.Name, v.Study, filepath.Base(head.Filename), b, v.s.clock()}
	v.s.lists.put(name, x)
	return v.previewList(name, x, nil, "")
}

// fieldWords are the fields of a list for people; those that a person would map by hand.
var fieldWords = []struct {
	field campaign.Field
	words string
}{{campaign.Name, "Name"}, {campaign.Country, "Country"}, {campaign.ISO3, "Country code"}, {campaign.Start, "Start"}, {campaign.End, "End"}, {campaign.Goal, "Goal or demand"}, {campaign.Target, "Target"}, {campaign.Trigger, "What set it off"},
	{campaign.Outcome, "Outcome"}, {campaign.Participation, "People at the peak"}, {campaign.Nonviolent, "Nonviolent"}, {campaign.URL, "Addresses"}, {campaign.ID, "Id in the list"}}

// understood is a list read by its mapping, with what the form changed.
type understood struct {
	preset  campaign.Preset
	mapping campaign.Mapping
	table   tabular.Table
	list    campaign.List
	made    []cases.Candidate
	notes   []string
	passed  []campaign.Value
	gather  bool
}

func (v *visit) understand(x keptList, form map[string][]string) (understood, error) {
	var u understood
	var err error
	if u.table, err = tabular.Read(x.b, campaign.Fits); err != nil {
		if u.table, err = tabular.Read(x.b, nil); err != nil {
			return u, fault.New(fault.Invalid, "%s cannot be read: %s.", x.file, strings.TrimSuffix(err.Error(), "."))
		}
	}
	preset, known := campaign.Recognise(u.table.Header)
	if u.preset = preset; known {
		u.mapping = preset.Mapping
	} else {
		u.mapping = campaign.Guess(u.table.Header)
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
	origin := x.file
	if u.preset.Title != "" {
		origin = u.preset.Title
	}
	for _, e := range entries {
		c := cases.FromEntry(e, origin, func(id thread.ID) bool { return taken[id] })
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

func (v *visit) previewList(name string, x keptList, form map[string][]string, report string) error {
	u, err := v.understand(x, form)
	if fault.Of(err) == fault.Invalid {
		v.status = http.StatusUnprocessableEntity
		return v.campaignsPage(campaignsPage{Problem: fault.Message(err)})
	}
	if err != nil {
		return err
	}
	standing, err := store.All[cases.Candidate](v.Ctx, v.store(), v.Study, store.Filter{})
	if err != nil {
		return err
	}
	have := store.Objects(standing)
	get := func(name, otherwise string) string {
		if s := form[name]; len(s) > 0 {
			return clean(s[0])
		}
		return otherwise
	}
	l := &listView{Preset: u.preset.Title, Terms: u.preset.Terms, Notes: u.notes, Unit: string(u.list.Unit), Entries: len(u.list.Entries), Header: u.table.Header, Gather: u.gather, Must: u.list.AggregatesOnly,
		By: get("by", ""), Only: get("only", "")}
	l.Gap, _ = strconv.Atoi(get("gap", strconv.Itoa(campaign.DefaultGap)))
	l.Least, _ = strconv.Atoi(get("least", "5"))
	for _, r := range u.list.Refused[:min(20, len(u.list.Refused))] {
		l.Refused = append(l.Refused, fmt.Sprintf("row %d: %s", r.Line, r.Why))
	}
	l.RefusedMore = max(0, len(u.list.Refused)-20)
	for _, x := range u.passed {
		l.Passed = append(l.Passed, fmt.Sprintf("%s: %d", x.Text, x.Rows))
	}
	for _, x := range u.list.Unmapped {
		l.Unmapped = append(l.Unmapped, fmt.Sprintf("%q: %d", x.Text, x.Rows))
	}
	for _, f := range fieldWords {
		l.Columns = append(l.Columns, columnChoice{string(f.field), f.words, strings.Join(u.mapping.Columns[f.field], ", ")})
		if c := u.mapping.Columns[f.field]; len(c) > 0 {
			l.Columns[len(l.Columns)-1].Column = c[0]
		}
	}
	for i, c := range u.made {
		same, known := cases.Alike(c, have)
		if known {
			l.Known++
		} else {
			l.New++
		}
		if i < listShown {
			x := listCandidate{strings.TrimPrefix(c.Origin, u.preset.Title+", "), c.Name, c.Country, years(c), c.Outcome, c.Goal, ""}
			if known {
				x.Same = same.Label()
			}
			l.Candidates = append(l.Candidates, x)
		}
	}
	l.More = max(0, len(u.made)-listShown)
	return v.campaignsPage(campaignsPage{Kept: name, File: x.file, List: l, Report: report})
}

// mostCandidates that one import may bring.
const mostCandidates = 5000

// takeCampaigns shows the list anew with what the form changed, or makes candidates of it, all in one write.
func takeCampaigns(v *visit) error {
	name := v.R.PostForm.Get("kept")
	x, ok := v.s.lists.get(name, v.Account.Name, v.Study, v.s.clock())
	if !ok {
		v.status = http.StatusUnprocessableEntity
		return v.campaignsPage(campaignsPage{Problem: "The file is no longer kept here. Choose it again."})
	}
	if v.R.PostForm.Get("do") != "import" {
		return v.previewList(name, x, v.R.PostForm, "")
	}
	u, err := v.understand(x, v.R.PostForm)
	if fault.Of(err) == fault.Invalid || err == nil && len(u.made) > mostCandidates {
		v.status = http.StatusUnprocessableEntity
		message := fmt.Sprintf("The list would bring %d candidates, more than the %d that one import may bring. Gather protests into campaigns, or ask for more protests in each.", len(u.made), mostCandidates)
		if err != nil {
			message = fault.Message(err)
		}
		return v.campaignsPage(campaignsPage{Problem: message})
	}
	if err != nil {
		return err
	}
	known := v.R.PostForm.Get("known") == "yes"
	brought, passed := 0, 0
	err = v.write(func(tx *store.Tx) error {
		brought, passed = 0, 0
		standing, err := store.All[cases.Candidate](v.Ctx, tx, v.Study, store.Filter{})
		if err != nil {
			return err
		}
		have := store.Objects(standing)
		for _, c := range u.made {
			if _, same := cases.Alike(c, have); same && !known {
				passed++
				continue
			}
			if err := c.Valid(); err != nil {
				return fault.Wrap(fault.Invalid, err, "%s (%s) is not whole: %s.", c.Label(), c.Origin, fault.Message(err))
			}
			if err := tx.Put(v.Study, c, 0); err != nil {
				return err
			}
			brought++
		}
		return nil
	})
	if fault.Of(err) == fault.Invalid || fault.Of(err) == fault.Conflict {
		v.status = http.StatusUnprocessableEntity
		return v.campaignsPage(campaignsPage{Problem: fault.Message(err) + " Nothing was imported."})
	}
	if err != nil {
		return err
	}
	return v.campaignsPage(campaignsPage{Report: fmt.Sprintf("%s came into the universe; %d were passed over because they may stand there already; %d rows of the file were refused.", plural(brought, "candidate"), passed, len(u.list.Refused))})
}
