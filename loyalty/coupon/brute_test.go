package coupon

import (
	"cmp"
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/guanxi-go/guanxi/internal/minor"
	"github.com/shopspring/decimal"
)

func pick[T any](rng *rand.Rand, of ...T) T { return of[rng.IntN(len(of))] }

func chance(rng *rand.Rand, percent int) bool { return rng.IntN(100) < percent }

// randomDefinition is small numbers, so that ties and minimums are met.
func randomDefinition(rng *rand.Rand, id string) Definition {
	d := Definition{ID: id, Version: 1, Currency: "CNY", Decimals: 2}
	money := func(most int) decimal.Decimal { return decimal.New(int64(1+rng.IntN(most)), -2) }
	switch d.Benefit.Kind = pick(rng, Amount, Amount, Percent, Percent, Percent, Gift, FreeDelivery); d.Benefit.Kind {
	case Amount:
		d.Benefit.Amount = money(2000)
		if chance(rng, 30) {
			d.Benefit.Amount = decimal.New(5, 0)
		}
	case Percent:
		d.Benefit.Percent = pick(rng, dec("10"), dec("12.5"), dec("33.3333"), dec("100"))
		d.Benefit.Of = pick(rng, "", Remaining, Original)
		d.Benefit.Rounding = pick(rng, "", HalfUp, HalfEven, Floor, Ceil)
	case Gift:
		d.Benefit.Item = "cup"
		if chance(rng, 50) {
			d.Benefit.Value = money(300)
		}
	}
	if (d.Benefit.Kind == Percent || d.Benefit.Kind == FreeDelivery) && chance(rng, 40) {
		d.Benefit.Cap = money(900)
	}
	if chance(rng, 50) {
		d.Minimum = Minimum{Amount: money(4000), On: pick(rng, "", Remaining, Original), Of: pick(rng, "", OfScope, OfBasket)}
	}
	some := func(names ...string) (list []string) {
		for _, n := range names {
			if chance(rng, 35) {
				list = append(list, n)
			}
		}
		return list
	}
	if chance(rng, 50) {
		d.Scope = Scope{Items: Filter{some("i0", "i1", "i2"), nil}, Groups: Filter{some("g0", "g1"), nil}}
		if chance(rng, 50) {
			d.Scope.Items.Exclude, d.Scope.Groups.Exclude = some("i1", "i3"), some("g2")
		}
	}
	d.Stacking = Stacking{Group: pick(rng, "", "a", "b"), Order: rng.IntN(3)}
	if chance(rng, 12) {
		d.Stacking.Exclusive = true
		return d
	}
	d.Stacking.Max = rng.IntN(4)
	d.Stacking.Repeat = rng.IntN(max(d.Stacking.Max, 1) + 1)
	if chance(rng, 30) {
		d.Stacking.With = pick(rng, []string{"a"}, []string{"", "b"}, []string{"b", "a"})
	}
	return d
}

func randomBasket(rng *rand.Rand) Basket {
	b := Basket{Currency: "CNY", Decimals: 2, Delivery: decimal.New(int64(rng.IntN(1200)), -2)}
	for i := range 1 + rng.IntN(5) {
		l := Line{ID: fmt.Sprint("l", i), Item: fmt.Sprint("i", rng.IntN(4)), Amount: decimal.New(int64(rng.IntN(2000)), -2)}
		for g := range 3 {
			if chance(rng, 30) {
				l.Groups = append(l.Groups, fmt.Sprint("g", g))
			}
		}
		b.Lines = append(b.Lines, l)
	}
	return b
}

// slow is one combination priced by the rules, in rationals and without hurry.
type slow struct {
	ok       bool
	saved    int64
	gifts    int
	lines    []int64 // discount of each
	delivery int64
	codes    []string // end and code, sorted
}

func cents(d decimal.Decimal) int64 { v, _ := minor.From(d, 2); return v }

func slowPrice(b Basket, defs map[string]Definition, coupons []Coupon) slow {
	s := slow{ok: true, lines: make([]int64, len(b.Lines))}
	order := slices.Clone(coupons)
	kinds := map[Kind]int{Amount: 0, Percent: 1, Gift: 2, FreeDelivery: 3}
	end := func(c Coupon) string {
		if c.Expires == 0 {
			return "9" + string(c.Code)
		}
		return fmt.Sprintf("1%020d%s", c.Expires, c.Code)
	}
	slices.SortFunc(order, func(x, y Coupon) int {
		a, b := defs[x.Definition], defs[y.Definition]
		return cmp.Or(a.Stacking.Order-b.Stacking.Order, kinds[a.Benefit.Kind]-kinds[b.Benefit.Kind],
			strings.Compare(a.ID, b.ID), a.Version-b.Version, strings.Compare(end(x), end(y)))
	})
	for i, x := range coupons {
		a := defs[x.Definition].Stacking
		group, same := 0, 0
		for k, y := range coupons {
			b := defs[y.Definition].Stacking
			if i != k && (a.Exclusive || a.Group != b.Group && a.With != nil && !slices.Contains(a.With, b.Group)) {
				s.ok = false
			}
			if a.Group == b.Group {
				group++
			}
			if x.Definition == y.Definition {
				same++
			}
		}
		if group > max(a.Max, 1) || same > max(a.Repeat, 1) {
			s.ok = false
		}
	}
	for _, x := range order {
		d := defs[x.Definition]
		left, was, leftAll, wasAll := int64(0), int64(0), int64(0), int64(0)
		var in []int
		for i, l := range b.Lines {
			wasAll, leftAll = wasAll+cents(l.Amount), leftAll+cents(l.Amount)-s.lines[i]
			yes := len(d.Scope.Items.Include)+len(d.Scope.Groups.Include) == 0 || slices.Contains(d.Scope.Items.Include, l.Item)
			no := slices.Contains(d.Scope.Items.Exclude, l.Item)
			for _, g := range l.Groups {
				yes = yes || slices.Contains(d.Scope.Groups.Include, g)
				no = no || slices.Contains(d.Scope.Groups.Exclude, g)
			}
			if yes && !no {
				in = append(in, i)
				was, left = was+cents(l.Amount), left+cents(l.Amount)-s.lines[i]
			}
		}
		spent := left
		switch {
		case d.Minimum.Of == OfBasket && d.Minimum.On == Original:
			spent = wasAll
		case d.Minimum.Of == OfBasket:
			spent = leftAll
		case d.Minimum.On == Original:
			spent = was
		}
		if len(in) == 0 || spent < cents(d.Minimum.Amount) {
			s.ok = false
			continue
		}
		limit := int64(1) << 62
		if d.Benefit.Cap.Sign() > 0 {
			limit = cents(d.Benefit.Cap)
		}
		gain := int64(0)
		switch d.Benefit.Kind {
		case Gift:
			s.gifts++
			s.saved += cents(d.Benefit.Value)
			continue
		case FreeDelivery:
			gain = min(cents(b.Delivery)-s.delivery, limit)
			s.delivery += gain
			s.saved += gain
		case Amount:
			gain = min(cents(d.Benefit.Amount), left)
		case Percent:
			of := left
			if d.Benefit.Of == Original {
				of = was
			}
			exact := d.Benefit.Percent.Mul(decimal.New(of, 0)).Shift(-2)
			switch d.Benefit.Rounding {
			case Floor:
				exact = exact.Floor()
			case Ceil:
				exact = exact.Ceil()
			case HalfEven:
				exact = exact.RoundBank(0)
			default:
				exact = exact.Round(0)
			}
			gain = min(exact.IntPart(), limit, left)
		}
		if gain == 0 {
			s.ok = false
			continue
		}
		if d.Benefit.Kind == FreeDelivery {
			continue
		}
		s.saved += gain
		// Largest remainder, by rationals.
		type part struct {
			i    int
			frac *big.Rat
			left int64
		}
		var parts []part
		rest := gain
		for _, i := range in {
			have := cents(b.Lines[i].Amount) - s.lines[i]
			exact := big.NewRat(gain, left)
			exact.Mul(exact, new(big.Rat).SetInt64(have))
			whole := new(big.Int).Quo(exact.Num(), exact.Denom()).Int64()
			parts = append(parts, part{i, exact.Sub(exact, new(big.Rat).SetInt64(whole)), have})
			s.lines[i] += whole
			rest -= whole
		}
		slices.SortFunc(parts, func(x, y part) int {
			return cmp.Or(y.frac.Cmp(x.frac), cmp.Compare(y.left, x.left), strings.Compare(b.Lines[x.i].ID, b.Lines[y.i].ID))
		})
		for _, p := range parts[:rest] {
			s.lines[p.i]++
		}
	}
	for _, x := range coupons {
		s.codes = append(s.codes, end(x))
	}
	slices.Sort(s.codes)
	return s
}

func (s slow) better(than slow) bool {
	switch {
	case s.saved != than.saved:
		return s.saved > than.saved
	case s.gifts != than.gifts:
		return s.gifts > than.gifts
	case len(s.codes) != len(than.codes):
		return len(s.codes) < len(than.codes)
	}
	return slices.Compare(s.codes, than.codes) < 0
}

// brute tries all combinations.
func brute(b Basket, defs map[string]Definition, coupons []Coupon) slow {
	best := slow{ok: true, lines: make([]int64, len(b.Lines))}
	for mask := 1; mask < 1<<len(coupons); mask++ {
		var set []Coupon
		for i, c := range coupons {
			if mask>>i&1 == 1 {
				set = append(set, c)
			}
		}
		if s := slowPrice(b, defs, set); s.ok && s.better(best) {
			best = s
		}
	}
	return best
}

func same(t testing.TB, r Result, want slow, b Basket) {
	t.Helper()
	if cents(r.Saved) != want.saved || cents(r.DeliveryDiscount) != want.delivery || len(r.Used) != len(want.codes) {
		t.Fatalf("saved %s with %d, want %d with %q\n%s", r.Saved, len(r.Used), want.saved, want.codes, text(r))
	}
	for _, u := range r.Used {
		if !slices.ContainsFunc(want.codes, func(s string) bool { return strings.HasSuffix(s, string(u.Code)) }) {
			t.Fatalf("%s is used, want %q", u.Code, want.codes)
		}
	}
	sum := int64(0)
	for i, l := range r.Lines {
		sum += cents(l.Discount)
		if l.Discount.Cmp(l.Amount) > 0 || l.Discount.Sign() < 0 || cents(l.Discount) != want.lines[i] {
			t.Fatalf("line %s: %s off %s, want %d", l.ID, l.Discount, l.Amount, want.lines[i])
		}
	}
	byLine := int64(0)
	for _, u := range r.Used {
		part := int64(0)
		for _, l := range u.Lines {
			part += cents(l.Discount)
		}
		if part != cents(u.Discount) {
			t.Fatalf("%s: %d on lines, %s in all", u.Code, part, u.Discount)
		}
		byLine += part
	}
	total := cents(b.Delivery) - cents(r.DeliveryDiscount) - sum
	for _, l := range b.Lines {
		total += cents(l.Amount)
	}
	if cents(r.Discount) != sum || byLine != sum || cents(r.Total) != total {
		t.Fatalf("discount %s, lines %d, total %s, want %d", r.Discount, sum, r.Total, total)
	}
}

func randomCase(rng *rand.Rand, most int) (Basket, []Definition, map[string]Definition, []Coupon) {
	n := 1 + rng.IntN(most)
	var defs []Definition
	byID := make(map[string]Definition)
	for i := range n {
		d := randomDefinition(rng, fmt.Sprint("d", i))
		defs, byID[d.ID] = append(defs, d), d
	}
	var coupons []Coupon
	for i := range n {
		c := issued(pick(rng, defs...), Code(fmt.Sprintf("C%02d", i)))
		if chance(rng, 40) {
			c.Expires = c.Begins + Instant(1+rng.IntN(3))*1e9
		}
		coupons = append(coupons, c)
	}
	return randomBasket(rng), defs, byID, coupons
}
