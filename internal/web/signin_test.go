package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"throughline/internal/store"
)

func signInWith(name, pass string) url.Values { return url.Values{"name": {name}, "password": {pass}} }

func TestSignIn(t *testing.T) {
	s := newSite(t)
	b := s.visitor()
	r := b.get("/s/alpha/thread/find-broad?open=a")
	if r.Code != http.StatusSeeOther || r.Header().Get("Location") != "/sign-in?next=%2Fs%2Falpha%2Fthread%2Ffind-broad%3Fopen%3Da" {
		t.Fatalf("a closed page sends to %q", r.Header().Get("Location"))
	}
	if len(r.Result().Cookies()) != 0 {
		t.Error("a cookie is set before anybody signed in")
	}
	if body := b.get(r.Header().Get("Location")).Body.String(); !strings.Contains(body, `name="next" value="/s/alpha/thread/find-broad?open=a"`) {
		t.Errorf("the form does not keep where to go: %s", body)
	}
	v := signInWith("LEAD ", password)
	v.Set("next", "/s/alpha/stale")
	r = b.post("/sign-in", v)
	if r.Code != http.StatusSeeOther || r.Header().Get("Location") != "/s/alpha/stale" {
		t.Fatalf("signed in: %d to %q", r.Code, r.Header().Get("Location"))
	}
	c := r.Result().Cookies()[0]
	if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Secure || c.Path != "/" || c.MaxAge != 0 {
		t.Errorf("cookie: %+v", c)
	}
	if r := b.get("/s/alpha/stale"); r.Code != http.StatusOK {
		t.Errorf("after signing in: %d", r.Code)
	}
	old := c.Value
	r = b.post("/sign-in", signInWith("lead", password))
	if n := r.Result().Cookies()[0].Value; n == old {
		t.Error("the token is not renewed at sign-in")
	}
	stolen := s.visitor()
	req := httptest.NewRequest("GET", "/s/alpha", nil)
	req.AddCookie(&http.Cookie{Name: c.Name, Value: old})
	if r := stolen.do(req); r.Code != http.StatusSeeOther {
		t.Errorf("the token from before still works: %d", r.Code)
	}
	b.post("/sign-out", nil)
	if r := b.get("/s/alpha"); r.Code != http.StatusSeeOther {
		t.Errorf("after signing out: %d", r.Code)
	}
	for _, wrong := range []url.Values{signInWith("lead", "wrong password"), signInWith("nobody", password), signInWith("closed", password), signInWith("", ""), signInWith("lead", strings.Repeat("x", 5000))} {
		r := s.visitor().post("/sign-in", wrong)
		if r.Code != http.StatusUnprocessableEntity || !strings.Contains(r.Body.String(), "do not fit") || strings.Contains(r.Body.String(), password) {
			t.Errorf("%v: %d", wrong, r.Code)
		}
	}
}

func TestSecureCookie(t *testing.T) {
	s := newSite(t)
	srv, err := New(Config{Store: s.st, Log: s.srv.log, Clock: s.clock.now, SecureCookies: true})
	if err != nil {
		t.Fatal(err)
	}
	s.srv = srv
	r := s.visitor().post("/sign-in", signInWith("lead", password))
	if c := r.Result().Cookies()[0]; !c.Secure || !strings.HasPrefix(c.Name, "__Host-") {
		t.Errorf("cookie: %+v", c)
	}
	if r.Header().Get("Strict-Transport-Security") == "" {
		t.Error("no Strict-Transport-Security")
	}
}

func TestNextStaysHere(t *testing.T) {
	for in, want := range map[string]string{"": "/", "//evil.example": "/", "https://evil.example": "/", "/\\evil.example": "/", "/s/alpha?x=1": "/s/alpha?x=1", "javascript:alert(1)": "/", "/a\r\nb": "/"} {
		if got := local(in); got != want {
			t.Errorf("local(%q) is %q, expected %q", in, got, want)
		}
	}
}

func TestSessionEnds(t *testing.T) {
	s := newSite(t)
	in := func(b *visitor) bool { return b.get("/s/alpha").Code == http.StatusOK }

	b := s.as("lead")
	s.clock.move(idle + time.Minute)
	if in(b) {
		t.Error("still in after two idle hours")
	}
	b = s.as("lead")
	for range 7 {
		s.clock.move(100 * time.Minute)
		if !in(b) {
			t.Fatal("out although pages were read all the time")
		}
	}
	s.clock.move(30 * time.Minute)
	if in(b) {
		t.Error("still in after twelve hours")
	}
	b = s.as("lead")
	s.disable("lead", true)
	if in(b) {
		t.Error("a closed account is still in")
	}
	s.disable("lead", false)
	b = s.as("lead")
	err := s.st.Write(context.Background(), "test", func(tx *store.Tx) error {
		a, err := tx.Account("lead")
		if err != nil {
			return err
		}
		a.Secret += "x"
		return tx.PutAccount(a, false)
	})
	if err != nil {
		t.Fatal(err)
	}
	if in(b) {
		t.Error("still in after the password was changed")
	}
	// A role that was taken away counts from the next page.
	r := s.as("researcher-1")
	if r.get("/s/alpha/journal").Code != http.StatusOK {
		t.Fatal("a researcher cannot read the journal")
	}
	m := find[studyMember](s, "member-researcher-1").Object
	m.Role = "reader"
	s.put("lead", m)
	if r.get("/s/alpha/journal").Code != http.StatusForbidden {
		t.Error("the role that was taken away still counts")
	}
}

func TestThrottle(t *testing.T) {
	s := newSite(t)
	b := s.visitor()
	for range accountBurst {
		if r := b.post("/sign-in", signInWith("lead", "wrong")); r.Code != http.StatusUnprocessableEntity {
			t.Fatalf("refused early: %d", r.Code)
		}
	}
	r := b.post("/sign-in", signInWith("lead", password))
	if r.Code != http.StatusTooManyRequests || r.Header().Get("Retry-After") == "" || !strings.Contains(r.Body.String(), "Try again in") {
		t.Fatalf("after %d failures: %d", accountBurst, r.Code)
	}
	if r := b.post("/sign-in", signInWith("coder-a", password)); r.Code != http.StatusSeeOther {
		t.Errorf("somebody else at the same address is locked out: %d", r.Code)
	}
	s.clock.move(accountEvery + time.Second)
	if r := b.post("/sign-in", signInWith("lead", password)); r.Code != http.StatusSeeOther {
		t.Errorf("still locked out after the time that was told: %d", r.Code)
	}
	// One address that tries many names.
	e := s.visitor()
	e.ip = "198.51.100.7:99"
	th := s.srv.throttle
	for i := range addressBurst {
		if _, wait := th.attempt(s.clock.now(), "name"+strings.Repeat("x", i), connection(&http.Request{RemoteAddr: e.ip})); wait > 0 {
			t.Fatalf("refused early, at %d", i)
		}
	}
	if r := e.post("/sign-in", signInWith("reviewer-1", password)); r.Code != http.StatusTooManyRequests {
		t.Errorf("an address may try names without end: %d", r.Code)
	}
	if r := b.post("/sign-in", signInWith("reviewer-1", password)); r.Code != http.StatusSeeOther {
		t.Errorf("locked out by another address: %d", r.Code)
	}
}

func TestThrottleForgets(t *testing.T) {
	l := newLimits(time.Second, 2)
	l.most = 10
	now := time.Now()
	for i := range 1000 {
		if _, wait := l.take(now, strings.Repeat("x", i)); wait > 0 {
			t.Fatal("one key slows down another")
		}
	}
	if len(l.byKey) > 10 || l.order.Len() > 10 {
		t.Errorf("%d keys kept", len(l.byKey))
	}
	for range 100 { // what succeeds costs nothing
		back, wait := l.take(now, "y")
		if wait > 0 {
			t.Fatal("successes are counted")
		}
		back()
	}
}

func TestPeer(t *testing.T) {
	for in, want := range map[string]string{"192.0.2.1:5": "192.0.2.1", "[2001:db8:1:2:3::4]:5": "2001:db8:1:2::/64", "[::ffff:192.0.2.1]:5": "::ffff:192.0.2.1", "@": "@"} {
		if got := connection(&http.Request{RemoteAddr: in}); got != want {
			t.Errorf("%s: %s, expected %s", in, got, want)
		}
	}
}

func TestCrossOriginRefused(t *testing.T) {
	s := newSite(t)
	b := s.as("lead")
	basis := find[takeaway](s, "take-arm").Node.Basis
	send := func(h map[string]string) int {
		r := httptest.NewRequest("POST", "/s/alpha/confirm/take-arm", strings.NewReader(url.Values{"basis": {basis}}.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		for k, v := range h {
			r.Header.Set(k, v)
		}
		w := b.do(r)
		checkHeaders(t, w.Header(), "cross-origin")
		return w.Code
	}
	for _, h := range []map[string]string{{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"}, {"Origin": "null"}} {
		if c := send(h); c != http.StatusForbidden {
			t.Errorf("%v: %d", h, c)
		}
	}
	if c := send(map[string]string{"Origin": "http://example.com"}); c != http.StatusSeeOther {
		t.Errorf("from our own page: %d", c)
	}
	for _, rt := range s.srv.Routes() {
		if method, path := address(rt.Pattern, "alpha", "take-arm"); method == "POST" {
			r := httptest.NewRequest(method, path, nil)
			r.Header.Set("Sec-Fetch-Site", "cross-site")
			if w := b.do(r); w.Code != http.StatusForbidden {
				t.Errorf("%s from another site: %d", rt.Pattern, w.Code)
			}
		}
	}
}

func TestPostAfterTheSessionEnded(t *testing.T) {
	s := newSite(t)
	r := s.visitor().post("/s/alpha/confirm/take-arm", url.Values{"basis": {"x"}})
	if r.Code != http.StatusUnauthorized || !strings.Contains(r.Body.String(), "nothing you typed is lost") {
		t.Errorf("%d %s", r.Code, r.Body)
	}
}

func TestLargeBodyRefused(t *testing.T) {
	s := newSite(t)
	r := s.visitor().post("/sign-in", url.Values{"name": {strings.Repeat("x", largestBody+1)}})
	if r.Code != http.StatusUnprocessableEntity {
		t.Errorf("%d", r.Code)
	}
}

func TestPanicIsAPage(t *testing.T) {
	s := newSite(t, Route{Pattern: "GET /panic", Policy: Public(), Handle: func(*visit) error { panic("ARMWORDS") }})
	r := s.visitor().get("/panic")
	if r.Code != http.StatusInternalServerError || !strings.Contains(r.Body.String(), "Something went wrong") || strings.Contains(s.log.String(), "ARMWORDS") {
		t.Errorf("%d %s\n%s", r.Code, r.Body, s.log)
	}
	checkHeaders(t, r.Header(), "panic")
}

func TestDatabaseGone(t *testing.T) {
	s := newSite(t)
	b := s.as("lead")
	s.st.Close()
	r := b.get("/s/alpha")
	if r.Code < 500 || !strings.Contains(r.Body.String(), "<h1>") {
		t.Errorf("%d %s", r.Code, r.Body)
	}
}
