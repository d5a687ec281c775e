// Package publish makes the public face of a study: a folder of static pages and files that need no script and ask nobody
// for anything. What may be shown is decided in one place, when a study becomes Content; everything after that knows
// nothing else.
package publish

import (
	"context"
	"net/url"
	"strings"

	"throughline/internal/fault"
	"throughline/internal/store"
	"throughline/internal/study"
	"throughline/internal/thread"
)

// Options of a site.
type Options struct {
	Address string // absolute address that the folder will have, for the feed, linked data and the sitemap; empty: not known
}

// Report tells what a site came to.
type Report struct {
	Pages    int        `json:"pages"`              // HTML pages
	Files    int        `json:"files"`              // all files, pages among them
	Draft    bool       `json:"draft"`              // the study is not as its latest edition froze it
	Edition  thread.ID  `json:"edition,omitempty"`  // the latest edition; empty: none
	Stale    int        `json:"stale"`              // published statements marked as being re-examined
	Open     int        `json:"open"`               // published statements marked as not yet confirmed
	Withheld []Withheld `json:"withheld,omitempty"` // statements that may not be published, by id
	Omitted  []Withheld `json:"omitted,omitempty"`  // passages that a published statement names but that may not be shown, by id
}

// Withheld is something that is kept back, and why. It is for the team: it names what no reader may see.
type Withheld struct {
	ID     thread.ID   `json:"id"`
	Kind   thread.Kind `json:"kind"`
	Label  string      `json:"label"`
	Reason string      `json:"reason"`
}

// Site writes the published site of a study into the folder out, whole or not at all. The same study gives the same
// bytes: all dates come from its edition.
func Site(ctx context.Context, s *store.Store, slug, out string, opt Options) (Report, error) {
	address, err := cleanAddress(opt.Address)
	if err != nil {
		return Report{}, err
	}
	if err := mayReplace(out); err != nil {
		return Report{}, err
	}
	b, g, state, err := snapshot(ctx, s, slug)
	if err != nil {
		return Report{}, err
	}
	edition, draft, err := standing(ctx, s, slug, b, state)
	if err != nil {
		return Report{}, err
	}
	r := Report{Draft: draft != "", Edition: edition.ID}
	secrets := newSecrets(b, edition)
	c, err := newContent(b, g, secrets, &r)
	if err != nil {
		return Report{}, err
	}
	c.Draft = draft
	files, err := render(ctx, c, address)
	if err != nil {
		return Report{}, err
	}
	if err := secrets.inspect(files); err != nil {
		return Report{}, err
	}
	for _, f := range files {
		r.Files++
		if strings.HasSuffix(f.name, ".html") {
			r.Pages++
		}
	}
	return r, writeFolder(ctx, out, files)
}

// snapshot reads a study, its thread and its fingerprint, and reads again when somebody writes in between.
func snapshot(ctx context.Context, s *store.Store, slug string) (b store.Bundle, g thread.Graph, state string, err error) {
	after := ""
	for range 5 {
		if state, err = s.State(ctx, slug); err != nil {
			return b, g, state, err
		}
		if b, err = s.Bundle(ctx, slug); err != nil {
			return b, g, state, err
		}
		if g, err = s.Whole(ctx, slug); err != nil {
			return b, g, state, err
		}
		if after, err = s.State(ctx, slug); err != nil || after == state {
			return b, g, state, err
		}
	}
	return b, g, state, fault.New(fault.Conflict, "The study is being changed while it is read. Publish it when the team has finished.")
}

// standing gives the latest edition, and why the study as it is now is a draft: empty when it is as that edition froze it.
func standing(ctx context.Context, s *store.Store, slug string, b store.Bundle, state string) (study.Edition, string, error) {
	e := latest(b)
	if e.ID == "" {
		return e, "No edition of this study has been signed off yet.", nil
	}
	changed := "This study has been changed since the edition of " + dayWords(e.On) + "."
	if e.State != "" {
		if state == e.State {
			changed = ""
		}
		return e, changed, nil
	}
	// An edition without a fingerprint froze what stood when it came in: what was written after it is not part of it.
	put, err := s.Journal(ctx, slug, store.JournalFilter{ID: e.ID, Most: 1})
	if err != nil || len(put) == 0 {
		return e, changed, err
	}
	for before := int64(0); ; {
		entries, err := s.Journal(ctx, slug, store.JournalFilter{Before: before})
		if err != nil {
			return e, changed, err
		}
		for _, x := range entries {
			if x.At <= put[0].At {
				return e, "", nil
			}
			if (x.Action == "put" || x.Action == "drop") && x.ID.Kind() != thread.Edition {
				return e, changed, nil
			}
			before = x.Seq
		}
		if len(entries) == 0 {
			return e, "", nil
		}
	}
}

// latest is the edition with the latest date; of one day, that with the last id.
func latest(b store.Bundle) study.Edition {
	var e study.Edition
	for _, o := range b.Objects {
		if x, ok := o.(study.Edition); ok && (x.On > e.On || x.On == e.On && x.ID > e.ID) {
			e = x
		}
	}
	return e
}

// cleanAddress gives the address of a site with one slash at its end.
func cleanAddress(a string) (string, error) {
	if a == "" {
		return "", nil
	}
	u, err := url.Parse(a)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return "", fault.New(fault.Usage, "The address of the site is to be a plain one such as https://example.org/study/, without a query.")
	}
	return strings.TrimRight(u.String(), "/") + "/", nil
}
