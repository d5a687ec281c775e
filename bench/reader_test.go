package main

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"throughline/internal/account"
	"throughline/internal/store"
	"throughline/internal/web"
)

// BenchmarkReader asks for the page of the document with 500 codings, one at a time: for a profile.
func BenchmarkReader(b *testing.B) {
	ctx := context.Background()
	s, err := store.Open(ctx, store.Config{Database: filepath.Join(b.TempDir(), "throughline.db"), Key: make([]byte, 32), Clock: time.Now})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	if _, err := s.Import(ctx, "import", generate(1), true, nil); err != nil {
		b.Fatal(err)
	}
	secret, err := account.HashPassword("a long enough password")
	if err != nil {
		b.Fatal(err)
	}
	if err := s.Write(ctx, "bench", func(t *store.Tx) error {
		return t.PutAccount(store.Account{Name: "lead", Secret: secret}, true)
	}); err != nil {
		b.Fatal(err)
	}
	srv, err := web.New(web.Config{Store: s, Log: slog.New(slog.DiscardHandler), Clock: time.Now})
	if err != nil {
		b.Fatal(err)
	}
	in := httptest.NewRequest("POST", "/sign-in", strings.NewReader(url.Values{"name": {"lead"}, "password": {"a long enough password"}}.Encode()))
	in.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res := httptest.NewRecorder()
	srv.ServeHTTP(res, in)
	for b.Loop() {
		r := httptest.NewRequest("GET", "/s/generated/document/"+string(heavyDoc), nil)
		for _, c := range res.Result().Cookies() {
			r.AddCookie(c)
		}
		w := httptest.NewRecorder()
		srv.ServeHTTP(w, r)
		if w.Code != http.StatusOK || strings.Count(w.Body.String(), "<mark") < heavy/2 {
			b.Fatal(w.Code)
		}
	}
}
