package loyalty

import (
	"context"
	"slices"
	"sync"

	"github.com/guanxi-go/guanxi/internal/table"
)

// Memory is a [Store] in memory, for tests and single processes, that keeps whole
// accounts and their journals; it is an [Outbox], a [Locker], a [MultiCommit] and an
// [Aggregator] too. Events wait in it until they are delivered. The zero value is empty
// and ready. It is safe for concurrent use and must not be copied.
//
// Cost: Load, Commit and Receipt look at one account; Due, Outstanding and the journal of
// all accounts look at all of them.
type Memory struct {
	accounts [memoryShards]memoryAccounts
	keys     [memoryShards]struct {
		mu sync.Mutex
		memoryKeys
	}
	side struct {
		mu     sync.Mutex
		shared map[string]SharedTotal
		rows   map[RowID]Row
	}
	out memoryOutbox
}

// memoryShards is how many parts accounts and keys have: not more than the bits of a word.
const memoryShards = 64

// memoryAccounts are the accounts whose ids have hashes of a shard.
type memoryAccounts struct {
	mu   sync.RWMutex
	byID table.Table[AccountID, *memoryAccount]

	// What follows is for accounts that are written, one at a time.
	writing sync.Mutex
	mem     accountMemory
	refs    slab[journalRef]
	journal memoryBlocks
}

// memoryAccount is an account with its journal. mu is held by whoever looks at the rest.
type memoryAccount struct {
	m       *Memory
	id      AccountID
	ref     accountRef
	mu      sync.Mutex
	a       Account
	journal memoryJournal
	due     Instant
	staged  *Commit // in Lock
	room    memoryRoom
}

// accountRef says which account of a Memory it is: its ordinal in a shard, and the shard.
type accountRef int64

// account returns an account, made if it is not there.
func (m *Memory) account(id AccountID) *memoryAccount {
	h := hashText(id)
	shard := h % memoryShards
	s := &m.accounts[shard]
	if acc := s.find(h, id); acc != nil {
		return acc
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.byID.Reserve(1)
	ord := s.byID.Ordinal(h, id)
	row := &s.byID.Rows[ord].Row
	if *row == nil {
		*row = &memoryAccount{m: m, id: id, ref: accountRef(ord)*memoryShards + accountRef(shard), due: Never}
		(*row).a.ID, (*row).a.mem = id, s.memory()
		(*row).furnish()
	}
	return *row
}

// memory returns where accounts of the shard have their memory from.
func (s *memoryAccounts) memory() *accountMemory {
	if s.mem.pools == nil {
		s.mem.pools = new(accountPools)
	}
	return &s.mem
}

// find returns an account, or nil.
func (s *memoryAccounts) find(h uint64, id AccountID) *memoryAccount {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if ord, ok := s.byID.Find(h, id); ok {
		return s.byID.Rows[ord].Row
	}
	return nil
}

// find returns an account, or nil.
func (m *Memory) find(id AccountID) *memoryAccount {
	h := hashText(id)
	return m.accounts[h%memoryShards].find(h, id)
}

// of returns an account that is there.
func (m *Memory) of(r accountRef) *memoryAccount {
	s := &m.accounts[r%memoryShards]
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.byID.Rows[r/memoryShards].Row
}

// shard returns the part that the account is in.
func (acc *memoryAccount) shard() *memoryAccounts { return &acc.m.accounts[acc.ref%memoryShards] }

// all returns every account, in no order.
func (m *Memory) all() []*memoryAccount {
	var out []*memoryAccount
	for i := range m.accounts {
		s := &m.accounts[i]
		s.mu.RLock()
		for j := range s.byID.Rows {
			out = append(out, s.byID.Rows[j].Row)
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
	acc := m.keyOf(k)
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

// Rows implements [Sides].
func (m *Memory) Rows(ctx context.Context, ids []RowID) ([]Row, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	out := make([]Row, len(ids))
	m.side.mu.Lock()
	defer m.side.mu.Unlock()
	for i, id := range ids {
		row := m.side.rows[id]
		out[i] = Row{row.Version, slices.Clone(row.State)}
	}
	return out, nil
}

// Lock implements [Locker]: f loads the account itself, without a copy.
func (m *Memory) Lock(ctx context.Context, id AccountID, f func(ctx context.Context, s Accounts) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	acc := m.account(id)
	acc.mu.Lock()
	defer acc.mu.Unlock()
	acc.warm()
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
	if id != l.id {
		return l.m.Load(ctx, id, n)
	}
	return &l.a, ctx.Err()
}

// Commit keeps a commit until the function has ended.
func (l *memoryLocked) Commit(ctx context.Context, c *Commit) error {
	if c.Account != l.id || l.staged != nil {
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
	acc := l.m.keyOf(k)
	if acc == nil || acc == (*memoryAccount)(l) {
		return Receipt{}, false, ctx.Err()
	}
	return Receipt{}, false, ErrConflict // another account's: to be asked outside
}
