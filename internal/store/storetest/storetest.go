// Package storetest opens real databases for tests: SQLite in a folder of the test, and PostgreSQL with a database of its
// own for each test, cloned from a template.
package storetest

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"throughline/internal/store"
)

// Key is the journal key of tests.
var Key = []byte("0123456789abcdef0123456789abcdef")

// Clock starts at a fixed time and moves a second on each look.
func Clock() func() time.Time {
	var n atomic.Int64
	start := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	return func() time.Time { return start.Add(time.Duration(n.Add(1)) * time.Second) }
}

// Each runs a test on both engines. PostgreSQL is never skipped: without a server the test fails and says what to do.
func Each(t *testing.T, f func(t *testing.T, c store.Config)) {
	t.Run("SQLite", func(t *testing.T) { f(t, SQLite(t)) })
	t.Run("PostgreSQL", func(t *testing.T) { f(t, Postgres(t)) })
}

// SQLite gives the configuration of a new embedded database.
func SQLite(t testing.TB) store.Config {
	return store.Config{Database: filepath.Join(t.TempDir(), "throughline.db"), Key: Key, Clock: Clock()}
}

var (
	template sync.Once
	number   atomic.Int64
)

// Postgres gives the configuration of a new database on the test server.
func Postgres(t testing.TB) store.Config {
	t.Helper()
	dsn := os.Getenv("THROUGHLINE_TEST_POSTGRES")
	if dsn == "" {
		t.Fatal("there is no PostgreSQL for the tests: run \"make test\", which starts one, or set THROUGHLINE_TEST_POSTGRES")
	}
	name := fmt.Sprintf("t%d_%d", os.Getpid(), number.Add(1))
	base := fmt.Sprintf("template_%d", os.Getpid())
	exec := func(db *sql.DB, q string) {
		t.Helper()
		if _, err := db.Exec(q); err != nil {
			t.Fatalf("%s: %v", q, err)
		}
	}
	admin, err := sql.Open("pgx", dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { admin.Close() })
	template.Do(func() {
		exec(admin, "create database "+base)
		s, err := store.Open(context.Background(), store.Config{Database: in(dsn, base), Key: Key, Clock: Clock()})
		if err != nil {
			t.Fatal(err)
		}
		s.Close()
	})
	exec(admin, "create database "+name+" template "+base)
	t.Cleanup(func() { admin.Exec("drop database if exists " + name + " with (force)") })
	return store.Config{Database: in(dsn, name), Key: Key, Clock: Clock()}
}

// in names another database on the same server.
func in(dsn, name string) string {
	u, err := url.Parse(dsn)
	if err != nil {
		return dsn
	}
	u.Path = "/" + name
	return u.String()
}

// Open opens a configuration and closes it after the test.
func Open(t testing.TB, c store.Config) *store.Store {
	t.Helper()
	s, err := store.Open(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}
