package loyalty_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/loyalty"
	"github.com/shopspring/decimal"
)

// What opens a further lot of an order asks for the order, whose list of lots changes:
// points that come back after their end, from a hold and from a redemption.
func TestNeedLists(t *testing.T) {
	ctx := context.Background()
	p := loyalty.Program{
		Version: 1, Currency: "CNY", Decimals: 2,
		Kinds:   []loyalty.KindConfig{{ID: "points", Spendable: true, Expiry: loyalty.ExpiryRule{Mode: loyalty.ExpireSpan, Span: guanxi.MustParseSpan("P10D")}}},
		Earning: []loyalty.EarnRule{{ID: "base", Kind: "points", Points: loyalty.Rational{Num: 1, Den: 1}, Per: decimal.NewFromInt(1)}},
		Policy:  loyalty.PolicyConfig{Return: loyalty.ReturnGrace, Grace: guanxi.MustParseSpan("P10D")},
	}
	now := groupNoon
	store := new(loyalty.Memory)
	s := &loyalty.Service{Engine: loyalty.MustNew(p), Store: store, Now: func() time.Time { return now }, Unlocked: true}
	head := func(key string, days int) loyalty.Header {
		now = groupNoon.AddDate(0, 0, days)
		return loyalty.Header{Key: loyalty.Key(key), At: now}
	}
	for _, cmd := range []loyalty.Command{
		earnOf("o1", 100),
		&loyalty.Redeem{Header: head("r", 1), Spend: loyalty.Spend{Kind: "points", Points: 30}},
		&loyalty.Place{Header: head("p", 8), Hold: "h", Spend: loyalty.Spend{Kind: "points", Points: 20}, Until: groupNoon.AddDate(0, 0, 12)},
	} {
		if _, err := s.Do(ctx, "a", cmd); err != nil {
			t.Fatal(err)
		}
	}
	for _, cmd := range []loyalty.Command{
		&loyalty.Adjust{Header: head("x", 15), Kind: "points", Points: 1}, // after h has run out
		&loyalty.Return{Header: head("y", 15), Redemption: "r"},
	} {
		need := s.Engine.Need(cmd)
		var more *loyalty.NeedError
		for range 3 {
			a, err := store.Load(ctx, "a", need)
			if err != nil {
				t.Fatal(err)
			}
			d, err := s.Engine.Decide(a, cmd, now)
			if errors.As(err, &more) {
				need = need.Join(more.Need)
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			c := loyalty.NewCommit(a, d)
			if a, err = c.State(); err != nil {
				t.Fatal(err)
			}
			if lots := a.OrderLots("o1"); len(lots) < 2 {
				t.Errorf("%T: lots of the order: %v", cmd, lots)
			}
			break
		}
		if more == nil || !slices.Contains(need.Orders, "o1") {
			t.Errorf("%T: the order was not asked for: %+v", cmd, need)
		}
	}
}
