// Package cases holds the universe of candidate cases, the selection, and what happened inside each selected case.
package cases

import (
	"fmt"
	"regexp"
	"strings"

	"throughline/internal/fault"
	"throughline/internal/source"
	"throughline/internal/thread"
)

// Regimes are the four regime types of the Regimes of the World measure (Lührmann, Tannenberg & Lindberg 2018).
var Regimes = []string{"closed autocracy", "electoral autocracy", "electoral democracy", "liberal democracy"}

// Outcomes of a candidate, as coded to a stated date.
var Outcomes = []string{"success", "partial", "failure"}

// Candidate is a case that could be selected. Each fact carries the addresses it was read at.
type Candidate struct {
	ID                  thread.ID `json:"id"`                             // "cand-…"
	Name                string    `json:"name"`                           // as people know the campaign
	Country             string    `json:"country"`                        // as read
	ISO3                string    `json:"iso3"`                           // ISO 3166-1 alpha-3
	Start               int       `json:"start"`                          // year of onset
	End                 int       `json:"end,omitempty"`                  // last year; 0: goes on
	DatesSource         []string  `json:"dates_source,omitempty"`         // where the years were read
	Trigger             string    `json:"trigger,omitempty"`              // what set it off
	TriggerSource       []string  `json:"trigger_source,omitempty"`       // where the trigger was read
	Sectors             []string  `json:"sectors,omitempty"`              // who took part
	SectorsSource       []string  `json:"sectors_source,omitempty"`       // where it was read who took part
	Leadership          string    `json:"leadership,omitempty"`           // in two words
	LeadershipNote      string    `json:"leadership_note,omitempty"`      // what the two words leave out
	LeadershipSource    []string  `json:"leadership_source,omitempty"`    // where the leadership was read
	Nonviolent          string    `json:"nonviolent,omitempty"`           // yes, mostly, no
	NonviolentSource    []string  `json:"nonviolent_source,omitempty"`    // where it was read whether it stayed nonviolent
	Outcome             string    `json:"outcome"`                        // success, partial, failure
	OutcomeNote         string    `json:"outcome_note,omitempty"`         // what was reached, to which date
	OutcomeSource       []string  `json:"outcome_source,omitempty"`       // where the outcome was read
	Participation       int       `json:"participation,omitempty"`        // people at the peak; 0: not known
	ParticipationSource []string  `json:"participation_source,omitempty"` // where the number was read
	RegimeBefore        string    `json:"regime_before"`                  // regime type of the year before onset
	RegimeSource        []string  `json:"regime_source,omitempty"`        // where the regime type was read
	Region              string    `json:"region"`                         // in the study's region scheme
	Feasible            bool      `json:"feasible"`                       // the team can work there and informants would be safe
	Access              string    `json:"access,omitempty"`               // why, or why not
}

func (c Candidate) Ref() thread.ID       { return c.ID }
func (c Candidate) Label() string        { return c.Country + ": " + c.Name }
func (c Candidate) Place() thread.Place  { return thread.Place{} }
func (c Candidate) Links() []thread.Link { return nil }

var iso3 = regexp.MustCompile(`^[A-Z]{3}$`)

func (c Candidate) Valid() error {
	var ps fault.Problems
	thread.CheckID(&ps, "id", c.ID, thread.Candidate)
	ps.Require("name", c.Name)
	ps.Require("country", c.Country)
	if !iso3.MatchString(c.ISO3) {
		ps.Add("iso3", "is %q; expected an ISO 3166 alpha-3 code such as ARM", c.ISO3)
	}
	checkYear(&ps, "start", c.Start, false)
	checkYear(&ps, "end", c.End, true)
	if c.End != 0 && c.End < c.Start {
		ps.Add("end", "is %d, before the start in %d", c.End, c.Start)
	}
	ps.OneOf("nonviolent", c.Nonviolent, "yes", "mostly", "no")
	ps.Require("outcome", c.Outcome)
	ps.OneOf("outcome", c.Outcome, Outcomes...)
	ps.Require("regime_before", c.RegimeBefore)
	ps.OneOf("regime_before", c.RegimeBefore, Regimes...)
	ps.Require("region", c.Region)
	if c.Participation < 0 {
		ps.Add("participation", "is negative")
	}
	if !c.Feasible {
		ps.Require("access", c.Access)
	}
	for field, urls := range map[string][]string{"dates_source": c.DatesSource, "trigger_source": c.TriggerSource,
		"sectors_source": c.SectorsSource, "leadership_source": c.LeadershipSource, "nonviolent_source": c.NonviolentSource,
		"outcome_source": c.OutcomeSource, "participation_source": c.ParticipationSource, "regime_source": c.RegimeSource} {
		for _, u := range urls {
			source.CheckURL(&ps, field, u)
		}
	}
	ps.Sort()
	return ps.Err()
}

func checkYear(ps *fault.Problems, field string, y int, optional bool) {
	if optional && y == 0 {
		return
	}
	if y < 1800 || y > 2100 {
		ps.Add(field, "is %d; expected a year of four digits", y)
	}
}

// Fact is one country attribute in one year, with its source and version.
type Fact struct {
	ISO3      string `json:"iso3"`              // ISO 3166-1 alpha-3
	Year      int    `json:"year"`              // that the value is of
	Attribute string `json:"attribute"`         // such as polyarchy
	Value     string `json:"value"`             // as published
	Source    string `json:"source"`            // dataset and its version
	Licence   string `json:"licence,omitempty"` // under which the source publishes it
}

func (f Fact) Ref() thread.ID {
	return thread.ID(fmt.Sprintf("%s%s-%d.%s", thread.Fact.Prefix(), strings.ToLower(f.ISO3), f.Year, f.Attribute))
}
func (f Fact) Label() string        { return fmt.Sprintf("%s %s %d", f.Attribute, f.ISO3, f.Year) }
func (f Fact) Place() thread.Place  { return thread.Place{} }
func (f Fact) Links() []thread.Link { return nil }

var attribute = regexp.MustCompile(`^[a-z0-9-]{1,40}$`)

func (f Fact) Valid() error {
	var ps fault.Problems
	if !iso3.MatchString(f.ISO3) {
		ps.Add("iso3", "is %q; expected an ISO 3166 alpha-3 code such as ARM", f.ISO3)
	}
	checkYear(&ps, "year", f.Year, false)
	if !attribute.MatchString(f.Attribute) {
		ps.Add("attribute", "is %q; expected lower-case letters, digits and hyphens", f.Attribute)
	}
	ps.Require("value", f.Value)
	ps.Require("source", f.Source)
	return ps.Err()
}

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
		ps.Add("date", "%s", fault.Message(err))
	}
	ps.Require("title", e.Title)
	ps.Require("lane", e.Lane)
	ps.OneOf("lane", e.Lane, Lanes...)
	thread.CheckIDs(&ps, "records", e.Records, thread.Record)
	for _, u := range e.URLs {
		source.CheckURL(&ps, "urls", u)
	}
	return ps.Err()
}

// EDTF is a date of the Extended Date/Time Format (Library of Congress, 2019), in the part that case studies need:
// "2018-04-23", "2018-04", "2018", each with an optional trailing "~" (about) or "?" (uncertain), an interval
// "2018-04/2018-05", and open intervals "../2018" (before) and "2018/.." (after).
type EDTF string

var (
	edtfPart = regexp.MustCompile(`^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?[~?]?$`)
)

func (e EDTF) Valid() error {
	a, b, interval := strings.Cut(string(e), "/")
	ok := edtfPart.MatchString(a)
	if interval {
		openA, openB := a == "..", b == ".."
		ok = (ok || openA) && (edtfPart.MatchString(b) || openB) && !(openA && openB)
		if ok && !openA && !openB && e.bounds(a)[0] > e.bounds(b)[1] {
			return fault.New(fault.Invalid, "is %q; the interval ends before it begins", string(e))
		}
	}
	if !ok {
		return fault.New(fault.Invalid, "is %q; expected a date such as 2018-04-23, 2018-04, 2018, 2018~ (about), 2018-04/2018-05 (between), ../2018 (before) or 2018/.. (after)", string(e))
	}
	return nil
}

// Earliest and Latest are the first and last calendar day the date can mean, as YYYY-MM-DD; open ends give "0000-01-01"
// and "9999-12-31". Days that a month does not have do no harm: the texts only serve to put events in order.
func (e EDTF) Earliest() string { return e.ends()[0] }
func (e EDTF) Latest() string   { return e.ends()[1] }

func (e EDTF) ends() [2]string {
	a, b, interval := strings.Cut(string(e), "/")
	if !interval {
		return e.bounds(a)
	}
	out := [2]string{"0000-01-01", "9999-12-31"}
	if a != ".." {
		out[0] = e.bounds(a)[0]
	}
	if b != ".." {
		out[1] = e.bounds(b)[1]
	}
	return out
}

func (EDTF) bounds(p string) [2]string {
	p = strings.TrimRight(p, "~?")
	switch len(p) {
	case 4:
		return [2]string{p + "-01-01", p + "-12-31"}
	case 7:
		return [2]string{p + "-01", p + "-31"}
	}
	return [2]string{p, p}
}

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
