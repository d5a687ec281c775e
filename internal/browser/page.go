package browser

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// locate is the JavaScript that finds elements for the methods of a page.
//
//go:embed locate.js
var locate string

// Page is one tab with cookies and storage of its own, as a private window has.
// One goroutine uses it at a time. Dialogs that the page opens are accepted.
type Page struct {
	t    testing.TB
	ctx  context.Context
	wait time.Duration // for one step
	noJS bool          // DisableJavaScript(true) is in force

	mu       sync.Mutex
	muted    bool     // what happens now is not the page's doing
	requests []string // since Goto
	console  []string // since Goto
}

// Page opens a new tab with a viewport of width x height CSS pixels.
func (b *Browser) Page(width, height int) *Page {
	b.t.Helper()
	p := &Page{t: b.t, wait: Wait}
	ctx, cancel := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext(), chromedp.WithListener(p.observe))
	p.ctx = ctx
	b.t.Cleanup(cancel)
	if err := start(ctx, cancel); err != nil {
		b.t.Fatalf("open page: %v", err)
	}

	var dialogs sync.WaitGroup
	opening := chromedp.Events(ctx, page.JavascriptDialogOpening)
	dialogs.Go(func() {
		for _, err := range opening {
			if err != nil {
				return // the page has closed
			}
			// A failure shows in the step that the dialog then blocks.
			_, _ = chromedp.Call(ctx, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{Accept: true})
		}
	})
	b.t.Cleanup(func() { cancel(); dialogs.Wait() })

	p.do("set size", func(ctx context.Context) error {
		return chromedp.Do(ctx, chromedp.EmulateViewport(int64(width), int64(height)))
	})
	return p
}

// Goto opens the URL, waits until the page has loaded, and returns the HTTP
// status. [Page.Requests] and [Page.Console] start anew.
func (p *Page) Goto(url string) int {
	p.t.Helper()
	p.mu.Lock()
	p.requests, p.console = nil, nil
	p.mu.Unlock()
	var status int
	p.do("open "+url, func(ctx context.Context) error {
		response, err := chromedp.Run(ctx, chromedp.NavigateResponse(url))
		if response != nil {
			status = int(response.Status)
		}
		return err
	})
	return status
}

// Load runs trigger, which makes the tab open another page (a click on a link,
// a form sent with Enter), and waits until that page has loaded.
func (p *Page) Load(trigger func()) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, p.wait)
	defer cancel()
	loads := chromedp.Events(ctx, page.LoadEventFired)
	trigger()
	for _, err := range loads {
		if err != nil {
			p.fatal("load the next page", err)
		}
		return
	}
}

// URL returns the address of the page.
func (p *Page) URL() string {
	p.t.Helper()
	var url string
	p.Eval("document.location.href", &url)
	return url
}

// Text returns the text of the element as a reader sees it.
func (p *Page) Text(selector string) string {
	p.t.Helper()
	return p.read("read the text of", selector, "el.innerText ?? el.textContent")
}

// HTML returns the element as HTML, itself included.
func (p *Page) HTML(selector string) string {
	p.t.Helper()
	return p.read("read the HTML of", selector, "el.outerHTML")
}

// Value returns what a form field holds.
func (p *Page) Value(selector string) string {
	p.t.Helper()
	return p.read("read the value of", selector, "el.value")
}

// Wait waits until the element is there and can be seen.
func (p *Page) Wait(selector string) {
	p.t.Helper()
	p.element("wait for", selector, "seen(el)")
}

// Until waits until the JavaScript expression is true.
func (p *Page) Until(js string) {
	p.t.Helper()
	p.poll("wait until "+js, func(ctx context.Context) (string, error) {
		ok, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("!!("+js+"\n)"))
		if err != nil || ok {
			return "", err
		}
		return "it stayed false", nil
	})
}

// Click presses and releases the mouse in the middle of the element. It fails
// when a person could not: the element is hidden, disabled, or covered.
func (p *Page) Click(selector string) {
	p.t.Helper()
	at := p.element("click", selector, "reach(el)")
	p.do("click "+selector, func(ctx context.Context) error {
		return chromedp.Do(ctx, chromedp.MouseClickXY(at.X, at.Y))
	})
}

// Select drags the mouse over words of the element, from the beginning of first
// to the end of last, which may be the same words, and lets go.
func (p *Page) Select(selector, first, last string) {
	p.t.Helper()
	quoted, err := json.Marshal([]string{first, last})
	if err != nil {
		p.fatal("select in "+selector, err)
	}
	at := p.element("select in", selector, "drag(el, ..."+string(quoted)+")")
	p.do("select in "+selector, func(ctx context.Context) error {
		return chromedp.Do(ctx,
			chromedp.MouseEvent(input.DispatchMouseEventTypeMousePressed, at.X, at.Y, chromedp.ButtonLeft, chromedp.ClickCount(1)),
			chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, at.ToX, at.ToY, chromedp.ButtonLeft),
			chromedp.MouseEvent(input.DispatchMouseEventTypeMouseReleased, at.ToX, at.ToY, chromedp.ButtonLeft, chromedp.ClickCount(1)))
	})
}

// Drag presses the mouse at one place of the element and lets it go at another. Places are shares of its width and height.
func (p *Page) Drag(selector string, fromX, fromY, toX, toY float64) {
	p.t.Helper()
	at := p.element("drag over", selector, fmt.Sprintf(`(() => {
		el.scrollIntoView({block: "center", behavior: "instant"});
		const r = el.getBoundingClientRect();
		return {ok: r.width > 0 && r.height > 0, x: r.left + r.width * %g, y: r.top + r.height * %g, toX: r.left + r.width * %g, toY: r.top + r.height * %g};
	})()`, fromX, fromY, toX, toY))
	p.do("drag over "+selector, func(ctx context.Context) error {
		return chromedp.Do(ctx,
			chromedp.MouseEvent(input.DispatchMouseEventTypeMousePressed, at.X, at.Y, chromedp.ButtonLeft, chromedp.ClickCount(1)),
			chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, (at.X+at.ToX)/2, (at.Y+at.ToY)/2, chromedp.ButtonLeft),
			chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, at.ToX, at.ToY, chromedp.ButtonLeft),
			chromedp.MouseEvent(input.DispatchMouseEventTypeMouseReleased, at.ToX, at.ToY, chromedp.ButtonLeft, chromedp.ClickCount(1)))
	})
}

// Carry drags one element to a place of another, which may show only then, and drops it there. The place is given in shares
// of the other's width and height. Both must fit into the window.
func (p *Page) Carry(from, to string, x, y float64) {
	p.t.Helper()
	quoted, err := json.Marshal(to)
	if err != nil {
		p.fatal("carry "+from, err)
	}
	at := p.element("take up", from, fmt.Sprintf(`(() => {
		el.scrollIntoView({block: "center", behavior: "instant"});
		find(%s)?.scrollIntoView({block: "nearest", behavior: "instant"});
		const a = el.getBoundingClientRect(), y = a.top + a.height / 2;
		return y > 0 && y < innerHeight ? {ok: true, x: a.left + a.width / 2, y} : {why: "it is not in the window together with the other"};
	})()`, quoted))
	var taken *input.DragData
	p.do("take up "+from, func(ctx context.Context) error {
		// Without a desktop there is nothing that carries: the browser hands over what is carried, and takes it back where it
		// is dropped.
		if _, err := chromedp.Call(ctx, input.SetInterceptDrags, input.SetInterceptDragsParams{Enabled: true}); err != nil {
			return err
		}
		events := chromedp.Events(ctx, input.DragIntercepted)
		err := chromedp.Do(ctx,
			chromedp.MouseEvent(input.DispatchMouseEventTypeMousePressed, at.X, at.Y, chromedp.ButtonLeft, chromedp.ClickCount(1)),
			chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, at.X+8, at.Y+8, chromedp.ButtonLeft))
		if err != nil {
			return err
		}
		for e, err := range events {
			if err != nil {
				return fmt.Errorf("it cannot be carried: %w", err)
			}
			taken = e.Data
			break
		}
		return nil
	})
	there := p.element("drop on", to, fmt.Sprintf(`(() => {
		const r = el.getBoundingClientRect(), x = r.left + r.width * %g, y = r.top + r.height * %g;
		return r.height > 0 && y > 0 && y < innerHeight ? {ok: true, x, y} : {why: "it is not in the window"};
	})()`, x, y))
	p.do("drop on "+to, func(ctx context.Context) error {
		for _, what := range []input.DispatchDragEventType{input.DispatchDragEventTypeDragEnter, input.DispatchDragEventTypeDragOver, input.DispatchDragEventTypeDrop} {
			if _, err := chromedp.Call(ctx, input.DispatchDragEvent, input.DispatchDragEventParams{Type: what, X: there.X, Y: there.Y, Data: taken}); err != nil {
				return err
			}
		}
		return chromedp.Do(ctx, chromedp.MouseEvent(input.DispatchMouseEventTypeMouseReleased, there.X, there.Y, chromedp.ButtonLeft, chromedp.ClickCount(1)))
	})
}

// Fill puts the value in the field, in place of what it held. Text goes in as if
// pasted. Dates, ranges, colours and selects are set, and tell the page so; a
// select takes the value or the label of an option.
func (p *Page) Fill(selector, value string) {
	p.t.Helper()
	quoted, err := json.Marshal(value)
	if err != nil {
		p.fatal("fill "+selector, err)
	}
	field := p.element("fill", selector, "fill(el, "+string(quoted)+")")
	if field.Set {
		return
	}
	p.do("fill "+selector, func(ctx context.Context) error {
		if value == "" {
			return chromedp.Do(ctx, chromedp.KeyEvent(kb.Delete))
		}
		_, err := chromedp.Call(ctx, input.InsertText, input.InsertTextParams{Text: value})
		return err
	})
}

// Attach chooses files in a file field.
func (p *Page) Attach(selector string, paths ...string) {
	p.t.Helper()
	p.element("attach files to", selector, "({ok: true})")
	p.do("attach files to "+selector, func(ctx context.Context) error {
		files := make([]string, len(paths))
		for i, path := range paths {
			var err error
			if files[i], err = filepath.Abs(path); err != nil {
				return err
			}
			if _, err = os.Stat(path); err != nil {
				return err
			}
		}
		object, err := chromedp.Run(ctx, chromedp.Evaluate[*runtime.RemoteObject](script(selector, "el")))
		if err != nil {
			return err
		}
		_, err = chromedp.Call(ctx, dom.SetFileInputFiles, dom.SetFileInputFilesParams{Files: files, ObjectID: object.ObjectID})
		return err
	})
}

// keys are the names that Press takes besides single characters: those of
// KeyboardEvent.key, and Space.
var keys = map[string]string{
	"Tab": kb.Tab, "Enter": kb.Enter, "Escape": kb.Escape, "Space": " ",
	"Backspace": kb.Backspace, "Delete": kb.Delete,
	"Home": kb.Home, "End": kb.End, "PageUp": kb.PageUp, "PageDown": kb.PageDown,
	"ArrowUp": kb.ArrowUp, "ArrowDown": kb.ArrowDown, "ArrowLeft": kb.ArrowLeft, "ArrowRight": kb.ArrowRight,
}

// modifiers are the keys that Press can hold down during another.
var modifiers = map[string]chromedp.Modifier{
	"Shift": chromedp.ModifierShift, "Control": chromedp.ModifierCtrl,
	"Alt": chromedp.ModifierAlt, "Meta": chromedp.ModifierMeta,
}

// Press presses keys one after another, wherever the focus is: a single
// character, or Tab, Enter, Escape, Space, Backspace, Delete, Home, End, PageUp,
// PageDown, ArrowUp, ArrowDown, ArrowLeft, ArrowRight. Modifiers go before a
// plus sign: "Shift+Tab", "Control+a".
func (p *Page) Press(names ...string) {
	p.t.Helper()
	for _, name := range names {
		p.do("press "+name, func(ctx context.Context) error {
			held, rest := []chromedp.Modifier(nil), name
			for {
				before, after, found := strings.Cut(rest, "+")
				modifier, known := modifiers[before]
				if !found || !known || after == "" {
					break
				}
				held, rest = append(held, modifier), after
			}
			key, named := keys[rest]
			if !named && len([]rune(rest)) != 1 {
				return fmt.Errorf("no key is called %q", rest)
			}
			if !named {
				key = rest
			}
			for _, r := range key {
				if err := press(ctx, r, held); err != nil {
					return err
				}
			}
			return nil
		})
	}
}

// press sends one key. What it types goes with its going down, as from a real
// keyboard: sent on its own it would be typed even when the page prevents it.
func press(ctx context.Context, r rune, held []chromedp.Modifier) error {
	events := kb.Encode(r)
	down, up := events[0], events[len(events)-1]
	for _, m := range held {
		down.Modifiers |= int64(m)
		up.Modifiers |= int64(m)
	}
	if len(events) == 3 && down.Modifiers&^int64(chromedp.ModifierShift) == 0 {
		down.Type, down.Text, down.UnmodifiedText = input.DispatchKeyEventTypeKeyDown, events[1].Text, events[1].UnmodifiedText
	}
	for _, e := range []*input.DispatchKeyEventParams{down, up} {
		if _, err := chromedp.Call(ctx, input.DispatchKeyEvent, *e); err != nil {
			return err
		}
	}
	return nil
}

// Eval runs a JavaScript expression in the page, waits for it when it is a
// promise, and decodes the result into out, unless out is nil. The content
// security policy of the page does not hinder it.
func (p *Page) Eval(js string, out any) {
	p.t.Helper()
	p.do("evaluate "+short(js), func(ctx context.Context) error {
		if out == nil {
			return chromedp.Do(ctx, chromedp.Evaluate[chromedp.Void](js, chromedp.EvalAwaitPromise))
		}
		raw, err := chromedp.Run(ctx, chromedp.Evaluate[[]byte](js, chromedp.EvalAwaitPromise))
		if err != nil {
			return err
		}
		if len(raw) == 0 {
			return errors.New("the result is undefined")
		}
		return json.Unmarshal(raw, out)
	})
}

// Screenshot writes a PNG of the viewport, or of the full page, to path, and
// makes its folder when there is none.
func (p *Page) Screenshot(path string, fullPage bool) {
	p.t.Helper()
	p.do("screenshot to "+path, func(ctx context.Context) error {
		shot := chromedp.CaptureScreenshot()
		if fullPage {
			shot = chromedp.FullScreenshot(100)
		}
		png, err := chromedp.Run(ctx, shot)
		if err != nil {
			return err
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		return os.WriteFile(path, png, 0o644)
	})
}

// SetDark makes the page see a reader who prefers dark colours, or light ones.
func (p *Page) SetDark(dark bool) {
	p.t.Helper()
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	p.do("set "+scheme+" colours", func(ctx context.Context) error {
		_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
		})
		return err
	})
}

// DisableJavaScript turns the scripts of pages off or on, from the next Goto
// on. The methods of Page work either way.
func (p *Page) DisableJavaScript(off bool) {
	p.t.Helper()
	p.do("switch JavaScript", func(ctx context.Context) error {
		_, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: off})
		return err
	})
	p.noJS = off
}

// Requests returns the URLs that the tab asked for since Goto, in order, the
// steps of redirects and WebSockets included. What needs no network (data: and
// blob: URLs) is left out.
func (p *Page) Requests() []string {
	p.t.Helper()
	p.settle()
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.requests)
}

// Console returns what went wrong in the page since Goto: console errors,
// exceptions that nothing caught, failed requests, and violations of the content
// security policy. A missing /favicon.ico is left out: no page asks for it, the
// browser does, at a moment of its own.
func (p *Page) Console() []string {
	p.t.Helper()
	p.settle()
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.console)
}

// settle makes sure that the events of all that happened so far are noted: they
// arrive before the answer to a later command.
func (p *Page) settle() {
	p.t.Helper()
	p.do("settle", func(ctx context.Context) error {
		return chromedp.Do(ctx, chromedp.Evaluate[chromedp.Void]("0"))
	})
}

// observe notes the events of the tab. It runs in the loop that reads them, so
// it returns fast and sends no command.
func (p *Page) observe(event any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.muted {
		return
	}
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		if u := e.Request.URL; !strings.HasPrefix(u, "data:") && !strings.HasPrefix(u, "blob:") {
			p.requests = append(p.requests, u)
		}
	case *network.EventWebSocketCreated:
		p.requests = append(p.requests, e.URL)
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError && !strings.HasSuffix(e.Entry.URL, "/favicon.ico") {
			p.console = append(p.console, place(string(e.Entry.Source)+": "+e.Entry.Text, e.Entry.URL))
		}
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeAssert {
			words := make([]string, len(e.Args))
			for i, arg := range e.Args {
				words[i] = word(arg)
			}
			p.console = append(p.console, "console: "+strings.Join(words, " "))
		}
	case *runtime.EventExceptionThrown:
		text := e.ExceptionDetails.Text
		if thrown := e.ExceptionDetails.Exception; thrown != nil {
			text += " " + word(thrown)
		}
		p.console = append(p.console, place("exception: "+text, e.ExceptionDetails.URL))
	}
}

// word is a JavaScript value as a console shows it.
func word(o *runtime.RemoteObject) string {
	var s string
	switch {
	case json.Unmarshal(o.Value, &s) == nil:
		return s
	case o.Description != "":
		return o.Description
	case len(o.Value) > 0:
		return string(o.Value)
	}
	return string(o.Type)
}

func place(text, url string) string {
	if url == "" {
		return text
	}
	return text + " (" + url + ")"
}

// found is what the scripts of locate.js tell about an element.
type found struct {
	OK  bool    // the element is ready for the step
	Why string  // what is missing, when not OK
	Bad bool    // waiting cannot help
	Set bool    // fill has set the value itself
	X   float64 // where to click, in CSS pixels of the viewport
	Y   float64
	ToX float64 // where a drag ends
	ToY float64
}

// script is an expression that evaluates js with el as the element, or null.
func script(selector, js string) string {
	quoted, _ := json.Marshal(selector) // a string always encodes
	return "(() => {" + locate + "\nconst el = find(" + string(quoted) + ");\nreturn " + js + ";})()"
}

// element waits until js, evaluated with el as the element, says it is ready.
func (p *Page) element(verb, selector, js string) found {
	p.t.Helper()
	var f found
	p.poll(verb+" "+selector, func(ctx context.Context) (string, error) {
		var err error
		f, err = chromedp.Run(ctx, chromedp.Evaluate[found](script(selector, "el ? "+js+` : {why: "no element matches"}`)))
		switch {
		case err != nil:
			return "", err
		case f.Bad:
			return "", errors.New(f.Why)
		case !f.OK:
			return f.Why, nil
		}
		return "", nil
	})
	return f
}

// read waits for the element and returns the string that js gives for it.
func (p *Page) read(verb, selector, js string) string {
	p.t.Helper()
	var text string
	p.poll(verb+" "+selector, func(ctx context.Context) (string, error) {
		got, err := chromedp.Run(ctx, chromedp.Evaluate[*string](script(selector, "el ? String("+js+") : null")))
		if err != nil {
			return "", err
		}
		if got == nil {
			return "no element matches", nil
		}
		text = *got
		return "", nil
	})
	return text
}

// poll repeats try until it finds nothing missing. An error of the script ends
// it; an error of the tab does not, for the tab may be between two pages.
func (p *Page) poll(step string, try func(context.Context) (missing string, err error)) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, p.wait)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	var last error
	for {
		missing, err := try(ctx)
		var protocol *cdproto.Error
		switch {
		case err == nil && missing == "":
			return
		case err == nil:
			last = errors.New(missing)
		case ctx.Err() != nil:
			if last == nil {
				last = err
			}
		case errors.As(err, &protocol):
			last = err
		default:
			p.fatal(step, err)
		}
		select {
		case <-ctx.Done():
			p.fatal(step, fmt.Errorf("%w (waited %v)", last, p.wait))
		case <-tick.C:
		}
	}
}

// do runs one step within the time limit.
func (p *Page) do(step string, f func(context.Context) error) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, p.wait)
	defer cancel()
	if err := f(ctx); err != nil {
		p.fatal(step, err)
	}
}

// fatal ends the test, and says where the page was and what its console held.
func (p *Page) fatal(step string, err error) {
	p.t.Helper()
	if errors.Is(err, context.DeadlineExceeded) {
		err = fmt.Errorf("%w (waited %v)", err, p.wait)
	}
	ctx, cancel := context.WithTimeout(p.ctx, 2*time.Second)
	defer cancel()
	where, whereErr := chromedp.Run(ctx, chromedp.Evaluate[string]("document.location.href"))
	if whereErr != nil {
		where = "unknown, the page does not answer"
	}
	p.mu.Lock()
	console := strings.Join(p.console, "\n  ")
	p.mu.Unlock()
	if console == "" {
		console = "nothing"
	}
	p.t.Fatalf("%s: %v\npage: %s\nconsole: %s", step, err, where, console)
}

// short is js on one line of a message.
func short(js string) string {
	js = strings.Join(strings.Fields(js), " ")
	if runes := []rune(js); len(runes) > 80 {
		return string(runes[:80]) + "…"
	}
	return js
}
