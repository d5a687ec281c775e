package archive

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"throughline/internal/cases"
	"throughline/internal/coding"
	"throughline/internal/document"
	"throughline/internal/fault"
	"throughline/internal/store"
	"throughline/internal/thread"
)

// Write writes a bundle as a study folder: the same bundle always gives the same bytes. The folder appears whole or not
// at all; an older study folder at the same place is replaced, anything else there is left alone and refused. also may put
// more into the folder before it appears, such as GiveFiles.
func Write(dir string, b store.Bundle, also ...func(dir string) error) error {
	files, err := Files(b)
	if err != nil {
		return err
	}
	if entries, err := os.ReadDir(dir); err == nil && len(entries) > 0 {
		if _, err := os.Stat(filepath.Join(dir, "study.yaml")); err != nil {
			return fault.New(fault.Usage, "%s holds other files and is no study folder. Choose a new or an empty folder.", dir)
		}
	}
	parent := filepath.Dir(filepath.Clean(dir))
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return fault.Wrap(fault.Unavailable, err, "The folder %s cannot be made.", parent)
	}
	tmp, err := os.MkdirTemp(parent, ".export-*")
	if err != nil {
		return fault.Wrap(fault.Unavailable, err, "Nothing can be written into %s. Check that the disk has room and that you may write there.", parent)
	}
	defer os.RemoveAll(tmp)
	names := make([]string, 0, len(files))
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		p := filepath.Join(tmp, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err == nil {
			mode := os.FileMode(0o644)
			if name == sealFile {
				mode = 0o600
			}
			err = os.WriteFile(p, files[name], mode)
			if err == nil {
				continue
			}
			return fault.Wrap(fault.Unavailable, err, "The study folder could not be written; nothing was left behind. Check that the disk has room.")
		}
	}
	for _, f := range also {
		if err := f(tmp); err != nil {
			return err
		}
	}
	if err := os.Chmod(tmp, 0o755); err != nil {
		return err
	}
	old := tmp + ".old"
	if err := os.Rename(dir, old); err != nil && !os.IsNotExist(err) {
		return fault.Wrap(fault.Unavailable, err, "The old folder %s could not be moved out of the way.", dir)
	}
	if err := os.Rename(tmp, dir); err != nil {
		return fault.Wrap(fault.Unavailable, err, "The study folder could not be put in place; the old one is at %s.", old)
	}
	return os.RemoveAll(old)
}

// Files gives the files of a study folder by name.
func Files(b store.Bundle) (map[string][]byte, error) {
	out := map[string][]byte{}
	for _, t := range b.Texts {
		out["documents/"+string(t.Document)+".txt"] = []byte(t.Body)
	}
	byKind := map[thread.Kind][]thread.Object{}
	segments := map[thread.ID]coding.Segment{}
	for _, o := range b.Objects {
		if s, ok := o.(coding.Segment); ok {
			segments[s.ID] = s
		}
		byKind[o.Ref().Kind()] = append(byKind[o.Ref().Kind()], o)
	}
	for _, f := range layout {
		values := map[string][]any{} // by file name
		switch f.proto.(type) {
		case *codingRow:
			versions := map[thread.ID]int{}
			for _, o := range byKind[thread.Document] {
				versions[o.Ref()] = o.(document.Document).Version
			}
			values[f.path] = codingRows(segments, byKind[thread.Coding], versions)
		case *confirmationRow:
			for _, c := range b.Confirmations {
				values[f.path] = append(values[f.path], confirmationRow{c.Statement, c.By, c.At, c.Basis})
			}
		case *basisRow:
			for _, s := range b.Seen {
				values[f.path] = append(values[f.path], basisRow{s.Statement, s.Role, s.Below, s.Print})
			}
		default:
			for _, o := range byKind[f.kind] {
				star := string(o.Ref())
				if f.kind != thread.Interview && f.kind != thread.Case {
					star = string(o.Place().Case)
				}
				name := strings.Replace(f.path, "*", star, 1)
				values[name] = append(values[name], o)
			}
		}
		for name, vs := range values {
			if len(vs) == 0 {
				continue
			}
			slices.SortStableFunc(vs, byRef)
			var data []byte
			var err error
			if f.format == table {
				data, err = writeTable(f.proto, f.skip, vs)
			} else {
				data, err = writeYAML(f.skip, f.format == list, vs)
			}
			if err != nil {
				return nil, fmt.Errorf("write %s: %w", name, err)
			}
			out[name] = data
		}
	}
	out[sealFile] = []byte(b.SealKey + "\n")
	return out, nil
}

// byRef orders the objects of a file: events as they happened, everything else by id.
func byRef(a, b any) int {
	x, ok1 := a.(thread.Object)
	y, ok2 := b.(thread.Object)
	if !ok1 || !ok2 {
		return 0 // rows come in order
	}
	if e, ok := a.(cases.Event); ok {
		f := b.(cases.Event)
		if c := cmp.Or(cmp.Compare(e.Date.Earliest(), f.Date.Earliest()), cmp.Compare(e.Date.Latest(), f.Date.Latest())); c != 0 {
			return c
		}
	}
	return cmp.Compare(x.Ref(), y.Ref())
}

// codingRows gives the lines of codings.csv. versions are those of the documents' texts: a passage of an earlier one was not
// found again, and takes along where it last stood.
func codingRows(segments map[thread.ID]coding.Segment, codings []thread.Object, versions map[thread.ID]int) []any {
	var rows []codingRow
	row := func(s coding.Segment) codingRow {
		if !s.Anchor.Area.None() {
			return codingRow{Segment: s.ID, Document: s.Anchor.Document, Quote: s.Anchor.Quote, Area: s.Anchor.Area.String()}
		}
		if s.Anchor.Version < versions[s.Anchor.Document] {
			return codingRow{Segment: s.ID, Document: s.Anchor.Document, Start: strconv.Itoa(s.Anchor.Start), End: strconv.Itoa(s.Anchor.End), Quote: s.Anchor.Quote,
				Version: strconv.Itoa(s.Anchor.Version), Before: s.Anchor.Before, After: s.Anchor.After}
		}
		return codingRow{Segment: s.ID, Document: s.Anchor.Document, Start: strconv.Itoa(s.Anchor.Start), End: strconv.Itoa(s.Anchor.End), Quote: s.Anchor.Quote}
	}
	coded := map[thread.ID]bool{}
	for _, o := range codings {
		c := o.(coding.Coding)
		coded[c.Segment] = true
		r := row(segments[c.Segment])
		r.Code, r.Coder, r.Memo = c.Code, c.Coder, c.Memo
		rows = append(rows, r)
	}
	for id, s := range segments {
		if !coded[id] {
			rows = append(rows, row(s))
		}
	}
	slices.SortFunc(rows, func(a, b codingRow) int {
		x, y := segments[a.Segment].Anchor, segments[b.Segment].Anchor
		return cmp.Or(cmp.Compare(x.Document, y.Document), cmp.Compare(x.Start, y.Start), cmp.Compare(x.End, y.End),
			cmp.Compare(a.Segment, b.Segment), cmp.Compare(a.Code, b.Code), cmp.Compare(a.Coder, b.Coder))
	})
	out := make([]any, len(rows))
	for i, r := range rows {
		out[i] = r
	}
	return out
}
