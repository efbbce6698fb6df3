package loyaltysql

import (
	"context"
	"encoding/binary"
	"errors"
	"time"

	"github.com/guanxi-go/guanxi/loyalty"
)

// Maintenance posts what time has done (activations, expiries, holds that have run out) in
// accounts that are due. Several workers, in one process or in many, share the work as
// those of a [Delivery] do. Where two should yet come to one account, by clocks that
// differ or a lease that has run out, it is posted once: an account is committed by compare
// and swap, under [loyalty.SweepKey]. It is used by one goroutine at a time.
type Maintenance struct {
	Store *Store
	// Service decides; its store is not used.
	Service *loyalty.Service
	Worker  string           // no other worker has this name
	Now     func() time.Time // the host's clock, for leases; nil is Service.Now
	Lease   time.Duration    // of a bucket, before it is renewed; 0 is DefaultLease

	from int64 // how many buckets after its own the next call begins
	seen sightings
}

// sweepPage is how many accounts are looked up at once.
const sweepPage = 100

// duePage is how many of all buckets are looked through at once.
const duePage = Buckets * sweepPage

// Post posts what time has done until at, in at most limit accounts, and returns what
// became of each. It goes on where it, or another worker, was; an account that cannot be
// swept is not looked at again before all others were, so call it until it returns nothing,
// and then from time to time. done says that it has gone through all buckets that are not
// other workers'. The error is that of the store, or ctx's, or, after all other buckets, a
// *SkewError if one is leased by a clock that is ahead by more than a lease.
func (m *Maintenance) Post(ctx context.Context, at time.Time, limit int) (swept []loyalty.Swept, done bool, err error) {
	h := holder{m.Worker, m.Now, m.Lease, &m.seen}
	if h.now == nil {
		h.now = m.Service.Now
	}
	if h.length <= 0 {
		h.length = DefaultLease
	}
	var skew error
	some, err := m.buckets(ctx, at)
	if err != nil {
		return nil, false, err
	}
	own := bucketOf(loyalty.AccountID(m.Worker))
	first := own + m.from
	for i := range int64(Buckets) {
		if len(swept) >= limit {
			return swept, false, nil
		}
		b := (first + i) % Buckets
		if !some[b] {
			continue
		}
		l, ok, err := m.Store.lease(ctx, "sweep", b, h)
		if errors.Is(err, ErrClock) {
			skew, ok, err = err, false, nil
		}
		if err != nil {
			return swept, false, err
		}
		if !ok {
			continue
		}
		m.from = (b + 1 - own + Buckets) % Buckets // so that none waits for those before it
		got, err := m.bucket(ctx, l, b, at, limit-len(swept))
		swept = append(swept, got...)
		if e := l.release(ctx); err == nil {
			err = e
		}
		if err != nil && !errors.Is(err, errLease) {
			return swept, false, err
		}
	}
	return swept, len(swept) < limit, skew
}

// buckets returns in which buckets accounts are due.
func (m *Maintenance) buckets(ctx context.Context, at time.Time) (some [Buckets]bool, err error) {
	page, err := m.Store.Due(ctx, loyalty.InstantOf(at), loyalty.DueAccount{}, duePage)
	for _, d := range page {
		some[bucketOf(d.Account)] = true
	}
	if len(page) == duePage { // there are more
		for i := range some {
			some[i] = true
		}
	}
	return some, err
}

// bucket posts in at most limit accounts of a bucket: from where the last worker was to the
// end, and from the beginning to there.
func (m *Maintenance) bucket(ctx context.Context, l *lease, bucket int64, at time.Time, limit int) (swept []loyalty.Swept, err error) {
	store := &bucketStore{Store: m.Store, bucket: bucket}
	s := &loyalty.Service{
		Engine: m.Service.Engine, Store: store, Now: m.Service.Now,
		Attempts: m.Service.Attempts, Wait: m.Service.Wait, Unlocked: true,
	}
	start := readDue(l.cursor)
	after := start
	for len(swept) < limit {
		if err := l.renew(ctx); err != nil {
			return swept, err
		}
		// some at a time, so that the lease is renewed between them
		got, next, err := s.Sweep(ctx, at, after, min(sweepPage, limit-len(swept)))
		swept = append(swept, got...)
		if err != nil {
			return swept, err
		}
		after = next
		l.cursor = appendDue(nil, after)
		if len(got) == 0 {
			l.cursor = nil
			if start == (loyalty.DueAccount{}) {
				return swept, nil
			}
			store.upto, after, start = start, loyalty.DueAccount{}, loyalty.DueAccount{}
		}
	}
	return swept, nil
}

// bucketStore is a store of which only the accounts of a bucket are due, of those up to one.
type bucketStore struct {
	*Store
	bucket int64
	upto   loyalty.DueAccount // zero: the last
}

// Due implements loyalty.DueIndex.
func (b *bucketStore) Due(ctx context.Context, at loyalty.Instant, after loyalty.DueAccount, limit int) ([]loyalty.DueAccount, error) {
	var out []loyalty.DueAccount
	for limit > 0 {
		page, err := b.Store.Due(ctx, at, after, duePage)
		if err != nil {
			return nil, err
		}
		for _, d := range page {
			if b.upto != (loyalty.DueAccount{}) && (d.Due > b.upto.Due || d.Due == b.upto.Due && d.Account > b.upto.Account) {
				return out, nil
			}
			if after = d; bucketOf(d.Account) == b.bucket && len(out) < limit {
				out = append(out, d)
			}
		}
		if len(page) < duePage || len(out) >= limit {
			return out, nil
		}
	}
	return out, ctx.Err()
}

func appendDue(b []byte, d loyalty.DueAccount) []byte {
	return append(binary.AppendVarint(b, int64(d.Due)), d.Account...)
}

func readDue(b []byte) loyalty.DueAccount {
	due, n := binary.Varint(b)
	if n <= 0 {
		return loyalty.DueAccount{}
	}
	return loyalty.DueAccount{Due: loyalty.Instant(due), Account: loyalty.AccountID(b[n:])}
}
