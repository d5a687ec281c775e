package web

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"

	"throughline/internal/fault"
	"throughline/internal/store"
)

// A session ends after so long without a request, and after so long in any case. touch is how old the note of the last
// request may be before it is written again: reading pages does not cost a write each.
const (
	idle     = 2 * time.Hour
	longest  = 12 * time.Hour
	touch    = 2 * time.Minute
	keyWho   = "who"
	keyMark  = "mark" // tells one password from the next: a new password ends all sessions
	keySince = "since"
	keySeen  = "seen"
)

func newSessions(st *store.Store, secure bool) *scs.SessionManager {
	m := scs.New()
	m.Lifetime = longest
	m.Store = sessionStore{st}
	m.HashTokenInStore = true
	m.Cookie.Name = "throughline"
	if secure {
		m.Cookie.Name = "__Host-throughline"
	}
	m.Cookie.HttpOnly = true
	m.Cookie.Secure = secure
	m.Cookie.SameSite = http.SameSiteLaxMode
	m.Cookie.Path = "/"
	m.Cookie.Persist = false
	return m
}

// sessionStore keeps sessions in the database, for scs.
type sessionStore struct{ st *store.Store }

func (s sessionStore) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	return s.st.Session(ctx, token)
}
func (s sessionStore) CommitCtx(ctx context.Context, token string, b []byte, expiry time.Time) error {
	return s.st.PutSession(ctx, token, b, expiry)
}
func (s sessionStore) DeleteCtx(ctx context.Context, token string) error {
	return s.st.DropSession(ctx, token)
}

// The three below are asked for by scs.Store; scs calls those with a context.
func (s sessionStore) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}
func (s sessionStore) Commit(token string, b []byte, expiry time.Time) error {
	return s.CommitCtx(context.Background(), token, b, expiry)
}
func (s sessionStore) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }

// begin starts the session of an account, under a new token.
func (s *Server) begin(ctx context.Context, a store.Account) error {
	if err := s.sessions.RenewToken(ctx); err != nil {
		return err
	}
	s.sessions.SetDeadline(ctx, s.clock().Add(longest))
	now := s.clock().Unix()
	s.sessions.Put(ctx, keyWho, a.Name)
	s.sessions.Put(ctx, keyMark, mark(a))
	s.sessions.Put(ctx, keySince, now)
	s.sessions.Put(ctx, keySeen, now)
	return nil
}

func mark(a store.Account) string {
	sum := sha256.Sum256([]byte(a.Secret))
	return hex.EncodeToString(sum[:16])
}

// whoIs gives the account of a session. It is read anew for every request, so that a disabled account is out at once.
func (s *Server) whoIs(ctx context.Context) (store.Account, bool, error) {
	name := s.sessions.GetString(ctx, keyWho)
	if name == "" {
		return store.Account{}, false, nil
	}
	a, err := s.store.Account(ctx, name)
	if err != nil && fault.Of(err) != fault.NotFound {
		return store.Account{}, false, err
	}
	now := s.clock()
	since, seen := time.Unix(s.sessions.GetInt64(ctx, keySince), 0), time.Unix(s.sessions.GetInt64(ctx, keySeen), 0)
	if err != nil || a.Disabled || s.sessions.GetString(ctx, keyMark) != mark(a) || now.Sub(since) > longest || now.Sub(seen) > idle {
		return store.Account{}, false, s.sessions.Destroy(ctx)
	}
	if now.Sub(seen) > touch {
		s.sessions.Put(ctx, keySeen, now.Unix())
	}
	return a, true, nil
}
