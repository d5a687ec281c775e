package store

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"throughline/internal/document"
	"throughline/internal/fault"
	"throughline/internal/thread"
)

// Item is a stored object with what the store knows of it.
type Item[T thread.Object] struct {
	Object  T
	Version int64       // counts its changes from 1; a write names the version it was made from
	Node    thread.Node // its place in the thread
}

// Filter narrows a list.
type Filter struct {
	Case  thread.ID   // only of this case; empty: all
	Cases []thread.ID // only of these cases or of none; nil: all. It keeps a country team to its own.
	Owner thread.ID   // only what is a part of this object
	Part  bool        // only what is called a part: of a picture, a page or a recording, as coding.Segment labels it
	Holds string      // only what holds these letters as it is kept, as JSON; ASCII without %, _ and \. It spares reading the others, and decides nothing.
}

const nodeColumns = `id, kind, label, case_id, protected, print, basis, confirmed, confirmed_by, confirmed_at, changed_by, changed_at`

// nodeFields says where the columns of a node go: as plain strings, since Scan needs reflection for types of ours.
func nodeFields(n *thread.Node) []any {
	return []any{(*string)(&n.ID), (*string)(&n.Kind), &n.Label, (*string)(&n.Case), &n.Protected, &n.Print, &n.Basis, &n.Confirmed, &n.ConfirmedBy, &n.ConfirmedAt, &n.ChangedBy, &n.ChangedAt}
}

// prefixed gives a column list for a table's alias.
func prefixed(alias, columns string) string {
	return alias + "." + strings.ReplaceAll(columns, ", ", ", "+alias+".")
}

// Get gives one object, or a NotFound.
func Get[T thread.Object](ctx context.Context, q querier, study string, id thread.ID) (Item[T], error) {
	var it Item[T]
	var body string
	kind := kindOf(it.Object)
	ok, err := one(ctx, q, append([]any{&body, &it.Version}, nodeFields(&it.Node)...),
		`select body, version, `+nodeColumns+` from object where study = $1 and id = $2 and kind = $3`, study, string(id), string(kind))
	if err != nil {
		return it, err
	}
	if !ok {
		return it, fault.New(fault.NotFound, "There is no %s %q in this study.", kind.Word(), string(id))
	}
	if err := json.Unmarshal([]byte(body), &it.Object); err != nil {
		return it, fault.Wrap(fault.Damaged, err, "The %s %s cannot be read from the database. Run the check.", kind.Word(), id)
	}
	return it, nil
}

// Find gives one object of whichever kind, or a NotFound.
func Find(ctx context.Context, q querier, study string, id thread.ID) (Item[thread.Object], error) {
	var it Item[thread.Object]
	var body string
	ok, err := one(ctx, q, append([]any{&body, &it.Version}, nodeFields(&it.Node)...),
		`select body, version, `+nodeColumns+` from object where study = $1 and id = $2`, study, string(id))
	if err != nil {
		return it, err
	}
	if !ok {
		return it, fault.New(fault.NotFound, "There is no object %q in this study.", string(id))
	}
	if it.Object, err = decode(it.Node.Kind, body); err != nil {
		return it, fault.Wrap(fault.Damaged, err, "The object %s cannot be read from the database. Run the check.", id)
	}
	return it, nil
}

// All lists the objects of a type, by id.
func All[T thread.Object](ctx context.Context, q querier, study string, f Filter) ([]Item[T], error) {
	var zero T
	kind := kindOf(zero)
	where, args := `study = $1 and kind = $2`, []any{study, string(kind)}
	add := func(clause string, v ...any) {
		for _, x := range v {
			args = append(args, x)
			clause = strings.Replace(clause, "$?", fmt.Sprintf("$%d", len(args)), 1)
		}
		where += " and " + clause
	}
	if f.Case != "" {
		add(`case_id = $?`, string(f.Case))
	}
	if f.Cases != nil {
		v := []any{""}
		for _, c := range f.Cases {
			v = append(v, string(c))
		}
		add(`case_id in (`+strings.TrimSuffix(strings.Repeat("$?,", len(v)), ",")+`)`, v...)
	}
	if f.Part {
		add(`label like 'Part %'`) // as in the index of them
	}
	if f.Holds != "" {
		add(`body like $?`, "%"+f.Holds+"%")
	}
	if f.Owner != "" {
		add(`owner = $?`, string(f.Owner))
	}
	return items[T](ctx, q, `select body, version, `+nodeColumns+` from object where `+where, args...)
}

// items reads objects of a type, by id. They are sorted here and not in SQL: the order of text differs between engines
// and their settings.
func items[T thread.Object](ctx context.Context, q querier, text string, args ...any) ([]Item[T], error) {
	var out []Item[T]
	err := each(ctx, q, func(scan func(...any) error) error {
		var it Item[T]
		var body string
		if err := scan(append([]any{&body, &it.Version}, nodeFields(&it.Node)...)...); err != nil {
			return err
		}
		if err := json.Unmarshal([]byte(body), &it.Object); err != nil {
			return fault.Wrap(fault.Damaged, err, "The object %s cannot be read from the database. Run the check.", it.Node.ID)
		}
		out = append(out, it)
		return nil
	}, text, args...)
	slices.SortFunc(out, func(a, b Item[T]) int { return strings.Compare(string(a.Node.ID), string(b.Node.ID)) })
	return out, err
}

// Objects gives the objects alone.
func Objects[T thread.Object](items []Item[T]) []T {
	out := make([]T, len(items))
	for i, it := range items {
		out[i] = it.Object
	}
	return out
}

// CodingsOf lists what belongs to the segments of a document: with coding.Coding, who coded what in it.
func CodingsOf[T thread.Object](ctx context.Context, q querier, study string, doc thread.ID) ([]Item[T], error) {
	var zero T
	return items[T](ctx, q, `select c.body, c.version, `+prefixed("c", nodeColumns)+` from object s join object c on c.study = s.study and c.owner = s.id and c.kind = $3
		where s.study = $1 and s.owner = $2 and s.kind = 'segment'`, study, string(doc), string(kindOf(zero)))
}

// row is an object as it stands in its table.
type row struct {
	id, kind, owner, caseID, label                             string
	protected                                                  bool
	body                                                       string
	version                                                    int64
	content, basis, print, confirmed, confirmedBy, confirmedAt string
	changedBy, changedAt                                       string
	seen                                                       string // of what it rests on; see joinSeen
}

const rowColumns = `id, kind, owner, case_id, label, protected, body, version, content, basis, print, confirmed, confirmed_by, confirmed_at, changed_by, changed_at, seen`

func (r *row) fields() []any {
	return []any{&r.id, &r.kind, &r.owner, &r.caseID, &r.label, &r.protected, &r.body, &r.version, &r.content, &r.basis, &r.print, &r.confirmed,
		&r.confirmedBy, &r.confirmedAt, &r.changedBy, &r.changedAt, &r.seen}
}

func (r row) values() []any {
	return []any{r.id, r.kind, r.owner, r.caseID, r.label, flag(r.protected), r.body, r.version, r.content, r.basis, r.print, r.confirmed,
		r.confirmedBy, r.confirmedAt, r.changedBy, r.changedAt, r.seen}
}

// freshColumns are those whose value differs from one new row to the other, and fresh gives their values.
const freshColumns = `id, kind, owner, case_id, label, protected, body, content, basis, print, confirmed, confirmed_by, confirmed_at, seen`

func (r row) fresh() []any {
	return []any{r.id, r.kind, r.owner, r.caseID, r.label, flag(r.protected), r.body, r.content, r.basis, r.print, r.confirmed, r.confirmedBy, r.confirmedAt, r.seen}
}

func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func (t *Tx) row(study string, id thread.ID) (row, bool, error) {
	var r row
	ok, err := one(t.ctx, t, r.fields(), `select `+rowColumns+` from object where study = $1 and id = $2`+t.s.d.forUpdate, study, string(id))
	return r, ok, err
}

// Any accepts whatever version is stored.
const Any = -1

// Put writes an object that was made from version from: 0 for one that must be new, Any for whichever. A change since
// then is a Conflict. Editing a statement confirms it, for the person who edits has its evidence before them. What rests
// on the object goes stale. Writing what stands already changes nothing.
func (t *Tx) Put(study string, o thread.Object, from int64) error { return t.put(study, o, from, true) }

// PutComputed writes what was computed, as Put does, but leaves a statement's confirmation as it was: only a person confirms.
func (t *Tx) PutComputed(study string, o thread.Object, from int64) error {
	return t.put(study, o, from, false)
}

func (t *Tx) put(study string, o thread.Object, from int64, confirm bool) error {
	if err := o.Valid(); err != nil {
		return err
	}
	id, place := o.Ref(), o.Place()
	body, err := thread.Canonical(o)
	if err != nil {
		return err
	}
	old, exists, err := t.row(study, id)
	if err != nil {
		return err
	}
	switch {
	case from == 0 && exists:
		return fault.New(fault.Conflict, "There is already a %s with the id %s. Choose another id.", id.Kind().Word(), id)
	case from > 0 && !exists:
		return fault.New(fault.Conflict, "This %s was removed by somebody else while you were editing it.", id.Kind().Word())
	case from > 0 && old.version != from:
		return fault.New(fault.Conflict, "Somebody else (%s) changed this %s while you were editing it. Nothing of theirs or of yours is lost: compare the two, then save again.", old.changedBy, id.Kind().Word())
	}
	protected := place.Protected
	if place.Owner != "" {
		owner, ok, err := t.row(study, place.Owner)
		if err != nil {
			return err
		}
		if !ok {
			return fault.Problems{{Field: "owner", Message: fmt.Sprintf("names %s, which does not exist", place.Owner)}}
		}
		protected = protected || owner.protected
	}
	// What stands already is left alone, but not when its owner came under protection, or out of it, since.
	if exists && old.body == string(body) && old.protected == protected {
		if !confirm || !id.Kind().IsStatement() || old.confirmed == old.basis {
			return nil
		}
	}
	links := o.Links()
	below, err := t.below(study, id, links)
	if err != nil {
		return err
	}
	r := row{id: string(id), kind: string(id.Kind()), owner: string(place.Owner), caseID: string(place.Case), label: o.Label(), protected: protected,
		body: string(body), version: old.version + 1, content: thread.Content(body), basis: thread.Basis(below), changedBy: t.who, changedAt: t.now}
	r.print = thread.Print(r.content, r.basis)
	sees := below // what it sees of what it rests on
	if id.Kind().IsStatement() && confirm {
		r.confirmed, r.confirmedBy, r.confirmedAt = r.basis, t.who, t.now
	} else if id.Kind().IsStatement() {
		r.confirmed, r.confirmedBy, r.confirmedAt = old.confirmed, old.confirmedBy, old.confirmedAt
		saw := map[thread.Link]string{}
		eachSeen(old.seen, func(b thread.Below) { saw[b.Link] = b.Print })
		sees = slices.Clone(below)
		for i, b := range sees {
			sees[i].Print = saw[b.Link]
		}
	}
	r.seen = joinSeen(sees)
	if err := t.putRow(study, r, exists); err != nil {
		return err
	}
	if exists {
		if err := t.exec(`delete from link where study = $1 and from_id = $2`, study, r.id); err != nil {
			return err
		}
	}
	for _, l := range kept(o, links) {
		if err := t.exec(`insert into link (study, from_id, to_id, role) values ($1,$2,$3,$4)`, study, r.id, string(l.To), string(l.Role)); err != nil {
			return err
		}
	}
	if err := t.append(study, "put", id, t.journalled(study, old), t.journalled(study, r)); err != nil {
		return err
	}
	if t.record != nil {
		*t.record = append(*t.record, change{id, old.body, r.body})
	}
	if exists && id.Kind() == thread.Document {
		if err := t.dropFiles(study, id, old.body, r.body); err != nil {
			return err
		}
	}
	if exists && old.print != r.print {
		return t.carryUp(study, id)
	}
	return nil
}

func (t *Tx) putRow(study string, r row, exists bool) error {
	q := `insert into object (study, ` + rowColumns + `) values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18)`
	if exists {
		q = `update object set kind=$3, owner=$4, case_id=$5, label=$6, protected=$7, body=$8, version=$9, content=$10, basis=$11, print=$12,
			confirmed=$13, confirmed_by=$14, confirmed_at=$15, changed_by=$16, changed_at=$17, seen=$18 where study=$1 and id=$2`
	}
	return t.exec(q, append([]any{study}, r.values()...)...)
}

// journalled is a row's content as the journal keeps it: the content itself, or its keyed hash when it is protected.
func (t *Tx) journalled(study string, r row) string { return t.s.journalled(study, r) }

func (s *Store) journalled(study string, r row) string {
	if r.id == "" || !r.protected {
		return r.body
	}
	return s.keyed(study, r.id, r.body)
}

// below looks up what an object's links lead to, and refuses a link to nothing and a cycle.
func (t *Tx) below(study string, id thread.ID, links []thread.Link) ([]thread.Below, error) {
	var out []thread.Below
	var ps fault.Problems
	for _, l := range links {
		b := thread.Below{Link: l}
		ok, err := one(t.ctx, t, []any{&b.Print}, `select print from object where study = $1 and id = $2`, study, string(l.To))
		if err != nil {
			return nil, err
		}
		if !ok {
			ps.Add(string(l.Role), "names %s, which does not exist in this study", l.To)
			continue
		}
		if l.To.Kind() == id.Kind() { // only links between objects of one kind can close a circle
			g, err := below(t.ctx, t, study, l.To)
			if err != nil {
				return nil, err
			}
			if _, ok := g.Nodes[id]; ok || l.To == id {
				ps.Add(string(l.Role), "names %s, which itself rests on %s: evidence must not go round in a circle", l.To, id)
				continue
			}
		}
		out = append(out, b)
	}
	return out, ps.Err()
}

// carryUp computes anew the fingerprints of everything that rests on an object.
func (t *Tx) carryUp(study string, id thread.ID) error {
	links := map[thread.ID][]thread.Link{}
	content, basis := map[thread.ID]string{}, map[thread.ID]string{}
	rest := map[thread.ID]bool{} // what these rest on
	err := each(t.ctx, t, func(scan func(...any) error) error {
		var from, c, b, seen string
		if err := scan(&from, &c, &b, &seen); err != nil {
			return err
		}
		f := thread.ID(from)
		content[f], basis[f] = c, b
		eachSeen(seen, func(b thread.Below) {
			links[f] = append(links[f], b.Link)
			rest[b.To] = true
		})
		return nil
	}, t.s.d.above+`select o.id, o.content, o.basis, o.seen from above w cross join object o where o.study = $1 and o.id = w.id and o.id <> $2`, study, string(id))
	if err != nil {
		return err
	}
	prints := map[thread.ID]string{}
	for some := range slices.Chunk(slices.Sorted(maps.Keys(rest)), t.engine().atOnce) {
		in, args := oneOf(t, "id", some, study)
		err := each(t.ctx, t, func(scan func(...any) error) error {
			var of, print string
			err := scan(&of, &print)
			prints[thread.ID(of)] = print
			return err
		}, `select id, print from object where study = $1 and `+in, args...)
		if err != nil {
			return err
		}
	}
	order, cycle := thread.Steps(links)
	if cycle != nil {
		return fault.New(fault.Damaged, "The links of this study go round in a circle: %v. Run the check.", cycle)
	}
	for _, from := range order {
		var below []thread.Below
		for _, l := range links[from] {
			below = append(below, thread.Below{Link: l, Print: prints[l.To]})
		}
		b := thread.Basis(below)
		if b == basis[from] {
			prints[from] = thread.Print(content[from], b)
			continue
		}
		prints[from] = thread.Print(content[from], b)
		if err := t.exec(`update object set basis = $3, print = $4 where study = $1 and id = $2`, study, string(from), b, prints[from]); err != nil {
			return err
		}
	}
	return nil
}

// Confirm records that a person looked at a statement's evidence as it stands, whose fingerprint is basis, and stands by
// the statement. When the evidence changed since they looked, it is a Conflict.
func (t *Tx) Confirm(study string, id thread.ID, basis string) error {
	r, ok, err := t.row(study, id)
	if err != nil {
		return err
	}
	if !ok {
		return fault.New(fault.NotFound, "There is no %s %q in this study.", id.Kind().Word(), string(id))
	}
	if !id.Kind().IsStatement() {
		return fault.New(fault.Invalid, "A %s is not a statement: there is nothing to confirm.", id.Kind().Word())
	}
	if r.basis != basis {
		return fault.New(fault.Conflict, "The evidence changed again while you were looking at it. Look once more, then confirm.")
	}
	if r.confirmed == basis {
		return nil
	}
	var below []thread.Below
	err = each(t.ctx, t, func(scan func(...any) error) error {
		var b thread.Below
		err := scan(&b.Role, &b.To, &b.Print)
		below = append(below, b)
		return err
	}, `select l.role, l.to_id, o.print from link l join object o on o.study = l.study and o.id = l.to_id where l.study = $1 and l.from_id = $2`, study, r.id)
	if err != nil {
		return err
	}
	if err := t.exec(`update object set confirmed = $3, confirmed_by = $4, confirmed_at = $5, seen = $6 where study = $1 and id = $2`, study, r.id, basis, t.who, t.now, joinSeen(below)); err != nil {
		return err
	}
	return t.append(study, "confirm", id, r.confirmed, basis)
}

// Drop removes an object of a version. What something rests on, or what has parts, cannot be removed.
func (t *Tx) Drop(study string, id thread.ID, from int64) error {
	r, ok, err := t.row(study, id)
	if err != nil {
		return err
	}
	if !ok {
		return fault.New(fault.NotFound, "There is no %s %q in this study.", id.Kind().Word(), string(id))
	}
	if from != Any && r.version != from {
		return fault.New(fault.Conflict, "Somebody else (%s) changed this %s in the meantime. Look at it again before you remove it.", r.changedBy, id.Kind().Word())
	}
	var other string
	if ok, err = one(t.ctx, t, []any{&other}, `select from_id from link where study = $1 and to_id = $2 limit 1`, study, r.id); err != nil {
		return err
	} else if !ok {
		if ok, err = one(t.ctx, t, []any{&other}, `select id from object where study = $1 and owner = $2 limit 1`, study, r.id); err != nil {
			return err
		}
	}
	if ok {
		return fault.New(fault.Conflict, "This %s is still needed by %s and cannot be removed before that.", id.Kind().Word(), other)
	}
	for _, q := range []string{`delete from link where study = $1 and from_id = $2`, `delete from document_text where study = $1 and document = $2`, `delete from object where study = $1 and id = $2`} {
		if err := t.exec(q, study, r.id); err != nil {
			return err
		}
	}
	if id.Kind() == thread.Document {
		if err := t.forget(study, id, r.body); err != nil {
			return err
		}
	}
	if t.record != nil {
		*t.record = append(*t.record, change{id, r.body, ""})
	}
	return t.append(study, "drop", id, t.journalled(study, r), "")
}

// IDs gives the ids of all objects of a study.
func (s *Store) IDs(ctx context.Context, study string) (map[thread.ID]bool, error) {
	out := map[thread.ID]bool{}
	err := each(ctx, s, func(scan func(...any) error) error {
		var id thread.ID
		err := scan((*string)(&id))
		out[id] = true
		return err
	}, `select id from object where study = $1`, study)
	return out, err
}

// Text gives a version of a document's text.
func Text(ctx context.Context, q querier, study string, doc thread.ID, version int) (document.Text, error) {
	tx := document.Text{Document: doc, Version: version}
	ok, err := one(ctx, q, []any{&tx.Body}, `select body from document_text where study = $1 and document = $2 and version = $3`, study, string(doc), version)
	if err == nil && !ok {
		err = fault.New(fault.NotFound, "The text of %s in version %d is not in the database.", doc, version)
	}
	return tx, err
}

// Studies lists the slugs of all studies and their titles.
func (s *Store) Studies(ctx context.Context) ([]StudyName, error) {
	var out []StudyName
	err := each(ctx, s, func(scan func(...any) error) error {
		var n StudyName
		err := scan(&n.Slug, &n.Title)
		out = append(out, n)
		return err
	}, `select slug, title from study`)
	slices.SortFunc(out, func(a, b StudyName) int { return strings.Compare(a.Slug, b.Slug) })
	return out, err
}

// StudyName is a study of the portfolio.
type StudyName struct {
	Slug  string `json:"slug"`
	Title string `json:"title"`
}

// SealKey gives the key from which the salts of a study's sealed citations are made. It never leaves the study.
func (s *Store) SealKey(ctx context.Context, study string) (string, error) {
	var k string
	ok, err := one(ctx, s, []any{&k}, `select seal_key from study where slug = $1`, study)
	if err == nil && !ok {
		err = fault.New(fault.NotFound, "There is no study %q.", study)
	}
	return k, err
}

// Counts tells how many objects of each kind a study has.
func (s *Store) Counts(ctx context.Context, study string) (map[thread.Kind]int, error) {
	out := map[thread.Kind]int{}
	err := each(ctx, s, func(scan func(...any) error) error {
		var k thread.Kind
		var n int
		err := scan(&k, &n)
		out[k] = n
		return err
	}, `select kind, count(*) from object where study = $1 group by kind`, study)
	return out, err
}

// State is the fingerprint of a whole study, editions left out: what an edition freezes.
func (s *Store) State(ctx context.Context, study string) (string, error) { return state(ctx, s, study) }

func state(ctx context.Context, q querier, study string) (string, error) {
	content := map[thread.ID]string{}
	err := each(ctx, q, func(scan func(...any) error) error {
		var id, print string
		err := scan(&id, &print)
		content[thread.ID(id)] = print
		return err
	}, `select id, content from object where study = $1 and kind <> 'edition'`, study)
	return stateOf(content), err
}

// stateOf is the fingerprint of a study from the fingerprints of its objects' contents.
func stateOf(content map[thread.ID]string) string {
	lines := make([]string, 0, len(content))
	for id, print := range content {
		lines = append(lines, string(id)+" "+print+"\n")
	}
	slices.Sort(lines)
	return thread.Content([]byte(strings.Join(lines, "")))
}
