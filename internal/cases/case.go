package cases

import (
	"throughline/internal/fault"
	"throughline/internal/source"
	"throughline/internal/thread"
)

// Case is a selected candidate.
type Case struct {
	ID        thread.ID   `json:"id"`                // "case-…"
	Candidate thread.ID   `json:"candidate"`         // the candidate that was selected
	Name      string      `json:"name"`              // short, for tables and plots
	Summary   string      `json:"summary"`           // what happened, in the team's words
	Notice    string      `json:"notice,omitempty"`  // shown on the case's page
	Sources   []thread.ID `json:"sources,omitempty"` // records the summary rests on
}

func (c Case) Ref() thread.ID      { return c.ID }
func (c Case) Label() string       { return c.Name }
func (c Case) Place() thread.Place { return thread.Place{Case: c.ID} }

func (c Case) Links() []thread.Link {
	ls := []thread.Link{{To: c.Candidate, Role: thread.PartOf}}
	return append(ls, thread.Evidence(c.Sources, nil)...)
}

func (c Case) Valid() error {
	var ps fault.Problems
	thread.CheckID(&ps, "id", c.ID, thread.Case)
	thread.CheckID(&ps, "candidate", c.Candidate, thread.Candidate)
	ps.Require("name", c.Name)
	ps.Require("summary", c.Summary)
	thread.CheckIDs(&ps, "sources", c.Sources, thread.Record)
	return ps.Err()
}

// Event is a dated happening in a case.
type Event struct {
	ID      thread.ID   `json:"id"`                // "ev-…"
	Case    thread.ID   `json:"case"`              // in which it happened
	Date    EDTF        `json:"date"`              // may be uncertain
	Title   string      `json:"title"`             // what happened, in a few words
	Detail  string      `json:"detail,omitempty"`  // what else is to be known of it
	Lane    string      `json:"lane"`              // window, movement, state, economy, international
	Records []thread.ID `json:"records,omitempty"` // where it is told
	URLs    []string    `json:"urls,omitempty"`    // where it was read

	End    EDTF        `json:"end,omitempty" column:"used"`    // of what lasts; may be uncertain, ".." is not over; empty: date is a moment
	Where  string      `json:"where,omitempty" column:"used"`  // place, as coarse as safe
	Actors []thread.ID `json:"actors,omitempty" column:"used"` // who acted
}

// Lanes of a timeline.
var Lanes = []string{"window", "movement", "state", "economy", "international"}

func (e Event) Ref() thread.ID       { return e.ID }
func (e Event) Label() string        { return string(e.Date) + " " + e.Title }
func (e Event) Place() thread.Place  { return thread.Place{Case: e.Case, Owner: e.Case} }
func (e Event) Links() []thread.Link { return thread.Evidence(e.Records, nil) }

func (e Event) Valid() error {
	var ps fault.Problems
	thread.CheckID(&ps, "id", e.ID, thread.Event)
	thread.CheckID(&ps, "case", e.Case, thread.Case)
	if err := e.Date.Valid(); err != nil {
		ps.Add("date", "%s", err)
	}
	ps.Require("title", e.Title)
	ps.Require("lane", e.Lane)
	ps.OneOf("lane", e.Lane, Lanes...)
	thread.CheckIDs(&ps, "records", e.Records, thread.Record)
	for _, u := range e.URLs {
		source.CheckURL(&ps, "urls", u)
	}
	if e.End != "" && e.End != ".." {
		if err := e.End.Valid(); err != nil {
			ps.Add("end", "%s", err)
		} else if e.Date.Valid() == nil && e.End.Latest() < e.Date.Earliest() {
			ps.Add("end", "is %s, before it began (%s)", e.End, e.Date)
		}
	}
	thread.CheckIDs(&ps, "actors", e.Actors, thread.Actor)
	return ps.Err()
}
