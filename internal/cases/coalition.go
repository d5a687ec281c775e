package cases

import (
	"throughline/internal/fault"
	"throughline/internal/source"
	"throughline/internal/thread"
)

// Actor is an organisation or a group of people in a coalition, or against it.
type Actor struct {
	ID     thread.ID `json:"id"`               // "actor-…"
	Case   thread.ID `json:"case"`             //
	Name   string    `json:"name"`             // of the organisation or group; private persons are not named
	Sector string    `json:"sector"`           // civil society, business, media, ...
	Level  string    `json:"level,omitempty"`  // local, national, international
	Stance string    `json:"stance"`           // in the coalition, against it, or between
	Source []string  `json:"source,omitempty"` // where it was read
}

func (a Actor) Ref() thread.ID       { return a.ID }
func (a Actor) Label() string        { return a.Name }
func (a Actor) Place() thread.Place  { return thread.Place{Case: a.Case, Owner: a.Case} }
func (a Actor) Links() []thread.Link { return nil }

func (a Actor) Valid() error {
	var ps fault.Problems
	thread.CheckID(&ps, "id", a.ID, thread.Actor)
	thread.CheckID(&ps, "case", a.Case, thread.Case)
	ps.Require("name", a.Name)
	ps.Require("sector", a.Sector)
	ps.OneOf("level", a.Level, "local", "national", "international")
	ps.Require("stance", a.Stance)
	ps.OneOf("stance", a.Stance, "coalition", "opponent", "between")
	for _, u := range a.Source {
		source.CheckURL(&ps, "source", u)
	}
	return ps.Err()
}

// Tie is a relation between two actors of a case.
type Tie struct {
	ID   thread.ID `json:"id"`             // "tie-…"
	Case thread.ID `json:"case"`           // of both actors
	From thread.ID `json:"from"`           // actor
	To   thread.ID `json:"to"`             // actor
	Kind string    `json:"kind"`           // member-of, allied-with, funds, opposes, pressures, negotiates-with
	Date EDTF      `json:"date,omitempty"` // when; empty: throughout
}

func (t Tie) Ref() thread.ID      { return t.ID }
func (t Tie) Label() string       { return t.From.Rest() + " " + t.Kind + " " + t.To.Rest() }
func (t Tie) Place() thread.Place { return thread.Place{Case: t.Case, Owner: t.Case} }
func (t Tie) Links() []thread.Link {
	return []thread.Link{{To: t.From, Role: thread.PartOf}, {To: t.To, Role: thread.PartOf}}
}

func (t Tie) Valid() error {
	var ps fault.Problems
	thread.CheckID(&ps, "id", t.ID, thread.Tie)
	thread.CheckID(&ps, "case", t.Case, thread.Case)
	thread.CheckID(&ps, "from", t.From, thread.Actor)
	thread.CheckID(&ps, "to", t.To, thread.Actor)
	if t.From == t.To {
		ps.Add("to", "is the same actor as from")
	}
	ps.Require("kind", t.Kind)
	ps.OneOf("kind", t.Kind, "member-of", "allied-with", "funds", "opposes", "pressures", "negotiates-with")
	if t.Date != "" {
		if err := t.Date.Valid(); err != nil {
			ps.Add("date", "%s", fault.Message(err))
		}
	}
	return ps.Err()
}
