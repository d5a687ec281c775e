package selection

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// universe reads "id country region regime outcome" lines; outcome is + or -,
// with an x behind it when not feasible.
func universe(lines ...string) []Candidate {
	var cs []Candidate
	for _, l := range lines {
		f := strings.Fields(l)
		c := Candidate{ID: f[0], Country: f[1], Region: f[2], Regime: f[3], Success: f[4][0] == '+', Feasible: !strings.HasSuffix(f[4], "x")}
		if !c.Feasible {
			c.Why = "informants unsafe"
		}
		cs = append(cs, c)
	}
	return cs
}

var seven = universe(
	"a AA east closed +",
	"b BB east open -",
	"c CC west open +",
	"d DD west closed -",
	"e AA south open +",
	"f FF north closed -x",
	"g GG south closed +",
)

func TestGreedy(t *testing.T) {
	got, err := Greedy(seven, Quota{K: 3, MinSuccess: 1, MinFailure: 1, MaxPerCountry: 1})
	if err != nil {
		t.Fatal(err)
	}
	want := Choice{
		Chosen: []string{"a", "b", "c"},
		Steps: []Step{
			{"a", "adds the region east and the regime type closed; success 1 of the 1 asked for"},
			{"c", "adds the region west and the regime type open"},
			{"b", "adds no new region or regime type; failure 1 of the 1 asked for"},
		},
		Regions: 2, Regimes: 2, RegionsOf: 3, RegimesOf: 2,
		Alternates: map[string][]string{"a": {"g", "e", "d"}, "b": {"d"}, "c": {"d", "g"}},
		WhyNot: map[string]string{
			"d": "its region west is covered (c) and its regime type closed is covered (a)",
			"e": "AA already has the 1 case allowed per country (a)",
			"f": "not feasible: informants unsafe",
			"g": "would add the region south, but the 3 places went to cases that added as much or more, or that the quotas needed",
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestFixedAndSetAside(t *testing.T) {
	got, err := Greedy(seven, Quota{K: 3, MinFailure: 1, In: []string{"e", "e"}, Out: []string{"a", "c"}})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"b", "d", "e"}, got.Chosen); diff != "" {
		t.Errorf("chosen (-want +got):\n%s", diff)
	}
	if w := "fixed in advance; adds the region south and the regime type open"; got.Steps[0].Added != w {
		t.Errorf("first step %q, want %q", got.Steps[0].Added, w)
	}
	if got.WhyNot["a"] != "set aside by you" || !got.Proven {
		t.Errorf("why not a: %q; proven %v", got.WhyNot["a"], got.Proven)
	}
}

func TestErrors(t *testing.T) {
	for _, tt := range []struct {
		name string
		c    []Candidate
		q    Quota
		want string
	}{
		{"no cases", seven, Quota{}, "0 cases are asked for"},
		{"empty universe", nil, Quota{K: 1}, "only 0 cases are feasible in the universe and not set aside; 1 are asked for"},
		{"negative", seven, Quota{K: 1, MinSuccess: -1}, "below zero"},
		{"quotas over K", seven, Quota{K: 3, MinSuccess: 2, MinFailure: 2}, "2 successes and 2 failures do not fit into 3 cases"},
		{"too few", seven, Quota{K: 7}, "only 6 cases are feasible in the universe and not set aside; 7 are asked for"},
		{"failures", seven, Quota{K: 4, MinFailure: 3}, "only 2 failures are feasible in the universe; 3 are asked for"},
		{"successes", seven[:3], Quota{K: 3, MinSuccess: 3}, "only 2 successes are feasible in the universe; 3 are asked for"},
		{"one success", seven[:2], Quota{K: 2, MinSuccess: 2}, "only 1 success is feasible in the universe; 2 are asked for"},
		{"country", seven, Quota{K: 6, MaxPerCountry: 1}, "with at most 1 case per country only 5 cases can be chosen; 6 are asked for"},
		{"country and successes", seven, Quota{K: 4, MinSuccess: 4, MaxPerCountry: 1}, "with at most 1 case per country only 3 successes can be chosen; 4 are asked for"},
		{"fixed unknown", seven, Quota{K: 1, In: []string{"z"}}, `"z" is fixed in advance but is not among`},
		{"set aside unknown", seven, Quota{K: 1, Out: []string{"z"}}, `"z" is set aside but is not among`},
		{"fixed and set aside", seven, Quota{K: 1, In: []string{"a"}, Out: []string{"a"}}, "both fixed in advance and set aside"},
		{"fixed not feasible", seven, Quota{K: 1, In: []string{"f"}}, "not feasible: informants unsafe"},
		{"fixed over K", seven, Quota{K: 1, In: []string{"a", "b"}}, "2 cases are fixed in advance but only 1 are asked for"},
		{"fixed same country", seven, Quota{K: 3, MaxPerCountry: 1, In: []string{"a", "e"}}, "break the limit of 1 case per country"},
		{"fixed use up", seven, Quota{K: 3, MinFailure: 2, In: []string{"a", "c"}}, "leave room for only 1 failure in all; 2 are asked for"},
		{"fixed too few", seven, Quota{K: 4, MinSuccess: 3, MinFailure: 1, MaxPerCountry: 1, In: []string{"b", "d"}}, "leave room for only 2 successes in all; 3 are asked for"},
		{"same id", append(slices.Clone(seven), seven[0]), Quota{K: 1}, `"a" is used by more than one candidate`},
		{"no id", []Candidate{{Feasible: true}}, Quota{K: 1}, "candidate number 1 has no id"},
		{"no country", []Candidate{{ID: "a", Feasible: true}}, Quota{K: 1, MaxPerCountry: 1}, `"a" has no country`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Greedy(tt.c, tt.q)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q", err, tt.want)
			}
		})
	}
}

func fulfils(set []Candidate, q Quota) bool {
	successes, failures := 0, 0
	country, ids := map[string]int{}, map[string]bool{}
	for _, c := range set {
		if c.Success {
			successes++
		} else {
			failures++
		}
		country[c.Country]++
		ids[c.ID] = true
		if !c.Feasible || slices.Contains(q.Out, c.ID) || q.MaxPerCountry > 0 && country[c.Country] > q.MaxPerCountry {
			return false
		}
	}
	for _, id := range q.In {
		if !ids[id] {
			return false
		}
	}
	return len(set) == q.K && successes >= q.MinSuccess && failures >= q.MinFailure
}

func cover(set []Candidate) (regions, regimes int) {
	r, g := map[string]bool{}, map[string]bool{}
	for _, c := range set {
		r[c.Region], g[c.Regime] = true, true
	}
	delete(r, "")
	delete(g, "")
	return len(r), len(g)
}

// Against every subset of small universes: a choice is found exactly when there
// is one, it fulfils the quota, what is proven is true, and so is every
// alternate.
func TestGreedyByBruteForce(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	found, proven, best := 0, 0, 0
	for range 3000 {
		n := rnd.IntN(10)
		var cs []Candidate
		for i := range n {
			cs = append(cs, Candidate{ID: fmt.Sprint(i), Country: fmt.Sprint("C", rnd.IntN(5)),
				Region: []string{"", "r1", "r2", "r3", "r4"}[rnd.IntN(5)], Regime: []string{"", "g1", "g2", "g3"}[rnd.IntN(4)],
				Success: rnd.IntN(2) == 0, Feasible: rnd.IntN(6) > 0})
		}
		q := Quota{K: 1 + rnd.IntN(5), MinSuccess: rnd.IntN(3), MinFailure: rnd.IntN(3), MaxPerCountry: rnd.IntN(3)}
		for i := range n {
			switch rnd.IntN(14) {
			case 0:
				q.In = append(q.In, fmt.Sprint(i))
			case 1:
				q.Out = append(q.Out, fmt.Sprint(i))
			}
		}
		most, any := -1, false
		for set := range 1 << n {
			var chosen []Candidate
			for i, c := range cs {
				if set>>i&1 == 1 {
					chosen = append(chosen, c)
				}
			}
			if fulfils(chosen, q) {
				any = true
				regions, regimes := cover(chosen)
				most = max(most, regions+regimes)
			}
		}
		before := slices.Clone(cs)
		choice, err := Greedy(cs, q)
		if diff := cmp.Diff(before, cs); diff != "" {
			t.Fatalf("input changed:\n%s", diff)
		}
		if (err == nil) != any {
			t.Fatalf("%+v %+v: error %v, but a choice exists: %v", cs, q, err, any)
		}
		if err != nil {
			continue
		}
		found++
		pick := func(ids []string) (set []Candidate) {
			for _, c := range cs {
				if slices.Contains(ids, c.ID) {
					set = append(set, c)
				}
			}
			return set
		}
		set := pick(choice.Chosen)
		regions, regimes := cover(set)
		if !fulfils(set, q) || regions != choice.Regions || regimes != choice.Regimes {
			t.Fatalf("%+v %+v: %+v", cs, q, choice)
		}
		if regions+regimes == most {
			best++
		}
		if choice.Proven {
			proven++
			if regions+regimes != most {
				t.Fatalf("%+v %+v: %+v is called proven, but %d can be covered", cs, q, choice, most)
			}
		}
		for id, alternates := range choice.Alternates {
			for _, a := range alternates {
				ids := slices.Clone(choice.Chosen)
				ids[slices.Index(ids, id)] = a
				if !fulfils(pick(ids), q) && !slices.Contains(q.In, id) {
					t.Fatalf("%+v %+v: %s for %s breaks a quota", cs, q, a, id)
				}
			}
		}
		if len(choice.Steps) != q.K || len(choice.WhyNot)+len(choice.Chosen) != n {
			t.Fatalf("%+v %+v: %+v", cs, q, choice)
		}
		rnd.Shuffle(len(cs), func(i, j int) { cs[i], cs[j] = cs[j], cs[i] })
		again, err := Greedy(cs, q)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(choice, again); diff != "" {
			t.Fatalf("order matters:\n%s", diff)
		}
	}
	t.Logf("%d choices; greedy reached the most that can be covered in %d and proved it in %d", found, best, proven)
}

func TestJSON(t *testing.T) {
	choice, err := Greedy(seven, Quota{K: 2})
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(choice)
	if err != nil {
		t.Fatal(err)
	}
	var back Choice
	if err := json.Unmarshal(b, &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(choice, back); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
