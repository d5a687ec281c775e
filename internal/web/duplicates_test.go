package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"testing"

	"throughline/internal/source"
	"throughline/internal/store"
	"throughline/internal/thread"
)

func workOf(s *site, id thread.ID) source.Work {
	s.t.Helper()
	ws, err := store.All[source.Work](context.Background(), s.st, "alpha", store.Filter{})
	if err != nil {
		s.t.Fatal(err)
	}
	for _, w := range ws {
		if slices.Contains(w.Object.Records, id) {
			return w.Object
		}
	}
	return source.Work{}
}

func TestDuplicatesAreJudged(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as("researcher-1")
	has(t, b.get("/s/alpha/duplicates").Body.String(), "Nothing is in doubt")
	// A conference paper and the article of the same name: alike, and for a person to say.
	s.put("researcher-1", source.Record{ID: "ref-x1", Type: "article", Title: "Squares, networks and the fall of a government", Authors: []string{"Doe, Jane", "Roe, Richard"}, Year: 2019, Container: "Journal of Protest", Volume: "12", Pages: "101-120", Abstract: "We ask when squares matter."})
	s.put("researcher-1", source.Record{ID: "ref-x2", Type: "article", Title: "Squares, networks and the fall of a government", Authors: []string{"Doe, Jane", "Roe, Richard"}, Year: 2019, Container: "Working papers on contention", Abstract: "We ask when squares matter."})
	page := b.get("/s/alpha/duplicates").Body.String()
	has(t, page, "Squares, networks and the fall", `value="ref-x2"`, "<mark>Journal of Protest</mark>", "differs", "The same work")
	post := func(path string, pairs ...string) int {
		v := url.Values{}
		for i := 0; i+1 < len(pairs); i += 2 {
			v.Set(pairs[i], pairs[i+1])
		}
		return b.post(path, v).Code
	}
	for _, bad := range [][]string{{"other", "ref-x2"}, {"decision", "same", "other", "ref-x1"}, {"decision", "perhaps", "other", "ref-x2"}} {
		if code := post("/s/alpha/duplicates/ref-x1", bad...); code != http.StatusUnprocessableEntity {
			t.Errorf("%v: %d", bad, code)
		}
	}
	if code := post("/s/alpha/duplicates/ref-x1", "decision", "same", "other", "ref-nowhere"); code != http.StatusNotFound {
		t.Errorf("a record that is none: %d", code)
	}
	if code := post("/s/alpha/duplicates/ref-x1", "decision", "same", "other", "ref-x2"); code != http.StatusSeeOther {
		t.Fatalf("same: %d", code)
	}
	if w := workOf(s, "ref-x1"); !slices.Equal(w.Records, []thread.ID{"ref-x1", "ref-x2"}) || w.Reason == "" {
		t.Errorf("joined as %+v", w)
	}
	has(t, b.get("/s/alpha/duplicates").Body.String(), "Nothing is in doubt")
	// It is taken back on the page of a record, and remembered: nobody is asked again.
	has(t, b.get("/s/alpha/record/ref-x1").Body.String(), "judged the same by researcher-1", "Not the same")
	has(t, s.as("coder-a").get("/s/alpha/record/ref-x1").Body.String(), "!Not the same")
	if code := post("/s/alpha/duplicates/ref-x1", "decision", "apart", "other", "ref-x2", "from", "record"); code != http.StatusSeeOther {
		t.Fatalf("apart: %d", code)
	}
	one, two := workOf(s, "ref-x1"), workOf(s, "ref-x2")
	if len(one.Records) != 1 || len(two.Records) != 1 || !slices.Contains(one.Apart, "ref-x2") || !slices.Contains(two.Apart, "ref-x1") || one.Reason != "" {
		t.Errorf("parted as %+v and %+v", one, two)
	}
	has(t, b.get("/s/alpha/duplicates").Body.String(), "Nothing is in doubt")
	// Said the other way again, and parted from the side of the record that names the work.
	if code := post("/s/alpha/duplicates/ref-x2", "decision", "same", "other", "ref-x1"); code != http.StatusSeeOther {
		t.Fatalf("same again: %d", code)
	}
	if w := workOf(s, "ref-x1"); len(w.Records) != 2 || len(w.Apart) != 0 {
		t.Errorf("joined again as %+v", w)
	}
	if code := post("/s/alpha/duplicates/ref-x1", "decision", "apart", "other", "ref-x2"); code != http.StatusSeeOther {
		t.Fatalf("apart again: %d", code)
	}
	if r := s.as("coder-a").get("/s/alpha/duplicates"); r.Code != http.StatusForbidden {
		t.Errorf("a coder sees the queue: %d", r.Code)
	}
}
