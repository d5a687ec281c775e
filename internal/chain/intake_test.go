package chain_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"throughline/internal/chain"
	"throughline/internal/fault"
	"throughline/internal/source"
	"throughline/internal/store"
	"throughline/internal/store/storetest"
)

func quiet(string, int, int) {}

func TestTakeIn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, c store.Config) {
		s := storetest.Open(t, c)
		b := storetest.Study()
		if _, err := s.Import(ctx, "import", b, false, nil); err != nil {
			t.Fatal(err)
		}
		search := source.Search{ID: "search-scopus", Source: "Scopus", On: "2026-11-25", Query: "protest", Route: "database"}
		ris := chain.Upload{Name: "a.ris", Bytes: []byte("TY  - JOUR\nTI  - Squares and power\nAU  - Doe, J\nPY  - 2019\nDO  - 10.1000/1\nER  - \n\nTY  - JOUR\nTI  - Another one\nAU  - Roe, R\nPY  - 2020\nER  - \n")}
		before := len(all[source.Record](t, s, b.Slug))
		r, err := chain.TakeIn(ctx, s, b.Slug, "lead", search, []chain.Upload{ris}, quiet)
		if err != nil {
			t.Fatal(err)
		}
		if r.Records != 2 || r.New < 2 || r.Known != 0 || r.Files[0].Seen != 2 || r.Files[0].NoDOI != 1 || r.Files[0].NoAbstract != 2 {
			t.Errorf("%+v", r)
		}
		// A later search that finds the same adds nothing to screen, and says so.
		r, err = chain.TakeIn(ctx, s, b.Slug, "lead", search, []chain.Upload{ris}, quiet)
		if err != nil {
			t.Fatal(err)
		}
		if r.Search != "search-scopus-2" || r.Known != 2 {
			t.Errorf("%+v", r)
		}
		if n := len(all[source.Record](t, s, b.Slug)); n != before+4 {
			t.Errorf("%d records, expected %d", n, before+4)
		}
		if got := object[source.Search](t, s, "search-scopus").Object.Hits; got != 2 {
			t.Errorf("the search has %d hits", got)
		}
		// What cannot be read refuses the whole, and what is cancelled leaves nothing behind.
		if _, err := chain.TakeIn(ctx, s, b.Slug, "lead", search, []chain.Upload{ris, {Name: "b.pdf", Bytes: []byte("%PDF-1.4\x00\x01")}}, quiet); fault.Of(err) != fault.Invalid || !strings.Contains(fault.Message(err), "b.pdf") {
			t.Errorf("a file that is no list of references: %v", err)
		}
		if _, err := chain.TakeIn(ctx, s, b.Slug, "lead", search, nil, quiet); fault.Of(err) != fault.Invalid {
			t.Errorf("no files: %v", err)
		}
		var many strings.Builder
		for i := range 1000 {
			fmt.Fprintf(&many, "TY  - JOUR\nTI  - Title number %d\nPY  - 2001\nER  - \n", i)
		}
		stop, cancel := context.WithCancel(ctx)
		_, err = chain.TakeIn(stop, s, b.Slug, "lead", search, []chain.Upload{{Name: "many.ris", Bytes: []byte(many.String())}}, func(phase string, done, _ int) {
			if phase == chain.Saving && done > 300 {
				cancel()
			}
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: %v", err)
		}
		if n := len(all[source.Record](t, s, b.Slug)); n != before+4 {
			t.Errorf("%d records after what was refused and cancelled, expected %d", n, before+4)
		}
	})
}
