package web

import (
	"context"
	"net/http"

	"throughline/internal/fault"
	"throughline/internal/store"
	"throughline/internal/study"
	"throughline/internal/thread"
)

// visit is one request and what the framework has found out about it. It is made anew for each and handed to the handler.
type visit struct {
	s   *Server
	w   http.ResponseWriter
	R   *http.Request
	Ctx context.Context

	Account store.Account // who asks; the zero account when nobody is signed in

	// For routes under /s/{study}.
	Study  string       // slug
	Frame  study.Study  // the study's frame
	Member study.Member // what the account is in the study

	// For routes with an {id}; the policy has been checked for it.
	Object  thread.Object
	Version int64
	Node    thread.Node

	route  Route
	action study.Action // what the policy asked for
	crumbs []link
	status int // of the page; 0: 200

	blinded bool               // coding is blind for this member
	theirs  map[thread.ID]bool // passages that others alone coded, while it is

	origins map[thread.ID]origin // documents looked up so far
}

// link is an address with its words.
type link struct {
	Text string
	Href string
}

// store gives the database.
func (v *visit) store() *store.Store { return v.s.store }

// may tells whether the member may do something to objects of a case; an empty case means the study as a whole.
func (v *visit) may(a study.Action, c thread.ID) bool { return v.Member.May(a, c) }

// own keeps a list to what the member may see: a country team to its own cases and to what belongs to none.
func (v *visit) own() store.Filter {
	if v.Member.Role == study.CountryTeam {
		return store.Filter{Cases: append([]thread.ID{}, v.Member.Cases...)}
	}
	return store.Filter{}
}

// at gives an address in the study: v.at("record", "ref-1") is /s/kleptocracy/record/ref-1.
func (v *visit) at(parts ...string) string {
	p := "/s/" + v.Study
	for _, x := range parts {
		p += "/" + x
	}
	return p
}

// crumb adds a step to the way that leads to the page, before its title.
func (v *visit) crumb(text, href string) { v.crumbs = append(v.crumbs, link{text, href}) }

// to answers with another address, which the browser then asks for.
func (v *visit) to(href string) error {
	http.Redirect(v.w, v.R, href, http.StatusSeeOther)
	return nil
}

// write runs a write in the name of the account.
func (v *visit) write(fn func(*store.Tx) error) error {
	return v.s.store.Write(v.Ctx, v.Account.Name, fn)
}

// fail answers with the page of a fault.
func (s *Server) fail(v *visit, err error) {
	kind := fault.Of(err)
	if v.Ctx.Err() != nil && kind == fault.Internal {
		return // the visitor has gone
	}
	if kind == fault.SignIn && (v.R.Method == http.MethodGet || v.R.Method == http.MethodHead) {
		_ = v.to("/sign-in?next=" + queryEscape(v.R.URL.RequestURI()))
		return
	}
	switch kind {
	case fault.Internal, fault.Damaged, fault.Unavailable:
		s.log.Error("request failed", "route", v.route.Pattern, "err", err)
	}
	p := errorPage{Message: fault.Message(err), SignIn: kind == fault.SignIn}
	v.status, p.Heading, p.Next = told(kind)
	v.crumbs = nil
	if rerr := v.render(p.Heading, p); rerr != nil {
		s.log.Error("error page failed", "err", rerr)
		http.Error(v.w, p.Heading, v.status)
	}
}

// told is how a kind of fault is answered: status, heading, and what to do next.
func told(k fault.Kind) (status int, heading, next string) {
	switch k {
	case fault.Invalid, fault.Usage:
		return http.StatusUnprocessableEntity, "This cannot be accepted", "Go back, correct it, and send it again."
	case fault.NotFound:
		return http.StatusNotFound, "Nothing is here", "Check the address, or start from the list of studies."
	case fault.Conflict:
		return http.StatusConflict, "This changed in the meantime", "Go back, load the page again, and compare."
	case fault.Forbidden:
		return http.StatusForbidden, "This is not for your role", "If you need it for your work, ask the lead of the study."
	case fault.SignIn:
		return http.StatusUnauthorized, "Sign in first", "Your session has ended. Sign in in another tab, then come back to this one, go back to the form, and send it again: nothing you typed is lost."
	case fault.TooMany:
		return http.StatusTooManyRequests, "Too many attempts", "Wait a little, then try again."
	case fault.Unavailable:
		return http.StatusServiceUnavailable, "Not available just now", "Nothing that was saved before is lost. Try again in a moment; if it stays so, tell whoever runs the server."
	}
	return http.StatusInternalServerError, "Something went wrong", "Try again. If it stays so, tell whoever runs the server: the details are in its log."
}

// errorPage is shown when something cannot be done.
type errorPage struct {
	Heading string
	Message string
	Next    string
	SignIn  bool
}

func (errorPage) template() string { return "error" }
