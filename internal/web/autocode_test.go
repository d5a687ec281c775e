package web

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"throughline/internal/coding"
	"throughline/internal/store"
	"throughline/internal/thread"
)

// TestCodeByWords finds passages, codes those that stay ticked, and takes it back; then merges a code and takes that back.
func TestCodeByWords(t *testing.T) {
	s := newSite(t)
	coded(s)
	b := s.as("lead")
	at := "/s/coded/code/code-memory/autocode"
	value := regexp.MustCompile(`name="at" value="([^"]*)"`)
	find := func(q string) (values []string, body string) {
		t.Helper()
		r := b.get(at + "?" + q)
		for _, m := range value.FindAllStringSubmatch(r.Body.String(), -1) {
			values = append(values, m[1])
		}
		return values, r.Body.String()
	}
	got, body := find("q=end&unit=sentence")
	if len(got) != 2 || !strings.Contains(body, "<mark>The end came again.</mark>") {
		t.Fatalf("%v in %s", got, body)
	}
	if x, _ := find("q=" + url.QueryEscape(`end\s+came`) + "&how=pattern&unit=match"); len(x) != 2 {
		t.Errorf("a pattern finds %v", x)
	}
	if x, body := find("q=" + url.QueryEscape("พันธมิตร") + "&unit=match"); len(x) != 1 || !strings.Contains(body, "<mark>พันธมิตร</mark>") {
		t.Errorf("Thai: %v", x)
	}
	if _, body := find("q=" + url.QueryEscape("(") + "&how=pattern"); !strings.Contains(body, "cannot be read") {
		t.Error("a broken pattern is not told")
	}
	r := b.post(at, url.Values{"q": {"end"}, "at": got[1:]})
	if r.Code != 200 || !strings.Contains(r.Body.String(), "1 passage coded") {
		t.Fatalf("%d: %s", r.Code, r.Body)
	}
	if q := s.quotes("en"); len(q) != 1 || len(q["The end came again."]) != 1 {
		t.Errorf("%v", q)
	}
	if x, body := find("q=end&unit=sentence"); len(x) != 1 || !strings.Contains(body, "1 you coded so already") {
		t.Errorf("again: %v", x)
	}
	if r := b.post(at, url.Values{"q": {"end"}}); r.Code != http.StatusUnprocessableEntity {
		t.Errorf("nothing ticked: %d", r.Code)
	}
	if r := b.post(at, url.Values{"at": {"doc-en 1 5 999999"}}); r.Code != http.StatusUnprocessableEntity {
		t.Errorf("a place that is not there: %d", r.Code)
	}
	b.post("/s/coded/code/code-memory/undo", nil)
	if q := s.quotes("en"); len(q) != 0 {
		t.Errorf("after undo: %v", q)
	}
	// Merge.
	b.post(at, url.Values{"q": {"end"}, "at": got})
	b.post("/s/coded/document/doc-en/code", url.Values{"paragraph": {"3"}, "passage": {"The end came again."}, "codes": {"code-arab"}})
	if body := b.get("/s/coded/code/code-tactics/merge").Body.String(); strings.Contains(body, `value="code-tactics-street"`) || !strings.Contains(body, `value="code-arab"`) {
		t.Error("a code could be merged into one below it")
	}
	if r := b.post("/s/coded/code/code-memory/merge", url.Values{"into": {"code-arab"}}); r.Code != http.StatusSeeOther {
		t.Fatalf("%d: %s", r.Code, r.Body)
	}
	q := s.quotes("en")
	if len(q["The end came again."]) != 1 || q["The end came again."][0] != "code-arab" || len(q) != 2 {
		t.Errorf("after the merge: %v", q)
	}
	if _, err := store.Get[coding.Code](context.Background(), s.st, "coded", "code-memory"); err == nil {
		t.Error("the code is still there")
	}
	if r := b.post("/s/coded/code/code-tactics/merge", url.Values{"into": {"code-tactics-street"}}); r.Code != http.StatusConflict && r.Code != http.StatusUnprocessableEntity {
		t.Errorf("into one below it: %d", r.Code)
	}
	if body := b.get("/s/coded/codebook").Body.String(); !strings.Contains(body, "Undo: merge of Mémoire") {
		t.Error("the codebook does not offer to undo")
	}
	b.post("/s/coded/codebook/undo", nil)
	if q := s.quotes("en")["The end came again."]; len(q) != 2 || q[1] != thread.ID("code-memory") {
		t.Errorf("after undoing the merge: %v", q)
	}
}
