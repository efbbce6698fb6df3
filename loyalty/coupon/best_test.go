package coupon

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/minor"
	"github.com/shopspring/decimal"
)

func TestBestAgainstBruteForce(t *testing.T) {
	rounds := 800 * long()
	for seed := range uint64(rounds) {
		rng := rand.New(rand.NewPCG(seed, 7))
		b, defs, byID, coupons := randomCase(rng, 8)
		c, err := New(defs...)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		r, err := c.Best(b, coupons, noon)
		if err != nil || !r.Exact || !r.Bound.Equal(r.Saved) {
			t.Fatalf("seed %d: %v, exact %v", seed, err, r.Exact)
		}
		want := brute(b, byID, coupons)
		if t.Failed() {
			return
		}
		same(t, r, want, b)
		if len(r.Used)+len(r.Refused) != len(coupons) {
			t.Fatalf("seed %d: %d used and %d refused of %d", seed, len(r.Used), len(r.Refused), len(coupons))
		}

		// The order of lines and coupons, and steps to spare, change nothing.
		rng.Shuffle(len(coupons), func(i, k int) { coupons[i], coupons[k] = coupons[k], coupons[i] })
		rng.Shuffle(len(b.Lines), func(i, k int) { b.Lines[i], b.Lines[k] = b.Lines[k], b.Lines[i] })
		again, err := c.BestWithin(b, coupons, noon, 0)
		if err != nil || text(again.Used) == "" {
			t.Fatal(err)
		}
		discounts := make(map[string]int64)
		for _, l := range r.Lines {
			discounts[l.ID] = cents(l.Discount)
		}
		for _, l := range again.Lines {
			if cents(l.Discount) != discounts[l.ID] {
				t.Fatalf("seed %d: line %s: %s, before %d", seed, l.ID, l.Discount, discounts[l.ID])
			}
		}
		if len(again.Used) != len(r.Used) {
			t.Fatalf("seed %d: %s, before %s", seed, text(again.Used), text(r.Used))
		}
		for i := range r.Used {
			if r.Used[i].Code != again.Used[i].Code {
				t.Fatalf("seed %d: %s, before %s", seed, text(again.Used), text(r.Used))
			}
		}
		// The combination priced alone is the same.
		var chosen []Coupon
		for _, x := range coupons {
			if slices.ContainsFunc(r.Used, func(u Used) bool { return u.Code == x.Code }) {
				chosen = append(chosen, x)
			}
		}
		if p, err := c.Price(b, chosen, noon); err != nil || !p.Saved.Equal(r.Saved) || len(p.Refused) != 0 {
			t.Fatalf("seed %d: %v, %s", seed, err, text(p))
		}
	}
}

// Beyond twelve: never better than the bound, never worse than greedy alone, exact
// where it says so.
func TestBestBeyondTwelve(t *testing.T) {
	rounds := 5 * long()
	exact := 0
	for seed := range uint64(rounds) {
		rng := rand.New(rand.NewPCG(seed, 8))
		var b Basket
		var coupons []Coupon
		var byID map[string]Definition
		var c *Catalogue
		for n := 0; n <= ExactCoupons; { // as many that apply
			var defs []Definition
			b, defs, byID, coupons = randomCase(rng, 40)
			var err error
			if c, err = New(defs...); err != nil {
				t.Fatal(err)
			}
			n = 0
			var apply []Coupon
			for _, x := range coupons {
				if _, ok, _ := c.Explain(b, x, noon); ok && n <= ExactCoupons {
					apply, n = append(apply, x), n+1
				}
			}
			coupons = apply
		}
		want := brute(b, byID, coupons)
		last := int64(-1)
		for _, nodes := range []int{0, 10, 1000, 1 << 20} {
			r, err := c.BestWithin(b, coupons, noon, nodes)
			if err != nil {
				t.Fatal(err)
			}
			saved, bound := cents(r.Saved), cents(r.Bound)
			if saved > want.saved || bound < want.saved || r.Exact != (saved == bound) || r.Exact && saved != want.saved || saved < last {
				t.Fatalf("seed %d, %d steps: %d ≤ %d, exact %v; the best is %d, before %d", seed, nodes, saved, bound, r.Exact, want.saved, last)
			}
			if last = saved; nodes == 1000 && r.Exact {
				exact++
			}
			if nodes == 1<<20 {
				same(t, r, want, b)
			}
		}
	}
	t.Logf("exact after 1,000 steps: %d of %d", exact, rounds)
}

// A search that cannot end says so.
func TestBestBounded(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 9))
	var defs []Definition
	var coupons []Coupon
	for i := range 60 {
		d := Definition{ID: fmt.Sprint(i), Version: 1, Currency: "CNY", Decimals: 2,
			Benefit:  Benefit{Kind: Percent, Percent: decimal.New(int64(100+rng.IntN(300)), -2)},
			Minimum:  Minimum{Amount: decimal.New(int64(rng.IntN(80000)), -2)},
			Stacking: Stacking{Max: 60, Order: rng.IntN(9)}}
		defs, coupons = append(defs, d), append(coupons, issued(d, Code(fmt.Sprint("C", i))))
	}
	b := Basket{Currency: "CNY", Decimals: 2, Lines: []Line{{ID: "1", Amount: dec("500")}, {ID: "2", Amount: dec("300")}}}
	c := mustCatalogue(t, defs...)
	r, err := c.Best(b, coupons, noon)
	if err != nil || r.Exact || r.Bound.Cmp(r.Saved) <= 0 || r.Bound.Cmp(dec("800")) > 0 {
		t.Fatal(err, r.Exact, r.Saved, r.Bound)
	}
	t.Logf("60 coupons: saved %s, at most %s", r.Saved, r.Bound)
}

func TestOrderOfApplication(t *testing.T) {
	amount, percent := off("a", "20"), Definition{ID: "p", Version: 1, Benefit: Benefit{Kind: Percent, Percent: dec("10")}}
	amount.Stacking.Max, percent.Stacking.Max = 2, 2
	b := Basket{Currency: "CNY", Decimals: 2, Lines: []Line{{ID: "1", Amount: dec("100")}}}
	for _, tt := range []struct {
		change func()
		want   string
	}{
		{func() {}, "28"}, // amounts first: 100 − 20, and a tenth of 80
		{func() { percent.Stacking.Order = -1 }, "30"}, // 100 − 10, and 20
		{func() { percent.Stacking.Order, percent.Benefit.Of = 1, Original }, "30"},
		{func() { percent.Minimum, percent.Currency, percent.Decimals = Minimum{Amount: dec("90")}, "CNY", 2 }, "20"}, // 80 is left
		{func() { percent.Minimum.On = Original }, "30"},
		{func() { amount.Stacking.Exclusive, amount.Stacking.Max = true, 0 }, "20"},
	} {
		tt.change()
		c := mustCatalogue(t, amount, percent)
		r, err := c.Best(b, []Coupon{issued(percent, "P"), issued(amount, "A")}, noon)
		if err != nil || !r.Saved.Equal(dec(tt.want)) {
			t.Errorf("%s, want %s; %v", r.Saved, tt.want, err)
		}
	}
}

func TestRefusals(t *testing.T) {
	a, g, p := off("a", "20"), Definition{ID: "g", Version: 1, Benefit: Benefit{Kind: Gift, Item: "cup"}}, off("p", "1")
	a.Minimum.Amount = dec("120")
	a.Scope.Channels.Exclude = []string{"till"}
	a.Limits.RedeemedPerCustomer = 1
	g.Scope.Groups.Include = []string{"tea"}
	b := Basket{Currency: "CNY", Decimals: 2, Customer: "li", Channel: "shop", Lines: []Line{{ID: "1", Item: "x", Amount: dec("107.50")}}}
	c := mustCatalogue(t, a, g, p)
	at, _ := InstantOf(noon)
	tests := []struct {
		change func(b *Basket, x *Coupon)
		want   Reason
	}{
		{func(_ *Basket, x *Coupon) { *x = Coupon{Code: "A"} }, ReasonUnknown},
		{func(_ *Basket, x *Coupon) { x.Definition = "z" }, ReasonUnknown},
		{func(_ *Basket, x *Coupon) { x.Begins = at + 1 }, ReasonNotBegun},
		{func(_ *Basket, x *Coupon) { x.Expires = at }, ReasonExpired},
		{func(_ *Basket, x *Coupon) { x.Voided = at }, ReasonVoid},
		{func(_ *Basket, x *Coupon) { x.Taken = []Use{{"o", "", at, 0}} }, ReasonUsedUp},
		{func(_ *Basket, x *Coupon) { x.Taken = []Use{{"o", "", at, at + 1}} }, ReasonReserved},
		{func(_ *Basket, x *Coupon) { x.Customer = "wang" }, ReasonCustomer},
		{func(b *Basket, x *Coupon) { x.Customer, b.Customer = "wang", "" }, ReasonSignIn},
		{func(b *Basket, _ *Coupon) { b.Customer = "" }, ReasonSignIn},
		{func(b *Basket, _ *Coupon) { b.Currency = "EUR" }, ReasonCurrency},
		{func(b *Basket, _ *Coupon) { b.Decimals = 3 }, ReasonCurrency},
		{func(b *Basket, _ *Coupon) { b.Channel = "till" }, ReasonChannel},
		{func(_ *Basket, x *Coupon) { x.Definition = "g" }, ReasonScope},
		{func(*Basket, *Coupon) {}, ReasonMinimum},
		{func(b *Basket, x *Coupon) { x.Definition = "p"; b.Lines[0].Amount = dec("0") }, ReasonNothingLeft},
		{func(b *Basket, x *Coupon) { x.Definition = "p"; b.Lines = nil }, ReasonScope},
		{func(b *Basket, _ *Coupon) { b.Lines[0].Amount = dec("120") }, ""},
		{func(b *Basket, x *Coupon) {
			b.Order, b.Lines[0].Amount, x.Taken = "o", dec("120"), []Use{{"o", "", at, at + 1}}
		}, ""},
		{func(b *Basket, x *Coupon) {
			b.Order, b.Lines[0].Amount, x.Taken = "o", dec("120"), []Use{{"o", "", at, 0}}
		}, ""},
	}
	for i, tt := range tests {
		bb, x := b, issued(a, "A")
		bb.Lines = slices.Clone(b.Lines)
		tt.change(&bb, &x)
		r, ok, err := c.Explain(bb, x, noon)
		if err != nil || r.Reason != tt.want || ok != (tt.want == "") || r.Code != "A" {
			t.Errorf("%d: %+v, %v, %v; want %s", i, r, ok, err, tt.want)
		}
		switch tt.want {
		case ReasonMinimum:
			if r.Label(guanxi.EN) != "Spend 12.5 CNY more to use the coupon." || r.Label(guanxi.ZH) != "再消费 12.5 CNY 即可使用优惠券。" {
				t.Error(r.Label(guanxi.EN), r.Label(guanxi.ZH))
			}
		case ReasonNotBegun:
			if r.From != at+1 || r.Label(guanxi.ZH) != "优惠券尚未生效。" {
				t.Error(r)
			}
		case ReasonExpired:
			if r.Until != at {
				t.Error(r)
			}
		}
	}
}

// Among several, each that is not used says why.
func TestRefusedAmongSeveral(t *testing.T) {
	big, small, late, minimum := off("big", "50"), off("small", "5"), off("late", "9"), off("min", "1")
	small.Stacking.Group = "b"
	late.Stacking.Group, late.Stacking.Order = "c", 1
	minimum.Stacking.Group, minimum.Stacking.Order, minimum.Minimum.Amount = "d", 2, dec("60")
	worse := Definition{ID: "worse", Version: 1, Benefit: Benefit{Kind: Percent, Percent: dec("100")}, Stacking: Stacking{Exclusive: true}}
	b := Basket{Currency: "CNY", Decimals: 2, Lines: []Line{{ID: "1", Amount: dec("60")}}, Delivery: dec("8")}
	free := Definition{ID: "free", Version: 1, Benefit: Benefit{Kind: FreeDelivery}, Stacking: Stacking{Group: "e"}}
	c := mustCatalogue(t, big, small, late, minimum, worse, free)
	r, err := c.Best(b, []Coupon{issued(big, "big"), issued(big, "big2"), issued(small, "small"), issued(late, "late"), issued(minimum, "min"), issued(worse, "worse"), issued(free, "free")}, noon)
	if err != nil {
		t.Fatal(err)
	}
	got := make(map[Code]Refusal)
	for _, x := range r.Refused {
		got[x.Code] = x
	}
	if !r.Saved.Equal(dec("68")) || got["big2"].Reason != ReasonStacking || got["big2"].With != "big" || got["worse"].Reason != ReasonStacking ||
		got["min"].Reason != ReasonMinimum || !got["min"].Missing.Equal(dec("60")) {
		t.Errorf("%s\n%s", r.Saved, text(r))
	}
	p, err := c.Price(b, []Coupon{issued(big, "big"), issued(small, "small"), issued(late, "late"), issued(worse, "worse")}, noon)
	if err != nil || len(p.Used) != 3 || len(p.Refused) != 1 || p.Refused[0].Reason != ReasonStacking {
		t.Error(err, text(p))
	}
}

// Of one definition as many as Repeat says, of a group as many as Max says.
func TestHowManyTogether(t *testing.T) {
	b := Basket{Currency: "CNY", Decimals: 2, Lines: []Line{{ID: "1", Amount: dec("60")}}}
	for _, tt := range []struct{ max, repeat, want int }{{0, 0, 1}, {3, 0, 1}, {3, 2, 2}, {2, 2, 2}, {4, 4, 4}} {
		d, e := off("x", "5"), off("y", "5")
		d.Stacking.Max, d.Stacking.Repeat, e.Stacking.Max = tt.max, tt.repeat, tt.max
		c := mustCatalogue(t, d, e)
		list := []Coupon{issued(d, "1"), issued(d, "2"), issued(d, "3"), issued(d, "4"), issued(d, "5")}
		for _, price := range []func(Basket, []Coupon, time.Time) (Result, error){c.Price, c.Best} {
			if r, err := price(b, list, noon); err != nil || len(r.Used) != tt.want || len(r.Refused) != 5-tt.want || r.Refused[0].Reason != ReasonStacking {
				t.Errorf("%+v: %v, %s", tt, err, text(r))
			}
			all := min(max(tt.repeat, 1)+1, max(tt.max, 1)) // and one of the other
			if r, err := price(b, append(list[:5:5], issued(e, "6")), noon); err != nil || len(r.Used) != all {
				t.Errorf("%+v: %v, %s", tt, err, text(r))
			}
		}
	}
}

// One coupon less is better where it gives way to the minimum of another.
func TestReasonBetter(t *testing.T) {
	small, big := off("small", "5"), off("big", "30")
	small.Stacking.Group, small.Stacking.Order = "s", -1
	big.Minimum.Amount = dec("100")
	b := Basket{Currency: "CNY", Decimals: 2, Lines: []Line{{ID: "1", Amount: dec("100")}}}
	c := mustCatalogue(t, small, big)
	r, err := c.Best(b, []Coupon{issued(small, "s"), issued(big, "b")}, noon)
	if err != nil || !r.Saved.Equal(dec("30")) || len(r.Refused) != 1 || r.Refused[0].Reason != ReasonBetter {
		t.Error(err, text(r))
	}
}

func TestBasketFaults(t *testing.T) {
	b := Basket{Decimals: 19, Customer: "\n", Order: "\n", Delivery: dec("-1"), Lines: []Line{{ID: "a", Amount: dec("-1")}, {ID: "a", Amount: dec("0.5")}, {Amount: dec("1")}}}
	wants(t, b.Validate(), "/currency", ErrID, "/decimals", ErrOption, "/customer", ErrName, "/order", ErrName, "/delivery", ErrMoney,
		"/lines/0/amount", ErrMoney, "/lines/1/id", ErrDuplicate, "/lines/1/amount", minor.ErrScale, "/lines/2/id", ErrID)
	b = Basket{Currency: "CNY", Lines: []Line{{ID: "a", Amount: dec("9223372036854775807")}, {ID: "b", Amount: dec("1")}}}
	wants(t, b.Validate(), "/lines", ErrOverflow)
	b = Basket{Currency: "CNY", Lines: make([]Line, maxLines+1)}
	wants(t, b.Validate(), "/lines", ErrTooMany)
	c := mustCatalogue(t, off("a", "1"))
	b = Basket{Currency: "CNY", Decimals: 2}
	x := issued(off("a", "1"), "A")
	_, err := c.Best(b, []Coupon{x, x}, time.Time{})
	wants(t, err, "/at", ErrTime, "/coupons/1", ErrDuplicate)
	_, err = c.Price(b, make([]Coupon, maxCoupons+1), noon)
	wants(t, err, "/coupons", ErrTooMany)
	if _, _, err = c.Explain(Basket{}, x, noon); !errors.Is(err, ErrID) {
		t.Error(err)
	}
	g := Definition{ID: "g", Version: 1, Currency: "CNY", Decimals: 2, Benefit: Benefit{Kind: Gift, Item: "x", Value: dec("92233720368547758.07")}}
	c = mustCatalogue(t, g)
	b.Lines = []Line{{ID: "a", Amount: dec("1")}}
	_, err = c.Best(b, []Coupon{issued(g, "A")}, noon)
	wants(t, err, "/coupons/0", ErrOverflow)
}

// However a line goes back, the parts of its discount add up to the whole.
func TestRefund(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 9))
	for range 2000 {
		price := rng.Int64N(10_000)
		discount := rng.Int64N(price + 1)
		l := PricedLine{ID: "1", Amount: minor.To(price, 2), Discount: minor.To(discount, 2)}
		for back, given := int64(0), int64(0); ; {
			if back == price {
				if price > 0 && given != discount {
					t.Fatalf("%d of %d came back", given, discount)
				}
				break
			}
			part := min(1+rng.Int64N(price), price-back)
			d, err := l.Refund(minor.To(back, 2), minor.To(part, 2), 2)
			if err != nil || d.Sign() < 0 || cents(d) > part {
				t.Fatal(d, part, err)
			}
			back, given = back+part, given+cents(d)
		}
	}
	l := PricedLine{ID: "1", Amount: dec("10"), Discount: dec("3")}
	for _, tt := range []struct {
		before, amount string
		scale          int
		pointer        string
		err            error
	}{
		{"5", "5.01", 2, "/amount", ErrMoney}, {"-1", "5", 2, "/before", ErrMoney}, {"0", "-5", 2, "/amount", ErrMoney},
		{"0", "0.001", 2, "/amount", minor.ErrScale}, {"0", "1", -1, "/decimals", ErrOption},
	} {
		_, err := l.Refund(dec(tt.before), dec(tt.amount), tt.scale)
		wants(t, err, tt.pointer, tt.err)
	}
	_, err := PricedLine{Amount: dec("1"), Discount: dec("2")}.Refund(dec("0"), dec("1"), 2)
	wants(t, err, "/line/discount", ErrMoney)
	if d, err := (PricedLine{}).Refund(dec("0"), dec("0"), 2); err != nil || !d.IsZero() {
		t.Error(d, err)
	}
}

func TestReasonOf(t *testing.T) {
	for _, e := range reasonsOf {
		if r, ok := ReasonOf(fmt.Errorf("x: %w", e.err)); !ok || r != e.reason {
			t.Error(e.err, r)
		}
	}
	if r, ok := ReasonOf(ErrConflict); ok || r != "" {
		t.Error(r)
	}
}
