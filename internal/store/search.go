package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"unicode/utf8"

	"throughline/internal/coding"
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
	N    int    // paragraphs in all, at most MostCounted
	More bool   // there are more than N
	Hint string // which filter no text fits, for when nothing is found
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
//
// The index of words is ours, on both engines: pages of internal/search, which the database keeps as bytes. Their own
// indexes (FTS5, tsvector with GIN) were tried and left: they answered alike only with care, took minutes to build for
// 200,000 paragraphs, could not stop early at a word that nearly every paragraph has, and kept the words of what was deleted
// until they saw fit to merge.
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
		mark := strings.Join([]string{search.Tokenised, strconv.Itoa(d.Version), d.SHA256, string(d.Case), d.Language, d.Kind}, " ")
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
	known := map[string]bool{}
	for done := 0; done < len(todo) || len(gone) > 0; {
		n := 0
		err := s.Write(ctx, "search", func(t *Tx) (err error) {
			n, err = t.index(study, gone, todo[done:], want, known)
			return err
		})
		if err != nil {
			return done, err
		}
		gone, done = nil, done+n
		if progress != nil {
			progress(done, len(todo))
		}
	}
	return len(todo), s.Write(ctx, "search", func(t *Tx) error {
		if _, err := t.numbers(study); err != nil {
			return err
		}
		return t.exec(`update searched_to set seq = $2 where study = $1`, study, head)
	})
}

// numbers gives the number of the next paragraph of a study. Numbers are never given twice. Who has asked changes the index
// alone until the transaction ends.
func (t *Tx) numbers(study string) (int64, error) {
	if err := t.exec(`insert into searched_to (study, seq, next_n) values ($1,-1,0) on conflict (study) do update set seq = searched_to.seq`, study); err != nil {
		return 0, err
	}
	var n int64
	_, err := one(t.ctx, t, []any{&n}, `select next_n from searched_to where study = $1`, study)
	return n, err
}

// takeOff takes documents out of the index, and gives the words that a group of paragraphs lost: whether they occur
// elsewhere, strike finds out.
func (t *Tx) takeOff(study string, docs []thread.ID) (lost []string, err error) {
	groups := map[int64]*search.Paragraphs{}
	for _, d := range docs {
		var from, to int64
		if ok, err := one(t.ctx, t, []any{&from, &to}, `select first_n, next_n from searched where study = $1 and document = $2`, study, string(d)); err != nil || !ok {
			if err != nil {
				return nil, err
			}
			continue
		}
		for n := from; n < to; n++ {
			g := groups[n/search.Group]
			if g == nil {
				g = &search.Paragraphs{}
				groups[n/search.Group] = g
			}
			g.Add(int(n%search.Group), int(n%search.Group)+1)
		}
		if err := t.exec(`delete from paragraph where study = $1 and n >= $2 and n < $3`, study, from, to); err != nil {
			return nil, err
		}
		if err := t.exec(`delete from searched where study = $1 and document = $2`, study, string(d)); err != nil {
			return nil, err
		}
	}
	for _, g := range slices.Sorted(maps.Keys(groups)) {
		pages, err := t.pages(study, g)
		if err != nil {
			return nil, err
		}
		for _, shelf := range slices.Sorted(maps.Keys(pages)) {
			rest, words, err := search.Without(pages[shelf], groups[g])
			if err != nil {
				return nil, badPage(err)
			}
			lost = append(lost, words...)
			switch {
			case len(rest) == len(pages[shelf]): // to take a paragraph off makes a page shorter
			case len(rest) == 0:
				err = t.exec(`delete from search_page where study = $1 and shelf = $2 and grp = $3`, study, shelf, g)
			default:
				err = t.exec(`update search_page set body = $4 where study = $1 and shelf = $2 and grp = $3`, study, shelf, g, rest)
			}
			if err != nil {
				return nil, err
			}
		}
	}
	return lost, nil
}

// badPage is the error of a page that cannot be read.
func badPage(err error) error {
	return fault.Wrap(fault.Damaged, err, "The index of words cannot be read. Run the check of the database.")
}

// pages gives the pages of a group by their shelves.
func (t *Tx) pages(study string, group int64) (map[int][]byte, error) {
	out := map[int][]byte{}
	return out, each(t.ctx, t, func(scan func(...any) error) error {
		var shelf int
		var body []byte
		err := scan(&shelf, &body)
		out[shelf] = body
		return err
	}, `select shelf, body from search_page where study = $1 and grp = $2`, study, group)
}

// strike takes those words off the list that no text has any more.
func (t *Tx) strike(study string, words []string) ([]string, error) {
	shelves := map[int]map[string]bool{}
	for _, w := range words {
		k := search.Shelf(w)
		if shelves[k] == nil {
			shelves[k] = map[string]bool{}
		}
		shelves[k][w] = true
	}
	var out []string
	for _, k := range slices.Sorted(maps.Keys(shelves)) {
		err := each(t.ctx, t, func(scan func(...any) error) error {
			var body []byte
			if err := scan(&body); err != nil {
				return err
			}
			if err := search.PageWords(body, func(w []byte) { delete(shelves[k], string(w)) }); err != nil {
				return badPage(err)
			}
			return nil
		}, `select body from search_page where study = $1 and shelf = $2`, study, k)
		if err != nil {
			return nil, err
		}
		for _, w := range slices.Sorted(maps.Keys(shelves[k])) {
			if err := t.exec(`delete from search_word where study = $1 and length = $2 and text = $3`, study, utf8.RuneCountInString(w), w); err != nil {
				return nil, err
			}
			out = append(out, w)
		}
	}
	return out, nil
}

// unindex takes the documents that were forgotten out of the index, with their words: all at once, for each pass reads and
// writes most of the pages of a group.
func (t *Tx) unindex() error {
	for _, study := range slices.Sorted(maps.Keys(t.forgotten)) {
		if _, err := t.numbers(study); err != nil {
			return err
		}
		lost, err := t.takeOff(study, t.forgotten[study])
		if err == nil {
			_, err = t.strike(study, lost)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// index takes documents out that are gone, and puts in as many others as make about a group of paragraphs. It tells how many
// those were. known are words that the list of words has.
func (t *Tx) index(study string, gone []thread.ID, docs []document.Document, marks map[thread.ID]string, known map[string]bool) (int, error) {
	next, err := t.numbers(study)
	if err != nil {
		return 0, err
	}
	rows := bulk{t: t, into: `paragraph (study, n, document, start_at, end_at, body)`, width: 6}
	groups := map[int64]*search.Gathered{}
	type put struct {
		doc         document.Document
		first, next int64
	}
	var puts []put
	done := 0
	for first := next; done < len(docs) && next-first < search.Group; done++ {
		d := docs[done]
		var mark string
		had, err := one(t.ctx, t, []any{&mark}, `select mark from searched where study = $1 and document = $2`, study, string(d.ID))
		if err != nil {
			return 0, err
		}
		if had && mark == marks[d.ID] { // somebody else was faster
			continue
		}
		if had {
			gone = append(gone, d.ID)
		}
		text, err := Text(t.ctx, t, study, d.ID, d.Version)
		if err != nil {
			return 0, err
		}
		p := put{d, next, next}
		for _, x := range paragraphs(text.Body) {
			ts := search.Tokens(x.text)
			if len(ts) == 0 {
				continue
			}
			if err := rows.add(study, p.next, string(d.ID), x.start, x.start+utf8.RuneCountInString(x.text), x.text); err != nil {
				return 0, err
			}
			g := groups[p.next/search.Group]
			if g == nil {
				g = &search.Gathered{}
				groups[p.next/search.Group] = g
			}
			g.Add(int(p.next%search.Group), ts)
			p.next++
		}
		next = p.next
		puts = append(puts, p)
	}
	if err := rows.flush(); err != nil {
		return 0, err
	}
	lost, err := t.takeOff(study, gone)
	if err != nil {
		return 0, err
	}
	marked := bulk{t: t, into: `searched (study, document, mark, first_n, next_n, case_id, language, kind)`, width: 8}
	for _, p := range puts {
		if err := marked.add(study, string(p.doc.ID), marks[p.doc.ID], p.first, p.next, string(p.doc.Case), p.doc.Language, p.doc.Kind); err != nil {
			return 0, err
		}
	}
	if err := marked.flush(); err != nil {
		return 0, err
	}
	pages := bulk{t: t, into: `search_page (study, shelf, grp, body)`, width: 4, end: ` on conflict (study, shelf, grp) do update set body = excluded.body`}
	words := bulk{t: t, into: `search_word (study, length, text)`, width: 3, end: ` on conflict (study, length, text) do nothing`}
	for _, g := range slices.Sorted(maps.Keys(groups)) {
		had, err := t.pages(study, g)
		if err != nil {
			return 0, err
		}
		more := groups[g].Pages()
		for _, shelf := range slices.Sorted(maps.Keys(more)) {
			page := more[shelf]
			if had[shelf] != nil {
				if page, err = search.Join(had[shelf], page); err != nil {
					return 0, badPage(err)
				}
			}
			if err := pages.add(study, shelf, g, page); err != nil {
				return 0, err
			}
		}
		for _, w := range groups[g].Words() {
			if !known[w] {
				known[w] = true
				if err := words.add(study, utf8.RuneCountInString(w), w); err != nil {
					return 0, err
				}
			}
		}
	}
	if err := pages.flush(); err != nil {
		return 0, err
	}
	if err := words.flush(); err != nil {
		return 0, err
	}
	struck, err := t.strike(study, lost)
	for _, w := range struck {
		delete(known, w)
	}
	if err != nil {
		return 0, err
	}
	return done, t.exec(`update searched_to set next_n = $2 where study = $1`, study, next)
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
	var coded map[thread.ID][]search.Span
	if len(asked.Code) > 0 {
		var err error
		if coded, err = s.codedPlaces(ctx, study, asked.Code); err != nil {
			return out, err
		}
	}
	where, err := s.within(ctx, study, asked, scope, coded)
	if err != nil {
		return out, err
	}
	if len(where) == 0 {
		out.Hint, err = s.unfit(ctx, study, asked, scope)
		return out, err
	}
	total := 0
	var hits []int64
	enough := func() bool { return total > MostCounted && len(hits) >= limit }
	// Few groups first: where most paragraphs have the words, the first group is enough. Where what was found will not be, the
	// next are read while these are looked through.
	step, looked := 1, 0
	next := func() <-chan taken {
		some := where[:min(step, len(where))]
		where, step = where[len(some):], min(step*4, 16)
		return s.take(ctx, study, q, some)
	}
	for ahead := next(); ahead != nil; {
		r := <-ahead
		if r.err != nil {
			return out, r.err
		}
		ahead = nil
		if len(where) > 0 && total*(looked+len(r.parts)) < MostCounted*looked {
			ahead = next()
		}
		looked += len(r.parts)
		found, err := r.find(q)
		for i, g := range r.parts {
			if err == nil && coded != nil && !found[i].Empty() {
				err = s.touching(ctx, study, g.group, coded, &found[i])
			}
			for n := range found[i].All {
				if total++; total > from && len(hits) < limit {
					hits = append(hits, g.group*search.Group+int64(n))
				}
			}
		}
		switch {
		case ahead != nil && (err != nil || enough()):
			<-ahead // to leave it would cost the connection
			ahead = nil
		case ahead == nil && len(where) > 0 && !enough():
			ahead = next()
		}
		if err != nil {
			return out, err
		}
	}
	out.N, out.More = min(total, MostCounted), total > MostCounted
	out.Hits, err = s.hits(ctx, study, q, hits)
	return out, err
}

// taken is what was read of parts of the index for a query.
type taken struct {
	parts []part
	of    map[int64]*search.Sheaf // by group
	err   error
}

// take reads parts of the index on the side. Of no query, there is nothing to read.
func (s *Store) take(ctx context.Context, study string, q *search.Query, parts []part) <-chan taken {
	out := make(chan taken, 1)
	go func() {
		r := taken{parts: parts, of: map[int64]*search.Sheaf{}}
		if q != nil {
			for _, p := range parts {
				r.of[p.group] = q.Sheaf()
			}
			args := []any{study, parts[0].group, parts[len(parts)-1].group}
			r.err = each(ctx, s, func(scan func(...any) error) error {
				var g int64
				var page sql.RawBytes // not copied as a whole: often more than the words that are asked for lies on it
				if err := scan(&g, &page); err != nil || r.of[g] == nil {
					return err
				}
				if err := r.of[g].Take(page); err != nil {
					return badPage(err)
				}
				return nil
			}, `select grp, body from search_page where study = $1 and grp between $2 and $3 and shelf in `+among(&args, q.Shelves()), args...)
		}
		out <- r
	}()
	return out
}

// find gives what a query finds of each part, without one all of them. Parts are looked through side by side.
func (r taken) find(q *search.Query) ([]search.Paragraphs, error) {
	found, errs := make([]search.Paragraphs, len(r.parts)), make([]error, len(r.parts))
	var wait sync.WaitGroup
	var next atomic.Int64
	for range min(len(r.parts), runtime.GOMAXPROCS(0)) {
		wait.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(r.parts); i = int(next.Add(1)) - 1 {
				g := r.parts[i]
				found[i] = g.in
				if q != nil {
					found[i], errs[i] = q.In(r.of[g.group])
					found[i].Both(&g.in)
				}
			}
		})
	}
	wait.Wait()
	if err := errors.Join(errs...); err != nil {
		return found, badPage(err)
	}
	return found, nil
}

// among writes a list of values for "in", and adds them to the arguments.
func among[T any](args *[]any, values []T) string {
	var b strings.Builder
	for i, v := range values {
		*args = append(*args, v)
		b.WriteString([]string{"($", ",$"}[min(i, 1)] + strconv.Itoa(len(*args)))
	}
	return b.String() + ")"
}

// hits reads paragraphs, in order.
func (s *Store) hits(ctx context.Context, study string, q *search.Query, numbers []int64) ([]Hit, error) {
	var out []Hit
	for some := range slices.Chunk(numbers, chunk) {
		args := []any{study}
		err := each(ctx, s, func(scan func(...any) error) error {
			var h Hit
			if err := scan((*string)(&h.Document), &h.Start, &h.Body); err != nil {
				return err
			}
			found, spans := q.Find(h.Body)
			if found {
				h.Spans = merged(spans)
				out = append(out, h)
			}
			return nil
		}, `select document, start_at, body from paragraph where study = $1 and n in `+among(&args, some)+` order by n`, args...)
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// part is what of a group of paragraphs is looked through.
type part struct {
	group int64
	in    search.Paragraphs
}

// within gives the paragraphs that filters and scope leave, by groups in order.
func (s *Store) within(ctx context.Context, study string, asked search.Asked, scope Scope, coded map[thread.ID][]search.Span) ([]part, error) {
	args := []any{study}
	where := ""
	narrow := func(column string, values []string, prefix string) {
		if len(values) == 0 {
			return
		}
		values = slices.Clone(values)
		for i, v := range values {
			if v != "" && !strings.HasPrefix(v, prefix) {
				values[i] = prefix + v
			}
		}
		where += ` and ` + column + ` in ` + among(&args, values)
	}
	if scope.Cases != nil {
		narrow("case_id", append(idStrings(scope.Cases), ""), "")
	}
	narrow("case_id", asked.Case, thread.Case.Prefix())
	narrow("document", asked.Source, thread.Document.Prefix())
	narrow("language", asked.Lang, "")
	narrow("kind", asked.Kind, "")
	var out []part
	add := func(from, to int64) {
		for from < to {
			g := from / search.Group
			if len(out) == 0 || out[len(out)-1].group != g {
				out = append(out, part{group: g})
			}
			end := min(to, (g+1)*search.Group)
			out[len(out)-1].in.Add(int(from-g*search.Group), int(end-g*search.Group))
			from = end
		}
	}
	if where == "" && scope.Documents == nil && coded == nil && asked.Query != nil {
		var next int64
		_, err := one(ctx, s, []any{&next}, `select next_n from searched_to where study = $1`, study)
		add(0, next)
		return out, err
	}
	err := each(ctx, s, func(scan func(...any) error) error {
		var id thread.ID
		var from, to int64
		if err := scan((*string)(&id), &from, &to); err != nil {
			return err
		}
		if scope.Documents != nil && !slices.Contains(scope.Documents, id) || coded != nil && coded[id] == nil {
			return nil
		}
		add(from, to)
		return nil
	}, `select document, first_n, next_n from searched where study = $1`+where+` order by first_n`, args...)
	return out, err
}

// touching keeps the paragraphs that one of the passages touches.
func (s *Store) touching(ctx context.Context, study string, group int64, coded map[thread.ID][]search.Span, found *search.Paragraphs) error {
	var out search.Paragraphs
	err := each(ctx, s, func(scan func(...any) error) error {
		var n int64
		var doc thread.ID
		var from, to int
		if err := scan(&n, (*string)(&doc), &from, &to); err != nil {
			return err
		}
		if slices.ContainsFunc(coded[doc], func(x search.Span) bool { return x.From < to && x.To > from }) {
			out.Add(int(n%search.Group), int(n%search.Group)+1)
		}
		return nil
	}, `select n, document, start_at, end_at from paragraph where study = $1 and n between $2 and $3`, study, group*search.Group, (group+1)*search.Group-1)
	found.Both(&out)
	return err
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
	segs, err := s.codedWith(ctx, study, codes)
	if err != nil {
		return nil, err
	}
	out := map[thread.ID][]search.Span{}
	for _, g := range segs {
		a := g.Object.Anchor
		out[a.Document] = append(out[a.Document], search.Span{From: a.Start, To: a.End})
	}
	return out, nil
}

// unfit tells which filter of a query no text fits, and what there is.
func (s *Store) unfit(ctx context.Context, study string, asked search.Asked, scope Scope) (string, error) {
	docs, err := All[document.Document](ctx, s, study, Filter{Cases: scope.Cases})
	if err != nil {
		return "", err
	}
	for _, f := range []struct {
		name   string
		asked  []string
		prefix string
		of     func(document.Document) string
	}{
		{"case", asked.Case, thread.Case.Prefix(), func(d document.Document) string { return string(d.Case) }},
		{"source", asked.Source, thread.Document.Prefix(), func(d document.Document) string { return string(d.ID) }},
		{"lang", asked.Lang, "", func(d document.Document) string { return d.Language }},
		{"kind", asked.Kind, "", func(d document.Document) string { return d.Kind }},
	} {
		there := map[string]bool{}
		for _, it := range docs {
			if v := f.of(it.Object); v != "" && (scope.Documents == nil || slices.Contains(scope.Documents, it.Object.ID)) {
				there[v] = true
			}
		}
		for _, v := range f.asked {
			if there[v] || there[f.prefix+v] {
				continue
			}
			some := slices.Sorted(maps.Keys(there))
			if f.name == "source" || len(some) == 0 {
				return fmt.Sprintf("No text has %s:%s.", f.name, v), nil
			}
			if len(some) > 12 {
				some = append(some[:12], "…")
			}
			return fmt.Sprintf("No text has %s:%s. There are: %s.", f.name, v, strings.Join(some, ", ")), nil
		}
	}
	return "", nil
}

// codedWith gives the passages with one of the codes, or a code below one of them.
func (s *Store) codedWith(ctx context.Context, study string, codes []string) ([]Item[coding.Segment], error) {
	all, err := All[coding.Code](ctx, s, study, Filter{})
	if err != nil {
		return nil, err
	}
	below := coding.Below(Objects(all))
	want := map[thread.ID]bool{}
	for _, name := range codes {
		if !strings.HasPrefix(name, thread.Code.Prefix()) {
			name = thread.Code.Prefix() + name
		}
		if below[thread.ID(name)] == nil {
			return nil, fault.New(fault.Invalid, "There is no code %q. A code is named by its id, such as code:coalition.", strings.TrimPrefix(name, thread.Code.Prefix()))
		}
		maps.Copy(want, below[thread.ID(name)])
	}
	var ids []thread.ID
	for _, c := range slices.Sorted(maps.Keys(want)) {
		uses, err := Uses(ctx, s, study, c)
		if err != nil {
			return nil, err
		}
		for _, u := range uses {
			ids = append(ids, u.Segment)
		}
	}
	return Several[coding.Segment](ctx, s, study, ids)
}

// like gives the words of a study that are spelled about like one, 200 at most.
func (s *Store) like(ctx context.Context, study, word string, n int) ([]string, error) {
	length := utf8.RuneCountInString(word)
	var out []string
	err := each(ctx, s, func(scan func(...any) error) error {
		var w string
		err := scan(&w)
		if err == nil && search.Like(w, word, n) {
			out = append(out, w)
		}
		return err
	}, `select text from search_word where study = $1 and length between $2 and $3`, study, length-n, length+n)
	slices.Sort(out) // the engines have orders of their own
	return out[:min(len(out), 200)], err
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
