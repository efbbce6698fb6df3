package main

import (
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/examples/internal/layout"
	"github.com/guanxi-go/guanxi/rfm"
)

// The simulated shop: who its customers are is the Pareto/NBD of Schmittlein,
// Morrison & Colombo (1987). A customer buys at a rate of their own, gamma over
// the customers, until they silently stay away after a lifetime that is
// exponential with a rate of their own, gamma too. Beyond that model, who spends more
// an order stays longer.
const (
	buyShape, buyScale   = 0.75, 1.0 / 50  // purchases a day: 5.5 a year in the mean
	stopShape, stopScale = 0.65, 1.0 / 200 // rate of dropping out, a day
	basketMean           = 4.7             // log-normal over customers: half spend more than 110 an order
	basketSpread         = 0.55            // between customers
	basketNoise          = 0.45            // between the orders of one
	basketStays          = 0.5             // lives are e^0.5 times as long for each basketSpread
	wholeRefunds         = 0.03            // of orders
	partialRefunds       = 0.02
	simulatedDecimals    = 2
)

// manyCustomers is how many it takes for progress to be shown.
const manyCustomers = 50_000

// simulate invents three years of a shop that grows.
func simulate(o options, stderr io.Writer) (*orderLog, error) {
	agg, err := rfm.NewAggregator(guanxi.StringKey[string](), rfm.Config{
		Currency: o.currency, Decimals: simulatedDecimals, Location: o.loc,
	})
	if err != nil {
		return nil, err
	}
	s := &simulation{
		orderLog: &orderLog{agg: agg},
		rng:      rand.New(rand.NewPCG(o.seed, 0x9e3779b97f4a7c15)),
		from:     midnight(2023, time.January, 1, o.loc),
		to:       midnight(2026, time.January, 1, o.loc),
	}
	s.title = guanxi.Text{
		EN: fmt.Sprintf("Simulated shop, %s customers, seed %d", layout.Thousands(int64(o.customers)), o.seed),
		ZH: fmt.Sprintf("模拟店铺，%s 位客户，种子 %d", layout.Thousands(int64(o.customers)), o.seed),
	}
	s.reading = guanxi.Text{
		EN: "Pareto/NBD purchases, log-normal baskets, refunds in part and in whole",
		ZH: "Pareto/NBD 购买过程，对数正态客单价，含部分与全额退款",
	}
	bar := newProgress(stderr, "simulating", int64(o.customers), manyCustomers)
	defer bar.finish()
	for i := range o.customers {
		bar.set(int64(i))
		s.customer(fmt.Sprintf("C%06d", i+1))
		if len(s.batch.Customer) >= batchRows {
			if err := s.flush(); err != nil {
				return nil, err
			}
		}
	}
	err = s.flush()
	s.read = len(s.rows)
	return s.orderLog, err
}

// batchRows is about how many rows are added at once.
const batchRows = 1 << 13

type simulation struct {
	*orderLog
	rng      *rand.Rand
	from, to time.Time
	batch    rfm.Batch[string]
	orders   int // so far, for their numbers
}

// customer adds the orders and refunds of one customer.
func (s *simulation) customer(id string) {
	const day = 24 * time.Hour
	span := s.to.Sub(s.from)
	// More customers come the longer the shop is there.
	at := s.from.Add(time.Duration(float64(span) * math.Pow(s.rng.Float64(), 0.8)))
	rate := s.gamma(buyShape) * buyScale
	life := s.rng.ExpFloat64() / (s.gamma(stopShape) * stopScale) // days; may be +Inf
	size := s.rng.NormFloat64()
	basket := basketMean + basketSpread*size
	life *= math.Exp(basketStays * size)
	for days := 0.0; at.Before(s.to) && days <= life; {
		s.order(id, at, math.Exp(basket+basketNoise*s.rng.NormFloat64()))
		wait := s.rng.ExpFloat64() / rate
		if !(wait < 1e5) {
			return // not in this shop's time
		}
		days += wait
		at = at.Add(time.Duration(wait * float64(day)))
	}
}

// order adds one order on the day of at, in opening hours, and perhaps its refund.
func (s *simulation) order(id string, at time.Time, amount float64) {
	y, m, d := at.Date()
	at = time.Date(y, m, d, 9, 0, s.rng.IntN(13*3600), 0, at.Location())
	units := max(1, int64(math.Round(amount*100)))
	s.orders++
	ref := fmt.Sprintf("A%08d", s.orders)
	s.row(id, ref, at, units)
	back := int64(0)
	switch u := s.rng.Float64(); {
	case u < wholeRefunds:
		back = units
	case u < wholeRefunds+partialRefunds:
		back = units * (1 + s.rng.Int64N(3)) / 4
	}
	if at = at.AddDate(0, 0, 1+s.rng.IntN(14)); back > 0 && at.Before(s.to) {
		s.row(id, ref, at, -back)
	}
}

func (s *simulation) row(id, ref string, at time.Time, units int64) {
	b := &s.batch
	b.Customer, b.Order = append(b.Customer, id), append(b.Order, ref)
	b.At, b.Amount = append(b.At, at.UnixMicro()), append(b.Amount, units)
	s.rows = append(s.rows, logRow{id, ref, at.UnixMicro(), units})
	s.extent.add(at)
}

func (s *simulation) flush() error {
	b := &s.batch
	err := s.agg.AddBatch(*b)
	b.Customer, b.Order, b.At, b.Amount = b.Customer[:0], b.Order[:0], b.At[:0], b.Amount[:0]
	return err
}

// gamma draws from the gamma distribution with scale 1: Marsaglia & Tsang
// (2000), ACM TOMS 26(3), with their lift for shapes below 1.
func (s *simulation) gamma(shape float64) float64 {
	if shape < 1 {
		return s.gamma(shape+1) * math.Pow(s.rng.Float64(), 1/shape)
	}
	d := shape - 1.0/3
	c := 1 / math.Sqrt(9*d)
	for {
		x := s.rng.NormFloat64()
		v := 1 + c*x
		if v <= 0 {
			continue
		}
		v *= v * v
		u := 1 - s.rng.Float64()
		if math.Log(u) < 0.5*x*x+d-d*v+d*math.Log(v) {
			return d * v
		}
	}
}
