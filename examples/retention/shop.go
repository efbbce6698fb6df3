package main

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/churn"
	"github.com/guanxi-go/guanxi/examples/internal/layout"
)

// The shop opened two years before the report; nothing after that is known.
var (
	opened = time.Date(2024, time.January, 1, 0, 0, 0, 0, time.UTC)
	now    = time.Date(2025, time.December, 21, 0, 0, 0, 0, time.UTC)
)

// decimalsOfMoney are those of the shop's currency.
const decimalsOfMoney = 2

// channel is where customers come from: what the report calls a segment.
type channel struct {
	name    guanxi.Text
	share   float64 // of the customers
	gap     float64 // days between orders, in the median of customers
	spread  float64 // of a customer's own gaps, on the log scale
	leaving float64 // chance that an order is the last, without any trouble
	basket  float64 // log of an order's amount
	late    float64 // how often a delivery is late
	pause   float64 // how often a customer stays away for long, and comes back
	margin  int64   // of an order, in percent
}

var channels = []channel{
	{guanxi.Text{EN: "Store", ZH: "门店"}, 0.40, 21, 0.35, 0.018, 5.0, 0.05, 0.01, 35},
	{guanxi.Text{EN: "Mini-program", ZH: "小程序"}, 0.35, 27, 0.40, 0.045, 4.7, 0.10, 0.015, 30},
	{guanxi.Text{EN: "Group buying", ZH: "团购"}, 0.25, 34, 0.45, 0.13, 4.3, 0.14, 0.12, 17},
}

// inStore is the channel whose visits are seen.
const inStore = 0

// order is one purchase.
type order struct {
	at    time.Time
	cents int64
}

// customer is what the shop has recorded.
type customer struct {
	id        string
	channel   int
	orders    []order // in the order of time
	seen      []churn.Observation
	reason    string // why they said they left; "" is not recorded
	firstLate bool   // the first delivery was late
}

// micros are the orders as package churn reads them.
func (c *customer) micros() []int64 {
	out := make([]int64, len(c.orders))
	for i, o := range c.orders {
		out[i] = o.at.UnixMicro()
	}
	return out
}

// shop is what has been recorded, and what reads it.
type shop struct {
	customers []*customer
	trial     []enrolled // of the autumn campaign
	scorer    *churn.Scorer
	watch     *watch
	segments  []*churn.Segment // by channel, as of now
	views     []view           // of each customer, as of now
	learned   *churn.Scorer    // with learned weights, once they are
	seed      uint64
}

// openShop simulates two years, and looks at every customer as of now.
func openShop(seed uint64) (*shop, error) {
	s := &shop{seed: seed}
	var err error
	if s.scorer, err = churn.NewScorer(byHand()); err != nil {
		return nil, err
	}
	if s.watch, err = newWatch(s.scorer); err != nil {
		return nil, err
	}
	rng := rand.New(rand.NewPCG(seed, 0x9e3779b97f4a7c15))
	if err := s.simulate(rng); err != nil {
		return nil, err
	}
	if err := s.campaign(rng); err != nil {
		return nil, err
	}
	if s.segments, err = s.learnSegments(now); err != nil {
		return nil, err
	}
	s.views = make([]view, len(s.customers))
	for i, c := range s.customers {
		if s.views[i], err = s.watch.look(c, s.segments[c.channel], now, nil); err != nil {
			return nil, fmt.Errorf("%s: %w", c.id, err)
		}
	}
	return s, nil
}

// shopHeader says whose report it is.
func (p *report) shopHeader(s *shop) {
	orders := 0
	for _, c := range s.customers {
		orders += len(c.orders)
	}
	fmt.Fprintf(p, p.in("A simulated shop, %s customers, %s orders, seed %d, as of %s\n", "模拟店铺，%s 位客户，%s 笔订单，种子 %d，截至 %s\n"),
		layout.Thousands(len(s.customers)), layout.Thousands(orders), s.seed, now.Format(time.DateOnly))
	p.say("A customer has left after a silence of twice the 90%% quantile of their own gaps, 30 to 365 days.",
		"流失的定义：沉默超过客户自身购买间隔 90%% 分位数的两倍（30 至 365 天）。")
}
