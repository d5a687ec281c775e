package store

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"

	"throughline/internal/document"
	"throughline/internal/fault"
	"throughline/internal/fieldwork"
	"throughline/internal/thread"
)

// LargestFile is the most bytes that an original may have.
const LargestFile = 64 << 20

// PutFile keeps an original and gives the SHA-256 by which it is found again, in hex.
func (t *Tx) PutFile(study string, b []byte) (string, error) {
	if len(b) > LargestFile {
		return "", fault.New(fault.Invalid, "The file has %d MB; originals of at most %d MB are kept.", len(b)>>20, LargestFile>>20)
	}
	sum := sha256.Sum256(b)
	name := hex.EncodeToString(sum[:])
	return name, t.exec(`insert into file (study, sha256, size, body) values ($1,$2,$3,$4) on conflict (study, sha256) do nothing`, study, name, len(b), base64.StdEncoding.EncodeToString(b))
}

// File gives an original. What is not what its name says is Damaged.
func File(ctx context.Context, q querier, study, name string) ([]byte, error) {
	var body string
	ok, err := one(ctx, q, []any{&body}, `select body from file where study = $1 and sha256 = $2`, study, name)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, fault.New(fault.NotFound, "The original is not in the database.")
	}
	b, err := base64.StdEncoding.DecodeString(body)
	if sum := sha256.Sum256(b); err != nil || hex.EncodeToString(sum[:]) != name {
		return nil, fault.New(fault.Damaged, "The original is not what was kept. Restore it from a backup.")
	}
	return b, nil
}

// PutText keeps a version of a document's text. A version that stands is never replaced by another text.
func (t *Tx) PutText(study string, x document.Text) error {
	was, err := Text(t.ctx, t, study, x.Document, x.Version)
	switch {
	case err == nil && was.Body == x.Body:
		return nil
	case err == nil:
		return fault.New(fault.Conflict, "Somebody else gave this document another text in the meantime. Open it again.")
	case fault.Of(err) != fault.NotFound:
		return err
	}
	return t.exec(`insert into document_text (study, document, version, body) values ($1,$2,$3,$4)`, study, string(x.Document), x.Version, x.Body)
}

// MayLeave tells whether words of a document may leave the program in a file or a list: those of interviews only when their
// informants agreed to be quoted, and of protected material that nobody has placed never.
func MayLeave(ctx context.Context, q querier, study string, d document.Document) (bool, error) {
	if !d.Protected() {
		return true, nil
	}
	if d.Interview == "" {
		return false, nil
	}
	it, err := Get[fieldwork.Interview](ctx, q, study, d.Interview)
	return err == nil && it.Object.Consent.MayQuote(), err
}

// forget takes away, with a document, all that was made of its words: what is searched, what could be undone, and its
// original when no other document has it.
func (t *Tx) forget(study string, doc thread.ID, body string) error {
	if t.forgotten == nil {
		t.forgotten = map[string][]thread.ID{}
	}
	t.forgotten[study] = append(t.forgotten[study], doc)
	type act struct {
		who, scope string
		seq        int64
	}
	var acts []act
	err := each(t.ctx, t, func(scan func(...any) error) error {
		var a act
		var changes string
		err := scan(&a.who, &a.scope, &a.seq, &changes)
		if a.scope == string(doc) || strings.Contains(changes, string(doc)) {
			acts = append(acts, a)
		}
		return err
	}, `select who, scope, seq, changes from act where study = $1`, study)
	if err != nil {
		return err
	}
	for _, a := range acts {
		if err := t.exec(`delete from act where study = $1 and who = $2 and scope = $3 and seq = $4`, study, a.who, a.scope, a.seq); err != nil {
			return err
		}
	}
	o, err := decode(thread.Document, body)
	if err != nil {
		return err
	}
	d, ok := o.(document.Document)
	if !ok || d.File == "" {
		return nil
	}
	others, err := All[document.Document](t.ctx, t, study, Filter{})
	if err != nil {
		return err
	}
	for _, it := range others {
		if it.Object.ID != doc && it.Object.File == d.File {
			return nil
		}
	}
	return t.exec(`delete from file where study = $1 and sha256 = $2`, study, d.File)
}
