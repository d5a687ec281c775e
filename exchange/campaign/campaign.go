// Package campaign reads lists of campaigns and of protests as projects publish them and as people keep them, and gathers
// protests into campaigns. A mapping says which column means what; for lists that are known it stands ready, for others it
// is guessed from the names of the columns, and each choice can be changed.
package campaign

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"throughline/exchange/tabular"
)

// Field is what a column can mean.
type Field string

const (
	ID            Field = "id"
	Name          Field = "name"
	Country       Field = "country" // a name
	ISO3          Field = "iso3"    // a code, taken before the name
	Start         Field = "start"   // a date, month or year
	StartMonth    Field = "start_month"
	StartDay      Field = "start_day"
	End           Field = "end"
	EndMonth      Field = "end_month"
	EndDay        Field = "end_day"
	Year          Field = "year" // of a row that stands for one year of a campaign
	Ongoing       Field = "ongoing"
	Goal          Field = "goal" // of several columns, all
	Target        Field = "target"
	Trigger       Field = "trigger"
	Outcome       Field = "outcome" // a word, told by Mapping.Outcomes
	Success       Field = "success" // set when the outcome is a success
	Partial       Field = "partial"
	Failure       Field = "failure"
	Participation Field = "participation" // people at the peak
	Nonviolent    Field = "nonviolent"    // a word, or set when it was
	Violent       Field = "violent"       // set when it was
	URL           Field = "url"           // addresses that it was read at
	Occurred      Field = "occurred"      // 0 in a row that stands for no event at all
	EventType     Field = "event_type"    // of ACLED: demonstrations alone are read
	EventSubtype  Field = "event_subtype"
	Tags          Field = "tags" // of ACLED: the size of the crowd stands there
)

// Fields lists all, in the order in which a person would fill them in.
func Fields() []Field {
	return []Field{ID, Name, Country, ISO3, Start, StartMonth, StartDay, End, EndMonth, EndDay, Year, Ongoing, Goal, Target, Trigger, Outcome, Success, Partial, Failure,
		Participation, Nonviolent, Violent, URL, Occurred, EventType, EventSubtype, Tags}
}

// Outcomes that an entry can have; empty: not known.
const (
	IsSuccess = "success"
	IsPartial = "partial"
	IsFailure = "failure"
)

// Unit is what a row stands for.
type Unit string

const (
	Campaigns     Unit = "campaign"      // a row is a campaign
	CampaignYears Unit = "campaign-year" // rows with the same id are years of one campaign
	Protests      Unit = "protest"       // a row is an event, to be gathered into campaigns
)

// Mapping says what the columns of a list mean. Names of columns are compared without case, blanks and signs.
type Mapping struct {
	Unit     Unit               `json:"unit"`
	Columns  map[Field][]string `json:"columns"`
	Flags    map[string]string  `json:"flags,omitempty"`    // column: the goal that it stands for, where it is set (1, x, yes)
	Goals    map[string]string  `json:"goals,omitempty"`    // code of a goal: its words
	Outcomes map[string]string  `json:"outcomes,omitempty"` // outcome as it stands in the list: success, partial or failure; empty: not known
}

// Entry is a campaign or a protest.
type Entry struct {
	Lines         []int    `json:"lines"` // rows of the file that it was read from
	ID            string   `json:"id,omitempty"`
	Name          string   `json:"name,omitempty"`
	Country       string   `json:"country,omitempty"`       // as read
	ISO3          string   `json:"iso3"`                    //
	Start         string   `json:"start"`                   // 2015-06-22, 2015-06 or 2015, as exactly as it is known
	End           string   `json:"end,omitempty"`           // empty: not known, or going on
	Ongoing       bool     `json:"ongoing,omitempty"`       // when it was coded
	Goals         []string `json:"goals,omitempty"`         //
	Target        string   `json:"target,omitempty"`        //
	Trigger       string   `json:"trigger,omitempty"`       //
	Outcome       string   `json:"outcome,omitempty"`       // success, partial, failure; empty: not known
	OutcomeRead   string   `json:"outcome_read,omitempty"`  // as it stands in the list
	Participation int      `json:"participation,omitempty"` // people; of a range the lower end; 0: not known
	SizeRead      string   `json:"size_read,omitempty"`     // as it stands in the list
	Nonviolent    string   `json:"nonviolent,omitempty"`    // yes, mostly, no; empty: not known
	Sources       []string `json:"sources,omitempty"`       // addresses
	Extra         []Cell   `json:"extra,omitempty"`         // what else the row says
}

// StartYear and EndYear are the years of an entry; 0: not known.
func (e Entry) StartYear() int { return yearOf(e.Start) }
func (e Entry) EndYear() int   { return yearOf(e.End) }

// Cell is a value of a column that has no meaning here.
type Cell struct {
	Column string `json:"column"`
	Value  string `json:"value"`
}

// Value is a text that stands in so many rows.
type Value struct {
	Text string `json:"text"`
	Rows int    `json:"rows"`
}

// List is what was read. Each row of the table is in an entry, refused, or passed over.
type List struct {
	Unit     Unit              `json:"unit"`
	Entries  []Entry           `json:"entries"`
	Refused  []tabular.Refusal `json:"refused"`  // rows that cannot be taken, and why
	Passed   []Value           `json:"passed"`   // rows that stand for something else, by what that is
	Unmapped []Value           `json:"unmapped"` // outcomes without a meaning in the mapping; entries that have them have no outcome
	Notes    []string          `json:"notes"`
	// AggregatesOnly: the terms of the publisher do not let others have the rows; only what Aggregate makes of them may be kept.
	AggregatesOnly bool `json:"aggregates_only,omitempty"`
}

// Read reads a table by a mapping. country gives the three-letter code of a country's name or code; its error says why a row
// is refused. An error means that the mapping does not fit the table at all. Preset gives what is known of a list; use the
// zero Preset with a mapping of your own.
func Read(t tabular.Table, m Mapping, p Preset, country func(name string) (iso3 string, err error)) (List, error) {
	r := reader{m: m, header: t.Header, country: country, known: map[string]string{}, bad: map[string]error{}, used: map[int]bool{}, l: List{Unit: m.Unit, AggregatesOnly: p.AggregatesOnly}}
	if err := r.columns(); err != nil {
		return List{}, err
	}
	r.l.Refused = append(r.l.Refused, t.Refused...)
	passed, unmapped := map[string]int{}, map[string]int{}
	for _, row := range t.Rows {
		e, over, err := r.entry(row)
		switch {
		case over != "":
			passed[over]++
		case err != nil:
			r.l.Refused = append(r.l.Refused, tabular.Refusal{Line: row.Line, Why: err.Error()})
		default:
			if e.Outcome == "" && e.OutcomeRead != "" {
				unmapped[e.OutcomeRead]++
			}
			r.l.Entries = append(r.l.Entries, e)
		}
	}
	slices.SortStableFunc(r.l.Refused, func(a, b tabular.Refusal) int { return a.Line - b.Line })
	r.l.Passed, r.l.Unmapped = values(passed), values(unmapped)
	if m.Unit == CampaignYears {
		r.l.join()
	} else {
		r.l.twice()
	}
	r.l.Notes = append(r.l.Notes, t.Notes...)
	if n := len(r.l.Entries); n > 0 {
		without := 0
		for _, e := range r.l.Entries {
			if e.Outcome == "" {
				without++
			}
		}
		if without > 0 && m.Unit != Protests {
			r.l.note("%d of %d have no outcome that is known; it was left empty", without, n)
		}
	}
	if r.years > 0 {
		r.l.note("of %d date(s) such as 03/04/2015 the year alone was taken: day and month cannot be told apart", r.years)
	}
	return r.l, nil
}

func (l *List) note(format string, args ...any) {
	l.Notes = append(l.Notes, fmt.Sprintf(format, args...))
}

// values lists texts by how often they stand, then by their letters.
func values(counts map[string]int) []Value {
	var out []Value
	for text, n := range counts {
		out = append(out, Value{text, n})
	}
	slices.SortFunc(out, func(a, b Value) int {
		if a.Rows != b.Rows {
			return b.Rows - a.Rows
		}
		return strings.Compare(a.Text, b.Text)
	})
	return out
}

// twice notes ids that stand more than once: they are kept, for a person to look at.
func (l *List) twice() {
	first := map[string]int{}
	n := 0
	for _, e := range l.Entries {
		if e.ID == "" {
			continue
		}
		if at, ok := first[e.ID]; ok {
			if n++; n <= 5 {
				l.note("line %d has the id %q of line %d; both were kept", e.Lines[0], e.ID, at)
			}
			continue
		}
		first[e.ID] = e.Lines[0]
	}
	if n > 5 {
		l.note("%d more ids stand twice", n-5)
	}
}

// join makes one campaign of the rows with the same id: its first and last year, the largest size, success if any year has it.
func (l *List) join() {
	at := map[string]int{}
	var out []Entry
	for _, e := range l.Entries {
		key := e.ID
		if key == "" {
			key = e.ISO3 + "\x00" + plain(e.Name)
		}
		i, ok := at[key]
		if !ok {
			at[key] = len(out)
			out = append(out, e)
			continue
		}
		c := &out[i]
		if c.ISO3 != e.ISO3 {
			l.Refused = append(l.Refused, tabular.Refusal{Line: e.Lines[0], Why: fmt.Sprintf("it has the id %q of line %d, but another country", e.ID, c.Lines[0])})
			continue
		}
		c.Lines = append(slices.Clone(c.Lines), e.Lines...)
		if earliest(e.Start) < earliest(c.Start) {
			c.Start = e.Start
		}
		if latest(e.End) > latest(c.End) {
			c.End, c.Ongoing = e.End, e.Ongoing
		}
		for _, g := range e.Goals {
			if !slices.Contains(c.Goals, g) {
				c.Goals = append(slices.Clone(c.Goals), g)
			}
		}
		if c.Outcome == "" || e.Outcome == IsSuccess {
			c.Outcome, c.OutcomeRead = e.Outcome, e.OutcomeRead
		}
		if e.Participation > c.Participation {
			c.Participation, c.SizeRead = e.Participation, e.SizeRead
		}
		if c.Nonviolent != e.Nonviolent && e.Nonviolent != "" {
			if c.Nonviolent == "" {
				c.Nonviolent = e.Nonviolent
			} else {
				c.Nonviolent = "mostly"
			}
		}
		c.Sources = append(slices.Clone(c.Sources), e.Sources...)
	}
	if n := len(l.Entries) - len(out); n > 0 {
		l.note("%d rows are years of %d campaigns; what differs from year to year is that of the first, but for years, goals, outcome, size and method", len(l.Entries), len(out))
	}
	slices.SortStableFunc(l.Refused, func(a, b tabular.Refusal) int { return a.Line - b.Line })
	l.Entries = out
}

// plain is a name without case, blanks and signs.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}
