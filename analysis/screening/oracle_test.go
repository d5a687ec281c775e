package screening

import (
	"compress/gzip"
	"encoding/csv"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
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

// With the peer's settings every relevant record comes at the place where the peer has it; with ours, WSS@95 and loss are better.
func TestModelAgreesWithPeer(t *testing.T) {
	for _, name := range []string{"appenzeller_herzog_2019", "kitchenham_2010"} {
		s := readSet(t, name)
		for _, run := range peerRuns(t) {
			if run.set != "elas_u4 "+name || run.seed != "1" {
				continue
			}
			if at := s.screen(t, Words, peerModel, run); !slices.Equal(at, run.at) {
				t.Errorf("%s: relevant records come at\n%v, want\n%v", name, at, run.at)
			}
			order := make([]bool, len(s.labels)-2)
			for _, k := range s.screen(t, Stems, Options{}, run) {
				order[k-1] = true
			}
			got, err := Measure(order)
			if err != nil {
				t.Fatal(err)
			}
			if wss, loss := number(t, run.row["wss95"]), number(t, run.row["loss"]); got.WSS95 < wss || got.Loss > loss {
				t.Errorf("%s: WSS@95 %.4f and loss %.4f, the peer's are %.4f and %.4f", name, got.WSS95, got.Loss, wss, loss)
			}
		}
	}
}

// screen reads until the last relevant record, and tells at which positions they came.
func (s labelled) screen(t *testing.T, f Features, o Options, run peerRun) []int {
	m := NewModel(s.corpus(t, f), o)
	m.Learn(s.at[run.in], true)
	m.Learn(s.at[run.out], false)
	var at []int
	for k := 1; len(at) < len(run.at); k++ {
		i, _ := m.Best()
		if s.labels[i] {
			at = append(at, k)
		}
		m.Learn(i, s.labels[i])
	}
	return at
}
