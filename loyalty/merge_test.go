package loyalty

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/guanxi-go/guanxi"
	"github.com/shopspring/decimal"
)

// What of an order's points had expired before a merge is not owed after it.
func TestMergeExpiredLots(t *testing.T) {
	soon := func(p *Program) {
		p.Policy.Takeback = TakeDebt
		p.Kinds[0].Expiry.Span = guanxi.MustParseSpan("P30D")
	}
	for _, sweep := range []bool{false, true} {
		d := newDesk(t, soon)
		d.do(&Earn{d.head(day(0)), order("o", 100)})
		if sweep {
			d.do(&Sweep{Header: d.head(day(40))})
		}
		half := []RefundLine{{Line: "1", Amount: decimal.NewFromInt(50)}}
		d.do(&Refund{Header: d.head(day(41)), Order: "o", Lines: half})
		last, into := d, d
		for _, id := range []AccountID{"b", "c"} { // once and once more
			into = last.other(id)
			out := last.do(&MergeOut{last.head(day(42)), id})
			into.do(&Receive{into.head(day(42)), *out.Parcel})
			last = into
		}
		into.do(&Refund{Header: into.head(day(43)), Order: "o", Lines: half})
		if got := into.balance("points", 43); got.Debt != 0 || got.Available != 0 {
			t.Errorf("swept %t: %+v", sweep, got)
		}
		if err := into.a.Check(); err != nil {
			t.Error(err)
		}
	}
}

// The longer streak of two stays: days in a row are not added.
func TestMergeStreaks(t *testing.T) {
	d := newDesk(t, func(p *Program) {
		p.Streaks = []StreakRule{{ID: "in", Kind: "stars", Pays: []Points{1, 2, 3, 4, 5, 6, 700}, Stay: true}}
	})
	b := d.other("b")
	for n := range 3 {
		d.do(&Act{Header: d.head(day(n)), Activity: "in"})
		if n > 0 {
			b.do(&Act{Header: b.head(day(n)), Activity: "in"})
		}
	}
	out := d.do(&MergeOut{d.head(day(2)), "b"})
	b.do(&Receive{b.head(day(2)), *out.Parcel})
	dec := b.do(&Act{Header: b.head(day(3)), Activity: "in"})
	if got := dec.Receipt.Results; len(got) != 1 || got[0].Points != 4 {
		t.Errorf("%+v", got)
	}
}

// mergeParcel is a parcel that check has nothing against, changed.
func mergeParcel(change func(p *Parcel)) *Parcel {
	at := InstantOf(day(0))
	p := &Parcel{
		From: "x", To: "a", Seq: 3, Lots: []Lot{{Kind: "points", Points: 5, Remaining: 5, Earned: at, Activate: at, Expire: Never, Order: "o"}},
		Debt: []KindPoints{{"stars", 3}},
		Merge: &MergedState{
			Orders: []OrderRecord{{
				ID: "o", At: at, Lines: []LineRecord{{ID: "1", Amount: 100, Base: 100, Quantity: 1}},
				Terms: []Term{{Type: TermRate, ID: "base", Num: 1, Den: 20, All: true}},
				Kinds: []OrderKind{{Kind: "points", To: 1, Granted: 5}},
			}},
			Counters: []CounterChange{{Counter{"limit:gift", 0, Never}, 2}, {Counter{"streak:in", at, Never}, 2}},
		},
	}
	if change != nil {
		change(p)
	}
	return p
}

// A parcel travels through the hands of the host: what no account sends is refused.
func TestReceiveHostile(t *testing.T) {
	if _, err := newDesk(t).try(&Receive{Header{Key: "1", At: day(1)}, *mergeParcel(nil)}); err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("x", 5*MaxText)
	for i, tc := range []struct {
		spoil func(p *Parcel)
		at    string
		want  error
	}{
		{func(p *Parcel) { p.Lots[0].Kind = "growth" }, "/parcel/lots/0/kind", ErrCondition},
		{func(p *Parcel) { p.Lots[0].Activate = math.MinInt64 }, "/parcel/lots/0/activate", ErrTime},
		{func(p *Parcel) { p.Lots[0].Expire = Never - 1 }, "/parcel/lots/0/expire", ErrTime},
		{func(p *Parcel) { p.Debt[0].Kind = "growth" }, "/parcel/debt/0", ErrCondition},
		{func(p *Parcel) { p.Merge.Orders[0].Terms[0].Den = 0 }, "/parcel/merge/orders/0/terms/0", ErrImpossible},
		{func(p *Parcel) { p.Merge.Orders[0].Kinds[0].To = 9 }, "/parcel/merge/orders/0/kinds/0", ErrImpossible},
		{func(p *Parcel) { p.Merge.Orders[0].Kinds[0].Expired = -1 }, "/parcel/merge/orders/0/kinds/0", ErrImpossible},
		{func(p *Parcel) { p.Merge.Orders[0].Kinds[0].Gone = -1 }, "/parcel/merge/orders/0/kinds/0", ErrImpossible},
		{func(p *Parcel) {
			o := &p.Merge.Orders[0]
			o.Kinds = append(o.Kinds, OrderKind{Kind: "points", From: 1, To: 1})
		}, "/parcel/merge/orders/0/kinds/1", ErrImpossible},
		{func(p *Parcel) { p.Merge.Orders[0].ID = "" }, "/parcel/merge/orders/0", ErrText},
		{func(p *Parcel) { p.Merge.Orders[0].ID = long }, "/parcel/merge/orders/0", ErrText},
		{func(p *Parcel) { p.Merge.Orders[0].At = math.MaxInt64 }, "/parcel/merge/orders/0", ErrTime},
		{func(p *Parcel) { p.Merge.Orders[0].Counted = math.MaxInt64 }, "/parcel/merge/orders/0", ErrTime},
		{func(p *Parcel) { p.Merge.Orders = append(p.Merge.Orders, p.Merge.Orders[0]) }, "/parcel/merge/orders/1", ErrImpossible},
		{func(p *Parcel) { p.Merge.Counters[0].Name = "" }, "/parcel/merge/counters/0", ErrText},
		{func(p *Parcel) { p.Merge.Counters[0].Name = long }, "/parcel/merge/counters/0", ErrText},
		{func(p *Parcel) { p.Merge.Counters[0].Add = -1 }, "/parcel/merge/counters/0", ErrImpossible},
		{func(p *Parcel) { p.Merge.Counters[1] = p.Merge.Counters[0] }, "/parcel/merge/counters/1", ErrImpossible},
		{func(p *Parcel) { p.Merge.Counters[1].Add = math.MaxInt64 }, "/parcel/merge/counters/1", ErrOverflow},
		{func(p *Parcel) { p.Merge.Tier = TierState{Tier: "gold", Since: math.MaxInt64} }, "/parcel/merge/tier", ErrImpossible},
	} {
		var fe *guanxi.FieldError
		_, err := newDesk(t).try(&Receive{Header{Key: "1", At: day(1)}, *mergeParcel(tc.spoil)})
		if !errors.Is(err, tc.want) || !errors.As(err, &fe) || fe.Pointer != tc.at {
			t.Errorf("%d: %v, want %v at %s", i, err, tc.want, tc.at)
		}
	}
}

// Whatever of a parcel is accepted does no harm later.
func FuzzReceive(f *testing.F) {
	f.Add(mergeParcel(nil).append(nil))
	f.Add(mergeParcel(func(p *Parcel) { p.Merge.Orders[0].Kinds[0].To = 9 }).append(nil))
	f.Add(mergeParcel(func(p *Parcel) { p.Merge.Counters[1].Add = maxCounter }).append(nil))
	e, err := New(shop(func(p *Program) { p.Policy.Takeback = TakeDebt }))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var p Parcel
		r := &reader{b: data}
		if p.read(r); r.end() != nil {
			return
		}
		d := &desk{t: t, e: e, a: NewAccount("a")}
		if _, err := d.try(&Receive{d.head(day(1)), p}); err != nil {
			return
		}
		if p.Merge != nil {
			for i := range p.Merge.Orders {
				_, _ = d.try(&Refund{Header: d.head(day(2)), Order: p.Merge.Orders[i].ID})
			}
		}
		_, _ = d.try(&Act{Header: d.head(day(2)), Activity: "gift"})
		_, _ = d.try(&Sweep{Header: d.head(day(900))})
		if err := d.a.Check(); err != nil {
			t.Error(err)
		}
	})
}
