package store

import (
	"bufio"
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"throughline/internal/coding"
	"throughline/internal/fault"
	"throughline/internal/study"
	"throughline/internal/thread"
)

var testKey = []byte("0123456789abcdef0123456789abcdef")

// heavy is a study of n codes, large enough for an import to take a while.
func heavy(slug string, n int) Bundle {
	b := Bundle{Slug: slug, SealKey: strings.Repeat("ab", 32), Objects: []thread.Object{
		study.Study{ID: "study", Slug: slug, Title: slug, Purpose: "p", Question: "q", RegionScheme: "r"},
		study.Member{ID: "member-lead", Handle: "lead", Role: study.Lead},
	}}
	for i := range n {
		b.Objects = append(b.Objects, coding.Code{ID: thread.ID(fmt.Sprintf("code-%06d", i)), Name: "n", Define: strings.Repeat("d", 200)})
	}
	return b
}

// TestMain also serves as the process that is killed in TestKillDuringImport.
func TestMain(m *testing.M) {
	path := os.Getenv("THROUGHLINE_TEST_IMPORT_INTO")
	if path == "" {
		os.Exit(m.Run())
	}
	s, err := Open(context.Background(), Config{Database: path, Key: testKey, Clock: time.Now})
	if err != nil {
		fmt.Println("failed", err)
		os.Exit(1)
	}
	fmt.Println("importing")
	for i := 0; ; i++ {
		if _, err := s.Import(context.Background(), "import", heavy(fmt.Sprintf("study-%d", i), 4000), false, nil); err != nil {
			fmt.Println("failed", err)
			os.Exit(1)
		}
		fmt.Println("imported", i)
	}
}

// After kill -9 at any moment of an import, each study is there whole or not at all, every acknowledged one is there, and
// the check finds nothing.
func TestKillDuringImport(t *testing.T) {
	for round := range 6 {
		path := filepath.Join(t.TempDir(), "throughline.db")
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "THROUGHLINE_TEST_IMPORT_INTO="+path)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		if !lines.Scan() || lines.Text() != "importing" {
			t.Fatalf("the importing process said %q", lines.Text())
		}
		time.AfterFunc(time.Duration(50+rand.IntN(2500))*time.Millisecond, func() { cmd.Process.Kill() })
		acknowledged := 0
		for lines.Scan() {
			if strings.HasPrefix(lines.Text(), "failed") {
				t.Fatal(lines.Text())
			}
			acknowledged++
		}
		cmd.Wait()
		s, err := Open(context.Background(), Config{Database: path, Key: testKey, Clock: time.Now})
		if err != nil {
			t.Fatalf("round %d: after the kill: %v", round, err)
		}
		studies, err := s.Studies(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if len(studies) < acknowledged || len(studies) > acknowledged+1 {
			t.Errorf("round %d: %d imports were acknowledged, %d studies stand", round, acknowledged, len(studies))
		}
		for _, st := range studies {
			n, err := s.Counts(context.Background(), st.Slug)
			if err != nil || n[thread.Code] != 4000 {
				t.Errorf("round %d: %s has %d of 4000 codes (%v)", round, st.Slug, n[thread.Code], err)
			}
		}
		c, err := s.Check(context.Background())
		if err != nil || len(c.Faults) > 0 {
			t.Errorf("round %d: the check found %v (%v)", round, c.Faults, err)
		}
		s.Close()
	}
}

// A full disk undoes the write that hits it, keeps everything before it, and says so; with room again, writing goes on.
func TestDiskFull(t *testing.T) {
	ctx := context.Background()
	s, err := Open(ctx, Config{Database: filepath.Join(t.TempDir(), "throughline.db"), Key: testKey, Clock: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := s.Import(ctx, "import", heavy("first", 10), false, nil); err != nil {
		t.Fatal(err)
	}
	var pages int
	if err := s.write.db.QueryRow("pragma page_count").Scan(&pages); err != nil {
		t.Fatal(err)
	}
	// SQLite gives SQLITE_FULL at its own limit of pages exactly as it does when the disk has no room.
	if _, err := s.write.db.Exec(fmt.Sprintf("pragma max_page_count = %d", pages+4)); err != nil {
		t.Fatal(err)
	}
	_, err = s.Import(ctx, "import", heavy("second", 3000), false, nil)
	if fault.Of(err) != fault.Unavailable || !strings.Contains(fault.Message(err), "disk is full") {
		t.Errorf("importing onto a full disk gave %v", err)
	}
	check := func(want int) {
		t.Helper()
		studies, err := s.Studies(ctx)
		if err != nil || len(studies) != want {
			t.Errorf("%d studies stand, want %d (%v)", len(studies), want, err)
		}
		c, err := s.Check(ctx)
		if err != nil || len(c.Faults) > 0 {
			t.Errorf("the check found %v (%v)", c.Faults, err)
		}
	}
	check(1)
	if _, err := s.write.db.Exec("pragma max_page_count = 1000000"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Import(ctx, "import", heavy("second", 3000), false, nil); err != nil {
		t.Errorf("with room again: %v", err)
	}
	check(2)
}

// PostgreSQL goes away in the middle of work and comes back: what was acknowledged stands, what was not is told, and the
// same program goes on.
func TestPostgresGoesAwayAndComesBack(t *testing.T) {
	ctx := context.Background()
	dsn := os.Getenv("THROUGHLINE_TEST_POSTGRES")
	if dsn == "" {
		t.Fatal("there is no PostgreSQL for the tests: run \"make test\", which starts one, or set THROUGHLINE_TEST_POSTGRES")
	}
	admin, err := sql.Open("pgx", dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close()
	name := fmt.Sprintf("away_%d", os.Getpid())
	exec := func(q string) {
		t.Helper()
		if _, err := admin.Exec(q); err != nil {
			t.Fatalf("%s: %v", q, err)
		}
	}
	exec("create database " + name)
	defer admin.Exec("drop database if exists " + name + " with (force)")
	s, err := Open(ctx, Config{Database: strings.Replace(dsn, "/postgres?", "/"+name+"?", 1), Key: testKey, Clock: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := s.Import(ctx, "import", heavy("first", 10), false, nil); err != nil {
		t.Fatal(err)
	}
	put := func(id string) error {
		return s.Write(ctx, "lead", func(t *Tx) error {
			return t.Put("first", coding.Code{ID: thread.ID(id), Name: "n", Define: "d"}, 0)
		})
	}
	acknowledged := 0
	for i := range 40 {
		if i == 10 {
			exec("alter database " + name + " with allow_connections false")
			exec("select pg_terminate_backend(pid) from pg_stat_activity where datname = '" + name + "'")
		}
		if i == 30 {
			exec("alter database " + name + " with allow_connections true")
		}
		err := put(fmt.Sprintf("code-w%d", i))
		switch {
		case err == nil:
			acknowledged++
			if i >= 11 && i < 30 {
				t.Errorf("write %d was acknowledged while the server was away", i)
			}
		case fault.Of(err) != fault.Unavailable:
			t.Errorf("write %d: %v; want one that says to try again", i, err)
		case i < 10 || i >= 31:
			t.Errorf("write %d failed though the server was there: %v", i, err)
		}
	}
	n, err := s.Counts(ctx, "first")
	if err != nil || n[thread.Code] != 10+acknowledged {
		t.Errorf("%d codes stand, want %d (%v)", n[thread.Code], 10+acknowledged, err)
	}
	c, err := s.Check(ctx)
	if err != nil || len(c.Faults) > 0 {
		t.Errorf("the check found %v (%v)", c.Faults, err)
	}
}
