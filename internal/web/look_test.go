package web

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"throughline/internal/browser"
)

// TestLook opens the core pages in a real browser, wide and narrow, light and dark, without scripts: axe-core finds
// nothing, nothing runs off the side, and nothing is asked of others. THROUGHLINE_TEST_PICTURES names a folder for
// screenshots.
func TestLook(t *testing.T) {
	s := newSite(t)
	staleAlpha(s)
	server := httptest.NewServer(s.srv)
	t.Cleanup(server.Close)
	b := browser.Open(t)
	paths := map[string]string{"portfolio": "/", "overview": "/s/alpha", "thread": "/s/alpha/thread/recom-broad", "passage": "/s/alpha/thread/seg-arm-talk-01", "stale": "/s/alpha/stale",
		"journal": "/s/alpha/journal", "people": "/s/alpha/people", "member": "/s/alpha/people/member-team-arm", "new-member": "/s/alpha/people/new", "nowhere": "/s/alpha/thread/lesson-nowhere"}
	for _, size := range []struct {
		name          string
		width, height int
		dark          bool
	}{{"wide", 1600, 1000, false}, {"narrow", 360, 740, false}, {"dark", 1024, 800, true}} {
		t.Run(size.name, func(t *testing.T) {
			p := b.With(t).Page(size.width, size.height)
			p.SetDark(size.dark)
			look := func(name string) {
				for _, v := range p.Axe() {
					t.Errorf("%s: %s", name, v)
				}
				var over int
				p.Eval("document.documentElement.scrollWidth - document.documentElement.clientWidth", &over)
				if over > 0 {
					t.Errorf("%s runs off the side by %d pixels", name, over)
				}
				var down int
				p.Eval("Math.round(scrollY)", &down)
				if down > 0 {
					t.Errorf("%s begins %d pixels down", name, down)
				}
				for _, r := range p.Requests() {
					if !strings.HasPrefix(r, server.URL) {
						t.Errorf("%s asks for %s", name, r)
					}
				}
				if c := p.Console(); len(c) > 0 && name != "nowhere" {
					t.Errorf("%s says to the console: %v", name, c)
				}
				if dir := os.Getenv("THROUGHLINE_TEST_PICTURES"); dir != "" {
					p.Screenshot(filepath.Join(dir, name+"-"+size.name+".png"), true)
				}
			}
			p.Goto(server.URL + "/s/alpha/stale")
			look("sign-in")
			p.Fill("#f-name", "lead")
			p.Fill("#f-password", "wrong")
			p.Load(func() { p.Click("main button") })
			if !strings.Contains(p.Text("#summary"), "do not fit") {
				t.Errorf("a wrong password: %q", p.Text("main"))
			}
			p.Fill("#f-password", password)
			p.Load(func() { p.Press("Enter") })
			if got := p.Text("h1"); got != "What is stale, and why" {
				t.Fatalf("signed in to %q", got)
			}
			for name, path := range paths {
				p.Goto(server.URL + path)
				look(name)
			}
		})
	}
	t.Run("keyboard", func(t *testing.T) {
		p := b.With(t).Page(1200, 900)
		p.DisableJavaScript(true)
		p.Goto(server.URL + "/sign-in")
		p.Fill("#f-name", "reviewer-1")
		p.Fill("#f-password", password)
		p.Load(func() { p.Press("Enter") })
		p.Goto(server.URL + "/s/alpha/thread/find-broad")
		p.Press("Tab")
		if got := p.Text(":focus"); got != "Skip to the content" {
			t.Errorf("the first stop of the keyboard is %q", got)
		}
		p.Press("Enter", "Tab")
		if got := p.Text(":focus"); got == "" {
			t.Error("after the skip link the keyboard is nowhere")
		}
		for range 60 {
			var there bool
			if p.Eval("document.activeElement.matches('.summary.warn button')", &there); there {
				break
			}
			p.Press("Tab")
		}
		p.Load(func() { p.Press("Enter") })
		if got := p.Text("main .state"); got != "confirmed" {
			t.Errorf("after confirming it stands as %q", got)
		}
	})
}
