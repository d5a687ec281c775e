package campaign

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"throughline/exchange/tabular"
)

// reader reads one table.
type reader struct {
	m       Mapping
	header  []string
	country func(string) (string, error)
	known   map[string]string // codes by name
	bad     map[string]error
	at      map[Field][]int
	flags   map[int]string
	used    map[int]bool
	words   map[string]string // outcomes
	years   int               // dates of which the year alone could be taken
	l       List
}

// columns finds the columns that the mapping names.
func (r *reader) columns() error {
	place := map[string]int{}
	for i, h := range r.header {
		if _, twice := place[plain(h)]; !twice && plain(h) != "" {
			place[plain(h)] = i
		}
	}
	r.at, r.flags = map[Field][]int{}, map[int]string{}
	for _, f := range Fields() {
		for _, name := range r.m.Columns[f] {
			i, ok := place[plain(name)]
			if !ok {
				return fmt.Errorf("there is no column %q for %s", name, strings.ReplaceAll(string(f), "_", " "))
			}
			r.at[f] = append(r.at[f], i)
			r.used[i] = true
		}
	}
	for f := range r.m.Columns {
		if !slices.Contains(Fields(), f) {
			return fmt.Errorf("there is no field %q; there are %s", f, joined(Fields()))
		}
	}
	for name, words := range r.m.Flags {
		i, ok := place[plain(name)]
		if !ok {
			return fmt.Errorf("there is no column %q for the goal %q", name, words)
		}
		r.flags[i] = words
		r.used[i] = true
	}
	r.words = outcomeWords()
	for text, o := range r.m.Outcomes {
		if o != "" && o != IsSuccess && o != IsPartial && o != IsFailure {
			return fmt.Errorf("the outcome %q is to mean %q; expected success, partial or failure", text, o)
		}
		r.words[plain(text)] = o
	}
	if len(r.at[Country]) == 0 && len(r.at[ISO3]) == 0 {
		return errors.New("no column gives the country; say which does")
	}
	if len(r.at[Start]) == 0 && len(r.at[Year]) == 0 {
		return errors.New("no column gives the start; say which does")
	}
	if !slices.Contains([]Unit{Campaigns, CampaignYears, Protests}, r.m.Unit) {
		return fmt.Errorf("a row stands for %q; expected campaign, campaign-year or protest", r.m.Unit)
	}
	if r.m.Unit == CampaignYears && (len(r.at[Year]) == 0 || len(r.at[ID]) == 0 && len(r.at[Name]) == 0) {
		return errors.New("rows are years of campaigns, but no column gives the year, or none the campaign's id or name")
	}
	return nil
}

func joined[T ~string](all []T) string {
	var s []string
	for _, x := range all {
		s = append(s, string(x))
	}
	return strings.Join(s, ", ")
}

// missing are the signs of lists for "not known".
func missing(v string) bool {
	switch strings.ToLower(strings.TrimSpace(v)) {
	case "", ".", "..", "-", "–", "na", "n/a", "#n/a", "nan", "null", "none", "-99", "-88", "-77", "-999", "unknown", "no report":
		return true
	}
	return false
}

// set tells whether a flag is set, and whether it says anything.
func set(v string) (is, known bool) {
	switch strings.ToLower(strings.TrimSpace(v)) {
	case "1", "1.0", "x", "yes", "y", "true", "✓", "✔":
		return true, true
	case "0", "0.0", "no", "n", "false":
		return false, true
	}
	return false, false
}

// get is the first column of a field that says something.
func (r *reader) get(row tabular.Row, f Field) string {
	for _, i := range r.at[f] {
		if v := row.Cells[i]; !missing(v) {
			return v
		}
	}
	return ""
}

// entry reads a row. over says what it stands for when that is nothing to be read.
func (r *reader) entry(row tabular.Row) (e Entry, over string, err error) {
	if is, known := set(r.get(row, Occurred)); known && !is {
		return e, "a year or a place without an event", nil
	}
	kind, sub := r.get(row, EventType), r.get(row, EventSubtype)
	riot := plain(kind) == "riots"
	if len(r.at[EventType]) > 0 && plain(kind) != "protests" && !(riot && plain(sub) == "violentdemonstration") {
		if riot {
			return e, "riots, other than violent demonstrations", nil
		}
		return e, "events that are no demonstrations: " + kind, nil
	}
	e.Lines = []int{row.Line}
	for _, v := range row.Cells {
		if !utf8.ValidString(v) {
			return e, "", errors.New("it holds a text that is not UTF-8")
		}
	}
	e.ID, e.Name, e.Country = r.get(row, ID), r.get(row, Name), r.get(row, Country)
	if e.ISO3, err = r.place(r.get(row, ISO3), e.Country); err != nil {
		return e, "", err
	}
	if e.Start, e.End, err = r.span(row); err != nil {
		return e, "", err
	}
	e.Ongoing, _ = set(r.get(row, Ongoing))
	e.Target, e.Trigger = r.get(row, Target), r.get(row, Trigger)
	r.goals(row, &e)
	r.outcome(row, &e)
	e.SizeRead = r.get(row, Participation)
	if tags := r.get(row, Tags); e.SizeRead == "" && tags != "" {
		e.SizeRead = crowd(tags)
	}
	e.Participation = People(e.SizeRead)
	r.method(row, riot, &e)
	for _, i := range r.at[URL] {
		for _, u := range strings.FieldsFunc(row.Cells[i], func(c rune) bool { return strings.ContainsRune(" \t\n|;", c) }) {
			if (strings.HasPrefix(u, "https://") || strings.HasPrefix(u, "http://")) && !slices.Contains(e.Sources, u) {
				e.Sources = append(e.Sources, u)
			}
		}
	}
	if r.l.AggregatesOnly { // nothing of the row itself is handed on
		e.ID, e.Name, e.Target, e.Trigger, e.Sources = "", "", "", "", nil
		return e, "", nil
	}
	for i, v := range row.Cells {
		if !r.used[i] && v != "" && r.header[i] != "" {
			e.Extra = append(e.Extra, Cell{r.header[i], v})
		}
	}
	return e, "", nil
}

// place gives the code of a row's country.
func (r *reader) place(code, name string) (string, error) {
	given := code
	if given == "" {
		given = name
	}
	if given == "" {
		return "", errors.New("it names no country")
	}
	if iso3, ok := r.known[given]; ok {
		return iso3, nil
	}
	if err, ok := r.bad[given]; ok {
		return "", err
	}
	iso3, err := r.country(given)
	if err != nil {
		err = fmt.Errorf("its country: %w", err)
		r.bad[given] = err
		return "", err
	}
	r.known[given] = iso3
	return iso3, nil
}

// span reads start and end.
func (r *reader) span(row tabular.Row) (start, end string, err error) {
	if y := r.get(row, Year); y != "" && r.m.Unit == CampaignYears {
		d, _, ok := date(y)
		if !ok || len(d) != 4 {
			return "", "", fmt.Errorf("its year is %q", y)
		}
		return d, d, nil
	}
	part := func(f, month, day Field) (string, error) {
		v := r.get(row, f)
		if v == "" {
			return "", nil
		}
		d, unsure, ok := date(v)
		if !ok {
			return "", fmt.Errorf("its %s is %q; expected a date such as 2015-06-22, 22 June 2015, June 2015 or 2015", f, v)
		}
		if unsure {
			r.years++
		}
		if m := r.get(row, month); m != "" && len(d) == 4 {
			n, err := strconv.Atoi(strings.TrimSuffix(m, ".0"))
			if err != nil {
				n = monthOf(m)
			}
			if n < 1 || n > 12 {
				return "", fmt.Errorf("its month of %s is %q", f, m)
			}
			d += fmt.Sprintf("-%02d", n)
			if x := r.get(row, day); x != "" {
				n, err := strconv.Atoi(strings.TrimSuffix(x, ".0"))
				if err != nil || !isDay(fmt.Sprintf("%s-%02d", d, n)) {
					return "", fmt.Errorf("its day of %s is %q", f, x)
				}
				d += fmt.Sprintf("-%02d", n)
			}
		}
		return d, nil
	}
	if start, err = part(Start, StartMonth, StartDay); err != nil {
		return "", "", err
	}
	if start == "" {
		if y := r.get(row, Year); y != "" {
			if d, _, ok := date(y); ok {
				start = d
			}
		}
		if start == "" {
			return "", "", errors.New("it has no start")
		}
	}
	if end, err = part(End, EndMonth, EndDay); err != nil {
		return "", "", err
	}
	if end != "" && latest(end) < earliest(start) {
		return "", "", fmt.Errorf("it ends (%s) before it starts (%s)", end, start)
	}
	return start, end, nil
}

func (r *reader) goals(row tabular.Row, e *Entry) {
	add := func(g string) {
		g = strings.TrimSpace(g)
		if w, ok := r.m.Goals[g]; ok {
			g = w
		}
		if !missing(g) && !slices.Contains(e.Goals, g) {
			e.Goals = append(e.Goals, g)
		}
	}
	for _, i := range r.at[Goal] {
		if !missing(row.Cells[i]) {
			for _, g := range strings.Split(row.Cells[i], ";") {
				add(g)
			}
		}
	}
	for i := range row.Cells {
		if words, ok := r.flags[i]; ok {
			if is, _ := set(row.Cells[i]); is {
				add(words)
			}
		}
	}
}

// outcomeWords are words for outcomes that need no explanation.
func outcomeWords() map[string]string {
	return map[string]string{"success": IsSuccess, "successful": IsSuccess, "fullsuccess": IsSuccess, "completesuccess": IsSuccess, "achieved": IsSuccess,
		"partial": IsPartial, "partialsuccess": IsPartial, "partlysuccessful": IsPartial, "limited": IsPartial, "limitedsuccess": IsPartial, "mixed": IsPartial,
		"failure": IsFailure, "failed": IsFailure, "unsuccessful": IsFailure, "nosuccess": IsFailure}
}

func (r *reader) outcome(row tabular.Row, e *Entry) {
	for _, x := range []struct {
		f    Field
		word string
	}{{Success, IsSuccess}, {Partial, IsPartial}, {Failure, IsFailure}} {
		if is, _ := set(r.get(row, x.f)); is {
			e.Outcome, e.OutcomeRead = x.word, x.word
			return
		}
	}
	e.OutcomeRead = r.get(row, Outcome)
	e.Outcome = r.words[plain(e.OutcomeRead)]
}

// method tells whether an entry was nonviolent.
func (r *reader) method(row tabular.Row, riot bool, e *Entry) {
	violent, saysViolent := set(r.get(row, Violent))
	word := plain(r.get(row, Nonviolent))
	is, says := set(r.get(row, Nonviolent))
	switch {
	case len(r.at[EventType]) > 0:
		e.Nonviolent = "yes"
		if riot {
			e.Nonviolent = "no"
		}
	case violent:
		e.Nonviolent = "no"
	case word == "mostly" || word == "mostlynonviolent" || word == "mostlypeaceful" || word == "mixed":
		e.Nonviolent = "mostly"
	case is || word == "nonviolent" || word == "peaceful" || word == "primarilynonviolent":
		e.Nonviolent = "yes"
	case says && saysViolent: // neither
	case says || word == "violent" || word == "primarilyviolent":
		e.Nonviolent = "no"
	case saysViolent:
		e.Nonviolent = "yes"
	}
}

// crowd is the size of the crowd in the tags of an ACLED event.
func crowd(tags string) string {
	for _, t := range strings.Split(tags, ";") {
		if size, ok := strings.CutPrefix(strings.ToLower(strings.TrimSpace(t)), "crowd size="); ok && !missing(size) {
			return size
		}
	}
	return ""
}
