package web

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"throughline/internal/browser"
	"throughline/internal/source"
	"throughline/internal/store"
	"throughline/internal/study"
	"throughline/internal/thread"
)

func TestTwoReviewersAreBlind(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	protocol := find[study.Protocol](s, "protocol").Object
	protocol.Highlight = []string{"other"}
	s.put("lead", protocol)
	one, two := s.as("researcher-1"), s.as("coder-a")
	// Researcher 1 has decided on the first record of each case, so two others wait; for the coder all four.
	has(t, one.get("/s/alpha/screening").Body.String(), "2 decided by you, 2 waiting for you", "<mark>Other</mark> record", "key i")
	has(t, two.get("/s/alpha/screening").Body.String(), "0 decided by you, 4 waiting for you")
	post := func(b *visitor, path string, pairs ...string) (int, string) {
		v := url.Values{}
		for i := 0; i+1 < len(pairs); i += 2 {
			v.Set(pairs[i], pairs[i+1])
		}
		r := b.post(path, v)
		return r.Code, r.Header().Get("Location")
	}
	// What is excluded needs a reason of the protocol.
	for _, bad := range [][]string{{"decision", "exclude"}, {"decision", "exclude", "reason", "because"}, {"decision", "maybe"}, {"decision", "not-retrieved"}, {}} {
		if code, _ := post(one, "/s/alpha/screening/ref-arm-2", bad...); code != http.StatusUnprocessableEntity {
			t.Errorf("%v: %d", bad, code)
		}
	}
	code, to := post(one, "/s/alpha/screening/ref-arm-2", "decision", "exclude", "reason", "exc-1", "back", "hide=yes")
	if code != http.StatusSeeOther || to != "/s/alpha/screening?hide=yes&last=ref-arm-2" {
		t.Fatalf("%d %s", code, to)
	}
	d := find[source.Screening](s, source.Screening{Record: "ref-arm-2", Stage: source.TitleAbstract, Reviewer: "researcher-1"}.Ref()).Object
	if d.Decision != source.Exclude || d.Reason != "exc-1" || d.On == "" {
		t.Errorf("kept as %+v", d)
	}
	has(t, one.get(to).Body.String(), "You excluded", "3 decided by you, 1 waiting for you", "Take it back")
	// The other reviewer is not told of it: neither at the desk nor on the record, nor in the list.
	has(t, two.get("/s/alpha/record/ref-arm-2").Body.String(), "Nobody has decided yet", "!researcher-1")
	has(t, two.get("/s/alpha/literature?decision=excluded").Body.String(), "No record fits")
	has(t, s.as("lead").get("/s/alpha/record/ref-arm-2").Body.String(), "researcher-1: exclude")
	// They differ: a third person settles it, and not the coder.
	if code, _ := post(two, "/s/alpha/screening/ref-arm-2", "decision", "include"); code != http.StatusSeeOther {
		t.Fatalf("%d", code)
	}
	has(t, two.get("/s/alpha/record/ref-arm-2").Body.String(), "reviewers differ", "researcher-1: exclude")
	if r := two.get("/s/alpha/conflicts"); r.Code == http.StatusOK {
		t.Error("a coder sees the conflicts")
	}
	lead := s.as("lead")
	has(t, lead.get("/s/alpha/screening").Body.String(), "1 where reviewers differ or are unsure")
	has(t, lead.get("/s/alpha/conflicts").Body.String(), "coder-a: include", "researcher-1: exclude (<span dir=\"auto\">out</span>)")
	for _, bad := range [][]string{{"stage", "title-abstract", "decision", "exclude"}, {"stage", "title-abstract", "decision", "unsure"}, {"stage", "title-abstract", "decision", "not-retrieved"}} {
		if code, _ := post(lead, "/s/alpha/conflicts/ref-arm-2", bad...); code != http.StatusUnprocessableEntity {
			t.Errorf("%v: %d", bad, code)
		}
	}
	if code, _ := post(lead, "/s/alpha/conflicts/ref-arm-2", "stage", "full-text", "decision", "include"); code != http.StatusConflict {
		t.Errorf("a conflict that is none: %d", code)
	}
	if code, _ := post(lead, "/s/alpha/conflicts/ref-arm-2", "stage", "title-abstract", "decision", "include"); code != http.StatusSeeOther {
		t.Fatalf("%d", code)
	}
	has(t, lead.get("/s/alpha/conflicts").Body.String(), "Reviewers agree on everything")
	// Included by all: it waits at full text, where a report may not be had.
	has(t, lead.get("/s/alpha/screening?stage=full-text").Body.String(), "Could not be had")
	if code, to := post(two, "/s/alpha/screening/ref-arm-2", "decision", "not-retrieved", "back", "stage=full-text"); code != http.StatusSeeOther || !strings.Contains(to, "stage=full-text") {
		t.Errorf("%d %s", code, to)
	}
	// Taking back is for one's own decisions, and sending it twice does no harm.
	for range 2 {
		if code, _ := post(two, "/s/alpha/screening/ref-arm-2/undo", "back", "stage=full-text"); code != http.StatusSeeOther {
			t.Errorf("undo: %d", code)
		}
	}
	if _, late := newScreened(nil, []source.Screening{}, study.Protocol{}).at(source.Work{Records: []thread.ID{"ref-arm-2"}}, source.FullText); late != "" {
		t.Error("the decision is still there")
	}
	// A country team screens what belongs to its case, and learns of nothing else.
	team := s.as("team-arm")
	has(t, team.get("/s/alpha/screening").Body.String(), "0 decided by you, ", "!"+rouLabel)
	if code, _ := post(team, "/s/alpha/screening/ref-rou", "decision", "include"); code == http.StatusSeeOther {
		t.Error("a team decided on another team's record")
	}
}

func TestDeskChoices(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as("coder-a")
	has(t, b.get("/s/alpha/screening").Body.String(), "Doe, J")
	has(t, b.get("/s/alpha/screening?hide=yes").Body.String(), "!Doe, J", "hide=yes")
	has(t, b.get("/s/alpha/screening?case=case-romania").Body.String(), "2 waiting for you")
	has(t, b.get("/s/alpha/screening?language=th").Body.String(), "0 waiting for you")
	// Shares do not overlap, and together they are all.
	total := 0
	for _, sh := range []string{"1/3", "2/3", "3/3"} {
		body := b.get("/s/alpha/screening?share=" + url.QueryEscape(sh)).Body.String()
		for n := range 5 {
			if strings.Contains(body, "0 decided by you, "+string(rune('0'+n))+" waiting") {
				total += n
			}
		}
	}
	if total != 4 {
		t.Errorf("three thirds are %d of 4", total)
	}
	for _, bad := range []string{"0/2", "3/2", "x", "1/99", "1/0"} {
		has(t, b.get("/s/alpha/screening?share="+url.QueryEscape(bad)).Body.String(), "4 waiting for you")
	}
	// What is put off comes after the others, and again when nothing else is left.
	first := b.get("/s/alpha/screening").Body.String()
	for _, id := range []string{"ref-arm", "ref-arm-2", "ref-rou", "ref-rou-2"} {
		if strings.Contains(first, `action="/s/alpha/screening/`+id+`"`) {
			has(t, b.get("/s/alpha/screening?later="+id).Body.String(), `!action="/s/alpha/screening/`+id+`"`, "4 waiting for you")
		}
	}
	has(t, b.get("/s/alpha/screening?later=ref-arm,ref-arm-2,ref-rou,ref-rou-2").Body.String(), "Your decision")
}

func TestHighlighted(t *testing.T) {
	for _, c := range []struct {
		text  string
		words []string
		want  []piece
	}{
		{"Corruption and protest", []string{"protest", "corrupt"}, []piece{{"Corrupt", true}, {"ion and ", false}, {"protest", true}}},
		{"protests", []string{"protest", "protests"}, []piece{{"protests", true}}},
		{"nothing", []string{"", " "}, []piece{{"nothing", false}}},
		{"การประท้วงใหญ่", []string{"ประท้วง"}, []piece{{"การ", false}, {"ประท้วง", true}, {"ใหญ่", false}}},
		{"İstanbul protest", []string{"protest"}, []piece{{"İstanbul protest", false}}},
		{"", []string{"x"}, nil},
	} {
		if diff := cmp.Diff(c.want, highlighted(c.text, c.words)); diff != "" {
			t.Errorf("%q: %s", c.text, diff)
		}
	}
}

// In a browser one key decides, a digit chooses the reason, and what is typed into a field decides nothing.
func TestDeskKeys(t *testing.T) {
	s := newSite(t)
	server := httptest.NewServer(s.srv)
	t.Cleanup(server.Close)
	p := browser.Open(t).Page(1280, 900)
	signIn(p, server.URL, "coder-a")
	p.Goto(server.URL + "/s/alpha/screening")
	looksRight(t, p, server.URL, "the desk")
	if dir := os.Getenv("THROUGHLINE_TEST_PICTURES"); dir != "" {
		p.Screenshot(filepath.Join(dir, "desk.png"), true)
	}
	p.Load(func() { p.Press("i") })
	var text string
	read := func() string {
		p.Eval(`document.querySelector("main").innerText`, &text)
		return text
	}
	has(t, read(), "You included", "1 decided by you")
	p.Press("1")
	p.Load(func() { p.Press("e") })
	has(t, read(), "You excluded", "2 decided by you")
	p.Load(func() { p.Press("z") })
	has(t, read(), "1 decided by you, 3 waiting")
	p.Eval(`document.querySelector("details.filter").open = true, document.querySelector("#share").focus(), 0`, new(int))
	p.Press("u")
	has(t, read(), "1 decided by you, 3 waiting")
	all := s.decisions("coder-a")
	if len(all) != 1 || all[0].Decision != source.Include {
		t.Errorf("kept: %+v", all)
	}
}

func (s *site) decisions(who string) []source.Screening {
	s.t.Helper()
	all, err := store.All[source.Screening](context.Background(), s.st, "alpha", store.Filter{})
	if err != nil {
		s.t.Fatal(err)
	}
	return slices.DeleteFunc(store.Objects(all), func(d source.Screening) bool { return d.Reviewer != who })
}

// The desk learns: what resembles the included comes first, and taking a decision back takes its lesson back.
func TestDeskLearns(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for i := range 24 {
		about := "municipal water pipes and their maintenance in small towns"
		if i%3 == 0 {
			about = "protest movements against corruption and the fall of governments"
		}
		s.put("lead", source.Record{ID: thread.ID(fmt.Sprintf("ref-z%02d", i)), Type: "article", Title: fmt.Sprintf("Study %d of %s", i, about), Abstract: strings.Repeat(about+". ", 3)})
	}
	b := s.as("coder-a")
	next := func() string {
		body := b.get("/s/alpha/screening").Body.String()
		_, after, _ := strings.Cut(body, `class="decide" method="post" action="/s/alpha/screening/`)
		id, _, _ := strings.Cut(after, `"`)
		return id
	}
	post := func(id, decision string) {
		t.Helper()
		if r := b.post("/s/alpha/screening/"+id, url.Values{"decision": {decision}, "reason": {"exc-1"}}); r.Code != http.StatusSeeOther {
			t.Fatalf("%s: %d", id, r.Code)
		}
	}
	has(t, b.get("/s/alpha/screening").Body.String(), "The works come in the order in which they are likely to matter")
	post("ref-z00", "include")
	post("ref-z01", "exclude")
	for range 7 { // all that is about protest, one after the other
		id := next()
		var n int
		if _, err := fmt.Sscanf(id, "ref-z%d", &n); err != nil || n%3 != 0 {
			t.Fatalf("next is %s, which resembles what was excluded", id)
		}
		post(id, "include")
	}
	for range 21 {
		if id := next(); id != "" {
			post(id, "exclude")
		}
	}
	if r := b.post("/s/alpha/screening/ref-z00/undo", nil); r.Code != http.StatusSeeOther {
		t.Fatalf("undo: %d", r.Code)
	}
	if id := next(); id != "ref-z00" {
		t.Errorf("what was taken back comes again, and not %q", id)
	}
}

// When the rule says to stop, what waits is set aside as a tool's doing, and comes back when that is taken back.
func TestStopScreening(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for i := range 400 {
		about := "municipal water pipes and their maintenance in small towns"
		if i%20 == 0 {
			about = "protest movements against corruption and the fall of governments"
		}
		s.put("lead", source.Record{ID: thread.ID(fmt.Sprintf("ref-z%03d", i)), Type: "article", Title: fmt.Sprintf("Study %d of %s", i, about), Abstract: strings.Repeat(about+". ", 3)})
	}
	b := s.as("researcher-1")
	if r := b.post("/s/alpha/screening", nil); r.Code != http.StatusConflict {
		t.Errorf("stopped before anything was read: %d", r.Code)
	}
	read := 0
	for ; read < 300; read++ {
		body := b.get("/s/alpha/screening").Body.String()
		if strings.Contains(body, "Stop here and set aside what waits") {
			break
		}
		_, after, _ := strings.Cut(body, `class="decide" method="post" action="/s/alpha/screening/`)
		id, _, _ := strings.Cut(after, `"`)
		var n int
		decision := "exclude"
		if _, err := fmt.Sscanf(id, "ref-z%d", &n); err == nil && n%20 == 0 {
			decision = "include"
		}
		if r := b.post("/s/alpha/screening/"+id, url.Values{"decision": {decision}, "reason": {"exc-1"}}); r.Code != http.StatusSeeOther {
			t.Fatalf("%s: %d", id, r.Code)
		}
	}
	if read == 300 {
		t.Fatal("the rule never says to stop, though all that matters was found early")
	}
	for _, who := range []string{"coder-a", "reviewer-1"} {
		if r := s.as(who).post("/s/alpha/screening", nil); r.Code != http.StatusForbidden {
			t.Errorf("%s stops the screening: %d", who, r.Code)
		}
	}
	if r := b.post("/s/alpha/screening", nil); r.Code != http.StatusSeeOther {
		t.Fatalf("stop: %d", r.Code)
	}
	has(t, b.get("/s/alpha/screening").Body.String(), "0 waiting for you", "by the stopping rule", "Take that back")
	has(t, b.get("/s/alpha/literature").Body.String(), "set aside by tools")
	if r := b.post("/s/alpha/screening/resume", nil); r.Code != http.StatusSeeOther {
		t.Fatalf("resume: %d", r.Code)
	}
	has(t, b.get("/s/alpha/screening").Body.String(), "!0 waiting for you", "!Take that back")
}

// Two reviewers who decide on the same works at the same time keep every decision.
func TestTwoDecideAtOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for i := range 30 {
		s.put("lead", source.Record{ID: thread.ID(fmt.Sprintf("ref-z%02d", i)), Type: "article", Title: fmt.Sprintf("Study %d", i)})
	}
	var wg sync.WaitGroup
	for _, who := range []string{"coder-a", "researcher-1"} {
		b := s.as(who)
		wg.Go(func() {
			for i := range 30 {
				if r := b.post(fmt.Sprintf("/s/alpha/screening/ref-z%02d", i), url.Values{"decision": {"include"}}); r.Code != http.StatusSeeOther {
					t.Errorf("%s, %d: %d", who, i, r.Code)
				}
			}
		})
	}
	wg.Wait()
	for _, who := range []string{"coder-a", "researcher-1"} {
		n := 0
		for _, d := range s.decisions(who) {
			if strings.HasPrefix(string(d.Record), "ref-z") {
				n++
			}
		}
		if n != 30 {
			t.Errorf("%d decisions of %s were kept, 30 were acknowledged", n, who)
		}
	}
}

// A record without an abstract borrows that of another record of the work, but not of one that belongs to another team.
func TestDeskBorrowsNothingClosed(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.put("lead", source.Record{ID: "ref-a1", Case: "case-armenia", Type: "news", Title: "A shared report"})
	s.put("lead", source.Record{ID: "ref-a2", Case: "case-romania", Type: "news", Title: "A shared report", Abstract: "Words of the other team."})
	s.put("lead", source.Work{ID: "work-a1", Records: []thread.ID{"ref-a1", "ref-a2"}, Reason: "judged the same"})
	const desk = "/s/alpha/screening?later=ref-arm,ref-arm-2"
	has(t, s.as("team-arm").get(desk).Body.String(), "A shared report", "!Words of the other team")
	has(t, s.as("coder-a").get("/s/alpha/screening?case=case-armenia&later=ref-arm,ref-arm-2").Body.String(), "A shared report", "Words of the other team")
}
