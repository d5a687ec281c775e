package store

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"

	"throughline/internal/document"
	"throughline/internal/fault"
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
