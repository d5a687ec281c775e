package web

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"throughline/internal/coding"
	"throughline/internal/document"
	"throughline/internal/fault"
	"throughline/internal/search"
	"throughline/internal/store"
	"throughline/internal/study"
	"throughline/internal/thread"
)

// autocodePage finds passages by words or by a pattern, to be looked through before any of them is coded.
type autocodePage struct {
	Code    coding.Code
	Back    string
	Q       string
	How     string // words, pattern
	Unit    string // match, sentence, paragraph
	Trouble string
	Asked   bool
	Found   []autocodeLine
	More    int
	Had     int // coded so already by the member
	Done    string
	Undo    string
}

type autocodeLine struct {
	Value  string // document, start and end
	Title  string
	Before string
	Quote  string
	After  string
	Lang   string
	Dir    string
}

func (autocodePage) template() string { return "autocode" }

// mergePage asks into which code another one goes.
type mergePage struct {
	Code    coding.Code
	Back    string
	Into    []treeCode
	Uses    int
	Trouble string
}

func (mergePage) template() string { return "merge" }

func (s *Server) codeHousekeeping() section {
	return section{
		Routes: []Route{
			{Pattern: "GET /s/{study}/code/{id}/autocode", Policy: On(study.CodeText, thread.Code), Handle: autocode},
			{Pattern: "POST /s/{study}/code/{id}/autocode", Policy: On(study.CodeText, thread.Code), Handle: autocode},
			{Pattern: "POST /s/{study}/code/{id}/undo", Policy: On(study.CodeText, thread.Code), Handle: undoAutocode},
			{Pattern: "GET /s/{study}/code/{id}/merge", Policy: On(study.Edit, thread.Code), Handle: mergeCode},
			{Pattern: "POST /s/{study}/code/{id}/merge", Policy: On(study.Edit, thread.Code), Handle: mergeCode},
			{Pattern: "POST /s/{study}/codebook/undo", Policy: Of(study.Edit), Handle: undoCodebook},
		},
		Pages: []page{autocodePage{}, mergePage{}},
	}
}

// mostFound is how many passages are shown to be looked through at once.
const mostFound = 200

func autocode(v *visit) error {
	c := v.Object.(coding.Code)
	v.crumb("Codebook", v.at("codebook"))
	v.crumb(c.Name, v.at("code", string(c.ID)))
	get := func(name string) string { return strings.TrimSpace(clean(v.R.FormValue(name))) }
	p := autocodePage{Code: c, Back: v.at("code", string(c.ID)), Q: get("q"), How: "words", Unit: "sentence"}
	if get("how") == "pattern" {
		p.How = "pattern"
	}
	if u := get("unit"); u == "match" || u == "paragraph" {
		p.Unit = u
	}
	if v.R.Method == http.MethodPost {
		return v.applyAutocode(p, c)
	}
	if p.Q == "" {
		return v.render("Code by words", p)
	}
	p.Asked = true
	if err := v.findAutocode(&p, c); err != nil {
		if fault.Of(err) != fault.Invalid {
			return err
		}
		p.Trouble = fault.Message(err)
		v.status = http.StatusUnprocessableEntity
	}
	return v.render("Code by words", p)
}

// mayCodeHere tells whether the member may code a document.
func (v *visit) mayCodeHere(d document.Document) (bool, error) {
	if !v.may(study.CodeText, d.Case) {
		return false, nil
	}
	consent, interview, err := v.consent(d)
	return barred(consent, interview) == "", err
}

// findAutocode lists what the words or the pattern find in documents that the member may code.
func (v *visit) findAutocode(p *autocodePage, c coding.Code) error {
	var pattern *regexp.Regexp
	var asked search.Asked
	var err error
	if p.How == "pattern" {
		if pattern, err = regexp.Compile("(?i)" + p.Q); err != nil {
			return fault.New(fault.Invalid, "The pattern cannot be read: %s.", strings.TrimPrefix(err.Error(), "error parsing regexp: "))
		}
	} else if asked, err = search.Parse(p.Q); err != nil {
		return err
	}
	docs, err := store.All[document.Document](v.Ctx, v.store(), v.Study, v.own())
	if err != nil {
		return err
	}
	for _, it := range docs {
		d := it.Object
		if !v.sees(it.Node) || len(asked.Lang) > 0 && !slices.Contains(asked.Lang, d.Language) || len(asked.Case) > 0 && !slices.Contains(asked.Case, string(d.Case)) && !slices.Contains(asked.Case, d.Case.Rest()) {
			continue
		}
		if ok, err := v.mayCodeHere(d); err != nil || !ok {
			if err != nil {
				return err
			}
			continue
		}
		text, err := store.Text(v.Ctx, v.store(), v.Study, d.ID, d.Version)
		if err != nil {
			return err
		}
		var mine []coding.Placed
		all, err := v.codingsOf(d)
		if err != nil {
			return err
		}
		segs, err := store.All[coding.Segment](v.Ctx, v.store(), v.Study, store.Filter{Owner: d.ID})
		if err != nil {
			return err
		}
		for _, k := range all {
			if k.Object.Code == c.ID && k.Object.Coder == v.Member.Handle {
				if i := slices.IndexFunc(segs, func(s store.Item[coding.Segment]) bool { return s.Object.ID == k.Object.Segment }); i >= 0 && segs[i].Object.Anchor.Area.None() {
					mine = append(mine, coding.Placed{Start: segs[i].Object.Anchor.Start, End: segs[i].Object.Anchor.End})
				}
			}
		}
		for _, x := range layOut(text.Body, nil) {
			para := x.Runs[0].Text
			r := []rune(para)
			var spans []search.Span
			if pattern != nil {
				for _, m := range pattern.FindAllStringIndex(para, 100) {
					if m[1] > m[0] {
						spans = append(spans, search.Span{From: utf8.RuneCountInString(para[:m[0]]), To: utf8.RuneCountInString(para[:m[1]])})
					}
				}
			} else if ok, at := asked.Query.Find(para); ok {
				spans = at
			}
			for i := range spans {
				spans[i] = widened(r, spans[i], p.Unit)
			}
			last := -1
			slices.SortFunc(spans, func(a, b search.Span) int { return a.From - b.From })
			for _, s := range spans {
				if s.From < last || s.From >= s.To {
					continue
				}
				last = s.To
				from, to := x.start+s.From, x.start+s.To
				if slices.ContainsFunc(mine, func(m coding.Placed) bool { return m.Start < to && from < m.End }) {
					p.Had++
					continue
				}
				if len(p.Found) >= mostFound {
					p.More++
					continue
				}
				p.Found = append(p.Found, autocodeLine{Value: fmt.Sprintf("%s %d %d %d", d.ID, d.Version, from, to), Title: d.Title, Lang: d.Language, Dir: direction(d.Language),
					Before: fromWord(string(r[max(0, s.From-document.Context):s.From])), Quote: string(r[s.From:s.To]), After: toWord(string(r[s.To:min(len(r), s.To+document.Context)]))})
			}
		}
	}
	return nil
}

// widened gives the sentence or the paragraph around a place, without white space at its ends.
func widened(r []rune, s search.Span, unit string) search.Span {
	switch unit {
	case "paragraph":
		s = search.Span{From: 0, To: len(r)}
	case "sentence":
		for s.From > 0 && !ends(r, s.From-1) {
			s.From--
		}
		for s.To < len(r) && !ends(r, s.To-1) {
			s.To++
		}
	}
	for s.From < s.To && (r[s.From] == ' ' || r[s.From] == '\n') {
		s.From++
	}
	for s.To > s.From && (r[s.To-1] == ' ' || r[s.To-1] == '\n') {
		s.To--
	}
	return s
}

// ends tells whether a sentence ends with the letter at a place: a mark that ends one, and white space after it, or a line
// end. Thai has no such mark; there a sentence is what stands between spaces of its own length, which is left to the coder.
func ends(r []rune, i int) bool {
	switch r[i] {
	case '\n', '。', '！', '？', '։', '۔':
		return true
	case '.', '!', '?', '؟', '…':
		if i+1 >= len(r) || r[i+1] != ' ' && r[i+1] != '\n' && r[i+1] != '"' && r[i+1] != '”' && r[i+1] != '»' {
			return i+1 >= len(r)
		}
		// "Dr. Who" and "J. Doe" do not end.
		k := i
		for k > 0 && r[k-1] != ' ' {
			k--
		}
		return i-k > 3 || r[i] != '.'
	}
	return false
}

// applyAutocode codes what was left ticked.
func (v *visit) applyAutocode(p autocodePage, c coding.Code) error {
	chosen := v.R.PostForm["at"]
	if len(chosen) == 0 {
		p.Trouble, v.status = "Nothing was ticked, so nothing was coded.", http.StatusUnprocessableEntity
		return v.render("Code by words", p)
	}
	if len(chosen) > mostFound {
		return fault.New(fault.Invalid, "More was sent than one page shows.")
	}
	type place struct {
		doc               thread.ID
		version, from, to int
	}
	var places []place
	for _, x := range chosen {
		var q place
		var id string
		if k, err := fmt.Sscanf(x, "%s %d %d %d", &id, &q.version, &q.from, &q.to); err != nil || k != 4 {
			return fault.New(fault.Invalid, "What was ticked cannot be read. Search again.")
		}
		q.doc = thread.ID(id)
		it, err := store.Get[document.Document](v.Ctx, v.store(), v.Study, q.doc)
		if err != nil {
			return err
		}
		ok, err := v.mayCodeHere(it.Object)
		if err != nil {
			return err
		}
		if !ok {
			return fault.New(fault.Forbidden, "One of the documents is not for you to code.")
		}
		places = append(places, q)
	}
	n, moved := 0, 0
	err := v.write(func(tx *store.Tx) error {
		return tx.Act(v.Study, c.ID, "coding by words", func() error {
			for _, x := range places {
				it, err := store.Get[document.Document](v.Ctx, tx, v.Study, x.doc)
				if err != nil {
					return err
				}
				d := it.Object
				if d.Version != x.version {
					moved++
					continue
				}
				text, err := store.Text(v.Ctx, tx, v.Study, d.ID, d.Version)
				if err != nil {
					return err
				}
				a, err := text.At(x.from, x.to)
				if err != nil {
					return err
				}
				seg, err := v.segmentFor(tx, d, a)
				if err != nil {
					return err
				}
				err = tx.Put(v.Study, coding.Coding{Segment: seg, Code: c.ID, Coder: v.Member.Handle, Case: d.Case}, 0)
				if fault.Of(err) == fault.Conflict {
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
	if k := fault.Of(err); err != nil && (k == fault.Invalid || k == fault.Forbidden) {
		p.Trouble, v.status = fault.Message(err), http.StatusUnprocessableEntity
		return v.render("Code by words", p)
	}
	if err != nil {
		return err
	}
	p.Done = plural(n, "passage") + " coded."
	if moved > 0 {
		p.Done += " " + strconv.Itoa(moved) + " were in texts that changed in the meantime; search again for these."
	}
	p.Undo = v.at("code", string(c.ID), "undo")
	return v.render("Code by words", p)
}

// mergeCode gives the codings of a code to another one and takes the code away.
func mergeCode(v *visit) error {
	c := v.Object.(coding.Code)
	v.crumb("Codebook", v.at("codebook"))
	v.crumb(c.Name, v.at("code", string(c.ID)))
	codes, tree, err := v.codes()
	if err != nil {
		return err
	}
	below := coding.Below(codes)
	p := mergePage{Code: c, Back: v.at("code", string(c.ID))}
	for _, t := range tree {
		if !below[c.ID][t.ID] {
			p.Into = append(p.Into, t)
		}
	}
	uses, err := store.Uses(v.Ctx, v.store(), v.Study, c.ID)
	if err != nil {
		return err
	}
	p.Uses = len(uses)
	if v.R.Method != http.MethodPost {
		return v.render("Merge a code", p)
	}
	into := thread.ID(v.R.PostForm.Get("into"))
	if !slices.ContainsFunc(p.Into, func(t treeCode) bool { return t.ID == into }) {
		p.Trouble, v.status = "Choose the code that it goes into: not itself, and none below it.", http.StatusUnprocessableEntity
		return v.render("Merge a code", p)
	}
	err = v.write(func(tx *store.Tx) error {
		return tx.Act(v.Study, "codebook", "merge of "+c.Name, func() error {
			uses, err := store.Uses(v.Ctx, tx, v.Study, c.ID)
			if err != nil {
				return err
			}
			for _, u := range uses {
				it, err := store.Get[coding.Coding](v.Ctx, tx, v.Study, coding.CodingID(u.Segment, u.Code, u.Coder))
				if err != nil {
					return err
				}
				k := it.Object
				if err := tx.Drop(v.Study, k.Ref(), store.Any); err != nil {
					return err
				}
				k.Code = into
				if other, err := store.Get[coding.Coding](v.Ctx, tx, v.Study, k.Ref()); err == nil { // the coder gave both: the memos are kept
					if k.Memo != "" && k.Memo != other.Object.Memo {
						o := other.Object
						o.Memo = strings.TrimSpace(o.Memo + "\n\n" + k.Memo)
						if err := tx.Put(v.Study, o, store.Any); err != nil {
							return err
						}
					}
					continue
				}
				if err := tx.Put(v.Study, k, 0); err != nil {
					return err
				}
			}
			for _, x := range codes {
				if x.Parent == c.ID {
					x.Parent, x.Order = into, 0
					if err := tx.Put(v.Study, x, store.Any); err != nil {
						return err
					}
				}
			}
			groups, err := store.All[coding.Group](v.Ctx, tx, v.Study, store.Filter{})
			if err != nil {
				return err
			}
			for _, it := range groups {
				g := it.Object
				i := slices.Index(g.Codes, c.ID)
				if i < 0 {
					continue
				}
				g.Codes = slices.Delete(slices.Clone(g.Codes), i, i+1)
				if !slices.Contains(g.Codes, into) {
					g.Codes = append(g.Codes, into)
				}
				if err := tx.Put(v.Study, g, store.Any); err != nil {
					return err
				}
			}
			return tx.Drop(v.Study, c.ID, store.Any)
		})
	})
	if k := fault.Of(err); err != nil && (k == fault.Conflict || k == fault.Invalid) {
		p.Trouble, v.status = fault.Message(err), http.StatusConflict
		return v.render("Merge a code", p)
	}
	if err != nil {
		return err
	}
	return v.to(v.at("code", string(into)))
}

// undoCodebook takes back what the member did last in the codebook, or does it again.
func undoCodebook(v *visit) error {
	err := v.undo("codebook", nil)
	if fault.Of(err) == fault.Conflict { // of codes, codings or groups that others changed since
		v.status = http.StatusConflict
		return v.codebookPage(fault.Message(err))
	}
	if err != nil {
		return err
	}
	return v.to(v.at("codebook"))
}

// undoAutocode takes back the member's last coding by words with a code.
func undoAutocode(v *visit) error {
	if err := v.undo(v.Node.ID, nil); err != nil {
		return err
	}
	return v.to(v.at("code", string(v.Node.ID)))
}
