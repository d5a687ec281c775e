package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"throughline/internal/coding"
	"throughline/internal/synthesis"
	"throughline/internal/thread"
)

// has checks what a page says, and what it does not: words that begin with "!" must not be there.
func has(t *testing.T, body string, words ...string) {
	t.Helper()
	for _, w := range words {
		if not, ok := strings.CutPrefix(w, "!"); ok == strings.Contains(body, strings.TrimPrefix(w, "!")) && ok {
			t.Errorf("the page says %q", not)
		} else if !ok && !strings.Contains(body, w) {
			t.Errorf("the page does not say %q", w)
		}
	}
}

// filledIn is what a form would send as it stands, for changing some of it.
func filledIn(t *testing.T, b *visitor, path string) url.Values {
	t.Helper()
	r := b.get(path)
	if r.Code != http.StatusOK {
		t.Fatalf("GET %s: %d", path, r.Code)
	}
	return url.Values{"version": {versionIn(t, r.Body.String())}}
}

func with(v url.Values, pairs ...string) url.Values {
	for i := 0; i < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return v
}

func TestAnalysisPageAndRunAgain(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as("researcher-1")
	has(t, b.get("/s/alpha/analysis").Body.String(), "Crisp analysis", "Success", "Broad ones won.")
	has(t, b.get("/s/alpha/analysis/ana-crisp").Body.String(), "It has not been run yet", ">Run on the scores", "!Truth table")
	run := func() (int, string) {
		v := filledIn(t, b, "/s/alpha/analysis/ana-crisp")
		r := b.post("/s/alpha/analysis/ana-crisp/run", v)
		return r.Code, r.Body.String()
	}
	put := func(c, cond thread.ID, raw string) {
		sc := find[synthesis.Score](s, synthesis.ScoreID(c, cond)).Object
		sc.Raw = raw
		s.put("researcher-1", sc)
	}
	// Both cases succeed: there is nothing to compare them with, and the page says so.
	if code, body := run(); code != http.StatusUnprocessableEntity || !strings.Contains(body, "Not run") || !strings.Contains(body, "is coded negative") {
		t.Fatalf("%d %s", code, body)
	}
	put("case-romania", "cond-coal", "0")
	put("case-romania", "cond-out", "failure")
	if code, body := run(); code != http.StatusSeeOther {
		t.Fatalf("%d %s", code, body)
	}
	if n := find[synthesis.Analysis](s, "ana-crisp").Node; n.State() == thread.Standing {
		t.Error("a computed result confirmed itself")
	}
	has(t, b.get("/s/alpha/analysis/ana-crisp").Body.String(), "Of the 2 combinations that are possible, the cases show 2; nobody has seen the other 0", "“Success” went together with “Broad coalition”",
		"Conservative solution", "Parsimonious solution", `href="/s/alpha/case/case-armenia#scores"`, "goes with the outcome", "Needs another look", "!have changed since",
		"How far it holds", "2 of 2 possible configurations were seen in 2 cases", "without Armenia", "The absence of the outcome", "absence of “Broad coalition”", "What is necessary", "Relevance")
	// A score changes: the page says that the frozen result is of yesterday, and keeps it.
	put("case-romania", "cond-coal", "1")
	has(t, b.get("/s/alpha/analysis/ana-crisp").Body.String(), "have changed since this result was computed", "the cases show 2", "!How far it holds")
	// From an old page: told, and nothing runs.
	r := b.post("/s/alpha/analysis/ana-crisp/run", url.Values{"version": {"1"}})
	if r.Code != http.StatusConflict {
		t.Errorf("run from an old page: %d", r.Code)
	}
	if r := b.post("/s/alpha/analysis/ana-crisp/run", url.Values{}); r.Code != http.StatusBadRequest && r.Code != http.StatusUnprocessableEntity {
		t.Errorf("run without a version: %d", r.Code)
	}
	// With what theory expects there is an intermediate solution, and the page says what was expected.
	put("case-romania", "cond-coal", "0")
	a := find[synthesis.Analysis](s, "ana-crisp").Object
	a.Expect = []synthesis.Expectation{{Condition: "cond-coal", Helps: "present", Why: "Many sectors reach more people."}}
	s.put("researcher-1", a)
	if code, body := run(); code != http.StatusSeeOther {
		t.Fatalf("%d %s", code, body)
	}
	has(t, b.get("/s/alpha/analysis/ana-crisp").Body.String(), "Intermediate solution", "Expected by theory", "“Broad coalition” helps when it is present: Many sectors reach more people.")
	// A coder reads it and has no button.
	has(t, s.as("coder-a").get("/s/alpha/analysis/ana-crisp").Body.String(), "Truth table", "!/run\"", "!/edit\"")
	// A country team sees its own case in the table, and of the other only that there is one.
	has(t, s.as("team-arm").get("/s/alpha/analysis/ana-crisp").Body.String(), "Armenia", "1 of other teams", "!case-romania", "!>Romania", "!without ", "!How far it holds")
}

func TestStatementsShowBothSides(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as("researcher-1")
	has(t, b.get("/s/alpha/findings").Body.String(), "Broad coalitions", `href="/s/alpha/finding/find-broad"`, "Write a finding")
	has(t, b.get("/s/alpha/finding/find-broad").Body.String(), "Evidence for it", "Crisp analysis", "Takeaway", "Evidence against it", "Takeaway "+rouLabel, "Walk its thread")
	has(t, b.get("/s/alpha/lessons").Body.String(), "Together.", "Go broad", "moderate confidence")
	has(t, b.get("/s/alpha/lesson/lesson-broad").Body.String(), "Electoral regimes.", "How sure it is: moderate confidence", "Adequacy of the data", "What rests on it", "Invite everybody", "/s/alpha/answer/answer-cq-1")
	has(t, b.get("/s/alpha/recommendations").Body.String(), `id="for-activist"`, "Activists", "Invite everybody", "Rests on 1 lesson")
	has(t, b.get("/s/alpha/recommendation/recom-broad").Body.String(), "By letter.", "Delay.", "Lessons it rests on", "Go broad")
	has(t, b.get("/s/alpha/answers").Body.String(), "When does it work?", "Not answered yet", "answers/new?question=learning", "What counts?", "This counts.")
	has(t, b.get("/s/alpha/answer/answer-cq-1").Body.String(), "What counts?", "This counts.", "Go broad")
	// Readers see what is said and what it rests on, without the way into what is closed to them.
	reader := s.as("reader-1")
	for _, p := range []string{"/findings", "/finding/find-broad", "/lessons", "/lesson/lesson-broad", "/recommendations", "/recommendation/recom-broad", "/answers", "/answer/answer-cq-1"} {
		r := reader.get("/s/alpha" + p)
		if r.Code != http.StatusOK {
			t.Errorf("reader at %s: %d", p, r.Code)
		}
		has(t, r.Body.String(), "!/edit\"", "!/new\"", "!/s/alpha/case/", "!"+armWords)
	}
	// A country team is told that the other side exists, and no more.
	has(t, s.as("team-arm").get("/s/alpha/finding/find-broad").Body.String(), "1 more belongs to a case of another team", "!"+rouLabel)
}

// TestEvidenceIsEdited changes links in the forms, and finds them on the thread.
func TestEvidenceIsEdited(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as("researcher-1")
	const path = "/s/alpha/finding/find-broad/edit"
	v := with(filledIn(t, b, path), "title", "Broad coalitions", "text", "They won.", "cases_for", "case-armenia",
		"supports", "take-arm", "supports_more", "seg-arm-report-01", "contradicts", "take-rou", "contradicts_more", "seg-nowhere")
	if r := b.post(path, v); r.Code != http.StatusUnprocessableEntity || !strings.Contains(r.Body.String(), "seg-nowhere") || !strings.Contains(r.Body.String(), "seg-arm-report-01") {
		t.Fatalf("evidence that does not exist: %d", r.Code)
	}
	v.Set("contradicts_more", "seg-rou-report-01")
	if r := b.post(path, v); r.Code != http.StatusSeeOther || r.Header().Get("Location") != "/s/alpha/finding/find-broad" {
		t.Fatalf("%d %s", r.Code, r.Body)
	}
	f := find[synthesis.Finding](s, "find-broad")
	if !slices.Equal(f.Object.Supports, []thread.ID{"take-arm", "seg-arm-report-01"}) || !slices.Equal(f.Object.Contradicts, []thread.ID{"take-rou", "seg-rou-report-01"}) {
		t.Errorf("%+v", f.Object)
	}
	g, err := s.st.Down(context.Background(), "alpha", "find-broad")
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := g.Nodes["seg-rou-report-01"]; !ok {
		t.Error("the new evidence is not on the thread")
	}
	if find[synthesis.Lesson](s, "lesson-broad").Node.State() == thread.Standing {
		t.Error("a lesson stands as if its finding had not changed")
	}
	// A statement that would rest on itself.
	const lesson = "/s/alpha/lesson/lesson-broad/edit"
	r := b.post(lesson, with(filledIn(t, b, lesson), "title", "Go broad", "insight", "insight-one", "statement", "x", "scope", "y", "supports", "lesson-broad",
		"confidence.level", "low", "confidence.reason", "z", "confidence.limitations.level", "minor", "confidence.limitations.reason", "r", "confidence.coherence.level", "minor", "confidence.coherence.reason", "r",
		"confidence.adequacy.level", "minor", "confidence.adequacy.reason", "r", "confidence.relevance.level", "minor", "confidence.relevance.reason", "r"))
	if r.Code != http.StatusUnprocessableEntity {
		t.Errorf("a lesson that rests on itself: %d", r.Code)
	}
	// A case that the study does not have, an insight and an audience that it does not have.
	v = with(filledIn(t, b, path), "title", "t", "text", "x", "supports", "take-arm", "cases_for", "case-atlantis")
	if r := b.post(path, v); r.Code != http.StatusUnprocessableEntity || !strings.Contains(r.Body.String(), "case-atlantis, which is no case of this study") {
		t.Errorf("a case from nowhere: %d", r.Code)
	}
	const recom = "/s/alpha/recommendation/recom-broad/edit"
	v = with(filledIn(t, b, recom), "action", "a", "audiences", "martians", "detail", "d", "risks", "r", "supports", "lesson-broad")
	if r := b.post(recom, v); r.Code != http.StatusUnprocessableEntity || !strings.Contains(r.Body.String(), "none of the audiences") {
		t.Errorf("an audience from nowhere: %d", r.Code)
	}
}

// TestStatementsAreWritten writes a finding, a lesson on it, a recommendation on that and an answer, by the forms alone.
func TestStatementsAreWritten(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as("lead")
	send := func(path string, pairs ...string) string {
		t.Helper()
		if r := b.get(path); r.Code != http.StatusOK {
			t.Fatalf("GET %s: %d", path, r.Code)
		}
		r := b.post(path, with(url.Values{"version": {"0"}}, pairs...))
		if r.Code != http.StatusSeeOther {
			t.Fatalf("POST %s: %d %s", path, r.Code, r.Body)
		}
		return r.Header().Get("Location")
	}
	if at := send("/s/alpha/findings/new", "title", "Calm wins", "text", "It did.", "supports", "take-arm"); at != "/s/alpha/finding/find-calm-wins" {
		t.Errorf("the finding is at %s", at)
	}
	if at := send("/s/alpha/lessons/new", "title", "Stay calm", "insight", "insight-one", "statement", "Calm wins.", "scope", "Here.", "supports", "find-calm-wins",
		"confidence.level", "low", "confidence.reason", "z", "confidence.limitations.level", "minor", "confidence.limitations.reason", "r", "confidence.coherence.level", "minor", "confidence.coherence.reason", "r",
		"confidence.adequacy.level", "minor", "confidence.adequacy.reason", "r", "confidence.relevance.level", "minor", "confidence.relevance.reason", "r"); at != "/s/alpha/lesson/lesson-stay-calm" {
		t.Errorf("the lesson is at %s", at)
	}
	if at := send("/s/alpha/recommendations/new", "action", "Train marshals", "audiences", "activist", "detail", "d", "risks", "r", "supports", "lesson-stay-calm"); at != "/s/alpha/recommendation/recom-train-marshals" {
		t.Errorf("the recommendation is at %s", at)
	}
	if at := send("/s/alpha/answers/new", "question", "learning", "text", "When it is calm.", "supports", "lesson-stay-calm"); at != "/s/alpha/answer/answer-learning" {
		t.Errorf("the answer is at %s", at)
	}
	g, err := s.st.Down(context.Background(), "alpha", "recom-train-marshals")
	if err != nil {
		t.Fatal(err)
	}
	segments := 0
	for id := range g.Nodes {
		if id.Kind() == thread.Segment {
			segments++
		}
	}
	if segments == 0 {
		t.Error("the new recommendation cannot be walked back to a sentence")
	}
	// Twice the same: the second is told.
	if r := b.post("/s/alpha/answers/new", with(url.Values{"version": {"0"}}, "question", "learning", "text", "Again.", "supports", "lesson-stay-calm")); r.Code != http.StatusConflict || !strings.Contains(r.Body.String(), "Again.") {
		t.Errorf("answered twice: %d", r.Code)
	}
}

// TestStaleFromTheTextUp changes the words of a passage: all that rests on it says so on its own page, with a button for
// those who may confirm.
func TestStaleFromTheTextUp(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	seg := find[coding.Segment](s, "seg-arm-talk-01").Object
	seg.Anchor.Quote += " And calm."
	seg.Anchor.End += len(" And calm.")
	s.put("coder-a", seg)
	for _, p := range []string{"takeaway/take-arm", "finding/find-broad", "lesson/lesson-broad", "recommendation/recom-broad", "answer/answer-cq-1"} {
		has(t, s.as("reviewer-1").get("/s/alpha/"+p).Body.String(), "Needs another look", "coder-a", "and confirm")
		has(t, s.as("reader-1").get("/s/alpha/thread/"+p[strings.Index(p, "/")+1:]).Body.String(), "!and confirm")
	}
}

// TestFormSaysThatSavingConfirms opens the form of a statement that stands and of one that does not.
func TestFormSaysThatSavingConfirms(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as("researcher-1")
	const path = "/s/alpha/finding/find-broad/edit"
	has(t, b.get(path).Body.String(), "!Saving confirms")
	staleAlpha(s)
	has(t, b.get(path).Body.String(), "Saving confirms this statement", `href="/s/alpha/thread/find-broad"`)
}
