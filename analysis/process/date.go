// Package process holds what can be worked out of the course of one case: when things happened and in which order, which event
// could not have happened without which, and what the traces of a hypothesis weigh.
package process

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"throughline/internal/pattern"
)

// Date is a date of the Extended Date/Time Format (EDTF, Library of Congress 2019; ISO 8601-2), levels 0 and 1 and, of level
// 2, what case studies need:
//
//	2018-04-23, 2018-04, 2018      a day, a month, a year
//	2018-21 to 2018-24             spring, summer, autumn, winter (northern months: March to May, and so on)
//	201X, 2018-XX, 2018-04-XX      digits that are not known
//	2018~, 2018?, 2018%            about, uncertain, both
//	2018-04/2018-05                a moment somewhere between
//	../2018, 2018/..               before the end of 2018; in 2018 or after
//	[2018-04-21,2018-04-23]        one of these
//	[..2018-04-23], [2018-04-21..] that day or before; that day or after
//
// A Date is a moment that is known more or less well. What lasts is a Span of two Dates.
type Date string

var part = pattern.Late(`^(\d{3}[\dX]|\d{2}XX)(-(\d\d|XX)(-(\d\d|XX))?)?([~?%])?$`)

// Open ends.
const (
	FirstDay = "0000-01-01"
	LastDay  = "9999-12-31"
)

// Valid tells what is wrong with a date and what to write.
func (d Date) Valid() error {
	_, err := d.bounds()
	return err
}

func wrong(d string) error {
	return fmt.Errorf("is %q; expected a date such as 2018-04-23, 2018-04, 2018, 201X, 2018~ (about), 2018-04/2018-05 (between), ../2018 (before), 2018/.. (after) or [2018-04-21,2018-04-23] (one of)", d)
}

// Earliest and Latest are the first and the last calendar day that the date can mean, as YYYY-MM-DD; FirstDay and LastDay for
// open ends. Of what is no date they are these, too: it could be any time. "About" and "uncertain" do not widen a date:
// nobody says by how much.
func (d Date) Earliest() string { return text(d.days()[0], FirstDay) }
func (d Date) Latest() string   { return text(d.days()[1], LastDay) }

// Approximate tells whether any part of the date is marked as about (~ or %), Doubtful whether any is marked as uncertain (? or %).
func (d Date) Approximate() bool { return strings.ContainsAny(string(d), "~%") }
func (d Date) Doubtful() bool    { return strings.ContainsAny(string(d), "?%") }

func (d Date) precision() byte {
	p, _, _ := strings.Cut(strings.Trim(strings.NewReplacer("[", "", "]", "").Replace(string(d)), "."), "/")
	p = strings.TrimRight(strings.Trim(p, "/."), "~?%")
	switch {
	case len(p) >= 10 && !strings.Contains(p, "X"):
		return 'd'
	case len(p) >= 7 && !strings.Contains(p[:7], "X"):
		return 'm'
	}
	return 'y'
}

// noDay is an end that is open.
const noDay = -1 << 40

func date(day int) time.Time  { return time.Date(1970, 1, 1+day, 0, 0, 0, 0, time.UTC) }
func ordinal(t time.Time) int { return int(t.Unix() / 86400) }
func day(y, m, d int) int     { return ordinal(time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)) }
func text(d int, open string) string {
	if d == noDay {
		return open
	}
	return date(d).Format("2006-01-02")
}

// days are the first and last day, counted from 1970; noDay where an end is open.
func (d Date) days() [2]int {
	b, err := d.bounds()
	if err != nil {
		return [2]int{noDay, noDay}
	}
	return b
}

func (d Date) bounds() ([2]int, error) {
	s := string(d)
	none := [2]int{noDay, noDay}
	if inner, ok := strings.CutPrefix(s, "["); ok {
		inner, closed := strings.CutSuffix(inner, "]")
		if !closed || inner == "" {
			return none, wrong(s)
		}
		out := none
		for i, p := range strings.Split(inner, ",") {
			b, err := oneOf(strings.TrimSpace(p))
			if err != nil {
				return none, wrong(s)
			}
			if i == 0 {
				out = b
				continue
			}
			if b[0] == noDay || out[0] != noDay && b[0] < out[0] {
				out[0] = b[0]
			}
			if b[1] == noDay || out[1] != noDay && b[1] > out[1] {
				out[1] = b[1]
			}
		}
		return out, nil
	}
	a, b, interval := strings.Cut(s, "/")
	if !interval {
		out, ok := single(s)
		if !ok {
			return none, wrong(s)
		}
		return out, nil
	}
	out := none
	if a != ".." && a != "" {
		x, ok := single(a)
		if !ok {
			return none, wrong(s)
		}
		out[0] = x[0]
	}
	if b != ".." && b != "" {
		x, ok := single(b)
		if !ok {
			return none, wrong(s)
		}
		out[1] = x[1]
	}
	if a != ".." && b != ".." && (a == "" || b == "") || out == none {
		return none, wrong(s)
	}
	if out[0] != noDay && out[1] != noDay && out[0] > out[1] {
		return none, fmt.Errorf("is %q; the interval ends before it begins", s)
	}
	return out, nil
}

// oneOf reads a member of a set.
func oneOf(p string) ([2]int, error) {
	if rest, ok := strings.CutPrefix(p, ".."); ok {
		b, ok := single(rest)
		if !ok {
			return b, wrong(p)
		}
		return [2]int{noDay, b[1]}, nil
	}
	if a, b, ok := strings.Cut(p, ".."); ok {
		x, ok := single(a)
		if !ok {
			return x, wrong(p)
		}
		if b == "" {
			return [2]int{x[0], noDay}, nil
		}
		y, ok := single(b)
		if !ok || y[1] < x[0] {
			return x, wrong(p)
		}
		return [2]int{x[0], y[1]}, nil
	}
	b, ok := single(p)
	if !ok {
		return b, wrong(p)
	}
	return b, nil
}

// single reads a day, month, season or year.
func single(p string) ([2]int, bool) {
	none := [2]int{noDay, noDay}
	m := part().FindStringSubmatch(p)
	if m == nil {
		return none, false
	}
	low, _ := strconv.Atoi(strings.ReplaceAll(m[1], "X", "0"))
	high, _ := strconv.Atoi(strings.ReplaceAll(m[1], "X", "9"))
	if low == 0 {
		return none, false
	}
	unknown := strings.Contains(m[1], "X")
	switch {
	case m[3] == "":
		return [2]int{day(low, 1, 1), day(high, 12, 31)}, true
	case unknown: // a month of no known year says nothing more than the years
		return none, false
	case m[3] == "XX":
		if m[5] != "" && m[5] != "XX" {
			return none, false
		}
		return [2]int{day(low, 1, 1), day(low, 12, 31)}, true
	}
	month, _ := strconv.Atoi(m[3])
	if month >= 21 && month <= 24 && m[5] == "" {
		first := (month-21)*3 + 3
		return [2]int{day(low, first, 1), day(low, first+3, 0)}, true
	}
	if month < 1 || month > 12 {
		return none, false
	}
	if m[5] == "" || m[5] == "XX" {
		return [2]int{day(low, month, 1), day(low, month+1, 0)}, true
	}
	n, _ := strconv.Atoi(m[5])
	if n < 1 || day(low, month, n) > day(low, month+1, 0) {
		return none, false
	}
	return [2]int{day(low, month, n), day(low, month, n)}, true
}

// Words are the date as people say it, with what is not certain about it. What is no date is given back as it is.
func (d Date) Words() string {
	if d.Valid() != nil {
		return string(d)
	}
	s := string(d)
	if inner, ok := strings.CutPrefix(s, "["); ok {
		var all []string
		for _, p := range strings.Split(strings.TrimSuffix(inner, "]"), ",") {
			p = strings.TrimSpace(p)
			switch a, b, several := strings.Cut(p, ".."); {
			case !several:
				all = append(all, words(p))
			case a == "":
				all = append(all, words(b)+" or before")
			case b == "":
				all = append(all, words(a)+" or after")
			default:
				all = append(all, "between "+words(a)+" and "+words(b))
			}
		}
		if len(all) == 1 {
			return all[0]
		}
		return strings.Join(all[:len(all)-1], ", ") + " or " + all[len(all)-1]
	}
	a, b, interval := strings.Cut(s, "/")
	switch {
	case !interval:
		return words(a)
	case a == ".." || a == "":
		if Date(b).precision() == 'd' {
			return words(b) + " or before"
		}
		return "before the end of " + words(b)
	case b == ".." || b == "":
		return words(a) + " or after"
	}
	return "between " + words(a) + " and " + words(b)
}

var seasons = []string{"spring", "summer", "autumn", "winter"}

func words(p string) string {
	bare := strings.TrimRight(p, "~?%")
	out := strings.NewReplacer("-XX", "").Replace(bare)
	switch len(out) {
	case 4:
		if decade, ok := strings.CutSuffix(out, "X"); ok {
			out = strings.ReplaceAll(decade, "X", "0") + "0s"
		}
	case 7:
		if m, _ := strconv.Atoi(out[5:]); m > 20 {
			out = seasons[m-21] + " " + out[:4]
		} else if t, err := time.Parse("2006-01", out); err == nil {
			out = t.Format("January 2006")
		}
	case 10:
		if t, err := time.Parse("2006-01-02", out); err == nil {
			out = t.Format("2 January 2006")
		}
	}
	switch p[len(bare):] {
	case "~":
		return "about " + out
	case "?":
		return "perhaps " + out
	case "%":
		return "perhaps about " + out
	}
	return out
}
