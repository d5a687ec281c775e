package web

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"throughline/internal/coding"
	"throughline/internal/fault"
	"throughline/internal/store"
	"throughline/internal/study"
	"throughline/internal/thread"
)

// codebookPage shows the tree of codes.
type codebookPage struct {
	Codes []codeLine
	New   string // address; empty: may not
	Own   bool   // counts are of the member's own cases
	Acts  acts

	Trouble   string
	All       []treeCode // to be moved; empty: may not
	Move      string     // address
	Moved     string     // the code that was moved just now
	Groups    string
	Templates string // empty: may not
}

// codeLine is a code in the tree.
type codeLine struct {
	ID       string
	Name     string
	Href     string
	Define   string
	Colour   string // class
	Word     string // name of the colour; empty: none
	Segments int
	Coders   int
	Below    []codeLine
}

func (codebookPage) template() string { return "codebook" }

// scripts lets codes be dragged, and moved with keys.
func (p codebookPage) scripts() []string {
	if p.Move == "" {
		return nil
	}
	return []string{"codebook.js"}
}

// codePage shows a code with the passages that have it.
type codePage struct {
	Code     coding.Code
	Colour   string
	Word     string
	Above    link
	Below    []link
	Edit     string
	Merge    string // address; empty: may not
	Split    string
	History  string
	Groups   []link
	ByWords  string // address where passages are found by words; empty: may not
	New      string // address for a code below this one
	Thread   string
	Segments int // that the member may see
	Both     int // of these, by two coders or more
	Coders   []string
	Case     string // filter
	Cases    []option
	Here     string
	Found    int
	Uses     []useLine
	Pages    leaves
}

// useLine is a passage with the code.
type useLine struct {
	Passage passage
	Case    link
	Coders  []string
	InText  string // address in its document; empty: not to be opened
}

func (codePage) template() string { return "code" }

func (s *Server) codebook() section {
	return section{
		Routes: []Route{
			{Pattern: "GET /s/{study}/codebook", Policy: Of(study.Read), Nav: "Codebook", Handle: showCodebook},
			{Pattern: "GET /s/{study}/code/new", Policy: Of(study.Edit), Handle: newCode},
			{Pattern: "POST /s/{study}/code/new", Policy: Of(study.Edit), Handle: newCode},
			{Pattern: "GET /s/{study}/code/{id}", Policy: On(study.Read, thread.Code), Handle: showCode},
			{Pattern: "GET /s/{study}/code/{id}/edit", Policy: On(study.Edit, thread.Code), Handle: editCode},
			{Pattern: "POST /s/{study}/code/{id}/edit", Policy: On(study.Edit, thread.Code), Handle: editCode},
		},
		Pages: []page{codebookPage{}, codePage{}},
	}
}

// treeCode is a code at its place in the tree.
type treeCode struct {
	ID     thread.ID
	Name   string
	Path   string // names from the root: "Coalition › Several sectors together"
	Depth  int
	Colour string // class: its own colour, or that of the nearest code above that has one
}

// codeTree puts codes in the order of the tree.
func codeTree(codes []coding.Code) []treeCode {
	branches := coding.Tree(codes)
	out := make([]treeCode, len(branches))
	above := map[thread.ID]treeCode{"": {Colour: "c-none"}}
	for i, b := range branches {
		t := treeCode{ID: b.Code.ID, Name: b.Code.Name, Path: b.Code.Name, Depth: b.Depth, Colour: above[b.Above].Colour}
		if b.Above != "" {
			t.Path = above[b.Above].Path + " › " + t.Path
		}
		if b.Code.Colour != "" {
			t.Colour = "c-" + b.Code.Colour
		}
		out[i], above[t.ID] = t, t
	}
	return out
}

func showCodebook(v *visit) error { return v.codebookPage("") }

// codebookPage shows the tree, with what stood in the way of a change.
func (v *visit) codebookPage(trouble string) error {
	codes, err := store.All[coding.Code](v.Ctx, v.store(), v.Study, store.Filter{})
	if err != nil {
		return err
	}
	uses, err := v.uses("")
	if err != nil {
		return err
	}
	segments, coders := map[thread.ID]map[thread.ID]bool{}, map[thread.ID]map[string]bool{}
	for _, u := range uses {
		if !v.may(study.Read, u.Case) {
			continue
		}
		if segments[u.Code] == nil {
			segments[u.Code], coders[u.Code] = map[thread.ID]bool{}, map[string]bool{}
		}
		segments[u.Code][u.Segment], coders[u.Code][u.Coder] = true, true
	}
	byID := map[thread.ID]coding.Code{}
	for _, it := range codes {
		byID[it.Object.ID] = it.Object
	}
	p := codebookPage{Own: v.Member.Role == study.CountryTeam, Trouble: trouble, Groups: v.at("groups"), Moved: v.R.FormValue("moved")}
	if v.R.Method == http.MethodPost { // what was sent did not fit
		p.Moved = v.R.PostForm.Get("code")
	}
	if v.may(study.Edit, "") {
		p.New = v.at("code", "new")
		p.All, p.Move, p.Templates = codeTree(store.Objects(codes)), v.at("codebook", "move"), v.at("codebook", "templates")
		if p.Acts, err = v.acts("codebook", "codebook"); err != nil {
			return err
		}
	}
	tree := codeTree(store.Objects(codes))
	var nest func(i, depth int) ([]codeLine, int)
	nest = func(i, depth int) ([]codeLine, int) {
		var out []codeLine
		for i < len(tree) && tree[i].Depth == depth {
			t := tree[i]
			c := byID[t.ID]
			l := codeLine{ID: string(c.ID), Name: c.Name, Href: v.at("code", string(c.ID)), Define: c.Define, Colour: t.Colour, Word: c.Colour, Segments: len(segments[c.ID]), Coders: len(coders[c.ID])}
			l.Below, i = nest(i+1, depth+1)
			out = append(out, l)
		}
		return out, i
	}
	p.Codes, _ = nest(0, 0)
	return v.render("Codebook", p)
}

// passagesPerPage is how many passages of a code stand on one page.
const passagesPerPage = 50

func showCode(v *visit) error {
	v.crumb("Codebook", v.at("codebook"))
	c := v.Object.(coding.Code)
	codes, err := store.All[coding.Code](v.Ctx, v.store(), v.Study, store.Filter{})
	if err != nil {
		return err
	}
	p := codePage{Code: c, Word: c.Colour, Thread: v.at("thread", string(c.ID)), Here: v.at("code", string(c.ID)), Case: v.R.URL.Query().Get("case")}
	for _, t := range codeTree(store.Objects(codes)) {
		if t.ID == c.ID {
			p.Colour = t.Colour
		}
		if t.ID == c.Parent {
			p.Above = link{t.Path, v.at("code", string(t.ID))}
		}
	}
	for _, x := range coding.Level(store.Objects(codes), c.ID) {
		p.Below = append(p.Below, link{x.Name, v.at("code", string(x.ID))})
	}
	if v.may(study.Edit, "") {
		p.Edit, p.New = v.at("code", string(c.ID), "edit"), v.at("code", "new")+"?parent="+string(c.ID)
		p.Merge, p.Split = v.at("code", string(c.ID), "merge"), v.at("code", string(c.ID), "split")
	}
	p.History = v.at("code", string(c.ID), "history")
	groups, err := store.All[coding.Group](v.Ctx, v.store(), v.Study, store.Filter{})
	if err != nil {
		return err
	}
	for _, it := range groups {
		if slices.Contains(it.Object.Codes, c.ID) {
			p.Groups = append(p.Groups, link{it.Object.Name, v.at("group", string(it.Object.ID))})
		}
	}
	if v.may(study.CodeText, "") {
		p.ByWords = v.at("code", string(c.ID), "autocode")
	}
	names, err := v.caseNames()
	if err != nil {
		return err
	}
	uses, err := v.uses(c.ID)
	if err != nil {
		return err
	}
	by := map[thread.ID][]string{}
	for _, u := range uses {
		by[u.Segment] = append(by[u.Segment], u.Coder)
	}
	segs, err := store.SeveralNodes(v.Ctx, v.store(), v.Study, segmentsOf(uses)) // blind: of one's own uses
	if err != nil {
		return err
	}
	coders := map[string]bool{}
	var found []thread.ID
	inCase := map[thread.ID]int{}
	for _, n := range segs {
		if !v.sees(n) {
			continue
		}
		if v.may(study.Read, n.Case) {
			for _, c := range by[n.ID] {
				coders[c] = true
			}
		} else {
			delete(by, n.ID)
		}
		p.Segments++
		if len(by[n.ID]) > 1 {
			p.Both++
		}
		inCase[n.Case]++
		if p.Case == "" || string(n.Case) == p.Case {
			found = append(found, n.ID)
		}
	}
	for id, n := range inCase {
		if names[id] != "" {
			p.Cases = append(p.Cases, option{string(id), names[id] + " (" + plural(n, "passage") + ")"})
		}
	}
	p.Coders = slices.Sorted(maps.Keys(coders))
	slices.SortFunc(p.Cases, func(a, b option) int { return strings.Compare(a.Text, b.Text) })
	p.Cases = append([]option{{"", "all cases"}}, p.Cases...)
	p.Found = len(found)
	var from, to int
	from, to, p.Pages = v.cut(p.Found, passagesPerPage)
	shown, err := store.Several[coding.Segment](v.Ctx, v.store(), v.Study, found[from:to])
	if err != nil {
		return err
	}
	if err := v.originsOf(shown); err != nil {
		return err
	}
	for _, it := range shown {
		ps, err := v.passage(it.Object, it.Node)
		if err != nil {
			return err
		}
		ps.Key = nil // on the page of the passage itself
		coders := by[it.Object.ID]
		slices.Sort(coders)
		u := useLine{Passage: ps, Case: v.caseLink(names, it.Object.Case), Coders: coders}
		if ps.Source != "" {
			u.InText = v.placeAt(it.Object)
		}
		p.Uses = append(p.Uses, u)
	}
	return v.render(c.Name, p)
}

func (v *visit) codeForm(codes []coding.Code, isNew bool) func(coding.Code) form {
	return func(c coding.Code) form {
		f := form{Submit: "Save the code", Cancel: v.at("codebook")}
		if !isNew {
			f.Cancel = v.at("code", string(c.ID))
		}
		parents := []option{{"", "none: it stands at the root"}}
		for _, t := range codeTree(codes) {
			if t.ID != c.ID || isNew {
				parents = append(parents, option{string(t.ID), t.Path})
			}
		}
		if isNew {
			id := string(c.ID)
			if id == "" && c.Parent != "" {
				id = string(c.Parent) + "-"
			}
			f.Fields = append(f.Fields, field{Name: "id", Label: "Id", Help: "Begins with code-, such as code-tactics-strike. It cannot be changed later.", Value: id, Required: true})
		}
		f.Fields = append(f.Fields,
			field{Name: "name", Label: "Name", Value: c.Name, Required: true},
			field{Name: "parent", Label: "Below", Help: "The code above it in the tree.", Kind: selectField, Value: string(c.Parent), Options: parents},
			field{Name: "define", Label: "What it means", Kind: areaField, Value: c.Define, Required: true},
			field{Name: "use", Label: "When to use it", Kind: areaField, Value: c.Use},
			field{Name: "avoid", Label: "When not to use it", Kind: areaField, Value: c.Avoid},
			field{Name: "example", Label: "Example", Help: "Made up or public, never an informant's words.", Kind: areaField, Value: c.Example},
			field{Name: "colour", Label: "Colour", Help: "Codes below it without a colour take it over.", Kind: selectField, Value: c.Colour, Options: append([]option{{"", "none of its own"}}, options(coding.Colours...)...)})
		return f
	}
}

func readCode(f form, c coding.Code, _ *fault.Problems) coding.Code {
	if id := f.text("id"); id != "" {
		c.ID = thread.ID(id)
	}
	if up := thread.ID(f.text("parent")); up != c.Parent {
		c.Parent, c.Order = up, 0 // its place was among others
	}
	c.Name, c.Define, c.Use = f.text("name"), f.text("define"), f.text("use")
	c.Avoid, c.Example, c.Colour = f.text("avoid"), f.text("example"), f.text("colour")
	return c
}

func (v *visit) editingCode(isNew bool) (editing[coding.Code], error) {
	codes, err := store.All[coding.Code](v.Ctx, v.store(), v.Study, store.Filter{})
	if err != nil {
		return editing[coding.Code]{}, err
	}
	v.crumb("Codebook", v.at("codebook"))
	return editing[coding.Code]{Heading: "Edit the code", New: isNew, Scope: "codebook", Form: v.codeForm(store.Objects(codes), isNew), Read: readCode,
		Check: func(tx *store.Tx, c coding.Code) error {
			for up, n := c.Parent, 0; up != ""; n++ {
				it, err := store.Get[coding.Code](v.Ctx, tx, v.Study, up)
				if fault.Of(err) == fault.NotFound {
					return fault.Problems{{Field: "parent", Message: "is not in the codebook any more; choose another"}}
				}
				if err != nil {
					return err
				}
				if it.Object.ID == c.ID || it.Object.Parent == c.ID {
					return fault.Problems{{Field: "parent", Message: "stands below this code itself; choose another"}}
				}
				if up = it.Object.Parent; n > 50 {
					break
				}
			}
			return nil
		},
		Done: func(c coding.Code) string { return v.at("code", string(c.ID)) }}, nil
}

func editCode(v *visit) error {
	e, err := v.editingCode(false)
	if err != nil {
		return err
	}
	v.crumb(v.Node.Label, v.at("code", string(v.Node.ID)))
	return edit(v, e)
}

func newCode(v *visit) error {
	e, err := v.editingCode(true)
	if err != nil {
		return err
	}
	e.Heading = "New code"
	e.Start = coding.Code{Parent: thread.ID(v.R.URL.Query().Get("parent"))}
	return edit(v, e)
}
