package screening

import (
	"compress/gzip"
	"context"
	"encoding/csv"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// shared is where labelled sets and another program's runs on them lie; they are too large and not ours to keep here.
var shared = filepath.Join("..", "..", "..", "shared", "data", "screening")

func table(t testing.TB, name string) []map[string]string {
	t.Helper()
	f, err := os.Open(filepath.Join(shared, name))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("%s is not there: nothing is checked against it", filepath.Join(shared, name))
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	if strings.HasSuffix(name, ".gz") {
		z, err := gzip.NewReader(f)
		if err != nil {
			t.Fatal(err)
		}
		r = csv.NewReader(z)
	}
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []map[string]string
	for _, row := range rows[1:] {
		m := map[string]string{}
		for i, h := range rows[0] {
			m[h] = row[i]
		}
		out = append(out, m)
	}
	return out
}

type labelled struct {
	texts  []Text
	labels []bool
	at     map[string]int
}

func readSet(t testing.TB, name string) labelled {
	s := labelled{at: map[string]int{}}
	for i, row := range table(t, name+".csv.gz") {
		s.texts = append(s.texts, Text{ID: row["id"], Title: row["title"], Abstract: row["abstract"]})
		s.labels = append(s.labels, row["included"] == "1")
		s.at[row["id"]] = i
	}
	return s
}

func (s labelled) corpus(t testing.TB, f Features) *Corpus {
	t.Helper()
	c, err := NewCorpus(s.texts, f)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// peerRun is a run of ELAS u4 of ASReview LAB, from one relevant and one irrelevant record.
type peerRun struct {
	set, seed string
	in, out   string
	row       map[string]string
	at        []int // positions of the relevant records
}

func peerRuns(t testing.TB) []peerRun {
	at := map[string][]int{}
	for _, row := range table(t, "peer_positions.csv") {
		var ns []int
		for f := range strings.FieldsSeq(row["positions_of_relevant"]) {
			n, err := strconv.Atoi(f)
			if err != nil {
				t.Fatal(err)
			}
			ns = append(ns, n)
		}
		at[row["model"]+row["set"]+row["seed"]] = ns
	}
	var out []peerRun
	for _, row := range table(t, "peer_runs.csv") {
		out = append(out, peerRun{row["model"] + " " + row["set"], row["seed"], row["prior_included_id"], row["prior_excluded_id"], row, at[row["model"]+row["set"]+row["seed"]]})
	}
	return out
}

func number(t testing.TB, s string) float64 {
	x, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// The figures of another program's runs, computed anew from the positions it gives.
func TestMeasureAgreesWithPeer(t *testing.T) {
	for _, run := range peerRuns(t) {
		order := make([]bool, int(number(t, run.row["n"])))
		for _, k := range run.at {
			order[k-1] = true
		}
		m, err := Measure(order)
		if err != nil {
			t.Fatal(err)
		}
		for name, got := range map[string]float64{"relevant": float64(m.Relevant), "n_at_95": float64(m.NAt95), "n_at_100": float64(m.NAt100), "wss95": m.WSS95,
			"wss100": m.WSS100, "rrf5": m.RRF5, "rrf10": m.RRF10, "rrf20": m.RRF20, "atd": m.ATD, "loss": m.Loss, "ndcg": m.NDCG} {
			if want := number(t, run.row[name]); math.Abs(got-want) > 6e-6 {
				t.Errorf("%s seed %s: %s is %v, want %v", run.set, run.seed, name, got, want)
			}
		}
	}
}

// peerModel are the settings of ELAS u4: Words as features, cost 0.11, class weights 9.8 to 1.
var peerModel = Options{Ratio: 9.8, Tolerance: 1e-4}

// With the peer's settings every relevant record comes at the place where the peer has it; with ours, earlier in the mean.
func TestSimulateAgreesWithPeer(t *testing.T) {
	for _, name := range []string{"appenzeller_herzog_2019", "kitchenham_2010"} {
		s := readSet(t, name)
		peers, ours := s.corpus(t, Words), s.corpus(t, Stems)
		for _, run := range peerRuns(t) {
			if run.set != "elas_u4 "+name || run.seed != "1" {
				continue
			}
			priors := Simulation{Options: peerModel, Included: []int{s.at[run.in]}, Excluded: []int{s.at[run.out]}}
			got, err := Simulate(context.Background(), peers, s.labels, priors)
			if err != nil {
				t.Fatal(err)
			}
			k := 0
			for n, i := range got.Order {
				if s.labels[i] {
					if n+1 != run.at[k] {
						t.Errorf("%s: relevant record %d comes at %d, want %d", name, k+1, n+1, run.at[k])
					}
					k++
				}
			}
			priors.Options = Options{}
			better, err := Simulate(context.Background(), ours, s.labels, priors)
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%s: %+v\n%+v", name, better.Metrics, better.Stops)
			if better.Metrics.WSS95 < got.Metrics.WSS95 || better.Metrics.Loss > got.Metrics.Loss {
				t.Errorf("%s: WSS@95 %.4f and loss %.4f, with the peer's settings %.4f and %.4f", name, better.Metrics.WSS95, better.Metrics.Loss, got.Metrics.WSS95, got.Metrics.Loss)
			}
		}
	}
}
