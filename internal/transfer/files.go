package transfer

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"throughline/exchange/refiqda"
	"throughline/internal/coding"
	"throughline/internal/document"
	"throughline/internal/extract"
	"throughline/internal/fault"
	"throughline/internal/store"
	"throughline/internal/thread"
)

// Box reads the files of strangers, as extract.Sandbox does.
type Box interface {
	Read(ctx context.Context, name string, data []byte) (extract.Text, error)
	Media(ctx context.Context, name string, file io.ReaderAt, size int64) (extract.Media, error)
}

// TakeFiles reads the files of a package that an import wants, and stages what of them is kept: pictures and recordings
// cleaned of what they say of their making, originals as they are. progress may be nil.
func TakeFiles(ctx context.Context, s *store.Store, box Box, slug string, p *refiqda.Package, wanted []Wanted, progress func(done, total int)) (files []File, staged []string, err error) {
	for i, w := range wanted {
		f, err := takeFile(ctx, s, slug, p, w, box)
		switch {
		case fault.Of(err) == fault.Invalid:
			f = File{Lacks: lowered(strings.TrimSuffix(fault.Message(err), "."))}
		case errors.Is(err, refiqda.ErrFormat):
			f = File{Lacks: strings.TrimPrefix(err.Error(), refiqda.ErrFormat.Error()+": ")}
		case err != nil:
			return nil, nil, err
		}
		files = append(files, f)
		if f.Lacks == "" && !slices.Contains(staged, f.SHA256) {
			staged = append(staged, f.SHA256)
		}
		if progress != nil {
			progress(i+1, len(wanted))
		}
	}
	return files, staged, nil
}

func takeFile(ctx context.Context, s *store.Store, slug string, p *refiqda.Package, w Wanted, box Box) (File, error) {
	in, _, err := p.File(w.Entry)
	if err != nil {
		return File{}, err
	}
	defer in.Close()
	limit := int64(store.LargestFile)
	if w.Kind == refiqda.AudioSource || w.Kind == refiqda.VideoSource {
		limit = store.LargestRecording
	}
	tmp, err := os.CreateTemp("", "throughline-*")
	if err != nil {
		return File{}, fault.Wrap(fault.Unavailable, err, "There is no place for files in between. Check that the disk has room.")
	}
	defer os.Remove(tmp.Name())
	defer tmp.Close()
	size, err := io.Copy(tmp, io.LimitReader(in, limit+1))
	var path *os.PathError
	switch {
	case errors.As(err, &path):
		return File{}, fault.Wrap(fault.Unavailable, err, "A file of the package cannot be kept in between. Check that the disk has room.")
	case errors.Is(err, refiqda.ErrFormat):
		return File{}, err
	case err != nil:
		return File{}, fault.New(fault.Invalid, "its entry in the package is damaged")
	case size > limit:
		return File{}, fault.New(fault.Invalid, "it has more than %d MB", limit>>20)
	case size == 0:
		return File{}, fault.New(fault.Invalid, "it is empty")
	}
	if _, err := tmp.Seek(0, io.SeekStart); err != nil {
		return File{}, err
	}
	var f File
	if w.Kind == refiqda.PDFSource {
		data, err := io.ReadAll(tmp)
		if err != nil {
			return f, err
		}
		t, err := box.Read(ctx, w.Entry, data)
		if err != nil {
			return f, err
		}
		if t.Format != "pdf" {
			return f, fault.New(fault.Invalid, "it is no PDF")
		}
		f.Body, f.Sheets = t.Body, sheets(t)
		f.SHA256, err = s.StageFile(ctx, slug, bytes.NewReader(data))
		return f, err
	}
	m, err := box.Media(ctx, w.Entry, tmp, size)
	if err != nil {
		return f, err
	}
	var clean io.ReadSeeker = extract.Cleaned(tmp, m.Blank)
	f.Notes, f.Type, f.Width, f.Height, f.Length = m.Notes, m.Type, m.Width, m.Height, int(m.Duration/time.Millisecond)
	if m.Class == "image" {
		clean = bytes.NewReader(m.Clean)
		f.Type, f.Width, f.Height, f.Full = m.CleanType, m.CleanWidth, m.CleanHeight, [2]int{m.Width, m.Height}
	}
	if (m.Class == "image") != (w.Kind == refiqda.PictureSource) {
		return f, fault.New(fault.Invalid, "it is of another sort (%s) than the package says", m.Class)
	}
	f.SHA256, err = s.StageFile(ctx, slug, clean)
	return f, err
}

// sheets gives the pages of a PDF with their lines.
func sheets(t extract.Text) []refiqda.Sheet {
	letters := []rune(t.Body)
	var out []refiqda.Sheet
	for _, p := range t.Pages {
		s := refiqda.Sheet{Width: p.Width, Height: p.Height, Turn: p.Turn, Left: p.Left, Bottom: p.Bottom}
		for _, l := range p.Lines {
			if l.Start >= 0 && l.Start <= l.End && l.End <= len(letters) {
				s.Lines = append(s.Lines, refiqda.Line{Box: l.Box, Text: string(letters[l.Start:l.End])})
			}
		}
		out = append(out, s)
	}
	return out
}

// FilesAt tells which files of a study are at hand for GiveOptions.Files, and of PDF files with coded regions their pages.
func FilesAt(ctx context.Context, s *store.Store, box Box, slug string, b store.Bundle, interviews bool) (map[string]Kept, error) {
	regions := map[thread.ID]bool{}
	for _, o := range b.Objects {
		if g, ok := o.(coding.Segment); ok && g.Anchor.Area.Page > 0 {
			regions[g.Anchor.Document] = true
		}
	}
	out := map[string]Kept{}
	for _, o := range b.Objects {
		d, ok := o.(document.Document)
		if !ok || d.Protected() && !interviews {
			continue
		}
		for _, name := range []string{d.Media, d.File} {
			original := name == d.File && name != d.Media
			if name == "" || original && (d.Format != "pdf" || d.Protected()) {
				continue
			}
			_, err := store.OpenFile(ctx, s, slug, name)
			if fault.Of(err) == fault.NotFound {
				continue
			}
			if err != nil {
				return nil, err
			}
			k := out[name]
			if original && regions[d.ID] && k.Sheets == nil {
				data, err := store.File(ctx, s, slug, name)
				if err != nil {
					return nil, err
				}
				t, err := box.Read(ctx, "original.pdf", data)
				if err != nil && fault.Of(err) != fault.Invalid {
					return nil, err
				}
				k.Sheets = sheets(t)
			}
			out[name] = k
		}
	}
	return out, nil
}

// lowered begins a sentence as the continuation of another.
func lowered(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToLower(r)) + s[n:]
}
