package web

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"throughline/internal/coding"
	"throughline/internal/document"
	"throughline/internal/fault"
	"throughline/internal/fieldwork"
	"throughline/internal/store"
	"throughline/internal/study"
	"throughline/internal/thread"
)

// codingPage is the form for coding a passage of one paragraph.
type codingPage struct {
	Back  string // address of the paragraph
	Title string
	N     int
	Text  string // of the paragraph
	Lang  string
	Dir   string
	Form  form
}

func (codingPage) template() string { return "coding" }

// dropPage asks whether a coding is to be taken away.
type dropPage struct {
	Quote  string
	Lang   string
	Dir    string
	Code   string
	Coder  string
	Memo   string
	Last   bool // the passage goes with it
	Form   form
	Stayed string // why it did not go
}

func (dropPage) template() string { return "drop" }

// codePassage gives codes to a passage: the words that the person left standing of a paragraph, or the place that the
// script in the page counted out.
func codePassage(v *visit) error {
	d := v.Object.(document.Document)
	back := v.at("document", string(d.ID))
	v.crumb("Documents", v.at("documents"))
	v.crumb(documentTitle(v.Node), back)
	consent, interview, err := v.consent(d)
	if err != nil {
		return err
	}
	no := barred(consent, interview)
	// Where consent is withdrawn not even the form may show the words again.
	if no != "" && (consent.Withdrawn != "" || v.R.Method != http.MethodPost) {
		return fault.New(fault.Forbidden, "%s", no)
	}
	text, err := store.Text(v.Ctx, v.store(), v.Study, d.ID, d.Version)
	if err != nil {
		return err
	}
	paras := layOut(text.Body, nil)
	n, err := strconv.Atoi(cmp.Or(v.R.FormValue("paragraph"), "1"))
	if err != nil || n < 1 || n > len(paras) {
		return fault.New(fault.NotFound, "There is no such paragraph in this document. Open the document and choose one.")
	}
	x := paras[n-1]
	p := codingPage{Back: back + "#p" + strconv.Itoa(n), Title: d.Title, N: n, Text: x.Runs[0].Text, Lang: d.Language, Dir: direction(d.Language)}
	p.Form = form{Submit: "Code the passage", Cancel: p.Back, Fields: []field{
		{Name: "passage", Label: "Passage", Help: "The whole paragraph stands here. Delete what does not belong to the passage, at its beginning and at its end, or paste the passage in its place. Nothing changes in the document.",
			Kind: areaField, Value: p.Text, Lang: d.Language, Required: true},
		{Name: "codes", Label: "Codes", Help: "One or several.", Kind: checksField, Required: true},
		{Name: "memo", Label: "Memo", Help: "What you thought, if it is worth keeping. It goes with each of the codes.", Kind: areaField},
		{Name: "paragraph", Kind: hiddenField, Value: strconv.Itoa(n)},
		{Name: "start", Kind: hiddenField},
		{Name: "end", Kind: hiddenField},
	}}
	show := func() error {
		_, tree, err := v.codes()
		if err != nil {
			return err
		}
		for _, c := range tree {
			p.Form.Fields[1].Options = append(p.Form.Fields[1].Options, option{string(c.ID), c.Path})
		}
		return v.render("Code a passage", p)
	}
	if v.R.Method != http.MethodPost {
		return show()
	}
	p.Form.read(v.R)
	f := p.Form
	again := func(status int, err error) error {
		p.Form.tell(err)
		v.status = status
		return show()
	}
	if no != "" {
		return again(http.StatusForbidden, fault.New(fault.Forbidden, "%s", no))
	}
	var ps fault.Problems
	at, why := choose(text.Body, x, f.text("passage"), f.text("start"), f.text("end"))
	if why != "" {
		ps.Add("passage", "%s", why)
	}
	fresh, err := v.freshCode()
	if k := fault.Of(err); err != nil && k != fault.Invalid && k != fault.Forbidden {
		return err
	}
	if err != nil {
		ps.Add("codes", "%s", fault.Message(err))
	}
	chosen := f.ids("codes")
	slices.Sort(chosen)
	chosen = slices.Compact(chosen)
	if len(chosen) == 0 && fresh.ID == "" {
		ps.Add("codes", "choose at least one")
	}
	known, err := store.SeveralNodes(v.Ctx, v.store(), v.Study, chosen)
	if err != nil {
		return err
	}
	known = slices.DeleteFunc(known, func(n thread.Node) bool { return n.Kind != thread.Code })
	if len(known) < len(chosen) {
		ps.Add("codes", "one of them is not in the codebook any more; choose again")
	}
	if err := ps.Err(); err != nil {
		return again(http.StatusUnprocessableEntity, err)
	}
	anchor, err := text.At(at.Start, at.End)
	if err != nil {
		return err
	}
	var seg thread.ID
	err = v.act(d, "coding", func(tx *store.Tx) error {
		var err error
		if fresh.ID != "" {
			err := tx.Put(v.Study, fresh, 0)
			if fault.Of(err) == fault.Conflict && v.again() { // it arrived the first time
				err = nil
			}
			if err != nil {
				return err
			}
			chosen = append(slices.Clone(chosen), fresh.ID)
		}
		seg, err = v.code(tx, d, anchor, chosen, f.text("memo"))
		return err
	})
	switch fault.Of(err) {
	case fault.Invalid:
		return again(http.StatusUnprocessableEntity, err)
	case fault.Conflict:
		return again(http.StatusConflict, err)
	case fault.Forbidden:
		return again(http.StatusForbidden, err)
	}
	if err != nil {
		return err
	}
	return v.to(v.segmentAt(d.ID, seg))
}

// again tells that the same was sent before, and its sender has no answer.
func (v *visit) again() bool { return v.R.PostForm.Get("again") != "" }

// freshCode is a code that is made on the spot: it has a name, and its definition waits for somebody to write it. Without a
// name in the form it is empty.
func (v *visit) freshCode() (c coding.Code, err error) {
	name := strings.Join(strings.Fields(clean(v.R.PostForm.Get("newcode"))), " ")
	if name == "" {
		return c, nil
	}
	if !v.may(study.Edit, "") {
		return c, fault.New(fault.Forbidden, "new codes are for who may edit the codebook; ask the lead")
	}
	if utf8.RuneCountInString(name) > 120 {
		return c, fault.New(fault.Invalid, "the name of the new code is too long; take at most 120 letters")
	}
	_, tree, err := v.codes()
	if err != nil {
		return c, err
	}
	if i := slices.IndexFunc(tree, func(t treeCode) bool { return strings.EqualFold(t.Name, name) }); i >= 0 && !v.again() {
		return c, fault.New(fault.Invalid, "there is a code %s already; choose it in the list", tree[i].Path)
	}
	sum := sha256.Sum256([]byte(strings.ToLower(name)))
	return coding.Code{ID: thread.ID(thread.Code.Prefix() + "new-" + hex.EncodeToString(sum[:5])), Name: name, Define: "Not defined yet."}, nil
}

// placeAt is the address of a passage: in the text, or on the page of the parts of its document.
func (v *visit) placeAt(s coding.Segment) string {
	if !s.Anchor.Area.None() {
		return v.partAt(s.Anchor.Document, s.ID, s.Anchor.Area)
	}
	return v.segmentAt(s.Anchor.Document, s.ID)
}

// segmentAt is the address of a passage in its document.
func (v *visit) segmentAt(doc, seg thread.ID) string {
	return v.at("document", string(doc)) + "?segment=" + string(seg) + "#" + string(seg)
}

// code writes the codings, and the segment when there is none at that place yet.
func (v *visit) code(tx *store.Tx, d document.Document, a document.Anchor, codes []thread.ID, memo string) (thread.ID, error) {
	// What the form was made from may have changed since: look again, where nothing can change any more.
	now, err := store.Get[document.Document](v.Ctx, tx, v.Study, d.ID)
	if err != nil {
		return "", err
	}
	if now.Object.Version != d.Version {
		return "", fault.New(fault.Conflict, "The text of this document was replaced in the meantime. Open the document again and look for the passage there.")
	}
	if d.Interview != "" {
		it, err := store.Get[fieldwork.Interview](v.Ctx, tx, v.Study, d.Interview)
		if err != nil {
			return "", err
		}
		if no := barred(it.Object.Consent, true); no != "" {
			return "", fault.New(fault.Forbidden, "%s", no)
		}
	}
	id, err := v.segmentFor(tx, d, a)
	if err != nil {
		return "", err
	}
	var ps fault.Problems
	for _, c := range codes {
		err := tx.Put(v.Study, coding.Coding{Segment: id, Code: c, Coder: v.Member.Handle, Case: d.Case, Memo: memo}, 0)
		if fault.Of(err) == fault.Conflict && v.again() {
			continue // it arrived the first time, and only the answer was lost
		}
		if fault.Of(err) == fault.Conflict {
			all, err := store.All[coding.Code](v.Ctx, tx, v.Study, store.Filter{})
			if err != nil {
				return "", err
			}
			tree := codeTree(store.Objects(all))
			i := slices.IndexFunc(tree, func(t treeCode) bool { return t.ID == c })
			ps.Add("codes", "you gave this passage the code %s already; take it out here, or remove the earlier one first", tree[i].Path)
			continue
		}
		if err != nil {
			return "", err
		}
	}
	return id, ps.Err()
}

// segmentFor gives the passage at a place, and makes one when there is none yet.
func (v *visit) segmentFor(tx *store.Tx, d document.Document, a document.Anchor) (thread.ID, error) {
	// A document may have thousands of passages, and this is done while all other writing waits. Of the place, what is looked
	// for begins with the colon: there are fewer of them to try than of quotation marks.
	segs, err := store.All[coding.Segment](v.Ctx, tx, v.Study, store.Filter{Owner: d.ID, Holds: fmt.Sprintf(`:%d,"end":%d,`, a.Start, a.End)})
	if err != nil {
		return "", err
	}
	for _, it := range segs {
		x := it.Object.Anchor
		if x.Version == a.Version && x.Start == a.Start && x.End == a.End && x.Area == a.Area {
			return it.Object.ID, nil
		}
	}
	sum := sha256.Sum256([]byte(fmt.Sprintf("%s %d %d %d%s", d.ID, a.Version, a.Start, a.End, a.Area)))
	name := hex.EncodeToString(sum[:])
	for n := 8; n <= len(name); n += 8 {
		id := thread.ID(thread.Segment.Prefix() + d.ID.Rest() + "-" + name[:n])
		_, err := store.Get[coding.Segment](v.Ctx, tx, v.Study, id)
		if fault.Of(err) == fault.NotFound {
			return id, tx.Put(v.Study, coding.Segment{ID: id, Case: d.Case, Anchor: a}, 0)
		}
		if err != nil {
			return "", err
		}
	}
	return "", fault.New(fault.Conflict, "The passage cannot be named. Choose one word more or less.")
}

// choose finds the passage: where start and end say, when the words stand there, and else by its words, which must stand
// once in the paragraph. why says, for people, what is wrong.
func choose(body string, x para, passage, start, end string) (at span, why string) {
	passage = strings.TrimSpace(passage)
	if passage == "" {
		return at, "must not be empty"
	}
	from, err1 := strconv.Atoi(start)
	to, err2 := strconv.Atoi(end)
	if err1 == nil && err2 == nil && from >= 0 && to > from {
		if r := []rune(body); to <= len(r) {
			for from < to && unicode.IsSpace(r[from]) {
				from++
			}
			for to > from && unicode.IsSpace(r[to-1]) {
				to--
			}
			if string(r[from:to]) == passage {
				return span{from, to}, ""
			}
		}
	}
	text := x.Runs[0].Text
	found := places(text, passage)
	switch len(found) {
	case 0:
		return at, "does not stand in this paragraph. Take it exactly as it stands: only delete at the beginning and at the end"
	case 1:
		i, j := found[0][0], found[0][1]
		from := x.start + utf8.RuneCountInString(text[:i])
		return span{from, from + utf8.RuneCountInString(text[i:j])}, ""
	}
	return at, fmt.Sprintf("stands %d times in this paragraph. Leave a few more words standing, so that it is clear which one you mean", len(found))
}

// places finds where words stand in a text, in bytes: exactly, or else with white space of any sort and length between
// words, for a browser or a clipboard may have changed that.
func places(text, words string) [][2]int {
	find := func(text, words string) (out []int) {
		for at := 0; ; {
			i := strings.Index(text[at:], words)
			if i < 0 {
				return out
			}
			out = append(out, at+i)
			_, size := utf8.DecodeRuneInString(text[at+i:])
			at += i + size
		}
	}
	var out [][2]int
	for _, i := range find(text, words) {
		out = append(out, [2]int{i, i + len(words)})
	}
	if len(out) > 0 {
		return out
	}
	flat, back := flatten(text)
	wanted, _ := flatten(words)
	for _, i := range find(flat, wanted) {
		out = append(out, [2]int{back[i], back[i+len(wanted)]})
	}
	return out
}

// flatten makes one space of each run of white space, and tells for each byte of the result where it was.
func flatten(s string) (string, []int) {
	var b strings.Builder
	var back []int
	space := false
	for i, r := range s {
		if unicode.IsSpace(r) {
			if !space {
				b.WriteByte(' ')
				back = append(back, i)
			}
			space = true
			continue
		}
		space = false
		n, _ := b.WriteRune(r)
		for k := range n {
			back = append(back, i+k)
		}
	}
	return b.String(), append(back, len(s))
}

// dropCoding takes a coding away, and its passage when nothing is left on it and nothing rests on it. Coders may take
// away their own; who may edit the study, anybody's.
func dropCoding(v *visit) error {
	d := v.Object.(document.Document)
	back := v.at("document", string(d.ID))
	v.crumb("Documents", v.at("documents"))
	v.crumb(documentTitle(v.Node), back)
	id := thread.ID(v.R.FormValue("coding"))
	gone := fault.New(fault.NotFound, "There is no such coding in this document. It may have been removed already.")
	it, err := store.Get[coding.Coding](v.Ctx, v.store(), v.Study, id)
	if fault.Of(err) == fault.NotFound {
		return gone
	}
	if err != nil {
		return err
	}
	seg, err := store.Get[coding.Segment](v.Ctx, v.store(), v.Study, it.Object.Segment)
	if err != nil {
		return err
	}
	if seg.Object.Anchor.Document != d.ID {
		return gone
	}
	if it.Object.Coder != v.Member.Handle && !v.may(study.Edit, d.Case) {
		return fault.New(fault.Forbidden, "This coding is %s's. Coders remove their own; ask the lead if it has to go.", it.Object.Coder)
	}
	code, err := store.Get[coding.Code](v.Ctx, v.store(), v.Study, it.Object.Code)
	if err != nil {
		return err
	}
	onIt, err := store.All[coding.Coding](v.Ctx, v.store(), v.Study, store.Filter{Owner: seg.Object.ID})
	if err != nil {
		return err
	}
	consent, _, err := v.consent(d)
	if err != nil {
		return err
	}
	p := dropPage{Quote: seg.Object.Anchor.Quote, Lang: d.Language, Dir: direction(d.Language), Code: code.Object.Name, Coder: it.Object.Coder, Memo: it.Object.Memo, Last: len(onIt) == 1,
		Form: form{Submit: "Remove the coding", Cancel: v.placeAt(seg.Object), Version: it.Version, Fields: []field{{Name: "coding", Kind: hiddenField, Value: string(id)}}}}
	if consent.Withdrawn != "" {
		p.Quote, p.Memo = "", ""
	}
	if v.R.Method != http.MethodPost {
		return v.render("Remove a coding", p)
	}
	from, err := strconv.ParseInt(v.R.PostForm.Get("version"), 10, 64)
	if err != nil {
		from = it.Version
	}
	left := false
	err = v.act(d, "removal", func(tx *store.Tx) error {
		if err := tx.Drop(v.Study, id, from); err != nil {
			return err
		}
		others, err := store.All[coding.Coding](v.Ctx, tx, v.Study, store.Filter{Owner: seg.Object.ID})
		if left = len(others) > 0; err != nil || left {
			return err
		}
		err = tx.Drop(v.Study, seg.Object.ID, store.Any)
		if fault.Of(err) == fault.Conflict { // a statement rests on it
			left, err = true, nil
		}
		return err
	})
	switch fault.Of(err) {
	case fault.Conflict:
		v.status = http.StatusConflict
		p.Stayed = fault.Message(err)
		return v.render("Remove a coding", p)
	case fault.NotFound:
		return gone
	}
	if err != nil {
		return err
	}
	if left {
		return v.to(v.placeAt(seg.Object))
	}
	return v.toPlace(d, seg.Object.Anchor)
}

// toPlace leads to where a passage was that has gone: the page of its part, or its paragraph.
func (v *visit) toPlace(d document.Document, a document.Anchor) error {
	if !a.Area.None() {
		return v.to(strings.SplitN(v.partAt(d.ID, "", a.Area), "segment=", 2)[0])
	}
	text, err := store.Text(v.Ctx, v.store(), v.Study, d.ID, d.Version)
	if err != nil {
		return err
	}
	to := v.at("document", string(d.ID))
	for _, p := range layOut(text.Body, nil) {
		if a.Start < p.end {
			to += "#p" + strconv.Itoa(p.N)
			break
		}
	}
	return v.to(to)
}
