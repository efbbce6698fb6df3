package affinity_test

import (
	"encoding/binary"
	"errors"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/segment/affinity"
	"github.com/shopspring/decimal"
)

func TestRefusedLines(t *testing.T) {
	week := affinity.CountConfig{Basket: affinity.PerCustomer, Window: guanxi.Span{Days: 7}}
	c := newCounts(t, week)
	err := c.AddAll([]line{
		{Basket: "a", At: day(5), Item: 1, Quantity: 1},
		{Basket: "", At: day(5), Item: 1, Quantity: 1},
		{Basket: "a", At: day(5), Item: 0, Quantity: 1},
		{Basket: "a", At: day(5), Item: 2, Quantity: 0},
		{Basket: "a", At: day(5), Item: 2, Quantity: affinity.MaxQuantity + 1},
		{Basket: "a", At: day(5), Item: 2, Quantity: math.MinInt64},
		{Basket: "a", Item: 2, Quantity: 1},
		{Basket: "a", At: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC), Item: 2, Quantity: 1},
		{Basket: "a", At: day(4), Item: 2, Quantity: 1},
		{Basket: "a", At: day(6), Item: 2, Quantity: 1},
	})
	wantFaults(t, err, nil, "/1/basket", "/2/item", "/3/quantity", "/4/quantity", "/5/quantity", "/6/at", "/7/at", "/8/at")
	for _, want := range []error{affinity.ErrNoBasket, affinity.ErrNoItem, affinity.ErrQuantity, affinity.ErrTime, affinity.ErrOrder} {
		if !errors.Is(err, want) {
			t.Errorf("%v is not %v", err, want)
		}
	}
	var batch *guanxi.BatchError
	if !errors.As(err, &batch) || batch.Refused != 8 || batch.Error() == "" {
		t.Error(err)
	}
	if s := c.Stats(); s.Baskets != 1 || s.Pairs != 1 { // all others are in
		t.Errorf("%+v", s)
	}
	many := make([]line, 1500)
	err = c.AddAll(many)
	if !errors.As(err, &batch) || batch.Refused != 1500 || len(batch.Faults) != 1000 {
		t.Error(err)
	}
	before := encoded(t, c)
	wantFaults(t, c.AddBasket(nil), affinity.ErrEmpty, "")
	wantFaults(t, c.AddBasket([]int32{1, 0}), affinity.ErrNoItem, "/1")
	if !slices.Equal(before, encoded(t, c)) {
		t.Error("a refused basket counted")
	}
}

func TestMismatchAndOverflow(t *testing.T) {
	a := newCounts(t, affinity.CountConfig{})
	b := newCounts(t, affinity.CountConfig{MaxBasket: 99})
	for _, err := range []error{a.Merge(b), a.Merge(a), b.UnmarshalBinary(encoded(t, a))} {
		if !errors.Is(err, affinity.ErrMismatch) {
			t.Error(err)
		}
	}
	// Counts of 2³² − 1 baskets hold no more.
	check(t, a.AddBasket([]int32{1, 2}))
	full := encoded(t, a)
	i := slices.Index(full, '}') + 1
	full = append(binary.AppendUvarint(slices.Clone(full[:i]), math.MaxUint32), full[i+1:]...)
	check(t, a.UnmarshalBinary(full))
	if err := a.AddBasket([]int32{1, 3}); !errors.Is(err, affinity.ErrOverflow) {
		t.Error(err)
	}
	wantFaults(t, a.AddAll([]line{{Basket: "a", Item: 1, Quantity: 1}}), affinity.ErrOverflow, "/0/basket")
	one := newCounts(t, affinity.CountConfig{})
	check(t, one.AddBasket([]int32{1, 2}))
	if err := a.Merge(one); !errors.Is(err, affinity.ErrOverflow) {
		t.Error(err)
	}
	if !slices.Equal(encoded(t, a), full) {
		t.Error("changed by what was refused")
	}
	p, q := newPortrait(t, shopDimensions), newPortrait(t, affinity.PortraitConfig{Dimensions: []affinity.Dimension{{ID: "d"}}})
	for _, err := range []error{p.Merge(q), p.Merge(p), p.UnmarshalBinary(encoded(t, q))} {
		if !errors.Is(err, affinity.ErrMismatch) {
			t.Error(err)
		}
	}
}

func TestBadItems(t *testing.T) {
	rules := teaShop(t)
	_, err := affinity.NewNext(rules, []item{
		{ID: 0}, {ID: 1, Price: price("-1")}, {ID: 2, Price: price("1.5")}, {ID: 3, Margin: price("1e30")}, {ID: 1},
		{ID: 7, Price: decimal.NewNullDecimal(decimal.New(1, 2_000_000_000))}, {ID: 8, Margin: price("-3")},
	}, affinity.NextConfig{})
	wantFaults(t, err, nil, "/items/0/id", "/items/1/price", "/items/2/price", "/items/3/margin", "/items/4/id", "/items/5/price")
	for _, want := range []error{affinity.ErrNoItem, affinity.ErrPrice, affinity.ErrDecimals, affinity.ErrOverflow, affinity.ErrDuplicate} {
		if !errors.Is(err, want) {
			t.Errorf("%v is not %v", err, want)
		}
	}
	_, err = affinity.NewNext(rules, nil, affinity.NextConfig{Decimals: 99})
	wantFaults(t, err, affinity.ErrOption, "/config/decimals")
}

func TestBadQueries(t *testing.T) {
	n := newNext(t, teaShop(t), teaItems(), affinity.NextConfig{})
	dst := []suggestion{{Item: 5}}
	got, err := n.Append(dst, nil, query{
		History: []purchase{{99, day(1), 1}, {0, day(1), 1}, {1, time.Time{}, 1}, {1, day(1), 0}, {1, day(1), 1 << 60}},
		Cart:    []int32{0, 98, 1}, Repeat: -1, CrossSell: -1, UpSell: -1,
	})
	wantFaults(t, err, nil, "/as_of", "/history/1/item", "/history/2/at", "/history/3/quantity", "/history/4/quantity",
		"/cart/0", "/history/0/item", "/cart/1", "/repeat", "/cross_sell", "/up_sell")
	for _, want := range []error{affinity.ErrNoItem, affinity.ErrTime, affinity.ErrQuantity, affinity.ErrUnknownItem, affinity.ErrOption} {
		if !errors.Is(err, want) {
			t.Errorf("%v is not %v", err, want)
		}
	}
	if len(got) != 1 {
		t.Error("dst is not as it was")
	}
	_, err = newHabits(t, affinity.HabitConfig{}).Append(nil, nil, []purchase{{0, day(1), 1}}, time.Time{})
	wantFaults(t, err, nil, "/as_of", "/history/0/item")
	rules := teaShop(t)
	_, err = rules.AppendTop(nil, -1, "best")
	wantFaults(t, err, affinity.ErrOption, "/by", "/k")
}

func TestBadTraits(t *testing.T) {
	cfg := shopDimensions
	cfg.MaxValues = 2
	p := newPortrait(t, cfg)
	tr := func(d, v string) affinity.Trait { return affinity.Trait{Dimension: d, Value: v} }
	check(t, p.Add(true, tr("region", "a"), tr("tag", "x")))
	before := encoded(t, p)
	err := p.Add(true, tr("colour", "red"), tr("region", ""), tr("region", "a"), tr("region", "b"), tr("tag", "x"), tr("tag", "x"))
	wantFaults(t, err, nil, "/traits/0", "/traits/1", "/traits/3", "/traits/5")
	if !errors.Is(err, affinity.ErrTrait) || !errors.Is(err, affinity.ErrDuplicate) {
		t.Error(err)
	}
	wantFaults(t, p.Add(true, tr("tag", "y"), tr("tag", "z")), affinity.ErrLimit, "/traits/1")
	if !slices.Equal(encoded(t, p), before) {
		t.Error("changed by what was refused")
	}
	q := newPortrait(t, cfg)
	check(t, q.Add(true, tr("tag", "y"), tr("tag", "z")))
	if err := q.Merge(p); !errors.Is(err, affinity.ErrLimit) {
		t.Error(err)
	}
	_, err = p.Index(tr("colour", "red"), math.NaN())
	wantFaults(t, err, nil, "/trait", "/confidence")
	_, err = p.Test(affinity.Hypothesis{Trait: tr("colour", "red"), Index: 120})
	wantFaults(t, err, affinity.ErrTrait, "/dimension")
	_, err = p.Test(affinity.Hypothesis{Index: math.NaN(), Confidence: 2, MinCustomers: -1, Claim: "more"})
	wantFaults(t, err, nil, "/dimension", "/value", "/claim", "/index", "/confidence", "/min_customers")
	_, err = p.Indexes(affinity.IndexConfig{Confidence: math.NaN(), Adjust: "by", MinCustomers: -1, MinTrait: -1})
	wantFaults(t, err, nil, "/confidence", "/adjust", "/min_customers", "/min_trait")
	if !errors.Is(err, affinity.ErrOption) || !errors.Is(err, affinity.ErrConfidence) {
		t.Error(err)
	}
}

func TestBadConfigs(t *testing.T) {
	local := time.FixedZone("", 1<<30)
	_, err := affinity.NewCounts(guanxi.IntKey[int32](), affinity.CountConfig{Basket: "cart", Large: "half", MaxBasket: 1, MaxItems: -1, MaxPairs: -1, Location: local})
	wantFaults(t, err, affinity.ErrOption, "/basket", "/location", "/large", "/max_basket", "/max_items", "/max_pairs")
	for _, c := range []affinity.CountConfig{{Window: guanxi.Span{Days: 1}}, {Basket: affinity.PerCustomer}, {Basket: affinity.PerCustomer, Window: guanxi.Span{Days: -1}}} {
		wantFaults(t, c.Validate(), affinity.ErrOption, "/window")
	}
	nan := math.NaN()
	c := newCounts(t, affinity.CountConfig{})
	_, err = affinity.NewRules(c, affinity.RuleConfig{MinTogether: -1, MinItem: -1, MinSupport: nan, MinConfidence: 2, MinLift: -1, MinLLR: nan, Prior: math.Inf(1), PerItem: -1})
	wantFaults(t, err, affinity.ErrOption, "/min_together", "/min_item", "/min_support", "/min_confidence", "/min_lift", "/min_llr", "/prior", "/per_item")
	half := decimal.RequireFromString("0.5")
	next := affinity.NextConfig{Combine: "sum", MinMargin: &half, UpBy: "name", MaxStep: nan, Unknown: "guess", Habit: affinity.HabitConfig{MinTimes: 1, Location: local}, LeadDays: -1}
	wantFaults(t, next.Validate(), nil, "/min_margin", "/combine", "/up_by", "/max_step", "/unknown", "/habit/min_times", "/habit/location", "/lead_days")
	_, err = affinity.NewHabits(guanxi.IntKey[int32](), affinity.HabitConfig{MinTimes: -1})
	wantFaults(t, err, affinity.ErrOption, "/min_times")
	_, err = affinity.NewPortrait(affinity.PortraitConfig{MaxValues: -1, Dimensions: []affinity.Dimension{{}, {ID: "a", Among: "some"}, {ID: "a", Name: guanxi.Text{EN: "\xff"}}}})
	wantFaults(t, err, nil, "/dimensions/0/id", "/dimensions/1/among", "/dimensions/2/id", "/dimensions/2/name", "/max_values")
	wantFaults(t, affinity.PortraitConfig{}.Validate(), affinity.ErrOption, "/dimensions")
}
