package loyalty

import (
	"cmp"
	"slices"
	"strings"
)

// Counter names a running total of an account: a cap, a streak, a limit.
type Counter struct {
	Name   string  // "cap:day:signup"
	Window Instant // start of the window that it counts in; 0: for ever
	End    Instant // end of the window: it is forgotten when a later entry is in force
}

// CounterChange adds to a counter.
type CounterChange struct {
	Counter
	Add int64
}

// counters are the running totals, sorted by name and window.
type counters struct {
	all    []CounterChange
	forget Instant // none ends before
}

func (c *counters) find(name string, window Instant) (int, bool) {
	want := CounterChange{Counter: Counter{Name: name, Window: window}}
	return slices.BinarySearchFunc(c.all, &want, func(e CounterChange, w *CounterChange) int { return e.compare(w) })
}

func (c *CounterChange) compare(d *CounterChange) int {
	if n := strings.Compare(c.Name, d.Name); n != 0 {
		return n
	}
	return cmp.Compare(c.Window, d.Window)
}

func (c *counters) total(name string, window Instant) int64 {
	if i, ok := c.find(name, window); ok {
		return c.all[i].Add
	}
	return 0
}

// add changes a total. One that is 0 is not kept.
func (c *counters) add(ch CounterChange) {
	i, ok := c.find(ch.Name, ch.Window)
	if !ok {
		if ch.Add == 0 {
			return
		}
		if len(c.all) == 0 || ch.End < c.forget {
			c.forget = ch.End
		}
		c.all = slices.Insert(c.all, i, ch)
		return
	}
	if c.all[i].Add += ch.Add; c.all[i].Add == 0 {
		c.all = slices.Delete(c.all, i, i+1)
	}
}

// advance forgets what ended at t or before.
func (c *counters) advance(t Instant) {
	if len(c.all) == 0 || t < c.forget {
		return
	}
	c.all = slices.DeleteFunc(c.all, func(e CounterChange) bool { return e.End <= t })
	c.forget = Never
	for i := range c.all {
		c.forget = min(c.forget, c.all[i].End)
	}
}
