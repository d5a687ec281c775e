// Package web is the workspace: routes with a declared policy each, one file per page, server-rendered and usable without
// scripts.
package web

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"runtime/debug"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"

	"throughline/internal/account"
	"throughline/internal/fault"
	"throughline/internal/store"
	"throughline/internal/study"
	"throughline/internal/thread"
)

// Config is what the workspace needs from outside.
type Config struct {
	Store         *store.Store
	Log           *slog.Logger
	Clock         func() time.Time
	SecureCookies bool                         // the workspace is reached by https: cookies are sent by nothing else
	Address       func(r *http.Request) string // whom a request comes from, for throttling; nil: the peer of the connection
	Files         Files                        // reads files that are sent; nil: in this process
}

// Server is the workspace.
type Server struct {
	store    *store.Store
	log      *slog.Logger
	clock    func() time.Time
	secure   bool
	address  func(r *http.Request) string
	sessions *scs.SessionManager
	origin   *http.CrossOriginProtection
	throttle *throttle
	nobody   string        // a hash that no password has: unknown names take as long as known ones
	hashing  chan struct{} // one place per password that may be hashed at the same time; each takes 19 MiB
	pages    templates
	assets   assets
	routes   []Route
	shows    map[thread.Kind]study.Action // kinds with a page of their own, and what it takes to open it
	mux      *http.ServeMux
	largest  map[string]int64 // of routes that take files, by pattern
	jobs     *jobs
	country  openAtlas
	lists    keptLists // lists of campaigns between being read and being taken
	rankings rankings
	files    Files
	drawn    keptPictures
}

// New makes the workspace. It fails when a route has no policy, or a policy that does not fit its pattern, and when a
// page has no template.
func New(c Config) (*Server, error) { return newServer(c, nil) }

// newServer makes the workspace with routes beside the declared ones; tests give some.
func newServer(c Config, more []Route) (*Server, error) {
	s := &Server{store: c.Store, log: c.Log, clock: c.Clock, secure: c.SecureCookies, address: c.Address,
		origin: http.NewCrossOriginProtection(), throttle: newThrottle(), hashing: make(chan struct{}, 2), mux: http.NewServeMux(),
		shows: map[thread.Kind]study.Action{}, largest: map[string]int64{}, jobs: newJobs()}
	if s.address == nil {
		s.address = connection
	}
	if s.files = c.Files; s.files == nil {
		s.files = here{}
	}
	var err error
	if s.nobody, err = account.HashPassword(account.NewPassword()); err != nil {
		return nil, err
	}
	s.sessions = newSessions(c.Store, c.SecureCookies)
	s.sessions.ErrorFunc = func(w http.ResponseWriter, r *http.Request, err error) {
		s.fail(&visit{s: s, w: w, R: r, Ctx: r.Context()}, fmt.Errorf("keep session: %w", err))
	}
	if s.assets, err = loadAssets(); err != nil {
		return nil, err
	}
	var pages []page
	for _, sec := range s.sections() {
		s.routes = append(s.routes, sec.Routes...)
		pages = append(pages, sec.Pages...)
	}
	s.routes = append(s.routes, more...)
	if s.pages, err = parseTemplates(s.assets, pages); err != nil {
		return nil, err
	}
	for _, rt := range s.routes {
		if err := rt.check(); err != nil {
			return nil, err
		}
		if rt.Largest > 0 {
			s.largest[rt.Pattern] = rt.Largest
		}
		s.mux.Handle(rt.Pattern, s.sessions.LoadAndSave(s.serve(rt)))
		for _, k := range rt.Policy.Kinds {
			if rt.Pattern == "GET /s/{study}/"+string(k)+"/{id}" {
				s.shows[k] = rt.Policy.Action
			}
		}
	}
	s.mux.Handle("GET /assets/{file}", s.assets)
	// What no route takes. The page is the same for everybody, signed in or not.
	s.mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		s.fail(&visit{s: s, w: w, R: r, Ctx: r.Context()}, fault.New(fault.NotFound, "There is no page at this address."))
	})
	return s, nil
}

// section is one part of the workspace: what it serves and what it shows.
type section struct {
	Routes []Route
	Pages  []page
}

// Routes lists all routes with their policies.
func (s *Server) Routes() []Route { return append([]Route(nil), s.routes...) }

// contentPolicy lets a page use nothing but our own files, and be framed by nobody.
const contentPolicy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; media-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// largestBody is the most that a form may send, in bytes.
const largestBody = 2 << 20

// longestUpload is how long sending files may take.
const longestUpload = time.Hour

// inMemory is how much of an upload is kept in memory; the rest waits in a temporary file that is gone with the request.
const inMemory = 32 << 20

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", contentPolicy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
	h.Set("Cache-Control", "no-store")
	if s.secure {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
	start := s.clock()
	_, pattern := s.mux.Handler(r)
	rec := &recorder{ResponseWriter: w}
	defer func() {
		if p := recover(); p != nil {
			if p == http.ErrAbortHandler {
				panic(p)
			}
			// The value may hold content; its type and the place are enough to find the mistake.
			s.log.Error("handler panicked", "route", pattern, "type", fmt.Sprintf("%T", p), "stack", string(debug.Stack()))
			if rec.status == 0 {
				s.fail(&visit{s: s, w: rec, R: r, Ctx: r.Context()}, fault.New(fault.Internal, "Something went wrong on our side. It has been noted in the log."))
			}
		}
		s.log.Debug("served", "route", pattern, "method", r.Method, "status", rec.status, "ms", s.clock().Sub(start).Milliseconds())
	}()
	largest := int64(largestBody)
	if n := s.largest[pattern]; n > 0 {
		largest = n
		_ = http.NewResponseController(w).SetReadDeadline(start.Add(longestUpload)) // a bad line takes its time
	}
	r.Body = http.MaxBytesReader(rec, r.Body, largest)
	if err := s.origin.Check(r); err != nil {
		s.fail(&visit{s: s, w: rec, R: r, Ctx: r.Context()}, fault.New(fault.Forbidden, "This was sent from another site than ours and was refused. Open the page here and send it again."))
		return
	}
	s.mux.ServeHTTP(rec, r)
}

// recorder remembers the status for the log.
type recorder struct {
	http.ResponseWriter
	status int
}

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	return r.ResponseWriter.Write(b)
}

func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// connection names the other end of the connection; of an IPv6 address the network, for each customer has one.
func connection(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	if a, err := netip.ParseAddr(host); err == nil && a.Is6() && !a.Is4In6() {
		if p, err := a.WithZone("").Prefix(64); err == nil {
			return p.String()
		}
	}
	return host
}

// serve runs a route: its policy first, then its handler, and the page of a fault when either says no.
func (s *Server) serve(rt Route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := &visit{s: s, w: w, R: r, Ctx: r.Context(), route: rt}
		err := s.admit(v)
		if err == nil && r.Method == http.MethodPost {
			parse, most := r.ParseForm, int64(largestBody)
			if rt.Largest > 0 && strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
				parse, most = func() error { return r.ParseMultipartForm(inMemory) }, rt.Largest
				defer func() {
					if r.MultipartForm != nil {
						_ = r.MultipartForm.RemoveAll()
					}
				}()
			}
			if perr := parse(); perr != nil {
				err = fault.Wrap(fault.Invalid, perr, "What was sent cannot be read, or is larger than %d MB. Go back, shorten it, and send it again.", most>>20)
			}
		}
		if err == nil {
			err = rt.Handle(v)
		}
		if err != nil {
			s.fail(v, err)
		}
	})
}

// hashed runs f, which hashes a password, when there is room.
func (s *Server) hashed(ctx context.Context, f func()) error {
	select {
	case s.hashing <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-s.hashing }()
	f()
	return nil
}

// local gives an address on this server that may be followed after signing in, or "/" for anything else.
func local(next string) string {
	if !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.ContainsAny(next, "\\\r\n\t") || len(next) > 500 {
		return "/"
	}
	return next
}
