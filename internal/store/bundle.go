package store

import (
	"cmp"
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"throughline/internal/document"
	"throughline/internal/fault"
	"throughline/internal/study"
	"throughline/internal/thread"
)

// Bundle is a whole study as values: what an archive reads and writes.
type Bundle struct {
	Slug          string
	SealKey       string          // hex; the salts of sealed citations are made from it
	Objects       []thread.Object // in any order
	Texts         []document.Text //
	Confirmations []Confirmation  // of statements; one that is not listed has never been confirmed
	Seen          []Seen          // what the statement rested on when it was confirmed; none for a statement: as it stands now
}

// Confirmation is by whom and when a statement was last confirmed.
type Confirmation struct {
	Statement thread.ID
	By        string
	At        string // UTC, fixed width
	Basis     string // fingerprint of what it rested on then; empty: what it rests on now
}

// Seen is the print of one thing that a statement rested on when it was last confirmed.
type Seen struct {
	Statement thread.ID
	Role      thread.Role
	Below     thread.ID
	Print     string
}

// Imported tells what an import did.
type Imported struct {
	New     int `json:"new"`
	Changed int `json:"changed"`
	Removed int `json:"removed"`
	Same    int `json:"same"`
}

// Nothing tells whether the study stood already as imported.
func (i Imported) Nothing() bool { return i.New+i.Changed+i.Removed == 0 }

// Import makes a study what the bundle says, all of it or nothing. A study that stands already and differs is a Conflict
// unless replace is given: what people changed in the workspace is not overwritten unasked. progress is called now and
// then with how much is done; it may be nil.
func (s *Store) Import(ctx context.Context, who string, b Bundle, replace bool, progress func(done, total int)) (Imported, error) {
	var out Imported
	standing, err := All[study.Edition](ctx, s, b.Slug, Filter{})
	if err != nil {
		return out, err
	}
	b.Objects = slices.Clone(b.Objects)
	for i, o := range b.Objects {
		for _, it := range standing { // what an edition froze when it first came in stays so
			if e, ok := o.(study.Edition); ok && e.ID == it.Object.ID && e.State == "" {
				e.State = it.Object.State
				b.Objects[i] = e
			}
		}
	}
	plan, err := planImport(b, nil)
	if err != nil {
		return out, err
	}
	err = s.Write(ctx, who, func(t *Tx) error {
		old, err := t.rows(b.Slug)
		if err != nil {
			return err
		}
		out, err = t.importPlan(plan, old, replace, progress)
		return err
	})
	s.settle(ctx, err, out)
	return out, err
}

// Add puts new objects and texts into a study that stands, all of them or none. What stands already under the same id is
// left as it is and counted as Same.
func (s *Store) Add(ctx context.Context, who, study string, objects []thread.Object, texts []document.Text, progress func(done, total int), files ...string) (Imported, error) {
	var out Imported
	err := s.Write(ctx, who, func(t *Tx) error {
		for _, f := range files {
			if err := t.KeepFile(study, f); err != nil {
				return err
			}
		}
		old, err := t.standing(study)
		if err != nil {
			return err
		}
		if len(old) == 0 {
			return fault.New(fault.NotFound, "There is no study %q.", study)
		}
		b := Bundle{Slug: study}
		known := map[thread.ID]bool{}
		for _, o := range objects {
			if id := o.Ref(); old[id].print != "" {
				known[id] = true
			} else {
				b.Objects = append(b.Objects, o)
			}
		}
		for _, x := range texts {
			if !known[x.Document] {
				b.Texts = append(b.Texts, x)
			}
		}
		plan, err := planImport(b, old)
		if err != nil {
			return err
		}
		added, err := t.importPlan(plan, nil, true, progress)
		out = added
		out.Same = len(objects) - len(b.Objects)
		return err
	})
	s.settle(ctx, err, out)
	return out, err
}

// settle has PostgreSQL look at its tables anew when much has changed. What was written stands whether this succeeds or not.
func (s *Store) settle(ctx context.Context, err error, done Imported) {
	if err == nil && s.d.settle != "" && done.New+done.Changed > 1000 {
		_, _ = s.write.db.ExecContext(ctx, s.d.settle)
	}
}

// rows gives all objects of a study as they stand.
func (t *Tx) rows(study string) (map[thread.ID]row, error) {
	old := map[thread.ID]row{}
	err := each(t.ctx, t, func(scan func(...any) error) error {
		var r row
		err := scan(r.fields()...)
		old[thread.ID(r.id)] = r
		return err
	}, `select `+rowColumns+` from object where study = $1`, study)
	return old, err
}

// standing gives of all objects of a study what new ones that rest on them need to know.
func (t *Tx) standing(study string) (map[thread.ID]stands, error) {
	old := map[thread.ID]stands{}
	err := each(t.ctx, t, func(scan func(...any) error) error {
		var id thread.ID
		var x stands
		err := scan((*string)(&id), &x.protected, &x.print)
		old[id] = x
		return err
	}, `select id, protected, print from object where study = $1`, study)
	return old, err
}

// stands is what the rows above an object need to know of it.
type stands struct {
	print     string
	protected bool
}

// made is what is kept of a row once it was made, in little room: there are many.
type made struct {
	content, basis [32]byte
	print          string // "": not yet
	protected      bool
}

// planned is a bundle that was looked through: it is valid, all that it names exists, and nothing goes round in a circle.
// Its rows are made one by one when they are written, for all of them together would take more memory than the bundle.
type planned struct {
	Bundle
	title string
	ids   []thread.ID       // of the objects
	at    map[thread.ID]int // where in Objects an object is
	order []int             // what a thing rests on, and what it is a part of, comes before it; of these, by id
	made  []made            // what is known of their rows

	standing  map[thread.ID]stands
	confirmed map[thread.ID]Confirmation
	seen      map[thread.ID]map[thread.Link]string
}

// planImport looks a bundle through. What the bundle names may also be among standing, the objects of the study as they
// stand; standing is nil when the bundle is the whole study.
func planImport(b Bundle, standing map[thread.ID]stands) (*planned, error) {
	var err error
	if b.Objects, err = signed(b.Objects); err != nil {
		return nil, err
	}
	n := len(b.Objects)
	p := &planned{Bundle: b, ids: make([]thread.ID, n), at: make(map[thread.ID]int, n), made: make([]made, n), standing: standing, confirmed: map[thread.ID]Confirmation{}, seen: map[thread.ID]map[thread.Link]string{}}
	var ps fault.Problems
	for i, o := range b.Objects {
		id := o.Ref()
		p.ids[i] = id
		if _, twice := p.at[id]; twice {
			ps.Add(string(id), "stands twice")
			continue
		}
		p.at[id] = i
		if err := o.Valid(); err != nil {
			ps.Add(string(id), "%s", fault.Message(err))
		}
		if st, ok := o.(study.Study); ok {
			p.title = st.Title
		}
	}
	below := make([]int, 0, 2*n) // of one object after the other; ends tells where each ends
	ends := make([]int, n)
	for i, o := range b.Objects {
		for _, l := range restsOn(o) {
			if k, ok := p.at[l.To]; ok {
				below = append(below, k)
			} else if _, ok := standing[l.To]; !ok && p.at[p.ids[i]] == i {
				ps.Add(string(p.ids[i]), "names %s, which does not exist", l.To)
			}
		}
		ends[i] = len(below)
	}
	if p.title == "" && standing == nil {
		ps.Add("study", "is missing")
	}
	ps.Sort()
	if err := ps.Err(); err != nil {
		return nil, err
	}
	if p.order = inSteps(p.ids, below, ends); p.order == nil {
		links := map[thread.ID][]thread.Link{}
		for i, o := range b.Objects {
			links[p.ids[i]] = restsOn(o)
		}
		_, cycle := thread.Steps(links)
		return nil, fault.New(fault.Invalid, "The links go round in a circle: %s. Evidence must lead down to a source; take one of these links out.", joinIDs(cycle))
	}
	for _, x := range b.Seen {
		if p.seen[x.Statement] == nil {
			p.seen[x.Statement] = map[thread.Link]string{}
		}
		p.seen[x.Statement][thread.Link{To: x.Below, Role: x.Role}] = x.Print
	}
	for _, c := range b.Confirmations {
		p.confirmed[c.Statement] = c
	}
	return p, nil
}

// restsOn lists the links of an object, that to what it is a part of among them.
func restsOn(o thread.Object) []thread.Link {
	links := unique(o.Links())
	if owner := o.Place().Owner; owner != "" {
		links = append(slices.Clip(links), thread.Link{To: owner, Role: thread.PartOf})
	}
	return links
}

// inSteps puts objects in order: first those that rest on nothing, by id, then those that rest on these alone, and so on.
// Rows that are written in this order come to lie one after the other in every index. below lists what the objects rest on,
// those of one object after those of the other; ends tells where each ends. It gives nil when the links go in a circle.
func inSteps(ids []thread.ID, below, ends []int) []int {
	const open = -1
	step := make([]int, len(ids)) // from 1; 0: not yet known
	var find func(i int) bool
	find = func(i int) bool {
		from, top := 0, 0
		if i > 0 {
			from = ends[i-1]
		}
		step[i] = open
		for _, k := range below[from:ends[i]] {
			if step[k] == open || step[k] == 0 && !find(k) {
				return false
			}
			top = max(top, step[k])
		}
		step[i] = top + 1
		return true
	}
	order := make([]int, len(ids))
	for i := range ids {
		if step[i] == 0 && !find(i) {
			return nil
		}
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(step[a]-step[b], strings.Compare(string(ids[a]), string(ids[b])))
	})
	return order
}

// below gives what is known of something that an object rests on.
func (p *planned) below(id thread.ID) stands {
	if i, ok := p.at[id]; ok {
		return stands{p.made[i].print, p.made[i].protected}
	}
	return p.standing[id]
}

// row makes the row of an object and gives its links. Those of what it rests on must have been made before. A second time,
// its fingerprints are not computed again.
func (p *planned) row(i int) (row, []thread.Link, error) {
	o, id, m := p.Objects[i], p.ids[i], &p.made[i]
	body, err := thread.Canonical(o)
	if err != nil {
		return row{}, nil, err
	}
	place, kind := o.Place(), id.Kind()
	r := row{id: string(id), kind: string(kind), owner: string(place.Owner), caseID: string(place.Case), label: o.Label(), body: string(body)}
	links := unique(o.Links())
	now := make([]thread.Below, len(links))
	for k, l := range links {
		now[k] = thread.Below{Link: l, Print: p.below(l.To).print}
	}
	if m.print != "" {
		r.protected, r.content, r.basis, r.print = m.protected, hex.EncodeToString(m.content[:]), hex.EncodeToString(m.basis[:]), m.print
	} else {
		r.protected = place.Protected || place.Owner != "" && p.below(place.Owner).protected
		r.content, r.basis = thread.Content(body), thread.Basis(now)
		r.print = thread.Print(r.content, r.basis)
		m.protected, m.print = r.protected, r.print
		hex.Decode(m.content[:], []byte(r.content))
		hex.Decode(m.basis[:], []byte(r.basis))
	}
	c, confirmed := p.confirmed[id]
	if confirmed {
		r.confirmedBy, r.confirmedAt, r.confirmed = c.By, c.At, cmp.Or(c.Basis, r.basis)
	}
	if kind.IsStatement() && !(confirmed && c.Basis == "") { // it saw what stood when it was confirmed, or nothing yet
		then := p.seen[id]
		for k := range now {
			now[k].Print = ""
			if confirmed {
				now[k].Print = then[now[k].Link]
			}
		}
	}
	r.seen = joinSeen(now)
	return r, links, nil
}

// signed fills in what an edition without a state freezes: the study as it stands in the bundle.
func signed(objects []thread.Object) ([]thread.Object, error) {
	if !slices.ContainsFunc(objects, func(o thread.Object) bool { e, ok := o.(study.Edition); return ok && e.State == "" }) {
		return objects, nil
	}
	out := slices.Clone(objects)
	content := map[thread.ID]string{}
	for _, o := range objects {
		if o.Ref().Kind() == thread.Edition {
			continue
		}
		body, err := thread.Canonical(o)
		if err != nil {
			return nil, err
		}
		content[o.Ref()] = thread.Content(body)
	}
	for i, o := range out {
		if e, ok := o.(study.Edition); ok && e.State == "" {
			e.State = stateOf(content)
			out[i] = e
		}
	}
	return out, nil
}

// unique gives links without those that stand twice.
func unique(ls []thread.Link) []thread.Link {
	if len(ls) < 2 || len(ls) == 2 && ls[0] != ls[1] {
		return ls
	}
	seen := map[thread.Link]bool{}
	out := ls[:0:0]
	for _, l := range ls {
		if !seen[l] {
			seen[l] = true
			out = append(out, l)
		}
	}
	return out
}

func joinIDs(ids []thread.ID) string {
	var s []string
	for _, id := range ids {
		s = append(s, string(id))
	}
	return strings.Join(s, " -> ")
}

// importPlan writes what differs.
func (t *Tx) importPlan(p *planned, old map[thread.ID]row, replace bool, progress func(done, total int)) (Imported, error) {
	var out Imported
	put, moved := p.order, []int(nil) // written anew; only fingerprints or confirmation differ
	differs := map[int]row{}          // from what stands
	if len(old) > 0 {
		put = nil
		for _, i := range p.order {
			r, _, err := p.row(i)
			if err != nil {
				return out, err
			}
			o, ok := old[p.ids[i]]
			switch {
			case !ok:
				out.New++
				put = append(put, i)
			case o.body != r.body || o.protected != r.protected:
				out.Changed++
				put = append(put, i)
			case o.confirmed != r.confirmed || o.confirmedBy != r.confirmedBy || o.confirmedAt != r.confirmedAt:
				out.Changed++
				moved = append(moved, i)
			case o.print != r.print:
				out.Same++
				moved = append(moved, i)
			default:
				out.Same++
				continue
			}
			differs[i] = r
		}
	} else {
		out.New = len(put)
	}
	var gone []thread.ID // no longer there
	for id := range old {
		if _, ok := p.at[id]; !ok {
			out.Removed++
			gone = append(gone, id)
		}
	}
	slices.Sort(gone)
	if len(old) > 0 && !out.Nothing() && !replace {
		return out, fault.New(fault.Conflict, "The study %q stands already and differs from the folder (%d new, %d changed, %d no longer there). Export it first to keep what was changed in the workspace; "+
			"give --replace to make it what the folder says.", p.Slug, out.New, out.Changed, out.Removed)
	}
	if out.Nothing() && len(old) > 0 {
		return out, nil
	}
	if p.standing != nil {
		// The study stands; nothing of its own changes.
	} else if err := t.exec(`insert into study (slug, title, seal_key) values ($1,$2,$3) on conflict (slug) do update set title = excluded.title, seal_key = excluded.seal_key`, p.Slug, p.title, p.SealKey); err != nil {
		return out, err
	}
	total := len(put) + len(moved) + len(gone)
	done := 0
	step := func() error {
		done++
		if progress != nil {
			progress(done, total)
		}
		return t.ctx.Err()
	}
	objects := bulk{t: t, into: `object (study, version, changed_by, changed_at, ` + freshColumns + `)`, same: []any{p.Slug, int64(1), t.who, t.now}, width: 14}
	journal := bulk{t: t, into: `journal (chain, at, who, seq, action, id, was, became, prev, hash)`, same: []any{p.Slug, t.now, t.who}, width: 7}
	note := func(action string, id thread.ID, was, became string) error {
		e, err := t.entry(p.Slug, action, id, was, became)
		if err != nil {
			return err
		}
		return journal.add(e.Seq, e.Action, string(e.ID), e.Was, e.Became, e.Prev, e.Hash)
	}
	for _, id := range gone {
		for _, q := range []string{`delete from link where study = $1 and from_id = $2`, `delete from document_text where study = $1 and document = $2`, `delete from object where study = $1 and id = $2`} {
			if err := t.exec(q, p.Slug, string(id)); err != nil {
				return out, err
			}
		}
		if id.Kind() == thread.Document {
			if err := t.forget(p.Slug, id, old[id].body); err != nil {
				return out, err
			}
		}
		if err := note("drop", id, t.journalled(p.Slug, old[id]), ""); err != nil {
			return out, err
		}
		if err := step(); err != nil {
			return out, err
		}
	}
	for _, i := range slices.Concat(put, moved) {
		r, ok := differs[i]
		if !ok {
			var err error
			if r, _, err = p.row(i); err != nil {
				return out, err
			}
		}
		id := p.ids[i]
		o, exists := old[id]
		if exists {
			if err := t.exec(`delete from link where study = $1 and from_id = $2`, p.Slug, r.id); err != nil {
				return out, err
			}
		}
		if !exists || o.body != r.body || o.protected != r.protected {
			if err := note("put", id, t.journalled(p.Slug, o), t.journalled(p.Slug, r)); err != nil {
				return out, err
			}
			r.version, r.changedBy, r.changedAt = o.version+1, t.who, t.now
		} else {
			r.version, r.changedBy, r.changedAt = o.version, o.changedBy, o.changedAt
		}
		if r.confirmed != o.confirmed && r.confirmed != "" {
			if err := note("confirm", id, o.confirmed, r.confirmed); err != nil {
				return out, err
			}
		}
		if exists {
			if id.Kind() == thread.Document {
				if err := t.dropFiles(p.Slug, id, o.body, r.body); err != nil {
					return out, err
				}
			}
			if err := t.putRow(p.Slug, r, true); err != nil {
				return out, err
			}
		} else if err := objects.add(r.fresh()...); err != nil {
			return out, err
		}
		if err := step(); err != nil {
			return out, err
		}
	}
	if err := journal.flush(); err != nil {
		return out, err
	}
	if err := objects.flush(); err != nil {
		return out, err
	}
	keys := func(a, b int) int { return strings.Compare(string(p.ids[a]), string(p.ids[b])) }
	links := bulk{t: t, into: `link (study, from_id, to_id, role)`, same: []any{p.Slug}, width: 3}
	for _, i := range slices.SortedFunc(slices.Values(slices.Concat(put, moved)), keys) {
		for _, l := range kept(p.Objects[i], unique(p.Objects[i].Links())) {
			if err := links.add(string(p.ids[i]), string(l.To), string(l.Role)); err != nil {
				return out, err
			}
		}
	}
	if err := links.flush(); err != nil {
		return out, err
	}
	texts := bulk{t: t, into: `document_text (study, document, version, body)`, same: []any{p.Slug}, width: 3}
	for _, x := range p.Texts {
		if _, exists := old[x.Document]; exists {
			if err := t.exec(`delete from document_text where study = $1 and document = $2 and version = $3`, p.Slug, string(x.Document), x.Version); err != nil {
				return out, err
			}
		}
		if err := texts.add(string(x.Document), x.Version, x.Body); err != nil {
			return out, err
		}
	}
	return out, texts.flush()
}

// bulk gathers rows into inserts of many rows.
type bulk struct {
	t     *Tx
	into  string
	same  []any  // the first columns, where they are the same in all rows
	width int    // how many columns there are besides
	end   string // of the statement
	args  []any
	text  string // of an insert of as many rows as fit
}

// chunk is how many rows go into one insert: within the limit on parameters of both engines.
const chunk = 200

func (b *bulk) add(values ...any) error {
	if len(b.args) == 0 {
		b.args = append(b.args, b.same...)
	}
	b.args = append(b.args, values...)
	if len(b.args) < len(b.same)+chunk*b.width {
		return nil
	}
	return b.flush()
}

// flush writes what was gathered.
func (b *bulk) flush() error {
	if len(b.args) == 0 {
		return nil
	}
	n := (len(b.args) - len(b.same)) / b.width
	q := b.text
	if n < chunk || q == "" {
		q = b.insert(n)
	}
	if n == chunk {
		b.text = q
	}
	err := b.t.exec(q, b.args...)
	clear(b.args)
	b.args = b.args[:0]
	return err
}

// insert is the statement for n rows.
func (b *bulk) insert(n int) string {
	var q strings.Builder
	q.WriteString(b.t.s.d.insert + " " + b.into + " values ")
	for i := range n {
		if i > 0 {
			q.WriteByte(',')
		}
		for j := range len(b.same) + b.width {
			at := j + 1
			if j >= len(b.same) {
				at += i * b.width
			}
			q.WriteString([]string{"($", ",$"}[min(j, 1)] + strconv.Itoa(at))
		}
		q.WriteString(")")
	}
	q.WriteString(b.end)
	return q.String()
}

// Bundle gives a whole study as values.
func (s *Store) Bundle(ctx context.Context, study string) (Bundle, error) {
	b := Bundle{Slug: study}
	var err error
	if b.SealKey, err = s.SealKey(ctx, study); err != nil {
		return b, err
	}
	objects := byID{}
	err = each(ctx, s, func(scan func(...any) error) error {
		var r row
		if err := scan(&r.id, &r.kind, &r.body, &r.confirmed, &r.confirmedBy, &r.confirmedAt, &r.seen); err != nil {
			return err
		}
		if err := objects.add(r); err != nil {
			return err
		}
		if r.confirmed != "" {
			b.Confirmations = append(b.Confirmations, Confirmation{Statement: thread.ID(r.id), By: r.confirmedBy, At: r.confirmedAt, Basis: r.confirmed})
			eachSeen(r.seen, func(x thread.Below) {
				b.Seen = append(b.Seen, Seen{Statement: thread.ID(r.id), Role: x.Role, Below: x.To, Print: x.Print})
			})
		}
		return nil
	}, `select id, kind, body, confirmed, confirmed_by, confirmed_at, case when confirmed = '' then '' else seen end from object where study = $1`, study)
	if err != nil {
		return b, err
	}
	b.Objects = objects.sorted()
	slices.SortFunc(b.Confirmations, func(x, y Confirmation) int { return strings.Compare(string(x.Statement), string(y.Statement)) })
	slices.SortFunc(b.Seen, func(x, y Seen) int {
		return strings.Compare(fmt.Sprint(x.Statement, " ", x.Role, " ", x.Below), fmt.Sprint(y.Statement, " ", y.Role, " ", y.Below))
	})
	b.Texts, err = s.texts(ctx, study, b.Objects)
	return b, err
}

// Part gives the objects of some kinds with the texts of documents among them, without confirmations.
func (s *Store) Part(ctx context.Context, study string, kinds []thread.Kind) (Bundle, error) {
	b := Bundle{Slug: study}
	objects := byID{}
	for _, k := range kinds {
		r := row{kind: string(k)}
		err := each(ctx, s, func(scan func(...any) error) error {
			if err := scan(&r.id, &r.body); err != nil {
				return err
			}
			return objects.add(r)
		}, `select id, body from object where study = $1 and kind = $2`, study, r.kind)
		if err != nil {
			return b, err
		}
	}
	b.Objects = objects.sorted()
	var err error
	b.Texts, err = s.texts(ctx, study, b.Objects)
	return b, err
}

// byID gathers objects to be put in the order of their ids.
type byID []found

type found struct {
	id string
	o  thread.Object
}

func (l *byID) add(r row) error {
	o, err := decode(thread.Kind(r.kind), r.body)
	if err != nil {
		return fault.Wrap(fault.Damaged, err, "The object %s cannot be read from the database. Run the check.", r.id)
	}
	*l = append(*l, found{r.id, o})
	return nil
}

func (l byID) sorted() []thread.Object {
	slices.SortFunc(l, func(x, y found) int { return strings.Compare(x.id, y.id) })
	out := make([]thread.Object, len(l))
	for i, x := range l {
		out[i] = x.o
	}
	return out
}

// texts gives the texts of the documents among objects, as they stand.
func (s *Store) texts(ctx context.Context, study string, objects []thread.Object) ([]document.Text, error) {
	versions := map[thread.ID]int{}
	for _, o := range objects {
		if d, ok := o.(document.Document); ok {
			versions[d.ID] = d.Version
		}
	}
	if len(versions) == 0 {
		return nil, nil
	}
	var out []document.Text
	err := each(ctx, s, func(scan func(...any) error) error {
		var x document.Text
		err := scan((*string)(&x.Document), &x.Version, &x.Body)
		if err == nil && versions[x.Document] == x.Version {
			out = append(out, x)
		}
		return err
	}, `select document, version, body from document_text where study = $1`, study)
	slices.SortFunc(out, func(x, y document.Text) int { return strings.Compare(string(x.Document), string(y.Document)) })
	return out, err
}
