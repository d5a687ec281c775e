package cli

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"throughline/internal/archive"
	"throughline/internal/fault"
	"throughline/internal/store"
)

func (e *env) importStudy() *cobra.Command {
	var replace bool
	c := command("import STUDY", "Read a study folder into the database",
		"  throughline import my-study\n  throughline import my-study --replace --json", 1,
		func(ctx context.Context, _ *cobra.Command, args []string) error {
			b, err := archive.Read(args[0])
			if err != nil {
				return err
			}
			s, err := e.open(ctx)
			if err != nil {
				return err
			}
			defer s.Close()
			done, err := e.bring(ctx, s, b, os.DirFS(args[0]), replace)
			if err != nil {
				return err
			}
			return e.print(map[string]any{"study": b.Slug, "import": done}, func(w io.Writer) {
				if done.Nothing() {
					fmt.Fprintf(w, "The study %q stands already as in the folder: nothing was changed.\n", b.Slug)
					return
				}
				fmt.Fprintf(w, "Imported the study %q: %d new, %d changed, %d removed, %d as before.\n", b.Slug, done.New, done.Changed, done.Removed, done.Same)
			})
		})
	c.Flags().BoolVar(&replace, "replace", false, "make a study that stands already what the folder says")
	return c
}

// bring imports a bundle and the files of the folder that it came from, with a new seal key when it has none and none stands.
// dir is nil for what came from no folder.
func (e *env) bring(ctx context.Context, s *store.Store, b store.Bundle, dir fs.FS, replace bool) (store.Imported, error) {
	if b.SealKey == "" {
		key, err := s.SealKey(ctx, b.Slug)
		if fault.Of(err) == fault.NotFound {
			key, err = hex.EncodeToString(random(32)), nil
		}
		if err != nil {
			return store.Imported{}, err
		}
		b.SealKey = key
	}
	if dir == nil {
		return s.Import(ctx, "import", b, replace, e.progress("Importing"))
	}
	keep, err := archive.TakeFiles(ctx, s, b, dir)
	if err != nil {
		return store.Imported{}, err
	}
	done, err := s.Import(ctx, "import", b, replace, e.progress("Importing"))
	if err != nil {
		return done, err
	}
	return done, keep(ctx)
}

func (e *env) export() *cobra.Command {
	var out, name string
	var named, withFiles bool
	c := command("export -o STUDY", "Write a study as a folder of plain files",
		"  throughline export -o my-study\n  throughline export --study kleptocracy -o my-study --json", 0,
		func(ctx context.Context, _ *cobra.Command, _ []string) error {
			if out == "" {
				return fault.New(fault.Usage, "Say where to with -o STUDY.")
			}
			s, err := e.openExisting(ctx)
			if err != nil {
				return err
			}
			defer s.Close()
			slug, err := onlyStudy(ctx, s, name)
			if err != nil {
				return err
			}
			b, err := s.Bundle(ctx, slug)
			if err != nil {
				return err
			}
			people := 0
			if !named {
				people = archive.Pseudonymise(&b)
			}
			files := 0
			err = archive.Write(out, b, func(dir string) (err error) {
				if withFiles {
					files, err = archive.GiveFiles(ctx, s, b, dir)
				}
				return err
			})
			if err != nil {
				return err
			}
			return e.print(map[string]any{"study": slug, "folder": out, "objects": len(b.Objects), "pseudonyms": people, "files": files}, func(w io.Writer) {
				if people > 0 {
					fmt.Fprintf(w, "%d actor(s) that are persons have pseudonyms in place of their names; --with-names keeps the names.\n", people)
				}
				fmt.Fprintf(w, "Wrote the study %q to %s (%d objects, %d texts).\n", slug, out, len(b.Objects), len(b.Texts))
			})
		})
	c.Flags().StringVarP(&out, "out", "o", "", "folder to write")
	c.Flags().BoolVar(&named, "with-names", false, "keep the names of actors that are persons: for a backup that stays with the team")
	c.Flags().BoolVar(&withFiles, "with-files", false, "put originals, pictures and recordings in too, as they were brought in: for a backup that stays with the team")
	c.Flags().StringVar(&name, "study", "", "which study, when there are several")
	return c
}

// bundled reads a study from the program itself, and gives its folder.
func bundled(fsys fs.FS, dir string) (store.Bundle, fs.FS, error) {
	sub, err := fs.Sub(fsys, dir)
	if err != nil {
		return store.Bundle{}, nil, err
	}
	b, err := archive.ReadFS(sub, "the bundled example "+dir)
	return b, sub, err
}

// exists tells whether something stands at a path.
func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
