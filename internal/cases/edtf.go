package cases

import (
	"regexp"
	"strings"

	"throughline/internal/fault"
)

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
