package main

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/examples/internal/layout"
	"github.com/guanxi-go/guanxi/lifecycle"
)

const day = 24 * time.Hour

// simulate invents a shop: customers who came within three years, each with a pace
// of their own, of whom the last year is shown. A few orders are reported late,
// and a few twice. The same flags give the same shop.
func simulate(m *model, o options) *log {
	end := o.asOf
	if end.IsZero() {
		end = midnight(2026, time.January, 1, o.loc)
	}
	in := newIntake(o.loc)
	for i := range o.customers {
		rng := rand.New(rand.NewPCG(o.seed, uint64(i)))
		id := lifecycle.CustomerID(fmt.Sprintf("C%06d", i+1))
		for _, e := range received(rng, orders(rng, end)) {
			in.add(id, event{m.order, e})
		}
	}
	l := in.close(end)
	l.simulated, l.since = true, l.asOf.AddDate(-1, 0, 0)
	n := layout.Thousands(o.customers)
	l.title = guanxi.Text{
		EN: fmt.Sprintf("Simulated shop: %s customers, one year, seed %d", n, o.seed),
		ZH: fmt.Sprintf("模拟店铺：%s 位客户，一年，种子 %d", n, o.seed),
	}
	return l
}

// orders are those of one customer before end: one in three does not come back
// after the first, one in ten after each other, and some pause for long.
func orders(rng *rand.Rand, end time.Time) (out []time.Time) {
	pace := 38 * math.Exp(0.5*rng.NormFloat64())
	at := end.Add(-time.Duration((0.01 + rng.Float64()*3*365) * float64(day)))
	for stop := 0.33; at.Before(end); stop = 0.1 {
		out = append(out, at.Truncate(time.Second))
		if rng.Float64() < stop {
			break
		}
		wait := pace * math.Exp(0.4*rng.NormFloat64())
		if rng.Float64() < 0.05 {
			wait += 120 + 400*rng.Float64()
		}
		at = at.Add(time.Duration(wait * float64(day)))
	}
	return out
}

// received is how the shop hears of orders: one in a hundred up to two months late,
// one in two hundred twice.
func received(rng *rand.Rand, orders []time.Time) []time.Time {
	type message struct{ at, heard time.Time }
	var list []message
	for _, at := range orders {
		heard := at
		if rng.Float64() < 0.01 {
			heard = at.Add(time.Duration(rng.Float64() * 60 * float64(day)))
		}
		list = append(list, message{at, heard})
		if rng.Float64() < 0.005 {
			list = append(list, message{at, heard.Add(time.Hour)})
		}
	}
	slices.SortStableFunc(list, func(a, b message) int { return cmp.Compare(a.heard.UnixMicro(), b.heard.UnixMicro()) })
	out := make([]time.Time, len(list))
	for i, e := range list {
		out[i] = e.at
	}
	return out
}
