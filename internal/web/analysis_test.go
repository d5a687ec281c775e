package web

import (
	"encoding/csv"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"throughline/internal/synthesis"
	"throughline/internal/thread"
)

// compared makes alpha's analysis one that can be run: one case with the condition and the outcome, one with neither.
func compared(s *site) {
	s.t.Helper()
	for cond, raw := range map[thread.ID]string{"cond-coal": "0", "cond-out": "failure"} {
		sc := find[synthesis.Score](s, synthesis.ScoreID("case-romania", cond)).Object
		sc.Raw = raw
		s.put("researcher-1", sc)
	}
}

func runAnalysisOf(s *site, id string) {
	s.t.Helper()
	b := s.as("researcher-1")
	if r := b.post("/s/alpha/analysis/"+id+"/run", filledIn(s.t, b, "/s/alpha/analysis/"+id)); r.Code != http.StatusSeeOther {
		s.t.Fatalf("run %s: %d %s", id, r.Code, r.Body.String())
	}
}

func TestAnalysisIsSetUp(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	compared(s)
	b := s.as("researcher-1")
	has(t, b.get("/s/alpha/analysis").Body.String(), `href="/s/alpha/analysis/new"`)
	has(t, s.as("coder-a").get("/s/alpha/analysis").Body.String(), "!analysis/new")
	has(t, b.get("/s/alpha/analysis/new").Body.String(), "Conditions to explain it by", "Theory on “Broad coalition”", "!Theory on “Success”")
	full := func() url.Values {
		return url.Values{"title": {"By hand"}, "mode": {"crisp"}, "outcome": {"cond-out"}, "conditions": {"cond-coal"}, "cases": {"case-armenia", "case-romania"},
			"frequency": {"1"}, "consistency": {"0.8"}, "pri": {"0"}, "expect.cond-coal": {"present"}, "why.cond-coal": {"More people are reached."}}
	}
	set := func(key string, values ...string) url.Values {
		v := full()
		v[key] = values
		return v
	}
	for _, c := range []struct {
		v    url.Values
		want string
	}{
		{set("title", ""), "Title"},
		{set("conditions"), "needs at least one condition"},
		{set("conditions", "cond-out"), "names the outcome"},
		{set("cases", "case-armenia"), "at least two cases"},
		{set("cases", "case-armenia", "case-nowhere"), "has no score on"},
		{set("frequency", "many"), "is not a whole number"},
		{set("consistency", "2"), "expected a number above 0 and up to 1"},
		{set("consistency", "much"), "expected a number such as 0.75"},
		{set("pri", "-1"), "expected a number from 0 to 1"},
		{set("mode", "vague"), "expected one of"},
		{set("why.cond-coal", ""), "an expectation without a reason is a guess"},
		{set("expect.cond-coal", ""), "say what helps, or take the reason away"},
		{set("expect.cond-coal", "sometimes"), "expected"},
		{set("together", "COAL*NOTHING: why"), "&#34;NOTHING&#34; is the short name of no condition"},
		{set("together", "COAL*COAL"), "gives no reason"},
		{set("together", "COAL: alone"), "at least two that help when they meet"},
	} {
		r := b.post("/s/alpha/analysis/new", c.v)
		if r.Code != http.StatusUnprocessableEntity || !strings.Contains(r.Body.String(), c.want) {
			t.Errorf("%v: %d, no %q", c.v, r.Code, c.want)
		}
	}
	if r := b.post("/s/alpha/analysis/new", full()); r.Code != http.StatusSeeOther {
		t.Fatalf("%d %s", r.Code, r.Body.String())
	}
	a := find[synthesis.Analysis](s, "ana-by-hand").Object
	if a.Result != nil || len(a.Expect) != 1 || a.Expect[0].Helps != "present" || a.Consistency != 0.8 {
		t.Fatalf("saved as %+v", a)
	}
	runAnalysisOf(s, "ana-by-hand")
	has(t, b.get("/s/alpha/analysis/ana-by-hand").Body.String(), "Intermediate solution", "More people are reached.")
	// A new title leaves the result; other choices take it away, since it is not theirs.
	v := full()
	v.Set("title", "By two hands")
	v.Set("version", filledIn(t, b, "/s/alpha/analysis/ana-by-hand/edit").Get("version"))
	if r := b.post("/s/alpha/analysis/ana-by-hand/edit", v); r.Code != http.StatusSeeOther {
		t.Fatalf("%d %s", r.Code, r.Body.String())
	}
	if a := find[synthesis.Analysis](s, "ana-by-hand").Object; a.Result == nil || a.Title != "By two hands" {
		t.Errorf("a new title took the result away: %+v", a)
	}
	v.Set("consistency", "0.9")
	v.Set("version", filledIn(t, b, "/s/alpha/analysis/ana-by-hand/edit").Get("version"))
	if r := b.post("/s/alpha/analysis/ana-by-hand/edit", v); r.Code != http.StatusSeeOther {
		t.Fatalf("%d %s", r.Code, r.Body.String())
	}
	if a := find[synthesis.Analysis](s, "ana-by-hand").Object; a.Result != nil || a.Inputs != "" {
		t.Errorf("the result of other choices stayed: %+v", a)
	}
	has(t, b.get("/s/alpha/analysis/ana-by-hand").Body.String(), "It has not been run yet", ">Run on the scores")
}

func TestTermShowsItsEvidence(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	compared(s)
	runAnalysisOf(s, "ana-crisp")
	const at = "/s/alpha/analysis/ana-crisp/term/conservative/1/1"
	has(t, s.as("researcher-1").get("/s/alpha/analysis/ana-crisp").Body.String(), `href="`+at+`"`)
	has(t, s.as("researcher-1").get(at).Body.String(), "Evidence for", "“Broad coalition”", `href="/s/alpha/case/case-armenia"`, "must be present", "the outcome", `<mark>`, "!Romania")
	has(t, s.as("team-arm").get(at).Body.String(), "Armenia", "<mark>")
	for _, path := range []string{"term/conservative/1/9", "term/conservative/9/1", "term/best/1/1", "term/conservative/0/0", "term/conservative/x/1", "term/conservative/-1/1"} {
		if r := s.as("researcher-1").get("/s/alpha/analysis/ana-crisp/" + path); r.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, r.Code)
		}
	}
}

func TestAnalysisIsTakenAlong(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	compared(s)
	const at = "/s/alpha/analysis/ana-crisp/file/"
	b := s.as("researcher-1")
	if r := b.get(at + "data.csv"); r.Code != http.StatusNotFound {
		t.Errorf("a file of no result: %d", r.Code)
	}
	runAnalysisOf(s, "ana-crisp")
	for _, f := range analysisFiles {
		r := b.get(at + f.name)
		if r.Code != http.StatusOK || r.Header().Get("Content-Type") != f.sort || !strings.HasPrefix(r.Header().Get("Content-Disposition"), "attachment; filename=\"crisp-") {
			t.Errorf("%s: %d %v", f.name, r.Code, r.Header())
		}
		body := r.Body.String()
		switch {
		case strings.HasSuffix(f.name, ".csv"):
			if lines, err := csv.NewReader(strings.NewReader(body)).ReadAll(); err != nil || len(lines) < 3 {
				t.Errorf("%s: %v\n%s", f.name, err, body)
			}
		case strings.HasSuffix(f.name, ".json"):
			var v struct {
				Solutions []struct{ Type, Outcome string }
			}
			if err := json.Unmarshal([]byte(body), &v); err != nil || len(v.Solutions) != 4 {
				t.Errorf("%s: %v %+v", f.name, err, v)
			}
		case strings.HasSuffix(f.name, ".R"):
			has(t, body, "library(QCA)", "It should print")
		default:
			has(t, body, "We compared 2 cases")
		}
		// A team would learn of cases that are not its own.
		if r := s.as("team-arm").get(at + f.name); r.Code != http.StatusForbidden || strings.Contains(r.Body.String(), "Romania") {
			t.Errorf("%s for a team: %d", f.name, r.Code)
		}
	}
	if r := b.get(at + "other.csv"); r.Code != http.StatusNotFound {
		t.Errorf("no such file: %d", r.Code)
	}
	has(t, s.as("team-arm").get("/s/alpha/analysis/ana-crisp").Body.String(), "!/file/")
	// Of an earlier state there is nothing to take along.
	sc := find[synthesis.Score](s, synthesis.ScoreID("case-romania", "cond-coal")).Object
	sc.Raw = "1"
	s.put("researcher-1", sc)
	if r := b.get(at + "data.csv"); r.Code != http.StatusConflict {
		t.Errorf("from scores that have changed: %d", r.Code)
	}
}

func TestAnalysisTellsWhatChanged(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	compared(s)
	runAnalysisOf(s, "ana-crisp")
	b := s.as("researcher-1")
	has(t, b.get("/s/alpha/analysis/ana-crisp").Body.String(), "!What is different from")
	for cond, raw := range map[thread.ID]string{"cond-coal": "0", "cond-out": "success"} {
		sc := find[synthesis.Score](s, synthesis.ScoreID("case-romania", cond)).Object
		sc.Raw = raw
		s.put("researcher-1", sc)
		sc = find[synthesis.Score](s, synthesis.ScoreID("case-armenia", cond)).Object
		sc.Raw = map[thread.ID]string{"cond-coal": "1", "cond-out": "failure"}[cond]
		s.put("researcher-1", sc)
	}
	runAnalysisOf(s, "ana-crisp")
	has(t, b.get("/s/alpha/analysis/ana-crisp").Body.String(), "What is different from the result that stood until", "now goes with the outcome; before, it does not go with the outcome",
		"The conservative solution COAL stands no more.", "New conservative solution: ~COAL.")
	// What a team may not see of it, it is not told.
	has(t, s.as("team-arm").get("/s/alpha/analysis/ana-crisp/term/conservative/1/1").Body.String(), "None of its cases is one of yours.", "!Romania", "!<mark>")
	has(t, s.as("team-arm").get("/s/alpha/analysis/ana-crisp").Body.String(), "!Romania")
}

func TestAnalysisIsDrawn(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	compared(s)
	runAnalysisOf(s, "ana-crisp")
	b := s.as("researcher-1")
	page := b.get("/s/alpha/analysis/ana-crisp").Body.String()
	const at = "/s/alpha/analysis/ana-crisp/picture/"
	for _, name := range []string{"table", "venn", "chart-conservative-1", "chart-parsimonious-1", "ranges-conservative"} {
		has(t, page, `<img src="`+at+name+`.svg"`)
		r := b.get(at + name + ".svg")
		if r.Code != http.StatusOK || r.Header().Get("Content-Type") != "image/svg+xml" || !strings.HasPrefix(r.Body.String(), "<svg ") {
			t.Errorf("%s: %d %v", name, r.Code, r.Header())
		}
		checkHeaders(t, r.Header(), name)
		if r := s.as("team-arm").get(at + name + ".svg"); r.Code != http.StatusForbidden {
			t.Errorf("%s for a team: %d", name, r.Code)
		}
	}
	for _, name := range []string{"upset", "xy-conservative-1"} { // not on this page, and there all the same
		if r := b.get(at + name + ".svg"); r.Code != http.StatusOK {
			t.Errorf("%s: %d", name, r.Code)
		}
	}
	for _, name := range []string{"chart", "chart-best-1", "chart-conservative-0", "chart-conservative-2", "chart-conservative-x", "ranges-conservative-1", "map", "ranges-"} {
		if r := b.get(at + name + ".svg"); r.Code != http.StatusNotFound {
			t.Errorf("%s: %d", name, r.Code)
		}
	}
	has(t, s.as("team-arm").get("/s/alpha/analysis/ana-crisp").Body.String(), "!<img")
}

func TestAnalysisShowsItsData(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	compared(s)
	b := s.as("researcher-1")
	at := `href="` + "/s/alpha/score/" + string(synthesis.ScoreID("case-armenia", "cond-coal")) + `"`
	has(t, b.get("/s/alpha/analysis/ana-crisp").Body.String(), "The data", at)
	has(t, s.as("team-arm").get("/s/alpha/analysis/ana-crisp").Body.String(), at, "1 more case belongs to other teams", "!score-romania")
	// What theory expects only of conditions that meet; by levels, where a condition has them.
	coal := find[synthesis.Condition](s, "cond-coal").Object
	s.put("researcher-1", synthesis.Condition{ID: "cond-turnout", Letter: "TURN", Name: "Turnout", Define: "Many take part",
		Calibration: synthesis.Calibration{Method: "levels", Reason: "seen", Thresholds: []float64{1000, 50000}}})
	for c, raw := range map[thread.ID]string{"case-armenia": "120000", "case-romania": "500"} {
		of := find[synthesis.Score](s, synthesis.ScoreID(c, "cond-coal")).Object
		of.Condition, of.Raw = "cond-turnout", raw
		s.put("researcher-1", of)
	}
	r := b.post("/s/alpha/analysis/new", url.Values{"title": {"Levels"}, "mode": {"multi-value"}, "outcome": {"cond-out"}, "conditions": {"cond-turnout", "cond-coal"}, "cases": {"case-armenia", "case-romania"},
		"frequency": {"1"}, "consistency": {"0.8"}, "pri": {""}, "together": {"TURN{2}*" + coal.Letter + ": both reach the capital"}})
	if r.Code != http.StatusSeeOther {
		t.Fatalf("%d %s", r.Code, r.Body.String())
	}
	a := find[synthesis.Analysis](s, "ana-levels").Object
	if len(a.Together) != 1 || a.Together[0].Of[0] != (synthesis.Part{Condition: "cond-turnout", Helps: "2"}) {
		t.Fatalf("saved as %+v", a.Together)
	}
	has(t, b.get("/s/alpha/analysis/ana-levels/edit").Body.String(), "TURN{2}*"+coal.Letter+": both reach the capital", "it helps at level 2")
	runAnalysisOf(s, "ana-levels")
	page := b.get("/s/alpha/analysis/ana-levels").Body.String()
	has(t, page, "help only when they meet: both reach the capital", "Intermediate solution", "<strong>level 2</strong>", "“Turnout” at level 2", "threshold 1 of TURN", "!venn.svg")
	has(t, b.get("/s/alpha/analysis/ana-levels/term/parsimonious/1/1").Body.String(), "Evidence for", "must be ")
	for _, path := range []string{"analysis/ana-levels/picture/table.svg", "analysis/ana-levels/picture/ranges-parsimonious.svg", "analysis/ana-levels/picture/chart-intermediate-1.svg", "condition/cond-turnout/picture"} {
		if r := b.get("/s/alpha/" + path); r.Code != http.StatusOK || r.Header().Get("Content-Type") != "image/svg+xml" {
			t.Errorf("%s: %d %s", path, r.Code, r.Body.String())
		}
	}
	// A picture of a calibration shows the cases that the member may see.
	has(t, s.as("team-arm").get("/s/alpha/condition/cond-turnout/picture").Body.String(), "Armenia", "!Romania")
}
