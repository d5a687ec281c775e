package transfer

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"throughline/exchange/refiqda"
	"throughline/exchange/tabular"
	"throughline/exchange/webannotation"
	"throughline/internal/coding"
	"throughline/internal/document"
	"throughline/internal/store"
	"throughline/internal/study"
	"throughline/internal/thread"
)

// Row is a coding as a table or a list of annotations tells it.
type Row struct {
	Line     int    // in the file, from 1
	Document string // id, title, GUID, or an address that ends in one of these
	Start    int    // code points; -1: not said
	End      int
	Quote    string
	Before   string
	After    string
	Code     string // id, name, or names from the top divided by " > ", " › ", " / " or "."
	Coder    string
	Memo     string
}

// columns are the names that columns of codings go by, in small letters.
var columns = map[string][]string{
	"document": {"document", "source", "file", "doc", "document name", "title"}, "start": {"start", "start_offset", "from", "startposition", "beginning"}, "end": {"end", "end_offset", "to", "endposition"},
	"quote": {"quote", "content", "text", "segment", "coded segment", "quotation", "quotation content", "selected text"}, "code": {"code", "tag", "codes", "code path"}, "coder": {"coder", "user", "author", "created by", "coder name"}, "memo": {"memo", "comment", "note"},
	"before": {"before", "prefix"}, "after": {"after", "suffix"},
}

// ReadTable reads codings from CSV, TSV or XLSX with at least the columns document, code, and quote or start and end.
// Taguette's table of highlights is such a one.
func ReadTable(b []byte) (rows []Row, losses []refiqda.Loss, err error) {
	find := func(header []string) map[string]int {
		at := map[string]int{}
		for i, h := range header {
			h = strings.ToLower(strings.TrimSpace(h))
			for name, words := range columns {
				if _, had := at[name]; !had && slices.Contains(words, h) {
					at[name] = i
				}
			}
		}
		return at
	}
	t, err := tabular.Read(b, func(header []string) bool {
		at := find(header)
		_, doc := at["document"]
		_, code := at["code"]
		_, quote := at["quote"]
		_, start := at["start"]
		return doc && code && (quote || start)
	})
	if err != nil {
		return nil, nil, fmt.Errorf("%w; expected the columns document, code, and quote or start and end", err)
	}
	at := find(t.Header)
	for _, r := range t.Refused {
		losses = append(losses, refiqda.Loss{Item: "row", Name: strconv.Itoa(r.Line), What: r.Why})
	}
	for _, r := range t.Rows {
		get := func(name string) string {
			if i, ok := at[name]; ok && i < len(r.Cells) {
				return r.Cells[i]
			}
			return ""
		}
		row := Row{Line: r.Line, Document: strings.TrimSpace(get("document")), Start: -1, End: -1, Quote: get("quote"), Before: get("before"), After: get("after"), Coder: strings.TrimSpace(get("coder")), Memo: strings.TrimSpace(get("memo"))}
		if s := strings.TrimSpace(get("start")); s != "" {
			a, err1 := strconv.Atoi(s)
			z, err2 := strconv.Atoi(strings.TrimSpace(get("end")))
			if err1 != nil || err2 != nil || a < 0 || z <= a {
				losses = append(losses, refiqda.Loss{Item: "row", Name: strconv.Itoa(r.Line), What: "start and end are no places: expected two whole numbers, the second one larger"})
				continue
			}
			row.Start, row.End = a, z
		}
		for _, c := range strings.Split(get("code"), ";") {
			if c = strings.TrimSpace(c); c != "" {
				row.Code = c
				rows = append(rows, row)
			}
		}
		if row.Code == "" {
			losses = append(losses, refiqda.Loss{Item: "row", Name: strconv.Itoa(r.Line), What: "names no code"})
		}
	}
	return rows, losses, nil
}

// ReadAnnotations reads codings from W3C Web Annotations.
func ReadAnnotations(r io.Reader) (rows []Row, losses []refiqda.Loss, err error) {
	all, lost, err := webannotation.Read(r, 256<<20)
	if err != nil {
		return nil, nil, err
	}
	for _, l := range lost {
		losses = append(losses, refiqda.Loss{Item: "annotation", What: l})
	}
	for i, a := range all {
		if len(a.Codes) == 0 {
			losses = append(losses, refiqda.Loss{Item: "annotation", GUID: a.ID, Name: strconv.Itoa(i + 1), What: "has no tag, so it codes nothing"})
		}
		for _, c := range a.Codes {
			rows = append(rows, Row{Line: i + 1, Document: a.Source, Start: a.Start, End: a.End, Quote: a.Quote, Before: a.Before, After: a.After, Code: c, Coder: a.Creator, Memo: a.Memo})
		}
	}
	return rows, losses, nil
}

// FromRows makes codings of a study from rows, on documents that the study has. A row goes where its start and end say when
// its words stand there, otherwise where its words stand once, or once with what is before and after them. Codes that the
// study has not are made. What finds no place is told, a row each.
func FromRows(b store.Bundle, rows []Row, o Options) Intake {
	x := &intake{o: o, taken: map[thread.ID]bool{}}
	x.out.Counts, x.out.Coders = map[string]int{}, map[string]string{}
	texts := map[thread.ID]document.Text{}
	for _, t := range b.Texts {
		texts[t.Document] = t
	}
	docs := map[string][]document.Document{} // by every name that they go by
	codes := map[string][]thread.ID{}
	var all []coding.Code
	passages := map[thread.ID]map[[2]int]thread.ID{}
	given := map[thread.ID]bool{}
	members := map[string]bool{}
	for _, obj := range b.Objects {
		x.taken[obj.Ref()] = true
		switch v := obj.(type) {
		case document.Document:
			for _, n := range []string{string(v.ID), v.ID.Rest(), v.GUID, v.Title, refiqda.NewGUID(b.Slug, string(v.ID))} {
				if n = strings.ToLower(n); n != "" && !slices.ContainsFunc(docs[n], func(d document.Document) bool { return d.ID == v.ID }) {
					docs[n] = append(docs[n], v)
				}
			}
		case coding.Code:
			all = append(all, v)
		case coding.Segment:
			if passages[v.Anchor.Document] == nil {
				passages[v.Anchor.Document] = map[[2]int]thread.ID{}
			}
			passages[v.Anchor.Document][[2]int{v.Anchor.Start, v.Anchor.End}] = v.ID
		case coding.Coding:
			given[v.Ref()] = true
		case study.Member:
			members[v.Handle] = true
		}
	}
	byID := map[thread.ID]coding.Code{}
	for _, c := range all {
		byID[c.ID] = c
	}
	path := func(c coding.Code) string {
		names := c.Name
		for n := 0; c.Parent != "" && n < 50; n++ {
			c = byID[c.Parent]
			names = c.Name + " > " + names
		}
		return names
	}
	for _, c := range all {
		for _, n := range []string{string(c.ID), path(c), c.Name} {
			n = strings.ToLower(n)
			if !slices.Contains(codes[n], c.ID) {
				codes[n] = append(codes[n], c.ID)
			}
		}
	}
	fresh := map[string]string{}
	code := func(name string) thread.ID {
		parts := []string{name}
		for _, by := range []string{" > ", " › ", " / "} {
			if strings.Contains(name, by) {
				parts = strings.Split(name, by)
				break
			}
		}
		if len(parts) == 1 && strings.Contains(name, ".") && !strings.Contains(name, ". ") { // as Taguette writes a tree
			parts = strings.Split(name, ".")
		}
		full := strings.ToLower(strings.Join(parts, " > "))
		if ids := codes[full]; len(ids) > 0 {
			return ids[0]
		}
		if ids := codes[strings.ToLower(name)]; len(ids) == 1 {
			return ids[0]
		}
		parent := thread.ID("")
		for i := range parts {
			up := strings.ToLower(strings.Join(parts[:i+1], " > "))
			if ids := codes[up]; len(ids) > 0 {
				parent = ids[0]
				continue
			}
			c := coding.Code{ID: x.id(thread.Code, parts[i], up), Parent: parent, Name: strings.TrimSpace(parts[i]), Define: noDefinition}
			x.add("codes", c)
			codes[up] = append(codes[up], c.ID)
			parent = c.ID
		}
		return parent
	}
	for _, r := range rows {
		lose := func(what string) { x.lose("row", "", strconv.Itoa(r.Line), what) }
		key := strings.ToLower(strings.TrimSuffix(r.Document, "/"))
		found := docs[key]
		for _, by := range []string{"/", ":"} {
			if i := strings.LastIndex(key, by); len(found) == 0 && i >= 0 {
				found = docs[key[i+1:]]
			}
		}
		if i := strings.LastIndexByte(key, '.'); len(found) == 0 && i > 0 {
			found = docs[key[:i]]
		}
		switch len(found) {
		case 0:
			lose("names a document that the study has not: bring it in first, under this title")
			continue
		case 1:
		default:
			lose("names a document by a title that several have; name it by its id")
			continue
		}
		d := found[0]
		t := texts[d.ID]
		a, why := placeRow(t, r)
		if why != "" {
			lose(why)
			continue
		}
		coder := cmp.Or(o.Coders[r.Coder], slug(r.Coder))
		if len(coder) < 2 {
			coder = o.By
		}
		x.out.Coders[r.Coder] = coder
		if !members[coder] && fresh[coder] == "" {
			fresh[coder] = r.Coder
			x.add("members", study.Member{ID: study.MemberID(coder), Handle: coder, Role: study.Coder})
		}
		place := [2]int{a.Start, a.End}
		seg := passages[d.ID][place]
		if seg == "" {
			seg = thread.ID(thread.Segment.Prefix() + refiqda.NewGUID(string(d.ID), strconv.Itoa(a.Version), strconv.Itoa(a.Start), strconv.Itoa(a.End)))
			if passages[d.ID] == nil {
				passages[d.ID] = map[[2]int]thread.ID{}
			}
			passages[d.ID][place] = seg
			x.add("passages", coding.Segment{ID: seg, Case: d.Case, Anchor: a})
		}
		k := coding.Coding{Segment: seg, Code: code(r.Code), Coder: coder, Case: d.Case, Memo: r.Memo}
		if given[k.Ref()] {
			lose("the same coder gave the same code to the same place before")
			continue
		}
		given[k.Ref()] = true
		x.add("codings", k)
	}
	return x.out
}

// placeRow finds where a row's words stand.
func placeRow(t document.Text, r Row) (a document.Anchor, why string) {
	if r.Start >= 0 {
		a, err := t.At(r.Start, r.End)
		if err == nil && (r.Quote == "" || strings.Join(strings.Fields(a.Quote), " ") == strings.Join(strings.Fields(r.Quote), " ")) {
			return a, ""
		}
		if r.Quote == "" {
			return a, "its start and end lie outside of the text"
		}
	}
	quote := strings.TrimSpace(strings.ReplaceAll(r.Quote, "\r\n", "\n"))
	if quote == "" {
		return a, "says of no place in the text"
	}
	if r.Before != "" || r.After != "" {
		before, after := strings.TrimSpace(r.Before), strings.TrimSpace(r.After) // tables lose white space at the ends of cells
		found := -1
		for at := 0; ; {
			i := strings.Index(t.Body[at:], quote)
			if i < 0 {
				break
			}
			i += at
			if strings.HasSuffix(strings.TrimSpace(t.Body[:i]), before) && strings.HasPrefix(strings.TrimSpace(t.Body[i+len(quote):]), after) {
				if found >= 0 {
					found = -1
					break
				}
				found = i
			}
			at = i + len(quote)
		}
		if found >= 0 {
			from := utf8.RuneCountInString(t.Body[:found])
			if a, err := t.At(from, from+utf8.RuneCountInString(quote)); err == nil {
				return a, ""
			}
		}
	}
	a, err := t.Find(quote)
	switch {
	case err == nil:
		return a, ""
	case strings.Contains(t.Body, quote):
		return a, fmt.Sprintf("its words stand %d times in the text; say which with start and end", strings.Count(t.Body, quote))
	}
	return a, "its words do not stand in the text"
}

// ToAnnotations makes W3C Web Annotations of a project that may leave.
func ToAnnotations(p refiqda.Project) []webannotation.Annotation {
	paths := p.Paths()
	users := map[string]string{}
	for _, u := range p.Users {
		users[u.GUID] = u.Name
	}
	notes := map[string]string{}
	for _, n := range p.Notes {
		notes[n.GUID] = n.Text
	}
	var out []webannotation.Annotation
	for _, s := range p.Sources {
		r := []rune(s.Text)
		for _, x := range s.Selections {
			for _, c := range x.Codings {
				a := webannotation.Annotation{ID: "urn:uuid:" + c.GUID, Source: "urn:uuid:" + s.GUID, Start: x.Start, End: x.End, Quote: x.Quote, Codes: []string{strings.Join(paths[c.Code], " > ")}, Creator: users[c.User]}
				a.Before, a.After = string(r[max(0, x.Start-document.Context):x.Start]), string(r[x.End:min(len(r), x.End+document.Context)])
				var memo []string
				for _, n := range c.Notes {
					memo = append(memo, notes[n])
				}
				a.Memo = strings.Join(memo, "\n\n")
				out = append(out, a)
			}
		}
	}
	return out
}
