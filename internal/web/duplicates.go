package web

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"throughline/internal/fault"
	"throughline/internal/source"
	"throughline/internal/store"
	"throughline/internal/study"
	"throughline/internal/thread"
)

// duplicatesPage is the queue of records that may be the same work, the likeliest first.
type duplicatesPage struct {
	Pairs []pairView
	Left  int // in all
	List  string
}

// pairView is two records side by side.
type pairView struct {
	Action      string
	A, B        link
	Other       string // id of the second
	Why         string // what agrees
	Doubt       string
	Fields      []pairField
	Anchor      string
	LabelOfBoth string
}

type pairField struct {
	Name    string
	A, B    string
	Differs bool
}

func (duplicatesPage) template() string { return "duplicates" }

func (s *Server) duplicates() section {
	return section{
		Routes: []Route{
			{Pattern: "GET /s/{study}/duplicates", Policy: Of(study.Edit), Handle: showDuplicates},
			{Pattern: "POST /s/{study}/duplicates/{id}", Policy: On(study.Edit, thread.Record), Handle: judge},
		},
		Pages: []page{duplicatesPage{}},
	}
}

// mostPairs is how many pairs stand on the page at once.
const mostPairs = 20

func showDuplicates(v *visit) error {
	v.crumb("Literature", v.at("literature"))
	x, err := v.screening()
	if err != nil {
		return err
	}
	found, err := source.Same(store.Objects(x.records), store.Objects(x.works))
	if err != nil {
		return fault.Wrap(fault.Invalid, err, "The records cannot be compared: %s.", err)
	}
	records := map[string]source.Record{}
	for _, it := range x.records {
		records[string(it.Node.ID)] = it.Object
	}
	p := duplicatesPage{Left: len(found.Doubtful) + found.Unasked, List: v.at("literature")}
	for i, d := range found.Doubtful[:min(mostPairs, len(found.Doubtful))] {
		a, b := records[d.A], records[d.B]
		w := pairView{Action: v.at("duplicates", d.A), A: link{a.Title, v.page(a.ID)}, B: link{b.Title, v.page(b.ID)}, Other: d.B, Why: d.Reason, Doubt: d.Doubt, Anchor: "pair-" + strconv.Itoa(i+1), LabelOfBoth: a.Title}
		for _, f := range []pairField{{Name: "Title", A: a.Title, B: b.Title}, {Name: "Authors", A: strings.Join(a.Authors, "; "), B: strings.Join(b.Authors, "; ")}, {Name: "Year", A: yearText(a.Year), B: yearText(b.Year)},
			{Name: "Appeared in", A: a.Container, B: b.Container}, {Name: "Volume", A: a.Volume, B: b.Volume}, {Name: "Issue", A: a.Issue, B: b.Issue}, {Name: "Pages", A: a.Pages, B: b.Pages}, {Name: "DOI", A: a.DOI, B: b.DOI},
			{Name: "Sort", A: a.Type, B: b.Type}, {Name: "Found by", A: string(a.Search), B: string(b.Search)}, {Name: "Abstract", A: clipped(a.Abstract), B: clipped(b.Abstract)}} {
			if f.A == "" && f.B == "" {
				continue
			}
			f.Differs = !strings.EqualFold(strings.TrimSpace(f.A), strings.TrimSpace(f.B))
			w.Fields = append(w.Fields, f)
		}
		p.Pairs = append(p.Pairs, w)
	}
	return v.render("Duplicates", p)
}

func yearText(y int) string {
	if y == 0 {
		return ""
	}
	return strconv.Itoa(y)
}

// judge keeps what a person says of two records: the same work, or not. Either can be taken back by saying the other.
func judge(v *visit) error {
	one := v.Object.(source.Record).ID
	other, same := thread.ID(v.R.PostForm.Get("other")), v.R.PostForm.Get("decision")
	if same != "same" && same != "apart" || other == one {
		return fault.New(fault.Invalid, "Say whether the two records are the same work or not.")
	}
	reason := fmt.Sprintf("judged the same by %s on %s", v.Account.Name, v.today())
	err := v.write(func(tx *store.Tx) error {
		if _, err := store.Get[source.Record](v.Ctx, tx, v.Study, other); err != nil {
			return err
		}
		find := func(id thread.ID) (store.Item[source.Work], error) {
			ws, err := store.Above[source.Work](v.Ctx, tx, v.Study, id)
			if err != nil || len(ws) > 0 {
				if len(ws) > 0 {
					return ws[0], err
				}
				return store.Item[source.Work]{}, err
			}
			return store.Item[source.Work]{Object: source.Work{ID: thread.ID(thread.Work.Prefix() + id.Rest()), Records: []thread.ID{id}}}, nil
		}
		a, err := find(one)
		if err != nil {
			return err
		}
		b, err := find(other)
		if err != nil {
			return err
		}
		together := slices.Contains(a.Object.Records, other)
		switch {
		case same == "same" && together:
			return nil
		case same == "same":
			w := a.Object.Joined(b.Object, reason)
			w.Apart = slices.DeleteFunc(w.Apart, func(id thread.ID) bool { return slices.Contains(w.Records, id) })
			if b.Version > 0 {
				if err := tx.Drop(v.Study, b.Object.ID, b.Version); err != nil {
					return err
				}
			}
			return tx.Put(v.Study, w, a.Version)
		case together:
			rest, own := a.Object.Parted(other)
			if rest.ID == own.ID { // the work is named after the record that leaves it
				rest.ID = thread.ID(thread.Work.Prefix() + rest.Records[0].Rest())
				if err := tx.Drop(v.Study, a.Object.ID, a.Version); err != nil {
					return err
				}
				a.Version = 0
			}
			if err := tx.Put(v.Study, rest, a.Version); err != nil {
				return err
			}
			return tx.Put(v.Study, own, 0)
		}
		w := a.Object
		if !slices.Contains(w.Apart, other) {
			w.Apart = append(slices.Clone(w.Apart), other)
		}
		return tx.Put(v.Study, w, a.Version)
	})
	if err != nil {
		return err
	}
	if v.R.PostForm.Get("from") == "record" {
		return v.to(v.page(one))
	}
	return v.to(v.at("duplicates"))
}
