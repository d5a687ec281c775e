package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// contextData is where the universes to choose from lie: beside the repository, for they are not part of it.
var contextData = filepath.Join("..", "shared", "data", "context")

// choosing are the questions that are promised, beside the plain search without bitsets that the trials used
// (shared/research/cases.md, 2.4: two shared cores, November 2026; its times for the tie-break are not in these).
var choosing = []struct {
	name                string
	n, k                int
	objective, coverage string
	bar                 float64 // seconds
	plain               string  // what the plain search did
}{
	{"149, k 7, max-min", 149, 7, "maxmin", "even", 0.05, "0.03 s"},
	{"600, k 7, max-min", 600, 7, "maxmin", "even", 0.5, "1.1 s"},
	{"1500, k 7, max-min", 1500, 7, "maxmin", "even", 10, "48 s"},
	{"2900, k 7, max-min", 2900, 7, "maxmin", "even", 60, "not proven in 120 s"},
	{"149, k 7, max-sum", 149, 7, "maxsum", "even", 0.2, "0.5 s"},
	{"600, k 7, max-sum", 600, 7, "maxsum", "even", 60, "not proven"},
	{"149, k 10, max-sum", 149, 10, "maxsum", "even", 60, "not proven"},
	{"149, k 10, max-sum, no limits", 149, 10, "maxsum", "off", 60, "not proven"},
	{"2900, k 7, all levels", 2900, 7, "lex", "lex", 0, "not tried"},
}

// selections measures exact choices through the command. The time is that of the search itself, as the command tells it, with
// the tie-break by the sum; alternates come on top.
func selections(program string) error {
	dir, err := os.MkdirTemp("", "selection-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	sizes := map[int]string{149: filepath.Join(contextData, "selection_benchmark_candidates.csv")}
	if _, err := os.Stat(sizes[149]); err != nil {
		fmt.Printf("Selection is not measured: the universes are read from %s, and %v\n", contextData, err)
		return nil
	}
	for _, u := range []struct {
		n      int
		demand string
	}{{600, "removal"}, {1500, ""}, {2900, ""}} {
		sizes[u.n] = filepath.Join(dir, strconv.Itoa(u.n)+".csv")
		if err := countryYears(sizes[u.n], u.demand, u.n); err != nil {
			return err
		}
	}
	for _, q := range choosing {
		columns := []string{"--id", "id", "--region", "region", "--regime", "row_code", "--outcome", "outcome", "--country", "iso3", "--nominal", "region", "--numeric", "row_code:0:3,outcome:0:1,year,polyarchy:0:1,civil_society:0:1,public_integrity:0:1"}
		if q.n == 149 {
			columns = []string{"--id", "id", "--region", "region_index", "--regime", "row_code", "--outcome", "outcome", "--country", "iso3", "--nominal", "region_index", "--numeric", "row_code:0:3,outcome:0:1,start_year_scaled:0:1,polyarchy:0:1,civil_society:0:1,public_integrity:0:1"}
		}
		args := append([]string{"cases", "select", sizes[q.n], "-k", strconv.Itoa(q.k), "--objective", q.objective, "--coverage", q.coverage, "--time", "60s", "--json"}, columns...)
		start := time.Now()
		out, err := exec.Command(program, args...).Output()
		if err != nil {
			return fmt.Errorf("cases select of %s: %w", q.name, err)
		}
		var a struct {
			Value, Seconds float64
			Proven         bool
			Candidates     int
			Levels         []struct {
				Name   string
				Value  float64
				Proven bool
			}
		}
		if err := json.Unmarshal(out, &a); err != nil {
			return err
		}
		note := fmt.Sprintf("%d candidates, value %.4f, proven %t; with start, reading and alternates %.2f s; plain search: %s", a.Candidates, a.Value, a.Proven, time.Since(start).Seconds(), q.plain)
		for _, l := range a.Levels {
			if !l.Proven {
				note += "; not proven: " + l.Name
			}
		}
		got := a.Seconds
		if !a.Proven {
			got = 1e6 // an answer without its proof meets nothing
		}
		report("Choose "+q.name, 1000*got, 1000*q.bar, "ms", true, note)
	}
	return nil
}

// countryYears writes a universe of country-years with protests (those with a demand, or all), with what is known of the
// country in the year before, and as outcome whether the state gave way.
func countryYears(path, demand string, n int) error {
	read := func(name string, row func(r []string)) error {
		f, err := os.Open(filepath.Join(contextData, name))
		if err != nil {
			return err
		}
		defer f.Close()
		rows, err := csv.NewReader(f).ReadAll()
		if err != nil {
			return err
		}
		for _, r := range rows[1:] {
			row(r)
		}
		return nil
	}
	regime, civic, region := map[string][]string{}, map[string][]string{}, map[string]string{}
	seen := map[string]bool{}
	out := [][]string{{"id", "iso3", "region", "row_code", "outcome", "year", "polyarchy", "civil_society", "public_integrity"}}
	steps := []error{
		read("regime_country_year.csv", func(r []string) { regime[r[0]+r[2]] = r }),
		read("civic_space_country_year.csv", func(r []string) { civic[r[0]+r[1]] = r }),
		read("countries.csv", func(r []string) { region[r[0]] = r[7] }),
		read("mass_mobilization_protests.csv", func(r []string) {
			year, _ := strconv.Atoi(r[3])
			key, before := r[1]+r[3], r[1]+strconv.Itoa(year-1)
			g, c := regime[before], civic[before]
			if seen[key] || len(out) > n || !strings.Contains(r[10], demand) || g == nil || c == nil || region[r[1]] == "" || g[3] == "" || g[5] == "" || c[2] == "" || c[5] == "" {
				return
			}
			seen[key] = true
			outcome := "0"
			if strings.Contains(r[11], "accomodation") || strings.Contains(r[11], "accommodation") {
				outcome = "1"
			}
			out = append(out, []string{r[1] + "-" + r[3], r[1], region[r[1]], g[3], outcome, r[3], g[5], c[2], c[5]})
		}),
	}
	for _, err := range steps {
		if err != nil {
			return err
		}
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return csv.NewWriter(f).WriteAll(out)
}
