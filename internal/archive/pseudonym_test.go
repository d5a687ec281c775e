package archive_test

import (
	"bytes"
	"testing"

	"throughline/internal/archive"
	"throughline/internal/cases"
	"throughline/internal/store/storetest"
	"throughline/internal/thread"
)

// A person of a coalition leaves under a number: no file of the folder holds the name, the address or an id made of them.
func TestPseudonymise(t *testing.T) {
	b := storetest.Study()
	b.Objects = append(b.Objects,
		cases.Actor{ID: "actor-anahit", Case: "case-a", Name: "Anahit Canary", Sector: "media", Stance: "coalition", Person: true, Source: []string{"https://example.org/anahit"}},
		cases.Actor{ID: "actor-union", Case: "case-a", Name: "A union", Sector: "labour", Stance: "coalition", Public: true},
		cases.Tie{ID: "tie-1", Case: "case-a", From: "actor-anahit", To: "actor-union", Kind: "member-of", Source: []string{"https://example.org/anahit"}},
		cases.Event{ID: "ev-a-2", Case: "case-a", Date: "2015-07", Title: "A speech", Lane: "movement", Actors: []thread.ID{"actor-anahit"}})
	if n := archive.Pseudonymise(&b); n != 1 {
		t.Fatalf("%d persons", n)
	}
	dir := t.TempDir() + "/out"
	if err := archive.Write(dir, b); err != nil {
		t.Fatal(err)
	}
	for name, body := range tree(t, dir) {
		if bytes.Contains(bytes.ToLower([]byte(body)), []byte("anahit")) {
			t.Errorf("%s holds the name", name)
		}
	}
	if _, err := archive.Read(dir); err != nil {
		t.Errorf("what was written cannot be read: %v", err)
	}
}
