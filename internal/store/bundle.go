package store

import (
	"cmp"
	"context"
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
func (s *Store) Add(ctx context.Context, who, study string, objects []thread.Object, texts []document.Text, progress func(done, total int)) (Imported, error) {
	var out Imported
	err := s.Write(ctx, who, func(t *Tx) error {
		old, err := t.rows(study)
		if err != nil {
			return err
		}
		if len(old) == 0 {
			return fault.New(fault.NotFound, "There is no study %q.", study)
		}
		b := Bundle{Slug: study}
		fresh := map[thread.ID]bool{}
		for _, o := range objects {
			if _, stands := old[o.Ref()]; !stands {
				b.Objects = append(b.Objects, o)
				fresh[o.Ref()] = true
			}
		}
		for _, x := range texts {
			if fresh[x.Document] {
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

// settle has the database look at its tables anew when much has changed. What was written stands whether this succeeds or not.
func (s *Store) settle(ctx context.Context, err error, done Imported) {
	if err == nil && done.New+done.Changed > 1000 {
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

// planned is a bundle with everything computed that does not depend on the database.
type planned struct {
	Bundle
	title string
	rows  map[thread.ID]*row
	links map[thread.ID][]thread.Link
	order []thread.ID // what a thing rests on, and what it is a part of, comes before it

	standing map[thread.ID]row
}

// at gives an object of the plan, or of what stands already.
func (p planned) at(id thread.ID) (row, bool) {
	if r, ok := p.rows[id]; ok {
		return *r, true
	}
	r, ok := p.standing[id]
	return r, ok
}

// planImport works out what writing a bundle needs. What the bundle names may also be among standing, the objects of the
// study as they stand; standing is nil when the bundle is the whole study.
func planImport(b Bundle, standing map[thread.ID]row) (planned, error) {
	var err error
	p := planned{Bundle: b, standing: standing, rows: map[thread.ID]*row{}, links: map[thread.ID][]thread.Link{}}
	var ps fault.Problems
	depends := map[thread.ID][]thread.Link{}
	objects := map[thread.ID]thread.Object{}
	b.Objects, err = signed(b.Objects)
	if err != nil {
		return planned{}, err
	}
	for _, o := range b.Objects {
		id := o.Ref()
		if _, twice := p.rows[id]; twice {
			ps.Add(string(id), "stands twice")
			continue
		}
		if err := o.Valid(); err != nil {
			ps.Add(string(id), "%s", fault.Message(err))
			continue
		}
		body, err := thread.Canonical(o)
		if err != nil {
			return p, err
		}
		place := o.Place()
		p.rows[id] = &row{id: string(id), kind: string(id.Kind()), owner: string(place.Owner), caseID: string(place.Case), label: o.Label(),
			protected: place.Protected, body: string(body), content: thread.Content(body)}
		p.links[id] = unique(o.Links())
		depends[id] = p.links[id]
		if place.Owner != "" {
			depends[id] = append(slices.Clone(depends[id]), thread.Link{To: place.Owner, Role: thread.PartOf})
		}
		objects[id] = o
		if st, ok := o.(study.Study); ok {
			p.title = st.Title
		}
	}
	for id, ls := range depends {
		for _, l := range ls {
			if _, ok := p.at(l.To); !ok {
				ps.Add(string(id), "names %s, which does not exist", l.To)
			}
		}
	}
	if p.title == "" && standing == nil {
		ps.Add("study", "is missing")
	}
	ps.Sort()
	if err := ps.Err(); err != nil {
		return p, err
	}
	order, cycle := thread.Steps(depends)
	if cycle != nil {
		return p, fault.New(fault.Invalid, "The links go round in a circle: %s. Evidence must lead down to a source; take one of these links out.", joinIDs(cycle))
	}
	p.order = order
	seen := map[thread.ID]map[thread.Link]string{}
	for _, x := range b.Seen {
		if seen[x.Statement] == nil {
			seen[x.Statement] = map[thread.Link]string{}
		}
		seen[x.Statement][thread.Link{To: x.Below, Role: x.Role}] = x.Print
	}
	confirmed := map[thread.ID]Confirmation{}
	for _, c := range b.Confirmations {
		confirmed[c.Statement] = c
	}
	for _, id := range order {
		r := p.rows[id]
		if r.owner != "" {
			owner, _ := p.at(thread.ID(r.owner))
			r.protected = r.protected || owner.protected
		}
		now := make([]thread.Below, 0, len(p.links[id]))
		then := make([]thread.Below, 0, len(p.links[id]))
		c, isConfirmed := confirmed[id]
		old := seen[id]
		for _, l := range p.links[id] {
			to, _ := p.at(l.To)
			print := to.print
			now = append(now, thread.Below{Link: l, Print: print})
			switch {
			case !id.Kind().IsStatement() || isConfirmed && c.Basis == "":
				then = append(then, thread.Below{Link: l, Print: print})
			case isConfirmed:
				then = append(then, thread.Below{Link: l, Print: old[l]})
			default:
				then = append(then, thread.Below{Link: l})
			}
		}
		r.basis = thread.Basis(now)
		r.print = thread.Print(r.content, r.basis)
		r.seen = joinSeen(then)
		if isConfirmed {
			r.confirmedBy, r.confirmedAt = c.By, c.At
			r.confirmed = cmp.Or(c.Basis, r.basis)
		}
	}
	return p, nil
}

// signed fills in what an edition without a state freezes: the study as it stands in the bundle.
func signed(objects []thread.Object) ([]thread.Object, error) {
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

func unique(ls []thread.Link) []thread.Link {
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
func (t *Tx) importPlan(p planned, old map[thread.ID]row, replace bool, progress func(done, total int)) (Imported, error) {
	var out Imported
	var put, moved, gone []thread.ID // written anew; only fingerprints or confirmation differ; no longer there
	for _, id := range p.order {
		o, ok := old[id]
		r := p.rows[id]
		switch {
		case !ok:
			out.New++
			put = append(put, id)
		case o.body != r.body || o.protected != r.protected:
			out.Changed++
			put = append(put, id)
		case o.confirmed != r.confirmed || o.confirmedBy != r.confirmedBy || o.confirmedAt != r.confirmedAt:
			out.Changed++
			moved = append(moved, id)
		case o.print != r.print:
			moved = append(moved, id)
			out.Same++
		default:
			out.Same++
		}
	}
	for id := range old {
		if _, ok := p.rows[id]; !ok {
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
	total := len(put)*2 + len(moved) + len(gone)
	done := 0
	step := func(n int) error {
		done += n
		if progress != nil {
			progress(done, total)
		}
		return t.ctx.Err()
	}
	objects := bulk{t: t, into: `object (study, ` + rowColumns + `)`, width: 18}
	links := bulk{t: t, into: `link (study, from_id, to_id, role)`, width: 4}
	texts := bulk{t: t, into: `document_text (study, document, version, body)`, width: 4}
	journal := bulk{t: t, into: `journal (chain, seq, at, who, action, id, was, became, prev, hash)`, width: 10}
	note := func(action string, id thread.ID, was, became string) error {
		e, err := t.entry(p.Slug, action, id, was, became)
		if err != nil {
			return err
		}
		return journal.add(e.Chain, e.Seq, e.At, e.Who, e.Action, string(e.ID), e.Was, e.Became, e.Prev, e.Hash)
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
		if err := step(1); err != nil {
			return out, err
		}
	}
	for _, id := range slices.Concat(put, moved) {
		r, o := p.rows[id], old[id]
		r.version, r.changedBy, r.changedAt = o.version, o.changedBy, o.changedAt
		_, exists := old[id]
		if exists {
			if err := t.exec(`delete from link where study = $1 and from_id = $2`, p.Slug, r.id); err != nil {
				return out, err
			}
		}
		if !exists || o.body != r.body || o.protected != r.protected {
			r.version, r.changedBy, r.changedAt = o.version+1, t.who, t.now
			if err := note("put", id, t.journalled(p.Slug, o), t.journalled(p.Slug, *r)); err != nil {
				return out, err
			}
		}
		if r.confirmed != o.confirmed && r.confirmed != "" {
			if err := note("confirm", id, o.confirmed, r.confirmed); err != nil {
				return out, err
			}
		}
		if exists {
			if err := t.putRow(p.Slug, *r, true); err != nil {
				return out, err
			}
		}
		if err := step(1); err != nil {
			return out, err
		}
	}
	// In the order of their keys, so that the pages of the index are written one after the other.
	slices.Sort(put)
	for _, id := range put {
		if _, exists := old[id]; !exists {
			if err := objects.add(append([]any{p.Slug}, p.rows[id].values()...)...); err != nil {
				return out, err
			}
		}
	}
	if err := objects.flush(); err != nil {
		return out, err
	}
	for _, id := range slices.Concat(put, moved) {
		for _, l := range p.links[id] {
			if err := links.add(p.Slug, string(id), string(l.To), string(l.Role)); err != nil {
				return out, err
			}
		}
	}
	for _, x := range p.Texts {
		if _, exists := old[x.Document]; exists {
			if err := t.exec(`delete from document_text where study = $1 and document = $2 and version = $3`, p.Slug, string(x.Document), x.Version); err != nil {
				return out, err
			}
		}
		if err := texts.add(p.Slug, string(x.Document), x.Version, x.Body); err != nil {
			return out, err
		}
	}
	for _, b := range []*bulk{&links, &texts, &journal} {
		if err := b.flush(); err != nil {
			return out, err
		}
	}
	return out, step(len(put))
}

// bulk gathers rows into inserts of many rows.
type bulk struct {
	t     *Tx
	into  string
	width int
	end   string // of the statement
	args  []any
}

// chunk is how many rows go into one insert: within the limit on parameters of both engines.
const chunk = 200

func (b *bulk) add(values ...any) error {
	b.args = append(b.args, values...)
	if len(b.args) >= chunk*b.width {
		return b.flush()
	}
	return nil
}

func (b *bulk) flush() error {
	if len(b.args) == 0 {
		return nil
	}
	var q strings.Builder
	q.WriteString("insert into " + b.into + " values ")
	for i := range len(b.args) / b.width {
		if i > 0 {
			q.WriteByte(',')
		}
		for j := range b.width {
			q.WriteString([]string{"(", ","}[min(j, 1)] + "$" + strconv.Itoa(i*b.width+j+1))
		}
		q.WriteString(")")
	}
	q.WriteString(b.end)
	err := b.t.exec(q.String(), b.args...)
	b.args = b.args[:0]
	return err
}

// Bundle gives a whole study as values.
func (s *Store) Bundle(ctx context.Context, study string) (Bundle, error) {
	b := Bundle{Slug: study}
	var err error
	if b.SealKey, err = s.SealKey(ctx, study); err != nil {
		return b, err
	}
	versions := map[thread.ID]int{}
	err = each(ctx, s, func(scan func(...any) error) error {
		var r row
		if err := scan(r.fields()...); err != nil {
			return err
		}
		o, err := decode(thread.Kind(r.kind), r.body)
		if err != nil {
			return fault.Wrap(fault.Damaged, err, "The object %s cannot be read from the database. Run the check.", r.id)
		}
		b.Objects = append(b.Objects, o)
		if d, ok := o.(document.Document); ok {
			versions[d.ID] = d.Version
		}
		if r.confirmed != "" {
			b.Confirmations = append(b.Confirmations, Confirmation{Statement: thread.ID(r.id), By: r.confirmedBy, At: r.confirmedAt, Basis: r.confirmed})
			eachSeen(r.seen, func(x thread.Below) {
				b.Seen = append(b.Seen, Seen{Statement: thread.ID(r.id), Role: x.Role, Below: x.To, Print: x.Print})
			})
		}
		return nil
	}, `select `+rowColumns+` from object where study = $1`, study)
	if err != nil {
		return b, err
	}
	err = each(ctx, s, func(scan func(...any) error) error {
		var x document.Text
		err := scan(&x.Document, &x.Version, &x.Body)
		if err == nil && versions[x.Document] == x.Version {
			b.Texts = append(b.Texts, x)
		}
		return err
	}, `select document, version, body from document_text where study = $1`, study)
	if err != nil {
		return b, err
	}
	slices.SortFunc(b.Objects, func(x, y thread.Object) int { return strings.Compare(string(x.Ref()), string(y.Ref())) })
	slices.SortFunc(b.Texts, func(x, y document.Text) int { return strings.Compare(string(x.Document), string(y.Document)) })
	slices.SortFunc(b.Confirmations, func(x, y Confirmation) int { return strings.Compare(string(x.Statement), string(y.Statement)) })
	slices.SortFunc(b.Seen, func(x, y Seen) int {
		return strings.Compare(fmt.Sprint(x.Statement, " ", x.Role, " ", x.Below), fmt.Sprint(y.Statement, " ", y.Role, " ", y.Below))
	})
	return b, err
}
