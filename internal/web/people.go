package web

import (
	"slices"

	"throughline/internal/cases"
	"throughline/internal/fault"
	"throughline/internal/store"
	"throughline/internal/study"
	"throughline/internal/thread"
)

// peoplePage lists who is on a study and in which role.
type peoplePage struct {
	Members []personLine
	New     string // address of the form for a new member; empty: not for this role
}

type personLine struct {
	Handle  string
	Role    string
	Cases   []string
	Account string // whether the member can sign in, in words
	Edit    string
}

func (peoplePage) template() string { return "people" }

func (s *Server) people() section {
	return section{
		Routes: []Route{
			{Pattern: "GET /s/{study}/people", Policy: Of(study.Manage), Nav: "People", Handle: showPeople},
			{Pattern: "GET /s/{study}/people/new", Policy: Of(study.Manage).By(study.Lead), Handle: newMember},
			{Pattern: "POST /s/{study}/people/new", Policy: Of(study.Manage).By(study.Lead), Handle: newMember},
			{Pattern: "GET /s/{study}/people/{id}", Policy: On(study.Manage, thread.Member).By(study.Lead), Handle: editMember},
			{Pattern: "POST /s/{study}/people/{id}", Policy: On(study.Manage, thread.Member).By(study.Lead), Handle: editMember},
		},
		Pages: []page{peoplePage{}},
	}
}

func showPeople(v *visit) error {
	members, err := store.All[study.Member](v.Ctx, v.store(), v.Study, store.Filter{})
	if err != nil {
		return err
	}
	accounts, err := v.store().Accounts(v.Ctx)
	if err != nil {
		return err
	}
	lead := v.Member.Role == study.Lead
	var p peoplePage
	if lead {
		p.New = v.at("people", "new")
	}
	for _, m := range members {
		l := personLine{Handle: m.Object.Handle, Role: roleWord(m.Object.Role), Account: "no account yet"}
		for _, c := range m.Object.Cases {
			l.Cases = append(l.Cases, c.Rest())
		}
		if i := slices.IndexFunc(accounts, func(a store.Account) bool { return a.Name == m.Object.Handle }); i >= 0 {
			l.Account = "can sign in"
			if accounts[i].Disabled {
				l.Account = "account closed"
			}
		}
		if lead {
			l.Edit = v.at("people", string(m.Object.ID))
		}
		p.Members = append(p.Members, l)
	}
	return v.render("People", p)
}

// roleMeaning says what each role may do, for who gives it.
func roleMeaning(r study.Role) string {
	switch r {
	case study.Lead:
		return "lead: designs the study, answers for it, gives roles"
	case study.Researcher:
		return "researcher: screens, reads, codes, scores, writes"
	case study.Coder:
		return "coder: reads and codes"
	case study.CountryTeam:
		return "country team: interviews, and sees its own cases only"
	case study.Reviewer:
		return "reviewer: checks claims against their evidence"
	case study.Operator:
		return "operator: runs the server, sees no content"
	case study.Reader:
		return "reader: reads statements, with sealed citations"
	}
	return string(r)
}

func newMember(v *visit) error {
	return v.memberForm(editing[study.Member]{Heading: "New member", New: true, Start: study.Member{Role: study.Researcher},
		Intro: "The person signs in with the handle. Whoever runs the server opens the account."})
}

func editMember(v *visit) error {
	return v.memberForm(editing[study.Member]{Heading: "Role of " + v.Node.Label, Intro: "A new role counts from the next page that the person opens."})
}

func (v *visit) memberForm(e editing[study.Member]) error {
	v.crumb("People", v.at("people"))
	all, err := store.All[cases.Case](v.Ctx, v.store(), v.Study, store.Filter{})
	if err != nil {
		return err
	}
	var caseOptions, roleOptions []option
	for _, c := range all {
		caseOptions = append(caseOptions, option{string(c.Object.ID), c.Object.Name})
	}
	for _, r := range study.Roles() {
		roleOptions = append(roleOptions, option{string(r), roleMeaning(r)})
	}
	e.Form = func(m study.Member) form {
		f := form{Submit: "Save the role", Cancel: v.at("people")}
		if e.New {
			f.Submit = "Add the member"
			f.Fields = append(f.Fields, field{Name: "handle", Label: "Handle", Help: "A pseudonym of lower-case letters, digits and hyphens, such as researcher-3.", Value: m.Handle, Required: true})
		}
		f.Fields = append(f.Fields,
			field{Name: "role", Label: "Role", Kind: selectField, Value: string(m.Role), Options: roleOptions, Required: true},
			field{Name: "cases", Label: "Cases", Help: "For country teams only: the cases they may see.", Kind: checksField, Values: idText(m.Cases), Options: caseOptions})
		return f
	}
	e.Read = func(f form, m study.Member, ps *fault.Problems) study.Member {
		if e.New {
			m.Handle = f.text("handle")
			m.ID = study.MemberID(m.Handle)
		}
		m.Role, m.Cases = study.Role(f.text("role")), f.ids("cases")
		return m
	}
	e.Check = func(tx *store.Tx, m study.Member) error {
		for _, c := range m.Cases {
			if _, err := store.Get[cases.Case](v.Ctx, tx, v.Study, c); err != nil {
				return fault.Problems{{Field: "cases", Message: "names " + string(c) + ", which is no case of this study"}}
			}
		}
		if m.Role == study.Lead {
			return nil
		}
		members, err := store.All[study.Member](v.Ctx, tx, v.Study, store.Filter{})
		if err != nil {
			return err
		}
		for _, x := range members {
			if x.Object.ID != m.ID && x.Object.Role == study.Lead {
				return nil
			}
		}
		return fault.Problems{{Field: "role", Message: "would leave the study without a lead; make somebody else lead first"}}
	}
	e.Done = func(study.Member) string { return v.at("people") }
	return edit(v, e)
}
