package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"throughline/examples"
	"throughline/internal/account"
	"throughline/internal/fault"
	"throughline/internal/store"
	"throughline/internal/study"
)

func (e *env) demo() *cobra.Command {
	var address string
	var noServe bool
	c := command("demo", "Import the bundled example study, run the whole chain, write its site and serve the workspace",
		"  throughline demo\n  throughline demo --data /srv/demo --address 127.0.0.1:9000\n  throughline demo --no-serve --json", 0,
		func(ctx context.Context, _ *cobra.Command, _ []string) error {
			s, err := e.open(ctx)
			if err != nil {
				return err
			}
			defer s.Close()
			b, folder, err := bundled(examples.Kleptocracy, "kleptocracy")
			if err != nil {
				return err
			}
			studies, err := s.Studies(ctx)
			if err != nil {
				return err
			}
			for _, st := range studies {
				if st.Slug == b.Slug {
					b.Objects = nil // it stands, perhaps changed in the workspace since: leave it as people made it
				}
			}
			sum, err := e.runChain(ctx, s, b, folder, false, filepath.Join(e.data, "site"), "")
			if err != nil {
				return err
			}
			signIn, err := e.demoAccounts(ctx, s, b.Slug)
			if err != nil {
				return err
			}
			if err := e.print(sum, sum.print); err != nil {
				return err
			}
			if noServe {
				return nil
			}
			return e.listen(ctx, s, address, func(url string) {
				fmt.Fprintf(e.err, "The workspace is open at %s\nSign in as \"lead\"; the password of every role is in %s\nPress Ctrl+C to stop.\n", url, signIn)
			})
		})
	c.Flags().StringVar(&address, "address", "127.0.0.1:8080", "where to serve")
	c.Flags().BoolVar(&noServe, "no-serve", false, "stop before serving")
	return c
}

// demoAccounts gives every member of the example an account with a random password, once, and writes them to a file that
// only its owner can read. There are no default passwords.
func (e *env) demoAccounts(ctx context.Context, s *store.Store, slug string) (string, error) {
	path := filepath.Join(e.data, "sign-in.txt")
	members, err := store.All[study.Member](ctx, s, slug, store.Filter{})
	if err != nil {
		return "", err
	}
	var lines []string
	err = s.Write(ctx, "demo", func(t *store.Tx) error {
		lines = nil
		for _, m := range members {
			handle := m.Object.Handle
			if _, err := s.Account(ctx, handle); fault.Of(err) != fault.NotFound {
				if err != nil {
					return err
				}
				continue
			}
			password := account.NewPassword()
			secret, err := account.HashPassword(password)
			if err != nil {
				return err
			}
			if err := t.PutAccount(store.Account{Name: handle, Secret: secret, Operator: m.Object.Role == study.Operator}, true); err != nil {
				return err
			}
			lines = append(lines, fmt.Sprintf("%-14s %-14s %s", handle, m.Object.Role, password))
		}
		return nil
	})
	if err != nil || len(lines) == 0 {
		return path, err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return path, fault.Wrap(fault.Unavailable, err, "The file %s cannot be written. Give accounts new passwords with \"throughline user reset\".", path)
	}
	if _, err := io.WriteString(f, "name           role           password\n"+strings.Join(lines, "\n")+"\n"); err != nil {
		f.Close()
		return path, fault.Wrap(fault.Unavailable, err, "The file %s cannot be written. Give accounts new passwords with \"throughline user reset\".", path)
	}
	return path, f.Close()
}
