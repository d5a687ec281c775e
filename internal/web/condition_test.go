package web

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"throughline/internal/browser"
	"throughline/internal/store"
	"throughline/internal/synthesis"
	"throughline/internal/thread"
)

// calibrate puts another calibration in the place of that of the coalitions, and a raw value for both cases.
func calibrate(s *site, k synthesis.Calibration, armenia, romania string) {
	s.t.Helper()
	k.Reason = "argued"
	c := find[synthesis.Condition](s, "cond-coal").Object
	c.Calibration = k
	s.put("lead", c)
	for id, raw := range map[thread.ID]string{"case-armenia": armenia, "case-romania": romania} {
		sc := find[synthesis.Score](s, synthesis.ScoreID(id, "cond-coal")).Object
		sc.Raw = raw
		s.put("lead", sc)
	}
}

// Every method is taken by the form as it is meant, and shown in it again.
func TestConditionFormTakesEveryMethod(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	calibrate(s, synthesis.Calibration{Method: "crisp", Threshold: 3}, "4", "7")
	b := s.as("researcher-1")
	const page, path = "/s/alpha/condition/cond-coal", "/s/alpha/condition/cond-coal/edit"
	base := func(method string, pairs ...string) url.Values {
		return with(filledIn(t, b, path), append([]string{"name", "Broad coalition", "letter", "COAL", "define", "Many sectors", "calibration.method", method, "calibration.reason", "argued"}, pairs...)...)
	}
	bell := []string{"calibration.low.out", "1", "calibration.low.crossover", "2", "calibration.low.in", "3", "calibration.high.out", "9", "calibration.high.crossover", "8", "calibration.high.in", "6.5"}
	for _, tc := range []struct {
		method string
		pairs  []string
		want   synthesis.Calibration
		shows  []string // on the page
	}{
		{"crisp", []string{"calibration.threshold", "5"}, synthesis.Calibration{Threshold: 5}, []string{"5 and above", "fully out"}},
		{"levels", []string{"calibration.thresholds", "5\r\n\r\n 7 "}, synthesis.Calibration{Thresholds: []float64{5, 7}}, []string{"How a value becomes a level", "5 to below 7", "level 2", "No case is at level 1"}},
		{"direct", []string{"calibration.out", "1", "calibration.crossover", "4", "calibration.in", "8"}, synthesis.Calibration{Out: 1, Crossover: 4, In: 8}, []string{"neither in nor out", "more in than out", "decide from the evidence for Armenia"}},
		{"bell", bell, synthesis.Calibration{Low: &synthesis.Anchors{Out: 1, Crossover: 2, In: 3}, High: &synthesis.Anchors{Out: 9, Crossover: 8, In: 6.5}}, []string{"six anchors", "/picture\""}},
		{"indirect", []string{"calibration.thresholds", "5"}, synthesis.Calibration{Thresholds: []float64{5}}, []string{"cannot be calibrated together on cond-coal yet", "none yet", "above 5", "!/picture\""}},
		{"tfr", []string{"calibration.threshold", "9"}, synthesis.Calibration{}, []string{"totally fuzzy and relative", "fully in", "fully out"}},
	} {
		if r := b.post(path, base(tc.method, tc.pairs...)); r.Code != http.StatusSeeOther {
			t.Errorf("%s: %d %s", tc.method, r.Code, r.Body)
			continue
		}
		tc.want.Method, tc.want.Reason = tc.method, "argued"
		if diff := cmp.Diff(tc.want, find[synthesis.Condition](s, "cond-coal").Object.Calibration); diff != "" {
			t.Errorf("%s: %s", tc.method, diff)
		}
		has(t, b.get(page).Body.String(), tc.shows...)
		form := b.get(path).Body.String()
		for i := 0; i+1 < len(tc.pairs); i += 2 {
			if tc.method != "tfr" && tc.method != "levels" && !strings.Contains(form, `value="`+tc.pairs[i+1]+`"`) && !strings.Contains(form, tc.pairs[i+1]+"</textarea>") {
				t.Errorf("%s: the form does not show %s of %s again", tc.method, tc.pairs[i+1], tc.pairs[i])
			}
		}
	}
	// What does not fit is told beside the field, what was typed stays, and nothing is changed.
	before := find[synthesis.Condition](s, "cond-coal").Version
	for name, tc := range map[string]struct {
		method string
		pairs  []string
		says   []string
	}{
		"text in numbers":     {"levels", []string{"calibration.thresholds", "5\nmany"}, []string{"&#34;many&#34; is no number", "f-calibration-thresholds-error"}},
		"a decimal comma":     {"levels", []string{"calibration.thresholds", "2,5\n7\n8"}, []string{"&#34;2,5&#34; is no number"}},
		"out of order":        {"levels", []string{"calibration.thresholds", "7\n5"}, []string{"give the thresholds in rising order", "f-calibration-thresholds-error"}},
		"one threshold":       {"levels", []string{"calibration.thresholds", "7"}, []string{"expected from 2 to 9"}},
		"too many":            {"levels", []string{"calibration.thresholds", "1\n2\n3\n4\n5\n6\n7\n8\n9\n10"}, []string{"are 10; expected from 2 to 9"}},
		"none":                {"indirect", nil, []string{"give at least one", "f-calibration-thresholds-error"}},
		"a bell in disorder":  {"bell", append(bell[2:], "calibration.low.out", "4"), []string{"put the crossover strictly between", "f-calibration-low-crossover-error"}},
		"an anchor missing":   {"bell", bell[2:], []string{"expected a number such as 2.5", "f-calibration-low-out-error"}},
		"both sides rise":     {"bell", []string{"calibration.low.out", "1", "calibration.low.crossover", "2", "calibration.low.in", "3", "calibration.high.out", "6", "calibration.high.crossover", "7", "calibration.high.in", "8"}, []string{"both sides rise", "f-calibration-high-crossover-error"}},
		"words, not numbers":  {"words", []string{"calibration", "weak = 0.33\nstrong = 1"}, []string{"would leave the score of case-armenia without a membership"}},
		"a method of no kind": {"guess", nil, []string{"expected one of: crisp, levels"}},
	} {
		r := b.post(path, base(tc.method, tc.pairs...))
		if r.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", name, r.Code)
		}
		has(t, r.Body.String(), tc.says...)
	}
	if v := find[synthesis.Condition](s, "cond-coal").Version; v != before {
		t.Error("a mistake was saved")
	}
}

// A country team sees the membership of its case, which the others decide too, but neither their values nor what is told
// of all.
func TestConditionPageKeepsCasesApart(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	calibrate(s, synthesis.Calibration{Method: "tfr"}, "31", "4711")
	const path = "/s/alpha/condition/cond-coal"
	for _, who := range []string{"lead", "researcher-1", "coder-a", "reviewer-1"} {
		has(t, s.as(who).get(path).Body.String(), "Romania", "4711", "What to look at", "the set barely varies", "Where the values leave gaps", "1 threshold: 2371", "!other teams count")
	}
	team := s.as("team-arm")
	has(t, team.get(path).Body.String(), "Armenia", "31", "fully out", "The cases of other teams count in the memberships", "!Romania", "!4711", "!2371", "!What to look at", "!leave gaps")
	has(t, team.get("/s/alpha/score/score-armenia.coal").Body.String(), "31", "!4711", "!Romania")
	has(t, team.get("/s/alpha/scores").Body.String(), "31", "!4711")
	// What one score does not fit is no business of the others.
	sc := find[synthesis.Score](s, "score-romania.coal").Object
	sc.Raw = "SECRETWORD"
	s.put("lead", sc)
	has(t, team.get(path).Body.String(), "not every score fits it", "none yet", "!SECRETWORD", "!romania")
	has(t, s.as("lead").get(path).Body.String(), "not in the calibration", "none yet", "!What to look at")
	calibrate(s, synthesis.Calibration{Method: "crisp", Threshold: 2}, "1", "SECRETWORD")
	has(t, s.as("lead").get(path).Body.String(), "The score of Romania does not fit the calibration")
	has(t, team.get(path).Body.String(), "below 2", "!SECRETWORD", "!Romania", "!What to look at")
}

func TestLevelsOnPages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	calibrate(s, synthesis.Calibration{Method: "levels", Thresholds: []float64{3, 6}}, "4", "7")
	b := s.as("researcher-1")
	large := find[synthesis.Condition](s, "cond-coal").Object
	large.ID, large.Letter, large.Calibration.Thresholds = "cond-large", "LARGE", []float64{0.30000000000000004, 3000000}
	s.put("lead", large)
	has(t, b.get("/s/alpha/condition/cond-large").Body.String(), "3000000 and above", "No case is scored")
	has(t, b.get("/s/alpha/condition/cond-large/edit").Body.String(), "0.30000000000000004\n3000000</textarea>")
	has(t, b.get("/s/alpha/scores").Body.String(), "level 1", "level 2", `class="m2"`, `class="m4"`)
	has(t, b.get("/s/alpha/score/score-armenia.coal").Body.String(), "<dt>Level</dt><dd>level 1</dd>", "3 to below 6", "!0 is fully out of the set")
	has(t, b.get("/s/alpha/score/score-armenia.coal/edit").Body.String(), "the level rises by one at each of 3; 6")
	has(t, b.get("/s/alpha/case/case-romania").Body.String(), "level 2")
	// It is compared at its levels.
	a := find[synthesis.Analysis](s, "ana-crisp").Object
	a.Mode = "multi-value"
	s.put("lead", a)
	sc := find[synthesis.Score](s, "score-romania.out").Object
	sc.Raw = "failure"
	s.put("lead", sc)
	if r := b.post("/s/alpha/analysis/ana-crisp/run", filledIn(t, b, "/s/alpha/analysis/ana-crisp")); r.Code != http.StatusSeeOther {
		t.Fatalf("%d %s", r.Code, r.Body)
	}
	if r := find[synthesis.Analysis](s, "ana-crisp").Object.Result; len(r.Rows) != 2 || r.Rows[0].Configuration != "1" || r.Rows[1].Configuration != "2" || r.Remainders != 1 {
		t.Errorf("%+v", r)
	}
}

// The page and the form of a condition in a real browser, wide and narrow, without scripts.
func TestConditionLook(t *testing.T) {
	s := newSite(t)
	calibrate(s, synthesis.Calibration{Method: "bell", Low: &synthesis.Anchors{Out: 1, Crossover: 2, In: 3}, High: &synthesis.Anchors{Out: 9, Crossover: 8, In: 6}}, "2", "7")
	other := find[synthesis.Condition](s, "cond-coal").Object
	other.ID, other.Letter, other.Calibration = "cond-size", "SIZE", synthesis.Calibration{Method: "levels", Reason: strings.Repeat("argued ", 40), Thresholds: []float64{1000000, 2000000, 30000000}}
	err := s.st.Write(context.Background(), "lead", func(tx *store.Tx) error { return tx.Put("alpha", other, 0) })
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s.srv)
	t.Cleanup(server.Close)
	b := browser.Open(t)
	for _, width := range []int{1600, 360} {
		p := b.With(t).Page(width, 800)
		p.DisableJavaScript(true)
		p.Goto(server.URL + "/sign-in")
		p.Fill("#f-name", "lead")
		p.Fill("#f-password", password)
		p.Load(func() { p.Press("Enter") })
		p.DisableJavaScript(false)
		for _, path := range []string{"cond-coal", "cond-coal/edit", "cond-size", "cond-size/edit"} {
			p.Goto(server.URL + "/s/alpha/condition/" + path)
			for _, v := range p.Axe() {
				t.Errorf("%s at %d: %s", path, width, v)
			}
			var over int
			p.Eval("document.documentElement.scrollWidth - document.documentElement.clientWidth", &over)
			if over > 0 {
				t.Errorf("%s at %d runs off the side by %d pixels", path, width, over)
			}
			if dir := os.Getenv("THROUGHLINE_TEST_PICTURES"); dir != "" {
				p.Screenshot(filepath.Join(dir, fmt.Sprintf("%s-%d.png", strings.ReplaceAll(path, "/", "-"), width)), true)
			}
		}
	}
}
