package transfer

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"throughline/exchange/refiqda"
	"throughline/exchange/refiqda/taguette"
	"throughline/exchange/tabular"
	"throughline/exchange/webannotation"
	"throughline/internal/coding"
	"throughline/internal/document"
	"throughline/internal/source"
	"throughline/internal/store"
	"throughline/internal/study"
	"throughline/internal/thread"
)

// Row is a coding as a table or a list of annotations tells it.
type Row struct {
	Line     int    // in the file, from 1
	Document string // id, title, GUID, or an address that ends in one of these or is that of the document's record
	Title    string // what else the document is called; empty: not said
	Start    int    // code points; -1: not said
	End      int
	Quote    string
	Before   string
	After    string
	Code     string // id, name, or names from the top divided by " > ", " › ", " / " or "."
	Coder    string
	Memo     string
}

// columns are the names that columns of codings go by, in small letters; where a table has several of a row, the first of
// them counts.
var columns = map[string][]string{
	"document": {"document", "document name", "doc", "source", "file", "media title", "title", "dokument", "dokumentname", "datei", "fichier", "documento", "archivo", "arquivo"},
	"start":    {"start", "start_offset", "from", "startposition", "beginning", "anfang", "début", "inicio", "início"}, "end": {"end", "end_offset", "to", "endposition", "ende", "fin", "fim"},
	"quote": {"quote", "coded segment", "quotation content", "quotation", "segment", "content", "text", "excerpt", "selected text", "zitat", "textstelle", "citation", "extrait", "cita", "fragmento", "trecho"},
	"code":  {"code", "code path", "codes", "tag", "tags", "kode", "código", "codes applied"}, "coder": {"coder", "coder name", "user", "author", "created by", "excerpt creator", "kodierer", "codierer", "codeur", "codificador"},
	"memo": {"memo", "comment", "note", "kommentar", "notiz", "commentaire", "comentario", "comentário"}, "before": {"before", "prefix"}, "after": {"after", "suffix"},
}

// near is how many letters the place that a row tells may be off, when its words stand near there alone.
const near = 30

// ReadCodings reads a list of codings of the sort that its file name says: Web Annotations, the web page of highlights that
// Taguette exports, and else a table.
func ReadCodings(name string, b []byte) (rows []Row, losses []refiqda.Loss, err error) {
	switch strings.ToLower(path.Ext(name)) {
	case ".json", ".jsonld":
		return ReadAnnotations(bytes.NewReader(b))
	case ".html", ".htm":
		return readHighlights(b)
	}
	return ReadTable(b)
}

// largestPage is how many bytes a web page of highlights may have; as a tree it takes many times that.
const largestPage = 16 << 20

func readHighlights(b []byte) (rows []Row, losses []refiqda.Loss, err error) {
	if len(b) > largestPage {
		return nil, nil, fmt.Errorf("it is larger than %d MB; export the highlights as a table", largestPage>>20)
	}
	all, err := taguette.ReadHighlights(b)
	for i, h := range all {
		if len(h.Tags) == 0 {
			losses = append(losses, refiqda.Loss{Item: "highlight", Name: strconv.Itoa(i + 1), What: "has no tag, so it codes nothing"})
		}
		for _, t := range h.Tags {
			rows = append(rows, Row{Line: i + 1, Document: h.Document, Start: -1, End: -1, Quote: h.Quote, Code: t})
		}
	}
	return rows, losses, err
}

// ReadTable reads codings from CSV, TSV or XLSX with at least the columns document, code, and quote or start and end.
// Taguette's table of highlights is such a one.
func ReadTable(b []byte) (rows []Row, losses []refiqda.Loss, err error) {
	find := func(header []string) map[string]int {
		at := map[string]int{}
		for name, words := range columns {
			for _, w := range words {
				i := slices.IndexFunc(header, func(h string) bool { return strings.ToLower(strings.TrimSpace(h)) == w })
				if i >= 0 {
					at[name] = i
					break
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
	for name, i := range at {
		for k, h := range t.Header {
			if k != i && strings.EqualFold(h, t.Header[i]) {
				return nil, nil, fmt.Errorf("columns %d and %d in row %d are both called %q; only one can say the %s: name the other otherwise", min(i, k)+1, max(i, k)+1, t.HeaderLine, h, name)
			}
		}
	}
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
			a, ok1 := position(s)
			z, ok2 := position(strings.TrimSpace(get("end")))
			if bad := !ok1 || !ok2 || z <= a; bad && strings.TrimSpace(row.Quote) != "" { // the words alone say where
				a, z = -1, -1
			} else if bad {
				losses = append(losses, refiqda.Loss{Item: "row", Name: strconv.Itoa(r.Line), What: "start and end are no places: expected two whole numbers, the second one larger"})
				continue
			}
			row.Start, row.End = a, z
		}
		for _, c := range strings.FieldsFunc(get("code"), func(r rune) bool { return r == ';' || r == '\n' || r == '\r' }) {
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

// position reads a place, also as spreadsheets write whole numbers (12.0).
func position(s string) (int, bool) {
	whole, rest, _ := strings.Cut(s, ".")
	n, err := strconv.Atoi(whole)
	return n, err == nil && n >= 0 && strings.Trim(rest, "0") == ""
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
			rows = append(rows, Row{Line: i + 1, Document: a.Source, Title: a.Title, Start: a.Start, End: a.End, Quote: a.Quote, Before: a.Before, After: a.After, Code: c, Coder: a.Creator, Memo: a.Memo})
		}
	}
	return rows, losses, nil
}

// webAddress gives an address as it is the same however it was copied: without its scheme, its end and the place in the page.
func webAddress(s string) string {
	_, rest, ok := strings.Cut(s, "://")
	if !ok {
		return ""
	}
	rest, _, _ = strings.Cut(rest, "#")
	return strings.TrimRight(strings.TrimPrefix(rest, "www."), "/")
}

// FromRows makes codings of a study from rows, on documents that the study has. A row goes where its start and end say when
// its words stand there, otherwise where its words stand once, or once with what is before and after them. Codes that the
// study has not are made. What finds no place is told, a row each.
func FromRows(b store.Bundle, rows []Row, o Options) Intake {
	x := &intake{o: o, taken: map[thread.ID]bool{}}
	x.out.Counts, x.out.Coders = map[string]int{}, map[string]string{}
	texts := map[thread.ID]document.Text{}
	plain := map[thread.ID]func() plainText{}
	for _, t := range b.Texts {
		texts[t.Document] = t
	}
	docs := map[string][]document.Document{} // by every name that they go by
	codes := map[string][]thread.ID{}
	var all []coding.Code
	passages := map[thread.ID]map[[2]int]thread.ID{}
	given := map[thread.ID]bool{}
	members := map[string]bool{}
	read := map[thread.ID]string{} // the addresses at which records were read
	for _, obj := range b.Objects {
		if r, ok := obj.(source.Record); ok {
			read[r.ID] = webAddress(r.URL)
		}
	}
	for _, obj := range b.Objects {
		x.taken[obj.Ref()] = true
		switch v := obj.(type) {
		case document.Document:
			for _, n := range []string{string(v.ID), v.ID.Rest(), v.GUID, v.Title, read[v.Record], refiqda.NewGUID(b.Slug, string(v.ID))} {
				if n = named(n); n != "" && !slices.ContainsFunc(docs[n], func(d document.Document) bool { return d.ID == v.ID }) {
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
	paths := map[string]thread.ID{} // by id and by all names from the top
	for _, c := range all {
		for _, n := range []string{string(c.ID), path(c)} {
			if n = named(n); paths[n] == "" {
				paths[n] = c.ID
			}
		}
		codes[named(c.Name)] = append(codes[named(c.Name)], c.ID)
	}
	fresh := map[string]string{}
	code := func(name string) (thread.ID, string) {
		parts := []string{name}
		for _, by := range []string{" > ", " › ", " / "} {
			if strings.Contains(name, by) {
				parts = strings.Split(name, by)
				break
			}
		}
		if len(parts) == 1 && strings.Contains(name, ".") && !slices.ContainsFunc(strings.Split(name, "."), func(part string) bool { // as Taguette writes a tree
			first, _ := utf8.DecodeRuneInString(part)
			return !unicode.IsLetter(first)
		}) {
			parts = strings.Split(name, ".")
		}
		for i := range parts {
			parts[i] = strings.TrimSpace(parts[i])
		}
		if id := paths[named(strings.Join(parts, " > "))]; id != "" {
			return id, ""
		}
		switch ids := codes[named(name)]; len(ids) {
		case 0:
		case 1:
			return ids[0], ""
		default:
			return "", fmt.Sprintf("names the code %q, and %d codes are called so; write the names above it too, such as %q", name, len(ids), path(byID[ids[0]]))
		}
		parent := thread.ID("")
		for i := range parts {
			up := named(strings.Join(parts[:i+1], " > "))
			if id := paths[up]; id != "" {
				parent = id
				continue
			}
			c := coding.Code{ID: x.id(thread.Code, parts[i], up), Parent: parent, Name: parts[i], Define: noDefinition}
			x.add("codes", c)
			paths[up] = c.ID
			parent = c.ID
		}
		return parent, ""
	}
	for _, r := range rows {
		lose := func(what string) { x.lose("row", "", strconv.Itoa(r.Line), what) }
		key := named(strings.TrimSuffix(r.Document, "/"))
		found := docs[key]
		if len(found) == 0 {
			found = docs[named(webAddress(r.Document))]
		}
		for _, by := range []string{"/", "\\", ":"} {
			if i := strings.LastIndex(key, by); len(found) == 0 && i >= 0 {
				found = docs[key[i+1:]]
				if k := strings.LastIndexByte(key, '.'); len(found) == 0 && k > i {
					found = docs[key[i+1:k]]
				}
			}
		}
		if i := strings.LastIndexByte(key, '.'); len(found) == 0 && i > 0 {
			found = docs[key[:i]]
		}
		if len(found) == 0 {
			found = docs[named(r.Title)]
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
		if plain[d.ID] == nil {
			plain[d.ID] = sync.OnceValue(func() plainText { return plainly(t.Body) })
		}
		a, why := placeRow(t, plain[d.ID], r)
		if why != "" {
			lose(why)
			continue
		}
		of, why := code(r.Code)
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
		k := coding.Coding{Segment: seg, Code: of, Coder: coder, Case: d.Case, Memo: r.Memo}
		if given[k.Ref()] {
			lose("the same coder gave the same code to the same place before")
			continue
		}
		given[k.Ref()] = true
		x.add("codings", k)
	}
	return x.out
}

// named is a name as it is compared: in small letters, composed.
func named(s string) string { return strings.ToLower(norm.NFC.String(s)) }

// plainText is a text as words are compared: composed, white space as one space, quotation marks and dashes straight, without
// soft hyphens. from and to tell where each letter of it stood, in code points.
type plainText struct {
	text     string
	from, to []int
}

func plainly(s string) plainText {
	var out []rune
	var p plainText
	put := func(r rune, from, to int) {
		if n := len(out); r == ' ' && n > 0 && out[n-1] == ' ' {
			p.to[n-1] = to
			return
		}
		out, p.from, p.to = append(out, r), append(p.from, from), append(p.to, to)
	}
	at := 0
	for len(s) > 0 {
		n := norm.NFC.NextBoundaryInString(s, true)
		to := at + utf8.RuneCountInString(s[:n])
		for _, r := range norm.NFC.String(s[:n]) {
			switch {
			case unicode.IsSpace(r):
				put(' ', at, to)
			case r == '\u00ad' || r == '\u200b' || r == '\ufeff':
			case strings.ContainsRune("‘’‚‛´`", r):
				put('\'', at, to)
			case strings.ContainsRune("“”„‟«»", r):
				put('"', at, to)
			case strings.ContainsRune("‐‑‒–—−", r):
				put('-', at, to)
			case r == '…':
				put('.', at, to)
				put('.', at, to)
				put('.', at, to)
			default:
				put(r, at, to)
			}
		}
		s, at = s[n:], to
	}
	p.text = string(out)
	return p
}

// placeRow finds where a row's words stand. plain is the text as words are compared.
func placeRow(t document.Text, plain func() plainText, r Row) (a document.Anchor, why string) {
	words := strings.TrimSpace(plainly(r.Quote).text)
	if r.Start >= 0 {
		a, err := t.At(r.Start, r.End)
		if err == nil && (words == "" || strings.TrimSpace(plainly(a.Quote).text) == words) {
			return a, ""
		}
		if words == "" {
			return a, "its start and end lie outside of the text"
		}
	}
	if words == "" {
		return a, "says of no place in the text"
	}
	exact := strings.TrimSpace(strings.ReplaceAll(r.Quote, "\r\n", "\n"))
	places := standing(t.Body, exact)
	for i, p := range places {
		places[i] = [2]int{utf8.RuneCountInString(t.Body[:p[0]]), utf8.RuneCountInString(t.Body[:p[1]])}
	}
	if len(places) == 0 {
		in := plain()
		found := standing(in.text, words)
		if rest := strings.TrimPrefix(words, "'"); len(found) == 0 && rest != words { // so that a spreadsheet would not run it
			found = standing(in.text, rest)
		}
		for _, p := range found {
			first, last := utf8.RuneCountInString(in.text[:p[0]]), utf8.RuneCountInString(in.text[:p[1]])-1
			places = append(places, [2]int{in.from[first], in.to[last]})
		}
	}
	if len(places) == 0 {
		return a, "its words do not stand in the text"
	}
	all := len(places)
	if all > 1 && (r.Before != "" || r.After != "") {
		in := plain()
		before, after := strings.TrimSpace(plainly(r.Before).text), strings.TrimSpace(plainly(r.After).text) // tables lose white space at the ends of cells
		with := slices.DeleteFunc(slices.Clone(places), func(p [2]int) bool {
			first, _ := slices.BinarySearch(in.to, p[0]+1)
			last, _ := slices.BinarySearch(in.from, p[1])
			letters := []rune(in.text)
			return !strings.HasSuffix(strings.TrimSpace(string(letters[:min(first, len(letters))])), before) || !strings.HasPrefix(strings.TrimSpace(string(letters[min(last, len(letters)):])), after)
		})
		if len(with) > 0 {
			places = with
		}
	}
	if len(places) > 1 && r.Start >= 0 { // counted from 1, or in other units
		here := slices.DeleteFunc(slices.Clone(places), func(p [2]int) bool { return max(p[0]-r.Start, r.Start-p[0]) > near })
		if len(here) == 1 {
			places = here
		}
	}
	if len(places) > 1 {
		return a, fmt.Sprintf("its words stand %d times in the text; say which with start and end", all)
	}
	a, err := t.At(places[0][0], places[0][1])
	if err != nil {
		return a, "its words do not stand in the text"
	}
	return a, ""
}

// standing gives where words stand in a text, in bytes.
func standing(text, words string) (out [][2]int) {
	for at := 0; words != ""; {
		i := strings.Index(text[at:], words)
		if i < 0 {
			break
		}
		out = append(out, [2]int{at + i, at + i + len(words)})
		at += i + len(words)
	}
	return out
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

// WriteCodings writes the codings of a project that may leave, as W3C Web Annotations (".jsonld") or as a table (".csv",
// ".xlsx"), and tells how many they are.
func WriteCodings(w io.Writer, ext, slug string, p refiqda.Project) (int, error) {
	all := ToAnnotations(p)
	if ext == ".jsonld" {
		return len(all), webannotation.Write(w, "urn:uuid:"+refiqda.NewGUID(slug, "codings"), p.Name, all)
	}
	title := map[string]string{}
	for _, x := range p.Sources {
		title["urn:uuid:"+x.GUID] = x.Name
	}
	table := [][]string{{"document", "start", "end", "quote", "code", "coder", "memo"}}
	for _, a := range all {
		table = append(table, []string{title[a.Source], strconv.Itoa(a.Start), strconv.Itoa(a.End), a.Quote, strings.Join(a.Codes, "; "), a.Creator, a.Memo})
	}
	if ext == ".csv" {
		return len(all), tabular.WriteCSV(w, table)
	}
	return len(all), tabular.WriteXLSX(w, "Codings", table)
}
