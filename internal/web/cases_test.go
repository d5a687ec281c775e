package web

import (
	"context"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"throughline/internal/cases"
	"throughline/internal/country"
	"throughline/internal/source"
	"throughline/internal/store"
	"throughline/internal/study"
	"throughline/internal/thread"
)

// From a candidate that is written by hand, over decisions and the country before onset, to a choice, its proof, and a memo.
func TestFromCandidateToSelection(t *testing.T) {
	t.Parallel()
	s := exampleSite(t)
	lead := s.as("lead")
	base := "/s/" + example
	form := func(more ...string) url.Values {
		f := url.Values{"name": {"Shahbag"}, "country": {"Bangladesh"}, "start": {"2013"}, "outcome": {"partial"}, "feasible": {"yes"}, "version": {"0"}}
		for i := 0; i+1 < len(more); i += 2 {
			f.Set(more[i], more[i+1])
		}
		return f
	}
	// A name that none or two have is told beside the field, with those that may be meant.
	for name, want := range map[string]string{"Atlantis": "Atlantis", "Congo": "COD"} {
		r := lead.post(base+"/candidates/new", form("country", name))
		if r.Code != 422 || !strings.Contains(r.Body.String(), want) {
			t.Errorf("%q: %d, and the page does not say %q", name, r.Code, want)
		}
	}
	r := lead.post(base+"/candidates/new", form())
	if r.Code != 303 || !strings.HasSuffix(r.Header().Get("Location"), "/candidate/cand-bgd-2013") {
		t.Fatalf("%d %s", r.Code, r.Header().Get("Location"))
	}
	c := inExample[cases.Candidate](s, "cand-bgd-2013").Object
	if c.ISO3 != "BGD" || c.RegimeBefore == "" || c.Region != "South Asia" {
		t.Errorf("%+v", c)
	}
	page := base + "/candidate/cand-bgd-2013"
	if r := lead.post(page+"/decide", url.Values{"decision": {"exclude"}, "note": {"no reason"}}); r.Code != 422 || !strings.Contains(r.Body.String(), "criterion") || !strings.Contains(r.Body.String(), ">no reason</textarea>") {
		t.Errorf("an exclusion without a criterion: %d", r.Code)
	}
	criterion := inExample[study.Protocol](s, "protocol").Object.Exclude[0].ID
	for _, d := range []string{source.Exclude, source.Include} {
		if r := lead.post(page+"/decide", url.Values{"decision": {d}, "criterion": {criterion}, "note": {"because"}}); r.Code != 303 {
			t.Fatalf("%s: %d", d, r.Code)
		}
	}
	if body := lead.get(page).Body.String(); strings.Count(body, "because") != 2 || !strings.Contains(body, "included.") {
		t.Error("the log does not hold both decisions")
	}
	// The country before onset: first shown with what it would change, then taken in.
	write(s, cases.Fact{ISO3: "BGD", Year: 2012, Attribute: "polyarchy", Value: "0.99", Source: "from memory"})
	if body := lead.get(base + "/context?lag=1").Body.String(); !strings.Contains(body, ", 1 of them in place of another") || !strings.Contains(body, "0.99 <span class=\"quiet\">from memory") {
		t.Error("the page does not tell which value would take the place of another")
	}
	if r := lead.post(base+"/context", url.Values{"lag": {"3"}}); r.Code != 303 || !strings.HasSuffix(r.Header().Get("Location"), "/context?lag=3") {
		t.Errorf("another lag: %d %s", r.Code, r.Header().Get("Location"))
	}
	if body := lead.get(base + "/context?lag=3").Body.String(); !strings.Contains(body, "stands in the study") || strings.Contains(body, "would be written") {
		t.Error("after it was taken in there is still something to take in")
	}
	if body := lead.get(page).Body.String(); !strings.Contains(body, "0.99") {
		t.Error("a value of the year before onset gives way to one of three years before")
	}
	if r := s.as("reviewer-1").post(base+"/context", url.Values{"lag": {"1"}}); r.Code == 303 {
		t.Error("a reviewer takes the context in")
	}
	if r := lead.post(base+"/context", url.Values{"lag": {"1"}}); r.Code != 303 {
		t.Fatalf("context: %d", r.Code)
	}
	if body := lead.get(page).Body.String(); !strings.Contains(body, "2012") || !strings.Contains(body, "1 year before") || !strings.Contains(body, "CC BY-SA 4.0") {
		t.Error("the candidate's page has no country context with year, lag and licence")
	}
	if f := inExample[cases.Fact](s, "fact-bgd-2012.polyarchy").Object; f.Low == 0 || f.High <= f.Low || f.Version == "" {
		t.Errorf("%+v", f)
	}
	// What was taken from the data goes with the year; what a person wrote stays.
	edit := form("start", "2002", "version", itoa(inExample[cases.Candidate](s, "cand-bgd-2013").Version), "regime_before", c.RegimeBefore, "region", "Bengal",
		"leadership_source", "https://example.org/who", "regime_source", "https://example.org/regime")
	if r := lead.post(page+"/edit", edit); r.Code != 303 {
		t.Fatalf("edit: %d", r.Code)
	}
	old := inExample[cases.Candidate](s, "cand-bgd-2013").Object
	if old.RegimeBefore != "electoral democracy" || old.Region != "Bengal" || len(old.LeadershipSource) != 1 || len(old.RegimeSource) != 1 {
		t.Errorf("%+v", old)
	}
	if body := lead.get(page).Body.String(); !strings.Contains(body, "not taken into the study yet") || !strings.Contains(body, "<dd dir=\"auto\">Bengal") {
		t.Error("the page does not tell what the data have and the study has not")
	}
	edit.Set("start", "2013")
	edit.Set("regime_before", old.RegimeBefore)
	edit.Set("region", "")
	edit.Set("version", itoa(inExample[cases.Candidate](s, "cand-bgd-2013").Version))
	if r := lead.post(page+"/edit", edit); r.Code != 303 {
		t.Fatalf("back: %d", r.Code)
	}
	if now := inExample[cases.Candidate](s, "cand-bgd-2013").Object; now.RegimeBefore != c.RegimeBefore || now.Region != "South Asia" {
		t.Errorf("%+v", now)
	}
	// Regions drawn otherwise, and back.
	if r := lead.post(base+"/context/scheme", url.Values{"scheme": {"v-dem-region"}}); r.Code != 303 {
		t.Fatalf("scheme: %d", r.Code)
	}
	if c := inExample[cases.Candidate](s, "cand-bgd-2013").Object; c.Region != "Asia and Pacific" {
		t.Errorf("region %q", c.Region)
	}
	if r := lead.post(base+"/context/scheme", url.Values{"scheme": {"world-bank"}}); r.Code != 303 {
		t.Fatal("back")
	}
	// The universe changed, so the choice says so; rules that cannot hold are explained; a choice takes the signature away.
	if body := lead.get(base + "/selection").Body.String(); !strings.Contains(body, "changed since the cases were chosen") {
		t.Error("the selection does not say that the universe changed")
	}
	sel := inExample[cases.Selection](s, "selection")
	rules := url.Values{"k": {"12"}, "min_success": {"12"}, "min_failure": {"0"}, "max_per_country": {"1"}, "coverage": {"lex"}, "objective": {"lex"}, "version": {"1"}, "seconds": {"20"}}
	rules.Set("version", itoa(sel.Version))
	rules.Set("attributes", "start numeric\nbogus")
	if r := lead.post(base+"/selection/rules", rules); r.Code != 422 || !strings.Contains(r.Body.String(), "expected a name and a kind") {
		t.Errorf("a bad attribute: %d", r.Code)
	}
	rules.Set("attributes", "polyarchy numeric 2 0:1\nregion nominal")
	rules.Set("quotas", "led by business: 1 to 0: cand-tha-2010")
	if r := lead.post(base+"/selection/rules", rules); r.Code != 303 {
		t.Fatalf("rules: %d %s", r.Code, r.Body.String())
	}
	choose := func() string {
		sel := inExample[cases.Selection](s, "selection")
		r := lead.post(base+"/selection/selection/choose", url.Values{"version": {itoa(sel.Version)}})
		if r.Code == 303 {
			return ""
		}
		return r.Body.String()
	}
	if body := choose(); !strings.Contains(body, "cannot be chosen") {
		t.Errorf("twelve successes of the example: %.300s", body)
	}
	rules.Set("k", "7")
	rules.Set("min_success", "3")
	rules.Set("version", itoa(inExample[cases.Selection](s, "selection").Version))
	if r := lead.post(base+"/selection/rules", rules); r.Code != 303 {
		t.Fatalf("rules: %d", r.Code)
	}
	if body := choose(); body != "" {
		t.Fatalf("%.500s", body)
	}
	o := inExample[cases.Selection](s, "selection").Object
	if len(o.Chosen) != 7 || !o.Proven || o.SignedBy != "" || len(o.Alternates) == 0 || len(o.Levels) < 5 {
		t.Errorf("%+v", o)
	}
	body := lead.get(base + "/selection").Body.String()
	for _, want := range []string{"that is proven", "It has to be signed again", "smallest distance", "What would it cost?"} {
		if !strings.Contains(body, want) {
			t.Errorf("the desk does not say %q", want)
		}
	}
	why := regexp.MustCompile(`\?why=(cand-[a-z0-9-]+)`).FindStringSubmatch(body)
	if why == nil || !strings.Contains(lead.get(base+"/selection?why="+why[1]).Body.String(), "Forcing it in would cost") {
		t.Error("why-not is not answered")
	}
	for ask, want := range map[string]string{"next": "It loses:", "weights": "Not chosen when", "schemes": "five ways"} {
		if !strings.Contains(lead.get(base+"/selection?ask="+ask).Body.String(), want) {
			t.Errorf("%s is not answered", ask)
		}
	}
	if r := lead.post(base+"/selection/selection/edit", url.Values{"memo": {"Why."}, "version": {itoa(inExample[cases.Selection](s, "selection").Version)}}); r.Code != 303 {
		t.Fatalf("memo: %d", r.Code)
	}
	if o := inExample[cases.Selection](s, "selection").Object; o.SignedBy != "lead" || o.SignedOn == "" {
		t.Errorf("%+v", o)
	}
}

// A list is understood, shown, and taken whole; what stands there already is passed over.
func TestImportOfCampaigns(t *testing.T) {
	t.Parallel()
	s := exampleSite(t)
	lead := s.as("lead")
	base := "/s/" + example
	list := "Name,Country,Start year,End year,Outcome\nVelvet Revolution,Armenia,2018,2018,success\nArab Spring,Egypt,2011,2011,success\nSomewhere,Atlantis,2012,2012,failure\n"
	r := lead.upload(base+"/candidates/import", nil, map[string]string{"mine.csv": list})
	body := r.Body.String()
	if r.Code != 200 || !strings.Contains(body, "1 new candidate; 1 that may stand") || !strings.Contains(body, "row 4") {
		t.Fatalf("%d %.1500s", r.Code, body[strings.Index(body, "<main"):])
	}
	f := asShown(body)
	f.Set("do", "import")
	if r := s.as("researcher-1").post(base+"/candidates/list", f); r.Code != 422 {
		t.Errorf("somebody else's file: %d", r.Code)
	}
	before := count[cases.Candidate](s)
	r = lead.post(base+"/candidates/list", f)
	if !strings.Contains(r.Body.String(), "1 candidate came into the universe; 1 were passed over") {
		t.Fatalf("%d %.1500s", r.Code, r.Body.String())
	}
	if n := count[cases.Candidate](s); n != before+1 {
		t.Errorf("%d candidates more", n-before)
	}
	if c := inExample[cases.Candidate](s, "cand-egy-2011").Object; c.Origin != "mine.csv, row 3" || c.RegimeBefore != "electoral autocracy" {
		t.Errorf("%+v", c)
	}
	if r := lead.upload(base+"/candidates/import", nil, map[string]string{"x.csv": "\x00\x01"}); r.Code != 422 {
		t.Errorf("no list: %d", r.Code)
	}
}

// What was understood wrongly is put right on the page: what a row is, what an outcome means, which of the known ones come too.
func TestImportPutRight(t *testing.T) {
	t.Parallel()
	s := exampleSite(t)
	lead := s.as("lead")
	base := "/s/" + example
	look := func(f url.Values, more ...string) (int, string) {
		for i := 0; i+1 < len(more); i += 2 {
			f.Set(more[i], more[i+1])
		}
		r := lead.post(base+"/candidates/list", f)
		return r.Code, r.Body.String()
	}
	// A list of one's own: outcomes in other words, and a campaign that stands already.
	body := lead.upload(base+"/candidates/import", nil, map[string]string{"own.csv": "Title,Country,From,To,Outcome\nArab Spring,Egypt,2011,2011,the ruler fell\nVelvet Revolution,Armenia,2018,2018,won\nStrike,Tunisia,2012,2013,open\n"}).Body.String()
	if !strings.Contains(body, "2 new candidates; 1 that may stand") || strings.Count(body, `name="means"`) != 3 {
		t.Fatalf("%.3000s", body[strings.Index(body, "<main"):])
	}
	f := asShown(body)
	code, wrong := look(f, "column-country", "", "do", "import")
	if code != 422 || !strings.Contains(wrong, "no column gives the country") || !strings.Contains(wrong, `value="`+f.Get("kept")+`"`) || strings.Contains(wrong, "Import them<") {
		t.Errorf("no country: %d, and the file can be read again: %v", code, strings.Contains(wrong, f.Get("kept")))
	}
	means := map[string]string{"the ruler fell": "success", "won": "partial", "open": ""}
	f = asShown(body)
	for i, text := range f["outcome"] {
		f["means"][i] = means[text]
	}
	_, body = look(f, "do", "look")
	if g := asShown(body); strings.Join(g["means"], " ") != strings.Join(f["means"], " ") || strings.Join(g["outcome"], "|") != strings.Join(f["outcome"], "|") {
		t.Errorf("outcomes told as %q %q come back as %q %q", f["outcome"], f["means"], g["outcome"], g["means"])
	}
	f = asShown(body)
	take := regexp.MustCompile(`name="take" value="([^"]+)"`).FindStringSubmatch(body)
	if take == nil {
		t.Fatal("the one that stands cannot be ticked")
	}
	if code, body = look(f, "do", "import", "take", take[1]); code != 200 || !strings.Contains(body, "3 candidates came into the universe; 0 were passed over") {
		t.Fatalf("%d %.2000s", code, body[strings.Index(body, "<main"):])
	}
	if c := inExample[cases.Candidate](s, "cand-egy-2011").Object; c.Outcome != "success" || c.Origin != "own.csv, row 2" {
		t.Errorf("%+v", c)
	}
	if c := inExample[cases.Candidate](s, "cand-tun-2012").Object; c.Outcome != "" {
		t.Errorf("%+v", c)
	}
	if code, body := look(f, "do", "import"); code != 422 || !strings.Contains(body, "no longer kept") {
		t.Errorf("the same list a second time: %d", code)
	}
	// The same kind of list, of protests: gathered into campaigns once the page is told so.
	rows := "Country,Date,Demand\n"
	for _, d := range []string{"2015-06-01", "2015-06-20", "2015-07-10", "2016-06-01"} {
		rows += "Kenya," + d + ",corruption\n"
	}
	f = asShown(lead.upload(base+"/candidates/import", nil, map[string]string{"protests.csv": rows}).Body.String())
	if _, body = look(f, "unit", "protest", "do", "look", "gather", "yes", "least", "2"); !strings.Contains(body, "1 new candidate;") || !strings.Contains(body, "row 2, 3, 4") {
		t.Errorf("protests: %.3000s", body[strings.Index(body, "<main"):])
	}
	// The terms of ACLED allow no rows, whatever the form says.
	acled := "event_id_cnty,event_date,event_type,sub_event_type,country,tags\n"
	for _, d := range []string{"2019-01-01", "2019-01-05"} {
		acled += "GHA1," + d + ",Protests,Peaceful protest,Ghana,\n"
	}
	body = lead.upload(base+"/candidates/import", nil, map[string]string{"acled.csv": acled}).Body.String()
	if !strings.Contains(body, "The terms forbid") || strings.Contains(body, `name="unit"`) {
		t.Error("the page does not show the terms of ACLED")
	}
	f = asShown(body)
	f.Del("gather")
	if code, body = look(f, "unit", "campaign", "least", "2", "do", "import"); code != 200 || !strings.Contains(body, "1 candidate came into") {
		t.Errorf("ACLED: %d", code)
	}
}

// asShown is the form of a list as the page has it.
func asShown(body string) url.Values {
	f := url.Values{}
	for _, m := range regexp.MustCompile(`<input type="(?:hidden|number|text)"[^>]*name="([^"]+)"[^>]*value="([^"]*)"`).FindAllStringSubmatch(body, -1) {
		f.Add(m[1], m[2])
	}
	for _, m := range regexp.MustCompile(`(?s)<select id="[^"]*" name="([^"]+)">.*?</select>`).FindAllStringSubmatch(body, -1) {
		chosen := ""
		if o := regexp.MustCompile(`<option value="([^"]*)" selected>`).FindStringSubmatch(m[0]); o != nil {
			chosen = o[1]
		}
		f.Add(m[1], chosen)
	}
	return f
}

// Events, answers, hypotheses and tests, actors and ties are written in the workspace; what is wrong is told beside its field.
func TestInsideACase(t *testing.T) {
	t.Parallel()
	s := exampleSite(t)
	team := s.as("team-armenia")
	base := "/s/" + example
	at := base + "/case/case-armenia"
	event := url.Values{"date": {"April"}, "title": {"A strike"}, "lane": {"movement"}, "version": {"0"}}
	if r := team.post(at+"/event/new", event); r.Code != 422 || !strings.Contains(r.Body.String(), "expected a date such as") {
		t.Errorf("a bad date: %d", r.Code)
	}
	event.Set("date", "2018-04-20")
	event.Set("end", "2018-04-10")
	if r := team.post(at+"/event/new", event); r.Code != 422 || !strings.Contains(r.Body.String(), "before it began") {
		t.Errorf("an end before the beginning: %d", r.Code)
	}
	event.Set("end", "2018-05~")
	if r := team.post(at+"/event/new", event); r.Code != 303 {
		t.Fatalf("event: %d", r.Code)
	}
	answer := func(e, needs, a, why string) int {
		return team.post(at+"/prerequisite", url.Values{"event": {e}, "needs": {needs}, "answer": {a}, "why": {why}}).Code
	}
	if answer("ev-a-strike", "ev-armenia-04", "yes", "") != 422 || answer("ev-a-strike", "ev-romania-01", "yes", "no") != 422 || answer("ev-a-strike", "ev-armenia-04", "yes", "It was against it.") != 303 {
		t.Error("answers on prerequisites")
	}
	if answer("ev-armenia-04", "ev-a-strike", "yes", "The other way round.") != 303 {
		t.Error("a contradiction is not kept")
	}
	if body := team.get(at + "/timeline").Body.String(); !strings.Contains(body, "What cannot all be true") || !strings.Contains(body, "circle") {
		t.Error("the circle is not named")
	}
	h := url.Values{"title": {"It was the strike"}, "text": {"Workers stopped, and the town with them."}, "version": {"0"}, "rivals": {"hyp-armenia-window"}}
	r := team.post(at+"/hypothesis/new", h)
	if r.Code != 303 {
		t.Fatalf("hypothesis: %d", r.Code)
	}
	id := thread.ID("hyp-it-was-the-strike")
	test := func(more ...string) url.Values {
		f := url.Values{"trace": {"Shops were closed"}, "certainty": {"high"}, "uniqueness": {"low"}, "version": {itoa(inExample[cases.Hypothesis](s, id).Version)}}
		for i := 0; i+1 < len(more); i += 2 {
			f.Set(more[i], more[i+1])
		}
		return f
	}
	tests := base + "/hypothesis/" + string(id) + "/test/"
	if r := team.post(tests+"new", test("result", "found")); r.Code != 422 || !strings.Contains(r.Body.String(), "shown by at least one passage") {
		t.Errorf("found without a passage: %d", r.Code)
	}
	if r := team.post(tests+"new", test()); r.Code != 303 {
		t.Fatalf("test: %d", r.Code)
	}
	one := inExample[cases.Hypothesis](s, id).Object.Tests[0]
	if one.Written == "" || one.By != "team-armenia" || one.Seen != "" {
		t.Errorf("%+v", one)
	}
	if r := team.post(tests+"t1", test("result", "absent", "reading", "They were open.", "odds-0", "0.9 0.5 0.7")); r.Code != 422 || !strings.Contains(r.Body.String(), "three probabilities") {
		t.Errorf("bad odds: %d", r.Code)
	}
	if r := team.post(tests+"t1", test("result", "absent", "reading", "They were open.", "odds-0", "0.8 0.9 0.95", "odds-1", "0.3 0.5 0.6")); r.Code != 303 {
		t.Fatalf("result: %d", r.Code)
	}
	if body := team.get(base + "/hypothesis/" + string(id)).Body.String(); !strings.Contains(body, "all but eliminated: it failed 1 hoop test") {
		t.Error("the verdict is not told")
	}
	two := inExample[cases.Hypothesis](s, id).Object.Tests[0]
	if two.Written != one.Written || two.Seen == "" {
		t.Errorf("%+v", two)
	}
	// An expectation that changes after its result is written anew, and then is marked.
	if r := team.post(tests+"t1", test("trace", "Shops were open", "result", "absent", "reading", "They were open.")); r.Code != 303 {
		t.Fatal(r.Code)
	}
	if body := team.get(base + "/hypothesis/" + string(id)).Body.String(); !strings.Contains(body, "written down after the result") {
		t.Error("an expectation that was written after its result is not marked")
	}
	// A person has neither a name in its id nor may it be public.
	actor := url.Values{"name": {"Anahit Canary"}, "sector": {"media"}, "stance": {"coalition"}, "person": {"yes"}, "public": {"yes"}, "gender": {"women: x"}, "version": {"0"}}
	if r := team.post(at+"/actor/new", actor); r.Code != 422 || !strings.Contains(r.Body.String(), "not named outside the team") || !strings.Contains(r.Body.String(), "expected a word and its share") {
		t.Errorf("a public person: %d", r.Code)
	}
	actor.Del("public")
	actor.Set("gender", "women")
	if r := team.post(at+"/actor/new", actor); r.Code != 303 {
		t.Fatalf("actor: %d", r.Code)
	}
	all, err := store.All[cases.Actor](context.Background(), s.st, example, store.Filter{Case: "case-armenia"})
	if err != nil {
		t.Fatal(err)
	}
	var person thread.ID
	for _, it := range all {
		if it.Object.Person {
			person = it.Object.ID
		}
	}
	if person == "" || strings.Contains(string(person), "anahit") || strings.Contains(string(person), "canary") {
		t.Errorf("the id of a person is %q", person)
	}
	tie := url.Values{"from": {string(person)}, "to": {string(person)}, "kind": {"allied-with"}, "version": {"0"}}
	if r := team.post(at+"/tie/new", tie); r.Code != 422 {
		t.Errorf("a tie with itself: %d", r.Code)
	}
	tie.Set("to", "actor-romania-government")
	if r := team.post(at+"/tie/new", tie); r.Code != 422 {
		t.Errorf("a tie to another case's actor: %d", r.Code)
	}
	tie.Set("to", "actor-armenia-civil")
	tie.Set("surety", "possible")
	if r := team.post(at+"/tie/new", tie); r.Code != 303 {
		t.Fatalf("tie: %d", r.Code)
	}
	body := team.get(at + "/coalition").Body.String()
	for _, want := range []string{"effective genders", "all 2 combinations", "no: a person", "Decentralised leadership"} {
		if !strings.Contains(body, want) {
			t.Errorf("the coalition's page does not say %q", want)
		}
	}
	// Another team sees nothing of it.
	if r := s.as("team-romania").get(at + "/coalition"); r.Code != 404 {
		t.Errorf("another team: %d", r.Code)
	}
}

// write puts an object into the example.
func write(s *site, o thread.Object) {
	s.t.Helper()
	if err := s.st.Write(context.Background(), "test", func(tx *store.Tx) error { return tx.Put(example, o, store.Any) }); err != nil {
		s.t.Fatal(err)
	}
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

func count[T thread.Object](s *site) int {
	s.t.Helper()
	all, err := store.All[T](context.Background(), s.st, example, store.Filter{})
	if err != nil {
		s.t.Fatal(err)
	}
	return len(all)
}

func inExample[T thread.Object](s *site, id thread.ID) store.Item[T] {
	s.t.Helper()
	it, err := store.Get[T](context.Background(), s.st, example, id)
	if err != nil {
		s.t.Fatalf("find %s: %v", id, err)
	}
	return it
}

// Of several years of a country each candidate shows the one before its own onset; what others had taken in is not its context.
func TestCountryBeforeOnset(t *testing.T) {
	t.Parallel()
	atlas, err := country.Open()
	if err != nil {
		t.Fatal(err)
	}
	fact := func(year int, value string) cases.Fact {
		return cases.Fact{ISO3: "ARM", Year: year, Attribute: "polyarchy", Value: value, Source: "by hand"}
	}
	facts := []cases.Fact{fact(2014, "0.1"), fact(2017, "0.2"), fact(2018, "0.3"), fact(2019, "0.4"), {ISO3: "GEO", Year: 2017, Attribute: "polyarchy", Value: "9", Source: "by hand"}}
	shown := func(start int, facts []cases.Fact) contextCell {
		cells, _ := before(atlas, cases.Candidate{ISO3: "ARM", Start: start}, facts)
		for _, x := range cells {
			if at, _ := atlas.Attribute("polyarchy"); x.Words == at.Words {
				return x
			}
		}
		return contextCell{}
	}
	if x := shown(2018, facts); x.Value != "0.2" || x.Before != "1 year before" || x.Note != "" {
		t.Errorf("%+v", x)
	}
	if x := shown(2019, facts); x.Value != "0.3" || x.Year != "2018" {
		t.Errorf("%+v", x)
	}
	if x := shown(2018, []cases.Fact{fact(2018, "0.3")}); x.Before != "the year of onset" || x.Note == "" {
		t.Errorf("%+v", x)
	}
	if x := shown(2018, nil); x.Year != "2017" || x.Range == "" || x.Note != "not taken into the study yet" {
		t.Errorf("%+v", x)
	}
	// Somewhere the interval crosses the line, and that cell is marked.
	marked := 0
	for _, c := range atlas.Countries() {
		cells, _ := before(atlas, cases.Candidate{ISO3: c.ISO3, Start: 2015}, nil)
		for _, x := range cells {
			if x.Uncertain != "" {
				marked++
			}
		}
	}
	if marked == 0 {
		t.Error("no regime type is uncertain")
	}
}
