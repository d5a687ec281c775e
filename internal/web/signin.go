package web

import (
	"fmt"
	"math"
	"net/http"
	"strings"
	"time"

	"throughline/internal/account"
	"throughline/internal/fault"
)

// signInPage asks for name and password.
type signInPage struct {
	Form form
}

func (signInPage) template() string { return "sign-in" }

func (s *Server) signIn() section {
	return section{
		Routes: []Route{
			{Pattern: "GET /sign-in", Policy: Public(), Handle: showSignIn},
			{Pattern: "POST /sign-in", Policy: Public(), Handle: doSignIn},
			{Pattern: "POST /sign-out", Policy: Public(), Handle: doSignOut},
		},
		Pages: []page{signInPage{}},
	}
}

func signInForm(next string) form {
	return form{Action: "/sign-in", Submit: "Sign in", Fields: []field{
		{Name: "name", Label: "Name", Help: "Your handle on the study, such as researcher-1.", Required: true, Complete: "username"},
		{Name: "password", Label: "Password", Kind: passwordField, Required: true, Complete: "current-password"},
		{Name: "next", Kind: hiddenField, Value: local(next)},
	}}
}

func showSignIn(v *visit) error {
	if v.Account.Name != "" {
		return v.to(local(v.R.URL.Query().Get("next")))
	}
	return v.render("Sign in", signInPage{signInForm(v.R.URL.Query().Get("next"))})
}

func doSignIn(v *visit) error {
	f := signInForm("")
	f.read(v.R)
	again := func(status int, format string, args ...any) error {
		f.General = append(f.General, fmt.Sprintf(format, args...))
		v.status = status
		return v.render("Sign in", signInPage{f})
	}
	name := strings.ToLower(f.text("name"))
	if len(name) > 100 {
		name = name[:100]
	}
	success, wait := v.s.throttle.attempt(v.s.clock(), name, v.s.address(v.R))
	if wait > 0 {
		seconds := int(math.Ceil(wait.Seconds()))
		v.w.Header().Set("Retry-After", fmt.Sprint(seconds))
		return again(http.StatusTooManyRequests, "There were too many attempts. Try again in %s, at %s UTC.", plural(seconds, "second"), v.s.clock().Add(wait).UTC().Add(time.Second).Format("15:04:05"))
	}
	a, err := v.s.store.Account(v.Ctx, name)
	known := err == nil
	if err != nil && fault.Of(err) != fault.NotFound {
		return err
	}
	secret := a.Secret
	if !known {
		secret = v.s.nobody
	}
	fits := false
	if err := v.s.hashed(v.Ctx, func() { fits = account.CheckPassword(secret, f.text("password")) }); err != nil {
		return err
	}
	if !known || !fits || a.Disabled {
		return again(http.StatusUnprocessableEntity, "Name and password do not fit, or the account is closed. If you forgot your password, ask whoever runs the server to reset it.")
	}
	success()
	if err := v.s.begin(v.Ctx, a); err != nil {
		return err
	}
	return v.to(local(f.text("next")))
}

func doSignOut(v *visit) error {
	if err := v.s.sessions.Destroy(v.Ctx); err != nil {
		return err
	}
	return v.to("/sign-in")
}

// plural counts things: "1 second", "2 seconds".
func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}
