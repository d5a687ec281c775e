package main

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"math"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"throughline/internal/account"
	"throughline/internal/archive"
	"throughline/internal/coding"
	"throughline/internal/store"
	"throughline/internal/study"
	"throughline/internal/thread"
)

// book writes a PDF of so many pages with some 2,500 letters each.
func book(pages int) []byte {
	var b bytes.Buffer
	var at []int
	obj := func(s string) {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", len(at), s)
	}
	b.WriteString("%PDF-1.4\n")
	obj("<< /Type /Catalog /Pages 2 0 R >>")
	var kids strings.Builder
	for i := range pages {
		fmt.Fprintf(&kids, "%d 0 R ", 4+2*i)
	}
	obj(fmt.Sprintf("<< /Type /Pages /Kids [%s] /Count %d >>", kids.String(), pages))
	obj("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
	for i := range pages {
		obj(fmt.Sprintf("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R /Resources << /Font << /F1 3 0 R >> >> >>", 5+2*i))
		var s strings.Builder
		s.WriteString("BT /F1 11 Tf 14 TL 72 780 Td ")
		for line := range 45 {
			s.WriteString("(")
			for w, n := 0, 0; n < 55; w++ {
				word := vocabulary[(i*7+line*13+w*w)%len(vocabulary)]
				s.WriteString(word + " ")
				n += len(word) + 1
			}
			s.WriteString(") Tj T* ")
		}
		s.WriteString("ET")
		obj(fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", s.Len(), s.String()))
	}
	x := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(at)+1)
	for _, o := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(at)+1, x)
	return b.Bytes()
}

// pdfs measures a PDF of 300 pages: until its first text is there, and all of it beside pdftotext where that is installed.
func pdfs(program, dir string) error {
	file, data := filepath.Join(dir, "book.pdf"), filepath.Join(dir, "pdf")
	if err := os.WriteFile(file, book(300), 0o600); err != nil {
		return err
	}
	if _, err := timed(program, "--data", data, "extract", file, "--pages", "1"); err != nil { // compiles the engine, once for a folder
		return err
	}
	var first []time.Duration
	for range 7 {
		took, err := timed(program, "--data", data, "extract", file, "--pages", "1")
		if err != nil {
			return err
		}
		first = append(first, took)
	}
	report("PDF of 300 pages to its first text", median(first)/1000, 1, "s", true, fmt.Sprintf("through the command, in its sandbox; slowest of 7 %.2f s", percentile(first, 99)/1000))
	files := []struct{ name, path string }{{"300 pages of the bench", file}}
	if spec := filepath.Join("..", "shared", "data", "refi-qda", "spec", "REFI-QDA-1-5.pdf"); exec.Command("test", "-f", spec).Run() == nil {
		files = append(files, struct{ name, path string }{"60 pages of the REFI-QDA standard", spec})
	}
	for i, f := range files {
		pages := []float64{300, 60}[i]
		var ours, theirs []float64
		for range 5 { // in turns, as other work on the machine comes and goes
			cpu, _, err := spent(program, "--data", data, "extract", f.path)
			if err != nil {
				return err
			}
			ours = append(ours, pages/cpu)
			if tool, err := exec.LookPath("pdftotext"); err == nil {
				cpu, _, err := spent(tool, f.path, filepath.Join(dir, "theirs.txt"))
				if err != nil {
					return err
				}
				theirs = append(theirs, pages/cpu)
			}
		}
		slices.Sort(ours)
		slices.Sort(theirs)
		if len(theirs) == 0 {
			report("text of PDF, "+f.name, ours[len(ours)/2], 0, "pages/s", false, "of CPU, start included; pdftotext is not installed")
			continue
		}
		report("text of PDF, "+f.name, ours[len(ours)/2], math.Round(theirs[len(theirs)/2]/2), "pages/s", false, fmt.Sprintf("of CPU, start included; %.2f of pdftotext's %.0f", ours[len(ours)/2]/theirs[len(theirs)/2], theirs[len(theirs)/2]))
	}
	return nil
}

// signIn gives a browser of one person, which does not follow where it is sent.
func signIn(base, name string) (*http.Client, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	c := &http.Client{Jar: jar, Transport: &http.Transport{MaxIdleConnsPerHost: 4}, Timeout: 20 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := c.PostForm(base+"/sign-in", url.Values{"name": {name}, "password": {password}})
	if err != nil {
		return nil, err
	}
	io.Copy(io.Discard, res.Body)
	res.Body.Close()
	if res.StatusCode != http.StatusSeeOther {
		return nil, fmt.Errorf("sign in as %s: %s", name, res.Status)
	}
	return c, nil
}

const password = "a long enough password"

// desks is how many people code at once.
const desks = 20

func desk(i int) string { return fmt.Sprintf("desk-%02d", i) }

// team adds people who code to a study.
func team(s *store.Store, slug string) error {
	secret, err := account.HashPassword(password)
	if err != nil {
		return err
	}
	return s.Write(context.Background(), "bench", func(t *store.Tx) error {
		for i := range desks {
			if err := t.PutAccount(store.Account{Name: desk(i), Secret: secret}, false); err != nil {
				return err
			}
			if err := t.Put(slug, study.Member{ID: study.MemberID(desk(i)), Handle: desk(i), Role: study.Coder}, 0); err != nil {
				return err
			}
		}
		return t.PutAccount(store.Account{Name: "lead", Secret: secret}, true)
	})
}

// done is a coding that the program acknowledged.
type done struct {
	segment, code thread.ID
	coder         string
}

// code lets all people code one document at once, each so many times at most, with a pause after each as people read. It
// ends without an error when the server goes away, if that is expected.
func code(base, slug string, doc thread.ID, text string, codes []thread.ID, each int, pause time.Duration, goes bool) ([]time.Duration, []done, error) {
	var clients []*http.Client
	for i := range desks {
		c, err := signIn(base, desk(i))
		if err != nil {
			return nil, nil, err
		}
		clients = append(clients, c)
	}
	var mu sync.Mutex
	var took []time.Duration
	var all []done
	var failed error
	var wg sync.WaitGroup
	words := strings.Fields(text)
	var places []int // where each word begins; the text is ASCII
	for at := 0; len(places) < len(words); {
		at += strings.Index(text[at:], words[len(places)])
		places = append(places, at)
		at += len(words[len(places)-1])
	}
	for i, c := range clients {
		wg.Go(func() {
			for n := range each {
				w := (i + n*desks) * 3 % (len(words) - 2)
				from, to := places[w], places[w+1]+len(words[w+1])
				k := codes[(i+n)%len(codes)]
				start := time.Now()
				res, err := c.PostForm(base+"/s/"+slug+"/document/"+string(doc)+"/code", url.Values{"paragraph": {"1"}, "passage": {text[from:to]}, "start": {strconv.Itoa(from)}, "end": {strconv.Itoa(to)}, "codes": {string(k)}})
				var b []byte
				if err == nil {
					b, err = io.ReadAll(res.Body)
					res.Body.Close()
				}
				since := time.Since(start)
				if err != nil && goes {
					return
				}
				if err == nil && res.StatusCode != http.StatusSeeOther {
					err = fmt.Errorf("coding gave %s: %.300s", res.Status, b)
				}
				mu.Lock()
				if err != nil {
					failed = err
					mu.Unlock()
					return
				}
				took = append(took, since)
				at, _ := url.Parse(res.Header.Get("Location"))
				all = append(all, done{thread.ID(at.Query().Get("segment")), k, desk(i)})
				mu.Unlock()
				time.Sleep(pause)
			}
		})
	}
	wg.Wait()
	return took, all, failed
}

// lost counts what was acknowledged and is not there.
func lost(s *store.Store, slug string, doc thread.ID, all []done) (int, error) {
	list, err := store.CodingsOf[coding.Coding](context.Background(), s, slug, doc)
	if err != nil {
		return 0, err
	}
	there := map[done]bool{}
	for _, c := range list {
		there[done{c.Object.Segment, c.Object.Code, c.Object.Coder}] = true
	}
	n := 0
	for _, d := range all {
		if !there[d] {
			n++
		}
	}
	return n, nil
}

// openData opens the store in a data folder.
func openData(data string) (*store.Store, error) {
	key, err := os.ReadFile(filepath.Join(data, "journal.key"))
	if err != nil {
		return nil, err
	}
	raw, err := hex.DecodeString(strings.TrimSpace(string(key)))
	if err != nil {
		return nil, err
	}
	return store.Open(context.Background(), store.Config{Database: filepath.Join(data, "throughline.db"), Key: raw, Clock: time.Now})
}

// withStore opens a store for a moment.
func withStore(data string, do func(*store.Store) error) error {
	s, err := openData(data)
	if err != nil {
		return err
	}
	defer s.Close()
	return do(s)
}

// pages measures pages of a kind that one person opens one after the other.
func pages(name string, c *http.Client, addresses []string, bar float64) error {
	var took []time.Duration
	size := 0
	for _, address := range addresses {
		start := time.Now()
		res, err := c.Get(address)
		if err != nil {
			return err
		}
		b, err := io.ReadAll(res.Body)
		res.Body.Close()
		took = append(took, time.Since(start))
		if err != nil || res.StatusCode != http.StatusOK || !bytes.Contains(b, []byte("generated")) {
			return fmt.Errorf("%s gave %s, %v", address, res.Status, err)
		}
		size = len(b)
	}
	report(name, p95(took), bar, "ms", true, fmt.Sprintf("median %.1f ms, %d KB, SQLite", median(took), size/1024))
	return nil
}

// taken measures a PDF of 300 pages brought in over the web: from when it is sent until its text is there to be read.
func taken(lead *http.Client, study, dir string) error {
	var took []time.Duration
	for i := range 5 {
		file := bytes.Replace(book(300), []byte("%PDF-1.4"), fmt.Appendf(nil, "%%PDF-1.%d", i+3), 1) // each another document
		var body bytes.Buffer
		w := multipart.NewWriter(&body)
		part, err := w.CreateFormFile("files", fmt.Sprintf("book-%d.pdf", i))
		if err != nil {
			return err
		}
		part.Write(file)
		w.Close()
		start := time.Now()
		res, err := lead.Post(study+"/documents/new", w.FormDataContentType(), &body)
		if err != nil {
			return err
		}
		res.Body.Close()
		if res.StatusCode != http.StatusSeeOther {
			return fmt.Errorf("a PDF brought in gave %s", res.Status)
		}
		at, err := res.Request.URL.Parse(res.Header.Get("Location"))
		if err != nil {
			return err
		}
		if res, err = lead.Get(at.String()); err != nil {
			return err
		}
		b, err := io.ReadAll(res.Body)
		res.Body.Close()
		took = append(took, time.Since(start))
		if err != nil || !bytes.Contains(b, []byte(vocabulary[0])) {
			return fmt.Errorf("the reader gave %s without the text: %v", res.Status, err)
		}
	}
	first := took[0].Seconds()
	report("PDF of 300 pages over the web to its first text", median(took)/1000, 1, "s", true, fmt.Sprintf("sent, read, kept and shown; the first of a data folder %.2f s, slowest of 5 %.2f s", first, percentile(took, 99)/1000))
	return nil
}

// desksAtWork measures coding as people do it, over the web, with 50,000 codings in the study.
func desksAtWork(program, dir string) error {
	if err := pdfs(program, dir); err != nil {
		return err
	}
	b := generate(1)
	folder, data := filepath.Join(dir, "coded"), filepath.Join(dir, "coded-data")
	if err := archive.Write(folder, b); err != nil {
		return err
	}
	if _, err := timed(program, "import", folder, "--data", data); err != nil {
		return err
	}
	if err := withStore(data, func(s *store.Store) error { return team(s, b.Slug) }); err != nil {
		return err
	}
	srv, err := serve(program, data)
	if err != nil {
		return err
	}
	defer func() { srv.stop() }()
	lead, err := signIn(srv.url, "lead")
	if err != nil {
		return err
	}
	var codes []thread.ID
	var code1, query []string
	for i := range nCodes {
		id := thread.ID(fmt.Sprintf("code-%04d", i))
		codes = append(codes, id)
		code1 = append(code1, srv.url+"/s/"+b.Slug+"/code/"+string(id))
		query = append(query, srv.url+"/s/"+b.Slug+"/coded?code="+string(id))
	}
	if err := taken(lead, srv.url+"/s/"+b.Slug, dir); err != nil {
		return err
	}
	if err := pages("first page of a code's passages, p95", lead, code1, 50); err != nil {
		return err
	}
	if err := pages("the same as a query", lead, query, 0); err != nil {
		return err
	}
	// Which codes occur together takes the place of every passage; the counts beside it take none of them.
	for _, by := range []string{"case", "coder", "code"} {
		if err := pages("all codings counted by "+by, lead, slices.Repeat([]string{srv.url + "/s/" + b.Slug + "/matrix?by=" + by}, 20), 0); err != nil {
			return err
		}
	}
	if err := pages("framework grid", lead, slices.Repeat([]string{srv.url + "/s/" + b.Slug + "/framework"}, 20), 0); err != nil {
		return err
	}
	text := b.Texts[0].Body
	took, all, err := code(srv.url, b.Slug, heavyDoc, text, codes, 30, 200*time.Millisecond, false)
	if err != nil {
		return err
	}
	report("coding answered, 20 coders on one document, p95", p95(took), 100, "ms", true, fmt.Sprintf("median %.1f ms, %d codings, %d there before, SQLite", median(took), len(took), heavy))
	// Killed while they work.
	gone := make(chan struct{})
	time.AfterFunc(6*time.Second, func() { srv.cmd.Process.Kill(); close(gone) })
	_, more, err := code(srv.url, b.Slug, "doc-0001", b.Texts[1].Body, codes, 1000, 20*time.Millisecond, true)
	<-gone
	srv.cmd.Wait()
	if err != nil {
		return err
	}
	if srv, err = serve(program, data); err != nil {
		return err
	}
	return withStore(data, func(s *store.Store) error {
		a, err := lost(s, b.Slug, heavyDoc, all)
		if err != nil {
			return err
		}
		n, err := lost(s, b.Slug, "doc-0001", more)
		if err != nil {
			return err
		}
		report("acknowledged codings lost over kill -9", float64(a+n), 0.5, "", true, fmt.Sprintf("of %d; the bar is none", len(all)+len(more)))
		return nil
	})
}
