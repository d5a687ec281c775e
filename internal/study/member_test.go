package study

import (
	"testing"

	"throughline/internal/thread"
)

// The policy, written out a second time: who may do what in a study as a whole.
func TestMay(t *testing.T) {
	all := []Action{Browse, Read, ReadRaw, Fieldwork, CodeText, Edit, EditCase, Confirm, Audit, Manage, Screen}
	want := map[Role]string{
		Lead:        "yyyyyyyyyyy",
		Researcher:  "yyyyyyyyyny",
		Coder:       "yyynynnnnny",
		CountryTeam: "yyyyynynnny",
		Reviewer:    "yyynnnnyynn",
		Operator:    "nnnnnnnnnyn",
		Reader:      "ynnnnnnnnnn",
	}
	if len(want) != len(Roles()) {
		t.Fatal("a role is missing here")
	}
	for role, row := range want {
		m := Member{Role: role, Cases: []thread.ID{"case-own"}}
		for i, a := range all {
			if got := m.May(a, ""); got != (row[i] == 'y') {
				t.Errorf("%s may %s: %t", role, a, got)
			}
			other := m.May(a, "case-other")
			if role == CountryTeam && other {
				t.Errorf("a country team may %s in another team's case", a)
			}
			if role != CountryTeam && other != (row[i] == 'y') {
				t.Errorf("%s may %s in a case: %t", role, a, other)
			}
		}
		if role == CountryTeam && !m.May(ReadRaw, "case-own") {
			t.Error("a country team may not read its own case")
		}
	}
	if (Member{Role: "stranger"}).May(Browse, "") {
		t.Error("an unknown role may browse")
	}
}
