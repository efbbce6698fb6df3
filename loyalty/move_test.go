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

// other returns a desk of another account with the same programme.
func (d *desk) other(id AccountID) *desk { return &desk{t: d.t, e: d.e, a: NewAccount(id), n: 1000} }

func TestTransfer(t *testing.T) {
	d := newDesk(t)
	b := d.other("b")
	d.do(&Adjust{Header: d.head(day(0)), Kind: "points", Points: 30, Expire: day(50)})
	d.do(&Adjust{Header: d.head(day(0)), Kind: "points", Points: 30, Expire: day(40)})
	sent := d.do(&Send{d.head(day(1)), "b", "points", 45})
	if p := sent.Parcel; p == nil || len(p.Lots) != 2 || p.Lots[0].Expire != InstantOf(day(40)) || p.Lots[1].Points != 15 || p.Seq != sent.Receipt.Seq {
		t.Fatalf("%+v", sent.Parcel)
	}
	// The parcel stands in the journal, so that a transfer goes on after a crash.
	b.do(&Receive{b.head(day(1)), *d.journal[len(d.journal)-1].Parcel})
	for n, want := range map[int]Points{1: 45, 40: 15, 50: 0} {
		if got := b.balance("points", n); got.Available != want {
			t.Error(n, got)
		}
	}
	if x, y := d.a.Books("points")[Transferred], b.a.Books("points")[Transferred]; x != 45 || y != -45 {
		t.Error(x, y)
	}
	again, err := b.try(&Receive{Header{Key: "k1001", At: day(70)}, *sent.Parcel})
	if err != nil || !again.Repeated {
		t.Error(err)
	}
}

// A merge moves lots, debt, counters, the tier and orders: a refund then works in the
// account that is left.
func TestMerge(t *testing.T) {
	change := func(p *Program) {
		p.Policy.Takeback = TakeDebt
		p.Activities[0].Limit = &Limit{Times: 2}
	}
	d := newDesk(t, change)
	b := d.other("b")
	for i, x := range []*desk{d, b} {
		x.do(&Earn{x.head(day(0)), order(fmt.Sprint("o", i), 100)})
		x.do(&Act{Header: x.head(day(1)), Activity: "review"})
		x.do(&Act{Header: x.head(day(1)), Activity: "gift"})
	}
	d.do(&Redeem{d.head(day(20)), Spend{Kind: "points", Points: 130}})
	out := d.do(&MergeOut{d.head(day(21)), "b"})
	if d.a.Status != Closed || d.a.MergedTo != "b" || d.balance("points", 22) != (Balance{Kind: "points"}) {
		t.Error(d.a.Status, d.a.MergedTo, d.balance("points", 22))
	}
	if _, err := d.try(&Act{Header: d.head(day(22)), Activity: "review"}); !errors.Is(err, ErrClosed) {
		t.Error(err)
	}
	dec := b.do(&Receive{b.head(day(21)), *out.Parcel})
	if dec.Receipt.Op != OpMergeIn || b.balance("points", 22).Available != 270 {
		t.Error(dec.Receipt, b.balance("points", 22))
	}
	if _, err := b.try(&Act{Header: b.head(day(22)), Activity: "review"}); !errors.Is(err, ErrLimit) {
		t.Error("both had one review", err)
	}
	ref := b.do(&Refund{Header: b.head(day(23)), Order: "o0", Lines: []RefundLine{{Line: "1", Amount: decimal.NewFromInt(50)}}})
	if r := ref.Receipt.Results; len(r) != 2 || r[0].Points != -50 && r[1].Points != -50 {
		t.Errorf("%+v", r)
	}
	for _, x := range []*desk{d, b} {
		if err := x.a.Check(); err != nil {
			t.Error(err)
		}
	}
}

func TestMergeOfDebt(t *testing.T) {
	d := newDesk(t, func(p *Program) { p.Policy.Takeback = TakeDebt })
	b := d.other("b")
	d.do(&Earn{d.head(day(0)), order("o1", 100)})
	d.do(&Redeem{d.head(day(20)), Spend{Kind: "points", Points: 90}})
	d.do(&Refund{Header: d.head(day(20)), Order: "o1"})
	b.do(&Adjust{Header: b.head(day(20)), Kind: "points", Points: 100})
	out := d.do(&MergeOut{d.head(day(21)), "b"})
	dec := b.do(&Receive{b.head(day(21)), *out.Parcel})
	if got := b.balance("points", 21); got.Available != 10 || got.Debt != 0 || len(dec.Entries) != 2 {
		t.Errorf("%+v %+v", got, dec.Entries)
	}
	if got := d.balance("points", 21); got.Debt != 0 {
		t.Error(got)
	}
	if err := b.a.Check(); err != nil {
		t.Error(err)
	}
}

// In the pool of a household, limits are each member's.
func TestPool(t *testing.T) {
	d := newDesk(t, func(p *Program) { p.Activities[0].Limit = &Limit{Times: 1} })
	act := func(key Key, m AccountID) error {
		_, err := d.try(&Act{Header: Header{Key: key, At: day(0), Member: m}, Activity: "review"})
		return err
	}
	if err := errors.Join(act("1", "ann"), act("2", "bob")); err != nil {
		t.Error(err)
	}
	if err := act("3", "ann"); !errors.Is(err, ErrLimit) {
		t.Error(err)
	}
	if d.journal[1].Member != "bob" || d.balance("stars", 0).Available != 20 {
		t.Error(d.journal[1].Member)
	}
}

func TestRefer(t *testing.T) {
	d := newDesk(t, func(p *Program) {
		p.Referral = &ReferralRule{ID: "bring", Referrer: []KindPoints{{"stars", 20}}, Friend: []KindPoints{{"stars", 5}}, Kept: guanxi.MustParseSpan("P14D")}
	})
	f := d.other("f")
	f.do(&Earn{f.head(day(0)), order("o1", 100)})
	rec, ok := f.a.Order("o1")
	if !ok {
		t.Fatal("no order")
	}
	if _, err := d.try(&Refer{d.head(day(10)), Referrer, "f", &rec}); !errors.Is(err, ErrNotKept) {
		t.Error(err)
	}
	d.do(&Refer{d.head(day(20)), Referrer, "f", &rec})
	f.do(&Refer{f.head(day(20)), Friend, "f", &rec})
	if _, err := d.try(&Refer{d.head(day(21)), Referrer, "f", &rec}); !errors.Is(err, ErrLimit) {
		t.Error(err)
	}
	if d.balance("stars", 20).Available != 20 || f.balance("stars", 20).Available != 5 {
		t.Error(d.balance("stars", 20), f.balance("stars", 20))
	}
}

func TestActivateOrder(t *testing.T) {
	d := newDesk(t, func(p *Program) { p.Kinds[0].Pending = PendingRule{Event: "delivered"} })
	d.do(&Earn{d.head(day(0)), order("o1", 100)})
	if b := d.balance("points", 300); b.Pending != 100 || b.Available != 0 {
		t.Error(b)
	}
	d.do(&Activate{d.head(day(3)), "o1"})
	d.do(&Activate{d.head(day(4)), "o1"}) // again: nothing is left to do
	for n, want := range map[int]Points{2: 0, 3: 100, 366: 0} {
		if b, err := BalanceAt(Entries(d.journal), "points", day(n)); err != nil || b.Available != want {
			t.Error(n, b, err)
		}
	}
}

// Between two accounts nothing is lost or made.
func TestTransfersConserve(t *testing.T) {
	for seed := range uint64(30) {
		r := rand.New(rand.NewPCG(seed, 6))
		d := newDesk(t, policies(r))
		desks := []*desk{d, d.other("b")}
		given := Points(0)
		for n := range 120 {
			i := r.IntN(2)
			x, y := desks[i], desks[1-i]
			switch r.IntN(4) {
			case 0:
				if _, err := x.try(&Adjust{Header: x.head(day(n)), Kind: "points", Points: 20, Expire: day(n + 1 + r.IntN(40))}); err == nil {
					given += 20
				}
			case 1:
				dec, err := x.try(&Send{x.head(day(n)), y.a.ID, "points", 1 + Points(r.IntN(30))})
				if err != nil {
					continue
				}
				y.do(&Receive{y.head(day(n + 50)), *dec.Parcel})
			case 2:
				_, _ = x.try(&Redeem{x.head(day(n)), Spend{Kind: "points", Points: 1 + Points(r.IntN(30))}})
			default:
				_, _ = x.try(&Sweep{Header: x.head(day(n))})
			}
			sum := map[Book]Points{}
			for _, x := range desks {
				if err := x.a.Check(); err != nil {
					t.Fatal(err)
				}
				for b, v := range x.a.Books("points") {
					sum[b] += v
				}
			}
			if sum[Transferred] != 0 || sum[Adjusted] != -given || sum[Pending]+sum[Available]+sum[Redeemed]+sum[Expired] != given {
				t.Fatal(seed, n, sum, given)
			}
		}
	}
}

// A store that keeps rows loads the parts that are asked for, and writes back what was
// touched: it comes to the same as one that keeps whole accounts.
func TestRows(t *testing.T) {
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 7))
		p := &play{desk: newDesk(t, policies(r)), r: r, now: t0}
		s := newRows(p.a)
		for range 150 {
			cmd := p.command()
			need := p.e.Need(cmd)
			var d *Decision
			var part *Account
			err := error(&NeedError{})
			for range 10 {
				part = s.load(t, need)
				d, err = p.e.Decide(part, cmd, cmd.Common().At)
				var more *NeedError
				if !errors.As(err, &more) {
					break
				}
				need = need.Join(more.Need)
			}
			want, err2 := p.e.Decide(p.a, cmd, cmd.Common().At)
			if fmt.Sprint(err) != fmt.Sprint(err2) {
				t.Fatalf("%T %+v: %v, whole %v", cmd, cmd, err, err2)
			}
			if err != nil {
				continue
			}
			if err := errors.Join(part.Apply(d), p.a.Apply(want)); err != nil {
				t.Fatal(err)
			}
			s.save(part, d)
			if part.Seq != p.a.Seq || part.Head != p.a.Head {
				t.Fatalf("%T %+v: decided otherwise", cmd, cmd)
			}
			if len(d.Entries) > 0 && !bytes.Equal(s.load(t, Need{All: true}).AppendHeader(nil), p.a.AppendHeader(nil)) {
				t.Fatalf("%T %+v: another header", cmd, cmd)
			}
		}
		for l := range p.a.Lots() {
			if s.lots[l.ID] != l {
				t.Fatalf("%+v, want %+v", s.lots[l.ID], l)
			}
		}
	}
}

// rows is an account in rows.
type rows struct {
	header   []byte
	lots     map[LotID]Lot
	orders   map[string]OrderRecord
	lotsOf   map[string][]LotID
	receipts map[Key]Receipt
	spent    map[Key]Redemption
	ended    map[string]HoldState
}

func newRows(a *Account) *rows {
	return &rows{a.AppendHeader(nil), map[LotID]Lot{}, map[string]OrderRecord{}, map[string][]LotID{}, map[Key]Receipt{}, map[Key]Redemption{}, map[string]HoldState{}}
}

func (s *rows) save(a *Account, d *Decision) {
	if len(d.Entries) == 0 {
		return
	}
	var touched Touched
	for i := range d.Entries {
		touched.Touch(&d.Entries[i])
	}
	s.header = a.AppendHeader(nil)
	for _, id := range touched.Lots {
		s.lots[id], _ = a.Lot(id)
	}
	for _, id := range touched.Orders {
		if rec, ok := a.Order(id); ok {
			s.orders[id] = rec
			s.lotsOf[id] = a.OrderLots(id)
		}
	}
	for _, k := range touched.Redemptions {
		s.spent[k], _ = a.Redemption(k)
	}
	for _, id := range touched.Ended {
		s.ended[id], _ = a.Ended(id)
	}
	s.receipts[d.Receipt.Key], _ = a.Receipt(d.Receipt.Key)
}

func (s *rows) load(t *testing.T, n Need) *Account {
	a, err := NewPart(s.header)
	if err != nil {
		t.Fatal(err)
	}
	ids := append(a.HeldLots(), n.Lots...)
	if n.Key != "" {
		r, ok := s.receipts[n.Key]
		if !ok {
			r = Receipt{Key: n.Key}
		}
		a.AddReceipt(r)
	}
	for _, id := range n.Orders {
		if rec, ok := s.orders[id]; ok {
			lots := s.lotsOf[id]
			a.AddOrder(id, &rec, lots)
			ids = append(ids, lots...)
		} else {
			a.AddOrder(id, nil, nil)
		}
	}
	if n.Redemption != "" {
		if red, ok := s.spent[n.Redemption]; ok {
			a.AddReceipt(s.receipts[n.Redemption])
			a.AddRedemption(&red)
			for _, u := range red.Uses {
				ids = append(ids, u.Lot)
			}
		} else if _, ok := a.Receipt(n.Redemption); !ok {
			a.AddReceipt(Receipt{Key: n.Redemption})
		}
	}
	if n.Hold != "" {
		a.AddEnded(n.Hold, s.ended[n.Hold])
	}
	if len(n.Open) > 0 || n.All { // all there is, for once
		for _, l := range s.lots {
			ids = append(ids, l.ID)
		}
		for _, k := range a.Kinds() {
			a.SetCover(k, Cover{All: true})
		}
	}
	var lots []Lot
	for _, id := range ids {
		if l, ok := s.lots[id]; ok {
			lots = append(lots, l)
		}
	}
	half := len(lots) / 2
	if err := errors.Join(a.AddLots(lots[half:]), a.AddLots(lots[:half])); err != nil {
		t.Fatal(err)
	}
	if n.All {
		for id, rec := range s.orders {
			a.AddOrder(id, &rec, s.lotsOf[id])
		}
		a.AllOrders()
	}
	if err := a.Check(); err != nil {
		t.Fatal(err)
	}
	return a
}
