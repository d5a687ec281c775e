package cli

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"throughline/internal/account"
	"throughline/internal/fault"
	"throughline/internal/store"
	"throughline/internal/study"
	"throughline/internal/thread"
)

func (e *env) user() *cobra.Command {
	c := &cobra.Command{Use: "user", Short: "Manage who can sign in", Long: "Manage who can sign in.\n\n" + exitHelp,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return fault.New(fault.Usage, "Say what to do: add, role, disable, reset or list. See \"throughline user --help\".")
			}
			return fault.New(fault.Usage, "There is no command \"user %s\". See \"throughline user --help\".", args[0])
		},
		RunE: func(*cobra.Command, []string) error { return nil }}
	c.AddCommand(e.userAdd(), e.userRole(), e.userDisable(), e.userReset(), e.userList())
	return c
}

// password reads a password from standard input, or makes one.
func (e *env) password(name string, fromInput bool) (password, secret string, made bool, err error) {
	if fromInput {
		line, err := bufio.NewReader(e.in).ReadString('\n')
		if err != nil && line == "" {
			return "", "", false, fault.New(fault.Usage, "There is no password on standard input.")
		}
		password = strings.TrimRight(line, "\r\n")
		var ps fault.Problems
		account.CheckNew(&ps, "password", name, password)
		if err := ps.Err(); err != nil {
			return "", "", false, err
		}
	} else {
		password, made = account.NewPassword(), true
	}
	secret, err = account.HashPassword(password)
	return password, secret, made, err
}

// tellPassword prints what was done, and a password that was made.
func (e *env) tell(what, name, password string, made bool) error {
	out := map[string]any{"account": name, "done": what}
	if made {
		out["password"] = password
	}
	return e.print(out, func(w io.Writer) {
		fmt.Fprintf(w, "The account %q %s.\n", name, what)
		if made {
			fmt.Fprintf(w, "Its password, shown only now: %s\n", password)
		}
	})
}

func (e *env) userAdd() *cobra.Command {
	var name, role string
	var inCases []string
	var operator, stdin bool
	c := command("add HANDLE", "Make an account, and a membership in a study when a role is given",
		"  throughline user add anahit-1 --study kleptocracy --role researcher\n  throughline user add team-peru --study kleptocracy --role country-team --case case-peru\n  throughline user add op --operator --password-stdin < password.txt", 1,
		func(ctx context.Context, _ *cobra.Command, args []string) error {
			s, err := e.openExisting(ctx)
			if err != nil {
				return err
			}
			defer s.Close()
			password, secret, made, err := e.password(args[0], stdin)
			if err != nil {
				return err
			}
			slug := ""
			if role != "" {
				if slug, err = onlyStudy(ctx, s, name); err != nil {
					return err
				}
			}
			err = s.Write(ctx, "command line", func(t *store.Tx) error {
				if err := t.PutAccount(store.Account{Name: args[0], Secret: secret, Operator: operator || role == string(study.Operator)}, true); err != nil {
					return err
				}
				if role == "" {
					return nil
				}
				return t.Put(slug, member(args[0], role, inCases), store.Any)
			})
			if err != nil {
				return err
			}
			return e.tell("was made", args[0], password, made)
		})
	c.Flags().StringVar(&name, "study", "", "which study, when there are several")
	c.Flags().StringVar(&role, "role", "", "lead, researcher, coder, country-team, reviewer, operator or reader")
	c.Flags().StringSliceVar(&inCases, "case", nil, "for a country team: a case that it may see; may be given several times")
	c.Flags().BoolVar(&operator, "operator", false, "may manage the accounts of the whole server")
	c.Flags().BoolVar(&stdin, "password-stdin", false, "read the password from standard input instead of making one")
	return c
}

func member(handle, role string, inCases []string) study.Member {
	m := study.Member{ID: study.MemberID(handle), Handle: handle, Role: study.Role(role)}
	for _, c := range inCases {
		m.Cases = append(m.Cases, thread.ID(c))
	}
	return m
}

func (e *env) userRole() *cobra.Command {
	var name string
	var inCases []string
	c := command("role HANDLE ROLE", "Give a member another role in a study",
		"  throughline user role anahit-1 reviewer\n  throughline user role team-peru country-team --case case-peru", 2,
		func(ctx context.Context, _ *cobra.Command, args []string) error {
			s, err := e.openExisting(ctx)
			if err != nil {
				return err
			}
			defer s.Close()
			slug, err := onlyStudy(ctx, s, name)
			if err != nil {
				return err
			}
			if _, err := s.Account(ctx, args[0]); err != nil {
				return err
			}
			if err := s.Write(ctx, "command line", func(t *store.Tx) error { return t.Put(slug, member(args[0], args[1], inCases), store.Any) }); err != nil {
				return err
			}
			return e.tell("is now "+args[1]+" in "+slug, args[0], "", false)
		})
	c.Flags().StringVar(&name, "study", "", "which study, when there are several")
	c.Flags().StringSliceVar(&inCases, "case", nil, "for a country team: a case that it may see; may be given several times")
	return c
}

func (e *env) userDisable() *cobra.Command {
	var enable bool
	c := command("disable HANDLE", "Shut an account out at once, also where it is signed in",
		"  throughline user disable anahit-1\n  throughline user disable anahit-1 --enable", 1,
		func(ctx context.Context, _ *cobra.Command, args []string) error {
			return e.change(ctx, args[0], map[bool]string{true: "may sign in again", false: "is shut out"}[enable], func(a *store.Account) { a.Disabled = !enable })
		})
	c.Flags().BoolVar(&enable, "enable", false, "let it in again")
	return c
}

// change writes an account anew.
func (e *env) change(ctx context.Context, name, what string, f func(*store.Account)) error {
	s, err := e.openExisting(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	a, err := s.Account(ctx, name)
	if err != nil {
		return err
	}
	f(&a)
	if err := s.Write(ctx, "command line", func(t *store.Tx) error { return t.PutAccount(a, false) }); err != nil {
		return err
	}
	return e.tell(what, name, "", false)
}

func (e *env) userReset() *cobra.Command {
	var stdin bool
	c := command("reset HANDLE", "Give an account a new password",
		"  throughline user reset anahit-1\n  throughline user reset anahit-1 --password-stdin < password.txt", 1,
		func(ctx context.Context, _ *cobra.Command, args []string) error {
			s, err := e.openExisting(ctx)
			if err != nil {
				return err
			}
			defer s.Close()
			a, err := s.Account(ctx, args[0])
			if err != nil {
				return err
			}
			password, secret, made, err := e.password(args[0], stdin)
			if err != nil {
				return err
			}
			a.Secret = secret
			if err := s.Write(ctx, "command line", func(t *store.Tx) error { return t.PutAccount(a, false) }); err != nil {
				return err
			}
			return e.tell("has a new password", args[0], password, made)
		})
	c.Flags().BoolVar(&stdin, "password-stdin", false, "read the password from standard input instead of making one")
	return c
}

func (e *env) userList() *cobra.Command {
	return command("list", "List accounts", "  throughline user list --json", 0,
		func(ctx context.Context, _ *cobra.Command, _ []string) error {
			s, err := e.openExisting(ctx)
			if err != nil {
				return err
			}
			defer s.Close()
			all, err := s.Accounts(ctx)
			if err != nil {
				return err
			}
			return e.print(all, func(w io.Writer) {
				for _, a := range all {
					fmt.Fprintf(w, "%s\t%s\t%s\n", a.Name, map[bool]string{true: "operator"}[a.Operator], map[bool]string{true: "disabled"}[a.Disabled])
				}
			})
		})
}
