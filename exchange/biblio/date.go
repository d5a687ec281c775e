package biblio

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"throughline/internal/pattern"
)

// Date is a date as far as it is known: a year; a year and a month or a season; a day; or a span of these.
type Date struct {
	Year, Month, Day          int
	Season                    int // 1 spring, 2 summer, 3 autumn, 4 winter; 0 none
	EndYear, EndMonth, EndDay int // end of a span; 0 none
	EndSeason                 int
	Circa                     bool
	Literal                   string // as in the source, when the numbers do not say it all
}

// String is the date in EDTF (ISO 8601-2:2019, level 1), or as in the source where that says more. ParseDate reads it back.
func (d Date) String() string {
	if d.Literal != "" || d.Year == 0 {
		return d.Literal
	}
	s := edtf(d.Year, max(d.Month, season(d.Season)), d.Day)
	if d.EndYear != 0 {
		s += "/" + edtf(d.EndYear, max(d.EndMonth, season(d.EndSeason)), d.EndDay)
	}
	if d.Circa {
		s += "~"
	}
	return s
}

// season is the month by which EDTF writes a season.
func season(s int) int {
	if s == 0 {
		return 0
	}
	return 20 + s
}

// until is the span from d to the end of another date.
func (d Date) until(end Date) Date {
	d.EndYear, d.EndMonth, d.EndDay, d.EndSeason = end.Year, end.Month, end.Day, end.Season
	return d
}

func edtf(year, month, day int) string {
	switch {
	case month == 0:
		return fmt.Sprintf("%04d", year)
	case day == 0:
		return fmt.Sprintf("%04d-%02d", year, month)
	}
	return fmt.Sprintf("%04d-%02d-%02d", year, month, day)
}

var (
	numeric = pattern.Late(`^(\d{4})(?:[-/.](\d{1,2})?(?:[-/.](\d{1,2})?)?)?/?$`)
	span    = pattern.Late(`^(\d{4}(?:-\d\d){0,2})(?:/|--| ?[–—] ?)(\d{4}(?:-\d\d){0,2})$`)
	compact = pattern.Late(`^(\d{4})(\d\d)(\d\d)$`)
	aYear   = pattern.Late(`(?:^|\D)(1[0-9]\d\d|20\d\d)(?:\D|$)`)
)

// ParseDate reads the dates that exports hold: 2020, 2020/05/12/, 2020-05, 2020-21 (spring), 12 May 2020, May 2020, mai
// 2020, 2010/2012, circa 1990. What is not fully understood keeps its text, and its year where there is one. A day and a
// month in figures are read only where they cannot be mistaken for each other.
func ParseDate(s string) Date {
	s = line(s)
	if s == "" {
		return Date{}
	}
	d, ok := parseDate(s)
	if !ok {
		d = Date{Literal: s}
		if m := aYear().FindStringSubmatch(s); m != nil {
			d.Year, _ = strconv.Atoi(m[1])
		}
	}
	return d
}

func parseDate(s string) (Date, bool) {
	circa := false
	for _, mark := range []string{"circa ", "ca. ", "c. ", "ca ", "[", "c"} {
		if rest, ok := strings.CutPrefix(strings.ToLower(s), mark); ok {
			s, circa = strings.TrimSuffix(rest, "]"), true
			break
		}
	}
	if rest, ok := strings.CutSuffix(s, "~"); ok {
		s, circa = rest, true
	}
	if m := span().FindStringSubmatch(s); m != nil {
		a, okA := parseDate(m[1])
		b, okB := parseDate(m[2])
		if okA && okB {
			a.Circa = circa
			return a.until(b), true
		}
		return Date{}, false
	}
	if m := compact().FindStringSubmatch(s); m != nil {
		s = m[1] + "-" + m[2] + "-" + m[3]
	}
	if m := numeric().FindStringSubmatch(strings.TrimRight(s, "/ ")); m != nil {
		n := func(i int) int { v, _ := strconv.Atoi(m[i]); return v }
		return makeDate(Date{Year: n(1), Month: n(2), Day: n(3), Circa: circa})
	}
	return wordDate(s, circa)
}

// makeDate checks the numbers; months 21 to 24, and 13 to 16 as some write them, are seasons.
func makeDate(d Date) (Date, bool) {
	switch {
	case d.Month >= 21 && d.Month <= 24:
		d.Season, d.Month = d.Month-20, 0
	case d.Month >= 13 && d.Month <= 16:
		d.Season, d.Month = d.Month-12, 0
	}
	ok := d.Year > 0 && d.Month <= 12 && d.Day <= 31 && (d.Day == 0 || d.Month > 0)
	return d, ok
}

// wordDate reads dates with a month or a season in words, and figures whose order is plain.
func wordDate(s string, circa bool) (Date, bool) {
	d := Date{Circa: circa}
	var small []int
	for _, w := range strings.FieldsFunc(strings.ToLower(s), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
	}) {
		for _, end := range []string{"st", "nd", "rd", "th"} {
			if n := strings.TrimSuffix(w, end); n != w && strings.Trim(n, "0123456789") == "" {
				w = n
			}
		}
		n, err := strconv.Atoi(w)
		switch {
		case err == nil && len(w) == 4 && d.Year == 0:
			d.Year = n
		case err == nil && len(w) <= 2:
			small = append(small, n)
		case months[w] != 0 && d.Month == 0 && d.Season == 0:
			d.Month = months[w]
		case seasons[w] != 0 && d.Month == 0 && d.Season == 0:
			d.Season = seasons[w]
		case w == "de" || w == "of" || w == "g" || w == "году" || w == "года":
		default:
			return Date{}, false
		}
	}
	switch {
	case d.Month == 0 && len(small) == 2 && small[0] > 12 && small[1] <= 12:
		d.Day, d.Month = small[0], small[1]
	case d.Month == 0 && len(small) == 2 && small[1] > 12 && small[0] <= 12:
		d.Day, d.Month = small[1], small[0]
	case d.Month > 0 && len(small) == 1:
		d.Day = small[0]
	case len(small) > 0:
		return Date{}, false
	}
	if d.Day == 0 && len(small) > 0 || d.Month == 0 && d.Day > 0 {
		return Date{}, false
	}
	return makeDate(d)
}

// months and seasons by their names and short forms in languages that exports are found in.
var months, seasons = monthNames()

func monthNames() (map[string]int, map[string]int) {
	months, seasons := map[string]int{}, map[string]int{}
	for _, names := range []string{
		"january february march april may june july august september october november december",
		"jan feb mar apr may jun jul aug sep oct nov dec",
		"janv févr mars avr mai juin juil août sept oct nov déc",
		"janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
		"januar februar märz april mai juni juli august september oktober november dezember",
		"jän feb mär apr mai jun jul aug sep okt nov dez",
		"enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
		"ene feb mar abr may jun jul ago set oct nov dic",
		"janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
		"gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
		"januari februari maart april mei juni juli augustus september oktober november december",
		"ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie decembrie",
		"января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
		"январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь",
		"січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня",
		"stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
		"يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
	} {
		for i, n := range strings.Fields(names) {
			months[n] = i + 1
		}
	}
	for _, names := range []string{"spring summer autumn winter", "spr sum fall win", "printemps été automne hiver", "frühling sommer herbst winter", "primavera verano otoño invierno"} {
		for i, n := range strings.Fields(names) {
			seasons[n] = i + 1
		}
	}
	return months, seasons
}

// covers tells whether d says all that e says.
func (d Date) covers(e Date) bool {
	return d == e || e == (Date{Year: d.Year}) || e.Literal == "" && e.EndYear == 0 && !e.Circa && d.EndYear == 0 &&
		d.Year == e.Year && d.Month == e.Month && d.Season == e.Season && (e.Day == 0 || e.Day == d.Day)
}

// issue takes the fullest of several dates of publication, each with its tag, and keeps what it does not cover.
func (r *Record) issue(found []Field) {
	best := Date{}
	rank := func(d Date) int {
		if d.Circa {
			d.Circa = false
			return rankOf(d) + 1
		}
		return rankOf(d)
	}
	year := ""
	for _, f := range found {
		if d := ParseDate(f.Value); year == "" && d.Year > 0 {
			year = fmt.Sprintf("%04d", d.Year)
		}
	}
	for i, f := range found {
		d := ParseDate(f.Value)
		if d.Year == 0 && year != "" { // "May 12" beside the year
			if full := ParseDate(f.Value + " " + year); full.Literal == "" {
				d, found[i].Value = full, full.String()
			}
		}
		if rank(d) > rank(best) && (best.Year == 0 || d.Year == best.Year) {
			best = d
		}
	}
	for _, f := range found {
		if !best.covers(ParseDate(f.Value)) {
			r.other(f.Tag, f.Value)
		}
	}
	r.Issued = best
}

// rankOf is how much a date says.
func rankOf(d Date) int {
	switch {
	case d == Date{}:
		return 0
	case d.Year == 0:
		return 2
	case d.Literal != "":
		return 6
	case d.Day > 0 || d.EndYear > 0:
		return 10
	case d.Month > 0 || d.Season > 0:
		return 8
	}
	return 4
}
