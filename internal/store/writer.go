package store

import (
	"context"
	"database/sql"
	"maps"
	"sync"

	"throughline/internal/fault"
	"throughline/internal/thread"
)

// writer is the only one that writes. It gathers the writes that wait into one transaction, so that they share the cost of
// making it durable, and acknowledges each only after the commit. A write that fails is undone alone.
type writer struct {
	s       *Store
	db      *sql.DB
	jobs    chan job
	stop    chan struct{}
	stopped chan struct{}
	once    sync.Once
	often   prepared // SQLite's
	due     []string // statements to make ready for it before the next transaction
}

type job struct {
	ctx  context.Context
	who  string
	fn   func(*Tx) error
	done chan error
}

// largest is how many writes share a commit at most: enough to carry the cost of a sync, few enough to keep waits short.
const largest = 128

func newWriter(s *Store, db *sql.DB) *writer {
	w := &writer{s: s, db: db, often: prepared{db: db}, jobs: make(chan job, largest), stop: make(chan struct{}), stopped: make(chan struct{})}
	go w.run()
	return w
}

func (w *writer) close() {
	w.once.Do(func() { close(w.stop) })
	<-w.stopped
}

// Write runs fn in a transaction, as the person who (a handle, or "import" and the like). It returns when what fn wrote is
// durable, or when all of it has been undone. fn must use nothing but its Tx, and may run only once.
func (s *Store) Write(ctx context.Context, who string, fn func(*Tx) error) error {
	j := job{ctx: ctx, who: who, fn: fn, done: make(chan error, 1)}
	select {
	case <-s.write.stop:
		return fault.New(fault.Unavailable, "The program is stopping. Nothing of this change was saved. Try again in a moment.")
	case <-ctx.Done():
		return ctx.Err()
	case s.write.jobs <- j:
	}
	select {
	case err := <-j.done:
		return err
	case <-s.write.stopped:
		select {
		case err := <-j.done:
			return err
		default:
			return fault.New(fault.Unavailable, "The program is stopping. Nothing of this change was saved. Try again in a moment.")
		}
	}
}

func (w *writer) run() {
	defer close(w.stopped)
	for {
		select {
		case j := <-w.jobs:
			w.batch(j)
		case <-w.stop:
			for {
				select {
				case j := <-w.jobs:
					w.batch(j)
				default:
					return
				}
			}
		}
	}
}

// batch runs the first job and those that wait behind it, commits, and answers all of them. Statements run under the
// writer's own context: one caller who hangs up must not undo the work of the others.
func (w *writer) batch(first job) {
	ctx := context.Background()
	for _, text := range w.due {
		w.often.make(text)
	}
	w.due = w.due[:0]
	tx, err := w.db.BeginTx(ctx, nil)
	if err != nil {
		first.done <- explain(err)
		return
	}
	var waiting []job
	heads := map[string]head{}
	broken, removed := error(nil), false
	attempt := func(j job) {
		if err := j.ctx.Err(); err != nil {
			j.done <- err
			return
		}
		before := maps.Clone(heads)
		t := &Tx{s: w.s, q: tx, who: j.who, now: w.s.now(), heads: heads, ctx: j.ctx}
		if _, broken = tx.ExecContext(ctx, "savepoint one"); broken != nil {
			j.done <- explain(broken)
			return
		}
		err := t.run(j.fn)
		if err == nil {
			_, err = tx.ExecContext(ctx, "release savepoint one")
			if err == nil {
				waiting = append(waiting, j)
				removed = removed || len(t.forgotten) > 0
				return
			}
		}
		if _, broken = tx.ExecContext(ctx, "rollback to savepoint one"); broken == nil {
			_, broken = tx.ExecContext(ctx, "release savepoint one")
		}
		clear(heads)
		maps.Copy(heads, before)
		j.done <- explain(err)
	}
	attempt(first)
	for n := 1; n < largest && broken == nil; n++ {
		select {
		case j := <-w.jobs:
			attempt(j)
			continue
		default:
		}
		break
	}
	err = broken
	if err == nil {
		err = w.s.putHeads(ctx, tx, heads)
	}
	if err == nil {
		err = tx.Commit()
	}
	if err != nil {
		tx.Rollback()
	} else if removed {
		for _, q := range w.s.d.wipe {
			_, _ = w.db.ExecContext(ctx, q) // what was removed is removed; where its words stood in the log they are then gone too
		}
	}
	for _, j := range waiting {
		j.done <- explain(err)
	}
}

// Tx is a write under way.
type Tx struct {
	s     *Store
	q     *sql.Tx
	ctx   context.Context // the caller's; looked at between the steps of long writes
	who   string
	now   string
	heads map[string]head
	runs  map[string]*repeated // statements by their text

	record *[]change // what an act changes; nil: nothing is remembered

	forgotten map[string][]thread.ID // by study, documents that leave the index of words before the write ends
}

// repeated is a statement that a write runs again and again: it is prepared once it is clear that it pays.
type repeated struct {
	n    int
	stmt *sql.Stmt // closed with the transaction
}

// oftenEnough is from how many runs on a statement is prepared. Most writes run each once or twice, for which preparing
// would be a way to the server and back for nothing.
const oftenEnough = 16

// run calls fn and turns a panic into an error, so that one faulty write cannot take the others with it.
func (t *Tx) run(fn func(*Tx) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fault.New(fault.Internal, "A write failed inside the program and was undone: %v", p)
		}
	}()
	if err := fn(t); err != nil {
		return err
	}
	return t.unindex()
}

func (t *Tx) engine() *dialect { return &t.s.d }

func (t *Tx) query(_ context.Context, q string, args ...any) (*sql.Rows, error) {
	rows, err := t.q.QueryContext(context.Background(), t.s.d.text(q), args...)
	return rows, explain(err)
}

// ready gives a statement that the writer runs often, if it is ready; it must not be run while its rows are being read.
func (t *Tx) ready(q string) *sql.Stmt {
	if t.s.d.name != sqlite.name {
		return nil
	}
	w := t.s.write
	stmt, due := w.often.of(t.s.d.text(q))
	if due {
		w.due = append(w.due, t.s.d.text(q))
	}
	if stmt == nil {
		return nil
	}
	return t.q.StmtContext(context.Background(), stmt)
}

func (t *Tx) exec(q string, args ...any) error {
	if t.runs == nil {
		t.runs = map[string]*repeated{}
	}
	r := t.runs[q]
	if r == nil {
		r = &repeated{}
		t.runs[q] = r
	}
	var err error
	if r.n++; r.n == oftenEnough {
		if r.stmt, err = t.q.PrepareContext(context.Background(), t.s.d.text(q)); err != nil {
			return explain(err)
		}
	}
	if r.stmt == nil {
		r.stmt = t.ready(q)
	}
	if r.stmt != nil {
		_, err = r.stmt.ExecContext(context.Background(), args...)
	} else {
		_, err = t.q.ExecContext(context.Background(), t.s.d.text(q), args...)
	}
	return explain(err)
}
