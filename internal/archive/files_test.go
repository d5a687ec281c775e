package archive

import (
	"bytes"
	"context"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"throughline/internal/coding"
	"throughline/internal/document"
	"throughline/internal/fault"
	"throughline/internal/store"
	"throughline/internal/store/storetest"
	"throughline/internal/thread"
)

// TestFilesLeaveAndComeBack keeps a recording of several parts with a coded stretch of it and a picture with a coded
// rectangle, writes the study with its files, and reads it into another database.
func TestFilesLeaveAndComeBack(t *testing.T) {
	storetest.Each(t, func(t *testing.T, c store.Config) {
		ctx := context.Background()
		s := storetest.Open(t, c)
		b := storetest.Study()
		if _, err := s.Import(ctx, "import", b, false, nil); err != nil {
			t.Fatal(err)
		}
		long := make([]byte, 5<<20+77)
		r := rand.NewChaCha8([32]byte{1})
		r.Read(long)
		staged, err := s.StageFile(ctx, storetest.Slug, bytes.NewReader(long))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := store.OpenFile(ctx, s, storetest.Slug, staged); fault.Of(err) != fault.NotFound {
			t.Errorf("a file that nobody kept can be read: %v", err)
		}
		area := document.Area{From: 500, To: 1250}
		err = s.Write(ctx, "lead", func(tx *store.Tx) error {
			it, err := store.Get[document.Document](ctx, tx, storetest.Slug, "doc-report")
			if err != nil {
				return err
			}
			d := it.Object
			d.Media, d.MediaType, d.Length = staged, "audio/mpeg", 60_000
			if err := tx.KeepFile(storetest.Slug, staged); err != nil {
				return err
			}
			if err := tx.Put(storetest.Slug, d, store.Any); err != nil {
				return err
			}
			return tx.Put(storetest.Slug, coding.Segment{ID: "seg-time", Case: d.Case, Anchor: document.Anchor{Document: d.ID, Version: d.Version, Quote: "A crowd is heard.", Area: area}}, 0)
		})
		if err != nil {
			t.Fatal(err)
		}
		f, err := store.OpenFile(ctx, s, storetest.Slug, staged)
		if err != nil {
			t.Fatal(err)
		}
		for _, at := range []int64{0, 768<<10 - 3, 3<<20 + 5, f.Size() - 2} {
			if _, err := f.Seek(at, io.SeekStart); err != nil {
				t.Fatal(err)
			}
			got := make([]byte, 6)
			n, err := io.ReadFull(f, got)
			if want := long[at:min(at+6, int64(len(long)))]; !bytes.Equal(got[:n], want) || n < 6 && err != io.ErrUnexpectedEOF {
				t.Errorf("at %d: %x, %v; want %x", at, got[:n], err, want)
			}
		}
		if c, err := s.Check(ctx); err != nil || len(c.Faults) > 0 {
			t.Errorf("%v, %v", c.Faults, err)
		}
		whole, err := s.Bundle(ctx, storetest.Slug)
		if err != nil {
			t.Fatal(err)
		}
		dir := filepath.Join(t.TempDir(), "study")
		if err := Write(dir, whole, func(at string) error {
			n, err := GiveFiles(ctx, s, whole, at)
			if n != 1 {
				t.Errorf("%d files were written", n)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		back, err := Read(dir)
		if err != nil {
			t.Fatal(err)
		}
		into := storetest.SQLite
		if s.Engine() == "SQLite" {
			into = storetest.Postgres
		}
		other := storetest.Open(t, into(t))
		keep, err := TakeFiles(ctx, other, back, os.DirFS(dir))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := other.Import(ctx, "import", back, false, nil); err != nil {
			t.Fatal(err)
		}
		if err := keep(ctx); err != nil {
			t.Fatal(err)
		}
		if got, err := store.File(ctx, other, storetest.Slug, staged); err != nil || !bytes.Equal(got, long) {
			t.Errorf("the file came as %d bytes, %v", len(got), err)
		}
		it, err := store.Get[coding.Segment](ctx, other, storetest.Slug, "seg-time")
		if err != nil || it.Object.Anchor.Area != area || it.Object.Anchor.Quote != "A crowd is heard." {
			t.Errorf("the passage came as %+v, %v", it.Object, err)
		}
		// What is not what its name says, and what nobody names, is refused before anything comes in.
		at := filepath.Join(dir, "files", staged)
		if err := os.WriteFile(at, append(long, 1), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "files", strings.Repeat("ab", 32)), long, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err = TakeFiles(ctx, other, back, os.DirFS(dir))
		if err == nil || !strings.Contains(err.Error(), "not what its name says") || !strings.Contains(err.Error(), "named by no document") {
			t.Errorf("%v", err)
		}
		if err := os.WriteFile(filepath.Join(dir, "files", "notes.txt"), long, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Read(dir); err == nil || !strings.Contains(err.Error(), "files/notes.txt") {
			t.Errorf("%v", err)
		}
		// A recording that another takes the place of goes, when nothing else names it.
		next, err := other.StageFile(ctx, storetest.Slug, strings.NewReader("another recording"))
		if err != nil {
			t.Fatal(err)
		}
		err = other.Write(ctx, "lead", func(tx *store.Tx) error {
			if err := tx.KeepFile(storetest.Slug, next); err != nil {
				return err
			}
			it, err := store.Get[document.Document](ctx, tx, storetest.Slug, "doc-report")
			if err != nil {
				return err
			}
			d := it.Object
			d.Media = next
			return tx.Put(storetest.Slug, d, store.Any)
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := store.OpenFile(ctx, other, storetest.Slug, staged); fault.Of(err) != fault.NotFound {
			t.Errorf("the recording before is still there: %v", err)
		}
		staged = next
		// A document that goes takes its recording along.
		err = other.Write(ctx, "lead", func(tx *store.Tx) error {
			it, err := store.Get[document.Document](ctx, tx, storetest.Slug, "doc-report")
			if err != nil {
				return err
			}
			d := it.Object
			d.ID, d.Title = "doc-copy", "A copy"
			if err := tx.Put(storetest.Slug, d, 0); err != nil {
				return err
			}
			if err := tx.Drop(storetest.Slug, "doc-copy", store.Any); err != nil {
				return err
			}
			_, err = store.OpenFile(ctx, tx, storetest.Slug, staged)
			return err
		})
		if err != nil {
			t.Errorf("the recording went with a copy of its document: %v", err)
		}
	})
}

func TestPartsInCodings(t *testing.T) {
	b := storetest.Study()
	for i, o := range b.Objects {
		if d, ok := o.(document.Document); ok && d.ID == "doc-report" {
			d.Format, d.Pages, d.File = "pdf", 3, strings.Repeat("0a", 32)
			b.Objects[i] = d
		}
	}
	seg := coding.Segment{ID: "seg-part", Case: "case-a", Anchor: document.Anchor{Document: "doc-report", Version: 1, Quote: "A table of contracts.", Area: document.Area{Page: 2, X: 72, Y: 90, Width: 200, Height: 40}}}
	b.Objects = append(b.Objects, thread.Object(seg))
	dir := filepath.Join(t.TempDir(), "study")
	if err := Write(dir, b); err != nil {
		t.Fatal(err)
	}
	back, err := Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	found := false
	for _, o := range back.Objects {
		if x, ok := o.(coding.Segment); ok && x.ID == seg.ID {
			found = true
			if !reflect.DeepEqual(x, seg) {
				t.Errorf("came back as %+v", x)
			}
		}
	}
	if !found {
		t.Error("did not come back")
	}
	table, err := os.ReadFile(filepath.Join(dir, "codings.csv"))
	if err != nil {
		t.Fatal(err)
	}
	for was, want := range map[string]string{"page=2&xywh=72,90,200,40": "page=9&xywh=72,90,200,40", "page=2&": "t=4,5&", "page=2&xywh=72,90,200,40 ": ""} {
		if want == "" {
			continue
		}
		if err := os.WriteFile(filepath.Join(dir, "codings.csv"), bytes.Replace(table, []byte(was), []byte(want), 1), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Read(dir); err == nil || !strings.Contains(err.Error(), "area") {
			t.Errorf("%s: %v", want, err)
		}
	}
}
