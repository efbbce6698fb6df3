package loyalty

import (
	"encoding/hex"
	"errors"
	"reflect"
	"testing"
)

// What was once written is read for ever.
func TestRecordEncodings(t *testing.T) {
	lot := Lot{ID: 3, Kind: "points", Entry: 2, Points: 10, Earned: 5, Activate: 6, Expire: Never, Window: 1, Priority: -2, Order: "o", Source: "rule", Remaining: 7, Held: 1, Redeemed: 2, Posted: true}
	receipt := Receipt{Key: "k", Intent: [32]byte{1, 31: 2}, Account: "a", Seq: 4, Recorded: 9, Op: OpRedeem, Results: []Result{{Kind: "points", Points: -3, Cut: 1, Debt: 2}}}
	for _, c := range []struct {
		name   string
		value  any
		encode func() ([]byte, error)
		decode func(b []byte) (any, error)
		golden string
	}{
		{"lot", lot, lot.MarshalBinary, func(b []byte) (any, error) { v := Lot{ID: 1}; err := v.UnmarshalBinary(b); return v, err },
			"0606706f696e747304140a0cfeffffffffffffffff010203016f0472756c650e0204000000000001"},
		{"receipt", receipt, receipt.MarshalBinary, func(b []byte) (any, error) { v := Receipt{Seq: 1}; err := v.UnmarshalBinary(b); return v, err },
			"016b01000000000000000000000000000000000000000000000000000000000000020161081202" + "0106706f696e7473050204"},
	} {
		b, err := c.encode()
		if err != nil || hex.EncodeToString(b) != c.golden {
			t.Errorf("%s: %x %v, want %s", c.name, b, err, c.golden)
		}
		if got, err := c.decode(b); err != nil || !reflect.DeepEqual(got, c.value) {
			t.Errorf("%s: %+v %v, want %+v", c.name, got, err, c.value)
		}
		for n := range b {
			if _, err := c.decode(b[:n]); !errors.Is(err, ErrFormat) {
				t.Errorf("%s of %d bytes: %v", c.name, n, err)
			}
		}
		if _, err := c.decode(append(b, 0)); !errors.Is(err, ErrFormat) {
			t.Errorf("%s and a byte more: %v", c.name, err)
		}
	}
}

// Orders and redemptions of an account come back as they were.
func TestRecordsOfAnAccount(t *testing.T) {
	a := NewAccount("a")
	rec := OrderRecord{ID: "o", At: 7, Lines: []LineRecord{{ID: "1", Amount: 5, Base: 5, Quantity: 1}}}
	a.AddOrder("o", &rec, []LotID{1, 4})
	red := Redemption{Key: "k", Ref: "mug", Uses: []Use{{Lot: 2, From: Available, To: Redeemed, Points: 3}, {Lot: 4, Ordinal: 1, From: Available, To: Redeemed, Points: 1}}, Left: []Points{3, 0}}
	a.AddRedemption(&red)
	order, ok1 := a.AppendOrder(nil, "o")
	used, ok2 := a.AppendRedemption(nil, "k")
	if _, none := a.AppendOrder(nil, "x"); !ok1 || !ok2 || none {
		t.Fatal(ok1, ok2, none)
	}
	if _, none := a.AppendRedemption(nil, "x"); none {
		t.Fatal("a redemption that is not there")
	}
	b := NewAccount("a")
	lots, err := b.AddOrderEncoded("o", order)
	if got, ok := b.Order("o"); err != nil || !ok || !reflect.DeepEqual(lots, []LotID{1, 4}) || !reflect.DeepEqual(got.Lines, rec.Lines) || got.At != 7 {
		t.Error(got, ok, lots, err)
	}
	lots, err = b.AddRedemptionEncoded("k", used)
	if got, ok := b.Redemption("k"); err != nil || !ok || !reflect.DeepEqual(lots, []LotID{2, 4}) || !reflect.DeepEqual(got, red) {
		t.Error(got, ok, lots, err)
	}
	for n := range order {
		if _, err := b.AddOrderEncoded("o", order[:n]); !errors.Is(err, ErrFormat) {
			t.Error(n, err)
		}
	}
	for n := range used {
		if _, err := b.AddRedemptionEncoded("k", used[:n]); !errors.Is(err, ErrFormat) {
			t.Error(n, err)
		}
	}
	if _, err := b.AddOrderEncoded("p", order); !errors.Is(err, ErrFormat) {
		t.Error("another order's encoding:", err)
	}
}
