package main

import (
	"context"
	"time"

	"github.com/guanxi-go/guanxi/lifecycle"
	"github.com/guanxi-go/guanxi/loyalty"
)

// sweepAtOnce is how many customers a sweep looks at before it asks for more.
const sweepAtOnce = 100

// swept counts what time has done.
type swept struct{ accounts, moved, planned, failed int }

// sweep writes what time has done: points that have expired, customers who have fallen
// silent, care tasks that are due. It may be called at any time, by several processes, and
// stopped anywhere: what was not done is still due. A customer for whom it fails is logged,
// and keeps no other one waiting.
func (s *shop) sweep(ctx context.Context) (n swept, err error) {
	now := s.now()
	var after loyalty.DueAccount
	for {
		done, next, err := s.service.Sweep(ctx, now, after, sweepAtOnce)
		for _, d := range done {
			s.count(d.Err, string(d.Account), &n.accounts, &n.failed)
		}
		if err != nil || len(done) < sweepAtOnce {
			if err != nil {
				return n, err
			}
			break
		}
		after = next
	}
	if err := s.each(ctx, now, positions{s.d}.Due, (*work).advance, &n.moved, &n.failed); err != nil {
		return n, err
	}
	return n, s.each(ctx, now, books{s.d}.Due, (*work).plan, &n.planned, &n.failed)
}

// each gives everybody who is due to do, each in a transaction, until none is left.
func (s *shop) each(ctx context.Context, now time.Time, due func(context.Context, time.Time, int) ([]lifecycle.CustomerID, error), do func(*work, context.Context, customer) error, done, failed *int) error {
	for {
		ids, err := due(ctx, now, sweepAtOnce)
		if err != nil {
			return err
		}
		before := *done
		for _, id := range ids {
			err := s.d.inTx(ctx, func(tx *database) error {
				c, err := loadCustomer(ctx, tx, string(id))
				if err != nil {
					return err
				}
				return do(&work{shop: s, tx: tx, at: s.now()}, ctx, c)
			})
			if ctx.Err() != nil {
				return ctx.Err()
			}
			s.count(err, string(id), done, failed)
		}
		if len(ids) < sweepAtOnce || *done == before {
			return nil
		}
	}
}

func (s *shop) count(err error, id string, done, failed *int) {
	if err == nil {
		*done++
		return
	}
	*failed++
	s.log.Error("not swept", "customer", id, "error", err)
}

// advance applies the timeouts of a customer's position that are due, writes it if it still
// has the version that was read, and plans what follows.
func (w *work) advance(ctx context.Context, c customer) error {
	store, id := positions{w.tx}, lifecycle.CustomerID(c.ID)
	at, err := store.Load(ctx, id)
	if err != nil || at.Version == 0 {
		return err
	}
	after, out := w.model.Advance(at.Pos, w.at)
	if err := out.Err(); err != nil {
		return err
	}
	due, _ := w.model.NextDue(after) // the zero time: never
	if err := store.Save(ctx, id, at.Version, after, due); err != nil {
		return err
	}
	return w.plan(ctx, c)
}

// sweepEvery sweeps from time to time until ctx is done.
func (s *shop) sweepEvery(ctx context.Context, every time.Duration) {
	t := time.NewTicker(every)
	defer t.Stop()
	for {
		n, err := s.sweep(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			s.log.Error("sweep failed", "error", err)
		case n != swept{}:
			s.log.Info("swept", "accounts", n.accounts, "moved", n.moved, "planned", n.planned, "failed", n.failed)
		}
		select {
		case <-t.C:
		case <-ctx.Done():
			return
		}
	}
}
