package web

import (
	"bytes"
	"context"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"throughline/exchange/biblio"
	"throughline/internal/source"
	"throughline/internal/store"
)

// sent makes what a browser sends of a form with files.
func sent(t *testing.T, fields map[string]string, files map[string]string) (body *bytes.Buffer, sort string) {
	t.Helper()
	body = &bytes.Buffer{}
	w := multipart.NewWriter(body)
	for k, v := range fields {
		if err := w.WriteField(k, v); err != nil {
			t.Fatal(err)
		}
	}
	for name, content := range files {
		f, err := w.CreateFormFile("files", name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	w.Close()
	return body, w.FormDataContentType()
}

func (v *visitor) upload(path string, fields, files map[string]string) *httptest.ResponseRecorder {
	body, sort := sent(v.s.t, fields, files)
	r := httptest.NewRequest("POST", path, body)
	r.Header.Set("Content-Type", sort)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return v.do(r)
}

// ended waits for an import to end, and gives its page.
func ended(t *testing.T, b *visitor, path string) string {
	t.Helper()
	for range 400 {
		r := b.get(path)
		if r.Code != http.StatusOK {
			t.Fatalf("GET %s: %d", path, r.Code)
		}
		if !strings.Contains(r.Body.String(), "renews itself") {
			return r.Body.String()
		}
		if r.Header().Get("Refresh") == "" {
			t.Error("the page of an import under way does not renew itself")
		}
		time.Sleep(25 * time.Millisecond)
	}
	t.Fatal("the import does not end")
	return ""
}

const twoRIS = "TY  - JOUR\nTI  - Squares and power\nAU  - Doe, J\nPY  - 2019\nDO  - 10.1000/1\nER  - \n\nTY  - NEWS\nTI  - <script>alert(1)</script>\nAU  - Roe, R\nPY  - 2020\nER  - \n"

func TestImportReferences(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	t.Cleanup(s.srv.Close)
	b := s.as("researcher-1")
	has(t, b.get("/s/alpha/literature").Body.String(), `href="/s/alpha/literature/import"`)
	has(t, s.as("coder-a").get("/s/alpha/literature").Body.String(), "!literature/import")
	const path = "/s/alpha/literature/import"
	fields := func(pairs ...string) map[string]string {
		f := map[string]string{"source": "Scopus", "route": "database", "on": "2026-11-25", "query": "protest AND corruption"}
		for i := 0; i+1 < len(pairs); i += 2 {
			f[pairs[i]] = pairs[i+1]
		}
		return f
	}
	for _, c := range []struct {
		fields, files map[string]string
		want          string
	}{
		{fields(), nil, "Choose at least one file"},
		{fields(), map[string]string{"empty.ris": ""}, "Choose at least one file"},
		{fields("source", ""), map[string]string{"a.ris": twoRIS}, "source"},
		{fields("on", "yesterday"), map[string]string{"a.ris": twoRIS}, "yesterday"},
		{fields("route", "by air"), map[string]string{"a.ris": twoRIS}, "by air"},
	} {
		r := b.upload(path, c.fields, c.files)
		if r.Code != http.StatusUnprocessableEntity || !strings.Contains(r.Body.String(), c.want) || !strings.Contains(r.Body.String(), "protest AND corruption") {
			t.Errorf("%v: %d, no %q", c.fields, r.Code, c.want)
		}
	}
	if r := s.as("coder-a").upload(path, fields(), map[string]string{"a.ris": twoRIS}); r.Code != http.StatusForbidden {
		t.Errorf("a coder imports: %d", r.Code)
	}
	r := b.upload(path, fields(), map[string]string{"a.txt": twoRIS})
	if r.Code != http.StatusSeeOther {
		t.Fatalf("%d %s", r.Code, r.Body.String())
	}
	at := r.Header().Get("Location")
	has(t, ended(t, b, at), "2 records were kept", "2 works are new to the study", "a.txt", "RIS", "2 seen, 2 kept, 0 refused", "1 no DOI", "!<script>alert")
	has(t, b.get("/s/alpha/literature").Body.String(), "Squares and power", "&lt;script&gt;alert(1)", "Scopus", "protest AND corruption")
	// Pasted again, it is known; what cannot be read is told by its name and leaves nothing behind.
	r = b.upload(path, fields("text", twoRIS), nil)
	has(t, ended(t, b, r.Header().Get("Location")), "0 works are new to the study", "2 records belong to works that it had already")
	before := len(records(s))
	r = b.upload(path, fields(), map[string]string{"good.ris": twoRIS, "picture.png": "\x89PNG\r\n\x1a\n\x00\x00"})
	has(t, ended(t, b, r.Header().Get("Location")), "Not imported", "picture.png")
	if n := len(records(s)); n != before {
		t.Errorf("%d records, there were %d", n, before)
	}
	// A saved web page tells of itself; citations in running text are guessed at.
	r = b.upload(path, fields("route", "website"), map[string]string{"page.html": `<!doctype html><html lang="th"><head><title>x</title><meta property="og:title" content="Prices rise again"><meta property="og:site_name" content="Daily"><meta property="article:published_time" content="2018-04-23"></head><body>text</body></html>`})
	has(t, ended(t, b, r.Header().Get("Location")), "1 record was kept", "A saved web page")
	has(t, b.get("/s/alpha/literature?text=prices&language=th").Body.String(), "Prices rise again", "Thai")
	r = b.upload(path, fields("text", "Poe, E. (2011). Lanterns in the square. Journal of Protest, 4(2), 11-30. https://doi.org/10.1000/xyz123\n"), nil)
	has(t, ended(t, b, r.Header().Get("Location")), "Citations in running text")
	has(t, b.get("/s/alpha/literature?text=lanterns").Body.String(), "Lanterns in the square")
	has(t, b.get("/s/alpha/literature/import").Body.String(), "Under way and lately ended", "Scopus, 25 November 2026")
	// Of others' imports, and of those that are forgotten, nothing is told.
	for _, who := range []string{"coder-a", "outsider"} {
		if r := s.as(who).get(at); r.Code == http.StatusOK {
			t.Errorf("%s sees the import", who)
		}
	}
	if r := b.get("/s/alpha/import/nothing"); r.Code != http.StatusNotFound {
		t.Errorf("an import that is none: %d", r.Code)
	}
}

func records(s *site) []store.Item[source.Record] {
	s.t.Helper()
	all, err := store.All[source.Record](context.Background(), s.st, "alpha", store.Filter{})
	if err != nil {
		s.t.Fatal(err)
	}
	return all
}

// A cancelled import leaves nothing behind.
func TestImportIsCancelled(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as("researcher-1")
	var many strings.Builder
	for i := range 20_000 {
		fmt.Fprintf(&many, "TY  - JOUR\nTI  - Title number %d\nPY  - 2001\nER  - \n", i)
	}
	before := len(records(s))
	r := b.upload("/s/alpha/literature/import", map[string]string{"source": "Large", "on": "2026-11-25", "route": "database"}, map[string]string{"many.ris": many.String()})
	at := r.Header().Get("Location")
	if r := b.post(at+"/cancel", nil); r.Code != http.StatusSeeOther {
		t.Fatalf("cancel: %d", r.Code)
	}
	has(t, ended(t, b, at), "Nothing of it was kept")
	s.srv.Close()
	if n := len(records(s)); n != before {
		t.Errorf("%d records, there were %d", n, before)
	}
}

func TestRecordsAreTakenAlong(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, f := range referenceFiles {
		r := s.as("researcher-1").get("/s/alpha/literature/" + f.name)
		if r.Code != http.StatusOK || r.Header().Get("Content-Type") != f.sort {
			t.Errorf("%s: %d %v", f.name, r.Code, r.Header())
		}
		back, err := biblio.Read(r.Body.Bytes())
		if err != nil || back.Format != f.format || len(back.Records) != 4 {
			t.Errorf("%s: %v, %d records of the format %s", f.name, err, len(back.Records), back.Format)
		}
		if f.format == biblio.RIS {
			has(t, r.Body.String(), "include by researcher-1", "Record "+rouLabel)
			has(t, s.as("team-arm").get("/s/alpha/literature/"+f.name).Body.String(), "!"+rouLabel, "!researcher-1")
		}
	}
	if r := s.as("researcher-1").get("/s/alpha/literature/records.doc"); r.Code != http.StatusNotFound {
		t.Errorf("no such file: %d", r.Code)
	}
}
