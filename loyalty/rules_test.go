package loyalty

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/guanxi-go/guanxi"
	"github.com/shopspring/decimal"
)

// lots returns what is left of each lot, and the rest, as text.
func (d *desk) parts(id LotID) string {
	l, _ := d.a.Lot(id)
	return fmt.Sprint(l.Remaining, l.Held, l.Redeemed, l.Expired, l.TakenBack, l.Donated, l.Transferred, l.Adjusted)
}

func (d *desk) balance(k Kind, n int) Balance {
	d.t.Helper()
	b, err := d.a.BalanceAt(k, day(n))
	if err != nil {
		d.t.Fatal(err)
	}
	return b
}

// Spending takes by priority, then the soonest expiry, then what was opened first.
func TestBurnOrder(t *testing.T) {
	d := newDesk(t, func(p *Program) { p.Kinds[0].Priority = 5 })
	low := shop()
	low.Version = 2
	for _, expire := range []int{90, 50, 50, 70} {
		d.do(&Adjust{Header: d.head(day(0)), Kind: "points", Points: 10, Expire: day(expire)})
	}
	d.e = MustNew(low) // priority 0
	d.do(&Adjust{Header: d.head(day(1)), Kind: "points", Points: 10, Expire: day(95)})
	dec := d.do(&Redeem{d.head(day(2)), Spend{Kind: "points", Points: 45}})
	var order []LotID
	for i, u := range dec.Why.Uses {
		order = append(order, u.Lot)
		if int(u.Ordinal) != i || u.From != Available || u.To != Redeemed {
			t.Errorf("%+v", u)
		}
	}
	if fmt.Sprint(order) != "[5 2 3 4 1]" || dec.Why.Uses[4].Points != 5 {
		t.Error(dec.Why.Uses)
	}
	// A return goes backwards.
	dec = d.do(&Return{d.head(day(3)), dec.Receipt.Key, 22})
	if got := fmt.Sprint(dec.Why.Uses); got != "[{1 0 redeemed available 5} {4 1 redeemed available 10} {3 2 redeemed available 7}]" {
		t.Error(got)
	}
}

// A redemption that is given back while nothing expires leaves the lots as they were.
func TestReturnIsIdentity(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 3))
		d := newDesk(t)
		for range 1 + r.IntN(8) {
			d.do(&Adjust{Header: d.head(day(0)), Kind: "points", Points: Points(1 + r.IntN(30)), Expire: day(30 + r.IntN(3))})
		}
		d.do(&Act{Header: d.head(day(1)), Activity: "top100"})
		var before []Lot
		for l := range d.a.Lots() {
			before = append(before, l)
		}
		var cmd Command = &Redeem{d.head(day(2)), Spend{Kind: "points", Points: 1 + Points(r.IntN(int(d.balance("points", 2).Available)))}}
		if seed%4 == 0 {
			cmd = &Redeem{d.head(day(2)), Spend{Stored: "wallet", Amount: decimal.NewFromInt(1 + r.Int64N(109))}}
		}
		dec := d.do(cmd)
		left := Points(0)
		for _, u := range dec.Why.Uses {
			left += u.Points
		}
		for left > 0 {
			x := 1 + Points(r.Int64N(int64(left)))
			d.do(&Return{d.head(day(3)), dec.Receipt.Key, x})
			left -= x
		}
		i := 0
		for l := range d.a.Lots() {
			if l != before[i] {
				t.Fatalf("seed %d: %+v was %+v", seed, l, before[i])
			}
			i++
		}
		if err := d.a.Check(); err != nil {
			t.Fatal(err)
		}
	}
}

// Any sequence of refunds comes to what one refund of all does, under every policy.
func TestRefundsInPortions(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 4))
		change := func(p *Program) {
			p.Policy.Takeback = []Takeback{TakeClamp, TakeLots, TakeDebt}[seed%3]
			p.Earning[0].Points, p.Earning[0].Per = Rational{3, 7}, decimal.New(100, -2)
		}
		d := newDesk(t, change)
		o := order("o1", 1+r.Int64N(300))
		o.Lines = append(o.Lines, OrderLine{ID: "2", Amount: decimal.New(r.Int64N(9999), -2)})
		d.do(&Earn{d.head(day(0)), o})
		d.do(&Adjust{Header: d.head(day(0)), Kind: "points", Points: 1 + Points(r.IntN(60)), Expire: day(400)})
		d.do(&Earn{d.head(day(10)), order("o2", 1+r.Int64N(100))})
		if has := d.balance("points", 20).Available; r.IntN(4) > 0 {
			d.do(&Redeem{d.head(day(20)), Spend{Kind: "points", Points: 1 + Points(r.Int64N(int64(has)))}})
		}
		at := []int{20, 380}[r.IntN(2)] // o1 has expired by then
		whole := &desk{t: t, e: d.e, a: d.a.Clone(), n: 1000}
		whole.do(&Refund{Header: whole.head(day(at)), Order: "o1"})
		left := []int64{o.Lines[0].Amount.Shift(2).IntPart(), o.Lines[1].Amount.Shift(2).IntPart()}
		for left[0]+left[1] > 0 {
			i := r.IntN(2)
			if left[i] == 0 {
				continue
			}
			x := 1 + r.Int64N(left[i])
			left[i] -= x
			d.do(&Refund{Header: d.head(day(at)), Order: "o1", Lines: []RefundLine{{Line: o.Lines[i].ID, Amount: decimal.New(x, -2)}}})
		}
		if x, y := d.a.Books("points"), whole.a.Books("points"); fmt.Sprint(x) != fmt.Sprint(y) {
			t.Fatalf("seed %d:\n%v\n%v", seed, x, y)
		}
		for l := range whole.a.Lots() {
			if m, _ := d.a.Lot(l.ID); m != l {
				t.Fatalf("seed %d:\n%+v\n%+v", seed, m, l)
			}
		}
	}
}

func TestDebt(t *testing.T) {
	d := newDesk(t, func(p *Program) { p.Policy.Takeback = TakeDebt })
	d.do(&Earn{d.head(day(0)), order("o1", 100)})
	red := d.do(&Redeem{d.head(day(20)), Spend{Kind: "points", Points: 90}})
	dec := d.do(&Refund{Header: d.head(day(21)), Order: "o1"})
	if r := dec.Receipt.Results[0]; r.Points != -100 || r.Debt != 90 {
		t.Errorf("%+v", r)
	}
	if b := d.balance("points", 21); b.Debt != 90 || b.Available != 0 {
		t.Error(b)
	}
	dec = d.do(&Earn{d.head(day(22)), order("o2", 50)}) // all of it pays
	if r := dec.Receipt.Results[0]; r.Points != 50 || r.Debt != -50 || len(dec.Entries[0].Opened) != 0 {
		t.Errorf("%+v", r)
	}
	dec = d.do(&Return{d.head(day(23)), red.Receipt.Key, 60}) // 40 of it pays
	if len(dec.Entries) != 2 || dec.Entries[0].Key == "" || dec.Entries[1].Op != OpRepay || dec.Receipt.Seq != dec.Entries[0].Seq {
		t.Errorf("%+v", dec.Entries)
	}
	if b := d.balance("points", 23); b.Debt != 0 || b.Available != 20 {
		t.Error(b)
	}
	// What an order paid debt with is taken back all the same.
	d.do(&Refund{Header: d.head(day(24)), Order: "o2"})
	if b := d.balance("points", 24); b.Debt != 30 || b.Available != 0 {
		t.Error(b)
	}
	d.do(&Adjust{Header: d.head(day(25)), Kind: "points", Points: 31})
	if b := d.balance("points", 25); b.Debt != 0 || b.Available != 1 {
		t.Error(b)
	}
	if err := d.a.Check(); err != nil {
		t.Error(err)
	}
}

// What has expired in the lots of an order is not taken from others.
func TestRefundOfExpired(t *testing.T) {
	d := newDesk(t, func(p *Program) { p.Policy.Takeback = TakeDebt })
	d.do(&Earn{d.head(day(0)), order("o1", 100)})
	d.do(&Redeem{d.head(day(20)), Spend{Kind: "points", Points: 30}})
	for range 2 { // swept or not
		d.do(&Refund{Header: d.head(day(400)), Order: "o1", Lines: []RefundLine{{Line: "1", Amount: decimal.NewFromInt(50)}}})
		d.do(&Sweep{Header: d.head(day(400))})
	}
	if b := d.balance("points", 400); b.Debt != 30 {
		t.Error(b)
	}
}

func TestHolds(t *testing.T) {
	for _, c := range []struct {
		policy ReturnPolicy
		want   string // of the held lot after the hold ran out past the lot's expiry
		after  Points
	}{
		{ReturnForfeit, "0 0 0 50 0 0 0 0", 0},
		{ReturnGrace, "0 0 0 20 0 0 30 0", 30},
		{ReturnNewLot, "0 0 0 20 0 0 30 0", 30},
	} {
		d := newDesk(t, func(p *Program) {
			p.Policy.Return = c.policy
			if c.policy == ReturnGrace {
				p.Policy.Grace.Days = 3
			}
		})
		d.do(&Adjust{Header: d.head(day(0)), Kind: "points", Points: 50, Expire: day(10)})
		d.do(&Place{d.head(day(5)), "h", Spend{Kind: "points", Points: 30}, day(12)})
		for n, want := range map[int]Balance{
			5: {Available: 20, Held: 30}, 10: {Held: 30}, 11: {Held: 30}, 12: {Available: c.after}, 15: {Available: c.after},
			17: {Available: map[ReturnPolicy]Points{ReturnNewLot: 30}[c.policy]},
		} {
			want.Kind = "points"
			if b := d.balance("points", n); b != want {
				t.Errorf("%s: day %d: %+v, want %+v", c.policy, n, b, want)
			}
		}
		d.do(&Sweep{Header: d.head(day(13))})
		if got := d.parts(1); got != c.want {
			t.Errorf("%s: %s", c.policy, got)
		}
		if l, ok := d.a.Lot(2); ok != (c.after > 0) || ok && (l.Earned != InstantOf(day(0)) || l.Source != "return") {
			t.Errorf("%s: %+v", c.policy, l)
		}
	}
}

// Points that are held when their lot expires can be captured until the hold ends.
func TestCapturePastExpiry(t *testing.T) {
	d := newDesk(t)
	d.do(&Adjust{Header: d.head(day(0)), Kind: "points", Points: 50, Expire: day(10)})
	d.do(&Place{d.head(day(5)), "h", Spend{Kind: "points", Points: 50}, day(12)})
	d.do(&Sweep{Header: d.head(day(11))})
	d.do(&Capture{d.head(day(11)), "h", 20, true})
	d.do(&Capture{d.head(day(11)), "h", 10, false}) // the rest is let go, and has expired
	if got := d.parts(1); got != "0 0 30 20 0 0 0 0" {
		t.Error(got)
	}
	if s, ok := d.a.Ended("h"); !ok || s != HoldCaptured || len(d.a.Holds()) != 0 {
		t.Error(s, ok)
	}
}

// A hold is released by time alone when another command needs its points.
func TestRunOutIsPosted(t *testing.T) {
	d := newDesk(t)
	d.do(&Adjust{Header: d.head(day(0)), Kind: "points", Points: 50, Expire: day(90)})
	d.do(&Place{d.head(day(5)), "h", Spend{Reward: "mug"}, day(6)})
	dec := d.do(&Redeem{d.head(day(7)), Spend{Kind: "points", Points: 40}})
	if len(dec.Entries) != 2 || dec.Entries[0].Op != OpRunOut || dec.Entries[0].Effective != InstantOf(day(6)) || dec.Entries[0].Key != "" || dec.Entries[1].Key == "" {
		t.Errorf("%+v", dec.Entries)
	}
	for n, want := range map[int]Points{5: 0, 6: 50, 7: 10} {
		if b, err := BalanceAt(Entries(d.journal), "points", day(n)); err != nil || b.Available != want {
			t.Error(n, b, err)
		}
	}
}

// The default hold, and stock that a hold reserves.
func TestHoldOfStock(t *testing.T) {
	stock := int64(3)
	d := newDesk(t, func(p *Program) {
		p.Rewards[0].Stock, p.Rewards[0].Limit = &stock, &Limit{Times: 2}
	})
	d.do(&Adjust{Header: d.head(day(0)), Kind: "points", Points: 500, Expire: day(90)})
	steps := func(d *Decision) (out []SharedStep) {
		for _, s := range d.Shared {
			out = append(out, s.Step)
		}
		return out
	}
	dec := d.do(&Place{Header: d.head(day(1)), Hold: "h", Spend: Spend{Reward: "mug"}})
	if h := d.a.Holds()[0]; h.Until != InstantOf(day(1).Add(DefaultHold)) || fmt.Sprint(steps(dec)) != "[reserve]" {
		t.Error(h, steps(dec))
	}
	if dec = d.do(&Void{d.head(day(1)), "h"}); fmt.Sprint(steps(dec)) != "[release]" {
		t.Error(steps(dec))
	}
	d.do(&Place{Header: d.head(day(1)), Hold: "h2", Spend: Spend{Reward: "mug"}})
	if dec = d.do(&Capture{d.head(day(1)), "h2", 0, false}); fmt.Sprint(steps(dec)) != "[confirm]" {
		t.Error(steps(dec))
	}
	if dec = d.do(&Redeem{d.head(day(2)), Spend{Reward: "mug"}}); fmt.Sprint(steps(dec)) != "[reserve confirm]" {
		t.Error(steps(dec))
	}
	if _, err := d.try(&Redeem{d.head(day(2)), Spend{Reward: "mug"}}); err == nil {
		t.Error("a third mug")
	}
	if dec = d.do(&Return{d.head(day(3)), dec.Receipt.Key, 0}); fmt.Sprint(steps(dec)) != "[restore]" {
		t.Error(steps(dec))
	}
	d.a.SetShared("stock:mug", 0)
	if _, err := d.try(&Redeem{d.head(day(3)), Spend{Reward: "mug"}}); err == nil {
		t.Error("stock is over")
	}
	d.a.SetShared("stock:mug", 1)
	d.do(&Redeem{d.head(day(3)), Spend{Reward: "mug"}})
}

// The window of activity moves all lots of a kind; after it has passed a new one begins.
func TestActivityWindow(t *testing.T) {
	d := newDesk(t)
	star := func(n int) { d.do(&Act{Header: d.head(day(n)), Activity: "review"}) }
	star(0)
	star(80)
	if b := d.balance("stars", 160); b.Available != 20 {
		t.Error(b)
	}
	star(200) // the first window ended on day 171
	for n, want := range map[int]Points{50: 10, 100: 20, 170: 20, 171: 0, 199: 0, 201: 10, 290: 10, 291: 0} {
		if b, err := BalanceAt(Entries(d.journal), "stars", day(n)); err != nil || b.Available != want {
			t.Error(n, b, err)
		}
	}
	one, _ := d.a.Lot(1)
	three, _ := d.a.Lot(3)
	if one.Window != 1 || three.Window != 2 || d.a.Expiry(&one) >= d.a.Expiry(&three) {
		t.Errorf("%+v %+v", one, three)
	}
	d.do(&Extend{Header: d.head(day(201)), Lots: []LotID{3}, Until: day(500)})
	if b := d.balance("stars", 499); b.Available != 10 {
		t.Error(b)
	}
}

// Expiring says what then expires.
func TestExpiring(t *testing.T) {
	d := newDesk(t)
	for i := range 20 {
		d.do(&Adjust{Header: d.head(day(0)), Kind: "points", Points: Points(1 + i), Expire: day(10 + i%5)})
	}
	d.do(&Earn{d.head(day(1)), order("o1", 30)})
	list, err := d.a.Expiring("points", day(2), day(12))
	if err != nil || len(list) != 3 {
		t.Fatal(list, err)
	}
	last := d.balance("points", 9).Available
	for _, x := range list {
		b, err := d.a.BalanceAt("points", x.Expire.Time())
		if err != nil || last-b.Available != x.Points {
			t.Error(x, b, err)
		}
		last = b.Available
	}
	if list, err := d.a.Expiring("gold", day(2), day(12)); err != nil || list != nil {
		t.Error(list, err)
	}
	if _, err := d.a.Expiring("points", day(-2), day(12)); err == nil {
		t.Error("the past")
	}
	if _, err := d.a.BalanceAt("points", day(-2)); err == nil {
		t.Error("the past")
	}
}

// Backdated commands open lots, maybe expired ones, and change nothing that was spent.
func TestBackdated(t *testing.T) {
	for _, policy := range []Backdate{BackdateRefuse, BackdateRaise, BackdateAccept} {
		d := newDesk(t, func(p *Program) {
			p.Policy.Backdate = policy
			if policy == BackdateAccept {
				p.Policy.BackdateWithin = guanxi.MustParseSpan("P20D")
			}
		})
		d.do(&Adjust{Header: d.head(day(0)), Kind: "points", Points: 50, Expire: day(90)})
		red := d.do(&Redeem{d.head(day(30)), Spend{Reward: "mug"}})
		uses := fmt.Sprint(red.Why.Uses)
		_, err := d.try(&Adjust{Header: d.head(day(15)), Kind: "points", Points: 7, Expire: day(40)})
		_, err2 := d.try(&Adjust{Header: d.head(day(5)), Kind: "points", Points: 7, Expire: day(40)})
		_, err3 := d.try(&Adjust{Header: d.head(day(15)), Kind: "points", Points: 9, Expire: day(20)})
		l, _ := d.a.Lot(2)
		switch policy {
		case BackdateRefuse:
			if err == nil || err2 == nil || err3 == nil {
				t.Error(policy, err, err2, err3)
			}
		case BackdateRaise:
			if err != nil || err2 != nil || err3 == nil || l.Earned != InstantOf(day(30)) {
				t.Error(policy, err, err2, err3, l)
			}
		default:
			if err != nil || err2 == nil || err3 != nil || l.Earned != InstantOf(day(15)) {
				t.Error(policy, err, err2, err3, l)
			}
			for n, want := range map[int]Points{14: 50, 15: 66, 20: 57, 30: 7, 40: 0} {
				if b, err := BalanceAt(Entries(d.journal), "points", day(n)); err != nil || b.Available != want {
					t.Error(n, b, err)
				}
			}
		}
		if got := fmt.Sprint(red.Why.Uses); got != uses {
			t.Error(got)
		}
	}
}

// Accounts that earn the same in another order are the same but for the journal.
func TestEarningsCommute(t *testing.T) {
	var want []byte
	for _, order := range [][]int{{0, 1, 2}, {2, 1, 0}, {1, 0, 2}} {
		d := newDesk(t)
		for _, i := range order {
			d.do(&Adjust{Header: d.head(day(0)), Kind: "points", Points: Points(10 + i), Expire: day(90)})
		}
		d.do(&Redeem{d.head(day(1)), Spend{Kind: "points", Points: 33}})
		got := fmt.Append(nil, d.balance("points", 1), d.a.Books("points"))
		if want == nil {
			want = got
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
