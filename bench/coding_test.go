package main

import (
	"context"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"throughline/internal/archive"
	"throughline/internal/coding"
	"throughline/internal/document"
	"throughline/internal/source"
	"throughline/internal/store"
	"throughline/internal/study"
	"throughline/internal/thread"
)

// TestCodingsKilled kills the server, as kill -9 does, while twenty people code one document through it: each coding that it
// acknowledged is there afterwards, and the check finds nothing.
func TestCodingsKilled(t *testing.T) {
	dir := t.TempDir()
	program := filepath.Join(dir, "throughline")
	if out, err := exec.Command("go", "build", "-o", program, "../cmd/throughline").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	text := strings.Repeat("The square filled before noon and lawyers filed a petition while students carried copies of it to every market in town. ", 200)
	b := store.Bundle{Slug: "desks", SealKey: strings.Repeat("5e", 32), Objects: []thread.Object{
		study.Study{ID: "study", Slug: "desks", Title: "Desks", Purpose: "p", Question: "q", RegionScheme: "un"}, study.Protocol{ID: "protocol", Unit: "case", Outcome: "none"}, study.Member{ID: "member-lead", Handle: "lead", Role: study.Lead},
		coding.Code{ID: "code-one", Name: "One", Define: "d"}, coding.Code{ID: "code-two", Name: "Two", Define: "d"}, source.Record{ID: "ref-one", Type: "news", Title: "R"},
		document.Document{ID: "doc-one", Title: "T", Kind: document.Report, Record: "ref-one", Language: "en", Version: 1, SHA256: document.Sum(text)}},
		Texts: []document.Text{{Document: "doc-one", Version: 1, Body: text}}}
	folder, data := filepath.Join(dir, "desks"), filepath.Join(dir, "data")
	if err := archive.Write(folder, b); err != nil {
		t.Fatal(err)
	}
	if _, err := timed(program, "import", folder, "--data", data); err != nil {
		t.Fatal(err)
	}
	if err := withStore(data, func(s *store.Store) error { return team(s, "desks") }); err != nil {
		t.Fatal(err)
	}
	srv, err := serve(program, data)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { srv.cmd.Process.Kill(); srv.cmd.Wait() }()
	began := make(chan struct{})
	go func() { // when codings have begun to come, which signing in delays by seconds
		for range 300 {
			n := 0
			withStore(data, func(s *store.Store) error {
				list, err := store.CodingsOf[coding.Coding](context.Background(), s, "desks", "doc-one")
				n = len(list)
				return err
			})
			if n > 40 {
				break
			}
			time.Sleep(100 * time.Millisecond)
		}
		srv.cmd.Process.Kill()
		close(began)
	}()
	_, all, err := code(srv.url, "desks", "doc-one", text, []thread.ID{"code-one", "code-two"}, 60, 0, true)
	if err != nil {
		t.Fatal(err)
	}
	<-began
	srv.cmd.Wait()
	if len(all) < 20 || len(all) == 60*desks {
		t.Errorf("%d codings were acknowledged before the server was killed", len(all))
	}
	if srv, err = serve(program, data); err != nil {
		t.Fatalf("after the kill: %v", err)
	}
	if err := withStore(data, func(s *store.Store) error {
		n, err := lost(s, "desks", "doc-one", all)
		if n > 0 {
			t.Errorf("%d of %d acknowledged codings are lost", n, len(all))
		}
		if err != nil {
			return err
		}
		c, err := s.Check(context.Background())
		if err == nil && len(c.Faults) > 0 {
			t.Errorf("the check found %v", c.Faults)
		}
		return err
	}); err != nil {
		t.Error(err)
	}
}
