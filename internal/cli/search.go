package cli

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"throughline/internal/search"
	"throughline/internal/store"
)

// searchHit is a paragraph as the command tells it.
type searchHit struct {
	Document string   `json:"document"`
	Start    int      `json:"start"` // of the paragraph, in code points
	Text     string   `json:"text"`
	Words    [][2]int `json:"words"` // where the words are, in code points of the document
}

// partHit is what was written about a part of a picture, a page or a recording.
type partHit struct {
	Document string `json:"document"`
	Passage  string `json:"passage"`
	Part     string `json:"part"` // where it is, as W3C Media Fragments write it
	What     string `json:"what"` // "description" or "memo"; never a quote
	By       string `json:"by,omitempty"`
	Text     string `json:"text"`
}

func (e *env) search() *cobra.Command {
	var name string
	var lines bool
	var limit, from int
	c := command("search QUERY", "Find words in all texts of a study",
		"  throughline search 'protest* NEAR/5 police'\n  throughline search '\"the square\" lang:en' --lines\n  throughline search 'ประชาชน case:case-thailand' --json", 1,
		func(ctx context.Context, _ *cobra.Command, args []string) error {
			asked, err := search.Parse(args[0])
			if err != nil {
				return err
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
			if _, err := s.Index(ctx, slug, e.progress("Reading texts")); err != nil {
				return err
			}
			parts := []partHit{}
			written, err := s.SearchParts(ctx, slug, asked, store.Scope{})
			if err != nil {
				return err
			}
			for _, h := range written {
				a := h.Segment.Object.Anchor
				x := partHit{string(a.Document), string(h.Segment.Object.ID), a.Area.String(), "description", h.By, h.Text}
				if h.By != "" {
					x.What = "memo"
				}
				parts = append(parts, x)
			}
			f, err := s.Search(ctx, slug, asked, store.Scope{}, max(0, from), min(max(1, limit), 10_000))
			if err != nil {
				return err
			}
			hits := []searchHit{}
			for _, h := range f.Hits {
				x := searchHit{string(h.Document), h.Start, h.Body, [][2]int{}}
				for _, w := range h.Spans {
					x.Words = append(x.Words, [2]int{h.Start + w.From, h.Start + w.To})
				}
				hits = append(hits, x)
			}
			return e.print(map[string]any{"study": slug, "query": args[0], "found": f.N, "more": f.More, "hits": hits, "parts": parts}, func(w io.Writer) {
				for _, h := range f.Hits {
					r := []rune(h.Body)
					if !lines {
						fmt.Fprintf(w, "%s\t%s\n", h.Document, strings.Join(strings.Fields(string(r[:min(len(r), 300)])), " "))
						continue
					}
					for _, x := range h.Spans {
						left, key, right := search.Around(r, x, 40)
						fmt.Fprintf(w, "%s\t%40s\t[%s]\t%s\n", h.Document, left, key, right)
					}
				}
				for _, x := range parts {
					fmt.Fprintf(w, "%s\t%s of %s: %s\n", x.Document, x.What, x.Part, strings.Join(strings.Fields(x.Text), " "))
				}
				more := ""
				if f.More {
					more = "more than "
				}
				also := ""
				if len(parts) > 0 {
					also = fmt.Sprintf(" %d description(s) and memo(s) of parts found.", len(parts))
				}
				fmt.Fprintf(w, "%s%d paragraph(s) found, %d shown.%s\n", more, f.N, len(f.Hits), also)
				if f.N == 0 && len(parts) == 0 && cmp.Or(f.Hint, asked.Hint) != "" {
					fmt.Fprintln(w, cmp.Or(f.Hint, asked.Hint))
				}
			})
		})
	c.Long += "\n\nWhat can be asked:\n" + search.Help
	f := c.Flags()
	f.StringVar(&name, "study", "", "which study, when there are several")
	f.BoolVar(&lines, "lines", false, "each word in its line, with what stands before and after it")
	f.IntVar(&limit, "limit", 50, "how many paragraphs to show")
	f.IntVar(&from, "from", 0, "how many to pass over")
	return c
}
