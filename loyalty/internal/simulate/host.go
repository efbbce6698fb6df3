package simulate

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
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
	// Shared returns a counter that accounts share.
	Shared(counter string) (loyalty.SharedTotal, error)
	// Journal returns the entries of an account from a sequence number on.
	Journal(id loyalty.AccountID, from int64) ([]loyalty.Entry, error)
}

// Memory is a Host of an engine and nothing else. One goroutine.
type Memory struct {
	engine   *loyalty.Engine
	accounts map[loyalty.AccountID]*loyalty.Account
	journals map[loyalty.AccountID][]loyalty.Entry
	shared   map[string]loyalty.SharedTotal
	dec      loyalty.Decision
}

// NewMemory returns a Host in memory.
func NewMemory(e *loyalty.Engine) *Memory {
	return &Memory{
		engine: e, accounts: map[loyalty.AccountID]*loyalty.Account{}, journals: map[loyalty.AccountID][]loyalty.Entry{},
		shared: map[string]loyalty.SharedTotal{},
	}
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

// Shared implements Host.
func (m *Memory) Shared(counter string) (loyalty.SharedTotal, error) { return m.shared[counter], nil }

// Do implements Host.
func (m *Memory) Do(id loyalty.AccountID, cmd loyalty.Command, recordedAt time.Time, left map[string]int64) (*loyalty.Decision, error) {
	a, _ := m.Account(id)
	for counter, n := range left {
		a.SetShared(counter, n)
	}
	if err := m.engine.DecideInto(&m.dec, a, cmd, recordedAt); err != nil {
		return nil, err
	}
	next := maps.Clone(m.shared)
	for _, ch := range m.dec.Shared {
		t := next[ch.Counter]
		if err := t.Apply(ch); err != nil {
			return nil, err
		}
		next[ch.Counter] = t
	}
	m.shared = next
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
	// Truth reads what is written, where the store of the service fails now and then.
	Truth loyalty.Journal
	// Fault says which errors are such a failure. What failed is done again.
	Fault func(error) bool
	// Outbox, if there is one, has one event for each entry.
	Outbox loyalty.Outbox

	service  loyalty.Service
	do       func(context.Context) (loyalty.Answer, error) // in place of the service's Do
	now      time.Time
	again    int             // how often something was done again
	events   []loyalty.Event // that the outbox is to have
	accounts map[loyalty.AccountID]*loyalty.Account
	journals map[loyalty.AccountID][]loyalty.Entry
	dec      loyalty.Decision
}

// NewStored returns a Host over a store, which is empty.
func NewStored(e *loyalty.Engine, s loyalty.Store) *Stored {
	h := &Stored{accounts: map[loyalty.AccountID]*loyalty.Account{}, journals: map[loyalty.AccountID][]loyalty.Entry{}}
	h.service.Engine, h.service.Store, h.Truth = e, s, s
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

// Shared implements Host.
func (h *Stored) Shared(counter string) (t loyalty.SharedTotal, err error) {
	err = h.until(func() error {
		t, err = h.service.Store.Shared(context.Background(), counter)
		return err
	})
	return t, err
}

// until does something again as long as the store fails.
func (h *Stored) until(do func() error) error {
	for range 1000 {
		err := do()
		if err == nil || h.Fault == nil || !h.Fault(err) {
			return err
		}
		h.again++
	}
	return fmt.Errorf("%w: always", errHost)
}

// fresh reads what was written to an account since it was last looked at.
func (h *Stored) fresh(id loyalty.AccountID) ([]loyalty.Entry, error) {
	ctx := context.Background()
	a, _ := h.Account(id)
	seq := len(h.journals[id])
	for e, err := range h.Truth.Journal(ctx, loyalty.JournalQuery{Account: id, After: a.Seq}) {
		if err != nil {
			return nil, fmt.Errorf("%w: journal: %w", errHost, err)
		}
		h.journals[id] = append(h.journals[id], e)
		h.events = append(h.events, e.Event())
	}
	fresh := h.journals[id][seq:]
	if err := a.Replay(loyalty.Entries(fresh)); err != nil {
		return nil, fmt.Errorf("%w: what the store has: %w", errHost, err)
	}
	return fresh, nil
}

// Do implements Host. What is left of counters is for the store to know.
func (h *Stored) Do(id loyalty.AccountID, cmd loyalty.Command, recordedAt time.Time, _ map[string]int64) (*loyalty.Decision, error) {
	ctx := context.Background()
	h.now = recordedAt
	d := &h.dec
	*d = loyalty.Decision{Account: id, Expected: int64(len(h.journals[id]))}
	var answer loyalty.Answer
	err := h.until(func() (err error) {
		if h.do != nil {
			answer, err = h.do(ctx)
		} else {
			answer, err = h.service.Do(ctx, id, cmd)
		}
		if fresh, err2 := h.fresh(id); err2 != nil {
			return err2
		} else if len(fresh) > 0 {
			repeated := err == nil && answer.Repeated && h.Fault == nil // with faults it may be told by its receipt
			if err != nil && !errors.Is(err, loyalty.ErrUnknownOutcome) || len(d.Entries) > 0 || repeated {
				return fmt.Errorf("%w: %d entries are written after %d, repeated %t: %w", errHost, len(fresh), len(d.Entries), answer.Repeated, err)
			}
			d.Entries = fresh
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	d.Repeated, d.Receipt, d.Parcel = answer.Repeated && len(d.Entries) == 0, answer.Receipt, answer.Parcel
	for i := range d.Entries {
		e := &d.Entries[i]
		d.Shared = append(d.Shared, e.Shared...)
		if e.Key == cmd.Common().Key && d.Parcel == nil {
			d.Parcel = e.Parcel
		}
	}
	return d, h.deliver()
}

// Move implements Mover.
func (h *Stored) Move(id loyalty.AccountID, cmd loyalty.Command, recordedAt time.Time, among []loyalty.AccountID) (map[loyalty.AccountID][]loyalty.Entry, error) {
	ctx, before, tries := context.Background(), int64(len(h.journals[id])), 0
	h.now = recordedAt
	err := h.until(func() (err error) {
		if tries++; tries > 1 && h.again%2 == 0 { // after a crash
			if n, err := h.service.Resume(ctx, id, before); n > 0 && err != nil {
				return err
			}
		}
		switch c := cmd.(type) {
		case *loyalty.Send:
			_, err = h.service.Transfer(ctx, id, c)
		case *loyalty.MergeOut:
			_, err = h.service.Merge(ctx, id, c)
		}
		return err
	})
	return h.written(among, err)
}

// Pool implements Mover.
func (h *Stored) Pool(member, pool loyalty.AccountID, head loyalty.Header, recordedAt time.Time, kinds []loyalty.Kind) (map[loyalty.AccountID][]loyalty.Entry, error) {
	h.now = recordedAt
	err := h.until(func() error {
		_, err := h.service.Pool(context.Background(), member, pool, head, kinds...)
		return err
	})
	return h.written([]loyalty.AccountID{member, pool}, err)
}

// written reads what is new of accounts.
func (h *Stored) written(among []loyalty.AccountID, err error) (map[loyalty.AccountID][]loyalty.Entry, error) {
	out := map[loyalty.AccountID][]loyalty.Entry{}
	for _, id := range among {
		fresh, err := h.fresh(id)
		if err != nil {
			return nil, err
		}
		if len(fresh) > 0 {
			out[id] = fresh
		}
	}
	if err := h.deliver(); err != nil {
		return nil, err
	}
	return out, err
}

// deliver takes events out of the outbox: those of an account in their order, each of what
// was written, and each once.
func (h *Stored) deliver() error {
	if h.Outbox == nil {
		h.events = h.events[:0]
		return nil
	}
	if len(h.events) < 20 {
		return nil
	}
	ctx := context.Background()
	got, err := h.Outbox.Events(ctx, len(h.events)+1)
	if err != nil {
		return fmt.Errorf("%w: outbox: %w", errHost, err)
	}
	if len(got) != len(h.events) {
		return fmt.Errorf("%w: %d events wait, %d entries were written", errHost, len(got), len(h.events))
	}
	byAccount := func(events []loyalty.Event) map[loyalty.AccountID][]loyalty.Event {
		out := map[loyalty.AccountID][]loyalty.Event{}
		for _, e := range events {
			out[e.Account] = append(out[e.Account], e)
		}
		return out
	}
	have := byAccount(got)
	for id, want := range byAccount(h.events) {
		if fmt.Sprintf("%+v", have[id]) != fmt.Sprintf("%+v", want) {
			return fmt.Errorf("%w: the events of %s are %+v, not %+v", errHost, id, have[id], want)
		}
	}
	part := got[:len(got)*2/3]
	for range 2 { // twice is no error
		if err := h.Outbox.Delivered(ctx, part); err != nil {
			return fmt.Errorf("%w: outbox: %w", errHost, err)
		}
	}
	gone := map[string]bool{}
	for _, e := range part {
		gone[fmt.Sprint(e.Account, "/", e.Seq)] = true
	}
	h.events = slices.DeleteFunc(h.events, func(e loyalty.Event) bool { return gone[fmt.Sprint(e.Account, "/", e.Seq)] })
	return nil
}
