package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"throughline/internal/coding"
	"throughline/internal/document"
	"throughline/internal/fault"
	"throughline/internal/store"
	"throughline/internal/study"
	"throughline/internal/thread"
)

// filled gives a value of a type with every text, number and flag in it set, to a depth that shows each part of a page.
func filled(t reflect.Type, text string, yes bool, depth int) reflect.Value {
	v := reflect.New(t).Elem()
	switch t.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Bool:
		v.SetBool(yes)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(map[bool]int64{true: 2, false: -1}[yes])
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(2)
	case reflect.Float64, reflect.Float32:
		v.SetFloat(0.5)
	case reflect.Struct:
		for i := range t.NumField() {
			if v.Field(i).CanSet() {
				v.Field(i).Set(filled(t.Field(i).Type, text, yes, depth-1))
			}
		}
	case reflect.Slice:
		if depth > 0 {
			for range 2 {
				v = reflect.Append(v, filled(t.Elem(), text, yes, depth-1))
			}
		}
	case reflect.Map:
		if depth > 0 {
			m := reflect.MakeMap(t)
			m.SetMapIndex(filled(t.Key(), text, yes, depth-1), filled(t.Elem(), text, yes, depth-1))
			v.Set(m)
		}
	case reflect.Pointer:
		if depth > 0 {
			p := reflect.New(t.Elem())
			p.Elem().Set(filled(t.Elem(), text, yes, depth-1))
			v.Set(p)
		}
	}
	return v
}

// TestEveryTemplate executes every page with hostile text in every field, all flags on and all off, everything there and
// nothing there; none fails, and nothing hostile comes through.
func TestEveryTemplate(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	pages := []page{errorPage{}, formPage{}}
	for _, sec := range s.srv.sections() {
		pages = append(pages, sec.Pages...)
	}
	done := map[string]bool{}
	script := regexp.MustCompile(`(?i)<script>|<img src=x|javascript:alert|" ?onfocus=|' ?onfocus=`)
	for _, p := range pages {
		done[p.template()] = true
		for _, text := range []string{`"><script>alert(1)</script><img src=x>`, `' onfocus='alert(1)`, `" onfocus="alert(1)`, `javascript:alert(1)`, "{{.}}", "", "نص عربي"} {
			for _, yes := range []bool{true, false} {
				for _, depth := range []int{0, 1, 6} {
					body := filled(reflect.TypeOf(p), text, yes, depth).Interface().(page)
					sh := filled(reflect.TypeOf(sheet{}), text, yes, 0).Interface().(sheet)
					sh.Nav, sh.Crumbs, sh.Body = []navItem{{text, text, yes}}, []link{{text, text}}, body
					b, err := s.srv.pages.execute(sh)
					if err != nil {
						t.Errorf("%s with %q: %v", p.template(), text, err)
						continue
					}
					// A scheme as plain text is harmless; as an address it is not.
					out := regexp.MustCompile(`(>|value="|title="|aria-label="|dir="auto">)\s*javascript:alert`).ReplaceAllString(string(b), "$1")
					if text == "javascript:alert(1)" {
						out = strings.Join(regexp.MustCompile(`(?:href|src|action)="[^"]*"`).FindAllString(string(b), -1), "\n")
					}
					if m := script.FindString(out); m != "" {
						t.Errorf("%s: %q comes through as %q", p.template(), text, m)
					}
				}
			}
		}
	}
	if len(done) != len(s.srv.pages) {
		t.Errorf("%d of %d templates executed", len(done), len(s.srv.pages))
	}
}

// TestFormFields shows each kind of field with hostile text and a mistake.
func TestFormFields(t *testing.T) {
	s := newSite(t)
	bad := `"><script>alert(1)</script>`
	var f form
	for _, k := range []string{textField, areaField, selectField, checksField, idsField, hiddenField, passwordField} {
		f.Fields = append(f.Fields, field{Name: k, Label: bad, Help: bad, Kind: k, Value: bad, Values: []string{bad}, Options: []option{{bad, bad}, {"other", "other"}}, Required: true, Errors: []string{bad}, Differs: true, Stands: bad})
	}
	b, err := s.srv.pages.execute(sheet{Title: "t", Body: formPage{Heading: bad, Form: f}})
	if err != nil {
		t.Fatal(err)
	}
	out := string(b)
	if strings.Contains(out, "<script>") {
		t.Error("a script comes through")
	}
	for _, want := range []string{`<option value="&#34;&gt;&lt;script&gt;alert(1)&lt;/script&gt;" selected>`, ` checked>`, `aria-invalid="true"`, `href="#f-textarea"`, `aria-describedby="f-text-help f-text-error f-text-stands"`} {
		if !strings.Contains(out, want) {
			t.Errorf("the form has no %s", want)
		}
	}
	if regexp.MustCompile(`type="password"[^>]* value=`).MatchString(out) {
		t.Error("a password is shown again")
	}
}

// TestHostileContent writes text that tries to break out into the fields of real objects and opens all pages of them.
func TestHostileContent(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	bad := `"><script>alert(1)</script>`
	take := s.take("take-arm")
	take.Title, take.Text = bad, bad
	s.put("researcher-1", take)
	c := find[coding.Code](s, "code-tactics").Object
	c.Name, c.Define = bad, bad
	s.put("researcher-1", c)
	fr := find[study.Study](s, "study").Object
	fr.Title, fr.Notice, fr.Purpose, fr.Question = bad, bad, bad, bad
	s.put("lead", fr)
	whole, err := s.st.Bundle(context.Background(), "alpha")
	if err != nil {
		t.Fatal(err)
	}
	b := s.as("lead")
	for _, rt := range s.srv.Routes() {
		if !strings.HasPrefix(rt.Pattern, "GET ") {
			continue
		}
		for _, o := range fitting(rt, whole.Objects) {
			_, path := address(rt.Pattern, "alpha", o.Ref())
			if r := b.get(path); strings.Contains(r.Body.String(), "<script>alert") {
				t.Errorf("GET %s lets a script through", path)
			}
			if !rt.Policy.Object {
				break
			}
		}
	}
	b.get("/s/alpha/journal?id=" + url.QueryEscape(bad))
}

func codeEditing() []Route {
	h := func(v *visit) error {
		return edit(v, editing[coding.Code]{Heading: "Edit the code",
			Form: func(c coding.Code) form {
				return form{Fields: []field{{Name: "name", Label: "Name", Value: c.Name}, {Name: "define", Label: "Meaning", Kind: areaField, Value: c.Define},
					{Name: "colour", Label: "Colour", Kind: selectField, Value: c.Colour, Options: append([]option{{"", "none"}}, options(coding.Colours...)...)}}}
			},
			Read: func(f form, c coding.Code, ps *fault.Problems) coding.Code {
				c.Name, c.Define, c.Colour = f.text("name"), f.text("define"), f.text("colour")
				return c
			},
			Done: func(c coding.Code) string { return v.at("thread", string(c.ID)) }})
	}
	return []Route{{Pattern: "GET /s/{study}/test-code/{id}", Policy: On(study.Edit, thread.Code), Handle: h}, {Pattern: "POST /s/{study}/test-code/{id}", Policy: On(study.Edit, thread.Code), Handle: h}}
}

func versionIn(t *testing.T, body string) string {
	t.Helper()
	m := regexp.MustCompile(`name="version" value="(\d+)"`).FindStringSubmatch(body)
	if m == nil {
		t.Fatalf("no version in the form: %s", body)
	}
	return m[1]
}

func TestConflictKeepsBothTexts(t *testing.T) {
	s := newSite(t, codeEditing()...)
	a, b := s.as("lead"), s.as("researcher-1")
	const path = "/s/alpha/test-code/code-tactics"
	va, vb := versionIn(t, a.get(path).Body.String()), versionIn(t, b.get(path).Body.String())
	send := func(by *visitor, version, define string) (int, string) {
		r := by.post(path, url.Values{"version": {version}, "name": {"Tactics"}, "define": {define}, "colour": {""}})
		return r.Code, r.Body.String()
	}
	if code, body := send(a, va, "The lead's text\r\nin two lines"); code != http.StatusSeeOther {
		t.Fatalf("%d %s", code, body)
	}
	if got := find[coding.Code](s, "code-tactics").Object.Define; got != "The lead's text\nin two lines" {
		t.Errorf("saved as %q", got)
	}
	code, body := send(b, vb, "What the researcher typed <b>")
	if code != http.StatusConflict {
		t.Fatalf("the second is not told: %d", code)
	}
	for _, want := range []string{"What the researcher typed &lt;b&gt;", "What stands now:", "The lead&#39;s text", "Changed by somebody else", "(lead)"} {
		if !strings.Contains(body, want) {
			t.Errorf("the form of the second has no %q", want)
		}
	}
	if strings.Count(body, "What stands now:") != 1 {
		t.Error("fields that do not differ are compared too")
	}
	if code, body = send(b, versionIn(t, body), "Both together"); code != http.StatusSeeOther {
		t.Fatalf("saving again: %d %s", code, body)
	}
	if got := find[coding.Code](s, "code-tactics"); got.Object.Define != "Both together" || got.Node.ChangedBy != "researcher-1" {
		t.Errorf("stands: %+v", got)
	}
}

func TestMistakesKeepText(t *testing.T) {
	s := newSite(t, codeEditing()...)
	b := s.as("lead")
	const path = "/s/alpha/test-code/code-tactics"
	r := b.post(path, url.Values{"version": {versionIn(t, b.get(path).Body.String())}, "name": {"  "}, "define": {"typed with care"}, "colour": {"mauve"}})
	body := r.Body.String()
	if r.Code != http.StatusUnprocessableEntity {
		t.Fatalf("%d", r.Code)
	}
	for _, want := range []string{"typed with care", `<a href="#f-name">Name</a>`, "must not be empty", `id="f-colour-error"`, `aria-describedby="f-name-error"`} {
		if !strings.Contains(body, want) {
			t.Errorf("no %q in %s", want, body)
		}
	}
}

func TestMembers(t *testing.T) {
	s := newSite(t)
	b := s.as("lead")
	// The last lead but one, whose account is closed, counts as a lead; make it a reader first.
	post := func(path string, v url.Values) (int, string) {
		if !v.Has("version") {
			if r := b.get(path); r.Code == http.StatusOK {
				v.Set("version", versionIn(t, r.Body.String()))
			}
		}
		r := b.post(path, v)
		return r.Code, r.Body.String()
	}
	if code, body := post("/s/alpha/people/member-closed", url.Values{"role": {"reader"}}); code != http.StatusSeeOther {
		t.Fatalf("%d %s", code, body)
	}
	if code, body := post("/s/alpha/people/member-lead", url.Values{"role": {"reader"}}); code != http.StatusUnprocessableEntity || !strings.Contains(body, "without a lead") {
		t.Errorf("the last lead may go: %d", code)
	}
	if code, body := post("/s/alpha/people/member-coder-a", url.Values{"role": {"country-team"}}); code != http.StatusUnprocessableEntity || !strings.Contains(body, "at least one case") {
		t.Errorf("a country team without a case: %d", code)
	}
	if code, _ := post("/s/alpha/people/member-coder-a", url.Values{"role": {"country-team"}, "cases": {"case-nowhere"}}); code != http.StatusUnprocessableEntity {
		t.Errorf("a case that does not exist: %d", code)
	}
	if code, body := post("/s/alpha/people/member-coder-a", url.Values{"role": {"country-team"}, "cases": {"case-romania"}}); code != http.StatusSeeOther {
		t.Errorf("%d %s", code, body)
	}
	if m := find[study.Member](s, "member-coder-a").Object; m.Role != study.CountryTeam || len(m.Cases) != 1 {
		t.Errorf("%+v", m)
	}
	if code, body := post("/s/alpha/people/new", url.Values{"handle": {"researcher-9"}, "role": {"researcher"}}); code != http.StatusSeeOther {
		t.Errorf("%d %s", code, body)
	}
	if code, body := post("/s/alpha/people/new", url.Values{"handle": {"researcher-9"}, "role": {"lead"}}); code != http.StatusConflict || !strings.Contains(body, `value="researcher-9"`) {
		t.Errorf("added twice: %d", code)
	}
	if code, _ := post("/s/alpha/people/new", url.Values{"handle": {"No Such Handle"}, "role": {"lead"}}); code != http.StatusUnprocessableEntity {
		t.Errorf("malformed handle: %d", code)
	}
}

func TestAccounts(t *testing.T) {
	s := newSite(t)
	op, spare := s.as("machine"), s.as("spare")
	if r := op.post("/people/spare/close", nil); r.Code != http.StatusSeeOther {
		t.Fatalf("%d", r.Code)
	}
	if r := spare.get("/"); r.Code != http.StatusSeeOther {
		t.Errorf("a closed account is still in: %d", r.Code)
	}
	if r := op.post("/people/spare/open", nil); r.Code != http.StatusSeeOther {
		t.Fatalf("%d", r.Code)
	}
	s.as("spare")
	if r := op.post("/people/machine/close", nil); r.Code != http.StatusUnprocessableEntity {
		t.Errorf("an operator closes its own account: %d", r.Code)
	}
	if r := op.post("/people/no-such/close", nil); r.Code != http.StatusNotFound {
		t.Errorf("%d", r.Code)
	}
	body := op.get("/").Body.String()
	if !strings.Contains(body, "Study alpha") || strings.Contains(body, `href="/s/alpha"`) || strings.Contains(body, "When does it work?") {
		t.Errorf("the operator sees more than titles, or not those: %s", body)
	}
	if body := op.get("/journal").Body.String(); !strings.Contains(body, "disabled=true") || strings.Contains(body, "argon2") {
		t.Error("the server's journal does not tell of accounts, or tells too much")
	}
}

func TestStaleAndConfirm(t *testing.T) {
	s := newSite(t)
	b := s.as("reviewer-1")
	if body := b.get("/s/alpha/stale").Body.String(); !strings.Contains(body, "Nothing is stale") {
		t.Fatalf("something is stale to begin with: %s", body)
	}
	staleAlpha(s)
	body := b.get("/s/alpha/stale").Body.String()
	for _, want := range []string{"Broad coalitions", "Go broad", "Invite everybody", `href="/s/alpha/thread/take-arm"`, "Changed by researcher-1", "stale: something below changed"} {
		if !strings.Contains(body, want) {
			t.Errorf("the stale page has no %q", want)
		}
	}
	if i, j := strings.Index(body, "Broad coalitions"), strings.Index(body, "Invite everybody"); i > j {
		t.Error("a recommendation comes before the finding that it rests on")
	}
	basis := func(id thread.ID) string {
		it, err := store.Find(context.Background(), s.st, "alpha", id)
		if err != nil {
			t.Fatal(err)
		}
		return it.Node.Basis
	}
	if r := b.post("/s/alpha/confirm/find-broad", url.Values{"basis": {"what was seen long ago"}}); r.Code != http.StatusConflict || !strings.Contains(r.Body.String(), "evidence changed again") {
		t.Errorf("confirmed on evidence that was not seen: %d", r.Code)
	}
	for _, id := range []thread.ID{"find-broad", "lesson-broad", "recom-broad", "answer-cq-1"} {
		page := b.get("/s/alpha/thread/" + string(id)).Body.String()
		if !strings.Contains(page, basis(id)) || !strings.Contains(page, "Needs another look") {
			t.Fatalf("the thread page of %s has no form to confirm", id)
		}
		if r := b.post("/s/alpha/confirm/"+string(id), url.Values{"basis": {basis(id)}, "from": {"stale"}}); r.Code != http.StatusSeeOther || r.Header().Get("Location") != "/s/alpha/stale" {
			t.Errorf("confirm %s: %d", id, r.Code)
		}
	}
	if body := b.get("/s/alpha/stale").Body.String(); !strings.Contains(body, "Nothing is stale") {
		t.Error("something is stale after all was confirmed")
	}
	if r := b.post("/s/alpha/confirm/code-tactics", nil); r.Code != http.StatusNotFound {
		t.Errorf("a code is confirmed: %d", r.Code)
	}
	if body := b.get("/s/alpha/journal?id=find-broad").Body.String(); !strings.Contains(body, "confirmed") || strings.Contains(body, "lesson-broad</code></a>") {
		t.Error("the journal of one object does not show its confirmation, or shows others")
	}
}

func TestThreadReachesTheSentence(t *testing.T) {
	s := newSite(t)
	body := s.as("researcher-1").get("/s/alpha/thread/recom-broad").Body.String()
	for _, want := range []string{armWords, rouWords, "<mark>The coalition was broad.</mark>", "(speaks against)", `lang="hy"`, "composed for demonstration", "confirmed"} {
		if !strings.Contains(body, want) {
			t.Errorf("the thread of the recommendation has no %q", want)
		}
	}
	// Up from the sentence to the recommendation.
	body = s.as("researcher-1").get("/s/alpha/thread/seg-arm-talk-01").Body.String()
	for _, want := range []string{"Invite everybody", "Go broad", "We were " + armWords, " And calm."} {
		if !strings.Contains(body, want) {
			t.Errorf("the thread of the sentence has no %q", want)
		}
	}
	if strings.Contains(body, "Salt") {
		t.Error("a researcher sees the salt")
	}
	seg := find[coding.Segment](s, "seg-arm-talk-01").Object
	seal := document.SealOf(alpha().SealKey, seg.ID, seg.Anchor.Quote)
	for who, want := range map[string]bool{"lead": true, "reviewer-1": true, "coder-a": false, "reader-1": false} {
		body := s.as(who).get("/s/alpha/thread/seg-arm-talk-01").Body.String()
		if strings.Contains(body, seal.Salt) != want {
			t.Errorf("%s sees the salt: %t", who, !want)
		}
		if who == "reader-1" && (!strings.Contains(body, seal.Commitment) || !strings.Contains(body, "Class of source: activist")) {
			t.Error("the sealed citation does not tell class and commitment")
		}
	}
}

func TestLargeThreadOpensStepByStep(t *testing.T) {
	s := newSite(t)
	var takes []thread.ID
	err := s.st.Write(context.Background(), "researcher-1", func(tx *store.Tx) error {
		for i := range wholeUpTo {
			k := takeaway{ID: thread.ID("take-many-" + strconv.Itoa(i)), Case: "case-armenia", Direction: "success", Title: fmt.Sprintf("Many %d", i), Text: "t", Supports: []thread.ID{"seg-arm-report-01"}}
			if err := tx.Put("alpha", k, 0); err != nil {
				return err
			}
			takes = append(takes, k.ID)
		}
		f := finding{ID: "find-many", Title: "Many", Text: "t", Supports: takes}
		return tx.Put("alpha", f, 0)
	})
	if err != nil {
		t.Fatal(err)
	}
	b := s.as("lead")
	body := b.get("/s/alpha/thread/find-many").Body.String()
	// One way begins opened, down to its sentence; the passage itself can be opened too.
	if strings.Count(body, "<mark>") != 1 || strings.Count(body, "Show 1 more") != wholeUpTo {
		t.Errorf("%d to open", strings.Count(body, "Show 1 more"))
	}
	if !strings.Contains(body, `href="/s/alpha/thread/find-many?open=take-many-7#down-take-many-7"`) {
		t.Error("no link to open one")
	}
	body = b.get("/s/alpha/thread/find-many?open=take-many-7").Body.String()
	if strings.Count(body, "<mark>") != 2 || !strings.Contains(body, "open=take-many-7&amp;open=take-many-8#down-take-many-8") {
		t.Error("the opened one does not show its sentence, or is closed by the next")
	}
}

func TestJournalPages(t *testing.T) {
	s := newSite(t)
	for i := range 3 {
		take := s.take("take-arm")
		take.Text = fmt.Sprintf("Edit %d", i)
		s.put("researcher-1", take)
	}
	b := s.as("lead")
	body := b.get("/s/alpha/journal").Body.String()
	if !strings.Contains(body, "<del dir=\"auto\"><span class=\"hidden\">before: </span>Edit 1</del>") || !strings.Contains(body, "Older entries") {
		t.Error("no before and after, or no older entries")
	}
	m := regexp.MustCompile(`href="(/s/alpha/journal\?before=\d+)"`).FindStringSubmatch(body)
	if m == nil {
		t.Fatal("no further page")
	}
	seen := 0
	for path := m[1]; path != ""; {
		body = b.get(path).Body.String()
		seen++
		path = ""
		if m := regexp.MustCompile(`href="(/s/alpha/journal\?before=\d+)">Older`).FindStringSubmatch(body); m != nil {
			path = m[1]
		}
		if seen > 20 {
			t.Fatal("the pages have no end")
		}
	}
	if body := b.get("/s/alpha/journal?id=doc-arm-talk").Body.String(); !strings.Contains(body, "only their keyed hash is kept") {
		t.Error("protected content is not told apart")
	}
	if body := s.as("reviewer-1").get("/s/alpha/journal?id=inf-arm-x").Body.String(); !strings.Contains(body, "no entries") {
		t.Error("an empty journal says nothing")
	}
}
