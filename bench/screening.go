package main

import (
	"compress/gzip"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strconv"

	"throughline/analysis/screening"
)

// screenings runs prioritised screening on the shared labelled sets, from the same priors as the recorded runs of ELAS u4 (ASReview
// LAB), and measures a refit on generated records.
func screenings() error {
	for _, s := range []struct {
		records, decided int
		bar              float64
	}{{2_000, 1_000, 5}, {50_000, 2_500, 300}} {
		ms, err := refit(s.records, s.decided)
		if err != nil {
			return err
		}
		report(fmt.Sprintf("refit and rank %d records, %d decided", s.records, s.decided), ms, s.bar, "ms CPU", true, "mean of 20 decisions, one core")
	}
	folder := filepath.Join("..", "shared", "data", "screening")
	runs, err := readCSV(filepath.Join(folder, "peer_runs.csv"))
	if errors.Is(err, fs.ErrNotExist) {
		fmt.Printf("screening on labelled sets is skipped: %s is not there; the sets are too large and not ours to ship\n", folder)
		return nil
	}
	if err != nil {
		return err
	}
	type sums struct{ n, wss, loss, cpu, peerWSS, peerLoss float64 }
	var names []string
	by, sets := map[string]*sums{}, map[string]*set{}
	for _, run := range runs {
		if run["model"] != "elas_u4" {
			continue
		}
		name := run["set"]
		if by[name] == nil {
			s, err := readSet(filepath.Join(folder, name+".csv.gz"))
			if err != nil {
				return err
			}
			names = append(names, name)
			by[name], sets[name] = &sums{}, s
		}
		s, b := sets[name], by[name]
		start := cpu()
		got, err := screening.Simulate(context.Background(), s.corpus, s.labels, screening.Simulation{
			Included: []int{s.at[run["prior_included_id"]]}, Excluded: []int{s.at[run["prior_excluded_id"]]}})
		if err != nil {
			return fmt.Errorf("screen %s again: %w", name, err)
		}
		wss, err := strconv.ParseFloat(run["wss95"], 64)
		loss, err2 := strconv.ParseFloat(run["loss"], 64)
		if err := errors.Join(err, err2); err != nil {
			return err
		}
		b.n++
		b.cpu += (cpu() - start).Seconds()
		b.wss, b.loss = b.wss+got.Metrics.WSS95, b.loss+got.Metrics.Loss
		b.peerWSS, b.peerLoss = b.peerWSS+wss, b.peerLoss+loss
	}
	for _, name := range names {
		b := by[name]
		report("screening "+name+", WSS@95", 100*b.wss/b.n, rounded(100*b.peerWSS/b.n), "%", false, fmt.Sprintf("%.4f beside %.4f of ELAS u4, ratio %.3f, %.0f runs", b.wss/b.n, b.peerWSS/b.n, b.wss/b.peerWSS, b.n))
		report("screening "+name+", loss", 100*b.loss/b.n, rounded(100*b.peerLoss/b.n), "%", true, fmt.Sprintf("%.4f beside %.4f, ratio %.3f", b.loss/b.n, b.peerLoss/b.n, b.loss/b.peerLoss))
		report("screening "+name+", a run", b.cpu/b.n, 0, "s CPU", true, "to the last record, one refit a decision")
	}
	return nil
}

// refit gives the mean CPU milliseconds of a decision with the fit and the ranking after it.
func refit(records, decided int) (float64, error) {
	texts := make([]screening.Text, records)
	seed := uint64(1)
	draw := func(n uint64) uint64 {
		seed = seed*6364136223846793005 + 1442695040888963407
		return seed >> 33 % n
	}
	for i := range texts {
		b := make([]byte, 0, 1500)
		for range 180 {
			b = fmt.Appendf(b, "w%dx ", draw(1<<draw(17))) // common and rare words
		}
		if i%20 == 0 {
			b = fmt.Appendf(b, "topic%d topic%d topic%d", draw(9), draw(9), draw(9))
		}
		texts[i] = screening.Text{ID: fmt.Sprintf("%06d", i), Title: string(b[:60]), Abstract: string(b)}
	}
	c, err := screening.NewCorpus(texts, screening.Stems)
	if err != nil {
		return 0, err
	}
	m := screening.NewModel(c, screening.Options{})
	for i := range decided {
		m.Learn(i, i%20 == 0)
	}
	order := m.Rank(nil)
	const n = 20
	start := cpu()
	for range n {
		i := order[0]
		m.Learn(i, i%20 == 0)
		order = m.Rank(order[:0])
	}
	return (cpu() - start).Seconds() / n * 1000, nil
}

// set is a labelled review.
type set struct {
	corpus *screening.Corpus
	labels []bool
	at     map[string]int
}

func readSet(path string) (*set, error) {
	rows, err := readCSV(path)
	if err != nil {
		return nil, err
	}
	s := &set{at: map[string]int{}}
	var texts []screening.Text
	for i, r := range rows {
		texts = append(texts, screening.Text{ID: r["id"], Title: r["title"], Abstract: r["abstract"]})
		s.labels = append(s.labels, r["included"] == "1")
		s.at[r["id"]] = i
	}
	s.corpus, err = screening.NewCorpus(texts, screening.Stems)
	return s, err
}

// readCSV reads a table, packed or not, as rows by column name.
func readCSV(path string) ([]map[string]string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r := csv.NewReader(f)
	if filepath.Ext(path) == ".gz" {
		z, err := gzip.NewReader(f)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", path, err)
		}
		r = csv.NewReader(z)
	}
	rows, err := r.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	var out []map[string]string
	for _, row := range rows[1:] {
		m := make(map[string]string, len(row))
		for i, h := range rows[0] {
			m[h] = row[i]
		}
		out = append(out, m)
	}
	return out, nil
}

// rounded makes a bar readable.
func rounded(x float64) float64 { return math.Round(x*1000) / 1000 }
