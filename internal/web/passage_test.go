package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"throughline/internal/browser"
	"throughline/internal/coding"
	"throughline/internal/document"
	"throughline/internal/fieldwork"
	"throughline/internal/store"
	"throughline/internal/study"
	"throughline/internal/synthesis"
	"throughline/internal/thread"
)

// TestChangePassages codes, recodes, moves, splits, joins and removes as two coders would, and takes all of it back.
func TestChangePassages(t *testing.T) {
	s := newSite(t)
	coded(s)
	b := s.as("coder-a")
	doc := "/s/coded/document/doc-en"
	post := func(path string, form url.Values, want int) string {
		t.Helper()
		r := b.post(path, form)
		if r.Code != want {
			t.Fatalf("%s %v: %d, %s", path, form, r.Code, r.Body.String()[:min(600, r.Body.Len())])
		}
		return r.Body.String()
	}
	code := func(words, code string) {
		t.Helper()
		post(doc+"/code", url.Values{"paragraph": {"2"}, "passage": {words}, "codes": {code}}, http.StatusSeeOther)
	}
	segment := func(quote string) string {
		t.Helper()
		all, err := store.All[coding.Segment](context.Background(), s.st, "coded", store.Filter{Owner: "doc-en"})
		if err != nil {
			t.Fatal(err)
		}
		for _, it := range all {
			if it.Object.Anchor.Quote == quote {
				return string(it.Object.ID)
			}
		}
		t.Fatalf("there is no passage %q among %v", quote, s.quotes("en"))
		return ""
	}
	codingOf := func(seg string, code thread.ID) string {
		return string(coding.CodingID(thread.ID(seg), code, "coder-a"))
	}
	do := func(quote, what string, form url.Values, want int) string {
		t.Helper()
		form.Set("segment", segment(quote))
		form.Set("do", what)
		return post(doc+"/passage", form, want)
	}
	code("The coalition was broad.", "code-coalition")
	seg := segment("The coalition was broad.")
	page := b.get(doc + "/passage?segment=" + seg).Body.String()
	if !strings.Contains(page, "It held together") || !strings.Contains(page, "Coalition") {
		t.Error("the page of a passage does not show it within its paragraph")
	}
	do("The coalition was broad.", "recode", url.Values{"coding": {codingOf(seg, "code-coalition")}, "code": {"code-tactics"}}, http.StatusSeeOther)
	do("The coalition was broad.", "note", url.Values{"coding": {codingOf(seg, "code-tactics")}, "text": {"a thought"}}, http.StatusSeeOther)
	do("The coalition was broad.", "add", url.Values{"code": {"code-memory"}}, http.StatusSeeOther)
	do("The coalition was broad.", "memo", url.Values{"text": {"on the passage"}}, http.StatusSeeOther)
	want := func(quotes map[string][]thread.ID) {
		t.Helper()
		got := s.quotes("en")
		for q, codes := range quotes {
			if !slices.Equal(got[q], codes) {
				t.Errorf("%q has %v; expected %v", q, got[q], codes)
			}
		}
		if len(got) != len(quotes) {
			t.Errorf("passages are %v", got)
		}
	}
	both := []thread.ID{"code-memory", "code-tactics"}
	want(map[string][]thread.ID{"The coalition was broad.": both})
	do("The coalition was broad.", "move", url.Values{"passage": {"coalition was broad. It held together"}}, http.StatusSeeOther)
	want(map[string][]thread.ID{"coalition was broad. It held together": both})
	do("coalition was broad. It held together", "split", url.Values{"second": {"It held"}}, http.StatusSeeOther)
	want(map[string][]thread.ID{"coalition was broad.": both, "It held together": both})
	do("coalition was broad.", "join", url.Values{"with": {segment("It held together")}}, http.StatusSeeOther)
	want(map[string][]thread.ID{"coalition was broad. It held together": both})
	// Undo, step by step, to the beginning, and all of it again.
	undo := func(n int, way string) {
		t.Helper()
		for range n {
			post(doc+"/"+way, nil, http.StatusSeeOther)
		}
	}
	at := func(way, want string) {
		t.Helper()
		if got := b.post(doc+"/"+way, nil).Header().Get("Location"); got != want {
			t.Errorf("%s leads to %s; expected %s", way, got, want)
		}
	}
	undo(1, "undo")
	want(map[string][]thread.ID{"coalition was broad.": both, "It held together": both})
	undo(2, "undo")
	want(map[string][]thread.ID{"The coalition was broad.": both})
	at("undo", doc+"?segment="+seg+"#"+seg) // a memo on the passage
	undo(3, "undo")
	at("undo", doc+"#p2") // the passage has gone
	at("undo", doc)       // nothing was left
	want(map[string][]thread.ID{})
	at("redo", doc+"?segment="+seg+"#"+seg)
	undo(10, "redo")
	want(map[string][]thread.ID{"coalition was broad. It held together": both})
	if memos, err := store.All[coding.Memo](context.Background(), s.st, "coded", store.Filter{}); err != nil || len(memos) != 1 {
		t.Errorf("%d memos, %v", len(memos), err)
	}
	// What cannot be.
	for what, form := range map[string]url.Values{"move": {"passage": {"nowhere in the text"}}, "split": {"second": {"coalition"}}, "join": {"with": {"seg-nowhere"}}, "recode": {"coding": {"coding-none"}, "code": {"code-nowhere"}}, "dance": {}, "add": {"code": {"code-memory"}}} {
		want := http.StatusUnprocessableEntity
		if what == "add" {
			want = http.StatusConflict
		}
		if body := do("coalition was broad. It held together", what, form, want); !strings.Contains(body, "role=\"alert\"") {
			t.Errorf("%s: nothing says what is wrong", what)
		}
	}
	// Another coder's codings stay where they are.
	err := s.st.Write(context.Background(), "x", func(tx *store.Tx) error {
		if err := tx.Put("coded", study.Member{ID: "member-coder-z", Handle: "coder-z", Role: study.Coder}, 0); err != nil {
			return err
		}
		return tx.Put("coded", coding.Coding{Segment: thread.ID(segment("coalition was broad. It held together")), Code: "code-arab", Coder: "coder-z"}, 0)
	})
	if err != nil {
		t.Fatal(err)
	}
	do("coalition was broad. It held together", "move", url.Values{"passage": {"coalition was broad"}}, http.StatusSeeOther)
	want(map[string][]thread.ID{"coalition was broad. It held together": {"code-arab"}, "coalition was broad": both})
	// While coding is blind, a coder sees their own alone, and is not told of others'.
	if body := b.get(doc).Body.String(); !strings.Contains(body, "coder-z") {
		t.Error("another's coding is not shown")
	}
	state := b.get(doc + "/state").Body.String()
	if err := s.st.Write(context.Background(), "x", func(tx *store.Tx) error {
		return tx.Put("coded", study.Protocol{ID: "protocol", Unit: "u", Outcome: "o", BlindCoding: true}, store.Any)
	}); err != nil {
		t.Fatal(err)
	}
	if body := b.get(doc).Body.String(); strings.Contains(body, "coder-z") || !strings.Contains(body, "blind") {
		t.Error("blind coding shows another's coding")
	}
	if b.get(doc+"/state").Body.String() == state {
		t.Error("the state is the same though other codings are seen")
	}
}

// TestDocumentsInAndCorrected takes a file in, codes it, corrects its text, and finds the codes at their words.
func TestDocumentsInAndCorrected(t *testing.T) {
	s := newSite(t)
	coded(s)
	b := s.as("lead")
	r := b.upload("/s/coded/documents/new", map[string]string{"title": "Notes"}, map[string]string{"notes.md": "# Notes\n\nThe yuth group kept it.\n\nNobody else did.\n"})
	if r.Code != http.StatusSeeOther {
		t.Fatalf("%d: %s", r.Code, r.Body)
	}
	at := r.Header().Get("Location")
	id := thread.ID(at[strings.LastIndex(at, "/")+1:])
	it, err := store.Get[document.Document](context.Background(), s.st, "coded", id)
	if err != nil || !it.Object.Protected() || it.Object.Format != "md" {
		t.Fatalf("%+v, %v", it.Object, err)
	}
	r = b.upload("/s/coded/documents/new", nil, map[string]string{"atas.txt": "Os cidadãos foram às ruas por causa da corrupção nas compras públicas e exigiram responsabilidade.\n"})
	told := r.Header().Get("Location")
	if it, err := store.Get[document.Document](context.Background(), s.st, "coded", thread.ID(told[strings.LastIndex(told, "/")+1:])); err != nil || it.Object.Language != "pt" {
		t.Errorf("a text in Portuguese is %q, %v", it.Object.Language, err)
	}
	for _, words := range []string{"The yuth group kept it.", "Nobody else did."} {
		n := "2"
		if words[0] == 'N' {
			n = "3"
		}
		if r := b.post(at+"/code", url.Values{"paragraph": {n}, "passage": {words}, "codes": {"code-arab"}}); r.Code != http.StatusSeeOther {
			t.Fatalf("%d: %s", r.Code, r.Body)
		}
	}
	r = b.post(at+"/text", url.Values{"from": {"1"}, "do": {"correct"}, "body": {"# Notes\r\n\r\nThe youth group kept it.\r\n\r\nAnd that is all there is to say.\r\n"}})
	if body := r.Body.String(); r.Code != 200 || !strings.Contains(body, "Version 2 is kept") || !strings.Contains(body, "<del>The yuth group kept it.</del>") || !strings.Contains(body, "Nobody else did.") {
		t.Errorf("%d: %s", r.Code, body)
	}
	segs, err := store.All[coding.Segment](context.Background(), s.st, "coded", store.Filter{Owner: id})
	if err != nil {
		t.Fatal(err)
	}
	text, err := store.Text(context.Background(), s.st, "coded", id, 2)
	if err != nil {
		t.Fatal(err)
	}
	held := 0
	for _, g := range segs {
		if text.Holds(g.Object.Anchor) {
			held++
		}
	}
	if held != 1 {
		t.Errorf("%d of %d passages stand", held, len(segs))
	}
	if body := b.get(at).Body.String(); !strings.Contains(body, "no longer stand") {
		t.Error("the orphan is not told in the reader")
	}
	if body := b.get("/s/coded/search?q=yuth").Body.String(); strings.Contains(body, "<mark>") {
		t.Error("a word that was corrected is found")
	}
	if r := b.post(at+"/text", url.Values{"from": {"1"}, "do": {"correct"}, "body": {"Too late."}}); r.Code != http.StatusConflict || !strings.Contains(r.Body.String(), "Too late.") {
		t.Errorf("a correction of an old version: %d", r.Code)
	}
	// The text of before is there until somebody removes it, and what could be undone goes with it.
	if body := b.get(at + "/text?version=1").Body.String(); !strings.Contains(body, "This is version 1") || !strings.Contains(body, "The yuth group kept it.") || !strings.Contains(body, "Remove the earlier texts") {
		t.Errorf("the earlier text: %s", body)
	}
	if r := b.get(at + "/text?version=-1"); r.Code != http.StatusNotFound {
		t.Errorf("a text that never was: %d", r.Code)
	}
	if undo, _, err := store.Acts(context.Background(), s.st, "coded", "lead", id); err != nil || undo == "" {
		t.Fatalf("nothing to undo: %v", err)
	}
	if r := b.post(at+"/text", url.Values{"from": {"1"}, "do": {"forget"}}); r.Code != http.StatusConflict {
		t.Errorf("removed as seen from an earlier version: %d", r.Code)
	}
	if r := b.post(at+"/text", url.Values{"from": {"2"}, "do": {"forget"}}); r.Code != 200 || !strings.Contains(r.Body.String(), "The earlier texts are gone") || !strings.Contains(r.Body.String(), "Nobody else did.") || !strings.Contains(r.Body.String(), at+"/original") {
		t.Errorf("removed: %d %s", r.Code, r.Body)
	}
	if left, err := store.EarlierTexts(context.Background(), s.st, "coded", id, 2); err != nil || len(left) != 0 {
		t.Errorf("earlier texts: %v, %v", left, err)
	}
	if undo, _, err := store.Acts(context.Background(), s.st, "coded", "lead", id); err != nil || undo != "" {
		t.Errorf("still to be undone: %q, %v", undo, err)
	}
	if c, err := s.st.Check(context.Background()); err != nil || len(c.Faults) > 0 {
		t.Errorf("check: %v, %v", c.Faults, err)
	}
	for page, says := range map[string]string{at + "/text": "Keep the corrected text", at: "no longer stand", "/s/coded/journal": "removed the earlier texts"} {
		if body := b.get(page).Body.String(); !strings.Contains(body, says) || strings.Contains(body, "Remove the earlier texts") {
			t.Errorf("%s does not say %q", page, says)
		}
	}
	o := b.get(at + "/original")
	if o.Code != 200 || o.Header().Get("Content-Type") != "application/octet-stream" || !strings.HasPrefix(o.Header().Get("Content-Disposition"), "attachment") || !strings.Contains(o.Body.String(), "yuth") {
		t.Errorf("the original: %d %v", o.Code, o.Header())
	}
	for name, data := range map[string]string{"a.docx": "PK\x03\x04 not a zip", "b.pdf": "hello", "c.txt": ""} {
		if r := b.upload("/s/coded/documents/new", nil, map[string]string{name: data}); r.Code != http.StatusUnprocessableEntity || !strings.Contains(r.Body.String(), "Not taken in") {
			t.Errorf("%s: %d", name, r.Code)
		}
	}
	// What is to be known of a file is told, on the way to the document.
	if r := b.upload("/s/coded/documents/new", nil, map[string]string{"latin.txt": "Caf\xe9 in the square."}); r.Code != http.StatusOK || !strings.Contains(r.Body.String(), "read as Windows-1252") || !strings.Contains(r.Body.String(), `href="/s/coded/document/doc-`) {
		t.Errorf("a text in another encoding: %d %s", r.Code, r.Body)
	}
	if r := b.post(at+"/text", url.Values{"from": {"2"}, "do": {"file"}}); r.Code != http.StatusUnprocessableEntity {
		t.Errorf("a better file that did not come: %d", r.Code)
	}
	if r := b.upload(at+"/text", map[string]string{"do": "file"}, map[string]string{"latin.txt": "Nobody else did. Caf\xe9."}); r.Code != http.StatusOK || !strings.Contains(r.Body.String(), "read as Windows-1252") {
		t.Errorf("a better file in another encoding: %d %s", r.Code, r.Body)
	}
	if r := b.upload("/s/coded/documents/new", nil, map[string]string{"notes.md": "# Notes\n\nThe yuth group kept it.\n\nNobody else did.\n"}); r.Code != http.StatusUnprocessableEntity || !strings.Contains(r.Body.String(), string(id)) {
		t.Errorf("the same file again: %d", r.Code)
	}
}

// TestTwoAtOnce lets one coder see in the browser what another codes meanwhile, and undo with the keyboard.
func TestTwoAtOnce(t *testing.T) {
	s := newSite(t)
	coded(s)
	server := httptest.NewServer(s.srv)
	t.Cleanup(server.Close)
	p := browser.Open(t).Page(1280, 900)
	signIn(p, server.URL, "coder-a")
	p.Goto(server.URL + "/s/coded/document/doc-th")
	looksRight(t, p, server.URL, "reader")
	err := s.st.Write(context.Background(), "x", func(tx *store.Tx) error {
		if err := tx.Put("coded", study.Member{ID: "member-coder-z", Handle: "coder-z", Role: study.Coder}, 0); err != nil {
			return err
		}
		text, err := store.Text(context.Background(), tx, "coded", "doc-th", 1)
		if err != nil {
			return err
		}
		a, err := text.Find("กลุ่มพันธมิตร")
		if err != nil {
			return err
		}
		if err := tx.Put("coded", coding.Segment{ID: "seg-live", Anchor: a}, 0); err != nil {
			return err
		}
		return tx.Put("coded", coding.Coding{Segment: "seg-live", Code: "code-memory", Coder: "coder-z"}, 0)
	})
	if err != nil {
		t.Fatal(err)
	}
	p.Wait("#seg-live")
	if !strings.Contains(p.Text("[data-live]"), "Somebody else") {
		t.Error("nothing says that somebody coded")
	}
	// One's own coding, taken back with the keys.
	s.as("coder-a").post("/s/coded/document/doc-th/code", url.Values{"paragraph": {"3"}, "passage": {"จบ"}, "codes": {"code-arab"}})
	p.Goto(server.URL + "/s/coded/document/doc-th")
	if len(s.quotes("th")) != 2 {
		t.Fatalf("%v", s.quotes("th"))
	}
	p.Load(func() {
		p.Eval(`document.dispatchEvent(new KeyboardEvent("keydown", {key: "z", ctrlKey: true, bubbles: true, cancelable: true}))`, nil)
	})
	if len(s.quotes("th")) != 1 {
		t.Errorf("after the keys of undo there are %v", s.quotes("th"))
	}
	if p.Text(".acts") == "" {
		t.Error("what was undone cannot be done again")
	}
	p.Goto(server.URL + "/s/coded/document/doc-th/passage?segment=seg-live")
	looksRight(t, p, server.URL, "passage")
	if len(p.Text("main")) == 0 {
		t.Error("the page is empty")
	}
}

// TestConnectionDrops saves in the browser while the connection is down: what was chosen is kept, and arrives by itself.
func TestConnectionDrops(t *testing.T) {
	s := newSite(t)
	coded(s)
	var down atomic.Bool
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if down.Load() {
			if c, _, err := w.(http.Hijacker).Hijack(); err == nil {
				c.Close()
			}
			return
		}
		s.srv.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	p := browser.Open(t).Page(1280, 900)
	signIn(p, server.URL, "coder-a")
	p.Goto(server.URL + "/s/coded/document/doc-hy")
	p.Click("#p3 .codehere a")
	p.Press("Enter")
	p.Fill("#coder-filter", "Mém")
	p.Press("Enter")
	down.Store(true)
	p.Press("Enter")
	p.Wait("coder-panel .error:not([hidden])")
	if got := p.Text("coder-panel .error"); !strings.Contains(got, "kept here") {
		t.Errorf("without a connection it says %q", got)
	}
	if len(s.quotes("hy")) != 0 {
		t.Fatal("it was saved without a connection")
	}
	p.Load(func() { down.Store(false) })
	if got := s.quotes("hy"); len(got) != 1 {
		t.Errorf("after the connection came back there are %v", got)
	}
	for _, codes := range s.quotes("hy") {
		if !slices.Equal(codes, []thread.ID{"code-memory"}) {
			t.Errorf("it has %v", codes)
		}
	}
}

// TestEvidenceFromTheText adds a passage to a takeaway and to a score from its own page; both ask for another look then.
func TestEvidenceFromTheText(t *testing.T) {
	s := newSite(t)
	whole, err := s.st.Bundle(context.Background(), "alpha")
	if err != nil {
		t.Fatal(err)
	}
	var seg coding.Segment
	targets := map[thread.Kind]thread.ID{}
	for _, o := range whole.Objects {
		switch x := o.(type) {
		case coding.Segment:
			if x.Case == "case-armenia" {
				seg = x
			}
		case synthesis.Takeaway, synthesis.Score:
			if o.Place().Case == "case-armenia" && !slices.ContainsFunc(o.Links(), func(l thread.Link) bool { return l.To == seg.ID }) {
				targets[o.Ref().Kind()] = o.Ref()
			}
		}
	}
	b := s.as("lead")
	page := "/s/alpha/document/" + string(seg.Anchor.Document) + "/passage"
	body := b.get(page + "?segment=" + string(seg.ID)).Body.String()
	if !strings.Contains(body, "Write a takeaway from it") {
		t.Error("no takeaway can be written from it")
	}
	for kind, id := range targets {
		if !strings.Contains(body, `value="`+string(id)+`"`) {
			t.Errorf("%s is not offered", id)
		}
		for i, want := range []int{http.StatusSeeOther, http.StatusUnprocessableEntity} {
			if r := b.post(page, url.Values{"segment": {string(seg.ID)}, "do": {"evidence"}, "for": {string(id)}, "side": {"against"}}); r.Code != want {
				t.Errorf("%s, the %d. time: %d %s", kind, i+1, r.Code, r.Body)
			}
		}
		it, err := store.Find(context.Background(), s.st, "alpha", id)
		if err != nil || !slices.Contains(it.Object.Links(), thread.Link{To: seg.ID, Role: thread.Contradicts}) || it.Node.State() == thread.Standing {
			t.Errorf("%s: %+v, %s, %v", id, it.Object, it.Node.State(), err)
		}
		// Taken back and added again: nobody confirmed anything by that.
		for _, do := range []string{"undo", "redo"} {
			b.post(strings.TrimSuffix(page, "/passage")+"/"+do, nil)
			it, err := store.Find(context.Background(), s.st, "alpha", id)
			if has := slices.Contains(it.Object.Links(), thread.Link{To: seg.ID, Role: thread.Contradicts}); err != nil || has != (do == "redo") || do == "redo" && it.Node.State() == thread.Standing {
				t.Errorf("%s of %s: %+v, %s, %v", do, id, it.Object, it.Node.State(), err)
			}
		}
	}
	if len(targets) == 0 {
		t.Error("nothing was tried")
	}
	if r := b.get("/s/alpha/case/case-armenia/takeaway/new?segment=" + string(seg.ID)); !strings.Contains(r.Body.String(), `value="`+string(seg.ID)+`" checked`) {
		t.Error("the passage is not chosen in the new takeaway")
	}
}

// TestEvidenceIsDragged drags a passage in the margin onto a takeaway, for and against, and onto a score.
func TestEvidenceIsDragged(t *testing.T) {
	s := exampleSite(t)
	server := httptest.NewServer(s.srv)
	t.Cleanup(server.Close)
	p := browser.Open(t).Page(1280, 900)
	signIn(p, server.URL, "lead")
	whole, err := s.st.Bundle(context.Background(), example)
	if err != nil {
		t.Fatal(err)
	}
	// A passage, and a takeaway and a score of its case that do not rest on it.
	const seg = thread.ID("seg-armenia-chronicle-01")
	targets := map[thread.Kind]thread.ID{}
	for _, o := range whole.Objects {
		k := o.Ref().Kind()
		if (k == thread.Takeaway || k == thread.Score) && o.Place().Case == "case-armenia" && !slices.ContainsFunc(o.Links(), func(l thread.Link) bool { return l.To == seg }) {
			targets[k] = o.Ref()
		}
	}
	if len(targets) != 2 {
		t.Fatalf("there is nothing to drag it onto: %v", targets)
	}
	at := server.URL + "/s/" + example + "/document/doc-armenia-chronicle"
	card := `.notes li[data-passage="` + string(seg) + `"]`
	p.Goto(at)
	for kind, side := range map[thread.Kind]string{thread.Takeaway: "for", thread.Score: "against"} {
		id := targets[kind]
		where := `[data-for="` + string(id) + `"] [data-side="` + side + `"]`
		p.Load(func() { p.Carry(card, where, 0.5, 0.5) })
		it, err := store.Find(context.Background(), s.st, example, id)
		role := map[string]thread.Role{"for": thread.Supports, "against": thread.Contradicts}[side]
		if err != nil || !slices.Contains(it.Object.Links(), thread.Link{To: seg, Role: role}) || it.Node.State() == thread.Standing {
			t.Errorf("%s %s: %v, %s, %v", side, id, it.Object.Links(), it.Node.State(), err)
		}
		if told := p.Text(card); !strings.Contains(told, "asks for another look") {
			t.Errorf("nothing is told beside the passage: %q", told)
		}
		looksRight(t, p, server.URL, "a passage that became evidence")
	}
	// What is there already is told.
	p.Load(func() {
		p.Carry(card, `[data-for="`+string(targets[thread.Score])+`"] [data-side="for"]`, 0.5, 0.5)
	})
	if told := p.Text("main"); !strings.Contains(told, "among that evidence already") {
		t.Errorf("dragged twice: %.300s", told)
	}
}

// TestWithdrawnConsentStopsUndo codes in an interview, sees its consent withdrawn, and finds that neither undo nor a memo nor
// a look at its parts goes on.
func TestWithdrawnConsentStopsUndo(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ctx := context.Background()
	docs, err := store.All[document.Document](ctx, s.st, "alpha", store.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(docs, func(d store.Item[document.Document]) bool { return d.Object.Interview != "" })
	d := docs[i].Object
	at := "/s/alpha/document/" + string(d.ID)
	lead := s.as("lead")
	if r := lead.post(at+"/code", url.Values{"paragraph": {"3"}, "passage": {"Goodbye."}, "codes": {"code-tactics-street"}}); r.Code != 303 {
		t.Fatalf("coded: %d %s", r.Code, r.Body)
	}
	count := func() int {
		n, err := store.CodingsOf[coding.Coding](ctx, s.st, "alpha", d.ID)
		if err != nil {
			t.Fatal(err)
		}
		return len(n)
	}
	before := count()
	err = s.st.Write(ctx, "lead", func(tx *store.Tx) error {
		it, err := store.Get[fieldwork.Interview](ctx, tx, "alpha", d.Interview)
		if err != nil {
			return err
		}
		in := it.Object
		in.Consent.Withdrawn = "2026-10-01"
		return tx.Put("alpha", in, store.Any)
	})
	if err != nil {
		t.Fatal(err)
	}
	for path, form := range map[string]url.Values{
		at + "/undo": nil, at + "/redo": nil, at + "/code": {"paragraph": {"3"}, "passage": {"Goodbye."}, "codes": {"code-tactics"}},
		"/s/alpha/thread/" + string(d.ID) + "/memo": {"text": {"x"}}, at + "/parts": {"says": {"x"}},
	} {
		if r := lead.post(path, form); r.Code != 403 {
			t.Errorf("%s answers %d", path, r.Code)
		}
	}
	if count() != before {
		t.Error("what was coded changed")
	}
	for _, path := range []string{at + "/play", at + "/page?page=1", at + "/parts", at + "/original", at + "/edit", at + "/media"} {
		if r := lead.get(path); r.Code != 403 {
			t.Errorf("%s answers %d", path, r.Code)
		}
	}
}

// TestLongPassage shows the beginning of a passage of a whole text where passages are listed, and says how long it is.
func TestLongPassage(t *testing.T) {
	s := newSite(t)
	coded(s)
	body := strings.Repeat("Nobody came. 🟦\n", 400)
	d := document.Document{ID: "doc-long", Title: "Long", Kind: document.Report, Language: "en", Record: "ref-one", Version: 1, SHA256: document.Sum(body)}
	text := document.Text{Document: d.ID, Version: 1, Body: body}
	a, err := text.At(0, len([]rune(body)))
	if err != nil {
		t.Fatal(err)
	}
	seg := coding.Segment{ID: "seg-long", Anchor: a}
	if _, err := s.st.Add(context.Background(), "lead", "coded", []thread.Object{d, seg, coding.Coding{Segment: seg.ID, Code: "code-memory", Coder: "lead"}}, []document.Text{text}, nil); err != nil {
		t.Fatal(err)
	}
	for _, at := range []string{"/s/coded/coded?code=code-memory", "/s/coded/code/code-memory", "/s/coded/thread/seg-long"} {
		page := s.as("lead").get(at).Body.String()
		if n := strings.Count(page, "Nobody came."); n < 100 || n > 200 || !strings.Contains(page, "the passage has 6000 characters") {
			t.Errorf("%s shows it %d times, long: %t", at, n, strings.Contains(page, "6000 characters"))
		}
	}
}
