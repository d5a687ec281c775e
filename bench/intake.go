package main

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// importedReferences is how many references are imported at once.
const importedReferences = 100_000

// intake measures an import of references over the web: from the first byte sent until the page of the import says what
// became of them. It is made into the example study.
func intake(program, dir string) error {
	data := filepath.Join(dir, "intake")
	if _, err := timed(program, "demo", "--no-serve", "--data", data); err != nil {
		return err
	}
	told, err := os.ReadFile(filepath.Join(data, "sign-in.txt"))
	if err != nil {
		return err
	}
	m := regexp.MustCompile(`(?m)^lead\s+lead\s+(\S+)`).FindSubmatch(told)
	if m == nil {
		return fmt.Errorf("sign-in.txt does not tell the password")
	}
	srv, err := serve(program, data)
	if err != nil {
		return err
	}
	defer srv.stop()
	jar, err := cookiejar.New(nil)
	if err != nil {
		return err
	}
	client := &http.Client{Jar: jar}
	read := func(res *http.Response, err error) (string, error) {
		if err != nil {
			return "", err
		}
		defer res.Body.Close()
		b, err := io.ReadAll(res.Body)
		return string(b), err
	}
	if _, err := read(client.PostForm(srv.url+"/sign-in", url.Values{"name": {"lead"}, "password": {string(m[1])}})); err != nil {
		return err
	}
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for k, v := range map[string]string{"source": "Made up", "route": "database", "on": "2026-11-25", "query": "generated"} {
		if err := w.WriteField(k, v); err != nil {
			return err
		}
	}
	f, err := w.CreateFormFile("files", "references.csv")
	if err != nil {
		return err
	}
	if err := makeReferences(f, importedReferences, seedOfReferences); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	sent, start := body.Len(), time.Now()
	res, err := client.Post(srv.url+"/s/kleptocracy/literature/import", w.FormDataContentType(), &body)
	page, err := read(res, err)
	for err == nil && strings.Contains(page, "renews itself") {
		time.Sleep(time.Second) // as the page renews itself
		page, err = read(client.Get(res.Request.URL.String()))
	}
	if err != nil {
		return err
	}
	if !strings.Contains(page, fmt.Sprintf("%d records were kept", importedReferences)) {
		return fmt.Errorf("the import did not keep %d records", importedReferences)
	}
	report("import of 100,000 references over the web", time.Since(start).Seconds(), 30, "s", true, fmt.Sprintf("%d MB sent; read, kept and grouped into works", sent>>20))
	return nil
}
