package source

import (
	"slices"
	"strings"

	"throughline/analysis/dedup"
	"throughline/internal/thread"
)

// Compared is a record as it is compared with others.
func (r Record) Compared() dedup.Record {
	return dedup.Record{ID: string(r.ID), Source: string(r.Search), Type: r.Type, Authors: r.Authors, Title: r.Title, Year: r.Year, Journal: r.Container, Volume: r.Volume, Issue: r.Issue, Pages: r.Pages,
		DOI: r.DOI, Serial: strings.TrimSpace(r.ISSN + " " + r.ISBN), Abstract: r.Abstract}
}

// Same compares the records of a study. Works that stand are kept as they are, and what a person said is not the same stays
// apart.
func Same(records []Record, works []Work) (dedup.Result, error) {
	var in []dedup.Record
	for _, r := range records {
		in = append(in, r.Compared())
	}
	var o dedup.Options
	for _, w := range works {
		for _, r := range w.Records[1:] {
			o.Always = append(o.Always, [2]string{string(w.Records[0]), string(r)})
		}
		for _, r := range w.Apart {
			o.Never = append(o.Never, [2]string{string(w.Records[0]), string(r)})
		}
	}
	return dedup.Works(in, o)
}

// Joined is both works as one, with why.
func (w Work) Joined(o Work, reason string) Work {
	w.Records = append(slices.Clone(w.Records), o.Records...)
	slices.Sort(w.Records)
	w.Reason = reason
	w.Apart = slices.Concat(w.Apart, o.Apart)
	slices.Sort(w.Apart)
	w.Apart = slices.Compact(w.Apart)
	return w
}

// Parted is a work without one of its records, and that record as a work of its own; each remembers that the other is not
// the same.
func (w Work) Parted(r thread.ID) (rest, own Work) {
	rest = w
	rest.Records = slices.DeleteFunc(slices.Clone(w.Records), func(id thread.ID) bool { return id == r })
	rest.Apart = append(slices.Clone(w.Apart), r)
	if len(rest.Records) == 1 {
		rest.Reason = ""
	}
	return rest, Work{ID: thread.ID(thread.Work.Prefix() + r.Rest()), Records: []thread.ID{r}, Apart: slices.Clone(rest.Records)}
}
