// Package store keeps studies in a database: embedded SQLite, or PostgreSQL, from one SQL text. All SQL of the program is
// here. Every object is one row with its canonical JSON, and every write appends to the journal in the same transaction.
package store

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"hash"
	"strings"
	"sync"
	"time"

	"throughline/internal/fault"
)

// Config says where the data is.
type Config struct {
	Database string           // "postgres://…", or the path of an SQLite file
	Key      []byte           // keys the hashes of protected content and the seal of the journal's head; 32 bytes, kept outside the database
	Clock    func() time.Time // now
}

// Store is an open database.
type Store struct {
	d     dialect
	write *writer
	read  *sql.DB
	often prepared  // statements that read, of SQLite; PostgreSQL's driver keeps its own
	macs  sync.Pool // of the key, ready for keyed
	clock func() time.Time
	file  string // of SQLite
}

// Open opens a database, refusing a damaged one, and brings its schema up to date.
func Open(ctx context.Context, c Config) (*Store, error) {
	if len(c.Key) < 32 {
		return nil, fault.New(fault.Internal, "The key of the journal is shorter than 32 bytes.")
	}
	d := sqlite
	open := openSQLite
	if strings.HasPrefix(c.Database, "postgres://") || strings.HasPrefix(c.Database, "postgresql://") {
		d, open = postgres, openPostgres
	}
	w, r, err := open(ctx, c.Database, c.Clock())
	if err != nil {
		return nil, err
	}
	if err := migrate(ctx, d, w); err != nil {
		w.Close()
		if r != w {
			r.Close()
		}
		return nil, err
	}
	s := &Store{d: d, read: r, often: prepared{db: r}, clock: c.Clock}
	s.macs.New = func() any { return hmac.New(sha256.New, c.Key) }
	if d.name == sqlite.name {
		s.file = c.Database
	}
	s.write = newWriter(s, w)
	return s, nil
}

// Close waits for writes under way and closes the database.
func (s *Store) Close() error {
	s.write.close()
	err := s.write.db.Close()
	if s.read != s.write.db {
		err = errors.Join(err, s.read.Close())
	}
	if s.file != "" && err == nil {
		leave(s.file, time.Time{})
	}
	return err
}

// Engine names the engine, for people.
func (s *Store) Engine() string { return s.d.name }

// Ping tells whether the database answers.
func (s *Store) Ping(ctx context.Context) error { return explain(s.read.PingContext(ctx)) }

const timeFormat = "2006-01-02T15:04:05.000000Z"

// now is the time as it is stored: UTC, fixed width, so that text order is time order.
func (s *Store) now() string { return s.clock().UTC().Format(timeFormat) }

// keyed is the keyed hash under which protected content enters the journal: it proves that content is unchanged to who
// has the key, and tells nothing to who has not.
func (s *Store) keyed(parts ...string) string {
	m := s.macs.Get().(hash.Hash)
	defer s.macs.Put(m)
	m.Reset()
	b := make([]byte, 0, 512)
	for _, p := range parts {
		b = append(append(b, p...), 0)
	}
	m.Write(b)
	return "hmac-sha256:" + hex.EncodeToString(m.Sum(nil))
}

// querier is what can be read from: the store, or a transaction under way.
type querier interface {
	engine() *dialect
	query(ctx context.Context, q string, args ...any) (*sql.Rows, error)
}

func (s *Store) engine() *dialect { return &s.d }

func (s *Store) query(ctx context.Context, q string, args ...any) (*sql.Rows, error) {
	if s.d.name == sqlite.name {
		stmt, due := s.often.of(s.d.text(q))
		if due {
			stmt = s.often.make(s.d.text(q))
		}
		if stmt != nil {
			rows, err := stmt.QueryContext(ctx, args...)
			return rows, explain(err)
		}
	}
	rows, err := s.read.QueryContext(ctx, s.d.text(q), args...)
	return rows, explain(err)
}

// view lets f read the study as it is at one moment, whatever is written meanwhile.
func (s *Store) view(ctx context.Context, f func(q querier) error) error {
	o := &sql.TxOptions{ReadOnly: true}
	if s.d.name != sqlite.name { // there it is so anyway
		o.Isolation = sql.LevelRepeatableRead
	}
	tx, err := s.read.BeginTx(ctx, o)
	if err != nil {
		return explain(err)
	}
	m := moment{s: s, tx: tx}
	err = f(&m)
	tx.Rollback()
	for _, text := range m.due {
		s.often.make(text)
	}
	return err
}

// moment is the store at one moment.
type moment struct {
	s   *Store
	tx  *sql.Tx
	due []string // statements to be made ready afterwards
}

func (m *moment) engine() *dialect { return &m.s.d }

func (m *moment) query(ctx context.Context, q string, args ...any) (*sql.Rows, error) {
	if m.s.d.name == sqlite.name {
		stmt, due := m.s.often.of(m.s.d.text(q))
		if due {
			m.due = append(m.due, m.s.d.text(q))
		}
		if stmt != nil {
			rows, err := m.tx.StmtContext(ctx, stmt).QueryContext(ctx, args...)
			return rows, explain(err)
		}
	}
	rows, err := m.tx.QueryContext(ctx, m.s.d.text(q), args...)
	return rows, explain(err)
}

// each runs a query and calls f for every row.
func each(ctx context.Context, q querier, f func(scan func(...any) error) error, text string, args ...any) error {
	rows, err := q.query(ctx, text, args...)
	if err != nil {
		return err
	}
	return eachOf(rows, f)
}

func eachOf(rows *sql.Rows, f func(scan func(...any) error) error) error {
	defer rows.Close()
	for rows.Next() {
		if err := f(rows.Scan); err != nil {
			return err
		}
	}
	return explain(rows.Err())
}

// one runs a query of which one row is wanted, and tells whether there was one.
func one(ctx context.Context, q querier, dest []any, text string, args ...any) (bool, error) {
	found := false
	first := func(scan func(...any) error) error {
		if found {
			return nil
		}
		found = true
		return scan(dest...)
	}
	if t, ok := q.(*Tx); ok { // nothing else runs before it is read to its end, so a statement that is ready will do
		if stmt := t.ready(text); stmt != nil {
			rows, err := stmt.QueryContext(context.Background(), args...)
			if err != nil {
				return false, explain(err)
			}
			err = eachOf(rows, first)
			return found, err
		}
	}
	err := each(ctx, q, first, text, args...)
	return found, err
}
