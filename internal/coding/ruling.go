package coding

import (
	"throughline/internal/fault"
	"throughline/internal/study"
	"throughline/internal/thread"
)

// Ruling settles a difference between coders: whether a code holds for a passage. It changes no coding, so that agreement is
// still measured on what each did alone.
type Ruling struct {
	Segment thread.ID `json:"segment"`        // the passage
	Code    thread.ID `json:"code"`           //
	Case    thread.ID `json:"case,omitempty"` // that of the segment
	Holds   bool      `json:"holds"`          // the code is right there
	Why     string    `json:"why,omitempty"`  //
	By      string    `json:"by"`             // handle of who settled it
	At      string    `json:"at"`             // date, YYYY-MM-DD
}

// RulingID is the id of the ruling on a segment and a code: there can be only one.
func RulingID(segment, code thread.ID) thread.ID {
	return thread.ID(thread.Ruling.Prefix() + segment.Rest() + "." + code.Rest())
}

func (r Ruling) Ref() thread.ID { return RulingID(r.Segment, r.Code) }
func (r Ruling) Label() string {
	if r.Holds {
		return r.Code.Rest() + " holds"
	}
	return r.Code.Rest() + " does not hold"
}
func (r Ruling) Place() thread.Place { return thread.Place{Case: r.Case, Owner: r.Segment} }
func (r Ruling) Links() []thread.Link {
	return []thread.Link{{To: r.Segment, Role: thread.PartOf}, {To: r.Code, Role: thread.Uses}}
}

func (r Ruling) Valid() error {
	var ps fault.Problems
	thread.CheckID(&ps, "segment", r.Segment, thread.Segment)
	thread.CheckID(&ps, "code", r.Code, thread.Code)
	study.CheckHandle(&ps, "by", r.By)
	ps.Require("at", r.At)
	study.CheckDate(&ps, "at", r.At)
	return ps.Err()
}
