package web

import (
	"context"
	"io/fs"
	"log/slog"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"throughline/examples"
	"throughline/internal/archive"
	"throughline/internal/browser"
	"throughline/internal/chain"
	"throughline/internal/store"
	"throughline/internal/study"
	"throughline/internal/synthesis"
	"throughline/internal/thread"
)

const example = "kleptocracy"

// exampleSite is a workspace with the bundled example, and an account for each of its members.
func exampleSite(t *testing.T) *site {
	t.Helper()
	ctx := context.Background()
	folder, err := fs.Sub(examples.Kleptocracy, example)
	if err != nil {
		t.Fatal(err)
	}
	b, err := archive.ReadFS(folder, "the example")
	if err != nil {
		t.Fatal(err)
	}
	c := &clock{}
	st, err := store.Open(ctx, store.Config{Database: filepath.Join(t.TempDir(), "t.db"), Key: []byte(strings.Repeat("k", 32)), Clock: c.now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	keep, err := archive.TakeFiles(ctx, st, b, folder)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := st.Import(ctx, "import", b, false, nil); err != nil {
		t.Fatal(err)
	}
	if err := keep(ctx); err != nil {
		t.Fatal(err)
	}
	for _, step := range chain.Steps {
		if _, err := step.Run(ctx, st, example); err != nil {
			t.Fatal(err)
		}
	}
	members, err := store.All[study.Member](ctx, st, example, store.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	err = st.Write(ctx, "test", func(tx *store.Tx) error {
		for _, m := range members {
			if err := tx.PutAccount(store.Account{Name: m.Object.Handle, Operator: m.Object.Handle == "lead", Secret: secret(t)}, true); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	srv, err := newServer(Config{Store: st, Log: slog.New(slog.DiscardHandler), Clock: c.now}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return &site{t: t, st: st, srv: srv, clock: c}
}

// walk follows the links from the portfolio as somebody would, and gives for each page of the workspace the first few
// addresses that lead to it.
func walk(s *site, who string, few int) map[string][]string {
	s.t.Helper()
	b := s.as(who)
	found := map[string][]string{}
	queue, known := []string{"/"}, map[string]bool{}
	links := regexp.MustCompile(`<(?:a [^>]*href|(?:img|audio|video) [^>]*src)="([^"#]*)[^"]*"`)
	for len(queue) > 0 {
		path := queue[0]
		queue = queue[1:]
		_, pattern := s.srv.mux.Handler(httptest.NewRequest("GET", path, nil))
		if known[path] || len(found[pattern]) >= few || !strings.HasPrefix(pattern, "GET ") {
			continue
		}
		known[path] = true
		found[pattern] = append(found[pattern], path)
		r := b.get(path)
		if r.Code != 200 {
			s.t.Errorf("%s, which a page links to, answers %s with %d", path, who, r.Code)
			continue
		}
		for _, m := range links.FindAllStringSubmatch(r.Body.String(), -1) {
			href := strings.ReplaceAll(m[1], "&amp;", "&")
			u, err := url.Parse(href)
			if err != nil || u.IsAbs() || href == "" {
				continue
			}
			base, _ := url.Parse(path)
			queue = append(queue, base.ResolveReference(u).RequestURI())
		}
	}
	return found
}

// TestEveryPageIsReached finds every page of the workspace by following links alone.
func TestEveryPageIsReached(t *testing.T) {
	t.Parallel()
	s := exampleSite(t)
	// Where all is answered and scored there is nothing to begin.
	err := s.st.Write(context.Background(), "lead", func(tx *store.Tx) error {
		answers, err := store.All[synthesis.Answer](context.Background(), tx, example, store.Filter{})
		if err != nil {
			return err
		}
		if err := tx.Drop(example, answers[0].Node.ID, store.Any); err != nil {
			return err
		}
		return tx.Put(example, synthesis.Condition{ID: "cond-size", Letter: "SIZE", Name: "Size", Define: "Large turnout",
			Calibration: synthesis.Calibration{Method: "crisp", Reason: "seen", Threshold: 1000}}, 0)
	})
	if err != nil {
		t.Fatal(err)
	}
	s.as("lead").upload("/s/"+example+"/literature/import", map[string]string{"source": "A file", "on": "2026-11-25", "route": "database"}, map[string]string{"one.ris": twoRIS})
	s.as("lead").upload("/s/"+example+"/documents/new", map[string]string{"title": "A file"}, map[string]string{"one.txt": "A text with words in it."})
	s.as("lead").upload("/s/"+example+"/documents/new", map[string]string{"title": "A tone"}, map[string]string{"tone.wav": string(tone(2))})
	t.Cleanup(s.srv.Close)
	found := walk(s, "lead", 3)
	for _, rt := range s.srv.Routes() {
		if strings.HasPrefix(rt.Pattern, "GET ") && rt.Pattern != "GET /sign-in" && !strings.HasSuffix(rt.Pattern, "/state") && // which the script of the reader asks
			len(found[rt.Pattern]) == 0 {
			t.Errorf("no link leads to %s", rt.Pattern)
		}
	}
	// Nobody is shown a link that then is refused.
	members, err := store.All[study.Member](context.Background(), s.st, example, store.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	roles := map[study.Role]bool{}
	for _, m := range members {
		if !roles[m.Object.Role] {
			roles[m.Object.Role] = true
			walk(s, m.Object.Handle, 4)
		}
	}
	if len(roles) < 6 {
		t.Errorf("the example has members of %d roles only", len(roles))
	}
}

// TestExampleLooks opens every page of the workspace on the example in a real browser, wide and light, narrow and dark:
// axe-core finds nothing, nothing runs off the side, nothing is asked of others, and the console stays silent.
// THROUGHLINE_TEST_PICTURES names a folder for screenshots.
func TestExampleLooks(t *testing.T) {
	s := exampleSite(t)
	var paths []string
	for _, found := range walk(s, "lead", 1) {
		paths = append(paths, found...)
	}
	// Documents in each script, and passages of them.
	for _, id := range []string{"doc-armenia-hy", "doc-int-tha-a1", "doc-lebanon-ar", "doc-armenia-chronicle/parts", "doc-int-bra-a2", "doc-int-bra-a2/parts"} {
		paths = append(paths, "/s/"+example+"/document/"+id)
	}
	// What only a form leads to.
	for _, q := range []string{"search?q=coalition+OR+พันธมิตร", "search?q=coalition&as=lines", "search?q=printed+OR+signatures", "coded?code=code-coalition&without=code-tactics", "matrix?by=code", "words?by=case&longer=5", "words?compare=case-armenia&language=en&longer=4", "words?language=th&longer=1"} {
		paths = append(paths, "/s/"+example+"/"+q)
	}
	paths = slices.DeleteFunc(paths, func(p string) bool {
		return strings.Contains(p, "/file/") || strings.Contains(p, "/picture") || regexp.MustCompile(`/literature/[a-z]+\.|/document/[^/]+/(original|play|page|part)\b`).MatchString(p)
	}) // no pages
	slices.Sort(paths)
	if len(paths) < 40 {
		t.Fatalf("only %d pages to look at: %v", len(paths), paths)
	}
	server := httptest.NewServer(s.srv)
	t.Cleanup(server.Close)
	b := browser.Open(t)
	for _, size := range []struct {
		name          string
		width, height int
		dark          bool
	}{{"wide", 1280, 900, false}, {"narrow", 360, 740, true}} {
		t.Run(size.name, func(t *testing.T) {
			t.Parallel()
			p := b.With(t).Page(size.width, size.height)
			p.SetDark(size.dark)
			signIn(p, server.URL, "lead")
			for _, path := range paths {
				if status := p.Goto(server.URL + path); status != 200 {
					t.Errorf("%s: %d", path, status)
				}
				looksRight(t, p, server.URL, path)
				if dir := os.Getenv("THROUGHLINE_TEST_PICTURES"); dir != "" {
					name := strings.Trim(regexp.MustCompile(`[^a-z0-9]+`).ReplaceAllString(strings.Replace(path, "/s/"+example, "/study", 1), "-"), "-")
					p.Screenshot(filepath.Join(dir, size.name+"-"+name+".png"), true)
				}
			}
		})
	}
}

// signIn signs somebody in, in a browser.
func signIn(p *browser.Page, address, who string) {
	p.Goto(address + "/sign-in")
	p.Fill("#f-name", who)
	p.Fill("#f-password", password)
	p.Load(func() { p.Press("Enter") })
}

// looksRight checks what every page must keep to.
func looksRight(t *testing.T, p *browser.Page, address, name string) {
	t.Helper()
	for _, v := range p.Axe() {
		t.Errorf("%s: %s", name, v)
	}
	var over int
	p.Eval("document.documentElement.scrollWidth - document.documentElement.clientWidth", &over)
	if over > 0 {
		var wide string
		p.Eval(`(() => { const w = document.documentElement.clientWidth; return [...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().right > w && !e.closest('.scroll')).slice(0, 3).map(e => e.tagName + '.' + e.className).join(' ') })()`, &wide)
		t.Errorf("%s runs off the side by %d pixels: %s", name, over, wide)
	}
	for _, r := range p.Requests() {
		if !strings.HasPrefix(r, address) {
			t.Errorf("%s asks for %s", name, r)
		}
	}
	if c := p.Console(); len(c) > 0 {
		t.Errorf("%s says to the console: %v", name, c)
	}
}

// TestUntouchedFormChangesNothing opens the form of one object of each kind in a browser without script, sends it as it
// stands, and finds the object as it was: no field loses or reshapes what it shows.
func TestUntouchedFormChangesNothing(t *testing.T) {
	s := exampleSite(t)
	whole, err := s.st.Bundle(context.Background(), example)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s.srv)
	t.Cleanup(server.Close)
	p := browser.Open(t).Page(1280, 900)
	p.DisableJavaScript(true)
	signIn(p, server.URL, "lead")
	forms := 0
	for _, rt := range s.srv.Routes() {
		if !strings.HasPrefix(rt.Pattern, "GET ") || !strings.HasSuffix(rt.Pattern, "/edit") {
			continue
		}
		var some []thread.Object // of each kind: the first and the last
		for _, o := range whole.Objects {
			if slices.Contains(rt.Policy.Kinds, o.Ref().Kind()) {
				some = append(some, o)
			}
		}
		if len(some) == 0 {
			t.Errorf("the example has nothing for %s", rt.Pattern)
			continue
		}
		for _, o := range slices.CompactFunc([]thread.Object{some[0], some[len(some)-1]}, func(a, b thread.Object) bool { return a.Ref() == b.Ref() }) {
			forms++
			_, path := address(rt.Pattern, example, o.Ref())
			p.Goto(server.URL + path)
			p.Load(func() { p.Click("main form button[type=submit]") })
			if strings.HasSuffix(p.URL(), "/edit") {
				t.Errorf("%s is not saved as it stands: %s", path, p.Text("main"))
				continue
			}
			it, err := store.Find(context.Background(), s.st, example, o.Ref())
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(it.Object, o) {
				t.Errorf("%s changed what nobody touched:\n%+v\n%+v", path, o, it.Object)
			}
		}
	}
	if forms < 15 {
		t.Errorf("only %d forms", forms)
	}
}
