package loyalty

import (
	"context"
	"hash/maphash"
	"sync"
)

// Memory is a [Store] in memory, for tests and single processes, that keeps whole
// accounts and their journals; it is an [Outbox], a [Locker], a [MultiCommit] and an
// [Aggregator] too. Events wait in it until they are delivered. The zero value is empty
// and ready. It is safe for concurrent use and must not be copied.
//
// Cost: Load, Commit and Receipt look at one account; Due, Outstanding and the journal of
// all accounts look at all of them.
type Memory struct {
	accounts [memoryShards]struct {
		mu   sync.RWMutex
		byID map[AccountID]*memoryAccount
	}
	blocks [8]memoryBlocks
	keys   [memoryShards]struct {
		mu    sync.Mutex
		byKey map[Key]*memoryAccount
	}
	side struct {
		mu      sync.Mutex
		shared  map[string]SharedTotal
		coupons map[string]CouponRow
	}
	out memoryOutbox
}

// memoryShards is how many parts the maps have: not more than the bits of a word.
const memoryShards = 64

func shardOf(s string) int { return int(maphash.String(keySeed, s) % memoryShards) }

// memoryAccount is an account with its journal. mu is held by whoever looks at the rest.
type memoryAccount struct {
	m       *Memory
	mu      sync.Mutex
	a       Account
	journal memoryJournal
	blocks  *memoryBlocks
	due     Instant
	staged  *Commit // in Lock
}

// account returns an account, made if it is not there.
func (m *Memory) account(id AccountID) *memoryAccount {
	s := &m.accounts[shardOf(string(id))]
	s.mu.RLock()
	acc := s.byID[id]
	s.mu.RUnlock()
	if acc != nil {
		return acc
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if acc = s.byID[id]; acc == nil {
		if s.byID == nil {
			s.byID = make(map[AccountID]*memoryAccount)
		}
		acc = &memoryAccount{m: m, due: Never, blocks: &m.blocks[shardOf(string(id))%len(m.blocks)]}
		acc.a.ID = id
		s.byID[id] = acc
	}
	return acc
}

// find returns an account, or nil.
func (m *Memory) find(id AccountID) *memoryAccount {
	s := &m.accounts[shardOf(string(id))]
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.byID[id]
}

// all returns every account, in no order.
func (m *Memory) all() []*memoryAccount {
	var out []*memoryAccount
	for i := range m.accounts {
		s := &m.accounts[i]
		s.mu.RLock()
		for _, acc := range s.byID {
			out = append(out, acc)
		}
		s.mu.RUnlock()
	}
	return out
}

// Load implements [Accounts].
func (m *Memory) Load(ctx context.Context, id AccountID, n Need) (*Account, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	acc := m.find(id)
	if acc == nil {
		return NewAccount(id), nil
	}
	a := new(Account)
	acc.mu.Lock()
	defer acc.mu.Unlock()
	acc.a.LoadInto(a, n)
	return a, nil
}

// Receipt implements [Accounts].
func (m *Memory) Receipt(ctx context.Context, k Key) (Receipt, bool, error) {
	if err := ctx.Err(); err != nil {
		return Receipt{}, false, err
	}
	s := &m.keys[shardOf(string(k))]
	s.mu.Lock()
	acc := s.byKey[k]
	s.mu.Unlock()
	if acc == nil {
		return Receipt{}, false, nil
	}
	acc.mu.Lock()
	defer acc.mu.Unlock()
	r, ok := acc.a.Receipt(k)
	return r, ok, nil
}

// Shared implements [Sides].
func (m *Memory) Shared(ctx context.Context, counter string) (SharedTotal, error) {
	if err := ctx.Err(); err != nil {
		return SharedTotal{}, err
	}
	m.side.mu.Lock()
	defer m.side.mu.Unlock()
	return m.side.shared[counter], nil
}

// Coupon implements [Sides].
func (m *Memory) Coupon(ctx context.Context, id string) (CouponRow, error) {
	if err := ctx.Err(); err != nil {
		return CouponRow{}, err
	}
	m.side.mu.Lock()
	defer m.side.mu.Unlock()
	row := m.side.coupons[id]
	row.State = append([]byte(nil), row.State...)
	return row, nil
}

// Lock implements [Locker]: f loads the account itself, without a copy.
func (m *Memory) Lock(ctx context.Context, id AccountID, f func(ctx context.Context, s Accounts) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	acc := m.account(id)
	acc.mu.Lock()
	defer acc.mu.Unlock()
	acc.staged = nil
	if err := f(ctx, (*memoryLocked)(acc)); err != nil || acc.staged == nil {
		return err
	}
	c := acc.staged
	acc.staged = nil
	return m.commit(acc, c)
}

// memoryLocked is what a function in Lock sees.
type memoryLocked memoryAccount

// Load returns the account itself, if it is the one that is locked.
func (l *memoryLocked) Load(ctx context.Context, id AccountID, n Need) (*Account, error) {
	if id != l.a.ID {
		return l.m.Load(ctx, id, n)
	}
	return &l.a, ctx.Err()
}

// Commit keeps a commit until the function has ended.
func (l *memoryLocked) Commit(ctx context.Context, c *Commit) error {
	if c.Account != l.a.ID || l.staged != nil {
		return ErrCommit
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	l.staged = c
	return nil
}

// Receipt looks at the account that is locked.
func (l *memoryLocked) Receipt(ctx context.Context, k Key) (Receipt, bool, error) {
	if r, ok := l.a.Receipt(k); ok {
		return r, true, ctx.Err()
	}
	s := &l.m.keys[shardOf(string(k))]
	s.mu.Lock()
	acc := s.byKey[k]
	s.mu.Unlock()
	if acc == nil || acc == (*memoryAccount)(l) {
		return Receipt{}, false, ctx.Err()
	}
	return Receipt{}, false, ErrConflict // another account's: to be asked outside
}
