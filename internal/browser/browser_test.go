package browser_test

import (
	"bytes"
	"fmt"
	"image/png"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"throughline/internal/browser"
)

// policy is the content security policy of the test pages: nothing inline.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'"

const head = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Test page</title>
<link rel="stylesheet" href="/style.css"><script src="/script.js" defer></script></head>`

var pages = map[string]string{
	"/clean": head + `<body><main><h1>Interviews</h1>
<p>Seven people spoke about the land registry. ภาษาไทย العربية Հայերեն</p>
<form action="/greet" method="post"><label for="name">Name</label> <input id="name" name="name" value="old">
<label for="stage">Stage</label> <select id="stage" name="stage"><option value="a">Design</option><option value="b">Field</option></select>
<label for="day">Day</label> <input id="day" name="day" type="date">
<label for="memo">Memo</label> <textarea id="memo" name="memo"></textarea>
<button id="send">Send</button></form>
<p id="scripted">no script ran</p></main></body></html>`,

	"/faulty": head + `<body><main><h1>Faults</h1>
<img src="/dot.png" width="40" height="40"><input type="text"><p class="faint">Hard to read</p></main></body></html>`,

	"/island": head + `<body><main><h1>Island</h1><p id="count">0</p><button id="more" type="button">More</button>
<button id="late" type="button" hidden>Late</button><button id="off" type="button" disabled>Off</button>
<label>Attach <input id="file" type="file" multiple></label><p id="files"></p><div id="note" contenteditable="true">old</div>
<div class="tall">tall</div><button id="ask" type="button">Ask</button><p id="answer"></p><x-host></x-host></main></body></html>`,

	"/troubled": head + `<body><main><h1>Trouble</h1><script>console.log("inline")</script><p style="color:red">styled</p>
<img src="http://third.example/pixel.png" alt=""><img src="/missing.png" alt=""><button id="fail" type="button">Fail</button></main></body></html>`,
}

const style = `body{font-family:sans-serif;color:#111;background:#fff} .faint{color:#ccc} .tall{height:3000px}
label,input,select,textarea,button{min-height:24px}
@media (prefers-color-scheme: dark){body{color:#eee;background:#111}}`

const scripts = `
const $ = (id) => document.getElementById(id);
if ($("scripted")) $("scripted").textContent = "a script ran";
if ($("more")) {
  $("more").addEventListener("click", () => { $("count").textContent++; setTimeout(() => { $("late").hidden = false; }, 100); });
  $("late").addEventListener("click", () => { $("count").textContent = "late"; });
  $("file").addEventListener("change", (e) => { $("files").textContent = [...e.target.files].map((f) => f.name).join(" "); });
  $("ask").addEventListener("click", () => { $("answer").textContent = confirm("Sure?"); });
  customElements.define("x-host", class extends HTMLElement {
    connectedCallback() { this.attachShadow({mode: "open"}).innerHTML = "<p id=inner>in the shadow</p>"; }
  });
}
if ($("fail")) {
  console.error("told", 7, {a: 1});
  $("fail").addEventListener("click", () => { throw new Error("broke"); });
}`

// serve answers with the pages above, a form that greets, and a redirect.
func serve(t *testing.T) string {
	t.Helper()
	mux := http.NewServeMux()
	for path, html := range pages {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Security-Policy", policy)
			fmt.Fprint(w, html)
		})
	}
	mux.HandleFunc("GET /style.css", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/css")
		fmt.Fprint(w, style)
	})
	mux.HandleFunc("GET /script.js", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		fmt.Fprint(w, scripts)
	})
	mux.HandleFunc("POST /greet", func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "name", Value: "known", Path: "/"})
		w.Header().Set("Content-Security-Policy", policy)
		fmt.Fprintf(w, "%s<body><main><h1>%s</h1><p id=rest>%s|%s|%q</p></main></body></html>", head,
			r.FormValue("name"), r.FormValue("stage"), r.FormValue("day"), r.FormValue("memo"))
	})
	mux.HandleFunc("GET /who", func(w http.ResponseWriter, r *http.Request) {
		_, err := r.Cookie("name")
		fmt.Fprintf(w, "%s<body><h1>%v</h1></body></html>", head, err == nil)
	})
	mux.Handle("GET /moved", http.RedirectHandler("/clean", http.StatusSeeOther))
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}

// One browser serves all of these, for its start is the slow part.
func TestPage(t *testing.T) {
	url := serve(t)
	b := browser.Open(t)

	t.Run("axe finds planted faults", func(t *testing.T) {
		for _, off := range []bool{false, true} {
			p := b.With(t).Page(800, 600)
			p.DisableJavaScript(off)
			p.Goto(url + "/faulty")
			before := p.Console()
			got := map[string][]string{}
			for _, v := range p.Axe() {
				if v.Impact == "" || v.Help == "" {
					t.Errorf("violation without impact or help: %+v", v)
				}
				got[v.ID] = v.Targets
			}
			want := map[string][]string{"image-alt": {"img"}, "label": {"input"}, "color-contrast": {"p"}}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("JavaScript off %v: violations (-want +got):\n%s", off, diff)
			}
			if diff := cmp.Diff(before, p.Console()); diff != "" {
				t.Errorf("axe left traces in the console (-before +after):\n%s", diff)
			}
			var leaked bool
			p.Eval(`"axe" in window`, &leaked)
			if leaked {
				t.Error("the page can see axe")
			}
			p.Goto(url + "/clean")
			if ran := p.Text("#scripted") == "a script ran"; ran == off {
				t.Errorf("JavaScript off %v: a script ran: %v", off, ran)
			}
		}
	})

	t.Run("words are selected, and a page may keep a key for itself", func(t *testing.T) {
		p := b.With(t).Page(800, 600)
		p.Goto(url + "/clean")
		for _, x := range [][3]string{{"people", "about", "people spoke about"}, {"the", "the", "the"}, {"ภาษา", "العربية", "ภาษาไทย العربية"}} {
			p.Select("main p", x[0], x[1])
			var got string
			p.Eval("getSelection().toString()", &got)
			if x[0] != "ภาษา" && got != x[2] || !strings.HasPrefix(got, x[0]) {
				t.Errorf("selected %q, expected %q", got, x[2])
			}
		}
		p.Fill("#name", "ab")
		p.Press("c", "Space", "Shift+D")
		p.Eval(`void addEventListener("keydown", (e) => e.preventDefault())`, nil)
		p.Press("x", "Space", "Enter", "Backspace")
		if got := p.Value("#name"); got != "abc D" {
			t.Errorf("the field holds %q", got)
		}
	})

	t.Run("axe passes a clean page under a strict policy", func(t *testing.T) {
		for _, dark := range []bool{false, true} {
			for _, off := range []bool{false, true} {
				p := b.With(t).Page(800, 600)
				p.SetDark(dark)
				p.DisableJavaScript(off)
				if status := p.Goto(url + "/clean"); status != http.StatusOK {
					t.Errorf("status %d", status)
				}
				for _, v := range p.Axe() {
					t.Errorf("dark %v, JavaScript off %v: %v", dark, off, v)
				}
				if got := p.Console(); len(got) > 0 {
					t.Errorf("dark %v, JavaScript off %v: console: %q", dark, off, got)
				}
			}
		}
	})

	t.Run("a form is filled and sent", func(t *testing.T) {
		for _, off := range []bool{false, true} {
			p := b.With(t).Page(800, 600)
			p.DisableJavaScript(off)
			p.Goto(url + "/clean")
			p.Fill("#name", "สมชาย Ա")
			p.Fill("#stage", "Field")
			p.Fill("#day", "2024-02-29")
			p.Fill("#memo", "one\ntwo")
			if got := p.Value("#name"); got != "สมชาย Ա" {
				t.Errorf("value %q", got)
			}
			p.Load(func() { p.Click("#send") })
			if got, want := p.URL(), url+"/greet"; got != want {
				t.Errorf("URL %q, want %q", got, want)
			}
			if got, want := p.Text("h1"), "สมชาย Ա"; got != want {
				t.Errorf("text %q, want %q", got, want)
			}
			if got, want := p.Text("#rest"), `b|2024-02-29|"one\r\ntwo"`; got != want {
				t.Errorf("text %q, want %q", got, want)
			}
			if got, want := p.HTML("h1"), "<h1>สมชาย Ա</h1>"; got != want {
				t.Errorf("HTML %q, want %q", got, want)
			}
			p.Goto(url + "/who")
			if got := p.Text("h1"); got != "true" {
				t.Errorf("cookie kept: %s", got)
			}
			stranger := b.With(t).Page(800, 600)
			stranger.Goto(url + "/who")
			if got := stranger.Text("h1"); got != "false" {
				t.Errorf("another page has the cookie: %s", got)
			}
		}
	})

	t.Run("keys", func(t *testing.T) {
		p := b.With(t).Page(800, 600)
		p.Goto(url + "/clean")
		focus := func() (id string) { p.Eval("document.activeElement.id", &id); return id }
		p.Press("Tab")
		if got := focus(); got != "name" {
			t.Errorf("focus on %q after Tab", got)
		}
		p.Press("Control+a", "Ա", "b", "+", "ArrowLeft", "ArrowLeft", "Delete", "Home", "Space")
		if got, want := p.Value("#name"), " Ա+"; got != want {
			t.Errorf("value %q, want %q", got, want)
		}
		p.Press("Tab", "ArrowDown")
		if got := p.Value("#stage"); got != "b" {
			t.Errorf("stage %q after ArrowDown", got)
		}
		p.Press("Shift+Tab")
		if got := focus(); got != "name" {
			t.Errorf("focus on %q after Shift+Tab", got)
		}
		p.Fill("#name", "")
		if got := p.Value("#name"); got != "" {
			t.Errorf("value %q after filling with nothing", got)
		}
		p.Fill("#name", "Ana")
		p.Load(func() { p.Press("Enter") })
		if got := p.Text("h1"); got != "Ana" {
			t.Errorf("text %q", got)
		}
	})

	t.Run("an island", func(t *testing.T) {
		p := b.With(t).Page(400, 300)
		p.Goto(url + "/island")
		p.Click("#more")
		p.Wait("#late")
		p.Click("#late")
		p.Until(`document.getElementById("count").textContent === "late"`)
		p.Click("#ask") // below a page of 3000 pixels, and opens a dialog
		if got := p.Text("#answer"); got != "true" {
			t.Errorf("answer %q", got)
		}
		p.Fill("#note", "new")
		if got := p.Text("#note"); got != "new" {
			t.Errorf("note %q", got)
		}
		path := filepath.Join(t.TempDir(), "interview.txt")
		if err := os.WriteFile(path, []byte("Q: why?\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		p.Attach("#file", path)
		p.Until(`document.getElementById("files").textContent === "interview.txt"`)
		if got := p.Text("x-host >>> #inner"); got != "in the shadow" {
			t.Errorf("text %q", got)
		}
		var later struct{ Sum int }
		p.Eval(`new Promise((done) => setTimeout(() => done({sum: 1 + 2}), 10))`, &later)
		if later.Sum != 3 {
			t.Errorf("promise gave %d", later.Sum)
		}
		p.Eval(`void 0`, nil)
		if got := p.Console(); len(got) > 0 {
			t.Errorf("console: %q", got)
		}
	})

	t.Run("JavaScript off and on", func(t *testing.T) {
		p := b.With(t).Page(800, 600)
		for _, want := range []string{"a script ran", "no script ran", "a script ran"} {
			p.DisableJavaScript(want == "no script ran")
			p.Goto(url + "/clean")
			if got := p.Text("#scripted"); got != want {
				t.Errorf("text %q, want %q", got, want)
			}
		}
	})

	t.Run("dark and light", func(t *testing.T) {
		p := b.With(t).Page(800, 600)
		p.Goto(url + "/clean")
		for dark, want := range map[bool]string{true: "rgb(17, 17, 17)", false: "rgb(255, 255, 255)"} {
			p.SetDark(dark)
			var got string
			p.Eval("getComputedStyle(document.body).backgroundColor", &got)
			if got != want {
				t.Errorf("dark %v: background %s, want %s", dark, got, want)
			}
		}
	})

	t.Run("screenshots", func(t *testing.T) {
		p := b.With(t).Page(400, 300)
		p.Goto(url + "/island")
		for _, full := range []bool{false, true} {
			path := filepath.Join(t.TempDir(), "shots", "page.png")
			p.Screenshot(path, full)
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			shot, err := png.Decode(bytes.NewReader(data))
			if err != nil {
				t.Fatal(err)
			}
			size := shot.Bounds().Size()
			if size.X != 400 || !full && size.Y != 300 || full && size.Y < 3000 {
				t.Errorf("full page %v: screenshot of %v", full, size)
			}
			first, varied := shot.At(0, 0), false
			for y := range 300 {
				for x := range 400 {
					varied = varied || shot.At(x, y) != first
				}
			}
			if !varied {
				t.Errorf("full page %v: the screenshot has one colour", full)
			}
		}
	})

	t.Run("requests and console", func(t *testing.T) {
		p := b.With(t).Page(800, 600)
		p.Goto(url + "/troubled")
		p.Click("#fail")
		p.Until("true")
		for _, want := range []string{url + "/troubled", url + "/style.css", url + "/script.js", url + "/missing.png"} {
			if !strings.Contains("\n"+strings.Join(p.Requests(), "\n")+"\n", "\n"+want+"\n") {
				t.Errorf("no request for %s in %q", want, p.Requests())
			}
		}
		console := strings.Join(p.Console(), "\n")
		for _, want := range []string{
			"script-src 'self'", "style-src 'self'", "img-src 'self'", "404", "console: told 7 Object", "broke",
		} {
			if !strings.Contains(console, want) {
				t.Errorf("no %q in the console:\n%s", want, console)
			}
		}
		p.Goto(url + "/moved")
		want := []string{url + "/moved", url + "/clean", url + "/style.css", url + "/script.js"}
		if diff := cmp.Diff(want, p.Requests()); diff != "" {
			t.Errorf("requests (-want +got):\n%s", diff)
		}
		if got := p.Console(); len(got) > 0 {
			t.Errorf("console: %q", got)
		}
	})

	t.Run("third parties", func(t *testing.T) {
		p := b.With(t).Page(800, 600)
		p.Goto(url + "/who") // has no policy
		for _, third := range []string{"http://third.example/", "http://192.0.2.1/"} {
			var reached string
			p.Eval(`fetch("`+third+`", {mode: "no-cors"}).then(() => "reached", (e) => String(e))`, &reached)
			if !strings.Contains(reached, "Failed to fetch") {
				t.Errorf("fetch of %s: %s", third, reached)
			}
			if got := strings.Join(p.Requests(), "\n"); !strings.Contains(got, third) {
				t.Errorf("no request for %s in %s", third, got)
			}
		}
	})
}
