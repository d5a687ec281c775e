package web

import (
	"throughline/internal/fault"
	"throughline/internal/store"
)

// accountsPage lists the accounts of the server, for who runs it.
type accountsPage struct {
	Accounts []accountLine
}

type accountLine struct {
	Name     string
	Operator bool
	Disabled bool
	Self     bool
	Action   string // address that closes or opens it
}

func (accountsPage) template() string { return "accounts" }

func (s *Server) accounts() section {
	return section{
		Routes: []Route{
			{Pattern: "GET /people", Policy: Operators(), Handle: showAccounts},
			{Pattern: "POST /people/{name}/close", Policy: Operators(), Handle: func(v *visit) error { return v.setDisabled(true) }},
			{Pattern: "POST /people/{name}/open", Policy: Operators(), Handle: func(v *visit) error { return v.setDisabled(false) }},
		},
		Pages: []page{accountsPage{}},
	}
}

func showAccounts(v *visit) error {
	all, err := v.store().Accounts(v.Ctx)
	if err != nil {
		return err
	}
	var p accountsPage
	for _, a := range all {
		l := accountLine{Name: a.Name, Operator: a.Operator, Disabled: a.Disabled, Self: a.Name == v.Account.Name, Action: "/people/" + a.Name + "/close"}
		if a.Disabled {
			l.Action = "/people/" + a.Name + "/open"
		}
		p.Accounts = append(p.Accounts, l)
	}
	return v.render("Accounts", p)
}

func (v *visit) setDisabled(disabled bool) error {
	name := v.R.PathValue("name")
	if name == v.Account.Name {
		return fault.New(fault.Invalid, "You cannot close or open your own account. Ask another operator, or use the command line.")
	}
	err := v.write(func(tx *store.Tx) error {
		a, err := tx.Account(name)
		if err != nil || a.Disabled == disabled {
			return err
		}
		a.Disabled = disabled
		return tx.PutAccount(a, false)
	})
	if err != nil {
		return err
	}
	return v.to("/people")
}
