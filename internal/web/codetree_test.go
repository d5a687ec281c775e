package web

import (
	"context"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"throughline/internal/browser"
	"throughline/internal/coding"
	"throughline/internal/document"
	"throughline/internal/fieldwork"
	"throughline/internal/store"
	"throughline/internal/study"
	"throughline/internal/thread"
)

// parent is the code above a code of the study of coding.
func (s *site) parent(code thread.ID) thread.ID {
	s.t.Helper()
	it, err := store.Get[coding.Code](context.Background(), s.st, "coded", code)
	if err != nil {
		s.t.Fatal(err)
	}
	return it.Object.Parent
}

// TestCodebookIsChanged moves, splits and groups codes, begins from a template, and takes each back.
func TestCodebookIsChanged(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	coded(s)
	lead, coder := s.as("lead"), s.as("coder-a")
	// Moved, not below itself, undone and done again.
	if r := lead.post("/s/coded/codebook/move", url.Values{"code": {"code-tactics"}, "below": {"code-response"}}); r.Code != 303 || s.parent("code-tactics") != "code-response" {
		t.Errorf("moved: %d", r.Code)
	}
	if r := lead.post("/s/coded/codebook/move", url.Values{"code": {"code-response"}, "below": {"code-tactics-street"}}); r.Code != 422 || s.parent("code-response") != "" {
		t.Errorf("into a circle: %d", r.Code)
	}
	if r := coder.post("/s/coded/codebook/move", url.Values{"code": {"code-tactics"}}); r.Code != 403 {
		t.Errorf("by a coder: %d", r.Code)
	}
	lead.post("/s/coded/codebook/undo", nil)
	if s.parent("code-tactics") != "" {
		t.Error("not undone")
	}
	lead.post("/s/coded/codebook/redo", nil)
	if s.parent("code-tactics") != "code-response" {
		t.Error("not done again")
	}
	lead.post("/s/coded/codebook/undo", nil)
	// An edit is taken back too.
	version := regexp.MustCompile(`name="version" value="(\d+)"`).FindStringSubmatch(lead.get("/s/coded/code/code-tactics/edit").Body.String())[1]
	if r := lead.post("/s/coded/code/code-tactics/edit", url.Values{"version": {version}, "name": {"Ways"}, "define": {"d"}, "colour": {"amber"}}); r.Code != 303 {
		t.Fatalf("edited: %d %s", r.Code, r.Body)
	}
	if !strings.Contains(lead.get("/s/coded/codebook").Body.String(), "Undo: Edit the code: Ways") {
		t.Error("the edit is not offered to be undone")
	}
	lead.post("/s/coded/codebook/undo", nil)
	if it, _ := store.Get[coding.Code](context.Background(), s.st, "coded", "code-tactics"); it.Object.Name != "Tactics" {
		t.Errorf("it is called %s", it.Object.Name)
	}
	if h := lead.get("/s/coded/code/code-tactics/history").Body.String(); !strings.Contains(h, "Ways") || !strings.Contains(h, "by lead") {
		t.Errorf("its history: %s", h)
	}
	// Split: two passages, one of them by two coders.
	for _, x := range []struct {
		who   *visitor
		words string
	}{{coder, "coalition"}, {lead, "coalition"}, {coder, "A second line."}} {
		if r := x.who.post("/s/coded/document/doc-en/code", url.Values{"paragraph": {"2"}, "passage": {x.words}, "codes": {"code-memory"}}); r.Code != 303 {
			t.Fatalf("%s: %d", x.words, r.Code)
		}
	}
	seg := string(s.passage("en", "coalition"))
	split := url.Values{"id": {"code-memory-old"}, "name": {"Old"}, "define": {"d"}, "below": {"1"}}
	if r := lead.post("/s/coded/code/code-memory/split", split); r.Code != 422 {
		t.Errorf("split without passages: %d", r.Code)
	}
	split.Set("segment", seg)
	if r := lead.post("/s/coded/code/code-memory/split", split); r.Code != 303 {
		t.Fatalf("split: %d %s", r.Code, r.Body)
	}
	if got := s.quotes("en"); !slices.Equal(got["coalition"], []thread.ID{"code-memory-old", "code-memory-old"}) || !slices.Equal(got["A second line."], []thread.ID{"code-memory"}) || s.parent("code-memory-old") != "code-memory" {
		t.Errorf("after the split: %v", got)
	}
	lead.post("/s/coded/codebook/undo", nil)
	if got := s.quotes("en"); !slices.Equal(got["coalition"], []thread.ID{"code-memory", "code-memory"}) {
		t.Errorf("after undoing it: %v", got)
	}
	// Groups.
	if r := lead.post("/s/coded/group/new", url.Values{"version": {"0"}, "id": {"group-x"}, "name": {"Some"}, "codes": {"code-memory", "code-response"}}); r.Code != 303 {
		t.Fatalf("group: %d %s", r.Code, r.Body)
	}
	if page := coder.get("/s/coded/group/group-x").Body.String(); !strings.Contains(page, "Mémoire") || strings.Contains(page, "Take the group away") {
		t.Errorf("the group as a coder sees it: %s", page)
	}
	if page := coder.get("/s/coded/code/code-memory").Body.String(); !strings.Contains(page, "group-x") {
		t.Error("the code does not tell its group")
	}
	lead.post("/s/coded/group/group-x/drop", nil)
	if r := lead.get("/s/coded/group/group-x"); r.Code != 404 {
		t.Errorf("the group is there: %d", r.Code)
	}
	// A template, and a codebook of another program.
	if r := lead.post("/s/coded/codebook/templates", url.Values{"template": {"chain"}}); r.Code != 303 || s.parent("code-coalition-leadership") != "code-coalition" {
		t.Errorf("template: %d", r.Code)
	}
	if it, _ := store.Get[coding.Code](context.Background(), s.st, "coded", "code-coalition"); it.Object.Define != "d" {
		t.Error("a code that was there was written over")
	}
	if r := lead.post("/s/coded/codebook/templates", url.Values{"template": {"chain"}}); r.Code != 422 {
		t.Errorf("the same template again: %d", r.Code)
	}
	qdc := `<?xml version="1.0" encoding="utf-8"?><CodeBook xmlns="urn:QDA-XML:codebook:1.0" origin="x"><Codes><Code guid="11111111-1111-4111-8111-111111111111" name="Hope" isCodable="true"><Code guid="22222222-2222-4222-8222-222222222222" name="Small hope" isCodable="true"/></Code></Codes></CodeBook>`
	if r := lead.upload("/s/coded/codebook/templates", nil, map[string]string{"x.qdc": qdc}); r.Code != 303 || s.parent("code-small-hope") != "code-hope" {
		t.Errorf("a codebook: %d %s", r.Code, r.Body)
	}
	if r := lead.upload("/s/coded/codebook/templates", nil, map[string]string{"x.qdc": "nothing"}); r.Code != 422 {
		t.Errorf("no codebook: %d", r.Code)
	}
	if c, err := s.st.Check(context.Background()); err != nil || len(c.Faults) > 0 {
		t.Errorf("%v, %v", c.Faults, err)
	}
}

func TestTemplatesAreSound(t *testing.T) {
	for _, x := range coding.Templates {
		seen := map[thread.ID]bool{}
		for _, c := range x.Codes {
			if err := c.Valid(); err != nil || seen[c.ID] || c.Parent != "" && !seen[c.Parent] {
				t.Errorf("%s: %+v: %v", x.ID, c, err)
			}
			seen[c.ID] = true
		}
	}
}

// TestMemosAreGathered writes memos on things, finds them together, and keeps them from who may not see them.
func TestMemosAreGathered(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	coded(s)
	coder, lead := s.as("coder-a"), s.as("lead")
	coder.post("/s/coded/document/doc-en/code", url.Values{"paragraph": {"2"}, "passage": {"coalition"}, "codes": {"code-memory"}, "memo": {"with the coding"}})
	seg := string(s.passage("en", "coalition"))
	for _, on := range []string{seg, "code-memory", "doc-en", "study"} {
		if r := coder.post("/s/coded/thread/"+on+"/memo", url.Values{"text": {"thought on " + on}}); r.Code != 303 {
			t.Errorf("%s: %d", on, r.Code)
		}
		if page := lead.get("/s/coded/thread/" + on).Body.String(); !strings.Contains(page, "thought on "+on) {
			t.Errorf("the memo is not on the page of %s", on)
		}
	}
	if r := s.as("reviewer-1").post("/s/coded/thread/code-memory/memo", url.Values{"text": {"x"}}); r.Code != 403 {
		t.Errorf("a reviewer writes: %d", r.Code)
	}
	all := lead.get("/s/coded/memos").Body.String()
	for _, want := range []string{"with the coding", "thought on " + seg, "thought on code-memory", "5 memos"} {
		if !strings.Contains(all, want) {
			t.Errorf("%q is not among the memos", want)
		}
	}
	if some := lead.get("/s/coded/memos?on=code").Body.String(); strings.Contains(some, "with the coding") || !strings.Contains(some, "thought on code-memory") {
		t.Error("the filter does not hold")
	}
	if file := lead.get("/s/coded/memos/file/memos.csv").Body.String(); !strings.Contains(file, "coalition") || !strings.Contains(file, "with the coding") {
		t.Errorf("the table: %s", file)
	}
	// Others leave it alone; its author changes it and takes it away.
	items, err := store.All[coding.Memo](context.Background(), s.st, "coded", store.Filter{Owner: "code-memory"})
	if err != nil || len(items) != 1 {
		t.Fatal(err, len(items))
	}
	id := string(items[0].Object.ID)
	if r := lead.post("/s/coded/thread/code-memory/memo", url.Values{"memo": {id}, "text": {"mine now"}}); r.Code != 403 {
		t.Errorf("another's memo: %d", r.Code)
	}
	coder.post("/s/coded/thread/code-memory/memo", url.Values{"memo": {id}, "text": {""}})
	if items, _ := store.All[coding.Memo](context.Background(), s.st, "coded", store.Filter{Owner: "code-memory"}); len(items) != 0 {
		t.Error("an empty memo stays")
	}
}

// TestMemosAreUndone takes memos and cells of the grid back where they were written, each person their own.
func TestMemosAreUndone(t *testing.T) {
	t.Parallel()
	s := exampleSite(t)
	lead, team := s.as("lead"), s.as("team-romania")
	const memos, grid = "/s/kleptocracy/thread/case-romania", "/s/kleptocracy/framework"
	texts := func() (out []string) {
		items, err := store.All[coding.Memo](context.Background(), s.st, "kleptocracy", store.Filter{Owner: "case-romania"})
		if err != nil {
			t.Fatal(err)
		}
		for _, it := range items {
			out = append(out, it.Object.Text)
		}
		return out
	}
	had := texts()
	is := func(what string, want ...string) {
		t.Helper()
		got := slices.DeleteFunc(texts(), func(x string) bool { return slices.Contains(had, x) })
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q; expected %q", what, got, want)
		}
	}
	offers := func(who *visitor, page, what string, want bool) {
		t.Helper()
		if got := strings.Contains(who.get(page).Body.String(), what); got != want {
			t.Errorf("%s: %q is offered: %t", page, what, got)
		}
	}
	offers(lead, memos, "Undo:", false)
	lead.post(memos+"/memo", url.Values{"text": {"A first thought."}})
	is("written", "A first thought.")
	offers(lead, memos, "Undo: new memo", true)
	offers(team, memos, "Undo:", false)
	var id string
	items, _ := store.All[coding.Memo](context.Background(), s.st, "kleptocracy", store.Filter{Owner: "case-romania"})
	for _, it := range items {
		if it.Object.Text == "A first thought." {
			id = string(it.Object.ID)
		}
	}
	lead.post(memos+"/memo", url.Values{"memo": {id}, "text": {"A second thought."}})
	lead.post(memos+"/memo", url.Values{"memo": {id}, "text": {""}})
	is("taken away")
	offers(lead, memos, "Undo: removal of a memo", true)
	for _, want := range []string{"A second thought.", "A first thought.", ""} {
		if r := lead.post(memos+"/undo", nil); r.Code != 303 || r.Header().Get("Location") != memos+"#memos" {
			t.Errorf("undone: %d to %s", r.Code, r.Header().Get("Location"))
		}
		is("undone", slices.DeleteFunc([]string{want}, func(x string) bool { return x == "" })...)
	}
	if r := lead.post(memos+"/undo", nil); r.Code != 303 {
		t.Errorf("undone once too often: %d", r.Code)
	}
	offers(lead, memos, "Do again: new memo", true)
	lead.post(memos+"/redo", nil)
	is("done again", "A first thought.")
	team.post(memos+"/undo", nil)
	is("undone by another", "A first thought.")
	lead.post(memos+"/undo", nil)
	// The grid.
	team.post("/s/kleptocracy/case/case-romania/summary?code=code-coalition", url.Values{"text": {"Loose and large."}})
	is("a cell", "Loose and large.")
	offers(team, grid, "Undo: summary of", true)
	offers(lead, grid, "Undo:", false)
	team.post(grid+"/undo", nil)
	is("the cell undone")
	team.post(grid+"/redo", nil)
	is("the cell done again", "Loose and large.")
	// Who has lost the case leaves it as it is.
	err := s.st.Write(context.Background(), "lead", func(tx *store.Tx) error {
		it, err := store.Get[study.Member](context.Background(), tx, "kleptocracy", "member-team-romania")
		if err != nil {
			return err
		}
		it.Object.Cases = []thread.ID{"case-armenia"}
		return tx.Put("kleptocracy", it.Object, store.Any)
	})
	if err != nil {
		t.Fatal(err)
	}
	if r := team.post(grid+"/undo", nil); r.Code != 403 {
		t.Errorf("undone by who has lost the case: %d", r.Code)
	}
	is("of a case that was lost", "Loose and large.")
}

// TestBlindThreads looks at threads and memos while coding is blind.
func TestBlindThreads(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	coded(s)
	blindStudy(s)
	a, b := s.as("coder-a"), s.as("coder-b")
	a.post("/s/coded/document/doc-en/code", url.Values{"paragraph": {"2"}, "passage": {"coalition"}, "codes": {"code-memory"}, "memo": {"a secret thought"}})
	b.post("/s/coded/document/doc-en/code", url.Values{"paragraph": {"2"}, "passage": {"A second line."}, "codes": {"code-memory"}})
	theirs := s.passage("en", "coalition")
	a.post("/s/coded/thread/"+string(theirs)+"/memo", url.Values{"text": {"another secret thought"}})
	for _, path := range []string{"/s/coded/thread/doc-en", "/s/coded/thread/code-memory", "/s/coded/memos", "/s/coded/memos/file/memos.csv", "/s/coded/framework", "/s/coded/document/doc-en"} {
		page := b.get(path).Body.String()
		for _, w := range []string{string(theirs), "secret thought"} {
			if strings.Contains(page, w) {
				t.Errorf("%s shows coder-b %q", path, w)
			}
		}
	}
	for _, id := range []thread.ID{theirs, coding.CodingID(theirs, "code-memory", "coder-a")} {
		if r := b.get("/s/coded/thread/" + string(id)); r.Code != 404 {
			t.Errorf("%s answers coder-b with %d", id, r.Code)
		}
		if r := b.get("/s/coded/document/doc-en/passage?segment=" + string(theirs)); r.Code != 404 {
			t.Errorf("the passage answers coder-b with %d", r.Code)
		}
		if r := s.as("lead").get("/s/coded/thread/" + string(id)); r.Code != 200 {
			t.Errorf("%s answers the lead with %d", id, r.Code)
		}
	}
}

// TestDocumentIsPlaced says where material comes from: its passages and codings follow it out of protection, and into it.
func TestDocumentIsPlaced(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	coded(s)
	lead := s.as("lead")
	r := lead.upload("/s/coded/documents/new", map[string]string{"title": "Found"}, map[string]string{"one.txt": "A text with words in it."})
	doc := r.Header().Get("Location")
	id := thread.ID(doc[strings.LastIndex(doc, "/")+1:])
	if page := lead.get(doc).Body.String(); !strings.Contains(page, "Say where it comes from") {
		t.Error("nobody is asked where it comes from")
	}
	lead.post(doc+"/code", url.Values{"paragraph": {"1"}, "passage": {"words"}, "codes": {"code-memory"}, "memo": {"m"}})
	protected := func() (out []bool) {
		it, err := store.Get[document.Document](context.Background(), s.st, "coded", id)
		if err != nil {
			t.Fatal(err)
		}
		segs, _ := store.All[coding.Segment](context.Background(), s.st, "coded", store.Filter{Owner: id})
		codings, _ := store.All[coding.Coding](context.Background(), s.st, "coded", store.Filter{Owner: segs[0].Object.ID})
		return []bool{it.Node.Protected, segs[0].Node.Protected, codings[0].Node.Protected}
	}
	if got := protected(); !slices.Equal(got, []bool{true, true, true}) {
		t.Errorf("material is protected: %v", got)
	}
	form := func(kind, record string, version string) url.Values {
		return url.Values{"version": {version}, "title": {"Found"}, "kind": {kind}, "record": {record}, "language": {"en"}, "attributes": {"Place: north\nYear: 2018"}}
	}
	if r := lead.post(doc+"/edit", form("report", "", "1")); r.Code != 422 || !strings.Contains(r.Body.String(), "needs the record") {
		t.Errorf("a report without a record: %d", r.Code)
	}
	if r := lead.post(doc+"/edit", form("report", "No such thing", "1")); r.Code != 422 || !strings.Contains(r.Body.String(), "no record called “No such thing”") || strings.Contains(r.Body.String(), "ids are lower-case") {
		t.Errorf("of a record that nobody knows: %d %s", r.Code, r.Body)
	}
	if r := lead.post(doc+"/edit", form("report", "ref-none", "1")); r.Code != 422 {
		t.Errorf("of a record that is not there: %d", r.Code)
	}
	if page := lead.get(doc + "/edit").Body.String(); !strings.Contains(page, `<option value="ref-one">Record</option>`) || !strings.Contains(page, `<option value="doc-en">Text in English</option>`) || strings.Contains(page, `<option value="`+string(id)+`"`) {
		t.Error("the form does not offer records and other documents by name")
	}
	if r := lead.post(doc+"/edit", form("report", "record", "1")); r.Code != 303 { // its title
		t.Fatalf("placed: %d %s", r.Code, r.Body)
	}
	if got := protected(); !slices.Equal(got, []bool{false, false, false}) {
		t.Errorf("a report: %v", got)
	}
	if r := lead.post(doc+"/edit", form("material", "", "2")); r.Code != 303 {
		t.Fatalf("taken back: %d %s", r.Code, r.Body)
	}
	if got := protected(); !slices.Equal(got, []bool{true, true, true}) {
		t.Errorf("material again: %v", got)
	}
	if c, err := s.st.Check(context.Background()); err != nil || len(c.Faults) > 0 {
		t.Errorf("%v, %v", c.Faults, err)
	}
}

// TestFrameworkAndRulings writes cells of the framework grid of the example, and settles differences between its coders.
func TestFrameworkAndRulings(t *testing.T) {
	t.Parallel()
	s := exampleSite(t)
	lead := s.as("lead")
	page := lead.get("/s/kleptocracy/framework").Body.String()
	if !strings.Contains(page, "Church, lawyers and unions behind one bill.") {
		t.Errorf("the grid has no summary: %.2000s", page)
	}
	at := "/s/kleptocracy/case/case-romania/summary?code=code-coalition"
	if r := lead.get(at); r.Code != 200 || !strings.Contains(r.Body.String(), "<mark>") {
		t.Errorf("the cell shows no passages: %d", r.Code)
	}
	if r := lead.post(at, url.Values{"text": {"Loose and large."}}); r.Code != 303 {
		t.Errorf("written: %d", r.Code)
	}
	for at, want := range map[string]string{"/s/kleptocracy/thread/case-romania": `summary of <span dir="auto">Coalition</span>`, "/s/kleptocracy/memos": " · Coalition"} {
		if r := lead.get(at); !strings.Contains(r.Body.String(), want) {
			t.Errorf("%s does not name the code of a summary", at)
		}
	}
	for _, f := range []string{"csv", "xlsx", "docx"} {
		r := lead.get("/s/kleptocracy/framework/file/framework." + f + "?code=code-coalition&code=code-window")
		if r.Code != 200 || f == "csv" && (!strings.Contains(r.Body.String(), "Loose and large. (lead)") || !strings.Contains(r.Body.String(), "Window")) {
			t.Errorf("%s: %d %.300s", f, r.Code, r.Body)
		}
	}
	if own := s.as("team-romania").get("/s/kleptocracy/framework").Body.String(); !strings.Contains(own, "Loose and large.") || strings.Contains(own, "Church, lawyers and unions") {
		t.Error("a country team sees other than its own cases")
	}
	// Differences.
	body := lead.get("/s/kleptocracy/agreement").Body.String()
	i := strings.Index(body, `name="segment" value="`)
	if i < 0 {
		t.Fatal("there is nothing to settle")
	}
	value := func(name string) string {
		v := body[strings.Index(body[i-0:], `name="`+name+`" value="`)+i+len(`name="`+name+`" value="`):]
		return v[:strings.IndexByte(v, '"')]
	}
	seg, code := value("segment"), value("code")
	before := strings.Count(body, `name="segment" value="`+seg+`"`)
	if r := s.as("coder-a").post("/s/kleptocracy/agreement", url.Values{"segment": {seg}, "code": {code}, "do": {"holds"}}); r.Code != 403 {
		t.Errorf("a coder settles: %d", r.Code)
	}
	if r := lead.post("/s/kleptocracy/agreement", url.Values{"segment": {seg}, "code": {code}, "do": {"fails"}, "why": {"only a hint"}}); r.Code != 303 {
		t.Fatalf("settled: %d %s", r.Code, r.Body)
	}
	body = lead.get("/s/kleptocracy/agreement").Body.String()
	if after := strings.Count(body, `name="segment" value="`+seg+`"`); after >= before {
		t.Errorf("a settled difference is still open: %d, before %d", after, before)
	}
	if settled := lead.get("/s/kleptocracy/agreement?show=settled").Body.String(); !strings.Contains(settled, "The code does not hold, says lead") {
		t.Errorf("it is not among the settled: %.1500s", settled[strings.Index(settled, "differ"):])
	}
	lead.post("/s/kleptocracy/agreement", url.Values{"segment": {seg}, "code": {code}, "do": {"open"}})
	if items, _ := store.All[coding.Ruling](context.Background(), s.st, "kleptocracy", store.Filter{}); len(items) != 0 {
		t.Errorf("opened again there are %d rulings", len(items))
	}
	if c, err := s.st.Check(context.Background()); err != nil || len(c.Faults) > 0 {
		t.Errorf("%v, %v", c.Faults, err)
	}
}

// order is the codes of the study of coding, in the order in which a page names them.
func (v *visitor) order(path, near string) (out []string) {
	for _, m := range regexp.MustCompile(near).FindAllStringSubmatch(v.get(path).Body.String(), -1) {
		out = append(out, m[1])
	}
	return out
}

// TestCodesAreOrdered moves codes among those beside them, and finds their order on every page that shows the tree.
func TestCodesAreOrdered(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	coded(s)
	lead := s.as("lead")
	roots := func() (out []string) {
		for _, c := range lead.order("/s/coded/codebook", `<li id="(code-[a-z-]+)"`) {
			if s.parent(thread.ID(c)) == "" {
				out = append(out, c)
			}
		}
		return out
	}
	by := []string{"code-coalition", "code-memory", "code-response", "code-tactics"} // and an Arabic one
	is := func(what string, want ...string) {
		t.Helper()
		if !slices.Contains(want, "code-arab") { // where it was left, at the end of what has no place
			want = append(slices.Clone(want), "code-arab")
		}
		if got := roots(); !slices.Equal(got, want) {
			t.Errorf("%s: %v; expected %v", what, got, want)
		}
	}
	is("by name", by...)
	move := func(status int, form ...string) {
		t.Helper()
		f := url.Values{}
		for i := 0; i < len(form); i += 2 {
			f.Set(form[i], form[i+1])
		}
		if r := lead.post("/s/coded/codebook/move", f); r.Code != status {
			t.Errorf("%v: %d", form, r.Code)
		}
	}
	move(303, "code", "code-tactics", "do", "up")
	is("one up", "code-coalition", "code-memory", "code-tactics", "code-response")
	move(303, "code", "code-coalition", "do", "up") // it is the first
	move(303, "code", "code-coalition", "do", "down")
	is("one down", "code-memory", "code-coalition", "code-tactics", "code-response")
	move(303, "code", "code-response", "how", "before", "below", "code-memory")
	is("before", "code-response", "code-memory", "code-coalition", "code-tactics")
	move(303, "code", "code-response", "how", "after", "below", "code-coalition")
	is("after", "code-memory", "code-coalition", "code-response", "code-tactics")
	move(422, "code", "code-response", "how", "after", "below", "")
	move(422, "code", "code-response", "how", "beyond", "below", "code-memory")
	move(422, "code", "code-tactics", "how", "before", "below", "code-tactics-street")
	// To a place in another level, and back to the root, where it comes last.
	move(303, "code", "code-memory", "how", "before", "below", "code-tactics-street")
	if s.parent("code-memory") != "code-tactics" {
		t.Errorf("it stands below %q", s.parent("code-memory"))
	}
	move(303, "code", "code-memory", "below", "")
	is("back at the root", "code-coalition", "code-response", "code-tactics", "code-arab", "code-memory")
	if h := lead.get("/s/coded/code/code-response/history").Body.String(); !strings.Contains(h, "Place among those beside it") {
		t.Error("the history of a code does not tell its order")
	}
	// Wherever the tree is shown.
	want := roots()
	inOrder := func(what string, got []string) {
		t.Helper()
		got = slices.DeleteFunc(got, func(c string) bool { return !slices.Contains(want, c) })
		if len(got) < len(want) || !slices.Equal(got[:len(want)], want) {
			t.Errorf("%s: %v; expected %v", what, got, want)
		}
	}
	inOrder("the reader", lead.order("/s/coded/document/doc-en", `<option value="(code-[a-z-]+)"`))
	inOrder("the form without script", lead.order("/s/coded/document/doc-en/code?paragraph=2", `value="(code-[a-z-]+)"`))
	inOrder("coded passages", lead.order("/s/coded/coded", `<option value="(code-[a-z-]+)"`))
	inOrder("the grid", lead.order("/s/coded/framework", `value="(code-[a-z-]+)"`))
	for _, c := range want {
		lead.post("/s/coded/document/doc-en/code", url.Values{"paragraph": {"2"}, "passage": {"coalition"}, "codes": {c}})
	}
	inOrder("counts", lead.order("/s/coded/matrix", `\?code=(code-[a-z-]+)"`))
	names := map[string]string{}
	for _, m := range regexp.MustCompile(`data-code="(code-[a-z-]+)"><a[^>]*>([^<]+)`).FindAllStringSubmatch(lead.get("/s/coded/codebook").Body.String(), -1) {
		names[m[2]] = m[1]
	}
	var heads []string
	for _, n := range lead.order("/s/coded/coded/file/coded.html", `<h2 dir="auto">([^<]+)</h2>`) {
		heads = append(heads, names[n])
	}
	inOrder("the file of passages", heads)
	// Taken back and done again; the last move first.
	lead.post("/s/coded/codebook/undo", nil)
	lead.post("/s/coded/codebook/undo", nil)
	is("undone", "code-memory", "code-coalition", "code-response", "code-tactics")
	lead.post("/s/coded/codebook/redo", nil)
	lead.post("/s/coded/codebook/redo", nil)
	is("done again", want...)
	// In the order of names nothing is kept.
	move(303, "code", "code-memory", "how", "after", "below", "code-coalition")
	is("by name again", by...)
	for _, c := range by {
		if it, err := store.Get[coding.Code](context.Background(), s.st, "coded", thread.ID(c)); err != nil || it.Object.Order != 0 {
			t.Errorf("%s: %d, %v", c, it.Object.Order, err)
		}
	}
	if c, err := s.st.Check(context.Background()); err != nil || len(c.Faults) > 0 {
		t.Errorf("%v, %v", c.Faults, err)
	}
}

// TestCodesAreMovedInABrowser drags a code onto another, and moves one with keys.
func TestCodesAreMovedInABrowser(t *testing.T) {
	s := newSite(t)
	coded(s)
	server := httptest.NewServer(s.srv)
	t.Cleanup(server.Close)
	p := browser.Open(t).Page(1280, 900)
	signIn(p, server.URL, "lead")
	p.Goto(server.URL + "/s/coded/codebook")
	p.Load(func() { p.Carry(`li[data-code="code-memory"] > a`, `li[data-code="code-tactics"] > a`, 0.5, 0.6) })
	if got := s.parent("code-memory"); got != "code-tactics" {
		t.Errorf("dragged below Tactics it stands below %q", got)
	}
	p.Eval(`document.querySelector('li[data-code="code-tactics-court"] > a').focus()`, nil)
	p.Press("Control+x")
	p.Eval(`document.querySelector('li[data-code="code-coalition"] > a').focus()`, nil)
	p.Load(func() { p.Press("Control+v") })
	if got := s.parent("code-tactics-court"); got != "code-coalition" {
		t.Errorf("moved with keys it stands below %q", got)
	}
	// Among those beside it: with keys that go on where it stands, and to the upper edge of another.
	first := func() (out string) {
		p.Eval(`document.querySelector("ul.codes > li").dataset.code`, &out)
		return out
	}
	p.Eval(`document.querySelector('li[data-code="code-tactics"] > a').focus()`, nil)
	p.Load(func() { p.Press("Alt+ArrowUp") })
	p.Load(func() { p.Press("Alt+ArrowUp") })
	if got := first(); got != "code-tactics" {
		t.Errorf("moved up with keys, %s is the first", got)
	}
	p.Eval(`scrollTo(0, 0)`, nil)
	p.Load(func() { p.Carry(`li[data-code="code-response"] > a`, `li[data-code="code-tactics"] > a`, 0.5, 0.1) })
	if got := first(); got != "code-response" {
		t.Errorf("dragged to the upper edge of the first, %s is the first", got)
	}
	looksRight(t, p, server.URL, "codebook")
	if dir := os.Getenv("THROUGHLINE_TEST_PICTURES"); dir != "" {
		p.Screenshot(filepath.Join(dir, "codebook.png"), true)
	}
}

// TestDocumentJoinsAnInterviewAsFarAsConsentGoes gives a document on whose passages statements rest to interviews with and
// without consent to that.
func TestDocumentJoinsAnInterviewAsFarAsConsentGoes(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ctx := context.Background()
	for id, c := range map[thread.ID]fieldwork.Consent{"int-arm-coded": {Code: true}, "int-arm-open": {Code: true, Paraphrase: true}} {
		c.Version, c.Language, c.Mode, c.KeepUntil = "1", "en", "oral", "2030-01-01"
		s.put("lead", fieldwork.Interview{ID: id, Case: "case-armenia", Informant: "inf-arm-" + pseudo, Interviewer: "team-arm", On: "2026-02-03", Language: "en", Mode: "call", Where: "capital", Consent: c})
	}
	lead := s.as("lead")
	const at = "/s/alpha/document/doc-arm-report"
	give := func(interview string) *httptest.ResponseRecorder {
		return lead.post(at+"/edit", url.Values{"version": {"1"}, "title": {"Report"}, "kind": {"transcript"}, "case": {"case-armenia"}, "interview": {interview}, "language": {"en"}})
	}
	of := func() thread.ID {
		it, err := store.Get[document.Document](ctx, s.st, "alpha", "doc-arm-report")
		if err != nil {
			t.Fatal(err)
		}
		return it.Object.Interview
	}
	if r := give("int-arm-coded"); r.Code != 422 || !strings.Contains(r.Body.String(), "has no consent that statements rest on it") || of() != "" {
		t.Errorf("without consent that statements rest on it: %d, now of %q", r.Code, of())
	}
	if r := give("int-arm-open"); r.Code != 303 || of() != "int-arm-open" {
		t.Errorf("with consent: %d %s", r.Code, r.Body)
	}
}
