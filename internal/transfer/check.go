package transfer

import (
	"encoding/csv"
	"fmt"
	"io"
	"sort"
	"strings"

	"throughline/exchange/refiqda"
	"throughline/internal/cases"
	"throughline/internal/store"
)

// Slug makes the address of a study from its title.
func Slug(title string) string { return slug(title) }

// Check finds what must not leave in what would: names of actors that are persons, in interviews, material and memos; and
// paths of a machine. It gives where they stand, never the names.
func Check(b store.Bundle, p refiqda.Project) []string {
	var names []string
	public := map[string]bool{}
	for _, o := range b.Objects {
		if a, ok := o.(cases.Actor); ok && a.Person && len([]rune(a.Name)) >= 4 {
			names = append(names, a.Name)
		}
	}
	if len(names) == 0 {
		return nil
	}
	for _, s := range p.Sources {
		for _, v := range s.Values { // reports are public: they name whom they name
			if v.Value == "report" {
				public[s.GUID] = true
			}
		}
	}
	found := map[string]bool{}
	look := func(where, text string) {
		for _, n := range names {
			if strings.Contains(text, n) {
				found[where] = true
			}
		}
	}
	for _, s := range p.Sources {
		if !public[s.GUID] {
			look("the text of document "+s.GUID, s.Text)
			look("the title of document "+s.GUID, s.Name)
			for _, t := range s.Transcripts {
				look("the text of document "+s.GUID, t.Text)
				look("the title of document "+s.GUID, t.Name)
			}
			for _, x := range s.Selections {
				if x.Kind != refiqda.TextSelection { // its words are the coder's
					look("what is said of a part of document "+s.GUID, x.Name)
				}
			}
		}
	}
	for i, n := range p.Notes {
		look(fmt.Sprintf("memo %d", i+1), n.Text)
	}
	for _, c := range p.Codes {
		look("code "+c.GUID, c.Name+" "+c.Description)
	}
	out := make([]string, 0, len(found))
	for f := range found {
		out = append(out, f)
	}
	sort.Strings(out)
	return out
}

// WriteLosses writes what does not come along as a table.
func WriteLosses(w io.Writer, losses []refiqda.Loss) error {
	c := csv.NewWriter(w)
	c.Write([]string{"item", "guid", "name", "what"})
	for _, l := range losses {
		c.Write([]string{l.Item, l.GUID, l.Name, l.What})
	}
	c.Flush()
	return c.Error()
}
