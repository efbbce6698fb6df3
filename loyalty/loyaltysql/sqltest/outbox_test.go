package sqltest

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi/loyalty"
	"github.com/guanxi-go/guanxi/loyalty/loyaltysql"
)

// mail is a host that notes what it was given.
type mail struct {
	mu    sync.Mutex
	times map[string]int
	last  map[loyalty.AccountID]int64
	n     int
	fault string
}

func newMail() *mail {
	return &mail{times: make(map[string]int), last: make(map[loyalty.AccountID]int64)}
}

// take takes an event, which is the next one of its account, or one that came before.
func (m *mail) take(e loyalty.Event) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if e.Seq > m.last[e.Account]+1 {
		m.fault = fmt.Sprintf("entry %d of %q after %d", e.Seq, e.Account, m.last[e.Account])
	}
	m.last[e.Account] = max(m.last[e.Account], e.Seq)
	m.times[fmt.Sprint(e.Account, "/", e.Seq)]++
	m.n++
	return nil
}

// check checks that every entry of the desk was given, and how often.
func (m *mail) check(t *testing.T, k *desk, most int) {
	t.Helper()
	if m.fault != "" {
		t.Error(m.fault)
	}
	all := 0
	for _, id := range k.ids {
		seq := k.seq(id)
		all += int(seq)
		for i := int64(1); i <= seq; i++ {
			if n := m.times[fmt.Sprint(id, "/", i)]; n < 1 || n > most {
				t.Errorf("entry %d of %q was given %d times", i, id, n)
			}
		}
	}
	if len(m.times) != all {
		t.Errorf("%d events of %d entries", len(m.times), all)
	}
	left, err := k.store.Events(context.Background(), 10)
	if err != nil || len(left) > 0 {
		t.Errorf("%d events are left, %v", len(left), err)
	}
}

// Several workers share what is delivered while commands go on; each event is given once,
// and those of an account in order.
func TestDeliverWorkers(t *testing.T) {
	each(t, func(t *testing.T, d *database) {
		ctx := context.Background()
		k := newDesk(t, d, 7, 24)
		m := newMail()
		var wg sync.WaitGroup
		stop := make(chan struct{})
		for w := range 4 {
			other := d.program(t, d.open(t), k.program)
			wg.Go(func() {
				d := loyaltysql.Delivery{Store: other, Worker: fmt.Sprint("w", w), Now: func() time.Time { return opening }, Limit: 40}
				for last := false; ; {
					n, err := d.Deliver(ctx, func(_ context.Context, e loyalty.Event) error { return m.take(e) })
					if err != nil {
						t.Error(err)
						return
					}
					if last && n == 0 {
						return
					}
					select {
					case <-stop:
						last = true
					default:
					}
				}
			})
		}
		k.play(t, 200)
		close(stop)
		wg.Wait()
		d1 := loyaltysql.Delivery{Store: k.store, Worker: "last", Now: func() time.Time { return opening }}
		if _, err := d1.Deliver(ctx, func(_ context.Context, e loyalty.Event) error { return m.take(e) }); err != nil {
			t.Error(err)
		}
		m.check(t, k, 1)
	})
}

// An event that is refused keeps back those after it of its account, and no others.
func TestDeliverRefused(t *testing.T) {
	each(t, func(t *testing.T, d *database) {
		ctx := context.Background()
		k := newDesk(t, d, 8, 5)
		k.play(t, 100)
		m := newMail()
		no := errors.New("not now")
		w := loyaltysql.Delivery{Store: k.store, Worker: "w", Now: func() time.Time { return opening }}
		bad := k.ids[2]
		n, err := w.Deliver(ctx, func(_ context.Context, e loyalty.Event) error {
			if e.Account == bad && e.Seq >= 3 {
				return no
			}
			return m.take(e)
		})
		var refused *loyaltysql.DeliveryError
		if !errors.Is(err, no) || !errors.As(err, &refused) || len(refused.Refused) != 1 || refused.Err != nil || n != m.n || m.last[bad] != 2 {
			t.Errorf("%d of %d, %v; %q is at %d", n, m.n, err, bad, m.last[bad])
		}
		for _, id := range k.ids {
			if id != bad && m.last[id] != k.seq(id) {
				t.Errorf("%q is at %d of %d", id, m.last[id], k.seq(id))
			}
		}
		left, err := k.store.Events(ctx, 1000)
		if err != nil || len(left) != int(k.seq(bad)-2) || left[0].Seq != 3 {
			t.Errorf("%d are left, %v", len(left), err)
		}
		for n := 1; n > 0; { // a few at a time
			w.Limit = 7
			if n, err = w.Deliver(ctx, func(_ context.Context, e loyalty.Event) error { return m.take(e) }); err != nil || n > 7 {
				t.Fatal(n, err)
			}
		}
		m.check(t, k, 1)
		if err := k.store.Delivered(ctx, left); err != nil {
			t.Errorf("delivered before: %v", err)
		}
	})
}

// Accounts that are refused, many of them, keep no others waiting, however few events a call
// may deliver.
func TestDeliverRefusedMany(t *testing.T) {
	d := databases(t)[0]
	ctx := context.Background()
	store := d.store(t, d.open(t))
	service, act := actor(store)
	const accounts = 40
	for i := range accounts {
		if _, err := service.Do(ctx, loyalty.AccountID(fmt.Sprint(i)), act(fmt.Sprint(i))); err != nil {
			t.Fatal(err)
		}
	}
	w := loyaltysql.Delivery{Store: store, Worker: "w", Now: func() time.Time { return opening }, Limit: 3}
	taken := 0
	for range (accounts/4 + 2) / 3 {
		n, err := w.Deliver(ctx, func(_ context.Context, e loyalty.Event) error {
			if id, _ := strconv.Atoi(string(e.Account)); id%4 > 0 {
				return errors.New("not now")
			}
			taken++
			return nil
		})
		var refused *loyaltysql.DeliveryError
		if n > w.Limit || err != nil && !errors.As(err, &refused) {
			t.Fatal(n, err)
		}
	}
	if taken != accounts/4 {
		t.Errorf("%d were delivered, want %d", taken, accounts/4)
	}
}

// What a worker that dies was given is given again, once its lease has run out.
func TestDeliverDeath(t *testing.T) {
	each(t, func(t *testing.T, d *database) {
		ctx := context.Background()
		k := newDesk(t, d, 9, 6)
		k.play(t, 100)
		m := newMail()
		db := d.open(t)
		dies := loyaltysql.Delivery{Store: d.program(t, db, k.program), Worker: "dies", Now: func() time.Time { return opening }, Lease: time.Minute}
		n := 0
		_, err := dies.Deliver(ctx, func(_ context.Context, e loyalty.Event) error {
			if n++; n == 3 {
				_ = db.Close()
			}
			return m.take(e)
		})
		if err == nil {
			t.Fatal("it has not died")
		}
		now := opening.Add(30 * time.Second)
		lives := loyaltysql.Delivery{Store: k.store, Worker: "lives", Now: func() time.Time { return now }, Lease: time.Minute}
		take := func(_ context.Context, e loyalty.Event) error { return m.take(e) }
		if _, err := lives.Deliver(ctx, take); err != nil {
			t.Fatal(err)
		}
		if left, err := k.store.Events(ctx, 1000); err != nil || len(left) == 0 {
			t.Errorf("the bucket of the one who died was taken too soon: %d, %v", len(left), err)
		}
		now = opening.Add(2 * time.Minute)
		if _, err := lives.Deliver(ctx, take); err != nil {
			t.Fatal(err)
		}
		m.check(t, k, 2)
	})
}

// A lease by a clock that is hours ahead is said, and the rest goes on.
func TestDeliverClock(t *testing.T) {
	each(t, func(t *testing.T, d *database) {
		ctx := context.Background()
		k := newDesk(t, d, 10, 6)
		k.play(t, 60)
		m := newMail()
		db := d.open(t)
		ahead := loyaltysql.Delivery{Store: d.program(t, db, k.program), Worker: "ahead", Now: func() time.Time { return opening.Add(time.Hour) }}
		_, _ = ahead.Deliver(ctx, func(context.Context, loyalty.Event) error { return db.Close() })
		w := loyaltysql.Delivery{Store: k.store, Worker: "w", Now: func() time.Time { return opening }}
		n, err := w.Deliver(ctx, func(_ context.Context, e loyalty.Event) error { return m.take(e) })
		var skew *loyaltysql.SkewError
		if !errors.Is(err, loyaltysql.ErrClock) || !errors.As(err, &skew) || skew.Of != "ahead" || skew.By != time.Hour || n == 0 {
			t.Errorf("%d, %v", n, err)
		}
		w.Now = func() time.Time { return opening.Add(2 * time.Hour) }
		if _, err := w.Deliver(ctx, func(_ context.Context, e loyalty.Event) error { return m.take(e) }); err != nil {
			t.Error(err)
		}
		m.check(t, k, 1)
	})
}

// A lease that ran out under a worker's hands ends its work, without an error.
func TestDeliverSlow(t *testing.T) {
	each(t, func(t *testing.T, d *database) {
		ctx := context.Background()
		k := newDesk(t, d, 11, 1)
		k.play(t, 30)
		m := newMail()
		now := opening
		slow := loyaltysql.Delivery{Store: k.store, Worker: "slow", Now: func() time.Time { return now }, Lease: time.Minute}
		other := loyaltysql.Delivery{Store: d.program(t, d.open(t), k.program), Worker: "other", Now: func() time.Time { return now }, Lease: time.Minute}
		take := func(_ context.Context, e loyalty.Event) error { return m.take(e) }
		n, err := slow.Deliver(ctx, func(ctx context.Context, e loyalty.Event) error {
			if e.Seq == 2 {
				now = now.Add(2 * time.Minute)
				if _, err := other.Deliver(ctx, take); err != nil {
					t.Error(err)
				}
			}
			return m.take(e)
		})
		if err != nil || n != 2 {
			t.Errorf("the slow one delivered %d, %v", n, err)
		}
		m.check(t, k, 2)
		done, stop := context.WithCancel(ctx)
		stop()
		if _, err := slow.Deliver(done, take); !errors.Is(err, context.Canceled) {
			t.Errorf("ctx has ended: %v", err)
		}
	})
}
