package main

import (
	_ "embed"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/loyalty"
	"github.com/shopspring/decimal"
)

//go:embed program.json
var sampleProgram []byte

// The ids of the sample programme.
const (
	pointsKind = loyalty.Kind("points")
	voucher    = "voucher"
)

// voucherRate is how often customers of an invented shop take a voucher when they
// have points enough and order again.
const voucherRate = 0.35

// maxDecimals is how many a programme can count; an amount with more is cut.
const maxDecimals = 9

// desk applies the programme to the orders of a shop.
type desk struct {
	*book
	options
	engine  *loyalty.Engine
	program loyalty.Program
	close   time.Time // the last instant before as_of
	months  []int64   // the first instants of the months, and close
	has     []int64   // points that a shopper can spend, by place in shoppers
	tier    []string
	since   []time.Time // of tier
	rose    []bool      // to tier, and did not fall to it
}

func newDesk(b *book, o options) (*desk, error) {
	d := &desk{
		book: b, options: o, close: b.asOf.Add(-time.Microsecond),
		has: make([]int64, len(b.shoppers)), tier: make([]string, len(b.shoppers)), since: make([]time.Time, len(b.shoppers)), rose: make([]bool, len(b.shoppers)),
	}
	if err := guanxi.UnmarshalStrict(sampleProgram, &d.program); err != nil {
		return nil, err
	}
	d.program.Location, d.program.Decimals = o.loc, min(maxDecimals, b.pop.Config().Decimals)
	var err error
	if d.engine, err = loyalty.New(d.program); err != nil {
		return nil, err
	}
	for at := startOfMonth(b.log.first, o.loc); at.Before(b.asOf); at = startOfMonth(at.AddDate(0, 0, 40), o.loc) {
		d.months = append(d.months, at.UnixMicro())
	}
	return d, nil
}

// flows is what became of points, in a month or in all.
type flows struct{ issued, redeemed, expired, takenBack int64 }

func (f *flows) add(g flows) {
	f.issued, f.redeemed = f.issued+g.issued, f.redeemed+g.redeemed
	f.expired, f.takenBack = f.expired+g.expired, f.takenBack+g.takenBack
}

func (f flows) net() int64 { return f.issued - f.redeemed - f.expired - f.takenBack }

// till is the points of some customers.
type till struct {
	months []flows
	owed   *loyalty.Liability
}

// findPoints plays the orders of every customer through the programme. An account
// is thrown away when its figures are taken: nothing is kept but sums.
func findPoints(b *book, o options, c *crew) (*desk, *wholePoints, error) {
	d, err := newDesk(b, o)
	if err != nil {
		return nil, nil, err
	}
	tills, err := inChunks(c, "points", len(b.shoppers), func(from, to int) (*till, error) {
		t, err := d.newTill()
		if err != nil {
			return nil, err
		}
		w := &window{desk: d, till: t, account: loyalty.NewAccount("c")}
		for i := from; i < to; i++ {
			if err := w.customer(i); err != nil {
				return nil, err
			}
		}
		return t, nil
	})
	if err != nil {
		return nil, nil, err
	}
	all, err := d.newTill()
	if err != nil {
		return nil, nil, err
	}
	for _, t := range tills {
		for k := range t.months {
			all.months[k].add(t.months[k])
		}
		if err := all.owed.Merge(t.owed); err != nil {
			return nil, nil, err
		}
	}
	r, err := d.report(all)
	return d, r, err
}

func (d *desk) newTill() (*till, error) {
	owed, err := loyalty.NewLiability(loyalty.LiabilityConfig{At: d.close, Location: d.loc})
	return &till{months: make([]flows, len(d.months)), owed: owed}, err
}

// window serves customers one after another.
type window struct {
	*desk
	*till
	account  *loyalty.Account
	decision loyalty.Decision
	events   []deskEvent
	lines    [1]loyalty.OrderLine
}

// deskEvent is an order, or a refund of one.
type deskEvent struct {
	at        int64
	order     int // place in orders
	units     int64
	back, all bool
	nth       int // refund of the order
}

// customer plays the orders of one customer.
func (w *window) customer(i int) error {
	s := &w.shoppers[i]
	w.account.Reset(loyalty.AccountID("c" + strconv.Itoa(i)))
	w.plan(s)
	for _, e := range w.events {
		at := time.UnixMicro(e.at).UTC()
		id := strconv.Itoa(e.order)
		if e.back {
			if err := w.refund(e, id, at); err != nil {
				return err
			}
			continue
		}
		if w.orders == "" && w.chance(s, e.order) < voucherRate {
			if err := w.redeem(id, at); err != nil {
				return err
			}
		}
		w.lines[0] = loyalty.OrderLine{ID: "1", Quantity: 1, Amount: w.money(e.units)}
		err := w.do(&loyalty.Earn{Header: header("o", id, at), Order: loyalty.Order{ID: id, Lines: w.lines[:]}}, at)
		if err != nil {
			return err
		}
	}
	if err := w.sweep(); err != nil {
		return err
	}
	return w.take(i)
}

// plan puts orders and refunds in the order of time. What is refunded beyond the
// amount of an order takes nothing back.
func (w *window) plan(s *shopper) {
	w.events = w.events[:0]
	for k := range s.orders {
		o := &s.orders[k]
		if o.units == 0 {
			continue // nothing is earned, nothing comes back
		}
		w.events = append(w.events, deskEvent{at: o.at, order: k, units: o.units})
		rest := o.units
		for n, r := range o.backs {
			if units := min(rest, r.units); units > 0 {
				rest -= units
				w.events = append(w.events, deskEvent{at: r.at, order: k, units: units, back: true, all: rest == 0, nth: n})
			}
		}
	}
	slices.SortStableFunc(w.events, func(x, y deskEvent) int {
		switch {
		case x.at != y.at:
			return int(max(-1, min(1, x.at-y.at)))
		case x.back != y.back:
			return int(one(x.back) - one(y.back))
		}
		return x.order - y.order
	})
}

func (w *window) refund(e deskEvent, id string, at time.Time) error {
	name := id + "." + strconv.Itoa(e.nth)
	c := &loyalty.Refund{Header: header("r", name, at), Order: id, Refund: name}
	if !e.all {
		c.Lines = []loyalty.RefundLine{{Line: "1", Amount: w.money(e.units)}}
		if c.Lines[0].Amount.IsZero() {
			return nil // less than the programme can count
		}
	}
	return w.do(c, at)
}

// redeem takes a voucher, if the points are there.
func (w *window) redeem(id string, at time.Time) error {
	err := w.do(&loyalty.Redeem{Header: header("v", id, at), Spend: loyalty.Spend{Reward: voucher}}, at)
	var short *loyalty.ShortError
	if errors.As(err, &short) {
		return nil
	}
	return err
}

// sweep writes what time has done until the end.
func (w *window) sweep() error {
	for n := 0; w.account.Due() <= loyalty.InstantOf(w.close); n++ {
		if err := w.do(&loyalty.Sweep{Header: header("s", strconv.Itoa(n), w.close)}, w.close); err != nil {
			return err
		}
	}
	return nil
}

func header(kind, id string, at time.Time) loyalty.Header {
	return loyalty.Header{Key: loyalty.Key(kind + id), At: at}
}

// do decides and applies a command, and counts what is written.
func (w *window) do(c loyalty.Command, at time.Time) error {
	if err := w.engine.DecideInto(&w.decision, w.account, c, at); err != nil {
		return err
	}
	for i := range w.decision.Entries {
		w.count(&w.decision.Entries[i])
	}
	return w.account.Apply(&w.decision)
}

// count adds an entry to its month.
func (w *window) count(e *loyalty.Entry) {
	if len(e.Postings) == 0 {
		return
	}
	k, found := slices.BinarySearch(w.desk.months, e.Effective.Time().UnixMicro())
	if !found {
		k--
	}
	f := &w.till.months[k]
	for _, p := range e.Postings {
		if p.Kind != pointsKind {
			continue
		}
		switch p.Book {
		case loyalty.Issued:
			f.issued -= int64(p.Points)
		case loyalty.Redeemed:
			f.redeemed += int64(p.Points)
		case loyalty.Expired:
			f.expired += int64(p.Points)
		case loyalty.TakenBack:
			f.takenBack += int64(p.Points)
		}
	}
}

// take takes the figures of the account that is open.
func (w *window) take(i int) error {
	balance, err := w.account.BalanceAt(pointsKind, w.close)
	if err != nil {
		return err
	}
	w.has[i] = int64(balance.Available)
	if v, ok := w.engine.Tier(w.account, w.close); ok {
		w.tier[i] = v.Tier
		if v.Since != 0 {
			w.since[i], w.rose[i] = v.Since.Time(), v.Reason == loyalty.TierReached || v.Reason == loyalty.TierStart
		}
	}
	return w.owed.AddAccount(w.account)
}

// money is an amount as the programme counts it.
func (d *desk) money(units int64) decimal.Decimal {
	return d.pop.Money(units).Truncate(int32(d.program.Decimals))
}

// chance is a number in [0, 1) that customer and order decide.
func (d *desk) chance(s *shopper, order int) float64 {
	x := d.seed ^ uint64(s.orders[order].at) ^ uint64(s.pop)<<32
	x ^= x >> 30
	x *= 0xbf58476d1ce4e5b9 // SplitMix64
	x ^= x >> 27
	x *= 0x94d049bb133111eb
	x ^= x >> 31
	return float64(x>>11) / (1 << 53)
}
