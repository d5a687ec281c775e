package main

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"throughline/internal/store"
)

// BenchmarkThread walks the generated study both ways on both engines, without the program around it: for a profile.
// PostgreSQL takes part when there is a THROUGHLINE_TEST_POSTGRES, as in "scripts/test --run go test -run ^$ -bench . ./bench".
func BenchmarkThread(b *testing.B) {
	ctx := context.Background()
	bundle := generate(1)
	databases := map[string]string{"SQLite": filepath.Join(b.TempDir(), "throughline.db")}
	if pg := os.Getenv("THROUGHLINE_TEST_POSTGRES"); pg != "" {
		databases["PostgreSQL"] = pg
	}
	for engine, database := range databases {
		s, err := store.Open(ctx, store.Config{Database: database, Key: make([]byte, 32), Clock: time.Now})
		if err != nil {
			b.Fatal(err)
		}
		defer s.Close()
		if _, err := s.Import(ctx, "import", bundle, true, nil); err != nil {
			b.Fatal(err)
		}
		runtime.GC()
		for _, w := range ways(s) {
			b.Run(engine+"/"+w.name, func(b *testing.B) {
				var took []time.Duration
				for b.Loop() {
					start := time.Now()
					if _, err := w.walk(ctx, "generated", w.from(len(took))); err != nil {
						b.Fatal(err)
					}
					took = append(took, time.Since(start))
				}
				b.ReportMetric(p95(took), "p95-ms")
			})
		}
	}
}
