package store_test

import (
	"strings"
	"testing"

	"throughline/internal/coding"
	"throughline/internal/fault"
	"throughline/internal/store"
	"throughline/internal/store/storetest"
	"throughline/internal/thread"
)

// TestUndo takes back and does again what a person did, and leaves alone what another changed.
func TestUndo(t *testing.T) {
	storetest.Each(t, func(t *testing.T, c store.Config) {
		s := small(t, c)
		code := func(id thread.ID, name string) coding.Code { return coding.Code{ID: id, Name: name, Define: "d"} }
		names := func() map[thread.ID]string {
			t.Helper()
			all, err := store.All[coding.Code](ctx, s, storetest.Slug, store.Filter{})
			if err != nil {
				t.Fatal(err)
			}
			out := map[thread.ID]string{}
			for _, it := range all {
				out[it.Object.ID] = it.Object.Name
			}
			return out
		}
		do := func(who string, fn func(tx *store.Tx) error) error { return s.Write(ctx, who, fn) }
		act := func(who, title string, fn func(tx *store.Tx) error) {
			t.Helper()
			if err := do(who, func(tx *store.Tx) error {
				return tx.Act(storetest.Slug, "codebook", title, func() error { return fn(tx) })
			}); err != nil {
				t.Fatal(err)
			}
		}
		back := func(who string) (title string, err error) {
			err = do(who, func(tx *store.Tx) error { title, err = tx.Undo(storetest.Slug, "codebook"); return err })
			return
		}
		again := func(who string) (title string, err error) {
			err = do(who, func(tx *store.Tx) error { title, err = tx.Redo(storetest.Slug, "codebook"); return err })
			return
		}
		act("ana", "two codes", func(tx *store.Tx) error {
			if err := tx.Put(storetest.Slug, code("code-x", "X"), 0); err != nil {
				return err
			}
			return tx.Put(storetest.Slug, code("code-y", "Y"), 0)
		})
		act("ana", "rename", func(tx *store.Tx) error { return tx.Put(storetest.Slug, code("code-x", "X2"), store.Any) })
		act("ana", "remove", func(tx *store.Tx) error { return tx.Drop(storetest.Slug, "code-y", store.Any) })
		act("ana", "nothing", func(tx *store.Tx) error { return nil })
		if u, r, err := store.Acts(ctx, s, storetest.Slug, "ana", "codebook"); u != "remove" || r != "" || err != nil {
			t.Errorf("next are %q and %q, %v", u, r, err)
		}
		if title, err := back("ana"); title != "remove" || err != nil || names()["code-y"] != "Y" {
			t.Errorf("%q, %v, %v", title, err, names())
		}
		if title, err := back("ana"); title != "rename" || err != nil || names()["code-x"] != "X" {
			t.Errorf("%q, %v, %v", title, err, names())
		}
		if _, err := back("bo"); fault.Of(err) != fault.NotFound {
			t.Errorf("another undoes what is not theirs: %v", err)
		}
		if title, err := again("ana"); title != "rename" || err != nil || names()["code-x"] != "X2" {
			t.Errorf("%q, %v, %v", title, err, names())
		}
		if title, err := again("ana"); title != "remove" || err != nil || names()["code-y"] != "" {
			t.Errorf("%q, %v, %v", title, err, names())
		}
		if _, err := again("ana"); fault.Of(err) != fault.NotFound {
			t.Errorf("more is done than was undone: %v", err)
		}
		// Another changes what the act made: it stays.
		back("ana")
		if err := do("bo", func(tx *store.Tx) error { return tx.Put(storetest.Slug, code("code-x", "Bo's"), store.Any) }); err != nil {
			t.Fatal(err)
		}
		if _, err := back("ana"); fault.Of(err) != fault.Conflict || names()["code-x"] != "Bo's" {
			t.Errorf("%v, %v", err, names())
		}
		// A new act takes away what was undone.
		act("ana", "a third", func(tx *store.Tx) error { return tx.Put(storetest.Slug, code("code-z", "Z"), 0) })
		if _, err := again("ana"); fault.Of(err) != fault.NotFound {
			t.Errorf("what was undone is done again after something new: %v", err)
		}
		noFaults(t, s)
	})
}

// TestAdd puts new things into a study that stands and leaves alone what is there.
func TestAdd(t *testing.T) {
	storetest.Each(t, func(t *testing.T, c store.Config) {
		s := small(t, c)
		before, err := s.Bundle(ctx, storetest.Slug)
		if err != nil {
			t.Fatal(err)
		}
		var taken coding.Code
		for _, o := range before.Objects {
			if k, ok := o.(coding.Code); ok {
				taken = k
			}
		}
		taken.Name = "Another name"
		done, err := s.Add(ctx, "ana", storetest.Slug, []thread.Object{taken, coding.Code{ID: "code-new", Parent: taken.ID, Name: "New", Define: "d"}}, nil, nil)
		if err != nil || done.New != 1 || done.Same != 1 {
			t.Fatalf("%+v, %v", done, err)
		}
		after, err := s.Bundle(ctx, storetest.Slug)
		if err != nil || len(after.Objects) != len(before.Objects)+1 {
			t.Errorf("%d objects, then %d, %v", len(before.Objects), len(after.Objects), err)
		}
		if it, err := store.Get[coding.Code](ctx, s, storetest.Slug, taken.ID); err != nil || it.Object.Name == taken.Name {
			t.Errorf("what stood was changed: %+v, %v", it.Object, err)
		}
		if _, err := s.Add(ctx, "ana", storetest.Slug, []thread.Object{coding.Coding{Segment: "seg-nowhere", Code: "code-new", Coder: "ana"}}, nil, nil); fault.Of(err) != fault.Invalid {
			t.Errorf("a coding of nothing: %v", err)
		}
		if _, err := s.Add(ctx, "ana", "nowhere", []thread.Object{taken}, nil, nil); fault.Of(err) != fault.NotFound {
			t.Errorf("a study that is not there: %v", err)
		}
		// Files are kept with what names them, or neither is.
		name, err := s.StageFile(ctx, storetest.Slug, strings.NewReader("a picture"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Add(ctx, "ana", storetest.Slug, []thread.Object{coding.Coding{Segment: "seg-nowhere", Code: "code-new", Coder: "ana"}}, nil, nil, name); err == nil {
			t.Error("a coding of nothing came with a file")
		}
		if _, err := store.OpenFile(ctx, s, storetest.Slug, name); fault.Of(err) != fault.NotFound {
			t.Errorf("a file was kept of what was not: %v", err)
		}
		if _, err := s.Add(ctx, "ana", storetest.Slug, []thread.Object{coding.Code{ID: "code-newer", Name: "Newer", Define: "d"}}, nil, nil, name); err != nil {
			t.Error(err)
		}
		if b, err := store.File(ctx, s, storetest.Slug, name); err != nil || string(b) != "a picture" {
			t.Errorf("%q, %v", b, err)
		}
		if _, err := s.Add(ctx, "ana", storetest.Slug, []thread.Object{coding.Code{ID: "code-newest", Name: "Newest", Define: "d"}}, nil, nil, strings.Repeat("0", 64)); fault.Of(err) != fault.Conflict {
			t.Errorf("a file that was never staged: %v", err)
		}
		noFaults(t, s)
	})
}
