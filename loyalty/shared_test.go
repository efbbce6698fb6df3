package loyalty

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
)

func TestSharedTotalEncoding(t *testing.T) {
	for _, want := range []SharedTotal{
		{}, {Confirmed: math.MaxInt64}, {Confirmed: 7, Held: []SharedHeld{{5, 1}, {9, 1 << 40}, {Never, 3}}, Lapsed: 4}, {Held: []SharedHeld{{-3, 1}}},
	} {
		b, err := want.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		got := SharedTotal{Confirmed: 99}
		if err := got.UnmarshalBinary(b); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%+v, %v, want %+v", got, err, want)
		}
		for n := range b {
			if err := got.UnmarshalBinary(b[:n]); !errors.Is(err, ErrFormat) {
				t.Errorf("%d of %d bytes: %v", n, len(b), err)
			}
		}
		if err := got.UnmarshalBinary(append(b, 0)); !errors.Is(err, ErrFormat) || !reflect.DeepEqual(got, want) {
			t.Errorf("a byte more: %+v, %v", got, err)
		}
	}
	for _, bad := range []SharedTotal{
		{Confirmed: -1}, {Held: []SharedHeld{{5, 0}}}, {Held: []SharedHeld{{5, 1}, {5, 1}}}, {Held: []SharedHeld{{5, 1}}, Lapsed: 5},
		{Confirmed: 1, Held: []SharedHeld{{5, math.MaxInt64}}},
	} {
		if _, err := bad.MarshalBinary(); !errors.Is(err, ErrCommit) {
			t.Errorf("%+v: %v", bad, err)
		}
		b := appendInt(appendInt([]byte{sharedVersion}, bad.Confirmed), bad.Lapsed)
		b = appendLen(b, len(bad.Held))
		for _, h := range bad.Held {
			b = appendInt(appendInt(b, h.Until), h.Amount)
		}
		if err := new(SharedTotal).UnmarshalBinary(b); !errors.Is(err, ErrFormat) {
			t.Errorf("%+v: %v", bad, err)
		}
	}
	if err := new(SharedTotal).UnmarshalBinary([]byte{2, 0, 0, 0}); !errors.Is(err, ErrFormat) {
		t.Error(err)
	}
}

// What is read is written the same again.
func FuzzSharedTotal(f *testing.F) {
	for _, t := range []SharedTotal{{}, {Confirmed: 7, Held: []SharedHeld{{5, 1}, {Never, 3}}, Lapsed: 4}} {
		b, _ := t.MarshalBinary()
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var v SharedTotal
		if err := v.UnmarshalBinary(b); err != nil {
			if !errors.Is(err, ErrFormat) {
				t.Fatal(err)
			}
			return
		}
		if back, err := v.MarshalBinary(); err != nil || !bytes.Equal(back, b) {
			t.Fatalf("%x is written as %x, %v", b, back, err)
		}
		for _, step := range stepWords {
			next := v
			if err := next.Apply(SharedChange{Counter: "s", Step: step, Amount: 3, Limit: 9, Until: 5, At: 4}); err == nil && !next.sound() {
				t.Fatalf("%+v is %+v after %s", v, next, step)
			}
		}
	})
}

// plainShared is a counter as a list of reservations.
type plainShared struct {
	confirmed int64
	held      []SharedHeld
	lapsed    Instant
}

// Whatever the order of changes and clocks, a counter is what a list of reservations is,
// stays within its limit and is left alone by an error.
func TestSharedTotalRandom(t *testing.T) {
	const limit = 20
	r := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		var total SharedTotal
		var plain plainShared
		for range 60 {
			ch := SharedChange{
				Counter: "s", Step: []SharedStep{Reserve, Reserve, Confirm, Release, Restore}[r.IntN(5)],
				Amount: int64(r.IntN(6)), Limit: limit, Until: Instant(r.IntN(12)), At: Instant(r.IntN(9)),
			}
			before, _ := total.MarshalBinary()
			held := slices.Clone(total.Held)
			kept := total
			err := total.Apply(ch)
			if !slices.Equal(kept.Held, held) {
				t.Fatalf("%+v changes a copy", ch)
			}
			next, ok := plain.apply(ch, limit)
			if after, _ := total.MarshalBinary(); err != nil && !bytes.Equal(before, after) {
				t.Fatalf("%+v: %v, and the counter has changed", ch, err)
			}
			if ok != (err == nil) {
				t.Fatalf("%+v on %+v: %v, plainly %t", ch, kept, err, ok)
			}
			if err != nil && !errors.Is(err, ErrShared) && !errors.Is(err, ErrCommit) {
				t.Fatal(err)
			}
			if ok {
				plain = next
			}
			for at := range Instant(14) {
				if got, want := total.UsedAt(at), plain.used(at); got != want || got > limit {
					t.Fatalf("%+v: %d used at %d, want %d", total, got, at, want)
				}
			}
			if !total.sound() || total.Lapsed != plain.lapsed {
				t.Fatalf("%+v, want lapsed %d", total, plain.lapsed)
			}
		}
	}
}

func (p plainShared) used(at Instant) int64 {
	n := p.confirmed
	for _, h := range p.held {
		if h.Until > at {
			n += h.Amount
		}
	}
	return n
}

func (p plainShared) apply(ch SharedChange, limit int64) (plainShared, bool) {
	var held []SharedHeld
	for _, h := range p.held {
		switch {
		case h.Amount == 0:
		case h.Until <= ch.At:
			p.lapsed = max(p.lapsed, h.Until)
		default:
			held = append(held, h)
		}
	}
	p.held = held
	until := ch.Until
	if until == 0 {
		until = Never
	}
	gone := until <= ch.At || until <= p.lapsed
	fits := p.used(ch.At)+ch.Amount <= limit
	take := func() bool {
		n := ch.Amount
		for i := range p.held {
			if h := &p.held[i]; h.Until == until {
				x := min(n, h.Amount)
				n, h.Amount = n-x, h.Amount-x
			}
		}
		return n == 0
	}
	switch ch.Step {
	case Reserve:
		if !fits {
			return p, false
		}
		if !gone {
			p.held = append(p.held, SharedHeld{until, ch.Amount})
		}
	case Confirm:
		p.confirmed += ch.Amount
		if gone {
			return p, fits
		}
		return p, take()
	case Release:
		return p, gone || take()
	case Restore:
		p.confirmed -= ch.Amount
		return p, p.confirmed >= 0
	}
	return p, true
}

// A voucher says what is to be issued when it is captured.
func TestCouponOfCapture(t *testing.T) {
	e, err := New(shop(func(p *Program) {
		p.Rewards = append(p.Rewards, Reward{ID: "voucher", Type: RewardVoucher, Kind: "points", Points: 20, Coupon: "ten-off"})
	}))
	if err != nil {
		t.Fatal(err)
	}
	s := &Service{Engine: e, Store: new(Memory), Now: func() time.Time { return day(1) }}
	n := 0
	do := func(c func(Header) Command) Answer {
		t.Helper()
		n++
		a, err := s.Do(context.Background(), "a", c(Header{Key: Key(rune('a' + n)), At: day(1)}))
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	is := func(a Answer, coupon string, coupons int64) {
		t.Helper()
		if a.Why.Coupon != coupon || a.Why.Coupons != coupons {
			t.Errorf("%d of %q, want %d of %q", a.Why.Coupons, a.Why.Coupon, coupons, coupon)
		}
	}
	do(func(h Header) Command { return &Adjust{Header: h, Kind: "points", Points: 500} })
	is(do(func(h Header) Command { return &Redeem{Header: h, Spend: Spend{Reward: "voucher"}} }), "ten-off", 1)
	is(do(func(h Header) Command {
		return &Place{Header: h, Hold: "h", Spend: Spend{Reward: "voucher", Quantity: 3}}
	}), "ten-off", 3)
	is(do(func(h Header) Command { return &Capture{Header: h, Hold: "h", Points: 10, Keep: true} }), "", 0)
	is(do(func(h Header) Command { return &Capture{Header: h, Hold: "h", Points: 30, Keep: true} }), "ten-off", 2)
	is(do(func(h Header) Command { return &Capture{Header: h, Hold: "h"} }), "ten-off", 1)
	do(func(h Header) Command {
		return &Place{Header: h, Hold: "mug", Spend: Spend{Reward: "mug"}}
	})
	is(do(func(h Header) Command { return &Capture{Header: h, Hold: "mug"} }), "", 0)
}

func TestLiabilityViewJSON(t *testing.T) {
	v := LiabilityView{Decimals: 2, Ages: []int{1, 3}, Values: []PointValue{{Kind: "points", Points: 100, Worth: cny("1"), Rounding: Floor}}}
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var back LiabilityView
	if err := json.Unmarshal(data, &back); err != nil || !reflect.DeepEqual(back, v) {
		t.Errorf("%+v, %v", back, err)
	}
	for text, pointer := range map[string]string{
		`{"decimals": 2, "age": [1]}`: "/age", `{"decimals": 2, "values": [{"kind": "p", "points": 0, "worth": "1"}]}`: "/values/0/points",
		`{"decimals": 2, "values": [{"kind": "p", "pts": 1}]}`: "/values/0/pts", `{"decimals": "2"}`: "/decimals",
	} {
		kept := v
		err := json.Unmarshal([]byte(text), &kept)
		found := false
		for fe := range guanxi.Faults(err) {
			found = found || fe.Pointer == pointer
		}
		if !found || !reflect.DeepEqual(kept, v) {
			t.Errorf("%s: %v", text, err)
		}
	}
}
