package loyalty

import (
	"errors"
	"slices"
	"testing"

	"github.com/guanxi-go/guanxi"
)

// Whatever is broken in a state is found.
func TestCheck(t *testing.T) {
	for name, breaks := range map[string]func(a *Account){
		"parts":            func(a *Account) { a.lots.at(0).Redeemed++ },
		"negative part":    func(a *Account) { a.lots.at(0).Adjusted--; a.lots.at(0).Expired++ },
		"order of lots":    func(a *Account) { a.lots.at(1).ID = 1 },
		"number of lots":   func(a *Account) { a.opened++ },
		"bucket":           func(a *Account) { a.unlink(a.lots.at(0)) },
		"waiting":          func(a *Account) { a.lots.at(2).waits = false },
		"books":            func(a *Account) { a.purse("points").books[Issued]++ },
		"debt":             func(a *Account) { a.purse("points").books[Debt]++; a.purse("points").books[Issued]-- },
		"debt and points":  func(a *Account) { a.purse("points").books[Debt]--; a.purse("points").books[TakenBack]++ },
		"book and lots":    func(a *Account) { a.purse("points").books[Redeemed]++; a.purse("points").books[Issued]-- },
		"pending and lots": func(a *Account) { a.purse("points").books[Pending]++; a.purse("points").books[Available]-- },
		"total":            func(a *Account) { p := a.purse("points"); p.buckets[p.keys.get(p.keys.first()).bucket].total++ },
		"pending":          func(a *Account) { a.purse("points").pending[0].points++ },
		"pending is gone":  func(a *Account) { a.purse("points").pending = nil },
		"key":              func(a *Account) { p := a.purse("points"); p.buckets[p.keys.get(p.keys.first()).bucket].key.Expire++ },
		"hold":             func(a *Account) { a.holds[0].Points++ },
		"hold's lot":       func(a *Account) { u := slices.Clone(a.holds[0].Uses); u[0].Lot = 99; a.holds[0].Uses = u },
		"held":             func(a *Account) { a.holds = nil },
		"redeemed":         func(a *Account) { a.redeemed.at(0).left[0]++ },
		"redeemed too much": func(a *Account) {
			for i := range a.redeemed.n {
				a.redeemed.at(i).left[0]--
			}
		},
	} {
		d := prepared(t)
		if err := d.a.Check(); err != nil {
			t.Fatal(err)
		}
		breaks(d.a)
		if err := d.a.Check(); !errors.Is(err, ErrInvariant) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAddLots(t *testing.T) {
	d := prepared(t)
	header := d.a.AppendHeader(nil)
	for name, l := range map[string]Lot{
		"unknown kind": {ID: 1, Kind: "gold"}, "no id": {Kind: "points"}, "an id to come": {ID: 99, Kind: "points"},
		"a window to come": {ID: 1, Kind: "stars", Window: 9}, "no total": {ID: 1, Kind: "points", Remaining: 5, Points: 5, Expire: 7},
	} {
		a, err := NewPart(header)
		if err != nil {
			t.Fatal(err)
		}
		if err := a.AddLots([]Lot{l}); !errors.Is(err, ErrImpossible) {
			t.Errorf("%s: %v", name, err)
		}
	}
	a, _ := NewPart(header)
	if a.Complete() || !d.a.Complete() {
		t.Error("complete")
	}
	all := slices.Collect(d.a.Lots())
	if err := errors.Join(a.AddLots(all[1:]), a.AddLots(all), a.AddLots(nil)); err != nil || !slices.Equal(slices.Collect(a.Lots()), all) {
		t.Error(err)
	}
	// What is not loaded is asked for.
	at := Header{Key: "x", At: day(41)}
	for _, cmd := range []Command{
		&Refund{Header: at, Order: "o1"}, &Return{at, "r", 0}, &Redeem{at, Spend{Kind: "points", Points: 1}}, &Capture{at, "x", 0, false},
		&Extend{Header: at, Kind: "points", Until: day(900)}, &Sweep{Header: at}, &MergeOut{at, "b"}, &Close{Header: at, Forfeit: true},
	} {
		a, _ := NewPart(header)
		var more *NeedError
		if _, err := d.e.Decide(a, cmd, day(41)); !errors.Is(err, ErrNeed) || !errors.As(err, &more) || more.Need.Key != "x" {
			t.Errorf("%T: %v", cmd, err)
		}
		a.AddReceipt(Receipt{Key: "x"})
		for _, id := range a.HeldLots() {
			l, _ := d.a.Lot(id)
			_ = a.AddLots([]Lot{l})
		}
		_, err := d.e.Decide(a, cmd, day(41))
		if _, ok := cmd.(*MergeOut); ok {
			if !errors.Is(err, ErrHeld) {
				t.Errorf("%T: %v", cmd, err)
			}
		} else if !errors.Is(err, ErrNeed) || err.Error() == "" {
			t.Errorf("%T: %v", cmd, err)
		}
	}
	for _, b := range [][]byte{nil, {9}, header[:40]} {
		if _, err := NewPart(b); !errors.Is(err, ErrFormat) {
			t.Error(err)
		}
		if err := new(Account).UnmarshalBinary(b); !errors.Is(err, ErrFormat) {
			t.Error(err)
		}
	}
}

func TestNeedJoin(t *testing.T) {
	a := Need{Key: "k", Orders: []string{"o"}, Open: []KindPoints{{"points", 5}}, Lots: []LotID{1}}
	b := Need{Redemption: "r", Hold: "h", Orders: []string{"o", "p"}, Open: []KindPoints{{"points", 7}, {"stars", 1}}, Lots: []LotID{1, 2}, At: 9, All: true}
	n := a.Join(b)
	if n.Key != "k" || n.Redemption != "r" || n.Hold != "h" || len(n.Orders) != 2 || len(n.Lots) != 2 || n.At != 9 || !n.All ||
		len(n.Open) != 2 || n.Open[0].Points != 7 || a.Open[0].Points != 5 {
		t.Errorf("%+v", n)
	}
}

func TestBooks(t *testing.T) {
	for b := Issued; b < books; b++ {
		text, err := b.MarshalText()
		var back Book
		if err != nil || back.UnmarshalText(text) != nil || back != b || b.Label(guanxi.EN) == "" || b.Label(guanxi.ZH) == "" || string(text) != b.String() {
			t.Error(b, err)
		}
	}
	var b Book
	if _, err := b.MarshalText(); !errors.Is(err, ErrOption) || b.String() != "" || books.String() != "" || books.Label(guanxi.EN) != "" {
		t.Error(err)
	}
	if err := b.UnmarshalText([]byte("cash")); !errors.Is(err, ErrOption) || b != 0 {
		t.Error(err)
	}
	if !Never.Time().IsZero() {
		t.Error(Never.Time())
	}
	var l Lot
	if l.part(Issued) != nil || l.part(Debt) != &l.TakenBack {
		t.Error("parts")
	}
}

// What an account gives away are copies.
func TestViews(t *testing.T) {
	d := prepared(t)
	before := state(t, d.a)
	rec, _ := d.a.Order("o1")
	rec.Lines[0].Amount, rec.Kinds[0].Taken = 1, 1
	h := d.a.Holds()
	h[0].Uses[0].Points = 1
	red, ok := d.a.Redemption("r")
	red.Left[0], red.Uses[0].Points = 1, 1
	r, ok2 := d.a.Receipt("r")
	r.Results[0].Points = 1
	ids := d.a.OrderLots("o1")
	ids[0] = 9
	if string(state(t, d.a)) != string(before) || !ok || !ok2 {
		t.Error("a view changes the account")
	}
	if _, ok := d.a.Order("none"); ok {
		t.Error("order")
	}
	if _, ok := d.a.Receipt("none"); ok {
		t.Error("receipt")
	}
	if _, ok := d.a.Redemption("e1"); ok {
		t.Error("redemption")
	}
	if _, ok := d.a.Ended("h"); ok {
		t.Error("hold")
	}
	if _, ok := d.a.Lot(99); ok || len(d.a.Books("gold")) != 0 || d.a.OrderLots("none") != nil || len(d.a.Kinds()) != 2 {
		t.Error(d.a.Kinds())
	}
	for range d.a.Lots() {
		break
	}
	if d.a.Tier().Tier != "" {
		t.Error("tier")
	}
	if _, ok := new(Decision).Next(); ok {
		t.Error("a tier out of nothing")
	}
	d.do(&Act{Header: Header{Key: "z", At: day(41)}, Activity: "gift", Ref: "x"})
	c := d.a.Clone()
	d.do(&Refund{Header: Header{Key: "y", At: day(41)}, Order: "o1"})
	if string(state(t, c)) == string(state(t, d.a)) || c.Check() != nil {
		t.Error("a clone changes with the account")
	}
}
