package web

import (
	"bytes"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"throughline/internal/browser"
)

// TestRecordingsPlay takes recordings of every kind in, with names and places in what they tell of themselves, and plays what is
// kept of them in a browser: it must tell its length, go to a place, and go on from there. The recordings are a tone and a
// test picture of 3 seconds (testdata/recordings/README.md).
func TestRecordingsPlay(t *testing.T) {
	s := newSite(t)
	coded(s)
	lead := s.as("lead")
	server := httptest.NewServer(s.srv)
	t.Cleanup(server.Close)
	p := browser.Open(t).Page(1280, 900)
	p.Goto(server.URL + "/sign-in")
	p.Fill("#f-name", "lead")
	p.Fill("#f-password", password)
	p.Load(func() { p.Press("Enter") })
	files, err := filepath.Glob("testdata/recordings/*.*")
	if err != nil || len(files) < 10 {
		t.Fatalf("%v, %v", files, err)
	}
	for _, path := range files {
		name := filepath.Base(path)
		if name == "README.md" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			content, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Contains(content, []byte("SECRET-NAME")) {
				t.Fatal("the recording tells nothing of itself that could be left out")
			}
			doc := lead.takenIn(name, content)
			r := lead.get(doc + "/play")
			if r.Code != 200 || strings.Contains(r.Body.String(), "SECRET") {
				t.Errorf("what is kept still tells who and where (%d)", r.Code)
			}
			p.Goto(server.URL + doc + "/parts")
			p.Click("h1") // browsers let nothing sound before somebody touched the page
			var got string
			p.Eval(`(async () => {
				const m = document.querySelector("audio, video");
				if (!m) return "no player";
				m.muted = true;
				const wait = (what) => new Promise((done, fail) => { m.addEventListener(what, done, {once: true}); m.addEventListener("error", () => fail(new Error(m.error.message)), {once: true}); setTimeout(() => fail(new Error("no " + what)), 8000) });
				try {
					if (m.readyState < 1) { m.load(); await wait("loadedmetadata"); }
					if (Math.abs(m.duration - 3) > 0.3) return "lasts " + m.duration;
					m.currentTime = 1.5; await wait("seeked");
					if (Math.abs(m.currentTime - 1.5) > 0.3) return "went to " + m.currentTime;
					await m.play(); await wait("timeupdate"); await new Promise((f) => setTimeout(f, 400)); m.pause();
					if (!(m.currentTime > 1.6)) return "stays at " + m.currentTime;
					if (m.tagName == "VIDEO" && m.videoWidth != 96) return "is " + m.videoWidth + " wide";
					return m.tagName.toLowerCase();
				} catch (e) { return String(e); }
			})()`, &got)
			want := "audio"
			if !strings.HasPrefix(name, "tone") {
				want = "video"
			}
			if got != want {
				t.Errorf("the player: %s, want %s", got, want)
			}
		})
	}
}
