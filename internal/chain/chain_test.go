package chain_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"throughline/internal/chain"
	"throughline/internal/fault"
	"throughline/internal/source"
	"throughline/internal/store"
	"throughline/internal/store/storetest"
	"throughline/internal/synthesis"
	"throughline/internal/thread"
)

var ctx = context.Background()

func object[T thread.Object](t *testing.T, s *store.Store, id thread.ID) store.Item[T] {
	t.Helper()
	it, err := store.Get[T](ctx, s, storetest.Slug, id)
	if err != nil {
		t.Fatal(err)
	}
	return it
}

func all[T thread.Object](t *testing.T, s *store.Store, study string) []T {
	t.Helper()
	items, err := store.All[T](ctx, s, study, store.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	return store.Objects(items)
}

// The chain computes what is missing, once; what a person may have built on stays as it is.
func TestSteps(t *testing.T) {
	storetest.Each(t, func(t *testing.T, c store.Config) {
		s := storetest.Open(t, c)
		b := storetest.Study()
		b.Objects = append(b.Objects, source.Record{ID: "ref-twin", Search: "search-1", Case: "case-a", Type: "news", Title: "Power Prices Rise!", Year: 2015, Authors: []string{"Daily Paper"}, Language: "en"})
		if _, err := s.Import(ctx, "import", b, false, nil); err != nil {
			t.Fatal(err)
		}
		run := func() (changed int) {
			t.Helper()
			for _, step := range chain.Steps {
				n, err := step.Run(ctx, s, b.Slug)
				if err != nil {
					t.Fatalf("%s: %v", step.Name, err)
				}
				changed += n
			}
			return changed
		}
		if run() == 0 {
			t.Error("nothing was computed")
		}
		works, err := store.All[source.Work](ctx, s, b.Slug, store.Filter{})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(works, func(w store.Item[source.Work]) bool {
			return slices.Contains(w.Object.Records, "ref-1") && slices.Contains(w.Object.Records, "ref-twin")
		}) {
			t.Errorf("the same report under two records is no one work: %+v", works)
		}
		a := object[synthesis.Analysis](t, s, "ana-1")
		if a.Object.Result == nil || a.Object.Inputs == "" || a.Node.ChangedBy != chain.Who {
			t.Fatalf("the analysis has no result: %+v", a)
		}
		if n := run(); n != 0 {
			t.Errorf("a second run changed %d things", n)
		}
	})
}

// A new result is nobody's word yet: what a score changed stays stale until a person confirms it, however often it is
// computed.
func TestAnalyseConfirmsNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, c store.Config) {
		s := storetest.Open(t, c)
		b := storetest.Study()
		if _, err := s.Import(ctx, "import", b, false, nil); err != nil {
			t.Fatal(err)
		}
		if err := chain.Analyse(ctx, s, b.Slug, "lead", "ana-1", store.Any); err != nil {
			t.Fatal(err)
		}
		before := object[synthesis.Analysis](t, s, "ana-1")
		score := object[synthesis.Score](t, s, synthesis.ScoreID("case-a", "cond-window")).Object
		score.Justification += " Looked at again."
		if err := s.Write(ctx, "lead", func(tx *store.Tx) error { return tx.Put(b.Slug, score, store.Any) }); err != nil {
			t.Fatal(err)
		}
		if st := object[synthesis.Analysis](t, s, "ana-1").Node.State(); st == thread.Standing {
			t.Fatal("the analysis stands although a score below it changed")
		}
		if err := chain.Analyse(ctx, s, b.Slug, "lead", "ana-1", store.Any); err != nil {
			t.Fatal(err)
		}
		if st := object[synthesis.Analysis](t, s, "ana-1").Node.State(); st == thread.Standing {
			t.Error("running an analysis confirmed it")
		}
		// From a version that is no more, nothing is written.
		if err := chain.Analyse(ctx, s, b.Slug, "lead", "ana-1", before.Version-1); fault.Of(err) != fault.Conflict {
			t.Errorf("from an old version: %v", err)
		}
	})
}

// What cannot be computed is told, and nothing changes.
func TestAnalyseRefuses(t *testing.T) {
	s := storetest.Open(t, storetest.SQLite(t))
	b := storetest.Study()
	for i, o := range b.Objects {
		if x, ok := o.(synthesis.Score); ok && x.Condition == "cond-success" {
			x.Raw = "strong" // everywhere: nothing is left to compare with
			b.Objects[i] = x
		}
	}
	if _, err := s.Import(ctx, "import", b, false, nil); err != nil {
		t.Fatal(err)
	}
	if err := chain.Analyse(ctx, s, b.Slug, "lead", "ana-9", store.Any); fault.Of(err) != fault.NotFound {
		t.Errorf("an analysis that there is not: %v", err)
	}
	err := chain.Analyse(ctx, s, b.Slug, "lead", "ana-1", store.Any)
	if fault.Of(err) != fault.Invalid || !strings.Contains(fault.Message(err), "ana-1") {
		t.Errorf("an outcome that does not vary: %v", err)
	}
	if object[synthesis.Analysis](t, s, "ana-1").Object.Result != nil {
		t.Error("half a result stays")
	}
}
