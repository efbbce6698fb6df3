package clv

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/civil"
	"github.com/guanxi-go/guanxi/internal/strict"
	"github.com/guanxi-go/guanxi/rfm"
)

// ValueOf says which purchases Row.Value is the mean of.
type ValueOf string

const (
	// RepeatPurchases is the mean of the purchases after the first: what the
	// literature models, since the first one often differs from the rest. The
	// default.
	RepeatPurchases ValueOf = "repeat"
	// AllPurchases is the mean of all of them, the first included; a customer who
	// bought once has a value then.
	AllPurchases ValueOf = "all"
)

// RowConfig says how an order log becomes rows.
type RowConfig struct {
	// Unit is Day, Week or Month; no default. A Month is DaysPerMonth long;
	// ValueConfig.MonthDays says what values take for one and does not change it.
	Unit Unit `json:"unit"`
	// Per is what counts as one purchase: rfm.PerDay (the default) takes all orders
	// of one civil day together, as the literature does, rfm.PerWeek and
	// rfm.PerMonth those of a calendar week or month. Ages are then differences of
	// whole days, weeks or months. rfm.PerOrder takes each order for itself, at its
	// instant; orders of one customer at one instant are still one purchase.
	Per   rfm.Period `json:"per,omitempty"`
	Value ValueOf    `json:"value,omitempty"` // "" is RepeatPurchases
	// Margin takes the margin of a purchase for its value instead of the revenue.
	// It needs rfm's Config.KeepCosts.
	Margin bool `json:"margin,omitempty"`
}

// Validate returns every fault of c, each a *guanxi.FieldError.
func (c RowConfig) Validate() error {
	var errs faultList
	if _, ok := c.Unit.Days(); !ok {
		errs.add(&guanxi.FieldError{Pointer: "/unit", Err: fmt.Errorf("%w: %q is not day, week or month", ErrUnit, string(c.Unit))})
	}
	switch c.Per {
	case "", rfm.PerOrder, rfm.PerDay, rfm.PerWeek, rfm.PerMonth:
	default:
		errs.add(&guanxi.FieldError{Pointer: "/per", Err: fmt.Errorf("%w: %q is not order, day, week or month", ErrRange, string(c.Per))})
	}
	switch c.Value {
	case "", RepeatPurchases, AllPurchases:
	default:
		errs.add(&guanxi.FieldError{Pointer: "/value", Err: fmt.Errorf("%w: %q is not repeat or all", ErrRange, string(c.Value))})
	}
	return errs.err("row config")
}

// UnmarshalJSON reads strictly: every unknown field, wrong type and fault of
// Validate is reported with its JSON pointer, and c is left alone if there is one.
func (c *RowConfig) UnmarshalJSON(data []byte) error {
	type plain RowConfig
	var p plain
	err := guanxi.UnmarshalStrict(data, &p)
	return strict.Accept(c, RowConfig(p), err)
}

// Customers is a table of rows with the customers they belong to, in the order
// of their keys. Immutable once made; safe for concurrent use.
type Customers[K comparable] struct {
	Rows
	Keys []K
	// HoldOut is what the same customers did after the calibration, HoldOutLength
	// units long; nil without a split.
	HoldOut       []HoldOut
	HoldOutLength float64
	Notes         RowNotes

	key guanxi.Key[K]
}

// HoldOut is what one customer did in the hold-out.
type HoldOut struct {
	Frequency int     `json:"frequency"`       // purchases
	Value     float64 `json:"value,omitempty"` // their mean value; 0 without one
}

// RowNotes says what is not in the rows.
type RowNotes struct {
	Later  int // customers who bought for the first time after the calibration: left out
	Merged int // purchases that fell into the same period as another one and count with it
	Loose  int // refunds that name no order and precede every purchase: in no value
}

// FromPurchases makes rows of every customer who bought before asOf, which is
// exclusive: the last day that counts is the one that asOf ends or lies in. A
// customer's age is the time from the first purchase to that last day.
//
// The aggregate must keep orders (else rfm.ErrNeedsOrders). Refunds that name
// their order are taken from it, and others from the latest purchase before
// them; what rfm's config says of refunded and free orders holds here too. New
// orders are added to the aggregate, which needs no old log, and the rows taken
// anew. Cost: O(orders), about 40 ns an order.
func FromPurchases[K comparable](agg *rfm.Aggregator[K], asOf time.Time, cfg RowConfig) (*Customers[K], error) {
	return build(agg, asOf, asOf, cfg)
}

// Split is FromPurchases with a hold-out: rows are those that FromPurchases gives
// at the end of calibration, which is exclusive as asOf is, whatever was refunded
// after it; HoldOut counts the same customers' purchases from there to asOf.
// Customers who came later are left out and counted. A calibration that does not
// end before asOf is ErrSplit.
func Split[K comparable](agg *rfm.Aggregator[K], calibration, asOf time.Time, cfg RowConfig) (*Customers[K], error) {
	if !calibration.Before(asOf) {
		return nil, fmt.Errorf("clv: %w: calibration to %s, observation to %s", ErrSplit,
			calibration.Format(time.RFC3339), asOf.Format(time.RFC3339))
	}
	return build(agg, calibration, asOf, cfg)
}

func build[K comparable](agg *rfm.Aggregator[K], calibration, asOf time.Time, cfg RowConfig) (*Customers[K], error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if cfg.Margin && !agg.Config().KeepCosts {
		return nil, fmt.Errorf("clv: row config: %w", &guanxi.FieldError{Pointer: "/margin",
			Err: fmt.Errorf("%w: the aggregate keeps no costs", ErrRange)})
	}
	b := newRowBuilder(agg.Config(), cfg, calibration, asOf)
	c := &Customers[K]{Rows: Rows{Unit: cfg.Unit}, key: agg.Key()}
	n := agg.Len()
	c.Keys, c.List = make([]K, 0, n), make([]Row, 0, n)
	for h, err := range agg.Histories(calibration) {
		if err != nil {
			return nil, fmt.Errorf("clv: %w", err)
		}
		b.calibrate(h.Sales, h.Loose)
		c.Keys, c.List = append(c.Keys, h.Customer), append(c.List, b.row)
	}
	c.Notes.Merged, c.Notes.Loose = b.merged, b.loose
	if !calibration.Before(asOf) {
		return c, nil
	}
	// The rows know nothing of what came after the calibration, refunds included, so
	// the hold-out is a pass of its own over histories in the same order.
	c.HoldOut, c.HoldOutLength = make([]HoldOut, len(c.Keys)), b.length(b.cut, b.end)
	b.merged, b.loose = 0, 0
	i := 0
	for h, err := range agg.Histories(asOf) {
		if err != nil {
			return nil, fmt.Errorf("clv: %w", err)
		}
		for i < len(c.Keys) && c.key.Compare(c.Keys[i], h.Customer) < 0 {
			i++ // nothing that counts is left of this customer
		}
		if i == len(c.Keys) || c.Keys[i] != h.Customer {
			c.Notes.Later++
			continue
		}
		c.HoldOut[i] = b.holdOut(h.Sales, h.Loose)
	}
	c.Notes.Merged += b.merged
	return c, nil
}

// rowBuilder turns the sales of one customer into a row.
type rowBuilder struct {
	cfg      RowConfig
	cal      civil.Calendar
	perUnit  float64 // length of a unit in steps
	scale    float64 // major units of money in a minor one
	cut, end int64   // last steps of calibration and observation
	cutMicro int64   // exclusive end of the calibration

	row           Row
	merged, loose int
	values        []float64 // of the sales, in minor units
}

// A step is what time is counted in before it is divided: a civil day, week or
// month, or with rfm.PerOrder a microsecond.
func newRowBuilder(rc rfm.Config, cfg RowConfig, calibration, asOf time.Time) *rowBuilder {
	if cfg.Per == "" {
		cfg.Per = rfm.PerDay
	}
	b := &rowBuilder{cfg: cfg, cal: civil.New(rc.Location), scale: math.Pow10(-rc.Decimals), cutMicro: calibration.UnixMicro()}
	days, _ := cfg.Unit.Days()
	switch cfg.Per {
	case rfm.PerWeek:
		b.perUnit = days / 7
	case rfm.PerMonth:
		b.perUnit = days / DaysPerMonth
	case rfm.PerOrder:
		b.perUnit = days * 86400e6
	default:
		b.perUnit = days
	}
	b.cut, b.end = b.step(calibration.UnixMicro()-1), b.step(asOf.UnixMicro()-1)
	return b
}

func (b *rowBuilder) step(us int64) int64 {
	switch b.cfg.Per {
	case rfm.PerOrder:
		return us
	case rfm.PerWeek:
		return int64(civil.Week(b.cal.Day(us)))
	case rfm.PerMonth:
		return int64(civil.Month(b.cal.Day(us)))
	default:
		return int64(b.cal.Day(us))
	}
}

func (b *rowBuilder) length(from, to int64) float64 { return float64(to-from) / b.perUnit }

// calibrate reads one customer: sales by time, at least one, and loose refunds by
// time. Amounts of a period are added up.
func (b *rowBuilder) calibrate(sales, loose []rfm.Sale) {
	b.refund(sales, loose)
	b.row = Row{}
	var repeat, all float64
	first := b.step(sales[0].At)
	last := first
	for i := range sales {
		step, value := b.step(sales[i].At), b.values[i]
		all += value
		if step != first {
			repeat += value
		}
		switch {
		case step != last:
			b.row.Frequency++
			b.row.LastPurchaseAge = b.length(first, step)
		case i > 0:
			b.merged++
		}
		last = step
	}
	b.row.Age = b.length(first, b.cut)
	if b.cfg.Value == AllPurchases {
		b.row.Value = all / float64(b.row.Frequency+1) * b.scale
	} else if b.row.Frequency > 0 {
		b.row.Value = repeat / float64(b.row.Frequency) * b.scale
	}
}

// holdOut reads what one customer bought after the calibration. A period that the
// calibration ends in is split there.
func (b *rowBuilder) holdOut(sales, loose []rfm.Sale) HoldOut {
	b.refund(sales, loose)
	var out HoldOut
	sum, last := 0.0, int64(math.MinInt64)
	for i := range sales {
		if sales[i].At < b.cutMicro {
			continue
		}
		sum += b.values[i]
		if step := b.step(sales[i].At); step != last {
			out.Frequency++
			last = step
		} else {
			b.merged++
		}
	}
	if out.Frequency > 0 {
		out.Value = sum / float64(out.Frequency) * b.scale
	}
	return out
}

// refund reads the values of sales and takes each loose refund from the latest
// sale at or before it.
func (b *rowBuilder) refund(sales, loose []rfm.Sale) {
	valueOf := func(s *rfm.Sale) float64 {
		if b.cfg.Margin {
			return float64(s.Margin)
		}
		return float64(s.Amount)
	}
	b.values = b.values[:0]
	for i := range sales {
		b.values = append(b.values, valueOf(&sales[i]))
	}
	i := 0
	for j := range loose {
		for i < len(sales) && sales[i].At <= loose[j].At {
			i++
		}
		if i == 0 {
			b.loose++
			continue
		}
		b.values[i-1] += valueOf(&loose[j])
	}
}

// Len returns the number of customers.
func (c *Customers[K]) Len() int { return len(c.Keys) }

// Find returns the row of a customer: a binary search over the keys. Customers
// that were not made by this package know no order; all their keys are looked at.
func (c *Customers[K]) Find(customer K) (int, bool) {
	if c.key == nil {
		i := slices.Index(c.Keys, customer)
		return max(i, 0), i >= 0
	}
	lo, hi := 0, len(c.Keys)
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		if c.key.Compare(c.Keys[mid], customer) < 0 {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo, lo < len(c.Keys) && c.Keys[lo] == customer
}
