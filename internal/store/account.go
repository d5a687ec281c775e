package store

import (
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"time"

	"throughline/internal/fault"
	"throughline/internal/study"
	"throughline/internal/thread"
)

// Account is a way to sign in. What its owner may do is said by the memberships of that name in the studies.
type Account struct {
	Name     string `json:"name"`     // the handle of the member
	Secret   string `json:"-"`        // the encoded hash of the password
	Operator bool   `json:"operator"` // may manage accounts of the whole server
	Disabled bool   `json:"disabled"` //
}

// Account gives an account, or a NotFound. Within a write, the Tx gives it as it stands there.
func (s *Store) Account(ctx context.Context, name string) (Account, error) {
	return accountOf(ctx, s, name, "")
}
func (t *Tx) Account(name string) (Account, error) { return accountOf(t.ctx, t, name, t.s.d.forUpdate) }

func accountOf(ctx context.Context, q querier, name, forUpdate string) (Account, error) {
	a := Account{Name: name}
	ok, err := one(ctx, q, []any{&a.Secret, &a.Operator, &a.Disabled}, `select secret, operator, disabled from account where name = $1`+forUpdate, name)
	if err == nil && !ok {
		err = fault.New(fault.NotFound, "There is no account %q.", name)
	}
	return a, err
}

// Accounts lists all accounts by name.
func (s *Store) Accounts(ctx context.Context) ([]Account, error) {
	var out []Account
	err := each(ctx, s, func(scan func(...any) error) error {
		var a Account
		err := scan(&a.Name, &a.Secret, &a.Operator, &a.Disabled)
		out = append(out, a)
		return err
	}, `select name, secret, operator, disabled from account`)
	slices.SortFunc(out, func(a, b Account) int { return strings.Compare(a.Name, b.Name) })
	return out, err
}

// PutAccount writes an account. The journal tells that it was written, never its secret.
func (t *Tx) PutAccount(a Account, isNew bool) error {
	var ps fault.Problems
	study.CheckHandle(&ps, "name", a.Name)
	ps.Require("secret", a.Secret)
	if err := ps.Err(); err != nil {
		return err
	}
	var was Account
	exists, err := one(t.ctx, t, []any{&was.Secret, &was.Operator, &was.Disabled}, `select secret, operator, disabled from account where name = $1`+t.s.d.forUpdate, a.Name)
	if err != nil {
		return err
	}
	if exists && isNew {
		return fault.New(fault.Conflict, "There is already an account %q.", a.Name)
	}
	if err := t.exec(`insert into account (name, secret, operator, disabled, changed_at) values ($1,$2,$3,$4,$5)
		on conflict (name) do update set secret = excluded.secret, operator = excluded.operator, disabled = excluded.disabled, changed_at = excluded.changed_at`,
		a.Name, a.Secret, flag(a.Operator), flag(a.Disabled), t.now); err != nil {
		return err
	}
	tell := func(x Account) string { return fmt.Sprintf("operator=%t disabled=%t", x.Operator, x.Disabled) }
	before := ""
	if exists {
		before = tell(was)
	}
	after := tell(a)
	if exists && was.Secret != a.Secret {
		after += " new password"
	}
	return t.append(Server, "account", study.MemberID(a.Name), before, after)
}

// Memberships tells what an account is in each study.
func (s *Store) Memberships(ctx context.Context, name string) (map[string]study.Member, error) {
	out := map[string]study.Member{}
	err := each(ctx, s, func(scan func(...any) error) error {
		var slug, body string
		if err := scan(&slug, &body); err != nil {
			return err
		}
		o, err := decode(thread.Member, body)
		if err != nil {
			return err
		}
		out[slug] = o.(study.Member)
		return nil
	}, `select study, body from object where id = $1 and kind = 'member'`, string(study.MemberID(name)))
	return out, err
}

// Session gives the data of a sign-in session that has not ended.
func (s *Store) Session(ctx context.Context, token string) (data []byte, ok bool, err error) {
	var text string
	ok, err = one(ctx, s, []any{&text}, `select data from session where token = $1 and expiry > $2`, token, s.now())
	if err != nil || !ok {
		return nil, false, err
	}
	data, err = base64.StdEncoding.DecodeString(text)
	return data, err == nil, err
}

// PutSession keeps a session until its expiry, and forgets those that have ended.
func (s *Store) PutSession(ctx context.Context, token string, data []byte, expiry time.Time) error {
	return s.Write(ctx, "session", func(t *Tx) error {
		if err := t.exec(`delete from session where expiry <= $1`, t.now); err != nil {
			return err
		}
		return t.exec(`insert into session (token, data, expiry) values ($1,$2,$3) on conflict (token) do update set data = excluded.data, expiry = excluded.expiry`,
			token, base64.StdEncoding.EncodeToString(data), expiry.UTC().Format(timeFormat))
	})
}

// DropSession ends a session.
func (s *Store) DropSession(ctx context.Context, token string) error {
	return s.Write(ctx, "session", func(t *Tx) error { return t.exec(`delete from session where token = $1`, token) })
}
