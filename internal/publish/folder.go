package publish

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"throughline/internal/fault"
)

// file is one file of a site.
type file struct {
	name string // path in the site, with slashes
	body []byte
}

// marker is the file by which a folder is known as a site of ours. It lists the files of the site, one to a line.
const marker = ".throughline-site"

// mayReplace tells whether a folder may be replaced by a site: it does not exist, is empty, or is a site of ours to which
// nobody has added anything.
func mayReplace(out string) error {
	if out == "" {
		return fault.New(fault.Usage, "Name the folder that the site is to be written to.")
	}
	if real, err := filepath.EvalSymlinks(out); err == nil {
		out = real
	}
	info, err := os.Stat(out)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fault.Wrap(fault.Unavailable, err, "The folder %s cannot be looked at.", out)
	}
	if !info.IsDir() {
		return fault.New(fault.Conflict, "%s is a file. Name a folder for the site.", out)
	}
	entries, err := os.ReadDir(out)
	if err != nil {
		return fault.Wrap(fault.Unavailable, err, "The folder %s cannot be read.", out)
	}
	if len(entries) == 0 {
		return nil
	}
	list, err := os.ReadFile(filepath.Join(out, marker))
	if err != nil {
		return fault.New(fault.Conflict, "The folder %s holds something else than a published site. Nothing was changed. Name another folder, or empty this one.", out)
	}
	ours := map[string]bool{marker: true}
	for _, name := range strings.Split(string(list), "\n") {
		ours[name] = true
	}
	var foreign string
	err = filepath.WalkDir(out, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(out, path)
		if err == nil && !ours[filepath.ToSlash(name)] {
			foreign = filepath.ToSlash(name)
			return filepath.SkipAll
		}
		return err
	})
	if err != nil {
		return fault.Wrap(fault.Unavailable, err, "The folder %s cannot be read.", out)
	}
	if foreign != "" {
		return fault.New(fault.Conflict, "The site in %s holds a file that is not part of it (%s), which would be lost. Nothing was changed. Move it away, or name another folder.", out, foreign)
	}
	return nil
}

// writeFolder writes the files beside the folder and then puts them in its place, so that there is always the old site or
// the new one.
func writeFolder(ctx context.Context, out string, files []file) (err error) {
	defer func() {
		if err != nil && fault.Of(err) == fault.Internal && !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded) {
			err = fault.Wrap(fault.Unavailable, err, "The site could not be written to %s; what was there before is unchanged. Look at the free space and the permissions there.", out)
		}
	}()
	if out, err = filepath.Abs(out); err != nil {
		return err
	}
	if real, err := filepath.EvalSymlinks(out); err == nil {
		out = real
	}
	parent, base := filepath.Split(out)
	if base == "" {
		return fault.New(fault.Usage, "The site cannot take the place of a whole disk. Name a folder.")
	}
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return err
	}
	prefix := "." + base + ".throughline-"
	if err := sweep(parent, prefix, out); err != nil {
		return err
	}
	work, err := os.MkdirTemp(parent, prefix)
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	site, old := filepath.Join(work, "site"), filepath.Join(work, "old")
	names := make([]string, 0, len(files))
	made := map[string]bool{}
	for _, f := range files {
		if err := ctx.Err(); err != nil {
			return err
		}
		path := filepath.Join(site, filepath.FromSlash(f.name))
		if dir := filepath.Dir(path); !made[dir] {
			if err := os.MkdirAll(dir, 0o755); err != nil {
				return err
			}
			made[dir] = true
		}
		if err := os.WriteFile(path, f.body, 0o644); err != nil {
			return err
		}
		names = append(names, f.name)
	}
	slices.Sort(names)
	if err := os.WriteFile(filepath.Join(site, marker), []byte(strings.Join(names, "\n")+"\n"), 0o644); err != nil {
		return err
	}
	if err := mayReplace(out); err != nil { // once more: the folder may have changed while the site was made
		return err
	}
	had := true
	if err := os.Rename(out, old); errors.Is(err, fs.ErrNotExist) {
		had = false
	} else if err != nil {
		return err
	}
	if err := os.Rename(site, out); err != nil {
		if had {
			err = errors.Join(err, os.Rename(old, out))
		}
		return err
	}
	return nil
}

// sweep clears what a build left that was killed: its half-made site, and, when it was killed between taking the old site
// away and putting the new one in its place, brings the old one back.
func sweep(parent, prefix, out string) error {
	entries, err := os.ReadDir(parent)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !e.IsDir() || !strings.HasPrefix(e.Name(), prefix) {
			continue
		}
		work := filepath.Join(parent, e.Name())
		if _, err := os.Lstat(out); errors.Is(err, fs.ErrNotExist) {
			if err := os.Rename(filepath.Join(work, "old"), out); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
		if err := os.RemoveAll(work); err != nil {
			return err
		}
	}
	return nil
}
