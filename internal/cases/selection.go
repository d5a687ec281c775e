package cases

import (
	"throughline/internal/fault"
	"throughline/internal/thread"
)

// Selection is how the cases were chosen, and the memo by which the lead answers for it.
type Selection struct {
	ID            thread.ID   `json:"id"`                        // always "selection"
	Method        string      `json:"method"`                    // "greedy coverage of region and regime"
	K             int         `json:"k"`                         // how many cases
	MinSuccess    int         `json:"min_success,omitempty"`     // at least so many successes
	MinFailure    int         `json:"min_failure,omitempty"`     // at least so many that failed or partly failed
	MaxPerCountry int         `json:"max_per_country,omitempty"` // 0: no limit
	In            []thread.ID `json:"in,omitempty"`              // candidates that must be in
	Out           []thread.ID `json:"out,omitempty"`             // candidates that must stay out
	Chosen        []thread.ID `json:"chosen,omitempty"`          // by the method; frozen
	Proven        bool        `json:"proven,omitempty"`          // no choice covers more
	Inputs        string      `json:"inputs,omitempty"`          // fingerprint of the universe and quotas that the choice was made from
	Memo          string      `json:"memo,omitempty"`            // why these, in the lead's words
	SignedBy      string      `json:"signed_by,omitempty"`       // handle
}

func (s Selection) Ref() thread.ID       { return s.ID }
func (s Selection) Label() string        { return "Selection of cases" }
func (s Selection) Place() thread.Place  { return thread.Place{} }
func (s Selection) Links() []thread.Link { return nil }

func (s Selection) Valid() error {
	var ps fault.Problems
	thread.CheckID(&ps, "id", s.ID, thread.Selection)
	if s.K < 1 {
		ps.Add("k", "is %d; expected how many cases to choose", s.K)
	}
	if s.MinSuccess < 0 || s.MinFailure < 0 || s.MaxPerCountry < 0 || s.MinSuccess+s.MinFailure > s.K {
		ps.Add("min_success", "quotas must not be negative, and min_success and min_failure must fit into k")
	}
	thread.CheckIDs(&ps, "in", s.In, thread.Candidate)
	thread.CheckIDs(&ps, "out", s.Out, thread.Candidate)
	thread.CheckIDs(&ps, "chosen", s.Chosen, thread.Candidate)
	return ps.Err()
}
