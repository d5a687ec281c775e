package selection

import (
	"context"
	"fmt"
	"strconv"
	"testing"
	"time"
)

// years makes a universe of country-years of protest from the shared data: those with a demand, or all, joined to what is
// known of the country in the year before.
func years(t testing.TB, demand string, n int) Question {
	type key struct {
		iso  string
		year int
	}
	regime, civic, region := map[key][]string{}, map[key][]string{}, map[string]string{}
	for _, r := range shared(t, "regime_country_year.csv")[1:] {
		y, _ := strconv.Atoi(r[2])
		regime[key{r[0], y}] = r
	}
	for _, r := range shared(t, "civic_space_country_year.csv")[1:] {
		y, _ := strconv.Atoi(r[1])
		civic[key{r[0], y}] = r
	}
	for _, r := range shared(t, "countries.csv")[1:] {
		region[r[0]] = r[7]
	}
	q := Question{K: 7, MaxPerCountry: 1, MinSuccess: 2, MinFailure: 2, Coverage: Even, Attributes: []Attribute{{Name: "region", Kind: Nominal}, {Name: "row", Kind: Numeric, High: 3}, {Name: "outcome", Kind: Numeric, High: 1},
		{Name: "year", Kind: Numeric}, {Name: "polyarchy", Kind: Numeric, High: 1}, {Name: "civil", Kind: Numeric, High: 1}, {Name: "integrity", Kind: Numeric, High: 1}}}
	seen := map[key]bool{}
	for _, r := range shared(t, "mass_mobilization_protests.csv")[1:] {
		y, _ := strconv.Atoi(r[3])
		k := key{r[1], y}
		before := key{r[1], y - 1}
		if demand != "" && !contains(r[10], demand) || seen[k] || regime[before] == nil || civic[before] == nil || region[r[1]] == "" || len(q.Candidates) == n {
			continue
		}
		seen[k] = true
		g, c := regime[before], civic[before]
		num := func(s string) Value {
			x, err := strconv.ParseFloat(s, 64)
			return Value{Known: err == nil, Number: x}
		}
		o, v := Failure, 0.0
		if contains(r[11], "accomodation") || contains(r[11], "accommodation") {
			o, v = Success, 1
		}
		cand := Candidate{ID: fmt.Sprint(r[1], "-", y), Country: r[1], Region: region[r[1]], Regime: g[3], Outcome: o,
			Values: []Value{{Known: true, Text: region[r[1]]}, num(g[3]), {Known: true, Number: v}, {Known: true, Number: float64(y)}, num(g[5]), num(c[2]), num(c[5])}}
		for _, x := range cand.Values {
			if !x.Known {
				cand.ID = ""
			}
		}
		if cand.ID != "" {
			q.Candidates = append(q.Candidates, cand)
		}
	}
	return q
}

func contains(list, word string) bool {
	for i := 0; i+len(word) <= len(list); i++ {
		if list[i:i+len(word)] == word {
			return true
		}
	}
	return false
}

// BenchmarkReach answers the questions that are promised, each within a minute.
func BenchmarkReach(b *testing.B) {
	for _, tc := range []struct {
		name      string
		demand    string
		n, k      int
		objective Objective
		coverage  Coverage
	}{
		{"maxmin/600", "removal", 600, 7, MaxMin, Even},
		{"maxmin/1500", "", 1500, 7, MaxMin, Even},
		{"maxmin/2900", "", 2900, 7, MaxMin, Even},
		{"maxsum/600", "removal", 600, 7, MaxSum, Even},
		{"maxsum/600/free", "removal", 600, 7, MaxSum, Off},
		{"lex/600", "removal", 600, 7, All, Lex},
		{"lex/2900", "", 2900, 7, All, Lex},
	} {
		b.Run(tc.name, func(b *testing.B) {
			q := years(b, tc.demand, tc.n)
			q.K, q.Objective, q.Coverage = tc.k, tc.objective, tc.coverage
			if tc.coverage == Off {
				q.MaxPerCountry, q.MinSuccess, q.MinFailure = 0, 0, 0
			}
			for b.Loop() {
				ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
				a, err := Solve(ctx, q)
				cancel()
				if err != nil {
					b.Fatal(err)
				}
				proven := 0.0
				if a.Proven {
					proven = 1
				}
				b.ReportMetric(a.Value, "value")
				b.ReportMetric(float64(len(q.Candidates)), "candidates")
				b.ReportMetric(proven, "proven")
			}
		})
	}
}
