package cli

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"github.com/spf13/cobra"

	"throughline/internal/archive"
	"throughline/internal/chain"
	"throughline/internal/fault"
	"throughline/internal/publish"
	"throughline/internal/source"
	"throughline/internal/store"
	"throughline/internal/study"
	"throughline/internal/synthesis"
	"throughline/internal/thread"
)

// summary is the table that demo and build print.
type summary struct {
	Study           string      `json:"study"`
	Records         int         `json:"records"`
	Works           int         `json:"works"`
	Screened        int         `json:"screened"`
	Candidates      int         `json:"candidates"`
	Cases           int         `json:"cases"`
	Interviews      int         `json:"interviews"`
	Documents       int         `json:"documents"`
	Segments        int         `json:"segments"`
	Codings         int         `json:"codings"`
	Scores          int         `json:"scores"`
	SolutionTerms   int         `json:"solution_terms"`
	Lessons         int         `json:"lessons"`
	Recommendations int         `json:"recommendations"`
	Stale           int         `json:"stale_statements"`
	Steps           []stepTaken `json:"steps"`
	Changed         int         `json:"changed"` // objects that were written
	Site            string      `json:"site"`
	Pages           int         `json:"pages"`
	Draft           bool        `json:"draft"`
	Withheld        any         `json:"withheld,omitempty"`
}

type stepTaken struct {
	Name         string  `json:"name"`
	Changed      int     `json:"changed"`
	Milliseconds float64 `json:"milliseconds"`
}

func (e *env) build() *cobra.Command {
	var out, address string
	var replace bool
	c := command("build STUDY -o OUT", "Import a study folder, run the chain and write the static site",
		"  throughline build my-study -o site\n  throughline build my-study -o site --data data --replace --json", 1,
		func(ctx context.Context, c *cobra.Command, args []string) error {
			if out == "" {
				return fault.New(fault.Usage, "Say where the site goes with -o OUT.")
			}
			if !c.Flags().Changed("data") && e.database == "" && e.getenv("THROUGHLINE_DATA") == "" {
				tmp, err := os.MkdirTemp("", "throughline-*")
				if err != nil {
					return fault.Wrap(fault.Unavailable, err, "No temporary folder can be made. Check that the disk has room.")
				}
				defer os.RemoveAll(tmp)
				e.data = tmp
			}
			b, err := archive.Read(args[0])
			if err != nil {
				return err
			}
			s, err := e.open(ctx)
			if err != nil {
				return err
			}
			defer s.Close()
			sum, err := e.runChain(ctx, s, b, os.DirFS(args[0]), replace, out, address)
			if err != nil {
				return err
			}
			return e.print(sum, sum.print)
		})
	c.Flags().StringVarP(&out, "out", "o", "", "folder of the site")
	c.Flags().StringVar(&address, "address", "", "address at which the site will be published, for the feed")
	c.Flags().BoolVar(&replace, "replace", false, "make a study that stands already what the folder says")
	return c
}

// runChain imports a bundle, unless nil objects say that the study stands, computes what can be computed, and writes the site.
func (e *env) runChain(ctx context.Context, s *store.Store, b store.Bundle, dir fs.FS, replace bool, out, address string) (summary, error) {
	sum := summary{Study: b.Slug, Site: out}
	timed := func(name string, f func() (int, error)) error {
		start := e.clock()
		n, err := f()
		sum.Steps = append(sum.Steps, stepTaken{name, n, float64(e.clock().Sub(start)) / float64(time.Millisecond)})
		sum.Changed += n
		return err
	}
	if b.Objects != nil {
		err := timed("import", func() (int, error) {
			d, err := e.bring(ctx, s, b, dir, replace)
			return d.New + d.Changed + d.Removed, err
		})
		if err != nil {
			return sum, err
		}
	}
	for _, step := range chain.Steps {
		if err := timed(step.Name, func() (int, error) { return step.Run(ctx, s, b.Slug) }); err != nil {
			return sum, err
		}
	}
	err := timed("site", func() (int, error) {
		r, err := publish.Site(ctx, s, b.Slug, out, publish.Options{Address: address})
		sum.Pages, sum.Draft = r.Pages, r.Draft
		if len(r.Withheld) > 0 {
			sum.Withheld = r.Withheld
		}
		return 0, err
	})
	if err != nil {
		return sum, err
	}
	return sum, sum.count(ctx, s)
}

func (m *summary) count(ctx context.Context, s *store.Store) error {
	n, err := s.Counts(ctx, m.Study)
	if err != nil {
		return err
	}
	m.Records, m.Works, m.Candidates, m.Cases = n[thread.Record], n[thread.Work], n[thread.Candidate], n[thread.Case]
	m.Interviews, m.Documents, m.Segments, m.Codings = n[thread.Interview], n[thread.Document], n[thread.Segment], n[thread.Coding]
	m.Scores, m.Lessons, m.Recommendations = n[thread.Score], n[thread.Lesson], n[thread.Recommendation]
	searches, err := store.All[source.Search](ctx, s, m.Study, store.Filter{})
	if err != nil {
		return err
	}
	records, err := store.All[source.Record](ctx, s, m.Study, store.Filter{})
	if err != nil {
		return err
	}
	works, err := store.All[source.Work](ctx, s, m.Study, store.Filter{})
	if err != nil {
		return err
	}
	screenings, err := store.All[source.Screening](ctx, s, m.Study, store.Filter{})
	if err != nil {
		return err
	}
	flow := source.FlowOf(store.Objects(searches), store.Objects(records), store.Objects(works), store.Objects(screenings), study.Protocol{})
	m.Screened = flow.Screened + flow.Other.Sought
	runs, err := store.All[synthesis.Analysis](ctx, s, m.Study, store.Filter{})
	if err != nil {
		return err
	}
	for _, a := range runs {
		if a.Object.Result == nil {
			continue
		}
		for _, sol := range a.Object.Result.Solutions {
			for _, model := range sol.Models {
				m.SolutionTerms += len(model.Terms)
			}
		}
	}
	stale, err := s.NotStanding(ctx, m.Study)
	m.Stale = len(stale)
	return err
}

func (m summary) print(w io.Writer) {
	for _, r := range []struct {
		name string
		n    int
	}{{"records", m.Records}, {"works", m.Works}, {"works screened", m.Screened}, {"candidates", m.Candidates}, {"cases", m.Cases}, {"interviews", m.Interviews},
		{"documents", m.Documents}, {"segments", m.Segments}, {"codings", m.Codings}, {"scores", m.Scores}, {"solution terms", m.SolutionTerms}, {"lessons", m.Lessons},
		{"recommendations", m.Recommendations}, {"stale statements", m.Stale}} {
		fmt.Fprintf(w, "%s\t%d\n", r.name, r.n)
	}
	total := 0.0
	for _, s := range m.Steps {
		total += s.Milliseconds
		fmt.Fprintf(w, "time: %s\t%.0f ms\n", s.Name, s.Milliseconds)
	}
	fmt.Fprintf(w, "time: all\t%.0f ms\n", total)
	if m.Changed == 0 {
		fmt.Fprintf(w, "Nothing had to be changed: the study %q stood already.\n", m.Study)
	}
	state := "edition"
	if m.Draft {
		state = "draft"
	}
	fmt.Fprintf(w, "Site (%s, %d pages): %s\n", state, m.Pages, m.Site)
}
