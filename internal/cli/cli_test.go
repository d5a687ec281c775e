package cli

import (
	"bufio"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ncruces/go-sqlite3"
	"github.com/rogpeppe/go-internal/testscript"

	"throughline/internal/archive"
	"throughline/internal/store/storetest"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"throughline": func() { os.Exit(Main()) }})
}

// Every command, from outside, as testdata/script says. "small" in each script's folder is the small study of the tests.
func TestScripts(t *testing.T) {
	peers, err := filepath.Abs("../peer/testdata")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Setup: func(e *testscript.Env) error {
			if pg := os.Getenv("THROUGHLINE_TEST_POSTGRES"); pg != "" {
				e.Setenv("POSTGRES", storetest.Postgres(e.T().(testing.TB)).Database)
			}
			return archive.Write(filepath.Join(e.WorkDir, "small"), storetest.Study())
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"mediapackage": mediaPackage, "placed": placed, "entries": entries, "original": original, "plain": plain,
			// database FILE SQL makes a database of SQLite by a file of statements that lies with the tests of the package peer.
			"database": func(ts *testscript.TestScript, _ bool, args []string) {
				statements, err := os.ReadFile(filepath.Join(peers, args[1]))
				ts.Check(err)
				ts.Check(os.MkdirAll(filepath.Dir(ts.MkAbs(args[0])), 0o700))
				db, err := sqlite3.Open(ts.MkAbs(args[0]))
				ts.Check(err)
				ts.Check(db.Exec(string(statements)))
				ts.Check(db.Close())
			},
			// occupy ADDRESS-VARIABLE listens at a free address until the script ends.
			"occupy": func(ts *testscript.TestScript, _ bool, args []string) {
				l, err := net.Listen("tcp", "127.0.0.1:0")
				ts.Check(err)
				ts.Defer(func() { l.Close() })
				ts.Setenv(args[0], l.Addr().String())
			},
		},
	})
}

// serve answers, tells where, and ends with its context.
func TestServe(t *testing.T) {
	dir := t.TempDir()
	r, w := io.Pipe()
	e := &env{out: io.Discard, err: w, in: strings.NewReader(""), getenv: func(string) string { return "" }, clock: time.Now, log: slog.New(slog.NewTextHandler(io.Discard, nil))}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan int)
	go func() { done <- e.run(ctx, []string{"demo", "--data", dir, "--address", "127.0.0.1:0", "--json"}) }()
	url := ""
	lines := bufio.NewScanner(r)
	for url == "" && lines.Scan() {
		if _, after, ok := strings.Cut(lines.Text(), "http://"); ok {
			url = "http://" + strings.Fields(after)[0]
		}
	}
	go io.Copy(io.Discard, r)
	res, err := http.Get(url + "/sign-in")
	if err != nil {
		t.Fatal(err)
	}
	b, _ := io.ReadAll(res.Body)
	res.Body.Close()
	if res.StatusCode != http.StatusOK || !strings.Contains(string(b), "<h1>Sign in</h1>") {
		t.Errorf("%s\n%s", res.Status, b)
	}
	if fi, err := os.Stat(filepath.Join(dir, "sign-in.txt")); err != nil || fi.Mode().Perm() != 0o600 {
		t.Errorf("sign-in.txt: %v, %v", fi, err)
	}
	stop()
	if code := <-done; code != fine {
		t.Errorf("the program ended with %d", code)
	}
}

// Help gives an example and the exit codes for every command.
func TestHelp(t *testing.T) {
	e := &env{getenv: func(string) string { return "" }}
	root := e.root()
	for _, c := range append(root.Commands(), e.user().Commands()...) {
		if c.Name() == "help" || c.Name() == "completion" || c.Hidden { // what is hidden is not for people
			continue
		}
		if !strings.Contains(c.Long, exitHelp) {
			t.Errorf("%s does not tell its exit codes", c.Name())
		}
		if c.Example == "" && !c.HasSubCommands() {
			t.Errorf("%s has no example", c.Name())
		}
	}
}
