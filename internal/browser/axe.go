package browser

import (
	"context"
	_ "embed"
	"fmt"
	"strings"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// axeCore is axe-core 4.14.1, unmodified, under the Mozilla Public License 2.0
// (axe/LICENSE). Its source is the tag v4.14.1 of dequelabs/axe-core.
//
//go:embed axe/axe.min.js
var axeCore string

// axeRun asks for every rule that axe-core turns on by itself, and for the size
// of targets, which it leaves off although WCAG 2.2 AA asks for it.
const axeRun = `
axe.run(document, {resultTypes: ["violations"], rules: {"target-size": {enabled: true}}}).then((result) =>
  result.violations.map((v) => ({
    id: v.id,
    impact: v.impact || "",
    help: v.help,
    targets: v.nodes.map((n) => n.target.map((t) => [t].flat().join(" >>> ")).join(" ")),
  })))`

// noTimers stands in for the timers that a tab without JavaScript does not run:
// what is due soon runs next, and the limits of seconds that axe-core sets itself
// never pass. To turn JavaScript on for the check would change the page: what
// stands in noscript would lose its place.
const noTimers = `
window.setTimeout = (f, ms, ...args) => { if (!(ms > 100)) Promise.resolve().then(() => f(...args)); return 0; };
`

// Violation is one accessibility rule that the page breaks.
type Violation struct {
	ID      string   `json:"id"`      // the rule, such as "image-alt"
	Impact  string   `json:"impact"`  // "minor", "moderate", "serious", "critical", or "" when unknown
	Help    string   `json:"help"`    // the rule in words
	Targets []string `json:"targets"` // selectors of the elements that break it
}

// String is the violation on one line.
func (v Violation) String() string {
	return fmt.Sprintf("%s (%s): %s: %s", v.ID, v.Impact, v.Help, strings.Join(v.Targets, "; "))
}

// Axe checks the page as it is now with axe-core and returns what breaks a rule,
// so an empty result is a pass of what a machine can decide. It runs in a
// JavaScript world of its own: the content security policy does not hinder it,
// the page does not see it, and it leaves no trace in Requests and Console. It
// does not look into iframes and noscript.
func (p *Page) Axe() []Violation {
	p.t.Helper()
	var violations []Violation
	p.settle()
	p.mute(true)
	defer p.mute(false)
	p.do("check accessibility", func(ctx context.Context) error {
		tree, err := chromedp.Call(ctx, page.GetFrameTree, cdp.Empty{})
		if err != nil {
			return err
		}
		world, err := chromedp.Call(ctx, page.CreateIsolatedWorld, page.CreateIsolatedWorldParams{
			FrameID: tree.FrameTree.Frame.ID, WorldName: "axe",
		})
		if err != nil {
			return err
		}
		js := axeCore + "\n;" + axeRun
		if p.noJS {
			js = noTimers + js
		}
		violations, err = chromedp.Run(ctx, chromedp.Evaluate[[]Violation](js,
			chromedp.EvalAwaitPromise,
			func(e *runtime.EvaluateParams) { e.ContextID = world.ExecutionContextID }))
		return err
	})
	p.settle()
	return violations
}

func (p *Page) mute(on bool) {
	p.mu.Lock()
	p.muted = on
	p.mu.Unlock()
}
