package store

import (
	"context"
	"database/sql"
	"sync"
)

// prepared keeps statements of a pool of connections ready by their text: SQLite reads a statement anew each time otherwise,
// which takes longer than to run a small one. It keeps no rows, only how they are found.
type prepared struct {
	db    *sql.DB
	mu    sync.Mutex
	asked map[string]int // how often, of those that are not ready
	ready map[string]*sql.Stmt
}

// mostPrepared is how many statements are kept; those that come later are read each time.
const mostPrepared = 300

// of gives a statement when it is ready. due tells one of those who ask that it pays to make it so, and nobody else.
func (p *prepared) of(text string) (stmt *sql.Stmt, due bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if stmt = p.ready[text]; stmt != nil || len(p.ready) >= mostPrepared || p.asked[text] == 0 && len(p.asked) >= 4*mostPrepared {
		return stmt, false
	}
	if p.asked == nil {
		p.asked, p.ready = map[string]int{}, map[string]*sql.Stmt{}
	}
	p.asked[text]++
	return nil, p.asked[text] == 3
}

// make makes a statement ready. It takes a connection, so none may be held.
func (p *prepared) make(text string) *sql.Stmt {
	stmt, err := p.db.PrepareContext(context.Background(), text)
	if err != nil {
		return nil // running it says why
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.asked, text)
	p.ready[text] = stmt
	return stmt
}
