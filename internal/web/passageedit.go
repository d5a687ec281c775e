package web

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"throughline/internal/coding"
	"throughline/internal/document"
	"throughline/internal/fault"
	"throughline/internal/store"
	"throughline/internal/study"
	"throughline/internal/synthesis"
	"throughline/internal/thread"
)

// editPassagePage is where a coded passage is changed: its codes, its ends, what is said of it.
type editPassagePage struct {
	Action  string
	Segment string
	Back    string
	Thread  string
	Before  string
	Quote   string
	After   string
	Lang    string
	Dir     string
	Codings []editCoding
	Codes   []treeCode
	Near    []nearPassage // that it can be joined with
	Memos   []memoLine
	Memo    string // typed and not saved
	Rests   bool   // statements rest on it
	MoveAt  string // address in the text where its ends are moved with the pointer or the keyboard
	Part    string // of a part of a picture, a page or a recording: where it is; then it has no words and no ends
	Picture string // address of its picture
	Play    string // address of its recording
	Film    bool
	Trouble string
	For     []option // takeaways and scores of its case that it can be evidence for
	New     string   // address of a new takeaway from it; empty: may not
}

type editCoding struct {
	ID     string
	Code   string // path
	CodeID thread.ID
	Colour string
	Coder  string
	Memo   string
	Mine   bool // may be changed
	Drop   string
}

type nearPassage struct {
	ID      string
	Excerpt string
}

type memoLine struct {
	ID   string
	Text string
	By   string
	At   string
	Mine bool
	Code string // of a summary in the framework grid
}

func (editPassagePage) template() string { return "passage" }

func (s *Server) passages() section {
	return section{
		Routes: []Route{
			{Pattern: "GET /s/{study}/document/{id}/passage", Policy: On(study.CodeText, thread.Document), Handle: editPassage},
			{Pattern: "POST /s/{study}/document/{id}/passage", Policy: On(study.CodeText, thread.Document), Handle: editPassage},
			{Pattern: "POST /s/{study}/document/{id}/undo", Policy: On(study.CodeText, thread.Document), Handle: undoInDocument},
			{Pattern: "POST /s/{study}/document/{id}/redo", Policy: On(study.CodeText, thread.Document), Handle: undoInDocument},
			{Pattern: "GET /s/{study}/document/{id}/state", Policy: On(study.ReadRaw, thread.Document), Handle: documentState},
		},
		Pages: []page{editPassagePage{}},
	}
}

// act runs a write on a document's codings that can be undone.
func (v *visit) act(d document.Document, title string, fn func(*store.Tx) error) error {
	return v.write(func(tx *store.Tx) error {
		return tx.Act(v.Study, d.ID, title, func() error { return fn(tx) })
	})
}

// undoInDocument takes back, or does again, what the member did last in a document.
func undoInDocument(v *visit) error {
	d := v.Object.(document.Document)
	consent, interview, err := v.consent(d)
	if err != nil {
		return err
	}
	if no := barred(consent, interview); no != "" { // consent may have been withdrawn since
		return fault.New(fault.Forbidden, "%s", no)
	}
	var on thread.ID          // the passage that it is about
	var was []document.Anchor // of passages that come, go or move
	err = v.undo(d.ID, func(o thread.Object) bool {
		switch o := o.(type) {
		case coding.Segment:
			on, was = o.ID, append(was, o.Anchor)
		case coding.Coding:
			on = o.Segment
		case coding.Memo:
			on = o.On
		}
		return true
	})
	if err != nil {
		return err
	}
	now, err := store.Get[coding.Segment](v.Ctx, v.store(), v.Study, on)
	switch {
	case err == nil:
		return v.to(v.placeAt(now.Object))
	case fault.Of(err) != fault.NotFound:
		return err
	case len(was) > 0:
		return v.toPlace(d, was[0])
	}
	return v.to(v.at("document", string(d.ID)))
}

// documentState tells in a few bytes whether the codings of a document are as they were: readers ask now and then, so that
// each sees what the others do.
func documentState(v *visit) error {
	d := v.Object.(document.Document)
	codings, err := v.codingsOf(d)
	if err != nil {
		return err
	}
	segs, err := store.All[coding.Segment](v.Ctx, v.store(), v.Study, store.Filter{Owner: d.ID})
	if err != nil {
		return err
	}
	h := sha256.New()
	fmt.Fprintf(h, "%d %s\n", d.Version, d.SHA256)
	for _, it := range segs {
		fmt.Fprintf(h, "%s %d\n", it.Node.ID, it.Version)
	}
	for _, it := range codings {
		fmt.Fprintf(h, "%s %d\n", it.Node.ID, it.Version)
	}
	v.w.Header().Set("Cache-Control", "no-store")
	v.send("text/plain; charset=utf-8", []byte(hex.EncodeToString(h.Sum(nil)[:12])), "")
	return nil
}

// blind tells whether the member sees only what they coded themselves.
func (v *visit) blind() (bool, error) {
	if v.Member.Role == study.Lead || v.Member.Role == study.Reviewer {
		return false, nil
	}
	p, err := v.protocol()
	return p.BlindCoding, err
}

// codingsOf gives the codings of a document that the member may see: while coding is blind, their own.
func (v *visit) codingsOf(d document.Document) ([]store.Item[coding.Coding], error) {
	all, err := store.CodingsOf[coding.Coding](v.Ctx, v.store(), v.Study, d.ID)
	if err != nil {
		return nil, err
	}
	blind, err := v.blind()
	if blind {
		all = slices.DeleteFunc(all, func(it store.Item[coding.Coding]) bool { return it.Object.Coder != v.Member.Handle })
	}
	return all, err
}

// uses gives the uses of a code, or of all codes, that the member may see: while coding is blind, their own.
func (v *visit) uses(code thread.ID) ([]store.Use, error) {
	all, err := store.Uses(v.Ctx, v.store(), v.Study, code)
	if err != nil {
		return nil, err
	}
	return v.unblinded(all)
}

// unblinded leaves of uses what the member may see: while coding is blind, their own.
func (v *visit) unblinded(all []store.Use) ([]store.Use, error) {
	blind, err := v.blind()
	if blind {
		all = slices.DeleteFunc(all, func(u store.Use) bool { return u.Coder != v.Member.Handle })
	}
	return all, err
}

// segmentsOf gives the passages of uses.
func segmentsOf(uses []store.Use) []thread.ID {
	out := make([]thread.ID, len(uses))
	for i, u := range uses {
		out[i] = u.Segment
	}
	return out
}

// editPassage shows a passage and changes it. What is done is in the field "do".
func editPassage(v *visit) error {
	d := v.Object.(document.Document)
	back := v.at("document", string(d.ID))
	v.crumb("Documents", v.at("documents"))
	v.crumb(documentTitle(v.Node), back)
	consent, interview, err := v.consent(d)
	if err != nil {
		return err
	}
	if no := barred(consent, interview); no != "" {
		return fault.New(fault.Forbidden, "%s", no)
	}
	id := thread.ID(v.R.FormValue("segment"))
	seg, err := store.Get[coding.Segment](v.Ctx, v.store(), v.Study, id)
	if fault.Of(err) == fault.NotFound || err == nil && seg.Object.Anchor.Document != d.ID {
		return fault.New(fault.NotFound, "There is no such passage in this document. It may have been removed, or joined with another.")
	}
	if err != nil {
		return err
	}
	if err := v.blindfold(); err != nil {
		return err
	}
	if v.hidden(id) {
		return fault.New(fault.NotFound, "Coding is blind: you see what you coded yourself.")
	}
	if v.R.Method != http.MethodPost {
		return v.showPassage(d, seg, "", "")
	}
	to, err := v.change(d, seg)
	if k := fault.Of(err); err != nil && (k == fault.Invalid || k == fault.Conflict || k == fault.Forbidden) {
		v.status = map[fault.Kind]int{fault.Invalid: http.StatusUnprocessableEntity, fault.Conflict: http.StatusConflict, fault.Forbidden: http.StatusForbidden}[k]
		return v.showPassage(d, seg, fault.Message(err), clean(v.R.PostForm.Get("text")))
	}
	if err != nil {
		return err
	}
	if to == "" {
		return v.to(back)
	}
	if v.R.PostForm.Get("stay") != "" {
		return v.to(v.at("document", string(d.ID), "passage") + "?segment=" + string(to))
	}
	if a := seg.Object.Anchor.Area; !a.None() {
		return v.to(v.partAt(d.ID, to, a))
	}
	if v.R.PostForm.Get("do") == "evidence" { // told beside the passage
		return v.to(v.at("document", string(d.ID)) + "?" + url.Values{"segment": {string(to)}, "evidence": {v.R.PostForm.Get("for")}}.Encode() + "#" + string(to))
	}
	return v.to(v.segmentAt(d.ID, to))
}

// change does what the form asks and gives the passage to show then; empty: it is gone.
func (v *visit) change(d document.Document, seg store.Item[coding.Segment]) (to thread.ID, err error) {
	get := func(name string) string { return clean(v.R.PostForm.Get(name)) }
	text, err := store.Text(v.Ctx, v.store(), v.Study, d.ID, d.Version)
	if err != nil {
		return "", err
	}
	codes, err := store.All[coding.Code](v.Ctx, v.store(), v.Study, store.Filter{})
	if err != nil {
		return "", err
	}
	known := func(c thread.ID) error {
		if !slices.ContainsFunc(codes, func(it store.Item[coding.Code]) bool { return it.Object.ID == c }) {
			return fault.New(fault.Invalid, "Choose a code of the codebook.")
		}
		return nil
	}
	to = seg.Object.ID
	a := seg.Object.Anchor
	if do := get("do"); !a.Area.None() && (do == "move" || do == "split" || do == "join") {
		return "", fault.New(fault.Invalid, "A part of a picture, a page or a recording has no words to move, split or join. Code the other part by itself.")
	}
	switch get("do") {
	case "says":
		says := strings.TrimSpace(get("text"))
		if a.Area.None() || says == "" {
			return "", fault.New(fault.Invalid, "Say in words what is to be seen or heard there.")
		}
		return to, v.act(d, "description of a part", func(tx *store.Tx) error {
			ks, err := v.mine(tx, d, seg.Object.ID)
			if err != nil {
				return err
			}
			all, err := store.All[coding.Coding](v.Ctx, tx, v.Study, store.Filter{Owner: seg.Object.ID})
			if err != nil {
				return err
			}
			if len(all) > len(ks) && !v.may(study.Edit, d.Case) {
				return fault.New(fault.Forbidden, "Others coded this part too. Who may edit the study changes what is said of it.")
			}
			s := seg.Object
			s.Anchor.Quote = says
			return tx.Put(v.Study, s, store.Any)
		})
	case "recode":
		c := thread.ID(get("code"))
		if err := known(c); err != nil {
			return "", err
		}
		return to, v.act(d, "another code", func(tx *store.Tx) error {
			k, err := v.ownCoding(tx, d, seg.Object.ID, get("coding"))
			if err != nil {
				return err
			}
			if k.Code == c {
				return nil
			}
			if err := tx.Drop(v.Study, k.Ref(), store.Any); err != nil {
				return err
			}
			k.Code = c
			return tx.Put(v.Study, k, 0)
		})
	case "note":
		return to, v.act(d, "memo on a coding", func(tx *store.Tx) error {
			k, err := v.ownCoding(tx, d, seg.Object.ID, get("coding"))
			if err != nil {
				return err
			}
			k.Memo = strings.TrimSpace(get("text"))
			return tx.Put(v.Study, k, store.Any)
		})
	case "add":
		c := thread.ID(get("code"))
		if err := known(c); err != nil {
			return "", err
		}
		return to, v.act(d, "coding", func(tx *store.Tx) error {
			return tx.Put(v.Study, coding.Coding{Segment: seg.Object.ID, Code: c, Coder: v.Member.Handle, Case: d.Case}, 0)
		})
	case "move":
		at, why := placeOf(text.Body, a, get("passage"), text.Holds(a))
		if from, err := strconv.Atoi(get("start")); err == nil { // counted out in the text
			to, _ := strconv.Atoi(get("end"))
			if r := []rune(text.Body); from >= 0 && from < to && to <= len(r) && strings.TrimSpace(get("passage")) == strings.TrimSpace(string(r[from:to])) {
				at, why = span{from, to}, ""
			}
		}
		if why != "" {
			return "", fault.New(fault.Invalid, "The passage %s.", why)
		}
		return v.moved(d, seg.Object, text, at)
	case "split":
		first := strings.TrimSpace(get("second"))
		i := strings.Index(a.Quote, first)
		if first == "" || i <= 0 || strings.Contains(a.Quote[i+1:], first) {
			return "", fault.New(fault.Invalid, "Give the words with which the second part begins, as they stand in the passage; enough of them that they stand there once.")
		}
		cut := a.Start + utf8.RuneCountInString(strings.TrimRight(a.Quote[:i], " \n\t"))
		from := a.Start + utf8.RuneCountInString(a.Quote[:i])
		if cut <= a.Start {
			return "", fault.New(fault.Invalid, "Nothing would be left of the first part.")
		}
		err := v.act(d, "split", func(tx *store.Tx) error {
			ks, err := v.mine(tx, d, seg.Object.ID)
			if err != nil {
				return err
			}
			one, err := text.At(a.Start, cut)
			if err != nil {
				return err
			}
			two, err := text.At(from, a.End)
			if err != nil {
				return err
			}
			if to, err = v.carry(tx, d, seg.Object, ks, one); err != nil {
				return err
			}
			second, err := v.segmentFor(tx, d, two)
			if err != nil {
				return err
			}
			for _, k := range ks {
				k.Segment = second
				if err := tx.Put(v.Study, k, store.Any); err != nil {
					return err
				}
			}
			return nil
		})
		return to, err
	case "join":
		other, err := store.Get[coding.Segment](v.Ctx, v.store(), v.Study, thread.ID(get("with")))
		if err != nil || !other.Object.Anchor.Area.None() || other.Object.Anchor.Document != d.ID || other.Object.Anchor.Version != a.Version || other.Object.ID == seg.Object.ID {
			return "", fault.New(fault.Invalid, "Choose the passage to join it with.")
		}
		b := other.Object.Anchor
		whole, err := text.At(min(a.Start, b.Start), max(a.End, b.End))
		if err != nil {
			return "", err
		}
		err = v.act(d, "join", func(tx *store.Tx) error {
			mine, err := v.mine(tx, d, seg.Object.ID)
			if err != nil {
				return err
			}
			theirs, err := v.mine(tx, d, other.Object.ID)
			if err != nil {
				return err
			}
			if to, err = v.carry(tx, d, seg.Object, mine, whole); err != nil {
				return err
			}
			for _, k := range theirs {
				if err := tx.Drop(v.Study, k.Ref(), store.Any); err != nil {
					return err
				}
				k.Segment = to
				if err := tx.Put(v.Study, k, 0); err != nil && fault.Of(err) != fault.Conflict { // it has the code already
					return err
				}
			}
			return v.dropEmpty(tx, other.Object.ID)
		})
		return to, err
	case "evidence":
		return to, v.act(d, "evidence", func(tx *store.Tx) error {
			return v.addEvidence(tx, d, to, thread.ID(get("for")), get("side") == "against")
		})
	case "memo":
		m := coding.Memo{ID: thread.ID(get("memo")), On: seg.Object.ID, Case: d.Case, Text: strings.TrimSpace(get("text")), By: v.Member.Handle, At: v.s.clock().UTC().Format("2006-01-02")}
		return to, v.act(d, "memo", func(tx *store.Tx) error { return v.keepMemo(tx, m) })
	}
	return "", fault.New(fault.Invalid, "Say what is to be done with the passage.")
}

// addEvidence adds a passage to a takeaway or a score of its case. Who adds it has not looked at all the evidence again, so
// that is left to be confirmed.
func (v *visit) addEvidence(tx *store.Tx, d document.Document, seg, to thread.ID, against bool) error {
	add := func(supports, contradicts []thread.ID) (a, b []thread.ID, err error) {
		if slices.Contains(supports, seg) || slices.Contains(contradicts, seg) {
			return nil, nil, fault.New(fault.Invalid, "It is among that evidence already.")
		}
		if against {
			return supports, append(slices.Clone(contradicts), seg), nil
		}
		return append(slices.Clone(supports), seg), contradicts, nil
	}
	var o thread.Object
	switch to.Kind() {
	case thread.Takeaway:
		it, err := store.Get[synthesis.Takeaway](v.Ctx, tx, v.Study, to)
		if err != nil {
			return err
		}
		t := it.Object
		if t.Supports, t.Contradicts, err = add(t.Supports, t.Contradicts); err != nil {
			return err
		}
		if t.Case != d.Case || !v.may(study.EditCase, t.Case) {
			return fault.New(fault.Forbidden, "This takeaway is not for you to change.")
		}
		o = t
	case thread.Score:
		it, err := store.Get[synthesis.Score](v.Ctx, tx, v.Study, to)
		if err != nil {
			return err
		}
		s := it.Object
		if s.Supports, s.Contradicts, err = add(s.Supports, s.Contradicts); err != nil {
			return err
		}
		if s.Case != d.Case || !v.may(study.Edit, s.Case) {
			return fault.New(fault.Forbidden, "This score is not for you to change.")
		}
		o = s
	default:
		return fault.New(fault.Invalid, "Choose a takeaway or a score.")
	}
	return tx.PutComputed(v.Study, o, store.Any)
}

// evidenceFor lists what a passage of a case can be evidence for.
func (v *visit) evidenceFor(c thread.ID) ([]option, error) {
	if c == "" {
		return nil, nil
	}
	var out []option
	if v.may(study.EditCase, c) {
		takes, err := store.All[synthesis.Takeaway](v.Ctx, v.store(), v.Study, store.Filter{Case: c})
		if err != nil {
			return nil, err
		}
		for _, it := range takes {
			out = append(out, option{string(it.Object.ID), "Takeaway: " + it.Object.Title})
		}
	}
	if v.may(study.Edit, c) {
		conditions, err := store.All[synthesis.Condition](v.Ctx, v.store(), v.Study, store.Filter{})
		if err != nil {
			return nil, err
		}
		name := map[thread.ID]string{}
		for _, it := range conditions {
			name[it.Object.ID] = it.Object.Name
		}
		scores, err := store.All[synthesis.Score](v.Ctx, v.store(), v.Study, store.Filter{Case: c})
		if err != nil {
			return nil, err
		}
		for _, it := range scores {
			out = append(out, option{string(it.Node.ID), "Score: " + name[it.Object.Condition] + " (" + it.Object.Raw + ")"})
		}
	}
	sortOptions(out)
	return out, nil
}

// ownCoding gives a coding that the member may change.
func (v *visit) ownCoding(tx *store.Tx, d document.Document, seg thread.ID, id string) (coding.Coding, error) {
	it, err := store.Get[coding.Coding](v.Ctx, tx, v.Study, thread.ID(id))
	if err != nil {
		return it.Object, err
	}
	if it.Object.Segment != seg {
		return it.Object, fault.New(fault.NotFound, "There is no such coding on this passage.")
	}
	if it.Object.Coder != v.Member.Handle {
		return it.Object, fault.New(fault.Forbidden, "This coding is %s's. Each changes their own.", it.Object.Coder)
	}
	return it.Object, nil
}

// mine gives the codings of a passage that the member may carry elsewhere: their own.
func (v *visit) mine(tx *store.Tx, d document.Document, seg thread.ID) ([]coding.Coding, error) {
	all, err := store.All[coding.Coding](v.Ctx, tx, v.Study, store.Filter{Owner: seg})
	if err != nil {
		return nil, err
	}
	var out []coding.Coding
	for _, it := range all {
		if it.Object.Coder == v.Member.Handle {
			out = append(out, it.Object)
		}
	}
	if len(out) == 0 && len(all) > 0 {
		return nil, fault.New(fault.Forbidden, "This passage was coded by others alone. Code it yourself first; then your own codings can be moved.")
	}
	return out, nil
}

// moved puts the member's codings of a passage to another place.
func (v *visit) moved(d document.Document, s coding.Segment, text document.Text, at span) (to thread.ID, err error) {
	a, err := text.At(at.Start, at.End)
	if err != nil {
		return "", err
	}
	err = v.act(d, "other ends", func(tx *store.Tx) error {
		ks, err := v.mine(tx, d, s.ID)
		if err != nil {
			return err
		}
		to, err = v.carry(tx, d, s, ks, a)
		return err
	})
	return to, err
}

// carry gives codings another place. Where nobody else coded the passage, the passage itself moves, and what rests on it
// goes stale; otherwise the codings go to a passage of their own.
func (v *visit) carry(tx *store.Tx, d document.Document, s coding.Segment, ks []coding.Coding, a document.Anchor) (thread.ID, error) {
	all, err := store.All[coding.Coding](v.Ctx, tx, v.Study, store.Filter{Owner: s.ID})
	if err != nil {
		return "", err
	}
	segs, err := store.All[coding.Segment](v.Ctx, tx, v.Study, store.Filter{Owner: d.ID})
	if err != nil {
		return "", err
	}
	stands := slices.ContainsFunc(segs, func(it store.Item[coding.Segment]) bool {
		x := it.Object.Anchor
		return it.Object.ID != s.ID && x.Version == a.Version && x.Start == a.Start && x.End == a.End
	})
	if len(all) == len(ks) && !stands {
		s.Anchor = a
		return s.ID, tx.Put(v.Study, s, store.Any)
	}
	to, err := v.segmentFor(tx, d, a)
	if err != nil || to == s.ID {
		return to, err
	}
	for _, k := range ks {
		if err := tx.Drop(v.Study, k.Ref(), store.Any); err != nil {
			return "", err
		}
		k.Segment = to
		if err := tx.Put(v.Study, k, 0); err != nil && fault.Of(err) != fault.Conflict {
			return "", err
		}
	}
	return to, v.dropEmpty(tx, s.ID)
}

// dropEmpty takes a passage away when nothing is on it and nothing rests on it.
func (v *visit) dropEmpty(tx *store.Tx, seg thread.ID) error {
	if err := tx.Drop(v.Study, seg, store.Any); err != nil && fault.Of(err) != fault.Conflict {
		return err
	}
	return nil
}

// placeOf finds the words of a passage in the text: those nearest to where it is now. Where it stands at its words (here), the
// new place must hold a part of it.
func placeOf(body string, now document.Anchor, passage string, here bool) (at span, why string) {
	passage = strings.TrimSpace(passage)
	if passage == "" {
		return at, "must not be empty"
	}
	best, far := span{}, -1
	for _, p := range places(body, passage) {
		from := utf8.RuneCountInString(body[:p[0]])
		to := from + utf8.RuneCountInString(body[p[0]:p[1]])
		if here && (to <= now.Start || from >= now.End) {
			continue // it must hold a part of the passage that is moved
		}
		if d := max(from-now.Start, now.Start-from); far < 0 || d < far {
			best, far = span{from, to}, d
		}
	}
	if far < 0 {
		return at, "does not stand there. Take words of the text exactly as they stand, with at least a part of the passage among them"
	}
	return best, ""
}

// around gives the text before and after a passage, up to the ends of its paragraph but at least a few words.
func around(text document.Text, a document.Anchor) (before, after string) {
	r := []rune(text.Body)
	from := max(0, a.Start-300)
	for i := a.Start - 1; i > from; i-- {
		if i > 0 && r[i] == '\n' && r[i-1] == '\n' {
			from = i + 1
			break
		}
	}
	to := min(len(r), a.End+300)
	for i := a.End; i+1 < to; i++ {
		if r[i] == '\n' && r[i+1] == '\n' {
			to = i
			break
		}
	}
	return string(r[from:a.Start]), string(r[a.End:to])
}

func (v *visit) showPassage(d document.Document, seg store.Item[coding.Segment], trouble, typed string) error {
	id, a := seg.Object.ID, seg.Object.Anchor
	text, err := store.Text(v.Ctx, v.store(), v.Study, d.ID, d.Version)
	if err != nil {
		return err
	}
	p := editPassagePage{Action: v.at("document", string(d.ID), "passage"), Segment: string(id), Back: v.placeAt(seg.Object), MoveAt: v.at("document", string(d.ID)) + "?move=" + string(id) + "#" + string(id), Thread: v.at("thread", string(id)), Quote: a.Quote, Lang: d.Language, Dir: direction(d.Language), Trouble: trouble, Memo: typed}
	if !a.Area.None() {
		p.Part = partWords(a.Area)
		p.Picture, p.Play, p.Film = v.partShown(d, seg.Object)
	} else if text.Holds(a) {
		p.Before, p.After = around(text, a)
	}
	codes, err := store.All[coding.Code](v.Ctx, v.store(), v.Study, store.Filter{})
	if err != nil {
		return err
	}
	p.Codes = codeTree(store.Objects(codes))
	all, err := v.codingsOf(d)
	if err != nil {
		return err
	}
	for _, it := range all {
		k := it.Object
		if k.Segment != id {
			continue
		}
		i := slices.IndexFunc(p.Codes, func(c treeCode) bool { return c.ID == k.Code })
		if i < 0 {
			continue
		}
		p.Codings = append(p.Codings, editCoding{ID: string(it.Node.ID), Code: p.Codes[i].Path, CodeID: k.Code, Colour: p.Codes[i].Colour, Coder: k.Coder, Memo: k.Memo, Mine: k.Coder == v.Member.Handle,
			Drop: v.at("document", string(d.ID), "drop") + "?coding=" + string(it.Node.ID)})
	}
	segs, err := store.All[coding.Segment](v.Ctx, v.store(), v.Study, store.Filter{Owner: d.ID})
	if err != nil {
		return err
	}
	for _, it := range segs {
		b := it.Object.Anchor
		if it.Object.ID == id || !b.Area.None() || b.Version != a.Version || b.Start > a.End+400 || b.End < a.Start-400 {
			continue
		}
		if slices.ContainsFunc(all, func(k store.Item[coding.Coding]) bool {
			return k.Object.Segment == it.Object.ID && k.Object.Coder == v.Member.Handle
		}) {
			p.Near = append(p.Near, nearPassage{string(it.Object.ID), excerpt(b.Quote, 60)})
		}
	}
	if p.Memos, err = v.memosOn(seg.Node); err != nil {
		return err
	}
	up, err := v.store().Up(v.Ctx, v.Study, id)
	if err != nil {
		return err
	}
	for n := range up.Nodes {
		p.Rests = p.Rests || n.Kind().IsStatement()
	}
	if p.For, err = v.evidenceFor(d.Case); err != nil {
		return err
	}
	if d.Case != "" && v.may(study.EditCase, d.Case) {
		p.New = v.at("case", string(d.Case), "takeaway", "new") + "?segment=" + string(id)
	}
	return v.render("Change a passage", p)
}
