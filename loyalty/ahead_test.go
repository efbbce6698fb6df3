package loyalty

import (
	"errors"
	"math"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
)

// One wrong date does not keep an account from being used.
func TestAhead(t *testing.T) {
	d := newDesk(t)
	d.do(&Adjust{Header: d.head(day(0)), Kind: "points", Points: 100})
	far := time.Date(9000, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		at   time.Time
		want error
	}{{day(1), nil}, {day(1).Add(time.Microsecond), ErrAhead}, {far, ErrAhead}} {
		for _, cmd := range []Command{
			&Act{Header: Header{Key: "x", At: c.at}, Activity: "review"}, &Sweep{Header: Header{Key: "y", At: c.at}},
			&Place{Header{Key: "z", At: c.at}, "h", Spend{Reward: "mug"}, time.Time{}},
		} {
			_, err := d.e.Decide(d.a, cmd, day(0))
			var at *guanxi.FieldError
			if !errors.Is(err, c.want) || c.want != nil && (!errors.As(err, &at) || at.Pointer != "/at") {
				t.Errorf("%T at %s: %v", cmd, c.at, err)
			}
		}
	}
	d.do(&Redeem{d.head(day(1)), Spend{Reward: "mug"}})

	// an account that is ahead already goes on from where it is
	d.do(&Act{Header: d.head(far), Activity: "review"})
	if _, err := d.e.Decide(d.a, &Act{Header: Header{Key: "x", At: far}, Activity: "review"}, day(2)); err != nil {
		t.Error(err)
	}
	// a key that was used is answered at any time
	if dec, err := d.e.Decide(d.a, &Act{Header: Header{Key: "k3", At: far}, Activity: "review"}, day(2)); err != nil || !dec.Repeated {
		t.Error(err)
	}

	d = newDesk(t, func(p *Program) { p.Policy.Ahead = guanxi.MustParseSpan("PT1H") })
	if _, err := d.e.Decide(d.a, &Act{Header: Header{Key: "x", At: day(0).Add(61 * time.Minute)}, Activity: "review"}, day(0)); !errors.Is(err, ErrAhead) {
		t.Error(err)
	}
	var at *guanxi.FieldError
	p := shop(func(p *Program) { p.Policy.Ahead = guanxi.Span{Days: -1} })
	if err := p.Validate(); !errors.As(err, &at) || at.Pointer != "/policy/ahead" {
		t.Error(err)
	}
}

// However much is asked for, a hold can end afterwards.
func TestMaxPoints(t *testing.T) {
	d := newDesk(t)
	give := func(n Points) error {
		_, err := d.try(&Adjust{Header: d.head(day(0)), Kind: "points", Points: n})
		return err
	}
	lot := func(n Points) Lot { return Lot{Kind: "points", Points: n, Earned: InstantOf(day(0)), Expire: Never} }
	if err := give(MaxPoints); err != nil {
		t.Fatal(err)
	}
	d.do(&Place{d.head(day(0)), "h", Spend{Kind: "points", Points: MaxPoints}, day(2)})
	for _, n := range []Points{1, MaxPoints, math.MaxInt64} {
		if err := give(n); !errors.Is(err, ErrOverflow) || errors.Is(err, ErrImpossible) {
			t.Error(n, err)
		}
	}
	receive := func(lots ...Lot) error {
		_, err := d.try(&Receive{d.head(day(0)), Parcel{From: "b", To: "a", Lots: lots}})
		return err
	}
	for _, lots := range [][]Lot{
		{lot(math.MaxInt64)}, {lot(MaxPoints), lot(1)}, {lot(math.MaxInt64), lot(math.MaxInt64), lot(3)},
		{lot(MaxPoints), lot(MaxPoints), lot(MaxPoints), lot(MaxPoints), lot(MaxPoints), lot(MaxPoints), lot(MaxPoints), lot(MaxPoints), lot(10)},
	} {
		if err := receive(lots...); !errors.Is(err, ErrOverflow) || errors.Is(err, ErrImpossible) {
			t.Error(len(lots), err)
		}
	}
	if err := receive(lot(MaxPoints)); err != nil {
		t.Fatal(err)
	}
	d.do(&Act{Header: d.head(day(3)), Activity: "review"}) // the hold has run out
	if b, err := d.a.BalanceAt("points", day(3)); err != nil || b.Available != 2*MaxPoints || b.Held != 0 {
		t.Error(b, err)
	}
	d.do(&Redeem{d.head(day(4)), Spend{Kind: "points", Points: 2 * MaxPoints}})
	if err := d.a.Check(); err != nil {
		t.Error(err)
	}
}

// An id that is none is unknown, without anything being looked up.
func TestNoID(t *testing.T) {
	d := newDesk(t)
	d.do(&Earn{d.head(day(0)), order("o", 100)})
	var part Account
	d.a.LoadInto(&part, Need{Key: "x"})
	h := Header{Key: "x", At: day(1)}
	for _, a := range []*Account{d.a, &part} {
		for _, c := range []struct {
			cmd  Command
			want error
		}{
			{&Void{Header: h}, ErrHoldUnknown}, {&Capture{Header: h}, ErrHoldUnknown}, {&Return{Header: h}, ErrRedemptionUnknown},
			{&Refund{Header: h}, ErrOrderUnknown}, {&Activate{Header: h}, ErrOrderUnknown},
		} {
			if _, err := d.e.Decide(a, c.cmd, day(1)); !errors.Is(err, c.want) {
				t.Errorf("%T: %v", c.cmd, err)
			}
		}
	}
}

func TestNoCommand(t *testing.T) {
	d := newDesk(t)
	s := &Service{Engine: d.e, Store: new(Memory), Now: func() time.Time { return day(0) }}
	for _, cmd := range []Command{nil, (*Earn)(nil), (*Sweep)(nil), (*Receive)(nil)} {
		if _, err := d.e.Decide(d.a, cmd, day(0)); !errors.Is(err, ErrCommand) {
			t.Errorf("%T: %v", cmd, err)
		}
		if _, err := s.Do(t.Context(), "a", cmd); !errors.Is(err, ErrCommand) {
			t.Errorf("%T: %v", cmd, err)
		}
		out := s.Batch(t.Context(), []Request{{Account: "a", Command: cmd}, {Account: "a", Command: &Act{Header: Header{Key: "x", At: day(0)}, Activity: "review"}}})
		if !errors.Is(out[0].Err, ErrCommand) || out[1].Err != nil {
			t.Errorf("%T: %v", cmd, out)
		}
	}
}

func TestCloneShared(t *testing.T) {
	a := NewAccount("a")
	a.SetShared("stock", 1)
	c := a.Clone()
	c.SetShared("stock", 5)
	if a.shared["stock"] != 1 || c.shared["stock"] != 5 {
		t.Error(a.shared, c.shared)
	}
}

// A balance that cannot be known of what is loaded says what is missing.
func TestBalanceNeed(t *testing.T) {
	d := newDesk(t, func(p *Program) { p.Policy.Takeback = TakeDebt; p.Kinds[0].Pending = PendingRule{} })
	d.do(&Earn{d.head(day(0)), order("o", 100)})
	d.do(&Place{d.head(day(0)), "h", Spend{Kind: "points", Points: 100}, day(3)})
	d.do(&Refund{Header: d.head(day(1)), Order: "o"})
	want, err := d.a.BalanceAt("points", day(4))
	if err != nil || want.Debt != 0 || want.Held != 0 {
		t.Fatal(want, err)
	}
	var part Account
	need, more := Need{}, (*NeedError)(nil)
	asked := false
	for range 4 {
		d.a.LoadInto(&part, need)
		b, err := part.BalanceAt("points", day(4))
		_, err2 := part.Expiring("points", day(4), day(900))
		if errors.As(err, &more) {
			asked = true
			if !errors.Is(err2, ErrNeed) {
				t.Error(err2)
			}
			need = need.Join(more.Need)
			continue
		}
		if err != nil || b != want {
			t.Error(b, want, err)
		}
		break
	}
	if !asked {
		t.Error("nothing was asked for")
	}
}
