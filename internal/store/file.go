package store

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"io"
	"slices"
	"strings"
	"time"

	"throughline/internal/document"
	"throughline/internal/fault"
	"throughline/internal/fieldwork"
	"throughline/internal/thread"
)

// LargestFile is the most bytes that an original of a text or a picture may have, LargestRecording those of a recording.
const (
	LargestFile      = 64 << 20
	LargestRecording = 512 << 20
)

// partSize is how many bytes a part of a file has; partsTogether of them are written in one transaction, so that others who write
// meanwhile hardly wait.
const (
	partSize      = 768 << 10
	partsTogether = 4
)

// StageFile writes a file in parts and gives the SHA-256 by which it is found again, in hex. It is not kept before KeepFile
// says so: what is staged and never kept is swept away after a day.
func (s *Store) StageFile(ctx context.Context, study string, r io.ReadSeeker) (string, error) {
	sum := sha256.New()
	size, err := io.Copy(sum, r)
	if err != nil {
		return "", fault.Wrap(fault.Unavailable, err, "The file could not be read to its end. Send it again.")
	}
	switch {
	case size == 0:
		return "", fault.New(fault.Invalid, "The file is empty.")
	case size > LargestRecording:
		return "", fault.New(fault.Invalid, "The file has %d MB; files of at most %d MB are kept.", size>>20, LargestRecording>>20)
	}
	name := hex.EncodeToString(sum.Sum(nil))
	var whole int
	err = s.Write(ctx, "files", func(t *Tx) error {
		day := s.clock().Add(-24 * time.Hour).UTC().Format(timeFormat)
		for _, q := range []string{`delete from file_part where (study, sha256) in (select study, sha256 from file where whole = 0 and begun < $1)`, `delete from file where whole = 0 and begun < $1`} {
			if err := t.exec(q, day); err != nil {
				return err
			}
		}
		if _, err := one(ctx, t, []any{&whole}, `select whole from file where study = $1 and sha256 = $2`, study, name); err != nil || whole == 1 {
			return err
		}
		return t.exec(`insert into file (study, sha256, size, part, whole, begun) values ($1,$2,$3,$4,0,$5) on conflict (study, sha256) do update set begun = excluded.begun, part = excluded.part`, study, name, size, partSize, t.now)
	})
	if err != nil || whole == 1 {
		return name, err
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return "", err
	}
	buf := make([]byte, partSize*partsTogether)
	for n := 0; ; {
		k, err := io.ReadFull(r, buf)
		if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
			return "", fault.Wrap(fault.Unavailable, err, "The file could not be read to its end. Send it again.")
		}
		done := err != nil
		err = s.Write(ctx, "files", func(t *Tx) error {
			for b := range slices.Chunk(buf[:k], partSize) {
				if err := t.exec(`insert into file_part (study, sha256, n, body) values ($1,$2,$3,$4) on conflict (study, sha256, n) do nothing`, study, name, n, base64.StdEncoding.EncodeToString(b)); err != nil {
					return err
				}
				n++
			}
			return nil
		})
		if err != nil {
			return "", err
		}
		if done {
			break
		}
	}
	return name, nil
}

// KeepFile keeps a staged file for good, in the transaction that writes what names it.
func (t *Tx) KeepFile(study, name string) error {
	var size, part, parts int64
	if ok, err := one(t.ctx, t, []any{&size, &part}, `select size, part from file where study = $1 and sha256 = $2`, study, name); err != nil || !ok {
		if err == nil {
			err = fault.New(fault.Conflict, "The file was not kept in time. Send it again.")
		}
		return err
	}
	if _, err := one(t.ctx, t, []any{&parts}, `select count(*) from file_part where study = $1 and sha256 = $2`, study, name); err != nil {
		return err
	}
	if parts != (size+part-1)/part {
		return fault.New(fault.Conflict, "The file did not arrive whole. Send it again.")
	}
	return t.exec(`update file set whole = 1 where study = $1 and sha256 = $2`, study, name)
}

// FileReader reads a file from any place in it.
type FileReader struct {
	ctx         context.Context
	q           querier
	study, name string
	size, part  int64
	at          int64
	n           int64 // part that is held, -1: none
	held        []byte
}

// OpenFile finds a file by its SHA-256. NotFound: it is not kept here, as after a study came from a folder without its files.
func OpenFile(ctx context.Context, q querier, study, name string) (*FileReader, error) {
	f := &FileReader{ctx: ctx, q: q, study: study, name: name, n: -1}
	ok, err := one(ctx, q, []any{&f.size, &f.part}, `select size, part from file where study = $1 and sha256 = $2 and whole = 1`, study, name)
	if err == nil && !ok {
		err = fault.New(fault.NotFound, "The file is not in the database.")
	}
	return f, err
}

// Size is in bytes.
func (f *FileReader) Size() int64 { return f.size }

func (f *FileReader) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += f.at
	case io.SeekEnd:
		offset += f.size
	}
	if offset < 0 {
		return f.at, fault.New(fault.Invalid, "The place lies before the beginning of the file.")
	}
	f.at = offset
	return offset, nil
}

func (f *FileReader) Read(b []byte) (int, error) {
	k, err := f.ReadAt(b, f.at)
	f.at += int64(k)
	if k > 0 && err == io.EOF {
		err = nil
	}
	return k, err
}

// ReadAt is not for several at once.
func (f *FileReader) ReadAt(b []byte, at int64) (int, error) {
	k := 0
	for k < len(b) {
		if at >= f.size {
			return k, io.EOF
		}
		if n := at / f.part; n != f.n {
			var body string
			ok, err := one(f.ctx, f.q, []any{&body}, `select body from file_part where study = $1 and sha256 = $2 and n = $3`, f.study, f.name, n)
			if err != nil {
				return k, err
			}
			f.held, err = base64.StdEncoding.DecodeString(body)
			if !ok || err != nil || int64(len(f.held)) != min(f.part, f.size-n*f.part) {
				return k, fault.New(fault.Damaged, "A part of the file is missing. Restore it from a backup.")
			}
			f.n = n
		}
		c := copy(b[k:], f.held[at-f.n*f.part:])
		k, at = k+c, at+int64(c)
	}
	return k, nil
}

// File gives a whole file. What is not what its name says is Damaged.
func File(ctx context.Context, q querier, study, name string) ([]byte, error) {
	f, err := OpenFile(ctx, q, study, name)
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(f)
	if err != nil {
		return nil, err
	}
	if sum := sha256.Sum256(b); hex.EncodeToString(sum[:]) != name {
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

// EarlierText is a version of a document's text that another took the place of.
type EarlierText struct {
	Version int
	Letters int // in code points
}

// EarlierTexts lists the texts of a document before its version, the latest first.
func EarlierTexts(ctx context.Context, q querier, study string, doc thread.ID, version int) ([]EarlierText, error) {
	var out []EarlierText
	err := each(ctx, q, func(scan func(...any) error) error {
		var x EarlierText
		err := scan(&x.Version, &x.Letters)
		out = append(out, x)
		return err
	}, `select version, length(body) from document_text where study = $1 and document = $2 and version < $3 order by version desc`, study, string(doc), version)
	return out, err
}

// ForgetTexts takes away the texts of a document before its version, and what could be undone in it, which holds their words.
// Passages that were not found since keep theirs. That it was done is in the journal.
func (t *Tx) ForgetTexts(study string, doc thread.ID, version int) error {
	it, err := Get[document.Document](t.ctx, t, study, doc)
	if err != nil {
		return err
	}
	if it.Object.Version != version {
		return fault.New(fault.Conflict, "Somebody else gave this document another text in the meantime. Open it again.")
	}
	if err := t.forgetWords(study, doc); err != nil { // the next search reads it anew, as it is now
		return err
	}
	if err := t.exec(`delete from document_text where study = $1 and document = $2 and version < $3`, study, string(doc), version); err != nil {
		return err
	}
	return t.append(study, "forget", doc, "", "")
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
	if err := t.forgetWords(study, doc); err != nil {
		return err
	}
	return t.dropFiles(study, doc, body, "")
}

// forgetWords takes a document out of what is searched, and takes away what could be undone in it and in what speaks of it.
func (t *Tx) forgetWords(study string, doc thread.ID) error {
	if t.forgotten == nil {
		t.forgotten = map[string][]thread.ID{}
	}
	t.forgotten[study] = append(t.forgotten[study], doc)
	type act struct {
		who, scope string
		seq        int64
	}
	var acts []act
	// Its id as a whole: doc-1 is not doc-11. The changes are JSON that holds JSON.
	named := func(changes string) bool {
		return strings.Contains(changes, `"`+string(doc)+`"`) || strings.Contains(changes, `"`+string(doc)+`\"`)
	}
	err := each(t.ctx, t, func(scan func(...any) error) error {
		var a act
		var changes string
		err := scan(&a.who, &a.scope, &a.seq, &changes)
		if a.scope == string(doc) || named(changes) {
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
	return nil
}

// dropFiles takes away the files that a document named and does not name any more, when no other document has them: a
// recording that another took the place of must not stay where nobody finds it. became is empty when the document goes.
func (t *Tx) dropFiles(study string, doc thread.ID, was, became string) error {
	names := func(body string) ([]string, error) {
		if body == "" {
			return nil, nil
		}
		o, err := decode(thread.Document, body)
		d, _ := o.(document.Document)
		return []string{d.File, d.Media}, err
	}
	old, err := names(was)
	if err != nil {
		return err
	}
	kept, err := names(became)
	if err != nil {
		return err
	}
	old = slices.DeleteFunc(old, func(name string) bool { return name == "" || slices.Contains(kept, name) })
	if len(old) == 0 {
		return nil
	}
	others, err := All[document.Document](t.ctx, t, study, Filter{})
	if err != nil {
		return err
	}
	for _, name := range old {
		if slices.ContainsFunc(others, func(it Item[document.Document]) bool {
			return it.Object.ID != doc && (it.Object.File == name || it.Object.Media == name)
		}) {
			continue
		}
		for _, table := range []string{"file_part", "file"} {
			if err := t.exec(`delete from `+table+` where study = $1 and sha256 = $2`, study, name); err != nil {
				return err
			}
		}
	}
	return nil
}

// RestsOn tells whether a statement cites a passage of a document, for it or against it.
func RestsOn(ctx context.Context, q querier, study string, doc thread.ID) (bool, error) {
	var n int
	return one(ctx, q, []any{&n}, `select 1 from object s join link l on l.study = s.study and l.to_id = s.id where s.study = $1 and s.owner = $2 and s.kind = 'segment' and l.role in ('supports', 'contradicts') limit 1`, study, string(doc))
}
