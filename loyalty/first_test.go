package loyalty

import (
	"errors"
	"testing"

	"github.com/guanxi-go/guanxi"
	"github.com/shopspring/decimal"
)

// The first order is the first that the customer keeps: one that came back whole is none.
func TestFirstKeptOrder(t *testing.T) {
	refers := func(p *Program) {
		p.Referral = &ReferralRule{ID: "ref", Friend: []KindPoints{{"points", 10}}, Referrer: []KindPoints{{"points", 20}}, Kept: guanxi.MustParseSpan("P7D")}
	}
	part := []RefundLine{{Line: "1", Amount: decimal.NewFromInt(99)}}
	for _, tt := range []struct {
		name  string
		play  func(d *desk)
		order string
		want  error
	}{
		{"the only one", func(d *desk) { d.do(&Earn{d.head(day(0)), order("o1", 100)}) }, "o1", nil},
		{"after one that came back before", func(d *desk) {
			d.do(&Earn{d.head(day(0)), order("o1", 100)})
			d.do(&Refund{Header: d.head(day(1)), Order: "o1"})
			d.do(&Earn{d.head(day(2)), order("o2", 100)})
		}, "o2", nil},
		{"what came back itself", func(d *desk) {
			d.do(&Earn{d.head(day(0)), order("o1", 100)})
			d.do(&Refund{Header: d.head(day(1)), Order: "o1"})
		}, "o1", ErrNotKept},
		{"after one that came back later", func(d *desk) {
			d.do(&Earn{d.head(day(0)), order("o1", 100)})
			d.do(&Earn{d.head(day(1)), order("o2", 100)})
			d.do(&Refund{Header: d.head(day(2)), Order: "o1"})
		}, "o2", nil},
		{"after one that came back in part", func(d *desk) {
			d.do(&Earn{d.head(day(0)), order("o1", 100)})
			d.do(&Refund{Header: d.head(day(1)), Order: "o1", Lines: part})
			d.do(&Earn{d.head(day(2)), order("o2", 100)})
		}, "o2", ErrNotFirst},
		{"the second of three", func(d *desk) {
			for i, id := range []string{"o1", "o2", "o3"} {
				d.do(&Earn{d.head(day(i)), order(id, 100)})
			}
		}, "o2", ErrNotFirst},
		{"one that cost nothing", func(d *desk) {
			d.do(&Earn{d.head(day(0)), order("o1", 0)})
			d.do(&Earn{d.head(day(1)), order("o2", 100)})
		}, "o2", nil},
		{"merged with one that has an order", func(d *desk) {
			b := newDesk(t, refers)
			b.a, b.n = NewAccount("b"), 1000
			b.do(&Earn{b.head(day(0)), order("o1", 100)})
			d.do(&Earn{d.head(day(0)), order("o2", 100)})
			d.do(&Receive{Header: d.head(day(2)), Parcel: *b.do(&MergeOut{Header: b.head(day(2)), Into: "a"}).Parcel})
		}, "o1", ErrNotFirst},
		{"merged with one whose order came back", func(d *desk) {
			b := newDesk(t, refers)
			b.a, b.n = NewAccount("b"), 1000
			b.do(&Earn{b.head(day(0)), order("o1", 100)})
			d.do(&Earn{d.head(day(0)), order("o2", 100)})
			d.do(&Refund{Header: d.head(day(1)), Order: "o2"})
			d.do(&Receive{Header: d.head(day(2)), Parcel: *b.do(&MergeOut{Header: b.head(day(2)), Into: "a"}).Parcel})
		}, "o1", nil},
	} {
		d := newDesk(t, refers)
		tt.play(d)
		rec, ok := d.a.Order(tt.order)
		if !ok {
			t.Fatalf("%s: no order", tt.name)
		}
		for _, side := range []Side{Friend, Referrer} {
			x := &desk{t: t, e: d.e, a: d.a, n: d.n}
			if side == Referrer {
				x.a = NewAccount("r")
			}
			_, err := x.try(&Refer{Header: x.head(day(20)), Side: side, Friend: "a", Purchase: &rec})
			if !errors.Is(err, tt.want) || err != nil && tt.want == nil {
				t.Errorf("%s, %s: %v, want %v", tt.name, side, err, tt.want)
			}
		}
	}
}

// A kind that a later programme does not have, and that was never spent, is not owed.
func TestRefundOfAKindThatIsGone(t *testing.T) {
	debt := func(p *Program) { p.Policy.Takeback = TakeDebt }
	for _, tt := range []struct {
		gone Kind
		debt Points
	}{{"growth", 0}, {"points", 100}} {
		d := newDesk(t, debt, func(p *Program) { p.Kinds[0].Pending = PendingRule{} })
		d.do(&Earn{d.head(day(0)), order("o1", 100)})
		d.do(&Redeem{d.head(day(0)), Spend{Kind: "points", Points: 100}})
		p := Program{Version: 2, Currency: "CNY", Decimals: 2, Kinds: []KindConfig{{ID: "stars", Spendable: true}}}
		debt(&p)
		d.e = MustNew(p)
		d.do(&Refund{Header: d.head(day(1)), Order: "o1"})
		b, err := d.a.BalanceAt(tt.gone, day(1))
		if b.Debt != tt.debt || err != nil {
			t.Errorf("%s: %+v, %v", tt.gone, b, err)
		}
		if tt.gone == "growth" {
			d.do(&Return{Header: d.head(day(2)), Redemption: "k2"})
			if _, err := d.try(&Close{Header: d.head(day(3))}); err != nil {
				t.Error(err)
			}
		}
	}
}

// An end of points is for points that are given: nothing else has one.
func TestAdjustExpire(t *testing.T) {
	d := newDesk(t)
	d.do(&Adjust{Header: d.head(day(0)), Kind: "points", Points: 50})
	for _, tt := range []struct {
		kind   Kind
		points Points
		days   int
		want   error
	}{
		{"growth", 5, 9, ErrOption}, {"growth", 5, -9, ErrOption}, {"growth", -5, 9, ErrOption},
		{"points", -5, 9, ErrOption}, {"points", -5, -9, ErrOption},
		{"points", 5, -9, ErrNotLater}, {"points", 5, 9, nil},
	} {
		_, err := d.try(&Adjust{Header: d.head(day(1)), Kind: tt.kind, Points: tt.points, Expire: day(1 + tt.days)})
		if f, _ := errors.AsType[*guanxi.FieldError](err); !errors.Is(err, tt.want) || err != nil && (tt.want == nil || f.Pointer != "/expire") {
			t.Errorf("%+v: %v", tt, err)
		}
	}
}
