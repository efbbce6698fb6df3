package loyaltytest

import (
	"context"
	"errors"
	"iter"
	"slices"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi/loyalty"
)

// moreDefects are defects too.
var moreDefects = []defect{
	{"the outbox is gone after a crash", "reopened", reopenedWith(func(d *disk) { d.outbox = nil })},
	{"counters are gone after a crash", "reopened", reopenedWith(func(d *disk) { clear(d.shared) })},
	{"holds are gone after a crash", "reopened", reopenedWith(func(d *disk) {
		for _, r := range d.accounts {
			clear(r.ended)
		}
	})},
	{"the state of a row is the store's own", "own memory", planted(func(b *broken) {
		b.read = func(_ context.Context, ids []loyalty.RowID) (out []loyalty.Row, err error) {
			for _, id := range ids {
				out = append(out, b.disk.opaque[id])
			}
			return out, nil
		}
	})},
	{"receipts are the store's own", "own memory", planted(func(b *broken) {
		b.receipt = func(_ context.Context, k loyalty.Key) (loyalty.Receipt, bool, error) {
			r, ok := b.disk.receipts[k]
			return r, ok, nil
		}
	})},
	{"deaf to the context", "cancelled", planted(deaf)},
	{"two programmes share a place", "two programmes", func(t testing.TB) Harness {
		h := openRows(nil, nil)(t)
		h.Other = func() loyalty.Store { return h.Store }
		return h
	}},
	{"events come in any order", "outbox", planted(func(b *broken) {
		b.events = func(ctx context.Context, limit int) ([]loyalty.Event, error) {
			all, err := b.rows.Events(ctx, limit)
			slices.Reverse(all)
			return all, err
		}
	})},
	{"events of commits that conflict", "outbox", planted(func(b *broken) {
		b.commit = func(ctx context.Context, commits []*loyalty.Commit) error {
			err := b.rows.CommitAll(ctx, commits)
			if errors.Is(err, loyalty.ErrConflict) {
				b.disk.outbox = append(b.disk.outbox, commits[0].Entries[0].Event())
			}
			return err
		}
	})},
	{"all events before are delivered too", "delivered", planted(func(b *broken) {
		b.deliver = func(_ context.Context, events []loyalty.Event) error {
			for len(events) > 0 && len(b.disk.outbox) > 0 {
				last := events[len(events)-1]
				done := b.disk.outbox[0].Account == last.Account && b.disk.outbox[0].Seq == last.Seq
				b.disk.outbox = b.disk.outbox[1:]
				if done {
					break
				}
			}
			return nil
		}
	})},
	{"to deliver again is an error", "delivered", planted(func(b *broken) {
		b.deliver = func(ctx context.Context, events []loyalty.Event) error {
			n := len(b.disk.outbox)
			if err := b.rows.Delivered(ctx, events); err != nil || n-len(b.disk.outbox) == len(events) {
				return err
			}
			return errors.New("no such event")
		}
	})},
	{"a lock that does not lock", "lock", memoryWith(brokenMemory{lock: func(m *loyalty.Memory, f func(context.Context, loyalty.Accounts) error) error {
		return f(context.Background(), yielding{m})
	}})},
	{"a lock that writes at once", "lock commits", memoryWith(brokenMemory{lock: func(m *loyalty.Memory, f func(context.Context, loyalty.Accounts) error) error {
		return f(context.Background(), m)
	}})},
	{"several commits are written one by one", "several at once", planted(func(b *broken) {
		b.commit = func(ctx context.Context, commits []*loyalty.Commit) error {
			for _, c := range commits {
				if err := b.rows.CommitAll(ctx, []*loyalty.Commit{c}); err != nil {
					return err
				}
			}
			return nil
		}
	})},
	{"a transaction that writes at once", "transaction", func(t testing.TB) Harness {
		h := openRows(nil, nil)(t)
		done := func() error { return nil }
		h.Begin = func(context.Context) (loyalty.Store, func() error, func() error, error) {
			return h.Store, done, done, nil
		}
		return h
	}},
	{"a transaction that is never written", "transaction", func(t testing.TB) Harness {
		h := openTx(t)
		begin := h.Begin
		h.Begin = func(ctx context.Context) (loyalty.Store, func() error, func() error, error) {
			st, _, rollback, err := begin(ctx)
			return st, rollback, rollback, err
		}
		return h
	}},
	{"outstanding has what has expired", "outstanding", memoryWith(brokenMemory{outstanding: func(m *loyalty.Memory, at loyalty.Instant) iter.Seq2[loyalty.OutstandingRow, error] {
		return m.Outstanding(context.Background(), at-1)
	}})},
	{"outstanding is short of a kind", "outstanding", memoryWith(brokenMemory{outstanding: func(m *loyalty.Memory, at loyalty.Instant) iter.Seq2[loyalty.OutstandingRow, error] {
		return func(yield func(loyalty.OutstandingRow, error) bool) {
			for r, err := range m.Outstanding(context.Background(), at) {
				if r.Kind != "stars" && !yield(r, err) {
					return
				}
			}
		}
	}})},

	{"receipts of keys that were never used", "error before commit", planted(invented)},
	{"receipts are not kept for a lost answer", "error after commit", without("receipts")},
	{"a receipt of another", "error after commit", planted(func(b *broken) {
		b.receipt = func(ctx context.Context, k loyalty.Key) (loyalty.Receipt, bool, error) {
			r, ok, err := b.rows.Receipt(ctx, k)
			r.Seq++
			return r, ok, err
		}
	})},
	{"receipts of what was lost", "unknown and not written", planted(invented)},
	{"a conflict is a fault of the database", "storm of conflicts", toldAs(loyalty.ErrConflict, errors.New("40001"))},
	{"a key that is taken is forgotten", "deliveries", without("receipts")},
	{"points are spent twice", "two spenders", toldAs(loyalty.ErrConflict, nil)},
	{"keys are not kept", "one key at once", without("receipts")},
	{"answers are forgotten", "expiry between", without("receipts")},
	{"instants have milliseconds", "clock backwards", entriesAs(func(e *loyalty.Entry) {
		e.Recorded = loyalty.InstantOf(e.Recorded.Time().Truncate(24 * time.Hour))
	})},
	{"a budget without an end", "shared budget", committed(noLimit)},
	{"of several commits the first is written", "batch", planted(func(b *broken) {
		b.commit = func(ctx context.Context, commits []*loyalty.Commit) error { return b.rows.CommitAll(ctx, commits[:1]) }
	})},
	{"reservations have no deadline", "abandoned hold", committed(func(_ *broken, c *loyalty.Commit) {
		for i := range c.Shared {
			c.Shared[i].Until = 0
		}
	})},
	{"of several commits the first has its rows", "batch with rows", planted(func(b *broken) {
		b.commit = func(ctx context.Context, commits []*loyalty.Commit) error {
			for _, c := range commits[1:] {
				c.Rows = nil
			}
			return b.rows.CommitAll(ctx, commits)
		}
	})},
	{"what became of a tier is lost", "tiers", entriesAs(func(e *loyalty.Entry) { e.Tier = nil })},
	{"the due stays", "sweep", planted(func(b *broken) {
		b.due = func(ctx context.Context, at loyalty.Instant, after loyalty.DueAccount, limit int) ([]loyalty.DueAccount, error) {
			if after.Account != "" {
				return nil, nil
			}
			return []loyalty.DueAccount{{Due: at, Account: anna}}, nil
		}
	})},
	{"the sweep's entries are another's", "sweep", without("due")},
	{"the journal does not find what was sent", "transfer", pagesFrom(func(q *loyalty.JournalQuery) {
		if q.Limit == 1 {
			q.After = 0
		}
	})},
	{"keys are gone after a crash", "crash at every call", reopenedWith(func(d *disk) { clear(d.receipts) })},
	{"a service that goes on without its caller", "cancelled service", planted(func(b *broken) {
		deaf(b)
		b.load = func(ctx context.Context, id loyalty.AccountID, n loyalty.Need) (*loyalty.Account, error) {
			return b.rows.Load(context.WithoutCancel(ctx), id, n)
		}
	})},
}
