package web

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"throughline/exchange/refiqda"
	"throughline/internal/coding"
	"throughline/internal/fault"
	"throughline/internal/store"
	"throughline/internal/study"
	"throughline/internal/thread"
	"throughline/internal/transfer"
)

// splitPage gives some passages of a code a code of their own.
type splitPage struct {
	Code    coding.Code
	Back    string
	Trouble string
	ID      string // typed
	Name    string
	Define  string
	Below   bool
	Lines   []splitLine
	Cut     int // passages that are not listed
}

type splitLine struct {
	ID      string
	Passage passage
	Coders  string
	On      bool
}

func (splitPage) template() string { return "split" }

// historyPage tells how a code came to be what it is.
type historyPage struct {
	Code    coding.Code
	Back    string
	Entries []historyEntry
}

type historyEntry struct {
	At, Who, Did string
	Changes      []change
}

func (historyPage) template() string { return "history" }

// groupsPage lists groups of codes, and groupPage shows one.
type groupsPage struct {
	Groups []groupLine
	New    string // address; empty: may not
}

type groupLine struct {
	Name, Href, Define string
	Codes              int
}

func (groupsPage) template() string { return "groups" }

type groupPage struct {
	Group  coding.Group
	Codes  []treeCode
	At     string // beginning of the address of a code
	Edit   string
	Drop   string
	Thread string
}

func (groupPage) template() string { return "group" }

// templatesPage begins a codebook from a template, or from one that comes as a file.
type templatesPage struct {
	Trouble   string
	Templates []coding.Template
	Back      string
}

func (templatesPage) template() string { return "templates" }

func (s *Server) codeTree() section {
	return section{
		Routes: []Route{
			{Pattern: "POST /s/{study}/codebook/move", Policy: Of(study.Edit), Handle: moveCode},
			{Pattern: "POST /s/{study}/codebook/redo", Policy: Of(study.Edit), Handle: undoCodebook},
			{Pattern: "GET /s/{study}/codebook/templates", Policy: Of(study.Edit), Handle: codeTemplates},
			{Pattern: "POST /s/{study}/codebook/templates", Policy: Of(study.Edit), Largest: 16 << 20, Handle: codeTemplates},
			{Pattern: "GET /s/{study}/code/{id}/split", Policy: On(study.Edit, thread.Code), Handle: splitCode},
			{Pattern: "POST /s/{study}/code/{id}/split", Policy: On(study.Edit, thread.Code), Handle: splitCode},
			{Pattern: "GET /s/{study}/code/{id}/history", Policy: On(study.Read, thread.Code), Handle: codeHistory},
			{Pattern: "GET /s/{study}/groups", Policy: Of(study.Read), Handle: showGroups},
			{Pattern: "GET /s/{study}/group/new", Policy: Of(study.Edit), Handle: newGroup},
			{Pattern: "POST /s/{study}/group/new", Policy: Of(study.Edit), Handle: newGroup},
			{Pattern: "GET /s/{study}/group/{id}", Policy: On(study.Read, thread.Group), Handle: showGroup},
			{Pattern: "GET /s/{study}/group/{id}/edit", Policy: On(study.Edit, thread.Group), Handle: editGroup},
			{Pattern: "POST /s/{study}/group/{id}/edit", Policy: On(study.Edit, thread.Group), Handle: editGroup},
			{Pattern: "POST /s/{study}/group/{id}/drop", Policy: On(study.Edit, thread.Group), Handle: dropGroup},
		},
		Pages: []page{splitPage{}, historyPage{}, groupsPage{}, groupPage{}, templatesPage{}},
	}
}

// moveCode puts a code below another or at the root, before or after another, or one place up or down.
func moveCode(v *visit) error {
	f := v.R.PostForm
	code, to, how := thread.ID(f.Get("code")), thread.ID(f.Get("below")), cmp.Or(f.Get("do"), f.Get("how"), "below")
	err := v.write(func(tx *store.Tx) error {
		items, err := store.All[coding.Code](v.Ctx, tx, v.Study, store.Filter{})
		if err != nil {
			return err
		}
		changed, name, err := moved(store.Objects(items), code, to, how)
		if err != nil {
			return err
		}
		return tx.Act(v.Study, "codebook", "move of "+name, func() error {
			for _, c := range changed {
				if err := tx.Put(v.Study, c, store.Any); err != nil {
					return err
				}
			}
			return nil
		})
	})
	if fault.Of(err) == fault.Invalid {
		v.status = http.StatusUnprocessableEntity
		return v.codebookPage(fault.Message(err))
	}
	if err != nil {
		return err
	}
	return v.to(v.at("codebook") + "?moved=" + url.QueryEscape(string(code)) + "#" + string(code))
}

// moved gives the codes that a move changes, and the name of the one that is moved: below another one or, without one, to
// the root; before or after another one; up or down among those beside it.
func moved(codes []coding.Code, code, to thread.ID, how string) (changed []coding.Code, name string, err error) {
	tree := coding.Tree(codes)
	at := func(id thread.ID) int {
		return slices.IndexFunc(tree, func(b coding.Branch) bool { return b.Code.ID == id })
	}
	i, j := at(code), at(to)
	if step := how == "up" || how == "down"; i < 0 || !step && to != "" && j < 0 {
		return nil, "", fault.New(fault.NotFound, "One of the two codes is not in the codebook any more. Load the page again.")
	}
	c, above := tree[i].Code, tree[i].Above
	switch how {
	case "up", "down":
	case "before", "after":
		if to == "" {
			return nil, "", fault.New(fault.Invalid, "Choose the code that it goes before or after.")
		}
		above = tree[j].Above
	case "below":
		above = to
	default:
		return nil, "", fault.New(fault.Invalid, "A code goes below another one, before or after it, up or down.")
	}
	if coding.Below(codes)[code][above] {
		return nil, "", fault.New(fault.Invalid, "A code cannot stand below itself, or below one that stands below it.")
	}
	if how == "below" {
		if c.Parent != to {
			c.Parent, c.Order = to, 0
		}
		return []coding.Code{c}, c.Name, nil
	}
	level := coding.Level(codes, above)
	is := func(id thread.ID) func(coding.Code) bool { return func(x coding.Code) bool { return x.ID == id } }
	place := slices.IndexFunc(level, is(code))
	if place >= 0 {
		level = slices.Delete(level, place, place+1)
	}
	switch how {
	case "up":
		place = max(place-1, 0)
	case "down":
		place = min(place+1, len(level))
	default:
		if to == code {
			return nil, c.Name, nil
		}
		c.Parent, place = above, slices.IndexFunc(level, is(to))
		if how == "after" {
			place++
		}
	}
	return coding.Ordered(slices.Insert(level, place, c)), c.Name, nil
}

// splitCode gives passages that were ticked a new code in place of this one, by whomever they were coded.
func splitCode(v *visit) error {
	c := v.Object.(coding.Code)
	v.crumb("Codebook", v.at("codebook"))
	v.crumb(c.Name, v.at("code", string(c.ID)))
	v.R.FormValue("x") // read what was sent
	p := splitPage{Code: c, Back: v.at("code", string(c.ID)), ID: strings.TrimSpace(v.R.PostForm.Get("id")), Name: strings.TrimSpace(clean(v.R.PostForm.Get("name"))), Define: strings.TrimSpace(clean(v.R.PostForm.Get("define"))), Below: v.R.PostForm.Get("below") != ""}
	if p.ID == "" {
		p.ID = string(c.ID) + "-"
	}
	uses, err := v.uses(c.ID)
	if err != nil {
		return err
	}
	by := map[thread.ID][]string{}
	for _, u := range uses {
		by[u.Segment] = append(by[u.Segment], u.Coder)
	}
	segs, err := store.Several[coding.Segment](v.Ctx, v.store(), v.Study, segmentsOf(uses))
	if err != nil {
		return err
	}
	ticked := v.R.PostForm["segment"]
	for _, it := range segs {
		if !v.sees(it.Node) || len(by[it.Object.ID]) == 0 {
			continue
		}
		if len(p.Lines) == mostFound {
			p.Cut++
			continue
		}
		ps, err := v.passage(it.Object, it.Node)
		if err != nil {
			return err
		}
		ps.Key = nil
		slices.Sort(by[it.Object.ID])
		p.Lines = append(p.Lines, splitLine{string(it.Object.ID), ps, strings.Join(by[it.Object.ID], ", "), slices.Contains(ticked, string(it.Object.ID))})
	}
	if v.R.Method != http.MethodPost {
		return v.render("Split a code", p)
	}
	again := func(status int, why string) error {
		p.Trouble, v.status = why, status
		return v.render("Split a code", p)
	}
	if len(ticked) == 0 {
		return again(http.StatusUnprocessableEntity, "Tick the passages that get the new code.")
	}
	fresh := coding.Code{ID: thread.ID(p.ID), Parent: c.Parent, Name: p.Name, Define: p.Define, Colour: c.Colour}
	if p.Below {
		fresh.Parent, fresh.Colour = c.ID, ""
	}
	if err := fresh.Valid(); err != nil {
		return again(http.StatusUnprocessableEntity, "The new code: "+fault.Message(err))
	}
	err = v.write(func(tx *store.Tx) error {
		return tx.Act(v.Study, "codebook", "split of "+c.Name, func() error {
			if err := tx.Put(v.Study, fresh, 0); err != nil {
				return err
			}
			for _, seg := range ticked {
				if by[thread.ID(seg)] == nil {
					return fault.New(fault.Invalid, "One of the passages has this code no longer. Load the page again.")
				}
				for _, coder := range by[thread.ID(seg)] {
					it, err := store.Get[coding.Coding](v.Ctx, tx, v.Study, coding.CodingID(thread.ID(seg), c.ID, coder))
					if fault.Of(err) == fault.NotFound {
						continue // its coder took it away meanwhile
					}
					if err != nil {
						return err
					}
					k := it.Object
					if err := tx.Drop(v.Study, k.Ref(), store.Any); err != nil {
						return err
					}
					k.Code = fresh.ID
					if err := tx.Put(v.Study, k, 0); err != nil {
						return err
					}
				}
			}
			return nil
		})
	})
	switch fault.Of(err) {
	case fault.Invalid:
		return again(http.StatusUnprocessableEntity, fault.Message(err))
	case fault.Conflict:
		return again(http.StatusConflict, fault.Message(err))
	}
	if err != nil {
		return err
	}
	return v.to(v.at("code", string(fresh.ID)))
}

// codeHistory tells what was changed in a code, by whom and when. Codes are never protected.
// codeFields are the fields of a code as its form calls them.
var codeFields = map[string]string{"id": "Id", "name": "Name", "parent": "Below", "define": "What it means", "use": "When to use it", "avoid": "When not to use it", "example": "Example", "colour": "Colour", "order": "Place among those beside it"}

func codeHistory(v *visit) error {
	c := v.Object.(coding.Code)
	v.crumb("Codebook", v.at("codebook"))
	v.crumb(c.Name, v.at("code", string(c.ID)))
	p := historyPage{Code: c, Back: v.at("code", string(c.ID))}
	entries, err := v.store().Journal(v.Ctx, v.Study, store.JournalFilter{ID: c.ID, Most: 500})
	if err != nil {
		return err
	}
	for _, e := range entries {
		changed := changes(e.Was, e.Became)
		for i, c := range changed {
			changed[i].Field = cmp.Or(codeFields[c.Field], c.Field)
		}
		p.Entries = append(p.Entries, historyEntry{day(e.At), e.Who, did(e), changed})
	}
	return v.render("History of a code", p)
}

func showGroups(v *visit) error {
	v.crumb("Codebook", v.at("codebook"))
	groups, err := store.All[coding.Group](v.Ctx, v.store(), v.Study, store.Filter{})
	if err != nil {
		return err
	}
	var p groupsPage
	for _, it := range groups {
		p.Groups = append(p.Groups, groupLine{it.Object.Name, v.at("group", string(it.Object.ID)), it.Object.Define, len(it.Object.Codes)})
	}
	if v.may(study.Edit, "") {
		p.New = v.at("group", "new")
	}
	return v.render("Groups of codes", p)
}

func showGroup(v *visit) error {
	g := v.Object.(coding.Group)
	v.crumb("Codebook", v.at("codebook"))
	v.crumb("Groups of codes", v.at("groups"))
	_, tree, err := v.codes()
	if err != nil {
		return err
	}
	p := groupPage{Group: g, At: v.at("code") + "/", Thread: v.at("thread", string(g.ID))}
	for _, t := range tree {
		if slices.Contains(g.Codes, t.ID) {
			p.Codes = append(p.Codes, t)
		}
	}
	if v.may(study.Edit, "") {
		p.Edit, p.Drop = v.at("group", string(g.ID), "edit"), v.at("group", string(g.ID), "drop")
	}
	return v.render(g.Name, p)
}

func (v *visit) editingGroup(isNew bool) (editing[coding.Group], error) {
	v.crumb("Codebook", v.at("codebook"))
	v.crumb("Groups of codes", v.at("groups"))
	_, tree, err := v.codes()
	if err != nil {
		return editing[coding.Group]{}, err
	}
	return editing[coding.Group]{Heading: "Edit the group", New: isNew, Scope: "codebook",
		Form: func(g coding.Group) form {
			f := form{Submit: "Save the group", Cancel: v.at("groups")}
			if isNew {
				f.Fields = append(f.Fields, field{Name: "id", Label: "Id", Help: "Begins with group-, such as group-state. It cannot be changed later.", Value: string(g.ID), Required: true})
			}
			codes := field{Name: "codes", Label: "Codes", Kind: checksField, Values: idText(g.Codes)}
			for _, t := range tree {
				codes.Options = append(codes.Options, option{string(t.ID), t.Path})
			}
			f.Fields = append(f.Fields, field{Name: "name", Label: "Name", Value: g.Name, Required: true}, field{Name: "define", Label: "What belongs to it", Kind: areaField, Value: g.Define}, codes)
			return f
		},
		Read: func(f form, g coding.Group, _ *fault.Problems) coding.Group {
			if id := f.text("id"); id != "" {
				g.ID = thread.ID(id)
			}
			g.Name, g.Define = f.text("name"), f.text("define")
			now := f.ids("codes")
			// The order that stands is kept, and what is new comes after it.
			g.Codes = slices.DeleteFunc(slices.Clone(g.Codes), func(c thread.ID) bool { return !slices.Contains(now, c) })
			for _, c := range now {
				if !slices.Contains(g.Codes, c) {
					g.Codes = append(g.Codes, c)
				}
			}
			return g
		},
		Done: func(g coding.Group) string { return v.at("group", string(g.ID)) }}, nil
}

func newGroup(v *visit) error {
	e, err := v.editingGroup(true)
	if err != nil {
		return err
	}
	e.Heading = "New group"
	return edit(v, e)
}

func editGroup(v *visit) error {
	e, err := v.editingGroup(false)
	if err != nil {
		return err
	}
	return edit(v, e)
}

func dropGroup(v *visit) error {
	g := v.Object.(coding.Group)
	err := v.write(func(tx *store.Tx) error {
		return tx.Act(v.Study, "codebook", "removal of the group "+g.Name, func() error { return tx.Drop(v.Study, g.ID, store.Any) })
	})
	if err != nil && fault.Of(err) != fault.NotFound {
		return err
	}
	return v.to(v.at("groups"))
}

// codeTemplates adds the codes of a template, or of a codebook file (QDC) of another program. What is there already stays.
func codeTemplates(v *visit) error {
	v.crumb("Codebook", v.at("codebook"))
	p := templatesPage{Templates: coding.Templates, Back: v.at("codebook")}
	if v.R.Method != http.MethodPost {
		return v.render("Begin with codes", p)
	}
	again := func(why string) error {
		p.Trouble, v.status = why, http.StatusUnprocessableEntity
		return v.render("Begin with codes", p)
	}
	var fresh []thread.Object
	title, template := "", false
	if name := v.R.FormValue("template"); name != "" {
		i := slices.IndexFunc(coding.Templates, func(t coding.Template) bool { return t.ID == name })
		if i < 0 {
			return again("Choose one of the templates.")
		}
		title, template = coding.Templates[i].Name, true
		for _, c := range coding.Templates[i].Codes {
			fresh = append(fresh, c)
		}
	} else {
		f, head, err := v.R.FormFile("files")
		if err != nil {
			return again("No file came with it. Choose one.")
		}
		defer f.Close()
		b, err := io.ReadAll(f)
		if err != nil {
			return err
		}
		pack, err := refiqda.Open(bytes.NewReader(b), int64(len(b)), refiqda.ReadOptions{})
		if err != nil {
			return again("The file cannot be read: " + err.Error() + ".")
		}
		project := pack.Project
		title = clean(head.Filename)
		taken := map[thread.ID]bool{}
		items, err := store.All[coding.Code](v.Ctx, v.store(), v.Study, store.Filter{})
		if err != nil {
			return err
		}
		for _, it := range items {
			taken[it.Object.ID] = true
		}
		for _, o := range transfer.FromProject(project, nil, transfer.Options{Taken: taken, Codes: store.Objects(items), By: v.Member.Handle}).Objects {
			if o.Ref().Kind() == thread.Code || o.Ref().Kind() == thread.Group {
				fresh = append(fresh, o)
			}
		}
	}
	n := 0
	err := v.write(func(tx *store.Tx) error {
		items, err := store.All[coding.Code](v.Ctx, tx, v.Study, store.Filter{})
		if err != nil {
			return err
		}
		last := 0
		for _, c := range coding.Level(store.Objects(items), "") {
			last = max(last, c.Order)
		}
		return tx.Act(v.Study, "codebook", "codes of "+title, func() error {
			for _, o := range fresh {
				if c, ok := o.(coding.Code); ok && template && c.Parent == "" && c.Order > 0 { // after those that are there
					c.Order += last
					o = c
				}
				err := tx.Put(v.Study, o, 0)
				if fault.Of(err) == fault.Conflict { // it is there
					continue
				}
				if err != nil {
					return err
				}
				n++
			}
			return nil
		})
	})
	if fault.Of(err) == fault.Invalid {
		return again(fault.Message(err))
	}
	if err != nil {
		return err
	}
	if n == 0 {
		return again("All of these codes are in the codebook already.")
	}
	return v.to(v.at("codebook") + fmt.Sprintf("?added=%d", n))
}
