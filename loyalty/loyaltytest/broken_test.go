package loyaltytest

import (
	"context"
	"errors"
	"iter"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi/loyalty"
)

// broken is a store of rows whose calls can be spoilt.
type broken struct {
	*rows
	load    func(ctx context.Context, id loyalty.AccountID, n loyalty.Need) (*loyalty.Account, error)
	commit  func(ctx context.Context, commits []*loyalty.Commit) error
	receipt func(ctx context.Context, k loyalty.Key) (loyalty.Receipt, bool, error)
	journal func(ctx context.Context, q loyalty.JournalQuery) iter.Seq2[loyalty.Entry, error]
	due     func(ctx context.Context, at loyalty.Instant, after loyalty.DueAccount, limit int) ([]loyalty.DueAccount, error)
	events  func(ctx context.Context, limit int) ([]loyalty.Event, error)
	deliver func(ctx context.Context, events []loyalty.Event) error
	read    func(ctx context.Context, ids []loyalty.RowID) ([]loyalty.Row, error)
}

func (b *broken) Load(ctx context.Context, id loyalty.AccountID, n loyalty.Need) (*loyalty.Account, error) {
	if b.load != nil {
		return b.load(ctx, id, n)
	}
	return b.rows.Load(ctx, id, n)
}

func (b *broken) Commit(ctx context.Context, c *loyalty.Commit) error {
	return b.CommitAll(ctx, []*loyalty.Commit{c})
}

func (b *broken) CommitAll(ctx context.Context, commits []*loyalty.Commit) error {
	if b.commit != nil {
		return b.commit(ctx, commits)
	}
	return b.rows.CommitAll(ctx, commits)
}

func (b *broken) Receipt(ctx context.Context, k loyalty.Key) (loyalty.Receipt, bool, error) {
	if b.receipt != nil {
		return b.receipt(ctx, k)
	}
	return b.rows.Receipt(ctx, k)
}

func (b *broken) Journal(ctx context.Context, q loyalty.JournalQuery) iter.Seq2[loyalty.Entry, error] {
	if b.journal != nil {
		return b.journal(ctx, q)
	}
	return b.rows.Journal(ctx, q)
}

func (b *broken) Due(ctx context.Context, at loyalty.Instant, after loyalty.DueAccount, limit int) ([]loyalty.DueAccount, error) {
	if b.due != nil {
		return b.due(ctx, at, after, limit)
	}
	return b.rows.Due(ctx, at, after, limit)
}

func (b *broken) Events(ctx context.Context, limit int) ([]loyalty.Event, error) {
	if b.events != nil {
		return b.events(ctx, limit)
	}
	return b.rows.Events(ctx, limit)
}

func (b *broken) Delivered(ctx context.Context, events []loyalty.Event) error {
	if b.deliver != nil {
		return b.deliver(ctx, events)
	}
	return b.rows.Delivered(ctx, events)
}

func (b *broken) Rows(ctx context.Context, ids []loyalty.RowID) ([]loyalty.Row, error) {
	if b.read != nil {
		return b.read(ctx, ids)
	}
	return b.rows.Rows(ctx, ids)
}

// planted opens stores whose calls a function has spoilt.
func planted(spoil func(b *broken)) func(testing.TB) Harness {
	return openRows(nil, func(s *rows) loyalty.Store {
		b := &broken{rows: s}
		spoil(b)
		return b
	})
}

// without opens stores that do not write a table.
func without(table string) func(testing.TB) Harness {
	return openRows(&hook{keep: func(t string) bool { return t != table }}, nil)
}

// loaded opens stores whose loaded accounts a function has spoilt.
func loaded(spoil func(a *loyalty.Account, n loyalty.Need)) func(testing.TB) Harness {
	return planted(func(b *broken) {
		b.load = func(ctx context.Context, id loyalty.AccountID, n loyalty.Need) (*loyalty.Account, error) {
			a, err := b.rows.Load(ctx, id, n)
			if err == nil {
				spoil(a, n)
			}
			return a, err
		}
	})
}

// committed opens stores that change commits before they write them.
func committed(spoil func(b *broken, c *loyalty.Commit)) func(testing.TB) Harness {
	return planted(func(b *broken) {
		b.commit = func(ctx context.Context, commits []*loyalty.Commit) error {
			for _, c := range commits {
				spoil(b, c)
			}
			return b.rows.CommitAll(ctx, commits)
		}
	})
}

// told opens stores that say another error than they should.
func toldAs(from, to error) func(testing.TB) Harness {
	return planted(func(b *broken) {
		b.commit = func(ctx context.Context, commits []*loyalty.Commit) error {
			if err := b.rows.CommitAll(ctx, commits); !errors.Is(err, from) {
				return err
			}
			return to
		}
	})
}

// reopened opens stores that lose something when they are opened again.
func reopenedWith(lose func(d *disk)) func(testing.TB) Harness {
	return func(t testing.TB) Harness {
		h := openRows(nil, nil)(t)
		again, s := h.Reopen, h.Store.(*rows)
		h.Reopen = func() (loyalty.Store, error) { lose(s.disk); return again() }
		return h
	}
}

// forgetful is a key store that ties keys to accounts.
func keysPerAccount(b *broken, c *loyalty.Commit) {
	b.disk.mu.Lock()
	defer b.disk.mu.Unlock()
	for r := range c.Receipts() {
		if old, ok := b.disk.receipts[r.Key]; ok && old.Account != c.Account {
			delete(b.disk.receipts, r.Key)
		}
	}
}

func noLimit(_ *broken, c *loyalty.Commit) {
	for i := range c.Shared {
		c.Shared[i].Limit = 0
	}
}

func deaf(b *broken) {
	b.commit = func(ctx context.Context, commits []*loyalty.Commit) error {
		return b.rows.CommitAll(context.WithoutCancel(ctx), commits)
	}
}

func pagesFrom(change func(q *loyalty.JournalQuery)) func(testing.TB) Harness {
	return planted(func(b *broken) {
		b.journal = func(ctx context.Context, q loyalty.JournalQuery) iter.Seq2[loyalty.Entry, error] {
			change(&q)
			return b.rows.Journal(ctx, q)
		}
	})
}

// entries opens stores that give entries back changed.
func entriesAs(change func(e *loyalty.Entry)) func(testing.TB) Harness {
	return planted(func(b *broken) {
		b.journal = func(ctx context.Context, q loyalty.JournalQuery) iter.Seq2[loyalty.Entry, error] {
			return func(yield func(loyalty.Entry, error) bool) {
				for e, err := range b.rows.Journal(ctx, q) {
					change(&e)
					if !yield(e, err) {
						return
					}
				}
			}
		}
	})
}

// brokenMemory is a Memory whose capabilities can be spoilt.
type brokenMemory struct {
	*loyalty.Memory
	lock        func(m *loyalty.Memory, f func(context.Context, loyalty.Accounts) error) error
	outstanding func(m *loyalty.Memory, at loyalty.Instant) iter.Seq2[loyalty.OutstandingRow, error]
}

func (b *brokenMemory) Lock(ctx context.Context, id loyalty.AccountID, f func(context.Context, loyalty.Accounts) error) error {
	if b.lock != nil {
		return b.lock(b.Memory, f)
	}
	return b.Memory.Lock(ctx, id, f)
}

func (b *brokenMemory) Outstanding(ctx context.Context, at loyalty.Instant) iter.Seq2[loyalty.OutstandingRow, error] {
	if b.outstanding != nil {
		return b.outstanding(b.Memory, at)
	}
	return b.Memory.Outstanding(ctx, at)
}

func memoryWith(b brokenMemory) func(testing.TB) Harness {
	return func(t testing.TB) Harness {
		h, own := openMemory(t), b
		own.Memory = h.Store.(*loyalty.Memory)
		h.Store = &own
		return h
	}
}

// invented makes receipts up.
func invented(b *broken) {
	b.receipt = func(ctx context.Context, k loyalty.Key) (loyalty.Receipt, bool, error) {
		r, ok, err := b.rows.Receipt(ctx, k)
		if !ok {
			r = loyalty.Receipt{Key: k, Account: anna}
		}
		return r, true, err
	}
}

// yielding lets others run between loading and committing.
type yielding struct{ *loyalty.Memory }

func (y yielding) Commit(ctx context.Context, c *loyalty.Commit) error {
	time.Sleep(time.Millisecond)
	return y.Memory.Commit(ctx, c)
}
