package simulate

import (
	"context"
	"fmt"
	"time"

	"github.com/guanxi-go/guanxi/loyalty"
)

// Host carries commands out and stores what they do: an engine with accounts in memory,
// or a service over a store.
type Host interface {
	// Do decides a command and commits it. left says what is left of counters that
	// accounts share. What it returns is good until the next call.
	Do(id loyalty.AccountID, cmd loyalty.Command, recordedAt time.Time, left map[string]int64) (*loyalty.Decision, error)
	// Account returns the whole account. It is only read.
	Account(id loyalty.AccountID) (*loyalty.Account, error)
	// Journal returns the entries of an account from a sequence number on.
	Journal(id loyalty.AccountID, from int64) ([]loyalty.Entry, error)
}

// Memory is a Host of an engine and nothing else. One goroutine.
type Memory struct {
	engine   *loyalty.Engine
	accounts map[loyalty.AccountID]*loyalty.Account
	journals map[loyalty.AccountID][]loyalty.Entry
	dec      loyalty.Decision
}

// NewMemory returns a Host in memory.
func NewMemory(e *loyalty.Engine) *Memory {
	return &Memory{engine: e, accounts: map[loyalty.AccountID]*loyalty.Account{}, journals: map[loyalty.AccountID][]loyalty.Entry{}}
}

// Account implements Host.
func (m *Memory) Account(id loyalty.AccountID) (*loyalty.Account, error) {
	if m.accounts[id] == nil {
		m.accounts[id] = loyalty.NewAccount(id)
	}
	return m.accounts[id], nil
}

// Journal implements Host.
func (m *Memory) Journal(id loyalty.AccountID, from int64) ([]loyalty.Entry, error) {
	return m.journals[id][from-1:], nil
}

// Do implements Host.
func (m *Memory) Do(id loyalty.AccountID, cmd loyalty.Command, recordedAt time.Time, left map[string]int64) (*loyalty.Decision, error) {
	a, _ := m.Account(id)
	for counter, n := range left {
		a.SetShared(counter, n)
	}
	if err := m.engine.DecideInto(&m.dec, a, cmd, recordedAt); err != nil {
		return nil, err
	}
	if err := a.Apply(&m.dec); err != nil {
		return nil, fmt.Errorf("%w: applying: %w", errHost, err)
	}
	for i := range m.dec.Entries {
		m.journals[id] = append(m.journals[id], m.dec.Entries[i].Clone())
	}
	return &m.dec, nil
}

// Stored is a Host of a service over a store. It reads accounts from what the store has
// of the journal, so that what a load leaves out does not matter. One goroutine.
type Stored struct {
	service  loyalty.Service
	now      time.Time
	accounts map[loyalty.AccountID]*loyalty.Account
	journals map[loyalty.AccountID][]loyalty.Entry
	dec      loyalty.Decision
}

// NewStored returns a Host over a store, which is empty.
func NewStored(e *loyalty.Engine, s loyalty.Store) *Stored {
	h := &Stored{accounts: map[loyalty.AccountID]*loyalty.Account{}, journals: map[loyalty.AccountID][]loyalty.Entry{}}
	h.service.Engine, h.service.Store = e, s
	h.service.Now = func() time.Time { return h.now }
	return h
}

// Account implements Host.
func (h *Stored) Account(id loyalty.AccountID) (*loyalty.Account, error) {
	if h.accounts[id] == nil {
		h.accounts[id] = loyalty.NewAccount(id)
	}
	return h.accounts[id], nil
}

// Journal implements Host.
func (h *Stored) Journal(id loyalty.AccountID, from int64) ([]loyalty.Entry, error) {
	return h.journals[id][from-1:], nil
}

// Do implements Host. What is left of counters is for the store to know.
func (h *Stored) Do(id loyalty.AccountID, cmd loyalty.Command, recordedAt time.Time, _ map[string]int64) (*loyalty.Decision, error) {
	ctx := context.Background()
	h.now = recordedAt
	answer, err := h.service.Do(ctx, id, cmd)
	a, _ := h.Account(id)
	seq := len(h.journals[id])
	for e, err := range h.service.Store.Journal(ctx, loyalty.JournalQuery{Account: id, After: a.Seq}) {
		if err != nil {
			return nil, fmt.Errorf("%w: journal: %w", errHost, err)
		}
		h.journals[id] = append(h.journals[id], e)
	}
	fresh := h.journals[id][seq:]
	if err := a.Verify(loyalty.Entries(fresh)); err != nil {
		return nil, fmt.Errorf("%w: what the store has: %w", errHost, err)
	}
	switch {
	case err != nil && len(fresh) > 0:
		return nil, fmt.Errorf("%w: refused, and %d entries are written: %w", errHost, len(fresh), err)
	case err != nil:
		return nil, err
	case answer.Repeated && len(fresh) > 0:
		return nil, fmt.Errorf("%w: repeated, and %d entries are written", errHost, len(fresh))
	}
	d := &h.dec
	*d = loyalty.Decision{Account: id, Expected: int64(seq), Entries: fresh, Repeated: answer.Repeated, Receipt: answer.Receipt, Parcel: answer.Parcel}
	for i := range fresh {
		d.Shared = append(d.Shared, fresh[i].Shared...)
	}
	return d, nil
}
