package publish_test

import (
	"context"
	"encoding/base64"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"html"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"throughline/internal/document"
	"throughline/internal/fault"
	"throughline/internal/publish"
	"throughline/internal/store"
	"throughline/internal/study"
	"throughline/internal/synthesis"
	"throughline/internal/thread"
)

func TestSameStudyGivesSameBytes(t *testing.T) {
	a, ra := build(t, open(t, newFixture(t)), publish.Options{})
	f := newFixture(t)
	slices.Reverse(f.b.Objects)
	b, rb := build(t, open(t, f), publish.Options{})
	if len(a) != len(b) || ra.Files != rb.Files || ra.Pages != rb.Pages {
		t.Fatalf("%d and %d files", len(a), len(b))
	}
	for name := range a {
		if a[name] != b[name] {
			t.Errorf("%s differs between two builds", name)
		}
	}
	if ra.Files != len(a)-1 { // without the marker
		t.Errorf("report says %d files, folder has %d", ra.Files, len(a)-1)
	}
}

var (
	attribute = regexp.MustCompile(`\s(href|src|action|srcset|poster|data)="([^"]*)"`)
	anchor    = regexp.MustCompile(`\sid="([^"]*)"`)
)

func TestEveryLocalLinkResolves(t *testing.T) {
	for _, address := range []string{"", "https://example.org/s/"} {
		files, _ := build(t, open(t, newFixture(t)), publish.Options{Address: address})
		links := 0
		for name, body := range files {
			if !strings.HasSuffix(name, ".html") {
				continue
			}
			seen := map[string]bool{}
			for _, m := range anchor.FindAllStringSubmatch(body, -1) {
				if seen[m[1]] {
					t.Errorf("%s: id %q stands twice", name, m[1])
				}
				seen[m[1]] = true
			}
			for _, m := range attribute.FindAllStringSubmatch(body, -1) {
				target := html.UnescapeString(m[2])
				u, err := url.Parse(target)
				if err != nil {
					t.Errorf("%s: %s: %v", name, target, err)
					continue
				}
				if u.Scheme != "" || u.Host != "" {
					if m[1] != "href" || u.Scheme != "https" && u.Scheme != "http" {
						t.Errorf("%s: asks for %s", name, target)
					}
					continue
				}
				links++
				to := name
				if u.Path != "" {
					to = path.Join(path.Dir(name), u.Path)
				}
				page, ok := files[to]
				if !ok {
					t.Errorf("%s: %s leads nowhere", name, target)
				} else if u.Fragment != "" && !strings.Contains(page, ` id="`+html.EscapeString(u.Fragment)+`"`) {
					t.Errorf("%s: %s has no such place", name, target)
				}
			}
		}
		if links < 100 {
			t.Errorf("only %d links were followed", links)
		}
	}
}

// Every page is reached from the first one.
func TestEveryPageIsReached(t *testing.T) {
	files, r := build(t, open(t, newFixture(t)), publish.Options{})
	seen := map[string]bool{}
	var walk func(string)
	walk = func(name string) {
		if seen[name] {
			return
		}
		seen[name] = true
		for _, m := range attribute.FindAllStringSubmatch(files[name], -1) {
			if u, err := url.Parse(html.UnescapeString(m[2])); err == nil && u.Host == "" && u.Path != "" && strings.HasSuffix(u.Path, ".html") {
				walk(path.Join(path.Dir(name), u.Path))
			}
		}
	}
	walk("index.html")
	if len(seen) != r.Pages {
		t.Errorf("%d pages reached of %d", len(seen), r.Pages)
	}
	for name := range files {
		if strings.HasSuffix(name, ".html") && !seen[name] {
			t.Errorf("%s is reached from nowhere", name)
		}
	}
}

func TestEveryStatementPageReachesEvidence(t *testing.T) {
	files, _ := build(t, open(t, newFixture(t)), publish.Options{})
	n := 0
	for name, body := range files {
		folder := path.Dir(name)
		if !strings.HasSuffix(name, ".html") || path.Base(name) == "index.html" || folder != "recommendations" && folder != "lessons" && folder != "findings" && folder != "analyses" {
			continue
		}
		n++
		if !strings.Contains(body, "<blockquote") && !strings.Contains(body, "sealed citation") {
			t.Errorf("%s reaches no quote and no sealed citation", name)
		}
		if !strings.Contains(body, "Speaks against") {
			t.Errorf("%s does not show what speaks against it", name)
		}
	}
	if n != 5 {
		t.Errorf("%d pages of statements, want 5", n)
	}
}

func TestQuotesAndSealedCitations(t *testing.T) {
	files, r := build(t, open(t, newFixture(t)), publish.Options{})
	page := files["recommendations/train.html"]
	seal := document.SealOf(sealKey, "seg-int-arm-a2-1", canaries["sealed words"])
	for _, want := range []string{openTold, quotable, arabic, `lang="ar" dir="rtl"`, "interview with an activist, Armenia", "interview with a government official, Armenia", seal.Commitment,
		"s-" + seal.Commitment[:12], "composed for demonstration", "written by us", "../method.html#sealed", "https://doi.org/10.1234/abc", "../sources.html#ref-a"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page of the recommendation does not show %q", want)
		}
	}
	if !document.Opens(seal.Commitment, seal.Salt, canaries["sealed words"]) {
		t.Error("the published commitment does not open")
	}
	if r.Draft || r.Edition != "edition-2026-1" || r.Stale != 0 || r.Open != 0 {
		t.Errorf("report %+v", r)
	}
}

func TestWithheld(t *testing.T) {
	_, r := build(t, open(t, newFixture(t)), publish.Options{})
	var got []string
	for _, w := range r.Withheld {
		got = append(got, string(w.ID))
		if w.Reason == "" || w.Label == "" || w.Kind != w.ID.Kind() {
			t.Errorf("%+v", w)
		}
	}
	want := []string{"answer-2", "lesson-confidence", "recom-hidden", "score-other.won", "take-confidence"}
	if !slices.Equal(got, want) {
		t.Errorf("withheld %v, want %v", got, want)
	}
	if len(r.Omitted) != 1 || r.Omitted[0].ID != "seg-int-arm-a4-1" {
		t.Errorf("omitted %+v", r.Omitted)
	}
}

// leaks lists the forms in which a text may stand in a file.
func leaks(s string) []string {
	forms := []string{s, html.EscapeString(s), url.QueryEscape(s), url.PathEscape(s), hex.EncodeToString([]byte(s)), strings.ToUpper(hex.EncodeToString([]byte(s)))}
	j, _ := json.Marshal(s)
	forms = append(forms, strings.Trim(string(j), `"`))
	for shift := range 3 { // where the text stands in what was encoded shifts its base64
		e := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", shift) + s))
		e = e[(shift*8+5)/6 : len(e)-4]
		if len(e) > 8 {
			forms = append(forms, e, strings.NewReplacer("+", "-", "/", "_").Replace(e))
		}
	}
	if i := strings.Index(s, "CANARY"); i > 0 {
		forms = append(forms, s[:i+6])
	}
	return forms
}

func TestNothingProtectedIsPublished(t *testing.T) {
	for _, opt := range []publish.Options{{}, {Address: "https://example.org/s/"}} {
		files, _ := build(t, open(t, newFixture(t)), opt)
		for what, secret := range canaries {
			for _, form := range leaks(secret) {
				for name, body := range files {
					if strings.Contains(body, form) || strings.Contains(name, form) {
						t.Errorf("%s shows %s as %q", name, what, form)
					}
				}
			}
		}
		for name, body := range files {
			if strings.Contains(name, "arm-a") || strings.Contains(body, "seg-int-") {
				t.Errorf("%s: tells an interview", name)
			}
		}
	}
}

// A text that people wrote may carry what it must not; then nothing is published, and the message names the place.
func TestLeakInWrittenTextIsRefused(t *testing.T) {
	tests := map[string]struct {
		text, want string
	}{
		"id of an informant":          {"As inf-arm-a3 told us.", "informant"},
		"code of an informant":        {"As ARM-A3 told us.", "code"},
		"id of an interview":          {"See int-arm-a2, twice.", "interview"},
		"id of a passage":             {"See seg-int-arm-a2-1.", "passage"},
		"handle":                      {"Scored by coder-7k.", "handle"},
		"sealed words":                {"One said that " + canaries["sealed words"] + ".", "take-peace"},
		"sealed words, differently":   {"“" + strings.ToUpper(strings.ReplaceAll(canaries["sealed words"], " ", "  ")) + "”", "take-peace"},
		"words outside any passage":   {"He said: " + longTail, "take-peace"},
		"salt":                        {"Salt " + canaries["salt of the sealed passage"], "salt"},
		"seal key":                    {"Key " + sealKey, "key"},
		"words of a withdrawn person": {canaries["withdrawn words"], "take-peace"},
		"a person of a coalition":     {"Led by personcanary, Anahit herself.", "take-peace"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			for i, x := range f.b.Texts {
				if x.Document == "doc-int-arm-a2" {
					f.b.Texts[i].Body += longTail + "\n"
					for _, o := range f.b.Objects {
						if d, ok := o.(document.Document); ok && d.ID == x.Document {
							d.SHA256 = thread.Content([]byte(f.b.Texts[i].Body))
							f.replace(d)
							break
						}
					}
				}
			}
			f.replace(synthesis.Takeaway{ID: "take-peace", Case: "case-armenia", Direction: "success", Title: "Nobody threw a stone", Text: tt.text, Supports: ids("seg-open-1")})
			s := open(t, f)
			out := filepath.Join(t.TempDir(), "site")
			_, err := publish.Site(context.Background(), s, "small", out, publish.Options{})
			if fault.Of(err) != fault.Invalid || !strings.Contains(fault.Message(err), tt.want) {
				t.Errorf("got %v (%s)", err, fault.Message(err))
			}
			if err != nil && (strings.Contains(fault.Message(err), "CANARY") || strings.Contains(fault.Message(err), sealKey)) {
				t.Errorf("the message tells what it keeps back: %s", fault.Message(err))
			}
			if _, err := os.Stat(out); err == nil {
				t.Error("something was written")
			}
		})
	}
}

const longTail = "And then, when the lights went out along the whole of the avenue, we carried the boxes down through the kitchen and nobody asked us a single question about them until the morning."

func TestHostileTextIsOnlyText(t *testing.T) {
	files, _ := build(t, open(t, newFixture(t)), publish.Options{Address: "https://example.org/s/"})
	for name, body := range files {
		switch path.Ext(name) {
		case ".html":
			low := strings.ToLower(body)
			for _, bad := range []string{"<script", "<img", "<style", " style=", "javascript:", "<iframe", "<svg onload", "http-equiv=\"refresh\"", "zgotmplz"} {
				if strings.Contains(low, bad) {
					t.Errorf("%s holds %q", name, bad)
				}
			}
			if regexp.MustCompile(`<[^>]*\son[a-z]+=`).MatchString(regexp.MustCompile(`"[^"]*"`).ReplaceAllString(body, `""`)) {
				t.Errorf("%s holds an event handler", name)
			}
		case ".json", ".jsonld":
			if !json.Valid([]byte(body)) {
				t.Errorf("%s is no JSON", name)
			}
		}
	}
	if !strings.Contains(files["recommendations/train.html"], html.EscapeString("<script>")) {
		t.Error("the hostile text is gone instead of shown")
	}
}

func TestTables(t *testing.T) {
	files, _ := build(t, open(t, newFixture(t)), publish.Options{})
	for name, body := range files {
		if path.Ext(name) != ".csv" {
			continue
		}
		rows, err := csv.NewReader(strings.NewReader(body)).ReadAll()
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if len(rows) < 2 {
			t.Errorf("%s has no rows", name)
		}
		for _, r := range rows {
			for _, c := range r {
				if c != "" && strings.ContainsAny(c[:1], "=+-@\t\r") {
					t.Errorf("%s: a spreadsheet would run %q", name, c)
				}
			}
		}
	}
	for _, want := range []string{"'=HYPERLINK"} {
		if !strings.Contains(files["downloads/lessons.csv"], want) {
			t.Errorf("lessons.csv has no %s", want)
		}
	}
	if !strings.Contains(files["downloads/scores.csv"], "'-1 stones") || !strings.Contains(files["downloads/scores.csv"], ",full,1,") {
		t.Errorf("scores.csv:\n%s", files["downloads/scores.csv"])
	}
	if e := files["downloads/evidence.csv"]; !strings.Contains(e, quotable) || !strings.Contains(e, document.SealOf(sealKey, "seg-int-arm-a2-1", canaries["sealed words"]).Commitment) {
		t.Errorf("evidence.csv:\n%s", e)
	}
}

func TestFeed(t *testing.T) {
	for _, address := range []string{"", "https://example.org/s"} {
		files, _ := build(t, open(t, newFixture(t)), publish.Options{Address: address})
		var feed struct {
			XMLName xml.Name `xml:"http://www.w3.org/2005/Atom feed"`
			ID      string   `xml:"id"`
			Updated string   `xml:"updated"`
			Entries []struct {
				ID      string `xml:"id"`
				Updated string `xml:"updated"`
				Link    struct {
					Href string `xml:"href,attr"`
				} `xml:"link"`
			} `xml:"entry"`
		}
		d := xml.NewDecoder(strings.NewReader(files["feed.xml"]))
		if err := d.Decode(&feed); err != nil {
			t.Fatal(err)
		}
		if feed.Updated != "2026-03-31T00:00:00Z" || len(feed.Entries) != 4 {
			t.Errorf("updated %s, %d entries", feed.Updated, len(feed.Entries))
		}
		seen := map[string]bool{feed.ID: true}
		for _, e := range feed.Entries {
			if !regexp.MustCompile(`^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`).MatchString(e.ID) || seen[e.ID] {
				t.Errorf("id %s", e.ID)
			}
			seen[e.ID] = true
			name, ok := e.Link.Href, true
			if address != "" {
				name, ok = strings.CutPrefix(name, "https://example.org/s/")
			}
			if _, exists := files[name]; !exists || !ok {
				t.Errorf("entry leads to %s", e.Link.Href)
			}
		}
		_, has := files["sitemap.xml"]
		if has != (address != "") {
			t.Errorf("sitemap with address %q: %v", address, has)
		}
	}
}

func TestLinkedData(t *testing.T) {
	files, _ := build(t, open(t, newFixture(t)), publish.Options{})
	for name, want := range map[string]string{"index.jsonld": "Report", "cases/armenia.jsonld": "ScholarlyArticle", "lessons/peace.jsonld": "Claim", "recommendations/train.jsonld": "Claim"} {
		var ld struct {
			Context  string `json:"@context"`
			Type     string `json:"@type"`
			BasedOn  []any  `json:"isBasedOn"`
			Citation []any  `json:"citation"`
			Modified string `json:"dateModified"`
		}
		if err := json.Unmarshal([]byte(files[name]), &ld); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if ld.Context != "https://schema.org" || ld.Type != want || ld.Modified != "2026-03-31" || len(ld.Citation) == 0 || want == "Claim" && len(ld.BasedOn) == 0 {
			t.Errorf("%s: %+v", name, ld)
		}
	}
}

func TestDraftWhenChangedSinceTheEdition(t *testing.T) {
	s := open(t, newFixture(t))
	ctx := context.Background()
	it, err := store.Get[synthesis.Score](ctx, s, "small", "score-armenia.won")
	if err != nil {
		t.Fatal(err)
	}
	it.Object.Justification = "He resigned in the end."
	if err := s.Write(ctx, "lead", func(x *store.Tx) error { return x.Put("small", it.Object, it.Version) }); err != nil {
		t.Fatal(err)
	}
	files, r := build(t, s, publish.Options{})
	if !r.Draft || r.Stale == 0 {
		t.Errorf("report %+v", r)
	}
	for name, body := range files {
		if strings.HasSuffix(name, ".html") && (!strings.Contains(body, "DRAFT") || !strings.Contains(body, "changed since the edition of 31 March 2026")) {
			t.Errorf("%s is not marked as a draft", name)
		}
	}
	for _, name := range []string{"analyses/crisp.html", "findings/peace.html", "lessons/peace.html", "recommendations/train.html", "answers.html"} {
		if !strings.Contains(files[name], "Being re-examined: what it rests on changed") {
			t.Errorf("%s does not say that it is being re-examined", name)
		}
	}
	for _, name := range []string{"index.html", "findings/index.html", "lessons/index.html", "recommendations/index.html"} {
		if !strings.Contains(files[name], "being re-examined") {
			t.Errorf("%s lists what is stale as settled", name)
		}
	}
	if strings.Contains(files["findings/peace.html"], "no person has confirmed") {
		t.Error("a confirmed statement is shown as unconfirmed")
	}

	// A new edition with the fingerprint of now settles it.
	state, err := s.State(ctx, "small")
	if err != nil {
		t.Fatal(err)
	}
	e := study.Edition{ID: "edition-2026-2", On: "2026-05-01", SignedBy: "lead", Note: "Second edition.", State: state}
	if err := s.Write(ctx, "lead", func(x *store.Tx) error { return x.Put("small", e, 0) }); err != nil {
		t.Fatal(err)
	}
	files, r = build(t, s, publish.Options{})
	if r.Draft || r.Edition != e.ID || strings.Contains(files["index.html"], "DRAFT") {
		t.Errorf("report %+v", r)
	}
	e2 := e
	e2.ID, e2.State = "edition-2026-3", strings.Repeat("0", 64)
	if err := s.Write(ctx, "lead", func(x *store.Tx) error { return x.Put("small", e2, 0) }); err != nil {
		t.Fatal(err)
	}
	if _, r = build(t, s, publish.Options{}); !r.Draft {
		t.Error("an edition of another state is no draft")
	}
}

func TestNoEdition(t *testing.T) {
	f := newFixture(t)
	f.b.Objects = slices.DeleteFunc(f.b.Objects, func(o thread.Object) bool { return o.Ref().Kind() == thread.Edition })
	f.b.Confirmations = nil
	files, r := build(t, open(t, f), publish.Options{})
	if !r.Draft || r.Open == 0 || !strings.Contains(files["index.html"], "No edition of this study has been signed off yet.") {
		t.Errorf("report %+v", r)
	}
	if _, ok := files["feed.xml"]; ok || strings.Contains(files["index.html"], "feed.xml") {
		t.Error("a study without an edition has a feed")
	}
	if !strings.Contains(files["lessons/peace.html"], "no person has confirmed it against its evidence yet") {
		t.Error("an unconfirmed lesson looks settled")
	}
}

func TestEmptyStudy(t *testing.T) {
	f := &fixture{b: store.Bundle{Slug: "small", SealKey: sealKey}}
	f.put(study.Study{ID: "study", Slug: "small", Title: "Empty", Purpose: "p", Question: "q", RegionScheme: "r"}, study.Member{ID: "member-lead", Handle: "lead", Role: study.Lead})
	files, r := build(t, open(t, f), publish.Options{})
	if r.Pages != 9 || !r.Draft || files["index.html"] == "" {
		t.Errorf("%+v", r)
	}
}

func TestFolder(t *testing.T) {
	ctx := context.Background()
	s := open(t, newFixture(t))
	site := func(out string) error {
		_, err := publish.Site(ctx, s, "small", out, publish.Options{})
		return err
	}
	dir := t.TempDir()
	names := func() string {
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, e := range entries {
			out = append(out, e.Name())
		}
		return strings.Join(out, " ")
	}
	out := filepath.Join(dir, "site")
	if err := site(out); err != nil {
		t.Fatal(err)
	}
	if err := site(out); err != nil {
		t.Fatalf("again: %v", err)
	}
	if names() != "site" {
		t.Errorf("left behind: %s", names())
	}
	put := func(name string) string {
		p := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte("mine"), 0o644); err != nil {
			t.Fatal(err)
		}
		return p
	}
	refused := func(what, target, kept string) {
		t.Helper()
		if err := site(target); fault.Of(err) != fault.Conflict {
			t.Errorf("%s: %v", what, err)
		}
		if b, err := os.ReadFile(kept); err != nil || string(b) != "mine" {
			t.Errorf("%s: the file is gone", what)
		}
	}
	foreign := put("foreign/thesis.txt")
	refused("foreign folder", filepath.Join(dir, "foreign"), foreign)
	own := put("site/CNAME")
	refused("added file", out, own)
	os.Remove(own)
	deep := put("site/.git/HEAD")
	refused("added folder", out, deep)
	os.RemoveAll(filepath.Dir(deep))
	plain := put("plain")
	refused("plain file", plain, plain)
	if err := os.Mkdir(filepath.Join(dir, "empty"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := site(filepath.Join(dir, "empty")); err != nil {
		t.Errorf("empty folder: %v", err)
	}
	if err := os.Symlink(out, filepath.Join(dir, "way")); err != nil {
		t.Fatal(err)
	}
	if err := site(filepath.Join(dir, "way")); err != nil {
		t.Errorf("by a symbolic link: %v", err)
	}
	if i, err := os.Lstat(filepath.Join(dir, "way")); err != nil || i.Mode()&os.ModeSymlink == 0 {
		t.Error("the symbolic link was replaced")
	}

	// What a killed build left is cleared, and a site that it had moved away comes back.
	before := read(t, out)
	if err := os.MkdirAll(filepath.Join(dir, ".site.throughline-1"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(out, filepath.Join(dir, ".site.throughline-1", "old")); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(dir, ".site.throughline-2", "site"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := site(out); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(names(), "throughline-") || len(read(t, out)) != len(before) {
		t.Errorf("left behind: %s", names())
	}

	// Stopped half-way: the old site stands.
	stopped, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := publish.Site(stopped, s, "small", out, publish.Options{}); err == nil {
		t.Error("a stopped build says it is done")
	}
	if len(read(t, out)) != len(before) || strings.Contains(names(), "throughline-") {
		t.Error("a stopped build changed the folder")
	}
}

func TestWrongUse(t *testing.T) {
	s := open(t, newFixture(t))
	ctx := context.Background()
	for _, a := range []string{"example.org", "ftp://example.org/", "javascript:alert(1)", "https://u:p@example.org/", "https://example.org/?q=1"} {
		if _, err := publish.Site(ctx, s, "small", filepath.Join(t.TempDir(), "x"), publish.Options{Address: a}); fault.Of(err) != fault.Usage {
			t.Errorf("%s: %v", a, err)
		}
	}
	if _, err := publish.Site(ctx, s, "none", filepath.Join(t.TempDir(), "x"), publish.Options{}); fault.Of(err) != fault.NotFound {
		t.Errorf("unknown study: %v", err)
	}
	if _, err := publish.Site(ctx, s, "small", "", publish.Options{}); fault.Of(err) != fault.Usage {
		t.Errorf("no folder: %v", err)
	}
}

// A page's structure: one first heading, no level left out, landmarks, a caption for every table, a scope for every header.
func TestStructure(t *testing.T) {
	files, _ := build(t, open(t, newFixture(t)), publish.Options{})
	heading := regexp.MustCompile(`<h([1-6])`)
	for name, body := range files {
		if !strings.HasSuffix(name, ".html") {
			continue
		}
		level := byte('0')
		for _, m := range heading.FindAllStringSubmatch(body, -1) {
			if m[1][0] > level+1 {
				t.Errorf("%s: h%s after h%c", name, m[1], level)
			}
			level = m[1][0]
		}
		if strings.Count(body, "<h1") != 1 || !strings.Contains(body, `<html lang="en"`) || !strings.Contains(body, `class="skip" href="#main"`) || strings.Count(body, "<main ") != 1 ||
			strings.Count(body, "<table") != strings.Count(body, "<caption>") || regexp.MustCompile(`<th[> ]`).MatchString(strings.NewReplacer(`<th scope="col"`, "", `<th scope="row"`, "").Replace(body)) {
			t.Errorf("%s: structure", name)
		}
		if !strings.Contains(body, "illustration, not findings") {
			t.Errorf("%s does not carry the notice", name)
		}
		for _, tag := range []string{"ul", "ol", "details", "section", "article", "div", "table", "p", "li", "dl", "blockquote"} {
			open := len(regexp.MustCompile(`<`+tag+`[ >]`).FindAllString(body, -1))
			if closed := strings.Count(body, "</"+tag+">"); open != closed {
				t.Errorf("%s: %d <%s>, %d closed", name, open, tag, closed)
			}
		}
	}
	if i, j := strings.Index(files["cases/armenia.html"], "The square fills"), strings.Index(files["cases/armenia.html"], "He resigns"); i < 0 || j < i {
		t.Error("the events are out of order")
	}
	if css := files["site.css"]; strings.Contains(css, "url(") || strings.Contains(css, "@import") {
		t.Error("the style asks for something outside")
	}
}

// Levels are told as levels, on every page and in the tables, and each calibration in words.
func TestLevelsAndCalibrations(t *testing.T) {
	f := newFixture(t)
	condition := func(id thread.ID, letter string, k synthesis.Calibration) synthesis.Condition {
		k.Reason = "as told"
		return synthesis.Condition{ID: id, Letter: letter, Name: "By " + letter, Define: "d", Calibration: k}
	}
	f.put(condition("cond-size", "SIZE", synthesis.Calibration{Method: "levels", Thresholds: []float64{10, 20}}),
		condition("cond-bell", "BELL", synthesis.Calibration{Method: "bell", Low: &synthesis.Anchors{Out: 1, Crossover: 2, In: 3}, High: &synthesis.Anchors{Out: 9, Crossover: 8, In: 7}}),
		condition("cond-indirect", "INDI", synthesis.Calibration{Method: "indirect", Thresholds: []float64{4, 6}}),
		condition("cond-tfr", "TFR", synthesis.Calibration{Method: "tfr"}))
	for i, c := range []thread.ID{"case-armenia", "case-other"} {
		for _, x := range []thread.ID{"cond-size", "cond-tfr"} {
			f.put(synthesis.Score{Case: c, Condition: x, Raw: []string{"25", "5"}[i], Justification: "j", Supports: ids("seg-open-1")})
		}
	}
	conditions, scores := conditionsAndScores(f)
	a, err := synthesis.Analysis{ID: "ana-levels", Title: "With levels", Mode: "multi-value", Outcome: "cond-won", Conditions: ids("cond-size"), Cases: ids("case-armenia", "case-other"), Frequency: 1, Consistency: 0.8}.
		Run(context.Background(), conditions, scores)
	if err != nil {
		t.Fatal(err)
	}
	f.put(a)
	f.confirmAll()
	files, _ := build(t, open(t, f), publish.Options{})
	all := strings.Builder{}
	for name, body := range files {
		if strings.HasSuffix(name, ".html") {
			all.WriteString(body)
		}
	}
	for _, want := range []string{"From 20 on it is at level 2.", "Upper side: fully out at 9", "thresholds 4 and 6 part the cases", "Totally fuzzy and relative", "Value: 25; level 2.", "[level 2]", "“By SIZE” at level 2", "<td>level 0</td>", "Value: 25; set membership 1."} {
		if !strings.Contains(all.String(), want) {
			t.Errorf("no page says %q", want)
		}
	}
	if s := files["downloads/scores.csv"]; !strings.Contains(s, ",25,,2,") || !strings.Contains(s, ",25,1,,") {
		t.Errorf("scores.csv:\n%s", s)
	}
}
