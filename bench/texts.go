package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"throughline/exchange/refiqda"
	"throughline/exchange/tabular"
	"throughline/internal/document"
	"throughline/internal/search"
	"throughline/internal/source"
	"throughline/internal/store"
	"throughline/internal/study"
	"throughline/internal/thread"
)

var vocabulary = strings.Fields("the square filled before noon and lawyers filed a petition while students carried copies of it to every market in town police watched from the bridge until evening nobody went home ministry published contracts at last coalition broad tariff electricity judge ruled list public workers church business media council reform law vote count fraud court appeal march song drum rain bread price water road school")

var thai = []rune("ประชาชนออกมาบนท้องถนนด้วยกันเพื่อเรียกร้องความโปร่งใสในการปกครองและความยุติธรรม")

// prose makes so many letters of text, one part in ten in Thai.
func prose(r *rand.Rand, letters int) string {
	var b strings.Builder
	n := 0
	for n < letters {
		for range 6 + r.IntN(14) {
			if r.IntN(10) == 0 {
				at := r.IntN(len(thai) - 12)
				b.WriteString(string(thai[at : at+6+r.IntN(6)]))
				n += 9
			} else {
				w := vocabulary[int(float64(len(vocabulary))*r.Float64()*r.Float64())]
				b.WriteString(w)
				n += len(w)
			}
			b.WriteByte(' ')
			n++
		}
		b.WriteString(fmt.Sprintf("day %d.", r.IntN(100_000)))
		if r.IntN(4) == 0 {
			b.WriteString("\n\n")
		} else {
			b.WriteByte(' ')
		}
	}
	return b.String()
}

// coded makes the package of the peers' figures as the research describes it: 1,000 texts of 60 sentences, 50,000 codings of
// whole sentences, each in a selection of its own, 200 codes under 20, 2 coders. woven has texts in two scripts instead, and
// codings of any stretch of them.
func coded(woven bool) refiqda.Project {
	r := rand.New(rand.NewPCG(7, 7))
	g := func(parts ...any) string { return refiqda.NewGUID("bench", fmt.Sprint(parts...)) }
	p := refiqda.Project{Name: "Bench", Origin: "Throughline bench", Users: []refiqda.User{{GUID: g("u", 0), Name: "One"}, {GUID: g("u", 1), Name: "Two"}}}
	var leaves []string
	for t := range 20 {
		p.Codes = append(p.Codes, refiqda.Code{GUID: g("t", t), Name: fmt.Sprintf("theme %02d", t), Codable: true})
		for c := range 10 {
			leaves = append(leaves, g("c", t, c))
			p.Codes = append(p.Codes, refiqda.Code{GUID: g("c", t, c), Parent: g("t", t), Name: fmt.Sprintf("code %03d", t*10+c), Codable: true})
		}
	}
	for d := range 1000 {
		s := refiqda.Source{GUID: g("d", d), Kind: refiqda.TextSource, Name: fmt.Sprintf("text %04d", d), HasText: true}
		var sentences [][2]int
		if woven {
			s.Text = prose(r, 6000)
		} else {
			s.Text, sentences = plain(r, 60)
		}
		runes := []rune(s.Text)
		given := map[[3]int]bool{}
		for k := 0; k < 50; k++ {
			code, user := r.IntN(len(leaves)), r.IntN(2)
			from := r.IntN(len(runes) - 200)
			to := from + 20 + r.IntN(150)
			if !woven {
				n := r.IntN(len(sentences))
				if given[[3]int{n, code, user}] {
					k--
					continue
				}
				given[[3]int{n, code, user}] = true
				from, to = sentences[n][0], sentences[n][1]
			}
			s.Selections = append(s.Selections, refiqda.Selection{GUID: g("s", d, k), Kind: refiqda.TextSelection, Start: from, End: to, Quote: string(runes[from:to]), User: p.Users[user].GUID, Codings: []refiqda.Coding{{GUID: g("k", d, k), Code: leaves[code], User: p.Users[user].GUID}}})
		}
		p.Sources = append(p.Sources, s)
	}
	return p
}

// plain makes a text of so many sentences of 8 to 22 words, a line each, and tells where each stands.
func plain(r *rand.Rand, n int) (text string, sentences [][2]int) {
	var b strings.Builder
	for range n {
		from := b.Len()
		for i := range 8 + r.IntN(15) {
			w := vocabulary[r.IntN(len(vocabulary))]
			if i == 0 {
				w = strings.ToUpper(w[:1]) + w[1:]
			} else {
				b.WriteByte(' ')
			}
			b.WriteString(w)
		}
		b.WriteByte('.')
		sentences = append(sentences, [2]int{from, b.Len()})
		b.WriteByte('\n')
	}
	return b.String(), sentences
}

// spent runs the program and tells CPU seconds and the most memory in MiB.
func spent(program string, args ...string) (cpu, memory float64, err error) {
	cmd := exec.Command(program, args...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return 0, 0, fmt.Errorf("%s: %w: %s", strings.Join(args, " "), err, out[max(0, len(out)-500):])
	}
	st := cmd.ProcessState
	if u, ok := st.SysUsage().(*syscall.Rusage); ok {
		memory = float64(u.Maxrss) / 1024
	}
	return (st.UserTime() + st.SystemTime()).Seconds(), memory, nil
}

// exchanges measures projects of other programs, in and out, and a table of 50,000 segments. The peers' figures are those of
// the research on the same kind of set: QualCoder 4.0 beta (commit c320464), Taguette 1.5.2.
func exchanges(program, dir string) error {
	for _, woven := range []bool{false, true} {
		var b bytes.Buffer
		if _, err := refiqda.Write(&b, coded(woven), refiqda.WriteOptions{Users: true}); err != nil {
			return err
		}
		name := filepath.Join(dir, fmt.Sprintf("qda-%t", woven))
		if err := os.WriteFile(name+".qdpx", b.Bytes(), 0o600); err != nil {
			return err
		}
		var in, inMemory, out, outMemory []float64
		for i := range 3 {
			data := fmt.Sprintf("%s-%d", name, i)
			cpu, memory, err := spent(program, "--data", data, "qda", "import", name+".qdpx", "--new", "Bench")
			if err != nil {
				return err
			}
			in, inMemory = append(in, cpu), append(inMemory, memory)
			cpu, memory, err = spent(program, "--data", data, "qda", "export", "-o", name+"-out.qdpx", "--interviews")
			if err != nil {
				return err
			}
			out, outMemory = append(out, cpu), append(outMemory, memory)
		}
		set := map[bool]string{false: "1,000 texts, 50,000 codings", true: "the same in two scripts, any stretch coded"}[woven]
		report("QDPX in: "+set, slices.Sorted(slices.Values(in))[1], 5, "CPU s", true, fmt.Sprintf("median of 3, slowest %.1f; QualCoder 5.9 CPU s into a RAM disk; Taguette has no such import", slices.Max(in)))
		report("memory of that, most", slices.Max(inMemory), 250, "MiB", true, "QualCoder 364 MiB in and out")
		report("QDPX out, the same", slices.Sorted(slices.Values(out))[1], 2, "CPU s", true, fmt.Sprintf("median of 3, slowest %.1f; QualCoder 35 CPU s", slices.Max(out)))
		report("memory of that, most", slices.Max(outMemory), 0, "MiB", true, "")
	}
	rows := [][]string{{"code", "case", "document", "quote", "coder"}}
	for range 50_000 {
		rows = append(rows, []string{"theme › code", "a case", "a document", strings.Repeat("some words of a passage ", 4), "coder-a"})
	}
	var u0, u1 syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u0)
	if err := tabular.WriteXLSX(bufio.NewWriter(&bytes.Buffer{}), "Coded", rows); err != nil {
		return err
	}
	syscall.Getrusage(syscall.RUSAGE_SELF, &u1)
	report("50,000 segments to XLSX", float64(u1.Utime.Nano()+u1.Stime.Nano()-u0.Utime.Nano()-u0.Stime.Nano())/1e9, 3, "CPU s", true, "Taguette: CSV 26.7 s, QualCoder's report 76.6 CPU s")
	return nil
}

// queries of all sorts, common and rare.
var queries = []string{"ministry", "contracts published", `"the square"`, `"filed a petition"`, "petit*", "minstry~", "police NEAR/3 bridge", "judge OR court", "police NOT bridge", "ประชาชน", "ท้องถนน", "โปร่งใส market", "day 4711", "12345", "nowhere", "lang:th ministry", "church business media", "drum* -rain", `"to every market" evening`, "(judge OR court) (fraud OR vote)"}

// searches measures 200,000 paragraphs on an engine.
func searches(name, database string, key []byte) error {
	ctx := context.Background()
	s, err := store.Open(ctx, store.Config{Database: database, Key: key, Clock: time.Now})
	if err != nil {
		return err
	}
	defer s.Close()
	r := rand.New(rand.NewPCG(9, 9))
	b := store.Bundle{Slug: "texts", SealKey: strings.Repeat("ab", 32), Objects: []thread.Object{
		study.Study{ID: "study", Slug: "texts", Title: "Texts", Purpose: "p", Question: "q", RegionScheme: "un"}, study.Member{ID: "member-lead", Handle: "lead", Role: study.Lead}, source.Record{ID: "ref-one", Type: "news", Title: "R"}}}
	for n := range 4000 {
		var t strings.Builder
		for range 50 {
			t.WriteString(strings.ReplaceAll(prose(r, 700), "\n\n", " ") + "\n\n")
		}
		d := document.Document{ID: thread.ID(fmt.Sprintf("doc-%04d", n)), Title: "T", Kind: document.Report, Record: "ref-one", Language: []string{"en", "th"}[n%2], Version: 1, SHA256: document.Sum(t.String())}
		b.Objects, b.Texts = append(b.Objects, d), append(b.Texts, document.Text{Document: d.ID, Version: 1, Body: t.String()})
	}
	if _, err := s.Import(ctx, "bench", b, false, nil); err != nil {
		return err
	}
	start, used := time.Now(), cpu()
	if _, err := s.Index(ctx, "texts", nil); err != nil {
		return err
	}
	report("texts read for searching: 200,000 paragraphs, "+name, time.Since(start).Seconds(), 0, "s", true, fmt.Sprintf("%.0f CPU s of this program", (cpu()-used).Seconds()))
	var took, busy []float64
	for range 5 {
		for _, q := range queries {
			asked, err := search.Parse(q)
			if err != nil {
				return err
			}
			start, used := time.Now(), cpu()
			if _, err := s.Search(ctx, "texts", asked, store.Scope{}, 0, 30); err != nil {
				return err
			}
			busy = append(busy, float64((cpu()-used).Microseconds())/1000)
			took = append(took, float64(time.Since(start).Microseconds())/1000)
		}
	}
	slices.Sort(took)
	slices.Sort(busy)
	report("search, "+name+", p95 of 20 kinds of queries", took[len(took)*95/100], 50, "ms", true, fmt.Sprintf("median %.1f ms; p95 %.1f CPU ms of this program", took[len(took)/2], busy[len(busy)*95/100]))
	return nil
}

// searchBoth measures searches on SQLite, and on PostgreSQL where there is one.
func searchBoth(dir string) error {
	key := bytes.Repeat([]byte("k"), 32)
	if err := searches("SQLite", filepath.Join(dir, "texts.db"), key); err != nil {
		return err
	}
	if pg := os.Getenv("THROUGHLINE_TEST_POSTGRES"); pg != "" {
		return searches("PostgreSQL", pg, key)
	}
	return nil
}
