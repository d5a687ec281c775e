package web

import (
	"container/list"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Attempts to sign in: each account and each address may fail so often at once, then once in so long. An address may fail
// more often, for a team can sit behind one.
const (
	accountBurst = 8
	accountEvery = 30 * time.Second
	addressBurst = 40
	addressEvery = 3 * time.Second
	mostKept     = 10_000 // names and addresses remembered; the longest unused are forgotten first
)

// throttle slows down the guessing of passwords.
type throttle struct {
	accounts, addresses limits
}

func newThrottle() *throttle {
	return &throttle{accounts: newLimits(accountEvery, accountBurst), addresses: newLimits(addressEvery, addressBurst)}
}

// attempt takes one attempt from the account and from the address, or tells how long to wait. A success gives both back.
func (t *throttle) attempt(now time.Time, name, address string) (success func(), wait time.Duration) {
	backAddress, wait := t.addresses.take(now, address)
	if wait > 0 {
		return nil, wait
	}
	backAccount, wait := t.accounts.take(now, name)
	if wait > 0 {
		return nil, wait
	}
	return func() { backAccount(); backAddress() }, 0
}

// limits is a limiter per key, of which the least lately used are forgotten.
type limits struct {
	mu    *sync.Mutex
	every time.Duration
	burst int
	most  int
	byKey map[string]*list.Element
	order *list.List // latest used in front
}

type limit struct {
	key string
	*rate.Limiter
}

func newLimits(every time.Duration, burst int) limits {
	return limits{mu: &sync.Mutex{}, every: every, burst: burst, most: mostKept, byKey: map[string]*list.Element{}, order: list.New()}
}

func (l limits) take(now time.Time, key string) (back func(), wait time.Duration) {
	l.mu.Lock()
	e, ok := l.byKey[key]
	if ok {
		l.order.MoveToFront(e)
	} else {
		e = l.order.PushFront(limit{key, rate.NewLimiter(rate.Every(l.every), l.burst)})
		l.byKey[key] = e
		if l.order.Len() > l.most {
			last := l.order.Back()
			l.order.Remove(last)
			delete(l.byKey, last.Value.(limit).key)
		}
	}
	lim := e.Value.(limit).Limiter
	l.mu.Unlock()
	r := lim.ReserveN(now, 1)
	if d := r.DelayFrom(now); d > 0 {
		r.CancelAt(now)
		return nil, d
	}
	return func() { r.CancelAt(now) }, 0
}
