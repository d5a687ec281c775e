package archive

import (
	"context"
	"strings"
	"testing"

	"throughline/internal/chain"
	"throughline/internal/coding"
	"throughline/internal/document"
	"throughline/internal/store"
	"throughline/internal/store/storetest"
)

// TestOrphansLeaveAndComeBack writes a study in which a passage was not found again in a corrected text, and reads it as it was.
func TestOrphansLeaveAndComeBack(t *testing.T) {
	storetest.Each(t, func(t *testing.T, c store.Config) {
		ctx := context.Background()
		s := storetest.Open(t, c)
		b := storetest.Study()
		if _, err := s.Import(ctx, "import", b, false, nil); err != nil {
			t.Fatal(err)
		}
		var seg coding.Segment
		for _, o := range b.Objects {
			if x, ok := o.(coding.Segment); ok {
				seg = x
			}
		}
		var done chain.Retold
		if err := s.Write(ctx, "lead", func(tx *store.Tx) error {
			var err error
			done, err = chain.Retell(ctx, tx, storetest.Slug, seg.Anchor.Document, seg.Anchor.Version, "Quite another text now.\n", nil)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if len(done.Orphans) == 0 {
			t.Fatal("nothing was lost")
		}
		if c, err := s.Check(ctx); err != nil || len(c.Faults) > 0 {
			t.Errorf("%v, %v", c.Faults, err)
		}
		whole, err := s.Bundle(ctx, storetest.Slug)
		if err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir() + "/study"
		if err := Write(dir, whole); err != nil {
			t.Fatal(err)
		}
		back, err := Read(dir)
		if err != nil {
			t.Fatal(err)
		}
		find := func(b store.Bundle) (a document.Anchor) {
			for _, o := range b.Objects {
				if x, ok := o.(coding.Segment); ok && x.ID == seg.ID {
					a = x.Anchor
				}
			}
			return
		}
		if find(back) != find(whole) || find(back).Version != seg.Anchor.Version {
			t.Errorf("%+v came back as %+v", find(whole), find(back))
		}
		files, err := Files(back)
		if err != nil || !strings.Contains(string(files["codings.csv"]), "version") {
			t.Errorf("the version is not in codings.csv (%v)", err)
		}
	})
}
