package sqltest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi/loyalty"
	"github.com/guanxi-go/guanxi/loyalty/loyaltysql"
)

// What a worker with a clock that is seventy years ahead has leased when it dies, or has
// given back, is taken over: the first once it was seen for the length of the lease.
func TestLeaseOfTheFuture(t *testing.T) {
	each(t, func(t *testing.T, d *database) {
		for _, dies := range []bool{true, false} {
			ctx := context.Background()
			k := newDesk(t, d, 3, 3)
			k.play(t, 60)
			future := loyaltysql.Delivery{Store: k.store, Worker: "future", Now: func() time.Time { return opening.AddDate(70, 0, 0) }}
			refuse := errors.New("not now")
			func() {
				defer func() { _ = recover() }()
				_, _ = future.Deliver(ctx, func(context.Context, loyalty.Event) error {
					if dies {
						panic("dead")
					}
					return refuse
				})
			}()
			m, now := newMail(), opening
			w := loyaltysql.Delivery{Store: k.store, Worker: "w", Now: func() time.Time { return now }, Lease: time.Second}
			deliver := func() error {
				_, err := w.Deliver(ctx, func(_ context.Context, e loyalty.Event) error { return m.take(e) })
				return err
			}
			for range 3 {
				if err := deliver(); dies != errors.Is(err, loyaltysql.ErrClock) {
					t.Errorf("dies %t: %v", dies, err)
				}
				now = now.Add(loyaltysql.DefaultLease / 3)
			}
			if err := deliver(); err != nil {
				t.Errorf("dies %t, after its lease: %v", dies, err)
			}
			m.check(t, k, 1)
		}
	})
}

// A worker that renews its lease keeps it, however far ahead its clock is.
func TestLeaseOfTheFutureKept(t *testing.T) {
	d := databases(t)[0]
	ctx := context.Background()
	k := newDesk(t, d, 3, 1)
	k.play(t, 60)
	m, now := newMail(), opening
	clock := func() time.Time { return now }
	w := loyaltysql.Delivery{Store: k.store, Worker: "w", Now: clock}
	future := loyaltysql.Delivery{Store: k.store, Worker: "future", Now: func() time.Time { return now.AddDate(70, 0, 0) }}
	n, err := future.Deliver(ctx, func(_ context.Context, e loyalty.Event) error {
		if err := m.take(e); err != nil {
			return err
		}
		now = now.Add(loyaltysql.DefaultLease / 4)
		if n, err := w.Deliver(ctx, func(context.Context, loyalty.Event) error { return nil }); n > 0 || !errors.Is(err, loyaltysql.ErrClock) {
			t.Errorf("taken from one at work: %d, %v", n, err)
		}
		return nil
	})
	if err != nil || n < 10 {
		t.Error(n, err)
	}
	m.check(t, k, 1)
}
