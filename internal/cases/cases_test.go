package cases

import "testing"

func TestEDTF(t *testing.T) {
	for _, tc := range []struct {
		date             EDTF
		earliest, latest string
	}{
		{"2018-04-23", "2018-04-23", "2018-04-23"},
		{"2018-04", "2018-04-01", "2018-04-31"},
		{"2018", "2018-01-01", "2018-12-31"},
		{"2018~", "2018-01-01", "2018-12-31"},
		{"2018-04?", "2018-04-01", "2018-04-31"},
		{"2018-04/2018-05", "2018-04-01", "2018-05-31"},
		{"../2018", "0000-01-01", "2018-12-31"},
		{"2018/..", "2018-01-01", "9999-12-31"},
	} {
		if err := tc.date.Valid(); err != nil {
			t.Errorf("%s: %v", tc.date, err)
		}
		if tc.date.Earliest() != tc.earliest || tc.date.Latest() != tc.latest {
			t.Errorf("%s runs from %s to %s; want %s to %s", tc.date, tc.date.Earliest(), tc.date.Latest(), tc.earliest, tc.latest)
		}
	}
	for _, bad := range []EDTF{"", "April 2018", "2018-13", "2018-00-01", "2018-4", "18", "../..", "2018/2017", "2018-04-23T10:00", "2018/"} {
		if bad.Valid() == nil {
			t.Errorf("%q is taken for a date", bad)
		}
	}
}
