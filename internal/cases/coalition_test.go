package cases

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"throughline/internal/thread"
)

// Whatever the sectors are, no group that is told is smaller than the cell, and nothing is lost.
func TestUnnamedTellsNoSmallGroup(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		cell := 3 + r.IntN(5)
		var actors []Actor
		hidden := 0
		for i := range r.IntN(30) {
			a := Actor{ID: thread.ID(fmt.Sprintf("actor-%d", i)), Sector: string(rune('a' + r.IntN(6))), Public: r.IntN(3) == 0, Person: r.IntN(4) == 0}
			if !a.Named() {
				hidden++
			}
			actors = append(actors, a)
		}
		groups, few := Unnamed(actors, cell)
		sum := 0
		for _, g := range groups {
			sum += g.Count
			if g.Count < cell {
				t.Fatalf("cell %d: %+v of %+v", cell, groups, actors)
			}
		}
		if few != (hidden > 0 && hidden < cell) || !few && sum != hidden {
			t.Fatalf("cell %d, %d hidden: %+v, few %t", cell, hidden, groups, few)
		}
	}
}

func TestPseudonyms(t *testing.T) {
	actors := []Actor{{ID: "actor-a", Name: "Anahit", Person: true}, {ID: "actor-b", Name: "A union"}, {ID: "actor-c", Name: "Bagrat", Person: true}}
	got := Pseudonyms(actors, "key")
	if len(got) != 2 || got["actor-a"] == got["actor-c"] {
		t.Fatalf("%v", got)
	}
	for _, n := range got {
		if n != "Person A01" && n != "Person A02" {
			t.Errorf("%q", n)
		}
	}
	other := map[string]bool{}
	for i := range 40 {
		other[Pseudonyms(actors, fmt.Sprint(i))["actor-a"]] = true
	}
	if len(other) != 2 {
		t.Errorf("the order does not follow from the key: %v", other)
	}
}

func TestShares(t *testing.T) {
	for _, tc := range []struct {
		in   string
		want string
	}{{"", "map[]"}, {"women", "map[women:1]"}, {"women: 60|men: 40", "map[men:40 women:60]"}, {"young: 25%|old:75%", "map[old:75 young:25]"}} {
		var parts []string
		if tc.in != "" {
			parts = strings.Split(tc.in, "|")
		}
		if got, err := Shares(parts); err != nil || fmt.Sprint(got) != tc.want {
			t.Errorf("%q: %v, %v; want %s", tc.in, got, err, tc.want)
		}
	}
	for _, bad := range []string{"women|men", "women: x", "women: -1", "women: 1|women: 2", ": 3", "women: NaN"} {
		if got, err := Shares(strings.Split(bad, "|")); err == nil {
			t.Errorf("%q is taken for %v", bad, got)
		}
	}
}
