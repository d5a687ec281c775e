package browser

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"
)

// failing is a test that keeps the message of its failure and fails no more.
type failing struct {
	testing.TB
	message string
}

func (f *failing) Fatalf(format string, args ...any) {
	f.message = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

func (f *failing) Fatal(args ...any) {
	f.message = fmt.Sprint(args...)
	runtime.Goexit()
}

// message runs step and returns how it failed, or "".
func (f *failing) run(step func()) string {
	f.message = ""
	done := make(chan struct{})
	go func() {
		defer close(done)
		step()
	}()
	<-done
	return f.message
}

func TestFailure(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, `<!doctype html><title>Page</title><p id="shown">text</p><button id="off" disabled>Off</button>
<button id="gone" hidden>Gone</button><div style="position:relative"><button id="under">Under</button>
<div id="veil" style="position:absolute;inset:0"></div></div><input type="checkbox" id="box"><input id="fixed" readonly>
<select id="stage"><option>Design</option></select><script>console.error("a hint")</script>`)
	}))
	t.Cleanup(server.Close)
	f := &failing{TB: t}
	p := Open(t).With(f).Page(400, 300)
	p.Goto(server.URL)
	p.wait = 300 * time.Millisecond

	var number int
	for name, tt := range map[string]struct {
		step func()
		want string
	}{
		"no element":     {func() { p.Click("#none") }, "click #none: no element matches (waited 300ms)"},
		"no text":        {func() { p.Text("#none") }, "read the text of #none: no element matches (waited 300ms)"},
		"bad selector":   {func() { p.Click("#") }, "not a valid selector"},
		"hidden":         {func() { p.Click("#gone") }, "click #gone: the element is hidden"},
		"never shown":    {func() { p.Wait("#gone") }, "wait for #gone: the element is hidden"},
		"disabled":       {func() { p.Click("#off") }, "click #off: the element is disabled"},
		"covered":        {func() { p.Click("#under") }, `the element is covered by <div id="veil"`},
		"no text field":  {func() { p.Fill("#box", "x") }, "fill #box: an input of type checkbox takes no text"},
		"no field":       {func() { p.Fill("#shown", "x") }, "fill #shown: a p element takes no text"},
		"read-only":      {func() { p.Fill("#fixed", "x") }, "fill #fixed: the field is read-only"},
		"no option":      {func() { p.Fill("#stage", "Field") }, "no option has this value or label"},
		"no key":         {func() { p.Press("Shift+Enterr") }, `no key is called "Enterr"`},
		"no file":        {func() { p.Attach("#box", "none.txt") }, "none.txt: no such file"},
		"never true":     {func() { p.Until("1 > 2") }, "wait until 1 > 2: it stayed false"},
		"thrown":         {func() { p.Eval("nothing.there", nil) }, "nothing is not defined"},
		"rejected":       {func() { p.Eval("Promise.reject(new Error('no'))", nil) }, "Error: no"},
		"undefined":      {func() { p.Eval("void 0", &number) }, "the result is undefined"},
		"other type":     {func() { p.Eval("'seven'", &number) }, "cannot unmarshal string"},
		"nothing loads":  {func() { p.Load(func() {}) }, "load the next page: context deadline exceeded (waited 300ms)"},
		"never answered": {func() { p.Eval("new Promise(() => {})", nil) }, "context deadline exceeded (waited 300ms)"},
		"no folder":      {func() { p.Screenshot("/dev/null/page.png", false) }, "screenshot to /dev/null/page.png"},
	} {
		got := f.run(tt.step)
		for _, want := range []string{tt.want, "page: " + server.URL, "console: console: a hint"} {
			if !strings.Contains(got, want) {
				t.Errorf("%s: no %q in:\n%s", name, want, got)
			}
		}
	}
	p.wait = Wait
	if got, want := f.run(func() { p.Goto("http://127.0.0.1:1/") }), "ERR_"; !strings.Contains(got, want) {
		t.Errorf("no %q in:\n%s", want, got)
	}

	t.Setenv("THROUGHLINE_TEST_CHROMIUM", "")
	t.Setenv("PATH", t.TempDir())
	if got, want := f.run(func() { Open(f) }), "make test"; !strings.Contains(got, want) {
		t.Errorf("no %q in:\n%s", want, got)
	}
}
