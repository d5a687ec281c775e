package main

import (
	"bufio"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// Figures of other programs on the same labelled sets, and on made-up references of the same description but not the same
// rows: bib-dedupe 0.11 (MIT; on diabetes as it publishes them), ASySD 0.4.6 (GPL-3) and dedupe-sweep 2.0 with its cautious
// strategy (MIT), run in 2026 on a machine with two cores. Each is right, wrong and missed removals, then CPU seconds and
// memory where they were measured.
var peers = map[string]string{
	"cytology_screening": "bib-dedupe 766/0/6, ASySD 751/1/21, sweep 756/0/16",
	"haematology":        "bib-dedupe 120/1/15, ASySD 109/0/26, sweep 111/1/24",
	"respiratory":        "bib-dedupe 408/0/28, ASySD 399/0/37, sweep 410/2/26",
	"diabetes_asysd":     "bib-dedupe 1261/0/0, ASySD 1259/0/2, sweep 1204/0/57",
	"10000":              "ASySD 2374/49/364 in 9.3 s, 410 MB; sweep 2506/67/232 in 1.1 s, 389 MB",
	"100000":             "ASySD 24042/539/3670 in 157 s, 1498 MB; sweep 25288/628/2424 in 190 s, 3167 MB",
	"1000000":            "none was seen to finish",
}

// counts are removals when the first record of each group is kept.
type counts struct{ right, wrong, missed, doubtful, records int }

func (c counts) f1() float64 { return 2 * float64(c.right) / float64(2*c.right+c.wrong+c.missed) }

func (c counts) note(set string) string {
	return fmt.Sprintf("%d right, %d wrong, %d missed, %d doubtful; %s", c.right, c.wrong, c.missed, c.doubtful, peers[set])
}

// duplicates measures the grouping of records: on the labelled sets, when they lie beside the repository, and on made-up ones.
func duplicates(program, dir string) error {
	var sum counts
	for _, set := range []string{"cytology_screening", "haematology", "respiratory", "diabetes_asysd"} {
		path := filepath.Join("..", "shared", "data", "dedup", set+".csv.gz")
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			fmt.Printf("duplicates in %s are not measured: there is no %s\n", set, path)
			continue
		}
		c, _, _, err := dedupe(program, path, dir)
		if err != nil {
			return err
		}
		report("duplicates, "+set+", wrong", float64(c.wrong), 1, "", true, c.note(set))
		report("duplicates, "+set+", doubtful", float64(c.doubtful)/float64(c.records)*1000, 30, "/1000", true, "")
		sum.right, sum.wrong, sum.missed = sum.right+c.right, sum.wrong+c.wrong, sum.missed+c.missed
	}
	if sum.right > 0 {
		report("duplicates, those sets, F1 in percent", sum.f1()*100, 99.2, "%", false, "bib-dedupe 99.0, ASySD 98.3, sweep 97.5 on the same four")
	}
	for _, size := range []struct {
		n           int
		cpu, memory float64
		right       float64
	}{{10_000, 0, 0, 2506}, {100_000, 10, 1024, 25288}, {1_000_000, 150, 5 * 1024, 0}} {
		name := fmt.Sprint(size.n)
		if size.n == 1_000_000 && os.Getenv("THROUGHLINE_BENCH_MILLION") == "" {
			fmt.Println("duplicates in a million references are not measured: set THROUGHLINE_BENCH_MILLION=1, and have 2 GB of disk and some minutes")
			continue
		}
		path := filepath.Join(dir, "references-"+name+".csv")
		f, err := os.Create(path)
		if err != nil {
			return err
		}
		w := bufio.NewWriter(f)
		if err := errors.Join(makeReferences(w, size.n, seedOfReferences), w.Flush(), f.Close()); err != nil {
			return err
		}
		c, cpu, mb, err := dedupe(program, path, dir)
		if err != nil {
			return err
		}
		os.Remove(path)
		report("duplicates, "+name+" made-up references, right", float64(c.right), size.right, "", false, c.note(name))
		report("duplicates, "+name+" made-up references, CPU", cpu, size.cpu, "s", true, "reading and writing included")
		report("duplicates, "+name+" made-up references, peak", mb, size.memory, "MB", true, "")
	}
	return nil
}

// dedupe runs the program on a labelled file and counts: CPU seconds and peak memory are those of the whole process.
func dedupe(program, path, dir string) (c counts, cpu, mb float64, err error) {
	out := filepath.Join(dir, "works.csv")
	cmd := exec.Command(program, "refs", "dedupe", path, "-o", out)
	if b, err := cmd.CombinedOutput(); err != nil {
		return c, 0, 0, fmt.Errorf("refs dedupe %s: %w\n%s", path, err, b)
	}
	cpu = (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds()
	if u, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		mb = float64(u.Maxrss) / 1024 // KB on Linux
	}
	works := map[string]string{}
	if err := eachRow(out, func(cell func(string) string) {
		if cell("decision") == "doubtful" {
			c.doubtful++
		} else {
			works[cell("record_id")] = cell("work_id")
		}
	}); err != nil {
		return c, 0, 0, err
	}
	clusters, seen := map[string]bool{}, map[string][]string{}
	err = eachRow(path, func(cell func(string) string) {
		cluster, work := cell("cluster"), works[cell("record_id")]
		c.records++
		clusters[cluster] = true
		switch {
		case slices.Contains(seen[work], cluster):
			c.right++
		case seen[work] != nil:
			c.wrong++
		}
		seen[work] = append(seen[work], cluster)
	})
	c.missed = c.records - len(clusters) - c.right
	return c, cpu, mb, err
}

// eachRow calls do with each row of a CSV file, packed or not.
func eachRow(path string, do func(cell func(name string) string)) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	var in io.Reader = f
	if strings.HasSuffix(path, ".gz") {
		if in, err = gzip.NewReader(f); err != nil {
			return err
		}
	}
	r := csv.NewReader(bufio.NewReader(in))
	header, err := r.Read()
	if err != nil {
		return err
	}
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		do(func(name string) string { return row[slices.Index(header, name)] })
	}
}
