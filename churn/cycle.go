package churn

import (
	"fmt"
	"math"
	"time"
)

// maxGaps is how many gaps a Cycle averages over; from then on every new one
// weighs 1/maxGaps.
const maxGaps = 1<<20 - 1

// Cycle is a customer's purchase cycle: when the last occasion to buy began, and
// the mean and variance of the logarithm of the gaps between occasions, in days
// in which silence counts. The zero value is a customer without orders. It is 24
// bytes, comparable, stored by the host, and changed by [Rhythm.Step] alone; a
// value may be shared.
type Cycle struct {
	last   int64   // UTC microseconds
	mean   float64 // of ln(gap in days)
	m2     float32 // sum of squares about the mean
	orders uint32  // occasions
}

// Orders returns the number of occasions to buy, at most 1,048,576.
func (c Cycle) Orders() int { return int(c.orders) }

// Gaps returns the number of gaps that the cycle is made of: one less.
func (c Cycle) Gaps() int { return max(int(c.orders)-1, 0) }

// Last returns the beginning of the last occasion. ok is false without orders.
func (c Cycle) Last() (t time.Time, ok bool) {
	if c.orders == 0 {
		return time.Time{}, false
	}
	return time.UnixMicro(c.last).UTC(), true
}

// LogGap returns the mean and the variance (n − 1) of the logarithm of the gap in
// days. The mean needs one gap and the variance two; what is not known is NaN.
// math.Exp(mean) is the customer's typical gap, not shrunk.
func (c Cycle) LogGap() (mean, variance float64) {
	mean, variance = math.NaN(), math.NaN()
	if n := c.Gaps(); n > 0 {
		mean = c.mean
		if n > 1 {
			variance = float64(c.m2) / float64(n-1)
		}
	}
	return mean, variance
}

// Step returns the cycle after an order, and the gap that the order ends, in days
// in which silence counts. gap is 0 for a first order and for one that belongs to
// the last occasion, which changes nothing. A gap counts one occasion at least, so
// that two orders outside all seasons are not infinitely close.
//
// Orders come in the order of time: ErrLate for one before the last occasion,
// ErrTime. The cycle is then returned as it was. No allocation. Welford's method.
func (r *Rhythm) Step(c Cycle, at time.Time) (next Cycle, gap float64, err error) {
	m, err := micro(at)
	if err != nil {
		return c, 0, err
	}
	return r.step(c, m)
}

func (r *Rhythm) step(c Cycle, m int64) (Cycle, float64, error) {
	if c.orders == 0 {
		return Cycle{last: m, orders: 1}, 0, nil
	}
	if m < c.last {
		return c, 0, fmt.Errorf("%w: an order of %s after one of %s", ErrLate, clock(m), clock(c.last))
	}
	if m-c.last < r.occasion {
		return c, 0, nil
	}
	gap := max(days(r.counted.between(c.last, m)), r.occasionDays)
	x := r.logs.log(gap)
	n := c.orders // gaps with this one
	if n > maxGaps {
		n = maxGaps
		c.m2 *= 1 - 1./maxGaps
	} else {
		c.orders++
	}
	d := x - c.mean
	c.mean += d / float64(n)
	c.m2 += float32(d * (x - c.mean))
	c.last = m
	return c, gap, nil
}
