package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"throughline/analysis/words"
	"throughline/internal/cases"
	"throughline/internal/document"
	"throughline/internal/fault"
	"throughline/internal/store"
	"throughline/internal/thread"
)

// countedWord is a word as the command tells it.
type countedWord struct {
	Word     string         `json:"word"`
	N        int            `json:"n"`
	Thousand float64        `json:"per_thousand"` // of all words
	Texts    int            `json:"documents"`
	By       map[string]int `json:"by"` // times in each group; 0 is left out
	Key      float64        `json:"log_likelihood,omitempty"`
}

func (e *env) words() *cobra.Command {
	var name, kase, language, by, stop, compare string
	var least, longer, limit int
	c := command("words", "Count the words of a study's texts, in every script",
		"  throughline words --case case-armenia --longer 3\n  throughline words --language th --min 5\n  throughline words --compare case-armenia --json", 0,
		func(ctx context.Context, _ *cobra.Command, _ []string) error {
			if by != "case" && by != "document" && by != "language" {
				return fault.New(fault.Usage, "Words are counted by case, document or language, not by %q.", by)
			}
			o := words.Options{Longer: longer}
			if stop != "" {
				b, err := os.ReadFile(stop)
				if err != nil {
					return fault.Wrap(fault.Usage, err, "The list of stop words %s cannot be read.", stop)
				}
				o.Without = words.List(string(b))
			}
			id := func(s string, kind thread.Kind) thread.ID {
				if s != "" && !strings.HasPrefix(s, kind.Prefix()) {
					s = kind.Prefix() + s
				}
				return thread.ID(s)
			}
			of, with := id(kase, thread.Case), id(compare, thread.Case)
			if with != "" {
				if by != "case" || of != "" {
					return fault.New(fault.Usage, "--compare sets a case against all others: leave --case and --by away.")
				}
				o.Key = string(with)
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
			for _, x := range []thread.ID{of, with} {
				if x != "" {
					if _, err := store.Get[cases.Case](ctx, s, slug, x); err != nil {
						return err
					}
				}
			}
			docs, err := store.All[document.Document](ctx, s, slug, store.Filter{})
			if err != nil {
				return err
			}
			var texts []words.Text
			kept := 0
			for _, it := range docs {
				d := it.Object
				if of != "" && d.Case != of || language != "" && d.Language != language {
					continue
				}
				ok, err := store.MayLeave(ctx, s, slug, d)
				if err != nil {
					return err
				}
				if !ok {
					kept++
					continue
				}
				t, err := store.Text(ctx, s, slug, d.ID, d.Version)
				if err != nil {
					return err
				}
				texts = append(texts, words.Text{Group: map[string]string{"case": string(d.Case), "document": string(d.ID), "language": d.Language}[by], Body: t.Body})
			}
			t := words.Count(texts, o)
			if with != "" && !t.Compares(o.Key) {
				return fault.New(fault.Invalid, "%s cannot be compared: it, or all other cases, have no such texts that may be counted.", with)
			}
			list := []countedWord{}
			for _, r := range t.Rows {
				if r.N < least || len(list) == limit && limit > 0 {
					continue
				}
				w := countedWord{Word: r.Word, N: r.N, Thousand: words.PerThousand(r.N, t.Words), Texts: r.Texts, By: map[string]int{}, Key: r.Key}
				for i, n := range r.By {
					if n > 0 {
						w.By[t.Groups[i].Name] = n
					}
				}
				list = append(list, w)
			}
			type group struct {
				Name  string `json:"name"`
				Words int    `json:"words"`
				Texts int    `json:"documents"`
			}
			groups := []group{}
			for _, g := range t.Groups {
				groups = append(groups, group(g))
			}
			uncut := append([]string{}, t.Uncut...)
			return e.print(map[string]any{"study": slug, "words": t.Words, "documents": t.Texts, "kept_inside": kept, "not_cut": uncut, "by": by, "groups": groups, "list": list}, func(w io.Writer) {
				for _, x := range list {
					key := ""
					if o.Key != "" {
						key = fmt.Sprintf("\t%+.1f", x.Key)
					}
					fmt.Fprintf(w, "%s\t%d\t%.2f\t%d%s\n", x.Word, x.N, x.Thousand, x.Texts, key)
				}
				fmt.Fprintf(w, "%d word(s) in %d document(s), %d shown: word, times, times in a thousand words, documents%s.\n", t.Words, t.Texts, len(list), map[bool]string{true: ", log-likelihood"}[o.Key != ""])
				if kept > 0 {
					fmt.Fprintf(w, "%d document(s) were not counted: there is no consent to quote them.\n", kept)
				}
				if len(uncut) > 0 {
					fmt.Fprintf(w, "Not cut into words: %s. What stands between two spaces counts as one word.\n", strings.Join(uncut, ", "))
				}
			})
		})
	c.Long += "\n\nThai, Lao, Khmer, Burmese, Chinese and Japanese are cut into words by dictionaries. Of protected\ninterviews, those are counted whose informants agreed to be quoted."
	f := c.Flags()
	f.StringVar(&name, "study", "", "which study, when there are several")
	f.StringVar(&kase, "case", "", "texts of this case alone")
	f.StringVar(&language, "language", "", "texts in this language alone, such as th")
	f.StringVar(&by, "by", "case", "count by case, document or language (with --json)")
	f.StringVar(&compare, "compare", "", "this case against all others: what sets it apart first, by log-likelihood")
	f.StringVar(&stop, "without", "", "a file of words to leave out")
	f.IntVar(&least, "min", 2, "words that occur so often at least")
	f.IntVar(&longer, "longer", 0, "words of more letters than this")
	f.IntVar(&limit, "limit", 100, "how many words to show; 0: all")
	return c
}
