package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// DefaultAttempts is how often a Keeper whose Attempts is 0 tries to save. Each try
// that fails is another writer's that did not, so that it takes 32 writers to one
// customer at once before there is an [ErrConflict].
const DefaultAttempts = 32

// Keeper steps and advances customers in a store: load, decide, save if nobody
// else did, and again where somebody did. It is safe for concurrent use if its
// fields are not changed.
type Keeper[C any] struct {
	Model    *Model[C]
	Store    Store
	Attempts int // 0 is DefaultAttempts
}

// Kept is what became of a customer: the position before, the position now and
// the outcome between them. [Model.Timeouts] and [Model.AppendVisits] tell the
// rest from Before.
type Kept struct {
	Customer      CustomerID
	Before, After Pos
	Outcome       Outcome
	// Err is why a sweep could not save the customer, who is as before and still
	// due: the store's error, [ErrConflict] or [ErrCustomer]. Begin, Step, Classify
	// and Replay return errors instead.
	Err error
}

// Begin puts a customer into the initial stage. If there is a position already,
// it stays and is returned as it is, with outcome Duplicate.
func (k *Keeper[C]) Begin(ctx context.Context, id CustomerID, at time.Time) (Kept, error) {
	return k.change(ctx, id, func(p Pos) (Pos, Outcome, error) {
		if !p.IsZero() {
			return p, refusal(p, Duplicate, p.Since), nil
		}
		q, err := k.Model.Begin(at)
		return q, Outcome{q.Since, -1, 0, Result{Moved, 0, q.Stage, 0}}, err
	})
}

// Step is [Model.Step] on the customer's position in the store. What an outcome
// with an error leaves unchanged is not written; timeouts that fell due before
// the event are, whatever became of it. The error is the store's, or [ErrCustomer],
// [ErrNotBegun], or [ErrConflict] after the last attempt; what is wrong with the
// event is in the outcome.
func (k *Keeper[C]) Step(ctx context.Context, id CustomerID, e Event, at time.Time, seq uint32, c *C) (Kept, error) {
	return k.change(ctx, id, func(p Pos) (Pos, Outcome, error) {
		if p.IsZero() {
			return p, Outcome{}, fmt.Errorf("%w: %q", ErrNotBegun, id)
		}
		q, out := k.Model.Step(p, e, at, seq, c)
		return q, out, nil
	})
}

// Classify is [Model.Classify] on the customer's position in the store, and puts
// there a customer who has none. Errors are as those of Step.
func (k *Keeper[C]) Classify(ctx context.Context, id CustomerID, f Facts, now time.Time) (Kept, error) {
	return k.change(ctx, id, func(p Pos) (Pos, Outcome, error) {
		q, out := k.Model.Classify(p, f, now)
		return q, out, nil
	})
}

// Replay puts what [Model.Replay] makes of a customer's events in place of the
// position in the store: what a late event asks for. history returns where the
// events begin and all of them; it is called after each load, so that an event
// recorded before it was stepped is not lost to a replay at the same time. The
// Outcome is Idle if the position was right already, Stayed if its stage was and
// Moved otherwise; the journal to write anew is in Replayed. Errors are as those
// of Step, of history and of Model.Replay; nothing is written then.
func (k *Keeper[C]) Replay(ctx context.Context, id CustomerID, history func(context.Context) (Pos, []Occurrence[C], error)) (Kept, Replayed, error) {
	var all Replayed
	kept, err := k.change(ctx, id, func(p Pos) (Pos, Outcome, error) {
		from, events, err := history(ctx)
		if err != nil {
			return p, Outcome{}, err
		}
		if all, err = k.Model.Replay(from, events); err != nil {
			return p, Outcome{}, err
		}
		code := Moved
		switch {
		case all.Pos == p:
			code = Idle
		case all.Pos.Stage == p.Stage:
			code = Stayed
		}
		return all.Pos, Outcome{all.Pos.newest(), -1, 0, Result{code, p.Stage, all.Pos.Stage, 0}}, nil
	})
	if err != nil {
		return Kept{}, Replayed{}, err
	}
	return kept, all, nil
}

// Sweep advances customers that are due until now, at most limit of them, and
// returns what became of each. One that fails has Kept.Err, stays due and does
// not keep the others waiting: call it again until it returns fewer than limit, or
// none without Err. A position with a fault is returned with its outcome, and
// leaves the index until it is mended and saved. The error is that of the store's
// Due, or ctx's; what was done until then is returned with it.
func (k *Keeper[C]) Sweep(ctx context.Context, now time.Time, limit int) ([]Kept, error) {
	if _, ok := InstantOf(now); !ok {
		return nil, ErrTime
	}
	ids, err := k.Store.Due(ctx, now, limit)
	if err != nil {
		return nil, err
	}
	var done []Kept
	for _, id := range ids {
		kept, err := k.change(ctx, id, func(p Pos) (Pos, Outcome, error) {
			q, out := k.Model.Advance(p, now)
			return q, out, nil
		})
		if stopped := ctx.Err(); err != nil && stopped != nil {
			return done, stopped
		}
		if err != nil {
			kept = Kept{Customer: id, Err: err}
		}
		done = append(done, kept)
	}
	return done, nil
}

// change loads, decides and saves.
func (k *Keeper[C]) change(ctx context.Context, id CustomerID, decide func(Pos) (Pos, Outcome, error)) (Kept, error) {
	if err := id.Validate(); err != nil {
		return Kept{}, err
	}
	attempts := k.Attempts
	if attempts <= 0 {
		attempts = DefaultAttempts
	}
	for range attempts {
		s, err := k.Store.Load(ctx, id)
		if err != nil {
			return Kept{}, err
		}
		after, out, err := decide(s.Pos)
		if err != nil {
			return Kept{}, err
		}
		kept := Kept{Customer: id, Before: s.Pos, After: after, Outcome: out}
		due, _ := k.Model.NextDue(after)
		if after == s.Pos && due.Equal(s.Due) {
			return kept, nil
		}
		if err = k.Store.Save(ctx, id, s.Version, after, due); err == nil {
			return kept, nil
		} else if !errors.Is(err, ErrConflict) {
			return Kept{}, err
		}
	}
	return Kept{}, fmt.Errorf("%w: %q, after %d attempts", ErrConflict, id, attempts)
}
