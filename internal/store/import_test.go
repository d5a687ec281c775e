package store

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"throughline/internal/study"
	"throughline/internal/thread"
)

// TestHashOfAnEntry: the hash is that of the entry as a JSON array, whatever letters are in it.
func TestHashOfAnEntry(t *testing.T) {
	for _, s := range []string{"", "plain", `{"a":"b \\ c"}`, "<&>", "ประชาชน \u2028 \x00 \x7f \xff", strings.Repeat("x", 2000)} {
		e := study.Entry{Chain: s, Seq: 1 << 40, At: "2026-01-02", Who: s, Action: "put", ID: thread.ID(s), Was: s, Became: s + "\n", Prev: "p"}
		b, err := json.Marshal([]any{e.Chain, e.Seq, e.At, e.Who, e.Action, e.ID, e.Was, e.Became, e.Prev})
		if err != nil {
			t.Fatal(err)
		}
		if sum := sha256.Sum256(b); hashEntry(e) != hex.EncodeToString(sum[:]) {
			t.Errorf("%q has another hash than its JSON", s)
		}
	}
}

// TestKeyed: what was keyed before leaves no trace in the next hash.
func TestKeyed(t *testing.T) {
	key := []byte(strings.Repeat("k", 32))
	s := &Store{}
	s.macs.New = func() any { return hmac.New(sha256.New, key) }
	for _, parts := range [][]string{{"study", "seg-1", "body"}, {"study", "seg-1", strings.Repeat("ประชาชน", 200)}, {}, {"", "study", "seg-1body"}, {"study", "seg-1", "body"}} {
		m := hmac.New(sha256.New, key)
		for _, p := range parts {
			m.Write([]byte(p + "\x00"))
		}
		if got, want := s.keyed(parts...), "hmac-sha256:"+hex.EncodeToString(m.Sum(nil)); got != want {
			t.Errorf("%.40q: got %s, want %s", parts, got, want)
		}
	}
}

// TestInSteps puts what things rest on before them, by id within a step, and finds circles.
func TestInSteps(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		n := 1 + r.IntN(40)
		ids, rank := make([]thread.ID, n), r.Perm(n)
		var below, ends []int
		for i := range n {
			ids[i] = thread.ID(fmt.Sprintf("seg-%02d", i))
			for range r.IntN(3) {
				if k := r.IntN(n); rank[k] < rank[i] {
					below = append(below, k)
				}
			}
			ends = append(ends, len(below))
		}
		order := inSteps(ids, below, ends)
		at := map[int]int{}
		for k, i := range order {
			at[i] = k
		}
		from := 0
		for i := range n {
			for _, k := range below[from:ends[i]] {
				if at[k] >= at[i] {
					t.Fatalf("%s comes before %s, on which it rests", ids[i], ids[k])
				}
			}
			from = ends[i]
		}
		if len(at) != n {
			t.Fatalf("%d of %d are there", len(at), n)
		}
	}
	if order := inSteps([]thread.ID{"a", "b", "c"}, []int{1, 2, 1}, []int{1, 2, 3}); order != nil {
		t.Errorf("a circle was put in order: %v", order)
	}
}
