package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"throughline/internal/chain"
	"throughline/internal/source"
	"throughline/internal/store"
	"throughline/internal/study"
	"throughline/internal/thread"
)

// importedReferences is how many references are imported at once.
const importedReferences = 100_000

// intake measures an import of references as the workspace runs it when the files have arrived: read, kept, and grouped
// into works.
func intake(dir string) error {
	s, err := store.Open(context.Background(), store.Config{Database: filepath.Join(dir, "intake.db"), Key: []byte(strings.Repeat("k", 32)), Clock: time.Now})
	if err != nil {
		return err
	}
	defer s.Close()
	b := store.Bundle{Slug: "intake", SealKey: strings.Repeat("ab", 32), Objects: []thread.Object{study.Study{ID: "study", Slug: "intake", Title: "Intake", Purpose: "p", Question: "q?", RegionScheme: "UN"}}}
	if _, err := s.Import(context.Background(), "bench", b, false, nil); err != nil {
		return err
	}
	var text strings.Builder
	if err := makeReferences(&text, importedReferences, seedOfReferences); err != nil {
		return err
	}
	start, used := time.Now(), cpu()
	r, err := chain.TakeIn(context.Background(), s, "intake", "bench", source.Search{ID: "search-made-up", Source: "Made up", On: "2026-11-25", Query: "generated"},
		[]chain.Upload{{Name: "references.csv", Bytes: []byte(text.String())}}, func(string, int, int) {})
	if err != nil {
		return err
	}
	report("import of 100,000 references", time.Since(start).Seconds(), 30, "s", true, fmt.Sprintf("%d works; %.0f s of processor time", r.New, (cpu()-used).Seconds()))
	return nil
}
