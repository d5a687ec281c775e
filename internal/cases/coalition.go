package cases

import (
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"throughline/analysis/coalition"
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

	Person  bool        `json:"person,omitempty" column:"used"`  // one person, not an organisation: never named outside the team
	Public  bool        `json:"public,omitempty" column:"used"`  // an organisation or office that may be named outside the team
	Surety  string      `json:"surety,omitempty" column:"used"`  // whether it belongs here: certain, probable, possible; empty: certain
	Gender  []string    `json:"gender,omitempty" column:"used"`  // of its people: one word, or shares such as "women: 60"
	Age     []string    `json:"age,omitempty" column:"used"`     // in the same way
	Class   []string    `json:"class,omitempty" column:"used"`   // social class, in the same way
	Records []thread.ID `json:"records,omitempty" column:"used"` // records that tell of it
}

// Sureties say how sure it is that an actor or a tie belongs to a coalition, surest first.
var Sureties = []string{"certain", "probable", "possible"}

func (a Actor) Ref() thread.ID       { return a.ID }
func (a Actor) Label() string        { return a.Name }
func (a Actor) Place() thread.Place  { return thread.Place{Case: a.Case, Owner: a.Case} }
func (a Actor) Links() []thread.Link { return thread.Evidence(a.Records, nil) }

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
	if a.Person && a.Public {
		ps.Add("public", "is yes, but a person is not named outside the team; describe the office or the group instead")
	}
	ps.OneOf("surety", a.Surety, Sureties...)
	for field, parts := range map[string][]string{"gender": a.Gender, "age": a.Age, "class": a.Class} {
		if _, err := Shares(parts); err != nil {
			ps.Add(field, "%s", fault.Message(err))
		}
	}
	thread.CheckIDs(&ps, "records", a.Records, thread.Record)
	ps.Sort()
	return ps.Err()
}

// Named tells whether an actor may be named outside the team: in an edition, or in an export for others.
func (a Actor) Named() bool { return a.Public && !a.Person }

// Unnamed counts by sector the actors that may not be named, as coalition.Cells hides small groups. Where even all of them are
// fewer than cell nothing is told, and few is true.
func Unnamed(actors []Actor, cell int) (groups []coalition.Cell, few bool) {
	count := map[string]int{}
	for _, a := range actors {
		if !a.Named() {
			count[a.Sector]++
		}
	}
	groups = coalition.Cells(count, cell)
	return groups, len(count) > 0 && len(groups) == 0
}

// Pseudonyms gives each person among the actors a name that tells nothing: a number in an order that follows from the key
// alone, so that it is the same in each export and says neither who comes first nor when somebody was written down.
func Pseudonyms(actors []Actor, key string) map[thread.ID]string {
	type persona struct {
		id    thread.ID
		order string
	}
	var all []persona
	for _, a := range actors {
		if a.Person {
			m := hmac.New(sha256.New, []byte(key))
			m.Write([]byte("actor " + a.ID))
			all = append(all, persona{a.ID, string(m.Sum(nil))})
		}
	}
	slices.SortFunc(all, func(a, b persona) int { return strings.Compare(a.order, b.order) })
	out := map[thread.ID]string{}
	for i, x := range all {
		out[x.id] = fmt.Sprintf("Person A%02d", i+1)
	}
	return out
}

// Shares reads a composition: one word stands for all of it ("women"), several are given with their shares ("women: 60",
// "men: 40"), which may be percentages, fractions or counts. Nothing is an empty composition: not known.
func Shares(parts []string) (map[string]float64, error) {
	out := map[string]float64{}
	for _, p := range parts {
		word, share, given := strings.Cut(p, ":")
		word = strings.TrimSpace(word)
		n := 1.0
		if given {
			var err error
			if n, err = strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(share), "%"), 64); err != nil || !(n >= 0) || n > 1e12 {
				return nil, fault.New(fault.Invalid, "has %q; expected a word and its share, such as \"women: 60\"", p)
			}
		} else if len(parts) > 1 {
			return nil, fault.New(fault.Invalid, "has %q without a share; where there are several, each needs one, such as \"women: 60\"", p)
		}
		if _, twice := out[word]; word == "" || twice {
			return nil, fault.New(fault.Invalid, "has %q; expected different words, each with its share", p)
		}
		out[word] = n
	}
	return out, nil
}

// Tie is a relation between two actors of a case.
type Tie struct {
	ID   thread.ID `json:"id"`             // "tie-…"
	Case thread.ID `json:"case"`           // of both actors
	From thread.ID `json:"from"`           // actor
	To   thread.ID `json:"to"`             // actor
	Kind string    `json:"kind"`           // member-of, allied-with, funds, commands, opposes, pressures, negotiates-with
	Date EDTF      `json:"date,omitempty"` // when; empty: throughout

	Surety  string      `json:"surety,omitempty" column:"used"`  // certain, probable, possible; empty: certain
	Source  []string    `json:"source,omitempty" column:"used"`  // addresses where it was read
	Records []thread.ID `json:"records,omitempty" column:"used"` // records that tell of it
}

// TieKinds are the relations between two actors.
var TieKinds = []string{"member-of", "allied-with", "funds", "commands", "opposes", "pressures", "negotiates-with"}

func (t Tie) Ref() thread.ID      { return t.ID }
func (t Tie) Label() string       { return t.From.Rest() + " " + t.Kind + " " + t.To.Rest() }
func (t Tie) Place() thread.Place { return thread.Place{Case: t.Case, Owner: t.Case} }
func (t Tie) Links() []thread.Link {
	return append([]thread.Link{{To: t.From, Role: thread.PartOf}, {To: t.To, Role: thread.PartOf}}, thread.Evidence(t.Records, nil)...)
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
	ps.OneOf("kind", t.Kind, TieKinds...)
	if t.Date != "" {
		if err := t.Date.Valid(); err != nil {
			ps.Add("date", "%s", err)
		}
	}
	ps.OneOf("surety", t.Surety, Sureties...)
	for _, u := range t.Source {
		source.CheckURL(&ps, "source", u)
	}
	thread.CheckIDs(&ps, "records", t.Records, thread.Record)
	return ps.Err()
}
