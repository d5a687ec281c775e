package store

import (
	"encoding/json"
	"fmt"

	"throughline/internal/cases"
	"throughline/internal/coding"
	"throughline/internal/document"
	"throughline/internal/fieldwork"
	"throughline/internal/source"
	"throughline/internal/study"
	"throughline/internal/synthesis"
	"throughline/internal/thread"
)

// kindOf tells the kind of objects of a Go type, also of a zero value.
func kindOf(o thread.Object) thread.Kind {
	switch o.(type) {
	case study.Study:
		return thread.Study
	case study.Protocol:
		return thread.Protocol
	case study.Member:
		return thread.Member
	case study.Edition:
		return thread.Edition
	case source.Search:
		return thread.Search
	case source.Record:
		return thread.Record
	case source.Work:
		return thread.Work
	case source.Screening:
		return thread.Screening
	case document.Document:
		return thread.Document
	case cases.Candidate:
		return thread.Candidate
	case cases.Fact:
		return thread.Fact
	case cases.Selection:
		return thread.Selection
	case cases.Case:
		return thread.Case
	case cases.Event:
		return thread.Event
	case cases.Actor:
		return thread.Actor
	case cases.Tie:
		return thread.Tie
	case cases.Inclusion:
		return thread.Inclusion
	case cases.Prerequisite:
		return thread.Prerequisite
	case cases.Hypothesis:
		return thread.Hypothesis
	case fieldwork.Guide:
		return thread.Guide
	case fieldwork.Informant:
		return thread.Informant
	case fieldwork.Interview:
		return thread.Interview
	case coding.Code:
		return thread.Code
	case coding.Segment:
		return thread.Segment
	case coding.Coding:
		return thread.Coding
	case coding.Group:
		return thread.Group
	case coding.Memo:
		return thread.Memo
	case coding.Ruling:
		return thread.Ruling
	case synthesis.Condition:
		return thread.Condition
	case synthesis.Score:
		return thread.Score
	case synthesis.Analysis:
		return thread.Analysis
	case synthesis.Finding:
		return thread.Finding
	case synthesis.Takeaway:
		return thread.Takeaway
	case synthesis.Lesson:
		return thread.Lesson
	case synthesis.Recommendation:
		return thread.Recommendation
	case synthesis.Answer:
		return thread.Answer
	}
	return ""
}

// decode makes the object of a kind from its canonical JSON.
func decode(kind thread.Kind, body string) (thread.Object, error) {
	switch kind {
	case thread.Study:
		return unmarshal[study.Study](body)
	case thread.Protocol:
		return unmarshal[study.Protocol](body)
	case thread.Member:
		return unmarshal[study.Member](body)
	case thread.Edition:
		return unmarshal[study.Edition](body)
	case thread.Search:
		return unmarshal[source.Search](body)
	case thread.Record:
		return unmarshal[source.Record](body)
	case thread.Work:
		return unmarshal[source.Work](body)
	case thread.Screening:
		return unmarshal[source.Screening](body)
	case thread.Document:
		return unmarshal[document.Document](body)
	case thread.Candidate:
		return unmarshal[cases.Candidate](body)
	case thread.Fact:
		return unmarshal[cases.Fact](body)
	case thread.Selection:
		return unmarshal[cases.Selection](body)
	case thread.Case:
		return unmarshal[cases.Case](body)
	case thread.Event:
		return unmarshal[cases.Event](body)
	case thread.Actor:
		return unmarshal[cases.Actor](body)
	case thread.Tie:
		return unmarshal[cases.Tie](body)
	case thread.Inclusion:
		return unmarshal[cases.Inclusion](body)
	case thread.Prerequisite:
		return unmarshal[cases.Prerequisite](body)
	case thread.Hypothesis:
		return unmarshal[cases.Hypothesis](body)
	case thread.Guide:
		return unmarshal[fieldwork.Guide](body)
	case thread.Informant:
		return unmarshal[fieldwork.Informant](body)
	case thread.Interview:
		return unmarshal[fieldwork.Interview](body)
	case thread.Code:
		return unmarshal[coding.Code](body)
	case thread.Segment:
		return unmarshal[coding.Segment](body)
	case thread.Coding:
		return unmarshal[coding.Coding](body)
	case thread.Group:
		return unmarshal[coding.Group](body)
	case thread.Memo:
		return unmarshal[coding.Memo](body)
	case thread.Ruling:
		return unmarshal[coding.Ruling](body)
	case thread.Condition:
		return unmarshal[synthesis.Condition](body)
	case thread.Score:
		return unmarshal[synthesis.Score](body)
	case thread.Analysis:
		return unmarshal[synthesis.Analysis](body)
	case thread.Finding:
		return unmarshal[synthesis.Finding](body)
	case thread.Takeaway:
		return unmarshal[synthesis.Takeaway](body)
	case thread.Lesson:
		return unmarshal[synthesis.Lesson](body)
	case thread.Recommendation:
		return unmarshal[synthesis.Recommendation](body)
	case thread.Answer:
		return unmarshal[synthesis.Answer](body)
	}
	return nil, fmt.Errorf("decode: unknown kind %q", kind)
}

func unmarshal[T thread.Object](body string) (thread.Object, error) {
	var o T
	if err := json.Unmarshal([]byte(body), &o); err != nil {
		return nil, fmt.Errorf("decode %s: %w", kindOf(o), err)
	}
	return o, nil
}
