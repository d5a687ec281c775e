package cases

import (
	"regexp"

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
