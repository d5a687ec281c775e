package web

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"throughline/internal/account"
	"throughline/internal/cases"
	"throughline/internal/coding"
	"throughline/internal/document"
	"throughline/internal/fieldwork"
	"throughline/internal/source"
	"throughline/internal/store"
	"throughline/internal/study"
	"throughline/internal/synthesis"
	"throughline/internal/thread"
)

// Marks in the test study that may reach only some: words of interviews, what belongs to the other team's case, and
// what leads to an informant.
const (
	armWords = "ARMWORDS"
	rouWords = "ROUWORDS"
	rouLabel = "ROULABEL"
	pseudo   = "quietriver"
)

const password = "candle river seventeen moth"

// people of the study alpha; "outsider" is lead of beta, "machine" runs the server, "closed" is a lead whose account is closed.
var people = map[string]study.Role{"lead": study.Lead, "researcher-1": study.Researcher, "coder-a": study.Coder, "team-arm": study.CountryTeam,
	"reviewer-1": study.Reviewer, "operator-1": study.Operator, "reader-1": study.Reader, "closed": study.Lead}

// clock is a clock that tests can move.
type clock struct {
	mu sync.Mutex
	by time.Duration
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.by)
}

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	c.by += d
	c.mu.Unlock()
}

// site is a workspace with the test studies.
type site struct {
	t     *testing.T
	st    *store.Store
	srv   *Server
	clock *clock
	log   *strings.Builder
}

var (
	secretOnce sync.Once
	secretHash string
)

// secret is hashed once for all accounts of all tests: hashing is slow by design.
func secret(t *testing.T) string {
	secretOnce.Do(func() {
		var err error
		if secretHash, err = account.HashPassword(password); err != nil {
			t.Fatal(err)
		}
	})
	return secretHash
}

func newSite(t *testing.T, more ...Route) *site {
	t.Helper()
	ctx := context.Background()
	c := &clock{}
	st, err := store.Open(ctx, store.Config{Database: filepath.Join(t.TempDir(), "t.db"), Key: []byte(strings.Repeat("k", 32)), Clock: c.now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	for _, b := range []store.Bundle{alpha(), beta()} {
		if _, err := st.Import(ctx, "import", b, false, nil); err != nil {
			t.Fatalf("import %s: %v", b.Slug, err)
		}
	}
	accounts := []store.Account{{Name: "outsider"}, {Name: "machine", Operator: true}, {Name: "spare"}}
	for name := range people {
		accounts = append(accounts, store.Account{Name: name, Disabled: name == "closed"})
	}
	err = st.Write(ctx, "test", func(tx *store.Tx) error {
		for _, a := range accounts {
			a.Secret = secret(t)
			if err := tx.PutAccount(a, true); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	log := &strings.Builder{}
	srv, err := newServer(Config{Store: st, Log: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})), Clock: c.now}, more)
	if err != nil {
		t.Fatal(err)
	}
	return &site{t: t, st: st, srv: srv, clock: c, log: log}
}

// visitor is somebody at the workspace, with cookies.
type visitor struct {
	s   *site
	jar http.CookieJar
	ip  string
}

func (s *site) visitor() *visitor {
	jar, _ := cookiejar.New(nil)
	return &visitor{s, jar, "192.0.2.1:1234"}
}

// as signs somebody in; an empty name stays outside.
func (s *site) as(name string) *visitor {
	s.t.Helper()
	b := s.visitor()
	if name == "" {
		return b
	}
	// Sessions of closed accounts are those from before they were closed.
	if name == "closed" {
		s.disable("closed", false)
		defer s.disable("closed", true)
	}
	if r := b.post("/sign-in", url.Values{"name": {name}, "password": {password}}); r.Code != http.StatusSeeOther {
		s.t.Fatalf("sign in as %s: %d %s", name, r.Code, r.Body)
	}
	return b
}

func (s *site) disable(name string, disabled bool) {
	s.t.Helper()
	err := s.st.Write(context.Background(), "test", func(tx *store.Tx) error {
		a, err := tx.Account(name)
		if err != nil {
			return err
		}
		a.Disabled = disabled
		return tx.PutAccount(a, false)
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

func (b *visitor) do(r *http.Request) *httptest.ResponseRecorder {
	u := &url.URL{Scheme: "http", Host: "example.com", Path: "/"}
	for _, c := range b.jar.Cookies(u) {
		r.AddCookie(c)
	}
	r.RemoteAddr = b.ip
	w := httptest.NewRecorder()
	b.s.srv.ServeHTTP(w, r)
	b.jar.SetCookies(u, w.Result().Cookies())
	return w
}

func (b *visitor) get(path string) *httptest.ResponseRecorder {
	return b.do(httptest.NewRequest("GET", path, nil))
}

func (b *visitor) post(path string, v url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest("POST", path, strings.NewReader(v.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return b.do(r)
}

// alpha is a small study with two cases, from records and interviews up to a recommendation.
func alpha() store.Bundle {
	b := store.Bundle{Slug: "alpha", SealKey: strings.Repeat("ab", 32)}
	add := func(os ...thread.Object) { b.Objects = append(b.Objects, os...) }
	add(study.Study{ID: "study", Slug: "alpha", Title: "Study alpha", Notice: "illustration, not findings", Purpose: "To see.", Approach: "By looking.", Theme: "theme",
		QuestionCode: "Q1", Question: "When does it work?", CoreQuestions: []study.Question{{ID: "cq-1", Text: "What counts?"}},
		Insights: []study.Insight{{ID: "insight-one", Text: "Together."}}, Audiences: []study.Audience{{ID: "activist", Name: "Activists"}},
		RegionScheme: "UN", Languages: []string{"en", "hy", "ar"}, Acknowledgement: "Thanks."},
		study.Protocol{ID: "protocol", Unit: "a case", Outcome: "concession", Include: []study.Criterion{{ID: "inc-1", Text: "in"}}, Exclude: []study.Criterion{{ID: "exc-1", Text: "out"}}},
		fieldwork.Guide{ID: "guide", Title: "Guide", Questions: []fieldwork.Question{{ID: "g-1", Text: "How?", Answers: []string{"cq-1"}}}},
		source.Search{ID: "search-1", Source: "Library", On: "2026-01-02", Query: "q", Hits: 3},
		cases.Fact{ISO3: "ARM", Year: 2017, Attribute: "polyarchy", Value: "0.4", Source: "V-Dem 14"},
		coding.Code{ID: "code-tactics", Name: "Tactics", Define: "What was done"},
		coding.Code{ID: "code-tactics-street", Parent: "code-tactics", Name: "Street", Define: "In the street", Colour: "teal"},
		synthesis.Condition{ID: "cond-coal", Letter: "COAL", Name: "Broad coalition", Define: "Many sectors", Calibration: synthesis.Calibration{Method: "crisp", Reason: "seen", Threshold: 1}},
		synthesis.Condition{ID: "cond-out", Letter: "OUT", Name: "Success", Outcome: true, Define: "It worked", Calibration: synthesis.Calibration{Method: "words", Reason: "seen", Words: []synthesis.Anchor{{Word: "success", Value: 1}, {Word: "failure", Value: 0}}}},
		cases.Selection{ID: "selection", Method: "greedy coverage of region and regime", K: 2, Chosen: []thread.ID{"cand-arm", "cand-rou"}},
	)
	for name, role := range people {
		m := study.Member{ID: study.MemberID(name), Handle: name, Role: role}
		if role == study.CountryTeam {
			m.Cases = []thread.ID{"case-armenia"}
		}
		add(m)
	}
	for _, c := range []struct{ key, name, iso, label, words, lang string }{{"arm", "armenia", "ARM", "", armWords, "hy"}, {"rou", "romania", "ROU", rouLabel, rouWords, "ro"}} {
		id := func(kind thread.Kind, rest string) thread.ID { return thread.ID(kind.Prefix() + c.key + rest) }
		cs := thread.ID("case-" + c.name)
		add(cases.Candidate{ID: id(thread.Candidate, ""), Name: "Movement", Country: c.name, ISO3: c.iso, Start: 2018, Outcome: "success", RegimeBefore: cases.Regimes[1], Region: "Europe", Feasible: true},
			cases.Case{ID: cs, Candidate: id(thread.Candidate, ""), Name: strings.ToUpper(c.name[:1]) + c.name[1:], Summary: "Summary " + c.label, Sources: []thread.ID{id(thread.Record, "")}},
			source.Record{ID: id(thread.Record, ""), Case: cs, Search: "search-1", Type: "news", Title: "Record " + c.label, Year: 2018, Authors: []string{"Doe, J"}, URL: "https://example.org/" + c.key},
			source.Record{ID: id(thread.Record, "-2"), Case: cs, Type: "report", Title: "Other record " + c.label, Year: 2019},
			source.Work{ID: id(thread.Work, ""), Records: []thread.ID{id(thread.Record, "")}},
			source.Work{ID: id(thread.Work, "-2"), Records: []thread.ID{id(thread.Record, "-2")}},
			source.Screening{Record: id(thread.Record, ""), Stage: source.TitleAbstract, Reviewer: "researcher-1", Decision: source.Include},
			cases.Event{ID: id(thread.Event, ""), Case: cs, Date: "2018-04-23", Title: "Event " + c.label, Lane: "movement", Records: []thread.ID{id(thread.Record, "")}},
			cases.Actor{ID: id(thread.Actor, "-a"), Case: cs, Name: "Group " + c.label, Sector: "civil society", Stance: "coalition"},
			cases.Actor{ID: id(thread.Actor, "-b"), Case: cs, Name: "Ministry " + c.label, Sector: "state", Stance: "opponent"},
			cases.Tie{ID: id(thread.Tie, ""), Case: cs, From: id(thread.Actor, "-a"), To: id(thread.Actor, "-b"), Kind: "opposes"},
			fieldwork.Informant{ID: id(thread.Informant, "-"+pseudo), Case: cs, Category: "activist"},
			fieldwork.Interview{ID: id(thread.Interview, "-1"), Case: cs, Informant: id(thread.Informant, "-"+pseudo), Interviewer: "team-arm", On: "2026-02-03", Language: c.lang, Mode: "call", Where: "capital",
				Notice:  "composed for demonstration",
				Consent: fieldwork.Consent{Version: "1", Language: c.lang, Mode: "oral", Code: true, Quote: true, Paraphrase: true, KeepUntil: "2030-01-01"}},
		)
		texts := map[thread.ID]string{
			id(thread.Document, "-report"): "A public report.\n\nThe coalition was broad. It held.\n\nThe end.",
			id(thread.Document, "-talk"):   "Composed for demonstration.\n\nWe were " + c.words + " in the street. And calm.\n\nGoodbye.",
		}
		docs := []document.Document{
			{ID: id(thread.Document, "-report"), Title: "Report " + c.label, Case: cs, Kind: document.Report, Language: "en", Record: id(thread.Record, ""), Version: 1},
			{ID: id(thread.Document, "-talk"), Title: "Transcript " + c.label, Case: cs, Kind: document.Transcript, Language: c.lang, Interview: id(thread.Interview, "-1"), Notice: "composed for demonstration", Version: 1},
		}
		quotes := map[thread.ID]string{docs[0].ID: "The coalition was broad.", docs[1].ID: "We were " + c.words + " in the street."}
		var segs []thread.ID
		for _, d := range docs {
			d.SHA256 = thread.Content([]byte(texts[d.ID]))
			tx := document.Text{Document: d.ID, Version: 1, Body: texts[d.ID]}
			b.Texts = append(b.Texts, tx)
			a, err := tx.Find(quotes[d.ID])
			if err != nil {
				panic(err)
			}
			seg := coding.Segment{ID: thread.ID("seg-" + d.ID.Rest() + "-01"), Case: cs, Anchor: a}
			segs = append(segs, seg.ID)
			add(d, seg, coding.Coding{Segment: seg.ID, Code: "code-tactics-street", Coder: "coder-a", Case: cs, Memo: "memo " + c.label})
		}
		add(synthesis.Takeaway{ID: id(thread.Takeaway, ""), Case: cs, Direction: "success", Title: "Takeaway " + c.label, Text: "Text " + c.label, Supports: []thread.ID{segs[1]}, Contradicts: []thread.ID{segs[0]}},
			synthesis.Score{Case: cs, Condition: "cond-coal", Raw: "1", Justification: "Because " + c.label, Supports: segs},
			synthesis.Score{Case: cs, Condition: "cond-out", Raw: "success", Justification: "Because " + c.label, Supports: segs[:1]})
	}
	add(synthesis.Analysis{ID: "ana-crisp", Title: "Crisp analysis", Mode: "crisp", Outcome: "cond-out", Conditions: []thread.ID{"cond-coal"}, Cases: []thread.ID{"case-armenia", "case-romania"}, Frequency: 1, Consistency: 0.8, Reading: "Broad ones won."},
		synthesis.Finding{ID: "find-broad", Title: "Broad coalitions", Text: "They won.", Supports: []thread.ID{"ana-crisp", "take-arm"}, Contradicts: []thread.ID{"take-rou"}},
		synthesis.Lesson{ID: "lesson-broad", Insight: "insight-one", Title: "Go broad", Statement: "Broad coalitions win.", Scope: "Electoral regimes.",
			Confidence: synthesis.Confidence{Limitations: concern(), Coherence: concern(), Adequacy: concern(), Relevance: concern(), Level: "moderate", Reason: "few cases"},
			CasesFor:   []thread.ID{"case-armenia"}, Supports: []thread.ID{"find-broad"}},
		synthesis.Recommendation{ID: "recom-broad", Audiences: []string{"activist"}, Action: "Invite everybody", Detail: "By letter.", Risks: "Delay.", Supports: []thread.ID{"lesson-broad"}},
		synthesis.Answer{ID: "answer-cq-1", Question: "cq-1", Text: "This counts.", Supports: []thread.ID{"lesson-broad"}},
		study.Edition{ID: "edition-1", On: "2026-03-01", SignedBy: "lead", Note: "First."})
	for _, o := range b.Objects {
		if o.Ref().Kind().IsStatement() {
			b.Confirmations = append(b.Confirmations, store.Confirmation{Statement: o.Ref(), By: "lead", At: "2026-03-01T10:00:00.000000Z"})
		}
	}
	return b
}

func concern() synthesis.Concern { return synthesis.Concern{Level: "minor", Reason: "some"} }

// beta is another study: its lead is nobody in alpha, and its objects do not exist there.
func beta() store.Bundle {
	return store.Bundle{Slug: "beta", SealKey: strings.Repeat("cd", 32), Objects: []thread.Object{
		study.Study{ID: "study", Slug: "beta", Title: "Study beta", Purpose: "p", Question: "q?", RegionScheme: "UN"},
		study.Member{ID: "member-outsider", Handle: "outsider", Role: study.Lead},
		coding.Code{ID: "code-beta", Name: "Of beta", Define: "d"},
		source.Record{ID: "ref-beta", Type: "news", Title: "Of beta"},
	}}
}

// principals are all who may come: everybody of alpha, and who does not belong there.
func principals() []string {
	out := []string{"", "outsider", "machine"}
	for name := range people {
		out = append(out, name)
	}
	return out
}

// address puts an object's id and the study into a route's pattern.
func address(pattern string, slug string, id thread.ID) (method, path string) {
	method, path, _ = strings.Cut(pattern, " ")
	r := strings.NewReplacer("{study}", slug, "{id}", string(id), "{name}", "spare", "{$}", "", "{kind}", "conservative", "{model}", "1", "{term}", "1", "{file}", "solutions.csv", "{test}", "new")
	return method, r.Replace(path)
}

// put writes an object of alpha as somebody.
func (s *site) put(who string, o thread.Object) {
	s.t.Helper()
	err := s.st.Write(context.Background(), who, func(tx *store.Tx) error { return tx.Put("alpha", o, store.Any) })
	if err != nil {
		s.t.Fatal(err)
	}
}

func find[T thread.Object](s *site, id thread.ID) store.Item[T] {
	s.t.Helper()
	it, err := store.Get[T](context.Background(), s.st, "alpha", id)
	if err != nil {
		s.t.Fatal(fmt.Errorf("find %s: %w", id, err))
	}
	return it
}

func (s *site) take(id thread.ID) synthesis.Takeaway {
	return find[synthesis.Takeaway](s, id).Object
}

type (
	studyMember = study.Member
	takeaway    = synthesis.Takeaway
)

type finding = synthesis.Finding
