package web

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"throughline/internal/fault"
	"throughline/internal/store"
	"throughline/internal/study"
	"throughline/internal/thread"
)

// Route is one thing that the workspace does, with who may have it done.
type Route struct {
	Pattern string             // as http.ServeMux reads it, method first: "GET /s/{study}/record/{id}"
	Policy  Policy             //
	Nav     string             // words in the study's navigation, in the order of the table; empty: not there
	Largest int64              // the most that may be sent, in bytes, as files; 0: a form without files, of at most largestBody
	Handle  func(*visit) error //
}

type access int

const (
	undeclared access = iota
	public            // anybody, signed in or not
	signedIn          // anybody with an account
	operators         // accounts that run the server
	members           // members of the study of the address, by what their role may do
)

// Policy says who may use a route. It is checked before the handler runs, so that a handler only sees what it may show.
// The zero policy lets nobody in, and New refuses it.
type Policy struct {
	access access
	Action study.Action  // what members must be allowed to do; empty with Seeing
	Object bool          // the address names an object {id}, for whose case the action is asked
	Kinds  []thread.Kind // what the object may be; empty: anything
	Only   study.Role    // and of the roles that may, only this one; empty: all
}

// Public lets anybody in. SignedIn lets in whoever has an account, Operators those who run the server.
func Public() Policy    { return Policy{access: public} }
func SignedIn() Policy  { return Policy{access: signedIn} }
func Operators() Policy { return Policy{access: operators} }

// Of lets in members who may do the action in the study {study}.
func Of(a study.Action) Policy { return Policy{access: members, Action: a} }

// On lets in members who may do the action to the object {id} of the study {study}, which is of one of the kinds.
// For others there is no such object.
func On(a study.Action, kinds ...thread.Kind) Policy {
	return Policy{access: members, Action: a, Object: true, Kinds: kinds}
}

// Seeing lets in members who may see the object {id}, of whatever kind.
func Seeing() Policy { return Policy{access: members, Object: true} }

// By narrows a policy to one role.
func (p Policy) By(r study.Role) Policy {
	p.Only = r
	return p
}

// seeing is the action that it takes to see an object of a kind. Passages can be seen by readers because their words are
// sealed where they are protected.
func seeing(k thread.Kind) study.Action {
	switch k {
	case thread.Member:
		return study.Manage
	case thread.Interview, thread.Informant:
		return study.Fieldwork
	case thread.Document, thread.Coding, thread.Memo, thread.Ruling:
		return study.ReadRaw
	case thread.Study, thread.Case, thread.Record, thread.Segment, thread.Condition, thread.Score, thread.Analysis, thread.Finding,
		thread.Takeaway, thread.Hypothesis, thread.Lesson, thread.Recommendation, thread.Answer, thread.Edition:
		return study.Browse
	}
	return study.Read
}

func (rt Route) check() error {
	p := rt.Policy
	hasStudy, hasID := strings.Contains(rt.Pattern, "/s/{study}"), strings.Contains(rt.Pattern, "{id}")
	switch {
	case p.access == undeclared:
		return fmt.Errorf("route %q has no policy", rt.Pattern)
	case !strings.HasPrefix(rt.Pattern, "GET /") && !strings.HasPrefix(rt.Pattern, "POST /"):
		return fmt.Errorf("route %q does not begin with GET or POST", rt.Pattern)
	case rt.Handle == nil:
		return fmt.Errorf("route %q has no handler", rt.Pattern)
	case (p.access == members) != hasStudy:
		return fmt.Errorf("route %q: a policy for members and a {study} in the address go together", rt.Pattern)
	case p.Object != hasID:
		return fmt.Errorf("route %q: a policy for an object and an {id} in the address go together", rt.Pattern)
	case p.access == members && !p.Object && p.Action == "":
		return fmt.Errorf("route %q names no action", rt.Pattern)
	case rt.Nav != "" && (p.access != members || p.Object):
		return fmt.Errorf("route %q cannot stand in a study's navigation", rt.Pattern)
	}
	return nil
}

// path is the address of a route without objects in it, in a study.
func (rt Route) path(slug string) string {
	_, p, _ := strings.Cut(rt.Pattern, " ")
	return strings.TrimSuffix(strings.Replace(p, "{study}", slug, 1), "{$}")
}

// admit fills in who asks for what, and refuses what the policy of the route does not allow.
func (s *Server) admit(v *visit) error {
	p := v.route.Policy
	acc, ok, err := s.whoIs(v.Ctx)
	if err != nil {
		return err
	}
	if ok {
		v.Account = acc
	}
	switch {
	case p.access == public:
		return nil
	case p.access == undeclared:
		return fault.New(fault.Internal, "This address has no policy.")
	case !ok:
		return fault.New(fault.SignIn, "Sign in first.")
	case p.access == signedIn:
		return nil
	case p.access == operators:
		if !acc.Operator {
			return fault.New(fault.Forbidden, "Only those who run the server may do this.")
		}
		return nil
	}
	return s.admitMember(v)
}

func (s *Server) admitMember(v *visit) error {
	p := v.route.Policy
	slug := v.R.PathValue("study")
	none := fault.New(fault.NotFound, "There is no such study here, or you are not on it. Ask its lead to add you.")
	m, err := store.Get[study.Member](v.Ctx, s.store, slug, study.MemberID(v.Account.Name))
	if fault.Of(err) == fault.NotFound {
		return none
	}
	if err != nil {
		return err
	}
	frame, err := store.Get[study.Study](v.Ctx, s.store, slug, "study")
	if fault.Of(err) == fault.NotFound {
		return none
	}
	if err != nil {
		return err
	}
	v.Study, v.Frame, v.Member = slug, frame.Object, m.Object
	v.action = p.Action
	id := thread.ID(v.R.PathValue("id"))
	if p.Object && p.Action == "" {
		v.action = seeing(id.Kind())
	}
	if !v.Member.May(v.action, "") || p.Only != "" && v.Member.Role != p.Only {
		return fault.New(fault.Forbidden, "Your role on this study (%s) does not include this. Ask the lead if you need it.", roleWord(v.Member.Role))
	}
	if !p.Object {
		return nil
	}
	gone := fault.New(fault.NotFound, "There is no such thing in this study, or it belongs to another team. It may have been removed.")
	if len(p.Kinds) > 0 && !slices.Contains(p.Kinds, id.Kind()) {
		return gone
	}
	it, err := store.Find(v.Ctx, s.store, slug, id)
	if fault.Of(err) == fault.NotFound {
		return gone
	}
	if err != nil {
		return err
	}
	c, err := s.caseOf(v, it.Object)
	if err != nil {
		return err
	}
	if !v.Member.May(v.action, c) {
		return gone
	}
	v.Object, v.Version, v.Node = it.Object, it.Version, it.Node
	v.Node.Case = c
	return nil
}

// caseOf finds the case an object belongs to: its own, or that of what it is a part of.
func (s *Server) caseOf(v *visit, o thread.Object) (thread.ID, error) {
	for range 8 {
		p := o.Place()
		if p.Case != "" || p.Owner == "" {
			return p.Case, nil
		}
		it, err := store.Find(v.Ctx, s.store, v.Study, p.Owner)
		if err != nil {
			return "", err
		}
		o = it.Object
	}
	return "", errors.New("find case: owners go round in a circle")
}

// roleWord is what people read for a role.
func roleWord(r study.Role) string { return strings.ReplaceAll(string(r), "-", " ") }
