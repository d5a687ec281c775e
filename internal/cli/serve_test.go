package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What a killed server left between requests is gone when the next one starts, and what this one puts there when it ends.
func TestBetween(t *testing.T) {
	t.Setenv("TMPDIR", os.Getenv("TMPDIR")) // put back after the test, whatever happens
	before := os.TempDir()
	e := &env{data: t.TempDir()}
	left := filepath.Join(e.data, "between", "multipart-1")
	if err := os.MkdirAll(filepath.Dir(left), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(left, []byte("an interview"), 0o600); err != nil {
		t.Fatal(err)
	}
	clear, err := e.between()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(left); !os.IsNotExist(err) {
		t.Error("what a killed server left is still there")
	}
	f, err := os.CreateTemp("", "upload-*")
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
	if !strings.HasPrefix(f.Name(), e.data) {
		t.Errorf("%s does not lie in the data folder", f.Name())
	}
	clear()
	if _, err := os.Stat(f.Name()); !os.IsNotExist(err) {
		t.Error("what was there when the server ended is still there")
	}
	if os.TempDir() != before {
		t.Errorf("files are put into %s after it, %s before", os.TempDir(), before)
	}
}
