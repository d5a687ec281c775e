package cases

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"throughline/internal/fault"
	"throughline/internal/pattern"
	"throughline/internal/source"
	"throughline/internal/study"
	"throughline/internal/thread"
)

// Regimes are the four regime types of the Regimes of the World measure (Lührmann, Tannenberg & Lindberg 2018).
var Regimes = []string{"closed autocracy", "electoral autocracy", "electoral democracy", "liberal democracy"}

// Outcomes of a candidate, as coded to a stated date.
var Outcomes = []string{"success", "partial", "failure"}

// NonviolentWords say how far a campaign stayed nonviolent. The question does not arise for all: a standard that businesses
// set among themselves has no streets.
var NonviolentWords = []string{"yes", "mostly", "no", "not applicable"}

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
	Nonviolent          string    `json:"nonviolent,omitempty"`           // yes, mostly, no, not applicable
	NonviolentSource    []string  `json:"nonviolent_source,omitempty"`    // where it was read whether it stayed nonviolent
	Outcome             string    `json:"outcome"`                        // success, partial, failure; empty: not coded
	OutcomeNote         string    `json:"outcome_note,omitempty"`         // what was reached, to which date
	OutcomeSource       []string  `json:"outcome_source,omitempty"`       // where the outcome was read
	Participation       int       `json:"participation,omitempty"`        // people at the peak; 0: not known
	ParticipationSource []string  `json:"participation_source,omitempty"` // where the number was read
	RegimeBefore        string    `json:"regime_before"`                  // regime type of the year before onset; empty: not known
	RegimeSource        []string  `json:"regime_source,omitempty"`        // where the regime type was read
	Region              string    `json:"region"`                         // in the study's region scheme; empty: not known
	Feasible            bool      `json:"feasible"`                       // the team can work there and informants would be safe
	Access              string    `json:"access,omitempty"`               // why, or why not

	Goal        string      `json:"goal,omitempty" column:"used"`        // what it demanded
	CodedTo     string      `json:"coded_to,omitempty" column:"used"`    // date to which the outcome is coded, YYYY-MM-DD: what comes later is not in it
	Feasibility float64     `json:"feasibility,omitempty" column:"used"` // how good access is, above 0 to 1; 0: not judged beyond feasible
	Origin      string      `json:"origin,omitempty" column:"used"`      // list that it was taken from, with its version and row
	Records     []thread.ID `json:"records,omitempty" column:"used"`     // screened records that it was raised from
}

func (c Candidate) Ref() thread.ID       { return c.ID }
func (c Candidate) Label() string        { return c.Country + ": " + c.Name }
func (c Candidate) Place() thread.Place  { return thread.Place{} }
func (c Candidate) Links() []thread.Link { return thread.Evidence(c.Records, nil) }

var iso3 = pattern.Late(`^[A-Z]{3}$`)

func (c Candidate) Valid() error {
	var ps fault.Problems
	thread.CheckID(&ps, "id", c.ID, thread.Candidate)
	ps.Require("name", c.Name)
	ps.Require("country", c.Country)
	if !iso3().MatchString(c.ISO3) {
		ps.Add("iso3", "is %q; expected an ISO 3166 alpha-3 code such as ARM", c.ISO3)
	}
	checkYear(&ps, "start", c.Start, false)
	checkYear(&ps, "end", c.End, true)
	if c.End != 0 && c.End < c.Start {
		ps.Add("end", "is %d, before the start in %d", c.End, c.Start)
	}
	ps.OneOf("nonviolent", c.Nonviolent, NonviolentWords...)
	ps.OneOf("outcome", c.Outcome, Outcomes...)
	ps.OneOf("regime_before", c.RegimeBefore, Regimes...)
	study.CheckDate(&ps, "coded_to", c.CodedTo)
	if c.Feasibility < 0 || c.Feasibility > 1 {
		ps.Add("feasibility", "is %g; expected a number above 0 up to 1", c.Feasibility)
	}
	thread.CheckIDs(&ps, "records", c.Records, thread.Record)
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

// Inclusion is one decision on whether a candidate belongs to the universe, by the protocol. Decisions are added, never
// changed: the last one holds, and those before it stay as the log.
type Inclusion struct {
	ID        thread.ID `json:"id"`             // "incl-…"
	Candidate thread.ID `json:"candidate"`      // that is decided on
	Decision  string    `json:"decision"`       // include, exclude, unsure
	Criterion string    `json:"criterion"`      // id of a criterion of the protocol; needed for exclude
	Note      string    `json:"note,omitempty"` // why, in words
	By        string    `json:"by"`             // handle of the member
	At        string    `json:"at"`             // UTC, such as 2026-10-01T12:00:00Z
}

// InclusionID is the id of the nth decision on a candidate, counted from 1.
func InclusionID(candidate thread.ID, n int) thread.ID {
	return thread.ID(fmt.Sprintf("%s%s.%d", thread.Inclusion.Prefix(), candidate.Rest(), n))
}

func (i Inclusion) Ref() thread.ID      { return i.ID }
func (i Inclusion) Label() string       { return i.Decision + " " + i.Candidate.Rest() }
func (i Inclusion) Place() thread.Place { return thread.Place{Owner: i.Candidate} }
func (i Inclusion) Links() []thread.Link {
	return []thread.Link{{To: i.Candidate, Role: thread.PartOf}}
}

func (i Inclusion) Valid() error {
	var ps fault.Problems
	thread.CheckID(&ps, "id", i.ID, thread.Inclusion)
	thread.CheckID(&ps, "candidate", i.Candidate, thread.Candidate)
	ps.Require("decision", i.Decision)
	ps.OneOf("decision", i.Decision, source.Include, source.Exclude, source.Unsure)
	if i.Decision == source.Exclude {
		ps.Require("criterion", i.Criterion)
	}
	study.CheckHandle(&ps, "by", i.By)
	checkTime(&ps, "at", i.At)
	return ps.Err()
}

// checkTime notes what is no point in time in UTC. Empty is accepted.
func checkTime(ps *fault.Problems, field, s string) {
	if s == "" {
		return
	}
	if t, err := time.Parse(time.RFC3339Nano, s); err != nil || !strings.HasSuffix(s, "Z") || t.Year() < 1900 {
		ps.Add(field, "is %q; expected a time in UTC such as 2026-10-01T12:00:00Z", s)
	}
}

// Included are the candidates that belong to the universe: those that the last decision on them does not exclude, where
// decisions may come in any order. A candidate that nobody decided on belongs to it.
func Included(universe []Candidate, decisions []Inclusion) []Candidate {
	last := Decided(decisions)
	var out []Candidate
	for _, c := range universe {
		if last[c.ID].Decision != source.Exclude {
			out = append(out, c)
		}
	}
	return out
}

// Decided gives, by candidate, the decision that holds: the last one by time, then by number.
func Decided(decisions []Inclusion) map[thread.ID]Inclusion {
	last := map[thread.ID]Inclusion{}
	for _, d := range decisions {
		old, ok := last[d.Candidate]
		if !ok || cmp.Or(strings.Compare(d.At, old.At), cmp.Compare(len(d.ID), len(old.ID)), strings.Compare(string(d.ID), string(old.ID))) > 0 {
			last[d.Candidate] = d
		}
	}
	return last
}
