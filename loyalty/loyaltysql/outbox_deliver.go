package loyaltysql

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/guanxi-go/guanxi/loyalty"
)

// Delivery gives the events of a store's outbox to the host: each at least once, those of
// an account in the order of the journal. Several workers, in one process or in many, share
// the work: accounts fall into [Buckets], and a worker has a bucket for itself until it has
// gone through it, or until a lease by its own clock has run out. A lease by a clock that was
// far ahead is taken over once a worker has seen it, by its own clock, for the lease's length
// and nobody has renewed it: keep a Delivery, and call it again. It is used by one goroutine
// at a time.
type Delivery struct {
	Store  *Store
	Worker string // no other worker has this name
	// Now is the host's clock. One that is behind those of the others keeps buckets longer,
	// one that is ahead takes them too soon: some events are then given twice, and those of
	// an account may be given anew from an earlier one on. None is lost.
	Now   func() time.Time
	Lease time.Duration // of a bucket, before it is renewed; 0 is DefaultLease
	// Limit is how many events a call delivers at most; 0 is DefaultEvents. Those that are
	// refused are not counted: however many accounts are stuck, the others go on.
	Limit int

	from int64 // how many buckets after its own the next call begins
	seen sightings
}

// The defaults of a Delivery.
const (
	DefaultLease  = 30 * time.Second
	DefaultEvents = 1000
)

// outboxPage is how many events are read, and taken out, at once.
const outboxPage = 100

// Deliver gives events to f and takes out those that f took without an error; it returns
// how many. An event that f refuses waits for the next call, with those after it of its
// account, and keeps no other account waiting. The errors of f are joined in an
// *DeliveryError; other errors are those of the store, or ctx's, and, after all other
// buckets, a *SkewError if one is leased by a clock that is ahead by more than a lease. What
// a process that dies had given to f and not taken out is given again. Nothing is given if all buckets are
// other workers'. Call it again until it returns 0, and then from time to time.
//
// f is given one event at a time, and is quick beside the lease. An event that takes longer
// than a lease may be given to another worker too.
func (d *Delivery) Deliver(ctx context.Context, f func(context.Context, loyalty.Event) error) (delivered int, err error) {
	left := d.Limit
	if left <= 0 {
		left = DefaultEvents
	}
	var refused []error
	var skew error
	own := bucketOf(loyalty.AccountID(d.Worker))
	first := own + d.from
	for i := range int64(Buckets) {
		if left <= 0 {
			break
		}
		b := (first + i) % Buckets
		some, err := d.Store.bucketEvents(ctx, b, eventPlace{}, 1)
		if err != nil {
			return delivered, deliveryError(refused, err)
		}
		if len(some) == 0 {
			continue
		}
		l, ok, err := d.Store.lease(ctx, "outbox", b, d.holder())
		if errors.Is(err, ErrClock) {
			skew, ok, err = err, false, nil
		}
		if err != nil {
			return delivered, deliveryError(refused, err)
		}
		if !ok {
			continue
		}
		d.from = (b + 1 - own + Buckets) % Buckets // so that none waits for those before it
		n, no, err := d.bucket(ctx, l, b, left, f)
		delivered, left, refused = delivered+n, left-n, append(refused, no...)
		if e := l.release(ctx); err == nil {
			err = e
		}
		if err != nil && !errors.Is(err, errLease) { // another one's: it goes on
			return delivered, deliveryError(refused, err)
		}
	}
	return delivered, deliveryError(refused, skew)
}

func (d *Delivery) holder() holder {
	h := holder{d.Worker, d.Now, d.Lease, &d.seen}
	if h.length <= 0 {
		h.length = DefaultLease
	}
	return h
}

// bucket delivers at most left events of a bucket. Those that f refuses are not counted: they
// would keep others waiting.
func (d *Delivery) bucket(ctx context.Context, l *lease, bucket int64, left int, f func(context.Context, loyalty.Event) error) (delivered int, refused []error, err error) {
	var after eventPlace
	stuck := make(map[loyalty.AccountID]bool)
	for left > 0 {
		page := outboxPage
		if len(stuck) == 0 {
			page = min(page, left)
		}
		events, err := d.Store.bucketEvents(ctx, bucket, after, page)
		if err != nil || len(events) == 0 {
			return delivered, refused, err
		}
		done := events[:0:0]
		for i := range events {
			e := &events[i]
			after = eventPlace{e.Recorded, e.Account, e.Seq}
			if stuck[e.Account] {
				continue
			}
			if err = l.renew(ctx); err != nil {
				break
			}
			if fail := f(ctx, *e); fail != nil {
				stuck[e.Account] = true
				refused = append(refused, fmt.Errorf("entry %d of %q: %w", e.Seq, e.Account, fail))
				if ctx.Err() != nil {
					break
				}
				continue
			}
			done = append(done, *e)
			if left--; left == 0 {
				break
			}
		}
		if len(done) > 0 { // though ctx has ended: f has taken them
			if e := d.Store.Delivered(context.WithoutCancel(ctx), done); e != nil {
				return delivered, refused, errors.Join(err, e)
			}
			delivered += len(done)
		}
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return delivered, refused, err
		}
	}
	return delivered, refused, nil
}

// DeliveryError is what the host has refused, and what else has gone wrong.
type DeliveryError struct {
	Refused []error // of events, each with its account and number
	Err     error   // of the store or of ctx, or nil
}

func deliveryError(refused []error, err error) error {
	if len(refused) == 0 {
		return err
	}
	return &DeliveryError{refused, err}
}

// Error says how many, and the first.
func (e *DeliveryError) Error() string {
	text := fmt.Sprintf("loyaltysql: %d events were not taken, the first: %v", len(e.Refused), e.Refused[0])
	if e.Err != nil {
		text += "; then " + e.Err.Error()
	}
	return text
}

// Unwrap returns all of them.
func (e *DeliveryError) Unwrap() []error {
	if e.Err == nil {
		return e.Refused
	}
	return append(append([]error(nil), e.Refused...), e.Err)
}
