package store

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"throughline/internal/fault"
	"throughline/internal/thread"
)

// Above lists the objects of a type that rest directly on an object: the documents of a record, the work of a record, the
// translations of a document.
func Above[T thread.Object](ctx context.Context, q querier, study string, id thread.ID) ([]Item[T], error) {
	var zero T
	return joined[T](ctx, q, `select o.body, o.version, `+prefixed("o", nodeColumns)+` from link l join object o on o.study = l.study and o.id = l.from_id
		where l.study = $1 and l.to_id = $2 and o.kind = $3`, study, string(id), string(kindOf(zero)))
}

// Use is one coder's use of a code on a segment.
type Use struct {
	Code, Segment thread.ID
	Case          thread.ID // of the coding; empty when the uses of one code are listed
	Coder         string
}

// coderOf gives who made a coding: its id ends in the coder's handle, and no handle has a dot.
func coderOf(id string) string { return id[strings.LastIndexByte(id, '.')+1:] }

// Uses lists the uses of one code, or of all codes when code is empty, without reading what the codings say.
func Uses(ctx context.Context, q querier, study string, code thread.ID) ([]Use, error) {
	if code == "" {
		return uses(ctx, q, `object c`, `c.study = $1`, study)
	}
	// The id of a coding says all, so the index of what leads to the code answers alone.
	var out []Use
	after := "." + code.Rest()
	err := each(ctx, q, func(scan func(...any) error) error {
		var id string
		if err := scan(&id); err != nil {
			return err
		}
		if thread.ID(id).Kind() != thread.Coding {
			return nil
		}
		coder := coderOf(id)
		segment := strings.TrimSuffix(strings.TrimSuffix(thread.ID(id).Rest(), "."+coder), after)
		out = append(out, Use{Code: code, Segment: thread.ID(thread.Segment.Prefix() + segment), Coder: coder})
		return nil
	}, `select from_id from link where study = $1 and to_id = $2`, study, string(code))
	slices.SortFunc(out, func(a, b Use) int {
		return cmp.Or(strings.Compare(string(a.Segment), string(b.Segment)), strings.Compare(a.Coder, b.Coder))
	})
	return out, err
}

// UsesIn lists the uses of all codes on the passages of a document, or of a case when document is empty.
func UsesIn(ctx context.Context, q querier, study string, document, inCase thread.ID) ([]Use, error) {
	column, of := `owner`, document
	if document == "" {
		column, of = `case_id`, inCase
	}
	return uses(ctx, q, `object s join object c on c.study = s.study and c.owner = s.id`, `s.study = $1 and s.kind = 'segment' and s.`+column+` = $2`, study, string(of))
}

func uses(ctx context.Context, q querier, from, where string, args ...any) ([]Use, error) {
	var out []Use
	err := each(ctx, q, func(scan func(...any) error) error {
		var segment, inCase, id string
		if err := scan(&segment, &inCase, &id); err != nil {
			return err
		}
		u := Use{Segment: thread.ID(segment), Case: thread.ID(inCase), Coder: coderOf(id)}
		code := strings.TrimPrefix(thread.ID(id).Rest(), u.Segment.Rest()+".")
		u.Code = thread.ID(thread.Code.Prefix() + strings.TrimSuffix(code, "."+u.Coder))
		out = append(out, u)
		return nil
	}, `select c.owner, c.case_id, c.id from `+from+` where `+where+` and c.kind = 'coding'`, args...)
	return out, err
}

// Home is where a passage belongs.
type Home struct{ Document, Case thread.ID }

// Homes gives where the passages of some cases and of none belong, or of all when cases is nil, without reading what they say.
func Homes(ctx context.Context, q querier, study string, cases []thread.ID) (map[thread.ID]Home, error) {
	out := map[thread.ID]Home{}
	err := each(ctx, q, func(scan func(...any) error) error {
		var id, doc, inCase string
		if err := scan(&id, &doc, &inCase); err != nil {
			return err
		}
		if h := (Home{thread.ID(doc), thread.ID(inCase)}); cases == nil || h.Case == "" || slices.Contains(cases, h.Case) {
			out[thread.ID(id)] = h
		}
		return nil
	}, `select id, owner, case_id from object where study = $1 and kind = 'segment'`, study)
	return out, err
}

// Several gives the objects of a type that have the ids, each once, by id. One that is not there is left out.
func Several[T thread.Object](ctx context.Context, q querier, study string, ids []thread.ID) ([]Item[T], error) {
	return several[T](ctx, q, study, "id", ids)
}

// Owned gives the objects of a type that are parts of any of the objects that have the ids.
func Owned[T thread.Object](ctx context.Context, q querier, study string, ids []thread.ID) ([]Item[T], error) {
	return several[T](ctx, q, study, "owner", ids)
}

func several[T thread.Object](ctx context.Context, q querier, study, column string, ids []thread.ID) ([]Item[T], error) {
	var zero T
	ids = slices.Clone(ids)
	slices.Sort(ids)
	ids = slices.Compact(ids)
	var out []Item[T]
	for some := range slices.Chunk(ids, q.engine().atOnce) {
		in, args := oneOf(q, column, some, study, string(kindOf(zero)))
		found, err := items[T](ctx, q, `select body, version, `+nodeColumns+` from object where study = $1 and `+in+` and kind = $2`, args...)
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	return out, nil
}

// SeveralNodes gives the id, the kind and the case of the objects that have the ids, each once, by id, and no more of them.
func SeveralNodes(ctx context.Context, q querier, study string, ids []thread.ID) ([]thread.Node, error) {
	ids = slices.Clone(ids)
	slices.Sort(ids)
	ids = slices.Compact(ids)
	out := make([]thread.Node, 0, len(ids))
	for some := range slices.Chunk(ids, q.engine().atOnce) {
		in, args := oneOf(q, "id", some, study)
		err := each(ctx, q, func(scan func(...any) error) error {
			var id, kind, inCase string
			err := scan(&id, &kind, &inCase)
			out = append(out, thread.Node{ID: thread.ID(id), Kind: thread.Kind(kind), Case: thread.ID(inCase)})
			return err
		}, `select id, kind, case_id from object where study = $1 and `+in, args...)
		if err != nil {
			return nil, err
		}
	}
	slices.SortFunc(out, func(a, b thread.Node) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return out, nil
}

// oneOf says in SQL that a column is one of some ids, after the arguments that come first. Where they cannot stand as a list, the
// last stands there several times, so that there are few such statements.
func oneOf(q querier, column string, ids []thread.ID, first ...any) (string, []any) {
	if q.engine().name != sqlite.name {
		return column + ` = any($` + strconv.Itoa(len(first)+1) + `)`, append(slices.Clip(first), idStrings(ids))
	}
	n := 1
	for n < len(ids) {
		n *= 4
	}
	n = min(n, q.engine().atOnce)
	args := append(make([]any, 0, len(first)+n), first...)
	var marks strings.Builder
	for i := range n {
		args = append(args, string(ids[min(i, len(ids)-1)]))
		marks.WriteString(",$" + strconv.Itoa(len(args)))
	}
	return column + ` in (` + marks.String()[1:] + `)`, args
}

func joined[T thread.Object](ctx context.Context, q querier, text string, args ...any) ([]Item[T], error) {
	var out []Item[T]
	err := each(ctx, q, func(scan func(...any) error) error {
		var it Item[T]
		var body string
		if err := scan(append([]any{&body, &it.Version}, nodeFields(&it.Node)...)...); err != nil {
			return err
		}
		if err := json.Unmarshal([]byte(body), &it.Object); err != nil {
			return fault.Wrap(fault.Damaged, err, "The %s %s cannot be read from the database. Run the check.", it.Node.Kind.Word(), it.Node.ID)
		}
		out = append(out, it)
		return nil
	}, text, args...)
	slices.SortFunc(out, func(a, b Item[T]) int { return strings.Compare(string(a.Node.ID), string(b.Node.ID)) })
	return out, err
}
