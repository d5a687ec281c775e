package web

import (
	"bytes"
	"context"
	"flag"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/evanw/esbuild/pkg/api"
	"github.com/google/go-cmp/cmp"

	"throughline/internal/browser"
	"throughline/internal/coding"
	"throughline/internal/document"
	"throughline/internal/source"
	"throughline/internal/store"
	"throughline/internal/study"
	"throughline/internal/thread"
)

//go:generate go test -run ^TestIslandIsCurrent$ -update

var update = flag.Bool("update", false, "bundle the islands anew")

// TestIslandIsCurrent bundles the TypeScript, and compares with the bundles that are committed and served. esbuild is only
// here, so that the program does not carry it.
func TestIslandIsCurrent(t *testing.T) {
	for _, name := range []string{"coder", "codebook", "desk", "part", "play"} {
		out := "assets/" + name + ".js"
		built := api.Build(api.BuildOptions{
			EntryPoints: []string{"island/" + name + ".ts"}, Outfile: out, Bundle: true, Format: api.FormatESModule, Target: api.ES2022,
			MinifyWhitespace: true, MinifyIdentifiers: true, MinifySyntax: true, LineLimit: 200,
		})
		for _, m := range append(built.Errors, built.Warnings...) {
			t.Errorf("%+v: %s", m.Location, m.Text)
		}
		if t.Failed() {
			return
		}
		want := built.OutputFiles[0].Contents
		if *update {
			if err := os.WriteFile(out, want, 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if got, err := os.ReadFile(out); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is not what island/%s.ts gives (%v): run go generate ./internal/web", out, name, err)
		}
	}
}

// Texts in which code points, UTF-16 units and letters are three different things.
var codedTexts = map[string]string{
	"en": "\n\n🙂 We begin.\n\nThe coalition was broad. It held together, for a while.\nA second line.\n\n\nThe end came 👩‍👩‍👧 late. The end came again.",
	"ar": "🙂 مقدمة.\n\nقال الشاهد إنّ التحالف كان واسعًا. ثم خرج الناس إلى الشارع.\n\nالنهاية.",
	"th": "🙂 คำนำ\n\nกลุ่มพันธมิตรกว้างขวางมาก พวกเขาออกมาบนท้องถนนด้วยกัน\n\nจบ",
	"hy": "🙂 Ներածություն։\n\nԿոալիցիան լայն էր։ Մարդիկ դուրս եկան փողոց։\n\nՎերջ։",
}

// coded is a study with documents for coding.
func coded(s *site) {
	s.t.Helper()
	b := store.Bundle{Slug: "coded", SealKey: strings.Repeat("ef", 32), Objects: []thread.Object{
		study.Study{ID: "study", Slug: "coded", Title: "Study of coding", Purpose: "p", Question: "q?", RegionScheme: "UN", Languages: []string{"en", "ar", "th", "hy"}},
		study.Member{ID: "member-lead", Handle: "lead", Role: study.Lead}, study.Member{ID: "member-coder-a", Handle: "coder-a", Role: study.Coder}, study.Member{ID: "member-reviewer-1", Handle: "reviewer-1", Role: study.Reviewer},
		source.Record{ID: "ref-one", Type: "news", Title: "Record", Year: 2018},
	}}
	for _, c := range []struct{ id, up, name, colour string }{
		{"coalition", "", "Coalition", "teal"}, {"coalition-breadth", "coalition", "Several sectors together", ""}, {"coalition-breadth-church", "coalition-breadth", "Churches", ""},
		{"tactics", "", "Tactics", "amber"}, {"tactics-street", "tactics", "Street", ""}, {"tactics-court", "tactics", "Courts", ""},
		{"response", "", "Response of those in power", "red"}, {"response-concede", "response", "Concession", ""}, {"response-force", "response", "Force", ""},
		{"memory", "", "Mémoire", ""}, {"arab", "", "الشارع", "blue"},
	} {
		up := thread.ID("")
		if c.up != "" {
			up = thread.ID("code-" + c.up)
		}
		b.Objects = append(b.Objects, coding.Code{ID: thread.ID("code-" + c.id), Parent: up, Name: c.name, Define: "d", Colour: c.colour})
	}
	for lang, body := range codedTexts {
		d := document.Document{ID: thread.ID("doc-" + lang), Title: "Text in " + languageWord(lang), Kind: document.Report, Language: lang, Record: "ref-one", Version: 1, SHA256: thread.Content([]byte(body))}
		b.Objects, b.Texts = append(b.Objects, d), append(b.Texts, document.Text{Document: d.ID, Version: 1, Body: body})
	}
	if _, err := s.st.Import(context.Background(), "import", b, false, nil); err != nil {
		s.t.Fatal(err)
	}
}

// quotes lists what is coded in a document, each passage with its codes, and checks that its words stand in the text.
func (s *site) quotes(lang string) map[string][]thread.ID {
	s.t.Helper()
	doc := thread.ID("doc-" + lang)
	segs, err := store.All[coding.Segment](context.Background(), s.st, "coded", store.Filter{Owner: doc})
	if err != nil {
		s.t.Fatal(err)
	}
	codings, err := store.CodingsOf[coding.Coding](context.Background(), s.st, "coded", doc)
	if err != nil {
		s.t.Fatal(err)
	}
	out := map[string][]thread.ID{}
	for _, it := range segs {
		a := it.Object.Anchor
		if text := (document.Text{Document: doc, Version: 1, Body: codedTexts[lang]}); !text.Holds(a) {
			s.t.Errorf("%q does not stand from %d to %d", a.Quote, a.Start, a.End)
		}
		out[a.Quote] = []thread.ID{}
		for _, c := range codings {
			if c.Object.Segment == it.Object.ID {
				out[a.Quote] = append(out[a.Quote], c.Object.Code)
			}
		}
		slices.Sort(out[a.Quote])
	}
	return out
}

// passage is the id of the passage with these words.
func (s *site) passage(lang, quote string) thread.ID {
	s.t.Helper()
	segs, err := store.All[coding.Segment](context.Background(), s.st, "coded", store.Filter{Owner: thread.ID("doc-" + lang)})
	if err != nil {
		s.t.Fatal(err)
	}
	for _, it := range segs {
		if it.Object.Anchor.Quote == quote {
			return it.Object.ID
		}
	}
	s.t.Fatalf("nothing is coded that says %q", quote)
	return ""
}

// TestChoose looks for the passage that was meant.
func TestChoose(t *testing.T) {
	t.Parallel()
	body := codedTexts["en"]
	paras := layOut(body, nil)
	place := func(words string) (string, string) {
		from := len([]rune(body[:strings.Index(body, words)]))
		return strconv.Itoa(from), strconv.Itoa(from + len([]rune(words)))
	}
	across := "for a while.\nA second line.\n\n\nThe end came 👩‍👩‍👧"
	from, to := place(across)
	for name, c := range map[string]struct {
		para                int
		passage, start, end string
		want, why           string
	}{
		"its words alone":                       {2, "broad. It", "", "", "broad. It", ""},
		"words that stand twice":                {3, "The end came", "", "", "", "stands 2 times"},
		"the second of two, by its place":       {3, "The end came", strconv.Itoa(len([]rune(body)) - 19), strconv.Itoa(len([]rune(body)) - 7), "The end came", ""},
		"across paragraphs, by its place":       {2, across, from, to, across, ""},
		"across paragraphs, with space around":  {2, across + "\n", from, to, across, ""},
		"across paragraphs, without its place":  {2, across, "", "", "", "does not stand in this paragraph"},
		"across paragraphs, other words":        {2, strings.Replace(across, "end", "END", 1), from, to, "", "does not stand in this paragraph"},
		"across paragraphs, the place is wrong": {2, across, "1", "5", "", "does not stand in this paragraph"},
		"a place beyond the text":               {2, "broad", "2", "99999", "broad", ""},
		"a place below zero":                    {2, "broad", "-4", "3", "broad", ""},
		"a place that is no number":             {2, "broad", "x", "y", "broad", ""},
		"nothing":                               {2, " ", from, to, "", "must not be empty"},
	} {
		at, why := choose(body, paras[c.para-1], c.passage, c.start, c.end)
		if c.why != "" || why != "" {
			if c.why == "" || !strings.Contains(why, c.why) {
				t.Errorf("%s: refused with %q, expected %q", name, why, c.why)
			}
			continue
		}
		if got := string([]rune(body)[at.Start:at.End]); got != c.want {
			t.Errorf("%s: %q, expected %q", name, got, c.want)
		}
	}
}

// TestCoderPanelInThePage looks at what the server sends: the panel and its script for those who may code, and for
// nobody else; and it codes a passage across paragraphs as the panel sends it.
func TestCoderPanelInThePage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	coded(s)
	for who, may := range map[string]bool{"coder-a": true, "reviewer-1": false} {
		b := s.as(who)
		body := b.get("/s/coded/document/doc-en").Body.String()
		for _, part := range []string{"<coder-panel", "<script", "data-start", "/assets/coder."} {
			if strings.Contains(body, part) != may {
				t.Errorf("%s: %s in the page: %t, expected %t", who, part, !may, may)
			}
		}
		if other := b.get("/s/coded/documents").Body.String(); strings.Contains(other, "<script") {
			t.Errorf("%s: the list of documents has a script", who)
		}
	}
	b := s.as("coder-a")
	page := b.get("/s/coded/document/doc-en").Body.String()
	for _, part := range []string{`data-start="2"`, `data-start="15"`, `<option value="code-coalition-breadth" data-name="Several sectors together" data-depth="1" data-colour="c-teal">Coalition › Several sectors together</option>`} {
		if !strings.Contains(page, part) {
			t.Errorf("the page has no %s", part)
		}
	}
	// Browsers send line ends as CR LF.
	quote := "A second line.\n\n\nThe end came"
	from := len([]rune(codedTexts["en"][:strings.Index(codedTexts["en"], quote)]))
	sent := url.Values{"paragraph": {"2"}, "passage": {strings.ReplaceAll(quote, "\n", "\r\n")}, "start": {strconv.Itoa(from)}, "end": {strconv.Itoa(from + len(quote))}}
	// Without a code the form comes again, and keeps the passage.
	r := b.post("/s/coded/document/doc-en/code", sent)
	if r.Code != http.StatusUnprocessableEntity || !strings.Contains(r.Body.String(), "choose at least one") || !strings.Contains(r.Body.String(), quote) {
		t.Errorf("without a code: %d %s", r.Code, r.Body)
	}
	sent["codes"] = []string{"code-tactics"}
	if r := b.post("/s/coded/document/doc-en/code", sent); r.Code != http.StatusSeeOther {
		t.Errorf("across paragraphs: %d %s", r.Code, r.Body)
	}
	if diff := cmp.Diff(map[string][]thread.ID{quote: {"code-tactics"}}, s.quotes("en")); diff != "" {
		t.Error(diff)
	}
	if r := s.as("reviewer-1").post("/s/coded/document/doc-en/code", sent); r.Code != http.StatusForbidden {
		t.Errorf("a reviewer codes: %d", r.Code)
	}
}

// TestCoderPanel codes with the mouse, with the keyboard alone, and without script, in a real browser.
func TestCoderPanel(t *testing.T) {
	s := newSite(t)
	coded(s)
	server := httptest.NewServer(s.srv)
	t.Cleanup(server.Close)
	b := browser.Open(t)
	reader := func(lang string) string { return server.URL + "/s/coded/document/doc-" + lang }
	open := func(t *testing.T, who, lang string, width, height int) *browser.Page {
		p := b.With(t).Page(width, height)
		p.Goto(server.URL + "/sign-in")
		p.Fill("#f-name", who)
		p.Fill("#f-password", password)
		p.Load(func() { p.Press("Enter") })
		p.Goto(reader(lang))
		return p
	}
	calm := func(t *testing.T, p *browser.Page, name string) {
		t.Helper()
		for _, v := range p.Axe() {
			t.Errorf("%s: %s", name, v)
		}
		if c := p.Console(); len(c) > 0 {
			t.Errorf("%s says to the console: %v", name, c)
		}
		var over int
		p.Eval("document.documentElement.scrollWidth - document.documentElement.clientWidth", &over)
		if over > 0 {
			t.Errorf("%s runs off the side by %d pixels", name, over)
		}
		if dir := os.Getenv("THROUGHLINE_TEST_PICTURES"); dir != "" {
			p.Screenshot(filepath.Join(dir, "coder-"+name+".png"), false)
		}
	}
	saved := func(t *testing.T, p *browser.Page, lang, quote string, codes ...thread.ID) {
		t.Helper()
		if diff := cmp.Diff(codes, s.quotes(lang)[quote]); diff != "" {
			t.Errorf("%q is not coded as it should be; there is %v", quote, s.quotes(lang))
		}
		if got := p.Text("mark.here"); !strings.HasPrefix(quote, got) {
			t.Errorf("the mark is %q", got)
		}
		var there bool // so that the page is where it was, in the middle of a long text
		if p.Eval("document.querySelector('mark.here').dataset.segs.split(' ').includes(location.hash.slice(1))", &there); !there {
			t.Errorf("after saving %q the page is at %s", quote, p.URL())
		}
		if c := p.Console(); len(c) > 0 {
			t.Errorf("after saving the console says: %v", c)
		}
	}
	focus := func(p *browser.Page) (id string) {
		p.Eval("document.activeElement.id || document.activeElement.className || document.activeElement.textContent", &id)
		return id
	}

	for _, size := range []struct {
		name          string
		width, height int
		dark          bool
	}{{"wide", 1280, 900, false}, {"narrow", 360, 740, false}, {"dark", 1024, 800, true}} {
		t.Run("look "+size.name, func(t *testing.T) {
			for _, lang := range []string{"en", "ar"} {
				p := open(t, "coder-a", lang, size.width, size.height)
				p.SetDark(size.dark)
				calm(t, p, lang+"-closed-"+size.name)
				p.Eval("document.querySelector('#p2 .codehere a').focus()", nil)
				p.Press("Enter", "ArrowDown")
				calm(t, p, lang+"-keys-"+size.name)
				p.Press("Enter", "s", "t", "r", "Enter", "ArrowDown", "Space", "ArrowDown")
				calm(t, p, lang+"-codes-"+size.name)
				p.Press("o")
				calm(t, p, lang+"-found-"+size.name)
				p.Press("x", "y")
				p.Wait("coder-panel .nothing")
				calm(t, p, lang+"-nothing-"+size.name)
			}
		})
	}

	t.Run("mouse", func(t *testing.T) {
		p := open(t, "coder-a", "en", 1280, 900)
		p.Select("#p2 .reading", "coalition", "broad")
		p.Wait("coder-panel")
		if got := p.Text("#coder-quote"); got != "coalition was broad" {
			t.Errorf("the panel shows %q", got)
		}
		p.Fill("#coder-filter", "street")
		p.Press("Enter")
		p.Fill("#coder-filter", "memoire")
		p.Click("coder-panel .codes li:not([hidden])")
		p.Fill("#coder-memo", "Said in passing.")
		p.Load(func() { p.Click("coder-panel button[type=submit]") })
		saved(t, p, "en", "coalition was broad", "code-memory", "code-tactics-street")
		if got := p.Text(".notes .memo"); got != "Said in passing." {
			t.Errorf("the memo is %q", got)
		}
		// The same passage once more: the address stays as it is, but for the place in the page.
		p.Goto(reader("en") + "?segment=" + string(s.passage("en", "coalition was broad")))
		p.Select("#p2 .reading", "coalition", "broad")
		p.Wait("coder-panel")
		p.Press("c", "o", "u", "Enter")
		p.Load(func() { p.Press("Enter") })
		saved(t, p, "en", "coalition was broad", "code-memory", "code-tactics-court", "code-tactics-street")
		// Inside a mark, the same word elsewhere, half of a letter that is made of many, and across paragraphs.
		for _, x := range []struct{ first, last, want string }{
			{"end came again", "end came again", "end came again"},
			{"‍👩", "late", "👩‍👩‍👧 late"},
			{"for a", "The end", "for a while.\nA second line.\n\n\nThe end"},
			{"oad. It", "It", "oad. It"},
		} {
			p.Goto(reader("en")) // at its top: the address of a saved passage scrolls to it, perhaps just now
			p.Select(".reader", x.first, x.last)
			p.Wait("coder-panel")
			p.Press("c", "o", "u", "Enter")
			p.Load(func() { p.Press("Enter") })
			saved(t, p, "en", x.want, "code-tactics-court")
		}
	})

	t.Run("keyboard", func(t *testing.T) {
		p := open(t, "coder-a", "en", 1280, 900)
		p.Eval("document.querySelector('#p3 .codehere a').focus()", nil)
		p.Press("Enter")
		if got := p.Text("#coder-quote"); got != "The" {
			t.Errorf("the keyboard begins with %q", got)
		}
		for _, x := range []struct{ key, want string }{
			{"ArrowRight", "end"}, {"Shift+ArrowRight", "end came"}, {"Shift+ArrowLeft", "end"}, {"Shift+ArrowLeft", "The end"}, {"Shift+ArrowRight", "end"},
			{"ArrowDown", "The end came 👩‍👩‍👧 late."}, {"Shift+ArrowDown", "The end came 👩‍👩‍👧 late. The end came again."}, {"ArrowLeft", "The"},
			{"ArrowUp", "The end came 👩‍👩‍👧 late."}, {"ArrowUp", "A second line."}, {"ArrowDown", "The end came 👩‍👩‍👧 late."},
			{"Control+a", "The end came 👩‍👩‍👧 late. The end came again."}, {"ArrowRight", "again"}, {"ArrowRight", "again"}, {"Shift+ArrowRight", "again."}, {"ArrowLeft", "again"}, {"ArrowLeft", "came"},
		} {
			p.Press(x.key)
			if got := p.Text("#coder-quote"); got != x.want {
				t.Errorf("after %s the passage is %q, expected %q", x.key, got, x.want)
			}
		}
		if got := p.Text("coder-panel [role=status]"); got != "came" {
			t.Errorf("screen readers are told %q", got)
		}
		p.Press("Escape")
		if got := focus(p); !strings.HasPrefix(got, "Code in this paragraph") {
			t.Errorf("after Escape the focus is on %q", got)
		}
		p.Press("Enter", "ArrowRight", "Shift+ArrowRight", "Enter")
		if got := focus(p); got != "coder-filter" {
			t.Errorf("after Enter the focus is on %q", got)
		}
		p.Press("ArrowDown", "ArrowDown", "Space", "ArrowUp", "Enter", "Enter", "Control+Enter")
		p.Wait("mark.here")
		saved(t, p, "en", "end came", "code-coalition-breadth")
	})

	t.Run("touch", func(t *testing.T) {
		// What a long press and its handles leave behind: a selection, and no mouse.
		p := open(t, "coder-a", "en", 360, 740)
		p.Eval(`{const words = document.querySelector("#p1 .reading").firstChild; getSelection().setBaseAndExtent(words, 3, words, 5)}`, nil)
		p.Wait("coder-panel")
		if got := focus(p); got == "coder-filter" {
			t.Error("the focus in a text field brings up a keyboard over the text")
		}
		p.Click("coder-panel .codes li")
		p.Load(func() { p.Click("coder-panel button[type=submit]") })
		saved(t, p, "en", "We", "code-coalition")
	})

	t.Run("nothing is lost or saved by accident", func(t *testing.T) {
		p := open(t, "coder-a", "en", 1280, 900)
		before := len(s.quotes("en"))
		p.Select("#p1 .reading", "begin", "begin")
		p.Press("Enter") // nothing chosen: nothing happens
		p.Click("coder-panel button[type=submit]")
		if got := p.Text("coder-panel .error"); got != "Choose at least one code." {
			t.Errorf("without a code: %q", got)
		}
		p.Fill("#coder-memo", "A thought.")
		p.Click("h1")
		p.Wait("coder-panel")
		p.Press("Escape")
		p.Click("coder-panel [data-do=close]")
		if got := p.HTML("coder-panel"); !strings.Contains(got[:100], "hidden") {
			t.Errorf("the panel is still open: %s", got[:100])
		}
		p.Select("#p1 .reading", "begin", "begin")
		p.Wait("coder-panel")
		p.Click("h1")
		if got := p.HTML("coder-panel"); !strings.Contains(got[:100], "hidden") {
			t.Errorf("a click elsewhere leaves the panel open: %s", got[:100])
		}
		if after := len(s.quotes("en")); after != before {
			t.Errorf("%d passages, before %d", after, before)
		}
	})

	t.Run("again, in vivo, and other ends", func(t *testing.T) {
		p := open(t, "lead", "en", 1280, 900)
		p.Select("#p3 .reading", "late", "late")
		p.Wait("coder-panel")
		p.Fill("#coder-filter", "courts")
		p.Press("Enter")
		p.Load(func() { p.Press("Enter") })
		saved(t, p, "en", "late", "code-tactics-court")
		// The codes of the time before, with one key.
		p.Goto(reader("en"))
		p.Select("#p3 .reading", "again", "again")
		p.Wait("coder-panel [data-do=last]:not([hidden])")
		if got := p.Text("coder-panel [data-do=last]"); got != "Again: Courts" {
			t.Errorf("what is offered again is %q", got)
		}
		p.Load(func() { p.Press("Alt+l") })
		saved(t, p, "en", "again", "code-tactics-court")
		// A code in the words of the passage.
		p.Goto(reader("en"))
		p.Select("#p2 .reading", "second", "line")
		p.Wait("coder-panel")
		p.Press("Alt+v")
		if got := p.Value("#coder-new"); got != "second line" {
			t.Errorf("the new code would be called %q", got)
		}
		p.Load(func() { p.Press("Enter") })
		made := s.quotes("en")["second line"]
		if len(made) != 1 {
			t.Fatalf("%v", s.quotes("en"))
		}
		if c, err := store.Get[coding.Code](context.Background(), s.st, "coded", made[0]); err != nil || c.Object.Name != "second line" {
			t.Errorf("%+v, %v", c.Object, err)
		}
		// Its ends moved with the keyboard: one word more.
		p.Goto(reader("en") + "?move=" + string(s.passage("en", "second line")))
		p.Wait("coder-panel")
		calm(t, p, "moving")
		p.Press("Shift+ArrowRight")
		p.Load(func() { p.Press("Enter") })
		if _, there := s.quotes("en")["second line"]; there {
			t.Errorf("the ends are where they were: %v", s.quotes("en"))
		}
		// The same sent again, because the answer was lost, is no mistake.
		b := s.as("lead")
		send := url.Values{"paragraph": {"2"}, "passage": {"held together"}, "codes": {"code-memory"}}
		for i, want := range []int{303, 422, 303} {
			if i == 2 {
				send.Set("again", "1")
			}
			if r := b.post("/s/coded/document/doc-en/code", send); r.Code != want {
				t.Errorf("sent for the %d. time: %d", i+1, r.Code)
			}
		}
		// Who may not edit the codebook makes no codes.
		if r := s.as("coder-a").post("/s/coded/document/doc-en/code", url.Values{"paragraph": {"2"}, "passage": {"broad"}, "newcode": {"mine"}}); r.Code != 422 || !strings.Contains(r.Body.String(), "ask the lead") {
			t.Errorf("a coder makes a code: %d", r.Code)
		}
		if r := b.post("/s/coded/document/doc-en/code", url.Values{"paragraph": {"2"}, "passage": {"broad"}, "newcode": {" street "}}); r.Code != 422 || !strings.Contains(r.Body.String(), "already") {
			t.Errorf("a second code of one name: %d", r.Code)
		}
	})

	t.Run("other scripts", func(t *testing.T) {
		for lang, words := range map[string][3]string{
			"ar": {"التحالف كان", "واسعًا", "التحالف كان واسعًا"},
			"th": {"พันธมิตร", "กว้างขวาง", "พันธมิตรกว้างขวาง"},
			"hy": {"լայն", "Մարդիկ", "լայն էր։ Մարդիկ"},
		} {
			p := open(t, "coder-a", lang, 1280, 900)
			p.Select("#p2 .reading", words[0], words[1])
			p.Wait("coder-panel")
			calm(t, p, lang+"-mouse-wide")
			p.Fill("#coder-filter", "force")
			p.Press("Enter")
			p.Load(func() { p.Click("coder-panel button[type=submit]") })
			saved(t, p, lang, words[2], "code-response-force")
		}
		// Arrow keys go where they point: forward is left in Arabic.
		for lang, keys := range map[string][2]string{"ar": {"ArrowLeft", "إنّ التحالف"}, "th": {"ArrowRight", ""}, "hy": {"ArrowRight", "էր։ Մարդիկ"}} {
			p := open(t, "coder-a", lang, 1280, 900)
			p.Eval("document.querySelector('#p2 .codehere a').focus()", nil)
			p.Press("Enter", keys[0], keys[0], "Shift+"+keys[0])
			quote := p.Text("#coder-quote")
			if keys[1] != "" && quote != keys[1] {
				t.Errorf("%s: the keyboard takes %q, expected %q", lang, quote, keys[1])
			}
			p.Press("Enter", "ا", "ل", "Enter")
			p.Load(func() { p.Press("Enter") })
			saved(t, p, lang, quote, "code-arab")
		}
	})

	t.Run("without script", func(t *testing.T) {
		p := b.With(t).Page(1280, 900)
		p.DisableJavaScript(true)
		p.Goto(reader("en"))
		p.Fill("#f-name", "coder-a")
		p.Fill("#f-password", password)
		p.Load(func() { p.Press("Enter") })
		calm(t, p, "en-without-script")
		p.Load(func() { p.Click("#p1 .codehere a") })
		p.Fill("#f-passage", "We begin")
		p.Click(".check input[value=code-tactics]")
		p.Load(func() { p.Click("main button[type=submit]") })
		saved(t, p, "en", "We begin", "code-tactics")
	})

	t.Run("may not code", func(t *testing.T) {
		p := open(t, "reviewer-1", "en", 1280, 900)
		for _, r := range p.Requests() {
			if strings.Contains(r, ".js") {
				t.Errorf("a reviewer is sent %s", r)
			}
		}
		var any bool
		p.Eval("document.querySelector('coder-panel, .codehere') !== null", &any)
		if any {
			t.Error("a reviewer has the panel")
		}
	})
}
