package archive

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"throughline/internal/document"
	"throughline/internal/fault"
	"throughline/internal/pattern"
	"throughline/internal/store"
)

// filesFolder holds, in a study folder that was written with them, the originals of documents and what is shown and played,
// each named by its SHA-256.
const filesFolder = "files"

var fileName = pattern.Late(`^[0-9a-f]{64}$`)

// fileNames gives the files that the documents of a bundle name, each once.
func fileNames(b store.Bundle) []string {
	var out []string
	for _, o := range b.Objects {
		if d, ok := o.(document.Document); ok {
			for _, name := range []string{d.File, d.Media} {
				if name != "" {
					out = append(out, name)
				}
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// GiveFiles writes the files that the documents of a bundle name into a study folder. A file that is not in the database is
// left out: a study may have come without it.
func GiveFiles(ctx context.Context, s *store.Store, b store.Bundle, dir string) (n int, err error) {
	for _, name := range fileNames(b) {
		f, err := store.OpenFile(ctx, s, b.Slug, name)
		if fault.Of(err) == fault.NotFound {
			continue
		}
		if err != nil {
			return n, err
		}
		if err := os.MkdirAll(filepath.Join(dir, filesFolder), 0o755); err != nil {
			return n, fault.Wrap(fault.Unavailable, err, "The study folder could not be written. Check that the disk has room.")
		}
		out, err := os.OpenFile(filepath.Join(dir, filesFolder, name), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
		if err == nil {
			_, err = io.Copy(out, f)
			if e := out.Close(); err == nil {
				err = e
			}
		}
		if err != nil {
			return n, fault.Wrap(fault.Unavailable, err, "The file %s could not be written. Check that the disk has room.", name)
		}
		n++
	}
	return n, nil
}

// TakeFiles stages the files of a study folder, where the store holds them ready for a study that is about
// to come; keep holds them for good once it has. Files that no document names, and such as are not what their name says, are
// refused.
func TakeFiles(ctx context.Context, s *store.Store, b store.Bundle, dir fs.FS) (keep func(context.Context) error, err error) {
	entries, err := fs.ReadDir(dir, filesFolder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fault.Wrap(fault.Unavailable, err, "The folder %s cannot be read.", filesFolder)
	}
	names := fileNames(b)
	var ps fault.Problems
	for _, e := range entries {
		at := filesFolder + "/" + e.Name()
		if !slices.Contains(names, e.Name()) {
			ps = append(ps, fault.Problem{File: at, Message: "is named by no document; take it out"})
			continue
		}
		f, err := dir.Open(at)
		if err != nil {
			return nil, fault.Wrap(fault.Unavailable, err, "%s cannot be read.", at)
		}
		seek, ok := f.(io.ReadSeeker)
		if !ok {
			return nil, fmt.Errorf("%s is of the type %T, which cannot be read twice", at, f)
		}
		got, err := s.StageFile(ctx, b.Slug, seek)
		f.Close()
		switch {
		case fault.Of(err) == fault.Invalid:
			ps = append(ps, fault.Problem{File: at, Message: fault.Message(err)})
		case err != nil:
			return nil, err
		case got != e.Name():
			ps = append(ps, fault.Problem{File: at, Message: "is not what its name says: it was changed or is damaged. Take it from where the folder came from"})
		}
	}
	ps.Sort()
	return func(ctx context.Context) error {
		if len(entries) == 0 {
			return nil
		}
		return s.Write(ctx, "import", func(t *store.Tx) error {
			for _, e := range entries {
				if err := t.KeepFile(b.Slug, e.Name()); err != nil {
					return err
				}
			}
			return nil
		})
	}, ps.Err()
}
