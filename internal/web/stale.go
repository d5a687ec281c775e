package web

import (
	"slices"
	"strconv"

	"throughline/internal/study"
	"throughline/internal/thread"
)

// stalePage lists the statements that do not stand, lowest in the thread first: confirming from below upwards means
// looking at everything once.
type stalePage struct {
	Items []staleItem
	Total int
	From  int // number of the first item shown, from 1
	To    int
	Prev  string
	Next  string
}

type staleItem struct {
	Kind      thread.Kind
	Label     string
	Href      string
	State     string
	Confirmed string
	Why       whyStale
	Confirm   *confirmForm
}

func (stalePage) template() string { return "stale" }

func (s *Server) stale() section {
	return section{
		Routes: []Route{{Pattern: "GET /s/{study}/stale", Policy: Of(study.Audit), Nav: "Stale", Handle: showStale}},
		Pages:  []page{stalePage{}},
	}
}

const stalePerPage = 20

func showStale(v *visit) error {
	all, err := v.store().NotStanding(v.Ctx, v.Study)
	if err != nil {
		return err
	}
	nodes := slices.DeleteFunc(all, func(n thread.Node) bool { return !v.sees(n) })
	rank := map[thread.Kind]int{}
	for i, k := range thread.Kinds() {
		rank[k] = i
	}
	slices.SortStableFunc(nodes, func(a, b thread.Node) int { return rank[lower(a.Kind)] - rank[lower(b.Kind)] })
	first, _ := strconv.Atoi(v.R.URL.Query().Get("from"))
	first = max(0, min(first, len(nodes)))
	last := min(len(nodes), first+stalePerPage)
	p := stalePage{Total: len(nodes), From: first + 1, To: last}
	if first > 0 {
		p.Prev = v.at("stale") + "?from=" + strconv.Itoa(max(0, first-stalePerPage))
	}
	if last < len(nodes) {
		p.Next = v.at("stale") + "?from=" + strconv.Itoa(last)
	}
	for _, n := range nodes[first:last] {
		g, err := v.store().Down(v.Ctx, v.Study, n.ID)
		if err != nil {
			return err
		}
		it := staleItem{Kind: n.Kind, Label: n.Label, Href: v.at("thread", string(n.ID)), State: n.State(), Why: v.why(g, n)}
		if n.Confirmed != "" {
			it.Confirmed = "by " + n.ConfirmedBy + " on " + day(n.ConfirmedAt)
		}
		if v.may(study.Confirm, n.Case) {
			it.Confirm = v.confirmForm(n, "stale")
		}
		p.Items = append(p.Items, it)
	}
	return v.render("Stale", p)
}

// lower puts takeaways and hypotheses, which rest on passages alone, before findings, which may rest on them.
func lower(k thread.Kind) thread.Kind {
	if k == thread.Takeaway || k == thread.Hypothesis {
		return thread.Score
	}
	return k
}
