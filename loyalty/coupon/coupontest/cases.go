package coupontest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync/atomic"

	"github.com/guanxi-go/guanxi/internal/contract"
	"github.com/guanxi-go/guanxi/loyalty/coupon"
)

func fresh(st coupon.Store) error {
	return contract.First(
		func() error { return loads(st, anna, "k", coupon.Coupon{}, coupon.Receipt{}) },
		func() error { return counts(st, blank(""), blank("li")) },
		func() error { return counts(st) },
	)
}

// blank is a counter never written.
func blank(customer string) coupon.Counter {
	return coupon.Counter{CounterID: coupon.CounterID{Definition: "x", Customer: customer}}
}

func saved(st coupon.Store) error {
	one, two := change(anna, 0, "k1"), change(anna, 1, "k2")
	two.To.Taken, two.To.Voided, two.To.Customer = nil, at+2, ""
	return contract.First(
		func() error { return commits(st, one) },
		func() error { return loads(st, anna, "k1", one.To, one.Receipt) },
		func() error { return commits(st, two) },
		func() error { return loads(st, anna, "k2", two.To, two.Receipt) },
		func() error { return loads(st, anna, "k1", two.To, one.Receipt) },
		func() error { return loads(st, "B", "k1", coupon.Coupon{}, one.Receipt) },
		func() error { return loads(st, anna, "k3", two.To, coupon.Receipt{}) },
	)
}

func counters(st coupon.Store) error {
	return contract.First(
		func() error { return commits(st, change(anna, 0, "k1", counter("", 1), counter("li", 1))) },
		func() error { return counts(st, counter("li", 1), counter("", 1), blank("wang")) },
		func() error { return commits(st, change(anna, 1, "k2", counter("li", 2))) },
		func() error { return counts(st, counter("", 1), counter("li", 2)) },
		func() error { return commits(st, change("B", 0, "k3", counter("", 2))) },
		func() error { return counts(st, counter("li", 2), counter("", 2)) },
	)
}

func bits(st coupon.Store) error {
	c := change(anna, 0, "k1", counter("", 1))
	const most = math.MaxInt64
	c.To.Updated, c.To.Expires, c.To.Lapsed, c.To.Uses = most, most-1, 1<<53+1, most-2
	c.To.Taken[0].Until, c.To.Under = most, math.MaxInt32
	for i := range c.Receipt.Intent {
		c.Receipt.Intent[i] = byte(255 - 16*i)
	}
	c.Receipt.Until, c.Receipt.Left = most, most
	c.Counters[0].To.Redeemed, c.Counters[0].To.Held[1].N = most, 1<<53+1
	return contract.First(
		func() error { return commits(st, c) },
		func() error { return loads(st, anna, "k1", c.To, c.Receipt) },
		func() error { return counts(st, c.Counters[0].To) },
	)
}

func ids(st coupon.Store) error {
	all := []string{"a", "A", "á", "a ", " a", "a\u0301", "ａ", "a%", "a_", "ß", "ss", "'", `\`, "😀", "1", "01"}
	for i, id := range all {
		c := change(coupon.Code(id), 0, id, counter(id, 1))
		c.Receipt.Left = int64(i)
		if err := commits(st, c); err != nil {
			return err
		}
	}
	for i, id := range all {
		r := receipt(id, coupon.Code(id))
		r.Left = int64(i)
		if err := loads(st, coupon.Code(id), id, made(coupon.Code(id), 1), r); err != nil {
			return err
		}
		if err := counts(st, counter(id, 1)); err != nil {
			return err
		}
	}
	other := counter("a", 1)
	other.Definition = "X"
	return contract.First(
		func() error { return loads(st, "SS", "SS", coupon.Coupon{}, coupon.Receipt{}) },
		func() error { return commits(st, change("new", 0, "new", other)) },
		func() error { return counts(st, other, counter("a", 1)) },
	)
}

func firstWrite(st coupon.Store) error {
	one := change(anna, 0, "k1", counter("", 1))
	return contract.First(
		func() error { return commits(st, one) },
		func() error { return conflicts(st, change(anna, 0, "k2")) },
		func() error { return conflicts(st, change("B", 0, "k3", counter("", 1))) },
		func() error { return loads(st, anna, "k1", one.To, one.Receipt) },
		func() error { return loads(st, "B", "k3", coupon.Coupon{}, coupon.Receipt{}) },
	)
}

func stale(st coupon.Store) error {
	two := change(anna, 1, "k2", counter("", 1))
	return contract.First(
		func() error { return commits(st, change(anna, 0, "k1")) },
		func() error { return commits(st, two) },
		func() error { return conflicts(st, change(anna, 1, "k3", counter("", 2), counter("li", 1))) },
		func() error { return loads(st, anna, "k3", two.To, coupon.Receipt{}) },
		func() error { return counts(st, counter("", 1), blank("li")) },
	)
}

func ahead(st coupon.Store) error {
	return contract.First(
		func() error { return conflicts(st, change(anna, 1, "k1")) },
		func() error { return loads(st, anna, "k1", coupon.Coupon{}, coupon.Receipt{}) },
		func() error { return commits(st, change(anna, 0, "k1")) },
		func() error { return conflicts(st, change(anna, 2, "k2")) },
		func() error { return loads(st, anna, "k2", made(anna, 1), coupon.Receipt{}) },
	)
}

func staleCounter(st coupon.Store) error {
	return contract.First(
		func() error { return commits(st, change(anna, 0, "k1", counter("", 1))) },
		func() error { return commits(st, change("B", 0, "k2", counter("", 2))) },
		func() error { return conflicts(st, change(anna, 1, "k3", counter("", 2))) },
		func() error { return conflicts(st, change(anna, 1, "k4", counter("", 4))) },
		func() error { return loads(st, anna, "k3", made(anna, 1), coupon.Receipt{}) },
		func() error { return loads(st, anna, "k4", made(anna, 1), coupon.Receipt{}) },
		func() error { return counts(st, counter("", 2)) },
	)
}

func secondCounter(st coupon.Store) error {
	return contract.First(
		func() error { return commits(st, change(anna, 0, "k1", counter("", 1), counter("li", 1))) },
		func() error { return conflicts(st, change(anna, 1, "k2", counter("", 2), counter("li", 1))) },
		func() error { return conflicts(st, change(anna, 1, "k2", counter("", 2), counter("li", 3))) },
		func() error { return conflicts(st, change(anna, 1, "k2", counter("li", 3), counter("", 2))) },
		func() error { return loads(st, anna, "k2", made(anna, 1), coupon.Receipt{}) },
		func() error { return counts(st, counter("", 1), counter("li", 1)) },
	)
}

func keyTaken(st coupon.Store) error {
	return contract.First(
		func() error { return commits(st, change(anna, 0, "k1")) },
		func() error { return conflicts(st, change(anna, 1, "k1")) },
		func() error { return conflicts(st, change("B", 0, "k1", counter("", 1))) },
		func() error { return loads(st, anna, "k1", made(anna, 1), receipt("k1", anna)) },
		func() error { return loads(st, "B", "k1", coupon.Coupon{}, receipt("k1", anna)) },
		func() error { return counts(st, blank("")) },
	)
}

func ownSlices(st coupon.Store) error {
	c := change(anna, 0, "k1", counter("", 1))
	if err := commits(st, c); err != nil {
		return err
	}
	c.To.Taken[0].Order, c.Counters[0].To.Held[0].N, c.Counters[0].To.Issued = "spoilt", 99, 99
	for range 2 {
		if err := contract.First(
			func() error { return loads(st, anna, "k1", made(anna, 1), receipt("k1", anna)) },
			func() error { return counts(st, counter("", 1)) },
		); err != nil {
			return err
		}
		got, _, err := st.Load(ctx, anna, "k1")
		if err != nil {
			return err
		}
		got.Taken[0].Order = "spoilt"
		n, err := st.Counters(ctx, nil, []coupon.CounterID{{Definition: "x"}})
		if err != nil {
			return err
		}
		n[0].Held[0].N = 99
	}
	return nil
}

func cancelled(st coupon.Store) error {
	done, cancel := context.WithCancel(ctx)
	cancel()
	return contract.First(
		func() error {
			_, _, err := st.Load(done, anna, "k1")
			return contract.Is(err, context.Canceled, "Load")
		},
		func() error {
			_, err := st.Counters(done, nil, []coupon.CounterID{{Definition: "x"}})
			return contract.Is(err, context.Canceled, "Counters")
		},
		func() error {
			return contract.Is(st.Commit(done, change(anna, 0, "k1", counter("", 1))), context.Canceled, "Commit")
		},
		func() error { return loads(st, anna, "k1", coupon.Coupon{}, coupon.Receipt{}) },
		func() error { return counts(st, blank("")) },
	)
}

// contest has writers commit changes that exclude each other, round after round.
func contest(st coupon.Store, write func(round int64, i int) coupon.Change) error {
	const rounds, writers = 12, 8
	for round := range int64(rounds) {
		var wins atomic.Int32
		err := contract.Together(writers, func(i int) error {
			err := st.Commit(ctx, write(round, i))
			if err == nil {
				wins.Add(1)
			} else if !errors.Is(err, coupon.ErrConflict) {
				return fmt.Errorf("commit: %w", err)
			}
			return nil
		})
		if err != nil {
			return err
		}
		if n := wins.Load(); n != 1 {
			return fmt.Errorf("%d of %d commits over version %d are written", n, writers, round)
		}
	}
	return nil
}

func race(st coupon.Store) error {
	return contest(st, func(round int64, i int) coupon.Change {
		return change(anna, round, fmt.Sprint(round, "/", i))
	})
}

func counterRace(st coupon.Store) error {
	return contest(st, func(round int64, i int) coupon.Change {
		id := fmt.Sprint(round, "/", i)
		return change(coupon.Code(id), 0, id, counter("", round+1))
	})
}

// limit has goroutines use more coupons than a limit allows, each twice with its key.
func limit(st coupon.Store) error {
	const coupons, most, workers = 24, 10, 6
	d := coupon.Definition{ID: "x", Version: 1, Benefit: coupon.Benefit{Kind: coupon.Gift, Item: "cup"}, Limits: coupon.Limits{Redeemed: most}}
	c, err := coupon.New(d)
	if err != nil {
		return err
	}
	s := coupon.Service{Catalogue: c, Store: st, Attempts: 100 * coupons}
	for i := range coupons {
		id := fmt.Sprint(i)
		if _, err := s.Do(ctx, coupon.Command{Key: "issue " + id, Action: coupon.Issue, Code: coupon.Code(id), Definition: "x"}, noon); err != nil {
			return err
		}
	}
	var used [coupons]atomic.Int32
	err = contract.Together(workers, func(w int) error {
		for k := range coupons {
			i := (k + w/2*coupons/workers) % coupons // two and two side by side
			id := fmt.Sprint(i)
			_, err := s.Do(ctx, coupon.Command{Key: "use " + id, Action: coupon.UseNow, Code: coupon.Code(id), Order: "o" + id}, noon)
			if err == nil {
				used[i].Store(1)
			} else if !errors.Is(err, coupon.ErrRedeemLimit) {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	answers, redeemed := int32(0), int64(0)
	for i := range used {
		answers += used[i].Load()
		c, _, err := st.Load(ctx, coupon.Code(fmt.Sprint(i)), "none")
		if err != nil {
			return err
		}
		redeemed += c.TallyAt(at).Redeemed
	}
	list, err := st.Counters(ctx, nil, []coupon.CounterID{{Definition: "x"}})
	if err != nil {
		return err
	}
	if answers != most || redeemed != most || len(list) != 1 || list[0].Redeemed != most {
		return fmt.Errorf("%d commands succeed, %d coupons are redeemed, the counter says %s; want %d", answers, redeemed, text(list), most)
	}
	return nil
}
