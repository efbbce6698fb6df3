package loyalty

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/guanxi-go/guanxi"
)

// A record that an order left is accepted, and one that was spoilt anywhere is
// refused before it can do harm.
func TestRecordCheck(t *testing.T) {
	r := mustCompile(t, program(func(p *Program) {
		p.Earning = append(p.Earning, EarnRule{ID: "wine", Kind: "points", Points: Rational{2, 1}, Per: yuan("10"), Match: Match{Groups: []string{"wine"}}})
		p.Campaigns = []Campaign{{ID: "double", Kind: "points", Multiplier: Rational{2, 1}}}
	}))
	o := orderOf("100", "50")
	o.Lines[1].Groups = []string{"wine"}
	var e earning
	if err := r.order(&e, o, &situation{at: noon()}); err != nil {
		t.Fatal(err)
	}
	if err := e.record.check(); err != nil {
		t.Fatal(err)
	}
	for i, tc := range []struct {
		spoil func(r *OrderRecord)
		at    string
	}{
		{func(r *OrderRecord) { r.Lines[0].Base = -1 }, "/lines/0"},
		{func(r *OrderRecord) { r.Lines[1].Base++ }, "/lines/1"},
		{func(r *OrderRecord) { r.Lines[1].Quantity = 0 }, "/lines/1"},
		{func(r *OrderRecord) { r.Lines[0].ReturnedAmount = 10001 }, "/lines/0"},
		{func(r *OrderRecord) { r.Lines[0].ReturnedAmount, r.Lines[0].ReturnedQuantity = 1, 1 }, "/lines/0"},
		{func(r *OrderRecord) { r.Lines[0].ReturnedQuantity = 2 }, "/lines/0"},
		{func(r *OrderRecord) { r.Lines[0].ReturnedQuantity = -1 }, "/lines/0"},
		{func(r *OrderRecord) {
			r.Lines[0].Amount, r.Lines[1].Amount = math.MaxInt64, math.MaxInt64
		}, "/lines/1"},
		{func(r *OrderRecord) { r.Terms[0].Den = 0 }, "/terms/0"},
		{func(r *OrderRecord) { r.Terms[0].Num = -1 }, "/terms/0"},
		{func(r *OrderRecord) { r.Terms[0].Min = -1 }, "/terms/0"},
		{func(r *OrderRecord) { r.Terms[1].To = 2 }, "/terms/1"},
		{func(r *OrderRecord) { r.Terms[1].Type = "other" }, "/terms/1"},
		{func(r *OrderRecord) { r.Terms[2].Num = 0 }, "/terms/2"},
		{func(r *OrderRecord) { r.Hits[0] = 2 }, "/terms/1"},
		{func(r *OrderRecord) { r.Hits[0] = -1 }, "/terms/1"},
		{func(r *OrderRecord) { r.Hits, r.Terms[1].To = []int32{1, 1}, 2 }, "/terms/1"},
		{func(r *OrderRecord) { r.Kinds[0].To = 4 }, "/kinds/0"},
		{func(r *OrderRecord) { r.Kinds[0].From = 1 }, "/kinds/0"},
		{func(r *OrderRecord) { r.Kinds[0].Taken = r.Kinds[0].Granted + 1 }, "/kinds/0"},
	} {
		var bad OrderRecord
		e.record.copyTo(&bad)
		tc.spoil(&bad)
		var fe *guanxi.FieldError
		if err := bad.check(); !errors.Is(err, ErrImpossible) || !errors.As(err, &fe) || fe.Pointer != tc.at {
			t.Errorf("%d: %v, want a fault at %s", i, err, tc.at)
		}
	}
}

// Whatever check accepts is worked out, or is out of range, without a panic.
func FuzzRecord(f *testing.F) {
	f.Add(uint64(1), int64(3), int64(100), int64(7), uint8(3))
	f.Fuzz(func(t *testing.T, seed uint64, num, den, amount int64, scope uint8) {
		rng := rand.New(rand.NewPCG(seed, 1))
		scopes := []RoundScope{ScopeOrder, ScopeLine, ScopeSplit, "odd"}
		rec := OrderRecord{ID: "o", Kinds: []OrderKind{{
			Kind: "p", Granted: math.MaxInt64, To: 3, Rounding: Rounding{Floor, scopes[scope%4]},
			Stacking: []Stacking{BestOf, Add, Multiply, ""}[scope/4%4], Rules: []Stacking{BestOf, Add}[scope/16%2],
		}}}
		for range 1 + rng.IntN(3) {
			rec.Lines = append(rec.Lines, LineRecord{Amount: amount, Base: amount - amount/7, Quantity: 1 + rng.Int64N(3)})
			amount /= 3
		}
		rec.Terms = []Term{
			{Type: TermRate, Num: num, Den: den, All: true, Min: rng.Int64N(1000)},
			{Type: TermRate, Num: den, Den: num, From: int32(rng.IntN(2)), To: int32(rng.IntN(3)), Points: 5},
			{Type: []TermType{TermMultiplier, TermBonus, TermFixed}[rng.IntN(3)], Num: num, Den: den, Points: Points(amount), All: rng.IntN(2) == 0},
		}
		rec.Hits = []int32{0, int32(rng.IntN(3))}
		if rec.check() != nil {
			return
		}
		var w owing
		before := Points(math.MaxInt64)
		for range 4 {
			back := LineReturn{Line: int32(rng.IntN(len(rec.Lines)))}
			if left := rec.Lines[back.Line].left(0, 0); left > 0 {
				back.Amount = 1 + rng.Int64N(left)
			}
			rec.apply(&OrderChange{Lines: []LineReturn{back}})
			owed, err := rec.owed(&w, nil, 0)
			if err != nil {
				if !errors.Is(err, ErrOverflow) {
					t.Fatal(err)
				}
				return
			}
			if owed < 0 || owed > before {
				t.Fatalf("%d owed after %d", owed, before)
			}
			before = owed
		}
	})
}
