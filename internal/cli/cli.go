// Package cli is the command line: one file per command, each thin over the rooms below.
package cli

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"throughline/internal/fault"
	"throughline/internal/store"
)

// Exit codes, the same for every command.
const (
	fine   = 0
	failed = 1
	misuse = 2
)

const exitHelp = "Exit codes: 0 fine, 1 failed, 2 wrong use."

// env is what commands take from the world around them.
type env struct {
	out, err io.Writer
	in       io.Reader
	getenv   func(string) string
	clock    func() time.Time
	log      *slog.Logger

	data     string // folder of the embedded database, keys and site
	database string // postgres://…; empty: the embedded database in data
	json     bool
	secure   bool // cookies over HTTPS alone
}

// Main runs the program and gives its exit code.
func Main() int {
	if len(os.Args) == 2 && os.Args[1] == readFile {
		return readFileInSandbox()
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	e := &env{out: os.Stdout, err: os.Stderr, in: os.Stdin, getenv: os.Getenv, clock: time.Now,
		log: slog.New(slog.NewTextHandler(os.Stderr, nil))}
	return e.run(ctx, os.Args[1:])
}

func (e *env) run(ctx context.Context, args []string) int {
	root := e.root()
	root.SetArgs(args)
	root.SetOut(e.out)
	root.SetErr(e.err)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return fine
	}
	code := failed
	message := fault.Message(err)
	switch {
	case fault.Of(err) == fault.Usage:
		code = misuse
	case errors.Is(err, context.Canceled):
		message = "Stopped. Nothing half-done was left behind."
	case fault.Of(err) == fault.Internal:
		e.log.Error("command failed", "error", err)
	}
	if e.json {
		out := map[string]any{"error": message, "exit": code}
		var ps fault.Problems
		if errors.As(err, &ps) {
			out["problems"] = ps
		}
		json.NewEncoder(e.err).Encode(out)
	} else {
		fmt.Fprintln(e.err, message)
		var ps fault.Problems
		if errors.As(err, &ps) {
			fmt.Fprintf(e.err, "%d mistakes; nothing was changed.\n", len(ps))
		}
	}
	return code
}

func (e *env) root() *cobra.Command {
	root := &cobra.Command{
		Use:           "throughline",
		Short:         "The workbench for comparative case-study research on collective action",
		Long:          "Throughline takes a study from literature and interviews to lessons and recommendations,\nand walks every recommendation back to the sentence it rests on.\n\n" + exitHelp,
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	f := root.PersistentFlags()
	f.StringVar(&e.data, "data", or(e.getenv("THROUGHLINE_DATA"), "data"), "folder of the embedded database, keys and site (environment: THROUGHLINE_DATA)")
	f.StringVar(&e.database, "database", e.getenv("THROUGHLINE_DATABASE"), "a PostgreSQL server instead, as postgres://user@host:port/name (environment: THROUGHLINE_DATABASE)")
	f.BoolVar(&e.json, "json", false, "print for machines")
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return fault.New(fault.Usage, "%s. See %q.", err, c.CommandPath()+" --help")
	})
	root.AddCommand(e.demo(), e.serve(), e.build(), e.importStudy(), e.export(), e.check(), e.thread(), e.qca(), e.refs(), e.qda(), e.codings(), e.extract(), e.agree(), e.search(), e.words(), e.screen(), e.cases(), e.caseRoom(), e.context(), e.user(), e.version())
	root.Args, root.RunE = onlyNamed, showHelp
	return root
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// onlyNamed refuses, for a command that is a group of others, what names none of them; showHelp is what the group itself does.
func onlyNamed(c *cobra.Command, args []string) error {
	if len(args) > 0 {
		return fault.New(fault.Usage, "There is no command %q. See %q.", args[0], c.CommandPath()+" --help")
	}
	return nil
}

func showHelp(c *cobra.Command, _ []string) error { return c.Help() }

// command makes a command with its help: what it does, examples, exit codes.
func command(use, short, example string, args int, run func(ctx context.Context, c *cobra.Command, args []string) error) *cobra.Command {
	return &cobra.Command{
		Use: use, Short: short, Long: short + ".\n\n" + exitHelp, Example: example,
		Args: func(c *cobra.Command, got []string) error {
			if len(got) != args {
				return fault.New(fault.Usage, "%s takes %d argument(s), got %d. See %q.", c.CommandPath(), args, len(got), c.CommandPath()+" --help")
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error { return run(c.Context(), c, args) },
	}
}

// open opens the database of the flags.
func (e *env) open(ctx context.Context) (*store.Store, error) {
	key, err := e.key()
	if err != nil {
		return nil, err
	}
	database := e.database
	if database == "" {
		database = filepath.Join(e.data, "throughline.db")
	}
	return store.Open(ctx, store.Config{Database: database, Key: key, Clock: e.clock})
}

// openExisting is open for commands that make no sense on a database that is not there yet.
func (e *env) openExisting(ctx context.Context) (*store.Store, error) {
	if e.database == "" {
		if _, err := os.Stat(filepath.Join(e.data, "throughline.db")); errors.Is(err, fs.ErrNotExist) {
			return nil, fault.New(fault.Usage, "There is no database in the folder %s. Run \"throughline demo\" or \"throughline import STUDY\" first, or name another folder with --data.", e.data)
		}
	}
	return e.open(ctx)
}

// key reads the key of the journal, which lies beside the database and not in it, and makes one the first time.
func (e *env) key() ([]byte, error) {
	path := filepath.Join(e.data, "journal.key")
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err := os.MkdirAll(e.data, 0o700); err != nil {
			return nil, fault.Wrap(fault.Unavailable, err, "The data folder %s cannot be made. Check that the disk has room and that you may write there.", e.data)
		}
		b = []byte(hex.EncodeToString(random(32)) + "\n")
		if err := os.WriteFile(path, b, 0o600); err != nil {
			return nil, fault.Wrap(fault.Unavailable, err, "The key %s cannot be written. Check that the disk has room and that you may write there.", path)
		}
	} else if err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "The key %s cannot be read. Check its permissions.", path)
	}
	key, err := hex.DecodeString(strings.TrimSpace(string(b)))
	if err != nil || len(key) < 32 {
		return nil, fault.New(fault.Damaged, "The key %s is damaged. Restore it from a backup: without it the journal's seal cannot be checked.", path)
	}
	return key, nil
}

func random(n int) []byte {
	b := make([]byte, n)
	rand.Read(b) // never fails
	return b
}

// print prints for machines what v says, or for people what f writes.
func (e *env) print(v any, f func(w io.Writer)) error {
	if e.json {
		enc := json.NewEncoder(e.out)
		enc.SetIndent("", "  ")
		enc.SetEscapeHTML(false)
		return enc.Encode(v)
	}
	w := tabwriter.NewWriter(e.out, 0, 4, 2, ' ', 0)
	f(w)
	return w.Flush()
}

// progress tells on standard error how far long work has come, once it has taken more than a second.
func (e *env) progress(what string) func(done, total int) {
	start, last := e.clock(), time.Time{}
	return func(done, total int) {
		now := e.clock()
		if e.json || now.Sub(start) < time.Second || now.Sub(last) < 500*time.Millisecond && done < total {
			return
		}
		last = now
		fmt.Fprintf(e.err, "%s: %d of %d\n", what, done, total)
	}
}

// onlyStudy gives the study that is meant: the one named, or the only one there is.
func onlyStudy(ctx context.Context, s *store.Store, named string) (string, error) {
	studies, err := s.Studies(ctx)
	if err != nil {
		return "", err
	}
	var slugs []string
	for _, st := range studies {
		if st.Slug == named {
			return named, nil
		}
		slugs = append(slugs, st.Slug)
	}
	switch {
	case len(slugs) == 0:
		return "", fault.New(fault.Usage, "There is no study in the database. Import one with \"throughline import STUDY\".")
	case named != "":
		return "", fault.New(fault.Usage, "There is no study %q; there are: %s.", named, strings.Join(slugs, ", "))
	case len(slugs) > 1:
		return "", fault.New(fault.Usage, "There are several studies: %s. Say which with --study.", strings.Join(slugs, ", "))
	}
	return slugs[0], nil
}
