package survey

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"
)

// Keeper carries a quota's decisions out: it loads, decides and saves, and
// where someone else was faster, loads and decides again. It is safe for
// concurrent use if its store is.
//
// After an error of the store (a lost connection) the command may or may not
// have been written: repeat it with the same key.
//
// Customers who count in several cells reserve in each, and release what they
// have where one refuses them.
type Keeper struct {
	Quota *Quota
	Store QuotaStore
	// Attempts is how often a command is tried before [ErrConflict] is returned;
	// 0 is [DefaultAttempts]. Of several commands at the same cell one always succeeds, so
	// that as many attempts as there are commands at once are enough. Marking overdue
	// reservations in a full cell does not count as an attempt, as long as each time
	// fewer are held.
	Attempts int
}

// DefaultAttempts is how often a Keeper tries where it does not say.
const DefaultAttempts = 32

// Reserve holds a place of the cell for key: see [Quota.Reserve].
func (k Keeper) Reserve(ctx context.Context, cell, key string, now time.Time) (Reservation, error) {
	return k.do(ctx, cell, key, now, func(s CellState) (Ruling, error) { return k.Quota.Reserve(cell, s, key, now) })
}

// Confirm counts the answer whose place is held for key: see [Quota.Confirm].
func (k Keeper) Confirm(ctx context.Context, cell, key string, now time.Time) (Reservation, error) {
	return k.do(ctx, cell, key, now, func(s CellState) (Ruling, error) { return k.Quota.Confirm(s, key, now) })
}

// Release gives the place held for key back: see [Quota.Release].
func (k Keeper) Release(ctx context.Context, cell, key string, now time.Time) (Reservation, error) {
	return k.do(ctx, cell, key, now, func(s CellState) (Ruling, error) { return k.Quota.Release(s, key, now) })
}

// Expire marks all overdue reservations of the cell and returns how many it
// marked, also beside an error.
func (k Keeper) Expire(ctx context.Context, cell string, now time.Time) (marked int, err error) {
	for n := -1; n != 0; marked += n {
		n = 0
		_, err := k.do(ctx, cell, "", now, func(s CellState) (Ruling, error) {
			r, err := k.Quota.Expire(s, now)
			n = len(r.Change.Put)
			return r, err
		})
		if err != nil {
			return marked, err
		}
	}
	return marked, nil
}

// CellCount is how full a cell is.
type CellCount struct {
	Limit     int
	Confirmed int
	Held      int // places reserved; overdue ones that were not loaded still among them
	Free      int // places left, never negative
}

// Count returns how full the cell is.
func (k Keeper) Count(ctx context.Context, cell string, now time.Time) (CellCount, error) {
	limit, err := k.Quota.Limit(cell)
	if err != nil {
		return CellCount{}, err
	}
	s, err := k.Store.Load(ctx, CellID{k.Quota.id, cell}, "", now)
	if err == nil {
		_, err = s.check("", now)
	}
	if err != nil {
		return CellCount{}, err
	}
	c := CellCount{Limit: limit, Confirmed: s.Confirmed, Held: s.Held - len(s.Overdue)}
	c.Free = max(limit-c.Confirmed-c.Held, 0)
	return c, nil
}

// do loads, decides and saves.
func (k Keeper) do(ctx context.Context, cell, key string, now time.Time, decide func(CellState) (Ruling, error)) (Reservation, error) {
	if _, err := k.Quota.Limit(cell); err != nil {
		return Reservation{}, err
	}
	attempts := k.Attempts
	if attempts <= 0 {
		attempts = DefaultAttempts
	}
	id := CellID{k.Quota.id, cell}
	held := math.MaxInt // at the last sweep of a full cell
	for attempt := 0; attempt < attempts; attempt++ {
		s, err := k.Store.Load(ctx, id, key, now)
		if err != nil {
			return Reservation{}, fmt.Errorf("survey: loading %s of %s: %w", cell, k.Quota.id, err)
		}
		r, err := decide(s)
		sweep := r.Write && errors.Is(err, ErrFull)
		if err != nil && !sweep || !r.Write {
			return r.Reservation, err
		}
		err = k.Store.Save(ctx, id, s.Version, r.Change)
		switch {
		case err == nil && !sweep:
			return r.Reservation, nil
		case err == nil && s.Held < held:
			held = s.Held
			attempt--
		case err != nil && !errors.Is(err, ErrConflict):
			return Reservation{}, fmt.Errorf("survey: saving %s of %s: %w", cell, k.Quota.id, err)
		}
	}
	return Reservation{}, fmt.Errorf("%w, %d times", ErrConflict, attempts)
}
