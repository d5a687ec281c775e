package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	"throughline/internal/look"
	"throughline/internal/study"
	"throughline/internal/thread"
)

//go:embed templates/*.html
var templateFiles embed.FS

//go:embed assets
var assetFiles embed.FS

// page is what a template shows: a struct of its own, with nothing in it that may not be seen.
type page interface {
	template() string // name of the file in templates, without .html
}

// scripted is a page that is quicker with a script. It works without.
type scripted interface {
	scripts() []string // assets that the page loads as modules
}

// sheet is what the layout shows around a page.
type sheet struct {
	Title   string
	Study   string // title of the study; empty outside one
	Home    string // address of the study
	Notice  string // such as "illustration, not findings"
	Nav     []navItem
	Crumbs  []link
	Account string // who is signed in; empty: nobody
	Role    string // in the study, in words
	Scripts []string
	Body    page
}

type navItem struct {
	Text    string
	Href    string
	Current bool
}

// templates are the parsed pages by name, each with the layout and the shared parts (files that begin with "_").
type templates map[string]*template.Template

func parseTemplates(a assets, pages []page) (templates, error) {
	funcs := template.FuncMap{
		"asset":   a.href,
		"when":    when,
		"day":     day,
		"word":    func(k thread.Kind) string { return k.Word() },
		"states":  stateWord,
		"short":   short,
		"place":   func(i int) int { return i + 1 },                                     // as people count
		"factors": func(formula string) []string { return strings.Split(formula, "*") }, // where a long one may be broken
	}
	files, err := fs.Glob(templateFiles, "templates/*.html")
	if err != nil {
		return nil, err
	}
	shared := template.New("").Funcs(funcs).Option("missingkey=error")
	own := map[string]bool{}
	for _, f := range files {
		name := strings.TrimSuffix(path.Base(f), ".html")
		if !strings.HasPrefix(name, "_") {
			own[name] = true
			continue
		}
		if _, err := shared.ParseFS(templateFiles, f); err != nil {
			return nil, fmt.Errorf("parse template: %w", err)
		}
	}
	out := templates{}
	for _, p := range append(pages, errorPage{}, formPage{}) {
		name := p.template()
		if !own[name] {
			return nil, fmt.Errorf("page %T has no template %s.html", p, name)
		}
		if out[name] != nil {
			continue
		}
		t, err := shared.Clone()
		if err == nil {
			_, err = t.ParseFS(templateFiles, "templates/"+name+".html")
		}
		if err != nil {
			return nil, fmt.Errorf("parse template: %w", err)
		}
		if t.Lookup("main") == nil || t.Lookup("_layout.html") == nil {
			return nil, fmt.Errorf("template %s.html defines no \"main\"", name)
		}
		out[name] = t
	}
	for name := range own {
		if out[name] == nil {
			return nil, fmt.Errorf("template %s.html belongs to no page", name)
		}
	}
	return out, nil
}

// render answers with a page.
func (v *visit) render(title string, p page) error {
	sh := sheet{Title: title, Account: v.Account.Name, Body: p}
	if x, ok := p.(scripted); ok {
		sh.Scripts = x.scripts()
	}
	if v.Study != "" {
		sh.Study, sh.Notice, sh.Role = v.Frame.Title, v.Frame.Notice, roleWord(v.Member.Role)
		sh.Crumbs = []link{{"Studies", "/"}}
		if v.may(study.Browse, "") {
			sh.Home = v.at()
			if v.R.URL.Path != sh.Home {
				sh.Crumbs = append(sh.Crumbs, link{v.Frame.Title, sh.Home})
			}
		}
		sh.Crumbs = append(sh.Crumbs, v.crumbs...)
		for _, rt := range v.s.routes {
			if rt.Nav == "" || !v.Member.May(rt.Policy.Action, "") {
				continue
			}
			href := rt.path(v.Study)
			sh.Nav = append(sh.Nav, navItem{rt.Nav, href, rt.Pattern == v.route.Pattern})
		}
	} else if v.Account.Name != "" && v.R.URL.Path != "/" {
		sh.Crumbs = append([]link{{"Studies", "/"}}, v.crumbs...)
	}
	b, err := v.s.pages.execute(sh)
	if err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if v.status == 0 {
		v.status = http.StatusOK
	}
	v.w.WriteHeader(v.status)
	_, _ = v.w.Write(b) // a visitor who hangs up is no fault of ours
	return nil
}

func (ts templates) execute(sh sheet) ([]byte, error) {
	name := sh.Body.template()
	t := ts[name]
	if t == nil {
		return nil, fmt.Errorf("render: page %T is not among the pages of a section", sh.Body)
	}
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, "_layout.html", sh); err != nil {
		return nil, fmt.Errorf("render %s: %w", name, err)
	}
	return b.Bytes(), nil
}

// assets are the files that pages use, each under a name that changes with its content.
type assets struct {
	names map[string]string // "app.css" -> "app.3f2a….css"
	files map[string]asset  // by that name
}

type asset struct {
	kind string
	body []byte
}

func loadAssets() (assets, error) {
	a := assets{names: map[string]string{}, files: map[string]asset{}}
	add := func(name string, body []byte) error {
		kind, ok := map[string]string{".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}[path.Ext(name)]
		if !ok {
			return fmt.Errorf("asset %s is of no known type", name)
		}
		sum := sha256.Sum256(body)
		hashed := strings.TrimSuffix(name, path.Ext(name)) + "." + hex.EncodeToString(sum[:6]) + path.Ext(name)
		a.names[name], a.files[hashed] = hashed, asset{kind, body}
		return nil
	}
	if err := add("tokens.css", []byte(look.Tokens)); err != nil {
		return a, err
	}
	entries, err := assetFiles.ReadDir("assets")
	if err != nil {
		return a, err
	}
	for _, e := range entries {
		body, err := assetFiles.ReadFile("assets/" + e.Name())
		if err != nil {
			return a, err
		}
		if err := add(e.Name(), body); err != nil {
			return a, err
		}
	}
	return a, nil
}

// href is the address of an asset, for templates.
func (a assets) href(name string) (string, error) {
	h, ok := a.names[name]
	if !ok {
		return "", fmt.Errorf("there is no asset %q", name)
	}
	return "/assets/" + h, nil
}

func (a assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("file")
	f, ok := a.files[name]
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", f.kind)
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	w.Header().Set("ETag", `"`+name+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(f.body))
}

// when is a stored time as people read it; day its date alone.
func when(at string) string {
	t, err := time.Parse(time.RFC3339Nano, at)
	if err != nil {
		return at
	}
	return t.UTC().Format("2 January 2006, 15:04") + " UTC"
}

func day(at string) string {
	for _, layout := range []string{time.RFC3339Nano, time.DateOnly} {
		if t, err := time.Parse(layout, at); err == nil {
			return t.UTC().Format("2 January 2006")
		}
	}
	return at
}

// stateWord is how a statement stands, in words.
func stateWord(state string) string {
	switch state {
	case thread.Standing:
		return "confirmed"
	case thread.Stale:
		return "stale: something below changed"
	case thread.Unconfirmed:
		return "not confirmed yet"
	}
	return ""
}

// short is the beginning of a fingerprint.
func short(s string) string {
	if len(s) > 12 {
		return s[:12] + "…"
	}
	return s
}

func queryEscape(s string) string { return url.QueryEscape(s) }
