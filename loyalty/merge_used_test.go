package loyalty

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/guanxi-go/guanxi"
)

// merge moves an account into another one.
func (d *desk) merge(into *desk, n int) *Parcel {
	d.t.Helper()
	out := d.do(&MergeOut{d.head(day(n)), into.a.ID})
	p := d.journal[len(d.journal)-1].Clone().Parcel
	if out.Parcel == nil {
		d.t.Fatal("nothing was sent")
	}
	into.do(&Receive{into.head(day(n)), *p})
	d.checked()
	into.checked()
	moved := map[Kind]Points{} // what left one is in the other
	for _, j := range [][]Entry{d.journal, into.journal} {
		for i := range j {
			for _, x := range j[i].Postings {
				if m := j[i].Parcel; m != nil && m.From == d.a.ID && x.Book == Transferred {
					moved[x.Kind] += x.Points
				}
			}
		}
	}
	for k, n := range moved {
		if x := d.a.Books(k); n != 0 || x[Redeemed] != 0 || x[Donated] != 0 {
			d.t.Errorf("%q: %d, %v", k, n, x)
		}
	}
	return p
}

// What was redeemed before merges is given back at the account that remains, into lots with
// the expiry that they had; the old account says where that is.
func TestMergedReturn(t *testing.T) {
	stock := int64(5)
	d := newDesk(t, paying(func(p *Program) { p.Rewards[0].Stock, p.Rewards[0].Limit = &stock, &Limit{Times: 3} }))
	d.do(&Adjust{Header: d.head(day(0)), Kind: "points", Points: 60, Expire: day(50)})
	d.do(&Adjust{Header: d.head(day(0)), Kind: "points", Points: 60, Expire: day(40)})
	d.do(&Redeem{Header{Key: "r", At: day(0)}, Spend{Reward: "mug", Quantity: 2}})
	d.do(&Donate{Header{Key: "g", At: day(0)}, "trees", "points", 5})
	d.do(&Return{d.head(day(0)), "r", 60}) // one mug and ten points
	b, c := d.other("b"), d.other("c")
	if p := d.merge(b, 1); len(p.Merge.Redemptions) != 2 || len(p.Merge.Lots) != 2 || p.Merge.Redemptions[1].Shared[0].Amount != 1 {
		t.Fatalf("%+v", p.Merge)
	}
	b.merge(c, 2)
	for _, old := range []*desk{d, b} {
		if _, err := old.try(&Return{old.head(day(3)), "r", 0}); !errors.Is(err, ErrMerged) || old.a.MergedTo == "" {
			t.Error(err)
		}
	}
	if _, err := c.try(&Redeem{Header{Key: "r", At: day(3)}, Spend{Reward: "mug"}}); !errors.Is(err, ErrKeyReused) {
		t.Error(err)
	}
	if _, ok := c.a.Receipt("r"); ok {
		t.Error("the receipt moved along")
	}
	if _, err := c.try(&Return{c.head(day(3)), "r", 41}); !errors.Is(err, ErrReturnTooMuch) {
		t.Error(err)
	}
	back := c.do(&Return{Header{Key: "back", At: day(45)}, "r", 15})
	if got := c.balance("points", 45).Available; back.Receipt.Results[0].Points != 0 || got != 20+55-20 {
		t.Error(got, back.Receipt.Results) // those of the lot until day 40 are gone
	}
	c.do(&Return{c.head(day(45)), "r", 25})
	if err := c.a.Check(); err != nil {
		t.Error(err)
	}
	again, err := c.try(&Return{Header{Key: "back", At: day(60)}, "r", 15})
	if err != nil || !again.Repeated {
		t.Error(err)
	}
	c.do(&Return{c.head(day(46)), "g", 0})
	if _, err := c.try(&Return{c.head(day(46)), "g", 0}); !errors.Is(err, ErrReturnTooMuch) {
		t.Error(err)
	}
	c.checked()
}

// A refund after a merge gives the points back that paid before it; and an order that one
// account earned with and the other paid for becomes one.
func TestMergedPayments(t *testing.T) {
	for _, tc := range []struct{ pays, earns string }{{"a", "a"}, {"a", "b"}, {"b", "a"}} {
		d := newDesk(t, paying())
		b := d.other("b")
		desks := map[string]*desk{"a": d, "b": b}
		payer, earner := desks[tc.pays], desks[tc.earns]
		payer.do(&Adjust{Header: payer.head(day(0)), Kind: "points", Points: 400})
		payer.do(&Redeem{Header{Key: "p", At: day(0)}, pay("o", 10, 400)})
		earner.do(&Earn{earner.head(day(0)), order("o", 10)})
		if tc.pays == tc.earns {
			dec := d.do(&Refund{Header: d.head(day(0)), Order: "o", Lines: backOf("2.50")})
			if p, m := gave(dec); p != 100 || m != 150 {
				t.Error(p, m)
			}
		}
		d.merge(b, 1)
		dec := b.do(&Refund{Header: b.head(day(2)), Order: "o"})
		points, money := gave(dec)
		if want := dec.Why.Back.Amount * 4 / 10; points != Points(want) || money != dec.Why.Back.Amount-want {
			t.Errorf("%+v: %d and %d", tc, points, money)
		}
		if got := b.balance("points", 2); got.Available != 400 || got.Debt != 0 {
			t.Errorf("%+v: %+v", tc, got)
		}
		b.checked()
	}
}

// Where both accounts paid for an order that neither earned with, both payments stand.
func TestMergedBothPaid(t *testing.T) {
	d := newDesk(t, paying())
	b := d.other("b")
	for i, x := range []*desk{d, b} {
		x.do(&Adjust{Header: x.head(day(0)), Kind: "points", Points: 400})
		x.do(&Redeem{Header{Key: Key("p" + string(x.a.ID)), At: day(0)}, pay("o", 10, Points(100+i*100))})
	}
	d.merge(b, 1)
	if p, m := gave(b.do(&Refund{Header: b.head(day(2)), Order: "o"})); p != 300 || m != 700 {
		t.Error(p, m)
	}
	for _, x := range []*desk{d.other("x"), d.other("y")} {
		x.do(&Earn{x.head(day(0)), order("o2", 10)})
		if x.a.ID == "y" {
			continue
		}
		y := d.other("y")
		y.do(&Earn{y.head(day(0)), order("o2", 10)})
		out := x.do(&MergeOut{x.head(day(1)), "y"})
		if _, err := y.try(&Receive{y.head(day(1)), *out.Parcel}); !errors.Is(err, ErrOrderExists) {
			t.Error(err)
		}
	}
}

// A merge asks for all redemptions of which something may come back, and goes on only when
// they are there.
func TestMergeInPart(t *testing.T) {
	d := newDesk(t, paying())
	d.do(&Adjust{Header: d.head(day(0)), Kind: "points", Points: 100})
	d.do(&Redeem{Header{Key: "r", At: day(0)}, Spend{Kind: "points", Points: 40}})
	c := &MergeOut{Header{Key: "m", At: day(1)}, "b"}
	var part Account
	d.a.LoadInto(&part, Need{Key: "m", All: true})
	var more *NeedError
	if _, err := d.e.Decide(&part, c, day(1)); !errors.As(err, &more) || !more.Need.Returnable {
		t.Fatal(err)
	}
	need := d.e.Need(c)
	if need = need.Join(more.Need); !need.Returnable || !need.All {
		t.Fatal(need)
	}
	d.a.LoadInto(&part, need)
	dec, err := d.e.Decide(&part, c, day(1))
	if err != nil {
		t.Fatal(err)
	}
	if got := NewCommit(&part, dec).Touched(); len(got.Redemptions) != 1 || len(got.Lots) != 1 {
		t.Errorf("%+v", got)
	}
	r := &Receive{Header{Key: "in", At: day(1)}, *dec.Parcel.clone()}
	b := d.other("b")
	b.do(&Adjust{Header: b.head(day(0)), Kind: "points", Points: 1})
	b.a.LoadInto(&part, Need{Key: "in"})
	if _, err := d.e.Decide(&part, r, day(1)); !errors.As(err, &more) || len(more.Need.Redemptions) != 1 {
		t.Fatal(err)
	}
	b.a.LoadInto(&part, d.e.Need(r))
	in, err := d.e.Decide(&part, r, day(1))
	if err != nil {
		t.Fatal(err)
	}
	whole := b.do(r)
	if in.Entries[0].Hash != whole.Entries[0].Hash {
		t.Error("in part it is another answer")
	}
	if got := NewCommit(&part, in).Touched(); len(got.Redemptions) != 1 {
		t.Errorf("%+v", got)
	}
	if err := part.Apply(in); err != nil {
		t.Fatal(err)
	}
	if red, ok := part.Redemption("r"); !ok || red.Uses[0].Lot != 3 || red.Left[0] != 40 {
		t.Errorf("%+v", red)
	}
}

// usedParcel is a parcel with a redemption that check has nothing against, changed.
func usedParcel(change func(m *MergedState)) *Parcel {
	return mergeParcel(func(p *Parcel) {
		m := p.Merge
		at := InstantOf(day(0))
		m.Lots = []Lot{{ID: 4, Kind: "points", Points: 7, Redeemed: 7, Earned: at, Activate: at, Expire: Never}}
		m.Redemptions = []Redemption{{
			Key: "r", Uses: []Use{{4, 0, Available, Redeemed, 7}}, Left: []Points{7},
			Counters: []CounterChange{{Counter{"limit:gift", 0, Never}, 1}}, Shared: []SharedChange{{Counter: "stock:mug", Step: Confirm, Amount: 1}},
		}}
		m.Orders[0].Payments = []OrderPayment{{Redemption: "r", Amount: 100, Money: 50, Points: 7, Whole: 50}}
		if change != nil {
			change(m)
		}
	})
}

func TestReceiveHostileRedemptions(t *testing.T) {
	if _, err := newDesk(t).try(&Receive{Header{Key: "1", At: day(1)}, *usedParcel(nil)}); err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("x", 5*MaxText)
	red := func(change func(r *Redemption)) func(m *MergedState) {
		return func(m *MergedState) { change(&m.Redemptions[0]) }
	}
	lot := func(change func(l *Lot)) func(m *MergedState) {
		return func(m *MergedState) { change(&m.Lots[0]) }
	}
	payment := func(change func(p *OrderPayment)) func(m *MergedState) {
		return func(m *MergedState) { change(&m.Orders[0].Payments[0]) }
	}
	for i, tc := range []struct {
		spoil func(m *MergedState)
		at    string
		want  error
	}{
		{red(func(r *Redemption) { r.Key = "" }), "/parcel/merge/redemptions/0", ErrText},
		{red(func(r *Redemption) { r.Ref = long }), "/parcel/merge/redemptions/0", ErrText},
		{red(func(r *Redemption) { r.Key = "1" }), "/parcel/merge/redemptions/0", ErrImpossible},
		{red(func(r *Redemption) { r.Uses[0].Lot = 5 }), "/parcel/merge/redemptions/0", ErrImpossible},
		{red(func(r *Redemption) { r.Uses[0].Points = -7 }), "/parcel/merge/redemptions/0", ErrImpossible},
		{red(func(r *Redemption) { r.Uses[0].Points, r.Left[0] = 6, 6 }), "/parcel/merge/lots/0", ErrImpossible},
		{red(func(r *Redemption) { r.Left[0] = 6 }), "/parcel/merge/redemptions/0", ErrImpossible},
		{red(func(r *Redemption) { r.Left = nil }), "/parcel/merge/redemptions/0", ErrImpossible},
		{red(func(r *Redemption) { r.Uses[0].To = Expired }), "/parcel/merge/redemptions/0", ErrImpossible},
		{red(func(r *Redemption) { r.Uses[0].From = 99 }), "/parcel/merge/redemptions/0", ErrImpossible},
		{red(func(r *Redemption) { r.Split.Order = "odd" }), "/parcel/merge/redemptions/0", ErrImpossible},
		{red(func(r *Redemption) { r.Shared[0].Step = Reserve }), "/parcel/merge/redemptions/0", ErrImpossible},
		{red(func(r *Redemption) { r.Counters[0].Add = -1 }), "/parcel/merge/redemptions/0", ErrImpossible},
		{func(m *MergedState) { m.Redemptions = append(m.Redemptions, m.Redemptions[0]) }, "/parcel/merge/redemptions/1", ErrImpossible},
		{func(m *MergedState) { m.Earned = -1 }, "/parcel/merge/earned", ErrImpossible},
		{lot(func(l *Lot) { l.Kind = "none" }), "/parcel/merge/lots/0/kind", ErrUnknown},
		{lot(func(l *Lot) { l.Kind = "growth" }), "/parcel/merge/lots/0/kind", ErrCondition},
		{lot(func(l *Lot) { l.Expire = Never - 1 }), "/parcel/merge/lots/0", ErrTime},
		{lot(func(l *Lot) { l.Source = long }), "/parcel/merge/lots/0", ErrText},
		{lot(func(l *Lot) { l.Remaining = 1 }), "/parcel/merge/lots/0", ErrImpossible},
		{lot(func(l *Lot) { l.Held = 1 }), "/parcel/merge/lots/0", ErrImpossible},
		{lot(func(l *Lot) { l.Window = 1 }), "/parcel/merge/lots/0", ErrImpossible},
		{func(m *MergedState) { m.Lots = append(m.Lots, m.Lots[0]) }, "/parcel/merge/lots/1", ErrImpossible},
		{payment(func(p *OrderPayment) { p.Points = 0 }), "/parcel/merge/orders/0/payments/0", ErrImpossible},
		{payment(func(p *OrderPayment) { p.Whole = 101 }), "/parcel/merge/orders/0/payments/0", ErrImpossible},
		{payment(func(p *OrderPayment) { p.From = 1 }), "/parcel/merge/orders/0/payments/0", ErrImpossible},
		{payment(func(p *OrderPayment) { p.Redemption = Key(long) }), "/parcel/merge/orders/0", ErrText},
		{func(m *MergedState) { m.Orders[0].Unearned = true }, "/parcel/merge/orders/0", ErrImpossible},
	} {
		var fe *guanxi.FieldError
		_, err := newDesk(t).try(&Receive{Header{Key: "1", At: day(1)}, *usedParcel(tc.spoil)})
		if !errors.Is(err, tc.want) || !errors.As(err, &fe) || fe.Pointer != tc.at {
			t.Errorf("%d: %v, want %v at %s", i, err, tc.want, tc.at)
		}
	}
	d := newDesk(t)
	d.do(&Adjust{Header: Header{Key: "r", At: day(0)}, Kind: "points", Points: 9})
	before := state(t, d.a)
	if _, err := d.try(&Receive{Header{Key: "1", At: day(1)}, *usedParcel(nil)}); !errors.Is(err, ErrKeyReused) || !bytes.Equal(before, state(t, d.a)) {
		t.Error(err)
	}
}

// The first order is the first that was written, and a merge leaves one.
func TestFirstOrder(t *testing.T) {
	d := newDesk(t, func(p *Program) {
		p.Policy.Backdate, p.Policy.BackdateWithin = BackdateAccept, guanxi.MustParseSpan("P30D")
		p.Referral = &ReferralRule{ID: "bring", Referrer: []KindPoints{{"stars", 20}}, Friend: []KindPoints{{"stars", 5}}}
	})
	first := func(x *desk, id string) bool {
		rec, _ := x.a.Order(id)
		return rec.First
	}
	d.do(&Earn{d.head(day(5)), order("o1", 10)})
	d.do(&Earn{d.head(day(1)), order("o0", 10)})
	if !first(d, "o1") || first(d, "o0") {
		t.Error("the first that was written is the first")
	}
	for _, side := range []Side{Friend, Referrer} {
		rec, _ := d.a.Order("o0")
		x := d
		if side == Referrer {
			x = d.other("r")
		}
		if _, err := x.try(&Refer{x.head(day(6)), side, "a", &rec}); !errors.Is(err, ErrNotFirst) {
			t.Error(err)
		}
		if rec.First = true; side == Friend { // what the host says does not count
			if _, err := x.try(&Refer{x.head(day(6)), side, "a", &rec}); !errors.Is(err, ErrNotFirst) {
				t.Error(err)
			}
		}
		rec, _ = d.a.Order("o1")
		x.do(&Refer{x.head(day(6)), side, "a", &rec})
	}
	// A later refund takes nothing of it back.
	before := d.balance("stars", 7)
	d.do(&Refund{Header: d.head(day(7)), Order: "o1"})
	if d.balance("stars", 7) != before {
		t.Error("a refund took a referral back")
	}
	b, c := d.other("b"), d.other("c")
	b.do(&Earn{b.head(day(6)), order("o2", 10)})
	b.merge(c, 8)
	if !first(c, "o2") {
		t.Error("lost in a merge")
	}
	c.do(&Earn{c.head(day(9)), order("o3", 10)})
	e := d.other("e")
	e.do(&Earn{e.head(day(6)), order("o4", 10)})
	c.merge(e, 10)
	if first(c, "o3") || first(e, "o2") || !first(e, "o4") {
		t.Error("two first orders")
	}
	u := d.other("u")
	u.do(&Adjust{Header: u.head(day(0)), Kind: "points", Points: 1})
	if _, err := u.try(&Refer{u.head(day(6)), Friend, "u", &OrderRecord{ID: "x", First: true, Lines: []LineRecord{{Amount: 1, Quantity: 1}}}}); !errors.Is(err, ErrOrderUnknown) {
		t.Error(err)
	}
}
