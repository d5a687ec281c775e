package web

import (
	"throughline/internal/store"
	"throughline/internal/study"
)

// portfolioPage lists studies.
type portfolioPage struct {
	Studies  []portfolioStudy
	Operator bool // the account runs the server: it sees titles, and accounts
}

// portfolioStudy is a study as it stands in the list. For who is no member there is the title alone.
type portfolioStudy struct {
	Title    string
	Href     string // empty: may not be opened
	Role     string
	Question string
	Notice   string
}

func (portfolioPage) template() string { return "portfolio" }

func (s *Server) portfolio() section {
	return section{
		Routes: []Route{{Pattern: "GET /{$}", Policy: SignedIn(), Handle: showPortfolio}},
		Pages:  []page{portfolioPage{}},
	}
}

func showPortfolio(v *visit) error {
	all, err := v.store().Studies(v.Ctx)
	if err != nil {
		return err
	}
	mine, err := v.store().Memberships(v.Ctx, v.Account.Name)
	if err != nil {
		return err
	}
	p := portfolioPage{Operator: v.Account.Operator}
	for _, st := range all {
		m, member := mine[st.Slug]
		switch {
		case member && m.May(study.Browse, ""):
			frame, err := store.Get[study.Study](v.Ctx, v.store(), st.Slug, "study")
			if err != nil {
				return err
			}
			p.Studies = append(p.Studies, portfolioStudy{Title: st.Title, Href: "/s/" + st.Slug, Role: roleWord(m.Role), Question: frame.Object.Question, Notice: frame.Object.Notice})
		case member && m.May(study.Manage, ""):
			p.Studies = append(p.Studies, portfolioStudy{Title: st.Title, Href: "/s/" + st.Slug + "/people", Role: roleWord(m.Role)})
		case v.Account.Operator:
			p.Studies = append(p.Studies, portfolioStudy{Title: st.Title})
		}
	}
	return v.render("Studies", p)
}
