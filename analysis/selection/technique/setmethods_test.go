package technique

import (
	"encoding/csv"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// peer is what R package SetMethods 4.1 lists for a data set (Schneider, Emmenegger, Hicks and others: SCHF), with more
// fields than are used. The first of the models is meant.
type peer struct {
	Data, Outcome            string
	Models                   [][]string
	Single, Pairs, NecSingle [][]struct {
		Title   string
		Results []peerLine
	}
}

type peerLine struct {
	Case, Cases                  string
	Term                         any
	TYP, TYP1, TYP2              string
	IIR, DCONS, DCOV             string
	Best                         float64
	Rank, PairRank               int
	UniqCov                      any
	MostTyp, MostDCONS, MostDREL any
	UnderRow                     string `json:"_row"`
	Within                       any    `json:"TT<=Y"`
}

func (l peerLine) id() string {
	for _, s := range []string{l.Case, l.Cases, l.UnderRow} {
		if s != "" {
			return s
		}
	}
	return ""
}

func readPeer(t *testing.T) (peer, map[string]map[string]float64, []string) {
	t.Helper()
	dir, err := filepath.Abs(filepath.Join("..", "..", "..", "..", "shared", "data", "qca"))
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(dir, "tools", "setmethods.json"))
	if err != nil {
		t.Skipf("the reference data are not beside the repository: %v", err)
	}
	var all struct{ Smmr peer }
	if err := json.Unmarshal(b, &all); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(filepath.Join(dir, "named", all.Smmr.Data))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	data := map[string]map[string]float64{}
	var order []string
	for _, l := range lines[1:] {
		order, data[l[0]] = append(order, l[0]), map[string]float64{}
		for j, s := range l[1:] {
			if data[l[0]][lines[0][j+1]], err = strconv.ParseFloat(s, 64); err != nil {
				t.Fatal(err)
			}
		}
	}
	return all.Smmr, data, order
}

func literal(row map[string]float64, l string) float64 {
	if name, negated := strings.CutPrefix(l, "~"); negated {
		return 1 - row[name]
	}
	return row[l]
}

// TestAgainstSetMethods compares scores, the best, groups and who is of which kind.
func TestAgainstSetMethods(t *testing.T) {
	p, data, ids := readPeer(t)
	var s Solution
	for _, name := range p.Models[0] {
		s.Terms = append(s.Terms, Term{name, strings.Split(name, "*")})
	}
	for _, id := range ids {
		m := Member{ID: id, Outcome: data[id][p.Outcome], InRow: 1}
		for _, term := range s.Terms {
			var x []float64
			for _, l := range term.Conjuncts {
				x = append(x, literal(data[id], l))
			}
			m.Conjuncts = append(m.Conjuncts, x)
		}
		for _, c := range []string{"EMP", "BARGAIN", "UNI", "OCCUP", "STOCK", "MA"} {
			if x := data[id][c]; x > 0.5 {
				m.Row, m.InRow = m.Row+"1", min(m.InRow, x)
			} else {
				m.Row, m.InRow = m.Row+"0", min(m.InRow, 1-x)
			}
		}
		s.Cases = append(s.Cases, m)
	}
	got, err := s.Sufficiency(0)
	if err != nil {
		t.Fatal(err)
	}
	compared := 0
	cases := func(what string, want []peerLine, got []SetCase, best func(peerLine, SetCase) bool) {
		t.Helper()
		if len(got) != len(want) {
			t.Errorf("%s: %d cases, the peer has %d", what, len(got), len(want))
		}
		by := map[string]SetCase{}
		for _, c := range got {
			by[c.Case] = c
		}
		for _, w := range want {
			c, found := by[w.id()]
			compared++
			if !found || math.Abs(c.Score-w.Best) > 1e-9 || !best(w, c) {
				t.Errorf("%s: %s is %+v, the peer has %+v", what, w.id(), c, w)
			}
		}
	}
	// The peer lists the first five, of each row where there are rows.
	pairs := func(what string, want []peerLine, got []SetPair, names func(peerLine) (string, string)) {
		t.Helper()
		if len(want) != min(5, len(got)) {
			t.Errorf("%s: %d of %d pairs with the peer", what, len(want), len(got))
		}
		for k, w := range want {
			compared++
			a, b := names(w)
			at := slices.IndexFunc(got, func(g SetPair) bool { return g.A == a && g.B == b })
			if at < 0 || math.Abs(got[at].Score-w.Best) > 1e-9 || w.PairRank != got[at].Group || math.Abs(got[k].Score-w.Best) > 1e-9 {
				t.Errorf("%s: the peer has %+v at place %d, of %+v", what, w, k+1, got[:min(len(got), 8)])
			}
		}
	}
	byTerm := func(lines []peerLine, term string) (out []peerLine) {
		for _, l := range lines {
			if l.Term == term {
				out = append(out, l)
			}
		}
		return out
	}
	for i, term := range got.Terms {
		cases("typical of "+term.Term, byTerm(p.Single[0][0].Results, term.Term), term.Typical, func(w peerLine, c SetCase) bool { return w.UniqCov == c.Unique })
		cases("deviant consistency of "+term.Term, byTerm(p.Single[2][0].Results, term.Term), term.DeviantConsistency, func(w peerLine, c SetCase) bool { return w.MostDCONS == c.Best })
		pairs("typical and deviant of "+term.Term, p.Pairs[2][i].Results, term.TypicalDeviant, func(w peerLine) (string, string) { return w.TYP, w.DCONS })
	}
	for i, c := range got.Terms[0].Conjuncts {
		cases("typical of "+c.Conjunct, p.Single[1][i].Results, c.Typical, func(w peerLine, c SetCase) bool { return w.Rank == c.Group })
		pairs("typical and irrelevant of "+c.Conjunct, p.Pairs[1][i].Results, c.TypicalIrrelevant, func(w peerLine) (string, string) { return w.TYP, w.IIR })
		for _, w := range p.Pairs[0][i].Results { // the peer has each pair once, whichever way is better
			at := slices.IndexFunc(c.TypicalTypical, func(g SetPair) bool { return g.A == w.TYP1 && g.B == w.TYP2 })
			if compared++; at < 0 || math.Abs(c.TypicalTypical[at].Score-w.Best) > 1e-9 {
				t.Errorf("typical of %s: %+v, the peer has %+v", c.Conjunct, c.TypicalTypical, w)
			}
		}
	}
	var coverage []SetCase
	listed := 0
	for _, r := range got.Rows {
		coverage = append(coverage, r.DeviantCoverage...)
		var row []peerLine
		for _, w := range p.Pairs[3][0].Results {
			if slices.ContainsFunc(r.DeviantCoverage, func(c SetCase) bool { return c.Case == w.DCOV }) {
				row = append(row, w)
			}
		}
		listed += len(row)
		pairs("deviant coverage and irrelevant of "+r.Row, row, r.DeviantIrrelevant, func(w peerLine) (string, string) { return w.DCOV, w.IIR })
	}
	if listed != len(p.Pairs[3][0].Results) {
		t.Errorf("%d of %d pairs of the peer are of a row", listed, len(p.Pairs[3][0].Results))
	}
	cases("deviant coverage", p.Single[3][0].Results, coverage, func(w peerLine, c SetCase) bool { return w.Within == c.Within })
	if want := p.Single[4][0].Results; len(want) != len(got.Irrelevant) {
		t.Errorf("%d irrelevant cases, the peer has %d", len(got.Irrelevant), len(want))
	}
	for i, name := range []string{"EMP", "MA", "EMP+MA"} {
		var members []NecessityCase
		for _, id := range ids {
			x := 0.0
			for _, l := range strings.Split(name, "+") {
				x = max(x, data[id][l])
			}
			members = append(members, NecessityCase{ID: id, Condition: x, Outcome: data[id][p.Outcome]})
		}
		n, err := NewNecessity(name, members, 0)
		if err != nil {
			t.Fatal(err)
		}
		cases("typical of "+name, p.NecSingle[0][i].Results, n.Typical, func(w peerLine, c SetCase) bool { return w.MostTyp == c.Best })
		cases("deviant consistency without "+name, p.NecSingle[1][i].Results, n.DeviantConsistency, func(peerLine, SetCase) bool { return true })
		cases("deviant relevance of "+name, p.NecSingle[2][i].Results, n.DeviantRelevance, func(w peerLine, c SetCase) bool { return w.MostDREL == c.Best })
	}
	if compared < 200 {
		t.Errorf("%d values compared", compared)
	}
	t.Logf("%d values compared", compared)
}
