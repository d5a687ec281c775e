package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"throughline/internal/fault"
	"throughline/internal/store"
	"throughline/internal/web"
)

func (e *env) serve() *cobra.Command {
	var address string
	var secure bool
	c := command("serve", "Serve the workspace",
		"  throughline serve\n  throughline serve --address 127.0.0.1:9000 --data my-data\n  throughline serve --database postgres://throughline@db/throughline --secure-cookies", 0,
		func(ctx context.Context, _ *cobra.Command, _ []string) error {
			s, err := e.open(ctx)
			if err != nil {
				return err
			}
			defer s.Close()
			e.secure = secure
			return e.listen(ctx, s, address, func(url string) {
				fmt.Fprintf(e.err, "The workspace is open at %s (%s). Press Ctrl+C to stop.\n", url, s.Engine())
			})
		})
	c.Flags().StringVar(&address, "address", "127.0.0.1:8080", "where to serve")
	c.Flags().BoolVar(&secure, "secure-cookies", false, "send cookies over HTTPS alone; set it when a proxy in front speaks HTTPS")
	return c
}

// listen serves until the context ends, then lets requests under way finish.
func (e *env) listen(ctx context.Context, s *store.Store, address string, ready func(url string)) error {
	files, err := e.sandbox("")
	if err != nil {
		return err
	}
	handler, err := web.New(web.Config{Store: s, Log: e.log, Clock: e.clock, SecureCookies: e.secure, Files: files})
	if err != nil {
		return err
	}
	defer handler.Close()
	l, err := net.Listen("tcp", address)
	if err != nil {
		if errors.Is(err, syscall.EADDRINUSE) {
			return fault.Wrap(fault.Unavailable, err, "Something else already listens at %s: perhaps Throughline itself. Stop it, or choose another place with --address 127.0.0.1:8081.", address)
		}
		return fault.Wrap(fault.Usage, err, "The address %s cannot be listened at. Expected host:port, such as 127.0.0.1:8080.", address)
	}
	clear, err := e.between()
	if err != nil {
		l.Close()
		return err
	}
	defer clear()
	srv := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, WriteTimeout: time.Minute, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10}
	done := make(chan error, 1)
	go func() { done <- srv.Serve(l) }()
	ready("http://" + l.Addr().String())
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		stop, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		return srv.Shutdown(stop)
	}
}

// between has what requests keep on disk while they run, parts of uploads and of packages, which may be interviews, lie in the
// data folder, and takes away first what a server that was killed left there.
func (e *env) between() (clear func(), err error) {
	dir := filepath.Join(e.data, "between")
	err = os.RemoveAll(dir)
	if err == nil {
		err = os.MkdirAll(dir, 0o700)
	}
	if err == nil {
		dir, err = filepath.Abs(dir)
	}
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "The folder %s cannot be made. Check that the disk has room and that you may write there.", dir)
	}
	was := map[string]string{}
	for _, name := range []string{"TMPDIR", "TMP"} { // of Unix, of Windows
		was[name] = os.Getenv(name)
		os.Setenv(name, dir)
	}
	return func() {
		for name, v := range was {
			if v == "" {
				os.Unsetenv(name)
			} else {
				os.Setenv(name, v)
			}
		}
		os.RemoveAll(dir)
	}, nil
}
