package store_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"throughline/internal/coding"
	"throughline/internal/document"
	"throughline/internal/store"
	"throughline/internal/store/storetest"
	"throughline/internal/thread"
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
		uses, err := store.Uses(ctx, s, storetest.Slug, "code-window")
		if err != nil || len(uses) != 2 || uses[0].Coder != "coder-a" || uses[0].Segment == uses[1].Segment || uses[0].Code != "code-window" {
			t.Fatalf("uses: %v, %v", uses, err)
		}
		segs, err := store.Several[coding.Segment](ctx, s, storetest.Slug, []thread.ID{uses[1].Segment, "seg-gone", uses[0].Segment, "code-window", uses[1].Segment})
		if err != nil || len(segs) != 2 || segs[0].Object.ID != "seg-report-1" || !segs[1].Node.Protected {
			t.Errorf("segments with code-window: %v, %v", segs, err)
		}
		nodes, err := store.SeveralNodes(ctx, s, storetest.Slug, []thread.ID{uses[1].Segment, "seg-gone", "code-window", uses[0].Segment})
		if err != nil || len(nodes) != 3 || nodes[0].ID != "code-window" || nodes[0].Kind != thread.Code || nodes[1].ID != "seg-report-1" && nodes[2].ID != "seg-report-1" || nodes[1].Case != "case-a" {
			t.Errorf("nodes: %v, %v", nodes, err)
		}
		for n := range 7 { // the statement that is kept says the same
			if again, err := store.Uses(ctx, s, storetest.Slug, "code-window"); err != nil || len(again) != 2 {
				t.Errorf("uses, %d times more: %v, %v", n, again, err)
			}
		}
		if in, err := store.UsesIn(ctx, s, storetest.Slug, "doc-report", ""); err != nil || len(in) != 1 || in[0].Segment != "seg-report-1" || in[0].Code != "code-window" || in[0].Coder != "coder-a" {
			t.Errorf("uses in doc-report: %v, %v", in, err)
		}
		if in, err := store.UsesIn(ctx, s, storetest.Slug, "", "case-a"); err != nil || len(in) != 2 || in[0].Case != "case-a" {
			t.Errorf("uses in case-a: %v, %v", in, err)
		}
		if homes, err := store.Homes(ctx, s, storetest.Slug, nil); err != nil || len(homes) != 3 || homes["seg-talk-1"] != (store.Home{Document: "doc-talk", Case: "case-a"}) {
			t.Errorf("where passages belong: %v, %v", homes, err)
		}
		if homes, err := store.Homes(ctx, s, storetest.Slug, []thread.ID{"case-b"}); err != nil || len(homes) != 0 {
			t.Errorf("where passages of another case belong: %v, %v", homes, err)
		}
		for _, it := range segs { // a dot in an id of a segment or a code does not mislead
			x := it.Object
			x.ID = "seg-report.1"
			if it.Node.Protected {
				continue
			}
			err := s.Write(ctx, "coder-a", func(tx *store.Tx) error {
				return errors.Join(tx.Put(storetest.Slug, x, 0), tx.Put(storetest.Slug, coding.Code{ID: "code-a.b", Name: "A", Define: "A."}, 0),
					tx.Put(storetest.Slug, coding.Coding{Segment: x.ID, Code: "code-a.b", Coder: "coder-a", Case: x.Case}, 0))
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		if dotted, err := store.Uses(ctx, s, storetest.Slug, "code-a.b"); err != nil || len(dotted) != 1 || dotted[0].Segment != "seg-report.1" || dotted[0].Coder != "coder-a" {
			t.Errorf("uses of a code with a dot: %v, %v", dotted, err)
		}
		if all, err := store.Uses(ctx, s, storetest.Slug, ""); err != nil || len(all) != 3 || all[0].Case != "case-a" || !slices.Contains(all, store.Use{Code: "code-a.b", Segment: "seg-report.1", Case: "case-a", Coder: "coder-a"}) {
			t.Errorf("all uses: %v, %v", all, err)
		}
	})
}
