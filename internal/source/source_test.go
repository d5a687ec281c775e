package source

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"throughline/analysis/prisma"
	"throughline/internal/study"
	"throughline/internal/thread"
)

func TestFlowOf(t *testing.T) {
	work := func(id thread.ID, records ...thread.ID) Work { return Work{ID: id, Records: records} }
	d := func(r thread.ID, stage, who, decision string) Screening {
		s := Screening{Record: r, Stage: stage, Reviewer: who, Decision: decision}
		if decision == Exclude {
			s.Reason = "ex-1"
		}
		return s
	}
	tool := d("ref-7", TitleAbstract, "a", Exclude)
	tool.Tool, tool.Reason = "stopping rule", ""
	searches := []Search{{ID: "search-db", Source: "Scopus", Hits: 12}, {ID: "search-reg", Source: "Register", Route: "register", Hits: 1}, {ID: "search-web", Source: "News archive", Route: "website", Hits: 3}}
	var records []Record
	for id, s := range map[thread.ID]thread.ID{"ref-1": "search-db", "ref-1b": "search-web", "ref-1c": "search-reg", "ref-2": "search-db", "ref-3": "search-db", "ref-4": "search-db", "ref-5": "search-db", "ref-6": "search-db", "ref-7": "search-db", "ref-8": "search-db",
		"ref-w1": "search-web", "ref-w2": "search-web", "ref-l": ""} {
		records = append(records, Record{ID: id, Search: s, Type: "report"})
	}
	works := []Work{work("work-1", "ref-1", "ref-1b", "ref-1c"), work("work-2", "ref-2"), work("work-3", "ref-3"), work("work-4", "ref-4"), work("work-5", "ref-5"), work("work-6", "ref-6"), work("work-7", "ref-7"),
		work("work-w1", "ref-w1"), work("work-w2", "ref-w2"), work("work-l", "ref-l")} // ref-8 is in none yet
	got := FlowOf(searches, records, works, []Screening{
		d("ref-1", TitleAbstract, "a", Include), d("ref-1b", TitleAbstract, "b", Include), d("ref-1", FullText, "a", Include),
		d("ref-2", TitleAbstract, "a", Exclude), d("ref-2", TitleAbstract, "b", Exclude),
		d("ref-3", TitleAbstract, "a", Include), d("ref-3", TitleAbstract, "b", Exclude), // they differ
		d("ref-4", TitleAbstract, "a", Include), d("ref-4", FullText, "a", Exclude),
		d("ref-5", TitleAbstract, "a", Include), // not read yet
		d("ref-6", TitleAbstract, "a", Include), d("ref-6", FullText, "a", NotRetrieved),
		tool,
		d("ref-w1", TitleAbstract, "a", Exclude), d("ref-w2", TitleAbstract, "a", Include), d("ref-w2", FullText, "a", Include),
	}, study.Protocol{Exclude: []study.Criterion{{ID: "ex-1", Text: "Not about this"}}})
	want := prisma.Flow{
		Databases: []prisma.Count{{Name: "Scopus", N: 12}}, Registers: []prisma.Count{{Name: "Register", N: 1}}, Websites: []prisma.Count{{Name: "News archive", N: 3}}, Organisations: []prisma.Count{{Name: "found without a search", N: 1}},
		Duplicates: 1, Automation: 1, NotKept: 4, OtherDuplicates: 1, Screened: 6, Excluded: 1,
		Main:     prisma.Reading{Sought: 4, NotRetrieved: 1, Assessed: 2, Excluded: []prisma.Count{{Name: "Not about this", N: 1}}},
		Other:    prisma.Reading{Sought: 2, Assessed: 2, Excluded: []prisma.Count{{Name: "Not about this", N: 1}}},
		Included: 2, Waiting: 2, Undecided: 1, Unread: 1,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	// It adds up: nothing is lost on the way.
	main, other := got.Identified()
	if main != got.Duplicates+got.Automation+got.NotKept+got.Screened+1 || other != got.OtherDuplicates+got.OtherNotKept+got.Other.Sought+1 {
		t.Errorf("identified %d and %d do not add up: %+v", main, other, got)
	}
	if got.Screened != got.Excluded+got.Undecided+got.Main.Sought || got.Main.Sought != got.Main.NotRetrieved+got.Main.Assessed+got.Unread || got.Main.Assessed+got.Other.Assessed != got.Main.Left()+got.Other.Left()+got.Included {
		t.Errorf("does not add up: %+v", got)
	}
}

func TestRecordDates(t *testing.T) {
	r := Record{ID: "ref-1", Type: "news", Title: "A report"}
	for _, good := range []string{"", "2018", "2018-04", "2018-04-23", "2018-04~", "2018?", "2018-21", "2018-04-23/2018-05", "2018/..", "../2018"} {
		r.Published, r.Event = good, good
		if err := r.Valid(); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
	for _, bad := range []string{"April 2018", "2018-13", "2018-04-32", "18", "2018-4-1", "2018/2019/2020", "/"} {
		r.Published, r.Event = bad, ""
		if err := r.Valid(); err == nil {
			t.Errorf("%q is taken for a date", bad)
		}
	}
	r.Published, r.ArchiveHash, r.Archive = "", "abc", "ftp://example.org"
	if err := r.Valid(); err == nil {
		t.Error("what is no hash and no address is accepted")
	}
}
