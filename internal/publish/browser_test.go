package publish_test

import (
	"context"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"throughline/internal/browser"
	"throughline/internal/publish"
)

// The site is opened from its folder, without scripts and without a server, on a narrow and a wide screen, light and dark.
func TestPagesInABrowser(t *testing.T) {
	out := filepath.Join(t.TempDir(), "site")
	if _, err := publish.Site(context.Background(), open(t, newFixture(t)), "small", out, publish.Options{}); err != nil {
		t.Fatal(err)
	}
	b := browser.Open(t)
	for _, width := range []int{360, 1600} {
		p := b.Page(width, 900)
		p.DisableJavaScript(true)
		p.SetDark(width == 360)
		check(t, p, out)
	}
}

func check(t *testing.T, p *browser.Page, out string) {
	t.Helper()
	err := filepath.WalkDir(out, func(path string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".html" {
			return err
		}
		name, _ := filepath.Rel(out, path)
		p.Goto("file://" + path)
		for _, v := range p.Axe() {
			t.Errorf("%s: %s", name, v)
		}
		var over int
		p.Eval("document.documentElement.scrollWidth - document.documentElement.clientWidth", &over)
		if over > 0 {
			t.Errorf("%s is %d pixels wider than the screen", name, over)
		}
		for _, c := range p.Console() {
			t.Errorf("%s: %s", name, c)
		}
		for _, r := range p.Requests() {
			if !strings.HasPrefix(r, "file://"+out+"/") {
				t.Errorf("%s asks for %s", name, r)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
