package extract

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"throughline/internal/fault"
)

// child is the program that reads files in these tests. It is built without the race detector, which needs many times the
// memory that a child may have.
var child = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "throughline-child")
	if err != nil {
		return "", err
	}
	exe := filepath.Join(dir, "child")
	build := exec.Command("go", "build", "-o", exe, "./testdata/child")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the child: %v: %s", err, out)
	}
	return exe, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if exe, err := child(); err == nil {
		os.RemoveAll(filepath.Dir(exe))
	}
	os.Exit(code)
}

// cache keeps the compiled engine between tests and runs.
var cache = sync.OnceValue(func() string {
	dir := filepath.Join(os.TempDir(), "throughline-test-pdf")
	if os.MkdirAll(dir, 0o700) != nil {
		return ""
	}
	return dir
})

func sandbox(t testing.TB) Sandbox {
	exe, err := child()
	if err != nil {
		t.Fatal(err)
	}
	return Sandbox{Command: []string{exe}, Options: Options{Cache: cache()}}
}

func TestFormats(t *testing.T) {
	s := sandbox(t)
	for name, g := range goods(t) {
		t.Run(name, func(t *testing.T) {
			x, err := s.Read(context.Background(), name, g.data)
			if err != nil {
				t.Fatal(err)
			}
			for _, w := range g.words {
				if !strings.Contains(x.Body, w) {
					t.Errorf("%q is not in %q", w, x.Body)
				}
			}
			for _, w := range g.never {
				if strings.Contains(x.Body, w) || strings.Contains(x.Title, w) {
					t.Errorf("%q is in %q", w, x.Body)
				}
			}
			if want := strings.TrimPrefix(filepath.Ext(name), "."); x.Format != want {
				t.Errorf("read as %s", x.Format)
			}
			runes := []rune(x.Body)
			for _, st := range x.Stamps {
				if strings.Contains(string(runes[st.Start:st.End]), "\n\n") || st.To <= st.From {
					t.Errorf("a time is of %q", string(runes[st.Start:st.End]))
				}
			}
			for _, p := range x.Pages {
				for _, l := range p.Lines {
					if got := string(runes[l.Start:l.End]); !strings.Contains(got, "square") || l.Box[0] < 60 || l.Box[3] < 690 {
						t.Errorf("line %q at %v", got, l.Box)
					}
				}
				if p.Width != 612 || len(p.Lines) == 0 {
					t.Errorf("page %+v", p)
				}
			}
		})
	}
	pic, err := s.Picture(context.Background(), pdfOf("words"), 1, 72)
	if err != nil || !bytes.HasPrefix(pic, []byte("\x89PNG")) {
		t.Errorf("the picture of a page: %d bytes, %v", len(pic), err)
	}
	if _, err := s.Picture(context.Background(), pdfOf("words"), 9, 72); fault.Of(err) != fault.Invalid {
		t.Errorf("a page that is not there: %v", err)
	}
}

// TestHostile reads 500 hostile files, each in a child: a text or a refusal in words, within 10 s and 512 MiB.
func TestHostile(t *testing.T) {
	files := hostile(t)
	if len(files) != 500 {
		t.Fatalf("%d files", len(files))
	}
	// The engine is compiled once, so that no file is charged for it.
	s := sandbox(t)
	s.peak = &atomic.Int64{}
	if _, err := s.Read(context.Background(), "a.pdf", pdfOf("words")); err != nil {
		t.Fatal(err)
	}
	var names []string
	for n := range files {
		names = append(names, n)
	}
	slices.Sort(names)
	var mu sync.Mutex
	var wg sync.WaitGroup
	work := make(chan string)
	texts, refused, slowest, largest := 0, 0, time.Duration(0), int64(0)
	slow := ""
	for range runtime.NumCPU() {
		wg.Go(func() {
			for name := range work {
				start := time.Now()
				x, err := s.Read(context.Background(), name, files[name])
				took := time.Since(start)
				mu.Lock()
				if took > slowest {
					slowest, slow = took, name
				}
				switch {
				case err == nil:
					texts++
					if !utf8.ValidString(x.Body) || strings.ContainsRune(x.Body, 0) {
						t.Errorf("%s: the text is no UTF-8", name)
					}
				case fault.Of(err) != fault.Invalid:
					t.Errorf("%s: %v", name, err)
				default:
					refused++
					if m := fault.Message(err); len(m) < 15 || !strings.HasSuffix(m, ".") {
						t.Errorf("%s: %q says nothing", name, m)
					}
				}
				if strings.Contains(x.Body, "root:") {
					t.Errorf("%s read a file of this machine", name)
				}
				if took > 10*time.Second {
					t.Errorf("%s took %s", name, took)
				}
				mu.Unlock()
			}
		})
	}
	for _, n := range names {
		work <- n
	}
	close(work)
	wg.Wait()
	largest = s.peak.Load()
	t.Logf("%d texts, %d refused; slowest %s (%s); largest child %d MiB", texts, refused, slowest.Round(time.Millisecond), slow, largest>>20)
	if largest > 512<<20 {
		t.Errorf("a child used %d MiB", largest>>20)
	}
	if texts < 50 || refused < 100 {
		t.Errorf("%d texts, %d refused: the files are not what they should be", texts, refused)
	}
}

// TestRefusals say what is wrong.
func TestRefusals(t *testing.T) {
	files := hostile(t)
	s := sandbox(t)
	for part, says := range map[string]string{"bomb.docx": "larger", "slip.docx": "lead out", "entity.docx": "entities", "xlsx.docx": "spreadsheet", "jar.docx": "packed file of something else", "ole.doc": ".docx", "ole.docx": "password", "encrypt.pdf": "password", "empty.txt": "empty", "deep.html": "nested", "png.pdf": "picture"} {
		var found string
		for n := range files {
			if strings.HasSuffix(n, "-"+part) && (found == "" || n < found) {
				found = n
			}
		}
		_, err := s.Read(context.Background(), found[4:], files[found])
		if err == nil || !strings.Contains(fault.Message(err), says) {
			t.Errorf("%s: %v; expected words with %q", part, err, says)
		}
	}
	l := Standard()
	l.File = 10
	if _, err := (Sandbox{Command: s.Command, Limits: l}).Read(context.Background(), "a.txt", []byte("more than ten bytes")); fault.Of(err) != fault.Invalid {
		t.Errorf("a large file: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := s.Read(ctx, "a.txt", []byte("x")); err != context.Canceled {
		t.Errorf("cancelled: %v", err)
	}
	if _, err := (Sandbox{Command: []string{"/nowhere"}}).Read(context.Background(), "a.txt", []byte("x")); fault.Of(err) != fault.Unavailable {
		t.Errorf("no program: %v", err)
	}
	quick := s
	quick.Time = time.Millisecond
	if _, err := quick.Read(context.Background(), "a.txt", []byte("x")); fault.Of(err) != fault.Invalid || !strings.Contains(fault.Message(err), "longer") {
		t.Errorf("out of time: %v", err)
	}
}

// alike gives F1 of the words of two texts, however often each stands there.
func alike(one, other string) float64 {
	count := func(s string) map[string]int {
		m := map[string]int{}
		for _, w := range strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) && r != '_' }) {
			m[w]++
		}
		return m
	}
	a, b := count(one), count(other)
	both, all := 0, 0
	for w, n := range a {
		both += min(n, b[w])
		all += n
	}
	for _, n := range b {
		all += n
	}
	return 2 * float64(both) / float64(max(all, 1))
}

// TestAgainstPdftotext compares words with those of Poppler's pdftotext on files that are there.
func TestAgainstPdftotext(t *testing.T) {
	tool, err := exec.LookPath("pdftotext")
	if err != nil {
		t.Skip("skipped: pdftotext (Debian: poppler-utils) is not installed")
	}
	path := filepath.Join("..", "..", "..", "shared", "data", "refi-qda", "spec", "REFI-QDA-1-5.pdf")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Skip("skipped: the text of the REFI-QDA standard is not beside the project")
	}
	x, err := sandbox(t).Read(context.Background(), "a.pdf", data)
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := exec.Command(tool, path, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	f1 := alike(x.Body, string(theirs))
	t.Logf("%d pages, F1 of words %.4f", len(x.Pages), f1)
	if f1 < 0.99 {
		t.Errorf("the words overlap by %.4f", f1)
	}
}

// TestFirstPages reads only the beginning of a long PDF.
func TestFirstPages(t *testing.T) {
	one := string(pdfOf("The square filled before noon."))
	many := strings.Replace(strings.Replace(one, "/Kids [3 0 R]", "/Kids [3 0 R 3 0 R 3 0 R]", 1), "/Count 1", "/Count 3", 1)
	s := sandbox(t)
	s.Options.First = 2
	x, err := s.Read(context.Background(), "a.pdf", []byte(many))
	if err != nil || len(x.Pages) != 2 || len(x.Notes) != 1 || !strings.Contains(x.Notes[0], "2 of 3") {
		t.Errorf("%d pages, %q, %v", len(x.Pages), x.Notes, err)
	}
}

// TestCompiledFirst reads a PDF where the engine was never compiled, which takes the most memory.
func TestCompiledFirst(t *testing.T) {
	s := sandbox(t)
	s.Options.Cache = t.TempDir()
	s.peak = &atomic.Int64{}
	turned := strings.Replace(string(pdfOf("The square filled before noon.")), "/Type /Page /", "/Type /Page /Rotate 90 /", 1) // which is beyond the plain reader
	x, err := s.Read(context.Background(), "a.pdf", []byte(turned))
	if err != nil || !strings.Contains(x.Body, "square") {
		t.Errorf("%v after %d MiB", err, s.peak.Load()>>20)
	}
}
