package source

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"throughline/internal/thread"
)

func TestFlowOf(t *testing.T) {
	work := func(id thread.ID, records ...thread.ID) Work { return Work{ID: id, Records: records} }
	d := func(r thread.ID, stage, who, decision string) Screening {
		return Screening{Record: r, Stage: stage, Reviewer: who, Decision: decision}
	}
	works := []Work{work("work-1", "ref-1", "ref-1b"), work("work-2", "ref-2"), work("work-3", "ref-3"), work("work-4", "ref-4"), work("work-5", "ref-5"), work("work-6", "ref-6")}
	records := make([]Record, 7)
	got := FlowOf([]Search{{Hits: 20}, {Hits: 5}}, records, works, []Screening{
		d("ref-1", TitleAbstract, "a", Include), d("ref-1b", TitleAbstract, "b", Include), d("ref-1", FullText, "a", Include),
		d("ref-2", TitleAbstract, "a", Exclude), d("ref-2", TitleAbstract, "b", Exclude),
		d("ref-3", TitleAbstract, "a", Include), d("ref-3", TitleAbstract, "b", Exclude), // they differ
		d("ref-4", TitleAbstract, "a", Include), d("ref-4", FullText, "a", Exclude),
		d("ref-5", TitleAbstract, "a", Include), // not read yet
	})
	want := Flow{Found: 25, Records: 7, Works: 6, Screened: 5, ExcludedEarly: 1, Sought: 3, ExcludedLate: 1, Included: 1, Undecided: 1, WithoutReading: 1}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
