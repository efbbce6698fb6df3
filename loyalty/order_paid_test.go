package loyalty

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/guanxi-go/guanxi"
	"github.com/shopspring/decimal"
)

// paying is a shop where 100 points pay 1.00, up to all of an order.
func paying(change ...func(*Program)) func(*Program) {
	return func(p *Program) {
		p.Kinds[0].Pending = PendingRule{}
		p.Payments = []PaymentRule{{ID: "pay", Kind: "points", Points: 100, Money: decimal.NewFromInt(1)}}
		for _, c := range change {
			c(p)
		}
	}
}

func pay(order string, amount int64, points Points) Spend {
	return Spend{Payment: "pay", Points: points, Amount: decimal.NewFromInt(amount), Order: order}
}

func backOf(amount string) []RefundLine {
	return []RefundLine{{Line: "1", Amount: decimal.RequireFromString(amount)}}
}

// gave returns points and money that a refund gave back.
func gave(d *Decision) (points Points, money int64) {
	for _, p := range d.Why.Back.Payments {
		points += p.Points
	}
	return points, d.Why.Back.Money
}

// checked asks that the account adds up, that its journal makes it, and that it loads.
func (d *desk) checked() {
	d.t.Helper()
	if err := d.a.Check(); err != nil {
		d.t.Error(err)
	}
	if err := Verify(d.a.ID, Entries(d.journal)); err != nil {
		d.t.Error(err)
	}
	again, err := Replay(d.a.ID, Entries(d.journal))
	if err != nil || !bytes.Equal(state(d.t, again), state(d.t, d.a)) {
		d.t.Error("the journal makes another account", err)
	}
	var read Account
	if err := read.UnmarshalBinary(state(d.t, d.a)); err != nil {
		d.t.Error(err)
	}
}

// The payment may come before the order earns, or after.
func TestRefundGivesPointsBack(t *testing.T) {
	for _, earnFirst := range []bool{false, true} {
		d := newDesk(t, paying())
		d.do(&Adjust{Header: d.head(day(0)), Kind: "points", Points: 1000})
		earn := &Earn{d.head(day(1)), order("o", 20)}
		if earnFirst {
			d.do(earn)
		}
		d.do(&Redeem{Header{Key: "p", At: day(1)}, pay("o", 20, 500)})
		if rec, ok := d.a.Order("o"); !ok || rec.Unearned == earnFirst || len(rec.Payments) != 1 {
			t.Fatalf("%+v", rec)
		}
		if !earnFirst {
			d.do(earn)
		}
		half := d.do(&Refund{Header: d.head(day(2)), Order: "o", Refund: "r1", Lines: backOf("10")})
		if p, m := gave(half); p != 250 || m != 750 || half.Receipt.Results[0].Points != -10 || half.Receipt.Op != OpRefund {
			t.Error(p, m, half.Receipt)
		}
		if got := d.journal[len(d.journal)-1].Order.Back; got == nil || got.Money != 750 || got.Payments[0] != (PaymentReturn{"p", "points", 250, 0}) {
			t.Errorf("%+v", got)
		}
		rest := d.do(&Refund{Header: d.head(day(3)), Order: "o", Refund: "r2"})
		if p, m := gave(rest); p != 250 || m != 750 {
			t.Error(p, m)
		}
		if got := d.balance("points", 3); got.Available != 1000 || got.Debt != 0 {
			t.Errorf("%+v", got)
		}
		d.checked()
	}
}

// An order that has earned nothing comes back by amount.
func TestRefundOfUnearned(t *testing.T) {
	d := newDesk(t, paying())
	d.do(&Adjust{Header: d.head(day(0)), Kind: "points", Points: 1000})
	d.do(&Redeem{Header{Key: "p", At: day(1)}, pay("o", 30, 1000)})
	third := d.do(&Refund{Header: d.head(day(2)), Order: "o", Lines: []RefundLine{{Amount: decimal.NewFromInt(10)}}})
	if p, m := gave(third); p != 333 || m != 667 {
		t.Error(p, m)
	}
	if _, err := d.try(&Earn{d.head(day(2)), order("o", 30)}); !errors.Is(err, ErrOrderRefunded) {
		t.Error(err)
	}
	if _, err := d.try(&Refund{Header: d.head(day(2)), Order: "o", Lines: []RefundLine{{Amount: decimal.NewFromInt(21)}}}); !errors.Is(err, ErrRefundTooMuch) {
		t.Error(err)
	}
	if _, err := d.try(&Activate{d.head(day(2)), "o"}); !errors.Is(err, ErrOrderUnknown) {
		t.Error(err)
	}
	rest := d.do(&Refund{Header: d.head(day(3)), Order: "o"})
	if p, m := gave(rest); p != 667 || m != 1333 {
		t.Error(p, m)
	}
	if _, err := d.try(&Refund{Header: d.head(day(3)), Order: "o"}); !errors.Is(err, ErrRefundTooMuch) {
		t.Error(err)
	}
	d.checked()
}

// What was returned by hand counts, and a hold that is captured in parts pays in parts.
func TestRefundAfterReturn(t *testing.T) {
	d := newDesk(t, paying())
	d.do(&Adjust{Header: d.head(day(0)), Kind: "points", Points: 1000})
	d.do(&Earn{d.head(day(0)), order("o", 10)})
	d.do(&Place{d.head(day(1)), "h", pay("o", 10, 300), day(5)})
	d.do(&Capture{Header{Key: "c1", At: day(1)}, "h", 101, true})
	d.do(&Capture{Header{Key: "c2", At: day(1)}, "h", 0, false})
	rec, _ := d.a.Order("o")
	if len(rec.Payments) != 2 || rec.Payments[0].Money != 101 || rec.Payments[1].Money != 199 || rec.Payments[1].Whole != 300 {
		t.Errorf("%+v", rec.Payments)
	}
	d.do(&Return{d.head(day(2)), "c2", 150})
	half := d.do(&Refund{Header: d.head(day(2)), Order: "o", Lines: backOf("5")})
	if p, m := gave(half); p != 50 || m != 350 || len(half.Why.Back.Payments) != 1 {
		t.Error(p, m)
	}
	all := d.do(&Refund{Header: d.head(day(2)), Order: "o"})
	if p, m := gave(all); p != 100 || m != 350 {
		t.Error(p, m)
	}
	if got := d.balance("points", 3).Available; got != 1000 {
		t.Error(got)
	}
	d.checked()
}

// Points whose lots have expired come back as the programme says.
func TestPaidByExpired(t *testing.T) {
	for policy, want := range map[ReturnPolicy]struct{ lost, left Points }{ReturnForfeit: {300, 0}, ReturnGrace: {0, 300}, ReturnNewLot: {0, 300}} {
		d := newDesk(t, paying(func(p *Program) {
			if p.Policy.Return = policy; policy == ReturnGrace {
				p.Policy.Grace = guanxi.MustParseSpan("P5D")
			}
		}))
		d.do(&Adjust{Header: d.head(day(0)), Kind: "points", Points: 300, Expire: day(10)})
		d.do(&Redeem{d.head(day(1)), pay("o", 10, 300)})
		dec := d.do(&Refund{Header: d.head(day(20)), Order: "o"})
		if p := dec.Why.Back.Payments; len(p) != 1 || p[0].Points != 300 || p[0].Lost != want.lost {
			t.Errorf("%s: %+v", policy, p)
		}
		if got := d.balance("points", 20).Available; got != want.left {
			t.Error(policy, got)
		}
		d.checked()
	}
}

// What has come back pays for what the order had earned, and what is owed.
func TestRefundTakesOfWhatCameBack(t *testing.T) {
	for _, policy := range []Takeback{TakeLots, TakeDebt} {
		d := newDesk(t, paying(func(p *Program) { p.Policy.Takeback = policy }))
		d.do(&Adjust{Header: d.head(day(0)), Kind: "points", Points: 300})
		d.do(&Redeem{d.head(day(1)), pay("o", 10, 300)})
		d.do(&Earn{d.head(day(1)), order("o", 10)})
		d.do(&Redeem{d.head(day(1)), Spend{Kind: "points", Points: 10}})
		d.do(&Refund{Header: d.head(day(2)), Order: "o"})
		if got := d.balance("points", 2); got.Available != 290 || got.Debt != 0 {
			t.Errorf("%s: %+v", policy, got)
		}
		d.checked()
	}
}

func TestPaymentRefused(t *testing.T) {
	d := newDesk(t, paying(func(p *Program) { p.Payments[0].MaxShare = Rational{1, 2} }))
	d.do(&Adjust{Header: d.head(day(0)), Kind: "points", Points: 5000})
	d.do(&Earn{d.head(day(0)), order("o", 10)})
	d.do(&Earn{d.head(day(0)), order("gone", 10)})
	d.do(&Refund{Header: d.head(day(0)), Order: "gone"})
	d.do(&Redeem{Header{Key: "p", At: day(1)}, pay("o", 10, 300)})
	d.do(&Redeem{d.head(day(1)), pay("late", 10, 300)})
	d.do(&Place{d.head(day(1)), "h", pay("o", 10, 100), day(5)})
	d.do(&Place{d.head(day(1)), "half", pay("half", 10, 500), day(5)})
	d.do(&Earn{d.head(day(1)), order("half", 10)})
	d.do(&Refund{Header: d.head(day(1)), Order: "half", Lines: backOf("6")})
	long := pay(string(make([]byte, 256)), 10, 100)
	for name, tc := range map[string]struct {
		cmd  Command
		want error
		at   string
	}{
		"more than the order":    {&Redeem{d.head(day(2)), pay("o", 11, 100)}, ErrOrderAmount, "/spend/amount"},
		"more than its share":    {&Redeem{d.head(day(2)), pay("o", 10, 101)}, ErrPoints, "/spend/points"},
		"with what is held":      {&Place{d.head(day(2)), "h2", pay("o", 10, 101), day(5)}, ErrPoints, "/spend/points"},
		"nothing left":           {&Redeem{d.head(day(2)), pay("gone", 10, 100)}, ErrOrderAmount, "/spend/amount"},
		"more than is left":      {&Capture{d.head(day(2)), "half", 401, false}, ErrOrderAmount, "/hold"},
		"less than its payments": {&Earn{d.head(day(2)), order("late", 9)}, ErrOrderAmount, "/order/lines"},
		"long order":             {&Redeem{d.head(day(2)), long}, ErrText, "/spend/order"},
		"unknown order":          {&Refund{Header: d.head(day(2)), Order: "x"}, ErrOrderUnknown, "/order"},
	} {
		before := state(t, d.a)
		_, err := d.e.Decide(d.a, tc.cmd, day(2))
		var fe *guanxi.FieldError
		if !errors.Is(err, tc.want) || !errors.As(err, &fe) || fe.Pointer != tc.at {
			t.Errorf("%s: %v", name, err)
		}
		if !bytes.Equal(before, state(t, d.a)) {
			t.Error(name, "changed the account")
		}
	}
	d.do(&Redeem{d.head(day(2)), pay("o", 10, 100)})
	d.do(&Capture{d.head(day(2)), "half", 400, false})
	if p, m := gave(d.do(&Refund{Header: d.head(day(2)), Order: "half"})); p != 400 || m != 0 {
		t.Error(p, m)
	}
	d.do(&Return{d.head(day(2)), "p", 0}) // undone: there is room again
	d.do(&Redeem{d.head(day(2)), pay("o", 10, 300)})
	d.checked()
}

// n partial refunds are one full refund, whatever the payments: every point that is used
// comes back, and money makes up the rest, never below nothing.
func TestRefundsOfPayments(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 5))
		d := newDesk(t, paying(func(p *Program) {
			p.Payments[0].Points, p.Payments[0].Rounding = 7, HalfUp
			p.Policy.Takeback = TakeDebt
		}))
		d.do(&Adjust{Header: d.head(day(0)), Kind: "points", Points: 9000})
		total := int64(20 + r.IntN(30))
		if r.IntN(2) == 0 {
			d.do(&Earn{d.head(day(0)), order("o", total)})
		}
		line := "1"
		if _, ok := d.a.Order("o"); !ok {
			line = ""
		}
		paid, used := int64(0), Points(0)
		for range 1 + r.IntN(3) {
			points := Points(1 + r.IntN(int(total)*2))
			if dec, err := d.try(&Redeem{d.head(day(1)), pay("o", total, points)}); err == nil {
				paid, used = paid+dec.Why.Money, used+points
			}
		}
		var back Points
		var money int64
		for n := 0; ; n++ {
			c := &Refund{Header: d.head(day(2)), Order: "o"}
			rec, _ := d.a.Order("o")
			left := rec.Kept()
			if left > 0 && r.IntN(4) > 0 {
				c.Lines = []RefundLine{{Line: line, Amount: decimal.New(1+r.Int64N(min(left, 300)), -2)}}
			}
			var part Account
			need := d.e.Need(c)
			d.a.LoadInto(&part, need)
			if _, err := d.e.Decide(&part, c, day(2)); err != nil && !errors.Is(err, ErrOrderUnknown) && !errors.Is(err, ErrRefundTooMuch) && !errors.Is(err, ErrNeed) {
				t.Fatal(err)
			}
			dec, err := d.try(c)
			if err != nil {
				break
			}
			p, m := gave(dec)
			if m < 0 || p < 0 || m > dec.Why.Back.Amount {
				t.Fatalf("seed %d: %d points and %d of %d", seed, p, m, dec.Why.Back.Amount)
			}
			back, money = back+p, money+m
		}
		if _, ok := d.a.Order("o"); !ok {
			continue
		}
		if back != used || money != total*100-paid || d.balance("points", 2).Available != 9000 {
			t.Fatalf("seed %d: %d of %d points and %d of %d come back", seed, back, used, money, total*100-paid)
		}
		if err := d.a.Check(); err != nil {
			t.Fatal(err)
		}
	}
}

// A part of the account that lacks a redemption is never answered wrongly.
func TestPaymentInPart(t *testing.T) {
	d := newDesk(t, paying())
	d.do(&Adjust{Header: d.head(day(0)), Kind: "points", Points: 1000})
	d.do(&Redeem{Header{Key: "p", At: day(1)}, pay("o", 20, 500)})
	d.do(&Redeem{Header{Key: "q", At: day(1)}, pay("o", 20, 100)})
	rec, _ := d.a.Order("o")
	load := func(n Need) *Account {
		part, err := NewPart(d.a.AppendHeader(nil))
		if err != nil {
			t.Fatal(err)
		}
		part.AddReceipt(Receipt{Key: n.Key})
		for _, id := range n.Orders {
			part.AddOrder(id, &rec, nil)
		}
		part.AddReceipt(func() Receipt { r, _ := d.a.Receipt("p"); return r }()) // without what it spent
		for _, k := range n.Redemptions {
			red, _ := d.a.Redemption(k)
			part.AddRedemption(&red)
		}
		lot, _ := d.a.Lot(1)
		if err := part.AddLots([]Lot{lot}); err != nil {
			t.Fatal(err)
		}
		return part
	}
	c := &Refund{Header: d.head(day(2)), Order: "o"}
	need := d.e.Need(c)
	_, err := d.e.Decide(load(need), c, day(2))
	var more *NeedError
	if !errors.As(err, &more) || fmt.Sprint(more.Need.Redemptions) != "[p q]" {
		t.Fatal(err)
	}
	dec, err := d.e.Decide(load(need.Join(more.Need)), c, day(2))
	if err != nil {
		t.Fatal(err)
	}
	want := d.do(c)
	if dec.Entries[len(dec.Entries)-1].Hash != want.Entries[len(want.Entries)-1].Hash {
		t.Error("in part it is another answer")
	}
	touched := NewCommit(d.a.Clone(), want).Touched()
	if fmt.Sprint(touched.Orders, touched.Redemptions) != "[o] [q p]" {
		t.Errorf("%+v", touched)
	}
}
