package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strconv"

	"throughline/internal/study"
	"throughline/internal/thread"
)

// head is the last entry of a chain.
type head struct {
	seq  int64
	hash string
}

// Server is the chain of what concerns no study: accounts.
const Server = ""

// hashEntry chains an entry to the one before: SHA-256 over its fields, that entry's hash among them, as a JSON array.
func hashEntry(e study.Entry) string {
	b := make([]byte, 0, 512)
	b = appendJSON(append(b, '['), e.Chain)
	b = strconv.AppendInt(append(b, ','), e.Seq, 10)
	for _, s := range [...]string{e.At, e.Who, e.Action, string(e.ID), e.Was, e.Became, e.Prev} {
		b = appendJSON(append(b, ','), s)
	}
	return thread.Content(append(b, ']'))
}

// appendJSON adds a string as encoding/json writes it. Most need no escape, and are not looked at twice.
func appendJSON(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			j, err := json.Marshal(s)
			if err != nil {
				panic(err) // a string always encodes
			}
			return append(b, j...)
		}
	}
	return append(append(append(b, '"'), s...), '"')
}

// append adds an entry to a chain.
func (t *Tx) append(chain, action string, id thread.ID, was, became string) error {
	e, err := t.entry(chain, action, id, was, became)
	if err != nil {
		return err
	}
	return t.exec(`insert into journal (chain, seq, at, who, action, id, was, became, prev, hash) values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10)`,
		e.Chain, e.Seq, e.At, e.Who, e.Action, string(e.ID), e.Was, e.Became, e.Prev, e.Hash)
}

// entry makes the next entry of a chain and moves its head there.
func (t *Tx) entry(chain, action string, id thread.ID, was, became string) (study.Entry, error) {
	h, ok := t.heads[chain]
	if !ok {
		if _, err := one(t.ctx, t, []any{&h.seq, &h.hash}, `select seq, hash from journal_head where chain = $1`+t.s.d.forUpdate, chain); err != nil {
			return study.Entry{}, err
		}
	}
	e := study.Entry{Chain: chain, Seq: h.seq + 1, At: t.now, Who: t.who, Action: action, ID: id, Was: was, Became: became, Prev: h.hash}
	e.Hash = hashEntry(e)
	t.heads[chain] = head{e.Seq, e.Hash}
	return e, nil
}

// putHeads writes the heads that a batch moved, sealed with the key: without it, nobody can cut the end off a chain, or
// write the chain anew, unnoticed.
func (s *Store) putHeads(ctx context.Context, tx *sql.Tx, heads map[string]head) error {
	for chain, h := range heads {
		_, err := tx.ExecContext(ctx, s.d.text(`insert into journal_head (chain, seq, hash, mac) values ($1,$2,$3,$4)
			on conflict (chain) do update set seq = excluded.seq, hash = excluded.hash, mac = excluded.mac`),
			chain, h.seq, h.hash, s.sealHead(chain, h))
		if err != nil {
			return explain(err)
		}
	}
	return nil
}

func (s *Store) sealHead(chain string, h head) string {
	return s.keyed("head", chain, fmt.Sprint(h.seq), h.hash)
}

// JournalFilter narrows what is read of a journal.
type JournalFilter struct {
	ID     thread.ID // only entries of this object; empty: all
	Before int64     // only entries before this number; 0: from the end
	Most   int       // at most so many; 0: 100
}

// Journal lists entries of a chain, latest first.
func (s *Store) Journal(ctx context.Context, chain string, f JournalFilter) ([]study.Entry, error) {
	if f.Most == 0 {
		f.Most = 100
	}
	if f.Before == 0 {
		f.Before = 1 << 62
	}
	where, args := `chain = $1 and seq < $2`, []any{chain, f.Before, f.Most}
	if f.ID != "" {
		where += ` and id = $4`
		args = append(args, string(f.ID))
	}
	var out []study.Entry
	err := each(ctx, s, func(scan func(...any) error) error {
		e, err := scanEntry(scan)
		out = append(out, e)
		return err
	}, `select chain, seq, at, who, action, id, was, became, prev, hash from journal where `+where+` order by seq desc limit $3`, args...)
	return out, err
}

func scanEntry(scan func(...any) error) (study.Entry, error) {
	var e study.Entry
	err := scan(&e.Chain, &e.Seq, &e.At, &e.Who, &e.Action, &e.ID, &e.Was, &e.Became, &e.Prev, &e.Hash)
	return e, err
}
