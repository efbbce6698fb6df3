package coupon

import (
	"errors"
	"reflect"
	"testing"
	"time"
)

func TestStateJSON(t *testing.T) {
	d := off("x", "5")
	d.Uses, d.Limits = 3, Limits{Redeemed: 3}
	w := newWorld(t, d)
	w.ok(issue("A"), noon)
	w.ok(order(Reserve, "A", "o1"), noon)
	r := w.ok(order(UseNow, "A", "o2"), noon)
	c, n := w.coupons["A"], w.counters[CounterID{Definition: "x"}]
	var c2 Coupon
	var n2 Counter
	var r2 Receipt
	cv, err1 := c.Value()
	nv, err2 := n.Value()
	rv, err3 := r.Value()
	if err := errors.Join(err1, err2, err3, c2.Scan(cv), n2.Scan([]byte(nv.(string))), r2.Scan(rv)); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(c, c2) || !reflect.DeepEqual(n, n2) || r != r2 {
		t.Error(text(c2), text(n2), text(r2))
	}
	for _, err := range []error{c2.Scan(1), n2.Scan(nil), r2.Scan(2.5)} {
		if !errors.Is(err, ErrState) {
			t.Error(err)
		}
	}
	for i, change := range []func(*Coupon){
		func(c *Coupon) { c.Uses = 0 }, func(c *Coupon) { c.Version = 0 }, func(c *Coupon) { c.Lapsed = 2 },
		func(c *Coupon) { c.Taken[0].Order = "o2" }, func(c *Coupon) { c.Taken[0].Until = 5 }, func(c *Coupon) { c.Begins = 1 },
		func(c *Coupon) { c.Expires = c.Begins }, func(c *Coupon) { c.Updated = 5 }, func(c *Coupon) { c.Under = 0 },
		func(c *Coupon) { c.Voided = 1 }, func(c *Coupon) { c.Issued = 0 }, func(c *Coupon) { c.Customer = "\n" },
	} {
		v := c
		v.Taken = append([]Use(nil), c.Taken...)
		if change(&v); !errors.Is(v.Validate(), ErrState) && !errors.Is(v.Validate(), ErrName) {
			t.Error(i, text(v))
		}
	}
	for i, change := range []func(*Counter){
		func(c *Counter) { c.Issued = -1 }, func(c *Counter) { c.Redeemed = -1 }, func(c *Counter) { c.Version = 0 },
		func(c *Counter) { c.Held = []Held{{5, 1}, {5, 1}} }, func(c *Counter) { c.Held = []Held{{5, 0}} }, func(c *Counter) { c.Updated = -1 },
		func(c *Counter) { c.Held = []Held{{5, maxCount}, {6, 1}} },
	} {
		v := n
		if change(&v); !errors.Is(v.Validate(), ErrState) {
			t.Error(i, text(v))
		}
	}
	for i, change := range []func(*Receipt){
		func(c *Receipt) { c.Action = "" }, func(c *Receipt) { c.At = 0 }, func(c *Receipt) { c.Until = -1 },
		func(c *Receipt) { c.Expires = -1 }, func(c *Receipt) { c.Left = -1 },
	} {
		v := r
		if change(&v); !errors.Is(v.Validate(), ErrState) {
			t.Error(i, text(v))
		}
	}
}

func TestStatus(t *testing.T) {
	d := off("x", "5")
	d.Window.From, d.Window.To = noon.Add(time.Hour), noon.Add(3*time.Hour)
	w := newWorld(t, d)
	w.ok(issue("A"), noon)
	is := func(at time.Time, want Status) {
		t.Helper()
		i, _ := InstantOf(at)
		if got := w.coupons["A"].StatusAt(i); got != want {
			t.Errorf("%v: %s, want %s", at, got, want)
		}
	}
	is(noon, Upcoming)
	is(noon.Add(time.Hour), Open)
	is(noon.Add(3*time.Hour), Expired)
	w.ok(order(Reserve, "A", "o"), noon.Add(2*time.Hour))
	is(noon.Add(2*time.Hour), Reserved)
	w.ok(order(Redeem, "A", "o"), noon.Add(2*time.Hour))
	is(noon.Add(4*time.Hour), Redeemed)
	w.ok(order(Return, "A", "o"), noon.Add(2*time.Hour))
	w.ok(Command{Action: Cancel, Code: "A"}, noon.Add(2*time.Hour))
	is(noon.Add(2*time.Hour), Void)
	if n := (Tally{Issued: 1}); n != (Tally{1, 0, 0, 0, 0, 0}) {
		t.Error(n)
	}
	var sum Tally
	sum.Add(Tally{6, 1, 1, 1, 2, 1})
	sum.Add(Tally{6, 1, 1, 1, 2, 1})
	if sum != (Tally{12, 2, 2, 2, 4, 2}) {
		t.Error(sum)
	}
	if (Instant(0)).Time() != (time.Time{}) {
		t.Error("no instant")
	}
}
