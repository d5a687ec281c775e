package web

import (
	"bytes"
	"context"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"throughline/exchange/refiqda"
	"throughline/internal/coding"
	"throughline/internal/document"
	"throughline/internal/store"
	"throughline/internal/study"
)

// TestExchangeRoom brings a project of another program in, takes the study along, and brings that in again.
func TestExchangeRoom(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	coded(s)
	lead := s.as("lead")
	g := func(n string) string { return refiqda.NewGUID("test", n) }
	text := "We met in the square.\n\nNobody went home."
	var pack bytes.Buffer
	_, err := refiqda.Write(&pack, refiqda.Project{Name: "P", Origin: "x", Users: []refiqda.User{{GUID: g("u"), Name: "Ann B"}}, Codes: []refiqda.Code{{GUID: g("c"), Name: "Meeting", Codable: true, Color: "#123456"}},
		Sources: []refiqda.Source{{GUID: g("s"), Kind: refiqda.TextSource, Name: "Notes", Text: text, HasText: true, Selections: []refiqda.Selection{{GUID: g("x"), Kind: refiqda.TextSelection, Start: 3, End: 6, Quote: "met", User: g("u"), Codings: []refiqda.Coding{{GUID: g("k"), Code: g("c"), User: g("u")}}}}}}},
		refiqda.WriteOptions{Users: true})
	if err != nil {
		t.Fatal(err)
	}
	r := lead.upload("/s/coded/exchange", map[string]string{"language": "en"}, map[string]string{"p.qdpx": pack.String()})
	if r.Code != 200 || !strings.Contains(r.Body.String(), "Brought in") || !strings.Contains(r.Body.String(), "its colour #123456 becomes") {
		t.Fatalf("%d %s", r.Code, r.Body)
	}
	if it, err := store.Get[study.Member](context.Background(), s.st, "coded", "member-ann-b"); err != nil || it.Object.Role != study.Coder {
		t.Errorf("%+v, %v", it.Object, err)
	}
	docs, err := store.All[document.Document](context.Background(), s.st, "coded", store.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	found := false
	for _, d := range docs {
		if d.Object.Title != "Notes" {
			continue
		}
		found = true
		segs, _ := store.All[coding.Segment](context.Background(), s.st, "coded", store.Filter{Owner: d.Object.ID})
		if len(segs) != 1 || segs[0].Object.Anchor.Quote != "met" || !segs[0].Node.Protected {
			t.Errorf("%+v", segs)
		}
	}
	if !found {
		t.Error("its document is not there")
	}
	// A table of codings, and what is none of these.
	if r := lead.upload("/s/coded/exchange", nil, map[string]string{"x.csv": "document,code,quote\ndoc-en,Hope,coalition\n"}); r.Code != 200 || len(s.quotes("en")["coalition"]) != 1 {
		t.Errorf("a table: %d %v", r.Code, s.quotes("en"))
	}
	// What did not come along is told, each by its name; that nothing came, too.
	r = lead.upload("/s/coded/exchange", nil, map[string]string{"x.csv": "document,code,quote\nFirst nowhere,Hope,a\nSecond nowhere,Hope,b\n"})
	for _, want := range []string{"Nothing new came in", "What did not come along: 2", "1 more"} {
		if !strings.Contains(r.Body.String(), want) {
			t.Errorf("a table of which nothing comes in does not say %q: %s", want, r.Body)
		}
	}
	if strings.Contains(r.Body.String(), "Its documents are protected") {
		t.Error("documents are told of where none came in")
	}
	if r := lead.upload("/s/coded/exchange", nil, map[string]string{"x.txt": "A plain text."}); r.Code != 422 || !strings.Contains(r.Body.String(), "under Documents, New document") {
		t.Errorf("a text where projects come in: %d %s", r.Code, r.Body)
	}
	for name, content := range map[string]string{"x.qdpx": "nothing", "x.sqlite3": "SQLite format 3\x00 and no more", "x.csv": "", "x.zip": "PK\x03\x04"} {
		if r := lead.upload("/s/coded/exchange", nil, map[string]string{name: content}); r.Code != 422 {
			t.Errorf("%s: %d", name, r.Code)
		}
	}
	if r := lead.upload("/s/coded/exchange", map[string]string{"case": "case-none"}, map[string]string{"p.qdpx": pack.String()}); r.Code != 422 {
		t.Errorf("for a case that is not there: %d", r.Code)
	}
	if r := s.as("coder-a").get("/s/coded/exchange"); r.Code != 403 {
		t.Errorf("a coder: %d", r.Code)
	}
	// Out: protected material stays unless asked for.
	for _, c := range []struct {
		form url.Values
		want int // sources
	}{{url.Values{"what": {"project"}, "profile": {"nvivo"}}, 4}, {url.Values{"what": {"project"}, "interviews": {"1"}}, 5}} {
		r := lead.post("/s/coded/exchange/out", c.form)
		p, err := refiqda.Open(bytes.NewReader(r.Body.Bytes()), int64(r.Body.Len()), refiqda.ReadOptions{})
		if r.Code != 200 || err != nil || len(p.Project.Sources) != c.want {
			t.Errorf("%v: %d, %v, %d sources", c.form, r.Code, err, len(p.Project.Sources))
		}
	}
	if r := lead.post("/s/coded/exchange/out", url.Values{"what": {"codebook"}}); r.Code != 200 || !strings.Contains(r.Body.String(), "Meeting") || !strings.Contains(r.Header().Get("Content-Disposition"), "coded.qdc") {
		t.Errorf("the codebook: %d %v", r.Code, r.Header())
	}
	for what, says := range map[string]string{"table": "PK", "annotations": "coalition"} {
		if r := lead.post("/s/coded/exchange/out", url.Values{"what": {what}}); r.Code != 200 || !strings.Contains(r.Body.String(), says) || strings.Contains(r.Body.String(), "in the square") {
			t.Errorf("codings as %s: %d %.300s", what, r.Code, r.Body)
		}
	}
	if r := lead.post("/s/coded/exchange/out", url.Values{"what": {"losses"}}); r.Code != 200 || !strings.Contains(r.Body.String(), "item") {
		t.Errorf("what stays: %d %s", r.Code, r.Body)
	}
}

// TestDatabasesComeIn brings projects in out of the databases of other programs, as far as samples are there.
func TestDatabasesComeIn(t *testing.T) {
	t.Parallel()
	found, err := filepath.Glob("../../../shared/data/refi-qda/samples/own/*.sqlite3")
	if err != nil {
		t.Fatal(err)
	}
	if len(found) == 0 {
		t.Skip("there are no databases of other programs in ../shared")
	}
	s := newSite(t)
	coded(s)
	for _, at := range found {
		b, err := os.ReadFile(at)
		if err != nil {
			t.Fatal(err)
		}
		if r := s.as("lead").upload("/s/coded/exchange", nil, map[string]string{"t.sqlite3": string(b)}); r.Code != 200 || !strings.Contains(r.Body.String(), "Brought in") {
			t.Errorf("%s: %d", at, r.Code)
		}
	}
}
