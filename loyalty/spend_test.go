package loyalty

import (
	"errors"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/shopspring/decimal"
)

func spendProgram() Program {
	three := int64(3)
	return program(func(p *Program) {
		p.Kinds = append(p.Kinds, KindConfig{ID: "principal", Unit: UnitMoney, Spendable: true}, KindConfig{ID: "gift", Unit: UnitMoney, Spendable: true})
		p.Causes = []Cause{{ID: "school", Min: 100, Kinds: []Kind{"points"}}}
		p.Rewards = []Reward{
			{ID: "mug", Kind: "points", Points: 500, Money: yuan("9.90"), Stock: &three, Limit: &Limit{Times: 2, Per: PerMonth}},
			{ID: "ten_off", Type: RewardVoucher, Kind: "points", Points: 1000, Coupon: "ten"},
			{ID: "trees", Type: RewardDonation, Kind: "points", Points: 100, Cause: "school"},
			{ID: "gala", Kind: "points", Points: 1, Tiers: []string{"gold"}, Segments: []string{"loyal"}, During: During{To: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}},
		}
		p.Payments = []PaymentRule{{ID: "cash", Kind: "points", Points: 100, Money: yuan("1.00"), Step: 100, Min: 200, MaxShare: Rational{1, 2}, Max: yuan("30"), MinOrder: yuan("10")}}
		p.Stored = []StoredRule{
			{ID: "wallet", Principal: "principal", Bonus: "gift"},
			{ID: "honest", Principal: "principal", Bonus: "gift", Spend: PrincipalFirst, Return: BonusFirst},
			{ID: "even", Principal: "principal", Bonus: "gift", Spend: Proportional},
		}
	})
}

func TestPrice(t *testing.T) {
	r := mustCompile(t, spendProgram())
	b := newBook()
	b.have = map[Kind]Points{"principal": 50000, "gift": 5000}
	for _, tc := range []struct {
		name    string
		spend   Spend
		tier    string
		want    error
		charges []KindPoints
		money   int64
	}{
		{"plain", Spend{Kind: "points", Points: 7}, "", nil, []KindPoints{{"points", 7}}, 0},
		{"plain unknown", Spend{Kind: "stars", Points: 7}, "", ErrUnknown, nil, 0},
		{"growth", Spend{Kind: "growth", Points: 7}, "", ErrCondition, nil, 0},
		{"nothing", Spend{Kind: "points"}, "", ErrAmount, nil, 0},
		{"negative", Spend{Kind: "points", Points: -7}, "", ErrAmount, nil, 0},
		{"no way", Spend{}, "", ErrOption, nil, 0},
		{"two ways", Spend{Kind: "points", Points: 1, Reward: "mug"}, "", ErrOption, nil, 0},
		{"reward", Spend{Reward: "mug"}, "", nil, []KindPoints{{"points", 500}}, 990},
		{"two", Spend{Reward: "mug", Quantity: 2}, "", nil, []KindPoints{{"points", 1000}}, 1980},
		{"limit", Spend{Reward: "mug", Quantity: 3}, "", ErrLimit, nil, 0},
		{"unknown reward", Spend{Reward: "moon"}, "", ErrUnknown, nil, 0},
		{"negative number", Spend{Reward: "mug", Quantity: -1}, "", ErrAmount, nil, 0},
		{"overflow", Spend{Reward: "ten_off", Quantity: 1 << 60}, "", ErrOverflow, nil, 0},
		{"voucher", Spend{Reward: "ten_off"}, "", nil, []KindPoints{{"points", 1000}}, 0},
		{"segment alone", Spend{Reward: "gala", Segments: []string{"loyal"}}, "", ErrCondition, nil, 0},
		{"tier alone", Spend{Reward: "gala"}, "gold", ErrCondition, nil, 0},
		{"both", Spend{Reward: "gala", Segments: []string{"new", "loyal"}}, "gold", nil, []KindPoints{{"points", 1}}, 0},
		{"part", Spend{Payment: "cash", Points: 500, Amount: yuan("10.01")}, "", nil, []KindPoints{{"points", 500}}, 500},
		{"more than the share", Spend{Payment: "cash", Points: 600, Amount: yuan("11.99")}, "", ErrPoints, nil, 0},
		{"more than the most", Spend{Payment: "cash", Points: 3100, Amount: yuan("1000")}, "", ErrPoints, nil, 0},
		{"step", Spend{Payment: "cash", Points: 250, Amount: yuan("1000")}, "", ErrPoints, nil, 0},
		{"least", Spend{Payment: "cash", Points: 100, Amount: yuan("1000")}, "", ErrPoints, nil, 0},
		{"small order", Spend{Payment: "cash", Points: 200, Amount: yuan("9.99")}, "", ErrAmount, nil, 0},
		{"no points", Spend{Payment: "cash", Amount: yuan("1000")}, "", ErrAmount, nil, 0},
		{"payment decimals", Spend{Payment: "cash", Points: 200, Amount: yuan("99.999")}, "", ErrDecimals, nil, 0},
		{"unknown payment", Spend{Payment: "gold", Points: 200, Amount: yuan("99")}, "", ErrUnknown, nil, 0},
		{"bonus first", Spend{Stored: "wallet", Amount: yuan("60")}, "", nil, []KindPoints{{"gift", 5000}, {"principal", 1000}}, 6000},
		{"bonus alone", Spend{Stored: "wallet", Amount: yuan("40")}, "", nil, []KindPoints{{"gift", 4000}}, 4000},
		{"principal first", Spend{Stored: "honest", Amount: yuan("510")}, "", nil, []KindPoints{{"principal", 50000}, {"gift", 1000}}, 51000},
		{"proportional", Spend{Stored: "even", Amount: yuan("100")}, "", nil, []KindPoints{{"gift", 910}, {"principal", 9090}}, 10000},
		{"all", Spend{Stored: "even", Amount: yuan("550")}, "", nil, []KindPoints{{"gift", 5000}, {"principal", 50000}}, 55000},
		{"short", Spend{Stored: "even", Amount: yuan("550.01")}, "", ErrNotEnough, nil, 0},
		{"stored nothing", Spend{Stored: "even"}, "", ErrAmount, nil, 0},
		{"stored decimals", Spend{Stored: "even", Amount: yuan("0.001")}, "", ErrDecimals, nil, 0},
		{"unknown stored", Spend{Stored: "odd", Amount: yuan("1")}, "", ErrUnknown, nil, 0},
	} {
		var q quote
		err := r.price(&q, &tc.spend, &situation{at: noon(), tier: tc.tier, tallies: b})
		if !errors.Is(err, tc.want) || err != nil && tc.want == nil {
			t.Errorf("%s: %v, want %v", tc.name, err, tc.want)
			continue
		}
		if err == nil && (!reflect.DeepEqual(q.charges, tc.charges) || q.money != tc.money) {
			t.Errorf("%s: %v and %d, want %v and %d", tc.name, q.charges, q.money, tc.charges, tc.money)
		}
	}
	var short *ShortError
	var q quote
	err := r.price(&q, &Spend{Stored: "wallet", Amount: yuan("600")}, &situation{at: noon(), tallies: b})
	if !errors.As(err, &short) || short.Missing != 5000 || short.Error() == "" {
		t.Error(err)
	}
	if err := r.price(&q, &Spend{Kind: "points", Points: 1}, &situation{at: Never}); !errors.Is(err, ErrTime) {
		t.Error(err)
	}
	if err := r.price(&q, &Spend{Reward: "gala"}, &situation{at: InstantOf(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))}); !errors.Is(err, ErrNotNow) {
		t.Error(err)
	}
	b.shared["stock:mug"] = 1
	if err := r.price(&q, &Spend{Reward: "mug", Quantity: 2}, &situation{at: noon(), tallies: b}); !errors.Is(err, ErrStock) {
		t.Error(err)
	}
	if err := r.price(&q, &Spend{Reward: "mug"}, &situation{at: noon(), tallies: b}); err != nil || q.shared[0] != (SharedChange{Counter: "stock:mug", Step: Reserve, Amount: 1, Limit: 3}) || q.reward.ID != "mug" {
		t.Error(q, err)
	}
}

func TestCause(t *testing.T) {
	r := mustCompile(t, spendProgram())
	for _, tc := range []struct {
		id     string
		kind   Kind
		points Points
		want   error
	}{
		{"school", "points", 100, nil}, {"school", "points", 99, ErrPoints}, {"school", "points", 0, ErrAmount},
		{"school", "gift", 100, ErrCondition}, {"school", "growth", 100, ErrCondition}, {"school", "stars", 100, ErrUnknown}, {"moon", "points", 100, ErrUnknown},
	} {
		if _, err := r.cause(tc.id, tc.kind, tc.points); !errors.Is(err, tc.want) || err != nil && tc.want == nil {
			t.Errorf("%+v: %v", tc, err)
		}
	}
}

// The most points that may be used is a number that may be used, and a step more is
// not.
func TestMostPoints(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	for range 3000 {
		p := program(nil)
		rule := PaymentRule{ID: "cash", Kind: "points", Points: Points(1 + rng.IntN(200)), Money: decimal.New(1+rng.Int64N(300), -2),
			Step: Points(rng.IntN(150)), Min: Points(rng.IntN(300)), Rounding: []RoundMode{Floor, HalfUp, HalfEven, Ceil}[rng.IntN(4)]}
		if rng.IntN(2) == 0 {
			den := 1 + rng.Int64N(10)
			rule.MaxShare = Rational{1 + rng.Int64N(den), den}
		}
		p.Payments = []PaymentRule{rule}
		r := mustCompile(t, p)
		order, have := 1+rng.Int64N(20000), Points(rng.IntN(5000))
		most := r.payment("cash").mostPoints(order, have)
		allowed := func(points Points) bool {
			var q quote
			return r.price(&q, &Spend{Payment: "cash", Points: points, Amount: decimal.New(order, -2)}, &situation{at: noon()}) == nil
		}
		if most > have || most > 0 && !allowed(most) {
			t.Fatalf("%+v: %d of %d on %d may not be used", rule, most, have, order)
		}
		for more := most + 1; more <= have; more++ {
			if allowed(more) {
				t.Fatalf("%+v: %d may be used, not only %d on %d", rule, more, most, order)
			}
		}
	}
}

// Any sequence of partial refunds gives back what one does, nothing is negative, and
// the whole gives back the whole.
func TestSplitRefundLaws(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	for range 5000 {
		amount := 1 + rng.Int64N(5000)
		paid, points := rng.Int64N(amount+1), Points(rng.IntN(100000))
		lastPoints, lastMoney := Points(0), int64(0)
		for returned := int64(0); returned < amount; {
			returned = min(returned+1+rng.Int64N(amount), amount)
			p, m, ok := SplitRefund(points, paid, amount, returned)
			if !ok || p < lastPoints || m < lastMoney {
				t.Fatalf("%d of %d: %d and %d after %d and %d", returned, amount, p, m, lastPoints, lastMoney)
			}
			lastPoints, lastMoney = p, m
		}
		if lastPoints != points || lastMoney != amount-paid {
			t.Fatalf("the whole gives %d and %d", lastPoints, lastMoney)
		}
	}
	if p, m, _ := SplitRefund(500, 500, 2000, 1000); p != 250 || m != 750 {
		t.Error(p, m)
	}
	for _, bad := range [][4]int64{{-1, 1, 2, 1}, {1, -1, 2, 1}, {1, 3, 2, 1}, {1, 0, 0, 0}, {1, 1, 2, 3}, {1, 1, 2, -1}} {
		if _, _, ok := SplitRefund(Points(bad[0]), bad[1], bad[2], bad[3]); ok {
			t.Error(bad)
		}
	}
}

// Stored value comes back by its order, in portions as at once.
func TestSplitReturn(t *testing.T) {
	charges := []KindPoints{{"gift", 300}, {"principal", 700}}
	for _, tc := range []struct {
		order SplitOrder
		total Points
		want  []KindPoints
	}{
		{BonusFirst, 400, []KindPoints{{"gift", 300}, {"principal", 100}}}, {PrincipalFirst, 750, []KindPoints{{"gift", 50}, {"principal", 700}}},
		{Proportional, 101, []KindPoints{{"gift", 31}, {"principal", 70}}}, {Proportional, 1000, charges}, {Proportional, 0, []KindPoints{{"gift", 0}, {"principal", 0}}},
	} {
		if got := splitReturn(nil, tc.order, "principal", charges, tc.total); !reflect.DeepEqual(got, tc.want) {
			t.Errorf("%s %d: %v, want %v", tc.order, tc.total, got, tc.want)
		}
	}
	for _, order := range []SplitOrder{BonusFirst, PrincipalFirst, Proportional} {
		last := splitReturn(nil, order, "principal", charges, 0)
		for total := Points(1); total <= 1000; total++ {
			now := splitReturn(nil, order, "principal", charges, total)
			for i := range now {
				if now[i].Points < last[i].Points || now[i].Points > charges[i].Points {
					t.Fatalf("%s %d: %v after %v", order, total, now, last)
				}
			}
			if now[0].Points+now[1].Points != total {
				t.Fatalf("%s %d: %v", order, total, now)
			}
			last = now
		}
	}
	if got := splitReturn(nil, Proportional, "principal", charges[:1], 7); got[0].Points != 7 {
		t.Error(got)
	}
}

func TestRational(t *testing.T) {
	for text, want := range map[string]Rational{"3/2": {3, 2}, "6/4": {3, 2}, "1.5": {3, 2}, "2": {2, 1}, "0.001": {1, 1000}, "1000000000": {maxRational, 1}, "": {}} {
		var r Rational
		if err := r.UnmarshalText([]byte(text)); err != nil || r != want {
			t.Errorf("%q: %v, %v", text, r, err)
		}
		out, err := want.MarshalText()
		var again Rational
		if err != nil || again.UnmarshalText(out) != nil || again != want {
			t.Errorf("%q: %q, %v", text, out, err)
		}
	}
	for _, text := range []string{"0", "-1", "+1", "1/0", "0/1", "1.", ".5", "1e3", " 1", "1/2/3", "1.5/2", "1000000001", "1/1000000001", "0.0000000001", "99999999999999999999", "½"} {
		if r, err := ParseRational(text); !errors.Is(err, ErrOption) || !r.IsZero() {
			t.Errorf("%q: %v, %v", text, r, err)
		}
	}
	if _, err := (Rational{-1, 2}).MarshalText(); !errors.Is(err, ErrOption) {
		t.Error(err)
	}
}
