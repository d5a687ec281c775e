package store

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// A file is read through again once anything else touched it, when something was left under way, and after a day.
func TestLooked(t *testing.T) {
	path := filepath.Join(t.TempDir(), "throughline.db")
	open := func() {
		t.Helper()
		s, err := Open(context.Background(), Config{Database: path, Key: testKey, Clock: time.Now})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if !asLeft(path, time.Now()) {
			t.Error("what was just closed would be read through again")
		}
	}
	open()
	open()
	for name, touch := range map[string]func() error{
		"changed":       func() error { return os.Chtimes(path, time.Time{}, time.Now().Add(time.Second)) },
		"longer":        func() error { return os.Truncate(path, 1<<20) },
		"under way":     func() error { return os.WriteFile(path+"-wal", nil, 0o600) },
		"no note":       func() error { return os.Remove(lookedPath(path)) },
		"note unread":   func() error { return os.WriteFile(lookedPath(path), []byte("{"), 0o600) },
		"a day ago":     func() error { leave(path, time.Now().Add(-25*time.Hour)); return nil },
		"in the future": func() error { leave(path, time.Now().Add(time.Hour)); return nil },
	} {
		before, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := touch(); err != nil {
			t.Fatal(err)
		}
		if asLeft(path, time.Now()) {
			t.Errorf("%s: it would not be read through", name)
		}
		if name == "longer" {
			if err := os.WriteFile(path, before, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		open()
	}
}
