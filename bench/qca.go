package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"throughline/analysis/qca"
)

// tables is where the bench tables lie: beside the repository, for they are not part of it.
var tables = filepath.Join("..", "shared", "data", "qca", "bench")

// recorded is what the R package QCA 3.25.1 (R 4.2.2) took for the parsimonious solution of a bench table. The figures
// are copied from the notes of the trials that made the tables (shared/research/qca.md, "What was measured"): CPU seconds
// on two shared cores in November 2026, R's own start of 0.3 to 0.4 s included.
type recorded struct {
	table   string
	models  qca.Models
	seconds float64 // 0: R gave no answer of which the time was written down
	end     string  // how it ended, when not with an answer
}

// stopped says that R was still computing after its seconds.
const stopped = "stopped"

var oracle = []recorded{
	{"b-k08-n0030-dnf", qca.Minimal, 0.5, ""},
	{"b-k08-n0060-dnf", qca.Minimal, 0.9, ""},
	{"b-k08-n0120-dnf", qca.Minimal, 2.1, ""},
	{"b-k10-n0030-dnf", qca.Minimal, 0.9, ""},
	{"b-k10-n0060-dnf", qca.Minimal, 63, stopped},
	{"b-k10-n0120-dnf", qca.Minimal, 63, stopped},
	{"b-k12-n0030-dnf", qca.Minimal, 0.7, ""},
	{"b-k12-n0060-dnf", qca.Minimal, 0, "asks for 34 GB"},
	{"b-k12-n0120-dnf", qca.Minimal, 0, "asks for 74 GB"},
	{"b-k14-n0030-dnf", qca.Minimal, 0, stopped},
	{"b-k14-n0060-dnf", qca.Minimal, 0, "asks for 645 GB"},
	{"b-k16-n0030-dnf", qca.Minimal, 2.8, ""},
	{"b-k16-n0060-dnf", qca.Minimal, 0, stopped},
	{"b-k16-n0120-dnf", qca.Minimal, 0, "fails"},
	{"b-k10-n0030-lat", qca.Minimal, 1.2, ""},
	{"b-k10-n0060-lat", qca.Minimal, 61, stopped},
	{"b-k12-n0030-lat", qca.Minimal, 4.8, ""},
	{"b-k12-n0060-lat", qca.Minimal, 0, stopped},
	{"b-k12-n0120-lat", qca.Minimal, 0, "fails"},
	{"b-k14-n0030-lat", qca.Minimal, 14.1, ""},
	{"b-k08-n0030-rnd", qca.Minimal, 10.1, ""},
	{"b-k08-n0060-rnd", qca.Minimal, 0, "fails"},
	{"b-k08-n0120-rnd", qca.Minimal, 0, "finds none"},
	{"b-k10-n0030-rnd", qca.Minimal, 0, "fails"},
	{"b-k10-n0060-rnd", qca.Minimal, 0, "fails"},
	{"b-k12-n0030-rnd", qca.Minimal, 16.2, ""},
	{"b-k12-n0120-rnd", qca.Minimal, 0, "finds none"},
	{"b-k08-n0030-dnf", qca.First, 0.5, ""},
	{"b-k08-n0060-dnf", qca.First, 1.0, ""},
	{"b-k08-n0120-dnf", qca.First, 2.2, ""},
	{"b-k10-n0030-dnf", qca.First, 0.7, ""},
	{"b-k10-n0060-dnf", qca.First, 1.5, ""},
	{"b-k10-n0120-dnf", qca.First, 2.6, ""},
	{"b-k10-n0250-dnf", qca.First, 11.7, ""},
	{"b-k12-n0030-dnf", qca.First, 0.6, ""},
	{"b-k12-n0060-dnf", qca.First, 1.3, ""},
	{"b-k12-n0120-dnf", qca.First, 4.9, ""},
	{"b-k12-n0250-dnf", qca.First, 19, ""},
	{"b-k12-n0500-dnf", qca.First, 63, stopped},
	{"b-k14-n0030-dnf", qca.First, 0.6, ""},
	{"b-k14-n0060-dnf", qca.First, 2.3, ""},
	{"b-k14-n0120-dnf", qca.First, 6.3, ""},
	{"b-k16-n0120-dnf", qca.First, 5.7, ""},
	{"b-k16-n0250-dnf", qca.First, 36, ""},
	{"b-k16-n0500-dnf", qca.First, 0, stopped},
}

// reach is what is promised of any table of these sizes, on one core.
var reach = []struct {
	size    string
	models  qca.Models
	seconds float64
}{
	{"k12-n0120", qca.First, 0.1},
	{"k12-n0500", qca.First, 1},
	{"k16-n0250", qca.First, 5},
	{"k20-n0250", qca.First, 30},
	{"k10-n0060", qca.Minimal, 0.5},
	{"k12-n0120", qca.Minimal, 5},
	{"k16-n0060", qca.Minimal, 10},
}

// minimised is what the program made of a table.
type minimised struct {
	seconds float64 // of CPU, its start included
	memory  float64 // most it held, in MB
	Size    int     `json:"size"`
	Bound   int     `json:"bound"`
	Count   json.Number
	Exact   bool `json:"modelsExact"`
}

// whole tells whether it answers all of the question.
func (m minimised) whole(of qca.Models) bool {
	return m.Size == m.Bound && (of == qca.First || m.Exact)
}

func (m minimised) String() string {
	if m.Size != m.Bound {
		return fmt.Sprintf("%d terms, fewer than %d impossible", m.Size, m.Bound)
	}
	s := fmt.Sprintf("%d terms, %s of them", m.Size, m.Count)
	if m.Exact {
		return s
	}
	return s + " or more"
}

// minimise runs the program three times on one core, for the time of the middle one.
func minimise(program, table string, models qca.Models) (minimised, error) {
	var all []minimised
	for range 3 {
		cmd := exec.Command(program, "qca", "minimize", filepath.Join(tables, table+".csv"), "--outcome", "OUT1", "--solution", "parsimonious", "--all-models", string(models), "--json")
		cmd.Env = append(os.Environ(), "GOMAXPROCS=1")
		b, err := cmd.Output()
		if err != nil {
			return minimised{}, fmt.Errorf("minimise %s: %w", table, err)
		}
		var answer struct {
			Solutions []struct {
				minimised
				Count json.Number `json:"modelCount"`
			} `json:"solutions"`
		}
		if err := json.Unmarshal(b, &answer); err != nil || len(answer.Solutions) != 1 {
			return minimised{}, fmt.Errorf("minimise %s: the answer has %d solutions: %w", table, len(answer.Solutions), err)
		}
		m := answer.Solutions[0].minimised
		m.Count = answer.Solutions[0].Count
		m.seconds = (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds()
		if u, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
			m.memory = float64(u.Maxrss) / 1024
		}
		all = append(all, m)
	}
	slices.SortFunc(all, func(a, b minimised) int {
		if a.seconds < b.seconds {
			return -1
		}
		return 1
	})
	return all[1], nil
}

// compare sets minimisation beside the recorded times of R and beside what is promised.
func compare(program string) error {
	if _, err := os.Stat(tables); err != nil {
		fmt.Printf("QCA is not compared with R: the tables are read from %s, and %v\n", tables, err)
		return nil
	}
	fmt.Printf("%-18s %-8s %9s %9s %9s  %s\n", "QCA table", "models", "ours", "R", "ratio", "ours, CPU seconds with the start of the program; R as recorded")
	var ratios []float64
	most, slower, unanswered, answered := 0.0, 0, 0, 0
	for _, r := range oracle {
		m, err := minimise(program, r.table, r.models)
		if err != nil {
			return err
		}
		most = max(most, m.memory)
		took, ratio := r.end, "-"
		if r.seconds > 0 {
			took = fmt.Sprintf("%.1f s", r.seconds)
			x := r.seconds / m.seconds
			ratio = fmt.Sprintf("%.0f", x)
			if r.end == stopped {
				took, ratio = "> "+took, "> "+ratio
			}
			ratios = append(ratios, x)
			if x < 1 || !m.whole(r.models) {
				slower++
			}
		}
		if r.end != "" {
			unanswered++
			if m.whole(r.models) {
				answered++
			}
		}
		fmt.Printf("%-18s %-8s %7.3f s %9s %9s  %s\n", r.table, r.models, m.seconds, took, ratio, m)
	}
	slices.Sort(ratios)
	report("QCA: R's time over ours, median", ratios[len(ratios)/2], 1, "times", false, fmt.Sprintf("of %d with a time; lowest %.0f; where R was stopped, what it had used", len(ratios), ratios[0]))
	report("QCA: tables on which ours is slower or does less", float64(slower), 0.5, "tables", true, fmt.Sprintf("of %d", len(ratios)))
	report("QCA: answered of those R left unanswered", float64(answered), float64(unanswered), "tables", false, fmt.Sprintf("of %d", unanswered))
	got, asked := 0, 0
	for _, b := range reach {
		worst, notes := 0.0, []string{}
		for _, family := range []string{"dnf", "lat", "rnd"} {
			m, err := minimise(program, "b-"+b.size+"-"+family, b.models)
			if err != nil {
				return err
			}
			worst, most = max(worst, m.seconds), max(most, m.memory)
			asked++
			if m.whole(b.models) {
				got++
			}
			notes = append(notes, fmt.Sprintf("%s %.2f s: %s", family, m.seconds, m))
		}
		what := map[qca.Models]string{qca.First: "one minimal model", qca.Minimal: "all minimal models"}[b.models]
		report("QCA: "+what+", "+b.size, 1000*worst, 1000*b.seconds, "ms", true, strings.Join(notes, "; "))
	}
	report("QCA: of these, proven and counted", float64(got), float64(asked), "tables", false, fmt.Sprintf("of %d", asked))
	report("QCA: memory of the hungriest of these", most, 1024, "MB", true, "")
	return nil
}

// sweeps measures what robustness repeats thousands of times, on all cores.
func sweeps() error {
	const n = 10_000
	start, used := time.Now(), cpu()
	s := qca.NewSweep(qca.Options{Solution: qca.Parsimonious})
	_, err := s.Each(context.Background(), n, func(i int) (qca.Table, error) {
		return qca.NewTable(invented(uint64(i), 8, 30), qca.Cutoffs{})
	}, nil)
	if err != nil {
		return err
	}
	report("QCA: 10,000 truth tables minimised, 8 x 30", time.Since(start).Seconds(), 5, "s", true, fmt.Sprintf("parsimonious, all models, every data set another; %.1f CPU s", (cpu()-used).Seconds()))
	// Fuzzy scores that all differ, so that no two shuffles are alike.
	d := invented(1, 7, 7)
	for i := range d.Cases {
		d.Outcome[i] = []float64{0.05, 0.9, 0.2, 0.8, 0.35, 0.7, 1}[i]
		for j := range d.Values[i] {
			d.Values[i][j] = 0.1 + 0.7*d.Values[i][j] + 0.01*float64(i)
		}
	}
	start = time.Now()
	a := qca.Analysis{Data: d, Cutoffs: qca.Cutoffs{Consistency: 0.75}, Options: qca.Options{Solution: qca.Parsimonious}}
	p, err := a.Permute(context.Background(), qca.PermutationOptions{Runs: n})
	if err != nil {
		return err
	}
	report("QCA: 10,000 shuffles of a 7 x 7 study", time.Since(start).Seconds(), 1, "s", true, fmt.Sprintf("%d of them differ, all tried", p.Runs))
	return nil
}

// cpu is the processor time this process has used.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// invented makes crisp data with an expression in them and some noise.
func invented(seed uint64, conditions, cases int) qca.Data {
	r := rand.New(rand.NewPCG(1, seed))
	d := qca.Data{OutcomeName: "Y"}
	for j := range conditions {
		d.Conditions = append(d.Conditions, string(rune('A'+j)))
	}
	for i := range cases {
		row := make([]float64, conditions)
		for j := range row {
			row[j] = float64(r.IntN(2))
		}
		y := max(row[0]*row[1], row[2]*(1-row[3]))
		if r.IntN(10) == 0 {
			y = 1 - y
		}
		d.Cases = append(d.Cases, fmt.Sprint("c", i+1))
		d.Values = append(d.Values, row)
		d.Outcome = append(d.Outcome, y)
	}
	return d
}
