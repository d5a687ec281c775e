// Package browser drives a real headless Chromium from tests.
//
// It is test support: only _test.go files import it, and nothing of it ends in
// the program. Every method waits for what it needs, gives up after [Wait], and
// ends the test with a message that names the step, the page and what the page
// wrote to its console. So a test reads as what a person does:
//
//	p := browser.Open(t).Page(1280, 800)
//	p.Goto(server.URL + "/studies")
//	p.Fill("input[name=title]", "Land registry reform")
//	p.Load(func() { p.Click("button[type=submit]") })
//	if got := p.Text("h1"); got != "Land registry reform" { ... }
//
// A selector is a CSS selector and means its first match. "host >>> inner"
// steps into the open shadow root of host.
//
// The browser resolves no names but localhost, so a page of a test can never
// reach a third party. [Page.Requests] shows what it tried to reach.
package browser

import (
	"context"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// Wait is how long one step of a test may take.
const Wait = 20 * time.Second

// startWait is how long the browser may take to start. A cold start on a busy
// machine is slower than any step on a page.
const startWait = 60 * time.Second

// Browser is one running Chromium with an empty profile of its own.
type Browser struct {
	t   testing.TB
	ctx context.Context
}

// Open starts a headless Chromium, and stops it when the test ends. The path of
// the browser comes from THROUGHLINE_TEST_CHROMIUM, or else from PATH. Without a
// browser the test fails: it is never skipped.
func Open(t testing.TB) *Browser {
	t.Helper()
	path := find()
	if path == "" {
		t.Fatal("find browser: no Chromium in THROUGHLINE_TEST_CHROMIUM or in PATH; run the tests with 'make test', which finds or installs one")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path),
		chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		// Nothing leaves the machine, not even a look-up of a name.
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE *.localhost, EXCLUDE 127.0.0.1, EXCLUDE [::1]"),
		// The language of the machine must not decide what a page shows.
		chromedp.Flag("lang", "en-US"),
		chromedp.Flag("accept-lang", "en-US,en"),
	)
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	// Without the option UserDataDir the allocator makes an empty profile in the
	// temporary directory, and removes it when the browser has ended.
	parent, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(parent)
	t.Cleanup(cancel)
	if err := start(ctx, cancel); err != nil {
		t.Fatalf("start browser %s: %v", path, err)
	}
	return &Browser{t: t, ctx: ctx}
}

// With is the same running browser for another test, such as a subtest: its
// pages fail that test, and close when that test ends.
func (b *Browser) With(t testing.TB) *Browser {
	return &Browser{t: t, ctx: b.ctx}
}

// start begins the work of a chromedp context. The browser or tab lives as long
// as the context of this first call, so a timer sets the limit, not a deadline.
func start(ctx context.Context, cancel context.CancelFunc) error {
	timer := time.AfterFunc(startWait, cancel)
	defer timer.Stop()
	return chromedp.Do(ctx)
}

// find returns the path of a Chromium, or "" when there is none.
func find() string {
	if path := os.Getenv("THROUGHLINE_TEST_CHROMIUM"); path != "" {
		return path
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}
