package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"throughline/internal/document"
	"throughline/internal/fault"
	"throughline/internal/fieldwork"
	"throughline/internal/search"
	"throughline/internal/thread"
)

// Hit is a paragraph that a query found.
type Hit struct {
	Document thread.ID
	Start    int    // first character of the paragraph in its document, in code points
	Body     string // of the paragraph
	Spans    []search.Span
}

// Found is what a query found.
type Found struct {
	Hits []Hit
	N    int  // paragraphs in all, at most MostCounted
	More bool // there are more than N
}

// MostCounted is up to how many paragraphs are counted.
const MostCounted = 1000

// longestParagraph is how many letters of a text are searched as one paragraph at most: longer ones are cut at a space.
const longestParagraph = 4000

// paragraphs cuts a text for searching.
func paragraphs(body string) (out []struct {
	start int
	text  string
}) {
	add := func(start int, s string) {
		for {
			r := []rune(s)
			if len(r) <= longestParagraph {
				break
			}
			cut := longestParagraph
			for cut > longestParagraph/2 && r[cut] != ' ' && r[cut] != '\n' {
				cut--
			}
			out = append(out, struct {
				start int
				text  string
			}{start, string(r[:cut])})
			start, s = start+cut, string(r[cut:])
		}
		if strings.TrimSpace(s) != "" {
			out = append(out, struct {
				start int
				text  string
			}{start, s})
		}
	}
	at := 0
	for _, p := range strings.SplitAfter(body, "\n\n") {
		add(at, strings.TrimRight(p, "\n"))
		at += utf8.RuneCountInString(p)
	}
	return out
}

// Index brings what is searched of a study up to date with its texts, and tells how many documents it read. Interviews
// whose informants withdrew are not in it.
func (s *Store) Index(ctx context.Context, study string, progress func(done, total int)) (int, error) {
	var head, seen int64
	if _, err := one(ctx, s, []any{&head}, `select seq from journal_head where chain = $1`, study); err != nil {
		return 0, err
	}
	if ok, err := one(ctx, s, []any{&seen}, `select seq from searched_to where study = $1`, study); err != nil || ok && seen == head {
		return 0, err
	}
	docs, err := All[document.Document](ctx, s, study, Filter{})
	if err != nil {
		return 0, err
	}
	interviews, err := All[fieldwork.Interview](ctx, s, study, Filter{})
	if err != nil {
		return 0, err
	}
	withdrawn := map[thread.ID]bool{}
	for _, it := range interviews {
		withdrawn[it.Object.ID] = it.Object.Consent.Withdrawn != ""
	}
	marks := map[thread.ID]string{}
	err = each(ctx, s, func(scan func(...any) error) error {
		var id thread.ID
		var mark string
		err := scan((*string)(&id), &mark)
		marks[id] = mark
		return err
	}, `select document, mark from searched where study = $1`, study)
	if err != nil {
		return 0, err
	}
	var todo []document.Document
	want := map[thread.ID]string{}
	for _, it := range docs {
		d := it.Object
		if d.Interview != "" && withdrawn[d.Interview] {
			continue
		}
		mark := strings.Join([]string{strconv.Itoa(d.Version), d.SHA256, string(d.Case), d.Language, d.Kind}, " ")
		want[d.ID] = mark
		if marks[d.ID] != mark {
			todo = append(todo, d)
		}
	}
	var gone []thread.ID
	for id := range marks {
		if id != "" && want[id] == "" {
			gone = append(gone, id)
		}
	}
	slices.Sort(gone)
	slices.SortFunc(todo, func(a, b document.Document) int { return strings.Compare(string(a.ID), string(b.ID)) })
	const together = 50
	known := map[string]bool{}
	for i := 0; i < len(todo) || i == 0 && len(gone) > 0; i += together {
		err := s.Write(ctx, "search", func(t *Tx) error {
			if i == 0 {
				for _, id := range gone {
					if err := t.unindex(study, id); err != nil {
						return err
					}
				}
			}
			return t.index(study, todo[i:min(i+together, len(todo))], marks, want, known)
		})
		if err != nil {
			return i, err
		}
		if progress != nil {
			progress(min(i+together, len(todo)), len(todo))
		}
	}
	return len(todo), s.Write(ctx, "search", func(t *Tx) error {
		if words, err := t.stray(study); err != nil || words {
			if err == nil {
				err = t.recount(study)
			}
			if err != nil {
				return err
			}
		}
		return t.exec(`insert into searched_to (study, seq) values ($1,$2) on conflict (study) do update set seq = excluded.seq`, study, head)
	})
}

// stray tells whether words may be kept of texts that are gone.
func (t *Tx) stray(study string) (bool, error) {
	var n int
	return one(t.ctx, t, []any{&n}, `select 1 from searched where study = $1 and document = ''`, study)
}

// recount makes the list of words anew from the texts that are there, so that no word of a text that is gone stays.
func (t *Tx) recount(study string) error {
	vocabulary := map[string]bool{}
	err := each(t.ctx, t, func(scan func(...any) error) error {
		var body string
		err := scan(&body)
		for _, x := range search.Tokens(body) {
			vocabulary[x.Text] = true
		}
		return err
	}, `select body from paragraph where study = $1`, study)
	if err != nil {
		return err
	}
	for _, q := range []string{`delete from search_word where study = $1`, `delete from searched where study = $1 and document = ''`} {
		if err := t.exec(q, study); err != nil {
			return err
		}
	}
	words := bulk{t: t, into: `search_word (study, text, length)`, width: 3}
	for _, w := range slices.Sorted(maps.Keys(vocabulary)) {
		if err := words.add(study, w, utf8.RuneCountInString(w)); err != nil {
			return err
		}
	}
	return words.flush()
}

func (t *Tx) unindex(study string, doc thread.ID) error {
	// A mark that words of it may be kept, until they are counted anew.
	if err := t.exec(`insert into searched (study, document, mark) select study, '', '' from searched where study = $1 and document = $2 on conflict (study, document) do nothing`, study, string(doc)); err != nil {
		return err
	}
	for _, q := range []string{`delete from paragraph_words where ` + t.s.d.wordsID + ` in (select id from paragraph where study = $1 and document = $2)`, `delete from paragraph where study = $1 and document = $2`, `delete from searched where study = $1 and document = $2`} {
		if err := t.exec(q, study, string(doc)); err != nil {
			return err
		}
	}
	return nil
}

// index puts documents in. had are the marks of those that were in before; known are words that the vocabulary has.
func (t *Tx) index(study string, docs []document.Document, had, marks map[thread.ID]string, known map[string]bool) error {
	var last int64
	if _, err := one(t.ctx, t, []any{&last}, `select coalesce(max(id), 0) from paragraph`); err != nil {
		return err
	}
	rows := bulk{t: t, into: `paragraph (id, study, document, start_at, case_id, language, kind, body)`, width: 8}
	terms := bulk{t: t, into: t.s.d.wordsInto, width: 2, cast: t.s.d.wordsCast}
	vocabulary := map[string]bool{}
	for _, d := range docs {
		if had[d.ID] != "" {
			if err := t.unindex(study, d.ID); err != nil {
				return err
			}
		}
		filters := []string{filterToken("study", study), filterToken("document", string(d.ID)), filterToken("case", string(d.Case)), filterToken("language", d.Language), filterToken("kind", d.Kind)}
		text, err := Text(t.ctx, t, study, d.ID, d.Version)
		if err != nil {
			return err
		}
		for _, p := range paragraphs(text.Body) {
			ts := search.Tokens(p.text)
			if len(ts) == 0 {
				continue
			}
			last++
			if err := rows.add(last, study, string(d.ID), p.start, string(d.Case), d.Language, d.Kind, p.text); err != nil {
				return err
			}
			for _, x := range ts {
				if !known[x.Text] {
					vocabulary[x.Text] = true
				}
			}
			for _, x := range filters {
				ts = append(ts, search.Token{Text: x})
			}
			if err := terms.add(last, t.s.d.words(ts)); err != nil {
				return err
			}
		}
		if err := rows.flush(); err != nil {
			return err
		}
		if err := terms.flush(); err != nil {
			return err
		}
		if err := t.exec(`insert into searched (study, document, mark) values ($1,$2,$3)`, study, string(d.ID), marks[d.ID]); err != nil {
			return err
		}
	}
	list := make([]string, 0, len(vocabulary))
	for w := range vocabulary {
		list = append(list, w)
	}
	slices.Sort(list)
	words := bulk{t: t, into: `search_word (study, text, length)`, width: 3, end: ` on conflict (study, text) do nothing`}
	for _, w := range list {
		known[w] = true
		if err := words.add(study, w, utf8.RuneCountInString(w)); err != nil {
			return err
		}
	}
	return words.flush()
}

// Scope narrows a search to what somebody may see.
type Scope struct {
	Cases     []thread.ID // these cases and what belongs to none; nil: all
	Documents []thread.ID // these alone; nil: all
}

// Search finds paragraphs in the order of documents. Index must have been called before, or the newest texts are missed.
func (s *Store) Search(ctx context.Context, study string, asked search.Asked, scope Scope, from, limit int) (Found, error) {
	var out Found
	q := asked.Query
	if q != nil {
		for _, w := range q.Words() {
			like, err := s.like(ctx, study, w.Tokens[0], w.Fuzzy)
			if err != nil {
				return out, err
			}
			if len(like) == 0 {
				like = []string{w.Tokens[0]}
			}
			or := search.Query{Op: search.Or}
			for _, x := range like {
				or.Parts = append(or.Parts, search.Query{Op: search.Word, Tokens: []string{x}})
			}
			*w = or
		}
	}
	all := search.Query{Op: search.And, Parts: []search.Query{*filter("study", study)}}
	if q != nil {
		all.Parts = append([]search.Query{*q}, all.Parts...)
	}
	narrow := func(name string, values []string, prefix string) {
		if len(values) == 0 {
			return
		}
		for i, v := range values {
			if v != "" && !strings.HasPrefix(v, prefix) {
				v = prefix + v
			}
			values[i] = v
		}
		all.Parts = append(all.Parts, *filter(name, values...))
	}
	if scope.Cases != nil {
		narrow("case", append(idStrings(scope.Cases), ""), "")
	}
	if scope.Documents != nil {
		narrow("document", append(idStrings(scope.Documents), "-"), "")
	}
	narrow("case", slices.Clone(asked.Case), thread.Case.Prefix())
	narrow("document", slices.Clone(asked.Source), thread.Document.Prefix())
	narrow("language", slices.Clone(asked.Lang), "")
	narrow("kind", slices.Clone(asked.Kind), "")
	var coded map[thread.ID][]search.Span
	if len(asked.Code) > 0 {
		var err error
		if coded, err = s.codedPlaces(ctx, study, asked.Code); err != nil {
			return out, err
		}
		var ds []string
		for d := range coded {
			ds = append(ds, string(d))
		}
		slices.Sort(ds)
		narrow("document", append(ds, "-"), "")
	}
	match := s.d.match(all)
	found := ` from paragraph_words w where ` + fmt.Sprintf(s.d.wordsMatch, "$1")
	page := func(from, limit int) string {
		return `select p.document, p.start_at, p.body from paragraph p where p.id in (select w.` + s.d.wordsID + found + ` order by w.` + s.d.wordsID + ` limit ` + strconv.Itoa(limit) + ` offset ` + strconv.Itoa(from) + `) order by p.id`
	}
	scanned := 0
	take := func(scan func(...any) error) error {
		var h Hit
		if err := scan((*string)(&h.Document), &h.Start, &h.Body); err != nil {
			return err
		}
		if coded != nil {
			end := h.Start + utf8.RuneCountInString(h.Body)
			if !slices.ContainsFunc(coded[h.Document], func(x search.Span) bool { return x.From < end && x.To > h.Start }) {
				return nil
			}
		}
		if scanned++; scanned <= from || len(out.Hits) >= limit {
			return nil
		}
		_, h.Spans = q.Find(h.Body)
		h.Spans = merged(h.Spans)
		out.Hits = append(out.Hits, h)
		return nil
	}
	if coded != nil {
		err := each(ctx, s, take, page(0, 10*MostCounted), match)
		out.N, out.More = min(scanned, MostCounted), scanned > MostCounted
		return out, err
	}
	scanned = from // the database passes over these
	if err := each(ctx, s, take, page(from, limit), match); err != nil {
		return out, err
	}
	if from == 0 && len(out.Hits) < limit {
		out.N = len(out.Hits)
		return out, nil
	}
	var n int
	if _, err := one(ctx, s, []any{&n}, `select count(*) from (select 1`+found+` limit `+strconv.Itoa(MostCounted+1)+`) x`, match); err != nil {
		return out, err
	}
	out.N, out.More = min(n, MostCounted), n > MostCounted
	return out, nil
}

// filterToken is a word that no text has: it stands at the end of each paragraph and tells where the paragraph belongs.
func filterToken(name, value string) string {
	sum := sha256.Sum256([]byte(name + " " + value))
	return "zz" + name[:1] + hex.EncodeToString(sum[:8])
}

func filter(name string, values ...string) *search.Query {
	or := search.Query{Op: search.Or}
	for _, v := range values {
		or.Parts = append(or.Parts, search.Query{Op: search.Word, Tokens: []string{filterToken(name, v)}})
	}
	if len(or.Parts) == 1 {
		return &or.Parts[0]
	}
	return &or
}

func idStrings(ids []thread.ID) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = string(id)
	}
	return out
}

// codedPlaces gives, by document, where passages with one of the codes, or a code below one of them, are.
func (s *Store) codedPlaces(ctx context.Context, study string, codes []string) (map[thread.ID][]search.Span, error) {
	type code struct {
		Parent thread.ID `json:"parent"`
	}
	parents := map[thread.ID]thread.ID{}
	err := each(ctx, s, func(scan func(...any) error) error {
		var id thread.ID
		var body string
		if err := scan((*string)(&id), &body); err != nil {
			return err
		}
		var c code
		err := json.Unmarshal([]byte(body), &c)
		parents[id] = c.Parent
		return err
	}, `select id, body from object where study = $1 and kind = 'code'`, study)
	if err != nil {
		return nil, err
	}
	out := map[thread.ID][]search.Span{}
	for _, name := range codes {
		if !strings.HasPrefix(name, thread.Code.Prefix()) {
			name = thread.Code.Prefix() + name
		}
		if _, ok := parents[thread.ID(name)]; !ok {
			return nil, fault.New(fault.Invalid, "There is no code %q. A code is named by its id, such as code:coalition.", strings.TrimPrefix(name, thread.Code.Prefix()))
		}
		for c := range parents {
			for x, n := c, 0; x != "" && n < 50; x, n = parents[x], n+1 {
				if x == thread.ID(name) {
					segs, err := Coded(ctx, s, study, c)
					if err != nil {
						return nil, err
					}
					for _, g := range segs {
						a := g.Object.Anchor
						out[a.Document] = append(out[a.Document], search.Span{From: a.Start, To: a.End})
					}
					break
				}
			}
		}
	}
	return out, nil
}

// like gives the words of a study that are spelled about like one, the likest first.
func (s *Store) like(ctx context.Context, study, word string, n int) ([]string, error) {
	length := utf8.RuneCountInString(word)
	var out []string
	err := each(ctx, s, func(scan func(...any) error) error {
		var w string
		if err := scan(&w); err != nil {
			return err
		}
		if search.Like(w, word, n) && len(out) < 200 {
			out = append(out, w)
		}
		return nil
	}, `select text from search_word where study = $1 and length between $2 and $3 order by text`, study, length-n, length+n)
	return out, err
}

// merged puts spans in order and joins those that touch.
func merged(spans []search.Span) []search.Span {
	slices.SortFunc(spans, func(a, b search.Span) int { return a.From - b.From })
	var out []search.Span
	for _, x := range spans {
		if n := len(out); n > 0 && x.From <= out[n-1].To {
			out[n-1].To = max(out[n-1].To, x.To)
			continue
		}
		out = append(out, x)
	}
	return out
}

// ftsText is what SQLite's index is given of a paragraph: its tokens.
func ftsText(ts []search.Token) string {
	var b strings.Builder
	for i, t := range ts {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(t.Text)
	}
	return b.String()
}

// tsvector is what PostgreSQL's index is given: each token with its places. It keeps at most 255 places of a token.
func tsvector(ts []search.Token) string {
	at := map[string][]string{}
	var order []string
	for i, t := range ts {
		if len(at[t.Text]) == 0 {
			order = append(order, t.Text)
		}
		if len(at[t.Text]) < 255 {
			at[t.Text] = append(at[t.Text], strconv.Itoa(i+1))
		}
	}
	var b strings.Builder
	for _, w := range order {
		fmt.Fprintf(&b, "'%s':%s ", w, strings.Join(at[w], ","))
	}
	return b.String()
}

// ftsMatch writes a query for SQLite's FTS5. Tokens are letters and digits alone, so nothing in them means anything to it.
func ftsMatch(q search.Query) string {
	switch q.Op {
	case search.Word, search.Phrase:
		s := `"` + strings.Join(q.Tokens, " ") + `"`
		if q.Prefix {
			s += " *"
		}
		return s
	case search.Or:
		return `(` + joinParts(q.Parts, " OR ", ftsMatch) + `)`
	case search.Near:
		return fmt.Sprintf(`NEAR(%s %s, %d)`, ftsMatch(q.Parts[0]), ftsMatch(q.Parts[1]), q.Distance-1)
	case search.And:
		yes, no := sides(q)
		s := joinParts(yes, " AND ", ftsMatch)
		for _, n := range no {
			s = `(` + s + `) NOT ` + ftsMatch(n)
		}
		return `(` + s + `)`
	}
	return `""`
}

// sides tells what must be there from what must not.
func sides(q search.Query) (yes, no []search.Query) {
	for _, p := range q.Parts {
		switch {
		case p.Op == search.Not:
			no = append(no, p.Parts[0])
		case p.Op == search.And:
			y, n := sides(p)
			yes, no = append(yes, y...), append(no, n...)
		default:
			yes = append(yes, p)
		}
	}
	return
}

func joinParts(parts []search.Query, by string, f func(search.Query) string) string {
	var out []string
	for _, p := range parts {
		out = append(out, f(p))
	}
	return strings.Join(out, by)
}

// tsquery writes a query for PostgreSQL.
func tsquery(q search.Query) string {
	switch q.Op {
	case search.Word, search.Phrase:
		var parts []string
		for i, t := range q.Tokens {
			w := "'" + t + "'"
			if q.Prefix && i == len(q.Tokens)-1 {
				w += ":*"
			}
			parts = append(parts, w)
		}
		return "(" + strings.Join(parts, " <-> ") + ")"
	case search.Or:
		return "(" + joinParts(q.Parts, " | ", tsquery) + ")"
	case search.And:
		return "(" + joinParts(q.Parts, " & ", tsquery) + ")"
	case search.Not:
		return "!" + tsquery(q.Parts[0])
	case search.Near:
		a, b := tsquery(q.Parts[0]), tsquery(q.Parts[1])
		var parts []string
		for k := 1; k <= q.Distance; k++ {
			parts = append(parts, fmt.Sprintf("(%s <%d> %s)", a, k, b), fmt.Sprintf("(%s <%d> %s)", b, k, a))
		}
		return "(" + strings.Join(parts, " | ") + ")"
	}
	return "''"
}
