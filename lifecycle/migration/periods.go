package migration

import (
	"slices"
	"time"
)

// Stages returns the ids, in the order of rows and columns.
func (c *Counts) Stages() []string { return slices.Clone(c.cfg.Stages) }

// Customers returns how many customers were added, seen in a whole period or not.
func (c *Counts) Customers() int64 { return c.customers }

// Len returns how many whole periods there are.
func (c *Counts) Len() int { return len(c.bounds) - 1 }

// Bounds returns when a period begins and ends, in the config's location; ok is
// false where there is no such period.
func (c *Counts) Bounds(period int) (from, to time.Time, ok bool) {
	if period < 0 || period >= c.Len() {
		return from, to, false
	}
	in := func(us int64) time.Time { return time.UnixMicro(us).In(c.cfg.Location) }
	return in(c.bounds[period]), in(c.bounds[period+1]), true
}

// Stock returns how many customers were in each stage at the beginning of a
// period; period Len() is the end of the last one. nil where there is none.
func (c *Counts) Stock(period int) []int64 {
	n := len(c.cfg.Stages)
	if period < 0 || period > c.Len() {
		return nil
	}
	return slices.Clone(c.stock[period*n : (period+1)*n])
}

// Vanished returns how many customers were in each stage at the beginning of a
// period and out of sight for some of it: they are in no cell. nil where there
// is no such period.
func (c *Counts) Vanished(period int) []int64 {
	if period < 0 || period >= c.Len() {
		return nil
	}
	out, n := c.Stock(period), len(c.cfg.Stages)
	for i := range out {
		for _, v := range c.period(period)[i*n : (i+1)*n] {
			out[i] -= v
		}
	}
	return out
}

// Arrived returns how many customers were in each stage at the end of a period
// and out of sight for some of it, new ones for the most part: they are in no
// cell. nil where there is no such period.
func (c *Counts) Arrived(period int) []int64 {
	if period < 0 || period >= c.Len() {
		return nil
	}
	out, n := c.Stock(period+1), len(c.cfg.Stages)
	for i, v := range c.period(period) {
		out[i%n] -= v
	}
	return out
}

func (c *Counts) period(k int) []int64 {
	n := len(c.cfg.Stages)
	return c.moves[k*n*n : (k+1)*n*n]
}

// Table returns the counts of all periods together.
func (c *Counts) Table() Table { return c.Between(0, c.Len()) }

// Between returns the counts of periods from ≤ k < to together; what is out of
// range holds nothing.
func (c *Counts) Between(from, to int) Table {
	n := len(c.cfg.Stages)
	t := Table{stages: c.cfg.Stages, n: make([]int64, n*n)}
	for k := max(from, 0); k < min(to, c.Len()); k++ {
		for i, v := range c.period(k) {
			t.n[i] += v
		}
	}
	return t
}
