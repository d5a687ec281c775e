// Command bench measures what Throughline promises of speed and size, and prints each figure beside its bar. It runs the
// built program as a user would; "make bench" builds it and starts a PostgreSQL beside it.
package main

import (
	"bufio"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"throughline/internal/account"
	"throughline/internal/archive"
	"throughline/internal/coding"
	"throughline/internal/store"
	"throughline/internal/thread"
)

// figure is one measured thing. Below tells that less is better.
type figure struct {
	Name  string  `json:"name"`
	Got   float64 `json:"got"`
	Bar   float64 `json:"bar"` // 0: none was set
	Unit  string  `json:"unit"`
	Below bool    `json:"below"`
	Note  string  `json:"note,omitempty"`
}

func (f figure) met() bool { return f.Bar == 0 || f.Below == (f.Got <= f.Bar) || f.Got == f.Bar }

var figures []figure

func report(name string, got, bar float64, unit string, below bool, note string) {
	f := figure{name, got, bar, unit, below, note}
	figures = append(figures, f)
	verdict, want := "", ""
	if bar != 0 {
		verdict = map[bool]string{true: "met", false: "LOST"}[f.met()]
		want = fmt.Sprintf("%s %g %s", map[bool]string{true: "at most", false: "at least"}[below], bar, unit)
	}
	fmt.Printf("%-52s %10.1f %-8s %-22s %-7s %s\n", name, got, unit, want, verdict, note)
}

func main() {
	program := flag.String("program", filepath.Join("bin", "throughline"), "the built program")
	out := flag.String("json", "", "also write the figures to this file")
	only := flag.String("only", "", "measure only this: qca, selection, duplicates, screening, intake, exchange, search, coding")
	synthetic := flag.Int("synthetic", 0, "write so many made-up references as CSV to standard output, and measure nothing")
	flag.Parse()
	if *synthetic > 0 {
		if err := makeReferences(os.Stdout, *synthetic, seedOfReferences); err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
			os.Exit(1)
		}
		return
	}
	if err := run(*program, *only); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
	if *out != "" {
		b, err := json.MarshalIndent(figures, "", "  ")
		if err == nil {
			err = os.WriteFile(*out, append(b, '\n'), 0o644)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
			os.Exit(1)
		}
	}
	for _, f := range figures {
		if !f.met() {
			os.Exit(1)
		}
	}
}

func run(program, only string) error {
	fmt.Printf("%s, %d cores, %s/%s, %s\n", time.Now().UTC().Format(time.DateOnly), runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, runtime.Version())
	program, err := filepath.Abs(program)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "throughline-bench-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	fi, err := os.Stat(program)
	if err != nil {
		return fmt.Errorf("%w: run \"make bench\", which builds it first", err)
	}
	report("binary", float64(fi.Size())/(1<<20), 60, "MB", true, "")

	for _, part := range []struct {
		name    string
		measure func() error
	}{
		{"qca", func() error { return errors.Join(compare(program), sweeps()) }},
		{"selection", func() error { return selections(program) }},
		{"duplicates", func() error { return duplicates(program, dir) }},
		{"screening", screenings},
		{"intake", func() error { return intake(program, dir) }},
		{"exchange", func() error { return exchanges(program, dir) }},
		{"search", func() error { return searchBoth(dir) }},
		{"coding", func() error { return desksAtWork(program, dir) }},
	} {
		if only != "" && only != part.name {
			continue
		}
		if err := part.measure(); err != nil {
			return err
		}
	}
	if only != "" {
		return nil
	}

	took, err := timed(program, "build", filepath.Join("examples", "kleptocracy"), "-o", filepath.Join(dir, "site"))
	if err != nil {
		return err
	}
	report("build of the example", took.Seconds(), 3, "s", true, "import, chain and site")

	demo := filepath.Join(dir, "demo")
	if _, err := timed(program, "demo", "--no-serve", "--data", demo); err != nil {
		return err
	}
	srv, err := serve(program, demo)
	if err != nil {
		return err
	}
	report("serve ready", srv.ready.Seconds(), 1, "s", true, "process start to first answer")
	time.Sleep(2 * time.Second)
	rss, err := resident(srv.cmd.Process.Pid)
	if err != nil {
		return err
	}
	report("idle memory", rss, 80, "MB", true, "resident, after the first page")
	srv.stop()

	// The generated study.
	b := generate(1)
	fmt.Printf("generated study: %d objects, %d documents, %d codings, %d statements, %d links from them\n", len(b.Objects), documents, codings, statements, links)
	folder := filepath.Join(dir, "generated")
	if err := archive.Write(folder, b); err != nil {
		return err
	}
	type engine struct{ name, database string }
	data := filepath.Join(dir, "data")
	engines := []engine{{"SQLite", filepath.Join(data, "throughline.db")}}
	if pg := os.Getenv("THROUGHLINE_TEST_POSTGRES"); pg != "" {
		engines = append(engines, engine{"PostgreSQL", pg})
	} else {
		fmt.Println("PostgreSQL is not measured: there is no THROUGHLINE_TEST_POSTGRES; \"make bench\" starts one")
	}
	for _, e := range engines {
		args := []string{"import", folder, "--data", data}
		if e.name != "SQLite" {
			args = append(args, "--database", e.database)
		}
		took, err := timed(program, args...)
		if err != nil {
			return err
		}
		report("import of the generated study, "+e.name, took.Seconds(), 15, "s", true, "")
	}
	key, err := os.ReadFile(filepath.Join(data, "journal.key"))
	if err != nil {
		return err
	}
	raw, err := hex.DecodeString(strings.TrimSpace(string(key)))
	if err != nil {
		return err
	}
	for _, e := range engines {
		s, err := store.Open(context.Background(), store.Config{Database: e.database, Key: raw, Clock: time.Now})
		if err != nil {
			return err
		}
		if err := threads(s, e.name); err != nil {
			return err
		}
		if e.name == "SQLite" {
			secret, err := account.HashPassword("a long enough password")
			if err != nil {
				return err
			}
			if err := s.Write(context.Background(), "bench", func(t *store.Tx) error {
				return t.PutAccount(store.Account{Name: "lead", Secret: secret}, true)
			}); err != nil {
				return err
			}
		}
		if err := s.Close(); err != nil {
			return err
		}
	}
	srv, err = serve(program, data)
	if err != nil {
		return err
	}
	err = reader(srv.url)
	busy, rssErr := resident(srv.cmd.Process.Pid)
	srv.stop()
	if err := errors.Join(err, rssErr); err != nil {
		return err
	}
	report("memory after those pages", busy, 0, "MB", true, "resident")
	// Last, for it leaves tens of thousands of codes behind, which no page is promised to bear.
	s, err := store.Open(context.Background(), store.Config{Database: engines[0].database, Key: raw, Clock: time.Now})
	if err != nil {
		return err
	}
	defer s.Close()
	return writes(s)
}

// timed runs the program to its end.
func timed(program string, args ...string) (time.Duration, error) {
	start := time.Now()
	cmd := exec.Command(program, args...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("%s: %w\n%s", strings.Join(args, " "), err, out)
	}
	return time.Since(start), nil
}

type server struct {
	cmd   *exec.Cmd
	url   string
	ready time.Duration
}

func (s server) stop() {
	s.cmd.Process.Signal(os.Interrupt)
	s.cmd.Wait()
}

// serve starts the workspace and waits for its first answer.
func serve(program, data string) (server, error) {
	start := time.Now()
	s := server{cmd: exec.Command(program, "serve", "--data", data, "--address", "127.0.0.1:0")}
	stderr, err := s.cmd.StderrPipe()
	if err != nil {
		return s, err
	}
	if err := s.cmd.Start(); err != nil {
		return s, err
	}
	lines := bufio.NewScanner(stderr)
	for s.url == "" && lines.Scan() {
		if _, after, ok := strings.Cut(lines.Text(), "http://"); ok {
			s.url = "http://" + strings.TrimRight(strings.Fields(after)[0], ".")
		}
	}
	go io.Copy(io.Discard, stderr)
	if s.url == "" {
		s.cmd.Wait()
		return s, fmt.Errorf("serve did not say where it listens")
	}
	res, err := http.Get(s.url + "/sign-in")
	if err != nil {
		return s, err
	}
	io.Copy(io.Discard, res.Body)
	res.Body.Close()
	s.ready = time.Since(start)
	return s, nil
}

// resident is the resident memory of a process in MB, as Linux tells it.
func resident(pid int) (float64, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(b)) {
		if f := strings.Fields(line); len(f) > 1 && f[0] == "VmRSS:" {
			kb, err := strconv.ParseFloat(f[1], 64)
			return kb / 1024, err
		}
	}
	return 0, fmt.Errorf("no VmRSS in the status of process %d", pid)
}

// p95 is the 95th percentile, and median the 50th, in milliseconds.
func p95(d []time.Duration) float64    { return percentile(d, 95) }
func median(d []time.Duration) float64 { return percentile(d, 50) }

func percentile(d []time.Duration, n int) float64 {
	slices.Sort(d)
	return float64(d[len(d)*n/100]) / float64(time.Millisecond)
}

// way is one direction of the thread, from objects all over the generated study.
type way struct {
	name string
	walk func(context.Context, string, thread.ID) (thread.Graph, error)
	from func(i int) thread.ID
}

func ways(s *store.Store) []way {
	return []way{
		{"down from a recommendation", s.Down, func(i int) thread.ID { return thread.ID(fmt.Sprintf("recom-%04d", i%200)) }},
		{"up from a passage", s.Up, func(i int) thread.ID { return thread.ID(fmt.Sprintf("seg-%04d-%03d", i*37%documents, i%20)) }},
		{"up from a document", s.Up, func(i int) thread.ID { return thread.ID(fmt.Sprintf("doc-%04d", i*37%documents)) }},
	}
}

// threads measures both directions. Each walk is asked for 400 times, so that 20 of them may be slower than the p95.
func threads(s *store.Store, engine string) error {
	for _, w := range ways(s) {
		const n = 400
		var took []time.Duration
		nodes := 0
		for i := range n {
			start := time.Now()
			g, err := w.walk(context.Background(), "generated", w.from(i))
			if err != nil {
				return err
			}
			took = append(took, time.Since(start))
			nodes += len(g.Nodes)
		}
		report("thread "+w.name+", "+engine+", p95", p95(took), 20, "ms", true, fmt.Sprintf("median %.1f ms, %d objects in the mean", median(took), nodes/n))
	}
	return nil
}

// writes measures acknowledged writes at synchronous=FULL: eight clients whose writes are gathered, and the same number of
// writes by one client, where nothing can be gathered, as the baseline.
func writes(s *store.Store) error {
	rate := func(clients, each int, tag string) (float64, error) {
		start := time.Now()
		errs := make(chan error, clients)
		var wg sync.WaitGroup
		for c := range clients {
			wg.Go(func() {
				for i := range each {
					err := s.Write(context.Background(), "lead", func(t *store.Tx) error {
						return t.Put("generated", coding.Code{ID: thread.ID(fmt.Sprintf("code-%s-%d-%d", tag, c, i)), Name: "n", Define: "d"}, 0)
					})
					if err != nil {
						errs <- err
						return
					}
				}
			})
		}
		wg.Wait()
		close(errs)
		return float64(clients*each) / time.Since(start).Seconds(), <-errs
	}
	alone, err := rate(1, 2000, "one")
	if err != nil {
		return err
	}
	report("writes acknowledged, 1 client", alone, 0, "/s", false, "baseline")
	for _, clients := range []int{8, 32} {
		got, err := rate(clients, 16000/clients, fmt.Sprint("many", clients))
		if err != nil {
			return err
		}
		report(fmt.Sprintf("writes acknowledged, %d clients", clients), got, 2000, "/s", false, fmt.Sprintf("%.1f times the baseline", got/alone))
	}
	return nil
}

// reader measures the page of a document with 500 codings, asked for by 20 people at once.
func reader(base string) error {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return err
	}
	client := &http.Client{Jar: jar, Transport: &http.Transport{MaxIdleConnsPerHost: 20}}
	res, err := client.PostForm(base+"/sign-in", url.Values{"name": {"lead"}, "password": {"a long enough password"}})
	if err != nil {
		return err
	}
	io.Copy(io.Discard, res.Body)
	res.Body.Close()
	page := base + "/s/generated/document/" + string(heavyDoc)
	const users, each = 20, 20
	var mu sync.Mutex
	var took []time.Duration
	var size int
	var failed error
	var wg sync.WaitGroup
	for range users {
		wg.Go(func() {
			for range each {
				start := time.Now()
				res, err := client.Get(page)
				if err == nil {
					var b []byte
					b, err = io.ReadAll(res.Body)
					res.Body.Close()
					if err == nil && (res.StatusCode != http.StatusOK || strings.Count(string(b), "<mark") < heavy/2) {
						err = fmt.Errorf("the reader page gave %s with %d marks", res.Status, strings.Count(string(b), "<mark"))
					}
					mu.Lock()
					size = len(b)
					mu.Unlock()
				}
				mu.Lock()
				if err != nil {
					failed = err
				}
				took = append(took, time.Since(start))
				mu.Unlock()
				time.Sleep(200 * time.Millisecond) // people read; twenty of them still overlap
			}
		})
	}
	wg.Wait()
	if failed != nil {
		return failed
	}
	report("reader page with 500 codings, 20 users, p95", p95(took), 100, "ms", true, fmt.Sprintf("median %.1f ms, %d KB a page, SQLite, each asks at most 5 times a second", median(took), size/1024))
	return nil
}
