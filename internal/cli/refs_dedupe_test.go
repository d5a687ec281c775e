package cli

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A file packed with gzip is told by its content and read like the file itself; a damaged one is named.
func TestDedupePacked(t *testing.T) {
	const table = "record_id,title,author,year\na,State capture in six small republics,\"Doe, J.\",2019\nb,State capture in six small republics.,\"Doe, J.\",2019\n"
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	z.Write([]byte(table))
	z.Close()
	dir := t.TempDir()
	write := func(name string, b []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	run := func(path string) (string, string, int) {
		var out, errs bytes.Buffer
		e := &env{out: &out, err: &errs, getenv: func(string) string { return "" }}
		code := e.run(t.Context(), []string{"refs", "dedupe", path})
		return out.String(), errs.String(), code
	}
	plain, _, code := run(write("plain.csv", []byte(table)))
	if code != fine || !strings.Contains(plain, "b,a,same,") {
		t.Fatalf("exit %d: %s", code, plain)
	}
	if got, errs, code := run(write("packed.csv", packed.Bytes())); code != fine || got != plain {
		t.Errorf("packed: exit %d, %s%s", code, got, errs)
	}
	if _, errs, code := run(write("damaged.csv", packed.Bytes()[:20])); code != failed || !strings.Contains(errs, "damaged") {
		t.Errorf("damaged: exit %d, %s", code, errs)
	}
}

// The works of the example study are those that the command finds in its records.
func TestDedupeExample(t *testing.T) {
	study := filepath.Join("..", "..", "examples", "kleptocracy")
	var out, errs bytes.Buffer
	e := &env{out: &out, err: &errs, getenv: func(string) string { return "" }}
	if code := e.run(t.Context(), []string{"refs", "dedupe", filepath.Join(study, "records.csv")}); code != fine {
		t.Fatalf("exit %d: %s", code, &errs)
	}
	rows, err := csv.NewReader(&out).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	found := map[string][]string{}
	for _, r := range rows[1:] {
		if r[2] == "same" {
			found[r[1]] = append(found[r[1]], r[0])
		}
	}
	b, err := os.ReadFile(filepath.Join(study, "works.csv"))
	if err != nil {
		t.Fatal(err)
	}
	works, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(found) != len(works)-1 {
		t.Errorf("%d works found, the study has %d", len(found), len(works)-1)
	}
	for _, w := range works[1:] {
		ids := strings.Split(w[1], " | ")
		if got := strings.Join(found[ids[0]], " | "); got != w[1] {
			t.Errorf("the work of %s is %q, in the study %q", ids[0], got, w[1])
		}
	}
}
