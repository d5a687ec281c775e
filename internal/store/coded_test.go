package store_test

import (
	"context"
	"testing"

	"throughline/internal/document"
	"throughline/internal/store"
	"throughline/internal/store/storetest"
)

func TestCoded(t *testing.T) {
	storetest.Each(t, func(t *testing.T, c store.Config) {
		ctx := context.Background()
		s := storetest.Open(t, c)
		if _, err := s.Import(ctx, "import", storetest.Study(), false, nil); err != nil {
			t.Fatal(err)
		}
		docs, err := store.Above[document.Document](ctx, s, storetest.Slug, "ref-1")
		if err != nil || len(docs) != 1 || docs[0].Object.ID != "doc-report" {
			t.Errorf("documents of ref-1: %v, %v", docs, err)
		}
		segs, err := store.Coded(ctx, s, storetest.Slug, "code-window")
		if err != nil || len(segs) != 2 || segs[0].Object.ID != "seg-report-1" || !segs[1].Node.Protected {
			t.Errorf("segments with code-window: %v, %v", segs, err)
		}
		uses, err := store.Uses(ctx, s, storetest.Slug, "code-window")
		if err != nil || len(uses) != 2 || uses[0].Coder != "coder-a" || uses[0].Case != "case-a" || uses[0].Code != "code-window" {
			t.Errorf("uses: %v, %v", uses, err)
		}
		if all, err := store.Uses(ctx, s, storetest.Slug, ""); err != nil || len(all) != 2 {
			t.Errorf("all uses: %v, %v", all, err)
		}
	})
}
