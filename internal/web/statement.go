package web

import (
	"slices"
	"strings"

	"throughline/internal/cases"
	"throughline/internal/coding"
	"throughline/internal/fault"
	"throughline/internal/store"
	"throughline/internal/study"
	"throughline/internal/thread"
)

// standing is how a statement stands, at the top of its page: confirmed by whom, or stale and why, with what to do.
type standing struct {
	State     string
	Confirmed string // "by lead on 3 March 2026"; empty: never
	Open      bool   // it does not stand
	Why       whyStale
	Confirm   *confirmForm // nil: not for this role
	Thread    string       // its thread page
	Edit      string       // its form; empty: not for this role
}

// standing looks up how a statement stands. edit is the action that it takes to change it.
func (v *visit) standing(n thread.Node, edit study.Action) (standing, error) {
	s := standing{State: n.State(), Thread: v.at("thread", string(n.ID))}
	if n.Confirmed != "" {
		s.Confirmed = "by " + n.ConfirmedBy + " on " + day(n.ConfirmedAt)
	}
	if v.may(edit, n.Case) {
		s.Edit = v.at(string(n.Kind), string(n.ID), "edit")
	}
	if s.State == thread.Standing {
		return s, nil
	}
	s.Open = true
	g, err := v.store().Down(v.Ctx, v.Study, n.ID)
	if err != nil {
		return s, err
	}
	s.Why = v.why(g, n)
	if v.may(study.Confirm, n.Case) {
		s.Confirm = v.confirmForm(n, "page")
	}
	return s, nil
}

// support is one thing that a statement rests on, as a member may see it.
type support struct {
	Kind    thread.Kind
	Label   string
	Href    string // its own page
	Thread  string // its thread page
	State   string
	Case    string // name of its case; empty: of none
	Passage *passage
}

// supports is what speaks for a statement, or against it.
type supports struct {
	Items  []support
	Closed int // so many more belong to cases of other teams, or are closed to the role
}

// evidence looks up what a statement names as evidence. What the member may not see is only counted.
func (v *visit) evidence(ids []thread.ID, names caseNames) (supports, error) {
	var out supports
	for _, id := range ids {
		it, err := store.Find(v.Ctx, v.store(), v.Study, id)
		if fault.Of(err) == fault.NotFound {
			continue // the check tells of links that lead nowhere
		}
		if err != nil {
			return out, err
		}
		if !v.sees(it.Node) {
			out.Closed++
			continue
		}
		x := support{Kind: it.Node.Kind, Label: it.Node.Label, Href: v.page(id), Thread: v.at("thread", string(id)), State: it.Node.State(), Case: names[it.Node.Case]}
		if seg, ok := it.Object.(coding.Segment); ok {
			p, err := v.passage(seg, it.Node)
			if err != nil {
				return out, err
			}
			if err := v.widen(&p, seg.Anchor); err != nil {
				return out, err
			}
			p.Key = nil // on the page of the passage itself
			x.Passage = &p
		}
		out.Items = append(out.Items, x)
	}
	return out, nil
}

// caseNames are the names of the cases that the member may see, by id.
type caseNames map[thread.ID]string

func (v *visit) caseNames() (caseNames, error) {
	all, err := store.All[cases.Case](v.Ctx, v.store(), v.Study, v.own())
	if err != nil {
		return nil, err
	}
	out := caseNames{}
	for _, it := range all {
		out[it.Object.ID] = it.Object.Name
	}
	return out, nil
}

// options are the cases that may be named in a form. Those named already stay, whoever fills the form in.
func (c caseNames) options(named ...thread.ID) []option {
	var ids []thread.ID
	for id := range c {
		ids = append(ids, id)
	}
	for _, id := range named {
		if _, ok := c[id]; !ok {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	var out []option
	for _, id := range slices.Compact(ids) {
		text := c[id]
		if text == "" {
			text = string(id)
		}
		out = append(out, option{string(id), text})
	}
	return out
}

// caseList is a list of cases, each with its address.
type caseList struct {
	Links  []link
	Others int // so many more belong to other teams
}

// caseList gives cases as links to their pages, or into a part of them.
func (v *visit) caseList(ids []thread.ID, names caseNames, part string) caseList {
	var out caseList
	for _, id := range ids {
		if names[id] == "" {
			out.Others++
			continue
		}
		href := v.page(id)
		if part != "" && v.may(study.Read, "") {
			href += "#" + part
		}
		out.Links = append(out.Links, link{names[id], href})
	}
	return out
}

// mostChoices is how many things a form offers as boxes to tick. Of more, ids are typed.
const mostChoices = 400

// evidenceField asks for evidence: boxes to tick when there are few enough to choose from, ids otherwise.
func evidenceField(name, label, help string, named []thread.ID, choices []option) field {
	f := field{Name: name, Label: label, Help: help, Values: idText(named), Required: name == "supports"}
	if len(choices) > mostChoices {
		f.Kind = idsField
		f.Help = strings.TrimSpace(help + " One id on each line.")
		return f
	}
	f.Kind = checksField
	// What is named already comes first, and is never lost because it is not on offer.
	for _, id := range named {
		i := slices.IndexFunc(choices, func(o option) bool { return o.Value == string(id) })
		if i < 0 {
			f.Options = append(f.Options, option{string(id), string(id)})
			continue
		}
		f.Options = append(f.Options, choices[i])
	}
	for _, o := range choices {
		if !slices.Contains(named, thread.ID(o.Value)) {
			f.Options = append(f.Options, o)
		}
	}
	return f
}

// passageChoices are the passages of a case to choose from, in their words where the member may read them.
func (v *visit) passageChoices(c thread.ID) ([]option, error) {
	segs, err := store.All[coding.Segment](v.Ctx, v.store(), v.Study, store.Filter{Case: c})
	if err != nil {
		return nil, err
	}
	var out []option
	if len(segs) > mostChoices {
		for _, it := range segs {
			out = append(out, option{string(it.Object.ID), ""})
		}
		return out, nil
	}
	for _, it := range segs {
		p, err := v.passage(it.Object, it.Node)
		if err != nil {
			return nil, err
		}
		text := "“" + p.Quote + "”"
		switch {
		case p.Sealed != nil && p.Sealed.Class != "":
			text = "sealed words of an informant (" + p.Sealed.Class + ")"
		case p.Sealed != nil:
			text = "sealed words"
		}
		if p.Document != "" {
			text += ", " + p.Document
		}
		out = append(out, option{p.ID, text + " [" + p.ID + "]"})
	}
	return out, nil
}

// choices are objects of a type to choose from, by label.
func choices[T thread.Object](v *visit, leave thread.ID, names caseNames) ([]option, error) {
	all, err := store.All[T](v.Ctx, v.store(), v.Study, v.own())
	if err != nil {
		return nil, err
	}
	var out []option
	for _, it := range all {
		if it.Node.ID == leave {
			continue
		}
		text := it.Node.Kind.Word() + ": " + it.Node.Label
		if n := names[it.Node.Case]; n != "" {
			text += " (" + n + ")"
		}
		out = append(out, option{string(it.Node.ID), text})
	}
	return out, nil
}

// sameCase refuses evidence from elsewhere than the statement's own case. To a country team, what belongs to others and
// what does not exist is the same.
func sameCase(tx *store.Tx, v *visit, c thread.ID, fields map[string][]thread.ID) error {
	var ps fault.Problems
	for name, ids := range fields {
		for _, id := range ids {
			it, err := store.Get[coding.Segment](v.Ctx, tx, v.Study, id)
			if fault.Of(err) == fault.NotFound || err == nil && it.Node.Case != c {
				ps.Add(name, "names %s, which is no passage of this case", id)
				continue
			}
			if err != nil {
				return err
			}
		}
	}
	ps.Sort()
	return ps.Err()
}

// madeID is an id as typed, or one made of a text when none was typed.
func madeID(k thread.Kind, typed, text string) thread.ID {
	if typed != "" {
		return thread.ID(typed)
	}
	var b strings.Builder
	for _, r := range strings.ToLower(text) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
		if b.Len() >= 48 {
			break
		}
	}
	s := strings.Trim(b.String(), "-")
	if s == "" {
		return ""
	}
	return thread.ID(k.Prefix() + s)
}

// idField asks for the id of a new object.
func idField(k thread.Kind, from string) field {
	return field{Name: "id", Label: "Id", Help: "Its name in addresses and files, such as " + k.Prefix() + "example. Leave it empty and it is made from the " + from + "."}
}

// without gives ids that are not in another list.
func without(ids, other []thread.ID) []thread.ID {
	return slices.DeleteFunc(slices.Clone(ids), func(id thread.ID) bool { return slices.Contains(other, id) })
}
