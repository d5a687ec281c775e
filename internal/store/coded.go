package store

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"throughline/internal/coding"
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

// Coded lists the segments that have a code, each once.
func Coded(ctx context.Context, q querier, study string, code thread.ID) ([]Item[coding.Segment], error) {
	return joined[coding.Segment](ctx, q, `select s.body, s.version, `+prefixed("s", nodeColumns)+` from object s where s.study = $1 and s.kind = 'segment' and s.id in (
			select c.owner from link l join object c on c.study = l.study and c.id = l.from_id where l.study = $1 and l.to_id = $2 and l.role = 'uses' and c.kind = 'coding')`, study, string(code))
}

// Use is one coder's use of a code on a segment.
type Use struct {
	Code, Segment, Case thread.ID
	Coder               string
}

// Uses lists the uses of one code, or of all codes when code is empty, without reading what the codings say.
func Uses(ctx context.Context, q querier, study string, code thread.ID) ([]Use, error) {
	text, args := `select l.to_id, c.owner, c.case_id, c.id from object c join link l on l.study = c.study and l.from_id = c.id
		where c.study = $1 and c.kind = 'coding' and l.role = 'uses'`, []any{study}
	if code != "" {
		text, args = text+` and l.to_id = $2`, append(args, string(code))
	}
	var out []Use
	err := each(ctx, q, func(scan func(...any) error) error {
		var u Use
		var id string
		if err := scan(&u.Code, &u.Segment, &u.Case, &id); err != nil {
			return err
		}
		u.Coder = id[strings.LastIndexByte(id, '.')+1:] // an id of a coding ends in the coder's handle, and no handle has a dot
		out = append(out, u)
		return nil
	}, text, args...)
	return out, err
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
