package chain

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"throughline/analysis/screening"
	"throughline/exchange/biblio"
	"throughline/internal/fault"
	"throughline/internal/source"
	"throughline/internal/store"
	"throughline/internal/thread"
)

// Upload is a file of references as it was sent.
type Upload struct {
	Name   string
	Bytes  []byte
	Pasted bool // into a form: it may be a list of citations in running text
}

// read reads an upload: references in one of their formats, what was pasted as well as can be, or a saved web page.
func (u Upload) read() (biblio.File, error) {
	if u.Pasted {
		return biblio.Paste(string(u.Bytes)), nil
	}
	found, err := biblio.Read(u.Bytes)
	head := bytes.ToLower(u.Bytes[:min(1024, len(u.Bytes))])
	if err == nil || !bytes.Contains(head, []byte("<html")) && !bytes.Contains(head, []byte("<!doctype html")) {
		return found, err
	}
	page, perr := biblio.FromHTML(u.Bytes, "")
	if perr != nil {
		return found, perr
	}
	return biblio.File{Format: "html", Encoding: "as the page says", Records: []biblio.Record{page}, Seen: 1, Notes: []string{"Made from what the saved page says of itself. Look whether it is right."}}, nil
}

// formatWords is what people read for a format.
func formatWords(f biblio.Format) string {
	switch f {
	case "html":
		return "A saved web page"
	case biblio.Pasted:
		return "Citations in running text"
	}
	return f.Name()
}

// FileReport says what was found in a file: Seen is always Kept and the Refused together.
type FileReport struct {
	Name                                          string
	Format                                        string // in words
	Encoding                                      string
	Seen, Kept                                    int
	Refused                                       []biblio.Refusal
	Notes                                         []string
	NoTitle, NoAbstract, NoDOI, NoYear, NoAuthors int // so many of the kept lack it
}

// Report says what an import brought.
type Report struct {
	Search  thread.ID
	Files   []FileReport
	Records int // kept
	New     int // works that the study did not have
	Known   int // records of works that it had
}

// Phases of an import, for its progress.
const (
	Reading  = "reading"
	Saving   = "saving"
	Grouping = "grouping"
)

// TakeIn adds the records of files to a study, as what one search found, and groups them into works: those that the study
// did not have, and those that it had. All records are written at once or none; grouping follows, and is made up for by the
// next run of the chain when it is cut off. A file that cannot be read at all refuses the whole.
func TakeIn(ctx context.Context, s *store.Store, study, who string, search source.Search, files []Upload, progress func(phase string, done, total int)) (Report, error) {
	var out Report
	if len(files) == 0 {
		return out, fault.New(fault.Invalid, "Choose at least one file.")
	}
	var all []biblio.Record
	for i, f := range files {
		progress(Reading, i, len(files))
		if err := ctx.Err(); err != nil {
			return out, err
		}
		found, err := f.read()
		var known *biblio.Error
		if errors.As(err, &known) {
			return out, fault.Wrap(fault.Invalid, err, "Nothing was imported, because the file %q cannot be read: %s", f.Name, known.Message)
		}
		if err != nil {
			return out, fmt.Errorf("read references: %w", err)
		}
		r := FileReport{Name: f.Name, Format: formatWords(found.Format), Encoding: found.Encoding, Seen: found.Seen, Kept: len(found.Records), Refused: found.Refused, Notes: found.Notes}
		for _, b := range found.Records {
			for _, lack := range []struct {
				is bool
				n  *int
			}{{strings.TrimSpace(b.Title) == "", &r.NoTitle}, {b.Abstract == "", &r.NoAbstract}, {b.DOI == "", &r.NoDOI}, {b.Issued.Year == 0, &r.NoYear}, {len(b.Authors) == 0, &r.NoAuthors}} {
				if lack.is {
					*lack.n++
				}
			}
		}
		search.Hits += found.Seen
		out.Files = append(out.Files, r)
		all = append(all, found.Records...)
	}
	if len(all) == 0 {
		return out, fault.New(fault.Invalid, "Nothing was imported: the files hold no record that could be kept.")
	}
	err := s.Write(ctx, who, func(t *store.Tx) error {
		searches, err := store.All[source.Search](ctx, t, study, store.Filter{})
		if err != nil {
			return err
		}
		base := search.ID
		for n := 2; slices.ContainsFunc(searches, func(it store.Item[source.Search]) bool { return it.Object.ID == search.ID }); n++ {
			search.ID = thread.ID(fmt.Sprintf("%s-%d", base, n))
		}
		if err := t.Put(study, search, 0); err != nil {
			return err
		}
		for i, b := range all {
			if i%200 == 0 {
				progress(Saving, i, len(all))
			}
			if err := ctx.Err(); err != nil {
				return err
			}
			r := source.FromReference(b, thread.ID(fmt.Sprintf("%s%s-%05d", thread.Record.Prefix(), search.ID.Rest(), i+1)), search.ID)
			if r.Language == "" { // its script and its commonest words tell
				if l := screening.Language(r.Title + ". " + firstWords(r.Abstract)); l != "und" {
					r.Language = l
				}
			}
			if err := t.Put(study, r, 0); err != nil {
				return fmt.Errorf("keep record %d: %w", i+1, err)
			}
		}
		return nil
	})
	if err != nil {
		return out, err
	}
	out.Search, out.Records = search.ID, len(all)
	progress(Grouping, 0, 1)
	if _, err := works(ctx, s, study); err != nil {
		return out, err
	}
	records, err := store.All[source.Record](ctx, s, study, store.Filter{})
	if err != nil {
		return out, err
	}
	isNew := map[thread.ID]bool{}
	for _, it := range records {
		isNew[it.Object.ID] = it.Object.Search == search.ID
	}
	groups, err := store.All[source.Work](ctx, s, study, store.Filter{})
	if err != nil {
		return out, err
	}
	for _, it := range groups {
		fresh := 0
		for _, r := range it.Object.Records {
			if isNew[r] {
				fresh++
			}
		}
		if fresh == len(it.Object.Records) {
			out.New++
		} else {
			out.Known += fresh
		}
	}
	return out, nil
}

// firstWords is as much of a text as tells its language.
func firstWords(s string) string {
	const enough = 300
	n := 0
	for i := range s {
		if n++; n > enough {
			return s[:i]
		}
	}
	return s
}
