package campaign

import (
	"strconv"
	"strings"
	"time"

	"throughline/internal/pattern"
)

var (
	iso      = pattern.Late(`^(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?(?:[T ][\d:.]+Z?)?$`)
	slashed  = pattern.Late(`^(\d{1,2})[./-](\d{1,2})[./-](\d{4})$`)
	ymd      = pattern.Late(`^(\d{4})[./](\d{1,2})(?:[./](\d{1,2}))?$`)
	monthTxt = pattern.Late(`^(?i)(?:(\d{1,2})(?:st|nd|rd|th)?[ -])?([a-z]{3,9})\.?[ -](?:(\d{1,2}),? )?'?(\d{4}|\d{2})$`)
	yearTxt  = pattern.Late(`^(?i)(\d{4}|\d{2})[ -]([a-z]{3,9})$`)
	floating = pattern.Late(`^(\d+)\.0+$`)
)

// date reads a date as exactly as it is written: 2015-06-22, 2015-06 or 2015. unsure: day and month cannot be told apart, so
// the year alone was taken.
func date(s string) (d string, unsure, ok bool) {
	s = strings.TrimSpace(s)
	if m := floating().FindStringSubmatch(s); m != nil {
		s = m[1]
	}
	if n, err := strconv.Atoi(s); err == nil && n >= 20000 && n <= 80000 { // the day number that a workbook keeps
		return time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC).AddDate(0, 0, n).Format(time.DateOnly), false, true
	}
	if m := iso().FindStringSubmatch(s); m != nil {
		return build(m[1], m[2], m[3])
	}
	if m := ymd().FindStringSubmatch(s); m != nil {
		return build(m[1], m[2], m[3])
	}
	if m := slashed().FindStringSubmatch(s); m != nil {
		a, _ := strconv.Atoi(m[1])
		b, _ := strconv.Atoi(m[2])
		switch {
		case a > 12 || a == b || strings.Contains(s, "."): // with points the day stands first
			return build(m[3], m[2], m[1])
		case b > 12:
			return build(m[3], m[1], m[2])
		}
		d, _, ok := build(m[3], "", "")
		return d, true, ok && a > 0 && b > 0
	}
	if m := monthTxt().FindStringSubmatch(s); m != nil {
		if n := monthOf(m[2]); n > 0 {
			return build(century(m[4]), strconv.Itoa(n), m[1]+m[3])
		}
	}
	if m := yearTxt().FindStringSubmatch(s); m != nil {
		if n := monthOf(m[2]); n > 0 {
			return build(century(m[1]), strconv.Itoa(n), "")
		}
	}
	return "", false, false
}

// century makes a year of two digits one of four: up to 49 of this century.
func century(y string) string {
	if len(y) == 4 {
		return y
	}
	if y < "50" {
		return "20" + y
	}
	return "19" + y
}

func build(y, m, d string) (string, bool, bool) {
	if y < "1000" || y > "2200" {
		return "", false, false
	}
	if n, _ := strconv.Atoi(m); n > 0 {
		y += "-" + two(m)
		if n > 12 {
			return "", false, false
		}
		if n, _ := strconv.Atoi(d); n > 0 {
			if y += "-" + two(d); !isDay(y) {
				return "", false, false
			}
		}
	}
	return y, false, true
}

func two(s string) string {
	if len(s) == 1 {
		return "0" + s
	}
	return s
}

func isDay(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}

// monthOf is the number of a month by its English name or the beginning of it; 0: none.
func monthOf(s string) int {
	s = strings.ToLower(strings.TrimSpace(s))
	for m := time.January; m <= time.December; m++ {
		if name := strings.ToLower(m.String()); len(s) >= 3 && strings.HasPrefix(name, s) || s == "sept" && m == time.September {
			return int(m)
		}
	}
	return 0
}

func yearOf(d string) int {
	if len(d) < 4 {
		return 0
	}
	y, _ := strconv.Atoi(d[:4])
	return y
}

// earliest and latest are the first and last day that a date can mean, as YYYY-MM-DD.
func earliest(d string) string {
	switch len(d) {
	case 4:
		return d + "-01-01"
	case 7:
		return d + "-01"
	}
	return d
}

func latest(d string) string {
	switch len(d) {
	case 4:
		return d + "-12-31"
	case 7:
		t, err := time.Parse("2006-01", d)
		if err != nil {
			return d
		}
		return t.AddDate(0, 1, -1).Format(time.DateOnly)
	}
	return d
}

var groups = pattern.Late(`^\d{1,3}([.,]\d{3})+$`) // of thousands

var amount = pattern.Late(`(\d[\d,.' \x{00a0}]*)\s*(k\b|m\b|thousands?|millions?|hundreds?|s\b)?`)

// People reads a number of people as lists write it; 0: not known. Of a range it is the lower end, "thousands" are 1,000:
// the number is at least so large.
func People(s string) int {
	s = strings.ToLower(strings.TrimSpace(s))
	if missing(s) || strings.HasPrefix(s, "-") || strings.HasPrefix(s, "<") || strings.HasPrefix(s, "less than") || strings.HasPrefix(s, "fewer than") || strings.HasPrefix(s, "under ") {
		return 0
	}
	m := amount().FindStringSubmatch(s)
	if m == nil {
		for _, w := range []struct {
			words string
			n     int
		}{{"million", 1_000_000}, {"hundreds of thousands", 100_000}, {"tens of thousands", 10_000}, {"thousand", 1000}, {"hundred", 100}, {"dozen", 12}} {
			if strings.Contains(s, w.words) {
				return w.n
			}
		}
		return 0
	}
	x, ok := number(strings.TrimRight(m[1], ",.' \u00a0"))
	if !ok {
		return 0
	}
	switch unit := m[2]; {
	case unit == "k" || strings.HasPrefix(unit, "thousand"):
		x *= 1000
	case unit == "m" || strings.HasPrefix(unit, "million"):
		x *= 1_000_000
	case strings.HasPrefix(unit, "hundred"):
		x *= 100
	}
	if x < 1 || x > 2e9 {
		return 0
	}
	return int(x)
}

// number reads digits with signs between the thousands, or a decimal point.
func number(s string) (float64, bool) {
	s = strings.NewReplacer("'", "", " ", "", "\u00a0", "").Replace(s)
	if groups().MatchString(s) {
		s = strings.NewReplacer(".", "", ",", "").Replace(s)
	}
	x, err := strconv.ParseFloat(strings.ReplaceAll(s, ",", ""), 64)
	return x, err == nil
}
